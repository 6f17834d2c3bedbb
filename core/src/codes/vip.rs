//! Status codes of VIP User Services: four hexadecimal digits, which services write in either case. Message texts vary
//! from those in the table, so programs match on the code.
//!
//! A push poll has two levels: its own `status`, and a second one inside `transactionStatus`, where 7000 to 7008 say
//! what became of the push. The voice service uses 7000 for something else, and `detail` has numbers of its own; both
//! are looked up separately ([`VipCode::voice`], [`VipCode::detail`]).

use core::fmt;
use core::str::FromStr;

use super::table::{code, second_names, table};
use super::{Row, Source};

code! {
    /// A status code: any number, with a row in the table or not. Prints as four upper-case digits.
    ///
    /// ```
    /// use hotdesk_core::codes::vip::VipCode;
    ///
    /// let code: VipCode = "601b".parse()?;
    /// assert_eq!(code.name(), Some("Operation not allowed in current user status."));
    /// assert_eq!(code.to_string(), "601B");
    /// assert!("601".parse::<VipCode>().is_err());
    /// # Ok::<(), hotdesk_core::codes::vip::NotAVipCode>(())
    /// ```
    VipCode
}

impl VipCode {
    /// The operation was done.
    pub const SUCCESS: Self = Self(0x0000);

    /// Returns the row of the number as a status of the voice service.
    ///
    /// ```
    /// use hotdesk_core::codes::vip::VipCode;
    ///
    /// let code = VipCode::new(0x7000);
    /// assert_eq!(code.name(), Some("Mobile push request approved by user."));
    /// assert_eq!(code.voice().unwrap().name(), "session in progress");
    /// ```
    pub fn voice(self) -> Option<Row> {
        self.of(Source::VipVoice)
    }

    /// Returns the row of the number as the `detail` of an answer.
    pub fn detail(self) -> Option<Row> {
        self.of(Source::VipDetail)
    }

    fn of(self, source: Source) -> Option<Row> {
        TABLE.rows().find(|row| row.source() == source && row.number() == Some(self.0))
    }
}

/// A text is not four hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct NotAVipCode;

impl fmt::Display for NotAVipCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a VIP status code: write four hexadecimal digits")
    }
}

impl core::error::Error for NotAVipCode {}

impl FromStr for VipCode {
    type Err = NotAVipCode;

    fn from_str(text: &str) -> Result<Self, NotAVipCode> {
        if text.len() != 4 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(NotAVipCode);
        }
        u16::from_str_radix(text, 16).map(Self).map_err(|_| NotAVipCode)
    }
}

impl fmt::Display for VipCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for VipCode {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{=u16:04X}", self.0);
    }
}

// Remedies that several rows share.
#[cfg(feature = "texts")]
const NONE: &str = "Nothing to do.";
#[cfg(feature = "texts")]
const RETRY: &str = "Try again; if it stays, tell the support of the service.";
#[cfg(feature = "texts")]
const TYPE: &str = "Use a credential of another type.";
#[cfg(feature = "texts")]
const BIND: &str = "Bind it to the user, or name another one.";
#[cfg(feature = "texts")]
const SUPPORT: &str = "Ask the support of the service.";
#[cfg(feature = "texts")]
const CERTIFICATE: &str = "Install a valid client certificate.";
#[cfg(feature = "texts")]
const OTHER: &str = "Use another credential.";
#[cfg(feature = "texts")]
const REMOVE: &str = "Remove one of them first.";
#[cfg(feature = "texts")]
const NUMBER: &str = "Use a number that takes it, and be ready to answer.";
#[cfg(feature = "texts")]
const POLICY: &str = "Change the policy in VIP Manager.";
#[cfg(feature = "texts")]
const EVENT: &str = "Check the event ID that was sent.";
#[cfg(feature = "texts")]
const LOOK: &str = "Answer on the device.";
#[cfg(feature = "texts")]
const APP: &str = "Update VIP Access on the device, or use another credential.";
#[cfg(feature = "texts")]
const UNLOCK: &str = "Start again, and unlock the device when it asks.";
#[cfg(feature = "texts")]
const POLL: &str = "Ask again until it is decided.";

table! { Vip;
    0x0000, "Success.", Person, VipStatus,
        "The service did what it was asked.", NONE;
    0x6001, "Invalid account.", Programmer, VipStatus,
        "There is no active account for this request, or its jurisdiction hash fits none.",
        "Name an active account, or send its jurisdiction hash.";
    0x6002, "User already exists.", Programmer, VipStatus,
        "The user ID is taken.", "Use another user ID.";
    0x6003, "User doesn't exist.", Programmer, VipStatus,
        "The service has no user of this ID.", "Create the user first, or correct the ID.";
    0x6004, "Credential ID is not valid.", Programmer, VipStatus,
        "The service has no credential of this ID.",
        "Correct the ID of the credential, or register it for the user.";
    0x6005, "Internal error.", Wait, VipStatus,
        "The service failed inside.", RETRY;
    0x6006, "Invalid credential type.", Programmer, VipStatus,
        "This type of credential cannot be used here.", TYPE;
    0x6007, "No binding exists between user and credential.", Programmer, VipStatus,
        "The credential does not belong to this user.", BIND;
    0x6008, "User does not have an enabled credential for the given credential type.", Administrator, VipStatus,
        "The user has credentials of this type, if any, only switched off.", "Enable one for the user.";
    0x6009, "Authentication failed.", Person, VipStatus,
        "The security code was wrong.", "Type a fresh code.";
    0x600A, "Credential type not supported.", Programmer, VipStatus,
        "The operation takes no credential of this type.", TYPE;
    0x600B, "Schema validation failed.", Programmer, VipStatus,
        "The request does not follow the schema of the service.",
        "Check the request against the WSDL and XSD of the right version.";
    0x600C, "Bad credential state.", Administrator, VipStatus,
        "The service holds a state for the credential that cannot be.", SUPPORT;
    0x600D, "Operation not allowed in current state of credential.", Administrator, VipStatus,
        "The state of the credential forbids this; for push it may be locked after many failures.",
        "Unlock or enable it, or use another credential.";
    0x600E, "Client certificate is revoked.", Administrator, VipStatus,
        "The certificate that signs the requests was revoked.", CERTIFICATE;
    0x600F, "Credential is revoked.", Administrator, VipStatus,
        "The credential was revoked.", OTHER;
    0x6010, "The account is not authorized to perform this operation.", Administrator, VipStatus,
        "The account lacks the right to do this for itself or for another account.",
        "Give the account the right, or use one that has it.";
    0x6011, "Maximum enabled bindings limit reached. Please unbind or disable a binding before retrying.", Administrator, VipStatus,
        "The user has as many enabled credentials as is allowed.", REMOVE;
    0x6012, "Maximum allowed bindings limit reached. Please unbind an existing binding before retrying.", Administrator, VipStatus,
        "The user has as many credentials as is allowed, enabled or not.", REMOVE;
    0x6013, "Credential has expired.", Administrator, VipStatus,
        "The credential is past its end date.", "Renew it, or use another credential.";
    0x6014, "Operation is not supported.", Programmer, VipStatus,
        "The type of the credential does not allow the operation.", OTHER;
    0x6015, "Invalid input.", Programmer, VipStatus,
        "The service refused a value of the request.", "Check the values of the request.";
    0x6016, "Token has not been previously registered for this account.", Administrator, VipStatus,
        "This account never registered the credential.", "Register the credential.";
    0x6017, "Temporary password is not set.", Administrator, VipStatus,
        "The user has no temporary password on which this could act.", "Set one first.";
    0x6018, "Unable to send SMS to given number through gateway.", Person, VipStatus,
        "The gateway could not deliver a text message to the number.", NUMBER;
    0x6019, "Unable to send message to voice gateway for the given number.", Person, VipStatus,
        "The gateway could not deliver a call: not a mobile number, or nobody answered.", NUMBER;
    0x601A, "Expiration date must be later than the current time, and cannot exceed the validity period.", Programmer, VipStatus,
        "The end date of the temporary code is in the past or too far ahead.",
        "Choose a date that is to come and within the account's validity period.";
    0x601B, "Operation not allowed in current user status.", Administrator, VipStatus,
        "The status of the user forbids this, for instance because the user is disabled.",
        "Check the status of the user.";
    0x601C, "Client certificate required to perform the requested operation.", Administrator, VipStatus,
        "The request came without a client certificate.", CERTIFICATE;
    0x601D, "The user has too many SMS or Voice Credentials.", Administrator, VipStatus,
        "The user has as many phone numbers for messages and calls as is allowed.", REMOVE;
    0x601E, "Order for the credential type already fulfilled or expired.", Administrator, VipStatus,
        "The order for such credentials has run out, in time or in number.", SUPPORT;
    0x601F, "Invalid user PIN.", Person, VipStatus,
        "The PIN is not the user's.", "Type the PIN again.";
    0x6020, "User PIN value does not meet policy settings for this account.", Person, VipStatus,
        "The PIN is too short or has characters that the policy forbids.",
        "Choose a PIN that follows the policy.";
    0x6021, "User PIN is not enabled for this account.", Administrator, VipStatus,
        "The account does not use PINs.", POLICY;
    0x6022, "IA policy must be enabled for this account.", Administrator, VipStatus,
        "The account does not use Intelligent Authentication.", POLICY;
    0x6023, "Event for the ID passed in feedback is not found.", Programmer, VipStatus,
        "The service has no event of the ID given as feedback.", EVENT;
    0x6024, "Event for the ID passed in feedback is not considered risky.", Programmer, VipStatus,
        "The event given as feedback was not rated as a risk.", EVENT;
    0x6025, "Multi-user credentials are disabled for this account. The given credential is already bound and enabled under a different user.", Administrator, VipStatus,
        "The account allows one user for each credential, and this one has a user.", OTHER;
    0x6026, "Credential is already registered for this account.", Administrator, VipStatus,
        "The account has the credential already.", NONE;
    0x6027, "VIP Trusted Device is not enabled for this account.", Administrator, VipStatus,
        "The account does not remember devices with VIP Trusted Device.", POLICY;
    0x6028, "The transaction parameters must be set in VIP Manager for this account.", Administrator, VipStatus,
        "The account has no limits set for transactions.", "Set the transaction parameters in VIP Manager.";
    0x6029, "IA service is currently not available.", Wait, VipStatus,
        "Intelligent Authentication is down.", RETRY;
    0x602A, "IA transaction monitoring policy must be enabled for this account.", Administrator, VipStatus,
        "The account does not monitor transactions.", POLICY;
    0x602B, "The encrypted client key in IAAuthData cannot be decrypted.", Programmer, VipStatus,
        "The service could not decrypt the client key of the mobile SDK.",
        "Encrypt it again with the newest public key.";
    0x602D, "Invalid friendly name. Friendly name cannot include $ # ! \" / ? \\ or *.", Person, VipStatus,
        "The friendly name has a character that is not allowed.", "Choose a name of letters and digits.";
    0x602E, "Mobile push is not enabled for this account.", Administrator, VipStatus,
        "The account does not use push.", POLICY;
    0x6040, "Mobile push request sent.", Person, VipStatus,
        "The push was sent and waits for the user.", LOOK;
    0x6041, "Unable to find mobile push enabled credentials.", Person, VipStatus,
        "None of the user's devices can take a push.", APP;
    0x6042, "Error sending mobile push request.", Wait, VipStatus,
        "The push could not be sent.", RETRY;
    0x6043, "Credential does not support mobile push.", Person, VipStatus,
        "The app on the device is too old for push.", APP;
    0x604C, "Denied by Mobile Token Validation Policy.", Administrator, VipStatus,
        "A policy of the account or group forbids codes from a mobile token.", POLICY;
    0x604D, "Blocked by Non-US SMS or Voice policy.", Administrator, VipStatus,
        "A policy forbids messages and calls to numbers outside the US.",
        "Allow them, or use another credential.";
    0x604F, "Credential does not support number challenge.", Person, VipStatus,
        "The credential cannot do the number challenge.", APP;
    0x6603, "Mobile token validation is not allowed per policy.", Administrator, VipStatus,
        "Codes from a mobile token are switched off for the account or group.", POLICY;
    0x7000, "Mobile push request approved by user.", Person, VipPush,
        "The user tapped approve for the push.", NONE;
    0x7001, "Mobile push request in progress.", Wait, VipPush,
        "The push is out, and the user has not decided.", POLL;
    0x7002, "Mobile push request denied by user.", Person, VipPush,
        "The user tapped deny for the push.",
        "If it was a mistake, start again; if nobody asked for it, tell the administrator.";
    0x7003, "Mobile push request changed.", Wait, VipPush,
        "A later push took the place of this one.", "Ask for the state of the later one.";
    0x7004, "Mobile push request expired.", Person, VipPush,
        "The user did not decide in time, or decided on a later push.",
        "Start again, and answer on the device.";
    0x7005, "Mobile push request not found.", Programmer, VipPush,
        "The service has no such push.", "Check the transaction ID.";
    0x7006, "Mobile push request not completed.", Wait, VipPush,
        "The push could not start, or no decision came back.", RETRY;
    0x7008, "Could not authenticate user based on requested parameters (requestParameters).", Person, VipPush,
        "The device did not meet what the request demanded, for instance unlocking it.",
        "Read the detail code, and meet the demand.";
    0x7000, "session in progress", Wait, VipVoice,
        "The call is going on, and has no result.", POLL;
    0x49B5, "the one-time code was invalid", Person, VipDetail,
        "The one-time password typed does not fit the credential.", "Type a fresh code.";
    0x7120, "Local authentication cancelled", Person, VipDetail,
        "The user left the question of the device for fingerprint, face or code.", UNLOCK;
    0x7121, "Local authentication failed", Person, VipDetail,
        "The device did not accept fingerprint, face or code.", UNLOCK;
    0x7122, "Local authentication not supported by device", Person, VipDetail,
        "The device has no fingerprint, face or code to ask for.", OTHER;
    0x7123, "Local authentication not configured", Person, VipDetail,
        "The device has neither fingerprint, face nor code set.", "Set one of them on the device.";
    0x7124, "Local authentication not supported by client", Person, VipDetail,
        "The app on the device is too old to ask for fingerprint, face or code.", APP;
    0x7125, "Local authentication not performed", Person, VipDetail,
        "The device did not ask for fingerprint, face or code.", UNLOCK;
    0x7140, "Numbers challenge pending", Wait, VipDetail,
        "The user has not chosen the number on the device.", POLL;
    0x7141, "Numbers challenge failed", Person, VipDetail,
        "The user chose another number than the one shown.", "Start again, and choose the number shown.";
}

second_names! {
    0x49B5, "Failed with an invalid OTP", VipDetail;
}
