//! Lines of the service and of its cross-cluster part, and the XML of both programs.

use super::{Incoming, Joiner, NEAR, ON_TIME, Role};
use crate::logs::Lines;
use crate::logs::mask::{bounded, hidden, masked};
use crate::logs::sentence::{self, Event, Hint};
use crate::logs::story::{Mark, State, Story, same};
use crate::logs::time::{Millis, SECOND};

impl Joiner {
    pub(super) fn service(&mut self, line: Incoming, event: Event<'_>, is_home: bool, lines: &Lines<'_>) {
        match event {
            Event::ServiceRequest(number) => {
                if let Some(on) = line.current {
                    self.leave(line.thread, line.group);
                    match on.role {
                        Role::App => self.is_answered(on.story, lines),
                        Role::Service => self.service_ended(on.story, lines),
                    }
                }
                let at = self.add(State::Service, line, Role::Service, lines);
                self.with(at, |story| story.service_number(number));
            }
            Event::Parsing => self.service_mark(line, None, None, Mark::Parsing, lines),
            Event::ExecutingLogin => self.service_mark(line, None, None, Mark::Executing, lines),
            Event::ExecutingLogout(device) => {
                let at = self.service_story(line, device, None, lines);
                self.with(at, |story| {
                    story.is_logout |= story.state == State::Service;
                    story.mark(Mark::Executing, line.time, line.at);
                });
            }
            Event::LoginDone(device) => self.service_done(line, device, false, lines),
            Event::LogoutDone(device) => self.service_done(line, device, true, lines),
            Event::Device(device) => {
                let _ = self.service_story(line, Some(device), None, lines);
            }
            Event::User(user) => {
                let _ = self.service_story(line, None, Some(user), lines);
            }
            Event::UnknownUser(user) => self.service_mark(line, None, Some(user), Mark::UserUnknown, lines),
            Event::EmccReceived(user) => {
                let _ = self.service_story(line, None, Some(user), lines);
            }
            Event::FindingHome(user) => self.service_mark(line, None, Some(user), Mark::FindingHome, lines),
            Event::VisitingLogin(user) => self.service_mark(line, None, Some(user), Mark::HomeDone, lines),
            Event::HomeFound(user, url) => {
                let at = self.service_story(line, None, Some(user), lines);
                let url = masked(url);
                self.with(at, |story| {
                    story.mark(Mark::HomeFound, line.time, line.at);
                    story.home = Some(url);
                    story.home_last = Some(line.time);
                });
            }
            Event::HomeReceived(user) => self.service_mark(line, None, Some(user), Mark::HomeLogin, lines),
            Event::HomeLogin(user) => {
                let at = self.service_story(line, None, Some(user), lines);
                self.with(at, |story| {
                    // The home cluster's part is done; the visited one goes on.
                    if is_home && !story.has_app {
                        story.mark(Mark::ServiceDone, line.time, line.at);
                    }
                });
            }
            Event::SecurityModes(device, home) => {
                let at = self.service_story(line, None, None, lines);
                let modes = (masked(device), masked(home));
                self.with(at, |story| {
                    story.mark(Mark::Modes, line.time, line.at);
                    story.modes = Some(modes);
                });
            }
            Event::AutoLogout(device, seconds) => {
                let when = line.time.saturating_add(seconds.saturating_mul(SECOND));
                let at = self.service_story(line, Some(device), None, lines);
                self.with(at, |story| {
                    story.mark(Mark::AutoLogout, line.time, line.at);
                    story.logout_at = Some(when);
                });
                self.schedule(device, when);
            }
            Event::Cached(app, left) => {
                self.summary.cached(&masked(app), left);
                if let Some(on) = line.current {
                    self.with(on.story, |story| story.cached = Some(left));
                }
            }
            Event::DeviceInfo(current, is_off) => {
                if let Some(on) = line.current {
                    let current = current.map(masked);
                    self.with(on.story, |story| {
                        story.mark(Mark::DeviceInfo, line.time, line.at);
                        story.current_user = current;
                        story.is_not_enabled = is_off;
                    });
                }
            }
            Event::Answered(text) => self.xml(line, text, lines),
            Event::Hint(hint) => self.hint(line, hint, lines),
            Event::Code(code) => self.code(line, code, lines),
            Event::Profiles(user, _) => {
                let _ = self.service_story(line, None, Some(user), lines);
            }
            Event::NotTrusted => self.app(line, event, lines),
            _ => {}
        }
        if let (Some(on), Some(number)) = (self.on_thread(line.thread, line.group), line.number) {
            self.with(on.story, |story| story.service_number(number));
        }
    }

    pub(super) fn service_mark(
        &mut self,
        line: Incoming,
        device: Option<&[u8]>,
        user: Option<&[u8]>,
        mark: Mark,
        lines: &Lines<'_>,
    ) {
        let at = self.service_story(line, device, user, lines);
        self.with(at, |story| story.mark(mark, line.time, line.at));
    }

    pub(super) fn service_done(&mut self, line: Incoming, device: &[u8], is_logout: bool, lines: &Lines<'_>) {
        let at = self.service_story(line, Some(device), None, lines);
        let hash = self.key(&masked(device));
        let when = if is_logout { self.scheduled.remove(&hash) } else { None };
        let is_alone = self.with(at, |story| {
            story.mark(Mark::ServiceDone, line.time, line.at);
            if story.state == State::Service {
                story.is_logout = is_logout;
                story.is_automatic = when.is_some_and(|when| (line.time - when).abs() <= ON_TIME);
            }
            story.state == State::Service
        });
        if is_alone == Some(true) {
            self.done(at, line.time, lines);
        }
    }

    /// Returns the story of a line of the service. It is that of a request of the application that is under way, by phone
    /// or user; else one of its own.
    pub(super) fn service_story(
        &mut self,
        line: Incoming,
        device: Option<&[u8]>,
        user: Option<&[u8]>,
        lines: &Lines<'_>,
    ) -> usize {
        let device = device.map(<[u8]>::trim_ascii).filter(|device| !device.is_empty());
        let user = user.map(<[u8]>::trim_ascii).filter(|user| !user.is_empty());
        let mut current = line.current;
        if let Some(on) = current.filter(|on| on.role == Role::App && line.is_service) {
            // The application's request has ended, and the first line of the service's is missing.
            self.leave(line.thread, line.group);
            self.is_answered(on.story, lines);
            current = None;
        }
        if let (Some(on), Some(device)) = (current, device) {
            // The first line of another request is missing.
            let shown = masked(device);
            let is_other = |story: &Story| story.device.as_ref().is_some_and(|of| !same(of, &shown));
            if self.story(on.story).is_some_and(is_other) {
                self.leave(line.thread, line.group);
                if on.role == Role::Service {
                    self.service_ended(on.story, lines);
                }
                current = None;
            }
        }
        let at = match current {
            Some(on) => on.story,
            None => self.add(State::Service, line, Role::Service, lines),
        };
        if let Some(device) = device {
            self.set_device(at, device);
        }
        if let Some(user) = user {
            self.set_user(at, user);
        }
        let at = self.linked(at, line.time);
        self.with(at, |story| {
            story.service_line(line.time);
            story.last = story.last.max(line.time);
        });
        at
    }

    /// Joins a story of the service to the application's, if there is one, and returns where it is then.
    pub(super) fn linked(&mut self, at: usize, time: Millis) -> usize {
        let Some(story) = self.story(at).filter(|story| story.state == State::Service) else { return at };
        let began = story.began;
        let fits = |story: &Story| {
            let is_asked = matches!(story.state, State::AskedPage | State::AskedLogin | State::AskedLogout);
            // Lines of one millisecond may come in any order.
            let is_just_done = story.state == State::Done && time - story.last <= NEAR;
            story.has_app && (is_asked || is_just_done) && story.began <= began + NEAR
        };
        let (device, user) = (story.device.clone(), story.user.clone());
        let target = match (&device, &user) {
            (Some(device), _) => self.of_device(device, fits),
            (None, Some(user)) => self.of_user(user, fits).or_else(|| {
                // The user was asked for on one thread, the login goes on on another.
                let is_near = |story: &Story| story.state == State::Service && time - story.last <= SECOND;
                self.of_user_but(user, Some(at), is_near)
            }),
            (None, None) => None,
        };
        match target {
            Some(target) if target != at => {
                self.absorb(target, at);
                target
            }
            _ => at,
        }
    }

    /// Takes a story of the service over that has the user of one of the application's, and came just before.
    pub(super) fn adopt(&mut self, at: usize, time: Millis) {
        let Some(user) = self.story(at).and_then(|story| story.user.clone()) else { return };
        let is_near = |story: &Story| story.state == State::Service && time - story.last <= NEAR;
        while let Some(other) = self.of_user_but(&user, Some(at), is_near) {
            self.absorb(at, other);
        }
    }

    pub(super) fn xml(&mut self, line: Incoming, text: &[u8], lines: &Lines<'_>) {
        let body = sentence::body(text);
        let Some(on) = line.current else {
            if let Some(code) = body.code {
                self.code(line, code, lines);
            }
            return;
        };
        if let (Some(user), Role::Service) = (body.user, on.role) {
            self.set_user(on.story, user);
        }
        if let (Some(device), Role::Service) = (body.device, on.role) {
            let _ = self.service_story(line, Some(device), None, lines);
        } else if on.role == Role::Service && body.user.is_some() {
            self.linked(on.story, line.time);
        }
        let Some(on) = self.on_thread(line.thread, line.group) else { return };
        self.with(on.story, |story| {
            if body.has_blank {
                story.mark(Mark::Blank, line.time, line.at);
            }
            if body.is_unknown {
                story.mark(Mark::DeviceUnknown, line.time, line.at);
            }
        });
        if let Some(code) = body.code {
            self.code(Incoming { current: Some(on), ..line }, code, lines);
            let error = memchr::memmem::find(text, b"<error").and_then(|at| text.get(at..)).map(hidden);
            let said = error.as_deref().and_then(|text| text.splitn(2, |byte| *byte == b'>').nth(1));
            let said = said.and_then(|text| text.split(|byte| *byte == b'<').next()).map(<[u8]>::trim_ascii);
            if let (Some(said), Some(on)) =
                (said.filter(|said| !said.is_empty()), self.on_thread(line.thread, line.group))
            {
                let said = bounded(said);
                self.with(on.story, |story| story.text = Some(said));
            }
        }
    }

    pub(super) fn code(&mut self, line: Incoming, code: u16, lines: &Lines<'_>) {
        let at = match line.current {
            Some(on) => {
                let is_alone = self.story(on.story).is_some_and(|story| {
                    story.state == State::Service && story.device.is_none() && story.user.is_none()
                });
                match self.by_time(on.story).filter(|_| is_alone) {
                    Some(target) => {
                        self.absorb(target, on.story);
                        target
                    }
                    None => on.story,
                }
            }
            None => {
                self.summary.unjoined_codes.add(lines.place(line.at));
                return;
            }
        };
        self.with(at, |story| {
            // The last one counts: a user who is unknown here may be known elsewhere.
            story.marks.retain(|(mark, _, _)| *mark != Mark::Code);
            story.mark(Mark::Code, line.time, line.at);
            story.code = Some(code);
        });
    }

    /// Returns the one request of the application that wrote its last line just before a story of the service began.
    pub(super) fn by_time(&self, at: usize) -> Option<usize> {
        let began = self.story(at)?.began;
        let mut found = None;
        for (candidate, serial, time) in self.recent.iter().rev() {
            let Some(story) = self.story(*candidate).filter(|story| story.serial == *serial) else {
                continue;
            };
            let is_asked = matches!(story.state, State::AskedPage | State::AskedLogin | State::AskedLogout);
            if !is_asked || !(0..=NEAR).contains(&(began - time)) || found == Some(*candidate) {
                continue;
            }
            if found.is_some() {
                return None;
            }
            found = Some(*candidate);
        }
        found
    }

    pub(super) fn hint(&mut self, line: Incoming, hint: Hint, lines: &Lines<'_>) {
        let mark = match hint {
            Hint::InactiveInDirectory => Mark::Inactive,
            Hint::DirectoryFailed => Mark::DirectoryFailed,
            Hint::PinMustChange => Mark::PinMustChange,
        };
        let of_thread =
            line.current.map(|on| on.story).or_else(|| self.authenticating(line.thread, line.group));
        match of_thread {
            Some(at) => {
                self.with(at, |story| story.mark(mark, line.time, line.at));
            }
            None if hint == Hint::InactiveInDirectory => self.summary.inactive.add(lines.place(line.at)),
            None => {}
        }
    }
}
