//! Where things are in the repository. No path may lead out of it.

use std::path::{Path, PathBuf};

/// The target of the image that is measured by `cargo xtask bench`.
pub(crate) const THUMB_TARGET: &str = "thumbv7m-none-eabi";

/// Every target the core is built for; each board's is one of them.
pub(crate) const CORE_TARGETS: [&str; 4] =
    [THUMB_TARGET, "thumbv6m-none-eabi", "thumbv7em-none-eabihf", "riscv32imc-unknown-none-elf"];

/// Returns the repository's root: the folder above this package.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// Returns `target/`, where everything built or downloaded goes.
pub(crate) fn target() -> PathBuf {
    root().join("target")
}

/// Returns the workspace of the cross builds.
pub(crate) fn boards() -> PathBuf {
    root().join("firmware/boards")
}

/// Returns the emulators that run on Node: each is a package with a lock file.
pub(crate) fn emulators() -> Vec<PathBuf> {
    vec![root().join("hil/emulators/w5500-evb-pico")]
}

/// Returns the Python interpreter of the project's virtual environment.
pub(crate) fn python() -> PathBuf {
    target().join("venv/bin/python")
}

/// Returns the program that decodes the phone's log.
pub(crate) fn defmt_print() -> PathBuf {
    target().join("tools/bin/defmt-print")
}

/// Returns the program that checks licences and sources of dependencies.
pub(crate) fn cargo_deny() -> PathBuf {
    target().join("tools/bin/cargo-deny")
}

/// Returns the program that builds and runs fuzz targets.
pub(crate) fn cargo_fuzz() -> PathBuf {
    target().join("tools/bin/cargo-fuzz")
}
