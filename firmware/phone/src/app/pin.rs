//! The PIN while it is typed: bounded, wiped, and never shown, printed or logged.

use core::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// Digits a PIN may have on this phone.
pub(crate) const PIN_DIGITS: usize = 32;

/// A PIN as far as it is typed. Its `Debug` form shows neither digits nor their number.
#[derive(Default, Zeroize, ZeroizeOnDrop)]
pub(crate) struct Pin {
    digits: [u8; PIN_DIGITS],
    len: usize,
}

impl Pin {
    /// Adds a digit, or fails if there is no room.
    pub(crate) fn push(&mut self, digit: u8) -> Result<(), Full> {
        let slot = self.digits.get_mut(self.len).ok_or(Full)?;
        *slot = b'0' + digit % 10;
        self.len += 1;
        Ok(())
    }

    /// Deletes the last digit.
    pub(crate) fn pop(&mut self) {
        self.len = self.len.saturating_sub(1);
        if let Some(slot) = self.digits.get_mut(self.len) {
            slot.zeroize();
        }
    }

    /// The digits, for the request only.
    pub(crate) fn expose(&self) -> &str {
        self.digits.get(..self.len).and_then(|digits| core::str::from_utf8(digits).ok()).unwrap_or("")
    }

    /// How many digits are typed: the number of stars on the display.
    pub(crate) fn len(&self) -> usize {
        self.len
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// There is no room for another character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full;

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;

    #[test]
    fn a_wiped_pin_holds_no_digit() {
        let mut pin = Pin::default();
        for digit in [1, 2, 3, 4, 5] {
            pin.push(digit).unwrap();
        }
        assert_eq!(pin.expose(), "12345");
        pin.zeroize();
        assert_eq!((pin.digits, pin.len), ([0; PIN_DIGITS], 0));
    }

    #[test]
    fn a_digit_taken_back_is_wiped() {
        let mut pin = Pin::default();
        pin.push(9).unwrap();
        pin.pop();
        pin.pop();
        assert_eq!((pin.digits, pin.len), ([0; PIN_DIGITS], 0));
    }

    #[test]
    fn the_debug_form_tells_nothing() {
        let mut pin = Pin::default();
        pin.push(7).unwrap();
        assert_eq!(format!("{pin:?}"), "***");
    }

    #[test]
    fn a_full_pin_refuses_a_digit() {
        let mut pin = Pin::default();
        for _ in 0..PIN_DIGITS {
            pin.push(1).unwrap();
        }
        assert_eq!(pin.push(1), Err(Full));
        assert_eq!(pin.len(), PIN_DIGITS);
    }
}
