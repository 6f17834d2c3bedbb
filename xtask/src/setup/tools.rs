//! Programs that come from crates.io, installed under `target/tools` and nowhere else.

use super::Report;
use crate::paths::{defmt_print as program, target};
use crate::run::Program;

/// The release that decodes the defmt version the board links.
const VERSION: &str = "1.2.0";

/// Finds or installs the program that decodes the phone's log.
pub(super) fn defmt_print(report: &mut Report) {
    let current = Program::new(program()).args(["--version"]).output();
    if current.is_ok_and(|said| said.contains(VERSION)) {
        return report.have("defmt-print", "found in target/tools");
    }
    eprintln!("setup: installing defmt-print {VERSION}");
    let root = target().join("tools");
    let installed = Program::cargo()
        .args(["install", "defmt-print", "--version", VERSION, "--locked", "--root"])
        .args([&root])
        .env("CARGO_TARGET_DIR", target().join("tools-build"))
        // Small and quick to build matters here, not the speed of what it does.
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
        .output();
    match installed {
        Ok(_) => report.have("defmt-print", "installed into target/tools"),
        Err(error) => report.lack("defmt-print", format!("{error:#}")),
    }
}
