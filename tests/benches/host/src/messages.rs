//! What is read and written: the twelve messages of the EM API Request Types Reference as printed, and lists of rows.

use hotdesk_core::{AppInfo, ExclusiveDuration, Login, Request};

/// Which of the three roots a document has; a peer is told, so that it need not look.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Request,
    Query,
    Response,
}

macro_rules! samples {
    ($($kind:ident $name:literal)*) => {
        &[$((Kind::$kind, include_str!(concat!("../../../vectors/samples/", $name, ".xml")))),*]
    };
}

pub(crate) const SAMPLES: &[(Kind, &str)] = samples! {
    Request "login"
    Request "logout"
    Request "logout-all"
    Query "device-user-query"
    Query "user-devices-query"
    Query "device-profile-query"
    Response "success"
    Response "failure"
    Response "device-user-results"
    Response "device-user-results-first-login"
    Response "user-devices-results"
    Response "device-profile-results"
};

/// The sample Login as its fields.
pub(crate) fn login() -> Request<'static> {
    let login = Login::new("SEP003094C25B15", "john")
        .with_device_profile("UserDevProf")
        .with_exclusive_duration(ExclusiveDuration::Minutes(60));
    Request::new(AppInfo::new("appid", "apppasswd"), login)
}

/// Makes an answer with so many device profiles, printed as the sample is.
pub(crate) fn profiles(rows: usize) -> String {
    let mut text = String::from("<response>\n    <deviceProfileResults>\n        <user id=\"john\">\n");
    for row in 0..rows {
        text += &format!(
            "            <deviceProfile>\n                <deviceProfileName>DP{row:05}</deviceProfileName>\n                \
             <isDefaultDeviceProfile>f</isDefaultDeviceProfile>\n            </deviceProfile>\n"
        );
    }
    text + "        </user>\n    </deviceProfileResults>\n</response>"
}
