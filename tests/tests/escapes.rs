//! What an encoder must escape. Each expected text is written by hand, not made by our own reader.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at the first surprise")]

use hotdesk_core::{
    AppInfo, CheckUserResults, DeviceResult, DeviceStatus, DeviceUserResults, Login, Logout, LogoutAll,
    Message, Request, Response, UserCheck, form,
};

fn text(message: &Message<'_>) -> String {
    String::from_utf8(hotdesk_tests::encode(message)).unwrap()
}

fn login<'a>(user: &'a str, certificate: &'a str) -> Message<'a> {
    let app = AppInfo::new("appid", certificate);
    Request::new(app, Login::new("SEP1", user)).into()
}

#[test]
fn text_escapes_what_could_end_it_and_leaves_quotes() {
    assert_eq!(
        text(&login(r#"a&b<c>"'%+ é"#, "p")),
        "<request><appInfo><appID>appid</appID><appCertificate>p</appCertificate></appInfo><login>\
         <deviceName>SEP1</deviceName><userID>a&amp;b&lt;c&gt;\"'%+ é</userID></login></request>"
    );
}

#[test]
fn a_certificate_cannot_break_out_of_its_element() {
    let encoded = text(&login("john", "</appCertificate><appID>admin"));
    assert!(
        encoded.contains("<appCertificate>&lt;/appCertificate&gt;&lt;appID&gt;admin</appCertificate>"),
        "{encoded}"
    );
}

#[test]
fn a_request_leaves_an_at_sign_and_a_response_codes_it() {
    assert!(text(&login("em@cisco.com", "p")).contains("<userID>em@cisco.com</userID>"));
    let users = [UserCheck::new("em@cisco.com", true)];
    let results = Response::from(CheckUserResults::new(&users[..]));
    assert!(text(&results.into()).contains(r#"<user id="em%40cisco.com"><exists/></user>"#));
}

#[test]
fn a_response_percent_codes_ids_and_escapes_names() {
    let status = DeviceStatus::LoggedIn {
        user: "100% ü+&".into(),
        last_login: Some("x%40&<".into()),
        emcc: Some(true),
    };
    let devices = [DeviceResult::new("a\"b&%40", status)];
    let results = Response::from(DeviceUserResults::new(&devices[..]));
    let encoded = text(&results.into());
    assert!(encoded.contains(r#"<device name="a&quot;b&amp;%40">"#), "{encoded}");
    assert!(encoded.contains("<userID>100%25%20%C3%BC%2B%26</userID>"), "{encoded}");
    assert!(encoded.contains("<lastlogin>x%40&amp;&lt;</lastlogin>"), "{encoded}");
}

#[test]
fn logout_all_is_an_open_and_a_close_tag() {
    let app = AppInfo::new("a", "c");
    let request = Request::new(app, LogoutAll::new());
    assert!(text(&request.into()).ends_with("</appInfo><logoutAll></logoutAll></request>"));
}

#[test]
fn a_form_body_is_one_field_with_everything_coded() {
    let app = AppInfo::new("a", "p&+ %=é");
    let request = Request::new(app, Logout::new("S"));
    let mut out = vec![0; request.form_len().unwrap()];
    let length = request.encode_form(&mut out).unwrap();
    assert_eq!(
        std::str::from_utf8(&out[..length]).unwrap(),
        "xml=%3Crequest%3E%3CappInfo%3E%3CappID%3Ea%3C%2FappID%3E%3CappCertificate%3Ep%26amp%3B%2B%20%25%3D%C3%A9\
         %3C%2FappCertificate%3E%3C%2FappInfo%3E%3Clogout%3E%3CdeviceName%3ES%3C%2FdeviceName%3E%3C%2Flogout%3E\
         %3C%2Frequest%3E"
    );
}

#[test]
fn a_form_body_with_a_bad_escape_is_refused_at_its_place() {
    let mut body = *b"xml=%3Crequest%3";
    let error = form::decode(&mut body).unwrap_err();
    assert_eq!(error.position(), Some(14), "{error}");
}
