//! The dependencies of what ships: licences, sources, bans, and, where their database can be reached, advisories. The rules
//! are in `deny.toml`. It must never pass over advisories without a word.

use anyhow::Result;

use crate::paths::{boards, cargo_deny, root};
use crate::run::Program;

/// Checks both workspaces.
///
/// # Errors
///
/// A dependency breaks a rule of `deny.toml`; cargo-deny has said which.
pub(crate) fn check() -> Result<()> {
    for workspace in [root(), boards()] {
        let deny = || {
            Program::new(cargo_deny())
                .args(["--locked", "--config"])
                .args([root().join("deny.toml")])
                .args(["--manifest-path".into(), workspace.join("Cargo.toml")])
        };
        deny()
            // Each workspace has some of the licences only.
            .args(["check", "--hide-inclusion-graph", "--allow", "license-not-encountered"])
            .args(["licenses", "sources", "bans"])
            .run()?;
        match deny().args(["fetch", "db"]).output() {
            Ok(_) => deny().args(["check", "advisories"]).run()?,
            Err(_) => eprintln!("lint: advisories were not checked: their database cannot be reached"),
        }
    }
    Ok(())
}
