//! What lies over an image on screen: overlay planes, segments, parametric maps, and what a presentation state draws.

use std::sync::Arc;

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
    theme::{self, ON_PICTURE, SMALL},
};
use crate::{
    case::{
        Plane,
        presentation::{
            Anchor, Content, Graphic, GraphicKind, Overlay, ParametricMap, Segment, Segmentation,
            State as Shown, TextNote, Units,
        },
    },
    privacy::Phi,
    render::{Picture, caption::short_number, outgoing::Drawn, over},
    session::{Command, ItemId, Over, ScanItem, State},
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

/// What is drawn over an image where the object gives no colour.
const AMBER: [u8; 3] = [0xF2, 0xB4, 0x41];
/// The same for an overlay plane.
const PLANE: [u8; 3] = [255, 236, 150];

/// What lies over a scan, from below to on top, and what its colours mean.
#[derive(Default)]
pub(super) struct Overs {
    /// A mask with the key that its texture is kept under.
    pub(super) drawn: Vec<(Option<MaskKey>, Drawn)>,
    pub(super) legend: Vec<(Meaning, [u8; 3])>,
}

/// What a colour means.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Meaning {
    /// A segment, by its label.
    Segment(Phi<String>),
    /// A parametric map, by its name, with its unit and range.
    Map(Phi<String>, String, [f32; 2]),
}

/// Draws everything over a scan.
pub(super) fn over_ui(
    painter: &Painter,
    scene: &Scene<'_>,
    about: (ItemId, &ScanItem),
    place: &Place,
    pictures: &mut Pictures,
) {
    let overs = overs(scene.state, about);
    for (key, drawn) in &overs.drawn {
        drawn_ui(painter, place, (*key, drawn), pictures);
    }
    if scene.state.are_texts_shown {
        legend_ui(painter, scene.words, place, &overs.legend);
    }
}

/// Everything that is shown over a scan; the shutters of a state cover what lies below, and its drawings lie on top.
pub(super) fn overs(state: &State, (id, scan): (ItemId, &ScanItem)) -> Overs {
    let mut overs = Overs::default();
    if !state.are_overs_shown {
        return overs;
    }
    let frame_idx = scan.view.frame_idx;
    for (idx, overlay) in scan.scan.planes.overlays.iter().enumerate() {
        let key = MaskKey::Plane(id, idx, frame_idx);
        let whole = scan.scan.clone();
        let make = move || {
            let bitmap = whole.planes.overlays.get(idx)?.bitmap(frame_idx)?;
            Some(over::of_bitmap(bitmap, PLANE))
        };
        overs.plane(key, (overlay, frame_idx), make);
    }
    for over in state.overs_on(scan).filter(|it| it.is_shown) {
        match &over.presentation.content {
            Content::Segmentation(it) => overs.segments((over, scan), it),
            Content::Map(it) => {
                overs.maps((over, scan), it, state.settings.overlay_opacity);
            }
            Content::State(it) => overs.state((over, scan), it),
            Content::Planes(_) => {}
        }
    }
    overs
}

/// Draws one thing of those that lie over a scan.
fn drawn_ui(
    painter: &Painter,
    place: &Place,
    (key, drawn): (Option<MaskKey>, &Drawn),
    pictures: &mut Pictures,
) {
    let at = |[x, y]: [f64; 2]| place.ui_from_scan((x as f32, y as f32));
    let rgb = |[red, green, blue]: [u8; 3]| Color32::from_rgb(red, green, blue);
    match drawn {
        Drawn::Mask {
            make,
            corners,
            opacity,
        } => {
            if let Some(key) = key {
                let texture = pictures.mask(painter.ctx(), key, || make());
                quad(painter, &texture, place, *corners, *opacity);
            }
        }
        Drawn::Line {
            points,
            color,
            is_filled,
        } => {
            let points: Vec<Pos2> = points.iter().map(|it| at(*it)).collect();
            if *is_filled {
                let fill = rgb(*color).gamma_multiply(0.35);
                let inside = egui::Shape::convex_polygon(points.clone(), fill, Stroke::NONE);
                painter.add(inside);
            }
            painter.add(egui::Shape::line(points, Stroke::new(1.5, rgb(*color))));
        }
        Drawn::Dot { at: dot, color } => {
            painter.circle_filled(at(*dot), 3.0, rgb(*color));
        }
        Drawn::Text {
            at: corner,
            gap,
            text,
            color,
        } => {
            let corner = at(*corner) + vec2(*gap, 0.0);
            let font = theme::regular(SMALL);
            haloed(painter, corner, Align2::LEFT_TOP, text, font, rgb(*color));
        }
        // Beside marks, which are drawn with their handles.
        Drawn::Words { .. } => {}
    }
}

/// One line for each segment and map.
fn legend_ui(painter: &Painter, words: &Words, place: &Place, legend: &[(Meaning, [u8; 3])]) {
    let at = place.rect.left_top() + vec2(MARGIN, MARGIN + 40.0);
    for (idx, (meaning, [red, green, blue])) in legend.iter().enumerate() {
        let at = at + vec2(0.0, 17.0 * idx as f32);
        let font = theme::regular(SMALL);
        haloed(
            painter,
            at,
            Align2::LEFT_TOP,
            "\u{25A0}",
            font.clone(),
            Color32::from_rgb(*red, *green, *blue),
        );
        let text = match meaning {
            // For the clinician's eyes.
            Meaning::Segment(label) => label.reveal().clone(),
            Meaning::Map(name, unit, range) => map_words(words, name, (unit, *range)),
        };
        haloed(
            painter,
            at + vec2(14.0, 0.0),
            Align2::LEFT_TOP,
            &text,
            font,
            ON_PICTURE,
        );
    }
}

fn map_words(words: &Words, name: &Phi<String>, (unit, [low, high]): (&str, [f32; 2])) -> String {
    let (low, high) = (short_number(low), short_number(high));
    // For the clinician's eyes.
    let parts = [
        ("name", name.reveal().into()),
        ("low", (&low).into()),
        ("high", (&high).into()),
        ("unit", unit.into()),
    ];
    words.say_with("over-unit", &parts)
}

impl Overs {
    fn plane(
        &mut self,
        key: MaskKey,
        (overlay, frame_idx): (&Overlay, usize),
        make: impl Fn() -> Option<Picture> + Send + Sync + 'static,
    ) {
        let Some(bitmap) = overlay.bitmap(frame_idx) else {
            return;
        };
        let [left, top] = overlay.corner.map(f64::from);
        let (right, bottom) = (left + bitmap.width as f64, top + bitmap.height as f64);
        let corners = [[left, top], [right, top], [right, bottom], [left, bottom]];
        self.mask(key, make, corners, 1.0);
    }

    fn mask(
        &mut self,
        key: MaskKey,
        make: impl Fn() -> Option<Picture> + Send + Sync + 'static,
        corners: [[f64; 2]; 4],
        opacity: f32,
    ) {
        let drawn = Drawn::Mask {
            make: Arc::new(move || make().unwrap_or_default()),
            corners,
            opacity,
        };
        self.drawn.push((Some(key), drawn));
    }

    fn segments(&mut self, (over, scan): (&Over, &ScanItem), segmentation: &Segmentation) {
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
            let presentation = over.presentation.clone();
            let make = move || match &presentation.content {
                Content::Segmentation(it) => {
                    Some(over::of_segment(it, it.frames.get(idx)?, colour))
                }
                _ => None,
            };
            self.mask(MaskKey::Over(over.id, idx), make, corners, 1.0);
            let line = (Meaning::Segment(segment.label.clone()), colour);
            if !self.legend.contains(&line) {
                self.legend.push(line);
            }
        }
    }

    fn maps(&mut self, (over, scan): (&Over, &ScanItem), map: &ParametricMap, opacity: f32) {
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
            let presentation = over.presentation.clone();
            let make = move || match &presentation.content {
                Content::Map(it) => Some(over::of_map(it, it.frames.get(idx)?, range)),
                _ => None,
            };
            self.mask(MaskKey::Over(over.id, idx), make, corners, opacity);
            let unit = frame.real_world.unit.clone();
            let meaning = Meaning::Map(over.name.clone(), unit, range);
            self.legend.push((meaning, AMBER));
        }
    }

    /// What a presentation state covers and what it draws.
    fn state(&mut self, (over, scan): (&Over, &ScanItem), state: &Shown) {
        let Some(uid) = scan.instance_uid() else {
            return;
        };
        let frame_idx = scan.view.frame_idx;
        let pixels = &scan.scan.header.pixels;
        let size = (pixels.columns, pixels.rows);
        if !state.shutters.is_empty() {
            let presentation = over.presentation.clone();
            let make = move || match &presentation.content {
                Content::State(it) => Some(shutters(it, frame_idx, size)),
                _ => None,
            };
            let (right, bottom) = (size.0 as f64, size.1 as f64);
            let corners = [[0.0, 0.0], [right, 0.0], [right, bottom], [0.0, bottom]];
            self.mask(MaskKey::Shutter(over.id, frame_idx), make, corners, 1.0);
        }
        for (idx, overlay) in state.overlays.iter().enumerate() {
            let Some(layer_idx) = overlay.layer_idx else {
                continue;
            };
            let colour = state.layers.get(layer_idx).and_then(|it| it.colour);
            let colour = colour.unwrap_or(PLANE);
            let presentation = over.presentation.clone();
            let make = move || match &presentation.content {
                Content::State(it) => {
                    let bitmap = it.overlays.get(idx)?.bitmap(frame_idx)?;
                    Some(over::of_bitmap(bitmap, colour))
                }
                _ => None,
            };
            let key = MaskKey::Over(over.id, idx);
            self.plane(key, (overlay, frame_idx), make);
        }
        let area = state.of_frame(&state.areas, uid, frame_idx);
        let point = |units: Units, at: [f64; 2]| match (units, area.first()) {
            (Units::Display, Some(area)) => state.pixel_from_display(area, at),
            (Units::Display, None) => [at[0] * size.0 as f64, at[1] * size.1 as f64],
            (Units::Pixel, _) => at,
        };
        for annotation in state.of_frame(&state.annotations, uid, frame_idx) {
            let colour = state.layers.get(annotation.layer_idx);
            let colour = colour.and_then(|it| it.colour).unwrap_or(AMBER);
            let graphics = annotation.graphics.iter();
            let drawn = graphics.map(|it| graphic(it, colour, &point));
            let texts = annotation.texts.iter();
            let texts = texts.flat_map(|it| text(it, colour, &point));
            self.drawn.extend(drawn.chain(texts).map(|it| (None, it)));
        }
    }
}

fn shutters(state: &Shown, frame_idx: usize, size: (usize, usize)) -> Picture {
    let of_group = |group: u16| {
        let overlay = state.overlays.iter().find(|it| it.group == group)?;
        Some((overlay.bitmap(frame_idx)?.clone(), overlay.corner))
    };
    over::of_shutters(&state.shutters, state.shutter_brightness, size, of_group)
}

fn colour_of(segment: &Segment) -> [u8; 3] {
    let number = usize::from(segment.number.saturating_sub(1)) % COLOURS.len();
    let given = segment.colour.or_else(|| COLOURS.get(number).copied());
    given.unwrap_or([86, 180, 233])
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

fn graphic(
    graphic: &Graphic,
    color: [u8; 3],
    point: &dyn Fn(Units, [f64; 2]) -> [f64; 2],
) -> Drawn {
    const N_STEPS: u32 = 72;
    let units = graphic.units;
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
            let at = point(units, *at);
            return Drawn::Dot { at, color };
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
    Drawn::Line {
        points: points.iter().map(|it| point(units, *it)).collect(),
        color,
        is_filled: graphic.is_filled,
    }
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

/// A text, and the line to what it is about where that is to be seen.
fn text(
    note: &TextNote,
    color: [u8; 3],
    point: &dyn Fn(Units, [f64; 2]) -> [f64; 2],
) -> Vec<Drawn> {
    let corner = note.inside.map(|it| point(it.units, it.corners[0]));
    let anchor = |it: Anchor| point(it.units, it.at);
    let Some(at) = corner.or_else(|| note.anchor.map(anchor)) else {
        return Vec::new();
    };
    let to = note
        .anchor
        .filter(|it| it.is_visible && corner.is_some())
        .map(|it| Drawn::Line {
            points: vec![at, anchor(it)],
            color,
            is_filled: false,
        });
    let text = Drawn::Text {
        at,
        gap: if corner.is_some() { 0.0 } else { 6.0 },
        // For the clinician's eyes, and for whoever they show the picture to.
        text: note.text.reveal().clone(),
        color,
    };
    to.into_iter().chain([text]).collect()
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
