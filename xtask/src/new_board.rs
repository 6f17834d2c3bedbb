//! `cargo xtask new-board NAME`: a board's folder from `firmware/boards/template`, which builds before anything is filled in.
//!
//! It adds the board to the workspace, to the table of boards and to the budgets, and prints what is to be filled in: the
//! lines with `GAP`. It must never write over a board.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::paths::{boards, root, target};
use crate::phone::without_build_paths;
use crate::run::Program;
use crate::setup::Thumb;

/// The board that is copied, by the name of its folder.
pub(crate) const TEMPLATE: &str = "template";
/// The target that the template is built for.
pub(crate) const TEMPLATE_TARGET: &str = "thumbv7m-none-eabi";
/// The targets that a board can have.
pub(crate) const TARGETS: [&str; 5] = [
    "thumbv6m-none-eabi",
    TEMPLATE_TARGET,
    "thumbv7em-none-eabi",
    "thumbv7em-none-eabihf",
    "thumbv8m.main-none-eabihf",
];
/// What marks a place to be filled in.
const GAP: &str = "GAP ";

/// Makes a board in this repository.
///
/// # Errors
///
/// The name is none for a package, or taken; a file could not be written.
pub(crate) fn run(name: &str, target: &str) -> Result<()> {
    let gaps = write(&root(), name, target)?;
    println!("firmware/boards/{name} builds: cd firmware/boards/{name} && cargo build --release");
    println!("To fill in, as PORTING.md says:");
    gaps.iter().for_each(|gap| println!("  {gap}"));
    Ok(())
}

/// Makes a board in a copy of the sources, and checks that it builds and is in the table.
///
/// # Errors
///
/// It does not build.
pub(crate) fn check(thumb: &Thumb) -> Result<()> {
    const NAME: &str = "new-board-1";
    let copy = target().join("new-board");
    let _ = fs::remove_dir_all(&copy);
    let listed = ["ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate"];
    let sources = ["Cargo.toml", "core", "firmware", "tests/budgets", "xtask/src/boards.rs"];
    for file in Program::new("git").args(listed).args(sources).output()?.lines() {
        // What was removed and not committed is listed, too.
        if root().join(file).is_file() {
            let to = copy.join(file);
            fs::create_dir_all(to.parent().unwrap_or(&copy))?;
            fs::copy(root().join(file), to).with_context(|| file.to_owned())?;
        }
    }
    write(&copy, NAME, TEMPLATE_TARGET)?;
    let check = thumb.cargo().folder(copy.join("firmware/boards").join(NAME));
    // The dependencies are built already.
    check
        .args(["check", "--release", "--locked"])
        .args(["--config".to_owned(), without_build_paths(TEMPLATE_TARGET)?])
        .env("CARGO_TARGET_DIR", boards().join("target"))
        .run()?;
    fs::remove_dir_all(&copy)?;
    Ok(())
}

/// Writes the board and returns its gaps.
fn write(root: &Path, name: &str, target: &str) -> Result<Vec<String>> {
    let workspace = root.join("firmware/boards");
    let folder = workspace.join(name);
    let is_name = name.starts_with(|letter: char| letter.is_ascii_lowercase())
        && name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-');
    if !is_name {
        bail!("{name:?} is no name for a board: lower-case letters, digits and hyphens, a letter first");
    }
    if folder.exists() {
        bail!("firmware/boards/{name} is there already");
    }
    let mut gaps = Vec::new();
    copy(&workspace.join(TEMPLATE), &folder, &|text| {
        text.replace(TEMPLATE_TARGET, target).replace(TEMPLATE, name)
    })?;
    find(&folder, root, &mut gaps)?;
    edit(&workspace.join("Cargo.toml"), "\"template\"", &format!("\"{name}\", \"template\""))?;
    let row = format!("    Board {{ name: \"{name}\", target: \"{target}\", runs: Runs::BuiltOnly }},\n];\n");
    edit(&root.join("xtask/src/boards.rs"), "];\n", &row)?;
    let budgets = root.join("tests/budgets").join(name).with_extension("json");
    fs::copy(root.join("tests/budgets/template.json"), &budgets)?;
    // The lock file gets the new package, and nothing else changes in it.
    Program::cargo().folder(&workspace).args(["update", "--workspace", "--offline", "--quiet"]).run()?;
    Ok(gaps)
}

/// Copies a folder of text files.
fn copy(from: &Path, to: &Path, change: &dyn Fn(&str) -> String) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in entries(from)? {
        let place = to.join(entry.file_name().unwrap_or_default());
        if entry.is_dir() {
            copy(&entry, &place, change)?;
        } else {
            let text = fs::read_to_string(&entry).with_context(|| entry.display().to_string())?;
            fs::write(place, change(&text))?;
        }
    }
    Ok(())
}

/// Adds the lines with a gap, each with its place.
fn find(folder: &Path, root: &Path, gaps: &mut Vec<String>) -> Result<()> {
    for entry in entries(folder)? {
        if entry.is_dir() {
            find(&entry, root, gaps)?;
            continue;
        }
        let text = fs::read_to_string(&entry)?;
        let file = entry.strip_prefix(root).unwrap_or(&entry).display().to_string();
        for (line, text) in (1..).zip(text.lines()) {
            if let Some((_, gap)) = text.split_once(GAP) {
                gaps.push(format!("{file}:{line}: {gap}"));
            }
        }
    }
    Ok(())
}

/// Returns what is in a folder, by name.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let listed = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut entries = listed.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    entries.sort();
    Ok(entries)
}

/// Replaces the one place of `old` in a file.
fn edit(path: &Path, old: &str, new: &str) -> Result<()> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    if text.matches(old).count() != 1 {
        bail!("{}: {old:?} is not there exactly once", path.display());
    }
    fs::write(path, text.replace(old, new))?;
    Ok(())
}
