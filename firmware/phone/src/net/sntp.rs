//! The question for the time and its answer (SNTP: RFC 4330, in the messages of RFC 5905).
//!
//! Nobody signs an answer. It is taken only from the server that was asked, and where it carries the number of the question;
//! it must never be taken from a server that says that its own clock is not set.

use core::net::SocketAddrV4;

use embassy_time::{Duration, Instant};

use super::Datagrams;
use crate::time::UnixTime;

/// Bytes of a message without what may follow.
const MESSAGE_BYTES: usize = 48;
/// Leap indicator 0, version 4, mode 3: a client.
const CLIENT: u8 = 4 << 3 | 3;
/// The mode of a server that answers.
const SERVER: u8 = 4;
/// The leap indicator of a clock that is not set.
const NOT_SET: u8 = 3;
/// The strata of servers whose clock is set; 0 is a refusal.
const STRATA: core::ops::RangeInclusive<u8> = 1..=15;
/// Seconds from the start of 1900, which the messages count from, to that of 1970.
const FROM_1900_TO_1970: UnixTime = 2_208_988_800;

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_millis(1500);
/// How often a server is asked, for datagrams may be lost.
const ATTEMPTS: usize = 2;

/// Asks a server for the time, until `deadline`. `number` is what the answer is told by: one that nobody can guess, another
/// for each question. `floor` says which of the turns of the count the answer is in, which has 136 years: the time nearest to
/// it.
pub(super) async fn ask(
    net: &mut impl Datagrams,
    server: SocketAddrV4,
    number: u64,
    floor: UnixTime,
    deadline: Instant,
) -> Option<UnixTime> {
    for _ in 0..ATTEMPTS {
        let write = |out: &mut [u8]| write_question(out, number);
        let read = |from, bytes: &[u8]| (from == server).then(|| read_answer(bytes, number)).flatten();
        if let Some(seconds) = net.ask(server, write, read, PATIENCE, deadline).await {
            return Some(nearest(seconds, floor));
        }
    }
    None
}

/// Writes the question into `out`, and returns its length: 0 where it does not fit.
fn write_question(out: &mut [u8], number: u64) -> usize {
    let mut question = [0; MESSAGE_BYTES];
    let (head, sent) = question.split_at_mut(MESSAGE_BYTES - 8);
    head.iter_mut().take(1).for_each(|byte| *byte = CLIENT);
    // When it was sent. The server only repeats it, so it need not be a time.
    sent.copy_from_slice(&number.to_be_bytes());
    match out.get_mut(..MESSAGE_BYTES) {
        Some(out) => {
            out.copy_from_slice(&question);
            MESSAGE_BYTES
        }
        None => 0,
    }
}

/// The seconds of an answer to the question with this number; none of what is no such answer, or of a server that does not
/// know the time.
fn read_answer(bytes: &[u8], number: u64) -> Option<u32> {
    let ([head, stratum, ..], Some(rest)) = (bytes.first_chunk::<2>()?, bytes.get(24..MESSAGE_BYTES)) else {
        return None;
    };
    let (originate, rest) = rest.split_first_chunk::<8>()?;
    let (_received, transmit) = rest.split_first_chunk::<8>()?;
    let seconds = u32::from_be_bytes(*transmit.first_chunk()?);
    let is_answer = head & 7 == SERVER
        && head >> 6 != NOT_SET
        && STRATA.contains(stratum)
        && u64::from_be_bytes(*originate) == number
        && transmit.iter().any(|byte| *byte != 0);
    is_answer.then_some(seconds)
}

/// The time nearest to `floor` whose count since 1900 ends so.
fn nearest(seconds: u32, floor: UnixTime) -> UnixTime {
    // The low bits alone.
    let [a, b, c, d, ..] = floor.wrapping_add(FROM_1900_TO_1970).to_le_bytes();
    let ahead = seconds.wrapping_sub(u32::from_le_bytes([a, b, c, d])).cast_signed();
    floor.saturating_add_signed(ahead.into())
}

#[cfg(test)]
mod tests {
    use core::net::Ipv4Addr;
    use std::prelude::v1::*;

    use embassy_futures::block_on;

    use super::*;

    const NUMBER: u64 = 0x1234_5678_9ABC_DEF0;
    const ASKED: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(10, 0, 0, 1), 123);
    const OTHER: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(10, 0, 0, 2), 123);
    /// 2026-11-27 14:00:10.
    const TIME: UnixTime = 1_795_788_010;

    /// An answer as a server of stratum 2 gives it.
    fn answer(number: u64, time: UnixTime) -> [u8; MESSAGE_BYTES] {
        let mut bytes = [0; MESSAGE_BYTES];
        bytes[..4].copy_from_slice(&[4 << 3 | SERVER, 2, 6, 0xEC]);
        bytes[24..32].copy_from_slice(&number.to_be_bytes());
        for at in [16, 32, 40] {
            let seconds = u32::try_from((time + FROM_1900_TO_1970) & 0xFFFF_FFFF).unwrap();
            bytes[at..at + 4].copy_from_slice(&seconds.to_be_bytes());
            bytes[at + 4] = 0x80;
        }
        bytes
    }

    fn read(bytes: &[u8]) -> Option<UnixTime> {
        read_answer(bytes, NUMBER).map(|seconds| nearest(seconds, TIME - 1_000_000))
    }

    /// Hands over the datagrams that arrive after each question, with their senders.
    struct Net {
        arriving: Vec<Vec<(SocketAddrV4, Vec<u8>)>>,
        asked: Vec<(SocketAddrV4, Vec<u8>)>,
    }

    impl Datagrams for Net {
        async fn ask<R>(
            &mut self,
            server: SocketAddrV4,
            write: impl FnOnce(&mut [u8]) -> usize,
            mut read: impl FnMut(SocketAddrV4, &[u8]) -> Option<R>,
            _patience: Duration,
            _deadline: Instant,
        ) -> Option<R> {
            let mut out = [0xFF; 64];
            let length = write(&mut out);
            self.asked.push((server, out[..length].to_vec()));
            let arriving = self.arriving.get(self.asked.len() - 1).cloned().unwrap_or_default();
            arriving.iter().find_map(|(from, bytes)| read(*from, bytes))
        }
    }

    fn ask_in(arriving: Vec<Vec<(SocketAddrV4, Vec<u8>)>>) -> (Option<UnixTime>, usize) {
        let mut net = Net { arriving, asked: Vec::new() };
        let told = block_on(ask(&mut net, ASKED, NUMBER, TIME - 5, Instant::MAX));
        assert!(net.asked.iter().all(|(server, _)| *server == ASKED));
        (told, net.asked.len())
    }

    #[test]
    fn the_question_is_one_of_a_client_and_carries_its_number() {
        let mut out = [0xFF; 64];
        assert_eq!(write_question(&mut out, NUMBER), MESSAGE_BYTES);
        assert_eq!(out[0], 0x23, "RFC 4330, section 4: LI 0, VN 4, mode 3");
        assert!(out[1..40].iter().all(|byte| *byte == 0));
        assert_eq!(out[40..48], NUMBER.to_be_bytes());
        assert_eq!(write_question(&mut [0; MESSAGE_BYTES - 1], NUMBER), 0);
    }

    #[test]
    fn an_answer_to_the_question_has_the_time() {
        let bytes = answer(NUMBER, TIME);
        assert_eq!(read(&bytes), Some(TIME));
        let mut version_3 = bytes;
        version_3[0] = 3 << 3 | SERVER;
        assert_eq!(read(&version_3), Some(TIME));
        let longer: Vec<u8> = bytes.iter().copied().chain([0; 20]).collect();
        assert_eq!(read(&longer), Some(TIME), "what follows is for others");
    }

    #[test]
    fn what_is_no_answer_or_of_a_server_without_the_time_is_not_taken() {
        for (name, at, with) in [
            ("a clock that is not set", 0, 3 << 6 | 4 << 3 | SERVER),
            ("a client", 0, CLIENT),
            ("a broadcast", 0, 4 << 3 | 5),
            ("a refusal", 1, 0),
            ("a server that is not synchronized", 1, 16),
            ("another number", 31, 0),
        ] {
            let mut bytes = answer(NUMBER, TIME);
            bytes[at] = with;
            assert_eq!(read(&bytes), None, "{name}");
        }
        let mut no_time = answer(NUMBER, TIME);
        no_time[40..].fill(0);
        assert_eq!(read(&no_time), None);
        for length in 0..MESSAGE_BYTES {
            assert_eq!(read(&answer(NUMBER, TIME)[..length]), None, "{length}");
        }
    }

    #[test]
    fn the_count_of_seconds_may_start_again() {
        // 2036-02-07 06:28:16 (RFC 4330, section 3).
        let turn = 2_085_978_496;
        for (time, floor) in
            [(turn - 1, TIME), (turn, TIME), (turn + 60, turn - 60), (TIME, TIME), (TIME - 60, TIME)]
        {
            let seconds = read_answer(&answer(NUMBER, time), NUMBER).unwrap();
            assert_eq!(nearest(seconds, floor), time, "{time} from {floor}");
        }
    }

    #[test]
    fn a_server_is_asked_twice_and_others_do_not_count() {
        let good = answer(NUMBER, TIME).to_vec();
        let forged = answer(NUMBER ^ 1, TIME + 9).to_vec();
        assert_eq!(ask_in(vec![vec![(ASKED, good.clone())]]), (Some(TIME), 1));
        assert_eq!(ask_in(vec![vec![], vec![(ASKED, good.clone())]]), (Some(TIME), 2));
        assert_eq!(ask_in(vec![vec![(ASKED, forged), (ASKED, good.clone())]]), (Some(TIME), 1));
        assert_eq!(ask_in(vec![vec![(OTHER, good.clone())], vec![(OTHER, good)]]), (None, 2));
    }
}
