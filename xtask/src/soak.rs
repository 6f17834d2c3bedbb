//! `cargo xtask soak`: thousands of logins and logouts on a rig, the last as good as the first.
//!
//! `hotdesk_hil.rig.endurance` says what is looked at. Tests run a hundred of them; a thousand take half an hour and more.

use anyhow::Result;

use crate::boards::Board;
use crate::paths::{defmt_print, python};
use crate::run::Program;
use crate::setup;

/// Builds the board's image and runs so many cycles on its rig, or on the one that is named.
///
/// # Errors
///
/// No rig runs the board and none is named, something could not be installed, the build failed, or the phone did not
/// endure.
pub(crate) fn run(board: Board, rig: Option<&str>, cycles: u32) -> Result<()> {
    if rig.is_none() {
        board.must_run()?;
    }
    let setup = setup::run()?;
    crate::phone::build(&setup, board)?;
    let own = board.rig();
    Program::new(python())
        .args(["-m", "hotdesk_hil.rig.endurance", "--cycles", &cycles.to_string()])
        .args(["--kernel".as_ref(), board.kernel().as_os_str()])
        .args(["--rig".as_ref(), rig.map_or(own.as_os_str(), AsRef::as_ref)])
        .args(["--defmt-print".as_ref(), defmt_print().as_os_str()])
        .run()
}
