//! What the phone tells of its file: where it is, how it came, or why it did not, and what the phone took from it.

use core::fmt::{self, Write};

use super::Words;
use super::about::{clock, label};
use super::failure;
use super::packed::{Text, fill};
use crate::ConnectError;
use crate::app::{App, Trouble};
use crate::part::{Part, write_all, write_texts};
use crate::provisioning::{Failure, Found, Protocol};

/// The part of about. Nothing where the phone has no file.
pub(super) fn file(app: &App<'_>, out: &mut dyn Write) -> fmt::Result {
    let (words, provisioning) = (app.words(), app.provisioning());
    let Some(server) = app.file_server() else { return Ok(()) };
    label(words.file, out)?;
    out.write_str(server.host())?;
    if provisioning.is_loading() {
        words.file_loading.write_after("\n", out)?;
    }
    if let Some(failures) = provisioning.failures() {
        failed(failures.http, Protocol::Http, words, out)?;
        if let Some(tftp) = failures.tftp {
            failed(tftp, Protocol::Tftp, words, out)?;
        }
    }
    let Some(loaded) = provisioning.loaded() else { return Ok(()) };
    out.write_str("\n")?;
    match loaded.came {
        Some((by, bytes)) => fill(out, words.file_loaded, &[Part::number(bytes), Part::Text(by.name())])?,
        None => words.file_kept.write(out)?,
    }
    label(words.file_version, out)?;
    match &*loaded.found.version {
        "" => words.none.write(out)?,
        version => out.write_str(version)?,
    }
    if let Some(at) = loaded.changed_at {
        label(words.file_changed, out)?;
        clock(at, out)?;
    }
    found(&loaded.found, words, out)
}

fn found(found: &Found, words: &Words, out: &mut dyn Write) -> fmt::Result {
    let mut listed = (0..).map_while(|place| found.member(place));
    list(words.file_members, &mut listed.by_ref().map(|member| member.host()), words, out)?;
    list(words.file_time_servers, &mut found.time_servers.iter().map(|name| &**name), words, out)?;
    let mut services = found.pages().map(|(name, url)| if name.is_empty() { url } else { name });
    list(words.file_services, &mut services, words, out)
}

/// A line for each; the word for none where there is none.
fn list(
    title: Text,
    lines: &mut dyn Iterator<Item = &str>,
    words: &Words,
    out: &mut dyn Write,
) -> fmt::Result {
    title.write_after("\n", out)?;
    let mut is_empty = true;
    for line in lines {
        is_empty = false;
        write_texts(out, &["\n", line])?;
    }
    if is_empty { words.none.write_after("\n", out) } else { Ok(()) }
}

fn failed(failure: Failure, by: Protocol, words: &Words, out: &mut dyn Write) -> fmt::Result {
    write_texts(out, &["\n", by.name(), ": "])?;
    match failure {
        Failure::NoConnection(
            ConnectError::HostNotFound
            | ConnectError::NameServerSilent
            | ConnectError::NameServerFailed
            | ConnectError::NoNameServer,
        ) => words.file_no_address.write(out),
        Failure::NoConnection(_) => words.exchange_no_connection.write(out),
        Failure::Silent => words.exchange_no_answer.write(out),
        Failure::Missing => words.file_missing.write(out),
        Failure::Refused(code) => write_all(out, &[Part::Text("["), Part::number(code), Part::Text("]")]),
        Failure::Broken => words.file_broken.write(out),
        Failure::TooLong => words.file_over_limit.write(out),
        Failure::Unreadable { error, line, column } => {
            failure::name(Trouble::Unreadable { error, line, column }, words, out)
        }
    }
}
