//! Requests: log in, log out, log everybody out. Answered by success or failure.

use crate::error::Error;
use crate::secret::Secret;
use crate::text::Text;
use crate::wire;

/// A request to change who is logged in.
///
/// ```
/// use hotdesk_core::{AppCertificate, AppInfo, Login, Operation, Request};
///
/// let request = Request {
///     app: AppInfo { id: "john".into(), certificate: AppCertificate::Plain("12345".into()) },
///     operation: Operation::Login(Login::new("SEP003094C25B15".into(), "john".into())),
/// };
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
pub struct Request<'a> {
    /// Who signs.
    pub app: AppInfo<'a>,
    /// What is to be done.
    pub operation: Operation<'a>,
}

impl<'a> Request<'a> {
    /// Reads a request.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with the rule of core/PROTOCOL.md that the document breaks, and where.
    pub fn parse(xml: &'a [u8]) -> Result<Self, Error> {
        wire::parse_request(xml)
    }
}

/// Who signs a request: an application user with proxy rights, or an end user who acts for himself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct AppInfo<'a> {
    /// `appID`, up to 128 characters.
    pub id: Text<'a>,
    /// `appCertificate` or `appEncryptedCertificate`.
    pub certificate: AppCertificate<'a>,
}

/// The proof that goes with [`AppInfo::id`], up to 256 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum AppCertificate<'a> {
    /// `appCertificate`: a password or a PIN.
    Plain(Secret<'a>),
    /// `appEncryptedCertificate`.
    Encrypted(Secret<'a>),
}

/// What a [`Request`] asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Operation<'a> {
    /// One user in, on one device.
    Login(Login<'a>),
    /// The user of one device out.
    Logout(Logout<'a>),
    /// Every user of the cluster out.
    LogoutAll(LogoutAll<'a>),
}

/// `login`: logs one user in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Login<'a> {
    /// The device.
    pub device_name: Text<'a>,
    /// The user.
    pub user_id: Text<'a>,
    /// The device profile; without one the service takes the user's default or only one.
    pub device_profile: Option<Text<'a>>,
    /// How long; without it the service's maximum login time rules.
    pub exclusive_duration: Option<ExclusiveDuration>,
    /// What kind of ID [`user_id`](Self::user_id) is.
    pub login_type: Option<LoginType>,
    /// The address the person's request came from, where another program passes it on.
    pub remote_ip_addr: Option<Text<'a>>,
    /// Whether that request had a Via header. Sources do not say which values there are.
    pub is_via_header_set: Option<Text<'a>>,
}

impl<'a> Login<'a> {
    /// Returns a login with nothing but what is mandatory.
    pub const fn new(device_name: Text<'a>, user_id: Text<'a>) -> Self {
        Self {
            device_name,
            user_id,
            device_profile: None,
            exclusive_duration: None,
            login_type: None,
            remote_ip_addr: None,
            is_via_header_set: None,
        }
    }
}

/// `exclusiveDuration`: when the service logs the user out by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum ExclusiveDuration {
    /// After this many minutes.
    Minutes(u32),
    /// Never.
    Indefinite,
}

/// `loginType`: what kind of ID a user typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum LoginType {
    /// `UID`, the user ID.
    UserId,
    /// `DN`, the primary extension.
    DirectoryNumber,
    /// `SP`, the self-service user ID.
    SelfService,
}

impl LoginType {
    /// Returns the value on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UserId => "UID",
            Self::DirectoryNumber => "DN",
            Self::SelfService => "SP",
        }
    }
}

/// `logout`: logs the user of one device out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Logout<'a> {
    /// The device.
    pub device_name: Text<'a>,
    /// As [`Login::remote_ip_addr`].
    pub remote_ip_addr: Option<Text<'a>>,
    /// As [`Login::is_via_header_set`].
    pub is_via_header_set: Option<Text<'a>>,
}

impl<'a> Logout<'a> {
    /// Returns a logout with nothing but what is mandatory.
    pub const fn new(device_name: Text<'a>) -> Self {
        Self { device_name, remote_ip_addr: None, is_via_header_set: None }
    }
}

/// `logoutAll`: logs every user of the cluster out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct LogoutAll<'a> {
    /// As [`Login::remote_ip_addr`].
    pub remote_ip_addr: Option<Text<'a>>,
    /// As [`Login::is_via_header_set`].
    pub is_via_header_set: Option<Text<'a>>,
}
