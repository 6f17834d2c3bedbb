//! The log by RTT: in a ring in RAM that a debug probe reads while the phone runs. Where none reads, it is full, and what is
//! written then is lost.

use core::cell::RefCell;

use critical_section::Mutex;
use rtt_target::{ChannelMode, UpChannel, rtt_init};

use crate::log::Port;

/// Bytes of the ring.
const RING_SIZE: usize = 1024;

struct Rtt(Mutex<RefCell<Option<UpChannel>>>);

static PORT: Rtt = Rtt(Mutex::new(RefCell::new(None)));

impl Port for Rtt {
    fn has_room(&self) -> bool {
        true
    }

    fn write(&self, byte: u8) {
        critical_section::with(|token| {
            if let Some(channel) = self.0.borrow_ref_mut(token).as_mut() {
                channel.write(&[byte]);
            }
        });
    }

    fn call_when_there_is_room(&self, _: bool) {}
}

/// Makes the ring.
pub(crate) fn start() -> &'static dyn Port {
    // Probes read the log of defmt from a channel of this name.
    let channels = rtt_init! {
        up: { 0: { size: RING_SIZE, mode: ChannelMode::NoBlockTrim, name: "defmt" } }
    };
    critical_section::with(|token| PORT.0.replace(token, Some(channels.up.0)));
    &PORT
}
