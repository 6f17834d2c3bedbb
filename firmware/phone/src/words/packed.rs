//! The texts as they are in the image: packed by `build/words.rs`, and read a character at a time.

use core::fmt;

use super::text::Words;
use crate::part::Part;

include!(concat!(env!("OUT_DIR"), "/words.rs"));

/// A text in the image.
#[derive(Clone, Copy)]
pub(crate) struct Text(u16);

impl Text {
    /// Writes a text that takes nothing in.
    pub(super) fn write(self, out: &mut dyn fmt::Write) -> fmt::Result {
        fill(out, self, &[])
    }

    /// Writes it with something before it.
    pub(super) fn write_after(self, before: &str, out: &mut dyn fmt::Write) -> fmt::Result {
        out.write_str(before)?;
        self.write(out)
    }
}

/// Writes a text with its places (`{}`) filled, in their order.
pub(super) fn fill(out: &mut dyn fmt::Write, text: Text, values: &[Part<'_>]) -> fmt::Result {
    let mut values = values.iter();
    let codes = BYTES.iter().skip(usize::from(text.0)).take_while(|code| **code != END);
    for code in codes {
        unpack(*code, out, &mut values)?;
    }
    Ok(())
}

/// Writes what a byte stands for. The build script bounds how deep pairs are within pairs.
fn unpack(code: u8, out: &mut dyn fmt::Write, values: &mut core::slice::Iter<'_, Part<'_>>) -> fmt::Result {
    let code = usize::from(code);
    let Some(character) = CHARACTERS.get(code) else {
        let pair = PAIRS.get(code.saturating_sub(CHARACTERS.len())).copied().unwrap_or_default();
        return pair.into_iter().try_for_each(|code| unpack(code, out, values));
    };
    if *character == PLACE {
        return values.next().map_or(Ok(()), |value| value.write(out));
    }
    out.write_char(char::from_u32(u32::from(*character)).unwrap_or(' '))
}

#[cfg(test)]
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Whoever lists the texts sees where they take something in.
        fill(f, *self, &[Part::Text("{}"); 3])
    }
}
