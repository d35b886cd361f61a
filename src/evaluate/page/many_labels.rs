//! The part of the page for a model with several labels.

use maud::{Markup, html};

use super::{range, share, value, with_range};
use crate::evaluate::{
    Kind,
    report::{Floor, LabelFigures, ManyLabels},
};

/// Figures, floors, each label, and which was taken for which.
pub(super) fn many_labels(found: &ManyLabels, kind: Kind) -> Markup {
    let has_choice = !found.confusion.is_empty();
    html! {
        section {
            h2 { "All labels" }
            div.tiles {
                @for (name, it) in &found.figures {
                    div.tile { span.name { (name) } span.value { (value(*it)) } span.range { (range(*it)) } }
                }
            }
            (floors(&found.floors))
            table {
                thead { tr {
                    th { "label" } th { (kind.many()) }
                    @if has_choice { th { "precision" } th { "recall" } th { "F1" } }
                    th { "AUROC against all others" }
                } }
                tbody { @for it in &found.labels { (label(it, has_choice)) } }
            }
            @if has_choice {
                p.small { "Intervals of precision and recall are Wilson's." }
                h3 { "What is true (rows) and what was chosen (columns)" }
                (confusion(&found.labels, &found.confusion))
            }
        }
    }
}

fn label(it: &LabelFigures, has_choice: bool) -> Markup {
    html! {
        tr {
            td { (it.name) } td { (it.n) }
            @if has_choice {
                td { @if let Some(it) = it.precision { (share(it)) } }
                td { @if let Some(it) = it.recall { (share(it)) } }
                td { (with_range(it.f1)) }
            }
            td { (with_range(it.auroc)) }
        }
    }
}

fn floors(found: &[Floor]) -> Markup {
    if found.is_empty() {
        return html! {};
    }
    html! {
        h3 { "What can be had without a network" }
        table {
            thead { tr {
                th { "choice" } th { "learned from" } th { "accuracy" } th { "macro-F1" }
                th { "the model's accuracy less this" }
            } }
            tbody { @for it in found { tr {
                td { (it.name) } td { (it.n_train) } td { (with_range(it.accuracy)) } td { (with_range(it.macro_f1)) }
                td { (with_range(it.difference)) }
            } } }
        }
    }
}

/// Columns have the numbers of the rows: twenty names side by side would not fit a page.
fn confusion(labels: &[LabelFigures], rows: &[Vec<usize>]) -> Markup {
    html! {
        table.fit.confusion {
            thead { tr { th {} @for number in 1..=labels.len() { th { (number) } } } }
            tbody { @for (idx, (label, row)) in labels.iter().zip(rows).enumerate() {
                tr {
                    th { (idx + 1) " " (label.name) }
                    @for (column, n) in row.iter().enumerate() {
                        @if *n == 0 { td.none { "·" } }
                        @else if column == idx { td.right { (n) } }
                        @else { td.wrong { (n) } }
                    }
                }
            } }
        }
    }
}
