//! A monkey at the keys, with a service and a network that fail: the phone never stops, always comes back by itself to a
//! screen that says who is logged in as the service has it, sends nothing twice, and forgets the PIN.
//!
//! `HOTDESK_MONKEY_KEYS` is the number of keys, 20,000 if it is not set; `HOTDESK_MONKEY_SEED` plays a single run again.

#![cfg(target_os = "linux")]
// Test code: a surprise is to stop the test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod harness;

use harness::dice::Dice;
use harness::network::Host;
use harness::service::{ELSEWHERE, Fate, PIN, Service, USERS};
use harness::{APP_SECRET, DEVICE, Desk};
use hotdesk_phone::NetworkState;

/// Keys of a run.
const RUN: usize = 400;

/// No screen but the first one lasts longer than this when nobody presses a key and the service answers.
const LEFT_ALONE: u64 = 420_000;

/// The phone asks who is logged in within this: `pollMinutes` and a fifth.
const POLLED: u64 = 365_000;

const KEYS: [&str; 24] = [
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#", "up", "down", "left", "right", "select",
    "soft1", "soft1", "soft1", "soft2", "soft3", "soft3", "select",
];

const REDIRECT: &str = "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n";
const NOISE: &str = "HTTP/1.1 200 OK\r\nContent-Length: 31\r\n\r\n<response><succezz/></response>";

#[test]
fn a_monkey_finds_no_way_to_stop_the_phone_or_to_have_it_lie() {
    let number = |name| std::env::var(name).ok().map(|value| value.parse::<usize>().expect("a number"));
    if let Some(seed) = number("HOTDESK_MONKEY_SEED") {
        return run(u64::try_from(seed).unwrap());
    }
    let keys = number("HOTDESK_MONKEY_KEYS").unwrap_or(20_000);
    for seed in 1..=u64::try_from(keys.div_ceil(RUN)).unwrap() {
        run(seed);
    }
}

fn run(seed: u64) {
    let mut monkey = Monkey::new(seed);
    while monkey.service.keys < RUN {
        monkey.act();
        monkey.look();
    }
    monkey.leave();
}

struct Monkey {
    seed: u64,
    dice: Dice,
    desk: Desk,
    service: Service,
    has_app_user: bool,
    /// The service and the network do as they should.
    is_calm: bool,
    title: String,
}

impl Monkey {
    fn new(seed: u64) -> Self {
        let dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let has_app_user = !seed.is_multiple_of(4);
        // Settings that the monkey changed would be no news to it.
        let mut file = "service = a\nservice = b\nadminCode = 4713579024680246\n".to_owned();
        if has_app_user {
            file += &format!("appID = emphone\nappCertificate = {APP_SECRET}\n");
        }
        if seed.is_multiple_of(3) {
            file += "durations = default, 1 h, indefinite\n";
        }
        let desk = Desk::new(&file);
        desk.wire.borrow_mut().answers_profiles = false;
        desk.wire.borrow_mut().set_state(NetworkState::Ready);
        let mut monkey = Self {
            seed,
            dice,
            desk,
            service: Service::new(),
            has_app_user,
            is_calm: false,
            title: String::new(),
        };
        monkey.settle();
        monkey
    }

    /// Does something at random.
    fn act(&mut self) {
        match self.dice.roll(40) {
            0..=27 => {
                let key = self.dice.of(&KEYS);
                self.press(key);
            }
            28..=31 => self.log_in(),
            32 | 33 => {
                let time = self.dice.of(&[100, 500, 1_000, 3_000, 6_000]);
                self.pass(time);
            }
            34 => {
                let time = self.dice.of(&[12_000, 25_000, 130_000]);
                self.pass(time);
            }
            35 | 38 => self.happen_elsewhere(),
            36 => {
                let states =
                    [NetworkState::NoLink, NetworkState::NoAddress, NetworkState::Ready, NetworkState::Ready];
                self.desk.wire.borrow_mut().set_state(states[self.dice.roll(4)]);
                self.settle();
            }
            37 => {
                let hosts =
                    [Host::Accepts, Host::Accepts, Host::Accepts, Host::Refuses, Host::Silent, Host::Unknown];
                let (name, how) = (["a", "b"][self.dice.roll(2)], hosts[self.dice.roll(6)]);
                self.desk.wire.borrow_mut().set_host(name, how);
            }
            _ => {
                for name in ["a", "b"] {
                    self.desk.wire.borrow_mut().set_host(name, Host::Accepts);
                }
                self.desk.wire.borrow_mut().set_state(NetworkState::Ready);
                self.settle();
            }
        }
    }

    fn press(&mut self, keys: &str) {
        for key in keys.split(' ') {
            self.service.keys += 1;
            self.desk.press(key);
            self.settle();
        }
    }

    /// Logs in, or takes over from whoever is logged in.
    fn log_in(&mut self) {
        let labels = self.desk.picture().row(5);
        if labels.starts_with("Log in") {
            self.press("soft1");
        } else if labels.starts_with("Log out") {
            self.press("soft3 2");
            if self.desk.picture().row(0).starts_with("Take over") {
                self.press("soft1");
            }
        }
        self.type_login();
    }

    /// Types a user and a PIN, mostly the right one. The PIN goes into its field alone: as a user ID it is no secret.
    fn type_login(&mut self) {
        for _ in 0..3 {
            let picture = self.desk.picture();
            let is_empty = picture.row(2).is_empty();
            if !picture.row(0).starts_with("Log in ") || !picture.row(1).starts_with("User ID:") || !is_empty
            {
                return;
            }
            if picture.row(0).contains("abc") {
                let (key, _) = self.dice.of(&USERS);
                self.press(&format!("{key} down"));
                if self.dice.roll(8) == 0 {
                    self.press("1");
                }
                for digit in PIN.chars() {
                    self.press(&digit.to_string());
                }
                return self.press("select");
            }
            self.press("#");
        }
    }

    /// Somebody logs in or out without this phone.
    fn happen_elsewhere(&mut self) {
        let user = USERS[self.dice.roll(USERS.len())].1;
        let logins = &mut self.service.logins;
        match self.dice.roll(4) {
            0 => drop(logins.remove(DEVICE)),
            1 => drop(logins.remove(ELSEWHERE)),
            // One user is logged in once.
            roll if logins.values().all(|there| *there != user) => {
                logins.insert(if roll == 2 { DEVICE } else { ELSEWHERE }, user);
            }
            _ => {}
        }
        self.service.was_touched = true;
    }

    fn pass(&mut self, milliseconds: u64) {
        for _ in 0..milliseconds / 100 {
            self.desk.wait(100);
            self.service.now += 100;
            self.settle();
        }
    }

    /// Lets phone and service talk as long as they have something to say.
    fn settle(&mut self) {
        self.desk.settle();
        let Self { service, dice, desk, is_calm, .. } = self;
        for _ in 0..50 {
            let fate = || if *is_calm { Fate::Answered } else { fate(dice) };
            if !service.serve(&mut desk.wire.borrow_mut(), fate) {
                return;
            }
            desk.settle();
        }
        self.fail("the phone asks and asks");
    }

    /// What the screen says has happened, has.
    fn look(&mut self) {
        let picture = self.desk.picture();
        let title = picture.row(0);
        let (is_new, here) = (title != self.title, self.service.user_here());
        if is_new && !self.service.was_touched {
            match title.as_str() {
                "Logged in" | "Logged in after all" if here != Some(&picture.row(1)) => {
                    self.fail("nobody of that name is logged in");
                }
                "Logged out" | "Logged out after all"
                    if here.is_some() && picture.row(1) == "Nobody logged in" =>
                {
                    self.fail("somebody is logged in");
                }
                _ => {}
            }
        }
        // Nothing goes on from here, so nothing needs the PIN any more.
        let is_over = ["Logged", "Login", "Logout"].iter().any(|word| title.starts_with(word));
        if is_new && is_over && title != "Logged in elsewhere" {
            self.must_have_forgotten_the_pin();
        }
        self.title = title;
    }

    /// Goes away. The phone comes back to its first screen while everything fails as before, and to the truth once
    /// nothing does.
    fn leave(&mut self) {
        self.pass(LEFT_ALONE);
        self.must_be_idle();
        self.is_calm = true;
        for name in ["a", "b"] {
            self.desk.wire.borrow_mut().set_host(name, Host::Accepts);
        }
        self.desk.wire.borrow_mut().set_state(NetworkState::Ready);
        self.settle();
        self.pass(POLLED);
        // Whoever comes lights the display, and reads what the phone has found out by itself.
        self.desk.press("right");
        self.must_be_idle();
        let row = self.desk.picture().row(1);
        let truth = match self.service.user_here() {
            Some(user) => format!("Logged in: {user}"),
            None => "Nobody logged in".to_owned(),
        };
        if self.has_app_user && row != truth {
            self.fail(&format!("the service says: {truth}"));
        }
        self.must_have_forgotten_the_pin();
    }

    fn must_have_forgotten_the_pin(&self) {
        let places = self.desk.remembers(PIN);
        if !places.is_empty() {
            self.fail(&format!("the PIN is in {places:?}"));
        }
    }

    fn must_be_idle(&self) {
        let picture = self.desk.picture();
        let is_dark = (0..6).all(|row| picture.row(row).is_empty());
        if !(is_dark || picture.row(0).starts_with(DEVICE) && picture.row(5).ends_with("Menu")) {
            self.fail("the phone does not come back by itself");
        }
    }

    fn fail(&self, why: &str) -> ! {
        let requests = self
            .desk
            .wire
            .borrow()
            .lines
            .iter()
            .rev()
            .take(8)
            .rev()
            .map(|line| if line.is_whole() { line.request() } else { "part of a request".to_owned() })
            .collect::<Vec<_>>();
        panic!(
            "HOTDESK_MONKEY_SEED={}, after {} keys: {why}\n{}\n{:?}\n{requests:#?}",
            self.seed,
            self.service.keys,
            self.desk.picture().text(),
            self.service.logins,
        );
    }
}

/// Most requests are answered.
fn fate(dice: &mut Dice) -> Fate {
    match dice.roll(40) {
        0 => Fate::Lost { carried_out: true },
        1 => Fate::Lost { carried_out: false },
        2 => Fate::Silent { carried_out: true },
        3 => Fate::Silent { carried_out: false },
        4 => Fate::Veiled(REDIRECT),
        5 => Fate::Veiled(NOISE),
        6 | 7 => Fate::Busy,
        8 | 9 => Fate::TurnedAway,
        10..=14 => Fate::Late([300, 1_500, 4_000, 9_000, 15_000][dice.roll(5)]),
        _ => Fate::Answered,
    }
}
