//! Tables of the numbers that services and phones answer with: one row a code, its name as the source spells it, what
//! it means in our words, what to do, who must act, where it is documented. A number without a row is normal and is
//! kept. [`explain`](crate::explain::explain) finds rows from what a screen shows.
//!
//! Names are always there. Meanings and remedies are in the feature `texts`, so that an image can leave them out.

pub mod azure_mfa;
pub mod em_app;
pub mod em_service;
pub mod emcc;
pub mod phone;
pub mod symptom;
mod table;
pub mod vip;

pub use table::{Code, Row, Rows};

/// Whose numbers a table holds.
///
/// ```
/// use hotdesk_core::codes::Family;
///
/// assert_eq!(Family::AzureMfa.as_str(), "azure-mfa");
/// assert_eq!(Family::from_name("mfa").next(), Some(Family::AzureMfa));
/// assert_eq!(Family::ALL.into_iter().flat_map(Family::rows).filter(|row| row.number() == Some(26)).count(), 1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Family {
    /// Answers of the Extension Mobility service.
    EmService,
    /// What the Extension Mobility application shows on the phone besides those.
    EmApp,
    /// Numbers of the service that mean something else in Cross Cluster use.
    Emcc,
    /// The phone's own errors.
    Phone,
    /// What is seen without a number.
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

    /// Returns the families that a name stands for, in any case: their own names, `em` for `em-service` and `em-app`,
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

/// Who must act on a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Who {
    /// The person at the phone.
    Person,
    /// Who runs the service.
    Administrator,
    /// Nobody: wait, then try again.
    Wait,
    /// Who wrote the program that sent the request.
    Programmer,
}

impl Who {
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

/// Where a number comes from and is documented. Equal numbers of different sources are different codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// Every source, in the order of its declaration, by which tables store it.
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
