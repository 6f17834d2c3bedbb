//! What all stories together tell: counts, causes, the slowest steps, phones that did not register. It holds a bounded
//! number of names, whatever it was told.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::cause::Cause;
use super::story::{At, Outcome, Registered, Story, seconds};
use super::time::{Millis, written};

/// How many of the slowest steps are kept, and how many places and codes of each kind.
const SLOWEST: usize = 10;
const PLACES: usize = 5;
/// How many phones that did not register are named, and how many application users.
const NAMED: usize = 1000;
/// How many kinds of lines that are not understood are named.
const KINDS: usize = 20;
/// How many kinds are counted apart; the others are counted together.
const KINDS_COUNTED: usize = 1000;

/// Something that was seen: how often, and where first.
#[derive(Debug, Default)]
pub(super) struct Seen {
    count: u64,
    places: Vec<String>,
}

impl Seen {
    pub(super) fn add(&mut self, place: String) {
        self.count += 1;
        if self.places.len() < PLACES {
            self.places.push(place);
        }
    }

    fn written(&self) -> Value {
        json!({"count": self.count, "lines": self.places})
    }
}

/// How lines were read.
#[derive(Debug, Default)]
pub(super) struct Counted {
    pub(super) total: u64,
    pub(super) bytes: u64,
    pub(super) read: u64,
    pub(super) bodies: u64,
    pub(super) call_manager: u64,
    pub(super) console: u64,
    pub(super) notes: u64,
    pub(super) blank: u64,
    /// A layout that is known, with a sentence that is not, by category.
    pub(super) other: u64,
    kinds: BTreeMap<Vec<u8>, u64>,
    /// Neither is known.
    pub(super) unknown: Seen,
    /// Longer than a line may be.
    pub(super) too_long: u64,
    /// Times that went back within a source.
    pub(super) went_back: u64,
}

impl Counted {
    /// Counts a sentence that is not known.
    pub(super) fn other(&mut self, category: &[u8]) {
        self.other += 1;
        if let Some(count) = self.kinds.get_mut(category) {
            *count += 1;
        } else if self.kinds.len() < KINDS_COUNTED {
            self.kinds.insert(category.to_vec(), 1);
        }
    }
}

#[derive(Debug)]
struct Slow {
    step: &'static str,
    took: Millis,
    device: Option<String>,
    user: Option<String>,
    began: Millis,
    line: String,
}

#[derive(Debug, Default)]
struct Step {
    count: u64,
    sum: Millis,
    longest: Millis,
}

/// The counts of everything that was told.
#[derive(Debug, Default)]
pub(super) struct Summary {
    pub(super) counted: Counted,
    first: Option<Millis>,
    last: Option<Millis>,
    logins: BTreeMap<&'static str, u64>,
    logouts: BTreeMap<&'static str, u64>,
    causes: BTreeMap<(Cause, Option<u16>), u64>,
    steps: BTreeMap<&'static str, Step>,
    slowest: Vec<Slow>,
    unregistered: Vec<String>,
    unregistered_count: u64,
    registration_unknown: u64,
    automatic: u64,
    cached: BTreeMap<String, i64>,
    pub(super) questions: u64,
    pub(super) cluster_questions: u64,
    pub(super) cut_short: u64,
    pub(super) not_trusted: Seen,
    pub(super) inactive: Seen,
    pub(super) unjoined_codes: Seen,
}

impl Summary {
    /// Notes the time of a line.
    pub(super) fn at(&mut self, time: Millis) {
        self.first = Some(self.first.map_or(time, |first| first.min(time)));
        self.last = Some(self.last.map_or(time, |last| last.max(time)));
    }

    /// Returns the time of the last line.
    pub(super) fn last(&self) -> Option<Millis> {
        self.last
    }

    /// Notes for how long an application user is let in without the database; the longest counts.
    pub(super) fn cached(&mut self, app: &str, left: i64) {
        if let Some(longest) = self.cached.get_mut(app) {
            *longest = left.max(*longest);
        } else if self.cached.len() < NAMED {
            self.cached.insert(app.to_owned(), left);
        }
    }

    /// Counts a story.
    pub(super) fn told(
        &mut self,
        story: &Story,
        outcome: Outcome,
        registered: Registered,
        causes: &[Cause],
        line: &dyn Fn(At) -> String,
    ) {
        let by = if story.is_logout { &mut self.logouts } else { &mut self.logins };
        *by.entry(outcome.name()).or_default() += 1;
        self.automatic += u64::from(story.is_automatic);
        if matches!(outcome, Outcome::Failed | Outcome::Abandoned) {
            let (cause, _, code) = story.cause();
            // The number is part of the cause only where nothing else tells it.
            *self.causes.entry((cause, code.filter(|_| cause == Cause::Refused))).or_default() += 1;
        }
        if causes.contains(&Cause::NotRegistered) {
            self.unregistered_count += 1;
            let device = story.device.clone().unwrap_or_default();
            if self.unregistered.len() < NAMED && !self.unregistered.contains(&device) {
                self.unregistered.push(device);
            }
        }
        self.registration_unknown += u64::from(outcome == Outcome::Done && registered == Registered::Unknown);
        for (step, at, took) in story.steps() {
            let of = self.steps.entry(step).or_default();
            of.count += 1;
            of.sum += took;
            of.longest = of.longest.max(took);
            // How long a person takes says nothing of the programs.
            if matches!(step, "person" | "choice") {
                continue;
            }
            let shortest = self.slowest.last().map_or(Millis::MIN, |slow| slow.took);
            if self.slowest.len() < SLOWEST || took > shortest {
                let (device, user) = (story.device.clone(), story.user.clone());
                let place = self.slowest.partition_point(|slow| slow.took >= took);
                self.slowest
                    .insert(place, Slow { step, took, device, user, began: at - took, line: line(story.at) });
                self.slowest.truncate(SLOWEST);
            }
        }
    }

    /// Writes it as one object.
    pub(super) fn written(&self) -> Value {
        let causes: Vec<Value> = {
            let mut causes: Vec<_> = self.causes.iter().collect();
            causes.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
            let cause = |((cause, code), count): (&(Cause, Option<u16>), &u64)| json!({"cause": cause.name(), "code": code, "count": count});
            causes.into_iter().map(cause).collect()
        };
        let steps: Vec<Value> = self
            .steps
            .iter()
            .map(|(name, step)| {
                let count = i64::try_from(step.count).unwrap_or(i64::MAX).max(1);
                json!({"step": name, "count": step.count, "mean": seconds(step.sum / count),
                    "longest": seconds(step.longest)})
            })
            .collect();
        let slowest: Vec<Value> = self
            .slowest
            .iter()
            .map(|slow| {
                json!({"step": slow.step, "seconds": seconds(slow.took), "device": slow.device, "user": slow.user,
                    "began": written(slow.began), "line": slow.line})
            })
            .collect();
        let mut kinds: Vec<(&Vec<u8>, &u64)> = self.counted.kinds.iter().collect();
        kinds.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let kinds: Vec<Value> = kinds
            .into_iter()
            .take(KINDS)
            .map(|(name, count)| json!({"category": String::from_utf8_lossy(name), "count": count}))
            .collect();
        let counted = &self.counted;
        let cached: Vec<Value> =
            self.cached.iter().map(|(app, left)| json!({"app": app, "seconds": seconds(*left)})).collect();
        let counts = |of: &BTreeMap<&'static str, u64>| {
            let count = |name| of.get(name).copied().unwrap_or(0);
            json!({"done": count("done"), "failed": count("failed"), "abandoned": count("abandoned"),
                "unfinished": count("unfinished")})
        };
        json!({"summary": {
            "from": self.first.map(written),
            "to": self.last.map(written),
            "logins": counts(&self.logins),
            "logouts": counts(&self.logouts),
            "automaticLogouts": self.automatic,
            "failures": causes,
            "steps": steps,
            "slowest": slowest,
            "notRegistered": {"count": self.unregistered_count, "devices": self.unregistered},
            "registrationUnknown": self.registration_unknown,
            "cached": cached,
            "notJoined": {"certificateNotTrusted": self.not_trusted.written(),
                "inactiveInDirectory": self.inactive.written(), "codes": self.unjoined_codes.written()},
            "cutShort": self.cut_short,
            "otherRequests": self.questions + self.cluster_questions,
            "lines": {
                "total": counted.total,
                "bytes": counted.bytes,
                "read": counted.read,
                "bodies": counted.bodies,
                "callManager": counted.call_manager,
                "console": counted.console,
                "notes": counted.notes,
                "blank": counted.blank,
                "otherSentences": counted.other,
                "otherCategories": kinds,
                "notUnderstood": counted.unknown.written(),
                "tooLong": counted.too_long,
                "timesBack": counted.went_back,
            },
        }})
    }
}
