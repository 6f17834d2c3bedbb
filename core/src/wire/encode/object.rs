//! Writes IP phone objects. It must write nothing that a strict reader refuses.

use super::{Encode, Encoded, Encoder, Escape};
use crate::error::{Error, Field, Unsendable};
use crate::phonexml::{Item, Items, Kind, Object, Screen};
use crate::text::Text;
use crate::wire::is_page;
use crate::wire::object::{
    APP_ID, DIRECTORY_ENTRIES, DIRECTORY_ENTRY, EXECUTE_ITEM, EXECUTE_ITEMS, INPUT_ITEM, INPUT_ITEMS,
    KEY_ITEM, KEYS, MENU_ITEM, MENU_ITEMS, PROMPT, Part, RESPONSE_ITEM, RESPONSE_ITEMS, SOFT_KEY_ITEM,
    SOFT_KEYS, STATUS_TEXT, TEXT, TIMER, TITLE, URL, is_over, is_value,
};

impl Encode for Object<'_> {
    fn write(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        encoder.sink.put("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
        match self {
            Object::Text(it) => encoder.screen(Kind::Text, &it.screen, |e| e.part(&TEXT, it.text)),
            Object::Input(it) => encoder.screen(Kind::Input, &it.screen, |e| {
                e.part(&URL, it.url)?;
                e.items(Field::InputItem, INPUT_ITEMS, &it.items, &INPUT_ITEM)
            }),
            Object::Menu(it) => encoder.screen(Kind::Menu, &it.screen, |e| {
                e.items(Field::MenuItem, MENU_ITEMS, &it.items, &MENU_ITEM)
            }),
            Object::Directory(it) => encoder.screen(Kind::Directory, &it.screen, |e| {
                e.items(Field::DirectoryEntry, DIRECTORY_ENTRIES, &it.entries, &DIRECTORY_ENTRY)
            }),
            Object::Execute(it) => {
                let pages = it.items.iter().filter(|item| item.url().is_some_and(|url| is_page(&url)));
                if pages.count() > 1 {
                    return Err(unsendable(Field::ExecuteUrl, Unsendable::TooMany(1)));
                }
                encoder.element(Kind::Execute.name(), |e| {
                    e.items(Field::ExecuteItem, EXECUTE_ITEMS, &it.items, &EXECUTE_ITEM)
                })
            }
            Object::Response(it) => encoder.element(Kind::Response.name(), |e| {
                e.items(Field::ResponseItem, RESPONSE_ITEMS, &it.items, &RESPONSE_ITEM)
            }),
            Object::Error(it) => {
                let number = it.number.ok_or(unsendable(Field::ErrorNumber, Unsendable::Blank))?;
                if !matches!(number, 1..=4) {
                    return Err(unsendable(Field::ErrorNumber, Unsendable::Value));
                }
                encoder.sink.put("<CiscoIPPhoneError Number=\"");
                encoder.sink.number(number.into());
                encoder.sink.put("\"/>");
                Ok(())
            }
            Object::Status(it) => encoder.element(Kind::Status.name(), |e| {
                e.part(&STATUS_TEXT, it.text)?;
                match it.timer {
                    Some(seconds) => e.number(name(&TIMER), seconds),
                    None => Ok(()),
                }
            }),
            Object::Picture(_) => Err(unsendable(Field::Object, Unsendable::Value)),
        }
    }
}

const fn unsendable(field: Field, reason: Unsendable) -> Error {
    Error::Unsendable { field, reason }
}

impl Encoder<'_> {
    /// Writes an object with a screen around `own`, what only this kind has.
    fn screen(&mut self, kind: Kind, screen: &Screen<'_>, own: impl FnOnce(&mut Self) -> Encoded) -> Encoded {
        self.sink.put("<");
        self.sink.put(kind.name());
        self.attribute(&APP_ID, screen.app_id)?;
        self.sink.put(">");
        self.part(&TITLE, screen.title)?;
        self.part(&PROMPT, screen.prompt)?;
        own(self)?;
        self.items(Field::SoftKeyItem, SOFT_KEYS, &screen.soft_keys, &SOFT_KEY_ITEM)?;
        self.items(Field::KeyItem, KEYS, &screen.keys, &KEY_ITEM)?;
        self.end(kind.name());
        Ok(())
    }

    /// Writes items, whose texts are attributes or elements.
    fn items<'a, T: Item<'a>>(
        &mut self,
        field: Field,
        most: u8,
        items: &Items<'a, T>,
        parts: &[Part],
    ) -> Encoded {
        for (item, count) in items.iter().zip(0_u8..) {
            if count == most {
                return Err(unsendable(field, Unsendable::TooMany(most)));
            }
            self.item(field, parts, item.texts())?;
        }
        Ok(())
    }

    fn item(&mut self, field: Field, parts: &[Part], texts: &[Option<Text<'_>>]) -> Encoded {
        let mut texts = parts.iter().zip(texts);
        if !matches!(field, Field::ExecuteItem | Field::ResponseItem) {
            return self.element(field.name(), |e| texts.try_for_each(|(part, text)| e.part(part, *text)));
        }
        self.sink.put("<");
        self.sink.put(field.name());
        texts.try_for_each(|(part, text)| self.attribute(part, *text))?;
        self.sink.put("/>");
        Ok(())
    }

    /// Writes a text as an element. A blank one is left out.
    fn part(&mut self, part: &Part, text: Option<Text<'_>>) -> Encoded {
        match checked(part, text)? {
            Some(text) => self.element(name(part), |e| e.text(part.field, &text, Escape::Element)),
            None => Ok(()),
        }
    }

    /// Writes a text as an attribute. A blank one is left out.
    fn attribute(&mut self, part: &Part, text: Option<Text<'_>>) -> Encoded {
        let Some(text) = checked(part, text)? else { return Ok(()) };
        self.sink.put(" ");
        self.sink.put(name(part));
        self.sink.put("=\"");
        self.text(part.field, &text, Escape::Attribute)?;
        self.sink.put("\"");
        Ok(())
    }

    fn number(&mut self, name: &str, number: u16) -> Encoded {
        self.element(name, |e| {
            e.sink.number(number.into());
            Ok(())
        })
    }
}

fn name(part: &Part) -> &'static str {
    core::str::from_utf8(part.name()).unwrap_or_default()
}

/// Returns a text that can be sent, unless it is blank; refuses a blank one that must be there.
fn checked<'a>(part: &Part, text: Option<Text<'a>>) -> Result<Option<Text<'a>>, Error> {
    let reason = match (text.filter(|text| !text.is_blank()), part.limit) {
        (None, _) if part.required => Unsendable::Blank,
        (None, _) => return Ok(None),
        (Some(text), Some(limit)) if is_over(&text, limit) => Unsendable::TooLong(limit),
        (Some(text), _) if !is_value(part.field, &text) => Unsendable::Value,
        (text, _) => return Ok(text),
    };
    Err(unsendable(part.field, reason))
}
