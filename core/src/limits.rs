//! Every bound of this crate in one place, with its unit. Nothing is ever cut to fit one: what is over a bound is
//! refused with an error that names the field and the bound.

/// Characters in a user, device, profile or application ID.
pub const NAME_CHARS: usize = 128;

/// Bytes such a name can take in UTF-8.
pub const NAME_BYTES: usize = 4 * NAME_CHARS;

/// Bytes of an application certificate, a password or a PIN.
pub const CERTIFICATE_BYTES: usize = 256;

/// Nested elements of a document; the root is depth 1.
pub const DEPTH: usize = 8;

/// Attributes of one element.
pub const ATTRIBUTES: usize = 16;

/// Nested objects and lists of a JSON record.
pub const JSON_DEPTH: usize = 16;

/// Bytes of an HTTP answer's status line and header fields together.
pub const HTTP_HEAD_BYTES: usize = 2048;

/// Header fields of an HTTP answer.
pub const HTTP_FIELDS: usize = 32;

/// Bytes of one line between the chunks of a chunked HTTP body (sizes with their extensions, trailer fields).
pub const HTTP_LINE_BYTES: usize = 512;
