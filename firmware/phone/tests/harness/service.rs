//! A small service with a truth of its own: who is logged in where. It checks what a phone asks by that alone, and fails in
//! the ways services and networks do.

use std::collections::BTreeMap;

use super::answers::{self, Framing};
use super::network::{End, Wire};
use super::{APP_SECRET, DEVICE};

/// Users by the key that types their ID.
pub(crate) const USERS: [(&str, &str); 4] = [("2", "a"), ("3", "d"), ("4", "g"), ("5", "j")];

/// Everybody's PIN: so long that no other keys leave its digits in a memory by chance.
pub(crate) const PIN: &str = "7351902846";

/// Another phone of the same service.
pub(crate) const ELSEWHERE: &str = "SEP402CF4915265";

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Answered,
    /// Carried out and answered after so many milliseconds.
    Late(u64),
    /// The connection ends, after the request was carried out or before.
    Lost {
        carried_out: bool,
    },
    /// Nothing comes back.
    Silent {
        carried_out: bool,
    },
    /// Carried out, under a status or with a document that says nothing.
    Veiled(&'static str),
    /// Code 26.
    Busy,
    /// Not carried out, as its status says.
    TurnedAway,
}

/// A request that is being worked on.
struct Work {
    line: usize,
    request: String,
    at: u64,
}

pub(crate) struct Service {
    /// Who is logged in, by device.
    pub(crate) logins: BTreeMap<&'static str, &'static str>,
    /// Somebody else than the phone has changed that since its last request, or a request was carried out late.
    pub(crate) was_touched: bool,
    pub(crate) now: u64,
    /// Keys pressed so far.
    pub(crate) keys: usize,
    seen: usize,
    works: Vec<Work>,
    /// A change that may have been carried out without the phone having heard of it, and the keys pressed until then.
    open: Option<(String, usize)>,
}

impl Service {
    pub(crate) fn new() -> Self {
        Self {
            logins: BTreeMap::new(),
            was_touched: false,
            now: 0,
            keys: 0,
            seen: 0,
            works: Vec::new(),
            open: None,
        }
    }

    pub(crate) fn user_here(&self) -> Option<&'static str> {
        self.logins.get(DEVICE).copied()
    }

    /// Serves what was asked since the last time; `fate` says what becomes of each request. Says whether there was anything.
    pub(crate) fn serve(&mut self, wire: &mut Wire, mut fate: impl FnMut() -> Fate) -> bool {
        let mut served = self.work(wire);
        while let Some(line) = wire.lines.get(self.seen) {
            let is_last = self.seen + 1 == wire.lines.len();
            if line.is_whole() {
                let request = line.request();
                self.begin(self.seen, &request, fate(), wire);
            } else if is_last {
                break;
            }
            self.seen += 1;
            served = true;
        }
        served
    }

    fn begin(&mut self, line: usize, request: &str, fate: Fate, wire: &mut Wire) {
        let is_change = request.starts_with("login ") || request.starts_with("logout ");
        let bare = request.rsplit_once(" at ").unwrap().0.to_owned();
        if let Some((open, keys)) = &self.open
            && is_change
        {
            assert!(
                *keys != self.keys || *open != bare,
                "sent again while it may have been carried out: {open}"
            );
        }
        if is_change {
            self.was_touched = false;
        }
        let loses = !matches!(fate, Fate::Answered | Fate::Busy | Fate::TurnedAway);
        if is_change && loses {
            self.open = Some((bare, self.keys));
        } else if fate == Fate::Answered {
            self.open = None;
        }
        match fate {
            Fate::Answered => {
                let answer = self.http(request);
                self.answer(line, &answer, wire);
            }
            Fate::Late(after) => {
                self.works.push(Work { line, request: request.to_owned(), at: self.now + after });
            }
            Fate::Lost { carried_out } => {
                if carried_out {
                    self.carry_out(request);
                }
                self.answer(line, &[], wire);
            }
            Fate::Silent { carried_out } => {
                if carried_out {
                    self.carry_out(request);
                }
            }
            Fate::Veiled(bytes) => {
                self.carry_out(request);
                self.answer(line, bytes.as_bytes(), wire);
            }
            Fate::Busy => self.answer(line, &whole(&answers::failure("26", "")), wire),
            Fate::TurnedAway => {
                self.answer(line, b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", wire);
            }
        }
    }

    /// Carries out what is due.
    fn work(&mut self, wire: &mut Wire) -> bool {
        let Some(due) = self.works.iter().position(|work| work.at <= self.now) else { return false };
        let Work { line, request, .. } = self.works.remove(due);
        let is_given_up = wire.lines[line].gone;
        self.was_touched |= is_given_up;
        let answer = self.http(&request);
        self.answer(line, &answer, wire);
        true
    }

    fn answer(&self, line: usize, bytes: &[u8], wire: &mut Wire) {
        if line + 1 == wire.lines.len() && !wire.lines[line].gone {
            wire.answer([bytes]);
            wire.end(End::Closed);
        }
    }

    fn http(&mut self, request: &str) -> Vec<u8> {
        whole(&self.carry_out(request))
    }

    /// Carries a request out, and returns the document that says so.
    fn carry_out(&mut self, request: &str) -> String {
        let (what, signer) = request.split_once(" signed by ").unwrap();
        let mut signer = signer.split(' ');
        let (id, secret) = (signer.next().unwrap(), signer.next().unwrap());
        let is_app_user = id == "emphone" && secret == APP_SECRET;
        let person = USERS.iter().map(|(_, user)| *user).find(|user| *user == id && secret == PIN);
        if !is_app_user && person.is_none() {
            return answers::failure("3", "");
        }
        let words: Vec<&str> = what.split(' ').collect();
        let device = |name| if name == DEVICE { DEVICE } else { ELSEWHERE };
        match words[..] {
            ["login", name, user, ..] => {
                let Some(user) = person.filter(|person| *person == user) else {
                    return answers::failure("10", "");
                };
                let device = device(name);
                match self.logins.get(device) {
                    Some(there) if *there != user => answers::failure("18", ""),
                    _ if self.logins.iter().any(|(other, there)| *other != device && *there == user) => {
                        answers::failure("25", "")
                    }
                    _ => {
                        self.logins.insert(device, user);
                        answers::SUCCESS.to_owned()
                    }
                }
            }
            ["logout", name] => match self.logins.get(device(name)) {
                None => answers::failure("19", ""),
                Some(there) if !is_app_user && person != Some(*there) => answers::failure("10", ""),
                Some(_) => {
                    self.logins.remove(device(name));
                    answers::SUCCESS.to_owned()
                }
            },
            ["deviceUserQuery", _] if is_app_user => answers::holder(self.user_here()),
            ["deviceUserQuery", _] => answers::failure("10", ""),
            ["userDevicesQuery", user] => {
                let devices: Vec<&str> = self
                    .logins
                    .iter()
                    .filter(|(_, there)| **there == user)
                    .map(|(device, _)| *device)
                    .collect();
                answers::devices(user, &devices)
            }
            // The user with the first ID has three profiles, the others one.
            ["deviceProfileQuery", user] if user == USERS[0].1 => {
                answers::profiles(user, &["Berlin", "Paris*", "Rome"])
            }
            ["deviceProfileQuery", user] => answers::profiles(user, &["Berlin"]),
            _ => panic!("no such request: {request}"),
        }
    }
}

fn whole(document: &str) -> Vec<u8> {
    answers::http(document.as_bytes(), Framing::Length)
}
