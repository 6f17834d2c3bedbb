//! When the phone loads its file, and what it takes over from it. It must never take over what its configuration says.
//!
//! It loads when the network is there, after each login and logout, for the cluster changes the file then, every hour, and after
//! a failure at growing intervals. A file with the `versionStamp` of the one before changes nothing. Another one is kept where the
//! board can.

use core::time::Duration;

use heapless::Vec;

use super::polling::Polling;
use super::settings::Text;
use super::{App, NetworkState};
use crate::config::{Config, FileServer, Name, SERVICES, Service, UserPage};
use crate::log::log;
use crate::provisioning::{Failure, Failures, Found, Outcome, Protocol};

/// Between two looks whether the file has changed.
const EVERY: Duration = Duration::from_secs(3600);

/// The file, as far as the phone has it.
#[derive(Debug)]
pub(crate) struct Provisioning {
    polling: Polling,
    is_loading: bool,
    /// Whoever loads is to begin.
    begins: bool,
    /// What counts of the file is to be kept.
    keeps: bool,
    loaded: Option<Loaded>,
    /// Why the last try failed, if it did.
    failures: Option<Failures>,
}

/// What was loaded last.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) found: Found,
    /// How it came, and how long it was; nothing where it was kept over being switched off.
    pub(crate) came: Option<(Protocol, usize)>,
    /// When the file was another one than that before, if it ever was.
    pub(crate) changed_at: Option<Duration>,
}

impl Provisioning {
    pub(super) fn new(name: &str) -> Self {
        let polling = Polling::new(Some(EVERY), name);
        Self { polling, is_loading: false, begins: false, keeps: false, loaded: None, failures: None }
    }

    pub(crate) fn is_loading(&self) -> bool {
        self.is_loading
    }

    pub(crate) fn loaded(&self) -> Option<&Loaded> {
        self.loaded.as_ref()
    }

    pub(crate) fn failures(&self) -> Option<Failures> {
        self.failures
    }

    /// Takes a file, and says whether it is another one than before.
    fn take(&mut self, found: &mut Found, by: Protocol, bytes: usize, now: Duration) -> bool {
        let changed_at = self.loaded.is_some().then_some(now);
        let loaded = self.loaded.get_or_insert_with(Loaded::nothing);
        loaded.came = Some((by, bytes));
        let is_new = changed_at.is_none() || !loaded.found.is_as(found);
        if is_new {
            core::mem::swap(&mut loaded.found, found);
            loaded.changed_at = changed_at;
        }
        is_new
    }
}

impl Loaded {
    fn nothing() -> Self {
        Self { found: Found::nothing(), came: None, changed_at: None }
    }
}

impl App<'_> {
    pub(crate) fn provisioning(&self) -> &Provisioning {
        &self.provisioning
    }

    /// Where the phone's file is, if it has one.
    pub(crate) fn file_server(&self) -> Option<&FileServer> {
        self.config().and_then(Config::provisioning)
    }

    /// The services that came with the file, in the order to try them.
    pub(crate) fn provisioned_services(&self) -> Vec<Service, SERVICES> {
        self.provisioning.loaded().map_or_else(Vec::new, |loaded| loaded.found.members())
    }

    /// The call manager that is tried in this place.
    #[cfg(feature = "browser")]
    pub(super) fn provisioned_member(&self, place: usize) -> Option<&Service> {
        self.provisioning.loaded()?.found.member(place)
    }

    /// Name and URL of each service that came with the file.
    #[cfg(feature = "browser")]
    pub(super) fn provisioned_pages(&self) -> impl Iterator<Item = (&str, &str)> {
        self.provisioning.loaded().into_iter().flat_map(|loaded| loaded.found.pages())
    }

    /// Whether there is a service to ask.
    pub(super) fn knows_services(&self) -> bool {
        let configured = self.config().is_some_and(|config| !config.services().is_empty());
        configured || self.provisioning.loaded().is_some_and(|loaded| loaded.found.has_members())
    }

    /// The address of the page where people change their PIN.
    pub(crate) fn user_page<'a>(&'a self, config: &'a Config) -> UserPage<'a> {
        let page = config.user_page();
        let member = self.provisioning.loaded().and_then(|loaded| loaded.found.first_member());
        match member {
            Some(member) if page.host.is_empty() => UserPage { host: member.host(), ..page },
            _ => page,
        }
    }

    /// Whether to load now: asked for after each event, and said once.
    pub(crate) fn takes_file(&mut self) -> bool {
        core::mem::take(&mut self.provisioning.begins)
    }

    /// Whether to keep what counts of the file now: asked for after each event, and said once.
    pub(crate) fn keeps_file(&mut self) -> bool {
        core::mem::take(&mut self.provisioning.keeps)
    }

    /// Writes what counts of the file into `out` and returns its length; 0 where it is too long.
    pub(crate) fn write_file(&self, out: &mut [u8]) -> usize {
        let mut text = Text { out, len: 0 };
        let (Some(server), Some(loaded)) = (self.file_server(), self.provisioning.loaded()) else { return 0 };
        loaded.found.write(server, &mut text).map_or(0, |()| text.len)
    }

    /// Takes over what a board has kept of the file. What came from another server does not count.
    pub fn restore_file(&mut self, kept: &[u8]) {
        let Some(server) = self.file_server() else { return };
        let mut loaded = Loaded::nothing();
        if loaded.found.read(server, kept).is_none() {
            log!(info, "the phone's file: what was kept does not count");
            return;
        }
        log!(info, "the phone's file: the last one counts until it is loaded");
        self.provisioning.loaded = Some(loaded);
        self.take_language();
    }

    /// What the card says wins, and so does what was set on the phone.
    fn take_language(&mut self) {
        let Some(config) = self.config().filter(|config| !config.has_language()) else { return };
        if !self.changed.has(Name::Language) {
            let language = self.provisioning.loaded().and_then(|loaded| loaded.found.language);
            self.settings.language = language.unwrap_or(config.language());
        }
    }

    /// Loads as soon as nothing else is asked: the file may have changed.
    pub(super) fn load_again(&mut self) {
        self.provisioning.polling.ask_at(self.now);
    }

    /// When to begin to load, if ever. Whoever loads waits for what is asked just now.
    pub(super) fn loads_at(&self) -> Option<Duration> {
        let can = self.file_server().is_some()
            && self.network == NetworkState::Ready
            && !self.provisioning.is_loading;
        self.provisioning.polling.next().filter(|_| can)
    }

    /// Begins to load where it is time to.
    pub(super) fn next_load(&mut self) {
        if self.loads_at().is_some_and(|at| self.now >= at) {
            self.provisioning.polling.stop();
            (self.provisioning.is_loading, self.provisioning.begins) = (true, true);
        }
    }

    /// Takes in what came of loading.
    pub(super) fn provisioned(&mut self, outcome: Outcome<'_>) {
        self.provisioning.is_loading = false;
        // Who is logged in may have changed meanwhile: then it is loaded once more.
        let is_due = self.provisioning.polling.next().is_some();
        match outcome {
            Outcome::GivenUp => self.load_again(),
            Outcome::Failed(failures) => {
                let tftp = failures.tftp.map_or("not asked", Failure::name);
                log!(warn, "the phone's file: HTTP {=str}, TFTP {=str}", failures.http.name(), tftp);
                for failure in [Some(failures.http), failures.tftp].into_iter().flatten() {
                    if let Failure::Unreadable { line, column, .. } = failure {
                        log!(warn, "the phone's file: line {=usize}, column {=usize}", line, column);
                    }
                }
                self.provisioning.failures = Some(failures);
                if !is_due {
                    self.provisioning.polling.failed(self.now);
                }
            }
            Outcome::Loaded { found, by, bytes } => {
                let knew_services = self.knows_services();
                let is_new = self.provisioning.take(found, by, bytes, self.now);
                log!(
                    info,
                    "the phone's file: {=usize} bytes over {=str}, new: {=bool}",
                    bytes,
                    by.name(),
                    is_new
                );
                self.provisioning.failures = None;
                if !is_due {
                    self.provisioning.polling.answered(self.now);
                }
                self.provisioning.keeps |= is_new;
                if is_new {
                    self.take_language();
                }
                self.look |= !knew_services && self.knows_services() && self.has_app_user();
            }
        }
    }
}
