//! Mouse and letters as a person is used to them: profiles, the key sheet, sizes; a picture stays pixel by pixel.

use std::path::{Path, PathBuf};

use egui::{
    Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, PointerButton, Rect, Shape, TextureId,
    TouchPhase, accesskit::Role, vec2,
};
use egui_kittest::{Harness, kittest::Queryable as _};
use wardlight::{
    app::{App, Options},
    session::{Drag, Sheet, View},
    settings::{LETTERS, MouseProfile, Settings},
};

use crate::{
    app::{built, options, press, wait_for_title},
    command::{scratch, write},
    fake,
};

/// A window with a file; its settings are kept in a folder.
fn window(folder: &Path, file: &str) -> Harness<'static, App> {
    let options = Options {
        settings_folder: Some(folder.to_owned()),
        ..options(vec![PathBuf::from(file)], fake::parts())
    };
    let mut harness = built([1440.0, 900.0], options);
    wait_for_title(&mut harness, "open");
    harness
}

/// Opens the settings by the palette, clicks a choice and closes them.
fn choose(harness: &mut Harness<'static, App>, choice: &str) {
    press(harness, Modifiers::COMMAND, Key::K);
    harness
        .get_by_label("Search all actions")
        .type_text("settings");
    harness.run_steps(3);
    press(harness, Modifiers::NONE, Key::Enter);
    harness.run_steps(3);
    assert_eq!(harness.state().state().sheet, Some(Sheet::Safety));
    // Wherever it stands with letters of this size.
    harness
        .get_by_role_and_label(Role::Button, choice)
        .click_accesskit();
    harness.run_steps(3);
    press(harness, Modifiers::NONE, Key::Escape);
    assert_eq!(harness.state().state().sheet, None);
}

fn view(harness: &Harness<'static, App>) -> View {
    harness.state().state().scan().unwrap().1.view.clone()
}

fn viewport(harness: &Harness<'static, App>) -> Rect {
    let images = harness.get_all_by_role(Role::Image);
    let rects = images.map(|it| it.rect());
    rects.max_by(|a, b| a.area().total_cmp(&b.area())).unwrap()
}

/// Drags from the middle, and tells what that changed.
fn drag(harness: &mut Harness<'static, App>, button: PointerButton) -> Option<Drag> {
    press(harness, Modifiers::NONE, Key::R);
    let before = view(harness);
    let middle = viewport(harness).center();
    let to = middle + vec2(40.0, 60.0);
    let turn = |pos, pressed| Event::PointerButton {
        pos,
        button,
        pressed,
        modifiers: Modifiers::NONE,
    };
    harness.hover_at(middle);
    harness.run_steps(1);
    harness.event(turn(middle, true));
    harness.run_steps(1);
    harness.hover_at(middle + (to - middle) / 2.0);
    harness.run_steps(1);
    harness.hover_at(to);
    harness.run_steps(1);
    harness.event(turn(to, false));
    harness.run_steps(3);
    let after = view(harness);
    assert_eq!(after.frame_idx, before.frame_idx);
    // To zoom about a point moves as well.
    match (
        after.window != before.window,
        after.zoom != before.zoom,
        after.center != before.center,
    ) {
        (true, false, false) => Some(Drag::Window),
        (false, true, _) => Some(Drag::Zoom),
        (false, false, true) => Some(Drag::Move),
        (false, false, false) => None,
        changed => panic!("one drag changed {changed:?}"),
    }
}

/// A notch of the wheel over the middle, towards the next frame; gives what the view was and is.
fn wheel(harness: &mut Harness<'static, App>, modifiers: Modifiers) -> (View, View) {
    press(harness, Modifiers::NONE, Key::R);
    let before = view(harness);
    harness.hover_at(viewport(harness).center());
    harness.run_steps(2);
    let notch = Event::MouseWheel {
        unit: MouseWheelUnit::Line,
        delta: vec2(0.0, -1.0),
        phase: TouchPhase::Move,
        source: MouseWheelSource::Unknown,
        modifiers,
    };
    harness.event_modifiers(notch, modifiers);
    harness.run_steps(12);
    (before, view(harness))
}

/// What each profile is called, what left, middle and right drag do, and whether the wheel zooms a lone frame.
const PROFILES: [(&str, MouseProfile, [Option<Drag>; 3], bool); 4] = [
    (
        "OHIF",
        MouseProfile::Ohif,
        [Some(Drag::Window), Some(Drag::Move), Some(Drag::Zoom)],
        false,
    ),
    (
        "Weasis",
        MouseProfile::Weasis,
        [Some(Drag::Window), Some(Drag::Move), None],
        false,
    ),
    (
        "Right-drag window",
        MouseProfile::RightWindow,
        [Some(Drag::Move), Some(Drag::Zoom), Some(Drag::Window)],
        true,
    ),
    (
        "Wardlight",
        MouseProfile::Wardlight,
        [Some(Drag::Window), Some(Drag::Move), Some(Drag::Zoom)],
        true,
    ),
];

#[test]
fn a_profile_decides_what_buttons_and_wheel_do_and_is_remembered() {
    let folder = scratch("mouse-profiles");
    let mut harness = window(&folder, "chest.dcm");
    for (name, profile, drags, zooms) in PROFILES {
        choose(&mut harness, name);
        assert_eq!(Settings::load(&folder).mouse, profile);
        let buttons = [
            PointerButton::Primary,
            PointerButton::Middle,
            PointerButton::Secondary,
        ];
        let found = buttons.map(|it| drag(&mut harness, it));
        assert_eq!(found, drags, "{name}");
        let (before, after) = wheel(&mut harness, Modifiers::NONE);
        assert_eq!(before.zoom != after.zoom, zooms, "{name}");
        let (before, after) = wheel(&mut harness, Modifiers::COMMAND);
        assert!(after.zoom < before.zoom, "{name}: Ctrl and wheel zoom");
    }
}

#[test]
fn the_wheel_goes_through_frames_in_every_profile() {
    let folder = scratch("mouse-frames");
    let mut harness = window(&folder, "stack.dcm");
    for (n_before, (name, ..)) in PROFILES.into_iter().enumerate() {
        choose(&mut harness, name);
        let (before, after) = wheel(&mut harness, Modifiers::NONE);
        assert_eq!(
            (before.frame_idx, after.frame_idx),
            (n_before, n_before + 1),
            "{name}"
        );
        assert_eq!(before.zoom, after.zoom);
    }
}

#[test]
fn the_key_sheet_tells_the_profile_that_holds() {
    let folder = scratch("mouse-sheet");
    let mut harness = window(&folder, "chest.dcm");
    choose(&mut harness, "Right-drag window");
    press(&mut harness, Modifiers::NONE, Key::F1);
    harness.get_by_label_contains("RIGHT-DRAG WINDOW");
    harness.get_by_label("right drag");
    harness.get_by_label("left drag, Shift drag");
    harness.get_by_label("middle drag, Ctrl drag, Ctrl wheel, wheel (one frame)");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    choose(&mut harness, "Weasis");
    press(&mut harness, Modifiers::NONE, Key::F1);
    harness.get_by_label("left drag");
    harness.get_by_label("middle drag, Shift drag");
    harness.get_by_label("Ctrl drag, Ctrl wheel");
}

/// The largest picture on screen, in pixels of the screen, and the size of its texture.
fn picture(harness: &Harness<'static, App>) -> (Rect, [usize; 2]) {
    let output = harness.output();
    let meshes = output.shapes.iter().filter_map(|it| match &it.shape {
        Shape::Mesh(mesh) if mesh.texture_id != TextureId::default() => {
            Some((mesh.texture_id, mesh.calc_bounds()))
        }
        _ => None,
    });
    let (texture, rect) = meshes
        .max_by(|a, b| a.1.area().total_cmp(&b.1.area()))
        .unwrap();
    let textures = harness.ctx.tex_manager();
    let size = textures.read().meta(texture).unwrap().size;
    (rect * output.pixels_per_point, size)
}

#[test]
fn letters_come_in_five_sizes_and_a_picture_stays_pixel_by_pixel() {
    let folder = scratch("letters");
    let mut harness = window(&folder, "chest.dcm");
    for percent in LETTERS {
        choose(&mut harness, &format!("{percent} %"));
        harness.run_steps(3);
        assert_eq!(Settings::load(&folder).letters_percent, percent);
        let wanted = f32::from(percent) / 100.0;
        assert!((harness.ctx.pixels_per_point() - wanted).abs() < 1e-6);
        let (rect, size) = picture(&harness);
        for edge in [rect.left(), rect.top(), rect.right(), rect.bottom()] {
            let off = (edge - edge.round()).abs();
            assert!(off < 0.01, "{percent} %: {edge} is between two pixels");
        }
        let shown = [
            rect.width().round() as usize,
            rect.height().round() as usize,
        ];
        assert_eq!(shown, size, "{percent} %");
    }
}

#[test]
fn keys_step_through_the_sizes_of_letters_and_stop_at_the_ends() {
    let folder = scratch("letters-keys");
    let mut harness = window(&folder, "chest.dcm");
    let percent =
        |harness: &Harness<'static, App>| harness.state().state().settings.letters_percent;
    let zoom = view(&harness).zoom;
    let mut seen = Vec::new();
    for key in [Key::Plus, Key::Equals, Key::Plus, Key::Plus] {
        press(&mut harness, Modifiers::COMMAND, key);
        seen.push(percent(&harness));
    }
    assert_eq!(seen, [115, 130, 150, 150]);
    press(&mut harness, Modifiers::COMMAND, Key::Num0);
    assert_eq!(percent(&harness), 100);
    for _ in 0..3 {
        press(&mut harness, Modifiers::COMMAND, Key::Minus);
    }
    assert_eq!(percent(&harness), 90);
    assert_eq!(Settings::load(&folder).letters_percent, 90);
    // The same keys without Ctrl are the picture's.
    assert_eq!(view(&harness).zoom, zoom);
    press(&mut harness, Modifiers::NONE, Key::Plus);
    assert!(zoom < view(&harness).zoom);
    assert_eq!(percent(&harness), 90);
    // A size that is none of them is not taken from a file.
    write(folder.join("window.json"), r#"{"letters_percent":400}"#);
    assert_eq!(Settings::load(&folder).letters_percent, 100);
}
