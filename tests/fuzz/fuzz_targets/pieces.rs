//! Any bytes as an answer in pieces, cut at every place.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| hotdesk_tests::checks::pieces(input));
