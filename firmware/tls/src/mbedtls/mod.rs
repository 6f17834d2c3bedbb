//! The engine Mbed TLS. It must never say of a certificate what was a lack of memory, and never resume a session with
//! a service whose trust, versions or dates might be judged differently now.

mod arena;
mod clock;
mod leaf;
#[cfg(any(target_os = "none", test))]
mod libc;
mod refusal;
mod tap;

use core::ffi::CStr;

use embedded_io_async::{ErrorType, Read, Write};
use mbedtls_rs::{Certificate, ClientSessionConfig, SavedSession, SessionConfig, SessionError, TlsVersion};
use rand_core::CryptoRng;

use crate::{Error, Refused, Service, Session, Tls, UnixTime, Version};
use leaf::Unread;
use refusal::Evidence;
use tap::{Seen, Tap};

pub use arena::ArenaFigures;

/// The bytes of the longest name, with the NUL behind it.
const NAME_ROOM: usize = 256;
/// Seconds for which a session may be resumed after its service was checked.
const RESUME_FOR: u64 = 12 * 3600;

/// There is an engine already; the program has room for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlreadyMade;

impl core::fmt::Display for AlreadyMade {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("there is an engine already; the program has room for one")
    }
}

impl core::error::Error for AlreadyMade {}

/// Mbed TLS, which speaks TLS 1.2 and 1.3.
///
/// It computes without a pause for as long as a handshake takes (about a second on a Cortex-M0+): what must not wait
/// runs at a higher priority.
pub struct MbedTls {
    // Before `tls`, so that it is dropped first.
    kept: Option<Kept>,
    seen: Seen,
    tls: mbedtls_rs::Tls<'static>,
}

/// A session that may be resumed, with what was known when its service was checked.
struct Kept {
    session: SavedSession,
    service: u64,
    highest: Version,
    checked: UnixTime,
}

impl MbedTls {
    /// Makes the engine. `random` makes its keys, so it must be a generator that nobody can guess; `arena` is all the
    /// memory that it uses: 48 kB suffice on a processor with 32 bits.
    ///
    /// # Errors
    ///
    /// There is an engine already.
    pub fn new(
        random: &'static mut (dyn CryptoRng + Send),
        arena: &'static mut [u8],
    ) -> Result<Self, AlreadyMade> {
        let tls = mbedtls_rs::Tls::new(random).map_err(|_| AlreadyMade)?;
        arena::give(arena);
        clock::hook();
        Ok(Self { kept: None, seen: Seen::new(), tls })
    }

    /// Returns how much of the arena is in use.
    #[must_use]
    pub fn arena(&self) -> ArenaFigures {
        arena::figures()
    }
}

impl Kept {
    fn is_good_for(&self, service: &Service<'_>, now: UnixTime) -> bool {
        self.service == fingerprint(service)
            && self.highest == service.highest
            && now.checked_sub(self.checked).is_some_and(|age| age < RESUME_FOR)
    }
}

impl Tls for MbedTls {
    type Session<'e, T: Read + Write + 'e> = MbedTlsSession<'e, T>;

    async fn connect<'e, T: Read + Write + 'e>(
        &'e mut self,
        stream: T,
        service: &Service<'e>,
    ) -> Result<MbedTlsSession<'e, T>, Refused> {
        let now = service.time.ok_or(Error::NoTime)?;
        let mut room = [0; NAME_ROOM];
        let name = with_nul(service.name, &mut room).ok_or(Error::Name)?;
        if self.kept.as_ref().is_some_and(|kept| !kept.is_good_for(service, now)) {
            self.kept = None;
        }
        clock::set(now);
        arena::begin();
        self.seen.begin();
        let trusted = Certificate::new_no_copy(service.trust.certificate())
            .map_err(|_| refusal::unless_memory(Error::Trust))?;
        let config = SessionConfig::Client(ClientSessionConfig {
            ca_chain: Some(trusted),
            max_version: Some(match service.highest {
                Version::Tls12 => TlsVersion::Tls1_2,
                Version::Tls13 => TlsVersion::Tls1_3,
            }),
            ..ClientSessionConfig::new()
        });
        let mut session =
            mbedtls_rs::Session::new(self.tls.reference(), Tap::new(stream, &self.seen), &config)
                .map_err(|error| refusal::of(error, Evidence::default()))?;
        session.set_server_name(name).map_err(|error| refusal::of(error, Evidence::default()))?;
        let checked = match self.kept.take() {
            Some(kept) => session.connect_with_session(&kept.session).await.map(|()| kept.checked),
            None => session.connect().await.map(|()| now),
        };
        let checked = match checked {
            Ok(checked) => checked,
            Err(error) => {
                let flags = Some(session.tls_verification_details());
                if matches!(error, SessionError::Io(_)) {
                    session.stream().look_on().await;
                } else {
                    // The alert that tells the service why; where the connection is dropped it would not leave.
                    let _ = session.stream().flush().await;
                }
                let evidence = Evidence {
                    flags,
                    sent_alert: self.seen.sent_alert(),
                    received_alert: self.seen.received_alert(),
                    wants_certificate: self.seen.wants_certificate(),
                };
                let error = refusal::of(error, evidence);
                // Their memory is needed.
                drop((session, config));
                return Err(told(error, &self.seen));
            }
        };
        session.stream().end();
        let version = match session.tls_version() {
            Some(TlsVersion::Tls1_3) => Version::Tls13,
            _ => Version::Tls12,
        };
        if version == Version::Tls12 {
            let (service, highest) = (fingerprint(service), service.highest);
            self.kept = session.save().ok().map(|session| Kept { session, service, highest, checked });
        }
        Ok(MbedTlsSession { session, version })
    }

    fn forget(&mut self) {
        self.kept = None;
    }
}

/// A session of [`MbedTls`].
pub struct MbedTlsSession<'e, T: Read + Write> {
    session: mbedtls_rs::Session<'e, Tap<'e, T>>,
    version: Version,
}

impl<T: Read + Write> Session for MbedTlsSession<'_, T> {
    type Stream = T;

    fn version(&self) -> Version {
        self.version
    }

    async fn close(mut self) -> Option<T> {
        // Where that does not leave, the service finds out by itself.
        let _ = self.session.close().await;
        self.session.stream().take()
    }
}

impl<T: Read + Write> ErrorType for MbedTlsSession<'_, T> {
    type Error = Error;
}

impl<T: Read + Write> Read for MbedTlsSession<'_, T> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        self.session.read(buffer).await.map_err(|error| refusal::of(error, Evidence::default()))
    }
}

impl<T: Read + Write> Write for MbedTlsSession<'_, T> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        self.session.write(bytes).await.map_err(|error| refusal::of(error, Evidence::default()))
    }

    async fn flush(&mut self) -> Result<(), Error> {
        self.session.flush().await.map_err(|error| refusal::of(error, Evidence::default()))
    }
}

/// Returns why a certificate was refused, and what it says of itself. The engine leaves out a certificate that it cannot
/// read and judges the next one, that of the issuer: such a one is refused for what it is.
fn told(error: Error, seen: &Seen) -> Refused {
    let is_for_certificate = matches!(
        error,
        Error::NotTrusted
            | Error::OtherName
            | Error::Expired
            | Error::NotYetValid
            | Error::WrongKind
            | Error::Unusable
    );
    match seen.with_certificate(leaf::read).filter(|_| is_for_certificate) {
        Some(Ok(shown)) => Refused { error, shown: Some(shown) },
        Some(Err(Unread::Unusable)) => Error::Unusable.into(),
        Some(Err(Unread::NoMemory)) | None => error.into(),
    }
}

fn with_nul<'a>(name: &str, room: &'a mut [u8; NAME_ROOM]) -> Option<&'a CStr> {
    if name.is_empty() {
        return None;
    }
    room.get_mut(..name.len())?.copy_from_slice(name.as_bytes());
    let name = CStr::from_bytes_with_nul(room.get(..=name.len())?).ok()?;
    Some(name)
}

/// Tells one name and trust from another (FNV-1a). They are the phone's own configuration, which no service chooses.
fn fingerprint(service: &Service<'_>) -> u64 {
    let bytes = service.trust.certificate().iter().chain(service.name.as_bytes());
    bytes
        .fold(0xcbf2_9ce4_8422_2325, |sum, &byte| (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}
