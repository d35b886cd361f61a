//! A note with the influence of its words, beside a scan or in the middle, with its legend.

use egui::{
    Color32, CornerRadius, Frame, Galley, Label, Margin, Rect, RichText, ScrollArea, Stroke, Ui,
    epaint::text::CharIndex,
    pos2,
    text::{CCursor, TextFormat},
    text_selection::LabelSelectionState,
};

use super::{
    Scene, ask_ui,
    controls::{Button, body, muted, progress_line, section},
    note_marks,
    result_ui::legend_entry,
    strip_ui::{label_ui, method_ui, method_width},
    theme::{self, BODY, SMALL, Tokens},
    words,
};
use crate::{
    prediction::{Call, Explanation, WordWeight},
    render::caption::percent,
    session::{Action, Asked, Command, ItemId, Loading, NoteItem, NoteMarks},
};

/// A word weaker than this share of the strongest one stays unmarked.
const WEAKEST: f32 = 0.12;
/// Of a longer note the start is drawn; the model reads what it can, and says so if it cannot.
const LONGEST_BYTES: usize = 40_000;

/// The note beside the scan, under the result of the scan.
pub(super) fn note_section_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let Some((id, note)) = scene.state.note() else {
        return;
    };
    let tokens = scene.tokens;
    ui.add_space(4.0);
    section(ui, tokens, &scene.words.say("kind-note"));
    answer_line_ui(ui, scene, note, commands);
    note_text_ui(ui, scene, (id, note), BODY);
    legend_ui(ui, scene, note);
    marks_ui(ui, scene, note, commands);
    if note.prediction().is_some() {
        choosers_ui(ui, scene, &note.asked(id), commands);
    }
    ask_ui::ask_ui(ui, scene, (id, note), commands);
    ask_ui::history_ui(ui, scene, (id, note));
}

/// The note in the middle of the window, in a column that can be read.
pub(super) fn note_page_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (id, note): (ItemId, &NoteItem),
    commands: &mut Vec<Command>,
) {
    const COLUMN: f32 = 640.0;
    let side = ((ui.available_width() - COLUMN) / 2.0).max(32.0);
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        Frame::new()
            .inner_margin(Margin {
                left: side as i8,
                right: 32,
                top: 32,
                bottom: 32,
            })
            .show(ui, |ui| {
                ui.add_space(8.0);
                ui.set_max_width(COLUMN.min(ui.available_width()));
                ui.spacing_mut().item_spacing.y = 14.0;
                section(ui, scene.tokens, &scene.words.say("kind-note"));
                ask_ui::ask_ui(ui, scene, (id, note), commands);
                note_text_ui(ui, scene, (id, note), theme::HEAD);
                legend_ui(ui, scene, note);
                marks_ui(ui, scene, note, commands);
                if note.prediction().is_some() {
                    choosers_ui(ui, scene, &note.asked(id), commands);
                }
                ask_ui::history_ui(ui, scene, (id, note));
            });
    });
}

fn marks_ui(ui: &mut Ui, scene: &Scene<'_>, note: &NoteItem, commands: &mut Vec<Command>) {
    if let Some(parts) = note.parts.ready() {
        note_marks::legend_ui(ui, scene, parts, commands);
    }
}

/// One line on what the model made of the note, for the place under a scan's result.
fn answer_line_ui(ui: &mut Ui, scene: &Scene<'_>, note: &NoteItem, commands: &mut Vec<Command>) {
    let tokens = scene.tokens;
    match &note.reading.prediction {
        Loading::Ready(_) => {
            let Some(prediction) = note.prediction() else {
                return;
            };
            let mut scores: Vec<_> = prediction.scores.iter().collect();
            scores.sort_by(|a, b| b.probability.total_cmp(&a.probability));
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing.x = 12.0;
                for score in scores.iter().take(2) {
                    let is_chosen = matches!(score.call, Call::Above | Call::Chosen);
                    let words = format!(
                        "{} {}",
                        words::sentence_case(&score.label),
                        percent(score.probability)
                    );
                    let text = RichText::new(words);
                    ui.label(if is_chosen {
                        text.font(theme::semibold(BODY)).color(tokens.amber)
                    } else {
                        text.font(theme::regular(SMALL)).color(tokens.muted)
                    });
                }
            });
            let unchecked = if prediction.ood == crate::prediction::Ood::Unknown {
                format!("{}{}", words::DOT, scene.words.say("note-scope"))
            } else {
                String::new()
            };
            muted(
                ui,
                tokens,
                &format!(
                    "{} {}{unchecked}",
                    prediction.model.name, prediction.model.version
                ),
            );
        }
        Loading::Waiting(id) => {
            let share = scene
                .progress
                .get(id)
                .map(|(done, total)| *done as f32 / (*total).max(1) as f32);
            muted(ui, tokens, &scene.words.say("note-reading"));
            progress_line(ui, tokens, share);
        }
        Loading::Failed(failure) => {
            super::notice_ui::failure_words_ui(ui, scene, failure, commands)
        }
        Loading::Empty => {
            if scene
                .state
                .scan()
                .is_some_and(|(_, it)| it.prediction().is_some())
                && Button::new(&scene.words.say("note-score"))
                    .key(&scene.key(Action::Score))
                    .show(ui, tokens)
                    .clicked()
            {
                commands.push(Command::Act(Action::Score));
            }
        }
    }
}

fn note_text_ui(ui: &mut Ui, scene: &Scene<'_>, (id, note): (ItemId, &NoteItem), size: f32) {
    let tokens = scene.tokens;
    // For the clinician's eyes.
    let text = note.note.text.reveal();
    let shown = text
        .get(..text.floor_char_boundary(LONGEST_BYTES))
        .unwrap_or(text);
    let format = TextFormat {
        line_height: Some((size * 1.65).round()),
        ..TextFormat::simple(theme::regular(size), tokens.text)
    };
    let parts = note.parts.ready().map(AsRef::as_ref);
    let mut job = note_marks::with_heads(shown, parts, &format);
    job.wrap.max_width = ui.available_width();
    let (at, galley, response) = Label::new(job).wrap().selectable(true).layout_in_ui(ui);
    let shown_marks = scene.state.note_marks;
    let is_influence_shown = matches!(shown_marks, NoteMarks::All | NoteMarks::Influence);
    for (rect, color) in marks(
        shown,
        note.explanation()
            .filter(|_| is_influence_shown)
            .map(AsRef::as_ref),
        &galley,
        tokens,
    ) {
        ui.painter()
            .rect_filled(rect.translate(at.to_vec2()), CornerRadius::same(3), color);
    }
    if let Some(parts) = parts {
        note_marks::draw(
            ui.painter(),
            (shown, at),
            &galley,
            parts,
            shown_marks,
            tokens,
        );
    }
    ask_ui::frames_ui(ui, scene, (id, note), (shown, at, &galley));
    LabelSelectionState::label_text_selection(ui, &response, at, galley, tokens.text, Stroke::NONE);
    if shown.len() < text.len() {
        let parts = [
            ("shown", shown.chars().count().into()),
            ("all", text.chars().count().into()),
        ];
        muted(ui, tokens, &scene.words.say_with("note-first", &parts));
    }
    for warning in &note.note.warnings {
        muted(ui, tokens, &words::remark(scene.words, &warning.text));
    }
    if text.trim().is_empty() {
        body(ui, tokens, &scene.words.say("note-empty"));
    }
}

/// Rounded grounds under the words that counted, in coordinates of the galley: amber towards the label, blue against.
fn marks(
    text: &str,
    explanation: Option<&Explanation>,
    galley: &Galley,
    tokens: &Tokens,
) -> Vec<(Rect, Color32)> {
    let words = explanation.map_or(&[][..], |it| &it.words);
    let strongest = words.iter().map(|it| it.weight.abs()).fold(0.0, f32::max);
    let (mut found, mut at_byte, mut at_char) = (Vec::new(), 0, 0);
    for WordWeight { span, weight, .. } in words {
        let (Some(before), Some(word)) = (text.get(at_byte..span.start), text.get(span.clone()))
        else {
            break;
        };
        let first = at_char + before.chars().count();
        (at_byte, at_char) = (span.end, first + word.chars().count());
        if strongest <= 0.0 || weight.abs() < WEAKEST * strongest {
            continue;
        }
        let color = ground(weight / strongest, tokens);
        found.extend(
            rects(galley, first, at_char)
                .into_iter()
                .map(|it| (it, color)),
        );
    }
    found
}

/// The place of some letters: one rectangle for each row that they touch.
pub(super) fn rects(galley: &Galley, first: usize, last: usize) -> Vec<Rect> {
    let cursor = |idx: usize, prefer_next_row: bool| {
        galley.pos_from_cursor(CCursor {
            index: CharIndex(idx),
            prefer_next_row,
        })
    };
    let (start, end) = (cursor(first, true), cursor(last, false));
    let rows = galley.rows.iter().map(|it| it.rect());
    let rows = rows.filter(|it| start.center().y < it.bottom() && it.top() < end.center().y);
    let spread = rows.map(|row| {
        let left = if row.contains(pos2(row.left(), start.center().y)) {
            start.left()
        } else {
            row.left()
        };
        let right = if row.contains(pos2(row.left(), end.center().y)) {
            end.left()
        } else {
            row.right()
        };
        // The row has air above and below its letters; the ground keeps close to them.
        Rect::from_min_max(
            pos2(left - 2.0, row.top() + row.height() * 0.12),
            pos2(right + 2.0, row.bottom() - row.height() * 0.12),
        )
    });
    spread.filter(|it| 4.0 < it.width()).collect()
}

fn choosers_ui(ui: &mut Ui, scene: &Scene<'_>, asked: &Asked<'_>, commands: &mut Vec<Command>) {
    ui.push_id("note", |ui| {
        ui.horizontal(|ui| {
            // A chooser draws its padding and its arrow beside its width.
            let of_method = method_width(ui, asked);
            let width = (ui.available_width() - 8.0 - 64.0 - of_method).clamp(60.0, 170.0);
            label_ui(ui, scene, (asked, width), commands);
            method_ui(ui, scene, (asked, of_method), commands);
        });
    });
}

/// The colour under a word whose weight is a share -1..1 of the strongest.
fn ground(share: f32, tokens: &Tokens) -> Color32 {
    let color = if share < 0.0 {
        tokens.blue
    } else {
        tokens.amber
    };
    theme::mark(color, share.abs())
}

fn legend_ui(ui: &mut Ui, scene: &Scene<'_>, note: &NoteItem) {
    let tokens = scene.tokens;
    let Some(explanation) = note.explanation() else {
        return;
    };
    let label = [("label", explanation.label.as_str().into())];
    ui.horizontal_wrapped(|ui| {
        legend_entry(
            ui,
            scene,
            ground(1.0, tokens),
            &scene.words.say_with("note-influence", &label),
        );
        if explanation.words.iter().any(|it| it.weight < 0.0) {
            ui.add_space(8.0);
            let against = scene.words.say("note-against");
            legend_entry(ui, scene, ground(-1.0, tokens), &against);
        }
    });
}
