//! The names of the elements that the protocol knows. A name is compared with those that are known where it stands; what
//! decides by it afterwards compares a byte.

use super::packed::{longest_first, packed};

macro_rules! names {
    ($($variant:ident = $name:literal,)*) => {
        /// The name of an element.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum ElementName {
            /// None that the protocol knows.
            Other,
            $($variant,)*
        }

        impl ElementName {
            /// Returns the first byte of the name.
            pub(super) const fn initial(self) -> u8 {
                match self {
                    Self::Other => 0,
                    $(Self::$variant => match $name.as_bytes() {
                        [first, ..] => *first,
                        [] => 0,
                    },)*
                }
            }

            /// Returns true for the results of a response.
            pub(super) const fn is_result(self) -> bool {
                matches!(
                    self,
                    Self::Success
                        | Self::Failure
                        | Self::DeviceUserResults
                        | Self::UserDevicesResults
                        | Self::DeviceProfileResults
                        | Self::CheckUserResults
                )
            }

            /// Returns the name as it stands on the wire; an empty one for [`ElementName::Other`].
            #[inline]
            pub(super) fn as_bytes(self) -> &'static [u8] {
                let place = PLACES.get(usize::from(self as u8)).copied().unwrap_or_default();
                let (start, length) = (usize::from(place >> 5), usize::from(place & 31));
                TEXT.get(start..start.wrapping_add(length)).unwrap_or_default()
            }
        }

        pub(super) const COUNT: usize = 1 + [$($name,)*].len();
        pub(super) const NAMES: [&[u8]; COUNT] = [b"", $($name.as_bytes(),)*];
        const LENGTHS: [usize; COUNT] = [0, $($name.len(),)*];
    };
}

names! {
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

packed!(Packed, u8, same);

const fn same(a: &u8, b: &u8) -> bool {
    *a == *b
}

/// All names in one text.
const PACKED: Packed<COUNT, { Packed::<COUNT, 1024>::new(&NAMES, &ORDER, 0).size }> =
    Packed::new(&NAMES, &ORDER, 0);
const ORDER: [usize; COUNT] = longest_first(LENGTHS);
static TEXT: [u8; PACKED.items.len()] = PACKED.items;

/// Of each name: where it starts, and in the lowest five bits how long it is.
#[allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "runs when this crate is compiled; the text is below 2,048 bytes"
)]
static PLACES: [u16; COUNT] = {
    let mut places = [0; COUNT];
    let mut name = 0;
    while name < COUNT {
        let length = LENGTHS[name];
        assert!(length < 32 && TEXT.len() < 2048);
        places[name] = (PACKED.starts[name] << 5 | length) as u16;
        name += 1;
    }
    places
};
