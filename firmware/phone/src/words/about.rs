//! What the phone tells of itself: about, the last exchanges, why it started.

use core::fmt::{self, Write};
use core::time::Duration;

#[cfg(feature = "tls")]
use hotdesk_tls::Date;

use super::Words;
use super::packed::{Text, fill};
use crate::app::{App, Ask, Exchanged, NetworkState};
#[cfg(feature = "tls")]
use crate::config::Config;
use crate::part::{Part, two_digits, write_all, write_texts};
#[cfg(feature = "tls")]
use crate::time::Origin;
use crate::{Facts, Keeps, Start};

pub(super) fn about(app: &App<'_>, out: &mut dyn Write) -> fmt::Result {
    let words = app.words();
    out.write_str(concat!("hotdesk ", env!("CARGO_PKG_VERSION"), "\n"))?;
    words.device.write(out)?;
    write_texts(out, &["\n", app.device().as_str()])?;
    if let Some(facts) = app.facts() {
        words.last_start.write_after("\n", out)?;
        start(&facts.start, words, out)?;
        // What this start found has just been said.
        if let Some(failure) = facts.earlier_failure() {
            out.write_str("\n")?;
            fill(out, words.last_failure, &[Part::Number(failure.at_start)])?;
            start(&failure.start, words, out)?;
        }
    }
    label(words.uptime, out)?;
    duration(app.uptime(), words, out)?;
    network(app, out)?;
    #[cfg(feature = "tls")]
    time(app, out)?;
    services(app, out)?;
    #[cfg(feature = "provisioning")]
    super::provisioning::file(app, out)?;
    app.facts().map_or(Ok(()), |facts| board(facts, words, out))
}

fn board(facts: &Facts, words: &Words, out: &mut dyn Write) -> fmt::Result {
    out.write_str("\n")?;
    fill(out, words.starts, &[Part::Number(facts.starts)])?;
    label(words.build, out)?;
    out.write_str(&facts.build)?;
    label(words.board, out)?;
    write_texts(out, &[facts.board, "\nMAC:\n"])?;
    for (index, octet) in facts.mac.iter().enumerate() {
        if index > 0 {
            out.write_char(':')?;
        }
        hexadecimal(u32::from(*octet), 2, out)?;
    }
    out.write_str("\n")?;
    match facts.keeps {
        Keeps::ForGood => words.keeps_for_good,
        Keeps::UntilPowerOff => words.keeps_until_power_off,
    }
    .write(out)
}

fn network(app: &App<'_>, out: &mut dyn Write) -> fmt::Result {
    let words = app.words();
    match app.network() {
        NetworkState::NoLink => return words.waiting_for_link.write_after("\n", out),
        NetworkState::NoAddress => return words.waiting_for_address.write_after("\n", out),
        NetworkState::Ready => {}
    }
    let Some(network) = app.address() else { return Ok(()) };
    label(words.address, out)?;
    Part::Address(network.address).write(out)?;
    label(words.mask, out)?;
    Part::Address(network.mask).write(out)?;
    label(words.gateway, out)?;
    match network.gateway {
        Some(gateway) => Part::Address(gateway).write(out)?,
        None => words.none.write(out)?,
    }
    words.name_servers.write_after("\n", out)?;
    if network.name_servers.is_empty() {
        words.none.write_after("\n", out)?;
    }
    network.name_servers.iter().try_for_each(|server| {
        write_all(
            out,
            &[Part::Text("\n"), Part::Address(*server.ip()), Part::Text(":"), Part::number(server.port())],
        )
    })
}

/// The time that certificates are checked against, and where from.
#[cfg(feature = "tls")]
fn time(app: &App<'_>, out: &mut dyn Write) -> fmt::Result {
    let words = app.words();
    if !app.config().is_some_and(Config::is_secured) {
        return Ok(());
    }
    label(words.time, out)?;
    let Some(known) = app.known_time() else { return words.time_unknown.write(out) };
    let time = known.at(app.uptime());
    let minutes = u32::try_from(time / 60 % (24 * 60)).unwrap_or_default();
    if let Some(day) = Date::of(time) {
        write_all(out, &[Part::Date(day), Part::Text(" "), Part::Number(minutes / 60)])?;
        two_digits(minutes % 60, out)?;
    }
    out.write_str("\n")?;
    match known.origin {
        Origin::Server(server) => {
            fill(out, words.time_of_server, &[Part::Address(*server.ip()), Part::number(server.port())])
        }
        Origin::Built => words.time_of_build.write(out),
        Origin::Kept => words.time_kept.write(out),
    }
}

fn services(app: &App<'_>, out: &mut dyn Write) -> fmt::Result {
    let words = app.words();
    let Some(config) = app.config() else { return Ok(()) };
    for (label, service) in [words.service, words.backup].iter().zip(config.services()) {
        #[cfg(feature = "tls")]
        if service.is_secured() {
            let scheme = Part::Text("\nhttps://");
            write_all(out, &[Part::Text("\n"), Part::Text(label), scheme, Part::Service(service)])?;
            continue;
        }
        write_all(out, &[Part::Text("\n"), Part::Text(label), Part::Text("\n"), Part::Service(service)])?;
    }
    label(words.app_user, out)?;
    match config.app_user() {
        Some(user) if user.certificate_has_outer_blank() => {
            out.write_str(user.id().as_str())?;
            words.outer_blank.write_after("\n", out)
        }
        Some(user) => out.write_str(user.id().as_str()),
        None => words.no_app_user.write(out),
    }
}

/// The last exchanges, the newest first: when, what was asked of whom, what came of it.
pub(super) fn exchanges(app: &App<'_>, out: &mut dyn Write) -> fmt::Result {
    let words = app.words();
    let mut is_first = true;
    for exchange in app.exchanges() {
        if !core::mem::take(&mut is_first) {
            out.write_char('\n')?;
        }
        clock(exchange.at, out)?;
        let asked = match exchange.ask {
            Ask::Who => words.menu_who,
            Ask::Login => words.menu_log_in,
            Ask::Logout => words.menu_log_out,
            Ask::LogoutThere => words.exchange_log_out_there,
            Ask::Where => words.exchange_where,
            Ask::Profiles => words.profiles,
            #[cfg(feature = "browser")]
            Ask::Page => words.page,
        };
        write_texts(out, &["\n", asked, ": "])?;
        match exchange.outcome {
            Exchanged::Done => words.exchange_done.write(out)?,
            Exchanged::Refused(Some(code)) => {
                write_all(out, &[Part::Text("["), Part::number(code.number()), Part::Text("]")])?;
            }
            Exchanged::Refused(None) => words.exchange_refused.write(out)?,
            Exchanged::Status(status) => write_all(out, &[Part::Text("HTTP "), Part::number(status)])?,
            Exchanged::NoConnection => words.exchange_no_connection.write(out)?,
            Exchanged::NoAnswer => words.exchange_no_answer.write(out)?,
            Exchanged::Unusable => words.exchange_unusable.write(out)?,
            Exchanged::Cancelled => words.exchange_cancelled.write(out)?,
            Exchanged::NotSent => words.exchange_not_sent.write(out)?,
        }
        let services = app.config().map_or(&[][..], |config| config.services());
        let service = exchange.service.and_then(|index| services.get(index));
        #[cfg(feature = "provisioning")]
        let service = service.or_else(|| {
            let found = &app.provisioning().loaded()?.found;
            exchange.service.filter(|_| services.is_empty()).and_then(|index| found.member(index))
        });
        if let Some(service) = service {
            write_all(out, &[Part::Text("\n"), Part::Service(service)])?;
        }
    }
    if is_first { words.no_exchange.write(out) } else { Ok(()) }
}

/// Why the phone started.
fn start(start: &Start, words: &Words, out: &mut dyn Write) -> fmt::Result {
    match start {
        Start::PowerOn => words.start_power_on.write_after("\n", out),
        Start::Reset => words.start_reset.write_after("\n", out),
        Start::Restart => words.start_restart.write_after("\n", out),
        Start::Watchdog { program_counter } => {
            words.start_watchdog.write_after("\n", out)?;
            program_counter.map_or(Ok(()), |at| register("PC", at, out))
        }
        Start::Panic { line, calls } => {
            out.write_str("\n")?;
            fill(out, words.start_panic, &[Part::Number(*line)])?;
            let known = calls.iter().take_while(|address| **address != 0);
            // Two fill a line of the smallest display.
            known.zip([true, false].into_iter().cycle()).try_for_each(|(address, begins_line)| {
                out.write_char(if begins_line { '\n' } else { ' ' })?;
                hexadecimal(*address, 8, out)
            })
        }
        Start::HardFault(fault) => {
            words.start_hard_fault.write_after("\n", out)?;
            register("PC", fault.program_counter, out)?;
            register("LR", fault.link_register, out)?;
            register("CFSR", fault.status, out)?;
            register("BFAR", fault.address, out)
        }
        Start::StackOverflow => words.start_stack_overflow.write_after("\n", out),
        Start::Exception { number } => {
            words.start_exception.write_after("\n", out)?;
            write_all(out, &[Part::Text(" "), Part::Number(*number)])
        }
    }
}

/// Writes a line that says what the next one is.
pub(super) fn label(text: Text, out: &mut dyn Write) -> fmt::Result {
    text.write_after("\n", out)?;
    out.write_str("\n")
}

fn register(name: &str, value: u32, out: &mut dyn Write) -> fmt::Result {
    write_texts(out, &["\n", name, " "])?;
    hexadecimal(value, 8, out)
}

/// Writes the last so many hexadecimal digits.
fn hexadecimal(value: u32, digits: u32, out: &mut dyn Write) -> fmt::Result {
    (0..digits).rev().try_for_each(|digit| {
        let digit = value >> digit.saturating_mul(4) & 0xF;
        out.write_char(char::from_digit(digit, 16).unwrap_or('0').to_ascii_uppercase())
    })
}

/// Whole seconds: a phone does not run for the 136 years that fit.
fn seconds(time: Duration) -> u32 {
    time.as_secs().try_into().unwrap_or(u32::MAX)
}

/// A moment since the start, as on a clock.
pub(super) fn clock(time: Duration, out: &mut dyn Write) -> fmt::Result {
    let minutes = seconds(time) / 60;
    Part::Number(minutes / 60).write(out)?;
    two_digits(minutes % 60, out)?;
    two_digits(seconds(time) % 60, out)
}

/// How long something has lasted, in minutes.
fn duration(time: Duration, words: &Words, out: &mut dyn Write) -> fmt::Result {
    let minutes = seconds(time) / 60;
    let (days, hours) = (minutes / 1440, minutes / 60 % 24);
    if days > 0 {
        write_all(out, &[Part::Number(days), Part::Text(" ")])?;
        words.days.write(out)?;
        out.write_str(" ")?;
    }
    if minutes >= 60 {
        write_all(out, &[Part::Number(hours), Part::Text(" h ")])?;
    }
    write_all(out, &[Part::Number(minutes % 60), Part::Text(" min")])
}
