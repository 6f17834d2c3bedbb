//! What must hold for any bytes as a trace.

use std::collections::BTreeSet;

use crate::logs::told;

/// What [`logs`] plants as a secret; no input is to have it by itself.
const SECRET: &str = "7319046582";

/// Reads the input as a trace: whole, in pieces of the size that the first byte says, and with one story open at most.
///
/// Pieces change nothing; every line is counted once, and once only; each story is JSON; a PIN that stands behind its name
/// is in nothing that is told.
///
/// # Panics
///
/// Panics if one of these does not hold.
pub fn logs(input: &[u8]) {
    let Some((size, bytes)) = input.split_first() else { return };
    let planted = String::from_utf8_lossy(bytes).replace("seq=", &format!("seq={SECRET}"));
    let log = planted.replace("Certificate>", &format!("Certificate>{SECRET}"));
    let log = log.as_bytes();
    let whole = told(log, usize::MAX, 1000);
    assert_eq!(told(log, (*size).into(), 1000), whole, "pieces differ");
    let tight = told(log, usize::MAX, 1);
    // Most is told with one story open as it is with many: each text is looked at once.
    let texts = [&whole, &tight].into_iter().flat_map(|(stories, summary)| stories.iter().chain([summary]));
    for text in texts.collect::<BTreeSet<_>>() {
        let _: serde_json::Value = serde_json::from_str(text).expect("what is told is JSON");
        assert!(!text.contains(SECRET), "a secret is told: {text}");
    }
    let summary: serde_json::Value = serde_json::from_str(&whole.1).expect("the summary is JSON");
    let lines = &summary["summary"]["lines"];
    let count = |name: &str| lines[name].as_u64().expect("lines are counted");
    let kinds = ["read", "bodies", "callManager", "console", "notes", "blank", "otherSentences"];
    let sum: u64 = kinds.into_iter().map(count).sum();
    assert_eq!(
        sum + lines["notUnderstood"]["count"].as_u64().unwrap_or(0),
        count("total"),
        "lines are missing"
    );
}
