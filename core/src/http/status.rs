//! HTTP statuses, and what each says of a change that was asked for (PROTOCOL.md rule 11.3). This is the only table
//! of that: the session, the phone and the Python client use it. It must never call a change not carried out on the
//! word of a status that does not say so.

use core::fmt;

/// The status of an HTTP answer, 100 to 999.
///
/// ```
/// use hotdesk_core::http::{OfChange, Status};
///
/// let status = Status::new(404).unwrap();
/// assert_eq!(status.of_change(), OfChange::NotCarriedOut);
/// assert_eq!(Status::OK.of_change(), OfChange::Answer);
/// assert_eq!(Status::new(7), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Status(u16);

/// What an HTTP status says of a change (a login, a logout, a logout of all) that was posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum OfChange {
    /// The body is the service's answer, and only that says what became of the change. A body that is no answer leaves
    /// it open: [`MayBeCarriedOut`](Self::MayBeCarriedOut).
    Answer,
    /// The request was turned away before the service worked on it. It can be sent again, to this service or another.
    NotCarriedOut,
    /// The status does not tell. A query must, before the change is sent again.
    MayBeCarriedOut,
}

impl Status {
    /// 200, the only status that carries an answer of the service.
    pub const OK: Self = Self(200);
    /// 400: the request is malformed.
    pub const BAD_REQUEST: Self = Self(400);
    /// 413: the body of the request is too long.
    pub const CONTENT_TOO_LARGE: Self = Self(413);
    /// 415: the body of the request is of another type, or coded.
    pub const UNSUPPORTED_MEDIA_TYPE: Self = Self(415);
    /// 431: the header of the request is too long.
    pub const REQUEST_HEADER_FIELDS_TOO_LARGE: Self = Self(431);
    /// 501: the request needs what is not implemented.
    pub const NOT_IMPLEMENTED: Self = Self(501);
    /// 503: the service is stopped or overloaded.
    pub const SERVICE_UNAVAILABLE: Self = Self(503);

    /// Returns the status with this number; nothing if it is not of three digits, 100 to 999.
    pub const fn new(number: u16) -> Option<Self> {
        if 100 <= number && number <= 999 { Some(Self(number)) } else { None }
    }

    /// Returns the number.
    pub const fn number(self) -> u16 {
        self.0
    }

    /// Returns false if an answer with this final status ends with its head: 204 and 304.
    pub(super) const fn has_body(self) -> bool {
        !matches!(self.0, 204 | 304)
    }

    /// Returns what the status says of a change. A query changes nothing, whatever its status.
    pub const fn of_change(self) -> OfChange {
        match self.0 {
            200 => OfChange::Answer,
            // The request itself is refused (400, 405, 411, 413, 414, 415, 431), its sender is (401, 403), there are too
            // many of them (429), or nothing there serves this path, or serves it now (404, 501, 503).
            400 | 401 | 403 | 404 | 405 | 411 | 413 | 414 | 415 | 421 | 429 | 431 | 501 | 503 => {
                OfChange::NotCarriedOut
            }
            // Redirects often follow a POST that worked (302, 303). 408 and 409 come after the service began to read or
            // to work, 500, 502 and 504 anywhere on the way. No other number promises that nothing was done.
            _ => OfChange::MayBeCarriedOut,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Status({})", self.0)
    }
}

impl From<Status> for u16 {
    fn from(status: Status) -> Self {
        status.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_11_3_every_number_says_one_thing_of_a_change() {
        let not_carried_out = [400, 401, 403, 404, 405, 411, 413, 414, 415, 421, 429, 431, 501, 503];
        for number in 0..=u16::MAX {
            let expected = match number {
                0..=99 | 1000.. => None,
                200 => Some(OfChange::Answer),
                _ if not_carried_out.contains(&number) => Some(OfChange::NotCarriedOut),
                _ => Some(OfChange::MayBeCarriedOut),
            };
            assert_eq!(Status::new(number).map(Status::of_change), expected, "{number}");
            assert_eq!(Status::new(number).map_or(number, u16::from), number);
        }
    }
}
