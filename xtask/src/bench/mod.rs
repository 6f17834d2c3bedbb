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
use serde_json::{Value, json};

use crate::paths::root;
use crate::setup;
use image::Image;

/// How much more than the stored figure fails a check, in percent.
const MARGIN: u64 = 5;

/// How the image for the Cortex-M is optimised: for size, as the phone is, and for speed.
const OPT_LEVELS: [&str; 2] = ["s", "3"];

/// Figures by name, such as `host parse/hotdesk` or `cortex-m s code of parse`.
type Figures = BTreeMap<String, u64>;

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
    report::write("bench", &text)?;
    let stored = json!({
        "host compiler": measured.host_compiler,
        "cortex-m compiler": measured.image_compiler,
        "figures": figures(&measured),
    });
    fs::write(stored_path(), serde_json::to_string_pretty(&stored)? + "\n")?;
    Ok(())
}

/// Returns true for a case of the core, not of a peer or a reference.
fn ours(case: &str) -> bool {
    case.contains("hotdesk") || case.starts_with("rows/") || case.starts_with("form/")
}

fn figures(measured: &Measured) -> Figures {
    let host = measured.host.iter().filter(|case| ours(&case.name));
    let mut figures: Figures = host.map(|case| (format!("host {}", case.name), case.instructions)).collect();
    for image in &measured.images {
        let level = &image.opt_level;
        for run in &image.runs {
            figures.insert(format!("cortex-m {level} {}", run.name), run.instructions);
        }
        for part in &image.parts {
            figures.insert(format!("cortex-m {level} code of {}", part.name), part.bytes);
        }
    }
    figures
}

/// Holds the figures to the stored ones, those of each compiler for themselves.
fn compare(measured: &Measured) -> Result<()> {
    let path = stored_path();
    let stored = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let stored: Value = serde_json::from_str(&stored)?;
    let same = |key: &str, compiler: &str| {
        let then = stored.get(key).and_then(Value::as_str).unwrap_or("no compiler");
        if then != compiler {
            eprintln!(
                "bench: the stored figures are of {then}, this is {compiler}: not compared; run cargo xtask bench \
                 to store new ones"
            );
        }
        then == compiler
    };
    let host = same("host compiler", &measured.host_compiler);
    let image = same("cortex-m compiler", &measured.image_compiler);
    let mut over = Vec::new();
    let mut compared = 0;
    for (name, now) in figures(measured) {
        if !(if name.starts_with("host") { host } else { image }) {
            continue;
        }
        let then = stored.get("figures").and_then(|figures| figures.get(&name)).and_then(Value::as_u64);
        let Some(then) = then else { bail!("no stored figure for {name}; run cargo xtask bench") };
        compared += 1;
        println!("{name}: {now}, stored {then}");
        if now * 100 > then * (100 + MARGIN) {
            over.push(format!("{name} is {now}, stored {then}"));
        }
    }
    println!("bench: {compared} figures compared");
    if over.is_empty() { Ok(()) } else { bail!("more than {MARGIN} % over: {}", over.join("; ")) }
}

fn stored_path() -> PathBuf {
    root().join("tests/benches/results.json")
}
