//! What the file of a phone holds, and how it is read (PROTOCOL.md section 17). A file is mostly what nothing here reads, so
//! an element is known by its name and by what it is in: of two `member` only that of the `callManagerGroup` is one.

use super::element_name::ElementName;
use super::position::Position;
use super::reader::Reader;
use super::reading::{Grammar, Open};
use super::schema::Context;
use super::text_value::TextKind;
use super::tokens::{Stop, Token};
use crate::bytes::same;
use crate::error::{Field, Limit, Refusal};
use crate::limits;
use crate::provisioning::{
    Member, Page, PageUrl, PhoneService, Piece, ServiceSource, TimeServer, UserLocale,
};
use crate::text::{Text, number};

/// An element whose children are read one by one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parent {
    Root,
    DevicePool,
    DateTimeSetting,
    Ntps,
    CallManagerGroup,
    Members,
    PhoneServices,
}

/// How deep they are in each other.
const LEVELS: usize = 4;

/// What is read of an element.
#[derive(Clone, Copy)]
enum Content {
    /// More elements.
    Parent(Parent),
    Url(Page, bool),
    IdleTimeout,
    UserId,
    VersionStamp,
    Provisioning,
    UserLocale,
    Member,
    TimeServer,
    PhoneService,
}

/// An element that is known where it stands.
struct Element {
    field: Field,
    /// What it may be in, one bit each.
    parents: u8,
    content: Content,
}

const fn bit(parent: Parent) -> u8 {
    1 << parent as u8
}

const ROOT: u8 = bit(Parent::Root);

const fn element(field: Field, parents: u8, content: Content) -> Element {
    Element { field, parents, content }
}

const fn url(field: Field, page: Page, secure: bool) -> Element {
    element(field, ROOT, Content::Url(page, secure))
}

/// What is known. The place in it is the bit in [`PhoneFile::seen`].
static ELEMENTS: [Element; 26] = [
    element(Field::DevicePool, ROOT, Content::Parent(Parent::DevicePool)),
    element(Field::DateTimeSetting, bit(Parent::DevicePool), Content::Parent(Parent::DateTimeSetting)),
    element(Field::Ntps, bit(Parent::DateTimeSetting), Content::Parent(Parent::Ntps)),
    element(Field::Ntp, bit(Parent::Ntps), Content::TimeServer),
    // The file for phones that have none of their own has no `devicePool`.
    element(
        Field::CallManagerGroup,
        ROOT | bit(Parent::DevicePool),
        Content::Parent(Parent::CallManagerGroup),
    ),
    element(Field::Members, bit(Parent::CallManagerGroup), Content::Parent(Parent::Members)),
    element(Field::Member, bit(Parent::Members), Content::Member),
    element(Field::UserLocale, ROOT, Content::UserLocale),
    element(Field::FileUserId, ROOT, Content::UserId),
    element(Field::VersionStamp, ROOT, Content::VersionStamp),
    element(Field::IdleTimeout, ROOT, Content::IdleTimeout),
    element(Field::PhoneServices, ROOT, Content::Parent(Parent::PhoneServices)),
    element(Field::Provisioning, bit(Parent::PhoneServices), Content::Provisioning),
    element(Field::PhoneService, bit(Parent::PhoneServices), Content::PhoneService),
    url(Field::AuthenticationUrl, Page::Authentication, false),
    url(Field::DirectoryUrl, Page::Directory, false),
    url(Field::IdleUrl, Page::Idle, false),
    url(Field::InformationUrl, Page::Information, false),
    url(Field::MessagesUrl, Page::Messages, false),
    url(Field::ServicesUrl, Page::Services, false),
    url(Field::SecureAuthenticationUrl, Page::Authentication, true),
    url(Field::SecureDirectoryUrl, Page::Directory, true),
    url(Field::SecureIdleUrl, Page::Idle, true),
    url(Field::SecureInformationUrl, Page::Information, true),
    url(Field::SecureMessagesUrl, Page::Messages, true),
    url(Field::SecureServicesUrl, Page::Services, true),
];

/// The texts of rows.
const MEMBER: [Field; 1] = [Field::ProcessNodeName];
const TIME_SERVER: [Field; 2] = [Field::FileName, Field::NtpMode];
const USER_LOCALE: [Field; 3] = [Field::FileName, Field::LangCode, Field::WinCharSet];
const PHONE_SERVICE: [Field; 2] = [Field::FileName, Field::PhoneServiceUrl];

/// What is known of a file while it is read.
pub(crate) struct PhoneFile {
    /// Which elements were seen that may be there once.
    seen: u32,
    /// The open elements that are not skipped.
    parents: [Parent; LEVELS],
    /// How many they are.
    level: u8,
}

impl PhoneFile {
    pub(crate) const NEW: Self = Self { seen: 0, parents: [Parent::Root; LEVELS], level: 0 };

    /// Goes into an element whose children are read one by one.
    fn enter(&mut self, parent: Parent) {
        if let Some(innermost) = self.parents.get_mut(usize::from(self.level)) {
            *innermost = parent;
        }
        self.level = self.level.saturating_add(1);
    }

    /// Returns the element of that name in the innermost open one, and its bit.
    fn known(&self, name: &[u8]) -> Option<(&'static Element, u32)> {
        let innermost = self.parents.get(usize::from(self.level).wrapping_sub(1)).copied()?;
        let is_it = |element: &Element| {
            element.parents & bit(innermost) != 0 && same(element.field.name().as_bytes(), name)
        };
        let index = ELEMENTS.iter().position(is_it)?;
        Some((ELEMENTS.get(index)?, 1_u32.wrapping_shl(u32::try_from(index).unwrap_or(0))))
    }

    /// Reads an element whose start tag was read and ended at `at`. Returns what is to be entered, if anything.
    fn element<'p>(
        reader: &mut Reader<'p>,
        element: &Element,
        at: usize,
        piece: &mut Piece<'p>,
    ) -> Result<Option<Parent>, Stop> {
        let field = element.field;
        match element.content {
            Content::Parent(parent) => {
                if parent == Parent::PhoneServices {
                    let use_https = reader.optional_attribute(b"useHTTPS", Field::UseHttps)?;
                    let use_https = match use_https {
                        None => false,
                        Some(text) if text == "true" => true,
                        Some(text) if text == "false" => false,
                        Some(_) => return Err(reader.refuse(Refusal::Value(Field::UseHttps), at)),
                    };
                    *piece = Piece::PhoneServices { use_https };
                }
                return Ok(Some(parent));
            }
            Content::Url(page, secure) => {
                if let Some(url) = self::url_text(reader, field, at)? {
                    *piece = Piece::Url(PageUrl { page, secure, url });
                }
            }
            Content::IdleTimeout => {
                if let Some(text) = reader.text(field, TextKind::Unbounded)? {
                    *piece = Piece::IdleTimeout(at_most(reader, field, &text, u16::MAX, at)?);
                }
            }
            Content::Provisioning => {
                if let Some(text) = reader.text(field, TextKind::Unbounded)? {
                    *piece = Piece::ServiceSource(match at_most(reader, field, &text, 2, at)? {
                        0 => ServiceSource::Entries,
                        1 => ServiceSource::Urls,
                        _ => ServiceSource::Both,
                    });
                }
            }
            Content::UserId => {
                if let Some(text) = reader.text(field, TextKind::Name)? {
                    *piece = Piece::UserId(text);
                }
            }
            Content::VersionStamp => {
                if let Some(text) = reader.text(field, TextKind::Name)? {
                    *piece = Piece::VersionStamp(text);
                }
            }
            Content::UserLocale => {
                let [name, lang_code, win_char_set] = texts(reader, &USER_LOCALE)?;
                if name.is_some() || lang_code.is_some() {
                    *piece = Piece::UserLocale(UserLocale { name, lang_code, win_char_set });
                }
            }
            Content::TimeServer => {
                if let [Some(name), mode] = texts(reader, &TIME_SERVER)? {
                    *piece = Piece::TimeServer(TimeServer { name, mode });
                }
            }
            Content::Member => {
                let priority = attribute(reader, b"priority", Field::MemberPriority, 4, at)?;
                if let Some(process_node_name) = member(reader)? {
                    *piece = Piece::Member(Member { priority, process_node_name });
                }
            }
            Content::PhoneService => {
                let kind = attribute(reader, b"type", Field::PhoneServiceType, 2, at)?;
                if let [name, Some(url)] = texts(reader, &PHONE_SERVICE)? {
                    *piece = Piece::PhoneService(PhoneService { page: page_of(kind), name, url });
                }
            }
        }
        Ok(None)
    }
}

/// Returns the page among whose services one of this type is.
const fn page_of(kind: Option<u8>) -> Page {
    match kind {
        Some(1) => Page::Directory,
        Some(2) => Page::Messages,
        _ => Page::Services,
    }
}

/// Reads a URL.
fn url_text<'p>(reader: &mut Reader<'p>, field: Field, at: usize) -> Result<Option<Text<'p>>, Stop> {
    let text = reader.text(field, TextKind::Unbounded)?;
    match text {
        Some(text) if text.chars().count() > Limit::Url.most() => {
            Err(reader.refuse(Refusal::TooLong(field, Limit::Url), at))
        }
        text => Ok(text),
    }
}

/// Reads a number of digits that is `most` at most.
fn at_most(
    reader: &mut Reader<'_>,
    field: Field,
    text: &Text<'_>,
    most: u16,
    at: usize,
) -> Result<u16, Stop> {
    match number(text) {
        Some(number) if number <= most => Ok(number),
        _ => Err(reader.refuse(Refusal::Value(field), at)),
    }
}

/// Reads an attribute of the start tag at `at`, which was read last: a number.
fn attribute(
    reader: &mut Reader<'_>,
    name: &[u8],
    field: Field,
    most: u16,
    at: usize,
) -> Result<Option<u8>, Stop> {
    match reader.optional_attribute(name, field)? {
        None => Ok(None),
        Some(text) => at_most(reader, field, &text, most, at).map(|number| u8::try_from(number).ok()),
    }
}

/// Reads the texts of these names in an element whose start tag was read, up to its end.
fn texts<'p, const N: usize>(
    reader: &mut Reader<'p>,
    fields: &[Field; N],
) -> Result<[Option<Text<'p>>; N], Stop> {
    let (mut texts, mut seen) = ([None; N], [false; N]);
    while reader.next()?.is_some() {
        let at = reader.at();
        let known = fields.iter().zip(&mut texts).zip(&mut seen);
        let known = known.into_iter().find(|((field, _), _)| same(field.name().as_bytes(), reader.name()));
        let Some(((field, text), seen)) = known else {
            reader.skip()?;
            continue;
        };
        if core::mem::replace(seen, true) {
            return Err(reader.refuse(Refusal::Repeated(*field), at));
        }
        *text = if *field == Field::PhoneServiceUrl {
            url_text(reader, *field, at)?
        } else {
            reader.text(*field, TextKind::Name)?
        };
    }
    Ok(texts)
}

/// Reads the `callManager` of a `member` whose start tag was read.
fn member<'p>(reader: &mut Reader<'p>) -> Result<Option<Text<'p>>, Stop> {
    let (mut name, mut seen) = (None, false);
    while reader.next()?.is_some() {
        if !same(reader.name(), Field::CallManager.name().as_bytes()) {
            reader.skip()?;
            continue;
        }
        if core::mem::replace(&mut seen, true) {
            let at = reader.at();
            return Err(reader.refuse(Refusal::Repeated(Field::CallManager), at));
        }
        [name] = texts(reader, &MEMBER)?;
    }
    Ok(name)
}

impl Grammar for PhoneFile {
    type Piece<'p> = Piece<'p>;

    const DEPTH: usize = limits::PHONE_FILE_DEPTH;

    fn more<'p>() -> Piece<'p> {
        Piece::More
    }

    fn is_more(piece: &Piece<'_>) -> bool {
        matches!(piece, Piece::More)
    }

    fn end<'p>() -> Piece<'p> {
        Piece::End
    }

    fn root<'p>(
        &mut self,
        reader: &mut Reader<'p>,
        _: ElementName,
        position: Position,
        _: &mut Piece<'p>,
    ) -> Result<(), Stop> {
        if !(same(reader.name(), b"device") || same(reader.name(), b"Default")) {
            return Err(reader.refuse(Refusal::NoPhoneFile, position.at));
        }
        self.enter(Parent::Root);
        Ok(())
    }

    fn inside<'p>(
        &mut self,
        open: &mut Open,
        reader: &mut Reader<'p>,
        _: (Position, &str),
        piece: &mut Piece<'p>,
    ) -> Result<(), Stop> {
        let skipped = open.depth() != usize::from(self.level);
        match open.token(reader, Context::Ignored)? {
            Token::Start(child) => {
                let (at, name) = reader.token_at();
                reader.start_tag(child)?;
                let Some((element, bit)) = self.known(name).filter(|_| !skipped) else {
                    return open.push(reader, name, at);
                };
                let once =
                    !matches!(element.content, Content::TimeServer | Content::Member | Content::PhoneService);
                if once && self.seen & bit != 0 {
                    return Err(reader.refuse(Refusal::Repeated(element.field), at));
                }
                let entered = Self::element(reader, element, at, piece)?;
                if let Some(parent) = entered {
                    open.push(reader, name, at)?;
                    self.enter(parent);
                }
                // Not before: what is cut comes once more with more bytes.
                self.seen |= bit;
                Ok(())
            }
            Token::End => {
                open.pop();
                if !skipped {
                    self.level = self.level.saturating_sub(1);
                }
                Ok(())
            }
            Token::Text => reader.other_text(),
            Token::Checked => Ok(()),
            Token::Nothing => Err(reader.cut_short()),
        }
    }

    /// Each refusal is about what is in the window.
    fn kept(&self, _: usize) -> Option<Position> {
        None
    }
}

const _: () = assert!(ELEMENTS.len() <= 32, "each has a bit");
