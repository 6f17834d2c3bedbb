//! Which name server is asked when, for which name, and who is to blame where none gives an address.
//!
//! A server that is silent for a while, refuses or fails is followed by the next one; its answer still counts when it comes
//! late. The server that last knew a name is asked first. Nothing here outlasts the deadline that the caller gives.

use core::net::{Ipv4Addr, SocketAddrV4};

use embassy_time::{Duration, Instant};

use super::dns::{Addresses, Answer, Name, read_answer, write_question};
use super::{Datagrams, SERVERS};
use crate::ConnectError;
use crate::log::log;

/// How long a name server may be silent before the next one is asked.
const PATIENCE: Duration = Duration::from_millis(700);

/// The name servers, in the order to ask them.
pub(super) type Servers = heapless::Vec<SocketAddrV4, SERVERS>;

/// Finds the addresses of a host: an IPv4 address in dots, or a name that `servers` are asked for.
///
/// A name without a dot is looked for in `domain` first and then alone, one with dots the other way round, one that ends
/// with a dot alone. `number` is a random number that the questions are told by. Afterwards the server that knew the name is
/// the first of `servers`.
///
/// # Errors
///
/// Why there is none: the name, or the name servers.
pub(super) async fn look_up(
    net: &mut impl Datagrams,
    servers: &mut Servers,
    domain: &str,
    host: &str,
    number: u16,
    deadline: Instant,
) -> Result<Addresses, ConnectError> {
    if let Ok(address) = host.parse::<Ipv4Addr>() {
        return Ok(core::iter::once(address).collect());
    }
    if servers.is_empty() {
        return Err(ConnectError::NoNameServer);
    }
    let domains = if host.contains('.') { ["", domain] } else { [domain, ""] };
    let domains = if domain.is_empty() || host.ends_with('.') { &[""][..] } else { &domains };
    for (index, domain) in (0..).zip(domains) {
        let Some(name) = Name::new(host, domain) else { continue };
        let number = number.wrapping_add(index);
        if let Some(addresses) = ask_in_turn(net, servers, &name, number, deadline).await? {
            return Ok(addresses);
        }
    }
    Err(ConnectError::HostNotFound)
}

/// Asks for one name until a server answers; nothing where there is no such name.
async fn ask_in_turn(
    net: &mut impl Datagrams,
    servers: &mut Servers,
    name: &Name,
    number: u16,
    deadline: Instant,
) -> Result<Option<Addresses>, ConnectError> {
    let mut failed = Servers::new();
    let mut asked = 0;
    while failed.len() < servers.len() {
        if Instant::now() >= deadline {
            return Err(ConnectError::NameServerSilent);
        }
        let in_turn = asked % servers.len();
        asked += 1;
        let Some(server) = servers.get(in_turn).filter(|server| !failed.contains(server)) else { continue };
        let write = |out: &mut [u8]| write_question(out, number, name);
        let read = |from, bytes: &[u8]| {
            servers.contains(&from).then_some(())?;
            Some((from, read_answer(bytes, number, name)?))
        };
        let answered = net.ask(*server, write, read, PATIENCE, deadline).await;
        let Some((server, answer)) = answered else {
            log!(warn, "name server {=usize} of {=usize} is silent", in_turn + 1, servers.len());
            continue;
        };
        let addresses = match answer {
            Answer::Found(addresses) => Some(addresses),
            Answer::NotFound => None,
            Answer::Failed => {
                log!(warn, "a name server failed, of {=usize}", servers.len());
                if !failed.contains(&server) {
                    // There is room for every server.
                    let _ = failed.push(server);
                }
                continue;
            }
        };
        // One that knows no such name is no better than the one before it, which may only have been slow.
        if addresses.is_some() {
            let answering = servers.iter().position(|known| *known == server).unwrap_or(0);
            servers.swap(0, answering);
        }
        return Ok(addresses);
    }
    Err(ConnectError::NameServerFailed)
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::future::Future;
    use std::prelude::v1::*;
    use std::task::{Context, Poll, Waker};

    use embassy_time::{MockDriver, Timer};

    use super::*;

    const DEADLINE: Duration = Duration::from_secs(5);

    /// What a name server does when it is asked.
    #[derive(Clone, Copy)]
    enum Server {
        Silent,
        /// Answers with this code and, where that is 0, its own address.
        Says(u8),
        /// Answers after so many milliseconds.
        Late(u64),
        /// Has one name only.
        Knows(&'static str),
        /// Sends what is no DNS.
        Garbage,
    }

    /// Name servers 10.0.0.1, 10.0.0.2, and so on.
    struct Net {
        servers: Vec<Server>,
        /// Who was asked for what, in order.
        asked: Vec<(usize, String)>,
        /// When which answer arrives.
        arriving: VecDeque<(Instant, SocketAddrV4, Vec<u8>)>,
    }

    fn address(index: usize) -> SocketAddrV4 {
        SocketAddrV4::new(Ipv4Addr::new(10, 0, 0, u8::try_from(index + 1).unwrap()), 53)
    }

    fn name_in(question: &[u8]) -> String {
        let mut labels = Vec::new();
        let mut rest = &question[12..];
        while rest[0] != 0 {
            let (label, after) = rest[1..].split_at(usize::from(rest[0]));
            labels.push(String::from_utf8(label.to_vec()).unwrap());
            rest = after;
        }
        labels.join(".")
    }

    impl Net {
        fn new(servers: &[Server]) -> Self {
            Self { servers: servers.to_vec(), asked: Vec::new(), arriving: VecDeque::new() }
        }

        fn answer(&mut self, index: usize, question: &[u8]) {
            let name = name_in(question);
            let (code, wait) = match self.servers[index] {
                Server::Silent => return,
                Server::Says(code) => (code, 0),
                Server::Late(milliseconds) => (0, milliseconds),
                Server::Knows(known) => (if name == known { 0 } else { 3 }, 0),
                Server::Garbage => {
                    return self.arriving.push_back((Instant::now(), address(index), b"no DNS".to_vec()));
                }
            };
            let mut bytes = question.to_vec();
            bytes[2..4].copy_from_slice(&[0x81, 0x80 | code]);
            if code == 0 {
                bytes[7] = 1;
                bytes.extend([0xC0, 0x0C, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]);
                bytes.extend(address(index).ip().octets());
            }
            self.arriving.push_back((Instant::now() + Duration::from_millis(wait), address(index), bytes));
        }
    }

    impl Datagrams for Net {
        async fn ask<R>(
            &mut self,
            server: SocketAddrV4,
            write: impl FnOnce(&mut [u8]) -> usize,
            mut read: impl FnMut(SocketAddrV4, &[u8]) -> Option<R>,
            patience: Duration,
            deadline: Instant,
        ) -> Option<R> {
            let until = deadline.min(Instant::now() + patience);
            let mut question = [0; 512];
            let length = write(&mut question);
            let index = (0..self.servers.len()).find(|index| address(*index) == server).unwrap();
            self.asked.push((index, name_in(&question[..length])));
            self.answer(index, &question[..length]);
            while Instant::now() < until {
                if let Some(due) = self.arriving.iter().position(|(at, ..)| *at <= Instant::now()) {
                    let (_, from, bytes) = self.arriving.remove(due).unwrap();
                    if let Some(read) = read(from, &bytes) {
                        return Some(read);
                    }
                } else {
                    Timer::after_millis(10).await;
                }
            }
            None
        }
    }

    /// Looks a name up in virtual time; returns what came of it and after how many milliseconds.
    fn find(net: &mut Net, domain: &str, host: &str) -> (Result<Vec<Ipv4Addr>, ConnectError>, u64) {
        let _clock = crate::clock::reserve();
        let mut servers: Servers = (0..net.servers.len()).map(address).collect();
        let looking = look_up(net, &mut servers, domain, host, 0xFFFF, Instant::now() + DEADLINE);
        let mut looking = std::pin::pin!(looking);
        loop {
            match looking.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(found) => {
                    let found = found.map(|addresses| addresses.as_slice().to_vec());
                    return (found, Instant::now().as_millis());
                }
                Poll::Pending => MockDriver::get().advance(Duration::from_millis(10)),
            }
        }
    }

    fn of(index: usize) -> Result<Vec<Ipv4Addr>, ConnectError> {
        Ok(vec![*address(index).ip()])
    }

    #[test]
    fn an_address_in_dots_is_not_asked_for() {
        let mut net = Net::new(&[Server::Silent]);
        let (found, time) = find(&mut net, "example.com", "10.9.8.7");
        assert_eq!((found, time), (Ok(vec![Ipv4Addr::new(10, 9, 8, 7)]), 0));
        assert!(net.asked.is_empty());
    }

    #[test]
    fn the_next_name_server_is_asked_when_one_is_silent() {
        let mut net = Net::new(&[Server::Silent, Server::Garbage, Server::Says(0)]);
        assert_eq!(find(&mut net, "", "em1.example.com"), (of(2), 1400));
    }

    #[test]
    fn the_next_name_server_is_asked_at_once_when_one_refuses_or_fails() {
        for code in [1, 2, 4, 5] {
            let mut net = Net::new(&[Server::Says(code), Server::Says(0)]);
            assert_eq!(find(&mut net, "", "em1.example.com"), (of(1), 0), "code {code}");
        }
    }

    #[test]
    fn an_answer_counts_that_comes_after_the_next_server_was_asked() {
        let mut net = Net::new(&[Server::Late(900), Server::Silent]);
        assert_eq!(find(&mut net, "", "em1.example.com"), (of(0), 900));
        assert_eq!(net.asked.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [0, 1]);
    }

    #[test]
    fn name_servers_are_blamed_for_what_they_did() {
        for (servers, blamed, time) in [
            (&[][..], ConnectError::NoNameServer, 0),
            (&[Server::Says(2), Server::Says(5)], ConnectError::NameServerFailed, 0),
            (&[Server::Silent, Server::Garbage], ConnectError::NameServerSilent, 5000),
            (&[Server::Says(2), Server::Silent], ConnectError::NameServerSilent, 5000),
            (&[Server::Silent, Server::Says(3)], ConnectError::HostNotFound, 700),
        ] {
            assert_eq!(find(&mut Net::new(servers), "", "em1.example.com"), (Err(blamed), time));
        }
    }

    #[test]
    fn a_silent_name_server_is_asked_again_a_failed_one_is_not() {
        let mut net = Net::new(&[Server::Silent, Server::Says(2)]);
        find(&mut net, "", "em1.example.com").0.unwrap_err();
        let asked = |index| net.asked.iter().filter(|(asked, _)| *asked == index).count();
        assert_eq!([asked(0), asked(1)], [8, 1]);
    }

    #[test]
    fn a_search_domain_is_tried_in_turn() {
        for (host, domain, expected) in [
            ("em1", "example.com", &["em1.example.com", "em1"][..]),
            ("em1.lab", "example.com.", &["em1.lab", "em1.lab.example.com"]),
            ("em1.lab.", "example.com", &["em1.lab"]),
            ("em1", "", &["em1"]),
        ] {
            let mut net = Net::new(&[Server::Says(3)]);
            assert_eq!(find(&mut net, domain, host).0, Err(ConnectError::HostNotFound));
            assert_eq!(net.asked.iter().map(|(_, name)| &**name).collect::<Vec<_>>(), expected);
        }
        let mut net = Net::new(&[Server::Knows("em1.lab.example.com")]);
        assert_eq!(find(&mut net, "example.com", "em1.lab").0, of(0));
    }

    #[test]
    fn the_name_server_that_answered_is_asked_first_the_next_time() {
        let _clock = crate::clock::reserve();
        let mut net = Net::new(&[Server::Says(2), Server::Says(0)]);
        let mut servers: Servers = (0..2).map(address).collect();
        for asked in [2, 3] {
            let deadline = Instant::now() + DEADLINE;
            {
                let looking = std::pin::pin!(look_up(&mut net, &mut servers, "", "em1", 7, deadline));
                assert!(looking.poll(&mut Context::from_waker(Waker::noop())).is_ready());
            }
            assert_eq!(net.asked.len(), asked);
        }
    }

    #[test]
    fn a_name_server_that_knows_no_such_name_is_not_asked_first_the_next_time() {
        let _clock = crate::clock::reserve();
        let mut net = Net::new(&[Server::Says(2), Server::Says(3)]);
        let mut servers: Servers = (0..2).map(address).collect();
        {
            let deadline = Instant::now() + DEADLINE;
            let looking = std::pin::pin!(look_up(&mut net, &mut servers, "", "em1", 7, deadline));
            let found = looking.poll(&mut Context::from_waker(Waker::noop()));
            assert!(matches!(found, Poll::Ready(Err(ConnectError::HostNotFound))));
        }
        // The first may have failed for a moment only.
        assert_eq!(servers.first(), Some(&address(0)));
    }
}
