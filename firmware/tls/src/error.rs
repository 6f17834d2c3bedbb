//! Why there is no session. It must never hold a byte that the other side sent.

use embedded_io_async::ErrorKind;

/// Why a service was refused, or a session ended.
///
/// A certificate with several faults is refused for the first of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The phone's memory for TLS does not suffice; says nothing of the certificate.
    OutOfMemory,
    /// The phone does not know the time, which a certificate is checked against.
    NoTime,
    /// There are no random numbers to make keys of.
    NoRandom,
    /// The name of the service is empty, longer than 255 bytes or holds a NUL.
    Name,
    /// The trusted certificate cannot be read.
    Trust,
    /// The certificate is not the trusted one, nor issued by it.
    NotTrusted,
    /// The certificate is for another name.
    OtherName,
    /// The certificate has expired.
    Expired,
    /// The certificate is not valid yet, or the phone's clock is slow.
    NotYetValid,
    /// The certificate is not one of a server.
    WrongKind,
    /// The certificate cannot be used: signed with SHA-1, too short a key, or an unknown critical extension. On TLS 1.3
    /// one signed with SHA-1 whose issuer was sent with it may be [`Error::OtherName`].
    Unusable,
    /// The service does not hold the key of its certificate.
    WrongKey,
    /// The service speaks none of the versions that were offered.
    OtherVersion,
    /// The service refused to go on without a certificate of the phone's, which has none. On TLS 1.3 that is
    /// [`Error::NothingInCommon`] where the first answer is read.
    WantsCertificate,
    /// The service refused what the phone offered, without saying what of it.
    NothingInCommon,
    /// What answers does not speak TLS.
    NotTls,
    /// The connection broke.
    Connection(ErrorKind),
    /// The service broke the rules of TLS; the number is the engine's.
    Protocol(i32),
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::OutOfMemory => "too little memory for TLS",
            Self::NoTime => "the time is not known",
            Self::NoRandom => "there are no random numbers",
            Self::Name => "the name of the service is empty, too long or holds a NUL",
            Self::Trust => "the trusted certificate cannot be read",
            Self::NotTrusted => "the certificate is not trusted",
            Self::OtherName => "the certificate is for another name",
            Self::Expired => "the certificate has expired",
            Self::NotYetValid => "the certificate is not valid yet",
            Self::WrongKind => "the certificate is not one of a server",
            Self::Unusable => "the certificate cannot be used",
            Self::WrongKey => "the service does not hold the key of its certificate",
            Self::OtherVersion => "the service speaks none of the versions of TLS that were offered",
            Self::WantsCertificate => "the service wants a certificate of the phone's",
            Self::NothingInCommon => "the service has no TLS settings in common with the phone",
            Self::NotTls => "what answers does not speak TLS",
            Self::Connection(kind) => return write!(f, "the connection broke: {kind:?}"),
            Self::Protocol(number) => return write!(f, "TLS failed: {number}"),
        })
    }
}

impl core::error::Error for Error {}

impl embedded_io_async::Error for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Connection(kind) => *kind,
            Self::OutOfMemory => ErrorKind::OutOfMemory,
            _ => ErrorKind::Other,
        }
    }
}
