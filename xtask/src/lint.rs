//! `cargo xtask lint`: formatting and lints of every room, where a warning is an error; dependencies; the core as a package.

use anyhow::Result;

use crate::boards::BOARDS;
use crate::new_board;
use crate::paths::{boards, lints, python, root};
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
    let template = (boards().join(new_board::TEMPLATE), [].as_slice());
    for (folder, arguments) in
        BOARDS.iter().map(|board| (board.folder(), board.arguments())).chain([template])
    {
        let cargo = for_boards(&setup.thumb).folder(folder);
        cargo.args(["clippy", "--locked", "--release", "--all-targets"]).args(arguments).args(DENY).run()?;
    }
    for board in BOARDS.iter().filter(|board| board.has_tls()) {
        let cargo = for_boards(&setup.thumb).folder(board.folder());
        cargo
            .args(["clippy", "--locked", "--release", "--all-targets"])
            .args(board.arguments())
            .args(["--features", "tls"])
            .args(DENY)
            .run()?;
    }
    new_board::check(&setup.thumb)?;
    // The log to a debug probe, and what a test image has, which no image has by default.
    let cargo = for_boards(&setup.thumb).folder(boards().join("stm32f746g-disco"));
    cargo
        .args(["clippy", "--locked", "--release", "--features", "browser,provisioning,rtt,screen-readout"])
        .args(DENY)
        .run()?;
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

/// Takes cargo for the boards, apart from their images: these may be built meanwhile.
fn for_boards(thumb: &Thumb) -> Program {
    thumb.cargo().env("CARGO_TARGET_DIR", lints())
}

/// Checks the workspaces of fuzz targets and benches, which nothing else here builds.
fn evidence(thumb: &Thumb) -> Result<()> {
    let folder = lints();
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
