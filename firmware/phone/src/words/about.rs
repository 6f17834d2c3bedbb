//! What the phone tells of itself: about, the last exchanges, why it started.

use core::fmt::{self, Write};
use core::time::Duration;

use super::Words;
use super::packed::fill;
use crate::app::{App, Ask, Exchanged, NetworkState};
use crate::{Facts, Keeps, Start};

pub(super) fn about(app: &App<'_>, out: &mut dyn Write) -> fmt::Result {
    let words = app.words();
    writeln!(out, "hotdesk {}", env!("CARGO_PKG_VERSION"))?;
    write!(out, "{}\n{}", words.device, app.device())?;
    if let Some(facts) = app.facts() {
        write!(out, "\n{}", words.last_start)?;
        start(&facts.start, words, out)?;
    }
    write!(out, "\n{}\n", words.uptime)?;
    duration(app.uptime(), words, out)?;
    network(app, out)?;
    services(app, out)?;
    app.facts().map_or(Ok(()), |facts| board(facts, words, out))
}

fn board(facts: &Facts, words: &Words, out: &mut dyn Write) -> fmt::Result {
    out.write_str("\n")?;
    fill(out, words.starts, &[&facts.starts])?;
    write!(out, "\n{}\n{}\n{}\n{}\nMAC:\n", words.build, facts.build, words.board, facts.board)?;
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
        NetworkState::NoLink => return write!(out, "\n{}", words.waiting_for_link),
        NetworkState::NoAddress => return write!(out, "\n{}", words.waiting_for_address),
        NetworkState::Ready => {}
    }
    let Some(network) = app.address() else { return Ok(()) };
    write!(out, "\n{}\n{}\n{}\n{}", words.address, network.address, words.mask, network.mask)?;
    write!(out, "\n{}\n", words.gateway)?;
    match network.gateway {
        Some(gateway) => write!(out, "{gateway}")?,
        None => words.none.write(out)?,
    }
    write!(out, "\n{}", words.name_servers)?;
    if network.name_servers.is_empty() {
        write!(out, "\n{}", words.none)?;
    }
    network.name_servers.iter().try_for_each(|server| write!(out, "\n{server}"))
}

fn services(app: &App<'_>, out: &mut dyn Write) -> fmt::Result {
    let words = app.words();
    let Some(config) = app.config() else { return Ok(()) };
    for (label, service) in [words.service, words.backup].iter().zip(config.services()) {
        write!(out, "\n{label}\n{service}")?;
    }
    write!(out, "\n{}\n", words.app_user)?;
    match config.app_user() {
        Some(user) if user.certificate_has_outer_blank() => {
            write!(out, "{}\n{}", user.id(), words.outer_blank)
        }
        Some(user) => write!(out, "{}", user.id()),
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
        };
        write!(out, "\n{asked}: ")?;
        match exchange.outcome {
            Exchanged::Done => words.exchange_done.write(out)?,
            Exchanged::Refused(Some(code)) => write!(out, "[{}]", code.number())?,
            Exchanged::Refused(None) => words.exchange_refused.write(out)?,
            Exchanged::Status(status) => write!(out, "HTTP {status}")?,
            Exchanged::NoConnection => words.exchange_no_connection.write(out)?,
            Exchanged::NoAnswer => words.exchange_no_answer.write(out)?,
            Exchanged::Unusable => words.exchange_unusable.write(out)?,
            Exchanged::Cancelled => words.exchange_cancelled.write(out)?,
            Exchanged::NotSent => words.exchange_not_sent.write(out)?,
        }
        let services = app.config().map_or(&[][..], |config| config.services());
        if let Some(service) = exchange.service.and_then(|index| services.get(index)) {
            write!(out, "\n{service}")?;
        }
    }
    if is_first { words.no_exchange.write(out) } else { Ok(()) }
}

/// Why the phone started.
fn start(start: &Start, words: &Words, out: &mut dyn Write) -> fmt::Result {
    match start {
        Start::PowerOn => write!(out, "\n{}", words.start_power_on),
        Start::Reset => write!(out, "\n{}", words.start_reset),
        Start::Restart => write!(out, "\n{}", words.start_restart),
        Start::Watchdog { program_counter } => {
            write!(out, "\n{}", words.start_watchdog)?;
            program_counter.map_or(Ok(()), |at| register("PC", at, out))
        }
        Start::Panic { line, calls } => {
            out.write_str("\n")?;
            fill(out, words.start_panic, &[line])?;
            let known = calls.iter().take_while(|address| **address != 0);
            // Two fill a line of the smallest display.
            known.zip([true, false].into_iter().cycle()).try_for_each(|(address, begins_line)| {
                out.write_char(if begins_line { '\n' } else { ' ' })?;
                hexadecimal(*address, 8, out)
            })
        }
        Start::HardFault(fault) => {
            write!(out, "\n{}", words.start_hard_fault)?;
            register("PC", fault.program_counter, out)?;
            register("LR", fault.link_register, out)?;
            register("CFSR", fault.status, out)?;
            register("BFAR", fault.address, out)
        }
        Start::StackOverflow => write!(out, "\n{}", words.start_stack_overflow),
        Start::Exception { number } => write!(out, "\n{} {number}", words.start_exception),
    }
}

fn register(name: &str, value: u32, out: &mut dyn Write) -> fmt::Result {
    write!(out, "\n{name} ")?;
    hexadecimal(value, 8, out)
}

/// Writes the last so many hexadecimal digits.
fn hexadecimal(value: u32, digits: u32, out: &mut dyn Write) -> fmt::Result {
    (0..digits).rev().try_for_each(|digit| {
        let digit = value >> digit.saturating_mul(4) & 0xF;
        out.write_char(char::from_digit(digit, 16).unwrap_or('0').to_ascii_uppercase())
    })
}

/// A moment since the start, as on a clock.
fn clock(time: Duration, out: &mut dyn Write) -> fmt::Result {
    let seconds = time.as_secs();
    write!(out, "{}", seconds / 3600)?;
    [seconds / 60 % 60, seconds % 60].iter().try_for_each(|part| {
        out.write_str(if *part < 10 { ":0" } else { ":" })?;
        write!(out, "{part}")
    })
}

/// How long something has lasted, in minutes.
fn duration(time: Duration, words: &Words, out: &mut dyn Write) -> fmt::Result {
    let minutes = time.as_secs() / 60;
    let (days, hours) = (minutes / 1440, minutes / 60 % 24);
    if days > 0 {
        write!(out, "{days} {} ", words.days)?;
    }
    if minutes >= 60 {
        write!(out, "{hours} h ")?;
    }
    write!(out, "{} min", minutes % 60)
}
