//! The code that opens the settings on the phone: a secret, masked and wiped.

use core::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// Digits an admin code may have.
pub(crate) const ADMIN_CODE_DIGITS: usize = 16;

/// An admin code. Its `Debug` form shows neither digits nor their number.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct AdminCode {
    digits: [u8; ADMIN_CODE_DIGITS],
    len: usize,
}

impl AdminCode {
    /// Reads 1 to 16 digits.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut code = Self { digits: [0; ADMIN_CODE_DIGITS], len: text.len() };
        let all_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        code.digits.get_mut(..text.len()).filter(|_| all_digits)?.copy_from_slice(text.as_bytes());
        Some(code)
    }

    /// Whether `typed` is this code. It takes as long for a right digit as for a wrong one.
    pub(crate) fn is(&self, typed: &str) -> bool {
        let digits = self.digits.iter().take(self.len);
        let different =
            digits.zip(typed.bytes()).fold(0, |different, (digit, typed)| different | (digit ^ typed));
        typed.len() == self.len && different == 0
    }
}

impl fmt::Debug for AdminCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;

    #[test]
    fn only_the_whole_code_is_the_code() {
        let code = AdminCode::parse("4711").unwrap();
        for (typed, expected) in
            [("4711", true), ("", false), ("471", false), ("47110", false), ("4712", false), ("0711", false)]
        {
            assert_eq!(code.is(typed), expected, "{typed}");
        }
    }

    #[test]
    fn a_code_is_one_to_sixteen_digits() {
        for (text, expected) in [
            ("1", true),
            ("1234567890123456", true),
            ("12345678901234567", false),
            ("", false),
            ("12a", false),
        ] {
            assert_eq!(AdminCode::parse(text).is_some(), expected, "{text}");
        }
    }

    #[test]
    fn the_debug_form_tells_nothing() {
        assert_eq!(format!("{:?}", AdminCode::parse("4711").unwrap()), "***");
    }
}
