//! What lies over an image on screen: overlay planes, segments, parametric maps, and what a presentation state draws.

use egui::{
    Align2, Color32, Mesh, Painter, Popup, Pos2, Stroke, TextureHandle, Ui, epaint::Vertex, pos2,
    vec2,
};

use super::{
    Scene,
    controls::Button,
    corners_ui::{MARGIN, haloed},
    pictures::{MaskKey, Pictures},
    place::Place,
    theme::{self, AMBER_ON_PICTURE, ON_PICTURE, SMALL},
};
use crate::{
    case::{
        Plane,
        presentation::{
            Anchor, Annotation, Content, Graphic, GraphicKind, Overlay, ParametricMap, Segment,
            Segmentation, State as Shown, TextNote, Units,
        },
    },
    render::{caption::short_number, over},
    session::{Command, ItemId, Over, ScanItem},
    words::Words,
};

/// Colours of segments that have none, told apart by those who see red and green alike (Okabe and Ito, 2008).
const COLOURS: [[u8; 3]; 6] = [
    [86, 180, 233],
    [230, 159, 0],
    [0, 158, 115],
    [240, 228, 66],
    [204, 121, 167],
    [213, 94, 0],
];

/// Draws everything over a scan; the shutters of a state cover what lies below, and its drawings lie on top.
pub(super) fn over_ui(
    painter: &Painter,
    scene: &Scene<'_>,
    (id, scan): (ItemId, &ScanItem),
    place: &Place,
    pictures: &mut Pictures,
) {
    if !scene.state.are_overs_shown {
        return;
    }
    let frame_idx = scan.view.frame_idx;
    for (idx, overlay) in scan.scan.planes.overlays.iter().enumerate() {
        let key = MaskKey::Plane(id, idx, frame_idx);
        overlay_ui(painter, place, (key, overlay, frame_idx), None, pictures);
    }
    let mut told: Vec<(String, Color32)> = Vec::new();
    for over in scene.state.overs_on(scan).filter(|it| it.is_shown) {
        let drawn = (over, scan);
        match &over.presentation.content {
            Content::Segmentation(it) => {
                segments_ui(painter, place, drawn, it, pictures, &mut told);
            }
            Content::Map(it) => map_ui(painter, scene, place, (drawn, it), pictures, &mut told),
            Content::State(it) => state_ui(painter, place, (drawn, it), pictures),
            Content::Planes(_) => {}
        }
    }
    if scene.state.are_texts_shown {
        legend_ui(painter, place, &told);
    }
}

/// One line for each segment and map.
fn legend_ui(painter: &Painter, place: &Place, told: &[(String, Color32)]) {
    let at = place.rect.left_top() + vec2(MARGIN, MARGIN + 40.0);
    for (idx, (words, color)) in told.iter().enumerate() {
        let at = at + vec2(0.0, 17.0 * idx as f32);
        let font = theme::regular(SMALL);
        haloed(
            painter,
            at,
            Align2::LEFT_TOP,
            "\u{25A0}",
            font.clone(),
            *color,
        );
        haloed(
            painter,
            at + vec2(14.0, 0.0),
            Align2::LEFT_TOP,
            words,
            font,
            ON_PICTURE,
        );
    }
}

fn overlay_ui(
    painter: &Painter,
    place: &Place,
    (key, overlay, frame_idx): (MaskKey, &Overlay, usize),
    colour: Option<[u8; 3]>,
    pictures: &mut Pictures,
) {
    let Some(bitmap) = overlay.bitmap(frame_idx) else {
        return;
    };
    let colour = colour.unwrap_or([255, 236, 150]);
    let texture = pictures.mask(painter.ctx(), key, || over::of_bitmap(bitmap, colour));
    let [left, top] = overlay.corner.map(f64::from);
    let (right, bottom) = (left + bitmap.width as f64, top + bitmap.height as f64);
    let corners = [[left, top], [right, top], [right, bottom], [left, bottom]];
    quad(painter, &texture, place, corners, 1.0);
}

fn segments_ui(
    painter: &Painter,
    place: &Place,
    (over, scan): (&Over, &ScanItem),
    segmentation: &Segmentation,
    pictures: &mut Pictures,
    told: &mut Vec<(String, Color32)>,
) {
    let Some(uid) = scan.instance_uid() else {
        return;
    };
    let shown = segmentation.on(uid, scan.view.frame_idx);
    for (idx, frame) in segmentation.frames.iter().enumerate() {
        if !shown.iter().any(|it| std::ptr::eq(*it, frame)) {
            continue;
        }
        let Some(segment) = segmentation.segments.get(frame.segment_idx) else {
            continue;
        };
        let size = (segmentation.width, segmentation.height);
        let Some(corners) = corners_on(scan, frame.plane.as_ref(), size) else {
            continue;
        };
        let colour = colour_of(segment);
        let key = MaskKey::Over(over.id, idx);
        let picture = || over::of_segment(segmentation, frame, colour);
        let texture = pictures.mask(painter.ctx(), key, picture);
        quad(painter, &texture, place, corners, 1.0);
        let [red, green, blue] = colour;
        // For the clinician's eyes.
        let line = segment.label.reveal().clone();
        let line = (line, Color32::from_rgb(red, green, blue));
        if !told.contains(&line) {
            told.push(line);
        }
    }
}

fn colour_of(segment: &Segment) -> [u8; 3] {
    let number = usize::from(segment.number.saturating_sub(1)) % COLOURS.len();
    let given = segment.colour.or_else(|| COLOURS.get(number).copied());
    given.unwrap_or([86, 180, 233])
}

fn map_ui(
    painter: &Painter,
    scene: &Scene<'_>,
    place: &Place,
    ((over, scan), map): ((&Over, &ScanItem), &ParametricMap),
    pictures: &mut Pictures,
    told: &mut Vec<(String, Color32)>,
) {
    let Some(uid) = scan.instance_uid() else {
        return;
    };
    let shown = map.on(uid, scan.view.frame_idx);
    for (idx, frame) in map.frames.iter().enumerate() {
        let size = (map.width, map.height);
        let (Some(corners), Some(range)) = (
            corners_on(scan, frame.plane.as_ref(), size),
            over::range_of(frame),
        ) else {
            continue;
        };
        if !shown.iter().any(|it| std::ptr::eq(*it, frame)) {
            continue;
        }
        let key = MaskKey::Over(over.id, idx);
        let picture = || over::of_map(map, frame, range);
        let texture = pictures.mask(painter.ctx(), key, picture);
        let opacity = scene.state.settings.overlay_opacity;
        quad(painter, &texture, place, corners, opacity);
        let line = map_words(scene.words, over, (&frame.real_world.unit, range));
        told.push((line, AMBER_ON_PICTURE));
    }
}

fn map_words(words: &Words, over: &Over, (unit, [low, high]): (&str, [f32; 2])) -> String {
    let (low, high) = (short_number(low), short_number(high));
    // For the clinician's eyes.
    let parts = [
        ("name", over.name.reveal().into()),
        ("low", (&low).into()),
        ("high", (&high).into()),
        ("unit", unit.into()),
    ];
    words.say_with("over-unit", &parts)
}

/// Where a mask lies on a scan, in pixel edges: upper left, upper right, lower right, lower left. One of the size of the
/// scan lies on it pixel by pixel; another only where both say where they are.
fn corners_on(
    scan: &ScanItem,
    plane: Option<&Plane>,
    (width, height): (usize, usize),
) -> Option<[[f64; 2]; 4]> {
    let (right, bottom) = (width as f64, height as f64);
    let own = [[0.0, 0.0], [right, 0.0], [right, bottom], [0.0, bottom]];
    let header = &scan.scan.header;
    if (header.pixels.columns, header.pixels.rows) == (width, height) {
        return Some(own);
    }
    let frames = &header.dicom.as_ref()?.frames;
    let on = Plane::of(
        &frames.get(scan.view.frame_idx)?.place?,
        header.spacing.as_ref()?,
    );
    let plane = plane?;
    Some(own.map(|it| on.pixel_from_patient(plane.patient_from_pixel(it))))
}

/// Draws what a presentation state covers and what it draws.
fn state_ui(
    painter: &Painter,
    place: &Place,
    ((over, scan), state): ((&Over, &ScanItem), &Shown),
    pictures: &mut Pictures,
) {
    let Some(uid) = scan.instance_uid() else {
        return;
    };
    let frame_idx = scan.view.frame_idx;
    let pixels = &scan.scan.header.pixels;
    if !state.shutters.is_empty() {
        let size = (pixels.columns, pixels.rows);
        let of_group = |group: u16| {
            let overlay = state.overlays.iter().find(|it| it.group == group)?;
            Some((overlay.bitmap(frame_idx)?.clone(), overlay.corner))
        };
        let key = MaskKey::Shutter(over.id, frame_idx);
        let picture =
            || over::of_shutters(&state.shutters, state.shutter_brightness, size, of_group);
        let texture = pictures.mask(painter.ctx(), key, picture);
        let (right, bottom) = (size.0 as f64, size.1 as f64);
        let corners = [[0.0, 0.0], [right, 0.0], [right, bottom], [0.0, bottom]];
        quad(painter, &texture, place, corners, 1.0);
    }
    for (idx, overlay) in state.overlays.iter().enumerate() {
        let layer = overlay.layer_idx.and_then(|it| state.layers.get(it));
        let key = MaskKey::Over(over.id, idx);
        let colour = layer.and_then(|it| it.colour);
        if overlay.layer_idx.is_some() {
            overlay_ui(painter, place, (key, overlay, frame_idx), colour, pictures);
        }
    }
    let area = state.of_frame(&state.areas, uid, frame_idx);
    let point = |units: Units, at: [f64; 2]| {
        let [x, y] = match (units, area.first()) {
            (Units::Display, Some(area)) => state.pixel_from_display(area, at),
            (Units::Display, None) => [at[0] * pixels.columns as f64, at[1] * pixels.rows as f64],
            (Units::Pixel, _) => at,
        };
        place.ui_from_scan((x as f32, y as f32))
    };
    for annotation in state.of_frame(&state.annotations, uid, frame_idx) {
        annotation_ui(painter, state, annotation, &point);
    }
}

fn annotation_ui(
    painter: &Painter,
    state: &Shown,
    annotation: &Annotation,
    point: &dyn Fn(Units, [f64; 2]) -> Pos2,
) {
    let colour = state.layers.get(annotation.layer_idx);
    let color = match colour.and_then(|it| it.colour) {
        Some([red, green, blue]) => Color32::from_rgb(red, green, blue),
        None => AMBER_ON_PICTURE,
    };
    for graphic in &annotation.graphics {
        graphic_ui(painter, graphic, color, point);
    }
    for text in &annotation.texts {
        text_ui(painter, text, color, point);
    }
}

fn graphic_ui(
    painter: &Painter,
    graphic: &Graphic,
    color: Color32,
    point: &dyn Fn(Units, [f64; 2]) -> Pos2,
) {
    const N_STEPS: u32 = 72;
    let units = graphic.units;
    let stroke = Stroke::new(1.5, color);
    let round = |center: [f64; 2], a: [f64; 2], b: [f64; 2]| {
        let step = |it: u32| {
            let (sin, cos) = (f64::from(it) / f64::from(N_STEPS) * std::f64::consts::TAU).sin_cos();
            let [x, y] = center;
            [x + a[0] * cos + b[0] * sin, y + a[1] * cos + b[1] * sin]
        };
        (0..=N_STEPS).map(step).collect::<Vec<_>>()
    };
    let points = match &graphic.kind {
        GraphicKind::Point(at) => {
            painter.circle_filled(point(units, *at), 3.0, color);
            return;
        }
        GraphicKind::Polyline(points) => points.clone(),
        GraphicKind::Interpolated(points) => smooth(points),
        GraphicKind::Circle { center, on_it } => {
            let [x, y] = [on_it[0] - center[0], on_it[1] - center[1]];
            round(*center, [x, y], [-y, x])
        }
        GraphicKind::Ellipse { long, short } => {
            let [from, to] = long;
            let center = [(from[0] + to[0]) / 2.0, (from[1] + to[1]) / 2.0];
            let half =
                |it: &[[f64; 2]; 2]| [it[1][0] - it[0][0], it[1][1] - it[0][1]].map(|it| it / 2.0);
            round(center, half(long), half(short))
        }
    };
    let points: Vec<Pos2> = points.iter().map(|it| point(units, *it)).collect();
    if graphic.is_filled {
        let fill = color.gamma_multiply(0.35);
        painter.add(egui::Shape::convex_polygon(
            points.clone(),
            fill,
            Stroke::NONE,
        ));
    }
    painter.add(egui::Shape::line(points, stroke));
}

/// A smooth curve through points (Catmull and Rom, 1974).
fn smooth(points: &[[f64; 2]]) -> Vec<[f64; 2]> {
    const N_STEPS: u32 = 8;
    let at = |idx: isize| {
        let last = points.len().saturating_sub(1);
        let idx = usize::try_from(idx).unwrap_or(0).min(last);
        points.get(idx).copied().unwrap_or_default()
    };
    let between = |idx: usize| {
        let idx = idx as isize;
        let corners = [at(idx - 1), at(idx), at(idx + 1), at(idx + 2)];
        (0..N_STEPS).map(move |step| {
            let t = f64::from(step) / f64::from(N_STEPS);
            [0, 1].map(|axis| {
                let [a, b, c, d] =
                    corners.map(|it: [f64; 2]| if axis == 0 { it[0] } else { it[1] });
                0.5 * (2.0 * b
                    + (c - a) * t
                    + (2.0 * a - 5.0 * b + 4.0 * c - d) * t * t
                    + (3.0 * b - a - 3.0 * c + d) * t * t * t)
            })
        })
    };
    let mut curve: Vec<[f64; 2]> = (0..points.len().saturating_sub(1))
        .flat_map(between)
        .collect();
    curve.extend(points.last());
    curve
}

fn text_ui(
    painter: &Painter,
    note: &TextNote,
    color: Color32,
    point: &dyn Fn(Units, [f64; 2]) -> Pos2,
) {
    let corner = note.inside.map(|it| point(it.units, it.corners[0]));
    let anchor = |it: Anchor| point(it.units, it.at);
    let Some(at) = corner.or_else(|| note.anchor.map(|it| anchor(it) + vec2(6.0, 0.0))) else {
        return;
    };
    if let Some(to) = note.anchor.filter(|it| it.is_visible && corner.is_some()) {
        painter.line_segment([at, anchor(to)], Stroke::new(1.0, color));
    }
    // For the clinician's eyes.
    let text = note.text.reveal();
    haloed(
        painter,
        at,
        Align2::LEFT_TOP,
        text,
        theme::regular(SMALL),
        color,
    );
}

/// A texture between four points of a scan.
fn quad(
    painter: &Painter,
    texture: &TextureHandle,
    place: &Place,
    corners: [[f64; 2]; 4],
    opacity: f32,
) {
    let mut mesh = Mesh::with_texture(texture.id());
    let uvs = [
        pos2(0.0, 0.0),
        pos2(1.0, 0.0),
        pos2(1.0, 1.0),
        pos2(0.0, 1.0),
    ];
    for ([x, y], uv) in corners.into_iter().zip(uvs) {
        mesh.vertices.push(Vertex {
            pos: place.ui_from_scan((x as f32, y as f32)),
            uv,
            color: Color32::WHITE.gamma_multiply(opacity),
        });
    }
    mesh.add_triangle(0, 1, 2);
    mesh.add_triangle(0, 2, 3);
    painter.add(mesh);
}

/// A menu of what can be drawn over the scan, if anything can.
pub(super) fn over_menu_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    scan: &ScanItem,
    commands: &mut Vec<Command>,
) {
    if !scene.state.has_overs(scan) {
        return;
    }
    let words = scene.words;
    let name = words.say("over-menu");
    let button = Button::new(&name).quiet().tight().show(ui, scene.tokens);
    Popup::menu(&button).show(|ui| {
        ui.set_min_width(220.0);
        let mut is_shown = scene.state.are_overs_shown;
        let all = crate::session::Action::ToggleOvers;
        if ui.checkbox(&mut is_shown, all.words(words).name).clicked() {
            commands.push(Command::Act(all));
        }
        if !scan.scan.planes.overlays.is_empty() {
            ui.label(words.say("over-planes"));
        }
        for over in scene.state.overs_on(scan) {
            // For the clinician's eyes.
            let parts = [("name", over.name.reveal().into())];
            let name = match &over.presentation.content {
                Content::State(_) => words.say_with("over-state", &parts),
                Content::Segmentation(_) => words.say_with("over-segments", &parts),
                Content::Map(_) | Content::Planes(_) => words.say_with("over-map", &parts),
            };
            let mut is_shown = over.is_shown;
            if ui.checkbox(&mut is_shown, name).clicked() {
                commands.push(Command::ToggleOver(over.id));
            }
        }
    });
}
