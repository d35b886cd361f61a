//! The texts in the corners of the viewport: whose picture, how it is windowed, what lies over it.

use std::sync::Arc;

use egui::{Align2, Color32, CornerRadius, FontId, Galley, Painter, Pos2, Rect, pos2, vec2};

use super::{
    Scene,
    pictures::Shown,
    place::Place,
    theme::{self, AMBER_ON_PICTURE, ON_PICTURE, SMALL},
    words::{self, DOT},
};
use crate::{
    case::{Modality, Samples},
    prediction::Method,
    render::{
        caption::{outline_words, percent, short_number},
        heat_color,
    },
    session::ScanItem,
};

pub(super) const MARGIN: f32 = 12.0;

const LINE: f32 = 17.0;

pub(super) fn corner_texts(
    painter: &Painter,
    scene: &Scene<'_>,
    scan: &ScanItem,
    place: &Place,
    (heat, under): (Option<&Shown>, Option<String>),
) {
    let (header, view) = (&scan.scan.header, &scan.view);
    let rect = place.rect.shrink(MARGIN);
    let unit = header.unit.as_deref();
    // For the clinician's eyes: the date tells one picture from another.
    let date = header.acquired.reveal().clone().unwrap_or_default();
    let modality = if header.modality == Modality::Unknown {
        ""
    } else {
        header.modality.as_str()
    };
    let mut title = vec![words::scan_title(&scan.scan), modality.to_owned()];
    title.dedup();
    title.retain(|it| !it.is_empty());
    let title = title.join(DOT);
    let zoom = format!("zoom {:.0} %", place.scale.x * 100.0);
    let window_name = view
        .window
        .name
        .clone()
        .unwrap_or_else(|| "by hand".to_owned());
    let is_gray = matches!(scan.pyramid.frame().samples, Samples::Gray(_));
    let window = if is_gray {
        words::window_words(&view.window, unit)
    } else {
        "colour".to_owned()
    };
    let window_name = if is_gray { window_name } else { String::new() };
    let changed = words::changed_words(view);
    lines(painter, rect.left_top(), Align2::LEFT_TOP, &[&title, &date]);
    lines(
        painter,
        rect.right_top(),
        Align2::RIGHT_TOP,
        &[&window, &window_name, &zoom, &changed],
    );
    let frame = format!("{} / {}", view.frame_idx + 1, scan.scan.frames.len());
    lines(
        painter,
        rect.right_bottom(),
        Align2::RIGHT_BOTTOM,
        &[
            &under.unwrap_or_default(),
            &words::spacing_words(&scan.scan),
            &frame,
        ],
    );
    if let Some(shown) = heat {
        legend(painter, rect, shown, scene.state.drawn_opacity(scan));
    }
    if let Some([across, down]) = &header.orientation {
        let stored = [
            words::opposite(across),
            across.clone(),
            words::opposite(down),
            down.clone(),
        ];
        let places = [
            (rect.left_center(), Align2::LEFT_CENTER),
            (rect.right_center(), Align2::RIGHT_CENTER),
            (rect.center_top(), Align2::CENTER_TOP),
            (rect.center_bottom(), Align2::CENTER_BOTTOM),
        ];
        for ((at, align), letters) in places.into_iter().zip(view.turn.sides(stored)) {
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
fn lines(painter: &Painter, corner: Pos2, align: Align2, texts: &[&str]) {
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
fn legend(painter: &Painter, rect: Rect, shown: &Shown, opacity: f32) {
    const WIDTH: f32 = 120.0;
    const HEIGHT: f32 = 6.0;
    let explanation = &shown.explanation;
    let gap = explanation
        .completeness_gap
        .map(|it| format!("{DOT}gap {}", short_number(it)))
        .unwrap_or_default();
    let words = format!(
        "influence map for \u{201C}{}\u{201D}\n{}{gap}\ndrawn at {}",
        explanation.label,
        explanation.method.name(),
        percent(opacity)
    );
    let base = rect.left_bottom();
    // Only its own half: the letter of orientation stands in the middle.
    let wrap = rect.width() / 2.0 - 3.0 * MARGIN;
    let font = theme::regular(SMALL);
    let galley = painter.layout(words, font, ON_PICTURE, wrap);
    haloed_galley(
        painter,
        base - vec2(0.0, LINE + 2.0),
        Align2::LEFT_BOTTOM,
        &galley,
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
        &format!(
            "0 \u{2013} {}{}",
            short_number(shown.full),
            outline_words(explanation.method, shown.full)
        ),
        theme::regular(SMALL),
        ON_PICTURE,
    );
}

/// While an explanation is worked out: what, and how far, where its legend will be.
pub(super) fn explaining_ui(painter: &Painter, scene: &Scene<'_>, scan: &ScanItem, rect: Rect) {
    const WIDTH: f32 = 120.0;
    let Some(reading) = scan.reading() else {
        return;
    };
    let Some(id) = reading.explanation.waiting() else {
        return;
    };
    let method = reading.method.map_or("", Method::name);
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
pub(super) fn haloed(
    painter: &Painter,
    at: Pos2,
    align: Align2,
    text: &str,
    font: FontId,
    color: Color32,
) {
    let galley = painter.layout_no_wrap(text.to_owned(), font, color);
    haloed_galley(painter, at, align, &galley);
}

fn haloed_galley(painter: &Painter, at: Pos2, align: Align2, galley: &Arc<Galley>) {
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
    painter.galley(rect.min, galley.clone(), ON_PICTURE);
}
