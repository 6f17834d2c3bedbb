//! What became of a call or text message of Azure Multi-Factor Authentication.
//!
//! These results describe the call or message only. There is one whether or not anybody was called, and whether the
//! authentication succeeded or failed: `OATH Code Verified` can accompany a refusal, `No Phone Input - Timed Out` an
//! admission by other means. So nothing here turns a result into yes or no, and no program should: only the answer to the
//! authentication request decides. The results are for troubleshooting.
//!
//! Microsoft's reports show a symbolic name instead of a number, such as `FAILED_PHONE_BUSY`. They are second names here
//! ([`Row::second_names`](super::Row::second_names)), each mapped to the row of the same description. That mapping is an
//! inference, because no source pairs them. `SUCCESS_` means that the call was handled, not that access was granted.

use super::table::{code, decimal, second_names, table};

code! {
    /// A call or SMS result: any number, with a row in the table or not. It never says whether a user was
    /// authenticated (see the [module](self)).
    ///
    /// ```
    /// use hotdesk_core::codes::azure_mfa::AzureMfaResult;
    ///
    /// assert_eq!(AzureMfaResult::new(14).name(), Some("User is Blocked"));
    /// assert_eq!(AzureMfaResult::new(26).name(), None);
    /// ```
    AzureMfaResult
}
decimal!(AzureMfaResult);

// Remedies that several rows share.
#[cfg(feature = "texts")]
const OUTCOME_ELSEWHERE: &str = "Nothing to do; the outcome of the authentication is told elsewhere.";
#[cfg(feature = "texts")]
const ANSWER: &str = "Start again, and answer as asked.";
#[cfg(feature = "texts")]
const PIN: &str = "Change the PIN.";
#[cfg(feature = "texts")]
const FIX: &str = "Correct the number of the user.";
#[cfg(feature = "texts")]
const COUNTRY: &str = "Allow the country, or store another number.";
#[cfg(feature = "texts")]
const MODE: &str = "Allow it in the settings of the service, or use another way.";
#[cfg(feature = "texts")]
const FRAUD: &str = "Find out what happened before unblocking the user.";
#[cfg(feature = "texts")]
const RETRY: &str = "Try again; if it stays, look at the log of the service.";
#[cfg(feature = "texts")]
const CODE: &str = "Type a fresh code.";
#[cfg(feature = "texts")]
const LICENCE: &str = "Add licences.";

table! { AzureMfa;
    1, "PIN Entered", Person, AzureMfa,
        "The person entered a PIN on the phone.", OUTCOME_ELSEWHERE;
    2, "No PIN Entered", Person, AzureMfa,
        "The person entered no PIN.", ANSWER;
    3, "# Not Pressed After Entry", Person, AzureMfa,
        "The person entered something and did not end it with the pound key.", "End what you type with #.";
    4, "No Phone Input - Timed Out", Person, AzureMfa,
        "The person pressed nothing in time.", ANSWER;
    5, "PIN Expired and Not Changed", Person, AzureMfa,
        "The PIN is out of date, and no new one was set.", PIN;
    6, "Used Cache", Person, AzureMfa,
        "An earlier result was used again, and nobody was called.", OUTCOME_ELSEWHERE;
    7, "Bypassed Auth", Administrator, AzureMfa,
        "A bypass was in force, and nobody was called.", "End the bypass if it is not wanted.";
    8, "Used Cache", Person, AzureMfa,
        "An earlier result was used again, and nobody was called.", OUTCOME_ELSEWHERE;
    9, "Used Cache", Person, AzureMfa,
        "An earlier result was used again, and nobody was called.", OUTCOME_ELSEWHERE;
    10, "Call Disconnected", Person, AzureMfa,
        "The line went dead during the call.", ANSWER;
    11, "Call Timed Out", Person, AzureMfa,
        "The call ended for lack of time.", ANSWER;
    12, "Invalid Phone Input", Person, AzureMfa,
        "The keys pressed were not among those asked for.", ANSWER;
    13, "Got Voicemail", Person, AzureMfa,
        "A mailbox took the call.", ANSWER;
    14, "User is Blocked", Administrator, AzureMfa,
        "The user is on the block list.", "Unblock the user after finding out why.";
    15, "Status Pending", Wait, AzureMfa,
        "There is no result yet.", "Ask for the result again.";
    16, "Voiceprint Succeeded", Person, AzureMfa,
        "The voice fitted the stored one.", OUTCOME_ELSEWHERE;
    17, "Voiceprint Enrolled", Person, AzureMfa,
        "A voice was stored for the person.", OUTCOME_ELSEWHERE;
    18, "Voiceprint Expired and Not Changed", Person, AzureMfa,
        "The stored voice is out of date, and no new one was recorded.", "Record the voice again.";
    19, "Text Message Authenticated", Person, AzureMfa,
        "The text message was answered with what was asked for.", OUTCOME_ELSEWHERE;
    20, "Text Message Sent", Person, AzureMfa,
        "The text message is on its way.", OUTCOME_ELSEWHERE;
    21, "Mobile App Authenticated", Person, AzureMfa,
        "The app was used as asked.", OUTCOME_ELSEWHERE;
    22, "OATH Code Pending", Person, AzureMfa,
        "The code of the token has yet to be typed.", "Type the code.";
    23, "OATH Code Verified", Person, AzureMfa,
        "The code of the token fitted.", OUTCOME_ELSEWHERE;
    24, "Fallback OATH Code Verified", Person, AzureMfa,
        "The code of the token fitted, used in place of another way.", OUTCOME_ELSEWHERE;
    25, "Fallback Security Questions Answered", Person, AzureMfa,
        "The security questions were answered, in place of another way.", OUTCOME_ELSEWHERE;
    100, "Invalid Phone Number", Administrator, AzureMfa,
        "The number stored is no phone number.", FIX;
    101, "Call Already In Progress", Wait, AzureMfa,
        "The user is being called for an earlier request.", "Finish that call, then try again.";
    102, "Phone Unreachable", Person, AzureMfa,
        "The phone did not ring, for instance because it is switched off.", ANSWER;
    103, "International Calls Not Allowed", Administrator, AzureMfa,
        "The number is in a country that may not be called.", COUNTRY;
    104, "IN Mode Not Allowed", Administrator, AzureMfa,
        "This mode is switched off.", MODE;
    105, "Account Locked", Administrator, AzureMfa,
        "The user's account is locked.", "Unlock the account.";
    106, "Invalid Message", Programmer, AzureMfa,
        "The message to be played or sent is not acceptable.", "Correct the message.";
    107, "Invalid Phone Number Format", Administrator, AzureMfa,
        "The number is not written as it must be.", FIX;
    108, "User Hung Up the Phone", Person, AzureMfa,
        "The person ended the call early.", ANSWER;
    109, "Insufficient Balance", Administrator, AzureMfa,
        "There is no credit left for calls and messages.", "Buy credit.";
    110, "Phone Extensions Not Allowed", Administrator, AzureMfa,
        "Numbers with an extension may not be called.", "Store a number without one, or allow it.";
    111, "Invalid Extension", Administrator, AzureMfa,
        "The extension is not a possible one.", FIX;
    112, "Fraud Code Entered", Administrator, AzureMfa,
        "The person reported a fraud by its code.", FRAUD;
    113, "Rollover Not Allowed", Administrator, AzureMfa,
        "Going on to a second number is switched off.", MODE;
    114, "Return PIN Mode Not Allowed", Administrator, AzureMfa,
        "Returning the PIN is switched off.", MODE;
    115, "Event Confirmation Not Allowed", Administrator, AzureMfa,
        "Confirming events is switched off.", MODE;
    116, "Invalid Event Parameter", Programmer, AzureMfa,
        "A parameter of the event is not acceptable.", "Correct the parameter.";
    117, "Unable to Place Call", Wait, AzureMfa,
        "The call could not be started.", RETRY;
    118, "Voiceprint Failed", Person, AzureMfa,
        "The voice did not fit the stored one.", "Speak again, or record the voice again.";
    119, "Voiceprint Mode Not Allowed", Administrator, AzureMfa,
        "Checking the voice is switched off.", MODE;
    120, "Text Message Could Not Be Sent", Wait, AzureMfa,
        "The text message could not be sent.", RETRY;
    121, "No Text Message Reply Received", Person, AzureMfa,
        "Nobody answered the text message.", ANSWER;
    122, "Text Message OTP Incorrect", Person, AzureMfa,
        "The code from the text message was wrong.", CODE;
    123, "Text Message OTP + PIN Incorrect", Person, AzureMfa,
        "The code from the text message, or the PIN with it, was wrong.", CODE;
    124, "Text Message Mode Not Allowed", Administrator, AzureMfa,
        "Text messages are switched off.", MODE;
    125, "Localization Not Allowed", Administrator, AzureMfa,
        "Other languages are switched off.", MODE;
    126, "User Licenses Exceeded", Administrator, AzureMfa,
        "There are more users than licences.", LICENCE;
    127, "Text Message User Licenses Exceeded", Administrator, AzureMfa,
        "There are more users of text messages than licences.", LICENCE;
    128, "Voiceprint User Licenses Exceeded", Administrator, AzureMfa,
        "There are more users of voice checks than licences.", LICENCE;
    129, "Mobile App Denied", Person, AzureMfa,
        "The person tapped deny in the app.",
        "If it was a mistake, start again; if nobody asked for it, tell the administrator.";
    130, "Mobile App Invalid PIN", Person, AzureMfa,
        "The PIN typed into the app was wrong.", "Type the PIN again.";
    131, "Mobile App PIN Not Changed", Person, AzureMfa,
        "The PIN of the app had to be changed and was not.", PIN;
    132, "Fraud Reported", Administrator, AzureMfa,
        "The person reported a fraud.", FRAUD;
    133, "Mobile App No Response", Person, AzureMfa,
        "Nobody answered in the app.", ANSWER;
    134, "Mobile App Mode Not Allowed", Administrator, AzureMfa,
        "The app is switched off.", MODE;
    135, "Mobile App All Devices Blocked", Administrator, AzureMfa,
        "Every device that has the app is blocked.", "Unblock one, or register another.";
    136, "Mobile App Notification Failed", Wait, AzureMfa,
        "The app could not be notified.", RETRY;
    137, "Mobile App Invalid Result", Programmer, AzureMfa,
        "The app sent a result that makes no sense.", "Update the app; then look at the log.";
    138, "OATH Code Incorrect", Person, AzureMfa,
        "The code of the token was wrong.", CODE;
    139, "Duplicate OATH Code", Person, AzureMfa,
        "The code of the token had been used before.", CODE;
    140, "OATH Code Out of Date", Person, AzureMfa,
        "The code of the token had expired.", CODE;
    141, "OATH Token Mode Not Allowed", Administrator, AzureMfa,
        "Tokens are switched off.", MODE;
    142, "OATH Code Result Timeout", Person, AzureMfa,
        "The code of the token did not come in time.", ANSWER;
    143, "Security Questions Result Timeout", Person, AzureMfa,
        "The answers to the security questions did not come in time.", ANSWER;
    144, "Auth Result Timeout", Person, AzureMfa,
        "The result did not come in time.", ANSWER;
    145, "Device Registration Changed", Person, AzureMfa,
        "The app was registered anew meanwhile.", "Start again with the device registered now.";
}

second_names! {
    1, "SUCCESS_WITH_PIN", Report;
    2, "SUCCESS_NO_PIN", Report;
    3, "SUCCESS_WITH_PIN_BUT_TIMEOUT", Report;
    4, "SUCCESS_NO_PIN_BUT_TIMEOUT", Report;
    5, "SUCCESS_PIN_EXPIRED", Report;
    6, "SUCCESS_USED_CACHE", Report;
    7, "SUCCESS_BYPASSED_AUTH", Report;
    8, "SUCCESS_USED_IP_BASED_CACHE", Report;
    9, "SUCCESS_USED_APP_BASED_CACHE", Report;
    12, "SUCCESS_INVALID_INPUT", Report;
    14, "SUCCESS_USER_BLOCKED", Report;
    19, "SUCCESS_SMS_AUTHENTICATED", Report;
    20, "SUCCESS_SMS_SENT", Report;
    21, "SUCCESS_PHONE_APP_AUTHENTICATED", Report;
    22, "SUCCESS_OATH_CODE_PENDING", Report;
    23, "SUCCESS_OATH_CODE_VERIFIED", Report;
    24, "SUCCESS_FALLBACK_OATH_CODE_VERIFIED", Report;
    25, "SUCCESS_FALLBACK_SECURITY_QUESTIONS_ANSWERED", Report;
    101, "FAILED_PHONE_BUSY", Report;
    102, "CONFIG_ISSUE", Report;
    107, "FAILED_INVALID_PHONENUMBER", Report;
    108, "FAILED_USER_HUNGUP_ON_US", Report;
    111, "FAILED_INVALID_EXTENSION", Report;
    112, "FAILED_FRAUD_CODE_ENTERED", Report;
    117, "FAILED_SERVER_ERROR", Report;
    120, "FAILED_SMS_NOT_SENT", Report;
    122, "FAILED_SMS_OTP_INCORRECT", Report;
    123, "FAILED_SMS_OTP_PIN_INCORRECT", Report;
    129, "FAILED_PHONE_APP_DENIED", Report;
    130, "FAILED_PHONE_APP_INVALID_PIN", Report;
    131, "FAILED_PHONE_APP_PIN_NOT_CHANGED", Report;
    132, "FAILED_FRAUD_REPORTED", Report;
    133, "FAILED_PHONE_APP_NO_RESPONSE", Report;
    135, "FAILED_PHONE_APP_ALL_DEVICES_BLOCKED", Report;
    136, "FAILED_PHONE_APP_NOTIFICATION_FAILED", Report;
    137, "FAILED_PHONE_APP_INVALID_RESULT", Report;
    138, "FAILED_OATH_CODE_INCORRECT", Report;
    139, "FAILED_OATH_CODE_DUPLICATE", Report;
    140, "FAILED_OATH_CODE_OLD", Report;
    142, "FAILED_OATH_TOKEN_TIMEOUT", Report;
    143, "FAILED_SECURITY_QUESTIONS_TIMEOUT", Report;
    144, "FAILED_AUTH_RESULT_TIMEOUT", Report;
}
