//! The tables of a report: points, subgroups, baselines, a second model, strangers, damage, refused rows, many labels.

use egui::{FontId, Sense, Stroke, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use super::{
    Scene,
    controls::{card, muted, section},
    plot_ui::{Axis, Line, Look, Plot, plot_ui},
    report_ui::tiles_ui,
    theme::{self, BODY, SECTION},
    words,
};
use crate::{
    evaluate::{
        Report,
        report::{
            Against, Baselines, Comparison, Findings, ManyLabels, OneLabel, RefusedRows,
            Robustness, SetFigures, Strangers, Subgroup,
        },
    },
    words::Part,
};

/// Heads and rows; the first column takes what the others leave.
pub(super) struct Table<'a> {
    pub(super) heads: Vec<String>,
    /// Width of each column but the first.
    pub(super) widths: &'a [f32],
    pub(super) rows: Vec<Vec<String>>,
}

/// All tables that the report has.
pub(super) fn tables_ui(ui: &mut Ui, scene: &Scene<'_>, report: &Report) {
    if let Findings::OneLabel(found) = &report.findings {
        points_ui(ui, scene, found);
    }
    if let Some(found) = &report.sets {
        sets_ui(ui, scene, found);
    }
    let is_one_label = matches!(report.findings, Findings::OneLabel(_));
    groups_ui(ui, scene, &report.subgroups, is_one_label);
    if let Some(found) = &report.baselines {
        baselines_ui(ui, scene, found);
    }
    if let Some(found) = &report.against {
        second_ui(ui, scene, found);
    }
    strangers_ui(ui, scene, &report.strangers);
    if let Some(found) = &report.robustness {
        damage_ui(ui, scene, found);
    }
    refused_ui(ui, scene, &report.refused);
}

/// Draws a table in a card; each row is one sentence to a screen reader.
pub(super) fn table_ui(ui: &mut Ui, scene: &Scene<'_>, table: &Table<'_>) {
    let tokens = scene.tokens;
    card(ui, tokens, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let widths = column_widths(ui.available_width(), table);
        row_ui(ui, scene, &widths, (&table.heads, theme::regular(SECTION)));
        for row in &table.rows {
            let left = ui.cursor().left_top();
            let right = left + vec2(ui.available_width(), 0.0);
            ui.painter()
                .line_segment([left, right], Stroke::new(1.0, tokens.line));
            row_ui(ui, scene, &widths, (row, theme::regular(BODY)));
        }
    });
}

/// Columns that have no room are made narrower together; the first keeps at least a quarter.
fn column_widths(room: f32, table: &Table<'_>) -> Vec<f32> {
    let wanted: f32 = table.widths.iter().sum();
    let scale = (room * 0.75 / wanted.max(1.0)).min(1.0);
    let others = table.widths.iter().map(|it| it * scale);
    [room - wanted * scale].into_iter().chain(others).collect()
}

fn row_ui(ui: &mut Ui, scene: &Scene<'_>, widths: &[f32], (cells, font): (&[String], FontId)) {
    const PAD: f32 = 6.0;
    const GAP: f32 = 14.0;
    let is_head = font.size < BODY;
    let first = if is_head {
        scene.tokens.muted
    } else {
        scene.tokens.text
    };
    let galleys: Vec<_> = cells
        .iter()
        .zip(widths)
        .map(|(text, width)| {
            let text = text.clone();
            ui.painter().layout(text, font.clone(), first, width - GAP)
        })
        .collect();
    let highest = galleys.iter().map(|it| it.size().y).fold(0.0, f32::max);
    let size = vec2(ui.available_width(), highest + 2.0 * PAD);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Row, true, cells.join(", ")));
    let mut x = rect.left();
    for (galley, width) in galleys.into_iter().zip(widths) {
        let at = pos2(x, rect.top() + PAD);
        ui.painter().galley(at, galley, first);
        x += width;
    }
}

/// A head over what follows.
fn headed(ui: &mut Ui, scene: &Scene<'_>, head: &str, add: impl FnOnce(&mut Ui)) {
    ui.add_space(4.0);
    section(ui, scene.tokens, head);
    add(ui);
}

fn points_ui(ui: &mut Ui, scene: &Scene<'_>, found: &OneLabel) {
    let rows = found.points.iter().map(|it| {
        vec![
            words::capital(&it.name),
            words::figure(it.threshold),
            words::share(scene.words, it.sensitivity),
            words::share(scene.words, it.specificity),
            words::share(scene.words, it.predictive_above),
            words::share(scene.words, it.predictive_below),
        ]
    });
    let table = Table {
        heads: vec![
            scene.words.say("report-point"),
            scene.words.say("report-threshold-head"),
            scene.words.say("report-sensitivity-head"),
            scene.words.say("report-specificity-head"),
            scene.words.say("report-ppv-head"),
            scene.words.say("report-npv-head"),
        ],
        widths: &[84.0, 200.0, 200.0, 200.0, 200.0],
        rows: rows.collect(),
    };
    headed(ui, scene, &scene.words.say("report-points"), |ui| {
        table_ui(ui, scene, &table);
        if found.points.iter().any(|it| it.is_chosen_here) {
            let named = found.points.iter().filter(|it| it.is_chosen_here);
            let names: Vec<&str> = named.map(|it| it.name.as_str()).collect();
            let names = words::capital(&names.join("; "));
            let chosen = scene.words.say("report-chosen-here");
            let parts = [
                ("names", Part::from(&names)),
                ("chosen", Part::from(&chosen)),
            ];
            let words = scene.words.say_with("report-chosen-here-named", &parts);
            muted(ui, scene.tokens, &words);
        }
    });
}

fn sets_ui(ui: &mut Ui, scene: &Scene<'_>, found: &SetFigures) {
    let covered = found.covered.iter().map(|(name, share)| {
        let kind = [("kind", Part::from(name))];
        (scene.words.say_with("report-set-holds", &kind), *share)
    });
    let others = [
        (scene.words.say("report-undecided"), found.undecided),
        (scene.words.say("report-empty-sets"), found.empty),
    ];
    let row = |(name, share)| vec![name, words::share(scene.words, share)];
    let table = Table {
        heads: vec![
            scene.words.say("report-sets-head"),
            scene.words.say("report-share-head"),
        ],
        widths: &[240.0],
        rows: covered.chain(others).map(row).collect(),
    };
    let (whole, promised, worst) = (
        format!("{:.0}", 100.0 * found.promised),
        format!("{:.0}", 100.0 * found.promised),
        format!("{:.1}", 100.0 * found.worst),
    );
    let head = [("percent", Part::from(&whole))];
    headed(
        ui,
        scene,
        &scene.words.say_with("report-sets", &head),
        |ui| {
            table_ui(ui, scene, &table);
            let parts = [
                ("promised", Part::from(&promised)),
                ("worst", Part::from(&worst)),
            ];
            let promise = scene.words.say_with("report-promise", &parts);
            muted(ui, scene.tokens, &promise);
        },
    );
}

fn groups_ui(ui: &mut Ui, scene: &Scene<'_>, groups: &[Subgroup], is_one_label: bool) {
    if groups.is_empty() {
        return;
    }
    let row = |it: &Subgroup| {
        let group = format!("{} {}", it.group, it.value);
        let beside = |against: String| {
            let parts = [
                ("group", Part::from(&group)),
                ("against", Part::from(&against)),
            ];
            scene.words.say_with("report-against", &parts)
        };
        let name = match it.against {
            Against::Itself => group.clone(),
            Against::AllNegative => beside(scene.words.say("report-against-negative")),
            Against::AllPositive => beside(scene.words.say("report-against-positive")),
        };
        let figure = match it.figure {
            None => scene.words.say("report-too-few"),
            some => words::estimate(scene.words, some),
        };
        let share =
            |it: Option<_>| it.map_or_else(words::nothing, |it| words::share(scene.words, it));
        let mut cells = vec![words::capital(&name), it.n.to_string(), figure];
        if is_one_label {
            cells.extend([share(it.sensitivity), share(it.specificity)]);
        }
        cells
    };
    let table = if is_one_label {
        Table {
            heads: vec![
                scene.words.say("report-group"),
                scene.words.say("report-cases"),
                scene.words.say("report-auroc"),
                scene.words.say("report-sensitivity-head"),
                scene.words.say("report-specificity-head"),
            ],
            widths: &[70.0, 190.0, 220.0, 220.0],
            rows: groups.iter().map(row).collect(),
        }
    } else {
        Table {
            heads: vec![
                scene.words.say("report-group"),
                scene.words.say("report-cases"),
                scene.words.say("report-accuracy"),
            ],
            widths: &[90.0, 240.0],
            rows: groups.iter().map(row).collect(),
        }
    };
    headed(ui, scene, &scene.words.say("report-groups"), |ui| {
        table_ui(ui, scene, &table)
    });
}

fn baselines_ui(ui: &mut Ui, scene: &Scene<'_>, found: &Baselines) {
    let rows = found.rows.iter().map(|it| {
        vec![
            words::capital(&it.name),
            words::estimate(scene.words, it.auroc),
            words::estimate(scene.words, it.difference),
            words::p_value(it.p),
        ]
    });
    let table = Table {
        heads: vec![
            scene.words.say("report-baseline-head"),
            scene.words.say("report-auroc"),
            scene.words.say("report-better"),
            "p".to_owned(),
        ],
        widths: &[200.0, 210.0, 80.0],
        rows: rows.collect(),
    };
    headed(ui, scene, &scene.words.say("report-baselines"), |ui| {
        table_ui(ui, scene, &table)
    });
}

fn second_ui(ui: &mut Ui, scene: &Scene<'_>, found: &Comparison) {
    let (difference, p) = (
        words::estimate(scene.words, found.difference),
        words::p_value(found.p),
    );
    let parts = [
        ("difference", Part::from(&difference)),
        ("p", Part::from(&p)),
    ];
    let difference = scene.words.say_with("report-difference-p", &parts);
    let p = words::p_value(Some(found.mcnemar_p));
    let parts = [
        ("first", found.only_first_right.into()),
        ("second", found.only_second_right.into()),
        ("p", Part::from(&p)),
    ];
    let right = scene.words.say_with("report-and", &parts);
    let row = |name: String, value: String| vec![name, value];
    let model = format!("{} {}", found.model.name, found.model.version);
    let table = Table {
        heads: vec![scene.words.say("report-second"), model],
        widths: &[360.0],
        rows: vec![
            row(
                scene.words.say("report-second-auroc"),
                words::estimate(scene.words, found.auroc),
            ),
            row(scene.words.say("report-difference"), difference),
            row(scene.words.say("report-right"), right),
            row(scene.words.say("report-both"), found.n.to_string()),
        ],
    };
    headed(ui, scene, &scene.words.say("report-second"), |ui| {
        table_ui(ui, scene, &table)
    });
}

/// A plot and its table, beside each other where there is room.
fn beside(ui: &mut Ui, scene: &Scene<'_>, plot: &Plot, table: &Table<'_>) {
    const ROOM: f32 = 900.0;
    if ui.available_width() < ROOM {
        plot_ui(ui, scene, plot);
        table_ui(ui, scene, table);
        return;
    }
    ui.spacing_mut().item_spacing.x = 12.0;
    ui.columns(2, |columns| {
        let [left, right] = columns else { return };
        plot_ui(left, scene, plot);
        table_ui(right, scene, table);
    });
}

fn strangers_ui(ui: &mut Ui, scene: &Scene<'_>, found: &[Strangers]) {
    if found.is_empty() {
        return;
    }
    let inks = theme::series(scene.tokens);
    let drawn = found.iter().filter(|it| !it.roc.is_empty());
    let lines = drawn.zip(inks.into_iter().cycle()).map(|(it, ink)| Line {
        name: it.name.clone(),
        points: it.roc.clone(),
        ink,
        look: Look::Solid,
    });
    let plot = Plot {
        title: scene.words.say("report-strangers-plot"),
        spoken: scene
            .words
            .say_with("report-kinds", &[("n", found.len().into())]),
        x: Axis::share(scene.words.say("report-own-outside")),
        y: Axis::share(scene.words.say("report-theirs-outside")),
        columns: Vec::new(),
        lines: lines.collect(),
        points: Vec::new(),
    };
    let rows = found.iter().map(|it| {
        vec![
            words::capital(&it.name),
            words::share(scene.words, it.refused),
            words::estimate(scene.words, it.auroc),
        ]
    });
    let table = Table {
        heads: vec![
            scene.words.say("report-pictures"),
            scene.words.say("report-refused-head"),
            scene.words.say("report-distance"),
        ],
        widths: &[190.0, 170.0],
        rows: rows.collect(),
    };
    headed(ui, scene, &scene.words.say("report-strangers"), |ui| {
        beside(ui, scene, &plot, &table)
    });
}

fn damage_ui(ui: &mut Ui, scene: &Scene<'_>, found: &Robustness) {
    let figure = |it: Option<f64>| it.map_or_else(words::nothing, words::figure);
    let inks = theme::series(scene.tokens);
    let clean = found.clean.map(|it| (0.0, it));
    let lines: Vec<Line> = found
        .kinds
        .iter()
        .zip(inks.into_iter().cycle())
        .map(|(kind, ink)| {
            let levels = kind.levels.iter().zip(1_u8..);
            let levels = levels.filter_map(|(it, level)| Some((f64::from(level), it.figure?)));
            Line {
                name: kind.name.clone().into_owned(),
                points: clean.into_iter().chain(levels).collect(),
                ink,
                look: Look::Dotted,
            }
        })
        .collect();
    let values = lines.iter().flat_map(|it| &it.points).map(|it| it.1);
    let least = values.fold(0.9, f64::min);
    let undamaged = figure(found.clean);
    let undamaged = [("figure", Part::from(&undamaged))];
    let plot = Plot {
        title: found.metric.to_string(),
        spoken: scene.words.say_with("report-undamaged", &undamaged),
        x: Axis {
            name: scene.words.say("report-degree"),
            range: 0.0..5.0,
        },
        y: Axis {
            name: String::new(),
            range: (least - 0.05).max(0.0)..1.0,
        },
        columns: Vec::new(),
        lines,
        points: Vec::new(),
    };
    let row = |kind: &crate::evaluate::report::Damaged| {
        let cells = kind.levels.iter().map(|it| figure(it.figure));
        let name = words::capital(&kind.name);
        [name, figure(found.clean)]
            .into_iter()
            .chain(cells)
            .collect()
    };
    let table = Table {
        heads: [
            scene.words.say("report-damage-head"),
            scene.words.say("evaluate-none"),
        ]
        .into_iter()
        .chain((1..=5).map(|it: u8| it.to_string()))
        .collect(),
        widths: &[62.0; 6],
        rows: found.kinds.iter().map(row).collect(),
    };
    headed(ui, scene, &scene.words.say("report-damage"), |ui| {
        beside(ui, scene, &plot, &table)
    });
}

fn refused_ui(ui: &mut Ui, scene: &Scene<'_>, refused: &[RefusedRows]) {
    const N_SHOWN: usize = 24;
    if refused.is_empty() {
        return;
    }
    let rows = refused.iter().map(|it| {
        let lines: Vec<String> = it.rows.iter().take(N_SHOWN).map(usize::to_string).collect();
        let more = if N_SHOWN < it.rows.len() {
            " \u{2026}"
        } else {
            ""
        };
        vec![
            it.headline.clone(),
            it.rows.len().to_string(),
            lines.join(", ") + more,
        ]
    });
    let table = Table {
        heads: vec![
            scene.words.say("report-reason"),
            scene.words.say("report-rows"),
            scene.words.say("report-lines"),
        ],
        widths: &[80.0, 380.0],
        rows: rows.collect(),
    };
    headed(ui, scene, &scene.words.say("report-refused"), |ui| {
        table_ui(ui, scene, &table)
    });
}

/// Figures of labels that exclude each other, or of several that do not.
pub(super) fn many_labels_ui(ui: &mut Ui, scene: &Scene<'_>, found: &ManyLabels) {
    let figures: Vec<_> = found
        .figures
        .iter()
        .map(|(name, it)| (words::capital(name), *it))
        .collect();
    tiles_ui(ui, scene, &figures);
    let rows = found.labels.iter().map(|it| {
        vec![
            words::capital(&it.name),
            it.n.to_string(),
            words::estimate(scene.words, it.auroc),
        ]
    });
    let table = Table {
        heads: vec![
            scene.words.say("report-label"),
            scene.words.say("report-cases"),
            scene.words.say("report-rest"),
        ],
        widths: &[100.0, 260.0],
        rows: rows.collect(),
    };
    headed(ui, scene, &scene.words.say("report-labels"), |ui| {
        table_ui(ui, scene, &table)
    });
    if found.confusion.is_empty() {
        return;
    }
    let names = found.labels.iter().map(|it| it.name.clone());
    let truth = scene.words.say("report-truth");
    let rows = found.labels.iter().zip(&found.confusion).map(|(it, row)| {
        let cells = row.iter().map(usize::to_string);
        [it.name.clone()].into_iter().chain(cells).collect()
    });
    let table = Table {
        heads: [truth].into_iter().chain(names).collect(),
        widths: &vec![90.0; found.labels.len()],
        rows: rows.collect(),
    };
    headed(ui, scene, &scene.words.say("report-confusion"), |ui| {
        table_ui(ui, scene, &table)
    });
}
