//! `cargo xtask lint`: formatting and lints of every room, where a warning is an error; dependencies; the core as a package.

use std::path::PathBuf;

use anyhow::Result;

use crate::boards::BOARDS;
use crate::new_board;
use crate::paths::{boards, python, root, target};
use crate::phone::without_build_paths;
use crate::run::Program;
use crate::setup::{self, Thumb};

/// Makes warnings of clippy errors.
const DENY: [&str; 3] = ["--", "--deny", "warnings"];

/// Checks all rooms and stops at the first failure.
///
/// # Errors
///
/// A tool found something; its output says where.
pub(crate) fn run() -> Result<()> {
    let setup = setup::run()?;
    let apart = ["tests/fuzz", "tests/benches/host", "tests/benches/cortex-m"].map(|name| root().join(name));
    for folder in [root(), boards()].iter().chain(&apart) {
        Program::cargo().folder(folder).args(["fmt", "--all", "--check"]).run()?;
    }
    Program::cargo().args(["clippy", "--locked", "--workspace", "--all-targets"]).args(DENY).run()?;
    // What the default features leave out.
    for (package, features) in [
        ("hotdesk-bindings", "python"),
        ("hotdesk-core", "compact,defmt,pages,provisioning,vip,texts"),
        ("hotdesk-core", "xmlparser,emapp,vip,texts"),
        ("hotdesk-tls", "mbedtls"),
    ] {
        Program::cargo()
            .args(["clippy", "--locked", "--package", package, "--no-default-features"])
            .args(["--features", features])
            .args(DENY)
            .run()?;
    }
    let clippy_for = |folder: PathBuf, target: &str, arguments: &[&str]| {
        setup
            .thumb
            .cargo()
            .folder(folder)
            .args(["clippy", "--locked", "--release"])
            .args(arguments)
            // As images are built: the C of TLS is compiled once for both.
            .args(["--config".to_owned(), without_build_paths(target)?])
            .args(DENY)
            .run()
    };
    for board in BOARDS {
        let arguments = [["--all-targets"].as_slice(), board.arguments()].concat();
        clippy_for(board.folder(), board.target, &arguments)?;
        if board.has_tls() {
            let secured = [arguments.as_slice(), &["--features", "tls"]].concat();
            clippy_for(board.folder(), board.target, &secured)?;
        }
    }
    clippy_for(boards().join(new_board::TEMPLATE), new_board::TEMPLATE_TARGET, &["--all-targets"])?;
    new_board::check(&setup.thumb)?;
    // The log to a debug probe, and what a test image has, which no image has by default.
    let features = ["--features", "browser,provisioning,rtt,screen-readout"];
    clippy_for(boards().join("stm32f746g-disco"), "thumbv7em-none-eabihf", &features)?;
    evidence(&setup.thumb)?;
    Program::cargo()
        .args(["doc", "--locked", "--no-deps", "--package", "hotdesk-core", "--package", "hotdesk-phone"])
        .args([
            "--features",
            "hotdesk-core/defmt,hotdesk-core/pages,hotdesk-core/provisioning,hotdesk-core/texts,hotdesk-core/vip,hotdesk-phone/browser,hotdesk-phone/provisioning,hotdesk-phone/screen-readout,hotdesk-phone/tls,hotdesk-phone/touch",
        ])
        .env("RUSTDOCFLAGS", "--deny warnings")
        .run()?;
    crate::dependencies::check()?;
    crate::package::check()?;
    Program::new(python()).args(["-m", "ruff", "check", "hil", "bindings"]).run()?;
    Program::new(python()).args(["-m", "ruff", "format", "--check", "hil", "bindings"]).run()
}

/// Checks the workspaces of fuzz targets and benches, which nothing else here builds.
fn evidence(thumb: &Thumb) -> Result<()> {
    let folder = target().join("lint");
    let programs = [
        (Program::cargo(), "tests/fuzz"),
        (Program::cargo(), "tests/benches/host"),
        (thumb.cargo(), "tests/benches/cortex-m"),
    ];
    for (cargo, workspace) in programs {
        cargo
            .folder(root().join(workspace))
            .args(["clippy", "--locked", "--all-features"])
            .args(DENY)
            .env("CARGO_TARGET_DIR", &folder)
            // Nothing is linked, so libFuzzer need not be compiled; its build script only wants a path.
            .env("CUSTOM_LIBFUZZER_PATH", folder.join("libfuzzer.a"))
            .run()?;
    }
    Ok(())
}
