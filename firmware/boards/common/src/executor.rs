//! The loop that runs the tasks and sleeps when none is ready.
//!
//! Sleep is WFI, which stops QEMU's virtual processor as well as a real one; embassy's own loop uses WFE, which keeps a
//! whole core of the host busy.
#![allow(unsafe_code)] // The executor's raw interface has rules that only its caller can keep.

use core::pin::pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, Waker};

use embassy_executor::{SpawnError, SpawnToken, Spawner, raw};
use embassy_time::{Duration, Instant};
use static_cell::StaticCell;

use crate::{log, stack};

/// True when a task was woken since the last poll.
static WORK: AtomicBool = AtomicBool::new(false);

/// Embassy calls this when a task becomes ready, from a task or an interrupt.
#[unsafe(no_mangle)]
fn __pender(context: *mut ()) {
    #[cfg(feature = "tls")]
    if !context.is_null() {
        return crate::above::pend();
    }
    let _ = context;
    WORK.store(true, Ordering::SeqCst);
}

/// Starts a task that is started nowhere else.
pub fn start<S>(spawner: Spawner, task: Result<SpawnToken<S>, SpawnError>) {
    match task {
        Ok(task) => spawner.spawn(task),
        Err(_) => unreachable!("each task is started once"),
    }
}

/// Starts a task that must not wait while TLS computes: in an executor that interrupts the other one, where there is TLS.
pub fn start_above<S: Send>(spawner: Spawner, task: Result<SpawnToken<S>, SpawnError>) {
    #[cfg(feature = "tls")]
    if let (Ok(task), Some(above)) = (task, crate::above::executor()) {
        let _ = spawner;
        above.spawner().make_send().spawn(task);
    } else {
        unreachable!("each task is started once, by `run`")
    }
    #[cfg(not(feature = "tls"))]
    start(spawner, task);
}

/// Waits for a future before the tasks run, so long at most. It must not wait for a time: the clock wakes tasks alone.
pub fn wait<F: Future>(patience: Duration, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let start = Instant::now();
    loop {
        // It is asked again and again: nobody needs to be woken.
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return Some(output);
        }
        if Instant::now().saturating_duration_since(start) >= patience {
            return None;
        }
    }
}

/// Runs tasks for ever, beginning with those that `spawn` starts. What the start left on the stack is cleared before: the
/// configuration, with its certificate, was there.
///
/// # Panics
///
/// If called twice.
pub fn run(spawn: impl FnOnce(Spawner)) -> ! {
    stack::wipe();
    #[cfg(feature = "tls")]
    crate::above::make();
    static EXECUTOR: StaticCell<raw::Executor> = StaticCell::new();
    let executor: &'static raw::Executor = EXECUTOR.init(raw::Executor::new(core::ptr::null_mut()));
    spawn(executor.spawner());
    loop {
        // SAFETY: the executor was initialised above, and this loop is the only caller, so polls never nest.
        unsafe { executor.poll() };
        log::report_lost();
        // With interrupts masked no wake-up can slip in between the test and the sleep; a masked interrupt still ends
        // WFI, and its handler runs when the mask goes.
        cortex_m::interrupt::disable();
        if !WORK.load(Ordering::SeqCst) {
            cortex_m::asm::wfi();
        }
        WORK.store(false, Ordering::SeqCst);
        // SAFETY: no critical section is open here.
        unsafe { cortex_m::interrupt::enable() };
    }
}
