//! What an answer changes. It is read by what it holds, not by what was asked.

use core::time::Duration;

use hotdesk_core::codes::em_service::EmServiceCode;
use hotdesk_core::{DeviceResult, DeviceStatus, Response, Text, UserDevicesStatus, UserId};

use super::{App, Ask, Came, DONE_TIME, Failure, Flight, Holder, Notice, Screen, Trouble};

impl App<'_> {
    /// Takes in the end of the exchange that is on its way. Without one there is nothing to answer.
    pub(super) fn answered(&mut self, answer: Result<Response<'_>, Trouble>, now: Duration) {
        let Some(flight @ Flight { ask, quiet }) = self.in_flight.take() else { return };
        if ask == Ask::Profiles {
            // One that was not read in pieces is none.
            return self.profiles_answered(flight, Err(answer.err().unwrap_or(Trouble::Unexpected)), now);
        }
        let outcome = answer.and_then(|response| self.take_in(flight, response));
        match (ask, outcome) {
            (Ask::Who, outcome) => self.looked(quiet, outcome, now),
            (_, Ok(notice)) => {
                // Whatever a look found meanwhile, the service has just said how it is.
                self.notice = None;
                self.look_trouble = None;
                self.polling.answered(now);
                self.done(ask, if notice.is_some() { Came::Said } else { Came::Already }, now);
            }
            (_, Err(trouble)) => {
                let failure = Failure { ask, trouble, settled: false };
                self.look |= trouble.calls_for_a_look() && self.has_app_user();
                match trouble {
                    // What the look finds says when to ask again.
                    _ if self.look => {}
                    Trouble::Refused(_) => self.polling.answered(now),
                    _ => self.polling.failed(now),
                }
                let can_settle = self.look && trouble.may_have_happened();
                self.go(if can_settle { Screen::Settling(failure) } else { Screen::Failed(failure) });
                if trouble.may_have_happened() && !can_settle {
                    self.holder = Holder::Unknown;
                }
            }
        }
    }

    /// Takes in what became of the question who is logged in.
    fn looked(&mut self, quiet: bool, outcome: Result<Option<Notice>, Trouble>, now: Duration) {
        match outcome {
            Ok(_) => self.polling.answered(now),
            Err(_) => self.polling.failed(now),
        }
        self.look_trouble = outcome.err();
        match (self.screen, outcome) {
            (Screen::Settling(failure) | Screen::Failed(failure), Ok(notice)) if failure.awaits_a_look() => {
                self.settle_outcome(failure, notice, now);
            }
            (Screen::Settling(failure), Err(_)) => {
                self.holder = Holder::Unknown;
                self.go(Screen::Failed(failure));
            }
            (Screen::Busy(Ask::Who), Err(trouble)) if !quiet => self.fail(Ask::Who, trouble),
            (Screen::Busy(Ask::Who), _) => self.go(Screen::Idle),
            // Whoever asked sees the name; what has happened is for those who did not.
            (_, Ok(Some(notice))) => self.notice = Some(notice),
            _ => {}
        }
    }

    /// Ends a change whose answer was lost, now that it is known who is logged in.
    fn settle_outcome(&mut self, failure: Failure, notice: Option<Notice>, now: Duration) {
        let carried_out = match (failure.ask, &self.holder) {
            (Ask::Login, Holder::User(user)) => Text::from(user).eq_ignore_case(self.form.user()),
            // Somebody else was logged in after the log-out.
            (Ask::Logout, Holder::User(_)) => notice == Some(Notice::Replaced),
            (Ask::Logout, Holder::Nobody) => true,
            _ => false,
        };
        if carried_out {
            let lost = failure.trouble.leaves_it_open();
            self.done(failure.ask, if lost { Came::AfterAll } else { Came::Already }, now);
        } else if let Screen::Failed(shown) = &mut self.screen {
            // It stays where the person has scrolled it to.
            shown.settled = true;
        } else {
            self.go(Screen::Failed(Failure { settled: true, ..failure }));
        }
    }

    /// Says that it is as the person wanted it.
    fn done(&mut self, ask: Ask, came: Came, now: Duration) {
        self.go(Screen::Done { ask, came, until: now.saturating_add(DONE_TIME) });
    }

    /// Learns from a response what is different now, or says why it is no answer to what was asked.
    fn take_in(
        &mut self,
        Flight { ask, quiet }: Flight,
        response: Response<'_>,
    ) -> Result<Option<Notice>, Trouble> {
        match (ask, response) {
            // Nothing was to be done.
            (Ask::Logout, Response::Failure(failure))
                if failure.code == Some(EmServiceCode::NO_USER_LOGGED_IN) =>
            {
                self.holder = Holder::Nobody;
                Ok(None)
            }
            (_, Response::Failure(failure)) => {
                // What the service says is kept where nobody else says it, for the screen that shows it.
                if !quiet && failure.code.is_none_or(|code| code.name().is_none()) {
                    self.service_text.keep(failure.text);
                }
                Err(Trouble::Refused(failure.code))
            }
            (Ask::Login, Response::Success) => {
                self.holder = UserId::try_from(self.form.user()).map_or(Holder::Unknown, Holder::User);
                Ok(Some(Notice::Began))
            }
            (Ask::Logout, Response::Success) => {
                self.holder = Holder::Nobody;
                Ok(Some(Notice::Ended))
            }
            (Ask::Who, Response::DeviceUserResults(results)) => {
                let mut devices = results.devices.iter();
                let device = devices.find(|device| device.name.eq_ignore_case(&self.device));
                let user = device.ok_or(Trouble::Unexpected).and_then(|device| user(&device))?;
                self.learn(user)
            }
            // Published samples answer one query with the results of the other.
            (Ask::Who, Response::UserDevicesResults(results)) => {
                let user = results.users.iter().find(|user| match user.status {
                    UserDevicesStatus::LoggedIn(devices) => {
                        devices.iter().any(|device| device.eq_ignore_case(&self.device))
                    }
                    _ => false,
                });
                self.learn(Some(user.ok_or(Trouble::Unexpected)?.id))
            }
            _ => Err(Trouble::Unexpected),
        }
    }

    /// Takes in who is logged in, and says what is different from what the phone knew.
    fn learn(&mut self, user: Option<Text<'_>>) -> Result<Option<Notice>, Trouble> {
        let notice = match (&self.holder, user) {
            (Holder::User(known), Some(user)) if user.eq_ignore_case(known) => None,
            (Holder::User(_), Some(_)) => Some(Notice::Replaced),
            (Holder::User(_), None) => Some(Notice::Ended),
            (Holder::Nobody, Some(_)) => Some(Notice::Began),
            (Holder::Nobody, None) | (Holder::Unknown, _) => None,
        };
        self.holder = match user {
            Some(user) => Holder::User(UserId::try_from(user).map_err(|_| Trouble::Unexpected)?),
            None => Holder::Nobody,
        };
        Ok(notice)
    }
}

/// Who is logged in on the device, if anybody is.
fn user<'a>(device: &DeviceResult<'a>) -> Result<Option<Text<'a>>, Trouble> {
    match device.status {
        DeviceStatus::LoggedIn { user, .. } => Ok(Some(user)),
        DeviceStatus::LoggedOut { .. } => Ok(None),
        DeviceStatus::DoesNotExist => Err(Trouble::DeviceUnknown),
        _ => Err(Trouble::Unexpected),
    }
}
