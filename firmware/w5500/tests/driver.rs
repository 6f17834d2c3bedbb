//! The driver against a model of the chip, in virtual time.

// Test code: a surprise is to stop the test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod model;

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Wake, Waker};

use embassy_net_driver::{Driver, LinkState, RxToken, TxToken};
use embassy_time::{Duration, MockDriver};
use hotdesk_w5500::{Device, State};
use model::{Interrupt, Model, Reset, Spi};

const ADDRESS: [u8; 6] = [0x02, 0x11, 0x22, 0x33, 0x44, 0x55];

/// The clock is one for the whole process.
static CLOCK: Mutex<()> = Mutex::new(());

#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// A chip, the driver that runs it, and the stack's end of the device.
struct Bench {
    chip: Rc<RefCell<Model>>,
    device: Device<'static>,
    runner: Pin<Box<dyn Future<Output = ()>>>,
    woken: Arc<Woken>,
    _clock: MutexGuard<'static, ()>,
}

impl Bench {
    /// A chip that is in order, started, with a link.
    fn new() -> Self {
        let mut bench = Self::with(Model::new());
        bench.wait(20);
        assert!(bench.has_link());
        bench
    }

    fn with(chip: Rc<RefCell<Model>>) -> Self {
        let clock = CLOCK.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        MockDriver::get().reset();
        let state = Box::leak(Box::new(State::<4, 2>::new()));
        let (device, mut runner) = hotdesk_w5500::new(
            ADDRESS,
            state,
            Spi(chip.clone()),
            Interrupt(chip.clone()),
            Reset(chip.clone()),
        );
        let runner = Box::pin(async move {
            runner.run().await;
        });
        Self { chip, device, runner, woken: Arc::default(), _clock: clock }
    }

    fn settle(&mut self) {
        let waker = Waker::from(self.woken.clone());
        for _ in 0..10_000 {
            self.woken.0.store(false, Ordering::SeqCst);
            assert!(self.runner.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
            if !self.woken.0.load(Ordering::SeqCst) {
                return;
            }
        }
        panic!("the driver never rests");
    }

    fn wait(&mut self, milliseconds: u64) {
        self.settle();
        for _ in 0..milliseconds * 10 {
            MockDriver::get().advance(Duration::from_micros(100));
            self.settle();
        }
    }

    fn has_link(&mut self) -> bool {
        self.device.link_state(&mut Context::from_waker(Waker::noop())) == LinkState::Up
    }

    fn arrive(&mut self, frame: &[u8]) {
        self.chip.borrow_mut().arrive(frame);
        self.settle();
    }

    /// The next frame that the stack sees.
    fn received(&mut self) -> Option<Vec<u8>> {
        let waker = Waker::from(self.woken.clone());
        let (token, _) = self.device.receive(&mut Context::from_waker(&waker))?;
        let frame = token.consume(|frame| frame.to_vec());
        self.settle();
        Some(frame)
    }

    fn send(&mut self, frame: &[u8]) {
        let waker = Waker::from(self.woken.clone());
        let token = self.device.transmit(&mut Context::from_waker(&waker)).expect("room for a frame");
        token.consume(frame.len(), |room| room.copy_from_slice(frame));
        self.settle();
    }

    fn sent(&mut self) -> Option<Vec<u8>> {
        self.chip.borrow_mut().sent.pop_front()
    }
}

/// A frame that differs from others by its number.
fn frame(number: u8, length: usize) -> Vec<u8> {
    (0..length)
        .map(|at| if at < 6 { 0xFF } else { number.wrapping_add(u8::try_from(at % 251).unwrap()) })
        .collect()
}

#[test]
fn the_chip_is_reset_told_its_address_and_gives_all_its_memory_to_one_socket() {
    let bench = Bench::new();
    let chip = bench.chip.borrow();
    assert_eq!((chip.resets, chip.address(), chip.memory_in_use()), (1, &ADDRESS[..], 16));
}

#[test]
fn what_a_frame_held_is_wiped_once_it_was_sent_or_read() {
    let mut bench = Bench::new();
    // Each buffer once; the next frames in them are as long, and tell what is there.
    for number in 0..4 {
        bench.send(&frame(number, 60));
        bench.arrive(&frame(number, 60));
        bench.received();
    }
    let waker = Waker::from(bench.woken.clone());
    for _ in 0..2 {
        let token = bench.device.transmit(&mut Context::from_waker(&waker)).unwrap();
        let left = token.consume(60, |room| room.to_vec());
        bench.settle();
        assert_eq!(left, [0; 60]);
    }
    bench.arrive(&frame(9, 60));
    assert_eq!(bench.chip.borrow().overwritten, [0; 60]);
}

#[test]
fn frames_pass_both_ways_at_every_length() {
    let mut bench = Bench::new();
    for length in [1, 14, 60, 61, 1513, 1514] {
        bench.arrive(&frame(1, length));
        assert_eq!(bench.received(), Some(frame(1, length)), "{length}");
        bench.send(&frame(2, length));
        assert_eq!(bench.sent(), Some(frame(2, length)), "{length}");
    }
    assert_eq!(bench.received(), None);
}

#[test]
fn frames_that_arrived_with_one_interrupt_all_come_through() {
    let mut bench = Bench::new();
    for number in 0..8 {
        bench.chip.borrow_mut().arrive(&frame(number, 60));
    }
    bench.settle();
    let received: Vec<_> = std::iter::from_fn(|| bench.received()).collect();
    assert_eq!(received, (0..8).map(|number| frame(number, 60)).collect::<Vec<_>>());
    bench.arrive(&frame(9, 60));
    assert_eq!(bench.received(), Some(frame(9, 60)));
}

#[test]
fn a_frame_arriving_while_others_are_taken_is_not_left_in_the_chip() {
    let mut bench = Bench::new();
    for number in 0..4 {
        bench.arrive(&frame(number, 60));
    }
    // The stack has no room for more; these wait in the chip.
    bench.chip.borrow_mut().arrive(&frame(4, 60));
    bench.settle();
    let first = bench.received();
    bench.chip.borrow_mut().arrive(&frame(5, 60));
    bench.settle();
    let received: Vec<_> = first.into_iter().chain(std::iter::from_fn(|| bench.received())).collect();
    assert_eq!(received, (0..6).map(|number| frame(number, 60)).collect::<Vec<_>>());
}

#[test]
fn a_frame_with_a_vlan_tag_is_left_out_and_the_next_one_comes() {
    let mut bench = Bench::new();
    for (number, length) in [(1, 1518), (2, 1515), (3, 1514)] {
        bench.chip.borrow_mut().arrive(&frame(number, length));
    }
    bench.settle();
    assert_eq!(bench.received(), Some(frame(3, 1514)));
}

#[test]
fn pointers_pass_the_end_of_the_buffers_and_of_sixteen_bits() {
    for at in [0x3FFE, 0x3FFF, 0xFFFD, 0xFFFE, 0xFFFF] {
        let mut bench = Bench::new();
        bench.chip.borrow_mut().set_pointers(at);
        for number in 0..3 {
            bench.arrive(&frame(number, 100));
            assert_eq!(bench.received(), Some(frame(number, 100)), "{at:#x}");
            bench.send(&frame(number, 100));
            assert_eq!(bench.sent(), Some(frame(number, 100)), "{at:#x}");
        }
    }
}

#[test]
fn a_length_that_cannot_be_empties_the_buffer_and_goes_on() {
    for length in [0_u16, 1, 2, 0x7FFF, 0xFFFF] {
        let mut bench = Bench::new();
        bench.chip.borrow_mut().arrive_raw(&[&length.to_be_bytes()[..], &[0; 60]].concat());
        bench.settle();
        assert_eq!(bench.received(), None, "{length}");
        bench.arrive(&frame(1, 60));
        assert_eq!(bench.received(), Some(frame(1, 60)), "{length}");
        assert_eq!(bench.chip.borrow().resets, 1, "{length}");
    }
}

#[test]
fn the_link_is_followed_within_a_tenth_of_a_second() {
    let mut bench = Bench::new();
    bench.chip.borrow_mut().link = false;
    bench.wait(101);
    assert!(!bench.has_link());
    bench.chip.borrow_mut().link = true;
    bench.wait(101);
    assert!(bench.has_link());
}

#[test]
fn what_is_to_be_sent_without_a_link_is_not_sent_later() {
    let mut bench = Bench::new();
    bench.chip.borrow_mut().link = false;
    bench.wait(101);
    bench.send(&frame(1, 60));
    bench.chip.borrow_mut().link = true;
    bench.wait(101);
    bench.send(&frame(2, 60));
    assert_eq!(bench.sent(), Some(frame(2, 60)));
    assert_eq!(bench.sent(), None);
}

#[test]
fn a_chip_that_restarted_by_itself_is_set_up_again() {
    let mut bench = Bench::new();
    bench.chip.borrow_mut().reset();
    bench.wait(800);
    assert!(bench.has_link());
    assert_eq!(bench.chip.borrow().address(), ADDRESS);
    bench.arrive(&frame(1, 60));
    assert_eq!(bench.received(), Some(frame(1, 60)));
}

#[test]
fn a_frame_that_does_not_leave_gives_way_to_the_next() {
    let mut bench = Bench::new();
    bench.chip.borrow_mut().faults.stuck = true;
    bench.send(&frame(1, 60));
    bench.send(&frame(2, 60));
    bench.wait(60);
    bench.chip.borrow_mut().faults.stuck = false;
    bench.send(&frame(3, 60));
    bench.wait(60);
    assert_eq!(bench.sent(), Some(frame(3, 60)));
}

#[test]
fn arrivals_without_an_end_do_not_keep_a_frame_from_being_sent() {
    let mut bench = Bench::new();
    for number in 0..20 {
        bench.chip.borrow_mut().arrive(&frame(number, 60));
    }
    bench.send(&frame(99, 60));
    assert_eq!(bench.sent(), Some(frame(99, 60)));
}

#[test]
fn a_chip_that_is_not_there_is_tried_again_for_ever() {
    for version in [0, 0xFF] {
        let chip = Model::new();
        chip.borrow_mut().faults.version = Some(version);
        let mut bench = Bench::with(chip);
        bench.wait(1_200);
        assert!(!bench.has_link());
        assert!(bench.chip.borrow().resets >= 3);
        bench.chip.borrow_mut().faults.version = None;
        bench.wait(600);
        assert!(bench.has_link(), "{version}");
    }
}

#[test]
fn a_bus_that_fails_and_a_chip_that_takes_no_command_are_survived() {
    for fault in [
        model::Faults { broken_bus: true, ..Default::default() },
        model::Faults { deaf: true, ..Default::default() },
    ] {
        let mut bench = Bench::new();
        bench.chip.borrow_mut().faults = fault;
        bench.chip.borrow_mut().arrive(&frame(1, 60));
        bench.wait(700);
        assert!(!bench.has_link(), "{fault:?}");
        bench.chip.borrow_mut().faults = model::Faults::default();
        bench.wait(700);
        bench.arrive(&frame(2, 60));
        while bench.received().is_some_and(|received| received != frame(2, 60)) {}
        assert!(bench.has_link(), "{fault:?}");
    }
}
