//! The network of a board that runs embassy-net: link, DHCP, DNS and TCP come from its stack.
//!
//! The board makes the driver and runs the stack; this only uses it.

use embassy_futures::select::select;
use embassy_net::dns::DnsQueryType;
use embassy_net::tcp::{ConnectError as TcpError, TcpSocket};
use embassy_net::{IpAddress, Stack};
use embassy_time::{Duration, with_timeout};
use zeroize::Zeroize;

use super::Network;
use crate::{ConnectError, NetworkState};

/// How long the other end may take to confirm that a connection ends.
const CLOSE_TIME: Duration = Duration::from_secs(1);

/// A [`Network`] over an embassy-net stack, with one TCP connection at a time.
pub struct EmbassyNetwork<'a> {
    stack: Stack<'a>,
    rx: &'a mut [u8],
    tx: &'a mut [u8],
}

impl<'a> EmbassyNetwork<'a> {
    /// Takes a stack that somebody runs, and memory for what is received and sent: 1 KiB each is enough, more is
    /// faster. The stack needs one socket beside those of DHCP and DNS.
    pub fn new(stack: Stack<'a>, rx: &'a mut [u8], tx: &'a mut [u8]) -> Self {
        Self { stack, rx, tx }
    }
}

impl Network for EmbassyNetwork<'_> {
    type Connection<'c>
        = TcpSocket<'c>
    where
        Self: 'c;

    fn state(&self) -> NetworkState {
        match (self.stack.is_link_up(), self.stack.is_config_up()) {
            (false, _) => NetworkState::NoLink,
            (true, false) => NetworkState::NoAddress,
            (true, true) => NetworkState::Ready,
        }
    }

    async fn state_after(&mut self, seen: NetworkState) -> NetworkState {
        loop {
            let state = self.state();
            if state != seen {
                return state;
            }
            match seen {
                NetworkState::NoLink => self.stack.wait_link_up().await,
                NetworkState::NoAddress => {
                    select(self.stack.wait_link_down(), self.stack.wait_config_up()).await;
                }
                NetworkState::Ready => {
                    select(self.stack.wait_link_down(), self.stack.wait_config_down()).await;
                }
            }
        }
    }

    async fn connect(&mut self, host: &str, port: u16) -> Result<TcpSocket<'_>, ConnectError> {
        // An address in dots is answered without asking anybody.
        let addresses = self.stack.dns_query(host, DnsQueryType::A).await;
        let address: Option<IpAddress> = addresses.ok().and_then(|addresses| addresses.first().copied());
        let address = address.ok_or(ConnectError::HostNotFound)?;
        let mut socket = TcpSocket::new(self.stack, self.rx, self.tx);
        socket.connect((address, port)).await.map_err(|error| match error {
            TcpError::TimedOut => ConnectError::TimedOut,
            TcpError::ConnectionReset | TcpError::NoRoute | TcpError::InvalidState => ConnectError::Refused,
        })?;
        Ok(socket)
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
        self.tx.zeroize();
    }
}
