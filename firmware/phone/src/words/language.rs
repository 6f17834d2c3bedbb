//! The languages the phone speaks. A language is a file of texts beside this one and a line in `build/words.rs`.

use super::Words;
use super::packed::LANGUAGES;

/// A language of the phone.
///
/// ```
/// use hotdesk_phone::Language;
///
/// let german = Language::find("de").ok_or("no German")?;
/// assert_eq!(german.name(), "Deutsch");
/// assert_eq!(Language::default().code(), "en");
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy)]
pub struct Language(&'static Words);

impl Language {
    /// Every language, the default first.
    pub fn all() -> impl Iterator<Item = Self> {
        LANGUAGES.iter().map(Self)
    }

    /// Finds a language by its code (ISO 639-1), in capitals or not.
    #[must_use]
    pub fn find(code: &str) -> Option<Self> {
        Self::all().find(|language| language.code().eq_ignore_ascii_case(code))
    }

    /// How a configuration names it, for example `de`.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code
    }

    /// What it calls itself, for example `Deutsch`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name
    }

    pub(crate) fn words(self) -> &'static Words {
        self.0
    }
}

impl Default for Language {
    fn default() -> Self {
        let [first, ..] = &LANGUAGES;
        Self(first)
    }
}

impl PartialEq for Language {
    fn eq(&self, other: &Self) -> bool {
        self.code() == other.code()
    }
}

impl Eq for Language {}

impl core::fmt::Debug for Language {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Language {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{=str}", self.code());
    }
}
