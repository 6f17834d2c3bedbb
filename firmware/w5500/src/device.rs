//! The network device for embassy-net. A frame may hold a PIN, so its buffer is wiped as soon as the stack has read it;
//! what was sent is wiped by the runner.

use core::task::Context;

use embassy_net_driver_channel as channel;
use embassy_net_driver_channel::driver::{self, Capabilities, Driver, HardwareAddress, LinkState};
use zeroize::Zeroize;

use crate::FRAME;

/// The stack's end: what `embassy_net::new` takes.
pub struct Device<'d>(pub(crate) channel::Device<'d, FRAME>);

impl Driver for Device<'_> {
    type RxToken<'a>
        = RxToken<'a>
    where
        Self: 'a;
    type TxToken<'a>
        = channel::TxToken<'a, FRAME>
    where
        Self: 'a;

    fn receive(&mut self, context: &mut Context<'_>) -> Option<(RxToken<'_>, channel::TxToken<'_, FRAME>)> {
        self.0.receive(context).map(|(received, answer)| (RxToken(received), answer))
    }

    fn transmit(&mut self, context: &mut Context<'_>) -> Option<channel::TxToken<'_, FRAME>> {
        self.0.transmit(context)
    }

    fn link_state(&mut self, context: &mut Context<'_>) -> LinkState {
        self.0.link_state(context)
    }

    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    fn hardware_address(&self) -> HardwareAddress {
        self.0.hardware_address()
    }
}

/// A received frame.
pub struct RxToken<'a>(channel::RxToken<'a, FRAME>);

impl driver::RxToken for RxToken<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, read: F) -> R {
        self.0.consume(|frame| {
            let result = read(frame);
            frame.zeroize();
            result
        })
    }
}
