//! `cargo xtask setup`: finds or installs what the other commands need.
//!
//! Each step looks first and acts only if something is missing, so it is safe to repeat. What the machine's owner must
//! decide (a password, another package manager) is printed and left alone. It must never write outside `target/`,
//! except for Debian packages, as root, rustup's targets, and `node_modules` of the emulators: Node looks for packages beside
//! the program.

mod debian;
mod node;
mod python;
mod thumb;
mod tools;

use anyhow::{Context, Result, bail};

pub(crate) use thumb::Thumb;

use crate::boards::{BOARDS, Board, PICO};
use crate::paths::{CORE_TARGETS, THUMB_TARGET};

/// What the set-up found, for the commands that build and test.
pub(crate) struct Setup {
    /// How to build for the board, and, where tests are set up, for every target of the core.
    pub(crate) thumb: Thumb,
}

/// Something that could not be installed, and what to do about it.
struct Missing {
    name: String,
    remedy: String,
}

/// Prints and collects what is there and what is not.
#[derive(Default)]
struct Report {
    missing: Vec<Missing>,
}

impl Report {
    fn have(&self, name: &str, how: &str) {
        eprintln!("setup: {name}: {how}");
    }

    fn lack(&mut self, name: &str, remedy: impl Into<String>) {
        let remedy = remedy.into();
        eprintln!("setup: {name}: missing");
        self.missing.push(Missing { name: name.into(), remedy });
    }

    /// Fails if something is missing, and names each thing.
    fn missing(&self) -> Result<()> {
        let missing: Vec<String> =
            self.missing.iter().map(|it| format!("{} ({})", it.name, it.remedy)).collect();
        if missing.is_empty() { Ok(()) } else { bail!("setup could not install: {}", missing.join("; ")) }
    }
}

/// Finds or installs what the phone on these boards needs: toolchain, emulator, simulator and rig.
///
/// # Errors
///
/// One line that names each thing that could not be installed and what to do about it.
pub(crate) fn phone(boards: &[Board]) -> Result<Setup> {
    let mut report = Report::default();
    debian::programs(&mut report);
    let mut targets: Vec<&str> = boards.iter().map(|board| board.target).collect();
    targets.sort_unstable();
    targets.dedup();
    let thumb = thumb::find_or_build(&targets, &mut report);
    python::environment(python::Extent::Phone, &mut report);
    if boards.iter().any(|board| board.name == PICO.name && board.is_emulated()) {
        node::emulators_and_node(&mut report);
    }
    complete(report, thumb)
}

/// As [`phone`], and what compiles the C of the phone's TLS.
///
/// # Errors
///
/// As [`phone`].
pub(crate) fn secured_phone(boards: &[Board]) -> Result<Setup> {
    let mut report = Report::default();
    debian::c_compiler(&mut report);
    report.missing()?;
    phone(boards)
}

/// Finds or installs everything that tests and lints need.
///
/// # Errors
///
/// As [`phone`].
pub(crate) fn run() -> Result<Setup> {
    let mut report = Report::default();
    debian::programs(&mut report);
    debian::browser(&mut report);
    debian::c_compiler(&mut report);
    let mut targets = [CORE_TARGETS.to_vec(), BOARDS.iter().map(|board| board.target).collect()].concat();
    targets.sort_unstable();
    targets.dedup();
    let thumb = thumb::find_or_build(&targets, &mut report);
    python::environment(python::Extent::Tests, &mut report);
    node::emulators_and_node(&mut report);
    tools::defmt_print(&mut report);
    tools::cargo_deny(&mut report);
    complete(report, thumb)
}

/// Finds or installs what `cargo xtask bench` needs: the emulator, the toolchain for it, and valgrind.
///
/// # Errors
///
/// As [`phone`].
pub(crate) fn bench() -> Result<Setup> {
    let mut report = Report::default();
    debian::programs(&mut report);
    debian::valgrind(&mut report);
    let thumb = thumb::find_or_build(&[THUMB_TARGET], &mut report);
    complete(report, thumb)
}

/// Finds or installs what `cargo xtask fuzz` needs: a nightly compiler, which it leaves to rustup, and cargo-fuzz.
///
/// # Errors
///
/// As [`phone`].
pub(crate) fn fuzz() -> Result<()> {
    let mut report = Report::default();
    tools::nightly(&mut report);
    tools::cargo_fuzz(&mut report);
    report.missing()
}

fn complete(report: Report, thumb: Option<Thumb>) -> Result<Setup> {
    report.missing()?;
    eprintln!("setup: complete");
    thumb.map(|thumb| Setup { thumb }).context("setup found no toolchain for the board")
}
