//! What every language has a text for.
//!
//! The build script reads the languages by this, too, so it is of no use of anything else.

/// Whether a text of this type is to be packed.
macro_rules! is_packed {
    (T) => {
        true
    };
    (&) => {
        false
    };
}

/// Declares the texts, those of type `T` to be packed in the image, and lists them.
macro_rules! texts {
    (
        $(#[$of_all:meta])*
        pub(crate) struct $words:ident<T> { $($(#[$of_one:meta])* pub(crate) $text:ident: $kind:tt $($static:lifetime $str:ident)?,)* }
    ) => {
        $(#[$of_all])*
        pub(crate) struct $words<T> {
            $($(#[$of_one])* pub(crate) $text: $kind $($static $str)?,)*
        }

        #[allow(dead_code, reason = "for the build script")]
        impl $words<&'static str> {
            /// Calls `each` with the name of every text, the text, and whether it is to be packed.
            #[allow(unused_doc_comments, reason = "what a text takes in is documented beside it")]
            pub(crate) fn each(&self, each: &mut dyn FnMut(&'static str, &'static str, bool)) {
                $($(#[$of_one])* each(stringify!($text), self.$text, is_packed!($kind));)*
            }
        }

        #[cfg(test)]
        impl $words<super::Text> {
            /// Every text with its name.
            #[allow(unused_doc_comments, reason = "as above")]
            pub(super) fn all(&self) -> std::vec::Vec<(&'static str, std::string::String)> {
                vec![$($(#[$of_one])* (stringify!($text), std::string::ToString::to_string(&self.$text))),*]
            }
        }
    };
}

texts! {
/// The texts of a language. One that is missing does not compile.
///
/// `{}` stands for what the comment of a text says. A label of a softkey has 7 characters at most, a title 21.
pub(crate) struct Words<T> {
    /// How a configuration names the language (ISO 639-1).
    pub(crate) code: &'static str,
    /// What the language calls itself.
    pub(crate) name: &'static str,

    // Titles.
    pub(crate) setup_failed: &'static str,
    pub(crate) menu: &'static str,
    pub(crate) about: &'static str,
    pub(crate) exchanges: &'static str,
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
    pub(crate) key_exchanges: &'static str,
    pub(crate) key_more: &'static str,

    // The menu.
    pub(crate) menu_log_in: &'static str,
    pub(crate) menu_log_out: &'static str,
    pub(crate) menu_take_over: &'static str,
    pub(crate) menu_who: &'static str,
    pub(crate) restart: &'static str,
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
    pub(crate) no_profile_begins: T,
    pub(crate) profile_gone: T,
    pub(crate) profiles_not_listed: T,
    pub(crate) time_default: T,
    pub(crate) time_indefinite: T,
    pub(crate) one_hour: T,
    /// Their number, as in the next.
    pub(crate) hours: T,
    pub(crate) one_minute: T,
    pub(crate) minutes: T,

    // Starting and idle.
    pub(crate) starting: T,
    pub(crate) waiting_for_link: T,
    pub(crate) waiting_for_address: T,
    /// The user's ID.
    pub(crate) holder: T,
    pub(crate) holder_nobody: T,
    pub(crate) holder_unknown: T,
    pub(crate) began: T,
    pub(crate) ended: T,
    pub(crate) expired: T,
    /// A time, as in the next.
    pub(crate) ends_in: T,
    pub(crate) ends_soon: T,
    pub(crate) replaced: T,
    pub(crate) cancelled_unsent: T,

    // On the way and done.
    pub(crate) answer_lost: T,
    pub(crate) asking_outcome: T,
    pub(crate) cancelled_sent: T,
    pub(crate) cancel_may_be_late: T,
    pub(crate) asking_who: T,
    pub(crate) asking_profiles: T,
    /// The user's ID.
    pub(crate) logging_in: T,
    pub(crate) logging_out: T,
    /// The ID of the user who is logged out.
    pub(crate) logging_out_user: T,
    /// The name of the other phone.
    pub(crate) logging_out_there: T,
    /// The user's ID.
    pub(crate) asking_where: T,
    /// The number of seconds.
    pub(crate) trying_again: T,
    pub(crate) nothing_changed: T,
    pub(crate) only_answer_lost: T,
    pub(crate) too_late_to_cancel: T,
    pub(crate) had_ended: T,
    pub(crate) end_unknown: T,
    pub(crate) were_logged_in: T,
    /// The user's ID.
    pub(crate) log_out_user: T,
    pub(crate) log_out_nobody: T,
    pub(crate) log_out_unknown: T,

    // Somebody is in the way of a login.
    /// The ID of the user who is logged in here.
    pub(crate) is_here: T,
    /// The ID of the user who is logged in here.
    pub(crate) take_over_yourself: T,
    /// The ID of the user who is logged in here, and of the one who wants to log in.
    pub(crate) take_over_user: T,
    /// The user's ID, the name of the other phone.
    pub(crate) is_elsewhere: T,
    /// The user's ID, the name of another phone, the number of further ones.
    pub(crate) is_elsewhere_and: T,
    pub(crate) move_here: T,
    /// The ID of the user who was logged in here.
    pub(crate) was_logged_out: T,
    pub(crate) user_before_was_logged_out: T,
    /// The name of the other phone.
    pub(crate) was_logged_out_there: T,
    /// The name of the other phone.
    pub(crate) still_logged_in_there: T,

    // Setup.
    pub(crate) no_card: T,
    pub(crate) no_file: T,
    pub(crate) not_written: T,
    pub(crate) card_unreadable: T,
    /// The number of bytes that the file may have.
    pub(crate) file_too_long: T,
    pub(crate) then_restart: T,

    // Mistakes in a configuration file. Each follows the number of its line.
    /// The number of the line. What is wrong follows.
    pub(crate) config_line: T,
    pub(crate) config_not_utf8: T,
    pub(crate) config_carriage_return: T,
    pub(crate) config_no_equals: T,
    pub(crate) config_no_value: T,
    /// The names follow.
    pub(crate) config_unknown_name: T,
    /// The languages follow.
    pub(crate) config_unknown_language: T,
    pub(crate) and: &'static str,
    pub(crate) config_repeated: T,
    pub(crate) config_third_service: T,
    pub(crate) config_bad_host: T,
    pub(crate) config_bad_port: T,
    pub(crate) config_url: T,
    pub(crate) config_path: T,
    pub(crate) config_user_in_host: T,
    pub(crate) config_https: T,
    pub(crate) config_ipv6: T,
    pub(crate) config_bad_name_server: T,
    pub(crate) config_third_name_server: T,
    pub(crate) config_bad_minutes: T,
    pub(crate) config_bad_admin_code: T,
    pub(crate) config_bad_user_id_mode: T,
    pub(crate) config_bad_brightness: T,
    pub(crate) config_bad_durations: T,
    pub(crate) config_bad_user_page: T,
    pub(crate) config_bad_domain: T,
    pub(crate) config_id_too_long: T,
    pub(crate) config_certificate_too_long: T,
    pub(crate) config_no_certificate: T,
    pub(crate) config_no_id: T,
    pub(crate) config_no_service: T,
    #[cfg(feature = "tls")]
    pub(crate) config_no_trust: T,
    #[cfg(feature = "tls")]
    pub(crate) config_second_trust: T,
    #[cfg(feature = "tls")]
    pub(crate) config_no_service_above: T,
    #[cfg(feature = "tls")]
    pub(crate) config_not_https: T,
    #[cfg(feature = "tls")]
    pub(crate) config_in_clear: T,
    #[cfg(all(feature = "browser", feature = "tls"))]
    pub(crate) config_login_in_clear: T,
    #[cfg(feature = "tls")]
    pub(crate) config_bad_file: T,
    #[cfg(feature = "tls")]
    pub(crate) config_bad_tls_version: T,
    #[cfg(feature = "tls")]
    pub(crate) config_no_trust_here: T,
    #[cfg(feature = "tls")]
    pub(crate) trust_missing: T,
    #[cfg(feature = "tls")]
    pub(crate) trust_unreadable: T,
    /// The number of bytes that there is room for.
    #[cfg(feature = "tls")]
    pub(crate) trust_too_long: T,
    #[cfg(feature = "tls")]
    pub(crate) trust_none: T,
    /// The line of the file.
    #[cfg(feature = "tls")]
    pub(crate) trust_other_content: T,
    /// The line of the file.
    #[cfg(feature = "tls")]
    pub(crate) trust_second: T,
    /// The line of the file.
    #[cfg(feature = "tls")]
    pub(crate) trust_character: T,
    #[cfg(feature = "tls")]
    pub(crate) trust_cut: T,

    // About.
    pub(crate) device: T,
    pub(crate) service: &'static str,
    pub(crate) backup: &'static str,
    pub(crate) app_user: T,
    pub(crate) no_app_user: T,
    pub(crate) outer_blank: T,
    pub(crate) build: T,
    pub(crate) board: T,
    pub(crate) address: T,
    pub(crate) mask: T,
    pub(crate) gateway: T,
    pub(crate) name_servers: T,
    pub(crate) none: T,
    pub(crate) uptime: T,
    #[cfg(feature = "tls")]
    pub(crate) time: T,
    #[cfg(feature = "tls")]
    pub(crate) time_unknown: T,
    /// The server's address and port.
    #[cfg(feature = "tls")]
    pub(crate) time_of_server: T,
    #[cfg(feature = "tls")]
    pub(crate) time_of_build: T,
    #[cfg(feature = "tls")]
    pub(crate) time_kept: T,
    pub(crate) days: T,
    /// The number of starts, for as long as the board remembers.
    pub(crate) starts: T,
    pub(crate) last_start: T,
    /// The number of the start that found the failure.
    pub(crate) last_failure: T,
    pub(crate) start_power_on: T,
    pub(crate) start_reset: T,
    pub(crate) start_restart: T,
    pub(crate) start_watchdog: T,
    pub(crate) start_panic: T,
    pub(crate) start_hard_fault: T,
    pub(crate) start_stack_overflow: T,
    pub(crate) start_exception: T,
    pub(crate) keeps_for_good: T,
    pub(crate) keeps_until_power_off: T,

    // The phone's file.
    #[cfg(feature = "provisioning")]
    pub(crate) file: T,
    #[cfg(feature = "provisioning")]
    pub(crate) file_loading: T,
    /// The number of bytes, and the protocol.
    #[cfg(feature = "provisioning")]
    pub(crate) file_loaded: T,
    /// It is the one that was kept before the phone started.
    #[cfg(feature = "provisioning")]
    pub(crate) file_kept: T,
    #[cfg(feature = "provisioning")]
    pub(crate) file_version: T,
    #[cfg(feature = "provisioning")]
    pub(crate) file_changed: T,
    #[cfg(feature = "provisioning")]
    pub(crate) file_members: T,
    #[cfg(feature = "provisioning")]
    pub(crate) file_time_servers: T,
    #[cfg(feature = "provisioning")]
    pub(crate) file_services: T,
    #[cfg(feature = "provisioning")]
    pub(crate) file_missing: T,
    #[cfg(feature = "provisioning")]
    pub(crate) file_broken: T,
    #[cfg(feature = "provisioning")]
    pub(crate) file_over_limit: T,
    #[cfg(feature = "provisioning")]
    pub(crate) file_no_address: T,
    #[cfg(feature = "provisioning")]
    pub(crate) no_service_yet: T,

    // The settings.
    pub(crate) settings: &'static str,
    pub(crate) set_language: &'static str,
    pub(crate) set_user_id_mode: &'static str,
    pub(crate) set_brightness: &'static str,
    pub(crate) set_polling: &'static str,
    pub(crate) mode_letters: &'static str,
    pub(crate) mode_digits: &'static str,
    pub(crate) mode_last: &'static str,
    pub(crate) brightness_high: &'static str,
    pub(crate) brightness_low: &'static str,
    pub(crate) never: &'static str,
    /// The number of minutes.
    pub(crate) short_minutes: T,
    pub(crate) forget: &'static str,
    pub(crate) forget_question: T,
    pub(crate) forget_nothing: T,
    pub(crate) forgotten: T,
    pub(crate) saving: T,
    pub(crate) saved: T,
    pub(crate) not_saved: T,
    pub(crate) restarts_now: T,
    pub(crate) admin_code: &'static str,
    pub(crate) type_admin_code: &'static str,
    /// The number of seconds.
    pub(crate) code_held: T,

    // The last exchanges, and restarting.
    pub(crate) no_exchange: T,
    pub(crate) exchange_done: T,
    pub(crate) exchange_refused: T,
    pub(crate) exchange_no_connection: T,
    pub(crate) exchange_no_answer: T,
    pub(crate) exchange_unusable: T,
    pub(crate) exchange_cancelled: T,
    pub(crate) exchange_not_sent: T,
    pub(crate) exchange_log_out_there: &'static str,
    pub(crate) exchange_where: &'static str,
    pub(crate) restart_question: T,
    pub(crate) restarting: T,
    pub(crate) failed_start: T,

    // What is known after a failure. They follow a sentence.
    pub(crate) login_unknown: T,
    pub(crate) logout_unknown: T,
    /// The ID of the user who was to be logged out.
    pub(crate) logout_of_unknown: T,
    /// The name of the other phone.
    pub(crate) logout_there_unknown: T,
    pub(crate) not_logged_in: T,
    pub(crate) nobody_is_logged_in: T,
    /// The user's ID.
    pub(crate) is_logged_in: T,

    // What the person does.
    pub(crate) ask_admin: T,
    /// The password or the PIN.
    /// The address of the page.
    pub(crate) change_it: T,
    pub(crate) let_them_log_out: T,
    pub(crate) log_out_there: T,
    pub(crate) nothing_to_do: T,
    pub(crate) restart_phone: T,
    pub(crate) shorten_id: T,
    pub(crate) take_another_phone: T,
    pub(crate) tell_admin: T,
    /// The name of the phone.
    pub(crate) tell_name: T,
    pub(crate) try_later: T,
    pub(crate) try_later_or_tell: T,
    /// User ID and PIN.
    pub(crate) type_again: T,
    /// User ID and PIN.
    pub(crate) type_both: T,
    /// The user ID.
    pub(crate) type_id_again: T,
    pub(crate) use_user_id: T,
    pub(crate) wait_a_minute: T,

    // What went wrong on the way to the service or back.
    pub(crate) host_not_found: T,
    pub(crate) name_server_silent: T,
    pub(crate) name_server_failed: T,
    pub(crate) no_name_server: T,
    pub(crate) connection_refused: T,
    pub(crate) service_silent: T,
    pub(crate) no_network: T,
    #[cfg(feature = "tls")]
    pub(crate) tls_out_of_memory: T,
    #[cfg(feature = "tls")]
    pub(crate) tls_no_time: T,
    #[cfg(feature = "tls")]
    pub(crate) tls_no_random: T,
    #[cfg(feature = "tls")]
    pub(crate) tls_trust: T,
    #[cfg(feature = "tls")]
    pub(crate) tls_not_trusted: T,
    /// The name that the certificate is for.
    #[cfg(feature = "tls")]
    pub(crate) tls_other_name: T,
    #[cfg(feature = "tls")]
    pub(crate) tls_another_name: T,
    /// The last day on which it was valid.
    #[cfg(feature = "tls")]
    pub(crate) tls_expired: T,
    #[cfg(feature = "tls")]
    pub(crate) tls_one_expired: T,
    /// The first day on which it is valid, and the phone's day.
    #[cfg(feature = "tls")]
    pub(crate) tls_not_yet_valid: T,
    /// The phone's day.
    #[cfg(feature = "tls")]
    pub(crate) tls_one_not_yet_valid: T,
    #[cfg(feature = "tls")]
    pub(crate) tls_wrong_kind: T,
    #[cfg(feature = "tls")]
    pub(crate) tls_unusable: T,
    #[cfg(feature = "tls")]
    pub(crate) tls_wrong_key: T,
    #[cfg(feature = "tls")]
    pub(crate) tls_not_1_2: T,
    #[cfg(feature = "tls")]
    pub(crate) tls_not_1_3: T,
    #[cfg(feature = "tls")]
    pub(crate) tls_wants_certificate: T,
    #[cfg(feature = "tls")]
    pub(crate) tls_nothing_in_common: T,
    #[cfg(feature = "tls")]
    pub(crate) tls_not_tls: T,
    #[cfg(feature = "tls")]
    pub(crate) tls_broken: T,
    #[cfg(feature = "tls")]
    pub(crate) tls_failed: T,
    #[cfg(feature = "tls")]
    pub(crate) tls_nothing_sent: T,
    pub(crate) request_too_long: T,
    pub(crate) unsendable: T,
    pub(crate) request_sent: T,
    pub(crate) cancelled_in_time: T,
    pub(crate) app_user_missing: T,
    pub(crate) service_did_not_answer: T,
    pub(crate) answer_late: T,
    pub(crate) connection_broke: T,
    pub(crate) answer_too_long: T,
    pub(crate) answer_unreadable: T,
    pub(crate) other_answer: T,
    pub(crate) status_busy: T,
    pub(crate) status_not_the_service: T,
    pub(crate) service_refused: T,
    pub(crate) no_reason: T,
    /// The service's own words, and an ellipsis where they go on.
    pub(crate) service_says: T,

    // Code and name of a failure, which come last.
    pub(crate) unknown_code: &'static str,
    pub(crate) no_code: T,
    pub(crate) no_connection: T,
    pub(crate) request_not_sent: T,
    pub(crate) no_answer: T,
    pub(crate) answer_cut: T,
    pub(crate) answer_unexpected: T,
    /// The number of bytes.
    pub(crate) bytes_needed: T,
    /// The number of bytes.
    pub(crate) more_than_bytes: T,
    /// The status.
    pub(crate) status: T,
    /// Line and column.
    pub(crate) line_and_column: T,

    // Codes of the service.
    pub(crate) service_problem: T,
    pub(crate) request_unreadable: T,
    pub(crate) empty_login: T,
    pub(crate) wrong_login: T,
    pub(crate) app_user_not_accepted: T,
    pub(crate) not_allowed: T,
    pub(crate) log_out_disabled: T,
    pub(crate) database_failed: T,
    pub(crate) auto_logout_failed: T,
    pub(crate) question_unknown: T,
    pub(crate) user_unchecked: T,
    pub(crate) not_yourself: T,
    pub(crate) app_user_lacks_rights: T,
    pub(crate) phone_unknown: T,
    pub(crate) profile_not_found: T,
    pub(crate) someone_else: T,
    pub(crate) nobody_here: T,
    pub(crate) phone_settings_unread: T,
    pub(crate) log_in_disabled: T,
    pub(crate) user_unknown: T,
    pub(crate) logged_in_elsewhere: T,
    pub(crate) service_busy: T,
    pub(crate) password_old: T,
    pub(crate) address_untrusted: T,
    pub(crate) part_down: T,
    pub(crate) proxy_forbidden: T,
    pub(crate) visit_forbidden: T,
    pub(crate) no_visitors: T,
    pub(crate) no_place: T,
    pub(crate) site_not_found: T,
    pub(crate) name_twice: T,
    pub(crate) site_forbids: T,
    pub(crate) set_up_wrong: T,
    pub(crate) site_silent: T,
    pub(crate) pin_old: T,
    pub(crate) site_id_unknown: T,
    pub(crate) phone_security: T,
    pub(crate) site_version: T,
    pub(crate) site_security: T,
    pub(crate) number_shared: T,

    // Pages of IP phone services.
    #[cfg(feature = "browser")]
    pub(crate) services: &'static str,
    #[cfg(feature = "browser")]
    pub(crate) page: &'static str,
    #[cfg(feature = "browser")]
    pub(crate) page_failed: &'static str,
    #[cfg(feature = "browser")]
    pub(crate) key_next: &'static str,
    #[cfg(feature = "browser")]
    pub(crate) key_update: &'static str,
    #[cfg(feature = "browser")]
    pub(crate) loading_page: T,
    #[cfg(feature = "browser")]
    pub(crate) page_cannot: T,
    #[cfg(feature = "browser")]
    pub(crate) page_empty: T,
    #[cfg(feature = "browser")]
    pub(crate) page_cut: T,
    #[cfg(feature = "browser")]
    pub(crate) page_https: T,
    #[cfg(feature = "browser")]
    pub(crate) page_not_followed: T,
    #[cfg(feature = "browser")]
    pub(crate) config_bad_login: T,
    #[cfg(feature = "browser")]
    pub(crate) config_bad_services: T,

    // The explanation of a number.
    /// A title and an entry of the menu.
    pub(crate) explain: &'static str,
    pub(crate) type_number: T,
    /// The number.
    pub(crate) number_unknown: T,
    pub(crate) of_service: T,
    pub(crate) of_login_page: T,
    pub(crate) of_visitors: T,
    pub(crate) of_phone: T,

    // Codes of the login page, of visitors, and of the phone.
    pub(crate) directory_silent: T,
    pub(crate) page_lacks_name: T,
    pub(crate) page_lacks_service: T,
    pub(crate) page_not_started: T,
    pub(crate) page_login_type: T,
    pub(crate) visitor_pin_wrong: T,
    pub(crate) visitor_unknown: T,
    pub(crate) page_unreadable: T,
    pub(crate) page_unsupported: T,
    pub(crate) page_not_fetched: T,
    pub(crate) page_server_unreachable: T,
    pub(crate) command_unreadable: T,
    pub(crate) command_answer_failed: T,
    pub(crate) phone_file_failed: T,
    pub(crate) command_sender_refused: T,
}
}
