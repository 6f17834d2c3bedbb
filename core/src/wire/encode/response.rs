//! Writes responses, for a double of the service.

use super::{Encode, Encoded, Encoder, Escape};
use crate::error::{Error, Field, Limit};
use crate::message::{
    DeviceProfile, DeviceResult, DeviceStatus, Failure, Response, UserCheck, UserDevices, UserDevicesStatus,
    UserProfiles, UserProfilesStatus,
};
use crate::text::Text;

impl Encode for Response<'_> {
    fn write(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        encoder.response(self)
    }
}

impl Encoder<'_> {
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
                let (last_login, emcc) = match &device.status {
                    DeviceStatus::DoesNotExist => {
                        e.sink.put("<doesNotExist/>");
                        return Ok(());
                    }
                    DeviceStatus::LoggedIn { user, last_login, emcc } => {
                        e.check_bounds(Field::UserId, user, Limit::Name)?;
                        e.element("userID", |e| e.text(Field::UserId, user, Escape::Coded))?;
                        (last_login, emcc)
                    }
                    DeviceStatus::LoggedOut { last_login, emcc } => {
                        e.sink.put("<none/>");
                        (last_login, emcc)
                    }
                };
                match last_login {
                    Some(user) => e.name(Field::LastLogin, user)?,
                    None => e.sink.put("<none/>"),
                }
                match emcc {
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
        self.check_bounds(field, value, Limit::Name)?;
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

    fn empty(&mut self, tag: &str) -> Encoded {
        self.sink.put(tag);
        Ok(())
    }
}
