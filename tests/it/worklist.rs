//! The worklist without a window: order, filter and place of its rows, what the reader says, who may take it out.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use proptest::{collection::vec, option, prelude::*};
use wardlight::{
    case::worklist::{Finding, Outcome, Row, RowKind, Word, uncertainty},
    disk::Sha256,
    engine::{Event, Job, JobId},
    import::{Origin, Refusal},
    model::Task,
    privacy::Phi,
    session::{
        Action, Answer, Command, Effect, Filter, Kept, LONGEST_WAIT_HOURS, List, Page, Request,
        Source, Standing, State, Told, WorklistCommand, cell, urgency,
    },
    settings::{ColumnName, ListSettings, ListSort, Settings},
    store::{Person, PersonId, Role},
    words::{Language, Words},
};

use crate::{
    command::{scratch, write},
    dicom::decoder,
    fake,
    session::{prediction, press_score, ready, started},
    store::{answer, created, identity, keep, patient},
};

const HOUR_MS: i64 = 3_600_000;

/// A row that is told apart from others by its file.
fn row(number: usize) -> Row {
    Row {
        patient: Phi::new(format!("PATIENT-{}", number % 5)),
        study_date: Phi::new(format!("202601{:02}", 1 + number % 28)),
        modality: "CR".to_owned(),
        file: Phi::new(PathBuf::from(format!("/scans/{number}.dcm"))),
        ..Row::default()
    }
}

pub(crate) fn answered(number: usize, probability: f32, threshold: f32) -> Row {
    Row {
        finding: Some(Finding {
            label: "pneumonia".to_owned(),
            probability,
            threshold: Some(threshold),
        }),
        uncertainty: Some(uncertainty(probability, None)),
        outcome: Outcome::InScope,
        model: Some(("chest".to_owned(), "1.0".to_owned())),
        since_ms: Some(0),
        ..row(number)
    }
}

/// Rows of every kind.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    let one = (
        0_u8..7,
        (0_u8..=10, option::of(0_u8..=10)),
        (0_u8..4, option::of(0_i64..200)),
        0_u8..3,
    );
    vec(one, 0..60).prop_map(|rows| {
        let rows = rows.into_iter().enumerate();
        let rows = rows.map(|(number, row)| {
            let (outcome, (probability, threshold), (word, since), label) = row;
            let tenth = |it: u8| f32::from(it) / 10.0;
            let outcome = match outcome {
                0 => Outcome::Unscored,
                1 => Outcome::InScope,
                2 => Outcome::Unchecked,
                3 => Outcome::Outside,
                4 => Outcome::BeyondScope("it is lateral".to_owned()),
                5 => Outcome::Refused("it is no chest".to_owned()),
                _ => Outcome::Failed("it is cut short".to_owned()),
            };
            let finding = outcome.is_answered().then(|| Finding {
                label: ["pneumonia", "effusion", "mass"][usize::from(label)].to_owned(),
                probability: tenth(probability),
                threshold: threshold.map(tenth),
            });
            Row {
                uncertainty: finding.as_ref().map(|it| uncertainty(it.probability, None)),
                finding,
                word: [
                    None,
                    Some(Word::Agree),
                    Some(Word::Disagree),
                    Some(Word::Unsure),
                ][usize::from(word)]
                .filter(|_| outcome.is_answered()),
                outcome,
                since_ms: since.map(|it| it * HOUR_MS),
                ..super::worklist::row(number)
            }
        });
        rows.collect()
    })
}

fn list(rows: &[Row], sort: Option<ListSort>) -> List {
    let mut list = List::default();
    list.extend(rows.to_vec(), sort);
    list
}

fn sorts() -> Vec<Option<ListSort>> {
    let both = |by| [false, true].map(|is_falling| Some(ListSort { by, is_falling }));
    let columns = ColumnName::ALL.into_iter().flat_map(both);
    std::iter::once(None).chain(columns).collect()
}

fn english() -> Words {
    Words::new(Language::English)
}

proptest! {
    #[test]
    fn every_row_is_shown_exactly_once_in_every_order(rows in rows()) {
        for sort in sorts() {
            let mut shown = list(&rows, sort).shown().to_vec();
            shown.sort_unstable();
            prop_assert_eq!(shown, (0..rows.len()).collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_has_no_answer_stands_first_and_what_was_read_last(rows in rows()) {
        let list = list(&rows, None);
        let group = |number: &usize| match &rows[*number] {
            it if !it.outcome.is_answered() => 0,
            it if it.word.is_none() => 1,
            _ => 2,
        };
        let groups: Vec<i32> = list.shown().iter().map(group).collect();
        prop_assert!(groups.is_sorted(), "{groups:?}");
        let n_silent = groups.iter().filter(|it| **it == 0).count();
        prop_assert_eq!(list.n_silent(), n_silent);
        let urgencies = list.shown().iter().filter(|it| group(it) == 1).map(|it| {
            let row = &rows[*it];
            let suspicion = row.finding.as_ref().map_or(0.0, |it| it.suspicion());
            urgency(suspicion, row.uncertainty.unwrap_or(0.0), row.since_ms.unwrap_or(0))
        });
        prop_assert!(urgencies.collect::<Vec<_>>().is_sorted_by(|a, b| b <= a));
    }

    #[test]
    fn refused_and_failed_are_first_where_the_column_has_nothing_for_them(rows in rows()) {
        for by in [ColumnName::Finding, ColumnName::Suspicion, ColumnName::Scope, ColumnName::Word] {
            for is_falling in [false, true] {
                let list = list(&rows, Some(ListSort { by, is_falling }));
                let is_answered = list.shown().iter().map(|it| match by {
                    ColumnName::Word => rows[*it].word.is_some(),
                    _ => rows[*it].outcome.is_answered(),
                });
                prop_assert!(is_answered.collect::<Vec<_>>().is_sorted());
            }
        }
    }

    #[test]
    fn rows_that_are_equal_in_a_column_stand_by_urgency(rows in rows()) {
        let words = english();
        let by_urgency = list(&rows, None).shown().to_vec();
        let place = |number: &usize| by_urgency.iter().position(|it| it == number).unwrap();
        for by in [ColumnName::Patient, ColumnName::Kind, ColumnName::Model, ColumnName::Word] {
            for is_falling in [false, true] {
                let list = list(&rows, Some(ListSort { by, is_falling }));
                let mut last = BTreeMap::<String, usize>::new();
                for number in list.shown() {
                    let place = place(number);
                    let before = last.insert(cell(&words, &rows[*number], by), place);
                    prop_assert!(before.is_none_or(|it| it < place));
                }
            }
        }
    }

    #[test]
    fn each_row_has_one_standing_and_is_found_by_it(rows in rows()) {
        let mut list = list(&rows, None);
        let mut seen = Vec::new();
        for standing in Standing::ALL {
            list.look_for(Filter { standing: Some(standing), ..Filter::default() });
            prop_assert_eq!(list.shown().len(), list.count(standing));
            seen.extend_from_slice(list.shown());
        }
        seen.sort_unstable();
        prop_assert_eq!(seen, (0..rows.len()).collect::<Vec<_>>());
        let mut found = 0;
        for label in list.findings().clone() {
            list.look_for(Filter { finding: Some(label), ..Filter::default() });
            found += list.shown().len();
        }
        prop_assert_eq!(found, rows.iter().filter(|it| it.finding.is_some()).count());
    }

    #[test]
    fn urgency_rises_with_suspicion_uncertainty_and_waiting(
        (s, more_s) in (0.0_f32..1.0, 0.0_f32..1.0),
        (u, more_u) in (0.0_f32..1.0, 0.0_f32..1.0),
        (since, later) in (0_i64..1 << 41, 1_000_i64..1 << 30),
    ) {
        let of = urgency(s, u, since);
        prop_assert!(of <= urgency((s + more_s).min(1.0), u, since));
        prop_assert!(of <= urgency(s, (u + more_u).min(1.0), since));
        prop_assert!(urgency(s, u, since + later) < of);
    }

    #[test]
    fn who_has_waited_longest_is_overtaken_by_nobody(s in 0.0_f32..1.0, u in 0.0_f32..1.0, since in 0_i64..1 << 41) {
        let later = (LONGEST_WAIT_HOURS * HOUR_MS as f64) as i64 + 1_000;
        prop_assert!(urgency(s, u, since + later) < urgency(0.0, 0.0, since));
        // An hour sooner, the most urgent of all still goes first.
        let sooner = since + later - HOUR_MS;
        prop_assert!(urgency(0.0, 0.0, since) < urgency(1.0, 1.0, sooner));
    }
}

#[test]
fn findings_with_different_operating_points_can_be_compared() {
    let of = |label: &str, probability, threshold| Finding {
        label: label.to_owned(),
        probability,
        threshold,
    };
    let suspicion = |probability, threshold| of("x", probability, threshold).suspicion();
    for (probability, threshold, wanted) in [
        (0.2, Some(0.2), 0.5),
        (0.6, Some(0.2), 0.75),
        (0.1, Some(0.2), 0.25),
        (0.7, None, 0.7),
        (1.0, Some(1.0), 1.0),
        (0.0, Some(0.0), 0.5),
    ] {
        let found: f32 = suspicion(probability, threshold);
        assert!((found - wanted).abs() < 1e-6, "{found}, not {wanted}");
    }
    let strongest = |scores: Vec<Finding>| Finding::strongest(scores.into_iter()).unwrap().label;
    let normal = of("normal", 0.9, None);
    assert_eq!(
        strongest(vec![of("mass", 0.1, Some(0.4)), normal.clone()]),
        "mass",
        "a class without an operating point is no suspicion beside one that has it"
    );
    assert_eq!(
        strongest(vec![
            of("mass", 0.5, Some(0.4)),
            of("effusion", 0.4, Some(0.1))
        ]),
        "effusion",
        "it lies further above its own"
    );
    assert_eq!(strongest(vec![of("a", 0.2, None), normal]), "normal");
    assert!((uncertainty(0.5, None) - 1.0).abs() < 1e-6);
    assert!(uncertainty(0.99, None) < 0.1 && uncertainty(1.0, None) < 1e-9);
    assert!((uncertainty(0.99, Some(1.7)) - 1.0).abs() < 1e-6);
}

#[test]
fn the_keyboard_stays_on_its_row_whatever_comes_and_however_it_is_sorted() {
    let mut list = list(&[answered(0, 0.5, 0.4), answered(1, 0.2, 0.4)], None);
    list.go_to(1);
    let here = |list: &List| list.at(list.place().unwrap()).unwrap().file.clone();
    let mine = here(&list);
    list.extend((2..40).map(|it| answered(it, 0.9, 0.4)).collect(), None);
    assert_eq!(here(&list), mine);
    let by_patient = ListSort {
        by: ColumnName::Patient,
        is_falling: true,
    };
    list.sort(Some(by_patient));
    assert_eq!(here(&list), mine);
    // It is filtered away: the row in its place has the keyboard, and there is one.
    let place = list.place().unwrap();
    list.look_for(Filter {
        words: Phi::new("patient-0".to_owned()),
        ..Filter::default()
    });
    assert_eq!(list.shown().len(), 8);
    assert_eq!(list.place(), Some(place.min(7)));
    list.move_by(isize::MAX);
    assert_eq!(list.place(), Some(7));
    list.move_by(isize::MIN);
    assert_eq!(list.place(), Some(0));
}

#[test]
fn words_find_parts_of_patient_file_finding_and_reason_in_any_case() {
    let mut rows = vec![answered(0, 0.5, 0.4), answered(1, 0.5, 0.4), row(2)];
    rows[1].patient = Phi::new("王小明".to_owned());
    rows[2].outcome = Outcome::Refused("found a Lateral view".to_owned());
    let mut list = list(&rows, None);
    for (typed, wanted) in [
        ("", 3),
        ("小明", 1),
        ("lateral REFUSED", 0),
        ("lateral", 1),
        ("pneumonia patient", 1),
        ("1.DCM", 1),
        ("chest 1.0", 2),
        ("/scans", 0),
    ] {
        list.look_for(Filter {
            words: Phi::new(typed.to_owned()),
            ..Filter::default()
        });
        assert_eq!(list.shown().len(), wanted, "{typed}");
    }
}

#[test]
fn the_next_unread_case_goes_round_and_passes_what_was_read_or_refused() {
    let mut rows: Vec<Row> = (0..4).map(|it| answered(it, 0.9, 0.4)).collect();
    rows[1].word = Some(Word::Unsure);
    rows[2].outcome = Outcome::Refused("it is no chest".to_owned());
    let mut list = list(&rows, None);
    let file = |list: &List| list.cursor().unwrap();
    assert_eq!(list.shown(), [2, 0, 3, 1]);
    assert!(list.next_unread());
    assert_eq!(file(&list), 0);
    assert!(list.next_unread());
    assert_eq!(file(&list), 3);
    assert!(list.next_unread());
    assert_eq!(file(&list), 0, "round");
    let mut read = super::worklist::list(&rows[1..3], None);
    assert!(!read.next_unread(), "there is none");
}

#[test]
fn columns_and_order_are_remembered_without_a_word_of_a_patient() {
    let folder = scratch("worklist-settings");
    let mut settings = Settings::default();
    settings.worklist.toggle(ColumnName::Patient);
    settings.worklist.widen(ColumnName::File, 333.0);
    settings.worklist.widen(ColumnName::Model, 1.0);
    settings.worklist.sort_by(ColumnName::Since);
    settings.worklist.sort_by(ColumnName::Since);
    settings.save(&folder).unwrap();
    let kept = Settings::load(&folder).worklist;
    assert_eq!(kept, settings.worklist);
    assert!(kept.shown().all(|it| it.name != ColumnName::Patient));
    let width = |name| {
        kept.columns
            .iter()
            .find(|it| it.name == name)
            .unwrap()
            .width
    };
    assert_eq!(width(ColumnName::File), 333.0);
    assert_eq!(width(ColumnName::Model), *ListSettings::WIDTHS.start());
    let falling = ListSort {
        by: ColumnName::Since,
        is_falling: true,
    };
    assert_eq!(kept.sort, Some(falling));
    // The last column that is seen stays, and a third click is the order by urgency.
    let mut list = kept;
    ColumnName::ALL.into_iter().for_each(|it| {
        if list.shown().any(|shown| shown.name == it) {
            list.toggle(it);
        }
    });
    assert_eq!(list.shown().count(), 1);
    list.sort_by(ColumnName::Since);
    assert_eq!(list.sort, None);
    // Columns of another version: those that are missing come back, each once.
    let columns = r#"{ "worklist": { "columns": [
        { "name": "since", "width": 9000.0, "is_shown": true },
        { "name": "since", "width": 90.0, "is_shown": true } ] } }"#;
    write(folder.join("window.json"), columns);
    let mended = Settings::load(&folder).worklist;
    let names: BTreeSet<ColumnName> = mended.columns.iter().map(|it| it.name).collect();
    assert_eq!((names.len(), mended.columns.len()), (11, 11));
    assert_eq!(mended.columns[0].width, *ListSettings::WIDTHS.end());
}

/// A session that shows these rows as a scored folder.
pub(crate) fn with_scored(rows: Vec<Row>) -> State {
    let mut state = ready();
    bring(&mut state, "/results/report.json", vec![rows]);
    assert_eq!(
        (state.page, state.worklist.source),
        (Page::Worklist, Source::Scored)
    );
    state
}

fn bring(state: &mut State, path: &str, portions: Vec<Vec<Row>>) -> JobId {
    let effects = state.apply(Command::Open(vec![path.into()]));
    let id = started(&effects)[0].0;
    for rows in portions {
        let from = Origin::file(path.into());
        state.on_event(id, Event::Listed { from, rows });
    }
    id
}

pub(crate) fn ask(state: &mut State, command: WorklistCommand) -> Vec<Effect> {
    state.apply(Command::OnWorklist(command))
}

#[test]
fn rows_arrive_in_portions_and_another_report_takes_their_place() {
    let mut state = ready();
    let portions = vec![vec![row(0), row(1)], vec![row(2)]];
    let id = bring(&mut state, "/results/report.json", portions);
    assert_eq!(state.worklist.list().rows().len(), 3);
    assert_eq!(state.title(), "Wardlight \u{B7} worklist");
    state.on_event(id, Event::Done);
    bring(&mut state, "/results/other.json", vec![vec![row(7)]]);
    assert_eq!(state.worklist.list().rows().len(), 1);
    // Rows of a job that was ended do not come in any more.
    let from = Origin::file("/results/report.json".into());
    let rows = vec![row(8)];
    state.on_event(id, Event::Listed { from, rows });
    assert_eq!(state.worklist.list().rows().len(), 1);
    let recent = state.settings.recent.iter().map(|it| it.reveal().clone());
    assert!(
        recent
            .collect::<Vec<_>>()
            .contains(&"/results/other.json".into())
    );
}

#[test]
fn what_is_open_has_a_row_and_enter_leads_there_and_back_to_the_same_place() {
    let mut state = ready();
    let id = press_score(&mut state);
    state.on_event(id, Event::Scored(Box::new(prediction(0))));
    state.apply(Command::Act(Action::Worklist));
    let list = state.worklist.list();
    assert_eq!(list.rows().len(), 2);
    let scan = &list.rows()[0];
    assert_eq!(*scan.patient.reveal(), "SYNTHETIC SAMPLE");
    assert_eq!((scan.kind, scan.modality.as_str()), (RowKind::Scan, "CR"));
    assert_eq!(scan.outcome, Outcome::Unchecked);
    let finding = scan.finding.as_ref().unwrap();
    assert_eq!(
        (finding.label.as_str(), finding.threshold),
        ("pneumonia", Some(0.41))
    );
    // The note is not scored, and so stands first.
    assert_eq!(list.shown(), [1, 0]);
    ask(&mut state, WorklistCommand::GoTo(0));
    ask(&mut state, WorklistCommand::Open);
    assert_eq!(state.page, Page::Reading);
    assert_eq!(state.center, Some(state.items[1].id));
    state.apply(Command::Act(Action::Worklist));
    assert_eq!(state.worklist.list().place(), Some(0));
    ask(&mut state, WorklistCommand::MoveBy(1));
    ask(&mut state, WorklistCommand::Open);
    assert_eq!(state.center, Some(state.items[0].id));
    state.apply(Command::Act(Action::Agree));
    state.apply(Command::Act(Action::Worklist));
    assert_eq!(state.worklist.list().rows()[0].word, Some(Word::Agree));
    assert_eq!(state.worklist.list().count(Standing::Read), 1);
    assert_eq!(state.worklist.list().place(), Some(1));
    state.apply(Command::Act(Action::Escape));
    assert_eq!(state.page, Page::Reading);
}

#[test]
fn a_case_that_the_model_refused_says_so_in_the_list() {
    let mut state = ready();
    let id = press_score(&mut state);
    let reasons = vec!["the picture is a lateral view".to_owned()];
    let error = wardlight::score::Error::OutOfScope { reasons };
    state.on_event(id, Event::Failed(error.into()));
    state.apply(Command::Act(Action::Worklist));
    let list = state.worklist.list();
    assert_eq!(list.count(Standing::Refused), 1);
    let Outcome::Refused(reason) = &list.rows()[0].outcome else {
        panic!("{:?}", list.rows()[0].outcome)
    };
    assert!(reason.contains("lateral"), "{reason}");
}

#[test]
fn a_word_goes_to_the_row_of_the_very_answer_it_was_said_of() {
    let shown = prediction(0);
    let of = |version: &str, label: &str| Row {
        file_sha256: Some(shown.about.file_sha256),
        model: Some((shown.model.name.clone(), version.to_owned())),
        finding: Some(Finding {
            label: label.to_owned(),
            ..answered(0, 0.78, 0.41).finding.unwrap()
        }),
        ..answered(0, 0.78, 0.41)
    };
    let rows = vec![
        of(&shown.model.version, "pneumonia"),
        of("9.9", "pneumonia"),
        of(&shown.model.version, "effusion"),
        Row {
            file_sha256: Some(Sha256::of(b"another")),
            ..of(&shown.model.version, "pneumonia")
        },
    ];
    let mut state = with_scored(rows);
    state.apply(Command::Act(Action::Worklist));
    let scan = state.items[0].id;
    state.apply(Command::Activate(scan));
    let id = press_score(&mut state);
    state.on_event(id, Event::Scored(Box::new(prediction(0))));
    state.apply(Command::Answer(scan, Answer::Disagree));
    state.apply(Command::Act(Action::Worklist));
    let words = |state: &State| -> Vec<Option<Word>> {
        state
            .worklist
            .list()
            .rows()
            .iter()
            .map(|it| it.word)
            .collect()
    };
    assert_eq!(words(&state), [Some(Word::Disagree), None, None, None]);
    // What was read stays in its place until the list is put in order again; then it is the last.
    assert_eq!(state.worklist.list().shown(), [0, 1, 2, 3]);
    ask(&mut state, WorklistCommand::ByUrgency);
    assert_eq!(state.worklist.list().shown(), [1, 2, 3, 0]);
    // Taken back.
    state.apply(Command::Act(Action::Worklist));
    state.apply(Command::Answer(scan, Answer::Disagree));
    state.apply(Command::Act(Action::Worklist));
    assert_eq!(words(&state), [None; 4]);
}

#[test]
fn the_next_unread_case_is_opened_from_the_reader_and_told_where_there_is_none() {
    let mut state = with_scored(vec![answered(0, 0.9, 0.4), answered(1, 0.8, 0.4)]);
    state.apply(Command::Act(Action::Worklist));
    for wanted in ["/scans/0.dcm", "/scans/1.dcm"] {
        let effects = state.apply(Command::Act(Action::NextUnread));
        let jobs = started(&effects);
        let [(_, Job::Open(paths))] = &jobs[..] else {
            panic!("a job that opens a file")
        };
        assert_eq!(paths[..], [PathBuf::from(wanted)]);
        assert_eq!(state.page, Page::Reading);
    }
    let mut row = answered(0, 0.9, 0.4);
    row.word = Some(Word::Agree);
    let mut state = with_scored(vec![row]);
    assert!(state.apply(Command::Act(Action::NextUnread)).is_empty());
    assert_eq!(state.notices.len(), 1);
    assert_eq!(state.page, Page::Worklist);
}

/// A person with one role inside.
pub(crate) fn inside(state: &mut State, role: Role) {
    state.door.user = Some(Person {
        id: PersonId("0".repeat(32)),
        name: Phi::new("Vic".to_owned()),
        roles: [role].into(),
        is_emergency: false,
    });
}

pub(crate) fn requests(effects: &[Effect]) -> Vec<String> {
    let requests = effects.iter().filter_map(|it| match it {
        Effect::Records(request) => Some(format!("{request:?}")),
        _ => None,
    });
    requests.collect()
}

#[test]
fn who_may_not_export_takes_no_list_out_and_the_log_hears_of_it() {
    let folder = scratch("worklist-viewer");
    let mut state = with_scored(vec![answered(0, 0.9, 0.4)]);
    state.worklist.out = folder.join("list.csv").to_string_lossy().into_owned();
    inside(&mut state, Role::Viewer);
    let effects = ask(&mut state, WorklistCommand::Export);
    assert!(started(&effects).is_empty(), "nothing is written");
    assert!(requests(&effects)[0].contains("AccessRefused"));
    assert_eq!(state.notices.len(), 1);
    // A reader may, and the log hears of that.
    inside(&mut state, Role::Reader);
    let effects = ask(&mut state, WorklistCommand::Export);
    let jobs = started(&effects);
    let [(id, Job::SaveTable { .. })] = &jobs[..] else {
        panic!("a job that writes")
    };
    let effects = state.on_event(*id, Event::Saved(Phi::new("list.csv".into())));
    assert!(
        requests(&effects)[0].contains("Exported"),
        "{:?}",
        requests(&effects)
    );
    // Who looks after the records sees no case, and so no list.
    inside(&mut state, Role::Administrator);
    state.apply(Command::Act(Action::Escape));
    state.apply(Command::Act(Action::Worklist));
    assert_eq!(state.page, Page::Reading);
    let names = state.list_columns().into_iter().map(|it| it.name);
    let names: Vec<ColumnName> = names.collect();
    assert!(!names.contains(&ColumnName::Patient) && !names.contains(&ColumnName::File));
    assert!(names.contains(&ColumnName::Suspicion));
}

#[test]
fn a_list_is_written_as_it_is_shown_and_no_cell_is_a_formula() {
    let mut rows: Vec<Row> = (0..5)
        .map(|it| answered(it, 0.1 * it as f32, 0.2))
        .collect();
    rows[1].patient = Phi::new("=HYPERLINK(\"http://x\",\"y\")".to_owned());
    rows[2].patient = Phi::new("a\nb, \"c\"".to_owned());
    rows[3].outcome = Outcome::Refused("found +1 thing".to_owned());
    rows[4].file = Phi::new("/scans/@SUM(A1).dcm".into());
    rows[0].word = Some(Word::Agree);
    let mut state = with_scored(rows);
    ask(&mut state, WorklistCommand::ToggleColumn(ColumnName::Model));
    ask(
        &mut state,
        WorklistCommand::LookFor(Filter {
            standing: Some(Standing::Unread),
            ..Filter::default()
        }),
    );
    state.worklist.out = "list.csv".to_owned();
    assert!(started(&ask(&mut state, WorklistCommand::Export)).is_empty());
    assert!(state.worklist.failure.is_some(), "a whole path is wanted");
    state.worklist.out = " \"/results/list.csv\" ".to_owned();
    let effects = ask(&mut state, WorklistCommand::Export);
    assert!(state.worklist.failure.is_none());
    let jobs = started(&effects);
    let [(_, Job::SaveTable { table, to })] = &jobs[..] else {
        panic!("a job that writes")
    };
    assert_eq!(*to, PathBuf::from("/results/list.csv"));
    let task = Task::default();
    let text = table(&task);
    let mut reader = csv::Reader::from_reader(text.reveal().as_slice());
    let heads: Vec<String> = reader
        .headers()
        .unwrap()
        .iter()
        .map(str::to_owned)
        .collect();
    assert_eq!(
        heads,
        [
            "Patient",
            "Study date",
            "Kind",
            "File",
            "Finding",
            "Suspicion",
            "Uncertainty",
            "Scope",
            "Your reading",
            "Waiting since, UTC",
            "Notice"
        ]
    );
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), 3, "read and refused are not looked for");
    let column = |at: usize| -> Vec<&str> { records.iter().map(|it| &it[at]).collect() };
    // Highest first: 40 %, 20 % and 10 %.
    assert_eq!(column(3), ["'@SUM(A1).dcm", "2.dcm", "1.dcm"]);
    assert_eq!(column(0)[2], "'=HYPERLINK(\"http://x\",\"y\")");
    assert_eq!(column(0)[1], "a b, \"c\"");
    assert_eq!(column(4)[1], "pneumonia 20 %, above 20 %");
    assert_eq!(column(9)[0], "1970-01-01 00:00");
    assert_eq!(column(1)[0], "2026-01-05");
    assert!(column(10).iter().all(|it| it.contains("Research use only")));
}

#[test]
fn the_records_are_asked_portion_by_portion_and_a_late_portion_is_not_taken() {
    let mut state = ready();
    inside(&mut state, Role::Reader);
    state.apply(Command::Act(Action::Worklist));
    let number = |effects: &[Effect]| {
        let numbers = effects.iter().filter_map(|it| match it {
            Effect::Records(Request::ListCases { asked, before }) => Some((*asked, *before)),
            _ => None,
        });
        numbers.collect::<Vec<_>>()
    };
    let first = ask(&mut state, WorklistCommand::Choose(Source::Kept));
    let [(first, None)] = number(&first)[..] else {
        panic!("the newest ones")
    };
    ask(&mut state, WorklistCommand::Choose(Source::Open));
    let second = ask(&mut state, WorklistCommand::Choose(Source::Kept));
    let [(second, None)] = number(&second)[..] else {
        panic!("once more")
    };
    let told = |asked, rows: Vec<Row>, next| Told::Cases {
        asked,
        answer: Ok(Kept { rows, next }),
    };
    assert!(
        state
            .on_records(told(first, vec![row(0)], Some(5)))
            .is_empty()
    );
    assert!(
        state.worklist.list().rows().is_empty(),
        "nobody waits for these"
    );
    let more = state.on_records(told(second, vec![row(0)], Some(5)));
    assert_eq!(number(&more), [(second, Some(5))]);
    assert!(state.worklist.is_waiting());
    assert!(
        state
            .on_records(told(second, vec![row(1)], None))
            .is_empty()
    );
    assert!(!state.worklist.is_waiting());
    assert_eq!(state.worklist.list().rows().len(), 2);
    // A locked window remembers nothing of it.
    state.lock(wardlight::lock::Reason::Asked);
    assert!(state.worklist.of(Source::Kept).rows().is_empty());
    state.on_records(told(second, vec![row(2)], None));
    assert!(state.worklist.of(Source::Kept).rows().is_empty());
}

#[test]
fn the_records_list_each_file_once_with_its_last_answer_and_the_word_on_it() {
    let (_folder, records, _key) = created("worklist-listing");
    let ids: Vec<_> = (0..5)
        .map(|it| identity(patient(&format!("N-{it}"), "Lee^Ann"), it))
        .collect();
    let kept: Vec<String> = ids.iter().map(|it| keep(&records, it).unwrap()).collect();
    let mut newer = answer(&ids[2]);
    newer.model_version = "2.0".to_owned();
    let old = records.keep_answer(&kept[2], &answer(&ids[2])).unwrap();
    records
        .keep_reading(
            &old,
            "pneumonia",
            wardlight::store::Verdict::Agree,
            &Phi::default(),
        )
        .unwrap();
    let one = records.listing(None, 2).unwrap();
    let two = records.listing(one.next, 2).unwrap();
    let three = records.listing(two.next, 2).unwrap();
    assert_eq!(
        (one.rows.len(), two.rows.len(), three.rows.len()),
        (2, 2, 1)
    );
    assert_eq!(three.next, None);
    let all = [one.rows, two.rows, three.rows].concat();
    let references: Vec<&str> = all.iter().map(|it| it.item.reference.as_str()).collect();
    let newest_first: Vec<&str> = kept.iter().rev().map(String::as_str).collect();
    assert_eq!(references, newest_first);
    let row = wardlight::session::row_of_kept(all[2].clone());
    assert_eq!(row.word, Some(Word::Agree));
    assert_eq!(*row.patient.reveal(), "Lee Ann");
    assert_eq!(*row.file.reveal(), PathBuf::from("/scans/a.dcm"));
    assert_eq!(row.model.as_ref().unwrap().1, "1.0");
    assert_eq!(
        Standing::of(&wardlight::session::row_of_kept(all[0].clone())),
        Standing::Unread
    );
    // A new answer has no word yet.
    records.keep_answer(&kept[2], &newer).unwrap();
    let again = records.listing(None, 10).unwrap();
    let row = wardlight::session::row_of_kept(again.rows[2].clone());
    assert_eq!((row.model.unwrap().1.as_str(), row.word), ("2.0", None));
}

#[test]
fn a_report_is_read_by_the_worker_and_files_are_where_it_says() {
    let folder = scratch("worklist-report");
    let path = folder.join("report.json");
    let results = serde_json::json!([{
        "file": "scan.dcm", "kind": "scan", "explanation": null,
        "prediction": serde_json::to_value(prediction(0)).unwrap(),
    }]);
    let failures = serde_json::json!([
        { "file": "/other/lateral.dcm", "headline": "Out of scope", "remedy": "None.",
          "cause": "wanted a frontal\u{202e} view", "is_refused": true },
        { "file": "cut.dcm", "headline": "Cut short", "remedy": "None.", "cause": "found an end" },
    ]);
    let text = format!(
        "{{\n  \"schema\": \"wardlight-score-1\",\n  \"results\": {results},\n  \"failures\": {failures}\n}}\n"
    );
    write(&path, &text);
    let found = open(&path);
    let [Ok(rows)] = &found[..] else {
        panic!("{found:?}")
    };
    let files: Vec<&PathBuf> = rows.iter().map(|it| it.file.reveal()).collect();
    let wanted = [
        "/other/lateral.dcm".into(),
        folder.join("cut.dcm"),
        folder.join("scan.dcm"),
    ];
    assert_eq!(files, wanted.iter().collect::<Vec<_>>());
    let wanted = "Out of scope: wanted a frontal view".to_owned();
    assert_eq!(rows[0].outcome, Outcome::Refused(wanted));
    assert!(matches!(&rows[1].outcome, Outcome::Failed(it) if it.contains("found an end")));
    assert_eq!(rows[2].outcome, Outcome::Unchecked);
    assert_eq!(rows[2].file_sha256, Some(fake::scan(3).header.file_sha256));
    let finding = rows[2].finding.as_ref().unwrap();
    assert_eq!(
        (finding.label.as_str(), finding.threshold),
        ("pneumonia", Some(0.41))
    );
    assert!(rows.iter().all(|it| it.since_ms.is_some_and(|it| 0 < it)));
}

/// What comes of opening a file.
fn open(path: &std::path::Path) -> Vec<Result<Vec<Row>, wardlight::import::Error>> {
    use std::ops::ControlFlow;
    use wardlight::import::{Cancel, Found};
    let mut came = Vec::new();
    let decoder = decoder();
    decoder.open_given(&[path.to_owned()], &Cancel::default(), &mut |it| {
        match it {
            Found::Listed { rows, .. } => came.push(Ok(rows)),
            Found::Refused { error, .. } => came.push(Err(error)),
            Found::Opened { .. } => came.push(Ok(Vec::new())),
            _ => {}
        }
        ControlFlow::Continue(())
    });
    came
}

#[test]
fn a_report_that_is_cut_short_or_of_another_version_is_refused() {
    let folder = scratch("worklist-broken");
    let start = "{ \"schema\": \"wardlight-score-1\", \"results\": [";
    let nested = format!("{start}{}", "[".repeat(100_000));
    let other = "{\"schema\":\"wardlight-score-7\",\"results\":[],\"failures\":[]}";
    for (name, text) in [
        ("cut", start),
        ("nested", nested.as_str()),
        ("other", other),
    ] {
        let path = folder.join(name);
        write(&path, text);
        let found = open(&path);
        let [Err(wardlight::import::Error::Refused(refusal))] = &found[..] else {
            panic!("{name}: {found:?}")
        };
        assert_eq!(
            matches!(refusal, Refusal::Unsupported { .. }),
            name == "other",
            "{name}: {refusal}"
        );
    }
    // Any other JSON is what it was before.
    let path = folder.join("other.json");
    write(&path, "{\"schema\": \"something\"}");
    assert!(matches!(&open(&path)[..], [Ok(rows)] if rows.is_empty()));
}
