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
    page_words::{both, train as say},
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
        choices_panel(ui, scene, |ui| choices_ui(ui, scene, commands));
    }
    main_panel(ui, scene, |ui| {
        if !is_wide {
            choices_ui(ui, scene, commands);
        }
        if page.curves.is_empty() && page.bundle.is_none() {
            if is_wide {
                empty_ui(ui, scene, say::EMPTY, say::EMPTY_LEAD);
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
    title_ui(ui, scene, say::TITLE, say::LEAD);
    for (field, label, hint, value) in [
        (Field::Recipe, say::RECIPE, say::RECIPE_HINT, &form.recipe),
        (Field::Data, say::DATA, say::DATA_HINT, &form.data),
        (Field::Bundle, say::OUT, say::OUT_HINT, &form.out),
    ] {
        let field = TextField {
            field,
            label,
            hint,
            value,
            kind: FieldKind::Path,
        };
        field_ui(ui, scene, &field, commands);
    }
    if page.job.is_some() {
        progress_ui(ui, scene, page, commands);
        muted(ui, scene.tokens, say::STOPS_SAFELY);
    } else {
        let words = if page.is_paused {
            say::GO_ON
        } else {
            say::START
        };
        let missing = (!form.is_complete()).then_some(say::MISSING);
        let start = PageCommand::StartTraining;
        start_ui(ui, scene, (words, missing), start, commands);
        if page.is_paused && page.failure.is_none() {
            muted(ui, scene.tokens, say::PAUSED);
        }
    }
    failure_ui(ui, scene, page.failure.as_ref(), commands);
}

fn progress_ui(ui: &mut Ui, scene: &Scene<'_>, page: &Training, commands: &mut Vec<Command>) {
    let (line, share, detail) = match &page.stage {
        Some(it) if it.step < it.n_steps => (
            format!(
                "{}{DOT}epoch {} of {}",
                words::network(&it.run),
                it.epoch,
                it.n_epochs
            ),
            words::part(it.step, it.n_steps),
            format!(
                "step {} of {}{DOT}{}",
                it.step,
                it.n_steps,
                words::time_left(it.seconds_left)
            ),
        ),
        Some(_) => (say::FINISHING.to_owned(), None, String::new()),
        None if page.n_cases.is_some() => (both::STARTING.to_owned(), None, cases(page)),
        None if scene.state.does_training_wait() => (say::WAITS.to_owned(), None, String::new()),
        None => (say::PREPARING.to_owned(), None, String::new()),
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

fn cases(page: &Training) -> String {
    page.n_cases.map_or_else(String::new, |(pool, test)| {
        format!("{pool} to learn from{DOT}{test} to test")
    })
}

/// The model is there: what it is, and the way to use it.
fn done_ui(ui: &mut Ui, scene: &Scene<'_>, page: &Training, commands: &mut Vec<Command>) {
    let Some(folder) = &page.bundle else {
        head(ui, scene.tokens, &cases(page));
        return;
    };
    // For the clinician's eyes and for the desktop.
    let folder = folder.reveal();
    card(ui, scene.tokens, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        ui.horizontal(|ui| {
            body(ui, scene.tokens, say::DONE);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let button = Button::new(say::USE).primary().show(ui, scene.tokens);
                let choose = Command::OnPage(PageCommand::UseModel);
                commands.extend(button.clicked().then_some(choose));
                let show = Button::new(super::page_words::evaluate::FOLDER).show(ui, scene.tokens);
                let open = Command::OnPage(PageCommand::OpenOutside(folder.clone()));
                commands.extend(show.clicked().then_some(open));
            });
        });
        muted(ui, scene.tokens, say::USE_HELP);
    });
}

fn curves_ui(ui: &mut Ui, scene: &Scene<'_>, page: &Training) {
    let stage = page.stage.as_ref();
    let last = page.curves.iter().flat_map(|it| &it.loss).map(|it| it.0);
    let n_epochs = stage.map_or(last.fold(1.0, f64::max), |it| it.n_epochs as f64);
    let loss = plot(scene, page, (say::LOSS, n_epochs), |it| &it.loss);
    let held_out = plot(scene, page, (say::HELD_OUT, n_epochs), |it| &it.held_out);
    ui.spacing_mut().item_spacing.x = 12.0;
    ui.columns(2, |columns| {
        let [left, right] = columns else { return };
        plot_ui(left, scene, &loss);
        plot_ui(right, scene, &held_out);
    });
}

/// One line for each network; the last one is the one that learns.
fn plot<'a>(
    scene: &Scene<'_>,
    page: &'a Training,
    (title, n_epochs): (&'a str, f64),
    points: impl Fn(&Curve) -> &Vec<(f64, f64)>,
) -> Plot<'a> {
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
            curve.run.as_str()
        } else {
            ""
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
            name: say::EPOCH,
            range: 0.0..n_epochs.max(1.0),
        },
        y: Axis { name: "", range },
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
    section(ui, scene.tokens, say::ALL_FIGURES);
    let rows = metrics.iter().map(|it| {
        vec![
            format!("{}, {}", words::capital(&it.name), it.set),
            words::estimate(Some(it.estimate)),
            it.estimate.n.to_string(),
        ]
    });
    let table = Table {
        heads: &say::FIGURE_HEADS,
        widths: &[220.0, 90.0],
        rows: rows.collect(),
    };
    table_ui(ui, scene, &table);
}
