//! The screens a person can be at, and what each needs to be drawn.

use core::time::Duration;

use heapless::String;
use hotdesk_core::Text;
use zeroize::Zeroize;

use super::{Ask, MenuItem, Setting, Symbols, Trouble};
use crate::config;

/// Where the person is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Screen {
    /// Waiting for the network after switching on.
    Starting,
    /// There is no configuration to work with.
    SetupFailed,
    /// Who is logged in.
    Idle,
    Menu {
        selected: MenuItem,
    },
    About,
    /// A number to be explained, as far as it is typed.
    Explain {
        number: Option<u16>,
    },
    /// What a number means.
    Explained {
        number: u16,
    },
    /// The last exchanges with the services.
    Exchanges,
    /// The settings.
    Settings {
        selected: usize,
    },
    /// The values of a setting.
    Choose {
        setting: Setting,
        selected: usize,
    },
    /// The code that opens the settings.
    AdminCode,
    /// A wrong code was typed; the next one has to wait.
    CodeHeld,
    /// A service, by its place.
    ServiceForm {
        place: usize,
    },
    /// What was typed is no service.
    BadService {
        place: usize,
        error: config::Error,
    },
    /// Whether to forget what was set on the phone.
    ForgetConfirm,
    /// The board is keeping or forgetting it.
    Saving {
        setting: Setting,
    },
    /// Whether it has.
    Saved {
        setting: Setting,
        kept: bool,
        until: Duration,
    },
    /// Whether to restart.
    RestartConfirm,
    /// The board is about to restart.
    Restarting,
    /// User ID and PIN, for a login or for a logout that the person signs.
    Form(Ask),
    /// The profiles of the user, to choose one.
    Profiles,
    /// There is no list of profiles to choose from.
    NoProfiles(Trouble),
    /// For how long to log in.
    LoginTimes {
        selected: usize,
    },
    /// Whether to log out, where the application user signs.
    LogoutConfirm,
    /// Whether to log out who is here, and log in.
    TakeOver,
    /// Whether to log out the user of the form where that user is logged in, and log in here.
    Elsewhere,
    /// Waiting for the service.
    Busy(Ask),
    /// Waiting to ask again: the service is busy.
    ServiceBusy {
        ask: Ask,
        until: Duration,
    },
    /// Finding out what became of a request whose answer was lost.
    Settling(Failure),
    /// The time of the login will soon be over.
    Ending,
    /// It worked.
    Done {
        ask: Ask,
        came: Came,
        until: Duration,
    },
    Failed(Failure),
    /// A page of an IP phone service.
    #[cfg(feature = "browser")]
    Page,
}

impl Screen {
    /// The screen's name in a log.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::SetupFailed => "setup failed",
            Self::Idle => "idle",
            Self::Menu { .. } => "menu",
            Self::About => "about",
            Self::Explain { .. } => "explain",
            Self::Explained { .. } => "explained",
            Self::Exchanges => "exchanges",
            Self::Settings { .. } => "settings",
            Self::Choose { .. } => "choose setting",
            Self::AdminCode => "admin code",
            Self::CodeHeld => "admin code held",
            Self::ServiceForm { .. } | Self::BadService { .. } => "service form",
            Self::ForgetConfirm => "forget confirm",
            Self::Saving { .. } => "saving",
            Self::Saved { .. } => "saved",
            Self::RestartConfirm => "restart confirm",
            Self::Restarting => "restarting",
            Self::Form(Ask::Logout) => "log out form",
            Self::Form(_) => "log in form",
            Self::Profiles => "profiles",
            Self::NoProfiles(_) => "no profiles",
            Self::LoginTimes { .. } => "login times",
            Self::LogoutConfirm => "log out confirm",
            Self::TakeOver => "take over",
            Self::Elsewhere => "logged in elsewhere",
            Self::Busy(_) => "busy",
            Self::ServiceBusy { .. } => "service busy",
            Self::Settling(_) => "settling",
            Self::Done { ask: Ask::Logout | Ask::LogoutThere, .. } => "logged out",
            Self::Ending => "ending",
            Self::Done { .. } => "logged in",
            Self::Failed(_) => "failed",
            #[cfg(feature = "browser")]
            Self::Page => "page",
        }
    }

    /// Whether there is a form to type into.
    pub(crate) fn has_form(&self) -> bool {
        matches!(self, Self::Form(_) | Self::AdminCode | Self::ServiceForm { .. })
    }

    /// Whether somebody waits for this screen, or must see it, so that it lights the display.
    pub(crate) fn is_for_somebody(&self) -> bool {
        #[cfg(feature = "browser")]
        if matches!(self, Self::Page) {
            return true;
        }
        matches!(
            self,
            Self::Profiles
                | Self::NoProfiles(_)
                | Self::TakeOver
                | Self::Elsewhere
                | Self::Ending
                | Self::Saved { .. }
                | Self::Done { .. }
                | Self::Failed(_)
        )
    }

    /// Whether it gives way to a notice: nobody does anything on it that would be lost.
    pub(crate) fn gives_way(&self) -> bool {
        matches!(self, Self::Idle | Self::Menu { .. } | Self::About)
    }

    /// Whether the phone leaves this screen when nobody presses a key any more.
    pub(crate) fn ends_without_a_key(&self) -> bool {
        #[cfg(feature = "browser")]
        if matches!(self, Self::Page) {
            return true;
        }
        matches!(
            self,
            Self::Menu { .. }
                | Self::About
                | Self::Explain { .. }
                | Self::Explained { .. }
                | Self::Form(_)
                | Self::Profiles
                | Self::NoProfiles(_)
                | Self::LoginTimes { .. }
                | Self::Exchanges
                | Self::RestartConfirm
                | Self::Settings { .. }
                | Self::Choose { .. }
                | Self::AdminCode
                | Self::CodeHeld
                | Self::ServiceForm { .. }
                | Self::BadService { .. }
                | Self::ForgetConfirm
                | Self::LogoutConfirm
                | Self::TakeOver
                | Self::Elsewhere
                | Self::Failed(_)
        )
    }
}

/// What a screen has between title and softkeys.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Body {
    /// A text of any length: `words::body`.
    Text,
    /// Entries to choose from, of any number: `words::list_item`.
    List(List),
    /// The form.
    Form,
    /// The form of a page.
    #[cfg(feature = "browser")]
    Fields,
    /// The page of symbols, for the form.
    Symbols(Symbols),
}

impl Body {
    /// The list, where there is one.
    pub(crate) fn list(&self) -> Option<List> {
        match self {
            Self::List(list) => Some(*list),
            _ => None,
        }
    }
}

/// A list of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct List {
    pub(crate) len: usize,
    /// The entry that Select picks, counted from 0.
    pub(crate) selected: usize,
    /// The first nine have the digit that picks them.
    pub(crate) numbered: bool,
}

/// How what was asked came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Came {
    /// The service said so.
    Said,
    /// Its answer was lost, and a look found it so.
    AfterAll,
    /// It was cancelled, and a look found that it had been carried out.
    BeforeCancel,
    /// It was so before.
    Already,
    /// Its answer was lost, and a look found what was so before.
    Unsure,
}

/// What was asked and why it did not come about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failure {
    pub(crate) ask: Ask,
    pub(crate) trouble: Trouble,
    /// It was found out that it did not come about.
    pub(crate) settled: bool,
}

impl Failure {
    pub(crate) fn can_retry(&self) -> bool {
        let was_lost = self.trouble.leaves_it_open() && !matches!(self.trouble, Trouble::Cancelled { .. });
        (self.settled && was_lost) || self.trouble.can_retry(self.ask)
    }

    /// Whether it may have come about nevertheless, and nothing has told yet.
    pub(crate) fn is_uncertain(&self) -> bool {
        #[cfg(feature = "browser")]
        if self.ask == Ask::Page {
            return false;
        }
        self.ask != Ask::Who && !self.settled && self.trouble.may_have_happened()
    }

    /// Whether it matters here who is logged in on this phone.
    pub(crate) fn calls_for_a_look(&self) -> bool {
        matches!(self.ask, Ask::Login | Ask::Logout) && self.trouble.calls_for_a_look()
    }
}

/// Bytes kept of what a service says beside an unknown code.
const SERVICE_TEXT_BYTES: usize = 256;

/// What a service says in its own words, which may repeat a secret: wiped with its screen. Longer than 256 bytes, it is
/// marked as going on.
#[derive(Debug, Default, Zeroize)]
pub(crate) struct ServiceText {
    text: String<SERVICE_TEXT_BYTES>,
    goes_on: bool,
}

impl ServiceText {
    /// Keeps a text in place of the one before. It is written where it stays, for a copy on the way would stay, too.
    pub(crate) fn keep(&mut self, text: Text<'_>) {
        self.zeroize();
        self.goes_on = text.chars().any(|character| self.text.push(character).is_err());
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn goes_on(&self) -> bool {
        self.goes_on
    }
}
