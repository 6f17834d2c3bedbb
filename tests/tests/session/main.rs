//! Section 12 of PROTOCOL.md: sessions against a scripted cluster, in virtual time. Whatever fails at whichever byte, no
//! change is sent while it may have been carried out.
//!
//! `HOTDESK_DRIVES=1000000 cargo test --release -p hotdesk-tests --test session drives` runs a million random drives.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

mod calls;
mod drives;
mod peer;
mod pieces;

use std::time::Duration;

use drives::check;
use hotdesk_core::http::Status;
use hotdesk_core::session::{
    ExchangeFailure, Next, Outcome, Phase, Plan, Retry, Session, SessionError, Task, Wanted,
};
use peer::{Act, Answer, BUSY, End, Ended, Job, LOSE, Report, Run, Seen, TURNED_AWAY, answers, turned_away};

const ENDS: [End; 3] = [End::Close, End::Reset, End::Silence];
const CHANGES: [Job; 3] = [Job::Login, Job::Logout, Job::LogoutAll];
const JOBS: [Job; 4] = [Job::Login, Job::Logout, Job::LogoutAll, Job::Ask];

/// No connection, or one that took no bytes: nothing was sent.
const NOT_SENT: [Act; 6] = [
    Act::Refuse,
    Act::Unreachable,
    Act::SpeaksFirst,
    Act::EndsAtOnce(End::Close),
    Act::EndsAtOnce(End::Reset),
    Act::EndsAtOnce(End::Silence),
];

/// Documents that do not answer a login, a logout or the query after it.
const NO_ANSWERS: [&str; 8] = [
    "",
    "<html>",
    "login page",
    "<!DOCTYPE x><response/>",
    "<response><success/>",
    "<request/>",
    "<response><checkUserResults><user id='john'><exists/></user></checkUserResults></response>",
    "<response><deviceUserResults><device name='SEP0'><userID>john</userID></device></deviceUserResults></response>",
];

/// The request was sent and did not arrive in full; nobody carries it out, and nobody says so.
const CUT: Act = Act::Takes(10, End::Reset);

fn go(job: Job, script: &[Act]) -> Report {
    Run::new(job, script).go()
}

/// A run without a second sending.
fn go_once(job: Job, script: &[Act]) -> Report {
    let mut run = Run::new(job, script);
    run.plan.retry.resend = false;
    run.go()
}

/// Returns how the exchange without an answer failed.
fn failure(error: SessionError) -> ExchangeFailure {
    match error {
        SessionError::Exchange(error) => error.failure(),
        other => panic!("{other:?}"),
    }
}

fn status(number: u16) -> ExchangeFailure {
    ExchangeFailure::Status(Status::new(number).unwrap())
}

fn succeeded(report: &Report, job: Job) {
    let expected = if job == Job::Ask { Ended::Holder(report.holder.clone()) } else { Ended::Success };
    assert_eq!(report.ended, expected);
    assert_eq!(report.carried_out, usize::from(job != Job::Ask));
    assert_eq!(report.services.0, report.tried.last().copied(), "the service that answered");
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
        for fault in NOT_SENT.into_iter().chain([turned_away(404), turned_away(503)]) {
            let report = go(job, &[fault]);
            succeeded(&report, job);
            assert_eq!((report.tried.as_slice(), report.waits.len()), (&[0, 1][..], 0), "{fault:?}");

            let report = go(job, &[fault; 4]);
            succeeded(&report, job);
            assert_eq!((report.tried.as_slice(), report.waits.len()), (&[0, 1, 0, 1, 0][..], 2), "{fault:?}");

            let report = go(job, &[fault; 6]);
            assert!(matches!(report.ended, Ended::Failed(SessionError::Exchange(_))), "{fault:?}");
            assert_eq!((report.tried.len(), report.waits.len(), report.carried_out), (6, 2, 0), "{fault:?}");
            assert_eq!(report.services, (Some(1), None), "the last attempt");
        }
    }
}

#[test]
fn rule_12_1_a_single_service_is_tried_again_after_each_wait() {
    for job in JOBS {
        for fault in [Act::Refuse, turned_away(404), turned_away(503)] {
            let mut run = Run::new(job, &[fault; 2]);
            run.plan.services = 1;
            let report = run.go();
            succeeded(&report, job);
            assert_eq!((report.tried.as_slice(), report.waits.len()), (&[0, 0, 0][..], 2), "{fault:?}");

            let mut run = Run::new(job, &[fault; 3]);
            run.plan.services = 1;
            let report = run.go();
            assert!(matches!(report.ended, Ended::Failed(SessionError::Exchange(_))), "{fault:?}");
            assert_eq!((report.tried.len(), report.waits.len(), report.carried_out), (3, 2, 0), "{fault:?}");
        }
    }
}

#[test]
fn rule_12_1_without_a_service_it_failed_at_once() {
    let plan = Plan { services: 0, ..Run::new(Job::Ask, &[]).plan };
    let (mut out, mut answer) = ([0; 16], [0; 16]);
    let session = Session::start(Task::Query, plan, &mut out, &mut answer, Duration::ZERO);
    assert_eq!((session.next(), session.deadline()), (Next::Done, None));
    let failed = Outcome::Failed { service: None, error: SessionError::NoService };
    assert_eq!(session.finish(), Some(failed));
}

#[test]
fn rule_12_2_a_query_goes_to_the_next_service_after_any_failure() {
    let faults = NOT_SENT
        .into_iter()
        .chain(ENDS.into_iter().flat_map(|end| [Act::Takes(0, end), Act::Takes(9, end)]))
        .chain(
            ENDS.into_iter()
                .flat_map(|end| [0, 1, 40, 90].map(|bytes| Act::Answers(Answer::Truth, bytes, end))),
        )
        .chain((201..1000).map(|status| answers(Answer::Status(status, false))))
        .chain(
            NO_ANSWERS
                .into_iter()
                .filter(|body| !body.contains("Results"))
                .map(|body| answers(Answer::Nonsense(body, false))),
        )
        .chain([answers(Answer::Nonsense("<response><success/></response>", false))]);
    for fault in faults {
        let report = go(Job::Ask, &[fault]);
        succeeded(&report, Job::Ask);
        assert_eq!((report.tried.as_slice(), report.waits.len()), (&[0, 1][..], 0), "{fault:?}");

        let report = go(Job::Ask, &[fault; 3]);
        succeeded(&report, Job::Ask);
        assert_eq!((report.tried.as_slice(), report.waits.len()), (&[0, 1, 0, 1][..], 1), "{fault:?}");

        let report = go(Job::Ask, &[fault; 6]);
        assert!(matches!(report.ended, Ended::Failed(_)), "{fault:?}: {:?}", report.ended);
        assert_eq!((report.tried.len(), report.waits.len()), (6, 2), "{fault:?}");
    }
}

#[test]
fn rule_12_2_a_failure_is_an_answer() {
    for job in JOBS {
        let report = go(job, &[answers(Answer::Code(18))]);
        assert_eq!((report.ended, report.sent.len()), (Ended::Code(Some(18)), 1));
        assert_eq!(report.services, (Some(0), None));
    }
}

#[test]
fn rule_12_3_a_change_goes_to_the_next_service_after_a_status_that_says_it_was_not_carried_out() {
    for job in CHANGES {
        for number in TURNED_AWAY {
            let report = go(job, &[turned_away(number)]);
            succeeded(&report, job);
            assert_eq!((report.tried.as_slice(), report.waits.len()), (&[0, 1][..], 0), "{number}");

            let report = go(job, &[turned_away(number); 6]);
            let Ended::Failed(error) = report.ended else { panic!("{:?}", report.ended) };
            assert_eq!(failure(error), status(number));
            assert_eq!((report.sent.len(), report.waits.len(), report.carried_out), (6, 2, 0));
        }
    }
}

#[test]
fn rule_12_4_a_change_is_queried_after_every_other_status() {
    for job in [Job::Login, Job::Logout] {
        for number in (201..1000).filter(|number| !TURNED_AWAY.contains(number)) {
            let report = go(job, &[answers(Answer::Status(number, true))]);
            let Ended::Lost(error, Seen::CarriedOut) = report.ended else {
                panic!("{number}: {:?}", report.ended)
            };
            assert_eq!(failure(error), status(number));
            assert_eq!((report.tried.as_slice(), report.carried_out), (&[0, 0][..], 1), "{number}");
            assert_eq!((report.sent[1].wanted, report.services), (Wanted::Query, (Some(0), Some(0))));

            let report = go(job, &[answers(Answer::Status(number, false))]);
            succeeded(&report, job);
            assert_eq!((report.tried.as_slice(), report.operations()), (&[0, 0, 0][..], 2), "{number}");
        }
    }
}

#[test]
fn rule_12_4_a_lost_answer_is_queried_where_it_was_lost() {
    for job in [Job::Login, Job::Logout] {
        let report = go(job, &[Act::Refuse, LOSE]);
        let Ended::Lost(error, Seen::CarriedOut) = report.ended else { panic!("{:?}", report.ended) };
        assert_eq!(failure(error), ExchangeFailure::Broken);
        assert_eq!((report.tried.as_slice(), report.carried_out), (&[0, 1, 1][..], 1));
        assert_eq!((report.sent[1].wanted, report.services), (Wanted::Query, (Some(1), Some(1))));
        assert!(report.waits.is_empty());
    }
}

#[test]
fn rule_12_4_an_answer_that_is_none_is_a_lost_one() {
    for job in [Job::Login, Job::Logout] {
        for body in NO_ANSWERS {
            for carried_out in [false, true] {
                let report = go_once(job, &[answers(Answer::Nonsense(body, carried_out))]);
                let Ended::Lost(error, ref seen) = report.ended else { panic!("{body}: {:?}", report.ended) };
                assert!(matches!(error, SessionError::Unreadable { line: 1, .. } | SessionError::Unexpected));
                assert_eq!(*seen == Seen::CarriedOut, carried_out, "{body}");
                assert_eq!(report.operations(), 1);
            }
        }
    }
}

#[test]
fn rule_12_4_the_query_has_rounds_of_its_own() {
    for job in [Job::Login, Job::Logout] {
        // First, everything that can go wrong with a query does; the operation used up attempts, too.
        let success = answers(Answer::Nonsense("<response><success/></response>", false));
        let report = go(job, &[Act::Refuse, BUSY, LOSE, BUSY, Act::Refuse, LOSE, success]);
        assert!(matches!(report.ended, Ended::Lost(_, Seen::CarriedOut)), "{:?}", report.ended);
        assert_eq!((report.operations(), report.carried_out), (2, 1));

        let faults = [Act::Refuse, Act::Unreachable, LOSE, success, turned_away(404), turned_away(503)];
        let faults = faults.into_iter().chain(NO_ANSWERS.map(|body| answers(Answer::Nonsense(body, false))));
        for fault in faults.chain([answers(Answer::Status(302, false)), answers(Answer::Status(500, false))])
        {
            let report = go(job, &[LOSE, fault]);
            assert!(matches!(report.ended, Ended::Lost(_, Seen::CarriedOut)), "{:?}", report.ended);
            assert_eq!(report.services, (Some(0), Some(1)), "lost at the one, told by the other");
            assert_eq!((report.tried.as_slice(), report.waits.len()), (&[0, 0, 1][..], 0), "{fault:?}");

            let mut script = vec![LOSE];
            script.extend([fault; 6]);
            let report = go(job, &script);
            let Ended::Lost(error, Seen::Unknown) = report.ended else { panic!("{:?}", report.ended) };
            assert_eq!(failure(error), ExchangeFailure::Broken, "the first loss is told");
            assert_eq!((report.operations(), report.carried_out, report.tried.len()), (1, 1, 7));
        }
    }
}

#[test]
fn rule_12_4_the_query_goes_to_the_next_service_after_every_status() {
    for job in [Job::Login, Job::Logout] {
        for number in 201..1000 {
            let report = go(job, &[LOSE, answers(Answer::Status(number, false))]);
            assert!(matches!(report.ended, Ended::Lost(_, Seen::CarriedOut)), "{number}: {:?}", report.ended);
            assert_eq!((report.tried.as_slice(), report.operations()), (&[0, 0, 1][..], 1), "{number}");
        }
    }
}

#[test]
fn rule_12_4_who_must_not_query_is_not_asked_for_another_round() {
    for job in [Job::Login, Job::Logout] {
        let no = answers(Answer::Code(10));
        let report = go(job, &[LOSE, no]);
        assert!(matches!(report.ended, Ended::Lost(_, Seen::CarriedOut)), "{:?}", report.ended);
        assert_eq!(report.tried, [0, 0, 1]);
        let report = go(job, &[LOSE, no, no]);
        assert!(matches!(report.ended, Ended::Lost(_, Seen::Unknown)), "{:?}", report.ended);
        assert_eq!((report.tried.as_slice(), report.waits.len()), (&[0, 0, 1][..], 0));
        // Only one of the two answered with a failure; the other may recover.
        let report = go(job, &[LOSE, no, Act::Refuse, no, BUSY, no]);
        assert!(matches!(report.ended, Ended::Lost(_, Seen::CarriedOut)), "{:?}", report.ended);
        assert_eq!(report.tried, [0, 0, 1, 0, 1, 0, 1]);
    }
}

#[test]
fn rule_12_4_a_logout_of_all_is_followed_by_nothing() {
    for lose in [LOSE, CUT, answers(Answer::Status(302, true)), answers(Answer::Nonsense("<html>", true))] {
        let report = go(Job::LogoutAll, &[lose]);
        assert!(matches!(report.ended, Ended::Lost(_, Seen::Unknown)), "{:?}", report.ended);
        assert_eq!((report.tried.len(), report.services), (1, (Some(0), None)));
    }
}

#[test]
fn rule_12_5_what_the_query_says_of_each_task() {
    let seen = |job, holder| match (Run { holder, ..Run::new(job, &[CUT, SERVE_QUERY, CUT]) }).go().ended {
        Ended::Lost(_, seen) => seen,
        other => panic!("{other:?}"),
    };
    // The request never arrived in full, so nothing was done; whoever was logged in before still is.
    const SERVE_QUERY: Act = peer::SERVE;
    assert_eq!(seen(Job::Login, None), Seen::LoggedOut);
    assert_eq!(seen(Job::Login, Some("mary")), Seen::LoggedIn("mary".into()));
    assert_eq!(seen(Job::Login, Some("JOHN")), Seen::CarriedOut, "names match without regard to case");
    assert_eq!(seen(Job::Logout, Some("john")), Seen::LoggedIn("john".into()));
    assert_eq!(seen(Job::Logout, None), Seen::CarriedOut);
}

#[test]
fn rule_12_5_the_query_is_read_by_what_its_answer_holds() {
    let answered = |body| {
        let query = answers(Answer::Nonsense(body, false));
        match go_once(Job::Login, &[LOSE, query]).ended {
            Ended::Lost(_, seen) => seen,
            other => panic!("{other:?}"),
        }
    };
    let users = "<response><userDevicesResults><user id='mary'><none/></user><user id='john'>\
                 <deviceName>SEP003094C25B15</deviceName></user></userDevicesResults></response>";
    assert_eq!(answered(users), Seen::CarriedOut);
    let gone = "<response><deviceUserResults><device name='SEP003094C25B15'><doesNotExist/></device>\
                </deviceUserResults></response>";
    assert_eq!(answered(gone), Seen::DoesNotExist);
}

#[test]
fn rule_12_6_a_change_that_was_not_carried_out_is_sent_once_more_to_the_service_that_said_so() {
    for job in [Job::Login, Job::Logout] {
        let report = go(job, &[CUT]);
        succeeded(&report, job);
        assert_eq!((report.tried.as_slice(), report.operations()), (&[0, 0, 0][..], 2));
        // The first service fails; the second one answers the query and is sent the change.
        let report = go(job, &[CUT, Act::Refuse]);
        succeeded(&report, job);
        assert_eq!((report.tried.as_slice(), report.operations()), (&[0, 0, 1, 1][..], 2));
        assert!(report.waits.is_empty());
        // The service that answered the query is gone; the other one is sent the change.
        for fault in NOT_SENT.into_iter().chain([turned_away(404), BUSY]) {
            let report = go(job, &[CUT, peer::SERVE, fault]);
            succeeded(&report, job);
            assert_eq!(report.tried, [0, 0, 0, 1], "{fault:?}");
        }
    }
}

#[test]
fn rule_12_6_there_is_no_third_sending() {
    for job in [Job::Login, Job::Logout] {
        for fault in [CUT, answers(Answer::Status(500, false)), answers(Answer::Nonsense("<html>", false))] {
            let report = go(job, &[CUT, peer::SERVE, fault]);
            let Ended::Lost(error, ref seen) = report.ended else { panic!("{fault:?}: {:?}", report.ended) };
            assert!(matches!(seen, Seen::LoggedOut | Seen::LoggedIn(_)), "{seen:?}");
            assert_eq!(failure(error), ExchangeFailure::Broken, "the first loss is told");
            assert_eq!((report.tried.as_slice(), report.carried_out), (&[0, 0, 0, 0][..], 0), "{fault:?}");
        }
        let report = go(job, &[CUT, peer::SERVE, LOSE]);
        assert!(matches!(report.ended, Ended::Lost(_, Seen::CarriedOut)), "{:?}", report.ended);
        assert_eq!((report.operations(), report.carried_out), (2, 1));
        // No service accepts the second sending.
        for fault in NOT_SENT.into_iter().chain([turned_away(404)]) {
            let mut script = vec![CUT, peer::SERVE];
            script.extend([fault; 6]);
            let report = go(job, &script);
            assert!(matches!(report.ended, Ended::Lost(_, Seen::LoggedOut | Seen::LoggedIn(_))), "{fault:?}");
            assert_eq!((report.tried.len(), report.waits.len(), report.carried_out), (9, 2, 0), "{fault:?}");
        }
    }
}

#[test]
fn rule_12_6_a_failure_of_the_second_sending_is_followed_by_a_query() {
    for job in [Job::Login, Job::Logout] {
        // The change was carried out late, and the second sending failed because of that.
        let late = Act::Answers(Answer::Nonsense(REFUSED, true), usize::MAX, End::Close);
        let report = go(job, &[CUT, peer::SERVE, late]);
        assert_eq!(report.ended, Ended::Lost(SessionError::Refused(Some(18.into())), Seen::CarriedOut));
        assert_eq!(report.tried, [0, 0, 0, 0]);
        // It was refused for another reason.
        let report = go(job, &[CUT, peer::SERVE, answers(Answer::Code(18)), Act::Refuse]);
        let Ended::Lost(SessionError::Refused(Some(code)), Seen::LoggedOut | Seen::LoggedIn(_)) =
            report.ended
        else {
            panic!("{:?}", report.ended)
        };
        assert_eq!((code.number(), report.services), (18, (Some(0), Some(1))));
        assert_eq!(report.tried, [0, 0, 0, 0, 1]);
    }
}

const REFUSED: &str = "<response><failure><error code='18'>no</error></failure></response>";

#[test]
fn rule_12_6_a_plan_may_allow_no_second_sending() {
    for job in [Job::Login, Job::Logout] {
        let report = go_once(job, &[CUT]);
        assert!(
            matches!(report.ended, Ended::Lost(_, Seen::LoggedOut | Seen::LoggedIn(_))),
            "{:?}",
            report.ended
        );
        assert_eq!((report.operations(), report.services), (1, (Some(0), Some(0))));
    }
}

#[test]
fn rule_12_7_a_busy_service_is_asked_again_after_a_wait() {
    for job in JOBS {
        let report = go(job, &[BUSY; 5]);
        succeeded(&report, job);
        assert_eq!(report.tried, [0, 1, 0, 1, 0, 1]);
        assert_eq!((report.waits.len(), report.sent.len()), (5, 6));

        let report = go(job, &[BUSY; 6]);
        assert_eq!((report.ended, report.carried_out, report.sent.len()), (Ended::Code(Some(26)), 0, 6));
    }
    // While the service stays busy, the query after a lost answer goes on.
    for job in [Job::Login, Job::Logout] {
        let mut script = vec![CUT, peer::SERVE];
        script.extend([BUSY; 6]);
        let report = go(job, &script);
        assert_eq!(report.operations(), 7);
        // The first sending may have been carried out in the meantime, so code 26 is not final.
        assert!(
            matches!(report.ended, Ended::Lost(_, Seen::LoggedIn(_) | Seen::LoggedOut)),
            "{:?}",
            report.ended
        );

        let mut run = Run::new(job, &[LOSE, BUSY]);
        run.plan.retry = Retry::ONCE;
        let report = run.go();
        assert!(matches!(report.ended, Ended::Lost(_, Seen::CarriedOut)), "{:?}", report.ended);
        assert_eq!((report.tried.as_slice(), report.waits.len()), (&[0, 0, 1][..], 0));
    }
}

#[test]
fn rule_12_8_waits_grow_and_stop_growing() {
    let mut run = Run::new(Job::Login, &[BUSY; 8]);
    run.plan.retry = Retry {
        rounds: 1,
        busy: 8,
        first_wait: Duration::from_secs(1),
        longest_wait: Duration::from_secs(5),
        ..Retry::default()
    };
    let report = run.go();
    succeeded(&report, Job::Login);
    for (wait, whole) in report.waits.iter().zip([1, 2, 4, 5, 5, 5, 5, 5].map(Duration::from_secs)) {
        assert!(whole / 2 <= *wait && *wait <= whole, "{wait:?} of {whole:?}");
    }
    assert_eq!(report.waits.len(), 8);
}

#[test]
fn rule_12_8_a_plan_may_allow_no_second_round() {
    for job in JOBS {
        let mut run = Run::new(job, &[BUSY]);
        run.plan.retry = Retry::ONCE;
        let report = run.go();
        assert_eq!((report.ended, report.sent.len()), (Ended::Code(Some(26)), 1));

        for last in [Act::Unreachable, turned_away(503)] {
            let mut run = Run::new(job, &[Act::Refuse, last]);
            run.plan.retry = Retry::ONCE;
            let report = run.go();
            let Ended::Failed(error) = report.ended else { panic!("{:?}", report.ended) };
            let expected = if last == Act::Unreachable {
                ExchangeFailure::TimedOut(Phase::Connect)
            } else {
                status(503)
            };
            assert_eq!(failure(error), expected);
            assert_eq!((report.tried.as_slice(), report.waits.len()), (&[0, 1][..], 0));
        }
    }
}

#[test]
fn rule_12_9_every_byte_of_the_request_can_be_the_last() {
    let whole = 600;
    for job in CHANGES {
        for end in ENDS {
            for bytes in 0..whole {
                let script = [Act::Takes(bytes, end)];
                let report = go(job, &script);
                check(&report, &Run::new(job, &script).plan, &script);
                match (job, &report.ended) {
                    (Job::LogoutAll, Ended::Lost(_, Seen::Unknown)) | (_, Ended::Success) => {}
                    (_, other) => panic!("{job:?} {bytes} {end:?}: {other:?}"),
                }
            }
        }
    }
}

#[test]
fn rule_12_9_every_byte_of_the_answer_can_be_the_last() {
    for job in JOBS {
        for end in ENDS {
            for bytes in 0..130 {
                for segment in [1, 1000] {
                    let act = Act::Answers(Answer::Truth, bytes, end);
                    let report = Run { segment, ..Run::new(job, &[act]) }.go();
                    match report.ended {
                        Ended::Lost(_, Seen::CarriedOut) if job != Job::LogoutAll => {}
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
fn rule_12_9_every_fault_at_every_step() {
    let faults = [
        Act::Refuse,
        Act::Takes(9, End::Close),
        LOSE,
        BUSY,
        turned_away(404),
        answers(Answer::Status(302, true)),
        answers(Answer::Status(500, false)),
        answers(Answer::Code(10)),
        peer::SERVE,
    ];
    for job in CHANGES {
        for steps in 0..faults.len().pow(4) {
            let script = [1, 9, 81, 729].map(|place| faults[steps / place % faults.len()]);
            check(&go(job, &script), &Run::new(job, &script).plan, &script);
        }
    }
}

#[test]
fn rule_12_10_the_outcome_names_its_services() {
    for job in JOBS {
        let report = go(job, &[Act::Refuse]);
        succeeded(&report, job);
        assert_eq!(report.services, (Some(1), None));
    }
    let report = go(Job::Login, &[turned_away(404), LOSE, Act::Refuse]);
    assert_eq!(report.tried, [0, 1, 1, 0]);
    assert_eq!(report.services, (Some(1), Some(0)));
    assert!(matches!(report.ended, Ended::Lost(_, Seen::CarriedOut)));
}
