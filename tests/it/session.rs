//! What commands and answers do to the state: no window, no thread.

use std::{path::PathBuf, sync::Arc};

use wardlight::{
    disk::{self, Sha256},
    engine::{Event, Job, JobId},
    import::{Opened, Origin},
    model::manifest::ExplanationTest,
    prediction::{
        Affine2, Against, Calibration, Call, Engine, Explanation, Faithfulness, Form, Heatmap,
        LabelIdx, Method, Ood, Precision, Prediction, Score, Subject, Trust, Uncertainty,
    },
    prep::{Spec, TextForm},
    privacy::Phi,
    render::Strength,
    session::{
        Action, Answer, Column, Command, Consent, Content, Effect, Kind, Loading, Sheet, State,
        TakeOutCommand, Wanted, meaning,
    },
    settings::{Settings, Theme},
    words::{Language, Words},
};

use crate::fake;

fn english() -> Words {
    Words::new(Language::English)
}

/// A session with both models loaded and a scan and a note open.
pub(crate) fn ready() -> State {
    let mut state = State::new(Settings::default());
    let effects = state.start(vec!["chest.dcm".into(), "note.txt".into()]);
    let [
        Effect::Start(models, Job::LoadModels),
        Effect::Start(open, Job::Open(paths)),
    ] = &effects[..]
    else {
        panic!("the start loads models and opens files")
    };
    assert_eq!(paths.len(), 2);
    for manifest in [fake::chest_manifest(), fake::note_manifest()] {
        state.on_event(*models, Event::ModelLoaded(Arc::new(manifest)));
    }
    state.on_event(*models, Event::Done);
    state.on_event(*open, opened("chest.dcm", Opened::Scan(fake::scan(3))));
    state.on_event(
        *open,
        opened("note.txt", Opened::Chart(fake::note(fake::NOTE).into())),
    );
    state.on_event(*open, Event::Done);
    // A text names no patient: a person puts it beside the scan.
    let note = state.items[1].id;
    state.apply(Command::PutTogether(note, Consent::Given));
    state
}

fn opened(path: &str, opened: Opened) -> Event {
    Event::Opened {
        from: Origin::file(PathBuf::from(path)),
        opened: Box::new(opened),
    }
}

/// The jobs that effects start.
pub(crate) fn started(effects: &[Effect]) -> Vec<(JobId, Job)> {
    let jobs = effects.iter().filter_map(|it| match it {
        Effect::Start(id, job) => Some((*id, job.clone())),
        _ => None,
    });
    jobs.collect()
}

pub(crate) fn prediction(frame_idx: usize) -> Prediction {
    let manifest = fake::chest_manifest();
    let score = |label: &str, probability: f32, call: Call| Score {
        label: label.to_owned(),
        logit: 0.0,
        raw: probability,
        probability,
        operating_point: manifest.labels[0]
            .operating_point
            .clone()
            .filter(|_| label == "pneumonia"),
        call,
    };
    Prediction {
        about: Subject {
            file_sha256: fake::scan(3).header.file_sha256,
            frame_idx,
            at: None,
        },
        model: manifest.model_ref(),
        app_version: "0.1.0".to_owned(),
        engine: Engine {
            form: Form::Fused,
            precision: Precision::Float32,
            threads: 2,
        },
        scores: vec![
            score("pneumonia", 0.78, Call::Above),
            score("normal", 0.22, Call::None),
        ],
        calibration: manifest.calibration.clone(),
        read: None,
        uncertainty: None,
        trust: Trust::default(),
        ood: Ood::Unknown,
        beyond_scope: Vec::new(),
        warnings: Vec::new(),
        network_ms: 21.0,
    }
}

fn explanation(frame_idx: usize, label: &str, method: Method) -> Explanation {
    let heatmap = Heatmap {
        frame_idx,
        width: 1,
        height: 1,
        values: Box::new([1.0]),
        scan_from_heatmap: Affine2::IDENTITY,
    };
    Explanation {
        about: prediction(frame_idx).about,
        model: prediction(0).model,
        label: label.to_owned(),
        method,
        heatmap: Some(heatmap),
        words: Vec::new(),
        course: None,
        completeness_gap: None,
        border_share: None,
    }
}

/// Presses Space and returns the job that scores the scan.
pub(crate) fn press_score(state: &mut State) -> JobId {
    let jobs = started(&state.apply(Command::Act(Action::Score)));
    let found = jobs.into_iter().find(
        |(_, job)| matches!(job, Job::Score { model, .. } if model.name.starts_with("chest")),
    );
    found.expect("a job that scores the scan").0
}

fn shown_prediction(state: &State) -> Option<&Prediction> {
    state.scan()?.1.prediction()
}

#[test]
fn a_scan_takes_the_middle_and_a_note_its_side() {
    let state = ready();
    assert!(state.scan().is_some() && state.note().is_some());
    assert_eq!(state.title(), "Wardlight \u{B7} open");
    assert_eq!(state.settings.recent.len(), 2);
}

#[test]
fn space_scores_scan_and_note_with_the_model_for_each() {
    let mut state = ready();
    let jobs = started(&state.apply(Command::Act(Action::Score)));
    let models: Vec<_> = jobs
        .iter()
        .filter_map(|(_, job)| {
            if let Job::Score { model, .. } = job {
                Some(model.name.as_str())
            } else {
                None
            }
        })
        .collect();
    assert_eq!(models, ["chest-pneumonia-paediatric", "note-specialty"]);
    assert!(
        started(&state.apply(Command::Act(Action::Score))).is_empty(),
        "what runs is not started twice"
    );
    assert_eq!(state.title(), "Wardlight \u{B7} scoring");
}

#[test]
fn a_text_goes_to_the_model_for_its_form() {
    let of_form = |name: &str, form| {
        let mut manifest = fake::note_manifest();
        manifest.name = name.to_owned();
        if let Spec::Text(spec) = &mut manifest.prep {
            spec.form = form;
        }
        Event::ModelLoaded(Arc::new(manifest))
    };
    for (text, wanted) in [
        ("Chest pain since Monday.", "notes"),
        (
            "Doctor: Where is the pain?\nPatient: In my chest.",
            "dialogues",
        ),
        ("There is no «oedema» of the legs.", "marked"),
    ] {
        let mut state = State::new(Settings::default());
        let effects = state.start(vec!["note.txt".into()]);
        let [Effect::Start(models, _), Effect::Start(open, _)] = &effects[..] else {
            panic!("the start loads models and opens files")
        };
        state.on_event(*models, of_form("dialogues", TextForm::Dialogue));
        state.on_event(*models, of_form("marked", TextForm::Marked));
        state.on_event(*models, of_form("notes", TextForm::Any));
        let note = opened("note.txt", Opened::Chart(fake::note(text).into()));
        state.on_event(*open, note);
        let chosen = state.model_for(Kind::Note).map(|it| it.name.as_str());
        assert_eq!(chosen, Some(wanted), "{text}");
    }
}

#[test]
fn an_answer_is_shown_and_its_primary_label_is_explained_by_itself() {
    let mut state = ready();
    let id = press_score(&mut state);
    let jobs = started(&state.on_event(id, Event::Scored(Box::new(prediction(0)))));
    assert!(shown_prediction(&state).is_some());
    let [
        (
            explain,
            Job::Explain {
                label: LabelIdx(0),
                method: Method::GradCam,
                ..
            },
        ),
    ] = &jobs[..]
    else {
        panic!("{}", jobs.len())
    };
    state.on_event(
        *explain,
        Event::Explained(Box::new(explanation(0, "pneumonia", Method::GradCam))),
    );
    assert!(state.scan().unwrap().1.explanation().is_some());
    assert_eq!(state.title(), "Wardlight \u{B7} scored and explained");
}

#[test]
fn an_answer_about_another_file_frame_or_model_is_dropped() {
    let mut wrong = vec![prediction(0), prediction(1), prediction(0)];
    wrong[0].about.file_sha256 = Sha256::of(b"another file");
    wrong[2].model.weights_sha256 = Sha256::of(b"other weights");
    for prediction in wrong {
        let mut state = ready();
        let id = press_score(&mut state);
        assert!(
            state
                .on_event(id, Event::Scored(Box::new(prediction)))
                .is_empty()
        );
        assert!(shown_prediction(&state).is_none());
    }
}

#[test]
fn an_answer_is_not_shown_beside_another_frame() {
    let mut state = ready();
    let id = press_score(&mut state);
    state.on_event(id, Event::Scored(Box::new(prediction(0))));
    state.apply(Command::Act(Action::NextFrame));
    assert!(shown_prediction(&state).is_none() && state.scan().unwrap().1.explanation().is_none());
    state.apply(Command::Act(Action::PreviousFrame));
    assert!(shown_prediction(&state).is_some());
}

#[test]
fn late_answers_are_dropped_by_their_number() {
    let mut state = ready();
    let first = press_score(&mut state);
    state.on_event(first, Event::Cancelled);
    let second = press_score(&mut state);
    assert!(
        state
            .on_event(first, Event::Scored(Box::new(prediction(0))))
            .is_empty()
    );
    assert!(shown_prediction(&state).is_none());
    state.on_event(second, Event::Scored(Box::new(prediction(0))));
    assert!(shown_prediction(&state).is_some());
}

#[test]
fn another_method_cancels_the_one_before_and_takes_only_its_own_answer() {
    let mut state = ready();
    let id = press_score(&mut state);
    let first = started(&state.on_event(id, Event::Scored(Box::new(prediction(0)))))[0].0;
    let item = state.scan().unwrap().0;
    let effects = state.apply(Command::ChooseMethod(item, Method::Occlusion));
    assert!(matches!(&effects[..], [Effect::Cancel(it), Effect::Start(..)] if *it == first));
    state.on_event(
        first,
        Event::Explained(Box::new(explanation(0, "pneumonia", Method::GradCam))),
    );
    assert!(state.scan().unwrap().1.explanation().is_none());
    let second = started(&effects)[0].0;
    state.on_event(
        second,
        Event::Explained(Box::new(explanation(0, "pneumonia", Method::Occlusion))),
    );
    assert!(state.scan().unwrap().1.explanation().is_some());
}

#[test]
fn a_check_belongs_to_the_map_that_is_shown() {
    let mut state = ready();
    let id = press_score(&mut state);
    // There is nothing to check yet.
    assert!(state.apply(Command::Act(Action::CheckMap)).is_empty());
    let jobs = started(&state.on_event(id, Event::Scored(Box::new(prediction(0)))));
    let shown = explanation(0, "pneumonia", Method::GradCam);
    state.on_event(jobs[0].0, Event::Explained(Box::new(shown)));
    let jobs = started(&state.apply(Command::Act(Action::CheckMap)));
    let [(check, Job::CheckMap { explanation, .. })] = &jobs[..] else {
        panic!("wanted one check")
    };
    assert_eq!(explanation.method, Method::GradCam);
    assert!(
        state.apply(Command::Act(Action::CheckMap)).is_empty(),
        "one is enough"
    );
    let against = |map, random| Against { map, random };
    let found = Faithfulness {
        deletion: against(0.31, 0.52),
        insertion: against(0.7, 0.4),
        road: against(0.2, 0.0),
    };
    let check_of = |state: &State| state.scan().unwrap().1.reading().unwrap().check.clone();
    state.on_event(JobId(check.0 + 100), Event::MapChecked(found));
    assert!(
        check_of(&state).ready().is_none(),
        "an answer that nobody asked for"
    );
    state.on_event(*check, Event::MapChecked(found));
    assert_eq!(check_of(&state), Loading::Ready(found));
    // Another map has another check; one that runs is stopped.
    let check = started(&state.apply(Command::Act(Action::CheckMap)))[0].0;
    let effects = state.apply(Command::Act(Action::NextMethod));
    assert!(
        effects
            .iter()
            .any(|it| matches!(it, Effect::Cancel(id) if *id == check))
    );
    assert_eq!(check_of(&state), Loading::Empty);
    state.on_event(check, Event::MapChecked(found));
    assert_eq!(check_of(&state), Loading::Empty, "a late answer");
}

#[test]
fn a_check_is_told_in_plain_words() {
    let against = |map, random| Against { map, random };
    let found = Faithfulness {
        deletion: against(0.312, 0.521),
        insertion: against(0.3, 0.4),
        road: against(0.2, 0.01),
    };
    assert_eq!(found.n_passed(), 2);
    assert_eq!(found.verdict(), "the checks of this map disagree");
    let [removing, showing] = found.sentences();
    assert_eq!(
        removing,
        "Removing what the map names lowers the score faster than removing at random: 0.31 against 0.52."
    );
    assert!(
        showing.contains("does not bring it back faster"),
        "{showing}"
    );
}

#[test]
fn only_methods_that_passed_their_test_are_offered() {
    let mut state = ready();
    let mut manifest = fake::chest_manifest();
    manifest.explanations = vec![ExplanationTest {
        method: Method::GradCam,
        ssim: 0.7,
        baseline: 0.5,
        cascade: Vec::new(),
        n: 16,
        passes: false,
    }];
    state.models[0] = Arc::new(manifest);
    let id = press_score(&mut state);
    let jobs = started(&state.on_event(id, Event::Scored(Box::new(prediction(0)))));
    assert!(
        matches!(
            &jobs[0].1,
            Job::Explain {
                method: Method::GradCamPlusPlus,
                ..
            }
        ),
        "the next method stands in"
    );
}

#[test]
fn a_map_below_the_operating_point_is_nearly_transparent() {
    let mut state = ready();
    let id = press_score(&mut state);
    state.on_event(id, Event::Scored(Box::new(prediction(0))));
    let drawn = |state: &State| state.drawn_opacity(state.scan().unwrap().1);
    let chosen = state.settings.overlay_opacity;
    // 0.78 with the operating point 0.41: half, and half of the way from there to 1.
    let wanted = chosen * (0.5 + 0.5 * 0.37 / 0.59);
    assert!((drawn(&state) - wanted).abs() < 1e-5, "{}", drawn(&state));
    let point = Strength::ByScore.opacity(
        1.0,
        Some(&Score {
            probability: 0.40,
            ..prediction(0).scores[0].clone()
        }),
    );
    assert_eq!(point, 0.15);
    state.apply(Command::Act(Action::ToggleStrength));
    assert_eq!(drawn(&state), chosen);
    assert!(state.settings.is_strength_even);
}

#[test]
fn a_closed_scan_takes_its_jobs_with_it() {
    let mut state = ready();
    let id = press_score(&mut state);
    let item = state.scan().unwrap().0;
    let effects = state.apply(Command::Close(item));
    assert!(
        effects
            .iter()
            .any(|it| matches!(it, Effect::Cancel(cancelled) if *cancelled == id))
    );
    assert!(state.scan().is_none() && state.note().is_some());
    assert!(
        state
            .on_event(id, Event::Scored(Box::new(prediction(0))))
            .is_empty()
    );
}

#[test]
fn scoring_waits_for_the_models_and_then_starts_by_itself() {
    let mut state = State::new(Settings::default());
    let effects = state.start(vec!["chest.dcm".into()]);
    let [(models, _), (open, _)] = &started(&effects)[..] else {
        panic!("two jobs")
    };
    state.on_event(*open, opened("chest.dcm", Opened::Scan(fake::scan(1))));
    assert!(state.apply(Command::Act(Action::Score)).is_empty());
    state.on_event(
        *models,
        Event::ModelLoaded(Arc::new(fake::chest_manifest())),
    );
    assert_eq!(started(&state.on_event(*models, Event::Done)).len(), 1);
}

#[test]
fn without_a_model_the_place_of_the_bars_says_so() {
    let mut state = State::new(Settings::default());
    let effects = state.start(vec!["chest.dcm".into()]);
    let [(models, _), (open, _)] = &started(&effects)[..] else {
        panic!("two jobs")
    };
    state.on_event(*models, Event::Done);
    state.on_event(*open, opened("chest.dcm", Opened::Scan(fake::scan(1))));
    assert!(state.apply(Command::Act(Action::Score)).is_empty());
    let reading = state.scan().unwrap().1.reading().unwrap();
    assert!(
        matches!(&reading.prediction, Loading::Failed(it) if it.headline.contains("No model for scans"))
    );
}

#[test]
fn a_refused_file_is_told_with_headline_remedy_and_cause_and_can_be_tried_again() {
    let mut state = State::new(Settings::default());
    let effects = state.apply(Command::Open(vec!["broken".into()]));
    let id = started(&effects)[0].0;
    let error = disk::Error::NotAFile {
        found: "a folder",
        path: Phi::new("/patients/Erika".into()),
    };
    state.on_event(
        id,
        Event::Refused {
            from: Origin::file("broken".into()),
            error: error.into(),
        },
    );
    state.on_event(id, Event::Done);
    let notice = state.notices[0].clone();
    assert!(!notice.failure.headline.is_empty() && !notice.failure.remedy.is_empty());
    assert!(notice.failure.cause.contains("a folder") && !notice.failure.cause.contains("Erika"));
    assert_eq!(started(&state.apply(Command::Retry(notice.id))).len(), 1);
    assert!(state.notices.is_empty());
}

#[test]
fn escape_closes_the_sheet_first_then_stops_what_runs() {
    let mut state = ready();
    let id = press_score(&mut state);
    state.apply(Command::Act(Action::Palette));
    assert_eq!(state.sheet, Some(Sheet::Palette));
    assert!(state.apply(Command::Act(Action::Escape)).is_empty() && state.sheet.is_none());
    let effects = state.apply(Command::Act(Action::Escape));
    assert!(
        effects
            .iter()
            .any(|it| matches!(it, Effect::Cancel(cancelled) if *cancelled == id))
    );
}

#[test]
fn frames_stop_at_both_ends() {
    let mut state = ready();
    let frame = |state: &State| state.scan().unwrap().1.view.frame_idx;
    state.apply(Command::Act(Action::PreviousFrame));
    assert_eq!(frame(&state), 0);
    state.apply(Command::Act(Action::LastFrame));
    state.apply(Command::Act(Action::NextFrame));
    assert_eq!(frame(&state), 2);
    state.apply(Command::ShowFrame(1));
    assert_eq!(frame(&state), 1);
}

#[test]
fn reset_brings_back_the_first_window_fitted_and_upright() {
    let mut state = ready();
    let first = state.scan().unwrap().1.view.clone();
    for command in [
        Command::Act(Action::Invert),
        Command::Act(Action::AutoWindow),
        Command::Zoom {
            factor: 3.0,
            about: (0.1, 0.2),
        },
        Command::Pan { x: 0.1, y: 0.0 },
    ] {
        state.apply(command);
    }
    assert_ne!(state.scan().unwrap().1.view, first);
    state.apply(Command::Act(Action::ResetView));
    assert_eq!(state.scan().unwrap().1.view, first);
}

#[test]
fn the_readers_answer_is_kept_and_taken_back() {
    let mut state = ready();
    let item = state.scan().unwrap().0;
    let answer = |state: &State| {
        let reading = state.scan().unwrap().1.reading();
        reading.and_then(|it| it.opinion().map(|it| it.answer))
    };
    state.apply(Command::Answer(item, Answer::Agree));
    assert_eq!(answer(&state), None, "there is nothing to agree with yet");
    let id = press_score(&mut state);
    state.on_event(id, Event::Scored(Box::new(prediction(0))));
    state.apply(Command::Act(Action::Disagree));
    assert_eq!(answer(&state), Some(Answer::Disagree));
    state.apply(Command::Act(Action::Disagree));
    assert_eq!(answer(&state), None);
}

#[test]
fn a_word_belongs_to_the_answer_and_the_class_that_it_was_said_of() {
    let mut state = ready();
    let item = state.scan().unwrap().0;
    let id = press_score(&mut state);
    state.on_event(id, Event::Scored(Box::new(prediction(0))));
    let opinion = |state: &State| {
        let reading = state.scan().unwrap().1.reading().unwrap();
        reading.opinion().cloned()
    };
    let why = |text: &str| Phi::new(text.to_owned());
    state.apply(Command::TypeReason(item, 0, why("nothing was said yet")));
    assert_eq!(opinion(&state), None);
    state.apply(Command::Answer(item, Answer::Unsure));
    state.apply(Command::TypeReason(item, 0, why("an old scar")));
    assert_eq!(opinion(&state).unwrap().reason, why("an old scar"));
    assert!(!format!("{:?}", opinion(&state)).contains("scar"));
    // Another class is explained: the word stays with its own, and this one has one of its own.
    state.apply(Command::Act(Action::NextLabel));
    assert_eq!(opinion(&state), None);
    state.apply(Command::Answer(item, Answer::Disagree));
    state.apply(Command::TypeReason(item, 0, why("a fold of skin")));
    state.apply(Command::Act(Action::NextLabel));
    let first = opinion(&state).unwrap();
    assert_eq!(
        (first.answer, &first.reason),
        (Answer::Unsure, &why("an old scar"))
    );
    // Another word has no reason yet, and a new answer has no word.
    state.apply(Command::Answer(item, Answer::Agree));
    assert_eq!(opinion(&state).unwrap().reason, why(""));
    press_score(&mut state);
    assert_eq!(opinion(&state), None);
}

#[test]
fn the_overlay_is_saved_only_when_there_is_one() {
    let mut state = ready();
    assert!(state.apply(Command::Act(Action::SaveOverlay)).is_empty());
    assert_eq!(state.notices.len(), 1);
    let id = press_score(&mut state);
    let explain = started(&state.on_event(id, Event::Scored(Box::new(prediction(0)))))[0].0;
    state.on_event(
        explain,
        Event::Explained(Box::new(explanation(0, "pneumonia", Method::GradCam))),
    );
    assert!(matches!(
        &state.apply(Command::Act(Action::SaveOverlay))[..],
        [Effect::AskForPath(Wanted::Overlay)]
    ));
    // What was on screen when it was asked for, though the next frame is there by now.
    state.apply(Command::Act(Action::NextFrame));
    assert_eq!(state.scan().unwrap().1.view.frame_idx, 1);
    let jobs = started(&state.apply(Command::SaveTo("overlay.png".into())));
    let [(_, Job::Save(job))] = &jobs[..] else {
        panic!("one job that saves")
    };
    assert_eq!(job.prediction.about, prediction(0).about);
    assert_eq!(*job.to.reveal(), PathBuf::from("overlay.png"));
    let again = state.apply(Command::SaveTo("overlay.png".into()));
    assert!(again.is_empty(), "it is saved once");
}

#[test]
fn a_view_is_not_taken_out_once_another_picture_has_come() {
    let mut state = ready();
    let to = || Command::OnTakeOut(TakeOutCommand::To("view".into()));
    state.apply(Command::Act(Action::SaveView));
    assert!(matches!(&state.apply(to())[..], [Effect::TakeOut(..)]));
    state.apply(Command::Act(Action::SaveView));
    state.apply(Command::Act(Action::NextFrame));
    let n_before = state.notices.len();
    assert!(state.apply(to()).is_empty());
    assert_eq!(state.notices.len(), n_before + 1);
}

#[test]
fn settings_are_saved_when_they_change() {
    let mut state = ready();
    let effects = state.apply(Command::SetTheme(Theme::Light));
    assert!(matches!(&effects[..], [Effect::SaveSettings(it)] if it.theme == Theme::Light));
    // A drag would write the file at every frame: widths wait for the end.
    assert!(
        state
            .apply(Command::SetWidth(Column::Result, 400.0))
            .is_empty()
    );
    assert!((state.settings.result_width - 400.0).abs() < 1e-6);
    let mut unknown = fake::chest_manifest().model_ref();
    unknown.name = "no such".to_owned();
    state.apply(Command::ChooseModel(Kind::Scan, unknown));
    assert_eq!(
        state.model_for(Kind::Scan).unwrap().name,
        "chest-pneumonia-paediatric"
    );
}

#[test]
fn settings_are_private_to_their_owner_and_read_back() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("settings");
    let mut settings = Settings {
        theme: Theme::Light,
        result_width: 420.0,
        ..Settings::default()
    };
    (0..20).for_each(|it| settings.remember(&PathBuf::from(format!("/x/{it}"))));
    settings.save(&folder).unwrap();
    assert_eq!(Settings::load(&folder), settings);
    assert_eq!(settings.recent.len(), 8);
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(
        (mode(&folder), mode(&folder.join("window.json"))),
        (0o700, 0o600)
    );
}

#[test]
fn the_meaning_counts_cases_of_the_operating_point_and_makes_nothing_up() {
    let prediction = prediction(0);
    let words: Vec<String> = meaning(&english(), &prediction, &prediction.scores[0])
        .into_iter()
        .map(|it| it.0)
        .collect();
    let words = words.join(" ");
    assert!(
        words.contains("371 of 390")
            && words.contains("118 of 134")
            && words.contains("95 % sensitivity on 524 images"),
        "{words}"
    );
    let mut bare = prediction.clone();
    bare.calibration = Calibration::None;
    bare.scores[0].operating_point = None;
    let words: Vec<String> = meaning(&english(), &bare, &bare.scores[0])
        .into_iter()
        .map(|it| it.0)
        .collect();
    assert!(words.join(" ").contains("not a probability"));
}

#[test]
fn the_meaning_tells_how_far_networks_lie_apart_on_the_label_that_they_were_asked_about() {
    let first = |low, high, calibration: Calibration, score_idx: usize| {
        let mut prediction = prediction(0);
        prediction.calibration = calibration;
        prediction.uncertainty = Some(Uncertainty {
            n_members: 5,
            label: "pneumonia".to_owned(),
            probability_low: low,
            probability_high: high,
            total: 0.8,
            aleatoric: 0.7,
            epistemic: 0.1,
        });
        meaning(&english(), &prediction, &prediction.scores[score_idx])[0]
            .0
            .clone()
    };
    let fitted = prediction(0).calibration;
    assert_eq!(
        first(0.62, 0.81, fitted.clone(), 0),
        "The five networks lie between 62 % and 81 %."
    );
    assert_eq!(
        first(0.9981, 0.9987, fitted.clone(), 0),
        "The five networks agree on > 99 %."
    );
    assert_eq!(
        first(0.62, 0.81, Calibration::None, 0),
        "The five networks lie between 0.62 and 0.81."
    );
    let other = first(0.62, 0.81, fitted, 1);
    assert!(!other.contains("networks"), "{other}");
}

#[test]
fn an_item_never_shows_what_it_is_called_in_a_debug_print() {
    let state = ready();
    let print = format!(
        "{:?}",
        state.items.iter().map(|it| &it.name).collect::<Vec<_>>()
    );
    assert!(!print.contains("chest"), "{print}");
    assert!(
        state
            .items
            .iter()
            .any(|it| matches!(it.content, Content::Scan(_)))
    );
}
