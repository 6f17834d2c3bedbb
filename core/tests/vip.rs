//! Section 13 of PROTOCOL.md: what VIP User Services answer. Each test is named after its rule.
#![cfg(feature = "vip")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use hotdesk_core::vip::{Answer, ReportError, report_status};
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
