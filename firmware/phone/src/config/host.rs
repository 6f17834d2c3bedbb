//! Hosts, ports and addresses in a configuration, and what is told of those that are none.

use core::fmt;
use core::net::{Ipv4Addr, SocketAddrV4};

use heapless::String;

use super::error::{Error, What};
use super::{DEFAULT_PORT, HOST_CHARACTERS};
use crate::Language;
use crate::part::Part;

/// Port of a name server that names none.
const NAME_SERVER_PORT: u16 = 53;

/// Whether a service may be `https`. Where it is read, that has been taken off.
const SPEAKS_HTTPS: bool = cfg!(feature = "tls");

/// Where a service listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    host: String<HOST_CHARACTERS>,
    port: u16,
    #[cfg(feature = "tls")]
    pub(super) security: Option<super::security::Security>,
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

    /// The host and port of a URL without its scheme; `port` counts where it names none.
    #[cfg(feature = "browser")]
    pub(crate) fn of_origin(url: &str, port: u16) -> Option<Self> {
        Self::parse_with_port(url.split('/').next()?, port).ok()
    }

    /// Reads `host` or `host:port`, as a person typed it on the phone.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(crate) fn typed(value: &str) -> Result<Self, Error> {
        let language = Language::default();
        Self::parse(value).map_err(|what| Error { line: None, what, language })
    }

    /// Reads `host` or `host:port`.
    pub(crate) fn parse(value: &str) -> Result<Self, What> {
        Self::parse_with_port(value, DEFAULT_PORT)
    }

    /// Reads `host` or `host:port`; `port` counts where none is given.
    pub(super) fn parse_with_port(value: &str, port: u16) -> Result<Self, What> {
        let (host, given) = split_port(value)?;
        let port = given.unwrap_or(port);
        if !is_host(host) {
            return Err(What::BadHost);
        }
        Ok(Self {
            host: String::try_from(host).map_err(|_| What::BadHost)?,
            port,
            #[cfg(feature = "tls")]
            security: None,
        })
    }
}

/// Where the file of a phone is.
#[cfg(feature = "provisioning")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileServer {
    server: Service,
    /// The port is given: it is that of both protocols.
    has_port: bool,
}

#[cfg(feature = "provisioning")]
impl FileServer {
    /// Reads `host` or `host:port`.
    pub(super) fn parse(value: &str) -> Result<Self, What> {
        // A name has no colon, and an address of IPv6 is refused.
        Ok(Self { server: Service::parse(value)?, has_port: value.contains(':') })
    }

    /// The host: an IPv4 address or a name.
    #[must_use]
    pub fn host(&self) -> &str {
        self.server.host()
    }

    /// The TCP port of HTTP.
    #[must_use]
    pub fn http_port(&self) -> u16 {
        if self.has_port { self.server.port() } else { 6970 }
    }

    /// The UDP port of TFTP.
    #[must_use]
    pub fn tftp_port(&self) -> u16 {
        if self.has_port { self.server.port() } else { 69 }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Part::Service(self).write(f)
    }
}

/// Reads an IPv4 address with or without a port.
pub(super) fn parse_name_server(value: &str) -> Result<SocketAddrV4, What> {
    let (host, port) = split_port(value)?;
    let address = host.parse().map_err(|_| What::BadNameServer)?;
    Ok(SocketAddrV4::new(address, port.unwrap_or(NAME_SERVER_PORT)))
}

/// Whether it is an IPv4 address or a name: labels of up to 63 characters, with a dot at the end or without.
pub(super) fn is_host(host: &str) -> bool {
    let in_label = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let host_bytes = host.as_bytes();
    let mut labels = host_bytes.strip_suffix(b".").unwrap_or(host_bytes).split(|byte| *byte == b'.');
    if labels.clone().next_back().is_some_and(|last| last.iter().all(u8::is_ascii_digit)) {
        // No name ends with a number (RFC 1123, section 2.1), so this is meant to be an address.
        return host.parse::<Ipv4Addr>().is_ok();
    }
    labels.all(|label| (1..=63).contains(&label.len()) && label.iter().copied().all(in_label))
}

/// Reads a number in digits alone.
pub(super) fn parse_number(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// Splits `host:port`, and tells what is more than that.
fn split_port(value: &str) -> Result<(&str, Option<u16>), What> {
    let of_ipv6 = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
    if value.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("https:")) {
        return Err(if SPEAKS_HTTPS { What::Url } else { What::Https });
    }
    // Searching for a `str` brings a searcher of 1 kB along.
    if value.as_bytes().windows(3).any(|bytes| bytes == b"://") {
        return Err(What::Url);
    }
    if value.contains(['/', '?', '#']) {
        return Err(What::Path);
    }
    if value.contains('@') {
        return Err(What::UserInHost);
    }
    let address = value.split_once('%').map_or(value, |(address, _zone)| address);
    let colons = address.bytes().filter(|byte| *byte == b':').count();
    if value.starts_with('[') || colons > 1 && address.bytes().all(of_ipv6) {
        return Err(What::Ipv6);
    }
    match value.split_once(':') {
        Some((host, port)) => {
            let port = parse_number(port).filter(|port| *port != 0);
            Ok((host, Some(port.ok_or(What::BadPort)?)))
        }
        None => Ok((value, None)),
    }
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use crate::Config;

    fn error(text: &str) -> std::string::String {
        Config::parse(text.as_bytes()).unwrap_err().to_string()
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
}
