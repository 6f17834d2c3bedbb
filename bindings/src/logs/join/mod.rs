//! Joins lines to stories: by thread, by the numbers of requests, by phone, by user, and by time.
//!
//! A story is open until its end is seen or its time is over, and at most [`Joiner::bound`] are. Lines come in the order
//! of their times. It must never guess: a line that could belong to two stories belongs to none.

mod app;
mod names;
mod service;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};

use super::cause::Cause;
use super::line::Trace;
use super::mask::masked;
use super::sentence::{self, Event, Hint, Side};
use super::story::{At, Mark, Outcome, Registered, State, Story, same};
use super::summary::Summary;
use super::time::{Millis, NEVER, SECOND};
use super::{Filter, Lines};

/// A request that writes nothing for so long has ended.
const SILENCE: Millis = 60 * SECOND;
/// A page that is not followed for so long is given up.
const PATIENCE: Millis = 600 * SECOND;
/// At the end of a trace a page is given up after so long, and a request after [`CUT`].
const PATIENCE_AT_END: Millis = 60 * SECOND;
const CUT: Millis = 10 * SECOND;
/// A phone registers again within this time (12 to 16 s in public traces).
const REGISTRATION: Millis = 30 * SECOND;
/// How long a registration is waited for: one that comes late is told as such.
const LATE_REGISTRATION: Millis = 120 * SECOND;
/// The service writes its first line so soon after the application's last one.
const NEAR: Millis = 100;
/// A logout is the automatic one if it comes so near its time.
const ON_TIME: Millis = 90 * SECOND;
/// How many automatic logouts to come are remembered.
const SCHEDULED: usize = 200_000;
/// How many of the application's last lines are remembered, to link the service's by time.
const RECENT: usize = 64;

/// A line whose thread is missing.
const NO_THREAD: u64 = 0;

/// Which program a thread works for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    App,
    Service,
}

#[derive(Debug, Clone, Copy)]
struct OnThread {
    group: u32,
    story: usize,
    role: Role,
}

/// What is known of the files that are one log.
#[derive(Debug, Clone, Copy)]
struct Group {
    first: Millis,
    last: Millis,
    /// It has lines of the call manager, so registrations are in it.
    registers: bool,
}

/// The open stories.
pub(super) struct Joiner {
    stories: Vec<Option<Box<Story>>>,
    free: Vec<usize>,
    open: usize,
    bound: usize,
    serial: u64,
    hasher: RandomState,
    threads: HashMap<u64, Vec<OnThread>>,
    devices: HashMap<u64, Vec<usize>>,
    users: HashMap<u64, Vec<usize>>,
    /// When each open story is looked at next: one entry a story.
    due: BinaryHeap<Reverse<(Millis, usize, u64)>>,
    recent: VecDeque<(usize, u64, Millis)>,
    scheduled: HashMap<u64, Millis>,
    schedule: VecDeque<u64>,
    groups: Vec<Group>,
    now: Millis,
    filter: Filter,
    pub(super) summary: Summary,
    /// What was told and not taken yet, one JSON object each.
    pub(super) told: Vec<String>,
}

impl Joiner {
    pub(super) fn new(filter: Filter, bound: usize) -> Self {
        Self {
            stories: Vec::new(),
            free: Vec::new(),
            open: 0,
            bound: bound.max(1),
            serial: 0,
            hasher: RandomState::new(),
            threads: HashMap::new(),
            devices: HashMap::new(),
            users: HashMap::new(),
            due: BinaryHeap::new(),
            recent: VecDeque::new(),
            scheduled: HashMap::new(),
            schedule: VecDeque::new(),
            groups: Vec::new(),
            now: NEVER,
            filter,
            summary: Summary::default(),
            told: Vec::new(),
        }
    }

    /// Notes that a group has a line of this time; ends what is over by then.
    pub(super) fn at_time(&mut self, group: u32, time: Millis, lines: &Lines<'_>) {
        let index = group as usize;
        if self.groups.len() <= index {
            self.groups.resize(index + 1, Group { first: Millis::MAX, last: NEVER, registers: false });
        }
        if let Some(group) = self.groups.get_mut(index) {
            group.first = group.first.min(time);
            group.last = group.last.max(time);
        }
        if time > self.now {
            self.advance(time, lines);
        }
    }

    /// Ends what is over by a time.
    pub(super) fn advance(&mut self, time: Millis, lines: &Lines<'_>) {
        self.now = self.now.max(time);
        while let Some(Reverse((due, at, serial))) = self.due.peek().copied() {
            if due > self.now {
                return;
            }
            self.due.pop();
            let Some(story) = self.story(at).filter(|story| story.serial == serial) else { continue };
            if story.due > due {
                let next = story.due;
                self.due.push(Reverse((next, at, serial)));
                continue;
            }
            self.is_over(at, lines);
            self.again(at, serial);
        }
    }

    /// Looks at a story that is still open again when it is due.
    fn again(&mut self, at: usize, serial: u64) {
        if let Some(story) = self.story(at).filter(|story| story.serial == serial) {
            let due = story.due.max(self.now + 1);
            self.due.push(Reverse((due, at, serial)));
        }
    }

    /// Takes a line of log4j. Returns false if its sentence is not known.
    pub(super) fn trace(
        &mut self,
        at: At,
        group: u32,
        time: Millis,
        trace: &Trace<'_>,
        lines: &Lines<'_>,
    ) -> bool {
        let sentence = sentence::read(trace.category, trace.message);
        let thread = self.thread(trace.thread);
        let side = sentence::side(trace.category);
        if side == Side::Security {
            self.security(at, thread, group, time, sentence.event, lines);
            return sentence.event != Event::Other;
        }
        let current = self.on_thread(thread, group);
        if let Some(on) = current {
            self.touch(on, time);
        }
        let is_service = side == Side::Service;
        let line = Incoming { at, group, time, thread, current, number: sentence.number, is_service };
        match side {
            Side::App => self.app(line, sentence.event, lines),
            Side::Service => self.service(line, sentence.event, sentence.visiting.is_some(), lines),
            Side::Security | Side::Either => match current.map(|on| on.role) {
                Some(Role::App) => self.app(line, sentence.event, lines),
                _ => self.service(line, sentence.event, false, lines),
            },
        }
        sentence.event != Event::Other
    }

    /// Takes a line of XML behind a line of log4j.
    pub(super) fn body(
        &mut self,
        at: At,
        group: u32,
        time: Millis,
        thread: &[u8],
        text: &[u8],
        lines: &Lines<'_>,
    ) {
        let thread = self.thread(thread);
        let current = self.on_thread(thread, group);
        let line = Incoming { at, group, time, thread, current, number: None, is_service: false };
        self.xml(line, text, lines);
    }

    /// Takes a registration that the call manager saw; `user` is who the phone runs for, where the line tells it.
    pub(super) fn registered(
        &mut self,
        at: At,
        time: Millis,
        device: &[u8],
        user: Option<&[u8]>,
        lines: &Lines<'_>,
    ) {
        let device = masked(device);
        let Some(story) = self.of_device(&device, |story| story.state == State::Done) else { return };
        let Some(found) = self.story_mut(story) else { return };
        if let (false, Some(user), Some(expected)) = (found.is_logout, user, found.user.as_deref()) {
            // The phone came back without the profile: that is no proof of the login.
            if !same(&masked(user), expected) {
                return;
            }
        }
        found.mark(Mark::Registered, time, at);
        found.lines += 1;
        self.tell(story, Outcome::Done, lines);
    }

    /// Notes that a group has lines of the call manager.
    pub(super) fn registers(&mut self, group: u32) {
        if let Some(group) = self.groups.get_mut(group as usize) {
            group.registers = true;
        }
    }

    /// Tells every story that is still open: the input ends.
    pub(super) fn end(&mut self, lines: &Lines<'_>) {
        let mut open: Vec<(Millis, usize)> = self
            .stories
            .iter()
            .enumerate()
            .filter_map(|(at, story)| story.as_ref().map(|story| (story.began, at)))
            .collect();
        open.sort_unstable();
        for (_, at) in open {
            let Some(story) = self.story(at) else { continue };
            let silent = self.now - story.last;
            let is_cut = match story.state {
                State::PageShown | State::MenuShown => silent < PATIENCE_AT_END,
                State::Done => false,
                // A refusal is its end.
                _ if story.code.is_some() => false,
                _ => silent < CUT,
            };
            if is_cut && !matches!(story.state, State::Service | State::Started) {
                self.tell(at, Outcome::Unfinished, lines);
            } else {
                self.is_over(at, lines);
                // A menu that was found to be shown is over as well.
                if self.story(at).is_some() {
                    self.is_over(at, lines);
                }
            }
        }
    }

    /// Returns what stands for the name of a phone or user, as the call manager compares them: without regard to case.
    fn key(&self, name: &str) -> u64 {
        self.hasher.hash_one(name.to_lowercase())
    }

    /// Returns what stands for a thread; [`NO_THREAD`] where a line has none, which no other line shares.
    fn thread(&self, name: &[u8]) -> u64 {
        if name.is_empty() { NO_THREAD } else { self.hasher.hash_one(name).max(NO_THREAD + 1) }
    }

    // Authentication, which logs on the thread of the application

    fn security(
        &mut self,
        at: At,
        thread: u64,
        group: u32,
        time: Millis,
        event: Event<'_>,
        lines: &Lines<'_>,
    ) {
        let Some(story) = self.authenticating(thread, group) else {
            if matches!(event, Event::Hint(Hint::InactiveInDirectory)) {
                self.summary.inactive.add(lines.place(at));
            }
            return;
        };
        let mark = match event {
            Event::PinResult(true) => Mark::PinAccepted,
            Event::PinResult(false) => Mark::PinRefused,
            Event::Hint(Hint::InactiveInDirectory) => Mark::Inactive,
            Event::Hint(Hint::DirectoryFailed) => Mark::DirectoryFailed,
            Event::Hint(Hint::PinMustChange) => Mark::PinMustChange,
            Event::PinUser(user) => {
                let user = masked(user);
                self.with(story, |story| {
                    story.is_foreign = story.user.as_ref().is_some_and(|of| !same(of, &user))
                });
                return;
            }
            _ => return,
        };
        self.with(story, |story| {
            if !story.is_foreign {
                story.lines += 1;
                story.mark(mark, time, at);
            }
        });
    }

    /// Returns the login whose PIN is checked on a thread: of the same log, else the only one that there is.
    fn authenticating(&self, thread: u64, group: u32) -> Option<usize> {
        let on = self.threads.get(&thread)?;
        let fits = |on: &&OnThread| {
            on.role == Role::App && self.story(on.story).is_some_and(|story| story.state == State::AskedLogin)
        };
        let mut candidates = on.iter().filter(fits);
        let first = candidates.next()?;
        match candidates.next() {
            None => Some(first.story),
            Some(_) => on.iter().filter(fits).find(|on| on.group == group).map(|on| on.story),
        }
    }

    // Ends

    /// Ends a request: its answer was sent.
    fn is_answered(&mut self, at: usize, lines: &Lines<'_>) {
        let Some(story) = self.story_mut(at) else { return };
        match story.state {
            State::PageShown | State::MenuShown | State::Done => {}
            State::AskedLogin if shows_menu(story) => {
                story.state = State::MenuShown;
                story.due = story.last + PATIENCE;
            }
            State::AskedPage | State::AskedLogin | State::AskedLogout => {
                self.tell(at, Outcome::Failed, lines)
            }
            State::Started | State::Service => self.service_ended(at, lines),
        }
    }

    /// Ends what the service did on a thread; what is no login or logout is not told.
    fn service_ended(&mut self, at: usize, lines: &Lines<'_>) {
        let Some(story) = self.story(at) else { return };
        match story.state {
            State::Service if story.has(Mark::ServiceDone) || story.has(Mark::AutoLogout) => {
                let time = story.last;
                self.done(at, time, lines);
            }
            State::Service | State::Started
                if story.has(Mark::NotTrusted) || (story.is_told() && story.state == State::Service) =>
            {
                self.tell(at, Outcome::Failed, lines);
            }
            State::Service | State::Started => {
                self.summary.questions += 1;
                self.remove(at);
            }
            _ => {}
        }
    }

    /// Ends a story whose time is over.
    fn is_over(&mut self, at: usize, lines: &Lines<'_>) {
        let Some(story) = self.story(at) else { return };
        match story.state {
            State::PageShown | State::MenuShown => self.tell(at, Outcome::Abandoned, lines),
            State::Done => self.tell(at, Outcome::Done, lines),
            State::Service => {
                self.service_ended(at, lines);
                if self.story(at).is_some_and(|story| story.state == State::Done && story.due <= self.now) {
                    self.tell(at, Outcome::Done, lines);
                }
            }
            _ => self.is_answered(at, lines),
        }
    }

    /// Returns whether the phone of a story that is done registered again.
    fn verdict(&self, story: &Story) -> Registered {
        let done = story.when(Mark::Done).or(story.when(Mark::ServiceDone)).or(story.when(Mark::AutoLogout));
        let Some(done) = done.filter(|_| story.state == State::Done) else { return Registered::Unknown };
        if story.has(Mark::Registered) {
            return Registered::Yes;
        }
        let covers =
            |group: &Group| group.registers && group.first <= done && group.last >= done + REGISTRATION;
        if self.groups.iter().any(covers) { Registered::No } else { Registered::Unknown }
    }

    /// Tells a story and forgets it.
    fn tell(&mut self, at: usize, outcome: Outcome, lines: &Lines<'_>) {
        let Some(story) = self.remove(at) else { return };
        if !self.filter.admits(&story) {
            return;
        }
        let registered = self.verdict(&story);
        let mut causes: Vec<Cause> = Vec::new();
        if outcome != Outcome::Done {
            causes.push(story.cause().0);
        } else if registered == Registered::No {
            causes.push(Cause::NotRegistered);
        }
        let place = |at: At| lines.place(at);
        self.summary.told(&story, outcome, registered, &causes, &place);
        self.told.push(story.written(outcome, registered, &causes, &place).to_string());
    }
}

/// A line on its way to its story.
#[derive(Clone, Copy)]
struct Incoming {
    at: At,
    group: u32,
    time: Millis,
    thread: u64,
    /// What the thread worked for before this line.
    current: Option<OnThread>,
    number: Option<u32>,
    /// It is of a part that only the service has.
    is_service: bool,
}

/// Returns true if the answer of a login was the menu of profiles.
fn shows_menu(story: &Story) -> bool {
    story.profiles.len() > 1
        && story.has(Mark::ProfilesRead)
        && !story.has(Mark::Parsing)
        && !story.has(Mark::Executing)
        && !story.has(Mark::ServiceDone)
        && story.code.is_none()
}

fn unname(map: &mut HashMap<u64, Vec<usize>>, hash: Option<u64>, at: usize) {
    let Some(hash) = hash else { return };
    if let Some(named) = map.get_mut(&hash) {
        named.retain(|of| *of != at);
        if named.is_empty() {
            map.remove(&hash);
        }
    }
}
