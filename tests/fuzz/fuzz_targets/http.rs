//! Any bytes as an HTTP answer; the first one says in which pieces they come.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| hotdesk_tests::checks::http(input));
