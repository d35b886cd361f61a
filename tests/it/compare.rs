//! Two models on one picture: what is asked of whom, what stays with which answer, what is told where they differ; and the
//! way from one finding to the next.

use std::sync::Arc;

use egui::{Key, Modifiers};
use egui_kittest::{Harness, kittest::Queryable as _};
use wardlight::{
    app::{App, Options},
    disk::Sha256,
    engine::{Event, Gate, Job, JobId, Parts},
    import::{Opened, Origin},
    model::{
        Manifest,
        scope::{HeaderScope, Scope},
    },
    prediction::{Affine2, Calibration, Call, Explanation, Heatmap, LabelIdx, Method, Prediction},
    score::Loaded,
    session::{Action, Answer, Command, Effect, Loading, Pair, Reading, Sides, State},
    settings::{MapForm, Settings},
    store::Verdict,
};

use crate::{
    app::{built, options, press, wait, wait_for_title, window_with},
    command::scratch,
    door_store::{enter_and_score, item_of, lock},
    fake,
    lock::{kept_in, wait_for_records},
    session::{self, started},
    store::create_in,
};

fn manifest(name: &str, version: &str, threshold: f32) -> Manifest {
    let mut manifest = fake::chest_manifest();
    manifest.name = name.to_owned();
    manifest.version = version.to_owned();
    manifest.weights.sha256 = Sha256::of(format!("{name} {version}").as_bytes());
    for label in &mut manifest.labels {
        if let Some(point) = &mut label.operating_point {
            point.threshold = threshold;
        }
    }
    manifest
}

fn one() -> Manifest {
    manifest("one", "1.0", 0.41)
}

fn two() -> Manifest {
    manifest("two", "1.0", 0.9)
}

/// What a model says of a frame; both classes are known to all of them.
fn answer(model: &Manifest, frame_idx: usize, probability: f32) -> Prediction {
    let mut prediction = session::prediction(frame_idx);
    prediction.model = model.model_ref();
    prediction.calibration = model.calibration.clone();
    for (score, label) in prediction.scores.iter_mut().zip(&model.labels) {
        score.label.clone_from(&label.name);
        score.operating_point.clone_from(&label.operating_point);
        score.call = Call::None;
    }
    let [first, second] = &mut prediction.scores[..] else {
        panic!("two classes")
    };
    (first.probability, second.probability) = (probability, 1.0 - probability);
    let threshold = first.operating_point.as_ref().unwrap().threshold;
    first.call = if threshold <= probability {
        Call::Above
    } else {
        Call::Below
    };
    prediction
}

/// A map with a large hill at the left top and a small one at the right bottom, over 256 pixels.
fn map(model: &Manifest, frame_idx: usize, label: &str) -> Explanation {
    let edge = 16;
    let value = |at: usize| {
        let (x, y) = (at % edge, at / edge);
        let is_large = (2..6).contains(&x) && (2..6).contains(&y);
        let is_small = (11..13).contains(&x) && (11..13).contains(&y);
        if is_large || is_small { 1.0 } else { 0.0 }
    };
    let scale = Affine2 {
        scale_x: 16.0,
        scale_y: 16.0,
        ..Affine2::IDENTITY
    };
    Explanation {
        about: session::prediction(frame_idx).about,
        model: model.model_ref(),
        label: label.to_owned(),
        method: Method::GradCam,
        heatmap: Some(Heatmap {
            frame_idx,
            width: edge,
            height: edge,
            values: (0..edge * edge).map(value).collect(),
            scan_from_heatmap: scale,
        }),
        words: Vec::new(),
        course: None,
        completeness_gap: None,
        border_share: None,
    }
}

/// A session with these models and a scan of three frames.
fn open(models: &[Manifest]) -> State {
    let mut state = State::new(Settings::default());
    let effects = state.start(vec!["chest.dcm".into()]);
    let [Effect::Start(load, _), Effect::Start(open, _)] = &effects[..] else {
        panic!("the start loads models and opens files")
    };
    for manifest in models {
        state.on_event(*load, Event::ModelLoaded(Arc::new(manifest.clone())));
    }
    state.on_event(*load, Event::Done);
    let opened = Event::Opened {
        from: Origin::file("chest.dcm".into()),
        opened: Box::new(Opened::Scan(fake::scan(3))),
    };
    state.on_event(*open, opened);
    state.on_event(*open, Event::Done);
    state
}

fn act(state: &mut State, action: Action) -> Vec<(JobId, Job)> {
    started(&state.apply(Command::Act(action)))
}

/// The one question of a kind that was asked, and of which model.
fn asked(jobs: &[(JobId, Job)]) -> (JobId, String) {
    let [(id, Job::Score { model, .. })] = jobs else {
        panic!("{} jobs that score", jobs.len())
    };
    (*id, format!("{} {}", model.name, model.version))
}

/// Answers, and the map that is asked for then.
fn answered(state: &mut State, id: JobId, said: Prediction, model: &Manifest) {
    let frame_idx = said.about.frame_idx;
    let jobs = started(&state.on_event(id, Event::Scored(Box::new(said))));
    state.on_event(id, Event::Done);
    for (id, job) in jobs {
        let Job::Explain { label, .. } = job else {
            panic!("an answer is explained")
        };
        let named = &model.labels[label.0].name;
        let found = map(model, frame_idx, named);
        state.on_event(id, Event::Explained(Box::new(found)));
        state.on_event(id, Event::Done);
    }
}

/// Both models asked about the first frame, and answered.
fn compared() -> State {
    let mut state = open(&[one(), two()]);
    let (id, _) = asked(&act(&mut state, Action::Score));
    answered(&mut state, id, answer(&one(), 0, 0.78), &one());
    let (id, whom) = asked(&act(&mut state, Action::CompareModels));
    assert_eq!(whom, "two 1.0");
    answered(&mut state, id, answer(&two(), 0, 0.7), &two());
    state
}

fn front(state: &State) -> &Reading {
    state.scan().unwrap().1.reading().unwrap()
}

fn name_of(reading: &Reading) -> &str {
    &reading.model.as_ref().unwrap().name
}

#[test]
fn a_second_model_is_asked_beside_the_first_and_neither_takes_the_others_place() {
    let state = compared();
    let beside = state.asked_beside().unwrap();
    assert_eq!(
        (name_of(front(&state)), name_of(beside.reading)),
        ("one", "two")
    );
    assert_eq!(beside.prediction.unwrap().scores[0].probability, 0.7);
    let own = state.scan().unwrap().1.prediction().unwrap();
    assert_eq!(own.scores[0].probability, 0.78);
    // Each has a map of the same class.
    for reading in [front(&state), beside.reading] {
        let map = reading.explanation.ready().unwrap();
        assert_eq!(
            (map.label.as_str(), &map.model.name[..]),
            ("pneumonia", name_of(reading))
        );
    }
}

#[test]
fn the_same_key_once_more_ends_the_comparison_and_a_third_model_comes_before_that() {
    let three = manifest("three", "1.0", 0.5);
    let mut state = open(&[one(), two(), three]);
    // Nothing was asked yet: the one in front is asked with the one beside.
    let jobs = act(&mut state, Action::CompareModels);
    let whom = jobs.iter().map(|it| asked(std::slice::from_ref(it)).1);
    assert_eq!(whom.collect::<Vec<_>>(), ["one 1.0", "two 1.0"]);
    assert_eq!(
        asked(&act(&mut state, Action::CompareModels)).1,
        "three 1.0"
    );
    let effects = state.apply(Command::Act(Action::CompareModels));
    assert!(
        matches!(&effects[..], [Effect::Cancel(_)]),
        "what runs beside is stopped"
    );
    assert!(state.asked_beside().is_none());
    assert!(matches!(front(&state).prediction, Loading::Waiting(_)));
}

#[test]
fn two_versions_of_one_model_are_two_models() {
    let (old, new) = (manifest("one", "1.0", 0.41), manifest("one", "2.0", 0.41));
    let mut state = open(&[old.clone(), new.clone()]);
    let (id, whom) = asked(&act(&mut state, Action::Score));
    assert_eq!(whom, "one 1.0");
    answered(&mut state, id, answer(&old, 0, 0.78), &old);
    let (id, whom) = asked(&act(&mut state, Action::CompareModels));
    assert_eq!(whom, "one 2.0");
    // The old version answers in place of the new one: that is no answer.
    state.on_event(id, Event::Scored(Box::new(answer(&old, 0, 0.78))));
    assert!(state.asked_beside().unwrap().prediction.is_none());
    answered(&mut state, id, answer(&new, 0, 0.6), &new);
    let beside = state.asked_beside().unwrap();
    assert_eq!(beside.prediction.unwrap().model.version, "2.0");
}

#[test]
fn each_word_of_the_reader_stays_with_the_model_that_it_was_said_of() {
    let mut state = compared();
    act(&mut state, Action::Agree);
    let words = |reading: &Reading| {
        let said = reading.opinions.iter();
        said.map(|(class, it)| (class.clone(), it.answer))
            .collect::<Vec<_>>()
    };
    let agreed = [("pneumonia".to_owned(), Answer::Agree)];
    assert_eq!(words(front(&state)), agreed);
    assert!(words(state.asked_beside().unwrap().reading).is_empty());
    act(&mut state, Action::SwapModels);
    assert_eq!(name_of(front(&state)), "two");
    assert!(words(front(&state)).is_empty());
    act(&mut state, Action::Disagree);
    let beside = state.asked_beside().unwrap();
    assert_eq!(words(beside.reading), agreed);
    assert_eq!(
        words(front(&state)),
        [("pneumonia".to_owned(), Answer::Disagree)]
    );
    act(&mut state, Action::SwapModels);
    assert_eq!(
        (name_of(front(&state)), words(front(&state))),
        ("one", agreed.to_vec())
    );
}

#[test]
fn an_answer_goes_to_the_model_that_was_asked_whichever_stands_in_front_when_it_comes() {
    let mut state = open(&[one(), two()]);
    let (first, _) = asked(&act(&mut state, Action::Score));
    let (second, _) = asked(&act(&mut state, Action::CompareModels));
    act(&mut state, Action::SwapModels);
    answered(&mut state, first, answer(&one(), 0, 0.78), &one());
    assert!(state.scan().unwrap().1.prediction().is_none());
    assert_eq!(
        state.asked_beside().unwrap().prediction.unwrap().model.name,
        "one"
    );
    answered(&mut state, second, answer(&two(), 0, 0.7), &two());
    assert_eq!(
        state.scan().unwrap().1.prediction().unwrap().model.name,
        "two"
    );
    // What follows is asked of the one in front.
    act(&mut state, Action::NextFrame);
    assert_eq!(asked(&act(&mut state, Action::Score)).1, "two 1.0");
}

#[test]
fn nothing_beside_is_drawn_with_another_frame() {
    let mut state = compared();
    act(&mut state, Action::NextFrame);
    assert!(state.asked_beside().is_none());
    act(&mut state, Action::PreviousFrame);
    assert!(state.asked_beside().unwrap().prediction.is_some());
}

#[test]
fn a_model_for_others_is_not_compared_with_and_that_is_told() {
    let mut of_adults = two();
    of_adults.scope = Some(Scope {
        header: HeaderScope {
            age_years: Some([18.0, 120.0]),
            ..HeaderScope::default()
        },
        layout: None,
        lung: None,
    });
    let mut state = open(&[one(), of_adults]);
    assert!(act(&mut state, Action::CompareModels).is_empty());
    assert_eq!(state.notices.len(), 1);
    assert!(state.notices[0].failure.headline.contains("no other model"));
}

#[test]
fn a_refusal_beside_is_overcome_by_the_same_key_as_in_front() {
    let mut state = open(&[one(), two()]);
    let (id, _) = asked(&act(&mut state, Action::Score));
    answered(&mut state, id, answer(&one(), 0, 0.78), &one());
    let (id, _) = asked(&act(&mut state, Action::CompareModels));
    let reasons = vec!["there is no lung around the point".to_owned()];
    let refused = wardlight::score::Error::OutOfScope { reasons };
    state.on_event(id, Event::Failed(refused.into()));
    assert!(state.asked_beside().unwrap().reading.is_refused);
    let jobs = act(&mut state, Action::ScoreBeyondScope);
    let [(_, Job::Score { model, gate, .. })] = &jobs[..] else {
        panic!("{} jobs", jobs.len())
    };
    assert_eq!((&model.name[..], *gate), ("two", Gate::Open));
}

#[test]
fn the_overlay_that_is_saved_is_of_the_model_in_front() {
    let mut state = compared();
    for name in ["one", "two"] {
        state.apply(Command::Act(Action::SaveOverlay));
        let jobs = started(&state.apply(Command::SaveTo("/overlay.png".into())));
        let [(_, Job::Save(save))] = &jobs[..] else {
            panic!("one picture is saved")
        };
        assert_eq!(
            (
                &save.explanation.model.name[..],
                &save.prediction.model.name[..]
            ),
            (name, name)
        );
        act(&mut state, Action::SwapModels);
    }
}

#[test]
fn classes_stand_side_by_side_with_the_sides_of_their_own_operating_points() {
    let (first, second) = (answer(&one(), 0, 0.78), answer(&two(), 0, 0.7));
    let mut pairs = Pair::all([&first, &second]);
    assert_eq!(pairs.len(), 2);
    let pair = pairs.remove(0);
    assert_eq!((pair.label, pair.sides), ("pneumonia", Sides::FirstAbove));
    assert!((pair.apart.unwrap() - 0.08).abs() < 1e-6);
    assert_eq!(pairs[0].sides, Sides::Open, "no operating point, no side");
    let turned = &Pair::all([&second, &first])[0];
    assert_eq!(turned.sides, Sides::SecondAbove);
    let both = |probability: f32| {
        let found = [one(), two()].map(|it| answer(&it, 0, probability));
        let pairs = Pair::all([&found[0], &found[1]]);
        let pair = pairs.iter().find(|it| it.label == "pneumonia");
        pair.unwrap().sides
    };
    assert_eq!((both(0.95), both(0.2)), (Sides::Above, Sides::Below));
}

#[test]
fn names_are_compared_as_people_read_them_and_what_is_no_probability_is_not_subtracted() {
    let first = answer(&one(), 0, 0.78);
    let mut second = answer(&two(), 0, 0.7);
    second.scores[0].label = "Pneumonia ".to_owned();
    second.scores[1].label = "Pleural_Thickening".to_owned();
    second.calibration = Calibration::None;
    let pairs = Pair::all([&first, &second]);
    let told: Vec<_> = pairs
        .iter()
        .map(|it| (it.label, it.sides, it.apart))
        .collect();
    assert_eq!(
        told,
        [
            ("pneumonia", Sides::FirstAbove, None),
            ("normal", Sides::Alone, None),
            ("Pleural_Thickening", Sides::Alone, None),
        ]
    );
}

#[test]
fn the_next_finding_is_a_place_then_a_slice_and_then_the_first_again() {
    let mut state = open(&[one()]);
    for (frame_idx, probability) in [(0, 0.78), (1, 0.2), (2, 0.6)] {
        state.apply(Command::ShowFrame(frame_idx));
        let (id, _) = asked(&act(&mut state, Action::Score));
        answered(
            &mut state,
            id,
            answer(&one(), frame_idx, probability),
            &one(),
        );
    }
    state.apply(Command::ShowFrame(0));
    state.apply(Command::Zoom {
        factor: 2.0,
        about: (0.5, 0.5),
    });
    let mut seen = Vec::new();
    for _ in 0..6 {
        act(&mut state, Action::NextFinding);
        let view = &state.scan().unwrap().1.view;
        let middle = [view.center.0, view.center.1].map(|it| (100.0 * it).round() as u32);
        seen.push((view.frame_idx, front(&state).place, middle));
    }
    // Hills around cells 4 and 12 of 16; the second frame lies below.
    let (large, small) = ([25, 25], [75, 75]);
    assert_eq!(
        seen,
        [
            (0, Some(0), large),
            (0, Some(1), small),
            (2, Some(0), large),
            (2, Some(1), small),
            (0, Some(0), large),
            (0, Some(1), small),
        ]
    );
}

#[test]
fn without_a_class_above_its_operating_point_there_is_no_next_finding() {
    let mut state = open(&[one()]);
    let (id, _) = asked(&act(&mut state, Action::Score));
    answered(&mut state, id, answer(&one(), 0, 0.2), &one());
    assert!(act(&mut state, Action::NextFinding).is_empty());
    assert!(
        state.notices[0]
            .failure
            .headline
            .contains("No class lies above")
    );
    assert_eq!(front(&state).label, Some(LabelIdx(0)));
}

#[test]
fn what_is_drawn_of_a_map_is_chosen_by_key_and_goes_along_with_what_is_saved() {
    let mut state = compared();
    let look = |state: &State| {
        let look = state.look();
        (look.has_heat, look.has_outline, look.is_raw)
    };
    assert_eq!(look(&state), (true, true, false));
    act(&mut state, Action::NextMapForm);
    assert_eq!(
        (state.settings.map_form, look(&state)),
        (MapForm::Outline, (false, true, false))
    );
    act(&mut state, Action::ToggleRawMap);
    act(&mut state, Action::NextMapForm);
    assert_eq!(look(&state), (true, false, true));
    state.apply(Command::Act(Action::SaveOverlay));
    let jobs = started(&state.apply(Command::SaveTo("/overlay.png".into())));
    let [(_, Job::Save(save))] = &jobs[..] else {
        panic!("one picture is saved")
    };
    assert_eq!(save.look, state.look());
}

/// An engine with both models.
fn both() -> Parts {
    Parts {
        load: Box::new(|folder| {
            let manifest = if folder.ends_with("one") {
                one()
            } else {
                two()
            };
            Ok(Loaded {
                model: fake::model(manifest),
                tokenizer: None,
                layout: None,
                warnings: Vec::new(),
            })
        }),
        model_folders: vec!["one".into(), "two".into()],
        ..fake::parts()
    }
}

fn wait_for_second(harness: &mut Harness<'static, App>) {
    wait(harness, "the second answer", |it| {
        let beside = it.state().state().asked_beside();
        beside.is_some_and(|it| it.reading.explanation.ready().is_some())
    });
    harness.run_steps(3);
}

#[test]
fn the_records_keep_each_word_with_the_answer_of_its_own_model() {
    let folder = scratch("compare-records");
    drop(create_in(&folder));
    let options = Options {
        safety: kept_in(&folder),
        ..options(vec!["chest.dcm".into()], both())
    };
    let mut harness = built([1440.0, 900.0], options);
    enter_and_score(&mut harness);
    press(&mut harness, Modifiers::SHIFT, Key::C);
    wait_for_second(&mut harness);
    press(&mut harness, Modifiers::NONE, Key::A);
    press(&mut harness, Modifiers::SHIFT, Key::M);
    press(&mut harness, Modifiers::NONE, Key::D);
    lock(&mut harness);
    let records = wait_for_records(&folder);
    let answers = records.answers(&item_of(&records)).unwrap();
    let said = answers.iter().map(|(reference, answer)| {
        let readings = records.readings(reference).unwrap();
        let verdicts: Vec<Verdict> = readings.iter().map(|it| it.verdict).collect();
        (answer.model.as_str(), verdicts)
    });
    assert_eq!(
        said.collect::<Vec<_>>(),
        [
            ("one", vec![Verdict::Agree]),
            ("two", vec![Verdict::Disagree])
        ]
    );
}

#[test]
fn in_the_window_two_models_stand_side_by_side_and_say_where_they_part() {
    let mut harness = window_with([1440.0, 900.0], &["chest.dcm"], both());
    wait(&mut harness, "models", |it| {
        !it.state().state().are_models_loading() && it.state().state().scan().is_some()
    });
    press(&mut harness, Modifiers::NONE, Key::Space);
    wait_for_title(&mut harness, "scored and explained");
    harness.run_steps(3);
    harness.get_by_label("Compare").click();
    wait_for_second(&mut harness);
    harness.get_by_label("Two models on this picture");
    harness.get_by_label("one 1.0 says above, two 1.0 says below. 0 percentage points apart");
    harness.get_by_label_contains("Nothing is blended into one number");
    let spoken = harness.query_all_by_label_contains("two 1.0: 78 %");
    assert_eq!(
        spoken.count(),
        1,
        "both answers are heard, each by its model"
    );
    harness.get_by_label("Swap").click();
    harness.run_steps(3);
    let state = harness.state().state();
    assert_eq!(name_of(front(state)), "two");
    // What is above is still said of the one that says it.
    harness.get_by_label("one 1.0 says above, two 1.0 says below. 0 percentage points apart");
}
