//! Any bytes as an IP phone object, whole and in pieces.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| hotdesk_tests::checks::object(input));
