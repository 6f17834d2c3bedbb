//! The heap of Mbed TLS: memory that the board gives, and nothing else. It must never hand out a byte that still holds
//! what was in it, nor say of an allocation that failed anything but that.
#![allow(unsafe_code, reason = "C allocates here")]

use core::alloc::Layout;
use core::cell::RefCell;
use core::ffi::c_void;
use core::ptr::{self, NonNull};

use critical_section::Mutex;
use linked_list_allocator::Heap;
use mbedtls_rs::sys::mbedtls_platform_set_calloc_free;

/// What every block is aligned to, and the bytes before it, which hold its length.
const ALIGN: usize = 16;

static ARENA: Mutex<RefCell<Arena>> =
    Mutex::new(RefCell::new(Arena { heap: Heap::empty(), used: 0, peak: 0, failed: 0 }));

struct Arena {
    heap: Heap,
    used: usize,
    peak: usize,
    failed: u32,
}

/// How much of the arena is in use, in bytes with what the blocks themselves need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArenaFigures {
    /// Now.
    pub used: usize,
    /// The most there ever was.
    pub peak: usize,
    /// Allocations that failed since the last connection began.
    pub failed: u32,
}

/// Makes `memory` the heap of Mbed TLS. It must not be called while a block of an earlier one is in use.
pub(super) fn give(memory: &'static mut [u8]) {
    critical_section::with(|cs| {
        let mut arena = ARENA.borrow_ref_mut(cs);
        let mut heap = Heap::empty();
        // SAFETY: the memory is lent for ever, to this alone.
        unsafe { heap.init(memory.as_mut_ptr(), memory.len()) };
        *arena = Arena { heap, used: 0, peak: 0, failed: 0 };
    });
    // SAFETY: the two functions keep the contract of C's.
    unsafe { mbedtls_platform_set_calloc_free(Some(allocate), Some(release)) };
}

/// Begins to count failures anew.
pub(super) fn begin() {
    critical_section::with(|cs| ARENA.borrow_ref_mut(cs).failed = 0);
}

pub(super) fn figures() -> ArenaFigures {
    critical_section::with(|cs| {
        let arena = ARENA.borrow_ref(cs);
        ArenaFigures { used: arena.used, peak: arena.peak, failed: arena.failed }
    })
}

/// C's `calloc`.
pub(super) unsafe extern "C" fn allocate(count: usize, size: usize) -> *mut c_void {
    let layout = count
        .checked_mul(size)
        .and_then(|length| length.checked_add(ALIGN))
        .and_then(|length| Layout::from_size_align(length, ALIGN).ok());
    critical_section::with(|cs| {
        let mut arena = ARENA.borrow_ref_mut(cs);
        let Some((layout, block)) =
            layout.and_then(|layout| Some((layout, arena.heap.allocate_first_fit(layout).ok()?)))
        else {
            arena.failed = arena.failed.saturating_add(1);
            return ptr::null_mut();
        };
        arena.used += layout.size();
        arena.peak = arena.peak.max(arena.used);
        // SAFETY: the block is that long, and aligned for a length.
        unsafe {
            block.write_bytes(0, layout.size());
            block.cast::<usize>().write(layout.size());
            block.add(ALIGN).as_ptr().cast()
        }
    })
}

/// C's `free`; wipes the block.
pub(super) unsafe extern "C" fn release(pointer: *mut c_void) {
    let Some(pointer) = NonNull::new(pointer.cast::<u8>()) else { return };
    critical_section::with(|cs| {
        let mut arena = ARENA.borrow_ref_mut(cs);
        // SAFETY: what is released was handed out by `allocate`, which wrote the length before it.
        unsafe {
            let block = pointer.sub(ALIGN);
            let size = block.cast::<usize>().read();
            for at in 0..size {
                // Volatile, or the compiler leaves out what nobody reads.
                block.add(at).write_volatile(0);
            }
            arena.heap.deallocate(block, Layout::from_size_align_unchecked(size, ALIGN));
            arena.used -= size;
        }
    });
}
