//! A nucleotide sequence in rows of sixty letters, with the influence of each where it was explained.

use egui::{
    Align2, CornerRadius, Painter, Rect, ScrollArea, Sense, Stroke, Ui, WidgetInfo,
    accesskit::Role, pos2, vec2,
};

use super::{
    Scene,
    controls::muted,
    theme::{self, BODY, SECTION},
    words,
};
use crate::session::SequenceItem;

const CELL: f32 = 13.0;
const ROW: f32 = 30.0;
/// After so many letters comes a gap.
const TEN: usize = 10;
const LEFT: f32 = 64.0;
const GAP: f32 = 8.0;

/// Draws the sequence in the middle.
pub(super) fn sequence_ui(ui: &mut Ui, scene: &Scene<'_>, item: &SequenceItem) {
    let tokens = scene.tokens;
    let letters = item.sequence.letters.as_str();
    let tens = ((ui.available_width() - LEFT - 32.0) / (CELL * TEN as f32 + GAP)).floor();
    let n_row = TEN * (tens.max(1.0) as usize).min(6);
    let course = item.explanation().and_then(|it| it.course.as_ref());
    let cells = course
        .and_then(|it| it.rows.first())
        .map_or(&[][..], |it| &it.cells);
    let strongest = cells.iter().map(|it| it.abs()).fold(0.0, f32::max);
    ui.add_space(16.0);
    ui.horizontal(|ui| {
        ui.add_space(20.0);
        let ambiguous = match item.sequence.letters.n_ambiguous() {
            0 => String::new(),
            n => scene
                .words
                .say_with("sequence-ambiguous", &[("n", n.into())]),
        };
        let lead = format!(
            "{}{ambiguous}",
            words::sequence_detail(scene.words, &item.sequence)
        );
        muted(ui, tokens, &lead);
        if 0.0 < strongest {
            muted(ui, tokens, &scene.words.say("sequence-legend"));
        }
    });
    let n_rows = letters.len().div_ceil(n_row);
    ScrollArea::vertical()
        .auto_shrink(false)
        .show_rows(ui, ROW, n_rows, |ui, rows| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for row in rows {
                let first = row * n_row;
                let part = letters
                    .get(first..(first + n_row).min(letters.len()))
                    .unwrap_or_default();
                let (rect, response) =
                    ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
                let parts = [("n", (first + 1).into()), ("letters", part.into())];
                let spoken = scene.words.say_with("sequence-row", &parts);
                response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
                let painter = ui.painter();
                let at = pos2(rect.left() + LEFT - 12.0, rect.center().y);
                painter.text(
                    at,
                    Align2::RIGHT_CENTER,
                    first + 1,
                    theme::regular(SECTION),
                    tokens.faint,
                );
                for (idx, letter) in part.chars().enumerate() {
                    let x = rect.left() + LEFT + idx as f32 * CELL + (idx / TEN) as f32 * GAP;
                    let cell =
                        Rect::from_min_size(pos2(x, rect.top() + 4.0), vec2(CELL, ROW - 10.0));
                    let fall = cells.get(first + idx).copied().unwrap_or(0.0);
                    ground(
                        painter,
                        scene,
                        cell,
                        fall / strongest.max(f32::MIN_POSITIVE),
                    );
                    painter.text(
                        cell.center(),
                        Align2::CENTER_CENTER,
                        letter,
                        theme::regular(BODY),
                        tokens.text,
                    );
                }
            }
        });
}

/// Under a letter whose influence is a share -1..1 of the strongest.
fn ground(painter: &Painter, scene: &Scene<'_>, cell: Rect, share: f32) {
    let tokens = scene.tokens;
    let ink = if share < 0.0 {
        tokens.blue
    } else {
        tokens.amber
    };
    if share != 0.0 {
        let fill = theme::mark(ink, share.abs());
        painter.rect_filled(cell, CornerRadius::same(2), fill);
    }
    if share < 0.0 {
        painter.hline(cell.x_range(), cell.bottom() + 1.0, Stroke::new(1.0, ink));
    }
}
