//! Programs that come as Debian packages. It must never run a package manager unless it is root: the machine's owner
//! decides who installs software.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Result, bail};

use super::Report;
use crate::run::{Program, found};

/// The programs that the rig starts, each with its Debian package.
const PROGRAMS: [(&str, &str); 2] = [("qemu-system-arm", "qemu-system-arm"), ("mcopy", "mtools")];

/// The browser that the tests of the simulator's page drive.
const BROWSER: [(&str, &str); 2] = [("chromium", "chromium"), ("chromedriver", "chromium-driver")];

/// What compiles the C of the phone's TLS: the compiler, its archiver, and what builds with both.
const C_COMPILER: [(&str, &str); 4] =
    [("clang", "clang"), ("llvm-ar", "llvm"), ("cmake", "cmake"), ("make", "make")];

/// The program that counts instructions on a PC.
const VALGRIND: (&str, &str) = ("valgrind", "valgrind");

/// Finds or installs what the rig starts.
pub(super) fn programs(report: &mut Report) {
    find_or_install(&PROGRAMS, report);
}

/// Finds or installs the browser.
pub(super) fn browser(report: &mut Report) {
    find_or_install(&BROWSER, report);
}

/// Finds or installs what compiles the C of the phone's TLS.
pub(super) fn c_compiler(report: &mut Report) {
    find_or_install(&C_COMPILER, report);
}

/// Finds or installs valgrind.
pub(super) fn valgrind(report: &mut Report) {
    find_or_install(&[VALGRIND], report);
}

fn find_or_install(programs: &[(&str, &str)], report: &mut Report) {
    let absent: Vec<&(&str, &str)> = programs.iter().filter(|(program, _)| !found(program)).collect();
    let packages: Vec<&str> = absent.iter().map(|(_, package)| *package).collect();
    let installed = if packages.is_empty() { Ok(()) } else { install(&packages) };
    for (program, package) in programs {
        match &installed {
            _ if found(program) => report.have(program, "found"),
            Ok(()) => report.lack(program, format!("package {package} does not have it here")),
            Err(error) => report.lack(program, error.to_string()),
        }
    }
}

/// Installs packages by `apt-get`.
///
/// # Errors
///
/// There is no `apt-get`, this is not root, or `apt-get` failed; the text says what to do.
pub(super) fn install(packages: &[&str]) -> Result<()> {
    let names = packages.join(" ");
    if !found("apt-get") {
        bail!("there is no apt-get; install these packages by other means: {names}");
    }
    if !is_root() {
        bail!("run: sudo apt-get install --no-install-recommends {names}");
    }
    eprintln!("setup: installing {names}");
    let apt = |words: &[&str]| {
        Program::new("apt-get").args(words).env("DEBIAN_FRONTEND", "noninteractive").output().map(drop)
    };
    // The package lists are updated once.
    static UPDATED: AtomicBool = AtomicBool::new(false);
    if !UPDATED.swap(true, Ordering::Relaxed) {
        apt(&["update"])?;
    }
    apt(&[["install", "-y", "--no-install-recommends"].as_slice(), packages].concat())
}

fn is_root() -> bool {
    Program::new("id").args(["-u"]).output().is_ok_and(|id| id.trim() == "0")
}
