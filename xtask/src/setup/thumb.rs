//! A Rust toolchain that builds for the board and for the other targets of the core: rustup's where rustup can fetch
//! them, else a toolchain folder made from Debian's compiler and the library source packaged with it.
//!
//! The folder is under `target/`, and cargo gets it by its path, so the user's rustup is not changed. Its libraries
//! must always be built by the compiler it contains.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::{Report, debian};
use crate::paths::target;
use crate::run::Program;

const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_SOURCE: &str = "/usr/lib/rustlib/src/rust/library";
const DEBIAN_PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-clippy"];

/// The libraries that a `no_std` program links, by their file names.
const LIBRARIES: [&str; 5] =
    ["core", "alloc", "compiler_builtins", "panic_abort", "rustc_std_workspace_core"];

/// How to build for the board, and for the other targets that were asked for.
pub(crate) enum Thumb {
    /// The toolchain in use has the targets.
    Native,
    /// A toolchain folder that was built here.
    Folder(PathBuf),
}

impl Thumb {
    /// Returns `cargo` for the cross builds, in the boards' workspace.
    pub(crate) fn cargo(&self) -> Program {
        let cargo = Program::cargo().folder(crate::paths::boards());
        match self {
            Self::Native => cargo,
            Self::Folder(folder) => cargo.env("RUSTUP_TOOLCHAIN", folder),
        }
    }

    /// Fails unless the compiler is rustup's: only its figures are stored.
    ///
    /// # Errors
    ///
    /// The toolchain was built here.
    pub(crate) fn is_rustups(&self) -> Result<()> {
        match self {
            Self::Native => Ok(()),
            Self::Folder(_) => bail!(
                "nothing was written: only figures of rustup's compiler are stored; run: rustup target add thumbv7m-none-eabi"
            ),
        }
    }

    /// Returns the compiler of the cross builds.
    pub(crate) fn rustc(&self) -> Program {
        match self {
            Self::Native => Program::new("rustc"),
            Self::Folder(folder) => Program::new(folder.join("bin/rustc")),
        }
    }
}

/// Finds a toolchain for the targets, adds the missing ones by rustup, or builds one.
pub(super) fn find_or_build(targets: &[&str], report: &mut Report) -> Option<Thumb> {
    let names = targets.join(", ");
    let native = || targets.iter().all(|name| has_target(name));
    if native() {
        report.have(&names, "in the toolchain in use");
        return Some(Thumb::Native);
    }
    let folder = target().join("thumb");
    if lacking(&folder, targets).is_empty() {
        report.have(&names, "toolchain folder target/thumb");
        return Some(Thumb::Folder(folder));
    }
    eprintln!("setup: {names}: asking rustup");
    let fetched = Program::new("rustup").args(["target", "add"]).args(targets).output();
    if fetched.is_ok() && native() {
        report.have(&names, "added by rustup");
        return Some(Thumb::Native);
    }
    eprintln!("setup: {names}: rustup cannot fetch them; building them with Debian's compiler");
    match build(&folder, targets) {
        Ok(()) => {
            report.have(&names, "built into target/thumb");
            Some(Thumb::Folder(folder))
        }
        Err(error) => {
            report.lack(&names, format!("{error:#}, or run: rustup target add {}", targets.join(" ")));
            None
        }
    }
}

fn has_target(name: &str) -> bool {
    let libraries = Program::new("rustc").args(["--print", "target-libdir", "--target", name]).output();
    libraries.is_ok_and(|folder| {
        fs::read_dir(folder.trim()).is_ok_and(|entries| {
            entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libcore-"))
        })
    })
}

/// Returns the targets whose libraries the toolchain folder lacks; all of them, if it is of another compiler.
fn lacking<'t>(folder: &Path, targets: &[&'t str]) -> Vec<&'t str> {
    let current = is_current(folder);
    targets.iter().copied().filter(|name| !current || !libraries(folder, name).is_dir()).collect()
}

fn is_current(folder: &Path) -> bool {
    fs::read_to_string(folder.join("stamp")).is_ok_and(|stamp| stamp == debian_version())
}

/// Returns where a toolchain folder has the libraries of a target.
fn libraries(folder: &Path, target: &str) -> PathBuf {
    folder.join("lib/rustlib").join(target).join("lib")
}

/// Returns what the stamp must hold: the compiler that the libraries belong to.
fn debian_version() -> String {
    Program::new(DEBIAN_RUSTC).args(["-vV"]).env_remove("LD_LIBRARY_PATH").output().unwrap_or_default()
}

/// Creates the toolchain folder, if it is missing, and builds the missing libraries.
fn build(folder: &Path, targets: &[&str]) -> Result<()> {
    let clippy = Path::new("/usr/bin/clippy-driver");
    let present = [DEBIAN_RUSTC, DEBIAN_CARGO, DEBIAN_SOURCE].iter().all(|path| Path::new(path).exists());
    if !present || !clippy.exists() {
        debian::install(&DEBIAN_PACKAGES)?;
    }
    if !is_current(folder) {
        let _ = fs::remove_dir_all(folder);
        lay_out(folder)?;
        fs::write(folder.join("stamp"), debian_version())?;
    }
    build_libraries(folder, &lacking(folder, targets))
}

/// Builds the libraries for an empty package, with Debian's cargo and its vendored dependencies.
fn build_libraries(folder: &Path, targets: &[&str]) -> Result<()> {
    let work = target().join("thumb-build");
    let _ = fs::remove_dir_all(&work);
    fs::create_dir_all(work.join("src"))?;
    fs::write(
        work.join("Cargo.toml"),
        "[workspace]\n[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2024\"\n",
    )?;
    fs::write(work.join("src/lib.rs"), "#![no_std]\n")?;
    // Link-time optimisation needs bitcode. Paths are remapped so that the image does not depend on where it was built.
    let flags = [
        "-Cembed-bitcode=yes".to_owned(),
        "-Cforce-frame-pointers=no".to_owned(),
        format!("--remap-path-prefix={DEBIAN_SOURCE}=/rust/library"),
        format!("--remap-path-prefix={}=/build", work.display()),
    ];
    Program::new(DEBIAN_CARGO)
        .folder(&work)
        .args(["build", "--release", "-Zbuild-std=core,alloc,panic_abort"])
        .args(targets.iter().flat_map(|name| ["--target", name]))
        .env("RUSTC", DEBIAN_RUSTC)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", flags.join(" "))
        .env("CARGO_TARGET_DIR", work.join("target"))
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("LD_LIBRARY_PATH")
        .env_remove("CARGO")
        .output()?;
    for target in targets {
        let built = work.join("target").join(target).join("release/deps");
        // The folder is filled under another name and then moved, so that it is complete if it exists.
        let made = work.join("made");
        fs::create_dir_all(&made)?;
        for name in LIBRARIES {
            let file = rlib(&built, name)?;
            if let Some(file_name) = file.file_name() {
                fs::copy(&file, made.join(file_name))?;
            }
        }
        let place = libraries(folder, target);
        fs::create_dir_all(place.parent().unwrap_or(folder))?;
        fs::rename(&made, place)?;
    }
    fs::remove_dir_all(&work)?;
    Ok(())
}

/// Finds the built library of this name.
fn rlib(built: &Path, name: &str) -> Result<PathBuf> {
    let prefix = format!("lib{name}-");
    let is_it = |path: &PathBuf| {
        path.extension().is_some_and(|end| end == "rlib")
            && path.file_name().is_some_and(|file| file.to_string_lossy().starts_with(&prefix))
    };
    let mut files = fs::read_dir(built)?.flatten().map(|entry| entry.path());
    files.find(is_it).with_context(|| format!("the build of the libraries made no {prefix}*.rlib"))
}

/// Adds the host's libraries, the linker and the programs.
fn lay_out(folder: &Path) -> Result<()> {
    let host = debian_version()
        .lines()
        .find_map(|line| line.strip_prefix("host: ").map(str::to_owned))
        .context("Debian's rustc did not print its host")?;
    let sysroot = Program::new("rustc").args(["--print", "sysroot"]).output()?;
    let rustup = Path::new(sysroot.trim());
    let linker = rustup.join("lib/rustlib").join(&host).join("bin/rust-lld");
    if !linker.is_file() {
        bail!("the toolchain in use has no rust-lld");
    }
    let host_folder = folder.join("lib/rustlib").join(&host);
    fs::create_dir_all(host_folder.join("bin"))?;
    symlink(Path::new("/usr/lib/rustlib").join(&host).join("lib"), host_folder.join("lib"))?;
    symlink(linker, host_folder.join("bin/rust-lld"))?;

    let programs = folder.join("bin");
    fs::create_dir_all(&programs)?;
    symlink(DEBIAN_CARGO, programs.join("cargo"))?;
    for name in ["rustfmt", "cargo-fmt"] {
        let program = rustup.join("bin").join(name);
        if program.exists() {
            symlink(program, programs.join(name))?;
        }
    }
    // Debian's compiler looks for libraries relative to its own path, so these are scripts instead of links.
    let quoted = format!("'{}'", folder.display());
    for name in ["rustc", "rustdoc"] {
        script(&programs.join(name), &format!("exec /usr/bin/{name} --sysroot {quoted} \"$@\""))?;
    }
    for name in ["cargo-clippy", "clippy-driver"] {
        script(&programs.join(name), &format!("SYSROOT={quoted} exec /usr/bin/{name} \"$@\""))?;
    }
    Ok(())
}

fn script(path: &Path, line: &str) -> Result<()> {
    fs::write(path, format!("#!/bin/sh\n{line}\n"))?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    Ok(())
}
