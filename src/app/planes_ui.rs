//! Three planes through a series: each drawn like a scan, with the lines in which the others cut it.

use egui::{
    Align2, Color32, CornerRadius, CursorIcon, Painter, PointerButton, Pos2, Rect, Response, Sense,
    Stroke, StrokeKind, Ui, Vec2, WidgetInfo, accesskit::Role, pos2, vec2,
};

use super::{
    Scene,
    controls::focus_frame,
    corners_ui::{MARGIN, corner_texts, haloed},
    marks_ui::{self, Marked},
    pictures::Pictures,
    place::{self, Place},
    scan_ui::{listen, spoken, under_words, wheel},
    theme::{self, BLUE_ON_PICTURE, BODY, ON_PICTURE, SMALL},
};
use crate::{
    render::mpr::Axis,
    session::{Command, Cut, Planes},
    words::Words,
};

/// Colours of the lines, told apart by those who see red and green alike as well: each also has its name.
const LINES: [(Axis, Color32); 3] = [
    (Axis::Axial, Color32::from_rgb(230, 159, 0)),
    (Axis::Coronal, Color32::from_rgb(86, 180, 233)),
    (Axis::Sagittal, Color32::from_rgb(204, 121, 167)),
];
/// How near to where the lines meet a drag takes them along, in points.
const GRIP: f32 = 9.0;

/// Draws the planes: the axial one large, the others beside it.
pub(super) fn planes_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    planes: &Planes,
    pictures: &mut Pictures,
    commands: &mut Vec<Command>,
) {
    let (whole, _) = ui.allocate_exact_size(ui.available_size(), Sense::empty());
    let pixel = ui.pixels_per_point().recip();
    let (left, right) = whole.split_left_right_at_fraction(0.55);
    let (upper, lower) = right.split_top_bottom_at_fraction(0.5);
    let apart = |it: Rect, x: f32, y: f32| Rect::from_min_max(it.min + vec2(x, y), it.max);
    let cells = [
        (Axis::Axial, left),
        (Axis::Coronal, apart(upper, pixel, 0.0)),
        (Axis::Sagittal, apart(lower, pixel, pixel)),
    ];
    for (axis, rect) in cells {
        let rect = place::on_pixels(rect, ui.pixels_per_point());
        plane_ui(ui, scene, (planes, axis), rect, pictures, commands);
    }
}

fn plane_ui(
    ui: &Ui,
    scene: &Scene<'_>,
    (planes, axis): (&Planes, Axis),
    rect: Rect,
    pictures: &mut Pictures,
    commands: &mut Vec<Command>,
) {
    let cut = planes.cut(axis);
    let response = ui.interact(
        rect,
        egui::Id::unique(("plane", cut.id.0)),
        Sense::click_and_drag(),
    );
    let place = Place::new(rect, ui.pixels_per_point(), &cut.scan);
    let slice = planes.position(axis);
    let n_before = commands.len();
    let mouse = scene.state.settings.mouse.mouse();
    let marked = Marked {
        item: cut.id,
        scan: &cut.scan,
        at: planes.mark_idx(axis),
        plane: Some(&cut.plane),
    };
    if marks_ui::listen(ui, scene, marked, &place, &response, commands) {
        wheel(ui, &response, &place, (mouse, slice.1), commands);
    } else if !commands.iter().skip(n_before).any(is_choice)
        && !meet(ui, &response, &place, (planes, axis), commands)
    {
        listen(ui, &response, &place, (mouse, &cut.scan, slice.1), commands);
    }
    // What is done to a plane makes it the active one first.
    let is_chosen = commands.len() != n_before || response.is_pointer_button_down_on();
    if planes.active != axis && is_chosen {
        commands.insert(n_before, Command::ActivatePlane(axis));
    }
    let name = axis_name(scene.words, axis);
    let told = format!("{name}, {}", spoken(scene.words, &cut.scan, slice));
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &told));
    let painter = ui.painter_at(rect);
    let shown = (cut.id, &cut.scan);
    let seen = (response.id, place.rect);
    pictures.paint(&painter, seen, shown, place.pose(), None);
    lines_ui(&painter, scene.words, (planes, axis), &place);
    let held = (&response, &mut *pictures);
    marks_ui::marks_ui(ui, &painter, scene, marked, &place, held);
    if scene.state.are_texts_shown {
        let under = response
            .hover_pos()
            .and_then(|it| under_words(scene.words, &cut.scan, &place, it));
        corner_texts(&painter, scene, shown, &place, (None, under));
    }
    name_ui(&painter, scene.words, (axis, cut), rect);
    focus_frame(&painter, &response, BLUE_ON_PICTURE);
    if planes.active == axis {
        let stroke = Stroke::new(1.0, scene.tokens.amber);
        painter.rect_stroke(rect, CornerRadius::ZERO, stroke, StrokeKind::Inside);
    }
}

/// Whether a click chose a mark: then it is for nothing else.
const fn is_choice(command: &Command) -> bool {
    matches!(command, Command::ChooseMark(Some(_)))
}

/// A click has the planes meet there, and a drag from where they meet takes them along. Whether the mouse was for that.
fn meet(
    ui: &Ui,
    response: &Response,
    place: &Place,
    (planes, axis): (&Planes, Axis),
    commands: &mut Vec<Command>,
) -> bool {
    let held = response.id.with("held");
    let at = place.ui_from_scan(pixel(planes, axis));
    let from = ui.input(|it| it.pointer.press_origin());
    let is_near = |it: Pos2| it.distance(at) <= GRIP;
    if response.drag_started_by(PointerButton::Primary) {
        let is_held = from.is_some_and(is_near);
        ui.data_mut(|it| it.insert_temp(held, is_held));
    }
    let is_held = ui.data(|it| it.get_temp(held)).unwrap_or(false);
    let is_dragged = is_held && response.dragged_by(PointerButton::Primary);
    if response.hover_pos().is_some_and(is_near) || is_dragged {
        ui.ctx().set_cursor_icon(CursorIcon::Move);
    }
    if !is_dragged && !response.clicked() {
        return false;
    }
    let is_moved = response.clicked() || response.drag_delta() != Vec2::ZERO;
    if let Some(at) = response.interact_pointer_pos().filter(|_| is_moved) {
        let point = place.point_from_ui(at);
        commands.push(Command::MeetAt(axis, [point.x, point.y]));
    }
    true
}

/// Where the planes meet, in pixels of one of them.
fn pixel(planes: &Planes, axis: Axis) -> (f32, f32) {
    let [x, y] = planes.cut(axis).plane.pixel_from_patient(planes.meet_mm);
    (x as f32, y as f32)
}

/// The lines in which the others cut a plane, open where they meet so that nothing is hidden there.
fn lines_ui(painter: &Painter, words: &Words, (planes, axis): (&Planes, Axis), place: &Place) {
    const GAP: f32 = 14.0;
    let cut = planes.cut(axis);
    let (x, y) = pixel(planes, axis);
    let frame = cut.scan.pyramid().frame();
    let (width, height) = (frame.width as f32, frame.height as f32);
    let at = place.ui_from_scan((x, y));
    for (other, color) in LINES.into_iter().filter(|it| it.0 != axis) {
        // In a plane, another one is a row or a column.
        let [right, _] = axis.directions();
        let is_row = right.iter().zip(other.across()).all(|(a, b)| a * b == 0.0);
        let ends = if is_row {
            [(0.0, y), (width, y)]
        } else {
            [(x, 0.0), (x, height)]
        };
        let stroke = Stroke::new(1.0, color.gamma_multiply(0.85));
        // The letters at the edges stay free.
        let inner = painter.clip_rect().shrink(MARGIN + 14.0);
        for end in ends.map(|it| inner.clamp(place.ui_from_scan(it))) {
            let way = end - at;
            if GAP < way.length() {
                painter.line_segment([at + way.normalized() * GAP, end], stroke);
            }
        }
        let [_, end] = ends.map(|it| inner.clamp(place.ui_from_scan(it)));
        let name = letter(words, other);
        haloed(
            painter,
            end - vec2(6.0, 4.0),
            Align2::RIGHT_BOTTOM,
            &name,
            theme::regular(SMALL),
            color,
        );
    }
}

/// Which plane it is, and how long its marks last.
fn name_ui(painter: &Painter, words: &Words, (axis, cut): (Axis, &Cut), rect: Rect) {
    let color = LINES.iter().find(|it| it.0 == axis).map(|it| it.1);
    let at = pos2(rect.left() + MARGIN, rect.top() + MARGIN + 38.0);
    haloed(
        painter,
        at,
        Align2::LEFT_TOP,
        &axis_name(words, axis),
        theme::regular(BODY),
        color.unwrap_or(Color32::WHITE),
    );
    if !cut.scan.marks.is_empty() {
        haloed(
            painter,
            at + vec2(0.0, 18.0),
            Align2::LEFT_TOP,
            &words.say("planes-marks-last"),
            theme::regular(SMALL),
            ON_PICTURE,
        );
    }
}

fn axis_name(words: &Words, axis: Axis) -> String {
    match axis {
        Axis::Axial => words.say("axis-axial"),
        Axis::Coronal => words.say("axis-coronal"),
        Axis::Sagittal => words.say("axis-sagittal"),
    }
}

/// At the end of its line.
fn letter(words: &Words, axis: Axis) -> String {
    match axis {
        Axis::Axial => words.say("axis-axial-short"),
        Axis::Coronal => words.say("axis-coronal-short"),
        Axis::Sagittal => words.say("axis-sagittal-short"),
    }
}
