//! Three planes through a series: where they lie, where they meet, and that nothing said of a slice stands beside them.

use std::sync::Arc;

use wardlight::{
    case::{Frame, Modality, Samples, Scan, Spacing, SpacingSource, scan::Place},
    engine::{Event, Job},
    render::mpr::{Axis, Volume},
    session::{Action, Command, State},
};

use crate::{session, slices};

const SIZE: (usize, usize) = (24, 16);
const SPACING_MM: [f32; 2] = [1.0, 1.5];
const APART_MM: f64 = 3.0;
const N_SLICES: usize = 12;

/// What the phantom holds at a place in the patient: another number wherever one goes.
fn value([x, y, z]: [f64; 3]) -> f64 {
    x + 20.0 * y + 300.0 * z
}

/// An axial slice of the phantom, wherever its rows and columns point to.
fn slice(number: usize, directions: [f64; 6]) -> Scan {
    let (width, height) = SIZE;
    let mut scan = slices::slice("7", 0.0);
    let start = [-10.0, -20.0, 50.0 + APART_MM * number as f64];
    let place = Place::parse(start, directions).unwrap();
    let [row_mm, column_mm] = SPACING_MM.map(f64::from);
    let sample = |idx: usize| {
        let (x, y) = (
            (idx % width) as f64 * column_mm,
            (idx / width) as f64 * row_mm,
        );
        let at = [0, 1, 2].map(|it| start[it] + x * place.row[it] + y * place.column[it]);
        value(at).round() as f32
    };
    let frame = Frame {
        width,
        height,
        samples: Samples::Gray((0..width * height).map(sample).collect()),
    };
    let mut header = scan.header.clone();
    header.modality = Modality::Ct;
    header.file_sha256 = wardlight::disk::Sha256::of(&number.to_le_bytes());
    header.pixels.columns = width;
    header.pixels.rows = height;
    header.spacing = Some(Spacing {
        row_mm: SPACING_MM[0],
        column_mm: SPACING_MM[1],
        source: SpacingSource::Patient,
    });
    header.dicom.as_mut().unwrap().frames[0].place = Some(place);
    scan = Scan::new(header, vec![Arc::new(frame)]);
    scan.pack();
    scan
}

/// A session with the phantom in the middle.
fn opened(directions: [f64; 6]) -> State {
    let mut state = session::ready();
    let job = slices::begin(&mut state);
    // The last one first: they find their places.
    for number in (0..N_SLICES).rev() {
        slices::arrive(&mut state, job, number as u64, slice(number, directions));
    }
    state.on_event(job, Event::Done);
    state
}

/// Asks for the planes, and makes their volume as the engine does.
fn cut(state: &mut State) {
    let effects = state.apply(Command::Act(Action::TogglePlanes));
    let started = session::started(&effects);
    let [(id, Job::MakeVolume(given))] = started.as_slice() else {
        panic!("a volume is asked for")
    };
    let planes: Vec<_> = given.iter().map(|it| it.plane).collect();
    let volume = Volume::new(&planes, |it| given[it].scan.frame(given[it].frame_idx)).unwrap();
    state.on_event(*id, Event::VolumeMade(Arc::new(volume)));
    state.on_event(*id, Event::Done);
}

/// The sample of a plane that lies nearest to where the planes meet, and that the phantom has there.
fn at_meeting(state: &State, axis: Axis) -> (f64, f64) {
    let planes = state.planes.as_ref().unwrap();
    let cut = planes.cut(axis);
    let [x, y] = cut.plane.pixel_from_patient(planes.meet_mm).map(f64::floor);
    let frames = cut.scan.scan.frames();
    let Samples::Gray(samples) = &frames[0].samples else {
        panic!("grey")
    };
    let sample = samples[y as usize * frames[0].width + x as usize];
    let place = cut.plane.patient_from_pixel([x + 0.5, y + 0.5]);
    (f64::from(sample), value(place))
}

#[test]
fn every_plane_shows_what_lies_where_they_meet_however_the_slices_are_turned() {
    // Rows to the left and columns to the back, then turned by quarters and mirrored.
    for directions in [
        [1.0, 0.0, 0.0, 0.0, 1.0, 0.0],
        [0.0, 1.0, 0.0, -1.0, 0.0, 0.0],
        [-1.0, 0.0, 0.0, 0.0, -1.0, 0.0],
        [0.0, -1.0, 0.0, 1.0, 0.0, 0.0],
        [-1.0, 0.0, 0.0, 0.0, 1.0, 0.0],
        [1.0, 0.0, 0.0, 0.0, -1.0, 0.0],
        [0.0, 1.0, 0.0, 1.0, 0.0, 0.0],
        [0.0, -1.0, 0.0, -1.0, 0.0, 0.0],
    ] {
        let mut state = opened(directions);
        cut(&mut state);
        for point in [[3.5, 4.5], [12.5, 9.5], [20.5, 2.5]] {
            state.apply(Command::MeetAt(Axis::Axial, point));
            for axis in [Axis::Axial, Axis::Coronal, Axis::Sagittal] {
                let (found, wanted) = at_meeting(&state, axis);
                // The phantom is linear, and so is what is drawn between samples, which are whole numbers.
                assert!(
                    (found - wanted).abs() <= 0.6,
                    "{axis:?} {directions:?}: {found} {wanted}"
                );
            }
        }
        let planes = state.planes.as_ref().unwrap();
        let letters = |axis| planes.cut(axis).plane.letters();
        assert_eq!(letters(Axis::Axial), ['R', 'L', 'A', 'P']);
        assert_eq!(letters(Axis::Coronal), ['R', 'L', 'H', 'F']);
        assert_eq!(letters(Axis::Sagittal), ['A', 'P', 'H', 'F']);
    }
}

#[test]
fn keys_go_through_the_active_plane_and_the_slices_come_back_where_they_met() {
    let mut state = opened([1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    state.apply(Command::ShowSlice(5));
    cut(&mut state);
    assert_eq!(state.shown_position(), (5, N_SLICES), "where the slice was");
    state.apply(Command::Act(Action::NextFrame));
    assert_eq!(state.shown_position(), (6, N_SLICES));
    state.apply(Command::Act(Action::NextViewport));
    let (_, n_rows) = state.shown_position();
    assert_eq!(n_rows, SIZE.1, "through the rows of the slices");
    state.apply(Command::Act(Action::FirstFrame));
    assert_eq!(state.shown_position(), (0, n_rows));
    state.apply(Command::Act(Action::LastFrame));
    assert_eq!(state.shown_position(), (n_rows - 1, n_rows));
    // One window for all.
    state.apply(Command::Act(Action::Invert));
    let planes = state.planes.as_ref().unwrap();
    assert!(planes.cuts.iter().all(|it| it.scan.view.is_inverted));
    assert!(
        !state.scan().unwrap().1.view.is_inverted,
        "the slice is as it was"
    );
    state.apply(Command::Act(Action::Escape));
    assert!(state.planes.is_none());
    assert_eq!(state.shown_position(), (6, N_SLICES));
}

#[test]
fn no_result_and_no_mark_stands_beside_the_planes() {
    for action in [
        Action::Score,
        Action::Agree,
        Action::Measure(wardlight::session::Tool::Length),
    ] {
        let mut state = opened([1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
        cut(&mut state);
        state.apply(Command::Act(action));
        assert!(state.planes.is_none(), "{action:?}");
    }
    // Another scan, or the end of this one, ends them too.
    let mut state = opened([1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    cut(&mut state);
    state.apply(Command::Act(Action::PreviousItem));
    assert!(state.planes.is_none());
}

#[test]
fn what_makes_no_volume_says_why() {
    let mut state = session::ready();
    let effects = state.apply(Command::Act(Action::TogglePlanes));
    assert!(session::started(&effects).is_empty());
    assert!(
        state
            .notices
            .last()
            .unwrap()
            .failure
            .headline
            .contains("no planes")
    );
}
