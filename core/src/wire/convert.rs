//! Converts what `collect` gathered into messages and rows. It refuses nothing: `collect` has checked everything.

use super::collect::Collected;
use super::element_name::ElementName;
use super::reader::{ReadRow, Reader};
use super::schema::{Context, key};
use super::text_value::TextKind;
use super::tokens::Stop;
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

/// Returns the message whose root element is `root`.
#[inline(never)]
pub(super) fn message<'a>(root: ElementName, collected: &Collected<'a>) -> Message<'a> {
    match root {
        ElementName::Request => Message::Request(request(collected)),
        ElementName::Query => Message::Query(query(collected)),
        _ => Message::Response(response(collected)),
    }
}

pub(super) fn request<'a>(collected: &Collected<'a>) -> Request<'a> {
    let remote_ip_addr = collected.optional(key::REMOTE_IP_ADDR);
    let is_via_header_set = collected.optional(key::IS_VIA_HEADER_SET);
    let device_name = collected.text(key::DEVICE_NAME);
    let operation = match collected.element(key::OPERATION) {
        ElementName::Login => Operation::Login(Login {
            device_name,
            user_id: collected.text(key::USER_ID),
            device_profile: collected.optional(key::DEVICE_PROFILE),
            exclusive_duration: exclusive_duration(collected),
            login_type: login_type(collected),
            remote_ip_addr,
            is_via_header_set,
        }),
        ElementName::Logout => Operation::Logout(Logout { device_name, remote_ip_addr, is_via_header_set }),
        _ => Operation::LogoutAll(LogoutAll { remote_ip_addr, is_via_header_set }),
    };
    Request { app: app_info(collected), operation }
}

fn app_info<'a>(collected: &Collected<'a>) -> AppInfo<'a> {
    let secret = Secret::new(collected.text(key::CERTIFICATE));
    let certificate = match collected.element(key::CERTIFICATE) {
        ElementName::AppEncryptedCertificate => AppCertificate::Encrypted(secret),
        _ => AppCertificate::Plain(secret),
    };
    AppInfo { id: collected.text(key::APP_ID), certificate }
}

fn exclusive_duration(collected: &Collected<'_>) -> Option<ExclusiveDuration> {
    match collected.element(key::MINUTES) {
        ElementName::Time => collected.number(key::MINUTES).map(ExclusiveDuration::Minutes),
        ElementName::Indefinite => Some(ExclusiveDuration::Indefinite),
        _ => None,
    }
}

fn login_type(collected: &Collected<'_>) -> Option<LoginType> {
    Some(match collected.number(key::LOGIN_TYPE)? {
        0 => LoginType::UserId,
        1 => LoginType::DirectoryNumber,
        _ => LoginType::SelfService,
    })
}

pub(super) fn query<'a>(collected: &Collected<'a>) -> Query<'a> {
    let login_type = login_type(collected);
    let remote_ip_addr = collected.optional(key::REMOTE_IP_ADDR);
    let is_via_header_set = collected.optional(key::IS_VIA_HEADER_SET);
    let element = collected.element(key::OPERATION);
    let rows =
        if element == ElementName::DeviceUserQuery { Context::DeviceQuery } else { Context::UserQuery };
    let list = List::checked(collected.content(), rows);
    macro_rules! query {
        ($query:ident, $list:ident) => {
            QueryOperation::$query($query { $list: list, login_type, remote_ip_addr, is_via_header_set })
        };
    }
    let operation = match element {
        ElementName::DeviceUserQuery => query!(DeviceUserQuery, devices),
        ElementName::UserDevicesQuery => query!(UserDevicesQuery, users),
        ElementName::CheckUser => query!(CheckUser, users),
        _ => query!(DeviceProfileQuery, users),
    };
    Query { app: app_info(collected), operation }
}

pub(super) fn response<'a>(collected: &Collected<'a>) -> Response<'a> {
    macro_rules! results {
        ($results:ident, $list:ident) => {
            Response::$results($results { $list: List::checked(collected.content(), Context::$results) })
        };
    }
    match collected.element(key::OPERATION) {
        ElementName::Failure => Response::Failure(failure(collected)),
        ElementName::DeviceUserResults => results!(DeviceUserResults, devices),
        ElementName::UserDevicesResults => results!(UserDevicesResults, users),
        ElementName::DeviceProfileResults => results!(DeviceProfileResults, users),
        ElementName::CheckUserResults => results!(CheckUserResults, users),
        _ => Response::Success,
    }
}

/// Returns the `failure` of a response or of a `user`.
pub(super) fn failure<'a>(collected: &Collected<'a>) -> Failure<'a> {
    let code = collected.code().and_then(|number| u16::try_from(number).ok());
    Failure { code: code.map(EmServiceCode::new), text: collected.text(key::ERROR) }
}

impl<'a> ReadRow<'a> for DeviceResult<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Stop> {
        let mut collected = Collected::NOTHING;
        reader.collect(Context::Device, &mut collected)?;
        let last_login = collected.optional(key::LAST_LOGIN);
        let emcc = collected.number(key::EMCC).map(|number| number != 0);
        // A `none` fills the first free slot, so without `userID` one `none` is the current user's.
        let status = match collected.optional(key::USER) {
            Some(user) => DeviceStatus::LoggedIn { user, last_login, emcc },
            None if collected.has(key::DOES_NOT_EXIST) => DeviceStatus::DoesNotExist,
            None => DeviceStatus::LoggedOut { last_login, emcc },
        };
        Ok(Self { name: collected.text(key::NAME), status })
    }
}

impl<'a> ReadRow<'a> for UserDevices<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Stop> {
        let mut collected = Collected::NOTHING;
        reader.collect(Context::UserDevices, &mut collected)?;
        let status = if collected.has(key::HAS) {
            UserDevicesStatus::LoggedIn(List::checked(collected.content(), Context::UserDevices))
        } else if collected.has(key::NONE) {
            UserDevicesStatus::None
        } else {
            UserDevicesStatus::DoesNotExist
        };
        Ok(Self { id: collected.text(key::NAME), status })
    }
}

impl<'a> ReadRow<'a> for UserProfiles<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Stop> {
        let mut collected = Collected::NOTHING;
        reader.collect(Context::UserProfiles, &mut collected)?;
        let status = if collected.has(key::USER_FAILURE) {
            UserProfilesStatus::Failure(failure(&collected))
        } else if collected.has(key::HAS) {
            UserProfilesStatus::Found(List::checked(collected.content(), Context::UserProfiles))
        } else if collected.has(key::DOES_NOT_EXIST) {
            UserProfilesStatus::DoesNotExist
        } else {
            UserProfilesStatus::None
        };
        Ok(Self { id: collected.text(key::NAME), status })
    }
}

impl<'a> ReadRow<'a> for UserCheck<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Stop> {
        let mut collected = Collected::NOTHING;
        reader.collect(Context::UserCheck, &mut collected)?;
        Ok(Self { id: collected.text(key::NAME), exists: collected.has(key::HAS) })
    }
}

impl<'a> ReadRow<'a> for DeviceProfile<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Stop> {
        let mut collected = Collected::NOTHING;
        reader.collect(Context::DeviceProfile, &mut collected)?;
        Ok(Self {
            name: collected.text(key::PROFILE_NAME),
            is_default: collected.number(key::IS_DEFAULT).is_some_and(|number| number != 0),
        })
    }
}

/// A `deviceName` or `userID` of a query, or a `deviceName` of a response: none of these is percent-coded.
impl<'a> ReadRow<'a> for Text<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Stop> {
        // The text has been checked, so the field is never reported.
        Ok(reader.text(Field::DeviceName, TextKind::Name)?.unwrap_or(Text::EMPTY))
    }

    fn named(name: &'a str) -> Option<Self> {
        Some(Text::from(name))
    }
}
