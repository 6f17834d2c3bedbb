//! The phone's image, and the commands that start it: `cargo xtask demo` and `cargo xtask phone`.

use std::time::Instant;

use anyhow::Result;

use crate::paths::{BOARD, kernel, python, target};
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
        .run()
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
