//! Who is logged in on the phone, as far as it knows, and who was before. Only an answer of the service may change it.

use hotdesk_core::{Text, UserId};

use super::{App, Notice, Trouble};

/// Who is logged in, as far as the phone knows.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Holder<'a> {
    Unknown,
    Nobody,
    User(&'a UserId),
}

/// What the phone knows of who is logged in. The name stays when its user is gone: whoever is logged out is named.
#[derive(Debug, Default)]
pub(super) struct Presence {
    state: State,
    name: Option<UserId>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Unknown,
    Nobody,
    User,
}

impl Presence {
    pub(super) fn holder(&self) -> Holder<'_> {
        match (self.state, &self.name) {
            (State::User, Some(name)) => Holder::User(name),
            (State::Nobody, _) => Holder::Nobody,
            _ => Holder::Unknown,
        }
    }

    /// Who is logged in or was last, as far as the phone knows.
    pub(super) fn last(&self) -> Option<&UserId> {
        self.name.as_ref()
    }

    pub(super) fn forget(&mut self) {
        self.state = State::Unknown;
    }

    pub(super) fn set_nobody(&mut self) {
        self.state = State::Nobody;
    }

    pub(super) fn set_user(&mut self, user: Text<'_>) -> Result<(), Trouble> {
        // Should it fail, nothing is known any more.
        self.state = State::Unknown;
        self.name = Some(UserId::try_from(user).map_err(|_| Trouble::Unexpected)?);
        self.state = State::User;
        Ok(())
    }
}

impl App<'_> {
    pub(crate) fn holder(&self) -> Holder<'_> {
        self.presence.holder()
    }

    /// Who is logged in or was last, as far as the phone knows.
    pub(crate) fn last_holder(&self) -> Option<&UserId> {
        self.presence.last()
    }

    /// Takes in who is logged in, and says what is different from what the phone knew.
    pub(super) fn learn(&mut self, user: Option<Text<'_>>) -> Result<Option<Notice>, Trouble> {
        let notice = match (self.presence.holder(), user) {
            (Holder::User(known), Some(user)) if user.eq_ignore_case(known) => None,
            (Holder::User(_), Some(_)) => Some(Notice::Replaced),
            (Holder::User(_), None) => Some(Notice::Ended),
            (Holder::Nobody, Some(_)) => Some(Notice::Began),
            (Holder::Nobody, None) | (Holder::Unknown, _) => None,
        };
        if notice.is_some() {
            self.term = None;
            #[cfg(feature = "provisioning")]
            self.load_again();
        }
        match user {
            Some(user) => self.presence.set_user(user)?,
            None => self.presence.set_nobody(),
        }
        if notice.is_some()
            && let Some(course) = &mut self.course
        {
            // Whoever was to be logged out is no longer here.
            course.agreed = false;
        }
        Ok(notice)
    }
}
