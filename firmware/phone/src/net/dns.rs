//! The messages of DNS (RFC 1035) that the phone needs: a question for the IPv4 addresses of a name, and its answer.
//!
//! smoltcp's reader and writer do the work. An answer is taken only where it carries the question's number and name; what
//! else arrives is not for us, or forged.

use core::net::Ipv4Addr;

use smoltcp::wire::{
    DnsFlags, DnsOpcode, DnsPacket, DnsQueryType, DnsQuestion, DnsRcode, DnsRecord, DnsRecordData, DnsRepr,
};

/// Bytes of the longest question: a header, a name of 255 bytes, type and class.
pub(super) const QUESTION_BYTES: usize = 12 + NAME_BYTES + 4;

/// Bytes of the longest name on the wire (RFC 1035, section 2.3.4).
const NAME_BYTES: usize = 255;

/// Addresses kept of one name; more are not tried.
pub(super) const ADDRESSES: usize = 4;

/// The addresses of a host, in the order to try them.
pub(super) type Addresses = heapless::Vec<Ipv4Addr, ADDRESSES>;

/// What a name server said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The addresses: at least one.
    Found(Addresses),
    /// There is no such name, or it has no IPv4 address.
    NotFound,
    /// The server cannot or will not say.
    Failed,
}

/// A name as it stands on the wire: each label with its length before it, and a zero.
#[derive(Debug)]
pub(super) struct Name(heapless::Vec<u8, NAME_BYTES>);

impl Name {
    /// Joins the labels of a host and of the domain it is looked for in. Nothing where that is longer than a name may be.
    pub(super) fn new(host: &str, domain: &str) -> Option<Self> {
        let mut name = heapless::Vec::new();
        let labels = host.split('.').chain(domain.split('.')).filter(|label| !label.is_empty());
        for label in labels {
            name.push(u8::try_from(label.len()).ok().filter(|length| *length < 64)?).ok()?;
            name.extend_from_slice(label.as_bytes()).ok()?;
        }
        name.push(0).ok()?;
        Some(Self(name))
    }
}

/// Writes the question for the IPv4 addresses of `name` into `out`, which holds [`QUESTION_BYTES`], and returns its length.
pub(super) fn write_question(out: &mut [u8], number: u16, name: &Name) -> usize {
    let question = DnsRepr {
        transaction_id: number,
        opcode: DnsOpcode::Query,
        flags: DnsFlags::RECURSION_DESIRED,
        question: DnsQuestion { name: &name.0, type_: DnsQueryType::A },
    };
    let length = question.buffer_len();
    let Some(out) = out.get_mut(..length) else { return 0 };
    // The writer sets the flags it is given and leaves the other bits as they are.
    out.fill(0);
    question.emit(&mut DnsPacket::new_unchecked(out));
    length
}

/// Reads what arrived from a name server; nothing where it is no answer to the question `number` for `name`.
pub(super) fn read_answer(bytes: &[u8], number: u16, name: &Name) -> Option<Answer> {
    let packet = DnsPacket::new_checked(bytes).ok()?;
    let is_answer = packet.flags().contains(DnsFlags::RESPONSE) && packet.opcode() == DnsOpcode::Query;
    if !is_answer || packet.transaction_id() != number || packet.question_count() != 1 {
        return None;
    }
    let (records, question) = DnsQuestion::parse(packet.payload()).ok()?;
    if question.type_ != DnsQueryType::A || !same_name(&packet, question.name, &name.0) {
        return None;
    }
    Some(match packet.rcode() {
        DnsRcode::NoError => addresses(&packet, records, question.name).unwrap_or(Answer::Failed),
        DnsRcode::NXDomain => Answer::NotFound,
        _ => Answer::Failed,
    })
}

/// The addresses among the answer's records, aliases followed; nothing where a record is malformed or the answer was cut
/// before the first address.
fn addresses<'a>(packet: &DnsPacket<&'a [u8]>, mut records: &'a [u8], name: &'a [u8]) -> Option<Answer> {
    let mut name = name;
    let mut found = Addresses::new();
    for _ in 0..packet.answer_record_count() {
        let (rest, record) = DnsRecord::parse(records).ok()?;
        records = rest;
        if !same_name(packet, record.name, name) {
            continue;
        }
        match record.data {
            // The first few are enough; there is no order among them.
            DnsRecordData::A(address) => drop(found.push(address)),
            // A server puts the records of an alias after it (RFC 1034, section 4.3.1).
            DnsRecordData::Cname(alias) => name = alias,
            DnsRecordData::Other(..) => {}
        }
    }
    if !found.is_empty() {
        return Some(Answer::Found(found));
    }
    (!packet.flags().contains(DnsFlags::TRUNCATED)).then_some(Answer::NotFound)
}

/// Whether two names are the same, without regard to case. Pointers in them lead into `packet`.
fn same_name(packet: &DnsPacket<&[u8]>, one: &[u8], other: &[u8]) -> bool {
    let mut one = packet.parse_name(one);
    let mut other = packet.parse_name(other);
    loop {
        match (one.next(), other.next()) {
            (None, None) => return true,
            (Some(Ok(one)), Some(Ok(other))) if one.eq_ignore_ascii_case(other) => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;

    const NUMBER: u16 = 0x1234;

    fn name() -> Name {
        Name::new("em1.example.com", "").unwrap()
    }

    /// An answer to the question for `em1.example.com` with these flags and code, and these records.
    fn answer(flags: u16, records: &[&[u8]]) -> Vec<u8> {
        let mut question = [0; QUESTION_BYTES];
        let length = write_question(&mut question, NUMBER, &name());
        let mut bytes = question[..length].to_vec();
        bytes[2..4].copy_from_slice(&flags.to_be_bytes());
        bytes[6..8].copy_from_slice(&u16::try_from(records.len()).unwrap().to_be_bytes());
        bytes.extend(records.concat());
        bytes
    }

    /// A record of the question's name, to which `C0 0C` points.
    fn record(kind: u16, data: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0xC0, 0x0C];
        bytes.extend(kind.to_be_bytes());
        bytes.extend([0, 1, 0, 0, 0, 60]);
        bytes.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        bytes.extend(data);
        bytes
    }

    fn read(bytes: &[u8]) -> Option<Answer> {
        read_answer(bytes, NUMBER, &name())
    }

    fn found(addresses: &[[u8; 4]]) -> Option<Answer> {
        Some(Answer::Found(addresses.iter().copied().map(Ipv4Addr::from).collect()))
    }

    #[test]
    fn a_question_is_what_rfc_1035_says() {
        let mut out = [0xFF; QUESTION_BYTES];
        let length = write_question(&mut out, NUMBER, &Name::new("em1", "example.com.").unwrap());
        let expected =
            b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03em1\x07example\x03com\x00\x00\x01\x00\x01";
        assert_eq!(&out[..length], expected);
    }

    #[test]
    fn a_name_longer_than_dns_has_is_none() {
        let label = "a".repeat(63);
        assert!(Name::new(&"a".repeat(64), "").is_none());
        assert!(Name::new(&[&*label; 3].join("."), "").is_some());
        assert!(Name::new(&[&*label; 3].join("."), &label).is_none());
        let mut out = [0; QUESTION_BYTES];
        let longest = Name::new(&[&*label; 3].join("."), &"a".repeat(61)).unwrap();
        assert_eq!(write_question(&mut out, 1, &longest), QUESTION_BYTES);
    }

    #[test]
    fn every_address_is_found_up_to_four() {
        let one = record(1, &[10, 0, 0, 1]);
        assert_eq!(read(&answer(0x8180, &[&one])), found(&[[10, 0, 0, 1]]));
        let many: Vec<Vec<u8>> = (1..=6).map(|last| record(1, &[10, 0, 0, last])).collect();
        let many: Vec<&[u8]> = many.iter().map(Vec::as_slice).collect();
        assert_eq!(
            read(&answer(0x8180, &many)),
            found(&[[10, 0, 0, 1], [10, 0, 0, 2], [10, 0, 0, 3], [10, 0, 0, 4]])
        );
    }

    #[test]
    fn an_alias_is_followed_and_what_belongs_to_another_name_is_not_taken() {
        let alias = record(5, b"\x01x\x00");
        let of_alias = [b"\x01X\x00", &record(1, &[10, 0, 0, 7])[2..]].concat();
        let of_other = [b"\x01y\x00", &record(1, &[10, 0, 0, 8])[2..]].concat();
        assert_eq!(read(&answer(0x8180, &[&alias, &of_other, &of_alias])), found(&[[10, 0, 0, 7]]));
    }

    #[test]
    fn no_name_and_no_address_are_not_found() {
        assert_eq!(read(&answer(0x8183, &[])), Some(Answer::NotFound));
        assert_eq!(read(&answer(0x8180, &[])), Some(Answer::NotFound));
        assert_eq!(read(&answer(0x8180, &[&record(28, &[0; 16])])), Some(Answer::NotFound), "IPv6 only");
    }

    #[test]
    fn a_server_that_cannot_say_has_failed() {
        for code in [1, 2, 4, 5, 9] {
            assert_eq!(read(&answer(0x8180 | code, &[])), Some(Answer::Failed), "code {code}");
        }
        assert_eq!(read(&answer(0x8380, &[])), Some(Answer::Failed), "cut before the first address");
        let cut = answer(0x8180, &[&record(1, &[10, 0, 0, 1])]);
        assert_eq!(read(&cut[..cut.len() - 1]), Some(Answer::Failed), "a record is cut");
        assert_eq!(read(&answer(0x8180, &[&record(1, &[10, 0, 0])])), Some(Answer::Failed), "three bytes");
    }

    #[test]
    fn what_is_no_answer_to_the_question_is_left_alone() {
        let good = answer(0x8180, &[&record(1, &[10, 0, 0, 1])]);
        for (what, at, byte) in [
            ("another number", 1, 0x35),
            ("a question", 2, 0x01),
            ("another operation", 2, 0x91),
            ("two questions", 5, 2),
            ("another name", 13, b'f'),
            ("another type", 12 + 17 + 1, 28),
        ] {
            let mut bytes = good.clone();
            bytes[at] = byte;
            assert_eq!(read(&bytes), None, "{what}");
        }
        for length in 0..12 + 17 + 4 {
            assert_eq!(read(&good[..length]), None, "{length} bytes");
        }
    }

    #[test]
    fn no_bytes_stop_the_reader() {
        let good = answer(0x8180, &[&record(5, b"\x01x\xC0\x10"), &record(1, &[10, 0, 0, 1])]);
        for at in 0..good.len() {
            for byte in [0, 1, 0x3F, 0x40, 0xC0, 0xFF] {
                let mut bytes = good.clone();
                bytes[at] = byte;
                let _ = read(&bytes);
                let _ = read(&bytes[..at]);
            }
        }
    }
}
