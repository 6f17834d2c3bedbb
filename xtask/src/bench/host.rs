//! The bench program on the PC under callgrind. A case runs so many times and twice as many; the difference is the case
//! alone, without the program's start.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::Case;
use crate::paths::{root, target};
use crate::run::Program;

/// How many bytes a run goes through, at least: what the difference of two runs is divided by keeps a jump in the
/// program's start out of the figure.
const BYTES_A_RUN: u64 = 50_000;

/// Returns how the compiler names itself.
pub(super) fn compiler() -> Result<String> {
    Ok(Program::new("rustc").args(["--version"]).output()?.trim().to_owned())
}

/// Builds the program and measures the cases that are wanted.
pub(super) fn measure(wanted: impl Fn(&str) -> bool) -> Result<Vec<Case>> {
    let folder = target().join("bench-host");
    Program::cargo()
        .folder(root().join("tests/benches/host"))
        .args(["build", "--release", "--locked"])
        .env("CARGO_TARGET_DIR", &folder)
        .run()?;
    let program = folder.join("release/hotdesk-bench");
    let list = Program::new(&program).output()?;
    let rows = list.lines().map(|line| {
        let mut words = line.split('\t');
        let mut next = || words.next().with_context(|| format!("hotdesk-bench printed {line:?}"));
        Ok((next()?.to_owned(), next()?.parse()?, next()?.parse()?))
    });
    let rows: Vec<(String, u64, u64)> = rows.collect::<Result<_>>()?;
    let mut cases = Vec::new();
    for (name, bytes, allocations) in rows.into_iter().filter(|(name, ..)| wanted(name)) {
        eprintln!("bench: {name}");
        let rounds = (BYTES_A_RUN / bytes).max(2);
        let once = callgrind(&program, &name, rounds)?;
        let twice = callgrind(&program, &name, 2 * rounds)?;
        let instructions = twice.saturating_sub(once) / rounds;
        cases.push(Case { name, bytes, allocations, instructions });
    }
    Ok(cases)
}

/// Returns the instructions of a whole run.
fn callgrind(program: &Path, case: &str, rounds: u64) -> Result<u64> {
    let log = Program::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--log-fd=1"])
        .args([program.to_path_buf(), PathBuf::from(case), PathBuf::from(rounds.to_string())])
        .output()?;
    let count = log.lines().find_map(|line| line.split_once("Collected : ")).map(|(_, count)| count.trim());
    count.and_then(|count| count.parse().ok()).with_context(|| format!("callgrind counted nothing:\n{log}"))
}
