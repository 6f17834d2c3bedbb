//! From a form that is filled in to the login that is sent: which device profile, and for how long. It must never ask where
//! there is nothing to choose, and never tell of a user what the service did not tell to the PIN.

use core::time::Duration;

use hotdesk_core::codes::em_service::EmServiceCode;
use hotdesk_core::{Piece, ProfileName};

use super::profiles::Content;
use super::{App, Ask, Failure, Flight, Screen, Trouble};
use crate::Key;
use crate::config::LoginTime;

/// What a login asks for beside the user.
#[derive(Debug, Default)]
pub(crate) struct Wish {
    /// None: the user's default or only one.
    pub(crate) profile: Option<ProfileName>,
    pub(crate) time: LoginTime,
}

impl<'c> App<'c> {
    /// The times that can be chosen; the first where there is no choice.
    pub(crate) fn login_times(&self) -> &'c [LoginTime] {
        self.config().map_or(&[LoginTime::SystemDefault], |config| config.login_times())
    }

    /// Takes a piece of the answer to a question that is read in pieces; none where an answer starts, for then what came
    /// before is void.
    pub fn take_piece(&mut self, piece: Option<Piece<'_>>) {
        if let Some(Piece::Failure(failure) | Piece::UserFailure(failure)) = piece
            && failure.code.is_none_or(|code| code.name().is_none())
        {
            self.service_text.keep(failure.text);
        }
        match self.in_flight {
            #[cfg(feature = "browser")]
            Some(Flight { ask: Ask::Page, .. }) => self.take_page(piece),
            Some(Flight { ask: Ask::Where, .. }) => self.take_where(piece),
            _ => self.profiles.take(piece, self.form.user()),
        }
    }

    /// Goes on from the form.
    pub(super) fn begin_login(&mut self) {
        if self.repeats_login() {
            return self.ask(Ask::Login);
        }
        self.profiles.clear();
        if let Some(term) = &mut self.term {
            term.can_repeat = false;
        }
        self.wish = Wish::default();
        self.ask(Ask::Profiles);
    }

    /// Takes in what became of the question for profiles.
    pub(super) fn profiles_answered(
        &mut self,
        flight: Flight,
        outcome: Result<Content, Trouble>,
        now: Duration,
    ) {
        match outcome {
            Ok(_) => self.polling.answered(now),
            Err(_) => {
                self.profiles.give_up();
                self.polling.failed(now);
            }
        }
        if !matches!(self.screen, Screen::Busy(Ask::Profiles) | Screen::Profiles) {
            return;
        }
        let is_busy = matches!(outcome, Ok(Content::Refused(Some(EmServiceCode::BUSY_PLEASE_TRY_AGAIN))));
        if is_busy && !flight.quiet && self.waits_for_service(Ask::Profiles, now) {
            return;
        }
        match outcome {
            Ok(Content::Profiles(0)) if flight.quiet => {
                self.fail(Ask::Login, Trouble::Refused(Some(EmServiceCode::DEV_PROFILE_NOT_FOUND)));
            }
            Ok(Content::Profiles(..2)) if !flight.quiet => self.choose_time(),
            Ok(Content::Profiles(_)) => {
                if !flight.quiet {
                    self.go(Screen::Profiles);
                }
                self.want_rows();
                if self.profiles.was_awaited() {
                    self.choose_profile();
                }
            }
            // It lets no person ask. There is nothing that whoever logs in could do about that, and nothing to choose.
            Ok(Content::Refused(Some(EmServiceCode::USER_LACKS_APP_PROXY_RIGHTS))) if !flight.quiet => {
                self.choose_time();
            }
            Ok(Content::Refused(code)) => self.no_profiles(Trouble::Refused(code)),
            Ok(Content::Unexpected) => self.no_profiles(Trouble::Unexpected),
            Err(trouble) => self.no_profiles(trouble),
        }
    }

    /// Whether it failed because the profile that was chosen is gone: another can be.
    pub(crate) fn lost_profile(&self, failure: &Failure) -> bool {
        let gone = Trouble::Refused(Some(EmServiceCode::DEV_PROFILE_NOT_FOUND));
        failure.ask == Ask::Login && failure.trouble == gone && self.wish.profile.is_some()
    }

    /// Says that there is no list. What the login would be told as well is told at once; after everything else the person
    /// can log in with the default profile.
    fn no_profiles(&mut self, trouble: Trouble) {
        let of_the_login = match trouble {
            Trouble::Refused(Some(code)) => matches!(
                code,
                EmServiceCode::CANNOT_AUTHORIZE_APP_USER
                    | EmServiceCode::INVALID_APP_USER
                    | EmServiceCode::DEV_PROFILE_NOT_FOUND
                    | EmServiceCode::USER_NOT_FOUND
                    | EmServiceCode::BUSY_PLEASE_TRY_AGAIN
                    | EmServiceCode::CHANGE_PASSWORD
                    | EmServiceCode::PIN_CHANGE_REQUIRED
            ),
            Trouble::NoConnection(_)
            | Trouble::RequestTooLong { .. }
            | Trouble::Unsendable
            | Trouble::NoApplicationUser => true,
            _ => false,
        };
        if of_the_login {
            self.fail(Ask::Login, trouble);
        } else {
            self.go(Screen::NoProfiles(trouble));
        }
    }

    pub(super) fn press_in_profiles(&mut self, key: Key, now: Duration) {
        match key {
            Key::Soft3 => self.go(Screen::Idle),
            Key::Select | Key::Soft1 => self.choose_profile(),
            key => {
                self.profiles.press(key, now);
                self.want_rows();
            }
        }
    }

    /// Takes the selected profile, or takes it later: its row may be being read again.
    fn choose_profile(&mut self) {
        let profile = self.profiles.chosen().and_then(|name| ProfileName::try_from(name).ok());
        if profile.is_some() {
            self.wish.profile = profile;
            self.choose_time();
        } else {
            self.profiles.await_choice();
        }
    }

    pub(super) fn press_without_profiles(&mut self, key: Key) {
        match key {
            Key::Soft1 | Key::Select => self.choose_time(),
            Key::Soft2 => self.begin_login(),
            Key::Soft3 => self.go(Screen::Idle),
            _ => self.scroll(key),
        }
    }

    /// Asks for the rows around the selected one if they are not kept. Nobody waits for them.
    fn want_rows(&mut self) {
        if self.profiles.wants_rows() {
            // The seconds of this wait count from here.
            self.since = self.now;
            self.wanted = Some(Ask::Profiles);
        }
    }

    /// Asks for how long, if there is a choice.
    fn choose_time(&mut self) {
        match *self.login_times() {
            [time] => self.log_in_for(time),
            _ => self.go(Screen::LoginTimes { selected: 0 }),
        }
    }

    pub(super) fn press_in_login_times(&mut self, key: Key, selected: usize) {
        let times = self.login_times();
        let chosen = match key {
            Key::Up => return self.screen = Screen::LoginTimes { selected: selected.saturating_sub(1) },
            Key::Down => {
                let selected = selected.saturating_add(1).min(times.len().saturating_sub(1));
                return self.screen = Screen::LoginTimes { selected };
            }
            Key::Soft3 => return self.go(Screen::Idle),
            Key::Select | Key::Soft1 => Some(selected),
            Key::Digit(digit) => usize::from(digit).checked_sub(1),
            _ => None,
        };
        if let Some(time) = chosen.and_then(|index| times.get(index)).copied() {
            self.log_in_for(time);
        }
    }

    fn log_in_for(&mut self, time: LoginTime) {
        self.wish.time = time;
        self.ask(Ask::Login);
    }
}
