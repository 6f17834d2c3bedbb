//! A message as one JSON object: the shape that `hotdesk decode` prints and other tools build on. Every key of a kind
//! is always there, in this order; what is absent is null. A certificate never gets into it.
//!
//! The core's types may grow. A variant that this shape does not know yet is null, too.

use std::fmt;

use hotdesk_core as core;
use hotdesk_core::{ExclusiveDuration, List, Message, Text};
use serde_json::{Value, json};

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

impl Refusal {
    /// Says where in `input` the core found an error.
    pub(crate) fn new(error: core::Error, input: &[u8]) -> Self {
        let (line, column) = error.line_column(input);
        Self { message: error.to_string(), position: error.position().unwrap_or(0), line, column }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for Refusal {}

/// Reads a message and returns it as one line of JSON, without a line end.
///
/// # Errors
///
/// Returns what is wrong with the message, and where.
pub fn decode(input: &[u8]) -> Result<String, Refusal> {
    let message = Message::parse(input).map_err(|error| Refusal::new(error, input))?;
    let value = match message {
        Message::Request(message) => request(&message),
        Message::Query(message) => query(&message),
        Message::Response(message) => response(&message),
        _ => Value::Null,
    };
    Ok(value.to_string())
}

fn request(request: &core::Request<'_>) -> Value {
    let (operation, device, login) = match request.operation {
        core::Operation::Login(login) => (Some("login"), Some(login.device_name), Some(login)),
        core::Operation::Logout(logout) => (Some("logout"), Some(logout.device_name), None),
        core::Operation::LogoutAll(_) => (Some("logoutAll"), None, None),
        _ => (None, None, None),
    };
    let duration = login.and_then(|login| login.exclusive_duration).map(|duration| match duration {
        ExclusiveDuration::Minutes(minutes) => json!(minutes),
        ExclusiveDuration::Indefinite => json!("indefinite"),
        _ => Value::Null,
    });
    // A request that is no login has a login's keys all the same.
    json!({"kind": "request", "operation": operation, "app": app(&request.app), "device": shown(device),
        "user": shown(login.map(|login| login.user_id)),
        "profile": shown(login.and_then(|login| login.device_profile)), "duration": duration})
}

fn query(query: &core::Query<'_>) -> Value {
    let (operation, list, names) = match query.operation {
        core::QueryOperation::DeviceUserQuery(query) => ("deviceUserQuery", "devices", query.devices),
        core::QueryOperation::UserDevicesQuery(query) => ("userDevicesQuery", "users", query.users),
        core::QueryOperation::CheckUser(query) => ("checkUser", "users", query.users),
        core::QueryOperation::DeviceProfileQuery(query) => ("deviceProfileQuery", "users", query.users),
        _ => return Value::Null,
    };
    json!({"kind": "query", "operation": operation, "app": app(&query.app), list: self::names(names)})
}

fn response(response: &core::Response<'_>) -> Value {
    match response {
        core::Response::Success => json!({"kind": "response", "result": "success"}),
        core::Response::Failure(refused) => {
            json!({"kind": "response", "result": "failure", "failure": failure(refused)})
        }
        core::Response::DeviceUserResults(results) => {
            let rows: Vec<Value> = results.devices.iter().map(device).collect();
            json!({"kind": "response", "result": "deviceUserResults", "devices": rows})
        }
        core::Response::UserDevicesResults(results) => {
            let rows: Vec<Value> = results.users.iter().map(user_devices).collect();
            json!({"kind": "response", "result": "userDevicesResults", "users": rows})
        }
        core::Response::DeviceProfileResults(results) => {
            let rows: Vec<Value> = results.users.iter().map(user_profiles).collect();
            json!({"kind": "response", "result": "deviceProfileResults", "users": rows})
        }
        core::Response::CheckUserResults(results) => {
            let status = |exists| if exists { "exists" } else { "doesNotExist" };
            let rows = results.users.iter();
            let rows: Vec<Value> =
                rows.map(|row| json!({"id": text(row.id), "status": status(row.exists)})).collect();
            json!({"kind": "response", "result": "checkUserResults", "users": rows})
        }
        _ => Value::Null,
    }
}

fn device(row: core::DeviceResult<'_>) -> Value {
    let status = match row.status {
        core::DeviceStatus::LoggedIn { .. } => Some("loggedIn"),
        core::DeviceStatus::LoggedOut { .. } => Some("loggedOut"),
        core::DeviceStatus::DoesNotExist => Some("doesNotExist"),
        _ => None,
    };
    json!({"name": text(row.name), "status": status, "user": shown(row.user()),
        "lastLogin": shown(row.last_login()), "emcc": row.emcc()})
}

fn user_devices(row: core::UserDevices<'_>) -> Value {
    let (status, devices) = match row.status {
        core::UserDevicesStatus::LoggedIn(devices) => (Some("loggedIn"), names(devices)),
        core::UserDevicesStatus::None => (Some("none"), Vec::new()),
        core::UserDevicesStatus::DoesNotExist => (Some("doesNotExist"), Vec::new()),
        _ => (None, Vec::new()),
    };
    json!({"id": text(row.id), "status": status, "devices": devices})
}

fn user_profiles(row: core::UserProfiles<'_>) -> Value {
    let profile = |row: core::DeviceProfile<'_>| json!({"name": text(row.name), "default": row.is_default});
    let (status, refused, profiles) = match row.status {
        core::UserProfilesStatus::Found(profiles) => {
            (Some("found"), None, profiles.iter().map(profile).collect())
        }
        core::UserProfilesStatus::None => (Some("none"), None, Vec::new()),
        core::UserProfilesStatus::DoesNotExist => (Some("doesNotExist"), None, Vec::new()),
        core::UserProfilesStatus::Failure(refused) => (Some("failure"), Some(failure(&refused)), Vec::new()),
        _ => (None, None, Vec::new()),
    };
    json!({"id": text(row.id), "status": status, "failure": refused, "profiles": profiles})
}

fn app(app: &core::AppInfo<'_>) -> Value {
    json!({"id": text(app.id)})
}

fn failure(failure: &core::Failure<'_>) -> Value {
    let (code, name) = (failure.code.map(|code| code.number()), failure.code.and_then(|code| code.name()));
    json!({"code": code, "name": name, "text": shown(Some(failure.text).filter(|text| !text.is_empty()))})
}

fn shown(text: Option<Text<'_>>) -> Option<String> {
    text.map(self::text)
}

fn names<'a>(names: List<'a, Text<'a>>) -> Vec<String> {
    names.iter().map(text).collect()
}

/// Returns the text decoded; nearly always it stands so in the message.
pub(crate) fn text(text: Text<'_>) -> String {
    text.as_str().map_or_else(|| text.to_string(), str::to_owned)
}
