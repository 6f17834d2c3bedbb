//! The keys a person presses. The app decides what they do; the board, how they are read.

use zeroize::Zeroize;

/// A key of the phone, as pressed. Releases are not events: [`KeyQueue::hold`](crate::KeyQueue::hold) takes them.
///
/// It carries what a person types, PINs included, so it has no `defmt` form and must not be logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Zeroize)]
pub enum Key {
    /// A digit of the keypad, 0 to 9. A larger number is not a key and does nothing.
    Digit(u8),
    /// `*`: the symbols for a user ID.
    Star,
    /// `#`: changes between small letters, capitals and digits in a user ID.
    Pound,
    /// Navigation: up.
    Up,
    /// Navigation: down.
    Down,
    /// Navigation: left. Moves the cursor.
    Left,
    /// Navigation: right. Fixes a letter that could still change, or else moves the cursor.
    Right,
    /// Navigation: the middle key.
    Select,
    /// A softkey: the first from the left. On a display with more than three the screen's last action is at the right end.
    Soft1,
    /// The second softkey.
    Soft2,
    /// The third softkey.
    Soft3,
    /// The fourth softkey, where there is one; so are those that follow.
    Soft4,
    /// The fifth softkey.
    Soft5,
    /// The sixth softkey.
    Soft6,
    /// The seventh softkey.
    Soft7,
    /// The eighth softkey.
    Soft8,
    /// A key beside a line of the display, or a touch on it, counted from 0 below the title: chooses the entry of a list.
    Line(u8),
    /// A touch of the display beside every key: wakes the display, and does nothing else.
    Beside,
}
