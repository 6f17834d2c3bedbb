//! The story of each login out of the traces of the login application, the service, its cross-cluster part, the
//! authentication and the call manager. [`Traces`] is all that is used from outside.
//!
//! Plain Rust, without Python and without input or output, so that tests and the fuzzer run it. Lines are read in
//! [`line`] (their layout) and [`sentence`] (what a message says), brought into the order of their times in [`merge`],
//! joined to stories in [`join`], and told by [`story`] and [`cause`]; [`summary`] counts. What a code means is in the
//! core's tables. It must never show a text that [`mask`] did not see, nor grow with the length of a trace.

mod cause;
mod join;
mod line;
mod mask;
mod merge;
mod sentence;
mod story;
mod summary;
mod time;

pub use merge::{Options, Run, Traces, runs};

use story::{At, Story, same};
use time::Millis;

/// Which stories are told: those that fit all of these.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    device: Option<String>,
    user: Option<String>,
    since: Option<Millis>,
}

impl Filter {
    /// Makes a filter of a phone, a user, and the time from which on stories begin: `2018-04-14`, `2018-04-14 19:09` or
    /// `2018-04-14T19:09:45`. `None` for another time.
    pub fn new(device: Option<&str>, user: Option<&str>, since: Option<&str>) -> Option<Self> {
        let since = match since {
            Some(text) => Some(time::read(text)?),
            None => None,
        };
        Some(Self { device: device.map(str::to_owned), user: user.map(str::to_owned), since })
    }

    fn admits(&self, story: &Story) -> bool {
        let fits = |wanted: &Option<String>, of: &Option<String>| {
            wanted.as_ref().is_none_or(|wanted| of.as_ref().is_some_and(|of| same(of, wanted)))
        };
        fits(&self.device, &story.device)
            && fits(&self.user, &story.user)
            && self.since.is_none_or(|since| story.began >= since)
    }
}

/// What lines are called.
struct Lines<'a> {
    names: &'a [String],
}

impl Lines<'_> {
    /// Writes `emapp.log:12`.
    fn place(&self, at: At) -> String {
        let name = self.names.get(at.source as usize).map_or("", String::as_str);
        format!("{name}:{}", at.line)
    }
}
