//! Presses on their way from a board's interrupts to the phone.
//!
//! A place in the queue is wiped as soon as its press is taken: digits are PINs, and a ring that is only overwritten by
//! later presses keeps the last PIN for as long as nobody presses more keys than it holds.

use core::cell::RefCell;
use core::fmt;
use core::future::poll_fn;
use core::task::Poll;

use embassy_sync::blocking_mutex::Mutex;
use embassy_sync::blocking_mutex::raw::RawMutex;
use embassy_sync::waitqueue::WakerRegistration;
use zeroize::Zeroize;

use crate::Key;

/// A queue of up to `N` presses, filled by interrupts and emptied by [`run`](crate::run).
///
/// It knows as well whether the key that was pressed last is still down, for keys that act again while they are held.
/// Of number keys it does not know: they are never held, and a digit is kept no longer than until it is taken.
///
/// ```
/// use embassy_futures::block_on;
/// use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
/// use hotdesk_phone::{Key, KeyQueue};
///
/// static KEYS: KeyQueue<CriticalSectionRawMutex, 2> = KeyQueue::new();
///
/// assert!(KEYS.push(Key::Digit(4)));
/// assert!(KEYS.push(Key::Pound));
/// assert!(!KEYS.push(Key::Star), "two wait already");
/// assert_eq!(block_on(KEYS.next()), Key::Digit(4));
/// ```
pub struct KeyQueue<M: RawMutex, const N: usize> {
    presses: Mutex<M, RefCell<Presses<N>>>,
}

/// The presses that wait, from `first` on and around the end.
struct Presses<const N: usize> {
    places: [Option<Key>; N],
    first: usize,
    count: usize,
    taker: WakerRegistration,
    /// The key pressed last, if that can be held.
    last: Option<Key>,
    is_down: bool,
}

impl<M: RawMutex, const N: usize> KeyQueue<M, N> {
    /// An empty queue. It must hold at least one press, or it does not compile.
    #[must_use]
    pub const fn new() -> Self {
        const { assert!(N > 0, "a queue without room takes no press") };
        let presses = Presses {
            places: [None; N],
            first: 0,
            count: 0,
            taker: WakerRegistration::new(),
            last: None,
            is_down: false,
        };
        Self { presses: Mutex::new(RefCell::new(presses)) }
    }

    /// Adds a press, and says whether there was room for it. Without room it is dropped.
    #[must_use]
    pub fn push(&self, key: Key) -> bool {
        self.presses.lock(|presses| presses.borrow_mut().push(key))
    }

    /// Says whether a key is down now: after its press, at its release, and wherever its contacts bounce. Only the key
    /// pressed last counts. Where the release is lost, the key acts a limited number of times.
    pub fn hold(&self, key: Key, is_down: bool) {
        self.presses.lock(|presses| {
            let mut presses = presses.borrow_mut();
            if presses.last == Some(key) {
                presses.is_down = is_down;
            }
        });
    }

    /// Whether this key was pressed last and is still down.
    pub(crate) fn is_held(&self, key: Key) -> bool {
        self.presses.lock(|presses| {
            let presses = presses.borrow();
            presses.is_down && presses.last == Some(key)
        })
    }

    /// Waits for the next press and takes it. One task waits at a time; it may be dropped while it waits.
    pub async fn next(&self) -> Key {
        poll_fn(|context| {
            self.presses.lock(|presses| {
                let mut presses = presses.borrow_mut();
                match presses.take() {
                    Some(key) => Poll::Ready(key),
                    None => {
                        presses.taker.register(context.waker());
                        Poll::Pending
                    }
                }
            })
        })
        .await
    }
}

impl<M: RawMutex, const N: usize> Default for KeyQueue<M, N> {
    fn default() -> Self {
        Self::new()
    }
}

/// Shows nothing of what waits.
impl<M: RawMutex, const N: usize> fmt::Debug for KeyQueue<M, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyQueue").finish_non_exhaustive()
    }
}

impl<const N: usize> Presses<N> {
    fn push(&mut self, key: Key) -> bool {
        self.last = (!matches!(key, Key::Digit(_) | Key::Star | Key::Pound)).then_some(key);
        self.is_down = false;
        if self.count == N {
            return false;
        }
        if let Some(place) = self.places.get_mut((self.first + self.count) % N) {
            *place = Some(key);
        }
        self.count += 1;
        self.taker.wake();
        true
    }

    fn take(&mut self) -> Option<Key> {
        let place = self.places.get_mut(self.first)?;
        let key = (*place)?;
        // Its bytes, too: `None` would leave the digit in the memory of what is no press any more.
        place.zeroize();
        self.first = (self.first + 1) % N;
        self.count -= 1;
        Some(key)
    }
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Wake, Waker};

    use embassy_sync::blocking_mutex::raw::NoopRawMutex;

    use super::*;

    type Queue = KeyQueue<NoopRawMutex, 4>;

    fn taken(queue: &Queue) -> Option<Key> {
        let next = std::pin::pin!(queue.next());
        match next.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(key) => Some(key),
            Poll::Pending => None,
        }
    }

    #[test]
    fn presses_come_out_in_the_order_they_went_in_around_the_end() {
        let queue = Queue::new();
        let mut came = Vec::new();
        for round in 0..5 {
            for digit in 0..3 {
                assert!(queue.push(Key::Digit(round * 3 + digit)));
            }
            came.extend(core::iter::from_fn(|| taken(&queue)));
        }
        assert_eq!(came, (0..15).map(Key::Digit).collect::<Vec<_>>());
    }

    #[test]
    fn a_full_queue_drops_the_press_and_keeps_what_waits() {
        let queue = Queue::new();
        assert_eq!(
            [1, 2, 3, 4, 5].map(|digit| queue.push(Key::Digit(digit))),
            [true, true, true, true, false]
        );
        let came: Vec<_> = core::iter::from_fn(|| taken(&queue)).collect();
        assert_eq!(came, [1, 2, 3, 4].map(Key::Digit));
        assert!(queue.push(Key::Star), "there is room again");
    }

    #[test]
    fn a_press_wakes_who_waits() {
        struct Count(AtomicUsize);
        impl Wake for Count {
            fn wake(self: Arc<Self>) {
                self.0.fetch_add(1, Ordering::SeqCst);
            }
        }
        let queue = Queue::new();
        let count = Arc::new(Count(AtomicUsize::new(0)));
        let waker = Waker::from(count.clone());
        {
            let next = std::pin::pin!(queue.next());
            assert!(next.poll(&mut Context::from_waker(&waker)).is_pending());
        }
        assert!(queue.push(Key::Up));
        assert_eq!(count.0.load(Ordering::SeqCst), 1);
        assert_eq!(taken(&queue), Some(Key::Up), "whoever waited before");
    }

    #[test]
    fn the_key_pressed_last_is_held_until_it_comes_up() {
        let queue = Queue::new();
        let push = |key| assert!(queue.push(key));
        queue.hold(Key::Up, true);
        assert!(!queue.is_held(Key::Up), "down since the power came, never pressed");
        push(Key::Up);
        assert!(!queue.is_held(Key::Up));
        queue.hold(Key::Up, true);
        assert!(queue.is_held(Key::Up));
        queue.hold(Key::Up, false);
        queue.hold(Key::Up, true);
        assert!(queue.is_held(Key::Up), "a bounce");
        queue.hold(Key::Down, false);
        assert!(queue.is_held(Key::Up), "another key");
        push(Key::Down);
        queue.hold(Key::Up, true);
        assert!(!queue.is_held(Key::Up), "another key was pressed");
        queue.hold(Key::Down, true);
        queue.hold(Key::Down, false);
        assert!(!queue.is_held(Key::Down));
    }

    #[test]
    fn a_number_key_is_never_held() {
        let queue = Queue::new();
        for key in [Key::Digit(7), Key::Star, Key::Pound] {
            assert!(queue.push(key));
            queue.hold(key, true);
            assert!(!queue.is_held(key));
            queue.presses.lock(|presses| assert_eq!(presses.borrow().last, None));
        }
    }

    #[test]
    fn a_press_that_was_taken_leaves_nothing_in_its_place() {
        let queue = Queue::new();
        assert!(queue.push(Key::Digit(7)) && queue.push(Key::Digit(9)));
        assert_eq!(taken(&queue), Some(Key::Digit(7)));
        queue.presses.lock(|presses| {
            let places = presses.borrow().places;
            assert_eq!(places, [None, Some(Key::Digit(9)), None, None]);
        });
        assert!(!format!("{queue:?}").contains('9'));
    }
}
