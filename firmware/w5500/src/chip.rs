//! What the chip can do: start, say whether there is a link, pass frames. Each wait for it has a bound.

use embassy_time::{Duration, Instant, Timer};
use embedded_hal::digital::OutputPin;
use embedded_hal::spi::SpiDevice;

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
    /// Bytes in the receive buffer that are known of, and where they start.
    waiting: u16,
    next: u16,
}

impl<S: SpiDevice, R: OutputPin> Chip<S, R> {
    pub(crate) fn new(spi: S, reset: R) -> Self {
        Self { bus: Bus::new(spi), reset, waiting: 0, next: 0 }
    }

    /// Resets the chip and opens socket 0 for frames to `address` and to several.
    pub(crate) async fn start(&mut self, address: [u8; 6]) -> Result<(), Lost> {
        // A pin that cannot be driven shows as a chip that does not answer.
        let _ = self.reset.set_low();
        self.waiting = 0;
        Timer::after(RESET_LOW).await;
        let _ = self.reset.set_high();
        Timer::after(RESET_DONE).await;
        let version = self.bus.read_u8(Block::COMMON, common::VERSIONR)?;
        if version != VERSION {
            return Err(Lost::Absent { version });
        }
        self.bus.write(Block::COMMON, common::SHAR, &address)?;
        for other in Block::OTHER_SOCKETS {
            self.bus.write(other, socket::BUFFER_SIZES, &[0, 0])?;
        }
        self.bus.write(Block::SOCKET_0, socket::BUFFER_SIZES, &[BUFFER_KIB, BUFFER_KIB])?;
        self.bus.write(Block::SOCKET_0, socket::MODE, &[MODE_MACRAW])?;
        self.command(OPEN).await?;
        self.bus.write(Block::SOCKET_0, socket::INTERRUPT_MASK, &[RECEIVED])?;
        self.bus.write(Block::COMMON, common::SIMR, &[1])?;
        self.check()
    }

    /// Says whether the chip is still as [`Chip::start`] left it.
    pub(crate) fn check(&mut self) -> Result<(), Lost> {
        let status = self.bus.read_u8(Block::SOCKET_0, socket::STATUS)?;
        if status == STATUS_MACRAW { Ok(()) } else { Err(Lost::Closed) }
    }

    /// Whether there is a link.
    pub(crate) fn has_link(&mut self) -> Result<bool, Lost> {
        Ok(self.bus.read_u8(Block::COMMON, common::PHYCFGR)? & 1 != 0)
    }

    /// Lets the interrupt go. Must come before the frames are taken: it tells of arrivals, not of frames that wait.
    pub(crate) fn acknowledge(&mut self) -> Result<(), Lost> {
        self.bus.write(Block::SOCKET_0, socket::INTERRUPT, &[RECEIVED])
    }

    /// Takes the next frame from the chip, if one waits.
    pub(crate) async fn receive(&mut self, frame: &mut [u8]) -> Result<Received, Lost> {
        if self.waiting == 0 {
            self.look_for_frames()?;
        }
        if self.waiting == 0 {
            return Ok(Received::Nothing);
        }
        let mut length = [0; 2];
        self.bus.read(Block::RECEIVE, self.next, &mut length)?;
        let counted = u16::from_be_bytes(length);
        let (Some(length), Some(left)) =
            (counted.checked_sub(LENGTH).filter(|length| *length > 0), self.waiting.checked_sub(counted))
        else {
            return Err(Lost::OutOfStep);
        };
        let length = usize::from(length);
        let taken = match frame.get_mut(..length) {
            Some(frame) => {
                self.bus.read(Block::RECEIVE, self.next.wrapping_add(LENGTH), frame)?;
                Received::Frame(length)
            }
            None => Received::TooLong,
        };
        self.next = self.next.wrapping_add(counted);
        self.waiting = left;
        self.bus.write_u16(Block::SOCKET_0, socket::RX_READ, self.next)?;
        self.command(RECEIVE).await?;
        Ok(taken)
    }

    /// Sends a frame. It waits until the one before has left.
    pub(crate) async fn send(&mut self, frame: &[u8]) -> Result<(), Lost> {
        let give_up = Instant::now() + SEND_TIME;
        let at = loop {
            let write = self.bus.read_u16(Block::SOCKET_0, socket::TX_WRITE)?;
            if self.bus.read_u16(Block::SOCKET_0, socket::TX_READ)? == write {
                break write;
            }
            wait_until(give_up).await.map_err(|()| Lost::SendStuck)?;
        };
        // The stack hands out frames of 1,514 bytes at most.
        let length = u16::try_from(frame.len()).map_err(|_| Lost::OutOfStep)?;
        self.bus.write(Block::TRANSMIT, at, frame)?;
        self.bus.write_u16(Block::SOCKET_0, socket::TX_WRITE, at.wrapping_add(length))?;
        self.command(SEND).await
    }

    /// Opens the socket again, empty.
    pub(crate) async fn reopen(&mut self) -> Result<(), Lost> {
        self.waiting = 0;
        self.command(CLOSE).await?;
        self.command(OPEN).await?;
        self.check()
    }

    /// Reads how many bytes wait and where. The chip may count while it is read, so the numbers count once they repeat.
    fn look_for_frames(&mut self) -> Result<(), Lost> {
        let mut last = [0; 4];
        // A frame arrives every 7 µs at most; a bus that reads ever new numbers is broken.
        for tries in 0..16 {
            // The register with the place follows that with the number.
            let mut again = [0; 4];
            self.bus.read(Block::SOCKET_0, socket::RX_SIZE, &mut again)?;
            if tries > 0 && again == last {
                let [size_high, size_low, next_high, next_low] = again;
                self.waiting = u16::from_be_bytes([size_high, size_low]);
                self.next = u16::from_be_bytes([next_high, next_low]);
                return Ok(());
            }
            last = again;
        }
        Err(Lost::OutOfStep)
    }

    /// Gives a command and waits until the chip has taken it.
    async fn command(&mut self, command: u8) -> Result<(), Lost> {
        self.bus.write(Block::SOCKET_0, socket::COMMAND, &[command])?;
        let give_up = Instant::now() + COMMAND_TIME;
        while self.bus.read_u8(Block::SOCKET_0, socket::COMMAND)? != 0 {
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
