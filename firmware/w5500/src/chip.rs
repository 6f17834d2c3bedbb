//! What the chip can do: start, say whether there is a link, pass frames. Each wait for it has a bound.

use embassy_time::{Duration, Instant, Timer};
use embedded_hal::digital::OutputPin;
use embedded_hal_async::spi::SpiDevice;

use crate::bus::{Block, Bus};

/// Common registers.
mod common {
    /// Hardware address, six bytes.
    pub(super) const SHAR: u16 = 0x0009;
    /// Sockets that may raise the interrupt.
    pub(super) const SIMR: u16 = 0x0018;
    /// State of the PHY; bit 0 is the link.
    pub(super) const PHYCFGR: u16 = 0x002E;
    /// Always 4.
    pub(super) const VERSIONR: u16 = 0x0039;
}

/// Registers of a socket.
mod socket {
    pub(super) const MODE: u16 = 0x0000;
    pub(super) const COMMAND: u16 = 0x0001;
    pub(super) const INTERRUPT: u16 = 0x0002;
    pub(super) const STATUS: u16 = 0x0003;
    /// Receive and transmit buffers in KiB, beside each other.
    pub(super) const BUFFER_SIZES: u16 = 0x001E;
    pub(super) const TX_READ: u16 = 0x0022;
    pub(super) const TX_WRITE: u16 = 0x0024;
    pub(super) const RX_SIZE: u16 = 0x0026;
    pub(super) const RX_READ: u16 = 0x0028;
    pub(super) const INTERRUPT_MASK: u16 = 0x002C;
}

/// Commands of a socket.
const OPEN: u8 = 0x01;
const CLOSE: u8 = 0x10;
const SEND: u8 = 0x20;
const RECEIVE: u8 = 0x40;

/// Whole frames, of this address or to several: unicast of others (bit 7) and IPv6 (bit 4) stay outside.
const MODE_MACRAW: u8 = 0x04 | 0x80 | 0x10;
/// The status of an open socket in that mode.
const STATUS_MACRAW: u8 = 0x42;
/// The interrupt of a frame that arrived.
const RECEIVED: u8 = 0x04;
/// What the chip says it is.
const VERSION: u8 = 0x04;
/// All of the chip's memory, in KiB: socket 0 is the only one in use.
const BUFFER_KIB: u8 = 16;
/// Bytes before each received frame: the length, these two included.
const LENGTH: u16 = 2;

/// The reset pin must be low for 500 µs; then the chip needs 1 ms for its clock (data sheet, 5.5.1).
const RESET_LOW: Duration = Duration::from_millis(1);
const RESET_DONE: Duration = Duration::from_millis(2);
/// The chip takes a command within microseconds, and 12 ms for the longest frame at 10 Mbit/s with collisions.
const COMMAND_TIME: Duration = Duration::from_millis(10);
const SEND_TIME: Duration = Duration::from_millis(50);

/// Why the chip must be started again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) enum Lost {
    /// The SPI bus reported an error.
    Bus,
    /// No W5500 answers: its version register reads otherwise.
    Absent {
        /// What it reads.
        version: u8,
    },
    /// A command was not taken in time.
    CommandIgnored,
    /// The socket is not open as it was set up: the chip has restarted.
    Closed,
    /// A frame was not sent in time.
    SendStuck,
    /// The receive buffer holds no frame where one should start.
    OutOfStep,
}

/// A frame that was taken from the chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Received {
    /// So many bytes of the buffer.
    Frame(usize),
    /// It is longer than the buffer, so it was left out.
    TooLong,
    /// None waits.
    Nothing,
}

/// The chip.
pub(crate) struct Chip<S, R> {
    bus: Bus<S>,
    reset: R,
}

impl<S: SpiDevice, R: OutputPin> Chip<S, R> {
    pub(crate) fn new(spi: S, reset: R) -> Self {
        Self { bus: Bus::new(spi), reset }
    }

    /// Resets the chip and opens socket 0 for frames to `address` and to several.
    pub(crate) async fn start(&mut self, address: [u8; 6]) -> Result<(), Lost> {
        // A pin that cannot be driven shows as a chip that does not answer.
        let _ = self.reset.set_low();
        Timer::after(RESET_LOW).await;
        let _ = self.reset.set_high();
        Timer::after(RESET_DONE).await;
        let version = self.bus.read_u8(Block::COMMON, common::VERSIONR).await?;
        if version != VERSION {
            return Err(Lost::Absent { version });
        }
        self.bus.write(Block::COMMON, common::SHAR, &address).await?;
        for other in Block::OTHER_SOCKETS {
            self.bus.write(other, socket::BUFFER_SIZES, &[0, 0]).await?;
        }
        self.bus.write(Block::SOCKET_0, socket::BUFFER_SIZES, &[BUFFER_KIB, BUFFER_KIB]).await?;
        self.bus.write(Block::SOCKET_0, socket::MODE, &[MODE_MACRAW]).await?;
        self.command(OPEN).await?;
        self.bus.write(Block::SOCKET_0, socket::INTERRUPT_MASK, &[RECEIVED]).await?;
        self.bus.write(Block::COMMON, common::SIMR, &[1]).await?;
        self.check().await
    }

    /// Says whether the chip is still as [`Chip::start`] left it.
    pub(crate) async fn check(&mut self) -> Result<(), Lost> {
        let status = self.bus.read_u8(Block::SOCKET_0, socket::STATUS).await?;
        if status == STATUS_MACRAW { Ok(()) } else { Err(Lost::Closed) }
    }

    /// Whether there is a link.
    pub(crate) async fn has_link(&mut self) -> Result<bool, Lost> {
        Ok(self.bus.read_u8(Block::COMMON, common::PHYCFGR).await? & 1 != 0)
    }

    /// Lets the interrupt go. Must come before the frames are taken: it tells of arrivals, not of frames that wait.
    pub(crate) async fn acknowledge(&mut self) -> Result<(), Lost> {
        self.bus.write(Block::SOCKET_0, socket::INTERRUPT, &[RECEIVED]).await
    }

    /// Takes the next frame from the chip, if one waits.
    pub(crate) async fn receive(&mut self, frame: &mut [u8]) -> Result<Received, Lost> {
        let waiting = self.waiting().await?;
        if waiting == 0 {
            return Ok(Received::Nothing);
        }
        let at = self.bus.read_u16(Block::SOCKET_0, socket::RX_READ).await?;
        let mut length = [0; 2];
        self.bus.read(Block::RECEIVE, at, &mut length).await?;
        let counted = u16::from_be_bytes(length);
        if counted <= LENGTH || counted > waiting {
            return Err(Lost::OutOfStep);
        }
        let length = usize::from(counted - LENGTH);
        let taken = match frame.get_mut(..length) {
            Some(frame) => {
                self.bus.read(Block::RECEIVE, at.wrapping_add(LENGTH), frame).await?;
                Received::Frame(length)
            }
            None => Received::TooLong,
        };
        self.bus.write_u16(Block::SOCKET_0, socket::RX_READ, at.wrapping_add(counted)).await?;
        self.command(RECEIVE).await?;
        Ok(taken)
    }

    /// Sends a frame. It waits until the one before has left.
    pub(crate) async fn send(&mut self, frame: &[u8]) -> Result<(), Lost> {
        let give_up = Instant::now() + SEND_TIME;
        let at = loop {
            let write = self.bus.read_u16(Block::SOCKET_0, socket::TX_WRITE).await?;
            if self.bus.read_u16(Block::SOCKET_0, socket::TX_READ).await? == write {
                break write;
            }
            wait_until(give_up).await.map_err(|()| Lost::SendStuck)?;
        };
        // The stack hands out frames of 1,514 bytes at most.
        let length = u16::try_from(frame.len()).map_err(|_| Lost::OutOfStep)?;
        self.bus.write(Block::TRANSMIT, at, frame).await?;
        self.bus.write_u16(Block::SOCKET_0, socket::TX_WRITE, at.wrapping_add(length)).await?;
        self.command(SEND).await
    }

    /// Opens the socket again, empty.
    pub(crate) async fn reopen(&mut self) -> Result<(), Lost> {
        self.command(CLOSE).await?;
        self.command(OPEN).await?;
        self.check().await
    }

    /// Bytes in the receive buffer. The chip may count while it is read, so the number counts once it repeats.
    async fn waiting(&mut self) -> Result<u16, Lost> {
        let mut last = self.bus.read_u16(Block::SOCKET_0, socket::RX_SIZE).await?;
        // A frame arrives every 7 µs at most; a bus that reads ever new numbers is broken.
        for _ in 0..16 {
            let again = self.bus.read_u16(Block::SOCKET_0, socket::RX_SIZE).await?;
            if again == last {
                return Ok(again);
            }
            last = again;
        }
        Err(Lost::OutOfStep)
    }

    /// Gives a command and waits until the chip has taken it.
    async fn command(&mut self, command: u8) -> Result<(), Lost> {
        self.bus.write(Block::SOCKET_0, socket::COMMAND, &[command]).await?;
        let give_up = Instant::now() + COMMAND_TIME;
        while self.bus.read_u8(Block::SOCKET_0, socket::COMMAND).await? != 0 {
            wait_until(give_up).await.map_err(|()| Lost::CommandIgnored)?;
        }
        Ok(())
    }
}

/// Lets others work for a moment, until `give_up`.
async fn wait_until(give_up: Instant) -> Result<(), ()> {
    if Instant::now() >= give_up {
        return Err(());
    }
    Timer::after_micros(100).await;
    Ok(())
}
