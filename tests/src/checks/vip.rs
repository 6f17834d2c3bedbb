//! Answers of VIP services and reporting records: what must hold for any bytes.

use hotdesk_core::vip::{Answer, Records, report_status};

/// Reads any bytes as an answer of a VIP service and as reporting records. What is read twice is the same, what is
/// listed was checked, and each record is a whole one of the input, after those before it.
///
/// # Panics
///
/// Panics if one of these does not hold.
pub fn vip(input: &[u8]) {
    match Answer::parse(input) {
        Ok(answer) => {
            assert_eq!(Answer::parse(input), Ok(answer));
            let text = std::str::from_utf8(input).expect("only UTF-8 is read");
            let elements = |name: &str| text.matches(name).count();
            assert!(answer.transactions.iter().count() <= elements("transactionStatus"));
            assert!(answer.pushes.iter().count() <= elements("pushDetail"));
            for status in answer.transactions.iter().chain([answer.status]) {
                assert!(!status.code.is_empty());
            }
            assert!(answer.numbers_challenge_value.is_none_or(|number| !number.is_empty()));
            if let Some(push) = answer.pushes.iter().find(|push| push.sent.is_some()) {
                assert!(elements("pushSent") > 0, "{push:?}");
            }
        }
        Err(error) => assert!(error.position().is_none_or(|position| position <= input.len())),
    }
    let mut before = 0;
    for record in Records::new(input) {
        let position = match record {
            Ok(record) => {
                assert_eq!(report_status(record.json), Ok(record.code));
                assert_eq!(&input[record.position..][..record.json.len()], record.json);
                record.position
            }
            Err(error) => error.position,
        };
        assert!(before <= position && position <= input.len(), "{before} {position}");
        before = position;
    }
    assert!(Records::new(input).count() <= input.len() + 1);
    if let Ok(code) = report_status(input) {
        let first = Records::new(input).next().expect("it is a record").map(|record| record.code);
        assert_eq!(first, Ok(code));
    }
}
