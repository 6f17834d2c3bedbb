//! The phone's image, and the commands that start it: `cargo xtask demo` and `cargo xtask phone`.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::paths::{BOARD, THUMB_TARGET, kernel, python, root, target};
use crate::run::Program;
use crate::setup::{self, Setup};

/// Builds the phone's image for the emulated board, and the examples that crash on purpose for the rig's tests.
///
/// # Errors
///
/// The build failed; the output of cargo says why.
pub(crate) fn build(setup: &Setup) -> Result<()> {
    setup
        .thumb
        .cargo()
        .args(["build", "--release", "--locked", "--package", BOARD, "--bins", "--examples"])
        .args(["--config".to_owned(), without_build_paths()?])
        .run()
}

/// Builds an image that logs at the level debug as well, apart from the one that ships, and returns where it is.
///
/// # Errors
///
/// As [`build`].
pub(crate) fn build_verbose(setup: &Setup) -> Result<PathBuf> {
    let folder = target().join("verbose");
    setup
        .thumb
        .cargo()
        .args(["build", "--release", "--locked", "--package", BOARD, "--bins"])
        .args(["--config".to_owned(), without_build_paths()?])
        .env("CARGO_TARGET_DIR", &folder)
        .env(
            "DEFMT_LOG",
            "info,hotdesk_phone=debug,hotdesk_board=debug,hotdesk_lm3s6965evb=debug,embedded_sdmmc=error",
        )
        .run()?;
    Ok(folder.join(THUMB_TARGET).join("release").join(BOARD))
}

/// Returns the setting that keeps this machine's paths out of the image: the places of panics would hold them, and the
/// image's size would depend on the names of folders. Cargo adds it to the flags of `firmware/boards/.cargo/config.toml`.
fn without_build_paths() -> Result<String> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(std::env::home_dir()?.join(".cargo"))).context("no home folder")?;
    let sources = home.join("registry/src");
    let mut prefixes = vec![root()];
    // One folder a registry. There is none where the crates are elsewhere, vendored for example.
    for registry in std::fs::read_dir(&sources).into_iter().flatten() {
        prefixes.push(registry.with_context(|| sources.display().to_string())?.path());
    }
    let flags = prefixes.iter().map(|prefix| format!("--remap-path-prefix={}=", prefix.display()));
    let flags = serde_json::Value::from(flags.collect::<Vec<_>>());
    Ok(format!("target.{THUMB_TARGET}.rustflags={flags}"))
}

/// `cargo xtask demo`: sets up, builds, and starts the rig's demo.
///
/// # Errors
///
/// Something could not be installed, the build failed, or the service disagreed at some step.
pub(crate) fn demo() -> Result<()> {
    let start = Instant::now();
    build(&setup::phone()?)?;
    eprintln!("set-up and build took {:.1} s", start.elapsed().as_secs_f32());
    Program::new(python())
        .args(["-m", "hotdesk_hil.demo", "--kernel"])
        .args([kernel().as_os_str(), "--out".as_ref(), target().join("demo").as_os_str()])
        .run()
}

/// `cargo xtask phone`: boots a phone to play with.
///
/// # Errors
///
/// As [`demo`].
pub(crate) fn play() -> Result<()> {
    build(&setup::phone()?)?;
    Program::new(python()).args(["-m", "hotdesk_hil.rig.play", "--kernel"]).args([kernel()]).run()
}
