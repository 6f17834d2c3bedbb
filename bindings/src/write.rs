//! From the objects of Python to the core's views, which write themselves. What can be sent is decided by the core; here
//! is only decided that a row's parts agree with its status.

use std::hint::black_box;

use hotdesk_core as core;
use hotdesk_core::{Error, Secret, Text};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::field::{
    DeviceStatus, ExclusiveDuration, LoginType, UserCheckStatus, UserDevicesStatus, UserProfilesStatus,
};
use crate::model::{
    AppInfo, CheckUser, CheckUserResults, DeviceProfileQuery, DeviceProfileResults, DeviceRow,
    DeviceUserQuery, DeviceUserResults, Failure, Login, Logout, LogoutAll, Success, UserCheckRow,
    UserDevicesQuery, UserDevicesResults, UserDevicesRow, UserProfilesRow,
};
use crate::python::unsendable;

/// Bytes of a request as long as nearly all are.
const USUAL: usize = 512;

/// Writes a document.
pub(crate) fn xml<'py>(py: Python<'py>, message: core::Message<'_>) -> PyResult<Bound<'py, PyBytes>> {
    bytes(py, |out| message.encode(out))
}

/// Writes the body of a request.
pub(crate) fn form<'py>(py: Python<'py>, message: core::Message<'_>) -> PyResult<Bound<'py, PyBytes>> {
    bytes(py, |out| message.encode_form(out))
}

/// Writes once into a buffer that nearly always is long enough, for counting first costs more than copying; else into
/// bytes of the size that the error names.
fn bytes<'py>(
    py: Python<'py>,
    encode: impl Fn(&mut [u8]) -> Result<usize, Error>,
) -> PyResult<Bound<'py, PyBytes>> {
    let mut buffer = [0; USUAL];
    match encode(&mut buffer) {
        Ok(length) => {
            let written = buffer.get_mut(..length).unwrap_or_default();
            let bytes = PyBytes::new(py, written);
            // It held a certificate. An error leaves nothing behind: the encoder wipes what it wrote.
            written.fill(0);
            black_box(written);
            Ok(bytes)
        }
        Err(Error::BufferTooSmall { needed }) => {
            let mut outcome = Ok(0);
            let bytes = PyBytes::new_with(py, needed, |out| {
                outcome = encode(out);
                Ok(())
            })?;
            outcome.map_err(|error| core_error(py, error))?;
            Ok(bytes)
        }
        Err(error) => Err(core_error(py, error)),
    }
}

fn core_error(py: Python<'_>, error: Error) -> PyErr {
    let field = match error {
        Error::Unsendable { field, .. } => field.name(),
        _ => "",
    };
    unsendable(py, &error.to_string(), field)
}

/// A message that can be written.
pub(crate) trait View {
    /// Makes the core's view of it and hands that to `write`, for it lives no longer than the call.
    fn view<T>(&self, py: Python<'_>, write: impl FnOnce(core::Message<'_>) -> PyResult<T>) -> PyResult<T>;
}

impl View for Login {
    fn view<T>(&self, py: Python<'_>, write: impl FnOnce(core::Message<'_>) -> PyResult<T>) -> PyResult<T> {
        let duration: Option<ExclusiveDuration> = self.exclusive_duration.extract(py)?;
        let mut login = core::Login::new(text(&self.device_name, py)?, text(&self.user_id, py)?);
        login.device_profile = optional(&self.device_profile, py)?;
        login.exclusive_duration = duration.map(|duration| duration.0);
        login.login_type = login_type(&self.login_type, py)?;
        login.remote_ip_addr = optional(&self.remote_ip_addr, py)?;
        login.is_via_header_set = optional(&self.is_via_header_set, py)?;
        let app = app(&self.app, py)?;
        write(core::Request::new(app, login).into())
    }
}

impl View for Logout {
    fn view<T>(&self, py: Python<'_>, write: impl FnOnce(core::Message<'_>) -> PyResult<T>) -> PyResult<T> {
        let mut logout = core::Logout::new(text(&self.device_name, py)?);
        logout.remote_ip_addr = optional(&self.remote_ip_addr, py)?;
        logout.is_via_header_set = optional(&self.is_via_header_set, py)?;
        let app = app(&self.app, py)?;
        write(core::Request::new(app, logout).into())
    }
}

impl View for LogoutAll {
    fn view<T>(&self, py: Python<'_>, write: impl FnOnce(core::Message<'_>) -> PyResult<T>) -> PyResult<T> {
        let mut all = core::LogoutAll::new();
        all.remote_ip_addr = optional(&self.remote_ip_addr, py)?;
        all.is_via_header_set = optional(&self.is_via_header_set, py)?;
        let app = app(&self.app, py)?;
        write(core::Request::new(app, all).into())
    }
}

// The four differ in name and list only, but each is a type of its own.
macro_rules! queries {
    ($($name:ident $list:ident;)*) => {$(
        impl View for $name {
            fn view<T>(
                &self,
                py: Python<'_>,
                write: impl FnOnce(core::Message<'_>) -> PyResult<T>,
            ) -> PyResult<T> {
                let names = texts(self.$list.get().list()?);
                let mut query = core::$name::new(names.as_slice());
                query.login_type = login_type(&self.login_type, py)?;
                query.remote_ip_addr = optional(&self.remote_ip_addr, py)?;
                query.is_via_header_set = optional(&self.is_via_header_set, py)?;
                let app = app(&self.app, py)?;
                write(core::Query::new(app, query).into())
            }
        }
    )*};
}

queries! {
    DeviceUserQuery devices;
    UserDevicesQuery users;
    CheckUser users;
    DeviceProfileQuery users;
}

impl View for Success {
    fn view<T>(&self, _: Python<'_>, write: impl FnOnce(core::Message<'_>) -> PyResult<T>) -> PyResult<T> {
        write(core::Response::Success.into())
    }
}

impl View for Failure {
    fn view<T>(&self, py: Python<'_>, write: impl FnOnce(core::Message<'_>) -> PyResult<T>) -> PyResult<T> {
        let code: Option<u16> = self.code.extract(py)?;
        let text = optional(&self.text, py)?.unwrap_or(Text::from(""));
        write(core::Response::Failure(core::Failure::new(code.map(Into::into), text)).into())
    }
}

impl View for DeviceUserResults {
    fn view<T>(&self, py: Python<'_>, write: impl FnOnce(core::Message<'_>) -> PyResult<T>) -> PyResult<T> {
        let rows = self.devices.get().list()?.iter().map(|row| device(py, row));
        let rows = rows.collect::<PyResult<Vec<_>>>()?;
        let results = core::DeviceUserResults::new(rows.as_slice());
        write(core::Response::DeviceUserResults(results).into())
    }
}

impl View for CheckUserResults {
    fn view<T>(&self, _: Python<'_>, write: impl FnOnce(core::Message<'_>) -> PyResult<T>) -> PyResult<T> {
        let users: &Vec<UserCheckRow> = self.users.get().list()?;
        let rows = users
            .iter()
            .map(|row| core::UserCheck::new(row.id.as_str(), row.status == UserCheckStatus::Exists));
        let rows: Vec<_> = rows.collect();
        let results = core::CheckUserResults::new(rows.as_slice());
        write(core::Response::CheckUserResults(results).into())
    }
}

impl View for UserDevicesResults {
    fn view<T>(&self, py: Python<'_>, write: impl FnOnce(core::Message<'_>) -> PyResult<T>) -> PyResult<T> {
        let users: &Vec<UserDevicesRow> = self.users.get().list()?;
        let devices: Vec<Vec<Text<'_>>> = users.iter().map(|row| texts(&row.devices.0)).collect();
        let rows = users.iter().zip(&devices).map(|(row, devices)| {
            let status = match row.status {
                UserDevicesStatus::LoggedIn if !devices.is_empty() => {
                    core::UserDevicesStatus::LoggedIn(devices.as_slice().into())
                }
                UserDevicesStatus::None if devices.is_empty() => core::UserDevicesStatus::None,
                UserDevicesStatus::DoesNotExist if devices.is_empty() => {
                    core::UserDevicesStatus::DoesNotExist
                }
                _ => {
                    let rule = "a user has devices exactly where the status is loggedIn";
                    return Err(disagree(py, "deviceName", rule));
                }
            };
            Ok(core::UserDevices::new(row.id.as_str(), status))
        });
        let rows = rows.collect::<PyResult<Vec<_>>>()?;
        let results = core::UserDevicesResults::new(rows.as_slice());
        write(core::Response::UserDevicesResults(results).into())
    }
}

impl View for DeviceProfileResults {
    fn view<T>(&self, py: Python<'_>, write: impl FnOnce(core::Message<'_>) -> PyResult<T>) -> PyResult<T> {
        let users: &Vec<UserProfilesRow> = self.users.get().list()?;
        let profiles: Vec<Vec<core::DeviceProfile<'_>>> = users.iter().map(profiles).collect();
        let rows = users.iter().zip(&profiles).map(|(row, profiles)| {
            let status = match (row.status, &row.failure, profiles.is_empty()) {
                (UserProfilesStatus::Found, None, false) => {
                    core::UserProfilesStatus::Found(profiles.as_slice().into())
                }
                (UserProfilesStatus::None, None, true) => core::UserProfilesStatus::None,
                (UserProfilesStatus::DoesNotExist, None, true) => core::UserProfilesStatus::DoesNotExist,
                (UserProfilesStatus::Failure, Some(failure), true) => {
                    let text = failure.text.as_deref().unwrap_or_default();
                    core::UserProfilesStatus::Failure(core::Failure::new(failure.code.map(Into::into), text))
                }
                _ => {
                    let rule =
                        "profiles stand exactly where the status is found, a failure where it is failure";
                    return Err(disagree(py, "deviceProfile", rule));
                }
            };
            Ok(core::UserProfiles::new(row.id.as_str(), status))
        });
        let rows = rows.collect::<PyResult<Vec<_>>>()?;
        let results = core::DeviceProfileResults::new(rows.as_slice());
        write(core::Response::DeviceProfileResults(results).into())
    }
}

fn profiles(row: &UserProfilesRow) -> Vec<core::DeviceProfile<'_>> {
    let rows = row.profiles.0.iter();
    rows.map(|row| core::DeviceProfile::new(row.name.as_str(), row.is_default)).collect()
}

fn device<'a>(py: Python<'_>, row: &'a DeviceRow) -> PyResult<core::DeviceResult<'a>> {
    let (last_login, emcc) = (row.last_login.as_deref().map(Text::from), row.emcc);
    let status = match (row.status, &row.user) {
        (DeviceStatus::LoggedIn, Some(user)) => {
            core::DeviceStatus::LoggedIn { user: user.as_str().into(), last_login, emcc }
        }
        (DeviceStatus::LoggedOut, None) => core::DeviceStatus::LoggedOut { last_login, emcc },
        (DeviceStatus::DoesNotExist, None) if last_login.is_none() && emcc.is_none() => {
            core::DeviceStatus::DoesNotExist
        }
        _ => {
            let rule = "a device has a user exactly where the status is loggedIn, and nothing where it does not exist";
            return Err(disagree(py, "device", rule));
        }
    };
    Ok(core::DeviceResult::new(row.name.as_str(), status))
}

fn disagree(py: Python<'_>, field: &str, rule: &str) -> PyErr {
    unsendable(py, &format!("{rule}; correct one of them"), field)
}

fn app<'a>(app: &'a Py<AppInfo>, py: Python<'_>) -> PyResult<core::AppInfo<'a>> {
    let app = app.get();
    let signed = if app.encrypted.bind(py).is_true() { core::AppInfo::encrypted } else { core::AppInfo::new };
    Ok(signed(text(&app.id, py)?, Secret::from(app.certificate.expose())))
}

fn login_type(member: &Py<PyAny>, py: Python<'_>) -> PyResult<Option<core::LoginType>> {
    let login_type: Option<LoginType> = member.extract(py)?;
    Ok(login_type.map(|login_type| match login_type {
        LoginType::UserId => core::LoginType::UserId,
        LoginType::DirectoryNumber => core::LoginType::DirectoryNumber,
        LoginType::SelfService => core::LoginType::SelfService,
    }))
}

fn text<'a>(member: &'a Py<PyString>, py: Python<'_>) -> PyResult<Text<'a>> {
    member.to_str(py).map(Text::from)
}

fn optional<'a>(member: &'a Py<PyAny>, py: Python<'a>) -> PyResult<Option<Text<'a>>> {
    let member = member.bind(py);
    if member.is_none() {
        return Ok(None);
    }
    Ok(Some(member.cast::<PyString>()?.to_str()?.into()))
}

fn texts(names: &[String]) -> Vec<Text<'_>> {
    names.iter().map(|name| name.as_str().into()).collect()
}
