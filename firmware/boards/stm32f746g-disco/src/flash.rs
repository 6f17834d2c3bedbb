//! The chip's flash beside the image: the settings made on the phone, and the MAC address. `memory.x` has its sectors.

use embassy_stm32::Peri;
use embassy_stm32::flash::{Blocking, Flash, WRITE_SIZE};
use embassy_stm32::peripherals::FLASH;
use embassy_stm32::uid::uid;
use hotdesk_board::identity;
use hotdesk_phone::NotKept;
use hotdesk_phone::storage::{Memory, Slot};

/// Where each slot of the settings starts, and its size: sectors 1 and 2.
const SLOT_A: u32 = 32 * 1024;
const SLOT_B: u32 = 64 * 1024;
const SECTOR: u32 = 32 * 1024;
/// Where a person writes the MAC address, six bytes: sector 7. The phone never writes it.
const MAC_ADDRESS: u32 = 768 * 1024;

/// The chip's flash.
pub(crate) struct BoardFlash(Flash<'static, Blocking>);

impl BoardFlash {
    pub(crate) fn new(flash: Peri<'static, FLASH>) -> Self {
        Self(Flash::new_blocking(flash))
    }

    /// The MAC address: see [`identity::mac_address`].
    pub(crate) fn mac_address(&mut self) -> [u8; 6] {
        let mut written = [0xFF; 6];
        if self.0.blocking_read(MAC_ADDRESS, &mut written).is_err() {
            written = [0xFF; 6];
        }
        // FNV-1a: chips of one wafer differ in few bits of the ID.
        let unique = uid().iter().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3)
        });
        identity::mac_address(written, unique.to_be_bytes())
    }
}

/// The offset of a byte of a slot.
fn offset(slot: Slot, at: usize) -> Result<u32, NotKept> {
    let start = match slot {
        Slot::A => SLOT_A,
        Slot::B => SLOT_B,
    };
    let at = u32::try_from(at).ok().filter(|at| *at < SECTOR).ok_or(NotKept)?;
    Ok(start.saturating_add(at))
}

impl Memory for BoardFlash {
    fn read(&mut self, slot: Slot, at: usize, out: &mut [u8]) -> Result<(), NotKept> {
        self.0.blocking_read(offset(slot, at)?, out).map_err(|_| NotKept)
    }

    fn erase(&mut self, slot: Slot) -> Result<(), NotKept> {
        let start = offset(slot, 0)?;
        self.0.blocking_erase(start, start.saturating_add(SECTOR)).map_err(|_| NotKept)
    }

    /// The driver writes whole units. What of a unit is not meant is written as it is: this flash has no check bits, and bits
    /// that stay as they are may be written again (RM0385, Flash programming sequences).
    fn write(&mut self, slot: Slot, at: usize, bytes: &[u8]) -> Result<(), NotKept> {
        let (mut at, mut rest) = (at, bytes);
        while !rest.is_empty() {
            let place = at % WRITE_SIZE;
            let (now, later) = rest.split_at(rest.len().min(WRITE_SIZE.saturating_sub(place)));
            let start = offset(slot, at.saturating_sub(place))?;
            let mut unit = [0; WRITE_SIZE];
            self.0.blocking_read(start, &mut unit).map_err(|_| NotKept)?;
            for (byte, meant) in unit.iter_mut().skip(place).zip(now) {
                *byte = *meant;
            }
            self.0.blocking_write(start, &unit).map_err(|_| NotKept)?;
            at = at.saturating_add(now.len());
            rest = later;
        }
        Ok(())
    }
}
