//! The page that trains: choices at the left; loss and held-out figure while it runs; then the figures of the model.

use egui::{Align, Layout, Ui};

use super::{
    Scene,
    controls::{Button, body, card, head, muted, section},
    figures_ui::{Table, table_ui},
    page_ui::{
        FieldKind, Running, TextField, choices_panel, empty_ui, failure_ui, field_ui, is_wide,
        main_panel, running_ui, start_ui, title_ui,
    },
    plot_ui::{Axis, Line, Look, Plot, plot_ui},
    report_ui::tiles_ui,
    theme::{self, REPORT},
    words::{self, DOT},
};
use crate::{
    model::manifest::Metric,
    session::{Command, Curve, Field, PageCommand, Training},
};

/// Draws the page.
pub(super) fn train_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let page = &scene.state.training;
    let is_wide = is_wide(ui);
    if is_wide {
        choices_panel(ui, |ui| choices_ui(ui, scene, commands));
    }
    main_panel(ui, |ui| {
        if !is_wide {
            choices_ui(ui, scene, commands);
        }
        if page.curves.is_empty() && page.bundle.is_none() {
            if is_wide {
                empty_ui(
                    ui,
                    scene,
                    &scene.words.say("train-empty"),
                    &scene.words.say("train-empty-lead"),
                );
            }
            return;
        }
        ui.set_max_width(REPORT.min(ui.available_width()));
        ui.spacing_mut().item_spacing.y = 12.0;
        done_ui(ui, scene, page, commands);
        curves_ui(ui, scene, page);
        figures_ui(ui, scene, &page.metrics);
    });
}

fn choices_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let page = &scene.state.training;
    let form = &page.form;
    title_ui(
        ui,
        scene,
        &scene.words.say("train-title"),
        &scene.words.say("train-lead"),
    );
    let words = scene.words;
    for (field, label, hint, value) in [
        (
            Field::Recipe,
            words.say("train-recipe"),
            words.say("train-recipe-hint"),
            &form.recipe,
        ),
        (
            Field::Data,
            words.say("train-data"),
            words.say("train-data-hint"),
            &form.data,
        ),
        (
            Field::Bundle,
            words.say("train-out"),
            words.say("train-out-hint"),
            &form.out,
        ),
    ] {
        let field = TextField {
            field,
            label: &label,
            hint: &hint,
            value,
            kind: FieldKind::Path,
        };
        field_ui(ui, scene, &field, commands);
    }
    if page.job.is_some() {
        progress_ui(ui, scene, page, commands);
        muted(ui, scene.tokens, &scene.words.say("train-stops-safely"));
    } else {
        let start_words = if page.is_paused {
            words.say("train-go-on")
        } else {
            words.say("train-start")
        };
        let missing = (!form.is_complete()).then(|| words.say("train-missing"));
        let start = PageCommand::StartTraining;
        start_ui(
            ui,
            scene,
            (&start_words, missing.as_deref()),
            start,
            commands,
        );
        if page.is_paused && page.failure.is_none() {
            muted(ui, scene.tokens, &scene.words.say("train-paused"));
        }
    }
    failure_ui(ui, scene, page.failure.as_ref(), commands);
}

fn progress_ui(ui: &mut Ui, scene: &Scene<'_>, page: &Training, commands: &mut Vec<Command>) {
    let (line, share, detail) = match &page.stage {
        Some(it) if it.step < it.n_steps => (
            format!("{}{DOT}{}", words::network(scene.words, &it.run), {
                let parts = [("epoch", it.epoch.into()), ("all", it.n_epochs.into())];
                scene.words.say_with("train-epoch-of", &parts)
            }),
            words::part(it.step, it.n_steps),
            format!(
                "{}{DOT}{}",
                {
                    let parts = [("step", it.step.into()), ("all", it.n_steps.into())];
                    scene.words.say_with("train-step-of", &parts)
                },
                words::time_left(scene.words, it.seconds_left)
            ),
        ),
        Some(_) => (scene.words.say("train-finishing"), None, String::new()),
        None if page.n_cases.is_some() => {
            (scene.words.say("page-starting"), None, cases(scene, page))
        }
        None if scene.state.does_training_wait() => {
            (scene.words.say("train-waits"), None, String::new())
        }
        None => (scene.words.say("train-preparing"), None, String::new()),
    };
    let running = Running {
        words: &line,
        detail: &detail,
        share,
        is_stopping: page.is_stopping,
        stop: PageCommand::StopTraining,
    };
    running_ui(ui, scene, &running, commands);
}

fn cases(scene: &Scene<'_>, page: &Training) -> String {
    page.n_cases.map_or_else(String::new, |(pool, test)| {
        let parts = [("pool", pool.into()), ("test", test.into())];
        scene.words.say_with("train-cases", &parts)
    })
}

/// The model is there: what it is, and the way to use it.
fn done_ui(ui: &mut Ui, scene: &Scene<'_>, page: &Training, commands: &mut Vec<Command>) {
    let Some(folder) = &page.bundle else {
        head(ui, scene.tokens, &cases(scene, page));
        return;
    };
    // For the clinician's eyes and for the desktop.
    let folder = folder.reveal();
    card(ui, scene.tokens, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        ui.horizontal(|ui| {
            body(ui, scene.tokens, &scene.words.say("train-done"));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let button = Button::new(&scene.words.say("train-use"))
                    .primary()
                    .show(ui, scene.tokens);
                let choose = Command::OnPage(PageCommand::UseModel);
                commands.extend(button.clicked().then_some(choose));
                let show = Button::new(&scene.words.say("evaluate-folder")).show(ui, scene.tokens);
                let open = Command::OnPage(PageCommand::OpenOutside(folder.clone()));
                commands.extend(show.clicked().then_some(open));
            });
        });
        muted(ui, scene.tokens, &scene.words.say("train-use-help"));
    });
}

fn curves_ui(ui: &mut Ui, scene: &Scene<'_>, page: &Training) {
    let stage = page.stage.as_ref();
    let last = page.curves.iter().flat_map(|it| &it.loss).map(|it| it.0);
    let n_epochs = stage.map_or(last.fold(1.0, f64::max), |it| it.n_epochs as f64);
    let name = scene.words.say("train-loss");
    let loss = plot(scene, page, (name, n_epochs), |it| &it.loss);
    let name = scene.words.say("train-held-out");
    let held_out = plot(scene, page, (name, n_epochs), |it| &it.held_out);
    ui.spacing_mut().item_spacing.x = 12.0;
    ui.columns(2, |columns| {
        let [left, right] = columns else { return };
        plot_ui(left, scene, &loss);
        plot_ui(right, scene, &held_out);
    });
}

/// One line for each network; the last one is the one that learns.
fn plot(
    scene: &Scene<'_>,
    page: &Training,
    (title, n_epochs): (String, f64),
    points: impl Fn(&Curve) -> &Vec<(f64, f64)>,
) -> Plot {
    let all = || page.curves.iter().flat_map(&points).map(|it| it.1);
    let (least, most) = (
        all().fold(f64::INFINITY, f64::min),
        all().fold(f64::NEG_INFINITY, f64::max),
    );
    let pad = ((most - least) * 0.08).max(0.02);
    let range = if least <= most {
        (least - pad).max(0.0)..most + pad
    } else {
        0.0..1.0
    };
    let n_done = page.curves.len().saturating_sub(1);
    let inks = theme::series(scene.tokens);
    let [other, own, ..] = inks;
    let lines = page.curves.iter().enumerate().map(|(idx, curve)| Line {
        name: if idx == n_done {
            curve.run.clone()
        } else {
            String::new()
        },
        points: points(curve).clone(),
        ink: if idx == n_done {
            own
        } else {
            other.gamma_multiply(0.5)
        },
        look: Look::Dotted,
    });
    let spoken = page.curves.last().and_then(|it| points(it).last().copied());
    Plot {
        title,
        spoken: spoken.map_or_else(words::nothing, |it| words::figure(it.1)),
        x: Axis {
            name: scene.words.say("train-epoch"),
            range: 0.0..n_epochs.max(1.0),
        },
        y: Axis {
            name: String::new(),
            range,
        },
        columns: Vec::new(),
        lines: lines.collect(),
        points: Vec::new(),
    }
}

fn figures_ui(ui: &mut Ui, scene: &Scene<'_>, metrics: &[Metric]) {
    if metrics.is_empty() {
        return;
    }
    let is_test = |it: &&Metric| it.set == "test";
    let tiles: Vec<_> = metrics
        .iter()
        .filter(is_test)
        .take(4)
        .map(|it| (words::capital(&it.name), Some(it.estimate)))
        .collect();
    tiles_ui(ui, scene, &tiles);
    section(ui, scene.tokens, &scene.words.say("train-all-figures"));
    let rows = metrics.iter().map(|it| {
        vec![
            format!("{}, {}", words::capital(&it.name), it.set),
            words::estimate(scene.words, Some(it.estimate)),
            it.estimate.n.to_string(),
        ]
    });
    let table = Table {
        heads: vec![
            scene.words.say("train-figure"),
            scene.words.say("train-interval"),
            scene.words.say("report-cases"),
        ],
        widths: &[220.0, 90.0],
        rows: rows.collect(),
    };
    table_ui(ui, scene, &table);
}
