//! The strip under an overlay picture: what is shown, its scale, the model, and "Research use only".

use ab_glyph::{Font as _, FontRef, GlyphId, PxScale, ScaleFont as _};

use super::{
    Picture, heat_color,
    overlay::MapLook,
    picture::{OUTLINE_LEVEL, has_outline},
};
use crate::prediction::{Explanation, Method, Prediction};

/// Regular text, Latin, Greek and Cyrillic.
pub const INTER: &[u8] = include_bytes!("../../assets/fonts/Inter-Regular.ttf");
/// The one heavier cut.
pub const INTER_SEMIBOLD: &[u8] = include_bytes!("../../assets/fonts/Inter-SemiBold.ttf");
/// Behind Inter: Chinese and Japanese.
pub const NOTO_SANS_SC: &[u8] = include_bytes!("../../assets/fonts/NotoSansSC-Regular.ttf");
/// Stands on every screen and in every picture.
pub const RESEARCH_USE: &str = "Research use only \u{2013} not for diagnosis";

pub(super) const STRIP: [u8; 3] = [0x0B, 0x0E, 0x12];
pub(super) const TEXT: [u8; 3] = [0xD7, 0xDE, 0xE7];
pub(super) const MUTED: [u8; 3] = [0x8A, 0x95, 0xA3];
pub(super) const AMBER: [u8; 3] = [0xF2, 0xB4, 0x41];
/// Sizes in pixels of a picture of [`UNIT_WIDTH`] or less; a wider one has a larger strip, to be read at the same zoom.
const STRIP_HEIGHT: f32 = 96.0;
const MARGIN: f32 = 16.0;
pub(super) const LINE: f32 = 25.0;
pub(super) const TEXT_PX: f32 = 17.0;
const BAR: (f32, f32) = (150.0, 12.0);
pub(super) const UNIT_WIDTH: f32 = 1024.0;

/// The words of a strip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caption {
    shown: String,
    scale: String,
    answer: String,
    model: String,
    /// Where pixels are not square.
    stretched: String,
}

impl Caption {
    /// Describes an explanation whose greatest raw value is `full`, drawn with an opacity.
    pub fn new(
        explanation: &Explanation,
        prediction: &Prediction,
        (full, opacity, look): (f32, f32, MapLook),
    ) -> Self {
        let score = prediction
            .scores
            .iter()
            .find(|it| it.label == explanation.label);
        Self {
            shown: format!(
                "influence map for \u{201C}{}\u{201D} \u{00B7} {}",
                explanation.label,
                explanation.method.name()
            ),
            scale: format!(
                "0 \u{2013} {}{}, drawn at {}{}",
                short_number(full),
                outline_words(explanation.method, full, look),
                percent(opacity),
                if look.is_raw { ", not smoothed" } else { "" }
            ),
            answer: score.map_or_else(String::new, |it| {
                let scope = if prediction.beyond_scope.is_empty() {
                    ""
                } else {
                    ", beyond scope"
                };
                format!("{} {}{scope}", it.label, percent(it.probability))
            }),
            model: format!(
                "{} {} \u{00B7} weights {}",
                explanation.model.name,
                explanation.model.version,
                explanation.model.weights_sha256.short()
            ),
            stretched: String::new(),
        }
    }

    /// Says how pixels that are not square are drawn, by their height for their width.
    #[must_use]
    pub fn stretched(self, aspect: f32) -> Self {
        let stretched = if aspect == 1.0 {
            String::new()
        } else {
            format!("pixels drawn {aspect:.2} times as high as wide")
        };
        Self { stretched, ..self }
    }

    /// The picture with the strip under it.
    pub fn below(&self, picture: &Picture) -> Picture {
        let unit = (picture.width as f32 / UNIT_WIDTH).max(1.0);
        let height = (STRIP_HEIGHT * unit) as usize;
        let mut all = Picture {
            width: picture.width,
            height: picture.height + height,
            rgba: picture.rgba.clone(),
        };
        let strip = [STRIP[0], STRIP[1], STRIP[2], 255];
        let n_bytes = 4 * picture.width * height;
        all.rgba.extend(strip.iter().copied().cycle().take(n_bytes));
        let (left, right) = (MARGIN * unit, picture.width as f32 - MARGIN * unit);
        let line = |number: f32| picture.height as f32 + (14.0 + number * LINE) * unit;
        let mut write = |text: &str, at: (f32, f32), color, align| {
            write(&mut all, text, at, (color, align, TEXT_PX * unit));
        };
        write(&self.shown, (left, line(0.0)), TEXT, Align::Left);
        write(&self.answer, (right, line(0.0)), AMBER, Align::Right);
        let after_bar = left + (BAR.0 + 10.0) * unit;
        write(&self.scale, (after_bar, line(1.0)), MUTED, Align::Left);
        write(&self.model, (right, line(1.0)), MUTED, Align::Right);
        write(RESEARCH_USE, (left, line(2.0)), AMBER, Align::Left);
        write(&self.stretched, (right, line(2.0)), MUTED, Align::Right);
        scale_bar(&mut all, (left, line(1.0) + 4.0 * unit), unit);
        all
    }
}

/// Where the outline lies on the scale, if there is one.
fn outline_words(method: Method, full: f32, look: MapLook) -> String {
    let level = outline(method, full).filter(|_| look.has_outline);
    level.map_or_else(String::new, |it| format!(", line at {}", short_number(it)))
}

/// The value of the outline on the scale, for a method that has one.
pub fn outline(method: Method, full: f32) -> Option<f32> {
    (has_outline(method) && 0.0 < full).then_some(full * OUTLINE_LEVEL)
}

/// A probability as people read it; a score between 0 and 1 never becomes "0 %" or "100 %" by rounding.
pub fn percent(probability: f32) -> String {
    let percent = probability * 100.0;
    match percent {
        _ if 0.0 < percent && percent < 0.5 => "< 1 %".to_owned(),
        _ if (99.5..100.0).contains(&percent) => "> 99 %".to_owned(),
        _ => format!("{percent:.0} %"),
    }
}

/// Two significant digits.
pub fn short_number(value: f32) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if !(0.01..10_000.0).contains(&size) => {
            format!("{value:.1e}").replace('-', "\u{2212}")
        }
        size if size < 1.0 => format!("{value:.2}"),
        size if size < 10.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

fn scale_bar(picture: &mut Picture, (left, top): (f32, f32), unit: f32) {
    let (width, height) = (BAR.0 * unit, BAR.1 * unit);
    for column in 0..width as usize {
        for row in 0..height as usize {
            picture.put(
                (left + column as f32, top + row as f32),
                heat_color(column as f32 / width),
                1.0,
            );
        }
    }
}

/// A line of text at a point, plain or as a warning.
pub(super) fn line(picture: &mut Picture, text: &str, at: (f32, f32), is_warning: bool) {
    let color = if is_warning { AMBER } else { TEXT };
    write(picture, text, at, (color, Align::Left, TEXT_PX));
}

#[derive(Clone, Copy)]
pub(super) enum Align {
    Left,
    Middle,
    Right,
}

/// Writes a line of text of `size` pixels with its top at `y`. What the fonts lack is left out.
pub(super) fn write(
    picture: &mut Picture,
    text: &str,
    (x, y): (f32, f32),
    (color, align, size): ([u8; 3], Align, f32),
) {
    let fonts = fonts();
    let mut pen = match align {
        Align::Left => x,
        Align::Middle => x - width_of(&fonts, text, size) / 2.0,
        Align::Right => x - width_of(&fonts, text, size),
    };
    for (font, glyph) in text.chars().filter_map(|it| glyph(&fonts, it)) {
        let baseline = y + size * 0.85;
        let placed =
            glyph.with_scale_and_position(PxScale::from(size), ab_glyph::point(pen, baseline));
        if let Some(outline) = font.outline_glyph(placed) {
            let corner = outline.px_bounds().min;
            outline.draw(|column, row, alpha| {
                picture.put(
                    (corner.x + column as f32, corner.y + row as f32),
                    color,
                    alpha,
                );
            });
        }
        pen += advance(font, glyph, size);
    }
}

/// A text in lines that fit, broken between words, and where that is not enough between letters.
pub(super) fn wrapped(text: &str, fits: impl Fn(&str) -> bool) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_inclusive(' ') {
        if !line.is_empty() && !fits(&format!("{line}{}", word.trim_end())) && fits(word.trim_end())
        {
            lines.push(std::mem::take(&mut line));
        }
        for letter in word.chars() {
            line.push(letter);
            if letter != ' ' && 1 < line.chars().count() && !fits(&line) {
                line.pop();
                lines.push(std::mem::take(&mut line));
                line.push(letter);
            }
        }
    }
    lines.push(line);
    lines
}

/// How wide a line of text of `size` pixels is.
pub(super) fn width(text: &str, size: f32) -> f32 {
    width_of(&fonts(), text, size)
}

/// The fonts of the program: what the first lacks is looked for in the next.
pub(super) fn fonts() -> Vec<FontRef<'static>> {
    let all = [INTER, NOTO_SANS_SC].into_iter();
    all.filter_map(|it| FontRef::try_from_slice(it).ok())
        .collect()
}

fn glyph<'f>(
    fonts: &'f [FontRef<'static>],
    letter: char,
) -> Option<(&'f FontRef<'static>, GlyphId)> {
    let font = fonts.iter().find(|it| it.glyph_id(letter).0 != 0)?;
    Some((font, font.glyph_id(letter)))
}

fn width_of(fonts: &[FontRef<'static>], text: &str, size: f32) -> f32 {
    let glyphs = text.chars().filter_map(|it| glyph(fonts, it));
    glyphs.map(|(font, it)| advance(font, it, size)).sum()
}

fn advance(font: &FontRef<'_>, glyph: GlyphId, size: f32) -> f32 {
    font.as_scaled(PxScale::from(size)).h_advance(glyph)
}
