//! The menu: what makes sense to choose now, and what choosing it does. It must never offer what is known to be refused.

use super::{App, Ask, Holder, NetworkState, Screen};
use crate::Key;

/// A line of the menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MenuItem {
    Login,
    Logout,
    TakeOver,
    #[cfg(feature = "browser")]
    Services,
    Who,
    About,
    Explain,
    Settings,
    Restart,
}

impl MenuItem {
    /// The lines in their order.
    const ALL: [Self; if cfg!(feature = "browser") { 9 } else { 8 }] = [
        Self::Login,
        Self::Logout,
        Self::TakeOver,
        #[cfg(feature = "browser")]
        Self::Services,
        Self::Who,
        Self::About,
        Self::Explain,
        Self::Settings,
        Self::Restart,
    ];
}

impl App<'_> {
    /// The lines of the menu as it is now; key 1 chooses the first.
    pub(crate) fn menu(&self) -> impl Iterator<Item = MenuItem> + '_ {
        MenuItem::ALL.into_iter().filter(|item| self.offers(*item))
    }

    /// The place of the selected line. What is no longer offered has given way to the first line.
    pub(crate) fn menu_position(&self, selected: MenuItem) -> usize {
        self.menu().position(|item| item == selected).unwrap_or(0)
    }

    /// Whether a person can have the phone ask who is logged in.
    pub(crate) fn can_ask_who(&self) -> bool {
        self.has_app_user() && self.network == NetworkState::Ready
    }

    fn offers(&self, item: MenuItem) -> bool {
        match item {
            #[cfg(feature = "browser")]
            MenuItem::Services => self.has_services(),
            // The login application asks whether to log out.
            #[cfg(feature = "browser")]
            MenuItem::TakeOver if self.has_login_app() => false,
            MenuItem::Login => !matches!(self.holder(), Holder::User(_)),
            MenuItem::Logout => !matches!(self.holder(), Holder::Nobody),
            MenuItem::TakeOver => matches!(self.holder(), Holder::User(_)),
            MenuItem::Who => self.can_ask_who(),
            MenuItem::Explain | MenuItem::About | MenuItem::Settings | MenuItem::Restart => true,
        }
    }

    pub(super) fn open_menu(&mut self) {
        let selected = self.menu().next().unwrap_or(MenuItem::About);
        self.go(Screen::Menu { selected });
    }

    pub(super) fn press_in_menu(&mut self, key: Key, selected: MenuItem) {
        let position = self.menu_position(selected);
        let chosen = match key {
            Key::Up => return self.select_in_menu(position.saturating_sub(1)),
            Key::Down => return self.select_in_menu(position.saturating_add(1)),
            Key::Select | Key::Soft1 => Some(position),
            Key::Digit(digit) => usize::from(digit).checked_sub(1),
            Key::Soft3 => return self.go(Screen::Idle),
            _ => None,
        };
        let item = chosen.and_then(|position| self.menu().nth(position));
        match item {
            Some(MenuItem::Login) => self.open_login(),
            Some(MenuItem::Logout) => self.open_logout(),
            Some(MenuItem::TakeOver) => self.open_takeover(),
            #[cfg(feature = "browser")]
            Some(MenuItem::Services) => self.open_services(),
            Some(MenuItem::Who) => self.ask(Ask::Who),
            Some(MenuItem::Explain) => self.go(Screen::Explain { number: None }),
            Some(MenuItem::About) => self.go(Screen::About),
            Some(MenuItem::Settings) => self.open_settings(),
            Some(MenuItem::Restart) => self.go(Screen::RestartConfirm),
            None => {}
        }
    }

    /// Selects the line at `position`, if there is one.
    fn select_in_menu(&mut self, position: usize) {
        let item = self.menu().nth(position);
        if let Some(selected) = item {
            self.screen = Screen::Menu { selected };
        }
    }
}
