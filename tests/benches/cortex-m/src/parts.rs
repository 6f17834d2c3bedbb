//! Parts of the core that are only measured in size: each feature of the image uses one so that the linker keeps it.

/// Uses each part that this image holds, on input the compiler does not know.
pub(crate) fn link() {
    #[cfg(feature = "post")]
    post();
    #[cfg(feature = "http")]
    http();
    #[cfg(feature = "session")]
    session();
    #[cfg(feature = "codes")]
    codes();
    #[cfg(feature = "explain")]
    explain();
    #[cfg(feature = "phonexml")]
    objects();
    #[cfg(feature = "phonexml-write")]
    write_object();
    #[cfg(feature = "emapp")]
    url();
}

#[cfg(feature = "post")]
fn post() {
    use core::hint::black_box;

    use hotdesk_core::http::{SERVICE_PATH, write_post};

    let mut out = [0; 1024];
    let _ =
        black_box(write_post(black_box(&mut out), "10.0.2.2:8080", SERVICE_PATH, black_box(&crate::login())));
}

#[cfg(feature = "http")]
fn http() {
    use core::hint::black_box;

    let mut buffer = [0; 2048];
    let mut reader = hotdesk_core::http::ResponseReader::new(black_box(&mut buffer));
    let _ = black_box(reader.receive(black_box(b"HTTP/1.1 200 OK\r\n")));
    let _ = black_box(reader.close());
    let _ = black_box((reader.status(), reader.body()));
}

#[cfg(feature = "session")]
fn session() {
    use core::hint::black_box;
    use core::time::Duration;

    use hotdesk_core::session::{Deadlines, Exchange};

    let (mut request, mut answer) = ([0; 64], [0; 2048]);
    let now = black_box(Duration::ZERO);
    let mut exchange =
        Exchange::start(black_box(&mut request), black_box(&mut answer), Deadlines::default(), now);
    exchange.connected(now);
    let count = black_box(exchange.outgoing().len());
    exchange.sent(count);
    exchange.received(black_box(b"HTTP/1.1 200 OK\r\n"), now);
    exchange.tick(now);
    exchange.closed(now);
    let _ = black_box((exchange.step(), exchange.deadline(), exchange.result()));
}

#[cfg(feature = "codes")]
fn codes() {
    use core::hint::black_box;

    use hotdesk_core::codes::Family;

    for family in black_box(Family::ALL) {
        for row in family.rows() {
            let _ = black_box((row.code(), row.name(), row.who()));
            #[cfg(feature = "texts")]
            let _ = black_box((row.meaning(), row.remedy()));
        }
    }
}

#[cfg(feature = "explain")]
fn explain() {
    use core::hint::black_box;

    for row in hotdesk_core::explain::explain(black_box("Login is unavailable(213)")) {
        let _ = black_box(row);
    }
}

#[cfg(feature = "phonexml")]
fn objects() {
    use core::hint::black_box;

    use hotdesk_core::phonexml::{Mode, Piece, PieceReader};

    let mut window = [0; 1024];
    let mut reader = PieceReader::new(black_box(&mut window), Mode::Lenient);
    let _ = black_box(reader.feed(black_box(b"<CiscoIPPhoneText/>")));
    reader.end();
    // By reference: to hand the pieces on is no part of the reader.
    while let Ok(piece) = &reader.next() {
        match black_box(piece) {
            Piece::More | Piece::End => break,
            Piece::SoftKeyItem(item) => drop(black_box((&item.uri(), item.position()))),
            Piece::InputItem(item) => drop(black_box(item.flags())),
            _ => {}
        }
    }
    let _ = black_box(reader.tolerated());
}

#[cfg(feature = "phonexml-write")]
fn write_object() {
    use core::hint::black_box;

    use hotdesk_core::phonexml::{Object, PhoneResponse, ResponseItem};

    let items = black_box([ResponseItem::new("0", "Success", "Key:Services")]);
    let mut out = [0; 512];
    let _ = black_box(black_box(Object::from(PhoneResponse::new(&items))).encode(black_box(&mut out)));
}

#[cfg(feature = "emapp")]
fn url() {
    use core::hint::black_box;

    use hotdesk_core::Secret;
    use hotdesk_core::emapp::{Phone, Refresh, Url};

    let phone = black_box(Phone { device_name: "SEP001122334455", emcc: false });
    let (mut buffer, mut next, mut out) = ([0; 512], [0; 512], [0; 1024]);
    let Ok(mut url) = Url::new(black_box(&mut buffer), black_box("http://a/"), &phone) else { return };
    let _ =
        black_box((url.push("userid", black_box("a")), url.push_secret("seq", Secret::from(black_box("1")))));
    let _ = black_box(url.write_get(black_box(&mut out), black_box("en")));
    let refresh = Refresh::parse(black_box("3; url=/b"));
    if let Some(location) = refresh.url {
        let _ = black_box(Url::following(&mut next, location, &phone, &url).map(|url| url.host().len()));
    }
}
