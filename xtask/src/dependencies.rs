//! The dependencies of what ships: licences, sources, bans and, if their database can be reached, advisories.
//! `deny.toml` has the rules. If advisories were not checked, the output must say so.

use anyhow::Result;

use crate::paths::{boards, cargo_deny, root};
use crate::run::Program;

/// Checks both workspaces.
///
/// # Errors
///
/// A dependency breaks a rule of `deny.toml`; the output of cargo-deny says which.
pub(crate) fn check() -> Result<()> {
    for workspace in [root(), boards()] {
        let deny = || {
            Program::new(cargo_deny())
                .args(["--locked", "--config"])
                .args([root().join("deny.toml")])
                .args(["--manifest-path".into(), workspace.join("Cargo.toml")])
        };
        deny()
            // No workspace has all of the licences.
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
