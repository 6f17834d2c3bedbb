//! The keys that an object can bind.

use core::fmt;

use super::index_of;
use crate::text::Text;

macro_rules! keys {
    ($($key:ident),*) => {
        /// A key of the phone that a `KeyItem` binds.
        ///
        /// ```
        /// use hotdesk_core::phonexml::Key;
        ///
        /// assert_eq!(Key::NavBack.name(), "NavBack");
        /// assert_eq!(Key::from_digit('#'), Some(Key::KeyPadPound));
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        pub enum Key {
            $(#[doc = concat!("`", stringify!($key), "`")] $key,)*
        }

        impl Key {
            /// Every key.
            pub const ALL: [Self; [$(stringify!($key)),*].len()] = [$(Self::$key),*];

            pub(crate) const NAMES: &'static str = concat!($(stringify!($key), " "),*);

            /// Returns the name on the wire.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$key => stringify!($key),)*
                }
            }
        }
    };
}

keys!(
    KeyPad0,
    KeyPad1,
    KeyPad2,
    KeyPad3,
    KeyPad4,
    KeyPad5,
    KeyPad6,
    KeyPad7,
    KeyPad8,
    KeyPad9,
    KeyPadStar,
    KeyPadPound,
    NavUp,
    NavDown,
    NavLeft,
    NavRight,
    NavSelect,
    NavBack,
    PushToTalk
);

impl Key {
    /// Returns the key of the keypad with that character: a digit, `*` or `#`.
    pub fn from_digit(c: char) -> Option<Self> {
        match c {
            '*' => Some(Self::KeyPadStar),
            '#' => Some(Self::KeyPadPound),
            _ => Self::ALL.into_iter().zip('0'..='9').find(|(_, digit)| *digit == c).map(|(key, _)| key),
        }
    }

    pub(crate) fn read(name: Text<'_>) -> Option<Self> {
        Self::ALL.get(index_of(Self::NAMES, &name)?).copied()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
