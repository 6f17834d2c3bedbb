//! Why a service was not let in over TLS, and what is wrong with the file that it is trusted by. By cause, never by a number
//! alone.

use core::fmt;

use hotdesk_tls::{TrustError, Version};

use super::Words;
use super::codes::Remedy;
use super::packed::fill;
use crate::config::CertificateFault;
use crate::net::Refusal;
use crate::part::{Part, write_all};

/// What happened.
pub(super) fn refused(refusal: Refusal, words: &Words, out: &mut dyn fmt::Write) -> fmt::Result {
    let (text, values) = match refusal {
        Refusal::OutOfMemory => (words.tls_out_of_memory, [None, None]),
        Refusal::NoTime => (words.tls_no_time, [None, None]),
        Refusal::NoRandom => (words.tls_no_random, [None, None]),
        Refusal::Trust => (words.tls_trust, [None, None]),
        Refusal::NotTrusted => (words.tls_not_trusted, [None, None]),
        Refusal::OtherName(Some(name)) => {
            return fill(out, words.tls_other_name, &[Part::Text(name.as_str())])
                .and_then(|()| nothing_sent(words, out));
        }
        Refusal::OtherName(None) => (words.tls_another_name, [None, None]),
        Refusal::Expired { ended: Some(day) } => (words.tls_expired, [Some(day), None]),
        Refusal::Expired { ended: None } => (words.tls_one_expired, [None, None]),
        Refusal::NotYetValid { begins: Some(day), today } => (words.tls_not_yet_valid, [Some(day), today]),
        Refusal::NotYetValid { begins: None, today } => (words.tls_one_not_yet_valid, [today, None]),
        Refusal::WrongKind => (words.tls_wrong_kind, [None, None]),
        Refusal::Unusable => (words.tls_unusable, [None, None]),
        Refusal::WrongKey => (words.tls_wrong_key, [None, None]),
        Refusal::OtherVersion { highest: Version::Tls12 } => (words.tls_not_1_2, [None, None]),
        Refusal::OtherVersion { highest: Version::Tls13 } => (words.tls_not_1_3, [None, None]),
        Refusal::WantsCertificate => (words.tls_wants_certificate, [None, None]),
        Refusal::NothingInCommon => (words.tls_nothing_in_common, [None, None]),
        Refusal::NotTls => (words.tls_not_tls, [None, None]),
        Refusal::Broken => (words.tls_broken, [None, None]),
        Refusal::NoEngine | Refusal::Protocol(_) => (words.tls_failed, [None, None]),
    };
    fill(out, text, &values.map(|day| day.map_or(Part::Text("?"), Part::Date)))?;
    nothing_sent(words, out)
}

fn nothing_sent(words: &Words, out: &mut dyn fmt::Write) -> fmt::Result {
    words.tls_nothing_sent.write_after(" ", out)
}

/// What the person does.
pub(super) fn remedy(refusal: Refusal) -> Remedy {
    match refusal {
        Refusal::OutOfMemory => Remedy::Restart,
        Refusal::NoTime | Refusal::Broken => Remedy::TryLaterOrTell,
        _ => Remedy::TellAdmin,
    }
}

/// For whoever is told of it. What only a programmer can use is a number.
pub(super) fn name(refusal: Refusal, words: &Words, out: &mut dyn fmt::Write) -> fmt::Result {
    words.no_connection.write(out)?;
    match refusal {
        Refusal::Protocol(number) => {
            let sign = if number < 0 { ": TLS -" } else { ": TLS " };
            write_all(out, &[Part::Text(sign), Part::Number(number.unsigned_abs())])
        }
        _ => out.write_str(": TLS"),
    }
}

/// What is wrong with a file; the line that names it comes before.
pub(crate) fn certificate_fault(
    fault: CertificateFault,
    words: &Words,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    let (text, number) = match fault {
        CertificateFault::Missing => (words.trust_missing, 0),
        CertificateFault::Unreadable => (words.trust_unreadable, 0),
        CertificateFault::TooLong { bound }
        | CertificateFault::Content(TrustError::TooLong { room: bound }) => (words.trust_too_long, bound),
        CertificateFault::Content(error) => match error {
            TrustError::OtherContent { line } => (words.trust_other_content, line),
            TrustError::SecondCertificate { line } => (words.trust_second, line),
            TrustError::Character { line } => (words.trust_character, line),
            TrustError::Cut => (words.trust_cut, 0),
            _ => (words.trust_none, 0),
        },
    };
    fill(out, text, &[Part::number(number)])
}
