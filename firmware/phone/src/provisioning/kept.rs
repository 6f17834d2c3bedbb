//! What a board keeps of the file over being switched off: what counts of it, no byte of the file itself, for that may hold
//! passwords.
//!
//! Fields end with a zero, which no text of XML holds: the number of this form, the server, what tells the bytes of the file from
//! others, the version, the language, the source of services, the page of services; then the call managers as priority and address,
//! the time servers, and the services as URL and name, each list with an empty field behind it; then a word, for it is whole.

use core::fmt::{self, Write};
use core::str::Split;

use heapless::String;
use hotdesk_core::provisioning::ServiceSource;

use super::Found;
use super::document::PhoneService;
use crate::Language;
use crate::config::{FileServer, Service};
use crate::part::{Part, write_all};

/// Bytes that are kept at most: twice as much and every other value fit a page of 4 KiB. A file of which more counts is not kept.
pub const LIMIT: usize = 1536;

/// The number of this form: another image may have another one.
const FORM: u32 = 1;

/// Behind each field but the last.
const END: &str = "\0";
/// The last field.
const LAST: &str = "end";

impl Found {
    /// Writes it. It came from `server`.
    ///
    /// # Errors
    ///
    /// There is no room.
    pub(crate) fn write(&self, server: &FileServer, out: &mut dyn Write) -> fmt::Result {
        let language = self.language.map_or("", Language::code);
        let source = match self.source {
            ServiceSource::Entries => 0,
            ServiceSource::Urls => 1,
            ServiceSource::Both => 2,
        };
        for field in [
            Part::Number(FORM),
            Part::Text(server.host()),
            Part::number(server.http_port()),
            Part::Number(self.print),
            Part::Text(&self.version),
            Part::Text(language),
            Part::Number(source),
            Part::Text(self.services_url.as_deref().unwrap_or_default()),
        ] {
            write_all(out, &[field, Part::Text(END)])?;
        }
        for (priority, member) in &self.members {
            let priority = Part::Number((*priority).into());
            write_all(out, &[priority, Part::Text(END), Part::Service(member), Part::Text(END)])?;
        }
        out.write_str(END)?;
        for name in self.time_servers.iter().filter(|name| !name.is_empty()) {
            write_all(out, &[name, END].map(Part::Text))?;
        }
        out.write_str(END)?;
        for service in self.services.iter().filter(|service| !service.url.is_empty()) {
            write_all(out, &[&service.url, END, &service.name, END].map(Part::Text))?;
        }
        write_all(out, &[END, LAST].map(Part::Text))
    }

    /// Reads what was kept, into one that holds nothing. Nothing is returned where it did not come from `server` or is in another
    /// form: then this is of no use.
    pub(crate) fn read(&mut self, server: &FileServer, kept: &[u8]) -> Option<()> {
        let mut fields = core::str::from_utf8(kept).ok()?.split('\0');
        let fields = &mut fields;
        let is_ours = number(fields)? == FORM
            && fields.next()? == server.host()
            && number(fields)? == u32::from(server.http_port());
        if !is_ours {
            return None;
        }
        self.print = number(fields)?;
        self.version = text(fields)?;
        self.language = Language::find(fields.next()?);
        self.source = match number(fields)? {
            0 => ServiceSource::Entries,
            1 => ServiceSource::Urls,
            _ => ServiceSource::Both,
        };
        self.services_url = Some(text(fields)?).filter(|url| !url.is_empty());
        while let Some(priority) = filled(fields)? {
            let member = (priority.parse().ok()?, Service::parse(fields.next()?).ok()?);
            self.members.push(member).ok()?;
        }
        while let Some(name) = filled(fields)? {
            self.time_servers.push(String::try_from(name).ok()?).ok()?;
        }
        while let Some(url) = filled(fields)? {
            let service = PhoneService { url: String::try_from(url).ok()?, name: text(fields)? };
            self.services.push(service).ok()?;
        }
        (fields.next()? == LAST).then_some(())
    }
}

fn number(fields: &mut Split<'_, char>) -> Option<u32> {
    fields.next()?.parse().ok()
}

fn text<const N: usize>(fields: &mut Split<'_, char>) -> Option<String<N>> {
    String::try_from(fields.next()?).ok()
}

/// The next entry of a list; nothing inside where the list ends.
fn filled<'f>(fields: &mut Split<'f, char>) -> Option<Option<&'f str>> {
    fields.next().map(|field| Some(field).filter(|field| !field.is_empty()))
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;
    use crate::Config;
    use crate::provisioning::document::Document;

    const FILE: &str = "<device><versionStamp>v1</versionStamp><devicePool><dateTimeSetting><ntps><ntp><name>ntp1</name></ntp>\
        </ntps></dateTimeSetting><callManagerGroup><members><member priority=\"1\"><callManager><processNodeName>cucm2:9090\
        </processNodeName></callManager></member><member priority=\"0\"><callManager><processNodeName>cucm1</processNodeName>\
        </callManager></member></members></callManagerGroup></devicePool><userLocale><langCode>de_DE</langCode></userLocale>\
        <servicesURL>http://em1/menu</servicesURL><phoneServices><provisioning>1</provisioning><phoneService type=\"0\">\
        <name>M\u{fc}ller</name><url>http://em1/a?b=c</url></phoneService><phoneService type=\"0\"><url>http://em1/d</url>\
        </phoneService></phoneServices></device>";

    fn config(server: &str) -> Config {
        Config::parse(format!("provisioning = {server}\n").as_bytes()).unwrap()
    }

    fn found(file: &str) -> Found {
        let mut found = Found::nothing();
        let mut window = [0; 2048];
        let mut document = Document::new(&mut window, &mut found);
        document.feed(file.as_bytes()).unwrap();
        document.end().unwrap();
        drop(document);
        found
    }

    fn written(found: &Found, server: &str) -> Vec<u8> {
        let mut text = std::string::String::new();
        found.write(config(server).provisioning().unwrap(), &mut text).unwrap();
        text.into_bytes()
    }

    fn read(kept: &[u8], server: &str) -> Option<Found> {
        let mut found = Found::nothing();
        found.read(config(server).provisioning().unwrap(), kept).map(|()| found)
    }

    #[test]
    fn what_counts_comes_back_as_it_was() {
        for source in ["0", "1", "2"] {
            let file = FILE.replace("<provisioning>1<", &format!("<provisioning>{source}<"));
            for file in [&*file, "<device></device>"] {
                let found = found(file);
                let again = read(&written(&found, "files"), "files").expect("it is whole");
                assert_eq!(format!("{again:?}"), format!("{found:?}"), "{file}");
                assert!(again.is_as(&found));
            }
        }
    }

    #[test]
    fn what_came_from_elsewhere_or_is_not_whole_does_not_count() {
        let kept = written(&found(FILE), "files:7000");
        assert!(read(&kept, "files:7000").is_some());
        for other in ["files", "files:7001", "file:7000"] {
            assert!(read(&kept, other).is_none(), "{other}");
        }
        for end in 0..kept.len() {
            assert!(read(&kept[..end], "files:7000").is_none(), "the first {end} bytes");
        }
        for (at, byte) in [(0, b'2'), (0, b'x'), (3, 0xFF)] {
            let mut kept = kept.clone();
            kept[at] = byte;
            assert!(read(&kept, "files:7000").is_none(), "byte {at}");
        }
    }
}
