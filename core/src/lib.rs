//! The Extension Mobility messages: bytes and meaning, in fixed buffers.
//!
//! This crate reads and writes every request, query and response of the Extension Mobility service, knows the code
//! tables, explains what a screen shows, and runs an operation to its end as a state machine. It does no I/O, reads no
//! clock, allocates nothing and panics on no input. [`protocol`] specifies the format; the documentation cites its
//! rules by number.
//!
//! What is read borrows from the caller's bytes: a [`Text`] decodes when it is read, a [`List`] reads its rows from
//! the bytes that were checked. A response that is longer than the memory is read by a `PieceReader`. To keep a name,
//! copy it into a bounded type ([`UserId`], [`DeviceName`], [`ProfileName`], [`AppId`]); to keep a secret, into a
//! [`Certificate`], which wipes itself. [`limits`] lists the bounds and how to change them.
//!
//! Features:
//!
//! - `compact`, on by default, and `xmlparser` choose the tokenizer behind the reader: our own, or the crate of that
//!   name. One must be on; with both, `compact` is used. They accept and refuse the same. `PieceReader` needs `compact`.
//! - `optimistic`, on by default, reads ordinary documents by a faster reader first, on 64-bit processors only. It changes
//!   nothing that is read or refused.
//! - `texts` adds meanings and remedies to the rows of [`codes`].
//! - `vip` adds the readers of what VIP User Services answer.
//! - `phonexml` adds the objects of IP phone services, read whole or in pieces and written. It needs `compact`.
//! - `provisioning` adds the reader of the file that a phone loads from its cluster. It needs `compact`.
//! - `emapp` adds URLs, query strings and header fields of the login application.
//! - `pages` adds sessions that load a page of an IP phone service, in pieces; it brings `emapp` and `phonexml`.
//! - `defmt` gives the public types `defmt::Format`, secrets masked.
#![no_std]
#![forbid(unsafe_code)]
// Each sum says what it does at the end of its type, so that a build without overflow checks computes the same.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

#[cfg(test)]
extern crate std;

mod bytes;
pub mod codes;
#[cfg(feature = "emapp")]
pub mod emapp;
mod error;
pub mod explain;
pub mod form;
pub mod http;
mod letters;
pub mod limits;
mod message;
mod names;
mod percent;
#[cfg(feature = "phonexml")]
pub mod phonexml;
#[doc = include_str!("../PROTOCOL.md")]
pub mod protocol {}
#[cfg(feature = "provisioning")]
pub mod provisioning;
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
mod secret;
pub mod session;
mod text;
#[cfg(feature = "vip")]
pub mod vip;
mod wire;

pub use error::{Choice, Error, Field, Limit, Refusal, Unsendable};
pub use message::{
    AppCertificate, AppInfo, CheckUser, CheckUserResults, DeviceProfile, DeviceProfileQuery,
    DeviceProfileResults, DeviceResult, DeviceStatus, DeviceUserQuery, DeviceUserResults, ExclusiveDuration,
    Failure, List, Login, LoginType, Logout, LogoutAll, Message, Operation, Query, QueryOperation, Request,
    Response, Row, Rows, UserCheck, UserDevices, UserDevicesQuery, UserDevicesResults, UserDevicesStatus,
    UserProfiles, UserProfilesStatus,
};
pub use names::{AppId, DeviceName, ProfileName, UserId};
pub use secret::{Certificate, Secret, wipe};
pub use text::{Chars, Text};
#[cfg(feature = "compact")]
pub use wire::{Piece, PieceReader};
