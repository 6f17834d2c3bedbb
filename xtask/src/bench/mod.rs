//! `cargo xtask bench`: what the core costs, in instructions, bytes and allocations, beside its peers.
//!
//! Nothing is timed: instructions are counted on the PC by callgrind and on the Cortex-M by QEMU's clock, so a busy
//! machine prints the same figures as an idle one. It must never print a figure it did not measure in this run.

mod host;
pub(crate) mod image;
pub(crate) mod report;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::paths::root;
use crate::setup;
use image::Image;

/// How much more than the stored figure fails a check, in percent.
const MARGIN: u64 = 5;

/// How the image for the Cortex-M is optimised: for size, as the phone is, and for speed.
const OPT_LEVELS: [&str; 2] = ["s", "3"];

/// Figures by name, such as `parse/hotdesk` or `s code of parse`.
type Figures = BTreeMap<String, u64>;

/// What results.json holds: for each machine (`host`, `cortex-m`) the compiler, as it names itself, and its figures.
type Stored = BTreeMap<String, BTreeMap<String, Figures>>;

/// One case on the PC.
pub(crate) struct Case {
    name: String,
    bytes: u64,
    allocations: u64,
    instructions: u64,
}

/// What one run measured.
pub(crate) struct Measured {
    /// The compiler of the PC's program, as it names itself.
    host_compiler: String,
    /// The compiler of the Cortex-M's image.
    image_compiler: String,
    host: Vec<Case>,
    images: Vec<Image>,
}

/// Measures, and writes the tables and the figures, or compares with the stored figures.
///
/// # Errors
///
/// Something could not be got, built or run; or, in a check, a figure is more than 5 % over the stored one.
pub(crate) fn run(check: bool) -> Result<()> {
    let setup = setup::bench()?;
    let measured = Measured {
        host_compiler: host::compiler()?,
        image_compiler: image::compiler(&setup.thumb)?,
        host: host::measure(|case| !check || ours(case))?,
        images: OPT_LEVELS
            .iter()
            .map(|level| image::measure(&setup.thumb, level))
            .collect::<Result<Vec<Image>>>()?,
    };
    if check {
        return compare(&measured);
    }
    let text = report::table(&measured)?;
    print!("{text}");
    setup.thumb.is_rustups()?;
    report::write("bench", &text)?;
    let mut all = Stored::new();
    for (machine, compiler, figures) in figures(&measured) {
        all.insert(machine.to_owned(), BTreeMap::from([(compiler.to_owned(), figures)]));
    }
    fs::write(stored_path(), serde_json::to_string_pretty(&all)? + "\n")?;
    Ok(())
}

/// Returns true for a case of the core, not of a peer or a reference.
fn ours(case: &str) -> bool {
    case.contains("hotdesk") || case.starts_with("rows/") || case.starts_with("form/")
}

/// Returns the figures of the core on each machine, with the compiler they are of.
fn figures(measured: &Measured) -> [(&'static str, &str, Figures); 2] {
    let host = measured.host.iter().filter(|case| ours(&case.name));
    let host = host.map(|case| (case.name.clone(), case.instructions)).collect();
    let mut cortex_m = Figures::new();
    for image in &measured.images {
        let level = &image.opt_level;
        cortex_m.extend(image.runs.iter().map(|run| (format!("{level} {}", run.name), run.instructions)));
        cortex_m.extend(image.memory.iter().map(|it| (format!("{level} memory: {}", it.name), it.bytes)));
        cortex_m
            .extend(image.parts.iter().map(|part| (format!("{level} code of {}", part.name), part.bytes)));
    }
    [("host", &measured.host_compiler, host), ("cortex-m", &measured.image_compiler, cortex_m)]
}

/// Holds the figures to the stored ones of the same compiler.
fn compare(measured: &Measured) -> Result<()> {
    let stored = stored()?;
    let mut over = Vec::new();
    let mut compared = 0;
    for (machine, compiler, figures) in figures(measured) {
        let Some(then) = stored.get(machine).and_then(|compilers| compilers.get(compiler)) else {
            eprintln!(
                "bench: {machine}: no figures of {compiler} are stored: not compared; cargo xtask bench stores them"
            );
            continue;
        };
        for (name, now) in figures {
            let Some(then) = then.get(&name) else {
                bail!("no stored figure for {machine} {name}; run cargo xtask bench")
            };
            compared += 1;
            println!("{machine} {name}: {now}, stored {then}");
            if now * 100 > then * (100 + MARGIN) {
                over.push(format!("{machine} {name} is {now}, stored {then}"));
            }
        }
    }
    println!("bench: {compared} figures compared");
    if over.is_empty() { Ok(()) } else { bail!("more than {MARGIN} % over: {}", over.join("; ")) }
}

fn stored() -> Result<Stored> {
    let path = stored_path();
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    serde_json::from_str(&text).with_context(|| path.display().to_string())
}

fn stored_path() -> PathBuf {
    root().join("tests/benches/results.json")
}
