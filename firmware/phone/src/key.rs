//! The keys a person presses. What they do is the app's business; how they reach us is the board's.

use zeroize::Zeroize;

/// A key of the phone, as pressed. Releases are not events.
///
/// It carries what a person types, a PIN too, so it has no `defmt` form and must not be logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Zeroize)]
pub enum Key {
    /// A digit of the keypad, 0 to 9. A larger number is no key and does nothing.
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
    /// Navigation: right. Ends a letter that could still change.
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
