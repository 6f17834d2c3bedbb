//! Pictures of every screen, in every size and language, as sheets: one PNG a size and language in `pictures/`.
//!
//! `tests/gallery.txt` is a scenario that comes to every screen; its step `picture NAME` takes one. The example `screens`
//! writes the sheets, the tests compare them with what is drawn now, pixel by pixel.

// The example and the tests each use their part.
#![allow(dead_code)]

pub(crate) mod sheet;

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use embedded_graphics::Pixel;
use embedded_graphics::draw_target::{DrawTarget, DrawTargetExt};
use embedded_graphics::geometry::{self, OriginDimensions};
use embedded_graphics::pixelcolor::{Gray4, Rgb565, Rgb888};
use hotdesk_phone::view::{
    Cell, Colours, LAYOUT_128X64, LAYOUT_320X240, LAYOUT_480X272, LAYOUT_480X272_TOUCH, Layout, View,
};
use hotdesk_phone::{App, Display, Language, Light};

use self::sheet::{Canvas, Sheet};

/// The sizes of displays, with their names, whether they have colours, how often a pixel is repeated on a sheet, and how many
/// pictures are beside each other.
pub(crate) const SIZES: [Size; 4] = [
    Size { name: "128x64", layout: &LAYOUT_128X64, colours: false, scale: 2, columns: 6 },
    Size { name: "320x240", layout: &LAYOUT_320X240, colours: true, scale: 1, columns: 5 },
    Size { name: "480x272", layout: &LAYOUT_480X272, colours: true, scale: 1, columns: 4 },
    Size { name: "480x272-touch", layout: &LAYOUT_480X272_TOUCH, colours: true, scale: 1, columns: 4 },
];

/// A size of displays.
pub(crate) struct Size {
    name: &'static str,
    pub(crate) layout: &'static Layout,
    colours: bool,
    scale: usize,
    columns: usize,
}

impl Size {
    /// The sheet's file for a language, for example `128x64-en.png`.
    pub(crate) fn file(&self, language: Language) -> String {
        format!("{}-{}.png", self.name, language.code())
    }

    /// Draws the whole screen.
    pub(crate) fn draw(&self, app: &App<'_>) -> Canvas {
        let mut canvas = Canvas::new(self.layout.size);
        let mut cells = vec![Cell::BLANK; self.layout.cells()];
        self.draw_with(&mut View::new(self.layout, &mut cells), app, &mut canvas);
        canvas
    }

    fn draw_with(&self, view: &mut View<'_>, app: &App<'_>, canvas: &mut Canvas) {
        view.lay_out(app);
        if self.colours {
            let mut display = Panel::<Rgb565> { canvas, layout: self.layout, colours: PhantomData };
            while view.draw_row(&mut display).unwrap() {}
        } else {
            let mut display = Panel::<Gray4> { canvas, layout: self.layout, colours: PhantomData };
            while view.draw_row(&mut display).unwrap() {}
        }
    }
}

/// A display with other colours than the canvas behind it.
struct Panel<'c, C> {
    canvas: &'c mut Canvas,
    layout: &'static Layout,
    colours: PhantomData<C>,
}

impl<C> OriginDimensions for Panel<'_, C> {
    fn size(&self) -> geometry::Size {
        self.layout.size
    }
}

impl<C: Colours + Into<Rgb888>> DrawTarget for Panel<'_, C> {
    type Color = C;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<C>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        self.canvas.color_converted().draw_iter(pixels)
    }
}

impl<C: Colours + Into<Rgb888>> Display for Panel<'_, C> {
    fn layout(&self) -> &'static Layout {
        self.layout
    }

    fn set_light(&mut self, _light: Light) {}

    async fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// A display of each size that shows one picture after the other, as a phone does.
pub(crate) struct Displays {
    displays: Vec<(View<'static>, Canvas)>,
    pub(crate) pictures: Vec<Picture>,
}

/// A screen, in every size.
pub(crate) struct Picture {
    pub(crate) name: String,
    /// What the app calls the screen.
    pub(crate) screen: &'static str,
    pub(crate) canvases: Vec<Canvas>,
    /// How the screen is laid out in each size.
    pub(crate) layouts: Vec<&'static Layout>,
}

impl Displays {
    pub(crate) fn new() -> Self {
        let display = |size: &Size| {
            let cells = vec![Cell::BLANK; size.layout.cells()].leak();
            (View::new(size.layout, cells), Canvas::new(size.layout.size))
        };
        Self { displays: SIZES.iter().map(display).collect(), pictures: Vec::new() }
    }

    /// Takes a picture of what the app shows. A display that drew only what changed must look like one drawn anew.
    pub(crate) fn take(&mut self, name: &str, app: &App<'_>) {
        assert!(self.pictures.iter().all(|picture| picture.name != name), "two pictures {name}");
        let mut canvases = Vec::new();
        for (size, (view, shown)) in SIZES.iter().zip(&mut self.displays) {
            size.draw_with(view, app, shown);
            let anew = size.draw(app);
            assert!(
                *shown == anew,
                "{name}: what changed is not all that was drawn on {:?}",
                size.layout.size
            );
            canvases.push(anew);
        }
        let layouts = SIZES.iter().map(|size| size.layout.shown(app)).collect();
        self.pictures.push(Picture { name: name.to_owned(), screen: app.screen_name(), canvases, layouts });
    }
}

/// The sheet of a size, out of the pictures of a language.
pub(crate) fn sheet(size: usize, pictures: &[Picture]) -> Sheet {
    let Size { scale, columns, .. } = SIZES[size];
    let named = pictures.iter().map(|picture| (picture.name.as_str(), &picture.canvases[size]));
    Sheet::new(named, scale, columns)
}

/// Where the sheets are in the repository.
pub(crate) fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/pictures"))
}

/// Compares the committed sheets of a language with its pictures. Sheets that differ are written to `seen`; says which
/// and where.
pub(crate) fn compare(language: Language, pictures: &[Picture], seen: &Path) -> Vec<String> {
    let mut differences = Vec::new();
    for (index, size) in SIZES.iter().enumerate() {
        let file = size.file(language);
        let drawn = sheet(index, pictures);
        let differ = match Sheet::read(&folder().join(&file)) {
            Err(error) => vec![error],
            Ok(committed) => drawn.differences(&committed),
        };
        if !differ.is_empty() {
            let path: PathBuf = seen.join(&file);
            drawn.write(&path).unwrap();
            differences.push(format!("{file}: {}; as drawn now: {}", differ.join(", "), path.display()));
        }
    }
    differences
}

/// The names of all screens, out of the source of `Screen::name`, whose `match` has them all.
pub(crate) fn screens() -> BTreeSet<&'static str> {
    let source = include_str!("../../src/app/screen.rs");
    let body = source.split("fn name(&self)").nth(1).unwrap().split("\n    }\n").next().unwrap();
    body.split("=> \"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

/// Reads a picture by the cells and the font of its layout, line by line; the rig can do it likewise. Panics where a cell
/// holds anything but a glyph in two colours.
pub(crate) fn read(layout: &Layout, canvas: &Canvas) -> Vec<String> {
    let cell = layout.font.cell();
    let tops = (0..layout.lines)
        .map(|line| layout.body_top.unsigned_abs() + u32::try_from(line).unwrap() * layout.line_pitch);
    let title = (layout.title.text_top.unsigned_abs(), layout.title_columns);
    let rows = std::iter::once(title).chain(tops.map(|top| (top, layout.columns)));
    rows.map(|(top, columns)| {
        let cells = (0..columns).map(|column| {
            let left = layout.left.unsigned_abs() + u32::try_from(column).unwrap() * cell.width;
            canvas.glyph(left, top, cell).unwrap_or_else(|| panic!("no glyph at {left}, {top}"))
        });
        cells.collect::<String>().trim_end().to_owned()
    })
    .collect()
}
