//! The viewport: the scan on black, corner texts, overlay, and what the mouse does.

use egui::{
    CornerRadius, CursorIcon, Event, MouseWheelUnit, PointerButton, Pos2, Response, Sense, Stroke,
    StrokeKind, Ui, Vec2, WidgetInfo, accesskit::Role, vec2,
};

use super::{
    Scene,
    corners_ui::{MARGIN, corner_texts, explaining_ui},
    crop_ui::pointing_ui,
    pictures::Pictures,
    place::Place,
    theme::{AMBER_ON_PICTURE, VIEWPORT},
    words,
};
use crate::{
    case::Window,
    render::{caption::percent, preset_window},
    session::{Action, Command, ScanItem},
    words::Words,
};

/// Draws the scan in the middle and listens to mouse and wheel over it.
pub(super) fn scan_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    scan: &ScanItem,
    pictures: &mut Pictures,
    commands: &mut Vec<Command>,
) {
    // The outermost points belong to the edges of the columns beside it, which can be dragged too.
    const EDGE: f32 = 5.0;
    let (rect, _) = ui.allocate_exact_size(ui.available_size(), Sense::empty());
    let response = ui.interact(
        rect.shrink2(vec2(EDGE, 0.0)),
        egui::Id::unique("scan"),
        Sense::click_and_drag(),
    );
    let place = Place::new(rect, ui.pixels_per_point(), scan);
    if scene.state.is_pointing {
        point(ui, &response, &place, commands);
    }
    listen(ui, &response, &place, scan, commands);
    menu(&response, scene, scan, commands);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, spoken(scene.words, scan)));
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, CornerRadius::ZERO, VIEWPORT);
    let heat = scan
        .explanation()
        .filter(|it| scene.state.is_overlay_shown && it.heatmap.is_some());
    let shown = heat.and_then(|it| pictures.shown(it));
    let opacity = scene.state.drawn_opacity(scan);
    pictures.paint(
        &painter,
        place.rect,
        scan,
        place.scan_from_rect(),
        shown.as_ref().map(|it| (it, opacity)),
    );
    if let Some(shown) = &shown {
        // As faint as the map, but never lost.
        let share = opacity / scene.state.settings.overlay_opacity.max(0.01);
        let color = AMBER_ON_PICTURE.gamma_multiply(share.clamp(0.35, 1.0));
        for line in shown.outlines.iter() {
            let points: Vec<Pos2> = line.iter().map(|it| place.ui_from_scan(*it)).collect();
            painter.extend(egui::Shape::dashed_line(
                &points,
                Stroke::new(1.5, color),
                5.0,
                4.0,
            ));
        }
    }
    pointing_ui(&painter, scene, scan, &place);
    if scene.state.are_texts_shown {
        corner_texts(&painter, scene, scan, &place, shown.as_ref());
    }
    explaining_ui(&painter, scene, scan, place.rect.shrink(MARGIN));
    painter.rect_stroke(
        rect,
        CornerRadius::ZERO,
        Stroke::new(1.0, scene.tokens.amber),
        StrokeKind::Inside,
    );
}

/// A click says what the model is to read around.
fn point(ui: &Ui, response: &Response, place: &Place, commands: &mut Vec<Command>) {
    if response.contains_pointer() {
        ui.ctx().set_cursor_icon(CursorIcon::Crosshair);
    }
    let clicked = response
        .interact_pointer_pos()
        .filter(|_| response.clicked());
    let pixel = clicked.and_then(|it| place.pixel_from_ui(it));
    commands.extend(pixel.map(Command::PointAt));
}

/// Left drag: window. Middle or shift drag: pan. Right or ctrl drag: zoom. Wheel: frames; with ctrl, or on a single
/// frame, zoom. Double click: fit.
fn listen(
    ui: &Ui,
    response: &Response,
    place: &Place,
    scan: &ScanItem,
    commands: &mut Vec<Command>,
) {
    let modifiers = ui.input(|it| it.modifiers);
    let way = response.drag_delta();
    let is_dragged = way != Vec2::ZERO;
    let (left, middle, right) = (
        response.dragged_by(PointerButton::Primary),
        response.dragged_by(PointerButton::Middle),
        response.dragged_by(PointerButton::Secondary),
    );
    if is_dragged && (middle || left && modifiers.shift) {
        let share = place.share_of(way);
        commands.push(Command::Pan {
            x: share.x,
            y: share.y,
        });
        ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
    } else if is_dragged && (right || left && modifiers.command) {
        let from = ui
            .input(|it| it.pointer.press_origin())
            .unwrap_or_else(|| place.rect.center());
        commands.push(Command::Zoom {
            factor: (-way.y * 0.008).exp(),
            about: place.share_from_ui(from),
        });
        ui.ctx().set_cursor_icon(CursorIcon::ResizeVertical);
    } else if is_dragged && left {
        commands.push(Command::SetWindow(dragged(&scan.view.window, way)));
        ui.ctx().set_cursor_icon(CursorIcon::Crosshair);
    }
    if response.double_clicked() {
        commands.push(Command::Act(Action::ResetView));
    }
    wheel(ui, response, place, scan, commands);
}

/// Frames, or zoom with ctrl or on a single frame.
pub(super) fn wheel(
    ui: &Ui,
    response: &Response,
    place: &Place,
    scan: &ScanItem,
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
        } else if 0.0 != lines && scan.scan.frames.len() == 1 {
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
        let mut item = |ui: &mut Ui, words: &str, action: Action| {
            if ui
                .add(
                    egui::Button::new(words)
                        .shortcut_text(action.key_text())
                        .frame(false),
                )
                .clicked()
            {
                commands.push(Command::Act(action));
                ui.close();
            }
        };
        let name = |it: Action| it.words(scene.words).name;
        item(ui, &name(Action::AutoWindow), Action::AutoWindow);
        for (number, name) in window_names(scan) {
            item(ui, &name, Action::Window(number));
        }
        ui.separator();
        for action in [
            Action::Invert,
            Action::ResetView,
            Action::ToggleOverlay,
            Action::ToggleTexts,
        ] {
            item(ui, &name(action), action);
        }
    });
}

/// Numbers and names of the windows that digit keys choose.
pub(super) fn window_names(scan: &ScanItem) -> Vec<(u8, String)> {
    let named = (1..=6_u8).filter_map(|number| {
        let window = preset_window(&scan.scan, usize::from(number) - 1)?;
        Some((number, words::sentence_case(window.name.as_deref()?)))
    });
    named.collect()
}

/// What a screen reader says about the picture.
fn spoken(words: &Words, scan: &ScanItem) -> String {
    let title = words::scan_title(words, &scan.scan);
    let number = scan.view.frame_idx + 1;
    let parts = [
        ("number", number.into()),
        ("all", scan.scan.frames.len().into()),
    ];
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
