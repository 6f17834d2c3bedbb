//! Starts other programs, prints their command lines, and turns a failure into an error that names the program. It must
//! never hide what a failing program printed.

use std::ffi::OsStr;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// A program to start from the repository's root.
pub(crate) struct Program(Command);

impl Program {
    /// Takes a program by its path, or by a name that is looked up in `PATH`.
    pub(crate) fn new(name: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(name);
        command.current_dir(crate::paths::root());
        Self(command)
    }

    /// Takes `cargo`, without the environment of an outer `cargo run`, so that `RUSTUP_TOOLCHAIN` and the folder's own
    /// configuration decide.
    pub(crate) fn cargo() -> Self {
        let mut program = Self::new("cargo");
        for name in ["CARGO", "RUSTC", "RUSTDOC", "LD_LIBRARY_PATH"] {
            program.0.env_remove(name);
        }
        let outer = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        for name in outer.filter(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
        {
            program.0.env_remove(name);
        }
        program
    }

    /// Adds arguments.
    pub(crate) fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.0.args(args);
        self
    }

    /// Sets an environment variable.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    /// Removes an environment variable.
    pub(crate) fn env_remove(mut self, name: &str) -> Self {
        self.0.env_remove(name);
        self
    }

    /// Sets the working directory, which is the repository's root otherwise.
    pub(crate) fn folder(mut self, folder: impl AsRef<std::path::Path>) -> Self {
        self.0.current_dir(folder);
        self
    }

    /// Runs it in this terminal and waits.
    ///
    /// # Errors
    ///
    /// The program was not found, or its exit code was not 0.
    pub(crate) fn run(mut self) -> Result<()> {
        let line = self.line();
        eprintln!("$ {line}");
        let status = self.0.status().with_context(|| format!("could not start: {line}"))?;
        if status.success() { Ok(()) } else { bail!("{line}: {status}") }
    }

    /// Runs it and returns its standard output.
    ///
    /// # Errors
    ///
    /// As [`Self::run`]; the error holds the last lines of the output.
    pub(crate) fn output(self) -> Result<String> {
        self.outputs().map(|(output, _)| output)
    }

    /// As [`Self::output`], for standard error.
    ///
    /// # Errors
    ///
    /// As [`Self::output`].
    pub(crate) fn error_output(self) -> Result<String> {
        self.outputs().map(|(_, errors)| errors)
    }

    fn outputs(mut self) -> Result<(String, String)> {
        let line = self.line();
        let output =
            self.0.stdin(Stdio::null()).output().with_context(|| format!("could not start: {line}"))?;
        if output.status.success() {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            return Ok((text(&output.stdout), text(&output.stderr)));
        }
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        let lines: Vec<&str> = said.trim_end().lines().collect();
        let last = lines.get(lines.len().saturating_sub(20)..).unwrap_or_default().join("\n");
        bail!("{line}: {}\n{last}", output.status)
    }

    fn line(&self) -> String {
        let root = crate::paths::root();
        let short = |word: &OsStr| {
            let word = word.to_string_lossy();
            let root = format!("{}/", root.display());
            word.replace(&root, "")
        };
        std::iter::once(self.0.get_program())
            .chain(self.0.get_args())
            .map(short)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// Returns true if there is a program of this name in `PATH`.
pub(crate) fn found(name: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(name).is_file()))
}
