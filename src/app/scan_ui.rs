//! The viewports: scans on black, corner texts, overlay, and what the mouse does.

use egui::{
    Align2, CornerRadius, CursorIcon, Event, MouseWheelUnit, Painter, PointerButton, Pos2, Rect,
    Response, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, accesskit::Role, vec2,
};

use super::{
    Scene,
    controls::focus_frame,
    corners_ui::{MARGIN, corner_texts, explaining_ui},
    crop_ui::pointing_ui,
    marks_ui::{self, Marked},
    menu::entry_ui,
    over_ui,
    pictures::{GLASS, Pictures, Shown},
    place::{self, Place},
    theme::{self, AMBER_ON_PICTURE, BLUE_ON_PICTURE, ON_PICTURE, VIEWPORT},
    words,
};
use crate::{
    case::Window,
    measure::{Measured, Shape, measure},
    render::caption::percent,
    session::{Action, Command, Content, Drag, ItemId, LoneFrame, Mouse, ScanItem, State},
    words::Words,
};

/// Draws the viewports, one pixel apart, the active one with a line round it.
pub(super) fn viewports_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    pictures: &mut Pictures,
    commands: &mut Vec<Command>,
) {
    let viewports = &scene.state.viewports;
    let (n_columns, n_rows) = viewports.layout.size();
    let (whole, _) = ui.allocate_exact_size(ui.available_size(), Sense::empty());
    let pixel = ui.pixels_per_point().recip();
    let cell = (whole.size() - vec2(n_columns as f32 - 1.0, n_rows as f32 - 1.0) * pixel)
        / vec2(n_columns as f32, n_rows as f32);
    for (at, item) in viewports.shown().enumerate() {
        let step =
            vec2((at % n_columns) as f32, (at / n_columns) as f32) * (cell + Vec2::splat(pixel));
        let rect = Rect::from_min_size(whole.min + step, cell);
        let rect = place::on_pixels(rect, ui.pixels_per_point());
        let item = item.and_then(|it| scene.state.item(it));
        match item.map(|it| (it.id, &it.content)) {
            Some((id, Content::Scan(scan))) => {
                scan_ui(ui, scene, (at, rect), (id, scan), pictures, commands);
            }
            _ => vacant_ui(ui, scene, (at, rect), commands),
        }
    }
}

/// A viewport that shows nothing yet.
fn vacant_ui(ui: &Ui, scene: &Scene<'_>, (at, rect): (usize, Rect), commands: &mut Vec<Command>) {
    let response = ui.interact(rect, egui::Id::unique(("viewport", at)), Sense::click());
    let words = scene.words.say("viewport-vacant");
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &words));
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, CornerRadius::ZERO, VIEWPORT);
    let font = theme::regular(theme::SMALL);
    painter.text(
        rect.center(),
        Align2::CENTER_CENTER,
        words,
        font,
        ON_PICTURE.gamma_multiply(theme::VACANT),
    );
    outline_ui(&painter, scene, (at, rect), &response);
    if response.clicked() {
        commands.push(Command::ActivateViewport(at));
    }
}

/// Marks the active one of several, and the one that the keyboard is on.
fn outline_ui(
    painter: &Painter,
    scene: &Scene<'_>,
    (at, rect): (usize, Rect),
    response: &Response,
) {
    focus_frame(painter, response, BLUE_ON_PICTURE);
    if scene.state.viewports.active() == at {
        let stroke = Stroke::new(1.0, scene.tokens.amber);
        painter.rect_stroke(rect, CornerRadius::ZERO, stroke, StrokeKind::Inside);
    }
}

/// Draws a scan and listens to mouse and wheel over it.
fn scan_ui(
    ui: &Ui,
    scene: &Scene<'_>,
    (at, rect): (usize, Rect),
    (id, scan): (ItemId, &ScanItem),
    pictures: &mut Pictures,
    commands: &mut Vec<Command>,
) {
    // The outermost points belong to the edges of the columns beside it, which can be dragged too.
    const EDGE: f32 = 5.0;
    let response = ui.interact(
        rect.shrink2(vec2(EDGE, 0.0)),
        egui::Id::unique(("viewport", at)),
        Sense::click_and_drag(),
    );
    let place = Place::new(rect, ui.pixels_per_point(), scan);
    let slice = scene.state.position(id);
    let is_active = scene.state.viewports.active() == at;
    if is_active {
        pictures.viewport = (rect, ui.pixels_per_point());
    }
    let n_before = commands.len();
    if scene.state.is_pointing && is_active {
        point(ui, (&response, &place), id, commands);
    }
    let mouse = scene.state.settings.mouse.mouse();
    let marked = Marked::on_screen(id, scan);
    if marks_ui::listen(ui, scene, marked, &place, &response, commands) {
        wheel(ui, &response, &place, (mouse, slice.1), commands);
    } else {
        listen(ui, &response, &place, (mouse, scan, slice.1), commands);
    }
    menu(&response, scene, scan, commands);
    // What is done in another viewport makes it the active one first.
    let is_chosen = commands.len() != n_before || response.is_pointer_button_down_on();
    if !is_active && is_chosen {
        commands.insert(n_before, Command::ActivateViewport(at));
    }
    response
        .widget_info(|| WidgetInfo::labeled(Role::Image, true, spoken(scene.words, scan, slice)));
    let painter = ui.painter_at(rect);
    let heat = scene.state.map_over(scan);
    let look = scene.state.look();
    let shown = heat.and_then(|it| pictures.shown(it, look));
    let opacity = scene.state.drawn_opacity(scan);
    let heat = shown
        .as_ref()
        .map(|it| (it, look.heat_opacity(opacity, it.explanation.method)));
    let seen = (response.id, place.rect);
    pictures.paint(&painter, seen, (id, scan), place.pose(), heat);
    if let Some(shown) = &shown {
        outlines_ui(&painter, scene, (scan, shown), &place);
    }
    over_ui::over_ui(&painter, scene, (id, scan), &place, pictures);
    let marks = (&response, &mut *pictures);
    marks_ui::marks_ui(ui, &painter, scene, marked, &place, marks);
    if is_active {
        pointing_ui(&painter, scene, scan, &place);
    }
    if scene.state.are_texts_shown {
        let under = response
            .hover_pos()
            .and_then(|it| under_words(scene.words, scan, &place, it));
        corner_texts(&painter, scene, (id, scan), &place, (shown.as_ref(), under));
    }
    explaining_ui(&painter, scene, scan, place.rect.shrink(MARGIN));
    if let Some(at) = response.hover_pos().filter(|_| scene.state.is_magnified) {
        let glass = place.glass(at, GLASS, 2.0);
        let inner = painter.with_clip_rect(glass.rect.intersect(rect));
        let seen = (response.id.with("glass"), glass.rect);
        pictures.paint(&inner, seen, (id, scan), glass.pose(), heat);
        let stroke = Stroke::new(1.0, ON_PICTURE);
        inner.rect_stroke(glass.rect, CornerRadius::ZERO, stroke, StrokeKind::Inside);
    }
    outline_ui(&painter, scene, (at, rect), &response);
}

/// Dashed lines round the strongest regions, and a ring round the one that the reader was led to.
fn outlines_ui(
    painter: &Painter,
    scene: &Scene<'_>,
    (scan, shown): (&ScanItem, &Shown),
    place: &Place,
) {
    const RING: f32 = 22.0;
    let opacity = outline_opacity(scene.state, scene.state.drawn_opacity(scan));
    let color = AMBER_ON_PICTURE.gamma_multiply(opacity);
    let has_outline = scene.state.look().has_outline;
    for line in shown.outlines.iter().filter(|_| has_outline) {
        let points: Vec<Pos2> = line.iter().map(|it| place.ui_from_scan(*it)).collect();
        let stroke = Stroke::new(1.5, color);
        painter.extend(egui::Shape::dashed_line(&points, stroke, 5.0, 4.0));
    }
    let led_to = scan.reading().and_then(|it| shown.places.get(it.place?));
    if let Some(at) = led_to {
        let stroke = Stroke::new(1.5, AMBER_ON_PICTURE);
        painter.circle_stroke(place.ui_from_scan(*at), RING, stroke);
    }
}

/// The outlines of a map are as faint as the map, but never lost.
pub(super) fn outline_opacity(state: &State, opacity: f32) -> f32 {
    let share = opacity / state.settings.overlay_opacity.max(0.01);
    share.clamp(0.35, 1.0)
}

/// Where the pointer is, and the value there.
pub(super) fn under_words(
    words: &Words,
    scan: &ScanItem,
    place: &Place,
    at: Pos2,
) -> Option<String> {
    let unit = scan.scan.header.unit.as_deref();
    let shape = Shape::Probe(place.point_from_ui(at));
    match measure(scan.pyramid().frame(), None, unit, &shape) {
        Measured::Pixel(Some(pixel)) => Some(format!(
            "{}, {}: {}",
            pixel.column + 1,
            pixel.row + 1,
            words::pixel_value_words(words, pixel.value, unit)
        )),
        _ => None,
    }
}

/// A click says what the model is to read around.
fn point(ui: &Ui, (response, place): (&Response, &Place), id: ItemId, commands: &mut Vec<Command>) {
    if response.contains_pointer() {
        ui.ctx().set_cursor_icon(CursorIcon::Crosshair);
    }
    let clicked = response
        .interact_pointer_pos()
        .filter(|_| response.clicked());
    let pixel = clicked.and_then(|it| place.pixel_from_ui(it));
    commands.extend(pixel.map(|it| Command::PointAt(id, it)));
}

/// What a drag and the wheel do, as the profile of the mouse says. Double click: fit.
pub(super) fn listen(
    ui: &Ui,
    response: &Response,
    place: &Place,
    (mouse, scan, n_slices): (Mouse, &ScanItem, usize),
    commands: &mut Vec<Command>,
) {
    if let Some(drag) = drag(ui, response, mouse) {
        ui.ctx().set_cursor_icon(match drag {
            Drag::Move => CursorIcon::Grabbing,
            Drag::Zoom => CursorIcon::ResizeVertical,
            Drag::Window => CursorIcon::Crosshair,
        });
        let way = response.drag_delta();
        if way != Vec2::ZERO {
            commands.push(drag_command(ui, place, scan, (drag, way)));
        }
    }
    if response.double_clicked() {
        commands.push(Command::Act(Action::ResetView));
    }
    wheel(ui, response, place, (mouse, n_slices), commands);
}

/// What a way of the mouse with a button held does to a scan.
fn drag_command(ui: &Ui, place: &Place, scan: &ScanItem, (drag, way): (Drag, Vec2)) -> Command {
    match drag {
        Drag::Move => {
            let share = place.share_of(way);
            Command::Pan {
                x: share.x,
                y: share.y,
            }
        }
        Drag::Zoom => {
            let from = ui.input(|it| it.pointer.press_origin());
            Command::Zoom {
                factor: (-way.y * 0.008).exp(),
                about: place.share_from_ui(from.unwrap_or_else(|| place.rect.center())),
            }
        }
        Drag::Window => Command::SetWindow(dragged(&scan.view.window, way)),
    }
}

/// What the button that is held does.
fn drag(ui: &Ui, response: &Response, mouse: Mouse) -> Option<Drag> {
    let modifiers = ui.input(|it| it.modifiers);
    if response.dragged_by(PointerButton::Middle) {
        Some(mouse.middle)
    } else if response.dragged_by(PointerButton::Secondary) {
        mouse.right
    } else if !response.dragged_by(PointerButton::Primary) {
        None
    } else if modifiers.shift {
        Some(Drag::Move)
    } else if modifiers.command {
        Some(Drag::Zoom)
    } else {
        Some(mouse.left)
    }
}

/// Frames, or zoom with ctrl or, where the profile says so, on a single frame.
pub(super) fn wheel(
    ui: &Ui,
    response: &Response,
    place: &Place,
    (mouse, n_slices): (Mouse, usize),
    commands: &mut Vec<Command>,
) {
    if let Some(pointer) = response.hover_pos().filter(|_| response.contains_pointer()) {
        let about = place.share_from_ui(pointer);
        let pinch = ui.input(|it| it.zoom_delta());
        let lines = ui.input(wheel_lines);
        if pinch != 1.0 {
            commands.push(Command::Zoom {
                factor: pinch,
                about,
            });
        } else if 0.0 != lines && n_slices == 1 && mouse.lone_frame == LoneFrame::Zooms {
            commands.push(Command::Zoom {
                factor: (lines * 0.12).exp(),
                about,
            });
        } else if 0.0 != lines {
            commands.push(Command::Act(if lines < 0.0 {
                Action::NextFrame
            } else {
                Action::PreviousFrame
            }));
        }
    }
}

/// Turns of the wheel without a modifier; up is positive. Not smoothed: a notch is a frame.
fn wheel_lines(input: &egui::InputState) -> f32 {
    let turns = input.events.iter().filter_map(|it| match it {
        Event::MouseWheel {
            unit,
            delta,
            modifiers,
            ..
        } if modifiers.is_none() => Some(match unit {
            MouseWheelUnit::Point => delta.y / 40.0,
            MouseWheelUnit::Line => delta.y,
            MouseWheelUnit::Page => delta.y * 3.0,
        }),
        _ => None,
    });
    turns.sum()
}

/// To the right is wider (softer), down is a higher centre (darker); in proportion to the width, so that it feels the
/// same for 12-bit radiographs and for activities below 1.
fn dragged(window: &Window, way: Vec2) -> Window {
    let width = window.width * (way.x * 0.004).exp();
    Window {
        center: window.center + way.y * width * 0.002,
        width: width.max(1e-6),
        name: None,
        ..window.clone()
    }
}

fn menu(response: &Response, scene: &Scene<'_>, scan: &ScanItem, commands: &mut Vec<Command>) {
    response.context_menu(|ui| {
        ui.set_min_width(180.0);
        let name = |it: Action| it.words(scene.words).name;
        let auto = Action::AutoWindow;
        entry_ui(ui, scene, (&name(auto), auto), commands);
        for (number, name) in window_names(scene.words, scan) {
            entry_ui(ui, scene, (&name, Action::Window(number)), commands);
        }
        ui.separator();
        for action in [
            Action::Invert,
            Action::TurnRight,
            Action::FlipAcross,
            Action::ResetView,
            Action::ToggleOverlay,
            Action::ToggleTexts,
        ] {
            entry_ui(ui, scene, (&name(action), action), commands);
        }
        ui.separator();
        for action in [Action::CopyView, Action::SaveView, Action::PrintView] {
            entry_ui(ui, scene, (&name(action), action), commands);
        }
    });
}

/// Numbers and names of the windows that digit keys choose.
pub(super) fn window_names(words: &Words, scan: &ScanItem) -> Vec<(u8, String)> {
    let named = (1..=6_u8).zip(scan.presets()).map(|(number, look)| {
        let name = words::look_name(words, look);
        (number, name.unwrap_or_default())
    });
    named.collect()
}

/// What a screen reader says about the picture.
pub(super) fn spoken(words: &Words, scan: &ScanItem, (at, n_slices): (usize, usize)) -> String {
    let title = words::scan_title(words, &scan.scan);
    let parts = [("number", (at + 1).into()), ("all", n_slices.into())];
    let frame = words.say_with("spoken-frame", &parts);
    let scores = scan.prediction().map(|it| &it.scores).into_iter().flatten();
    let scores: Vec<String> = scores
        .take(3)
        .map(|it| format!("{} {}", it.label, percent(it.probability)))
        .collect();
    let scores = if scores.is_empty() {
        words.say("title-not-scored")
    } else {
        scores.join(", ")
    };
    format!("{title}, {frame}, {scores}")
}
