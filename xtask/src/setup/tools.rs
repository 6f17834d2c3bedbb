//! Programs from crates.io, installed under `target/tools` only, and the compiler that fuzzing needs.

use std::path::PathBuf;

use super::Report;
use crate::paths::{
    cargo_deny as deny_program, cargo_fuzz as fuzz_program, defmt_print as print_program, target,
};
use crate::run::Program;

/// The release that decodes the defmt version the board links.
const DEFMT_PRINT: &str = "1.2.0";

/// The release of cargo-deny.
const CARGO_DENY: &str = "0.20.2";

/// The release of cargo-fuzz.
const CARGO_FUZZ: &str = "0.13.2";

/// Finds or installs the program that decodes the phone's log.
pub(super) fn defmt_print(report: &mut Report) {
    find_or_install(report, "defmt-print", DEFMT_PRINT, print_program(), "1");
}

/// Finds or installs the program that checks licences and sources of dependencies.
pub(super) fn cargo_deny(report: &mut Report) {
    find_or_install(report, "cargo-deny", CARGO_DENY, deny_program(), "0");
}

/// Finds or installs the program that builds and runs fuzz targets.
pub(super) fn cargo_fuzz(report: &mut Report) {
    find_or_install(report, "cargo-fuzz", CARGO_FUZZ, fuzz_program(), "0");
}

/// Finds a nightly compiler: fuzzing needs flags that the stable one does not have.
pub(super) fn nightly(report: &mut Report) {
    match Program::new("rustc").args(["--version"]).env("RUSTUP_TOOLCHAIN", "nightly").output() {
        Ok(version) => report.have("nightly compiler", version.trim()),
        Err(_) => report.lack("nightly compiler", "run: rustup toolchain install nightly"),
    }
}

/// `optimised` is the compiler's level: more than none for what runs often.
fn find_or_install(report: &mut Report, name: &str, version: &str, program: PathBuf, optimised: &str) {
    if Program::new(program).args(["--version"]).output().is_ok_and(|said| said.contains(version)) {
        return report.have(name, "found in target/tools");
    }
    eprintln!("setup: installing {name} {version}");
    let root = target().join("tools");
    let installed = Program::cargo()
        .args(["install", name, "--version", version, "--locked", "--root"])
        .args([&root])
        .env("CARGO_TARGET_DIR", target().join("tools-build"))
        // What matters here is a short build, not speed at run time.
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", optimised)
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .output();
    match installed {
        Ok(_) => report.have(name, "installed into target/tools"),
        Err(error) => report.lack(name, format!("{error:#}")),
    }
}
