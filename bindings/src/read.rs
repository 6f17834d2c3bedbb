//! From the core's views to owned values. It decides nothing about the protocol; it only copies.

use std::fmt;

use hotdesk_core as core;
use hotdesk_core::{List, Text};
use zeroize::Zeroizing;

use crate::model::{
    AppInfo, CheckUser, CheckUserResults, DeviceProfile, DeviceProfileQuery, DeviceProfileResults,
    DeviceResult, DeviceUserQuery, DeviceUserResults, ExclusiveDuration, Failure, Login, Logout, LogoutAll,
    Message, Rows, Secret, Success, UserCheck, UserDevices, UserDevicesQuery, UserDevicesResults,
    UserProfiles,
};

/// Why a message is refused, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong and what to do. It holds no text of the message, which might be a PIN.
    pub message: String,
    /// An offset in bytes, from 0.
    pub position: usize,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for Refusal {}

/// Reads a message of any kind.
///
/// # Errors
///
/// Returns what is wrong with the message, and where.
pub fn read(input: &[u8]) -> Result<Message, Refusal> {
    let message = core::Message::parse(input).map_err(|error| {
        let (line, column) = error.line_column(input);
        Refusal { message: error.to_string(), position: error.position().unwrap_or(0), line, column }
    })?;
    Ok(match message {
        core::Message::Request(request) => self::request(&request),
        core::Message::Query(query) => self::query(&query),
        core::Message::Response(response) => self::response(&response),
    })
}

fn request(request: &core::Request<'_>) -> Message {
    let app = app(&request.app);
    match request.operation {
        core::Operation::Login(login) => Message::Login(Login {
            app,
            device_name: login.device_name.to_string(),
            user_id: login.user_id.to_string(),
            device_profile: text(login.device_profile),
            exclusive_duration: login.exclusive_duration.map(|duration| match duration {
                core::ExclusiveDuration::Minutes(minutes) => ExclusiveDuration::Minutes(minutes),
                core::ExclusiveDuration::Indefinite => ExclusiveDuration::Indefinite,
            }),
            login_type: login.login_type.map(core::LoginType::as_str),
            remote_ip_addr: text(login.remote_ip_addr),
            is_via_header_set: text(login.is_via_header_set),
        }),
        core::Operation::Logout(logout) => Message::Logout(Logout {
            app,
            device_name: logout.device_name.to_string(),
            remote_ip_addr: text(logout.remote_ip_addr),
            is_via_header_set: text(logout.is_via_header_set),
        }),
        core::Operation::LogoutAll(all) => Message::LogoutAll(LogoutAll {
            app,
            remote_ip_addr: text(all.remote_ip_addr),
            is_via_header_set: text(all.is_via_header_set),
        }),
    }
}

fn query(query: &core::Query<'_>) -> Message {
    let app = app(&query.app);
    // The four differ in name and list only, but each is a class of its own.
    macro_rules! query {
        ($name:ident, $list:ident, $query:expr) => {
            Message::$name($name {
                app,
                $list: names($query.$list),
                login_type: $query.login_type.map(core::LoginType::as_str),
                remote_ip_addr: text($query.remote_ip_addr),
                is_via_header_set: text($query.is_via_header_set),
            })
        };
    }
    match query.operation {
        core::QueryOperation::DeviceUserQuery(query) => query!(DeviceUserQuery, devices, query),
        core::QueryOperation::UserDevicesQuery(query) => query!(UserDevicesQuery, users, query),
        core::QueryOperation::CheckUser(query) => query!(CheckUser, users, query),
        core::QueryOperation::DeviceProfileQuery(query) => query!(DeviceProfileQuery, users, query),
    }
}

fn response(response: &core::Response<'_>) -> Message {
    match *response {
        core::Response::Success => Message::Success(Success {}),
        core::Response::Failure(failure) => Message::Failure(self::failure(&failure)),
        core::Response::DeviceUserResults(results) => Message::DeviceUserResults(DeviceUserResults {
            devices: results.devices.iter().map(device).collect(),
        }),
        core::Response::UserDevicesResults(results) => Message::UserDevicesResults(UserDevicesResults {
            users: results.users.iter().map(user_devices).collect(),
        }),
        core::Response::DeviceProfileResults(results) => {
            Message::DeviceProfileResults(DeviceProfileResults {
                users: results.users.iter().map(user_profiles).collect(),
            })
        }
        core::Response::CheckUserResults(results) => {
            let check = |user: core::UserCheck<'_>| UserCheck {
                id: user.id.to_string(),
                status: if user.exists { "exists" } else { "doesNotExist" },
            };
            Message::CheckUserResults(CheckUserResults { users: results.users.iter().map(check).collect() })
        }
    }
}

fn device(device: core::DeviceResult<'_>) -> DeviceResult {
    DeviceResult {
        name: device.name.to_string(),
        status: match device.status {
            core::DeviceStatus::LoggedIn { .. } => "loggedIn",
            core::DeviceStatus::LoggedOut => "loggedOut",
            core::DeviceStatus::DoesNotExist => "doesNotExist",
        },
        user: text(device.user()),
        last_login: text(device.last_login),
        emcc: device.emcc,
    }
}

fn user_devices(user: core::UserDevices<'_>) -> UserDevices {
    let (status, devices) = match user.status {
        core::UserDevicesStatus::LoggedIn(devices) => ("loggedIn", names(devices)),
        core::UserDevicesStatus::None => ("none", Rows(Vec::new())),
        core::UserDevicesStatus::DoesNotExist => ("doesNotExist", Rows(Vec::new())),
    };
    UserDevices { id: user.id.to_string(), status, devices }
}

fn user_profiles(user: core::UserProfiles<'_>) -> UserProfiles {
    let profile = |profile: core::DeviceProfile<'_>| DeviceProfile {
        name: profile.name.to_string(),
        is_default: profile.is_default,
    };
    let (status, failure, profiles) = match user.status {
        core::UserProfilesStatus::Found(profiles) => ("found", None, profiles.iter().map(profile).collect()),
        core::UserProfilesStatus::None => ("none", None, Rows(Vec::new())),
        core::UserProfilesStatus::DoesNotExist => ("doesNotExist", None, Rows(Vec::new())),
        core::UserProfilesStatus::Failure(failure) => {
            ("failure", Some(self::failure(&failure)), Rows(Vec::new()))
        }
    };
    UserProfiles { id: user.id.to_string(), status, failure, profiles }
}

fn failure(failure: &core::Failure<'_>) -> Failure {
    Failure {
        code: failure.code.map(|code| code.number()),
        name: failure.code.and_then(|code| code.name()),
        text: Some(failure.text.to_string()).filter(|text| !text.is_empty()),
    }
}

fn app(app: &core::AppInfo<'_>) -> AppInfo {
    let (certificate, encrypted) = match app.certificate {
        core::AppCertificate::Plain(certificate) => (certificate, false),
        core::AppCertificate::Encrypted(certificate) => (certificate, true),
    };
    // As long as it can get at once: a growing string would leave copies behind that nobody wipes.
    let mut exposed = Zeroizing::new(String::with_capacity(core::limits::CERTIFICATE_BYTES));
    exposed.extend(certificate.expose().chars());
    AppInfo { id: app.id.to_string(), certificate: Secret(exposed), encrypted }
}

fn text(text: Option<Text<'_>>) -> Option<String> {
    text.map(|text| text.to_string())
}

fn names<'a>(list: List<'a, Text<'a>>) -> Rows<String> {
    list.iter().map(|name| name.to_string()).collect()
}

impl<T> FromIterator<T> for Rows<T> {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Self {
        Self(rows.into_iter().collect())
    }
}
