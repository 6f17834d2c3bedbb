//! `cargo xtask size`: what the phone's image takes of each board, against its budget, and what each part of the core
//! takes.
//!
//! The sizes are read from the image's sections; the stack's high-water mark is read from the memory of a phone that
//! has logged a user in and out, on a board that an emulator runs. Every number printed must have been measured in this run.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use object::{Object, ObjectSection, ObjectSymbol, SectionFlags};

use crate::bench::image;
use crate::boards::{BOARDS, Board};
use crate::paths::root;
use crate::phone::TLS;
use crate::setup::{self, Setup, Thumb};

/// The marks around the table in the README.
const MARKS: (&str, &str) = ("<!-- size: begin -->\n", "<!-- size: end -->");

/// The features of images that are measured as well, where a board's budgets name them.
const FEATURES: [&str; 3] = ["browser", "browser,provisioning", TLS];

/// One row of the table.
struct Row {
    name: String,
    bytes: u64,
    budget: u64,
}

/// Builds the images of every board, or of one, measures them, prints the tables and checks the budgets.
///
/// # Errors
///
/// The set-up, a build or a run on an emulated board failed, or a figure is over its budget.
pub(crate) fn run(only: Option<Board>, write: bool) -> Result<()> {
    let boards = only.map_or_else(|| BOARDS.to_vec(), |board| vec![board]);
    let secured = boards.iter().any(Board::has_tls);
    let setup = if secured { setup::secured_phone(&boards)? } else { setup::phone(&boards)? };
    let compiler = image::compiler(&setup.thumb)?;
    let (mut tables, mut over) = (Vec::new(), Vec::new());
    for board in boards {
        crate::phone::build(&setup, board)?;
        let rows = measure(&setup, board)?;
        let table = table(board, &rows, &compiler);
        println!("{table}");
        tables.push(table);
        let rows = rows.iter().filter(|row| row.bytes > row.budget);
        over.extend(rows.map(|row| format!("{}: {}", board.name, row.name)));
    }
    if only.is_none() {
        let parts = parts(&setup.thumb, &compiler)?;
        print!("{parts}");
        if write {
            setup.thumb.is_rustups()?;
            write_readme(MARKS, &tables.join("\n"))?;
            crate::bench::report::write("size", &parts)?;
        }
    }
    if over.is_empty() { Ok(()) } else { bail!("over budget: {}", over.join(", ")) }
}

/// Bytes of an image in the chip's memories.
struct Image {
    flash: u64,
    ram: u64,
    stack: u64,
}

fn sections(kernel: &Path) -> Result<Image> {
    let data = fs::read(kernel).with_context(|| kernel.display().to_string())?;
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
    Ok(Image { flash: text + data, ram: data + bss, stack })
}

fn measure(setup: &Setup, board: Board) -> Result<Vec<Row>> {
    let image = sections(&board.kernel())?;
    let row = |name: &str, bytes, budget_name| {
        Ok::<_, anyhow::Error>(Row { name: name.to_owned(), bytes, budget: budget(board, budget_name)? })
    };
    let mut rows = vec![
        row("flash: text + data", image.flash, "flash")?,
        row("RAM: data + bss", image.ram, "ram")?,
        row("stack, reserved", image.stack, "stack")?,
    ];
    if board.is_emulated() {
        rows.push(row("stack, high-water mark", high_water(board, &board.kernel(), None)?, "high_water")?);
    }
    let budgets = budgets(board)?;
    for features in FEATURES {
        let Some(budgets) = budgets.get(features) else { continue };
        let kernel = crate::phone::build_feature_image(setup, board, features)?;
        let image = sections(&kernel)?;
        let mut row = |memory: &str, bytes| {
            let budget = budgets.get(memory).and_then(serde_json::Value::as_u64);
            let budget =
                budget.with_context(|| format!("{}: no budget for {features}: {memory}", board.name))?;
            let name = if memory == "ram" { "RAM".to_owned() } else { memory.replace('_', " ") };
            rows.push(Row { name: format!("{name}, with {features}"), bytes, budget });
            Ok::<_, anyhow::Error>(())
        };
        row("flash", image.flash)?;
        row("ram", image.ram)?;
        // It has a stack of its own.
        if features == TLS {
            row("stack", image.stack)?;
            if board.is_emulated() {
                row("high_water", high_water(board, &kernel, Some("--https"))?)?;
            }
        }
    }
    Ok(rows)
}

/// Boots the phone, logs a user in and out, and returns how much of the stack was written.
fn high_water(board: Board, kernel: &Path, how: Option<&str>) -> Result<u64> {
    let said = crate::phone::on_rig_with("hotdesk_hil.rig.stack", board, kernel).args(how).output()?;
    let said: serde_json::Value = serde_json::from_str(said.trim()).context("hotdesk_hil.rig.stack")?;
    said.get("used").and_then(serde_json::Value::as_u64).context("hotdesk_hil.rig.stack names no `used`")
}

/// Reads one figure of a board's budget.
pub(crate) fn budget(board: Board, name: &str) -> Result<u64> {
    let budget = budgets(board)?.get(name).and_then(serde_json::Value::as_u64);
    budget.with_context(|| format!("{}: no budget for {name}", board.budgets().display()))
}

fn budgets(board: Board) -> Result<serde_json::Value> {
    let path = board.budgets();
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    Ok(serde_json::from_str(&text)?)
}

fn table(board: Board, rows: &[Row], compiler: &str) -> String {
    let name = board.name;
    let mut text = format!("| {name}, {compiler} | bytes | budget |\n|---|---:|---:|\n");
    for row in rows {
        text += &format!("| {} | {} | {} |\n", row.name, row.bytes, row.budget);
    }
    if !board.is_emulated() {
        text += "| stack, high-water mark | not measured: no rig runs it | |\n";
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
