//! Logs a user in on a device, from a PC: a session over `std::net`, with deadlines, a second service and the query that
//! follows a lost answer.
//!
//! ```sh
//! HOTDESK_PIN=12345 cargo run --example login -- SEP003094C25B15 john em1.example:8080 em2.example:8080
//! ```
#![allow(clippy::indexing_slicing, reason = "the session names one of the services")]

use std::error::Error;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};

use hotdesk_core::session::{Deadlines, Finding, Next, Outcome, Plan, Retry, Session, Task, Wanted};
use hotdesk_core::{AppInfo, DeviceUserQuery, Login, Query, Request, Response, http};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [device, user, services @ ..] = arguments.as_slice() else {
        return Err("usage: login DEVICE USER HOST:PORT [HOST:PORT]".into());
    };
    let pin = std::env::var("HOTDESK_PIN").map_err(|_| "HOTDESK_PIN is not set")?;
    println!("{}", log_in(device, user, &pin, services, Deadlines::default())?);
    Ok(())
}

/// Logs `user` in and says what became of it.
pub(crate) fn log_in(
    device: &str,
    user: &str,
    pin: &str,
    services: &[String],
    deadlines: Deadlines,
) -> Result<String, Box<dyn Error>> {
    let app = AppInfo::new(user, pin);
    let request = Request::new(app, Login::new(device, user));
    // Asked only if the answer to the login is lost: is the user logged in? Call managers answer it to an application user
    // only; signed by the user, it is refused, and what became of the login stays unknown.
    let devices = [device];
    let query = Query::new(app, DeviceUserQuery::new(&devices));

    let plan = Plan { services: services.len(), deadlines, retry: Retry::default(), seed: 7 };
    let (mut out, mut answer) = ([0; 2048], [0; 4096]);
    let start = Instant::now();
    let mut session = Session::start(Task::from(&request), plan, &mut out, &mut answer, start.elapsed());
    let mut connection = None;
    loop {
        let deadline = session.deadline().unwrap_or_default();
        // A time-out of zero would mean none.
        let left = deadline.saturating_sub(start.elapsed()).max(Duration::from_millis(1));
        match (session.next(), &mut connection) {
            (Next::Connect { service }, connection) => match connect(&services[service], left) {
                Ok(stream) => {
                    *connection = Some(stream);
                    session.connected(start.elapsed());
                }
                Err(_) => session.connect_failed(start.elapsed()),
            },
            (Next::Write { service, wanted }, _) => session.write(|out| match wanted {
                Wanted::Operation => http::write_post(out, &services[service], http::SERVICE_PATH, &request),
                Wanted::Query => http::write_post(out, &services[service], http::SERVICE_PATH, &query),
            })?,
            (Next::Exchange, Some(stream)) => exchange(&mut session, stream, left, start),
            (Next::Wait, _) => {
                std::thread::sleep(left);
                session.tick(start.elapsed());
            }
            _ => break,
        }
    }
    Ok(match session.finish() {
        Some(Outcome::Answered { response: Response::Success, .. }) => {
            format!("{user} is logged in on {device}")
        }
        Some(Outcome::Answered { service, response: Response::Failure(failure) }) => {
            format!("refused by {}: {}", services[service], failure.text)
        }
        Some(Outcome::Lost { finding: Finding::CarriedOut { .. }, .. }) => {
            format!("{user} is logged in on {device}, although the answer was lost")
        }
        Some(other) => format!("{other:?}"),
        None => "the session did not end".to_owned(),
    })
}

fn connect(service: &str, left: Duration) -> io::Result<TcpStream> {
    let address = service.to_socket_addrs()?.next().ok_or(ErrorKind::NotFound)?;
    TcpStream::connect_timeout(&address, left)
}

/// Sends what is left of the request, or passes on what arrives next.
fn exchange(session: &mut Session<'_, '_>, stream: &mut TcpStream, left: Duration, start: Instant) {
    let mut segment = [0; 1024];
    let outgoing = session.outgoing();
    let (sending, moved) = if outgoing.is_empty() {
        (false, stream.set_read_timeout(Some(left)).and_then(|()| stream.read(&mut segment)))
    } else {
        (true, stream.set_write_timeout(Some(left)).and_then(|()| stream.write(outgoing)))
    };
    let now = start.elapsed();
    match moved {
        Ok(count) if sending => session.sent(count),
        Ok(0) => session.closed(now),
        Ok(count) => session.received(&segment[..count], now),
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
            session.tick(now)
        }
        Err(error) if error.kind() == ErrorKind::Interrupted => {}
        Err(_) => session.broken(now),
    }
}
