//! Sessions through random faults, statuses, segments and clocks that are set back: what must hold of each of them.

use std::time::Duration;

use hotdesk_core::session::{Plan, Retry, Wanted};
use proptest::collection::vec;
use proptest::prelude::*;

use super::peer::{Act, Answer, End, Ended, Job, Report, Run, Seen, TURNED_AWAY, Told};
use super::{CHANGES, ENDS, NO_ANSWERS};

/// Checks what must always hold. What was carried out and reported is the peer's record, not the session's.
pub(super) fn check(report: &Report, plan: &Plan, script: &[Act]) {
    // No change is sent while it may have been carried out: since the last sending, an answer said that it was not.
    let mut open = false;
    let mut left_open = 0;
    for sent in &report.sent {
        match (sent.wanted, sent.told) {
            (Wanted::Operation, told) => {
                assert!(!open, "sent while it may have been carried out: {script:?}");
                assert_eq!(sent.carried_out_before, 0, "sent after it was carried out: {script:?}");
                open = told != Told::NotCarriedOut;
                left_open += usize::from(open);
            }
            (Wanted::Query, Told::OtherState) => {
                open = false;
                let next = report.tried.get(sent.attempt + 1);
                assert!(
                    next.is_none_or(|next| *next == sent.service),
                    "not to the one that told: {script:?}"
                );
            }
            (Wanted::Query, _) => {}
        }
    }
    assert!(left_open <= 2, "sent a third time: {script:?}");
    assert!(report.carried_out <= 1, "carried out twice: {script:?}");
    match &report.ended {
        Ended::Success => assert_eq!(report.carried_out, 1, "{script:?}"),
        Ended::Failed(_) | Ended::Code(_) => assert_eq!(report.carried_out, 0, "{script:?}"),
        Ended::Lost(_, seen) => {
            let holder = match seen {
                Seen::LoggedIn(user) => Some(Some(user.clone())),
                Seen::LoggedOut => Some(None),
                _ => None,
            };
            assert!(holder.is_none_or(|holder| holder == report.holder), "{script:?}");
            assert!(left_open > 0, "nothing was lost: {script:?}");
            assert!(*seen != Seen::CarriedOut || report.is_as_wanted, "not as told: {script:?}");
            let told_by = report.services.1;
            assert!(told_by.is_none_or(|service| report.tried.last() == Some(&service)), "{script:?}");
        }
        Ended::Holder(_) => panic!("an answer to a query: {script:?}"),
    }
    assert_eq!(report.services.0.is_some(), plan.services > 0);
    // The rounds and the busy answers of the operation, of the query, of the second sending, and of the query after it.
    let stage = usize::from(plan.retry.rounds) * plan.services + usize::from(plan.retry.busy);
    assert!(report.tried.len() <= 4 * stage + 4, "{} attempts: {script:?}", report.tried.len());
    assert!(report.waits.len() <= 4 * stage, "{script:?}");
    let longest = Duration::from_secs(25) + plan.retry.longest_wait;
    assert!(report.took <= longest * u32::try_from(4 * stage + 4).unwrap(), "{:?}: {script:?}", report.took);
}

fn end() -> impl Strategy<Value = End> {
    proptest::sample::select(&ENDS[..])
}

fn act() -> impl Strategy<Value = Act> {
    const STATUSES: [u16; 12] = [201, 204, 302, 303, 304, 408, 409, 500, 502, 504, 599, 999];
    let bytes = prop_oneof![Just(usize::MAX), 0_usize..160];
    let nonsense = (proptest::sample::select(&NO_ANSWERS[..]), any::<bool>())
        .prop_map(|(body, carried_out)| Answer::Nonsense(body, carried_out));
    let open = prop_oneof![proptest::sample::select(&STATUSES[..]), 200_u16..1000];
    let open = (open, any::<bool>()).prop_map(|(status, carried_out)| {
        Answer::Status(status, carried_out && !TURNED_AWAY.contains(&status))
    });
    let turned_away =
        proptest::sample::select(&TURNED_AWAY[..]).prop_map(|status| Answer::Status(status, false));
    let code = proptest::sample::select(&[0_u16, 6, 10, 18, 25, 99][..]).prop_map(Answer::Code);
    let answer = prop_oneof![
        4 => Just(Answer::Truth), 2 => Just(Answer::Busy), 1 => code, 2 => open, 2 => turned_away, 2 => nonsense,
    ];
    prop_oneof![
        2 => Just(Act::Refuse),
        1 => Just(Act::Unreachable),
        1 => end().prop_map(Act::EndsAtOnce),
        1 => Just(Act::SpeaksFirst),
        2 => (0_usize..700, end()).prop_map(|(bytes, end)| Act::Takes(bytes, end)),
        7 => (answer, bytes, end()).prop_map(|(answer, bytes, end)| Act::Answers(answer, bytes, end)),
    ]
}

/// Returns how many random drives a test runs.
fn drives() -> ProptestConfig {
    let cases = std::env::var("HOTDESK_DRIVES").map_or(2048, |drives| drives.parse().unwrap());
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Returns how far the clock is set back.
fn set_back() -> impl Strategy<Value = Vec<Duration>> {
    vec(prop_oneof![3 => Just(Duration::ZERO), 1 => (0_u64..100_000).prop_map(Duration::from_millis)], 1..5)
}

proptest! {
    #![proptest_config(drives())]

    #[test]
    fn rule_12_9_no_change_is_sent_while_it_may_have_been_carried_out_in_random_drives(
        script in vec(act(), 0..24),
        job in proptest::sample::select(&CHANGES[..]),
        holder in proptest::sample::select(&[None, Some("john"), Some("mary")][..]),
        services in 1_usize..4,
        (rounds, busy, resend) in (0_u8..4, 0_u8..4, any::<bool>()),
        segment in 1_usize..900,
        set_back in set_back(),
        seed in any::<u64>(),
    ) {
        let mut run = Run { segment, set_back, holder, ..Run::new(job, &script) };
        run.plan.services = services;
        run.plan.retry = Retry { rounds, busy, resend, ..run.plan.retry };
        run.plan.seed = seed;
        let plan = Plan { retry: Retry { rounds: rounds.max(1), ..run.plan.retry }, ..run.plan };
        check(&run.go(), &plan, &script);
    }

    #[test]
    fn a_query_ends_with_the_truth_or_without_an_answer_in_random_drives(
        script in vec(act(), 0..24),
        segment in 1_usize..900,
        set_back in set_back(),
    ) {
        let script: Vec<Act> = script.into_iter().filter(|act| !matches!(act, Act::Answers(Answer::Nonsense(body, _), ..) if body.contains("Results"))).collect();
        let report = Run { segment, set_back, ..Run::new(Job::Ask, &script) }.go();
        prop_assert!(report.tried.len() <= 6 + 5);
        match report.ended {
            Ended::Holder(holder) => prop_assert_eq!(holder, report.holder),
            Ended::Code(_) | Ended::Failed(_) => {}
            other => panic!("{other:?}"),
        }
    }
}
