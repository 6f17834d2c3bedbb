//! The messages as owned values: what `hotdesk.parse` returns and what the JSON is written from. A value here never
//! points into the input, and nothing here parses.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use zeroize::Zeroizing;

/// A list that cannot be changed; in Python a sequence that makes an object of a row when it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Rows<T>(pub Arc<Vec<T>>);

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> FromIterator<T> for Rows<T> {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Self {
        Self(Arc::new(rows.into_iter().collect()))
    }
}

/// A value whose Python object is made when it is first read, and then kept.
pub struct Cached<T> {
    value: T,
    #[cfg(feature = "python")]
    pub(crate) object: pyo3::sync::PyOnceLock<pyo3::Py<pyo3::PyAny>>,
}

/// A text of a message.
pub type Text = Cached<String>;

impl<T> From<T> for Cached<T> {
    fn from(value: T) -> Self {
        Self {
            value,
            #[cfg(feature = "python")]
            object: pyo3::sync::PyOnceLock::new(),
        }
    }
}

impl<T> Deref for Cached<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: Clone> Clone for Cached<T> {
    fn clone(&self) -> Self {
        self.value.clone().into()
    }
}

impl<T: fmt::Debug> fmt::Debug for Cached<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: PartialEq> PartialEq for Cached<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Cached<T> {}

impl<T: Hash> Hash for Cached<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

/// A PIN, password or certificate. It is masked wherever it is shown and wiped when it is dropped.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "python", pyo3::pyclass(frozen, eq, hash, from_py_object, module = "hotdesk"))]
pub struct Secret(pub(crate) Zeroizing<String>);

impl Hash for Secret {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.as_str().hash(state);
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

words! {
    /// What kind of ID is given.
    LoginType { UserId = "UID", DirectoryNumber = "DN", SelfService = "SP" }

    /// The state of a device.
    DeviceStatus { LoggedIn = "loggedIn", LoggedOut = "loggedOut", DoesNotExist = "doesNotExist" }

    /// Where a user is logged in.
    UserDevicesStatus { LoggedIn = "loggedIn", None = "none", DoesNotExist = "doesNotExist" }

    /// Whether a user has device profiles.
    UserProfilesStatus { Found = "found", None = "none", DoesNotExist = "doesNotExist", Failure = "failure" }

    /// Whether a user exists.
    UserCheckStatus { Exists = "exists", DoesNotExist = "doesNotExist" }
}

/// How long a login holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExclusiveDuration {
    /// Whole minutes; an int in Python.
    Minutes(u32),
    /// Until somebody logs out; the string `"indefinite"` in Python.
    Indefinite,
}

classes! {
    /// Who asks: the application, or the person on his own behalf.
    AppInfo {
        /// The ID, `appID`.
        id: Text,
        /// The `appCertificate` or `appEncryptedCertificate`.
        certificate: Cached<Secret>,
        /// Whether it is the `appEncryptedCertificate`.
        encrypted: bool = false,
    }

    /// A request to log a user in to a device.
    Login via login {
        /// Who asks.
        app: Cached<AppInfo>,
        /// The device.
        device_name: Text,
        /// The user.
        user_id: Text,
        /// The device profile to use, the user's default one if absent.
        device_profile: Option<Text> = None,
        /// How long the login holds, as the service is configured if absent.
        exclusive_duration: Option<ExclusiveDuration> = None,
        /// What kind of ID is given: `UID`, `DN` or `SP`.
        login_type: Option<LoginType> = None,
        /// The address the person's request came from, where another program passes it on.
        remote_ip_addr: Option<Text> = None,
        /// Whether that request had a `Via` header, as text: sources do not say which values there are.
        is_via_header_set: Option<Text> = None,
    }

    /// A request to log out whoever is logged in to a device.
    Logout via logout {
        /// Who asks.
        app: Cached<AppInfo>,
        /// The device.
        device_name: Text,
        /// The address the person's request came from, where another program passes it on.
        remote_ip_addr: Option<Text> = None,
        /// Whether that request had a `Via` header, as text: sources do not say which values there are.
        is_via_header_set: Option<Text> = None,
    }

    /// A request to log out every Extension Mobility user of the cluster.
    LogoutAll via logout_all {
        /// Who asks.
        app: Cached<AppInfo>,
        /// The address the person's request came from, where another program passes it on.
        remote_ip_addr: Option<Text> = None,
        /// Whether that request had a `Via` header, as text: sources do not say which values there are.
        is_via_header_set: Option<Text> = None,
    }

    /// A query: who is logged in to these devices?
    DeviceUserQuery via device_user_query {
        /// Who asks.
        app: Cached<AppInfo>,
        /// The devices.
        devices: Rows<Text>,
        /// What kind of ID is given: `UID`, `DN` or `SP`.
        login_type: Option<LoginType> = None,
        /// The address the person's request came from, where another program passes it on.
        remote_ip_addr: Option<Text> = None,
        /// Whether that request had a `Via` header, as text: sources do not say which values there are.
        is_via_header_set: Option<Text> = None,
    }

    /// A query: to which devices are these users logged in?
    UserDevicesQuery via user_devices_query {
        /// Who asks.
        app: Cached<AppInfo>,
        /// The users.
        users: Rows<Text>,
        /// What kind of ID is given: `UID`, `DN` or `SP`.
        login_type: Option<LoginType> = None,
        /// The address the person's request came from, where another program passes it on.
        remote_ip_addr: Option<Text> = None,
        /// Whether that request had a `Via` header, as text: sources do not say which values there are.
        is_via_header_set: Option<Text> = None,
    }

    /// A query: do these users exist?
    CheckUser via check_user {
        /// Who asks.
        app: Cached<AppInfo>,
        /// The users.
        users: Rows<Text>,
        /// What kind of ID is given: `UID`, `DN` or `SP`.
        login_type: Option<LoginType> = None,
        /// The address the person's request came from, where another program passes it on.
        remote_ip_addr: Option<Text> = None,
        /// Whether that request had a `Via` header, as text: sources do not say which values there are.
        is_via_header_set: Option<Text> = None,
    }

    /// A query: which device profiles do these users have?
    DeviceProfileQuery via device_profile_query {
        /// Who asks.
        app: Cached<AppInfo>,
        /// The users.
        users: Rows<Text>,
        /// What kind of ID is given: `UID`, `DN` or `SP`.
        login_type: Option<LoginType> = None,
        /// The address the person's request came from, where another program passes it on.
        remote_ip_addr: Option<Text> = None,
        /// Whether that request had a `Via` header, as text: sources do not say which values there are.
        is_via_header_set: Option<Text> = None,
    }

    /// An answer: the request was carried out.
    Success via success {}

    /// An answer, or a row of one: the service refused.
    Failure via failure {
        /// The number, `None` where the service sent an `errorMessage`.
        code: Option<u16> = None,
        /// The service's own words.
        text: Option<Text> = None,
        ;
        /// The code's name, `None` for a code in no table.
        fn name() -> Option<&'static str> = code_name
    }

    /// An answer: who is logged in to which device.
    DeviceUserResults via device_user_results {
        /// One row a device.
        devices: Rows<DeviceResult>,
    }

    /// One device and who uses it.
    DeviceResult {
        /// The device's name.
        name: Text,
        /// `loggedIn`, `loggedOut` or `doesNotExist`.
        status: DeviceStatus,
        /// Who is logged in.
        user: Option<Text> = None,
        /// Who was logged in before.
        last_login: Option<Text> = None,
        /// Whether it is logged in across clusters, `None` where the service does not say.
        emcc: Option<bool> = None,
    }

    /// An answer: which devices a user is logged in to.
    UserDevicesResults via user_devices_results {
        /// One row a user.
        users: Rows<UserDevices>,
    }

    /// One user and his devices.
    UserDevices {
        /// The user's ID.
        id: Text,
        /// `loggedIn`, `none` or `doesNotExist`.
        status: UserDevicesStatus,
        /// The devices' names, empty where there are none.
        devices: Rows<Text> = { Rows::default() },
    }

    /// An answer: which device profiles a user has.
    DeviceProfileResults via device_profile_results {
        /// One row a user.
        users: Rows<UserProfiles>,
    }

    /// One user and his device profiles.
    UserProfiles {
        /// The user's ID.
        id: Text,
        /// `found`, `none`, `doesNotExist` or `failure`.
        status: UserProfilesStatus,
        /// Why the service refused this user's row.
        failure: Option<Cached<Failure>> = None,
        /// The profiles, empty where there are none.
        profiles: Rows<DeviceProfile> = { Rows::default() },
    }

    /// One device profile of a user.
    DeviceProfile {
        /// The profile's name.
        name: Text,
        /// Whether it is the user's default one. There may be no default.
        is_default: bool = false,
    }

    /// An answer: which users exist.
    CheckUserResults via check_user_results {
        /// One row a user.
        users: Rows<UserCheck>,
    }

    /// One user and whether he exists.
    UserCheck {
        /// The user's ID.
        id: Text,
        /// `exists` or `doesNotExist`.
        status: UserCheckStatus,
    }
}

/// Any message of the protocol.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "python", derive(pyo3::IntoPyObject))]
#[allow(missing_docs, reason = "each variant holds the class of its name")]
pub enum Message {
    Login(Login),
    Logout(Logout),
    LogoutAll(LogoutAll),
    DeviceUserQuery(DeviceUserQuery),
    UserDevicesQuery(UserDevicesQuery),
    CheckUser(CheckUser),
    DeviceProfileQuery(DeviceProfileQuery),
    Success(Success),
    Failure(Failure),
    DeviceUserResults(DeviceUserResults),
    UserDevicesResults(UserDevicesResults),
    DeviceProfileResults(DeviceProfileResults),
    CheckUserResults(CheckUserResults),
}

impl Failure {
    /// Returns the code's name as its source spells it; nothing for a code in no table.
    pub fn code_name(&self) -> Option<&'static str> {
        self.code.and_then(|code| hotdesk_core::codes::em_service::EmServiceCode::new(code).name())
    }
}
