//! The messages as peers read and write them: typed by serde, or by hand over a reader's events or a tree.
//!
//! Each peer fills fields it owns, as its own documentation shows; what it does not check, it is not charged for.
#![allow(missing_docs, dead_code, reason = "fields are filled by serde and read by nobody")]

use quick_xml::events::Event;
use quick_xml::reader::Reader;
use serde::{Deserialize, Serialize};

use crate::messages::Kind;

#[derive(Serialize, Deserialize)]
#[serde(rename = "request", rename_all = "camelCase")]
pub(crate) struct Request {
    pub(crate) app_info: AppInfo,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) login: Option<Login>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) logout: Option<Logout>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) logout_all: Option<Empty>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct AppInfo {
    #[serde(rename = "appID")]
    pub(crate) id: String,
    #[serde(rename = "appCertificate")]
    pub(crate) certificate: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Login {
    pub(crate) device_name: String,
    #[serde(rename = "userID")]
    pub(crate) user_id: String,
    pub(crate) device_profile: Option<String>,
    pub(crate) exclusive_duration: Option<Duration>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Duration {
    pub(crate) time: Option<u32>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Logout {
    device_name: String,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Empty {}

#[derive(Deserialize)]
#[serde(rename = "query", rename_all = "camelCase")]
pub(crate) struct Query {
    app_info: AppInfo,
    device_user_query: Option<Devices>,
    user_devices_query: Option<Users>,
    device_profile_query: Option<Users>,
}

#[derive(Deserialize)]
struct Devices {
    #[serde(rename = "deviceName")]
    devices: Vec<String>,
}

#[derive(Deserialize)]
struct Users {
    #[serde(rename = "userID")]
    users: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename = "response", rename_all = "camelCase")]
pub(crate) struct Response {
    success: Option<Empty>,
    failure: Option<Failure>,
    device_user_results: Option<DeviceUserResults>,
    user_devices_results: Option<UserDevicesResults>,
    device_profile_results: Option<DeviceProfileResults>,
}

#[derive(Deserialize)]
struct Failure {
    error: ErrorText,
}

#[derive(Deserialize)]
struct ErrorText {
    #[serde(rename = "@code")]
    code: u16,
    #[serde(rename = "$text", alias = "#text")]
    text: Option<String>,
}

#[derive(Deserialize)]
struct DeviceUserResults {
    device: Vec<Device>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Device {
    #[serde(rename = "@name")]
    name: String,
    #[serde(rename = "userID")]
    user_id: Option<String>,
    none: Option<Empty>,
    lastlogin: Option<String>,
    emcc_device: Option<String>,
}

#[derive(Deserialize)]
struct UserDevicesResults {
    user: Vec<UserDevices>,
}

#[derive(Deserialize)]
struct UserDevices {
    #[serde(rename = "@id")]
    id: String,
    #[serde(rename = "deviceName", default)]
    devices: Vec<String>,
}

#[derive(Deserialize)]
struct DeviceProfileResults {
    user: Vec<UserProfiles>,
}

#[derive(Deserialize)]
struct UserProfiles {
    #[serde(rename = "@id")]
    id: String,
    #[serde(rename = "deviceProfile", default)]
    profiles: Vec<DeviceProfile>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeviceProfile {
    device_profile_name: String,
    is_default_device_profile: String,
}

/// A message of any kind, typed by serde.
pub(crate) enum Message {
    Request(Request),
    Query(Query),
    Response(Response),
}

pub(crate) fn quick_xml_serde(kind: Kind, text: &str) -> Message {
    let message = match kind {
        Kind::Request => quick_xml::de::from_str(text).map(Message::Request),
        Kind::Query => quick_xml::de::from_str(text).map(Message::Query),
        Kind::Response => quick_xml::de::from_str(text).map(Message::Response),
    };
    message.expect("quick-xml reads the samples")
}

pub(crate) fn serde_xml_rs(kind: Kind, text: &str) -> Message {
    let message = match kind {
        Kind::Request => serde_xml_rs::from_str(text).map(Message::Request),
        Kind::Query => serde_xml_rs::from_str(text).map(Message::Query),
        Kind::Response => serde_xml_rs::from_str(text).map(Message::Response),
    };
    message.expect("serde-xml-rs reads the samples")
}

/// The sample Login as serde writes it.
pub(crate) fn login() -> Request {
    Request {
        app_info: AppInfo { id: "appid".into(), certificate: "apppasswd".into() },
        login: Some(Login {
            device_name: "SEP003094C25B15".into(),
            user_id: "john".into(),
            device_profile: Some("UserDevProf".into()),
            exclusive_duration: Some(Duration { time: Some(60) }),
        }),
        logout: None,
        logout_all: None,
    }
}

/// The values of a message by hand, one field for each element or attribute that holds a text.
#[derive(Default)]
pub(crate) struct Fields {
    app_id: Option<String>,
    certificate: Option<String>,
    devices: Vec<String>,
    users: Vec<String>,
    profiles: Vec<String>,
    time: Option<String>,
    last_login: Option<String>,
    emcc: Option<String>,
    is_default: Option<String>,
    code: Option<String>,
    text: Option<String>,
}

impl Fields {
    fn set(&mut self, name: &str, value: String) {
        match name {
            "appID" => self.app_id = Some(value),
            "appCertificate" => self.certificate = Some(value),
            "deviceName" | "name" => self.devices.push(value),
            "userID" | "id" => self.users.push(value),
            "deviceProfile" | "deviceProfileName" => self.profiles.push(value),
            "time" => self.time = Some(value),
            "lastlogin" => self.last_login = Some(value),
            "emccDevice" => self.emcc = Some(value),
            "isDefaultDeviceProfile" => self.is_default = Some(value),
            "code" => self.code = Some(value),
            "error" => self.text = Some(value),
            _ => {}
        }
    }
}

/// quick-xml's Reader, its events put into fields by hand.
pub(crate) fn quick_xml_reader(text: &str) -> Fields {
    let mut fields = Fields::default();
    let mut reader = Reader::from_str(text);
    let mut value = String::new();
    loop {
        match reader.read_event().expect("quick-xml reads the samples") {
            Event::Start(tag) => {
                value.clear();
                for attribute in tag.attributes() {
                    let attribute = attribute.expect("quick-xml reads the samples");
                    let value = attribute
                        .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                        .expect("quick-xml reads the samples");
                    fields.set(attribute.key.as_ref(), value.into_owned());
                }
            }
            Event::Text(text) => value.push_str(&text.xml10_content()),
            Event::End(tag) => {
                let text = value.trim();
                if !text.is_empty() {
                    fields.set(tag.name().as_ref(), text.to_owned());
                    value.clear();
                }
            }
            Event::Eof => return fields,
            _ => {}
        }
    }
}

/// quick-xml's events alone.
pub(crate) fn quick_xml_events(text: &str) -> usize {
    let mut reader = Reader::from_str(text);
    let mut events = 0;
    while !matches!(reader.read_event().expect("quick-xml reads the samples"), Event::Eof) {
        events += 1;
    }
    events
}

/// A tree by roxmltree, its nodes put into fields by hand.
pub(crate) fn roxmltree(text: &str) -> Fields {
    let mut fields = Fields::default();
    let tree = roxmltree::Document::parse(text).expect("roxmltree reads the samples");
    for node in tree.descendants().filter(roxmltree::Node::is_element) {
        for attribute in node.attributes() {
            fields.set(attribute.name(), attribute.value().to_owned());
        }
        if let Some(text) = node.text().map(str::trim).filter(|text| !text.is_empty()) {
            fields.set(node.tag_name().name(), text.to_owned());
        }
    }
    fields
}

/// xmlparser's tokens alone.
pub(crate) fn xmlparser_tokens(text: &str) -> usize {
    xmlparser::Tokenizer::from(text)
        .filter(|token| token.as_ref().is_ok_and(|token| !token.span().is_empty()))
        .count()
}
