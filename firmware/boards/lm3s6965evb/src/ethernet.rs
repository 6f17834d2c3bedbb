//! The Ethernet controller of the LM3S6965 as an embassy-net driver.
//!
//! Receive: the first word's low half is the length of frame + 2 (this length) + 4 (CRC), its high half already the
//! frame's first two octets. DATA must not be read while NP is 0. Send: the low half of the first word is the frame's
//! length without its 14 octets of header, then the frame follows.

use core::task::Context;

use embassy_net_driver::{Capabilities, Driver, HardwareAddress, LinkState, RxToken, TxToken};
use embassy_sync::waitqueue::AtomicWaker;
use hotdesk_board::mmio::Register;
use hotdesk_core::wipe;
use static_cell::ConstStaticCell;

use crate::interrupts::{self, Interrupt};
use crate::mmio::ETHERNET;
use crate::sysctl;

const RIS_IACK: Register = ETHERNET.at(0x00); // interrupts raised, write 1 to clear: received 1, transmitter empty 4
const IM: Register = ETHERNET.at(0x04); // interrupts let through, bits as RIS
const RCTL: Register = ETHERNET.at(0x08); // receiver: on 1, refuse bad CRCs 8, reset FIFO 0x10
const TCTL: Register = ETHERNET.at(0x0C); // transmitter: on 1, pad to the minimum length 2, append the CRC 4, full duplex 0x10
const DATA: Register = ETHERNET.at(0x10); // both FIFOs, a word at a time
const IA0: Register = ETHERNET.at(0x14); // the station's MAC address, first octet in the lowest byte of IA0
const IA1: Register = ETHERNET.at(0x18);
const THR: Register = ETHERNET.at(0x1C); // 0x3F: send only when TR says so
const NP: Register = ETHERNET.at(0x34); // frames waiting in the receive FIFO
const TR: Register = ETHERNET.at(0x38); // write 1 to send; reads 1 until the frame is out

const RX_AND_TX_EMPTY: u32 = 1 | 4;
const RCTL_ON_GOOD_CRC: u32 = 0x09;
const TCTL_ON_PAD_CRC_DUPLEX: u32 = 0x17;

/// The longest frame without its CRC: 14 octets of header and 1500 of payload.
const FRAME_MAX: usize = 1514;
const HEADER: usize = 14;
/// What the receive FIFO's length counts besides the frame: itself and the CRC.
const LENGTH_AND_CRC: usize = 6;

/// Frames that may be dropped before other tasks run: what the receive FIFO holds.
const FRAMES_AT_A_TIME: u32 = 31;

/// Wakes the network task; the controller has one interrupt for both directions.
static WAKER: AtomicWaker = AtomicWaker::new();

/// One frame in each direction. A received frame is often answered while it is still being read.
struct Buffers {
    receive: [u8; FRAME_MAX],
    send: [u8; FRAME_MAX],
}

/// The station's MAC address: the one written into the chip, else the one that QEMU presets in IA0 and IA1.
#[must_use]
pub fn mac_address() -> [u8; 6] {
    sysctl::mac_address().unwrap_or_else(|| {
        let ([a, b, c, d], [e, f, ..]) = (IA0.read().to_le_bytes(), IA1.read().to_le_bytes());
        [a, b, c, d, e, f]
    })
}

/// The controller, turned on.
pub struct Ethernet {
    buffers: &'static mut Buffers,
}

impl Ethernet {
    /// Turns the controller on.
    ///
    /// # Panics
    ///
    /// If called twice.
    #[must_use]
    pub fn start() -> Self {
        static BUFFERS: ConstStaticCell<Buffers> =
            ConstStaticCell::new(Buffers { receive: [0; FRAME_MAX], send: [0; FRAME_MAX] });
        let [a, b, c, d, e, f] = mac_address();
        IM.write(0);
        IA0.write(u32::from_le_bytes([a, b, c, d]));
        IA1.write(u32::from_le_bytes([e, f, 0, 0]));
        RCTL.write(0x10);
        THR.write(0x3F);
        TCTL.write(TCTL_ON_PAD_CRC_DUPLEX);
        RCTL.write(RCTL_ON_GOOD_CRC);
        RIS_IACK.write(RX_AND_TX_EMPTY);
        IM.write(RX_AND_TX_EMPTY);
        interrupts::enable(Interrupt::Ethernet);
        Self { buffers: BUFFERS.take() }
    }
}

/// The controller's interrupt: a frame came in or went out.
pub extern "C" fn on_interrupt() {
    RIS_IACK.write(RX_AND_TX_EMPTY);
    WAKER.wake();
}

impl Driver for Ethernet {
    type RxToken<'a> = Received<'a>;
    type TxToken<'a> = Sender<'a>;

    fn receive(&mut self, context: &mut Context<'_>) -> Option<(Received<'_>, Sender<'_>)> {
        // The waker is registered before the check, so that a frame in between wakes the task again.
        WAKER.register(context.waker());
        // A frame stays in the FIFO until an answer to it can be sent.
        if TR.read() != 0 {
            return None;
        }
        for _ in 0..FRAMES_AT_A_TIME {
            if NP.read() == 0 {
                return None;
            }
            if let Some(length) = read_frame(&mut self.buffers.receive) {
                let frame = self.buffers.receive.get_mut(..length)?;
                return Some((Received(frame), Sender(&mut self.buffers.send)));
            }
        }
        // A network that sends nothing but what is dropped must not keep the processor.
        context.waker().wake_by_ref();
        None
    }

    fn transmit(&mut self, context: &mut Context<'_>) -> Option<Sender<'_>> {
        WAKER.register(context.waker());
        (TR.read() == 0).then_some(Sender(&mut self.buffers.send))
    }

    fn link_state(&mut self, _context: &mut Context<'_>) -> LinkState {
        // QEMU models no PHY: whatever is asked of it by MDIO (MCTL, MRXD), it answers 0.
        LinkState::Up
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::default();
        capabilities.max_transmission_unit = FRAME_MAX;
        capabilities.max_burst_size = Some(1);
        capabilities
    }

    fn hardware_address(&self) -> HardwareAddress {
        HardwareAddress::Ethernet(mac_address())
    }
}

/// A frame out of the FIFO.
pub struct Received<'a>(&'a mut [u8]);

impl RxToken for Received<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, handle: F) -> R {
        let result = handle(self.0);
        // A frame may repeat what was sent: a server's error page, a router's message about a packet.
        wipe(self.0);
        result
    }
}

/// Room to send one frame.
pub struct Sender<'a>(&'a mut [u8; FRAME_MAX]);

impl TxToken for Sender<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, fill: F) -> R {
        // The stack keeps to the length in `capabilities`. If it ever did not, the frame is dropped below, not cut.
        let (frame, fits) = match self.0.get_mut(..length) {
            Some(frame) => (frame, length >= HEADER),
            None => (&mut self.0[..], false),
        };
        let result = fill(frame);
        if fits {
            send_frame(frame);
        }
        // The frame of a login holds a PIN.
        wipe(frame);
        result
    }
}

/// Takes one frame out of the receive FIFO and returns its length, or `None` if it is not an Ethernet frame that fits.
/// NP must not be 0.
fn read_frame(buffer: &mut [u8; FRAME_MAX]) -> Option<usize> {
    let [length_low, length_high, first, second] = DATA.read().to_le_bytes();
    let counted = usize::from(u16::from_le_bytes([length_low, length_high]));
    let words_left = counted.div_ceil(4).saturating_sub(1);
    let length = counted.saturating_sub(LENGTH_AND_CRC);

    let mut words = (0..words_left).map(|_| DATA.read().to_le_bytes());
    let (Some([to_first, to_second, rest @ ..]), true) = (buffer.get_mut(..length), length >= HEADER) else {
        words.for_each(drop);
        defmt::warn!("ethernet: dropped a frame of {=usize} octets", length);
        return None;
    };
    (*to_first, *to_second) = (first, second);
    for (chunk, word) in rest.chunks_mut(4).zip(words.by_ref()) {
        for (octet, received) in chunk.iter_mut().zip(word) {
            *octet = received;
        }
    }
    // The rest of the CRC.
    words.for_each(drop);
    Some(length)
}

/// Puts one frame into the send FIFO and sends it. TR must be 0 and the frame at least its header.
fn send_frame(frame: &[u8]) {
    let ([first, second, rest @ ..], Ok(payload)) =
        (frame, u16::try_from(frame.len().saturating_sub(HEADER)))
    else {
        return;
    };
    let [length_low, length_high] = payload.to_le_bytes();
    DATA.write(u32::from_le_bytes([length_low, length_high, *first, *second]));
    for chunk in rest.chunks(4) {
        let mut word = [0; 4];
        for (octet, sent) in word.iter_mut().zip(chunk) {
            *octet = *sent;
        }
        DATA.write(u32::from_le_bytes(word));
    }
    TR.write(1);
}
