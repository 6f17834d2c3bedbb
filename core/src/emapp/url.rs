//! A URL to be loaded: where a service leads a phone, and what a person typed. It must never follow where it should not, never
//! carry a secret further than the request it is for, and never print one.

use core::fmt;

use zeroize::{Zeroize as _, ZeroizeOnDrop};

use super::{DEVICE_NAME_TOKEN, EMCC_TOKEN};
use crate::error::{Error, Field, Unsendable};
use crate::http;
use crate::percent;
use crate::secret::Secret;
use crate::text::{Chars, Text, is_blank};
use crate::wire::Sink;

/// How many characters a URL of a service may have (PROTOCOL.md rule 15.6).
const MOST: usize = 256;

/// What a phone puts for the tokens in a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Phone<'a> {
    /// For `#DEVICENAME#`: SEP and the 12 hexadecimal digits of its address.
    pub device_name: &'a str,
    /// For `#EMCC#`: whether it can log in across clusters. If not, the parameter is left out.
    pub emcc: bool,
}

/// How a page is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Scheme {
    /// `http:`
    Http,
    /// `https:`
    Https,
}

/// Why a URL is not followed, or not built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum UrlError {
    /// It has more than 256 characters.
    TooLong,
    /// It is of another scheme than http and https, or has none.
    Scheme,
    /// It leads from https to http.
    Downgrade,
    /// Its host is missing, is none, or has a credential before it.
    Host,
    /// It has a character that no URL can carry there: a control character, or a `#` that starts no token.
    Character(char),
    /// It does not fit into the buffer.
    NoRoom {
        /// The size of the buffer in bytes.
        limit: usize,
    },
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::TooLong => return write!(f, "the URL is longer than {MOST} characters; shorten it"),
            Self::Scheme => "the URL starts with neither http:// nor https://; send a whole one",
            Self::Downgrade => {
                "the URL leads from https to http, which is not followed; use https throughout"
            }
            Self::Host => "the URL's host is not a name or an address without a credential; correct it",
            Self::Character(c) => {
                return write!(
                    f,
                    "the URL contains U+{:04X}, which it cannot carry there; remove it",
                    u32::from(*c)
                );
            }
            Self::NoRoom { limit } => {
                return write!(f, "the URL does not fit into {limit} bytes; shorten it or what was typed");
            }
        };
        f.write_str(text)
    }
}

impl core::error::Error for UrlError {}

/// A URL that is loaded, in a buffer of the caller's, which is wiped when it is dropped.
///
/// It may hold a PIN, the one secret that the protocol forces into a URL: then it prints without its parameters, and only
/// [`expose`](Self::expose) and [`expose_target`](Self::expose_target) reveal them.
///
/// ```
/// use hotdesk_core::Secret;
/// use hotdesk_core::emapp::{Phone, Url};
///
/// let phone = Phone { device_name: "SEP001122334455", emcc: false };
/// let mut buffer = [0; 512];
/// let mut url = Url::new(
///     &mut buffer,
///     "http://10.0.2.2:8080/emapp/EMAppServlet?device=#DEVICENAME#&EMCC=#EMCC#",
///     &phone,
/// )?;
/// assert_eq!(url.to_string(), "http://10.0.2.2:8080/emapp/EMAppServlet?device=SEP001122334455");
///
/// url.push("userid", "j\u{fc}rgen+1")?;
/// url.push_secret("seq", Secret::from("12345"))?;
/// assert_eq!(url.to_string(), "http://10.0.2.2:8080/emapp/EMAppServlet?***");
/// assert_eq!(
///     url.expose_target(),
///     "/emapp/EMAppServlet?device=SEP001122334455&userid=j%C3%BCrgen%2B1&seq=12345"
/// );
/// # Ok::<(), hotdesk_core::emapp::UrlError>(())
/// ```
pub struct Url<'b> {
    buffer: &'b mut [u8],
    length: usize,
    scheme: Scheme,
    /// Where the path starts.
    path: usize,
    has_secret: bool,
    had_blanks: bool,
}

impl<'b> Url<'b> {
    /// Takes a URL of the configuration. Its tokens are replaced; blanks are left out, which people copy from printed pages;
    /// what a URL cannot carry as it is, is percent-coded.
    ///
    /// # Errors
    ///
    /// [`UrlError`], unless it may be followed; `buffer` is wiped then.
    pub fn new<'a>(
        buffer: &'b mut [u8],
        url: impl Into<Text<'a>>,
        phone: &Phone<'_>,
    ) -> Result<Self, UrlError> {
        Self::read(buffer, url.into(), phone, None, MOST)
    }

    /// Takes a URL that was read before, as [`expose`](Self::expose) returned it: with its tokens replaced, or taken from another
    /// page, it may be longer than a service may send one.
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new), but never [`UrlError::TooLong`].
    pub fn again(buffer: &'b mut [u8], url: &str) -> Result<Self, UrlError> {
        Self::read(buffer, url.into(), &Phone { device_name: "", emcc: false }, None, usize::MAX)
    }

    /// Takes a URL that the page at `before` leads to: by an item, a softkey, `Refresh` or `Location`. It may be a path alone,
    /// for the same host. Nothing of the parameters of `before` is taken.
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new), and [`UrlError::Downgrade`].
    pub fn following<'a>(
        buffer: &'b mut [u8],
        url: impl Into<Text<'a>>,
        phone: &Phone<'_>,
        before: &Url<'_>,
    ) -> Result<Self, UrlError> {
        Self::read(buffer, url.into(), phone, Some(before), MOST)
    }

    fn read(
        buffer: &'b mut [u8],
        text: Text<'_>,
        phone: &Phone<'_>,
        before: Option<&Url<'_>>,
        most: usize,
    ) -> Result<Self, UrlError> {
        // Dropped after an error, it wipes the buffer.
        let mut url =
            Self { buffer, length: 0, scheme: Scheme::Http, path: 0, has_secret: false, had_blanks: false };
        let mut chars = NoBlanks { chars: text.chars(), had_blanks: false };
        if text.chars().nth(most).is_some() {
            return Err(UrlError::TooLong);
        }
        let is_path = before.is_some() && chars.starts_with("/") && !chars.starts_with("//");
        match before {
            Some(before) if is_path => {
                url.scheme = before.scheme;
                url.put(before.expose().get(..before.path).unwrap_or_default().as_bytes())?;
                url.path = url.length;
            }
            _ => url.origin(&mut chars, before)?,
        }
        url.rest(&mut chars, phone)?;
        url.had_blanks = chars.had_blanks;
        Ok(url)
    }

    /// Reads scheme and host.
    fn origin(&mut self, chars: &mut NoBlanks<'_>, before: Option<&Url<'_>>) -> Result<(), UrlError> {
        let start: &[u8] = if chars.skip_ignoring_case("https://") {
            self.scheme = Scheme::Https;
            b"https://"
        } else if chars.skip_ignoring_case("http://") {
            b"http://"
        } else {
            return Err(UrlError::Scheme);
        };
        if self.scheme == Scheme::Http && before.is_some_and(|before| before.scheme == Scheme::Https) {
            return Err(UrlError::Downgrade);
        }
        self.put(start)?;
        let host = self.length;
        while let Some(c) = chars.clone().next().filter(|c| !matches!(c, '/' | '?' | '#')) {
            chars.next();
            let byte = u8::try_from(c).ok().filter(u8::is_ascii).ok_or(UrlError::Host)?;
            self.put(&[byte])?;
        }
        self.path = self.length;
        let host = self.between(host, self.path);
        let is_host = host.chars().all(http::is_host_character) && http::is_host(host);
        if is_host { Ok(()) } else { Err(UrlError::Host) }
    }

    /// Reads path and query.
    fn rest(&mut self, chars: &mut NoBlanks<'_>, phone: &Phone<'_>) -> Result<(), UrlError> {
        if !chars.starts_with("/") {
            self.put(b"/")?;
        }
        // What parts a parameter that was left out from the next one.
        let mut separator = None;
        while let Some(c) = chars.next() {
            if c == '#' {
                if chars.skip(DEVICE_NAME_TOKEN) {
                    self.put_coded(phone.device_name.chars())?;
                    continue;
                }
                if !chars.skip(EMCC_TOKEN) {
                    return Err(UrlError::Character(c));
                }
                if phone.emcc {
                    self.put(b"true")?;
                    continue;
                }
                let start = self.written().iter().rposition(|byte| matches!(byte, b'?' | b'&'));
                let start = start.ok_or(UrlError::Character(c))?;
                separator = self.buffer.get(start).copied();
                self.cut(start);
                continue;
            }
            if let Some(separator) = separator.take() {
                self.put(&[separator])?;
                if c == '&' {
                    continue;
                }
            }
            self.put_char(c)?;
        }
        Ok(())
    }

    /// Adds a parameter, percent-coded.
    ///
    /// # Errors
    ///
    /// [`UrlError::NoRoom`]; nothing of it is added then.
    pub fn push<'a>(
        &mut self,
        name: impl Into<Text<'a>>,
        value: impl Into<Text<'a>>,
    ) -> Result<(), UrlError> {
        let before = self.length;
        let added = self.parameter(name.into(), value.into());
        if added.is_err() {
            self.cut(before);
        }
        added
    }

    /// Adds a parameter whose value is a secret. From then on the URL prints without its parameters.
    ///
    /// # Errors
    ///
    /// As for [`push`](Self::push).
    pub fn push_secret<'a>(&mut self, name: impl Into<Text<'a>>, value: Secret<'_>) -> Result<(), UrlError> {
        self.has_secret = true;
        let before = self.length;
        let added = self.parameter(name.into(), value.expose());
        if added.is_err() {
            self.cut(before);
        }
        added
    }

    /// Adds `name=value` of a `QueryStringParam:` URI, which may be percent-coded.
    ///
    /// # Errors
    ///
    /// [`UrlError::NoRoom`] or [`UrlError::Character`]; nothing of it is added then.
    pub fn push_parameter<'a>(&mut self, parameter: impl Into<Text<'a>>) -> Result<(), UrlError> {
        let before = self.length;
        let mut chars = NoBlanks { chars: parameter.into().chars(), had_blanks: false };
        let added = self.separate().and_then(|()| {
            chars.try_for_each(|c| if c == '#' { Err(UrlError::Character(c)) } else { self.put_char(c) })
        });
        if added.is_err() {
            self.cut(before);
        }
        added
    }

    /// Returns how the page is loaded.
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Returns the host, with the port if there is one.
    pub fn host(&self) -> &str {
        let start = if self.scheme == Scheme::Https { "https://".len() } else { "http://".len() };
        self.between(start, self.path)
    }

    /// Returns true if there were blanks in it, which were left out: whoever wrote the service URL should know.
    pub const fn had_blanks(&self) -> bool {
        self.had_blanks
    }

    /// Returns the whole URL. It may hold a PIN: callers must not print or store it.
    pub fn expose(&self) -> &str {
        self.between(0, self.length)
    }

    /// Returns path and query, for the first line of a request. It may hold a PIN: callers must not print or store it.
    pub fn expose_target(&self) -> &str {
        self.between(self.path, self.length)
    }

    /// Writes the HTTP request that loads the page, and returns its length in bytes. `language` is the phone's, such as `en` or
    /// `de`. `out` may then hold a PIN: callers must wipe it.
    ///
    /// # Errors
    ///
    /// [`Error::BufferTooSmall`] with the size needed; [`Error::Unsendable`] if `language` is not made of letters, digits, `-`
    /// and `_`. `out` is wiped then.
    ///
    /// ```
    /// use hotdesk_core::emapp::{Phone, Url};
    ///
    /// let phone = Phone { device_name: "SEP001122334455", emcc: false };
    /// let (mut buffer, mut out) = ([0; 256], [0; 512]);
    /// let url = Url::new(&mut buffer, "http://10.0.2.2/menu?device=#DEVICENAME#", &phone)?;
    /// let length = url.write_get(&mut out, "de")?;
    /// assert!(out[..length].starts_with(b"GET /menu?device=SEP001122334455 HTTP/1.1\r\nHost: 10.0.2.2\r\n"));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn write_get(&self, out: &mut [u8], language: &str) -> Result<usize, Error> {
        let unsendable = |reason| Error::Unsendable { field: Field::AcceptLanguage, reason };
        let is_language = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if let Some(c) = language.chars().find(|c| !is_language(*c)) {
            return Err(unsendable(Unsendable::Character(c)));
        }
        if language.is_empty() {
            return Err(unsendable(Unsendable::Blank));
        }
        let mut sink = Sink::plain(&mut *out);
        for part in ["GET ", self.expose_target(), " HTTP/1.1\r\nHost: ", self.host()] {
            sink.put(part);
        }
        sink.put("\r\nAccept: x-CiscoIPPhone/*,text/*\r\nAccept-Language: ");
        sink.put(language);
        sink.put("\r\nAccept-Charset: utf-8\r\nConnection: close\r\n\r\n");
        let written = sink.finish(Ok(()));
        if written.is_err() {
            out.zeroize();
        }
        written
    }

    fn parameter(&mut self, name: Text<'_>, value: Text<'_>) -> Result<(), UrlError> {
        self.separate()?;
        self.put_coded(name.chars())?;
        self.put(b"=")?;
        self.put_coded(value.chars())
    }

    /// Parts what comes next from what is there.
    fn separate(&mut self) -> Result<(), UrlError> {
        let query = self.query();
        match self.written().last() {
            _ if query.is_none() => self.put(b"?"),
            Some(b'&') => Ok(()),
            _ if query == Some(self.length) => Ok(()),
            _ => self.put(b"&"),
        }
    }

    /// Puts a character of a URL; one that it cannot carry is percent-coded.
    fn put_char(&mut self, c: char) -> Result<(), UrlError> {
        if c.is_control() {
            return Err(UrlError::Character(c));
        }
        match u8::try_from(c) {
            Ok(byte) if c == '%' || http::is_path_character(c) => self.put(&[byte]),
            _ => self.put_coded([c].into_iter()),
        }
    }

    /// Puts characters percent-coded, unless they stand for themselves.
    fn put_coded(&mut self, chars: impl Iterator<Item = char>) -> Result<(), UrlError> {
        let mut utf8 = [0; 4];
        for c in chars {
            for byte in c.encode_utf8(&mut utf8).bytes() {
                if percent::is_unreserved(byte) {
                    self.put(&[byte])?;
                } else {
                    self.put(&percent::escape(byte))?;
                }
            }
        }
        utf8.zeroize();
        Ok(())
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), UrlError> {
        let limit = self.buffer.len();
        let end = self.length.saturating_add(bytes.len());
        let room = self.buffer.get_mut(self.length..end).ok_or(UrlError::NoRoom { limit })?;
        room.copy_from_slice(bytes);
        self.length = end;
        Ok(())
    }

    /// Wipes what is behind an offset.
    fn cut(&mut self, length: usize) {
        self.buffer.get_mut(length..).unwrap_or_default().zeroize();
        self.length = length;
    }

    /// What is there of it.
    fn written(&self) -> &[u8] {
        self.buffer.get(..self.length).unwrap_or_default()
    }

    /// Returns where the query starts, behind its question mark.
    fn query(&self) -> Option<usize> {
        self.written().iter().position(|byte| *byte == b'?').map(|mark| mark.saturating_add(1))
    }

    fn between(&self, start: usize, end: usize) -> &str {
        // Only ASCII is put in.
        self.buffer.get(start..end).and_then(|bytes| core::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// What may be printed, and whether it is all.
    fn shown(&self) -> (&str, bool) {
        match self.query() {
            Some(query) if self.has_secret => (self.between(0, query.saturating_sub(1)), false),
            _ => (self.expose(), true),
        }
    }
}

impl Drop for Url<'_> {
    fn drop(&mut self) {
        self.buffer.zeroize();
    }
}

impl ZeroizeOnDrop for Url<'_> {}

/// Without its parameters, if one is a secret.
impl fmt::Display for Url<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (shown, is_all) = self.shown();
        f.write_str(shown)?;
        if is_all { Ok(()) } else { f.write_str("?***") }
    }
}

/// Without its parameters, if one is a secret.
impl fmt::Debug for Url<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Url({self})")
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Url<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        match self.shown() {
            (shown, true) => defmt::write!(f, "{=str}", shown),
            (shown, false) => defmt::write!(f, "{=str}?***", shown),
        }
    }
}

/// The characters of a URL without the blanks in it.
#[derive(Clone)]
struct NoBlanks<'a> {
    chars: Chars<'a>,
    had_blanks: bool,
}

impl Iterator for NoBlanks<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        loop {
            let c = self.chars.next()?;
            if !is_blank(c) {
                return Some(c);
            }
            self.had_blanks = true;
        }
    }
}

impl NoBlanks<'_> {
    fn starts_with(&self, text: &str) -> bool {
        let mut ahead = self.clone();
        text.chars().all(|c| ahead.next() == Some(c))
    }

    /// Skips `text`, if it comes next.
    fn skip_ignoring_case(&mut self, text: &str) -> bool {
        let mut ahead = self.clone();
        let is_next = text.chars().all(|c| ahead.next().is_some_and(|it| it.eq_ignore_ascii_case(&c)));
        if is_next {
            *self = ahead;
        }
        is_next
    }

    /// Skips a token whose first `#` was read, if it comes next.
    fn skip(&mut self, token: &str) -> bool {
        let rest = token.get(1..).unwrap_or_default();
        let is_next = self.starts_with(rest);
        if is_next {
            let _ = self.nth(rest.chars().count().saturating_sub(1));
        }
        is_next
    }
}
