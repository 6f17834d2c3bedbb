//! Names that are kept: copies of a text in a bounded buffer of their own. A text over the bound is an error, never cut.

use core::borrow::Borrow;
use core::fmt;
use core::str::FromStr;

use heapless::String;

use crate::error::{Error, Field, Limit, Refusal, Unsendable};
use crate::limits;
use crate::text::Text;

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident: $field:ident, $example:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// Holds 1 to [`limits::NAME_CHARS`] characters, any of Unicode, in [`limits::NAME_BYTES`] bytes and a length:
        /// 520 bytes at the usual bound on a 64-bit machine. Keep one where it is needed and pass it by reference.
        /// It compares, orders and hashes as its `str` does, with regard to case;
        /// [`Text::eq_ignore_case`] compares as the service does.
        ///
        /// ```
        #[doc = concat!("use hotdesk_core::{", stringify!($name), ", limits};")]
        ///
        #[doc = concat!("let name = ", stringify!($name), "::try_from(\"", $example, "\")?;")]
        #[doc = concat!("assert_eq!(name, \"", $example, "\");")]
        /// let long = "x".repeat(limits::NAME_CHARS + 1);
        #[doc = concat!("assert!(long.parse::<", stringify!($name), ">().is_err());")]
        /// # Ok::<(), hotdesk_core::Error>(())
        /// ```
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String<{ limits::NAME_BYTES }>);

        impl $name {
            /// Returns the name.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<'a> TryFrom<Text<'a>> for $name {
            type Error = Error;

            /// # Errors
            ///
            /// [`Error::Unsendable`] if it is over [`limits::NAME_CHARS`] characters or blank.
            fn try_from(text: Text<'a>) -> Result<Self, Error> {
                copy(text, Field::$field).map(Self)
            }
        }

        impl<'a> TryFrom<&'a str> for $name {
            type Error = Error;

            /// # Errors
            ///
            /// As for a [`Text`].
            fn try_from(text: &'a str) -> Result<Self, Error> {
                Self::try_from(Text::from(text))
            }
        }

        impl<'a> TryFrom<&'a [u8]> for $name {
            type Error = Error;

            /// # Errors
            ///
            /// [`Error::Refused`] with the position of the first byte that is not UTF-8; else as for a [`Text`].
            fn try_from(bytes: &'a [u8]) -> Result<Self, Error> {
                Self::try_from(utf8(bytes)?)
            }
        }

        impl FromStr for $name {
            type Err = Error;

            /// # Errors
            ///
            /// As for a [`Text`].
            fn from_str(text: &str) -> Result<Self, Error> {
                Self::try_from(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                self.as_str()
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl PartialEq<$name> for str {
            fn eq(&self, other: &$name) -> bool {
                self == other.as_str()
            }
        }

        impl PartialEq<$name> for &str {
            fn eq(&self, other: &$name) -> bool {
                *self == other.as_str()
            }
        }

        impl PartialEq<Text<'_>> for $name {
            fn eq(&self, other: &Text<'_>) -> bool {
                *other == Text::from(self)
            }
        }

        impl PartialEq<$name> for Text<'_> {
            fn eq(&self, other: &$name) -> bool {
                *self == Text::from(other)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(self.as_str(), f)
            }
        }

        #[cfg(feature = "defmt")]
        impl defmt::Format for $name {
            fn format(&self, f: defmt::Formatter<'_>) {
                defmt::write!(f, "{=str}", self.as_str());
            }
        }
    )*};
}

names! {
    /// The ID of a user.
    UserId: UserId, "em@cisco.com";
    /// The name of a device: SEP and 12 hexadecimal digits, or any other text.
    DeviceName: DeviceName, "SEP003094C25B15";
    /// The name of a device profile.
    ProfileName: DeviceProfile, "UserDevProf";
    /// The ID of the application user, or of the end user acting on their own behalf.
    AppId: AppId, "appid";
}

fn copy(text: Text<'_>, field: Field) -> Result<String<{ limits::NAME_BYTES }>, Error> {
    let unsendable = |reason| Error::Unsendable { field, reason };
    if text.is_blank() {
        return Err(unsendable(Unsendable::Blank));
    }
    let mut name = String::new();
    for (i, c) in text.chars().enumerate() {
        if i == limits::NAME_CHARS || name.push(c).is_err() {
            return Err(unsendable(Unsendable::TooLong(Limit::Name)));
        }
    }
    Ok(name)
}

pub(crate) fn utf8(bytes: &[u8]) -> Result<&str, Error> {
    core::str::from_utf8(bytes).map_err(|error| Error::refused(Refusal::NotUtf8, error.valid_up_to()))
}
