//! Random keys, answers and waits: the phone never stops, shows only text and no secret, and never has more than one
//! request under way.

// Test code: a surprise is to stop the test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod harness;

use harness::answers::{self, Framing};
use harness::dice::Dice;
use harness::network::{End, Host};
use harness::{APP_SECRET, Desk, PIN};
use hotdesk_phone::NetworkState;

const WALKS: u64 = 60;
const WALKS_THROUGH_PAGES: u64 = 30;
const STEPS: usize = 150;
const KEYS: [&str; 21] = [
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#", "up", "down", "left", "right", "select",
    "soft1", "soft1", "soft2", "soft3",
];

#[test]
fn no_walk_through_the_screens_stops_the_phone_or_shows_a_secret() {
    for seed in 1..=WALKS {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let app_user = format!("appID = emphone\nappCertificate = {APP_SECRET}\n");
        let mut desk =
            Desk::new(&format!("service = a\nservice = b\n{}", if seed % 3 == 0 { "" } else { &app_user }));
        desk.wire.borrow_mut().set_state(NetworkState::Ready);
        desk.settle();
        for _ in 0..STEPS {
            step(&mut desk, &mut dice);
            desk.settle();
            let wire = desk.wire.borrow();
            let open = wire.lines.iter().filter(|line| !line.gone).count();
            assert!(open <= 1, "walk {seed}: {open} requests at once");
        }
        // A phone that was restarted needs its network to get there.
        desk.wire.borrow_mut().set_state(NetworkState::Ready);
        // Left alone the phone comes back to its first screen, which the first key lights.
        desk.wait(200_000);
        desk.press("up");
        assert_eq!(desk.picture().row(0), harness::DEVICE, "walk {seed}:\n{}", desk.picture().text());
    }
}

fn step(desk: &mut Desk, dice: &mut Dice) {
    match dice.roll(12) {
        0..=5 => desk.press(KEYS[dice.roll(KEYS.len())]),
        6 => {
            desk.press("5 down");
            if is_pin_asked_for(desk) {
                desk.press(&format!("{PIN} select"));
            }
        }
        7 => desk.wait([1, 500, 1_000, 3_000, 10_000, 120_000][dice.roll(6)]),
        8 if dice.roll(4) == 0 => {
            let states = [NetworkState::NoLink, NetworkState::NoAddress, NetworkState::Ready];
            desk.wire.borrow_mut().set_state(states[dice.roll(3)]);
        }
        8 => {
            let host = ["a", "b"][dice.roll(2)];
            let how =
                [Host::Accepts, Host::Accepts, Host::Refuses, Host::Silent, Host::Unknown][dice.roll(5)];
            desk.wire.borrow_mut().set_host(host, how);
        }
        _ => answer(desk, dice),
    }
}

/// Pages of a service that means no good, among good ones. The form has one field, which is hidden.
const PAGES: [&str; 12] = [
    "<CiscoIPPhoneInput><Title>Secret</Title><Prompt>PIN (201)</Prompt><URL>/take</URL><InputItem><DisplayName>PIN</DisplayName>\
     <QueryStringParam>seq</QueryStringParam><InputFlags>NP</InputFlags></InputItem></CiscoIPPhoneInput>",
    "<CiscoIPPhoneInput><Title>Secret</Title><InputItem><DisplayName>PIN</DisplayName><InputFlags>PN</InputFlags></InputItem>\
     <KeyItem><Key>KeyPad1</Key><URL>/key</URL></KeyItem></CiscoIPPhoneInput>",
    "<CiscoIPPhoneMenu><MenuItem><Name>A</Name><URL>/a</URL></MenuItem><MenuItem><Name>B</Name></MenuItem><MenuItem>\
     <URL>SoftKey:Select</URL></MenuItem><MenuItem><Name>C</Name><URL>QueryStringParam:a=b</URL></MenuItem></CiscoIPPhoneMenu>",
    "<CiscoIPPhoneMenu><Title>Empty</Title><SoftKeyItem><Name>Go</Name><URL>SoftKey:Select</URL><Position>16</Position></SoftKeyItem>\
     <SoftKeyItem><Name>On</Name><URL>SoftKey:Submit</URL></SoftKeyItem><SoftKeyItem/><SoftKeyItem/></CiscoIPPhoneMenu>",
    "<CiscoIPPhoneText><Text>Login is unavailable (205)</Text></CiscoIPPhoneText>",
    "<CiscoIPPhoneText><Title>T</Title><SoftKeyItem><Name>Next</Name><URL>SoftKey:Next</URL></SoftKeyItem></CiscoIPPhoneText>",
    "<CiscoIPPhoneDirectory><DirectoryEntry><Name>D</Name><Telephone>1</Telephone></DirectoryEntry></CiscoIPPhoneDirectory>",
    "<CiscoIPPhoneExecute><ExecuteItem URL='/again'/></CiscoIPPhoneExecute>",
    "<CiscoIPPhoneExecute><ExecuteItem URL='Init:Services'/></CiscoIPPhoneExecute>",
    "<CiscoIPPhoneError Number='4'/>",
    "<CiscoIPPhoneImage><Title>I</Title></CiscoIPPhoneImage>",
    "<CiscoIPPhoneText><Text>not closed</Text>",
];

#[test]
fn no_walk_through_pages_stops_the_phone_or_shows_a_secret() {
    for seed in 1..=WALKS_THROUGH_PAGES {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut desk = Desk::new(&format!(
            "service = a\nlogin = emapp\nservices = Stock, http://a/stock\nappID = emphone\nappCertificate = {APP_SECRET}\n"
        ));
        desk.wire.borrow_mut().set_state(NetworkState::Ready);
        desk.settle();
        for _ in 0..STEPS {
            match dice.roll(4) {
                0 | 1 => page(&mut desk, &mut dice),
                2 if desk.picture().row(0).starts_with("Secret") => desk.press(PIN),
                _ => step(&mut desk, &mut dice),
            }
            desk.settle();
            let open = desk.wire.borrow().lines.iter().filter(|line| !line.gone).count();
            assert!(open <= 1, "walk {seed}: {open} requests at once");
        }
        desk.wire.borrow_mut().set_state(NetworkState::Ready);
        desk.wire.borrow_mut().set_host("a", Host::Refuses);
        desk.wait(400_000);
        desk.press("up");
        assert_eq!(desk.picture().row(0), harness::DEVICE, "walk {seed}:\n{}", desk.picture().text());
        assert_eq!(desk.remembers(PIN), [""; 0], "walk {seed}");
    }
}

/// Sends a page to whoever waits for one.
fn page(desk: &mut Desk, dice: &mut Dice) {
    let mut wire = desk.wire.borrow_mut();
    if wire.lines.last().is_none_or(|line| line.gone || !line.sent.starts_with(b"GET ")) {
        return;
    }
    let fields: &[&str] =
        [&[][..], &["Refresh: 1"], &["Refresh: 0; url=/next"], &["Expires: 0"]][dice.roll(4)];
    let bytes = match dice.roll(8) {
        0 => b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n".to_vec(),
        1 => answers::page(fields, &answers::menu(1 + dice.roll(60))),
        _ => answers::page(fields, PAGES[dice.roll(PAGES.len())]),
    };
    let length = if dice.roll(6) == 0 { dice.roll(bytes.len()) } else { bytes.len() };
    wire.answer([&bytes[..length]]);
    if length < bytes.len() {
        wire.end([End::Closed, End::Reset][dice.roll(2)]);
    }
}

/// Whether what is typed goes to a PIN: in a user ID, the title bar would say what the keys give.
fn is_pin_asked_for(desk: &Desk) -> bool {
    let picture = desk.picture();
    let typed_is_seen =
        ["abc", "ABC", "123"].iter().any(|mode| picture.row(0).split(' ').any(|word| word == *mode));
    (1..5).any(|row| picture.row(row).starts_with("PIN:")) && !typed_is_seen
}

/// Answers the request that waits, if one does.
fn answer(desk: &mut Desk, dice: &mut Dice) {
    let mut wire = desk.wire.borrow_mut();
    if wire.lines.last().is_none_or(|line| line.gone) {
        return;
    }
    let document = match dice.roll(6) {
        0 => answers::SUCCESS.to_owned(),
        1 => answers::holder(None),
        2 => answers::holder(Some("em%40cisco.com")),
        3 => answers::failure("18", ""),
        4 => answers::failure(
            &dice.roll(60).to_string(),
            "\u{4E00} &lt;text&gt; of any length, even of many words",
        ),
        _ => "<response><success/></respons>".to_owned(),
    };
    let framing = [Framing::Length, Framing::Chunked, Framing::Close][dice.roll(3)];
    let bytes = answers::http(document.as_bytes(), framing);
    let length = if dice.roll(3) == 0 { dice.roll(bytes.len()) } else { bytes.len() };
    wire.answer([&bytes[..length]]);
    wire.end([End::Closed, End::Reset][dice.roll(2)]);
}
