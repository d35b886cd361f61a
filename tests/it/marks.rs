//! Marks on a scan: drawn and dragged with the mouse, measured in words, undone by key, kept in the records.

use egui::{Key, Modifiers, Rect, accesskit::Role, vec2};
use egui_kittest::{Harness, kittest::Queryable as _};
use wardlight::{
    app::App,
    measure::{Measured, Scale, Shape, measure},
    session::{Content, Mark, ScanItem, Tool},
};

use crate::{
    app::{press, wait, window_with},
    command::scratch,
    door_store::{enter, window_of},
    fake,
    lock::wait_for_records,
    store::{PASSPHRASE, create_in},
};

fn window() -> Harness<'static, App> {
    let mut harness = window_with([1440.0, 900.0], &["stack.dcm"], fake::parts());
    wait(&mut harness, "the scan", |it| {
        it.state().state().items.len() == 1
    });
    harness
}

fn scan<'h>(harness: &'h Harness<'static, App>) -> &'h ScanItem {
    match &harness.state().state().items[0].content {
        Content::Scan(scan) => scan,
        _ => panic!("no scan"),
    }
}

fn marks<'h>(harness: &'h Harness<'static, App>) -> &'h [Mark] {
    let scan = scan(harness);
    scan.marks.of(scan.view.frame_idx)
}

fn viewport(harness: &Harness<'static, App>) -> Rect {
    let images = harness.get_all_by_role(Role::Image);
    let rects = images.map(|it| it.rect());
    rects.max_by(|a, b| a.area().total_cmp(&b.area())).unwrap()
}

/// A left drag, as a hand makes it.
fn drag(harness: &mut Harness<'static, App>, from: egui::Vec2, to: egui::Vec2) {
    let middle = viewport(harness).center();
    harness.hover_at(middle + from);
    harness.run_steps(1);
    harness.drag_at(middle + from);
    harness.run_steps(1);
    harness.hover_at(middle + (from + to) / 2.0);
    harness.run_steps(1);
    harness.hover_at(middle + to);
    harness.run_steps(1);
    harness.drop_at(middle + to);
    harness.run_steps(2);
}

#[test]
fn a_length_is_drawn_measured_dragged_and_undone() {
    let mut harness = window();
    let window = scan(&harness).view.window.clone();
    press(&mut harness, Modifiers::NONE, Key::X);
    assert_eq!(harness.state().state().tool, Some(Tool::Length));
    drag(&mut harness, vec2(-100.0, 0.0), vec2(100.0, 0.0));
    // The mouse is the view's again, and the window did not change meanwhile.
    assert_eq!(harness.state().state().tool, None);
    assert_eq!(scan(&harness).view.window, window);
    let [mark] = marks(&harness) else {
        panic!("one mark");
    };
    let header = &scan(&harness).scan.header;
    let frame = scan(&harness).pyramid().frame();
    let Measured::Length(found) = measure(frame, header.spacing, None, &mark.shape) else {
        panic!("a length");
    };
    // 256 rows fill the height of the viewport; the file says 0.143 mm at the detector.
    let wanted = 200.0 / f64::from(viewport(&harness).height()) * 256.0 * 0.143;
    assert!((found.value - wanted).abs() < 0.1, "{found:?} {wanted}");
    assert!(matches!(found.scale, Scale::Millimetres(_)));
    // Its end is dragged, and the drag is one step to undo.
    drag(&mut harness, vec2(100.0, 0.0), vec2(100.0, 80.0));
    let Shape::Length([start, end]) = marks(&harness)[0].shape else {
        panic!("a length");
    };
    assert!(start.y + 10.0 < end.y);
    assert_eq!(scan(&harness).view.window, window);
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    let Shape::Length([start, end]) = marks(&harness)[0].shape else {
        panic!("a length");
    };
    assert!((start.y - end.y).abs() < 0.5);
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert!(marks(&harness).is_empty());
    press(&mut harness, Modifiers::COMMAND, Key::Y);
    assert_eq!(marks(&harness).len(), 1);
    press(&mut harness, Modifiers::NONE, Key::Delete);
    assert!(marks(&harness).is_empty());
}

#[test]
fn every_tool_draws_its_shape_and_escape_puts_it_down() {
    let mut harness = window();
    for (modifiers, key) in [
        (Modifiers::NONE, Key::S),
        (Modifiers::SHIFT, Key::S),
        (Modifiers::NONE, Key::W),
    ] {
        press(&mut harness, modifiers, key);
        drag(&mut harness, vec2(-60.0, -40.0), vec2(60.0, 50.0));
    }
    // One arm is dragged, the end of the other clicked.
    press(&mut harness, Modifiers::SHIFT, Key::X);
    drag(&mut harness, vec2(-80.0, 0.0), vec2(0.0, 0.0));
    let end = viewport(&harness).center() + vec2(0.0, 80.0);
    harness.hover_at(end);
    harness.run_steps(1);
    harness.drag_at(end);
    harness.run_steps(1);
    harness.drop_at(end);
    harness.run_steps(2);
    let shapes: Vec<&Shape> = marks(&harness).iter().map(|it| &it.shape).collect();
    assert!(
        matches!(
            shapes[..],
            [
                Shape::Rectangle(_),
                Shape::Ellipse { .. },
                Shape::Arrow(_),
                Shape::Angle(_)
            ]
        ),
        "{shapes:?}"
    );
    let frame = scan(&harness).pyramid().frame();
    let Measured::Angle { degrees, .. } = measure(frame, None, None, shapes[3]) else {
        panic!("an angle");
    };
    assert!((degrees.unwrap() - 90.0).abs() < 1.0, "{degrees:?}");
    // Another frame has marks of its own.
    press(&mut harness, Modifiers::NONE, Key::PageDown);
    assert!(marks(&harness).is_empty());
    press(&mut harness, Modifiers::NONE, Key::X);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert_eq!(harness.state().state().tool, None);
    // A click with a tool in hand is no shape.
    press(&mut harness, Modifiers::NONE, Key::X);
    drag(&mut harness, vec2(10.0, 10.0), vec2(11.0, 10.0));
    assert!(marks(&harness).is_empty());
}

#[test]
fn a_menu_names_the_tools_and_escape_closes_it_alone() {
    let mut harness = window();
    for _ in 0..2 {
        harness.get_by_label("Measure").click();
        harness.run_steps(3);
        assert!(harness.query_by_label_contains("Ellipse").is_some());
        press(&mut harness, Modifiers::NONE, Key::Escape);
        assert!(harness.query_by_label_contains("Ellipse").is_none());
    }
    // The key of a tool closes it as well; Escape then puts the tool down.
    harness.get_by_label("Measure").click();
    harness.run_steps(3);
    press(&mut harness, Modifiers::NONE, Key::X);
    assert!(harness.query_by_label_contains("Ellipse").is_none());
    assert_eq!(harness.state().state().tool, Some(Tool::Length));
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert_eq!(harness.state().state().tool, None);
}

#[test]
fn marks_are_kept_with_the_case_and_what_was_removed_is_marked_so() {
    let folder = scratch("marks-records");
    let (records, _recovery) = create_in(&folder);
    drop(records);
    let mut harness = window_of(&folder, &["stack.dcm"]);
    enter(&mut harness, "Ada", PASSPHRASE);
    wait(&mut harness, "the scan", |it| {
        it.state().state().items.len() == 1
    });
    for key in [Key::X, Key::S] {
        press(&mut harness, Modifiers::NONE, key);
        drag(&mut harness, vec2(-60.0, -40.0), vec2(60.0, 50.0));
    }
    press(&mut harness, Modifiers::NONE, Key::Delete);
    drop(harness);
    let records = wait_for_records(&folder);
    let found = records.search(&crate::store::phi(""), 5).unwrap();
    let kept = records.annotations(&found.rows[0].reference).unwrap();
    assert_eq!(kept.len(), 1, "{kept:?}");
    let shape: Shape = serde_json::from_value(kept[0].body.clone()).unwrap();
    assert!(matches!(shape, Shape::Length(_)));
}
