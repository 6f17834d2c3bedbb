//! The functions of C's library that Mbed TLS calls and a board does not have. What makes texts for people writes none.
#![allow(unsafe_code, reason = "C calls these")]

use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr;

use super::arena;

#[cfg_attr(target_os = "none", unsafe(no_mangle))]
unsafe extern "C" fn calloc(count: usize, size: usize) -> *mut c_void {
    // SAFETY: the same contract.
    unsafe { arena::allocate(count, size) }
}

#[cfg_attr(target_os = "none", unsafe(no_mangle))]
unsafe extern "C" fn free(pointer: *mut c_void) {
    // SAFETY: the same contract.
    unsafe { arena::release(pointer) }
}

#[cfg_attr(target_os = "none", unsafe(no_mangle))]
unsafe extern "C" fn strlen(text: *const c_char) -> usize {
    let mut length = 0;
    // SAFETY: the text has a NUL, and is read up to that. Volatile, or the compiler makes this a call of itself.
    while unsafe { text.add(length).read_volatile() } != 0 {
        length += 1;
    }
    length
}

#[cfg_attr(target_os = "none", unsafe(no_mangle))]
unsafe extern "C" fn strncmp(left: *const c_char, right: *const c_char, most: usize) -> c_int {
    for at in 0..most {
        // SAFETY: neither is read behind its NUL, nor behind `most`.
        let (one, other) = unsafe { (left.add(at).cast::<u8>().read(), right.add(at).cast::<u8>().read()) };
        if one != other || one == 0 {
            return c_int::from(one) - c_int::from(other);
        }
    }
    0
}

#[cfg_attr(target_os = "none", unsafe(no_mangle))]
unsafe extern "C" fn strcmp(left: *const c_char, right: *const c_char) -> c_int {
    // SAFETY: both have a NUL.
    unsafe { strncmp(left, right, usize::MAX) }
}

#[cfg_attr(target_os = "none", unsafe(no_mangle))]
unsafe extern "C" fn strchr(text: *const c_char, wanted: c_int) -> *mut c_char {
    // SAFETY: the text has a NUL, which can be what is wanted.
    unsafe { memchr(text.cast(), wanted, strlen(text) + 1).cast() }
}

#[cfg_attr(target_os = "none", unsafe(no_mangle))]
unsafe extern "C" fn memchr(bytes: *const c_void, wanted: c_int, length: usize) -> *mut c_void {
    let bytes = bytes.cast::<u8>();
    for at in 0..length {
        // SAFETY: within what is given.
        let here = unsafe { bytes.add(at) };
        // C's int holds a byte here.
        if c_int::from(unsafe { here.read() }) == wanted & 0xff {
            return here.cast_mut().cast();
        }
    }
    ptr::null_mut()
}

#[cfg_attr(target_os = "none", unsafe(no_mangle))]
unsafe extern "C" fn strstr(text: *const c_char, wanted: *const c_char) -> *mut c_char {
    // SAFETY: both have a NUL.
    let (bytes, wanted) = unsafe { (CStr::from_ptr(text).to_bytes(), CStr::from_ptr(wanted).to_bytes()) };
    let found = (0..=bytes.len()).find(|&at| bytes.get(at..).is_some_and(|rest| rest.starts_with(wanted)));
    // SAFETY: within the text.
    found.map_or(ptr::null_mut(), |at| unsafe { text.add(at).cast_mut() })
}

#[cfg_attr(target_os = "none", unsafe(no_mangle))]
unsafe extern "C" fn snprintf(to: *mut c_char, length: usize) -> c_int {
    if length > 0 {
        // SAFETY: there is room for a byte.
        unsafe { to.write(0) };
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_measured_compared_and_found_as_c_has_it() {
        let (text, part, none) = (c"certificate".as_ptr(), c"tif".as_ptr(), c"x".as_ptr());
        // SAFETY: texts with a NUL.
        unsafe {
            assert_eq!(strlen(text), 11);
            assert_eq!(strcmp(text, text), 0);
            assert!(strcmp(text, c"certify".as_ptr()) < 0);
            assert!(strcmp(c"\xff".as_ptr(), c"a".as_ptr()) > 0);
            assert_eq!(strncmp(text, c"certify".as_ptr(), 6), 0);
            assert_eq!(strstr(text, part), text.add(3).cast_mut());
            assert_eq!(strstr(text, c"".as_ptr()), text.cast_mut());
            assert!(strstr(text, none).is_null());
            assert_eq!(strchr(text, c_int::from(b't')), text.add(3).cast_mut());
            assert_eq!(strchr(text, 0), text.add(11).cast_mut());
            assert!(memchr(text.cast(), c_int::from(b't'), 3).is_null());
        }
    }

    #[test]
    fn a_text_for_people_is_empty_and_memory_that_is_not_there_null() {
        let mut text = [1; 2];
        // SAFETY: room for what is written.
        unsafe {
            assert_eq!((snprintf(text.as_mut_ptr(), 2), snprintf(text.as_mut_ptr(), 0)), (0, 0));
            assert_eq!(text, [0, 1]);
            let block = calloc(usize::MAX, 2);
            assert!(block.is_null());
            free(block);
        }
    }
}
