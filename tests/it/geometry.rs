//! One phantom, an L at known pixels, in whatever way a file may say the same: where it lies on screen in all eight ways to
//! turn it, in what a model reads, under an influence map, and in the overlay that is saved. All by the front door: the files
//! are opened by the decode worker, turned by commands, scored, explained and saved by the engine.
//!
//! Not here: what each curve and each codec makes of a value (`pixels`), and turned pictures against their neighbours (`render`).

use std::{
    collections::BTreeSet,
    path::Path,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use image::RgbImage;
use wardlight::{
    case::{Samples, Scan},
    engine::{Client, Event, Job, Parts, Target},
    model::{Attribution, AttributionValues, Error, Logits, Manifest, Model, Task},
    prediction::{Engine, Form, LabelIdx, Method, Precision},
    prep::{Fit, Input, Intensity, Spec, prepare_scan},
    render::{Overlay, Picture, Pose, compose, overlay::greatest, smooth},
    score::Loaded,
    session::{Action, Command, Effect, ScanItem, State},
    settings::Settings,
    warnings::Warnings,
};

use crate::{
    command::{scratch, write},
    dicom::decoder,
    fake,
    made::{EXPLICIT_BE, Fields, IMPLICIT_LE},
    window::Display,
};

const PHOTOMETRIC: u32 = 0x0028_0004;
const PLANAR: u32 = 0x0028_0006;
const SPACING: u32 = 0x0028_0030;
const ASPECT: u32 = 0x0028_0034;
const SIGN: u32 = 0x0028_0103;
const CENTER: u32 = 0x0028_1050;
const WIDTH: u32 = 0x0028_1051;
const INTERCEPT: u32 = 0x0028_1052;
const SLOPE: u32 = 0x0028_1053;
const DESCRIPTOR: u32 = 0x0028_3002;
const ENTRIES: u32 = 0x0028_3006;
const TABLES: u32 = 0x0028_3010;
const MODALITY: u32 = 0x0008_0060;
const IMAGER_SPACING: u32 = 0x0018_1164;

/// Edge of the square viewport, in screen pixels.
const VIEWPORT: usize = 480;
/// Columns and rows.
const WIDE: (usize, usize) = (24, 16);
const TALL: (usize, usize) = (16, 24);
/// The two values that the phantom has, where nothing else is said.
const GROUND: i32 = 100;
const MARK: i32 = 200;

type Pixels = BTreeSet<(usize, usize)>;

/// The L: a stroke down the left and a shorter foot to the right. No turn and no mirror takes it into itself.
fn mark() -> Pixels {
    let down = (2..=10).map(|y| (3, y));
    down.chain((3..=8).map(|x| (x, 10))).collect()
}

/// One way in which a file may hold the phantom.
struct Way {
    name: &'static str,
    /// Columns and rows.
    size: (usize, usize),
    /// Height of a pixel for its width, as it must be drawn.
    ratio: f32,
    fields: Fields,
}

/// The stored numbers, row by row.
fn stored((width, height): (usize, usize), [ground, bright]: [i32; 2]) -> Vec<i32> {
    let mark = mark();
    let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let value = |it| if mark.contains(&it) { bright } else { ground };
    places.map(value).collect()
}

/// A grey phantom of so many bits whose stored numbers are these two, seen through a window around them.
fn gray(size: (usize, usize), bits: u16, values: [i32; 2]) -> Fields {
    let mut fields = Fields::gray(size.1 as u16, size.0 as u16, bits);
    let stored = stored(size, values);
    let bytes: Vec<u8> = match bits {
        8 => stored.iter().map(|it| *it as u8).collect(),
        _ => stored
            .iter()
            .flat_map(|it| (*it as u16).to_le_bytes())
            .collect(),
    };
    let [low, high] = [values[0].min(values[1]), values[0].max(values[1])];
    fields
        .text(CENTER, b"DS", &format!("{}", (low + high) / 2))
        .text(WIDTH, b"DS", &format!("{}", 2 * (high - low)))
        .pixels(bytes);
    fields
}

/// A phantom in colour, with so little of it that a model reads its brightness.
fn colour(is_planar: bool) -> Fields {
    let mut fields = Fields::colour(WIDE.1 as u16, WIDE.0 as u16, "RGB");
    let stored = stored(WIDE, [0, 1]);
    let channel = |it: &i32, idx: usize| match it {
        0 => [60, 80, 90][idx],
        _ => [220, 190, 200][idx],
    };
    let bytes: Vec<u8> = if is_planar {
        let planes = (0..3).map(|idx| stored.iter().map(move |it| channel(it, idx)));
        planes.flatten().collect()
    } else {
        let pixels = stored
            .iter()
            .flat_map(|it| (0..3).map(move |idx| channel(it, idx)));
        pixels.collect()
    };
    fields.word(PLANAR, u16::from(is_planar)).pixels(bytes);
    fields
}

fn way(name: &'static str, size: (usize, usize), ratio: f32, fields: Fields) -> Way {
    Way {
        name,
        size,
        ratio,
        fields,
    }
}

/// The wide phantom of 16 bits, with a change.
fn changed(change: impl FnOnce(&mut Fields)) -> Fields {
    let mut fields = gray(WIDE, 16, [GROUND, MARK]);
    change(&mut fields);
    fields
}

/// How the numbers are stored.
fn by_numbers() -> Vec<Way> {
    let both = [GROUND, MARK];
    let signed = |bits| {
        let mut fields = gray(WIDE, bits, [GROUND - 150, MARK - 150]);
        fields.word(SIGN, 1);
        fields
    };
    let turned_over = |bits: u16| {
        let top = (1 << bits) - 1;
        let mut fields = gray(WIDE, bits, [top - GROUND, top - MARK]);
        fields.text(PHOTOMETRIC, b"CS", "MONOCHROME1");
        fields
    };
    let rescaled = changed(|it| {
        it.text(SLOPE, b"DS", "2").text(INTERCEPT, b"DS", "-1024");
        // In the units that the slope leads to.
        it.text(CENTER, b"DS", "-724").text(WIDTH, b"DS", "400");
    });
    // From black on the ground to nearly white on the mark, and no window.
    let tabled = changed(|it| {
        let entries = (0..=100_u16).flat_map(|it| (it * 600).to_le_bytes());
        let mut item = Fields::default();
        item.words(DESCRIPTOR, &[101, GROUND as u16, 16]).bytes(
            ENTRIES,
            b"OW",
            entries.collect::<Vec<u8>>(),
        );
        it.text(CENTER, b"DS", "")
            .text(WIDTH, b"DS", "")
            .item(TABLES, item);
    });
    vec![
        way("8 bits", WIDE, 1.0, gray(WIDE, 8, both)),
        way("8 bits, higher than wide", TALL, 1.0, gray(TALL, 8, both)),
        way("12 bits", WIDE, 1.0, gray(WIDE, 12, both)),
        way("16 bits, higher than wide", TALL, 1.0, gray(TALL, 16, both)),
        way("16 bits, signed", WIDE, 1.0, signed(16)),
        way("12 bits, signed", WIDE, 1.0, signed(12)),
        way("a rescale", WIDE, 1.0, rescaled),
        way("MONOCHROME1, 8 bits", WIDE, 1.0, turned_over(8)),
        way("MONOCHROME1, 12 bits", WIDE, 1.0, turned_over(12)),
        way("a display table", WIDE, 1.0, tabled),
        way("RGB by pixel", WIDE, 1.0, colour(false)),
        way("RGB by plane", WIDE, 1.0, colour(true)),
    ]
}

/// How far apart pixels lie, and how elements are written.
fn by_places() -> Vec<Way> {
    let spaced = |tag, text| {
        changed(|it| {
            it.text(MODALITY, b"CS", "CR").text(tag, b"DS", text);
        })
    };
    let both_spacings = changed(|it| {
        it.text(MODALITY, b"CS", "DX")
            .text(SPACING, b"DS", "0.5\\1");
        it.text(IMAGER_SPACING, b"DS", "1\\1");
    });
    let by_aspect = |text| {
        changed(|it| {
            it.text(ASPECT, b"IS", text);
        })
    };
    let in_syntax = |syntax: &str| changed(|it| syntax.clone_into(&mut it.syntax));
    let far = "pixel spacing, rows far apart";
    let near = "imager spacing, rows near each other";
    vec![
        way(far, WIDE, 2.0, spaced(SPACING, "2\\1")),
        way(near, WIDE, 0.5, spaced(IMAGER_SPACING, "1\\2")),
        way(
            "both spacings: the calibrated one",
            WIDE,
            0.5,
            both_spacings,
        ),
        way("an aspect ratio alone", WIDE, 2.0, by_aspect("2\\1")),
        way(
            "an aspect ratio, wider than high",
            WIDE,
            0.5,
            by_aspect("1\\2"),
        ),
        // Drawn square, and the file's remarks tell so.
        way(
            "an aspect ratio beyond belief",
            WIDE,
            1.0,
            by_aspect("1\\99"),
        ),
        way("implicit", WIDE, 1.0, in_syntax(IMPLICIT_LE)),
        way("big-endian", WIDE, 1.0, in_syntax(EXPLICIT_BE)),
    ]
}

fn ways() -> impl Iterator<Item = Way> {
    by_numbers().into_iter().chain(by_places())
}

/// A model that finds each pixel as influential as it is bright: its map shows what it was given to read.
struct Mirror {
    manifest: Manifest,
}

impl Model for Mirror {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn engine(&self) -> Engine {
        Engine {
            form: Form::Fused,
            precision: Precision::Float32,
            threads: 1,
        }
    }

    fn logits(&mut self, inputs: &[Input]) -> Result<Vec<Logits>, Error> {
        let logits = |_: &Input| Logits {
            values: vec![3.0, 0.0],
            features: Vec::new(),
            members: Vec::new(),
        };
        Ok(inputs.iter().map(logits).collect())
    }

    fn explain(
        &mut self,
        input: &Input,
        _: LabelIdx,
        _: Method,
        _: &Task,
    ) -> Result<Attribution, Error> {
        let Input::Image(image) = input else {
            panic!("a picture")
        };
        let values = image.values.iter().map(|it| f32::from(u8::from(0.5 < *it)));
        Ok(Attribution {
            values: AttributionValues::Map {
                width: image.width,
                height: image.height,
                values: values.collect(),
            },
            completeness_gap: None,
        })
    }
}

/// What the mirror reads: all of a frame, `times` as fine as it is, from its least to its greatest value.
fn manifest((width, height): (usize, usize), times: usize) -> Manifest {
    let mut manifest = fake::chest_manifest();
    if let Spec::Image(spec) = &mut manifest.prep {
        (spec.width, spec.height) = (times * width, times * height);
        spec.fit = Fit::Stretch;
        spec.intensity = Intensity::Quantiles {
            low: 0.0,
            high: 1.0,
        };
        (spec.mean, spec.std) = (0.0, 1.0);
    }
    manifest
}

/// A session with its engine, as the window has them.
struct Seat {
    state: State,
    client: Client,
    n_running: usize,
}

impl Seat {
    fn new(size: (usize, usize), times: usize) -> Self {
        let decoder = decoder();
        let parts = Parts {
            open: Box::new(move |paths, cancel, each| decoder.open_given(paths, cancel, each)),
            load: Box::new(move |_| {
                Ok(Loaded {
                    model: Box::new(Mirror {
                        manifest: manifest(size, times),
                    }),
                    tokenizer: None,
                    layout: None,
                    warnings: Vec::new(),
                })
            }),
            model_folders: vec!["mirror".into()],
            ..fake::parts()
        };
        let mut seat = Self {
            state: State::new(Settings::default()),
            client: Client::start(parts, Arc::new(|| {})).unwrap(),
            n_running: 0,
        };
        let effects = seat.state.start(Vec::new());
        seat.perform(effects);
        seat
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            if let Effect::Start(id, job) = effect {
                self.client.start_job(id, job).unwrap();
                self.n_running += 1;
            }
        }
        let start = Instant::now();
        while 0 < self.n_running {
            assert!(start.elapsed() < Duration::from_secs(30), "no end of a job");
            let Some((id, event)) = self.client.poll() else {
                thread::sleep(Duration::from_millis(1));
                continue;
            };
            let is_last = matches!(event, Event::Done | Event::Failed(_) | Event::Cancelled);
            self.n_running -= usize::from(is_last);
            for effect in self.state.on_event(id, event) {
                if let Effect::Start(id, job) = effect {
                    self.client.start_job(id, job).unwrap();
                    self.n_running += 1;
                }
            }
        }
    }

    fn apply(&mut self, command: Command) {
        let effects = self.state.apply(command);
        self.perform(effects);
    }

    fn act(&mut self, action: Action) {
        self.apply(Command::Act(action));
    }

    fn scan(&self) -> &ScanItem {
        self.state.scan().expect("a scan that opened").1
    }
}

/// The brighter of two values, by place.
fn brighter<T: PartialOrd + Copy>(values: &[T], width: usize) -> Pixels {
    let by = |a: &&T, b: &&T| a.partial_cmp(b).unwrap();
    let (low, high) = (values.iter().min_by(by), values.iter().max_by(by));
    let (low, high) = (*low.unwrap(), *high.unwrap());
    assert!(low < high, "a picture of one value");
    let places = values.iter().enumerate();
    let bright = places.filter(|(_, it)| {
        assert!(**it == low || **it == high, "a third value");
        **it == high
    });
    bright.map(|(idx, _)| (idx % width, idx / width)).collect()
}

/// Where the middle of a pixel lies in the viewport: mirrored, then turned clockwise by quarters, in the middle, as large as
/// there is room. Worked out by counting, not by what is tested.
fn on_screen(
    way: &Way,
    (is_mirrored, n_quarters): (bool, usize),
    (x, y): (usize, usize),
) -> [f32; 2] {
    let (mut width, mut height) = (way.size.0 as f32, way.size.1 as f32 * way.ratio);
    let (mut x, mut y) = (x as f32 + 0.5, (y as f32 + 0.5) * way.ratio);
    if is_mirrored {
        x = width - x;
    }
    for _ in 0..n_quarters {
        (x, y) = (height - y, x);
        (width, height) = (height, width);
    }
    let edge = VIEWPORT as f32;
    let scale = (edge / width).min(edge / height);
    [
        (edge - width * scale) / 2.0 + x * scale,
        (edge - height * scale) / 2.0 + y * scale,
    ]
}

/// What the window draws of the scan, with the map over it or without.
fn screen(seat: &Seat, has_map: bool) -> Picture {
    let scan = seat.scan();
    let edge = VIEWPORT as f32;
    let frame = scan.pyramid().frame();
    let view = &scan.view;
    let center = (
        view.center.0 * frame.width as f32,
        view.center.1 * frame.height as f32,
    );
    let pose = Pose::about(center, scan.scale_in((edge, edge)), view.turn, (edge, edge));
    let curve = view.curve();
    let explanation = seat.state.map_over(scan).filter(|_| has_map);
    let heat = explanation.and_then(|it| it.heatmap.as_ref());
    let heat = heat.map(|it| (smooth(it), greatest(it)));
    let overlay = heat
        .as_ref()
        .map(|(map, full)| Overlay::new(map, *full, 1.0));
    compose(
        scan.pyramid(),
        &curve,
        overlay.as_ref(),
        pose,
        (VIEWPORT, VIEWPORT),
    )
}

fn rgb(picture: &Picture, [x, y]: [f32; 2]) -> [u8; 3] {
    let at = 4 * (y as usize * picture.width + x as usize);
    [picture.rgba[at], picture.rgba[at + 1], picture.rgba[at + 2]]
}

fn brightness([red, green, blue]: [u8; 3]) -> u32 {
    u32::from(red) + u32::from(green) + u32::from(blue)
}

fn places(way: &Way) -> impl Iterator<Item = (usize, usize)> + use<> {
    let (width, height) = way.size;
    (0..height).flat_map(move |y| (0..width).map(move |x| (x, y)))
}

/// On screen, turned in all eight ways: the picture, and the map over it.
fn check_screen(seat: &mut Seat, way: &Way) {
    for is_mirrored in [false, true] {
        if is_mirrored {
            seat.act(Action::FlipAcross);
        }
        for n_quarters in 0..4 {
            let (plain, mapped) = (screen(seat, false), screen(seat, true));
            let turn = (is_mirrored, n_quarters);
            let ground = on_screen(way, turn, (0, 0));
            let limit = brightness(rgb(&plain, ground)) + 60;
            let at = |it: &(usize, usize)| on_screen(way, turn, *it);
            let bright: Pixels = places(way)
                .filter(|it| limit < brightness(rgb(&plain, at(it))))
                .collect();
            assert_eq!(bright, mark(), "{}: screen, {turn:?}", way.name);
            let tinted: Pixels = places(way)
                .filter(|it| rgb(&plain, at(it)) != rgb(&mapped, at(it)))
                .collect();
            assert_eq!(tinted, mark(), "{}: map on screen, {turn:?}", way.name);
            seat.act(Action::TurnRight);
        }
        // Four quarters are none.
        assert_eq!(seat.scan().view.turn.n_quarters(), 0);
    }
    seat.act(Action::ResetView);
}

/// What a model reads does not know how the picture is turned.
fn check_input(seat: &mut Seat, way: &Way) {
    seat.act(Action::TurnRight);
    let effects = seat.state.apply(Command::Act(Action::Score));
    let target = effects.iter().find_map(|it| match it {
        Effect::Start(_, Job::Score { target, .. }) => Some(target.clone()),
        _ => None,
    });
    seat.perform(effects);
    let Some(Target::Scan {
        scan, frame_idx, ..
    }) = target
    else {
        panic!("a scan is asked about")
    };
    let read = |times: usize| {
        let Spec::Image(spec) = manifest(way.size, times).prep else {
            panic!("a model of pictures")
        };
        prepare_scan(&scan, frame_idx, &spec, &Warnings::default()).unwrap()
    };
    let input = read(1);
    let place = |it: usize| (it % input.width, it / input.width);
    let bright = (0..input.values.len()).filter(|it| 0.99 < input.values[*it]);
    let found: Pixels = bright.map(place).collect();
    assert_eq!(found, mark(), "{}: what a model reads", way.name);
    let dark = input.values.iter().filter(|it| **it < 0.01).count();
    assert_eq!(dark + found.len(), input.values.len(), "{}", way.name);
    // Twice as fine: what is bright lies in the pixels of the L, and each of these has its four.
    let input = read(2);
    let bright = (0..input.values.len()).filter(|it| 0.5 < input.values[*it]);
    let places: Vec<(usize, usize)> = bright
        .map(|it| {
            let middle = (
                (it % input.width) as f32 + 0.5,
                (it / input.width) as f32 + 0.5,
            );
            let (x, y) = input.scan_from_input.apply(middle);
            (x as usize, y as usize)
        })
        .collect();
    assert_eq!(places.len(), 4 * mark().len(), "{}", way.name);
    assert_eq!(
        places.into_iter().collect::<Pixels>(),
        mark(),
        "{}: read twice as fine",
        way.name
    );
    seat.act(Action::ResetView);
}

/// The overlay that is saved is upright, in the file's own pixels and their proportion, whatever the screen shows.
fn check_saved(seat: &mut Seat, way: &Way, folder: &Path) {
    seat.act(Action::FlipAcross);
    seat.act(Action::TurnRight);
    let to = folder.join("overlay.png");
    seat.act(Action::SaveOverlay);
    seat.apply(Command::SaveTo(to.clone()));
    let picture = image::open(&to).unwrap().into_rgb8();
    let across = picture.width() as f32 / way.size.0 as f32;
    let down = across * way.ratio;
    assert!(
        down * way.size.1 as f32 <= picture.height() as f32,
        "{}",
        way.name
    );
    let at = |(x, y): (usize, usize)| {
        let middle = |it: usize, per_pixel: f32| ((it as f32 + 0.5) * per_pixel) as u32;
        picture.get_pixel(middle(x, across), middle(y, down)).0
    };
    // The map has little blue: where there is more than on the ground, the picture below is bright.
    let [_, _, ground] = at((0, 0));
    let bright: Pixels = places(way).filter(|it| ground + 25 < at(*it)[2]).collect();
    assert_eq!(bright, mark(), "{}: the saved overlay", way.name);
    let is_tinted = |[red, _, blue]: [u8; 3]| 50 < red.abs_diff(blue);
    let tinted: Pixels = places(way).filter(|it| is_tinted(at(*it))).collect();
    assert_eq!(tinted, mark(), "{}: the map in the saved overlay", way.name);
    let json = std::fs::read(to.with_extension("json")).unwrap();
    let told: wardlight::prediction::Prediction = serde_json::from_slice(&json).unwrap();
    assert_eq!(told.about, seat.scan().target().subject());
    seat.act(Action::ResetView);
}

/// Opens a way, scores it whatever the model thinks of it, and has half of its map laid over half of the picture.
fn seated(way: &Way, times: usize, folder: &Path) -> Seat {
    let file = folder.join("phantom.dcm");
    write(&file, way.fields.part10());
    let mut seat = Seat::new(way.size, times);
    seat.apply(Command::Open(vec![file]));
    let n_open = seat.state.items.len();
    assert_eq!(n_open, 1, "{}: {:?}", way.name, seat.state.notices);
    seat.act(Action::Score);
    if seat.scan().prediction().is_none() {
        seat.act(Action::ScoreBeyondScope);
    }
    seat.act(Action::ToggleStrength);
    seat.apply(Command::SetOpacity(0.5));
    assert!(seat.scan().explanation().is_some(), "{}", way.name);
    seat
}

fn is_warned(scan: &Scan, words: &str) -> bool {
    scan.header
        .warnings
        .iter()
        .any(|it| it.text.contains(words))
}

#[test]
fn screen_model_map_and_export_agree_to_the_pixel_on_where_the_mark_is() {
    let folder = scratch("geometry");
    for way in ways() {
        let mut seat = seated(&way, 1, &folder);
        let frame = seat.scan().pyramid().frame().clone();
        assert_eq!((frame.width, frame.height), way.size, "{}", way.name);
        let found = match &frame.samples {
            Samples::Gray(samples) => brighter(samples, frame.width),
            Samples::Rgb(samples) => {
                let red: Vec<u8> = samples.iter().step_by(3).copied().collect();
                brighter(&red, frame.width)
            }
        };
        assert_eq!(found, mark(), "{}: as it was read", way.name);
        check_screen(&mut seat, &way);
        check_saved(&mut seat, &way, &folder);
        check_input(&mut seat, &way);
        let words = "pixels are not square";
        let is_told = is_warned(&seat.scan().scan, words);
        assert_eq!(is_told, way.name.contains("aspect"), "{}", way.name);
        let is_square = is_warned(&seat.scan().scan, "are drawn square");
        assert_eq!(
            is_square,
            way.name.contains("beyond belief"),
            "{}",
            way.name
        );
    }
}

#[test]
fn a_map_that_is_finer_than_the_picture_lies_over_the_same_pixels() {
    let folder = scratch("geometry-fine");
    for way in ways().filter(|it| it.ratio != 1.0 || it.size == TALL) {
        let mut seat = seated(&way, 2, &folder);
        check_screen(&mut seat, &way);
        check_saved(&mut seat, &way, &folder);
    }
}

/// The bright pixels of the phantom in a picture of the whole window, whose only neutral greys are the phantom's: by their places
/// in the grid of columns and rows that lies over it.
fn seen(window: &RgbImage, (n_columns, n_rows): (usize, usize)) -> Pixels {
    let is_phantom = |it: &image::Rgb<u8>| {
        let [red, green, blue] = it.0;
        red == green && green == blue && (50..=205).contains(&red)
    };
    let all = window.enumerate_pixels().filter(|it| is_phantom(it.2));
    let (mut from, mut to) = ([u32::MAX; 2], [0; 2]);
    for (x, y, _) in all {
        from = [from[0].min(x), from[1].min(y)];
        to = [to[0].max(x + 1), to[1].max(y + 1)];
    }
    let middle = |axis: usize, at: usize, n: usize| {
        let length = to[axis].saturating_sub(from[axis]) as f32;
        (from[axis] as f32 + length * (at as f32 + 0.5) / n as f32) as u32
    };
    let is_bright = |(x, y): &(usize, usize)| {
        let at = (middle(0, *x, n_columns), middle(1, *y, n_rows));
        window
            .get_pixel_checked(at.0, at.1)
            .is_some_and(|it| 127 < it.0[0])
    };
    let grid = (0..n_rows).flat_map(|y| (0..n_columns).map(move |x| (x, y)));
    grid.filter(is_bright).collect()
}

/// With its own viewport, its own shader and real keys, where it has a display.
#[test]
fn the_real_window_draws_the_mark_where_counting_says_in_all_eight_ways() {
    let Some(display) = Display::start() else {
        return;
    };
    let file = scratch("geometry-window").join("phantom.dcm");
    write(&file, gray(WIDE, 8, [GROUND, MARK]).part10());
    let window = display.open(&[&file], &[]);
    display.wait_for_title(&window, "open");
    // Neither texts over the picture nor a small one beside it.
    display.key(&window, "t");
    display.key(&window, "ctrl+b");
    for is_mirrored in [false, true] {
        if is_mirrored {
            display.key(&window, "h");
        }
        for n_quarters in 0..4 {
            let (mut size, mut wanted) = (WIDE, mark());
            if is_mirrored {
                wanted = wanted.iter().map(|(x, y)| (size.0 - 1 - x, *y)).collect();
            }
            for _ in 0..n_quarters {
                wanted = wanted.iter().map(|(x, y)| (size.1 - 1 - y, *x)).collect();
                size = (size.1, size.0);
            }
            // A busy machine draws late.
            let start = Instant::now();
            let mut found = Pixels::new();
            while found != wanted && start.elapsed() < Duration::from_secs(20) {
                found = seen(&display.shoot("geometry.png"), size);
            }
            assert_eq!(
                found, wanted,
                "mirrored: {is_mirrored}, {n_quarters} quarters"
            );
            display.key(&window, "shift+r");
        }
    }
}

#[test]
fn a_phantom_that_is_turned_or_moved_by_one_pixel_is_seen() {
    let folder = scratch("geometry-control");
    let mut way = ways().next().unwrap();
    let moved = stored(way.size, [GROUND, MARK]);
    let mut moved: Vec<u8> = moved.iter().map(|it| *it as u8).collect();
    moved.rotate_right(1);
    way.fields.pixels(moved);
    let mut seat = seated(&way, 1, &folder);
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        check_screen(&mut seat, &way);
    }));
    assert!(caught.is_err(), "one pixel to the right");
    // A viewport that is turned the other way round is no longer where counting says.
    let way = ways().next().unwrap();
    let mut seat = seated(&way, 1, &folder);
    seat.act(Action::TurnLeft);
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        check_screen(&mut seat, &way);
    }));
    assert!(caught.is_err(), "a quarter too few");
}
