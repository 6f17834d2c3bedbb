//! Calls to a session one by one: a request that cannot be written, a session that is dropped, calls that do not fit.

use std::time::Duration;

use hotdesk_core::session::{ExchangeFailure, Next, Outcome, Session, SessionError, Task, Wanted};

use super::peer::{Act, Answer, End, Ended, Job, Run, answers};
use super::{failure, go};

/// Advances a session to its next request.
fn start<'b>(task: Task<'static>, out: &'b mut [u8], answer: &'b mut [u8]) -> Session<'b, 'static> {
    let mut session = Session::start(task, Run::new(Job::Login, &[]).plan, out, answer, Duration::ZERO);
    session.connected(Duration::ZERO);
    session
}

/// Writes the next request and sends it.
fn send(session: &mut Session<'_, '_>) {
    let written = session.write(|out| {
        out.fill(b'x');
        Ok::<_, ()>(out.len())
    });
    assert_eq!(written, Ok(()));
    let count = session.outgoing().len();
    session.sent(count);
}

#[test]
fn rule_12_11_a_request_that_cannot_be_written_ends_the_session_at_once() {
    type Write = fn(&mut [u8]) -> Result<usize, &'static str>;
    let writes: [(Write, Result<(), &str>); 3] = [
        (
            |out| {
                out.fill(b'x');
                Err("too long")
            },
            Err("too long"),
        ),
        (|out| Ok(out.len() + 1), Ok(())),
        (|_| Ok(0), Ok(())),
    ];
    for (write, returned) in writes {
        let (mut out, mut answer) = ([0; 64], [0; 64]);
        let mut session = start(Task::Change, &mut out, &mut answer);
        assert_eq!(session.write(write), returned);
        assert_eq!((session.next(), session.deadline()), (Next::Done, None));
        assert_eq!(session.outgoing(), b"");
        let failed = Outcome::Failed { service: Some(0), error: SessionError::NotWritten };
        assert_eq!(session.finish(), Some(failed));
        assert_eq!(out, [0; 64]);
    }
    // The query cannot be written: the answer to the operation stays lost.
    let (mut out, mut answer) = ([0; 64], [0; 64]);
    let task = Task::Login { device: "d".into(), user: "u".into() };
    let mut session = start(task, &mut out, &mut answer);
    send(&mut session);
    session.broken(Duration::ZERO);
    assert_eq!(session.next(), Next::Connect { service: 0 });
    session.connected(Duration::ZERO);
    assert_eq!(session.next(), Next::Write { service: 0, wanted: Wanted::Query });
    assert_eq!(session.write(|_| Err("too long")), Err("too long"));
    let Some(Outcome::Lost { service: 0, error, .. }) = session.finish() else { panic!() };
    assert_eq!(failure(error), ExchangeFailure::Broken);
}

#[test]
fn rule_12_12_a_session_that_is_dropped_leaves_nothing_behind() {
    let (mut out, mut answer) = ([0; 64], [0; 64]);
    let mut session = start(Task::Change, &mut out, &mut answer);
    session
        .write(|out| {
            out.fill(b'x');
            Ok::<_, ()>(64)
        })
        .unwrap();
    assert_eq!(session.outgoing(), [b'x'; 64]);
    session.sent(10);
    session.received(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nanswer", Duration::ZERO);
    assert_eq!(session.finish(), None);
    assert_eq!((out, answer), ([0; 64], [0; 64]));
}

#[test]
fn calls_that_do_not_fit_what_is_next_change_nothing() {
    type Call = (&'static str, fn(&mut Session<'_, '_>));
    const NOW: Duration = Duration::ZERO;
    const LATE: Duration = Duration::from_secs(1000);
    const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 31\r\n\r\n<response><success/></response>";
    let calls: [Call; 10] = [
        ("connected", |session| session.connected(LATE)),
        ("connect_failed", |session| session.connect_failed(LATE)),
        ("write", |session| assert!(session.write(|_| Err("no")).is_ok() || session.next() == Next::Done)),
        ("sent", |session| session.sent(usize::MAX)),
        ("received", |session| session.received(ANSWER, LATE)),
        ("received nothing", |session| session.received(b"", LATE)),
        ("closed", |session| session.closed(LATE)),
        ("broken", |session| session.broken(LATE)),
        ("tick before its time", |session| session.tick(NOW)),
        ("outgoing", |session| assert!(session.outgoing().len() <= 64)),
    ];
    type Bring = fn(&mut Session<'_, '_>);
    let bring: [(&str, Bring); 7] = [
        ("connecting", |_| {}),
        ("writing", |session| session.connected(NOW)),
        ("written", |session| {
            session.connected(NOW);
            session.write(|out| Ok::<_, ()>(out.len())).unwrap();
        }),
        ("sent", |session| {
            session.connected(NOW);
            send(session);
        }),
        ("waiting", |session| {
            session.connect_failed(NOW);
            session.connect_failed(NOW);
        }),
        ("answered", |session| {
            session.connected(NOW);
            send(session);
            session.received(ANSWER, NOW);
        }),
        ("lost", |session| {
            session.connected(NOW);
            send(session);
            session.broken(NOW);
        }),
    ];
    for (step, bring) in bring {
        for (name, call) in calls {
            let fits = match name {
                "connected" | "connect_failed" => step == "connecting",
                "write" => step == "writing",
                "received" | "closed" | "broken" => ["writing", "written", "sent"].contains(&step),
                // Once it has returned bytes, they may have been sent.
                "outgoing" => step == "written",
                _ => false,
            } || (step == "connecting" && ["closed", "broken"].contains(&name));
            let see = |call: fn(&mut Session<'_, '_>)| {
                let (mut out, mut answer) = ([b'y'; 64], [0; 256]);
                let plan = Run::new(Job::Login, &[]).plan;
                let mut session = Session::start(Task::Change, plan, &mut out, &mut answer, NOW);
                bring(&mut session);
                call(&mut session);
                let mut seen = format!("{session:?} {:?} {:?}", session.next(), session.deadline());
                session.broken(NOW);
                seen += &format!("{session:?}");
                if let Some(deadline) = session.deadline() {
                    session.tick(deadline);
                }
                seen += &format!("{session:?}");
                seen + &format!("{:?}", session.finish())
            };
            assert_eq!(see(call) == see(|_| {}), !fits, "{name} while {step}");
        }
    }
}

#[test]
fn an_error_has_its_cause_and_a_session_prints_no_byte() {
    use std::error::Error as _;

    let report = go(Job::LogoutAll, &[answers(Answer::Nonsense("<html>", true))]);
    let Ended::Lost(error, _) = report.ended else { panic!("{:?}", report.ended) };
    assert!(error.source().unwrap().is::<hotdesk_core::Error>());
    let report = go(Job::LogoutAll, &[Act::Takes(9, End::Close)]);
    let Ended::Lost(error, _) = report.ended else { panic!("{:?}", report.ended) };
    assert!(error.source().unwrap().is::<hotdesk_core::session::ExchangeError>());

    let (mut out, mut answer) = ([0; 64], [0; 64]);
    let mut session = start(Task::Change, &mut out, &mut answer);
    session.write(|out| Ok::<_, ()>(out.iter_mut().map(|byte| *byte = b'x').count())).unwrap();
    session.outgoing();
    session.received(b"HTTP/1.1 200 OK\r\n\r\njohn", Duration::ZERO);
    let shown = format!("{session:?}");
    assert!(shown.starts_with("Session { task: Change, next: Exchange, "), "{shown}");
    assert!(!shown.contains("xx") && !shown.contains("john"), "{shown}");
}
