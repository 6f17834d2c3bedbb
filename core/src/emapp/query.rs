//! The query string of a request to the login application. It must never take a `+` for a blank: a user ID may have one.

use core::fmt;
use core::str::FromStr as _;

use super::{DEVICE_NAME_TOKEN, EMCC_TOKEN};
use crate::message::LoginType;
use crate::secret::Secret;
use crate::text::{Coding, Text, is_blank};

/// A query string: `device=SEP001122334455&userid=abaker&seq=12345`. It may hold a PIN, so it prints as `***`.
///
/// Names and values are percent-decoded, and blanks around them are left out. Of a parameter that is there twice the first
/// counts. Names are case-sensitive.
///
/// ```
/// use hotdesk_core::LoginType;
/// use hotdesk_core::emapp::Query;
///
/// let query = Query::of_target(
///     "/emapp/EMAppServlet?device=SEP001122334455%20&EMCC=#EMCC #&  loginType=DN&userid=a%2Bb+c&seq=12345",
/// );
/// assert_eq!(query.device_name().unwrap(), "SEP001122334455");
/// assert_eq!((query.login_type(), query.is_emcc()), (Some(LoginType::DirectoryNumber), false));
/// assert_eq!(query.user_id().unwrap(), "a+b+c");
/// assert_eq!(query.pin().unwrap().expose(), "12345");
/// assert!(query.has_blanks());
/// ```
#[derive(Clone, Copy)]
pub struct Query<'a> {
    text: &'a str,
}

impl<'a> Query<'a> {
    /// Takes what follows the question mark.
    pub const fn new(query: &'a str) -> Self {
        Self { text: query }
    }

    /// Takes the query of a request's target or of a URL; an empty one if it has none.
    pub fn of_target(target: &'a str) -> Self {
        Self { text: target.split_once('?').map_or("", |(_, query)| query) }
    }

    /// Returns names and values in their order.
    pub const fn parameters(&self) -> Parameters<'a> {
        Parameters { rest: Some(self.text) }
    }

    /// Returns the value of the first parameter of that name.
    pub fn get(&self, name: &str) -> Option<Text<'a>> {
        self.parameters().find(|(it, _)| *it == name).map(|(_, value)| value)
    }

    /// Returns the value, unless it is blank, `null` or a token that no phone replaced.
    fn given(&self, name: &str, token: &str) -> Option<Text<'a>> {
        let value = self.get(name)?;
        let is_token = value.chars().filter(|c| !is_blank(*c)).eq(token.chars());
        Some(value).filter(|_| !is_token && !value.is_blank() && value != "null")
    }

    fn is_true(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value == "true")
    }

    /// Returns `device`; none if it is blank, `null` or the token.
    pub fn device_name(&self) -> Option<Text<'a>> {
        self.given("device", DEVICE_NAME_TOKEN)
    }

    /// Returns `userid`, unless it is blank.
    pub fn user_id(&self) -> Option<Text<'a>> {
        self.given("userid", "")
    }

    /// Returns `seq`, the PIN, unless it is empty.
    pub fn pin(&self) -> Option<Secret<'a>> {
        self.get("seq").filter(|pin| !pin.is_empty()).map(Secret::from)
    }

    /// Returns true if `EMCC` is `true`: the phone can log in across clusters.
    pub fn is_emcc(&self) -> bool {
        self.given("EMCC", EMCC_TOKEN).is_some_and(|value| value == "true")
    }

    /// Returns `loginType`, if it is one.
    pub fn login_type(&self) -> Option<LoginType> {
        let value = self.get("loginType")?;
        ["UID", "DN", "SP"].into_iter().find(|it| value == *it).and_then(|it| LoginType::from_str(it).ok())
    }

    /// Returns `profile`, the device profile that was chosen, unless it is blank. The name is this project's.
    pub fn profile(&self) -> Option<Text<'a>> {
        self.given("profile", "")
    }

    /// Returns true if `doLogout` is `true`.
    pub fn is_logout(&self) -> bool {
        self.is_true("doLogout")
    }

    /// Returns true if `headsetbasedem` is `true`: the login is by a headset.
    pub fn is_headset_based(&self) -> bool {
        self.is_true("headsetbasedem")
    }

    /// Returns true if `refresh` is `true`: the page after a result. The name is this project's.
    pub fn is_refresh(&self) -> bool {
        self.is_true("refresh")
    }

    /// Returns true if a name or the value of a token's parameter has a blank in it: the service URL was copied from a page
    /// that prints them.
    pub fn has_blanks(&self) -> bool {
        let names_and_values = self.text.split('&').map(|it| it.split_once('=').unwrap_or((it, "")));
        names_and_values.into_iter().any(|(name, value)| {
            let is_from_url = |it: &str| ["device", "EMCC", "loginType"].contains(&it);
            has_blank(name) || is_from_url(trimmed(name)) && has_blank(value)
        })
    }
}

impl fmt::Debug for Query<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Query<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "***");
    }
}

/// The names and values of a [`Query`] that are still to come.
#[derive(Clone)]
pub struct Parameters<'a> {
    rest: Option<&'a str>,
}

impl<'a> Iterator for Parameters<'a> {
    type Item = (Text<'a>, Text<'a>);

    fn next(&mut self) -> Option<(Text<'a>, Text<'a>)> {
        loop {
            let rest = self.rest?;
            let (parameter, behind) = match rest.split_once('&') {
                Some((parameter, behind)) => (parameter, Some(behind)),
                None => (rest, None),
            };
            self.rest = behind;
            if !parameter.is_empty() {
                let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
                return Some((decoded(name), decoded(value)));
            }
        }
    }
}

/// Percent-coded, or as it is.
fn decoded(raw: &str) -> Text<'_> {
    Text::checked(trimmed(raw), Coding::Plain, true)
}

/// How a blank is written.
const BLANKS: [&str; 8] = [" ", "\t", "\r", "\n", "%20", "%09", "%0D", "%0A"];

fn has_blank(raw: &str) -> bool {
    BLANKS.iter().any(|blank| raw.contains(blank))
}

/// Leaves out the blanks around a value.
fn trimmed(mut raw: &str) -> &str {
    while let Some(rest) =
        BLANKS.iter().find_map(|blank| raw.strip_prefix(blank).or_else(|| raw.strip_suffix(blank)))
    {
        raw = rest;
    }
    raw
}
