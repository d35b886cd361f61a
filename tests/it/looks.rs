//! How grey values come to the screen by what a file says: display tables, and presentation states whatever the photometric
//! interpretation, against numbers that pydicom gives.

use std::{ops::ControlFlow, path::Path};

use egui::{accesskit::Role, vec2};
use egui_kittest::{Harness, kittest::Queryable as _};
use wardlight::{
    app::App,
    case::{
        Presentation, Scan, VoiFunction, Window,
        presentation::{Content, Reference, State as Shown, Voi, VoiCurve, VoiTable},
        scan::DicomHeader,
    },
    disk::Sha256,
    engine::{Event, Parts, one_by_one},
    import::{Cancel, Found, Opened, Origin},
    prediction::Affine2,
    prep::{Spec, prepare_scan},
    privacy::Phi,
    render::{Look, Pose, compose},
    session::{Action, Command, Item, ScanItem, State, TakeOut},
    warnings::Warnings,
};

use crate::{
    app::{wait, window_with},
    command::{scratch, write},
    dicom::decoder,
    fake,
    made::Fields,
    session,
};

const PHOTOMETRIC: u32 = 0x0028_0004;
const CENTER: u32 = 0x0028_1050;
const WIDTH: u32 = 0x0028_1051;
const INTERCEPT: u32 = 0x0028_1052;
const SLOPE: u32 = 0x0028_1053;
const TABLES: u32 = 0x0028_3010;
const DESCRIPTOR: u32 = 0x0028_3002;
const EXPLANATION: u32 = 0x0028_3003;
const ENTRIES: u32 = 0x0028_3006;

/// A file as the window opens it.
fn opened(path: &Path) -> Scan {
    let mut scans = Vec::new();
    let paths = [path.to_owned()];
    decoder().open_given(&paths, &Cancel::default(), &mut |it| {
        match it {
            Found::Opened { opened, .. } => match *opened {
                Opened::Scan(scan) => scans.push(scan),
                Opened::Chart(_) => panic!("an image"),
            },
            Found::Progress { .. } => {}
            other => panic!("{other:?}"),
        }
        ControlFlow::Continue(())
    });
    assert_eq!(scans.len(), 1);
    scans.remove(0)
}

/// One row of 8-bit pixels.
fn row(photometric: &str, stored: &[u8]) -> Fields {
    let mut fields = Fields::gray(1, stored.len() as u16, 8);
    fields
        .text(PHOTOMETRIC, b"CS", photometric)
        .pixels(stored.to_vec());
    fields
}

fn from_fields(name: &str, fields: &Fields) -> Scan {
    let path = scratch(&format!("looks-{name}")).join("one.dcm");
    write(&path, fields.part10());
    opened(&path)
}

/// The grey levels on screen, a screen pixel for each pixel, in the file's order.
fn levels(scan: &ScanItem) -> Vec<u8> {
    let pixels = &scan.scan.header.pixels;
    let size = (pixels.columns, pixels.rows);
    let pose = Pose::upright(Affine2::IDENTITY);
    let picture = compose(scan.pyramid(), &scan.view.curve(), None, pose, size);
    let grey = |it: &[u8]| {
        assert_eq!((it[0], it[1]), (it[1], it[2]));
        it[0]
    };
    picture.rgba.chunks(4).map(grey).collect()
}

/// A table of four entries that stands in a file.
fn table() -> Fields {
    let mut item = Fields::default();
    let entries = [0_u16, 50, 100, 255];
    let bytes: Vec<u8> = entries.iter().flat_map(|it| it.to_le_bytes()).collect();
    item.words(DESCRIPTOR, &[4, 10, 8])
        .text(EXPLANATION, b"LO", "NORMAL")
        .bytes(ENTRIES, b"OW", bytes);
    item
}

const STORED: [u8; 6] = [5, 10, 11, 12, 13, 200];
/// `pydicom.pixels.apply_voi_lut` (pydicom 3.0.1) of `STORED` by that table.
const TABLED: [u8; 6] = [0, 0, 50, 100, 255, 255];

#[test]
fn a_display_table_shows_each_value_as_pydicom_does() {
    let scan = opened(Path::new("tests/fixtures/presentation/voi_table.dcm"));
    let unused = "a display table (VOI LUT), which is not used";
    let warnings = &scan.header.warnings;
    assert!(!warnings.iter().any(|it| it.text.contains(unused)));
    let scan = ScanItem::new(scan).unwrap();
    let told: serde_json::Value =
        serde_json::from_str(include_str!("../fixtures/presentation/presentation.json")).unwrap();
    let told = told["voi_table"]["displayed"].as_array().unwrap();
    // Of 12 bits.
    let wanted: Vec<u8> = told
        .iter()
        .map(|it| (it.as_f64().unwrap() / 4095.0 * 255.0).round() as u8)
        .collect();
    assert!(wanted.iter().any(|it| 0 < *it && *it < 200), "{wanted:?}");
    assert_eq!(levels(&scan), wanted, "without a window the table is first");
}

#[test]
fn a_table_is_turned_over_with_the_values_of_monochrome1() {
    for photometric in ["MONOCHROME2", "MONOCHROME1"] {
        let mut fields = row(photometric, &STORED);
        fields.item(TABLES, table());
        let scan = ScanItem::new(from_fields("table", &fields)).unwrap();
        // PS3.3 C.7.6.3.1.2: in MONOCHROME1 the least value is white, after the table.
        let wanted = TABLED.map(|it| match photometric {
            "MONOCHROME1" => 255 - it,
            _ => it,
        });
        assert_eq!(levels(&scan), wanted, "{photometric}");
    }
}

#[test]
fn a_table_maps_what_the_rescale_makes_of_stored_values() {
    let stored = [10_u8, 11, 40];
    let mut fields = row("MONOCHROME2", &stored);
    fields
        .text(SLOPE, b"DS", "2")
        .text(INTERCEPT, b"DS", "-10")
        .item(TABLES, table());
    let scan = ScanItem::new(from_fields("rescaled", &fields)).unwrap();
    // 10, 12 and 70.
    assert_eq!(levels(&scan), [0, 100, 255]);
}

/// A session with one scan, which names itself, in the middle.
fn with(scan: Scan) -> State {
    let mut state = session::ready();
    let effects = state.apply(Command::Open(vec!["/scans".into()]));
    let job = session::started(&effects)[0].0;
    let from = Origin::file("/scans/1.dcm".into());
    let opened = Box::new(Opened::Scan(scan));
    state.on_event(job, Event::Opened { from, opened });
    state.on_event(job, Event::Done);
    let id = state.items.last().map(|it: &Item| it.id).unwrap();
    state.apply(Command::Activate(id));
    state
}

fn shown(state: &State) -> &ScanItem {
    state.scan().unwrap().1
}

#[test]
fn a_table_is_chosen_like_a_preset_and_left_by_a_window() {
    let mut fields = row("MONOCHROME2", &STORED);
    fields
        .text(CENTER, b"DS", "128")
        .text(WIDTH, b"DS", "256")
        .item(TABLES, table());
    let mut state = with(from_fields("chosen", &fields));
    let scan = shown(&state);
    assert!(scan.view.table.is_none(), "the window of the file is first");
    let [Look::Window(_), Look::Table(own)] = scan.presets() else {
        panic!("{:?}", scan.presets());
    };
    assert_eq!(own.name.reveal(), "NORMAL");
    let windowed = levels(scan);
    state.apply(Command::Act(Action::Window(2)));
    assert_eq!(levels(shown(&state)), TABLED);
    state.apply(Command::Act(Action::Invert));
    assert_eq!(levels(shown(&state)), TABLED.map(|it| 255 - it));
    state.apply(Command::Act(Action::Invert));
    // A drag goes on from a window as wide as the table.
    let window = shown(&state).view.window.clone();
    assert_eq!((window.center, window.width), (11.5, 3.0));
    state.apply(Command::SetWindow(window));
    assert!(shown(&state).view.table.is_none());
    assert_eq!(levels(shown(&state))[1..5], [0, 85, 170, 255]);
    state.apply(Command::Act(Action::Window(2)));
    state.apply(Command::Act(Action::ResetView));
    assert_eq!(levels(shown(&state)), windowed);
}

#[test]
fn a_table_is_never_in_what_a_model_reads() {
    let mut plain = Fields::gray(64, 64, 8);
    plain.pixels((0..64 * 64_u32).map(|it| (it % 251) as u8).collect());
    let mut tabled = plain.clone();
    tabled.item(TABLES, table());
    let Spec::Image(spec) = fake::chest_manifest().prep else {
        panic!("a model of pictures")
    };
    let read = |name: &str, fields: &Fields| {
        let mut state = with(from_fields(name, fields));
        state.apply(Command::Act(Action::Window(1)));
        let scan = shown(&state).scan.clone();
        prepare_scan(&scan, 0, &spec, &Warnings::default())
            .unwrap()
            .values
    };
    let (plain, tabled) = (read("plain", &plain), read("tabled", &tabled));
    assert_eq!(plain, tabled);
}

#[test]
fn a_damaged_table_is_told_and_the_image_is_shown_without_it() {
    let mut item = table();
    item.words(DESCRIPTOR, &[9, 10, 8]);
    let mut fields = row("MONOCHROME2", &STORED);
    fields.item(TABLES, item);
    let scan = from_fields("damaged", &fields);
    let told = scan.header.warnings.iter();
    let told = told.filter(|it| it.text.contains("display tables (VOI LUT) are not offered"));
    assert_eq!((told.count(), scan.planes.tables.len()), (1, 0));
}

/// A state for the image 1.2.3, with one curve.
fn state_with(curve: VoiCurve, is_inverted: bool, rescale: Option<[f64; 2]>) -> Presentation {
    let state = Shown {
        references: vec![Reference {
            instance_uid: Phi::new("1.2.3".to_owned()),
            frame_idxs: Vec::new(),
        }],
        vois: vec![Voi {
            references: Vec::new(),
            curves: vec![curve],
        }],
        is_inverted,
        rescale,
        ..Shown::default()
    };
    Presentation {
        file_sha256: Sha256::of(b"a state"),
        instance_uid: Phi::new("1.2.9".to_owned()),
        content: Content::State(Box::new(state)),
        warnings: Vec::new(),
    }
}

/// What a state makes of an image.
fn levels_by(scan: Scan, presentation: Presentation) -> Vec<u8> {
    let mut state = with(scan);
    let effects = state.apply(Command::Open(vec!["/states".into()]));
    let job = session::started(&effects)[0].0;
    let from = Origin::file("/states/1.dcm".into());
    let presentation = Box::new(presentation);
    state.on_event(job, Event::Presented { from, presentation });
    state.on_event(job, Event::Done);
    let before = levels(shown(&state));
    let id = state.overs[0].id;
    state.apply(Command::ToggleOver(id));
    let found = levels(shown(&state));
    state.apply(Command::ToggleOver(id));
    assert_eq!(levels(shown(&state)), before, "it gives the image back");
    found
}

fn window(center: f32, width: f32) -> VoiCurve {
    VoiCurve::Window(Window {
        center,
        width,
        function: VoiFunction::Linear,
        name: None,
    })
}

/// PS3.4 N.2.1.4: a state says all that is done to stored values, and the photometric interpretation of the image is ignored.
#[test]
fn a_state_shows_stored_values_alike_whatever_is_white_in_the_image() {
    const STORED: [u8; 9] = [0, 74, 75, 80, 100, 124, 125, 126, 255];
    // `pydicom.pixels.apply_voi_lut` (pydicom 3.0.1) with centre 100 and width 51, rounded.
    const WINDOWED: [u8; 9] = [0, 0, 3, 28, 130, 252, 255, 255, 255];
    for photometric in ["MONOCHROME2", "MONOCHROME1"] {
        for is_inverted in [false, true] {
            let scan = from_fields("state", &row(photometric, &STORED));
            let found = levels_by(scan, state_with(window(100.0, 51.0), is_inverted, None));
            // INVERSE: the least is white, PS3.3 C.11.6.1.2.
            let wanted = WINDOWED.map(|it| if is_inverted { 255 - it } else { it });
            for (found, wanted) in found.iter().zip(wanted) {
                // What lies half between two levels may go either way once it is inverted.
                let off = found.abs_diff(wanted);
                assert!(
                    off <= u8::from(is_inverted),
                    "{photometric} {found} {wanted}"
                );
            }
        }
    }
}

#[test]
fn a_table_of_a_state_shows_stored_values_alike_whatever_is_white_in_the_image() {
    let table = VoiTable {
        first: 10,
        entries: vec![0, 50, 100, 255],
        bits: 8,
        name: Phi::default(),
    };
    for photometric in ["MONOCHROME2", "MONOCHROME1"] {
        for is_inverted in [false, true] {
            let scan = from_fields("state-table", &row(photometric, &STORED));
            let curve = VoiCurve::Table(table.clone());
            let found = levels_by(scan, state_with(curve, is_inverted, None));
            let wanted = TABLED.map(|it| if is_inverted { 255 - it } else { it });
            assert_eq!(found, wanted, "{photometric}, inverted: {is_inverted}");
        }
    }
}

/// PS3.3 C.11.1: the window of a state is for the values that its own rescale makes, or none if it has none.
#[test]
fn a_state_brings_its_own_rescale() {
    let image = |photometric: &str| {
        let mut fields = row(photometric, &[0, 25, 50, 75, 100]);
        fields
            .text(SLOPE, b"DS", "2")
            .text(INTERCEPT, b"DS", "-1024");
        from_fields("state-rescale", &fields)
    };
    let exact = |center: f32, width: f32| {
        VoiCurve::Window(Window {
            center,
            width,
            function: VoiFunction::LinearExact,
            name: None,
        })
    };
    // From 0 to 100 in stored values, said in three ways.
    for photometric in ["MONOCHROME2", "MONOCHROME1"] {
        for (curve, rescale) in [
            (exact(50.0, 100.0), None),
            (exact(-924.0, 200.0), Some([2.0, -1024.0])),
            (exact(225.0, 50.0), Some([0.5, 200.0])),
            // What is more is said to be less.
            (exact(-50.0, 100.0), Some([-1.0, 0.0])),
        ] {
            let found = levels_by(image(photometric), state_with(curve, false, rescale));
            let mut wanted = [0.0, 63.75, 127.5, 191.25, 255.0];
            if rescale.is_some_and(|it| it[0] < 0.0) {
                wanted.reverse();
            }
            for (found, wanted) in found.iter().zip(wanted) {
                let off = (f64::from(*found) - wanted).abs();
                assert!(off <= 0.51, "{photometric} {rescale:?}: {found} {wanted}");
            }
        }
    }
}

/// A window with a film that has a display table, and whose pixels are twice as high as wide.
fn window_of_a_film() -> Harness<'static, App> {
    let open = |_: &Path, _: &Cancel| {
        let mut scan = fake::scan(1);
        scan.header.spacing = None;
        scan.header.dicom = Some(DicomHeader {
            pixel_aspect: Some(2.0),
            ..DicomHeader::default()
        });
        scan.planes.tables.push(VoiTable {
            first: 0,
            entries: vec![0, 50, 100, 255],
            bits: 8,
            name: Phi::new("SOFT".to_owned()),
        });
        Ok(Opened::Scan(scan))
    };
    let parts = Parts {
        open: one_by_one(open),
        ..fake::parts()
    };
    let mut harness = window_with([1440.0, 900.0], &["film.dcm"], parts);
    wait(&mut harness, "the film", |it| {
        it.state().state().items.len() == 1
    });
    harness
}

#[test]
fn a_table_stands_among_the_windows_and_a_drag_leaves_it() {
    let mut harness = window_of_a_film();
    let has_table = |it: &Harness<'static, App>| shown(it.state().state()).view.table.is_some();
    assert!(!has_table(&harness));
    harness.get_by_label("From the file: SOFT").click();
    harness.run_steps(2);
    assert!(has_table(&harness));
    let images = harness.get_all_by_role(Role::Image).map(|it| it.rect());
    let viewport = images.max_by(|a, b| a.area().total_cmp(&b.area())).unwrap();
    let middle = viewport.center();
    harness.hover_at(middle);
    harness.run_steps(1);
    harness.drag_at(middle);
    harness.run_steps(1);
    harness.hover_at(middle + vec2(30.0, 30.0));
    harness.run_steps(1);
    harness.drop_at(middle + vec2(60.0, 30.0));
    harness.run_steps(2);
    assert!(!has_table(&harness));
    let window = &shown(harness.state().state()).view.window;
    assert_eq!(window.name, None, "by hand, from one as wide as the table");
    assert!(
        1.5 < window.center && 3.0 < window.width && window.width < 9.0,
        "{window:?}"
    );
}

#[test]
fn pixels_leave_the_window_in_their_proportion_and_the_words_say_so() {
    let mut harness = window_of_a_film();
    let whole = TakeOut {
        is_whole: true,
        ..TakeOut::default()
    };
    let job = harness.state_mut().taken_out(whole).unwrap();
    // 256 x 256 pixels, each two by four.
    assert_eq!(job.outgoing.size, (512, 1024));
    let lines = job.outgoing.lines.iter().map(|it| it.words.as_str());
    let said: Vec<&str> = lines.collect();
    assert!(said.iter().all(|it| !it.contains("display table")));
    let told = said
        .iter()
        .any(|it| it.contains("pixels drawn 2.00 times as high as wide"));
    assert!(told, "{said:?}");
    harness.get_by_label("From the file: SOFT").click();
    harness.run_steps(2);
    let job = harness.state_mut().taken_out(whole).unwrap();
    let lines = job.outgoing.lines.iter().map(|it| it.words.as_str());
    let said = lines.collect::<Vec<_>>().join("\n");
    assert!(said.contains("display table"), "{said}");
    // Its name is text of the file.
    assert!(!said.contains("SOFT"), "{said}");
}
