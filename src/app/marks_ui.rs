//! Marks on a scan: drawn, measured, chosen and dragged with the mouse.

use egui::{
    Align2, Color32, CursorIcon, Id, Painter, PointerButton, Pos2, Response, Stroke, Ui, vec2,
};

use super::{
    Scene,
    corners_ui::haloed,
    pictures::Pictures,
    place::Place,
    theme::{self, BLUE_ON_PICTURE, ON_PICTURE, SMALL},
    words,
};
use crate::{
    case::Plane,
    measure::{Hit, Point, Shape},
    session::{Command, ItemId, Mark, MarkEdit, MarkId, ScanItem, Tool},
    words::Words,
};

/// A pointer so many points away still hits.
const REACH: f32 = 7.0;
/// A stroke that is shorter, in points, was a click.
const SHORTEST: f32 = 4.0;
/// Half the edge of a handle.
const HANDLE: f32 = 3.0;
/// Height of a line of words.
const LINE: f32 = 16.0;

/// A scan, or a plane through several, whose marks are seen.
#[derive(Clone, Copy)]
pub(super) struct Marked<'a> {
    pub(super) item: ItemId,
    pub(super) scan: &'a ScanItem,
    /// The frame on screen, or the place of the plane.
    pub(super) at: usize,
    /// Where a plane lies in the patient.
    pub(super) plane: Option<&'a Plane>,
}

impl<'a> Marked<'a> {
    /// The frame of a scan that is on screen.
    pub(super) const fn on_screen(item: ItemId, scan: &'a ScanItem) -> Self {
        Self {
            item,
            scan,
            at: scan.view.frame_idx,
            plane: None,
        }
    }
}

/// What the mouse is doing with a mark until it is let go; egui keeps it for the viewport.
#[derive(Clone, Debug)]
enum Hold {
    /// A new shape begins here.
    Start(Point),
    /// The first arm of an angle is drawn.
    Arm([Point; 2]),
    /// A mark is dragged from a point.
    Mark {
        id: MarkId,
        hit: Hit,
        from: Point,
        shape: Shape,
    },
}

/// Listens to the mouse for marks; says whether it was for them.
pub(super) fn listen(
    ui: &Ui,
    scene: &Scene<'_>,
    marked: Marked<'_>,
    place: &Place,
    response: &Response,
    commands: &mut Vec<Command>,
) -> bool {
    let id = hold_id(response);
    let Marked { item, scan, at, .. } = marked;
    let hold: Option<Hold> = ui.data(|it| it.get_temp(id));
    let pointer = response.interact_pointer_pos();
    if let Some(tool) = scene.state.tool {
        if response.contains_pointer() {
            ui.ctx().set_cursor_icon(CursorIcon::Crosshair);
        }
        let drawn = drawn(ui, id, (tool, hold), place, response);
        commands.extend(drawn.map(|it| Command::EditMarks(item, at, MarkEdit::Add(it))));
        return true;
    }
    if let Some(Hold::Mark {
        id: mark,
        hit,
        from,
        shape,
    }) = hold
    {
        if response.drag_stopped() || !response.dragged() {
            ui.data_mut(|it| it.remove::<Hold>(id));
            if let Some(to) = pointer.map(|it| place.point_from_ui(it)) {
                let edit = MarkEdit::Change(mark, dragged(&shape, hit, (from, to)));
                commands.push(Command::EditMarks(item, at, edit));
            }
        }
        ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
        return true;
    }
    let marks = scan.marks.of(at);
    let under = |at: Pos2| hit(marks, place, at);
    let is_plain = ui.input(|it| it.modifiers.is_none());
    let pressed = ui
        .input(|it| it.pointer.press_origin())
        .filter(|_| response.drag_started_by(PointerButton::Primary) && is_plain);
    if let Some((at, (mark, hit))) = pressed.and_then(|at| Some((at, under(at)?))) {
        let hold = Hold::Mark {
            id: mark.id,
            hit,
            from: place.point_from_ui(at),
            shape: mark.shape.clone(),
        };
        ui.data_mut(|it| it.insert_temp(id, hold));
        commands.push(Command::ChooseMark(Some(mark.id)));
        return true;
    }
    if let Some(at) = pointer.filter(|_| response.clicked()) {
        let found = under(at).map(|it| it.0.id);
        if found != scene.state.chosen_mark {
            commands.push(Command::ChooseMark(found));
        }
    } else if response.hover_pos().and_then(under).is_some() {
        ui.ctx().set_cursor_icon(CursorIcon::Grab);
    }
    false
}

/// Draws the marks of the frame on screen, and the one that is being made or dragged.
pub(super) fn marks_ui(
    ui: &Ui,
    painter: &Painter,
    scene: &Scene<'_>,
    marked: Marked<'_>,
    place: &Place,
    (response, pictures): (&Response, &mut Pictures),
) {
    let about = (scene.words, marked);
    let hold: Option<Hold> = ui.data(|it| it.get_temp(hold_id(response)));
    let pointer = response.hover_pos().or(response.interact_pointer_pos());
    let pointer = pointer.map(|it| place.point_from_ui(it));
    for mark in marked.scan.marks.of(marked.at) {
        let held = match (&hold, pointer) {
            (
                Some(Hold::Mark {
                    id,
                    hit,
                    from,
                    shape,
                }),
                Some(to),
            ) if *id == mark.id => Some(dragged(shape, *hit, (*from, to))),
            _ => None,
        };
        let is_chosen = scene.state.chosen_mark == Some(mark.id);
        let shape = held.as_ref().unwrap_or(&mark.shape);
        mark_ui(painter, about, (shape, is_chosen), place, pictures);
    }
    let (Some(tool), Some(to)) = (scene.state.tool, pointer) else {
        return;
    };
    let new = match hold {
        Some(Hold::Start(from)) => shape_of(tool, from, to, place),
        Some(Hold::Arm([end, corner])) => Some(Shape::Angle([end, corner, to])),
        Some(Hold::Mark { .. }) | None => None,
    };
    if let Some(new) = new {
        mark_ui(painter, about, (&new, true), place, pictures);
    }
}

fn hold_id(response: &Response) -> Id {
    response.id.with("mark")
}

/// A new shape, once it is whole.
fn drawn(
    ui: &Ui,
    id: Id,
    (tool, hold): (Tool, Option<Hold>),
    place: &Place,
    response: &Response,
) -> Option<Shape> {
    let at = place.point_from_ui(response.interact_pointer_pos()?);
    if tool == Tool::Probe {
        return response.clicked().then_some(Shape::Probe(at));
    }
    if let Some(Hold::Arm([end, corner])) = hold {
        let is_whole = response.clicked() || response.drag_stopped();
        if is_whole {
            ui.data_mut(|it| it.remove::<Hold>(id));
        }
        return is_whole.then_some(Shape::Angle([end, corner, at]));
    }
    if response.drag_started_by(PointerButton::Primary) {
        let origin = ui.input(|it| it.pointer.press_origin())?;
        let start = Hold::Start(place.point_from_ui(origin));
        ui.data_mut(|it| it.insert_temp(id, start));
    }
    let Some(Hold::Start(from)) = hold else {
        return None;
    };
    if !response.drag_stopped() {
        return None;
    }
    ui.data_mut(|it| it.remove::<Hold>(id));
    let way = place.ui_from_point(at) - place.ui_from_point(from);
    if way.length() < SHORTEST {
        return None;
    }
    if tool == Tool::Angle {
        ui.data_mut(|it| it.insert_temp(id, Hold::Arm([from, at])));
        return None;
    }
    shape_of(tool, from, at, place)
}

/// The shape of a stroke from one point to another.
fn shape_of(tool: Tool, from: Point, to: Point, place: &Place) -> Option<Shape> {
    match tool {
        // Its first arm is shown as a line.
        Tool::Length | Tool::Angle => Some(Shape::Length([from, to])),
        Tool::Arrow => Some(Shape::Arrow([from, to])),
        Tool::Rectangle => Some(Shape::rectangle(from, to, place.sides())),
        Tool::Ellipse => Some(Shape::ellipse(from, to, place.sides())),
        Tool::Probe => None,
    }
}

fn dragged(shape: &Shape, hit: Hit, (from, to): (Point, Point)) -> Shape {
    match hit {
        Hit::Handle(idx) => shape.with_handle(idx, to),
        Hit::Edge => shape.moved([to.x - from.x, to.y - from.y]),
    }
}

/// What lies under a point on screen; the newest first.
fn hit<'a>(marks: &'a [Mark], place: &Place, at: Pos2) -> Option<(&'a Mark, Hit)> {
    let (at, reach) = (place.point_from_ui(at), place.reach(REACH));
    marks
        .iter()
        .rev()
        .find_map(|it| Some((it, it.shape.hit(at, reach)?)))
}

fn mark_ui(
    painter: &Painter,
    (words, marked): (&Words, Marked<'_>),
    (shape, is_chosen): (&Shape, bool),
    place: &Place,
    pictures: &mut Pictures,
) {
    let color = if is_chosen {
        ON_PICTURE
    } else {
        BLUE_ON_PICTURE
    };
    let halo = Stroke::new(3.5, Color32::from_black_alpha(130));
    let lines: Vec<Vec<Pos2>> = shape
        .outline()
        .iter()
        .map(|line| line.iter().map(|it| place.ui_from_point(*it)).collect())
        .collect();
    for stroke in [halo, Stroke::new(1.5, color)] {
        for line in &lines {
            painter.line(line.clone(), stroke);
        }
        if let (Shape::Arrow([tail, tip]), true) = (shape, stroke.width < 3.0) {
            let (tail, tip) = (place.ui_from_point(*tail), place.ui_from_point(*tip));
            let way = (tip - tail).normalized() * 12.0;
            painter.arrow(tip - way, way, stroke);
        }
    }
    let handles = shape.handles();
    for handle in handles.iter().filter(|_| is_chosen || lines.is_empty()) {
        let at = place.ui_from_point(*handle);
        painter.circle_stroke(at, HANDLE + 1.0, halo);
        painter.circle_stroke(at, HANDLE, Stroke::new(1.5, color));
    }
    let measured = pictures.measured(marked.scan, shape);
    let unit = marked.scan.scan.header.unit.as_deref();
    let mut lines_of_words = words::measured_words(words, &measured, unit);
    if let (Shape::Probe(at), Some(plane)) = (shape, marked.plane) {
        lines_of_words.push(words::place_words(plane.patient_from_pixel([at.x, at.y])));
    }
    // Beside what reaches farthest to the right on screen, where it covers least of what was meant.
    let anchor = lines
        .iter()
        .flatten()
        .copied()
        .chain(handles.iter().map(|it| place.ui_from_point(*it)))
        .max_by(|one, other| one.x.total_cmp(&other.x));
    let Some(anchor) = anchor else { return };
    let height = lines_of_words.len() as f32 * LINE;
    let inner = place.rect.shrink(8.0);
    let top =
        (anchor.y - height / 2.0).clamp(inner.top(), (inner.bottom() - height).max(inner.top()));
    for (idx, line) in lines_of_words.iter().enumerate() {
        let is_left = inner.right() - 140.0 < anchor.x;
        let (align, step) = if is_left {
            (Align2::RIGHT_TOP, -10.0)
        } else {
            (Align2::LEFT_TOP, 10.0)
        };
        let at = Pos2::new(anchor.x, top) + vec2(step, idx as f32 * LINE);
        haloed(painter, at, align, line, theme::regular(SMALL), color);
    }
}
