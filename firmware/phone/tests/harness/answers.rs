//! Answers of a service as bytes: documents, and the ways HTTP can frame them.

pub(crate) const SUCCESS: &str = "<response><success/></response>";

pub(crate) fn failure(code: &str, text: &str) -> String {
    format!("<response><failure><error code=\"{code}\">{text}</error></failure></response>")
}

/// Who is logged in on the phone: a user as it stands on the wire, or nobody.
pub(crate) fn holder(user: Option<&str>) -> String {
    let slot = user.map_or("<none/>".to_owned(), |user| format!("<userID>{user}</userID>"));
    let device = super::DEVICE;
    format!(
        "<response><deviceUserResults><device name=\"{device}\">{slot}</device></deviceUserResults></response>"
    )
}

/// A page of an IP phone service as a whole answer, with more fields in its head.
pub(crate) fn page(fields: &[&str], document: &str) -> Vec<u8> {
    let fields: String = fields.iter().map(|field| format!("{field}\r\n")).collect();
    let length = document.len();
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=UTF-8\r\n{fields}Content-Length: {length}\r\n\r\n{document}"
    )
    .into_bytes()
}

/// A menu of so many items.
pub(crate) fn menu(items: usize) -> String {
    let item = |number| {
        let filler = "x".repeat(200);
        format!(
            "<MenuItem><Name>Item {number:03}</Name><URL>http://web/item?{filler}={number}</URL></MenuItem>"
        )
    };
    let items: String = (1..=items).map(item).collect();
    format!("<CiscoIPPhoneMenu><Title>Stock</Title>{items}</CiscoIPPhoneMenu>")
}

/// The profiles of a user as they are on the wire; the default one ends with a star.
pub(crate) fn profiles(user: &str, names: &[impl AsRef<str>]) -> String {
    let mut rows = String::new();
    for name in names {
        let (name, mark) = name.as_ref().strip_suffix('*').map_or((name.as_ref(), 'f'), |name| (name, 't'));
        rows += &format!(
            "<deviceProfile><deviceProfileName>{name}</deviceProfileName>\
             <isDefaultDeviceProfile>{mark}</isDefaultDeviceProfile></deviceProfile>"
        );
    }
    if names.is_empty() {
        rows = "<none/>".to_owned();
    }
    format!(
        "<response><deviceProfileResults><user id=\"{user}\">{rows}</user></deviceProfileResults></response>"
    )
}

/// The phones a user is logged in on.
pub(crate) fn devices(user: &str, devices: &[impl AsRef<str>]) -> String {
    let devices = match devices {
        [] => "<none/>".to_owned(),
        _ => devices.iter().map(|device| format!("<deviceName>{}</deviceName>", device.as_ref())).collect(),
    };
    format!(
        "<response><userDevicesResults><user id=\"{user}\">{devices}</user></userDevicesResults></response>"
    )
}

/// How the end of a document is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    Length,
    Chunked,
    Close,
}

/// A whole HTTP answer with status 200.
pub(crate) fn http(document: &[u8], framing: Framing) -> Vec<u8> {
    let mut bytes = b"HTTP/1.1 200 OK\r\nServer: test\r\nContent-Type: text/xml;charset=UTF-8\r\n".to_vec();
    match framing {
        Framing::Length => {
            bytes.extend(format!("Content-Length: {}\r\n\r\n", document.len()).bytes());
            bytes.extend(document);
        }
        Framing::Chunked => {
            bytes.extend(b"Transfer-Encoding: chunked\r\n\r\n");
            for chunk in document.chunks(11) {
                bytes.extend(format!("{:x};name=value\r\n", chunk.len()).bytes());
                bytes.extend(chunk);
                bytes.extend(b"\r\n");
            }
            bytes.extend(b"0\r\n\r\n");
        }
        Framing::Close => {
            bytes.extend(b"Connection: close\r\n\r\n");
            bytes.extend(document);
        }
    }
    bytes
}
