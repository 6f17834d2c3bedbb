//! What the phone keeps of its file, read piece by piece as the bytes come. It must never keep what was not read to its end:
//! whoever drives it takes [`Found`] only after [`Document::end`].

use heapless::{String, Vec};
use hotdesk_core::Text;
use hotdesk_core::provisioning::{Page, Piece, PieceReader, ServiceSource};

use super::Failure;
use crate::Language;
use crate::config::{SERVICES, Service};

/// Bytes of a file at most: as real phones have it.
pub(super) const LIMIT: usize = 2048 * 1024;
/// Where the hash of a file begins.
const PRINT_OF_NOTHING: u32 = 0x811C_9DC5;
/// Bytes of a name: 128 characters of ASCII. One with more is left out.
pub(crate) const NAME_BYTES: usize = 128;
/// Bytes of a URL.
pub(crate) const URL_BYTES: usize = 256;
/// Time servers that are kept.
const TIME_SERVERS: usize = 2;
/// Services that are kept.
const PHONE_SERVICES: usize = 4;

/// What a file says that counts for this phone.
#[derive(Debug)]
pub struct Found {
    /// `versionStamp`; empty where there is none.
    pub(crate) version: String<NAME_BYTES>,
    /// What tells the bytes of the file from others.
    pub(super) print: u32,
    /// The call managers with the lowest `priority`, that first.
    pub(super) members: Vec<(u8, Service), SERVICES>,
    /// The user locale, where the phone speaks it.
    pub(crate) language: Option<Language>,
    /// In the order of the file.
    pub(crate) time_servers: Vec<String<NAME_BYTES>, TIME_SERVERS>,
    /// `servicesURL`.
    pub(super) services_url: Option<String<URL_BYTES>>,
    /// Entries of the services menu, in the order of the file.
    pub(super) services: Vec<PhoneService, PHONE_SERVICES>,
    pub(super) source: ServiceSource,
}

/// An entry of the services menu.
#[derive(Debug)]
pub(super) struct PhoneService {
    pub(super) name: String<NAME_BYTES>,
    pub(super) url: String<URL_BYTES>,
}

impl Found {
    // Not a constant: it would be as long in the image as it is in memory.
    pub(crate) fn nothing() -> Self {
        Self {
            version: String::new(),
            print: PRINT_OF_NOTHING,
            members: Vec::new(),
            language: None,
            time_servers: Vec::new(),
            services_url: None,
            services: Vec::new(),
            source: ServiceSource::Both,
        }
    }

    /// Whether it is of the same version of the file.
    pub(crate) fn is_as(&self, other: &Self) -> bool {
        // Without a stamp the bytes tell.
        if self.version.is_empty() { self.print == other.print } else { self.version == other.version }
    }

    /// The call managers, primary and backup: a login service runs on each.
    pub(crate) fn members(&self) -> Vec<Service, SERVICES> {
        self.members.iter().map(|(_, member)| member.clone()).collect()
    }

    pub(crate) fn has_members(&self) -> bool {
        !self.members.is_empty()
    }

    /// The call manager that is tried first.
    pub(crate) fn first_member(&self) -> Option<&Service> {
        self.member(0)
    }

    /// The call manager that is tried in this place.
    pub(crate) fn member(&self, place: usize) -> Option<&Service> {
        self.members.get(place).map(|(_, member)| member)
    }

    /// Name and URL of each service, then of the page that lists services, as far as the file says that they count. Without a
    /// name it is empty.
    pub(crate) fn pages(&self) -> impl Iterator<Item = (&str, &str)> {
        let services = if self.source == ServiceSource::Urls { &[][..] } else { &self.services };
        let listing = self.services_url.as_deref().filter(|_| self.source != ServiceSource::Entries);
        services.iter().map(|service| (&*service.name, &*service.url)).chain(listing.map(|url| ("", url)))
    }

    fn take(&mut self, piece: Piece<'_>) {
        match piece {
            Piece::Member(member) => {
                let name = copy::<NAME_BYTES>(&member.process_node_name);
                let Some(service) = name.and_then(|name| Service::parse(&name).ok()) else { return };
                let priority = member.priority.unwrap_or(u8::MAX);
                let place = self.members.iter().position(|(known, _)| *known > priority);
                let place = place.unwrap_or(self.members.len());
                if self.members.is_full() && place < self.members.len() {
                    self.members.pop();
                }
                let _ = self.members.insert(place, (priority, service));
            }
            Piece::TimeServer(server) => {
                if let Some(name) = copy(&server.name) {
                    let _ = self.time_servers.push(name);
                }
            }
            Piece::UserLocale(locale) => self.language = locale.lang_code.and_then(|code| language(&code)),
            Piece::Url(url) if url.page == Page::Services && !url.secure => {
                self.services_url = copy(&url.url);
            }
            Piece::ServiceSource(source) => self.source = source,
            Piece::PhoneService(service) if service.page == Page::Services => {
                let name = service.name.and_then(|name| copy(&name)).unwrap_or_default();
                if let Some(url) = copy(&service.url) {
                    let _ = self.services.push(PhoneService { name, url });
                }
            }
            Piece::VersionStamp(stamp) => self.version = copy(&stamp).unwrap_or_default(),
            _ => {}
        }
    }
}

/// The file as it comes in.
pub(super) struct Document<'w, 'f> {
    reader: PieceReader<'w>,
    found: &'f mut Found,
    bytes: usize,
}

impl<'w, 'f> Document<'w, 'f> {
    /// Starts before the first byte. `window` is for the reader.
    pub(super) fn new(window: &'w mut [u8], found: &'f mut Found) -> Self {
        *found = Found::nothing();
        Self { reader: PieceReader::new(window), found, bytes: 0 }
    }

    /// Bytes that came so far.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    ///
    /// The file is too long or breaks a rule.
    pub(super) fn feed(&mut self, mut bytes: &[u8]) -> Result<(), Failure> {
        self.bytes = self.bytes.saturating_add(bytes.len());
        if self.bytes > LIMIT {
            return Err(Failure::TooLong);
        }
        // FNV-1a.
        let print = |print: u32, byte: &u8| (print ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        self.found.print = bytes.iter().fold(self.found.print, print);
        while !bytes.is_empty() {
            let taken = self.reader.feed(bytes);
            bytes = bytes.get(taken..).unwrap_or_default();
            self.take_pieces()?;
        }
        Ok(())
    }

    /// Takes the end of the file.
    ///
    /// # Errors
    ///
    /// The file breaks a rule.
    pub(super) fn end(&mut self) -> Result<(), Failure> {
        self.reader.end();
        self.take_pieces()
    }

    fn take_pieces(&mut self) -> Result<(), Failure> {
        loop {
            match self.reader.next() {
                Ok(Piece::More | Piece::End) => return Ok(()),
                Ok(piece) => self.found.take(piece),
                Err(error) => {
                    let (line, column) = self.reader.line_column();
                    return Err(Failure::Unreadable { error, line, column });
                }
            }
        }
    }
}

/// Copies a text; nothing where it does not fit.
fn copy<const N: usize>(text: &Text<'_>) -> Option<String<N>> {
    let mut copy = String::new();
    text.chars().try_for_each(|character| copy.push(character)).ok()?;
    Some(copy)
}

/// The language of a `langCode`, such as `de_DE`, where the phone speaks it.
fn language(code: &Text<'_>) -> Option<Language> {
    let mut language = String::<8>::new();
    code.chars()
        .take_while(|character| !matches!(character, '_' | '-'))
        .try_for_each(|character| language.push(character))
        .ok()?;
    Language::find(&language)
}
