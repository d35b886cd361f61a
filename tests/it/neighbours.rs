//! Slices next to a point: a model that reads across slices is given the same by one file of many frames and by many files
//! of one, and says or refuses what is odd about them.

use std::{path::Path, sync::Arc};

use wardlight::{
    case::{
        Frame, Modality, Samples, Scan, Spacing, SpacingSource,
        scan::{DicomHeader, FrameHeader, Place},
    },
    disk::Sha256,
    engine::{Event, Gate, Job, JobId, Target as Question},
    model::{Bundle, Manifest},
    nn,
    prediction::{Pixel, Prediction},
    prep::{Spec, prepare_at},
    privacy::Phi,
    score::{self, Loaded, Target},
    session::{Action, Command, Content, State},
    settings::Settings,
    warnings::Warnings,
};

use crate::{command, made::Fields, nodule, prep, session::started, slices};

const EDGE: usize = 64;
const POINT: Pixel = Pixel { x: 30, y: 33 };

/// Lung with something in it; every slice is another one.
fn frame(z_mm: f64) -> Arc<Frame> {
    let value = |at: usize| {
        let (x, y) = ((at % EDGE) as f32, (at / EDGE) as f32);
        let is_inside = (x - 30.0).hypot(y - 33.0) < 3.0 + 0.4 * z_mm as f32;
        let shade = x + 0.5 * y;
        if is_inside {
            -40.0 + shade
        } else {
            -860.0 + shade
        }
    };
    Arc::new(Frame {
        width: EDGE,
        height: EDGE,
        samples: Samples::Gray((0..EDGE * EDGE).map(value).collect()),
    })
}

/// A file that holds the slices at these heights, in this order.
fn file(heights_mm: &[f64]) -> Scan {
    let mut scan = prep::scan(EDGE, EDGE, Samples::Gray(Box::new([])));
    let header = &mut scan.header;
    header.file_sha256 = Sha256::of(format!("{heights_mm:?}").as_bytes());
    header.modality = Modality::Ct;
    header.body_part = Some("CHEST".to_owned());
    header.unit = Some("HU".to_owned());
    header.pixels.n_frames = heights_mm.len();
    header.spacing = Some(Spacing {
        row_mm: 0.7,
        column_mm: 0.7,
        source: SpacingSource::Patient,
    });
    let placed = |z_mm: &f64| FrameHeader {
        place: Place::parse([0.0, 0.0, *z_mm], [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]),
        ..FrameHeader::default()
    };
    header.dicom = Some(DicomHeader {
        study_uid: Phi::new("1.2.3".to_owned()),
        series_uid: Phi::new("1.2.3.4".to_owned()),
        frame_of_reference_uid: Phi::new("1.2.3.9".to_owned()),
        frames: heights_mm.iter().map(placed).collect(),
        ..DicomHeader::default()
    });
    Scan::new(
        scan.header,
        heights_mm.iter().map(|it| frame(*it)).collect(),
    )
}

/// A session with a model, and files that came in this order.
fn open(manifest: Manifest, files: Vec<Scan>) -> State {
    let mut state = State::new(Settings::default());
    let load = started(&state.start(Vec::new()))[0].0;
    state.on_event(load, Event::ModelLoaded(Arc::new(manifest)));
    state.on_event(load, Event::Done);
    let job = slices::begin(&mut state);
    for (number, scan) in files.into_iter().enumerate() {
        slices::arrive(&mut state, job, number as u64, scan);
    }
    state.on_event(job, Event::Done);
    state
}

/// Turns to the slice at a height, points, and asks.
fn ask(state: &mut State, z_mm: f64) -> (JobId, Question) {
    let found = state.items.iter().find_map(|item| {
        let Content::Scan(scan) = &item.content else {
            return None;
        };
        let frames = &scan.scan.header.dicom.as_ref()?.frames;
        let is_it = |it: &FrameHeader| it.place.is_some_and(|it| it.position_mm[2] == z_mm);
        Some((item.id, frames.iter().position(is_it)?))
    });
    let (id, frame_idx) = found.unwrap();
    state.apply(Command::Activate(id));
    state.apply(Command::ShowFrame(frame_idx));
    point_and_ask(state)
}

fn point_and_ask(state: &mut State) -> (JobId, Question) {
    let id = state.scan().unwrap().0;
    state.apply(Command::PointAt(id, POINT));
    let jobs = started(&state.apply(Command::Act(Action::Score)));
    let [(job, Job::Score { target, .. })] = &jobs[..] else {
        panic!("one job that scores")
    };
    (*job, target.clone())
}

fn target(question: &Question) -> Target<'_> {
    let Question::Scan {
        scan,
        frame_idx,
        at,
        neighbours,
    } = question
    else {
        panic!("a scan")
    };
    Target::Scan {
        scan,
        frame_idx: *frame_idx,
        at: *at,
        neighbours: neighbours.as_deref(),
    }
}

fn shipped() -> Loaded {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/nodule-malignancy");
    let bundle = Bundle::open(&folder).unwrap();
    let model = nn::load(bundle, nn::Options::default(), &Warnings::default()).unwrap();
    Loaded {
        model,
        tokenizer: None,
        layout: None,
        warnings: Vec::new(),
    }
}

/// What a model is given, to the bit.
fn input(it: Target<'_>, manifest: &Manifest) -> Vec<u32> {
    let (
        Target::Scan {
            scan,
            frame_idx,
            at,
            neighbours,
        },
        Spec::Image(spec),
    ) = (it, &manifest.prep)
    else {
        panic!("a scan and a model of pictures")
    };
    let place = (frame_idx, at, neighbours);
    let input = prepare_at(scan, place, spec, &Warnings::default()).unwrap();
    input.values.iter().map(|it| it.to_bits()).collect()
}

fn numbers(prediction: &Prediction) -> Vec<[u32; 2]> {
    let scores = prediction.scores.iter();
    scores
        .map(|it| [it.logit.to_bits(), it.probability.to_bits()])
        .collect()
}

#[test]
fn a_file_of_many_frames_and_many_files_of_one_give_the_shipped_model_the_same_bits() {
    let mut loaded = shipped();
    let manifest = loaded.model.manifest().clone();
    assert!(manifest.prep.reads_neighbours());
    // Neither in the order in which the slices lie.
    let whole = file(&[5.0, 2.5, 0.0, 7.5]);
    let apart = [7.5, 2.5, 0.0, 5.0].map(|it| file(&[it])).to_vec();
    let (_, in_one) = ask(&mut open(manifest.clone(), vec![whole.clone()]), 2.5);
    let (_, in_many) = ask(&mut open(manifest.clone(), apart), 2.5);
    // As the command line has it, of the file alone.
    let alone = Target::Scan {
        scan: &whole,
        frame_idx: 1,
        at: Some(POINT),
        neighbours: None,
    };
    let asked = [target(&in_one), target(&in_many), alone];
    let [one, many, of_file] = asked.map(|it| input(it, &manifest));
    assert!(one == many && one == of_file);
    let channels: Vec<&[u32]> = one.chunks(one.len() / 3).collect();
    assert!(channels[0] != channels[1] && channels[1] != channels[2]);
    let answers = asked.map(|it| score::score(it, &mut loaded, Gate::Open).unwrap());
    let told = answers.each_ref().map(numbers);
    assert!(told[0] == told[1] && told[0] == told[2], "{told:?}");
    let said = answers.each_ref().map(|it| {
        let texts = it.warnings.iter().map(|it| it.text.clone());
        texts
            .filter(|it| it.contains("mm away"))
            .collect::<Vec<_>>()
    });
    for it in said {
        assert_eq!(
            it,
            ["the slices before and behind lie 2.50 and 2.50 mm away"]
        );
    }
}

#[test]
fn the_slice_before_lies_towards_the_feet_as_in_training() {
    let mut mirrored = file(&[4.0, 2.0, 0.0]);
    for it in &mut mirrored.header.dicom.as_mut().unwrap().frames {
        let position_mm = it.place.unwrap().position_mm;
        it.place = Place::parse(position_mm, [1.0, 0.0, 0.0, 0.0, -1.0, 0.0]);
    }
    for scan in [file(&[4.0, 2.0, 0.0]), mirrored] {
        grows_towards_the_head(scan);
    }
}

fn grows_towards_the_head(scan: Scan) {
    let (_, question) = ask(&mut open(nodule::manifest(), vec![scan]), 2.0);
    let values = input(target(&question), &nodule::manifest());
    let mean = |channel: usize| {
        let values = values.iter().skip(256 * channel).take(256);
        values.map(|it| f32::from_bits(*it)).sum::<f32>() / 256.0
    };
    // What is inside grows towards the head.
    assert!(mean(0) < mean(1) && mean(1) < mean(2));
}

/// Why the model refuses the slice at 2 mm, and what it remarks if it is made to answer.
fn odd(files: Vec<Scan>) -> (Vec<String>, Vec<String>) {
    let mut state = open(nodule::manifest(), files);
    let (_, question) = ask(&mut state, 2.0);
    refused(&question)
}

fn refused(question: &Question) -> (Vec<String>, Vec<String>) {
    let mut loaded = nodule::loaded();
    let reasons = match score::score(target(question), &mut loaded, Gate::Closed) {
        Ok(_) => Vec::new(),
        Err(score::Error::OutOfScope { reasons }) => reasons,
        Err(other) => panic!("{other}"),
    };
    let answer = score::score(target(question), &mut loaded, Gate::Open).unwrap();
    (
        reasons,
        answer.warnings.into_iter().map(|it| it.text).collect(),
    )
}

#[test]
fn a_gap_is_refused_whether_the_slices_lie_in_one_file_or_in_many() {
    let heights = [-2.0, 0.0, 2.0, 8.0, 10.0];
    let apart = heights.map(|it| file(&[it])).to_vec();
    for files in [apart, vec![file(&heights)]] {
        let (reasons, _) = odd(files);
        assert_eq!(
            reasons,
            ["a slice next to it is missing: the nearest is 6.00 mm away, and 2.00 mm are usual"]
        );
    }
    // So it is on the command line, that knows the file alone.
    let whole = file(&heights);
    let alone = Target::Scan {
        scan: &whole,
        frame_idx: 2,
        at: Some(POINT),
        neighbours: None,
    };
    let found = score::score(alone, &mut nodule::loaded(), Gate::Closed);
    assert!(matches!(found, Err(score::Error::OutOfScope { reasons }) if reasons.len() == 1));
}

#[test]
fn uneven_distances_are_told_and_even_ones_too() {
    let (reasons, said) = odd([0.0, 2.0, 4.8].map(|it| file(&[it])).to_vec());
    assert_eq!(reasons, Vec::<String>::new());
    assert!(said.contains(&"the slices before and behind lie 2.00 and 2.80 mm away".to_owned()));
    assert!(said.contains(&"the slices before and behind are not equally far away".to_owned()));
    let (_, said) = odd([0.0, 2.0, 4.0].map(|it| file(&[it])).to_vec());
    assert!(said.contains(&"the slices before and behind lie 2.00 and 2.00 mm away".to_owned()));
    assert!(!said.iter().any(|it| it.contains("not equally")));
}

#[test]
fn the_last_slice_stands_for_the_one_that_is_missing_and_says_so() {
    let (reasons, said) = odd([0.0, 2.0].map(|it| file(&[it])).to_vec());
    assert_eq!(reasons, Vec::<String>::new());
    assert!(
        said.iter()
            .any(|it| it.starts_with("there is no slice on both sides")),
        "{said:?}"
    );
}

#[test]
fn a_slice_that_was_sent_twice_is_no_neighbour_of_itself() {
    let mut again = file(&[2.0]);
    again.header.file_sha256 = Sha256::of(b"again");
    let mut files = [0.0, 2.0, 4.0].map(|it| file(&[it])).to_vec();
    files.push(again);
    let (reasons, said) = odd(files);
    assert_eq!(reasons, Vec::<String>::new());
    assert!(said.contains(&"the slices before and behind lie 2.00 and 2.00 mm away".to_owned()));
}

#[test]
fn slices_that_are_shifted_sideways_are_refused_and_a_small_shift_is_told() {
    let shifted = |by_mm: f64| {
        let mut files = [0.0, 2.0, 4.0].map(|it| file(&[it])).to_vec();
        let dicom = files[2].header.dicom.as_mut().unwrap();
        dicom.frames[0].place.as_mut().unwrap().position_mm[0] = by_mm;
        odd(files)
    };
    let (reasons, _) = shifted(3.0);
    assert_eq!(
        reasons,
        ["a slice next to it is shifted sideways by 3.00 mm"]
    );
    let (reasons, said) = shifted(0.5);
    assert_eq!(reasons, Vec::<String>::new());
    let told = "the slices are shifted sideways against each other, by up to 0.50 mm";
    assert!(said.contains(&told.to_owned()), "{said:?}");
}

#[test]
fn files_that_do_not_tell_where_they_lie_are_no_neighbours() {
    let unplaced = |z_mm: f64| {
        let mut scan = file(&[z_mm]);
        scan.header.dicom.as_mut().unwrap().frames = vec![FrameHeader::default()];
        scan
    };
    let mut state = open(nodule::manifest(), [0.0, 2.0, 4.0].map(unplaced).to_vec());
    state.apply(Command::ShowSlice(1));
    let (_, question) = point_and_ask(&mut state);
    let (reasons, _) = refused(&question);
    assert_eq!(
        reasons,
        ["the slices of its series do not tell where they lie"]
    );
}

#[test]
fn an_answer_goes_when_a_slice_comes_to_lie_next_to_it() {
    let mut state = open(
        nodule::manifest(),
        [0.0, 2.0].map(|it| file(&[it])).to_vec(),
    );
    let (job, question) = ask(&mut state, 2.0);
    let answer = score::score(target(&question), &mut nodule::loaded(), Gate::Open).unwrap();
    state.on_event(job, Event::Scored(Box::new(answer.clone())));
    state.on_event(job, Event::Done);
    assert!(state.asked().unwrap().prediction.is_some());
    let open = slices::begin(&mut state);
    // A slice further off changes nothing.
    slices::arrive(&mut state, open, 7, file(&[-2.0]));
    assert!(state.asked().unwrap().prediction.is_some() && state.notices.is_empty());
    slices::arrive(&mut state, open, 8, file(&[4.0]));
    state.on_event(open, Event::Done);
    assert!(state.asked().unwrap().prediction.is_none());
    let told = state
        .notices
        .iter()
        .filter(|it| it.failure.headline.contains("slices next to it"));
    assert_eq!(told.count(), 1);
    // The answer that was given without it does not come back.
    state.on_event(job, Event::Scored(Box::new(answer)));
    assert!(state.asked().unwrap().prediction.is_none());
    let (_, question) = ask(&mut state, 2.0);
    let Question::Scan { neighbours, .. } = &question else {
        panic!("a scan")
    };
    assert_eq!(neighbours.as_ref().unwrap().iter().count(), 2);
}

/// A slice as a scanner writes it.
fn written(series: &str, z_mm: f64) -> Vec<u8> {
    let edge = EDGE as u16;
    let Samples::Gray(samples) = frame(z_mm).samples.clone() else {
        panic!("grey")
    };
    let stored = samples.iter().map(|it| (it + 1024.0).round() as u16);
    let mut fields = Fields::gray(edge, edge, 16);
    fields
        .text(0x0008_0016, b"UI", "1.2.840.10008.5.1.4.1.1.2")
        .text(
            0x0008_0018,
            b"UI",
            &format!("1.2.3.{}", (10.0 * z_mm) as u32),
        )
        .text(0x0008_0060, b"CS", "CT")
        .text(0x0018_0015, b"CS", "CHEST")
        .text(0x0020_000D, b"UI", "1.2.3")
        .text(0x0020_000E, b"UI", series)
        .text(0x0020_0032, b"DS", &format!("0\\0\\{z_mm}"))
        .text(0x0020_0037, b"DS", "1\\0\\0\\0\\1\\0")
        .text(0x0020_0052, b"UI", "1.2.3.9")
        .text(0x0028_0030, b"DS", "0.7\\0.7")
        .text(0x0028_1052, b"DS", "-1024")
        .text(0x0028_1053, b"DS", "1")
        .pixels(stored.flat_map(u16::to_le_bytes).collect());
    fields.part10()
}

#[test]
fn on_the_command_line_the_other_files_of_the_series_stand_beside_the_one_that_is_scored() {
    let folder = command::scratch("beside");
    let path = |name: &str| folder.join(name);
    for (name, series, z_mm) in [
        ("a.dcm", "1.2.3.4", 5.0),
        ("b.dcm", "1.2.3.4", 2.5),
        ("c.dcm", "1.2.3.4", 0.0),
        ("other.dcm", "1.2.3.5", 0.0),
    ] {
        command::write(path(name), written(series, z_mm));
    }
    let score = |beside: &[&str]| {
        let mut program = command::wardlight();
        program.args(["score", "--model", "nodule-malignancy", "--at", "30,33"]);
        program
            .args(["--beyond-scope", "--json"])
            .arg(path("b.dcm"));
        if !beside.is_empty() {
            program
                .arg("--slices")
                .args(beside.iter().map(|it| path(it)));
        }
        let (code, out, err) = command::run(&mut program);
        let found: serde_json::Value = serde_json::from_str(&out).unwrap();
        (code, found, err)
    };
    let (code, alone, err) = score(&[]);
    assert_eq!(code, 0, "{err}");
    assert!(
        alone
            .to_string()
            .contains("there is no slice on both sides")
    );
    let logit = |it: &serde_json::Value| {
        let first = it.pointer("/results/0/prediction/scores/0/logit");
        first.unwrap().as_f64().unwrap()
    };
    let (_, among, _) = score(&["a.dcm", "b.dcm", "c.dcm"]);
    assert!(
        among
            .to_string()
            .contains("the slices before and behind lie 2.50 and 2.50 mm away")
    );
    assert_ne!(logit(&among), logit(&alone), "the slices beside it count");
    let (_, turned, _) = score(&["c.dcm", "a.dcm"]);
    assert_eq!(
        logit(&among),
        logit(&turned),
        "in whatever order they are named"
    );
    let (code, refused, _) = score(&["a.dcm", "other.dcm"]);
    assert_ne!(code, 0);
    assert!(refused.to_string().contains("must be of its series"));
}
