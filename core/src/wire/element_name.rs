//! The names of the elements that the protocol knows. A name is compared with those that may stand where it stands;
//! whatever decides by it afterwards compares a byte.

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

        const NAMES: &[&[u8]] = &[b"", $($name.as_bytes(),)*];
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

/// All names in one text, where a name that is a part of another one is not repeated.
struct Names<const SIZE: usize> {
    text: [u8; SIZE],
    size: usize,
    /// Of each name: where it starts, and in the lowest five bits how long it is.
    places: [u16; NAMES.len()],
}

const LONGEST: usize = 31;
const PACKED: Names<{ packed::<1024>().size }> = packed();
static TEXT: [u8; PACKED.size] = PACKED.text;
static PLACES: [u16; NAMES.len()] = PACKED.places;

/// Puts each name where the text has it already, or has its start at the end.
#[allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "runs when this crate is compiled, where a panic is an error of the compiler; the text is short"
)]
const fn packed<const SIZE: usize>() -> Names<SIZE> {
    let mut names = Names { text: [0; SIZE], size: 0, places: [0; NAMES.len()] };
    // From the longest on: it may have others in it.
    let mut length = LONGEST;
    while length > 0 {
        let mut i = 0;
        while i < NAMES.len() {
            let name = NAMES[i];
            assert!(name.len() <= LONGEST);
            if name.len() == length {
                let mut start = 0;
                while !fits(name, &names, start) {
                    start += 1;
                }
                let mut byte = 0;
                while byte < length {
                    names.text[start + byte] = name[byte];
                    byte += 1;
                }
                if names.size < start + byte {
                    names.size = start + byte;
                }
                names.places[i] = (start << 5 | length) as u16;
            }
            i += 1;
        }
        length -= 1;
    }
    names
}

/// Returns true if the text has nothing else there than the name.
#[allow(clippy::indexing_slicing, reason = "runs when this crate is compiled")]
const fn fits<const SIZE: usize>(name: &[u8], names: &Names<SIZE>, start: usize) -> bool {
    let mut i = 0;
    while i < name.len() && start + i < names.size {
        if names.text[start + i] != name[i] {
            return false;
        }
        i += 1;
    }
    true
}
