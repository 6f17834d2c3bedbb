//! Section 13 of PROTOCOL.md: what VIP User Services answer. Each test is named after its rule.
#![cfg(feature = "vip")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use hotdesk_core::vip::{Answer, Records, ReportError, report_status};
use hotdesk_core::{Error, Field, Refusal};

fn parse(xml: &str) -> Answer<'_> {
    Answer::parse(xml.as_bytes()).unwrap_or_else(|error| panic!("{error} at {:?}: {xml}", error.position()))
}

/// Asserts that `marked` without its `§` is refused for `reason` at the place of the `§`.
fn refuse(marked: &str, reason: Refusal) {
    let position = marked.find('§').unwrap();
    let xml = marked.replace('§', "");
    assert_eq!(Answer::parse(xml.as_bytes()), Err(Error::Refused { reason, position }), "{marked}");
}

#[test]
fn rule_13_1_the_status_and_what_explains_it() {
    let answer = parse(
        "<?xml version='1.0'?><SOAP-ENV:Envelope><SOAP-ENV:Header><status>9</status></SOAP-ENV:Header>\
         <SOAP-ENV:Body><vip:AuthenticateUserResponse xmlns:vip='https://schemas.symantec.com/'>\
         <vip:requestId>r&amp;1</vip:requestId> <vip:detail>49b5</vip:detail><vip:other><vip:status>1</vip:status></vip:other>\
         <vip:status> 6009 </vip:status><vip:statusMessage>Authentication failed.</vip:statusMessage>\
         <vip:detailMessage>One <![CDATA[<time>]]></vip:detailMessage></vip:AuthenticateUserResponse>\
         </SOAP-ENV:Body></SOAP-ENV:Envelope>",
    );
    assert_eq!(answer.request_id.unwrap(), "r&1");
    assert_eq!(answer.status.code, "6009");
    assert_eq!(answer.status.message.unwrap(), "Authentication failed.");
    assert_eq!(answer.status.detail.unwrap(), "49b5");
    assert_eq!(answer.status.detail_message.unwrap(), "One <time>");
    assert_eq!(answer.transactions.iter().count(), 0);
}

#[test]
fn rule_13_1_the_answer_may_stand_alone() {
    let answer = parse("<GetUserInfoResponse><status>601B</status><detail> </detail></GetUserInfoResponse>");
    assert_eq!(answer.status.code, "601B");
    assert_eq!((answer.request_id, answer.status.message, answer.status.detail), (None, None, None));
}

#[test]
fn rule_13_2_transactions_have_statuses_of_their_own() {
    let answer = parse(
        "<S:Envelope><S:Body><a><b:transactionStatus><b:id>1</b:id><b:status>7001</b:status></b:transactionStatus>\
         <status>0000</status><transactionStatus><statusMessage>yes</statusMessage><status>7000</status>\
         </transactionStatus><x/></a></S:Body></S:Envelope>",
    );
    assert_eq!((answer.status.code, answer.status.message), ("0000".into(), None));
    let inner: Vec<_> =
        answer.transactions.iter().map(|inner| (inner.code.to_string(), inner.message)).collect();
    assert_eq!(inner, [("7001".to_owned(), None), ("7000".to_owned(), Some("yes".into()))]);
    // Each iteration yields them again.
    assert_eq!(
        answer.transactions,
        parse(&"<a><status>1</status></a>".replace(
            "</a>",
            "<transactionStatus>\
        <status>7001</status></transactionStatus><transactionStatus><status>7000</status><statusMessage>yes\
        </statusMessage></transactionStatus></a>"
        ))
        .transactions
    );
}

#[test]
fn rule_13_1_the_name_of_the_answer_says_which_call_it_answers() {
    let answer = parse(
        "<S:Envelope><S:Body><v:PollPushStatusResponse><status>0000</status></v:PollPushStatusResponse></S:Body></S:Envelope>",
    );
    assert_eq!(answer.operation, "PollPushStatusResponse");
    assert_eq!(
        parse("<GetUserInfoResponse><status>601B</status></GetUserInfoResponse>").operation,
        "GetUserInfoResponse"
    );
}

#[test]
fn rule_13_5_the_form_with_a_reason_code() {
    let answer = parse(
        "<SOAP-ENV:Body><v:ValidateResponse RequestId='CDCE&amp;1' Version=\"2.0\"><v:Status><v:ReasonCode>4e04</v:ReasonCode>\
         <v:Other/><v:StatusMessage>Invalid</v:StatusMessage><v:ErrorDetail>bad &lt;token&gt;</v:ErrorDetail></v:Status>\
         </v:ValidateResponse></SOAP-ENV:Body>"
            .strip_prefix("<SOAP-ENV:Body>")
            .unwrap()
            .strip_suffix("</SOAP-ENV:Body>")
            .unwrap(),
    );
    assert_eq!(
        (answer.operation, answer.request_id.unwrap().to_string()),
        ("ValidateResponse", "CDCE&1".to_owned())
    );
    assert_eq!((answer.status.code, answer.status.message), ("4e04".into(), Some("Invalid".into())));
    assert_eq!(answer.status.detail_message.unwrap(), "bad <token>");
    // An element goes before the attribute, and a blank one says nothing.
    assert_eq!(
        parse("<a RequestId='1'><requestId>2</requestId><status>1</status></a>").request_id.unwrap(),
        "2"
    );
    assert_eq!(parse("<a RequestId=' '><status>1</status></a>").request_id, None);
    refuse(
        "<a><status>1</status><Status>§<ReasonCode>2</ReasonCode></Status></a>",
        Refusal::Repeated(Field::VipStatus),
    );
    refuse("§<a><Status><StatusMessage>x</StatusMessage></Status></a>", Refusal::Missing(Field::VipStatus));
    refuse("§<a><ReasonCode>0000</ReasonCode></a>", Refusal::Missing(Field::VipStatus));
}

#[test]
fn rule_13_6_where_a_push_was_sent_and_the_number_to_show() {
    let answer = parse(
        "<AuthenticateUserWithPushResponse><requestId>AUTHWPUSH_1</requestId><status>6040</status>\
         <transactionId> b20e567dbf7bf7e9 </transactionId><pushDetail><pushCredentialId>SYMC61713435</pushCredentialId>\
         <pushSent>true</pushSent></pushDetail><pushDetail><other/><pushSent>0</pushSent></pushDetail>\
         <numbersChallengeValue>42</numbersChallengeValue></AuthenticateUserWithPushResponse>",
    );
    assert_eq!(answer.status.transaction_id.unwrap(), "b20e567dbf7bf7e9");
    assert_eq!(answer.numbers_challenge_value.unwrap(), "42");
    let pushes: Vec<_> = answer.pushes.iter().map(|push| (push.credential_id, push.sent)).collect();
    assert_eq!(pushes, [(Some("SYMC61713435".into()), Some(true)), (None, Some(false))]);
    // A guide has it inside.
    let inside = parse(
        "<a><status>6040</status><pushDetail><numbersChallengeValue>07</numbersChallengeValue></pushDetail></a>",
    );
    assert_eq!(inside.numbers_challenge_value.unwrap(), "07");
    assert_eq!(inside.pushes.iter().next().unwrap().sent, None);
    refuse(
        "<a><status>1</status><pushDetail>§<pushSent>yes</pushSent></pushDetail></a>",
        Refusal::Value(Field::PushSent),
    );
    refuse(
        "<a><status>1</status><numbersChallengeValue>1</numbersChallengeValue>§<numbersChallengeValue>2</numbersChallengeValue></a>",
        Refusal::Repeated(Field::NumbersChallengeValue),
    );
    refuse(
        "<a><status>1</status>§<numbersChallengeValue/></a>",
        Refusal::Blank(Field::NumbersChallengeValue),
    );
}

#[test]
fn rule_13_6_a_transaction_has_its_id_and_the_credential_that_was_used() {
    let answer = parse(
        "<a><status>0000</status><transactionStatus><transactionId>77</transactionId><status>7000</status>\
         <credentialId>SYMC1</credentialId><credentialType>STANDARD_OTP</credentialType><deviceInfo><Key>os</Key></deviceInfo>\
         </transactionStatus></a>",
    );
    let inner = answer.transactions.iter().next().unwrap();
    assert_eq!((inner.transaction_id, inner.credential_id), (Some("77".into()), Some("SYMC1".into())));
    assert_eq!(inner.credential_type.unwrap(), "STANDARD_OTP");
    assert_eq!(answer.status.transaction_id, None);
    refuse(
        "<a><status>1</status><transactionStatus><status>7000</status><transactionId>1</transactionId>§<transactionId>2</transactionId>\
         </transactionStatus></a>",
        Refusal::Repeated(Field::TransactionId),
    );
}

#[test]
fn rule_13_3_what_is_no_such_answer_is_refused() {
    refuse("§<E:Envelope><E:Header/></E:Envelope>", Refusal::Missing(Field::Body));
    refuse("<E:Envelope>§<E:Body></E:Body></E:Envelope>", Refusal::Missing(Field::VipStatus));
    refuse(
        "<E:Envelope><E:Body>§<E:Fault><faultstring>no</faultstring></E:Fault></E:Body></E:Envelope>",
        Refusal::Missing(Field::VipStatus),
    );
    refuse("<a><status>1</status>§<b:status>2</b:status></a>", Refusal::Repeated(Field::VipStatus));
    refuse("<a><detail>1</detail>§<detail/><status>1</status></a>", Refusal::Repeated(Field::Detail));
    refuse("<a>§<status> </status></a>", Refusal::Blank(Field::VipStatus));
    refuse("<a><status>§<b/></status></a>", Refusal::ElementInText(Field::VipStatus));
    refuse("<a><status>1</status>§<transactionStatus/></a>", Refusal::Missing(Field::VipStatus));
    refuse("§<!DOCTYPE a><a><status>1</status></a>", Refusal::Doctype);
    refuse(
        "<E:Envelope><E:Body><a><status>1</status></a></E:Body>§<E:Body/></E:Envelope>",
        Refusal::Repeated(Field::Body),
    );
}

#[test]
fn rule_13_3_an_answer_cut_after_any_byte_is_refused() {
    let xml = "<S:Envelope><S:Body><a><transactionStatus><status>7001</status></transactionStatus>\
               <status>0000</status></a></S:Body></S:Envelope>";
    for end in 0..xml.len() {
        assert!(Answer::parse(&xml.as_bytes()[..end]).is_err(), "cut after {end}");
    }
}

#[test]
fn rule_13_4_the_status_of_a_record() {
    for (json, code) in [
        (r#"{"result":{"status":"0000"}}"#, "0000"),
        (
            r#" {"a":[1,{"result":{"status":"1111"}}],"result" : { "x":null, "status" : "4e04","y":-1.5e3 },"z":true} "#,
            "4e04",
        ),
        (r#"{"text":"\"[[[[[[[[[[[[[[[[[[[[[[{","result":{"status":"601B"}}"#, "601B"),
    ] {
        assert_eq!(report_status(json.as_bytes()), Ok(code), "{json}");
    }
}

#[test]
fn rule_13_4_a_record_without_a_status_is_refused() {
    for json in [
        "",
        "[]",
        "{}",
        "null",
        r#"{"status":"0000"}"#,
        r#"{"result":"0000"}"#,
        r#"{"result":{"status":6009}}"#,
        r#"{"result":{"status":null}}"#,
        r#"{"result":{"status":"0000","status":"6009"}}"#,
        r#"{"result":{"status":"0000"},"result":{"status":"6009"}}"#,
        r#"{"result":{"status":"0000"}} {}"#,
        r#"{"result":{"status":"0000"}"#,
        r#"{"result":{"status":"0000}}"#,
    ] {
        assert_eq!(report_status(json.as_bytes()), Err(ReportError::NoStatus), "{json}");
    }
    for code in ["", "600", "60099", "600G", "60\\u0030", "６００９", "+600"] {
        let json = format!(r#"{{"result":{{"status":"{code}"}}}}"#);
        assert_eq!(report_status(json.as_bytes()), Err(ReportError::NotACode), "{json}");
    }
    assert_eq!(report_status(b"{\"result\":{\"status\":\"\xff\xff\xff\xff\"}}"), Err(ReportError::NoStatus));
}

#[test]
fn rule_13_4_a_record_has_a_depth() {
    let nested = |depth: usize| {
        let (open, close) = ("[".repeat(depth - 1), "]".repeat(depth - 1));
        report_status(format!(r#"{{"a":{open}{close},"result":{{"status":"0000"}}}}"#).as_bytes())
            .map(str::to_owned)
    };
    assert_eq!(nested(16), Ok("0000".to_owned()));
    assert_eq!(nested(17), Err(ReportError::TooDeep));
    assert_eq!(nested(100_000), Err(ReportError::TooDeep));
}

/// The codes of the records of a text; for one without, why and where.
fn codes(json: &str) -> Vec<Result<&str, (ReportError, usize)>> {
    Records::new(json.as_bytes())
        .map(|record| record.map(|record| record.code).map_err(|error| (error.reason, error.position)))
        .collect()
}

const A: &str = r#"{"result":{"status":"0000"}}"#;
const B: &str = r#"{"result":{"status":"601b"},"x":["{]",{"y":"\\\""}]}"#;

#[test]
fn rule_13_7_records_are_one_object_an_array_or_one_a_line() {
    for none in ["", " \n", "\u{feff}", "[]", " [ ] \n"] {
        assert_eq!(codes(none), [], "{none:?}");
    }
    let pretty = "{\n  \"result\": {\n    \"status\": \"0000\"\n  }\n}\n";
    assert_eq!(codes(pretty), [Ok("0000")]);
    for two in [
        format!("{A}\n{B}\n"),
        format!("\u{feff}{A}\r\n\r\n{B}"),
        format!("{A}{B}"),
        format!("[{A},{B}]"),
        format!(" [\n{A} ,\n{B}\n]\n"),
        format!("{pretty}{B}"),
    ] {
        assert_eq!(codes(&two), [Ok("0000"), Ok("601b")], "{two}");
    }
    let text = format!("{A}\n {B}");
    let second = Records::new(text.as_bytes()).nth(1).unwrap().unwrap();
    assert_eq!((second.position, second.json), (A.len() + 2, B.as_bytes()));
}

#[test]
fn rule_13_7_a_record_that_cannot_be_read_hides_no_other() {
    use ReportError::{CutShort, NoStatus, NotACode, NotARecord, TooDeep};
    let at = A.len() + 1;
    for (bad, why) in [
        (r#"{"result":{"status":"0000"}"#, CutShort),
        (r#"{"result":{"status":"0000}}"#, CutShort),
        (r#"{"result":{}}"#, NoStatus),
        (r#"{"result":{"status":"00"}}"#, NotACode),
        ("null", NotARecord),
        ("}", NotARecord),
        ("[", NotARecord),
        (&"{\"a\":".repeat(17), TooDeep),
        ("{\"\u{1}\":1}", NoStatus),
    ] {
        assert_eq!(codes(&format!("{A}\n{bad}\n{B}\n")), [Ok("0000"), Err((why, at)), Ok("601b")], "{bad}");
    }
    // Nothing inside of a record that is cut is taken for a record.
    assert_eq!(codes(&format!("{{\"a\": [\n  {A}\n")), [Err((CutShort, 0))]);
    for (element, why) in [
        ("1", NoStatus),
        ("\"]\"", NoStatus),
        ("{}", NoStatus),
        ("[{}]", NoStatus),
        (r#"{"result":{"status":"0"}}"#, NotACode),
    ] {
        assert_eq!(
            codes(&format!("[{A},{element},{B}]")),
            [Ok("0000"), Err((why, at + 1)), Ok("601b")],
            "{element}"
        );
    }
}

#[test]
fn rule_13_7_a_broken_array_is_told_once() {
    use ReportError::{CutShort, NotARecord};
    let n = A.len();
    for (json, last) in [
        (format!("[{A}"), (CutShort, n + 1)),
        (format!("[{A},"), (CutShort, n + 2)),
        (format!("[{A},]"), (NotARecord, n + 2)),
        (format!("[{A}{B}]"), (NotARecord, n + 1)),
        (format!("[{A}]{B}"), (NotARecord, n + 2)),
        (format!("[{A},,{B}]"), (NotARecord, n + 2)),
        (format!("[{A},{{\n{{"), (CutShort, n + 2)),
    ] {
        assert_eq!(codes(&json), [Ok("0000"), Err(last)], "{json}");
    }
    assert_eq!(codes("["), [Err((CutShort, 1))]);
    assert_eq!(codes("[,"), [Err((NotARecord, 1))]);
}

#[test]
fn rule_13_7_many_records_that_cannot_be_read_take_no_longer_than_others() {
    // Each line would be looked at to its end, if a line that is cut reached to the end of the input.
    for line in ["{\n", "{\"a\":\n", "{ \"\n", "x\n", "{\n}\n{\n"] {
        let records = line.repeat(50_000);
        assert!(Records::new(records.as_bytes()).count() >= 1);
    }
}
