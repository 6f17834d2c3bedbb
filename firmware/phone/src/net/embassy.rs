//! The network of a board that runs embassy-net: link, DHCP, UDP and TCP come from its stack.
//!
//! The board makes the driver and runs the stack; this only uses it. Each address of a host is tried in turn, within the
//! one deadline for the connection.

use core::net::{Ipv4Addr, SocketAddrV4};

use embassy_futures::select::select;
use embassy_net::tcp::{ConnectError as TcpError, TcpSocket};
use embassy_net::udp::{PacketMetadata, UdpSocket};
use embassy_net::{IpAddress, IpEndpoint, Stack};
use embassy_time::{Duration, Instant, with_deadline, with_timeout};
use hotdesk_core::wipe;

use super::dns::{Addresses, QUESTION_BYTES};
use super::names::{Servers, look_up};
#[cfg(feature = "tls")]
use super::sntp;
use super::{Address, Datagrams, Link, Network};
#[cfg(feature = "tls")]
use crate::clock;
use crate::log::log;
#[cfg(feature = "tls")]
use crate::time::{Clock, Known};
use crate::{Config, ConnectError, NetworkState};

/// How long the other end may take to confirm that a connection ends.
const CLOSE_TIME: Duration = Duration::from_secs(1);

/// How long a question may take to leave: ARP asks for one address a second, so a server that is not there delays the next.
const SEND_TIME: Duration = Duration::from_millis(1100);

/// The port of DNS.
const DNS_PORT: u16 = 53;

/// A [`Network`] over an embassy-net stack, with one connection at a time.
pub struct EmbassyNetwork<'a> {
    stack: Stack<'a>,
    rx: &'a mut [u8],
    tx: &'a mut [u8],
    config: Option<&'a Config>,
    /// The name server that answered last.
    answering: Option<SocketAddrV4>,
    /// The number of the next question for a name.
    number: u16,
    #[cfg(feature = "tls")]
    clock: Option<Timekeeping<'a>>,
}

/// The clock, and the number of the next question for the time.
#[cfg(feature = "tls")]
struct Timekeeping<'a> {
    clock: &'a Clock,
    number: u64,
}

impl<'a> EmbassyNetwork<'a> {
    /// Takes a stack that somebody runs, and memory for what is received and sent: 1 KiB each is enough, more is
    /// faster. The stack needs one socket beside that of DHCP. `config` names the name servers to ask before those of DHCP,
    /// and the domain to look names up in; `seed` is a random number, another with each start.
    pub fn new(
        stack: Stack<'a>,
        rx: &'a mut [u8],
        tx: &'a mut [u8],
        config: Option<&'a Config>,
        seed: u64,
    ) -> Self {
        let [low, high, ..] = seed.to_le_bytes();
        Self {
            stack,
            rx,
            tx,
            config,
            answering: None,
            number: u16::from_le_bytes([low, high]),
            #[cfg(feature = "tls")]
            clock: None,
        }
    }

    /// Gives it a clock to set by the time server that the configuration names. `number` is what answers are told by: a
    /// random number that nobody can guess.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn with_clock(mut self, clock: &'a Clock, number: u64) -> Self {
        self.clock = Some(Timekeeping { clock, number });
        self
    }

    /// The name servers, in the order to ask them.
    fn name_servers(&self) -> Servers {
        let configured = self.config.map_or(&[][..], Config::name_servers).iter().copied();
        let leased = self.stack.config_v4().map(|config| config.dns_servers).unwrap_or_default();
        let leased = leased.into_iter().map(|server| SocketAddrV4::new(server, DNS_PORT));
        let mut servers: Servers = configured.chain(leased).collect();
        if let Some(first) = servers.iter().position(|server| Some(*server) == self.answering) {
            servers.swap(0, first);
        }
        servers
    }

    /// The addresses of a host.
    async fn addresses(&mut self, host: &str, deadline: Instant) -> Result<Addresses, ConnectError> {
        let mut servers = self.name_servers();
        // A step that is odd and large: numbers that follow one another are far apart, and none comes twice.
        self.number = self.number.wrapping_add(0x9E37);
        let domain = self.config.map_or("", Config::search_domain);
        let mut datagrams = Udp { stack: self.stack, rx: self.rx, tx: self.tx, port: 0 };
        let found = look_up(&mut datagrams, &mut servers, domain, host, self.number, deadline).await;
        self.answering = servers.first().copied();
        found
    }
}

impl Link for Stack<'_> {
    fn state(&self) -> NetworkState {
        match (self.is_link_up(), self.is_config_up()) {
            (false, _) => NetworkState::NoLink,
            (true, false) => NetworkState::NoAddress,
            (true, true) => NetworkState::Ready,
        }
    }

    async fn state_after(&self, seen: NetworkState) -> NetworkState {
        loop {
            let state = self.state();
            if state != seen {
                return state;
            }
            match seen {
                NetworkState::NoLink => self.wait_link_up().await,
                NetworkState::NoAddress => {
                    select(self.wait_link_down(), self.wait_config_up()).await;
                }
                NetworkState::Ready => {
                    select(self.wait_link_down(), self.wait_config_down()).await;
                }
            }
        }
    }
}

impl<'a> Network for EmbassyNetwork<'a> {
    type Link = Stack<'a>;

    type Connection<'c>
        = TcpSocket<'c>
    where
        Self: 'c;

    #[cfg(feature = "provisioning")]
    type Datagrams<'d>
        = Udp<'d>
    where
        Self: 'd;

    fn link(&self) -> Stack<'a> {
        self.stack
    }

    fn address(&self) -> Option<Address> {
        let config = self.stack.config_v4().filter(|_| self.stack.is_link_up())?;
        Some(Address {
            address: config.address.address(),
            mask: config.address.netmask(),
            gateway: config.gateway,
            name_servers: self.name_servers(),
        })
    }

    #[cfg(feature = "tls")]
    async fn learn_time(&mut self, deadline: Instant) -> bool {
        let (Some(keeping), Some(server)) = (&mut self.clock, self.config.and_then(Config::time_server))
        else {
            return false;
        };
        let clock = keeping.clock;
        if !clock.is_due(clock::now()) {
            return false;
        }
        clock.asks(clock::now());
        // A step that is odd: no number comes twice.
        keeping.number = keeping.number.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let number = keeping.number;
        let addresses = self.addresses(server.host(), deadline).await.unwrap_or_default();
        let mut datagrams = Udp { stack: self.stack, rx: self.rx, tx: self.tx, port: 0 };
        for address in addresses {
            let server = SocketAddrV4::new(address, server.port());
            if let Some(time) = sntp::ask(&mut datagrams, server, number, clock.floor(), deadline).await {
                log!(info, "a time server told the time");
                return clock.take(time, server, clock::now());
            }
        }
        log!(warn, "no time server told the time");
        false
    }

    #[cfg(feature = "tls")]
    fn known_time(&self) -> Option<Known> {
        self.clock.as_ref()?.clock.known()
    }

    async fn connect(
        &mut self,
        host: &str,
        port: u16,
        deadline: Instant,
    ) -> Result<TcpSocket<'_>, ConnectError> {
        let addresses = self.addresses(host, deadline).await?;
        let mut socket = TcpSocket::new(self.stack, self.rx, self.tx);
        let mut refused = true;
        for (address, left) in addresses.iter().zip((1..=addresses.len()).rev()) {
            let share = deadline.saturating_duration_since(Instant::now()) / u32::try_from(left).unwrap_or(1);
            match with_timeout(share, socket.connect((*address, port))).await {
                Ok(Ok(())) => return Ok(socket),
                Ok(Err(TcpError::ConnectionReset | TcpError::NoRoute | TcpError::InvalidState)) => {}
                Ok(Err(TcpError::TimedOut)) | Err(_) => refused = false,
            }
            log!(
                warn,
                "no connection to address {=usize} of {=usize}",
                addresses.len() - left + 1,
                addresses.len()
            );
            socket.abort();
        }
        Err(if refused { ConnectError::Refused } else { ConnectError::TimedOut })
    }

    #[cfg(feature = "provisioning")]
    async fn datagrams(
        &mut self,
        host: &str,
        deadline: Instant,
    ) -> Result<(Ipv4Addr, Udp<'_>), ConnectError> {
        let addresses = self.addresses(host, deadline).await?;
        let address = addresses.first().copied().ok_or(ConnectError::HostNotFound)?;
        Ok((address, Udp { stack: self.stack, rx: self.rx, tx: self.tx, port: 0 }))
    }

    async fn close<'c>(mut connection: Self::Connection<'c>)
    where
        Self: 'c,
    {
        connection.close();
        // Nothing depends on it: dropping the socket ends what is left.
        let _ = with_timeout(CLOSE_TIME, connection.flush()).await;
    }

    fn wipe(&mut self) {
        wipe(self.tx);
        // An answer may repeat the request it was sent for.
        wipe(self.rx);
    }
}

/// UDP over the memory that TCP uses afterwards.
pub struct Udp<'a> {
    stack: Stack<'a>,
    rx: &'a mut [u8],
    tx: &'a mut [u8],
    /// The port of the phone; 0 before the first question.
    port: u16,
}

impl Datagrams for Udp<'_> {
    async fn ask<R>(
        &mut self,
        server: SocketAddrV4,
        write: impl FnOnce(&mut [u8]) -> usize,
        mut read: impl FnMut(SocketAddrV4, &[u8]) -> Option<R>,
        patience: Duration,
        deadline: Instant,
    ) -> Option<R> {
        let (rx_meta, tx_meta) = (&mut [PacketMetadata::EMPTY; 2], &mut [PacketMetadata::EMPTY; 1]);
        // A socket of its own for each question: one for a server that does not answer ARP would wait before the others.
        let mut socket = UdpSocket::new(self.stack, rx_meta, self.rx, tx_meta, self.tx);
        // The port stays, so that a late answer to an earlier question finds its way.
        socket.bind(self.port).ok()?;
        self.port = socket.endpoint().port;
        let send = async {
            // Where there is no way to the server, there may still be an answer from another.
            let _ = socket.send_to_with(QUESTION_BYTES, server, |out| (write(out), ())).await;
            socket.flush().await;
        };
        let sent = with_deadline(deadline.min(Instant::now() + SEND_TIME), send).await.is_ok();
        // What has arrived meanwhile counts, even where this question did not leave.
        let patience = if sent { patience } else { Duration::from_ticks(0) };
        let receive = async {
            loop {
                let read = socket.recv_from_with(|bytes, meta| read(ipv4(meta.endpoint)?, bytes)).await;
                if read.is_some() {
                    return read;
                }
            }
        };
        with_deadline(deadline.min(Instant::now() + patience), receive).await.ok().flatten()
    }
}

fn ipv4(endpoint: IpEndpoint) -> Option<SocketAddrV4> {
    match endpoint.addr {
        IpAddress::Ipv4(address) => Some(SocketAddrV4::new(Ipv4Addr::from(address.octets()), endpoint.port)),
        #[allow(unreachable_patterns)] // Another family where another user of the stack turns it on.
        _ => None,
    }
}
