//! The names of the elements that the protocol knows. A name is compared with those that may stand where it stands;
//! whatever decides by it afterwards compares a byte.

macro_rules! tags {
    ($($variant:ident = $name:literal,)*) => {
        /// An element by its name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Tag {
            /// None that the protocol knows.
            Other,
            $($variant,)*
        }

        impl Tag {
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

            /// Returns the name as it stands on the wire; an empty one for [`Tag::Other`].
            #[inline]
            pub(super) fn name(self) -> &'static [u8] {
                static NAMES: &[&str] = &["", $($name,)*];
                NAMES.get(usize::from(self as u8)).copied().unwrap_or_default().as_bytes()
            }
        }
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

/// Returns true if two names are the same. A processor without instructions for it compares bytes by memcmp one by one.
#[inline]
pub(super) fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && by_chunks::<{ size_of::<usize>() }>(a, b)
}

/// Compares by chunks; the last one overlaps the one before it, so that no byte is compared by itself.
fn by_chunks<const N: usize>(a: &[u8], b: &[u8]) -> bool {
    let (Some(last), Some(other)) = (a.last_chunk::<N>(), b.last_chunk::<N>()) else {
        return if N > 4 { by_chunks::<4>(a, b) } else { a.iter().zip(b).all(|(a, b)| a == b) };
    };
    let (mut a, mut b) = (a, b);
    while let (Some((first, after)), Some((second, behind))) =
        (a.split_first_chunk::<N>(), b.split_first_chunk::<N>())
    {
        if first != second {
            return false;
        }
        (a, b) = (after, behind);
    }
    last == other
}
