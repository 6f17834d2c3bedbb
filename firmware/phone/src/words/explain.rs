//! Tells what a number means. Where several kinds of numbers have it, each is told.

use core::fmt;

use hotdesk_core::codes::em_app::EmAppCode;
use hotdesk_core::codes::em_service::EmServiceCode;
use hotdesk_core::codes::emcc::EmccCode;
use hotdesk_core::codes::{Source, phone};

use super::codes::{self, Meaning};
use super::failure::{remedy_after, write_coded};
use super::packed::fill;
use super::{Text, Words};
use crate::app::{App, Signer};
use crate::part::Part;

/// The codes of the service that are shown as another number, all of Cross Cluster use.
const SHOWN_AS_ANOTHER: core::ops::RangeInclusive<u16> = 31..=47;

/// The statuses of HTTP that are failures.
const FAILED_STATUSES: core::ops::Range<u16> = 300..600;

/// Whose number it is, as a person sees it.
#[derive(Clone, Copy)]
enum Origin {
    Service,
    Page,
    Visitors,
    Phone(Source),
}

impl Origin {
    const ALL: [Self; 6] = [
        Self::Service,
        Self::Page,
        Self::Visitors,
        Self::Phone(Source::PhoneXml),
        Self::Phone(Source::PhoneHttp),
        Self::Phone(Source::PhoneObject),
    ];

    fn text(self, words: &Words) -> Text {
        match self {
            Self::Service => words.of_service,
            Self::Page => words.of_login_page,
            Self::Visitors => words.of_visitors,
            Self::Phone(_) => words.of_phone,
        }
    }

    fn meaning(self, number: u16, words: &Words) -> Option<Meaning> {
        match self {
            Self::Service => codes::of_service(EmServiceCode::new(number), Signer::Person, words),
            Self::Page => codes::of_app(number, words),
            Self::Visitors => codes::of_visitor(number, words),
            Self::Phone(Source::PhoneHttp) if FAILED_STATUSES.contains(&number) => {
                Some(codes::of_status(number, words))
            }
            Self::Phone(source) => codes::of_phone(source, number, words),
        }
    }

    /// Writes the number with its name.
    fn name(self, number: u16, words: &Words, out: &mut dyn fmt::Write) -> fmt::Result {
        let name = match self {
            Self::Service => EmServiceCode::new(number).name(),
            Self::Page => EmAppCode::new(number).name(),
            Self::Visitors => EmccCode::new(number).name(),
            Self::Phone(Source::PhoneHttp) if FAILED_STATUSES.contains(&number) => {
                return fill(out, words.status, &[Part::number(number)]);
            }
            // The name has the number.
            Self::Phone(source) => {
                return phone::rows(source, number).next().map_or(Ok(()), |row| out.write_str(row.name()));
            }
        };
        write_coded(number, name, words, out)
    }
}

/// What each kind of number means by this one, in their order; those that are only shown as it come last.
fn readings(number: u16, words: &Words) -> impl Iterator<Item = (Origin, u16, Meaning)> + '_ {
    let own = Origin::ALL.into_iter().map(move |origin| (origin, number));
    let shown = SHOWN_AS_ANOTHER.filter(move |code| {
        EmServiceCode::new(*code).row().is_some_and(|row| row.shown_as() == Some(number))
    });
    own.chain(shown.map(|code| (Origin::Service, code)))
        .filter_map(|(origin, number)| Some((origin, number, origin.meaning(number, words)?)))
}

/// Writes what the number means, what to do, and its name.
pub(super) fn explained(app: &App<'_>, number: u16, out: &mut dyn fmt::Write) -> fmt::Result {
    let words = app.words();
    let several = readings(number, words).nth(1).is_some();
    let mut any = false;
    for (origin, number, (what, remedy)) in readings(number, words) {
        if any {
            out.write_str("\n\n")?;
        }
        any = true;
        if several {
            origin.text(words).write(out)?;
            out.write_str("\n")?;
        }
        what.write(out)?;
        remedy_after(app, remedy, out)?;
        out.write_str("\n")?;
        origin.name(number, words, out)?;
    }
    if any { Ok(()) } else { fill(out, words.number_unknown, &[Part::number(number)]) }
}
