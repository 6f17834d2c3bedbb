//! The names of the elements that the protocol knows. A name is looked up once, by one comparison; whatever decides by
//! it afterwards compares a byte.

macro_rules! tags {
    ($($variant:ident = $name:literal,)*) => {
        /// An element by its name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Tag {
            /// None that the protocol knows.
            Other,
            $($variant,)*
        }

        const KNOWN: &[(&[u8], Tag)] = &[$(($name.as_bytes(), Tag::$variant),)*];
    };
}

tags! {
    Request = "request",
    Query = "query",
    Response = "response",
    AppInfo = "appInfo",
    AppId = "appID",
    AppCertificate = "appCertificate",
    AppEncryptedCertificate = "appEncryptedCertificate",
    Login = "login",
    Logout = "logout",
    LogoutAll = "logoutAll",
    DeviceName = "deviceName",
    UserId = "userID",
    DeviceProfile = "deviceProfile",
    ExclusiveDuration = "exclusiveDuration",
    Time = "time",
    Indefinite = "indefinite",
    LoginType = "loginType",
    RemoteIpAddr = "remoteIPAddr",
    IsViaHeaderSet = "isViaHeaderSet",
    DeviceUserQuery = "deviceUserQuery",
    UserDevicesQuery = "userDevicesQuery",
    CheckUser = "checkUser",
    DeviceProfileQuery = "deviceProfileQuery",
    UserDeviceProfileQuery = "userDeviceProfileQuery",
    Success = "success",
    Failure = "failure",
    DeviceUserResults = "deviceUserResults",
    UserDevicesResults = "userDevicesResults",
    DeviceProfileResults = "deviceProfileResults",
    CheckUserResults = "checkUserResults",
    Device = "device",
    User = "user",
    LastLogin = "lastlogin",
    EmccDevice = "emccDevice",
    None = "none",
    DoesNotExist = "doesNotExist",
    Exists = "exists",
    DeviceProfileName = "deviceProfileName",
    IsDefaultDeviceProfile = "isDefaultDeviceProfile",
    Error = "error",
    ErrorMessage = "errorMessage",
}

impl Tag {
    pub(super) fn of(name: &[u8]) -> Self {
        let index = SLOTS.get(slot(name)).copied().unwrap_or(EMPTY);
        match KNOWN.get(usize::from(index)) {
            Some((known, tag)) if *known == name => *tag,
            _ => Self::Other,
        }
    }
}

const EMPTY: u8 = u8::MAX;

/// For each slot the row of `KNOWN` that may have it.
static SLOTS: [u8; 128] = slots();

/// Names have different slots; `slots` refuses to compile if two have not. The factors were found by trying.
const fn slot(name: &[u8]) -> usize {
    match name {
        [first, .., last] => {
            (*first as usize)
                .wrapping_mul(6)
                .wrapping_add((*last as usize).wrapping_mul(51))
                .wrapping_add(name.len())
                % 128
        }
        _ => 0,
    }
}

#[allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "runs when this crate is compiled, where a panic is an error of the compiler; there are under 255 names"
)]
const fn slots() -> [u8; 128] {
    let mut slots = [EMPTY; 128];
    let mut row = 0;
    while row < KNOWN.len() {
        let slot = slot(KNOWN[row].0);
        assert!(slots[slot] == EMPTY, "two names have the same slot");
        slots[slot] = row as u8;
        row += 1;
    }
    slots
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_and_no_other() {
        for (name, tag) in KNOWN {
            assert_eq!(Tag::of(name), *tag);
            let mut other = name.to_vec();
            other[name.len() / 2] ^= 1;
            assert_eq!(Tag::of(&other), Tag::Other);
            assert_eq!(Tag::of(&name[1..]), Tag::Other);
        }
        assert_eq!(Tag::of(b""), Tag::Other);
        assert_eq!(Tag::of(b"x"), Tag::Other);
    }
}
