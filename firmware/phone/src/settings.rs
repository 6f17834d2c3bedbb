//! The settings that can be made on the phone.

/// Bytes of the settings as text, at most.
pub const LIMIT: usize = 256;
