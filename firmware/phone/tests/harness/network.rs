//! A network that does what a test says, and remembers every connection and byte.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::future::poll_fn;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::rc::Rc;
use std::task::{Poll, Waker};

use embassy_time::{Duration, Instant, Timer};
use embedded_io_async::{ErrorKind, ErrorType, Read, Write};
use hotdesk_core::{AppCertificate, AppInfo, Message, Operation, QueryOperation, form};
use hotdesk_phone::net::{Address, Datagrams, Link, Network};
use hotdesk_phone::{ConnectError, NetworkState};

use super::answers::{self, Framing};

/// How a host meets a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Host {
    #[default]
    Accepts,
    Refuses,
    Unknown,
    Silent,
    /// It is a name that no name server can be asked for.
    Unnamed(ConnectError),
}

/// How a connection ends, after what is still to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Closed,
    Reset,
}

/// A connection the phone made.
pub(crate) struct Line {
    pub(crate) to: String,
    pub(crate) sent: Vec<u8>,
    incoming: VecDeque<Vec<u8>>,
    end: Option<End>,
    /// How many bytes are taken before a write waits for ever; none: all of them.
    pub(crate) takes: Option<usize>,
    /// The phone ended it in order.
    pub(crate) closed: bool,
    /// The phone has let go of it, in order or not.
    pub(crate) gone: bool,
    /// It was a question for profiles, and the wire has answered it.
    answered: bool,
}

/// What a host sends back to a datagram: from which port, and what.
pub(crate) type Responder = fn(&[u8]) -> Vec<(u16, Vec<u8>)>;

/// What the test and the phone share.
pub(crate) struct Wire {
    state: NetworkState,
    pub(crate) address: Option<Address>,
    hosts: HashMap<String, Host>,
    pub(crate) lines: Vec<Line>,
    pub(crate) wipes: usize,
    /// Bytes the next connections take before they wait for ever.
    pub(crate) takes: Option<usize>,
    /// Whoever asks for profiles has one, and no test needs to see the question.
    pub(crate) answers_profiles: bool,
    waker: Option<Waker>,
    /// What is sent by UDP, and where to.
    pub(crate) datagrams: Vec<(SocketAddrV4, Vec<u8>)>,
    pub(crate) answers_datagram: Option<Responder>,
}

impl Default for Wire {
    fn default() -> Self {
        let octet = |last| Ipv4Addr::new(10, 0, 0, last);
        Self {
            state: NetworkState::NoLink,
            address: Some(Address {
                address: octet(15),
                mask: Ipv4Addr::new(255, 255, 255, 0),
                gateway: Some(octet(1)),
                name_servers: [SocketAddrV4::new(octet(3), 53)].into_iter().collect(),
            }),
            hosts: HashMap::new(),
            lines: Vec::new(),
            wipes: 0,
            takes: None,
            answers_profiles: true,
            waker: None,
            datagrams: Vec::new(),
            answers_datagram: None,
        }
    }
}

impl Wire {
    pub(crate) fn set_state(&mut self, state: NetworkState) {
        self.state = state;
        self.wake();
    }

    pub(crate) fn set_host(&mut self, name: &str, host: Host) {
        self.hosts.insert(name.to_owned(), host);
    }

    /// Sends segments to the phone on its last connection.
    pub(crate) fn answer<'a>(&mut self, segments: impl IntoIterator<Item = &'a [u8]>) {
        let line = self.lines.last_mut().expect("the phone has connected");
        line.incoming.extend(segments.into_iter().filter(|part| !part.is_empty()).map(<[u8]>::to_vec));
        self.wake();
    }

    /// Ends the last connection after what is still to be read.
    pub(crate) fn end(&mut self, end: End) {
        self.lines.last_mut().expect("the phone has connected").end = Some(end);
        self.wake();
    }

    /// What was asked on each connection so far, as words.
    pub(crate) fn requests(&self) -> Vec<String> {
        let asked = |line: &&Line| !line.sent.is_empty() && !line.answered;
        self.lines.iter().filter(asked).map(Line::request).collect()
    }

    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

impl Line {
    /// Whose profiles it asks for, once that was sent.
    fn profiles_of(&self) -> Option<String> {
        let sent = std::str::from_utf8(&self.sent).unwrap();
        let (head, body) = sent.split_once("\r\n\r\n")?;
        if !head.ends_with(&format!("\r\nContent-Length: {}\r\nConnection: close", body.len())) {
            return None;
        }
        let mut body = body.as_bytes().to_vec();
        let Message::Query(query) = Message::parse(form::decode(&mut body).unwrap()).unwrap() else {
            return None;
        };
        match query.operation {
            QueryOperation::DeviceProfileQuery(query) => {
                query.users.iter().next().map(|user| user.to_string())
            }
            _ => None,
        }
    }

    /// Whether all of a request was sent.
    pub(crate) fn is_whole(&self) -> bool {
        let sent = std::str::from_utf8(&self.sent).unwrap();
        sent.split_once("\r\n\r\n").is_some_and(|(head, body)| {
            head.lines().any(|line| line.strip_prefix("Content-Length: ") == Some(&body.len().to_string()))
        })
    }

    /// What page was asked for.
    fn page(&self, head: &str, body: &str) -> String {
        let mut lines = head.lines();
        let target = lines.next().unwrap().strip_prefix("GET ").unwrap().strip_suffix(" HTTP/1.1").unwrap();
        let host = lines.find_map(|line| line.strip_prefix("Host: ")).unwrap();
        // A URL names no port where it is 80.
        assert!(host == self.to || format!("{host}:80") == self.to, "{host} on a connection to {}", self.to);
        assert_eq!(body, "");
        format!("page http://{host}{target}")
    }

    /// What was asked, read by core: operation, what it is about, who signs with what, and where it went.
    pub(crate) fn request(&self) -> String {
        if self.takes.is_some_and(|takes| takes == self.sent.len()) {
            return "part of a request".to_owned();
        }
        let sent = std::str::from_utf8(&self.sent).unwrap();
        let (head, body) = sent.split_once("\r\n\r\n").expect("a whole head");
        if head.starts_with("GET ") {
            return self.page(head, body);
        }
        let mut lines = head.lines();
        assert_eq!(lines.next(), Some("POST /emservice/EMServiceServlet HTTP/1.1"));
        let fields: HashMap<String, &str> = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(n, v)| (n.to_ascii_lowercase(), v))
            .collect();
        assert_eq!(fields["content-length"], body.len().to_string());
        assert_eq!(fields["content-type"], "application/x-www-form-urlencoded");
        assert_eq!(fields["connection"], "close");
        assert_eq!(fields["host"], self.to);
        let mut body = body.as_bytes().to_vec();
        let (app, what) = match Message::parse(form::decode(&mut body).unwrap()).unwrap() {
            Message::Request(request) => (
                request.app,
                match request.operation {
                    Operation::Login(login) => {
                        let profile = login.device_profile.map(|name| format!(" with {name}"));
                        let time = login.exclusive_duration.map(|time| format!(" for {time:?}"));
                        let wish = profile.unwrap_or_default() + &time.unwrap_or_default();
                        format!("login {} {}{wish}", login.device_name, login.user_id)
                    }
                    Operation::Logout(logout) => format!("logout {}", logout.device_name),
                    other => panic!("the phone requests no {other:?}"),
                },
            ),
            Message::Query(query) => (
                query.app,
                match query.operation {
                    QueryOperation::DeviceUserQuery(query) => {
                        let devices: Vec<_> = query.devices.iter().map(|device| device.to_string()).collect();
                        format!("deviceUserQuery {}", devices.join(" "))
                    }
                    QueryOperation::DeviceProfileQuery(query) => {
                        let users: Vec<_> = query.users.iter().map(|user| user.to_string()).collect();
                        format!("deviceProfileQuery {}", users.join(" "))
                    }
                    QueryOperation::UserDevicesQuery(query) => {
                        let users: Vec<_> = query.users.iter().map(|user| user.to_string()).collect();
                        format!("userDevicesQuery {}", users.join(" "))
                    }
                    other => panic!("the phone asks no {other:?}"),
                },
            ),
            other => panic!("the phone sends no {other:?}"),
        };
        let AppInfo { id, certificate: AppCertificate::Plain(secret), .. } = app else { panic!("plain") };
        format!("{what} signed by {id} {} at {}", secret.expose(), self.to)
    }
}

/// The phone's side.
pub(crate) struct Double(Rc<RefCell<Wire>>);

impl Double {
    pub(crate) fn new(wire: Rc<RefCell<Wire>>) -> Self {
        Self(wire)
    }
}

/// How far the network is.
pub(crate) struct Cable(Rc<RefCell<Wire>>);

impl Link for Cable {
    fn state(&self) -> NetworkState {
        self.0.borrow().state
    }

    async fn state_after(&self, seen: NetworkState) -> NetworkState {
        poll_fn(|context| {
            let mut wire = self.0.borrow_mut();
            wire.waker = Some(context.waker().clone());
            if wire.state == seen { Poll::Pending } else { Poll::Ready(wire.state) }
        })
        .await
    }
}

impl Network for Double {
    type Link = Cable;

    type Connection<'a> = Connection;

    fn link(&self) -> Cable {
        Cable(self.0.clone())
    }

    fn address(&self) -> Option<Address> {
        self.0.borrow().address.clone().filter(|_| self.0.borrow().state == NetworkState::Ready)
    }

    async fn connect(
        &mut self,
        host: &str,
        port: u16,
        _deadline: Instant,
    ) -> Result<Connection, ConnectError> {
        let how = self.0.borrow().hosts.get(host).copied().unwrap_or_default();
        match how {
            Host::Accepts => {}
            Host::Refuses => return Err(ConnectError::Refused),
            Host::Unknown => return Err(ConnectError::HostNotFound),
            Host::Unnamed(why) => return Err(why),
            Host::Silent => std::future::pending().await,
        }
        let mut wire = self.0.borrow_mut();
        let takes = wire.takes;
        wire.lines.push(Line {
            to: format!("{host}:{port}"),
            sent: Vec::new(),
            incoming: VecDeque::new(),
            end: None,
            takes,
            closed: false,
            gone: false,
            answered: false,
        });
        Ok(Connection { wire: self.0.clone(), index: wire.lines.len() - 1 })
    }

    type Datagrams<'a> = Port;

    async fn datagrams(&mut self, host: &str, _deadline: Instant) -> Result<(Ipv4Addr, Port), ConnectError> {
        match self.0.borrow().hosts.get(host).copied().unwrap_or_default() {
            Host::Unknown => Err(ConnectError::HostNotFound),
            Host::Unnamed(why) => Err(why),
            _ => Ok((Ipv4Addr::new(10, 0, 0, 5), Port(self.0.clone()))),
        }
    }

    async fn close<'c>(connection: Self::Connection<'c>)
    where
        Self: 'c,
    {
        connection.wire.borrow_mut().lines[connection.index].closed = true;
    }

    fn wipe(&mut self) {
        self.0.borrow_mut().wipes += 1;
    }
}

/// A port of UDP, as the phone holds it.
pub(crate) struct Port(Rc<RefCell<Wire>>);

impl Datagrams for Port {
    async fn ask<R>(
        &mut self,
        server: SocketAddrV4,
        write: impl FnOnce(&mut [u8]) -> usize,
        mut read: impl FnMut(SocketAddrV4, &[u8]) -> Option<R>,
        patience: Duration,
        deadline: Instant,
    ) -> Option<R> {
        let mut out = [0; 271];
        let length = write(&mut out);
        let answer = {
            let mut wire = self.0.borrow_mut();
            wire.datagrams.push((server, out[..length].to_vec()));
            wire.answers_datagram
        };
        for (port, packet) in answer.map_or_else(Vec::new, |answer| answer(&out[..length])) {
            let heard = read(SocketAddrV4::new(*server.ip(), port), &packet);
            if heard.is_some() {
                return heard;
            }
        }
        Timer::at(deadline.min(Instant::now() + patience)).await;
        None
    }
}

/// One connection, as the phone holds it.
pub(crate) struct Connection {
    wire: Rc<RefCell<Wire>>,
    index: usize,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.wire.borrow_mut().lines[self.index].gone = true;
    }
}

impl ErrorType for Connection {
    type Error = ErrorKind;
}

impl Read for Connection {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        poll_fn(|context| {
            let mut wire = self.wire.borrow_mut();
            wire.waker = Some(context.waker().clone());
            let line = &mut wire.lines[self.index];
            let Some(mut segment) = line.incoming.pop_front() else {
                return match line.end {
                    Some(End::Closed) => Poll::Ready(Ok(0)),
                    Some(End::Reset) => Poll::Ready(Err(ErrorKind::ConnectionReset)),
                    None => Poll::Pending,
                };
            };
            let length = segment.len().min(buffer.len());
            buffer[..length].copy_from_slice(&segment[..length]);
            if length < segment.len() {
                line.incoming.push_front(segment.split_off(length));
            }
            Poll::Ready(Ok(length))
        })
        .await
    }
}

impl Write for Connection {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        poll_fn(|context| {
            let mut wire = self.wire.borrow_mut();
            wire.waker = Some(context.waker().clone());
            let answers_profiles = wire.answers_profiles;
            let line = &mut wire.lines[self.index];
            let room = line.takes.map_or(usize::MAX, |takes| takes - line.sent.len());
            match (line.end, room) {
                (Some(_), _) => Poll::Ready(Err(ErrorKind::ConnectionReset)),
                (None, 0) => Poll::Pending,
                (None, room) => {
                    // Never all at once: a write may take a part.
                    let length = bytes.len().min(room).min(100);
                    line.sent.extend_from_slice(&bytes[..length]);
                    if let Some(user) = line.profiles_of().filter(|_| answers_profiles) {
                        let profiles = answers::profiles(&user, &["DPUSER"]);
                        line.incoming.push_back(answers::http(profiles.as_bytes(), Framing::Length));
                        line.answered = true;
                    }
                    Poll::Ready(Ok(length))
                }
            }
        })
        .await
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}
