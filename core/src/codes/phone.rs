//! The phone's own errors: what it shows when a page cannot be fetched or read. A number is looked up with its source,
//! as XML Error 4 is not CiscoIPPhoneError 4. `Host not found` is among the [symptoms](super::symptom).

use super::Source;
use super::table::{Row, table};

/// Returns the rows of a number of a source: [`PhoneXml`](Source::PhoneXml), [`PhoneHttp`](Source::PhoneHttp) (two rows
/// for 503, which phones show in two ways) or [`PhoneObject`](Source::PhoneObject). Empty for an unknown number.
///
/// ```
/// use hotdesk_core::codes::{Source, phone};
///
/// let name = |source| phone::rows(source, 4).next().unwrap().name();
/// assert_eq!(name(Source::PhoneXml), "XML Error [4] Parse Error");
/// assert_eq!(name(Source::PhoneObject), "CiscoIPPhoneError 4 authentication error");
/// assert_eq!(phone::rows(Source::PhoneXml, 99).count(), 0);
/// ```
pub fn rows(source: Source, number: u16) -> impl Iterator<Item = Row> {
    TABLE.rows().filter(move |row| row.source() == source && row.number() == Some(number))
}

use super::table::NO_NUMBER as NONE;

table! { Phone;
    4, "XML Error [4] Parse Error", Administrator, PhoneXml,
        "The phone could not read the page as XML.",
        "Check the address of the phone service: it must be right and have no blank in it.";
    5, "XML Error [5] unsupported object", Administrator, PhoneXml,
        "The page holds an object that this phone does not know.",
        "Use a page that the phone's model supports, or update its firmware.";
    8, "HTTP Error [8] unknown", Administrator, PhoneHttp,
        "Fetching the page failed, and the phone does not know why.",
        "Check the address of the phone service and the web server behind it.";
    10, "HTTP Error [10] connection failed", Administrator, PhoneHttp,
        "The phone could not connect to the web server.",
        "Check that the server runs and that the phone can reach it.";
    503, "Http Error [503]", Administrator, PhoneHttp,
        "The web server is up, but the service behind the page does not run or is busy.",
        "Start the IP Phone Services, or for the login page the Extension Mobility Application.";
    503, "Server Busy!", Wait, PhoneHttp,
        "The web server answered that it is down or busy (HTTP status 503).",
        "Try again in a moment; if it stays, see that the services run.";
    404, "File Not Found", Administrator, PhoneHttp,
        "The web server has no page at this address (HTTP status 404).",
        "Correct the address of the phone service.";
    500, "HTTP connection failed", Administrator, PhoneHttp,
        "The web server failed while it made the page (HTTP status 500).",
        "Look for the cause in the server's log.";
    NONE, "Connection failed", Administrator, PhoneText,
        "The phone could not connect to the web server.",
        "Check that the server runs and that the phone can reach it.";
    NONE, "Data too large!", Programmer, PhoneText,
        "The page is longer than the 196608 bytes that a phone takes.",
        "Make the page shorter, or spread it over several.";
    NONE, "No services configured", Administrator, PhoneText,
        "The list of phone services came back without content.",
        "Subscribe the phone or the device profile to a service.";
    NONE, "Filename too long!", Programmer, PhoneText,
        "The name in the address is longer than 127 characters.",
        "Shorten the address.";
    NONE, "Services Unavailable", Administrator, PhoneText,
        "The phone has no address to ask for its services.",
        "Set the address of the phone services.";
    1, "CiscoIPPhoneError 1 parsing an Execute object", Programmer, PhoneObject,
        "The phone could not read the Execute object that it was sent.",
        "Correct the object.";
    2, "CiscoIPPhoneError 2 framing a Response object", Programmer, PhoneObject,
        "The phone could not put its answer together.",
        "Send fewer or shorter items in one object.";
    3, "CiscoIPPhoneError 3 internal file error", Wait, PhoneObject,
        "The phone failed on a file of its own.",
        "Try again; if it stays, restart the phone.";
    4, "CiscoIPPhoneError 4 authentication error", Programmer, PhoneObject,
        "The phone did not accept who sent it the object.",
        "Send the ID and the password of a user to whom the phone is associated.";
}
