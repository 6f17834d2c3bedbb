//! Parts of texts, written one after the other.
//!
//! The phone writes its texts by these alone, not by `write!`: whatever reaches `core::fmt` takes 4 kB of flash along, to
//! pad and align what nobody pads or aligns here.

use core::fmt::{self, Write};
use core::net::Ipv4Addr;

use crate::config::{Service, UserPage};

/// What a text takes in.
#[derive(Clone, Copy)]
pub(crate) enum Part<'a> {
    Text(&'a str),
    Number(u32),
    /// So many seconds, in hours and minutes, rounded up.
    Minutes(u32),
    /// So many seconds, in minutes and seconds.
    Seconds(u32),
    Address(Ipv4Addr),
    Service(&'a Service),
    /// As ISO 8601 has it, which people read alike everywhere.
    #[cfg(feature = "tls")]
    Date(hotdesk_tls::Date),
    UserPage(&'a UserPage<'a>),
}

impl Part<'_> {
    /// A number, or the largest there is in its place.
    pub(crate) fn number(number: impl TryInto<u32>) -> Self {
        Self::Number(number.try_into().unwrap_or(u32::MAX))
    }

    pub(crate) fn write(self, out: &mut dyn Write) -> fmt::Result {
        match self {
            Self::Text(text) => out.write_str(text),
            Self::Number(number) => decimal(number, out),
            Self::Minutes(seconds) => {
                let minutes = seconds.div_ceil(60);
                let (hours, minutes) = (minutes / 60, minutes % 60);
                if hours > 0 {
                    decimal(hours, out)?;
                    out.write_str(if minutes > 0 { " h " } else { " h" })?;
                }
                if hours > 0 && minutes == 0 {
                    return Ok(());
                }
                decimal(minutes, out)?;
                out.write_str(" min")
            }
            Self::Seconds(seconds) => {
                decimal(seconds / 60, out)?;
                two_digits(seconds % 60, out)
            }
            Self::Address(address) => {
                let mut before = "";
                address.octets().into_iter().try_for_each(|octet| {
                    out.write_str(core::mem::replace(&mut before, "."))?;
                    decimal(octet.into(), out)
                })
            }
            Self::Service(service) => {
                let port = Part::Number(service.port().into());
                write_all(out, &[Part::Text(service.host()), Part::Text(":"), port])
            }
            #[cfg(feature = "tls")]
            Self::Date(day) => [u32::from(day.month), u32::from(day.day)].into_iter().try_fold(
                decimal(day.year.into(), out)?,
                |(), number| {
                    out.write_str(if number < 10 { "-0" } else { "-" })?;
                    decimal(number, out)
                },
            ),
            Self::UserPage(page) => match page.given {
                Some(page) => out.write_str(page),
                // A call manager's self care portal.
                None => write_all(out, &["https://", page.host, "/ucmuser"].map(Part::Text)),
            },
        }
    }
}

/// Writes parts one after the other.
pub(crate) fn write_all(out: &mut dyn Write, parts: &[Part<'_>]) -> fmt::Result {
    parts.iter().try_for_each(|part| part.write(out))
}

/// Writes texts one after the other.
pub(crate) fn write_texts(out: &mut dyn Write, texts: &[&str]) -> fmt::Result {
    texts.iter().try_for_each(|text| out.write_str(text))
}

/// Writes a colon and a number of two digits, as clocks do.
pub(crate) fn two_digits(number: u32, out: &mut dyn Write) -> fmt::Result {
    out.write_str(if number < 10 { ":0" } else { ":" })?;
    decimal(number, out)
}

fn decimal(number: u32, out: &mut dyn Write) -> fmt::Result {
    if number >= 10 {
        decimal(number / 10, out)?;
    }
    out.write_char(char::from_digit(number % 10, 10).unwrap_or('0'))
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;

    fn written(part: Part<'_>) -> std::string::String {
        let mut out = std::string::String::new();
        part.write(&mut out).unwrap();
        out
    }

    #[test]
    fn parts_are_written_as_people_read_them() {
        for (part, expected) in [
            (Part::Text("{}"), "{}"),
            (Part::Number(0), "0"),
            (Part::Number(10), "10"),
            (Part::number(65_535_u16), "65535"),
            (Part::number(u64::MAX), "4294967295"),
            (Part::Minutes(0), "0 min"),
            (Part::Minutes(3541), "1 h"),
            (Part::Minutes(3601), "1 h 1 min"),
            (Part::Seconds(5), "0:05"),
            (Part::Seconds(130), "2:10"),
            (Part::Address(Ipv4Addr::new(10, 0, 255, 109)), "10.0.255.109"),
        ] {
            assert_eq!(written(part), expected);
        }
    }
}
