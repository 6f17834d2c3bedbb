//! The keys on a display that is touched, seen by an FT5336. Where a finger is must reach no log: it may be on a digit of a PIN.

use core::cell::Cell;

use critical_section::Mutex;
use embassy_time::{Duration, Instant, Timer};
use embedded_hal::i2c::I2c;
use embedded_hal_async::digital::Wait;
use hotdesk_phone::touch::{ARRIVE, Glass, ft5336};
use hotdesk_phone::view::Layout;
use zeroize::Zeroize;

use crate::keypad;

/// The controller's address.
const ADDRESS: u8 = 0x38;
/// The register that says how the interrupt line tells of a finger, and its value for: low as long as there is one.
const INTERRUPT_MODE: [u8; 2] = [0xA4, 0];

/// What the controller takes to start, many times.
const START: Duration = Duration::from_millis(300);

/// How a display is laid out: the layout of its size, and the one that is seen now.
pub struct Shown {
    first: &'static Layout,
    now: Mutex<Cell<&'static Layout>>,
}

impl Shown {
    /// A display with the layout of its size.
    #[must_use]
    pub const fn new(first: &'static Layout) -> Self {
        Self { first, now: Mutex::new(Cell::new(first)) }
    }

    /// The layout of the display's size.
    #[must_use]
    pub const fn first(&self) -> &'static Layout {
        self.first
    }

    /// The display shows this layout now.
    pub fn set(&self, layout: &'static Layout) {
        critical_section::with(|token| self.now.borrow(token).set(layout));
    }

    fn now(&self) -> &'static Layout {
        critical_section::with(|token| self.now.borrow(token).get())
    }
}

/// Watches the fingers on the display: looks at them until all are lifted, then sleeps until the controller's interrupt line
/// goes low. Its x is the display's y, as the panel is mounted.
pub async fn watch(mut bus: impl I2c, mut interrupt: impl Wait, shown: &Shown) -> ! {
    let mut glass = Glass::new();
    Timer::after(START).await;
    if bus.write(ADDRESS, &INTERRUPT_MODE).is_err() {
        defmt::warn!("touch: the controller does not answer");
    }
    loop {
        look(&mut bus, &mut glass, shown.now());
        Timer::after(ARRIVE).await;
        if glass.is_untouched() {
            // A line that fails is looked at as often as one that is touched.
            let _ = interrupt.wait_for_low().await;
        }
    }
}

fn look(bus: &mut impl I2c, glass: &mut Glass, layout: &Layout) {
    let mut registers = [0; ft5336::REGISTERS];
    // A controller that does not answer sees no finger.
    if bus.write_read(ADDRESS, &[ft5336::FIRST], &mut registers).is_err() {
        registers = [0; ft5336::REGISTERS];
    }
    let mut touches = ft5336::touches(&registers);
    registers.zeroize();
    for touch in &mut touches {
        core::mem::swap(&mut touch.at.x, &mut touch.at.y);
    }
    glass.update(layout, &touches, Instant::now(), keypad::report);
}
