//! What each element of the protocol may hold, as data (core/PROTOCOL.md sections 3 to 6): which children, how often,
//! what is read of them and where it is kept. It must not read anything: `gather` does.

use super::tag::Tag;
use super::words::Kind;
use crate::error::{Choice, Field, Refusal};

/// A child that is known where it stands.
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

/// A place to keep something of a message. Elements that are never open at the same time share places.
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

    /// `error` or `errorMessage`.
    pub(in crate::wire) const ERROR: Slot = 2;
    /// The code of `error`.
    pub(in crate::wire) const CODE: Slot = 3;
    pub(in crate::wire) const PROFILE_NAME: Slot = 2;
    pub(in crate::wire) const IS_DEFAULT: Slot = 3;

    /// The rows of a query or result.
    pub(in crate::wire) const ROWS: Slot = 4;
    /// The attribute of a row.
    pub(in crate::wire) const NAME: Slot = 5;
    pub(in crate::wire) const DOES_NOT_EXIST: Slot = 6;
    /// The user of a `device`.
    pub(in crate::wire) const USER: Slot = 2;
    pub(in crate::wire) const LAST_LOGIN: Slot = 3;
    pub(in crate::wire) const EMCC: Slot = 7;
    /// A `none` in a `device`.
    pub(in crate::wire) const FREE: Slot = 8;
    /// What a `user` of a result has: devices, profiles, or that it exists.
    pub(in crate::wire) const HAS: Slot = 9;
    /// The `failure` of a `user`.
    pub(in crate::wire) const USER_FAILURE: Slot = 10;
    /// The `none` of a `user`.
    pub(in crate::wire) const NONE: Slot = 11;

    /// Of what is not kept.
    pub(in crate::wire) const SKIPPED: Slot = 15;

    /// How many places there are.
    pub(in crate::wire) const COUNT: usize = 12;
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

/// What an element must hold: one of the slots, or the refusal.
pub(super) struct Need {
    pub(super) one_of: u16,
    pub(super) refusal: Refusal,
}

/// What nothing of some slots may stand beside.
pub(super) struct Exclusion {
    pub(super) slot: Slot,
    pub(super) beside: u16,
    pub(super) field: Field,
}

/// What excludes each other in a row.
pub(super) static EXCLUSIONS: [Exclusion; 3] = [
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

const LOGIN_TYPE: Child = once(Tag::LoginType, slot::LOGIN_TYPE, Holds::Value, Field::LoginType);
const REMOTE_IP_ADDR: Child =
    once(Tag::RemoteIpAddr, slot::REMOTE_IP_ADDR, Holds::Blank(Kind::Name), Field::RemoteIpAddr);
const IS_VIA_HEADER_SET: Child =
    once(Tag::IsViaHeaderSet, slot::IS_VIA_HEADER_SET, Holds::Blank(Kind::Name), Field::IsViaHeaderSet);

impl Context {
    fn shape(self) -> &'static Shape {
        SHAPES.get(usize::from(self as u8)).unwrap_or(&NOTHING)
    }

    /// Returns what is known as a child here.
    #[inline]
    pub(super) fn children(self) -> &'static [Child] {
        self.shape().children
    }

    /// Returns the child of that name, or [`UNKNOWN`].
    #[cfg(not(feature = "compact"))]
    pub(super) fn child(self, name: &[u8]) -> &'static Child {
        let known = |child: &&Child| name.first() == Some(&child.initial) && child.tag.name() == name;
        self.children().iter().find(known).unwrap_or(&UNKNOWN)
    }

    /// Returns what must have been there at the end of the element.
    #[inline]
    pub(super) fn needs(self) -> &'static [Need] {
        self.shape().needs
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

/// What an element may and must hold.
struct Shape {
    children: &'static [Child],
    needs: &'static [Need],
}

static NOTHING: Shape = Shape { children: &[], needs: &[] };

macro_rules! contexts {
    ($($(#[$doc:meta])* $context:ident: $children:expr, $needs:expr;)*) => {
        /// What an element may hold, by the element and where it stands.
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Context {
            $($(#[$doc])* $context,)*
        }

        static SHAPES: &[Shape] = &[$(Shape { children: &$children, needs: &$needs },)*];
    };
}

const fn need(slot: Slot, field: Field) -> Need {
    Need { one_of: bits([slot]), refusal: Refusal::Missing(field) }
}

const fn one_of<const N: usize>(slots: [Slot; N], choice: Choice) -> Need {
    Need { one_of: bits(slots), refusal: Refusal::MissingOneOf(choice) }
}

contexts! {
    /// Nothing that is read: unknown elements, and known ones that only have to be there.
    Ignored: [], [];
    /// What stands behind the root element, where every tag is refused.
    Epilog: [], [];
    /// What stands before the root element, and it.
    Document: [
        rows(Tag::Request, Context::Request, Field::Error),
        rows(Tag::Query, Context::Query, Field::Error),
        rows(Tag::Response, Context::Response, Field::Error),
    ], [];
    Request: [
        APP_INFO,
        operation(Tag::Login, Context::Login),
        operation(Tag::Logout, Context::Logout),
        operation(Tag::LogoutAll, Context::LogoutAll),
    ], [
        need(slot::APP_INFO, Field::AppInfo),
        one_of([slot::OPERATION], Choice::RequestOperation),
    ];
    Query: [
        APP_INFO,
        operation(Tag::DeviceUserQuery, Context::DeviceQuery),
        operation(Tag::UserDevicesQuery, Context::UserQuery),
        operation(Tag::CheckUser, Context::UserQuery),
        operation(Tag::DeviceProfileQuery, Context::UserQuery),
        operation(Tag::UserDeviceProfileQuery, Context::UserQuery),
    ], [
        need(slot::APP_INFO, Field::AppInfo),
        one_of([slot::OPERATION], Choice::QueryOperation),
    ];
    AppInfo: [
        once(Tag::AppId, slot::APP_ID, NAME, Field::AppId),
        once(Tag::AppCertificate, slot::CERTIFICATE, CERTIFICATE, Field::AppCertificate),
        once(Tag::AppEncryptedCertificate, slot::CERTIFICATE, CERTIFICATE, Field::AppEncryptedCertificate),
    ], [
        need(slot::APP_ID, Field::AppId),
        need(slot::CERTIFICATE, Field::AppCertificate),
    ];
    Login: [
        once(Tag::DeviceName, slot::DEVICE_NAME, NAME, Field::DeviceName),
        once(Tag::UserId, slot::USER_ID, NAME, Field::UserId),
        once(Tag::DeviceProfile, slot::DEVICE_PROFILE, Holds::Blank(Kind::Name), Field::DeviceProfile),
        once(Tag::ExclusiveDuration, slot::DURATION, DURATION, Field::ExclusiveDuration),
        LOGIN_TYPE,
        REMOTE_IP_ADDR,
        IS_VIA_HEADER_SET,
    ], [
        need(slot::DEVICE_NAME, Field::DeviceName),
        need(slot::USER_ID, Field::UserId),
    ];
    Logout: [
        once(Tag::DeviceName, slot::DEVICE_NAME, NAME, Field::DeviceName),
        LOGIN_TYPE,
        REMOTE_IP_ADDR,
        IS_VIA_HEADER_SET,
    ], [need(slot::DEVICE_NAME, Field::DeviceName)];
    LogoutAll: [LOGIN_TYPE, REMOTE_IP_ADDR, IS_VIA_HEADER_SET], [];
    ExclusiveDuration: [
        once(Tag::Time, slot::MINUTES, Holds::Value, Field::Time),
        once(Tag::Indefinite, slot::MINUTES, IGNORED, Field::Indefinite),
    ], [one_of([slot::MINUTES], Choice::ExclusiveDuration)];
    /// `deviceUserQuery`.
    DeviceQuery: [
        child(Tag::DeviceName, slot::ROWS, NAME, Often::Rows, Field::DeviceName),
        LOGIN_TYPE,
        REMOTE_IP_ADDR,
        IS_VIA_HEADER_SET,
    ], [need(slot::ROWS, Field::DeviceName)];
    /// The queries that name users.
    UserQuery: [
        child(Tag::UserId, slot::ROWS, NAME, Often::Rows, Field::UserId),
        LOGIN_TYPE,
        REMOTE_IP_ADDR,
        IS_VIA_HEADER_SET,
    ], [need(slot::ROWS, Field::UserId)];
    Response: [
        operation(Tag::Success, Context::Ignored),
        operation(Tag::Failure, Context::Failure),
        operation(Tag::DeviceUserResults, Context::DeviceUserResults),
        operation(Tag::UserDevicesResults, Context::UserDevicesResults),
        operation(Tag::DeviceProfileResults, Context::DeviceProfileResults),
        operation(Tag::CheckUserResults, Context::CheckUserResults),
    ], [one_of([slot::OPERATION], Choice::Result)];
    Failure: [
        once(Tag::Error, slot::ERROR, Holds::Blank(Kind::Words), Field::Error),
        once(Tag::ErrorMessage, slot::ERROR, Holds::Blank(Kind::Words), Field::ErrorMessage),
    ], [one_of([slot::ERROR], Choice::Failure)];
    DeviceUserResults: [rows(Tag::Device, Context::Device, Field::Device)], [need(slot::ROWS, Field::Device)];
    UserDevicesResults: [rows(Tag::User, Context::UserDevices, Field::User)], [need(slot::ROWS, Field::User)];
    DeviceProfileResults: [rows(Tag::User, Context::UserProfiles, Field::User)], [need(slot::ROWS, Field::User)];
    CheckUserResults: [rows(Tag::User, Context::UserCheck, Field::User)], [need(slot::ROWS, Field::User)];
    /// A row of `deviceUserResults`.
    Device: [
        child(Tag::UserId, slot::USER, Holds::Text(Kind::CodedName), Often::Filler, Field::UserId),
        child(Tag::LastLogin, slot::LAST_LOGIN, NAME, Often::Filler, Field::LastLogin),
        once(Tag::EmccDevice, slot::EMCC, Holds::Value, Field::EmccDevice),
        child(Tag::None, slot::FREE, IGNORED, Often::NoneFiller, Field::None),
        DOES_NOT_EXIST,
    ], [one_of([slot::USER, slot::FREE, slot::DOES_NOT_EXIST], Choice::Device)];
    /// A row of `userDevicesResults`.
    UserDevices: [
        child(Tag::DeviceName, slot::HAS, NAME, Often::Rows, Field::DeviceName),
        USER_NONE,
        DOES_NOT_EXIST,
    ], [one_of([slot::HAS, slot::NONE, slot::DOES_NOT_EXIST], Choice::UserDevices)];
    /// A row of `deviceProfileResults`; an empty one has no profile.
    UserProfiles: [
        child(Tag::DeviceProfile, slot::HAS, PROFILE, Often::Rows, Field::DeviceProfile),
        once(Tag::Failure, slot::USER_FAILURE, Holds::Elements(Context::Failure), Field::Failure),
        USER_NONE,
        DOES_NOT_EXIST,
    ], [];
    /// A row of `checkUserResults`. `exists` may be empty or hold the ID once more, which says nothing new.
    UserCheck: [
        once(Tag::Exists, slot::HAS, IGNORED, Field::Exists),
        DOES_NOT_EXIST,
    ], [one_of([slot::HAS, slot::DOES_NOT_EXIST], Choice::UserCheck)];
    /// A row of [`UserProfiles`](Self::UserProfiles).
    DeviceProfile: [
        once(Tag::DeviceProfileName, slot::PROFILE_NAME, NAME, Field::DeviceProfileName),
        once(Tag::IsDefaultDeviceProfile, slot::IS_DEFAULT, Holds::Value, Field::IsDefaultDeviceProfile),
    ], [
        need(slot::PROFILE_NAME, Field::DeviceProfileName),
        need(slot::IS_DEFAULT, Field::IsDefaultDeviceProfile),
    ];
}
