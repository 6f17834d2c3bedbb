//! From the core's views to owned values. It decides nothing about the protocol; it only copies.

use std::fmt;

use hotdesk_core as core;
use hotdesk_core::{List, Text};
use zeroize::Zeroizing;

use crate::model::{
    self, AppInfo, CheckUser, CheckUserResults, DeviceProfile, DeviceProfileQuery, DeviceProfileResults,
    DeviceResult, DeviceStatus, DeviceUserQuery, DeviceUserResults, ExclusiveDuration, Failure, Login,
    LoginType, Logout, LogoutAll, Message, Rows, Secret, Success, UserCheck, UserCheckStatus, UserDevices,
    UserDevicesQuery, UserDevicesResults, UserDevicesStatus, UserProfiles, UserProfilesStatus,
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
    let app = app(&request.app).into();
    match request.operation {
        core::Operation::Login(login) => Message::Login(Login {
            app,
            device_name: login.device_name.to_string().into(),
            user_id: login.user_id.to_string().into(),
            device_profile: text(login.device_profile),
            exclusive_duration: login.exclusive_duration.map(|duration| match duration {
                core::ExclusiveDuration::Minutes(minutes) => ExclusiveDuration::Minutes(minutes),
                core::ExclusiveDuration::Indefinite => ExclusiveDuration::Indefinite,
            }),
            login_type: login.login_type.map(login_type),
            remote_ip_addr: text(login.remote_ip_addr),
            is_via_header_set: text(login.is_via_header_set),
        }),
        core::Operation::Logout(logout) => Message::Logout(Logout {
            app,
            device_name: logout.device_name.to_string().into(),
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
    let app = app(&query.app).into();
    // The four differ in name and list only, but each is a class of its own.
    macro_rules! query {
        ($name:ident, $list:ident, $query:expr) => {
            Message::$name($name {
                app,
                $list: names($query.$list),
                login_type: $query.login_type.map(login_type),
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
                id: user.id.to_string().into(),
                status: if user.exists { UserCheckStatus::Exists } else { UserCheckStatus::DoesNotExist },
            };
            Message::CheckUserResults(CheckUserResults { users: results.users.iter().map(check).collect() })
        }
    }
}

fn device(device: core::DeviceResult<'_>) -> DeviceResult {
    DeviceResult {
        name: device.name.to_string().into(),
        status: match device.status {
            core::DeviceStatus::LoggedIn { .. } => DeviceStatus::LoggedIn,
            core::DeviceStatus::LoggedOut => DeviceStatus::LoggedOut,
            core::DeviceStatus::DoesNotExist => DeviceStatus::DoesNotExist,
        },
        user: text(device.user()),
        last_login: text(device.last_login),
        emcc: device.emcc,
    }
}

fn user_devices(user: core::UserDevices<'_>) -> UserDevices {
    let (status, devices) = match user.status {
        core::UserDevicesStatus::LoggedIn(devices) => (UserDevicesStatus::LoggedIn, names(devices)),
        core::UserDevicesStatus::None => (UserDevicesStatus::None, Rows::default()),
        core::UserDevicesStatus::DoesNotExist => (UserDevicesStatus::DoesNotExist, Rows::default()),
    };
    UserDevices { id: user.id.to_string().into(), status, devices }
}

fn user_profiles(user: core::UserProfiles<'_>) -> UserProfiles {
    let profile = |profile: core::DeviceProfile<'_>| DeviceProfile {
        name: profile.name.to_string().into(),
        is_default: profile.is_default,
    };
    let (status, failure, profiles) = match user.status {
        core::UserProfilesStatus::Found(profiles) => {
            (UserProfilesStatus::Found, None, profiles.iter().map(profile).collect())
        }
        core::UserProfilesStatus::None => (UserProfilesStatus::None, None, Rows::default()),
        core::UserProfilesStatus::DoesNotExist => (UserProfilesStatus::DoesNotExist, None, Rows::default()),
        core::UserProfilesStatus::Failure(failure) => {
            (UserProfilesStatus::Failure, Some(self::failure(&failure).into()), Rows::default())
        }
    };
    UserProfiles { id: user.id.to_string().into(), status, failure, profiles }
}

fn failure(failure: &core::Failure<'_>) -> Failure {
    Failure {
        code: failure.code.map(|code| code.number()),
        text: Some(failure.text.to_string()).filter(|text| !text.is_empty()).map(Into::into),
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
    AppInfo { id: app.id.to_string().into(), certificate: Secret(exposed).into(), encrypted }
}

fn login_type(login_type: core::LoginType) -> LoginType {
    match login_type {
        core::LoginType::UserId => LoginType::UserId,
        core::LoginType::DirectoryNumber => LoginType::DirectoryNumber,
        core::LoginType::SelfService => LoginType::SelfService,
    }
}

fn text(text: Option<Text<'_>>) -> Option<model::Text> {
    text.map(|text| text.to_string().into())
}

fn names<'a>(list: List<'a, Text<'a>>) -> Rows<model::Text> {
    list.iter().map(|name| name.to_string().into()).collect()
}
