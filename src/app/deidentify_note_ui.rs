//! The note of a de-identified copy: what is replaced in it, to be ticked off, and any other word to be marked.

use std::ops::Range;

use egui::{
    CornerRadius, Frame, Galley, Label, Margin, ScrollArea, Sense, Stroke, StrokeKind, Ui,
    WidgetInfo, accesskit::Role, text::TextFormat,
};

use super::{
    Scene,
    controls::{focus_ring, muted, section},
    deidentify_ui::tick_ui,
    note_ui::rects,
    theme::{self, HEAD},
};
use crate::{
    deid::text::Reason,
    language::{IdentifierKind, Why},
    session::{Command, Content, DeidentifyCommand, FoundChoice, NoteDraft, NoteItem},
    words::{Part, Words},
};

/// Of a longer note not all can be drawn at once, and what is not shown is not read.
const LONGEST_BYTES: usize = 100_000;

/// Whether all of the note in the middle is on the page.
pub(super) fn is_shown_whole(scene: &Scene<'_>) -> bool {
    match scene.state.center().map(|it| &it.content) {
        Some(Content::Note(it)) => it.note.text.reveal().len() <= LONGEST_BYTES,
        _ => false,
    }
}

/// Draws the note with what is replaced in it. A click ticks a place, or marks a word.
pub(super) fn text_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (note, draft): (&NoteItem, &NoteDraft),
    commands: &mut Vec<Command>,
) {
    const COLUMN: f32 = 640.0;
    let tokens = scene.tokens;
    let side = ((ui.available_width() - COLUMN) / 2.0).clamp(24.0, 120.0);
    // For the eyes of the person who decides.
    let text = note.note.text.reveal();
    let shown = text
        .get(..text.floor_char_boundary(LONGEST_BYTES))
        .unwrap_or(text);
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        let margin = Margin {
            left: side as i8,
            right: 24,
            top: 20,
            bottom: 24,
        };
        Frame::new().inner_margin(margin).show(ui, |ui| {
            ui.set_max_width(COLUMN.min(ui.available_width()));
            muted(ui, tokens, &scene.words.say("deid-note-hint"));
            ui.add_space(10.0);
            let format = TextFormat {
                line_height: Some((HEAD * 1.65).round()),
                ..TextFormat::simple(theme::regular(HEAD), tokens.text)
            };
            let job = egui::text::LayoutJob::single_section(shown.to_owned(), format);
            let label = Label::new(job).wrap().sense(Sense::click());
            let (at, galley, response) = label.layout_in_ui(ui);
            for choice in &draft.found {
                found_ui(ui, scene, (shown, &galley, at), choice);
            }
            ui.painter().galley(at, galley.clone(), tokens.text);
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, shown));
            focus_ring(ui, &response, tokens);
            let clicked = response.clicked().then(|| response.interact_pointer_pos());
            if let Some(pointer) = clicked.flatten() {
                let cursor = galley.cursor_from_pos(pointer - at);
                let asked = at_letter(shown, draft, cursor.index.0);
                commands.extend(asked.map(Command::OnDeidentify));
            }
        });
    });
}

/// The ground under a place that is replaced, or a line round one that stays.
fn found_ui(
    ui: &Ui,
    scene: &Scene<'_>,
    (text, galley, at): (&str, &Galley, egui::Pos2),
    choice: &FoundChoice,
) {
    let span = &choice.found.span;
    let (Some(before), Some(words)) = (text.get(..span.start), text.get(span.clone())) else {
        return;
    };
    let first = before.chars().count();
    let last = first + words.chars().count();
    for rect in rects(galley, first, last) {
        let rect = rect.translate(at.to_vec2());
        if choice.is_on {
            let color = theme::mark(scene.tokens.amber, 1.0);
            ui.painter().rect_filled(rect, CornerRadius::same(3), color);
        } else {
            let stroke = Stroke::new(1.0, scene.tokens.muted);
            ui.painter()
                .rect_stroke(rect, CornerRadius::same(3), stroke, StrokeKind::Inside);
        }
    }
}

/// What a click on a letter asks for: to tick the place around it, else to mark its word.
fn at_letter(text: &str, draft: &NoteDraft, letter: usize) -> Option<DeidentifyCommand> {
    let (at, _) = text.char_indices().nth(letter)?;
    let is_around = |it: &FoundChoice| it.found.span.contains(&at);
    if let Some(idx) = draft.found.iter().position(is_around) {
        return Some(DeidentifyCommand::TickFound(idx));
    }
    word_at(text, at).map(DeidentifyCommand::Mark)
}

/// The word around a byte of a text; of Chinese, the one character.
fn word_at(text: &str, at: usize) -> Option<Range<usize>> {
    let letter = text.get(at..)?.chars().next()?;
    if !letter.is_alphanumeric() {
        return None;
    }
    let is_part = |it: char| it.is_alphanumeric() && it.len_utf8() < 3 || it == '\'' || it == '-';
    if !is_part(letter) {
        return Some(at..at + letter.len_utf8());
    }
    let before = text.get(..at)?.char_indices().rev();
    let start = before.take_while(|it| is_part(it.1)).last();
    let after = text.get(at..)?.char_indices();
    let end = after.take_while(|it| is_part(it.1)).last();
    let start = start.map_or(at, |it| it.0);
    Some(start..end.map_or(at, |it| at + it.0 + it.1.len_utf8()))
}

/// The places to tick.
pub(super) fn list_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    draft: &NoteDraft,
    commands: &mut Vec<Command>,
) {
    let (words, tokens) = (scene.words, scene.tokens);
    section(ui, tokens, &words.say("deid-found"));
    let n = ("n", Part::Number(draft.found.len() as u64));
    muted(ui, tokens, &words.say_with("deid-places", &[n]));
    let text = match scene.state.center().map(|it| &it.content) {
        // For the eyes of the person who decides.
        Some(Content::Note(it)) => it.note.text.reveal(),
        _ => return,
    };
    ScrollArea::vertical()
        .id_salt("found")
        .auto_shrink(false)
        .show(ui, |ui| {
            for (idx, choice) in draft.found.iter().enumerate() {
                let found = &choice.found;
                let written = text.get(found.span.clone()).unwrap_or_default();
                let name = format!("{written}  \u{2192}  {}", found.replacement);
                let below = format!(
                    "{} \u{B7} {}",
                    kind(words, found.kind),
                    why(words, found.why)
                );
                let ticked =
                    ui.push_id(idx, |ui| tick_ui(ui, scene, choice.is_on, (&name, &below)));
                if ticked.inner {
                    let tick = DeidentifyCommand::TickFound(idx);
                    commands.push(Command::OnDeidentify(tick));
                }
            }
        });
}

fn kind(words: &Words, kind: IdentifierKind) -> String {
    match kind {
        IdentifierKind::Name => words.say("kind-name"),
        IdentifierKind::Date => words.say("kind-date"),
        IdentifierKind::Age => words.say("kind-age"),
        IdentifierKind::Phone => words.say("kind-phone"),
        IdentifierKind::Number => words.say("kind-number"),
        IdentifierKind::Email => words.say("kind-email"),
        IdentifierKind::Url => words.say("kind-url"),
        IdentifierKind::Address => words.say("kind-address"),
        IdentifierKind::Institution => words.say("kind-institution"),
    }
}

fn why(words: &Words, reason: Reason) -> String {
    match reason {
        Reason::Known => words.say("why-known"),
        Reason::Marked => words.say("why-marked"),
        Reason::Rule(Why::Form) => words.say("why-form"),
        Reason::Rule(Why::Label) => words.say("why-label"),
        Reason::Rule(Why::Title) => words.say("why-title"),
        Reason::Rule(Why::Degree) => words.say("why-degree"),
        Reason::Rule(Why::Signature) => words.say("why-signature"),
        Reason::Rule(Why::Relation) => words.say("why-relation"),
        Reason::Rule(Why::List) => words.say("why-list"),
        Reason::Rule(Why::UnknownWord) => words.say("why-unknown-word"),
        Reason::Rule(Why::Repeated) => words.say("why-repeated"),
    }
}

#[cfg(test)]
mod tests {
    use super::word_at;

    #[test]
    fn a_click_takes_the_word_around_it_and_one_character_of_chinese() {
        let text = "Seen by O'Neil-Smith, \u{738B}\u{5C0F}\u{660E} 2x";
        let word = |at: &str| word_at(text, text.find(at).unwrap() + 1).map(|it| &text[it]);
        assert_eq!(word("een"), Some("Seen"));
        assert_eq!(word("Neil"), Some("O'Neil-Smith"));
        assert_eq!(word(" by"), Some("by"));
        assert_eq!(word_at(text, text.find(',').unwrap()), None);
        assert_eq!(word_at(text, text.len()), None);
        let at = text.find('\u{5C0F}').unwrap();
        assert_eq!(word_at(text, at).map(|it| &text[it]), Some("\u{5C0F}"));
    }
}
