//! The marks that rules put into a note: heads of sections, the status of each finding by line and colour, identifiers.

use std::ops::Range;

use egui::{
    Color32, ComboBox, CornerRadius, Galley, Painter, Pos2, Rect, Sense, Shape, Stroke, StrokeKind,
    Ui, WidgetInfo,
    accesskit::Role,
    pos2,
    text::{LayoutJob, TextFormat},
    vec2,
};

use super::{
    Scene,
    note_ui::rects,
    theme::{self, SMALL, Tokens},
};
use crate::{
    engine::NoteParts,
    language::Status,
    session::{Action, Command, NoteMarks, status_name},
    words::Part,
};

/// In the order of the legend.
const STATUSES: [Status; 6] = [
    Status::Affirmed,
    Status::Negated,
    Status::Uncertain,
    Status::Historical,
    Status::Hypothetical,
    Status::OtherPerson,
];

/// The text with the heads of its sections in the heavier cut.
pub(super) fn with_heads(text: &str, parts: Option<&NoteParts>, format: &TextFormat) -> LayoutJob {
    let mut job = LayoutJob::default();
    let head = TextFormat {
        font_id: theme::semibold(format.font_id.size),
        ..format.clone()
    };
    let mut at = 0;
    let sections = parts.map_or(&[][..], |it| &it.sections);
    for title in sections.iter().map(|it| it.title.clone()) {
        let (Some(before), Some(words)) = (text.get(at..title.start), text.get(title.clone()))
        else {
            continue;
        };
        job.append(before, 0.0, format.clone());
        job.append(words, 0.0, head.clone());
        at = title.end;
    }
    job.append(text.get(at..).unwrap_or_default(), 0.0, format.clone());
    job
}

/// Draws the marks that are asked for under the letters.
pub(super) fn draw(
    painter: &Painter,
    (text, at): (&str, Pos2),
    galley: &Galley,
    parts: &NoteParts,
    marks: NoteMarks,
    tokens: &Tokens,
) {
    if matches!(marks, NoteMarks::All | NoteMarks::Statuses) {
        let spans = parts.mentions.iter().map(|it| (it.span.clone(), it.status));
        for (rect, status) in placed(text, galley, spans) {
            underline(painter, rect.translate(at.to_vec2()), status, tokens);
        }
    }
    if marks == NoteMarks::Identifiers {
        let spans = parts.identifiers.iter().map(|it| (it.span.clone(), ()));
        for (rect, ()) in placed(text, galley, spans) {
            let rect = rect.translate(at.to_vec2());
            painter.rect_filled(
                rect,
                CornerRadius::same(3),
                tokens.violet.gamma_multiply(0.25),
            );
            painter.rect_stroke(
                rect,
                CornerRadius::same(3),
                Stroke::new(1.0, tokens.violet),
                StrokeKind::Inside,
            );
        }
    }
}

/// Where spans of bytes, in order, lie in the galley.
fn placed<T: Copy>(
    text: &str,
    galley: &Galley,
    spans: impl Iterator<Item = (Range<usize>, T)>,
) -> Vec<(Rect, T)> {
    let (mut found, mut at_byte, mut at_char) = (Vec::new(), 0, 0);
    for (span, what) in spans {
        let (Some(before), Some(words)) = (text.get(at_byte..span.start), text.get(span.clone()))
        else {
            continue;
        };
        let first = at_char + before.chars().count();
        (at_byte, at_char) = (span.end, first + words.chars().count());
        found.extend(
            rects(galley, first, at_char)
                .into_iter()
                .map(|it| (it, what)),
        );
    }
    found
}

/// Each status has a line of its own: plain, dashed, dotted, double, dash and dot, wavy.
fn underline(painter: &Painter, rect: Rect, status: Status, tokens: &Tokens) {
    let (left, right) = (rect.left() + 2.0, rect.right() - 2.0);
    let y = rect.bottom();
    let stroke = Stroke::new(1.4, ink(status, tokens));
    let ends = [pos2(left, y), pos2(right, y)];
    match status {
        Status::Affirmed => {
            painter.line_segment(ends, stroke);
        }
        Status::Negated => {
            painter.extend(Shape::dashed_line(&ends, stroke, 5.0, 3.0));
        }
        Status::OtherPerson => {
            painter.extend(Shape::dotted_line(&ends, stroke.color, 3.0, 0.9));
        }
        Status::Historical => {
            painter.line_segment(ends, Stroke::new(1.0, stroke.color));
            painter.line_segment(
                ends.map(|it| it - vec2(0.0, 2.5)),
                Stroke::new(1.0, stroke.color),
            );
        }
        Status::Hypothetical => {
            painter.extend(Shape::dashed_line(&ends, stroke, 8.0, 5.0));
            painter.extend(Shape::dotted_line(
                &[pos2(left + 10.5, y), ends[1]],
                stroke.color,
                13.0,
                0.9,
            ));
        }
        Status::Uncertain => {
            let n = ((right - left) / 2.0).max(2.0) as usize;
            let wave =
                (0..=n).map(|it| pos2(left + 2.0 * it as f32, y + 1.5 * (it as f32 * 1.3).sin()));
            painter.line(wave.collect(), Stroke::new(1.2, stroke.color));
        }
    }
}

const fn ink(status: Status, tokens: &Tokens) -> Color32 {
    match status {
        Status::Affirmed => tokens.text,
        Status::Negated => tokens.blue,
        Status::Uncertain => tokens.violet,
        Status::Historical => tokens.faint,
        Status::Hypothetical => tokens.teal,
        Status::OtherPerson => tokens.muted,
    }
}

/// Which marks are shown, and what they mean.
pub(super) fn legend_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    parts: &NoteParts,
    commands: &mut Vec<Command>,
) {
    let tokens = scene.tokens;
    let marks = scene.state.note_marks;
    let words = scene.words;
    let shown = ComboBox::from_id_salt("marks")
        .selected_text(marks.name(words))
        .width(150.0)
        .show_ui(ui, |ui| {
            for it in NoteMarks::ALL {
                let row = ui.selectable_label(it == marks, it.name(words));
                commands.extend(row.clicked().then_some(Command::MarkNotes(it)));
            }
        });
    let key = scene.state.press_words(Action::NextMarks);
    let tip = words.say_with("marks-tip", &[("key", Part::from(&key))]);
    let name = words.say("marks");
    shown
        .response
        .on_hover_text(tip)
        .widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, &name));
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 4.0);
        match marks {
            NoteMarks::All | NoteMarks::Statuses => {
                for status in STATUSES {
                    status_ui(ui, scene, parts, status);
                }
            }
            NoteMarks::Identifiers => {
                let n = parts.identifiers.len();
                let found = words.say_with("marks-found", &[("n", n.into())]);
                super::controls::muted(ui, tokens, &found);
            }
            NoteMarks::Influence => {}
        }
    });
}

/// The line of a status, and how often it was found.
fn status_ui(ui: &mut Ui, scene: &Scene<'_>, parts: &NoteParts, status: Status) {
    let tokens = scene.tokens;
    let n = parts
        .mentions
        .iter()
        .filter(|it| it.status == status)
        .count();
    if n == 0 {
        return;
    }
    let (rect, _) = ui.allocate_exact_size(vec2(26.0, 12.0), Sense::hover());
    underline(ui.painter(), rect, status, tokens);
    let words = format!("{} {n}", status_name(scene.words, status));
    let text = egui::RichText::new(words).font(theme::regular(SMALL));
    ui.label(text.color(tokens.muted));
}
