//! Queries: who signs, one operation, its list of devices or users.

use super::parse_request::{Extras, app_info};
use super::reader::{Element, Kind, Reader, Row};
use super::tag::Tag;
use super::tokens::Stop;
use crate::error::{Field, Refusal};
use crate::message::{
    CheckUser, DeviceProfileQuery, DeviceUserQuery, List, Query, QueryOperation, UserDevicesQuery,
};
use crate::text::Text;

pub(super) fn query<'a>(reader: &mut Reader<'a>, root: Element) -> Result<Query<'a>, Stop> {
    let mut app = None;
    let mut operation = None;
    while let Some(child) = reader.child()? {
        match child.tag {
            Tag::AppInfo => {
                reader.once(app.is_some(), Field::AppInfo, child.at)?;
                app = Some(app_info(reader, child)?);
            }
            Tag::DeviceUserQuery
            | Tag::UserDevicesQuery
            | Tag::CheckUser
            | Tag::DeviceProfileQuery
            | Tag::UserDeviceProfileQuery => {
                if operation.is_some() {
                    return Err(reader.refuse(Refusal::TwoOperations, child.at));
                }
                operation = Some(operation_of(reader, child)?);
            }
            _ => reader.skip()?,
        }
    }
    const OPERATIONS: &str = "deviceUserQuery, userDevicesQuery, checkUser, deviceProfileQuery";
    let app = reader.given(app, Field::AppInfo, root)?;
    match operation {
        Some(operation) => Ok(Query { app, operation }),
        None => Err(reader.refuse(Refusal::MissingOneOf(OPERATIONS), root.at)),
    }
}

fn operation_of<'a>(reader: &mut Reader<'a>, element: Element) -> Result<QueryOperation<'a>, Stop> {
    let (row, field) = match element.tag {
        Tag::DeviceUserQuery => (Tag::DeviceName, Field::DeviceName),
        _ => (Tag::UserId, Field::UserId),
    };
    let start = reader.content_start();
    let mut extras = Extras::default();
    let mut any = false;
    while let Some(child) = reader.child()? {
        if child.tag == row {
            reader.mandatory(child, field, Kind::Name)?;
            any = true;
        } else {
            extras.read(reader, child)?;
        }
    }
    if !any {
        return Err(reader.refuse(Refusal::Missing(field), element.at));
    }
    let list = List::checked(reader.content_since(start), row);
    let login_type = extras.login_type();
    let remote_ip_addr = extras.remote_ip_addr();
    let is_via_header_set = extras.is_via_header_set();
    Ok(match element.tag {
        Tag::DeviceUserQuery => QueryOperation::DeviceUserQuery(DeviceUserQuery {
            devices: list,
            login_type,
            remote_ip_addr,
            is_via_header_set,
        }),
        Tag::UserDevicesQuery => QueryOperation::UserDevicesQuery(UserDevicesQuery {
            users: list,
            login_type,
            remote_ip_addr,
            is_via_header_set,
        }),
        Tag::CheckUser => QueryOperation::CheckUser(CheckUser {
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
    fn read(reader: &mut Reader<'a>, element: Element) -> Result<Self, Stop> {
        let field = if element.tag == Tag::DeviceName { Field::DeviceName } else { Field::UserId };
        reader.mandatory(element, field, Kind::Name)
    }
}
