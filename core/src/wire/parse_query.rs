//! Queries: who signs, one operation, its list of devices or users.

use super::parse_request::{Extras, app_info, missing};
use super::reader::{Element, Kind, Reader, Row, once};
use crate::error::{Error, Field, Refusal};
use crate::message::{
    CheckUser, DeviceProfileQuery, DeviceUserQuery, List, Query, QueryOperation, UserDevicesQuery,
};
use crate::text::Text;

pub(super) fn query<'a>(reader: &mut Reader<'a>, root: &Element<'a>) -> Result<Query<'a>, Error> {
    let mut app = None;
    let mut operation = None;
    while let Some(child) = reader.child()? {
        match child.name {
            "appInfo" => {
                once(&app, Field::AppInfo, child.at)?;
                app = Some(app_info(reader, &child)?);
            }
            "deviceUserQuery"
            | "userDevicesQuery"
            | "checkUser"
            | "deviceProfileQuery"
            | "userDeviceProfileQuery" => {
                if operation.is_some() {
                    return Err(Error::refused(Refusal::TwoOperations, child.at));
                }
                operation = Some(operation_of(reader, &child)?);
            }
            _ => reader.skip()?,
        }
    }
    const OPERATIONS: &str = "deviceUserQuery, userDevicesQuery, checkUser, deviceProfileQuery";
    Ok(Query {
        app: app.ok_or(missing(Field::AppInfo, root))?,
        operation: operation.ok_or(Error::refused(Refusal::MissingOneOf(OPERATIONS), root.at))?,
    })
}

fn operation_of<'a>(reader: &mut Reader<'a>, element: &Element<'a>) -> Result<QueryOperation<'a>, Error> {
    let row = if element.name == "deviceUserQuery" { Field::DeviceName } else { Field::UserId };
    let start = reader.content_start();
    let mut extras = Extras::default();
    let mut any = false;
    while let Some(child) = reader.child()? {
        if child.name == row.name() {
            reader.mandatory(&child, row, Kind::Name)?;
            any = true;
        } else {
            extras.read(reader, &child)?;
        }
    }
    if !any {
        return Err(missing(row, element));
    }
    let list = List::checked(reader.content_since(start), row);
    let login_type = extras.login_type();
    let remote_ip_addr = extras.remote_ip_addr();
    let is_via_header_set = extras.is_via_header_set();
    Ok(match element.name {
        "deviceUserQuery" => QueryOperation::DeviceUserQuery(DeviceUserQuery {
            devices: list,
            login_type,
            remote_ip_addr,
            is_via_header_set,
        }),
        "userDevicesQuery" => QueryOperation::UserDevicesQuery(UserDevicesQuery {
            users: list,
            login_type,
            remote_ip_addr,
            is_via_header_set,
        }),
        "checkUser" => QueryOperation::CheckUser(CheckUser {
            users: list,
            login_type,
            remote_ip_addr,
            is_via_header_set,
        }),
        _ => QueryOperation::DeviceProfileQuery(DeviceProfileQuery {
            users: list,
            login_type,
            remote_ip_addr,
            is_via_header_set,
        }),
    })
}

/// A `deviceName` or `userID` of a query, or a `deviceName` of a response: in these places both are plain names.
impl<'a> Row<'a> for Text<'a> {
    fn read(reader: &mut Reader<'a>, element: &Element<'a>) -> Result<Self, Error> {
        let field = if element.name == "deviceName" { Field::DeviceName } else { Field::UserId };
        reader.mandatory(element, field, Kind::Name)
    }
}
