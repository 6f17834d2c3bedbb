//! Any bytes through the core's two tokenizers.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| hotdesk_tests::checks::tokenizers(input));
