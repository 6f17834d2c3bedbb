//! The layout of a line: what log4j, the call manager and a phone's console write, and what copies make of it.
//!
//! Blanks may be collapsed, fields may be missing, and notes of people stand in between. It reads no sentence.

use super::time::{self, Millis};

/// A line by its layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape<'a> {
    /// Nothing but blanks.
    Blank,
    /// What a person wrote into a copy: `### …`.
    Comment,
    /// `stamp LEVEL [thread] Category - message`.
    Trace(Trace<'a>),
    /// `02760551.004 |19:11:08.219 |AppInfo  |…`: a trace of the call manager. It tells no date.
    Sdl(Millis),
    /// `4747 NOT Mar 09 18:32:35.275751 …`: the console of a phone, whose clock is not the server's.
    Console,
    /// A line without a layout: it belongs to the line above, or nothing is known of it.
    Text,
}

/// The fields of a line of log4j.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Trace<'a> {
    /// Absent where a copy lost it.
    pub(super) time: Option<Millis>,
    /// True for `WARN` and worse.
    pub(super) is_warning: bool,
    /// Empty where a copy lost it.
    pub(super) thread: &'a [u8],
    /// The last part of a dotted name; empty where a copy lost it.
    pub(super) category: &'a [u8],
    pub(super) message: &'a [u8],
}

/// Reads the layout of a line, without its line end.
pub(super) fn read(line: &[u8]) -> Shape<'_> {
    let line = without_comment(line).trim_ascii();
    match line.first() {
        None => return Shape::Blank,
        Some(b'#') => return Shape::Comment,
        // A body is far the commonest of what has no layout.
        Some(b'<') => return Shape::Text,
        _ => {}
    }
    if let Some((time, rest)) = time::dated(line) {
        return trace(Some(time), rest.trim_ascii_start()).map_or(Shape::Text, Shape::Trace);
    }
    if let Some(trace) = trace(None, line).filter(|trace| !trace.category.is_empty()) {
        return Shape::Trace(trace);
    }
    sdl(line).or_else(|| console(line)).unwrap_or(Shape::Text)
}

/// Cuts a person's note off, and the name of the next log that copies write before it: `… emservice ##### 13:32 …`.
fn without_comment(line: &[u8]) -> &[u8] {
    let is_note = |at: &usize| line.get(*at..).is_some_and(|rest| rest.starts_with(b"#####"));
    let Some(start) = memchr::memchr_iter(b'#', line).find(is_note) else { return line };
    let before = line.get(..start).unwrap_or_default().trim_ascii_end();
    let word = before.iter().rev().take_while(|byte| !byte.is_ascii_whitespace()).count();
    let (kept, word) = before.split_at_checked(before.len() - word).unwrap_or_default();
    match word {
        b"emapp" | b"emservice" if kept.is_empty() => b"#",
        b"emapp" | b"emservice" => kept,
        _ if before.is_empty() => b"#",
        _ => before,
    }
}

/// Reads `LEVEL [thread] Category - message`. Level, thread or category may be missing, but not all that tells a trace.
fn trace(time: Option<Millis>, text: &[u8]) -> Option<Trace<'_>> {
    let (level, rest) = level(text);
    let (thread, rest) = match rest.split_first() {
        Some((b'[', rest)) => {
            let end = memchr::memchr(b']', rest.get(..128).unwrap_or(rest))?;
            (Some(rest.get(..end)?.trim_ascii()), rest.get(end + 1..)?.trim_ascii_start())
        }
        _ => (None, rest),
    };
    // Without a stamp only a thread tells a trace from any text with a dash.
    if thread.is_none() && (time.is_none() || level.is_none()) {
        return None;
    }
    let word = rest.iter().take(100).position(|byte| *byte == b' ' || *byte == b'\t')?;
    let (name, behind) = rest.split_at_checked(word)?;
    let (category, message) = if name == b"-" {
        (&b""[..], behind)
    } else {
        (last_part(name)?, behind.trim_ascii_start().strip_prefix(b"-")?)
    };
    Some(Trace {
        time,
        is_warning: level == Some(true),
        thread: thread.unwrap_or_default(),
        category,
        message,
    })
}

/// Reads a level; true for `WARN` and worse.
fn level(text: &[u8]) -> (Option<bool>, &[u8]) {
    let is = |word: &[u8]| text.strip_prefix(word).filter(|rest| matches!(rest.first(), Some(b' ' | b'\t')));
    for (word, is_warning) in [
        (&b"INFO"[..], false),
        (b"DEBUG", false),
        (b"ERROR", true),
        (b"WARN", true),
        (b"FATAL", true),
        (b"TRACE", false),
    ] {
        if let Some(rest) = is(word) {
            return (Some(is_warning), rest.trim_ascii_start());
        }
    }
    (None, text)
}

/// Returns the last part of a category such as `authentication.AuthenticationImpl`.
fn last_part(name: &[u8]) -> Option<&[u8]> {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'$');
    if !name.first()?.is_ascii_alphabetic() || !name.iter().all(is_name) {
        return None;
    }
    name.rsplit(|byte| *byte == b'.').next().filter(|part| part.first().is_some_and(u8::is_ascii_alphabetic))
}

fn sdl(line: &[u8]) -> Option<Shape<'_>> {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let whole = digits(line);
    let rest = line.get(whole..)?.strip_prefix(b".")?;
    let fraction = digits(rest);
    if whole == 0 || fraction == 0 {
        return None;
    }
    let rest = rest.get(fraction..)?.trim_ascii_start().strip_prefix(b"|")?;
    let (time, rest) = time::time_of_day(rest.trim_ascii_start())?;
    rest.trim_ascii_start().starts_with(b"|").then_some(Shape::Sdl(time))
}

fn console(line: &[u8]) -> Option<Shape<'_>> {
    let mut words = line.splitn(6, u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    time::number(words.next()?)?;
    let (level, month) = (words.next()?, words.next()?);
    let is_level = level.len() == 3 && level.iter().all(u8::is_ascii_uppercase);
    let is_month = month.len() == 3 && month.first()?.is_ascii_uppercase();
    time::number(words.next()?)?;
    (is_level && is_month && time::time_of_day(words.next()?).is_some()).then_some(Shape::Console)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(line: &str) -> (bool, bool, &str, &str, &str) {
        let Shape::Trace(trace) = read(line.as_bytes()) else {
            panic!("{line}: {:?}", read(line.as_bytes()))
        };
        let text = |bytes| std::str::from_utf8(bytes).unwrap();
        let (thread, category, message) = (text(trace.thread), text(trace.category), text(trace.message));
        (trace.time.is_some(), trace.is_warning, thread, category, message.trim())
    }

    #[test]
    fn a_trace_line_reads_as_written_and_with_its_blanks_collapsed() {
        let written = "2018-04-14 19:09:45,566 INFO  [http-bio-8080-exec-10] EMAppServlet              - EMApp Request# ----->5";
        let collapsed =
            "2018-04-14 19:09:45,566 INFO [http-bio-8080-exec-10] EMAppServlet - EMApp Request# ----->5";
        let expected = (true, false, "http-bio-8080-exec-10", "EMAppServlet", "EMApp Request# ----->5");
        assert_eq!(fields(written), expected);
        assert_eq!(fields(collapsed), expected);
        assert_eq!(read(written.as_bytes()), read(format!("  {written} \r").as_bytes()));
    }

    #[test]
    fn fields_may_be_missing() {
        let line = "[http-8080-9         ] EMX509TrustManager       - checkServerTrusted: x";
        assert_eq!(
            fields(line),
            (false, false, "http-8080-9", "EMX509TrustManager", "checkServerTrusted: x")
        );
        assert_eq!(fields("2018-04-14 19:09:45,566 [t] A.B - m"), (true, false, "t", "B", "m"));
        assert_eq!(fields("2018-04-14 19:09:45,566 WARN B - m"), (true, true, "", "B", "m"));
        assert_eq!(fields("2018-04-14 19:09:45,566 INFO [t] - m"), (true, false, "t", "", "m"));
    }

    #[test]
    fn notes_of_people_are_no_part_of_a_line() {
        let line = "2019-03-09 13:32:15,948 INFO  [t] EMAppServlet - Emcc = true emservice ##### 13:32:16,109 The device";
        assert_eq!(fields(line).4, "Emcc = true");
        for note in ["### Login request", " ##### 13:32:27,814 another", "emapp ##### 13:32:15,947 EMApp on"]
        {
            assert_eq!(read(note.as_bytes()), Shape::Comment, "{note}");
        }
        let token = "2019-03-09 13:32:15,948 INFO  [t] EMAppServlet - Device Name=#DEVICENAME# User Id=null";
        assert_eq!(fields(token).4, "Device Name=#DEVICENAME# User Id=null");
    }

    #[test]
    fn other_layouts_are_known_and_other_texts_are_not() {
        assert_eq!(read(b"02760551.004 |19:11:08.219 |AppInfo  |SIPTcp"), Shape::Sdl(69_068_219));
        let console =
            "4747 NOT Mar 09 18:32:35.275751 (618:910) JAVA-configmgr MQThread|cip.cfg.Config:  - x";
        assert_eq!(read(console.as_bytes()), Shape::Console);
        for text in
            ["<query>", "https://localhost:8443/", "we saw - nothing", "12 monkeys", "2018-04-14 19:09:45 x"]
        {
            assert_eq!(read(text.as_bytes()), Shape::Text, "{text}");
        }
        assert_eq!(read(b"  \t"), Shape::Blank);
    }
}
