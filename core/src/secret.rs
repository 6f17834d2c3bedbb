//! Secrets: application certificates, passwords, PINs. They must never reach Debug, Display, a log or a picture. Only
//! [`Secret::expose`] reveals one, so searching for that name finds every use.

use core::fmt;
use core::str::FromStr;

use zeroize::{Zeroize as _, ZeroizeOnDrop, optimization_barrier};

use crate::error::{Error, Field, Limit, Unsendable};
use crate::limits;
use crate::names::utf8;
use crate::text::Text;

/// A view of a secret text. It prints as `***`.
///
/// ```
/// use hotdesk_core::Secret;
///
/// let pin = Secret::from("12345");
/// assert_eq!(format!("{pin:?}"), "***");
/// assert_eq!(pin.expose(), "12345");
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Secret<'a>(Text<'a>);

impl<'a> Secret<'a> {
    pub(crate) const fn new(text: Text<'a>) -> Self {
        Self(text)
    }

    /// Returns the text itself. Callers must not print or store it.
    pub const fn expose(&self) -> Text<'a> {
        self.0
    }
}

impl<'a> From<Text<'a>> for Secret<'a> {
    fn from(secret: Text<'a>) -> Self {
        Self(secret)
    }
}

impl<'a> From<&'a Certificate> for Secret<'a> {
    fn from(secret: &'a Certificate) -> Self {
        secret.as_secret()
    }
}

/// From `&str`, `&String`, or any other string type.
impl<'a, T: AsRef<str> + ?Sized> From<&'a T> for Secret<'a> {
    fn from(secret: &'a T) -> Self {
        Self(Text::from(secret))
    }
}

impl fmt::Debug for Secret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Secret<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "***");
    }
}

/// Overwrites a buffer that may hold a secret with zeros; the compiler does not remove it.
///
/// It takes a fraction of the time of `zeroize`, which writes byte by byte.
///
/// ```
/// let mut request = *b"POST / HTTP/1.1";
/// hotdesk_core::wipe(&mut request);
/// assert_eq!(request, [0; 15]);
/// ```
pub fn wipe(buffer: &mut [u8]) {
    buffer.fill(0);
    optimization_barrier(buffer);
}

/// An owned secret of up to [`limits::CERTIFICATE_BYTES`] bytes: a certificate, a password, a PIN.
///
/// The bytes are wiped on drop. It is not `Clone`, as each copy would have to be wiped, too. A move can leave such a
/// copy behind, so create it where it stays.
///
/// ```
/// use hotdesk_core::{Certificate, limits};
///
/// let certificate = Certificate::try_from("apppasswd")?;
/// assert_eq!(format!("{certificate:?}"), "***");
/// assert_eq!(certificate.as_secret().expose(), "apppasswd");
/// assert!(Certificate::try_from("x".repeat(limits::CERTIFICATE_BYTES + 1).as_str()).is_err());
/// # Ok::<(), hotdesk_core::Error>(())
/// ```
#[derive(PartialEq, Eq)]
pub struct Certificate {
    bytes: [u8; limits::CERTIFICATE_BYTES],
    length: usize,
}

impl Certificate {
    /// Returns a masked view.
    pub fn as_secret(&self) -> Secret<'_> {
        let bytes = self.bytes.get(..self.length).unwrap_or_default();
        // Only whole characters are copied in, so this is always UTF-8.
        Secret::from(core::str::from_utf8(bytes).unwrap_or_default())
    }
}

impl Drop for Certificate {
    fn drop(&mut self) {
        self.bytes.zeroize();
        self.length.zeroize();
    }
}

impl ZeroizeOnDrop for Certificate {}

impl<'a> TryFrom<Secret<'a>> for Certificate {
    type Error = Error;

    /// # Errors
    ///
    /// [`Error::Unsendable`] if it is blank or longer than [`limits::CERTIFICATE_BYTES`] bytes.
    fn try_from(secret: Secret<'a>) -> Result<Self, Error> {
        let text = secret.expose();
        let unsendable = |reason| Error::Unsendable { field: Field::Certificate, reason };
        if text.is_blank() {
            return Err(unsendable(Unsendable::Blank));
        }
        let mut kept = Self { bytes: [0; limits::CERTIFICATE_BYTES], length: 0 };
        for c in text.chars() {
            let end = kept.length.saturating_add(c.len_utf8());
            let room = kept.bytes.get_mut(kept.length..end);
            c.encode_utf8(room.ok_or(unsendable(Unsendable::TooLong(Limit::Certificate)))?);
            kept.length = end;
        }
        Ok(kept)
    }
}

impl TryFrom<&str> for Certificate {
    type Error = Error;

    /// # Errors
    ///
    /// As for a [`Secret`].
    fn try_from(secret: &str) -> Result<Self, Error> {
        Self::try_from(Secret::from(secret))
    }
}

impl TryFrom<&[u8]> for Certificate {
    type Error = Error;

    /// # Errors
    ///
    /// [`Error::Refused`] with the position of the first byte that is not UTF-8; otherwise as for a [`Secret`].
    fn try_from(secret: &[u8]) -> Result<Self, Error> {
        Self::try_from(utf8(secret)?)
    }
}

impl FromStr for Certificate {
    type Err = Error;

    /// # Errors
    ///
    /// As for a [`Secret`].
    fn from_str(secret: &str) -> Result<Self, Error> {
        Self::try_from(secret)
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Certificate {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "***");
    }
}
