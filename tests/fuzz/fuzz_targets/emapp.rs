//! Any bytes as a URL, a query string and header fields of the login application.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| hotdesk_tests::checks::emapp(input));
