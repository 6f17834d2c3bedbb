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

/// Returns what stands behind `name`, if `bytes` start with it. Names are compared by words: by bytes it takes three times
/// as long where a processor has no instructions for it.
#[cfg(feature = "compact")]
#[inline(never)]
pub(super) fn behind<'a>(bytes: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    const WORD: usize = 4;

    let (start, rest) = bytes.split_at_checked(name.len())?;
    let ((words, end), (name_words, name_end)) = (start.as_chunks::<WORD>(), name.as_chunks::<WORD>());
    let same =
        words.iter().zip(name_words).all(|(a, b)| a == b) && end.iter().zip(name_end).all(|(a, b)| a == b);
    same.then_some(rest)
}
