//! Writes a PNG of each screen, four times as large as the display: `cargo run -p hotdesk-phone --example screens -- DIR`

use std::convert::Infallible;
use std::error::Error;
use std::fs::File;
use std::path::Path;
use std::time::Duration;

use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{OriginDimensions, Size};
use embedded_graphics::pixelcolor::{Gray4, GrayColor};
use hotdesk_core::{DeviceName, Response};
use hotdesk_phone::view::{LAYOUT_128X64, View};
use hotdesk_phone::{App, Config, ConnectError, Event, Key, NetworkState, SetupError, Trouble};

const WIDTH: usize = 128;
const HEIGHT: usize = 64;
const SCALE: usize = 4;

const CONFIG: &[u8] = b"service = em1.example.com\nservice = 10.0.2.2\nappID = emphone\nappCertificate = x\n";
const NOBODY: &[u8] =
    b"<response><deviceUserResults><device name='SEP003094C25B15'><none/></device></deviceUserResults></response>";
const MARY: &[u8] =
    b"<response><deviceUserResults><device name='SEP003094C25B15'><userID>mary</userID></device>\
    </deviceUserResults></response>";
const SUCCESS: &[u8] = b"<response><success/></response>";
const TAKEN: &[u8] = b"<response><failure><error code='18'>x</error></failure></response>";

fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args().nth(1).ok_or("name the directory to write to")?;
    std::fs::create_dir_all(&directory)?;
    let config = Config::parse(CONFIG)?;
    let album = Album { directory };

    let broken =
        Config::parse(b"service = 10.0.2.2\nport = 80\n").err().map_or(SetupError::NoFile, SetupError::File);
    album.add("setup-failed", &App::new(device()?, Err(broken)))?;

    let mut app = App::new(device()?, Ok(&config));
    let mut now = Duration::ZERO;
    album.add("starting", &app)?;
    app.handle(Event::Network(NetworkState::Ready), now);
    album.add("asking", &app)?;
    app.handle(Event::Answer(Ok(Response::parse(NOBODY)?)), now);
    album.add("idle-nobody", &app)?;
    press(&mut app, now, &[Key::Soft3, Key::Down]);
    album.add("menu", &app)?;
    press(&mut app, now, &[Key::Digit(4)]);
    album.add("about", &app)?;
    press(&mut app, now, &[Key::Soft3, Key::Soft3, Key::Soft1]);
    press(&mut app, now, &[Key::Digit(5), Key::Digit(6), Key::Digit(6), Key::Digit(6)]);
    album.add("form-letter-pending", &app)?;
    press(&mut app, now, &[Key::Digit(4), Key::Digit(4), Key::Digit(6), Key::Digit(6), Key::Down]);
    press(&mut app, now, &[1, 2, 3, 4, 5].map(Key::Digit));
    album.add("form", &app)?;
    press(&mut app, now, &[Key::Select]);
    album.add("busy", &app)?;
    app.handle(Event::Answer(Ok(Response::parse(SUCCESS)?)), now);
    album.add("logged-in", &app)?;
    now += Duration::from_secs(3);
    app.handle(Event::Time, now);
    album.add("idle-john", &app)?;
    press(&mut app, now, &[Key::Soft1]);
    album.add("log-out", &app)?;
    press(&mut app, now, &[Key::Soft1]);
    app.handle(Event::Answer(Err(Trouble::Unexpected)), now);
    album.add("settling", &app)?;
    app.handle(Event::Answer(Err(Trouble::NoConnection(ConnectError::Refused))), now);
    album.add("outcome-not-known", &app)?;
    press(&mut app, now, &[Key::Down, Key::Down]);
    album.add("outcome-not-known-scrolled", &app)?;
    // It asks again by itself.
    now += Duration::from_secs(6);
    app.handle(Event::Time, now);
    app.handle(Event::Answer(Ok(Response::parse(NOBODY)?)), now);
    album.add("logged-out-after-all", &app)?;
    now += Duration::from_secs(360);
    app.handle(Event::Time, now);
    app.handle(Event::Answer(Ok(Response::parse(MARY)?)), now);
    album.add("idle-remote-login", &app)?;
    now += Duration::from_secs(360);
    app.handle(Event::Time, now);
    app.handle(Event::Answer(Err(Trouble::NoConnection(ConnectError::NameServerSilent))), now);
    album.add("idle-no-connection", &app)?;
    now += Duration::from_secs(6);
    app.handle(Event::Time, now);
    app.handle(Event::Answer(Ok(Response::parse(NOBODY)?)), now);
    album.add("idle-remote-log-out", &app)?;
    press(&mut app, now, &[Key::Soft1, Key::Digit(5), Key::Down, Key::Digit(1), Key::Select]);
    app.handle(Event::Answer(Ok(Response::parse(TAKEN)?)), now);
    album.add("login-failed", &app)?;
    Ok(())
}

fn device() -> Result<DeviceName, hotdesk_core::Error> {
    DeviceName::try_from("SEP003094C25B15")
}

fn press(app: &mut App<'_>, now: Duration, keys: &[Key]) {
    for key in keys {
        app.handle(Event::Key(*key), now);
    }
}

struct Album {
    directory: String,
}

impl Album {
    fn add(&self, name: &str, app: &App<'_>) -> Result<(), Box<dyn Error>> {
        let mut picture = Picture(vec![0; WIDTH * HEIGHT]);
        View::new(&LAYOUT_128X64, &mut []).draw(app, &mut picture)?;
        let path = Path::new(&self.directory).join(name).with_extension("png");
        let (width, height) = (u32::try_from(WIDTH * SCALE)?, u32::try_from(HEIGHT * SCALE)?);
        let mut encoder = png::Encoder::new(File::create(path)?, width, height);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.write_header()?.write_image_data(&picture.enlarged())?;
        Ok(())
    }
}

/// Greys from 0 to 15, row by row.
struct Picture(Vec<u8>);

impl Picture {
    fn enlarged(&self) -> Vec<u8> {
        let row = |row: &[u8]| -> Vec<u8> { row.iter().flat_map(|grey| [grey * 17; SCALE]).collect() };
        self.0.chunks(WIDTH).flat_map(|pixels| row(pixels).repeat(SCALE)).collect()
    }
}

impl OriginDimensions for Picture {
    fn size(&self) -> Size {
        Size::new(128, 64)
    }
}

impl DrawTarget for Picture {
    type Color = Gray4;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Gray4>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        for Pixel(point, grey) in pixels {
            if let (Ok(x), Ok(y)) = (usize::try_from(point.x), usize::try_from(point.y))
                && x < WIDTH
                && let Some(pixel) = self.0.get_mut(y * WIDTH + x)
            {
                *pixel = grey.luma();
            }
        }
        Ok(())
    }
}
