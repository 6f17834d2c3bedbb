//! The URL of the login application as a phone's configuration has it.

use core::fmt;

use super::{APP_PATH, DEVICE_NAME_TOKEN, EMCC_TOKEN};
use crate::message::LoginType;

/// The service URL of the login application, by the kind of login. Its tokens are for the phone.
///
/// ```
/// use hotdesk_core::LoginType;
/// use hotdesk_core::emapp::ServiceUrl;
///
/// let url = ServiceUrl::new("http://10.0.2.2:8080").with_login_type(LoginType::DirectoryNumber).with_emcc();
/// assert_eq!(
///     url.to_string(),
///     "http://10.0.2.2:8080/emapp/EMAppServlet?device=#DEVICENAME#&EMCC=#EMCC#&loginType=DN"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct ServiceUrl<'a> {
    /// Scheme and host, with a port or without.
    pub origin: &'a str,
    /// What a person types beside the PIN. Without it, the user ID.
    pub login_type: Option<LoginType>,
    /// Whether phones are asked if they can log in across clusters.
    pub emcc: bool,
}

impl<'a> ServiceUrl<'a> {
    /// Makes the URL of a login by user ID.
    pub const fn new(origin: &'a str) -> Self {
        Self { origin, login_type: None, emcc: false }
    }

    /// Sets what a person types beside the PIN.
    #[must_use]
    pub const fn with_login_type(mut self, login_type: LoginType) -> Self {
        self.login_type = Some(login_type);
        self
    }

    /// Asks phones if they can log in across clusters.
    #[must_use]
    pub const fn with_emcc(mut self) -> Self {
        self.emcc = true;
        self
    }
}

impl fmt::Display for ServiceUrl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{APP_PATH}?device={DEVICE_NAME_TOKEN}", self.origin)?;
        if self.emcc {
            write!(f, "&EMCC={EMCC_TOKEN}")?;
        }
        match self.login_type {
            Some(login_type) => write!(f, "&loginType={}", login_type.as_str()),
            None => Ok(()),
        }
    }
}
