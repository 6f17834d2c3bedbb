//! What a configuration, or a person in the settings, chooses among.

/// What the number keys give where a user ID starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserIdMode {
    /// Digits: IDs are numbers.
    Digits,
    /// Small letters.
    Letters,
}

impl UserIdMode {
    pub(super) fn parse(value: &str) -> Option<Self> {
        if value.eq_ignore_ascii_case("digits") {
            Some(Self::Digits)
        } else if value.eq_ignore_ascii_case("letters") {
            Some(Self::Letters)
        } else {
            None
        }
    }
}

/// How bright the display is while somebody is at the phone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Brightness {
    /// As bright as it is made for.
    #[default]
    High,
    /// Darker, but brighter than when nobody was at the phone for two minutes.
    Low,
}

impl Brightness {
    pub(super) fn parse(value: &str) -> Option<Self> {
        [("high", Self::High), ("low", Self::Low)]
            .into_iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(value))
            .map(|(_, brightness)| brightness)
    }
}
