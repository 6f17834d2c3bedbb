//! Writes messages: elements in the order of the service's DTD, every text escaped, nothing that a reader of section
//! 1 of core/PROTOCOL.md would refuse. One encoder for all sinks.

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
    run(Sink::plain(out), write)
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
    let mut sink = Sink::form(out);
    sink.raw(FIELD);
    run(sink, write)
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

/// How a text is escaped.
#[derive(Clone, Copy)]
enum Escape {
    Element,
    Attribute,
    /// Percent-coded besides.
    Coded,
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
        self.element("request", |e| {
            e.app_info(&request.app)?;
            match &request.operation {
                Operation::Login(login) => e.element("login", |e| e.login(login)),
                Operation::Logout(logout) => e.element("logout", |e| {
                    e.name(Field::DeviceName, &logout.device_name)?;
                    e.extras(None, &logout.remote_ip_addr, &logout.is_via_header_set)
                }),
                // Open and close tag also when it is empty: servers were only ever shown this form.
                Operation::LogoutAll(all) => {
                    e.element("logoutAll", |e| e.extras(None, &all.remote_ip_addr, &all.is_via_header_set))
                }
            }
        })
    }

    fn app_info(&mut self, app: &AppInfo<'_>) -> Encoded {
        self.element("appInfo", |e| {
            e.name(Field::AppId, &app.id)?;
            let (field, secret) = match &app.certificate {
                AppCertificate::Plain(secret) => (Field::AppCertificate, secret),
                AppCertificate::Encrypted(secret) => (Field::AppEncryptedCertificate, secret),
            };
            let text = secret.expose();
            let unsendable = |reason| Err(Error::Unsendable { field, reason });
            if text.is_blank() {
                return unsendable(Unsendable::Missing);
            }
            if text.chars().map(char::len_utf8).sum::<usize>() > limits::CERTIFICATE_BYTES {
                return unsendable(Unsendable::TooLong(Limit::Certificate));
            }
            e.element(field.name(), |e| e.text(field, &text, Escape::Element))
        })
    }

    fn login(&mut self, login: &Login<'_>) -> Encoded {
        self.name(Field::DeviceName, &login.device_name)?;
        self.name(Field::UserId, &login.user_id)?;
        if let Some(profile) = &login.device_profile {
            self.name(Field::DeviceProfile, profile)?;
        }
        if let Some(duration) = login.exclusive_duration {
            self.element("exclusiveDuration", |e| {
                match duration {
                    ExclusiveDuration::Minutes(minutes) => {
                        e.sink.put("<time>");
                        e.sink.number(minutes as usize);
                        e.sink.put("</time>");
                    }
                    ExclusiveDuration::Indefinite => e.sink.put("<indefinite/>"),
                }
                Ok(())
            })?;
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
    fn name(&mut self, field: Field, name: &Text<'_>) -> Encoded {
        self.bounded(field, name)?;
        self.element(field.name(), |e| e.text(field, name, Escape::Element))
    }

    /// Checks the bounds of a name.
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
