//! Any events in an exchange, then any bytes of the peer.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| hotdesk_tests::checks::session(input));
