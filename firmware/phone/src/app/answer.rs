//! What an answer changes. It is read by what it holds, not by what was asked.

use core::time::Duration;

use hotdesk_core::codes::em_service::EmServiceCode;
use hotdesk_core::{DeviceResult, DeviceStatus, Response, UserDevicesStatus, UserId};

use super::{App, Ask, DONE_TIME, Flight, Holder, Screen, Trouble};

impl App<'_> {
    /// Takes in the end of the exchange that is on its way. Without one there is nothing to answer.
    pub(super) fn answered(&mut self, answer: Result<Response<'_>, Trouble>, now: Duration) {
        let Some(flight @ Flight { ask, quiet }) = self.in_flight.take() else { return };
        if !quiet {
            self.form.wipe_pin();
        }
        match answer.and_then(|response| self.take_in(flight, response)) {
            Ok(()) if quiet => {}
            Ok(()) if ask == Ask::Who => self.go(Screen::Idle),
            Ok(()) => self.go(Screen::Done { ask, until: now.saturating_add(DONE_TIME) }),
            Err(trouble) => {
                if ask == Ask::Who || trouble.calls_for_a_look() {
                    self.holder = Holder::Unknown;
                }
                if ask != Ask::Who && trouble.calls_for_a_look() && self.has_app_user() {
                    self.look = true;
                }
                if !quiet {
                    self.fail(ask, trouble);
                }
            }
        }
    }

    /// Learns from a response, or says why it is none to what was asked.
    fn take_in(&mut self, Flight { ask, quiet }: Flight, response: Response<'_>) -> Result<(), Trouble> {
        match (ask, response) {
            (_, Response::Failure(failure)) => {
                // What the service says is kept where nobody else says it, for the screen that shows it.
                if !quiet && failure.code.is_none_or(|code| code.name().is_none()) {
                    self.service_text.keep(failure.text);
                }
                if ask == Ask::Logout && failure.code == Some(EmServiceCode::NO_USER_LOGGED_IN) {
                    self.holder = Holder::Nobody;
                }
                Err(Trouble::Refused(failure.code))
            }
            (Ask::Login, Response::Success) => {
                self.holder = UserId::try_from(self.form.user()).map_or(Holder::Unknown, Holder::User);
                Ok(())
            }
            (Ask::Logout, Response::Success) => {
                self.holder = Holder::Nobody;
                Ok(())
            }
            (Ask::Who, Response::DeviceUserResults(results)) => {
                let mut devices = results.devices.iter();
                let device = devices.find(|device| device.name.eq_ignore_case(&self.device));
                self.holder = device.ok_or(Trouble::Unexpected).and_then(|device| holder(&device))?;
                Ok(())
            }
            // Published samples answer one query with the results of the other.
            (Ask::Who, Response::UserDevicesResults(results)) => {
                let user = results.users.iter().find(|user| match user.status {
                    UserDevicesStatus::LoggedIn(devices) => {
                        devices.iter().any(|device| device.eq_ignore_case(&self.device))
                    }
                    _ => false,
                });
                let user = user.ok_or(Trouble::Unexpected)?;
                self.holder = UserId::try_from(user.id).map(Holder::User).map_err(|_| Trouble::Unexpected)?;
                Ok(())
            }
            _ => Err(Trouble::Unexpected),
        }
    }
}

fn holder(device: &DeviceResult<'_>) -> Result<Holder, Trouble> {
    match device.status {
        DeviceStatus::LoggedIn { user, .. } => {
            UserId::try_from(user).map(Holder::User).map_err(|_| Trouble::Unexpected)
        }
        DeviceStatus::LoggedOut { .. } => Ok(Holder::Nobody),
        DeviceStatus::DoesNotExist => Err(Trouble::DeviceUnknown),
        _ => Err(Trouble::Unexpected),
    }
}
