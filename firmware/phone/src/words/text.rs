//! What every language has a text for, and how a text takes in a name or a number.

use core::fmt;

/// Declares the texts, and lists them for the tests.
macro_rules! texts {
    ($(#[$of_all:meta])* pub(crate) struct $words:ident { $($(#[$of_one:meta])* pub(crate) $text:ident: &'static str,)* }) => {
        $(#[$of_all])*
        pub(crate) struct $words {
            $($(#[$of_one])* pub(crate) $text: &'static str,)*
        }

        #[cfg(test)]
        impl $words {
            /// Every text with its name.
            pub(super) fn all(&self) -> std::vec::Vec<(&'static str, &'static str)> {
                vec![$((stringify!($text), self.$text)),*]
            }
        }
    };
}

texts! {
/// The texts of a language. One that is missing does not compile.
///
/// `{}` stands for what the comment of a text says. A label of a softkey has 7 characters at most, a title 21.
pub(crate) struct Words {
    /// How a configuration names the language (ISO 639-1).
    pub(crate) code: &'static str,
    /// What the language calls itself.
    pub(crate) name: &'static str,

    // Titles.
    pub(crate) setup_failed: &'static str,
    pub(crate) menu: &'static str,
    pub(crate) about: &'static str,
    pub(crate) log_in: &'static str,
    pub(crate) log_out: &'static str,
    pub(crate) symbols: &'static str,
    pub(crate) take_over: &'static str,
    pub(crate) title_elsewhere: &'static str,
    pub(crate) profiles: &'static str,
    pub(crate) list_changed: &'static str,
    pub(crate) no_profiles: &'static str,
    pub(crate) login_times: &'static str,
    pub(crate) stay: &'static str,
    pub(crate) ending: &'static str,
    pub(crate) logged_in: &'static str,
    pub(crate) logged_out: &'static str,
    pub(crate) logged_in_after_all: &'static str,
    pub(crate) logged_out_after_all: &'static str,
    pub(crate) query_failed: &'static str,
    pub(crate) login_failed: &'static str,
    pub(crate) login_uncertain: &'static str,
    pub(crate) logout_failed: &'static str,
    pub(crate) logout_uncertain: &'static str,
    pub(crate) login_cancelled: &'static str,
    pub(crate) logout_cancelled: &'static str,

    // Softkeys.
    pub(crate) key_log_in: &'static str,
    pub(crate) key_log_out: &'static str,
    pub(crate) key_menu: &'static str,
    pub(crate) key_select: &'static str,
    pub(crate) key_back: &'static str,
    pub(crate) key_submit: &'static str,
    pub(crate) key_cancel: &'static str,
    pub(crate) key_yes: &'static str,
    pub(crate) key_no: &'static str,
    pub(crate) key_stay: &'static str,
    pub(crate) key_ok: &'static str,
    pub(crate) key_retry: &'static str,
    pub(crate) key_restart: &'static str,
    pub(crate) key_who: &'static str,
    pub(crate) key_about: &'static str,
    pub(crate) key_more: &'static str,

    // The menu.
    pub(crate) menu_log_in: &'static str,
    pub(crate) menu_log_out: &'static str,
    pub(crate) menu_take_over: &'static str,
    pub(crate) menu_who: &'static str,
    pub(crate) menu_about: &'static str,

    // The form.
    pub(crate) user_id: &'static str,
    pub(crate) pin: &'static str,
    pub(crate) type_user_id: &'static str,
    pub(crate) type_pin: &'static str,
    pub(crate) no_more_fits: &'static str,
    pub(crate) digits_only: &'static str,
    // What `#` and `*` do in a user ID.
    pub(crate) keys_lower: &'static str,
    pub(crate) keys_upper: &'static str,
    pub(crate) keys_digits: &'static str,

    // Profiles and how long.
    /// The letters typed.
    pub(crate) no_profile_begins: &'static str,
    pub(crate) profile_gone: &'static str,
    pub(crate) profiles_not_listed: &'static str,
    pub(crate) time_default: &'static str,
    pub(crate) time_indefinite: &'static str,
    pub(crate) one_hour: &'static str,
    /// Their number, as in the next.
    pub(crate) hours: &'static str,
    pub(crate) minutes: &'static str,

    // Starting and idle.
    pub(crate) starting: &'static str,
    pub(crate) waiting_for_link: &'static str,
    pub(crate) waiting_for_address: &'static str,
    /// The user's ID.
    pub(crate) holder: &'static str,
    pub(crate) holder_nobody: &'static str,
    pub(crate) holder_unknown: &'static str,
    pub(crate) began: &'static str,
    pub(crate) ended: &'static str,
    pub(crate) expired: &'static str,
    /// A time, as in the next.
    pub(crate) ends_in: &'static str,
    pub(crate) ends_soon: &'static str,
    pub(crate) replaced: &'static str,
    pub(crate) cancelled_unsent: &'static str,

    // On the way and done.
    pub(crate) answer_lost: &'static str,
    pub(crate) asking_outcome: &'static str,
    pub(crate) cancelled_sent: &'static str,
    pub(crate) cancel_may_be_late: &'static str,
    pub(crate) asking_who: &'static str,
    pub(crate) asking_profiles: &'static str,
    /// The user's ID.
    pub(crate) logging_in: &'static str,
    pub(crate) logging_out: &'static str,
    /// The ID of the user who is logged out.
    pub(crate) logging_out_user: &'static str,
    /// The name of the other phone.
    pub(crate) logging_out_there: &'static str,
    /// The user's ID.
    pub(crate) asking_where: &'static str,
    /// The number of seconds.
    pub(crate) trying_again: &'static str,
    pub(crate) nothing_changed: &'static str,
    pub(crate) only_answer_lost: &'static str,
    pub(crate) too_late_to_cancel: &'static str,
    pub(crate) had_ended: &'static str,
    pub(crate) end_unknown: &'static str,
    pub(crate) were_logged_in: &'static str,
    /// The user's ID.
    pub(crate) log_out_user: &'static str,
    pub(crate) log_out_nobody: &'static str,
    pub(crate) log_out_unknown: &'static str,

    // Somebody is in the way of a login.
    /// The ID of the user who is logged in here.
    pub(crate) is_here: &'static str,
    /// The ID of the user who is logged in here.
    pub(crate) take_over_yourself: &'static str,
    /// The ID of the user who is logged in here, and of the one who wants to log in.
    pub(crate) take_over_user: &'static str,
    /// The user's ID, the name of the other phone.
    pub(crate) is_elsewhere: &'static str,
    /// The user's ID, the name of another phone, the number of further ones.
    pub(crate) is_elsewhere_and: &'static str,
    pub(crate) move_here: &'static str,
    /// The ID of the user who was logged in here.
    pub(crate) was_logged_out: &'static str,
    pub(crate) user_before_was_logged_out: &'static str,
    /// The name of the other phone.
    pub(crate) was_logged_out_there: &'static str,
    /// The name of the other phone.
    pub(crate) still_logged_in_there: &'static str,

    // Setup.
    pub(crate) no_card: &'static str,
    pub(crate) no_file: &'static str,
    pub(crate) card_unreadable: &'static str,
    /// The number of bytes that the file may have.
    pub(crate) file_too_long: &'static str,
    pub(crate) then_restart: &'static str,

    // Mistakes in a configuration file. Each follows the number of its line.
    /// The number of the line. What is wrong follows.
    pub(crate) config_line: &'static str,
    pub(crate) config_not_utf8: &'static str,
    pub(crate) config_carriage_return: &'static str,
    pub(crate) config_no_equals: &'static str,
    pub(crate) config_no_value: &'static str,
    /// The names follow.
    pub(crate) config_unknown_name: &'static str,
    /// The languages follow.
    pub(crate) config_unknown_language: &'static str,
    pub(crate) and: &'static str,
    pub(crate) config_repeated: &'static str,
    pub(crate) config_third_service: &'static str,
    pub(crate) config_bad_host: &'static str,
    pub(crate) config_bad_port: &'static str,
    pub(crate) config_url: &'static str,
    pub(crate) config_path: &'static str,
    pub(crate) config_user_in_host: &'static str,
    pub(crate) config_https: &'static str,
    pub(crate) config_ipv6: &'static str,
    pub(crate) config_bad_name_server: &'static str,
    pub(crate) config_third_name_server: &'static str,
    pub(crate) config_bad_minutes: &'static str,
    pub(crate) config_bad_admin_code: &'static str,
    pub(crate) config_bad_user_id_mode: &'static str,
    pub(crate) config_bad_durations: &'static str,
    pub(crate) config_bad_user_page: &'static str,
    pub(crate) config_bad_domain: &'static str,
    pub(crate) config_id_too_long: &'static str,
    pub(crate) config_certificate_too_long: &'static str,
    pub(crate) config_no_certificate: &'static str,
    pub(crate) config_no_id: &'static str,
    pub(crate) config_no_service: &'static str,

    // About.
    pub(crate) device: &'static str,
    pub(crate) service: &'static str,
    pub(crate) backup: &'static str,
    pub(crate) app_user: &'static str,
    pub(crate) no_app_user: &'static str,
    pub(crate) outer_blank: &'static str,
    pub(crate) build: &'static str,
    pub(crate) board: &'static str,
    pub(crate) address: &'static str,
    pub(crate) mask: &'static str,
    pub(crate) gateway: &'static str,
    pub(crate) name_servers: &'static str,
    pub(crate) none: &'static str,
    pub(crate) uptime: &'static str,
    pub(crate) days: &'static str,
    /// The number of starts since power-on.
    pub(crate) starts: &'static str,
    pub(crate) last_start: &'static str,
    pub(crate) start_power_on: &'static str,
    pub(crate) start_reset: &'static str,
    pub(crate) start_restart: &'static str,
    pub(crate) start_watchdog: &'static str,
    pub(crate) start_panic: &'static str,
    pub(crate) start_hard_fault: &'static str,
    pub(crate) start_stack_overflow: &'static str,
    pub(crate) start_exception: &'static str,
    pub(crate) keeps_for_good: &'static str,
    pub(crate) keeps_until_power_off: &'static str,

    // The last exchanges, and restarting.
    pub(crate) exchanges: &'static str,
    pub(crate) no_exchange: &'static str,
    pub(crate) exchange_done: &'static str,
    pub(crate) exchange_refused: &'static str,
    pub(crate) exchange_no_connection: &'static str,
    pub(crate) exchange_no_answer: &'static str,
    pub(crate) exchange_unusable: &'static str,
    pub(crate) exchange_cancelled: &'static str,
    pub(crate) exchange_not_sent: &'static str,
    pub(crate) exchange_log_out_there: &'static str,
    pub(crate) exchange_where: &'static str,
    pub(crate) key_exchanges: &'static str,
    pub(crate) restart: &'static str,
    pub(crate) restart_question: &'static str,
    pub(crate) restarting: &'static str,
    pub(crate) failed_start: &'static str,

    // What is known after a failure. They follow a sentence.
    pub(crate) login_unknown: &'static str,
    pub(crate) logout_unknown: &'static str,
    /// The ID of the user who was to be logged out.
    pub(crate) logout_of_unknown: &'static str,
    /// The name of the other phone.
    pub(crate) logout_there_unknown: &'static str,
    pub(crate) not_logged_in: &'static str,
    pub(crate) nobody_is_logged_in: &'static str,
    /// The user's ID.
    pub(crate) is_logged_in: &'static str,

    // What the person does.
    pub(crate) ask_admin: &'static str,
    /// The password or the PIN.
    /// The address of the page.
    pub(crate) change_it: &'static str,
    pub(crate) let_them_log_out: &'static str,
    pub(crate) log_out_there: &'static str,
    pub(crate) nothing_to_do: &'static str,
    pub(crate) restart_phone: &'static str,
    pub(crate) shorten_id: &'static str,
    pub(crate) take_another_phone: &'static str,
    pub(crate) tell_admin: &'static str,
    /// The name of the phone.
    pub(crate) tell_name: &'static str,
    pub(crate) try_later: &'static str,
    pub(crate) try_later_or_tell: &'static str,
    /// User ID and PIN.
    pub(crate) type_again: &'static str,
    /// User ID and PIN.
    pub(crate) type_both: &'static str,
    /// The user ID.
    pub(crate) type_id_again: &'static str,
    pub(crate) use_user_id: &'static str,
    pub(crate) wait_a_minute: &'static str,

    // What went wrong on the way to the service or back.
    pub(crate) host_not_found: &'static str,
    pub(crate) name_server_silent: &'static str,
    pub(crate) name_server_failed: &'static str,
    pub(crate) no_name_server: &'static str,
    pub(crate) connection_refused: &'static str,
    pub(crate) service_silent: &'static str,
    pub(crate) no_network: &'static str,
    pub(crate) request_too_long: &'static str,
    pub(crate) unsendable: &'static str,
    pub(crate) request_sent: &'static str,
    pub(crate) cancelled_in_time: &'static str,
    pub(crate) app_user_missing: &'static str,
    pub(crate) service_did_not_answer: &'static str,
    pub(crate) answer_late: &'static str,
    pub(crate) connection_broke: &'static str,
    pub(crate) answer_too_long: &'static str,
    pub(crate) answer_unreadable: &'static str,
    pub(crate) other_answer: &'static str,
    pub(crate) status_busy: &'static str,
    pub(crate) status_not_the_service: &'static str,
    pub(crate) service_refused: &'static str,
    pub(crate) no_reason: &'static str,
    /// The service's own words, and an ellipsis where they go on.
    pub(crate) service_says: &'static str,

    // Code and name of a failure, which come last.
    pub(crate) unknown_code: &'static str,
    pub(crate) no_code: &'static str,
    pub(crate) no_connection: &'static str,
    pub(crate) request_not_sent: &'static str,
    pub(crate) no_answer: &'static str,
    pub(crate) answer_cut: &'static str,
    pub(crate) answer_unexpected: &'static str,
    /// The number of bytes.
    pub(crate) bytes_needed: &'static str,
    /// The number of bytes.
    pub(crate) more_than_bytes: &'static str,
    /// The status.
    pub(crate) status: &'static str,
    /// Line and column.
    pub(crate) line_and_column: &'static str,

    // Codes of the service.
    pub(crate) service_problem: &'static str,
    pub(crate) request_unreadable: &'static str,
    pub(crate) empty_login: &'static str,
    pub(crate) wrong_login: &'static str,
    pub(crate) app_user_not_accepted: &'static str,
    pub(crate) not_allowed: &'static str,
    pub(crate) log_out_disabled: &'static str,
    pub(crate) database_failed: &'static str,
    pub(crate) auto_logout_failed: &'static str,
    pub(crate) question_unknown: &'static str,
    pub(crate) user_unchecked: &'static str,
    pub(crate) not_yourself: &'static str,
    pub(crate) app_user_lacks_rights: &'static str,
    pub(crate) phone_unknown: &'static str,
    pub(crate) profile_not_found: &'static str,
    pub(crate) someone_else: &'static str,
    pub(crate) nobody_here: &'static str,
    pub(crate) phone_settings_unread: &'static str,
    pub(crate) log_in_disabled: &'static str,
    pub(crate) user_unknown: &'static str,
    pub(crate) logged_in_elsewhere: &'static str,
    pub(crate) service_busy: &'static str,
    pub(crate) password_old: &'static str,
    pub(crate) address_untrusted: &'static str,
    pub(crate) part_down: &'static str,
    pub(crate) proxy_forbidden: &'static str,
    pub(crate) visit_forbidden: &'static str,
    pub(crate) no_visitors: &'static str,
    pub(crate) no_place: &'static str,
    pub(crate) site_not_found: &'static str,
    pub(crate) name_twice: &'static str,
    pub(crate) site_forbids: &'static str,
    pub(crate) set_up_wrong: &'static str,
    pub(crate) site_silent: &'static str,
    pub(crate) pin_old: &'static str,
    pub(crate) site_id_unknown: &'static str,
    pub(crate) phone_security: &'static str,
    pub(crate) site_version: &'static str,
    pub(crate) site_security: &'static str,
    pub(crate) number_shared: &'static str,

    // The explanation of a number.
    /// A title and an entry of the menu.
    pub(crate) explain: &'static str,
    pub(crate) type_number: &'static str,
    /// The number.
    pub(crate) number_unknown: &'static str,
    pub(crate) of_service: &'static str,
    pub(crate) of_login_page: &'static str,
    pub(crate) of_visitors: &'static str,
    pub(crate) of_phone: &'static str,

    // Codes of the login page, of visitors, and of the phone.
    pub(crate) directory_silent: &'static str,
    pub(crate) page_lacks_name: &'static str,
    pub(crate) page_lacks_service: &'static str,
    pub(crate) page_not_started: &'static str,
    pub(crate) page_login_type: &'static str,
    pub(crate) visitor_pin_wrong: &'static str,
    pub(crate) visitor_unknown: &'static str,
    pub(crate) page_unreadable: &'static str,
    pub(crate) page_unsupported: &'static str,
    pub(crate) page_not_fetched: &'static str,
    pub(crate) page_server_unreachable: &'static str,
    pub(crate) command_unreadable: &'static str,
    pub(crate) command_answer_failed: &'static str,
    pub(crate) phone_file_failed: &'static str,
    pub(crate) command_sender_refused: &'static str,
}
}

/// Writes a text with its `{}` filled, in their order.
pub(crate) fn fill(out: &mut dyn fmt::Write, text: &str, values: &[&dyn fmt::Display]) -> fmt::Result {
    let mut values = values.iter();
    for (index, part) in text.split("{}").enumerate() {
        if index > 0 {
            values.next().map_or(Ok(()), |value| write!(out, "{value}"))?;
        }
        out.write_str(part)?;
    }
    Ok(())
}
