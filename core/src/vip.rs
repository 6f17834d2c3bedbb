//! Answers of VIP User Services: the status of a SOAP answer, and of a reporting record in JSON (section 13 of
//! [`protocol`](crate::protocol)). It reads statuses and their explanations, nothing else, and decides nothing: a
//! success status says that the operation was done, not that a person was authenticated.

use core::fmt;

use serde::Deserialize;

use crate::error::Error;
use crate::limits;
use crate::text::Text;
use crate::wire::{Context, Reader, parse_vip};

/// A SOAP answer of VIP User Services.
///
/// A push poll has two levels: [`status`](Self::status) says that the poll was done; the status of its transaction says
/// what became of the push.
///
/// ```
/// use hotdesk_core::vip::Answer;
///
/// let xml = br#"<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>
///   <PollPushStatusResponse xmlns="https://schemas.symantec.com/vip/2011/04/vipuserservices">
///     <requestId>1234</requestId><status>0000</status><statusMessage>Success</statusMessage>
///     <transactionStatus><transactionId>77</transactionId><status>7001</status>
///       <statusMessage>Mobile push request in progress</statusMessage></transactionStatus>
///   </PollPushStatusResponse></S:Body></S:Envelope>"#;
/// let answer = Answer::parse(xml)?;
/// assert_eq!(answer.status.code, "0000");
/// assert_eq!(answer.transactions.iter().next().unwrap().code, "7001");
/// # Ok::<(), hotdesk_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Answer<'a> {
    /// `requestId`: the ID of the request.
    pub request_id: Option<Text<'a>>,
    /// The status of the operation.
    pub status: Status<'a>,
    /// `transactionStatus`: what became of each push that the request asked about.
    pub transactions: Transactions<'a>,
}

impl<'a> Answer<'a> {
    /// Reads an answer: a SOAP envelope, or its content alone. Prefixes of elements do not matter.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with the rule of [`protocol`](crate::protocol) that the document breaks, and where. A SOAP
    /// fault has no status, so it is refused, too.
    pub fn parse(xml: &'a [u8]) -> Result<Self, Error> {
        parse_vip::answer(xml)
    }
}

/// A status and its explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Status<'a> {
    /// `status`: four hexadecimal digits, in the case that the service wrote.
    pub code: Text<'a>,
    /// `statusMessage`: the service's wording, which varies.
    pub message: Option<Text<'a>>,
    /// `detail`: a number from a table of its own.
    pub detail: Option<Text<'a>>,
    /// `detailMessage`: the service's wording for it.
    pub detail_message: Option<Text<'a>>,
}

/// The statuses of the transactions in an [`Answer`], in any number. Each iteration reads them anew.
#[derive(Clone, Copy)]
pub struct Transactions<'a> {
    content: &'a str,
}

impl<'a> Transactions<'a> {
    pub(crate) const fn checked(content: &'a str) -> Self {
        Self { content }
    }

    /// Returns them in document order.
    pub fn iter(&self) -> Statuses<'a> {
        Statuses(Reader::fragment(self.content, Context::Ignored))
    }
}

impl<'a> IntoIterator for Transactions<'a> {
    type Item = Status<'a>;
    type IntoIter = Statuses<'a>;

    fn into_iter(self) -> Statuses<'a> {
        self.iter()
    }
}

impl<'a> IntoIterator for &Transactions<'a> {
    type Item = Status<'a>;
    type IntoIter = Statuses<'a>;

    fn into_iter(self) -> Statuses<'a> {
        self.iter()
    }
}

impl PartialEq for Transactions<'_> {
    fn eq(&self, other: &Transactions<'_>) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Transactions<'_> {}

impl fmt::Debug for Transactions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Transactions<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        self.iter().for_each(|status| defmt::write!(f, "{}", status));
    }
}

/// An iterator over the statuses of [`Transactions`].
#[derive(Clone)]
pub struct Statuses<'a>(Reader<'a>);

impl<'a> Iterator for Statuses<'a> {
    type Item = Status<'a>;

    fn next(&mut self) -> Option<Status<'a>> {
        parse_vip::next_transaction(&mut self.0)
    }
}

impl fmt::Debug for Statuses<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

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
        }
    }
}

impl core::error::Error for ReportError {}

/// Returns the code at `result.status` of a record of the VIP Real-time Transaction Reporting Service, as written: four
/// hexadecimal digits in either case. Other members are ignored.
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
    struct Record<'a> {
        #[serde(borrow)]
        result: Outcome<'a>,
    }
    #[derive(Deserialize)]
    struct Outcome<'a> {
        status: &'a str,
    }

    check_depth(json)?;
    let (record, _) = serde_json_core::from_slice::<Record<'_>>(json).map_err(|_| ReportError::NoStatus)?;
    let code = record.result.status;
    if code.len() != 4 || !code.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(ReportError::NotACode);
    }
    Ok(code)
}

/// Refuses a record that is nested too deep: the JSON reader recurses for each level, even in members that it skips.
fn check_depth(json: &[u8]) -> Result<(), ReportError> {
    let (mut depth, mut text, mut escaped) = (0_usize, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if text => escaped = true,
            b'"' => text = !text,
            _ if text => {}
            b'{' | b'[' => {
                depth = depth.saturating_add(1);
                if depth > limits::JSON_DEPTH {
                    return Err(ReportError::TooDeep);
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}
