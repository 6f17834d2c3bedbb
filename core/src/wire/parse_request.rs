//! Requests, and what queries share with them: who signs, and the optional elements. Children come in any order, and
//! an element that is not known where it stands is skipped.

use super::reader::{Element, Kind, Reader, once};
use crate::error::{Error, Field, Refusal};
use crate::message::{
    AppCertificate, AppInfo, ExclusiveDuration, Login, LoginType, Logout, LogoutAll, Operation, Request,
};
use crate::secret::Secret;
use crate::text::Text;

pub(super) fn request<'a>(reader: &mut Reader<'a>, root: &Element<'a>) -> Result<Request<'a>, Error> {
    let mut app = None;
    let mut operation = None;
    while let Some(child) = reader.child()? {
        match child.name {
            "appInfo" => {
                once(&app, Field::AppInfo, child.at)?;
                app = Some(app_info(reader, &child)?);
            }
            "login" | "logout" | "logoutAll" => {
                if operation.is_some() {
                    return Err(Error::refused(Refusal::TwoOperations, child.at));
                }
                operation = Some(match child.name {
                    "login" => Operation::Login(login(reader, &child)?),
                    "logout" => Operation::Logout(logout(reader, &child)?),
                    _ => Operation::LogoutAll(logout_all(reader)?),
                });
            }
            _ => reader.skip()?,
        }
    }
    Ok(Request {
        app: app.ok_or(missing(Field::AppInfo, root))?,
        operation: operation
            .ok_or(Error::refused(Refusal::MissingOneOf("login, logout, logoutAll"), root.at))?,
    })
}

/// The refusal of an element without a mandatory part.
pub(super) fn missing(field: Field, element: &Element<'_>) -> Error {
    Error::refused(Refusal::Missing(field), element.at)
}

pub(super) fn app_info<'a>(reader: &mut Reader<'a>, element: &Element<'a>) -> Result<AppInfo<'a>, Error> {
    let mut id = None;
    let mut certificate = None;
    while let Some(child) = reader.child()? {
        match child.name {
            "appID" => {
                once(&id, Field::AppId, child.at)?;
                id = Some(reader.mandatory(&child, Field::AppId, Kind::Name)?);
            }
            "appCertificate" | "appEncryptedCertificate" => {
                let encrypted = child.name != "appCertificate";
                let field = if encrypted { Field::AppEncryptedCertificate } else { Field::AppCertificate };
                match certificate {
                    Some(AppCertificate::Plain(_)) if encrypted => {
                        return Err(Error::refused(Refusal::Excluded(field), child.at));
                    }
                    Some(AppCertificate::Encrypted(_)) if !encrypted => {
                        return Err(Error::refused(Refusal::Excluded(field), child.at));
                    }
                    _ => once(&certificate, field, child.at)?,
                }
                let secret = Secret::new(reader.mandatory(&child, field, Kind::Certificate)?);
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
        id: id.ok_or(missing(Field::AppId, element))?,
        certificate: certificate.ok_or(missing(Field::AppCertificate, element))?,
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
    pub(super) fn read(&mut self, reader: &mut Reader<'a>, child: &Element<'a>) -> Result<(), Error> {
        match child.name {
            "loginType" => {
                once(&self.login_type, Field::LoginType, child.at)?;
                self.login_type = Some(login_type(reader, child)?);
            }
            "remoteIPAddr" => {
                once(&self.remote_ip_addr, Field::RemoteIpAddr, child.at)?;
                self.remote_ip_addr = Some(reader.text(Field::RemoteIpAddr, Kind::Name)?);
            }
            "isViaHeaderSet" => {
                once(&self.is_via_header_set, Field::IsViaHeaderSet, child.at)?;
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

fn login_type<'a>(reader: &mut Reader<'a>, element: &Element<'a>) -> Result<Option<LoginType>, Error> {
    let Some(text) = reader.text(Field::LoginType, Kind::Words)? else { return Ok(None) };
    [LoginType::UserId, LoginType::DirectoryNumber, LoginType::SelfService]
        .into_iter()
        .find(|known| text == known.as_str())
        .map(Some)
        .ok_or(Error::refused(Refusal::Value(Field::LoginType), element.at))
}

fn login<'a>(reader: &mut Reader<'a>, element: &Element<'a>) -> Result<Login<'a>, Error> {
    let mut device_name = None;
    let mut user_id = None;
    let mut device_profile: Option<Option<Text<'_>>> = None;
    let mut exclusive_duration = None;
    let mut extras = Extras::default();
    while let Some(child) = reader.child()? {
        match child.name {
            "deviceName" => {
                once(&device_name, Field::DeviceName, child.at)?;
                device_name = Some(reader.mandatory(&child, Field::DeviceName, Kind::Name)?);
            }
            "userID" => {
                once(&user_id, Field::UserId, child.at)?;
                user_id = Some(reader.mandatory(&child, Field::UserId, Kind::Name)?);
            }
            "deviceProfile" => {
                once(&device_profile, Field::DeviceProfile, child.at)?;
                device_profile = Some(reader.text(Field::DeviceProfile, Kind::Name)?);
            }
            "exclusiveDuration" => {
                once(&exclusive_duration, Field::ExclusiveDuration, child.at)?;
                exclusive_duration = Some(duration(reader, &child)?);
            }
            _ => extras.read(reader, &child)?,
        }
    }
    Ok(Login {
        device_name: device_name.ok_or(missing(Field::DeviceName, element))?,
        user_id: user_id.ok_or(missing(Field::UserId, element))?,
        device_profile: device_profile.flatten(),
        exclusive_duration,
        login_type: extras.login_type(),
        remote_ip_addr: extras.remote_ip_addr(),
        is_via_header_set: extras.is_via_header_set(),
    })
}

fn duration<'a>(reader: &mut Reader<'a>, element: &Element<'a>) -> Result<ExclusiveDuration, Error> {
    let mut duration = None;
    while let Some(child) = reader.child()? {
        let (field, other) = match child.name {
            "time" => (Field::Time, matches!(duration, Some(ExclusiveDuration::Indefinite))),
            "indefinite" => (Field::Indefinite, matches!(duration, Some(ExclusiveDuration::Minutes(_)))),
            _ => {
                reader.skip()?;
                continue;
            }
        };
        if other {
            return Err(Error::refused(Refusal::Excluded(field), child.at));
        }
        once(&duration, field, child.at)?;
        duration = Some(if field == Field::Time {
            let text = reader.mandatory(&child, field, Kind::Words)?;
            let minutes = number(text).ok_or(Error::refused(Refusal::Value(field), child.at))?;
            ExclusiveDuration::Minutes(minutes)
        } else {
            reader.skip()?;
            ExclusiveDuration::Indefinite
        });
    }
    duration.ok_or(Error::refused(Refusal::MissingOneOf("time, indefinite"), element.at))
}

/// Reads a number of digits only.
pub(super) fn number(text: Text<'_>) -> Option<u32> {
    text.chars().try_fold(0_u32, |number, c| number.checked_mul(10)?.checked_add(c.to_digit(10)?))
}

fn logout<'a>(reader: &mut Reader<'a>, element: &Element<'a>) -> Result<Logout<'a>, Error> {
    let mut device_name = None;
    let mut extras = Extras::default();
    while let Some(child) = reader.child()? {
        if child.name == "deviceName" {
            once(&device_name, Field::DeviceName, child.at)?;
            device_name = Some(reader.mandatory(&child, Field::DeviceName, Kind::Name)?);
        } else {
            extras.read(reader, &child)?;
        }
    }
    Ok(Logout {
        device_name: device_name.ok_or(missing(Field::DeviceName, element))?,
        remote_ip_addr: extras.remote_ip_addr(),
        is_via_header_set: extras.is_via_header_set(),
    })
}

fn logout_all<'a>(reader: &mut Reader<'a>) -> Result<LogoutAll<'a>, Error> {
    let mut extras = Extras::default();
    while let Some(child) = reader.child()? {
        extras.read(reader, &child)?;
    }
    Ok(LogoutAll { remote_ip_addr: extras.remote_ip_addr(), is_via_header_set: extras.is_via_header_set() })
}
