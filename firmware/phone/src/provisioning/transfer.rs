//! One transfer of a file by TFTP (RFC 1350), with the options `blksize`, `timeout` and `tsize` (RFC 2347 to 2349): packets in,
//! the next packet out. It has no clock and no socket, and must never hand out a block twice or one of another transfer.
//!
//! What is lost is sent again by whoever waits for it. A block that comes twice is not acknowledged twice, so that no packet is
//! doubled for the rest of a transfer.

use core::net::SocketAddrV4;

/// Bytes of a block that the phone asks for: with its header, one fits into what the network receives ahead.
const BLOCK_BYTES: usize = 960;
/// Bytes of a block where no option says so.
const DEFAULT_BLOCK_BYTES: usize = 512;
/// The fewest bytes of a block that RFC 2348 allows.
const LEAST_BLOCK_BYTES: usize = 8;
/// The options, each with its value, a zero after both.
const OPTIONS: &[u8] = b"blksize\x00960\0timeout\x001\0tsize\x000\0";
/// Seconds of `timeout`, as they stand in [`OPTIONS`].
const TIMEOUT: usize = 1;

const READ_REQUEST: u8 = 1;
const DATA: u8 = 3;
const ACKNOWLEDGEMENT: u8 = 4;
const ERROR: u8 = 5;
const OPTION_ACKNOWLEDGEMENT: u8 = 6;

/// Error 0: not defined.
pub(super) const NOT_DEFINED: u8 = 0;
/// Error 1: there is no such file.
pub(super) const NOT_FOUND: u16 = 1;
/// Error 4: a packet that TFTP does not know.
pub(super) const ILLEGAL: u8 = 4;
/// Error 5: the packet is of no transfer.
pub(super) const UNKNOWN_TRANSFER: u8 = 5;
/// Error 8: an option is refused.
pub(super) const OPTION_REFUSED: u8 = 8;

/// A packet that the phone sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packet {
    /// Asks for the file.
    Request { options: bool },
    /// Says that the block with this number came.
    Acknowledgement(u16),
    /// Ends a transfer, or refuses a packet.
    Error(u8),
}

impl Packet {
    /// Writes it into `out`, which has room for it; `name` is that of the file.
    pub(super) fn write(self, name: &str, out: &mut [u8]) -> usize {
        let [high, low] = match self {
            Self::Acknowledgement(number) => number.to_be_bytes(),
            _ => [0, 0],
        };
        let parts: [&[u8]; 4] = match self {
            Self::Request { options } => {
                [&[0, READ_REQUEST], name.as_bytes(), b"\0octet\0", if options { OPTIONS } else { b"" }]
            }
            Self::Acknowledgement(_) => [&[0, ACKNOWLEDGEMENT], &[high, low], b"", b""],
            Self::Error(code) => [&[0, ERROR, 0], &[code], b"\0", b""],
        };
        let mut bytes = parts.into_iter().flatten();
        let mut length = 0;
        for (place, byte) in out.iter_mut().zip(&mut bytes) {
            *place = *byte;
            length += 1;
        }
        length
    }
}

/// What a packet that arrived brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken<'p> {
    /// Nothing: it is from another host, late, or comes twice.
    Nothing,
    /// It is from another port of the server than the transfer: whoever sent it is told so.
    Foreign,
    /// The next packet is to be sent.
    Next,
    /// As [`Next`](Self::Next), and the file has so many bytes.
    Size(usize),
    /// Options that were not asked for so. They are refused, and the file is asked for without any.
    BadOptions,
    /// The next bytes of the file. They are acknowledged by the next packet.
    Block { bytes: &'p [u8], is_last: bool },
    /// The server ends it, with this code.
    Refused(u16),
    /// It is no TFTP, or more than was asked for.
    Malformed,
}

/// How far a transfer is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Transfer {
    /// Where requests go.
    server: SocketAddrV4,
    /// The port of this transfer, once the server has answered.
    peer: Option<SocketAddrV4>,
    /// What is sent, and sent again where nothing comes.
    packet: Packet,
    /// The number of the last block that came.
    block: u16,
    block_bytes: usize,
}

impl Transfer {
    /// Starts with a request to `server`.
    pub(super) const fn new(server: SocketAddrV4) -> Self {
        let packet = Packet::Request { options: true };
        Self { server, peer: None, packet, block: 0, block_bytes: DEFAULT_BLOCK_BYTES }
    }

    /// What is to be sent now, and where to.
    pub(super) fn outgoing(&self) -> (SocketAddrV4, Packet) {
        (self.peer.unwrap_or(self.server), self.packet)
    }

    /// Takes a packet that arrived.
    pub(super) fn take<'p>(&mut self, from: SocketAddrV4, packet: &'p [u8]) -> Taken<'p> {
        if from.ip() != self.server.ip() {
            return Taken::Nothing;
        }
        if self.peer.is_some_and(|peer| peer != from) {
            return Taken::Foreign;
        }
        match *packet {
            [0, DATA, high, low, ref bytes @ ..] => self.data(from, u16::from_be_bytes([high, low]), bytes),
            [0, OPTION_ACKNOWLEDGEMENT, ref options @ ..] => self.options(from, options),
            [0, ERROR, high, low, ..] => self.error(u16::from_be_bytes([high, low])),
            // From whom the transfer is with; else it is nobody's.
            _ if self.peer.is_some() => Taken::Malformed,
            _ => Taken::Nothing,
        }
    }

    fn data<'p>(&mut self, from: SocketAddrV4, number: u16, bytes: &'p [u8]) -> Taken<'p> {
        if number != self.block.wrapping_add(1) {
            return Taken::Nothing;
        }
        if bytes.len() > self.block_bytes {
            return Taken::Malformed;
        }
        self.peer = Some(from);
        self.block = number;
        self.packet = Packet::Acknowledgement(number);
        Taken::Block { bytes, is_last: bytes.len() < self.block_bytes }
    }

    fn options<'p>(&mut self, from: SocketAddrV4, options: &[u8]) -> Taken<'p> {
        if self.packet != (Packet::Request { options: true }) {
            return Taken::Nothing;
        }
        let mut size = None;
        let mut block_bytes = DEFAULT_BLOCK_BYTES;
        let mut words = options.split(|byte| *byte == 0);
        // What follows the last zero is empty.
        while let Some(name) = words.next().filter(|name| !name.is_empty()) {
            let value = words.next().and_then(decimal);
            match value {
                Some(value)
                    if name.eq_ignore_ascii_case(b"blksize")
                        && (LEAST_BLOCK_BYTES..=BLOCK_BYTES).contains(&value) =>
                {
                    block_bytes = value;
                }
                Some(TIMEOUT) if name.eq_ignore_ascii_case(b"timeout") => {}
                Some(value) if name.eq_ignore_ascii_case(b"tsize") => size = Some(value),
                _ => {
                    self.packet = Packet::Request { options: false };
                    return Taken::BadOptions;
                }
            }
        }
        self.peer = Some(from);
        self.block_bytes = block_bytes;
        self.packet = Packet::Acknowledgement(0);
        size.map_or(Taken::Next, Taken::Size)
    }

    fn error<'p>(&mut self, code: u16) -> Taken<'p> {
        if code == u16::from(OPTION_REFUSED) && self.packet == (Packet::Request { options: true }) {
            self.packet = Packet::Request { options: false };
            return Taken::Next;
        }
        Taken::Refused(code)
    }
}

/// Reads digits only. A number that is too large is the largest there is.
fn decimal(digits: &[u8]) -> Option<usize> {
    let number = digits.iter().try_fold(0_usize, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| usize::from(byte & 0xF))?;
        Some(number.saturating_mul(10).saturating_add(digit))
    });
    number.filter(|_| !digits.is_empty())
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::prelude::v1::*;

    use super::*;

    const SERVER: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(10, 0, 0, 5), 69);
    const PEER: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(10, 0, 0, 5), 40_000);
    const OTHER: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(10, 0, 0, 5), 40_001);

    fn data(number: u16, length: usize) -> Vec<u8> {
        let [high, low] = number.to_be_bytes();
        let mut packet = vec![0, DATA, high, low];
        packet.resize(4 + length, 0);
        packet
    }

    fn oack(options: &[u8]) -> Vec<u8> {
        [&[0, OPTION_ACKNOWLEDGEMENT], options].concat()
    }

    fn error(code: u8) -> Vec<u8> {
        vec![0, ERROR, 0, code, b'n', b'o', 0]
    }

    fn written(packet: Packet) -> Vec<u8> {
        let mut out = [0xAA; 80];
        let length = packet.write("SEP003094C25B15.cnf.xml", &mut out);
        out[..length].to_vec()
    }

    /// Whether a packet brought a block of so many bytes.
    fn is_block(taken: Taken<'_>, length: usize, last: bool) -> bool {
        matches!(taken, Taken::Block { bytes, is_last } if bytes.len() == length && is_last == last)
    }

    #[test]
    fn packets_are_written_as_the_rfcs_say() {
        let request = b"\0\x01SEP003094C25B15.cnf.xml\0octet\0blksize\x00960\0timeout\x001\0tsize\x000\0";
        assert_eq!(written(Packet::Request { options: true }), request);
        assert_eq!(written(Packet::Request { options: false }), b"\0\x01SEP003094C25B15.cnf.xml\0octet\0");
        assert_eq!(written(Packet::Acknowledgement(0x1234)), [0, 4, 0x12, 0x34]);
        assert_eq!(written(Packet::Error(5)), [0, 5, 0, 5, 0]);
    }

    #[test]
    fn a_server_without_options_sends_blocks_of_512_bytes_at_once() {
        let mut transfer = Transfer::new(SERVER);
        assert_eq!(transfer.outgoing(), (SERVER, Packet::Request { options: true }));
        assert!(is_block(transfer.take(PEER, &data(1, 512)), 512, false));
        assert_eq!(transfer.outgoing(), (PEER, Packet::Acknowledgement(1)));
        assert!(is_block(transfer.take(PEER, &data(2, 511)), 511, true));
        assert_eq!(transfer.outgoing(), (PEER, Packet::Acknowledgement(2)));
    }

    #[test]
    fn a_file_of_whole_blocks_ends_with_an_empty_one() {
        let mut transfer = Transfer::new(SERVER);
        assert!(is_block(transfer.take(PEER, &data(1, 512)), 512, false));
        assert!(is_block(transfer.take(PEER, &data(2, 0)), 0, true));
    }

    #[test]
    fn acknowledged_options_count_in_any_order_and_case() {
        for (options, size, block) in [
            (&b"blksize\x00960\0timeout\x001\0tsize\x001000\0"[..], Taken::Size(1000), 960),
            (b"TSIZE\x007\0BlkSize\x008\0", Taken::Size(7), 8),
            (b"blksize\x00100\0", Taken::Next, 100),
            (b"", Taken::Next, 512),
        ] {
            let mut transfer = Transfer::new(SERVER);
            assert_eq!(transfer.take(PEER, &oack(options)), size);
            assert_eq!(transfer.outgoing(), (PEER, Packet::Acknowledgement(0)));
            assert!(is_block(transfer.take(PEER, &data(1, block)), block, false));
            assert!(is_block(transfer.take(PEER, &data(2, block - 1)), block - 1, true));
        }
    }

    #[test]
    fn options_that_were_not_asked_for_so_are_refused_and_the_file_is_asked_for_without() {
        for options in [
            &b"blksize\x00961\0"[..],
            b"blksize\x007\0",
            b"blksize\0\0",
            b"blksize\x009x\0",
            b"blksize",
            b"timeout\x002\0",
            b"windowsize\x004\0",
            b"blksize\x00512\0multicast\0\0",
            b"tsize\x00-1\0",
        ] {
            let mut transfer = Transfer::new(SERVER);
            assert_eq!(transfer.take(PEER, &oack(options)), Taken::BadOptions, "{options:?}");
            assert_eq!(transfer.outgoing(), (SERVER, Packet::Request { options: false }));
            // Once more, late.
            assert_eq!(transfer.take(PEER, &oack(b"blksize\x00512\0")), Taken::Nothing);
            assert!(is_block(transfer.take(OTHER, &data(1, 3)), 3, true));
        }
    }

    #[test]
    fn a_server_that_refuses_options_is_asked_without_them_once() {
        let mut transfer = Transfer::new(SERVER);
        assert_eq!(transfer.take(PEER, &error(8)), Taken::Next);
        assert_eq!(transfer.outgoing(), (SERVER, Packet::Request { options: false }));
        assert_eq!(transfer.take(PEER, &error(8)), Taken::Refused(8));
    }

    #[test]
    fn an_error_ends_a_transfer_at_any_time() {
        let mut transfer = Transfer::new(SERVER);
        assert_eq!(transfer.take(PEER, &error(1)), Taken::Refused(NOT_FOUND));
        let mut transfer = Transfer::new(SERVER);
        assert!(is_block(transfer.take(PEER, &data(1, 512)), 512, false));
        assert_eq!(transfer.take(PEER, &[0, ERROR, 1, 2]), Taken::Refused(0x0102));
    }

    #[test]
    fn a_block_that_comes_twice_or_out_of_order_is_not_taken() {
        let mut transfer = Transfer::new(SERVER);
        assert_eq!(transfer.take(PEER, &data(2, 512)), Taken::Nothing, "before the first");
        assert!(is_block(transfer.take(PEER, &data(1, 512)), 512, false));
        assert!(is_block(transfer.take(PEER, &data(2, 512)), 512, false));
        for number in [1, 2, 4, 0, u16::MAX] {
            assert_eq!(transfer.take(PEER, &data(number, 512)), Taken::Nothing, "{number}");
        }
        assert_eq!(transfer.take(PEER, &oack(b"")), Taken::Nothing);
        assert_eq!(transfer.outgoing(), (PEER, Packet::Acknowledgement(2)));
        assert!(is_block(transfer.take(PEER, &data(3, 512)), 512, false));
    }

    #[test]
    fn numbers_of_blocks_go_on_at_zero() {
        let mut transfer = Transfer::new(SERVER);
        assert_eq!(transfer.take(PEER, &oack(b"blksize\x008\0")), Taken::Next);
        for count in 1..=70_000_u32 {
            let number = u16::try_from(count & 0xFFFF).unwrap();
            assert!(is_block(transfer.take(PEER, &data(number, 8)), 8, false), "{count}");
            assert_eq!(transfer.outgoing(), (PEER, Packet::Acknowledgement(number)));
        }
    }

    #[test]
    fn another_port_of_the_server_is_foreign_and_another_host_nobody() {
        let mut transfer = Transfer::new(SERVER);
        let stranger = SocketAddrV4::new(Ipv4Addr::new(10, 0, 0, 6), 40_000);
        assert_eq!(transfer.take(stranger, &data(1, 512)), Taken::Nothing);
        assert!(is_block(transfer.take(PEER, &data(1, 512)), 512, false));
        for packet in [data(2, 512), error(1), oack(b""), b"junk".to_vec()] {
            assert_eq!(transfer.take(OTHER, &packet), Taken::Foreign);
            assert_eq!(transfer.take(stranger, &packet), Taken::Nothing);
        }
        assert!(is_block(transfer.take(PEER, &data(2, 512)), 512, false));
    }

    #[test]
    fn what_is_no_tftp_ends_a_transfer_and_is_nothing_before_one() {
        for packet in [&b""[..], b"\0", b"\0\x03\0", b"\0\x01x\0octet\0", b"\0\x04\0\x01", b"\x01\x03\0\x02x"]
        {
            let mut transfer = Transfer::new(SERVER);
            assert_eq!(transfer.take(PEER, packet), Taken::Nothing, "{packet:?}");
            assert!(is_block(transfer.take(PEER, &data(1, 512)), 512, false));
            assert_eq!(transfer.take(PEER, packet), Taken::Malformed, "{packet:?}");
            assert_eq!(transfer.take(PEER, &data(2, 513)), Taken::Malformed, "a block that is too long");
        }
    }
}
