//! A view on a page, as PDF: the picture, the answer of the model as a table, the lines of words.
//!
//! Words are text, in the letters of our fonts that stand on the page and no others. The file says of itself only which
//! program wrote it.

use std::{collections::BTreeMap, io::Write as _};

use ab_glyph::{Font as _, FontRef};
use flate2::{Compression, write::ZlibEncoder};
use pdf_writer::{
    Content, Filter, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr,
    types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap},
};
use subsetter::GlyphRemapper;

use super::{
    Error, Picture,
    caption::{self, INTER, NOTO_SANS_SC},
    outgoing::{Line, Outgoing, Tone},
};

/// What stands on the page beside the view.
#[derive(Clone)]
pub struct Page {
    /// Width and height in points.
    pub size_pt: [f32; 2],
    /// What a model answered, if one did.
    pub table: Option<Table>,
    /// At the foot of each page.
    pub foot: String,
}

/// Rows of four cells under their heads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub heads: [String; 4],
    pub rows: Vec<[String; 4]>,
}

const PRODUCER: &str = concat!("Wardlight ", env!("CARGO_PKG_VERSION"));
const NAMES: [&[u8]; 2] = [b"WARDLA+Inter-Regular", b"WARDLB+NotoSansSC-Regular"];
/// Sizes in points.
const MARGIN: f32 = 42.0;
const FOOT: f32 = 64.0;
const TEXT: f32 = 9.0;
const LINE: f32 = 13.0;
/// The picture leaves room for words.
const PICTURE_SHARE: f32 = 0.55;
/// Where the cells of a row begin, as shares of the room.
const CELLS: [f32; 5] = [0.0, 0.34, 0.5, 0.68, 1.0];
const ADOBE: SystemInfo<'static> = SystemInfo {
    registry: Str(b"Adobe"),
    ordering: Str(b"Identity"),
    supplement: 0,
};

/// The page, and as many more as the words need.
///
/// # Errors
/// A font or the picture cannot be embedded.
pub fn pdf(outgoing: &Outgoing, page: &Page) -> Result<Vec<u8>, Error> {
    let picture = outgoing.framed();
    let mut pen = Pen::new(page);
    pen.picture(&picture);
    if let Some(table) = &page.table {
        pen.table(table);
    }
    for line in &outgoing.lines {
        pen.line(line);
    }
    pen.finish(&picture)
}

/// Where the next line comes.
struct Pen<'a> {
    page: &'a Page,
    letters: Letters,
    pages: Vec<Content>,
    /// From the lower edge, as PDF counts.
    y: f32,
}

impl<'a> Pen<'a> {
    fn new(page: &'a Page) -> Self {
        let mut pen = Self {
            page,
            letters: Letters::new(),
            pages: Vec::new(),
            y: 0.0,
        };
        pen.turn();
        pen
    }

    fn room(&self) -> f32 {
        self.page.size_pt[0] - 2.0 * MARGIN
    }

    /// A new page, with its foot.
    fn turn(&mut self) {
        let mut content = Content::new();
        let size = self.page.size_pt;
        let words = &self.page.foot;
        let at = (MARGIN, MARGIN);
        self.letters.show(&mut content, words, at, Tone::Warning);
        self.pages.push(content);
        self.y = size[1] - MARGIN;
    }

    /// Makes room for so much; says where the first line of it stands.
    fn take(&mut self, height: f32) -> f32 {
        if self.y - height < FOOT {
            self.turn();
        }
        self.y -= height;
        self.y
    }

    fn picture(&mut self, picture: &Picture) {
        let (width, height) = (picture.width as f32, picture.height as f32);
        let most = self.page.size_pt[1] * PICTURE_SHARE;
        let scale = (self.room() / width).min(most / height);
        let (width, height) = (width * scale, height * scale);
        let left = MARGIN + (self.room() - width) / 2.0;
        let bottom = self.take(height);
        if let Some(content) = self.pages.last_mut() {
            content
                .save_state()
                .transform([width, 0.0, 0.0, height, left, bottom])
                .x_object(Name(b"Picture"))
                .restore_state();
        }
        self.y -= LINE;
    }

    fn table(&mut self, table: &Table) {
        self.row(&table.heads, Tone::Quiet);
        let (y, right) = (self.y - 4.0, self.page.size_pt[0] - MARGIN);
        if let Some(content) = self.pages.last_mut() {
            content.set_stroke_gray(0.6).set_line_width(0.5);
            content.move_to(MARGIN, y).line_to(right, y).stroke();
        }
        self.y -= 4.0;
        for row in &table.rows {
            self.row(row, Tone::Plain);
        }
        self.y -= LINE / 2.0;
    }

    /// A row is as high as its longest cell, and is not torn between pages.
    fn row(&mut self, cells: &[String; 4], tone: Tone) {
        let room = self.room();
        let starts = CELLS.iter().zip(CELLS.iter().skip(1));
        let cells: Vec<(f32, Vec<String>)> = cells
            .iter()
            .zip(starts)
            .map(|(words, (from, to))| {
                let width = (to - from) * room - 8.0;
                let lines = caption::wrapped(words, |it| self.letters.width(it) <= width);
                (MARGIN + from * room, lines)
            })
            .collect();
        let n_lines = cells.iter().map(|it| it.1.len()).max().unwrap_or(0);
        let last = self.take(n_lines as f32 * LINE);
        let Some(content) = self.pages.last_mut() else {
            return;
        };
        for (x, lines) in &cells {
            for (idx, words) in lines.iter().enumerate() {
                let y = last + (n_lines - 1 - idx) as f32 * LINE;
                self.letters.show(content, words, (*x, y), tone);
            }
        }
    }

    fn line(&mut self, line: &Line) {
        let room = self.room();
        for words in caption::wrapped(&line.words, |it| self.letters.width(it) <= room) {
            let y = self.take(LINE);
            if let Some(content) = self.pages.last_mut() {
                self.letters.show(content, &words, (MARGIN, y), line.tone);
            }
        }
    }

    fn finish(self, picture: &Picture) -> Result<Vec<u8>, Error> {
        let mut next = 1;
        let mut id = || {
            next += 1;
            Ref::new(next - 1)
        };
        let (catalog, tree, info, image) = (id(), id(), id(), id());
        let mut pdf = Pdf::new();
        pdf.catalog(catalog).pages(tree);
        pdf.document_info(info).producer(TextStr(PRODUCER));
        let fonts: Vec<(String, Ref)> = (0..self.letters.fonts.len())
            .map(|at| (font_name(at), id()))
            .collect();
        let ids: Vec<(Ref, Ref)> = self.pages.iter().map(|_| (id(), id())).collect();
        let n_pages = i32::try_from(ids.len()).unwrap_or(i32::MAX);
        pdf.pages(tree)
            .kids(ids.iter().map(|it| it.0))
            .count(n_pages);
        let [width, height] = self.page.size_pt;
        for ((page_id, content_id), content) in ids.into_iter().zip(self.pages) {
            let mut page = pdf.page(page_id);
            page.media_box(Rect::new(0.0, 0.0, width, height));
            page.parent(tree).contents(content_id);
            let mut resources = page.resources();
            resources.x_objects().pair(Name(b"Picture"), image);
            let mut named = resources.fonts();
            for (name, font) in &fonts {
                named.pair(Name(name.as_bytes()), *font);
            }
            named.finish();
            resources.finish();
            page.finish();
            let bytes = deflated(&content.finish())?;
            pdf.stream(content_id, &bytes).filter(Filter::FlateDecode);
        }
        write_image(&mut pdf, image, picture)?;
        for (at, (_, font)) in fonts.into_iter().enumerate() {
            let parts = [id(), id(), id(), id()];
            self.letters.write_font(&mut pdf, at, (font, parts))?;
        }
        Ok(pdf.finish())
    }
}

fn write_image(pdf: &mut Pdf, id: Ref, picture: &Picture) -> Result<(), Error> {
    let edge = |it: usize| i32::try_from(it).map_err(|it| pdf_error(&it));
    let rgb: Vec<u8> = picture
        .rgba
        .chunks_exact(4)
        .flat_map(|it| it.iter().take(3).copied())
        .collect();
    let bytes = deflated(&rgb)?;
    let mut image = pdf.image_xobject(id, &bytes);
    image.filter(Filter::FlateDecode);
    image
        .width(edge(picture.width)?)
        .height(edge(picture.height)?);
    image.color_space().device_rgb();
    image.bits_per_component(8);
    Ok(())
}

/// The fonts, and which of their letters stand on the pages.
struct Letters {
    fonts: Vec<FontRef<'static>>,
    used: Vec<Used>,
}

#[derive(Default)]
struct Used {
    glyphs: GlyphRemapper,
    /// What each glyph of the embedded font means, to search and copy.
    meanings: BTreeMap<u16, char>,
    /// In thousandths of an em.
    widths: BTreeMap<u16, f32>,
}

impl Letters {
    fn new() -> Self {
        let fonts = caption::fonts();
        let used = fonts.iter().map(|_| Used::default()).collect();
        Self { fonts, used }
    }

    fn find(&self, letter: char) -> Option<(usize, u16, f32)> {
        let has = |font: &FontRef<'_>| font.glyph_id(letter).0 != 0;
        let at = self.fonts.iter().position(has)?;
        let font = self.fonts.get(at)?;
        let glyph = font.glyph_id(letter);
        let em = font.units_per_em().filter(|it| 0.0 < *it)?;
        let width = font.h_advance_unscaled(glyph) / em * 1000.0;
        Some((at, glyph.0, width))
    }

    fn width(&self, text: &str) -> f32 {
        let widths = text.chars().filter_map(|it| self.find(it));
        widths.map(|it| it.2 * TEXT / 1000.0).sum()
    }

    /// A line of text on a page; a colour that has a meaning is shown as a square before it.
    fn show(&mut self, content: &mut Content, text: &str, (x, y): (f32, f32), tone: Tone) {
        let share = |it: u8| f32::from(it) / 255.0;
        let mut left = x;
        if let Tone::Legend([red, green, blue]) = tone {
            content.set_fill_rgb(share(red), share(green), share(blue));
            content.rect(x, y, 7.0, 7.0).fill_nonzero();
            left += 12.0;
        }
        let [red, green, blue] = match tone {
            Tone::Quiet => [0.35, 0.35, 0.35],
            Tone::Warning => [0.52, 0.3, 0.0],
            Tone::Plain | Tone::Legend(_) => [0.05, 0.05, 0.05],
        };
        content.set_fill_rgb(red, green, blue);
        content.begin_text().next_line(left, y);
        for (at, bytes) in self.runs(text) {
            content.set_font(Name(font_name(at).as_bytes()), TEXT);
            content.show(Str(&bytes));
        }
        content.end_text();
    }

    /// Pieces of text of one font each, as numbers of glyphs in the font that will be embedded.
    fn runs(&mut self, text: &str) -> Vec<(usize, Vec<u8>)> {
        let mut runs: Vec<(usize, Vec<u8>)> = Vec::new();
        for letter in text.chars() {
            let Some((at, glyph, width)) = self.find(letter) else {
                continue;
            };
            let Some(used) = self.used.get_mut(at) else {
                continue;
            };
            let number = used.glyphs.remap(glyph);
            used.meanings.entry(number).or_insert(letter);
            used.widths.insert(number, width);
            match runs.last_mut().filter(|it| it.0 == at) {
                Some((_, bytes)) => bytes.extend(number.to_be_bytes()),
                None => runs.push((at, number.to_be_bytes().to_vec())),
            }
        }
        runs
    }

    /// ISO 32000-2 9.7: a composite font whose codes are the numbers of its glyphs.
    fn write_font(
        &self,
        pdf: &mut Pdf,
        at: usize,
        (id, [descendant, descriptor, file, meanings]): (Ref, [Ref; 4]),
    ) -> Result<(), Error> {
        let (Some(font), Some(used)) = (self.fonts.get(at), self.used.get(at)) else {
            return Ok(());
        };
        let name = Name(NAMES.get(at).copied().unwrap_or(b"Font"));
        pdf.type0_font(id)
            .base_font(name)
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(descendant)
            .to_unicode(meanings);
        let mut cid = pdf.cid_font(descendant);
        cid.subtype(CidFontType::Type2)
            .base_font(name)
            .system_info(ADOBE)
            .font_descriptor(descriptor)
            .default_width(0.0)
            .cid_to_gid_map_predefined(Name(b"Identity"));
        let mut widths = cid.widths();
        for (number, width) in &used.widths {
            widths.consecutive(*number, [*width]);
        }
        widths.finish();
        cid.finish();
        let em = font.units_per_em().unwrap_or(1000.0);
        let (ascent, descent) = (font.ascent_unscaled(), font.descent_unscaled());
        let [ascent, descent] = [ascent, descent].map(|it| it / em * 1000.0);
        pdf.font_descriptor(descriptor)
            .name(name)
            .flags(FontFlags::SYMBOLIC)
            .bbox(Rect::new(-1000.0, descent, 2000.0, ascent))
            .italic_angle(0.0)
            .ascent(ascent)
            .descent(descent)
            .cap_height(ascent)
            .stem_v(80.0)
            .font_file2(file);
        let data = if at == 0 { INTER } else { NOTO_SANS_SC };
        let subset = subsetter::subset(data, 0, &used.glyphs).map_err(|it| pdf_error(&it))?;
        let bytes = deflated(&subset)?;
        let length = i32::try_from(subset.len()).unwrap_or(i32::MAX);
        pdf.stream(file, &bytes)
            .filter(Filter::FlateDecode)
            .pair(Name(b"Length1"), length);
        let mut map = UnicodeCmap::<u16>::new(Name(b"Meanings"), ADOBE);
        for (number, letter) in &used.meanings {
            map.pair(*number, *letter);
        }
        let bytes = map.finish();
        pdf.cmap(meanings, &bytes);
        Ok(())
    }
}

fn font_name(at: usize) -> String {
    format!("F{at}")
}

fn deflated(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(bytes);
    written
        .and_then(|()| encoder.finish())
        .map_err(|it| pdf_error(&it))
}

fn pdf_error(cause: &dyn std::fmt::Display) -> Error {
    Error::Pdf {
        cause: cause.to_string(),
    }
}
