//! A board that remembers what the phone had it do.

use std::cell::RefCell;
use std::rc::Rc;

use hotdesk_phone::{Board, Facts, Keeps, NotKept, Start, provisioning, settings};

/// What the test and the phone share.
pub(crate) struct Bench {
    pub(crate) facts: Facts,
    /// The settings it keeps.
    pub(crate) settings: Option<String>,
    /// What it keeps of the phone's file, and how often it was told to.
    pub(crate) file: Vec<u8>,
    pub(crate) files: usize,
    /// Its memory for settings does not do what it is told.
    pub(crate) is_broken: bool,
    /// Its memory takes its time: it does not answer in the test.
    pub(crate) saves_slowly: bool,
    pub(crate) restarts: usize,
    /// A restart takes its time: it does not come about in the test.
    pub(crate) restarts_slowly: bool,
    /// The phone has asked for a restart.
    pub(crate) is_restarting: bool,
    pub(crate) pulses: usize,
}

impl Default for Bench {
    fn default() -> Self {
        let facts = Facts {
            board: "bench",
            build: "0123456789abcdef".try_into().unwrap(),
            mac: [0x00, 0x30, 0x94, 0xC2, 0x5B, 0x15],
            starts: 1,
            start: Start::PowerOn,
            failure: None,
            keeps: Keeps::ForGood,
            wrong_codes: 0,
        };
        Self {
            facts,
            settings: None,
            file: Vec::new(),
            files: 0,
            is_broken: false,
            saves_slowly: false,
            restarts: 0,
            restarts_slowly: false,
            is_restarting: false,
            pulses: 0,
        }
    }
}

/// The phone's side.
#[derive(Default)]
pub(crate) struct Double(pub(crate) Rc<RefCell<Bench>>);

impl Board for Double {
    fn facts(&self) -> Facts {
        self.0.borrow().facts.clone()
    }

    fn alive(&mut self) {
        self.0.borrow_mut().pulses += 1;
    }

    fn restart(&mut self) {
        self.0.borrow_mut().is_restarting = true;
    }

    fn count_wrong_codes(&mut self, count: u32) {
        self.0.borrow_mut().facts.wrong_codes = count;
    }

    async fn save(&mut self, write: impl FnOnce(&mut [u8]) -> usize) -> Result<(), NotKept> {
        let mut bytes = [0; settings::LIMIT];
        let length = write(&mut bytes);
        self.keep(Some(String::from_utf8(bytes[..length].to_vec()).unwrap())).await
    }

    async fn forget(&mut self) -> Result<(), NotKept> {
        self.keep(None).await
    }

    async fn keep_file(&mut self, write: impl FnOnce(&mut [u8]) -> usize) -> Result<(), NotKept> {
        let mut bytes = [0; provisioning::LIMIT];
        let length = write(&mut bytes);
        let mut bench = self.0.borrow_mut();
        bench.file = bytes[..length].to_vec();
        bench.files += 1;
        Ok(())
    }
}

impl Double {
    async fn keep(&self, settings: Option<String>) -> Result<(), NotKept> {
        if self.0.borrow().saves_slowly {
            std::future::pending::<()>().await;
        }
        let mut bench = self.0.borrow_mut();
        if bench.is_broken {
            return Err(NotKept);
        }
        bench.settings = settings;
        Ok(())
    }
}
