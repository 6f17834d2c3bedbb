//! From owned values to the core's views, which write themselves. What can be sent is decided by the core; here is only
//! decided that a row's parts agree with its status.
//!
//! Each function makes the view of a message and hands it to `write`, for the view lives no longer than the call.

use hotdesk_core as core;
use hotdesk_core::{Error, Secret, Text};

use crate::model::{
    self, AppInfo, DeviceResult, DeviceStatus, ExclusiveDuration, Failure, LoginType, Rows, UserCheckStatus,
    UserDevicesStatus, UserProfiles, UserProfilesStatus,
};

/// Why a message is not written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsendable {
    /// What is wrong and what to do. It holds no text of the message.
    pub message: String,
    /// The element or attribute that was to carry the value.
    pub field: &'static str,
}

impl From<Error> for Unsendable {
    fn from(error: Error) -> Self {
        let field = match error {
            Error::Unsendable { field, .. } => field.name(),
            _ => "",
        };
        Self { message: error.to_string(), field }
    }
}

/// Writes the request.
///
/// # Errors
///
/// As every function here: what `write` returns, or which parts of the message disagree.
pub fn login<T>(
    m: &model::Login,
    write: impl FnOnce(core::Message<'_>) -> Result<T, Unsendable>,
) -> Result<T, Unsendable> {
    let login = core::Login {
        device_name: text(&m.device_name),
        user_id: text(&m.user_id),
        device_profile: optional(m.device_profile.as_ref()),
        exclusive_duration: m.exclusive_duration.map(|duration| match duration {
            ExclusiveDuration::Minutes(minutes) => core::ExclusiveDuration::Minutes(minutes),
            ExclusiveDuration::Indefinite => core::ExclusiveDuration::Indefinite,
        }),
        login_type: m.login_type.map(login_type),
        remote_ip_addr: optional(m.remote_ip_addr.as_ref()),
        is_via_header_set: optional(m.is_via_header_set.as_ref()),
    };
    request(&m.app, core::Operation::Login(login), write)
}

/// Writes the request.
pub fn logout<T>(
    m: &model::Logout,
    write: impl FnOnce(core::Message<'_>) -> Result<T, Unsendable>,
) -> Result<T, Unsendable> {
    let logout = core::Logout {
        device_name: text(&m.device_name),
        remote_ip_addr: optional(m.remote_ip_addr.as_ref()),
        is_via_header_set: optional(m.is_via_header_set.as_ref()),
    };
    request(&m.app, core::Operation::Logout(logout), write)
}

/// Writes the request.
pub fn logout_all<T>(
    m: &model::LogoutAll,
    write: impl FnOnce(core::Message<'_>) -> Result<T, Unsendable>,
) -> Result<T, Unsendable> {
    let all = core::LogoutAll {
        remote_ip_addr: optional(m.remote_ip_addr.as_ref()),
        is_via_header_set: optional(m.is_via_header_set.as_ref()),
    };
    request(&m.app, core::Operation::LogoutAll(all), write)
}

// The four differ in name and list only, but each is a type of its own.
macro_rules! queries {
    ($($function:ident $name:ident $list:ident;)*) => {$(
        /// Writes the query.
        pub fn $function<T>(m: &model::$name, write: impl FnOnce(core::Message<'_>) -> Result<T, Unsendable>) -> Result<T, Unsendable> {
            let names = texts(&m.$list);
            let query = core::$name {
                $list: names.as_slice().into(),
                login_type: m.login_type.map(login_type),
                remote_ip_addr: optional(m.remote_ip_addr.as_ref()),
                is_via_header_set: optional(m.is_via_header_set.as_ref()),
            };
            let operation = core::QueryOperation::$name(query);
            write(core::Query { app: app(&m.app), operation }.into())
        }
    )*};
}

queries! {
    device_user_query DeviceUserQuery devices;
    user_devices_query UserDevicesQuery users;
    check_user CheckUser users;
    device_profile_query DeviceProfileQuery users;
}

/// Writes the answer.
pub fn success<T>(
    _: &model::Success,
    write: impl FnOnce(core::Message<'_>) -> Result<T, Unsendable>,
) -> Result<T, Unsendable> {
    response(core::Response::Success, write)
}

/// Writes the answer.
pub fn failure<T>(
    m: &Failure,
    write: impl FnOnce(core::Message<'_>) -> Result<T, Unsendable>,
) -> Result<T, Unsendable> {
    response(core::Response::Failure(refusal(m)), write)
}

/// Writes the answer.
pub fn device_user_results<T>(
    m: &model::DeviceUserResults,
    write: impl FnOnce(core::Message<'_>) -> Result<T, Unsendable>,
) -> Result<T, Unsendable> {
    let rows = m.devices.0.iter().map(device).collect::<Result<Vec<_>, _>>()?;
    let results = core::DeviceUserResults { devices: rows.as_slice().into() };
    response(core::Response::DeviceUserResults(results), write)
}

/// Writes the answer.
pub fn check_user_results<T>(
    m: &model::CheckUserResults,
    write: impl FnOnce(core::Message<'_>) -> Result<T, Unsendable>,
) -> Result<T, Unsendable> {
    let rows: Vec<core::UserCheck<'_>> = m.users.0.iter().map(user_check).collect();
    let results = core::CheckUserResults { users: rows.as_slice().into() };
    response(core::Response::CheckUserResults(results), write)
}

/// Writes the answer.
pub fn user_devices_results<T>(
    m: &model::UserDevicesResults,
    write: impl FnOnce(core::Message<'_>) -> Result<T, Unsendable>,
) -> Result<T, Unsendable> {
    let devices: Vec<Vec<Text<'_>>> = m.users.0.iter().map(|row| texts(&row.devices)).collect();
    let rows = m.users.0.iter().zip(&devices).map(|(row, devices)| {
        let status = match row.status {
            UserDevicesStatus::LoggedIn if !devices.is_empty() => {
                core::UserDevicesStatus::LoggedIn(devices.as_slice().into())
            }
            UserDevicesStatus::None if devices.is_empty() => core::UserDevicesStatus::None,
            UserDevicesStatus::DoesNotExist if devices.is_empty() => core::UserDevicesStatus::DoesNotExist,
            _ => {
                return Err(disagree(
                    "deviceName",
                    "a user has devices exactly where the status is loggedIn",
                ));
            }
        };
        Ok(core::UserDevices { id: text(&row.id), status })
    });
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    let results = core::UserDevicesResults { users: rows.as_slice().into() };
    response(core::Response::UserDevicesResults(results), write)
}

/// Writes the answer.
pub fn device_profile_results<T>(
    m: &model::DeviceProfileResults,
    write: impl FnOnce(core::Message<'_>) -> Result<T, Unsendable>,
) -> Result<T, Unsendable> {
    let profiles: Vec<Vec<core::DeviceProfile<'_>>> = m.users.0.iter().map(profiles).collect();
    let rows = m.users.0.iter().zip(&profiles).map(|(row, profiles)| {
        let status = match (row.status, &row.failure, profiles.is_empty()) {
            (UserProfilesStatus::Found, None, false) => {
                core::UserProfilesStatus::Found(profiles.as_slice().into())
            }
            (UserProfilesStatus::None, None, true) => core::UserProfilesStatus::None,
            (UserProfilesStatus::DoesNotExist, None, true) => core::UserProfilesStatus::DoesNotExist,
            (UserProfilesStatus::Failure, Some(row), true) => core::UserProfilesStatus::Failure(refusal(row)),
            _ => {
                let rule = "profiles stand exactly where the status is found, a failure where it is failure";
                return Err(disagree("deviceProfile", rule));
            }
        };
        Ok(core::UserProfiles { id: text(&row.id), status })
    });
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    let results = core::DeviceProfileResults { users: rows.as_slice().into() };
    response(core::Response::DeviceProfileResults(results), write)
}

fn profiles(row: &UserProfiles) -> Vec<core::DeviceProfile<'_>> {
    let rows = row.profiles.0.iter();
    rows.map(|row| core::DeviceProfile { name: text(&row.name), is_default: row.is_default }).collect()
}

fn device(row: &DeviceResult) -> Result<core::DeviceResult<'_>, Unsendable> {
    let status = match (row.status, &row.user) {
        (DeviceStatus::LoggedIn, Some(user)) => core::DeviceStatus::LoggedIn { user: text(user) },
        (DeviceStatus::LoggedOut, None) => core::DeviceStatus::LoggedOut,
        (DeviceStatus::DoesNotExist, None) if row.last_login.is_none() && row.emcc.is_none() => {
            core::DeviceStatus::DoesNotExist
        }
        _ => {
            let rule = "a device has a user exactly where the status is loggedIn, and nothing where it does not exist";
            return Err(disagree("device", rule));
        }
    };
    let last_login = optional(row.last_login.as_ref());
    Ok(core::DeviceResult { name: text(&row.name), status, last_login, emcc: row.emcc })
}

fn user_check(row: &model::UserCheck) -> core::UserCheck<'_> {
    core::UserCheck { id: text(&row.id), exists: row.status == UserCheckStatus::Exists }
}

fn disagree(field: &'static str, rule: &str) -> Unsendable {
    Unsendable { message: format!("{rule}; correct one of them"), field }
}

fn refusal(failure: &Failure) -> core::Failure<'_> {
    core::Failure {
        code: failure.code.map(Into::into),
        text: Text::from(failure.text.as_ref().map_or("", |text| text.as_str())),
    }
}

fn request<T>(
    by: &AppInfo,
    operation: core::Operation<'_>,
    write: impl FnOnce(core::Message<'_>) -> Result<T, Unsendable>,
) -> Result<T, Unsendable> {
    write(core::Request { app: app(by), operation }.into())
}

fn response<T>(
    response: core::Response<'_>,
    write: impl FnOnce(core::Message<'_>) -> Result<T, Unsendable>,
) -> Result<T, Unsendable> {
    write(response.into())
}

fn app(app: &AppInfo) -> core::AppInfo<'_> {
    let secret = Secret::from(app.certificate.0.as_str());
    let certificate = if app.encrypted {
        core::AppCertificate::Encrypted(secret)
    } else {
        core::AppCertificate::Plain(secret)
    };
    core::AppInfo { id: text(&app.id), certificate }
}

fn login_type(login_type: LoginType) -> core::LoginType {
    match login_type {
        LoginType::UserId => core::LoginType::UserId,
        LoginType::DirectoryNumber => core::LoginType::DirectoryNumber,
        LoginType::SelfService => core::LoginType::SelfService,
    }
}

fn text(text: &model::Text) -> Text<'_> {
    Text::from(text.as_str())
}

fn optional(text: Option<&model::Text>) -> Option<Text<'_>> {
    text.map(self::text)
}

fn texts(names: &Rows<model::Text>) -> Vec<Text<'_>> {
    names.0.iter().map(text).collect()
}
