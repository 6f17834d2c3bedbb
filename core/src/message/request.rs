//! Requests: log in, log out, log everybody out. Answered by success or failure.

use core::fmt;
use core::str::FromStr;

use crate::error::{Error, Field, Refusal};
use crate::secret::Secret;
use crate::text::Text;
use crate::wire;

/// A request to change who is logged in.
///
/// ```
/// use hotdesk_core::{AppInfo, Login, Request};
///
/// let request = Request::new(AppInfo::new("john", "12345"), Login::new("SEP003094C25B15", "john"));
/// let mut buffer = [0; 256];
/// let length = request.encode(&mut buffer)?;
/// assert_eq!(
///     core::str::from_utf8(&buffer[..length]).unwrap(),
///     "<request><appInfo><appID>john</appID><appCertificate>12345</appCertificate></appInfo>\
///      <login><deviceName>SEP003094C25B15</deviceName><userID>john</userID></login></request>"
/// );
/// assert_eq!(Request::parse(&buffer[..length])?, request);
/// # Ok::<(), hotdesk_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Request<'a> {
    /// Who signs it.
    pub app: AppInfo<'a>,
    /// What is to be done.
    pub operation: Operation<'a>,
}

impl<'a> Request<'a> {
    /// Returns a request for `operation`, signed by `app`.
    pub fn new(app: AppInfo<'a>, operation: impl Into<Operation<'a>>) -> Self {
        Self { app, operation: operation.into() }
    }

    /// Reads a request.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with the rule of [`protocol`](crate::protocol) that the document breaks, and where.
    pub fn parse(xml: &'a [u8]) -> Result<Self, Error> {
        wire::parse_request(xml)
    }
}

/// Who signs a message: an application user with proxy rights, or an end user acting on their own behalf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct AppInfo<'a> {
    /// `appID`, up to [`limits::NAME_CHARS`](crate::limits::NAME_CHARS) characters.
    pub id: Text<'a>,
    /// `appCertificate` or `appEncryptedCertificate`.
    pub certificate: AppCertificate<'a>,
}

impl<'a> AppInfo<'a> {
    /// Returns a signer with a password or a PIN.
    pub fn new(id: impl Into<Text<'a>>, certificate: impl Into<Secret<'a>>) -> Self {
        Self { id: id.into(), certificate: AppCertificate::Plain(certificate.into()) }
    }

    /// Returns a signer with an encrypted certificate.
    pub fn encrypted(id: impl Into<Text<'a>>, certificate: impl Into<Secret<'a>>) -> Self {
        Self { id: id.into(), certificate: AppCertificate::Encrypted(certificate.into()) }
    }
}

/// The proof that goes with [`AppInfo::id`], up to
/// [`limits::CERTIFICATE_BYTES`](crate::limits::CERTIFICATE_BYTES) bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum AppCertificate<'a> {
    /// `appCertificate`: a password or a PIN.
    Plain(Secret<'a>),
    /// `appEncryptedCertificate`.
    Encrypted(Secret<'a>),
}

/// What a [`Request`] asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Operation<'a> {
    /// One user in, on one device.
    Login(Login<'a>),
    /// The user of one device out.
    Logout(Logout<'a>),
    /// Every user of the cluster out.
    LogoutAll(LogoutAll<'a>),
}

impl<'a> From<Login<'a>> for Operation<'a> {
    fn from(login: Login<'a>) -> Self {
        Self::Login(login)
    }
}

impl<'a> From<Logout<'a>> for Operation<'a> {
    fn from(logout: Logout<'a>) -> Self {
        Self::Logout(logout)
    }
}

impl<'a> From<LogoutAll<'a>> for Operation<'a> {
    fn from(all: LogoutAll<'a>) -> Self {
        Self::LogoutAll(all)
    }
}

/// `login`: logs one user in.
///
/// ```
/// use hotdesk_core::{ExclusiveDuration, Login};
///
/// let login = Login::new("SEP003094C25B15", "john")
///     .with_device_profile("UserDevProf")
///     .with_exclusive_duration(ExclusiveDuration::Minutes(60));
/// assert_eq!(login.device_profile.unwrap(), "UserDevProf");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Login<'a> {
    /// The device.
    pub device_name: Text<'a>,
    /// The user.
    pub user_id: Text<'a>,
    /// The device profile; without one the service takes the user's default or only one.
    pub device_profile: Option<Text<'a>>,
    /// For how long; without it the service's maximum login time applies.
    pub exclusive_duration: Option<ExclusiveDuration>,
    /// What kind of ID [`user_id`](Self::user_id) is.
    pub login_type: Option<LoginType>,
    /// The address that the user's own request came from, if this one is made on behalf of it.
    pub remote_ip_addr: Option<Text<'a>>,
    /// Whether that request had a Via header. Sources do not list the values.
    pub is_via_header_set: Option<Text<'a>>,
}

impl<'a> Login<'a> {
    /// Returns a login with the mandatory fields only.
    pub fn new(device_name: impl Into<Text<'a>>, user_id: impl Into<Text<'a>>) -> Self {
        Self {
            device_name: device_name.into(),
            user_id: user_id.into(),
            device_profile: None,
            exclusive_duration: None,
            login_type: None,
            remote_ip_addr: None,
            is_via_header_set: None,
        }
    }

    /// Sets the device profile.
    #[must_use]
    pub fn with_device_profile(self, device_profile: impl Into<Text<'a>>) -> Self {
        Self { device_profile: Some(device_profile.into()), ..self }
    }

    /// Sets for how long.
    #[must_use]
    pub fn with_exclusive_duration(self, exclusive_duration: ExclusiveDuration) -> Self {
        Self { exclusive_duration: Some(exclusive_duration), ..self }
    }
}

/// `exclusiveDuration`: when the service logs the user out by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ExclusiveDuration {
    /// After this many minutes.
    Minutes(u32),
    /// Never.
    Indefinite,
}

/// `loginType`: what kind of ID a user typed. It prints and parses as on the wire.
///
/// ```
/// use hotdesk_core::LoginType;
///
/// assert_eq!(LoginType::DirectoryNumber.to_string(), "DN");
/// assert_eq!("SP".parse(), Ok(LoginType::SelfService));
/// assert_eq!(
///     "sp".parse::<LoginType>().unwrap_err().to_string(),
///     "loginType has a wrong value; it must be UID, DN or SP"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum LoginType {
    /// `UID`, the user ID.
    UserId,
    /// `DN`, the primary extension.
    DirectoryNumber,
    /// `SP`, the self-service user ID.
    SelfService,
}

impl LoginType {
    const ALL: [Self; 3] = [Self::UserId, Self::DirectoryNumber, Self::SelfService];

    /// Returns the value on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UserId => "UID",
            Self::DirectoryNumber => "DN",
            Self::SelfService => "SP",
        }
    }
}

impl fmt::Display for LoginType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for LoginType {
    type Err = Error;

    /// # Errors
    ///
    /// [`Error::Refused`] for any text but the three, which are case-sensitive.
    fn from_str(text: &str) -> Result<Self, Error> {
        let known = Self::ALL.into_iter().find(|known| known.as_str() == text);
        known.ok_or(Error::refused(Refusal::Value(Field::LoginType), 0))
    }
}

/// `logout`: logs the user of one device out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Logout<'a> {
    /// The device.
    pub device_name: Text<'a>,
    /// As [`Login::remote_ip_addr`].
    pub remote_ip_addr: Option<Text<'a>>,
    /// As [`Login::is_via_header_set`].
    pub is_via_header_set: Option<Text<'a>>,
}

impl<'a> Logout<'a> {
    /// Returns a logout with the mandatory fields only.
    pub fn new(device_name: impl Into<Text<'a>>) -> Self {
        Self { device_name: device_name.into(), remote_ip_addr: None, is_via_header_set: None }
    }
}

/// `logoutAll`: logs every user of the cluster out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct LogoutAll<'a> {
    /// As [`Login::remote_ip_addr`].
    pub remote_ip_addr: Option<Text<'a>>,
    /// As [`Login::is_via_header_set`].
    pub is_via_header_set: Option<Text<'a>>,
}

impl LogoutAll<'_> {
    /// Returns a logout of everybody with no optional field.
    pub const fn new() -> Self {
        Self { remote_ip_addr: None, is_via_header_set: None }
    }
}

/// Setters of the optional fields that operations and queries share.
macro_rules! optional_fields {
    (login_type: $($name:ident)*) => {$(
        impl $name<'_> {
            /// Sets what kind of ID is given.
            #[must_use]
            pub fn with_login_type(self, login_type: LoginType) -> Self {
                Self { login_type: Some(login_type), ..self }
            }
        }
    )*};
    (origin: $($name:ident)*) => {$(
        impl<'a> $name<'a> {
            /// Sets the address that the user's own request came from.
            #[must_use]
            pub fn with_remote_ip_addr(self, remote_ip_addr: impl Into<Text<'a>>) -> Self {
                Self { remote_ip_addr: Some(remote_ip_addr.into()), ..self }
            }

            /// Sets whether the user's own request had a Via header.
            #[must_use]
            pub fn with_is_via_header_set(self, is_via_header_set: impl Into<Text<'a>>) -> Self {
                Self { is_via_header_set: Some(is_via_header_set.into()), ..self }
            }
        }
    )*};
}
pub(super) use optional_fields;

optional_fields!(login_type: Login);
optional_fields!(origin: Login Logout LogoutAll);
