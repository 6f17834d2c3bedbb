//! TLS of the phone: what a service must show ([`Trust`]), why it was refused ([`Error`]), a session ([`Tls`],
//! [`Session`]) over any `embedded-io-async` connection, and behind the feature `mbedtls` the engine `MbedTls`.
//!
//! It must never let a service in that was not checked: there is no connection without a name, a trust and the time,
//! no way to leave a check out, and no fall-back to a connection in clear. What went through a session is wiped from
//! the engine's memory when that ends; what resumes it stays until [`Tls::forget`].
#![no_std]

mod error;
#[cfg(feature = "mbedtls")]
mod mbedtls;
mod shown;
mod trust;

use embedded_io_async::{Read, Write};

pub use error::Error;
#[cfg(feature = "mbedtls")]
pub use mbedtls::{AlreadyMade, ArenaFigures, MbedTls, MbedTlsSession};
pub use shown::{Date, Refused, Shown, ShownName};
pub use trust::{Trust, TrustError, certificate};

/// Seconds since the start of 1970, UTC.
pub type UnixTime = u64;

/// A version of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// TLS 1.2.
    Tls12,
    /// TLS 1.3.
    Tls13,
}

/// The service that a connection must lead to.
#[derive(Clone, Copy, Debug)]
pub struct Service<'a> {
    /// The name that its certificate must be for: a DNS name, or an address as text. At most 255 bytes.
    pub name: &'a str,
    /// What its certificate must be, or be issued by.
    pub trust: Trust<'a>,
    /// The highest version to offer; the lowest is 1.2.
    pub highest: Version,
    /// The time now; `None`, where it is not known, is [`Error::NoTime`].
    pub time: Option<UnixTime>,
}

/// An engine that makes sessions, one at a time.
#[allow(async_fn_in_trait, reason = "the phone has one thread; no future has to be Send")]
pub trait Tls {
    /// A session over the connection `T`.
    type Session<'e, T: Read + Write + 'e>: Session<Stream = T>
    where
        Self: 'e;

    /// Makes a session with a service over a connection to it.
    ///
    /// Where this is dropped before its end, the connection is of no use any more; close it. `stream` must lose
    /// nothing where one of its own operations is dropped.
    ///
    /// # Errors
    ///
    /// Why the service was refused, or cannot be reached. Nothing of the phone's was sent but TLS's own messages.
    async fn connect<'e, T: Read + Write + 'e>(
        &'e mut self,
        stream: T,
        service: &Service<'e>,
    ) -> Result<Self::Session<'e, T>, Refused>;

    /// Forgets what was kept of past sessions: the next one is checked in full.
    ///
    /// To be called where the trust of a service, or the source of the time, changes.
    fn forget(&mut self);
}

/// A session with a service that was checked. One that is dropped without [`Session::close`] is cut.
#[allow(async_fn_in_trait, reason = "as for `Tls`")]
pub trait Session: Read<Error = Error> + Write<Error = Error> {
    /// The connection that it goes over.
    type Stream;

    /// The version that both sides agreed on.
    fn version(&self) -> Version;

    /// Tells the service that nothing more comes, and gives the connection back, where there still is one.
    async fn close(self) -> Option<Self::Stream>;
}
