//! One exchange with the service as a state machine: no socket, no clock, no sleep. Whoever drives it owns those.

mod exchange;

pub use exchange::{Deadlines, Exchange, ExchangeError, ExchangeFailure, Phase, Step};
