//! The Python environment under `target/venv`: simulator, rig and, for the tests, the package `hotdesk` and test tools, at the
//! versions the constraints files pin. It must never touch another Python environment.

use std::fs;

use anyhow::{Context, Result};

use super::{Report, debian};
use crate::paths::{python, root, target};
use crate::run::Program;

/// The files that define the environment; it is updated when one of them changes.
const INPUTS: [&str; 4] =
    ["hil/pyproject.toml", "hil/constraints.txt", "bindings/pyproject.toml", "bindings/constraints.txt"];

/// Which part of the environment is needed.
#[derive(Clone, Copy)]
pub(super) enum Extent {
    /// The simulator and the rig.
    Phone,
    /// These, the load, what tests them, and the package `hotdesk`.
    Tests,
}

impl Extent {
    /// Returns what pip is told to install.
    fn requirements(self) -> &'static [&'static str] {
        match self {
            Self::Phone => &["--editable", "./hil[rig]"],
            Self::Tests => &["--editable", "./hil[rig,test,load,tftp]", "./bindings[test]"],
        }
    }

    /// Returns the name of the file in the environment that marks this part as installed.
    fn stamp(self) -> &'static str {
        match self {
            Self::Phone => "hotdesk-phone",
            Self::Tests => "hotdesk-tests",
        }
    }
}

/// Creates or updates the environment, if it is not up to date.
pub(super) fn environment(extent: Extent, report: &mut Report) {
    let made = wanted().and_then(|wanted| {
        let venv = target().join("venv");
        let holds =
            |extent: Extent| fs::read_to_string(venv.join(extent.stamp())).is_ok_and(|stamp| stamp == wanted);
        // The tests' part contains the phone's.
        if holds(extent) || holds(Extent::Tests) {
            return Ok("target/venv is up to date");
        }
        make(extent)?;
        fs::write(venv.join(extent.stamp()), &wanted)?;
        Ok("updated target/venv")
    });
    match made {
        Ok(how) => report.have("Python environment", how),
        Err(error) => report.lack("Python environment", format!("{error:#}")),
    }
}

/// Returns what a mark holds: the repository's path and the text of each input.
fn wanted() -> Result<String> {
    let mut text = root().display().to_string();
    for name in INPUTS {
        text += &fs::read_to_string(root().join(name)).with_context(|| name.to_owned())?;
    }
    Ok(text)
}

fn make(extent: Extent) -> Result<()> {
    let venv = target().join("venv");
    let works = Program::new(python()).args(["-m", "pip", "--version"]).output().is_ok();
    let create = || Program::new("python3").args(["-m", "venv", "--clear"]).args([&venv]).output();
    if !works && create().is_err() {
        // Debian has the module venv in a package of its own.
        debian::install(&["python3-venv"])?;
        create()?;
    }
    eprintln!("setup: installing Python packages into target/venv");
    Program::new(python())
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args(["--constraint", "hil/constraints.txt", "--constraint", "bindings/constraints.txt"])
        .args(extent.requirements())
        .output()?;
    Ok(())
}
