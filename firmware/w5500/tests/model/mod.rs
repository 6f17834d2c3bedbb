//! The W5500 as the data sheet describes it, as far as the driver uses it, and with a switch for each thing that can go
//! wrong. It must not share code with the driver.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use embedded_hal::digital::{self, OutputPin};
use embedded_hal::spi::{self, Operation, SpiDevice};
use embedded_hal_async::digital::Wait;

const MEMORY: usize = 16 * 1024;

/// What goes wrong from now on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Faults {
    /// The version register reads so.
    pub(crate) version: Option<u8>,
    /// Commands are never taken.
    pub(crate) deaf: bool,
    /// Frames are taken and never leave.
    pub(crate) stuck: bool,
    /// The bus reports errors.
    pub(crate) broken_bus: bool,
}

/// A chip that a test holds one end of.
#[derive(Default)]
pub(crate) struct Model {
    pub(crate) faults: Faults,
    pub(crate) link: bool,
    /// Frames that left.
    pub(crate) sent: VecDeque<Vec<u8>>,
    /// Frames that found no room.
    pub(crate) dropped: usize,
    /// Times the reset pin went low.
    pub(crate) resets: usize,
    /// What the buffer held that the last frame was read into.
    pub(crate) overwritten: Vec<u8>,
    common: Vec<u8>,
    socket: Vec<u8>,
    sizes: [[u8; 2]; 8],
    transmit: Vec<u8>,
    receive: Vec<u8>,
    waker: Option<Waker>,
}

impl Model {
    pub(crate) fn new() -> Rc<RefCell<Self>> {
        let mut model = Self { link: true, ..Self::default() };
        model.reset();
        Rc::new(RefCell::new(model))
    }

    /// What a dip of the supply does.
    pub(crate) fn reset(&mut self) {
        self.common = vec![0; 0x40];
        self.socket = vec![0; 0x30];
        self.sizes = [[2; 2]; 8];
        self.transmit = vec![0; MEMORY];
        self.receive = vec![0; MEMORY];
    }

    pub(crate) fn address(&self) -> &[u8] {
        &self.common[0x09..0x0F]
    }

    pub(crate) fn memory_in_use(&self) -> usize {
        self.sizes.iter().map(|[receive, _]| usize::from(*receive)).sum()
    }

    /// A frame comes in from the wire.
    pub(crate) fn arrive(&mut self, frame: &[u8]) {
        if self.socket[3] != 0x42 || !self.link {
            return;
        }
        let used = usize::from(self.word(0x26));
        if used + frame.len() + 2 > MEMORY {
            self.dropped += 1;
            return;
        }
        let length = u16::try_from(frame.len() + 2).unwrap();
        self.arrive_raw(&[&length.to_be_bytes()[..], frame].concat());
    }

    /// Bytes appear in the receive buffer as they are.
    pub(crate) fn arrive_raw(&mut self, bytes: &[u8]) {
        let write = self.word(0x2A);
        for (byte, at) in bytes.iter().zip(usize::from(write)..) {
            self.receive[at % MEMORY] = *byte;
        }
        let length = u16::try_from(bytes.len()).unwrap();
        self.set_word(0x2A, write.wrapping_add(length));
        let used = self.word(0x26);
        self.set_word(0x26, used + length);
        self.socket[2] |= 4;
        self.wake();
    }

    /// Both pointers of both buffers stand here, as after much traffic.
    pub(crate) fn set_pointers(&mut self, at: u16) {
        [0x22, 0x24, 0x28, 0x2A].into_iter().for_each(|register| self.set_word(register, at));
    }

    fn interrupts(&self) -> bool {
        self.common[0x18] & 1 != 0 && self.socket[2] & self.socket[0x2C] != 0
    }

    fn wake(&mut self) {
        if self.interrupts()
            && let Some(waker) = self.waker.take()
        {
            waker.wake();
        }
    }

    fn word(&self, at: usize) -> u16 {
        u16::from_be_bytes([self.socket[at], self.socket[at + 1]])
    }

    fn set_word(&mut self, at: usize, value: u16) {
        self.socket[at..at + 2].copy_from_slice(&value.to_be_bytes());
    }

    fn read(&self, block: u8, at: usize) -> u8 {
        match block {
            0 if at == 0x39 => self.faults.version.unwrap_or(4),
            0 if at == 0x2E => 0xB8 | (u8::from(self.link) * 7),
            0 => self.common[at],
            1 if at == 1 => u8::from(self.faults.deaf),
            1 => self.socket[at],
            2 => self.transmit[at % MEMORY],
            3 => self.receive[at % MEMORY],
            other => panic!("the driver reads block {other}"),
        }
    }

    fn write(&mut self, block: u8, at: usize, value: u8) {
        match block {
            0 => self.common[at] = value,
            1 if at == 1 => self.command(value),
            1 if at == 2 => self.socket[2] &= !value,
            1 if at == 0x1E || at == 0x1F => self.sizes[0][at - 0x1E] = value,
            1 => self.socket[at] = value,
            2 => self.transmit[at % MEMORY] = value,
            block if block % 4 == 1 && (at == 0x1E || at == 0x1F) => {
                self.sizes[usize::from(block / 4)][at - 0x1E] = value;
            }
            other => panic!("the driver writes block {other} at {at:#x}"),
        }
        self.wake();
    }

    fn command(&mut self, command: u8) {
        if self.faults.deaf {
            return;
        }
        match command {
            0x01 => {
                self.socket[3] = if self.socket[0] & 0x0F == 4 { 0x42 } else { 0 };
                [0x22, 0x24, 0x26, 0x28, 0x2A].into_iter().for_each(|register| self.set_word(register, 0));
            }
            0x10 => self.socket[3] = 0,
            0x20 => {
                let (from, to) = (self.word(0x22), self.word(0x24));
                let length = usize::from(to.wrapping_sub(from));
                if self.faults.stuck {
                    return;
                }
                let start = usize::from(from);
                let frame = (start..start + length).map(|at| self.transmit[at % MEMORY]).collect();
                self.sent.push_back(frame);
                self.set_word(0x22, to);
            }
            // The interrupt is not raised again for frames that still wait: it tells of arrivals.
            0x40 => {
                let left = self.word(0x2A).wrapping_sub(self.word(0x28));
                self.set_word(0x26, left);
            }
            other => panic!("no command {other:#x}"),
        }
    }
}

/// The driver's side of the SPI bus.
pub(crate) struct Spi(pub(crate) Rc<RefCell<Model>>);

#[derive(Debug)]
pub(crate) struct BusError;

impl spi::Error for BusError {
    fn kind(&self) -> spi::ErrorKind {
        spi::ErrorKind::Other
    }
}

impl spi::ErrorType for Spi {
    type Error = BusError;
}

impl SpiDevice for Spi {
    fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), BusError> {
        let mut model = self.0.borrow_mut();
        if model.faults.broken_bus {
            return Err(BusError);
        }
        let [Operation::Write(header), data] = operations else { panic!("a header, then data") };
        let [high, low, control] = header else { panic!("a header of three bytes") };
        let (block, writes) = (control >> 3, control & 4 != 0);
        let start = usize::from(u16::from_be_bytes([*high, *low]));
        match data {
            Operation::Read(data) if !writes => {
                if data.len() > 4 {
                    model.overwritten = data.to_vec();
                }
                data.iter_mut().zip(start..).for_each(|(byte, at)| *byte = model.read(block, at));
            }
            Operation::Write(data) if writes => {
                data.iter().zip(start..).for_each(|(byte, at)| model.write(block, at, *byte));
            }
            _ => panic!("the control byte and the transfer disagree"),
        }
        Ok(())
    }
}

/// INTn.
pub(crate) struct Interrupt(pub(crate) Rc<RefCell<Model>>);

impl digital::ErrorType for Interrupt {
    type Error = Infallible;
}

impl Wait for Interrupt {
    async fn wait_for_low(&mut self) -> Result<(), Infallible> {
        poll_fn(|context| {
            let mut model = self.0.borrow_mut();
            if model.interrupts() {
                return Poll::Ready(Ok(()));
            }
            model.waker = Some(context.waker().clone());
            Poll::Pending
        })
        .await
    }

    async fn wait_for_high(&mut self) -> Result<(), Infallible> {
        panic!("not waited for")
    }

    async fn wait_for_rising_edge(&mut self) -> Result<(), Infallible> {
        panic!("not waited for")
    }

    async fn wait_for_falling_edge(&mut self) -> Result<(), Infallible> {
        panic!("not waited for")
    }

    async fn wait_for_any_edge(&mut self) -> Result<(), Infallible> {
        panic!("not waited for")
    }
}

/// RSTn.
pub(crate) struct Reset(pub(crate) Rc<RefCell<Model>>);

impl digital::ErrorType for Reset {
    type Error = Infallible;
}

impl OutputPin for Reset {
    fn set_low(&mut self) -> Result<(), Infallible> {
        let mut model = self.0.borrow_mut();
        model.resets += 1;
        model.reset();
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}
