//! Writes a sheet with a picture of every screen for each size of displays and each language to `pictures/`:
//! `cargo run -p hotdesk-phone --example screens`
//!
//! `logged-in.png` beside them is the README's.
//!
//! The screens are those of `tests/gallery.txt`; a test compares the sheets with what is drawn.

// The tests' code: a surprise stops it. Most of it is for the tests alone.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code,
    unused
)]

#[path = "../tests/scenarios.rs"]
mod scenarios;

use std::error::Error;

use hotdesk_phone::Language;
use scenarios::gallery;

fn main() -> Result<(), Box<dyn Error>> {
    for language in Language::all() {
        let pictures = scenarios::pictures(language);
        for (index, size) in gallery::SIZES.iter().enumerate() {
            gallery::sheet(index, &pictures).write(&gallery::folder().join(size.file(language)))?;
        }
        if language == Language::default() {
            let picture =
                pictures.iter().find(|picture| picture.name == "idle: john").ok_or("no picture of john")?;
            picture.canvases[0].enlarged(4).write(&gallery::folder().join("logged-in.png"))?;
        }
    }
    Ok(())
}
