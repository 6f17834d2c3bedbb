//! Keys in a matrix of rows and columns, without diodes. Which key was pressed must reach no log: digits are PINs.

use embassy_futures::select::select_array;
use embassy_time::Timer;
use embedded_hal::digital::{InputPin, OutputPin};
use embedded_hal_async::digital::Wait;
use hotdesk_phone::Key;
use hotdesk_phone::keypad::Buttons;

use crate::keypad;

/// Time for a row's level to reach the columns.
const LEVEL_MICROS: u64 = 20;
/// Between two looks at the keys while one is down.
const SCAN_MILLIS: u64 = 5;
/// Looks without a key before the matrix sleeps.
const QUIET_SCANS: u32 = 4;

/// A matrix whose keys are `keys`, by row and column; up to eight columns. The columns are pulled up.
pub struct Matrix<R, C, const ROWS: usize, const COLUMNS: usize> {
    /// The keys' names.
    pub keys: [[Key; COLUMNS]; ROWS],
    /// Drives a row low to look at its keys.
    pub rows: [R; ROWS],
    /// Reads low where a key of that row is down.
    pub columns: [C; COLUMNS],
}

impl<R: OutputPin, C: InputPin + Wait, const ROWS: usize, const COLUMNS: usize> Matrix<R, C, ROWS, COLUMNS> {
    /// Watches the keys, for ever: scans until every key is up, then sleeps until a column goes low with all rows low.
    ///
    /// A pin that reports an error counts as one whose key is up.
    pub async fn watch(mut self) -> ! {
        let mut buttons = [const { Buttons::new() }; ROWS];
        loop {
            let mut quiet = 0u32;
            while quiet < QUIET_SCANS {
                quiet = quiet.saturating_add(1);
                for ((row, buttons), keys) in self.rows.iter_mut().zip(&mut buttons).zip(&self.keys) {
                    let _ = row.set_low();
                    Timer::after_micros(LEVEL_MICROS).await;
                    let down = self.columns.iter_mut().zip(0u8..).fold(0, |down, (column, bit)| {
                        down | u8::from(column.is_low().unwrap_or(false)) << bit
                    });
                    let _ = row.set_high();
                    if down != 0 {
                        quiet = 0;
                    }
                    keypad::look(buttons, down, keys);
                }
                Timer::after_millis(SCAN_MILLIS).await;
            }
            self.set_rows(R::set_low);
            Timer::after_micros(LEVEL_MICROS).await;
            let _ = select_array(self.columns.each_mut().map(Wait::wait_for_low)).await;
            self.set_rows(R::set_high);
        }
    }

    fn set_rows(&mut self, set: fn(&mut R) -> Result<(), R::Error>) {
        for row in &mut self.rows {
            let _ = set(row);
        }
    }
}
