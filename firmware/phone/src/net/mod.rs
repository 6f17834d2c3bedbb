//! The way to the service: core's session over connections that a board's network makes.
//!
//! It must never send a login or logout while it may have been carried out, neither to the same service nor to another:
//! core/PROTOCOL.md section 12.

#[cfg(any(feature = "embassy-net", test))]
mod dns;
#[cfg(feature = "embassy-net")]
mod embassy;
#[cfg(any(feature = "embassy-net", test))]
mod names;
#[cfg(feature = "tls")]
mod secured;
#[cfg(all(feature = "tls", any(feature = "embassy-net", test)))]
mod sntp;

#[cfg(feature = "embassy-net")]
pub use embassy::{EmbassyNetwork, Udp};

#[cfg(feature = "tls")]
pub use secured::{Connection, Refusal, Secured};

use core::net::{Ipv4Addr, SocketAddrV4};

use core::cell::Cell;

#[cfg(any(feature = "embassy-net", feature = "provisioning", test))]
use embassy_time::Duration;
use embassy_time::{Instant, with_deadline};
use embedded_io_async::{Read, Write};
use hotdesk_core::codes::em_service::EmServiceCode;
use hotdesk_core::session::{
    Deadlines, ExchangeFailure, Next, Outcome, Phase, Plan, Retry, Session, SessionError, Task,
};
use hotdesk_core::{Piece, Response};
use zeroize::Zeroizing;

use crate::clock::{instant, now};
use crate::config::{NAME_SERVERS, Service};
use crate::log::log;
#[cfg(feature = "tls")]
use crate::time::Known;
use crate::{Buffers, ConnectError, NetworkState, Trouble};

/// Bytes taken from a connection at a time. They wait inside the future of a phone, so they are few.
pub(crate) const SEGMENT: usize = 128;

/// Name servers that may be asked: two of the configuration and three of DHCP.
pub const SERVERS: usize = NAME_SERVERS + 3;

/// What the network was given to work with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The phone's own address.
    pub address: Ipv4Addr,
    /// The mask of the subnet.
    pub mask: Ipv4Addr,
    /// The way out of the subnet, where there is one.
    pub gateway: Option<Ipv4Addr>,
    /// The name servers, in the order to ask them.
    pub name_servers: heapless::Vec<SocketAddrV4, SERVERS>,
}

const BUSY: EmServiceCode = EmServiceCode::BUSY_PLEASE_TRY_AGAIN;

/// How far a network is: known also while a connection is used.
// A phone runs on one executor thread, so the futures need not be `Send`.
#[allow(async_fn_in_trait)]
pub trait Link {
    /// How far the network is now.
    fn state(&self) -> NetworkState;

    /// Waits until the network's state is another than `seen`. It may be dropped while it waits.
    async fn state_after(&self, seen: NetworkState) -> NetworkState;
}

/// Carries datagrams from one port of the phone, and back to it.
#[cfg(any(feature = "embassy-net", feature = "provisioning", test))]
#[allow(async_fn_in_trait)]
pub trait Datagrams {
    /// Sends what `write` puts into its buffer to `server`, then hands each datagram that arrives to `read`, with its sender,
    /// until that returns something, `patience` has passed since it was sent, or the time is `deadline`. What was sent before
    /// may be answered now.
    async fn ask<R>(
        &mut self,
        server: SocketAddrV4,
        write: impl FnOnce(&mut [u8]) -> usize,
        read: impl FnMut(SocketAddrV4, &[u8]) -> Option<R>,
        patience: Duration,
        deadline: Instant,
    ) -> Option<R>;
}

/// A network that connects to hosts, as far as the phone uses one.
#[allow(async_fn_in_trait)]
pub trait Network {
    /// What tells how far it is.
    type Link: Link;

    /// A TCP connection. Dropping it ends it, [`Network::close`] does so in order.
    type Connection<'c>: Read + Write
    where
        Self: 'c;

    /// A port of UDP.
    #[cfg(feature = "provisioning")]
    type Datagrams<'d>: Datagrams
    where
        Self: 'd;

    /// What tells how far it is.
    fn link(&self) -> Self::Link;

    /// What it was given to work with, while it is ready.
    fn address(&self) -> Option<Address>;

    /// Connects to a host, an IPv4 address in dots or a name, until `deadline`. It may be dropped while it waits: the
    /// phone keeps the deadline itself, too.
    ///
    /// # Errors
    ///
    /// Why there is no connection, and whose fault it is. Nothing was sent then.
    async fn connect(
        &mut self,
        host: &str,
        port: u16,
        deadline: Instant,
    ) -> Result<Self::Connection<'_>, ConnectError>;

    /// Connects to a service, and secures the connection where the service wants that. A network without an engine of TLS
    /// refuses such a service.
    ///
    /// # Errors
    ///
    /// Why there is no connection, or why the service was not let in. Nothing of the phone's was sent then.
    #[cfg(feature = "tls")]
    async fn connect_to<'c>(
        &'c mut self,
        service: &'c Service,
        deadline: Instant,
    ) -> Result<Self::Connection<'c>, ConnectError> {
        if service.is_secured() {
            return Err(ConnectError::Refusal(Refusal::NoEngine));
        }
        self.connect(service.host(), service.port(), deadline).await
    }

    /// Has the clock set, where there is one and that is due, until `deadline`. It may be dropped. Returns whether the time
    /// is another now: what was checked by the one before is to be checked anew.
    #[cfg(feature = "tls")]
    async fn learn_time(&mut self, deadline: Instant) -> bool {
        let _ = deadline;
        false
    }

    /// The time, if it is known, and where from.
    #[cfg(feature = "tls")]
    fn known_time(&self) -> Option<Known> {
        None
    }

    /// Opens a port of UDP, another each time, and finds an address of the host that it is for, until `deadline`. Datagrams
    /// have 271 bytes at most on the way out, as questions for names have, and 964 on the way in.
    ///
    /// # Errors
    ///
    /// Why there is no address.
    #[cfg(feature = "provisioning")]
    async fn datagrams(
        &mut self,
        host: &str,
        deadline: Instant,
    ) -> Result<(Ipv4Addr, Self::Datagrams<'_>), ConnectError>;

    /// Ends a connection so that the other end hears of it. It takes a second at most.
    async fn close<'c>(connection: Self::Connection<'c>)
    where
        Self: 'c;

    /// Wipes what the last connection left of a request and its answer in the network's own buffers.
    fn wipe(&mut self);
}

/// How an answer is taken.
pub(crate) enum Reading<'r> {
    /// As a whole: it must fit into the buffer.
    Whole,
    /// In pieces, which go to this function; none where an answer starts, for then what came before is void.
    Pieces(&'r mut dyn FnMut(Option<Piece<'_>>)),
}

/// Which service comes first, and which may be at work on what was sent last. It lasts from one request to the next.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    first: Cell<usize>,
    sent_to: Cell<Option<usize>>,
}

impl Turn {
    /// Takes that the exchange was given up, and returns whether something of its request was sent. The service it was
    /// sent to is the first to be asked what became of it.
    pub(crate) fn given_up(&self) -> bool {
        let sent_to = self.sent_to.take();
        self.first.set(sent_to.unwrap_or(0));
        sent_to.is_some()
    }
}

/// Has the services carry `task` out: in turn, until one answers it or may have carried it out, each once.
///
/// Another round is the person's decision; the waits while a service is busy and the query after a lost answer are the
/// app's, which shows all three. After a lost answer the next request goes to the service that lost it first; after code
/// 26, to the one that comes next. Afterwards neither `buffers` nor the network holds the request. What is read in pieces is
/// a query, or with the feature `browser` and [`Task::Change`] a page, and has no response to return.
///
/// Returns which of the services answered, or was tried last, beside the answer.
pub(crate) async fn ask<'b, N: Network>(
    network: &mut N,
    services: &[Service],
    turn: &Turn,
    task: Task<'_>,
    mut write_request: impl FnMut(&Service, &mut [u8]) -> Result<usize, Trouble>,
    mut reading: Reading<'_>,
    buffers: &'b mut Buffers<'_>,
) -> (Option<usize>, Result<Option<Response<'b>>, Trouble>) {
    let plan =
        Plan { services: services.len(), deadlines: Deadlines::default(), retry: Retry::ONCE, seed: 0 };
    let mut session = match reading {
        Reading::Whole => Session::start(task, plan, buffers.request, buffers.answer, now()),
        // It may change something, as no other answer in pieces does.
        #[cfg(feature = "browser")]
        Reading::Pieces(_) if task == Task::Change => {
            Session::start_page(plan, buffers.request, buffers.answer, now())
        }
        Reading::Pieces(_) => Session::start_in_pieces(plan, buffers.request, buffers.answer, now()),
    };
    let mut no_connection = ConnectError::HostNotFound;
    let mut asked = Ok(());
    let first = turn.first.take();
    let place = |service: usize| first.wrapping_add(service).checked_rem(services.len()).unwrap_or(0);
    while let (Ok(()), Next::Connect { service }) = (asked, session.next()) {
        turn.sent_to.set(None);
        let place = place(service);
        let Some(service) = services.get(place) else { break };
        if let Reading::Pieces(on_piece) = &mut reading {
            on_piece(None);
        }
        let deadline = instant(session.deadline().unwrap_or_default());
        #[cfg(feature = "tls")]
        let connecting = network.connect_to(service, deadline);
        #[cfg(not(feature = "tls"))]
        let connecting = network.connect(service.host(), service.port(), deadline);
        let connected = with_deadline(deadline, connecting).await;
        match connected.unwrap_or(Err(ConnectError::TimedOut)) {
            Ok(mut connection) => {
                session.connected(now());
                let write = |out: &mut [u8]| write_request(service, out);
                let sends = || turn.sent_to.set(Some(place));
                asked = exchange(&mut connection, &mut session, write, sends, &mut reading).await;
                N::close(connection).await;
            }
            Err(error) => {
                log!(warn, "no connection to the service: {}", error);
                no_connection = error;
                session.connect_failed(now());
            }
        }
    }
    network.wipe();
    if let Err(trouble) = asked {
        return (None, Err(trouble));
    }
    match session.finish() {
        Some(Outcome::Answered { response, service }) => {
            if matches!(response, Response::Failure(failure) if failure.code == Some(BUSY)) {
                turn.first.set(place(service.wrapping_add(1)));
            }
            (Some(place(service)), Ok(Some(response)))
        }
        Some(Outcome::Read { service }) => (Some(place(service)), Ok(None)),
        Some(Outcome::Lost { error, service, .. }) => {
            turn.first.set(place(service));
            (Some(place(service)), Err(trouble(error, no_connection)))
        }
        Some(Outcome::Failed { error, service }) => (service.map(place), Err(trouble(error, no_connection))),
        None => (None, Err(Trouble::NoConnection(no_connection))),
    }
}

/// Sends the request and passes on the answer, each wait with its deadline, until this connection is not used any more.
///
/// # Errors
///
/// Why the request cannot be written. Nothing was sent then.
async fn exchange(
    connection: &mut (impl Read + Write),
    session: &mut Session<'_, '_>,
    write_request: impl FnOnce(&mut [u8]) -> Result<usize, Trouble>,
    sends: impl FnOnce(),
    reading: &mut Reading<'_>,
) -> Result<(), Trouble> {
    let mut on_piece = |piece: Piece<'_>| {
        if let Reading::Pieces(on_piece) = reading {
            on_piece(Some(piece));
        }
    };
    // Wiped also where this is given up.
    let mut segment = Zeroizing::new([0; SEGMENT]);
    let mut flushed = false;
    session.write(write_request)?;
    // From here on bytes may be taken, even where this is given up while it waits for that.
    sends();
    while session.next() == Next::Exchange {
        let deadline = instant(session.deadline().unwrap_or_default());
        let outgoing = session.outgoing();
        if !outgoing.is_empty() {
            match with_deadline(deadline, connection.write(outgoing)).await {
                Ok(Ok(0) | Err(_)) => session.broken(now()),
                Ok(Ok(taken)) => session.sent(taken),
                Err(_) => session.tick(now()),
            }
        } else if !flushed {
            // Where the connection broke off, reading says so, and an answer may be there nevertheless.
            let _ = with_deadline(deadline, connection.flush()).await;
            flushed = true;
        } else {
            match with_deadline(deadline, connection.read(&mut *segment)).await {
                Ok(Ok(0)) => session.closed_in_pieces(now(), &mut on_piece),
                Ok(Ok(taken)) => {
                    let arrived = segment.get(..taken).unwrap_or_default();
                    session.received_in_pieces(arrived, now(), &mut on_piece);
                }
                Ok(Err(_)) => session.broken(now()),
                Err(_) => session.tick(now()),
            }
        }
    }
    Ok(())
}

/// Puts it in the phone's terms; `no_connection` is why the last connection failed.
fn trouble(error: SessionError, no_connection: ConnectError) -> Trouble {
    match error {
        SessionError::Exchange(error) => match error.failure() {
            ExchangeFailure::ConnectFailed | ExchangeFailure::TimedOut(Phase::Connect) => {
                Trouble::NoConnection(no_connection)
            }
            _ => Trouble::NoAnswer(error),
        },
        SessionError::Unreadable { error, line, column } => Trouble::Unreadable { error, line, column },
        #[cfg(feature = "provisioning")]
        SessionError::NoService => Trouble::NoConnection(ConnectError::NoService),
        #[cfg(not(feature = "provisioning"))]
        SessionError::NoService => Trouble::NoConnection(no_connection),
        _ => Trouble::Unexpected,
    }
}
