//! Names that are kept: copies of a text in a bounded buffer of their own. Over the bound is an error, never a cut.

use core::fmt;

use heapless::String;

use crate::error::{Error, Field, Limit, Unsendable};
use crate::limits;
use crate::text::Text;

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident: $field:ident, $example:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// Holds 1 to 128 characters ([`limits::NAME_CHARS`]), any of Unicode, in 512 bytes plus a length: keep one
        /// where it is needed and pass it by reference.
        ///
        /// ```
        #[doc = concat!("use hotdesk_core::", stringify!($name), ";")]
        ///
        #[doc = concat!("let name = ", stringify!($name), "::try_from(\"", $example, "\")?;")]
        #[doc = concat!("assert_eq!(name.as_str(), \"", $example, "\");")]
        #[doc = concat!("assert!(", stringify!($name), "::try_from(\"x\".repeat(129).as_str()).is_err());")]
        /// # Ok::<(), hotdesk_core::Error>(())
        /// ```
        #[derive(Clone, PartialEq, Eq)]
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
            /// [`Error::Unsendable`] if it is over 128 characters or blank.
            fn try_from(text: Text<'a>) -> Result<Self, Error> {
                copy(text, Field::$field).map(Self)
            }
        }

        impl<'a> TryFrom<&'a str> for $name {
            type Error = Error;

            /// # Errors
            ///
            /// [`Error::Unsendable`] if it is over 128 characters or blank.
            fn try_from(text: &'a str) -> Result<Self, Error> {
                Self::try_from(Text::from(text))
            }
        }

        impl<'a> From<&'a $name> for Text<'a> {
            fn from(name: &'a $name) -> Self {
                Text::from(name.as_str())
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
    /// The ID of the application user, or of the end user who acts for himself.
    AppId: AppId, "appid";
}

fn copy(text: Text<'_>, field: Field) -> Result<String<{ limits::NAME_BYTES }>, Error> {
    let unsendable = |reason| Error::Unsendable { field, reason };
    if text.is_blank() {
        return Err(unsendable(Unsendable::Missing));
    }
    let mut name = String::new();
    for (i, c) in text.chars().enumerate() {
        if i == limits::NAME_CHARS || name.push(c).is_err() {
            return Err(unsendable(Unsendable::TooLong(Limit::Name)));
        }
    }
    Ok(name)
}
