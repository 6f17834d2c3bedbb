//! Loads the file: HTTP, then TFTP, each wait with its deadline.
//!
//! It may be dropped at any time. Nothing is asked of a server that a second time would change.

use core::net::SocketAddrV4;

use embassy_time::{Duration, Instant, with_deadline};
use embedded_io_async::{Read, Write};
use hotdesk_core::DeviceName;
use hotdesk_core::http::{ResponseReader, Status};
use zeroize::Zeroizing;

use super::document::{Document, LIMIT};
use super::transfer::{
    ILLEGAL, NOT_DEFINED, NOT_FOUND, OPTION_REFUSED, Packet, Taken, Transfer, UNKNOWN_TRANSFER,
};
use super::{Failure, Failures, Found, Outcome, Protocol};
use crate::config::FileServer;
use crate::net::{Datagrams, Network, SEGMENT};
use crate::part::{Part, write_all, write_texts};
use crate::{Buffers, ConnectError};

/// How long a connection may take.
const CONNECT_TIME: Duration = Duration::from_secs(5);
/// How long a server may be silent over TCP.
const SILENCE: Duration = Duration::from_secs(10);
/// How long a file may take over one protocol.
const FILE_TIME: Duration = Duration::from_secs(120);
/// How long a packet of TFTP is waited for before the last one is sent again.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often it is sent before the server counts as silent.
const TRIES: u32 = 5;

/// Bytes of a request: the longest host and name, and what is around them.
type Request = heapless::String<384>;
/// The name of a file.
type Name = heapless::String<160>;

/// Loads the file of `device` from `server` into `found`, over HTTP, and over TFTP where that does not bring it.
///
/// Afterwards no buffer but those of the network holds anything of it.
pub(crate) async fn fetch<'f, N: Network>(
    network: &mut N,
    server: &FileServer,
    device: &DeviceName,
    found: &'f mut Found,
    buffers: &mut Buffers<'_>,
) -> Outcome<'f> {
    let mut name = Name::new();
    // The phone's own name is short.
    let _ = write_texts(&mut name, &[device.as_str(), ".cnf.xml"]);
    let mut document = Document::new(buffers.request, found);
    let http = over_http(network, server, &name, &mut document, buffers.answer).await;
    let mut bytes = document.bytes();
    drop(document);
    let Err(http) = http else { return Outcome::Loaded { found, by: Protocol::Http, bytes } };
    if !http.is_of_protocol() {
        return Outcome::Failed(Failures { http, tftp: None });
    }
    let mut document = Document::new(buffers.request, found);
    let tftp = over_tftp(network, server, &name, &mut document).await;
    bytes = document.bytes();
    drop(document);
    let Err(tftp) = tftp else { return Outcome::Loaded { found, by: Protocol::Tftp, bytes } };
    Outcome::Failed(Failures { http, tftp: Some(tftp) })
}

/// Loads it over HTTP. `buffer` holds the head of the answer.
async fn over_http<N: Network>(
    network: &mut N,
    server: &FileServer,
    name: &str,
    document: &mut Document<'_, '_>,
    buffer: &mut [u8],
) -> Result<(), Failure> {
    let deadline = Instant::now() + CONNECT_TIME;
    let connecting = network.connect(server.host(), server.http_port(), deadline);
    let connected = with_deadline(deadline, connecting).await.unwrap_or(Err(ConnectError::TimedOut));
    let mut connection = connected.map_err(Failure::NoConnection)?;
    let answered = answer(&mut connection, server, name, document, buffer).await;
    N::close(connection).await;
    answered
}

/// Asks for the file, and reads the answer.
async fn answer(
    connection: &mut (impl Read + Write),
    server: &FileServer,
    name: &str,
    document: &mut Document<'_, '_>,
    buffer: &mut [u8],
) -> Result<(), Failure> {
    let mut request = Request::new();
    // There is room for the longest host.
    let _ = write_all(
        &mut request,
        &[
            Part::Text("GET /"),
            Part::Text(name),
            Part::Text(" HTTP/1.1\r\nHost: "),
            Part::Text(server.host()),
            Part::Text(":"),
            Part::number(server.http_port()),
            Part::Text("\r\nConnection: close\r\n\r\n"),
        ],
    );
    let deadline = Instant::now() + FILE_TIME;
    let sending = async {
        connection.write_all(request.as_bytes()).await?;
        connection.flush().await
    };
    let sent = with_deadline(Instant::now() + SILENCE, sending).await;
    sent.map_err(|_| Failure::Silent)?.map_err(|_| Failure::Broken)?;
    let mut reader = ResponseReader::new(buffer);
    // A password may be in it.
    let mut segment = Zeroizing::new([0; SEGMENT]);
    loop {
        let until = deadline.min(Instant::now() + SILENCE);
        let read = with_deadline(until, connection.read(&mut *segment)).await;
        let length = read.map_err(|_| Failure::Silent)?.map_err(|_| Failure::Broken)?;
        let mut fed = Ok(());
        let taken = if length == 0 {
            reader.close()
        } else {
            let bytes = segment.get(..length).unwrap_or_default();
            reader.receive_in_pieces(bytes, &mut |_, body| {
                if fed.is_ok() {
                    fed = document.feed(body);
                }
            })
        };
        match reader.status().map(Status::number) {
            None | Some(200) => {}
            Some(404) => return Err(Failure::Missing),
            Some(status) => return Err(Failure::Refused(status)),
        }
        fed?;
        taken.map_err(|_| Failure::Broken)?;
        if reader.body().is_some() {
            return document.end();
        }
    }
}

/// Loads it over TFTP.
async fn over_tftp<N: Network>(
    network: &mut N,
    server: &FileServer,
    name: &str,
    document: &mut Document<'_, '_>,
) -> Result<(), Failure> {
    let opening = network.datagrams(server.host(), Instant::now() + CONNECT_TIME);
    let (address, mut datagrams) = opening.await.map_err(Failure::NoConnection)?;
    let server = SocketAddrV4::new(address, server.tftp_port());
    transfer(&mut datagrams, server, name, document).await
}

/// What a datagram leads to.
enum Heard {
    /// What is to be sent next is.
    Next,
    /// All of the file came.
    All,
    /// This is to be sent to somebody, aside.
    Aside(SocketAddrV4, u8),
    /// Its options are refused, and the file is asked for anew.
    Anew(SocketAddrV4),
    /// This went wrong, and the server is told so by an error of this code.
    Wrong(Failure, Option<u8>),
}

/// Runs a transfer to its end.
async fn transfer(
    datagrams: &mut impl Datagrams,
    server: SocketAddrV4,
    name: &str,
    document: &mut Document<'_, '_>,
) -> Result<(), Failure> {
    let deadline = Instant::now() + FILE_TIME;
    let mut transfer = Transfer::new(server);
    let mut aside = None;
    let mut again_at = Instant::now();
    let mut tries = 0;
    // What became of it: the last packet is still to be sent.
    let mut ended = None;
    loop {
        let now = Instant::now();
        let (to, packet) = match aside.take() {
            Some((to, code)) => (to, Packet::Error(code)),
            None if tries == TRIES || now >= deadline => return Err(Failure::Silent),
            None => {
                tries += 1;
                again_at = now + PATIENCE;
                transfer.outgoing()
            }
        };
        let patience = if ended.is_some() { now } else { again_at }.saturating_duration_since(now);
        let write = |out: &mut [u8]| packet.write(name, out);
        let read = |from: SocketAddrV4, bytes: &[u8]| take(&mut transfer, document, from, bytes);
        let heard = datagrams.ask(to, write, read, patience, deadline).await;
        if let Some(ended) = ended {
            return ended;
        }
        match heard {
            None => {}
            Some(Heard::Next) => tries = 0,
            Some(Heard::Aside(to, code)) => aside = Some((to, code)),
            Some(Heard::Anew(to)) => {
                aside = Some((to, OPTION_REFUSED));
                again_at = now;
            }
            Some(Heard::All) => ended = Some(document.end()),
            Some(Heard::Wrong(failure, None)) => return Err(failure),
            Some(Heard::Wrong(failure, Some(code))) => {
                aside = Some((transfer.outgoing().0, code));
                ended = Some(Err(failure));
            }
        }
    }
}

fn take(
    transfer: &mut Transfer,
    document: &mut Document<'_, '_>,
    from: SocketAddrV4,
    bytes: &[u8],
) -> Option<Heard> {
    Some(match transfer.take(from, bytes) {
        Taken::Nothing => return None,
        Taken::Foreign => Heard::Aside(from, UNKNOWN_TRANSFER),
        Taken::BadOptions => Heard::Anew(from),
        Taken::Size(bytes) if bytes > LIMIT => Heard::Wrong(Failure::TooLong, Some(NOT_DEFINED)),
        Taken::Next | Taken::Size(_) => Heard::Next,
        Taken::Block { bytes, is_last } => match document.feed(bytes) {
            Err(failure) => Heard::Wrong(failure, Some(NOT_DEFINED)),
            Ok(()) if is_last => Heard::All,
            Ok(()) => Heard::Next,
        },
        Taken::Refused(NOT_FOUND) => Heard::Wrong(Failure::Missing, None),
        Taken::Refused(code) => Heard::Wrong(Failure::Refused(code), None),
        Taken::Malformed => Heard::Wrong(Failure::Broken, Some(ILLEGAL)),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::future::Future;
    use std::net::Ipv4Addr;
    use std::prelude::v1::*;
    use std::task::{Context, Poll, Waker};

    use embassy_time::{MockDriver, Timer};

    use super::*;

    const SERVER: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(10, 0, 0, 5), 69);
    /// The port of the first transfer; each request begins another one.
    const FIRST: u16 = 40_000;
    const STAMP: &str = "1143565489-a3cb";

    /// A file of at least so many bytes.
    fn file(length: usize) -> Vec<u8> {
        let head = format!("<device><!--{}-->", "x".repeat(length.min(1000)));
        let mut file = head.into_bytes();
        while file.len() < length {
            file.extend(b"<addOn idx=\"1\"><label>nothing for this phone</label></addOn>\n");
        }
        file.extend(format!("<versionStamp>{STAMP}</versionStamp></device>").bytes());
        file
    }

    /// What becomes of a packet on its way: (milliseconds, times) until it arrives, and how often.
    type Fate = fn(usize) -> (u64, usize);

    /// A server of TFTP that a test gets in the way of.
    struct Server {
        content: Vec<u8>,
        /// What it says to a request with options: nothing is a block at once.
        options: Option<&'static [u8]>,
        block: usize,
        /// Of the packet with this number, counted from 0, to the server and from it.
        to: Fate,
        from: Fate,
        /// A packet that comes in before the answer to the packet with this number.
        before: Option<(usize, SocketAddrV4, Vec<u8>)>,
        transfers: u16,
        /// What the phone sent, and to which port.
        sent: Vec<(u16, Vec<u8>)>,
        answers: usize,
        arriving: VecDeque<(Instant, SocketAddrV4, Vec<u8>)>,
    }

    impl Server {
        fn with(content: Vec<u8>) -> Self {
            Self {
                content,
                options: Some(b"blksize\x00960\0timeout\x001\0"),
                block: 960,
                to: |_| (0, 1),
                from: |_| (0, 1),
                before: None,
                transfers: 0,
                sent: Vec::new(),
                answers: 0,
                arriving: VecDeque::new(),
            }
        }

        fn send(&mut self, port: u16, packet: &[u8]) {
            let (after, times) = (self.from)(self.answers);
            self.answers += 1;
            let from = SocketAddrV4::new(*SERVER.ip(), port);
            for _ in 0..times {
                self.arriving.push_back((
                    Instant::now() + Duration::from_millis(after),
                    from,
                    packet.to_vec(),
                ));
            }
        }

        fn block(&mut self, port: u16, number: usize) {
            let start = (number - 1) * self.block;
            if start > self.content.len() {
                return;
            }
            let end = (start + self.block).min(self.content.len());
            let [.., high, low] = number.to_be_bytes();
            let packet = [&[0, 3, high, low], &self.content[start..end]].concat();
            self.send(port, &packet);
        }

        fn take(&mut self, port: u16, packet: &[u8]) {
            match packet {
                [0, 1, rest @ ..] => {
                    assert_eq!(port, SERVER.port());
                    let transfer = FIRST + self.transfers;
                    self.transfers += 1;
                    let with_options = rest.windows(7).any(|word| word == b"blksize");
                    match self.options.filter(|_| with_options) {
                        Some(options) => self.send(transfer, &[&[0, 6], options].concat()),
                        None => {
                            self.block = 512;
                            self.block(transfer, 1);
                        }
                    }
                }
                [0, 4, high, low] if port >= FIRST => {
                    self.block(port, usize::from(u16::from_be_bytes([*high, *low])) + 1);
                }
                _ => {}
            }
        }
    }

    impl Datagrams for Server {
        async fn ask<R>(
            &mut self,
            server: SocketAddrV4,
            write: impl FnOnce(&mut [u8]) -> usize,
            mut read: impl FnMut(SocketAddrV4, &[u8]) -> Option<R>,
            patience: Duration,
            deadline: Instant,
        ) -> Option<R> {
            let until = deadline.min(Instant::now() + patience);
            let mut packet = [0; 256];
            let length = write(&mut packet);
            let packet = packet[..length].to_vec();
            if let Some((_, from, bytes)) = self.before.take_if(|before| before.0 == self.sent.len()) {
                self.arriving.push_back((Instant::now(), from, bytes));
            }
            let (_, times) = (self.to)(self.sent.len());
            self.sent.push((server.port(), packet.clone()));
            for _ in 0..times {
                self.take(server.port(), &packet);
            }
            loop {
                if let Some(due) = self.arriving.iter().position(|(at, ..)| *at <= Instant::now()) {
                    let (_, from, bytes) = self.arriving.remove(due).unwrap();
                    if let Some(read) = read(from, &bytes) {
                        return Some(read);
                    }
                } else if Instant::now() < until {
                    Timer::after_millis(10).await;
                } else {
                    return None;
                }
            }
        }
    }

    /// What came of a transfer: its end, the stamp that was read, the bytes, and after how many milliseconds.
    fn load(server: &mut Server) -> (Result<(), Failure>, String, usize, u64) {
        let _clock = crate::clock::reserve();
        let mut found = Found::nothing();
        let mut window = [0; 2048];
        let mut document = Document::new(&mut window, &mut found);
        let ended = {
            let mut loading =
                std::pin::pin!(transfer(server, SERVER, "SEP003094C25B15.cnf.xml", &mut document));
            loop {
                match loading.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                    Poll::Ready(ended) => break ended,
                    Poll::Pending => MockDriver::get().advance(Duration::from_millis(10)),
                }
            }
        };
        let bytes = document.bytes();
        drop(document);
        (ended, found.version.as_str().to_owned(), bytes, Instant::now().as_millis())
    }

    /// Loads, and says after how many milliseconds the whole file was there.
    #[track_caller]
    fn loads(server: &mut Server) -> u64 {
        let (ended, stamp, bytes, time) = load(server);
        assert_eq!((ended, &*stamp, bytes), (Ok(()), STAMP, server.content.len()));
        time
    }

    #[test]
    fn a_file_comes_whole_in_blocks_of_960_bytes() {
        let mut server = Server::with(file(3000));
        assert_eq!(loads(&mut server), 0);
        // The request, the options, each block.
        assert_eq!(server.sent.len(), 2 + server.content.len().div_ceil(960));
        assert!(server.sent.iter().skip(1).all(|(port, _)| *port == FIRST));
    }

    #[test]
    fn a_server_without_options_sends_blocks_of_512_bytes() {
        let mut server = Server::with(file(3000));
        server.options = None;
        assert_eq!(loads(&mut server), 0);
        assert_eq!(server.sent.len(), 1 + server.content.len().div_ceil(512));
    }

    #[test]
    fn what_is_lost_on_the_way_there_or_back_is_sent_again_after_a_second() {
        let fates: [Fate; 5] = [
            |number| (0, usize::from(number != 0)),
            |number| (0, usize::from(number != 1)),
            |number| (0, usize::from(number != 2)),
            |number| (0, usize::from(number != 3)),
            |number| (0, usize::from(number != 4)),
        ];
        for (lost, fate) in fates.into_iter().enumerate() {
            let mut server = Server::with(file(3000));
            server.to = fate;
            assert_eq!(loads(&mut server), 1000, "packet {lost} to the server");
            let mut server = Server::with(file(3000));
            server.from = fate;
            assert_eq!(loads(&mut server), 1000, "packet {lost} from the server");
        }
    }

    #[test]
    fn packets_that_come_twice_change_nothing_and_are_not_doubled_again() {
        let mut server = Server::with(file(20_000));
        server.from = |_| (0, 2);
        assert_eq!(loads(&mut server), 0);
        assert_eq!(server.sent.len(), 2 + server.content.len().div_ceil(960));
        let mut server = Server::with(file(20_000));
        (server.to, server.block) = (|_| (0, 2), 960);
        assert_eq!(loads(&mut server), 0);
    }

    #[test]
    fn packets_that_overtake_one_another_are_taken_in_their_order() {
        let mut server = Server::with(file(20_000));
        // Each third one comes late, after the phone has asked again, and twice.
        server.from = |number| (if number % 3 == 2 { 1500 } else { 0 }, 2);
        let time = loads(&mut server);
        assert!((7_000..15_000).contains(&time), "{time}");
    }

    #[test]
    fn a_server_that_falls_silent_is_given_up_after_five_seconds() {
        let fates: [Fate; 3] =
            [|_| (0, 0), |number| (0, usize::from(number < 1)), |number| (0, usize::from(number < 3))];
        for fate in fates {
            let mut server = Server::with(file(20_000));
            server.from = fate;
            let (ended, _, _, time) = load(&mut server);
            assert_eq!((ended, time), (Err(Failure::Silent), 5000));
        }
    }

    #[test]
    fn a_packet_of_another_transfer_is_refused_and_the_own_one_goes_on() {
        let mut server = Server::with(file(5000));
        let foreign = SocketAddrV4::new(*SERVER.ip(), 50_000);
        server.before = Some((3, foreign, b"\0\x03\0\x03forged".to_vec()));
        assert!(loads(&mut server) <= 10);
        let refusals: Vec<_> = server.sent.iter().filter(|(port, _)| *port == 50_000).collect();
        assert_eq!(refusals, [&(50_000, b"\0\x05\0\x05\0".to_vec())]);
    }

    #[test]
    fn a_request_that_is_answered_twice_is_one_transfer() {
        let mut server = Server::with(file(5000));
        server.to = |number| (0, if number == 0 { 2 } else { 1 });
        loads(&mut server);
        assert_eq!(server.transfers, 2);
        assert!(server.sent.contains(&(FIRST + 1, b"\0\x05\0\x05\0".to_vec())));
    }

    #[test]
    fn options_that_are_refused_on_either_side_lead_to_a_request_without() {
        let mut server = Server::with(file(5000));
        server.options = Some(b"blksize\x001428\0");
        assert_eq!(loads(&mut server), 0);
        assert!(server.sent.contains(&(FIRST, b"\0\x05\0\x08\0".to_vec())));
        let mut server = Server::with(file(5000));
        server.before = Some((0, SocketAddrV4::new(*SERVER.ip(), FIRST), b"\0\x05\0\x08no\0".to_vec()));
        server.to = |number| (0, usize::from(number > 0));
        assert_eq!(loads(&mut server), 0);
        assert_eq!(server.sent[1], (69, b"\0\x01SEP003094C25B15.cnf.xml\0octet\0".to_vec()));
    }

    #[test]
    fn errors_say_what_they_are() {
        for (code, expected) in [(1, Failure::Missing), (2, Failure::Refused(2)), (0, Failure::Refused(0))] {
            let mut server = Server::with(Vec::new());
            server.from = |_| (0, 0);
            let port = SocketAddrV4::new(*SERVER.ip(), FIRST);
            server.before = Some((0, port, vec![0, 5, 0, code, b'n', b'o', 0]));
            let (ended, _, _, time) = load(&mut server);
            assert_eq!((ended, time), (Err(expected), 0));
            assert_eq!(server.sent.len(), 1, "an error has no answer");
        }
    }

    #[test]
    fn a_file_that_breaks_a_rule_ends_the_transfer_with_its_place() {
        let mut content = file(5000);
        let end = content.len() - 2000;
        content.splice(end..end, *b"</broken>");
        let line = content[..end].iter().filter(|byte| **byte == b'\n').count() + 1;
        let mut server = Server::with(content);
        let (ended, ..) = load(&mut server);
        assert!(matches!(ended, Err(Failure::Unreadable { line: told, .. }) if told == line), "{ended:?}");
        assert_eq!(server.sent.last(), Some(&(FIRST, b"\0\x05\0\0\0".to_vec())));
        assert!(server.sent.len() < 2 + server.content.len().div_ceil(960), "the rest is not loaded");
    }

    #[test]
    fn a_file_that_ends_in_the_middle_is_not_taken() {
        let mut content = file(5000);
        content.truncate(4000);
        let (ended, ..) = load(&mut Server::with(content));
        assert!(matches!(ended, Err(Failure::Unreadable { .. })), "{ended:?}");
    }

    #[test]
    fn a_file_over_two_megabytes_is_not_loaded() {
        let mut server = Server::with(file(1000));
        server.options = Some(b"tsize\x002097153\0");
        let (ended, _, bytes, _) = load(&mut server);
        assert_eq!((ended, bytes), (Err(Failure::TooLong), 0));
        // One that does not say how long it is is loaded up to there.
        let mut server = Server::with(file(LIMIT + 10_000));
        let (ended, _, bytes, _) = load(&mut server);
        assert_eq!(ended, Err(Failure::TooLong));
        assert!((LIMIT..LIMIT + 1000).contains(&bytes));
        let mut server = Server::with(file(LIMIT - 10_000));
        loads(&mut server);
    }

    #[test]
    fn a_server_that_dribbles_is_given_up_after_two_minutes() {
        let mut server = Server::with(file(500_000));
        server.from = |_| (900, 1);
        let (ended, _, _, time) = load(&mut server);
        assert_eq!(ended, Err(Failure::Silent));
        assert!((120_000..=121_000).contains(&time), "{time}");
        let sent_again = server.sent.windows(2).filter(|packets| packets[0] == packets[1]).count();
        assert_eq!(sent_again, 0, "nothing is sent after that");
    }
}
