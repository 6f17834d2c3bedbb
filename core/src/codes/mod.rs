//! Tables of the codes that services and phones report. Each code has one row: its name as the source spells it, its
//! meaning and remedy in our words, who must act, and where it is documented. A number without a row is normal and is
//! kept. [`explain`](crate::explain::explain) finds rows from what a screen shows.
//!
//! Names are always present. Meanings and remedies need the feature `texts`, so that an image can leave them out.

use core::error::Error;
use core::fmt;
use core::str::FromStr;

pub mod azure_mfa;
pub mod em_app;
pub mod em_service;
pub mod emcc;
pub mod phone;
pub mod symptom;
mod table;
pub mod vip;

pub(crate) use table::NameSource;
pub use table::{Code, Row, Rows};

/// Whose numbers a table holds. Ordered as in [`Family::ALL`].
///
/// ```
/// use hotdesk_core::codes::Family;
///
/// assert_eq!(Family::AzureMfa.to_string(), "azure-mfa");
/// assert_eq!("em-app".parse(), Ok(Family::EmApp));
/// assert_eq!(Family::from_name("mfa").next(), Some(Family::AzureMfa));
/// assert_eq!(Family::ALL.into_iter().flat_map(Family::rows).filter(|row| row.number() == Some(26)).count(), 1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Family {
    /// Answers of the Extension Mobility service.
    EmService,
    /// Further codes that the Extension Mobility application shows on the phone.
    EmApp,
    /// Codes of the service that have another meaning in Cross Cluster use. All others have the rows of
    /// [`EmService`](Self::EmService).
    Emcc,
    /// The phone's own errors.
    Phone,
    /// Problems without a number.
    Symptom,
    /// Status codes of VIP User Services.
    Vip,
    /// What became of a call or text message of Azure Multi-Factor Authentication.
    AzureMfa,
}

impl Family {
    /// Every family.
    pub const ALL: [Self; 7] =
        [Self::EmService, Self::EmApp, Self::Emcc, Self::Phone, Self::Symptom, Self::Vip, Self::AzureMfa];

    /// Returns its name: `em-service`, `em-app`, `emcc`, `phone`, `symptom`, `vip` or `azure-mfa`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EmService => "em-service",
            Self::EmApp => "em-app",
            Self::Emcc => "emcc",
            Self::Phone => "phone",
            Self::Symptom => "symptom",
            Self::Vip => "vip",
            Self::AzureMfa => "azure-mfa",
        }
    }

    /// Returns the families that a name stands for, ignoring case: their own names, `em` for `em-service` and `em-app`,
    /// whose numbers do not overlap, and `mfa` for `azure-mfa`. Empty for any other.
    pub fn from_name(name: &str) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |family| {
            name.eq_ignore_ascii_case(family.as_str())
                || match family {
                    Self::EmService | Self::EmApp => name.eq_ignore_ascii_case("em"),
                    Self::AzureMfa => name.eq_ignore_ascii_case("mfa"),
                    _ => false,
                }
        })
    }

    /// Returns the rows of the family, in the order of its table.
    pub fn rows(self) -> Rows {
        match self {
            Self::EmService => em_service::TABLE.rows(),
            Self::EmApp => em_app::TABLE.rows(),
            Self::Emcc => emcc::TABLE.rows(),
            Self::Phone => phone::TABLE.rows(),
            Self::Symptom => symptom::TABLE.rows(),
            Self::Vip => vip::TABLE.rows(),
            Self::AzureMfa => azure_mfa::TABLE.rows(),
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Family {
    type Err = ParseFamilyError;

    /// Reads what [`as_str`](Self::as_str) writes, in any case. Short names, which can stand for several families, are
    /// for [`from_name`](Self::from_name).
    fn from_str(name: &str) -> Result<Self, ParseFamilyError> {
        let mut families = Self::ALL.into_iter();
        families.find(|family| name.eq_ignore_ascii_case(family.as_str())).ok_or(ParseFamilyError)
    }
}

/// A text is not the name of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ParseFamilyError;

impl fmt::Display for ParseFamilyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown family; expected ")?;
        names(f, Family::ALL.map(Family::as_str))
    }
}

impl Error for ParseFamilyError {}

/// Who must act on a code.
///
/// ```
/// use hotdesk_core::codes::Who;
///
/// assert_eq!(Who::Wait.to_string(), "wait");
/// assert_eq!("administrator".parse(), Ok(Who::Administrator));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Who {
    /// The person at the phone.
    Person,
    /// The administrator of the service.
    Administrator,
    /// Nobody: wait, then try again.
    Wait,
    /// The author of the program that sent the request.
    Programmer,
}

impl Who {
    const ALL: [Self; 4] = [Self::Person, Self::Administrator, Self::Wait, Self::Programmer];

    /// Returns the word for it: `person`, `administrator`, `wait` or `programmer`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Administrator => "administrator",
            Self::Wait => "wait",
            Self::Programmer => "programmer",
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Who {
    type Err = ParseWhoError;

    /// Reads what [`as_str`](Self::as_str) writes, in any case.
    fn from_str(name: &str) -> Result<Self, ParseWhoError> {
        Self::ALL.into_iter().find(|who| name.eq_ignore_ascii_case(who.as_str())).ok_or(ParseWhoError)
    }
}

/// A text does not say who must act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ParseWhoError;

impl fmt::Display for ParseWhoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown actor; expected ")?;
        names(f, Who::ALL.map(Who::as_str))
    }
}

impl Error for ParseWhoError {}

/// Writes the accepted names as a list.
fn names<const N: usize>(f: &mut fmt::Formatter<'_>, names: [&str; N]) -> fmt::Result {
    for (at, name) in names.into_iter().enumerate() {
        let before = match at {
            0 => "",
            _ if at.saturating_add(1) == N => " or ",
            _ => ", ",
        };
        write!(f, "{before}{name}")?;
    }
    Ok(())
}

/// Where a number comes from and is documented. Equal numbers of different sources are different codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Source {
    /// The table "Cisco Extension Mobility Service Response Codes".
    ResponseCodes,
    /// The cross-cluster codes of the service.
    CrossCluster,
    /// The codes of the Extension Mobility application.
    Application,
    /// `XML Error [n]` on a phone.
    PhoneXml,
    /// `HTTP Error [n]` on a phone, or what it shows for the HTTP status n.
    PhoneHttp,
    /// `CiscoIPPhoneError Number="n"` from a phone.
    PhoneObject,
    /// A text on a phone, without a number.
    PhoneText,
    /// A symptom of the troubleshooting guide.
    Troubleshooting,
    /// `status` of VIP User Services.
    VipStatus,
    /// `status` inside the `transactionStatus` of a VIP push poll.
    VipPush,
    /// `status` of the VIP voice service.
    VipVoice,
    /// `detail` of a VIP answer.
    VipDetail,
    /// The call and SMS results.
    AzureMfa,
}

impl Source {
    /// Every source, in the order of declaration: tables store its index.
    const ALL: [Self; 13] = [
        Self::ResponseCodes,
        Self::CrossCluster,
        Self::Application,
        Self::PhoneXml,
        Self::PhoneHttp,
        Self::PhoneObject,
        Self::PhoneText,
        Self::Troubleshooting,
        Self::VipStatus,
        Self::VipPush,
        Self::VipVoice,
        Self::VipDetail,
        Self::AzureMfa,
    ];

    /// Returns the title of the document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ResponseCodes => "EM service response codes (EM API developer guide)",
            Self::CrossCluster => "EMCC error codes (feature configuration guide)",
            Self::Application => "EM application error codes (feature configuration guide)",
            Self::PhoneXml | Self::PhoneHttp | Self::PhoneObject | Self::PhoneText => {
                "IP phone services application development notes"
            }
            Self::Troubleshooting => "Extension Mobility troubleshooting",
            Self::VipStatus | Self::VipPush | Self::VipVoice | Self::VipDetail => {
                "VIP status codes and messages"
            }
            Self::AzureMfa => "Azure Multi-Factor Authentication call and SMS result codes",
        }
    }
}
