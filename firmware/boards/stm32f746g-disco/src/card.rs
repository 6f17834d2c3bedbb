//! The SD card on the chip's SDMMC1, read once at start.

use embassy_stm32::sdmmc::Sdmmc;
use embassy_stm32::sdmmc::sd::{CmdBlock, DataBlock, StorageDevice};
use embassy_stm32::time::Hertz;
use embassy_time::Duration;
use hotdesk_board::card::{self, Blocks, Failed};
use hotdesk_board::executor;
use hotdesk_phone::SetupError;
use static_cell::StaticCell;
use zeroize::Zeroize;

/// The card's clock: every card of the last twenty years takes twice as much.
const CLOCK: Hertz = Hertz(12_000_000);
/// What a card may take to start, or to answer: 1 s and 0.1 s by its standard.
const START_PATIENCE: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_millis(500);

/// What reads the file of a name into a buffer and returns its length, or what is missing: the card, the file, a readable file system,
/// or room in the buffer. `is_there` is the slot's switch.
pub(crate) fn reader(
    mut slot: Sdmmc<'static>,
    is_there: bool,
) -> impl FnMut(&str, &mut [u8]) -> Result<usize, SetupError> {
    // The card's DMA writes here: on the stack it would be in the DTCM.
    static COMMAND: StaticCell<CmdBlock> = StaticCell::new();
    static DATA: StaticCell<DataBlock> = StaticCell::new();
    let (command, data) = (COMMAND.init_with(CmdBlock::new), DATA.init_with(|| DataBlock([0; 128])));
    move |name, buffer| {
        if !is_there {
            return Err(SetupError::NoCard);
        }
        let start = StorageDevice::new_sd_card(&mut slot, command, CLOCK);
        // The HAL asks a card that is busy within one poll, again and again: the watchdog ends that.
        let Some(Ok(mut card)) = executor::wait(START_PATIENCE, start) else {
            defmt::warn!("card: it does not start");
            return Err(SetupError::Unreadable);
        };
        let read = |index, block: &mut [u8; 512]| {
            let read = executor::wait(PATIENCE, card.read_block(index, data));
            block.copy_from_slice(&data[..]);
            // The file holds a certificate.
            data.0.zeroize();
            if let Some(Ok(())) = read { Ok(()) } else { Err(Failed) }
        };
        card::read_file(Blocks::new(read), name, buffer, |_| false)
    }
}
