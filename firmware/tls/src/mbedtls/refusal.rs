//! What the numbers of Mbed TLS mean. It must never blame a certificate for a lack of memory.

use mbedtls_rs::SessionError;
use mbedtls_rs::sys::{
    MBEDTLS_ERR_ECP_VERIFY_FAILED, MBEDTLS_ERR_RSA_VERIFY_FAILED, MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE,
    MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE, MBEDTLS_ERR_SSL_INVALID_RECORD, MBEDTLS_X509_BADCERT_BAD_KEY,
    MBEDTLS_X509_BADCERT_BAD_MD, MBEDTLS_X509_BADCERT_BAD_PK, MBEDTLS_X509_BADCERT_CN_MISMATCH,
    MBEDTLS_X509_BADCERT_EXPIRED, MBEDTLS_X509_BADCERT_EXT_KEY_USAGE, MBEDTLS_X509_BADCERT_FUTURE,
    MBEDTLS_X509_BADCERT_KEY_USAGE, MBEDTLS_X509_BADCERT_NOT_TRUSTED,
};

use super::arena;
use crate::Error;

/// What is wrong with a certificate, the gravest first.
const FAULTS: [(u32, Error); 6] = [
    (MBEDTLS_X509_BADCERT_NOT_TRUSTED, Error::NotTrusted),
    (MBEDTLS_X509_BADCERT_CN_MISMATCH, Error::OtherName),
    (MBEDTLS_X509_BADCERT_EXPIRED, Error::Expired),
    (MBEDTLS_X509_BADCERT_FUTURE, Error::NotYetValid),
    (MBEDTLS_X509_BADCERT_KEY_USAGE | MBEDTLS_X509_BADCERT_EXT_KEY_USAGE, Error::WrongKind),
    (
        MBEDTLS_X509_BADCERT_BAD_MD | MBEDTLS_X509_BADCERT_BAD_PK | MBEDTLS_X509_BADCERT_BAD_KEY,
        Error::Unusable,
    ),
];
/// The flags before a certificate was looked at, and after one that could not be.
const NOT_LOOKED_AT: u32 = u32::MAX;
/// The errors of the reader of certificates: -0x2980 to -0x2080, whose lower bits name the place.
const READER: core::ops::RangeInclusive<i32> = -0x29ff..=-0x2080;

/// The alert that tells the service that its signature is wrong.
const DECRYPT_ERROR: u8 = 51;
/// The alert that tells the phone that it speaks no version of the service's.
const PROTOCOL_VERSION: u8 = 70;
/// The alert that ends a connection in order.
const CLOSE_NOTIFY: u8 = 0;

/// What else is known of a session that was not made.
#[derive(Clone, Copy, Default)]
pub(super) struct Evidence {
    /// What is wrong with the certificate.
    pub(super) flags: Option<u32>,
    /// The alert that was sent in clear.
    pub(super) sent_alert: Option<u8>,
    /// The alert that came in clear.
    pub(super) received_alert: Option<u8>,
    /// The service asked in clear for a certificate of the phone's, which has none.
    pub(super) wants_certificate: bool,
}

/// Returns what an error of a session means.
pub(super) fn of(error: SessionError, evidence: Evidence) -> Error {
    let of_certificate = evidence
        .flags
        .filter(|&flags| flags != NOT_LOOKED_AT)
        .and_then(|flags| FAULTS.iter().find(|(fault, _)| flags & fault != 0).map(|&(_, error)| error));
    unless_memory(match (of_certificate, error) {
        (Some(error), _) => error,
        // The phone may be writing while the service says why it goes.
        (None, SessionError::Io(kind)) => of_alert(evidence).unwrap_or(Error::Connection(kind)),
        (None, SessionError::MbedTls(error)) => match error.code() {
            MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE => of_alert(evidence).unwrap_or(Error::NothingInCommon),
            MBEDTLS_ERR_SSL_INVALID_RECORD => Error::NotTls,
            MBEDTLS_ERR_ECP_VERIFY_FAILED | MBEDTLS_ERR_RSA_VERIFY_FAILED => Error::WrongKey,
            // TLS 1.3 has no number of its own for it.
            MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE if evidence.sent_alert == Some(DECRYPT_ERROR) => {
                Error::WrongKey
            }
            code if READER.contains(&code) => Error::Unusable,
            code => Error::Protocol(code),
        },
    })
}

/// Returns what the alert of a service means that came in clear.
fn of_alert(evidence: Evidence) -> Option<Error> {
    match (evidence.received_alert?, evidence.wants_certificate) {
        (CLOSE_NOTIFY, _) => None,
        (PROTOCOL_VERSION, _) => Some(Error::OtherVersion),
        (_, true) => Some(Error::WantsCertificate),
        _ => Some(Error::NothingInCommon),
    }
}

/// Returns `error`, or what caused it where an allocation failed.
pub(super) fn unless_memory(error: Error) -> Error {
    if arena::figures().failed == 0 { error } else { Error::OutOfMemory }
}
