//! The session: one exchange after the other, until it is known what became of one operation (PROTOCOL.md
//! section 12). It must never send a change while it may have been carried out.

use core::fmt;
use core::time::Duration;

use super::exchange::{Deadlines, Exchange, ExchangeError, Step};
use super::outcome::{Finding, Outcome, SessionError, Task, read};
#[cfg(feature = "pages")]
use super::page::Page;
use super::retry::{Retry, Waits};
use crate::codes::em_service::EmServiceCode;
use crate::message::Response;
#[cfg(feature = "compact")]
use {
    super::pieces::{Pieces, Said},
    crate::wire::Piece,
};

/// The services, deadlines and bounds of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Plan {
    /// How many services there are. They are tried in turn, from 0, the primary one.
    pub services: usize,
    /// How long each part of an exchange may take.
    pub deadlines: Deadlines,
    /// How often to try again.
    pub retry: Retry,
    /// The source of the jitter of the waits: any number, a different one in each phone.
    pub seed: u64,
}

/// What the driver of a [`Session`] is to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Next {
    /// End the connection, if there is one, and connect to this service; then call [`Session::connected`] or
    /// [`Session::connect_failed`].
    Connect {
        /// The index of the service.
        service: usize,
    },
    /// Call [`Session::write`] and write the HTTP request for what is wanted.
    Write {
        /// The index of the service it goes to, for the field `Host`.
        service: usize,
        /// What to write.
        wanted: Wanted,
    },
    /// Send what [`Session::outgoing`] returns, and pass on what arrives.
    Exchange,
    /// End the connection, if there is one, and call [`Session::tick`] at the deadline.
    Wait,
    /// End the connection, if there is one; [`Session::finish`] says what became of the operation.
    Done,
}

/// Which message to write.
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
/// A session sends the operation to the services in turn until one of them answers it. A service that certainly did not
/// carry it out (no connection, a status such as 404 or 503) is followed by the next at once; a round through all services
/// is followed by a wait. A change whose answer is lost is followed by a query, to the same service first; if that says
/// that the change was not carried out, it is sent a second and last time, to the service that answered the query. Section
/// 12 of PROTOCOL.md specifies all of this.
///
/// Times are [`Duration`]s since a fixed moment of the driver's choice. After each call the driver looks at
/// [`next`](Self::next), and it calls [`tick`](Self::tick) no later than at [`deadline`](Self::deadline). A call that does
/// not fit what is next changes nothing. A session that is dropped before it is done wipes both buffers; its operation may
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
/// let taken = session.outgoing().len(); // as much as the socket took
/// session.sent(taken);
/// let body = b"HTTP/1.1 200 OK\r\nContent-Length: 31\r\n\r\n<response><success/></response>";
/// session.received(body, now);
/// assert_eq!(session.next(), Next::Done);
/// assert_eq!(session.finish(), Some(Outcome::Answered { service: 1, response: Response::Success }));
/// # Ok::<(), hotdesk_core::Error>(())
/// ```
pub struct Session<'b, 't> {
    task: Task<'t>,
    plan: Plan,
    waits: Waits,
    exchange: Exchange<'b>,
    state: State,
    stage: Stage,
    /// The service of the current or last attempt.
    service: usize,
    /// Attempts of this stage that failed, but for the busy ones.
    failed: usize,
    /// Attempts of this stage at a service that was busy.
    busy: u8,
    /// Services of this round that answered the query with a failure: they would do so again.
    refused: usize,
    /// How far the answer is read, if that is done in pieces.
    #[cfg(feature = "compact")]
    pieces: Option<Pieces>,
    /// How far a page is read, if it is one.
    #[cfg(feature = "pages")]
    page: Option<Page>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// An exchange goes on; whether its request was written.
    Running {
        written: bool,
    },
    /// Until the next attempt.
    Waiting(Duration),
    Done(End),
}

#[derive(Clone, Copy, Debug)]
enum Stage {
    Operation,
    /// The answer to the operation was lost; a query is to tell.
    Query(Lost),
    /// A query said that the operation was not carried out, and it is sent for the second and last time.
    Resending(Lost),
}

/// The first loss of an answer.
#[derive(Clone, Copy, Debug)]
struct Lost {
    service: usize,
    error: SessionError,
    /// The operation was sent a second time since.
    resent: bool,
}

#[derive(Clone, Copy, Debug)]
enum End {
    /// The buffer holds the answer to the operation.
    Answered,
    Failed(SessionError),
    /// Lost, and the buffer holds the answer to a query about the device.
    Found(Lost),
    /// Lost, and no query could tell.
    Lost(Lost),
}

/// What one exchange came to.
enum Verdict {
    /// An answer to what was sent.
    Answered,
    /// Code 26: the service is busy and did nothing.
    Busy,
    Failed(Failed, SessionError),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Failed {
    /// What was sent was not carried out.
    NotCarriedOut,
    /// What was sent may have been carried out.
    MayBeCarriedOut,
    /// A failure, in answer to the query or to the second sending.
    Refused,
}

impl<'b, 't> Session<'b, 't> {
    /// Starts at the time `now`.
    ///
    /// `request` must hold the longest HTTP request that is written, `answer` the answers, see
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
            failed: 0,
            busy: 0,
            refused: 0,
            #[cfg(feature = "compact")]
            pieces: None,
            #[cfg(feature = "pages")]
            page: None,
        };
        if plan.services > 0 {
            session.connect(now);
        }
        session
    }

    /// Starts a query whose answer may be longer than `answer`: the driver takes it in pieces.
    ///
    /// It passes on what arrives by [`received_in_pieces`](Self::received_in_pieces) and
    /// [`closed_in_pieces`](Self::closed_in_pieces). `answer` must hold the head of the answer, and then the window of a
    /// [`PieceReader`](crate::PieceReader).
    ///
    /// ```
    /// use core::time::Duration;
    /// use hotdesk_core::session::{Deadlines, Next, Outcome, Plan, Retry, Session};
    /// use hotdesk_core::{AppInfo, DeviceProfileQuery, Piece, Query, http};
    ///
    /// let plan = Plan { services: 1, deadlines: Deadlines::default(), retry: Retry::ONCE, seed: 7 };
    /// let (mut out, mut answer) = ([0; 1024], [0; 2048]);
    /// let now = Duration::ZERO;
    /// let mut session = Session::start_in_pieces(plan, &mut out, &mut answer, now);
    /// session.connected(now);
    /// let query = Query::new(AppInfo::new("john", "12345"), DeviceProfileQuery::new(&["john"]));
    /// session.write(|out| http::write_post(out, "em1:8080", http::SERVICE_PATH, &query))?;
    /// let taken = session.outgoing().len();
    /// session.sent(taken);
    ///
    /// let answer = b"HTTP/1.1 200 OK\r\n\r\n<response><deviceProfileResults><user id='john'><none/></user>\
    ///     </deviceProfileResults></response>";
    /// let mut users = 0;
    /// let mut on_piece = |piece: Piece<'_>| users += i32::from(matches!(piece, Piece::User(_)));
    /// for bytes in answer.chunks(40) {
    ///     session.received_in_pieces(bytes, now, &mut on_piece);
    /// }
    /// session.closed_in_pieces(now, &mut on_piece);
    /// assert_eq!(session.next(), Next::Done);
    /// assert_eq!(session.finish(), Some(Outcome::Read { service: 0 }));
    /// assert_eq!(users, 1);
    /// # Ok::<(), hotdesk_core::Error>(())
    /// ```
    #[cfg(feature = "compact")]
    pub fn start_in_pieces(plan: Plan, request: &'b mut [u8], answer: &'b mut [u8], now: Duration) -> Self {
        let mut session = Self::start(Task::Query, plan, request, answer, now);
        session.pieces = Some(Pieces::NOTHING);
        session
    }

    /// Starts to load a page of an IP phone service (PROTOCOL.md sections 15 and 16). It is a query whose answer comes in
    /// pieces, each a [`Piece::Page`]: the head, whatever its status, then an object or a text. Nothing is followed.
    ///
    /// ```
    /// use core::time::Duration;
    /// use hotdesk_core::emapp::{PagePart, Phone, Url};
    /// use hotdesk_core::session::{Deadlines, Outcome, Plan, Retry, Session};
    /// use hotdesk_core::{Piece, phonexml};
    ///
    /// let plan = Plan { services: 1, deadlines: Deadlines::default(), retry: Retry::ONCE, seed: 7 };
    /// let (mut out, mut answer, mut buffer) = ([0; 1024], [0; 2048], [0; 256]);
    /// let now = Duration::ZERO;
    /// let mut session = Session::start_page(plan, &mut out, &mut answer, now);
    /// session.connected(now);
    /// let url = Url::new(&mut buffer, "http://10.0.2.2/menu", &Phone { device_name: "SEP001122334455", emcc: false })?;
    /// session.write(|out| url.write_get(out, "en"))?;
    /// let taken = session.outgoing().len();
    /// session.sent(taken);
    ///
    /// let answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nRefresh: 5\r\n\r\n\
    ///     <CiscoIPPhoneText><Text>Closed</Text></CiscoIPPhoneText>";
    /// let (mut seconds, mut texts) = (None, 0);
    /// let mut on_piece = |piece: Piece<'_>| match piece {
    ///     Piece::Page(PagePart::Head(head)) => seconds = head.refresh.and_then(|refresh| refresh.seconds),
    ///     Piece::Page(PagePart::Piece(phonexml::Piece::Text(_))) => texts += 1,
    ///     _ => {}
    /// };
    /// session.received_in_pieces(answer, now, &mut on_piece);
    /// session.closed_in_pieces(now, &mut on_piece);
    /// assert_eq!(session.finish(), Some(Outcome::Read { service: 0 }));
    /// assert_eq!((seconds, texts), (Some(5), 1));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    #[cfg(feature = "pages")]
    pub fn start_page(plan: Plan, request: &'b mut [u8], answer: &'b mut [u8], now: Duration) -> Self {
        let mut session = Self::start_in_pieces(plan, request, answer, now);
        session.page = Some(Page::start());
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
                        Stage::Operation | Stage::Resending(_) => Wanted::Operation,
                        Stage::Query(_) => Wanted::Query,
                    };
                    Next::Write { service, wanted }
                }
            },
        }
    }

    /// Returns when to call [`tick`](Self::tick) if nothing happens before; nothing once it is done.
    pub fn deadline(&self) -> Option<Duration> {
        match self.state {
            State::Running { .. } => self.exchange.deadline(),
            State::Waiting(until) => Some(until),
            State::Done(_) => None,
        }
    }

    /// Call this once the connection is established.
    pub fn connected(&mut self, now: Duration) {
        self.exchange.connected(now);
        self.settle(now);
    }

    /// Call this if no connection can be established.
    pub fn connect_failed(&mut self, now: Duration) {
        self.exchange.connect_failed();
        self.settle(now);
    }

    /// Has `write` put the HTTP request that [`next`](Self::next) names into the buffer and return its length, usually
    /// by [`http::write_post`](crate::http::write_post). `write` is not called unless that is next.
    ///
    /// # Errors
    ///
    /// What `write` returns. Nothing of this request was sent, and the session ends at once, with
    /// [`SessionError::NotWritten`] if the operation was not sent before. A length of 0 or over the buffer's ends it, too.
    pub fn write<E>(&mut self, write: impl FnOnce(&mut [u8]) -> Result<usize, E>) -> Result<(), E> {
        let Next::Write { .. } = self.next() else { return Ok(()) };
        let loaded = self.exchange.load(write);
        if let Ok(true) = loaded {
            self.state = State::Running { written: true };
        } else {
            self.end(match self.stage {
                Stage::Operation => End::Failed(SessionError::NotWritten),
                Stage::Query(lost) | Stage::Resending(lost) => End::Lost(lost),
            });
        }
        loaded.map(|_| ())
    }

    /// Returns the bytes to send now; none once all are sent, or if something else is next.
    ///
    /// Once it has returned some, the operation counts as one that may have been carried out.
    pub fn outgoing(&mut self) -> &[u8] {
        match self.next() {
            Next::Exchange => self.exchange.outgoing(),
            _ => &[],
        }
    }

    /// Marks the first `count` bytes of [`outgoing`](Self::outgoing) as sent, and wipes them.
    pub fn sent(&mut self, count: usize) {
        self.exchange.sent(count);
    }

    /// Takes the next bytes that arrived. No bytes change nothing: the end of the connection is [`closed`](Self::closed).
    pub fn received(&mut self, bytes: &[u8], now: Duration) {
        self.exchange.received(bytes, now);
        self.settle(now);
    }

    /// As [`received`](Self::received), for a session that was [started in pieces](Self::start_in_pieces): hands what the
    /// bytes complete to `on_piece`.
    ///
    /// Only what was handed out between the last [`Next::Write`] and [`Outcome::Read`] is to be trusted. What came before,
    /// of a service that failed, and all of it after another outcome, is to be forgotten.
    #[cfg(feature = "compact")]
    pub fn received_in_pieces(&mut self, bytes: &[u8], now: Duration, on_piece: &mut dyn FnMut(Piece<'_>)) {
        #[cfg(feature = "pages")]
        if let Some(page) = &mut self.page {
            page.receive(&mut self.exchange, bytes, now, on_piece);
            return self.settle_pieces(now, on_piece);
        }
        let Some(pieces) = &mut self.pieces else { return self.received(bytes, now) };
        let mut on_body = |window: &mut [u8], body: &[u8]| pieces.feed(window, body, on_piece);
        self.exchange.received_in_pieces(bytes, now, &mut on_body);
        self.settle_pieces(now, on_piece);
    }

    /// As [`closed`](Self::closed), for a session that was started in pieces.
    #[cfg(feature = "compact")]
    pub fn closed_in_pieces(&mut self, now: Duration, on_piece: &mut dyn FnMut(Piece<'_>)) {
        self.exchange.closed(now);
        self.settle_pieces(now, on_piece);
    }

    /// Reads the end of the document if it is there, and goes on if the exchange ended or can be ended.
    #[cfg(feature = "compact")]
    fn settle_pieces(&mut self, now: Duration, on_piece: &mut dyn FnMut(Piece<'_>)) {
        #[cfg(feature = "pages")]
        if let Some(page) = &mut self.page {
            if let Some(Ok(_)) = self.exchange.result() {
                page.end(self.exchange.answer_buffer(), on_piece);
            }
            if page.refused().is_some() {
                self.exchange.broken();
            }
            return self.settle(now);
        }
        if let Some(pieces) = &mut self.pieces {
            if let Some(Ok(_)) = self.exchange.result() {
                pieces.end(self.exchange.answer_buffer(), on_piece);
            }
            if pieces.refused().is_some() {
                self.exchange.broken();
            }
        }
        self.settle(now);
    }

    /// Call this when the other end has closed the connection in order.
    pub fn closed(&mut self, now: Duration) {
        self.exchange.closed(now);
        self.settle(now);
    }

    /// Call this when the connection broke: a reset, an error of the transport.
    pub fn broken(&mut self, now: Duration) {
        self.exchange.broken();
        self.settle(now);
    }

    /// Tells the session the time. A time earlier than the last one only makes it wait longer.
    pub fn tick(&mut self, now: Duration) {
        match self.state {
            State::Waiting(until) if now >= until => self.connect(now),
            _ => {
                self.exchange.tick(now);
                self.settle(now);
            }
        }
    }

    /// Returns what became of the operation; nothing while the session goes on, which then ends as if it was dropped.
    pub fn finish(mut self) -> Option<Outcome<'b>> {
        let State::Done(end) = self.state else { return None };
        let service = self.service;
        let attempted = (self.plan.services > 0).then_some(service);
        Some(match end {
            #[cfg(feature = "compact")]
            End::Answered if self.pieces.is_some() => Outcome::Read { service },
            End::Answered => match self.take_answer() {
                Ok(response) => Outcome::Answered { service, response },
                Err(error) => Outcome::Failed { service: attempted, error },
            },
            End::Failed(error) => Outcome::Failed { service: attempted, error },
            End::Found(Lost { service, error, .. }) => {
                Outcome::Lost { service, error, finding: self.take_finding() }
            }
            End::Lost(Lost { service, error, .. }) => {
                Outcome::Lost { service, error, finding: Finding::Unknown }
            }
        })
    }

    fn take_answer(&mut self) -> Result<Response<'b>, SessionError> {
        read(self.exchange.take_answer().unwrap_or_default())
    }

    fn take_finding(&mut self) -> Finding<'b> {
        let service = self.service;
        match self.take_answer().ok().and_then(|response| self.task.state(&response)) {
            Some(device) if self.task.is_carried_out(&device) => Finding::CarriedOut { service },
            Some(device) => Finding::NotCarriedOut { service, device },
            None => Finding::Unknown,
        }
    }

    /// Goes on if the exchange ended.
    fn settle(&mut self, now: Duration) {
        let State::Running { .. } = self.state else { return };
        let Some(result) = self.exchange.result() else { return };
        let verdict = self.judge(result);
        match (self.stage, verdict) {
            (Stage::Operation | Stage::Resending(_), Verdict::Answered) => self.end(End::Answered),
            (Stage::Query(lost), Verdict::Answered) => {
                if lost.resent || !self.plan.retry.resend || self.is_carried_out() {
                    self.end(End::Found(lost));
                } else {
                    self.enter(Stage::Resending(Lost { resent: true, ..lost }), now);
                }
            }
            (_, Verdict::Busy) if self.busy < self.plan.retry.busy => self.try_busy(now),
            (Stage::Operation, Verdict::Busy) => self.end(End::Answered),
            (Stage::Resending(lost), Verdict::Busy) => {
                let error = SessionError::Refused(Some(EmServiceCode::BUSY_PLEASE_TRY_AGAIN));
                self.enter(Stage::Query(Lost { service: self.service, error, ..lost }), now);
            }
            (Stage::Operation, Verdict::Failed(Failed::MayBeCarriedOut, error))
                if self.task != Task::Query =>
            {
                let lost = Lost { service: self.service, error, resent: false };
                if self.task.device().is_some() {
                    self.enter(Stage::Query(lost), now);
                } else {
                    self.end(End::Lost(lost));
                }
            }
            (Stage::Resending(lost), Verdict::Failed(Failed::MayBeCarriedOut, _)) => {
                self.enter(Stage::Query(lost), now);
            }
            // The first sending may have been carried out in the meantime.
            (Stage::Resending(lost), Verdict::Failed(Failed::Refused, error)) => {
                self.enter(Stage::Query(Lost { service: self.service, error, ..lost }), now);
            }
            (stage, verdict) => {
                let refused = matches!(verdict, Verdict::Failed(Failed::Refused, _));
                self.refused = self.refused.saturating_add(usize::from(refused));
                match (stage, verdict) {
                    _ if self.try_next(now) => {}
                    (Stage::Operation, Verdict::Failed(_, error)) => self.end(End::Failed(error)),
                    (Stage::Operation, _) => self.end(End::Answered),
                    (Stage::Query(lost), _) => self.end(End::Lost(lost)),
                    (Stage::Resending(lost), _) => self.enter(Stage::Query(lost), now),
                }
            }
        }
    }

    /// Returns true if the answer to the query says that the operation was carried out.
    fn is_carried_out(&self) -> bool {
        let Some(Ok(document)) = self.exchange.result() else { return false };
        let state = read(document).ok().and_then(|response| self.task.state(&response));
        state.is_some_and(|device| self.task.is_carried_out(&device))
    }

    fn judge(&self, result: Result<&[u8], ExchangeError>) -> Verdict {
        #[cfg(feature = "pages")]
        if let Some(page) = &self.page {
            return match (page.refused(), result) {
                (Some(error), _) => Verdict::Failed(Failed::MayBeCarriedOut, error),
                (None, Err(error)) => Verdict::Failed(Failed::MayBeCarriedOut, SessionError::Exchange(error)),
                (None, Ok(_)) => Verdict::Answered,
            };
        }
        #[cfg(feature = "compact")]
        if let Some(pieces) = &self.pieces {
            return match (pieces.refused(), result, pieces.said()) {
                (Some(error), ..) => Verdict::Failed(Failed::MayBeCarriedOut, error),
                (None, Err(error), _) => {
                    Verdict::Failed(Failed::MayBeCarriedOut, SessionError::Exchange(error))
                }
                (None, Ok(_), Said::Failure(Some(EmServiceCode::BUSY_PLEASE_TRY_AGAIN))) => Verdict::Busy,
                (None, Ok(_), Said::Failure(_) | Said::Results) => Verdict::Answered,
                (None, Ok(_), Said::Success) => {
                    Verdict::Failed(Failed::MayBeCarriedOut, SessionError::Unexpected)
                }
            };
        }
        let response = match result.map(read) {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Verdict::Failed(Failed::MayBeCarriedOut, error),
            Err(error) => {
                let failed =
                    if error.may_have_happened() { Failed::MayBeCarriedOut } else { Failed::NotCarriedOut };
                return Verdict::Failed(failed, SessionError::Exchange(error));
            }
        };
        match (self.stage, response) {
            (_, Response::Failure(failure)) if failure.code == Some(EmServiceCode::BUSY_PLEASE_TRY_AGAIN) => {
                Verdict::Busy
            }
            (Stage::Query(_) | Stage::Resending(_), Response::Failure(failure)) => {
                Verdict::Failed(Failed::Refused, SessionError::Refused(failure.code))
            }
            (Stage::Query(_), response) if self.task.state(&response).is_some() => Verdict::Answered,
            (Stage::Operation | Stage::Resending(_), response) if self.task.is_answered_by(&response) => {
                Verdict::Answered
            }
            _ => Verdict::Failed(Failed::MayBeCarriedOut, SessionError::Unexpected),
        }
    }

    /// Begins a stage at the current service.
    fn enter(&mut self, stage: Stage, now: Duration) {
        self.stage = stage;
        (self.failed, self.busy, self.refused) = (0, 0, 0);
        self.waits.restart();
        self.connect(now);
    }

    /// Goes on with the next service: at once, or after a wait if all were tried. Returns false if that was the last round,
    /// or if another one would not differ.
    fn try_next(&mut self, now: Duration) -> bool {
        self.failed = self.failed.saturating_add(1);
        let services = self.plan.services;
        let rounds = usize::from(self.plan.retry.rounds.max(1));
        let round_over = self.failed.is_multiple_of(services);
        if self.failed >= rounds.saturating_mul(services) || (round_over && self.refused == services) {
            return false;
        }
        self.turn();
        if round_over {
            self.refused = 0;
            self.wait(now);
        } else {
            self.connect(now);
        }
        true
    }

    fn try_busy(&mut self, now: Duration) {
        self.busy = self.busy.saturating_add(1);
        self.refused = 0;
        self.turn();
        self.wait(now);
    }

    /// Turns to the next service.
    fn turn(&mut self) {
        let next = self.service.saturating_add(1);
        self.service = if next < self.plan.services { next } else { 0 };
    }

    fn connect(&mut self, now: Duration) {
        #[cfg(feature = "compact")]
        if let Some(pieces) = &mut self.pieces {
            *pieces = Pieces::NOTHING;
        }
        #[cfg(feature = "pages")]
        if let Some(page) = &mut self.page {
            *page = Page::start();
        }
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

impl fmt::Debug for Session<'_, '_> {
    /// Prints how far it is, and neither request nor answer: both may hold a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("task", &self.task)
            .field("next", &self.next())
            .field("stage", &self.stage)
            .field("exchange", &self.exchange)
            .finish_non_exhaustive()
    }
}

impl Drop for Session<'_, '_> {
    fn drop(&mut self) {
        self.exchange.wipe();
    }
}
