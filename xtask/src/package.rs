//! The core as a package: packs it as for a registry, and builds the example of its README in a crate outside the
//! repository. It must never publish anything.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::paths::{root, target};
use crate::run::Program;

/// Packs and builds the core, then builds and runs the README's example against it.
///
/// # Errors
///
/// cargo failed or warned, or the example failed.
pub(crate) fn check() -> Result<()> {
    // Uncommitted changes are checked, too.
    let package = ["package", "--package", "hotdesk-core", "--locked", "--allow-dirty"];
    let said = Program::cargo().args(package).error_output()?;
    if said.contains("warning:") {
        bail!("cargo package warns:\n{said}");
    }
    let outside = target().join("outside");
    fs::create_dir_all(outside.join("src"))?;
    fs::write(outside.join("Cargo.toml"), manifest())?;
    fs::write(outside.join("src/main.rs"), example()?)?;
    Program::cargo()
        .folder(&outside)
        .args(["run", "--quiet", "--offline"])
        .env("CARGO_TARGET_DIR", outside.join("target"))
        .run()
}

/// Returns the manifest of a crate that depends on the packed core.
fn manifest() -> String {
    let core = concat!("../package/hotdesk-core-", env!("CARGO_PKG_VERSION"));
    format!(
        "[workspace]\n[package]\nname = \"outside\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
         [dependencies]\nhotdesk-core = {{ path = \"{core}\" }}\n"
    )
}

/// Returns the program in the core's README.
fn example() -> Result<String> {
    let text = fs::read_to_string(root().join("core/README.md"))?;
    let (_, rest) = text.split_once("```rust\n").context("core/README.md has no example")?;
    let (example, _) = rest.split_once("```").context("the example in core/README.md has no end")?;
    Ok(example.to_owned())
}
