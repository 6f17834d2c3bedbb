//! The SD card, read once at start: the configuration file.
//!
//! The card shares its port with the display, so it borrows the port while it is read. PD0 low selects it.
#![allow(unsafe_code)] // Telling the card driver what kind of card it has, where it could not find out.

use core::convert::Infallible;

use embedded_hal::delay::DelayNs;
use embedded_hal::spi::{ErrorType, Operation, SpiDevice};
use embedded_sdmmc::embedded_sdmmc_types::sdcard::CardType;
use embedded_sdmmc::sdcard::spi::AcquireOpts;
use embedded_sdmmc::{SdCard, SdCardError};
use hotdesk_board::card::{self, CONFIGURATION};
use hotdesk_phone::SetupError;

use crate::gpio::Output;
use crate::ssi::Ssi;
use crate::sysctl;

/// How many wake-up calls the card gets before it counts as missing. Each takes up to 0.1 s.
const ATTEMPTS: u32 = 5;

/// Reads the configuration file into `buffer` and returns its length.
///
/// # Errors
///
/// What is missing: the card, the file, a readable file system, or room in `buffer`.
#[inline(never)]
pub fn read_configuration(
    ssi: &mut Ssi,
    select: &mut Output,
    buffer: &mut [u8],
) -> Result<usize, SetupError> {
    // These bytes go to no device: the card needs 74 clocks before it is first selected.
    ssi.send(&[0xFF; 10]);
    let options = AcquireOpts { use_crc: true, acquire_retries: ATTEMPTS };
    let card = SdCard::new_with_options(Slot { ssi, select }, BusyWait, options);
    if matches!(card.num_bytes(), Err(SdCardError::Cmd58Error)) {
        take_over(&card)?;
    }
    card::read_file(card, CONFIGURATION, buffer, |error| matches!(error, SdCardError::CardNotFound))
}

/// Completes the card's initialisation where the driver gave up, at command 58, the last step.
///
/// QEMU 7.2 sets the idle bit in that command's answer, though the card is ready and the register that follows (OCR) is
/// right. The driver takes the bit for an error.
fn take_over(card: &SdCard<Slot<'_>, BusyWait>) -> Result<(), SetupError> {
    const READ_OCR: [u8; 6] = [0x40 | 58, 0, 0, 0, 0, 0xFD];
    const R1_READY: u8 = 0;
    const R1_IDLE: u8 = 1;
    /// In the first byte of the OCR: the card counts blocks, not bytes.
    const HIGH_CAPACITY: u8 = 0x40;

    // The rest of the answer that the driver did not read; then up to 8 bytes of waiting, R1, the 4 bytes of the OCR.
    let mut left_over = [0xFF; 8];
    let mut answer = [0xFF; 13];
    let mut operations =
        [Operation::Read(&mut left_over), Operation::Write(&READ_OCR), Operation::Read(&mut answer)];
    card.spi(|slot| slot.transaction(&mut operations)).map_err(|never| match never {})?;
    let mut answer = answer.into_iter().skip_while(|byte| *byte == 0xFF);
    let (Some(R1_READY | R1_IDLE), Some(ocr)) = (answer.next(), answer.next()) else {
        defmt::warn!("card: no answer to command 58");
        return Err(SetupError::Unreadable);
    };
    let kind = if ocr & HIGH_CAPACITY != 0 { CardType::SdhcSdxc } else { CardType::SD2 };
    // SAFETY: the driver reaches command 58 only after the card has answered every step before it, and only for cards of
    // version 2; the kind is what the card itself says.
    unsafe { card.mark_card_as_init(kind) };
    Ok(())
}

/// The card on the shared port, selected for one transaction at a time.
struct Slot<'a> {
    ssi: &'a mut Ssi,
    select: &'a mut Output,
}

impl ErrorType for Slot<'_> {
    type Error = Infallible;
}

impl SpiDevice for Slot<'_> {
    fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), Infallible> {
        self.select.set(false);
        for operation in operations {
            match operation {
                Operation::Read(bytes) => {
                    bytes.fill(0xFF);
                    self.ssi.transfer_in_place(bytes);
                }
                Operation::Write(bytes) => self.ssi.send(bytes),
                Operation::Transfer(received, sent) => {
                    // The longer side goes on alone: the rest sends 0xFF, or drops what comes back.
                    received.fill(0xFF);
                    received.iter_mut().zip(*sent).for_each(|(byte, sent)| *byte = *sent);
                    self.ssi.transfer_in_place(received);
                    self.ssi.send(sent.get(received.len()..).unwrap_or_default());
                }
                Operation::TransferInPlace(bytes) => self.ssi.transfer_in_place(bytes),
                Operation::DelayNs(duration) => BusyWait.delay_ns(*duration),
            }
        }
        self.select.set(true);
        Ok(())
    }
}

/// Waits by counting cycles: the card is read before any task runs.
struct BusyWait;

impl DelayNs for BusyWait {
    fn delay_ns(&mut self, duration: u32) {
        let ns_per_cycle = 1_000_000_000_u32.checked_div(sysctl::core_clock_hz()).unwrap_or(1).max(1);
        cortex_m::asm::delay(duration.div_ceil(ns_per_cycle));
    }
}
