//! The memory of a phone that runs, as its process has it: whoever looks for a secret there must not trust what the phone
//! says of itself.

use std::fs::File;
use std::os::unix::fs::FileExt;

/// A part of the phone that stays where it is.
pub(crate) struct Place {
    name: &'static str,
    address: usize,
    length: usize,
}

impl Place {
    pub(crate) fn of<T: ?Sized>(name: &'static str, part: &T) -> Self {
        Self { name, address: std::ptr::from_ref(part).addr(), length: size_of_val(part) }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// Whether it holds the digits, as characters or as numbers, in a row or in every second, fourth or eighth byte.
    pub(crate) fn has(&self, digits: &str) -> bool {
        let bytes = self.bytes();
        let numbers: Vec<u8> = digits.bytes().map(|digit| digit - b'0').collect();
        [digits.as_bytes(), &numbers].iter().any(|sought| {
            [1, 2, 4, 8].iter().any(|stride| {
                (0..bytes.len()).any(|start| {
                    sought.iter().eq(bytes.iter().skip(start).step_by(*stride).take(sought.len()))
                })
            })
        })
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0; self.length];
        let memory = File::open("/proc/self/mem").expect("a system that shows a process its memory");
        memory.read_exact_at(&mut bytes, u64::try_from(self.address).unwrap()).unwrap();
        bytes
    }
}
