//! Any bytes through the core's optimistic reader and its careful one.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| hotdesk_tests::checks::readers(input));
