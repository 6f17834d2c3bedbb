//! The phone as one future: keys, time, display and network joined around one [`App`].
//!
//! A display being written never holds up the network, nor the other way round: each waits on its own. The app is
//! borrowed only between two waits. Where the network computes for long, the phone is two futures instead: [`Phone::front`] for
//! an executor that interrupts the other, [`Phone::back`] for that one.

use core::cell::{Cell, RefCell};
use core::convert::Infallible;

use embassy_futures::join::{join, join3, join5};
use embassy_futures::select::{Either, Either3, select, select3};
use embassy_futures::yield_now;
use embassy_sync::blocking_mutex::Mutex;
use embassy_sync::blocking_mutex::raw::{NoopRawMutex, RawMutex};
use embassy_sync::signal::Signal;
use embassy_time::{Duration, Timer};
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::Point;
use embedded_graphics::primitives::Rectangle;

use hotdesk_core::session::Task;
use hotdesk_core::{Piece, wipe};

use crate::clock::{instant, now};
#[cfg(feature = "provisioning")]
use crate::config::Config;
use crate::config::Service;
use crate::log::{self, log};
use crate::net::{self, Link, Network, Reading, Turn};
#[cfg(feature = "provisioning")]
use crate::provisioning::{Found, Outcome, fetch};
use crate::repeat::Repeat;
use crate::view::keys::{self, Meaning};
use crate::view::{self, Colours, Layout, View};
use crate::{App, Ask, Bitmap, Board, Effect, Event, Facts, Key, KeyQueue, Light, Trouble};

/// How often a board hears that the phone makes progress. Its watchdog must wait for several of these.
pub const PULSE: Duration = Duration::from_secs(1);

/// How many pictures one after the other may be out of date before they are drawn. The next one is shown in any case, so
/// that something is seen however fast things change.
const MOST_GIVEN_UP: u32 = 8;

/// A display.
///
/// What is drawn is seen after [`Display::flush`]. A board draws into memory of its own and sends that from there.
pub trait Display: DrawTarget<Color: Colours> {
    /// How screens are laid out on it: the layout of its size.
    fn layout(&self) -> &'static Layout;

    /// Follows the light: a display with a light of its own dims it or turns it off; one that shines by its pixels may
    /// turn itself off. The pixels are drawn for the light in any case.
    fn set_light(&mut self, light: Light);

    /// Takes how the picture is laid out that is shown next. A display that is touched finds its keys by it; for others it is
    /// always [`layout`](Self::layout).
    fn set_layout(&mut self, layout: &'static Layout) {
        let _ = layout;
    }

    /// Draws a glyph: `ink` on `ground`, its upper left corner at `at`.
    ///
    /// A board whose memory takes several pixels at once does better than this, which goes pixel by pixel.
    ///
    /// # Errors
    ///
    /// The display's own.
    fn draw_bitmap(
        &mut self,
        at: Point,
        bitmap: &Bitmap,
        ink: Self::Color,
        ground: Self::Color,
    ) -> Result<(), Self::Error> {
        let colors = bitmap.pixels().map(|is_ink| if is_ink { ink } else { ground });
        self.fill_contiguous(&Rectangle::new(at, bitmap.size()), colors)
    }

    /// Shows what was drawn. It lets other work go on while the display takes its time.
    ///
    /// # Errors
    ///
    /// The display's own.
    // A phone runs on one executor thread, so the future need not be `Send`.
    #[allow(async_fn_in_trait)]
    async fn flush(&mut self) -> Result<(), Self::Error>;
}

/// Memory, the board's to size.
#[derive(Debug)]
pub struct Buffers<'a> {
    /// Remembers what the display shows: [`Layout::cells`] places.
    pub cells: &'a mut [view::Cell],
    /// Holds a whole HTTP request. 2 KiB are enough for IDs and names of 128 ASCII letters; wiped after sending.
    pub request: &'a mut [u8],
    /// Holds the head of an answer, then its document; a longer one becomes a failure screen that names this size. A list is
    /// read in pieces through it and may have any length. 2 KiB hold any head and any row. Wiped after reading.
    pub answer: &'a mut [u8],
}

/// The app, as what runs the phone reaches it: alone in one executor, or by a mutex that keeps two executors apart.
pub trait Shared<'c> {
    /// Has the app looked at.
    fn read<R>(&self, look: impl FnOnce(&App<'c>) -> R) -> R;

    /// Has the app changed.
    fn change<R>(&self, change: impl FnOnce(&mut App<'c>) -> R) -> R;
}

impl<'c> Shared<'c> for RefCell<App<'c>> {
    fn read<R>(&self, look: impl FnOnce(&App<'c>) -> R) -> R {
        look(&self.borrow())
    }

    fn change<R>(&self, change: impl FnOnce(&mut App<'c>) -> R) -> R {
        change(&mut self.borrow_mut())
    }
}

impl<'c, M: RawMutex> Shared<'c> for Mutex<M, RefCell<App<'c>>> {
    fn read<R>(&self, look: impl FnOnce(&App<'c>) -> R) -> R {
        self.lock(|app| look(&app.borrow()))
    }

    fn change<R>(&self, change: impl FnOnce(&mut App<'c>) -> R) -> R {
        self.lock(|app| change(&mut app.borrow_mut()))
    }
}

/// Runs the phone, for ever.
///
/// `keys` brings what a person presses, `display` shows what there is to see, `network` reaches the service, `board` does
/// the rest. Times come from `embassy-time`.
pub async fn run<D: Display, N: Network, B: Board, M: RawMutex, const KEYS: usize>(
    app: &RefCell<App<'_>>,
    keys: &KeyQueue<M, KEYS>,
    display: D,
    network: N,
    board: B,
    mut buffers: Buffers<'_>,
) -> ! {
    let cells = core::mem::take(&mut buffers.cells);
    let phone = Phone::<_, NoopRawMutex>::new(app, display.layout(), board.facts());
    let (never, ..) = join5(
        phone.listen(keys),
        phone.watch(network.link()),
        phone.speak(network, buffers),
        phone.show(display, cells),
        phone.tend(board),
    )
    .await;
    match never {}
}

/// The app and what its parts tell each other, by way of `M`.
pub struct Phone<'a, S, M: RawMutex> {
    app: &'a S,
    layout: &'static Layout,
    /// The display no longer shows what there is to see.
    changed: Signal<M, ()>,
    /// The time to wake the app may be another.
    moved: Signal<M, ()>,
    /// The service is to be asked.
    asked: Signal<M, Ask>,
    /// The person does not want to wait any longer.
    cancel: Signal<M, ()>,
    /// Another screen is shown, or the network is in another state.
    opened: Signal<M, ()>,
    /// The phone's file is to be loaded.
    #[cfg(feature = "provisioning")]
    file: Signal<M, ()>,
    /// What counts of it is to be kept.
    #[cfg(feature = "provisioning")]
    new_file: Signal<M, ()>,
    /// The board is to do something.
    wanted: Signal<M, Effect>,
    /// Pictures shown so far.
    shown: Mutex<M, Cell<u32>>,
}

impl<'a, 'c, S: Shared<'c>, M: RawMutex> Phone<'a, S, M> {
    /// A phone that has just started. `layout` is that of its display.
    pub fn new(app: &'a S, layout: &'static Layout, facts: Facts) -> Self {
        let phone = Self {
            app,
            layout,
            changed: Signal::new(),
            moved: Signal::new(),
            asked: Signal::new(),
            cancel: Signal::new(),
            opened: Signal::new(),
            #[cfg(feature = "provisioning")]
            file: Signal::new(),
            #[cfg(feature = "provisioning")]
            new_file: Signal::new(),
            wanted: Signal::new(),
            shown: Mutex::new(Cell::new(0)),
        };
        log::start(&facts);
        phone.happen(Event::Started(facts));
        phone
    }

    /// Runs what a person presses and sees, for ever: what must not wait while the rest computes.
    pub async fn front<K: RawMutex, const KEYS: usize>(
        &self,
        keys: &KeyQueue<K, KEYS>,
        display: impl Display,
        cells: &mut [view::Cell],
    ) -> ! {
        match join(self.listen(keys), self.show(display, cells)).await.0 {}
    }

    /// Runs the rest, for ever. It says that the phone makes progress only where both halves do: [`Phone::front`] runs where it
    /// interrupts this one.
    pub async fn back(&self, network: impl Network, board: impl Board, buffers: Buffers<'_>) -> ! {
        let (never, ..) =
            join3(self.watch(network.link()), self.speak(network, buffers), self.tend(board)).await;
        match never {}
    }

    /// Hands an event to the app and its wishes to the others.
    fn happen(&self, event: Event<'_>) {
        self.app.change(|app| self.hand(app, event));
        self.changed.signal(());
        self.moved.signal(());
    }

    fn hand(&self, app: &mut App<'c>, event: Event<'_>) {
        let before = app.screen_name();
        let ask = app.handle(event, now());
        if app.screen_name() != before {
            log!(info, "screen {=str}", app.screen_name());
            self.opened.signal(());
        }
        if app.is_cancelled() {
            self.cancel.signal(());
        }
        if let Some(effect) = app.take_effect() {
            self.wanted.signal(effect);
        }
        if let Some(ask) = ask {
            self.asked.signal(ask);
        }
        #[cfg(feature = "provisioning")]
        if app.takes_file() {
            self.file.signal(());
        }
        #[cfg(feature = "provisioning")]
        if app.keeps_file() {
            self.new_file.signal(());
        }
    }

    /// Has a key do what it means on the screen that is shown.
    fn press(&self, key: Key) {
        let (meaning, list) = self.app.read(|app| {
            // A key that wakes the display means nothing else.
            let dark = app.light() != Light::Bright;
            let meaning = if dark { Meaning::Key(key) } else { keys::meaning(app, self.layout, key) };
            (meaning, app.body().list())
        });
        match (meaning, list) {
            (Meaning::Key(key), _) => self.happen(Event::Key(key)),
            (Meaning::More, _) => self.happen(Event::Turned),
            (Meaning::Entry(index), Some(list)) => {
                let step = if index < list.selected { Key::Up } else { Key::Down };
                for _ in 0..index.abs_diff(list.selected) {
                    self.happen(Event::Key(step));
                }
                self.happen(Event::Key(Key::Select));
            }
            (Meaning::Nothing | Meaning::Entry(_), _) => {}
        }
    }

    /// Whether a key that is held acts again and again on the screen that is shown.
    fn repeats(&self, key: Key) -> bool {
        self.app.read(|app| match keys::meaning(app, self.layout, key) {
            Meaning::Key(key) => app.repeats(key),
            _ => false,
        })
    }

    /// Waits for keys and for the time the app wants to be woken at. A key that is held acts again where the app says so.
    async fn listen<K: RawMutex, const N: usize>(&self, keys: &KeyQueue<K, N>) -> Infallible {
        let mut repeat: Option<Repeat> = None;
        loop {
            let wake_at = self.app.read(App::wake_at);
            let wake_at = [wake_at, repeat.map(|repeat| repeat.at)].into_iter().flatten().min();
            let wake = async {
                match wake_at {
                    Some(at) => Timer::at(instant(at)).await,
                    None => core::future::pending().await,
                }
            };
            match select3(keys.next(), wake, self.moved.wait()).await {
                Either3::First(key) => {
                    let repeats = self.repeats(key);
                    self.press(key);
                    repeat = repeats.then(|| Repeat::new(key, now()));
                }
                Either3::Second(()) => match repeat {
                    Some(held) if now() >= held.at => {
                        let acts = keys.is_held(held.key) && self.repeats(held.key);
                        if acts {
                            self.press(held.key);
                        }
                        repeat = held.next(now()).filter(|_| acts);
                    }
                    _ => self.happen(Event::Time),
                },
                Either3::Third(()) => {}
            }
        }
    }

    /// Draws what changed, row by row: whatever else there is to do goes on between two rows.
    async fn show(&self, mut display: impl Display, cells: &mut [view::Cell]) -> Infallible {
        let mut view = View::new(self.layout, cells);
        let mut light = Light::Bright;
        let mut given_up = 0;
        loop {
            self.changed.wait().await;
            // A request leaves before its screen is drawn.
            yield_now().await;
            let wanted = self.app.read(App::drawn_light);
            if wanted != light {
                light = wanted;
                display.set_light(light);
            }
            log!(debug, "drawing");
            let layout = self.app.read(|app| self.layout.shown(app));
            let lines = self.app.read(|app| view.lay_out(app));
            self.app.change(|app| app.can_scroll(lines));
            let drawn = loop {
                match view.draw_row(&mut display) {
                    Ok(true) => yield_now().await,
                    Ok(false) => break Ok(true),
                    Err(error) => break Err(error),
                }
                if self.changed.signaled() && given_up < MOST_GIVEN_UP {
                    break Ok(false);
                }
            };
            let shown = match drawn {
                Ok(true) => {
                    display.set_layout(layout);
                    display.flush().await
                }
                Ok(false) => {
                    given_up += 1;
                    continue;
                }
                Err(error) => Err(error),
            };
            given_up = 0;
            if shown.is_err() {
                view.forget();
                log!(warn, "the display does not take a picture; the next change tries again");
            }
            log!(debug, "shown");
            self.shown.lock(|shown| shown.update(|shown| shown.wrapping_add(1)));
        }
    }

    /// Watches how far the network is, also while the service is asked.
    async fn watch(&self, link: impl Link) -> Infallible {
        let mut state = link.state();
        loop {
            self.happen(Event::Network(state));
            // Its address may be another.
            self.opened.signal(());
            state = link.state_after(state).await;
            log!(info, "network {}", state);
        }
    }

    /// Asks the service what the app wants to know.
    async fn speak(&self, mut network: impl Network, mut buffers: Buffers<'_>) -> Infallible {
        let services = self.app.read(|app| app.config().map_or(&[][..], |config| config.services()));
        let turn = Turn::default();
        loop {
            #[cfg(not(feature = "provisioning"))]
            let next = select(self.asked.wait(), self.opened.wait()).await;
            #[cfg(feature = "provisioning")]
            let next = match select3(self.asked.wait(), self.opened.wait(), self.file.wait()).await {
                Either3::First(ask) => Either::First(ask),
                Either3::Second(()) => Either::Second(()),
                Either3::Third(()) => match self.load_file(&mut network, &mut buffers).await {
                    Some(ask) => Either::First(ask),
                    None => Either::Second(()),
                },
            };
            #[cfg(feature = "provisioning")]
            let provisioned = if services.is_empty() {
                self.app.read(App::provisioned_services)
            } else {
                heapless::Vec::new()
            };
            #[cfg(feature = "provisioning")]
            let services = if services.is_empty() { &provisioned[..] } else { services };
            match next {
                Either::First(ask) => self.exchange(ask, &mut network, services, &turn, &mut buffers).await,
                // The address may be another without the network having been away: a screen shows the one of now.
                Either::Second(()) => {}
            }
            let address = network.address();
            if self.app.read(|app| app.address() != address.as_ref()) {
                self.happen(Event::Address(address));
            }
            #[cfg(feature = "tls")]
            if self.app.read(App::known_time) != network.known_time() {
                self.happen(Event::Clock(network.known_time()));
            }
        }
    }

    /// Loads the phone's file, unless the app wants to ask a service meanwhile: then it returns what.
    #[cfg(feature = "provisioning")]
    async fn load_file(&self, network: &mut impl Network, buffers: &mut Buffers<'_>) -> Option<Ask> {
        let (server, device) =
            self.app.read(|app| (app.config().and_then(Config::provisioning), app.device().clone()));
        let mut found = Found::nothing();
        let (outcome, ask) = match server {
            Some(server) => {
                let loading = fetch(network, server, &device, &mut found, buffers);
                match select(loading, self.asked.wait()).await {
                    Either::First(outcome) => (outcome, None),
                    Either::Second(ask) => (Outcome::GivenUp, Some(ask)),
                }
            }
            None => (Outcome::GivenUp, None),
        };
        self.happen(Event::Provisioned(outcome));
        // The reader has wiped its window.
        network.wipe();
        ask
    }

    /// Has the board do what the app wants, and lets it know that the phone makes progress.
    async fn tend(&self, mut board: impl Board) -> Infallible {
        let mut shown = self.shown.lock(Cell::get);
        loop {
            #[cfg(not(feature = "provisioning"))]
            let next = select(self.wanted.wait(), Timer::after(PULSE)).await;
            #[cfg(feature = "provisioning")]
            let next = match select3(self.wanted.wait(), Timer::after(PULSE), self.new_file.wait()).await {
                Either3::First(effect) => Either::First(effect),
                Either3::Second(()) => Either::Second(()),
                Either3::Third(()) => {
                    if board.keep_file(|out| self.app.read(|app| app.write_file(out))).await.is_err() {
                        log!(warn, "the phone's file: the memory fails, it is not kept");
                    }
                    continue;
                }
            };
            match next {
                Either::First(effect) => {
                    log!(info, "board: {}", effect);
                    let kept = match effect {
                        Effect::Restart => {
                            board.restart();
                            continue;
                        }
                        Effect::CountWrongCodes(count) => {
                            board.count_wrong_codes(count);
                            continue;
                        }
                        Effect::Save => board.save(|out| self.app.read(|app| app.write_settings(out))).await,
                        Effect::Forget => board.forget().await,
                    };
                    self.happen(Event::Kept(kept));
                }
                Either::Second(()) => {
                    // The executor polls and time passes, or this would not run. The display may still be stuck.
                    let now_shown = self.shown.lock(Cell::get);
                    if now_shown != shown || !self.changed.signaled() {
                        board.alive();
                    }
                    shown = now_shown;
                }
            }
        }
    }

    /// Asks the service, or what the app wants to know more urgently meanwhile, and hands the answer to the app.
    async fn exchange(
        &self,
        mut ask: Ask,
        network: &mut impl Network,
        services: &[Service],
        turn: &Turn,
        buffers: &mut Buffers<'_>,
    ) {
        loop {
            log!(info, "asking {}", ask);
            let write =
                |service: &Service, out: &mut [u8]| self.app.read(|app| app.write_request(ask, service, out));
            let task = if ask.is_change() { Task::Change } else { Task::Query };
            let mut on_piece = |piece: Option<Piece<'_>>| self.app.change(|app| app.take_piece(piece));
            let reading = if ask.comes_in_pieces() { Reading::Pieces(&mut on_piece) } else { Reading::Whole };
            #[cfg(feature = "browser")]
            let host = (ask == Ask::Page).then(|| self.app.read(App::page_host));
            #[cfg(feature = "browser")]
            let of_page = Turn::default();
            #[cfg(feature = "browser")]
            let (services, turn, task) = match &host {
                Some(host) => (host.as_slice(), &of_page, Task::Change),
                None => (services, turn, task),
            };
            let asking = net::ask(network, services, turn, task, write, reading, buffers);
            match select3(asking, self.asked.wait(), self.cancelled()).await {
                Either3::First((service, answer)) => {
                    log::outcome(&answer);
                    #[cfg(feature = "browser")]
                    let service = service.filter(|_| ask != Ask::Page);
                    let urgent = self.end(
                        service,
                        match answer {
                            Ok(Some(response)) => Event::Answer(Ok(response)),
                            Ok(None) => Event::Read,
                            Err(trouble) => Event::Answer(Err(trouble)),
                        },
                    );
                    // An answer may repeat the request it was sent for.
                    wipe(buffers.answer);
                    let Some(urgent) = urgent else { return };
                    ask = urgent;
                }
                Either3::Second(urgent) => {
                    network.wipe();
                    wipe(buffers.answer);
                    ask = urgent;
                }
                Either3::Third(()) => {
                    network.wipe();
                    wipe(buffers.answer);
                    let sent = turn.given_up();
                    log!(info, "given up, something was sent: {=bool}", sent);
                    let cancelled = Event::Answer(Err(Trouble::Cancelled { sent }));
                    let Some(urgent) = self.end(None, cancelled) else { return };
                    ask = urgent;
                }
            }
        }
    }

    /// Hands the end of an exchange to the app, or returns what the app has asked for meanwhile: that has taken the place of
    /// the exchange, and the answer is not to it. In one step, for a key may interrupt between two.
    fn end(&self, service: Option<usize>, answer: Event<'_>) -> Option<Ask> {
        let urgent = self.app.change(|app| {
            let urgent = self.asked.try_take();
            if urgent.is_none() {
                app.answered_by(service);
                self.hand(app, answer);
            }
            urgent
        });
        self.changed.signal(());
        self.moved.signal(());
        urgent
    }

    /// Waits until the person does not want to wait any longer for what is on its way.
    async fn cancelled(&self) {
        // What woke it may be about a request before.
        while !self.app.read(App::is_cancelled) {
            self.cancel.wait().await;
        }
    }
}
