//! `cargo xtask setup`: finds or installs what the other commands need.
//!
//! Each step looks first and acts only where something is missing, so it is safe to repeat. What a
//! machine's owner must decide (a password, another package manager) it names and leaves alone. It
//! must never write outside `target/`, but for packages it installs as root and rustup's own target.

mod debian;
mod python;
mod thumb;
mod tools;

use anyhow::{Result, bail};

pub(crate) use thumb::Thumb;

/// What the set-up found, for the commands that build and test.
pub(crate) struct Setup {
    /// How to build for the board.
    pub(crate) thumb: Thumb,
}

/// One thing that could not be had: its name and what to do.
struct Missing {
    name: String,
    remedy: String,
}

/// Collects what is there and what is not, while saying so.
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
}

/// Finds or installs everything, and returns how to build for the board.
///
/// # Errors
///
/// One line that names each thing it could not get and what to do about it.
pub(crate) fn run() -> Result<Setup> {
    let mut report = Report::default();
    debian::programs(&mut report);
    let thumb = thumb::find_or_build(&mut report);
    python::environment(&mut report);
    tools::defmt_print(&mut report);
    if let (Some(thumb), true) = (thumb, report.missing.is_empty()) {
        eprintln!("setup: complete");
        return Ok(Setup { thumb });
    }
    let missing: Vec<String> =
        report.missing.iter().map(|it| format!("{} ({})", it.name, it.remedy)).collect();
    bail!("setup could not get: {}", missing.join("; "))
}
