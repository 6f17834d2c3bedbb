//! The Python environment under `target/venv`: the simulator, the rig and their tests, at the versions
//! `hil/constraints.txt` pins. It must never touch another Python environment.

use std::fs;

use anyhow::{Context, Result};

use super::{Report, debian};
use crate::paths::{python, root, target};
use crate::run::Program;

/// The files that say what the environment holds; it is made again when one of them changes.
const INPUTS: [&str; 2] = ["hil/pyproject.toml", "hil/constraints.txt"];

/// Makes the environment, or finds that it is up to date.
pub(super) fn environment(report: &mut Report) {
    let stamp = target().join("venv/hotdesk-stamp");
    let made = wanted().and_then(|wanted| {
        if fs::read_to_string(&stamp).is_ok_and(|stamp| stamp == wanted) {
            return Ok("target/venv is up to date");
        }
        make()?;
        fs::write(&stamp, wanted)?;
        Ok("made target/venv")
    });
    match made {
        Ok(how) => report.have("Python environment", how),
        Err(error) => report.lack("Python environment", format!("{error:#}")),
    }
}

/// Returns the path and the text of each input, which is what the stamp holds.
fn wanted() -> Result<String> {
    let mut text = root().display().to_string();
    for name in INPUTS {
        text += &fs::read_to_string(root().join(name)).with_context(|| name.to_owned())?;
    }
    Ok(text)
}

fn make() -> Result<()> {
    let venv = target().join("venv");
    let create = || Program::new("python3").args(["-m", "venv", "--clear"]).args([&venv]).output();
    if create().is_err() {
        // Debian splits the part of Python that makes environments into a package of its own.
        debian::install(&["python3-venv"])?;
        create()?;
    }
    eprintln!("setup: installing Python packages into target/venv");
    let constraints = root().join("hil/constraints.txt");
    Program::new(python())
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--constraint"])
        .args([&constraints])
        .args(["--editable", "./hil[rig,test]"])
        .output()?;
    Ok(())
}
