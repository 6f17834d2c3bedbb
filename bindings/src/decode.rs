//! A message as one JSON object: the shape that `hotdesk decode` prints and other tools build on. Every key of a kind
//! is always there, in this order; what is absent is null. A certificate never gets into it.

use serde_json::{Value, json};

use crate::model::{AppInfo, ExclusiveDuration, Failure, Message, Rows, Text};
use crate::read::{Refusal, read};

/// Reads a message and returns it as one line of JSON, without a line end.
///
/// # Errors
///
/// Returns what is wrong with the message, and where.
pub fn decode(input: &[u8]) -> Result<String, Refusal> {
    read(input).map(|message| value(&message).to_string())
}

fn value(message: &Message) -> Value {
    match message {
        Message::Login(m) => {
            let duration = m.exclusive_duration.map(|duration| match duration {
                ExclusiveDuration::Minutes(minutes) => json!(minutes),
                ExclusiveDuration::Indefinite => json!("indefinite"),
            });
            json!({"kind": "request", "operation": "login", "app": app(&m.app), "device": *m.device_name,
                "user": *m.user_id, "profile": shown(m.device_profile.as_ref()), "duration": duration})
        }
        Message::Logout(m) => request("logout", &m.app, Some(m.device_name.as_str())),
        Message::LogoutAll(m) => request("logoutAll", &m.app, None),
        Message::DeviceUserQuery(m) => query("deviceUserQuery", &m.app, "devices", &m.devices),
        Message::UserDevicesQuery(m) => query("userDevicesQuery", &m.app, "users", &m.users),
        Message::CheckUser(m) => query("checkUser", &m.app, "users", &m.users),
        Message::DeviceProfileQuery(m) => query("deviceProfileQuery", &m.app, "users", &m.users),
        Message::Success(_) => json!({"kind": "response", "result": "success"}),
        Message::Failure(m) => json!({"kind": "response", "result": "failure", "failure": failure(m)}),
        Message::DeviceUserResults(m) => results("deviceUserResults", "devices", &m.devices, |row| {
            json!({"name": *row.name, "status": row.status.as_str(), "user": shown(row.user.as_ref()), "lastLogin": shown(row.last_login.as_ref()),
                "emcc": row.emcc})
        }),
        Message::UserDevicesResults(m) => results(
            "userDevicesResults",
            "users",
            &m.users,
            |row| json!({"id": *row.id, "status": row.status.as_str(), "devices": names(&row.devices)}),
        ),
        Message::DeviceProfileResults(m) => results("deviceProfileResults", "users", &m.users, |row| {
            let profiles = row.profiles.0.iter().map(|p| json!({"name": *p.name, "default": p.is_default}));
            json!({"id": *row.id, "status": row.status.as_str(), "failure": row.failure.as_deref().map(failure),
                "profiles": profiles.collect::<Vec<_>>()})
        }),
        Message::CheckUserResults(m) => results(
            "checkUserResults",
            "users",
            &m.users,
            |row| json!({"id": *row.id, "status": row.status.as_str()}),
        ),
    }
}

fn app(app: &AppInfo) -> Value {
    json!({"id": *app.id})
}

/// Writes a request that is no login; it has a login's keys all the same.
fn request(operation: &str, by: &AppInfo, device: Option<&str>) -> Value {
    json!({"kind": "request", "operation": operation, "app": app(by), "device": device,
        "user": null, "profile": null, "duration": null})
}

fn query(operation: &str, by: &AppInfo, list: &str, list_of: &Rows<Text>) -> Value {
    json!({"kind": "query", "operation": operation, "app": app(by), list: names(list_of)})
}

fn failure(failure: &Failure) -> Value {
    json!({"code": failure.code, "name": failure.code_name(), "text": shown(failure.text.as_ref())})
}

fn results<T>(result: &str, list: &str, rows: &Rows<T>, row: impl Fn(&T) -> Value) -> Value {
    json!({"kind": "response", "result": result, list: rows.0.iter().map(row).collect::<Vec<_>>()})
}

fn shown(text: Option<&Text>) -> Option<&str> {
    text.map(|text| text.as_str())
}

fn names(names: &Rows<Text>) -> Vec<&str> {
    names.0.iter().map(|name| name.as_str()).collect()
}
