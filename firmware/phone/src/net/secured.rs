//! The way to an `https` service: a network's connections under an engine of TLS.
//!
//! It must never hand out a connection to such a service that is not secured, nor one whose service was not checked by its
//! own trust and name and by the time.

use embassy_time::Instant;
use embedded_io_async::{ErrorKind, ErrorType, Read, Write};
use hotdesk_tls::{Date, Error, Refused, Session, ShownName, Tls, UnixTime, Version};

#[cfg(feature = "provisioning")]
use super::Ipv4Addr;
use super::{Address, ConnectError, Network};
use crate::config::Service;
use crate::log::log;
use crate::time::Known;

/// Why a service was not let in. Nothing was sent to it but messages of TLS's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The phone's memory for TLS does not suffice.
    OutOfMemory,
    /// The phone does not know the time.
    NoTime,
    /// The phone has no random numbers to make keys of.
    NoRandom,
    /// The certificate that the phone is to trust cannot be read.
    Trust,
    /// The certificate is not the trusted one, nor issued by it.
    NotTrusted,
    /// The certificate is for another name: this one, if it says one.
    OtherName(Option<ShownName>),
    /// The certificate has expired.
    Expired {
        /// The last day of the service's own, if that is the one.
        ended: Option<Date>,
    },
    /// The certificate is not valid yet, or the phone's clock is slow.
    NotYetValid {
        /// The first day of the service's own, if that is the one.
        begins: Option<Date>,
        /// The phone's day.
        today: Option<Date>,
    },
    /// The certificate is not one of a server.
    WrongKind,
    /// The certificate cannot be used.
    Unusable,
    /// The service does not hold the key of its certificate.
    WrongKey,
    /// The service speaks no version of TLS up to the highest that the phone may speak.
    OtherVersion {
        /// The highest version of the configuration.
        highest: Version,
    },
    /// The service wants a certificate of the phone's, which has none.
    WantsCertificate,
    /// The service refused what the phone offered, without saying what of it.
    NothingInCommon,
    /// What answers does not speak TLS.
    NotTls,
    /// The connection broke while it was being secured.
    Broken,
    /// This network has no engine.
    NoEngine,
    /// The service broke the rules of TLS; the number is the engine's.
    Protocol(i32),
}

#[cfg(feature = "defmt")]
impl defmt::Format for Refusal {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{}", defmt::Debug2Format(self));
    }
}

/// A [`Network`] that secures the way to services that want it. `time` tells what certificates are checked against.
pub struct Secured<N, E, F> {
    network: N,
    engine: E,
    time: F,
}

impl<N: Network, E: Tls, F: Fn() -> Option<UnixTime>> Secured<N, E, F> {
    /// Takes a network, an engine, and what tells the time once it is known.
    pub fn new(network: N, engine: E, time: F) -> Self {
        Self { network, engine, time }
    }
}

/// A connection, secured or not.
pub enum Connection<C, S> {
    /// In clear.
    Clear(C),
    /// Secured.
    Secured(S),
}

impl<N: Network, E: Tls, F: Fn() -> Option<UnixTime>> Network for Secured<N, E, F> {
    type Link = N::Link;

    type Connection<'c>
        = Connection<N::Connection<'c>, E::Session<'c, N::Connection<'c>>>
    where
        Self: 'c;

    #[cfg(feature = "provisioning")]
    type Datagrams<'d>
        = N::Datagrams<'d>
    where
        Self: 'd;

    fn link(&self) -> N::Link {
        self.network.link()
    }

    fn address(&self) -> Option<Address> {
        self.network.address()
    }

    fn known_time(&self) -> Option<Known> {
        self.network.known_time()
    }

    async fn connect(
        &mut self,
        host: &str,
        port: u16,
        deadline: Instant,
    ) -> Result<Self::Connection<'_>, ConnectError> {
        self.network.connect(host, port, deadline).await.map(Connection::Clear)
    }

    async fn connect_to<'c>(
        &'c mut self,
        service: &'c Service,
        deadline: Instant,
    ) -> Result<Self::Connection<'c>, ConnectError> {
        let Some(security) = service.security() else {
            return self.connect(service.host(), service.port(), deadline).await;
        };
        if self.network.learn_time(deadline).await {
            // What was checked by another time is checked anew.
            self.engine.forget();
        }
        let wanted = hotdesk_tls::Service {
            name: security.name().unwrap_or(service.host()),
            trust: security.trust(),
            highest: security.highest(),
            time: (self.time)(),
        };
        if wanted.time.is_none() {
            return Err(ConnectError::Refusal(Refusal::NoTime));
        }
        let stream = self.network.connect(service.host(), service.port(), deadline).await?;
        match self.engine.connect(stream, &wanted).await {
            Ok(session) => Ok(Connection::Secured(session)),
            Err(refused) => {
                let refusal = refusal(refused, &wanted);
                log!(warn, "the service was refused: {}", refusal);
                Err(ConnectError::Refusal(refusal))
            }
        }
    }

    #[cfg(feature = "provisioning")]
    async fn datagrams(
        &mut self,
        host: &str,
        deadline: Instant,
    ) -> Result<(Ipv4Addr, Self::Datagrams<'_>), ConnectError> {
        self.network.datagrams(host, deadline).await
    }

    async fn close<'c>(connection: Self::Connection<'c>)
    where
        Self: 'c,
    {
        let stream = match connection {
            Connection::Clear(stream) => Some(stream),
            Connection::Secured(session) => session.close().await,
        };
        if let Some(stream) = stream {
            N::close(stream).await;
        }
    }

    fn wipe(&mut self) {
        self.network.wipe();
    }
}

fn refusal(Refused { error, shown }: Refused, wanted: &hotdesk_tls::Service<'_>) -> Refusal {
    let today = wanted.time.and_then(Date::of);
    match error {
        Error::OutOfMemory => Refusal::OutOfMemory,
        Error::NoTime => Refusal::NoTime,
        Error::NoRandom => Refusal::NoRandom,
        Error::Trust | Error::Name => Refusal::Trust,
        Error::NotTrusted => Refusal::NotTrusted,
        Error::OtherName => Refusal::OtherName(shown.and_then(|shown| shown.name)),
        // It may be the issuer's that has expired.
        Error::Expired => {
            let ended = shown.map(|shown| shown.ends);
            Refusal::Expired { ended: ended.filter(|ended| today.is_some_and(|today| *ended <= today)) }
        }
        Error::NotYetValid => {
            let begins = shown.map(|shown| shown.begins);
            let begins = begins.filter(|begins| today.is_some_and(|today| *begins >= today));
            Refusal::NotYetValid { begins, today }
        }
        Error::WrongKind => Refusal::WrongKind,
        Error::Unusable => Refusal::Unusable,
        Error::WrongKey => Refusal::WrongKey,
        Error::OtherVersion => Refusal::OtherVersion { highest: wanted.highest },
        Error::WantsCertificate => Refusal::WantsCertificate,
        Error::NothingInCommon => Refusal::NothingInCommon,
        Error::NotTls => Refusal::NotTls,
        Error::Connection(_) => Refusal::Broken,
        Error::Protocol(number) => Refusal::Protocol(number),
    }
}

impl<C: Read, S: Session> ErrorType for Connection<C, S> {
    type Error = ErrorKind;
}

impl<C: Read, S: Session> Read for Connection<C, S> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        match self {
            Self::Clear(stream) => stream.read(buffer).await.map_err(kind),
            Self::Secured(session) => session.read(buffer).await.map_err(kind),
        }
    }
}

impl<C: Read + Write, S: Session> Write for Connection<C, S> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        match self {
            Self::Clear(stream) => stream.write(bytes).await.map_err(kind),
            Self::Secured(session) => session.write(bytes).await.map_err(kind),
        }
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        match self {
            Self::Clear(stream) => stream.flush().await.map_err(kind),
            Self::Secured(session) => session.flush().await.map_err(kind),
        }
    }
}

fn kind(error: impl embedded_io_async::Error) -> ErrorKind {
    error.kind()
}
