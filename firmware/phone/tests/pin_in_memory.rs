//! The PIN lasts from its first digit to the last step that needs it. However that ends, it is in the phone's memory no
//! more: not in the app, the phone's future, its queue of keys, nor a buffer.

#![cfg(target_os = "linux")]
// Test code: a surprise is to stop the test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod harness;

use harness::answers::{self, Framing};
use harness::network::{End, Host};
use harness::{APP_SECRET, DEVICE, Desk, PIN};
use hotdesk_phone::NetworkState;

const ELSEWHERE: &str = "SEP402CF4915265";

/// What happens after the login was sent.
#[derive(Clone, Copy, Debug)]
enum Step {
    Success,
    Refused(&'static str),
    Here(Option<&'static str>),
    There(&'static [&'static str]),
    /// The answer breaks off.
    Lost,
    /// A key, or several.
    Press(&'static str),
    Wait(u64),
    Network(NetworkState),
    Host(Host),
}

use Step::*;

/// Plays the steps of a login, and says where the PIN is after each. It is in the app while the login goes on.
fn check(app_user: bool, ends: usize, steps: &[Step]) {
    let mut desk = logging_in(app_user);
    for (number, step) in (1..).zip(steps) {
        play(&mut desk, *step);
        let found = desk.remembers(PIN);
        let picture = desk.picture().text();
        if number < ends {
            assert!(found.contains(&"the app"), "step {number} of {steps:?}: the login goes on\n{picture}");
        } else {
            assert!(found.is_empty(), "step {number} of {steps:?}: the PIN is in {found:?}\n{picture}");
        }
    }
}

/// A phone whose person has just sent a login.
fn logging_in(app_user: bool) -> Desk {
    let signer = format!("appID = emphone\nappCertificate = {APP_SECRET}\n");
    let mut desk = Desk::new(&format!("service = a\n{}", if app_user { &signer } else { "" }));
    desk.wire.borrow_mut().set_state(NetworkState::Ready);
    desk.settle();
    if app_user {
        play(&mut desk, Here(None));
    }
    desk.press(&format!("soft1 5 down {PIN} select"));
    assert!(desk.remembers(PIN).contains(&"the app"), "a search that finds nothing finds no fault");
    desk
}

fn play(desk: &mut Desk, step: Step) {
    let document = match step {
        Success => answers::SUCCESS.to_owned(),
        Refused(code) => answers::failure(code, ""),
        Here(user) => answers::holder(user),
        There(devices) => answers::devices("j", devices),
        Lost => {
            desk.wire.borrow_mut().end(End::Closed);
            return desk.settle();
        }
        Press(keys) => return desk.press(keys),
        Wait(milliseconds) => return desk.wait(milliseconds),
        Network(state) => {
            desk.wire.borrow_mut().set_state(state);
            return desk.settle();
        }
        Host(how) => return desk.wire.borrow_mut().set_host("a", how),
    };
    desk.wire.borrow_mut().answer([&answers::http(document.as_bytes(), Framing::Length)[..]]);
    desk.settle();
}

#[test]
fn a_login_that_is_answered() {
    check(true, 1, &[Success, Wait(4_000)]);
    check(false, 1, &[Success, Wait(4_000)]);
    check(true, 1, &[Refused("3"), Press("soft3"), Press("soft3")]);
    check(true, 1, &[Refused("41")]);
    check(true, 1, &[Lost, Here(None)]);
    check(false, 1, &[Lost]);
}

#[test]
fn a_form_that_is_left() {
    for (keys, wait) in [("soft3", 0), ("up", 125_000)] {
        let mut desk = Desk::new("service = a\n");
        desk.wire.borrow_mut().set_state(NetworkState::Ready);
        desk.settle();
        desk.press(&format!("soft1 5 down {PIN}"));
        assert!(desk.remembers(PIN).contains(&"the app"));
        desk.press(keys);
        desk.wait(wait);
        assert_eq!(desk.remembers(PIN), [""; 0], "after {keys}");
    }
    let mut desk = at_the_login_application();
    for _ in PIN.chars() {
        desk.press("soft2");
    }
    assert_eq!(desk.remembers(PIN), [""; 0], "taken back, the form still open");
}

#[test]
fn a_log_out_that_a_person_signs() {
    let mut desk = Desk::new("service = a\n");
    desk.wire.borrow_mut().set_state(NetworkState::Ready);
    desk.settle();
    desk.press(&format!("soft2 5 down {PIN} select"));
    assert!(desk.remembers(PIN).contains(&"the app"));
    play(&mut desk, Success);
    assert_eq!(desk.remembers(PIN), [""; 0]);
}

#[test]
fn a_login_that_is_cancelled() {
    check(true, 1, &[Press("soft3"), Here(None)]);
    check(false, 1, &[Press("soft3")]);
    check(true, 1, &[Wait(60_000)]);
}

#[test]
fn a_question_for_profiles_that_is_given_up_before_the_service_takes_it() {
    for rows in [false, true] {
        let mut desk = Desk::new(&format!("service = a\nappID = emphone\nappCertificate = {APP_SECRET}\n"));
        desk.wire.borrow_mut().answers_profiles = false;
        desk.wire.borrow_mut().set_state(NetworkState::Ready);
        desk.settle();
        play(&mut desk, Here(None));
        let takes_a_part = |desk: &mut Desk| desk.wire.borrow_mut().takes = Some(100);
        if !rows {
            takes_a_part(&mut desk);
        }
        desk.press(&format!("soft1 5 down {PIN} select"));
        if rows {
            let names: Vec<String> = (0..60).map(|number| format!("DP{number}")).collect();
            let list = answers::http(answers::profiles("j", &names).as_bytes(), Framing::Length);
            desk.wire.borrow_mut().answer([&list[..]]);
            desk.settle();
            takes_a_part(&mut desk);
            // The rows that are wanted now are not kept.
            desk.press(&"down ".repeat(30));
        }
        assert!(desk.remembers(PIN).contains(&"the buffer for requests"), "{}", desk.picture().text());
        desk.press("soft3");
        assert_eq!(desk.remembers(PIN), [""; 0], "{}", desk.picture().text());
    }
}

#[test]
fn a_take_over() {
    const MARY: Step = Here(Some("mary"));
    check(true, 4, &[Refused("18"), MARY, Press("soft1"), Press("soft3"), MARY]);
    check(true, 5, &[Refused("18"), MARY, Press("soft1"), Success, Success]);
    check(true, 5, &[Refused("18"), MARY, Press("soft1"), Success, Refused("12")]);
    check(true, 5, &[Refused("18"), MARY, Press("soft1"), Success, Press("soft3"), Here(None)]);
    check(true, 5, &[Refused("18"), MARY, Press("soft1"), Success, Lost, Here(None)]);
    check(true, 4, &[Refused("18"), MARY, Press("soft1"), Refused("10")]);
    check(true, 5, &[Refused("18"), MARY, Press("soft1"), Lost, MARY]);
    check(true, 5, &[Refused("18"), MARY, Press("soft1"), Lost, Lost]);
    check(true, 5, &[Refused("18"), MARY, Press("soft1"), Lost, Press("soft3")]);
    check(true, 6, &[Refused("18"), MARY, Press("soft1"), Lost, Here(None), Success]);
    check(true, 3, &[Refused("18"), MARY, Press("soft3")]);
    check(true, 3, &[Refused("18"), MARY, Wait(125_000)]);
    check(true, 3, &[Refused("18"), MARY, Network(NetworkState::NoLink)]);
    check(true, 2, &[Refused("18"), Press("soft3"), MARY]);
    check(true, 2, &[Refused("18"), Lost]);
    check(false, 2, &[Refused("18"), Refused("10")]);
    check(false, 5, &[Refused("18"), MARY, Press("soft1"), Success, Success]);
}

#[test]
fn a_login_elsewhere() {
    const THERE: Step = There(&[ELSEWHERE]);
    check(true, 5, &[Refused("25"), THERE, Press("soft1"), Success, Success]);
    check(true, 4, &[Refused("25"), THERE, Press("soft1"), Refused("10")]);
    check(true, 5, &[Refused("25"), THERE, Press("soft1"), Lost, THERE]);
    check(true, 5, &[Refused("25"), THERE, Press("soft1"), Lost, Lost]);
    check(true, 4, &[Refused("25"), THERE, Press("soft1"), Press("soft3"), THERE]);
    check(true, 3, &[Refused("25"), THERE, Press("soft3")]);
    check(true, 3, &[Refused("25"), THERE, Wait(125_000)]);
    check(true, 3, &[Refused("25"), THERE, Network(NetworkState::NoAddress)]);
    check(true, 2, &[Refused("25"), Press("soft3"), THERE]);
    check(true, 2, &[Refused("25"), Lost]);
    check(false, 5, &[Refused("25"), THERE, Press("soft1"), Success, Success]);
}

#[test]
fn a_service_that_is_busy() {
    check(true, 2, &[Refused("26"), Press("soft3")]);
    check(true, 2, &[Refused("26"), Network(NetworkState::NoLink)]);
    check(true, 4, &[Refused("26"), Host(Host::Refuses), Wait(1_000), Wait(5_000)]);
    check(true, 3, &[Refused("26"), Wait(5_000), Success]);
    let mut steps = Vec::new();
    for seconds in [4, 8, 15, 30, 37] {
        steps.extend([Refused("26"), Wait(seconds * 1_000)]);
    }
    steps.push(Refused("26"));
    check(true, 11, &steps);
}

/// The form of the login application, as its service sends it.
const FORM: &str = "<CiscoIPPhoneInput><Title>Please Login</Title><URL>http://a:8080/emapp/EMAppServlet?device=d</URL>\
    <InputItem><DisplayName>User ID</DisplayName><QueryStringParam>userid</QueryStringParam><InputFlags>A</InputFlags></InputItem>\
    <InputItem><DisplayName>PIN</DisplayName><QueryStringParam>seq</QueryStringParam><InputFlags>NP</InputFlags></InputItem>\
    </CiscoIPPhoneInput>";

fn send_page(desk: &mut Desk, fields: &[&str], document: &str) {
    desk.wire.borrow_mut().answer([&answers::page(fields, document)[..]]);
    desk.settle();
}

/// A phone whose person has typed the PIN into the form of the login application.
fn at_the_login_application() -> Desk {
    let mut desk = Desk::new("service = a\nlogin = emapp\n");
    desk.wire.borrow_mut().set_state(NetworkState::Ready);
    desk.settle();
    desk.press("soft1");
    send_page(&mut desk, &[], FORM);
    desk.press(&format!("5 down {PIN}"));
    assert!(desk.remembers(PIN).contains(&"the app"), "{}", desk.picture().text());
    desk
}

#[test]
fn a_login_through_the_login_application() {
    let menu =
        "<CiscoIPPhoneMenu><MenuItem><Name>A</Name><URL>/emapp?t=1</URL></MenuItem></CiscoIPPhoneMenu>";
    let text = "<CiscoIPPhoneText><Text>Login is unavailable (205)</Text></CiscoIPPhoneText>";
    for document in [menu, text, FORM, "<broken"] {
        let mut desk = at_the_login_application();
        desk.press("select");
        assert!(desk.remembers(PIN).contains(&"the app"), "the request may still have to go out");
        send_page(&mut desk, &[], document);
        assert_eq!(desk.remembers(PIN), [""; 0], "{document}\n{}", desk.picture().text());
        let asked = desk.wire.borrow().requests();
        assert!(asked.last().unwrap().ends_with(&format!("&userid=j&seq={PIN}")), "{asked:?}");
        // Whatever a person does then, it is in no further request.
        desk.press("select select soft1 soft3 1 soft1");
        assert!(desk.wire.borrow().requests()[2..].iter().all(|request| !request.contains(PIN)));
    }
}

#[test]
fn a_login_through_the_login_application_that_does_not_come_about() {
    let lost = |desk: &mut Desk| desk.wire.borrow_mut().end(End::Reset);
    let moved = |desk: &mut Desk| {
        let head = b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n";
        desk.wire.borrow_mut().answer([&head[..]]);
    };
    let cancelled = |desk: &mut Desk| desk.press("soft3");
    let cut_off = |desk: &mut Desk| {
        desk.wire.borrow_mut().set_state(NetworkState::NoLink);
        desk.settle();
        desk.wait(4_000);
    };
    let late = |desk: &mut Desk| desk.wait(30_000);
    let ways: [fn(&mut Desk); 5] = [lost, moved, cancelled, cut_off, late];
    for (number, ends) in ways.into_iter().enumerate() {
        let mut desk = at_the_login_application();
        desk.press("select");
        ends(&mut desk);
        desk.settle();
        assert_eq!(desk.remembers(PIN), [""; 0], "way {number}\n{}", desk.picture().text());
        assert!(
            desk.wire.borrow().requests()[2..].iter().all(|request| !request.contains(PIN)),
            "way {number}"
        );
    }
    for (keys, wait) in [("soft3", 0), ("up", 125_000)] {
        let mut desk = at_the_login_application();
        desk.press(keys);
        desk.wait(wait);
        assert_eq!(desk.remembers(PIN), [""; 0], "after {keys}");
    }
    let mut desk = at_the_login_application();
    for _ in PIN.chars() {
        desk.press("soft2");
    }
    assert_eq!(desk.remembers(PIN), [""; 0], "taken back, the form still open");
    // One desk at a time has the clock.
    drop(desk);
    let mut desk = at_the_login_application();
    desk.wire.borrow_mut().set_host("a", Host::Refuses);
    desk.press("select");
    assert_eq!(desk.remembers(PIN), [""; 0], "{}", desk.picture().text());
}

#[test]
fn a_phone_that_knows_its_name_is_found_to_know_it() {
    let desk = Desk::new("service = a\n");
    assert!(desk.remembers("003094").contains(&"the app"), "the search reads the memory of {DEVICE}");
}
