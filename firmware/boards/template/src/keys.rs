//! The keys. Which key was pressed must reach no log: digits are PINs.

/// Watches the keys.
#[embassy_executor::task]
pub(crate) async fn watch() -> ! {
    // GAP keys: `hotdesk_board::matrix` reads a matrix. For others `hotdesk_phone::keypad::Buttons` debounces,
    // `hotdesk_board::keypad::press` takes a press, and its `KEYS.hold` what is down. Sleep until a key goes down.
    core::future::pending().await
}
