//! Random messages as owned values, and the core's views over them. They must all be valid: a test of refusals makes
//! its own input.

use hotdesk_core::codes::em_service::EmServiceCode;
use hotdesk_core::{
    AppInfo, CheckUser, CheckUserResults, DeviceProfile, DeviceProfileQuery, DeviceProfileResults,
    DeviceResult, DeviceStatus, DeviceUserQuery, DeviceUserResults, ExclusiveDuration, Failure, Login,
    LoginType, Logout, LogoutAll, Message, Query, Request, Response, Text, UserCheck, UserDevices,
    UserDevicesQuery, UserDevicesResults, UserDevicesStatus, UserProfiles, UserProfilesStatus,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// A message of any kind, owned.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "each variant is the message of its name")]
pub enum Sample {
    Login { app: App, device: String, user: String, profile: Option<String>, duration: Duration, rest: Rest },
    Logout { app: App, device: String, rest: Rest },
    LogoutAll { app: App, rest: Rest },
    Query { app: App, kind: u8, names: Vec<String>, rest: Rest },
    Success,
    Failure(Refused),
    DeviceUserResults(Vec<Device>),
    UserDevicesResults(Vec<(String, Option<Vec<String>>)>),
    DeviceProfileResults(Vec<(String, Profiles)>),
    CheckUserResults(Vec<(String, bool)>),
}

/// Who signs: the ID, the certificate, whether it is the encrypted kind.
pub type App = (String, String, bool);
/// Nothing, or indefinite (`None`), or minutes.
pub type Duration = Option<Option<u32>>;
/// The optional fields: loginType, remoteIPAddr, isViaHeaderSet.
pub type Rest = (Option<LoginType>, Option<String>, Option<String>);
/// A failure: the code and the text.
pub type Refused = (Option<u16>, String);
/// A device: the name, the user if any, the user before, emccDevice; `None` for a device that does not exist.
pub type Device = (String, Option<(Option<String>, Option<String>, Option<bool>)>);
/// The profiles of a user (none, if empty), or the failure, or `None` for a user who does not exist.
pub type Profiles = Option<Result<Vec<(String, bool)>, Refused>>;

/// Makes any character that XML can carry, with a preference for awkward ones.
fn character() -> impl Strategy<Value = char> {
    prop_oneof![
        3 => proptest::sample::select(vec![
            '&', '<', '>', '"', '\'', '%', '+', ';', '#', '=', ']', '[', '!', '-', '?', '@', ' ', '\t', '\n', '\r',
            '/', '4', '0', 'x', 'ü', '😀', '\u{85}', '\u{2028}', '\u{feff}', '\u{fffd}', '\u{10ffff}',
        ]),
        2 => proptest::char::range(' ', '~'),
        1 => any::<char>().prop_map(|c| if is_xml(c) { c } else { '\u{fffd}' }),
    ]
}

/// Returns true for what XML 1.0, section 2.2, allows in a document.
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// What XML calls white space.
const WHITE_SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

fn is_blank(text: &str) -> bool {
    text.trim_matches(WHITE_SPACE).is_empty()
}

/// Makes a name: 1 to 128 characters, no white space around it.
pub fn name() -> impl Strategy<Value = String> {
    vec(character(), 1..=20).prop_union(vec(character(), 1..=128)).prop_map(|characters| {
        let name = String::from_iter(characters);
        if is_blank(&name) { "blank".to_owned() } else { name.trim_matches(WHITE_SPACE).to_owned() }
    })
}

/// Makes a certificate: 1 to 256 bytes, white space kept, but not white space alone.
pub fn certificate() -> impl Strategy<Value = String> {
    vec(character(), 1..=64).prop_map(|characters| {
        let certificate = String::from_iter(characters);
        if is_blank(&certificate) { " blank ".to_owned() } else { certificate }
    })
}

fn app() -> impl Strategy<Value = App> {
    (name(), certificate(), any::<bool>())
}

fn rest() -> impl Strategy<Value = Rest> {
    let login_type =
        proptest::sample::select(vec![LoginType::UserId, LoginType::DirectoryNumber, LoginType::SelfService]);
    (option::of(login_type), option::of(name()), option::of(name()))
}

fn refused() -> impl Strategy<Value = Refused> {
    (option::of(any::<u16>()), prop_oneof![name(), Just(String::new())])
}

fn rows<T: Strategy>(row: T) -> impl Strategy<Value = Vec<T::Value>>
where
    T::Value: Clone,
{
    vec(row, 1..=6)
}

/// Makes a message of any kind.
pub fn sample() -> impl Strategy<Value = Sample> {
    let duration = option::of(option::of(any::<u32>()));
    let device = (name(), option::of((option::of(name()), option::of(name()), option::of(any::<bool>()))));
    let profiles = option::of(prop_oneof![
        3 => vec((name(), any::<bool>()), 0..=4).prop_map(Ok),
        1 => refused().prop_map(Err),
    ]);
    prop_oneof![
        (app(), name(), name(), option::of(name()), duration, rest()).prop_map(
            |(app, device, user, profile, duration, rest)| Sample::Login {
                app,
                device,
                user,
                profile,
                duration,
                rest
            }
        ),
        (app(), name(), rest()).prop_map(|(app, device, rest)| Sample::Logout { app, device, rest }),
        (app(), rest()).prop_map(|(app, rest)| Sample::LogoutAll { app, rest }),
        (app(), 0_u8..4, rows(name()), rest()).prop_map(|(app, kind, names, rest)| Sample::Query {
            app,
            kind,
            names,
            rest
        }),
        Just(Sample::Success),
        refused().prop_map(Sample::Failure),
        rows(device).prop_map(Sample::DeviceUserResults),
        rows((name(), option::of(vec(name(), 0..=4)))).prop_map(Sample::UserDevicesResults),
        rows((name(), profiles)).prop_map(Sample::DeviceProfileResults),
        rows((name(), any::<bool>())).prop_map(Sample::CheckUserResults),
    ]
}

impl Sample {
    /// Runs `f` over the core's view of this message. The views borrow, so they cannot be returned.
    pub fn view<R>(&self, f: impl FnOnce(&Message<'_>) -> R) -> R {
        match self {
            Self::Login { app, device, user, profile, duration, rest } => {
                let mut login = Login::new(device.as_str(), user.as_str());
                login.device_profile = text(profile);
                login.exclusive_duration = duration.map(|duration| match duration {
                    Some(minutes) => ExclusiveDuration::Minutes(minutes),
                    None => ExclusiveDuration::Indefinite,
                });
                login.login_type = rest.0;
                (login.remote_ip_addr, login.is_via_header_set) = (text(&rest.1), text(&rest.2));
                f(&Request::new(app_info(app), login).into())
            }
            Self::Logout { app, device, rest } => {
                let mut logout = Logout::new(device.as_str());
                (logout.remote_ip_addr, logout.is_via_header_set) = (text(&rest.1), text(&rest.2));
                f(&Request::new(app_info(app), logout).into())
            }
            Self::LogoutAll { app, rest } => {
                let mut all = LogoutAll::new();
                (all.remote_ip_addr, all.is_via_header_set) = (text(&rest.1), text(&rest.2));
                f(&Request::new(app_info(app), all).into())
            }
            Self::Query { app, kind, names, rest } => query(app, *kind, names, rest, f),
            Self::Success => f(&Response::Success.into()),
            Self::Failure(refused) => f(&Response::Failure(failure(refused)).into()),
            Self::DeviceUserResults(devices) => {
                let devices: Vec<_> = devices.iter().map(device_result).collect();
                f(&Response::from(DeviceUserResults::new(&devices[..])).into())
            }
            Self::UserDevicesResults(users) => user_devices_results(users, f),
            Self::DeviceProfileResults(users) => device_profile_results(users, f),
            Self::CheckUserResults(users) => {
                let users: Vec<_> =
                    users.iter().map(|(id, exists)| UserCheck::new(id.as_str(), *exists)).collect();
                f(&Response::from(CheckUserResults::new(&users[..])).into())
            }
        }
    }
}

fn text(text: &Option<String>) -> Option<Text<'_>> {
    text.as_deref().map(Text::from)
}

fn app_info(app: &App) -> AppInfo<'_> {
    let (id, certificate) = (app.0.as_str(), app.1.as_str());
    if app.2 { AppInfo::encrypted(id, certificate) } else { AppInfo::new(id, certificate) }
}

fn query<R>(app: &App, kind: u8, names: &[String], rest: &Rest, f: impl FnOnce(&Message<'_>) -> R) -> R {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    // The four differ in name and list only, but each is a type of its own.
    macro_rules! query {
        ($name:ident) => {{
            let mut query = $name::new(names.as_slice());
            query.login_type = rest.0;
            (query.remote_ip_addr, query.is_via_header_set) = (text(&rest.1), text(&rest.2));
            Query::new(app_info(app), query)
        }};
    }
    f(&match kind {
        0 => query!(DeviceUserQuery),
        1 => query!(UserDevicesQuery),
        2 => query!(CheckUser),
        _ => query!(DeviceProfileQuery),
    }
    .into())
}

fn failure(refused: &Refused) -> Failure<'_> {
    Failure::new(refused.0.map(EmServiceCode::new), refused.1.as_str())
}

fn device_result(device: &Device) -> DeviceResult<'_> {
    let status = match &device.1 {
        None => DeviceStatus::DoesNotExist,
        Some((user, last_login, emcc)) => {
            let (last_login, emcc) = (text(last_login), *emcc);
            match text(user) {
                Some(user) => DeviceStatus::LoggedIn { user, last_login, emcc },
                None => DeviceStatus::LoggedOut { last_login, emcc },
            }
        }
    };
    DeviceResult::new(device.0.as_str(), status)
}

fn user_devices_results<R>(users: &[(String, Option<Vec<String>>)], f: impl FnOnce(&Message<'_>) -> R) -> R {
    let devices: Vec<Vec<Text<'_>>> = users
        .iter()
        .map(|(_, devices)| devices.iter().flatten().map(|d| Text::from(d.as_str())).collect())
        .collect();
    let users: Vec<UserDevices<'_>> = users
        .iter()
        .zip(&devices)
        .map(|((id, exists), devices)| {
            let status = match (exists, devices.as_slice()) {
                (None, _) => UserDevicesStatus::DoesNotExist,
                (Some(_), []) => UserDevicesStatus::None,
                (Some(_), devices) => UserDevicesStatus::LoggedIn(devices.into()),
            };
            UserDevices::new(id.as_str(), status)
        })
        .collect();
    f(&Response::from(UserDevicesResults::new(&users[..])).into())
}

fn device_profile((name, is_default): &(String, bool)) -> DeviceProfile<'_> {
    DeviceProfile::new(name.as_str(), *is_default)
}

fn device_profile_results<R>(users: &[(String, Profiles)], f: impl FnOnce(&Message<'_>) -> R) -> R {
    let profiles: Vec<Vec<DeviceProfile<'_>>> = users
        .iter()
        .map(|(_, profiles)| match profiles {
            Some(Ok(profiles)) => profiles.iter().map(device_profile).collect(),
            _ => Vec::new(),
        })
        .collect();
    let users: Vec<UserProfiles<'_>> = users
        .iter()
        .zip(&profiles)
        .map(|((id, outcome), profiles)| {
            let status = match (outcome, profiles.as_slice()) {
                (None, _) => UserProfilesStatus::DoesNotExist,
                (Some(Err(refused)), _) => UserProfilesStatus::Failure(failure(refused)),
                (Some(Ok(_)), []) => UserProfilesStatus::None,
                (Some(Ok(_)), profiles) => UserProfilesStatus::Found(profiles.into()),
            };
            UserProfiles::new(id.as_str(), status)
        })
        .collect();
    f(&Response::from(DeviceProfileResults::new(&users[..])).into())
}
