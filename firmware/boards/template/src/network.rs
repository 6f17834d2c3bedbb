//! The network: a cable that is never plugged in, in place of a driver.

use core::task::Context;

use embassy_net_driver::{Capabilities, Driver, HardwareAddress, LinkState, RxToken, TxToken};

use crate::chip;

/// GAP network: the HAL's Ethernet controller, or a chip on SPI (`firmware/w5500`), is an `embassy_net_driver::Driver` already;
/// then this file goes.
pub(crate) struct Ethernet;

/// A frame that never comes, or goes.
pub(crate) enum Never {}

impl RxToken for Never {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, _handle: F) -> R {
        match self {}
    }
}

impl TxToken for Never {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, _length: usize, _fill: F) -> R {
        match self {}
    }
}

impl Driver for Ethernet {
    type RxToken<'a> = Never;
    type TxToken<'a> = Never;

    fn receive(&mut self, _context: &mut Context<'_>) -> Option<(Never, Never)> {
        None
    }

    fn transmit(&mut self, _context: &mut Context<'_>) -> Option<Never> {
        None
    }

    fn link_state(&mut self, _context: &mut Context<'_>) -> LinkState {
        LinkState::Down
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::default();
        capabilities.max_transmission_unit = 1514;
        capabilities
    }

    fn hardware_address(&self) -> HardwareAddress {
        HardwareAddress::Ethernet(chip::mac_address())
    }
}
