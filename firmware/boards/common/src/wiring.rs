//! The phone, put together from what a board's `main.rs` makes: first [`set_up`], then the drivers, then [`connect`].
//!
//! What only the start needs is in functions that are not inlined: `main` never returns, so its frame takes stack from the
//! tasks for good.

use core::cell::RefCell;

use embassy_net::driver::Driver;
use embassy_net::{Runner, Stack, StackResources};
#[cfg(feature = "tls")]
use embassy_sync::blocking_mutex::Mutex;
use hotdesk_core::DeviceName;
use hotdesk_core::limits::HTTP_HEAD_BYTES;
use hotdesk_phone::net::EmbassyNetwork;
#[cfg(not(any(feature = "screen-readout", feature = "tls")))]
use hotdesk_phone::run;
use hotdesk_phone::storage::Storage;
use hotdesk_phone::view::Cell;
use hotdesk_phone::{App, Buffers, Config, Display, SetupError, Shared};
use static_cell::StaticCell;
use zeroize::Zeroize;

#[cfg(feature = "tls")]
use crate::above::Mask;
use crate::board::{Board, Chip, Started};
#[cfg(not(feature = "tls"))]
use crate::keypad;
#[cfg(all(feature = "screen-readout", not(feature = "tls")))]
use crate::readout::run;
#[cfg(feature = "tls")]
pub use crate::secured::Phone;
use crate::{identity, settings, starts};

/// The file of the configuration.
pub const CONFIGURATION: &str = "HOTDESK.TXT";
/// The longest configuration, in bytes.
pub const CONFIGURATION_MAX: usize = 1024;
/// The longest HTTP request, in bytes: a login with IDs and names of 128 ASCII letters fits.
const REQUEST_MAX: usize = 2048;
/// The longest answer that is read whole, in bytes: any head that is accepted, then one row, a success, or a failure with its
/// reason. A list is read in pieces, through a window of this size.
#[cfg(not(feature = "browser"))]
const ANSWER_MAX: usize = HTTP_HEAD_BYTES;
/// The same, and the longest text of a page, 4000 characters of ASCII, with what is around it.
#[cfg(feature = "browser")]
const ANSWER_MAX: usize = HTTP_HEAD_BYTES * 2 + 256;
/// What a page is kept in, in bytes: the longest text, or so many rows of a list, and what is around them.
#[cfg(feature = "browser")]
const PAGE_MAX: usize = 6 * 1024;
/// What TCP receives ahead and keeps until it is acknowledged, in bytes each.
const TCP_BUFFER: usize = 1024;
/// DHCP, and one connection or question for a name.
const SOCKETS: usize = 2;

/// What the app is in: with TLS two executors use it.
#[cfg(not(feature = "tls"))]
pub(crate) type AppCell = RefCell<App<'static>>;
#[cfg(feature = "tls")]
pub(crate) type AppCell = Mutex<Mask, RefCell<App<'static>>>;

/// The app, once it is set up.
pub type PhoneApp = &'static AppCell;

/// Finds out why the firmware started, starts the watchdog, reads the configuration and the settings, and makes the app, which
/// is named after the MAC address.
///
/// `read` puts the file of a name into a buffer and returns how many bytes it has; it may have it from the flash of the storage. It
/// is called with [`CONFIGURATION`] first, for at most [`CONFIGURATION_MAX`] bytes; where there is TLS then for certificates.
#[inline(never)]
pub fn set_up<C: Chip, S: Storage>(
    chip: C,
    mut storage: S,
    mac: [u8; 6],
    #[cfg(not(feature = "tls"))] read: impl FnOnce(&mut S, &str, &mut [u8]) -> Result<usize, SetupError>,
    #[cfg(feature = "tls")] read: impl FnMut(&mut S, &str, &mut [u8]) -> Result<usize, SetupError>,
) -> (PhoneApp, Board<C, S>) {
    let started = Started::now(chip, &mut storage);
    let device = identity::device_name(mac);
    defmt::info!("starting {=str}", device.as_str());
    let setup = configure(&mut storage, read);
    if let Err(error) = &setup {
        defmt::warn!("no configuration: {}", error);
    }
    let app = make_app(device, setup);
    #[cfg(feature = "provisioning")]
    storage.load_file(|kept| app.change(|app| app.restore_file(kept)));
    (app, started.with(storage, mac))
}

#[inline(never)]
fn make_app(device: DeviceName, setup: Result<&'static Config, SetupError>) -> PhoneApp {
    static APP: StaticCell<AppCell> = StaticCell::new();
    APP.init_with(|| {
        let app = RefCell::new(App::new(device, setup));
        #[cfg(feature = "tls")]
        let app = Mutex::new(app);
        app
    })
}

/// Reads the configuration and the settings. The configuration's bytes hold a certificate, so they are wiped.
///
/// Bytes, configuration and settings take stack one after the other, not together: what uses them is not inlined.
#[inline(never)]
fn configure<S: Storage>(
    storage: &mut S,
    #[cfg(not(feature = "tls"))] read: impl FnOnce(&mut S, &str, &mut [u8]) -> Result<usize, SetupError>,
    #[cfg(feature = "tls")] mut read: impl FnMut(&mut S, &str, &mut [u8]) -> Result<usize, SetupError>,
) -> Result<&'static Config, SetupError> {
    let mut buffer = [0; CONFIGURATION_MAX];
    let parsed = read(storage, CONFIGURATION, &mut buffer)
        .and_then(|length| parse(buffer.get(..length).unwrap_or_default()));
    buffer.zeroize();
    #[cfg(feature = "tls")]
    let parsed = parsed.and_then(|config| {
        crate::secured::read_trust(config, |name, buffer| read(storage, name, buffer))?;
        Ok(config)
    });
    parsed.map(|config| {
        settings::take_over(storage, config);
        &*config
    })
}

#[inline(never)]
fn parse(text: &[u8]) -> Result<&'static mut Config, SetupError> {
    static CONFIG: StaticCell<Config> = StaticCell::new();
    Config::parse(text).map(|config| CONFIG.init(config)).map_err(SetupError::File)
}

/// Connects the app with keys, display, network and board.
///
/// `device` is the network's driver. `cells` has as many places as the display's layout. `chance` is whatever differs between
/// two starts: see [`identity::seed`].
#[inline(never)]
pub fn connect<C: Chip, S: Storage, D: Display, N: Driver>(
    app: PhoneApp,
    board: Board<C, S>,
    display: D,
    cells: &'static mut [Cell],
    device: N,
    chance: u64,
) -> (Network<N>, Phone<D, Board<C, S>>) {
    static RESOURCES: StaticCell<StackResources<SOCKETS>> = StaticCell::new();
    let seed = identity::seed(board.mac, chance, starts::count());
    let mut dhcp = embassy_net::DhcpConfig::default();
    // An administrator finds the phone by it in the list of leases. 15 letters fit.
    dhcp.hostname = app.read(|app| app.device().as_str().try_into().ok());
    let (stack, runner) = embassy_net::new(
        device,
        embassy_net::Config::dhcpv4(dhcp),
        RESOURCES.init_with(StackResources::new),
        seed,
    );
    (Network(runner), Phone::new(app, board, display, cells, stack, seed))
}

/// The network, for a task of its own.
pub struct Network<N: Driver + 'static>(Runner<'static, N>);

impl<N: Driver> Network<N> {
    /// Runs it, for ever.
    pub async fn run(mut self) -> ! {
        self.0.run().await
    }
}

/// The phone, for a task of its own.
#[cfg(not(feature = "tls"))]
pub struct Phone<D, B> {
    app: PhoneApp,
    board: B,
    display: D,
    cells: &'static mut [Cell],
    stack: Stack<'static>,
    seed: u64,
}

#[cfg(not(feature = "tls"))]
impl<D: Display, B: hotdesk_phone::Board> Phone<D, B> {
    fn new(
        app: PhoneApp,
        board: B,
        display: D,
        cells: &'static mut [Cell],
        stack: Stack<'static>,
        seed: u64,
    ) -> Self {
        Self { app, board, display, cells, stack, seed }
    }

    /// Runs it, for ever.
    pub async fn run(self) -> ! {
        let Self { app, board, display, cells, stack, seed } = self;
        let network = make_network(stack, app, seed);
        let buffers = make_buffers(cells);
        run(app, &keypad::KEYS, display, network, board, buffers).await
    }
}

#[inline(always)]
pub(crate) fn make_network(stack: Stack<'static>, app: PhoneApp, seed: u64) -> EmbassyNetwork<'static> {
    static RECEIVED: StaticCell<[u8; TCP_BUFFER]> = StaticCell::new();
    static SENT: StaticCell<[u8; TCP_BUFFER]> = StaticCell::new();
    #[cfg(feature = "browser")]
    {
        static PAGE: StaticCell<[u8; PAGE_MAX]> = StaticCell::new();
        app.change(|app| app.give_page(PAGE.init_with(|| [0; PAGE_MAX])));
    }
    EmbassyNetwork::new(
        stack,
        RECEIVED.init_with(|| [0; TCP_BUFFER]),
        SENT.init_with(|| [0; TCP_BUFFER]),
        app.read(App::config),
        seed,
    )
}

#[inline(always)]
pub(crate) fn make_buffers(cells: &'static mut [Cell]) -> Buffers<'static> {
    static REQUEST: StaticCell<[u8; REQUEST_MAX]> = StaticCell::new();
    static ANSWER: StaticCell<[u8; ANSWER_MAX]> = StaticCell::new();
    Buffers {
        cells,
        request: REQUEST.init_with(|| [0; REQUEST_MAX]),
        answer: ANSWER.init_with(|| [0; ANSWER_MAX]),
    }
}
