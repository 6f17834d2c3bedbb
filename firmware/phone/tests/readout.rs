//! What a rig is told of the screen is the picture that the view draws, pixel by pixel.

// Test code: a surprise is to stop the test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod gallery;

use std::cell::RefCell;
use std::time::Duration;

use adler2::Adler32;
use embassy_futures::block_on;
use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{Point, Size};
use embedded_graphics::pixelcolor::{Gray4, Rgb565, Rgb888};
use gallery::SIZES;
use gallery::sheet::Canvas;
use hotdesk_core::DeviceName;
use hotdesk_phone::readout::{PIECE_BYTES, REQUEST, Readout, Requests};
use hotdesk_phone::view::{Cell, Colours, LAYOUT_128X64, LAYOUT_480X272, Layout};
use hotdesk_phone::{App, Config, Event, Key, NetworkState};

/// An app with a network, after these keys at these seconds.
fn app(keys: &[(u64, Key)]) -> RefCell<App<'static>> {
    let config: &'static Config = Box::leak(Box::new(Config::parse(b"service = a\n").unwrap()));
    let mut app = App::new(DeviceName::try_from("SEP003094C25B15").unwrap(), Ok(config));
    app.handle(Event::Network(NetworkState::Ready), Duration::ZERO);
    for (seconds, key) in keys {
        app.handle(Event::Key(*key), Duration::from_secs(*seconds));
    }
    RefCell::new(app)
}

/// The idle screen, a list, a form with a PIN, and the idle screen when nobody was at the phone for two minutes.
fn apps() -> [RefCell<App<'static>>; 4] {
    let dim = app(&[]);
    dim.borrow_mut().handle(Event::Time, Duration::from_secs(150));
    [app(&[]), app(&[(0, Key::Soft3)]), with_pin("12345"), dim]
}

fn with_pin(pin: &str) -> RefCell<App<'static>> {
    let digits = pin.bytes().map(|digit| Key::Digit(digit - b'0'));
    let keys = [Key::Soft1, Key::Digit(5), Key::Down].into_iter().chain(digits);
    app(&keys.map(|key| (0, key)).collect::<Vec<_>>())
}

fn pieces<C: Colours>(layout: &'static Layout, band: usize, app: &RefCell<App<'static>>) -> Vec<Vec<u8>> {
    let mut cells = vec![Cell::BLANK; layout.cells()];
    let mut band = vec![0xAA; band];
    let mut pieces = Vec::new();
    let out = async |piece: &[u8]| pieces.push(piece.to_vec());
    block_on(Readout::new(layout, &mut cells, &mut band).tell::<C>(app, out));
    pieces
}

/// Reads the pieces as a rig does.
fn picture(pieces: &[Vec<u8>]) -> Canvas {
    let word = |bytes: &[u8]| u16::from_le_bytes([bytes[0], bytes[1]]);
    let (last, told) = pieces.split_last().unwrap();
    let (number, sum) = last.split_at(2);
    assert_eq!(word(number), u16::MAX);
    let mut adler = Adler32::new();
    for (expected, piece) in (0..).zip(told) {
        assert_eq!(word(piece), expected);
        assert!(piece.len() <= PIECE_BYTES);
        adler.write_slice(&piece[2..]);
    }
    assert_eq!(sum, adler.checksum().to_le_bytes());

    let head = &told[0][2..];
    let (width, height) = (usize::from(word(head)), usize::from(word(&head[2..])));
    let (colours, rest) = head[4..].as_chunks::<3>();
    assert!(rest.is_empty());
    let mut pixels: Vec<u8> = Vec::new();
    let mut runs = told[1..].iter().flat_map(|piece| &piece[2..]).copied();
    while let Some(run) = runs.next() {
        let length = match run & 7 {
            0 => usize::from(runs.next().unwrap()) + 8,
            short => usize::from(short),
        };
        for _ in 0..length {
            pixels.push(if run >> 3 == 31 { pixels[pixels.len() - width] } else { run >> 3 });
        }
    }
    assert_eq!(pixels.len(), width * height);
    let mut canvas = Canvas::new(Size::new(width.try_into().unwrap(), height.try_into().unwrap()));
    let place =
        |index: usize| Point::new((index % width).try_into().unwrap(), (index / width).try_into().unwrap());
    let colour = |pixel: u8| {
        let [red, green, blue] = colours[usize::from(pixel)];
        Rgb888::new(red, green, blue)
    };
    let pixels = pixels.iter().enumerate().map(|(index, pixel)| Pixel(place(index), colour(*pixel)));
    canvas.draw_iter(pixels).unwrap();
    canvas
}

#[test]
fn what_is_told_is_what_is_drawn_on_every_display() {
    for size in &SIZES {
        for (number, app) in apps().iter().enumerate() {
            let pieces = if size.layout.size == LAYOUT_128X64.size {
                pieces::<Gray4>(size.layout, 4096, app)
            } else {
                pieces::<Rgb565>(size.layout, 4096, app)
            };
            let drawn = size.draw(&app.borrow());
            assert!(picture(&pieces) == drawn, "screen {number}: {:?}", size.layout.size);
        }
    }
}

#[test]
fn bands_of_any_height_make_the_same_picture() {
    let app = with_pin("12345");
    let expected = picture(&pieces::<Rgb565>(&LAYOUT_480X272, 480 * 272, &app));
    for rows in [1, 7, 100, 1000] {
        let pieces = pieces::<Rgb565>(&LAYOUT_480X272, 480 * rows + 479, &app);
        assert!(picture(&pieces) == expected, "{rows}");
    }
}

#[test]
fn of_a_pin_nothing_is_told_but_its_length() {
    let [one, other, longer] =
        ["12345", "90786", "123456"].map(|pin| pieces::<Rgb565>(&LAYOUT_480X272, 4096, &with_pin(pin)));
    assert_eq!(one, other);
    assert_ne!(one, longer, "the stars are told");
}

#[test]
fn a_screen_that_changes_meanwhile_is_told_as_it_was() {
    let app = app(&[]);
    let before = pieces::<Rgb565>(&LAYOUT_480X272, 4096, &app);
    let mut cells = vec![Cell::BLANK; LAYOUT_480X272.cells()];
    let mut band = vec![0; 4096];
    let mut told = Vec::new();
    let out = async |piece: &[u8]| {
        app.borrow_mut().handle(Event::Key(Key::Soft1), Duration::ZERO);
        told.push(piece.to_vec());
    };
    block_on(Readout::new(&LAYOUT_480X272, &mut cells, &mut band).tell::<Rgb565>(&app, out));
    assert_eq!(told, before);
    assert_ne!(pieces::<Rgb565>(&LAYOUT_480X272, 4096, &app), before);
}

#[test]
fn a_request_is_found_wherever_its_bytes_come_in_a_row() {
    let found = |line: &[u8]| {
        let mut requests = Requests::new();
        line.iter().filter(|byte| requests.push(**byte)).count()
    };
    for line in [&b"?s\n"[..], b"??s\n", b"+5\n?s\n-5\n", b"?s?s\n", b"\xFF?s\n"] {
        assert_eq!(found(line), 1, "{line:?}");
    }
    assert_eq!(found(&REQUEST.repeat(3)), 3);
    for line in [&b"?s"[..], b"?s\r\n", b"s\n", b"? s\n", b"+s\n-s\n"] {
        assert_eq!(found(line), 0, "{line:?}");
    }
}
