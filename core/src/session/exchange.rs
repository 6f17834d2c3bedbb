//! The exchange: connect, send, receive, with a deadline for each wait (PROTOCOL.md section 11). It sends a request
//! once and must never send it again: its error says whether the request may have been carried out.

use core::fmt;
use core::time::Duration;

#[cfg(feature = "pages")]
use crate::emapp::Head;
use crate::http::{self, OfChange, ResponseReader, Status};
use crate::wipe;

/// How long each part of an exchange may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Deadlines {
    /// From the start until the connection is established.
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

/// The part of an exchange that took too long.
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
    /// Send what [`Exchange::outgoing`] returns, and pass on what arrives.
    Exchange,
    /// Close the connection; [`Exchange::result`] returns what came of it.
    Done,
}

/// Why an exchange gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ExchangeFailure {
    /// There is no connection: it was refused, or the host is unreachable or unknown.
    ConnectFailed,
    /// A deadline passed.
    TimedOut(Phase),
    /// The connection broke off.
    Broken,
    /// The HTTP of the answer cannot be read, or is cut short.
    Http(http::Error),
    /// The HTTP status is not 200.
    Status(Status),
    /// The other end sent bytes before the request.
    Unasked,
}

/// An exchange that failed: how, and whether the request may still have been carried out.
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

    /// Returns true if the service may have carried the request out (rules 11.2 and 11.3). Then only a query can tell, and
    /// a change must not be sent again before.
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
                "the service did not accept the connection in time; check its address and the network",
            ),
            ExchangeFailure::TimedOut(Phase::FirstByte) => {
                f.write_str("the service did not answer in time; check that it runs")
            }
            ExchangeFailure::TimedOut(Phase::Answer) => {
                f.write_str("the answer was not complete in time; check the network")
            }
            ExchangeFailure::Broken => f.write_str("the connection broke; check the network"),
            ExchangeFailure::Unasked => {
                f.write_str("the other end spoke before the request; check the address and the port")
            }
            ExchangeFailure::Http(error) => error.fmt(f),
            ExchangeFailure::Status(status) => {
                write!(f, "HTTP status {status} instead of an answer; check that the service runs")
            }
        }
    }
}

impl core::error::Error for ExchangeError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match &self.failure {
            ExchangeFailure::Http(error) => Some(error),
            _ => None,
        }
    }
}

/// One HTTP exchange over a connection that the driver owns.
///
/// Times are [`Duration`]s since a fixed moment of the driver's choice. The driver calls [`tick`](Self::tick) no later
/// than at [`deadline`](Self::deadline). A call that does not fit the [`step`](Self::step) changes nothing.
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
    /// The bytes that are not sent yet were handed to the transport.
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
    /// `request` is all that is sent, as [`http::write_post`] writes it. Its bytes are wiped once they are sent, and when
    /// the exchange ends or is dropped. `answer` takes the answer, see [`ResponseReader`].
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
        wipe(self.request);
        (self.length, self.sent, self.offered) = (0, 0, false);
        self.reader.restart();
        self.state = State::Connecting;
        self.since = now;
    }

    /// Has `write` put the request into the buffer and return its length. Returns false, and wipes the buffer, if there
    /// cannot be a request of that length in it.
    pub(super) fn load<E>(&mut self, write: impl FnOnce(&mut [u8]) -> Result<usize, E>) -> Result<bool, E> {
        match write(self.request) {
            Ok(length) if 0 < length && length <= self.request.len() => {
                self.length = length;
                Ok(true)
            }
            not_written => {
                wipe(self.request);
                not_written.map(|_| false)
            }
        }
    }

    /// Wipes both buffers.
    pub(super) fn wipe(&mut self) {
        wipe(self.request);
        wipe(self.reader.buffer_mut());
    }

    /// Returns the buffer of the answer.
    #[cfg(feature = "compact")]
    pub(super) fn answer_buffer(&mut self) -> &mut [u8] {
        self.reader.buffer_mut()
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

    /// Call this once the connection is established.
    pub fn connected(&mut self, now: Duration) {
        if self.step() != Step::Connect {
            return;
        }
        self.tick(now);
        if self.state == State::Connecting {
            self.state = State::AwaitingAnswer;
            self.since = now;
        }
    }

    /// Call this if no connection can be established.
    pub fn connect_failed(&mut self) {
        if self.state == State::Connecting {
            self.fail(ExchangeFailure::ConnectFailed);
        }
    }

    /// Returns the bytes to send now; none once all are sent, or in another step.
    ///
    /// Once it has returned some, the request counts as one that may have been carried out.
    pub fn outgoing(&mut self) -> &[u8] {
        if self.step() != Step::Exchange {
            return &[];
        }
        let rest = self.request.get(self.sent..self.length).unwrap_or_default();
        self.offered |= !rest.is_empty();
        rest
    }

    /// Marks the first `count` bytes of [`outgoing`](Self::outgoing) as sent, and wipes them.
    ///
    /// A count over what was returned there marks all of that.
    pub fn sent(&mut self, count: usize) {
        if self.step() != Step::Exchange || !self.offered {
            return;
        }
        let end = self.sent.saturating_add(count).min(self.length);
        if let Some(taken) = self.request.get_mut(self.sent..end) {
            wipe(taken);
        }
        self.sent = end;
    }

    /// Takes the next bytes that arrived. No bytes change nothing: the end of the connection is [`closed`](Self::closed).
    pub fn received(&mut self, bytes: &[u8], now: Duration) {
        self.receive(bytes, now, |reader| reader.receive(bytes));
    }

    /// As [`received`](Self::received), but hands the body to `on_body`, with the buffer of the answer to use.
    #[cfg(feature = "compact")]
    pub(super) fn received_in_pieces(
        &mut self,
        bytes: &[u8],
        now: Duration,
        on_body: &mut dyn FnMut(&mut [u8], &[u8]),
    ) {
        self.receive(bytes, now, |reader| reader.receive_in_pieces(bytes, on_body));
    }

    /// The same, and hands the head to `on_head`, whatever its status.
    #[cfg(feature = "pages")]
    pub(super) fn received_page(
        &mut self,
        bytes: &[u8],
        now: Duration,
        on_head: &mut dyn FnMut(Head<'_>),
        on_body: &mut dyn FnMut(&mut [u8], &[u8]),
    ) {
        self.receive(bytes, now, |reader| reader.receive_page(bytes, on_head, on_body));
    }

    fn receive(
        &mut self,
        bytes: &[u8],
        now: Duration,
        receive: impl FnOnce(&mut ResponseReader<'b>) -> Result<(), http::Error>,
    ) {
        if self.step() != Step::Exchange || bytes.is_empty() {
            return;
        }
        self.tick(now);
        if self.step() != Step::Exchange {
            return;
        }
        if !self.offered {
            return self.fail(ExchangeFailure::Unasked);
        }
        self.state = State::Receiving;
        let read = receive(&mut self.reader);
        match (self.reader.status(), read) {
            (Some(status), _) if status != Status::OK => self.fail(ExchangeFailure::Status(status)),
            (_, Err(error)) => self.fail(ExchangeFailure::Http(error)),
            (Some(_), Ok(())) if self.reader.body().is_some() => self.done(),
            (_, Ok(())) => {}
        }
    }

    /// Call this when the other end has closed the connection in order. Before the connection is established it is a
    /// failure to connect.
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

    /// Call this when the connection broke: a reset, an error of the transport. The answer is then incomplete, even one
    /// that ends with the connection. Before the connection is established it is a failure to connect.
    pub fn broken(&mut self) {
        match self.state {
            State::Connecting => self.fail(ExchangeFailure::ConnectFailed),
            State::AwaitingAnswer | State::Receiving => self.fail(ExchangeFailure::Broken),
            State::Done | State::Failed(_) => {}
        }
    }

    /// Tells the exchange the time. At its deadline it fails.
    pub fn tick(&mut self, now: Duration) {
        if let Some((phase, deadline)) = self.waiting()
            && now >= deadline
        {
            self.fail(ExchangeFailure::TimedOut(phase));
        }
    }

    /// Returns when the exchange fails if nothing happens before; nothing once it is done.
    pub fn deadline(&self) -> Option<Duration> {
        self.waiting().map(|(_, deadline)| deadline)
    }

    /// Returns the body of the answer, or why there is none; nothing while the exchange goes on.
    ///
    /// A body that [`Response::parse`](crate::Response::parse) refuses is no answer either: the request may have been
    /// carried out.
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
        wipe(self.request);
        self.state = State::Done;
    }

    fn fail(&mut self, failure: ExchangeFailure) {
        wipe(self.request);
        let turned_away = matches!(failure, ExchangeFailure::Status(status)
            if status.of_change() == OfChange::NotCarriedOut);
        self.state =
            State::Failed(ExchangeError { failure, may_have_happened: self.offered && !turned_away });
    }
}

impl fmt::Debug for Exchange<'_> {
    /// Prints how far it is, and neither request nor answer: both may hold a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("state", &self.state)
            .field("sent", &self.sent)
            .field("length", &self.length)
            .field("deadline", &self.deadline())
            .finish_non_exhaustive()
    }
}

impl Drop for Exchange<'_> {
    fn drop(&mut self) {
        wipe(self.request);
    }
}
