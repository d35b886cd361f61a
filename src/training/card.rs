//! The card of a model: what it is for, what it was made from, how good it is. Its figures come from the manifest.

use std::fmt::Write as _;

use super::{Job, evaluate::Calibrated, recipe::Recipe};
use crate::{
    model::{
        Manifest,
        manifest::Metric,
        scope::{LayoutScope, Scope},
        tested::card_section,
    },
    prediction::{Estimate, OperatingPoint},
};

/// The text of `card.md`.
pub(super) fn text(job: &Job<'_>, manifest: &Manifest, calibrated: &Calibrated) -> String {
    let recipe = &job.recipe;
    let mut sections = vec![
        head(manifest),
        section("Intended use", &recipe.card.intended_use),
        section("Limits", &list(&recipe.card.limits)),
        section("Known failure modes", &list(&recipe.card.failure_modes)),
        section("Data", &recipe.card.data),
        section("Figures", &figures(recipe, &manifest.metrics)),
    ];
    if !calibrated.points.is_empty() {
        sections.push(section("Operating points", &points(&calibrated.points)));
    }
    let folds = recipe.hold_out.join(", ");
    let calibration = format!(
        "Logits are divided by the temperature {:.4}, which was fitted on answers for the folds held out ({folds}), \
         each by a network that had not seen it. The shipped weights come from one more run on all folds.",
        calibrated.temperature
    );
    sections.push(section("Calibration", &calibration));
    if let Some(scope) = &manifest.scope {
        sections.push(section("Scope", &scope_words(scope)));
    }
    let tested = card_section(&manifest.explanations);
    sections.extend((!tested.is_empty()).then_some(tested));
    sections.push(section("Training", &training(job)));
    sections.push(section("Licence", &recipe.card.licence));
    sections.join("\n")
}

fn head(manifest: &Manifest) -> String {
    format!(
        "# {}\n\nResearch use only - not for diagnosis.\n\n`{}` {}, trained {}, weights SHA-256 `{}`.\n",
        manifest.title, manifest.name, manifest.version, manifest.trained, manifest.weights.sha256
    )
}

fn section(title: &str, body: &str) -> String {
    format!("## {title}\n\n{}\n", body.trim_end())
}

fn list(items: &[String]) -> String {
    items.iter().map(|it| format!("- {it}\n")).collect()
}

fn figures(recipe: &Recipe, metrics: &[Metric]) -> String {
    if metrics.is_empty() {
        return "Not measured yet: the run was stopped before its evaluation.".to_owned();
    }
    let mut text =
        "| figure | cases | value | 95 % interval | n |\n|---|---|---|---|---|\n".to_owned();
    for Metric {
        name,
        set,
        estimate:
            Estimate {
                value,
                low,
                high,
                n,
            },
    } in metrics
    {
        // Writing to a string cannot fail.
        writeln!(
            text,
            "| {name} | {set} | {value:.3} | {low:.3} to {high:.3} | {n} |"
        )
        .ok();
    }
    let note = format!(
        "\nIntervals are the 2.5 and 97.5 percentiles of 2000 bootstrap draws of whole {}, within each class. The test \
         part was evaluated once, with the bundle as it is shipped.\n\n",
        recipe.source.group_name
    );
    text + &note + &list(&recipe.card.compare)
}

fn points(points: &[OperatingPoint]) -> String {
    let mut text =
        "| threshold | chosen by | sensitivity | specificity |\n|---|---|---|---|\n".to_owned();
    let figure = |it: &Option<Estimate>| match it {
        Some(Estimate {
            value, low, high, ..
        }) => format!("{value:.3} ({low:.3} to {high:.3})"),
        None => "-".to_owned(),
    };
    for OperatingPoint {
        threshold,
        chosen_by,
        sensitivity,
        specificity,
    } in points
    {
        let figures = [sensitivity, specificity].map(figure).join(" | ");
        writeln!(text, "| {threshold:.4} | {chosen_by} | {figures} |").ok();
    }
    text + "\nThe first is the default. Thresholds are on the calibrated probability; what they give on the test part \
            stands under Figures.\n"
}

/// What is refused, in words.
fn scope_words(scope: &Scope) -> String {
    let header = &scope.header;
    let terms = [
        ("modality", &header.modalities),
        ("body part", &header.body_parts),
        ("view", &header.views),
    ];
    let mut said: Vec<String> = terms
        .iter()
        .filter(|(_, terms)| !terms.is_empty())
        .map(|(what, terms)| format!("A file whose {what} is none of {}.", terms.join(", ")))
        .collect();
    if let Some([youngest, oldest]) = header.age_years {
        said.push(format!(
            "A patient whose age lies outside {youngest} to {oldest} years."
        ));
    }
    if let Some(LayoutScope {
        limit,
        n_fitted,
        n_held_out,
        refused,
        ..
    }) = &scope.layout
    {
        said.push(format!(
            "A picture whose layout (strength of edges by direction and place) is farther than {limit:.3} from that of \
             {n_fitted} training pictures, by Mahalanobis distance. The limit was set by {n_held_out} held-out pictures, \
             of which it refuses {:.1} %. What it does to pictures of other kinds stands under Figures.",
            100.0 * refused
        ));
    }
    said.push("A strip, a blank picture, a colour photograph.".to_owned());
    let text = "No answer is given to these, unless a person asks for it; the answer then carries the reasons. What a \
                file does not tell is not held against it, but told.\n\n";
    text.to_owned() + &list(&said)
}

fn training(job: &Job<'_>) -> String {
    let recipe = toml::to_string(&Knobs::of(&job.recipe)).unwrap_or_default();
    format!(
        "By `{}` with {} threads, and this recipe:\n\n```toml\n{}```\n",
        job.command, job.threads, recipe
    )
}

/// What the weights depend on.
#[derive(serde::Serialize)]
struct Knobs<'a> {
    hold_out: &'a [String],
    network: &'a crate::model::Network,
    prep: &'a crate::prep::Spec,
    learning: &'a super::recipe::Learning,
}

impl<'a> Knobs<'a> {
    fn of(recipe: &'a Recipe) -> Self {
        Self {
            hold_out: &recipe.hold_out,
            network: &recipe.network,
            prep: &recipe.prep,
            learning: &recipe.learning,
        }
    }
}
