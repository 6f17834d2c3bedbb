//! Times of traces: milliseconds of a calendar without time zones, as the lines have them. It knows no clock.

/// Milliseconds since 1970-01-01 00:00 on the clock of the machine that wrote the line.
pub(super) type Millis = i64;

pub(super) const SECOND: Millis = 1000;
/// Before every line.
pub(super) const NEVER: Millis = Millis::MIN / 4;
pub(super) const DAY: Millis = 86_400 * SECOND;

/// Reads `2018-04-14 19:09:45,566` at the start of a line; the milliseconds may be missing. Returns what follows, too.
pub(super) fn dated(line: &[u8]) -> Option<(Millis, &[u8])> {
    let (date, rest) = line.split_at_checked(10)?;
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = date else { return None };
    let year = number(&[y1, y2, y3, y4])?;
    let (month, day) = (number(&[m1, m2])?, number(&[d1, d2])?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let rest = match rest {
        [b'T', rest @ ..] => rest,
        [b' ' | b'\t', ..] => rest.trim_ascii_start(),
        _ => return None,
    };
    let (time, rest) = time_of_day(rest)?;
    Some((days(year, month, day) * DAY + time, rest))
}

/// Reads `19:11:08.219` at the start of a text; the milliseconds may be missing. Returns what follows, too.
pub(super) fn time_of_day(text: &[u8]) -> Option<(Millis, &[u8])> {
    let (time, rest) = text.split_at_checked(8)?;
    let &[h1, h2, b':', m1, m2, b':', s1, s2] = time else { return None };
    let (hour, minute, second) = (number(&[h1, h2])?, number(&[m1, m2])?, number(&[s1, s2])?);
    // A leap second is the last one of its minute.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let whole = ((hour * 60 + minute) * 60 + second.min(59)) * SECOND;
    let Some((b',' | b'.', fraction)) = rest.split_first() else { return Some((whole, rest)) };
    let length = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if length == 0 {
        return Some((whole, rest));
    }
    let millis = fraction.iter().take(3.min(length)).fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    let scale = [1, 100, 10, 1].get(length).copied().unwrap_or(1);
    Some((whole + millis * scale, fraction.get(length..).unwrap_or_default()))
}

/// Reads digits and nothing else, at most 18 of them.
pub(super) fn number(text: &[u8]) -> Option<i64> {
    if text.is_empty() || text.len() > 18 || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(text.iter().fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')))
}

/// Writes `2018-04-14T19:09:45.566`, or the time alone where the trace told no date.
pub(super) fn written(time: Millis) -> String {
    let (day, of_day) = (time.div_euclid(DAY), time.rem_euclid(DAY));
    let (seconds, millis) = (of_day / SECOND, of_day % SECOND);
    let clock = format!("{:02}:{:02}:{:02}.{millis:03}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if day == 0 {
        return clock;
    }
    let (year, month, day) = date(day);
    format!("{year:04}-{month:02}-{day:02}T{clock}")
}

/// Reads what [`written`] writes, and a date alone or with a blank before the time.
pub(super) fn read(text: &str) -> Option<Millis> {
    let text = text.trim();
    if text.len() == 10 {
        return dated(format!("{text} 00:00:00").as_bytes()).map(|(time, _)| time);
    }
    let with_seconds = if text.len() == 16 { format!("{text}:00") } else { text.to_owned() };
    dated(with_seconds.as_bytes()).filter(|(_, rest)| rest.is_empty()).map(|(time, _)| time)
}

/// Returns the days from 1970-01-01 to a date of the Gregorian calendar; a year begins with March in between.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Returns year, month and day of a number of days since 1970-01-01.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days - era * 146_097;
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year + era * 400 + i64::from(month <= 2), month, of_year - (153 * from_march + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_reads_as_it_is_written() {
        for text in ["2018-04-14T19:09:45.566", "2000-02-29T00:00:00.000", "1999-12-31T23:59:59.999"] {
            assert_eq!(read(text).map(written).as_deref(), Some(text));
        }
        assert_eq!(dated(b"1970-01-02 00:00:01,5 x"), Some((DAY + 1500, &b" x"[..])));
        assert_eq!(dated(b"1970-01-02 00:00:01,123456"), Some((DAY + 1123, &b""[..])));
        assert_eq!(read("2018-04-14"), read("2018-04-14 00:00"));
    }

    #[test]
    fn what_is_no_stamp_is_none() {
        for text in ["2018-13-14 19:09:45", "2018-04-14x19:09:45", "2018-04-14 24:00:00", "2018-04-14", ""] {
            assert_eq!(dated(text.as_bytes()), None, "{text}");
        }
        assert_eq!(read("yesterday"), None);
    }

    #[test]
    fn a_time_without_its_date_is_written_alone() {
        assert_eq!(written(69_068_219), "19:11:08.219");
    }
}
