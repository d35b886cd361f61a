//! PDF with a text layer, ISO 32000: which characters are drawn where, page by page. [`layout`] makes lines of them.
//!
//! Not here: characters in pictures. A document that holds only those is refused, and says so.

use encoding_rs::{BIG5, EUC_KR, Encoding, GB18030, SHIFT_JIS, UTF_16BE};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps,
    InterpreterCache, InterpreterSettings, SoftMask, TransformExt as _,
    font::{Glyph, GlyphRun},
    hayro_cmap::BfString,
    interpret_page,
    kurbo::{Affine, BezPath, Point, Rect},
};
use hayro_syntax::{
    DecryptionError, LoadPdfError, Pdf,
    object::{Dict, Name},
    page::Page,
};

use super::{
    Draft, beside,
    layout::{self, Mark},
};
use crate::{
    import::{Refusal, note::LIMIT_BYTES},
    warnings::{WarningKind, Warnings},
};

/// Most pages: a chart of some years.
const PAGES_LIMIT: usize = 5_000;
/// Most characters drawn on one page: a hundred times a dense one.
const MARKS_LIMIT: usize = 1 << 20;
/// Units of a font in an em, ISO 32000-2 9.2.4.
const UNITS_PER_EM: f64 = 1000.0;

/// Reads the text, pages apart by a blank line.
pub(super) fn read(bytes: &[u8], warnings: &Warnings) -> Result<Draft, Refusal> {
    let pdf = Pdf::new(bytes.to_vec()).map_err(|error| refusal(&error))?;
    let pages = pdf.pages();
    if pages.is_empty() {
        return Err(Refusal::malformed("a PDF document with pages", "none"));
    }
    if PAGES_LIMIT < pages.len() {
        let what = "a document in pages";
        return Err(Refusal::too_large(
            what,
            PAGES_LIMIT as u64,
            pages.len() as u64,
        ));
    }
    let cache = InterpreterCache::new();
    let mut text = String::new();
    let mut starts = Vec::with_capacity(pages.len());
    let mut found = Found::default();
    let mut n_empty = 0;
    for page in pages.iter() {
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        starts.push(text.len());
        let words = page_text(page, &pdf, &cache, &mut found)?;
        n_empty += usize::from(words.is_empty());
        text.push_str(&words);
        if LIMIT_BYTES < text.len() as u64 {
            let what = "the text of a document in bytes";
            return Err(Refusal::too_large(what, LIMIT_BYTES, text.len() as u64));
        }
    }
    found.tell(n_empty, pages.len(), warnings)?;
    let metadata = pdf.metadata();
    Ok(Draft {
        text,
        title: metadata.title.as_deref().map(text_string),
        date: metadata.creation_date.as_ref().map(|it| {
            let (hour, minute) = (it.hour, it.minute);
            format!(
                "{:04}-{:02}-{:02} {hour:02}:{minute:02}",
                it.year, it.month, it.day
            )
        }),
        pages: starts,
        ..Draft::default()
    })
}

fn refusal(error: &LoadPdfError) -> Refusal {
    match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => Refusal::Locked,
        LoadPdfError::Decryption(_) => Refusal::unsupported(
            "a PDF document with the encryption of the standard",
            "another",
        ),
        LoadPdfError::Invalid => Refusal::malformed("a sound PDF document", "a broken one"),
    }
}

fn page_text<'a>(
    page: &Page<'a>,
    pdf: &'a Pdf,
    cache: &InterpreterCache<'a>,
    found: &mut Found,
) -> Result<String, Refusal> {
    let (width, height) = page.render_dimensions();
    let bounds = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
    let mut context = Context::new(
        page.initial_transform(true).to_kurbo(),
        bounds,
        cache,
        pdf.xref(),
        InterpreterSettings::default(),
    );
    let mut pen = Pen {
        marks: Vec::new(),
        codes: codes(page),
        found,
    };
    interpret_page(page, &mut context, &mut pen);
    let marks = pen.marks;
    if MARKS_LIMIT <= marks.len() {
        let what = "a page in characters";
        return Err(Refusal::too_large(
            what,
            MARKS_LIMIT as u64,
            marks.len() as u64,
        ));
    }
    Ok(layout::text(marks))
}

/// What was met on the way.
#[derive(Default)]
struct Found {
    n_pictures: usize,
    n_marks: usize,
    n_unknown: usize,
    has_invisible: bool,
}

impl Found {
    /// Refuses a document without a text layer that can be read, and tells of what is not in the text.
    fn tell(&self, n_empty: usize, n_pages: usize, warnings: &Warnings) -> Result<(), Refusal> {
        let no_text = |found: &str| {
            Err(Refusal::NoText {
                found: found.to_owned(),
            })
        };
        if n_empty == n_pages {
            return no_text(if 0 < self.n_pictures {
                "one that holds pictures of pages and no text: recognise the text (OCR) first"
            } else {
                "one with empty pages"
            });
        }
        if self.n_marks < self.n_unknown * 3 {
            return no_text(
                "one whose fonts do not tell their characters: recognise the text (OCR) first",
            );
        }
        if 0 < self.n_unknown {
            beside::loss(warnings);
        }
        if 0 < self.n_pictures {
            beside::pictures(warnings);
        }
        if 0 < n_empty {
            warnings.add(
                WarningKind::Text,
                format!("{n_empty} of {n_pages} pages have no text"),
            );
        }
        if self.has_invisible {
            warnings.add(
                WarningKind::Text,
                "the document has text that is not drawn, as text recognition leaves it: it was read, and may have its errors",
            );
        }
        Ok(())
    }
}

/// Writes down what is drawn.
struct Pen<'a> {
    marks: Vec<Mark>,
    /// How the codes of a font that does not tell its characters are read.
    codes: Option<&'static Encoding>,
    found: &'a mut Found,
}

impl Pen<'_> {
    fn characters(&mut self, glyph: &Glyph<'_>) -> String {
        self.found.n_marks += 1;
        let told = glyph.as_unicode().map(|it| match it {
            BfString::Char(char) => char.to_string(),
            BfString::String(text) => text,
        });
        let read = told.or_else(|| {
            let code = glyph.char_code().to_be_bytes();
            let n_zeros = code.iter().take_while(|it| **it == 0).count();
            let encoding = self.codes?;
            // A unit of UTF-16 has two bytes, whatever its value.
            let start = if encoding == UTF_16BE {
                n_zeros.min(2) & !1
            } else {
                n_zeros.min(3)
            };
            let code = code.get(start..).unwrap_or_default();
            let text = encoding.decode_without_bom_handling_and_without_replacement(code)?;
            Some(text.into_owned())
        });
        read.filter(|it| !it.is_empty()).unwrap_or_else(|| {
            self.found.n_unknown += 1;
            char::REPLACEMENT_CHARACTER.to_string()
        })
    }
}

impl<'a> Device<'a> for Pen<'_> {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        self.found.has_invisible |= matches!(mode, DrawMode::Invisible);
        for glyph in run.glyphs() {
            if MARKS_LIMIT <= self.marks.len() {
                return;
            }
            let advance = match &**glyph {
                Glyph::Outline(it) => it.advance_width(),
                Glyph::Type3(it) => it.advance_width(),
            };
            let place: Affine = props.transform * glyph.transform();
            let origin = place * Point::ZERO;
            let end = place * Point::new(f64::from(advance.unwrap_or(0.0)), 0.0);
            let size = (place * Point::new(0.0, UNITS_PER_EM) - origin).hypot();
            let text = self.characters(glyph);
            self.marks.push(Mark {
                text,
                start: (origin.x, origin.y),
                end: (end.x, end.y),
                size,
            });
        }
    }

    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {
        self.found.n_pictures += 1;
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

/// Predefined encodings of East Asian fonts that are not embedded, ISO 32000-2 table 116, by how their names begin.
const CODES: &[(&[u8], &Encoding)] = &[
    (b"UniGB-", UTF_16BE),
    (b"UniCNS-", UTF_16BE),
    (b"UniJIS-", UTF_16BE),
    (b"UniKS-", UTF_16BE),
    (b"GBK", GB18030),
    (b"GB-EUC", GB18030),
    (b"ETen-B5", BIG5),
    (b"90ms", SHIFT_JIS),
    (b"KSC", EUC_KR),
];

/// How the fonts of a page that have codes of their own and no table of characters are encoded, if all are in one way.
fn codes(page: &Page<'_>) -> Option<&'static Encoding> {
    let fonts = &page.resources().fonts;
    let mut all = fonts.keys().filter_map(|it| {
        let font: Dict<'_> = fonts.get(&it)?;
        let is_composite = font.get::<Name<'_>>("Subtype")?.as_ref() == b"Type0".as_slice();
        (is_composite && !font.contains_key("ToUnicode")).then(|| {
            let name = font.get::<Name<'_>>("Encoding");
            let name = name.as_ref().map_or(b"".as_slice(), |it| it.as_ref());
            let known = CODES.iter().find(|(start, _)| name.starts_with(start));
            known.map(|it| it.1)
        })
    });
    let first = all.next()??;
    all.all(|it| it == Some(first)).then_some(first)
}

/// A text string, ISO 32000-2 7.9.2.2: UTF-16 or UTF-8 with a mark, else nearly Latin.
fn text_string(bytes: &[u8]) -> String {
    match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding.decode(bytes).0.into_owned(),
        None => bytes.iter().copied().map(char::from).collect(),
    }
}
