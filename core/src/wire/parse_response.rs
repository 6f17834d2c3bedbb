//! Responses: one result, its rows. What a row holds is decided when all of it was read, because the order of its
//! elements is not to be relied on.

use super::parse_request::{missing, number};
use super::reader::{Element, Kind, Reader, Row, once};
use crate::codes::em_service::EmServiceCode;
use crate::error::{Error, Field, Refusal};
use crate::message::{
    CheckUserResults, DeviceProfile, DeviceProfileResults, DeviceResult, DeviceStatus, DeviceUserResults,
    Failure, List, Response, UserCheck, UserDevices, UserDevicesResults, UserDevicesStatus, UserProfiles,
    UserProfilesStatus,
};
use crate::text::{Coding, Text};

pub(super) fn response<'a>(reader: &mut Reader<'a>, root: &Element<'a>) -> Result<Response<'a>, Error> {
    let mut result = None;
    while let Some(child) = reader.child()? {
        if !RESULTS.contains(&child.name) {
            reader.skip()?;
            continue;
        }
        if result.is_some() {
            return Err(Error::refused(Refusal::TwoResults, child.at));
        }
        result = Some(match child.name {
            "success" => {
                reader.skip()?;
                Response::Success
            }
            "failure" => Response::Failure(failure(reader, &child)?),
            "deviceUserResults" => Response::DeviceUserResults(DeviceUserResults {
                devices: rows(reader, &child, Field::Device)?,
            }),
            "userDevicesResults" => {
                Response::UserDevicesResults(UserDevicesResults { users: rows(reader, &child, Field::User)? })
            }
            "deviceProfileResults" => Response::DeviceProfileResults(DeviceProfileResults {
                users: rows(reader, &child, Field::User)?,
            }),
            _ => Response::CheckUserResults(CheckUserResults { users: rows(reader, &child, Field::User)? }),
        });
    }
    result.ok_or(Error::refused(Refusal::MissingOneOf("success, failure, a result"), root.at))
}

const RESULTS: [&str; 6] = [
    "success",
    "failure",
    "deviceUserResults",
    "userDevicesResults",
    "deviceProfileResults",
    "checkUserResults",
];

/// Checks every row of a result; there must be one.
fn rows<'a, T: Row<'a>>(
    reader: &mut Reader<'a>,
    element: &Element<'a>,
    row: Field,
) -> Result<List<'a, T>, Error> {
    let start = reader.content_start();
    let mut any = false;
    while let Some(child) = reader.child()? {
        if child.name == row.name() {
            T::read(reader, &child)?;
            any = true;
        } else {
            reader.skip()?;
        }
    }
    if !any {
        return Err(missing(row, element));
    }
    Ok(List::checked(reader.content_since(start), row))
}

fn failure<'a>(reader: &mut Reader<'a>, element: &Element<'a>) -> Result<Failure<'a>, Error> {
    let mut failure = None;
    while let Some(child) = reader.child()? {
        let (field, code) = match child.name {
            "error" => (Field::Error, Some(error_code(&child)?)),
            "errorMessage" => (Field::ErrorMessage, None),
            _ => {
                reader.skip()?;
                continue;
            }
        };
        if failure.is_some_and(|seen: Failure<'_>| seen.code.is_some() != code.is_some()) {
            return Err(Error::refused(Refusal::Excluded(field), child.at));
        }
        once(&failure, field, child.at)?;
        let text = reader.text(field, Kind::Words)?.unwrap_or(Text::from(""));
        failure = Some(Failure { code, text });
    }
    failure.ok_or(Error::refused(Refusal::MissingOneOf("error, errorMessage"), element.at))
}

fn error_code(element: &Element<'_>) -> Result<EmServiceCode, Error> {
    let (raw, at) = element.attribute(Field::ErrorCodeAttribute)?;
    let text = Text::checked(raw, Coding::Attribute, false);
    let digits = text.chars().take(6).count();
    number(text)
        .filter(|_| matches!(digits, 1..=5))
        .and_then(|number| u16::try_from(number).ok())
        .map(EmServiceCode::new)
        .ok_or(Error::refused(Refusal::Value(Field::ErrorCodeAttribute), at))
}

/// `none` and `doesNotExist`, which stand for something that is not there.
#[derive(Default)]
struct Absences {
    nones: usize,
    /// Where the first `none` is.
    none_at: usize,
    does_not_exist: Option<usize>,
}

impl Absences {
    /// Reads `child` if it is one of them and returns true.
    fn read<'a>(&mut self, reader: &mut Reader<'a>, child: &Element<'a>) -> Result<bool, Error> {
        match child.name {
            "none" => {
                if self.nones == 0 {
                    self.none_at = child.at;
                }
                self.nones += 1;
            }
            "doesNotExist" => {
                once(&self.does_not_exist, Field::DoesNotExist, child.at)?;
                self.does_not_exist = Some(child.at);
            }
            _ => return Ok(false),
        }
        reader.skip()?;
        Ok(true)
    }

    /// Where one of them stands although something is there (`present`), or both do, or `none` does twice.
    fn one_of(&self, present: bool) -> Result<(), Error> {
        let excluded = |field, at| Err(Error::refused(Refusal::Excluded(field), at));
        match self.does_not_exist {
            Some(at) if present || self.nones > 0 => excluded(Field::DoesNotExist, at),
            _ if present && self.nones > 0 => excluded(Field::None, self.none_at),
            _ if self.nones > 1 => Err(Error::refused(Refusal::Repeated(Field::None), self.none_at)),
            _ => Ok(()),
        }
    }
}

impl<'a> Row<'a> for DeviceResult<'a> {
    fn read(reader: &mut Reader<'a>, element: &Element<'a>) -> Result<Self, Error> {
        let name = element.name_attribute(Field::DeviceNameAttribute, Kind::Name)?;
        let mut user = None;
        let mut last_login = None;
        let mut emcc = None;
        let mut absences = Absences::default();
        while let Some(child) = reader.child()? {
            let filler = match child.name {
                "userID" => {
                    once(&user, Field::UserId, child.at)?;
                    user = Some(reader.mandatory(&child, Field::UserId, Kind::CodedName)?);
                    true
                }
                "lastlogin" => {
                    once(&last_login, Field::LastLogin, child.at)?;
                    last_login = Some(reader.mandatory(&child, Field::LastLogin, Kind::Name)?);
                    true
                }
                "emccDevice" => {
                    once(&emcc, Field::EmccDevice, child.at)?;
                    emcc = Some(flag(reader, &child, Field::EmccDevice, "yes", "no")?);
                    false
                }
                _ => {
                    let absent = absences.read(reader, &child)?;
                    if !absent {
                        reader.skip()?;
                    }
                    absent
                }
            };
            let fillers = usize::from(user.is_some()) + usize::from(last_login.is_some()) + absences.nones;
            if filler && fillers > 2 {
                return Err(Error::refused(Refusal::ThirdSlot, child.at));
            }
        }
        if let Some(at) = absences.does_not_exist
            && (user.is_some() || last_login.is_some() || emcc.is_some() || absences.nones > 0)
        {
            return Err(Error::refused(Refusal::Excluded(Field::DoesNotExist), at));
        }
        // A `none` takes the first slot that is free, so without `userID` one of them is the current user's.
        let status = match (user, absences.does_not_exist) {
            (Some(user), _) => DeviceStatus::LoggedIn { user },
            (None, Some(_)) => DeviceStatus::DoesNotExist,
            (None, None) if absences.nones > 0 => DeviceStatus::LoggedOut,
            _ => {
                let names = "userID, none, doesNotExist";
                return Err(Error::refused(Refusal::MissingOneOf(names), element.at));
            }
        };
        Ok(Self { name, status, last_login, emcc })
    }
}

/// Reads one of two words.
fn flag<'a>(
    reader: &mut Reader<'a>,
    element: &Element<'a>,
    field: Field,
    yes: &str,
    no: &str,
) -> Result<bool, Error> {
    let text = reader.mandatory(element, field, Kind::Words)?;
    if text == yes {
        Ok(true)
    } else if text == no {
        Ok(false)
    } else {
        Err(Error::refused(Refusal::Value(field), element.at))
    }
}

impl<'a> Row<'a> for UserDevices<'a> {
    fn read(reader: &mut Reader<'a>, element: &Element<'a>) -> Result<Self, Error> {
        let id = element.name_attribute(Field::UserIdAttribute, Kind::CodedName)?;
        let start = reader.content_start();
        let mut any = false;
        let mut absences = Absences::default();
        while let Some(child) = reader.child()? {
            if child.name == "deviceName" {
                reader.mandatory(&child, Field::DeviceName, Kind::Name)?;
                any = true;
            } else if !absences.read(reader, &child)? {
                reader.skip()?;
            }
        }
        absences.one_of(any)?;
        let status = if any {
            UserDevicesStatus::LoggedIn(List::checked(reader.content_since(start), Field::DeviceName))
        } else if absences.nones > 0 {
            UserDevicesStatus::None
        } else if absences.does_not_exist.is_some() {
            UserDevicesStatus::DoesNotExist
        } else {
            let names = "deviceName, none, doesNotExist";
            return Err(Error::refused(Refusal::MissingOneOf(names), element.at));
        };
        Ok(Self { id, status })
    }
}

impl<'a> Row<'a> for UserProfiles<'a> {
    fn read(reader: &mut Reader<'a>, element: &Element<'a>) -> Result<Self, Error> {
        let id = element.name_attribute(Field::UserIdAttribute, Kind::CodedName)?;
        let start = reader.content_start();
        let mut any = false;
        let mut failed = None;
        let mut absences = Absences::default();
        while let Some(child) = reader.child()? {
            match child.name {
                "deviceProfile" => {
                    DeviceProfile::read(reader, &child)?;
                    any = true;
                }
                "failure" => {
                    once(&failed, Field::Failure, child.at)?;
                    failed = Some((failure(reader, &child)?, child.at));
                }
                _ if absences.read(reader, &child)? => {}
                _ => reader.skip()?,
            }
        }
        absences.one_of(any || failed.is_some())?;
        let status = match failed {
            Some((_, at)) if any => return Err(Error::refused(Refusal::Excluded(Field::Failure), at)),
            Some((failure, _)) => UserProfilesStatus::Failure(failure),
            None if any => {
                UserProfilesStatus::Found(List::checked(reader.content_since(start), Field::DeviceProfile))
            }
            None if absences.does_not_exist.is_some() => UserProfilesStatus::DoesNotExist,
            None => UserProfilesStatus::None,
        };
        Ok(Self { id, status })
    }
}

impl<'a> Row<'a> for DeviceProfile<'a> {
    fn read(reader: &mut Reader<'a>, element: &Element<'a>) -> Result<Self, Error> {
        let mut name = None;
        let mut is_default = None;
        while let Some(child) = reader.child()? {
            match child.name {
                "deviceProfileName" => {
                    once(&name, Field::DeviceProfileName, child.at)?;
                    name = Some(reader.mandatory(&child, Field::DeviceProfileName, Kind::Name)?);
                }
                "isDefaultDeviceProfile" => {
                    once(&is_default, Field::IsDefaultDeviceProfile, child.at)?;
                    is_default = Some(flag(reader, &child, Field::IsDefaultDeviceProfile, "t", "f")?);
                }
                _ => reader.skip()?,
            }
        }
        Ok(Self {
            name: name.ok_or(missing(Field::DeviceProfileName, element))?,
            is_default: is_default.ok_or(missing(Field::IsDefaultDeviceProfile, element))?,
        })
    }
}

impl<'a> Row<'a> for UserCheck<'a> {
    fn read(reader: &mut Reader<'a>, element: &Element<'a>) -> Result<Self, Error> {
        let id = element.name_attribute(Field::UserIdAttribute, Kind::CodedName)?;
        let mut exists = None;
        let mut absences = Absences::default();
        while let Some(child) = reader.child()? {
            if child.name == "exists" {
                once(&exists, Field::Exists, child.at)?;
                exists = Some(());
                // It may be empty or hold the ID once more, which says nothing new.
                reader.skip()?;
            } else if child.name != "doesNotExist" || !absences.read(reader, &child)? {
                reader.skip()?;
            }
        }
        absences.one_of(exists.is_some())?;
        if exists.is_none() && absences.does_not_exist.is_none() {
            return Err(Error::refused(Refusal::MissingOneOf("exists, doesNotExist"), element.at));
        }
        Ok(Self { id, exists: exists.is_some() })
    }
}
