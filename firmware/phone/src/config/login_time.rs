//! For how long people may log in: the choices of a phone.

use heapless::Vec;

/// Choices that a configuration may name.
pub const LOGIN_TIMES: usize = 8;

/// A week, the longest time that a service can be set to log out after.
const MAX_MINUTES: u16 = 7 * 24 * 60;

/// For how long somebody is logged in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoginTime {
    /// As long as the service is set to.
    #[default]
    SystemDefault,
    /// Until somebody logs out.
    Indefinite,
    /// For so many minutes.
    Minutes(u16),
}

impl LoginTime {
    /// Reads one choice: `default`, `indefinite`, or a number of hours or minutes: `8 h`, `30 min`.
    fn parse(text: &str) -> Option<Self> {
        if text.eq_ignore_ascii_case("default") {
            return Some(Self::SystemDefault);
        }
        if text.eq_ignore_ascii_case("indefinite") {
            return Some(Self::Indefinite);
        }
        let unit = text.find(|character: char| !character.is_ascii_digit())?;
        let (number, unit) = text.split_at_checked(unit)?;
        let number: u16 = number.parse().ok()?;
        let minutes = match unit.trim_ascii() {
            "h" => number.checked_mul(60)?,
            "min" => number,
            _ => return None,
        };
        (1..=MAX_MINUTES).contains(&minutes).then_some(Self::Minutes(minutes))
    }

    /// Reads choices with commas between.
    pub(super) fn parse_list(text: &str) -> Option<Vec<Self, LOGIN_TIMES>> {
        let mut times = Vec::new();
        for choice in text.split(',') {
            let time = Self::parse(choice.trim_ascii()).filter(|time| !times.contains(time))?;
            times.push(time).ok()?;
        }
        Some(times)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_read_in_their_order() {
        let times = LoginTime::parse_list("indefinite, 1 h,4h , 90 min,Default").unwrap();
        let expected = [
            LoginTime::Indefinite,
            LoginTime::Minutes(60),
            LoginTime::Minutes(240),
            LoginTime::Minutes(90),
            LoginTime::SystemDefault,
        ];
        assert_eq!(times.as_slice(), expected);
    }

    #[test]
    fn what_is_no_list_of_choices_is_refused() {
        let nine = "1 h,2 h,3 h,4 h,5 h,6 h,7 h,8 h,9 h";
        for text in ["1 h,", "1", "h", "0 h", "169 h", "1.5 h", "-1 h", "8 H", "1 h,60 min", "for ever", nine]
        {
            assert_eq!(LoginTime::parse_list(text), None, "{text}");
        }
    }
}
