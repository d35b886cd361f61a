//! Three planes through a series: where they lie, where they meet, and that nothing said of a slice stands beside them.

use std::sync::Arc;

use wardlight::{
    case::{Frame, Modality, Samples, Scan, Spacing, SpacingSource, scan::Place},
    engine::{Event, Job},
    measure::{Measured, PixelValue, Point, Scale, Shape, measure_on},
    render::mpr::{Axis, Volume},
    session::{Action, Command, Mark, MarkEdit, Planes, State, Tool},
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
fn no_result_stands_beside_the_planes() {
    for action in [Action::Score, Action::Agree] {
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

fn planes(state: &State) -> &Planes {
    state.planes.as_ref().unwrap()
}

/// The marks that are seen on a plane.
fn seen(state: &State, axis: Axis) -> &[Mark] {
    let planes = planes(state);
    planes.cut(axis).scan.marks.of(planes.mark_idx(axis))
}

/// Draws on a plane what lies at these places of the patient, moved onto it.
fn draw(state: &mut State, axis: Axis, shape: impl FnOnce(&dyn Fn([f64; 3]) -> Point) -> Shape) {
    let cut = planes(state).cut(axis);
    let plane = cut.plane;
    let point = |place_mm: [f64; 3]| {
        let [x, y] = plane.pixel_from_patient(place_mm);
        Point::new(x, y)
    };
    let (id, at) = (cut.id, planes(state).mark_idx(axis));
    let edit = MarkEdit::Add(shape(&point));
    state.apply(Command::EditMarks(id, at, edit));
}

/// What the newest mark of a plane measures.
fn measured(state: &State, axis: Axis) -> Measured {
    let scan = &planes(state).cut(axis).scan;
    let frames = scan.scan.frames();
    let shape = &seen(state, axis).last().unwrap().shape;
    measure_on(&frames[0], &scan.scan.header, shape)
}

#[test]
fn marks_on_planes_measure_what_lies_in_the_patient() {
    for directions in [
        [1.0, 0.0, 0.0, 0.0, 1.0, 0.0],
        [-1.0, 0.0, 0.0, 0.0, 1.0, 0.0],
    ] {
        let mut state = opened(directions);
        state.apply(Command::ShowSlice(5));
        cut(&mut state);
        let [x, y, z] = planes(&state).meet_mm;
        for (axis, along) in [
            (Axis::Axial, [[3.0, 0.0, 0.0], [0.0, 4.0, 0.0]]),
            (Axis::Coronal, [[3.0, 0.0, 0.0], [0.0, 0.0, 4.0]]),
            (Axis::Sagittal, [[0.0, 3.0, 0.0], [0.0, 0.0, 4.0]]),
        ] {
            let to = |way: [f64; 3]| [x + way[0], y + way[1], z + way[2]];
            let [three, four] = along.map(to);
            draw(&mut state, axis, |at| Shape::Length([at(three), at(four)]));
            let Measured::Length(found) = measured(&state, axis) else {
                panic!("a length")
            };
            // Three and four millimetres at a right angle.
            assert!((found.value - 5.0).abs() < 1e-4, "{axis:?} {found:?}");
            assert_eq!(found.scale, Scale::Millimetres(SpacingSource::Patient));
            draw(&mut state, axis, |at| {
                Shape::Angle([at(three), at([x, y, z]), at(four)])
            });
            let Measured::Angle { degrees, .. } = measured(&state, axis) else {
                panic!("an angle")
            };
            assert!(
                (degrees.unwrap() - 90.0).abs() < 1e-6,
                "{axis:?} {degrees:?}"
            );
            // On edges of pixels, so that their centres lie evenly round the middle: the phantom is linear.
            let plane = planes(&state).cut(axis).plane;
            let corners = [Point::new(2.0, 2.0), Point::new(8.0, 6.0)];
            draw(&mut state, axis, |_| {
                Shape::rectangle(corners[0], corners[1], [[1.0, 0.0], [0.0, 1.0]])
            });
            let Measured::Region(region) = measured(&state, axis) else {
                panic!("a region")
            };
            let area = region.area.unwrap();
            let wanted = 24.0 * plane.row_mm * plane.column_mm;
            assert!((area.value - wanted).abs() < 1e-3, "{axis:?} {area:?}");
            let mean = region.statistics.unwrap().mean;
            let middle = value(plane.patient_from_pixel([5.0, 4.0]));
            assert!((mean - middle).abs() <= 0.6, "{axis:?} {mean} {middle}");
            draw(&mut state, axis, |_| Shape::Probe(Point::new(6.5, 5.5)));
            let Measured::Pixel(Some(pixel)) = measured(&state, axis) else {
                panic!("a pixel")
            };
            let PixelValue::Gray(found) = pixel.value else {
                panic!("grey")
            };
            let there = value(plane.patient_from_pixel([6.5, 5.5]));
            assert!((f64::from(found) - there).abs() <= 0.6, "{axis:?}");
        }
    }
}

/// Has the planes meet so many millimetres further to the back.
fn move_back(state: &mut State, by_mm: f64) {
    let [x, y, z] = planes(state).meet_mm;
    let axial = planes(state).cut(Axis::Axial).plane;
    let point = axial.pixel_from_patient([x, y + by_mm, z]);
    state.apply(Command::MeetAt(Axis::Axial, point));
}

#[test]
fn a_mark_is_seen_within_half_a_step_of_where_it_was_drawn_and_delete_takes_no_other() {
    let mut state = opened([1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    state.apply(Command::ShowSlice(5));
    cut(&mut state);
    state.apply(Command::ActivatePlane(Axis::Coronal));
    state.apply(Command::Act(Action::Measure(Tool::Length)));
    assert_eq!(state.tool, Some(Tool::Length));
    assert!(state.planes.is_some(), "there is something to draw on");
    let [x, y, z] = planes(&state).meet_mm;
    draw(&mut state, Axis::Coronal, |at| {
        Shape::Length([at([x, y, z]), at([x + 3.0, y, z])])
    });
    assert_eq!(state.tool, None);
    let mark = seen(&state, Axis::Coronal)[0].clone();
    // A step is a millimetre.
    for (by_mm, n_seen) in [(0.4, 1), (0.3, 0), (-1.1, 1), (-0.3, 0), (0.7, 1)] {
        move_back(&mut state, by_mm);
        assert_eq!(seen(&state, Axis::Coronal).len(), n_seen, "{by_mm}");
        state.apply(Command::ChooseMark(None));
        if n_seen == 0 {
            state.apply(Command::Act(Action::RemoveMark));
        }
    }
    assert_eq!(seen(&state, Axis::Coronal), std::slice::from_ref(&mark));
    // The last one of another plane is another one; the chosen one is meant wherever it is seen.
    state.apply(Command::ActivatePlane(Axis::Axial));
    state.apply(Command::Act(Action::RemoveMark));
    assert_eq!(seen(&state, Axis::Coronal).len(), 1);
    state.apply(Command::ChooseMark(Some(mark.id)));
    state.apply(Command::Act(Action::RemoveMark));
    assert!(seen(&state, Axis::Coronal).is_empty());
}

#[test]
fn marks_on_planes_are_undone_where_they_lie_and_outlast_the_planes() {
    let mut state = opened([1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    state.apply(Command::ShowSlice(5));
    cut(&mut state);
    state.apply(Command::ActivatePlane(Axis::Sagittal));
    let [x, y, z] = planes(&state).meet_mm;
    draw(&mut state, Axis::Sagittal, |at| {
        Shape::Length([at([x, y, z]), at([x, y, z + 6.0])])
    });
    let mark = seen(&state, Axis::Sagittal)[0].clone();
    for _ in 0..3 {
        state.apply(Command::Act(Action::NextFrame));
    }
    assert!(seen(&state, Axis::Sagittal).is_empty());
    state.apply(Command::Act(Action::Undo));
    assert!((planes(&state).meet_mm[0] - x).abs() < 0.01, "where it was");
    assert!(seen(&state, Axis::Sagittal).is_empty());
    state.apply(Command::Act(Action::Redo));
    assert_eq!(seen(&state, Axis::Sagittal), std::slice::from_ref(&mark));
    // Nothing of it stands on the slices.
    state.apply(Command::Act(Action::TogglePlanes));
    assert!(state.scan().unwrap().1.marks.is_empty());
    state.apply(Command::Act(Action::Undo));
    cut(&mut state);
    state.apply(Command::ActivatePlane(Axis::Sagittal));
    let [now, ..] = planes(&state).meet_mm;
    assert!((now - x).abs() < 0.01, "in the middle again");
    assert_eq!(seen(&state, Axis::Sagittal), [mark]);
    state.apply(Command::Act(Action::Undo));
    assert!(seen(&state, Axis::Sagittal).is_empty());
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
