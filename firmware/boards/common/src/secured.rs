//! The phone where there is TLS, in two executors: keys and display in the one of [`above`], the network and TLS in the other.
//!
//! It must never use a service over HTTPS without random numbers that nobody can guess.

use cortex_m::interrupt::InterruptNumber;
#[cfg(feature = "screen-readout")]
use embassy_futures::select::{Either, select};
use embassy_net::Stack;
use embedded_io_async::{Read, Write};
use hotdesk_phone::config::SERVICES;
use hotdesk_phone::net::Secured;
use hotdesk_phone::random::Generator;
use hotdesk_phone::storage::Storage;
use hotdesk_phone::view::Cell;
use hotdesk_phone::{Config, Display, SetupError};
use hotdesk_tls::{Error, MbedTls, MbedTlsSession, Refused, Service, Tls};
use static_cell::{ConstStaticCell, StaticCell};

use crate::above::{self, Mask};
use crate::board::{Board, Chip};
#[cfg(feature = "screen-readout")]
use crate::readout;
use crate::wiring::{AppCell, PhoneApp, make_buffers, make_network};
use crate::{keypad, stack};

/// All the memory of the engine. The most that it needs is for a certificate with RSA of 4096 bits.
const ARENA: usize = 48 * 1024;

/// The longest file of a certificate, in bytes: one with RSA of 4096 bits, and text around it.
const FILE_MAX: usize = 4 * 1024;

/// Reads the certificates that the services are trusted by.
#[inline(never)]
pub(crate) fn read_trust(
    config: &mut Config,
    read: impl FnMut(&str, &mut [u8]) -> Result<usize, SetupError>,
) -> Result<(), SetupError> {
    static FILE: ConstStaticCell<[u8; FILE_MAX]> = ConstStaticCell::new([0; FILE_MAX]);
    static ROOM: ConstStaticCell<[u8; SERVICES * FILE_MAX]> = ConstStaticCell::new([0; SERVICES * FILE_MAX]);
    config.read_trust(read, FILE.take(), ROOM.take())
}

/// The engine, or none where there are no random numbers. It stays where it was made: in a future it would be there several times,
/// and on the stack as often while that is made.
struct Engine(Option<&'static mut MbedTls>);

impl Tls for Engine {
    type Session<'e, T: Read + Write + 'e> = MbedTlsSession<'e, T>;

    async fn connect<'e, T: Read + Write + 'e>(
        &'e mut self,
        stream: T,
        service: &Service<'e>,
    ) -> Result<MbedTlsSession<'e, T>, Refused> {
        match &mut self.0 {
            Some(engine) => engine.connect(stream, service).await,
            None => Err(Error::NoRandom.into()),
        }
    }

    fn forget(&mut self) {
        if let Some(engine) = &mut self.0 {
            engine.forget();
        }
    }
}

/// Both halves of the phone.
type Halves = hotdesk_phone::Phone<'static, AppCell, Mask>;

/// The phone, for a task of its own; [`Phone::split`] gives it its engine.
pub struct Phone<D, B> {
    halves: &'static Halves,
    app: PhoneApp,
    board: B,
    front: Option<(D, &'static mut [Cell])>,
    stack: Stack<'static>,
    seed: u64,
    engine: Option<(&'static mut MbedTls, u64)>,
}

/// What a person presses and sees, for a task of its own above the others.
pub struct Front<D> {
    halves: &'static Halves,
    #[cfg(feature = "screen-readout")]
    app: PhoneApp,
    display: D,
    cells: &'static mut [Cell],
}

impl<D: Display> Front<D> {
    /// Runs it, for ever.
    pub async fn run(self) -> ! {
        #[cfg(feature = "screen-readout")]
        let telling = readout::tell::<D>(self.app, self.display.layout());
        let front = self.halves.front(&keypad::KEYS, self.display, self.cells);
        #[cfg(feature = "screen-readout")]
        let front = async {
            match select(front, telling).await {
                Either::First(never) | Either::Second(never) => never,
            }
        };
        front.await
    }
}

impl<D: Display, C: Chip, S: Storage> Phone<D, Board<C, S>> {
    pub(crate) fn new(
        app: PhoneApp,
        board: Board<C, S>,
        display: D,
        cells: &'static mut [Cell],
        stack: Stack<'static>,
        seed: u64,
    ) -> Self {
        static HALVES: StaticCell<Halves> = StaticCell::new();
        let facts = hotdesk_phone::Board::facts(&board);
        let halves = HALVES.init(Halves::new(app, display.layout(), facts));
        Self { halves, app, board, front: Some((display, cells)), stack, seed, engine: None }
    }

    /// Takes what a person presses and sees out, once, for the interrupt `line`, and makes the engine of TLS with random numbers
    /// from the chip's source: `sample` gives eight bits of it.
    pub fn split(&mut self, line: impl InterruptNumber, sample: impl FnMut() -> u8) -> Front<D> {
        self.engine = self.make_engine(sample);
        // Nothing of the seed stays there.
        stack::wipe();
        above::start(line);
        let Some((display, cells)) = self.front.take() else { unreachable!("the phone is split once") };
        Front {
            halves: self.halves,
            #[cfg(feature = "screen-readout")]
            app: self.app,
            display,
            cells,
        }
    }

    #[inline(never)]
    fn make_engine(&mut self, sample: impl FnMut() -> u8) -> Option<(&'static mut MbedTls, u64)> {
        static GENERATOR: StaticCell<Generator> = StaticCell::new();
        static ENGINE: StaticCell<MbedTls> = StaticCell::new();
        // Made by the compiler: it is larger than the stack.
        static MEMORY: ConstStaticCell<[u8; ARENA]> = ConstStaticCell::new([0; ARENA]);
        let random = match self.board.random(sample) {
            Ok(random) => GENERATOR.init(random),
            Err(error) => {
                defmt::error!("no HTTPS, for there are no random numbers: {}", error);
                return None;
            }
        };
        let number = random.number();
        let engine = MbedTls::new(random, MEMORY.take()).ok()?;
        Some((ENGINE.init(engine), number))
    }

    /// Runs the rest, for ever.
    pub async fn run(self) -> ! {
        let Self { halves, app, board, stack, seed, engine, .. } = self;
        let network = make_network(stack, app, seed);
        let clock = board.clock();
        let number = engine.as_ref().map_or(0, |(_, number)| *number);
        let engine = Engine(engine.map(|(engine, _)| engine));
        let network = Secured::new(network.with_clock(clock, number), engine, || clock.now());
        halves.back(network, board, make_buffers(&mut [])).await
    }
}
