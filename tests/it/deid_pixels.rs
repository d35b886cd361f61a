//! Text burned into pictures is found: a drawn set with known ink, and the same scorer on finders that miss.
//!
//! `WARDLIGHT_BURNED_IN=3000` searches the whole set and prints its table; `WARDLIGHT_BURNED_IN_OUT` names a
//! folder for the pictures, as PNG, and `gold.json`, which `tests/bench/burned_in.py` reads.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Instant,
};

use unicode_normalization::UnicodeNormalization as _;
use wardlight::{
    deid::pixels::{Picture, Rect, Samples, TextBox, TextFinder, masks},
    stats,
};

use crate::burned_in::{Drawn, LAYOUTS, Layout, SCRIPTS, Script, Studio};

/// A line counts as found when this part of its ink is blanked: what is left of a letter is at most the soft
/// rim of a stroke, and less than the dot of an i in a line of ten letters.
const FOUND: f64 = 0.99;
/// A marker counts as kept when no more than this part of its ink is blanked.
const KEPT: f64 = 0.01;
/// The pictures of the quick test, two of each layout.
const FEW: u64 = 24;

/// The networks, or a printed reason why there are none.
fn finder() -> Option<TextFinder> {
    let folder =
        std::env::var_os("WARDLIGHT_OCR").map_or_else(|| PathBuf::from(".deps/ocr"), PathBuf::from);
    if !folder.exists() {
        println!(
            "skipped: no networks that find text (packaging/fetch_ocr.sh .deps/ocr fetches them)"
        );
        return None;
    }
    Some(TextFinder::load(&folder).unwrap())
}

/// What was found of a set.
#[derive(Default)]
struct Tally {
    /// Lines in all and lines found.
    lines: BTreeMap<(Layout, Script), (u64, u64)>,
    /// Part of each picture that was blanked beyond the lines as they are set, and beyond the boxes around ink.
    over: BTreeMap<Layout, Vec<[f64; 2]>>,
    markers: (u64, u64),
    secs: f64,
    missed: Vec<String>,
    /// Lines that the reader still finds after masking, among the lines that it was asked about.
    reread: (u64, u64),
}

/// A finder's answer for each frame of a picture.
type Find<'a> = &'a dyn Fn(&Picture) -> Vec<TextBox>;

impl Tally {
    /// Searches each frame; the masks of all frames hold for each.
    fn add(&mut self, number: u64, drawn: &Drawn, find: Find<'_>) -> Vec<Rect> {
        let start = Instant::now();
        let found: Vec<TextBox> = drawn.frames.iter().flat_map(find).collect();
        self.secs += start.elapsed().as_secs_f64();
        let areas = masks(&found, drawn.width, drawn.height);
        let blanked = painted(drawn.width, drawn.height, &areas);
        let mut gold = [vec![false; blanked.len()], vec![false; blanked.len()]];
        for line in &drawn.lines {
            let n_blanked = line.ink.iter().filter(|it| blanked[**it]).count();
            let part = n_blanked as f64 / line.ink.len() as f64;
            if line.is_marker {
                self.markers.0 += 1;
                self.markers.1 += u64::from(part <= KEPT);
                continue;
            }
            paint(&mut gold[0], drawn.width, line.set);
            paint(&mut gold[1], drawn.width, line.area);
            let counts = self.lines.entry((drawn.layout, line.script)).or_default();
            counts.0 += 1;
            counts.1 += u64::from(part >= FOUND);
            if part < FOUND {
                let said = format!(
                    "{number} {:?} {:?} {part:.3}: {} at {:?}",
                    drawn.layout, line.script, line.text, line.area
                );
                self.missed.push(said);
            }
        }
        let over = gold.map(|gold| {
            let beyond = blanked
                .iter()
                .zip(&gold)
                .filter(|(it, gold)| **it && !**gold);
            beyond.count() as f64 / blanked.len() as f64
        });
        self.over.entry(drawn.layout).or_default().push(over);
        areas
    }

    /// Whether the finder still reads a line in the picture that `areas` were blanked in.
    fn reread(&mut self, drawn: &Drawn, areas: &[Rect], find: Find<'_>) {
        let mut read = String::new();
        for frame in &drawn.frames {
            for found in find(&blanked(frame, areas)) {
                // The texts are invented.
                read.push_str(&plain(found.text.reveal()));
                read.push('\n');
            }
        }
        for line in drawn.lines.iter().filter(|it| !it.is_marker) {
            let text = plain(&line.text);
            // Of a line that was cut down to two letters, nothing can be said.
            if text.chars().count() >= 3 {
                self.reread.0 += 1;
                if read.contains(&text) {
                    self.reread.1 += 1;
                    self.missed.push(format!("read again: {}", line.text));
                }
            }
        }
    }

    fn counts(&self, wanted: impl Fn(&(Layout, Script)) -> bool) -> (u64, u64) {
        let rows = self.lines.iter().filter(|(key, _)| wanted(key));
        rows.fold((0, 0), |sum, (_, it)| (sum.0 + it.0, sum.1 + it.1))
    }

    fn mean_over(&self, wanted: impl Fn(Layout) -> bool) -> [f64; 2] {
        let parts = self.over.iter().filter(|(it, _)| wanted(**it));
        let parts: Vec<_> = parts.flat_map(|(_, it)| it).collect();
        [0, 1].map(|idx| parts.iter().map(|it| it[idx]).sum::<f64>() / parts.len().max(1) as f64)
    }

    fn print(&self) {
        let row = |name: &str, (n, found): (u64, u64), over: Option<[f64; 2]>| {
            if n > 0 {
                let it = stats::wilson(found as usize, n as usize);
                let over = over.map_or(String::new(), |[set, ink]| {
                    format!("{:6.3} % {:6.3} %", 100.0 * set, 100.0 * ink)
                });
                println!(
                    "{name:<14} {found:>6} of {n:>6} {:8.3} % [{:.3}, {:.3}] {over}",
                    100.0 * found as f64 / n as f64,
                    100.0 * it.low,
                    100.0 * it.high
                );
            }
        };
        println!(
            "lines found: n, recall, Wilson's 95 % interval; part of the picture blanked beyond lines and beyond ink"
        );
        for layout in LAYOUTS {
            row(
                &format!("{layout:?}"),
                self.counts(|it| it.0 == layout),
                Some(self.mean_over(|it| it == layout)),
            );
        }
        for script in SCRIPTS {
            row(
                &format!("{script:?}"),
                self.counts(|it| it.1 == script),
                None,
            );
        }
        row("all", self.counts(|_| true), Some(self.mean_over(|_| true)));
        row("markers kept", self.markers, None);
        println!(
            "read again after masking: {} of {}",
            self.reread.1, self.reread.0
        );
        let n: usize = self.over.values().map(Vec::len).sum();
        println!("{n} pictures, {:.2} s each", self.secs / n as f64);
        for line in &self.missed {
            println!("missed: {line}");
        }
    }
}

fn paint(mask: &mut [bool], width: usize, area: Rect) {
    for row in mask.chunks_mut(width).take(area.bottom).skip(area.top) {
        row[area.left..area.right].fill(true);
    }
}

fn painted(width: usize, height: usize, areas: &[Rect]) -> Vec<bool> {
    let mut mask = vec![false; width * height];
    for area in areas {
        paint(&mut mask, width, *area);
    }
    mask
}

/// The picture with `areas` black.
fn blanked(picture: &Picture, areas: &[Rect]) -> Picture {
    let (width, height) = (picture.width(), picture.height());
    let mask = painted(width, height, areas);
    let samples = match picture.samples().clone() {
        Samples::Gray(mut values) => {
            let darkest = values.iter().copied().fold(f32::INFINITY, f32::min);
            let places = values.iter_mut().zip(&mask);
            places
                .filter(|(_, masked)| **masked)
                .for_each(|(it, _)| *it = darkest);
            Samples::Gray(values)
        }
        Samples::Rgb(mut values) => {
            let places = values.chunks_mut(3).zip(&mask);
            places
                .filter(|(_, masked)| **masked)
                .for_each(|(it, _)| it.fill(0));
            Samples::Rgb(values)
        }
    };
    Picture::parse(width, height, samples).unwrap()
}

/// Letters and digits alone, so that spaces and stops do not hide a reading.
fn plain(text: &str) -> String {
    text.nfkc()
        .filter(|it| it.is_alphanumeric())
        .flat_map(char::to_uppercase)
        .collect()
}

#[test]
fn text_burned_into_pictures_is_found_and_cannot_be_read_after_masking() {
    let (Some(finder), Some(studio)) = (finder(), Studio::open()) else {
        return;
    };
    let find = |picture: &Picture| finder.find(picture).unwrap();
    let mut tally = Tally::default();
    for number in 0..FEW {
        let drawn = studio.draw(number);
        let areas = tally.add(number, &drawn, &find);
        if number % 6 == 0 {
            tally.reread(&drawn, &areas, &find);
        }
    }
    tally.print();
    let (n, found) = tally.counts(|_| true);
    assert!(n > 70 && found == n, "{found} of {n}");
    assert_eq!(tally.reread.1, 0);
    assert!(tally.reread.0 > 5);
    assert!(tally.mean_over(|_| true)[0] <= 0.01);
}

/// The negative control: what a finder leaves out is counted as missed, box by box.
#[test]
fn text_that_a_finder_leaves_out_is_counted_as_missed() {
    let Some(studio) = Studio::open() else {
        return;
    };
    let mut empty = Tally::default();
    let mut one_short = Tally::default();
    let mut all = Tally::default();
    let mut narrow = Tally::default();
    for number in 0..12 {
        let drawn = studio.draw(number);
        let answer = |skip: usize, cut: usize| {
            let lines = drawn.lines.iter().skip(skip);
            lines
                .map(|it| TextBox {
                    area: Rect {
                        right: it.area.right - cut.min(it.area.width()),
                        ..it.area
                    },
                    text: wardlight::privacy::Phi::default(),
                    confidence: 1.0,
                    is_marker: it.is_marker,
                })
                .collect::<Vec<_>>()
        };
        let of = |tally: &mut Tally, boxes: Vec<TextBox>| {
            tally.add(number, &drawn, &|_| boxes.clone());
        };
        of(&mut empty, Vec::new());
        of(&mut one_short, answer(1, 0));
        of(&mut all, answer(0, 0));
        of(&mut narrow, answer(0, 16));
    }
    let (n, found) = all.counts(|_| true);
    assert!(n > 30 && found == n);
    assert!(all.mean_over(|_| true)[1] < 0.01);
    assert_eq!(empty.counts(|_| true), (n, 0));
    assert_eq!(one_short.counts(|_| true), (n, n - 12));
    // A tenth of a line is not found when its end is left out.
    assert!(narrow.counts(|_| true).1 < n / 2);
}

#[test]
fn the_whole_set() {
    let Ok(numbers) = std::env::var("WARDLIGHT_BURNED_IN") else {
        println!(
            "skipped: WARDLIGHT_BURNED_IN says how many pictures to search, or from which to which: 100..200"
        );
        return;
    };
    let (first, end) = numbers.split_once("..").unwrap_or(("0", &numbers));
    let numbers = first.parse::<u64>().unwrap()..end.parse().unwrap();
    let (Some(finder), Some(studio)) = (finder(), Studio::open()) else {
        return;
    };
    println!(
        "{} real radiographs behind the text",
        studio.n_radiographs()
    );
    let out = std::env::var_os("WARDLIGHT_BURNED_IN_OUT").map(PathBuf::from);
    let mut gold = Vec::new();
    let find = |picture: &Picture| finder.find(picture).unwrap();
    let mut tally = Tally::default();
    for number in numbers {
        let drawn = studio.draw(number);
        let areas = tally.add(number, &drawn, &find);
        if let Some(folder) = &out {
            gold.push(saved(number, &drawn, &areas, folder));
        }
        if number % 10 == 5 {
            tally.reread(&drawn, &areas, &find);
        }
        if number % 100 == 99 {
            tally.print();
        }
    }
    tally.print();
    if let Some(folder) = &out {
        let bytes = serde_json::to_vec(&gold).unwrap();
        wardlight::disk::write_atomic(&folder.join("gold.json"), &bytes).unwrap();
    }
}

/// Writes the frames as PNG of 8 bits, in their full range, and tells what is on them and what we masked.
fn saved(number: u64, drawn: &Drawn, areas: &[Rect], folder: &Path) -> serde_json::Value {
    let (width, height) = (drawn.width as u32, drawn.height as u32);
    let mut names = Vec::new();
    for (idx, frame) in drawn.frames.iter().enumerate() {
        let image: image::DynamicImage = match frame.samples().clone() {
            Samples::Gray(values) => {
                let low = values.iter().copied().fold(f32::INFINITY, f32::min);
                let high = values.iter().copied().fold(low, f32::max);
                let byte = |it: &f32| ((it - low) / (high - low).max(1.0) * 255.0).round() as u8;
                let bytes = values.iter().map(byte).collect();
                image::GrayImage::from_raw(width, height, bytes)
                    .unwrap()
                    .into()
            }
            Samples::Rgb(bytes) => image::RgbImage::from_raw(width, height, bytes)
                .unwrap()
                .into(),
        };
        let mut bytes = std::io::Cursor::new(Vec::new());
        image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        let name = format!("{number:04}-{idx}.png");
        wardlight::disk::write_atomic(&folder.join(&name), &bytes.into_inner()).unwrap();
        names.push(name);
    }
    let sides = |it: &Rect| [it.left, it.top, it.right, it.bottom];
    let lines: Vec<_> = drawn.lines.iter().map(|it| serde_json::json!({
        "script": format!("{:?}", it.script), "is_marker": it.is_marker, "ink": it.ink, "set": sides(&it.set),
    })).collect();
    serde_json::json!({
        "layout": format!("{:?}", drawn.layout), "width": width, "height": height, "frames": names, "lines": lines,
        "ours": areas.iter().map(sides).collect::<Vec<_>>(),
    })
}
