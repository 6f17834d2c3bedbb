//! The rules that a document can break, and what its sender is told of each. It must never quote the document.

use core::fmt;

use super::{Field, Limit};
use crate::limits;

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
    TooMany(Field, u8),
    /// Two items of a `CiscoIPPhoneExecute` that load a page (rule 15.9).
    #[cfg(feature = "phonexml")]
    TwoPages,
    /// A root element that no file of a phone has (rule 17.1).
    #[cfg(feature = "provisioning")]
    NoPhoneFile,
    /// Elements of the file of a phone nested more than [`limits::PHONE_FILE_DEPTH`] deep (rule 17.1).
    #[cfg(feature = "provisioning")]
    PhoneFileTooDeep,
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
            #[cfg(feature = "provisioning")]
            Self::NoPhoneFile => "NoPhoneFile",
            #[cfg(feature = "provisioning")]
            Self::PhoneFileTooDeep => "PhoneFileTooDeep",
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
            #[cfg(feature = "provisioning")]
            Self::NoPhoneFile => "the root element is neither device nor Default; send the file of a phone",
            #[cfg(feature = "provisioning")]
            Self::PhoneFileTooDeep => {
                return write!(
                    f,
                    "elements are nested more than {} deep; no file of a phone needs that",
                    limits::PHONE_FILE_DEPTH
                );
            }
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
