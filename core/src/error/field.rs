//! The elements and attributes that errors name, and the values that they can have.

use core::fmt;

macro_rules! fields {
    ($($(#[$attribute:meta])* $variant:ident = $name:literal,)*) => {
        /// An element or attribute of the protocol, or a part of an HTTP head: what an error is about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        #[non_exhaustive]
        pub enum Field {
            $($(#[$attribute])* #[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl Field {
            /// Returns the name as it appears on the wire; an attribute's comes after that of its element.
            pub const fn name(self) -> &'static str {
                match self {
                    $($(#[$attribute])* Self::$variant => $name,)*
                }
            }
        }
    };
}

fields! {
    Request = "request",
    Query = "query",
    Response = "response",
    AppInfo = "appInfo",
    AppId = "appID",
    AppCertificate = "appCertificate",
    AppEncryptedCertificate = "appEncryptedCertificate",
    Certificate = "certificate",
    DeviceName = "deviceName",
    UserId = "userID",
    DeviceProfile = "deviceProfile",
    ExclusiveDuration = "exclusiveDuration",
    Time = "time",
    Indefinite = "indefinite",
    LoginType = "loginType",
    RemoteIpAddr = "remoteIPAddr",
    IsViaHeaderSet = "isViaHeaderSet",
    Device = "device",
    DeviceNameAttribute = "device name",
    User = "user",
    UserIdAttribute = "user id",
    LastLogin = "lastlogin",
    EmccDevice = "emccDevice",
    None = "none",
    DoesNotExist = "doesNotExist",
    Exists = "exists",
    DeviceProfileName = "deviceProfileName",
    IsDefaultDeviceProfile = "isDefaultDeviceProfile",
    Failure = "failure",
    Error = "error",
    ErrorMessage = "errorMessage",
    ErrorCodeAttribute = "error code",
    Body = "Body",
    RequestId = "requestId",
    VipStatus = "status",
    StatusMessage = "statusMessage",
    Detail = "detail",
    DetailMessage = "detailMessage",
    Host = "HTTP host",
    Path = "HTTP path",
    ContentType = "HTTP content type",
    HttpStatus = "HTTP status",
    HttpBody = "HTTP body",
    #[cfg(feature = "vip")]
    TransactionId = "transactionId",
    #[cfg(feature = "vip")]
    CredentialId = "credentialId",
    #[cfg(feature = "vip")]
    CredentialType = "credentialType",
    #[cfg(feature = "vip")]
    NumbersChallengeValue = "numbersChallengeValue",
    #[cfg(feature = "vip")]
    PushCredentialId = "pushCredentialId",
    #[cfg(feature = "vip")]
    PushSent = "pushSent",
    #[cfg(feature = "emapp")]
    AcceptLanguage = "Accept-Language",
    #[cfg(feature = "phonexml")]
    Object = "object",
    #[cfg(feature = "phonexml")]
    ObjectAppId = "appId",
    #[cfg(feature = "phonexml")]
    Title = "Title",
    #[cfg(feature = "phonexml")]
    Prompt = "Prompt",
    #[cfg(feature = "phonexml")]
    ObjectText = "Text",
    #[cfg(feature = "phonexml")]
    Url = "URL",
    #[cfg(feature = "phonexml")]
    UrlDown = "URLDown",
    #[cfg(feature = "phonexml")]
    Timer = "Timer",
    #[cfg(feature = "phonexml")]
    SoftKeyItem = "SoftKeyItem",
    #[cfg(feature = "phonexml")]
    Position = "Position",
    #[cfg(feature = "phonexml")]
    KeyItem = "KeyItem",
    #[cfg(feature = "phonexml")]
    Key = "Key",
    #[cfg(feature = "phonexml")]
    MenuItem = "MenuItem",
    #[cfg(feature = "phonexml")]
    Name = "Name",
    #[cfg(feature = "phonexml")]
    InputItem = "InputItem",
    #[cfg(feature = "phonexml")]
    DisplayName = "DisplayName",
    #[cfg(feature = "phonexml")]
    QueryStringParam = "QueryStringParam",
    #[cfg(feature = "phonexml")]
    DefaultValue = "DefaultValue",
    #[cfg(feature = "phonexml")]
    InputFlags = "InputFlags",
    #[cfg(feature = "phonexml")]
    DirectoryEntry = "DirectoryEntry",
    #[cfg(feature = "phonexml")]
    Telephone = "Telephone",
    #[cfg(feature = "phonexml")]
    ExecuteItem = "ExecuteItem",
    #[cfg(feature = "phonexml")]
    ExecuteUrl = "ExecuteItem URL",
    #[cfg(feature = "phonexml")]
    Priority = "ExecuteItem Priority",
    #[cfg(feature = "phonexml")]
    ResponseItem = "ResponseItem",
    #[cfg(feature = "phonexml")]
    ResponseStatus = "ResponseItem Status",
    #[cfg(feature = "phonexml")]
    ResponseData = "ResponseItem Data",
    #[cfg(feature = "phonexml")]
    ResponseUrl = "ResponseItem URL",
    #[cfg(feature = "phonexml")]
    ErrorNumber = "CiscoIPPhoneError Number",
    #[cfg(feature = "provisioning")]
    MemberPriority = "member priority",
    #[cfg(feature = "provisioning")]
    CallManager = "callManager",
    #[cfg(feature = "provisioning")]
    CallManagerGroup = "callManagerGroup",
    #[cfg(feature = "provisioning")]
    Members = "members",
    #[cfg(feature = "provisioning")]
    Member = "member",
    #[cfg(feature = "provisioning")]
    ProcessNodeName = "processNodeName",
    #[cfg(feature = "provisioning")]
    DevicePool = "devicePool",
    #[cfg(feature = "provisioning")]
    DateTimeSetting = "dateTimeSetting",
    #[cfg(feature = "provisioning")]
    Ntps = "ntps",
    #[cfg(feature = "provisioning")]
    Ntp = "ntp",
    #[cfg(feature = "provisioning")]
    NtpMode = "ntpMode",
    #[cfg(feature = "provisioning")]
    FileName = "name",
    #[cfg(feature = "provisioning")]
    UserLocale = "userLocale",
    #[cfg(feature = "provisioning")]
    LangCode = "langCode",
    #[cfg(feature = "provisioning")]
    WinCharSet = "winCharSet",
    #[cfg(feature = "provisioning")]
    FileUserId = "userId",
    #[cfg(feature = "provisioning")]
    VersionStamp = "versionStamp",
    #[cfg(feature = "provisioning")]
    PhoneServices = "phoneServices",
    #[cfg(feature = "provisioning")]
    UseHttps = "phoneServices useHTTPS",
    #[cfg(feature = "provisioning")]
    Provisioning = "provisioning",
    #[cfg(feature = "provisioning")]
    PhoneService = "phoneService",
    #[cfg(feature = "provisioning")]
    PhoneServiceType = "phoneService type",
    #[cfg(feature = "provisioning")]
    PhoneServiceUrl = "url",
    #[cfg(feature = "provisioning")]
    IdleTimeout = "idleTimeout",
    #[cfg(feature = "provisioning")]
    AuthenticationUrl = "authenticationURL",
    #[cfg(feature = "provisioning")]
    DirectoryUrl = "directoryURL",
    #[cfg(feature = "provisioning")]
    IdleUrl = "idleURL",
    #[cfg(feature = "provisioning")]
    InformationUrl = "informationURL",
    #[cfg(feature = "provisioning")]
    MessagesUrl = "messagesURL",
    #[cfg(feature = "provisioning")]
    ServicesUrl = "servicesURL",
    #[cfg(feature = "provisioning")]
    SecureAuthenticationUrl = "secureAuthenticationURL",
    #[cfg(feature = "provisioning")]
    SecureDirectoryUrl = "secureDirectoryURL",
    #[cfg(feature = "provisioning")]
    SecureIdleUrl = "secureIdleURL",
    #[cfg(feature = "provisioning")]
    SecureInformationUrl = "secureInformationURL",
    #[cfg(feature = "provisioning")]
    SecureMessagesUrl = "secureMessagesURL",
    #[cfg(feature = "provisioning")]
    SecureServicesUrl = "secureServicesURL",
}

impl Field {
    /// Returns true for an element that may be left out wherever a writer takes it from its caller.
    pub(super) const fn is_optional(self) -> bool {
        matches!(self, Self::DeviceProfile | Self::RemoteIpAddr | Self::IsViaHeaderSet | Self::LastLogin)
    }

    /// Returns true for a part of an HTTP message.
    pub(super) const fn is_http(self) -> bool {
        #[cfg(feature = "emapp")]
        if matches!(self, Self::AcceptLanguage) {
            return true;
        }
        matches!(self, Self::Host | Self::Path | Self::ContentType | Self::HttpStatus | Self::HttpBody)
    }

    /// Returns the values it can have, for the text of an error.
    pub(super) const fn values(self) -> &'static str {
        match self {
            Self::Time => "whole minutes, digits only, at most 4294967295",
            Self::LoginType => "UID, DN or SP",
            Self::EmccDevice => "yes or no",
            Self::IsDefaultDeviceProfile => "t or f",
            Self::ErrorCodeAttribute => "1 to 5 digits, at most 65535",
            Self::Host => "a name or an address, with a port of 1 to 65535 after a colon or without one",
            Self::Path => "a path that starts with /",
            Self::HttpStatus => "a final one, 200 to 999",
            Self::HttpBody => "empty with status 204 and 304",
            #[cfg(feature = "vip")]
            Self::PushSent => "true or false",
            #[cfg(feature = "phonexml")]
            Self::Object => "one without a picture",
            #[cfg(feature = "phonexml")]
            Self::UrlDown => "an internal URI such as Key:Soft1",
            #[cfg(feature = "phonexml")]
            Self::Timer => "whole seconds, digits only, at most 65535",
            #[cfg(feature = "phonexml")]
            Self::Position => "-1, or 1 to 16",
            #[cfg(feature = "phonexml")]
            Self::Key => "KeyPad0 to KeyPad9, KeyPadStar, KeyPadPound, NavUp and the like, or PushToTalk",
            #[cfg(feature = "phonexml")]
            Self::InputFlags => "one of A, T, N, E, U and L, with P before or after it to hide what is typed",
            #[cfg(feature = "phonexml")]
            Self::ExecuteUrl => "other than SoftKey: and Notify:",
            #[cfg(feature = "phonexml")]
            Self::Priority => "0, 1 or 2",
            #[cfg(feature = "phonexml")]
            Self::ResponseStatus => "a number, digits only, at most 65535",
            #[cfg(feature = "phonexml")]
            Self::ErrorNumber => "1 to 4",
            #[cfg(feature = "provisioning")]
            Self::MemberPriority => "0 to 4",
            #[cfg(feature = "provisioning")]
            Self::UseHttps => "true or false",
            #[cfg(feature = "provisioning")]
            Self::Provisioning | Self::PhoneServiceType => "0, 1 or 2",
            #[cfg(feature = "provisioning")]
            Self::IdleTimeout => "whole seconds, digits only, at most 65535",
            _ => "one of its fixed words",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
