//! Any bytes as a request or a query, plain and as a form body.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| hotdesk_tests::checks::request(input));
