//! Numbers of the Extension Mobility service that mean something else when a user of another cluster logs in (Cross
//! Cluster, EMCC). All others mean what [`em_service`] says.

use super::em_service;
use super::table::{code, decimal, second_names, table};

code! {
    /// A code of the service in Cross Cluster use: any number, with a row or not. A number without a meaning of its own
    /// has the row of the service.
    ///
    /// ```
    /// use hotdesk_core::codes::em_service::EmServiceCode;
    /// use hotdesk_core::codes::emcc::EmccCode;
    ///
    /// assert_eq!(EmccCode::new(23).name(), Some("UID, SP or DN not found"));
    /// assert_eq!(EmServiceCode::new(23).name(), Some("User not found"));
    /// assert_eq!(EmccCode::new(47).row(), EmServiceCode::new(47).row());
    /// ```
    EmccCode, |number| TABLE.find(number).or_else(|| em_service::TABLE.find(number))
}
decimal!(EmccCode);

table! { Emcc;
    2, "wrong PIN of an EMCC user", Person, CrossCluster,
        "The PIN of the visiting user is not right.",
        "Type the PIN again.";
    5, "Device logon disabled", Administrator, CrossCluster,
        "At the login, not only at the logout, the device does not take Extension Mobility users.",
        "Enable Extension Mobility in the configuration of the phone.";
    23, "UID, SP or DN not found", Person, CrossCluster,
        "No cluster knows the user ID, self-service ID or primary extension that was typed.",
        "Type it again; then let the administrator check it in the home cluster.";
}

second_names! {
    2, "EMCC Authentication Error", FeatureGuide;
}
