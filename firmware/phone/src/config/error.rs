//! What can be wrong with a configuration; `words` says it, with what to write instead. No value is ever repeated: it could be a
//! certificate.

use core::fmt;

use crate::{Language, words};

/// What is wrong with a configuration file, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Error {
    pub(super) line: Option<usize>,
    pub(super) what: What,
    pub(super) language: Language,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) enum What {
    NotUtf8,
    CarriageReturn,
    NoEquals,
    NoValue,
    UnknownName,
    Repeated,
    TooManyServices,
    BadHost,
    BadPort,
    Url,
    Path,
    UserInHost,
    Https,
    Ipv6,
    BadNameServer,
    TooManyNameServers,
    BadUserPage,
    BadDomain,
    BadMinutes,
    BadAdminCode,
    BadUserIdMode,
    BadBrightness,
    UnknownLanguage,
    BadDurations,
    IdTooLong,
    CertificateTooLong,
    NoCertificate,
    NoId,
    NoService,
    #[cfg(feature = "tls")]
    NoTrust,
    #[cfg(feature = "tls")]
    SecondTrust,
    #[cfg(feature = "tls")]
    NoServiceAbove,
    #[cfg(feature = "tls")]
    NotHttps,
    #[cfg(feature = "tls")]
    InClear,
    #[cfg(all(feature = "browser", feature = "tls"))]
    LoginInClear,
    #[cfg(feature = "tls")]
    BadFile,
    #[cfg(feature = "tls")]
    BadTlsVersion,
    #[cfg(feature = "tls")]
    NoTrustHere,
    #[cfg(feature = "browser")]
    BadLogin,
    #[cfg(feature = "browser")]
    BadServices,
}

impl Error {
    /// The line, counted from 1; none where something is missing altogether.
    #[must_use]
    pub fn line(self) -> Option<usize> {
        self.line
    }

    pub(crate) fn what(self) -> What {
        self.what
    }

    /// The language that the rest of the file asks for.
    pub(crate) fn language(self) -> Language {
        self.language
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Where no phone shows it, it is for a log.
        words::mistake(*self, Language::default().words(), f)
    }
}

impl core::error::Error for Error {}

/// Why a phone has no configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum SetupError {
    /// No card, or none that answers.
    NoCard,
    /// The card has no file `HOTDESK.TXT`.
    NoFile,
    /// The board keeps its configuration in flash, and none is written there.
    NotWritten,
    /// The card or its file system cannot be read.
    Unreadable,
    /// The file is longer than the board's buffer.
    TooLong {
        /// Bytes the buffer holds.
        bound: usize,
    },
    /// The file is wrong.
    File(Error),
    /// The file that a service is trusted by is wrong.
    #[cfg(feature = "tls")]
    Certificate {
        /// Where the configuration names it, counted from 1.
        line: usize,
        /// What is wrong with it.
        what: super::CertificateFault,
    },
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use crate::Config;

    const IPV6: &str =
        "Line 1: an IPv6 address. This phone speaks IPv4 only. Write an IPv4 address or a name.";

    fn error(text: &str) -> std::string::String {
        Config::parse(text.as_bytes()).unwrap_err().to_string()
    }

    #[cfg(feature = "tls")]
    #[test]
    fn the_names_of_a_phone_with_tls_are_known() {
        assert!(error("colour = red").ends_with(
            "userPage, provisioning, timeServer, login, services, service-ca, service-certificate, service-name and service-tls."
        ));
    }

    #[test]
    fn every_error_names_its_line_and_what_to_do() {
        let long_id = format!("service = h\nappID = {}\n", "x".repeat(129));
        let long_certificate = format!("service = h\nappCertificate = {}\n", "x".repeat(257));
        for (text, expected) in [
            ("service 10.0.2.2", "Line 1: no \"=\". Write name = value."),
            ("service = h\nappID =\n", "Line 2: no value. Write one after \"=\"."),
            #[cfg(not(feature = "tls"))]
            (
                "\n\ncolour = red",
                "Line 3: unknown name. Known are service, appID, appCertificate, nameServer, searchDomain, pollMinutes, adminCode, userIdMode, language, brightness, durations, userPage, provisioning, login and services.",
            ),
            ("service = h\npollMinutes = 1441", "Line 2: bad number of minutes. Write 0 (never) to 1440."),
            ("service = h\npollMinutes = 5 min", "Line 2: bad number of minutes. Write 0 (never) to 1440."),
            (
                "service = a\rappID = b\r",
                "Line 1: a carriage return without a line feed. End lines with LF or CR LF.",
            ),
            ("service = h\nappID = a\nappID = b", "Line 3: given twice. Keep one."),
            ("service = a\nservice = b\nservice = c", "Line 3: a third service. Two are the limit."),
            ("service = http://h:8080/x", "Line 1: a URL. Write host or host:port alone."),
            ("service = h/emservice", "Line 1: a path. Write host or host:port alone."),
            ("service = h:8080/", "Line 1: a path. Write host or host:port alone."),
            ("service = h?a=b", "Line 1: a path. Write host or host:port alone."),
            #[cfg(not(feature = "tls"))]
            (
                "service = HTTPS://h",
                "Line 1: https. This phone speaks http only. Write host or host:port alone.",
            ),
            ("service = HTTP://h", "Line 1: a URL. Write host or host:port alone."),
            ("service = me@h:8080", "Line 1: a user name before the host. Write host or host:port alone."),
            ("service = h\nnameServer = http://10.0.0.1", "Line 2: a URL. Write host or host:port alone."),
            ("service = h\nlanguage = fr", "Line 2: unknown language. Known are en and de."),
            ("service = h\nlanguage = de\nlanguage = en", "Line 3: given twice. Keep one."),
            ("service = h\nadminCode = 47 11", "Line 2: bad admin code. Write 1 to 16 digits."),
            ("service = h\nadminCode = 12345678901234567", "Line 2: bad admin code. Write 1 to 16 digits."),
            (
                "service = h\nuserPage = my page",
                "Line 2: bad userPage. Write one word of up to 160 characters.",
            ),
            ("service = h\nuserIdMode = abc", "Line 2: bad userIdMode. Write digits, letters or last."),
            ("service = h\nbrightness = 50", "Line 2: bad brightness. Write high or low."),
            ("service = h\nadminCode = 1\nadminCode = 1", "Line 3: given twice. Keep one."),
            #[cfg(not(feature = "tls"))]
            (
                "service = https://h",
                "Line 1: https. This phone speaks http only. Write host or host:port alone.",
            ),
            ("service = [::1]:8080", IPV6),
            ("service = fe80::1%eth0", IPV6),
            ("service = 2001:db8::10.0.0.1", IPV6),
            ("service = h:80:80", "Line 1: bad port. Write 1 to 65535."),
            ("service = h\nnameServer = ns1", "Line 2: bad name server. Write an IPv4 address."),
            (
                "service = h\nnameServer = 10.0.0.1\nnameServer = 10.0.0.2:0",
                "Line 3: bad port. Write 1 to 65535.",
            ),
            (
                "service = h\nnameServer = 10.0.0.1\nnameServer = 10.0.0.2\nnameServer = 10.0.0.3",
                "Line 4: a third name server. Two are the limit.",
            ),
            ("service = h\nsearchDomain = a..b", "Line 2: bad domain. Write it like example.com."),
            ("service = h\nsearchDomain = a\nsearchDomain = a", "Line 3: given twice. Keep one."),
            ("service = a b", "Line 1: bad host. Write an IPv4 address or a name."),
            ("service = :80", "Line 1: bad host. Write an IPv4 address or a name."),
            ("service = h:", "Line 1: bad port. Write 1 to 65535."),
            ("service = h:0", "Line 1: bad port. Write 1 to 65535."),
            ("service = h:+80", "Line 1: bad port. Write 1 to 65535."),
            ("service = h:65536", "Line 1: bad port. Write 1 to 65535."),
            ("service = h\nappID = a", "Line 2: appID without appCertificate. Give both or neither."),
            (
                "appCertificate = a\nservice = h",
                "Line 1: appCertificate without appID. Give both or neither.",
            ),
            ("# nothing\n", "No service is named. Write service = host:port."),
            (&long_id, "Line 2: appID too long. 128 characters are the limit."),
            (&long_certificate, "Line 2: appCertificate too long. 256 bytes are the limit."),
        ] {
            assert_eq!(error(text), expected, "{text}");
        }
        let bytes = Config::parse(b"service = h\nappID = \xFF\n").unwrap_err();
        assert_eq!(bytes.to_string(), "Line 2: not UTF-8. Save the file as UTF-8.");
    }
}
