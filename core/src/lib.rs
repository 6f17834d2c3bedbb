//! The Extension Mobility messages: bytes and meaning, in fixed buffers.
#![no_std]
