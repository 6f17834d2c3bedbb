//! The phone's file, from its cluster: how it comes, what counts of it, what the phone says of it, and that nobody waits for it.

// Test code: a surprise is to stop the test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod harness;

use harness::answers::{self, Framing};
use harness::network::{End, Host};
use harness::{APP_SECRET, Desk, PIN};
use hotdesk_phone::NetworkState;

const SERVER: &str = "files.example.com";

/// A card that names a service and where the file is.
fn card() -> String {
    format!("service = em1\nappID = emphone\nappCertificate = {APP_SECRET}\nprovisioning = {SERVER}\n")
}

/// A card that leaves the services to the file.
fn short_card() -> String {
    format!("appID = emphone\nappCertificate = {APP_SECRET}\nprovisioning = {SERVER}\n")
}

fn file(stamp: &str, members: &[&str], language: &str) -> String {
    let member = |(priority, name): (usize, &&str)| {
        format!(
            "<member priority=\"{priority}\"><callManager><processNodeName>{name}</processNodeName></callManager></member>"
        )
    };
    let members: String = members.iter().enumerate().map(member).collect();
    format!(
        "<device  xsi:type=\"axl:XIPPhone\"><devicePool><dateTimeSetting><ntps><ntp><name>ntp1</name></ntp></ntps>\
         </dateTimeSetting><callManagerGroup><members>{members}</members></callManagerGroup></devicePool>\
         <sshPassword>topsecret</sshPassword><versionStamp>{stamp}</versionStamp>\n<userLocale><langCode>{language}\
         </langCode></userLocale><servicesURL>http://em1/menu</servicesURL><phoneServices><provisioning>2</provisioning>\
         <phoneService type=\"0\"><name>Extension Mobility</name><url>http://em1:8080/emapp?device=#DEVICENAME#</url>\
         </phoneService></phoneServices></device>"
    )
}

/// Switches the network on and answers who is logged in, until the phone loads its file.
fn ready(card: &str) -> Desk {
    let mut desk = Desk::new(card);
    plug(&mut desk);
    desk
}

fn plug(desk: &mut Desk) {
    desk.wire.borrow_mut().set_state(NetworkState::Ready);
    desk.settle();
}

fn last_line(desk: &Desk) -> (String, String) {
    let wire = desk.wire.borrow();
    let line = wire.lines.last().expect("a connection");
    (line.to.clone(), String::from_utf8(line.sent.clone()).unwrap())
}

fn answer(desk: &mut Desk, bytes: &[u8]) {
    desk.wire.borrow_mut().answer(bytes.chunks(100));
    desk.settle();
}

fn answer_who(desk: &mut Desk, user: Option<&str>) {
    answer(desk, &answers::http(answers::holder(user).as_bytes(), Framing::Length));
}

fn answer_file(desk: &mut Desk, file: &str) {
    assert!(asks_for_file(desk), "{:?}", last_line(desk));
    answer(desk, &answers::http(file.as_bytes(), Framing::Length));
}

fn asks_for_file(desk: &Desk) -> bool {
    last_line(desk).1.starts_with("GET /SEP003094C25B15.cnf.xml HTTP/1.1\r\n")
}

/// What about says of the file, line by line, from the idle screen and back to it.
fn told(desk: &mut Desk) -> Vec<String> {
    desk.press("soft3");
    let picture = desk.picture();
    let about = (1..5).find(|row| ["About", "Über"].iter().any(|word| picture.row(*row).contains(word)));
    desk.press(&about.expect("about is on the first page").to_string());
    let mut lines: Vec<String> = Vec::new();
    loop {
        let picture = desk.picture();
        let rows = (1..5).map(|row| picture.row(row).trim_end_matches(['↑', '↓', ' ']).to_owned());
        if lines.is_empty() {
            lines.extend(rows);
        } else {
            lines.extend(rows.last());
        }
        desk.press("down");
        if desk.picture() == picture {
            break;
        }
    }
    desk.press("soft3 soft3");
    let start = lines.iter().position(|line| line == SERVER).expect("the server");
    let is_next = |line: &String| line.starts_with("Starts:") || line.starts_with("Starts");
    let end = lines.iter().position(is_next).expect("what follows");
    lines[start + 1..end].to_vec()
}

#[test]
fn a_file_is_loaded_once_the_phone_knows_who_is_logged_in() {
    let mut desk = ready(&card());
    assert_eq!(desk.wire.borrow().lines.len(), 1, "who is logged in comes first");
    answer_who(&mut desk, None);
    let (to, sent) = last_line(&desk);
    assert_eq!(to, format!("{SERVER}:6970"));
    assert_eq!(
        sent,
        format!("GET /SEP003094C25B15.cnf.xml HTTP/1.1\r\nHost: {SERVER}:6970\r\nConnection: close\r\n\r\n")
    );
    assert_eq!(told(&mut desk), ["being loaded"]);
    let file = file("v1", &["cucm1", "cucm2", "cucm3"], "en_US");
    answer_file(&mut desk, &file);
    let loaded = format!("{} bytes over HTTP", file.len());
    let rest = ["Version:", "v1", "Call managers:", "cucm1", "cucm2", "Time servers:", "ntp1", "Services:"];
    let services = ["Extension Mobility", "http://em1/menu"];
    assert_eq!(told(&mut desk), [&[&*loaded], &rest[..], &services[..]].concat());
}
