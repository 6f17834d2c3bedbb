//! The registers of the touch controller FT5336, of which a board reads [`REGISTERS`] from [`FIRST`] on.
//!
//! | register | meaning |
//! |---|---|
//! | 0x02 | bits 0 to 3: how many fingers are seen |
//! | 0x03, 0x04 | the first: bits 7 and 6 of the first byte are the event (0 down, 1 up, 2 stays, 3 none), bits 3 to 0 and the second byte x |
//! | 0x05, 0x06 | bits 7 to 4: which finger it is; bits 3 to 0 and the second byte: y |
//! | 0x07, 0x08 | weight and area |
//! | 0x09 to 0x0E | the second, likewise |
//!
//! Source: `ft5336.h` of ST's board support for the STM32746G-Discovery.

use embedded_graphics::geometry::Point;
use heapless::Vec;

use super::{FINGERS, Touch};

/// The first register to be read.
pub const FIRST: u8 = 0x02;

/// How many registers are read.
pub const REGISTERS: usize = 1 + FINGERS * FINGER_BYTES;

/// Registers of a finger.
const FINGER_BYTES: usize = 6;

/// The most fingers that the controller sees. When it starts it says more.
const MOST: u8 = 5;

/// Returns the fingers that the registers tell of, in the controller's own directions.
///
/// ```
/// use embedded_graphics::geometry::Point;
/// use hotdesk_phone::touch::{Touch, ft5336};
///
/// let registers = [1, 0x80, 0x21, 0x01, 0x0A, 0, 0, 0, 0, 0, 0, 0, 0];
/// assert_eq!(ft5336::touches(&registers), [Touch { id: 0, at: Point::new(0x021, 0x10A) }]);
/// ```
#[must_use]
pub fn touches(registers: &[u8; REGISTERS]) -> Vec<Touch, FINGERS> {
    let [status, fingers @ ..] = registers;
    let count = usize::from(status & 0x0F);
    if count > usize::from(MOST) {
        return Vec::new();
    }
    let (fingers, _) = fingers.as_chunks::<FINGER_BYTES>();
    fingers.iter().take(count).filter_map(touch).collect()
}

fn touch(registers: &[u8; FINGER_BYTES]) -> Option<Touch> {
    const UP: u8 = 1;
    const NONE: u8 = 3;
    let [x_high, x_low, y_high, y_low, _, _] = *registers;
    let number = |high, low| i32::from(u16::from_be_bytes([high & 0x0F, low]));
    let at = Point::new(number(x_high, x_low), number(y_high, y_low));
    (!matches!(x_high >> 6, UP | NONE)).then_some(Touch { id: y_high >> 4, at })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOBODY: [u8; REGISTERS] = [0; REGISTERS];

    /// The registers of fingers that stay, with number, x and y.
    fn registers(fingers: &[(u8, i32, i32)]) -> [u8; REGISTERS] {
        let mut registers = NOBODY;
        registers[0] = u8::try_from(fingers.len()).unwrap();
        for ((id, x, y), place) in fingers.iter().zip(registers[1..].chunks_mut(FINGER_BYTES)) {
            let [x, y] = [x, y].map(|number| u16::try_from(*number).unwrap().to_be_bytes());
            place[..4].copy_from_slice(&[0x80 | x[0], x[1], id << 4 | y[0], y[1]]);
        }
        registers
    }

    #[test]
    fn fingers_are_where_the_registers_say() {
        assert_eq!(touches(&NOBODY), []);
        let two = [(0, 271, 479), (1, 0, 0)];
        let expected = two.map(|(id, x, y)| Touch { id, at: Point::new(x, y) });
        assert_eq!(touches(&registers(&two)), expected);
        assert_eq!(touches(&registers(&two[1..])), expected[1..]);
    }

    #[test]
    fn a_finger_that_goes_up_is_gone() {
        for event in [0x40, 0xC0] {
            let mut up = registers(&[(0, 10, 20)]);
            up[1] = up[1] & 0x3F | event;
            assert_eq!(touches(&up), []);
        }
    }

    #[test]
    fn of_more_than_two_fingers_the_first_two_count() {
        let mut five = registers(&[(0, 1, 2), (1, 3, 4)]);
        five[0] = 5;
        assert_eq!(touches(&five).len(), 2);
    }

    #[test]
    fn registers_without_meaning_tell_of_nobody() {
        assert_eq!(touches(&[0xFF; REGISTERS]), []);
    }
}
