//! What the numbers of services and phones mean for the person in front of the phone, and what that person does about
//! them. Names are the sources', in core's tables; meanings are told in the phone's language.
//!
//! It must never send a person to type again what somebody else has to mend.

use hotdesk_core::codes::Source;
use hotdesk_core::codes::em_service::EmServiceCode;

use super::{Text, Words};
use crate::app::Signer;

/// What a number means and what to do about it.
pub(super) type Meaning = (Text, Remedy);

/// What the person does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remedy {
    AskAdmin,
    ChangeIt,
    LetThemLogOut,
    LogOutThere,
    Nothing,
    Restart,
    TakeAnotherPhone,
    TellAdmin,
    TellName,
    TryLater,
    TryLaterOrTell,
    ShortenId,
    TypeAgain,
    TypeBoth,
    TypeIdAgain,
    UseUserId,
    WaitAMinute,
}

impl Remedy {
    pub(super) fn text(self, words: &Words) -> Text {
        match self {
            Self::AskAdmin => words.ask_admin,
            Self::ChangeIt => words.change_it,
            Self::LetThemLogOut => words.let_them_log_out,
            Self::LogOutThere => words.log_out_there,
            Self::Nothing => words.nothing_to_do,
            Self::Restart => words.restart_phone,
            Self::TakeAnotherPhone => words.take_another_phone,
            Self::TellAdmin => words.tell_admin,
            Self::TellName => words.tell_name,
            Self::TryLater => words.try_later,
            Self::TryLaterOrTell => words.try_later_or_tell,
            Self::ShortenId => words.shorten_id,
            Self::TypeAgain => words.type_again,
            Self::TypeBoth => words.type_both,
            Self::TypeIdAgain => words.type_id_again,
            Self::UseUserId => words.use_user_id,
            Self::WaitAMinute => words.wait_a_minute,
        }
    }
}

/// A code of the service, by who signed the request.
pub(super) fn of_service(code: EmServiceCode, signer: Signer, words: &Words) -> Option<Meaning> {
    use Remedy::*;
    let own = signer == Signer::Person;
    Some(match code.number() {
        2 | 3 | 9 | 27 | 41 if !own => (words.app_user_not_accepted, TellAdmin),
        0 => (words.service_problem, TryLater),
        1 => (words.request_unreadable, TellAdmin),
        2 => (words.empty_login, TypeBoth),
        3 => (words.wrong_login, TypeAgain),
        4 => (words.not_allowed, AskAdmin),
        5 => (words.log_out_disabled, TellAdmin),
        6 => (words.database_failed, TryLater),
        7 => (words.auto_logout_failed, TellAdmin),
        8 => (words.question_unknown, TellAdmin),
        9 => (words.user_unchecked, TypeAgain),
        10 if own => (words.not_yourself, AskAdmin),
        10 => (words.app_user_lacks_rights, TellAdmin),
        11 => (words.phone_unknown, TellName),
        12 => (words.profile_not_found, TellAdmin),
        18 => (words.someone_else, LetThemLogOut),
        19 => (words.nobody_here, Nothing),
        20 | 21 => (words.phone_settings_unread, TryLater),
        22 => (words.log_in_disabled, TakeAnotherPhone),
        23 => (words.user_unknown, if own { TypeIdAgain } else { TellAdmin }),
        25 => (words.logged_in_elsewhere, LogOutThere),
        26 => (words.service_busy, WaitAMinute),
        27 => (words.password_old, ChangeIt),
        28 => (words.address_untrusted, TellAdmin),
        29 => (words.part_down, TellAdmin),
        30 => (words.proxy_forbidden, TellAdmin),
        31 => (words.visit_forbidden, AskAdmin),
        32 => (words.no_visitors, TakeAnotherPhone),
        33 => (words.no_place, TryLater),
        35 | 36 => (words.site_not_found, TellAdmin),
        37 => (words.name_twice, TellAdmin),
        38 => (words.site_forbids, AskAdmin),
        39 => (words.set_up_wrong, TellAdmin),
        40 => (words.site_silent, TryLater),
        41 => (words.pin_old, ChangeIt),
        42 | 44 => (words.site_id_unknown, TellAdmin),
        43 => (words.phone_security, TakeAnotherPhone),
        45 => (words.site_version, TellAdmin),
        46 => (words.site_security, TellAdmin),
        47 => (words.number_shared, UseUserId),
        _ => return None,
    })
}

/// A code of the login application.
pub(super) fn of_app(number: u16, words: &Words) -> Option<Meaning> {
    use Remedy::*;
    Some(match number {
        201 => (words.wrong_login, TypeAgain),
        202 => (words.empty_login, TypeBoth),
        204 => (words.directory_silent, TryLater),
        205 => (words.profile_not_found, TellAdmin),
        207 => (words.page_lacks_name, TellAdmin),
        208 => (words.page_lacks_service, TellAdmin),
        210 => (words.page_not_started, TellAdmin),
        211 => (words.visit_forbidden, AskAdmin),
        212 => (words.site_id_unknown, TellAdmin),
        213 => (words.no_visitors, TakeAnotherPhone),
        215 => (words.page_login_type, TellAdmin),
        216 => (words.number_shared, UseUserId),
        _ => return None,
    })
}

/// A code of the service that means something else for a visitor from another site.
pub(super) fn of_visitor(number: u16, words: &Words) -> Option<Meaning> {
    Some(match number {
        2 => (words.visitor_pin_wrong, Remedy::TypeAgain),
        5 => (words.log_in_disabled, Remedy::TakeAnotherPhone),
        23 => (words.visitor_unknown, Remedy::TypeIdAgain),
        _ => return None,
    })
}

/// An error of the phone itself.
pub(super) fn of_phone(source: Source, number: u16, words: &Words) -> Option<Meaning> {
    use Remedy::*;
    Some(match (source, number) {
        (Source::PhoneXml, 4) => (words.page_unreadable, TellAdmin),
        (Source::PhoneXml, 5) => (words.page_unsupported, TellAdmin),
        (Source::PhoneHttp, 8) => (words.page_not_fetched, TellAdmin),
        (Source::PhoneHttp, 10) => (words.page_server_unreachable, TellAdmin),
        (Source::PhoneObject, 1) => (words.command_unreadable, TellAdmin),
        (Source::PhoneObject, 2) => (words.command_answer_failed, TellAdmin),
        (Source::PhoneObject, 3) => (words.phone_file_failed, Restart),
        (Source::PhoneObject, 4) => (words.command_sender_refused, TellAdmin),
        _ => return None,
    })
}

/// A status of HTTP that is not an answer of the service.
pub(super) fn of_status(number: u16, words: &Words) -> Meaning {
    match number {
        429 | 503 => (words.status_busy, Remedy::TryLater),
        500..600 => (words.service_problem, Remedy::TryLater),
        _ => (words.status_not_the_service, Remedy::TellAdmin),
    }
}
