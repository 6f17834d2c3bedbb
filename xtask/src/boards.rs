//! The boards that the phone runs on: one table, which `--board NAME` chooses from.
//!
//! A board is a package in `firmware/boards/NAME`, built in its own folder so that its `.cargo/config.toml` counts. Its
//! image's budget is `tests/budgets/NAME.json`; where an emulator runs it, `hil/rigs/NAME.yaml` says how.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser as _;

use crate::paths::{boards, root};

/// What runs a board's image.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Runs {
    /// An emulator that the set-up brings, as the board's rig file says.
    Emulated,
    /// No rig: the image is built, linked and sized.
    BuiltOnly,
}

/// A board.
#[derive(Clone, Copy)]
pub(crate) struct Board {
    /// The name of its folder, of its rig file and of its budgets file.
    pub(crate) name: &'static str,
    /// The target that its image is built for.
    pub(crate) target: &'static str,
    runs: Runs,
}

/// Every board. The first is the one that is meant where none is named.
#[rustfmt::skip] // A row a line: `cargo xtask new-board` adds one.
pub(crate) const BOARDS: &[Board] = &[
    DEFAULT,
    PICO,
    PICO2,
    Board { name: "stm32f746g-disco", target: "thumbv7em-none-eabihf", runs: Runs::BuiltOnly },
];

/// The board that QEMU emulates.
pub(crate) const DEFAULT: Board =
    Board { name: "lm3s6965evb", target: "thumbv7m-none-eabi", runs: Runs::Emulated };

/// The W5500-EVB-Pico, whose emulator is ours.
pub(crate) const PICO: Board =
    Board { name: "w5500-evb-pico", target: "thumbv6m-none-eabi", runs: Runs::Emulated };

/// The same board with an RP2350: a feature of the same package.
const PICO2: Board =
    Board { name: "w5500-evb-pico2", target: "thumbv8m.main-none-eabihf", runs: Runs::BuiltOnly };

/// Reads a board's name on the command line. An unknown one is told with those there are.
pub(crate) fn parser() -> impl clap::builder::TypedValueParser<Value = Board> {
    PossibleValuesParser::new(BOARDS.iter().map(|board| board.name))
        .map(|name| BOARDS.iter().copied().find(|board| board.name == name).unwrap_or(DEFAULT))
}

impl Board {
    /// Returns the name of its package and of its image.
    pub(crate) fn package(&self) -> String {
        format!("hotdesk-{}", self.source())
    }

    /// Returns its folder.
    pub(crate) fn folder(&self) -> PathBuf {
        boards().join(self.source())
    }

    /// Returns what cargo is told in that folder besides a command, to build for this board.
    pub(crate) fn arguments(&self) -> &'static [&'static str] {
        if self.name == PICO2.name {
            &["--target", PICO2.target, "--no-default-features", "--features", "pico2"]
        } else {
            &[]
        }
    }

    /// Whether its package has the feature `tls`: HTTPS.
    pub(crate) fn has_tls(&self) -> bool {
        [PICO.name, PICO2.name, "stm32f746g-disco"].contains(&self.name)
    }

    /// Returns the name of the board that it shares its folder with: its own, mostly.
    fn source(&self) -> &'static str {
        if self.name == PICO2.name { PICO.name } else { self.name }
    }

    /// Returns where its image is, once it is built.
    pub(crate) fn kernel(&self) -> PathBuf {
        self.kernel_in(&boards().join("target"))
    }

    /// As [`Self::kernel`], for a build into another folder.
    pub(crate) fn kernel_in(&self, target: &std::path::Path) -> PathBuf {
        target.join(self.target).join("release").join(self.package())
    }

    /// Returns its budgets file.
    pub(crate) fn budgets(&self) -> PathBuf {
        root().join("tests/budgets").join(self.name).with_extension("json")
    }

    /// Returns the file that describes its rig.
    pub(crate) fn rig(&self) -> PathBuf {
        root().join("hil/rigs").join(self.name).with_extension("yaml")
    }

    /// Whether its image can be started here.
    pub(crate) fn is_emulated(&self) -> bool {
        self.runs == Runs::Emulated
    }

    /// Fails unless its image with TLS can be started here.
    ///
    /// # Errors
    ///
    /// It is another board than the one that can.
    pub(crate) fn must_secure(&self) -> Result<()> {
        if self.name == PICO.name {
            return Ok(());
        }
        bail!("{} has no image with HTTPS that can be started; {} has", self.name, PICO.name)
    }

    /// Fails unless its image can be started here.
    ///
    /// # Errors
    ///
    /// No emulator runs it; the error names the boards that have one.
    pub(crate) fn must_run(&self) -> Result<()> {
        if self.is_emulated() {
            return Ok(());
        }
        let emulated: Vec<&str> =
            BOARDS.iter().filter(|board| board.is_emulated()).map(|board| board.name).collect();
        bail!(
            "{} can be built but not started: no rig runs it; boards that can be: {}",
            self.name,
            emulated.join(", ")
        )
    }
}
