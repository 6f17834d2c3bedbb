//! Pages of IP phone services: what is loaded, what keys do on a page, and logging in and out by the login application.
//!
//! A page is asked for once and never again by itself, for asking may change something. It must never follow a page from https to
//! http, more redirects than a page may have, nor anything the phone was not led to.

use core::time::Duration;

use heapless::String;
use hotdesk_core::emapp::{APP_PATH, DEVICE_NAME_TOKEN, PagePart, Phone, REDIRECTS, Scheme, Url, UrlError};
use hotdesk_core::phonexml::{self, Init, SoftKey, Uri};
use hotdesk_core::session::ExchangeFailure;
use hotdesk_core::{Piece, Secret, Text};

use super::{App, Ask, DONE_TIME, Exchanged, Failure, Screen, Trouble};
use crate::Key;
use crate::browser::{Browser, Content, Kept, Part, Say};
use crate::config::{Config, Service};
use crate::part::{self, write_all};

/// What the page of the services of this phone is called by other pages.
const SERVICES: &str = "Init:Services";

/// How a page is left for another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leaving {
    /// It can be gone back to.
    Forward,
    /// The next one takes its place.
    Replacing,
}

impl<'c> App<'c> {
    /// Gives the memory that a page is kept in. Without it there is no room for any.
    pub fn give_page(&mut self, memory: &'c mut [u8]) {
        self.browser.page.give(memory);
    }

    pub(crate) fn browser(&self) -> &Browser<'c> {
        &self.browser
    }

    /// Whether people log in through the login application.
    pub(crate) fn has_login_app(&self) -> bool {
        self.config().is_some_and(|config| config.pages().login.is_some())
    }

    /// Whether there is a menu of services.
    pub(crate) fn has_services(&self) -> bool {
        #[cfg(feature = "provisioning")]
        if self.provisioned_pages().next().is_some() {
            return true;
        }
        self.config().is_some_and(|config| config.pages().services().next().is_some())
    }

    /// Opens the login application, if people log in through it: it has the form, or the question whether to log out.
    pub(super) fn opens_login_app(&mut self) -> bool {
        let Some(given) = self.config().and_then(|config| config.pages().login.as_ref()) else {
            return false;
        };
        let mut url = String::<320>::new();
        let host = self.config().and_then(|config| config.services().first());
        // Where the card names no service, the file says where the login application is, or which call manager has it.
        #[cfg(feature = "provisioning")]
        let is_app = |(_, url): &(&str, &str)| {
            url.as_bytes().windows(APP_PATH.len()).any(|part| part == APP_PATH.as_bytes())
        };
        #[cfg(feature = "provisioning")]
        let of_file = self.provisioned_pages().find(is_app).map_or("", |(_, url)| url);
        #[cfg(feature = "provisioning")]
        let (given, host) = match host {
            None if given.is_empty() && !of_file.is_empty() => (of_file, None),
            None => (given.as_str(), self.provisioned_member(0)),
            host => (given.as_str(), host),
        };
        let path =
            [part::Part::Text(APP_PATH), part::Part::Text("?device="), part::Part::Text(DEVICE_NAME_TOKEN)];
        let written = match host {
            Some(host) if given.is_empty() => {
                // A configuration with a service of https has no login application.
                write_all(&mut url, &[part::Part::Text("http://"), part::Part::Service(host)])
                    .and_then(|()| write_all(&mut url, &path))
            }
            _ => write_all(&mut url, &[part::Part::Text(given)]),
        };
        self.browser.close();
        self.browser.is_login = true;
        match written {
            Ok(()) => self.load(&url, "", Leaving::Replacing),
            Err(_) => self.fail(Ask::Page, Trouble::NotFollowed(Some(UrlError::TooLong))),
        }
        true
    }

    /// Opens the menu of services.
    pub(super) fn open_services(&mut self) {
        let Some(config) = self.config() else { return };
        self.browser.page.start();
        self.browser.url.clear();
        for (name, url) in config.pages().services() {
            self.browser.page.add_row(name, url);
        }
        #[cfg(feature = "provisioning")]
        if config.pages().services().next().is_none()
            && let Some(loaded) = self.provisioning.loaded()
        {
            for (name, url) in loaded.found.pages() {
                let name = if name.is_empty() { self.settings.language.words().services } else { name };
                self.browser.page.add_row(name, url);
            }
        }
        self.browser.page.end(false);
        self.browser.is_login = false;
        self.show_page();
    }

    /// Loads the page at `url`, with a parameter that is added to it.
    #[inline(never)]
    fn load(&mut self, url: &str, parameter: &str, leaving: Leaving) {
        let phone = Phone { device_name: self.device.as_str(), emcc: false };
        let (mut buffer, mut before) = ([0; crate::browser::URL_BYTES], [0; crate::browser::URL_BYTES]);
        // Whence it leads is what counts, not the parameters.
        let page = self.browser.url.split('?').next().unwrap_or_default();
        let next = match Url::again(&mut before, page) {
            Ok(page) => Url::following(&mut buffer, url, &phone, &page),
            Err(_) => Url::new(&mut buffer, url, &phone),
        };
        let next = next.and_then(|mut next| {
            if !parameter.is_empty() {
                next.push_parameter(parameter)?;
            }
            Ok(next)
        });
        match next {
            Ok(next) => {
                let is_secured = next.scheme() == Scheme::Https;
                let next = Kept::try_from(next.expose()).unwrap_or_default();
                if is_secured && self.host_of(&next).is_none() {
                    self.fail(Ask::Page, Trouble::NotFollowed(None));
                } else {
                    self.load_kept(next, leaving);
                }
            }
            Err(error) => self.fail(Ask::Page, Trouble::NotFollowed(Some(error))),
        }
    }

    /// Loads a page whose URL is resolved.
    fn load_kept(&mut self, next: Kept, leaving: Leaving) {
        let browser = &mut self.browser;
        // A page that was made for what was typed is not gone back to, nor one that says that it expires.
        let is_kept = leaving == Leaving::Forward && !browser.was_sent && !browser.page.expires;
        if is_kept {
            browser.trail.push(if browser.url.is_empty() { SERVICES } else { &browser.url });
        }
        browser.next = next;
        if leaving == Leaving::Forward {
            browser.page.clear();
        }
        (browser.redirects, browser.refreshes_at, browser.is_refresh) = (0, None, false);
        self.ask(Ask::Page);
    }

    /// Loads the page again. One that answers what was typed cannot be.
    fn reload(&mut self) {
        if self.browser.url.is_empty() || self.browser.was_sent {
            return;
        }
        let url = self.browser.url.clone();
        self.load_kept(url, Leaving::Replacing);
    }

    /// Loads the page that follows this one, or this one again.
    fn load_next(&mut self) {
        let next = self.browser.page.text(Part::Refresh).map(Kept::try_from);
        match next {
            Some(Ok(next)) => self.load(&next, "", Leaving::Replacing),
            Some(Err(_)) => self.fail(Ask::Page, Trouble::NotFollowed(Some(UrlError::TooLong))),
            None => self.reload(),
        }
        self.browser.is_refresh = true;
    }

    /// Goes to the page before, or leaves.
    fn back(&mut self) {
        let page = &self.browser.page;
        if self.browser.is_login && page.content == Content::Text && page.soft_key(0).is_none() {
            // A result: what led to it is over.
            return self.go(Screen::Idle);
        }
        self.browser.page.clear();
        self.browser.fields.wipe();
        match self.browser.trail.pop() {
            None => self.go(Screen::Idle),
            Some(url) if url == SERVICES => self.open_services(),
            Some(url) => self.load_kept(url, Leaving::Replacing),
        }
    }

    /// The host that the page is loaded from.
    pub(crate) fn page_host(&self) -> Option<Service> {
        self.host_of(&self.browser.next)
    }

    /// The host of a URL. One of https is reached only where it is a service of the configuration, by whose trust it is known.
    fn host_of(&self, url: &str) -> Option<Service> {
        #[cfg(feature = "tls")]
        if let Some(origin) = url.strip_prefix("https://") {
            let host = Service::of_origin(origin, 443)?;
            let is_it = |service: &&Service| {
                service.is_secured() && service.host() == host.host() && service.port() == host.port()
            };
            return self.config()?.services().iter().find(is_it).cloned();
        }
        Service::of_origin(url.strip_prefix("http://")?, 80)
    }

    /// Writes the request for the page into `out`. What was typed goes with it, and is nowhere else.
    pub(super) fn write_page_request(&self, out: &mut [u8]) -> Result<usize, Trouble> {
        let half = out.len() / 2;
        // The request is sent from the start on.
        let (out, buffer) = out.split_at_mut_checked(half).ok_or(Trouble::RequestTooLong { needed: half })?;
        let needed = buffer.len().saturating_mul(2).saturating_add(1);
        let too_long = |_| Trouble::RequestTooLong { needed };
        let browser = &self.browser;
        let mut url = Url::again(buffer, &browser.next).map_err(|error| Trouble::NotFollowed(Some(error)))?;
        if browser.sends {
            let mut place = 0_usize;
            let mut names = [""; 5];
            for (part, text) in browser.page.records() {
                match part {
                    Part::Field => place += 1,
                    Part::Param => {
                        if let Some(name) = place.checked_sub(1).and_then(|place| names.get_mut(place)) {
                            *name = text;
                        }
                    }
                    _ => {}
                }
            }
            for (index, name) in names.into_iter().enumerate() {
                let Some(field) = browser.fields.get(index).filter(|_| !name.is_empty()) else { continue };
                let added = if field.is_hidden() {
                    url.push_secret(name, Secret::from(field.expose()))
                } else {
                    url.push(name, field.expose())
                };
                added.map_err(too_long)?;
            }
        }
        url.write_get(out, self.settings.language.code()).map_err(|_| Trouble::RequestTooLong { needed })
    }

    /// Takes a part of the page that is being loaded; none where an answer starts.
    pub(super) fn take_page(&mut self, piece: Option<Piece<'_>>) {
        match piece {
            // The form is still read for the names of what is sent.
            None => {}
            Some(Piece::Page(part)) => {
                if let PagePart::Head(_) = part {
                    self.browser.page.start();
                    // It was sent, or the head would not be there.
                    self.browser.fields.wipe();
                }
                self.browser.page.take(part);
            }
            Some(_) => {}
        }
    }

    /// Takes in what became of loading a page.
    pub(super) fn page_answered(&mut self, outcome: Result<(), Trouble>, now: Duration) {
        self.keep_exchange(Ask::Page, outcome.err().map_or(Exchanged::Done, Exchanged::from));
        self.cancelled = false;
        self.browser.fields.wipe();
        let was_sent = core::mem::take(&mut self.browser.sends);
        if self.browser.is_login || self.browser.expects_change {
            self.look_after_login();
        }
        if !matches!(self.screen, Screen::Busy(Ask::Page)) {
            return;
        }
        let browser = &mut self.browser;
        if let Err(Trouble::NoAnswer(error)) = outcome
            && let ExchangeFailure::Status(status) = error.failure()
            && matches!(status.number(), 301 | 302 | 303 | 307 | 308)
            && browser.redirects < REDIRECTS
            && let Some(location) = browser.page.text(Part::Location).and_then(|url| Kept::try_from(url).ok())
        {
            // Where it leads from is what was asked for.
            browser.url = core::mem::take(&mut browser.next);
            let redirects = browser.redirects + 1;
            self.load(&location, "", Leaving::Replacing);
            self.browser.redirects = redirects;
            return;
        }
        match outcome {
            Ok(()) => {
                browser.url = browser.next.clone();
                browser.was_sent = was_sent;
                browser.page.end(!was_sent);
                let told = self.config().and_then(Config::user_id_mode);
                self.browser.fields.open(&self.browser.page, told);
                self.show_page();
                self.set_refresh(now);
                if self.browser.page.content == Content::Execute {
                    self.execute();
                }
            }
            Err(Trouble::Cancelled { .. }) => self.go(Screen::Idle),
            Err(trouble) => {
                browser.was_sent |= was_sent;
                self.fail(Ask::Page, trouble);
            }
        }
    }

    /// Finds out who is logged in, where the login application may have changed it.
    fn look_after_login(&mut self) {
        self.browser.expects_change = true;
        if self.may_look() {
            self.look = true;
        } else if !self.has_app_user() {
            self.presence.forget();
        }
    }

    /// What happened is no news to who is here: the person did it.
    pub(super) fn is_own_change(&mut self) -> bool {
        let is_over = !matches!(self.screen, Screen::Page | Screen::Busy(_));
        let is_own = self.browser.expects_change;
        self.browser.expects_change &= !is_over;
        is_own
    }

    /// Forgets the page where the screen is another's. What is on its way for it is given up.
    pub(super) fn leave_page_for(&mut self, screen: &Screen) {
        let is_loading = matches!(screen, Screen::Busy(Ask::Page));
        if self.in_flight.is_some_and(|flight| flight.ask == Ask::Page) && !is_loading {
            self.cancelled = true;
        }
        let stays =
            is_loading || matches!(screen, Screen::Page | Screen::Failed(Failure { ask: Ask::Page, .. }));
        if !stays {
            self.browser.expects_change |= self.browser.is_login;
            self.browser.close();
        }
    }

    fn show_page(&mut self) {
        let page = &self.browser.page;
        // The form that was sent comes again with why: a line of a display may be too short for it.
        let is_again = self.browser.was_sent && page.text(Part::Url) == Some(self.browser.url.as_str());
        let is_told = self.browser.is_login
            && page.content == Content::Form
            && page.text(Part::Prompt).is_some()
            && (is_again || self.page_code().is_some());
        self.browser.say = if is_told { Say::Prompt } else { Say::Nothing };
        let picture = self.browser.page.content == Content::Picture;
        if picture {
            self.fail(Ask::Page, Trouble::Unexpected);
        } else {
            self.go(Screen::Page);
        }
    }

    /// The number in brackets that ends what a page of the login application says.
    pub(crate) fn page_code(&self) -> Option<u16> {
        let page = &self.browser.page;
        let text = match page.content {
            Content::Form => page.text(Part::Prompt),
            Content::Text => page.text(Part::Text),
            _ => None,
        };
        let text = text?.trim_ascii_end().strip_suffix([')', ']']).filter(|_| self.browser.is_login)?;
        let (_, number) = text.rsplit_once(['(', '['])?;
        number.parse().ok()
    }

    fn set_refresh(&mut self, now: Duration) {
        let browser = &mut self.browser;
        let seconds = browser.page.refresh().flatten();
        let is_last =
            seconds.is_none() && browser.is_login && browser.is_refresh && browser.page.soft_key(0).is_none();
        browser.refreshes_at = match seconds {
            Some(seconds) => Some(now.saturating_add(Duration::from_secs(seconds.into()))),
            // The page behind a result: on a phone of a cluster, a restart follows it.
            None => is_last.then(|| now.saturating_add(DONE_TIME)),
        };
    }

    /// Loads what `Refresh` names when it is time, and fixes letters.
    pub(super) fn watch_page(&mut self, now: Duration) {
        if !matches!(self.screen, Screen::Page) {
            return;
        }
        self.browser.fields.time(now);
        if self.browser.refreshes_at.is_some_and(|at| now >= at) {
            self.browser.refreshes_at = None;
            if self.browser.page.refresh().is_some() {
                self.load_next();
            } else {
                self.go(Screen::Idle);
            }
        }
    }

    /// When there is something to do on a page.
    pub(super) fn page_changes_at(&self) -> Option<Duration> {
        let is_shown = matches!(self.screen, Screen::Page);
        let times = [self.browser.refreshes_at, self.browser.fields.wake_at()];
        times.into_iter().flatten().min().filter(|_| is_shown)
    }

    /// Whether the form of the page is shown, to be typed into.
    pub(crate) fn shows_fields(&self) -> bool {
        let browser = &self.browser;
        matches!(self.screen, Screen::Page)
            && browser.page.content == Content::Form
            && browser.say == Say::Nothing
    }

    /// Whether the list of the page is shown.
    pub(crate) fn shows_rows(&self) -> bool {
        let browser = &self.browser;
        browser.page.content == Content::List && browser.page.rows() > 0 && browser.say == Say::Nothing
    }

    pub(super) fn press_in_page(&mut self, key: Key, now: Duration) {
        if self.browser.say != Say::Nothing {
            match key {
                Key::Soft1 | Key::Select => self.browser.say = Say::Nothing,
                Key::Soft3 => self.back(),
                _ => self.scroll(key),
            }
            return;
        }
        let has_symbols = self.browser.fields.symbols().is_some();
        let place = match key {
            Key::Soft1 => Some(0),
            Key::Soft2 => Some(1),
            Key::Soft3 => Some(2),
            _ => None,
        };
        if self.shows_fields() && (has_symbols || place.is_none()) {
            if !self.browser.fields.press(key, now) {
                self.submit();
            }
            return;
        }
        if let Some(place) = place {
            return self.press_soft_key(place);
        }
        let bound = page_key(key).and_then(|key| self.browser.page.key(key as usize)).map(Kept::try_from);
        if let Some(target) = bound {
            return self.act(&target.unwrap_or_default());
        }
        let is_list = self.browser.page.content == Content::List;
        let selected = self.browser.page.selected();
        match key {
            Key::Up if is_list => self.select_row(selected.saturating_sub(1)),
            Key::Down if is_list => self.select_row(selected.saturating_add(1)),
            Key::Select if is_list => self.choose(selected),
            Key::Digit(digit @ 1..=9) if is_list && usize::from(digit) <= self.browser.page.rows() => {
                self.choose(usize::from(digit).saturating_sub(1));
            }
            _ => self.scroll(key),
        }
    }

    fn press_soft_key(&mut self, place: usize) {
        let count = (0..).take_while(|place| self.browser.page.soft_key(*place).is_some()).count();
        if count > 3 && place == 2 {
            self.turns = self.turns.wrapping_add(1);
            return;
        }
        let target = Kept::try_from(self.page_soft_key(place).1).unwrap_or_default();
        self.act(&target);
    }

    /// A softkey of the page that is shown: its label, where the page has one, and what it does.
    pub(crate) fn page_soft_key(&self, place: usize) -> (Option<&str>, &str) {
        let page = &self.browser.page;
        let next = match page.refresh() {
            Some(_) if page.text(Part::Refresh).is_some() => "SoftKey:Next",
            _ => "SoftKey:Update",
        };
        if page.soft_key(0).is_some() {
            let count = (0..).take_while(|place| page.soft_key(*place).is_some()).count();
            let place = match (place, count) {
                (place, ..=3) => place,
                (2, _) => return (None, "More"),
                (place, _) => self.turns % count.div_ceil(2) * 2 + place,
            };
            return page.soft_key(place).map_or((None, ""), |(label, target)| (Some(label), target));
        }
        let is_own = self.browser.url.is_empty() || self.browser.was_sent;
        let target = match (page.content, place) {
            (Content::Form, 0) => "SoftKey:Submit",
            (Content::Form, 1) => "SoftKey:<<",
            (Content::List, 0) => "SoftKey:Select",
            (_, 2) => "SoftKey:Exit",
            // What a page of a login says is not asked for twice.
            (_, 1) if page.refresh().is_some() || !is_own && !self.browser.is_login => next,
            _ => "",
        };
        (None, target)
    }

    fn select_row(&mut self, row: usize) {
        if self.browser.page.select(row) {
            self.reload();
        }
    }

    /// Does what a row of the list is for.
    fn choose(&mut self, row: usize) {
        match self.browser.page.row_at(row).map(|(_, target)| Kept::try_from(target)) {
            // To choose what chooses would go on for ever.
            Some(Ok(target)) if Uri::from(Text::from(&target)) == Uri::SoftKey(SoftKey::Select) => {
                self.browser.say = Say::Cannot;
            }
            Some(target) => self.act(&target.unwrap_or_default()),
            // It is not kept: it is read first, and then seen before it is chosen.
            None => self.select_row(row),
        }
    }

    /// Does what a URI of the page says.
    fn act(&mut self, target: &str) {
        match Uri::from(Text::from(target)) {
            Uri::Http(_) => {
                let parameter = self.selected_parameter();
                self.load(target, &parameter, Leaving::Forward);
            }
            Uri::Other(_) if target.starts_with('/') => self.load(target, "", Leaving::Forward),
            Uri::Other(_) if target.is_empty() => {}
            Uri::QueryStringParam(_) => {
                let parameter = target.split_once(':').map_or("", |(_, parameter)| parameter);
                let page = &self.browser.page;
                let url = page.row_at(page.selected()).map_or("", |(_, url)| url);
                let url = Kept::try_from(url).unwrap_or_default();
                self.load(&url, parameter, Leaving::Forward);
            }
            Uri::SoftKey(key) => match key {
                SoftKey::Select => self.choose(self.browser.page.selected()),
                SoftKey::Exit | SoftKey::Cancel => self.back(),
                SoftKey::Submit | SoftKey::Search => self.submit(),
                SoftKey::Backspace => self.browser.fields.delete(),
                SoftKey::Update => self.reload(),
                SoftKey::Next => self.load_next(),
                _ => self.browser.say = Say::Cannot,
            },
            Uri::Init(Init::Services) if self.has_services() => self.open_services(),
            _ => self.browser.say = Say::Cannot,
        }
    }

    /// The parameter that the selected row adds to what a softkey loads.
    fn selected_parameter(&self) -> Kept {
        let page = &self.browser.page;
        let row =
            page.row_at(page.selected()).and_then(|(_, target)| target.strip_prefix("QueryStringParam:"));
        row.and_then(|parameter| Kept::try_from(parameter).ok()).unwrap_or_default()
    }

    /// Sends the form.
    fn submit(&mut self) {
        match self.browser.page.text(Part::Url).map(Kept::try_from) {
            Some(Ok(url)) => {
                self.browser.sends = true;
                // The form stays until it is sent: it has the names of the fields.
                let was_sent = core::mem::replace(&mut self.browser.was_sent, true);
                if !was_sent && !self.browser.page.expires && !self.browser.url.is_empty() {
                    let form = self.browser.url.clone();
                    self.browser.trail.push(&form);
                }
                self.load(&url, "", Leaving::Replacing);
                self.browser.was_sent = was_sent;
            }
            _ => self.fail(Ask::Page, Trouble::NotFollowed(Some(UrlError::Scheme))),
        }
    }

    /// Does what the phone is told in place of a page.
    fn execute(&mut self) {
        let page = &self.browser.page;
        let place =
            (0..page.rows()).find(|row| page.row_at(*row).is_some_and(|(_, url)| !url.starts_with("Key:")));
        match place.and_then(|row| page.row_at(row)).map(|(_, url)| Kept::try_from(url)) {
            // As a redirect it is followed, and as seldom.
            Some(Ok(url)) if self.browser.redirects < REDIRECTS => {
                let redirects = self.browser.redirects + 1;
                self.browser.page.expires = true;
                self.act(&url);
                self.browser.redirects = redirects;
            }
            _ => self.browser.say = Say::Cannot,
        }
    }

    /// Lets the person try again what failed: what was typed was wiped, so that starts at its form.
    pub(super) fn retry_page(&mut self, failure: &Failure) {
        debug_assert_eq!(failure.ask, Ask::Page);
        if core::mem::take(&mut self.browser.was_sent) {
            self.back();
        } else {
            let next = self.browser.next.clone();
            self.load_kept(next, Leaving::Replacing);
        }
    }
}

/// What pages call a key of the phone.
fn page_key(key: Key) -> Option<phonexml::Key> {
    use phonexml::Key as PageKey;
    match key {
        Key::Digit(digit) => char::from_digit(digit.into(), 10).and_then(PageKey::from_digit),
        Key::Star => Some(PageKey::KeyPadStar),
        Key::Pound => Some(PageKey::KeyPadPound),
        Key::Up => Some(PageKey::NavUp),
        Key::Down => Some(PageKey::NavDown),
        Key::Left => Some(PageKey::NavLeft),
        Key::Right => Some(PageKey::NavRight),
        Key::Select => Some(PageKey::NavSelect),
        _ => None,
    }
}
