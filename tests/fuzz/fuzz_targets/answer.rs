//! Any bytes as an answer of the service.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| hotdesk_tests::checks::answer(input));
