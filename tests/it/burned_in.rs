//! Pictures with text burned in, drawn from a seed: twelve layouts, five scripts, and which pixels are ink.
//!
//! The names are invented. The fonts are the program's own and those of Debian's `fonts-dejavu-core` (Arabic)
//! and `fonts-liberation`. Behind the text lie bodies drawn by formula, and radiographs of the shared data
//! where they are there.

mod body;
mod stamp;
mod words;

use std::path::Path;

use ab_glyph::{Font as _, FontVec, PxScale, ScaleFont as _};
use chacha20::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};
use wardlight::deid::pixels::{Picture, Rect, Samples};

use self::{
    stamp::Stamp,
    words::{invented, shaped},
};

/// How text lies in a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Layout {
    /// Lines in the corners of an 8-bit radiograph.
    Corners,
    /// A banner over a 12-bit radiograph, brighter than all anatomy.
    Banner12Bit,
    /// Black on a white strip.
    FilmLabel,
    /// Coloured lines above an ultrasound fan, a scale beside it.
    Ultrasound,
    /// Four corners of a CT slice.
    CtCorners,
    /// Capitals 7 to 9 pixels high.
    Tiny,
    /// Lines 120 to 300 pixels high.
    Huge,
    /// Turned by a quarter, either way.
    Rotated,
    /// With an outline, over anatomy.
    Outlined,
    /// Half transparent or hardly brighter than what is behind.
    Faint,
    /// At the very edge, in part beyond it.
    Edge,
    /// Three frames of an ultrasound; one line is in one frame only.
    Cine,
}

pub(crate) const LAYOUTS: [Layout; 12] = [
    Layout::Corners,
    Layout::Banner12Bit,
    Layout::FilmLabel,
    Layout::Ultrasound,
    Layout::CtCorners,
    Layout::Tiny,
    Layout::Huge,
    Layout::Rotated,
    Layout::Outlined,
    Layout::Faint,
    Layout::Edge,
    Layout::Cine,
];

/// What a line is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Script {
    Latin,
    Digits,
    Chinese,
    Cyrillic,
    Arabic,
}

pub(crate) const SCRIPTS: [Script; 5] = [
    Script::Latin,
    Script::Digits,
    Script::Chinese,
    Script::Cyrillic,
    Script::Arabic,
];

/// One line as it was drawn.
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) script: Script,
    pub(crate) is_marker: bool,
    /// Places of its pixels, row by row.
    pub(crate) ink: Vec<usize>,
    /// The smallest box around the ink.
    pub(crate) area: Rect,
    /// The line as it is set: from the top of the font to its foot, as wide as the letters with their spaces.
    pub(crate) set: Rect,
}

/// A picture, or the frames of one, with its text.
pub(crate) struct Drawn {
    pub(crate) layout: Layout,
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) frames: Vec<Picture>,
    pub(crate) lines: Vec<Line>,
}

/// Fonts and radiographs, loaded once.
pub(crate) struct Studio {
    fonts: Vec<(FontVec, &'static [Script])>,
    radiographs: Vec<image::GrayImage>,
}

use Script::{Arabic, Chinese, Cyrillic, Digits, Latin};
const FONTS: &[(&str, &[Script])] = &[
    ("assets/fonts/Inter-Regular.ttf", &[Latin, Digits, Cyrillic]),
    (
        "assets/fonts/Inter-SemiBold.ttf",
        &[Latin, Digits, Cyrillic],
    ),
    ("assets/fonts/NotoSansSC-Regular.ttf", &[Chinese]),
    (
        "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
        &[Latin, Digits, Cyrillic, Arabic],
    ),
    (
        "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf",
        &[Latin, Digits, Cyrillic],
    ),
    (
        "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf",
        &[Latin, Digits, Arabic],
    ),
    (
        "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
        &[Latin, Digits],
    ),
    (
        "/usr/share/fonts/truetype/liberation/LiberationMono-Regular.ttf",
        &[Latin, Digits],
    ),
    (
        "/usr/share/fonts/truetype/liberation/LiberationSerif-Regular.ttf",
        &[Latin, Digits, Cyrillic],
    ),
];

impl Studio {
    /// None, with a printed reason, where a font is missing.
    pub(crate) fn open() -> Option<Self> {
        let mut fonts = Vec::new();
        for (path, scripts) in FONTS {
            let Ok(bytes) = std::fs::read(path) else {
                println!(
                    "skipped: wanted Debian's fonts-dejavu-core and fonts-liberation, found no {path}"
                );
                return None;
            };
            fonts.push((FontVec::try_from_vec(bytes).unwrap(), *scripts));
        }
        Some(Self {
            fonts,
            radiographs: radiographs(),
        })
    }

    pub(crate) fn n_radiographs(&self) -> usize {
        self.radiographs.len()
    }

    /// The picture of that number in the set: the layouts take turns.
    pub(crate) fn draw(&self, number: u64) -> Drawn {
        let mut sheet = Sheet::new(self, number);
        match sheet.layout {
            Layout::Corners => sheet.corners(),
            Layout::Banner12Bit => sheet.banner(),
            Layout::FilmLabel => sheet.film_label(),
            Layout::Ultrasound | Layout::Cine => sheet.ultrasound(),
            Layout::CtCorners => sheet.four_corners(11.0..16.0),
            Layout::Tiny => sheet.tiny(),
            Layout::Huge => sheet.huge(),
            Layout::Rotated => sheet.rotated(),
            Layout::Outlined => sheet.outlined(),
            Layout::Faint => sheet.faint(),
            Layout::Edge => sheet.edge(),
        }
        sheet.finish()
    }
}

impl Studio {
    /// White lines on black, each with its place from the left and the top.
    pub(crate) fn page(
        &self,
        width: usize,
        height: usize,
        size: f32,
        lines: &[(&str, usize, usize)],
    ) -> Picture {
        let mut samples = vec![0.0f32; width * height];
        for (text, left, top) in lines {
            let stamp = Stamp::new(&self.fonts[0].0, text, size);
            for y in 0..stamp.height.min(height.saturating_sub(*top)) {
                for x in 0..stamp.width.min(width.saturating_sub(*left)) {
                    samples[(top + y) * width + left + x] += stamp.at(x, y);
                }
            }
        }
        Picture::parse(width, height, Samples::Gray(samples)).unwrap()
    }
}

/// Up to 60 chest radiographs of the shared data (`cxr_adult_covid_hannover`, CC BY 3.0).
fn radiographs() -> Vec<image::GrayImage> {
    let data = std::env::var_os("WARDLIGHT_DATA")
        .map_or_else(|| Path::new("../shared/data").to_owned(), Into::into);
    let Ok(bytes) = std::fs::read(data.join("cxr_adult_covid_hannover/images.tar")) else {
        return Vec::new();
    };
    let mut images = Vec::new();
    let mut rest = bytes.as_slice();
    // A tar archive: a header of 512 bytes, the size in octal at byte 124, the file in blocks of 512.
    while rest.len() > 512 && images.len() < 60 {
        let size = std::str::from_utf8(&rest[124..135]).unwrap_or("0");
        let size = usize::from_str_radix(size.trim_matches(['\0', ' ']), 8).unwrap_or(0);
        let file = &rest[512..(512 + size).min(rest.len())];
        if let Ok(image) = image::load_from_memory(file) {
            images.push(image.into_luma8());
        }
        rest = &rest[(512 + size.next_multiple_of(512)).min(rest.len())..];
    }
    images
}

/// How a line is drawn.
#[derive(Clone, Copy)]
struct Style {
    size: f32,
    colour: [f32; 3],
    alpha: f32,
    outline: Option<f32>,
    quarter_turns: usize,
}

impl Style {
    /// A pixel of which the letters cover one part and their outline another.
    fn blend(&self, pixel: &mut [f32; 3], cover: f32, halo: f32) {
        for (value, colour) in pixel.iter_mut().zip(self.colour) {
            if let Some(outline) = self.outline {
                *value += halo * (outline - *value);
            }
            *value += cover * self.alpha * (colour - *value);
        }
    }
}

/// A picture that is being drawn, in values from 0 to 1.
struct Sheet<'a> {
    studio: &'a Studio,
    rng: ChaCha8Rng,
    layout: Layout,
    width: usize,
    height: usize,
    is_colour: bool,
    frames: Vec<Vec<[f32; 3]>>,
    lines: Vec<Line>,
}

impl<'a> Sheet<'a> {
    fn new(studio: &'a Studio, number: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(number);
        let layout = LAYOUTS[number as usize % LAYOUTS.len()];
        let sides = match layout {
            Layout::Huge => 640..897,
            Layout::CtCorners => 512..513,
            _ if rng.random_bool(0.06) => 900..1025,
            _ => 400..561,
        };
        let (width, height) = (rng.random_range(sides.clone()), rng.random_range(sides));
        let is_colour = matches!(layout, Layout::Ultrasound | Layout::Cine);
        let n_frames = if layout == Layout::Cine { 3 } else { 1 };
        let mut sheet = Self {
            studio,
            rng,
            layout,
            width,
            height,
            is_colour,
            frames: Vec::new(),
            lines: Vec::new(),
        };
        for _ in 0..n_frames {
            let grey = sheet.background();
            sheet
                .frames
                .push(grey.into_iter().map(|it| [it; 3]).collect());
        }
        sheet
    }

    fn corners(&mut self) {
        let size = self.rng.random_range(15.0..28.0);
        let n = self.rng.random_range(2..4);
        self.block((false, false), n, size);
        if self.rng.random_bool(0.6) {
            self.block((true, true), 2, size);
        }
        self.marker();
    }

    fn banner(&mut self) {
        // Anatomy keeps the lower half of the range.
        for pixel in self.frames.iter_mut().flatten() {
            *pixel = pixel.map(|it| it * 0.5);
        }
        let size = self.rng.random_range(16.0..30.0);
        self.block((false, false), 2, size);
        self.block((true, false), 1, size);
        self.marker();
    }

    fn film_label(&mut self) {
        let size = self.rng.random_range(14.0f32..22.0);
        let (width, height) = (self.width * 45 / 100, (size * 4.0) as usize);
        let (left, top) = (self.width - width - 10, self.height - height - 12);
        let paper = self.rng.random_range(0.85..1.0);
        for y in top..top + height {
            for x in left..left + width {
                self.frames[0][y * self.width + x] = [paper; 3];
            }
        }
        let style = Style {
            colour: [0.05; 3],
            ..plain(size)
        };
        for n in 0..3 {
            self.write(
                left + 8,
                top + 4 + (n as f32 * size * 1.25) as usize,
                style,
                width - 16,
            );
        }
        self.marker();
    }

    fn ultrasound(&mut self) {
        let colours = [
            [1.0, 1.0, 1.0],
            [1.0, 0.9, 0.2],
            [0.3, 1.0, 0.4],
            [0.4, 0.8, 1.0],
        ];
        let size = self.rng.random_range(14.0f32..22.0);
        for n in 0..2 {
            let colour = colours[self.rng.random_range(0..4)];
            let top = 6 + (n as f32 * size * 1.3) as usize;
            let style = Style {
                colour,
                ..plain(size)
            };
            self.write(8, top, style, self.width / 2 - 16);
            if n == 0 {
                self.write(self.width / 2 + 8, top, style, self.width / 2 - 16);
            }
        }
        if self.layout == Layout::Cine {
            let frame = self.rng.random_range(0..3);
            let top = self.height - (size * 1.6) as usize;
            self.write_in(8, top, plain(size), self.width - 16, frame..frame + 1);
        }
    }

    fn four_corners(&mut self, sizes: std::ops::Range<f32>) {
        let size = self.rng.random_range(sizes);
        for (right, low) in [(false, false), (true, false), (false, true), (true, true)] {
            let n = self.rng.random_range(1..4);
            self.block((right, low), n, size);
        }
    }

    fn tiny(&mut self) {
        let size = self.rng.random_range(11.0..14.0);
        self.block((false, false), 3, size);
        self.block((true, true), 2, size);
    }

    fn huge(&mut self) {
        let size = self.rng.random_range(120.0f32..300.0);
        let top = self.rng.random_range(0..self.height - size as usize - 20) + 10;
        self.write(16, top, plain(size), self.width - 32);
    }

    fn rotated(&mut self) {
        let size = self.rng.random_range(15.0f32..30.0);
        for left in [8, self.width - 8 - (size * 1.3) as usize] {
            let quarter_turns = if self.rng.random_bool(0.5) { 1 } else { 3 };
            let top = self.rng.random_range(8..self.height / 4);
            let style = Style {
                quarter_turns,
                ..plain(size)
            };
            self.write(left, top, style, self.height - top - 8);
        }
    }

    fn outlined(&mut self) {
        let n = self.rng.random_range(1..4);
        for idx in 0..n {
            let size = self.rng.random_range(18.0f32..36.0);
            let left = self.rng.random_range(10..self.width / 3);
            let top = self.height * (1 + idx) / 5;
            let style = Style {
                outline: Some(0.0),
                colour: [1.0; 3],
                ..plain(size)
            };
            self.write(left, top, style, self.width - left - 10);
        }
    }

    fn faint(&mut self) {
        for idx in 0..2 {
            let size = self.rng.random_range(18.0f32..40.0);
            let left = self.rng.random_range(10..self.width / 3);
            let top = self.height * (1 + idx) / 4;
            let alpha = self.rng.random_range(0.25..0.5);
            self.write(
                left,
                top,
                Style {
                    alpha,
                    ..plain(size)
                },
                self.width - left - 10,
            );
        }
    }

    fn edge(&mut self) {
        let size = self.rng.random_range(15.0f32..30.0);
        // In part beyond: the ink that is left is what counts.
        let cut = (size * self.rng.random_range(0.0f32..0.35)) as usize;
        let low = self.height + cut - size as usize;
        self.write(0, low, plain(size), self.width / 2 - 10);
        let style = Style {
            quarter_turns: 1,
            ..plain(size)
        };
        self.write(
            self.width + cut - size as usize,
            self.height / 8,
            style,
            self.height / 2,
        );
        self.write(0, 0, plain(size), self.width / 2);
    }

    /// A marker of its own, well away from other text.
    fn marker(&mut self) {
        if self.rng.random_bool(0.3) {
            return;
        }
        let words = [
            "R", "L", "R", "L", "PA", "AP", "ERECT", "SUPINE", "PORTABLE", "LEFT", "RIGHT",
        ];
        let word = words[self.rng.random_range(0..words.len())];
        let size = self.rng.random_range(26.0f32..44.0);
        let left = self.width - (size * 0.75) as usize * word.len() - 24;
        let text = (word.to_owned(), Latin);
        let font = [0, 1, 3, 5, 6][self.rng.random_range(0..5usize)];
        self.put(
            text,
            font,
            (left, self.height * 2 / 5),
            plain(size),
            0..1,
            true,
        );
    }

    /// Lines one below the other in a corner.
    fn block(&mut self, (is_right, is_low): (bool, bool), n: usize, size: f32) {
        let step = (size * 1.25) as usize;
        let left = if is_right { self.width / 2 + 12 } else { 8 };
        let top = if is_low {
            self.height - n * step - 8
        } else {
            8
        };
        for idx in 0..n {
            self.write(left, top + idx * step, plain(size), self.width / 2 - 20);
        }
    }

    fn write(&mut self, left: usize, top: usize, style: Style, room: usize) {
        let frames = 0..self.frames.len();
        self.write_in(left, top, style, room, frames);
    }

    /// An invented line in a script of its own, as much of it as there is room for.
    fn write_in(
        &mut self,
        left: usize,
        top: usize,
        style: Style,
        room: usize,
        frames: std::ops::Range<usize>,
    ) {
        let script = match self.rng.random_range(0..20) {
            0..7 => Latin,
            7..11 => Digits,
            11..14 => Chinese,
            14..17 => Cyrillic,
            _ => Arabic,
        };
        let fitting: Vec<usize> = (0..FONTS.len())
            .filter(|it| FONTS[*it].1.contains(&script))
            .collect();
        let font = fitting[self.rng.random_range(0..fitting.len())];
        let mut text = invented(&mut self.rng, script);
        let scaled = self.studio.fonts[font]
            .0
            .as_scaled(PxScale::from(style.size));
        let width = |text: &str| -> f32 {
            shaped(text)
                .chars()
                .map(|it| scaled.h_advance(scaled.glyph_id(it)))
                .sum()
        };
        while width(&text) > room as f32 && text.chars().count() > 1 {
            text.pop();
        }
        let text = text.trim_end().to_owned();
        self.put((text, script), font, (left, top), style, frames, false);
    }

    fn put(
        &mut self,
        (text, script): (String, Script),
        font: usize,
        (left, top): (usize, usize),
        style: Style,
        frames: std::ops::Range<usize>,
        is_marker: bool,
    ) {
        let stamp = Stamp::new(&self.studio.fonts[font].0, &shaped(&text), style.size);
        let stamp = (0..style.quarter_turns).fold(stamp, |it, _| it.turned());
        let mut style = style;
        if style.colour == [1.0; 3] && style.outline.is_none() {
            // Devices write white, or black where that would not be seen.
            let behind = self.mean_behind(left, top, &stamp, frames.start);
            if behind > 0.55 {
                style.colour = [0.0; 3];
            }
        }
        let mut ink = Vec::new();
        for y in 0..stamp.height {
            for x in 0..stamp.width {
                let (px, py) = (left + x, top + y);
                if px >= self.width || py >= self.height {
                    continue;
                }
                let cover = stamp.at(x, y);
                let halo = style.outline.map_or(0.0, |_| stamp.halo(x, y));
                let place = py * self.width + px;
                for frame in frames.clone() {
                    style.blend(&mut self.frames[frame][place], cover, halo);
                }
                if cover >= 0.25 {
                    ink.push(place);
                }
            }
        }
        let (Some(area), false) = (bounds(&ink, self.width), text.is_empty()) else {
            return;
        };
        let set = Rect {
            top,
            left,
            bottom: top + stamp.height,
            right: left + stamp.width,
        };
        let set = set.clipped(self.width, self.height);
        self.lines.push(Line {
            text,
            script,
            is_marker,
            ink,
            area,
            set,
        });
    }

    fn mean_behind(&self, left: usize, top: usize, stamp: &Stamp, frame: usize) -> f32 {
        let (mut sum, mut n) = (0.0, 0);
        for y in top..(top + stamp.height).min(self.height) {
            for x in left..(left + stamp.width).min(self.width) {
                sum += self.frames[frame][y * self.width + x][0];
                n += 1;
            }
        }
        sum / n.max(1) as f32
    }

    /// The values as a device would store them: 8 bits, 12 bits or colour, some through JPEG.
    fn finish(mut self) -> Drawn {
        let is_jpeg = self.layout != Layout::Banner12Bit && self.rng.random_bool(0.25);
        let frames = std::mem::take(&mut self.frames);
        let frames = frames
            .into_iter()
            .map(|it| self.stored(&it, is_jpeg))
            .collect();
        Drawn {
            layout: self.layout,
            width: self.width,
            height: self.height,
            frames,
            lines: self.lines,
        }
    }

    fn stored(&self, pixels: &[[f32; 3]], is_jpeg: bool) -> Picture {
        let byte = |it: f32| (it * 255.0).round() as u8;
        let (width, height) = (self.width as u32, self.height as u32);
        let samples = if self.is_colour {
            let bytes: Vec<u8> = pixels.iter().flatten().map(|it| byte(*it)).collect();
            let image = image::RgbImage::from_raw(width, height, bytes).unwrap();
            let image = if is_jpeg {
                through_jpeg(&image.into()).into_rgb8()
            } else {
                image
            };
            Samples::Rgb(image.into_raw())
        } else if self.layout == Layout::Banner12Bit {
            Samples::Gray(pixels.iter().map(|it| (it[0] * 4095.0).round()).collect())
        } else {
            let bytes: Vec<u8> = pixels.iter().map(|it| byte(it[0])).collect();
            let image = image::GrayImage::from_raw(width, height, bytes).unwrap();
            let image = if is_jpeg {
                through_jpeg(&image.into()).into_luma8()
            } else {
                image
            };
            Samples::Gray(image.into_raw().into_iter().map(f32::from).collect())
        };
        Picture::parse(self.width, self.height, samples).unwrap()
    }
}

fn through_jpeg(image: &image::DynamicImage) -> image::DynamicImage {
    let mut bytes = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 80);
    image.write_with_encoder(encoder).unwrap();
    image::load_from_memory(&bytes).unwrap()
}

const fn plain(size: f32) -> Style {
    Style {
        size,
        colour: [1.0; 3],
        alpha: 1.0,
        outline: None,
        quarter_turns: 0,
    }
}

fn bounds(ink: &[usize], width: usize) -> Option<Rect> {
    let rows = || ink.iter().map(|it| it / width);
    let columns = || ink.iter().map(|it| it % width);
    Some(Rect {
        top: rows().min()?,
        left: columns().min()?,
        bottom: rows().max()? + 1,
        right: columns().max()? + 1,
    })
}
