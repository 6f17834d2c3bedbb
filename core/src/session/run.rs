//! The session: exchanges, one after the other, until it is known what became of one operation (core/PROTOCOL.md
//! section 12). It must never send an operation again that may have been carried out.

use core::time::Duration;

use super::exchange::{Deadlines, Exchange, ExchangeError, ExchangeFailure, Step};
use super::outcome::{Found, Outcome, SessionError, Task, read};
use super::retry::{Retry, Waits};
use crate::codes::em_service::EmServiceCode;
use crate::message::Response;

/// How a session goes about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Plan {
    /// How many services there are. They are tried in turn, from 0, the primary one.
    pub services: usize,
    /// How long to wait for each part of an exchange.
    pub deadlines: Deadlines,
    /// How often to try again.
    pub retry: Retry,
    /// Where the jitter of the waits comes from: any number, another one in each phone.
    pub seed: u64,
}

/// What the driver of a [`Session`] is to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Next {
    /// End the connection there is, if any, and connect to this service; then call [`Session::connected`] or
    /// [`Session::connect_failed`].
    Connect {
        /// Which of the services.
        service: usize,
    },
    /// Call [`Session::write`] and write the HTTP request for what is wanted.
    Write {
        /// Which of the services it goes to, for the field `Host`.
        service: usize,
        /// What is to be written.
        wanted: Wanted,
    },
    /// Send what [`Session::outgoing`] gives, and pass on what arrives.
    Exchange,
    /// End the connection there is, if any, and call [`Session::tick`] at the deadline.
    Wait,
    /// End the connection there is, if any; [`Session::finish`] tells what became of the operation.
    Done,
}

/// What is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Wanted {
    /// The operation itself.
    Operation,
    /// A `deviceUserQuery` for the device of the [`Task`], because the answer to the operation was lost.
    Query,
}

/// One operation, from the first connection to what became of it, over connections that the driver owns.
///
/// In words, its states:
///
/// - **Connecting** to a service. No connection, or one that ends before a byte of the request was handed out: the next
///   service, at once; after each round through all services, **waiting** first; after the last round, **done**: failed.
/// - **Writing**: the driver puts the request into the buffer. It does so for each attempt, because the request is
///   wiped once it is sent.
/// - **Exchanging**. The service's answer: **done**. Code 26 or HTTP status 503, which say that nothing was done:
///   **waiting**, then the next service; after the last such attempt, **done**. Another status that says so: **done**,
///   failed. The answer is lost: a query goes on as if there had been no connection; a login or logout is never sent
///   again, but the session **connects** to the same service to ask.
/// - **Asking**: as above, connecting, writing and exchanging, with a `deviceUserQuery` and bounds counted anew. An
///   answer about the device: **done**. None after the last attempt: **done**, and what was found is unknown.
/// - **Waiting** until the deadline, then **connecting**.
///
/// Times are [`Duration`]s since any moment that stays the same. After each call the driver looks at
/// [`next`](Self::next); it calls [`tick`](Self::tick) at the latest at [`deadline`](Self::deadline). Calls that do not
/// fit the step change nothing. A session that is dropped before it is done wipes both buffers, and its operation may
/// have been carried out.
///
/// ```
/// use core::time::Duration;
/// use hotdesk_core::session::{Deadlines, Next, Outcome, Plan, Retry, Session, Task, Wanted};
/// use hotdesk_core::{AppInfo, Login, Request, Response, http};
///
/// let request = Request::new(AppInfo::new("appid", "apppasswd"), Login::new("SEP003094C25B15", "john"));
///
/// let hosts = ["em1:8080", "em2:8080"];
/// let plan = Plan { services: 2, deadlines: Deadlines::default(), retry: Retry::default(), seed: 7 };
/// let (mut out, mut answer) = ([0; 1024], [0; 2048]);
/// let now = Duration::ZERO; // of the driver's clock
/// let mut session = Session::start(Task::from(&request), plan, &mut out, &mut answer, now);
///
/// assert_eq!(session.next(), Next::Connect { service: 0 });
/// session.connect_failed(now); // the primary service is down
/// assert_eq!(session.next(), Next::Connect { service: 1 });
/// session.connected(now);
/// assert_eq!(session.next(), Next::Write { service: 1, wanted: Wanted::Operation });
/// session.write(|out| http::write_post(out, hosts[1], http::SERVICE_PATH, &request))?;
/// assert_eq!(session.next(), Next::Exchange);
/// let taken = session.outgoing().len(); // what the socket took of it
/// session.sent(taken);
/// let body = b"HTTP/1.1 200 OK\r\nContent-Length: 31\r\n\r\n<response><success/></response>";
/// session.received(body, now);
/// assert_eq!(session.next(), Next::Done);
/// assert_eq!(session.finish(), Some(Outcome::Answered(Response::Success)));
/// # Ok::<(), hotdesk_core::Error>(())
/// ```
pub struct Session<'b, 't> {
    task: Task<'t>,
    plan: Plan,
    waits: Waits,
    exchange: Exchange<'b>,
    state: State,
    stage: Stage,
    service: usize,
    /// Attempts of this stage for which no service was there.
    unmet: usize,
    /// Attempts of this stage for which a service was too busy.
    busy: u8,
}

#[derive(Clone, Copy)]
enum State {
    /// An exchange goes on; whether its request was written.
    Running {
        written: bool,
    },
    /// Until the next attempt.
    Waiting(Duration),
    Done(End),
}

#[derive(Clone, Copy)]
enum Stage {
    Operation,
    /// The answer to the operation was lost, like this.
    Query(SessionError),
}

#[derive(Clone, Copy)]
enum End {
    /// The buffer holds the answer to the operation.
    Answered,
    /// The buffer holds what the query found after this loss.
    Found(SessionError),
    Failed(SessionError),
    /// Lost, and no query could tell.
    Lost(SessionError),
}

/// What one exchange came to.
enum Verdict {
    /// An answer to what was sent.
    Answered,
    /// Not carried out, for the service is too busy; how it said so, if not by its code.
    Busy(Option<SessionError>),
    /// Nothing was sent.
    NotSent(SessionError),
    /// Not carried out, and it would not be another time.
    Refused(SessionError),
    /// Nobody knows.
    Lost(SessionError),
}

impl<'b, 't> Session<'b, 't> {
    /// Starts at the time `now`.
    ///
    /// `request` holds the longest HTTP request that is to be written, `answer` the answers, see
    /// [`ResponseReader`](crate::http::ResponseReader).
    pub fn start(
        task: Task<'t>,
        plan: Plan,
        request: &'b mut [u8],
        answer: &'b mut [u8],
        now: Duration,
    ) -> Self {
        let mut session = Self {
            task,
            plan,
            waits: Waits::new(plan.retry, plan.seed),
            exchange: Exchange::start(request, answer, plan.deadlines, now),
            state: State::Done(End::Failed(SessionError::NoService)),
            stage: Stage::Operation,
            service: 0,
            unmet: 0,
            busy: 0,
        };
        if plan.services > 0 {
            session.connect(now);
        }
        session
    }

    /// Returns what the driver is to do next.
    pub const fn next(&self) -> Next {
        let service = self.service;
        match self.state {
            State::Waiting(_) => Next::Wait,
            State::Done(_) => Next::Done,
            State::Running { written } => match self.exchange.step() {
                Step::Connect => Next::Connect { service },
                Step::Exchange | Step::Done if written => Next::Exchange,
                Step::Exchange | Step::Done => {
                    let wanted = match self.stage {
                        Stage::Operation => Wanted::Operation,
                        Stage::Query(_) => Wanted::Query,
                    };
                    Next::Write { service, wanted }
                }
            },
        }
    }

    /// Returns when to call [`tick`](Self::tick) if nothing happens before; nothing when it is done.
    pub fn deadline(&self) -> Option<Duration> {
        match self.state {
            State::Running { .. } => self.exchange.deadline(),
            State::Waiting(until) => Some(until),
            State::Done(_) => None,
        }
    }

    /// Takes that the connection is there.
    pub fn connected(&mut self, now: Duration) {
        self.exchange.connected(now);
        self.settle(now);
    }

    /// Takes that there is no connection.
    pub fn connect_failed(&mut self, now: Duration) {
        self.exchange.connect_failed();
        self.settle(now);
    }

    /// Has `write` put the HTTP request that [`next`](Self::next) names into the buffer and return its length, usually
    /// by [`http::write_post`](crate::http::write_post).
    ///
    /// # Errors
    ///
    /// What `write` returns. Nothing was sent then; the session goes on to its deadline, or is dropped.
    pub fn write<E>(&mut self, write: impl FnOnce(&mut [u8]) -> Result<usize, E>) -> Result<(), E> {
        if let Next::Write { .. } = self.next() {
            self.exchange.load(write)?;
            self.state = State::Running { written: true };
        }
        Ok(())
    }

    /// Returns the bytes to send now; none when all are sent or the step is another.
    ///
    /// Once it returned some, the operation counts as one that may have been carried out.
    pub fn outgoing(&mut self) -> &[u8] {
        match self.next() {
            Next::Exchange => self.exchange.outgoing(),
            _ => &[],
        }
    }

    /// Takes that the transport took the first `count` of [`outgoing`](Self::outgoing); they are overwritten.
    pub fn sent(&mut self, count: usize) {
        self.exchange.sent(count);
    }

    /// Takes the next bytes of the connection, at least one.
    pub fn received(&mut self, bytes: &[u8], now: Duration) {
        self.exchange.received(bytes, now);
        self.settle(now);
    }

    /// Takes that the other end closed the connection in order.
    pub fn closed(&mut self, now: Duration) {
        self.exchange.closed(now);
        self.settle(now);
    }

    /// Takes that the connection broke off: a reset, an error of the transport.
    pub fn broken(&mut self, now: Duration) {
        self.exchange.broken();
        self.settle(now);
    }

    /// Takes the time.
    pub fn tick(&mut self, now: Duration) {
        match self.state {
            State::Waiting(until) if now >= until => self.connect(now),
            _ => {
                self.exchange.tick(now);
                self.settle(now);
            }
        }
    }

    /// Tells what became of the operation; nothing while the session goes on: then it ends here, as if it was dropped.
    pub fn finish(mut self) -> Option<Outcome<'b>> {
        let State::Done(end) = self.state else { return None };
        Some(match end {
            End::Answered => self.take_answer().map_or_else(Outcome::Failed, Outcome::Answered),
            End::Failed(error) => Outcome::Failed(error),
            End::Lost(error) => Outcome::Lost { error, found: Found::Unknown },
            End::Found(error) => {
                let found = self.take_answer().ok().and_then(|response| self.task.found(&response));
                Outcome::Lost { error, found: found.unwrap_or(Found::Unknown) }
            }
        })
    }

    fn take_answer(&mut self) -> Result<Response<'b>, SessionError> {
        read(self.exchange.take_answer().unwrap_or_default())
    }

    /// Goes on if the exchange ended.
    fn settle(&mut self, now: Duration) {
        let State::Running { .. } = self.state else { return };
        let Some(result) = self.exchange.result() else { return };
        match (self.judge(result), self.stage) {
            (Verdict::Answered, Stage::Operation) => self.end(End::Answered),
            (Verdict::Answered, Stage::Query(lost)) => self.end(End::Found(lost)),
            (Verdict::Busy(_), _) if self.busy < self.plan.retry.busy => {
                self.busy += 1;
                self.turn();
                self.wait(now);
            }
            (Verdict::Busy(None), Stage::Operation) => self.end(End::Answered),
            (Verdict::Busy(Some(error)) | Verdict::Refused(error), Stage::Operation) => {
                self.end(End::Failed(error));
            }
            (Verdict::Busy(_) | Verdict::Refused(_), Stage::Query(lost)) => self.end(End::Lost(lost)),
            (Verdict::Lost(error), Stage::Operation) if self.task != Task::Query => {
                if self.task.device().is_none() {
                    return self.end(End::Lost(error));
                }
                self.stage = Stage::Query(error);
                (self.unmet, self.busy) = (0, 0);
                self.waits.restart();
                self.connect(now);
            }
            (Verdict::NotSent(error) | Verdict::Lost(error), stage) => {
                self.unmet += 1;
                let rounds = usize::from(self.plan.retry.rounds.max(1));
                if self.unmet >= rounds.saturating_mul(self.plan.services) {
                    return self.end(match stage {
                        Stage::Operation => End::Failed(error),
                        Stage::Query(lost) => End::Lost(lost),
                    });
                }
                self.turn();
                if self.unmet.is_multiple_of(self.plan.services) {
                    self.wait(now);
                } else {
                    self.connect(now);
                }
            }
        }
    }

    fn judge(&self, result: Result<&[u8], ExchangeError>) -> Verdict {
        let response = match result.map(read) {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Verdict::Lost(error),
            Err(error) => {
                let told = SessionError::Exchange(error);
                return match error.failure() {
                    _ if error.may_have_happened() => Verdict::Lost(told),
                    ExchangeFailure::Status(503) => Verdict::Busy(Some(told)),
                    ExchangeFailure::Status(_) => Verdict::Refused(told),
                    _ => Verdict::NotSent(told),
                };
            }
        };
        match (self.stage, response) {
            (_, Response::Failure(failure)) if failure.code == Some(EmServiceCode::BUSY_PLEASE_TRY_AGAIN) => {
                Verdict::Busy(None)
            }
            (Stage::Operation, response) if self.task.is_answered_by(&response) => Verdict::Answered,
            (Stage::Query(_), response) if self.task.found(&response).is_some() => Verdict::Answered,
            (Stage::Query(_), Response::Failure(_)) => Verdict::Refused(SessionError::Unexpected),
            _ => Verdict::Lost(SessionError::Unexpected),
        }
    }

    /// Turns to the next service.
    fn turn(&mut self) {
        self.service = if self.service + 1 < self.plan.services { self.service + 1 } else { 0 };
    }

    fn connect(&mut self, now: Duration) {
        self.exchange.restart(now);
        self.state = State::Running { written: false };
    }

    fn wait(&mut self, now: Duration) {
        self.state = State::Waiting(now.saturating_add(self.waits.take()));
    }

    fn end(&mut self, end: End) {
        self.state = State::Done(end);
    }
}

impl Drop for Session<'_, '_> {
    fn drop(&mut self) {
        self.exchange.wipe();
    }
}
