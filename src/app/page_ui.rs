//! What the pages share: the column of choices, fields for paths, how far the work is, and the line in the footer.

use std::path::Path;

use egui::{
    Align, Frame, Id, Label, Layout, Margin, Panel, RichText, ScrollArea, Sense, TextEdit, Ui,
    WidgetInfo, accesskit::Role, vec2,
};

use super::{
    Scene,
    controls::{Button, body, card, head, muted, progress_line},
    notice_ui::failure_words_ui,
    theme::{self, BODY, CONTROL, FOLD_STUDY, FORM, SMALL, TITLE},
    words::{self, DOT},
};
use crate::{
    failure::Failure,
    session::{Action, Command, Field, Page, PageCommand},
};

/// A field to type in.
pub(super) struct TextField<'a> {
    pub(super) field: Field,
    pub(super) label: &'a str,
    pub(super) hint: &'a str,
    pub(super) value: &'a str,
    pub(super) kind: FieldKind,
}

/// What is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldKind {
    Word,
    /// The desktop can be asked for it.
    Path,
}

/// Work that runs.
pub(super) struct Running<'a> {
    pub(super) words: &'a str,
    pub(super) detail: &'a str,
    /// `None` while nobody knows.
    pub(super) share: Option<f32>,
    pub(super) is_stopping: bool,
    pub(super) stop: PageCommand,
}

/// Whether choices and results have room beside each other.
pub(super) fn is_wide(ui: &Ui) -> bool {
    FOLD_STUDY <= ui.ctx().content_rect().width()
}

/// The choices at the left, where there is room; else they are the page until there is a result.
pub(super) fn choices_panel(ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    let frame = Frame::new().inner_margin(Margin::symmetric(16, 14));
    Panel::left("choices")
        .exact_size(FORM)
        .resizable(false)
        .frame(frame)
        .show(ui, |ui| scrolled(ui, add));
}

/// The place for results, or for the choices of a narrow window.
pub(super) fn main_panel(ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    let frame = Frame::new().inner_margin(Margin::symmetric(20, 14));
    egui::CentralPanel::default()
        .frame(frame)
        .show(ui, |ui| scrolled(ui, add));
}

fn scrolled(ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 10.0;
        add(ui);
        ui.add_space(8.0);
    });
}

/// Title and purpose of a page.
pub(super) fn title_ui(ui: &mut Ui, scene: &Scene<'_>, title: &str, lead: &str) {
    head(ui, scene.tokens, title);
    muted(ui, scene.tokens, lead);
    ui.add_space(2.0);
}

/// A label, its field and, for a path, the button that asks the desktop.
pub(super) fn field_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    asked: &TextField<'_>,
    commands: &mut Vec<Command>,
) {
    const GAP: f32 = 8.0;
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        label(ui, scene, asked.label);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            let button = match asked.kind {
                FieldKind::Word => 0.0,
                FieldKind::Path => 84.0 + GAP,
            };
            let mut text = asked.value.to_owned();
            let field = TextEdit::singleline(&mut text)
                .id(Id::unique(("field", asked.field)))
                .hint_text(asked.hint)
                .font(theme::regular(BODY))
                .margin(Margin::symmetric(8, 6))
                .desired_width(ui.available_width() - button)
                .min_size(vec2(0.0, CONTROL));
            let shown = ui.add(field);
            shown.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, asked.label));
            if shown.changed() {
                commands.push(Command::OnPage(PageCommand::SetText(asked.field, text)));
            }
            if asked.kind == FieldKind::Path {
                let browse = Button::new(&scene.words.say("page-browse"))
                    .width(84.0)
                    .show(ui, scene.tokens);
                if browse.on_hover_text(asked.label).clicked() {
                    commands.push(Command::OnPage(PageCommand::Browse(asked.field)));
                }
            }
        });
    });
}

/// The label over a control.
pub(super) fn label(ui: &mut Ui, scene: &Scene<'_>, words: &str) {
    let text = RichText::new(words)
        .font(theme::regular(SMALL))
        .color(scene.tokens.muted);
    ui.add(Label::new(text).selectable(false));
}

/// How far the work is, and the way to stop it.
pub(super) fn running_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    running: &Running<'_>,
    commands: &mut Vec<Command>,
) {
    let tokens = scene.tokens;
    card(ui, tokens, |ui| {
        ui.spacing_mut().item_spacing.y = 8.0;
        body(ui, tokens, running.words);
        progress_line(ui, tokens, running.share);
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if running.is_stopping {
                    muted(ui, tokens, &scene.words.say("page-stopping"));
                } else if Button::new(&scene.words.say("page-stop"))
                    .show(ui, tokens)
                    .clicked()
                {
                    commands.push(Command::OnPage(running.stop.clone()));
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    muted(ui, tokens, running.detail);
                });
            });
        });
    });
}

/// Why the last run gave nothing.
pub(super) fn failure_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    failure: Option<&Failure>,
    commands: &mut Vec<Command>,
) {
    if let Some(failure) = failure {
        card(ui, scene.tokens, |ui| {
            failure_words_ui(ui, scene, failure, commands)
        });
    }
}

/// The primary button of a page.
pub(super) fn start_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (words, missing): (&str, Option<&str>),
    command: PageCommand,
    commands: &mut Vec<Command>,
) {
    ui.add_space(4.0);
    let mut button = Button::new(words).primary().width(ui.available_width());
    button.is_enabled = missing.is_none();
    if button.show(ui, scene.tokens).clicked() && missing.is_none() {
        commands.push(Command::OnPage(command));
    }
    if let Some(missing) = missing {
        muted(ui, scene.tokens, missing);
    }
}

/// Nothing to show yet: what will be here.
pub(super) fn empty_ui(ui: &mut Ui, scene: &Scene<'_>, title: &str, lead: &str) {
    empty_with_ui(ui, scene, (title, lead), |_| {});
}

/// The same, and under it what can be done about it.
pub(super) fn empty_with_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    (title, lead): (&str, &str),
    add: impl FnOnce(&mut Ui),
) {
    const WIDTH: f32 = 460.0;
    // What is seen: a page that scrolls has no height of its own.
    let top = (ui.clip_rect().height() * 0.38 - 60.0).max(24.0);
    ui.vertical_centered(|ui| {
        ui.add_space(top);
        let width = WIDTH.min(ui.available_width() - 32.0);
        ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::LEFT), |ui| {
            super::controls::strong(ui, title, TITLE, scene.tokens.text);
            ui.add_space(4.0);
            muted(ui, scene.tokens, lead);
            add(ui);
        });
    });
}

/// Last names of a folder, for a clinician's eyes.
pub(super) fn folder_words(folder: &Path) -> (String, String) {
    let name = |it: Option<&std::ffi::OsStr>| {
        it.map(|it| it.to_string_lossy().into_owned())
            .unwrap_or_default()
    };
    let above = folder.parent().and_then(Path::file_name);
    (name(folder.file_name()), name(above))
}

/// In the footer while work runs on a page that is not shown: what it is, how far, and the way there.
pub(super) fn work_line_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    const BAR: f32 = 72.0;
    let state = scene.state;
    let evaluating = state.evaluating.job.map(|_| {
        let stage = state.evaluating.stage.as_ref();
        let share = stage.and_then(|it| words::part(it.done, it.total));
        (
            scene.words.say("work-evaluating"),
            share,
            Page::Evaluate,
            Action::Evaluate,
        )
    });
    let training = state.training.job.map(|_| {
        let stage = state.training.stage.as_ref();
        let share = stage.and_then(|it| words::part(it.step, it.n_steps));
        (
            scene.words.say("work-training"),
            share,
            Page::Train,
            Action::Train,
        )
    });
    let batch = state.worklist.batch.job.map(|_| {
        let stand = state.worklist.batch.stand;
        let share = stand.and_then(|it| words::part(it.n_done, it.n_files));
        (
            scene.words.say("work-batch"),
            share,
            Page::Worklist,
            Action::Worklist,
        )
    });
    for (name, share, page, action) in [evaluating, training, batch].into_iter().flatten() {
        if page == state.page {
            continue;
        }
        let words = match share {
            Some(share) => format!("{name}{DOT}{:.0} %", share * 100.0),
            None => name,
        };
        let text = RichText::new(&words)
            .font(theme::regular(SMALL))
            .color(scene.tokens.text);
        ui.spacing_mut().item_spacing.x = 8.0;
        let shown = ui.add(Label::new(text).sense(Sense::click()));
        shown.widget_info(|| WidgetInfo::labeled(Role::Link, true, &words));
        super::controls::focus_ring(ui, &shown, scene.tokens);
        let shown = shown
            .on_hover_cursor(egui::CursorIcon::PointingHand)
            .on_hover_text(format!(
                "{}{DOT}{}",
                action.words(scene.words).name,
                scene.key(action)
            ));
        if shown.clicked() {
            commands.push(Command::Act(action));
        }
        ui.allocate_ui(vec2(BAR, 2.0), |ui| {
            ui.set_max_width(BAR);
            progress_line(ui, scene.tokens, share);
        });
        ui.add_space(14.0);
    }
}
