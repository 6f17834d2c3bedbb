//! Colours by number, for a display whose frame has a byte a pixel and that looks the colour up.

use embedded_graphics::pixelcolor::raw::RawU8;
use embedded_graphics::pixelcolor::{PixelColor, Rgb565, Rgb888};

use super::layout::{Colours, Palette};

/// A colour of the phone, by its number.
///
/// ```
/// use embedded_graphics::pixelcolor::Rgb565;
/// use hotdesk_phone::view::{Colours, Indexed};
///
/// let ground = usize::from(Indexed::BRIGHT.ground.number());
/// assert_eq!(Indexed::COLOURS[ground], Rgb565::BRIGHT.ground);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Indexed(u8);

impl Indexed {
    /// How many colours there are.
    pub const COUNT: usize = 25;

    /// The colours that the numbers stand for, those of a 16-bit display: bright ones, low ones, dim ones, and off.
    pub const COLOURS: [Rgb565; Self::COUNT] = Self::colours_of::<Rgb565>();

    /// The colours that the numbers stand for on a display of another kind.
    #[must_use]
    pub const fn colours_of<C: Colours>() -> [C; Self::COUNT] {
        let [a, b, c, d, e, f, g, h] = all(&C::BRIGHT);
        let [i, j, k, l, m, n, o, p] = all(&C::LOW);
        let [q, r, s, t, u, v, w, x] = all(&C::DIM);
        [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, C::OFF]
    }

    /// What a pixel of the colour has in the frame.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }
}

/// The colours of a palette, in the order of their numbers.
const fn all<C: Copy>(palette: &Palette<C>) -> [C; 8] {
    let Palette { ground, text, faint, selected, title, title_text, softkey, softkey_text } = *palette;
    [ground, text, faint, selected, title, title_text, softkey, softkey_text]
}

/// The palette whose ground has this number.
const fn numbered_from(first: u8) -> Palette<Indexed> {
    Palette {
        ground: Indexed(first),
        text: Indexed(first + 1),
        faint: Indexed(first + 2),
        selected: Indexed(first + 3),
        title: Indexed(first + 4),
        title_text: Indexed(first + 5),
        softkey: Indexed(first + 6),
        softkey_text: Indexed(first + 7),
    }
}

impl Colours for Indexed {
    const BRIGHT: Palette<Self> = numbered_from(0);
    const LOW: Palette<Self> = numbered_from(8);
    const DIM: Palette<Self> = numbered_from(16);
    const OFF: Self = Self(24);
}

impl PixelColor for Indexed {
    type Raw = RawU8;
}

impl From<Indexed> for RawU8 {
    fn from(colour: Indexed) -> Self {
        Self::new(colour.0)
    }
}

impl From<Indexed> for Rgb888 {
    fn from(colour: Indexed) -> Self {
        let colours = &Indexed::COLOURS;
        colours.get(usize::from(colour.0)).copied().unwrap_or(Rgb565::OFF).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_stands_for_the_colour_of_its_role() {
        let palettes =
            [(Indexed::BRIGHT, Rgb565::BRIGHT), (Indexed::LOW, Rgb565::LOW), (Indexed::DIM, Rgb565::DIM)];
        for (numbers, colours) in palettes {
            let Palette { ground, text, faint, selected, title, title_text, softkey, softkey_text } = numbers;
            let numbers = [ground, text, faint, selected, title, title_text, softkey, softkey_text];
            assert_eq!(numbers.map(Rgb888::from), all(&colours).map(Rgb888::from));
        }
        assert_eq!(Rgb888::from(Indexed::OFF), Rgb888::from(Rgb565::OFF));
    }
}
