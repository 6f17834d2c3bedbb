//! The way to the service: one HTTP exchange over a connection that a board's network makes.
//!
//! It sends a request once. What may have arrived is never sent again, neither to the same service nor to another.

#[cfg(feature = "embassy-net")]
mod embassy;

#[cfg(feature = "embassy-net")]
pub use embassy::EmbassyNetwork;

use embassy_time::with_deadline;
use embedded_io_async::{Read, Write};
use hotdesk_core::Response;
use hotdesk_core::session::{Deadlines, Exchange, ExchangeError};

use crate::clock::{instant, now};
use crate::config::Service;
use crate::log::log;
use crate::{Buffers, ConnectError, NetworkState, Trouble};

/// Bytes taken from a connection at a time. They wait inside the future of a phone, so they are few.
const SEGMENT: usize = 128;

/// A network that connects to hosts, as far as the phone uses one.
// A phone runs on one executor thread, so the futures need not be `Send`.
#[allow(async_fn_in_trait)]
pub trait Network {
    /// A TCP connection. Dropping it ends it, [`Network::close`] does so in order.
    type Connection<'c>: Read + Write
    where
        Self: 'c;

    /// How far the network is now.
    fn state(&self) -> NetworkState;

    /// Waits until the network's state is another than `seen`. It may be dropped while it waits.
    async fn state_after(&mut self, seen: NetworkState) -> NetworkState;

    /// Connects to a host, an IPv4 address in dots or a name. It may be dropped while it waits: the phone has a
    /// deadline of its own.
    ///
    /// # Errors
    ///
    /// Why there is no connection. Nothing was sent then.
    async fn connect(&mut self, host: &str, port: u16) -> Result<Self::Connection<'_>, ConnectError>;

    /// Ends a connection so that the other end hears of it. It takes a second at most.
    async fn close<'c>(connection: Self::Connection<'c>)
    where
        Self: 'c;

    /// Wipes what the last connection left of a request in the network's own buffers.
    fn wipe(&mut self);
}

/// Asks the services in turn until one takes the connection, sends the request there, once, and reads the answer.
///
/// Only a connection that does not come about leads to the next service: from then on the request may have been
/// carried out. Afterwards neither `buffers` nor the network holds the request.
pub(crate) async fn ask<'b, N: Network>(
    network: &mut N,
    services: &[Service],
    write_request: impl FnOnce(&Service, &mut [u8]) -> Result<usize, Trouble>,
    buffers: &'b mut Buffers<'_>,
) -> Result<Response<'b>, Trouble> {
    let answered = ask_first(network, services, write_request, buffers).await;
    network.wipe();
    let document = buffers.answer.get(..answered?).unwrap_or_default();
    Response::parse(document).map_err(|error| {
        let (line, column) = error.line_column(document);
        Trouble::Unreadable { error, line, column }
    })
}

/// Connects, exchanges, and returns the length of the answer's document.
async fn ask_first<N: Network>(
    network: &mut N,
    services: &[Service],
    write_request: impl FnOnce(&Service, &mut [u8]) -> Result<usize, Trouble>,
    buffers: &mut Buffers<'_>,
) -> Result<usize, Trouble> {
    let mut trouble = Trouble::NoConnection(ConnectError::HostNotFound);
    for service in services {
        let deadline = instant(now().saturating_add(Deadlines::default().connect));
        let connected = with_deadline(deadline, network.connect(service.host(), service.port())).await;
        match connected.unwrap_or(Err(ConnectError::TimedOut)) {
            Ok(mut connection) => {
                let answered = match write_request(service, buffers.request) {
                    Ok(length) => {
                        let request = buffers.request.get_mut(..length).unwrap_or_default();
                        exchange(&mut connection, request, buffers.answer).await.map_err(Trouble::NoAnswer)
                    }
                    Err(trouble) => Err(trouble),
                };
                N::close(connection).await;
                return answered;
            }
            Err(error) => {
                log!(warn, "no connection to the service: {}", error);
                trouble = Trouble::NoConnection(error);
            }
        }
    }
    Err(trouble)
}

/// Sends the request and reads the answer, each wait with its deadline. Returns the length of the answer's document,
/// which stands at the start of `answer`.
async fn exchange(
    connection: &mut (impl Read + Write),
    request: &mut [u8],
    answer: &mut [u8],
) -> Result<usize, ExchangeError> {
    let mut segment = [0; SEGMENT];
    let mut flushed = false;
    let mut exchange = Exchange::start(request, answer, Deadlines::default(), now());
    exchange.connected(now());
    loop {
        if let Some(result) = exchange.result() {
            return result.map(<[u8]>::len);
        }
        let deadline = instant(exchange.deadline().unwrap_or_default());
        let outgoing = exchange.outgoing();
        if !outgoing.is_empty() {
            match with_deadline(deadline, connection.write(outgoing)).await {
                Ok(Ok(0) | Err(_)) => exchange.broken(),
                Ok(Ok(taken)) => exchange.sent(taken),
                Err(_) => exchange.tick(now()),
            }
        } else if !flushed {
            // Where the connection broke off, reading says so, and an answer may be there nevertheless.
            let _ = with_deadline(deadline, connection.flush()).await;
            flushed = true;
        } else {
            match with_deadline(deadline, connection.read(&mut segment)).await {
                Ok(Ok(0)) => exchange.closed(now()),
                Ok(Ok(taken)) => exchange.received(segment.get(..taken).unwrap_or_default(), now()),
                Ok(Err(_)) => exchange.broken(),
                Err(_) => exchange.tick(now()),
            }
        }
    }
}
