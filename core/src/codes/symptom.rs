//! Symptoms without a number: problems that the troubleshooting guide describes in words. Names are its wording of the
//! symptom; [`explain`](crate::explain::explain) also knows them by `PHRASES`.

use super::table::{NO_NUMBER, table};

/// Writes the table and, for each row, the phrases by which its symptom is recognized.
macro_rules! symptoms {
    ($($name:literal, $who:ident, [$($phrase:literal),*], $meaning:literal, $remedy:literal;)*) => {
        table! { Symptom; $(NO_NUMBER, $name, $who, Troubleshooting, $meaning, $remedy;)* }

        /// The phrases of each row of the table. A text matches a symptom if it has all words of one phrase, in this
        /// order; a word matches every word that begins with it.
        pub(crate) static PHRASES: &[&[&str]] = &[$(&[$($phrase),*]),*];
    };
}

symptoms! {
    "Host not found", Administrator, [],
        "The phone could not find the server of the service by its name or address.",
        "Check name resolution and that Tomcat runs; if the service moved, update the subscriptions.";
    "You can't see the EM feature", Administrator,
        ["cant see feature services", "cannot see feature services"],
        "The phone's list of services lacks Extension Mobility.",
        "Check that the phone service exists, its address and its subscription, then restart Extension Mobility.";
    "You can't log in/out of the EM feature", Administrator,
        ["cant log feature see", "cannot log feature see"],
        "The service is offered, but something on the way to a login is not set up.",
        "Enable Extension Mobility on the phone, subscribe phone and profile, and give the user a device profile.";
    "To set up speed dials and other services", Administrator,
        ["set up speed dials other services"],
        "The phone or the device profile is not subscribed to Extension Mobility.",
        "Subscribe both the phone and the device profile to the service.";
    "the phone services are no longer available", Administrator,
        ["phone services no longer available", "services no longer available log", "services gone log out",
         "services gone logout", "logout services gone", "log out services gone"],
        "The default profile that the phone went back to has no subscriptions.",
        "Let the auto device profile follow the phone's configuration, and subscribe the phone.";
    "the phone resets instead of restarting", Administrator,
        ["reset instead restart"],
        "The locale of the user or profile differs from the phone's, so its files are built anew.",
        "Nothing is broken; to avoid it give user, profile and phone the same locale.";
    "8945 phone does not show EM service", Administrator,
        ["8945 not show service", "8945 doesnt show service"],
        "The model 8945 does not list the service under its present provisioning.",
        "Set the service provisioning of the phone to internal or default.";
    "Certificate not found in the keystore", Administrator,
        ["certificate not keystore", "certificate chain not trusted"],
        "The application does not trust the certificate of the server that it connects to.",
        "Renew the Tomcat certificate, restart Tomcat, the trust verification and Extension Mobility, then log in.";
    "Extension mobility fails after upgrade to 8.0.3", Administrator,
        ["mobility fail after upgrade 8 0 3"],
        "The upgrade left Tomcat without a trust store that fits its certificate.",
        "Make the Tomcat certificates of all nodes anew and restart Tomcat there.";
    "79XX phones cannot access certain SURLs", Administrator,
        ["79 cannot access surl"],
        "This firmware does not open some service keys.",
        "Open the service with the services button, or go back to firmware 9-0-2SR2.";
    "Login Server Connection Error", Administrator, [],
        "The login application got no connection to the login service.",
        "Check the login service's address in the directory, and that its web site admits anonymous access.";
    "I am unable to do conference", Administrator,
        ["extension mobility unable conference"],
        "The line of the device profile may not take enough calls for a conference.",
        "Compare the maximum number of calls and the busy trigger of the profile's line with the phone's.";
    "the phone never restarts or resets with the UDP", Administrator,
        ["phone never restart"],
        "The service counts the user as logged in, but the phone did not take over the profile.",
        "Check the phone's clock and trust list, and collect the logs of service, application and phone.";
}
