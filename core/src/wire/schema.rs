//! What each element of the protocol may hold, as data (PROTOCOL.md sections 3 to 6): which children, how often,
//! what is read of them and where it is kept. It reads nothing: `collect` does.

use super::element_name::ElementName;
use super::packed::{as_given, packed};
use super::rules::PART;
use super::text_value::TextKind;
use crate::error::{Choice, Field};

/// A child that is known where it stands.
#[derive(Clone, Copy)]
pub(super) struct Child {
    pub(super) element: ElementName,
    /// The first byte of its name: most names that are not meant differ in it.
    pub(super) initial: u8,
    /// Which entry keeps what is read of it.
    pub(super) key: Key,
    pub(super) content: ContentModel,
    pub(super) cardinality: Cardinality,
    /// What errors call it.
    pub(super) field: Field,
}

/// What is read of a child.
#[derive(Clone, Copy)]
pub(super) enum ContentModel {
    /// A text, which must not be blank.
    Text(TextKind),
    /// A text, which may be blank.
    Blank(TextKind),
    /// A text that stands for a number.
    Value,
    /// More elements.
    Elements(Context),
}

/// How many times a child may occur.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Cardinality {
    /// Once, and nothing else of the same key.
    Once,
    /// Any number of times.
    Rows,
    /// Once, and takes one of the two slots of a `device`.
    Filler,
    /// `none` in a `device`: each takes one of its two slots.
    NoneFiller,
}

/// Under which number something of a message is kept. Elements that are never in one message, or never at one time, share
/// numbers, so that all entries fit into a small stack; an assertion below holds that.
pub(super) type Key = u8;

/// The keys, by what is kept under them.
pub(super) mod key {
    use super::Key;

    pub(in crate::wire) const APP_INFO: Key = 0;
    /// The operation of a request or query, the result of a response.
    pub(in crate::wire) const OPERATION: Key = 1;

    pub(in crate::wire) const APP_ID: Key = 2;
    pub(in crate::wire) const CERTIFICATE: Key = 3;

    pub(in crate::wire) const DEVICE_NAME: Key = 4;
    pub(in crate::wire) const USER_ID: Key = 5;
    pub(in crate::wire) const DEVICE_PROFILE: Key = 6;
    pub(in crate::wire) const DURATION: Key = 7;
    pub(in crate::wire) const MINUTES: Key = 8;
    pub(in crate::wire) const LOGIN_TYPE: Key = 9;
    pub(in crate::wire) const REMOTE_IP_ADDR: Key = 10;
    pub(in crate::wire) const IS_VIA_HEADER_SET: Key = 11;

    pub(in crate::wire) const PROFILE_NAME: Key = 2;
    pub(in crate::wire) const IS_DEFAULT: Key = 3;
    /// The code of `error`.
    pub(in crate::wire) const CODE: Key = 3;
    /// `error` or `errorMessage`.
    pub(in crate::wire) const ERROR: Key = 8;

    /// The rows of a query or result.
    pub(in crate::wire) const ROWS: Key = 4;
    /// The attribute of a row.
    pub(in crate::wire) const NAME: Key = 5;
    /// What a `user` of a result has: devices, profiles, or that it exists.
    pub(in crate::wire) const HAS: Key = 6;
    /// The `failure` of a `user`.
    pub(in crate::wire) const USER_FAILURE: Key = 7;
    /// The `none` of a `user`.
    pub(in crate::wire) const NONE: Key = 9;
    pub(in crate::wire) const DOES_NOT_EXIST: Key = 10;
    /// The user of a `device`.
    pub(in crate::wire) const USER: Key = 6;
    /// A `none` of a `device`.
    pub(in crate::wire) const FREE: Key = 8;
    pub(in crate::wire) const LAST_LOGIN: Key = 11;
    pub(in crate::wire) const EMCC: Key = 12;

    /// The key of ignored elements.
    pub(in crate::wire) const SKIPPED: Key = 15;

    /// How many entries there are.
    pub(in crate::wire) const COUNT: usize = 13;
}

/// A set of keys.
pub(super) const fn keys<const N: usize>(keys: [Key; N]) -> u16 {
    let mut bits = 0;
    let mut rest: &[Key] = &keys;
    while let [key, others @ ..] = rest {
        bits |= 1 << *key;
        rest = others;
    }
    bits
}

const fn child(
    element: ElementName,
    key: Key,
    content: ContentModel,
    cardinality: Cardinality,
    field: Field,
) -> Child {
    Child { element, initial: element.initial(), key, content, cardinality, field }
}

const fn once(element: ElementName, key: Key, content: ContentModel, field: Field) -> Child {
    child(element, key, content, Cardinality::Once, field)
}

const fn operation(element: ElementName, context: Context) -> Child {
    // An error about it names no field.
    once(element, key::OPERATION, ContentModel::Elements(context), Field::Error)
}

/// A root element, which is kept under no key.
const fn root(element: ElementName, context: Context) -> Child {
    child(element, key::SKIPPED, ContentModel::Elements(context), Cardinality::Rows, Field::Error)
}

const fn rows(element: ElementName, context: Context, field: Field) -> Child {
    child(element, key::ROWS, ContentModel::Elements(context), Cardinality::Rows, field)
}

/// An element that is not known where it stands: it is skipped.
pub(super) static UNKNOWN: Child =
    child(ElementName::Other, key::SKIPPED, IGNORED, Cardinality::Rows, Field::Error);

const NAME: ContentModel = ContentModel::Text(TextKind::Name);
const CERTIFICATE: ContentModel = ContentModel::Text(TextKind::Certificate);
const IGNORED: ContentModel = ContentModel::Elements(Context::Ignored);
const DURATION: ContentModel = ContentModel::Elements(Context::ExclusiveDuration);
const PROFILE: ContentModel = ContentModel::Elements(Context::DeviceProfile);
const APP_INFO: Child =
    once(ElementName::AppInfo, key::APP_INFO, ContentModel::Elements(Context::AppInfo), Field::AppInfo);
const USER_NONE: Child = once(ElementName::None, key::NONE, IGNORED, Field::None);
const DOES_NOT_EXIST: Child =
    once(ElementName::DoesNotExist, key::DOES_NOT_EXIST, IGNORED, Field::DoesNotExist);

const DEVICE_NAME: Child = once(ElementName::DeviceName, key::DEVICE_NAME, NAME, Field::DeviceName);
const LOGIN_TYPE: Child =
    once(ElementName::LoginType, key::LOGIN_TYPE, ContentModel::Value, Field::LoginType);
const REMOTE_IP_ADDR: Child = once(
    ElementName::RemoteIpAddr,
    key::REMOTE_IP_ADDR,
    ContentModel::Blank(TextKind::Name),
    Field::RemoteIpAddr,
);
const IS_VIA_HEADER_SET: Child = once(
    ElementName::IsViaHeaderSet,
    key::IS_VIA_HEADER_SET,
    ContentModel::Blank(TextKind::Name),
    Field::IsViaHeaderSet,
);

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
        let known = |child: &&Child| name.first() == Some(&child.initial) && child.element.as_bytes() == name;
        self.children().iter().find(known).unwrap_or(&UNKNOWN)
    }

    /// Returns the keys of the children.
    #[inline]
    pub(super) fn keys(self) -> u16 {
        KEYS.get(usize::from(self as u8)).copied().unwrap_or(0)
    }

    /// Returns what one of the children must be, if one must be there.
    #[inline]
    pub(super) fn choice(self) -> Option<Choice> {
        CHOICES.get(usize::from(self as u8)).copied()?
    }

    /// Returns true for a row with an attribute.
    pub(super) const fn is_row(self) -> bool {
        matches!(self, Self::Device | Self::UserDevices | Self::UserProfiles | Self::UserCheck)
    }

    /// Returns the attribute that a row must have, and how it is read.
    pub(super) const fn attribute(self) -> Option<(Field, TextKind)> {
        match self {
            Self::Device => Some((Field::DeviceNameAttribute, TextKind::Name)),
            row if row.is_row() => Some((Field::UserIdAttribute, TextKind::CodedName)),
            _ => None,
        }
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

packed!(Packed, Child, same);

const fn same(a: &Child, b: &Child) -> bool {
    a.element as u8 == b.element as u8
        && a.key == b.key
        && a.cardinality as u8 == b.cardinality as u8
        && a.field as u8 == b.field as u8
        && a.content.number() == b.content.number()
}

/// All children in one array: many lists share some. (Lists and their children stand below in the order that shares most.)
const PACKED: Packed<COUNT, { Packed::<COUNT, 128>::new(&LISTS, &as_given(), APP_INFO).size }> =
    Packed::new(&LISTS, &as_given(), APP_INFO);
static ALL: [Child; PACKED.items.len()] = PACKED.items;

/// Which children are known in each context: from the first to before the end.
#[allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "runs when this crate is compiled; places are below 128, the size of the table"
)]
static CHILDREN: [[u8; 2]; COUNT] = {
    let mut children = [[0; 2]; COUNT];
    let mut context = 0;
    while context < COUNT {
        let start = PACKED.starts[context];
        children[context] = [start as u8, (start + LISTS[context].len()) as u8];
        context += 1;
    }
    children
};

/// The keys of these children.
#[allow(clippy::indexing_slicing, reason = "runs when this crate is compiled")]
const KEYS_OF: [u16; COUNT] = {
    let mut sets = [0; COUNT];
    let mut context = 0;
    while context < COUNT {
        let mut list = LISTS[context];
        while let [child, rest @ ..] = list {
            sets[context] |= keys([child.key]);
            list = rest;
        }
        context += 1;
    }
    sets
};
static KEYS: [u16; COUNT] = KEYS_OF;

/// The keys of children of which a message has one, and the key of what is not kept.
const ALTERNATIVES: u16 = keys([key::OPERATION, key::CERTIFICATE, key::MINUTES, key::ERROR, key::SKIPPED]);

/// Holds what [`Key`] promises: at no time has a key two meanings in one message.
#[allow(clippy::indexing_slicing, reason = "runs when this crate is compiled")]
const _: () = {
    let mut context = 0;
    while context < COUNT {
        let mut list = LISTS[context];
        while let [child, rest @ ..] = list {
            let inside = child.content.keys();
            assert!(
                inside & KEYS_OF[context] == 0,
                "a child keeps something under a key of what is around it"
            );
            let mut others = rest;
            while let [other, behind @ ..] = others {
                if child.key == other.key {
                    assert!(keys([child.key]) & ALTERNATIVES != 0, "two children are kept under one key");
                } else {
                    let both = inside & other.content.keys();
                    assert!(both & !PART == 0, "two children keep something under one key");
                }
                others = behind;
            }
            list = rest;
        }
        context += 1;
    }
};

impl ContentModel {
    /// Returns the keys of all that it holds, at any depth, attributes included.
    #[allow(clippy::indexing_slicing, reason = "runs when this crate is compiled")]
    const fn keys(self) -> u16 {
        let Self::Elements(context) = self else { return 0 };
        let mut all = KEYS_OF[context as usize];
        if context.attribute().is_some() {
            all |= keys([key::NAME]);
        }
        let mut list = LISTS[context as usize];
        while let [child, rest @ ..] = list {
            all |= child.content.keys();
            if child.element as u8 == ElementName::Error as u8 {
                all |= keys([key::CODE]);
            }
            list = rest;
        }
        all
    }

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

        const COUNT: usize = [$(Context::$context,)*].len();
        const LISTS: [&[Child]; COUNT] = [$(&$children,)*];

        static CHOICES: [Option<Choice>; COUNT] = [$($choice,)*];
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
        root(ElementName::Response, Context::Response),
        root(ElementName::Request, Context::Request),
        root(ElementName::Query, Context::Query),
    ], None;
    Request: [
        operation(ElementName::Login, Context::Login),
        operation(ElementName::Logout, Context::Logout),
        operation(ElementName::LogoutAll, Context::LogoutAll),
        APP_INFO,
    ], Some(Choice::RequestOperation);
    Query: [
        APP_INFO,
        operation(ElementName::DeviceUserQuery, Context::DeviceQuery),
        operation(ElementName::UserDevicesQuery, Context::UserQuery),
        operation(ElementName::CheckUser, Context::UserQuery),
        operation(ElementName::DeviceProfileQuery, Context::UserQuery),
        operation(ElementName::UserDeviceProfileQuery, Context::UserQuery),
    ], Some(Choice::QueryOperation);
    AppInfo: [
        once(ElementName::AppId, key::APP_ID, NAME, Field::AppId),
        once(ElementName::AppCertificate, key::CERTIFICATE, CERTIFICATE, Field::AppCertificate),
        once(ElementName::AppEncryptedCertificate, key::CERTIFICATE, CERTIFICATE, Field::AppEncryptedCertificate),
    ], None;
    /// `deviceUserQuery`.
    DeviceQuery: [
        child(ElementName::DeviceName, key::ROWS, NAME, Cardinality::Rows, Field::DeviceName),
        LOGIN_TYPE,
        REMOTE_IP_ADDR,
        IS_VIA_HEADER_SET,
    ], None;
    Login: [
        LOGIN_TYPE,
        REMOTE_IP_ADDR,
        IS_VIA_HEADER_SET,
        DEVICE_NAME,
        once(ElementName::UserId, key::USER_ID, NAME, Field::UserId),
        once(ElementName::DeviceProfile, key::DEVICE_PROFILE, ContentModel::Blank(TextKind::Name), Field::DeviceProfile),
        once(ElementName::ExclusiveDuration, key::DURATION, DURATION, Field::ExclusiveDuration),
    ], None;
    Logout: [LOGIN_TYPE, REMOTE_IP_ADDR, IS_VIA_HEADER_SET, DEVICE_NAME], None;
    LogoutAll: [LOGIN_TYPE, REMOTE_IP_ADDR, IS_VIA_HEADER_SET], None;
    /// The queries that name users.
    UserQuery: [
        child(ElementName::UserId, key::ROWS, NAME, Cardinality::Rows, Field::UserId),
        LOGIN_TYPE,
        REMOTE_IP_ADDR,
        IS_VIA_HEADER_SET,
    ], None;
    ExclusiveDuration: [
        once(ElementName::Time, key::MINUTES, ContentModel::Value, Field::Time),
        once(ElementName::Indefinite, key::MINUTES, IGNORED, Field::Indefinite),
    ], Some(Choice::ExclusiveDuration);
    Response: [
        operation(ElementName::Success, Context::Ignored),
        operation(ElementName::Failure, Context::Failure),
        operation(ElementName::DeviceUserResults, Context::DeviceUserResults),
        operation(ElementName::UserDevicesResults, Context::UserDevicesResults),
        operation(ElementName::DeviceProfileResults, Context::DeviceProfileResults),
        operation(ElementName::CheckUserResults, Context::CheckUserResults),
    ], Some(Choice::Result);
    Failure: [
        once(ElementName::Error, key::ERROR, ContentModel::Blank(TextKind::Unbounded), Field::Error),
        once(ElementName::ErrorMessage, key::ERROR, ContentModel::Blank(TextKind::Unbounded), Field::ErrorMessage),
    ], Some(Choice::Failure);
    DeviceUserResults: [rows(ElementName::Device, Context::Device, Field::Device)], None;
    UserDevicesResults: [rows(ElementName::User, Context::UserDevices, Field::User)], None;
    DeviceProfileResults: [rows(ElementName::User, Context::UserProfiles, Field::User)], None;
    CheckUserResults: [rows(ElementName::User, Context::UserCheck, Field::User)], None;
    /// A row of `userDevicesResults`.
    UserDevices: [
        child(ElementName::DeviceName, key::HAS, NAME, Cardinality::Rows, Field::DeviceName),
        USER_NONE,
        DOES_NOT_EXIST,
    ], Some(Choice::UserDevices);
    /// A row of `deviceProfileResults`; an empty one has no profile.
    UserProfiles: [
        USER_NONE,
        DOES_NOT_EXIST,
        child(ElementName::DeviceProfile, key::HAS, PROFILE, Cardinality::Rows, Field::DeviceProfile),
        once(ElementName::Failure, key::USER_FAILURE, ContentModel::Elements(Context::Failure), Field::Failure),
    ], None;
    /// A row of `checkUserResults`. `exists` may be empty or hold the ID once more, which says nothing new.
    UserCheck: [once(ElementName::Exists, key::HAS, IGNORED, Field::Exists), DOES_NOT_EXIST], Some(Choice::UserCheck);
    /// A row of `deviceUserResults`.
    Device: [
        DOES_NOT_EXIST,
        child(ElementName::UserId, key::USER, ContentModel::Text(TextKind::CodedName), Cardinality::Filler, Field::UserId),
        child(ElementName::LastLogin, key::LAST_LOGIN, NAME, Cardinality::Filler, Field::LastLogin),
        once(ElementName::EmccDevice, key::EMCC, ContentModel::Value, Field::EmccDevice),
        child(ElementName::None, key::FREE, IGNORED, Cardinality::NoneFiller, Field::None),
    ], Some(Choice::Device);
    /// A row of [`UserProfiles`](Self::UserProfiles).
    DeviceProfile: [
        once(ElementName::DeviceProfileName, key::PROFILE_NAME, NAME, Field::DeviceProfileName),
        once(ElementName::IsDefaultDeviceProfile, key::IS_DEFAULT, ContentModel::Value, Field::IsDefaultDeviceProfile),
    ], None;
}
