//! What an answer changes. It is read by what it holds, not by what was asked.

use core::time::Duration;

use hotdesk_core::codes::em_service::EmServiceCode;
use hotdesk_core::{DeviceResult, DeviceStatus, Response, Text, UserDevicesStatus};

use super::{
    App, Ask, Came, ConnectError, DONE_TIME, Exchanged, Failure, Flight, Holder, Notice, Screen, Trouble,
};

/// The service did nothing and wants to be asked later.
const BUSY: Trouble = Trouble::Refused(Some(EmServiceCode::BUSY_PLEASE_TRY_AGAIN));

impl App<'_> {
    /// Takes in the end of the exchange that is on its way. Without one there is nothing to answer.
    pub(super) fn answered(&mut self, mut answer: Result<Response<'_>, Trouble>, now: Duration) {
        let Some(flight @ Flight { ask, quiet }) = self.in_flight.take() else { return };
        if let Err(trouble @ Trouble::Cancelled { .. }) = &mut answer
            && self.is_cut_off()
        {
            let may_have_happened = *trouble == (Trouble::Cancelled { sent: true }) && ask.is_change();
            *trouble = if may_have_happened {
                Trouble::NetworkLost
            } else {
                Trouble::NoConnection(ConnectError::NoNetwork)
            };
        }
        #[cfg(feature = "browser")]
        if ask == Ask::Page {
            return self.page_answered(Err(answer.err().unwrap_or(Trouble::Unexpected)), now);
        }
        self.keep_exchange(ask, Exchanged::from(&answer));
        let cancelled = core::mem::take(&mut self.cancelled);
        if cancelled && ask.is_change() {
            // Even where the answer was faster: nothing goes on from here.
            self.form.wipe_pin();
        }
        if ask.comes_in_pieces() {
            // One that was not read in pieces is none.
            let trouble = answer.err().unwrap_or(Trouble::Unexpected);
            return match ask {
                Ask::Where => self.found_where(Err(trouble), now),
                _ => self.profiles_answered(flight, Err(trouble), now),
            };
        }
        match (ask, answer.and_then(|response| self.take_in(flight, response))) {
            (_, Err(BUSY))
                if !quiet && !cancelled && self.is_busy_with(ask) && self.waits_for_service(ask, now) => {}
            (Ask::Who, outcome) => self.looked(quiet, outcome, now),
            (_, Ok(notice)) => {
                // Whatever a look found meanwhile, the service has just said how it is.
                self.notice = None;
                self.look_trouble = None;
                self.polling.answered(now);
                let came =
                    if notice.is_some() || ask == Ask::LogoutThere { Came::Said } else { Came::Already };
                self.carried_out(ask, came, now);
            }
            (_, Err(trouble)) => self.failed(ask, trouble, now),
        }
    }

    /// Takes that the answer to the exchange that is on its way was read to its end.
    pub(super) fn was_read(&mut self, now: Duration) {
        let Some(flight @ Flight { ask, quiet }) = self.in_flight.take() else { return };
        self.cancelled = false;
        #[cfg(feature = "browser")]
        if ask == Ask::Page {
            return self.page_answered(Ok(()), now);
        }
        if ask == Ask::Where {
            let outcome = self.end_search();
            self.keep_exchange(ask, outcome.err().map_or(Exchanged::Done, Exchanged::from));
            match outcome {
                Err(BUSY) if !quiet && self.is_busy_with(ask) && self.waits_for_service(ask, now) => {}
                outcome => self.found_where(outcome, now),
            }
        } else {
            let content = self.profiles.end();
            self.keep_exchange(ask, Exchanged::from(content));
            self.profiles_answered(flight, Ok(content), now);
        }
    }

    /// Takes that a login or a logout failed: it goes on past what is in the way, finds out what became of it, or is told.
    fn failed(&mut self, ask: Ask, trouble: Trouble, now: Duration) {
        if ask == Ask::Login && self.was_hindered(trouble) {
            return self.polling.answered(now);
        }
        if trouble == (Trouble::Cancelled { sent: false }) {
            self.notice = Some(Notice::NothingSent);
            self.polling.failed(now);
            return self.give_up();
        }
        let failure = Failure { ask, trouble, settled: false };
        let settles = trouble.leaves_it_open()
            && match ask {
                Ask::Logout => self.goes_on(),
                Ask::LogoutThere => self.has_app_user() || self.goes_on(),
                _ => false,
            };
        if settles {
            self.wanted = Some(if ask == Ask::Logout { Ask::Who } else { Ask::Where });
            return self.go(Screen::Settling(failure));
        }
        let looks = trouble.calls_for_a_look() && self.has_app_user() && ask != Ask::LogoutThere;
        self.look |= looks;
        match trouble {
            // What the look finds says when to ask again.
            _ if self.look => {}
            Trouble::Refused(_) => self.polling.answered(now),
            _ => self.polling.failed(now),
        }
        let can_settle = looks && trouble.may_have_happened();
        self.go(if can_settle { Screen::Settling(failure) } else { Screen::Failed(failure) });
        if trouble.may_have_happened() && !can_settle && ask != Ask::LogoutThere {
            self.presence.forget();
        }
    }

    /// Whether the person waits for this question, or for this login or logout.
    fn is_busy_with(&self, ask: Ask) -> bool {
        matches!(self.screen, Screen::Busy(waited_for) if waited_for == ask)
    }

    /// Takes in what became of the question who is logged in.
    fn looked(&mut self, quiet: bool, outcome: Result<Option<Notice>, Trouble>, now: Duration) {
        match outcome {
            Ok(_) => self.polling.answered(now),
            Err(_) => self.polling.failed(now),
        }
        #[cfg(feature = "browser")]
        let outcome = if outcome.is_ok() && self.is_own_change() { Ok(None) } else { outcome };
        // Where a person had to sign the question, that person is told, and nobody afterwards.
        self.look_trouble = outcome.err().filter(|_| self.has_app_user());
        match (self.screen, outcome) {
            (Screen::Settling(failure) | Screen::Failed(failure), Ok(notice))
                if failure.calls_for_a_look() =>
            {
                self.settle_outcome(failure, notice, now);
            }
            (Screen::Settling(failure), Err(_)) => {
                self.presence.forget();
                self.go(Screen::Failed(failure));
            }
            (Screen::Busy(Ask::Who), outcome) if self.goes_on() => self.found_who(outcome, now),
            (Screen::Busy(Ask::Who), Err(trouble)) if !quiet => self.fail(Ask::Who, trouble),
            (Screen::Busy(Ask::Who), _) => self.go(Screen::Idle),
            // The question was about somebody who is no longer here.
            (Screen::TakeOver | Screen::LogoutConfirm, Ok(Some(notice))) => self.question_is_over(notice),
            // Whoever asked sees the name; what has happened is for those who did not.
            (_, Ok(Some(notice))) => self.notice = Some(notice),
            _ => {}
        }
    }

    /// Ends a change whose answer was lost, now that it is known who is logged in.
    fn settle_outcome(&mut self, failure: Failure, notice: Option<Notice>, now: Duration) {
        let carried_out = match (failure.ask, self.holder()) {
            (Ask::Login, Holder::User(user)) => Text::from(user).eq_ignore_case(self.form.user()),
            // Somebody else was logged in after the logout.
            (Ask::Logout, Holder::User(_)) => notice == Some(Notice::Replaced),
            (Ask::Logout, Holder::Nobody) => true,
            _ => false,
        };
        if carried_out {
            return self.carried_out(failure.ask, failure.trouble.came(), now);
        }
        if failure.trouble.may_have_happened() {
            // The service may still be at it, and this is what it was like before.
            self.polling.failed(now);
        }
        if let Screen::Failed(shown) = &mut self.screen {
            // It stays where the person has scrolled it to.
            shown.settled = true;
        } else {
            self.go(Screen::Failed(Failure { settled: true, ..failure }));
        }
    }

    /// Says that it is as the person wanted it.
    pub(super) fn done(&mut self, ask: Ask, came: Came, now: Duration) {
        let came = if ask == Ask::Login { self.begin_term(came) } else { came };
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
                self.presence.set_nobody();
                Ok(None)
            }
            // Nor there.
            (Ask::LogoutThere, Response::Failure(failure))
                if failure.code == Some(EmServiceCode::NO_USER_LOGGED_IN) =>
            {
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
                self.presence.set_user(Text::from(self.form.user()))?;
                #[cfg(feature = "provisioning")]
                self.load_again();
                Ok(Some(Notice::Began))
            }
            (Ask::Logout, Response::Success) => {
                self.presence.set_nobody();
                #[cfg(feature = "provisioning")]
                self.load_again();
                Ok(Some(Notice::Ended))
            }
            (Ask::LogoutThere, Response::Success) => Ok(None),
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
