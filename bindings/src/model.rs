//! The messages as owned values: what `hotdesk.parse` returns and what the JSON is written from. A value here never
//! points into the input, and nothing here parses.

use std::fmt;
use std::hash::{Hash, Hasher};

use zeroize::Zeroizing;

/// A list that cannot be changed; a tuple in Python.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Rows<T>(pub Vec<T>);

/// A PIN, password or certificate. It is masked wherever it is shown and wiped when it is dropped.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "python", pyo3::pyclass(frozen, eq, hash, module = "hotdesk"))]
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
        id: String,
        /// The `appCertificate` or `appEncryptedCertificate`.
        certificate: Secret,
        /// Whether it is the `appEncryptedCertificate`.
        encrypted: bool,
    }

    /// A request to log a user in to a device.
    Login {
        /// Who asks.
        app: AppInfo,
        /// The device.
        device_name: String,
        /// The user.
        user_id: String,
        /// The device profile to use, the user's default one if absent.
        device_profile: Option<String>,
        /// How long the login holds, as the service is configured if absent.
        exclusive_duration: Option<ExclusiveDuration>,
        /// What kind of ID is given: `UID`, `DN` or `SP`.
        login_type: Option<&'static str>,
        /// The address the person's request came from, where another program passes it on.
        remote_ip_addr: Option<String>,
        /// Whether that request had a `Via` header, as text: sources do not say which values there are.
        is_via_header_set: Option<String>,
    }

    /// A request to log out whoever is logged in to a device.
    Logout {
        /// Who asks.
        app: AppInfo,
        /// The device.
        device_name: String,
        /// The address the person's request came from, where another program passes it on.
        remote_ip_addr: Option<String>,
        /// Whether that request had a `Via` header, as text: sources do not say which values there are.
        is_via_header_set: Option<String>,
    }

    /// A request to log out every Extension Mobility user of the cluster.
    LogoutAll {
        /// Who asks.
        app: AppInfo,
        /// The address the person's request came from, where another program passes it on.
        remote_ip_addr: Option<String>,
        /// Whether that request had a `Via` header, as text: sources do not say which values there are.
        is_via_header_set: Option<String>,
    }

    /// A query: who is logged in to these devices?
    DeviceUserQuery {
        /// Who asks.
        app: AppInfo,
        /// The devices.
        devices: Rows<String>,
        /// What kind of ID is given: `UID`, `DN` or `SP`.
        login_type: Option<&'static str>,
        /// The address the person's request came from, where another program passes it on.
        remote_ip_addr: Option<String>,
        /// Whether that request had a `Via` header, as text: sources do not say which values there are.
        is_via_header_set: Option<String>,
    }

    /// A query: to which devices are these users logged in?
    UserDevicesQuery {
        /// Who asks.
        app: AppInfo,
        /// The users.
        users: Rows<String>,
        /// What kind of ID is given: `UID`, `DN` or `SP`.
        login_type: Option<&'static str>,
        /// The address the person's request came from, where another program passes it on.
        remote_ip_addr: Option<String>,
        /// Whether that request had a `Via` header, as text: sources do not say which values there are.
        is_via_header_set: Option<String>,
    }

    /// A query: do these users exist?
    CheckUser {
        /// Who asks.
        app: AppInfo,
        /// The users.
        users: Rows<String>,
        /// What kind of ID is given: `UID`, `DN` or `SP`.
        login_type: Option<&'static str>,
        /// The address the person's request came from, where another program passes it on.
        remote_ip_addr: Option<String>,
        /// Whether that request had a `Via` header, as text: sources do not say which values there are.
        is_via_header_set: Option<String>,
    }

    /// A query: which device profiles do these users have?
    DeviceProfileQuery {
        /// Who asks.
        app: AppInfo,
        /// The users.
        users: Rows<String>,
        /// What kind of ID is given: `UID`, `DN` or `SP`.
        login_type: Option<&'static str>,
        /// The address the person's request came from, where another program passes it on.
        remote_ip_addr: Option<String>,
        /// Whether that request had a `Via` header, as text: sources do not say which values there are.
        is_via_header_set: Option<String>,
    }

    /// An answer: the request was carried out.
    Success {}

    /// An answer, or a row of one: the service refused.
    Failure {
        /// The number, `None` where the service sent an `errorMessage`.
        code: Option<u16>,
        /// The code's name, `None` for a code in no table.
        name: Option<&'static str>,
        /// The service's own words.
        text: Option<String>,
    }

    /// An answer: who is logged in to which device.
    DeviceUserResults {
        /// One row a device.
        devices: Rows<DeviceResult>,
    }

    /// One device and who uses it.
    DeviceResult {
        /// The device's name.
        name: String,
        /// `loggedIn`, `loggedOut` or `doesNotExist`.
        status: &'static str,
        /// Who is logged in.
        user: Option<String>,
        /// Who was logged in before.
        last_login: Option<String>,
        /// Whether it is logged in across clusters, `None` where the service does not say.
        emcc: Option<bool>,
    }

    /// An answer: which devices a user is logged in to.
    UserDevicesResults {
        /// One row a user.
        users: Rows<UserDevices>,
    }

    /// One user and his devices.
    UserDevices {
        /// The user's ID.
        id: String,
        /// `loggedIn`, `none` or `doesNotExist`.
        status: &'static str,
        /// The devices' names, empty where there are none.
        devices: Rows<String>,
    }

    /// An answer: which device profiles a user has.
    DeviceProfileResults {
        /// One row a user.
        users: Rows<UserProfiles>,
    }

    /// One user and his device profiles.
    UserProfiles {
        /// The user's ID.
        id: String,
        /// `found`, `none`, `doesNotExist` or `failure`.
        status: &'static str,
        /// Why the service refused this user's row.
        failure: Option<Failure>,
        /// The profiles, empty where there are none.
        profiles: Rows<DeviceProfile>,
    }

    /// One device profile of a user.
    DeviceProfile {
        /// The profile's name.
        name: String,
        /// Whether it is the user's default one. There may be no default.
        is_default: bool,
    }

    /// An answer: which users exist.
    CheckUserResults {
        /// One row a user.
        users: Rows<UserCheck>,
    }

    /// One user and whether he exists.
    UserCheck {
        /// The user's ID.
        id: String,
        /// `exists` or `doesNotExist`.
        status: &'static str,
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
