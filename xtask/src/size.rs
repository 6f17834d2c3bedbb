//! `cargo xtask size`: what the phone's image takes of the board, against its budget, and what each part of the core
//! takes.
//!
//! The sizes are read from the image's sections; the stack's high-water mark is read from the memory of a phone that
//! has logged a user in and out. Every number printed must have been measured in this run.

use std::fs;

use anyhow::{Context, Result, bail};
use object::{Object, ObjectSection, ObjectSymbol, SectionFlags};

use crate::bench::image;
use crate::paths::{BOARD, kernel, python, root};
use crate::run::Program;
use crate::setup::{self, Thumb};

/// The marks around the table in the README.
const MARKS: (&str, &str) = ("<!-- size: begin -->\n", "<!-- size: end -->");

/// One row of the table.
struct Row {
    name: &'static str,
    bytes: u64,
    budget: u64,
}

/// Builds the image, measures it, prints the table and checks the budget.
///
/// # Errors
///
/// The set-up, the build or the run on the emulated board failed, or a figure is over its budget.
pub(crate) fn run(write: bool) -> Result<()> {
    let setup = setup::phone()?;
    crate::phone::build(&setup)?;
    let rows = measure()?;
    let compiler = image::compiler(&setup.thumb)?;
    let table = table(&rows, &compiler);
    print!("{table}");
    let parts = parts(&setup.thumb, &compiler)?;
    print!("\n{parts}");
    if write {
        setup.thumb.is_rustups()?;
        write_readme(MARKS, &table)?;
        crate::bench::report::write("size", &parts)?;
    }
    let over: Vec<&str> = rows.iter().filter(|row| row.bytes > row.budget).map(|row| row.name).collect();
    if over.is_empty() { Ok(()) } else { bail!("over budget: {}", over.join(", ")) }
}

fn measure() -> Result<Vec<Row>> {
    let data = fs::read(kernel()).with_context(|| kernel().display().to_string())?;
    let file = object::File::parse(data.as_slice())?;
    let (mut text, mut data, mut bss) = (0, 0, 0);
    for section in file.sections() {
        let SectionFlags::Elf { sh_flags, .. } = section.flags() else { continue };
        let allocated = sh_flags.contains(object::elf::SHF_ALLOC);
        let written = sh_flags.contains(object::elf::SHF_WRITE);
        match (allocated, written, section.kind()) {
            (false, ..) => {}
            (_, true, object::SectionKind::UninitializedData) => bss += section.size(),
            (_, true, _) => data += section.size(),
            (_, false, _) => text += section.size(),
        }
    }
    let symbol = |name: &str| {
        let found = file.symbols().find(|symbol| symbol.name() == Ok(name));
        found.map(|symbol| symbol.address()).with_context(|| format!("the image has no symbol {name}"))
    };
    let stack = symbol("_stack_start")?.saturating_sub(symbol("_stack_end")?);
    Ok(vec![
        Row { name: "flash: text + data", bytes: text + data, budget: budget("flash")? },
        Row { name: "RAM: data + bss", bytes: data + bss, budget: budget("ram")? },
        Row { name: "stack, reserved", bytes: stack, budget: budget("stack")? },
        Row { name: "stack, high-water mark", bytes: high_water()?, budget: budget("high_water")? },
    ])
}

/// Boots the phone, logs a user in and out, and returns how much of the stack was written.
fn high_water() -> Result<u64> {
    let said =
        Program::new(python()).args(["-m", "hotdesk_hil.rig.stack", "--kernel"]).args([kernel()]).output()?;
    let said: serde_json::Value = serde_json::from_str(said.trim()).context("hotdesk_hil.rig.stack")?;
    said.get("used").and_then(serde_json::Value::as_u64).context("hotdesk_hil.rig.stack names no `used`")
}

/// Reads one figure of the board's budget.
pub(crate) fn budget(name: &str) -> Result<u64> {
    let path = root().join("tests/budgets").join(format!("{BOARD}.json"));
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let budgets: serde_json::Value = serde_json::from_str(&text)?;
    budgets.get(name).and_then(serde_json::Value::as_u64).with_context(|| format!("no budget for {name}"))
}

fn table(rows: &[Row], compiler: &str) -> String {
    let mut text = format!("| lm3s6965evb, {compiler} | bytes | budget |\n|---|---:|---:|\n");
    for row in rows {
        text += &format!("| {} | {} | {} |\n", row.name, row.bytes, row.budget);
    }
    text
}

/// Returns the table of what each part of the core adds to an image that is optimised as the phone's is.
fn parts(thumb: &Thumb, compiler: &str) -> Result<String> {
    let mut text =
        format!("| part of the core, optimised for size, {compiler} | code and constants |\n|---|---:|\n");
    for part in image::parts(thumb, "s", &image::PARTS)? {
        text += &format!("| {} | {} |\n", part.name, part.bytes);
    }
    Ok(text)
}

/// Writes a table between its marks in the README.
///
/// # Errors
///
/// The README cannot be read or written, or has no such marks.
pub(crate) fn write_readme((begin, end): (&str, &str), table: &str) -> Result<()> {
    let path = root().join("README.md");
    let text = fs::read_to_string(&path)?;
    let (before, rest) = text.split_once(begin).with_context(|| format!("README.md has no {begin}"))?;
    let (_, after) = rest.split_once(end).with_context(|| format!("README.md has no {end}"))?;
    fs::write(path, [before, begin, table, end, after].concat())?;
    Ok(())
}
