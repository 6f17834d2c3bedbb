//! Why a phone has no configuration. It must never repeat a value: it could be a certificate.

use core::fmt;

use super::Language;
use super::Words;
use super::packed::fill;
use crate::config::{self, Name, SetupError, What};
use crate::part::{Part, write_texts};

pub(super) fn setup(error: SetupError, words: &Words, out: &mut dyn fmt::Write) -> fmt::Result {
    match error {
        SetupError::NoCard => words.no_card.write(out),
        SetupError::NoFile => words.no_file.write(out),
        SetupError::NotWritten => words.not_written.write(out),
        SetupError::Unreadable => words.card_unreadable.write(out),
        SetupError::TooLong { bound } => fill(out, words.file_too_long, &[Part::number(bound)]),
        SetupError::File(error) => {
            out.write_str("HOTDESK.TXT\n")?;
            mistake(error, words, out)?;
            words.then_restart.write_after("\n", out)
        }
        #[cfg(feature = "tls")]
        SetupError::Certificate { line, what } => {
            out.write_str("HOTDESK.TXT\n")?;
            fill(out, words.config_line, &[Part::number(line)])?;
            super::certificate_fault(what, words, out)?;
            words.then_restart.write_after("\n", out)
        }
    }
}

/// Writes what is wrong with a configuration file, and where.
pub(crate) fn mistake(error: config::Error, words: &Words, out: &mut dyn fmt::Write) -> fmt::Result {
    if let Some(line) = error.line() {
        fill(out, words.config_line, &[Part::number(line)])?;
    }
    let text = match error.what() {
        What::NotUtf8 => words.config_not_utf8,
        What::CarriageReturn => words.config_carriage_return,
        What::NoEquals => words.config_no_equals,
        What::NoValue => words.config_no_value,
        What::UnknownName => {
            words.config_unknown_name.write(out)?;
            return known(Name::ALL.iter().map(|(name, _)| *name), words, out);
        }
        What::UnknownLanguage => {
            words.config_unknown_language.write(out)?;
            return known(Language::all().map(Language::code), words, out);
        }
        What::Repeated => words.config_repeated,
        What::TooManyServices => words.config_third_service,
        What::BadHost => words.config_bad_host,
        What::BadPort => words.config_bad_port,
        What::Url => words.config_url,
        What::Path => words.config_path,
        What::UserInHost => words.config_user_in_host,
        What::Https => words.config_https,
        What::Ipv6 => words.config_ipv6,
        What::BadNameServer => words.config_bad_name_server,
        What::TooManyNameServers => words.config_third_name_server,
        What::BadMinutes => words.config_bad_minutes,
        What::BadAdminCode => words.config_bad_admin_code,
        What::BadUserIdMode => words.config_bad_user_id_mode,
        What::BadBrightness => words.config_bad_brightness,
        What::BadDurations => words.config_bad_durations,
        What::BadUserPage => words.config_bad_user_page,
        What::BadDomain => words.config_bad_domain,
        What::IdTooLong => words.config_id_too_long,
        What::CertificateTooLong => words.config_certificate_too_long,
        What::NoCertificate => words.config_no_certificate,
        What::NoId => words.config_no_id,
        What::NoService => words.config_no_service,
        #[cfg(feature = "tls")]
        What::NoTrust => words.config_no_trust,
        #[cfg(feature = "tls")]
        What::SecondTrust => words.config_second_trust,
        #[cfg(feature = "tls")]
        What::NoServiceAbove => words.config_no_service_above,
        #[cfg(feature = "tls")]
        What::NotHttps => words.config_not_https,
        #[cfg(feature = "tls")]
        What::InClear => words.config_in_clear,
        #[cfg(all(feature = "browser", feature = "tls"))]
        What::LoginInClear => words.config_login_in_clear,
        #[cfg(feature = "tls")]
        What::BadFile => words.config_bad_file,
        #[cfg(feature = "tls")]
        What::BadTlsVersion => words.config_bad_tls_version,
        #[cfg(feature = "tls")]
        What::NoTrustHere => words.config_no_trust_here,
        #[cfg(feature = "browser")]
        What::BadLogin => words.config_bad_login,
        #[cfg(feature = "browser")]
        What::BadServices => words.config_bad_services,
    };
    text.write(out)
}

/// Lists what there is.
fn known(names: impl Iterator<Item = &'static str>, words: &Words, out: &mut dyn fmt::Write) -> fmt::Result {
    let mut names = names.peekable();
    let mut between = "";
    while let Some(name) = names.next() {
        if names.peek().is_none() {
            between = words.and;
        }
        write_texts(out, &[between, name])?;
        between = ", ";
    }
    out.write_str(".")
}
