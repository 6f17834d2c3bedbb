//! What makes an `https` service trusted. There is no way to leave it out: a service without it is a mistake, and so is a
//! service in clear beside one that is secured, for the phone would go there when the other refuses, and the login
//! application beside it, which is reached in clear.

use core::fmt;

use heapless::{String, Vec};
use hotdesk_tls::{Trust, TrustError, Version, certificate};

use super::host::is_host;
use super::{Error, HOST_CHARACTERS, Name, SERVICES, Service, SetupError, What};
use crate::Language;

/// Port of an `https` service that names none.
pub const SECURED_PORT: u16 = 8443;

/// Characters of a file's name, as a card has it: eight, a dot, three.
const FILE_CHARACTERS: usize = 12;

/// How a service is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Authority,
    Certificate,
}

/// What an `https` service must show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Security {
    kind: Kind,
    file: String<FILE_CHARACTERS>,
    /// Where the file is named.
    line: usize,
    name: Option<String<HOST_CHARACTERS>>,
    highest: Version,
    /// In DER; empty until the file was read.
    certificate: &'static [u8],
}

impl Security {
    /// The name that the certificate must be for, where it is not that of the host.
    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The highest version of TLS to speak.
    pub(crate) fn highest(&self) -> Version {
        self.highest
    }

    /// What the certificate must be, or be issued by.
    pub(crate) fn trust(&self) -> Trust<'static> {
        match self.kind {
            Kind::Authority => Trust::Authority(self.certificate),
            Kind::Certificate => Trust::Certificate(self.certificate),
        }
    }
}

/// What a file says of an `https` service, as it is read.
#[derive(Debug)]
pub(super) struct Wanted {
    /// Where the service is named.
    line: usize,
    is_secured: bool,
    trust: Option<(Kind, String<FILE_CHARACTERS>, usize)>,
    name: Option<String<HOST_CHARACTERS>>,
    highest: Option<Version>,
}

impl Wanted {
    /// Begins with the service on a line.
    pub(super) fn begin(line: usize, is_secured: bool) -> Self {
        Self { line, is_secured, trust: None, name: None, highest: None }
    }

    /// Takes the value of one of the names that belong to the service above.
    pub(super) fn set(&mut self, name: Name, value: &str, line: usize) -> Result<(), What> {
        if !self.is_secured {
            return Err(What::NotHttps);
        }
        let kind = match name {
            Name::ServiceName if self.name.is_some() => return Err(What::Repeated),
            Name::ServiceName => {
                let name = Some(value).filter(|name| is_host(name)).ok_or(What::BadHost)?;
                self.name = Some(String::try_from(name).map_err(|_| What::BadHost)?);
                return Ok(());
            }
            Name::ServiceTls if self.highest.is_some() => return Err(What::Repeated),
            Name::ServiceTls => {
                self.highest = Some(match value {
                    "1.2" => Version::Tls12,
                    "1.3" => Version::Tls13,
                    _ => return Err(What::BadTlsVersion),
                });
                return Ok(());
            }
            Name::ServiceCa => Kind::Authority,
            _ => Kind::Certificate,
        };
        if self.trust.is_some() {
            return Err(What::SecondTrust);
        }
        let file = String::try_from(value).map_err(|_| What::BadFile)?;
        let (base, extension) = value.split_once('.').unwrap_or((value, ""));
        let is_file = (1..=8).contains(&base.len())
            && extension.len() <= 3
            && base
                .bytes()
                .chain(extension.bytes())
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        if !is_file {
            return Err(What::BadFile);
        }
        self.trust = Some((kind, file, line));
        Ok(())
    }

    /// What it comes to.
    fn end(self) -> Result<Security, (usize, What)> {
        let (kind, file, line) = self.trust.ok_or((self.line, What::NoTrust))?;
        // The engine's 1.3 has known flaws: SECURITY.md.
        let highest = self.highest.unwrap_or(Version::Tls12);
        Ok(Security { kind, file, line, name: self.name, highest, certificate: &[] })
    }
}

/// Why the file of a certificate is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateFault {
    /// There is no such file.
    Missing,
    /// It cannot be read.
    Unreadable,
    /// It is longer than the board's buffer.
    TooLong {
        /// Bytes the buffer holds.
        bound: usize,
    },
    /// It holds no certificate, or more than one.
    Content(TrustError),
}

#[cfg(feature = "defmt")]
impl defmt::Format for CertificateFault {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{}", defmt::Debug2Format(self));
    }
}

impl super::Config {
    /// Secures the services as the file says.
    ///
    /// # Errors
    ///
    /// What is wrong, and on which line.
    pub(super) fn secure(&mut self, wanted: Vec<Wanted, SERVICES>) -> Result<(), (usize, What)> {
        if wanted.iter().all(|wanted| !wanted.is_secured) {
            return Ok(());
        }
        for (service, wanted) in self.services.iter_mut().zip(wanted) {
            if !wanted.is_secured {
                return Err((wanted.line, What::InClear));
            }
            #[cfg(feature = "browser")]
            if self.pages.login.is_some() {
                return Err((wanted.line, What::LoginInClear));
            }
            service.security = Some(wanted.end()?);
        }
        Ok(())
    }

    /// Reads the certificates that the services are trusted by. Without this no `https` service is reached.
    ///
    /// `read` puts the file of a name into a buffer and returns its length; `file` is that buffer, `room` is for the
    /// certificates, a third longer than they are, in equal parts.
    ///
    /// # Errors
    ///
    /// What is wrong with a file, and on which line of the configuration it is named.
    pub fn read_trust(
        &mut self,
        mut read: impl FnMut(&str, &mut [u8]) -> Result<usize, SetupError>,
        file: &mut [u8],
        room: &'static mut [u8],
    ) -> Result<(), SetupError> {
        let part = room.len() / SERVICES;
        let rooms = room.chunks_exact_mut(part.max(1));
        for (security, room) in
            self.services.iter_mut().filter_map(|service| service.security.as_mut()).zip(rooms)
        {
            let at = |what| SetupError::Certificate { line: security.line, what };
            let length = read(&security.file, file).map_err(|error| {
                at(match error {
                    SetupError::NoFile => CertificateFault::Missing,
                    SetupError::TooLong { bound } => CertificateFault::TooLong { bound },
                    _ => CertificateFault::Unreadable,
                })
            })?;
            let text = file.get(..length).unwrap_or_default();
            security.certificate =
                certificate(text, room).map_err(|error| at(CertificateFault::Content(error)))?;
        }
        Ok(())
    }

    /// Reads `host` or `host:port`, as a person typed it on the phone for the service at a place. It is secured as the file
    /// says of that place: neither host nor settings can undo that.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(crate) fn typed(&self, place: usize, value: &str) -> Result<Service, Error> {
        self.parse_typed(place, value).map_err(|what| Error {
            line: None,
            what,
            language: Language::default(),
        })
    }

    pub(super) fn parse_typed(&self, place: usize, value: &str) -> Result<Service, What> {
        if !self.is_secured() {
            return Service::parse(value);
        }
        let before = self.services.get(place).and_then(|service| service.security.clone());
        let security = before.ok_or(What::NoTrustHere)?;
        let mut service = Service::parse_with_port(value, SECURED_PORT)?;
        service.security = Some(security);
        Ok(service)
    }

    /// Whether every way to a service is secured.
    #[must_use]
    pub fn is_secured(&self) -> bool {
        !self.services.is_empty() && self.services.iter().all(Service::is_secured)
    }
}

impl Service {
    /// Reads the value of `service`: `host`, `host:port`, or either behind `https://`.
    pub(super) fn configured(value: &str) -> Result<(Self, bool), What> {
        const HTTPS: &str = "https://";
        match value.split_at_checked(HTTPS.len()) {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case(HTTPS) => {
                Ok((Self::parse_with_port(rest, SECURED_PORT)?, true))
            }
            _ => Ok((Self::parse(value)?, false)),
        }
    }

    /// Whether it is reached over TLS, and in no other way.
    #[must_use]
    pub fn is_secured(&self) -> bool {
        self.security.is_some()
    }

    /// What it must show, where it is secured.
    pub(crate) fn security(&self) -> Option<&Security> {
        self.security.as_ref()
    }
}

impl fmt::Display for CertificateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::words::certificate_fault(*self, Language::default().words(), f)
    }
}

#[cfg(test)]
mod tests {
    use std::boxed::Box;
    use std::prelude::v1::*;

    use super::*;
    use crate::Config;

    const PEM: &str = "-----BEGIN CERTIFICATE-----\nMIED\nAgEF\n-----END CERTIFICATE-----\n";
    const DER: &[u8] = &[0x30, 0x81, 3, 2, 1, 5];

    fn config(text: &str) -> Config {
        Config::parse(text.as_bytes()).unwrap()
    }

    fn error(text: &str) -> std::string::String {
        Config::parse(text.as_bytes()).unwrap_err().to_string()
    }

    fn room() -> &'static mut [u8] {
        Box::leak(Box::new([0; 64]))
    }

    fn read(config: &mut Config, content: &[u8]) -> Result<(), SetupError> {
        config.read_trust(
            |_, file| {
                let bound = file.len();
                let place = file.get_mut(..content.len()).ok_or(SetupError::TooLong { bound })?;
                place.copy_from_slice(content);
                Ok(content.len())
            },
            &mut [0; 256],
            room(),
        )
    }

    #[test]
    fn each_service_has_its_own_trust_and_name() {
        let mut config = config(
            "service = https://10.0.0.1\nservice-certificate = tomcat.pem\nservice-name = cucm1.example.com\nservice-tls = 1.3\n\
             service = HTTPS://cucm2.example.com:443\nService-CA = CA.PEM\n",
        );
        assert!(config.is_secured());
        let asked = std::cell::RefCell::new(std::vec::Vec::new());
        config
            .read_trust(
                |name, file| {
                    asked.borrow_mut().push(name.to_owned());
                    file[..PEM.len()].copy_from_slice(PEM.as_bytes());
                    Ok(PEM.len())
                },
                &mut [0; 256],
                room(),
            )
            .unwrap();
        assert_eq!(*asked.borrow(), ["tomcat.pem", "CA.PEM"]);
        let (first, second) = (&config.services()[0], &config.services()[1]);
        assert_eq!([first.to_string(), second.to_string()], ["10.0.0.1:8443", "cucm2.example.com:443"]);
        assert_eq!(first.security().unwrap().name(), Some("cucm1.example.com"));
        assert_eq!(first.security().unwrap().highest(), Version::Tls13);
        assert_eq!(first.security().unwrap().trust(), Trust::Certificate(DER));
        assert_eq!(second.security().unwrap().name(), None);
        assert_eq!(second.security().unwrap().highest(), Version::Tls12);
        assert_eq!(second.security().unwrap().trust(), Trust::Authority(DER));
    }

    #[test]
    fn https_is_with_trust_or_a_mistake() {
        let both = "service = https://a\nservice-ca = ca.pem\n";
        for (text, expected) in [
            (
                "service = https://a\n",
                "Line 1: https without trust. Write service-ca or service-certificate below it.",
            ),
            (
                "service = https://a\nservice-name = b\n",
                "Line 1: https without trust. Write service-ca or service-certificate below it.",
            ),
            (
                &format!("{both}service = https://b\n"),
                "Line 3: https without trust. Write service-ca or service-certificate below it.",
            ),
            (
                &format!("service = https://b\n{both}"),
                "Line 1: https without trust. Write service-ca or service-certificate below it.",
            ),
            (
                &format!("{both}service = b\n"),
                "Line 3: one service is https, one is not. Write https for both.",
            ),
            (
                &format!("service = b\n{both}"),
                "Line 1: one service is https, one is not. Write https for both.",
            ),
            (
                "service-ca = ca.pem\nservice = https://a\n",
                "Line 1: not below a service. Write it below the service that it is for.",
            ),
            (
                "service = a\nservice-ca = ca.pem\n",
                "Line 2: the service above is not https. Write https:// before its host.",
            ),
            (
                "service = a\nservice-name = b\n",
                "Line 2: the service above is not https. Write https:// before its host.",
            ),
            (
                &format!("{both}service-certificate = a.pem\n"),
                "Line 3: a second trust of one service. Keep one.",
            ),
            (&format!("{both}service-name = b\nservice-name = b\n"), "Line 4: given twice. Keep one."),
            (&format!("{both}service-tls = 1.2\nservice-tls = 1.3\n"), "Line 4: given twice. Keep one."),
            (&format!("{both}service-tls = 1.1\n"), "Line 3: bad version of TLS. Write 1.2 or 1.3."),
            (
                "service = a\nservice-tls = 1.3\n",
                "Line 2: the service above is not https. Write https:// before its host.",
            ),
            (&format!("{both}service-name = a..b\n"), "Line 3: bad host. Write an IPv4 address or a name."),
            ("service = https://a/b\n", "Line 1: a path. Write host or host:port alone."),
            ("service = https:a\n", "Line 1: a URL. Write host or host:port alone."),
            ("service = https://http://a\n", "Line 1: a URL. Write host or host:port alone."),
        ] {
            assert_eq!(error(text), expected, "{text}");
        }
        for name in ["tomcat-ca.pem", "a.pem4", "a/b.pem", ".pem", "a.b.pem", "a b.pem"] {
            assert_eq!(
                error(&format!("service = https://a\nservice-ca = {name}\n")),
                "Line 2: bad file name. Write up to 8 characters, a dot and up to 3 more.",
                "{name}"
            );
        }
    }

    #[cfg(feature = "browser")]
    #[test]
    fn a_login_application_in_clear_beside_https_is_a_mistake() {
        let both = "service = https://a\nservice-ca = ca.pem\n";
        for login in ["emapp", "http://a:8080/emapp/EMAppServlet?device=#DEVICENAME#"] {
            assert_eq!(
                error(&format!("{both}login = {login}\n")),
                "Line 1: https, and people log in over http. Write login = service.",
                "{login}"
            );
        }
        assert!(config(&format!("{both}login = service\n")).is_secured());
    }

    #[test]
    fn a_file_that_is_no_certificate_is_told_with_its_line() {
        let mut config = config("\nservice = https://a\nservice-ca = ca.pem\n");
        let key = PEM.replace("CERTIFICATE", "PRIVATE KEY");
        for (content, what) in [
            ("hello", CertificateFault::Content(TrustError::NoCertificate)),
            (&*format!("{PEM}{key}"), CertificateFault::Content(TrustError::OtherContent { line: 5 })),
            (&"x".repeat(257), CertificateFault::TooLong { bound: 256 }),
        ] {
            assert_eq!(read(&mut config, content.as_bytes()), Err(SetupError::Certificate { line: 3, what }));
        }
        for (error, what) in [
            (SetupError::NoFile, CertificateFault::Missing),
            (SetupError::Unreadable, CertificateFault::Unreadable),
        ] {
            let read = config.read_trust(|_, _| Err(error), &mut [], room());
            assert_eq!(read, Err(SetupError::Certificate { line: 3, what }));
        }
        assert_eq!(
            read(&mut config, format!("\u{feff}cucm1\r\n{}", PEM.replace('\n', "\r\n")).as_bytes()),
            Ok(())
        );
        assert_eq!(config.services()[0].security().unwrap().trust(), Trust::Authority(DER));
    }

    #[test]
    fn what_is_typed_on_the_phone_stays_secured() {
        let file = "service = https://a\nservice-ca = ca.pem\nservice-name = b\n";
        let mut config = config(file);
        read(&mut config, PEM.as_bytes()).unwrap();
        let typed = config.typed(0, "c").unwrap();
        assert_eq!(typed.to_string(), "c:8443");
        assert_eq!(typed.security(), config.services()[0].security());
        let settings = [&config.print_line()[..], b"service = c:80\n"].concat();
        assert_eq!(config.change(&settings), Ok(true));
        assert_eq!(config.services()[0].to_string(), "c:80");
        assert!(config.is_secured());
        assert_eq!(config.services()[0].security().unwrap().trust(), Trust::Authority(DER));
        let here = "no trust for this service. Set it up in HOTDESK.TXT.";
        assert_eq!(config.typed(1, "d").unwrap_err().to_string(), here);
        for value in ["http://c", "https://c"] {
            assert!(config.typed(0, value).is_err(), "{value}");
        }
        let clear = Config::parse(b"service = a\n").unwrap();
        assert!(!clear.typed(1, "d").unwrap().is_secured());
        assert!(clear.typed(0, "https://d").is_err());
    }

    #[test]
    fn settings_with_a_service_that_has_no_trust_change_nothing() {
        let mut config = config("service = https://a\nservice-ca = ca.pem\n");
        let settings = [&config.print_line()[..], b"service = a:8443\nservice = b\n"].concat();
        assert_eq!(config.change(&settings).unwrap_err().line(), Some(3));
        assert_eq!(config.services()[0].to_string(), "a:8443");
        assert_eq!(config.services().len(), 1);
    }
}
