//! The serial ports (PL011) at 115,200 bit/s, 8 bits, no parity: UART0 takes the serial keypad's bytes, UART1 sends the log.

use cortex_m::peripheral::NVIC;
use hotdesk_board::keypad;
use hotdesk_board::log::{self, Port};
use hotdesk_board::mmio::Block;

use crate::interrupts::{self, Interrupt};
use crate::mmio::{UART0, UART1};
use crate::sysctl;

const DR: usize = 0x00; // data, both ways; bits 8 to 11 are errors of a byte, which the decoder of the keypad's frames finds
const FR: usize = 0x18; // RXFE bit 4: nothing received; TXFF bit 5: no room to send
const IBRD: usize = 0x24; // speed: clock / (16 * (IBRD + FBRD / 64)); taken over when LCRH is written
const FBRD: usize = 0x28;
const LCRH: usize = 0x2C; // 0x70: 8 bits, no parity, FIFOs on
const CR: usize = 0x30; // 0x301: port, receiver and transmitter on
const IM: usize = 0x38; // interrupts enabled: RX 0x10, TX 0x20, receive time-out 0x40
const ICR: usize = 0x44; // write 1 to clear an interrupt, bits as IM

const BAUD: u32 = 115_200;
const FR_RXFE: u32 = 1 << 4;
const FR_TXFF: u32 = 1 << 5;
const RX: u32 = 0x10;
const TX: u32 = 0x20;
const RX_TIMEOUT: u32 = 0x40;

/// Bytes taken in one interrupt: four times what the port holds. Where more come, or the port never says that it is empty, the
/// interrupt comes again, and the watchdog's before it.
const BYTES_AT_A_TIME: u32 = 64;

struct LogPort;

impl Port for LogPort {
    fn has_room(&self) -> bool {
        UART1.at(FR).read() & FR_TXFF == 0
    }

    fn write(&self, byte: u8) {
        UART1.at(DR).write(u32::from(byte));
    }

    fn call_when_there_is_room(&self, wanted: bool) {
        UART1.at(IM).write(if wanted { TX } else { 0 });
    }
}

/// Starts both ports, the log and the serial keypad.
pub fn start() {
    set_up(UART1, 0);
    log::start(&LogPort);
    interrupts::enable(Interrupt::Uart1);
    set_up(UART0, RX | RX_TIMEOUT);
    interrupts::enable(Interrupt::Uart0);
}

fn set_up(port: Block, interrupts: u32) {
    // The divisor in 64ths, rounded to the nearest.
    let divisor = sysctl::core_clock_hz().saturating_mul(4).saturating_add(BAUD / 2) / BAUD;
    port.at(CR).write(0);
    port.at(IBRD).write(divisor / 64);
    port.at(FBRD).write(divisor % 64);
    port.at(LCRH).write(0x70);
    port.at(IM).write(interrupts);
    port.at(CR).write(0x301);
}

/// UART0's interrupt: bytes came in.
pub extern "C" fn on_keypad() {
    UART0.at(ICR).write(RX | RX_TIMEOUT);
    for _ in 0..BYTES_AT_A_TIME {
        if UART0.at(FR).read() & FR_RXFE != 0 {
            return;
        }
        let [byte, ..] = UART0.at(DR).read().to_le_bytes();
        keypad::receive(byte);
    }
    NVIC::pend(Interrupt::Uart0);
}

/// UART1's interrupt: there is room again.
pub extern "C" fn on_log() {
    UART1.at(ICR).write(TX);
    log::on_room();
}
