//! The simulator's services, a connection to one of them, and the engine, of which a program has one.
#![allow(unsafe_code, reason = "looks at the arena's memory, which the engine has")]

use std::cell::Cell;
use std::collections::HashMap;
use std::future::poll_fn;
use std::io::{BufRead, BufReader, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::Poll;
use std::time::{SystemTime, UNIX_EPOCH};

use embassy_futures::block_on;
use embedded_io_async::{ErrorType, Read, Write};
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use hotdesk_tls::{
    Error, MbedTls, MbedTlsSession, Refused, Service, Session, Tls, Trust, Version, certificate,
};

/// 2026-11-27; every certificate that is right is right then.
pub(crate) const NOW: u64 = 1_795_788_010;
/// On a PC, whose pointers are twice as long as a board's.
const ARENA: usize = 96 * 1024;

/// A service with TLS, and the certificate that its clients trust.
pub(crate) struct Served {
    pub(crate) port: u16,
    pub(crate) file: String,
    trusted: Vec<u8>,
    pub(crate) is_self_signed: bool,
}

pub(crate) type Services = HashMap<String, Served>;

impl Served {
    pub(crate) fn trust(&self) -> Trust<'_> {
        if self.is_self_signed { Trust::Certificate(&self.trusted) } else { Trust::Authority(&self.trusted) }
    }

    pub(crate) fn as_called<'a>(&'a self, name: &'a str) -> Service<'a> {
        Service { name, trust: self.trust(), highest: Version::Tls12, time: Some(NOW) }
    }
}

/// Starts the services, once; they end with this program.
pub(crate) fn services() -> &'static Services {
    static SERVICES: OnceLock<Services> = OnceLock::new();
    SERVICES.get_or_init(|| {
        let built = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
        let folder = built.join(format!("tls-{started}"));
        let python = built.join("../venv/bin/python");
        let mut running = Command::new(&python)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/services.py"))
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}; run: cargo xtask setup", python.display()));
        let lines = BufReader::new(running.stdout.take().unwrap()).lines();
        let services = lines.map(Result::unwrap).take_while(|line| !line.is_empty()).map(|line| {
            let [name, port, file] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
            let mut room = [0; 4096];
            let is_self_signed = file.ends_with("self-signed.pem");
            let file = std::fs::read_to_string(file).unwrap();
            let trusted = certificate(file.as_bytes(), &mut room).unwrap().to_vec();
            (name.to_owned(), Served { port: port.parse().unwrap(), file, trusted, is_self_signed })
        });
        let services: Services = services.collect();
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(services.contains_key("http"), "the simulator did not start");
        // Its standard input ends when this program does.
        std::mem::forget(running);
        services
    })
}

/// A connection, which counts its bytes, and may stall for ever once so many have come.
pub(crate) struct Stream {
    connection: TcpStream,
    most: usize,
    sent: Rc<Cell<usize>>,
    received: Rc<Cell<usize>>,
}

impl Stream {
    pub(crate) fn to(port: u16) -> Self {
        Self::stalling_after(usize::MAX, port)
    }

    pub(crate) fn stalling_after(most: usize, port: u16) -> Self {
        let connection = TcpStream::connect(("127.0.0.1", port)).unwrap();
        connection.set_nonblocking(true).unwrap();
        Self { connection, most, sent: Rc::default(), received: Rc::default() }
    }

    pub(crate) fn sent(&self) -> Rc<Cell<usize>> {
        Rc::clone(&self.sent)
    }

    pub(crate) fn received(&self) -> Rc<Cell<usize>> {
        Rc::clone(&self.received)
    }
}

impl ErrorType for Stream {
    type Error = embedded_io_async::ErrorKind;
}

async fn done(
    mut operation: impl FnMut() -> std::io::Result<usize>,
) -> Result<usize, embedded_io_async::ErrorKind> {
    poll_fn(|context| match operation() {
        Err(error) if error.kind() == ErrorKind::WouldBlock => {
            context.waker().wake_by_ref();
            std::thread::yield_now();
            Poll::Pending
        }
        Err(_) => Poll::Ready(Err(embedded_io_async::ErrorKind::ConnectionReset)),
        Ok(length) => Poll::Ready(Ok(length)),
    })
    .await
}

impl Read for Stream {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Self::Error> {
        let room = self.most - self.received.get();
        if room == 0 {
            std::future::pending::<()>().await;
        }
        let length = buffer.len().min(room);
        let length = done(|| self.connection.read(&mut buffer[..length])).await?;
        self.received.set(self.received.get() + length);
        Ok(length)
    }
}

impl Write for Stream {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        let length = done(|| self.connection.write(bytes)).await?;
        self.sent.set(self.sent.get() + length);
        Ok(length)
    }

    async fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// The engine; the next one waits until this one is dropped.
pub(crate) struct Engine {
    engine: MbedTls,
    arena: *const u8,
    size: usize,
    _alone: MutexGuard<'static, ()>,
}

impl Engine {
    pub(crate) fn new() -> Self {
        Self::with_arena(ARENA)
    }

    pub(crate) fn with_arena(size: usize) -> Self {
        static ALONE: Mutex<()> = Mutex::new(());
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let memory = vec![0_u8; size].leak();
        let arena = memory.as_ptr();
        let engine = MbedTls::new(Box::leak(Box::new(UnwrapErr(SysRng))), memory).unwrap();
        Self { engine, arena, size, _alone: alone }
    }

    fn memory(&self) -> Vec<u8> {
        // SAFETY: leaked, so it stays; nothing writes while the engine is lent to this.
        (0..self.size).map(|at| unsafe { self.arena.add(at).read_volatile() }).collect()
    }

    pub(crate) fn holds(&self, text: &[u8]) -> bool {
        self.memory().windows(text.len()).any(|window| window == text)
    }

    /// Tells whether nothing is in the arena but the list of what is free: lengths, and places in the arena.
    pub(crate) fn is_wiped(&self) -> bool {
        let start = self.arena as usize;
        self.memory()[self.arena.align_offset(size_of::<usize>())..]
            .chunks_exact(size_of::<usize>())
            .map(|word| usize::from_ne_bytes(word.try_into().unwrap()))
            .all(|word| word <= self.size || (start..start + self.size).contains(&word))
    }
}

impl Deref for Engine {
    type Target = MbedTls;

    fn deref(&self) -> &MbedTls {
        &self.engine
    }
}

impl DerefMut for Engine {
    fn deref_mut(&mut self) -> &mut MbedTls {
        &mut self.engine
    }
}

impl Tls for Engine {
    type Session<'e, T: Read + Write + 'e> = MbedTlsSession<'e, T>;

    async fn connect<'e, T: Read + Write + 'e>(
        &'e mut self,
        stream: T,
        service: &Service<'e>,
    ) -> Result<MbedTlsSession<'e, T>, Refused> {
        self.engine.connect(stream, service).await
    }

    fn forget(&mut self) {
        self.engine.forget();
    }
}

/// Asks a service for something; returns the version that was agreed on.
pub(crate) fn ask(engine: &mut MbedTls, port: u16, service: &Service<'_>) -> Result<Version, Error> {
    get(engine, port, service).map(|(version, _)| version)
}

/// Asks a service for something; returns the version and how many bytes came before the session was there.
pub(crate) fn get(engine: &mut MbedTls, port: u16, service: &Service<'_>) -> Result<(Version, usize), Error> {
    block_on(async {
        let stream = Stream::to(port);
        let received = stream.received();
        let mut session = engine.connect(stream, service).await.map_err(|refused| refused.error)?;
        let bytes = received.get();
        session.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await?;
        session.flush().await?;
        let mut answer = [0; 8];
        let mut length = 0;
        while length < answer.len() {
            match session.read(&mut answer[length..]).await? {
                0 => return Err(Error::Connection(embedded_io_async::ErrorKind::ConnectionReset)),
                more => length += more,
            }
        }
        assert_eq!(&answer, b"HTTP/1.1");
        let version = session.version();
        session.close().await;
        Ok((version, bytes))
    })
}
