//! The phone's image, and the commands that start it: `cargo xtask demo` and `cargo xtask phone`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};

use crate::boards::{Board, DEFAULT};
use crate::paths::{boards, python, root, target};
use crate::run::Program;
use crate::setup::{self, Setup};

/// The feature of an image that speaks HTTPS.
pub(crate) const TLS: &str = "tls";

/// Builds the phone's image for a board, and the board's examples, which crash on purpose for the rig's tests.
///
/// # Errors
///
/// The build failed; the output of cargo says why.
pub(crate) fn build(setup: &Setup, board: Board) -> Result<()> {
    setup
        .thumb
        .cargo()
        .folder(board.folder())
        .args(["build", "--release", "--locked", "--bins", "--examples"])
        .args(board.arguments())
        .args(["--config".to_owned(), without_build_paths(board.target)?])
        .run()
}

/// Builds the test image of a board, apart from the image that ships, which is built after it. Returns where it is.
///
/// # Errors
///
/// As [`build`], or the test image cannot be copied.
pub(crate) fn build_test_image(setup: &Setup, board: Board) -> Result<PathBuf> {
    build_with(setup, board, "screen-readout", board.name)
}

/// Builds the image of a board with these features, apart from the image that ships, which is built after it. Returns where
/// it is.
///
/// # Errors
///
/// As [`build_test_image`].
pub(crate) fn build_feature_image(setup: &Setup, board: Board, features: &str) -> Result<PathBuf> {
    build_with(setup, board, features, &format!("{}-{features}", board.name))
}

fn build_with(setup: &Setup, board: Board, features: &str, name: &str) -> Result<PathBuf> {
    setup
        .thumb
        .cargo()
        .folder(board.folder())
        .args(["build", "--release", "--locked", "--bins", "--features", features])
        .args(board.arguments())
        .args(["--config".to_owned(), without_build_paths(board.target)?])
        .run()?;
    let folder = boards().join("target/test-images");
    let image = folder.join(format!("hotdesk-{name}"));
    std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::copy(board.kernel(), &image))
        .with_context(|| image.display().to_string())?;
    build(setup, board)?;
    Ok(image)
}

/// `cargo xtask test-image`: builds a test image, or the image with these features.
///
/// # Errors
///
/// As [`build_test_image`], or the set-up failed.
pub(crate) fn test_image(board: Board, features: Option<&str>) -> Result<()> {
    let setup = setup::phone(&[board])?;
    let image = match features {
        Some(features) => build_feature_image(&setup, board, features)?,
        None => build_test_image(&setup, board)?,
    };
    println!("{}", image.display());
    Ok(())
}

/// Builds an image that logs at the level debug as well, apart from the one that ships, and returns where it is.
///
/// # Errors
///
/// As [`build`].
pub(crate) fn build_verbose(setup: &Setup, board: Board) -> Result<PathBuf> {
    let folder = target().join("verbose");
    let own = board.package().replace('-', "_");
    setup
        .thumb
        .cargo()
        .folder(board.folder())
        .args(["build", "--release", "--locked", "--bins"])
        .args(board.arguments())
        .args(["--config".to_owned(), without_build_paths(board.target)?])
        .env("CARGO_TARGET_DIR", &folder)
        .env(
            "DEFMT_LOG",
            format!("info,hotdesk_phone=debug,hotdesk_board=debug,{own}=debug,embedded_sdmmc=error"),
        )
        .run()?;
    Ok(board.kernel_in(&folder))
}

/// Returns the setting that keeps this machine's paths out of the image: the places of panics would hold them, and the
/// image's size would depend on the names of folders. Cargo adds it to the flags of `firmware/boards/.cargo/config.toml`.
pub(crate) fn without_build_paths(target: &str) -> Result<String> {
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
    Ok(format!("target.{target}.rustflags={flags}"))
}

/// `cargo xtask demo`: sets up, builds, and starts the rig's demo; with `https` that of the image with TLS.
///
/// # Errors
///
/// No emulator runs the board, something could not be installed, the build failed, or the service disagreed at some step.
pub(crate) fn demo(board: Board, https: bool) -> Result<()> {
    board.must_run()?;
    let start = Instant::now();
    let image = if https {
        board.must_secure()?;
        build_feature_image(&setup::secured_phone(&[board])?, board, TLS)?
    } else {
        build(&setup::phone(&[board])?, board)?;
        board.kernel()
    };
    eprintln!("set-up and build took {:.1} s", start.elapsed().as_secs_f32());
    on_rig_with("hotdesk_hil.demo", board, &image)
        .args(["--out".as_ref(), demo_pictures(board, https).as_os_str()])
        .args(https.then_some("--https"))
        .run()
}

/// Where the demo's pictures go: each board's in a folder of its own, below that of the default board, and those over HTTPS
/// below the board's.
fn demo_pictures(board: Board, https: bool) -> PathBuf {
    let mut folder = target().join("demo");
    if board.name != DEFAULT.name {
        folder.push(board.name);
    }
    if https {
        folder.push("https");
    }
    folder
}

/// `cargo xtask phone`: boots a phone to play with.
///
/// # Errors
///
/// As [`demo`].
pub(crate) fn play(board: Board) -> Result<()> {
    board.must_run()?;
    build(&setup::phone(&[board])?, board)?;
    on_rig("hotdesk_hil.rig.play", board).run()
}

/// Takes a module of the rig's, with the board's image and rig file.
pub(crate) fn on_rig(module: &str, board: Board) -> Program {
    on_rig_with(module, board, &board.kernel())
}

/// As [`on_rig`], with another image of the board's.
pub(crate) fn on_rig_with(module: &str, board: Board, image: &Path) -> Program {
    Program::new(python()).args(["-m", module, "--image"]).args([
        image.as_os_str(),
        "--rig".as_ref(),
        board.rig().as_os_str(),
    ])
}
