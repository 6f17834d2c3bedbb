//! What can be wrong with a message, sorted by who must act: the sender of a document broke a rule
//! ([`Error::Refused`]), the caller gave a value that cannot be sent ([`Error::Unsendable`]), or the caller's buffer is
//! too small ([`Error::BufferTooSmall`]).
//!
//! An error never carries text of the message, which might be a PIN.

use core::fmt;

use crate::limits;

/// Why a message was not read or not written.
///
/// ```
/// use hotdesk_core::{Error, Message, Refusal};
///
/// let xml = b"<response>\n  <success></failure>\n</response>";
/// let error = Message::parse(xml).unwrap_err();
/// assert!(matches!(error, Error::Refused { reason: Refusal::WrongEndTag, .. }));
/// assert_eq!(error.line_column(xml), (2, 12));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Error {
    /// The bytes break a rule of [`protocol`](crate::protocol). Their sender must act.
    Refused {
        /// The rule.
        reason: Refusal,
        /// The place: an offset in bytes from the start of the input.
        position: usize,
    },
    /// A value cannot be put into a message. The caller must act.
    Unsendable {
        /// The element or attribute that was to carry it.
        field: Field,
        /// What is wrong with it.
        reason: Unsendable,
    },
    /// The result does not fit into the caller's buffer. Nothing of it is left there.
    BufferTooSmall {
        /// The required size in bytes.
        needed: usize,
    },
}

impl Error {
    pub(crate) const fn refused(reason: Refusal, position: usize) -> Self {
        Self::Refused { reason, position }
    }

    /// Returns where in the input the error is, as an offset in bytes; `None` for errors of writing.
    pub const fn position(&self) -> Option<usize> {
        match *self {
            Self::Refused { position, .. } => Some(position),
            _ => None,
        }
    }

    /// Returns the line and column of the error in `input`, the bytes that were refused.
    ///
    /// Both count from 1. A column is a character, a line ends with a line feed, and a leading byte order mark is not
    /// counted. An error of writing has no position and gives (1, 1).
    pub fn line_column(&self, input: &[u8]) -> (usize, usize) {
        let before = input.get(..self.position().unwrap_or(0)).unwrap_or(input);
        let before = before.strip_prefix("\u{feff}".as_bytes()).unwrap_or(before);
        let (mut line, mut column) = (1_usize, 1_usize);
        for &byte in before {
            if byte == b'\n' {
                line = line.saturating_add(1);
                column = 1;
            } else if byte & 0xC0 != 0x80 {
                column = column.saturating_add(1);
            }
        }
        (line, column)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { reason, .. } => reason.fmt(f),
            Self::Unsendable { field, reason } => match reason {
                Unsendable::Blank if field.is_optional() => {
                    write!(f, "{field} is blank; give it a value or leave it out")
                }
                Unsendable::Blank => write!(f, "{field} is blank; give it a value"),
                Unsendable::EmptyList => write!(f, "there is no {field} in the list; add one"),
                Unsendable::TooLong(limit) => write!(f, "{field} is longer than {limit}; shorten it"),
                Unsendable::Character(c) => {
                    let format = if field.is_http() { "it" } else { "XML" };
                    write!(
                        f,
                        "{field} contains U+{:04X}, which {format} cannot carry; remove it",
                        u32::from(*c)
                    )
                }
                Unsendable::Value => write!(f, "{field} must be {}", field.values()),
                #[cfg(feature = "phonexml")]
                Unsendable::TooMany(most) => {
                    write!(f, "there are more than {most} {field} in one object; send fewer")
                }
            },
            Self::BufferTooSmall { needed } => {
                write!(f, "the buffer is too small; the message needs {needed} bytes")
            }
        }
    }
}

impl core::error::Error for Error {}

/// Why a value cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Unsendable {
    /// It is blank: empty, or nothing but white space. An optional value is left out instead.
    Blank,
    /// It is a list without a row; the service's grammar wants one at least.
    EmptyList,
    /// It is over its bound.
    TooLong(Limit),
    /// It contains a character that cannot be sent there: in XML a control character, in an HTTP host most marks.
    Character(char),
    /// It is none of the values that it can have.
    Value,
    /// There are more of it in one object than so many.
    #[cfg(feature = "phonexml")]
    TooMany(u16),
}

/// The bound of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Limit {
    /// [`limits::NAME_CHARS`] characters.
    Name,
    /// [`limits::CERTIFICATE_BYTES`] bytes.
    Certificate,
    /// So many characters.
    #[cfg(feature = "phonexml")]
    Characters(u16),
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => write!(f, "{} characters", limits::NAME_CHARS),
            Self::Certificate => write!(f, "{} bytes", limits::CERTIFICATE_BYTES),
            #[cfg(feature = "phonexml")]
            Self::Characters(most) => write!(f, "{most} characters"),
        }
    }
}

/// The rule that a document breaks. Numbers are those of [`protocol`](crate::protocol).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Refusal {
    /// Bytes that are not UTF-8 (rule 1.1).
    NotUtf8,
    /// An XML declaration that is not well-formed (rule 1.3).
    Declaration,
    /// A version of XML other than 1.0 (rule 1.3).
    XmlVersion,
    /// A declared encoding other than UTF-8 or US-ASCII (rule 1.3).
    Encoding,
    /// A character other than of US-ASCII, which the document declares as its encoding (rule 1.3).
    NotAscii,
    /// An XML declaration that is not the first thing (rule 1.3).
    LateDeclaration,
    /// A document type declaration (rule 1.4).
    Doctype,
    /// Input that ends inside the document (rule 1.5).
    CutShort,
    /// No element at all (rule 1.6).
    NoRoot,
    /// A second root element, or other markup after the root (rule 1.6).
    SecondRoot,
    /// Text before or after the root element (rule 1.6).
    TextOutsideRoot,
    /// An end tag that does not pair with the open element (rule 1.7).
    WrongEndTag,
    /// Elements nested more than [`limits::DEPTH`] deep (rule 1.8).
    TooDeep,
    /// More than [`limits::ATTRIBUTES`] attributes (rule 1.9).
    TooManyAttributes,
    /// An attribute twice in one element (rule 1.9).
    RepeatedAttribute,
    /// A character that XML does not allow, such as a control character (rule 1.10).
    ForbiddenCharacter,
    /// An ampersand that starts no reference (rule 1.11).
    BareAmpersand,
    /// A reference to an entity other than amp, lt, gt, quot and apos (rule 1.11).
    UnknownEntity,
    /// A character reference to something other than an XML character (rule 1.11).
    BadCharacterReference,
    /// A comment that is not well-formed (rule 1.12).
    Comment,
    /// A processing instruction that is not well-formed, or is called xml (rule 1.12).
    ProcessingInstruction,
    /// A tag or its name that is not well-formed (rule 1.12).
    Tag,
    /// An attribute that is not well-formed (rule 1.12).
    Attribute,
    /// `]]>` outside a CDATA section (rule 1.12).
    CdataEnd,
    /// Markup that starts with `<` and is not XML (rule 1.12).
    Markup,
    /// An element inside a text (rule 2.5).
    ElementInText(Field),
    /// A text over its bound (rule 2.6).
    TooLong(Field, Limit),
    /// A root element other than request, query or response (rule 3.1).
    UnknownRoot,
    /// A root element other than the one the caller asked for (rule 3.1).
    OtherRoot(Field),
    /// A known element that appears twice where one is allowed (rule 3.3).
    Repeated(Field),
    /// A mandatory element or attribute that is missing (rule 3.4).
    Missing(Field),
    /// A mandatory text that is blank (rule 3.4).
    Blank(Field),
    /// None of the elements of which one is mandatory (rule 3.4).
    MissingOneOf(Choice),
    /// Two elements that exclude each other (rule 3.5).
    Excluded(Field),
    /// Two operations in one request or query (rule 3.5).
    TwoOperations,
    /// Two results in one response (rule 3.5).
    TwoResults,
    /// A text that is not one of the values of its element (rule 3.6).
    Value(Field),
    /// A `device` with a third entry for its two slots (rule 6.2).
    ThirdSlot,
    /// A part of a document that does not fit into the window of a `PieceReader` (rule 14.2).
    Window,
    /// A form body without the field `xml` (rule 9.1).
    NoXmlField,
    /// A form body with two fields `xml` (rule 9.1).
    TwoXmlFields,
    /// A percent sign in a form body that two hexadecimal digits do not follow (rule 9.2).
    PercentEscape,
    /// A root element that is no IP phone object (rule 15.1).
    #[cfg(feature = "phonexml")]
    UnknownObject,
    /// An element that an IP phone object does not have there (rule 15.3).
    #[cfg(feature = "phonexml")]
    UnknownElement,
    /// More items than an IP phone object may have (rule 15.4).
    #[cfg(feature = "phonexml")]
    TooMany(Field, u16),
    /// Two items of a `CiscoIPPhoneExecute` that load a page (rule 15.9).
    #[cfg(feature = "phonexml")]
    TwoPages,
}

impl Refusal {
    /// Returns the name of the rule's variant, for a display that has no room for a sentence.
    ///
    /// ```
    /// use hotdesk_core::{Field, Refusal};
    ///
    /// let reason = Refusal::Missing(Field::DeviceName);
    /// assert_eq!((reason.name(), reason.field()), ("Missing", Some(Field::DeviceName)));
    /// ```
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NotUtf8 => "NotUtf8",
            Self::Declaration => "Declaration",
            Self::XmlVersion => "XmlVersion",
            Self::Encoding => "Encoding",
            Self::NotAscii => "NotAscii",
            Self::LateDeclaration => "LateDeclaration",
            Self::Doctype => "Doctype",
            Self::CutShort => "CutShort",
            Self::NoRoot => "NoRoot",
            Self::SecondRoot => "SecondRoot",
            Self::TextOutsideRoot => "TextOutsideRoot",
            Self::WrongEndTag => "WrongEndTag",
            Self::TooDeep => "TooDeep",
            Self::TooManyAttributes => "TooManyAttributes",
            Self::RepeatedAttribute => "RepeatedAttribute",
            Self::ForbiddenCharacter => "ForbiddenCharacter",
            Self::BareAmpersand => "BareAmpersand",
            Self::UnknownEntity => "UnknownEntity",
            Self::BadCharacterReference => "BadCharacterReference",
            Self::Comment => "Comment",
            Self::ProcessingInstruction => "ProcessingInstruction",
            Self::Tag => "Tag",
            Self::Attribute => "Attribute",
            Self::CdataEnd => "CdataEnd",
            Self::Markup => "Markup",
            Self::ElementInText(..) => "ElementInText",
            Self::TooLong(..) => "TooLong",
            Self::UnknownRoot => "UnknownRoot",
            Self::OtherRoot(..) => "OtherRoot",
            Self::Repeated(..) => "Repeated",
            Self::Missing(..) => "Missing",
            Self::Blank(..) => "Blank",
            Self::MissingOneOf(..) => "MissingOneOf",
            Self::Excluded(..) => "Excluded",
            Self::TwoOperations => "TwoOperations",
            Self::TwoResults => "TwoResults",
            Self::Value(..) => "Value",
            Self::ThirdSlot => "ThirdSlot",
            Self::Window => "Window",
            Self::NoXmlField => "NoXmlField",
            Self::TwoXmlFields => "TwoXmlFields",
            Self::PercentEscape => "PercentEscape",
            #[cfg(feature = "phonexml")]
            Self::UnknownObject => "UnknownObject",
            #[cfg(feature = "phonexml")]
            Self::UnknownElement => "UnknownElement",
            #[cfg(feature = "phonexml")]
            Self::TooMany(..) => "TooMany",
            #[cfg(feature = "phonexml")]
            Self::TwoPages => "TwoPages",
        }
    }

    /// Returns the element or attribute that the rule is about, where there is one.
    pub const fn field(&self) -> Option<Field> {
        match *self {
            Self::ElementInText(field)
            | Self::TooLong(field, _)
            | Self::OtherRoot(field)
            | Self::Repeated(field)
            | Self::Missing(field)
            | Self::Blank(field)
            | Self::Excluded(field)
            | Self::Value(field) => Some(field),
            #[cfg(feature = "phonexml")]
            Self::TooMany(field, _) => Some(field),
            _ => None,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::NotUtf8 => "these bytes are not UTF-8; send the document in UTF-8",
            Self::Declaration => "the XML declaration is not well-formed; correct it or leave it out",
            Self::XmlVersion => "only XML 1.0 is supported; declare version 1.0",
            Self::Encoding => "only UTF-8 and US-ASCII are supported; declare one of them or none",
            Self::NotAscii => "this character is not US-ASCII, the declared encoding; declare UTF-8",
            Self::LateDeclaration => "an XML declaration is only allowed at the very start; remove it",
            Self::Doctype => "DOCTYPE is not supported; remove it",
            Self::CutShort => "the document ends too early; send all of it",
            Self::NoRoot => "there is no root element; send a request, a query or a response",
            Self::SecondRoot => "there is markup after the root element; send one document at a time",
            Self::TextOutsideRoot => "there is text outside the root element; remove it",
            Self::WrongEndTag => {
                "this end tag does not match the open element; close the element opened last"
            }
            Self::TooDeep => {
                return write!(
                    f,
                    "elements are nested more than {} deep; no message needs that",
                    limits::DEPTH
                );
            }
            Self::TooManyAttributes => {
                return write!(
                    f,
                    "an element has more than {} attributes; no message needs that",
                    limits::ATTRIBUTES
                );
            }
            Self::RepeatedAttribute => "an attribute appears twice in one element; allowed once",
            Self::ForbiddenCharacter => "this character is not allowed in XML; remove it",
            Self::BareAmpersand => "this & does not start a reference; write &amp;",
            Self::UnknownEntity => "this entity is not known; only amp, lt, gt, quot and apos are",
            Self::BadCharacterReference => "this reference is not to an XML character; correct it",
            Self::Comment => "this comment is not well-formed; -- is only allowed at its end",
            Self::ProcessingInstruction => "this processing instruction is not well-formed; remove it",
            Self::Tag => "this tag is not well-formed; correct its name or its brackets",
            Self::Attribute => "this attribute is not well-formed; write name=\"value\" without <",
            Self::CdataEnd => "]]> is not allowed in text; write ]]&gt;",
            Self::Markup => "this is not XML markup; write &lt; for a plain <",
            Self::ElementInText(field) => {
                return write!(f, "{field} holds an element; it may hold only text");
            }
            Self::TooLong(field, limit) => return write!(f, "{field} is longer than {limit}; shorten it"),
            Self::UnknownRoot => "the root element is not request, query or response; send one of them",
            Self::OtherRoot(wanted) => return write!(f, "the root element is not {wanted}; send a {wanted}"),
            Self::Repeated(field) => return write!(f, "{field} appears twice; allowed once"),
            Self::Missing(field) => return write!(f, "{field} is missing; add it"),
            Self::Blank(field) => return write!(f, "{field} is blank; give it a value"),
            Self::MissingOneOf(choice) => {
                return write!(f, "one of {} is missing; add one", choice.names());
            }
            Self::Excluded(field) => {
                return write!(f, "{field} is not allowed beside what is there already; choose one");
            }
            Self::TwoOperations => "there are two operations; send one at a time",
            Self::TwoResults => "there are two results; a response has one",
            Self::Value(field) => {
                return write!(f, "{field} has a wrong value; it must be {}", field.values());
            }
            Self::ThirdSlot => "a device has a current and a previous user only; remove the third entry",
            Self::Window => "part of this document is larger than the read buffer; ask for less",
            Self::NoXmlField => "the form has no field xml; send the document as xml=",
            Self::TwoXmlFields => "the form has two fields xml; send one document at a time",
            Self::PercentEscape => {
                "this % is not followed by two hexadecimal digits; write %25 for a plain %"
            }
            #[cfg(feature = "phonexml")]
            Self::UnknownObject => {
                "the root element is no IP phone object; send CiscoIPPhoneText or another one"
            }
            #[cfg(feature = "phonexml")]
            Self::UnknownElement => "this element is not known here; remove it",
            #[cfg(feature = "phonexml")]
            Self::TooMany(field, most) => {
                return write!(f, "there are more than {most} {field} in one object; send fewer");
            }
            #[cfg(feature = "phonexml")]
            Self::TwoPages => "two items load a page over HTTP; send one at a time",
        };
        f.write_str(text)
    }
}

/// A set of elements of which one is mandatory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Choice {
    /// The operations of a request.
    RequestOperation,
    /// The operations of a query.
    QueryOperation,
    /// The content of `exclusiveDuration`.
    ExclusiveDuration,
    /// The results of a response.
    Result,
    /// The content of `failure`.
    Failure,
    /// The content of a `device` in `deviceUserResults`.
    Device,
    /// The content of a `user` in `userDevicesResults`.
    UserDevices,
    /// The content of a `user` in `checkUserResults`.
    UserCheck,
}

impl Choice {
    /// Returns the names of the elements as they appear on the wire, separated by commas.
    pub const fn names(self) -> &'static str {
        match self {
            Self::RequestOperation => "login, logout, logoutAll",
            Self::QueryOperation => "deviceUserQuery, userDevicesQuery, checkUser, deviceProfileQuery",
            Self::ExclusiveDuration => "time, indefinite",
            Self::Result => "success, failure, a result",
            Self::Failure => "error, errorMessage",
            Self::Device => "userID, none, doesNotExist",
            Self::UserDevices => "deviceName, none, doesNotExist",
            Self::UserCheck => "exists, doesNotExist",
        }
    }
}

macro_rules! fields {
    ($($(#[$attribute:meta])* $variant:ident = $name:literal,)*) => {
        /// An element or attribute of the protocol, or a part of an HTTP head: what an error is about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        #[non_exhaustive]
        pub enum Field {
            $($(#[$attribute])* #[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl Field {
            /// Returns the name as it appears on the wire; an attribute's comes after that of its element.
            pub const fn name(self) -> &'static str {
                match self {
                    $($(#[$attribute])* Self::$variant => $name,)*
                }
            }
        }
    };
}

fields! {
    Request = "request",
    Query = "query",
    Response = "response",
    AppInfo = "appInfo",
    AppId = "appID",
    AppCertificate = "appCertificate",
    AppEncryptedCertificate = "appEncryptedCertificate",
    Certificate = "certificate",
    DeviceName = "deviceName",
    UserId = "userID",
    DeviceProfile = "deviceProfile",
    ExclusiveDuration = "exclusiveDuration",
    Time = "time",
    Indefinite = "indefinite",
    LoginType = "loginType",
    RemoteIpAddr = "remoteIPAddr",
    IsViaHeaderSet = "isViaHeaderSet",
    Device = "device",
    DeviceNameAttribute = "device name",
    User = "user",
    UserIdAttribute = "user id",
    LastLogin = "lastlogin",
    EmccDevice = "emccDevice",
    None = "none",
    DoesNotExist = "doesNotExist",
    Exists = "exists",
    DeviceProfileName = "deviceProfileName",
    IsDefaultDeviceProfile = "isDefaultDeviceProfile",
    Failure = "failure",
    Error = "error",
    ErrorMessage = "errorMessage",
    ErrorCodeAttribute = "error code",
    Body = "Body",
    RequestId = "requestId",
    VipStatus = "status",
    StatusMessage = "statusMessage",
    Detail = "detail",
    DetailMessage = "detailMessage",
    Host = "HTTP host",
    Path = "HTTP path",
    ContentType = "HTTP content type",
    HttpStatus = "HTTP status",
    HttpBody = "HTTP body",
    #[cfg(feature = "emapp")]
    AcceptLanguage = "Accept-Language",
    #[cfg(feature = "phonexml")]
    Object = "object",
    #[cfg(feature = "phonexml")]
    ObjectAppId = "appId",
    #[cfg(feature = "phonexml")]
    Title = "Title",
    #[cfg(feature = "phonexml")]
    Prompt = "Prompt",
    #[cfg(feature = "phonexml")]
    ObjectText = "Text",
    #[cfg(feature = "phonexml")]
    Url = "URL",
    #[cfg(feature = "phonexml")]
    UrlDown = "URLDown",
    #[cfg(feature = "phonexml")]
    Timer = "Timer",
    #[cfg(feature = "phonexml")]
    SoftKeyItem = "SoftKeyItem",
    #[cfg(feature = "phonexml")]
    Position = "Position",
    #[cfg(feature = "phonexml")]
    KeyItem = "KeyItem",
    #[cfg(feature = "phonexml")]
    Key = "Key",
    #[cfg(feature = "phonexml")]
    MenuItem = "MenuItem",
    #[cfg(feature = "phonexml")]
    Name = "Name",
    #[cfg(feature = "phonexml")]
    InputItem = "InputItem",
    #[cfg(feature = "phonexml")]
    DisplayName = "DisplayName",
    #[cfg(feature = "phonexml")]
    QueryStringParam = "QueryStringParam",
    #[cfg(feature = "phonexml")]
    DefaultValue = "DefaultValue",
    #[cfg(feature = "phonexml")]
    InputFlags = "InputFlags",
    #[cfg(feature = "phonexml")]
    DirectoryEntry = "DirectoryEntry",
    #[cfg(feature = "phonexml")]
    Telephone = "Telephone",
    #[cfg(feature = "phonexml")]
    ExecuteItem = "ExecuteItem",
    #[cfg(feature = "phonexml")]
    ExecuteUrl = "ExecuteItem URL",
    #[cfg(feature = "phonexml")]
    Priority = "ExecuteItem Priority",
    #[cfg(feature = "phonexml")]
    ResponseItem = "ResponseItem",
    #[cfg(feature = "phonexml")]
    ResponseStatus = "ResponseItem Status",
    #[cfg(feature = "phonexml")]
    ResponseData = "ResponseItem Data",
    #[cfg(feature = "phonexml")]
    ResponseUrl = "ResponseItem URL",
    #[cfg(feature = "phonexml")]
    ErrorNumber = "CiscoIPPhoneError Number",
}

impl Field {
    /// Returns true for an element that may be left out wherever a writer takes it from its caller.
    const fn is_optional(self) -> bool {
        matches!(self, Self::DeviceProfile | Self::RemoteIpAddr | Self::IsViaHeaderSet | Self::LastLogin)
    }

    /// Returns true for a part of an HTTP message.
    const fn is_http(self) -> bool {
        #[cfg(feature = "emapp")]
        if matches!(self, Self::AcceptLanguage) {
            return true;
        }
        matches!(self, Self::Host | Self::Path | Self::ContentType | Self::HttpStatus | Self::HttpBody)
    }

    /// Returns the values it can have, for the text of an error.
    const fn values(self) -> &'static str {
        match self {
            Self::Time => "whole minutes, digits only, at most 4294967295",
            Self::LoginType => "UID, DN or SP",
            Self::EmccDevice => "yes or no",
            Self::IsDefaultDeviceProfile => "t or f",
            Self::ErrorCodeAttribute => "1 to 5 digits, at most 65535",
            Self::Host => "a name or an address, with a port of 1 to 65535 after a colon or without one",
            Self::Path => "a path that starts with /",
            Self::HttpStatus => "a final one, 200 to 999",
            Self::HttpBody => "empty with status 204 and 304",
            #[cfg(feature = "phonexml")]
            Self::Object => "one without a picture",
            #[cfg(feature = "phonexml")]
            Self::UrlDown => "an internal URI such as Key:Soft1",
            #[cfg(feature = "phonexml")]
            Self::Timer => "whole seconds, digits only, at most 65535",
            #[cfg(feature = "phonexml")]
            Self::Position => "-1, or 1 to 16",
            #[cfg(feature = "phonexml")]
            Self::Key => "KeyPad0 to KeyPad9, KeyPadStar, KeyPadPound, NavUp and the like, or PushToTalk",
            #[cfg(feature = "phonexml")]
            Self::InputFlags => "one of A, T, N, E, U and L, with P before or after it to hide what is typed",
            #[cfg(feature = "phonexml")]
            Self::ExecuteUrl => "other than SoftKey: and Notify:",
            #[cfg(feature = "phonexml")]
            Self::Priority => "0, 1 or 2",
            #[cfg(feature = "phonexml")]
            Self::ResponseStatus => "a number, digits only, at most 65535",
            #[cfg(feature = "phonexml")]
            Self::ErrorNumber => "1 to 4",
            _ => "one of its fixed words",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
