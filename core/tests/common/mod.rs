//! Helpers that the tests of the rules share. They decide nothing: the rules are in the tests.
#![allow(dead_code, reason = "each test file uses the helpers it needs")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use hotdesk_core::{Error, Message, Refusal};

/// Asserts that `marked` without its `§` is refused for `reason` at the place of the `§`.
pub(crate) fn refuse(marked: &str, reason: Refusal) {
    let position = marked.find('§').unwrap_or_else(|| panic!("no § in {marked}"));
    let xml = marked.replace('§', "");
    match Message::parse(xml.as_bytes()) {
        Ok(message) => panic!("accepted: {xml}\nas {message:?}"),
        Err(error) => assert_eq!(error, Error::Refused { reason, position }, "{xml:.200}"),
    }
}

/// Asserts that `xml` is read as the same message as `same`.
pub(crate) fn same(xml: &str, same: &str) {
    let read = Message::parse(xml.as_bytes()).unwrap_or_else(|error| panic!("{error}: {xml}"));
    assert_eq!(read, Message::parse(same.as_bytes()).unwrap(), "{xml}");
}

/// Parses the message in `xml`.
pub(crate) fn parse(xml: &str) -> Message<'_> {
    Message::parse(xml.as_bytes()).unwrap_or_else(|error| panic!("{error} at {:?}: {xml}", error.position()))
}

/// Returns `message` as a document.
pub(crate) fn written(message: &Message<'_>) -> String {
    let length = message.encoded_len().unwrap();
    let mut out = vec![0; length];
    assert_eq!(message.encode(&mut out), Ok(length));
    String::from_utf8(out).unwrap()
}

/// Returns a logout request with `inside` as the raw text of the device name.
pub(crate) fn logout(inside: &str) -> String {
    format!("<request>{APP_INFO}<logout><deviceName>{inside}</deviceName></logout></request>")
}

pub(crate) const APP_INFO: &str = "<appInfo><appID>a</appID><appCertificate>b</appCertificate></appInfo>";
pub(crate) const SUCCESS: &str = "<response><success/></response>";
