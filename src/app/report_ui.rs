//! The report of an evaluation: what it is about, the figures that matter first, the curves; then the tables.

use egui::{
    Align, Align2, CornerRadius, Layout, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    accesskit::Role, vec2,
};

use super::{
    Scene,
    controls::{Button, card, head, muted, section},
    figures_ui::{many_labels_ui, tables_ui},
    page_words::{evaluate, report as say},
    plot_ui::{Axis, Line, Look, Plot, Point, plot_ui},
    scores_ui::bullet,
    theme::{self, RADIUS, REPORT, SMALL, TITLE},
    words::{self, DOT},
};
use crate::{
    evaluate::{
        Report,
        report::{Findings, OneLabel},
    },
    prediction::Estimate,
    session::{Command, PageCommand, ShownReport},
};

/// Between cards.
const GAP: f32 = 12.0;
/// From this width on there are four in a row.
const FOUR: f32 = 1080.0;

/// Draws a report from top to bottom.
pub(super) fn report_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    shown: &ShownReport,
    commands: &mut Vec<Command>,
) {
    ui.set_max_width(REPORT.min(ui.available_width()));
    ui.spacing_mut().item_spacing.y = GAP;
    let report = &shown.report;
    header_ui(ui, scene, shown, commands);
    if !report.warnings.is_empty() {
        card(ui, scene.tokens, |ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            for warning in &report.warnings {
                bullet(ui, scene, &words::capital(warning));
            }
        });
    }
    match &report.findings {
        Findings::OneLabel(found) => {
            tiles_ui(ui, scene, &headlines(found));
            curves_ui(ui, scene, found);
        }
        Findings::ManyLabels(found) => many_labels_ui(ui, scene, found),
    }
    tables_ui(ui, scene, report);
    about_ui(ui, scene, report);
}

fn header_ui(ui: &mut Ui, scene: &Scene<'_>, shown: &ShownReport, commands: &mut Vec<Command>) {
    // For the file system and the desktop.
    let folder = shown.folder.reveal();
    ui.horizontal_top(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            for (words, command) in [
                (evaluate::FOLDER, PageCommand::OpenOutside(folder.clone())),
                (
                    evaluate::OPEN,
                    PageCommand::OpenOutside(folder.join("report.html")),
                ),
                (evaluate::NEW, PageCommand::NewEvaluation),
            ] {
                if Button::new(words).show(ui, scene.tokens).clicked() {
                    commands.push(Command::OnPage(command));
                }
            }
            ui.with_layout(Layout::top_down(Align::LEFT), |ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                head(ui, scene.tokens, &shown.report.model.title);
                muted(ui, scene.tokens, &subtitle(&shown.report));
            });
        });
    });
}

fn subtitle(report: &Report) -> String {
    let model = &report.model.identity;
    let data = &report.data;
    let mut cases = words::counted(data.n_scored, data.kind.one());
    if let Some(n) = data.n_patients {
        cases += &format!(" of {}", words::counted(n, "patient"));
    }
    if let Some(part) = &data.part {
        cases += &format!(", part {part}");
    }
    format!(
        "{} {}{DOT}{cases}{DOT}{}",
        model.name, model.version, report.date
    )
}

fn headlines(found: &OneLabel) -> [(String, Option<Estimate>); 4] {
    [
        (say::AUROC.to_owned(), found.auroc),
        (say::PRECISION.to_owned(), found.average_precision),
        (say::BRIER.to_owned(), found.calibration.brier),
        (say::ECE.to_owned(), found.calibration.equal_width_error),
    ]
}

/// Figures that are read first, each with its interval; a screen reader hears one sentence for each.
pub(super) fn tiles_ui(ui: &mut Ui, scene: &Scene<'_>, figures: &[(String, Option<Estimate>)]) {
    let n_columns = if ui.available_width() < 640.0 { 2 } else { 4 };
    for row in figures.chunks(n_columns) {
        ui.spacing_mut().item_spacing.x = GAP;
        ui.columns(n_columns, |columns| {
            for (ui, (name, it)) in columns.iter_mut().zip(row) {
                tile_ui(ui, scene, name, *it);
            }
        });
    }
}

fn tile_ui(ui: &mut Ui, scene: &Scene<'_>, name: &str, it: Option<Estimate>) {
    const HEIGHT: f32 = 84.0;
    let tokens = scene.tokens;
    let size = vec2(ui.available_width(), HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let value = it.map_or_else(words::nothing, |it| words::figure(it.value));
    let range = it.map_or_else(String::new, |it| words::span(it.low, it.high));
    response.widget_info(|| {
        let words = format!("{name} {value}, 95 % interval {range}");
        WidgetInfo::labeled(Role::Label, true, words)
    });
    let radius = CornerRadius::same(RADIUS);
    let stroke = Stroke::new(1.0, tokens.line);
    ui.painter()
        .rect(rect, radius, tokens.card, stroke, StrokeKind::Inside);
    let left = rect.left_top() + vec2(14.0, 0.0);
    for (text, font, ink, down) in [
        (name, theme::regular(SMALL), tokens.muted, 20.0),
        (value.as_str(), theme::semibold(TITLE), tokens.text, 43.0),
        (range.as_str(), theme::regular(SMALL), tokens.muted, 66.0),
    ] {
        let at = left + vec2(0.0, down);
        ui.painter().text(at, Align2::LEFT_CENTER, text, font, ink);
    }
}

fn curves_ui(ui: &mut Ui, scene: &Scene<'_>, found: &OneLabel) {
    let plots = [
        roc(scene, found),
        precision_recall(scene, found),
        reliability(scene, found),
        decision(scene, found),
    ];
    let n_columns = if ui.available_width() < FOUR { 2 } else { 4 };
    for row in plots.chunks(n_columns) {
        ui.spacing_mut().item_spacing.x = GAP;
        ui.columns(n_columns, |columns| {
            for (ui, plot) in columns.iter_mut().zip(row) {
                plot_ui(ui, scene, plot);
            }
        });
    }
}

/// The model's own curve.
fn own<'a>(scene: &Scene<'_>, points: Vec<(f64, f64)>) -> Line<'a> {
    Line {
        name: say::MODEL,
        points,
        ink: scene.tokens.amber,
        look: Look::Solid,
    }
}

/// What only helps the eye.
fn helping<'a>(scene: &Scene<'_>, name: &'a str, points: Vec<(f64, f64)>) -> Line<'a> {
    Line {
        name,
        points,
        ink: scene.tokens.faint,
        look: Look::Dashed,
    }
}

fn roc<'a>(scene: &Scene<'_>, found: &OneLabel) -> Plot<'a> {
    let point = found.points.first().and_then(|it| {
        Some(Point {
            at: (1.0 - it.specificity.value?, it.sensitivity.value?),
            interval: None,
            ink: scene.tokens.text,
        })
    });
    Plot {
        title: say::ROC,
        spoken: words::estimate(found.auroc),
        x: Axis::share(say::FALSE_ALARMS),
        y: Axis::share(say::SENSITIVITY),
        columns: Vec::new(),
        lines: vec![
            own(scene, found.roc.clone()),
            helping(scene, say::CHANCE, vec![(0.0, 0.0), (1.0, 1.0)]),
        ],
        points: point.into_iter().collect(),
    }
}

fn precision_recall<'a>(scene: &Scene<'_>, found: &OneLabel) -> Plot<'a> {
    let n = (found.n_positive + found.n_negative).max(1) as f64;
    let prevalence = found.n_positive as f64 / n;
    Plot {
        title: say::PR,
        spoken: words::estimate(found.average_precision),
        x: Axis::share(say::RECALL),
        y: Axis::share(say::PPV),
        columns: Vec::new(),
        lines: vec![
            own(scene, found.precision_recall.clone()),
            helping(
                scene,
                say::CHANCE,
                vec![(0.0, prevalence), (1.0, prevalence)],
            ),
        ],
        points: Vec::new(),
    }
}

fn reliability<'a>(scene: &Scene<'_>, found: &OneLabel) -> Plot<'a> {
    /// The highest column of the histogram, as a share of the plot.
    const HIGHEST: f32 = 0.25;
    let counts: Vec<usize> = found.histogram.iter().map(|(a, b)| a + b).collect();
    let most = counts.iter().copied().max().unwrap_or(0).max(1) as f32;
    let bins = &found.calibration.bins;
    Plot {
        title: say::RELIABILITY,
        spoken: words::estimate(found.calibration.equal_width_error),
        x: Axis::share(say::PREDICTED),
        y: Axis::share(say::OBSERVED),
        columns: counts
            .iter()
            .map(|it| HIGHEST * *it as f32 / most)
            .collect(),
        lines: vec![
            own(
                scene,
                bins.iter().map(|it| (it.predicted, it.observed)).collect(),
            ),
            helping(scene, say::IDEAL, vec![(0.0, 0.0), (1.0, 1.0)]),
        ],
        points: bins
            .iter()
            .map(|it| Point {
                at: (it.predicted, it.observed),
                interval: Some((it.wilson.low, it.wilson.high)),
                ink: scene.tokens.amber,
            })
            .collect(),
    }
}

fn decision<'a>(scene: &Scene<'_>, found: &OneLabel) -> Plot<'a> {
    /// Acting on all does great harm at high thresholds; how great is of no interest.
    const LOWEST: f64 = -0.1;
    let curve = &found.decision_curve;
    let model: Vec<(f64, f64)> = curve.iter().map(|it| (it.threshold, it.model)).collect();
    let all: Vec<(f64, f64)> = curve
        .iter()
        .map(|it| (it.threshold, it.treat_all))
        .take_while(|it| LOWEST <= it.1)
        .collect();
    let most = model.iter().chain(&all).map(|it| it.1).fold(0.05, f64::max);
    Plot {
        title: say::DECISION,
        spoken: say::BENEFIT.to_owned(),
        x: Axis::share(say::THRESHOLD),
        y: Axis {
            name: say::BENEFIT,
            range: LOWEST..1.08 * most,
        },
        columns: Vec::new(),
        lines: vec![
            own(scene, model),
            Line {
                name: say::ALL,
                points: all,
                ink: scene.tokens.blue,
                look: Look::Solid,
            },
            helping(scene, say::NOBODY, vec![(0.0, 0.0), (1.0, 0.0)]),
        ],
        points: Vec::new(),
    }
}

fn about_ui(ui: &mut Ui, scene: &Scene<'_>, report: &Report) {
    section(ui, scene.tokens, say::ABOUT);
    card(ui, scene.tokens, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        let model = &report.model;
        muted(ui, scene.tokens, &model.intended_use);
        for limit in &model.limits {
            bullet(ui, scene, limit);
        }
        let intervals = format!(
            "Intervals: 95 %, from {} bootstrap draws of whole patients (of {}, where the table names none).",
            report.n_draws,
            report.data.kind.many()
        );
        muted(ui, scene.tokens, &intervals);
        for (text, n) in &report.remarks {
            let words = format!("{}: {text}", words::counted(*n, report.data.kind.one()));
            bullet(ui, scene, &words);
        }
        let identity = format!(
            "{}{DOT}weights {}{DOT}table {}{DOT}Wardlight {}",
            report.command,
            model.identity.weights_sha256.short(),
            report.data.table_sha256.short(),
            report.app_version
        );
        muted(ui, scene.tokens, &identity);
    });
}
