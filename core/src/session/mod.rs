//! Asking the service, as state machines: no socket, no clock, no sleep. Whoever drives one owns those.
//!
//! [`Exchange`] asks once. [`Session`] runs exchanges until it is known what became of an operation: it tries the
//! services in turn and again, and asks after an answer that was lost. Neither sends a request again that may have been
//! carried out.

mod exchange;
mod outcome;
mod retry;
mod run;

pub use exchange::{Deadlines, Exchange, ExchangeError, ExchangeFailure, Phase, Step};
pub use outcome::{Found, Outcome, SessionError, Task};
pub use retry::Retry;
pub use run::{Next, Plan, Session, Wanted};
