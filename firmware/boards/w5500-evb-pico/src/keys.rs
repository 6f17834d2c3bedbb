//! The keys: a matrix of five rows and four columns. Which key was pressed must reach no log: digits are PINs.

use embassy_futures::select::select_array;
use embassy_rp::gpio::{Input, Output};
use embassy_time::{Instant, Timer};
use hotdesk_board::keypad::{KEYS, press};
use hotdesk_phone::Key;
use hotdesk_phone::keypad::Buttons;

/// The keys by row and column, as keypads of 20 keys have them; those have F1, F2 and ESC where the softkeys are here.
const MATRIX: [[Key; 4]; 5] = [
    [Key::Soft1, Key::Soft2, Key::Pound, Key::Star],
    [Key::Digit(1), Key::Digit(2), Key::Digit(3), Key::Up],
    [Key::Digit(4), Key::Digit(5), Key::Digit(6), Key::Down],
    [Key::Digit(7), Key::Digit(8), Key::Digit(9), Key::Soft3],
    [Key::Left, Key::Digit(0), Key::Right, Key::Select],
];

/// Time for a row's level to reach the columns.
const LEVEL_MICROS: u64 = 20;
/// Between two looks at the keys while one is down.
const SCAN_MILLIS: u64 = 5;
/// Looks without a key before the matrix sleeps.
const QUIET_SCANS: u32 = 4;

/// Watches the matrix: scans until every key is up, then sleeps until a column goes low with all rows low.
#[embassy_executor::task]
pub(crate) async fn watch(mut rows: [Output<'static>; 5], mut columns: [Input<'static>; 4]) -> ! {
    let mut buttons = [const { Buttons::new() }; 5];
    loop {
        let mut quiet = 0u32;
        while quiet < QUIET_SCANS {
            quiet = quiet.saturating_add(1);
            for ((row, buttons), keys) in rows.iter_mut().zip(&mut buttons).zip(MATRIX) {
                row.set_low();
                Timer::after_micros(LEVEL_MICROS).await;
                let down = columns
                    .iter()
                    .zip(0u8..)
                    .fold(0, |down, (column, bit)| down | u8::from(column.is_low()) << bit);
                row.set_high();
                if down != 0 {
                    quiet = 0;
                }
                let pressed = buttons.update(down, Instant::now());
                for (key, bit) in keys.into_iter().zip(0u8..) {
                    if pressed & 1 << bit != 0 {
                        press(key);
                    } else {
                        KEYS.hold(key, down & 1 << bit != 0);
                    }
                }
            }
            Timer::after_millis(SCAN_MILLIS).await;
        }
        rows.iter_mut().for_each(Output::set_low);
        Timer::after_micros(LEVEL_MICROS).await;
        select_array(columns.each_mut().map(Input::wait_for_low)).await;
        rows.iter_mut().for_each(Output::set_high);
    }
}
