//! Text burned into pictures is found: a drawn set with known ink, and the same scorer on finders that miss.
//!
//! `WARDLIGHT_BURNED_IN=3000` searches the whole set and prints its table (`the_whole_set`);
//! `WARDLIGHT_PICTURES=folder` counts the boxes in pictures without text.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Instant,
};

use proptest::{collection::vec, prelude::*};
use unicode_normalization::UnicodeNormalization as _;
use wardlight::{
    deid::pixels::{DETECTOR, Error, Picture, Rect, Samples, TextBox, TextFinder, masks},
    privacy::Phi,
    stats,
};

use crate::burned_in::{Drawn, LAYOUTS, Layout, SCRIPTS, Script, Studio};

/// A line counts as found when this part of its ink is blanked: what is left of a letter is at most the soft
/// rim of a stroke, and less than the dot of an i in a line of ten letters.
const FOUND: f64 = 0.99;
/// A marker counts as kept when no more than this part of its ink is blanked.
const KEPT: f64 = 0.01;
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

/// One picture of each of two layouts; in the first of them nothing can be read after masking.
fn check(first: u64) {
    let (Some(finder), Some(studio)) = (finder(), Studio::open()) else {
        return;
    };
    let find = |picture: &Picture| finder.find(picture).unwrap();
    let mut tally = Tally::default();
    for number in [first, first + 1] {
        let drawn = studio.draw(number);
        let areas = tally.add(number, &drawn, &find);
        if number == first {
            tally.reread(&drawn, &areas, &find);
        }
    }
    tally.print();
    let (n, found) = tally.counts(|_| true);
    assert!(n > 1 && found == n, "{found} of {n}");
    assert!(tally.reread.0 > 0 && tally.reread.1 == 0);
    assert_eq!(tally.markers.0, tally.markers.1);
    assert!(tally.mean_over(|_| true)[0] <= 0.03);
}

#[test]
fn text_in_the_corners_and_above_a_12_bit_radiograph_is_found() {
    check(0);
}

#[test]
fn text_on_a_film_label_and_above_an_ultrasound_is_found() {
    check(2);
}

#[test]
fn text_around_a_slice_and_tiny_text_are_found() {
    check(4);
}

#[test]
fn huge_and_turned_text_is_found() {
    check(6);
}

#[test]
fn outlined_and_faint_text_is_found() {
    check(8);
}

#[test]
fn text_at_the_edge_and_in_one_frame_of_three_is_found() {
    check(10);
}

#[test]
fn a_marker_stays_unless_other_text_stands_beside_it() {
    let (Some(finder), Some(studio)) = (finder(), Studio::open()) else {
        return;
    };
    let kept = |lines: &[(&str, usize, usize)]| {
        let picture = studio.page(320, 192, 36.0, lines);
        let found = finder.find(&picture).unwrap();
        let kept = found.iter().filter(|it| it.is_marker);
        // The texts are invented.
        kept.map(|it| it.text.reveal().trim().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(kept(&[("L", 60, 40)]), ["L"]);
    assert_eq!(kept(&[("ERECT", 60, 40), ("DOE^JOHN", 40, 130)]), ["ERECT"]);
    assert!(kept(&[("L", 40, 40), ("SMITH", 100, 40)]).is_empty());
    assert!(kept(&[("K", 60, 40), ("LEFT 7", 60, 130)]).is_empty());
}

#[test]
fn pictures_without_text_and_of_odd_sizes_are_searched_without_harm() {
    let Some(finder) = finder() else {
        return;
    };
    let n_found = |width: usize, height: usize, samples: Samples| {
        let picture = Picture::parse(width, height, samples).unwrap();
        let found = finder.find(&picture).unwrap();
        for area in masks(&found, width, height) {
            assert!(area.n_pixels() > 0 && area.right <= width && area.bottom <= height);
        }
        found.len()
    };
    assert_eq!(n_found(96, 96, Samples::Gray(vec![-1000.0; 96 * 96])), 0);
    assert_eq!(n_found(1, 1, Samples::Rgb(vec![255; 3])), 0);
    n_found(
        1,
        300,
        Samples::Gray((0..300).map(|it| it as f32).collect()),
    );
    n_found(
        300,
        2,
        Samples::Rgb((0..1800).map(|it| (it * 7 % 256) as u8).collect()),
    );
    let mut extreme = vec![f32::MAX; 64 * 64];
    extreme[1] = f32::MIN;
    n_found(64, 64, Samples::Gray(extreme));
}

#[test]
fn a_folder_without_the_networks_or_with_others_is_refused() {
    let folder = crate::command::scratch("deid-pixels");
    let refused = |folder: &Path| TextFinder::load(folder).err().unwrap();
    assert!(matches!(refused(&folder), Error::File(_)));
    wardlight::disk::write_atomic(&folder.join(DETECTOR), b"no network").unwrap();
    let error = refused(&folder);
    assert!(
        matches!(error, Error::Network { name: DETECTOR, .. }),
        "{error}"
    );
}

proptest! {
    #[test]
    fn masks_lie_in_the_picture_and_cover_all_boxes_but_markers(
        sides in vec((0usize..60, 0usize..60, 1usize..30, 1usize..30, any::<bool>()), 0..8)
    ) {
        let boxes: Vec<_> = sides
            .iter()
            .map(|(left, top, width, height, is_marker)| TextBox {
                area: Rect { top: *top, left: *left, bottom: top + height, right: left + width },
                text: Phi::default(),
                confidence: 1.0,
                is_marker: *is_marker,
            })
            .collect();
        let areas = masks(&boxes, 50, 40);
        let mask = painted(50, 40, &areas);
        for text_box in boxes.iter().filter(|it| !it.is_marker) {
            let inside = text_box.area.clipped(50, 40);
            for y in inside.top..inside.bottom {
                for x in inside.left..inside.right {
                    prop_assert!(mask[y * 50 + x]);
                }
            }
        }
        prop_assert!(areas.len() <= boxes.iter().filter(|it| !it.is_marker).count());
    }
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
                    text: Phi::default(),
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

/// `WARDLIGHT_BURNED_IN`: how many pictures, or from which to which, as `100..200`.
fn numbers() -> Option<std::ops::Range<u64>> {
    let Ok(numbers) = std::env::var("WARDLIGHT_BURNED_IN") else {
        println!("skipped: WARDLIGHT_BURNED_IN says how many pictures of the set are wanted");
        return None;
    };
    let (first, end) = numbers.split_once("..").unwrap_or(("0", &numbers));
    Some(first.parse().unwrap()..end.parse().unwrap())
}

#[test]
fn the_whole_set() {
    let Some(numbers) = numbers() else {
        return;
    };
    let (Some(finder), Some(studio)) = (finder(), Studio::open()) else {
        return;
    };
    println!(
        "{} real radiographs behind the text",
        studio.n_radiographs()
    );
    let find = |picture: &Picture| finder.find(picture).unwrap();
    let mut tally = Tally::default();
    for number in numbers {
        let drawn = studio.draw(number);
        let areas = tally.add(number, &drawn, &find);
        if number % 10 == 5 {
            tally.reread(&drawn, &areas, &find);
        }
        if number % 100 == 99 {
            tally.print();
        }
    }
    tally.print();
    let (n, found) = tally.counts(|_| true);
    assert!(found as f64 >= 0.999 * n as f64, "{found} of {n}");
    assert!(tally.mean_over(|_| true)[0] <= 0.01);
    assert_eq!(tally.reread.1, 0);
}

/// Letters of 9 and of 500 pixels in pictures of more than one piece, and how long that takes.
#[test]
fn large_pictures() {
    let (Some(_), Some(finder), Some(studio)) = (numbers(), finder(), Studio::open()) else {
        return;
    };
    for side in [512, 1024, 2048] {
        let picture = studio.page(side, side, 16.0, &[("MRN 48213377", side - 200, side - 40)]);
        let start = Instant::now();
        let found = finder.find(&picture).unwrap();
        println!("{side} x {side}: {:.2} s", start.elapsed().as_secs_f64());
        let read: Vec<_> = found.iter().map(|it| plain(it.text.reveal())).collect();
        assert_eq!(read, ["MRN48213377"]);
    }
    let picture = studio.page(2048, 2048, 700.0, &[("DOE^J", 100, 600)]);
    let drawn = Rect {
        top: 800,
        left: 150,
        bottom: 1200,
        right: 1300,
    };
    let found = masks(&finder.find(&picture).unwrap(), 2048, 2048);
    let covered = painted(2048, 2048, &found);
    let hidden = |it: &usize| covered[*it];
    let places = (drawn.top..drawn.bottom)
        .flat_map(|y| (drawn.left..drawn.right).map(move |x| y * 2048 + x));
    assert_eq!(places.clone().filter(hidden).count(), places.count());
}

/// What is blanked in pictures that carry no text, as PNG or JPEG: the boxes are false then.
#[test]
fn boxes_in_a_folder_of_pictures_are_counted() {
    let Some(folder) = std::env::var_os("WARDLIGHT_PICTURES").map(PathBuf::from) else {
        println!("skipped: WARDLIGHT_PICTURES names a folder of pictures without text");
        return;
    };
    let Some(finder) = finder() else {
        return;
    };
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|it| it.unwrap().path()).collect();
    paths.sort();
    let (mut n_boxes, mut n_with, mut part) = (0, 0, 0.0);
    for path in &paths {
        let image = image::open(path).unwrap().into_luma8();
        let (width, height) = (image.width() as usize, image.height() as usize);
        let samples = image.into_raw().into_iter().map(f32::from).collect();
        let picture = Picture::parse(width, height, Samples::Gray(samples)).unwrap();
        let areas = masks(&finder.find(&picture).unwrap(), width, height);
        let mask = painted(width, height, &areas);
        let blanked = mask.iter().filter(|it| **it).count() as f64 / mask.len() as f64;
        println!(
            "{}: {} boxes, {:.3} % blanked",
            path.display(),
            areas.len(),
            100.0 * blanked
        );
        n_boxes += areas.len();
        n_with += usize::from(!areas.is_empty());
        part += blanked;
    }
    let n = paths.len();
    let it = stats::wilson(n_with, n);
    println!(
        "{n_boxes} boxes in {n_with} of {n} pictures [{:.3}, {:.3}], {:.3} % blanked",
        it.low,
        it.high,
        100.0 * part / n as f64
    );
}

/// For other programs (`tests/bench/burned_in.py`): the pictures as PNG, and what is on them.
#[test]
fn the_set_is_written() {
    let Some(folder) = std::env::var_os("WARDLIGHT_BURNED_IN_OUT").map(PathBuf::from) else {
        println!("skipped: WARDLIGHT_BURNED_IN_OUT names the folder for the pictures");
        return;
    };
    let (Some(numbers), Some(studio)) = (numbers(), Studio::open()) else {
        return;
    };
    let gold: Vec<_> = numbers
        .map(|it| written(it, &studio.draw(it), &folder))
        .collect();
    let bytes = serde_json::to_vec(&gold).unwrap();
    wardlight::disk::write_atomic(&folder.join("gold.json"), &bytes).unwrap();
}

/// Writes the frames in 8 bits and their full range.
fn written(number: u64, drawn: &Drawn, folder: &Path) -> serde_json::Value {
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
    })
}
