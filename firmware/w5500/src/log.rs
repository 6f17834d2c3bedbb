//! The log, through defmt where a board turned it on. It must never be given a byte of a frame.

/// Logs a line at a level of defmt. Without the feature `defmt` it does nothing.
macro_rules! log {
    ($level:ident, $format:literal $(, $value:expr)*) => {{
        #[cfg(feature = "defmt")]
        defmt::$level!($format $(, $value)*);
        #[cfg(not(feature = "defmt"))]
        {
            $(let _ = &$value;)*
        }
    }};
}

pub(crate) use log;
