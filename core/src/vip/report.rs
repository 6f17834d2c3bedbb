//! Records of the VIP Real-time Transaction Reporting Service: one JSON object, an array of them, or one a line. Of each
//! the code at `result.status` is read and the rest is left alone. A record that cannot be read hides no other.

use core::fmt;

use serde::Deserialize;

use crate::limits;

/// Why a reporting record gives no status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ReportError {
    /// It is not a JSON object, or does not have exactly one text at `result.status`.
    NoStatus,
    /// The text at `result.status` is not four hexadecimal digits.
    NotACode,
    /// Objects and arrays are nested more than [`limits::JSON_DEPTH`] deep.
    TooDeep,
    /// The input ends inside the record, or its line does.
    CutShort,
    /// Something other than a record stands between records.
    NotARecord,
}

impl fmt::Display for ReportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoStatus => {
                f.write_str("the record has no result.status; send one JSON object that has it as text")
            }
            Self::NotACode => f.write_str("result.status is not a code; it must be four hexadecimal digits"),
            Self::TooDeep => {
                write!(f, "the record is nested more than {} deep; no record needs that", limits::JSON_DEPTH)
            }
            Self::CutShort => f.write_str("the record ends too early; send all of it"),
            Self::NotARecord => {
                f.write_str("not a record; send JSON objects, one a line, or one array of objects")
            }
        }
    }
}

impl core::error::Error for ReportError {}

/// A reporting record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Record<'a> {
    /// The code at `result.status`, as written: four hexadecimal digits in either case.
    pub code: &'a str,
    /// The record itself, a JSON object.
    pub json: &'a [u8],
    /// Its offset in the input.
    pub position: usize,
}

/// A record that gives no status, and where it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct RecordError {
    /// What is wrong.
    pub reason: ReportError,
    /// The offset in the input.
    pub position: usize,
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}

impl core::error::Error for RecordError {}

/// The records in a JSON text: one object, an array of objects, or objects one after another (NDJSON).
///
/// After a record that cannot be read the next one is that on the next line that starts with `{`; in an array, the one
/// after the next comma. An array that is not well-formed between its records is not read further.
///
/// ```
/// use hotdesk_core::vip::Records;
///
/// let lines = b"{\"result\": {\"status\": \"0000\"}}\n{\"result\": {\"status\": \"6009\"}}\n";
/// let codes: Vec<_> = Records::new(lines).map(|record| record.unwrap().code).collect();
/// assert_eq!(codes, ["0000", "6009"]);
/// ```
#[derive(Clone, Debug)]
pub struct Records<'a> {
    input: &'a [u8],
    at: usize,
    form: Form,
}

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Nothing was read.
    Unknown,
    /// An object, or the end.
    Lines,
    /// The first record of an array, or its end.
    First,
    /// A record of an array.
    Element,
    /// A comma, or the end of the array.
    Comma,
    /// All was read.
    Ended,
}

impl<'a> Records<'a> {
    /// Starts at the first record. A byte order mark before it is skipped.
    pub fn new(input: &'a [u8]) -> Self {
        let at = if input.starts_with(&[0xEF, 0xBB, 0xBF]) { 3 } else { 0 };
        Self { input, at, form: Form::Unknown }
    }

    fn rest(&self) -> &'a [u8] {
        self.input.get(self.at..).unwrap_or_default()
    }

    /// Skips blanks and returns the byte after them.
    fn peek(&mut self) -> Option<u8> {
        let rest = self.rest();
        let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count();
        self.go(blanks);
        self.input.get(self.at).copied()
    }

    const fn go(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    /// Reads the value at the current offset.
    fn record(&mut self) -> Result<Record<'a>, RecordError> {
        let (position, rest) = (self.at, self.rest());
        let length = value_length(rest).map_err(|reason| self.refuse(reason))?;
        self.go(length);
        let json = rest.get(..length).unwrap_or_default();
        match report_status(json) {
            Ok(code) => Ok(Record { code, json, position }),
            Err(reason) => Err(RecordError { reason, position }),
        }
    }

    /// Refuses what is at the current offset, and goes on at the next line that starts with an object. In an array,
    /// what follows cannot be told apart, so nothing else is read.
    fn refuse(&mut self, reason: ReportError) -> RecordError {
        let position = self.at;
        let next = self.rest().windows(2).position(|two| two == b"\n{");
        match next.filter(|_| self.form == Form::Lines) {
            Some(line) => self.go(line.saturating_add(1)),
            None => self.form = Form::Ended,
        }
        RecordError { reason, position }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, RecordError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let next = self.peek();
            match (self.form, next) {
                (Form::Ended, _) | (Form::Unknown | Form::Lines, None) => return None,
                (Form::Unknown, Some(b'[')) => {
                    self.go(1);
                    self.form = Form::First;
                }
                (Form::Unknown, Some(_)) => self.form = Form::Lines,
                (Form::Lines, Some(b'{')) => return Some(self.record()),
                (Form::First | Form::Element | Form::Comma, None) => {
                    return Some(Err(self.refuse(ReportError::CutShort)));
                }
                (Form::First | Form::Comma, Some(b']')) => {
                    self.go(1);
                    self.form = Form::Ended;
                    // What follows the array is told, not read.
                    return self.peek().map(|_| Err(self.refuse(ReportError::NotARecord)));
                }
                (Form::Comma, Some(b',')) => {
                    self.go(1);
                    self.form = Form::Element;
                }
                (Form::Lines | Form::Comma, Some(_))
                | (Form::First | Form::Element, Some(b',' | b':' | b']' | b'}')) => {
                    return Some(Err(self.refuse(ReportError::NotARecord)));
                }
                (Form::First | Form::Element, Some(_)) => {
                    self.form = Form::Comma;
                    return Some(self.record());
                }
            }
        }
    }
}

/// Returns the code at `result.status` of a record, as written: four hexadecimal digits in either case. Other members
/// are ignored.
///
/// # Errors
///
/// [`ReportError`]. `json` must be one object; blanks around it are allowed.
///
/// ```
/// use hotdesk_core::vip::report_status;
///
/// let record = br#"{"user": {"id": "john"}, "result": {"message": "Authentication failed.", "status": "6009"}}"#;
/// assert_eq!(report_status(record), Ok("6009"));
/// ```
pub fn report_status(json: &[u8]) -> Result<&str, ReportError> {
    #[derive(Deserialize)]
    struct Report<'a> {
        #[serde(borrow)]
        result: Outcome<'a>,
    }
    #[derive(Deserialize)]
    struct Outcome<'a> {
        status: &'a str,
    }

    // The JSON reader recurses for each level, even in members that it skips.
    let mut nesting = Nesting::default();
    json.iter().try_for_each(|byte| nesting.step(*byte))?;
    let (report, _) = serde_json_core::from_slice::<Report<'_>>(json).map_err(|_| ReportError::NoStatus)?;
    let code = report.result.status;
    if code.len() != 4 || !code.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(ReportError::NotACode);
    }
    Ok(code)
}

/// Returns the length of the value that the input starts with. Whether it is well-formed inside is not looked at.
fn value_length(input: &[u8]) -> Result<usize, ReportError> {
    let mut nesting = Nesting::default();
    let mut length = 0_usize;
    let nested = matches!(input.first(), Some(b'{' | b'['));
    for byte in input {
        if !nested && !nesting.text && matches!(byte, b',' | b']' | b'}') {
            return Ok(length);
        }
        nesting.step(*byte)?;
        if nesting.text && *byte == b'\n' {
            // No text of JSON goes over a line.
            return Err(ReportError::CutShort);
        }
        length = length.saturating_add(1);
        if nested && nesting.depth == 0 {
            return Ok(length);
        }
    }
    Err(ReportError::CutShort)
}

/// How deep in objects and arrays a place in a JSON text is, and whether it is in a text.
#[derive(Default)]
struct Nesting {
    depth: usize,
    text: bool,
    escaped: bool,
}

impl Nesting {
    fn step(&mut self, byte: u8) -> Result<(), ReportError> {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' if self.text => self.escaped = true,
            b'"' => self.text = !self.text,
            _ if self.text => {}
            b'{' | b'[' => {
                self.depth = self.depth.saturating_add(1);
                if self.depth > limits::JSON_DEPTH {
                    return Err(ReportError::TooDeep);
                }
            }
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        Ok(())
    }
}
