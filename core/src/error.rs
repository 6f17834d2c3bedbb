//! What can be wrong with a message, sorted by who must act: the peer broke the rules ([`Error::Refused`]), the
//! caller asked for what cannot be sent ([`Error::Unsendable`]), the caller's buffer is too small
//! ([`Error::BufferTooSmall`]).
//!
//! An error never carries text of the message itself: it might hold a PIN.

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Error {
    /// The sender of the bytes broke a rule of core/PROTOCOL.md. The sender must act.
    Refused {
        /// Which rule.
        reason: Refusal,
        /// Where: an offset in bytes from the start of the input.
        position: usize,
    },
    /// A value cannot be put into a message. The caller must act.
    Unsendable {
        /// Which element or attribute was to carry it.
        field: Field,
        /// What is wrong with it.
        reason: Unsendable,
    },
    /// The caller's buffer cannot hold the result. Nothing of it is left in the buffer.
    BufferTooSmall {
        /// The size that is enough, in bytes.
        needed: usize,
    },
}

impl Error {
    pub(crate) const fn refused(reason: Refusal, position: usize) -> Self {
        Self::Refused { reason, position }
    }

    /// Returns where in the input the error is, as an offset in bytes; nothing for errors of writing.
    pub const fn position(&self) -> Option<usize> {
        match *self {
            Self::Refused { position, .. } => Some(position),
            _ => None,
        }
    }

    /// Returns line and column of the error in `input`, the bytes that were refused.
    ///
    /// Both count from 1. A column is a character, a line ends with a line feed, and a leading byte order mark is not
    /// counted. An error of writing has no place in an input and gives (1, 1).
    pub fn line_column(&self, input: &[u8]) -> (usize, usize) {
        let before = input.get(..self.position().unwrap_or(0)).unwrap_or(input);
        let before = before.strip_prefix("\u{feff}".as_bytes()).unwrap_or(before);
        let (mut line, mut column) = (1, 1);
        for &byte in before {
            if byte == b'\n' {
                line += 1;
                column = 1;
            } else if byte & 0xC0 != 0x80 {
                column += 1;
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
                Unsendable::Missing => write!(f, "{field} is mandatory and blank; give it a value"),
                Unsendable::TooLong(limit) => write!(f, "{field} is longer than {limit}; shorten it"),
                Unsendable::Character(c) => {
                    write!(f, "{field} holds U+{:04X}, which XML cannot carry; remove it", u32::from(*c))
                }
            },
            Self::BufferTooSmall { needed } => {
                write!(f, "the buffer is too small; {needed} bytes are enough")
            }
        }
    }
}

impl core::error::Error for Error {}

/// Why a value cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Unsendable {
    /// It is mandatory, and blank or an empty list.
    Missing,
    /// It is over its bound.
    TooLong(Limit),
    /// It holds a character that an XML document cannot carry, such as a control character.
    Character(char),
}

/// The bound of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Limit {
    /// [`limits::NAME_CHARS`] characters.
    Name,
    /// [`limits::CERTIFICATE_BYTES`] bytes.
    Certificate,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => write!(f, "{} characters", limits::NAME_CHARS),
            Self::Certificate => write!(f, "{} bytes", limits::CERTIFICATE_BYTES),
        }
    }
}

/// The rule that bytes from outside broke. Numbers are those of core/PROTOCOL.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// An XML declaration that is not the first thing (rule 1.3).
    LateDeclaration,
    /// A document type declaration (rule 1.4).
    Doctype,
    /// The end of the input inside the document (rule 1.5).
    CutShort,
    /// No element at all (rule 1.6).
    NoRoot,
    /// A second root element, or other markup behind the root (rule 1.6).
    SecondRoot,
    /// Text before or after the root element (rule 1.6).
    TextOutsideRoot,
    /// An end tag that does not pair with the open element (rule 1.7).
    WrongEndTag,
    /// More than [`limits::DEPTH`] elements inside each other (rule 1.8).
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
    /// A character reference to what is no XML character (rule 1.11).
    BadCharacterReference,
    /// A comment that is not well-formed (rule 1.12).
    Comment,
    /// A processing instruction that is not well-formed, or is called xml (rule 1.12).
    ProcessingInstruction,
    /// A tag or its name that is not well-formed (rule 1.12).
    Tag,
    /// An attribute that is not well-formed (rule 1.12).
    Attribute,
    /// The end of a CDATA section outside of one (rule 1.12).
    CdataEnd,
    /// Markup that starts with `<` and is nothing XML knows (rule 1.12).
    Markup,
    /// An element inside a text (rule 2.5).
    ElementInText(Field),
    /// A text over its bound (rule 2.6).
    TooLong(Field, Limit),
    /// A root element other than request, query and response (rule 3.1).
    UnknownRoot,
    /// A root element other than the one that the caller wants (rule 3.1).
    OtherRoot(Field),
    /// A known element twice where it stands once (rule 3.3).
    Repeated(Field),
    /// A mandatory element or attribute that is not there (rule 3.4).
    Missing(Field),
    /// A mandatory text that is blank (rule 3.4).
    Blank(Field),
    /// None of the elements of which one must be there (rule 3.4).
    MissingOneOf(Choice),
    /// Two elements that exclude each other (rule 3.5).
    Excluded(Field),
    /// Two operations in one request or query (rule 3.5).
    TwoOperations,
    /// Two results in one response (rule 3.5).
    TwoResults,
    /// A text that is not among the values of its element (rule 3.6).
    Value(Field),
    /// A `device` with more fillers than slots (rule 6.2).
    ThirdSlot,
    /// A piece of a document that does not fit into the window of a `PieceReader` (rule 14.2).
    Window,
    /// A form body without the field `xml` (rule 9.1).
    NoXmlField,
    /// A form body with the field `xml` twice (rule 9.1).
    TwoXmlFields,
    /// A percent sign in a form body without two hexadecimal digits behind it (rule 9.2).
    PercentEscape,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::NotUtf8 => "these bytes are not UTF-8; send the document in UTF-8",
            Self::Declaration => "the XML declaration is not well-formed; correct it or leave it out",
            Self::XmlVersion => "only XML 1.0 is read; declare version 1.0",
            Self::Encoding => "only UTF-8 and US-ASCII are read; declare one of them or none",
            Self::LateDeclaration => "an XML declaration may only be the first thing; remove it",
            Self::Doctype => "a DOCTYPE is not read here; send the document without one",
            Self::CutShort => "the document ends too early; send all of it",
            Self::NoRoot => "there is no element; send a request, a query or a response",
            Self::SecondRoot => "there is more markup behind the root element; send one document at a time",
            Self::TextOutsideRoot => "there is text outside of the root element; remove it",
            Self::WrongEndTag => {
                "this end tag does not match the open element; close elements in their order"
            }
            Self::TooDeep => {
                return write!(f, "elements are nested over {} deep; no message needs that", limits::DEPTH);
            }
            Self::TooManyAttributes => {
                return write!(
                    f,
                    "an element has over {} attributes; no message needs that",
                    limits::ATTRIBUTES
                );
            }
            Self::RepeatedAttribute => "an attribute stands twice in one element; give it once",
            Self::ForbiddenCharacter => "this character is not allowed in XML; remove it",
            Self::BareAmpersand => "this & starts no reference; write &amp;",
            Self::UnknownEntity => "this entity is not known; only amp, lt, gt, quot and apos are",
            Self::BadCharacterReference => "this character reference names no XML character; correct it",
            Self::Comment => "this comment is not well-formed; -- may only end it",
            Self::ProcessingInstruction => "this processing instruction is not well-formed; remove it",
            Self::Tag => "this tag is not well-formed; correct its name or its brackets",
            Self::Attribute => "this attribute is not well-formed; write name=\"value\" without <",
            Self::CdataEnd => "]]> stands in a text; write ]]&gt;",
            Self::Markup => "this markup is nothing that XML knows; write &lt; for a plain <",
            Self::ElementInText(field) => {
                return write!(f, "{field} holds an element; it may hold only text");
            }
            Self::TooLong(field, limit) => return write!(f, "{field} is longer than {limit}; shorten it"),
            Self::UnknownRoot => "the root element is not request, query or response; send one of them",
            Self::OtherRoot(wanted) => return write!(f, "the root element is not {wanted}; send a {wanted}"),
            Self::Repeated(field) => return write!(f, "{field} stands twice; give it once"),
            Self::Missing(field) => return write!(f, "{field} is missing; add it"),
            Self::Blank(field) => return write!(f, "{field} is blank; give it a value"),
            Self::MissingOneOf(choice) => {
                return write!(f, "one of {} is missing; add one", choice.names());
            }
            Self::Excluded(field) => {
                return write!(f, "{field} cannot stand beside what is there already; choose one");
            }
            Self::TwoOperations => "there are two operations; send one at a time",
            Self::TwoResults => "there are two results; a response holds one",
            Self::Value(field) => {
                return write!(f, "{field} has a wrong value; it must be {}", field.values());
            }
            Self::ThirdSlot => {
                "a device has room for the current and the last user only; remove the third entry"
            }
            Self::Window => "a part of this document is larger than the memory it is read in; ask for less",
            Self::NoXmlField => "the form has no field xml; send the document as xml=",
            Self::TwoXmlFields => "the form has two fields xml; send one document at a time",
            Self::PercentEscape => {
                "this % is not followed by two hexadecimal digits; write %25 for a plain %"
            }
        };
        f.write_str(text)
    }
}

/// Elements of which one must be there, to say what an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Choice {
    /// The operations of a request.
    RequestOperation,
    /// The operations of a query.
    QueryOperation,
    /// What `exclusiveDuration` holds.
    ExclusiveDuration,
    /// What a response holds.
    Result,
    /// What `failure` holds.
    Failure,
    /// What a `device` of `deviceUserResults` holds.
    Device,
    /// What a `user` of `userDevicesResults` holds.
    UserDevices,
    /// What a `user` of `checkUserResults` holds.
    UserCheck,
}

impl Choice {
    /// Returns the names of the elements as they stand on the wire, with commas between them.
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
    ($($variant:ident = $name:literal,)*) => {
        /// An element or attribute of the protocol, to say what an error is about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        #[non_exhaustive]
        pub enum Field {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl Field {
            /// Returns the name as it stands on the wire; of an attribute, with its element before it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
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
}

impl Field {
    /// The values it can have, for the text of an error.
    const fn values(self) -> &'static str {
        match self {
            Self::Time => "whole minutes, digits only, at most 4294967295",
            Self::LoginType => "UID, DN or SP",
            Self::EmccDevice => "yes or no",
            Self::IsDefaultDeviceProfile => "t or f",
            Self::ErrorCodeAttribute => "1 to 5 digits, at most 65535",
            _ => "one of its fixed words",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
