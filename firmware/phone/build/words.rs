//! Packs the texts of all languages into one run of bytes, and writes the tables that `src/words/packed.rs` includes.
//!
//! A byte is a character or a pair of bytes, each a character or a pair again: byte-pair encoding, which makes the texts half
//! as long. A text that would not be read back as it is, is refused here.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;

#[path = "../src/words/de.rs"]
mod de;
#[path = "../src/words/en.rs"]
mod en;
#[path = "../src/words/text.rs"]
mod text;

/// The languages, the default first. A further one is a file beside these, its `mod` and its place here.
const LANGUAGES: [&text::Words<&str>; 2] = [&en::WORDS, &de::WORDS];

/// Ends a text.
const END: u8 = 0xFF;
/// Stands for `{}` in a packed text; no font has it.
const PLACE: char = '\u{FFFC}';
/// How deep pairs may be within pairs: the phone's stack has room for it.
const MAX_DEPTH: usize = 16;

/// The source that is included.
pub(crate) fn source() -> Result<String, Box<dyn Error>> {
    let mut texts = Vec::new();
    for language in LANGUAGES {
        language.each(&mut |_, text, is_packed| {
            if is_packed {
                texts.push(text.replace("{}", &PLACE.to_string()));
            }
        });
    }
    let mut characters: Vec<char> = texts.iter().flat_map(|text| text.chars()).collect();
    characters.sort_unstable();
    characters.dedup();
    let code = |character| characters.binary_search(&character).map(|code| code as u8);
    let mut codes: Vec<Vec<u8>> = texts
        .iter()
        .map(|text| text.chars().map(code).collect::<Result<_, _>>())
        .collect::<Result<_, _>>()
        .map_err(|_| "a character got lost")?;
    let pairs = pair(&mut codes, characters.len())?;

    let mut offsets = Vec::new();
    let mut bytes = Vec::new();
    for (text, codes) in texts.iter().zip(&codes) {
        offsets.push(u16::try_from(bytes.len())?);
        let mut read = String::new();
        for code in codes {
            unpack(*code, &characters, &pairs, 0, &mut read)?;
        }
        if read != *text {
            return Err(format!("{text:?} is read back as {read:?}").into());
        }
        bytes.extend(codes);
        bytes.push(END);
    }

    let mut source = String::new();
    writeln!(source, "/// The characters that a byte can be.")?;
    writeln!(source, "static CHARACTERS: [u16; {}] = {:?};", characters.len(), units(&characters)?)?;
    writeln!(source, "/// What the bytes after those of the characters are.")?;
    writeln!(source, "static PAIRS: [[u8; 2]; {}] = {pairs:?};", pairs.len())?;
    writeln!(source, "/// The texts, each with its end.")?;
    writeln!(source, "static BYTES: [u8; {}] = {bytes:?};", bytes.len())?;
    writeln!(source, "/// Ends a text.\nconst END: u8 = {END};")?;
    writeln!(source, "/// Where a text takes something in.\nconst PLACE: u16 = {};", PLACE as u32)?;
    writeln!(source, "/// The languages, the default first.")?;
    writeln!(source, "pub(super) static LANGUAGES: [Words<Text>; {}] = [", LANGUAGES.len())?;
    let mut offsets = offsets.into_iter();
    for language in LANGUAGES {
        source.push_str("Words {\n");
        let mut missing = false;
        language.each(&mut |name, text, is_packed| {
            let value = if is_packed {
                missing |= offsets.len() == 0;
                format!("Text({})", offsets.next().unwrap_or_default())
            } else {
                format!("{text:?}")
            };
            source.push_str(&format!("    {name}: {value},\n"));
        });
        if missing {
            return Err("a text has no place".into());
        }
        source.push_str("},\n");
    }
    source.push_str("];\n");
    Ok(source)
}

/// Replaces the most frequent pair of bytes by a new byte while there are bytes left and it saves something.
fn pair(texts: &mut [Vec<u8>], characters: usize) -> Result<Vec<[u8; 2]>, Box<dyn Error>> {
    let mut pairs = Vec::new();
    let mut depths = vec![0; characters];
    for new in u8::try_from(characters)?..END {
        let mut counts: BTreeMap<[u8; 2], usize> = BTreeMap::new();
        for two in texts.iter().flat_map(|text| text.windows(2)) {
            let two = [two[0], two[1]];
            if depths[usize::from(two[0])].max(depths[usize::from(two[1])]) < MAX_DEPTH {
                *counts.entry(two).or_default() += 1;
            }
        }
        let Some((pair, _)) =
            counts.into_iter().max_by_key(|(_, count)| *count).filter(|(_, count)| *count > 3)
        else {
            break;
        };
        for text in texts.iter_mut() {
            let mut shorter = Vec::new();
            let mut rest = text.as_slice();
            while let [first, ..] = rest {
                let found = rest.starts_with(&pair);
                shorter.push(if found { new } else { *first });
                rest = &rest[1 + usize::from(found)..];
            }
            *text = shorter;
        }
        depths.push(1 + depths[usize::from(pair[0])].max(depths[usize::from(pair[1])]));
        pairs.push(pair);
    }
    Ok(pairs)
}

fn unpack(
    code: u8,
    characters: &[char],
    pairs: &[[u8; 2]],
    depth: usize,
    out: &mut String,
) -> Result<(), Box<dyn Error>> {
    if depth > MAX_DEPTH {
        return Err("pairs are too deep within pairs".into());
    }
    match usize::from(code).checked_sub(characters.len()) {
        None => out.push(characters[usize::from(code)]),
        Some(index) => {
            for code in pairs[index] {
                unpack(code, characters, pairs, depth + 1, out)?;
            }
        }
    }
    Ok(())
}

/// The characters as they are kept: none needs more than 16 bits.
fn units(characters: &[char]) -> Result<Vec<u16>, Box<dyn Error>> {
    characters
        .iter()
        .map(|character| {
            u16::try_from(u32::from(*character)).map_err(|_| format!("{character:?} is too rare").into())
        })
        .collect()
}
