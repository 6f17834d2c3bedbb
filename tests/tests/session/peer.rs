//! A cluster whose script says what happens on each connection, and a driver for sessions against it, in virtual time.
//! The peer reads requests with core's server side and knows the truth: who is logged in, what was carried out, and
//! what an answer that arrived said. It must not know what a session decides, nor use core's table of statuses.

use std::time::Duration;

use hotdesk_core::http::{RequestReader, SERVICE_PATH, Status, write_post, write_response};
use hotdesk_core::session::{Finding, Next, Outcome, Plan, Session, SessionError, Task, Wanted};
use hotdesk_core::{
    AppInfo, DeviceStatus, DeviceUserQuery, Error, Login, Logout, LogoutAll, Message, Operation, Query,
    Request, Response, form,
};

pub(crate) const DEVICE: &str = "SEP003094C25B15";
pub(crate) const SECRET: &str = "appsecret";
const BUFFER: usize = 2048;

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Close,
    Reset,
    Silence,
}

/// How the peer answers a complete request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// As the service would: it carries out the operation.
    Truth,
    /// Code 26; nothing is carried out.
    Busy,
    /// Another failure; nothing is carried out.
    Code(u16),
    /// An HTTP status, with the operation carried out or not. A status that says it was not is always true.
    Status(u16, bool),
    /// Something that is not an answer, with the operation carried out or not.
    Nonsense(&'static str, bool),
}

/// The statuses by which a service says that it did nothing.
pub(crate) const TURNED_AWAY: [u16; 14] =
    [400, 401, 403, 404, 405, 411, 413, 414, 415, 421, 429, 431, 501, 503];

/// What happens on one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Refuse,
    /// The connection is never established.
    Unreachable,
    /// It is established and ends before anything is sent.
    EndsAtOnce(End),
    /// The peer speaks first.
    SpeaksFirst,
    /// Only this many bytes of the request arrive, then it ends.
    Takes(usize, End),
    /// The peer answers, only this many bytes of the answer arrive, then it ends.
    Answers(Answer, usize, End),
}

/// A status that says that nothing was carried out.
pub(crate) const fn turned_away(status: u16) -> Act {
    Act::Answers(Answer::Status(status, false), usize::MAX, End::Close)
}

/// A complete answer.
pub(crate) const fn answers(answer: Answer) -> Act {
    Act::Answers(answer, usize::MAX, End::Close)
}

pub(crate) const SERVE: Act = Act::Answers(Answer::Truth, usize::MAX, End::Close);
pub(crate) const BUSY: Act = Act::Answers(Answer::Busy, usize::MAX, End::Close);
/// The operation is carried out, but no answer arrives.
pub(crate) const LOSE: Act = Act::Answers(Answer::Truth, 0, End::Reset);

/// An operation for which nothing else is to be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Job {
    Login,
    Logout,
    LogoutAll,
    Ask,
}

/// What a complete answer said of the operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Nothing,
    /// Of the operation: it was not carried out.
    NotCarriedOut,
    /// Of the device, in answer to a query: it is not in the requested state.
    OtherState,
}

/// What was sent on one connection, and what the peer answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) service: usize,
    /// Its index in [`Report::tried`].
    pub(crate) attempt: usize,
    pub(crate) wanted: Wanted,
    /// How many times the operation had been carried out when the first byte was sent.
    pub(crate) carried_out_before: usize,
    pub(crate) told: Told,
}

/// What became of it, without the buffers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    Success,
    Code(Option<u16>),
    /// Who is logged in, by a query.
    Holder(Option<String>),
    Failed(SessionError),
    Lost(SessionError, Seen),
}

/// [`Finding`], owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    CarriedOut,
    LoggedIn(String),
    LoggedOut,
    DoesNotExist,
    Unknown,
}

/// Everything known about a session after its end.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) ended: Ended,
    /// The service that the outcome is about, and the one that answered the query.
    pub(crate) services: (Option<usize>, Option<usize>),
    /// The services that were connected to, or tried.
    pub(crate) tried: Vec<usize>,
    /// Requests of which at least one byte arrived.
    pub(crate) sent: Vec<Sent>,
    pub(crate) waits: Vec<Duration>,
    /// How many times the operation was carried out.
    pub(crate) carried_out: usize,
    pub(crate) holder: Option<String>,
    /// True if the device is in the state that the operation requested.
    pub(crate) is_as_wanted: bool,
    pub(crate) took: Duration,
}

impl Report {
    pub(crate) fn operations(&self) -> usize {
        self.sent.iter().filter(|sent| sent.wanted == Wanted::Operation).count()
    }
}

fn post(out: &mut [u8], host: &str, message: &Message<'_>) -> Result<usize, Error> {
    match message {
        Message::Request(request) => write_post(out, host, SERVICE_PATH, request),
        Message::Query(query) => write_post(out, host, SERVICE_PATH, query),
        other => unreachable!("a client sends no {other:?}"),
    }
}

/// A session against a script.
pub(crate) struct Run {
    pub(crate) job: Job,
    pub(crate) plan: Plan,
    /// What happens on each connection; after the last entry, everything works.
    pub(crate) script: Vec<Act>,
    /// Bytes per segment.
    pub(crate) segment: usize,
    /// Who is logged in at the start.
    pub(crate) holder: Option<&'static str>,
    /// How far the clock is set back before each connection; repeats from the start.
    pub(crate) set_back: Vec<Duration>,
}

impl Run {
    pub(crate) fn new(job: Job, script: &[Act]) -> Self {
        let plan = Plan { services: 2, deadlines: Default::default(), retry: Default::default(), seed: 1 };
        let holder = (job == Job::Logout).then_some("john");
        Self { job, plan, script: script.to_vec(), segment: 1000, holder, set_back: vec![Duration::ZERO] }
    }

    /// Drives the session to its end and checks at each step that it can go on.
    pub(crate) fn go(self) -> Report {
        let app = AppInfo::new("app", SECRET);
        let devices = [DEVICE];
        let query = Query::new(app, DeviceUserQuery::new(&devices));
        let request = |operation| Request::new(app, operation);
        let (task, message) = match self.job {
            Job::Ask => (Task::from(&query), Message::from(query)),
            Job::Login => {
                let request = request(Operation::Login(Login::new(DEVICE, "john")));
                (Task::from(&request), request.into())
            }
            Job::Logout => {
                let request = request(Operation::Logout(Logout::new(DEVICE)));
                (Task::from(&request), request.into())
            }
            Job::LogoutAll => {
                let request = request(Operation::LogoutAll(LogoutAll::new()));
                (Task::from(&request), request.into())
            }
        };
        let (mut out, mut answer) = ([0; BUFFER], [0; BUFFER]);
        let start = Duration::from_secs(1_000_000);
        let (mut now, mut since) = (start, start);
        let mut cluster = Cluster { holder: self.holder.map(Into::into), carried_out: 0 };
        let mut set_back = self.set_back.iter().cycle();
        let mut took = Duration::ZERO;
        let (mut tried, mut sent, mut waits) = (Vec::new(), Vec::new(), Vec::new());
        let mut script = self.script.iter().copied();
        let mut act = SERVE;
        let mut session = Session::start(task, self.plan, &mut out, &mut answer, now);
        for turn in 0.. {
            assert!(turn < 10_000, "the session does not end");
            assert_eq!(session.deadline().is_none(), session.next() == Next::Done);
            assert!(
                session.deadline().is_none_or(|deadline| deadline > now),
                "a deadline passed and nothing happened"
            );
            match session.next() {
                Next::Connect { service } => {
                    took += now.saturating_sub(since);
                    now -= *set_back.next().unwrap();
                    since = now;
                    act = script.next().unwrap_or(SERVE);
                    tried.push(service);
                    match act {
                        Act::Refuse => session.connect_failed(now),
                        Act::Unreachable => wait(&mut session, &mut now),
                        _ => session.connected(now),
                    }
                }
                Next::Write { service: to, wanted } => {
                    let host = ["em1", "em2", "em3"][to];
                    let message = match wanted {
                        Wanted::Operation => message,
                        Wanted::Query => query.into(),
                    };
                    session.write(|out| post(out, host, &message)).unwrap();
                    match act {
                        Act::EndsAtOnce(end) => finish(&mut session, end, &mut now),
                        Act::SpeaksFirst => session.received(b"220 smtp\r\n", now),
                        _ => {
                            let carried_out_before = cluster.carried_out;
                            let told = self.exchange(&mut session, act, &mut cluster, &mut now);
                            let attempt = tried.len() - 1;
                            sent.push(Sent { service: to, attempt, wanted, carried_out_before, told });
                        }
                    }
                }
                Next::Exchange => panic!("an exchange goes on after its connection ended"),
                Next::Wait => {
                    waits.push(session.deadline().unwrap() - now);
                    wait(&mut session, &mut now);
                }
                Next::Done => break,
            }
        }
        took += now.saturating_sub(since);
        let (ended, services) = ended(session.finish().unwrap());
        assert!(out.iter().all(|byte| *byte == 0), "the request is left in memory");
        let is_as_wanted = cluster.is_as_wanted(self.job);
        let Cluster { holder, carried_out } = cluster;
        Report { ended, services, tried, sent, waits, carried_out, holder, is_as_wanted, took }
    }

    /// Plays one connection, starting with the first byte of the request.
    fn exchange(
        &self,
        session: &mut Session<'_, '_>,
        act: Act,
        cluster: &mut Cluster,
        now: &mut Duration,
    ) -> Told {
        let (takes, arrives, end) = match act {
            Act::Takes(takes, end) => (takes, 0, end),
            Act::Answers(_, arrives, end) => (usize::MAX, arrives, end),
            _ => unreachable!("the connection ended before"),
        };
        let mut buffer = [0; BUFFER];
        let mut reader = RequestReader::new(&mut buffer);
        let mut taken = 0;
        while reader.request().is_none() && taken < takes {
            let outgoing = session.outgoing();
            assert!(!outgoing.is_empty(), "the request is not whole");
            let count = self.segment.min(takes - taken).min(outgoing.len());
            reader.receive(&outgoing[..count]).unwrap();
            session.sent(count);
            taken += count;
            *now += Duration::from_millis(1);
        }
        if taken == 0 {
            // The session offered bytes, but the connection took none.
            assert!(!session.outgoing().is_empty());
        }
        let (Some(request), Act::Answers(answer, ..)) = (reader.request(), act) else {
            finish(session, end, now);
            return Told::Nothing;
        };
        let mut body = request.body.to_vec();
        let message = Message::parse(form::decode(&mut body).unwrap()).unwrap();
        let bytes = cluster.answer(&message, answer);
        let told = match (&message, answer) {
            (Message::Query(_), Answer::Truth) if !cluster.is_as_wanted(self.job) => Told::OtherState,
            (Message::Request(_), Answer::Busy) => Told::NotCarriedOut,
            (Message::Request(_), Answer::Status(status, _)) if TURNED_AWAY.contains(&status) => {
                Told::NotCarriedOut
            }
            _ => Told::Nothing,
        };
        let arrives = arrives.min(bytes.len());
        for segment in bytes[..arrives].chunks(self.segment) {
            if session.next() != Next::Exchange {
                break;
            }
            *now += Duration::from_millis(1);
            session.received(segment, *now);
        }
        if session.next() == Next::Exchange {
            finish(session, end, now);
        }
        if arrives == bytes.len() { told } else { Told::Nothing }
    }
}

/// Ends the connection; advances time where nothing else ends it.
fn finish(session: &mut Session<'_, '_>, end: End, now: &mut Duration) {
    match end {
        End::Close => session.closed(*now),
        End::Reset => session.broken(*now),
        End::Silence => wait(session, now),
    }
}

/// Advances time to the deadline.
fn wait(session: &mut Session<'_, '_>, now: &mut Duration) {
    let deadline = session.deadline().unwrap();
    session.tick(deadline - Duration::from_nanos(1));
    assert_eq!(session.deadline(), Some(deadline), "it did not wait");
    *now = deadline;
    session.tick(deadline);
}

/// The state that all services of the cluster share.
struct Cluster {
    holder: Option<String>,
    carried_out: usize,
}

impl Cluster {
    fn is_as_wanted(&self, job: Job) -> bool {
        match job {
            Job::Login => self.holder.as_deref().is_some_and(|user| user.eq_ignore_ascii_case("john")),
            Job::Logout | Job::LogoutAll => self.holder.is_none(),
            Job::Ask => true,
        }
    }

    /// Returns the bytes of the whole HTTP answer.
    fn answer(&mut self, message: &Message<'_>, answer: Answer) -> Vec<u8> {
        let (status, body) = match answer {
            Answer::Truth => (200, self.carry_out(message)),
            Answer::Busy => (200, failure(26)),
            Answer::Code(code) => (200, failure(code)),
            Answer::Status(status, carried_out) => {
                assert!(!(carried_out && TURNED_AWAY.contains(&status)), "a lie");
                if carried_out {
                    self.carry_out(message);
                }
                (status, String::new())
            }
            Answer::Nonsense(body, carried_out) => {
                if carried_out {
                    self.carry_out(message);
                }
                (200, body.to_owned())
            }
        };
        let mut out = vec![0; BUFFER];
        let status = Status::new(status).unwrap();
        let length = write_response(&mut out, status, "text/xml", body.as_bytes()).unwrap();
        out.truncate(length);
        out
    }

    fn carry_out(&mut self, message: &Message<'_>) -> String {
        let operation = match message {
            Message::Request(request) => request.operation,
            _ => {
                let holder = self
                    .holder
                    .as_ref()
                    .map_or("<none/>".to_owned(), |user| format!("<userID>{user}</userID>"));
                return format!(
                    "<response><deviceUserResults><device name='{}'>{holder}<none/></device></deviceUserResults>\
                     </response>",
                    DEVICE.to_lowercase()
                );
            }
        };
        self.carried_out += 1;
        self.holder = match operation {
            Operation::Login(login) => Some(login.user_id.to_string()),
            _ => None,
        };
        "<response><success/></response>".to_owned()
    }
}

fn failure(code: u16) -> String {
    format!("<response><failure><error code='{code}'>no</error></failure></response>")
}

fn ended(outcome: Outcome<'_>) -> (Ended, (Option<usize>, Option<usize>)) {
    match outcome {
        Outcome::Answered { service, response } => {
            let ended = match response {
                Response::Success => Ended::Success,
                Response::Failure(failure) => Ended::Code(failure.code.map(|code| code.number())),
                Response::DeviceUserResults(results) => {
                    Ended::Holder(results.devices.iter().next().unwrap().user().map(|user| user.to_string()))
                }
                other => panic!("{other:?}"),
            };
            (ended, (Some(service), None))
        }
        Outcome::Read { .. } => panic!("nothing is read in pieces here"),
        Outcome::Failed { service, error } => (Ended::Failed(error), (service, None)),
        Outcome::Lost { service, error, finding } => {
            let (seen, told_by) = match finding {
                Finding::CarriedOut { service } => (Seen::CarriedOut, Some(service)),
                Finding::NotCarriedOut { service, device } => {
                    let seen = match device {
                        DeviceStatus::LoggedIn { user, .. } => Seen::LoggedIn(user.to_string()),
                        DeviceStatus::LoggedOut { .. } => Seen::LoggedOut,
                        DeviceStatus::DoesNotExist => Seen::DoesNotExist,
                        other => panic!("{other:?}"),
                    };
                    (seen, Some(service))
                }
                Finding::Unknown => (Seen::Unknown, None),
            };
            (Ended::Lost(error, seen), (Some(service), told_by))
        }
    }
}
