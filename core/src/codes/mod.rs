//! Tables of the numbers that services answer with: one row a number, what it means in our words, what to do, who must
//! act, where it is documented. A number without a row is normal and is kept.

pub mod em_service;

/// Who must act on a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Who {
    /// The person at the phone.
    Person,
    /// Who runs the service.
    Administrator,
    /// Nobody: wait, then try again.
    Wait,
    /// Who wrote the program that sent the request.
    Programmer,
}

impl Who {
    /// Returns the word for it: `person`, `administrator`, `wait` or `programmer`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Administrator => "administrator",
            Self::Wait => "wait",
            Self::Programmer => "programmer",
        }
    }
}
