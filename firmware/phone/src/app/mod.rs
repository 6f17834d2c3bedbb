//! What the phone is doing: a pure machine from events to what is asked of the service next.
//!
//! It does no input or output and reads no clock: keys, network, answers and the time come in through
//! [`App::handle`]. What a person sees of it is [`crate::view`]'s business, in which words [`crate::words`]'s; it asks
//! neither.

mod answer;
#[cfg(feature = "browser")]
mod browser;
mod busy;
mod course;
mod diagnostics;
mod ending;
mod entry;
mod event;
mod explain;
mod form;
mod holder;
mod letters;
mod light;
mod login;
mod menu;
mod pin;
mod polling;
mod profiles;
#[cfg(feature = "provisioning")]
mod provisioning;
mod request;
mod screen;
mod settings;
mod shown;
mod symbols;
mod trouble;
mod waiting;

use core::time::Duration;

use hotdesk_core::DeviceName;
use hotdesk_core::codes::em_service::EmServiceCode;
use zeroize::Zeroize;

pub use self::event::{Ask, Event, NetworkState};
pub use self::light::Light;
pub use self::trouble::{ConnectError, Trouble};

pub(crate) use self::course::{Elsewhere, LoggedOut};
pub(crate) use self::diagnostics::Outcome as Exchanged;
#[cfg(feature = "browser")]
pub(crate) use self::entry::Entry;
pub(crate) use self::entry::Mode;
pub(crate) use self::event::{Notice, Signer};
pub(crate) use self::form::{Field, Form, Hint};
pub(crate) use self::holder::Holder;
pub(crate) use self::menu::MenuItem;
pub(crate) use self::screen::{Body, Came, Failure, List, Screen, ServiceText};
pub(crate) use self::settings::Setting;
#[cfg(feature = "browser")]
pub(crate) use self::symbols::Picked;
pub(crate) use self::symbols::Symbols;
pub(crate) use self::waiting::Waiting;

use self::course::{Course, Search};
use self::diagnostics::Exchanges;
use self::ending::Term;
use self::event::Flight;
use self::form::Outcome;
use self::holder::Presence;
use self::login::Wish;
use self::polling::Polling;
use self::profiles::Profiles;
#[cfg(feature = "provisioning")]
use self::provisioning::Provisioning;
use self::settings::Attempts;
#[cfg(feature = "browser")]
use crate::browser::Browser;
use crate::config::{Config, SetupError};
use crate::net::Address;
use crate::settings::{Changed, Settings};
use crate::{Effect, Facts, Key, Language};

/// How long "Logged in" and "Logged out" stay when no key is pressed.
const DONE_TIME: Duration = Duration::from_secs(3);

/// How long a request waits for a network that went away: a plug that slipped is soon back.
const LINK_TIME: Duration = Duration::from_secs(3);

/// How long a screen that a person opened stays without a key. Then what was typed is forgotten.
const LEFT_ALONE_TIME: Duration = Duration::from_secs(120);

/// The phone's application.
///
/// It holds two names of up to 512 bytes and a form, about 2 KiB: make it where it stays. The configuration stays
/// with the caller.
///
/// ```
/// use core::time::Duration;
///
/// use hotdesk_core::DeviceName;
/// use hotdesk_phone::{App, Ask, Config, Event, NetworkState, SetupError};
///
/// let config = Config::parse(b"service = 10.0.2.2\nappID = emphone\nappCertificate = secret\n");
/// let setup = config.as_ref().map_err(|error| SetupError::File(*error));
/// let device = DeviceName::try_from("SEP003094C25B15")?;
/// let mut app = App::new(device, setup);
///
/// // With an application user the phone asks at once who is logged in.
/// let ask = app.handle(Event::Network(NetworkState::Ready), Duration::ZERO);
/// assert_eq!(ask, Some(Ask::Who));
/// let service = &app.config().unwrap().services()[0];
/// let mut request = [0; 1024];
/// let length = app.write_request(Ask::Who, service, &mut request).expect("a kilobyte is enough here");
/// assert!(request[..length].starts_with(b"POST /emservice/EMServiceServlet HTTP/1.1"));
/// # Ok::<(), hotdesk_core::Error>(())
/// ```
#[derive(Debug)]
pub struct App<'c> {
    device: DeviceName,
    setup: Result<&'c Config, SetupError>,
    network: NetworkState,
    /// When the network came into this state.
    network_since: Duration,
    presence: Presence,
    form: Form,
    screen: Screen,
    /// First line shown of a text that is longer than the display.
    top: usize,
    /// The last line that `top` may be. Any, until the text was drawn.
    last_top: usize,
    turns: usize,
    /// The last text of a service that gave no known code.
    service_text: ServiceText,
    /// How far the login has come, where somebody was in its way.
    course: Option<Course>,
    elsewhere: Option<Elsewhere>,
    search: Search,
    in_flight: Option<Flight>,
    /// What is on its way is to be given up.
    cancelled: bool,
    /// How often the service was too busy for what the person waits for.
    busy_tries: u32,
    wanted: Option<Ask>,
    look: bool,
    /// What has changed since a key was pressed, to be said beside who is logged in.
    notice: Option<Notice>,
    /// Why the last question who is logged in failed, if it did.
    look_trouble: Option<Trouble>,
    polling: Polling,
    /// The profiles of the user of the form.
    profiles: Profiles,
    /// What the login that is being made, or was made last, asks for.
    wish: Wish,
    /// The time of the login that is on, if it was made here for one.
    term: Option<Term>,
    /// The login being made is the one that is on, once more.
    staying: bool,
    /// When the service was asked last.
    asked_at: Duration,
    /// When something happened last: what is drawn is of this moment.
    now: Duration,
    /// When the screen was opened.
    since: Duration,
    last_key: Duration,
    /// When the display was lit last.
    lit_at: Duration,
    effect: Option<Effect>,
    facts: Option<Facts>,
    address: Option<Address>,
    #[cfg(feature = "tls")]
    known_time: Option<crate::time::Known>,
    /// The service that answered or was tried last, until its exchange is kept.
    service: Option<usize>,
    exchanges: Exchanges,
    /// A key was pressed since the start.
    was_pressed: bool,
    settings: Settings,
    /// Which of the names have a value set on the phone.
    changed: Changed,
    /// Both before the change that the board is keeping.
    before: (Settings, Changed),
    attempts: Attempts,
    #[cfg(feature = "provisioning")]
    provisioning: Provisioning,
    #[cfg(feature = "browser")]
    browser: Browser<'c>,
}

impl<'c> App<'c> {
    /// Makes the app of a phone that was just switched on.
    #[must_use]
    pub fn new(device: DeviceName, setup: Result<&'c Config, SetupError>) -> Self {
        let screen = if setup.is_ok() { Screen::Starting } else { Screen::SetupFailed };
        let every = setup.ok().and_then(Config::poll_interval);
        let language = match setup {
            Err(SetupError::File(error)) => error.language(),
            _ => Language::default(),
        };
        let settings = setup.map_or_else(|_| Settings::in_language(language), Config::settings);
        let changed = setup.map_or_else(|_| Changed::default(), Config::changed);
        let polling = Polling::new(every, device.as_str());
        #[cfg(feature = "provisioning")]
        let provisioning = Provisioning::new(device.as_str());
        Self {
            device,
            setup,
            network: NetworkState::NoLink,
            network_since: Duration::ZERO,
            presence: Presence::default(),
            form: Form::new(setup.ok().and_then(Config::user_id_mode)),
            screen,
            top: 0,
            last_top: usize::MAX,
            turns: 0,
            service_text: ServiceText::default(),
            course: None,
            elsewhere: None,
            search: Search::default(),
            in_flight: None,
            cancelled: false,
            busy_tries: 0,
            wanted: None,
            look: false,
            notice: None,
            look_trouble: None,
            polling,
            profiles: Profiles::default(),
            wish: Wish::default(),
            term: None,
            staying: false,
            asked_at: Duration::ZERO,
            now: Duration::ZERO,
            since: Duration::ZERO,
            last_key: Duration::ZERO,
            lit_at: Duration::ZERO,
            effect: None,
            facts: None,
            address: None,
            #[cfg(feature = "tls")]
            known_time: None,
            service: None,
            exchanges: Exchanges::new(),
            was_pressed: false,
            settings,
            changed,
            before: (settings, changed),
            attempts: Attempts::default(),
            #[cfg(feature = "provisioning")]
            provisioning,
            #[cfg(feature = "browser")]
            browser: Browser::default(),
        }
    }

    /// Takes in what happened at `now` (since any fixed moment) and says what to ask of the service.
    ///
    /// Whoever calls it sends that request, once, and hands in [`Event::Answer`] when it is over, however it went. Where
    /// another is asked for before that, the first is a question that nobody waits for any more: it is given up, and only
    /// the second has an answer.
    pub fn handle(&mut self, event: Event<'_>, now: Duration) -> Option<Ask> {
        self.now = now;
        self.settle(now);
        match event {
            Event::Key(key) => {
                if polling::wakes(self.last_key, now) {
                    self.look |= self.may_look();
                }
                self.last_key = now;
                if self.wake_light() {
                    self.notice = None;
                    self.was_pressed = true;
                    self.press(key, now);
                }
            }
            Event::Network(state) => self.network_changed(state),
            Event::Started(facts) => self.started(facts),
            Event::Address(address) => self.address = address,
            #[cfg(feature = "tls")]
            Event::Clock(known) => self.known_time = known,
            Event::Kept(kept) => self.kept(kept),
            Event::Answer(answer) => self.answered(answer, now),
            Event::Read => self.was_read(now),
            Event::Turned => self.turns = self.turns.wrapping_add(1),
            #[cfg(feature = "provisioning")]
            Event::Provisioned(outcome) => self.provisioned(outcome),
            Event::Time => {}
        }
        let ask = self.next_ask();
        #[cfg(feature = "provisioning")]
        self.next_load();
        ask
    }

    /// Whether what is on its way is to be given up. Whoever carries it out hands in [`Trouble::Cancelled`], which says
    /// whether anything was sent.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled
    }

    /// What the board is to do now, if anything. Asked for after each event; each effect is carried out once.
    pub fn take_effect(&mut self) -> Option<Effect> {
        self.effect.take()
    }

    /// What the board knows of itself, as soon as it has said so.
    #[must_use]
    pub fn facts(&self) -> Option<&Facts> {
        self.facts.as_ref()
    }

    /// The network's address, where it has one.
    #[must_use]
    pub fn address(&self) -> Option<&Address> {
        self.address.as_ref()
    }

    /// The time, if it is known, and where from.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn known_time(&self) -> Option<crate::time::Known> {
        self.known_time
    }

    /// When [`Event::Time`] has something to do, if ever.
    #[must_use]
    pub fn wake_at(&self) -> Option<Duration> {
        let left_alone = self.screen.ends_without_a_key().then(|| self.left_alone_at());
        let letter = self.form.wake_at().filter(|_| self.screen.has_form());
        let done = match self.screen {
            Screen::Done { until, .. } | Screen::ServiceBusy { until, .. } | Screen::Saved { until, .. } => {
                Some(until)
            }
            _ => None,
        };
        let look = self.polling.next().filter(|_| self.may_look());
        let looks = [
            self.waiting_changes_at(),
            self.light_changes_at(),
            self.term_changes_at(),
            self.uptime_changes_at(),
            self.code_held_changes_at(),
            #[cfg(feature = "provisioning")]
            self.loads_at(),
            #[cfg(feature = "browser")]
            self.page_changes_at(),
        ];
        [left_alone, letter, done, look].into_iter().chain(looks).flatten().min()
    }

    /// Takes by how many lines the text can be scrolled, as it was drawn last.
    pub fn can_scroll(&mut self, lines: usize) {
        self.last_top = lines;
        self.top = self.top.min(lines);
    }

    /// The configuration, where there is one.
    #[must_use]
    pub fn config(&self) -> Option<&'c Config> {
        self.setup.ok()
    }

    /// The name of the screen, for a log: it holds nothing a person typed.
    #[must_use]
    pub fn screen_name(&self) -> &'static str {
        self.screen.name()
    }

    /// The texts of the phone's language.
    /// The name that the service knows the phone by.
    #[must_use]
    pub fn device(&self) -> &DeviceName {
        &self.device
    }

    /// Whether the phone may ask by itself who is logged in.
    fn may_look(&self) -> bool {
        let started = !matches!(self.screen, Screen::Starting | Screen::SetupFailed);
        started && self.in_flight.is_none() && self.network == NetworkState::Ready && self.can_look()
    }

    /// Whether the phone can ask by itself, once there is a network.
    fn can_look(&self) -> bool {
        #[cfg(feature = "provisioning")]
        if !self.knows_services() {
            return false;
        }
        self.has_app_user()
    }

    /// When nobody has pressed a key for long enough, on this screen: one that came late stays as long as any other.
    fn left_alone_at(&self) -> Duration {
        self.last_key.max(self.since).saturating_add(LEFT_ALONE_TIME)
    }

    /// Ends what lasts only for a time.
    fn settle(&mut self, now: Duration) {
        self.form.time(now);
        self.cancelled |= self.in_flight.is_some() && self.is_cut_off();
        self.watch_term(now);
        #[cfg(feature = "browser")]
        self.watch_page(now);
        if self.may_look() && self.polling.next().is_some_and(|at| now >= at) {
            self.look = true;
        }
        match self.screen {
            Screen::Saved { setting, kept, until } if now >= until => self.after_saving(setting, kept),
            Screen::CodeHeld if self.code_held_for() == 0 => self.open_settings(),
            Screen::Done { until, .. } if now >= until => self.go(Screen::Idle),
            Screen::ServiceBusy { ask, until } if now >= until => self.ask_again(ask),
            _ if self.screen.ends_without_a_key() && now >= self.left_alone_at() => {
                self.go(Screen::Idle);
            }
            _ => {}
        }
    }

    /// Passes a key on to the screen. What a screen with logic of its own does with it is in that screen's module.
    fn press(&mut self, key: Key, now: Duration) {
        match self.screen {
            Screen::Starting | Screen::Busy(_) | Screen::Settling(_) => self.press_in_wait(key),
            Screen::ServiceBusy { .. } => self.press_in_service_busy(key),
            Screen::Restarting => {}
            Screen::SetupFailed => match key {
                Key::Soft1 => self.restart(),
                _ => self.scroll(key),
            },
            Screen::TakeOver => self.press_in_takeover(key),
            Screen::Elsewhere => self.press_in_elsewhere(key),
            Screen::Done { .. } => self.go(Screen::Idle),
            Screen::Idle => match key {
                Key::Soft1 if matches!(self.holder(), Holder::User(_)) => self.open_logout(),
                Key::Soft1 => self.open_login(),
                Key::Soft2 if matches!(self.holder(), Holder::Unknown) => self.open_logout(),
                Key::Soft3 | Key::Select => self.open_menu(),
                Key::Soft4 if self.can_ask_who() => self.ask(Ask::Who),
                Key::Soft5 => self.go(Screen::About),
                _ => self.scroll(key),
            },
            Screen::Menu { selected } => self.press_in_menu(key, selected),
            Screen::Explain { number } => self.press_in_explain(key, number),
            Screen::Explained { number } => self.press_in_explained(key, number),
            Screen::About | Screen::Exchanges => self.press_in_diagnostics(key),
            Screen::RestartConfirm => self.press_in_restart(key),
            Screen::Settings { selected } => self.press_in_settings(key, selected),
            Screen::Choose { setting, selected } => self.press_in_choices(key, setting, selected),
            Screen::AdminCode => self.press_in_admin_code(key),
            Screen::CodeHeld if key == Key::Soft3 => self.open_menu(),
            Screen::ServiceForm { place } => self.press_in_service(key, place),
            Screen::BadService { place, .. } => self.press_in_bad_service(key, place),
            Screen::ForgetConfirm => self.press_in_forget(key),
            Screen::CodeHeld | Screen::Saving { .. } => {}
            Screen::Saved { .. } if matches!(key, Key::Up | Key::Down) => self.scroll(key),
            Screen::Saved { setting, kept, .. } => self.after_saving(setting, kept),
            Screen::Form(ask) => match self.form.press(key, now) {
                Outcome::Stay => {}
                Outcome::Submit if ask == Ask::Login => self.begin_login(),
                Outcome::Submit => self.ask(ask),
                Outcome::Cancel => self.go(Screen::Idle),
            },
            Screen::Ending => self.press_in_ending(key),
            #[cfg(feature = "browser")]
            Screen::Page => self.press_in_page(key, now),
            Screen::Profiles => self.press_in_profiles(key, now),
            Screen::NoProfiles(_) => self.press_without_profiles(key),
            Screen::LoginTimes { selected } => self.press_in_login_times(key, selected),
            Screen::LogoutConfirm => match key {
                Key::Soft1 | Key::Select => self.ask(Ask::Logout),
                Key::Soft3 => self.go(Screen::Idle),
                _ => self.scroll(key),
            },
            Screen::Failed(failure) => match key {
                Key::Soft1 | Key::Select => self.go(Screen::Idle),
                Key::Soft3 if self.can_retry(&failure) => self.retry(failure),
                _ => self.scroll(key),
            },
        }
    }

    fn open_login(&mut self) {
        #[cfg(feature = "browser")]
        if self.opens_login_app() {
            return;
        }
        self.form.clear();
        self.go(Screen::Form(Ask::Login));
    }

    fn open_logout(&mut self) {
        #[cfg(feature = "browser")]
        if self.opens_login_app() {
            return;
        }
        self.form.clear();
        self.go(match self.signer(Ask::Logout) {
            Signer::AppUser => Screen::LogoutConfirm,
            Signer::Person => Screen::Form(Ask::Logout),
        });
    }

    /// Asks the service in front of the person.
    fn ask(&mut self, ask: Ask) {
        self.busy_tries = 0;
        self.ask_again(ask);
    }

    fn ask_again(&mut self, ask: Ask) {
        self.wanted = Some(ask);
        self.go(Screen::Busy(ask));
    }

    /// Does again what failed. The PIN was wiped, so what needs it starts at its form.
    fn retry(&mut self, failure: Failure) {
        #[cfg(feature = "browser")]
        if failure.ask == Ask::Page {
            return self.retry_page(&failure);
        }
        if self.course.is_some() {
            return self.start_again();
        }
        match self.signer(failure.ask) {
            Signer::AppUser => self.ask(failure.ask),
            Signer::Person => {
                let unknown = failure.trouble == Trouble::Refused(Some(EmServiceCode::USER_NOT_FOUND));
                self.form.focus(if unknown { Field::User } else { Field::Pin });
                self.go(Screen::Form(failure.ask));
            }
        }
    }

    fn network_changed(&mut self, state: NetworkState) {
        let back = self.network != state && state == NetworkState::Ready;
        self.network = state;
        self.network_since = self.now;
        if !back {
            return self.lost_network();
        }
        if matches!(self.screen, Screen::Starting) {
            self.go(if self.can_look() { Screen::Busy(Ask::Who) } else { Screen::Idle });
        }
        #[cfg(feature = "provisioning")]
        self.load_again();
        self.look = self.can_look() && !matches!(self.screen, Screen::SetupFailed);
    }

    /// Whether the network has been away for so long that nothing is to be waited for.
    fn is_cut_off(&self) -> bool {
        self.network != NetworkState::Ready && self.now >= self.network_since.saturating_add(LINK_TIME)
    }

    fn next_ask(&mut self) -> Option<Ask> {
        let flight = match (self.in_flight, self.wanted) {
            (None, None) if core::mem::take(&mut self.look) => Flight { ask: Ask::Who, quiet: true },
            // Nobody waits for a quiet question, and giving one up changes nothing.
            (None | Some(Flight { quiet: true, .. }), Some(ask)) => {
                // Rows of a list that is shown.
                Flight { ask, quiet: matches!(self.screen, Screen::Profiles) }
            }
            _ => return None,
        };
        self.wanted = None;
        // Whatever was to be given up is, for this.
        self.cancelled = false;
        #[cfg(feature = "browser")]
        if flight.ask == Ask::Page {
            // A page says nothing of who is logged in, so the next question for that stays due.
            (self.in_flight, self.asked_at) = (Some(flight), self.now);
            return Some(Ask::Page);
        }
        self.polling.stop();
        self.in_flight = Some(flight);
        self.asked_at = self.now;
        Some(flight.ask)
    }

    fn fail(&mut self, ask: Ask, trouble: Trouble) {
        self.go(Screen::Failed(Failure { ask, trouble, settled: false }));
    }

    /// Changes the screen. A PIN survives from its form to the answer, and to the end of the steps that the login needs;
    /// a service's words on their screen.
    fn go(&mut self, screen: Screen) {
        self.top = 0;
        self.last_top = usize::MAX;
        self.turns = 0;
        if !matches!(screen, Screen::Settling(_) | Screen::Failed(_) | Screen::NoProfiles(_)) {
            self.service_text.zeroize();
        }
        #[cfg(feature = "browser")]
        self.leave_page_for(&screen);
        match screen {
            Screen::Form(_)
            | Screen::ServiceForm { .. }
            | Screen::BadService { .. }
            | Screen::Saving { .. }
            | Screen::Busy(_)
            | Screen::Profiles
            | Screen::NoProfiles(_)
            | Screen::LoginTimes { .. }
            | Screen::ServiceBusy { .. }
            | Screen::TakeOver
            | Screen::Elsewhere => {}
            // A login goes on once it is known that what was in its way is logged out.
            Screen::Settling(failure) if failure.ask != Ask::Login && self.course.is_some() => {}
            // The user ID stays for another try, and to be compared with who is logged in.
            Screen::Settling(_) | Screen::Failed(_) => self.form.wipe_pin(),
            _ => {
                self.form.clear();
                self.course = None;
                self.elsewhere = None;
                self.staying = false;
            }
        }
        if let Some(Flight { ask, .. }) = self.in_flight
            && !ask.is_change()
            && self.signer(ask) == Signer::Person
            && self.form.pin().len() == 0
        {
            // A question that carries the PIN does not outlast it.
            self.cancelled = true;
        }
        self.light_for(&screen);
        self.screen = screen;
        self.since = self.now;
    }

    fn scroll(&mut self, key: Key) {
        self.top = match key {
            Key::Up => self.top.saturating_sub(1),
            Key::Down => self.top.saturating_add(1).min(self.last_top),
            _ => self.top,
        };
    }
}
