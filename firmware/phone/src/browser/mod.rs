//! Pages of IP phone services: what is kept of the one that is shown, what is typed into it, and where the person came from.
//!
//! It must never keep what was typed into a hidden field longer than its request takes, never put any of it into a URL that it
//! keeps, and never show it.

mod fields;
mod page;
mod trail;

use core::fmt;
use core::time::Duration;

use heapless::String;

pub(crate) use self::fields::{Field, Fields};
pub(crate) use self::page::{Content, Page, Part};
pub(crate) use self::trail::Trail;

/// Bytes of a URL with its tokens replaced.
pub(crate) const URL_BYTES: usize = 512;

/// A URL that is kept: nothing that was typed is in it.
pub(crate) type Kept = String<URL_BYTES>;

/// What is said in place of the page, until a key takes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Say {
    #[default]
    Nothing,
    /// What the prompt of a form means, before the form.
    Prompt,
    /// The phone has nothing to do what was chosen with.
    Cannot,
}

/// The browser.
#[derive(Default)]
pub(crate) struct Browser<'m> {
    pub(crate) page: Page<'m>,
    pub(crate) fields: Fields,
    /// Where the page is from; empty for a page of the phone itself.
    pub(crate) url: Kept,
    /// What is being loaded, or was last.
    pub(crate) next: Kept,
    /// What was typed goes with it.
    pub(crate) sends: bool,
    /// The page answers something that was typed, so it cannot be loaded again.
    pub(crate) was_sent: bool,
    pub(crate) trail: Trail,
    /// The page is of the login application.
    pub(crate) is_login: bool,
    /// What a look finds from now on is what the person did here.
    pub(crate) expects_change: bool,
    /// Redirects followed for this page.
    pub(crate) redirects: u8,
    pub(crate) say: Say,
    /// When the page that `Refresh` names is loaded.
    pub(crate) refreshes_at: Option<Duration>,
    /// The page came by `Refresh`.
    pub(crate) is_refresh: bool,
}

impl Browser<'_> {
    /// Forgets the page, what was typed, and the way to it.
    pub(crate) fn close(&mut self) {
        self.page.clear();
        self.fields.wipe();
        self.url.clear();
        self.next.clear();
        self.trail.clear();
        (self.sends, self.was_sent, self.is_login, self.is_refresh) = (false, false, false, false);
        (self.redirects, self.say, self.refreshes_at) = (0, Say::Nothing, None);
    }
}

/// Without what the page says and what was typed.
impl fmt::Debug for Browser<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Browser").field("url", &self.url).field("say", &self.say).finish_non_exhaustive()
    }
}
