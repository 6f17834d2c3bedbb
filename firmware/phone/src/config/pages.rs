//! What a configuration says of pages: how people log in, and which services the menu has. It must never take a URL that the
//! phone does not follow.

use core::fmt::Write as _;

use heapless::String;
use hotdesk_core::emapp::{Phone, Url};

use super::What;

/// Bytes of the services together, with the comma and the end of each.
const SERVICE_MENU_BYTES: usize = 640;

/// Bytes of the URL of the login application.
const LOGIN_BYTES: usize = 256;

/// How people log in and what the menu of services has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pages {
    /// The URL of the login application: empty for that of the first service. None: the phone asks the service itself.
    pub(crate) login: Option<String<LOGIN_BYTES>>,
    /// A line for each service: URL, blank, name.
    services: String<SERVICE_MENU_BYTES>,
}

impl Pages {
    pub(super) fn set_login(&mut self, value: &str) -> Result<(), What> {
        self.login = match value {
            "service" => None,
            "emapp" => Some(String::new()),
            url if is_followed(url) => Some(String::try_from(url).map_err(|_| What::BadLogin)?),
            _ => return Err(What::BadLogin),
        };
        Ok(())
    }

    /// Adds `name, URL`.
    pub(super) fn add_service(&mut self, value: &str) -> Result<(), What> {
        let (name, url) = value.split_once(',').ok_or(What::BadServices)?;
        let (name, url) = (name.trim_ascii(), url.trim_ascii());
        if name.is_empty() || !is_followed(url) {
            return Err(What::BadServices);
        }
        let added = [url, " ", name, "\n"].into_iter().try_for_each(|part| self.services.write_str(part));
        added.map_err(|_| What::BadServices)
    }

    /// Name and URL of each service.
    pub(crate) fn services(&self) -> impl Iterator<Item = (&str, &str)> {
        self.services.lines().filter_map(|line| line.split_once(' ')).map(|(url, name)| (name, url))
    }
}

/// Whether a phone follows it, with the tokens in it and without a blank.
fn is_followed(url: &str) -> bool {
    let phone = Phone { device_name: "SEP000000000000", emcc: true };
    !url.contains(' ') && Url::new(&mut [0; 512], url, &phone).is_ok()
}
