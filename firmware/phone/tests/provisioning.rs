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
    let wire = desk.wire.borrow();
    let request = b"GET /SEP003094C25B15.cnf.xml HTTP/1.1\r\n";
    wire.lines.last().is_some_and(|line| !line.gone && line.sent.starts_with(request))
}

/// Chooses a line of the menu by its text in one language or the other, from the idle screen, and returns the lines of what it
/// opens.
fn choose(desk: &mut Desk, item: &[&str]) -> Vec<String> {
    desk.press("soft3");
    for _ in 0..8 {
        let picture = desk.picture();
        let row = (1..5).map(|row| picture.row(row)).find(|row| item.iter().any(|item| row.contains(item)));
        if let Some(row) = row {
            desk.press(&row[..1]);
            let picture = desk.picture();
            return (1..5).map(|row| picture.row(row).trim_end_matches(['↑', '↓', ' ']).to_owned()).collect();
        }
        desk.press("down");
    }
    panic!("{item:?} is not in the menu");
}

/// What about says of the file, line by line, from the idle screen and back to it.
fn told(desk: &mut Desk) -> Vec<String> {
    // Where the display is dark, the first key lights it.
    desk.press("up");
    choose(desk, &["About", "Über"]);
    let mut lines: Vec<String> = Vec::new();
    loop {
        let picture = desk.picture();
        let rows = (1..5).map(|row| picture.row(row).trim_end_matches(['↑', '↓', ' ']).to_owned());
        if lines.is_empty() {
            lines.extend(rows);
        } else {
            lines.extend(rows.skip(3));
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

#[test]
fn what_the_card_says_wins() {
    let mut desk = ready(&card());
    answer_who(&mut desk, None);
    answer_file(&mut desk, &file("v1", &["cucm1"], "de_DE"));
    assert_eq!(desk.picture().row(1), "Niemand angemeldet", "the card names no language");
    choose(&mut desk, &["Wer ist"]);
    assert_eq!(last_line(&desk).0, "em1:8080", "the card names a service");
    drop(desk);

    let mut desk = ready(&format!("{}language = en\n", card()));
    answer_who(&mut desk, None);
    answer_file(&mut desk, &file("v1", &["cucm1"], "de_DE"));
    assert_eq!(desk.picture().row(1), "Nobody logged in");
}

#[test]
fn a_language_set_on_the_phone_wins_over_the_file() {
    let mut desk = ready(&card());
    answer_who(&mut desk, None);
    answer_file(&mut desk, &file("v1", &["cucm1"], "fr_FR"));
    assert_eq!(desk.picture().row(1), "Nobody logged in", "a language that the phone does not speak");
    choose(&mut desk, &["Settings"]);
    // The language, German.
    desk.press("1 2");
    desk.wait(4_000);
    desk.press("soft3 soft3");
    assert_eq!(desk.picture().row(1), "Niemand angemeldet");
    wait_for_file(&mut desk);
    answer_file(&mut desk, &file("v2", &["cucm1"], "en_US"));
    desk.press("up");
    assert_eq!(desk.picture().row(1), "Niemand angemeldet");
}

/// Lets time pass and answers who is logged in, until the phone asks for its file.
fn wait_for_file(desk: &mut Desk) {
    for _ in 0..5_000 {
        desk.wait(1_000);
        if asks_for_file(desk) {
            return;
        }
        let is_open = desk.wire.borrow().lines.last().is_some_and(|line| !line.gone);
        if is_open {
            answer_who(desk, None);
        }
    }
    panic!("{:?}", last_line(desk));
}

#[test]
fn a_card_without_a_service_asks_the_call_managers_of_the_file_in_their_order() {
    let mut desk = Desk::new(&short_card());
    plug(&mut desk);
    assert!(asks_for_file(&desk), "there is nobody else to ask");
    answer_file(&mut desk, &file("v1", &["cucm1", "cucm2"], "en"));
    assert_eq!(last_line(&desk).0, "cucm1:8080", "who is logged in");
    answer_who(&mut desk, None);
    desk.wire.borrow_mut().set_host("cucm1", Host::Refuses);
    choose(&mut desk, &["Who is"]);
    assert_eq!(last_line(&desk).0, "cucm2:8080");
    answer_who(&mut desk, Some("mary"));
    assert_eq!(desk.picture().row(1), "Logged in: mary");
}

#[test]
fn members_are_tried_by_their_priority() {
    let member = |priority: &str, name: &str| {
        format!(
            "<member{priority}><callManager><processNodeName>{name}</processNodeName></callManager></member>"
        )
    };
    let members = [
        member("", "none"),
        member(" priority=\"2\"", "third"),
        member(" priority=\"0\"", "first"),
        member(" priority=\"1\"", "no host!"),
        member(" priority=\"1\"", "second"),
    ];
    let document = format!(
        "<device><devicePool><callManagerGroup><members>{}</members></callManagerGroup></devicePool></device>",
        members.concat()
    );
    let mut desk = ready(&short_card());
    answer_file(&mut desk, &document);
    let told = told(&mut desk);
    let start = told.iter().position(|line| line == "Call managers:").unwrap();
    assert_eq!(told[start + 1..start + 4], ["first", "second", "Time servers:"]);
}

#[test]
fn a_login_before_the_file_has_come_says_so() {
    let mut desk = Desk::new(&short_card());
    desk.wire.borrow_mut().set_host(SERVER, Host::Silent);
    plug(&mut desk);
    assert_eq!([1, 2].map(|row| desk.picture().row(row).to_owned()), ["Logged in: not known", ""]);
    log_in(&mut desk);
    assert_eq!(desk.picture().row(0), "Login failed");
    assert_eq!(desk.picture().row(1), "The phone's file,");
}

fn log_in(desk: &mut Desk) {
    desk.press("soft1 5 666 44 66 down");
    desk.press(PIN);
    desk.press("select");
}

#[test]
fn no_login_waits_for_the_file_and_the_file_comes_after_it() {
    let mut desk = ready(&card());
    answer_who(&mut desk, None);
    assert!(asks_for_file(&desk));
    // Half of an answer, then silence.
    answer(&mut desk, b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n<device><devicePool>");
    let lines = desk.wire.borrow().lines.len();
    log_in(&mut desk);
    let wire = desk.wire.borrow();
    assert!(wire.lines[lines - 1].gone, "the file is given up");
    drop(wire);
    let requests = last_line(&desk).1;
    assert!(requests.starts_with("POST "), "{requests}");
    answer(&mut desk, &answers::http(answers::SUCCESS.as_bytes(), Framing::Length));
    assert_eq!(desk.picture().row(0), "Logged in");
    // The cluster changes the file at a login.
    answer_file(&mut desk, &file("v1", &["cucm1"], "en"));
}

#[test]
fn a_file_that_was_given_up_for_a_question_is_loaded_after_it() {
    let mut desk = ready(&card());
    answer_who(&mut desk, None);
    assert!(asks_for_file(&desk));
    choose(&mut desk, &["Who is"]);
    assert!(!asks_for_file(&desk));
    answer_who(&mut desk, None);
    assert!(asks_for_file(&desk));
}

#[test]
fn a_file_is_loaded_again_after_a_login_and_a_logout_and_changes_where_its_stamp_does() {
    let mut desk = ready(&card());
    answer_who(&mut desk, None);
    answer_file(&mut desk, &file("v1", &["cucm1"], "en"));
    log_in(&mut desk);
    answer(&mut desk, &answers::http(answers::SUCCESS.as_bytes(), Framing::Length));
    assert!(asks_for_file(&desk), "after the login");
    desk.wait(5_000);
    answer_file(&mut desk, &file("v1", &["cucm9"], "de"));
    assert_eq!(desk.picture().row(1), "Logged in: john", "the same stamp, so nothing is taken over");
    desk.press("soft1 soft1");
    answer(&mut desk, &answers::http(answers::SUCCESS.as_bytes(), Framing::Length));
    assert!(asks_for_file(&desk), "after the logout");
    answer_file(&mut desk, &file("v2", &["cucm9"], "de"));
    desk.wait(5_000);
    assert_eq!(desk.picture().row(1), "Niemand angemeldet");
    let told = told(&mut desk);
    assert_eq!(told[1..6], ["Stand:", "v2", "Geändert um:", "0:00:05", "Rufsteuerungen:"], "{told:?}");
}

#[test]
fn a_file_without_a_stamp_is_another_one_where_its_bytes_are() {
    let mut desk = ready(&card());
    answer_who(&mut desk, None);
    answer_file(&mut desk, "<device></device>");
    for (file, changes) in [("<device></device>", false), ("<device> </device>", true)] {
        wait_for_file(&mut desk);
        answer_file(&mut desk, file);
        let told = told(&mut desk);
        assert_eq!(told[1..3], ["Version:", "none"]);
        assert_eq!(told.iter().any(|line| line == "Changed at:"), changes, "{told:?}");
    }
}

/// Lets the phone ask by HTTP, which does not help, and by TFTP, which is silent.
#[track_caller]
fn fails(desk: &mut Desk, expected: &[&str]) {
    let told = (0..40).find_map(|_| {
        desk.wait(1_000);
        let told = told(desk);
        (told[0] != "being loaded").then_some(told)
    });
    assert_eq!(told.expect("an end"), expected);
    assert_eq!(desk.picture().row(1), "Nobody logged in", "the phone works on");
}

/// Switches the phone off, and on again where nobody serves its file.
fn restart_alone(desk: &mut Desk) {
    desk.wire.borrow_mut().set_host(SERVER, Host::Refuses);
    desk.wire.borrow_mut().set_state(NetworkState::NoLink);
    desk.power_cycle();
    plug(desk);
}

#[test]
fn a_phone_that_starts_while_nobody_serves_its_file_works_by_the_last_one() {
    let mut desk = ready(&short_card());
    answer_file(&mut desk, &file("v1", &["cucm1", "cucm2:9090"], "de_DE"));
    answer_who(&mut desk, None);
    let before = told(&mut desk);
    restart_alone(&mut desk);
    assert_eq!(last_line(&desk).0, "cucm1:8080", "who is logged in");
    answer_who(&mut desk, None);
    assert_eq!(desk.picture().row(1), "Niemand angemeldet");
    desk.wait(6_000);
    let kept = told(&mut desk);
    let from = kept.iter().position(|line| line == "von fr\u{fc}her").expect("that it was kept");
    assert_eq!(kept[..from].join(" "), "HTTP: keine Verbindung TFTP: keine Antwort");
    assert_eq!(kept[from + 1..], before[1..], "version, call managers, time servers, services");
    desk.wire.borrow_mut().set_host("cucm1", Host::Refuses);
    choose(&mut desk, &["Wer ist"]);
    assert_eq!(last_line(&desk).0, "cucm2:9090");
    answer_who(&mut desk, None);

    desk.wire.borrow_mut().set_host(SERVER, Host::Accepts);
    wait_for_file(&mut desk);
    answer_file(&mut desk, &file("v1", &["cucm1"], "en"));
    assert_eq!(desk.bench.borrow().files, 1, "the flash is spared where the stamp is the same");
    wait_for_file(&mut desk);
    answer_file(&mut desk, &file("v2", &["cucm3"], "en"));
    assert_eq!(desk.bench.borrow().files, 2);
    restart_alone(&mut desk);
    assert_eq!(last_line(&desk).0, "cucm3:8080");
    answer_who(&mut desk, None);
    assert_eq!(desk.picture().row(1), "Nobody logged in");
}

#[test]
fn what_is_kept_of_a_file_counts_for_its_server_alone_and_holds_no_password() {
    let mut desk = ready(&short_card());
    answer_file(&mut desk, &file("v1", &["cucm1"], "en"));
    let kept = String::from_utf8(desk.bench.borrow().file.clone()).unwrap();
    assert!(kept.contains("cucm1") && !kept.contains("topsecret"), "{kept:?}");
    answer_who(&mut desk, None);
    for other in ["other.example.com", &format!("{SERVER}:7000")] {
        desk.change_card(&short_card().replace(SERVER, other));
        restart_alone(&mut desk);
        assert_ne!(last_line(&desk).0, "cucm1:8080", "{other}");
        assert_eq!(desk.picture().row(1), "Logged in: not known");
    }
    desk.change_card(&format!("{}language = de\n", short_card()));
    restart_alone(&mut desk);
    answer_who(&mut desk, None);
    assert_eq!(desk.picture().row(1), "Niemand angemeldet", "what the card says wins");
}

#[test]
fn a_file_of_which_too_much_counts_is_not_kept_and_none_before_counts_in_its_place() {
    let mut desk = ready(&card());
    answer_who(&mut desk, None);
    answer_file(&mut desk, &file("v1", &["cucm1"], "en"));
    assert_ne!(desk.bench.borrow().file, [0_u8; 0]);
    let long = format!("http://em1:8080/{}", "x".repeat(200));
    let entry =
        format!("<phoneService type=\"0\"><name>{}</name><url>{long}</url></phoneService>", "n".repeat(120));
    let file = file("v2", &["cucm1"], "en")
        .replace("<phoneService type", &format!("{}<phoneService type", entry.repeat(4)));
    wait_for_file(&mut desk);
    answer_file(&mut desk, &file);
    assert_eq!(desk.bench.borrow().files, 2);
    assert_ne!(desk.bench.borrow().file, [0_u8; 0], "1.4 kB are kept");
    let file = file.replace("<servicesURL>", &format!("<servicesURL>{long}")).replace("v2", &"v3".repeat(60));
    wait_for_file(&mut desk);
    answer_file(&mut desk, &file);
    assert_eq!(desk.bench.borrow().files, 3);
    assert_eq!(desk.bench.borrow().file, [0_u8; 0]);
}

#[test]
fn why_a_file_does_not_come_is_told_for_each_protocol() {
    for (bytes, end, expected) in [
        (&b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"[..], None, "HTTP: no such file"),
        (b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", None, "HTTP: [503]"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<dev", Some(End::Closed), "HTTP: broke off"),
        (b"HTTP/1.1 200 OK\r\n", Some(End::Reset), "HTTP: broke off"),
        (b"220 FTP\r\n\r\n", None, "HTTP: broke off"),
        (b"", None, "HTTP: no answer"),
    ] {
        let mut desk = ready(&card());
        answer_who(&mut desk, None);
        answer(&mut desk, bytes);
        if let Some(end) = end {
            desk.wire.borrow_mut().end(end);
            desk.settle();
        }
        fails(&mut desk, &[expected, "TFTP: no answer"]);
    }
    for (host, http, tftp) in [
        (Host::Refuses, "HTTP: no connection", "TFTP: no answer"),
        (Host::Silent, "HTTP: no connection", "TFTP: no answer"),
        (Host::Unknown, "HTTP: name not found", "TFTP: name not found"),
    ] {
        let mut desk = Desk::new(&card());
        desk.wire.borrow_mut().set_host(SERVER, host);
        plug(&mut desk);
        answer_who(&mut desk, None);
        fails(&mut desk, &[http, tftp]);
    }
}

#[test]
fn a_file_that_breaks_a_rule_is_told_with_its_place_and_what_was_known_stays() {
    let mut desk = ready(&card());
    answer_who(&mut desk, None);
    answer_file(&mut desk, &file("v1", &["cucm1"], "en"));
    log_in(&mut desk);
    answer(&mut desk, &answers::http(answers::SUCCESS.as_bytes(), Framing::Length));
    desk.wait(5_000);
    answer_file(&mut desk, "<device>\n<devicePool></devise></device>");
    desk.wait(3_000);
    let told = told(&mut desk);
    assert_eq!(told[..2], ["HTTP: Line 2, column", "13: WrongEndTag"], "{told:?}");
    assert!(told.contains(&"v1".to_owned()) && told.contains(&"cucm1".to_owned()), "{told:?}");
    assert!(desk.wire.borrow().datagrams.is_empty(), "it is the same file over TFTP");
    desk.press("soft1 soft1");
    answer(&mut desk, &answers::http(answers::SUCCESS.as_bytes(), Framing::Length));
    answer_file(&mut desk, "<device></device>");
    desk.wait(5_000);
    assert_eq!(crate::told(&mut desk)[0], "17 bytes over HTTP", "nothing is wrong any more");
}

#[test]
fn a_file_that_ends_in_the_middle_is_none_though_its_length_is_right() {
    let mut desk = ready(&card());
    answer_who(&mut desk, None);
    answer_file(&mut desk, "<device><versionStamp>cut</versionStamp>");
    assert_eq!(told(&mut desk), ["HTTP: Line 1, column", "41: CutShort"]);
}

#[test]
fn a_file_that_http_does_not_bring_comes_over_tftp() {
    let mut desk = Desk::new(&card());
    desk.wire.borrow_mut().set_host(SERVER, Host::Refuses);
    desk.wire.borrow_mut().answers_datagram = Some(|packet| match packet {
        [0, 1, ..] => vec![(4000, b"\0\x03\0\x01<device><versionStamp>t1</versionStamp></device>".to_vec())],
        _ => Vec::new(),
    });
    plug(&mut desk);
    answer_who(&mut desk, None);
    desk.wait(1_000);
    assert_eq!(told(&mut desk)[..3], ["48 bytes over TFTP", "Version:", "t1"]);
    let wire = desk.wire.borrow();
    let ports: Vec<u16> = wire.datagrams.iter().map(|(to, _)| to.port()).collect();
    assert_eq!(ports, [69, 4000]);
}

#[test]
fn a_port_in_the_configuration_is_that_of_both_protocols() {
    let mut desk = Desk::new(&card().replace(SERVER, &format!("{SERVER}:7000")));
    plug(&mut desk);
    answer_who(&mut desk, None);
    assert_eq!(last_line(&desk).0, format!("{SERVER}:7000"));
    desk.wire.borrow_mut().end(End::Reset);
    desk.wait(1_000);
    assert_eq!(desk.wire.borrow().datagrams[0].0.port(), 7000);
}

#[test]
fn a_server_that_is_silent_is_asked_again_at_growing_intervals() {
    let mut desk = Desk::new(&card());
    desk.wire.borrow_mut().set_host(SERVER, Host::Refuses);
    plug(&mut desk);
    answer_who(&mut desk, None);
    let requests = |desk: &Desk| {
        desk.wire.borrow().datagrams.iter().filter(|(_, packet)| packet.starts_with(b"\0\x01")).count() / 5
    };
    let mut tries = Vec::new();
    for second in 0..200 {
        desk.wait(1_000);
        if requests(&desk) > tries.len() {
            tries.push(second);
        }
    }
    let gaps: Vec<_> = tries.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.len() >= 4 && gaps.is_sorted() && gaps[0] < 14 && gaps[3] > 35, "{gaps:?}");
}

#[test]
fn a_file_of_200_kilobytes_is_read_through_the_buffers_of_a_small_phone() {
    let mut desk = ready(&card());
    answer_who(&mut desk, None);
    let filling = "<addOn idx=\"1\"><label>M\u{fc}ller &amp; x</label></addOn>\n".repeat(4_000);
    let file = file("long", &["cucm1"], "en").replace("<devicePool>", &format!("{filling}<devicePool>"));
    assert!(file.len() > 200_000);
    answer_file(&mut desk, &file);
    let told = told(&mut desk);
    assert_eq!(told[..4], [&*format!("{} bytes over", file.len()), "HTTP", "Version:", "long"]);
}

#[test]
fn nothing_of_a_file_stays_in_the_buffers_and_no_password_anywhere() {
    let mut desk = ready(&card());
    answer_who(&mut desk, None);
    let last = "<sshPassword>topsecret</sshPassword></device>";
    answer_file(&mut desk, &file("v1", &["cucm1"], "en").replace("</device>", last));
    assert_eq!(desk.remembers("topsecret"), [""; 0]);
}

#[test]
fn the_services_of_the_file_are_the_menu_of_services_where_the_card_names_none() {
    let mut desk = ready(&card());
    answer_who(&mut desk, None);
    answer_file(&mut desk, &file("v1", &["cucm1"], "en"));
    let rows = choose(&mut desk, &["Services"]);
    assert_eq!(rows[..3], ["1 Extension Mobility", "2 Services", ""], "{rows:?}");
    desk.press("1");
    let (to, sent) = last_line(&desk);
    assert_eq!(to, "em1:8080");
    assert!(sent.starts_with("GET /emapp?device=SEP003094C25B15 HTTP/1.1\r\n"), "{sent}");
    drop(desk);

    let mut desk = ready(&format!("{}services = Mine, http://em2/mine\n", card()));
    answer_who(&mut desk, None);
    answer_file(&mut desk, &file("v1", &["cucm1"], "en"));
    let rows = choose(&mut desk, &["Services"]);
    assert_eq!(rows[..2], ["1 Mine", ""], "what the card says wins");
}

#[test]
fn the_login_application_is_where_the_file_says_where_the_card_names_no_service() {
    let entry = "http://cucm7:8080/emapp/EMAppServlet?device=#DEVICENAME#&amp;EMCC=#EMCC#";
    let without = file("v1", &["cucm1"], "en");
    let with = without.replace("http://em1:8080/emapp?device=#DEVICENAME#", entry);
    let device = "/emapp/EMAppServlet?device=SEP003094C25B15";
    for (card, file, to) in [
        (short_card(), &with, "cucm7:8080"),
        (short_card(), &without, "cucm1:8080"),
        (card(), &with, "em1:8080"),
    ] {
        let mut desk = ready(&format!("{card}login = emapp\n"));
        if !asks_for_file(&desk) {
            answer_who(&mut desk, None);
        }
        answer_file(&mut desk, file);
        if !desk.wire.borrow().lines.last().unwrap().gone {
            answer_who(&mut desk, None);
        }
        desk.press("soft1");
        let (asked, sent) = last_line(&desk);
        assert_eq!(asked, to);
        assert!(sent.starts_with(&format!("GET {device}")), "{sent}");
    }
}
