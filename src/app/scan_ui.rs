//! The viewport: the scan on black, corner texts, overlay, and what the mouse does.

use egui::{
<<<<<<< HEAD
    Align2, Color32, CornerRadius, CursorIcon, Event, FontId, MouseWheelUnit, PointerButton, Pos2,
    Rect, Response, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, accesskit::Role, pos2, vec2,
=======
    CornerRadius, CursorIcon, Event, MouseWheelUnit, PointerButton, Pos2, Response, Sense, Stroke,
    StrokeKind, Ui, Vec2, WidgetInfo, accesskit::Role,
>>>>>>> main
};

use super::{
    Scene,
<<<<<<< HEAD
    pictures::{Pictures, Shown},
    theme::{self, AMBER_ON_PICTURE, ON_PICTURE, SMALL, VIEWPORT},
    words::{self, DOT},
};
use crate::{
    case::Window,
    prediction::Affine2,
    render::{
        caption::{percent, short_number},
        heat_color,
    },
=======
    corners_ui::{MARGIN, corner_texts, explaining_ui},
    pictures::Pictures,
    place::Place,
    theme::{AMBER_ON_PICTURE, VIEWPORT},
    words,
};
use crate::{
    case::Window,
    render::caption::percent,
>>>>>>> main
    session::{Action, Command, ScanItem},
};

/// Draws the scan in the middle and listens to mouse and wheel over it.
pub(super) fn scan_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    scan: &ScanItem,
    pictures: &mut Pictures,
    commands: &mut Vec<Command>,
) {
    let (rect, response) = ui.allocate_exact_size(ui.available_size(), Sense::click_and_drag());
    let place = Place::new(rect, ui.pixels_per_point(), scan);
    listen(ui, &response, &place, scan, commands);
    menu(&response, scan, commands);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, spoken(scan)));
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, CornerRadius::ZERO, VIEWPORT);
    let heat = scan
        .explanation()
        .filter(|it| scene.state.is_overlay_shown && it.heatmap.is_some());
    let shown = heat.and_then(|it| pictures.shown(it));
    let opacity = scene.state.settings.overlay_opacity;
    pictures.paint(
        &painter,
        place.rect,
        scan,
        place.scan_from_rect(),
        shown.as_ref().map(|it| (it, opacity)),
    );
    if let Some(shown) = &shown {
        for line in shown.outlines.iter() {
            let points: Vec<Pos2> = line.iter().map(|it| place.ui_from_scan(*it)).collect();
            painter.extend(egui::Shape::dashed_line(
                &points,
                Stroke::new(1.5, AMBER_ON_PICTURE),
                5.0,
                4.0,
            ));
        }
    }
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

<<<<<<< HEAD
/// Where the scan lies on screen.
struct Place {
    /// On whole screen pixels.
    rect: Rect,
    pixels_per_point: f32,
    /// Screen pixels for a pixel of the scan, across and down: they differ where the scan's pixels are not square.
    scale: Vec2,
    /// The point of the scan in the middle of the viewport.
    center: (f32, f32),
    size: (f32, f32),
}

impl Place {
    fn new(rect: Rect, pixels_per_point: f32, scan: &ScanItem) -> Self {
        let rect = Rect::from_min_max(
            snap(rect.min, pixels_per_point),
            snap(rect.max, pixels_per_point),
        );
        let frame = scan.pyramid.frame();
        let size = (frame.width as f32, frame.height as f32);
        let ratio = scan
            .scan
            .header
            .spacing
            .map_or(1.0, |it| it.row_mm / it.column_mm);
        let ratio = if (0.1..10.0).contains(&ratio) {
            ratio
        } else {
            1.0
        };
        let fit = (rect.width() / size.0).min(rect.height() / (size.1 * ratio)) * pixels_per_point;
        let scale = (fit * scan.view.zoom).max(f32::MIN_POSITIVE);
        let center = (scan.view.center.0 * size.0, scan.view.center.1 * size.1);
        Self {
            rect,
            pixels_per_point,
            scale: vec2(scale, scale * ratio),
            center,
            size,
        }
    }

    fn ui_from_scan(&self, (x, y): (f32, f32)) -> Pos2 {
        self.rect.center()
            + vec2(x - self.center.0, y - self.center.1) * self.scale / self.pixels_per_point
    }

    /// Shares of the scan's width and height at a point on screen.
    fn share_from_ui(&self, at: Pos2) -> (f32, f32) {
        let moved = self.share_of(at - self.rect.center());
        (
            self.center.0 / self.size.0 + moved.x,
            self.center.1 / self.size.1 + moved.y,
        )
    }

    /// A way on screen as shares of the scan's width and height.
    fn share_of(&self, way: Vec2) -> Vec2 {
        way * self.pixels_per_point / self.scale / vec2(self.size.0, self.size.1)
    }

    fn scan_from_rect(&self) -> Affine2 {
        let middle = self.rect.size() * self.pixels_per_point / 2.0;
        Affine2 {
            scale_x: self.scale.x.recip(),
            scale_y: self.scale.y.recip(),
            offset_x: self.center.0 - middle.x / self.scale.x,
            offset_y: self.center.1 - middle.y / self.scale.y,
        }
    }
}

fn snap(at: Pos2, pixels_per_point: f32) -> Pos2 {
    (at * pixels_per_point).round() / pixels_per_point
}

=======
>>>>>>> main
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

fn menu(response: &Response, scan: &ScanItem, commands: &mut Vec<Command>) {
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
        item(ui, "Automatic window", Action::AutoWindow);
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
            item(ui, action.info().name, action);
        }
    });
}

/// Numbers and names of the windows that digit keys choose.
pub(super) fn window_names(scan: &ScanItem) -> Vec<(u8, String)> {
    let named = (1..=6_u8).filter_map(|number| {
        let window = crate::render::preset_window(&scan.scan, usize::from(number) - 1)?;
        let name = window
            .name
            .clone()
            .filter(|it| !it.trim().is_empty())
            .map(|it| words::sentence_case(&it));
        Some((number, name.unwrap_or_else(|| "From the file".to_owned())))
    });
    named.collect()
}

/// What a screen reader says about the picture.
fn spoken(scan: &ScanItem) -> String {
    let title = words::scan_title(&scan.scan);
    let frame = format!(
        "frame {} of {}",
        scan.view.frame_idx + 1,
        scan.scan.frames.len()
    );
    let scores = scan.prediction().map(|it| &it.scores).into_iter().flatten();
    let scores: Vec<String> = scores
        .take(3)
        .map(|it| format!("{} {}", it.label, percent(it.probability)))
        .collect();
    let scores = if scores.is_empty() {
        "not scored".to_owned()
    } else {
        scores.join(", ")
    };
    format!("{title}, {frame}, {scores}")
}
<<<<<<< HEAD

const MARGIN: f32 = 12.0;
const LINE: f32 = 17.0;

fn corner_texts(
    painter: &egui::Painter,
    scene: &Scene<'_>,
    scan: &ScanItem,
    place: &Place,
    heat: Option<&Shown>,
) {
    let (header, view) = (&scan.scan.header, &scan.view);
    let rect = place.rect.shrink(MARGIN);
    let unit = header.unit.as_deref();
    // For the clinician's eyes: the date tells one picture from another.
    let date = header.acquired.reveal().clone().unwrap_or_default();
    let modality = if header.modality == crate::case::Modality::Unknown {
        ""
    } else {
        header.modality.as_str()
    };
    let title = [words::scan_title(&scan.scan), modality.to_owned()]
        .into_iter()
        .filter(|it| !it.is_empty())
        .collect::<Vec<_>>()
        .join(DOT);
    let zoom = format!("zoom {:.0} %", place.scale.x * 100.0);
    let window_name = view
        .window
        .name
        .clone()
        .unwrap_or_else(|| "by hand".to_owned());
    let inverted = if view.is_inverted {
        format!("{DOT}inverted")
    } else {
        String::new()
    };
    let is_gray = matches!(scan.pyramid.frame().samples, crate::case::Samples::Gray(_));
    let window = if is_gray {
        words::window_words(&view.window, unit)
    } else {
        "colour".to_owned()
    };
    let window_name = if is_gray {
        format!("{window_name}{inverted}")
    } else {
        String::new()
    };
    lines(painter, rect.left_top(), Align2::LEFT_TOP, &[&title, &date]);
    lines(
        painter,
        rect.right_top(),
        Align2::RIGHT_TOP,
        &[&window, &window_name, &zoom],
    );
    let frame = format!("{} / {}", view.frame_idx + 1, scan.scan.frames.len());
    lines(
        painter,
        rect.right_bottom(),
        Align2::RIGHT_BOTTOM,
        &[&words::spacing_words(&scan.scan), &frame],
    );
    if let Some(shown) = heat {
        legend(painter, rect, shown, scene.state.settings.overlay_opacity);
    }
    if let Some([across, down]) = &header.orientation {
        let sides = [
            (
                rect.left_center(),
                Align2::LEFT_CENTER,
                words::opposite(across),
            ),
            (rect.right_center(), Align2::RIGHT_CENTER, across.clone()),
            (rect.center_top(), Align2::CENTER_TOP, words::opposite(down)),
            (rect.center_bottom(), Align2::CENTER_BOTTOM, down.clone()),
        ];
        for (at, align, letters) in sides {
            haloed(
                painter,
                at,
                align,
                &letters,
                theme::regular(theme::BODY),
                ON_PICTURE,
            );
        }
    }
}

/// Lines from a corner inwards; empty ones take no room.
fn lines(painter: &egui::Painter, corner: Pos2, align: Align2, texts: &[&str]) {
    let texts: Vec<&&str> = texts.iter().filter(|it| !it.is_empty()).collect();
    let from_top = align == Align2::LEFT_TOP || align == Align2::RIGHT_TOP;
    for (idx, text) in texts.iter().enumerate() {
        let step = if from_top {
            idx as f32 * LINE
        } else {
            -((texts.len() - 1 - idx) as f32) * LINE
        };
        haloed(
            painter,
            corner + vec2(0.0, step),
            align,
            text,
            theme::regular(SMALL),
            ON_PICTURE,
        );
    }
}

/// What the overlay shows, and its scale.
fn legend(painter: &egui::Painter, rect: Rect, shown: &Shown, opacity: f32) {
    const WIDTH: f32 = 120.0;
    const HEIGHT: f32 = 6.0;
    let explanation = &shown.explanation;
    let gap = explanation
        .completeness_gap
        .map(|it| format!("{DOT}gap {}", short_number(it)))
        .unwrap_or_default();
    let words = format!(
        "influence on \u{201C}{}\u{201D}{DOT}{}{DOT}{}",
        explanation.label,
        explanation.method.name(),
        percent(opacity)
    ) + &gap;
    let base = rect.left_bottom();
    haloed(
        painter,
        base - vec2(0.0, LINE + 2.0),
        Align2::LEFT_BOTTOM,
        &words,
        theme::regular(SMALL),
        ON_PICTURE,
    );
    let bar = Rect::from_min_size(pos2(base.x, base.y - HEIGHT - 4.0), vec2(WIDTH, HEIGHT));
    let mut mesh = egui::Mesh::default();
    for step in 0..=32_u32 {
        let share = step as f32 / 32.0;
        let [r, g, b] = heat_color(share);
        let color = Color32::from_rgb(r, g, b);
        mesh.colored_vertex(pos2(bar.left() + WIDTH * share, bar.top()), color);
        mesh.colored_vertex(pos2(bar.left() + WIDTH * share, bar.bottom()), color);
        if 0 < step {
            let last = 2 * step;
            mesh.add_triangle(last - 2, last - 1, last);
            mesh.add_triangle(last - 1, last, last + 1);
        }
    }
    painter.add(mesh);
    haloed(
        painter,
        bar.right_center() + vec2(8.0, 0.0),
        Align2::LEFT_CENTER,
        &format!("0 \u{2013} {}", short_number(shown.full)),
        theme::regular(SMALL),
        ON_PICTURE,
    );
}

/// While an explanation is worked out: what, and how far, where its legend will be.
fn explaining_ui(painter: &egui::Painter, scene: &Scene<'_>, scan: &ScanItem, rect: Rect) {
    const WIDTH: f32 = 120.0;
    let Some(reading) = scan.reading() else {
        return;
    };
    let Some(id) = reading.explanation.waiting() else {
        return;
    };
    let method = reading.method.map_or("", crate::prediction::Method::name);
    let base = rect.left_bottom();
    haloed(
        painter,
        base - vec2(0.0, LINE + 2.0),
        Align2::LEFT_BOTTOM,
        &format!("explaining{DOT}{method}"),
        theme::regular(SMALL),
        ON_PICTURE,
    );
    let track = Rect::from_min_size(pos2(base.x, base.y - 8.0), vec2(WIDTH, 2.0));
    painter.rect_filled(track, CornerRadius::ZERO, Color32::from_gray(70));
    let share = scene
        .progress
        .get(&id)
        .map_or(0.0, |(done, total)| *done as f32 / (*total).max(1) as f32);
    painter.rect_filled(
        Rect::from_min_size(track.min, vec2(WIDTH * share, 2.0)),
        CornerRadius::ZERO,
        AMBER_ON_PICTURE,
    );
}

/// Text that can be read on bright and on dark anatomy.
fn haloed(
    painter: &egui::Painter,
    at: Pos2,
    align: Align2,
    text: &str,
    font: FontId,
    color: Color32,
) {
    let galley = painter.layout_no_wrap(text.to_owned(), font, color);
    let rect = align.anchor_size(at, galley.size());
    for way in [
        vec2(-1.0, 0.0),
        vec2(1.0, 0.0),
        vec2(0.0, -1.0),
        vec2(0.0, 1.0),
    ] {
        painter.galley_with_override_text_color(
            rect.min + way,
            galley.clone(),
            Color32::from_black_alpha(150),
        );
    }
    painter.galley(rect.min, galley, color);
}
=======
>>>>>>> main
