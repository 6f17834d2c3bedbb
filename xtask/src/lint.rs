//! `cargo xtask lint`: formatting and lints of every room, where a warning is an error.

use anyhow::Result;

use crate::paths::python;
use crate::run::Program;
use crate::setup;

/// Checks all rooms and stops at the first that fails.
///
/// # Errors
///
/// A tool complained; it has said where.
pub(crate) fn run() -> Result<()> {
    let setup = setup::run()?;
    Program::cargo().args(["fmt", "--all", "--check"]).run()?;
    Program::cargo().folder(crate::paths::boards()).args(["fmt", "--all", "--check"]).run()?;
    let deny = ["--", "--deny", "warnings"];
    Program::cargo().args(["clippy", "--locked", "--workspace", "--all-targets"]).args(deny).run()?;
    for (package, features) in [("hotdesk-bindings", "python"), ("hotdesk-core", "vip,texts")] {
        Program::cargo()
            .args(["clippy", "--locked", "--package", package, "--features", features])
            .args(deny)
            .run()?;
    }
    setup.thumb.cargo().args(["clippy", "--locked", "--release", "--all-targets"]).args(deny).run()?;
    Program::cargo()
        .args(["doc", "--locked", "--no-deps", "--package", "hotdesk-core", "--package", "hotdesk-phone"])
        .env("RUSTDOCFLAGS", "--deny warnings")
        .run()?;
    Program::new(python()).args(["-m", "ruff", "check", "hil", "bindings"]).run()?;
    Program::new(python()).args(["-m", "ruff", "format", "--check", "hil", "bindings"]).run()
}
