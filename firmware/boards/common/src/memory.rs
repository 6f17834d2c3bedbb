//! The functions that the compiler has memory copied and filled by.
//!
//! Those of `compiler_builtins` are unrolled for every alignment and take 3 kB of flash; the linker takes these in their
//! place. A Cortex-M3 reads and writes words at any address, so a loop of words and one of bytes do. Nothing calls them by
//! name.
#![allow(unsafe_code)] // Code that the compiler must not turn into a call of itself.

// The run-time ABI for the Arm architecture specifies them: they return nothing and may change r0 to r3, r12 and lr. The
// names with 4 and 8 are for addresses that are multiples of these.
core::arch::global_asm!(
    ".pushsection .text.memory, \"ax\", %progbits",
    ".syntax unified",
    ".macro function name",
    ".irp multiple,,4,8",
    ".global __aeabi_\\name\\multiple",
    ".type __aeabi_\\name\\multiple, %function",
    ".thumb_func",
    "__aeabi_\\name\\multiple:",
    ".endr",
    ".endm",
    // Copies r2 bytes from r1 to r0, which may overlap: from the end if r0 is within them.
    "function memmove",
    "subs r3, r0, r1",
    "cmp r3, r2",
    "bhs 2f",
    "1:",
    "subs r2, #1",
    "ittt hs",
    "ldrbhs r3, [r1, r2]",
    "strbhs r3, [r0, r2]",
    "bhs 1b",
    "bx lr",
    // Copies r2 bytes from r1 to r0, from the start: each time eight are read before they are written.
    "function memcpy",
    "2:",
    "subs r2, #8",
    "blo 4f",
    "3:",
    "ldr r3, [r1], #4",
    "ldr r12, [r1], #4",
    "str r3, [r0], #4",
    "str r12, [r0], #4",
    "subs r2, #8",
    "bhs 3b",
    "4:",
    "adds r2, #8",
    "5:",
    "subs r2, #1",
    "ittt hs",
    "ldrbhs r3, [r1], #1",
    "strbhs r3, [r0], #1",
    "bhs 5b",
    "bx lr",
    // Clears r1 bytes at r0.
    "function memclr",
    "movs r2, #0",
    // Fills r1 bytes at r0 with the lowest byte of r2.
    "function memset",
    "uxtb r2, r2",
    "orr r2, r2, r2, lsl #8",
    "orr r2, r2, r2, lsl #16",
    "subs r1, #8",
    "blo 7f",
    "6:",
    "str r2, [r0], #4",
    "str r2, [r0], #4",
    "subs r1, #8",
    "bhs 6b",
    "7:",
    "adds r1, #8",
    "8:",
    "subs r1, #1",
    "itt hs",
    "strbhs r2, [r0], #1",
    "bhs 8b",
    "bx lr",
    ".popsection",
);
