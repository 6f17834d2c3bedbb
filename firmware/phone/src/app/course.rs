//! How a login goes on past somebody who is in its way: another person on this phone, or the same person on another.
//!
//! Nobody is logged out before the service has checked the PIN of whoever wants to log in, and before that person has
//! read whom it concerns and agreed. Each step waits for the answer to the one before; after a lost answer a query comes
//! first. A request that may have been carried out is never sent again. The PIN lasts from the first step to the last,
//! and no longer than that.

use core::time::Duration;

use hotdesk_core::codes::em_service::EmServiceCode;
use hotdesk_core::{DeviceName, DeviceStatus, Piece, Text};

use super::{App, Ask, Came, Failure, Field, Holder, Notice, Screen, Trouble};
use crate::{ConnectError, Key};

/// Another user is logged in on this phone.
const HINDERED_HERE: Trouble = Trouble::Refused(Some(EmServiceCode::ANOTHER_USER_LOGGED_IN));

/// The user is logged in on another phone.
const HINDERED_THERE: Trouble = Trouble::Refused(Some(EmServiceCode::USER_LOGGED_IN_ELSEWHERE));

/// How far a login has come that somebody was in the way of.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Course {
    /// The person has read who is logged in here and wants that user logged out.
    pub(super) agreed: bool,
    /// What was logged out for this login.
    logged_out: Option<LoggedOut>,
    /// The login was sent again because nobody was in its way any more.
    again: bool,
}

/// Whom a login has put out of its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LoggedOut {
    /// The user before, on this phone.
    Here,
    /// The same user, on another phone.
    There,
}

/// Where the user of the form is logged in.
#[derive(Debug)]
pub(crate) struct Elsewhere {
    pub(crate) device: DeviceName,
    /// How many other phones there are besides.
    pub(crate) others: usize,
}

/// What an answer has told so far of where the user of the form is logged in.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// The rows that come are the user's.
    is_ours: bool,
    /// The user was mentioned.
    is_told: bool,
    /// Another phone than this one was among them.
    has_found: bool,
    /// A failure, with its code if there is one.
    refused: Option<Option<EmServiceCode>>,
}

impl App<'_> {
    /// What was logged out for the login that the screen is about.
    pub(crate) fn logged_out(&self) -> Option<LoggedOut> {
        self.course.and_then(|course| course.logged_out)
    }

    /// Where the user of the form is logged in, once that was found out.
    pub(crate) fn elsewhere(&self) -> Option<&Elsewhere> {
        self.elsewhere.as_ref()
    }

    /// Whether the login can go on: its PIN is still there.
    pub(super) fn goes_on(&self) -> bool {
        self.course.is_some() && self.form.pin().len() > 0
    }

    /// Asks whether to log out who is here, before anything is typed.
    pub(super) fn open_takeover(&mut self) {
        self.form.clear();
        self.course = Some(Course::default());
        self.go(Screen::TakeOver);
    }

    pub(super) fn press_in_takeover(&mut self, key: Key) {
        match key {
            Key::Soft1 | Key::Select => {
                self.course.get_or_insert_default().agreed = true;
                if self.goes_on() {
                    self.ask(Ask::Logout);
                } else {
                    self.go(Screen::Form(Ask::Login));
                }
            }
            Key::Soft3 => self.give_up(),
            _ => self.scroll(key),
        }
    }

    pub(super) fn press_in_elsewhere(&mut self, key: Key) {
        match key {
            Key::Soft1 | Key::Select => self.ask(Ask::LogoutThere),
            Key::Soft3 => self.give_up(),
            _ => self.scroll(key),
        }
    }

    /// Finds out who is in the way of a login, where that is why it was refused.
    pub(super) fn was_hindered(&mut self, trouble: Trouble) -> bool {
        if self.form.pin().len() == 0 {
            return false;
        }
        let ask = match trouble {
            HINDERED_HERE => Ask::Who,
            HINDERED_THERE => Ask::Where,
            _ => return false,
        };
        let is_other =
            matches!(self.holder(), Holder::User(user) if !Text::from(user).eq_ignore_case(self.form.user()));
        let course = self.course.get_or_insert_default();
        if ask == Ask::Who && !is_other {
            // Neither nobody nor this person is here, and the person has agreed to log out nobody else.
            course.agreed = false;
            self.presence.forget();
        }
        self.ask(ask);
        true
    }

    /// Goes on once it is known who is logged in here.
    pub(super) fn found_who(&mut self, outcome: Result<Option<Notice>, Trouble>, now: Duration) {
        let is_typed = match (outcome, self.holder()) {
            (Ok(_), Holder::User(user)) => Text::from(user).eq_ignore_case(self.form.user()),
            (Ok(_), Holder::Nobody) => return self.log_in_again(HINDERED_HERE),
            (Ok(_), Holder::Unknown) | (Err(_), _) => return self.fail(Ask::Login, HINDERED_HERE),
        };
        if is_typed {
            self.done(Ask::Login, Came::Already, now);
        } else if self.course.is_some_and(|course| course.agreed) {
            self.ask(Ask::Logout);
        } else {
            self.go(Screen::TakeOver);
        }
    }

    /// Goes on once it is known where the user of the form is logged in.
    pub(super) fn found_where(&mut self, outcome: Result<(), Trouble>, now: Duration) {
        match outcome {
            Ok(()) | Err(Trouble::Refused(_)) => self.polling.answered(now),
            Err(_) => self.polling.failed(now),
        }
        match (self.screen, outcome, &self.elsewhere) {
            (Screen::Busy(Ask::Where), Ok(()), Some(_)) => self.go(Screen::Elsewhere),
            (Screen::Busy(Ask::Where), outcome, _) => match outcome {
                Ok(()) => self.log_in_again(HINDERED_THERE),
                Err(_) => {
                    self.elsewhere = None;
                    self.fail(Ask::Login, HINDERED_THERE);
                }
            },
            (Screen::Settling(failure), Ok(()), None) => {
                self.carried_out(failure.ask, failure.trouble.came(), now);
            }
            (Screen::Settling(failure), Ok(()), Some(_)) => {
                self.go(Screen::Failed(Failure { settled: true, ..failure }));
            }
            (Screen::Settling(failure), Err(_), _) => self.go(Screen::Failed(failure)),
            _ => {}
        }
    }

    /// Goes on, or ends, once something was carried out.
    pub(super) fn carried_out(&mut self, ask: Ask, came: Came, now: Duration) {
        let logged_out = match ask {
            Ask::Logout => LoggedOut::Here,
            Ask::LogoutThere => LoggedOut::There,
            _ => return self.done(ask, came, now),
        };
        if let Some(course) = &mut self.course {
            course.logged_out = Some(logged_out);
            course.agreed = false;
        }
        if self.goes_on() {
            self.ask(Ask::Login);
        } else {
            self.done(ask, came, now);
        }
    }

    /// Logs in again where nobody is in the way any more; once, for the service may see that differently.
    pub(super) fn log_in_again(&mut self, refused: Trouble) {
        let course = self.course.get_or_insert_default();
        if core::mem::replace(&mut course.again, true) {
            self.go(Screen::Failed(Failure { ask: Ask::Login, trouble: refused, settled: true }));
        } else {
            self.ask(Ask::Login);
        }
    }

    /// Lets the person begin again: the PIN was wiped.
    pub(super) fn start_again(&mut self) {
        self.course.get_or_insert_default().again = false;
        self.form.focus(Field::Pin);
        self.go(Screen::Form(Ask::Login));
    }

    /// Goes on, or back, when the question whether to take over is no longer about whoever is logged in.
    pub(super) fn question_is_over(&mut self, notice: Notice) {
        if notice == Notice::Ended && self.goes_on() {
            self.log_in_again(HINDERED_HERE);
        } else {
            self.give_up();
            self.notice = Some(notice);
        }
    }

    /// Ends a login on the person's wish, where nothing is on its way. What happened for it so far is said.
    pub(super) fn give_up(&mut self) {
        if self.logged_out().is_some() {
            self.fail(Ask::Login, Trouble::Cancelled { sent: false });
        } else {
            self.go(Screen::Idle);
        }
    }

    /// Ends what waits for the person or for its next try when the network goes away: its PIN must not wait for that.
    pub(super) fn lost_network(&mut self) {
        let ask = match self.screen {
            Screen::ServiceBusy { ask, .. } => ask,
            Screen::Profiles | Screen::NoProfiles(_) | Screen::LoginTimes { .. } => Ask::Login,
            Screen::TakeOver | Screen::Elsewhere if self.goes_on() => Ask::Login,
            _ => return,
        };
        self.fail(ask, Trouble::NoConnection(ConnectError::NoNetwork));
    }

    /// Takes a piece of the answer to where the user of the form is logged in; none where an answer starts.
    pub(super) fn take_where(&mut self, piece: Option<Piece<'_>>) {
        let Some(piece) = piece else { return self.search = Search::default() };
        let user = Text::from(self.form.user());
        let search = &mut self.search;
        match piece {
            Piece::User(id) => {
                search.is_ours = id.eq_ignore_case(user);
                search.is_told |= search.is_ours;
            }
            Piece::UserEnd { .. } => search.is_ours = false,
            Piece::Failure(failure) => search.refused = Some(failure.code),
            Piece::UserFailure(failure) if search.is_ours => search.refused = Some(failure.code),
            Piece::DeviceName(device) if search.is_ours => self.see(device),
            // Published samples answer one query with the results of the other.
            Piece::Device(row) => {
                search.is_told = true;
                if matches!(row.status, DeviceStatus::LoggedIn { user: there, .. } if there.eq_ignore_case(user))
                {
                    self.see(row.name);
                }
            }
            _ => {}
        }
    }

    /// Takes in a phone that the user is logged in on: the first is named, others are counted.
    fn see(&mut self, device: Text<'_>) {
        if device.eq_ignore_case(&self.device) {
            return;
        }
        if let (true, Some(elsewhere)) = (self.search.has_found, &mut self.elsewhere) {
            elsewhere.others = elsewhere.others.saturating_add(1);
        } else if let Ok(device) = DeviceName::try_from(device) {
            self.search.has_found = true;
            self.elsewhere = Some(Elsewhere { device, others: 0 });
        } else {
            self.search.is_told = false;
        }
    }

    /// Takes that the answer was read to its end, and says whether it tells where the user is.
    pub(super) fn end_search(&mut self) -> Result<(), Trouble> {
        let Search { is_told, refused, has_found, .. } = core::mem::take(&mut self.search);
        if let Some(code) = refused {
            return Err(Trouble::Refused(code));
        }
        if !has_found {
            self.elsewhere = None;
        }
        if is_told { Ok(()) } else { Err(Trouble::Unexpected) }
    }
}
