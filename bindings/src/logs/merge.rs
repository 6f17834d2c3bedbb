//! Many logs as one: bytes come in for each source, and lines go out in the order of their times.
//!
//! It asks for what it needs and does no input itself. A source is read only when the time of its first line has come,
//! so that few are open; of each the bytes of one chunk are held.

use super::join::Joiner;
use super::line::{self, Shape};
use super::story::At;
use super::time::{DAY, Millis, NEVER};
use super::{Filter, Lines};

/// What a line may have. The rest of a longer one is skipped and counted.
pub(super) const LONGEST_LINE: usize = 64 * 1024;
/// By how much times within a source may go back: lines of several threads are not always in order.
const JITTER: Millis = 2000;

/// What a line without a layout belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Owner {
    Nothing,
    /// A line of log4j, of this thread.
    Trace(Vec<u8>),
    /// A line of the call manager, with what its message told so far.
    Sdl(Register),
}

/// What the lines of a SIP message told so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Register {
    is_register: bool,
    device: Option<Vec<u8>>,
}

#[derive(Debug)]
struct Source {
    group: u32,
    data: Vec<u8>,
    /// How much of `data` is read.
    read: usize,
    /// What follows in `data` is the rest of a line that was too long.
    skips: bool,
    line: u64,
    has_ended: bool,
    /// Nothing more is there for now.
    rests: bool,
    /// The time of the next line, or of the first one before it is read.
    next: Millis,
    /// The next line is there, and `next` is its time.
    is_known: bool,
    /// The time of the last line.
    time: Millis,
    owner: Owner,
}

/// A part of a log whose times do not go back, as [`runs`] finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// Where it begins, in bytes.
    pub offset: usize,
    /// How many lines are before it.
    pub lines: u64,
    /// The time of its first line in milliseconds of a calendar without time zones. Without a date it is below one day;
    /// absent where no line has a time.
    pub time: Option<i64>,
}

/// Finds where times go back within a log that several were copied into, one after the other.
pub fn runs(data: &[u8]) -> Vec<Run> {
    let mut runs = vec![Run { offset: 0, lines: 0, time: None }];
    let (mut offset, mut lines, mut last) = (0, 0, NEVER);
    for text in data.split_inclusive(|byte| *byte == b'\n') {
        let time = match line::read(text) {
            Shape::Trace(trace) => trace.time,
            Shape::Sdl(time) => Some(last.max(0).div_euclid(DAY) * DAY + time),
            _ => None,
        };
        if let Some(time) = time {
            if time < last - JITTER {
                runs.push(Run { offset, lines, time: None });
                last = NEVER;
            }
            last = last.max(time);
            if let Some(run) = runs.last_mut() {
                run.time = run.time.or(Some(time));
            }
        }
        offset += text.len();
        lines += 1;
    }
    runs
}

/// Traces under way: what comes in as bytes goes out as stories, one line of JSON each.
///
/// ```
/// use hotdesk_bindings::logs::Traces;
///
/// let mut traces = Traces::new(Default::default());
/// let source = traces.add("emapp.log", "emapp", 0, None);
/// while let Some(wanted) = traces.wants() {
///     assert_eq!(wanted, source);
///     traces.feed(source, b"2018-04-14 19:09:45,812 INFO [t] EMAppServlet - Sent login page for device SEP1\n");
///     traces.finish(source);
/// }
/// traces.end();
/// assert!(traces.stories()[0].contains(r#""device":"SEP1""#));
/// assert!(traces.summary().contains(r#""total":1"#));
/// ```
pub struct Traces {
    joiner: Joiner,
    sources: Vec<Source>,
    /// What each source is called.
    names: Vec<String>,
    groups: Vec<String>,
    /// Those that have begun and not ended.
    active: Vec<usize>,
    /// The others, by the time of their first line, the last one first.
    waiting: Vec<usize>,
    is_sorted: bool,
}

impl Traces {
    /// Begins.
    pub fn new(options: Options) -> Self {
        Self {
            joiner: Joiner::new(options.filter, options.open),
            sources: Vec::new(),
            names: Vec::new(),
            groups: Vec::new(),
            active: Vec::new(),
            waiting: Vec::new(),
            is_sorted: true,
        }
    }

    /// Adds a source and returns its number.
    ///
    /// Sources of one `group` are parts of one log. `lines` are before it in its file, and `time` is that of its first
    /// line in milliseconds, where it is known: the source is asked for then. A time of day in it is of that day.
    pub fn add(&mut self, name: &str, group: &str, lines: u64, time: Option<i64>) -> usize {
        let found = self.groups.iter().position(|of| of == group);
        let number = found.unwrap_or(self.groups.len());
        if found.is_none() {
            self.groups.push(group.to_owned());
        }
        let source = self.sources.len();
        self.sources.push(Source {
            group: u32::try_from(number).unwrap_or(u32::MAX),
            data: Vec::new(),
            read: 0,
            skips: false,
            line: lines,
            has_ended: false,
            rests: false,
            next: time.unwrap_or(NEVER),
            is_known: false,
            time: time.map_or(0, |time| time.div_euclid(DAY) * DAY),
            owner: Owner::Nothing,
        });
        self.names.push(name.to_owned());
        self.waiting.push(source);
        self.is_sorted = false;
        source
    }

    /// Reads as far as it can, and returns the source whose bytes it needs next: [`feed`](Self::feed),
    /// [`finish`](Self::finish) or [`rest`](Self::rest) it. `None` when every source has ended or rests.
    pub fn wants(&mut self) -> Option<usize> {
        if !self.is_sorted {
            self.waiting
                .sort_by_key(|at| std::cmp::Reverse((self.sources.get(*at).map(|source| source.next), *at)));
            self.is_sorted = true;
        }
        loop {
            self.active.retain(|at| {
                self.sources
                    .get(*at)
                    .is_some_and(|source| !source.has_ended || source.read < source.data.len())
            });
            // The next line of each must be known, or the pieces that bytes come in would change the order.
            let is_awake = |at: &usize| self.sources.get(*at).is_some_and(|source| !source.rests);
            let unknown = |at: &usize| self.sources.get(*at).is_some_and(|source| !source.is_known);
            if let Some(unknown) = self.active.iter().copied().find(|at| is_awake(at) && unknown(at)) {
                if self.read(unknown, (NEVER, 0)) {
                    return Some(unknown);
                }
                continue;
            }
            let next = |at: &usize| self.sources.get(*at).map(|source| (source.next, *at));
            let awake = self.active.iter().filter(|at| is_awake(at)).filter_map(next);
            let first = awake.clone().min();
            let waiting = self.waiting.last().and_then(next);
            let (_, at) = match (first, waiting) {
                (Some(first), Some(waiting)) if first < waiting => first,
                (_, Some((_, waiting))) => {
                    self.waiting.pop();
                    self.active.push(waiting);
                    continue;
                }
                (Some(first), None) => first,
                (None, None) => return None,
            };
            let limit = awake.filter(|(_, of)| *of != at).chain(waiting).min().unwrap_or((Millis::MAX, 0));
            if self.read(at, limit) {
                return Some(at);
            }
        }
    }

    /// Gives bytes of a source.
    pub fn feed(&mut self, source: usize, bytes: &[u8]) {
        if let Some(source) = self.sources.get_mut(source) {
            source.data.drain(..source.read);
            source.read = 0;
            source.data.extend_from_slice(bytes);
            source.rests = false;
            self.joiner.summary.counted.bytes += u64::try_from(bytes.len()).unwrap_or(0);
        }
    }

    /// Says that a source has no more bytes.
    pub fn finish(&mut self, source: usize) {
        if let Some(source) = self.sources.get_mut(source) {
            source.has_ended = true;
            source.rests = false;
        }
    }

    /// Says that a source has no more bytes for now; the others are read without waiting for it.
    pub fn rest(&mut self, source: usize) {
        if let Some(source) = self.sources.get_mut(source) {
            source.rests = true;
        }
    }

    /// Says that a source begins anew: its file was made again. A line without an end has ended, and lines are counted
    /// from 1.
    pub fn renew(&mut self, source: usize) {
        if let Some(of) = self.sources.get_mut(source) {
            of.has_ended = true;
            self.read(source, (Millis::MAX, usize::MAX));
        }
        if let Some(of) = self.sources.get_mut(source) {
            of.has_ended = false;
            of.skips = false;
            of.line = 0;
            of.owner = Owner::Nothing;
        }
    }

    /// Lets time go on without lines: milliseconds since the last call that fed some.
    pub fn advance(&mut self, millis: i64) {
        let lines = Lines { names: &self.names };
        if let Some(last) = self.joiner.summary.last() {
            self.joiner.advance(last.saturating_add(millis), &lines);
        }
    }

    /// Tells every story that is still open. Nothing may be fed after that.
    pub fn end(&mut self) {
        self.joiner.end(&Lines { names: &self.names });
    }

    /// Takes the stories that were told since the last call: one JSON object each.
    pub fn stories(&mut self) -> Vec<String> {
        std::mem::take(&mut self.joiner.told)
    }

    /// Returns the summary of what was told so far: one JSON object.
    pub fn summary(&self) -> String {
        self.joiner.summary.written().to_string()
    }

    /// Reads lines of a source that come before `limit`, a time and a source. Returns true if it needs bytes.
    fn read(&mut self, at: usize, limit: (Millis, usize)) -> bool {
        let Some(source) = self.sources.get_mut(at) else { return false };
        let lines = Lines { names: &self.names };
        let data = std::mem::take(&mut source.data);
        let mut needs = false;
        loop {
            let rest = data.get(source.read..).unwrap_or_default();
            let end = memchr::memchr(b'\n', rest);
            let (text, length) = match end {
                Some(end) => (rest.get(..end).unwrap_or_default(), end + 1),
                None if source.has_ended && !rest.is_empty() => (rest, rest.len()),
                None if rest.len() > LONGEST_LINE && !source.skips => (rest, rest.len()),
                None => {
                    if source.skips {
                        source.read = data.len();
                    }
                    needs = !source.has_ended;
                    source.is_known = false;
                    break;
                }
            };
            if source.skips {
                source.skips = end.is_none();
                source.read += length;
                continue;
            }
            let is_cut = text.len() > LONGEST_LINE;
            let kept = text.get(..LONGEST_LINE.min(text.len())).unwrap_or_default();
            let shape = line::read(kept);
            let time = source.time_of(&shape);
            if (time, at) > limit {
                source.next = time;
                source.is_known = true;
                break;
            }
            source.read += length;
            source.skips = end.is_none() && !source.has_ended;
            self.joiner.summary.counted.too_long += u64::from(is_cut);
            source.take(at, time, shape, kept, &mut self.joiner, &lines);
        }
        source.data = data;
        needs
    }
}

/// What a reader of traces may be told.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Which stories are told.
    pub filter: Filter,
    /// How many stories may be open at once; 0 is taken for 1.
    pub open: usize,
}

impl Source {
    /// Returns the time of a line: its own, or that of the line before.
    fn time_of(&self, shape: &Shape<'_>) -> Millis {
        match shape {
            Shape::Trace(trace) => trace.time.unwrap_or(self.time),
            Shape::Sdl(time) => {
                let day = self.time.div_euclid(DAY) * DAY;
                let time = day + time;
                // Past midnight the day is the next one; a little back is only out of order.
                if time < self.time - DAY / 2 { time + DAY } else { time }
            }
            _ => self.time,
        }
    }

    fn take(
        &mut self,
        at: usize,
        time: Millis,
        shape: Shape<'_>,
        text: &[u8],
        joiner: &mut Joiner,
        lines: &Lines<'_>,
    ) {
        self.line += 1;
        let at = At { source: u32::try_from(at).unwrap_or(u32::MAX), line: self.line };
        let counted = &mut joiner.summary.counted;
        counted.total += 1;
        if let Shape::Trace(_) | Shape::Sdl(_) = shape {
            counted.went_back += u64::from(time < self.time - JITTER);
            joiner.summary.at(time);
            self.time = self.time.max(time);
            // Lines of several threads may be a little out of order.
            joiner.at_time(self.group, time, lines);
        }
        let counted = &mut joiner.summary.counted;
        match shape {
            Shape::Blank => counted.blank += 1,
            Shape::Comment => counted.notes += 1,
            Shape::Console => {
                counted.console += 1;
                self.owner = Owner::Nothing;
            }
            Shape::Trace(trace) => {
                match &mut self.owner {
                    Owner::Trace(thread) => {
                        thread.clear();
                        thread.extend_from_slice(trace.thread);
                    }
                    owner => *owner = Owner::Trace(trace.thread.to_vec()),
                }
                if joiner.trace(at, self.group, time, &trace, lines) {
                    joiner.summary.counted.read += 1;
                } else {
                    joiner.summary.counted.other(trace.category);
                }
            }
            Shape::Sdl(_) => {
                counted.call_manager += 1;
                joiner.registers(self.group);
                let mut register = Register::default();
                register.read(at, time, text, joiner, lines);
                self.owner = Owner::Sdl(register);
            }
            Shape::Text => match &mut self.owner {
                Owner::Trace(thread) if is_body(text) => {
                    counted.bodies += 1;
                    joiner.body(at, self.group, time, thread, text, lines);
                }
                Owner::Sdl(register) => {
                    counted.bodies += 1;
                    register.read(at, time, text, joiner, lines);
                }
                _ => counted.unknown.add(lines.place(at)),
            },
        }
    }
}

impl Register {
    /// Reads a line of the call manager, or of the SIP message behind it.
    fn read(&mut self, at: At, time: Millis, text: &[u8], joiner: &mut Joiner, lines: &Lines<'_>) {
        let field = |name: &[u8]| {
            let start = memchr::memmem::find(text, name)? + name.len();
            let rest = text.get(start..)?;
            let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b';' | b',');
            Some(rest.split(ends).next().unwrap_or_default())
        };
        if memchr::memmem::find(text, b"CtiDeviceRegisterNotify").is_some() {
            if let Some(device) = field(b"deviceName=") {
                joiner.registered(at, time, device, field(b"LoginUser="), lines);
            }
            return;
        }
        self.is_register |= memchr::memmem::find(text, b"REGISTER sip:").is_some();
        if !self.is_register {
            return;
        }
        if let Some(device) = field(b"u.sip!devicename.ccm.features.cisco.com=\"") {
            self.device = Some(device.to_vec());
        }
        // A phone that starts says so; one that only renews its registration does not.
        if memchr::memmem::find(text, b"cisco-alarm:").is_some() {
            let named = field(b"Name=").map(<[u8]>::to_vec);
            for device in [named, self.device.take()].into_iter().flatten() {
                joiner.registered(at, time, &device, None, lines);
            }
            self.is_register = false;
        }
    }
}

/// Returns true for what log4j writes behind a line: XML, the address of a service, the calls that led to an exception.
fn is_body(text: &[u8]) -> bool {
    let text = text.trim_ascii_start();
    let starts = [
        &b"<"[..],
        b"http://",
        b"https://",
        b"at ",
        b"Caused by:",
        b"java.",
        b"javax.",
        b"com.cisco.",
        b"... ",
    ];
    starts.iter().any(|start| text.starts_with(start))
}
