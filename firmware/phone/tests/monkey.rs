//! A monkey at the keys, with a service and a network that fail: the phone never stops, always comes back by itself to a
//! screen that says who is logged in as the service has it, sends nothing twice, and forgets the PIN.
//!
//! `HOTDESK_MONKEY_KEYS` is the number of keys, 20,000 if it is not set; `HOTDESK_MONKEY_SEED` plays a single run again.

#![cfg(target_os = "linux")]
// Test code: a surprise is to stop the test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod harness;

use std::collections::VecDeque;

use harness::dice::Dice;
use harness::network::{End, Host};
use harness::service::{ELSEWHERE, Fate, PIN, Service, USERS};
use harness::{APP_SECRET, DEVICE, Desk};
use hotdesk_phone::{ConnectError, NetworkState};

/// Keys of a run.
const RUN: usize = 400;

/// No screen but the first one lasts longer than this when nobody presses a key and the service answers.
const LEFT_ALONE: u64 = 420_000;

/// What a key may do after it was pressed last: its release may be lost, and then it acts again and again.
const HELD_ON: u64 = 15_000;

/// The phone asks who is logged in within this: `pollMinutes` and a fifth.
const POLLED: u64 = 365_000;

const KEYS: [&str; 24] = [
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#", "up", "down", "left", "right", "select",
    "soft1", "soft1", "soft1", "soft2", "soft3", "soft3", "select",
];

const HELD: [&str; 6] = ["up", "down", "left", "right", "soft2", "select"];

/// Opens the settings.
const ADMIN_CODE: &str = "8064297531";

/// Does not. Like the PIN it is so long that no other keys leave it in a memory by chance, and it is in no configuration.
const WRONG_CODE: &str = "5948370261";

/// Names of the services, and what becomes of them: they answer mostly.
const HOSTS: [Host; 9] = [
    Host::Accepts,
    Host::Accepts,
    Host::Accepts,
    Host::Refuses,
    Host::Silent,
    Host::Unknown,
    Host::Unnamed(ConnectError::NameServerSilent),
    Host::Unnamed(ConnectError::NameServerFailed),
    Host::Unnamed(ConnectError::NoNameServer),
];

/// Answers that leave it open what became of the request.
const VEILED: [&str; 9] = [
    "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 303 See Other\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 204 No Content\r\n\r\n",
    "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\n\r\nsic!",
    "HTTP/1.1 504 Gateway Timeout\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 31\r\n\r\n<response><succezz/></response>",
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "SSH-2.0-OpenSSH_9.2\r\n",
];

/// Answers that say that nothing was done.
const DENIED: [&str; 4] = [
    "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
];

/// Screens on which no login goes on, so that nothing needs the PIN.
const WITHOUT_A_PIN: [&str; 15] = [
    "starting",
    "idle",
    "menu",
    "about",
    "explain",
    "explained",
    "exchanges",
    "settings",
    "choose setting",
    "restart confirm",
    "log out confirm",
    "ending",
    "logged in",
    "logged out",
    "failed",
];

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
    /// What becomes of the next requests, before it is left to chance.
    fates: VecDeque<Fate>,
    screen: &'static str,
    /// A key whose release was lost acts until then.
    held_until: u64,
    /// The screen, the keys pressed until then, and when both were new.
    stands: (&'static str, usize, u64),
}

/// How long a screen stays at most when nobody presses a key, in milliseconds; none: for ever.
fn lasts(screen: &str) -> Option<u64> {
    Some(match screen {
        "idle" | "starting" => return None,
        "logged in" | "logged out" => 3_000,
        "saved" => 30_000,
        "saving" | "restarting" => 0,
        // Five seconds to connect to each service, twenty for its answer; up to five questions one after the other.
        "busy" | "settling" => 250_000,
        "service busy" => 36_000,
        // Two minutes, or half of a login of three.
        "ending" => 125_000,
        // Rows that are read again may take their time.
        "profiles" => 170_000,
        _ => 120_000,
    })
}

impl Monkey {
    fn new(seed: u64) -> Self {
        let dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let has_app_user = !seed.is_multiple_of(4);
        let mut file = "service = a\nservice = b\n".to_owned();
        if has_app_user {
            file += &format!("appID = emphone\nappCertificate = {APP_SECRET}\n");
        }
        if seed.is_multiple_of(3) {
            file += "durations = default, 3 min, indefinite, 1 min\n";
        }
        if !seed.is_multiple_of(7) {
            file += &format!("adminCode = {ADMIN_CODE}\n");
        }
        if seed.is_multiple_of(5) {
            file += "language = de\n";
        }
        let desk = Desk::new(&file);
        desk.wire.borrow_mut().answers_profiles = false;
        desk.wire.borrow_mut().set_state(NetworkState::Ready);
        let mut service = Service::new();
        service.sees_elsewhere_first = seed.is_multiple_of(2);
        let stands = ("", 0, 0);
        let mut monkey = Self {
            seed,
            dice,
            desk,
            service,
            has_app_user,
            is_calm: false,
            fates: VecDeque::new(),
            screen: "",
            held_until: 0,
            stands,
        };
        monkey.settle();
        monkey
    }

    /// Does something at random.
    fn act(&mut self) {
        match self.dice.roll(56) {
            0..=29 => {
                let key = self.dice.of(&KEYS);
                self.press(key);
            }
            30..=34 => self.log_in(),
            35 | 36 => {
                let time = self.dice.of(&[100, 500, 1_000, 3_000, 6_000]);
                self.pass(time);
            }
            37 => {
                let time = self.dice.of(&[12_000, 25_000, 130_000]);
                self.pass(time);
            }
            38 | 39 => self.happen_elsewhere(),
            40 | 41 => self.change_network(),
            42 => {
                let (name, how) = (self.dice.of(&["a", "b"]), self.dice.of(&HOSTS));
                self.desk.wire.borrow_mut().set_host(name, how);
            }
            43 => {
                // The service moves: one name leads nowhere from now on, the other to it.
                let (from, to) = self.dice.of(&[("a", "b"), ("b", "a")]);
                let nowhere = self.dice.of(&HOSTS[3..]);
                self.desk.wire.borrow_mut().set_host(from, nowhere);
                self.desk.wire.borrow_mut().set_host(to, Host::Accepts);
            }
            44 => {
                let takes = self.dice.of(&[None, None, Some(0), Some(90), Some(300)]);
                self.desk.wire.borrow_mut().takes = takes;
            }
            45 => {
                let is_broken = self.dice.roll(2) == 0;
                self.desk.bench.borrow_mut().is_broken = is_broken;
            }
            46 => self.open_settings(),
            47 => self.hold(),
            48 => self.restart(),
            49 => self.go_away(),
            50 | 51 => self.log_in_from_elsewhere(),
            _ => self.calm_down(),
        }
    }

    fn press(&mut self, keys: &str) {
        for key in keys.split(' ') {
            self.service.keys += 1;
            self.desk.press(key);
            self.settle();
        }
    }

    /// Holds a key for a while, or has its release lost.
    fn hold(&mut self) {
        self.service.keys += 1;
        let (key, time) = (self.dice.of(&HELD), self.dice.of(&[None, Some(300), Some(1_200), Some(4_000)]));
        self.desk.hold(key, time);
        self.service.now += time.unwrap_or(0);
        if time.is_none() {
            self.held_until = self.service.now + HELD_ON;
        }
        self.settle();
    }

    fn is_on(&self, screen: &str) -> bool {
        self.desk.app().screen_name() == screen
    }

    /// Logs in, or takes over from whoever is logged in.
    fn log_in(&mut self) {
        if self.is_on("idle") {
            let is_taken = self.desk.picture().state().split(", ").any(|mark| mark == "user");
            self.press(if is_taken { "soft3 2" } else { "soft1" });
            if self.is_on("take over") {
                self.press("soft1");
            }
        }
        let (key, _) = self.dice.of(&USERS);
        self.type_login(key);
    }

    /// Logs in who is logged in on another phone, perhaps with somebody else here, and logs out there. That says nothing of
    /// who is here, whatever becomes of the login.
    fn log_in_from_elsewhere(&mut self) {
        let here = self.service.user_here();
        let (key, user) = self.dice.of(&USERS);
        self.service.log_in(ELSEWHERE, user);
        if self.is_on("idle") {
            self.press(if here.is_some() { "soft3 2" } else { "soft1" });
            if self.is_on("take over") {
                self.press("soft1");
            }
        }
        self.fates = [Fate::Answered, Fate::Answered].into();
        self.type_login(key);
        for _ in 0..3 {
            if self.is_on("logged in elsewhere") {
                self.fates = [Fate::Answered, Fate::Refused { code: "12", carried_out: false }].into();
                self.press("soft1");
                break;
            }
            self.fates.push_back(Fate::Answered);
            self.press("select");
        }
        self.fates.clear();
    }

    /// Types a user and a PIN, mostly the right one. The PIN goes into its field alone: as a user ID it is no secret.
    fn type_login(&mut self, key: &str) {
        for _ in 0..3 {
            let picture = self.desk.picture();
            if !self.is_on("log in form") || !picture.row(2).is_empty() || !self.asks_for_the_user_id() {
                return;
            }
            if picture.row(0).contains("abc") {
                self.press(&format!("{key} down"));
                if self.dice.roll(8) == 0 {
                    self.press("1");
                }
                self.type_digits(PIN);
                return self.press("select");
            }
            self.press("#");
        }
    }

    fn type_digits(&mut self, digits: &str) {
        for digit in digits.chars() {
            self.press(&digit.to_string());
        }
    }

    /// Whether keys go to the user ID: the title bar says what they give.
    fn asks_for_the_user_id(&self) -> bool {
        let title = self.desk.picture().row(0);
        ["abc", "ABC", "123"].iter().any(|mode| title.split(' ').any(|word| word == *mode))
    }

    /// Goes to a line of the menu, counted from its end.
    fn choose_in_menu(&mut self, from_end: usize) {
        if !self.is_on("idle") {
            return;
        }
        self.press("soft3 down down down down down down down");
        for _ in 0..from_end {
            self.press("up");
        }
        self.press("select");
    }

    /// Opens the settings, mostly with the right code.
    fn open_settings(&mut self) {
        self.choose_in_menu(1);
        if self.is_on("admin code") {
            let code = self.dice.of(&[ADMIN_CODE, ADMIN_CODE, WRONG_CODE]);
            self.type_digits(code);
            self.press("select");
        }
        if self.is_on("settings") {
            let line = self.dice.of(&["1 2", "1 1", "2 1", "3 2", "4 1", "4 3", "5", "6", "7 soft1"]);
            self.press(line);
        }
    }

    fn restart(&mut self) {
        self.choose_in_menu(0);
        if self.is_on("restart confirm") {
            self.press("soft1");
        }
    }

    /// The cable or the DHCP server goes or comes, with another address.
    fn change_network(&mut self) {
        let states =
            [NetworkState::NoLink, NetworkState::NoAddress, NetworkState::Ready, NetworkState::Ready];
        let (state, last) = (self.dice.of(&states), u8::try_from(self.dice.roll(250)).unwrap());
        {
            let mut wire = self.desk.wire.borrow_mut();
            if let Some(address) = &mut wire.address {
                address.address = std::net::Ipv4Addr::new(10, 0, 0, last);
            }
            wire.set_state(state);
        }
        self.settle();
    }

    fn calm_down(&mut self) {
        {
            let mut wire = self.desk.wire.borrow_mut();
            for name in ["a", "b"] {
                wire.set_host(name, Host::Accepts);
            }
            wire.takes = None;
            wire.set_state(NetworkState::Ready);
        }
        self.settle();
    }

    /// Somebody logs in or out without this phone, or changes a profile.
    fn happen_elsewhere(&mut self) {
        let (_, user) = self.dice.of(&USERS);
        let here = self.service.user_here();
        match self.dice.roll(5) {
            0 => drop(self.service.logins.remove(DEVICE)),
            1 => drop(self.service.logins.remove(ELSEWHERE)),
            2 => self.service.log_in(DEVICE, user),
            3 => self.service.log_in(ELSEWHERE, user),
            _ => self.service.is_renamed = !self.service.is_renamed,
        }
        // The phone cannot know it yet.
        self.service.was_touched |= here != self.service.user_here();
    }

    fn pass(&mut self, milliseconds: u64) {
        let end = self.service.now + milliseconds;
        while self.service.now < end {
            // A held key acts every 100 ms, and once in a step.
            let is_held = self.service.now < self.held_until;
            let step = if milliseconds < 10_000 || is_held { 100 } else { 500 };
            self.desk.skip(step);
            self.service.now += step;
            self.settle();
        }
    }

    /// Lets phone and service talk as long as they have something to say. No screen outlasts its time.
    fn settle(&mut self) {
        self.talk();
        let stands = (self.desk.app().screen_name(), self.service.keys);
        if stands != (self.stands.0, self.stands.1) {
            self.stands = (stands.0, stands.1, self.service.now);
        }
        let stood = self.service.now - self.stands.2;
        if lasts(stands.0).is_some_and(|time| stood > time + HELD_ON) {
            self.fail(&format!("{} stays for {stood} ms", stands.0));
        }
    }

    fn talk(&mut self) {
        self.desk.settle();
        let Self { service, dice, desk, is_calm, fates, .. } = self;
        for _ in 0..50 {
            let fate = || match fates.pop_front() {
                _ if *is_calm => Fate::Answered,
                Some(fate) => fate,
                None => fate(dice),
            };
            if !service.serve(&mut desk.wire.borrow_mut(), fate) {
                return;
            }
            desk.settle();
        }
        self.fail("the phone asks and asks");
    }

    /// What the screen says has happened, has.
    fn look(&mut self) {
        let screen = self.desk.app().screen_name();
        let is_new = screen != std::mem::replace(&mut self.screen, screen);
        if self.service.is_settled() {
            self.must_not_lie();
        }
        if is_new && !self.service.was_touched && ["idle", "logged in", "logged out"].contains(&screen) {
            self.must_tell_the_truth();
        }
        if is_new && WITHOUT_A_PIN.contains(&screen) {
            self.must_have_forgotten(PIN);
        }
        if is_new && screen != "admin code" {
            self.must_have_forgotten(WRONG_CODE);
        }
    }

    /// No mark in the title bar says what is not so, on any screen.
    fn must_not_lie(&self) {
        let (state, here) = (self.desk.picture().state(), self.service.user_here());
        let lie = if here.is_some() { "nobody" } else { "user" };
        if state.split(", ").any(|mark| mark == lie) {
            self.fail(&format!("the title bar says {state}, the service has {here:?} logged in"));
        }
    }

    /// Who is logged in is what the service has, or not known. On a dark display nothing is said.
    fn must_tell_the_truth(&self) {
        let picture = self.desk.picture();
        let (state, here) = (picture.state(), self.service.user_here());
        let says = |mark: &str| state.split(", ").any(|there| there == mark);
        let is_true = match here {
            // It tells of another phone, and names nobody who is here.
            Some(_) if says("user") && self.is_on("logged out") && self.has_logged_out_elsewhere() => true,
            Some(user) if says("user") => {
                (1..5).any(|row| picture.row(row).split([' ', ',']).any(|word| word == user))
            }
            Some(_) => !says("nobody"),
            None => !says("user"),
        };
        if !is_true {
            self.fail(&format!("the service has {here:?} logged in"));
        }
    }

    /// Whether the last log-out that was asked for is that of another phone.
    fn has_logged_out_elsewhere(&self) -> bool {
        let wire = self.desk.wire.borrow();
        let mut requests = wire.lines.iter().rev().filter(|line| line.is_whole()).map(|line| line.request());
        requests
            .find(|request| request.starts_with("logout "))
            .is_some_and(|request| request.contains(ELSEWHERE))
    }

    /// Goes away. The phone comes back to its first screen while everything fails as before.
    fn go_away(&mut self) {
        self.pass(LEFT_ALONE);
        self.must_be_idle();
    }

    /// Goes away for good. The phone comes to the truth once nothing fails any more.
    fn leave(&mut self) {
        self.go_away();
        self.is_calm = true;
        self.calm_down();
        self.pass(POLLED);
        // Whoever comes lights the display, and reads what the phone has found out by itself.
        let settings = self.desk.bench.borrow().settings.clone().unwrap_or_default();
        let polls = !["0", "15", "60", "240"]
            .iter()
            .any(|minutes| settings.contains(&format!("pollMinutes = {minutes}\n")));
        self.press("right");
        if !polls {
            // The phone was asleep, so the key has it ask.
            self.pass(100);
        }
        self.must_be_idle();
        if self.has_app_user {
            let is_known = !self.desk.picture().state().split(", ").any(|mark| mark == "unknown");
            if !is_known {
                self.fail("the phone does not find out who is logged in");
            }
            self.must_tell_the_truth();
        }
        self.must_have_forgotten(PIN);
        self.must_have_forgotten(WRONG_CODE);
    }

    fn must_have_forgotten(&self, digits: &str) {
        let places = self.desk.remembers(digits);
        if !places.is_empty() {
            let what = if digits == PIN { "PIN" } else { "admin code" };
            self.fail(&format!("the {what} is in {places:?}"));
        }
    }

    fn must_be_idle(&self) {
        // A phone that was restarted waits for its network.
        let waits_for_network = self.is_on("starting") && !self.is_calm;
        if !self.is_on("idle") && !waits_for_network {
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
    match dice.roll(80) {
        0 | 1 => Fate::Lost { carried_out: true },
        2 | 3 => Fate::Lost { carried_out: false },
        4 | 5 => Fate::Silent { carried_out: true },
        6 | 7 => Fate::Silent { carried_out: false },
        8..=10 => Fate::Veiled(dice.of(&VEILED)),
        11 => Fate::Denied(dice.of(&DENIED)),
        12 => Fate::Cut { after: dice.roll(200), end: dice.of(&[End::Closed, End::Reset]) },
        13 => Fate::Flooded,
        14..=17 => Fate::Refused { code: "26", carried_out: false },
        18..=20 => {
            let code = dice.of(&["0", "6", "7"]);
            Fate::Refused { code, carried_out: dice.roll(2) == 0 }
        }
        21 => Fate::Refused {
            code: dice.of(&["3", "10", "12", "18", "25", "27", "41", "9999"]),
            carried_out: false,
        },
        22..=25 => Fate::TurnedAway,
        26..=33 => Fate::Late(dice.of(&[300, 1_500, 4_000, 9_000, 15_000])),
        _ => Fate::Answered,
    }
}
