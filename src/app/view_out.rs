//! A view as it leaves the window: what is drawn on screen, and what is said of it outside the picture.

use std::{path::PathBuf, sync::Arc};

use super::{
    corners_ui::{letters, map_lines, title_words, window_lines, zoom_words},
    over_ui::{Meaning, Overs, overs},
    pictures::{Pictures, Shown},
    place::Place,
    scan_ui::outline_opacity,
    scores_ui::{side_words, value_words},
    words::{self, DOT},
};
use crate::{
    case::SpacingSource,
    engine::TakeOutJob,
    measure::Shape,
    prediction::{Prediction, Score},
    render::{
        Pose,
        caption::short_number,
        outgoing::{Drawn, Heat, Line, Outgoing, Ruler, Tone},
        page::{Page, Table},
    },
    session::{Form, ItemId, NAME, Reading, ScanItem, State, TakeOut, meaning},
    words::{Part, Words},
};

/// Of marks.
const BLUE: [u8; 3] = [0x5A, 0xA9, 0xE6];

/// What the active viewport shows, ready to leave; `None` where it shows no picture.
pub(super) fn view_out(
    state: &State,
    pictures: &mut Pictures,
    take_out: TakeOut,
    to: Option<PathBuf>,
) -> Option<TakeOutJob> {
    let (id, scan) = state.scan()?;
    let (rect, pixels_per_point) = pictures.viewport;
    let place = Place::new(rect, pixels_per_point, scan);
    let (pose, size) = place.picture(take_out.is_whole)?;
    let heat = scan
        .explanation()
        .filter(|_| state.is_overlay_shown && !take_out.is_bare);
    let look = state.look();
    let shown = heat.and_then(|it| pictures.shown(it, look));
    let overs = if take_out.is_bare {
        Overs::default()
    } else {
        overs(state, (id, scan))
    };
    let opacity = state.drawn_opacity(scan);
    let heat = shown.as_ref().map(|it| Heat {
        heatmap: it.heatmap.clone(),
        full: it.full,
        opacity: look.heat_opacity(opacity, it.explanation.method),
        outlines: if look.has_outline {
            it.outlines.clone()
        } else {
            Arc::default()
        },
        outline_opacity: outline_opacity(state, opacity),
    });
    let words = &state.words;
    let lines = lines(
        state,
        (id, scan),
        (pose, size),
        (shown.as_ref(), &overs, take_out),
    );
    let mut drawn: Vec<Drawn> = overs.drawn.into_iter().map(|it| it.1).collect();
    if !take_out.is_bare {
        let marks = scan.marks.of(scan.view.frame_idx);
        drawn.extend(
            marks
                .iter()
                .flat_map(|it| mark(words, scan, &it.shape, pictures)),
        );
    }
    let outgoing = Outgoing {
        pyramid: scan.pyramid().clone(),
        curve: scan.view.curve(),
        pose,
        size,
        heat,
        drawn,
        letters: letters(scan),
        ruler: ruler(words, scan, (pose, size)),
        lines,
    };
    let page = (take_out.form == Form::Page).then(|| Page {
        size_pt: state.settings.paper.size_pt(),
        table: scan
            .prediction()
            .zip(scan.reading())
            .map(|it| table(words, it)),
        foot: words.say("research-use"),
    });
    Some(TakeOutJob { outgoing, page, to })
}

/// The lines of a mark, and what it measures beside it.
fn mark(words: &Words, scan: &ScanItem, shape: &Shape, pictures: &mut Pictures) -> Vec<Drawn> {
    let line = |points: Vec<[f64; 2]>| Drawn::Line {
        points,
        color: BLUE,
        is_filled: false,
    };
    let outline: Vec<Vec<[f64; 2]>> = shape
        .outline()
        .iter()
        .map(|line| line.iter().map(|it| [it.x, it.y]).collect())
        .collect();
    let handles = shape.handles().into_iter().map(|it| [it.x, it.y]);
    let beside: Vec<[f64; 2]> = outline.iter().flatten().copied().chain(handles).collect();
    let mut drawn: Vec<Drawn> = outline.iter().map(|it| line(it.clone())).collect();
    if outline.is_empty() {
        let dots = beside.iter().map(|at| Drawn::Dot {
            at: *at,
            color: BLUE,
        });
        drawn.extend(dots);
    }
    if let Shape::Arrow([tail, tip]) = shape {
        drawn.push(line(head([tail.x, tail.y], [tip.x, tip.y])));
    }
    let measured = pictures.measured(scan, shape);
    let unit = scan.scan.header.unit.as_deref();
    drawn.push(Drawn::Words {
        beside,
        lines: words::measured_words(words, &measured, unit),
        color: BLUE,
    });
    drawn
}

/// The two barbs of an arrow, a fifth of its length.
fn head([tail_x, tail_y]: [f64; 2], tip: [f64; 2]) -> Vec<[f64; 2]> {
    let [tip_x, tip_y] = tip;
    let (way_x, way_y) = ((tail_x - tip_x) / 5.0, (tail_y - tip_y) / 5.0);
    let barb = |side: f64| {
        [
            tip_x + way_x - side * way_y / 2.0,
            tip_y + way_y + side * way_x / 2.0,
        ]
    };
    vec![barb(1.0), tip, barb(-1.0)]
}

/// A bar of 1, 2 or 5 millimetres or ten times as much, at most a quarter of the picture wide; none where the file gives no
/// pixel size.
fn ruler(words: &Words, scan: &ScanItem, (pose, size): (Pose, (usize, usize))) -> Option<Ruler> {
    let spacing = scan.scan.header.spacing?;
    let scale = pose.scan_from_picture;
    let across = spacing.column_mm * scale.scale_x;
    let down = spacing.row_mm * scale.scale_y;
    let is_square = (across - down).abs() < 1e-3 * across && 0.0 < across;
    let most = across * size.0 as f32 / 4.0;
    if !is_square || !most.is_finite() {
        return None;
    }
    let power = 10.0_f32.powf(most.log10().floor());
    let length = [5.0, 2.0, 1.0]
        .into_iter()
        .map(|it| it * power)
        .find(|it| *it <= most)?;
    let mut told = format!("{length} mm");
    if spacing.source == SpacingSource::Detector {
        told += DOT;
        told += &words.say("measured-detector");
    }
    Some(Ruler {
        length: length / across,
        words: told,
    })
}

/// What is said below the picture.
fn lines(
    state: &State,
    (id, scan): (ItemId, &ScanItem),
    (pose, size): (Pose, (usize, usize)),
    (shown, overs, take_out): (Option<&Shown>, &Overs, TakeOut),
) -> Vec<Line> {
    let words = &state.words;
    let mut lines = Lines::default();
    if state.are_texts_shown {
        let (title, date) = title_words(words, scan);
        lines.add(Tone::Plain, &[title, date]);
        let [window, name] = window_lines(words, scan);
        // What a table is called is text of its file, and does not go along.
        let name = scan.view.table.is_none().then_some(name);
        lines.add(Tone::Quiet, &[window, name.unwrap_or_default()]);
        lines.add(Tone::Quiet, &[words::spacing_words(words, &scan.scan)]);
        let odd = state.oddities(id);
        let odd = odd.first().map(|it| words::oddity_words(words, it));
        lines.add(Tone::Quiet, &[odd.unwrap_or_default()]);
    }
    let zoom = zoom_words(words, pose.scan_from_picture.scale_x.recip());
    let stretched = stretched_words(words, scan.scan.header.aspect());
    let part = part_words(words, scan, (pose, size));
    lines.add(Tone::Quiet, &[part, zoom, stretched]);
    let mut of_state = state.overs_on(scan).filter(|it| it.is_shown);
    let has_state = state.are_overs_shown && of_state.any(|it| it.state().is_some());
    let by_state = has_state.then(|| words.say("out-by-state"));
    let changed = words::changed_words(words, &scan.view);
    lines.add(Tone::Warning, &[changed, by_state.unwrap_or_default()]);
    if take_out.is_bare {
        lines.add(Tone::Quiet, &[words.say("out-bare-said")]);
    }
    if let Some(shown) = shown {
        let told = map_lines(words, shown, state.drawn_opacity(scan));
        lines.add(Tone::Plain, &told.map(|it| it.replace('\n', DOT)));
    }
    for (meaning, color) in &overs.legend {
        lines.add(Tone::Legend(*color), &[meaning_words(words, meaning)]);
    }
    match scan.prediction() {
        Some(prediction) => {
            answered(words, scan.reading(), (prediction, take_out), &mut lines);
        }
        None => lines.add(
            Tone::Plain,
            &[words::capital(&words.say("title-not-scored"))],
        ),
    }
    lines.add(Tone::Quiet, &[identity_words(state, (id, scan))]);
    let program = format!("{NAME} {}", env!("CARGO_PKG_VERSION"));
    lines.add(Tone::Warning, &[words.say("research-use"), program]);
    lines.0
}

#[derive(Default)]
struct Lines(Vec<Line>);

impl Lines {
    /// One line of its parts, if any says something.
    fn add(&mut self, tone: Tone, parts: &[String]) {
        let parts: Vec<&str> = parts
            .iter()
            .map(String::as_str)
            .filter(|it| !it.is_empty())
            .collect();
        if !parts.is_empty() {
            let words = parts.join(DOT);
            self.0.push(Line { words, tone });
        }
    }
}

/// How pixels that are not square are drawn.
fn stretched_words(words: &Words, aspect: f32) -> String {
    if aspect == 1.0 {
        return String::new();
    }
    let times = format!("{aspect:.2}");
    words.say_with("out-aspect", &[("times", Part::from(&times))])
}

/// Which columns and rows of the scan are in the picture, counted from 1.
fn part_words(words: &Words, scan: &ScanItem, (pose, size): (Pose, (usize, usize))) -> String {
    let pixels = &scan.scan.header.pixels;
    let (one, other) = (
        pose.scan_at((0.0, 0.0)),
        pose.scan_at((size.0 as f32, size.1 as f32)),
    );
    let span = |one: f32, other: f32, edge: usize| {
        let first = (one.min(other) + 1e-3).floor().max(0.0) as usize;
        let last = (one.max(other) - 1e-3).ceil().max(1.0) as usize;
        (first + 1, last.min(edge))
    };
    let (left, right) = span(one.0, other.0, pixels.columns);
    let (top, bottom) = span(one.1, other.1, pixels.rows);
    let parts = [
        ("left", left.into()),
        ("right", right.into()),
        ("top", top.into()),
        ("bottom", bottom.into()),
        ("columns", pixels.columns.into()),
        ("rows", pixels.rows.into()),
    ];
    words.say_with("out-part", &parts)
}

/// What a colour means. The name of a map may be that of its file, and does not go along.
fn meaning_words(words: &Words, meaning: &Meaning) -> String {
    match meaning {
        // As it stands on screen, over the picture that a person takes out.
        Meaning::Segment(label) => label.reveal().clone(),
        Meaning::Map(_, unit, [low, high]) => {
            let (low, high) = (short_number(*low), short_number(*high));
            let parts = [
                ("low", Part::from(&low)),
                ("high", Part::from(&high)),
                ("unit", unit.as_str().into()),
            ];
            words.say_with("out-map", &parts)
        }
    }
}

/// Which model answered, what it said where there is no table, and what its answer means.
fn answered(
    words: &Words,
    reading: Option<&Reading>,
    (prediction, take_out): (&Prediction, TakeOut),
    lines: &mut Lines,
) {
    let model = &prediction.model;
    let weights = model.weights_sha256.short();
    let parts = [
        ("name", model.name.as_str().into()),
        ("version", model.version.as_str().into()),
        ("weights", Part::from(&weights)),
    ];
    lines.add(Tone::Plain, &[words.say_with("out-model", &parts)]);
    let label = reading.and_then(|it| it.label);
    let label = label.unwrap_or_else(|| prediction.primary());
    if let Some(score) = prediction.scores.get(label.0) {
        let value = value_words(Some(&prediction.calibration), score);
        let side = side_words(words, score).unwrap_or_default();
        if take_out.form == Form::Page {
            for sentence in meaning(words, prediction, score) {
                lines.add(Tone::Quiet, &[sentence.0]);
            }
        } else {
            let label = words::sentence_case(&score.label);
            lines.add(Tone::Plain, &[format!("{label} {value}"), side]);
        }
    }
    if !prediction.beyond_scope.is_empty() {
        let why = prediction.beyond_scope.iter();
        let why: Vec<String> = why.map(|it| words::remark(words, it)).collect();
        lines.add(Tone::Warning, &[words.say("scope-although")]);
        lines.add(Tone::Warning, &why);
    }
}

/// Which image it is, by what the saved result says of it too: the hash of its file, and the frame.
fn identity_words(state: &State, (id, scan): (ItemId, &ScanItem)) -> String {
    let about = scan.target().subject();
    let hash = about.file_sha256.to_string();
    let n_frames = scan.scan.n_frames();
    let (at, n_slices) = state.position(id);
    let parts = [
        ("hash", Part::from(&hash)),
        ("frame", (about.frame_idx + 1).into()),
        ("frames", n_frames.into()),
        ("slice", (at + 1).into()),
        ("slices", n_slices.into()),
    ];
    if n_slices == 1 {
        state.words.say_with("out-identity", &parts)
    } else {
        state.words.say_with("out-identity-slice", &parts)
    }
}

/// The classes as on screen, each with the reader's word and reason.
fn table(words: &Words, (prediction, reading): (&Prediction, &Reading)) -> Table {
    let scores = prediction.by_excess().into_iter().map(|it| it.1);
    let row = |score: &Score| {
        let opinion = reading.opinions.get(&score.label).map(|it| {
            let answer = it.answer.name(words);
            // Onto the page, as the person who prints it wrote it.
            let reason = it.reason.reveal().trim();
            if reason.is_empty() {
                answer
            } else {
                let parts = [("answer", (&answer).into()), ("reason", reason.into())];
                words.say_with("out-opinion", &parts)
            }
        });
        [
            words::sentence_case(&score.label),
            value_words(Some(&prediction.calibration), score),
            side_words(words, score).unwrap_or_else(words::nothing),
            opinion.unwrap_or_else(words::nothing),
        ]
    };
    Table {
        heads: [
            words.say("out-class"),
            words.say("out-value"),
            words.say("out-point"),
            words.say("out-reader"),
        ],
        rows: scores.map(row).collect(),
    }
}
