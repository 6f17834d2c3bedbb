//! Turns what keys report into presses: the serial keypad's frames, and plain buttons.
//!
//! A board feeds bytes or levels in and gets presses out. Nothing here knows a port or a clock, and nothing here may
//! log a key: digits are PINs.
//!
//! The serial keypad sends three bytes a key event:
//!
//! | byte | meaning |
//! |---|---|
//! | 1 | `+` pressed, `-` released |
//! | 2 | the key: `0` to `9`, `*`, `#`; softkeys `a` `b` `c`, then `e` to `i`; keys beside lines `A` to `H`; `u` up, `d` down, `l` left, `r` right, `s` select |
//! | 3 | line feed |
//!
//! These three bytes are a key event wherever they come in a row; everything else is skipped. So a lost or damaged byte
//! costs one key event, and noise on the line none.

use embassy_time::{Duration, Instant};

use crate::Key;

/// Decodes the serial keypad's frames.
///
/// ```
/// use hotdesk_phone::Key;
/// use hotdesk_phone::keypad::{Decoder, KeyEvent};
///
/// let mut decoder = Decoder::new();
/// let events: Vec<KeyEvent> = b"+5\n-5\n".iter().filter_map(|byte| decoder.push(*byte)).collect();
/// assert_eq!(events, [KeyEvent::Pressed(Key::Digit(5)), KeyEvent::Released(Key::Digit(5))]);
/// ```
#[derive(Debug)]
pub struct Decoder {
    /// The last two bytes, as far as they may begin a frame. Wiped with the end of each: they may be a digit of a PIN.
    before: [u8; 2],
}

/// A key went down or came up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyEvent {
    /// The key went down.
    Pressed(Key),
    /// The key came up.
    Released(Key),
}

impl Decoder {
    /// A decoder that has seen nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { before: [0; 2] }
    }

    /// Takes the next byte and returns the key event that it completes.
    pub fn push(&mut self, byte: u8) -> Option<KeyEvent> {
        let [sign, letter] = self.before;
        if byte != b'\n' {
            self.before = [letter, byte];
            return None;
        }
        self.before = [0; 2];
        let event = match sign {
            b'+' => KeyEvent::Pressed,
            b'-' => KeyEvent::Released,
            _ => return None,
        };
        key(letter).map(event)
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

fn key(byte: u8) -> Option<Key> {
    Some(match byte {
        b'0'..=b'9' => Key::Digit(byte - b'0'),
        b'*' => Key::Star,
        b'#' => Key::Pound,
        b'a' => Key::Soft1,
        b'b' => Key::Soft2,
        b'c' => Key::Soft3,
        b'e' => Key::Soft4,
        b'f' => Key::Soft5,
        b'g' => Key::Soft6,
        b'h' => Key::Soft7,
        b'i' => Key::Soft8,
        b'A'..=b'H' => Key::Line(byte - b'A'),
        b'u' => Key::Up,
        b'd' => Key::Down,
        b'l' => Key::Left,
        b'r' => Key::Right,
        b's' => Key::Select,
        _ => return None,
    })
}

/// How long the contacts of a button may bounce after it went down or came up.
pub const SETTLE: Duration = Duration::from_millis(5);

/// Up to eight plain buttons, one bit each.
///
/// A button counts as down until it was seen up, and only then can it be pressed: a stuck button, or an input without a
/// level yet, must not press anything at power-up. A change within [`SETTLE`] of the previous one counts as a bounce
/// and presses nothing.
///
/// ```
/// use embassy_time::Instant;
/// use hotdesk_phone::keypad::Buttons;
///
/// let mut buttons = Buttons::new();
/// assert_eq!(buttons.update(0b01, Instant::from_millis(0)), 0, "down since power-up");
/// assert_eq!(buttons.update(0b00, Instant::from_millis(10)), 0);
/// assert_eq!(buttons.update(0b01, Instant::from_millis(20)), 0b01);
/// ```
#[derive(Debug)]
pub struct Buttons {
    down: u8,
    /// When each button last changed.
    changed_at: [Option<Instant>; 8],
}

impl Buttons {
    /// Buttons whose levels are not known yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { down: u8::MAX, changed_at: [None; 8] }
    }

    /// Takes the buttons that are `down` at the time `now` and returns those pressed since the last call. Call it at
    /// every edge.
    pub fn update(&mut self, down: u8, now: Instant) -> u8 {
        let changed = down ^ self.down;
        let mut pressed = 0;
        for (bit, changed_at) in self.changed_at.iter_mut().enumerate() {
            let mask = 1 << bit;
            if changed & mask != 0 {
                let settled = changed_at.is_none_or(|at| now.saturating_duration_since(at) >= SETTLE);
                *changed_at = Some(now);
                if settled {
                    pressed |= down & mask;
                }
            }
        }
        self.down = down;
        pressed
    }
}

impl Default for Buttons {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec::Vec;

    use super::*;

    fn events(bytes: &[u8]) -> Vec<KeyEvent> {
        let mut decoder = Decoder::new();
        bytes.iter().filter_map(|byte| decoder.push(*byte)).collect()
    }

    #[test]
    fn every_key_has_its_letter() {
        let keys = [
            (b'0', Key::Digit(0)),
            (b'9', Key::Digit(9)),
            (b'*', Key::Star),
            (b'#', Key::Pound),
            (b'a', Key::Soft1),
            (b'b', Key::Soft2),
            (b'c', Key::Soft3),
            (b'e', Key::Soft4),
            (b'i', Key::Soft8),
            (b'A', Key::Line(0)),
            (b'H', Key::Line(7)),
            (b'u', Key::Up),
            (b'd', Key::Down),
            (b'l', Key::Left),
            (b'r', Key::Right),
            (b's', Key::Select),
        ];
        for (letter, key) in keys {
            assert_eq!(events(&[b'+', letter, b'\n']), [KeyEvent::Pressed(key)]);
            assert_eq!(events(&[b'-', letter, b'\n']), [KeyEvent::Released(key)]);
        }
    }

    #[test]
    fn no_other_byte_is_a_key() {
        let known = b"0123456789*#abcefghiudlrsABCDEFGH";
        for byte in (0..=u8::MAX).filter(|byte| !known.contains(byte)) {
            assert_eq!(events(&[b'+', byte, b'\n']), [], "{byte:#x}");
        }
    }

    #[test]
    fn a_key_counts_only_when_its_frame_is_complete() {
        for cut in [&b"+5"[..], b"+5 \n", b"+55\n", b"+\n", b"5\n", b"+\n5\n", b"+5\r\n"] {
            assert_eq!(events(cut), [], "{cut:?}");
        }
    }

    #[test]
    fn noise_before_a_frame_costs_no_key() {
        let noise = [
            &b""[..],
            b"x",
            b"+",
            b"-",
            b"+5",
            b"-5",
            b"+5x",
            b"++5",
            b"5",
            b"\r",
            b"\xFF\xFF\xFF\xFF",
            b"\n+",
        ];
        for noise in noise {
            assert_eq!(events(&[noise, b"+1\n"].concat()), [KeyEvent::Pressed(Key::Digit(1))], "{noise:?}");
        }
    }

    #[test]
    fn a_damaged_frame_costs_only_itself() {
        for damaged in [&b"+5"[..], b"5\n", b"+\n", b"+5\xFF\n", b"\xFF5\n", b"+\xFF\n"] {
            let bytes = [damaged, b"-5\n"].concat();
            assert_eq!(events(&bytes), [KeyEvent::Released(Key::Digit(5))], "{damaged:?}");
        }
    }

    #[test]
    fn a_decoder_keeps_no_key_after_its_frame() {
        let mut decoder = Decoder::new();
        for byte in *b"+7\n" {
            decoder.push(byte);
        }
        assert_eq!(decoder.before, [0; 2]);
    }

    /// Presses of buttons that change to `levels` in turn, far enough apart to be no bounces.
    fn presses(levels: &[u8]) -> Vec<u8> {
        let mut buttons = Buttons::new();
        let mut now = Instant::from_millis(0);
        let press = |level: &u8| {
            now += SETTLE;
            buttons.update(*level, now)
        };
        levels.iter().map(press).collect()
    }

    #[test]
    fn a_button_is_pressed_once_however_long_it_is_held() {
        assert_eq!(presses(&[0, 0b100, 0b100, 0, 0b100]), [0, 0b100, 0, 0, 0b100]);
    }

    #[test]
    fn a_button_presses_nothing_before_it_was_seen_up() {
        assert_eq!(presses(&[0b1, 0b1, 0, 0b1]), [0, 0, 0, 0b1]);
    }

    #[test]
    fn buttons_do_not_hide_one_another() {
        assert_eq!(presses(&[0b0001, 0b0011, 0b0110, 0b0111]), [0, 0b0010, 0b0100, 0b0001]);
    }

    #[test]
    fn a_bounce_is_no_press() {
        let mut buttons = Buttons::new();
        let mut update = |level, millis| buttons.update(level, Instant::from_millis(millis));
        update(0, 0);
        assert_eq!(update(1, 100), 1);
        assert_eq!([update(0, 101), update(1, 102)], [0, 0], "while the button goes down");
        assert_eq!([update(0, 200), update(1, 201), update(0, 202)], [0, 0, 0], "while the button comes up");
        assert_eq!(update(1, 300), 1);
    }
}
