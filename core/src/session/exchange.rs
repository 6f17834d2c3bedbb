//! The exchange: connect, send, receive, with a deadline for each wait (core/PROTOCOL.md section 11). It sends once.
//! It must never repeat a request: whether it may have been carried out is what an error says.

use core::fmt;
use core::time::Duration;

use zeroize::Zeroize;

use crate::http::{self, ResponseReader};

/// How long to wait, each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Deadlines {
    /// From the start until the connection is there.
    pub connect: Duration,
    /// From the connection until the first byte of the answer.
    pub first_byte: Duration,
    /// From the connection until the whole answer.
    pub answer: Duration,
}

impl Default for Deadlines {
    /// 5 s to connect, 10 s to the first byte, 20 s to the whole answer.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_byte: Duration::from_secs(10),
            answer: Duration::from_secs(20),
        }
    }
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Phase {
    /// The connection.
    Connect,
    /// The first byte of the answer.
    FirstByte,
    /// The rest of the answer.
    Answer,
}

/// What the driver is to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Step {
    /// Connect, then call [`Exchange::connected`] or [`Exchange::connect_failed`].
    Connect,
    /// Send what [`Exchange::outgoing`] gives, and pass on what arrives.
    Exchange,
    /// Close the connection; [`Exchange::result`] is there.
    Done,
}

/// Why an exchange gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ExchangeFailure {
    /// There is no connection: refused, unreachable, or the host's name is not known.
    ConnectFailed,
    /// A deadline passed.
    TimedOut(Phase),
    /// The connection broke off.
    Broken,
    /// The answer cannot be read, or is cut short.
    Http(http::Error),
    /// The HTTP status is not 200.
    Status(u16),
    /// The other end spoke before it was asked.
    Unasked,
}

/// An exchange that failed: how, and whether the request may have been carried out nevertheless.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ExchangeError {
    failure: ExchangeFailure,
    may_have_happened: bool,
}

impl ExchangeError {
    /// Returns how it failed.
    pub const fn failure(&self) -> ExchangeFailure {
        self.failure
    }

    /// Returns true if the service may have carried the request out: then a query must tell, and the request must not
    /// be sent again.
    pub const fn may_have_happened(&self) -> bool {
        self.may_have_happened
    }
}

impl fmt::Display for ExchangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.failure {
            ExchangeFailure::ConnectFailed => {
                f.write_str("no connection to the service; check its address and the network")
            }
            ExchangeFailure::TimedOut(Phase::Connect) => f.write_str(
                "the service does not take the connection in time; check its address and the network",
            ),
            ExchangeFailure::TimedOut(Phase::FirstByte) => {
                f.write_str("the service does not answer in time; check that it runs")
            }
            ExchangeFailure::TimedOut(Phase::Answer) => {
                f.write_str("the answer is not complete in time; check the network")
            }
            ExchangeFailure::Broken => f.write_str("the connection broke off; check the network"),
            ExchangeFailure::Unasked => {
                f.write_str("what answers there speaks before it is asked; check the address and the port")
            }
            ExchangeFailure::Http(error) => error.fmt(f),
            ExchangeFailure::Status(status) => {
                write!(f, "HTTP status {status} instead of an answer; check that the service runs")
            }
        }
    }
}

impl core::error::Error for ExchangeError {}

/// One HTTP exchange over a connection that the driver owns.
///
/// Times are [`Duration`]s since any moment that stays the same. The driver calls [`tick`](Self::tick) at the latest
/// at [`deadline`](Self::deadline). Calls that do not fit the step change nothing.
///
/// ```
/// use core::time::Duration;
/// use hotdesk_core::session::{Deadlines, Exchange, Step};
///
/// let mut request = *b"POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n";
/// let mut answer = [0; 2048];
/// let now = Duration::ZERO; // of the driver's clock
/// let mut exchange = Exchange::start(&mut request, &mut answer, Deadlines::default(), now);
/// assert_eq!(exchange.step(), Step::Connect);
/// exchange.connected(now);
/// let taken = exchange.outgoing().len(); // what the socket took of it
/// exchange.sent(taken);
/// exchange.received(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", now);
/// assert_eq!(exchange.step(), Step::Done);
/// assert_eq!(exchange.result(), Some(Ok(&b"ok"[..])));
/// ```
pub struct Exchange<'b> {
    request: &'b mut [u8],
    /// How many bytes of it are to be sent.
    length: usize,
    sent: usize,
    /// Bytes of the request were handed to the transport.
    offered: bool,
    reader: ResponseReader<'b>,
    state: State,
    deadlines: Deadlines,
    /// When the step began.
    since: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Connecting,
    AwaitingAnswer,
    Receiving,
    Done,
    Failed(ExchangeError),
}

impl<'b> Exchange<'b> {
    /// Starts an exchange at the time `now`.
    ///
    /// `request` holds the bytes to send, all of them, as [`http::write_post`] writes them; they are overwritten when
    /// they were sent, and when the exchange ends or is dropped. `answer` takes the answer, see [`ResponseReader`].
    pub fn start(request: &'b mut [u8], answer: &'b mut [u8], deadlines: Deadlines, now: Duration) -> Self {
        Self {
            length: request.len(),
            request,
            sent: 0,
            offered: false,
            reader: ResponseReader::new(answer),
            state: State::Connecting,
            deadlines,
            since: now,
        }
    }

    /// Starts anew at the time `now`, with nothing to send until [`load`](Self::load).
    pub(super) fn restart(&mut self, now: Duration) {
        self.request.zeroize();
        (self.length, self.sent, self.offered) = (0, 0, false);
        self.reader.restart();
        self.state = State::Connecting;
        self.since = now;
    }

    /// Has `write` put the request into its buffer; it returns the length.
    pub(super) fn load<E>(&mut self, write: impl FnOnce(&mut [u8]) -> Result<usize, E>) -> Result<(), E> {
        let length = write(self.request)?;
        self.length = length.min(self.request.len());
        Ok(())
    }

    /// Wipes both buffers.
    pub(super) fn wipe(&mut self) {
        self.request.zeroize();
        self.reader.buffer_mut().zeroize();
    }

    /// Returns the body of the answer for as long as the buffer lives. There is no buffer then.
    pub(super) fn take_answer(&mut self) -> Option<&'b [u8]> {
        self.reader.take_body()
    }

    /// Returns what the driver is to do next.
    pub const fn step(&self) -> Step {
        match self.state {
            State::Connecting => Step::Connect,
            State::AwaitingAnswer | State::Receiving => Step::Exchange,
            State::Done | State::Failed(_) => Step::Done,
        }
    }

    /// Takes that the connection is there.
    pub fn connected(&mut self, now: Duration) {
        self.tick(now);
        if self.state == State::Connecting {
            self.state = State::AwaitingAnswer;
            self.since = now;
        }
    }

    /// Takes that there is no connection.
    pub fn connect_failed(&mut self) {
        if self.state == State::Connecting {
            self.fail(ExchangeFailure::ConnectFailed);
        }
    }

    /// Returns the bytes to send now; none when all are sent or the step is another.
    ///
    /// Once it returned some, the request counts as one that may have been carried out.
    pub fn outgoing(&mut self) -> &[u8] {
        if self.step() != Step::Exchange {
            return &[];
        }
        let rest = self.request.get(self.sent..self.length).unwrap_or_default();
        self.offered |= !rest.is_empty();
        rest
    }

    /// Takes that the transport took the first `count` of [`outgoing`](Self::outgoing); they are overwritten.
    pub fn sent(&mut self, count: usize) {
        let end = self.sent.saturating_add(count).min(self.length);
        if let Some(taken) = self.request.get_mut(self.sent..end) {
            taken.zeroize();
        }
        self.sent = end;
    }

    /// Takes the next bytes of the connection, at least one.
    pub fn received(&mut self, bytes: &[u8], now: Duration) {
        self.tick(now);
        if self.step() != Step::Exchange || bytes.is_empty() {
            return;
        }
        if !self.offered {
            return self.fail(ExchangeFailure::Unasked);
        }
        self.state = State::Receiving;
        let read = self.reader.receive(bytes);
        match self.reader.status() {
            Some(200) | None => match read {
                Err(error) => self.fail(ExchangeFailure::Http(error)),
                Ok(()) if self.reader.body().is_some() => self.done(),
                Ok(()) => {}
            },
            Some(status) => self.fail(ExchangeFailure::Status(status)),
        }
    }

    /// Takes that the other end closed the connection in order.
    pub fn closed(&mut self, now: Duration) {
        self.tick(now);
        match self.state {
            State::Connecting => self.fail(ExchangeFailure::ConnectFailed),
            State::AwaitingAnswer => self.fail(ExchangeFailure::Broken),
            State::Receiving => match self.reader.close() {
                Ok(()) => self.done(),
                Err(error) => self.fail(ExchangeFailure::Http(error)),
            },
            State::Done | State::Failed(_) => {}
        }
    }

    /// Takes that the connection broke off: a reset, an error of the transport. The answer is not complete then, not
    /// even one that ends with the connection.
    pub fn broken(&mut self) {
        match self.state {
            State::Connecting => self.fail(ExchangeFailure::ConnectFailed),
            State::AwaitingAnswer | State::Receiving => self.fail(ExchangeFailure::Broken),
            State::Done | State::Failed(_) => {}
        }
    }

    /// Takes the time. At a deadline the exchange fails.
    pub fn tick(&mut self, now: Duration) {
        if let Some((phase, deadline)) = self.waiting()
            && now >= deadline
        {
            self.fail(ExchangeFailure::TimedOut(phase));
        }
    }

    /// Returns when the exchange fails if nothing happens before; nothing when it is done.
    pub fn deadline(&self) -> Option<Duration> {
        self.waiting().map(|(_, deadline)| deadline)
    }

    /// Returns the body of the answer, or why there is none; nothing while the exchange goes on.
    ///
    /// A body that [`Response::parse`](crate::Response::parse) then refuses is a lost answer, too: the request may have
    /// been carried out.
    pub fn result(&self) -> Option<Result<&[u8], ExchangeError>> {
        match self.state {
            State::Done => self.reader.body().map(Ok),
            State::Failed(error) => Some(Err(error)),
            _ => None,
        }
    }

    fn waiting(&self) -> Option<(Phase, Duration)> {
        let (phase, wait) = match self.state {
            State::Connecting => (Phase::Connect, self.deadlines.connect),
            State::AwaitingAnswer => (Phase::FirstByte, self.deadlines.first_byte.min(self.deadlines.answer)),
            State::Receiving => (Phase::Answer, self.deadlines.answer),
            State::Done | State::Failed(_) => return None,
        };
        Some((phase, self.since.saturating_add(wait)))
    }

    fn done(&mut self) {
        self.request.zeroize();
        self.state = State::Done;
    }

    fn fail(&mut self, failure: ExchangeFailure) {
        self.request.zeroize();
        // The service answers 200 to whatever it carries out; these come from before it (redirects, refusals, overload).
        let not_done = matches!(failure, ExchangeFailure::Status(300..=499 | 503));
        self.state = State::Failed(ExchangeError { failure, may_have_happened: self.offered && !not_done });
    }
}

impl Drop for Exchange<'_> {
    fn drop(&mut self) {
        self.request.zeroize();
    }
}
