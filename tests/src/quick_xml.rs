//! A second reading of a document, by quick-xml: all of its texts and attributes, without knowledge of the messages.

use quick_xml::XmlVersion;
use quick_xml::events::Event;
use quick_xml::reader::Reader;

/// A text or an attribute that quick-xml found.
#[derive(Debug)]
pub(crate) struct Value {
    text: String,
    /// The same with its percent escapes decoded, where the message is a response.
    decoded: Option<String>,
}

impl Value {
    fn new(text: String, response: bool) -> Self {
        let decoded = response.then(|| percent(&text));
        Self { text, decoded }
    }

    /// Returns true if `text` is this value: as it is, without blanks around, or percent-decoded.
    pub(crate) fn is(&self, text: &str) -> bool {
        let blanks = [' ', '\t', '\n', '\r'];
        let trimmed = self.text.trim_matches(blanks);
        text == self.text
            || text == trimmed
            || self.decoded.as_ref().is_some_and(|it| it.trim_matches(blanks) == text.trim_matches(blanks))
    }
}

/// Decodes escapes such as `%40`; leaves what does not decode to UTF-8 as it is.
fn percent(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let run = escapes(&rest[at..]);
        let mut bytes = run.as_slice();
        rest = &rest[at..];
        if bytes.is_empty() {
            out.push('%');
            rest = &rest[1..];
        }
        // A run may mix characters with bytes that are not UTF-8.
        while !bytes.is_empty() {
            let length =
                (1..=bytes.len().min(4)).find(|length| std::str::from_utf8(&bytes[..*length]).is_ok());
            match length {
                Some(length) => out.push_str(&String::from_utf8_lossy(&bytes[..length])),
                None => out.push_str(&rest[..3]),
            }
            rest = &rest[3 * length.unwrap_or(1)..];
            bytes = &bytes[length.unwrap_or(1)..];
        }
    }
    out + rest
}

/// Returns the bytes of the escapes that `text` starts with.
fn escapes(text: &str) -> Vec<u8> {
    text.as_bytes()
        .chunks_exact(3)
        .map_while(|escape| match escape {
            [b'%', high, low] => {
                let digit = |digit: u8| char::from(digit).to_digit(16);
                u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()
            }
            _ => None,
        })
        .collect()
}

/// Reads a document to its end and returns what it holds.
///
/// # Panics
///
/// Panics if quick-xml refuses the document.
pub(crate) fn values(document: &[u8], response: bool) -> Vec<Value> {
    let text = std::str::from_utf8(document).expect("the core reads UTF-8 only");
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_comments = true;
    let mut values = Vec::new();
    // The text of each open element, its children left out.
    let mut open = vec![String::new()];
    loop {
        let event = reader.read_event().unwrap_or_else(|error| panic!("quick-xml refuses: {error}"));
        let Some(top) = open.last_mut() else { panic!("quick-xml closes more than it opens") };
        match &event {
            Event::Start(tag) | Event::Empty(tag) => {
                for attribute in tag.attributes() {
                    let attribute = attribute.expect("quick-xml refuses an attribute");
                    let value = attribute.normalized_value(XmlVersion::Implicit1_0);
                    values.push(Value::new(value.expect("quick-xml refuses a value").into_owned(), response));
                }
                if matches!(event, Event::Start(_)) {
                    open.push(String::new());
                }
            }
            Event::End(_) => values.extend(open.pop().map(|text| Value::new(text, response))),
            Event::Text(text) => top.push_str(&text.xml10_content()),
            Event::CData(text) => top.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                Ok(Some(character)) => top.push(character),
                _ => {
                    let name = reference.xml10_content();
                    let text = quick_xml::escape::resolve_xml_entity(&name);
                    top.push_str(text.unwrap_or_else(|| panic!("quick-xml does not know &{name};")));
                }
            },
            Event::DocType(_) => panic!("the core read a DOCTYPE"),
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
            Event::Eof => return values,
        }
    }
}
