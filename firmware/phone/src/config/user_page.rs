//! The page where people change their PIN and password. It must fit on a screen to be read and typed.

use core::fmt;

use heapless::String;

use crate::part::Part;

/// Characters of an address: eight lines of the smallest display.
pub const USER_PAGE_CHARACTERS: usize = 160;

/// The address of the user page: as the configuration gives it, or the usual one on the first service.
///
/// ```
/// use hotdesk_phone::Config;
///
/// let config = Config::parse(b"service = em1.example.com:8080\n")?;
/// assert_eq!(config.user_page().to_string(), "https://em1.example.com/ucmuser");
/// let config = Config::parse(b"service = 10.0.2.2\nuserPage = pin.example.com\n")?;
/// assert_eq!(config.user_page().to_string(), "pin.example.com");
/// # Ok::<(), hotdesk_phone::config::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct UserPage<'a> {
    pub(crate) given: Option<&'a str>,
    pub(crate) host: &'a str,
}

impl fmt::Display for UserPage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Part::UserPage(self).write(f)
    }
}

/// Reads an address: one word of printable ASCII.
pub(super) fn parse(value: &str) -> Option<String<USER_PAGE_CHARACTERS>> {
    let is_word = value.bytes().all(|byte| byte.is_ascii_graphic());
    String::try_from(value).ok().filter(|_| is_word)
}
