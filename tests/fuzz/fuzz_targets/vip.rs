//! Any bytes as an answer of a VIP service, and as reporting records.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| hotdesk_tests::checks::vip(input));
