//! What a story that ends badly shows, one row a cause: the sequence that was seen, and the codes that fit it.
//!
//! What a code means, who must act and what to do is in the core's tables and nowhere here; only causes without any code
//! say it themselves. Sources: the traces that are public, and the order in which the programs work. Where no public
//! trace shows the failure, the link from sequence to code is an inference, and the story says so (`certain`).

use hotdesk_core::codes::{Family, Row, Who};
use serde_json::{Value, json};

/// Why a login or logout was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Cause {
    Refused,
    DeviceNameMissing,
    DeviceNameToken,
    BlankInServiceUrl,
    DeviceUnknown,
    CertificateNotTrusted,
    ServiceNotReached,
    PageNotSent,
    NotFollowed,
    ProfileNotChosen,
    BlankUserOrPin,
    NotAuthenticated,
    InactiveInDirectory,
    DirectoryFailed,
    PinMustChange,
    UserUnknown,
    EmccNotAsked,
    NoHomeCluster,
    HomeClusterSilent,
    HomeClusterRefused,
    SecurityMode,
    NoProfile,
    DeviceInUse,
    DeviceNotEnabled,
    ServiceRefused,
    LogoutNotDone,
    NotRegistered,
}

use Family::{EmApp, EmService, Emcc, Symptom};

/// What is said of a cause.
struct Said {
    name: &'static str,
    says: &'static str,
    codes: &'static [(Family, u16)],
    /// The row of a problem without a number, by its name.
    symptom: Option<&'static str>,
    /// Who must act and what to do, where no row says it.
    otherwise: Option<(Who, &'static str)>,
}

const fn said(name: &'static str, says: &'static str, codes: &'static [(Family, u16)]) -> Said {
    Said { name, says, codes, symptom: None, otherwise: None }
}

impl Cause {
    /// Returns its name, as programs read it.
    pub(super) fn name(self) -> &'static str {
        self.said().name
    }

    /// Returns the codes that fit what was seen.
    pub(super) fn codes(self) -> &'static [(Family, u16)] {
        self.said().codes
    }

    fn said(self) -> Said {
        match self {
            Self::Refused => said("refused", "The service refused; its answer has the number.", &[]),
            Self::DeviceNameMissing => said(
                "deviceNameMissing",
                "The request brought no device name: the service URL lacks or misspells `device=`, or a shell cut an \
                 unquoted URL at `&`.",
                &[(EmApp, 207)],
            ),
            Self::DeviceNameToken => said(
                "deviceNameToken",
                "The device name is a token that nobody replaced: the caller is no phone, or `#DEVICENAME#` is \
                 misspelt in the service URL.",
                &[(EmService, 11), (EmApp, 205)],
            ),
            Self::BlankInServiceUrl => said(
                "blankInServiceUrl",
                "A blank was copied into the service URL and got into what the phone sent.",
                &[(EmApp, 213)],
            ),
            Self::DeviceUnknown => said(
                "deviceUnknown",
                "The service answered that it knows no such device.",
                &[(EmService, 11), (EmApp, 205)],
            ),
            Self::CertificateNotTrusted => Said {
                symptom: Some("Certificate not found in the keystore"),
                ..said(
                    "certificateNotTrusted",
                    "The login application does not trust the certificate of the Extension Mobility service.",
                    &[(EmApp, 208)],
                )
            },
            Self::ServiceNotReached => said(
                "serviceNotReached",
                "The login page was not sent: the login application got no answer of the Extension Mobility service.",
                &[(EmApp, 208)],
            ),
            Self::PageNotSent => Said {
                otherwise: Some((
                    Who::Administrator,
                    "Read the lines of the login application for this phone and time.",
                )),
                ..said("pageNotSent", "The service answered, and the login page was not sent.", &[])
            },
            Self::NotFollowed => Said {
                symptom: Some("Host not found"),
                ..said(
                    "notFollowed",
                    "The login page was sent, and the phone did not come back: the person gave up, or the phone \
                     cannot reach the address in the page.",
                    &[],
                )
            },
            Self::ProfileNotChosen => Said {
                otherwise: Some((Who::Person, "Choose a profile from the list; then the login goes on.")),
                ..said("profileNotChosen", "Several device profiles were offered, and none was chosen.", &[])
            },
            Self::BlankUserOrPin => said("blankUserOrPin", "The user ID was left blank.", &[(EmApp, 202)]),
            Self::NotAuthenticated => said(
                "notAuthenticated",
                "The PIN is wrong or the account is locked. The phone shows the same for both; only the log of \
                 credentials tells.",
                &[(EmApp, 201)],
            ),
            Self::InactiveInDirectory => said(
                "inactiveInDirectory",
                "The directory synchronisation has the user as inactive in LDAP, so no PIN is accepted.",
                &[(EmApp, 201)],
            ),
            Self::DirectoryFailed => said(
                "directoryFailed",
                "The directory that checks the PIN could not be asked.",
                &[(EmApp, 204)],
            ),
            Self::PinMustChange => {
                said("pinMustChange", "The PIN is right and must be changed first.", &[(EmService, 41)])
            }
            Self::UserUnknown => said(
                "userUnknown",
                "No such user is here, and other clusters were not asked: the service URL has no `EMCC=#EMCC#`.",
                &[(EmApp, 201), (EmService, 23)],
            ),
            Self::EmccNotAsked => said(
                "emccNotAsked",
                "No such user is here, and other clusters were not asked although the phone can do EMCC.",
                &[(EmApp, 211), (EmApp, 212), (EmApp, 201), (EmService, 23)],
            ),
            Self::NoHomeCluster => said(
                "noHomeCluster",
                "No remote cluster has the user: see the cluster view and the intercluster service profile.",
                &[
                    (EmService, 36),
                    (EmService, 42),
                    (EmService, 38),
                    (Emcc, 23),
                    (EmApp, 211),
                    (EmService, 31),
                ],
            ),
            Self::HomeClusterSilent => said(
                "homeClusterSilent",
                "The home cluster was found and did not answer: it is not reachable, or the certificates of the \
                 clusters were not exchanged.",
                &[(EmService, 40), (EmApp, 208)],
            ),
            Self::HomeClusterRefused => Said {
                otherwise: Some((
                    Who::Administrator,
                    "Read the trace of the home cluster for this user and time.",
                )),
                ..said(
                    "homeClusterRefused",
                    "The home cluster answered, and the user was not logged in; this trace does not tell the number.",
                    &[],
                )
            },
            Self::SecurityMode => said(
                "securityMode",
                "The security modes of the phone and of the home cluster differ, and the login failed: the profile \
                 must be non-secure, or the home cluster's version or mode is not supported.",
                &[(EmService, 43), (EmService, 46), (EmService, 45)],
            ),
            Self::NoProfile => said("noProfile", "The user has no device profile.", &[(EmApp, 205)]),
            Self::DeviceInUse => {
                said("deviceInUse", "Somebody else is logged in on the phone.", &[(EmService, 18)])
            }
            Self::DeviceNotEnabled => said(
                "deviceNotEnabled",
                "The phone does not allow Extension Mobility.",
                &[(EmService, 22), (Emcc, 5)],
            ),
            Self::ServiceRefused => said(
                "serviceRefused",
                "The service did not carry the login out; this trace does not tell the number of its refusal.",
                &[
                    (EmService, 18),
                    (EmService, 25),
                    (EmService, 22),
                    (Emcc, 5),
                    (EmService, 26),
                    (EmService, 6),
                ],
            ),
            Self::LogoutNotDone => Said {
                otherwise: Some((
                    Who::Administrator,
                    "Read the trace of the service for this phone and time.",
                )),
                ..said("logoutNotDone", "The logout was asked for and not confirmed.", &[])
            },
            Self::NotRegistered => Said {
                otherwise: Some((
                    Who::Administrator,
                    "See that the phone got its reset, and that it loads its configuration and trust list (TFTP).",
                )),
                ..said(
                    "notRegistered",
                    "The service is done, and the phone did not register again within 30 s: the reset did not reach \
                     it, or its configuration did not load.",
                    &[],
                )
            },
        }
    }
}

/// Returns the row of a number that a trace tells, as Cross Cluster use or a login within the cluster reads it.
pub(super) fn row(code: u16, is_emcc: bool) -> Option<Row> {
    let families: &[Family] = if is_emcc { &[Emcc, EmService, EmApp] } else { &[EmService, EmApp] };
    families.iter().find_map(|family| find(*family, code))
}

fn find(family: Family, code: u16) -> Option<Row> {
    family.rows().find(|row| row.number() == Some(code))
}

/// Returns the first number of a cause as a screen shows it, with the number inside.
pub(super) fn first_code(cause: Cause) -> Option<Row> {
    cause.codes().first().and_then(|(family, code)| find(*family, *code))
}

/// Writes a cause: what was seen, whether a line tells it, the rows that fit, who must act, and the lines.
///
/// `code` is the number that a line tells; the rows are then its row alone.
pub(super) fn written(
    cause: Cause,
    certain: bool,
    code: Option<u16>,
    is_emcc: bool,
    lines: &[String],
) -> Value {
    let said = cause.said();
    let rows: Vec<Row> = match code {
        Some(code) => row(code, is_emcc).into_iter().collect(),
        None => said.codes.iter().filter_map(|(family, code)| find(*family, *code)).collect(),
    };
    let symptom = said.symptom.and_then(|name| Symptom.rows().find(|row| row.name() == name));
    // The symptom says more than the number under which the phone shows it.
    let first = symptom.or(rows.first().copied());
    let who = first.map(|row| row.who().as_str()).or(said.otherwise.map(|(who, _)| who.as_str()));
    let remedy = first.map(Row::remedy).or(said.otherwise.map(|(_, remedy)| remedy));
    let rows: Vec<Value> = rows.into_iter().chain(symptom).map(explained).collect();
    json!({"cause": said.name, "says": said.says, "certain": certain, "codes": rows, "who": who, "remedy": remedy,
        "lines": lines})
}

/// Writes a row as `hotdesk explain` does.
fn explained(row: Row) -> Value {
    json!({"family": row.family().as_str(), "code": row.number(), "name": row.name(), "meaning": row.meaning(),
        "who": row.who().as_str(), "remedy": row.remedy()})
}
