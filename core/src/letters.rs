//! Capital and small letters of the Latin, Greek and Cyrillic scripts, for comparing names. The standard library's table
//! has all scripts and takes 12 kB of a program.

/// Letters in a row that have their small ones equally far away.
struct Capitals {
    first: u16,
    last: u16,
    /// 1: each of them; 2: every second one, the small letters being between them.
    step: u16,
    /// From a capital to its small letter.
    distance: i16,
}

const fn each(first: u16, last: u16, distance: i16) -> Capitals {
    Capitals { first, last, step: 1, distance }
}

const fn pairs(first: u16, last: u16) -> Capitals {
    Capitals { first, last, step: 2, distance: 1 }
}

/// Unicode: Basic Latin to the modern part of Latin Extended-B, Greek and Coptic, Cyrillic and its Supplement, and Latin
/// Extended Additional: the letters that languages of today write, in their order.
static CAPITALS: [Capitals; 40] = [
    each(0x41, 0x5A, 32),
    each(0xC0, 0xD6, 32),
    each(0xD8, 0xDE, 32),
    pairs(0x100, 0x12E),
    pairs(0x132, 0x136),
    pairs(0x139, 0x147),
    pairs(0x14A, 0x176),
    each(0x178, 0x178, 0xFF - 0x178),
    pairs(0x179, 0x17D),
    // Ɔ, Ə, Ɛ, Ɣ, Ŋ's neighbours and Ơ, Ư: African languages, Azerbaijani, Vietnamese.
    each(0x186, 0x186, 0x254 - 0x186),
    pairs(0x187, 0x187),
    each(0x189, 0x18A, 0x256 - 0x189),
    each(0x18F, 0x18F, 0x259 - 0x18F),
    each(0x190, 0x190, 0x25B - 0x190),
    pairs(0x191, 0x191),
    each(0x194, 0x194, 0x263 - 0x194),
    pairs(0x198, 0x198),
    pairs(0x1A0, 0x1A4),
    pairs(0x1AF, 0x1AF),
    pairs(0x1B3, 0x1B5),
    each(0x1B7, 0x1B7, 0x292 - 0x1B7),
    pairs(0x1CD, 0x1DB),
    pairs(0x1DE, 0x1EE),
    pairs(0x1F8, 0x21E),
    pairs(0x222, 0x232),
    each(0x386, 0x386, 0x3AC - 0x386),
    each(0x388, 0x38A, 0x3AD - 0x388),
    each(0x38C, 0x38C, 0x3CC - 0x38C),
    each(0x38E, 0x38F, 0x3CD - 0x38E),
    each(0x391, 0x3A1, 32),
    each(0x3A3, 0x3AB, 32),
    each(0x400, 0x40F, 80),
    each(0x410, 0x42F, 32),
    pairs(0x460, 0x480),
    pairs(0x48A, 0x4BE),
    each(0x4C0, 0x4C0, 0x4CF - 0x4C0),
    pairs(0x4C1, 0x4CD),
    pairs(0x4D0, 0x52E),
    pairs(0x1E00, 0x1E94),
    pairs(0x1EA0, 0x1EFE),
];

/// Returns the small letter of a capital, and any other character as it is.
pub(crate) fn small(c: char) -> char {
    let Ok(code) = u16::try_from(u32::from(c)) else { return c };
    let found = CAPITALS.iter().find(|row| (row.first..=row.last).contains(&code));
    let small = found.filter(|row| code.wrapping_sub(row.first).is_multiple_of(row.step));
    small.and_then(|row| char::from_u32(u32::from(code.wrapping_add_signed(row.distance)))).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_letters_are_the_standard_librarys() {
        // The letters left out: İ has a dot and an i for its small letter, ẞ is written for two; the others are of
        // phonetic and historical alphabets and digraphs for one Cyrillic letter.
        let left_out = |c: char| {
            let rare = 0x181..=0x1F7;
            matches!(u32::from(c), 0x130 | 0x1E9E | 0x220) || rare.contains(&u32::from(c)) && small(c) == c
        };
        let blocks = [0..=0x233, 0x384..=0x3CE, 0x400..=0x52F, 0x1E00..=0x1EFF];
        for c in blocks.into_iter().flatten().filter_map(char::from_u32) {
            let mut lower = c.to_lowercase();
            let expected = (lower.next().unwrap_or(c), lower.next());
            if !left_out(c) {
                assert_eq!((small(c), None), expected, "{c} {:#x}", u32::from(c));
            }
        }
    }

    #[test]
    fn other_characters_stay() {
        for c in ['a', 'ß', 'ς', 'я', '1', '@', '\u{10D0}', '\u{4E00}', '\u{10400}', char::MAX] {
            assert_eq!(small(c), c);
        }
    }
}
