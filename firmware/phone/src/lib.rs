//! The desk phone without a chip.
#![no_std]
