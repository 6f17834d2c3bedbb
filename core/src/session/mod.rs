//! Requests to the services of a cluster, as state machines: no socket, no clock, no sleep. The driver owns those.
//!
//! [`Exchange`] sends one request once. [`Session`] runs exchanges until it is known what became of an operation: it goes
//! from service to service, and queries what became of a change whose answer was lost. They must never send a change
//! while it may have been carried out.

mod exchange;
mod outcome;
#[cfg(feature = "pages")]
mod page;
#[cfg(feature = "compact")]
mod pieces;
mod retry;
mod run;

pub use exchange::{Deadlines, Exchange, ExchangeError, ExchangeFailure, Phase, Step};
pub use outcome::{Finding, Outcome, SessionError, Task};
pub use retry::Retry;
pub use run::{Next, Plan, Session, Wanted};
