//! The report of an evaluation: what it is about, the figures that matter first, the curves; then the tables.

use egui::{
    Align, Align2, CornerRadius, Layout, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    accesskit::Role, vec2,
};

use super::{
    Scene,
    controls::{Button, card, head, muted, section},
    figures_ui::{many_labels_ui, tables_ui},
    page_words,
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
    words::{Part, Words},
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
            tiles_ui(ui, scene, &headlines(scene, found));
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
                (
                    scene.words.say("evaluate-folder"),
                    PageCommand::OpenOutside(folder.clone()),
                ),
                (
                    scene.words.say("evaluate-open"),
                    PageCommand::OpenOutside(folder.join("report.html")),
                ),
                (scene.words.say("evaluate-new"), PageCommand::NewEvaluation),
            ] {
                if Button::new(&words).show(ui, scene.tokens).clicked() {
                    commands.push(Command::OnPage(command));
                }
            }
            ui.with_layout(Layout::top_down(Align::LEFT), |ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                head(ui, scene.tokens, &shown.report.model.title);
                muted(ui, scene.tokens, &subtitle(scene.words, &shown.report));
            });
        });
    });
}

fn subtitle(words: &Words, report: &Report) -> String {
    let model = &report.model.identity;
    let data = &report.data;
    let mut cases = page_words::counted(words, data.kind, data.n_scored);
    if let Some(n) = data.n_patients {
        let parts = [("cases", Part::from(&cases)), ("n", n.into())];
        cases = words.say_with("report-of-patients", &parts);
    }
    if let Some(part) = &data.part {
        let parts = [("cases", Part::from(&cases)), ("part", Part::from(part))];
        cases = words.say_with("report-part", &parts);
    }
    format!(
        "{} {}{DOT}{cases}{DOT}{}",
        model.name, model.version, report.date
    )
}

fn headlines(scene: &Scene<'_>, found: &OneLabel) -> [(String, Option<Estimate>); 4] {
    [
        (scene.words.say("report-auroc"), found.auroc),
        (scene.words.say("report-precision"), found.average_precision),
        (scene.words.say("report-brier"), found.calibration.brier),
        (
            scene.words.say("report-ece"),
            found.calibration.equal_width_error,
        ),
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
    let range = it.map_or_else(String::new, |it| words::span(scene.words, it.low, it.high));
    response.widget_info(|| {
        let parts = [
            ("name", Part::from(name)),
            ("value", Part::from(&value)),
            ("range", Part::from(&range)),
        ];
        let words = scene.words.say_with("report-tile", &parts);
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
fn own(scene: &Scene<'_>, points: Vec<(f64, f64)>) -> Line {
    Line {
        name: scene.words.say("report-model"),
        points,
        ink: scene.tokens.amber,
        look: Look::Solid,
    }
}

/// What only helps the eye.
fn helping(scene: &Scene<'_>, name: String, points: Vec<(f64, f64)>) -> Line {
    Line {
        name,
        points,
        ink: scene.tokens.faint,
        look: Look::Dashed,
    }
}

fn roc(scene: &Scene<'_>, found: &OneLabel) -> Plot {
    let point = found.points.first().and_then(|it| {
        Some(Point {
            at: (1.0 - it.specificity.value?, it.sensitivity.value?),
            interval: None,
            ink: scene.tokens.text,
        })
    });
    Plot {
        title: scene.words.say("report-roc"),
        spoken: words::estimate(scene.words, found.auroc),
        x: Axis::share(scene.words.say("report-false-alarms")),
        y: Axis::share(scene.words.say("report-sensitivity")),
        columns: Vec::new(),
        lines: vec![
            own(scene, found.roc.clone()),
            helping(
                scene,
                scene.words.say("report-chance"),
                vec![(0.0, 0.0), (1.0, 1.0)],
            ),
        ],
        points: point.into_iter().collect(),
    }
}

fn precision_recall(scene: &Scene<'_>, found: &OneLabel) -> Plot {
    let n = (found.n_positive + found.n_negative).max(1) as f64;
    let prevalence = found.n_positive as f64 / n;
    Plot {
        title: scene.words.say("report-pr"),
        spoken: words::estimate(scene.words, found.average_precision),
        x: Axis::share(scene.words.say("report-recall")),
        y: Axis::share(scene.words.say("report-ppv")),
        columns: Vec::new(),
        lines: vec![
            own(scene, found.precision_recall.clone()),
            helping(
                scene,
                scene.words.say("report-chance"),
                vec![(0.0, prevalence), (1.0, prevalence)],
            ),
        ],
        points: Vec::new(),
    }
}

fn reliability(scene: &Scene<'_>, found: &OneLabel) -> Plot {
    /// The highest column of the histogram, as a share of the plot.
    const HIGHEST: f32 = 0.25;
    let counts: Vec<usize> = found.histogram.iter().map(|(a, b)| a + b).collect();
    let most = counts.iter().copied().max().unwrap_or(0).max(1) as f32;
    let bins = &found.calibration.bins;
    Plot {
        title: scene.words.say("report-reliability"),
        spoken: words::estimate(scene.words, found.calibration.equal_width_error),
        x: Axis::share(scene.words.say("report-predicted")),
        y: Axis::share(scene.words.say("report-observed")),
        columns: counts
            .iter()
            .map(|it| HIGHEST * *it as f32 / most)
            .collect(),
        lines: vec![
            own(
                scene,
                bins.iter().map(|it| (it.predicted, it.observed)).collect(),
            ),
            helping(
                scene,
                scene.words.say("report-ideal"),
                vec![(0.0, 0.0), (1.0, 1.0)],
            ),
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

fn decision(scene: &Scene<'_>, found: &OneLabel) -> Plot {
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
        title: scene.words.say("report-decision"),
        spoken: scene.words.say("report-benefit"),
        x: Axis::share(scene.words.say("report-threshold")),
        y: Axis {
            name: scene.words.say("report-benefit"),
            range: LOWEST..1.08 * most,
        },
        columns: Vec::new(),
        lines: vec![
            own(scene, model),
            Line {
                name: scene.words.say("report-all"),
                points: all,
                ink: scene.tokens.blue,
                look: Look::Solid,
            },
            helping(
                scene,
                scene.words.say("report-nobody"),
                vec![(0.0, 0.0), (1.0, 0.0)],
            ),
        ],
        points: Vec::new(),
    }
}

fn about_ui(ui: &mut Ui, scene: &Scene<'_>, report: &Report) {
    section(ui, scene.tokens, &scene.words.say("report-about"));
    card(ui, scene.tokens, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        let model = &report.model;
        muted(ui, scene.tokens, &model.intended_use);
        for limit in &model.limits {
            bullet(ui, scene, limit);
        }
        let kind = report.data.kind;
        let intervals = page_words::intervals(scene.words, kind, report.n_draws);
        muted(ui, scene.tokens, &intervals);
        for (text, n) in &report.remarks {
            let cases = page_words::counted(scene.words, kind, *n);
            let parts = [("cases", Part::from(&cases)), ("text", Part::from(text))];
            bullet(ui, scene, &scene.words.say_with("report-remark", &parts));
        }
        let (weights, table) = (
            model.identity.weights_sha256.short(),
            report.data.table_sha256.short(),
        );
        let parts = [
            ("command", Part::from(&report.command)),
            ("weights", Part::from(&weights)),
            ("table", Part::from(&table)),
            ("version", Part::from(report.app_version.as_ref())),
        ];
        muted(
            ui,
            scene.tokens,
            &scene.words.say_with("report-identity", &parts),
        );
    });
}
