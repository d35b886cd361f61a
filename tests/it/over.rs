//! What lies over images in the window: which object is shown on which image, and how a presentation state has it looked at.

use std::{ops::ControlFlow, path::Path};

use wardlight::{
    case::{Scan, presentation::Shutter, scan::DicomHeader},
    engine::Event,
    import::{Cancel, Found, Opened, Origin},
    render::{Turn, colormap::heat_color, over},
    session::{Action, Command, Over, State},
};

use crate::{dicom::decoder, presentation::slice, session};

/// Opens files of the fixtures as the window does.
fn found(names: &[&str]) -> Vec<Found> {
    let folder = Path::new("tests/fixtures/presentation");
    let paths: Vec<_> = names
        .iter()
        .map(|it| folder.join(format!("{it}.dcm")))
        .collect();
    let mut all = Vec::new();
    decoder().open_given(&paths, &Cancel::default(), &mut |it| {
        if !matches!(it, Found::Progress { .. }) {
            all.push(it);
        }
        ControlFlow::Continue(())
    });
    all
}

/// An image of 16 x 12 that the objects name.
fn image(number: usize) -> Scan {
    let mut scan = crate::prep::scan(
        16,
        12,
        wardlight::case::Samples::Gray(vec![0.0; 192].into()),
    );
    scan.header.file_sha256 = wardlight::disk::Sha256::of(&number.to_le_bytes());
    scan.header.dicom = Some(DicomHeader {
        instance_uid: slice(number),
        ..DicomHeader::default()
    });
    scan
}

/// A session with images of these numbers, the last one in the middle, and with what is in these files.
fn opened(numbers: &[usize], names: &[&str]) -> State {
    let mut state = session::ready();
    let paths = vec!["/scans".into()];
    let effects = state.apply(Command::Open(paths));
    let job = session::started(&effects)[0].0;
    // Workers read side by side: what lies over an image can come before it.
    for it in found(names) {
        let Found::Presented { from, presentation } = it else {
            panic!("{it:?}")
        };
        state.on_event(job, Event::Presented { from, presentation });
    }
    for number in numbers {
        let from = Origin::file(format!("/scans/{number}.dcm").into());
        let opened = Box::new(Opened::Scan(image(*number)));
        state.on_event(job, Event::Opened { from, opened });
    }
    state.on_event(job, Event::Done);
    state
}

fn on_screen(state: &State) -> Vec<&Over> {
    state.overs_on(state.scan().unwrap().1).collect()
}

#[test]
fn the_front_door_tells_objects_from_images_and_gives_an_image_its_planes() {
    let found = found(&["overlay", "state", "segments_binary", "map_float"]);
    let (mut n_planes, mut n_presented) = (0, 0);
    for it in &found {
        match it {
            Found::Opened { opened, .. } => match &**opened {
                Opened::Scan(scan) => n_planes += scan.planes.overlays.len(),
                Opened::Chart(_) => panic!("an image"),
            },
            Found::Presented { .. } => n_presented += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((found.len(), n_planes, n_presented), (4, 1, 3));
}

#[test]
fn an_object_is_shown_on_the_images_that_it_names_and_on_no_other() {
    let shown = |state: &State| {
        let all = on_screen(state);
        (all.len(), all.iter().filter(|it| it.is_shown).count())
    };
    // The state is for the first two slices, the segments for others, the map for four.
    let mut state = opened(&[3, 1], &["segments_binary", "map_float", "state"]);
    assert_eq!(shown(&state), (2, 1), "a state waits to be chosen");
    assert!(state.notices.is_empty(), "{:?}", state.notices);
    state.apply(Command::Act(Action::PreviousItem));
    assert_eq!(shown(&state), (2, 2));
    let state = opened(&[77], &["segments_binary", "map_float", "state"]);
    assert_eq!(on_screen(&state).len(), 0);
    assert_eq!(
        state.notices.len(),
        3,
        "each says that its images are not open"
    );
    // The same file once more is the same object.
    let state = opened(&[1], &["state", "state"]);
    assert_eq!(state.overs.len(), 1);
}

#[test]
fn a_chosen_state_has_the_image_looked_at_as_it_says_and_gives_it_back() {
    let mut state = opened(&[1], &["state", "segments_binary"]);
    let before = state.scan().unwrap().1.view.clone();
    let chosen = on_screen(&state)
        .into_iter()
        .find(|it| it.state().is_some());
    let id = chosen.unwrap().id;
    state.apply(Command::ToggleOver(id));
    let view = state.scan().unwrap().1.view.clone();
    // A quarter clockwise, then mirrored: what was at the left is seen at the top, what was on top at the left.
    let turn = Turn::default().clockwise().flipped_across();
    assert_eq!((view.turn, view.is_inverted), (turn, true));
    assert_eq!((view.window.center, view.window.width), (40.0, 400.0));
    // The area from (2, 1) to (14, 11) of 16 x 12 pixels.
    assert_eq!(view.center, (0.5, 0.5));
    assert!((view.zoom - 12.0 / 10.0).abs() < 1e-6, "{}", view.zoom);
    state.apply(Command::ToggleOver(id));
    assert_eq!(state.scan().unwrap().1.view, before);
    // All at once, without forgetting which were shown.
    state.apply(Command::Act(Action::ToggleOvers));
    assert!(!state.are_overs_shown);
}

#[test]
fn a_quarter_then_a_mirror_shows_the_corners_where_the_standard_puts_them() {
    // PS3.3 C.10.6: turned clockwise first, then left and right change places.
    let right = |turn: Turn| turn.screen_from_scan((1.0, 0.0));
    let down = |turn: Turn| turn.screen_from_scan((0.0, 1.0));
    let turn = Turn::by_degrees(90, true);
    // Clockwise by 90 degrees right becomes down and down becomes left; the mirror turns left to right.
    assert_eq!((right(turn), down(turn)), ((0.0, 1.0), (1.0, 0.0)));
    let turn = Turn::by_degrees(270, false);
    assert_eq!((right(turn), down(turn)), ((0.0, -1.0), (1.0, 0.0)));
    assert_eq!(Turn::by_degrees(0, false), Turn::default());
}

#[test]
fn shutters_cover_what_lies_outside_any_of_them() {
    let shutters = [
        Shutter::Rectangle([[1.0, 1.0], [7.0, 5.0]]),
        Shutter::Circle {
            center: [4.0, 3.0],
            radius: 2.6,
        },
        Shutter::Polygon(vec![[0.0, 0.0], [8.0, 0.0], [8.0, 6.0]]),
    ];
    let picture = over::of_shutters(&shutters, 0.5, (8, 6), |_| None);
    let is_covered = |x: usize, y: usize| {
        let pixel = &picture.rgba[4 * (y * 8 + x)..][..4];
        assert_eq!(pixel[0], 128);
        pixel[3] == 255
    };
    let open: Vec<(usize, usize)> = (0..6)
        .flat_map(|y| (0..8).map(move |x| (x, y)))
        .filter(|(x, y)| !is_covered(*x, *y))
        .collect();
    for (x, y) in (0..6).flat_map(|y| (0..8).map(move |x| (x, y))) {
        let (a, b) = (x as f64 + 0.5, y as f64 + 0.5);
        let in_rectangle = (1.0..=7.0).contains(&a) && (1.0..=5.0).contains(&b);
        let in_circle = (a - 4.0).hypot(b - 3.0) <= 2.6;
        // Above the diagonal from the upper left to the lower right.
        let in_polygon = b / 6.0 < a / 8.0;
        assert_eq!(
            open.contains(&(x, y)),
            in_rectangle && in_circle && in_polygon,
            "{x} {y}"
        );
    }
}

#[test]
fn masks_have_the_pixels_that_the_objects_say() {
    let all = found(&["overlay", "map_float"]);
    let scan = all.iter().find_map(|it| match it {
        Found::Opened { opened, .. } => match &**opened {
            Opened::Scan(scan) => Some(scan.clone()),
            Opened::Chart(_) => None,
        },
        _ => None,
    });
    let scan = scan.unwrap();
    let bitmap = scan.planes.overlays[0].bitmap(0).unwrap();
    let picture = over::of_bitmap(bitmap, [1, 2, 3]);
    for (idx, pixel) in picture.rgba.chunks(4).enumerate() {
        let is_set = bitmap.is_set(idx % bitmap.width, idx / bitmap.width);
        assert_eq!(pixel, [1, 2, 3, if is_set { 255 } else { 0 }]);
    }
    let presented = all.iter().find_map(|it| match it {
        Found::Presented { presentation, .. } => Some(presentation),
        _ => None,
    });
    let map = crate::presentation::map(presented.unwrap());
    let frame = &map.frames[0];
    let range = over::range_of(frame).unwrap();
    let picture = over::of_map(map, frame, range);
    assert_eq!(picture.rgba.len(), 4 * map.width * map.height);
    for (sample, pixel) in frame.samples.iter().zip(picture.rgba.chunks(4)) {
        let strength = (sample - range[0]) / (range[1] - range[0]);
        let [red, green, blue] = heat_color(strength);
        if sample.is_finite() {
            assert_eq!(pixel, [red, green, blue, 255]);
        } else {
            assert_eq!(pixel[3], 0);
        }
    }
}
