//! The bench image for a Cortex-M: what parts of the core add to it, and what they take when QEMU runs it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use object::{Object, ObjectSection, ObjectSymbol, SectionFlags};

use crate::paths::{THUMB_TARGET, root, target};
use crate::run::Program;
use crate::setup::Thumb;

/// The parts whose size is measured: a name, and the features of the image that hold it.
pub(crate) const PARTS: [(&str, &str); 17] = [
    ("parse", "parse"),
    ("parse over xmlparser", "parse-xmlparser"),
    ("parse in pieces", "pieces"),
    ("encode a Request", "encode"),
    ("encode a Request as a form", "form"),
    ("encode a Request, plain and as a form", "encode,form"),
    ("write the HTTP request for a Request", "post"),
    ("parse, encode and form", "parse,encode,form"),
    ("HTTP answers", "http"),
    ("one exchange, HTTP answers included", "session"),
    ("all code tables, names alone", "codes"),
    ("all code tables, with meanings and remedies", "texts"),
    ("explain, with the names", "explain"),
    ("IP phone objects in pieces", "phonexml"),
    ("answers and IP phone objects in pieces", "pieces,phonexml"),
    ("write an IP phone object", "phonexml-write"),
    ("a URL of the login application, with Refresh", "emapp"),
];

/// The images that are run. What shares code with another part is in an image of its own, as it would be in a phone's: a
/// function with one caller is compiled otherwise.
const RUNS: [&str; 3] = ["parse,parse-xmlparser,encode,form", "pieces", "memory"];

/// The words in the name of a function that ends in a panic.
const PANICS: [&str; 5] = ["panicking", "panic_", "unwrap_failed", "expect_failed", "index_fail"];

/// An image at one optimisation level.
pub(crate) struct Image {
    pub(crate) opt_level: String,
    pub(crate) parts: Vec<Part>,
    pub(crate) runs: Vec<Run>,
    pub(crate) memory: Vec<Memory>,
}

/// What a part adds to an image without it.
pub(crate) struct Part {
    pub(crate) name: &'static str,
    /// Code and constants.
    pub(crate) bytes: u64,
    /// Functions that panic and that the part brings in.
    pub(crate) panics: Vec<String>,
}

/// What a case took on the Cortex-M.
pub(crate) struct Run {
    pub(crate) name: String,
    pub(crate) instructions: u64,
    pub(crate) bytes: u64,
}

/// What something takes of the Cortex-M's memory.
pub(crate) struct Memory {
    pub(crate) name: String,
    pub(crate) bytes: u64,
}

/// Returns how the compiler of the image names itself.
pub(crate) fn compiler(thumb: &Thumb) -> Result<String> {
    Ok(thumb.rustc().args(["--version"]).output()?.trim().to_owned())
}

/// Measures an image at one optimisation level.
pub(crate) fn measure(thumb: &Thumb, opt_level: &str) -> Result<Image> {
    let parts = parts(thumb, opt_level, &PARTS)?;
    let said = RUNS.iter().map(|features| run(thumb, opt_level, features)).collect::<Result<String>>()?;
    let mut image = Image { opt_level: opt_level.to_owned(), parts, runs: Vec::new(), memory: Vec::new() };
    for line in said.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let number = |word: &str| -> Result<u64> {
            word.parse().with_context(|| format!("the bench image printed {line:?}"))
        };
        match words.as_slice() {
            ["memory", name, bytes] => {
                image.memory.push(Memory { name: (*name).to_owned(), bytes: number(bytes)? });
            }
            // Each image runs the reference again.
            [name, ..] if image.runs.iter().any(|run| run.name == *name) => {}
            [name, instructions, bytes] => image.runs.push(Run {
                name: (*name).to_owned(),
                instructions: number(instructions)?,
                bytes: number(bytes)?,
            }),
            _ => bail!("the bench image printed {line:?}"),
        }
    }
    Ok(image)
}

/// Builds the image with these features and returns what it prints.
fn run(thumb: &Thumb, opt_level: &str, features: &str) -> Result<String> {
    Program::new("qemu-system-arm")
        .args(["-M", "mps2-an386", "-m", "16M", "-display", "none", "-monitor", "none", "-serial", "none"])
        .args(["-icount", "shift=0", "-semihosting-config", "enable=on,target=native", "-kernel"])
        .args([build(thumb, opt_level, features)?])
        .output()
}

/// Returns what parts add to the empty image, and the panics they bring in.
pub(crate) fn parts(thumb: &Thumb, opt_level: &str, parts: &[(&'static str, &str)]) -> Result<Vec<Part>> {
    let (frame, known) = contents(&build(thumb, opt_level, "")?)?;
    let measure = |(name, features): &(&'static str, &str)| {
        let (bytes, panics) = contents(&build(thumb, opt_level, features)?)?;
        let panics = panics.difference(&known).cloned().collect();
        Ok(Part { name, bytes: bytes.saturating_sub(frame), panics })
    };
    parts.iter().map(measure).collect()
}

/// Builds the image with these features and returns where it is.
fn build(thumb: &Thumb, opt_level: &str, features: &str) -> Result<PathBuf> {
    let folder = target().join("bench-cortex-m");
    thumb
        .cargo()
        .folder(root().join("tests/benches/cortex-m"))
        .args(["build", "--release", "--locked", "--quiet", "--features", features])
        .env("CARGO_TARGET_DIR", &folder)
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", opt_level)
        .run()?;
    Ok(folder.join(THUMB_TARGET).join("release/hotdesk-bench-cortex-m"))
}

/// Returns the bytes of code and constants in an image, and its functions that panic.
fn contents(image: &Path) -> Result<(u64, BTreeSet<String>)> {
    let data = fs::read(image).with_context(|| image.display().to_string())?;
    let file = object::File::parse(data.as_slice())?;
    let flash = |section: &object::Section<'_, '_>| {
        let SectionFlags::Elf { sh_flags, .. } = section.flags() else { return false };
        sh_flags.contains(object::elf::SHF_ALLOC) && section.kind() != object::SectionKind::UninitializedData
    };
    let bytes = file.sections().filter(flash).map(|section| section.size()).sum();
    let names = file.symbols().filter_map(|symbol| symbol.name().ok());
    let panics = names
        .filter(|name| PANICS.iter().any(|word| name.contains(word)))
        .map(|name| format!("{:#}", rustc_demangle::demangle(name)))
        .collect();
    Ok((bytes, panics))
}
