//! `cargo xtask speed`: how long the phone lets people wait, in the time of the emulated board, against its budget.
//!
//! `hotdesk_hil.rig.speed` says how each figure is measured. The image is the one that ships but for its log, which says
//! at the level debug when a key was pressed and when a picture was shown. Of the phone over HTTPS `src/https-speed.mjs` of the
//! emulator says it, and has the budgets.

use anyhow::{Context, Result, bail};

use crate::bench::image;
use crate::boards::{DEFAULT, PICO};
use crate::paths::{defmt_print, python, root};
use crate::phone::{TLS, build_feature_image};
use crate::run::Program;
use crate::setup;
use crate::size::{budget, write_readme};

/// The marks around the table in the README.
const MARKS: (&str, &str) = ("<!-- speed: begin -->\n", "<!-- speed: end -->");

/// The figures, by their names in the measurement and in the budget, and in words.
const FIGURES: [(&str, &str); 3] = [
    ("power_to_ready", "power to the idle screen, with an address by DHCP"),
    ("submit_to_logged_in", "last key of a login to \"Logged in\", the service answering at once"),
    ("key_to_letter", "key to its letter while an answer comes in"),
];

/// How many boots and logins are enough to check a budget: the least of them is the figure.
const RUNS_TO_CHECK: &str = "5";

/// Builds an image, measures, prints the table and checks the budget. `check` takes fewer boots and logins.
///
/// # Errors
///
/// The set-up, the build or the run on the emulated board failed, or a figure is over its budget.
pub(crate) fn run(check: bool, write: bool) -> Result<()> {
    let setup = setup::secured_phone(&[DEFAULT, PICO])?;
    let kernel = crate::phone::build_verbose(&setup, DEFAULT)?;
    let said = Program::new(python())
        .args(["-m", "hotdesk_hil.rig.speed", "--image"])
        .args([kernel.as_os_str(), "--defmt-print".as_ref(), defmt_print().as_os_str()])
        .args(check.then_some(["--runs", RUNS_TO_CHECK]).into_iter().flatten())
        .output()?;
    let said: serde_json::Value = serde_json::from_str(said.trim()).context("hotdesk_hil.rig.speed")?;
    let compiler = image::compiler(&setup.thumb)?;
    let mut table =
        format!("| lm3s6965evb, 128 ns an instruction, {compiler} | ms | budget |\n|---|---:|---:|\n");
    let mut over = Vec::new();
    for (name, words) in FIGURES {
        let measured = said.get(name).and_then(serde_json::Value::as_u64);
        let measured = measured.with_context(|| format!("hotdesk_hil.rig.speed names no `{name}`"))?;
        let budget = budget(DEFAULT, name)?;
        table += &format!("| {words} | {measured} | {budget} |\n");
        if measured > budget {
            over.push(words);
        }
    }
    print!("{table}");
    if write {
        setup.thumb.is_rustups()?;
        write_readme(MARKS, &table)?;
    }
    if !over.is_empty() {
        bail!("over budget: {}", over.join(", "));
    }
    let image = build_feature_image(&setup, PICO, TLS)?;
    Program::new("npm")
        .folder(root().join("hil/emulators").join(PICO.name))
        .args(["run", "https-speed", "--", "--image"])
        .args([image.as_os_str(), "--python".as_ref(), python().as_os_str()])
        .run()
}
