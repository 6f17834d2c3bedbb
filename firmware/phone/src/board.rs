//! What a board does for the phone besides keys, display and network, and what it knows of itself.
//!
//! A board says where a panic or a fault happened, never with which data: a panic's message can hold a PIN.

use heapless::String;

/// How many return addresses are kept of a panic: the functions of core that panic call each other three deep at most, and
/// the next address is in what called them.
pub const CALLS: usize = 4;

/// What the app wants of the board. [`run`](crate::run()) has it carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Effect {
    /// Restart the phone.
    Restart,
    /// Keep the settings made on the phone: [`App::write_settings`](crate::App::write_settings) writes them.
    Save,
    /// Forget every setting made on the phone.
    Forget,
    /// Count so many wrong admin codes in a row, over a restart.
    CountWrongCodes(u32),
}

/// A board, as far as the phone needs one.
// A phone runs on one executor thread, so the futures need not be `Send`.
#[allow(async_fn_in_trait)]
pub trait Board {
    /// What the board knows of itself and of this start.
    fn facts(&self) -> Facts;

    /// Takes that the phone makes progress. Called every [`PULSE`](crate::PULSE) as long as keys, display and network are
    /// served: a board feeds its watchdog here and nowhere else.
    fn alive(&mut self);

    /// Restarts the phone. Only a double in a test returns.
    fn restart(&mut self);

    /// Keeps how many wrong admin codes were typed in a row until the phone is switched off: a restart must not end the wait
    /// after them.
    fn count_wrong_codes(&mut self, count: u32);

    /// Keeps the settings that `write` puts into a buffer of [`settings::LIMIT`](crate::settings::LIMIT) bytes, so that a
    /// loss of power at any time leaves either these or those before.
    ///
    /// # Errors
    ///
    /// They could not be kept. Those before still are.
    async fn save(&mut self, write: impl FnOnce(&mut [u8]) -> usize) -> Result<(), NotKept>;

    /// Forgets the settings.
    ///
    /// # Errors
    ///
    /// They could not be forgotten.
    async fn forget(&mut self) -> Result<(), NotKept>;

    /// Keeps what counts of the phone's file: what `write` puts into a buffer of [`LIMIT`](crate::provisioning::LIMIT) bytes. At
    /// the next start [`App::restore_file`](crate::App::restore_file) is told it. A board whose memory does not outlast being
    /// switched off keeps nothing.
    ///
    /// # Errors
    ///
    /// It could not be kept. What was kept before still is.
    #[cfg(feature = "provisioning")]
    async fn keep_file(&mut self, write: impl FnOnce(&mut [u8]) -> usize) -> Result<(), NotKept> {
        let _ = write;
        Ok(())
    }
}

/// The board's memory for settings does not do what it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct NotKept;

/// What a board knows of itself and of this start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The board's name.
    pub board: &'static str,
    /// What tells this image from every other: in hexadecimal digits.
    pub build: String<16>,
    /// The MAC address.
    pub mac: [u8; 6],
    /// How often the phone has started, this start included: ever, on a board that counts in memory which outlasts being
    /// switched off, else since it was switched on.
    pub starts: u32,
    /// Why it started this time.
    pub start: Start,
    /// How this image failed last, on a board that keeps it over being switched off.
    pub failure: Option<Failure>,
    /// How long settings are kept.
    pub keeps: Keeps,
    /// What [`Board::count_wrong_codes`] was told last since the phone was switched on; else 0.
    pub wrong_codes: u32,
}

impl Facts {
    /// How this image failed last, if that was not found by this start.
    pub(crate) fn earlier_failure(&self) -> Option<&Failure> {
        self.failure.as_ref().filter(|failure| failure.at_start != self.starts)
    }
}

/// How the firmware failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What the start after it found.
    pub start: Start,
    /// The number of that start.
    pub at_start: u32,
}

/// How long a board keeps settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeps {
    /// Until they are forgotten or changed.
    ForGood,
    /// Until the phone is switched off. A restart keeps them.
    UntilPowerOff,
}

/// Why the phone started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// It was switched on.
    PowerOn,
    /// The reset key or line, or what the board cannot tell from it.
    Reset,
    /// The firmware was told to restart.
    Restart,
    /// The watchdog: the firmware made no progress.
    Watchdog {
        /// Where it was, if the board could find out.
        program_counter: Option<u32>,
    },
    /// The firmware found that it was wrong.
    Panic {
        /// The line in the source file. The return addresses and the debug information of the image name the file.
        line: u32,
        /// Where the calls that led to the panic return to, the innermost first; zeros after the outermost.
        calls: [u32; CALLS],
    },
    /// The processor could not go on.
    HardFault(Fault),
    /// The stack was full.
    StackOverflow,
    /// An exception or interrupt that nothing in the firmware handles.
    Exception {
        /// The exception's number; the lines of the chip count from 16.
        number: u32,
    },
}

/// How many words [`Start::to_words`] gives.
pub const WORDS: usize = 1 + 1 + CALLS;

impl Start {
    /// The start as numbers, for a record: what kind, and its values. Why a chip was reset is not the firmware's to know, so power-on is
    /// kept as a reset.
    #[must_use]
    pub fn to_words(&self) -> [u32; WORDS] {
        match *self {
            Self::PowerOn | Self::Reset => [1, 0, 0, 0, 0, 0],
            Self::Restart => [2, 0, 0, 0, 0, 0],
            Self::Watchdog { program_counter } => [3, program_counter.unwrap_or(0), 0, 0, 0, 0],
            Self::Panic { line, calls: [a, b, c, d] } => [4, line, a, b, c, d],
            Self::HardFault(Fault { program_counter, link_register, status, address }) => {
                [5, program_counter, link_register, status, address, 0]
            }
            Self::StackOverflow => [6, 0, 0, 0, 0, 0],
            Self::Exception { number } => [7, number, 0, 0, 0, 0],
        }
    }

    /// The start that these numbers stand for, if they stand for one.
    #[must_use]
    pub fn from_words([kind, a, b, c, d, e]: [u32; WORDS]) -> Option<Self> {
        Some(match kind {
            1 => Self::Reset,
            2 => Self::Restart,
            3 => Self::Watchdog { program_counter: (a != 0).then_some(a) },
            4 => Self::Panic { line: a, calls: [b, c, d, e] },
            5 => Self::HardFault(Fault { program_counter: a, link_register: b, status: c, address: d }),
            6 => Self::StackOverflow,
            7 => Self::Exception { number: a },
            _ => return None,
        })
    }

    /// Whether something went wrong before this start.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        !matches!(self, Self::PowerOn | Self::Reset | Self::Restart)
    }
}

/// The registers of a Cortex-M when it could not go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// PC: the instruction.
    pub program_counter: u32,
    /// LR: where its function was called from.
    pub link_register: u32,
    /// CFSR: what was wrong.
    pub status: u32,
    /// BFAR: the address accessed, where CFSR says that it is valid.
    pub address: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_comes_back_from_its_words() {
        let fault = Fault { program_counter: 1, link_register: 2, status: 3, address: 4 };
        for start in [
            Start::Reset,
            Start::Restart,
            Start::Watchdog { program_counter: None },
            Start::Watchdog { program_counter: Some(0x1000_0130) },
            Start::Panic { line: 7, calls: [1, 2, 3, 4] },
            Start::HardFault(fault),
            Start::StackOverflow,
            Start::Exception { number: 16 },
        ] {
            assert_eq!(Start::from_words(start.to_words()), Some(start));
        }
        assert_eq!(Start::from_words(Start::PowerOn.to_words()), Some(Start::Reset));
        for kind in [0, 8, u32::MAX] {
            assert_eq!(Start::from_words([kind, 0, 0, 0, 0, 0]), None);
        }
    }
}
