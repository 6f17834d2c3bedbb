//! The configuration a board reads at start: a text file of lines `name = value`.
//!
//! Never puts a value into an error: a certificate could be in it. Reads no file and no environment; a board brings
//! the bytes and wipes them afterwards.

use core::fmt;
use core::net::{Ipv4Addr, SocketAddrV4};
use core::time::Duration;

use heapless::{String, Vec};
use hotdesk_core::{AppId, Certificate};

/// Port of a service that names none.
pub const DEFAULT_PORT: u16 = 8080;

/// Services a configuration may name: one to ask first, one for when that cannot be reached.
pub const SERVICES: usize = 2;

/// Name servers a configuration may name, to be asked before those of DHCP.
pub const NAME_SERVERS: usize = 2;

/// Port of a name server that names none.
const NAME_SERVER_PORT: u16 = 53;

/// Minutes between two questions who is logged in where the configuration does not say.
const DEFAULT_POLL_MINUTES: u16 = 5;

/// A day, the longest time between two questions.
const MAX_POLL_MINUTES: u16 = 24 * 60;

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
        let (host, port) = match split_port(value)? {
            (host, Some(port)) => (host, port),
            (host, None) => (host, DEFAULT_PORT),
        };
        if !is_host(host) {
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
/// assert!(error.to_string().starts_with("Line 2: unknown name. Known are service, appID, appCertificate"));
/// # Ok::<(), hotdesk_phone::config::Error>(())
/// ```
#[derive(Debug)]
pub struct Config {
    services: Vec<Service, SERVICES>,
    app_user: Option<AppUser>,
    name_servers: Vec<SocketAddrV4, NAME_SERVERS>,
    search_domain: String<HOST_CHARACTERS>,
    poll_minutes: u16,
}

impl Config {
    /// Reads the text of a configuration file.
    ///
    /// UTF-8, with or without byte order mark; lines end with LF or CR LF. Empty lines and lines that start with `#`
    /// are skipped. Blanks around names and values do not count, except in `appCertificate`: there the value starts after
    /// one blank and ends with the line.
    ///
    /// | name | value | how often |
    /// |---|---|---|
    /// | `service` | `host` or `host:port`, port 8080 where none is given: an IPv4 address, or a name | once, or twice: primary, then backup |
    /// | `appID`, `appCertificate` | the application user | both once, or neither |
    /// | `nameServer` | an IPv4 address, with or without `:port`: asked before the name servers of DHCP | up to twice |
    /// | `searchDomain` | the domain that names without a dot are looked up in | once or not at all |
    /// | `pollMinutes` | the time between two questions who is logged in, 0 for never; 5 where it is not given | once or not at all |
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with its line.
    pub fn parse(text: &[u8]) -> Result<Self, Error> {
        let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
        let mut services = Vec::new();
        let mut id: Option<(usize, AppId)> = None;
        let mut certificate: Option<(usize, Certificate)> = None;
        let mut name_servers = Vec::new();
        let mut search_domain = String::new();
        let mut poll_minutes = None;
        for (line, bytes) in (1..).zip(text.split(|byte| *byte == b'\n')) {
            let at = |what| Error { line: Some(line), what };
            let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
            let content = core::str::from_utf8(bytes).map_err(|_| at(What::NotUtf8))?;
            if content.contains('\r') {
                return Err(at(What::CarriageReturn));
            }
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
                "nameServer" => {
                    let server = parse_name_server(value.trim()).map_err(at)?;
                    name_servers.push(server).map_err(|_| at(What::TooManyNameServers))?;
                }
                "searchDomain" if search_domain.is_empty() => {
                    let domain =
                        Some(value.trim()).filter(|domain| is_host(domain)).ok_or(at(What::BadDomain))?;
                    search_domain = String::try_from(domain).map_err(|_| at(What::BadDomain))?;
                }
                "pollMinutes" if poll_minutes.is_none() => {
                    let minutes = parse_number(value.trim()).filter(|minutes| *minutes <= MAX_POLL_MINUTES);
                    poll_minutes = Some(minutes.ok_or(at(What::BadMinutes))?);
                }
                "appID" | "appCertificate" | "searchDomain" | "pollMinutes" => {
                    return Err(at(What::Repeated));
                }
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
        let poll_minutes = poll_minutes.unwrap_or(DEFAULT_POLL_MINUTES);
        Ok(Self { services, app_user, name_servers, search_domain, poll_minutes })
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

    /// The name servers to ask before those of DHCP, in the order to ask them.
    #[must_use]
    pub fn name_servers(&self) -> &[SocketAddrV4] {
        &self.name_servers
    }

    /// The time between two questions who is logged in; nothing where the phone is not to ask so.
    #[must_use]
    pub fn poll_interval(&self) -> Option<Duration> {
        (self.poll_minutes > 0).then(|| Duration::from_secs(u64::from(self.poll_minutes) * 60))
    }

    /// The domain to look names up in; empty where there is none.
    #[must_use]
    pub fn search_domain(&self) -> &str {
        &self.search_domain
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
    CarriageReturn,
    NoEquals,
    NoValue,
    UnknownName,
    Repeated,
    TooManyServices,
    BadHost,
    BadPort,
    Url,
    Https,
    Ipv6,
    BadNameServer,
    TooManyNameServers,
    BadDomain,
    BadMinutes,
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
            What::CarriageReturn => "a carriage return without a line feed. End lines with LF or CR LF.",
            What::NoEquals => "no \"=\". Write name = value.",
            What::NoValue => "no value. Write one after \"=\".",
            What::UnknownName => {
                "unknown name. Known are service, appID, appCertificate, nameServer, searchDomain and \
                 pollMinutes."
            }
            What::Repeated => "given twice. Keep one.",
            What::TooManyServices => "a third service. Two are the limit.",
            What::BadHost => "bad host. Write an IPv4 address or a name.",
            What::BadPort => "bad port. Write 1 to 65535.",
            What::Url => "a URL. Write host or host:port alone.",
            What::Https => "https. This phone speaks http only. Write host or host:port alone.",
            What::Ipv6 => "an IPv6 address. This phone speaks IPv4 only. Write an IPv4 address or a name.",
            What::BadNameServer => "bad name server. Write an IPv4 address.",
            What::TooManyNameServers => "a third name server. Two are the limit.",
            What::BadMinutes => "bad number of minutes. Write 0 (never) to 1440.",
            What::BadDomain => "bad domain. Write it like example.com.",
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

/// Splits `host:port`, and tells what is more than that.
fn split_port(value: &str) -> Result<(&str, Option<u16>), What> {
    let of_ipv6 = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
    if value.starts_with("https:") {
        return Err(What::Https);
    }
    if value.contains('/') {
        return Err(What::Url);
    }
    let address = value.split_once('%').map_or(value, |(address, _zone)| address);
    let colons = address.bytes().filter(|byte| *byte == b':').count();
    if value.starts_with('[') || colons > 1 && address.bytes().all(of_ipv6) {
        return Err(What::Ipv6);
    }
    match value.split_once(':') {
        Some((host, port)) => Ok((host, Some(parse_port(port).ok_or(What::BadPort)?))),
        None => Ok((value, None)),
    }
}

/// Whether it is an IPv4 address or a name: labels of up to 63 characters, with a dot at the end or without.
fn is_host(host: &str) -> bool {
    let in_label = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let labels = || host.strip_suffix('.').unwrap_or(host).split('.');
    if labels().next_back().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit())) {
        // No name ends with a number (RFC 1123, section 2.1), so this is meant to be an address.
        return host.parse::<Ipv4Addr>().is_ok();
    }
    labels().all(|label| (1..=63).contains(&label.len()) && label.bytes().all(in_label))
}

fn parse_name_server(value: &str) -> Result<SocketAddrV4, What> {
    let (host, port) = split_port(value)?;
    let address = host.parse().map_err(|_| What::BadNameServer)?;
    Ok(SocketAddrV4::new(address, port.unwrap_or(NAME_SERVER_PORT)))
}

fn parse_port(text: &str) -> Option<u16> {
    parse_number(text).filter(|port| *port != 0)
}

fn parse_number(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;

    const IPV6: &str =
        "Line 1: an IPv6 address. This phone speaks IPv4 only. Write an IPv4 address or a name.";

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
            (
                "\n\ncolour = red",
                "Line 3: unknown name. Known are service, appID, appCertificate, nameServer, searchDomain and pollMinutes.",
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
            ("service = h/emservice", "Line 1: a URL. Write host or host:port alone."),
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

    #[test]
    fn a_host_is_an_ipv4_address_or_a_name() {
        let label = "a".repeat(63);
        let long = [&*label; 4].join(".");
        for host in ["h", "em-1.example.com", "em1.example.com.", "10.0.2.2", "10.0.2.2x", "_em", &label] {
            let config = Config::parse(format!("service = {host}").as_bytes()).unwrap();
            assert_eq!(config.services()[0].host(), host);
        }
        for host in
            [".", "..", "a..b", ".a", "-\u{e4}", "1", "10.0.2", "10.0.2.256", "010.0.2.2", "1.2.3.4.5", &long]
        {
            let bad = "Line 1: bad host. Write an IPv4 address or a name.";
            assert_eq!(error(&format!("service = {host}")), bad, "{host}");
        }
    }

    #[test]
    fn name_servers_and_a_domain_are_for_whom_dhcp_does_not_name_them() {
        let text = b"service = em1\nnameServer = 10.0.0.1\nnameServer = 10.0.0.2:5353\nsearchDomain = lab.example.com\n";
        let config = Config::parse(text).unwrap();
        let servers: heapless::Vec<_, 2> = config.name_servers().iter().map(ToString::to_string).collect();
        assert_eq!(servers.as_slice(), ["10.0.0.1:53", "10.0.0.2:5353"]);
        assert_eq!(config.search_domain(), "lab.example.com");
        let config = Config::parse(b"service = em1").unwrap();
        assert_eq!((config.name_servers(), config.search_domain()), (&[][..], ""));
    }

    #[test]
    fn a_phone_asks_every_five_minutes_unless_told_otherwise() {
        for (line, minutes) in [("", Some(5)), ("pollMinutes = 0", None), ("pollMinutes = 1440", Some(1440))]
        {
            let config = Config::parse(format!("service = h\n{line}").as_bytes()).unwrap();
            assert_eq!(config.poll_interval(), minutes.map(|minutes| Duration::from_secs(60 * minutes)));
        }
    }

    #[test]
    fn no_debug_form_shows_the_certificate() {
        let config = Config::parse(b"service = h\nappID = a\nappCertificate = verysecret\n").unwrap();
        assert!(!format!("{config:?}").contains("verysecret"));
    }
}
