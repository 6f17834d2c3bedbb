//! Registers and buffers of the chip over SPI: three bytes of address and control, then the data (data sheet, chapter 2).

use embedded_hal::spi::{Operation, SpiDevice};

use crate::chip::Lost;

/// A block of registers or memory: the five bits of the control byte that choose it.
#[derive(Clone, Copy)]
pub(crate) struct Block(u8);

impl Block {
    pub(crate) const COMMON: Self = Self(0);
    pub(crate) const SOCKET_0: Self = Self(1);
    pub(crate) const TRANSMIT: Self = Self(2);
    pub(crate) const RECEIVE: Self = Self(3);
    /// The registers of the sockets that are not used.
    pub(crate) const OTHER_SOCKETS: [Self; 7] =
        [Self(5), Self(9), Self(13), Self(17), Self(21), Self(25), Self(29)];
}

/// The bit of the control byte that means writing.
const WRITE: u8 = 1 << 2;

/// The chip's registers, by address.
pub(crate) struct Bus<S> {
    spi: S,
}

impl<S: SpiDevice> Bus<S> {
    pub(crate) fn new(spi: S) -> Self {
        Self { spi }
    }

    /// Reads from `address` on. In the buffers the chip goes on at the start where the end is passed.
    pub(crate) fn read(&mut self, block: Block, address: u16, data: &mut [u8]) -> Result<(), Lost> {
        let header = header(block, address, 0);
        self.transaction(&mut [Operation::Write(&header), Operation::Read(data)])
    }

    /// Writes from `address` on.
    pub(crate) fn write(&mut self, block: Block, address: u16, data: &[u8]) -> Result<(), Lost> {
        let header = header(block, address, WRITE);
        self.transaction(&mut [Operation::Write(&header), Operation::Write(data)])
    }

    pub(crate) fn read_u8(&mut self, block: Block, address: u16) -> Result<u8, Lost> {
        let mut data = [0];
        self.read(block, address, &mut data)?;
        let [value] = data;
        Ok(value)
    }

    pub(crate) fn read_u16(&mut self, block: Block, address: u16) -> Result<u16, Lost> {
        let mut data = [0; 2];
        self.read(block, address, &mut data)?;
        Ok(u16::from_be_bytes(data))
    }

    pub(crate) fn write_u16(&mut self, block: Block, address: u16, value: u16) -> Result<(), Lost> {
        self.write(block, address, &value.to_be_bytes())
    }

    fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), Lost> {
        self.spi.transaction(operations).map_err(|_| Lost::Bus)
    }
}

fn header(block: Block, address: u16, direction: u8) -> [u8; 3] {
    let [high, low] = address.to_be_bytes();
    // The lowest two bits stay 0: as many bytes as are clocked.
    [high, low, block.0 << 3 | direction]
}
