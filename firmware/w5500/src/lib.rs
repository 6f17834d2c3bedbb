//! Driver for the WIZnet W5500 Ethernet chip, for embassy-net.
//!
//! Socket 0 passes whole frames (MACRAW); the chip's own TCP is not used. [`new`] makes the network device and the
//! [`Runner`] that moves frames between it and the chip. Registers and timing are those of the W5500 data sheet, version
//! 1.0.9.
//!
//! The bus is used without DMA: on a busy network most frames are short, and starting a transfer by DMA takes longer than
//! their bytes. The longest frame keeps the processor for 0.4 ms.
//!
//! It must survive what a network or a cable does: a frame it cannot take is dropped and counted, and a chip that no longer
//! answers as it was set up is reset and set up again. It never waits without a bound for the chip.
#![no_std]
#![forbid(unsafe_code)]

mod bus;
mod chip;
mod device;
mod log;
mod runner;

pub use device::{Device, RxToken};
pub use runner::{Counts, FRAME, Runner, State, new};
