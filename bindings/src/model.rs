//! The messages: what `hotdesk.parse` returns, and what can be sent. Nothing here parses or writes.

use pyo3::prelude::*;

use crate::field::{
    DeviceStatus, ExclusiveDuration, LoginType, Text, UserCheckStatus, UserDevicesStatus, UserProfilesStatus,
};
use crate::rows::List;
use crate::secret::Secret;

class! {
    /// Who asks: the application, or the person on his own behalf.
    AppInfo {
        /// The ID, `appID`.
        id: Text,
        /// The `appCertificate` or `appEncryptedCertificate`.
        certificate: Py<Secret>,
        /// Whether it is the `appEncryptedCertificate`.
        encrypted: bool = false,
    } {}
}

messages! {
    /// A request to log a user in to a device.
    Login {
        /// Who asks.
        app: Py<AppInfo>,
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
    Logout {
        /// Who asks.
        app: Py<AppInfo>,
        /// The device.
        device_name: Text,
        /// The address the person's request came from, where another program passes it on.
        remote_ip_addr: Option<Text> = None,
        /// Whether that request had a `Via` header, as text: sources do not say which values there are.
        is_via_header_set: Option<Text> = None,
    }

    /// A request to log out every Extension Mobility user of the cluster.
    LogoutAll {
        /// Who asks.
        app: Py<AppInfo>,
        /// The address the person's request came from, where another program passes it on.
        remote_ip_addr: Option<Text> = None,
        /// Whether that request had a `Via` header, as text: sources do not say which values there are.
        is_via_header_set: Option<Text> = None,
    }

    /// A query: who is logged in to these devices?
    DeviceUserQuery {
        /// Who asks.
        app: Py<AppInfo>,
        /// The devices.
        devices: List<String>,
        /// What kind of ID is given: `UID`, `DN` or `SP`.
        login_type: Option<LoginType> = None,
        /// The address the person's request came from, where another program passes it on.
        remote_ip_addr: Option<Text> = None,
        /// Whether that request had a `Via` header, as text: sources do not say which values there are.
        is_via_header_set: Option<Text> = None,
    }

    /// A query: to which devices are these users logged in?
    UserDevicesQuery {
        /// Who asks.
        app: Py<AppInfo>,
        /// The users.
        users: List<String>,
        /// What kind of ID is given: `UID`, `DN` or `SP`.
        login_type: Option<LoginType> = None,
        /// The address the person's request came from, where another program passes it on.
        remote_ip_addr: Option<Text> = None,
        /// Whether that request had a `Via` header, as text: sources do not say which values there are.
        is_via_header_set: Option<Text> = None,
    }

    /// A query: do these users exist?
    CheckUser {
        /// Who asks.
        app: Py<AppInfo>,
        /// The users.
        users: List<String>,
        /// What kind of ID is given: `UID`, `DN` or `SP`.
        login_type: Option<LoginType> = None,
        /// The address the person's request came from, where another program passes it on.
        remote_ip_addr: Option<Text> = None,
        /// Whether that request had a `Via` header, as text: sources do not say which values there are.
        is_via_header_set: Option<Text> = None,
    }

    /// A query: which device profiles do these users have?
    DeviceProfileQuery {
        /// Who asks.
        app: Py<AppInfo>,
        /// The users.
        users: List<String>,
        /// What kind of ID is given: `UID`, `DN` or `SP`.
        login_type: Option<LoginType> = None,
        /// The address the person's request came from, where another program passes it on.
        remote_ip_addr: Option<Text> = None,
        /// Whether that request had a `Via` header, as text: sources do not say which values there are.
        is_via_header_set: Option<Text> = None,
    }

    /// An answer: the request was carried out.
    Success {}

    /// An answer, or a row of one: the service refused.
    Failure {
        /// The number, `None` where the service sent an `errorMessage`.
        code: Option<u16> = None,
        /// The service's own words.
        text: Option<Text> = None,
        ;
        /// The code's name, `None` for a code in no table.
        fn name() -> Option<&'static str> = code_name
    }

    /// An answer: who is logged in to which device.
    DeviceUserResults {
        /// One row a device.
        devices: List<DeviceRow>,
    }

    /// An answer: which devices a user is logged in to.
    UserDevicesResults {
        /// One row a user.
        users: List<UserDevicesRow>,
    }

    /// An answer: which device profiles a user has.
    DeviceProfileResults {
        /// One row a user.
        users: List<UserProfilesRow>,
    }

    /// An answer: which users exist.
    CheckUserResults {
        /// One row a user.
        users: List<UserCheckRow>,
    }
}

row_classes! {
    /// One device and who uses it.
    DeviceResult as DeviceRow {
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

    /// One user and his devices.
    UserDevices as UserDevicesRow {
        /// The user's ID.
        id: Text,
        /// `loggedIn`, `none` or `doesNotExist`.
        status: UserDevicesStatus,
        /// The devices' names, empty where there are none.
        devices: List<String> = { List::default() },
    }

    /// One user and his device profiles.
    UserProfiles as UserProfilesRow {
        /// The user's ID.
        id: Text,
        /// `found`, `none`, `doesNotExist` or `failure`.
        status: UserProfilesStatus,
        /// Why the service refused this user's row.
        failure: Option<Py<Failure>> = None,
        /// The profiles, empty where there are none.
        profiles: List<ProfileRow> = { List::default() },
    }

    /// One device profile of a user.
    DeviceProfile as ProfileRow {
        /// The profile's name.
        name: Text,
        /// Whether it is the user's default one. There may be no default.
        is_default: bool = false,
    }

    /// One user and whether he exists.
    UserCheck as UserCheckRow {
        /// The user's ID.
        id: Text,
        /// `exists` or `doesNotExist`.
        status: UserCheckStatus,
    }
}

row! { Failure as FailureRow { code: Option<u16>, text: Option<Text>, } }

impl Failure {
    /// Returns the code's name as its source spells it; nothing for a code in no table.
    fn code_name(&self, py: Python<'_>) -> PyResult<Option<&'static str>> {
        let code: Option<u16> = self.code.extract(py)?;
        Ok(code.and_then(|code| hotdesk_core::codes::em_service::EmServiceCode::new(code).name()))
    }
}
