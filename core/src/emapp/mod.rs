//! The login application that phones of a cluster log in through: its URLs, its query strings and the header fields around
//! them (section 16 of [`protocol`](crate::protocol)). It opens no connection and shows nothing.
//!
//! The protocol forces a PIN into a query string. [`Url`] is the one type that holds such a string: it prints without it and
//! wipes it.

mod header;
#[cfg(feature = "pages")]
mod page;
mod query;
mod service;
mod url;

pub use header::{Body, Charset, ContentType, Preference, Preferences, Refresh};
#[cfg(feature = "pages")]
pub use page::{Head, PagePart};
pub use query::{Parameters, Query};
pub use service::ServiceUrl;
pub use url::{Phone, Scheme, Url, UrlError};

/// The path of the login application.
pub const APP_PATH: &str = "/emapp/EMAppServlet";

/// The path of the application that changes a PIN.
pub const CHANGE_CREDENTIAL_PATH: &str = "/changecredential/ChangeCredentialServlet";

/// What a phone puts the name of its device for.
pub const DEVICE_NAME_TOKEN: &str = "#DEVICENAME#";

/// What a phone puts `true` for, if it can log in across clusters.
pub const EMCC_TOKEN: &str = "#EMCC#";

/// How many redirects are followed for one page.
pub const REDIRECTS: u8 = 2;
