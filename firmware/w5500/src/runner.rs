//! Moves frames between the chip and the network stack, and starts the chip again where it must be.

use embassy_futures::select::{Either3, select3};
use embassy_net_driver_channel as channel;
use embassy_net_driver_channel::driver::{HardwareAddress, LinkState};
use embassy_time::{Duration, Instant, Timer};
use embedded_hal::digital::OutputPin;
use embedded_hal::spi::SpiDevice;
use embedded_hal_async::digital::Wait;
use zeroize::Zeroize;

use crate::chip::{Chip, Lost, Received};
use crate::device::Device;
use crate::log::log;

/// Bytes of the longest frame that is passed on: an Ethernet frame without VLAN tag and checksum.
pub const FRAME: usize = 1514;

/// How often the link is asked for, and frames whose interrupt was missed.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Before the next try to start a chip that does not answer.
const START_AGAIN: Duration = Duration::from_millis(500);

/// Frames between the chip and the stack: `RX` and `TX` of them, [`FRAME`] bytes each.
pub type State<const RX: usize, const TX: usize> = channel::State<FRAME, RX, TX>;

/// What was dropped and how often the chip was started, since power came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Counts {
    /// Received frames longer than [`FRAME`].
    pub too_long: u32,
    /// Frames that could not be sent.
    pub not_sent: u32,
    /// Starts of the chip.
    pub starts: u32,
}

/// Runs the chip. One task of the board does nothing but [`Runner::run`].
pub struct Runner<'d, S, I, R> {
    chip: Chip<S, R>,
    interrupt: I,
    address: [u8; 6],
    channel: channel::Runner<'d, FRAME>,
    counts: Counts,
}

/// Makes the device and its runner. Nothing is sent to the chip before [`Runner::run`].
///
/// `spi` is the chip in mode 0 or 3, at up to 33 MHz (the data sheet guarantees no more); `interrupt` its INTn, `reset` its
/// RSTn; `address` the Ethernet address that frames are received for.
///
/// ```no_run
/// # use embedded_hal::{digital::OutputPin, spi::SpiDevice};
/// # use embedded_hal_async::digital::Wait;
/// # async fn board(spi: impl SpiDevice, interrupt: impl Wait, reset: impl OutputPin) {
/// let mut state = hotdesk_w5500::State::<4, 2>::new();
/// let (device, mut runner) =
///     hotdesk_w5500::new([0x02, 0, 0, 0, 0, 1], &mut state, spi, interrupt, reset);
/// // `device` goes to `embassy_net::new`, the runner to a task of its own.
/// runner.run().await
/// # }
/// ```
pub fn new<'d, S, I, R, const RX: usize, const TX: usize>(
    address: [u8; 6],
    state: &'d mut State<RX, TX>,
    spi: S,
    interrupt: I,
    reset: R,
) -> (Device<'d>, Runner<'d, S, I, R>)
where
    S: SpiDevice,
    I: Wait,
    R: OutputPin,
{
    let (channel, device) = channel::new(state, HardwareAddress::Ethernet(address));
    (
        Device(device),
        Runner { chip: Chip::new(spi, reset), interrupt, address, channel, counts: Counts::default() },
    )
}

impl<S: SpiDevice, I: Wait, R: OutputPin> Runner<'_, S, I, R> {
    /// Starts the chip and moves frames, for ever.
    pub async fn run(&mut self) -> ! {
        loop {
            self.counts.starts = self.counts.starts.saturating_add(1);
            if let Err(lost) = self.work().await {
                log!(warn, "ethernet: starting the chip again: {}; counts {}", lost, self.counts);
            }
            self.channel.set_link_state(LinkState::Down);
            Timer::after(START_AGAIN).await;
        }
    }

    /// What was dropped, and how often the chip was started.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Starts the chip and moves frames as long as it answers.
    async fn work(&mut self) -> Result<(), Lost> {
        self.chip.start(self.address).await?;
        let (link, mut received, mut to_send) = self.channel.borrow_split();
        let mut has_link = false;
        let mut look_at = Instant::now();
        // Whether frames may wait in the chip.
        let mut more = true;
        loop {
            if Instant::now() >= look_at {
                look_at = Instant::now() + LOOK_EVERY;
                self.chip.check()?;
                has_link = self.chip.has_link()?;
                link.set_link_state(if has_link { LinkState::Up } else { LinkState::Down });
                more = true;
            }
            // What the phone has to say goes first: however much arrives, it comes to word.
            if let Some(frame) = to_send.try_tx_buf() {
                // Without a link the chip would keep the frame and send it late.
                let sent = if has_link { self.chip.send(frame).await } else { Err(Lost::SendStuck) };
                // It may hold a PIN.
                frame.zeroize();
                to_send.tx_done();
                match sent {
                    Ok(()) => {}
                    Err(Lost::SendStuck) => {
                        self.counts.not_sent = self.counts.not_sent.saturating_add(1);
                        if has_link {
                            self.chip.reopen().await?;
                        }
                    }
                    Err(lost) => return Err(lost),
                }
                continue;
            }
            if more && let Some(buffer) = received.try_rx_buf() {
                match self.chip.receive(buffer).await {
                    Ok(Received::Frame(length)) => received.rx_done(length),
                    Ok(Received::TooLong) => self.counts.too_long = self.counts.too_long.saturating_add(1),
                    Ok(Received::Nothing) => more = false,
                    Err(Lost::OutOfStep) => {
                        log!(warn, "ethernet: the receive buffer is out of step, emptied");
                        self.chip.reopen().await?;
                        more = false;
                    }
                    Err(lost) => return Err(lost),
                }
                continue;
            }
            let arrival = async {
                if more {
                    received.rx_buf().await;
                    return Ok(false);
                }
                self.interrupt.wait_for_low().await.map(|()| true)
            };
            if let Either3::Second(arrived) = select3(to_send.tx_buf(), arrival, Timer::at(look_at)).await
                && arrived.map_err(|_| Lost::Bus)?
            {
                self.chip.acknowledge()?;
                more = true;
            }
        }
    }
}
