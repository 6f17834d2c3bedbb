//! The keys a person presses. The app decides what they do; the board, how they are read.

use zeroize::Zeroize;

/// A key of the phone, as pressed. Releases are not events.
///
/// It carries what a person types, PINs included, so it has no `defmt` form and must not be logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Zeroize)]
pub enum Key {
    /// A digit of the keypad, 0 to 9. A larger number is not a key and does nothing.
    Digit(u8),
    /// `*`: symbols in a user ID.
    Star,
    /// `#`: changes between small letters, capitals and digits in a user ID.
    Pound,
    /// Navigation: up.
    Up,
    /// Navigation: down.
    Down,
    /// Navigation: left.
    Left,
    /// Navigation: right. Fixes a letter that could still change.
    Right,
    /// Navigation: the middle key.
    Select,
    /// The left softkey.
    Soft1,
    /// The middle softkey.
    Soft2,
    /// The right softkey.
    Soft3,
}
