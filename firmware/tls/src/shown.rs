//! What a refused certificate says of itself, for whoever is told why. Nobody vouches for it: it must never decide
//! anything.

use crate::{Error, UnixTime};

const DAY: u64 = 86_400;
/// The days from the start of March of the year 0 to the start of 1970.
const DAYS_BEFORE_1970: u64 = 719_468;
const DAYS_IN_400_YEARS: u64 = 146_097;
/// Characters of a name that are kept.
const NAME_ROOM: usize = 64;
/// Ends a name that is longer.
const GOES_ON: &[u8] = b"...";

/// A day, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// The year.
    pub year: u16,
    /// The month, from 1.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
}

impl Date {
    /// Returns the day of a time, `None` where the year has more than 16 bits. Years begin in March here, so that a leap
    /// day is the last of its year (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    ///
    /// ```
    /// let day = hotdesk_tls::Date::of(1_795_788_010);
    /// assert_eq!(day, Some(hotdesk_tls::Date { year: 2026, month: 11, day: 27 }));
    /// ```
    #[must_use]
    pub fn of(time: UnixTime) -> Option<Self> {
        let days = (time / DAY).checked_add(DAYS_BEFORE_1970)?;
        let (era, day) = (days / DAYS_IN_400_YEARS, days % DAYS_IN_400_YEARS);
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let day_of_year = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day_of_year + 2) / 153;
        let (month_of_year, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
        Some(Self {
            year: u16::try_from(era.checked_mul(400)? + year + next).ok()?,
            month: u8::try_from(month_of_year).ok()?,
            day: u8::try_from(day_of_year - (153 * month + 2) / 5 + 1).ok()?,
        })
    }
}

/// A name as a certificate has it: printable ASCII, with `?` for what is none; a longer one ends with three dots.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ShownName {
    characters: [u8; NAME_ROOM],
    length: usize,
}

impl ShownName {
    /// Takes the bytes of a name.
    #[must_use]
    pub fn new(name: &[u8]) -> Self {
        let mut characters = [0; NAME_ROOM];
        for (to, &byte) in characters.iter_mut().zip(name) {
            *to = if byte == b' ' || byte.is_ascii_graphic() { byte } else { b'?' };
        }
        if name.len() > NAME_ROOM {
            let end = characters.iter_mut().skip(NAME_ROOM - GOES_ON.len());
            end.zip(GOES_ON).for_each(|(to, &byte)| *to = byte);
        }
        Self { characters, length: name.len().min(NAME_ROOM) }
    }

    /// Returns it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let characters = self.characters.get(..self.length).unwrap_or_default();
        core::str::from_utf8(characters).unwrap_or_default()
    }
}

impl core::fmt::Debug for ShownName {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.as_str().fmt(f)
    }
}

/// What a certificate that was refused says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The first name that it is for, if it has one: of its alternative names, else the common name.
    pub name: Option<ShownName>,
    /// The first day on which it is valid.
    pub begins: Date,
    /// The last day on which it is valid.
    pub ends: Date,
}

/// Why there is no session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The cause.
    pub error: Error,
    /// What the certificate says of itself, where that is the cause and it came in clear: TLS 1.3 encrypts it.
    pub shown: Option<Shown>,
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self { error, shown: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_its_day() {
        for (time, (year, month, day)) in [
            (0, (1970, 1, 1)),
            (951_782_399, (2000, 2, 28)),
            (951_782_400, (2000, 2, 29)),
            (951_868_800, (2000, 3, 1)),
            (4_107_542_400, (2100, 3, 1)),
        ] {
            assert_eq!(Date::of(time), Some(Date { year, month, day }), "{time}");
        }
        assert_eq!(Date::of(UnixTime::MAX), None);
    }

    #[test]
    fn a_name_is_printable_and_bounded() {
        assert_eq!(ShownName::new(b"node.example").as_str(), "node.example");
        assert_eq!(ShownName::new(b"a\n\x1b\xc3\xa4b").as_str(), "a????b");
        assert_eq!(ShownName::new(b"").as_str(), "");
        let (just, longer) = ([b'x'; NAME_ROOM], [b'x'; NAME_ROOM + 1]);
        assert!(ShownName::new(&just).as_str().bytes().all(|byte| byte == b'x'));
        let cut = ShownName::new(&longer);
        assert!(cut.as_str().ends_with("x...") && cut.as_str().len() == NAME_ROOM);
    }
}
