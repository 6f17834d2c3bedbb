//! The configuration a board reads at start: a text file of lines `name = value`.
//!
//! Never puts a value into an error: a certificate could be in it. Reads no file and no environment; a board brings
//! the bytes and wipes them afterwards.

use core::fmt;

use heapless::{String, Vec};
use hotdesk_core::{AppId, Certificate};

/// Port of a service that names none.
pub const DEFAULT_PORT: u16 = 8080;

/// Services a configuration may name: one to ask first, one for when that cannot be reached.
pub const SERVICES: usize = 2;

/// Characters of a host name (RFC 1035, section 2.3.4, written with dots).
pub(crate) const HOST_CHARACTERS: usize = 253;

/// Where a service listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    host: String<HOST_CHARACTERS>,
    port: u16,
}

impl Service {
    /// The host: an IPv4 address or a name.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The TCP port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Reads `host` or `host:port`.
    fn parse(value: &str) -> Result<Self, What> {
        let (host, port) = match value.split_once(':') {
            Some((host, port)) => (host, parse_port(port).ok_or(What::BadPort)?),
            None => (value, DEFAULT_PORT),
        };
        let in_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        if host.is_empty() || !host.bytes().all(in_name) {
            return Err(What::BadHost);
        }
        Ok(Self { host: String::try_from(host).map_err(|_| What::BadHost)?, port })
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// The application user that may ask and act for this phone.
#[derive(Debug)]
pub struct AppUser {
    id: AppId,
    certificate: Certificate,
}

impl AppUser {
    /// The application's user ID.
    #[must_use]
    pub fn id(&self) -> &AppId {
        &self.id
    }

    /// Its certificate: a secret.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }
}

/// What a phone must know before it can speak with a service.
///
/// ```
/// use hotdesk_phone::Config;
///
/// let config = Config::parse(b"# lab\nservice = 10.0.2.2:8080\nappID = emphone\nappCertificate = secret\n")?;
/// assert_eq!(config.services()[0].to_string(), "10.0.2.2:8080");
/// assert_eq!(config.app_user().unwrap().id().as_str(), "emphone");
/// assert!(!format!("{config:?}").contains("secret"));
///
/// let error = Config::parse(b"service = 10.0.2.2\nport = 80\n").unwrap_err();
/// assert_eq!(error.to_string(), "Line 2: unknown name. Known are service, appID and appCertificate.");
/// # Ok::<(), hotdesk_phone::config::Error>(())
/// ```
#[derive(Debug)]
pub struct Config {
    services: Vec<Service, SERVICES>,
    app_user: Option<AppUser>,
}

impl Config {
    /// Reads the text of a configuration file.
    ///
    /// UTF-8, with or without byte order mark; lines end with LF or CR LF. Empty lines and lines that start with `#`
    /// are skipped. Known names: `service` (once or twice: primary, then backup; `host` or `host:port`, port 8080
    /// where none is given), `appID` and `appCertificate` (both or neither). Blanks around names and values do not
    /// count, except in `appCertificate`: there the value starts after one blank and ends with the line.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with its line.
    pub fn parse(text: &[u8]) -> Result<Self, Error> {
        let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
        let mut services = Vec::new();
        let mut id: Option<(usize, AppId)> = None;
        let mut certificate: Option<(usize, Certificate)> = None;
        for (line, bytes) in (1..).zip(text.split(|byte| *byte == b'\n')) {
            let at = |what| Error { line: Some(line), what };
            let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
            let content = core::str::from_utf8(bytes).map_err(|_| at(What::NotUtf8))?;
            if content.trim().is_empty() || content.trim_start().starts_with('#') {
                continue;
            }
            let (name, value) = content.split_once('=').ok_or(at(What::NoEquals))?;
            if value.trim().is_empty() {
                return Err(at(What::NoValue));
            }
            match name.trim() {
                "service" => {
                    let service = Service::parse(value.trim()).map_err(at)?;
                    services.push(service).map_err(|_| at(What::TooManyServices))?;
                }
                "appID" if id.is_none() => {
                    id = Some((line, AppId::try_from(value.trim()).map_err(|_| at(What::IdTooLong))?));
                }
                "appCertificate" if certificate.is_none() => {
                    let value = value.strip_prefix(' ').unwrap_or(value);
                    let value = Certificate::try_from(value).map_err(|_| at(What::CertificateTooLong))?;
                    certificate = Some((line, value));
                }
                "appID" | "appCertificate" => return Err(at(What::Repeated)),
                _ => return Err(at(What::UnknownName)),
            }
        }
        if services.is_empty() {
            return Err(Error { line: None, what: What::NoService });
        }
        let app_user = match (id, certificate) {
            (Some((_, id)), Some((_, certificate))) => Some(AppUser { id, certificate }),
            (None, None) => None,
            (Some((line, _)), None) => return Err(Error { line: Some(line), what: What::NoCertificate }),
            (None, Some((line, _))) => return Err(Error { line: Some(line), what: What::NoId }),
        };
        Ok(Self { services, app_user })
    }

    /// The services in the order to try them: at least one.
    #[must_use]
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// The application user, where there is one.
    #[must_use]
    pub fn app_user(&self) -> Option<&AppUser> {
        self.app_user.as_ref()
    }
}

/// What is wrong with a configuration file, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Error {
    line: Option<usize>,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
enum What {
    NotUtf8,
    NoEquals,
    NoValue,
    UnknownName,
    Repeated,
    TooManyServices,
    BadHost,
    BadPort,
    IdTooLong,
    CertificateTooLong,
    NoCertificate,
    NoId,
    NoService,
}

impl Error {
    /// The line, counted from 1; none where something is missing altogether.
    #[must_use]
    pub fn line(self) -> Option<usize> {
        self.line
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "Line {line}: ")?;
        }
        f.write_str(match self.what {
            What::NotUtf8 => "not UTF-8. Save the file as UTF-8.",
            What::NoEquals => "no \"=\". Write name = value.",
            What::NoValue => "no value. Write one after \"=\".",
            What::UnknownName => "unknown name. Known are service, appID and appCertificate.",
            What::Repeated => "given twice. Keep one.",
            What::TooManyServices => "a third service. Two are the limit.",
            What::BadHost => "bad host. Write an IPv4 address or a name.",
            What::BadPort => "bad port. Write 1 to 65535.",
            What::IdTooLong => "appID too long. 128 characters are the limit.",
            What::CertificateTooLong => "appCertificate too long. 256 bytes are the limit.",
            What::NoCertificate => "appID without appCertificate. Give both or neither.",
            What::NoId => "appCertificate without appID. Give both or neither.",
            What::NoService => "No service is named. Write service = host:port.",
        })
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
    /// The card or its file system cannot be read.
    Unreadable,
    /// The file is longer than the board's buffer.
    TooLong {
        /// Bytes the buffer holds.
        bound: usize,
    },
    /// The file is wrong.
    File(Error),
}

fn parse_port(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|port| digits && *port != 0)
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;

    fn error(text: &str) -> std::string::String {
        Config::parse(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn primary_and_backup_stand_in_file_order() {
        let config = Config::parse(
            b"\xEF\xBB\xBF# a comment\r\nservice=em1.example.com\r\n\r\nservice = 10.0.0.2:80\r\n",
        )
        .unwrap();
        let services: heapless::Vec<_, 2> = config.services().iter().map(ToString::to_string).collect();
        assert_eq!(services.as_slice(), ["em1.example.com:8080", "10.0.0.2:80"]);
        assert!(config.app_user().is_none());
    }

    #[test]
    fn a_certificate_keeps_its_blanks_and_signs() {
        let config = Config::parse(b"service = h\nappID =  emphone \nappCertificate =  a#b=c \r\n").unwrap();
        let user = config.app_user().unwrap();
        assert_eq!(user.id().as_str(), "emphone");
        assert_eq!(user.certificate().as_secret().expose(), " a#b=c ");
    }

    #[test]
    fn every_error_names_its_line_and_what_to_do() {
        let long_id = format!("service = h\nappID = {}\n", "x".repeat(129));
        let long_certificate = format!("service = h\nappCertificate = {}\n", "x".repeat(257));
        for (text, expected) in [
            ("service 10.0.2.2", "Line 1: no \"=\". Write name = value."),
            ("service = h\nappID =\n", "Line 2: no value. Write one after \"=\"."),
            ("\n\ncolour = red", "Line 3: unknown name. Known are service, appID and appCertificate."),
            ("service = h\nappID = a\nappID = b", "Line 3: given twice. Keep one."),
            ("service = a\nservice = b\nservice = c", "Line 3: a third service. Two are the limit."),
            ("service = http://h/", "Line 1: bad port. Write 1 to 65535."),
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

    #[test]
    fn no_debug_form_shows_the_certificate() {
        let config = Config::parse(b"service = h\nappID = a\nappCertificate = verysecret\n").unwrap();
        assert!(!format!("{config:?}").contains("verysecret"));
    }
}
