//! The names that a configuration gives values to.

/// A name that a configuration gives a value to.
#[expect(clippy::enum_variant_names, reason = "they are named as in the file")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    Service,
    AppId,
    AppCertificate,
    NameServer,
    SearchDomain,
    PollMinutes,
    AdminCode,
    UserIdMode,
    Language,
    Brightness,
    Durations,
    UserPage,
    #[cfg(feature = "provisioning")]
    Provisioning,
    #[cfg(feature = "tls")]
    TimeServer,
    #[cfg(feature = "browser")]
    Login,
    #[cfg(feature = "browser")]
    Services,
    // Those that belong to the service above them come last.
    #[cfg(feature = "tls")]
    ServiceCa,
    #[cfg(feature = "tls")]
    ServiceCertificate,
    #[cfg(feature = "tls")]
    ServiceName,
    #[cfg(feature = "tls")]
    ServiceTls,
}

impl Name {
    /// How each is written, in the order in which an error lists them.
    pub(crate) const ALL: &[(&'static str, Self)] = &[
        ("service", Self::Service),
        ("appID", Self::AppId),
        ("appCertificate", Self::AppCertificate),
        ("nameServer", Self::NameServer),
        ("searchDomain", Self::SearchDomain),
        ("pollMinutes", Self::PollMinutes),
        ("adminCode", Self::AdminCode),
        ("userIdMode", Self::UserIdMode),
        ("language", Self::Language),
        ("brightness", Self::Brightness),
        ("durations", Self::Durations),
        ("userPage", Self::UserPage),
        #[cfg(feature = "provisioning")]
        ("provisioning", Self::Provisioning),
        #[cfg(feature = "tls")]
        ("timeServer", Self::TimeServer),
        #[cfg(feature = "browser")]
        ("login", Self::Login),
        #[cfg(feature = "browser")]
        ("services", Self::Services),
        #[cfg(feature = "tls")]
        ("service-ca", Self::ServiceCa),
        #[cfg(feature = "tls")]
        ("service-certificate", Self::ServiceCertificate),
        #[cfg(feature = "tls")]
        ("service-name", Self::ServiceName),
        #[cfg(feature = "tls")]
        ("service-tls", Self::ServiceTls),
    ];

    /// Finds a name, in capitals or not.
    pub(super) fn find(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, name)| *name)
    }

    /// How it is written.
    pub(crate) fn text(self) -> &'static str {
        Self::ALL.iter().find(|(_, name)| *name == self).map_or("", |(text, _)| text)
    }

    /// Whether it belongs to the service above it.
    #[cfg(feature = "tls")]
    pub(super) fn is_of_a_service(self) -> bool {
        matches!(self, Self::ServiceCa | Self::ServiceCertificate | Self::ServiceName | Self::ServiceTls)
    }

    /// Whether it may be given more than once.
    pub(super) fn repeats(self) -> bool {
        #[cfg(feature = "browser")]
        if matches!(self, Self::Services) {
            return true;
        }
        matches!(self, Self::Service | Self::NameServer)
    }
}
