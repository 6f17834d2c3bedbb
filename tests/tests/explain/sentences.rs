//! What people write about what a screen shows: PROTOCOL.md 7.8 to 7.12, words around a code, several codes in a sentence.

use hotdesk_core::codes::Family;
use hotdesk_core::explain::explain;
use proptest::prelude::*;

use super::{each_reads, read, reads};

/// Every mark in which people put what a screen says.
const QUOTES: [(&str, &str); 12] = [
    ("\"", "\""),
    ("'", "'"),
    ("`", "`"),
    ("\u{201c}", "\u{201d}"),
    ("\u{2018}", "\u{2019}"),
    ("\u{201e}", "\u{201c}"),
    ("\u{201a}", "\u{2018}"),
    ("\u{ab}", "\u{bb}"),
    ("\u{ab} ", " \u{bb}"),
    ("\u{bb}", "\u{ab}"),
    ("\u{2039}", "\u{203a}"),
    ("\u{300c}", "\u{300d}"),
];

#[test]
fn rule_7_8_a_name_counts_only_where_a_word_ends() {
    each_reads(&[
        ("Success", &["vip:0000"]),
        ("success.", &["vip:0000"]),
        ("SUCCESS!", &["vip:0000"]),
        ("Success: the user is known", &["vip:0000"]),
        ("Success (cached)", &["vip:0000"]),
        ("Success \u{2013} go on", &["vip:0000"]),
        ("Database Error: see the log", &["em-service:6"]),
        ("Host not found; try again", &["Host not found"]),
        ("Untrusted IP Error\u{2026}", &["em-service:28"]),
        ("init failed, contact administrator", &["em-app:210"]),
        ("RIS down-contact administrator", &["em-service:29"]),
    ]);
    for text in [
        "SUCCESS_NEW_RESULT",
        "Success_",
        "Successful",
        "Successes",
        "Success-story",
        "Success/failure",
        "Success.html",
        "success@example.org",
        "Success=true",
        "Success\u{e9}",
        "Authentication failed_retry",
        "Authentication failed.retry",
        "Database Error-prone",
        "Database Errors",
        "Host not foundation",
        "Untrusted IP Errors",
        "Used Cached",
    ] {
        reads(text, &[]);
    }
    // The same beside a number, and of the number itself.
    reads("[6]-Database_Error_x", &["em-service:6", "azure-mfa:6"]);
    reads("[6]-Database Errors", &["em-service:6", "azure-mfa:6"]);
    for text in
        ["26_NO_PIN", "26-bit phones", "26th", "26%", "30% of users", "7\" phone", "1. Restart", "1) Restart"]
    {
        reads(text, &[]);
    }
}

#[test]
fn rule_7_9_every_second_name_is_read_as_its_row() {
    for line in include_str!("../../data/second-names.tsv").lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<_> = line.split('\t').collect();
        let [family, code, name, source] = columns.as_slice() else { panic!("{line}") };
        let row = format!("{family}:{code}");
        // The name of em-app 201 is one that em-service 2 had.
        let alone = if *name == "Authentication Error" { "em-app:201" } else { row.as_str() };
        for text in [
            (*name).to_owned(),
            name.to_uppercase(),
            name.to_lowercase(),
            name.replace(' ', "   "),
            format!("Error:- {name}"),
            format!("{name}."),
            format!("it says \"{name}\" here"),
        ] {
            reads(&text, &[alone]);
        }
        for text in [format!("[{code}]-{name}"), format!("{name}({code})"), format!("error {code}: {name}")] {
            reads(&text, &[&row]);
        }
        assert!(
            !matches!(*source, "report" | "refusal") || read(&format!("10:42 j: {name}, again")) == [row],
            "{line}"
        );
    }
}

#[test]
fn rule_7_10_symbolic_results_of_azure_mfa_are_rows_wherever_they_are() {
    each_reads(&[
        ("SUCCESS_NO_PIN", &["azure-mfa:2"]),
        ("success_no_pin", &["azure-mfa:2"]),
        ("SUCCESS_WITH_PIN", &["azure-mfa:1"]),
        ("SUCCESS_WITH_PIN_BUT_TIMEOUT", &["azure-mfa:3"]),
        ("[SUCCESS_NO_PIN]", &["azure-mfa:2"]),
        ("status=SUCCESS_NO_PIN;", &["azure-mfa:2"]),
        ("call result FAILED_PHONE_BUSY at 10:42", &["azure-mfa:101"]),
        ("john,FAILED_PHONE_BUSY,\"SUCCESS_NO_PIN\"", &["azure-mfa:2", "azure-mfa:101"]),
        ("2 SUCCESS_NO_PIN", &["azure-mfa:2"]),
        ("CONFIG_ISSUE", &["azure-mfa:102"]),
        // Cut: every name that begins so.
        ("SUCCESS_WITH_PIN_", &["azure-mfa:3"]),
        ("SUCCESS_WITH_PI", &["azure-mfa:1", "azure-mfa:3"]),
        ("SUCCESS_NO_PIN_BUT_TIM", &["azure-mfa:4"]),
        ("FAILED_OATH_CODE", &["azure-mfa:138", "azure-mfa:139", "azure-mfa:140"]),
    ]);
    for text in [
        "SUCCESS_",
        "SUCCESS_OTHER",
        "SUCCESS_NO_PINS",
        "FAILED_PHONE_BUSYX",
        "XFAILED_PHONE_BUSY",
        "X_FAILED_PHONE_BUSY",
        "FAILED_PHONE_BUSY_AGAIN",
        "FAIL_PHONE_BUSY",
        "FAILED_OATH_CODE_PIN_INCORRECT",
        "FAILED_SMS_MAX_OTP_RETRY_REACHED",
        "FAILED",
    ] {
        reads(text, &[]);
    }
}

#[test]
fn rule_7_9_who_could_not_be_authenticated_stands_in_quotes_in_the_text_of_a_refusal() {
    for (open, close) in QUOTES {
        for id in ["appid", "john@example.org", "user", "success", "two words", "O'Brien", "26"] {
            reads(&format!("Could not authenticate {open}{id}{close}"), &["em-service:3"]);
        }
    }
    let longer = "DB Query Error: Application Authentication Error: Could not authenticate";
    each_reads(&[
        ("Could not authenticate appid", &["em-service:3"]),
        ("Could not authenticate 'app", &["em-service:3"]),
        ("could not authenticate  'appid'.", &["em-service:3"]),
        ("Login failed: Could not authenticate 'appid'", &["em-service:3"]),
        ("<error code=\"3\">Could not authenticate 'appid'</error>", &["em-service:3"]),
        ("(3) Could not authenticate", &["em-service:3"]),
        (longer, &["em-service:3"]),
        ("DB Query Error: Application Authentication", &["em-service:3"]),
        ("Application Authentication Error: Could not authenticate 'appid'", &["em-service:3"]),
        // The bare words are the beginning of both.
        ("Could not authenticate", &["em-service:3", "vip:7008"]),
        ("COULD NOT AUTHENTICATE.", &["em-service:3", "vip:7008"]),
        ("Error: Could not authenticate", &["em-service:3", "vip:7008"]),
        ("Could not authenticate user", &["vip:7008"]),
        ("Could not authenticate user based on", &["vip:7008"]),
        ("Could not", &[]),
        ("Could not authenticate the device", &[]),
        ("Could not authenticate 'appid' but went on", &[]),
    ]);
}

#[test]
fn rule_7_9_texts_of_refusals_are_read_wherever_they_are() {
    each_reads(&[
        ("Phone currently has user logged in", &["em-service:18"]),
        ("SEP1: Phone currently has user logged in john", &["em-service:18"]),
        ("login of john: phone currently has user logged", &["em-service:18"]),
        ("LoginService: Device does not allow hoteling.", &["em-service:22"]),
        ("code 22: SEP1: Device does not allow hoteling", &["em-service:22"]),
        ("error 18 and Device does not allow hoteling", &["em-service:18", "em-service:22", "azure-mfa:18"]),
        ("Phone currently has no user logged in", &[]),
        ("Phone current", &[]),
        ("Device does allow hoteling", &[]),
        ("Device does not allow hotelings", &[]),
        // The detail of VIP is no such text: it must stand alone, beside its number or in quotes.
        ("Failed with an invalid OTP", &["vip:49B5"]),
        ("failed with an invalid otp.", &["vip:49B5"]),
        ("Failed with an invalid", &["vip:49B5"]),
        ("6009 Authentication failed. 49B5 Failed with an invalid OTP", &["vip:6009", "vip:49B5"]),
        ("<status>6009</status><detail>49B5</detail>", &["vip:6009", "vip:49B5"]),
        ("send service failed with an invalid otp code", &[]),
        ("Failed with an invalid OTP code", &[]),
        ("Failed", &[]),
    ]);
}

#[test]
fn rule_7_1_a_number_in_cross_cluster_use_means_there_what_the_service_says_unless_it_has_a_row() {
    for row in Family::EmService.rows() {
        let number = row.number().unwrap();
        let own = matches!(number, 2 | 5 | 23);
        let means = if own { format!("emcc:{number}") } else { format!("em-service:{number}") };
        for text in [
            format!("emcc:{number}"),
            format!("EMCC {number}"),
            format!("EMCC : {number}"),
            format!("{number} EMCC"),
            format!("Error Code: {number} EMCC"),
            format!("Error code : {number} (EMCC)"),
            format!("EMCC error code: {number}"),
            format!("EMCC error [{number}]"),
            format!("error {number} in EMCC use"),
        ] {
            reads(&text, &[&means]);
        }
    }
    each_reads(&[
        ("emcc:13", &[]),
        ("emcc:48", &[]),
        ("EMCC error 201", &["em-app:201", "em-service:39", "em-service:44"]),
        ("EMCC not activated (211)", &["em-app:211"]),
        ("Error Code: 6009 VIP", &["vip:6009"]),
        ("VIP status code 600b", &["vip:600B"]),
        ("Azure MFA result 14", &["azure-mfa:14"]),
        ("MFA error 26", &[]),
    ]);
}

#[test]
fn rule_7_4_a_number_before_the_word_error_is_read_like_one_behind_it() {
    let shown = ["em-app:201", "em-service:39", "em-service:44"];
    for text in [
        "201 error",
        "201 ERROR",
        "201-error",
        "201 error!",
        "a 201 error",
        "they receive 201 error while logging in",
        "they receive error 201 while logging in",
        "they receive 201 error while logging in EM .",
        "Why 201 error?",
        "the 201 error message",
        "the error is 201",
        "error no. 201",
        "what does error 201 mean?",
    ] {
        reads(text, &shown);
    }
    reads("503 error", &["phone:503", "phone:503"]);
    reads("404 HTTP error", &["phone:404"]);
    reads("4 XML error", &["phone:4"]);
    reads("HTTP 404 Not Found", &["phone:404"]);
    reads("HTTP Error 503 Service Unavailable", &["phone:503"]);
    // These count errors, or number something else.
    for text in [
        "3 errors",
        "I got 3 errors",
        "1 error",
        "0 errors",
        "5 error messages",
        "errors: 3",
        "2 or 3 errors",
        "4 XML errors",
        "error 5 times",
        "I get the error 3 times a day",
        "error 5 phones cannot log in",
        "error 4 of 5",
        "version 12 error",
        "CUCM 11.5 error",
        "10:42:26 error",
        "2018-04-14 19:09:45,566 ERROR EMAppServlet - Login failed for SEP001122334455",
        "PIN code 26",
        "on line 26 error",
        "main.rs:26: error: x",
    ] {
        reads(text, &[]);
    }
}

#[test]
fn rule_7_11_a_text_in_quotes_is_read_alone() {
    for (open, close) in QUOTES {
        for (text, row) in [
            ("error file not found", "phone:404"),
            ("Untrusted IP Error", "em-service:28"),
            ("FILE NOT FOUND", "phone:404"),
            ("Host not found.", "Host not found"),
            ("Could not authenticate 'appid'", "em-service:3"),
            ("Error [22]-Dev.logon disabled", "em-service:22"),
            ("Login is unavailable(213)", "em-app:213"),
            ("26", "em-service:26"),
        ] {
            for sentence in [
                format!(
                    "I have a 7811 phone (Call Manager 12.5) and when I want to logout {open}{text}{close}"
                ),
                format!("john's phone says {open}{text}{close} again; he can't log in"),
                format!("{open}{text}{close} is what he sees"),
                format!("it says:{open}{text}{close}."),
            ] {
                reads(&sentence, &[row]);
            }
        }
        reads(&format!("it says {open}Untrusted IP Errors{close} here"), &[]);
        reads(&format!("it says {open}the weather{close} here"), &[]);
        reads(&format!("it says {open}{close} here"), &[]);
    }
    each_reads(&[
        ("it says \"error file not found", &["phone:404"]),
        ("it says \u{201c}Untrusted IP Err", &["em-service:28"]),
        ("it says \"Untrusted IP Error\" or \"Host not found\"", &["em-service:28", "Host not found"]),
        ("error 26, then \"Host not found\"", &["em-service:26", "Host not found"]),
        ("\"DN has multiple users\" (47)", &["em-service:47"]),
        ("\"Dev.logon disabled\" with error 22 in it", &["em-service:22"]),
        ("he said 'it shows \"Host not found\" here'", &["Host not found"]),
        ("7\" phone: \"Host not found\"", &["Host not found"]),
        ("he can't see what it's about", &[]),
        ("\"a\" Untrusted IP Error \"b\"", &[]),
    ]);
}

#[test]
fn rule_7_4_words_within_the_name_of_a_row_beside_its_number_are_that_row_only() {
    for text in [
        "Parse Error [4]",
        "PARSE ERROR (4)",
        "[4] Parse Error",
        "[4]-Parse",
        "parse error 4",
        "the phone shows Parse Error [4]",
        "Parse Error [4] appears",
    ] {
        reads(text, &["phone:4"]);
        assert_eq!(explain(text).next().unwrap().name(), "XML Error [4] Parse Error");
    }
    each_reads(&[
        ("Validation error [4]", &["em-service:4"]),
        ("Timed out (4)", &["azure-mfa:4"]),
        ("not found (23)", &["em-service:23", "emcc:23"]),
        ("DN not found (23)", &["emcc:23"]),
        ("the phone shows User not found (23)", &["em-service:23"]),
        ("no response from remote host (23)", &["em-service:40"]),
    ]);
    // These words are of no name, or of all.
    for text in
        ["Error [4]", "Error on page [4]", "Parse problem [4]", "codes: [4]", "the code and the error [4]"]
    {
        reads(text, &["em-service:4", "phone:4", "phone:4", "azure-mfa:4"]);
    }
    reads("for this user (23)", &["em-service:23", "emcc:23", "azure-mfa:23", "em-service:40"]);
}

#[test]
fn rule_7_12_several_numbers_are_all_read() {
    let both = ["em-service:26", "em-service:27"];
    for text in [
        "code 26, code 27",
        "code 26 and code 27",
        "codes 26 and 27",
        "codes: 26, 27",
        "Error 26 or 27",
        "errors 26/27",
        "26, 27",
        "26,27",
        "26; 27",
        "26 & 27",
        "26 27",
        "26 and 27",
        "27 26 27",
        "[26] [27]",
        "[26, 27]",
        "(26/27)",
        "Error [26], Error [27]",
        "em:26, em:27",
        "em:26 em:27",
        "em:26, 27",
        "26 error, 27 error",
        "he sees \"26\" or \"27\"",
        "Login is unavailable(26) / Login is unavailable(27)",
    ] {
        reads(text, &both);
    }
    each_reads(&[
        ("[22]-Dev.logon disabled, then [26]-Busy", &["em-service:22", "em-service:26"]),
        ("DN has multiple users(47), LoginType invalid(215)", &["em-service:47", "em-app:215"]),
        ("XML Error [4], HTTP Error [503]", &["phone:4", "phone:503"]),
        ("vip:6009, em:26", &["em-service:26", "vip:6009"]),
        ("6009/600B", &["vip:6009", "vip:600B"]),
        (
            "errors 22, 25 and 26",
            &["em-service:22", "em-service:25", "em-service:26", "azure-mfa:22", "azure-mfa:25"],
        ),
        ("26, 26", &["em-service:26"]),
        ("code 26, code 999", &["em-service:26"]),
        ("error 26, 3 times", &["em-service:26"]),
        ("error 26 (3 times)", &["em-service:26"]),
        ("CUCM 11.5, error 26", &["em-service:26"]),
    ]);
    for text in ["26 and 27 phones", "26.27", "26-27", "555 1234", "[26, 2", "code 26 phones, code 27 phones"]
    {
        reads(text, &[]);
    }
}

#[test]
fn only_ascii_digits_are_numbers_and_other_scripts_may_bracket_them() {
    for text in
        ["\u{ff12}\u{ff16}", "\u{662}\u{666}", "2\u{666}", "[2\u{ff16}]", "\u{2461}", "em:\u{662}\u{666}"]
    {
        reads(text, &[]);
    }
    for text in [
        "\u{30a8}\u{30e9}\u{30fc}\u{ff3b}26\u{ff3d}",
        "\u{9519}\u{8bef}\u{ff08}26\u{ff09}",
        "\u{3010}26\u{3011}",
    ] {
        reads(text, &["em-service:26"]);
    }
}

#[test]
fn a_long_text_takes_time_in_proportion_to_its_length() {
    // Quadratic behaviour would take hours for these, linear takes a moment.
    for unit in [
        "a",
        " ",
        "1 ",
        "[1",
        "error ",
        "Dev.",
        "(",
        "login is unavailable",
        "Connecti",
        "certificate not ",
        "'a ",
        "\u{ab}",
        "a\"",
        "a_b",
        "_",
        "Phone currently has ",
        "Could not authenticate ",
        "x 1 error, ",
        "not a ",
    ] {
        let text = unit.repeat((1 << 18) / unit.len());
        assert_eq!(explain(&text).count(), 0, "{unit:?}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_a_panic_and_the_same_each_time(text in "\\PC{0,80}") {
        let first: Vec<_> = explain(&text).collect();
        prop_assert!(explain(&text).eq(first.iter().copied()));
        for (at, row) in first.iter().enumerate() {
            prop_assert!(!first[..at].contains(row), "{:?} twice", row);
        }
    }

    #[test]
    fn any_mixture_of_what_screens_show_is_read_without_a_panic(
        parts in prop::collection::vec(prop::sample::select(vec![
            "Error", "[", "]", "(", ")", ":-", "-", " ", "26", "201", "7000", "Dev.", "logon disabled", "Login is unavailable",
            "HTTP Error", "CiscoIPPhoneError", "em:", "vip:", "601b", "\u{2026}", "\u{2019}", "Conn. error", "EM",
        ]), 0..12)
    ) {
        let text = parts.concat();
        prop_assert!(explain(&text).count() <= 250);
    }

    #[test]
    fn case_and_blanks_do_not_matter_to_a_name(
        row in prop::sample::select(Family::ALL.into_iter().flat_map(Family::rows).collect::<Vec<_>>()),
        upper in any::<bool>(),
        blanks in 1..4_usize,
    ) {
        let text = row.name().replace(' ', &" ".repeat(blanks));
        let text = if upper { text.to_uppercase() } else { text.to_lowercase() };
        prop_assert!(explain(&text).any(|found| found == row), "{}", text);
    }
}
