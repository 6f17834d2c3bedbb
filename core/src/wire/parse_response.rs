//! Responses: one result, its rows. What a row holds is decided when all of it was read, because the order of its
//! elements is not to be relied on.

use super::parse_request::number;
use super::reader::{Element, Kind, Reader, Row};
use super::tag::Tag;
use super::tokens::Stop;
use crate::codes::em_service::EmServiceCode;
use crate::error::{Field, Refusal};
use crate::message::{
    CheckUserResults, DeviceProfile, DeviceProfileResults, DeviceResult, DeviceStatus, DeviceUserResults,
    Failure, List, Response, UserCheck, UserDevices, UserDevicesResults, UserDevicesStatus, UserProfiles,
    UserProfilesStatus,
};
use crate::text::Text;

pub(super) fn response<'a>(reader: &mut Reader<'a>, root: Element) -> Result<Response<'a>, Stop> {
    let mut result = None;
    while let Some(child) = reader.child()? {
        if !matches!(
            child.tag,
            Tag::Success
                | Tag::Failure
                | Tag::DeviceUserResults
                | Tag::UserDevicesResults
                | Tag::DeviceProfileResults
                | Tag::CheckUserResults
        ) {
            reader.skip()?;
            continue;
        }
        if result.is_some() {
            return Err(reader.refuse(Refusal::TwoResults, child.at));
        }
        result = Some(match child.tag {
            Tag::Success => {
                reader.skip()?;
                Response::Success
            }
            Tag::Failure => Response::Failure(failure(reader, child)?),
            Tag::DeviceUserResults => Response::DeviceUserResults(DeviceUserResults {
                devices: rows(reader, child, Tag::Device, Field::Device)?,
            }),
            Tag::UserDevicesResults => Response::UserDevicesResults(UserDevicesResults {
                users: rows(reader, child, Tag::User, Field::User)?,
            }),
            Tag::DeviceProfileResults => Response::DeviceProfileResults(DeviceProfileResults {
                users: rows(reader, child, Tag::User, Field::User)?,
            }),
            _ => Response::CheckUserResults(CheckUserResults {
                users: rows(reader, child, Tag::User, Field::User)?,
            }),
        });
    }
    match result {
        Some(result) => Ok(result),
        None => Err(reader.refuse(Refusal::MissingOneOf(RESULTS), root.at)),
    }
}

/// What a response must hold one of.
pub(super) const RESULTS: &str = "success, failure, a result";

/// What a `user` of `userDevicesResults` must hold one of.
pub(super) const USER_HOLDS: &str = "deviceName, none, doesNotExist";

/// Checks every row of a result; there must be one.
fn rows<'a, T: Row<'a>>(
    reader: &mut Reader<'a>,
    element: Element,
    row: Tag,
    field: Field,
) -> Result<List<'a, T>, Stop> {
    let start = reader.content_start();
    let mut any = false;
    while let Some(child) = reader.child()? {
        if child.tag == row {
            T::read(reader, child)?;
            any = true;
        } else {
            reader.skip()?;
        }
    }
    if !any {
        return Err(reader.refuse(Refusal::Missing(field), element.at));
    }
    Ok(List::checked(reader.content_since(start), row))
}

pub(super) fn failure<'a>(reader: &mut Reader<'a>, element: Element) -> Result<Failure<'a>, Stop> {
    let mut failure = None;
    while let Some(child) = reader.child()? {
        let (field, code) = match child.tag {
            Tag::Error => (Field::Error, Some(error_code(reader, child)?)),
            Tag::ErrorMessage => (Field::ErrorMessage, None),
            _ => {
                reader.skip()?;
                continue;
            }
        };
        if failure.is_some_and(|seen: Failure<'_>| seen.code.is_some() != code.is_some()) {
            return Err(reader.refuse(Refusal::Excluded(field), child.at));
        }
        reader.once(failure.is_some(), field, child.at)?;
        let text = reader.text(field, Kind::Words)?.unwrap_or(Text::from(""));
        failure = Some(Failure { code, text });
    }
    match failure {
        Some(failure) => Ok(failure),
        None => Err(reader.refuse(Refusal::MissingOneOf("error, errorMessage"), element.at)),
    }
}

fn error_code(reader: &mut Reader<'_>, element: Element) -> Result<EmServiceCode, Stop> {
    let attribute = reader.attribute(element, Field::ErrorCodeAttribute)?;
    let text = attribute.text();
    let digits = text.chars().take(6).fold(0_usize, |count, _| count.saturating_add(1));
    let number = number(text).filter(|_| matches!(digits, 1..=5));
    match number.map(u16::try_from) {
        Some(Ok(number)) => Ok(EmServiceCode::new(number)),
        _ => Err(reader.refuse(Refusal::Value(Field::ErrorCodeAttribute), attribute.at)),
    }
}

/// `none` and `doesNotExist`, which stand for something that is not there.
#[derive(Default)]
pub(super) struct Absences {
    pub(super) nones: usize,
    /// Where the first `none` is.
    none_at: usize,
    pub(super) does_not_exist: Option<usize>,
}

impl Absences {
    /// Reads `child` if it is one of them and returns true.
    fn read(&mut self, reader: &mut Reader<'_>, child: Element) -> Result<bool, Stop> {
        let is_one = self.note(reader, child)?;
        if is_one {
            reader.skip()?;
        }
        Ok(is_one)
    }

    /// Remembers `child`, whose start tag was read, if it is one of them, and returns true.
    pub(super) fn note(&mut self, reader: &mut Reader<'_>, child: Element) -> Result<bool, Stop> {
        match child.tag {
            Tag::None => {
                if self.nones == 0 {
                    self.none_at = child.at;
                }
                self.nones = self.nones.saturating_add(1);
            }
            Tag::DoesNotExist => {
                reader.once(self.does_not_exist.is_some(), Field::DoesNotExist, child.at)?;
                self.does_not_exist = Some(child.at);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Where one of them stands although something is there (`present`), or both do, or `none` does twice.
    pub(super) fn one_of(&self, reader: &mut Reader<'_>, present: bool) -> Result<(), Stop> {
        let mut excluded = |field, at| Err(reader.refuse(Refusal::Excluded(field), at));
        match self.does_not_exist {
            Some(at) if present || self.nones > 0 => excluded(Field::DoesNotExist, at),
            _ if present && self.nones > 0 => excluded(Field::None, self.none_at),
            _ if self.nones > 1 => Err(reader.refuse(Refusal::Repeated(Field::None), self.none_at)),
            _ => Ok(()),
        }
    }
}

impl<'a> Row<'a> for DeviceResult<'a> {
    fn read(reader: &mut Reader<'a>, element: Element) -> Result<Self, Stop> {
        let name = reader.name_attribute(element, Field::DeviceNameAttribute, Kind::Name)?;
        let mut user = None;
        let mut last_login = None;
        let mut emcc = None;
        let mut absences = Absences::default();
        while let Some(child) = reader.child()? {
            let filler = match child.tag {
                Tag::UserId => {
                    reader.once(user.is_some(), Field::UserId, child.at)?;
                    user = Some(reader.mandatory(child, Field::UserId, Kind::CodedName)?);
                    true
                }
                Tag::LastLogin => {
                    reader.once(last_login.is_some(), Field::LastLogin, child.at)?;
                    last_login = Some(reader.mandatory(child, Field::LastLogin, Kind::Name)?);
                    true
                }
                Tag::EmccDevice => {
                    reader.once(emcc.is_some(), Field::EmccDevice, child.at)?;
                    emcc = Some(flag(reader, child, Field::EmccDevice, "yes", "no")?);
                    false
                }
                _ => {
                    let absent = absences.read(reader, child)?;
                    if !absent {
                        reader.skip()?;
                    }
                    absent
                }
            };
            let users = usize::from(user.is_some()).saturating_add(usize::from(last_login.is_some()));
            let fillers = users.saturating_add(absences.nones);
            if filler && fillers > 2 {
                return Err(reader.refuse(Refusal::ThirdSlot, child.at));
            }
        }
        if let Some(at) = absences.does_not_exist
            && (user.is_some() || last_login.is_some() || emcc.is_some() || absences.nones > 0)
        {
            return Err(reader.refuse(Refusal::Excluded(Field::DoesNotExist), at));
        }
        // A `none` takes the first slot that is free, so without `userID` one of them is the current user's.
        let status = match (user, absences.does_not_exist) {
            (Some(user), _) => DeviceStatus::LoggedIn { user },
            (None, Some(_)) => DeviceStatus::DoesNotExist,
            (None, None) if absences.nones > 0 => DeviceStatus::LoggedOut,
            _ => {
                let names = "userID, none, doesNotExist";
                return Err(reader.refuse(Refusal::MissingOneOf(names), element.at));
            }
        };
        Ok(Self { name, status, last_login, emcc })
    }
}

/// Reads one of two words.
fn flag<'a>(
    reader: &mut Reader<'a>,
    element: Element,
    field: Field,
    yes: &str,
    no: &str,
) -> Result<bool, Stop> {
    let text = reader.mandatory(element, field, Kind::Words)?;
    if text == yes {
        Ok(true)
    } else if text == no {
        Ok(false)
    } else {
        Err(reader.refuse(Refusal::Value(field), element.at))
    }
}

impl<'a> Row<'a> for UserDevices<'a> {
    fn read(reader: &mut Reader<'a>, element: Element) -> Result<Self, Stop> {
        let id = reader.name_attribute(element, Field::UserIdAttribute, Kind::CodedName)?;
        let start = reader.content_start();
        let mut any = false;
        let mut absences = Absences::default();
        while let Some(child) = reader.child()? {
            if child.tag == Tag::DeviceName {
                reader.mandatory(child, Field::DeviceName, Kind::Name)?;
                any = true;
            } else if !absences.read(reader, child)? {
                reader.skip()?;
            }
        }
        absences.one_of(reader, any)?;
        let status = if any {
            UserDevicesStatus::LoggedIn(List::checked(reader.content_since(start), Tag::DeviceName))
        } else if absences.nones > 0 {
            UserDevicesStatus::None
        } else if absences.does_not_exist.is_some() {
            UserDevicesStatus::DoesNotExist
        } else {
            return Err(reader.refuse(Refusal::MissingOneOf(USER_HOLDS), element.at));
        };
        Ok(Self { id, status })
    }
}

impl<'a> Row<'a> for UserProfiles<'a> {
    fn read(reader: &mut Reader<'a>, element: Element) -> Result<Self, Stop> {
        let id = reader.name_attribute(element, Field::UserIdAttribute, Kind::CodedName)?;
        let start = reader.content_start();
        let mut any = false;
        let mut failed = None;
        let mut absences = Absences::default();
        while let Some(child) = reader.child()? {
            match child.tag {
                Tag::DeviceProfile => {
                    DeviceProfile::read(reader, child)?;
                    any = true;
                }
                Tag::Failure => {
                    reader.once(failed.is_some(), Field::Failure, child.at)?;
                    failed = Some((failure(reader, child)?, child.at));
                }
                _ if absences.read(reader, child)? => {}
                _ => reader.skip()?,
            }
        }
        absences.one_of(reader, any || failed.is_some())?;
        let status = match failed {
            Some((_, at)) if any => return Err(reader.refuse(Refusal::Excluded(Field::Failure), at)),
            Some((failure, _)) => UserProfilesStatus::Failure(failure),
            None if any => {
                UserProfilesStatus::Found(List::checked(reader.content_since(start), Tag::DeviceProfile))
            }
            None if absences.does_not_exist.is_some() => UserProfilesStatus::DoesNotExist,
            None => UserProfilesStatus::None,
        };
        Ok(Self { id, status })
    }
}

impl<'a> Row<'a> for DeviceProfile<'a> {
    fn read(reader: &mut Reader<'a>, element: Element) -> Result<Self, Stop> {
        let mut name = None;
        let mut is_default = None;
        while let Some(child) = reader.child()? {
            match child.tag {
                Tag::DeviceProfileName => {
                    reader.once(name.is_some(), Field::DeviceProfileName, child.at)?;
                    name = Some(reader.mandatory(child, Field::DeviceProfileName, Kind::Name)?);
                }
                Tag::IsDefaultDeviceProfile => {
                    reader.once(is_default.is_some(), Field::IsDefaultDeviceProfile, child.at)?;
                    is_default = Some(flag(reader, child, Field::IsDefaultDeviceProfile, "t", "f")?);
                }
                _ => reader.skip()?,
            }
        }
        Ok(Self {
            name: reader.given(name, Field::DeviceProfileName, element)?,
            is_default: reader.given(is_default, Field::IsDefaultDeviceProfile, element)?,
        })
    }
}

impl<'a> Row<'a> for UserCheck<'a> {
    fn read(reader: &mut Reader<'a>, element: Element) -> Result<Self, Stop> {
        let id = reader.name_attribute(element, Field::UserIdAttribute, Kind::CodedName)?;
        let mut exists = None;
        let mut absences = Absences::default();
        while let Some(child) = reader.child()? {
            if child.tag == Tag::Exists {
                reader.once(exists.is_some(), Field::Exists, child.at)?;
                exists = Some(());
                // It may be empty or hold the ID once more, which says nothing new.
                reader.skip()?;
            } else if child.tag != Tag::DoesNotExist || !absences.read(reader, child)? {
                reader.skip()?;
            }
        }
        absences.one_of(reader, exists.is_some())?;
        if exists.is_none() && absences.does_not_exist.is_none() {
            return Err(reader.refuse(Refusal::MissingOneOf("exists, doesNotExist"), element.at));
        }
        Ok(Self { id, exists: exists.is_some() })
    }
}
