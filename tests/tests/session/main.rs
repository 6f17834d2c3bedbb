//! Section 12 of PROTOCOL.md: sessions against a scripted service, in virtual time. Whatever fails at whichever byte,
//! nothing is sent again that may have been carried out.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

mod peer;

use std::time::Duration;

use hotdesk_core::session::{
    Deadlines, ExchangeFailure, Next, Outcome, Phase, Plan, Retry, Session, SessionError, Task, Wanted,
};
use peer::{Act, Answer, BUSY, End, Ended, Job, LOSE, Report, Run, Seen};
use proptest::collection::vec;
use proptest::prelude::*;

const ENDS: [End; 3] = [End::Close, End::Reset, End::Silence];
const CHANGES: [Job; 3] = [Job::Login, Job::Logout, Job::LogoutAll];
const JOBS: [Job; 4] = [Job::Login, Job::Logout, Job::LogoutAll, Job::Ask];

fn go(job: Job, script: &[Act]) -> Report {
    Run::new(job, script).go()
}

/// How the exchange failed that brought no answer.
fn failure(error: SessionError) -> ExchangeFailure {
    match error {
        SessionError::Exchange(error) => error.failure(),
        other => panic!("{other:?}"),
    }
}

fn succeeded(report: &Report, job: Job) {
    let expected = if job == Job::Ask { Ended::Holder(report.holder.clone()) } else { Ended::Success };
    assert_eq!(report.ended, expected);
    assert_eq!(report.carried_out, usize::from(job != Job::Ask));
}

#[test]
fn a_service_that_works_is_asked_once() {
    for job in JOBS {
        for segment in [1, 7, 5000] {
            let report = Run { segment, ..Run::new(job, &[]) }.go();
            succeeded(&report, job);
            assert_eq!((report.tried.as_slice(), report.sent.len()), (&[0][..], 1));
        }
    }
}

#[test]
fn rule_12_1_services_are_tried_in_turn_and_again_after_a_wait() {
    for job in JOBS {
        for fault in [
            Act::Refuse,
            Act::Unreachable,
            Act::SpeaksFirst,
            Act::EndsAtOnce(End::Close),
            Act::EndsAtOnce(End::Reset),
            Act::EndsAtOnce(End::Silence),
        ] {
            let report = go(job, &[fault]);
            succeeded(&report, job);
            assert_eq!((report.tried.as_slice(), report.waits.len()), (&[0, 1][..], 0), "{fault:?}");

            let report = go(job, &[fault; 4]);
            succeeded(&report, job);
            assert_eq!((report.tried.as_slice(), report.waits.len()), (&[0, 1, 0, 1, 0][..], 2), "{fault:?}");

            let report = go(job, &[fault; 6]);
            assert!(matches!(report.ended, Ended::Failed(SessionError::Exchange(_))), "{fault:?}");
            assert_eq!((report.tried.len(), report.waits.len(), report.sent.len()), (6, 2, 0), "{fault:?}");
        }
    }
}

#[test]
fn rule_12_1_without_a_service_it_failed_at_once() {
    let plan = Plan { services: 0, ..Run::new(Job::Ask, &[]).plan };
    let (mut out, mut answer) = ([0; 16], [0; 16]);
    let session = Session::start(Task::Query, plan, &mut out, &mut answer, Duration::ZERO);
    assert_eq!((session.next(), session.deadline()), (Next::Done, None));
    assert_eq!(session.finish(), Some(Outcome::Failed(SessionError::NoService)));
}

#[test]
fn rule_12_2_a_busy_service_is_asked_again_after_a_wait() {
    for busy in [BUSY, Act::Answers(Answer::Status(503), usize::MAX, End::Close)] {
        for job in JOBS {
            let report = go(job, &[busy; 5]);
            succeeded(&report, job);
            assert_eq!(report.tried, [0, 1, 0, 1, 0, 1]);
            assert_eq!((report.waits.len(), report.sent.len()), (5, 6));

            let report = go(job, &[busy; 6]);
            assert_eq!((report.carried_out, report.sent.len()), (0, 6));
            match report.ended {
                Ended::Code(code) if busy == BUSY => assert_eq!(code, Some(26)),
                Ended::Failed(error) if busy != BUSY => {
                    assert_eq!(failure(error), ExchangeFailure::Status(503));
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn rule_12_2_other_refusals_are_final() {
    for status in [302, 401, 404] {
        for job in JOBS {
            let report = go(job, &[Act::Answers(Answer::Status(status), usize::MAX, End::Close)]);
            let Ended::Failed(error) = report.ended else { panic!("{:?}", report.ended) };
            assert_eq!(failure(error), ExchangeFailure::Status(status));
            assert_eq!((report.sent.len(), report.carried_out), (1, 0));
        }
    }
    for job in JOBS {
        let report = go(job, &[Act::Answers(Answer::Code(18), usize::MAX, End::Close)]);
        assert_eq!((report.ended, report.sent.len()), (Ended::Code(Some(18)), 1));
    }
}

#[test]
fn rule_12_3_waits_grow_and_stop_growing() {
    let mut run = Run::new(Job::Login, &[BUSY; 8]);
    run.plan.retry = Retry {
        rounds: 1,
        busy: 8,
        first_wait: Duration::from_secs(1),
        longest_wait: Duration::from_secs(5),
    };
    let report = run.go();
    succeeded(&report, Job::Login);
    for (wait, whole) in report.waits.iter().zip([1, 2, 4, 5, 5, 5, 5, 5].map(Duration::from_secs)) {
        assert!(whole / 2 <= *wait && *wait <= whole, "{wait:?} of {whole:?}");
    }
    assert_eq!(report.waits.len(), 8);
}

#[test]
fn rule_12_3_a_plan_may_allow_no_second_try() {
    for job in JOBS {
        let mut run = Run::new(job, &[BUSY]);
        run.plan.retry = Retry::ONCE;
        let report = run.go();
        assert_eq!((report.ended, report.sent.len()), (Ended::Code(Some(26)), 1));

        let mut run = Run::new(job, &[Act::Refuse, Act::Unreachable]);
        run.plan.retry = Retry::ONCE;
        let report = run.go();
        let Ended::Failed(error) = report.ended else { panic!("{:?}", report.ended) };
        assert_eq!(failure(error), ExchangeFailure::TimedOut(Phase::Connect));
        assert_eq!((report.tried.as_slice(), report.waits.len()), (&[0, 1][..], 0));
    }
}

#[test]
fn rule_12_4_a_lost_answer_is_asked_after_where_it_was_lost() {
    for job in [Job::Login, Job::Logout] {
        let report = go(job, &[LOSE]);
        let Ended::Lost(error, Seen::AsWanted) = report.ended else { panic!("{:?}", report.ended) };
        assert_eq!(failure(error), ExchangeFailure::Broken);
        assert_eq!((report.tried.as_slice(), report.carried_out), (&[0, 0][..], 1));
        assert_eq!(report.sent[1].wanted, Wanted::Query);
        assert!(report.waits.is_empty());
    }
    // The request never arrived whole, so nothing was done; who was there before is there still.
    let lost = Act::Takes(10, End::Reset);
    let seen = |job, holder| match (Run { holder, ..Run::new(job, &[lost]) }).go().ended {
        Ended::Lost(_, seen) => seen,
        other => panic!("{other:?}"),
    };
    assert_eq!(seen(Job::Login, None), Seen::LoggedOut);
    assert_eq!(seen(Job::Login, Some("mary")), Seen::LoggedIn("mary".into()));
    assert_eq!(seen(Job::Login, Some("JOHN")), Seen::AsWanted, "names match without regard to case");
    assert_eq!(seen(Job::Logout, Some("john")), Seen::LoggedIn("john".into()));
    assert_eq!(seen(Job::Logout, None), Seen::AsWanted);
}

#[test]
fn rule_12_4_what_the_query_says_is_read_by_what_it_holds() {
    let answered = |body| {
        let query = Act::Answers(Answer::Nonsense(body, false), usize::MAX, End::Close);
        match go(Job::Login, &[LOSE, query]).ended {
            Ended::Lost(_, seen) => seen,
            other => panic!("{other:?}"),
        }
    };
    let users = "<response><userDevicesResults><user id='mary'><none/></user><user id='john'>\
                 <deviceName>SEP003094C25B15</deviceName></user></userDevicesResults></response>";
    assert_eq!(answered(users), Seen::AsWanted);
    let gone = "<response><deviceUserResults><device name='SEP003094C25B15'><doesNotExist/></device>\
                </deviceUserResults></response>";
    assert_eq!(answered(gone), Seen::DoesNotExist);
}

#[test]
fn rule_12_4_the_question_has_tries_of_its_own() {
    for job in [Job::Login, Job::Logout] {
        // All that can go wrong with a question goes wrong first; the operation used up tries, too.
        let other =
            Act::Answers(Answer::Nonsense("<response><success/></response>", false), usize::MAX, End::Close);
        let report = go(job, &[Act::Refuse, BUSY, LOSE, BUSY, Act::Refuse, LOSE, other]);
        let Ended::Lost(_, Seen::AsWanted) = report.ended else { panic!("{:?}", report.ended) };
        assert_eq!((report.operations(), report.carried_out), (2, 1));

        for fault in [Act::Refuse, Act::Unreachable, LOSE, other, BUSY] {
            let mut script = vec![LOSE];
            script.extend([fault; 6]);
            let report = go(job, &script);
            let Ended::Lost(error, Seen::Unknown) = report.ended else { panic!("{:?}", report.ended) };
            assert_eq!(failure(error), ExchangeFailure::Broken, "the first loss is told");
            assert_eq!((report.operations(), report.carried_out, report.tried.len()), (1, 1, 7));
        }
        // Who may not ask will not be told another time.
        for no in [Answer::Code(10), Answer::Status(404)] {
            let report = go(job, &[LOSE, Act::Answers(no, usize::MAX, End::Close)]);
            assert!(matches!(report.ended, Ended::Lost(_, Seen::Unknown)), "{:?}", report.ended);
            assert_eq!(report.tried.len(), 2);
        }
    }
}

#[test]
fn rule_12_4_what_no_query_can_tell_is_lost() {
    let report = go(Job::LogoutAll, &[LOSE]);
    assert!(matches!(report.ended, Ended::Lost(_, Seen::Unknown)), "{:?}", report.ended);
    assert_eq!((report.tried.len(), report.carried_out), (1, 1));
}

#[test]
fn rule_12_4_a_query_may_be_asked_again() {
    let report = go(Job::Ask, &[LOSE, Act::Takes(3, End::Close)]);
    succeeded(&report, Job::Ask);
    assert_eq!(report.tried, [0, 1, 0]);
    let report = go(Job::Ask, &[LOSE; 6]);
    assert!(matches!(report.ended, Ended::Failed(_)), "{:?}", report.ended);
}

#[test]
fn rule_12_4_an_answer_that_says_nothing_is_a_lost_one() {
    for body in ["", "<html>", "<!DOCTYPE x><response/>", "<response><success/>"] {
        for carried_out in [false, true] {
            let act = Act::Answers(Answer::Nonsense(body, carried_out), usize::MAX, End::Close);
            let report = go(Job::Login, &[act]);
            let Ended::Lost(SessionError::Unreadable { line: 1, .. }, ref seen) = report.ended else {
                panic!("{:?}", report.ended)
            };
            assert_eq!(*seen == Seen::AsWanted, carried_out);
            assert_eq!(report.operations(), 1);
        }
    }
    let users = "<response><userDevicesResults><user id='a'><none/></user></userDevicesResults></response>";
    let report = go(Job::Login, &[Act::Answers(Answer::Nonsense(users, true), usize::MAX, End::Close)]);
    assert_eq!(report.ended, Ended::Lost(SessionError::Unexpected, Seen::AsWanted));
}

#[test]
fn rule_12_5_every_byte_of_the_request_can_be_the_last() {
    let whole = 600;
    for job in CHANGES {
        for end in ENDS {
            for bytes in 0..whole {
                let report = go(job, &[Act::Takes(bytes, end)]);
                let Ended::Lost(..) = report.ended else { panic!("{bytes} {end:?}: {:?}", report.ended) };
                assert_eq!(report.operations(), 1, "after {bytes} bytes: {end:?}");
            }
        }
    }
}

#[test]
fn rule_12_5_every_byte_of_the_answer_can_be_the_last() {
    for job in JOBS {
        for end in ENDS {
            for bytes in 0..130 {
                for segment in [1, 1000] {
                    let act = Act::Answers(Answer::Truth, bytes, end);
                    let report = Run { segment, ..Run::new(job, &[act]) }.go();
                    match report.ended {
                        Ended::Lost(_, Seen::AsWanted) if job != Job::LogoutAll => {}
                        Ended::Lost(_, Seen::Unknown) if job == Job::LogoutAll => {}
                        Ended::Holder(None) if job == Job::Ask => {}
                        Ended::Success if report.tried.len() == 1 => {}
                        other => panic!("{job:?} {bytes} {end:?}: {other:?}"),
                    }
                    assert_eq!(report.carried_out, usize::from(job != Job::Ask));
                }
            }
        }
    }
}

#[test]
fn rule_12_5_every_fault_at_every_step() {
    let faults = [Act::Refuse, Act::Unreachable, Act::SpeaksFirst, Act::Takes(9, End::Close), LOSE, BUSY];
    for job in CHANGES {
        for steps in 0..6_usize.pow(4) {
            let script = [1, 6, 36, 216].map(|place| faults[steps / place % 6]);
            check(&go(job, &script), &script);
        }
    }
}

#[test]
fn rule_12_6_a_session_that_is_dropped_leaves_nothing_behind() {
    let plan = Run::new(Job::Login, &[]).plan;
    let (mut out, mut answer) = ([0; 64], [0; 64]);
    let task = Task::Login { device: "d".into(), user: "u".into() };
    let mut session = Session::start(task, plan, &mut out, &mut answer, Duration::ZERO);
    session.connected(Duration::ZERO);
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
fn rule_12_6_a_request_that_cannot_be_written_was_not_sent() {
    let plan = Run::new(Job::Login, &[]).plan;
    let (mut out, mut answer) = ([0; 64], [0; 64]);
    let mut session = Session::start(Task::Change, plan, &mut out, &mut answer, Duration::ZERO);
    // Before its time nothing is written.
    assert_eq!(session.write(|_| -> Result<usize, ()> { panic!("too early") }), Ok(()));
    session.connected(Duration::ZERO);
    assert_eq!(session.write(|_| Err("too long")), Err("too long"));
    assert_eq!(session.next(), Next::Write { service: 0, wanted: Wanted::Operation });
    assert_eq!(session.outgoing(), b"");
    session.tick(Deadlines::default().first_byte);
    assert_eq!(session.next(), Next::Connect { service: 1 });
}

/// What must hold whatever happened.
fn check(report: &Report, script: &[Act]) {
    let operations: Vec<_> = report.sent.iter().filter(|sent| sent.wanted == Wanted::Operation).collect();
    for sent in operations.iter().rev().skip(1) {
        assert!(sent.certainly_not_done, "sent again: {script:?}");
    }
    assert!(report.carried_out <= 1, "carried out twice: {script:?}");
    match &report.ended {
        Ended::Success => assert_eq!(report.carried_out, 1, "{script:?}"),
        Ended::Failed(_) | Ended::Code(_) => assert_eq!(report.carried_out, 0, "{script:?}"),
        Ended::Lost(_, seen) => {
            let told = match seen {
                Seen::LoggedIn(user) => Some(Some(user.clone())),
                Seen::LoggedOut => Some(None),
                _ => None,
            };
            assert!(told.is_none_or(|holder| holder == report.holder), "{script:?}");
            assert!(!operations.last().unwrap().certainly_not_done, "{script:?}");
        }
        Ended::Holder(_) => panic!("an answer to a query: {script:?}"),
    }
    // Six tries, five more for a busy service, for the operation and for the question; 25 s and a wait of 16 s each.
    assert!(report.took < Duration::from_secs(22 * 41), "{script:?}");
}

fn end() -> impl Strategy<Value = End> {
    proptest::sample::select(&ENDS[..])
}

fn act() -> impl Strategy<Value = Act> {
    let bytes = prop_oneof![Just(usize::MAX), 0_usize..160];
    const BODIES: [&str; 5] =
        ["", "hello", "<response><success/>", "<response><deviceUserResults/></response>", "<x/>"];
    let nonsense = (proptest::sample::select(&BODIES[..]), any::<bool>())
        .prop_map(|(body, carried_out)| Answer::Nonsense(body, carried_out));
    let status =
        proptest::sample::select(&[204_u16, 302, 404, 500, 502, 503, 504][..]).prop_map(Answer::Status);
    let code = proptest::sample::select(&[0_u16, 6, 10, 18, 25, 99][..]).prop_map(Answer::Code);
    let answer =
        prop_oneof![3 => Just(Answer::Truth), 3 => Just(Answer::Busy), 1 => code, 2 => status, 2 => nonsense];
    prop_oneof![
        2 => Just(Act::Refuse),
        1 => Just(Act::Unreachable),
        1 => end().prop_map(Act::EndsAtOnce),
        1 => Just(Act::SpeaksFirst),
        2 => (0_usize..700, end()).prop_map(|(bytes, end)| Act::Takes(bytes, end)),
        6 => (answer, bytes, end()).prop_map(|(answer, bytes, end)| Act::Answers(answer, bytes, end)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rule_12_5_nothing_is_sent_again_that_may_have_been_carried_out(
        script in vec(act(), 0..24),
        job in proptest::sample::select(&CHANGES[..]),
        services in 1_usize..4,
        segment in 1_usize..900,
        seed in any::<u64>(),
    ) {
        let mut run = Run { segment, ..Run::new(job, &script) };
        run.plan.services = services;
        run.plan.retry.rounds = 2;
        run.plan.seed = seed;
        check(&run.go(), &script);
    }

    #[test]
    fn a_query_ends_with_the_truth_or_without_an_answer(script in vec(act(), 0..24), segment in 1_usize..900) {
        let report = Run { segment, ..Run::new(Job::Ask, &script) }.go();
        match report.ended {
            Ended::Holder(holder) => prop_assert_eq!(holder, report.holder),
            Ended::Code(_) | Ended::Failed(_) => {}
            other => panic!("{other:?}"),
        }
    }
}
