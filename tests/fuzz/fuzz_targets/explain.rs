//! Any text as what a screen shows; its first bytes also say which name of the tables is cut where, and how it is written.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| hotdesk_tests::checks::explain(input));
