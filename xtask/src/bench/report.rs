//! The tables of tests/benches/RESULTS.md, made of what one run measured.

use std::fs;

use anyhow::{Context, Result, bail};

use super::{Case, Measured};
use crate::bench::image::Image;
use crate::paths::root;

/// How many messages the cases `parse/…` read.
const MESSAGES: u64 = 12;

/// A figure against its bounds. Both are upper bounds, or both lower ones.
struct Row {
    name: &'static str,
    value: f64,
    must: f64,
    aim: f64,
    at_most: bool,
}

impl Row {
    fn verdict(&self) -> &'static str {
        let reaches = |bound: f64| if self.at_most { self.value <= bound } else { self.value >= bound };
        match (reaches(self.must), reaches(self.aim)) {
            (_, true) => "aim reached",
            (true, false) => "reached",
            (false, false) => "**not reached**",
        }
    }

    fn line(&self) -> String {
        let sign = if self.at_most { "≤" } else { "≥" };
        format!(
            "| {} | {} | {sign} {} | {sign} {} | {} |\n",
            self.name,
            number(self.value),
            self.must,
            self.aim,
            self.verdict()
        )
    }
}

/// Prints what matters of a number and no more.
fn number(value: f64) -> String {
    match value {
        value if value.fract() == 0.0 => format!("{value}"),
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.2}"),
    }
}

#[allow(clippy::cast_precision_loss, reason = "counts of instructions are far below 2^52")]
fn float(count: u64) -> f64 {
    count as f64
}

fn ratio(above: u64, below: u64) -> f64 {
    float(above) / float(below)
}

/// Returns the tables of a run.
pub(super) fn table(measured: &Measured) -> Result<String> {
    let mut text = format!(
        "Host: {}. Cortex-M: {}.\n\n| figure | measured | must | aim | |\n|---|---:|---:|---:|---|\n",
        measured.host_compiler, measured.image_compiler
    );
    for row in rows(measured)? {
        text += &row.line();
    }
    text += "\n## On a PC\n\nInstructions of one round by callgrind; the twelve messages of the Request Types Reference as \
             printed, one Login, answers of 10 and 1,000 profiles.\n\n| case | bytes | instructions | a byte | allocations \
             a message |\n|---|---:|---:|---:|---:|\n";
    for case in &measured.host {
        let messages = if case.name.starts_with("parse/") { MESSAGES } else { 1 };
        text += &format!(
            "| {} | {} | {} | {} | {} |\n",
            case.name,
            case.bytes,
            case.instructions,
            number(ratio(case.instructions, case.bytes)),
            number(ratio(case.allocations, messages))
        );
    }
    text += "\n## On a Cortex-M\n\nThumb-2 code of a Cortex-M3, instructions by QEMU's clock (`-M mps2-an386 -icount \
             shift=0`), each build with fat LTO. Code is code and constants over the same image without the part.\n\n\
             | optimised | case | bytes | instructions | a byte |\n|---|---|---:|---:|---:|\n";
    for image in &measured.images {
        for run in &image.runs {
            text += &format!(
                "| {} | {} | {} | {} | {} |\n",
                image.opt_level,
                run.name,
                run.bytes,
                run.instructions,
                number(ratio(run.instructions, run.bytes))
            );
        }
    }
    text += "\nMemory beside the caller's buffers: the size of the reader in pieces, and how far a painted stack was written \
             beyond an empty run, the reader included: 1,000 profile rows in pieces through a window of 1,024 bytes, the \
             twelve messages, one Login.\n\n| optimised | memory | bytes |\n|---|---|---:|\n";
    for image in &measured.images {
        for memory in &image.memory {
            text += &format!("| {} | {} | {} |\n", image.opt_level, memory.name, memory.bytes);
        }
    }
    text += "\n| optimised | part | code | functions that panic |\n|---|---|---:|---|\n";
    for image in &measured.images {
        for part in &image.parts {
            let panics = if part.panics.is_empty() { "none".to_owned() } else { part.panics.join(", ") };
            text += &format!("| {} | {} | {} | {panics} |\n", image.opt_level, part.name, part.bytes);
        }
    }
    Ok(text)
}

/// Returns the figures that have bounds.
fn rows(measured: &Measured) -> Result<Vec<Row>> {
    let case = |name: &str| -> Result<&Case> {
        measured.host.iter().find(|case| case.name == name).with_context(|| format!("no case {name}"))
    };
    let count = |name: &str| Ok::<u64, anyhow::Error>(case(name)?.instructions);
    let a_byte = |name: &str| Ok::<f64, anyhow::Error>(ratio(case(name)?.instructions, case(name)?.bytes));
    let at_most = |name, value, must, aim| Row { name, value, must, aim, at_most: true };
    let at_least = |name, value, must, aim| Row { name, value, must, aim, at_most: false };
    let parse = count("parse/hotdesk")?;
    let encode = count("encode/hotdesk")?;
    let mut rows = vec![
        at_most("parse to typed ÷ (from_utf8 + byte loop)", ratio(parse, count("parse/scan")?), 1.6, 1.5),
        at_least("quick-xml serde ÷ parse", ratio(count("parse/quick-xml serde")?, parse), 8.0, 8.5),
        at_least("xmlparser tokens ÷ parse", ratio(count("parse/xmlparser tokens")?, parse), 2.2, 5.0),
        at_most(
            "instructions a byte, 1,000 rows ÷ 10 rows",
            a_byte("rows/1000")? / a_byte("rows/10")?,
            1.1,
            1.05,
        ),
        at_most("1,000 rows, instructions a byte", a_byte("rows/1000")?, 7.3, 7.3),
        at_most("encode Login ÷ memcpy", ratio(encode, count("encode/memcpy")?), 8.0, 6.0),
        at_least(
            "quick-xml serde ÷ encode Login",
            ratio(count("encode/quick-xml serde")?, encode),
            25.0,
            35.0,
        ),
        at_most("form decode, instructions a byte of the body", a_byte("form/copy and decode")?, 12.1, 6.0),
    ];
    let [small, fast] = measured.images.as_slice() else {
        bail!("two images are measured, for size and for speed")
    };
    // Few instructions and little code count where one build has both: the one that boards are built with.
    let run = small.runs.iter().find(|run| run.name == "parse").context("the image ran no parse")?;
    rows.push(at_most(
        "Cortex-M, optimised for size: parse, instructions a byte",
        ratio(run.instructions, run.bytes),
        18.4,
        18.0,
    ));
    rows.push(at_most(
        "Cortex-M, the same build: parse, kB of code",
        float(bytes(small, "parse")?) / 1000.0,
        10.3,
        10.0,
    ));
    for (name, part, must, aim) in [
        ("Cortex-M, optimised for size: encode a Request, kB of code", "encode a Request", 7.2, 6.0),
        (
            "Cortex-M, the same, plain and as a form, kB of code",
            "encode a Request, plain and as a form",
            7.8,
            7.8,
        ),
        ("Cortex-M, the same, with parsing, kB of code", "parse, encode and form", 16.4, 15.0),
    ] {
        rows.push(at_most(name, float(bytes(small, part)?) / 1000.0, must, aim));
    }
    let form =
        small.runs.iter().find(|run| run.name == "encode_form").context("the image ran no encode_form")?;
    rows.push(at_most(
        "Cortex-M, optimised for size: encode a Login as a form, instructions",
        float(form.instructions),
        6000.0,
        6000.0,
    ));
    for (image, name) in [
        (small, "Cortex-M, optimised for size: functions that panic in parse and encode"),
        (fast, "Cortex-M, optimised for speed: functions that panic in parse and encode"),
    ] {
        let both = image.parts.iter().find(|part| part.name == "parse, encode and form");
        let both = both.context("no image held parse, encode and form")?;
        rows.push(at_most(name, float(u64::try_from(both.panics.len())?), 0.0, 0.0));
    }
    let kilobytes = |part| Ok::<f64, anyhow::Error>(float(bytes(small, part)?) / 1000.0);
    rows.push(at_most(
        "all code tables, names alone, kB",
        kilobytes("all code tables, names alone")?,
        8.0,
        6.0,
    ));
    let texts = kilobytes("all code tables, with meanings and remedies")?;
    rows.push(at_most("all code tables with meanings and remedies, kB", texts, 28.14, 28.14));
    let reader = small.memory.iter().find(|memory| memory.name == "pieces-reader");
    let reader = reader.context("the image printed no pieces-reader")?.bytes;
    rows.push(at_most(
        "Cortex-M, 1,000 profile rows in pieces: memory beside the window, bytes",
        float(reader),
        256.0,
        256.0,
    ));
    let ours = measured.host.iter().filter(|case| super::ours(&case.name));
    rows.push(at_most("allocations", float(ours.map(|case| case.allocations).sum()), 0.0, 0.0));
    Ok(rows)
}

fn bytes(image: &Image, part: &str) -> Result<u64> {
    let part = image.parts.iter().find(|it| it.name == part);
    Ok(part.context("a part of the image was not measured")?.bytes)
}

/// Puts a text between the marks of RESULTS.md that have this name.
pub(crate) fn write(name: &str, table: &str) -> Result<()> {
    let path = root().join("tests/benches/RESULTS.md");
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let (begin, end) = (format!("<!-- {name}: begin -->\n"), format!("<!-- {name}: end -->\n"));
    let marks = || format!("{} has no marks for {name}", path.display());
    let (before, rest) = text.split_once(&begin).with_context(marks)?;
    let (_, after) = rest.split_once(&end).with_context(marks)?;
    fs::write(&path, [before, &begin, table, &end, after].concat())?;
    Ok(())
}
