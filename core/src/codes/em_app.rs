//! Codes of the Extension Mobility application, which a phone's login page shows in addition to those of the service.
//! 203, 206, 209 and 214 are undocumented and have no row.

use super::table::{code, decimal, second_names, table};

code! {
    /// A code of the login application: any number, with a row in the table or not.
    ///
    /// ```
    /// use hotdesk_core::codes::em_app::EmAppCode;
    ///
    /// assert_eq!(EmAppCode::new(205).name(), Some("User Profile Absent"));
    /// assert_eq!(EmAppCode::new(203).name(), None);
    /// ```
    EmAppCode
}
decimal!(EmAppCode);

table! { EmApp;
    201, "Authentication error", Person, Application,
        "The user ID and the PIN were not accepted.",
        "Type both again; then let the administrator check them, and that the directory has the account as active.";
    202, "Blank userid or pin", Person, Application,
        "The user ID or the PIN was left blank.",
        "Enter both the user ID and the PIN.";
    204, "directory server error", Administrator, Application,
        "The directory did not answer the login application.",
        "Check the directory server and the connection to it.";
    205, "User Profile Absent", Administrator, Application,
        "The user has no device profile to log in with.",
        "Associate a device profile with the user.";
    207, "Device Name Empty", Administrator, Application,
        "The phone did not say its name to the login application.",
        "Correct the address of the phone service: it must pass the device name.";
    208, "EMService Conn. error", Administrator, Application,
        "The login application could not reach the Extension Mobility service.",
        "See in the serviceability pages that the Extension Mobility service runs.";
    210, "init failed, contact admin", Administrator, Application,
        "The login application did not start properly.",
        "Restart it, and look for the cause in its log.";
    211, "EMCC not activated", Administrator, Application,
        "The user may not log in from another cluster.",
        "Enable Cross Cluster use for the user.";
    212, "cluster ID invalid", Administrator, Application,
        "The cluster ID is not one that the login application accepts.",
        "Correct the cluster ID.";
    213, "device does not support EMCC", Administrator, Application,
        "The device or its firmware cannot log in users of another cluster.",
        "Use a supported phone, update its firmware, or check the service address.";
    215, "login type invalid", Administrator, Application,
        "The phone service asks for a kind of login that does not exist.",
        "Set the loginType in the address of the phone service to UID, SP or DN.";
    216, "DN has multiple users", Administrator, Application,
        "The extension used for the login is the primary one of several users.",
        "Log in by user ID, or give the extension to one user only.";
}

second_names! {
    215, "Login Type is invalid", FeatureGuide;
}
