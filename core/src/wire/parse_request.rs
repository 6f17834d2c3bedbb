//! Requests, and what queries share with them: who signs, and the optional elements. Children come in any order, and
//! an element that is not known where it stands is skipped.

use super::reader::{Element, Kind, Reader};
use super::tag::Tag;
use super::tokens::Stop;
use crate::error::{Field, Refusal};
use crate::message::{
    AppCertificate, AppInfo, ExclusiveDuration, Login, LoginType, Logout, LogoutAll, Operation, Request,
};
use crate::secret::Secret;
use crate::text::Text;

pub(super) fn request<'a>(reader: &mut Reader<'a>, root: Element) -> Result<Request<'a>, Stop> {
    let mut app = None;
    let mut operation = None;
    while let Some(child) = reader.child()? {
        match child.tag {
            Tag::AppInfo => {
                reader.once(app.is_some(), Field::AppInfo, child.at)?;
                app = Some(app_info(reader, child)?);
            }
            Tag::Login | Tag::Logout | Tag::LogoutAll => {
                if operation.is_some() {
                    return Err(reader.refuse(Refusal::TwoOperations, child.at));
                }
                operation = Some(match child.tag {
                    Tag::Login => Operation::Login(login(reader, child)?),
                    Tag::Logout => Operation::Logout(logout(reader, child)?),
                    _ => Operation::LogoutAll(logout_all(reader)?),
                });
            }
            _ => reader.skip()?,
        }
    }
    let app = reader.given(app, Field::AppInfo, root)?;
    match operation {
        Some(operation) => Ok(Request { app, operation }),
        None => Err(reader.refuse(Refusal::MissingOneOf("login, logout, logoutAll"), root.at)),
    }
}

pub(super) fn app_info<'a>(reader: &mut Reader<'a>, element: Element) -> Result<AppInfo<'a>, Stop> {
    let mut id = None;
    let mut certificate = None;
    while let Some(child) = reader.child()? {
        match child.tag {
            Tag::AppId => {
                reader.once(id.is_some(), Field::AppId, child.at)?;
                id = Some(reader.mandatory(child, Field::AppId, Kind::Name)?);
            }
            Tag::AppCertificate | Tag::AppEncryptedCertificate => {
                let encrypted = child.tag != Tag::AppCertificate;
                let field = if encrypted { Field::AppEncryptedCertificate } else { Field::AppCertificate };
                match certificate {
                    Some(AppCertificate::Plain(_)) if encrypted => {
                        return Err(reader.refuse(Refusal::Excluded(field), child.at));
                    }
                    Some(AppCertificate::Encrypted(_)) if !encrypted => {
                        return Err(reader.refuse(Refusal::Excluded(field), child.at));
                    }
                    _ => reader.once(certificate.is_some(), field, child.at)?,
                }
                let secret = Secret::new(reader.mandatory(child, field, Kind::Certificate)?);
                certificate = Some(if encrypted {
                    AppCertificate::Encrypted(secret)
                } else {
                    AppCertificate::Plain(secret)
                });
            }
            _ => reader.skip()?,
        }
    }
    Ok(AppInfo {
        id: reader.given(id, Field::AppId, element)?,
        certificate: reader.given(certificate, Field::AppCertificate, element)?,
    })
}

/// The elements that several operations may hold. What was seen is remembered also where it was blank.
#[derive(Default)]
pub(super) struct Extras<'a> {
    login_type: Option<Option<LoginType>>,
    remote_ip_addr: Option<Option<Text<'a>>>,
    is_via_header_set: Option<Option<Text<'a>>>,
}

impl<'a> Extras<'a> {
    /// Reads `child` if it is one of them; skips it if not.
    pub(super) fn read(&mut self, reader: &mut Reader<'a>, child: Element) -> Result<(), Stop> {
        match child.tag {
            Tag::LoginType => {
                reader.once(self.login_type.is_some(), Field::LoginType, child.at)?;
                self.login_type = Some(login_type(reader, child)?);
            }
            Tag::RemoteIpAddr => {
                reader.once(self.remote_ip_addr.is_some(), Field::RemoteIpAddr, child.at)?;
                self.remote_ip_addr = Some(reader.text(Field::RemoteIpAddr, Kind::Name)?);
            }
            Tag::IsViaHeaderSet => {
                reader.once(self.is_via_header_set.is_some(), Field::IsViaHeaderSet, child.at)?;
                self.is_via_header_set = Some(reader.text(Field::IsViaHeaderSet, Kind::Name)?);
            }
            _ => reader.skip()?,
        }
        Ok(())
    }

    pub(super) fn login_type(&self) -> Option<LoginType> {
        self.login_type.flatten()
    }

    pub(super) fn remote_ip_addr(&self) -> Option<Text<'a>> {
        self.remote_ip_addr.flatten()
    }

    pub(super) fn is_via_header_set(&self) -> Option<Text<'a>> {
        self.is_via_header_set.flatten()
    }
}

fn login_type<'a>(reader: &mut Reader<'a>, element: Element) -> Result<Option<LoginType>, Stop> {
    let Some(text) = reader.text(Field::LoginType, Kind::Words)? else { return Ok(None) };
    let known = [LoginType::UserId, LoginType::DirectoryNumber, LoginType::SelfService];
    match known.into_iter().find(|known| text == known.as_str()) {
        Some(login_type) => Ok(Some(login_type)),
        None => Err(reader.refuse(Refusal::Value(Field::LoginType), element.at)),
    }
}

fn login<'a>(reader: &mut Reader<'a>, element: Element) -> Result<Login<'a>, Stop> {
    let mut device_name = None;
    let mut user_id = None;
    let mut device_profile: Option<Option<Text<'_>>> = None;
    let mut exclusive_duration = None;
    let mut extras = Extras::default();
    while let Some(child) = reader.child()? {
        match child.tag {
            Tag::DeviceName => {
                reader.once(device_name.is_some(), Field::DeviceName, child.at)?;
                device_name = Some(reader.mandatory(child, Field::DeviceName, Kind::Name)?);
            }
            Tag::UserId => {
                reader.once(user_id.is_some(), Field::UserId, child.at)?;
                user_id = Some(reader.mandatory(child, Field::UserId, Kind::Name)?);
            }
            Tag::DeviceProfile => {
                reader.once(device_profile.is_some(), Field::DeviceProfile, child.at)?;
                device_profile = Some(reader.text(Field::DeviceProfile, Kind::Name)?);
            }
            Tag::ExclusiveDuration => {
                reader.once(exclusive_duration.is_some(), Field::ExclusiveDuration, child.at)?;
                exclusive_duration = Some(duration(reader, child)?);
            }
            _ => extras.read(reader, child)?,
        }
    }
    Ok(Login {
        device_name: reader.given(device_name, Field::DeviceName, element)?,
        user_id: reader.given(user_id, Field::UserId, element)?,
        device_profile: device_profile.flatten(),
        exclusive_duration,
        login_type: extras.login_type(),
        remote_ip_addr: extras.remote_ip_addr(),
        is_via_header_set: extras.is_via_header_set(),
    })
}

fn duration<'a>(reader: &mut Reader<'a>, element: Element) -> Result<ExclusiveDuration, Stop> {
    let mut duration = None;
    while let Some(child) = reader.child()? {
        let (field, other) = match child.tag {
            Tag::Time => (Field::Time, matches!(duration, Some(ExclusiveDuration::Indefinite))),
            Tag::Indefinite => (Field::Indefinite, matches!(duration, Some(ExclusiveDuration::Minutes(_)))),
            _ => {
                reader.skip()?;
                continue;
            }
        };
        if other {
            return Err(reader.refuse(Refusal::Excluded(field), child.at));
        }
        reader.once(duration.is_some(), field, child.at)?;
        duration = Some(if field == Field::Time {
            let text = reader.mandatory(child, field, Kind::Words)?;
            match number(text) {
                Some(minutes) => ExclusiveDuration::Minutes(minutes),
                None => return Err(reader.refuse(Refusal::Value(field), child.at)),
            }
        } else {
            reader.skip()?;
            ExclusiveDuration::Indefinite
        });
    }
    match duration {
        Some(duration) => Ok(duration),
        None => Err(reader.refuse(Refusal::MissingOneOf("time, indefinite"), element.at)),
    }
}

/// Reads a number of digits only.
pub(super) fn number(text: Text<'_>) -> Option<u32> {
    text.chars().try_fold(0_u32, |number, c| number.checked_mul(10)?.checked_add(c.to_digit(10)?))
}

fn logout<'a>(reader: &mut Reader<'a>, element: Element) -> Result<Logout<'a>, Stop> {
    let mut device_name = None;
    let mut extras = Extras::default();
    while let Some(child) = reader.child()? {
        if child.tag == Tag::DeviceName {
            reader.once(device_name.is_some(), Field::DeviceName, child.at)?;
            device_name = Some(reader.mandatory(child, Field::DeviceName, Kind::Name)?);
        } else {
            extras.read(reader, child)?;
        }
    }
    Ok(Logout {
        device_name: reader.given(device_name, Field::DeviceName, element)?,
        remote_ip_addr: extras.remote_ip_addr(),
        is_via_header_set: extras.is_via_header_set(),
    })
}

fn logout_all<'a>(reader: &mut Reader<'a>) -> Result<LogoutAll<'a>, Stop> {
    let mut extras = Extras::default();
    while let Some(child) = reader.child()? {
        extras.read(reader, child)?;
    }
    Ok(LogoutAll { remote_ip_addr: extras.remote_ip_addr(), is_via_header_set: extras.is_via_header_set() })
}
