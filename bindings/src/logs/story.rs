//! One login or logout while its lines come in, and what is told of it in the end. It must never hold a text that is not
//! masked: names come in through [`super::mask`].

use serde_json::{Value, json};

use super::cause::{self, Cause};
use super::time::{Millis, SECOND, written};

/// A line of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct At {
    pub(super) source: u32,
    pub(super) line: u64,
}

/// What a line proves. The first half are steps: the time since the step before is how long one took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    FormAsked,
    FormSent,
    LoginAsked,
    UserFound,
    Authenticated,
    ProfilesRead,
    ProfileChosen,
    EmccAsked,
    HomeFound,
    HomeDone,
    ServiceDone,
    LogoutAsked,
    Done,
    Registered,
    // Not steps
    Status,
    Parsing,
    Executing,
    NotTrusted,
    UserUnknown,
    FindingHome,
    Modes,
    PinAccepted,
    PinRefused,
    Inactive,
    DirectoryFailed,
    PinMustChange,
    DeviceInfo,
    DeviceUnknown,
    Blank,
    AutoLogout,
    HomeLogin,
    Code,
}

impl Mark {
    /// Returns what took the time until this mark; `None` for the first one and for what is no step.
    fn step(self) -> Option<&'static str> {
        match self {
            Self::FormSent => Some("page"),
            Self::LoginAsked | Self::LogoutAsked => Some("person"),
            Self::UserFound => Some("user"),
            Self::Authenticated => Some("pin"),
            Self::ProfilesRead => Some("profiles"),
            Self::ProfileChosen => Some("choice"),
            Self::EmccAsked => Some("emcc"),
            Self::HomeFound => Some("homeCluster"),
            Self::HomeDone => Some("homeLogin"),
            Self::ServiceDone => Some("service"),
            Self::Done => Some("answer"),
            Self::Registered => Some("registration"),
            _ => None,
        }
    }

    fn is_asked(self) -> bool {
        matches!(self, Self::FormAsked | Self::LoginAsked | Self::LogoutAsked | Self::ProfileChosen)
    }

    fn is_step(self) -> bool {
        self.step().is_some() || self == Self::FormAsked
    }
}

/// Where a story stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// A request has begun, and its parameters are not known.
    Started,
    /// The login page or the question whether to log out was asked for.
    AskedPage,
    AskedLogin,
    AskedLogout,
    /// The page was sent; the person types.
    PageShown,
    /// Several profiles are shown; the person chooses.
    MenuShown,
    /// Done; the phone is to register again.
    Done,
    /// Lines of the service that belong to no request of the login application so far.
    Service,
}

/// Whether the phone registered again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Registered {
    Yes,
    No,
    /// No trace of the call manager covers the time.
    Unknown,
}

/// How a story ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Done,
    Failed,
    /// The person did not go on.
    Abandoned,
    /// The trace ends before, or too many stories were open.
    Unfinished,
}

impl Outcome {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Abandoned => "abandoned",
            Self::Unfinished => "unfinished",
        }
    }
}

/// How many numbers, profiles and lines of a story are kept.
const KEPT: usize = 16;

/// A login or logout, as far as its lines tell it.
pub(super) struct Story {
    /// Tells it from another story at the same place.
    pub(super) serial: u64,
    pub(super) state: State,
    pub(super) at: At,
    pub(super) began: Millis,
    pub(super) last: Millis,
    pub(super) due: Millis,
    pub(super) lines: u64,
    pub(super) device: Option<String>,
    pub(super) user: Option<String>,
    /// What was typed, where it is not the user's ID: an extension, a self-service ID.
    pub(super) typed_blank: bool,
    pub(super) profiles: Vec<String>,
    pub(super) has_no_profile: bool,
    pub(super) address: Option<String>,
    pub(super) login_type: Option<String>,
    /// The phone says that it can do EMCC.
    pub(super) is_emcc: bool,
    pub(super) is_token: bool,
    /// The login application read the request: its trace is there.
    pub(super) has_app: bool,
    /// The service's lines are there.
    pub(super) has_service: bool,
    pub(super) is_logout: bool,
    pub(super) is_automatic: bool,
    /// The lines of the authentication on its thread are of somebody else.
    pub(super) is_foreign: bool,
    /// Who the service says is on the phone.
    pub(super) current_user: Option<String>,
    pub(super) is_not_enabled: bool,
    pub(super) home: Option<String>,
    pub(super) modes: Option<(String, String)>,
    /// When the service wrote its last line since it found the home cluster, and the longest gap.
    pub(super) home_last: Option<Millis>,
    pub(super) home_gap: Millis,
    pub(super) code: Option<u16>,
    pub(super) text: Option<String>,
    pub(super) logout_at: Option<Millis>,
    pub(super) cached: Option<i64>,
    pub(super) app_numbers: Vec<u32>,
    pub(super) service_numbers: Vec<u32>,
    /// Each kind once, the first time that it was seen, in the order of the lines.
    pub(super) marks: Vec<(Mark, Millis, At)>,
    /// Where the maps name it: threads as (hash, group).
    pub(super) threads: Vec<(u64, u32)>,
}

impl Story {
    pub(super) fn new(serial: u64, state: State, at: At, began: Millis) -> Self {
        Self {
            serial,
            state,
            at,
            began,
            last: began,
            due: began,
            lines: 0,
            device: None,
            user: None,
            typed_blank: false,
            profiles: Vec::new(),
            has_no_profile: false,
            address: None,
            login_type: None,
            is_emcc: false,
            is_token: false,
            has_app: false,
            has_service: false,
            is_logout: false,
            is_automatic: false,
            is_foreign: false,
            current_user: None,
            is_not_enabled: false,
            home: None,
            modes: None,
            home_last: None,
            home_gap: 0,
            code: None,
            text: None,
            logout_at: None,
            cached: None,
            app_numbers: Vec::new(),
            service_numbers: Vec::new(),
            marks: Vec::new(),
            threads: Vec::new(),
        }
    }

    pub(super) fn mark(&mut self, mark: Mark, time: Millis, at: At) {
        if !self.has(mark) {
            self.marks.push((mark, time, at));
        }
    }

    pub(super) fn has(&self, mark: Mark) -> bool {
        self.marks.iter().any(|(of, _, _)| *of == mark)
    }

    pub(super) fn when(&self, mark: Mark) -> Option<Millis> {
        self.marks.iter().find(|(of, _, _)| *of == mark).map(|(_, time, _)| *time)
    }

    pub(super) fn app_number(&mut self, number: u32) {
        keep(&mut self.app_numbers, number);
    }

    pub(super) fn service_number(&mut self, number: u32) {
        keep(&mut self.service_numbers, number);
    }

    /// Notes that the service wrote a line, to know how long the home cluster let it wait.
    pub(super) fn service_line(&mut self, time: Millis) {
        self.has_service = true;
        if let Some(last) = self.home_last {
            self.home_gap = self.home_gap.max(time - last);
            self.home_last = Some(time);
        }
    }

    /// Takes over what another story, of the same login, was told.
    pub(super) fn absorb(&mut self, other: Self) {
        self.began = self.began.min(other.began);
        self.last = self.last.max(other.last);
        self.lines += other.lines;
        self.has_service |= other.has_service;
        self.has_app |= other.has_app;
        self.is_not_enabled |= other.is_not_enabled;
        self.device = self.device.take().or(other.device);
        self.user = self.user.take().or(other.user);
        self.current_user = other.current_user.or(self.current_user.take());
        self.home = other.home.or(self.home.take());
        self.modes = other.modes.or(self.modes.take());
        self.home_last = other.home_last.or(self.home_last);
        self.home_gap = self.home_gap.max(other.home_gap);
        self.code = other.code.or(self.code);
        self.text = other.text.or(self.text.take());
        self.logout_at = other.logout_at.or(self.logout_at);
        self.cached = other.cached.or(self.cached);
        other.app_numbers.into_iter().for_each(|number| self.app_number(number));
        other.service_numbers.into_iter().for_each(|number| self.service_number(number));
        other.marks.into_iter().for_each(|(mark, time, at)| self.mark(mark, time, at));
        self.marks.sort_by_key(|(_, time, _)| *time);
    }

    /// Returns true if it tells of a login or logout, and not only of questions to the service.
    pub(super) fn is_told(&self) -> bool {
        self.has_app
            || self.is_logout
            || [
                Mark::Executing,
                Mark::ServiceDone,
                Mark::AutoLogout,
                Mark::HomeLogin,
                Mark::UserUnknown,
                Mark::EmccAsked,
                Mark::HomeFound,
            ]
            .into_iter()
            .any(|mark| self.has(mark))
    }

    /// Returns why it was not done, and whether a line tells that; and the number that a line tells, if it fits.
    pub(super) fn cause(&self) -> (Cause, bool, Option<u16>) {
        let (seen, certain) = self.seen();
        let Some(code) = self.code else { return (seen, certain, None) };
        let fits = seen.codes().iter().any(|(_, of)| *of == code);
        (if fits { seen } else { Cause::Refused }, true, Some(code))
    }

    /// Returns the cause that the sequence of lines shows.
    fn seen(&self) -> (Cause, bool) {
        if self.is_logout {
            return (Cause::LogoutNotDone, false);
        }
        if self.has_app && self.device.is_none() && (self.has(Mark::FormAsked) || self.has(Mark::LoginAsked))
        {
            return (Cause::DeviceNameMissing, true);
        }
        if self.is_token {
            return (Cause::DeviceNameToken, true);
        }
        let is_pin =
            [Mark::PinRefused, Mark::Inactive, Mark::DirectoryFailed, Mark::PinMustChange, Mark::UserUnknown]
                .into_iter()
                .any(|mark| self.has(mark));
        if self.has(Mark::Blank) && !is_pin && !self.typed_blank {
            return (Cause::BlankInServiceUrl, true);
        }
        if self.has(Mark::NotTrusted) && !self.is_cross_cluster() {
            return (Cause::CertificateNotTrusted, true);
        }
        match self.state {
            State::PageShown => return (Cause::NotFollowed, false),
            State::MenuShown => return (Cause::ProfileNotChosen, true),
            State::Started | State::AskedPage if self.has(Mark::DeviceUnknown) => {
                return (Cause::DeviceUnknown, true);
            }
            State::AskedPage if self.has(Mark::Status) => return (Cause::PageNotSent, false),
            State::Started | State::AskedPage => return (Cause::ServiceNotReached, false),
            _ => {}
        }
        if self.typed_blank {
            return (Cause::BlankUserOrPin, true);
        }
        if self.is_cross_cluster() {
            return self.seen_across();
        }
        for (mark, cause) in [
            (Mark::Inactive, Cause::InactiveInDirectory),
            (Mark::PinMustChange, Cause::PinMustChange),
            (Mark::DirectoryFailed, Cause::DirectoryFailed),
        ] {
            if self.has(mark) {
                return (cause, true);
            }
        }
        if self.has(Mark::UserUnknown) && !self.has(Mark::Authenticated) {
            return (
                if self.is_emcc { Cause::EmccNotAsked } else { Cause::UserUnknown },
                self.has_app && !self.is_emcc,
            );
        }
        let is_authenticated =
            [Mark::Authenticated, Mark::PinAccepted, Mark::ProfilesRead, Mark::ProfileChosen]
                .into_iter()
                .any(|mark| self.has(mark));
        if self.has_app && !is_authenticated {
            return (Cause::NotAuthenticated, self.has(Mark::PinRefused));
        }
        if self.has_no_profile {
            return (Cause::NoProfile, true);
        }
        if self.has(Mark::DeviceUnknown) {
            return (Cause::DeviceUnknown, true);
        }
        if self.is_not_enabled {
            return (Cause::DeviceNotEnabled, true);
        }
        let is_other = |current: &String| self.user.as_ref().is_some_and(|user| !same(user, current));
        if self.current_user.as_ref().is_some_and(is_other) {
            return (Cause::DeviceInUse, true);
        }
        (Cause::ServiceRefused, false)
    }

    /// Returns the cause of a login across clusters.
    fn seen_across(&self) -> (Cause, bool) {
        if self.has(Mark::NotTrusted) {
            return (Cause::HomeClusterSilent, true);
        }
        let differ = self.modes.as_ref().is_some_and(|(device, home)| device != home);
        if differ {
            return (Cause::SecurityMode, false);
        }
        if !self.has(Mark::HomeFound) && !self.has(Mark::HomeLogin) {
            return (Cause::NoHomeCluster, false);
        }
        if self.has(Mark::HomeLogin) || (self.home_gap < 2 * SECOND && self.ended_at_once()) {
            return (Cause::HomeClusterRefused, false);
        }
        (Cause::HomeClusterSilent, false)
    }

    /// Returns true if the application went on soon after the service's last line, so that nothing was waited for.
    fn ended_at_once(&self) -> bool {
        self.has_app && self.home_last.is_some_and(|last| self.last > last && self.last - last < 2 * SECOND)
    }

    /// Returns the steps: what took the time, when it ended, and how long it took.
    pub(super) fn steps(&self) -> Vec<(&'static str, Millis, Millis)> {
        let mut steps = Vec::new();
        let mut before = self.began;
        for (at, (mark, time, _)) in self.marks.iter().filter(|(mark, _, _)| mark.is_step()).enumerate() {
            // What the person asked for first is the beginning.
            let is_first = at == 0 && mark.is_asked();
            if let Some(step) = mark.step().filter(|_| !is_first) {
                steps.push((step, *time, time - before));
            }
            before = *time;
        }
        steps
    }

    /// Returns how long the person waited for the programs, in milliseconds.
    fn waited(&self) -> Millis {
        let is_waiting = |step: &&str| !matches!(*step, "person" | "choice" | "registration");
        self.steps().iter().filter(|(step, _, _)| is_waiting(step)).map(|(_, _, took)| took).sum()
    }

    /// Writes it as one object. `line` writes a place.
    pub(super) fn written(
        &self,
        outcome: Outcome,
        registered: Registered,
        causes: &[Cause],
        line: &dyn Fn(At) -> String,
    ) -> Value {
        let (cause, certain, code) = self.cause();
        let causes: Vec<Value> = causes
            .iter()
            .map(|of| {
                let is_main = *of == cause;
                let lines: Vec<String> = self.evidence(*of).into_iter().map(line).collect();
                cause::written(
                    *of,
                    certain || !is_main,
                    code.filter(|_| is_main),
                    self.is_cross_cluster(),
                    &lines,
                )
            })
            .collect();
        let steps: Vec<Value> = self
            .steps()
            .into_iter()
            .map(|(step, at, took)| json!({"step": step, "at": written(at), "seconds": seconds(took)}))
            .collect();
        let by = match (self.has_app, self.is_automatic) {
            (_, true) => "automatic",
            (true, false) => "person",
            (false, false) => "application",
        };
        let profile = self.profiles.first().filter(|_| self.profiles.len() == 1);
        json!({
            "kind": if self.is_logout { "logout" } else { "login" },
            "result": outcome.name(),
            "by": by,
            "device": self.device,
            "user": self.user,
            "profile": profile,
            "address": self.address,
            "loginType": self.login_type,
            "crossCluster": self.is_cross_cluster(),
            "homeCluster": self.home,
            "began": written(self.began),
            "ended": written(self.last),
            "seconds": seconds(self.waited()),
            "steps": steps,
            "registered": match registered {
                Registered::Yes => Value::Bool(true),
                Registered::No => Value::Bool(false),
                Registered::Unknown => Value::Null,
            },
            "code": self.shown_code(outcome),
            "causes": causes,
            "text": self.text,
            "logoutAt": self.logout_at.map(written),
            "cachedSeconds": self.cached.map(seconds),
            "securityModes": self.modes.as_ref().map(|(device, home)| json!({"device": device, "home": home})),
            "requests": {"emapp": self.app_numbers, "emservice": self.service_numbers},
            "lines": self.lines,
            "line": line(self.at),
        })
    }

    pub(super) fn is_cross_cluster(&self) -> bool {
        [Mark::EmccAsked, Mark::FindingHome, Mark::HomeFound, Mark::HomeLogin]
            .into_iter()
            .any(|mark| self.has(mark))
    }

    /// Writes the number inside, the one that the phone shows, and whether a line tells it. Null where several fit.
    fn shown_code(&self, outcome: Outcome) -> Value {
        if matches!(outcome, Outcome::Done | Outcome::Abandoned) {
            return Value::Null;
        }
        let (cause, _, code) = self.cause();
        let row = match code {
            Some(code) => cause::row(code, self.is_cross_cluster()),
            None if cause.codes().len() == 1 => cause::first_code(cause),
            None => return Value::Null,
        };
        let Some(number) = code.or(row.and_then(hotdesk_core::codes::Row::number)) else {
            return Value::Null;
        };
        let shown = row.and_then(|row| row.shown_as()).unwrap_or(number);
        json!({"number": number, "shown": shown, "logged": code.is_some()})
    }

    /// Returns the lines that show a cause.
    fn evidence(&self, cause: Cause) -> Vec<At> {
        let marks: &[Mark] = match cause {
            Cause::Refused => &[Mark::Code],
            Cause::DeviceNameMissing | Cause::DeviceNameToken => &[Mark::FormAsked, Mark::LoginAsked],
            Cause::BlankInServiceUrl => &[Mark::Blank],
            Cause::DeviceUnknown => &[Mark::DeviceUnknown],
            Cause::CertificateNotTrusted => &[Mark::NotTrusted],
            Cause::ServiceNotReached => &[Mark::FormAsked],
            Cause::PageNotSent => &[Mark::Status],
            Cause::NotFollowed => &[Mark::FormSent],
            Cause::ProfileNotChosen | Cause::NoProfile => &[Mark::ProfilesRead],
            Cause::BlankUserOrPin => &[Mark::LoginAsked],
            Cause::NotAuthenticated => &[Mark::LoginAsked, Mark::PinRefused],
            Cause::InactiveInDirectory => &[Mark::Inactive],
            Cause::DirectoryFailed => &[Mark::DirectoryFailed],
            Cause::PinMustChange => &[Mark::PinMustChange],
            Cause::UserUnknown | Cause::EmccNotAsked => &[Mark::UserUnknown],
            Cause::NoHomeCluster => &[Mark::EmccAsked, Mark::FindingHome],
            Cause::HomeClusterSilent | Cause::HomeClusterRefused => {
                &[Mark::HomeFound, Mark::HomeLogin, Mark::NotTrusted]
            }
            Cause::SecurityMode => &[Mark::Modes],
            Cause::DeviceInUse | Cause::DeviceNotEnabled => &[Mark::DeviceInfo, Mark::Status],
            Cause::ServiceRefused => &[Mark::Authenticated, Mark::Parsing, Mark::Executing],
            Cause::LogoutNotDone => &[Mark::LogoutAsked],
            Cause::NotRegistered => &[Mark::Done, Mark::ServiceDone],
        };
        let all = marks.iter().chain(&[Mark::Code]);
        let found = all.filter_map(|mark| self.marks.iter().find(|(of, _, _)| of == mark));
        let mut lines: Vec<At> = found.map(|(_, _, at)| *at).collect();
        lines.dedup();
        lines
    }
}

fn keep(numbers: &mut Vec<u32>, number: u32) {
    if numbers.len() < KEPT && !numbers.contains(&number) {
        numbers.push(number);
    }
}

/// Compares names of users and devices as the call manager does: without regard to case.
pub(super) fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
        || one.chars().flat_map(char::to_lowercase).eq(other.chars().flat_map(char::to_lowercase))
}

pub(super) fn seconds(millis: Millis) -> Value {
    json!(millis as f64 / 1000.0)
}
