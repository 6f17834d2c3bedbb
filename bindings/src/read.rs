//! From the core's views to the objects of Python. It decides nothing about the protocol; it only copies.

use hotdesk_core as core;
use pyo3::PyClass;
use pyo3::exceptions::PyNotImplementedError;
use pyo3::prelude::*;
use pyo3::types::PyBool;

use crate::decode::{Refusal, text as owned};
use crate::field::{
    DeviceStatus, ExclusiveDuration, Field, LoginType, Text, UserCheckStatus, UserDevicesStatus,
    UserProfilesStatus,
};
use crate::model::{
    AppInfo, CheckUser, CheckUserResults, DeviceProfileQuery, DeviceProfileResults, DeviceRow,
    DeviceUserQuery, DeviceUserResults, Failure, FailureRow, Login, Logout, LogoutAll, ProfileRow, Success,
    UserCheckRow, UserDevicesQuery, UserDevicesResults, UserDevicesRow, UserProfilesRow,
};
use crate::python::refused;
use crate::rows::{List, Row, Rows};
use crate::secret::Kept;

/// Input from this size on is read without the lock of the interpreter; below it, giving it back costs more.
const LARGE: usize = 16 * 1024;

/// Reads a message of any kind.
pub(crate) fn read<'py>(py: Python<'py>, input: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    let reader = Reader { py, large: input.len() >= LARGE };
    let parsed = reader.unlocked(|| core::Message::parse(input));
    let message = match parsed.map_err(|error| refused(py, &Refusal::new(error, input)))? {
        core::Message::Request(request) => return reader.request(&request),
        core::Message::Query(query) => return reader.query(&query),
        core::Message::Response(response) => response,
        _ => return Err(unknown("message")),
    };
    reader.response(&message)
}

/// The core's types may grow: says that this package does not have the class yet.
fn unknown(what: &str) -> PyErr {
    PyNotImplementedError::new_err(format!("this release of hotdesk has no class for this {what}"))
}

/// Runs over the bytes of a message, without the lock of the interpreter where they are many.
pub(crate) fn unlocked<T: Send>(py: Python<'_>, input: &[u8], f: impl FnOnce() -> T + Send) -> T {
    Reader { py, large: input.len() >= LARGE }.unlocked(f)
}

struct Reader<'py> {
    py: Python<'py>,
    large: bool,
}

impl<'py> Reader<'py> {
    fn unlocked<T: Send>(&self, f: impl FnOnce() -> T + Send) -> T {
        if self.large { self.py.detach(f) } else { f() }
    }

    fn request(&self, request: &core::Request<'_>) -> PyResult<Bound<'py, PyAny>> {
        let app = self.app(&request.app)?;
        match &request.operation {
            core::Operation::Login(login) => self.made(Login {
                app,
                device_name: Text::read(self.py, login.device_name),
                user_id: Text::read(self.py, login.user_id),
                device_profile: self.optional(login.device_profile),
                exclusive_duration: login.exclusive_duration.map(ExclusiveDuration).member(self.py)?,
                login_type: login.login_type.map(login_type).transpose()?.member(self.py)?,
                remote_ip_addr: self.optional(login.remote_ip_addr),
                is_via_header_set: self.optional(login.is_via_header_set),
            }),
            core::Operation::Logout(logout) => self.made(Logout {
                app,
                device_name: Text::read(self.py, logout.device_name),
                remote_ip_addr: self.optional(logout.remote_ip_addr),
                is_via_header_set: self.optional(logout.is_via_header_set),
            }),
            core::Operation::LogoutAll(all) => self.made(LogoutAll {
                app,
                remote_ip_addr: self.optional(all.remote_ip_addr),
                is_via_header_set: self.optional(all.is_via_header_set),
            }),
            _ => Err(unknown("operation")),
        }
    }

    fn query(&self, query: &core::Query<'_>) -> PyResult<Bound<'py, PyAny>> {
        let app = self.app(&query.app)?;
        // The four differ in name and list only, but each is a class of its own.
        macro_rules! query {
            ($name:ident, $list:ident, $query:expr) => {
                self.made($name {
                    app,
                    $list: self.rows($query.$list, |name| Ok(owned(name)))?,
                    login_type: $query.login_type.map(login_type).transpose()?.member(self.py)?,
                    remote_ip_addr: self.optional($query.remote_ip_addr),
                    is_via_header_set: self.optional($query.is_via_header_set),
                })
            };
        }
        match &query.operation {
            core::QueryOperation::DeviceUserQuery(query) => query!(DeviceUserQuery, devices, query),
            core::QueryOperation::UserDevicesQuery(query) => query!(UserDevicesQuery, users, query),
            core::QueryOperation::CheckUser(query) => query!(CheckUser, users, query),
            core::QueryOperation::DeviceProfileQuery(query) => query!(DeviceProfileQuery, users, query),
            _ => Err(unknown("query")),
        }
    }

    fn response(&self, response: &core::Response<'_>) -> PyResult<Bound<'py, PyAny>> {
        match response {
            core::Response::Success => self.made(Success {}),
            core::Response::Failure(failure) => self.made(Failure {
                code: failure.code.map(|code| code.number()).member(self.py)?,
                text: self.optional(spoken(failure)),
            }),
            core::Response::DeviceUserResults(results) => {
                self.made(DeviceUserResults { devices: self.rows(results.devices, device)? })
            }
            core::Response::UserDevicesResults(results) => {
                self.made(UserDevicesResults { users: self.rows(results.users, user_devices)? })
            }
            core::Response::DeviceProfileResults(results) => {
                self.made(DeviceProfileResults { users: self.rows(results.users, user_profiles)? })
            }
            core::Response::CheckUserResults(results) => {
                self.made(CheckUserResults { users: self.rows(results.users, user_check)? })
            }
            _ => Err(unknown("response")),
        }
    }

    fn made<T: PyClass<BaseType = PyAny>>(&self, message: T) -> PyResult<Bound<'py, PyAny>> {
        Bound::new(self.py, message).map(Bound::into_any)
    }

    fn app(&self, app: &core::AppInfo<'_>) -> PyResult<Py<AppInfo>> {
        let (certificate, encrypted) = match app.certificate {
            core::AppCertificate::Plain(certificate) => (certificate, false),
            core::AppCertificate::Encrypted(certificate) => (certificate, true),
            _ => return Err(unknown("certificate")),
        };
        let app = AppInfo {
            id: Text::read(self.py, app.id),
            certificate: Kept::read(certificate),
            encrypted: PyBool::new(self.py, encrypted).to_owned().unbind(),
        };
        Py::new(self.py, app)
    }

    fn optional(&self, text: Option<core::Text<'_>>) -> Py<PyAny> {
        text.map_or_else(|| self.py.None(), |text| Text::read(self.py, text).into_any())
    }

    fn rows<L: IntoIterator + Send, R: Row>(
        &self,
        list: L,
        row: impl Fn(L::Item) -> PyResult<R> + Send,
    ) -> PyResult<Py<Rows>> {
        self.unlocked(|| list.into_iter().map(row).collect::<PyResult<List<R>>>())?.member(self.py)
    }
}

fn device(device: core::DeviceResult<'_>) -> PyResult<DeviceRow> {
    Ok(DeviceRow {
        name: owned(device.name),
        status: match device.status {
            core::DeviceStatus::LoggedIn { .. } => DeviceStatus::LoggedIn,
            core::DeviceStatus::LoggedOut { .. } => DeviceStatus::LoggedOut,
            core::DeviceStatus::DoesNotExist => DeviceStatus::DoesNotExist,
            _ => return Err(unknown("device")),
        },
        user: device.user().map(owned),
        last_login: device.last_login().map(owned),
        emcc: device.emcc(),
    })
}

fn user_devices(user: core::UserDevices<'_>) -> PyResult<UserDevicesRow> {
    let (status, devices) = match user.status {
        core::UserDevicesStatus::LoggedIn(devices) => {
            (UserDevicesStatus::LoggedIn, devices.iter().map(owned).collect())
        }
        core::UserDevicesStatus::None => (UserDevicesStatus::None, List::default()),
        core::UserDevicesStatus::DoesNotExist => (UserDevicesStatus::DoesNotExist, List::default()),
        _ => return Err(unknown("user")),
    };
    Ok(UserDevicesRow { id: owned(user.id), status, devices })
}

fn user_profiles(user: core::UserProfiles<'_>) -> PyResult<UserProfilesRow> {
    let profile = |profile: core::DeviceProfile<'_>| ProfileRow {
        name: owned(profile.name),
        is_default: profile.is_default,
    };
    let (status, failure, profiles) = match user.status {
        core::UserProfilesStatus::Found(profiles) => {
            (UserProfilesStatus::Found, None, profiles.iter().map(profile).collect())
        }
        core::UserProfilesStatus::None => (UserProfilesStatus::None, None, List::default()),
        core::UserProfilesStatus::DoesNotExist => (UserProfilesStatus::DoesNotExist, None, List::default()),
        core::UserProfilesStatus::Failure(failure) => {
            let row = FailureRow {
                code: failure.code.map(|code| code.number()),
                text: spoken(&failure).map(owned),
            };
            (UserProfilesStatus::Failure, Some(row), List::default())
        }
        _ => return Err(unknown("user")),
    };
    Ok(UserProfilesRow { id: owned(user.id), status, failure, profiles })
}

fn user_check(user: core::UserCheck<'_>) -> PyResult<UserCheckRow> {
    let status = if user.exists { UserCheckStatus::Exists } else { UserCheckStatus::DoesNotExist };
    Ok(UserCheckRow { id: owned(user.id), status })
}

/// Returns the service's own words, if it sent any.
fn spoken<'a>(failure: &core::Failure<'a>) -> Option<core::Text<'a>> {
    Some(failure.text).filter(|text| !text.is_empty())
}

fn login_type(login_type: core::LoginType) -> PyResult<LoginType> {
    match login_type {
        core::LoginType::UserId => Ok(LoginType::UserId),
        core::LoginType::DirectoryNumber => Ok(LoginType::DirectoryNumber),
        core::LoginType::SelfService => Ok(LoginType::SelfService),
        _ => Err(unknown("login type")),
    }
}
