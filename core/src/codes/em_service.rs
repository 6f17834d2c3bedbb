//! Response codes of the Extension Mobility service. Names are spelled as the source spells them; meanings and
//! remedies are in our own words. 13 to 17, 24, 34, and 48 and up are undocumented and have no row.
//!
//! Phones show 201 for 39 and 44, and 23 for 40 ([`Row::shown_as`](super::Row::shown_as)). In Cross Cluster use 2, 5
//! and 23 have other meanings: see [`emcc`](super::emcc).

use super::table::{code, decimal, second_names, table};

code! {
    /// The code of a failure: any number, with a row in the table or not.
    ///
    /// ```
    /// use hotdesk_core::codes::Who;
    /// use hotdesk_core::codes::em_service::EmServiceCode;
    ///
    /// let code = EmServiceCode::new(18);
    /// assert_eq!(code.name(), Some("Another user logged in"));
    /// assert_eq!(code.who(), Some(Who::Person));
    ///
    /// let unknown = EmServiceCode::new(4711);
    /// assert_eq!((unknown.number(), unknown.name()), (4711, None));
    /// ```
    EmServiceCode
}
decimal!(EmServiceCode);

macro_rules! rows {
    ($($number:literal $constant:ident $name:literal, $who:ident, $source:ident, $meaning:literal, $remedy:literal;)*) => {
        impl EmServiceCode {
            $(#[doc = concat!($name, ".")] pub const $constant: Self = Self($number);)*
        }

        table! { EmService; $($number, $name, $who, $source, $meaning, $remedy;)* }
    };
}

rows! {
    0 UNKNOWN_ERROR "Unknown Error", Administrator, ResponseCodes,
        "The service failed in a way that none of its other codes describes.",
        "Look for the cause in the log of the Extension Mobility service.";
    1 ERROR_ON_PARSING "Error on Parsing", Programmer, ResponseCodes,
        "The service could not read the request as XML of its grammar.",
        "Correct the request; in Cross Cluster use, check that both clusters run matching versions.";
    2 CANNOT_AUTHORIZE_APP_USER "Cannot authorize App user", Person, ResponseCodes,
        "The user ID or the PIN was left blank.",
        "Enter both the user ID and the PIN.";
    3 INVALID_APP_USER "Invalid App User", Person, ResponseCodes,
        "The service does not accept who signed the request.",
        "Check the user ID and the PIN; if the phone signed, its application user must be corrected.";
    4 POLICY_VALIDATION_ERROR "Policy Validation error", Administrator, ResponseCodes,
        "The user's policy does not allow this, for instance a second login.",
        "Log the user out elsewhere, or change the user's policy.";
    5 DEVICE_LOGON_DISABLED_AT_LOGOUT "Device logon disabled", Administrator, ResponseCodes,
        "At the logout, Extension Mobility was not enabled on the device.",
        "Enable Extension Mobility in the configuration of the phone.";
    6 DATABASE_ERROR "Database Error", Wait, ResponseCodes,
        "The database could not serve the request.",
        "Try again later; if it stays, compare the counters of requests in progress and throttled.";
    7 LOGOUT_REQUEST_ERROR "Logout Request Error", Administrator, ResponseCodes,
        "The timer of the automatic logout could not be set or removed.",
        "Look for the cause in the log of the Extension Mobility service.";
    8 QUERY_TYPE_UNDETERMINED "Query type undetermined", Programmer, ResponseCodes,
        "The service does not know this kind of query.",
        "Send one of the queries that the service knows.";
    9 DIR_USER_INFO_ERROR "Dir. User Info Error", Person, ResponseCodes,
        "The user could not be authenticated; the service does not say why.",
        "Check the user ID and the PIN; then let the administrator check the account in the directory.";
    10 USER_LACKS_APP_PROXY_RIGHTS "User lacks app proxy rights", Administrator, ResponseCodes,
        "Who signed the request may not act for other users.",
        "Add the application user to the group Standard EM Authentication Proxy Rights.";
    11 DEVICE_DOES_NOT_EXIST "Device does not exist", Administrator, ResponseCodes,
        "The service knows no device of this name.",
        "Check the name of the device, and that it is configured.";
    12 DEV_PROFILE_NOT_FOUND "Dev. Profile not found", Administrator, ResponseCodes,
        "There is no device profile of the given name.",
        "Check the name, or create the device profile.";
    18 ANOTHER_USER_LOGGED_IN "Another user logged in", Person, ResponseCodes,
        "Somebody else is logged in on the device.",
        "Log that user out first, then log in.";
    19 NO_USER_LOGGED_IN "No user logged in", Person, ResponseCodes,
        "Nobody is logged in on the device, so there is nobody to log out.",
        "Nothing to do; log in if you want to use the phone.";
    20 HOTELING_FLAG_ERROR "Hoteling flag error", Administrator, ResponseCodes,
        "The database did not tell whether Extension Mobility is enabled on the device.",
        "Check the database and its replication.";
    21 HOTELING_STATUS_ERROR "Hoteling Status error", Administrator, ResponseCodes,
        "The database did not tell who is logged in on the device.",
        "Check the database and its replication.";
    22 DEVICE_LOGON_DISABLED "Device logon disabled", Administrator, ResponseCodes,
        "Extension Mobility is not enabled on the device.",
        "Enable Extension Mobility in the configuration of the phone.";
    23 USER_NOT_FOUND "User not found", Person, ResponseCodes,
        "The service knows no user of this ID.",
        "Check the user ID.";
    25 USER_LOGGED_IN_ELSEWHERE "User logged in elsewhere", Person, ResponseCodes,
        "The user is logged in on another device, and only one is allowed.",
        "Log out on the other device, or have multiple logins allowed.";
    26 BUSY_PLEASE_TRY_AGAIN "Busy, please try again", Wait, ResponseCodes,
        "The service has as many logins and logouts in progress as it takes.",
        "Try again in a moment.";
    27 CHANGE_PASSWORD "Change Password", Person, ResponseCodes,
        "The password has expired or must be changed before its first use.",
        "Change the password on the user page of Unified CM.";
    28 UNTRUSTED_IP_ERROR "Untrusted IP Error", Administrator, ResponseCodes,
        "The request came from an address that the service does not trust.",
        "Add the address to the trusted list, or turn the validation of addresses off.";
    29 RIS_DOWN "RIS down-contact admin", Administrator, ResponseCodes,
        "The RIS Data Collector does not run.",
        "Start the RIS Data Collector.";
    30 PROXY_NOT_ALLOWED "Proxy not allowed", Administrator, ResponseCodes,
        "The request came through a proxy, and the service does not allow that.",
        "Connect without a proxy, or allow proxies in the service parameters.";
    31 EMCC_NOT_ACTIVATED "EMCC not activated for the user", Administrator, CrossCluster,
        "The user may not log in from another cluster.",
        "Enable Cross Cluster use for the user.";
    32 DEVICE_DOES_NOT_SUPPORT_EMCC "device does not support EMCC", Administrator, CrossCluster,
        "The device or its firmware cannot log in users of another cluster.",
        "Use a supported phone, update its firmware, or check the service address.";
    33 NO_FREE_EMCC_DUMMY_DEVICE "no free EMCC dummy device", Administrator, CrossCluster,
        "All the devices that stand in for visitors are taken.",
        "Add more of them in the home cluster.";
    35 VISITING_CLUSTER_UNKNOWN "visiting cluster unknown to the home cluster", Administrator, CrossCluster,
        "The user's home cluster does not know the cluster of this phone.",
        "Add this cluster to the remote clusters of the home cluster.";
    36 NO_REMOTE_CLUSTER "no remote cluster", Administrator, CrossCluster,
        "No other cluster is configured where the user could be looked for.",
        "Add the remote clusters.";
    37 DUPLICATE_DEVICE_NAME "duplicate device name", Administrator, CrossCluster,
        "The home cluster has a device of the same name already.",
        "Make the names of the devices unique over the clusters.";
    38 EMCC_NOT_ALLOWED "EMCC not allowed", Administrator, CrossCluster,
        "The home cluster does not allow its users to log in from this one.",
        "Enable Cross Cluster use for this remote cluster.";
    39 CONFIGURATION_ISSUE "configuration issue", Administrator, CrossCluster,
        "The Cross Cluster configuration is not complete; the phone shows this as 201.",
        "Check the Cross Cluster configuration of both clusters.";
    40 NO_RESPONSE_FROM_REMOTE_HOST "no response from remote host", Administrator, CrossCluster,
        "The other cluster did not answer; the phone shows this as 23.",
        "Check the connection, the address and the service of the remote cluster.";
    41 PIN_CHANGE_REQUIRED "PIN change required", Person, CrossCluster,
        "The PIN must be changed before the login.",
        "Change the PIN in the home cluster.";
    42 INVALID_CLUSTER_ID "invalid cluster ID", Administrator, CrossCluster,
        "The ID of the cluster is not one that the other cluster accepts.",
        "Correct the cluster ID.";
    43 DEVICE_SECURITY_MODE "device security mode", Administrator, CrossCluster,
        "The security mode of the device does not allow the login.",
        "Set a security mode that Cross Cluster use supports.";
    44 CLUSTER_ID_NOT_VALID "cluster ID not valid", Administrator, CrossCluster,
        "The cluster ID in the request is not valid; the phone shows this as 201.",
        "Correct the cluster ID.";
    45 REMOTE_CLUSTER_VERSION "remote cluster version not supported", Administrator, CrossCluster,
        "The two clusters run versions that do not work together.",
        "Bring both clusters to versions that do.";
    46 REMOTE_CLUSTER_SECURITY_MODE "remote cluster security mode not supported", Administrator, CrossCluster,
        "The security modes of the two clusters do not work together.",
        "Bring both clusters to the same security mode.";
    47 DN_HAS_MULTIPLE_USERS "DN has multiple users", Administrator, CrossCluster,
        "The extension used for the login is the primary one of several users.",
        "Log in by user ID, or give the extension to one user only.";
}

second_names! {
    1, "XML Validation Error", Guide41;
    2, "Authentication Error", Guide41;
    3, "Invalid Authentication", Guide41;
    3, "Could not authenticate 'appid'", Refusal;
    3, "Application Authentication Error: Could not authenticate 'appid'", Refusal;
    3, "DB Query Error: Application Authentication Error: Could not authenticate 'appid'", Refusal;
    5, "Request Denied", Guide41;
    7, "AutoLogout Setup Error", Guide41;
    8, "Query Type Unknown", Guide41;
    9, "DirUser Creation Error", Guide41;
    10, "Proxy Authentication Not Allowed", Guide41;
    18, "Phone currently has user logged in", Refusal;
    22, "Device does not allow hoteling", Refusal;
}
