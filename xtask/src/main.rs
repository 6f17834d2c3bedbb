//! The project's commands, as `cargo xtask NAME`.
//!
//! Each starts other tools (cargo, apt-get, pip, pytest, QEMU) in the right order and prints what it starts. There is
//! no product logic here, and nothing that ships may depend on it.

mod bench;
mod boards;
mod dependencies;
mod fuzz;
mod lint;
mod new_board;
mod package;
mod paths;
mod phone;
mod run;
mod setup;
mod size;
mod soak;
mod speed;
mod test;

use std::process::ExitCode;

use boards::Board;
use clap::{Parser, Subcommand};

/// The commands of this project.
#[derive(Parser)]
#[command(name = "cargo xtask", version, disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Find or install what the other commands need; safe to repeat
    Setup,
    /// Build the phone, boot it on an emulated board, log john in and out with its keys
    Demo {
        /// The board
        #[arg(long, value_name = "NAME", value_parser = boards::parser(), default_value = boards::DEFAULT.name)]
        board: Board,
        /// Over HTTPS, by the image with the feature `tls`; on the w5500-evb-pico
        #[arg(long)]
        https: bool,
    },
    /// Run every test, or the named groups
    Test {
        /// Groups to run; all of them without a name
        #[arg(value_enum)]
        groups: Vec<test::Group>,
    },
    /// Check formatting and lints of all rooms; warnings are errors
    Lint,
    /// Print the sizes of the phone's images and of the core's parts, and the stack's high-water mark; fail over budget
    Size {
        /// Only this board's image, and not the core's parts
        #[arg(long, value_name = "NAME", value_parser = boards::parser(), conflicts_with = "write")]
        board: Option<Board>,
        /// Also write the tables into README.md and tests/benches/RESULTS.md
        #[arg(long)]
        write: bool,
    },
    /// Measure in the emulated board's own time how long the phone lets people wait; fail over budget
    Speed {
        /// Fewer boots and logins: enough to see that a figure is over its budget
        #[arg(long, conflicts_with = "write")]
        check: bool,
        /// Also write the table into README.md
        #[arg(long)]
        write: bool,
    },
    /// Log in and out thousands of times on an emulated board: RAM flat, no restart, the screen true each time
    Soak {
        /// The board
        #[arg(long, value_name = "NAME", value_parser = boards::parser(), default_value = boards::DEFAULT.name)]
        board: Board,
        /// A rig file, or the name of one in hil/rigs, in the place of the board's own
        #[arg(long, value_name = "RIG")]
        rig: Option<String>,
        /// Logins, each with its logout
        #[arg(long, value_name = "N", default_value_t = 5000, value_parser = clap::value_parser!(u32).range(10..))]
        cycles: u32,
    },
    /// Count instructions, allocations and code of the core and of its peers; write tests/benches/RESULTS.md
    Bench {
        /// Write nothing; fail if a figure is more than 5 % over the stored one
        #[arg(long)]
        check: bool,
    },
    /// Fuzz the core, with a nightly compiler
    Fuzz {
        /// The targets to run; all of them without a name
        #[arg(value_enum)]
        targets: Vec<fuzz::Target>,
        /// How long to run each target
        #[arg(long, default_value_t = 60)]
        seconds: u32,
    },
    /// Make a board's folder from the template; PORTING.md says how to go on
    NewBoard {
        /// The board's name: lower-case letters, digits and hyphens
        name: String,
        /// The target that its image is built for
        #[arg(long, default_value = new_board::TARGETS[1], value_parser = new_board::TARGETS)]
        target: String,
    },
    /// Build a board's test image, which tells a rig on the serial line what the screen shows, and print where it is
    TestImage {
        /// The board
        #[arg(long, value_name = "NAME", value_parser = boards::parser(), default_value = boards::PICO.name)]
        board: Board,
        /// The image with these features instead, as the suites in hil/suites/features have it
        #[arg(long, value_name = "FEATURES")]
        features: Option<String>,
    },
    /// Boot a phone to play with, in this terminal
    Phone {
        /// The board
        #[arg(long, value_name = "NAME", value_parser = boards::parser(), default_value = boards::DEFAULT.name)]
        board: Board,
    },
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Setup => setup::run().map(drop),
        Command::Demo { board, https } => phone::demo(board, https),
        Command::Test { groups } => test::run(&groups),
        Command::Lint => lint::run(),
        Command::Size { board, write } => size::run(board, write),
        Command::Speed { check, write } => speed::run(check, write),
        Command::Soak { board, rig, cycles } => soak::run(board, rig.as_deref(), cycles),
        Command::Bench { check } => bench::run(check),
        Command::Fuzz { targets, seconds } => fuzz::run(&targets, seconds),
        Command::NewBoard { name, target } => new_board::run(&name, &target),
        Command::Phone { board } => phone::play(board),
        Command::TestImage { board, features } => phone::test_image(board, features.as_deref()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
