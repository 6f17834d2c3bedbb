//! The code tables against the rows of their sources, kept as data: no row is missing or added, and each name is the
//! source's.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

use std::collections::{BTreeSet, HashSet};

use hotdesk_core::codes::azure_mfa::AzureMfaResult;
use hotdesk_core::codes::em_app::EmAppCode;
use hotdesk_core::codes::em_service::EmServiceCode;
use hotdesk_core::codes::emcc::EmccCode;
use hotdesk_core::codes::vip::VipCode;
use hotdesk_core::codes::{Code, Family, Row, Source, Who, phone};
use hotdesk_core::explain::explain;

/// The lines of a table, each split at its tabs.
fn lines(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect())
}

/// Numbers and names of a table of two columns.
fn decimal(table: &'static str) -> Vec<(u16, &'static str)> {
    lines(table).map(|line| (line[0].parse().unwrap(), line[1])).collect()
}

fn hexadecimal(table: &'static str) -> Vec<(u16, &'static str)> {
    lines(table).map(|line| (u16::from_str_radix(line[0], 16).unwrap(), line[1])).collect()
}

/// The same in a family's table, of the sources named.
fn held(family: Family, of: impl Fn(Row) -> bool) -> Vec<(u16, &'static str)> {
    let rows = family.rows().filter(|row| of(*row));
    rows.map(|row| (row.number().unwrap(), row.name())).collect()
}

const EM_SERVICE: &str = include_str!("../data/em-service-codes.tsv");
const EM_APP: &str = include_str!("../data/em-app-codes.tsv");
const EMCC: &str = include_str!("../data/emcc-codes.tsv");
const PHONE: &str = include_str!("../data/phone-errors.tsv");
const SYMPTOMS: &str = include_str!("../data/symptoms.tsv");
const VIP: &str = include_str!("../data/vip-status-codes.tsv");
const VIP_OTHER: &str = include_str!("../data/vip-other-codes.tsv");
const AZURE_MFA: &str = include_str!("../data/azure-mfa-results.tsv");
const SECOND_NAMES: &str = include_str!("../data/second-names.tsv");

#[test]
fn rule_7_1_the_tables_of_numbers_hold_the_rows_of_the_sources_and_no_other() {
    assert_eq!(held(Family::EmService, |_| true), decimal(EM_SERVICE));
    assert_eq!(held(Family::EmApp, |_| true), decimal(EM_APP));
    assert_eq!(held(Family::Emcc, |_| true), decimal(EMCC));
    assert_eq!(held(Family::AzureMfa, |_| true), decimal(AZURE_MFA));
    let status = |row: Row| matches!(row.source(), Source::VipStatus | Source::VipPush);
    assert_eq!(held(Family::Vip, status), hexadecimal(VIP));
}

#[test]
fn every_number_is_found_by_itself_and_a_number_without_a_row_claims_nothing() {
    let tables = [decimal(EM_SERVICE), decimal(EM_APP), decimal(EMCC), hexadecimal(VIP), decimal(AZURE_MFA)];
    for number in 0..=u16::MAX {
        let names = [
            EmServiceCode::new(number).name(),
            EmAppCode::new(number).name(),
            EmccCode::new(number).name(),
            VipCode::new(number).name(),
            AzureMfaResult::new(number).name(),
        ];
        let listed =
            |table: &[(u16, &'static str)]| table.iter().find(|row| row.0 == number).map(|row| row.1);
        let [service, app, emcc, vip, mfa] = tables.each_ref().map(|table| listed(table));
        assert_eq!(names, [service, app, emcc.or(service), vip, mfa], "{number}");
    }
}

#[test]
fn rule_7_2_gaps_in_the_sources_stay_unknown_and_keep_their_number() {
    for number in [13, 14, 15, 16, 17, 24, 34, 48, 201, u16::MAX] {
        let code = EmServiceCode::new(number);
        assert_eq!((code.number(), code.row(), code.name(), code.who()), (number, None, None, None));
        assert_eq!((code.meaning(), code.remedy(), code.to_string()), (None, None, number.to_string()));
    }
    for number in [200, 203, 206, 209, 214, 217] {
        assert_eq!(EmAppCode::new(number).row(), None);
    }
    for number in [0x49B5, 0x602C, 0x6030, 0x604E, 0x7007, 0x7009] {
        assert_eq!(VipCode::new(number).row(), None);
    }
    for number in [0, 26, 99, 146] {
        assert_eq!(AzureMfaResult::new(number).row(), None);
    }
}

#[test]
fn rule_7_3_phone_errors_are_keyed_by_source_and_number() {
    let listed: Vec<_> = lines(PHONE)
        .map(|line| {
            let source = match line[0] {
                "xml" => Source::PhoneXml,
                "http" => Source::PhoneHttp,
                "object" => Source::PhoneObject,
                "text" => Source::PhoneText,
                other => panic!("{other}"),
            };
            (source, line[1].parse::<u16>().ok(), line[2])
        })
        .collect();
    let held: Vec<_> = Family::Phone.rows().map(|row| (row.source(), row.number(), row.name())).collect();
    assert_eq!(held, listed);
    let names = |source| phone::rows(source, 4).map(|row| row.name()).collect::<Vec<_>>();
    assert_eq!(names(Source::PhoneXml), ["XML Error [4] Parse Error"]);
    assert_eq!(names(Source::PhoneObject), ["CiscoIPPhoneError 4 authentication error"]);
    assert_eq!(phone::rows(Source::PhoneXml, 8).count(), 0);
}

#[test]
fn rule_7_3_symptoms_are_those_of_the_troubleshooting_guide_that_have_no_code() {
    let coded = |name: &&str| name.starts_with("em-") || name.starts_with("phone:");
    let listed: Vec<_> = lines(SYMPTOMS).map(|line| line[1]).filter(|name| !coded(name)).collect();
    let held: Vec<_> = Family::Symptom.rows().map(|row| row.name()).collect();
    assert_eq!(held, listed);
    assert!(Family::Symptom.rows().all(|row| row.code().is_none()));
}

#[test]
fn rule_7_5_vip_push_states_stay_apart_from_the_voice_service_and_from_details() {
    for line in lines(VIP_OTHER) {
        let code: VipCode = line[1].parse().unwrap();
        let row = if line[0] == "voice" { code.voice() } else { code.detail() };
        assert_eq!(row.unwrap().name(), line[2]);
    }
    let push: Vec<_> = held(Family::Vip, |row| row.source() == Source::VipPush);
    assert_eq!(push.len(), 8);
    assert_eq!(VipCode::new(0x7000).row().unwrap().source(), Source::VipPush);
    assert_eq!(VipCode::new(0x7001).voice(), None);
    let others =
        Family::Vip.rows().filter(|row| matches!(row.source(), Source::VipVoice | Source::VipDetail));
    assert_eq!(others.count(), lines(VIP_OTHER).count());
}

#[test]
fn rule_7_5_vip_codes_are_read_in_any_case_and_written_in_upper_case() {
    for (text, number) in [("601B", 0x601B), ("601b", 0x601B), ("4e04", 0x4E04), ("0000", 0)] {
        let code: VipCode = text.parse().unwrap();
        assert_eq!((code.number(), code.to_string()), (number, text.to_uppercase()));
        assert_eq!(Code::Vip(code).to_string(), text.to_uppercase());
    }
    for text in ["", "0", "601", "06009", "60 9", "+600", "60é", "600G"] {
        assert!(text.parse::<VipCode>().is_err(), "{text}");
    }
}

#[test]
fn rule_7_1_the_numbers_that_phones_show_for_others_are_known() {
    let shown: Vec<_> = Family::ALL
        .into_iter()
        .flat_map(Family::rows)
        .filter_map(|row| Some((row.family(), row.number()?, row.shown_as()?)))
        .collect();
    let service = Family::EmService;
    assert_eq!(shown, [(service, 39, 201), (service, 40, 23), (service, 44, 201)]);
}

#[test]
fn rule_7_1_cross_cluster_readings_differ_from_those_of_the_service() {
    for row in Family::Emcc.rows() {
        let service = EmServiceCode::new(row.number().unwrap()).row().unwrap();
        assert_ne!((row.meaning(), row.family()), (service.meaning(), service.family()));
    }
}

#[test]
fn rule_7_1_a_code_in_cross_cluster_use_has_the_row_of_the_service_unless_it_has_one_of_its_own() {
    for number in 0..=u16::MAX {
        let own = Family::Emcc.rows().find(|row| row.number() == Some(number));
        assert_eq!(EmccCode::new(number).row(), own.or(EmServiceCode::new(number).row()), "{number}");
    }
    assert_eq!(EmccCode::new(47).row().unwrap().family(), Family::EmService);
    assert_eq!(EmccCode::new(23).row().unwrap().family(), Family::Emcc);
}

#[test]
fn rule_7_9_second_names_are_those_of_their_sources_in_order_and_no_other() {
    let listed: Vec<_> = lines(SECOND_NAMES).map(|line| (line[0], line[1], line[2])).collect();
    let mut held = Vec::new();
    for row in Family::ALL.into_iter().flat_map(Family::rows) {
        held.extend(row.second_names().map(|name| (row.family(), row.code().unwrap().to_string(), name)));
    }
    let held: Vec<_> =
        held.iter().map(|(family, code, name)| (family.as_str(), code.as_str(), *name)).collect();
    assert_eq!(held, listed);
    let sources = ["guide-4.1", "feature-guide", "refusal", "vip-detail", "report"];
    assert!(lines(SECOND_NAMES).all(|line| sources.contains(&line[3])));
}

#[test]
fn rule_7_10_every_symbolic_result_is_a_second_name_of_azure_mfa_only() {
    for row in Family::ALL.into_iter().flat_map(Family::rows) {
        for name in row.second_names().filter(|name| name.contains('_')) {
            assert_eq!(row.family(), Family::AzureMfa, "{name}");
            let readings = explain(name);
            assert_eq!(readings.clone().collect::<Vec<_>>(), [row]);
            assert!(readings.is_mapped_by_text(row), "{name}");
        }
    }
    let blocked = AzureMfaResult::new(14).row().unwrap();
    for text in ["mfa:14", "14", "User is Blocked", "14 SUCCESS_USER_BLOCKED", "[14] SUCCESS_USER_BLOCKED"] {
        assert!(
            explain(text).any(|row| row == blocked) && !explain(text).is_mapped_by_text(blocked),
            "{text}"
        );
    }
    assert!(!explain("SUCCESS_NO_PIN").is_mapped_by_text(blocked));
}

#[test]
fn families_and_who_must_act_are_printed_and_read_by_the_same_words() {
    for family in Family::ALL {
        assert_eq!(family.to_string(), family.as_str());
        assert_eq!(family.as_str().to_uppercase().parse(), Ok(family));
        assert_eq!(format!("{family:>12}|{family:<12}|").len(), 26);
    }
    for who in [Who::Person, Who::Administrator, Who::Wait, Who::Programmer] {
        assert_eq!((who.to_string().as_str(), who.as_str().parse()), (who.as_str(), Ok(who)));
    }
    // A short name can stand for two families.
    for text in ["", "em", "mfa", "em-service ", "sip", "emservice"] {
        let error = text.parse::<Family>().unwrap_err().to_string();
        assert_eq!(
            error, "unknown family; expected em-service, em-app, emcc, phone, symptom, vip or azure-mfa",
            "{text}"
        );
    }
    let error = "nobody".parse::<Who>().unwrap_err();
    assert_eq!(error.to_string(), "unknown actor; expected person, administrator, wait or programmer");
    let _: &dyn std::error::Error = &error;
}

#[test]
fn codes_are_made_from_numbers_and_give_them_back() {
    for number in [0, 26, 201, u16::MAX] {
        assert_eq!(u16::from(EmServiceCode::from(number)), number);
        assert_eq!(u16::from(EmAppCode::from(number)), number);
        assert_eq!(u16::from(EmccCode::from(number)), number);
        assert_eq!(u16::from(VipCode::from(number)), number);
        assert_eq!(u16::from(AzureMfaResult::from(number)), number);
    }
}

#[test]
fn rows_are_kept_in_sets_in_the_order_of_the_tables() {
    let rows: Vec<_> = Family::ALL.into_iter().flat_map(Family::rows).collect();
    assert!(rows.is_sorted());
    assert_eq!(rows.iter().copied().collect::<BTreeSet<_>>().len(), rows.len());
    assert_eq!(rows.iter().copied().collect::<HashSet<_>>().len(), rows.len());
    let sources: HashSet<Source> = rows.iter().map(|row| row.source()).collect();
    let codes: BTreeSet<Code> = rows.iter().filter_map(|row| row.code()).collect();
    assert!(sources.len() == 13 && codes.len() > 150, "{} {}", sources.len(), codes.len());
    let who: BTreeSet<Who> = rows.iter().map(|row| row.who()).collect();
    assert_eq!(who.len(), 4);
}

#[test]
fn rule_7_6_what_became_of_a_call_is_never_told_as_yes_or_no() {
    for row in Family::AzureMfa.rows() {
        let meaning = row.meaning().to_lowercase();
        let told = ["authenticated", "logged in", "admitted", "allowed in", "succeeded"];
        assert!(told.iter().all(|word| !meaning.contains(word)), "{row:?}: {meaning}");
        let sounds_like_yes =
            ["PIN Entered", "Verified", "Authenticated", "Succeeded", "Answered", "Used Cache"];
        if sounds_like_yes.iter().any(|word| row.name().contains(word) && !row.name().starts_with("No ")) {
            assert!(row.remedy().contains("is told elsewhere"), "{row:?}: {}", row.remedy());
        }
    }
}

#[test]
fn rule_7_7_names_are_there_without_the_texts() {
    // The second build of the core has no feature but its tokenizer.
    use hotdesk_core_xmlparser::codes::Family as Bare;

    let names = |family: Family| family.rows().map(|row| row.name()).collect::<Vec<_>>();
    for (family, bare) in Family::ALL.into_iter().zip(Bare::ALL) {
        assert_eq!(names(family), bare.rows().map(|row| row.name()).collect::<Vec<_>>());
    }
}

#[test]
fn rule_7_7_every_row_says_what_it_means_who_must_act_and_what_to_do() {
    let mut meanings = BTreeSet::new();
    for row in Family::ALL.into_iter().flat_map(Family::rows) {
        for text in [row.meaning(), row.remedy()] {
            assert!(text.len() > 10 && text.is_ascii() && text.ends_with('.'), "{row:?}: {text:?}");
        }
        assert_ne!(row.meaning(), row.name());
        meanings.insert(row.meaning());
        assert!(matches!(row.who(), Who::Person | Who::Administrator | Who::Wait | Who::Programmer));
    }
    assert!(meanings.len() > 190, "{}", meanings.len());
}

#[test]
fn a_family_is_found_by_its_name_and_short_name_in_any_case() {
    for family in Family::ALL {
        assert_eq!(Family::from_name(family.as_str()).collect::<Vec<_>>(), [family]);
        assert!(family.rows().all(|row| row.family() == family));
        assert_eq!(family.rows().len(), family.rows().count());
    }
    assert_eq!(Family::from_name("EM").collect::<Vec<_>>(), [Family::EmService, Family::EmApp]);
    assert_eq!(Family::from_name("Mfa").collect::<Vec<_>>(), [Family::AzureMfa]);
    assert_eq!(Family::from_name("sip").count(), 0);
}
