//! Any bytes as the file that a phone loads from its cluster.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| hotdesk_tests::checks::phone_file(input));
