//! Models that read the surroundings of a point: what they are given, what they refuse, how a person points.

use std::sync::Arc;

use egui::{Key, Modifiers};
use egui_kittest::{Harness, kittest::Queryable as _};
use wardlight::{
    app::App,
    case::{Frame, Modality, Samples, Scan, Spacing, SpacingSource},
    engine::{self, Event, Gate, Job, Parts, Target as Question},
    import::{Opened, Origin},
    model::{
        Manifest, Network,
        manifest::Output,
        network::ResNetS,
        scope::{HeaderScope, LungScope, Scope},
    },
    nn::train::augment::Augment,
    prediction::{LabelIdx, Method, Pixel},
    prep::{Crop, Error, Fit, ImageSpec, Intensity, Spec, prepare_at},
    score::{self, Loaded, Target},
    session::{Action, Command, Effect, ItemId, Kind, Loading, State},
    settings::Settings,
    warnings::Warnings,
};

use crate::{app, fake, prep, session::started, train::STILL};

/// 8 mm at 16 x 16 pixels, values as they are.
const SPEC: ImageSpec = ImageSpec {
    width: 16,
    height: 16,
    channels: 3,
    colour: false,
    margin: 0.0,
    fit: Fit::Stretch,
    intensity: Intensity::Fixed {
        low: -1000.0,
        high: 600.0,
    },
    mean: 0.0,
    std: 1.0,
    steps: Vec::new(),
    crop: Some(Crop {
        side_mm: 8.0,
        neighbours: true,
    }),
};

const POINT: Pixel = Pixel { x: 20, y: 15 };

/// Frames of 40 x 30 pixels of 0.5 x 0.8 mm that rise by 10 HU for each pixel across and 4 down; each frame starts
/// 50 HU above the one before.
fn slices(n_frames: usize) -> Scan {
    let (width, height) = (40, 30);
    let frame = |frame_idx: usize| {
        let value = |idx: usize| {
            let (x, y) = ((idx % width) as f32, (idx / width) as f32);
            -600.0 + 10.0 * x + 4.0 * y + 50.0 * frame_idx as f32
        };
        let samples = (0..width * height).map(value).collect();
        Arc::new(Frame {
            width,
            height,
            samples: Samples::Gray(samples),
        })
    };
    let mut scan = prep::scan(width, height, Samples::Gray(Box::new([])));
    scan.header.modality = Modality::Ct;
    scan.header.pixels.n_frames = n_frames;
    scan.header.unit = Some("HU".to_owned());
    scan.header.spacing = Some(Spacing {
        row_mm: 0.8,
        column_mm: 0.5,
        source: SpacingSource::Patient,
    });
    Scan::new(scan.header, (0..n_frames).map(frame).collect())
}

fn crop(scan: &Scan, frame_idx: usize, at: Option<Pixel>) -> (Result<Vec<f32>, Error>, String) {
    let warnings = Warnings::default();
    let input = prepare_at(scan, (frame_idx, at, None), &SPEC, &warnings);
    let said: Vec<String> = warnings.list().into_iter().map(|it| it.text).collect();
    (input.map(|it| it.values), said.join("; "))
}

#[test]
fn a_crop_is_a_square_of_millimetres_around_the_middle_of_a_pixel() {
    let scan = slices(3);
    let warnings = Warnings::default();
    let input = prepare_at(&scan, (1, Some(POINT), None), &SPEC, &warnings).unwrap();
    assert_eq!((input.channels, input.height, input.width), (3, 16, 16));
    for (channel, plane) in input.values.chunks(256).enumerate() {
        for (idx, value) in plane.iter().enumerate() {
            // Half a millimetre for each pixel of the input; 0.5 and 0.8 mm for each of the scan.
            let (x_mm, y_mm) = (
                (idx % 16) as f32 * 0.5 - 3.75,
                (idx / 16) as f32 * 0.5 - 3.75,
            );
            let hu = -600.0
                + 10.0 * (20.0 + x_mm / 0.5)
                + 4.0 * (15.0 + y_mm / 0.8)
                + 50.0 * channel as f32;
            let want = (hu + 1000.0) / 1600.0;
            assert!(
                (value - want).abs() < 1e-5,
                "{channel} {idx}: {value}, wanted {want}"
            );
        }
    }
    let corner = input.scan_from_input.apply((0.0, 0.0));
    let far = input.scan_from_input.apply((16.0, 16.0));
    assert!((corner.0 - 12.5).abs() < 1e-4 && (corner.1 - 10.5).abs() < 1e-4);
    assert!((far.0 - 28.5).abs() < 1e-4 && (far.1 - 20.5).abs() < 1e-4);
}

#[test]
fn a_slice_without_neighbours_stands_for_them_and_says_so() {
    let (one, said) = crop(&slices(1), 0, Some(POINT));
    let one = one.unwrap();
    assert!(one[..256] == one[256..512] && one[256..512] == one[512..]);
    assert!(said.contains("no slice on both sides"), "{said}");
    let (first, said) = crop(&slices(3), 0, Some(POINT));
    let first = first.unwrap();
    assert!(first[..256] == first[256..512] && first[256..512] != first[512..]);
    assert!(said.contains("no slice on both sides"), "{said}");
    let (_, said) = crop(&slices(3), 1, Some(POINT));
    assert!(said.contains("taken for the neighbouring slices"), "{said}");
}

#[test]
fn what_lies_beside_the_picture_is_air() {
    let (values, said) = crop(&slices(1), 0, Some(Pixel { x: 0, y: 15 }));
    let values = values.unwrap();
    assert!(
        values[..256]
            .chunks(16)
            .all(|row| row[0] == 0.0 && 0.1 < row[15])
    );
    assert!(said.contains("beside the picture"), "{said}");
}

#[test]
fn a_crop_needs_a_point_within_and_pixels_of_known_size() {
    let refused = |scan: &Scan, at| crop(scan, 0, at).0.unwrap_err().to_string();
    let scan = slices(1);
    assert_eq!(
        refused(&scan, None),
        "wanted a point to read 8 mm around, found none"
    );
    assert_eq!(
        refused(&scan, Some(Pixel { x: 40, y: 3 })),
        "wanted a point within the 40 x 30 pixels of the frame, found column 40, row 3"
    );
    let spaced = |change: &dyn Fn(&mut Option<Spacing>)| {
        let mut scan = slices(1);
        change(&mut scan.header.spacing);
        refused(&scan, Some(POINT))
    };
    let want = "wanted the distance of pixels in the patient, in mm, found";
    assert_eq!(spaced(&|it| *it = None), format!("{want} none"));
    let at_detector = spaced(&|it| it.as_mut().unwrap().source = SpacingSource::Detector);
    assert_eq!(at_detector, format!("{want} that at the detector"));
    let nothing = spaced(&|it| it.as_mut().unwrap().row_mm = 0.0);
    assert_eq!(nothing, format!("{want} no positive number"));
}

#[test]
fn a_colour_picture_of_the_inputs_size_is_a_crop_that_was_cut_before() {
    let rgb: Vec<u8> = (0..256)
        .flat_map(|it| [it as u8, 255 - it as u8, 51])
        .collect();
    let scan = prep::scan(16, 16, Samples::Rgb(rgb.into()));
    let (values, said) = crop(&scan, 0, None);
    let values = values.unwrap();
    assert!((values[200] - 200.0 / 255.0).abs() < 1e-6);
    assert!((values[256 + 200] - 55.0 / 255.0).abs() < 1e-6);
    assert!((values[512 + 200] - 0.2).abs() < 1e-6);
    assert!(said.contains("cut before"), "{said}");
    let photograph = prep::scan(17, 16, Samples::Rgb(vec![9; 17 * 16 * 3].into()));
    assert!(matches!(
        crop(&photograph, 0, Some(POINT)).0,
        Err(Error::NoSpacing { .. })
    ));
}

/// A fake that reads around a point, for CT of the lung.
pub(crate) fn manifest() -> Manifest {
    let network = ResNetS {
        in_channels: 3,
        width: 8,
        blocks: vec![1, 1],
        stem_stride: 1,
    };
    Manifest {
        name: "nodule".to_owned(),
        output: Output::Softmax,
        network: Network::ResNetS(network),
        prep: Spec::Image(SPEC),
        scope: Some(Scope {
            header: HeaderScope {
                modalities: vec!["CT".to_owned()],
                ..HeaderScope::default()
            },
            layout: None,
            lung: Some(LungScope {
                air_below_hu: -500.0,
                least_air: 0.05,
                tissue_above_hu: -600.0,
                least_tissue: 0.01,
            }),
        }),
        ..fake::chest_manifest()
    }
}

#[test]
fn a_manifest_with_a_crop_survives_and_an_impossible_one_is_refused() {
    let manifest = manifest();
    let text = manifest.to_toml().unwrap();
    assert_eq!(Manifest::parse(&text).unwrap(), manifest);
    let whole = fake::chest_manifest().to_toml().unwrap();
    assert!(
        !whole.contains("crop") && !whole.contains("lung"),
        "{whole}"
    );
    let refused = |change: &dyn Fn(&mut ImageSpec)| {
        let mut spec = SPEC;
        change(&mut spec);
        let mut manifest = manifest.clone();
        manifest.prep = Spec::Image(spec);
        manifest.to_toml().unwrap_err().to_string()
    };
    let quantiles = Intensity::Quantiles {
        low: 0.0,
        high: 1.0,
    };
    for (found, want) in [
        (
            refused(&|it| it.intensity = quantiles),
            "a fixed intensity of a crop",
        ),
        (refused(&|it| it.margin = 0.1), "no margin of a crop"),
        (
            refused(&|it| it.crop.as_mut().unwrap().side_mm = 0.0),
            "a side of 1 to 500 mm",
        ),
        (
            refused(&|it| it.crop = None),
            "a crop for a test of its lung",
        ),
    ] {
        assert!(found.contains(want), "{found}");
    }
}

pub(crate) fn loaded() -> Loaded {
    Loaded {
        model: fake::model(manifest()),
        tokenizer: None,
        layout: None,
        warnings: Vec::new(),
    }
}

#[test]
fn a_point_without_lung_or_without_anything_but_air_is_out_of_scope() {
    let reasons = |change: &dyn Fn(&mut Scan)| {
        let mut scan = slices(1);
        change(&mut scan);
        let target = Target::Scan {
            scan: &scan,
            frame_idx: 0,
            at: Some(POINT),
            neighbours: None,
        };
        match score::score(target, &mut loaded(), Gate::Closed) {
            Ok(prediction) => {
                assert_eq!(prediction.about.at, Some(POINT));
                Vec::new()
            }
            Err(score::Error::OutOfScope { reasons }) => reasons,
            Err(other) => panic!("{other}"),
        }
    };
    let shift = |scan: &mut Scan, hu: f32| {
        let mut frames = scan.frames();
        let Samples::Gray(samples) = &frames[0].samples else {
            panic!("grey samples")
        };
        let samples = samples.iter().map(|it| it + hu).collect();
        frames[0] = Arc::new(Frame {
            samples: Samples::Gray(samples),
            ..*frames[0]
        });
        *scan = Scan::new(scan.header.clone(), frames);
    };
    // -440 to -240 HU as it is.
    assert_eq!(
        reasons(&|it| shift(it, 0.0)),
        ["there is no lung around the point"]
    );
    assert!(reasons(&|it| shift(it, -150.0)).is_empty());
    assert_eq!(
        reasons(&|it| shift(it, -520.0)),
        ["there is nothing but air around the point"]
    );
    let in_other_units = reasons(&|it| {
        shift(it, -150.0);
        it.header.unit = Some("SUV".to_owned());
    });
    assert_eq!(in_other_units, ["its values are not in Hounsfield units"]);
    let of_mr = reasons(&|it| {
        shift(it, -150.0);
        it.header.modality = Modality::Mr;
    });
    assert_eq!(of_mr, ["its modality is MR, and the model is for CT"]);
}

#[test]
fn the_influence_lies_within_the_square() {
    let scan = slices(1);
    let target = Target::Scan {
        scan: &scan,
        frame_idx: 0,
        at: Some(POINT),
        neighbours: None,
    };
    let explanation = score::explain(
        target,
        LabelIdx(0),
        Method::GradCam,
        &mut loaded(),
        &Default::default(),
    );
    let explanation = explanation.unwrap();
    assert_eq!(explanation.about.at, Some(POINT));
    let heatmap = explanation.heatmap.unwrap();
    let corner = heatmap.scan_from_heatmap.apply((0.0, 0.0));
    let far = (heatmap.width as f32, heatmap.height as f32);
    let far = heatmap.scan_from_heatmap.apply(far);
    assert!((corner.0 - 12.5).abs() < 1e-4 && (far.1 - 20.5).abs() < 1e-4);
}

/// A session with the nodule model and the chest model, and a scan open.
fn session() -> State {
    let mut state = State::new(Settings::default());
    let effects = state.start(vec!["stack.dcm".into()]);
    let [Effect::Start(models, _), Effect::Start(open, _)] = &effects[..] else {
        panic!("the start loads models and opens files")
    };
    for manifest in [manifest(), fake::chest_manifest()] {
        state.on_event(*models, Event::ModelLoaded(Arc::new(manifest)));
    }
    state.on_event(*models, Event::Done);
    let opened = Event::Opened {
        from: Origin::file("stack.dcm".into()),
        opened: Box::new(Opened::Scan(slices(3))),
    };
    state.on_event(*open, opened);
    state.on_event(*open, Event::Done);
    state
}

/// A click on the scan in the middle.
fn click(state: &mut State, at: Pixel) -> Vec<Effect> {
    let id = state.scan().unwrap().0;
    state.apply(Command::PointAt(id, at))
}

/// What the job that is started reads around.
fn asked_at(state: &mut State) -> Option<Pixel> {
    let jobs = started(&state.apply(Command::Act(Action::Score)));
    let [(_, Job::Score { target, .. })] = &jobs[..] else {
        panic!("one job that scores")
    };
    match target {
        Question::Scan { at, .. } => *at,
        _ => panic!("a scan"),
    }
}

#[test]
fn a_click_after_the_key_sets_what_is_scored() {
    let mut state = session();
    assert_eq!(state.crop_side_mm(), Some(8.0));
    state.apply(Command::Act(Action::PointAt));
    assert!(state.is_pointing);
    state.apply(Command::Act(Action::Escape));
    assert!(!state.is_pointing, "Escape leaves the point be");
    state.apply(Command::Act(Action::PointAt));
    // A click that was on a scan which has left the middle since.
    state.apply(Command::PointAt(ItemId(u64::MAX), POINT));
    assert_eq!(state.scan().unwrap().1.point(), None);
    click(&mut state, POINT);
    assert!(!state.is_pointing);
    assert_eq!(state.scan().unwrap().1.point(), Some(POINT));
    assert_eq!(asked_at(&mut state), Some(POINT));
}

#[test]
fn another_point_forgets_the_answer_about_the_first_and_stops_what_runs() {
    let mut state = session();
    click(&mut state, POINT);
    asked_at(&mut state);
    let same = click(&mut state, POINT);
    assert!(same.is_empty() && state.scan().unwrap().1.reading().is_some());
    let effects = click(&mut state, Pixel { x: 3, y: 4 });
    assert!(matches!(effects[..], [Effect::Cancel(_)]));
    assert!(state.scan().unwrap().1.reading().is_none());
    assert_eq!(asked_at(&mut state), Some(Pixel { x: 3, y: 4 }));
}

#[test]
fn each_frame_has_its_own_point_and_a_model_of_whole_pictures_none() {
    let mut state = session();
    click(&mut state, POINT);
    state.apply(Command::ShowFrame(1));
    assert_eq!(state.scan().unwrap().1.point(), None);
    state.apply(Command::ShowFrame(0));
    let whole = fake::chest_manifest().model_ref();
    state.apply(Command::ChooseModel(Kind::Scan, whole));
    assert_eq!(state.scan().unwrap().1.point(), None);
    assert_eq!(asked_at(&mut state), None);
    let reading = state.scan().unwrap().1.reading().unwrap();
    assert!(matches!(reading.prediction, Loading::Waiting(_)));
    state.apply(Command::Act(Action::PointAt));
    assert!(!state.is_pointing && state.notices.len() == 1);
}

#[test]
fn in_the_window_the_key_and_a_click_point_at_what_lies_there() {
    let parts = Parts {
        open: engine::one_by_one(|_, _| Ok(Opened::Scan(slices(1)))),
        load: Box::new(|_| Ok(loaded())),
        model_folders: vec!["nodule".into()],
        ..fake::parts()
    };
    let mut harness = app::window_with([1440.0, 900.0], &["ct.dcm"], parts);
    app::wait(&mut harness, "models", |it| {
        !it.state().state().are_models_loading() && it.state().state().scan().is_some()
    });
    let middle = harness
        .get_by_label_contains("frame 1 of 1")
        .rect()
        .center();
    let click = |harness: &mut Harness<'static, App>| {
        harness.hover_at(middle);
        harness.run_steps(2);
        harness.drag_at(middle);
        harness.run_steps(2);
        harness.drop_at(middle);
        harness.run_steps(2);
    };
    let point = |harness: &Harness<'static, App>| harness.state().state().scan()?.1.point();
    click(&mut harness);
    assert_eq!(point(&harness), None, "a click alone says nothing");
    app::press(&mut harness, Modifiers::NONE, Key::N);
    click(&mut harness);
    let found = point(&harness).expect("a point");
    assert!(
        found.x.abs_diff(20) < 2 && found.y.abs_diff(15) < 2,
        "{found:?}"
    );
    app::press(&mut harness, Modifiers::NONE, Key::Space);
    app::wait_for_title(&mut harness, "not scored");
}

/// A batch whose pixels all differ. `[n, 3, 6, 6]`
fn batch(n: i64) -> tch::Tensor {
    tch::Tensor::arange(n * 108, (tch::Kind::Float, tch::Device::Cpu)).view([n, 3, 6, 6])
        / (n * 108) as f64
}

#[test]
fn a_slice_alone_stands_in_all_channels() {
    tch::manual_seed(5);
    let augment = Augment {
        one_slice: 1.0,
        ..STILL
    };
    let x = batch(4);
    let found = augment.apply(&x).unwrap();
    let want = x.narrow(1, 1, 1).expand_as(&x);
    assert!((found - want).abs().max().double_value(&[]) < 1e-3);
}
