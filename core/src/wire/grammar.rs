//! What each element of the protocol may hold, as data (core/PROTOCOL.md sections 3 to 6): which children, how often,
//! what is read of them and where it is kept. It must not read anything: `gather` does.

use super::tag::Tag;
use super::words::Kind;
use crate::error::{Choice, Field, Refusal};

/// A child that is known where it stands.
#[derive(Clone, Copy)]
pub(super) struct Child {
    pub(super) tag: Tag,
    /// The first byte of its name: most names that are not meant differ in it.
    pub(super) initial: u8,
    /// Where it is kept.
    pub(super) slot: Slot,
    pub(super) holds: Holds,
    pub(super) often: Often,
    /// What errors call it.
    pub(super) field: Field,
}

/// What is read of a child.
#[derive(Clone, Copy)]
pub(super) enum Holds {
    /// A text, which must not be blank.
    Text(Kind),
    /// A text, which may be blank.
    Blank(Kind),
    /// Words of which each stands for a number.
    Value,
    /// More elements.
    Elements(Context),
}

/// How often a child may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Often {
    /// Once, and nothing else of the same slot.
    Once,
    /// Any number of times.
    Rows,
    /// Once, and takes one of the two slots of a `device`.
    Filler,
    /// `none` in a `device`: each takes one of its two slots.
    NoneFiller,
}

/// A place to keep something of a message. Elements that are never open at the same time share places; what
/// [`MANDATORY`], [`CHOICE`] and [`EXCLUSIONS`] say of a place holds for all that share it.
pub(super) type Slot = u8;

/// The places, by what is kept there.
pub(super) mod slot {
    use super::Slot;

    pub(in crate::wire) const APP_INFO: Slot = 0;
    /// The operation of a request or query, the result of a response.
    pub(in crate::wire) const OPERATION: Slot = 1;

    pub(in crate::wire) const APP_ID: Slot = 2;
    pub(in crate::wire) const CERTIFICATE: Slot = 3;

    pub(in crate::wire) const DEVICE_NAME: Slot = 4;
    pub(in crate::wire) const USER_ID: Slot = 5;
    pub(in crate::wire) const DEVICE_PROFILE: Slot = 6;
    pub(in crate::wire) const DURATION: Slot = 7;
    pub(in crate::wire) const MINUTES: Slot = 8;
    pub(in crate::wire) const LOGIN_TYPE: Slot = 9;
    pub(in crate::wire) const REMOTE_IP_ADDR: Slot = 10;
    pub(in crate::wire) const IS_VIA_HEADER_SET: Slot = 11;

    pub(in crate::wire) const PROFILE_NAME: Slot = 2;
    pub(in crate::wire) const IS_DEFAULT: Slot = 3;
    /// The code of `error`.
    pub(in crate::wire) const CODE: Slot = 3;
    /// `error` or `errorMessage`.
    pub(in crate::wire) const ERROR: Slot = 8;

    /// The rows of a query or result.
    pub(in crate::wire) const ROWS: Slot = 4;
    /// The attribute of a row.
    pub(in crate::wire) const NAME: Slot = 5;
    /// What a `user` of a result has: devices, profiles, or that it exists.
    pub(in crate::wire) const HAS: Slot = 6;
    /// The `failure` of a `user`.
    pub(in crate::wire) const USER_FAILURE: Slot = 7;
    /// The `none` of a `user`.
    pub(in crate::wire) const NONE: Slot = 9;
    pub(in crate::wire) const DOES_NOT_EXIST: Slot = 10;
    /// The user of a `device`.
    pub(in crate::wire) const USER: Slot = 6;
    /// A `none` of a `device`.
    pub(in crate::wire) const FREE: Slot = 8;
    pub(in crate::wire) const LAST_LOGIN: Slot = 11;
    pub(in crate::wire) const EMCC: Slot = 12;

    /// Of what is not kept.
    pub(in crate::wire) const SKIPPED: Slot = 15;

    /// How many places there are.
    pub(in crate::wire) const COUNT: usize = 13;
}

/// A set of slots.
pub(super) const fn bits<const N: usize>(slots: [Slot; N]) -> u16 {
    let mut bits = 0;
    let mut rest: &[Slot] = &slots;
    while let [slot, others @ ..] = rest {
        bits |= 1 << *slot;
        rest = others;
    }
    bits
}

/// An element that knows a child of one of these slots must have it.
const MANDATORY: u16 = bits([
    slot::APP_INFO,
    slot::APP_ID,
    slot::CERTIFICATE,
    slot::DEVICE_NAME,
    slot::USER_ID,
    slot::PROFILE_NAME,
    slot::IS_DEFAULT,
    slot::ROWS,
]);

/// An element with a [`Choice`] must have a child of one of these.
const CHOICE: u16 = bits([
    slot::OPERATION,
    slot::MINUTES,
    slot::ERROR,
    slot::USER,
    slot::FREE,
    slot::HAS,
    slot::NONE,
    slot::DOES_NOT_EXIST,
]);

/// What nothing of some slots may stand beside.
pub(super) struct Exclusion {
    pub(super) slot: Slot,
    beside: u16,
    pub(super) field: Field,
}

/// Returns the first exclusion that the slots of a row break.
pub(super) fn excluded(seen: u16) -> Option<&'static Exclusion> {
    EXCLUSIONS.iter().find(|it| seen & bits([it.slot]) != 0 && seen & it.beside != 0)
}

/// What excludes each other in a row.
static EXCLUSIONS: [Exclusion; 3] = [
    Exclusion {
        slot: slot::DOES_NOT_EXIST,
        beside: bits([
            slot::USER,
            slot::LAST_LOGIN,
            slot::EMCC,
            slot::FREE,
            slot::HAS,
            slot::USER_FAILURE,
            slot::NONE,
        ]),
        field: Field::DoesNotExist,
    },
    Exclusion { slot: slot::NONE, beside: bits([slot::HAS, slot::USER_FAILURE]), field: Field::None },
    Exclusion { slot: slot::USER_FAILURE, beside: bits([slot::HAS]), field: Field::Failure },
];

const fn child(tag: Tag, slot: Slot, holds: Holds, often: Often, field: Field) -> Child {
    Child { tag, initial: tag.initial(), slot, holds, often, field }
}

const fn once(tag: Tag, slot: Slot, holds: Holds, field: Field) -> Child {
    child(tag, slot, holds, Often::Once, field)
}

const fn operation(tag: Tag, context: Context) -> Child {
    // An error about it names no field.
    once(tag, slot::OPERATION, Holds::Elements(context), Field::Error)
}

const fn rows(tag: Tag, context: Context, field: Field) -> Child {
    child(tag, slot::ROWS, Holds::Elements(context), Often::Rows, field)
}

/// An element that is not known where it stands: it is skipped.
pub(super) static UNKNOWN: Child = child(Tag::Other, slot::SKIPPED, IGNORED, Often::Rows, Field::Error);

const NAME: Holds = Holds::Text(Kind::Name);
const CERTIFICATE: Holds = Holds::Text(Kind::Certificate);
const IGNORED: Holds = Holds::Elements(Context::Ignored);
const DURATION: Holds = Holds::Elements(Context::ExclusiveDuration);
const PROFILE: Holds = Holds::Elements(Context::DeviceProfile);
const APP_INFO: Child = once(Tag::AppInfo, slot::APP_INFO, Holds::Elements(Context::AppInfo), Field::AppInfo);
const USER_NONE: Child = once(Tag::None, slot::NONE, IGNORED, Field::None);
const DOES_NOT_EXIST: Child = once(Tag::DoesNotExist, slot::DOES_NOT_EXIST, IGNORED, Field::DoesNotExist);

const DEVICE_NAME: Child = once(Tag::DeviceName, slot::DEVICE_NAME, NAME, Field::DeviceName);
const LOGIN_TYPE: Child = once(Tag::LoginType, slot::LOGIN_TYPE, Holds::Value, Field::LoginType);
const REMOTE_IP_ADDR: Child =
    once(Tag::RemoteIpAddr, slot::REMOTE_IP_ADDR, Holds::Blank(Kind::Name), Field::RemoteIpAddr);
const IS_VIA_HEADER_SET: Child =
    once(Tag::IsViaHeaderSet, slot::IS_VIA_HEADER_SET, Holds::Blank(Kind::Name), Field::IsViaHeaderSet);

impl Context {
    /// Returns what is known as a child here.
    #[inline]
    pub(super) fn children(self) -> &'static [Child] {
        let [start, end] = CHILDREN.get(usize::from(self as u8)).copied().unwrap_or_default();
        ALL.get(usize::from(start)..usize::from(end)).unwrap_or_default()
    }

    /// Returns the child of that name, or [`UNKNOWN`].
    #[cfg(not(feature = "compact"))]
    pub(super) fn child(self, name: &[u8]) -> &'static Child {
        let known = |child: &&Child| name.first() == Some(&child.initial) && child.tag.name() == name;
        self.children().iter().find(known).unwrap_or(&UNKNOWN)
    }

    /// Says what is missing at the end of an element in which these slots were seen.
    pub(super) fn missing(self, seen: u16) -> Option<Refusal> {
        let known = SLOTS.get(usize::from(self as u8))?;
        let missing = known & MANDATORY & !seen;
        if missing != 0 {
            let child = self.children().iter().find(|child| bits([child.slot]) & missing != 0)?;
            return Some(Refusal::Missing(child.field));
        }
        let choice = CHOICES.get(usize::from(self as u8)).copied()??;
        if seen & known & CHOICE == 0 { Some(Refusal::MissingOneOf(choice)) } else { None }
    }

    /// Returns true for a row with an attribute.
    pub(super) const fn is_row(self) -> bool {
        matches!(self, Self::Device | Self::UserDevices | Self::UserProfiles | Self::UserCheck)
    }

    /// Returns true outside of all elements of a document.
    pub(super) const fn is_outside(self) -> bool {
        matches!(self, Self::Document | Self::Epilog)
    }

    /// Returns true if the content is kept, to read rows from it later.
    pub(super) const fn is_list(self) -> bool {
        matches!(
            self,
            Self::DeviceQuery
                | Self::UserQuery
                | Self::DeviceUserResults
                | Self::UserDevicesResults
                | Self::DeviceProfileResults
                | Self::CheckUserResults
                | Self::UserDevices
                | Self::UserProfiles
        )
    }
}

/// All children in one array, where the end of one list may be the start of the next: many lists share children.
struct Table<const SIZE: usize> {
    children: [Child; SIZE],
    size: usize,
    starts: [usize; LISTS.len()],
}

const TABLE: Table<{ table::<128>().size }> = table();
static ALL: [Child; TABLE.size] = TABLE.children;

/// Which children are known in each context: from the first to before the end.
#[allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "runs when this crate is compiled; places are below 128, the size of the table"
)]
static CHILDREN: [[u8; 2]; LISTS.len()] = {
    let mut children = [[0; 2]; LISTS.len()];
    let mut context = 0;
    while context < LISTS.len() {
        let start = TABLE.starts[context];
        children[context] = [start as u8, (start + LISTS[context].len()) as u8];
        context += 1;
    }
    children
};

/// The slots of these children.
#[allow(clippy::indexing_slicing, reason = "runs when this crate is compiled")]
static SLOTS: [u16; LISTS.len()] = {
    let mut slots = [0; LISTS.len()];
    let mut context = 0;
    while context < LISTS.len() {
        let mut list = LISTS[context];
        while let [child, rest @ ..] = list {
            slots[context] |= bits([child.slot]);
            list = rest;
        }
        context += 1;
    }
    slots
};

/// Puts each list where the table has it already, or has its start at the end.
#[allow(
    clippy::indexing_slicing,
    reason = "runs when this crate is compiled, where a panic is an error of the compiler"
)]
const fn table<const SIZE: usize>() -> Table<SIZE> {
    let mut table = Table { children: [APP_INFO; SIZE], size: 0, starts: [0; LISTS.len()] };
    let mut context = 0;
    while context < LISTS.len() {
        let list = LISTS[context];
        let mut start = 0;
        while !fits(list, &table, start) {
            start += 1;
        }
        let mut i = 0;
        while i < list.len() {
            table.children[start + i] = list[i];
            i += 1;
        }
        if table.size < start + i {
            table.size = start + i;
        }
        table.starts[context] = start;
        context += 1;
    }
    table
}

/// Returns true if the table has nothing else there than the list.
#[allow(clippy::indexing_slicing, reason = "runs when this crate is compiled")]
const fn fits<const SIZE: usize>(list: &[Child], table: &Table<SIZE>, start: usize) -> bool {
    let mut i = 0;
    while i < list.len() && start + i < table.size {
        let (a, b) = (list[i], table.children[start + i]);
        if a.tag as u8 != b.tag as u8
            || a.slot != b.slot
            || a.often as u8 != b.often as u8
            || a.field as u8 != b.field as u8
            || a.holds.number() != b.holds.number()
        {
            return false;
        }
        i += 1;
    }
    true
}

impl Holds {
    /// A number of its own for each.
    const fn number(self) -> u16 {
        match self {
            Self::Value => 0,
            Self::Text(kind) => 0x100 | kind as u16,
            Self::Blank(kind) => 0x200 | kind as u16,
            Self::Elements(context) => 0x300 | context as u16,
        }
    }
}

macro_rules! contexts {
    ($($(#[$doc:meta])* $context:ident: $children:expr, $choice:expr;)*) => {
        /// What an element may hold, by the element and where it stands.
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Context {
            $($(#[$doc])* $context,)*
        }

        const LISTS: &[&[Child]] = &[$(&$children,)*];

        static CHOICES: [Option<Choice>; LISTS.len()] = [$($choice,)*];
    };
}

// Of each element its children and what one of them must be. The first mandatory child that is missing is the one that
// errors name.
contexts! {
    /// Nothing that is read: unknown elements, and known ones that only have to be there.
    Ignored: [], None;
    /// What stands behind the root element, where every tag is refused.
    Epilog: [], None;
    /// What stands before the root element, and it.
    Document: [
        rows(Tag::Response, Context::Response, Field::Error),
        rows(Tag::Request, Context::Request, Field::Error),
        rows(Tag::Query, Context::Query, Field::Error),
    ], None;
    Request: [
        operation(Tag::Login, Context::Login),
        operation(Tag::Logout, Context::Logout),
        operation(Tag::LogoutAll, Context::LogoutAll),
        APP_INFO,
    ], Some(Choice::RequestOperation);
    Query: [
        APP_INFO,
        operation(Tag::DeviceUserQuery, Context::DeviceQuery),
        operation(Tag::UserDevicesQuery, Context::UserQuery),
        operation(Tag::CheckUser, Context::UserQuery),
        operation(Tag::DeviceProfileQuery, Context::UserQuery),
        operation(Tag::UserDeviceProfileQuery, Context::UserQuery),
    ], Some(Choice::QueryOperation);
    AppInfo: [
        once(Tag::AppId, slot::APP_ID, NAME, Field::AppId),
        once(Tag::AppCertificate, slot::CERTIFICATE, CERTIFICATE, Field::AppCertificate),
        once(Tag::AppEncryptedCertificate, slot::CERTIFICATE, CERTIFICATE, Field::AppEncryptedCertificate),
    ], None;
    /// `deviceUserQuery`.
    DeviceQuery: [
        child(Tag::DeviceName, slot::ROWS, NAME, Often::Rows, Field::DeviceName),
        LOGIN_TYPE,
        REMOTE_IP_ADDR,
        IS_VIA_HEADER_SET,
    ], None;
    Login: [
        LOGIN_TYPE,
        REMOTE_IP_ADDR,
        IS_VIA_HEADER_SET,
        DEVICE_NAME,
        once(Tag::UserId, slot::USER_ID, NAME, Field::UserId),
        once(Tag::DeviceProfile, slot::DEVICE_PROFILE, Holds::Blank(Kind::Name), Field::DeviceProfile),
        once(Tag::ExclusiveDuration, slot::DURATION, DURATION, Field::ExclusiveDuration),
    ], None;
    Logout: [LOGIN_TYPE, REMOTE_IP_ADDR, IS_VIA_HEADER_SET, DEVICE_NAME], None;
    LogoutAll: [LOGIN_TYPE, REMOTE_IP_ADDR, IS_VIA_HEADER_SET], None;
    /// The queries that name users.
    UserQuery: [
        child(Tag::UserId, slot::ROWS, NAME, Often::Rows, Field::UserId),
        LOGIN_TYPE,
        REMOTE_IP_ADDR,
        IS_VIA_HEADER_SET,
    ], None;
    ExclusiveDuration: [
        once(Tag::Time, slot::MINUTES, Holds::Value, Field::Time),
        once(Tag::Indefinite, slot::MINUTES, IGNORED, Field::Indefinite),
    ], Some(Choice::ExclusiveDuration);
    Response: [
        operation(Tag::Success, Context::Ignored),
        operation(Tag::Failure, Context::Failure),
        operation(Tag::DeviceUserResults, Context::DeviceUserResults),
        operation(Tag::UserDevicesResults, Context::UserDevicesResults),
        operation(Tag::DeviceProfileResults, Context::DeviceProfileResults),
        operation(Tag::CheckUserResults, Context::CheckUserResults),
    ], Some(Choice::Result);
    Failure: [
        once(Tag::Error, slot::ERROR, Holds::Blank(Kind::Words), Field::Error),
        once(Tag::ErrorMessage, slot::ERROR, Holds::Blank(Kind::Words), Field::ErrorMessage),
    ], Some(Choice::Failure);
    DeviceUserResults: [rows(Tag::Device, Context::Device, Field::Device)], None;
    UserDevicesResults: [rows(Tag::User, Context::UserDevices, Field::User)], None;
    DeviceProfileResults: [rows(Tag::User, Context::UserProfiles, Field::User)], None;
    CheckUserResults: [rows(Tag::User, Context::UserCheck, Field::User)], None;
    /// A row of `userDevicesResults`.
    UserDevices: [
        child(Tag::DeviceName, slot::HAS, NAME, Often::Rows, Field::DeviceName),
        USER_NONE,
        DOES_NOT_EXIST,
    ], Some(Choice::UserDevices);
    /// A row of `deviceProfileResults`; an empty one has no profile.
    UserProfiles: [
        USER_NONE,
        DOES_NOT_EXIST,
        child(Tag::DeviceProfile, slot::HAS, PROFILE, Often::Rows, Field::DeviceProfile),
        once(Tag::Failure, slot::USER_FAILURE, Holds::Elements(Context::Failure), Field::Failure),
    ], None;
    /// A row of `checkUserResults`. `exists` may be empty or hold the ID once more, which says nothing new.
    UserCheck: [once(Tag::Exists, slot::HAS, IGNORED, Field::Exists), DOES_NOT_EXIST], Some(Choice::UserCheck);
    /// A row of `deviceUserResults`.
    Device: [
        DOES_NOT_EXIST,
        child(Tag::UserId, slot::USER, Holds::Text(Kind::CodedName), Often::Filler, Field::UserId),
        child(Tag::LastLogin, slot::LAST_LOGIN, NAME, Often::Filler, Field::LastLogin),
        once(Tag::EmccDevice, slot::EMCC, Holds::Value, Field::EmccDevice),
        child(Tag::None, slot::FREE, IGNORED, Often::NoneFiller, Field::None),
    ], Some(Choice::Device);
    /// A row of [`UserProfiles`](Self::UserProfiles).
    DeviceProfile: [
        once(Tag::DeviceProfileName, slot::PROFILE_NAME, NAME, Field::DeviceProfileName),
        once(Tag::IsDefaultDeviceProfile, slot::IS_DEFAULT, Holds::Value, Field::IsDefaultDeviceProfile),
    ], None;
}
