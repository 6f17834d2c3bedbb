//! Header fields of pages and of requests for them, as they come in the field: a malformed one is read as far as it says
//! something, and never fails a page.

/// `Refresh`: what a phone loads after a page, and when.
///
/// ```
/// use hotdesk_core::emapp::Refresh;
///
/// let refresh = Refresh::parse("3; url=http://10.0.2.2/emapp/EMAppServlet?device=SEP001122334455&refresh=true");
/// assert_eq!(refresh.seconds, Some(3));
/// assert_eq!(refresh.url, Some("http://10.0.2.2/emapp/EMAppServlet?device=SEP001122334455&refresh=true"));
/// assert_eq!(Refresh::parse("0"), Refresh { seconds: None, url: None });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Refresh<'a> {
    /// After so many seconds, at least 1. `None`: when a person asks for it; 0 and what is no number say so.
    pub seconds: Option<u32>,
    /// What is loaded. `None`: the page again.
    pub url: Option<&'a str>,
}

impl<'a> Refresh<'a> {
    /// Reads the value of the field.
    pub fn parse(value: &'a str) -> Self {
        let (seconds, rest) = split(value, |byte| matches!(byte, b';' | b','));
        let mut number = 0_u32;
        for byte in seconds.trim_ascii().bytes() {
            let digit =
                if byte.is_ascii_digit() { byte.wrapping_sub(b'0') } else { return Self::by_hand(rest) };
            number = number.saturating_mul(10).saturating_add(digit.into());
        }
        Self { seconds: Some(number).filter(|seconds| *seconds > 0), ..Self::by_hand(rest) }
    }

    fn by_hand(rest: &'a str) -> Self {
        Self { seconds: None, url: named(rest.trim_ascii(), "url") }
    }
}

/// What the body of an answer is, by its `Content-Type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Body {
    /// `text/xml`: an IP phone object.
    Object,
    /// `application/xml`: an object, though phones read only `text/xml` as one.
    ObjectAsOther,
    /// `text/plain`: shown as it is.
    Text,
    /// Anything else, or nothing said.
    Other,
}

/// The character set of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Charset {
    /// `utf-8`
    Utf8,
    /// `us-ascii`
    UsAscii,
    /// `iso-8859-1`
    Latin1,
    /// Another one.
    Other,
}

/// `Content-Type` of an answer.
///
/// ```
/// use hotdesk_core::emapp::{Body, Charset, ContentType};
///
/// let page = ContentType::parse("text/XML; charset=\"utf-8\"");
/// assert_eq!((page.body, page.charset), (Body::Object, Some(Charset::Utf8)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ContentType {
    /// What the body is.
    pub body: Body,
    /// Its character set, if the field names one.
    pub charset: Option<Charset>,
}

impl ContentType {
    /// Reads the value of the field.
    pub fn parse(value: &str) -> Self {
        let (media, parameters) = split(value, |byte| byte == b';');
        let is = |name: &str| media.trim_ascii().eq_ignore_ascii_case(name);
        let body = match () {
            () if is("text/xml") => Body::Object,
            () if is("application/xml") => Body::ObjectAsOther,
            () if is("text/plain") => Body::Text,
            () => Body::Other,
        };
        let charset = parameters.split(';').find_map(|parameter| named(parameter.trim_ascii(), "charset"));
        let is = |name: &str, known: &str| name.eq_ignore_ascii_case(known);
        let charset = charset.map(|name| match () {
            () if is(name, "utf-8") || is(name, "utf8") => Charset::Utf8,
            () if is(name, "us-ascii") => Charset::UsAscii,
            () if is(name, "iso-8859-1") => Charset::Latin1,
            () => Charset::Other,
        });
        Self { body, charset }
    }
}

/// One of the values of `Accept-Language` or `Accept-Charset`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Preference<'a> {
    /// `en-US`, `en_US`, `utf-8`, `*`
    pub name: &'a str,
    /// How much it is wanted, in thousandths: 1000 where nothing is said, 0 for not at all.
    pub quality: u16,
}

/// The values of `Accept-Language` or `Accept-Charset`, in their order. Empty ones are left out: phones send some.
///
/// ```
/// use hotdesk_core::emapp::Preferences;
///
/// let names: Vec<_> = Preferences::parse("utf-8,;q=0.8").map(|it| it.name).collect();
/// assert_eq!(names, ["utf-8"]);
/// assert_eq!(Preferences::parse("de;q=0.3, en_US").best(&["de", "en"]), Some("en"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Preferences<'a> {
    rest: &'a str,
}

impl<'a> Preferences<'a> {
    /// Takes the value of the field.
    pub const fn parse(value: &'a str) -> Self {
        Self { rest: value }
    }

    /// Returns the one of `known` that is wanted most; of several the first wanted. `en` is taken for `en-US` and `en_US`, the
    /// first of `known` for `*`.
    pub fn best<'k>(self, known: &[&'k str]) -> Option<&'k str> {
        let mut best: Option<(&'k str, u16)> = None;
        for Preference { name, quality } in self {
            let language = name.split(['-', '_']).next().unwrap_or(name);
            let is = |it: &&&str| it.eq_ignore_ascii_case(name);
            let found =
                known.iter().find(is).or_else(|| known.iter().find(|it| it.eq_ignore_ascii_case(language)));
            let found = found.or_else(|| known.first().filter(|_| name == "*"));
            if let Some(found) = found
                && quality > best.map_or(0, |(_, quality)| quality)
            {
                best = Some((found, quality));
            }
        }
        best.map(|(known, _)| known)
    }
}

impl<'a> Iterator for Preferences<'a> {
    type Item = Preference<'a>;

    fn next(&mut self) -> Option<Preference<'a>> {
        while !self.rest.is_empty() {
            let (value, rest) = split(self.rest, |byte| byte == b',');
            self.rest = rest;
            let (name, parameters) = split(value, |byte| byte == b';');
            let name = name.trim_ascii();
            if !name.is_empty() {
                let quality = named(parameters.trim_ascii(), "q").and_then(thousandths).unwrap_or(1000);
                return Some(Preference { name, quality });
            }
        }
        None
    }
}

/// Returns what precedes the first separator and what follows it, which is empty if there is none. (Code size: a search by the
/// standard library is for any text and any pattern, and can panic.)
fn split(text: &str, is_separator: impl Fn(u8) -> bool) -> (&str, &str) {
    let at = text.bytes().position(is_separator).unwrap_or(text.len());
    (text.get(..at).unwrap_or_default(), text.get(at.saturating_add(1)..).unwrap_or_default())
}

/// Returns the value of `name=value`, without quotes, if it has that name in either case and is not empty.
fn named<'a>(parameter: &'a str, name: &str) -> Option<&'a str> {
    let (found, value) = split(parameter, |byte| byte == b'=');
    if !found.trim_ascii().eq_ignore_ascii_case(name) {
        return None;
    }
    let value = value.trim_ascii();
    let inside = match value.as_bytes() {
        [b'"', .., b'"'] | [b'\'', .., b'\''] => value.get(1..value.len().saturating_sub(1)),
        _ => Some(value),
    };
    inside.filter(|value| !value.is_empty())
}

/// Reads `1`, `0.8` or `0.125`, up to 1.
fn thousandths(quality: &str) -> Option<u16> {
    let (whole, part) = quality.split_once('.').unwrap_or((quality, ""));
    let is_number = |it: &str| it.bytes().all(|byte| byte.is_ascii_digit());
    if part.len() > 3 || !is_number(part) || !matches!(whole, "0" | "1") {
        return None;
    }
    let mut number = u16::from(whole == "1");
    for digit in part.bytes().chain(*b"000").take(3) {
        number = number.saturating_mul(10).saturating_add(u16::from(digit.wrapping_sub(b'0')));
    }
    Some(number.min(1000))
}
