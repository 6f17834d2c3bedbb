//! Lines of the login application.

use super::{Incoming, Joiner, LATE_REGISTRATION, PATIENCE, Role, SILENCE};
use crate::logs::Lines;
use crate::logs::mask::masked;
use crate::logs::sentence::{Event, Parameters};
use crate::logs::story::{Mark, State, Story};
use crate::logs::time::Millis;

impl Joiner {
    pub(super) fn app(&mut self, line: Incoming, event: Event<'_>, lines: &Lines<'_>) {
        match event {
            Event::AppRequest(number) => {
                if let Some(on) = line.current {
                    self.leave(line.thread, line.group);
                    self.is_answered(on.story, lines);
                }
                let at = self.add(State::Started, line, Role::App, lines);
                self.with(at, |story| {
                    story.has_app = true;
                    story.app_number(number);
                });
            }
            Event::Parameters(parameters) => self.parameters(line, &parameters, lines),
            Event::LoginStatus(device, current) => {
                let at = self.app_story(line, Some(device), None, State::AskedPage, lines);
                let current = current.map(masked);
                self.with(at, |story| {
                    story.mark(Mark::Status, line.time, line.at);
                    // Who is asked whether to log out sees no login page.
                    if current.is_some() && story.state == State::AskedPage {
                        story.mark(Mark::FormSent, line.time, line.at);
                        story.state = State::PageShown;
                        story.due = line.time + PATIENCE;
                    }
                    story.current_user = current;
                });
            }
            Event::FormSent(device) => {
                let at = self.app_story(line, Some(device), None, State::AskedPage, lines);
                self.with(at, |story| {
                    story.mark(Mark::FormSent, line.time, line.at);
                    if story.state == State::AskedPage {
                        story.state = State::PageShown;
                        story.due = line.time + PATIENCE;
                    }
                });
            }
            Event::ExistsLocally(user) => self.app_mark(line, user, Mark::UserFound, lines),
            Event::Authenticated(user) => self.app_mark(line, user, Mark::Authenticated, lines),
            Event::EmccAsked(user) => self.app_mark(line, user, Mark::EmccAsked, lines),
            Event::AppUser(user) => {
                if let Some(on) = line.current {
                    self.set_user(on.story, user);
                }
            }
            Event::Profiles(user, names) => {
                let at = self.app_story(line, None, Some(user), State::AskedLogin, lines);
                let names: Vec<String> = names
                    .split(|byte| byte.is_ascii_whitespace() || *byte == b',')
                    .filter(|name| !name.is_empty())
                    .take(16)
                    .map(masked)
                    .collect();
                self.with(at, |story| {
                    story.mark(Mark::ProfilesRead, line.time, line.at);
                    story.has_no_profile = names.is_empty();
                    story.profiles = names;
                });
            }
            Event::LoginPerformed(user, device) => self.performed(line, Some(user), device, lines),
            Event::LogoutPerformed(device) => self.performed(line, None, device, lines),
            Event::NotTrusted => {
                if let Some(on) = line.current {
                    self.with(on.story, |story| story.mark(Mark::NotTrusted, line.time, line.at));
                } else {
                    self.summary.not_trusted.add(lines.place(line.at));
                }
            }
            Event::UnknownUser(_) => {
                if let Some(on) = line.current {
                    self.with(on.story, |story| story.mark(Mark::UserUnknown, line.time, line.at));
                }
            }
            Event::Posted(text) => self.xml(line, text, lines),
            Event::Hint(hint) => self.hint(line, hint, lines),
            Event::Code(code) => self.code(line, code, lines),
            _ => {}
        }
    }

    pub(super) fn parameters(&mut self, line: Incoming, asked: &Parameters<'_>, lines: &Lines<'_>) {
        let started =
            line.current.filter(|on| self.story(on.story).is_some_and(|story| story.state == State::Started));
        let at = match (started, line.current) {
            (Some(on), _) => on.story,
            (None, current) => {
                if let Some(on) = current {
                    self.leave(line.thread, line.group);
                    self.is_answered(on.story, lines);
                }
                self.add(State::Started, line, Role::App, lines)
            }
        };
        if asked.is_cluster_info {
            // Another cluster asks about this one; nobody logs in.
            self.summary.cluster_questions += 1;
            self.remove(at);
            return;
        }
        let newest = self.story(at).map_or(0, |story| story.serial);
        let device = asked.device.map(masked);
        let before = device.as_deref().and_then(|device| {
            self.of_device(device, |story| story.has_app && story.state != State::Started)
        });
        if asked.is_refresh {
            // The page of a result loads itself once more.
            self.remove(at);
            return;
        }
        let is_login = asked.user.is_some() || asked.profile.is_some();
        if let Some(before) = before {
            // The phone asks anew, so it has its answer or has given up.
            self.is_answered(before, lines);
        }
        let before = before.filter(|before| self.story(*before).is_some_and(|story| story.serial < newest));
        let state_before = before.and_then(|before| self.story(before)).map(|story| story.state);
        let goes_on = match state_before {
            Some(State::PageShown) => true,
            Some(State::MenuShown) => is_login && !asked.is_logout,
            _ => false,
        };
        let at = match before {
            Some(before) if goes_on => {
                self.absorb(before, at);
                before
            }
            _ => at,
        };
        let (mark, state) = match (asked.is_logout, is_login) {
            (true, _) => (Mark::LogoutAsked, State::AskedLogout),
            (false, true) if state_before == Some(State::MenuShown) && goes_on => {
                (Mark::ProfileChosen, State::AskedLogin)
            }
            (false, true) => (Mark::LoginAsked, State::AskedLogin),
            (false, false) => (Mark::FormAsked, State::AskedPage),
        };
        self.with(at, |story| {
            story.has_app = true;
            story.mark(mark, line.time, line.at);
            story.state = state;
            story.is_logout = asked.is_logout;
            story.address = asked.address.map(masked).or(story.address.take());
            story.login_type = asked.login_type.map(masked).or(story.login_type.take());
            story.is_emcc = asked.is_emcc;
            story.typed_blank = asked.user.is_some_and(<[u8]>::is_empty);
            story.is_token = asked.device.is_some_and(|device| device.starts_with(b"#"));
            if asked.has_blank {
                story.mark(Mark::Blank, line.time, line.at);
            }
            if let Some(profile) = asked.profile {
                story.profiles = vec![masked(profile)];
            }
        });
        self.set_due(at, line.time + SILENCE);
        if let Some(device) = asked.device {
            self.set_device(at, device);
        }
        if let Some(user) = asked.user.filter(|user| !user.is_empty()) {
            self.set_user(at, user);
        }
        self.lately(at, line.time);
    }

    /// Marks the story of a line of the application that names a user.
    pub(super) fn app_mark(&mut self, line: Incoming, user: &[u8], mark: Mark, lines: &Lines<'_>) {
        let at = self.app_story(line, None, Some(user), State::AskedLogin, lines);
        self.with(at, |story| story.mark(mark, line.time, line.at));
    }

    /// Returns the story of a line of the application, by its thread, its phone or its user; a new one where the lines
    /// before are missing.
    pub(super) fn app_story(
        &mut self,
        line: Incoming,
        device: Option<&[u8]>,
        user: Option<&[u8]>,
        state: State,
        lines: &Lines<'_>,
    ) -> usize {
        let is_asked = |story: &Story| {
            story.has_app && matches!(story.state, State::AskedPage | State::AskedLogin | State::AskedLogout)
        };
        let found = line
            .current
            .map(|on| on.story)
            .or_else(|| device.and_then(|device| self.of_device(&masked(device), is_asked)))
            .or_else(|| user.and_then(|user| self.of_user(&masked(user), is_asked)));
        let at = found.unwrap_or_else(|| self.add(state, line, Role::App, lines));
        let is_new = line.current.is_none() && found.is_some();
        self.with(at, |story| {
            story.has_app = true;
            story.last = story.last.max(line.time);
            story.lines += u64::from(is_new);
            if story.state == State::Started {
                story.state = state;
            }
        });
        if let Some(device) = device {
            self.set_device(at, device);
        }
        if let Some(user) = user {
            self.set_user(at, user);
            self.adopt(at, line.time);
        }
        self.lately(at, line.time);
        at
    }

    /// Takes the application's word that a login (of a user) or logout is done.
    pub(super) fn performed(
        &mut self,
        line: Incoming,
        user: Option<&[u8]>,
        device: &[u8],
        lines: &Lines<'_>,
    ) {
        let state = if user.is_some() { State::AskedLogin } else { State::AskedLogout };
        let at = self.app_story(line, Some(device), user, state, lines);
        self.with(at, |story| {
            story.is_logout = user.is_none();
            story.mark(Mark::Done, line.time, line.at);
        });
        self.done(at, line.time, lines);
    }

    /// Lets a story wait for the phone to register; an earlier one of the phone waits no longer.
    pub(super) fn done(&mut self, at: usize, time: Millis, lines: &Lines<'_>) {
        let Some(story) = self.story_mut(at) else { return };
        if story.state == State::Done {
            return;
        }
        story.state = State::Done;
        let device = story.device.clone();
        self.set_due(at, time + LATE_REGISTRATION);
        while let Some(earlier) = device
            .as_deref()
            .and_then(|device| self.of_device_but(device, Some(at), |story| story.state == State::Done))
        {
            self.is_over(earlier, lines);
        }
    }
}
