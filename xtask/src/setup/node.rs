//! Node, and the packages of the emulators that run on it. It must install at the versions of their lock files only.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::{Report, debian};
use crate::paths::emulators;
use crate::run::{Program, found};

/// The oldest release that runs the emulators.
const OLDEST: u32 = 18;

/// Node and its package manager, each with its Debian package.
const PROGRAMS: [(&str, &str); 2] = [("node", "nodejs"), ("npm", "npm")];

/// Finds or installs Node, then the emulators' packages.
pub(super) fn emulators_and_node(report: &mut Report) {
    if !node(report) {
        return;
    }
    for emulator in emulators() {
        let name = format!("packages of {}", emulator.file_name().unwrap_or_default().to_string_lossy());
        match packages(&emulator) {
            Ok(how) => report.have(&name, how),
            Err(error) => report.lack(&name, format!("{error:#}")),
        }
    }
}

/// Returns true if Node is there, after an attempt to install it.
fn node(report: &mut Report) -> bool {
    if !PROGRAMS.iter().all(|(program, _)| found(program)) {
        let packages: Vec<&str> =
            PROGRAMS.iter().filter(|(program, _)| !found(program)).map(|(_, package)| *package).collect();
        if let Err(error) = debian::install(&packages) {
            report.lack("Node", format!("{error:#}"));
            return false;
        }
    }
    match release() {
        Ok(release) if release >= OLDEST => {
            report.have("Node", &format!("found, release {release}"));
            true
        }
        Ok(release) => {
            report.lack("Node", format!("`node` in PATH is release {release}; put {OLDEST} or later there"));
            false
        }
        Err(error) => {
            report.lack("Node", format!("{error:#}"));
            false
        }
    }
}

/// Returns the first number of Node's version.
fn release() -> Result<u32> {
    let said = Program::new("node").args(["--version"]).output()?;
    let number = said.trim().trim_start_matches('v').split('.').next().and_then(|it| it.parse().ok());
    number.with_context(|| format!("node --version said {}", said.trim()))
}

/// Installs what the lock file names, unless that was done for this lock file.
fn packages(emulator: &Path) -> Result<&'static str> {
    let lock = emulator.join("package-lock.json");
    let wanted = fs::read_to_string(&lock).with_context(|| lock.display().to_string())?;
    let installed = emulator.join("node_modules");
    let stamp = installed.join(".hotdesk-lock");
    if fs::read_to_string(&stamp).is_ok_and(|stamp| stamp == wanted) {
        return Ok("up to date");
    }
    Program::new("npm")
        .folder(emulator)
        .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
        .output()?;
    fs::write(stamp, wanted)?;
    Ok("installed")
}
