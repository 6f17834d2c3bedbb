//! `cargo xtask test`: every test of the project, in groups.
//!
//! All groups run, whether or not one fails; the last line counts them. No test may be skipped because something is not
//! installed: the set-up fails instead.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::boards::{BOARDS, Board, DEFAULT, PICO};
use crate::paths::{CORE_TARGETS, defmt_print, emulators, python, target};
use crate::run::Program;
use crate::setup::{self, Setup};

/// The groups of tests, in the order they run: the core first, which the others use.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Group {
    /// The protocol core, its vectors and properties, and its builds for other machines
    Core,
    /// The Python package, over the same vectors
    Python,
    /// The service simulator, and the load on it
    Simulator,
    /// The phone's application and the driver of an Ethernet chip, in virtual time
    Phone,
    /// The phone's TLS, against the simulator
    Tls,
    /// The emulators that are ours, and the phone on each
    Emulators,
    /// The phone on each emulated board, with the same suites
    Rig,
    /// What no image has by default, on the emulated boards, with suites of its own
    Features,
}

/// Runs the named groups, or all of them.
///
/// # Errors
///
/// The set-up is not complete, or a group failed.
pub(crate) fn run(groups: &[Group]) -> Result<()> {
    let setup = setup::run()?;
    let groups = if groups.is_empty() { Group::value_variants() } else { groups };
    let mut results = Vec::new();
    for group in groups {
        let start = Instant::now();
        let result = group.run(&setup);
        if let Err(error) = &result {
            eprintln!("test: {}: {error:#}", group.name());
        }
        results.push((group.name(), result.is_ok(), start.elapsed()));
    }
    summary(&results)
}

fn summary(results: &[(String, bool, Duration)]) -> Result<()> {
    println!();
    for (name, passed, took) in results {
        let verdict = if *passed { "passed" } else { "FAILED" };
        println!("{name:10} {verdict} {:7.1} s", took.as_secs_f32());
    }
    let failed: Vec<&str> =
        results.iter().filter(|(_, passed, _)| !passed).map(|(name, _, _)| name.as_str()).collect();
    println!("groups: {} passed, {} failed", results.len() - failed.len(), failed.len());
    if failed.is_empty() { Ok(()) } else { bail!("failed: {}", failed.join(", ")) }
}

impl Group {
    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    fn run(self, setup: &Setup) -> Result<()> {
        match self {
            Self::Core => core(setup),
            Self::Python => bindings(),
            Self::Simulator => simulator(),
            Self::Phone => cargo_test(&["hotdesk-phone", "hotdesk-w5500"]),
            Self::Tls => tls(),
            Self::Emulators => run_emulators(setup),
            Self::Rig => rig(setup),
            Self::Features => FEATURE_IMAGES.iter().try_for_each(|image| image.run_suites(setup)),
        }
    }
}

fn cargo_test(packages: &[&str]) -> Result<()> {
    let packages = packages.iter().flat_map(|name| ["--package", name]);
    Program::cargo().args(["test", "--locked", "--no-fail-fast"]).args(packages).run()
}

/// Tests the phone's TLS with its engine, what is left without one, and what the phone has for TLS.
fn tls() -> Result<()> {
    cargo_test(&["hotdesk-tls"])?;
    for test in
        [["hotdesk-tls", "--features", "mbedtls", "--tests"], ["hotdesk-phone", "--features", "tls", "--lib"]]
    {
        Program::cargo().args(["test", "--locked", "--no-fail-fast", "--package"]).args(test).run()?;
    }
    Ok(())
}

fn pytest(paths: &[&str]) -> Result<()> {
    Program::new(python()).args(["-m", "pytest", "--quiet"]).args(paths).run()
}

fn core(setup: &Setup) -> Result<()> {
    cargo_test(&["hotdesk-core", "hotdesk-tests", "hotdesk-bindings"])?;
    // What the default features leave out, over each tokenizer.
    for features in ["compact,pages,provisioning,vip,texts", "xmlparser,emapp,vip,texts"] {
        Program::cargo()
            .args(["test", "--locked", "--no-fail-fast", "--package", "hotdesk-core"])
            .args(["--no-default-features", "--features", features])
            .run()?;
    }
    // Bounds that suit a phone with 32 kB.
    Program::cargo()
        .args(["test", "--locked", "--no-fail-fast", "--package", "hotdesk-core"])
        .env("HOTDESK_NAME_CHARS", "32")
        .env("HOTDESK_CERTIFICATE_BYTES", "64")
        .env("CARGO_TARGET_DIR", target().join("small-bounds"))
        .run()?;
    CORE_FEATURES.iter().try_for_each(|features| build_core(setup, features))
}

/// The features the core is built with for each target: each alone, and all over each tokenizer.
const CORE_FEATURES: [&str; 13] = [
    "compact",
    "compact,optimistic",
    "xmlparser",
    "compact,xmlparser",
    "compact,defmt",
    "compact,vip",
    "compact,phonexml",
    "compact,provisioning",
    "compact,emapp",
    "compact,pages",
    "compact,texts",
    "compact,defmt,pages,provisioning,vip,texts",
    "xmlparser,defmt,emapp,vip,texts",
];

/// Builds the core with these features for every target. It only has to compile, so nothing is optimised.
fn build_core(setup: &Setup, features: &str) -> Result<()> {
    setup
        .thumb
        .cargo()
        .folder(crate::paths::root())
        .args([
            "build",
            "--locked",
            "--package",
            "hotdesk-core",
            "--no-default-features",
            "--features",
            features,
        ])
        .args(CORE_TARGETS.iter().flat_map(|name| ["--target", name]))
        .env("CARGO_TARGET_DIR", target().join("thumb-core"))
        .env("CARGO_PROFILE_DEV_OPT_LEVEL", "0")
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .run()
}

/// Installs the package as a user does, then tests what was installed.
fn bindings() -> Result<()> {
    Program::new(python())
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args(["--force-reinstall", "--no-deps", "./bindings"])
        .run()?;
    pytest(&["--numprocesses", "2", "bindings/tests"])
}

/// Two more than the cores this is meant for: who waits for a phone or for a load to end takes none. One test at a time to
/// each: what is long begins first, and nobody has a heap of them at the end.
const WORKERS: [&str; 4] = ["--numprocesses", "4", "--maxschedchunk", "1"];

fn simulator() -> Result<()> {
    // The load first: its tests are long and wait most of the time, while the others compute.
    pytest(&[WORKERS.as_slice(), &["hil/tests/load", "hil/tests/emservice"]].concat())
}

/// Cuts of the supply in the short form that every run of the tests has.
const POWER_CUTS: &str = "20";

/// Tests the models by themselves, then the board's image on them.
fn run_emulators(setup: &Setup) -> Result<()> {
    let npm = |words: &[&str]| {
        emulators()
            .into_iter()
            .try_for_each(|emulator| Program::new("npm").folder(emulator).args(words).run())
    };
    npm(&["test"])?;
    crate::phone::build_test_image(setup, PICO)?;
    npm(&["run", "speed"])?;
    npm(&["run", "power-cuts", "--", "--cuts", POWER_CUTS])?;
    pytest(&["--numprocesses", "2", "hil/tests/emulators"])
}

/// An image with features, and its suites in `hil/suites/features`.
struct FeatureImage {
    features: &'static str,
    boards: &'static [Board],
    /// Files of suites; none: each that no other image names.
    suites: &'static [&'static str],
    /// What pytest is told besides.
    options: &'static [&'static str],
}

/// The images that `hil/suites/features` is for. A suite has to be named here only where it wants an image of its own.
const FEATURE_IMAGES: &[FeatureImage] = &[
    FeatureImage { features: "browser,provisioning", boards: &[PICO, DEFAULT], suites: &[], options: &[] },
    FeatureImage {
        features: "tls",
        boards: &[PICO],
        suites: &["test_https.py", "../test_fault_matrix.py"],
        options: &["--https"],
    },
];

fn rig(setup: &Setup) -> Result<()> {
    let boards = || BOARDS.iter().copied().filter(|board| board.is_emulated());
    for board in boards() {
        crate::phone::build(setup, board)?;
    }
    pytest(&[WORKERS.as_slice(), &["hil/tests/rig"]].concat())?;
    // The slowest board first, so that short tests are left for the end.
    let rigs: Vec<&str> = boards().rev().map(|board| board.name).collect();
    suites(&rigs.join(","), "junit.xml").args(["hil/suites"]).run()
}

/// Takes pytest with these rigs, for suites and their images.
fn suites(rigs: &str, report: &str) -> Program {
    Program::new(python())
        .args(["-m", "pytest", "--quiet", "--rig", rigs])
        .args(WORKERS)
        .args(["--junitxml".as_ref(), target().join("hil").join(report).as_os_str()])
        .args(["--defmt-print".as_ref(), defmt_print().as_os_str()])
}

impl FeatureImage {
    /// Builds the image for each of its boards and runs its suites on all of them.
    fn run_suites(&self, setup: &Setup) -> Result<()> {
        const FOLDER: &str = "hil/suites/features";
        let mut images = Vec::new();
        for board in self.boards {
            let image = crate::phone::build_feature_image(setup, *board, self.features)?;
            images.extend(["--image".to_owned(), format!("{}={}", board.name, image.display())]);
        }
        let others = FEATURE_IMAGES.iter().flat_map(|image| image.suites);
        let paths: Vec<String> = if self.suites.is_empty() {
            let ignored = others.map(|suite| format!("--ignore={FOLDER}/{suite}"));
            std::iter::once(FOLDER.to_owned()).chain(ignored).collect()
        } else {
            self.suites.iter().map(|suite| format!("{FOLDER}/{suite}")).collect()
        };
        let rigs: Vec<&str> = self.boards.iter().map(|board| board.name).collect();
        suites(&rigs.join(","), &format!("junit-{}.xml", self.features))
            .args(images)
            .args(self.options)
            .args(paths)
            .run()
    }
}
