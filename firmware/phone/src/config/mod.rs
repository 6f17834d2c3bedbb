//! The configuration a board reads at start: a text file of lines `name = value`.
//!
//! Never puts a value into an error: a certificate could be in it. Reads no file and no environment; a board brings
//! the bytes and wipes them afterwards.

mod admin;
mod choices;
mod error;
mod host;
mod lines;
mod login_time;
mod name;
#[cfg(feature = "browser")]
mod pages;
#[cfg(feature = "tls")]
mod security;
#[cfg(test)]
mod tests;
mod user_page;

use core::net::SocketAddrV4;
use core::time::Duration;

use heapless::{String, Vec};
use hotdesk_core::{AppId, Certificate};

pub use self::choices::{Brightness, UserIdMode};
pub use self::error::{Error, SetupError};
#[cfg(feature = "provisioning")]
pub use self::host::FileServer;
pub use self::host::Service;
pub use self::login_time::{LOGIN_TIMES, LoginTime};
#[cfg(feature = "tls")]
pub use self::security::{CertificateFault, SECURED_PORT};
pub use self::user_page::{USER_PAGE_CHARACTERS, UserPage};

pub(crate) use self::admin::AdminCode;
pub(crate) use self::error::What;
pub(crate) use self::name::Name;
#[cfg(feature = "browser")]
pub(crate) use self::pages::Pages;

use self::host::{is_host, parse_name_server, parse_number};
use self::lines::lines;
#[cfg(feature = "tls")]
use self::security::Wanted;
use crate::Language;
use crate::settings::{Changed, Settings};

/// Port of a service that names none.
pub const DEFAULT_PORT: u16 = 8080;

/// Port of a time server that names none.
#[cfg(feature = "tls")]
const TIME_PORT: u16 = 123;

/// Services a configuration may name: one to ask first, one for when that cannot be reached.
pub const SERVICES: usize = 2;

/// Name servers a configuration may name, to be asked before those of DHCP.
pub const NAME_SERVERS: usize = 2;

/// Minutes between two questions who is logged in where the configuration does not say.
const DEFAULT_POLL_MINUTES: u16 = 5;

/// A day, the longest time between two questions.
const MAX_POLL_MINUTES: u16 = 24 * 60;

/// Where the hash of the settings in a file begins.
const PRINT_OF_NOTHING: u32 = 0x811C_9DC5;

/// Characters of a host name (RFC 1035, section 2.3.4, written with dots).
pub(crate) const HOST_CHARACTERS: usize = 253;

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

    /// Whether the certificate starts or ends with a blank, which nobody sees in a file.
    #[must_use]
    pub fn certificate_has_outer_blank(&self) -> bool {
        let is_blank = |character| matches!(character, ' ' | '\t' | '\u{a0}');
        let mut characters = self.certificate.as_secret().expose().chars();
        let first = characters.next();
        first.is_some_and(is_blank) || characters.last().is_some_and(is_blank)
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
    login_times: Vec<LoginTime, LOGIN_TIMES>,
    admin_code: Option<AdminCode>,
    user_id_mode: Option<UserIdMode>,
    language: Language,
    brightness: Brightness,
    /// What was set on the phone.
    changed: Changed,
    /// What tells other values of the settings in a file from these.
    print: u32,
    user_page: Option<String<USER_PAGE_CHARACTERS>>,
    #[cfg(feature = "provisioning")]
    provisioning: Option<FileServer>,
    /// The language is given, in the file or on the phone.
    #[cfg(feature = "provisioning")]
    has_language: bool,
    #[cfg(feature = "tls")]
    time_server: Option<Service>,
    #[cfg(feature = "browser")]
    pages: Pages,
}

impl Config {
    /// Reads the text of a configuration file.
    ///
    /// UTF-8, with or without byte order mark; lines end with LF or CR LF. Empty lines and lines that start with `#` are
    /// skipped, whatever is in them. Capitals in names and blanks around names and values do not count, except in
    /// `appCertificate`: there the value starts after one blank and ends with the line.
    ///
    /// | name | value | how often |
    /// |---|---|---|
    /// | `service` | `host` or `host:port`, port 8080 where none is given: an IPv4 address, or a name | once, or twice: primary, then backup |
    /// | `service-ca`, `service-certificate`, `service-name`, `service-tls` | with the feature `tls`, below the `service` that they belong to: see below | once for each service |
    /// | `appID`, `appCertificate` | the application user | both once, or neither |
    /// | `nameServer` | an IPv4 address, with or without `:port`: asked before the name servers of DHCP | up to twice |
    /// | `searchDomain` | the domain that names without a dot are looked up in; that of DHCP (option 15) is not used, for embassy-net does not hand it on | once or not at all |
    /// | `pollMinutes` | the time between two questions who is logged in, 0 for never; 5 where it is not given | once or not at all |
    /// | `adminCode` | 1 to 16 digits that the settings on the phone ask for; without it they are open to everybody | once or not at all |
    /// | `userIdMode` | `digits` or `letters`: what the number keys give where a user ID starts; `last`, or without it: as when one was typed last | once or not at all |
    /// | `brightness` | `high` or `low`: how bright the display is while somebody is there; `high` where it is not given | once or not at all |
    /// | `language` | `en` or `de`: what the phone says its texts in; `en` where it is not given | once or not at all |
    /// | `durations` | for how long people may log in: `default` (as the service is set), `indefinite`, `8 h`, `30 min`, up to eight with commas between, the first one selected; a single one is not asked for, `default` where it is not given | once or not at all |
    /// | `userPage` | the address where people change their PIN, which is shown where they must: one word, 160 characters at most; `https://HOST/ucmuser` of the first service where it is not given | once or not at all |
    /// | `provisioning` | with the feature of that name: `host` or `host:port`, where the phone's file `SEP<MAC>.cnf.xml` is, over HTTP at port 6970, then over TFTP at port 69, or both at the given port. The file gives what this configuration does not: `service` need not be given then, and the file's call managers are asked at port 8080; nor `language`; nor, with the feature `browser`, `services` | once or not at all |
    /// | `timeServer` | `host` or `host:port`, port 123 where none is given: where the phone asks for the time by SNTP, without which it uses no HTTPS; the time servers of DHCP (option 42) are not used, for embassy-net does not ask for them. On boards with TLS only | once or not at all |
    /// | `login` | with the feature `browser`: `service`, the phone asks the service itself; `emapp`, people log in and out through the login application of the first service, by user ID; or its whole URL, `http://HOST:8080/emapp/EMAppServlet?device=#DEVICENAME#&loginType=DN` for example; `service` where it is not given | once or not at all |
    /// | `services` | with the feature `browser`: `NAME, URL`, an entry of the menu of services; `#DEVICENAME#` in a URL is the name of the phone | any number, together up to 640 bytes with two more for each |
    ///
    /// With the feature `tls` a `service` may be `https://host` or `https://host:port`, port 8443 where none is given. Below it
    /// stands what it is trusted by: `service-ca = FILE`, the authority that issued its certificate, or `service-certificate =
    /// FILE`, its own self-signed certificate; one of both, or the file is wrong. `FILE` lies beside the configuration: up to
    /// eight characters, a dot and up to three; one certificate in PEM or DER, with text around it or without. `service-name`
    /// is the name that the certificate is for, where that is not the host. `service-tls` is the highest version of TLS that is
    /// spoken with it, `1.2` or `1.3`; 1.2 where it is not given (SECURITY.md says why). The backup has lines of its own. Where one service is
    /// `https`, the other must be, too: the phone never goes from one that it refused to one in clear. What is typed on the phone
    /// for a service that is `https` stays so.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with its line.
    pub fn parse(text: &[u8]) -> Result<Self, Error> {
        let mut config = Self::empty();
        // The application user's two halves, with their lines.
        let mut id = None;
        let mut certificate = None;
        let mut given = 0_u16;
        let language = language(text);
        #[cfg(feature = "tls")]
        let mut wanted: Vec<Wanted, SERVICES> = Vec::new();
        for (line, entry) in lines(text) {
            let at = |what| Error { line: Some(line), what, language };
            let (name, value) = entry.map_err(at)?;
            #[cfg(feature = "tls")]
            if name.is_of_a_service() {
                let service = wanted.last_mut().ok_or(at(What::NoServiceAbove))?;
                service.set(name, value.trim_ascii(), line).map_err(at)?;
                continue;
            }
            let bit = 1_u16 << name as u16;
            if given & bit != 0 && !name.repeats() {
                return Err(at(What::Repeated));
            }
            given |= bit;
            config.note(name, value.trim_ascii());
            match name {
                Name::AppId => {
                    id = Some((line, AppId::try_from(value.trim_ascii()).map_err(|_| at(What::IdTooLong))?));
                }
                Name::AppCertificate => {
                    let value = value.strip_prefix(' ').unwrap_or(value);
                    let value = Certificate::try_from(value).map_err(|_| at(What::CertificateTooLong))?;
                    certificate = Some((line, value));
                }
                #[cfg(feature = "tls")]
                Name::Service => {
                    let (service, is_secured) = Service::configured(value.trim_ascii()).map_err(at)?;
                    config.services.push(service).map_err(|_| at(What::TooManyServices))?;
                    wanted.push(Wanted::begin(line, is_secured)).map_err(|_| at(What::TooManyServices))?;
                }
                _ => config.set(name, value.trim_ascii()).map_err(at)?,
            }
        }
        #[cfg(feature = "tls")]
        config.secure(wanted).map_err(|(line, what)| Error { line: Some(line), what, language })?;
        if config.services.is_empty() && !config.is_provisioned() {
            return Err(Error { line: None, what: What::NoService, language });
        }
        config.app_user = match (id, certificate) {
            (Some((_, id)), Some((_, certificate))) => Some(AppUser { id, certificate }),
            (None, None) => None,
            (Some((line, _)), None) => {
                return Err(Error { line: Some(line), what: What::NoCertificate, language });
            }
            (None, Some((line, _))) => return Err(Error { line: Some(line), what: What::NoId, language }),
        };
        Ok(config)
    }

    /// Takes over settings made on the phone, as [`App::write_settings`](crate::App::write_settings) wrote them.
    ///
    /// Returns whether they count: not where the file has got other values for these names since they were made.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with its line. Nothing has changed then.
    ///
    /// ```
    /// use hotdesk_phone::Config;
    ///
    /// let mut config = Config::parse(b"service = 10.0.2.2\n")?;
    /// assert_eq!(config.change(b"#00000000\nlanguage = de\n"), Ok(false), "made over another file");
    /// # Ok::<(), hotdesk_phone::config::Error>(())
    /// ```
    pub fn change(&mut self, settings: &[u8]) -> Result<bool, Error> {
        if !settings.starts_with(&self.print_line()) {
            return Ok(false);
        }
        let mut other = Self::empty();
        for (line, entry) in lines(settings) {
            let at = |what| Error { line: Some(line), what, language: self.language };
            let (name, value) = entry.map_err(at)?;
            if !Changed::NAMES.contains(&name) {
                return Err(at(What::UnknownName));
            }
            #[cfg(feature = "tls")]
            if name == Name::Service {
                let service = self.parse_typed(other.services.len(), value.trim_ascii()).map_err(at)?;
                other.services.push(service).map_err(|_| at(What::TooManyServices))?;
                other.changed.add(name);
                continue;
            }
            other.set(name, value.trim_ascii()).map_err(at)?;
            other.changed.add(name);
        }
        for name in other.changed.names() {
            match name {
                Name::Service => self.services = other.services.clone(),
                Name::Language => {
                    self.language = other.language;
                    #[cfg(feature = "provisioning")]
                    {
                        self.has_language = true;
                    }
                }
                Name::UserIdMode => self.user_id_mode = other.user_id_mode,
                Name::Brightness => self.brightness = other.brightness,
                _ => self.poll_minutes = other.poll_minutes,
            }
        }
        self.changed = other.changed;
        Ok(true)
    }

    /// Takes a value of the file into what tells it from others.
    fn note(&mut self, name: Name, value: &str) {
        if let Some(place) = Changed::NAMES.iter().position(|known| *known == name) {
            let place = u8::try_from(place).unwrap_or(u8::MAX);
            self.print =
                [place].iter().chain(value.as_bytes()).chain(b"\n").fold(self.print, |print, byte| {
                    // FNV-1a.
                    (print ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
                });
        }
    }

    /// The first line of settings made over this file.
    pub(crate) fn print_line(&self) -> [u8; 10] {
        let mut line = [b'\n'; 10];
        for (index, place) in line.iter_mut().enumerate().take(9) {
            let shift = u32::try_from(index).unwrap_or(0).wrapping_mul(4);
            let digit = self.print.rotate_left(shift) & 0xF;
            *place = if index == 0 {
                b'#'
            } else {
                b"0123456789abcdef".get(digit as usize).copied().unwrap_or(b'0')
            };
        }
        line
    }

    /// The settings that count at once when they are changed.
    pub(crate) fn settings(&self) -> Settings {
        Settings {
            language: self.language,
            user_id_mode: self.user_id_mode,
            brightness: self.brightness,
            poll_minutes: self.poll_minutes,
        }
    }

    /// What was set on the phone.
    pub(crate) fn changed(&self) -> Changed {
        self.changed
    }

    /// What is not given a value has this one.
    fn empty() -> Self {
        Self {
            services: Vec::new(),
            app_user: None,
            name_servers: Vec::new(),
            search_domain: String::new(),
            poll_minutes: DEFAULT_POLL_MINUTES,
            login_times: Vec::from_array([LoginTime::SystemDefault]),
            admin_code: None,
            user_id_mode: None,
            language: Language::default(),
            brightness: Brightness::default(),
            changed: Changed::default(),
            print: PRINT_OF_NOTHING,
            user_page: None,
            #[cfg(feature = "provisioning")]
            provisioning: None,
            #[cfg(feature = "provisioning")]
            has_language: false,
            #[cfg(feature = "tls")]
            time_server: None,
            #[cfg(feature = "browser")]
            pages: Pages::default(),
        }
    }

    /// Gives a value to a name, or adds it where a name has several.
    fn set(&mut self, name: Name, value: &str) -> Result<(), What> {
        match name {
            Name::Service => {
                self.services.push(Service::parse(value)?).map_err(|_| What::TooManyServices)?;
            }
            Name::NameServer => {
                let server = parse_name_server(value)?;
                self.name_servers.push(server).map_err(|_| What::TooManyNameServers)?;
            }
            Name::SearchDomain => {
                let domain = Some(value).filter(|domain| is_host(domain)).ok_or(What::BadDomain)?;
                self.search_domain = String::try_from(domain).map_err(|_| What::BadDomain)?;
            }
            Name::PollMinutes => {
                let minutes = parse_number(value).filter(|minutes| *minutes <= MAX_POLL_MINUTES);
                self.poll_minutes = minutes.ok_or(What::BadMinutes)?;
            }
            Name::AdminCode => {
                self.admin_code = Some(AdminCode::parse(value).ok_or(What::BadAdminCode)?);
            }
            Name::UserIdMode => {
                let last = value.eq_ignore_ascii_case("last");
                let mode = UserIdMode::parse(value);
                self.user_id_mode = if last { None } else { Some(mode.ok_or(What::BadUserIdMode)?) };
            }
            Name::Brightness => {
                self.brightness = Brightness::parse(value).ok_or(What::BadBrightness)?;
            }
            Name::Language => {
                self.language = Language::find(value).ok_or(What::UnknownLanguage)?;
                #[cfg(feature = "provisioning")]
                {
                    self.has_language = true;
                }
            }
            Name::Durations => {
                self.login_times = LoginTime::parse_list(value).ok_or(What::BadDurations)?;
            }
            Name::UserPage => {
                self.user_page = Some(user_page::parse(value).ok_or(What::BadUserPage)?);
            }
            #[cfg(feature = "provisioning")]
            Name::Provisioning => self.provisioning = Some(FileServer::parse(value)?),
            #[cfg(feature = "tls")]
            Name::TimeServer => {
                self.time_server = Some(Service::parse_with_port(value, TIME_PORT)?);
            }
            #[cfg(feature = "browser")]
            Name::Login => self.pages.set_login(value)?,
            #[cfg(feature = "browser")]
            Name::Services => self.pages.add_service(value)?,
            // The two halves of one user: `parse` joins them.
            Name::AppId | Name::AppCertificate => {}
            // `parse` has them belong to a service.
            #[cfg(feature = "tls")]
            Name::ServiceCa | Name::ServiceCertificate | Name::ServiceName | Name::ServiceTls => {}
        }
        Ok(())
    }

    /// Whether what is not in the file may come from elsewhere.
    fn is_provisioned(&self) -> bool {
        #[cfg(feature = "provisioning")]
        return self.provisioning.is_some();
        #[cfg(not(feature = "provisioning"))]
        false
    }

    /// Where the phone's file is, if it has one.
    #[cfg(feature = "provisioning")]
    #[must_use]
    pub fn provisioning(&self) -> Option<&FileServer> {
        self.provisioning.as_ref()
    }

    /// Whether the language is given, in the file or on the phone.
    #[cfg(feature = "provisioning")]
    pub(crate) fn has_language(&self) -> bool {
        self.has_language
    }

    /// The services in the order to try them: at least one, unless they come with the phone's file.
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
        interval(self.poll_minutes)
    }

    /// For how long people may log in, in the order to offer it: at least one.
    #[must_use]
    pub fn login_times(&self) -> &[LoginTime] {
        &self.login_times
    }

    /// The address of the page where people change their PIN.
    #[must_use]
    pub fn user_page(&self) -> UserPage<'_> {
        let host = self.services.first().map_or("", Service::host);
        UserPage { given: self.user_page.as_deref(), host }
    }

    /// How people log in, and the menu of services.
    #[cfg(feature = "browser")]
    pub(crate) fn pages(&self) -> &Pages {
        &self.pages
    }

    /// The domain to look names up in; empty where there is none.
    #[must_use]
    pub fn search_domain(&self) -> &str {
        &self.search_domain
    }

    /// Where to ask for the time, if anywhere.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn time_server(&self) -> Option<&Service> {
        self.time_server.as_ref()
    }

    /// What the number keys give where a user ID starts, where the configuration says so.
    #[must_use]
    pub fn user_id_mode(&self) -> Option<UserIdMode> {
        self.user_id_mode
    }

    /// The code that opens the settings on the phone, where there is one.
    pub(crate) fn admin_code(&self) -> Option<&AdminCode> {
        self.admin_code.as_ref()
    }

    /// The language of the phone's texts.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }
}

/// The time between two questions; nothing where it is 0.
pub(crate) fn interval(minutes: u16) -> Option<Duration> {
    (minutes > 0).then(|| Duration::from_secs(u64::from(minutes).saturating_mul(60)))
}

/// The language that a configuration names, whatever else is wrong in it: the mistake is told in it.
fn language(text: &[u8]) -> Language {
    lines(text)
        .find_map(|(_, entry)| match entry {
            Ok((Name::Language, value)) => Language::find(value.trim_ascii()),
            _ => None,
        })
        .unwrap_or_default()
}
