//! The log, through defmt where a board turned it on. Nothing a person typed and no configured value goes into it.

use hotdesk_core::Response;

use crate::{Facts, Start, Trouble};

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

/// Says which image started and why, for whoever reads the log of a phone that did not stay up.
pub(crate) fn start(facts: &Facts) {
    log!(
        info,
        "hotdesk {=str}, build {=str}, start {=u32}",
        env!("CARGO_PKG_VERSION"),
        facts.build.as_str(),
        facts.starts
    );
    cause(&facts.start);
    if let Some(failure) = facts.earlier_failure() {
        log!(info, "the last failure was before start {=u32}:", failure.at_start);
        cause(&failure.start);
    }
}

fn cause(start: &Start) {
    match start {
        Start::PowerOn => log!(info, "started by power-on"),
        Start::Reset => log!(info, "started by the reset line"),
        Start::Restart => log!(info, "started by a restart"),
        Start::Watchdog { program_counter } => {
            log!(warn, "started by the watchdog, no progress at {=u32:#010x}", program_counter.unwrap_or(0));
        }
        Start::Panic { line, calls: [first, second, third, fourth] } => log!(
            warn,
            "started after a panic in line {=u32}, called from {=u32:08X} {=u32:08X} {=u32:08X} {=u32:08X}",
            line,
            first,
            second,
            third,
            fourth
        ),
        Start::HardFault(fault) => log!(
            warn,
            "started after a hard fault at {=u32:#010x} called from {=u32:#010x}, CFSR {=u32:#010x}, BFAR {=u32:#010x}",
            fault.program_counter,
            fault.link_register,
            fault.status,
            fault.address
        ),
        Start::StackOverflow => log!(warn, "started after a stack overflow"),
        Start::Exception { number } => log!(warn, "started after the unexpected exception {=u32}", number),
    }
}

/// Says how an exchange with the service ended.
pub(crate) fn outcome(answer: &Result<Option<Response<'_>>, Trouble>) {
    match answer {
        Ok(Some(Response::Failure(failure))) => log!(info, "refused with {}", failure.code),
        Ok(_) => log!(info, "answered"),
        Err(trouble) => log!(warn, "no answer to use: {}", trouble),
    }
}
