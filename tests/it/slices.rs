//! Slices in files of their own, looked through as one: their order, what goes with them, and what stays with each.

use wardlight::{
    case::{
        Modality, Scan,
        scan::{DicomHeader, FrameHeader, Place},
    },
    disk::Sha256,
    engine::{Event, JobId},
    import::{self, Opened, Origin, Refusal},
    measure::{Point, Shape},
    privacy::Phi,
    session::{Action, Command, Content, Effect, Layout, MarkEdit, State},
};

use crate::{fake, session};

/// An axial slice at a height in mm, of a series.
pub(crate) fn slice(series: &str, z_mm: f64) -> Scan {
    let mut scan = fake::scan(1);
    let header = &mut scan.header;
    header.file_sha256 = Sha256::of(format!("{series} {z_mm}").as_bytes());
    header.modality = Modality::Ct;
    let place = Place::parse([0.0, 0.0, z_mm], [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    header.dicom = Some(DicomHeader {
        study_uid: Phi::new("1.2.3".to_owned()),
        series_uid: Phi::new(format!("1.2.3.{series}")),
        frame_of_reference_uid: Phi::new("1.2.3.9".to_owned()),
        frames: vec![FrameHeader {
            place,
            ..FrameHeader::default()
        }],
        ..DicomHeader::default()
    });
    scan
}

/// Begins to open a folder.
pub(crate) fn begin(state: &mut State) -> JobId {
    let effects = state.apply(Command::Open(vec!["/scans".into()]));
    session::started(&effects)[0].0
}

fn origin(number: u64) -> Origin {
    Origin {
        given: Phi::new("/scans".into()),
        path: Phi::new(format!("/scans/{number}.dcm").into()),
        member: None,
        number,
    }
}

pub(crate) fn arrive(state: &mut State, job: JobId, number: u64, scan: Scan) -> Vec<Effect> {
    let opened = Box::new(Opened::Scan(scan));
    let from = origin(number);
    state.on_event(job, Event::Opened { from, opened })
}

/// A session with a folder of the named slices, in the order of their arrival.
fn opened(slices: &[(&str, f64)]) -> State {
    let mut state = session::ready();
    let job = begin(&mut state);
    for (number, (series, z_mm)) in slices.iter().enumerate() {
        arrive(&mut state, job, number as u64, slice(series, *z_mm));
    }
    state.on_event(job, Event::Done);
    state
}

/// The height of the slice in the middle.
fn height(state: &State) -> f64 {
    height_of(state.scan().unwrap().1.scan.as_ref())
}

fn height_of(scan: &Scan) -> f64 {
    let dicom = scan.header.dicom.as_ref().unwrap();
    dicom.frames[0].place.unwrap().position_mm[2]
}

fn position(state: &State) -> (usize, usize) {
    state.position(state.scan().unwrap().0)
}

#[test]
fn slices_are_one_row_and_lie_in_the_order_of_their_positions_however_they_arrive() {
    let mut state = opened(&[("1", 10.0), ("1", -5.0), ("2", 0.0), ("1", 0.0), ("1", 5.0)]);
    // The two of the fixture, and the two series.
    let stacks = state
        .rows()
        .into_iter()
        .filter(|it| 1 < state.position(it.id).1);
    assert_eq!(
        stacks.count(),
        2,
        "the scan of three frames, and the series of four"
    );
    // What came first stays where it was put; the others found their places round it.
    assert_eq!((height(&state), position(&state)), (10.0, (3, 4)));
    state.apply(Command::Act(Action::FirstFrame));
    let mut seen = vec![height(&state)];
    for _ in 0..5 {
        state.apply(Command::Act(Action::NextFrame));
        seen.push(height(&state));
    }
    assert_eq!(seen, [-5.0, 0.0, 5.0, 10.0, 10.0, 10.0]);
    state.apply(Command::ShowSlice(1));
    assert_eq!((height(&state), position(&state)), (0.0, (1, 4)));
    // A run goes round.
    state.apply(Command::Act(Action::LastFrame));
    state.apply(Command::PlayOn);
    assert_eq!(height(&state), -5.0);
}

#[test]
fn the_view_goes_along_and_what_was_said_of_a_slice_stays_with_it() {
    let mut state = opened(&[("1", 0.0), ("1", 5.0)]);
    for command in [
        Command::Zoom {
            factor: 3.0,
            about: (0.2, 0.2),
        },
        Command::Act(Action::Invert),
        Command::Act(Action::TurnRight),
    ] {
        state.apply(command);
    }
    let (first, view) = (
        state.scan().unwrap().0,
        state.scan().unwrap().1.view.clone(),
    );
    let drawn = Shape::Length([Point::new(1.0, 1.0), Point::new(5.0, 5.0)]);
    state.apply(Command::EditMarks(first, 0, MarkEdit::Add(drawn)));
    state.apply(Command::Act(Action::NextFrame));
    let (second, scan) = state.scan().unwrap();
    assert_ne!(first, second);
    assert_eq!(scan.view, view);
    assert!(scan.marks.of(0).is_empty(), "it was drawn on another slice");
    state.apply(Command::Act(Action::PreviousFrame));
    assert_eq!(state.scan().unwrap().1.marks.of(0).len(), 1);
}

#[test]
fn the_slice_in_the_middle_is_drawn_while_a_vacant_viewport_is_the_active_one() {
    let mut state = opened(&[("1", 0.0), ("1", 5.0), ("1", 10.0)]);
    state.apply(Command::SetLayout(Layout::Four));
    state.apply(Command::ActivateViewport(3));
    assert_eq!(state.viewports.shown().nth(3), Some(None), "it is vacant");
    for at in [2, 0, 1] {
        state.apply(Command::ShowSlice(at));
        assert_eq!((position(&state), state.viewports.active()), ((at, 3), 3));
        assert!(state.viewports.shown().any(|it| it == state.center));
    }
}

#[test]
fn series_in_one_space_go_together_by_position_and_others_by_steps() {
    let one: Vec<_> = (0..10).map(|it| ("1", f64::from(it) * 2.0)).collect();
    let two: Vec<_> = (0..5).map(|it| ("2", f64::from(it) * 5.0)).collect();
    let mut state = opened(&[one, two].concat());
    state.apply(Command::SetLayout(Layout::Four));
    // The series of 5 mm is in one of the other viewports.
    let beside = |state: &State| {
        let shown = state.viewports.shown().flatten();
        let of_two = shown.filter_map(|it| match &state.item(it)?.content {
            Content::Scan(it) => {
                let uid = it.scan.header.dicom.as_ref()?.series_uid.reveal();
                uid.ends_with(".2").then(|| height_of(&it.scan))
            }
            _ => None,
        });
        of_two.last().unwrap()
    };
    state.apply(Command::ShowSlice(7));
    assert_eq!((height(&state), beside(&state)), (14.0, 15.0));
    state.apply(Command::Act(Action::PreviousFrame));
    assert_eq!((height(&state), beside(&state)), (12.0, 10.0));
    state.apply(Command::Act(Action::LinkViewports));
    state.apply(Command::ShowSlice(0));
    assert_eq!((height(&state), beside(&state)), (0.0, 10.0));
    // No stack stands in two viewports.
    let mut rows: Vec<_> = state
        .viewports
        .shown()
        .flatten()
        .map(|it| state.row_of(it))
        .collect();
    let n = rows.len();
    rows.sort_unstable();
    rows.dedup();
    assert_eq!(rows.len(), n);
}

#[test]
fn a_row_closes_with_all_its_slices_and_the_others_stay() {
    let mut state = opened(&[("1", 0.0), ("2", 0.0), ("1", 5.0), ("2", 5.0)]);
    let before = state.items.len();
    let id = state.scan().unwrap().0;
    state.apply(Command::Close(id));
    assert_eq!(state.items.len(), before - 2);
    assert!(state.items.iter().all(|it| it.id != id));
    let left = state
        .rows()
        .into_iter()
        .find(|it| state.position(it.id).1 == 2);
    assert!(left.is_some(), "the other series is whole");
}

#[test]
fn what_is_odd_about_the_slices_is_told_when_all_are_there() {
    let mut state = session::ready();
    let job = begin(&mut state);
    for (number, z_mm) in [0.0, 2.0, 4.0, 12.0, 14.0].into_iter().enumerate() {
        arrive(&mut state, job, number as u64, slice("1", z_mm));
    }
    let id = state.scan().unwrap().0;
    assert!(state.oddities(id).is_empty(), "more may be on their way");
    state.on_event(job, Event::Done);
    assert_eq!(state.oddities(id).len(), 1);
}

#[test]
fn a_folder_that_is_opened_again_doubles_nothing() {
    let slices = [("1", 0.0), ("1", 5.0)];
    let mut state = opened(&slices);
    let n = state.items.len();
    let job = begin(&mut state);
    for (number, (series, z_mm)) in slices.iter().enumerate() {
        arrive(&mut state, job, number as u64, slice(series, *z_mm));
    }
    assert_eq!(state.items.len(), n);
    // Another file with the same position is no copy: it is listed.
    let mut other = slice("1", 5.0);
    other.header.file_sha256 = Sha256::of(b"sent again, with other pixels");
    arrive(&mut state, job, 7, other);
    assert_eq!(state.items.len(), n + 1);
}

#[test]
fn a_slice_that_is_opened_by_itself_is_shown_and_many_are_not_told_one_by_one() {
    let mut state = opened(&[("1", 0.0), ("1", 5.0), ("1", 10.0)]);
    assert_eq!(height(&state), 0.0, "what came first");
    let alone = |state: &mut State, number: u64, z_mm: f64| {
        let from = Origin::file(format!("/scans/{number}.dcm").into());
        let effects = state.apply(Command::Open(vec![from.path.reveal().clone()]));
        let job = session::started(&effects)[0].0;
        let opened = Box::new(Opened::Scan(slice("1", z_mm)));
        state.on_event(job, Event::Opened { from, opened });
        state.on_event(job, Event::Done);
    };
    // One that is there already, and a new one of the same series.
    alone(&mut state, 2, 10.0);
    assert_eq!((height(&state), position(&state)), (10.0, (2, 3)));
    alone(&mut state, 9, 7.0);
    assert_eq!((height(&state), position(&state)), (7.0, (2, 4)));
    // Of a folder, only what is a new row changes what is remembered.
    let job = begin(&mut state);
    let of_row = arrive(&mut state, job, 20, slice("5", 0.0));
    let of_slice = arrive(&mut state, job, 21, slice("5", 1.0));
    assert!(!of_row.is_empty() && of_slice.is_empty());
}

#[test]
fn two_patients_under_one_number_are_kept_apart_and_told_once() {
    let mut state = session::ready();
    let job = begin(&mut state);
    let n_before = state.notices.len();
    for number in 0..4_u64 {
        let mut scan = slice("1", number as f64);
        if number % 2 == 1 {
            scan.header.subject.name = Phi::new("SYNTHETIC^OTHER".to_owned());
            scan.header.subject.patient_id = Phi::new("SYN-0002".to_owned());
        }
        arrive(&mut state, job, number, scan);
    }
    state.on_event(job, Event::Done);
    assert_eq!(state.notices.len(), n_before + 1);
    let rows = state.rows();
    let stacks: Vec<_> = rows
        .iter()
        .filter(|it| state.position(it.id).1 == 2)
        .collect();
    assert_eq!(stacks.len(), 2);
    assert_ne!(stacks[0].patient, stacks[1].patient);
}

#[test]
fn refused_files_of_a_folder_are_one_card_and_can_be_tried_again_together() {
    let mut state = session::ready();
    let job = begin(&mut state);
    for number in 0..50 {
        let error = import::Error::Refused(Refusal::Empty);
        let from = origin(number);
        state.on_event(job, Event::Refused { from, error });
    }
    state.on_event(job, Event::Done);
    let [notice] = state.notices.as_slice() else {
        panic!("one card, found {}", state.notices.len())
    };
    assert_eq!(notice.n_refused, 50);
    assert!(notice.failure.headline.starts_with("50 files"));
    let Some(Command::Open(paths)) = &notice.retry else {
        panic!("they can be tried again")
    };
    assert_eq!(paths.len(), 50);
}

#[test]
fn a_model_waits_to_be_asked_unless_the_reader_wants_it_at_once() {
    let scores = |state: &mut State| {
        let job = begin(state);
        let first = arrive(state, job, 0, slice("1", 0.0));
        let second = arrive(state, job, 1, slice("1", 5.0));
        [first, second].map(|it| session::started(&it).len())
    };
    assert_eq!(scores(&mut session::ready()), [0, 0]);
    let mut state = session::ready();
    state.apply(Command::SetReadFirst(false));
    // What came to the middle, and no slice behind it. The note on its page is read as well.
    let [first, second] = scores(&mut state);
    assert!(1 <= first && second == 0, "{first} {second}");
}
