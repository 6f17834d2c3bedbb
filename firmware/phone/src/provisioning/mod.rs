//! The file of the phone, `SEP`, its MAC address and `.cnf.xml`: loaded from the cluster over HTTP, then over TFTP, and read in
//! pieces as it comes.
//!
//! It is loaded in the time that nobody asks the service anything, over the same memory, and given up as soon as somebody
//! does: no login, no key and no picture waits for it. It must never log what is in a file, and never take over one that was not
//! read to its end.
//!
//! A board with flash keeps what counts of it: a phone that starts while nobody serves its file works by the last one.

mod document;
mod fetch;
mod kept;
mod transfer;

use hotdesk_core::Error;

pub use self::document::Found;
pub(crate) use self::fetch::fetch;
pub use self::kept::LIMIT;

use crate::ConnectError;

/// What came of loading the file.
#[derive(Debug)]
pub enum Outcome<'f> {
    /// It was read to its end.
    Loaded {
        /// What it says. It may be taken, and what was there before left in its place.
        found: &'f mut Found,
        /// How it came.
        by: Protocol,
        /// How long it is.
        bytes: usize,
    },
    /// It was not.
    Failed(Failures),
    /// Something else was to be asked.
    GivenUp,
}

/// A protocol that the file comes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP, at port 6970.
    Http,
    /// TFTP, at port 69.
    Tftp,
}

/// Why the file did not come, by protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    /// Over HTTP, which is asked first.
    pub http: Failure,
    /// Over TFTP; nothing where it was not asked, for the file is there and cannot be used.
    pub tftp: Option<Failure>,
}

/// Why the file did not come over a protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// There is no connection to the server, or its name has no address.
    NoConnection(ConnectError),
    /// The server did not answer, or not to the end, in time.
    Silent,
    /// The server has no such file.
    Missing,
    /// The server refused with this status of HTTP, or code of TFTP.
    Refused(u16),
    /// The transfer broke off, or what came is none.
    Broken,
    /// The file is over 2 MB.
    TooLong,
    /// The file breaks a rule.
    Unreadable {
        /// What is wrong.
        error: Error,
        /// Where, counted from 1.
        line: usize,
        /// Where in the line, in characters counted from 1.
        column: usize,
    },
}

impl Protocol {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Http => "HTTP",
            Self::Tftp => "TFTP",
        }
    }
}

impl Failure {
    /// For the log.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::NoConnection(_) => "no connection",
            Self::Silent => "silent",
            Self::Missing => "missing",
            Self::Refused(_) => "refused",
            Self::Broken => "broken off",
            Self::TooLong => "too long",
            Self::Unreadable { .. } => "unreadable",
        }
    }

    /// Whether another protocol may bring what this one did not: not where the file itself is wrong.
    fn is_of_protocol(self) -> bool {
        !matches!(self, Self::TooLong | Self::Unreadable { .. })
    }
}
