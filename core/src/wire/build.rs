//! Makes messages and rows of what `gather` found. It refuses nothing: `gather` did.

use super::gather::Found;
use super::grammar::{Context, slot};
use super::reader::{Reader, Row};
use super::tag::Tag;
use super::tokens::Stop;
use super::words::Kind;
use crate::codes::em_service::EmServiceCode;
use crate::error::Field;
use crate::message::{
    AppCertificate, AppInfo, CheckUser, CheckUserResults, DeviceProfile, DeviceProfileQuery,
    DeviceProfileResults, DeviceResult, DeviceStatus, DeviceUserQuery, DeviceUserResults, ExclusiveDuration,
    Failure, List, Login, LoginType, Logout, LogoutAll, Message, Operation, Query, QueryOperation, Request,
    Response, UserCheck, UserDevices, UserDevicesQuery, UserDevicesResults, UserDevicesStatus, UserProfiles,
    UserProfilesStatus,
};
use crate::secret::Secret;
use crate::text::Text;

/// Makes a message with that root.
#[inline(never)]
pub(super) fn message<'a>(root: Tag, found: &Found<'a>) -> Message<'a> {
    match root {
        Tag::Request => Message::Request(request(found)),
        Tag::Query => Message::Query(query(found)),
        _ => Message::Response(response(found)),
    }
}

#[inline]
pub(super) fn request<'a>(found: &Found<'a>) -> Request<'a> {
    let remote_ip_addr = found.optional(slot::REMOTE_IP_ADDR);
    let is_via_header_set = found.optional(slot::IS_VIA_HEADER_SET);
    let device_name = found.text(slot::DEVICE_NAME);
    let operation = match found.tag(slot::OPERATION) {
        Tag::Login => Operation::Login(Login {
            device_name,
            user_id: found.text(slot::USER_ID),
            device_profile: found.optional(slot::DEVICE_PROFILE),
            exclusive_duration: exclusive_duration(found),
            login_type: login_type(found),
            remote_ip_addr,
            is_via_header_set,
        }),
        Tag::Logout => Operation::Logout(Logout { device_name, remote_ip_addr, is_via_header_set }),
        _ => Operation::LogoutAll(LogoutAll { remote_ip_addr, is_via_header_set }),
    };
    Request { app: app_info(found), operation }
}

fn app_info<'a>(found: &Found<'a>) -> AppInfo<'a> {
    let secret = Secret::new(found.text(slot::CERTIFICATE));
    let certificate = match found.tag(slot::CERTIFICATE) {
        Tag::AppEncryptedCertificate => AppCertificate::Encrypted(secret),
        _ => AppCertificate::Plain(secret),
    };
    AppInfo { id: found.text(slot::APP_ID), certificate }
}

fn exclusive_duration(found: &Found<'_>) -> Option<ExclusiveDuration> {
    match found.tag(slot::MINUTES) {
        Tag::Time => found.number(slot::MINUTES).map(ExclusiveDuration::Minutes),
        Tag::Indefinite => Some(ExclusiveDuration::Indefinite),
        _ => None,
    }
}

fn login_type(found: &Found<'_>) -> Option<LoginType> {
    Some(match found.number(slot::LOGIN_TYPE)? {
        0 => LoginType::UserId,
        1 => LoginType::DirectoryNumber,
        _ => LoginType::SelfService,
    })
}

#[inline]
pub(super) fn query<'a>(found: &Found<'a>) -> Query<'a> {
    let login_type = login_type(found);
    let remote_ip_addr = found.optional(slot::REMOTE_IP_ADDR);
    let is_via_header_set = found.optional(slot::IS_VIA_HEADER_SET);
    let tag = found.tag(slot::OPERATION);
    let rows = if tag == Tag::DeviceUserQuery { Context::DeviceQuery } else { Context::UserQuery };
    let list = List::checked(found.content(), rows);
    macro_rules! query {
        ($query:ident, $list:ident) => {
            QueryOperation::$query($query { $list: list, login_type, remote_ip_addr, is_via_header_set })
        };
    }
    let operation = match tag {
        Tag::DeviceUserQuery => query!(DeviceUserQuery, devices),
        Tag::UserDevicesQuery => query!(UserDevicesQuery, users),
        Tag::CheckUser => query!(CheckUser, users),
        _ => query!(DeviceProfileQuery, users),
    };
    Query { app: app_info(found), operation }
}

#[inline]
pub(super) fn response<'a>(found: &Found<'a>) -> Response<'a> {
    macro_rules! results {
        ($results:ident, $list:ident) => {
            Response::$results($results { $list: List::checked(found.content(), Context::$results) })
        };
    }
    match found.tag(slot::OPERATION) {
        Tag::Failure => Response::Failure(failure(found)),
        Tag::DeviceUserResults => results!(DeviceUserResults, devices),
        Tag::UserDevicesResults => results!(UserDevicesResults, users),
        Tag::DeviceProfileResults => results!(DeviceProfileResults, users),
        Tag::CheckUserResults => results!(CheckUserResults, users),
        _ => Response::Success,
    }
}

/// Makes a `failure` of a response or of a `user`.
pub(super) fn failure<'a>(found: &Found<'a>) -> Failure<'a> {
    let code = found.code().and_then(|number| u16::try_from(number).ok());
    Failure { code: code.map(EmServiceCode::new), text: found.text(slot::ERROR) }
}

impl<'a> Row<'a> for DeviceResult<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Stop> {
        let mut found = Found::NOTHING;
        reader.gather(Context::Device, &mut found)?;
        // A `none` takes the first slot that is free, so without `userID` one of them is the current user's.
        let status = match found.optional(slot::USER) {
            Some(user) => DeviceStatus::LoggedIn { user },
            None if found.has(slot::DOES_NOT_EXIST) => DeviceStatus::DoesNotExist,
            None => DeviceStatus::LoggedOut,
        };
        Ok(Self {
            name: found.text(slot::NAME),
            status,
            last_login: found.optional(slot::LAST_LOGIN),
            emcc: found.number(slot::EMCC).map(|number| number != 0),
        })
    }
}

impl<'a> Row<'a> for UserDevices<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Stop> {
        let mut found = Found::NOTHING;
        reader.gather(Context::UserDevices, &mut found)?;
        let status = if found.has(slot::HAS) {
            UserDevicesStatus::LoggedIn(List::checked(found.content(), Context::UserDevices))
        } else if found.has(slot::NONE) {
            UserDevicesStatus::None
        } else {
            UserDevicesStatus::DoesNotExist
        };
        Ok(Self { id: found.text(slot::NAME), status })
    }
}

impl<'a> Row<'a> for UserProfiles<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Stop> {
        let mut found = Found::NOTHING;
        reader.gather(Context::UserProfiles, &mut found)?;
        let status = if found.has(slot::USER_FAILURE) {
            UserProfilesStatus::Failure(failure(&found))
        } else if found.has(slot::HAS) {
            UserProfilesStatus::Found(List::checked(found.content(), Context::UserProfiles))
        } else if found.has(slot::DOES_NOT_EXIST) {
            UserProfilesStatus::DoesNotExist
        } else {
            UserProfilesStatus::None
        };
        Ok(Self { id: found.text(slot::NAME), status })
    }
}

impl<'a> Row<'a> for UserCheck<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Stop> {
        let mut found = Found::NOTHING;
        reader.gather(Context::UserCheck, &mut found)?;
        Ok(Self { id: found.text(slot::NAME), exists: found.has(slot::HAS) })
    }
}

impl<'a> Row<'a> for DeviceProfile<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Stop> {
        let mut found = Found::NOTHING;
        reader.gather(Context::DeviceProfile, &mut found)?;
        Ok(Self {
            name: found.text(slot::PROFILE_NAME),
            is_default: found.number(slot::IS_DEFAULT).is_some_and(|number| number != 0),
        })
    }
}

/// A `deviceName` or `userID` of a query, or a `deviceName` of a response: in these places both are plain names.
impl<'a> Row<'a> for Text<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Stop> {
        // It was checked, so the field is in no error.
        Ok(reader.text(Field::DeviceName, Kind::Name)?.unwrap_or(Text::EMPTY))
    }
}
