//! The batch on the page of the worklist: what is to be scored, how far it is, and what failed.

use egui::{Ui, vec2};

use super::{
    Scene,
    controls::{Button, body, card, muted, progress_line},
    log_ui::choice_ui,
    notice_ui::failure_words_ui,
    page_ui::{FieldKind, TextField, field_ui},
    words::{self, DOT},
};
use crate::{
    session::{BatchCommand, BatchPage, Command, Field, Source, Standing, WorklistCommand},
    store::Right,
};

/// Width of a field.
const FIELD: f32 = 420.0;

/// A command to the batch.
pub(super) const fn batch(command: BatchCommand) -> Command {
    Command::OnWorklist(WorklistCommand::Batch(command))
}

/// Draws what there is to say of it.
pub(super) fn batch_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let page = &scene.state.worklist.batch;
    if page.job.is_some() {
        card(ui, scene.tokens, |ui| running_ui(ui, scene, page, commands));
        return;
    }
    if page.is_shown {
        card(ui, scene.tokens, |ui| form_ui(ui, scene, page, commands));
    }
    if page.stand.is_some() {
        muted(ui, scene.tokens, &stand_words(scene, page));
    }
    if let Some(failure) = &page.failure {
        failure_words_ui(ui, scene, failure, commands);
    }
    retry_ui(ui, scene, commands);
}

fn form_ui(ui: &mut Ui, scene: &Scene<'_>, page: &BatchPage, commands: &mut Vec<Command>) {
    let (words, form) = (scene.words, &page.form);
    ui.spacing_mut().item_spacing.y = 8.0;
    muted(ui, scene.tokens, &words.say("batch-lead"));
    ui.horizontal_wrapped(|ui| {
        for (is_of_open, name) in [
            (false, words.say("batch-of-folder")),
            (true, words.say("batch-of-open")),
        ] {
            let button = Button::new(&name).selected(form.is_of_open == is_of_open);
            if button.show(ui, scene.tokens).clicked() {
                commands.push(batch(BatchCommand::OfOpen(is_of_open)));
            }
        }
        let usual = words.say("batch-usual-model");
        let chosen = form.model.as_ref().unwrap_or(&usual);
        let named = scene.state.batch_models();
        let named = named.map(|it| (it.to_owned(), Some(it.to_owned())));
        let choices = std::iter::once((usual.clone(), None))
            .chain(named)
            .collect();
        let label = words.say("list-model");
        if let Some(model) = choice_ui(ui, scene, (&label, 240.0), chosen, choices) {
            commands.push(batch(BatchCommand::ChooseModel(model)));
        }
    });
    let folder = (Field::BatchFolder, words.say("batch-folder"), &form.folder);
    let report = (Field::BatchReport, words.say("batch-report"), &form.report);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 16.0;
        let width = FIELD.min((ui.available_width() - 16.0) / 2.0);
        for (field, label, value) in [folder, report] {
            if field == Field::BatchFolder && form.is_of_open {
                continue;
            }
            ui.allocate_ui(vec2(width, 0.0), |ui| {
                let asked = TextField {
                    field,
                    label: &label,
                    hint: "",
                    value,
                    kind: FieldKind::Path,
                };
                field_ui(ui, scene, &asked, commands);
            });
        }
    });
    let start = words.say("batch-start");
    let is_enabled = scene.state.is_batch_complete();
    let button = Button {
        is_enabled,
        ..Button::new(&start).primary()
    };
    if button.show(ui, scene.tokens).clicked() && is_enabled {
        commands.push(batch(BatchCommand::Start));
    }
    if !is_enabled {
        muted(ui, scene.tokens, &words.say("batch-missing"));
    }
}

fn running_ui(ui: &mut Ui, scene: &Scene<'_>, page: &BatchPage, commands: &mut Vec<Command>) {
    let words = scene.words;
    ui.spacing_mut().item_spacing.y = 8.0;
    let line = match page.stand {
        None => words.say("batch-counting"),
        Some(_) => stand_words(scene, page),
    };
    body(ui, scene.tokens, &line);
    let share = page.stand.and_then(|it| words::part(it.n_done, it.n_files));
    progress_line(ui, scene.tokens, share);
    ui.horizontal_wrapped(|ui| {
        if page.is_stopping {
            muted(ui, scene.tokens, &words.say("page-stopping"));
        } else {
            let (turn, turned) = if page.is_paused {
                (words.say("batch-go-on"), BatchCommand::GoOn)
            } else {
                (words.say("batch-pause"), BatchCommand::Pause)
            };
            for (name, command) in [(turn, turned), (words.say("page-stop"), BatchCommand::Stop)] {
                if Button::new(&name).show(ui, scene.tokens).clicked() {
                    commands.push(batch(command));
                }
            }
        }
        muted(ui, scene.tokens, &pace_words(scene, page));
    });
    muted(ui, scene.tokens, &words.say("batch-ends"));
}

/// What became of the files so far.
fn stand_words(scene: &Scene<'_>, page: &BatchPage) -> String {
    let stand = page.stand.unwrap_or_default();
    let parts = [
        ("done", stand.n_done.into()),
        ("all", stand.n_files.into()),
        ("known", stand.n_known.into()),
        ("answered", page.n_answered.into()),
        ("refused", page.n_refused.into()),
        ("failed", page.n_failed.into()),
        ("left", page.n_left().into()),
    ];
    scene.words.say_with("batch-stand", &parts)
}

/// How fast it goes, and for how long it will.
fn pace_words(scene: &Scene<'_>, page: &BatchPage) -> String {
    if page.is_paused {
        return scene.words.say("batch-paused");
    }
    let Some(rate) = page.rate() else {
        return String::new();
    };
    let a_minute = (rate * 60.0).round() as usize;
    let pace = scene
        .words
        .say_with("batch-pace", &[("n", a_minute.into())]);
    let left = words::time_left(scene.words, page.n_left() as f64 / rate);
    format!("{pace}{DOT}{left}")
}

/// What failed in the report that is shown can be tried again.
fn retry_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let page = &scene.state.worklist;
    let n = page.of(Source::Scored).count(Standing::Failed);
    let is_report = page.source == Source::Scored && page.report.is_some();
    if n == 0 || !is_report || !scene.state.may(Right::Score) {
        return;
    }
    let retry = scene.words.say_with("batch-retry", &[("n", n.into())]);
    if Button::new(&retry).show(ui, scene.tokens).clicked() {
        commands.push(batch(BatchCommand::Retry));
    }
}
