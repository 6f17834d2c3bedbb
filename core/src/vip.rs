//! Answers of VIP services: statuses of a SOAP answer, what was pushed where, and reporting records in JSON (section 13
//! of [`protocol`](crate::protocol)). It must never decide: a success status says that the operation was done, not that
//! a person was authenticated, and the same number means another thing in the answer to another call.

use core::fmt;

use crate::error::Error;
use crate::text::Text;
use crate::wire::{Context, Reader, parse_vip};

mod report;

pub use report::{Record, RecordError, Records, ReportError, report_status};

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
    /// The name of the answer's element without its prefix, such as `PollPushStatusResponse`: which call it answers.
    pub operation: &'a str,
    /// `requestId`, or the attribute `RequestId`: the ID of the request.
    pub request_id: Option<Text<'a>>,
    /// The status of the operation.
    pub status: Status<'a>,
    /// `numbersChallengeValue`: the number that the user must be shown, to choose it on the mobile.
    pub numbers_challenge_value: Option<Text<'a>>,
    /// `pushDetail`: where the push was sent.
    pub pushes: Pushes<'a>,
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

/// A status, its explanation, and what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Status<'a> {
    /// `status` or `ReasonCode`: four hexadecimal digits, in the case that the service wrote.
    pub code: Text<'a>,
    /// `statusMessage`: the service's wording, which varies.
    pub message: Option<Text<'a>>,
    /// `detail`: a number from a table of its own.
    pub detail: Option<Text<'a>>,
    /// `detailMessage` or `ErrorDetail`: the service's wording for it.
    pub detail_message: Option<Text<'a>>,
    /// `transactionId`: the push that was sent, or the one that the status is about.
    pub transaction_id: Option<Text<'a>>,
    /// `credentialId`: the credential that was used.
    pub credential_id: Option<Text<'a>>,
    /// `credentialType`, such as `STANDARD_OTP`.
    pub credential_type: Option<Text<'a>>,
}

/// One credential that a push was meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Push<'a> {
    /// `pushCredentialId`: the credential.
    pub credential_id: Option<Text<'a>>,
    /// `pushSent`: whether the service sent the push itself. Where it did not, nobody has been asked.
    pub sent: Option<bool>,
}

/// Defines a list of rows in an answer that has been checked, and its iterator.
macro_rules! rows {
    ($(#[$doc:meta])* $list:ident, $(#[$iterator_doc:meta])* $iterator:ident, $row:ident, $next:path;) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub struct $list<'a> {
            content: &'a str,
        }

        impl<'a> $list<'a> {
            pub(crate) const fn checked(content: &'a str) -> Self {
                Self { content }
            }

            /// Returns them in document order.
            pub fn iter(&self) -> $iterator<'a> {
                $iterator(Reader::fragment(self.content, Context::Ignored))
            }
        }

        impl<'a> IntoIterator for $list<'a> {
            type Item = $row<'a>;
            type IntoIter = $iterator<'a>;

            fn into_iter(self) -> $iterator<'a> {
                self.iter()
            }
        }

        impl<'a> IntoIterator for &$list<'a> {
            type Item = $row<'a>;
            type IntoIter = $iterator<'a>;

            fn into_iter(self) -> $iterator<'a> {
                self.iter()
            }
        }

        impl PartialEq for $list<'_> {
            fn eq(&self, other: &$list<'_>) -> bool {
                self.iter().eq(other.iter())
            }
        }

        impl Eq for $list<'_> {}

        impl fmt::Debug for $list<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_list().entries(self.iter()).finish()
            }
        }

        #[cfg(feature = "defmt")]
        impl defmt::Format for $list<'_> {
            fn format(&self, f: defmt::Formatter<'_>) {
                self.iter().for_each(|row| defmt::write!(f, "{}", row));
            }
        }

        $(#[$iterator_doc])*
        #[derive(Clone)]
        pub struct $iterator<'a>(Reader<'a>);

        impl<'a> Iterator for $iterator<'a> {
            type Item = $row<'a>;

            fn next(&mut self) -> Option<$row<'a>> {
                $next(&mut self.0)
            }
        }

        impl fmt::Debug for $iterator<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_list().entries(self.clone()).finish()
            }
        }
    };
}

rows! {
    /// The statuses of the transactions in an [`Answer`], in any number. Each iteration reads them anew.
    Transactions,
    /// An iterator over the statuses of [`Transactions`].
    Statuses,
    Status,
    parse_vip::next_transaction;
}

rows! {
    /// Where a push was sent, for each credential of the user. Each iteration reads them anew.
    Pushes,
    /// An iterator over [`Pushes`].
    EachPush,
    Push,
    parse_vip::next_push;
}
