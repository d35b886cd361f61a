//! The report as one HTML file that needs nothing else: no script, no font, no network.

mod many_labels;
mod plots;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use self::many_labels::many_labels;
use super::{
    Kind,
    report::{
        Against, Baselines, CalibrationFigures, Comparison, Findings, OneLabel, Point, RefusedRows,
        Report, Robustness, SetFigures, Share, Strangers, Subgroup,
    },
};
use crate::{prediction::Estimate, stats::Interval};

const STYLE: &str = include_str!("style.css");

/// The page.
pub fn html(report: &Report) -> String {
    let model = &report.model;
    let kind = report.data.kind;
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Evaluation of " (model.title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                p.notice { (report.notice) }
                h1 { (model.title) }
                p.lead {
                    (model.identity.name) " " (model.identity.version) ", evaluated " (report.date) " on "
                    (report.data.n_scored) " " (kind.many())
                    @if let Some(n) = report.data.n_patients { " of " (n) " " (report.data.units()) }
                    @if let Some(part) = &report.data.part { " (part " (part) ")" }
                    "."
                }
                (warnings(&report.warnings))
                @match &report.findings {
                    Findings::OneLabel(found) => { (one_label(found, kind)) }
                    Findings::ManyLabels(found) => { (many_labels(found, kind)) }
                }
                @if let Some(it) = &report.sets { (sets(it)) }
                (subgroups(&report.subgroups, kind, matches!(report.findings, Findings::OneLabel(_))))
                @if let Some(it) = &report.baselines { (baselines(it, kind)) }
                @if let Some(it) = &report.against { (comparison(it, kind)) }
                (strangers(&report.strangers))
                @if let Some(it) = &report.robustness { (robustness(it, kind)) }
                (refused(&report.refused))
                (about(report))
            }
        }
    };
    page.into_string()
}

fn warnings(warnings: &[String]) -> Markup {
    html! { @for it in warnings { p.warning { (it) } } }
}

fn one_label(found: &OneLabel, kind: Kind) -> Markup {
    let figures = [
        ("AUROC", found.auroc),
        ("average precision", found.average_precision),
        ("Brier score", found.calibration.brier),
        ("calibration error", found.calibration.equal_width_error),
    ];
    html! {
        section {
            h2 { (found.label) ": " (found.n_positive) " with, " (found.n_negative) " without" }
            div.tiles {
                @for (name, it) in figures {
                    div.tile { span.name { (name) } span.value { (value(it)) } span.range { (range(it)) } }
                }
            }
            div.plots {
                figure { (PreEscaped(plots::roc(found))) figcaption { "ROC curve" } }
                figure { (PreEscaped(plots::precision_recall(found))) figcaption { "Precision and recall" } }
            }
            @if let Some(it) = found.auroc_delong {
                p.small { "DeLong's interval of the AUROC, which takes " (kind.many()) " for independent: " (span(it)) "." }
            }
        }
        section {
            h2 { "Operating points" }
            (points(&found.points))
        }
        section {
            h2 { "Calibration" }
            div.plots {
                figure { (PreEscaped(plots::reliability(found))) figcaption {
                    "Observed frequency by predicted probability; bars: Wilson's 95 % intervals; grey: how many cases"
                } }
                (calibration(&found.calibration))
            }
        }
        section {
            h2 { "Decision curve" }
            div.plots {
                figure { (PreEscaped(plots::decision_curve(found))) figcaption {
                    "Net benefit (Vickers and Elkin 2006): where the model lies above both lines, deciding by it helps"
                } }
            }
        }
    }
}

fn points(points: &[Point]) -> Markup {
    let prevalences = points
        .first()
        .map(|it| it.elsewhere.as_slice())
        .unwrap_or_default();
    html! {
        table {
            thead { tr {
                th { "point" } th { "threshold" } th { "sensitivity" } th { "specificity" } th { "PPV here" }
                th { "NPV here" } th { "balanced accuracy" } th { "lesser of sensitivity and PPV" } th { "true / false above" } th { "false / true below" }
            } }
            tbody {
                @for it in points {
                    tr {
                        td { (it.name) @if it.is_chosen_here { span.small { " (chosen by these cases: flattering)" } } }
                        td { (format!("{:.4}", it.threshold)) }
                        td { (share(it.sensitivity)) }
                        td { (share(it.specificity)) }
                        td { (share(it.predictive_above)) }
                        td { (share(it.predictive_below)) }
                        td { (with_range(it.balanced_accuracy)) }
                        td { (with_range(it.score1)) }
                        td { (it.true_above) " / " (it.false_above) }
                        td { (it.false_below) " / " (it.true_below) }
                    }
                }
            }
        }
        @if !prevalences.is_empty() {
            p { "What the same sensitivity and specificity would mean elsewhere (PPV / NPV):" }
            table {
                thead { tr { th { "prevalence" } @for it in points { th { (it.name) } } } }
                tbody {
                    @for (idx, place) in prevalences.iter().enumerate() {
                        tr {
                            td { (percent(place.prevalence)) }
                            @for it in points {
                                td { @if let Some(it) = it.elsewhere.get(idx) {
                                    (part(it.predictive_above)) " / " (part(it.predictive_below))
                                } }
                            }
                        }
                    }
                }
            }
        }
        p.small { "Intervals of shares are Wilson's." }
    }
}

fn calibration(found: &CalibrationFigures) -> Markup {
    let bins = found.n_bins;
    let rows = [
        (
            format!("expected calibration error, {bins} bins of equal width"),
            found.equal_width_error,
        ),
        (
            format!("expected calibration error, {bins} bins of equal size"),
            found.equal_mass_error,
        ),
        ("Brier score".to_owned(), found.brier),
        (
            "negative log-likelihood".to_owned(),
            found.negative_log_likelihood,
        ),
        ("calibration slope (ideal 1)".to_owned(), found.slope),
        (
            "calibration intercept (ideal 0)".to_owned(),
            found.intercept,
        ),
    ];
    html! {
        table.fit {
            tbody {
                @for (name, it) in rows { tr { td { (name) } td { (with_range(it)) } } }
                tr { td { "greatest error of a bin" } td { (format!("{:.3}", found.greatest_error)) } }
            }
        }
    }
}

fn sets(found: &SetFigures) -> Markup {
    html! {
        section {
            h2 { "Label sets at " (percent(found.promised)) }
            p {
                "Split conformal sets promise to hold the truth for " (percent(found.promised))
                " of new cases of each kind that are like those they were fitted on (" (found.n_fitted)
                " of the rarest kind; at worst, in 5 of 100 such fits, " (format!("{:.1} %", 100.0 * found.worst))
                "). The promise is void under any shift; this is what became of it here."
            }
            table.fit { tbody {
                @for (name, it) in &found.covered { tr { td { "set holds the truth: " (name) } td { (share(*it)) } } }
                tr { td { "undecided (everything or nothing)" } td { (share(found.undecided)) } }
                tr { td { "holds nothing" } td { (share(found.empty)) } }
                tr { td { "mean size" } td { (format!("{:.2}", found.mean_size)) } }
            } }
        }
    }
}

fn subgroups(groups: &[Subgroup], kind: Kind, is_one_label: bool) -> Markup {
    if groups.is_empty() {
        return html! {};
    }
    html! {
        section {
            h2 { "Subgroups" }
            table {
                thead { tr {
                    th { "group" } th { (kind.many()) }
                    @if is_one_label {
                        th { "with label" } th { "AUROC" } th { "ranked against" } th { "sensitivity" } th { "specificity" }
                    } @else {
                        th { "accuracy" }
                    }
                } }
                tbody { @for it in groups { tr {
                    td { (it.group) ": " (it.value) } td { (it.n) }
                    @if is_one_label { td { (it.n_positive) } }
                    td { (with_range(it.figure)) }
                    @if is_one_label {
                        td { @match it.against {
                            Against::Itself => "the other kind in the group",
                            Against::AllNegative => "all without the label",
                            Against::AllPositive => "all with the label",
                        } }
                        td { @if let Some(it) = it.sensitivity { (share(it)) } }
                        td { @if let Some(it) = it.specificity { (share(it)) } }
                    }
                } } }
            }
        }
    }
}

fn baselines(found: &Baselines, kind: Kind) -> Markup {
    html! {
        section {
            h2 { "What can be had without a network" }
            p { "Logistic regressions, learned from " (found.n_train) " " (kind.many()) " of the part " (found.part) "." }
            table {
                thead { tr {
                    th { "looks at" } th { "numbers" } th { "AUROC" } th { "the model's AUROC less this" } th { "p" }
                } }
                tbody { @for it in &found.rows { tr {
                    td { (it.name) } td { (it.n_inputs) } td { (with_range(it.auroc)) } td { (with_range(it.difference)) }
                    td { (p_value(it.p)) }
                } } }
            }
            p.small { "Differences and p by DeLong's paired test on the same " (kind.many()) "." }
        }
    }
}

fn comparison(found: &Comparison, kind: Kind) -> Markup {
    html! {
        section {
            h2 { "Against " (found.model.name) " " (found.model.version) }
            table.fit { tbody {
                tr { td { (kind.many()) " that both answered" } td { (found.n) } }
                tr { td { "refused by the second" } td { (found.n_refused) } }
                @if found.accuracy.is_some() {
                    tr { td { "accuracy of the second" } td { (with_range(found.accuracy)) } }
                    tr { td { "first less second (bootstrap)" } td { (with_range(found.accuracy_difference)) } }
                } @else {
                    tr { td { "AUROC of the second" } td { (with_range(found.auroc)) } }
                    tr { td { "first less second (DeLong)" } td { (with_range(found.difference)) ", p " (p_value(found.p)) } }
                }
                tr { td { "only the first right / only the second right" } td {
                    (found.only_first_right) " / " (found.only_second_right) ", p " (p_value(Some(found.mcnemar_p)))
                    " (McNemar, exact)"
                } }
            } }
        }
    }
}

fn strangers(found: &[Strangers]) -> Markup {
    if found.is_empty() {
        return html! {};
    }
    html! {
        section {
            h2 { "What does not belong" }
            div.plots {
                figure { (PreEscaped(plots::strangers(found))) figcaption { "Layout distance of strangers against that of the evaluated images" } }
                table.fit {
                    thead { tr { th { "pictures" } th { "AUROC of the distance" } th { "refused" } } }
                    tbody { @for it in found { tr {
                        td { (it.name) } td { (with_range(it.auroc)) } td { (share(it.refused)) }
                    } } }
                }
            }
        }
    }
}

fn robustness(found: &Robustness, kind: Kind) -> Markup {
    let n_levels = found.kinds.iter().map(|it| it.levels.len()).max();
    html! {
        section {
            h2 { "Damaged " (kind.many()) }
            p { (found.n) " " (kind.many()) "; undamaged " (found.metric) " " (part(found.clean)) "." }
            div.plots {
                figure { (PreEscaped(plots::robustness(found))) figcaption { (found.metric) " by degree of damage" } }
                table.fit {
                    thead { tr { th { "damage" } @for level in 1..=n_levels.unwrap_or(0) { th { (level) } } } }
                    tbody { @for kind in &found.kinds { tr {
                        td { (kind.name) span.small { " (" (kind.parameter) ")" } }
                        @for it in &kind.levels { td {
                            (part(it.figure)) br;
                            span.small.whole { (it.parameter as f32) } br;
                            span.small.whole { "refused " (percent(it.refused)) }
                        } }
                        @for _ in kind.levels.len()..n_levels.unwrap_or(0) { td {} }
                    } } }
                }
            }
        }
    }
}

fn refused(found: &[RefusedRows]) -> Markup {
    if found.is_empty() {
        return html! {};
    }
    html! {
        section {
            h2 { "Rows without an answer" }
            table {
                thead { tr { th { "reason" } th { "rows" } th { "lines of the table" } } }
                tbody { @for it in found { tr {
                    td { (it.headline) br; span.small { (it.cause) } }
                    td { (it.rows.len()) }
                    td.small { (lines(&it.rows)) }
                } } }
            }
        }
    }
}

fn about(report: &Report) -> Markup {
    let model = &report.model;
    html! {
        section {
            h2 { "About this evaluation" }
            table.fit { tbody {
                tr { td { "command" } td { code { (report.command) } } }
                tr { td { "model for" } td { (model.intended_use) } }
                tr { td { "not for" } td { @for it in &model.limits { (it) " " } } }
                tr { td { "calibration" } td { (model.calibration) } }
                tr { td { "engine" } td { (model.engine) ", Wardlight " (report.app_version) } }
                tr { td { "weights" } td { code { (model.identity.weights_sha256) } } }
                tr { td { "table" } td { code { (report.data.table_sha256) } ", " (report.data.n_rows) " rows" } }
                tr { td { (report.data.kind.many()) " and labels" } td { code { (report.data.cases_sha256) } } }
            } }
            p.small {
                "Intervals without another name are the 2.5 and 97.5 percentiles of " (report.n_draws)
                " bootstrap draws of " @if report.data.n_patients.is_some() { "whole " } (report.data.units())
                " within each class."
            }
            @for (text, n) in &report.remarks { p.small { (n) " " (report.data.kind.many()) ": " (text) } }
        }
    }
}

fn lines(rows: &[usize]) -> String {
    const N_SHOWN: usize = 30;
    let shown: Vec<String> = rows.iter().take(N_SHOWN).map(usize::to_string).collect();
    let more = rows.len().saturating_sub(N_SHOWN);
    let more = if more == 0 {
        String::new()
    } else {
        format!(" and {more} more")
    };
    shown.join(", ") + &more
}

fn value(it: Option<Estimate>) -> String {
    part(it.map(|it| it.value))
}

fn range(it: Option<Estimate>) -> String {
    it.map_or_else(String::new, |it| format!("{:.3} to {:.3}", it.low, it.high))
}

fn with_range(it: Option<Estimate>) -> String {
    it.map_or_else(
        || "-".to_owned(),
        |it| format!("{:.3} ({:.3} to {:.3})", it.value, it.low, it.high),
    )
}

fn share(it: Share) -> String {
    match it.value {
        Some(value) => format!("{value:.3} ({}), {} of {}", span(it.wilson), it.k, it.n),
        None => "-".to_owned(),
    }
}

fn span(it: Interval) -> String {
    format!("{:.3} to {:.3}", it.low, it.high)
}

fn part(it: Option<f64>) -> String {
    it.map_or_else(|| "-".to_owned(), |it| format!("{it:.3}"))
}

fn percent(it: f64) -> String {
    format!("{:.0} %", 100.0 * it)
}

fn p_value(it: Option<f64>) -> String {
    match it {
        Some(p) if p < 0.001 => "< 0.001".to_owned(),
        it => part(it),
    }
}
