//! Writes messages: elements in the order of the service's DTD, every text escaped, nothing that a reader of section
//! 1 of core/PROTOCOL.md would refuse. One encoder for all sinks.

use zeroize::Zeroize as _;

use super::sink::Sink;
use crate::error::{Error, Field, Limit, Unsendable};
use crate::limits;
use crate::message::{
    AppCertificate, AppInfo, DeviceProfile, DeviceResult, DeviceStatus, ExclusiveDuration, Failure, List,
    Login, LoginType, Message, Operation, Query, QueryOperation, Request, Response, UserCheck, UserDevices,
    UserDevicesStatus, UserProfiles, UserProfilesStatus,
};
use crate::percent;
use crate::text::{Text, is_xml};
use crate::wire::Row;

type Encoded = Result<(), Error>;

/// Writes into `out`.
pub(crate) fn encode(
    out: &mut [u8],
    write: impl FnOnce(&mut Encoder<'_>) -> Encoded,
) -> Result<usize, Error> {
    let done = run(Sink::plain(&mut *out), write);
    wiped(out, done)
}

/// Counts only.
pub(crate) fn measure(write: impl FnOnce(&mut Encoder<'_>) -> Encoded) -> Result<usize, Error> {
    count(Sink::plain(&mut []), write)
}

/// Writes a form body into `out`.
pub(crate) fn encode_form(
    out: &mut [u8],
    write: impl FnOnce(&mut Encoder<'_>) -> Encoded,
) -> Result<usize, Error> {
    let mut sink = Sink::form(&mut *out);
    sink.raw(FIELD);
    let done = run(sink, write);
    wiped(out, done)
}

/// Counts a form body only.
pub(crate) fn measure_form(write: impl FnOnce(&mut Encoder<'_>) -> Encoded) -> Result<usize, Error> {
    let mut sink = Sink::form(&mut []);
    sink.raw(FIELD);
    count(sink, write)
}

/// The one field of a form body, and what stands between its name and its value.
const FIELD: &[u8] = b"xml=";

fn run(sink: Sink<'_>, write: impl FnOnce(&mut Encoder<'_>) -> Encoded) -> Result<usize, Error> {
    let mut encoder = Encoder { sink };
    let result = write(&mut encoder);
    encoder.sink.finish(result)
}

fn count(sink: Sink<'_>, write: impl FnOnce(&mut Encoder<'_>) -> Encoded) -> Result<usize, Error> {
    let mut encoder = Encoder { sink };
    write(&mut encoder)?;
    Ok(encoder.sink.count())
}

/// Wipes `out` after an error: a half-written request may hold a certificate.
fn wiped(out: &mut [u8], done: Result<usize, Error>) -> Result<usize, Error> {
    if done.is_err() {
        out.zeroize();
    }
    done
}

/// How a text is escaped.
#[derive(Clone, Copy)]
enum Escape {
    Element,
    Attribute,
    /// Percent-coded besides.
    Coded,
}

/// Copies 4 to 16 letters, digits and other characters of ASCII that are no blank and not escaped in an element.
///
/// Returns false for any other text. Some of those could be sent as they stand, too, but most names are of letters
/// and digits, and short. `place` is as long as `text`.
#[inline]
fn copy_simple(place: &mut [u8], text: &[u8]) -> bool {
    // Two words that overlap cover it, so that no byte is handled by itself.
    if let (..=16, Some(first), Some(last)) = (text.len(), text.first_chunk::<8>(), text.last_chunk::<8>()) {
        if let Some(place) = place.first_chunk_mut() {
            *place = *first;
        }
        if let Some(place) = place.last_chunk_mut() {
            *place = *last;
        }
        return are_simple(u64::from_ne_bytes(*first)) & are_simple(u64::from_ne_bytes(*last));
    }
    if let (..=8, Some([a, b, c, d]), Some([e, f, g, h])) =
        (text.len(), text.first_chunk(), text.last_chunk())
    {
        if let Some(place) = place.first_chunk_mut() {
            *place = [*a, *b, *c, *d];
        }
        if let Some(place) = place.last_chunk_mut() {
            *place = [*e, *f, *g, *h];
        }
        return are_simple(u64::from_ne_bytes([*a, *b, *c, *d, *e, *f, *g, *h]));
    }
    false
}

/// Returns true if each byte of a word is in `-` to `;` or `@` to DEL.
#[inline]
fn are_simple(word: u64) -> bool {
    // The highest bit of a byte is set by a byte under the bound; what it borrows from the next one is no matter then.
    let low = word.wrapping_sub(each(b'-'));
    // `<` to `?` are one block of four.
    let angle = (word ^ each(b'<')).wrapping_sub(each(4));
    (word | low | angle) & each(0x80) == 0
}

/// A word of eight times the same byte.
const fn each(byte: u8) -> u64 {
    u64::MAX / 255 * byte as u64
}

pub(crate) struct Encoder<'b> {
    sink: Sink<'b>,
}

impl Encoder<'_> {
    pub(crate) fn message(&mut self, message: &Message<'_>) -> Encoded {
        match message {
            Message::Request(request) => self.request(request),
            Message::Query(query) => self.query(query),
            Message::Response(response) => self.response(response),
        }
    }

    fn request(&mut self, request: &Request<'_>) -> Encoded {
        // Tags that always stand together are put together: a request is written often, and by small processors.
        self.sink.put("<request><appInfo><appID>");
        self.app_info(&request.app)?;
        match &request.operation {
            Operation::Login(login) => {
                self.login(login)?;
                self.sink.put("</login></request>");
            }
            Operation::Logout(logout) => {
                self.sink.put("<logout><deviceName>");
                self.name_text(Field::DeviceName, &logout.device_name)?;
                self.sink.put("</deviceName>");
                self.extras(None, &logout.remote_ip_addr, &logout.is_via_header_set)?;
                self.sink.put("</logout></request>");
            }
            // Open and close tag also when it is empty: servers were only ever shown this form.
            Operation::LogoutAll(all) => {
                self.sink.put("<logoutAll>");
                self.extras(None, &all.remote_ip_addr, &all.is_via_header_set)?;
                self.sink.put("</logoutAll></request>");
            }
        }
        Ok(())
    }

    /// Writes what is behind the open tags of appInfo and appID.
    fn app_info(&mut self, app: &AppInfo<'_>) -> Encoded {
        self.name_text(Field::AppId, &app.id)?;
        match &app.certificate {
            AppCertificate::Plain(secret) => {
                self.sink.put("</appID><appCertificate>");
                self.certificate(Field::AppCertificate, &secret.expose())?;
                self.sink.put("</appCertificate></appInfo>");
            }
            AppCertificate::Encrypted(secret) => {
                self.sink.put("</appID><appEncryptedCertificate>");
                self.certificate(Field::AppEncryptedCertificate, &secret.expose())?;
                self.sink.put("</appEncryptedCertificate></appInfo>");
            }
        }
        Ok(())
    }

    #[inline]
    fn certificate(&mut self, field: Field, text: &Text<'_>) -> Encoded {
        if self.simple_text(text) {
            return Ok(());
        }
        self.other_certificate(field, text)
    }

    #[inline(never)]
    fn other_certificate(&mut self, field: Field, text: &Text<'_>) -> Encoded {
        let unsendable = |reason| Err(Error::Unsendable { field, reason });
        if text.is_blank() {
            return unsendable(Unsendable::Missing);
        }
        if text.chars().map(char::len_utf8).fold(0, usize::saturating_add) > limits::CERTIFICATE_BYTES {
            return unsendable(Unsendable::TooLong(Limit::Certificate));
        }
        self.text(field, text, Escape::Element)
    }

    fn login(&mut self, login: &Login<'_>) -> Encoded {
        self.sink.put("<login><deviceName>");
        self.name_text(Field::DeviceName, &login.device_name)?;
        self.sink.put("</deviceName><userID>");
        self.name_text(Field::UserId, &login.user_id)?;
        match &login.device_profile {
            Some(profile) => {
                self.sink.put("</userID><deviceProfile>");
                self.name_text(Field::DeviceProfile, profile)?;
                self.sink.put("</deviceProfile>");
            }
            None => self.sink.put("</userID>"),
        }
        match login.exclusive_duration {
            Some(ExclusiveDuration::Minutes(minutes)) => {
                self.sink.put("<exclusiveDuration><time>");
                self.sink.number(minutes as usize);
                self.sink.put("</time></exclusiveDuration>");
            }
            Some(ExclusiveDuration::Indefinite) => {
                self.sink.put("<exclusiveDuration><indefinite/></exclusiveDuration>");
            }
            None => {}
        }
        self.extras(login.login_type, &login.remote_ip_addr, &login.is_via_header_set)
    }

    fn extras(
        &mut self,
        login_type: Option<LoginType>,
        remote_ip_addr: &Option<Text<'_>>,
        is_via_header_set: &Option<Text<'_>>,
    ) -> Encoded {
        if let Some(login_type) = login_type {
            self.name(Field::LoginType, &Text::from(login_type.as_str()))?;
        }
        if let Some(address) = remote_ip_addr {
            self.name(Field::RemoteIpAddr, address)?;
        }
        if let Some(is_set) = is_via_header_set {
            self.name(Field::IsViaHeaderSet, is_set)?;
        }
        Ok(())
    }

    fn query(&mut self, query: &Query<'_>) -> Encoded {
        let (name, field, list, login_type, remote_ip_addr, is_via_header_set) = match &query.operation {
            QueryOperation::DeviceUserQuery(q) => {
                let extras = (&q.remote_ip_addr, &q.is_via_header_set);
                ("deviceUserQuery", Field::DeviceName, q.devices, q.login_type, extras.0, extras.1)
            }
            QueryOperation::UserDevicesQuery(q) => {
                let extras = (&q.remote_ip_addr, &q.is_via_header_set);
                ("userDevicesQuery", Field::UserId, q.users, q.login_type, extras.0, extras.1)
            }
            QueryOperation::CheckUser(q) => {
                let extras = (&q.remote_ip_addr, &q.is_via_header_set);
                ("checkUser", Field::UserId, q.users, q.login_type, extras.0, extras.1)
            }
            QueryOperation::DeviceProfileQuery(q) => {
                let extras = (&q.remote_ip_addr, &q.is_via_header_set);
                ("deviceProfileQuery", Field::UserId, q.users, q.login_type, extras.0, extras.1)
            }
        };
        self.element("query", |e| {
            e.sink.put("<appInfo><appID>");
            e.app_info(&query.app)?;
            e.element(name, |e| {
                e.rows(field, &list, |e, text| e.name(field, text))?;
                e.extras(login_type, remote_ip_addr, is_via_header_set)
            })
        })
    }

    fn response(&mut self, response: &Response<'_>) -> Encoded {
        self.element("response", |e| match response {
            Response::Success => {
                e.sink.put("<success/>");
                Ok(())
            }
            Response::Failure(failure) => e.failure(failure),
            Response::DeviceUserResults(results) => e.element("deviceUserResults", |e| {
                e.rows(Field::Device, &results.devices, |e, device| e.device(device))
            }),
            Response::UserDevicesResults(results) => e.element("userDevicesResults", |e| {
                e.rows(Field::User, &results.users, |e, user| e.user_devices(user))
            }),
            Response::DeviceProfileResults(results) => e.element("deviceProfileResults", |e| {
                e.rows(Field::User, &results.users, |e, user| e.user_profiles(user))
            }),
            Response::CheckUserResults(results) => e.element("checkUserResults", |e| {
                e.rows(Field::User, &results.users, |e, user| e.user_check(user))
            }),
        })
    }

    fn failure(&mut self, failure: &Failure<'_>) -> Encoded {
        self.element("failure", |e| match failure.code {
            Some(code) => {
                e.sink.put("<error code=\"");
                e.sink.number(usize::from(code.number()));
                e.sink.put("\">");
                e.text(Field::Error, &failure.text, Escape::Element)?;
                e.sink.put("</error>");
                Ok(())
            }
            None => {
                e.element("errorMessage", |e| e.text(Field::ErrorMessage, &failure.text, Escape::Element))
            }
        })
    }

    fn device(&mut self, device: &DeviceResult<'_>) -> Encoded {
        self.with_attribute(
            "device",
            "name",
            Field::DeviceNameAttribute,
            &device.name,
            Escape::Attribute,
            |e| {
                match &device.status {
                    DeviceStatus::DoesNotExist => {
                        e.sink.put("<doesNotExist/>");
                        return Ok(());
                    }
                    DeviceStatus::LoggedIn { user } => {
                        e.bounded(Field::UserId, user)?;
                        e.element("userID", |e| e.text(Field::UserId, user, Escape::Coded))?;
                    }
                    DeviceStatus::LoggedOut => e.sink.put("<none/>"),
                }
                match &device.last_login {
                    Some(user) => e.name(Field::LastLogin, user)?,
                    None => e.sink.put("<none/>"),
                }
                match device.emcc {
                    Some(true) => e.sink.put("<emccDevice>yes</emccDevice>"),
                    Some(false) => e.sink.put("<emccDevice>no</emccDevice>"),
                    None => {}
                }
                Ok(())
            },
        )
    }

    fn user_devices(&mut self, user: &UserDevices<'_>) -> Encoded {
        self.user(&user.id, |e| match &user.status {
            UserDevicesStatus::LoggedIn(devices) => {
                e.rows(Field::DeviceName, devices, |e, device| e.name(Field::DeviceName, device))
            }
            UserDevicesStatus::None => e.empty("<none/>"),
            UserDevicesStatus::DoesNotExist => e.empty("<doesNotExist/>"),
        })
    }

    fn user_profiles(&mut self, user: &UserProfiles<'_>) -> Encoded {
        self.user(&user.id, |e| match &user.status {
            UserProfilesStatus::Found(profiles) => {
                e.rows(Field::DeviceProfile, profiles, |e, profile| e.device_profile(profile))
            }
            UserProfilesStatus::None => e.empty("<none/>"),
            UserProfilesStatus::DoesNotExist => e.empty("<doesNotExist/>"),
            UserProfilesStatus::Failure(failure) => e.failure(failure),
        })
    }

    fn device_profile(&mut self, profile: &DeviceProfile<'_>) -> Encoded {
        self.element("deviceProfile", |e| {
            e.name(Field::DeviceProfileName, &profile.name)?;
            let flag = if profile.is_default { "t" } else { "f" };
            e.name(Field::IsDefaultDeviceProfile, &Text::from(flag))
        })
    }

    fn user_check(&mut self, user: &UserCheck<'_>) -> Encoded {
        self.user(&user.id, |e| e.empty(if user.exists { "<exists/>" } else { "<doesNotExist/>" }))
    }

    fn user(&mut self, id: &Text<'_>, content: impl FnOnce(&mut Self) -> Encoded) -> Encoded {
        self.with_attribute("user", "id", Field::UserIdAttribute, id, Escape::Coded, content)
    }

    fn with_attribute(
        &mut self,
        element: &str,
        attribute: &str,
        field: Field,
        value: &Text<'_>,
        escape: Escape,
        content: impl FnOnce(&mut Self) -> Encoded,
    ) -> Encoded {
        self.bounded(field, value)?;
        self.sink.put("<");
        self.sink.put(element);
        self.sink.put(" ");
        self.sink.put(attribute);
        self.sink.put("=\"");
        self.text(field, value, escape)?;
        self.sink.put("\">");
        content(self)?;
        self.end(element);
        Ok(())
    }

    fn element(&mut self, name: &str, content: impl FnOnce(&mut Self) -> Encoded) -> Encoded {
        self.sink.put("<");
        self.sink.put(name);
        self.sink.put(">");
        content(self)?;
        self.end(name);
        Ok(())
    }

    fn end(&mut self, name: &str) {
        self.sink.put("</");
        self.sink.put(name);
        self.sink.put(">");
    }

    fn empty(&mut self, tag: &str) -> Encoded {
        self.sink.put(tag);
        Ok(())
    }

    /// Writes the rows of a list; there must be one.
    fn rows<'a, T: Row<'a>>(
        &mut self,
        field: Field,
        list: &List<'a, T>,
        mut row: impl FnMut(&mut Self, &T) -> Encoded,
    ) -> Encoded {
        if list.is_empty() {
            return Err(Error::Unsendable { field, reason: Unsendable::Missing });
        }
        list.iter().try_for_each(|item| row(self, &item))
    }

    /// Writes an element that holds a name.
    #[inline(never)]
    fn name(&mut self, field: Field, name: &Text<'_>) -> Encoded {
        self.element(field.name(), |e| e.name_text(field, name))
    }

    /// Writes a name, after its bounds are checked.
    #[inline]
    fn name_text(&mut self, field: Field, name: &Text<'_>) -> Encoded {
        if self.simple_text(name) {
            return Ok(());
        }
        self.bounded(field, name)?;
        self.text(field, name, Escape::Element)
    }

    /// Writes a text as it stands and returns true, if it is not blank, is within any bound, and needs no escape.
    #[inline(never)]
    fn simple_text(&mut self, text: &Text<'_>) -> bool {
        let Some(plain) = text.as_str() else { return false };
        let bytes = plain.as_bytes();
        if self.sink.put_if(bytes, copy_simple) {
            return true;
        }
        // It is of another length, or goes the slow way, or is not simple.
        let simple = (1..=limits::NAME_CHARS).contains(&bytes.len())
            && bytes.iter().all(|byte| are_simple(each(*byte)));
        if simple {
            self.sink.put(plain);
        }
        simple
    }

    /// Checks the bounds of a name.
    #[inline(never)]
    fn bounded(&self, field: Field, name: &Text<'_>) -> Encoded {
        let unsendable = |reason| Err(Error::Unsendable { field, reason });
        if name.is_blank() {
            return unsendable(Unsendable::Missing);
        }
        if name.chars().nth(limits::NAME_CHARS).is_some() {
            return unsendable(Unsendable::TooLong(Limit::Name));
        }
        Ok(())
    }

    /// Writes a text so that a reader gets the same characters.
    #[inline(never)]
    fn text(&mut self, field: Field, text: &Text<'_>, escape: Escape) -> Encoded {
        let mut utf8 = [0; 4];
        for c in text.chars() {
            let plain: &str = c.encode_utf8(&mut utf8);
            match (escape, c) {
                (Escape::Coded, _) => {
                    for &byte in plain.as_bytes() {
                        if percent::is_unreserved(byte) {
                            self.sink.raw(&[byte]);
                        } else if let Ok(escaped) = core::str::from_utf8(&percent::escape(byte)) {
                            self.sink.put(escaped);
                        }
                    }
                }
                (_, '&') => self.sink.put("&amp;"),
                (_, '<') => self.sink.put("&lt;"),
                (_, '>') => self.sink.put("&gt;"),
                // A reader would take these for a line feed or a space.
                (_, '\r') => self.sink.put("&#13;"),
                (Escape::Attribute, '\n') => self.sink.put("&#10;"),
                (Escape::Attribute, '\t') => self.sink.put("&#9;"),
                (Escape::Attribute, '"') => self.sink.put("&quot;"),
                (_, c) if !is_xml(c) => {
                    return Err(Error::Unsendable { field, reason: Unsendable::Character(c) });
                }
                _ => self.sink.put(plain),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_copied_by_words_only_if_each_byte_stands_for_itself() {
        for length in 0..20 {
            for (at, byte) in (0..length).flat_map(|at| (0..=u8::MAX).map(move |byte| (at, byte))) {
                let mut text = std::vec![b'a'; length];
                text[at] = byte;
                let mut place = std::vec![0; length];
                let simple = matches!(byte, b'-'..=b';' | b'@'..=0x7F);
                let copied = copy_simple(&mut place, &text);
                assert_eq!(copied, simple && (4..=16).contains(&length), "{byte:#x} at {at} of {length}");
                assert!(!copied || place == text, "{byte:#x} at {at} of {length}");
            }
        }
    }
}
