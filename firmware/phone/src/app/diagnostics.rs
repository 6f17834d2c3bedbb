//! What the phone can tell whoever looks after it: the last exchanges with the services, and that it failed before this start.
//!
//! It must never keep an ID or a secret: of an exchange only what was asked, of which service, and how it ended.

use core::time::Duration;

use heapless::Deque;
use hotdesk_core::Response;
use hotdesk_core::codes::em_service::EmServiceCode;
use hotdesk_core::session::ExchangeFailure;

use super::profiles::Content;
use super::{App, Ask, Screen, Trouble};
use crate::{Facts, Key, Start};

/// Exchanges kept.
const KEPT: usize = 8;

/// The last exchanges, the newest first.
pub(crate) type Exchanges = Deque<Exchange, KEPT>;

/// One exchange with a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exchange {
    /// When it ended, since the phone started.
    pub(crate) at: Duration,
    pub(crate) ask: Ask,
    /// The service that answered or was tried last, if one was: its place in the configuration.
    pub(crate) service: Option<usize>,
    pub(crate) outcome: Outcome,
}

/// How an exchange ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The service did what was asked.
    Done,
    /// It refused, with this code where it gave one.
    Refused(Option<EmServiceCode>),
    /// It could not be reached.
    NoConnection,
    /// It answered with this HTTP status.
    Status(u16),
    /// No answer came, or not whole.
    NoAnswer,
    /// The answer cannot be used.
    Unusable,
    /// The person gave it up.
    Cancelled,
    /// The request could not be sent.
    NotSent,
}

impl From<&Result<Response<'_>, Trouble>> for Outcome {
    fn from(answer: &Result<Response<'_>, Trouble>) -> Self {
        match answer {
            Ok(Response::Failure(failure)) => Self::Refused(failure.code),
            Ok(_) => Self::Done,
            Err(trouble) => (*trouble).into(),
        }
    }
}

impl From<Trouble> for Outcome {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Refused(code) => Self::Refused(code),
            Trouble::NoConnection(_) => Self::NoConnection,
            Trouble::NoAnswer(error) => match error.failure() {
                ExchangeFailure::Status(status) => Self::Status(status.number()),
                _ => Self::NoAnswer,
            },
            Trouble::NetworkLost => Self::NoAnswer,
            Trouble::Unreadable { .. } | Trouble::Unexpected | Trouble::DeviceUnknown => Self::Unusable,
            Trouble::Cancelled { .. } => Self::Cancelled,
            #[cfg(feature = "browser")]
            Trouble::NotFollowed(_) => Self::NotSent,
            Trouble::RequestTooLong { .. } | Trouble::Unsendable | Trouble::NoApplicationUser => {
                Self::NotSent
            }
        }
    }
}

impl From<Content> for Outcome {
    fn from(content: Content) -> Self {
        match content {
            Content::Profiles(_) => Self::Done,
            Content::Refused(code) => Self::Refused(code),
            Content::Unexpected => Self::Unusable,
        }
    }
}

impl App<'_> {
    /// Takes what the board knows of itself. A restart is no way around the wait after wrong admin codes: it begins anew.
    pub(super) fn started(&mut self, facts: Facts) {
        self.hold_codes(facts.wrong_codes);
        self.facts = Some(facts);
    }

    /// Takes which service answers what was asked, or was tried last.
    pub(crate) fn answered_by(&mut self, service: Option<usize>) {
        self.service = service;
    }

    /// Keeps how an exchange ended. The oldest gives way.
    pub(super) fn keep_exchange(&mut self, ask: Ask, outcome: Outcome) {
        if self.exchanges.is_full() {
            self.exchanges.pop_back();
        }
        let exchange = Exchange { at: self.now, ask, service: self.service.take(), outcome };
        // There is room: the oldest has gone.
        let _ = self.exchanges.push_front(exchange);
    }

    /// The last exchanges.
    pub(crate) fn exchanges(&self) -> &Exchanges {
        &self.exchanges
    }

    /// Why the phone started, while that is to be said without being asked: it failed, and nobody has pressed a key since.
    pub(crate) fn failed_start(&self) -> Option<&Start> {
        self.facts.as_ref().map(|facts| &facts.start).filter(|start| start.is_failure() && !self.was_pressed)
    }

    /// How long the phone has run.
    pub(crate) fn uptime(&self) -> Duration {
        self.now
    }

    /// When the screen that shows for how long looks different: it shows minutes.
    pub(super) fn uptime_changes_at(&self) -> Option<Duration> {
        let minutes = self.now.as_secs() / 60;
        matches!(self.screen, Screen::About)
            .then(|| Duration::from_secs(minutes.saturating_add(1).saturating_mul(60)))
    }

    pub(super) fn press_in_diagnostics(&mut self, key: Key) {
        match (self.screen, key) {
            (Screen::About, Key::Soft1) => self.go(Screen::Exchanges),
            (Screen::Exchanges, Key::Soft3) => self.go(Screen::About),
            (_, Key::Soft3) => self.open_menu(),
            _ => self.scroll(key),
        }
    }

    pub(super) fn press_in_restart(&mut self, key: Key) {
        match key {
            Key::Soft1 | Key::Select => self.restart(),
            Key::Soft3 => self.open_menu(),
            _ => self.scroll(key),
        }
    }

    /// Has the phone restart.
    pub(super) fn restart(&mut self) {
        self.effect = Some(crate::Effect::Restart);
        self.go(Screen::Restarting);
    }
}
