//! Every bound of this crate in one place, with its unit. Nothing is ever cut to fit one: what is over a bound is
//! refused with an error that names the field and the bound.
//!
//! The bounds that take memory can be changed when the crate is built, by environment variables that hold a decimal
//! number. Set them for a whole project in its `.cargo/config.toml`; cargo rebuilds the crate when one changes:
//!
//! ```toml
//! [env]
//! HOTDESK_NAME_CHARS = "32"
//! HOTDESK_CERTIFICATE_BYTES = "64"
//! ```
//!
//! | variable | bound | usual | from | to |
//! |---|---|---:|---:|---:|
//! | `HOTDESK_NAME_CHARS` | [`NAME_CHARS`] | 128 | 16 | 1024 |
//! | `HOTDESK_CERTIFICATE_BYTES` | [`CERTIFICATE_BYTES`] | 256 | 16 | 4096 |
//! | `HOTDESK_HTTP_FIELDS` | [`HTTP_FIELDS`] | 32 | 8 | 256 |
//!
//! Any other value is an error of the build. A smaller bound refuses messages that the service may send: with 32
//! characters a user ID is stored in 136 bytes, and one of 33 characters is refused, as is an IPv6 address of 39 in
//! `remoteIPAddr`.

/// Characters in a user, device, profile or application ID.
pub const NAME_CHARS: usize = bound(option_env!("HOTDESK_NAME_CHARS"), 128, 16, 1024);

/// Bytes such a name can take in UTF-8.
pub const NAME_BYTES: usize = 4 * NAME_CHARS;

/// Bytes of an application certificate, a password or a PIN.
pub const CERTIFICATE_BYTES: usize = bound(option_env!("HOTDESK_CERTIFICATE_BYTES"), 256, 16, 4096);

/// Characters in a title, prompt or name of an IP phone object.
#[cfg(feature = "phonexml")]
pub const LABEL_CHARS: usize = 32;

/// Characters in the name of a menu's item, and in the `appId` of an IP phone object.
#[cfg(feature = "phonexml")]
pub const MENU_NAME_CHARS: usize = 64;

/// Characters in a URL of an IP phone object or of the file of a phone.
#[cfg(any(feature = "phonexml", feature = "provisioning"))]
pub const URL_CHARS: usize = 256;

/// Characters in the text of a `CiscoIPPhoneText`.
#[cfg(feature = "phonexml")]
pub const OBJECT_TEXT_CHARS: usize = 4000;

/// Nested elements of a document; the root is depth 1.
pub const DEPTH: usize = 8;

/// Nested elements of the file of a phone; the root is depth 1.
#[cfg(feature = "provisioning")]
pub const PHONE_FILE_DEPTH: usize = 12;

/// Elements that a reader has room for.
#[cfg(not(feature = "provisioning"))]
pub(crate) const OPEN: usize = DEPTH;
/// The same, with one more than the deepest document may have.
#[cfg(feature = "provisioning")]
pub(crate) const OPEN: usize = PHONE_FILE_DEPTH + 1;

/// Attributes of one element.
pub const ATTRIBUTES: usize = 16;

/// Nested objects and lists of a JSON record.
pub const JSON_DEPTH: usize = 16;

/// Bytes of an HTTP answer's status line and header fields together.
pub const HTTP_HEAD_BYTES: usize = 2048;

/// Header fields of an HTTP answer.
pub const HTTP_FIELDS: usize = bound(option_env!("HOTDESK_HTTP_FIELDS"), 32, 8, 256);

/// Bytes of one line between the chunks of a chunked HTTP body (sizes with their extensions, trailer fields).
pub const HTTP_LINE_BYTES: usize = 512;

/// Returns the number in `set`, or `usual` if the variable is not set. It runs when the crate is compiled only, where a
/// panic is an error of the build.
#[allow(clippy::panic, reason = "it stops the build, not the program")]
const fn bound(set: Option<&str>, usual: usize, from: usize, to: usize) -> usize {
    let Some(set) = set else { return usual };
    match usize::from_str_radix(set, 10) {
        Ok(number) if from <= number && number <= to => number,
        _ => panic!(
            "a HOTDESK_… variable is not a number in its range; `hotdesk_core::limits` lists the ranges"
        ),
    }
}
