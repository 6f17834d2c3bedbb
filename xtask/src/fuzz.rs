//! `cargo xtask fuzz`: runs the fuzz targets, each for a number of seconds, from the vectors and the corpus of earlier
//! runs.
//!
//! The corpus and the inputs that break a promise are kept under `target/fuzz`. A find must never go unnoticed: it
//! fails the command and names its file.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use crate::paths::{cargo_fuzz, root, target};
use crate::run::Program;
use crate::setup;

/// The fuzz targets.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// Answers of the service
    Answer,
    /// Requests and queries, plain and as forms
    Request,
    /// Answers in pieces, split at every byte
    Pieces,
    /// HTTP answers, split anywhere
    Http,
    /// Exchanges, in any order of events
    Session,
    /// What screens show
    Explain,
    /// What the core reads, against what quick-xml reads
    QuickXml,
    /// The core's tokenizers, against each other
    Tokenizers,
    /// IP phone objects, whole and in pieces
    Object,
    /// URLs, query strings and header fields of the login application
    Emapp,
    /// Files that phones load from their cluster, in pieces
    Provisioning,
    /// What the core reads by its optimistic reader and without it
    Readers,
    /// Answers of VIP services, and reporting records
    Vip,
    /// Traces
    Logs,
}

impl Target {
    fn name(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Request => "request",
            Self::Pieces => "pieces",
            Self::Http => "http",
            Self::Session => "session",
            Self::Explain => "explain",
            Self::QuickXml => "quick_xml",
            Self::Tokenizers => "tokenizers",
            Self::Object => "object",
            Self::Emapp => "emapp",
            Self::Provisioning => "provisioning",
            Self::Readers => "readers",
            Self::Vip => "vip",
            Self::Logs => "logs",
        }
    }

    /// Returns the folder of its seeds below `target/fuzz/seeds`.
    fn seeds(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Session => "session",
            Self::Explain => "explain",
            Self::Object => "objects",
            Self::Emapp => "emapp",
            Self::Provisioning => "provisioning",
            Self::Vip => "vip",
            Self::Logs => "logs",
            Self::Answer
            | Self::Request
            | Self::Pieces
            | Self::QuickXml
            | Self::Tokenizers
            | Self::Readers => "vectors",
        }
    }

    /// Returns its dictionary in `tests/fuzz`.
    fn dictionary(self) -> &'static str {
        match self {
            Self::Explain => "dictionary-explain",
            Self::Object | Self::Emapp => "dictionary-phone",
            Self::Provisioning => "dictionary-provisioning",
            Self::Vip => "dictionary-vip",
            Self::Logs => "dictionary-logs",
            _ => "dictionary",
        }
    }
}

/// Runs the named targets, or all of them.
///
/// # Errors
///
/// Something could not be installed or built, or a target found an input that breaks a promise of the core.
pub(crate) fn run(targets: &[Target], seconds: u32) -> Result<()> {
    setup::fuzz()?;
    seeds()?;
    let all = Target::value_variants();
    let mut executions = 0;
    let mut found = Vec::new();
    for target in if targets.is_empty() { all } else { targets } {
        eprintln!("fuzz: {} for {seconds} s", target.name());
        match fuzz(*target, seconds) {
            Ok(count) => {
                println!("{}: {count} executions, nothing found", target.name());
                executions += count;
            }
            Err(error) => found.push(format!("{}: {error:#}", target.name())),
        }
    }
    println!("fuzz: {executions} executions");
    if found.is_empty() { Ok(()) } else { bail!("{}", found.join("\n")) }
}

/// Runs one target and returns how many inputs it tried.
fn fuzz(target: Target, seconds: u32) -> Result<u64> {
    let folder = self::target().join("fuzz");
    let corpus = folder.join("corpus").join(target.name());
    let artifacts = folder.join("artifacts").join(target.name());
    fs::create_dir_all(&corpus)?;
    fs::create_dir_all(&artifacts)?;
    let log = Program::cargo()
        // There is no unsafe code to watch, and a target runs faster without a sanitizer.
        .args(["fuzz", "run", "--fuzz-dir", "tests/fuzz", "--sanitizer", "none", target.name()])
        .args([&corpus, &folder.join("seeds").join(target.seeds())])
        .args(["--", "-max_len=2048", "-print_final_stats=1", "-verbosity=0"])
        .args([
            format!("-max_total_time={seconds}"),
            format!("-dict={}", root().join("tests/fuzz").join(target.dictionary()).display()),
            format!("-artifact_prefix={}/", artifacts.display()),
        ])
        .env("PATH", path()?)
        .env("RUSTUP_TOOLCHAIN", "nightly")
        // The last lines of a find name the promise and the file; a backtrace of cargo-fuzz would hide them.
        .env("RUST_BACKTRACE", "0")
        .env("CARGO_TARGET_DIR", folder.join("build"))
        .error_output()?;
    let count = log.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    count
        .and_then(|count| count.trim().parse().ok())
        .with_context(|| format!("libFuzzer printed no count:\n{log}"))
}

/// Returns `PATH` with `target/tools` first, where cargo looks for its subcommand.
fn path() -> Result<OsString> {
    let tools = cargo_fuzz().parent().map(Path::to_path_buf).unwrap_or_default();
    let others = std::env::var_os("PATH").unwrap_or_default();
    Ok(std::env::join_paths(std::iter::once(tools).chain(std::env::split_paths(&others)))?)
}

/// Copies the vectors and the seeds to where the targets read them: the messages, without the expected results.
fn seeds() -> Result<()> {
    let into = target().join("fuzz/seeds");
    let _ = fs::remove_dir_all(&into);
    for name in ["http", "session", "explain", "emapp", "vip", "logs"] {
        copy(&root().join("tests/fuzz/seeds").join(name), &into.join(name), "")?;
    }
    let vectors = root().join("tests/vectors");
    let apart = [("phonexml", "objects"), ("provisioning", "provisioning")];
    for (folder, name) in apart {
        for group in ["read", "refused"] {
            copy(&vectors.join(folder).join(group), &into.join(name), "")?;
        }
    }
    let is_group = |group: &fs::DirEntry| {
        let is_apart =
            apart.iter().any(|(folder, _)| group.file_name() == *folder) || group.file_name() == "logs";
        group.path().is_dir() && !is_apart
    };
    for group in fs::read_dir(&vectors)?.flatten().filter(is_group) {
        let prefix = group.file_name().to_string_lossy().into_owned() + "-";
        copy(&group.path(), &into.join("vectors"), &prefix)?;
    }
    Ok(())
}

fn copy(from: &Path, into: &Path, prefix: &str) -> Result<()> {
    fs::create_dir_all(into)?;
    for file in fs::read_dir(from)?.flatten().map(|file| file.path()) {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if file.extension().is_none_or(|end| end != "json") {
            fs::copy(&file, into.join(format!("{prefix}{name}")))?;
        }
    }
    Ok(())
}
