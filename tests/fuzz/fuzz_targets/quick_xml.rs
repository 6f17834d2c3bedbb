//! What the core reads against what quick-xml reads.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| hotdesk_tests::checks::quick_xml(input));
