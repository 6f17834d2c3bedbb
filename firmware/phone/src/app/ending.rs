//! The end of a login that was made here for a time: how long it still is, a notice before it, and staying. It must never
//! tell of an end that the phone does not know: after a restart, or of a login that was made elsewhere, there is none.

use core::time::Duration;

use hotdesk_core::Text;

use super::{App, Ask, Came, Field, Holder, NetworkState, Notice, Screen};
use crate::Key;
use crate::config::LoginTime;

/// How long before the end the phone gives notice; half of the time of a shorter login.
const NOTICE: Duration = Duration::from_secs(2 * 60);

/// How much later than the phone a service may end a login beside the time that the login took.
const SLACK: Duration = Duration::from_secs(1);

/// How soon the phone asks again where the service still has a login that is over: its clock may be behind the phone's.
/// Each time it waits twice as long.
const AGAIN: Duration = Duration::from_secs(5);

/// How often it asks again: for five minutes in all.
const TIMES: u8 = 6;

/// The time of the login that is on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Term {
    /// The earliest moment at which it may end: counted from when it was asked for.
    ends: Duration,
    /// When it is over for certain, counted from when it was answered; then, when to ask again.
    over: Duration,
    /// How often the service was asked since it is over.
    asked: u8,
    notice: Duration,
    noticed: bool,
    /// What was asked for is still known, so that the same can be asked for again.
    pub(super) can_repeat: bool,
}

impl App<'_> {
    /// How many seconds the login still is, begun ones included, as of the last event, if that is known.
    pub(crate) fn seconds_left(&self) -> Option<u32> {
        let left = self.term.filter(|term| term.asked == 0)?.ends.saturating_sub(self.now);
        let seconds = left.as_secs().saturating_add(u64::from(left.subsec_nanos() > 0));
        Some(u32::try_from(seconds).unwrap_or(u32::MAX))
    }

    /// Takes in that the person is logged in, `came` about in this way. Returns how it came about, which a login to stay
    /// cannot tell from who is logged in: the same was before.
    pub(super) fn begin_term(&mut self, came: Came) -> Came {
        match came {
            Came::Already if self.staying => return came,
            Came::AfterAll if self.staying => {
                self.term = None;
                return Came::Unsure;
            }
            _ => {}
        }
        self.term = match self.wish.time {
            LoginTime::Minutes(minutes) if came != Came::Already => {
                let time = Duration::from_secs(u64::from(minutes).saturating_mul(60));
                let ends = self.asked_at.saturating_add(time);
                let over = self.now.saturating_add(time).saturating_add(SLACK);
                let notice = ends.saturating_sub(NOTICE.min(time / 2));
                Some(Term { ends, over, asked: 0, notice, noticed: false, can_repeat: true })
            }
            _ => None,
        };
        came
    }

    /// Gives notice of the end, and looks for it once it is over.
    pub(super) fn watch_term(&mut self, now: Duration) {
        if !matches!(self.holder(), Holder::User(_)) {
            self.term = None;
        }
        let Some(mut term) = self.term else { return };
        if now >= term.over {
            self.term = None;
            if self.has_app_user() {
                self.look |= self.network == NetworkState::Ready;
                if term.asked < TIMES {
                    term.over = now.saturating_add(AGAIN.saturating_mul(1 << term.asked));
                    term.asked = term.asked.saturating_add(1);
                    (term.noticed, term.can_repeat) = (true, false);
                    self.term = Some(term);
                }
            } else {
                self.presence.forget();
                self.notice = Some(Notice::Expired);
            }
            if matches!(self.screen, Screen::Ending) {
                self.go(Screen::Idle);
            }
        } else if now >= term.notice && !term.noticed && self.screen.gives_way() {
            term.noticed = true;
            self.term = Some(term);
            self.go(Screen::Ending);
        }
    }

    /// When there is something to say of the end.
    pub(super) fn term_changes_at(&self) -> Option<Duration> {
        let term = self.term?;
        let Some(left) = self.seconds_left() else { return Some(term.over) };
        // What is shown: seconds, or minutes rounded up.
        let less = match self.screen {
            Screen::Ending => left.checked_sub(1),
            _ => left.div_ceil(60).checked_sub(1).map(|minutes| minutes.saturating_mul(60)),
        };
        let changes = less.map(|less| term.ends.saturating_sub(Duration::from_secs(less.into())));
        let notice = Some(term.notice).filter(|_| !term.noticed && self.screen.gives_way());
        [changes, notice, Some(term.over)].into_iter().flatten().min()
    }

    pub(super) fn press_in_ending(&mut self, key: Key) {
        match key {
            Key::Soft1 | Key::Select => self.stay(),
            Key::Soft3 => self.go(Screen::Idle),
            _ => self.scroll(key),
        }
    }

    /// Opens the form for the same login once more. The person signs it, so the PIN is asked for.
    fn stay(&mut self) {
        let Holder::User(user) = self.presence.holder() else { return self.go(Screen::Idle) };
        self.form.clear();
        self.form.set_user(user.as_str());
        self.form.focus(Field::Pin);
        self.staying = true;
        self.go(Screen::Form(Ask::Login));
    }

    /// Whether the login of the form is the one that is on, once more.
    pub(super) fn repeats_login(&self) -> bool {
        let is_user = |user| Text::from(user).eq_ignore_case(self.form.user());
        let same = matches!(self.holder(), Holder::User(user) if is_user(user));
        self.staying && same && self.term.is_some_and(|term| term.can_repeat)
    }
}
