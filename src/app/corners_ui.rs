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
        caption::{outline, percent, short_number},
        heat_color,
    },
    session::{ItemId, ScanItem},
    words::{Part, Words},
};

pub(super) const MARGIN: f32 = 12.0;

const LINE: f32 = 17.0;

pub(super) fn corner_texts(
    painter: &Painter,
    scene: &Scene<'_>,
    (id, scan): (ItemId, &ScanItem),
    place: &Place,
    (heat, under): (Option<&Shown>, Option<String>),
) {
    let (view, words) = (&scan.view, scene.words);
    let rect = place.rect.shrink(MARGIN);
    let (title, date) = title_words(words, scan);
    let [window, window_name] = window_lines(words, scan);
    let zoom = zoom_words(words, place.scale.x);
    let state = scene.state.overs_on(scan);
    let state = state
        .filter(|it| it.is_shown && it.state().is_some())
        .last();
    let state = state.filter(|_| scene.state.are_overs_shown).map(|it| {
        // For the clinician's eyes.
        words.say_with("changed-state", &[("name", it.name.reveal().into())])
    });
    let changed = words::changed_words(words, view);
    lines(painter, rect.left_top(), Align2::LEFT_TOP, &[&title, &date]);
    lines(
        painter,
        rect.right_top(),
        Align2::RIGHT_TOP,
        &[
            &window,
            &window_name,
            &zoom,
            &changed,
            &state.unwrap_or_default(),
        ],
    );
    let (at, n_slices) = scene.state.position(id);
    let slice = format!("{} / {n_slices}", at + 1);
    let planes = scene.state.planes.as_ref().map(|it| it.row);
    let odd = scene.state.oddities(planes.unwrap_or(id));
    let odd = odd.first().map(|it| words::oddity_words(words, it));
    lines(
        painter,
        rect.right_bottom(),
        Align2::RIGHT_BOTTOM,
        &[
            &under.unwrap_or_default(),
            &odd.unwrap_or_default(),
            &words::spacing_words(words, &scan.scan),
            &slice,
        ],
    );
    if let Some(shown) = heat {
        let opacity = scene.state.drawn_opacity(scan);
        legend(painter, (rect, scene.words), shown, opacity);
    }
    letters_ui(painter, rect, scan);
}

/// What the scan shows and by what it was made, and when.
pub(super) fn title_words(words: &Words, scan: &ScanItem) -> (String, String) {
    let header = &scan.scan.header;
    // For the clinician's eyes: the date tells one picture from another.
    let date = header.acquired.reveal().clone().unwrap_or_default();
    let modality = if header.modality == Modality::Unknown {
        ""
    } else {
        header.modality.as_str()
    };
    let mut title = vec![words::scan_title(words, &scan.scan), modality.to_owned()];
    title.dedup();
    title.retain(|it| !it.is_empty());
    (title.join(DOT), date)
}

/// The window, and what it is called.
pub(super) fn window_lines(words: &Words, scan: &ScanItem) -> [String; 2] {
    let window = &scan.view.window;
    if !matches!(scan.pyramid().frame().samples, Samples::Gray(_)) {
        return [words.say("corner-colour"), String::new()];
    }
    if let Some(table) = &scan.view.table {
        return [words.say("corner-table"), words::table_name(words, table)];
    }
    let name = window.name.as_deref().map_or_else(
        || words.say("corner-by-hand"),
        |it| words::window_name(words, it),
    );
    let unit = scan.scan.header.unit.as_deref();
    [words::window_words(words, window, unit), name]
}

/// How many pixels are drawn for one of the scan.
pub(super) fn zoom_words(words: &Words, scale: f32) -> String {
    let zoom = format!("{:.0}", scale * 100.0);
    words.say_with("corner-zoom", &[("percent", Part::from(&zoom))])
}

/// What an influence map shows, its scale, and how strongly it is drawn.
pub(super) fn map_lines(words: &Words, shown: &Shown, opacity: f32) -> [String; 2] {
    let explanation = &shown.explanation;
    let gap = explanation.completeness_gap.map(|it| {
        let gap = short_number(it);
        let gap = words.say_with("corner-gap", &[("gap", Part::from(&gap))]);
        format!("{DOT}{gap}")
    });
    let drawn = percent(opacity);
    let model = &explanation.model;
    let model = format!("{} {}", model.name, model.version);
    let cells = explanation.heatmap.as_ref().filter(|_| shown.look.is_raw);
    let raw = cells.map_or_else(String::new, |it| {
        let parts = [("columns", it.width.into()), ("rows", it.height.into())];
        format!("{DOT}{}", words.say_with("corner-raw", &parts))
    });
    let of = format!(
        "{}\n{}{}{DOT}{model}\n{}{raw}",
        words.say_with(
            "corner-map",
            &[("label", explanation.label.as_str().into())]
        ),
        explanation.method.name(),
        gap.unwrap_or_default(),
        words.say_with("corner-drawn", &[("percent", Part::from(&drawn))])
    );
    let outline = outline(explanation.method, shown.full).filter(|_| shown.look.has_outline);
    let outline = outline.map(short_number);
    let outline = outline.map_or_else(String::new, |it| {
        words.say_with("corner-outline", &[("level", Part::from(&it))])
    });
    let scale = format!("0 \u{2013} {}{outline}", short_number(shown.full));
    [of, scale]
}

/// The main direction of the patient at the left, right, top and bottom.
pub(super) fn letters(scan: &ScanItem) -> Option<[String; 4]> {
    let [across, down] = scan.scan.header.orientation.as_ref()?;
    let stored = [
        words::opposite(across),
        across.clone(),
        words::opposite(down),
        down.clone(),
    ];
    Some(scan.view.turn.sides(stored))
}

fn letters_ui(painter: &Painter, rect: Rect, scan: &ScanItem) {
    let places = [
        (rect.left_center(), Align2::LEFT_CENTER),
        (rect.right_center(), Align2::RIGHT_CENTER),
        (rect.center_top(), Align2::CENTER_TOP),
        (rect.center_bottom(), Align2::CENTER_BOTTOM),
    ];
    for ((at, align), letters) in places.into_iter().zip(letters(scan).into_iter().flatten()) {
        let font = theme::regular(theme::BODY);
        haloed(painter, at, align, &letters, font, ON_PICTURE);
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
fn legend(painter: &Painter, (rect, words): (Rect, &Words), shown: &Shown, opacity: f32) {
    const WIDTH: f32 = 120.0;
    const HEIGHT: f32 = 6.0;
    let [mut text, scale] = map_lines(words, shown, opacity);
    let base = rect.left_bottom();
    // Only its own half: the letter of orientation stands in the middle.
    let wrap = rect.width() / 2.0 - 3.0 * MARGIN;
    let font = theme::regular(SMALL);
    let scale = painter.layout_no_wrap(scale, font.clone(), ON_PICTURE);
    let is_beside = WIDTH + 8.0 + scale.size().x <= wrap;
    if !is_beside {
        text.push('\n');
        text.push_str(scale.text());
    }
    let galley = painter.layout(text, font, ON_PICTURE, wrap);
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
    if is_beside {
        let at = bar.right_center() + vec2(8.0, 0.0);
        haloed_galley(painter, at, Align2::LEFT_CENTER, &scale);
    }
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
        &format!("{}{DOT}{method}", scene.words.say("title-explaining")),
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
