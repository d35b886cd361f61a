//! Questions to a note with their answers, and the history that a conversation tells. A click shows the place in the note.

use std::ops::Range;

use egui::{
    CornerRadius, Galley, Id, Key, Label, Pos2, RichText, Sense, Stroke, StrokeKind, TextEdit, Ui,
    WidgetInfo, accesskit::Role,
};

use super::{
    Scene,
    controls::{Button, focus_ring, muted, section, strong},
    note_ui::rects,
    theme::{self, BODY, SECTION},
    words,
};
use crate::{
    engine::{NoteAnswer, NoteReply},
    privacy::Phi,
    session::{Command, ItemId, Loading, NoteItem, section_name, status_name, verdict_name},
};

/// Between lines that belong together.
const CLOSE: f32 = 6.0;

/// A place in the note that a person asked to see.
#[derive(Clone)]
struct Shown {
    span: Range<usize>,
    /// It was not scrolled to yet.
    is_new: bool,
}

/// The field for a question, and the answer.
pub(super) fn ask_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (id, note): (ItemId, &NoteItem),
    commands: &mut Vec<Command>,
) {
    let tokens = scene.tokens;
    let field = Id::unique(("question", id.0));
    let mut typed = ui
        .data(|it| it.get_temp::<String>(field))
        .unwrap_or_default();
    ui.horizontal(|ui| {
        let button = 92.0;
        let edit = TextEdit::singleline(&mut typed)
            .id(field.with("field"))
            .hint_text(scene.words.say("ask-hint"))
            .desired_width((ui.available_width() - button).max(80.0));
        let response = ui.add(edit);
        let name = scene.words.say("ask-name");
        response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &name));
        let is_entered = response.lost_focus() && ui.input(|it| it.key_pressed(Key::Enter));
        let ask = scene.words.say("ask");
        let is_clicked = Button::new(&ask).key("Enter").show(ui, tokens).clicked();
        if is_entered || is_clicked {
            commands.push(Command::AskNote(id, Phi::new(typed.clone())));
        }
    });
    ui.data_mut(|it| it.insert_temp(field, typed));
    match &note.reply {
        Loading::Empty | Loading::Failed(_) => {}
        Loading::Waiting(_) => {
            muted(ui, tokens, &scene.words.say("ask-looking"));
        }
        Loading::Ready(reply) => {
            ui.scope(|ui| {
                ui.spacing_mut().item_spacing.y = CLOSE;
                reply_ui(ui, scene, (id, note), reply);
            });
        }
    }
}

fn reply_ui(ui: &mut Ui, scene: &Scene<'_>, of: (ItemId, &NoteItem), reply: &NoteReply) {
    let tokens = scene.tokens;
    if let Some(verdict) = reply.verdict {
        let said = words::capital(&verdict_name(scene.words, verdict));
        strong(ui, &said, BODY, tokens.text);
    }
    if reply.answers.is_empty() {
        muted(ui, tokens, &scene.words.say("ask-silent"));
    }
    for NoteAnswer { span, section } in &reply.answers {
        quote_ui(ui, scene, of, (span, &section_name(scene.words, *section)));
    }
    muted(ui, tokens, &scene.words.say("ask-by-rules"));
}

/// The history that the conversation tells, by section; nothing for another text.
pub(super) fn history_ui(ui: &mut Ui, scene: &Scene<'_>, (id, note): (ItemId, &NoteItem)) {
    let history = note.parts.ready().map_or(&[][..], |it| &it.history);
    let mut sections: Vec<_> = history.iter().map(|it| it.section).collect();
    sections.sort();
    sections.dedup();
    if sections.is_empty() {
        return;
    }
    section(ui, scene.tokens, &scene.words.say("ask-history"));
    ui.spacing_mut().item_spacing.y = CLOSE;
    for kind in sections {
        let name = words::capital(&section_name(scene.words, kind));
        ui.label(
            RichText::new(name)
                .font(theme::semibold(BODY))
                .color(scene.tokens.text),
        );
        for line in history.iter().filter(|it| it.section == kind) {
            let said = line.mentions.iter();
            let said = said.map(|it| {
                let status = status_name(scene.words, it.status);
                format!("{}{} {status}", words::DOT, it.term)
            });
            let turn = [("n", (line.turn_idx + 1).into())];
            let from = scene.words.say_with("ask-turn", &turn) + &said.collect::<String>();
            quote_ui(ui, scene, (id, note), (&line.span, &from));
        }
    }
}

/// Words of the note and where they are from; a click, or Enter, shows them in the note.
fn quote_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (id, note): (ItemId, &NoteItem),
    (span, from): (&Range<usize>, &str),
) {
    let tokens = scene.tokens;
    // For the clinician's eyes.
    let text = note.note.text.reveal();
    let quoted = text.get(span.clone()).unwrap_or_default();
    let quoted = quoted.split_whitespace().collect::<Vec<_>>().join(" ");
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let words = RichText::new(format!("“{quoted}”"));
        let words = words.font(theme::regular(BODY)).color(tokens.text);
        let response = ui.add(Label::new(words).wrap().sense(Sense::click()));
        let parts = [("quoted", (&quoted).into())];
        let spoken = scene.words.say_with("ask-show", &parts);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
        focus_ring(ui, &response, tokens);
        let from = RichText::new(from).font(theme::regular(SECTION));
        ui.label(from.color(tokens.muted));
        if response.clicked() {
            let shown = Shown {
                span: span.clone(),
                is_new: true,
            };
            ui.data_mut(|it| it.insert_temp(place(id), shown));
        }
    });
}

fn place(id: ItemId) -> Id {
    Id::unique(("place in a note", id.0))
}

/// Frames the answers in the note, and what was clicked; scrolls to that.
pub(super) fn frames_ui(
    ui: &Ui,
    scene: &Scene<'_>,
    (id, note): (ItemId, &NoteItem),
    (text, at, galley): (&str, Pos2, &Galley),
) {
    let frame = |span: &Range<usize>| {
        let n = |end: usize| text.get(..end).map(|it| it.chars().count());
        let places = n(span.start).zip(n(span.end));
        let places = places.map_or(Vec::new(), |(first, last)| rects(galley, first, last));
        let places = places.into_iter().map(|it| it.translate(at.to_vec2()));
        places.collect::<Vec<_>>()
    };
    let answers = note.reply.ready().map_or(&[][..], |it| &it.answers);
    let stroke = Stroke::new(1.5, scene.tokens.teal);
    let draw = |span: &Range<usize>| {
        let places = frame(span);
        for rect in &places {
            let (radius, kind) = (CornerRadius::same(3), StrokeKind::Outside);
            ui.painter().rect_stroke(*rect, radius, stroke, kind);
        }
        places.first().copied()
    };
    for answer in answers {
        draw(&answer.span);
    }
    let shown = ui.data(|it| it.get_temp::<Shown>(place(id)));
    if let Some(shown) = shown {
        let first = draw(&shown.span);
        if let Some(rect) = first.filter(|_| shown.is_new) {
            ui.scroll_to_rect(rect, Some(egui::Align::Center));
            let seen = Shown {
                is_new: false,
                ..shown
            };
            ui.data_mut(|it| it.insert_temp(place(id), seen));
        }
    }
}
