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
    /// Carried out. The connection ends behind so many bytes of the answer.
    Cut {
        after: usize,
        end: End,
    },
    /// Nothing comes back.
    Silent {
        carried_out: bool,
    },
    /// Carried out, under a status or with a document that says nothing.
    Veiled(&'static str),
    /// Carried out, under a status that says that it was not.
    Denied(&'static str),
    /// A failure with this code, after the request was carried out or instead of that.
    Refused {
        code: &'static str,
        carried_out: bool,
    },
    /// Carried out, with an answer that is longer than the phone's memory.
    Flooded,
    /// Not carried out, as its status says.
    TurnedAway,
}

/// The codes after which a service may have done what was asked.
const OPEN: [&str; 3] = ["0", "6", "7"];

/// A request that is being worked on.
struct Work {
    line: usize,
    request: String,
    at: u64,
}

pub(crate) struct Service {
    /// Who is logged in, by device.
    pub(crate) logins: BTreeMap<&'static str, &'static str>,
    /// Somebody else than the phone has changed that since an answer told the phone, or a request was carried out late.
    pub(crate) was_touched: bool,
    pub(crate) now: u64,
    /// Keys pressed so far.
    pub(crate) keys: usize,
    /// A profile has another name than before.
    pub(crate) is_renamed: bool,
    /// Of two who are in the way of a login, it names the one on another phone.
    pub(crate) sees_elsewhere_first: bool,
    seen: usize,
    works: Vec<Work>,
    /// When logins for a time end, by device.
    ends: BTreeMap<&'static str, u64>,
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
            is_renamed: false,
            sees_elsewhere_first: false,
            seen: 0,
            works: Vec::new(),
            ends: BTreeMap::new(),
            open: None,
        }
    }

    /// Whether the phone has heard what became of all that it asked.
    pub(crate) fn is_settled(&self) -> bool {
        self.open.is_none() && self.works.is_empty() && !self.was_touched
    }

    pub(crate) fn user_here(&self) -> Option<&'static str> {
        self.logins.get(DEVICE).copied()
    }

    /// Serves what was asked since the last time; `fate` says what becomes of each request. Says whether there was anything.
    pub(crate) fn serve(&mut self, wire: &mut Wire, mut fate: impl FnMut() -> Fate) -> bool {
        self.end_logins();
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
        let loses = match fate {
            Fate::Answered | Fate::TurnedAway => false,
            // The phone has to believe it.
            Fate::Denied(_) => false,
            Fate::Refused { code, .. } => OPEN.contains(&code),
            _ => true,
        };
        if is_change && loses {
            self.open = Some((bare, self.keys));
        } else if fate == Fate::Answered {
            self.open = None;
        }
        match fate {
            Fate::Answered => {
                let document = self.carry_out(request);
                if !wire.lines[line].gone {
                    self.was_touched &= !tells_who(request, &document);
                }
                self.answer(line, &whole(&document), wire);
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
            Fate::Cut { after, end } => {
                let answer = self.http(request);
                self.send(line, &answer[..after.min(answer.len() - 1)], end, wire);
            }
            Fate::Denied(bytes) => {
                self.carry_out(request);
                self.was_touched = true;
                self.answer(line, bytes.as_bytes(), wire);
            }
            Fate::Refused { code, carried_out } => {
                if carried_out {
                    self.carry_out(request);
                }
                let text = "&lt;text&gt; of any length, even of many words";
                self.answer(line, &whole(&answers::failure(code, text)), wire);
            }
            Fate::Flooded => {
                let document =
                    self.carry_out(request).replace("<response>", &format!("<response>{:9000}", ""));
                self.answer(line, &whole(&document), wire);
            }
            Fate::TurnedAway => {
                self.answer(line, b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", wire);
            }
        }
    }

    /// Somebody logs in, who is logged in once at most.
    pub(crate) fn log_in(&mut self, device: &'static str, user: &'static str) {
        if self.logins.values().all(|there| *there != user) {
            self.logins.insert(device, user);
            self.ends.remove(device);
        }
    }

    /// Logs out whose time is over.
    fn end_logins(&mut self) {
        let Self { ends, logins, now, was_touched, .. } = self;
        ends.retain(|device, end| {
            let goes_on = *end > *now;
            if !goes_on {
                *was_touched |= logins.remove(device).is_some();
            }
            goes_on
        });
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
        self.send(line, bytes, End::Closed, wire);
    }

    fn send(&self, line: usize, bytes: &[u8], end: End, wire: &mut Wire) {
        if line + 1 == wire.lines.len() && !wire.lines[line].gone {
            wire.answer([bytes]);
            wire.end(end);
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
            ["login", name, user, ref wish @ ..] => {
                let Some(user) = person.filter(|person| *person == user) else {
                    return answers::failure("10", "");
                };
                let device = device(name);
                let profile = wish.split_first().filter(|(word, _)| **word == "with");
                let profile = profile.and_then(|(_, rest)| rest.first());
                if profile.is_some_and(|profile| !self.profiles(user).contains(&profile.to_string())) {
                    return answers::failure("12", "");
                }
                let minutes = wish.iter().find_map(|word| word.strip_prefix("Minutes(")?.strip_suffix(')'));
                let is_elsewhere =
                    self.logins.iter().any(|(other, there)| *other != device && *there == user);
                match self.logins.get(device) {
                    _ if is_elsewhere && self.sees_elsewhere_first => answers::failure("25", ""),
                    Some(there) if *there != user => answers::failure("18", ""),
                    _ if is_elsewhere => answers::failure("25", ""),
                    _ => {
                        self.logins.insert(device, user);
                        match minutes {
                            Some(minutes) => {
                                let end = self.now + 60_000 * minutes.parse::<u64>().unwrap();
                                self.ends.insert(device, end);
                            }
                            None => drop(self.ends.remove(device)),
                        }
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
            ["deviceProfileQuery", user] => {
                let mut names = self.profiles(user);
                if let Some(name) = names.get_mut(1) {
                    name.push('*');
                }
                answers::profiles(user, &names)
            }
            _ => panic!("no such request: {request}"),
        }
    }
}

impl Service {
    /// The profiles of a user: three, more than a phone keeps, one for the others.
    fn profiles(&self, user: &str) -> Vec<String> {
        let second = if self.is_renamed { "Praha" } else { "Paris" };
        match user {
            "a" => ["Berlin", second, "Rome"].map(str::to_owned).to_vec(),
            "g" => (1..60).map(|number| format!("{second}{number:02}")).collect(),
            _ => vec!["Berlin".to_owned()],
        }
    }
}

/// Whether whoever reads the answer knows who is logged in on the phone.
fn tells_who(request: &str, document: &str) -> bool {
    let is_about_it = request.contains(DEVICE);
    is_about_it
        && (document == answers::SUCCESS
            || ["deviceUserResults", "code=\"19\""].iter().any(|word| document.contains(word)))
}

fn whole(document: &str) -> Vec<u8> {
    answers::http(document.as_bytes(), Framing::Length)
}
