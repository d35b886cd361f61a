//! The card of a model: what it is for, what it was made from, how good it is. Its figures come from the manifest.

use std::fmt::Write as _;

use super::{
    Job,
    evaluate::Calibrated,
    recipe::{Recipe, Ships, StartFrom},
};
use crate::{
    model::{
        Manifest,
        conformal::{Conformal, Quantile},
        manifest::{Metric, TermsPart},
        scope::{LayoutScope, Scope},
        tested::{card_section, erasure_section},
    },
    prediction::{Calibration, Estimate, OperatingPoint},
    stats,
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
    let calibration = [
        calibration(&calibrated.calibration),
        fitted_on(recipe),
        prevalence(manifest),
    ];
    sections.push(section("Calibration", &calibration.concat()));
    if let Some(it) = &manifest.conformal {
        sections.push(section("Label sets", &sets(it)));
    }
    if let Some(scope) = &manifest.scope {
        sections.push(section("Scope", &scope_words(scope)));
    }
    if let Some(it) = &manifest.terms {
        sections.push(section("Two halves", &halves(it)));
    }
    let tested = [
        card_section(&manifest.explanations),
        erasure_section(&manifest.erasures),
    ];
    sections.extend(tested.into_iter().filter(|it| !it.is_empty()));
    sections.push(section("Training", &training(job)));
    sections.push(section("Licence", &recipe.card.licence));
    sections.join("\n")
}

fn head(manifest: &Manifest) -> String {
    format!(
        "# {}\n\nResearch use only - not for diagnosis.\n\n`{}` {}, trained {}, weights SHA-256 `{}`.\n",
        manifest.title,
        manifest.name,
        manifest.version,
        manifest.trained,
        manifest.weights_sha256()
    )
}

/// Whose answers the calibration was fitted on, and what ships.
fn fitted_on(recipe: &Recipe) -> String {
    if recipe.hold_out.is_empty() {
        return " No fold was held out, so that there was nothing to fit on.".to_owned();
    }
    let (folds, n) = (recipe.folds_in_words(), recipe.hold_out.len());
    let shipped = match recipe.ships {
        Ships::All if 1 < recipe.seeds => format!(
            "What ships is the mean of the logits of {} networks that were trained on all folds from seeds of their own.",
            recipe.seeds
        ),
        Ships::All => "The shipped weights come from one more run on all folds.".to_owned(),
        Ships::Folds => format!(
            "What ships is the mean of the logits of these {n} networks. The figures on the held-out folds, the \
             calibration, the operating points and the label sets are those of single networks, each on its own fold; \
             answers of the mean are less extreme than theirs, so that its probabilities lean towards even odds and its \
             sensitivity and specificity at a threshold are not quite these. The test part was answered by the mean."
        ),
    };
    format!(
        " It was fitted on answers for the folds held out ({folds}), each by a network that had not seen it. {shipped}"
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
    let once = if recipe.source.has_test() {
        "The test part was evaluated once, with the bundle as it is shipped."
    } else {
        "No part was set aside for a test of the bundle as it is shipped."
    };
    let note = format!(
        "\nIntervals are the 2.5 and 97.5 percentiles of 2000 bootstrap draws of whole {}, within each class. {once}\n\n",
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

/// What becomes of a logit.
fn calibration(calibration: &Calibration) -> String {
    match calibration {
        Calibration::None => "None: scores are no probabilities.".to_owned(),
        Calibration::Temperature { temperature, .. } => {
            format!("Logits are divided by the temperature {temperature:.4}.")
        }
        Calibration::Platt {
            slope, intercept, ..
        } => format!("The log odds are {slope:.4} x logit + {intercept:.4} (Platt 1999)."),
        Calibration::Isotonic { x, .. } => format!(
            "Isotonic regression on logits, straight between {} knots (Zadrozny and Elkan 2002).",
            x.len()
        ),
    }
}

fn prevalence(manifest: &Manifest) -> String {
    manifest.prevalence.map_or_else(String::new, |it| {
        format!(
            " Of the training cases {:.1} % have the label; where it is rarer, probabilities are too high until that \
             prevalence is entered.",
            100.0 * it
        )
    })
}

/// The promise of the label sets, and what it does not promise.
fn sets(conformal: &Conformal) -> String {
    let of_labels = conformal.labels.iter().flat_map(|it| [it.without, it.with]);
    let quantiles: Vec<Quantile> = of_labels.chain(conformal.together).collect();
    let line = |it: &Quantile| {
        let worst = stats::worst_coverage(it.n, conformal.alpha).unwrap_or(0.0);
        let score = it
            .score
            .map_or_else(|| "nothing".to_owned(), |it| format!("above {it:.4}"));
        format!(
            "{} cases: excludes {score}; coverage promised {:.3}, at worst (5 in 100 such fits) {worst:.3}",
            it.n,
            1.0 - conformal.alpha
        )
    };
    let lines: Vec<String> = quantiles.iter().map(line).collect();
    let text = "Split conformal sets (Vovk et al. 2005) on the held-out answers; the score is 1 - p of what is true. For a \
                label that stands alone there is a quantile for cases without it and one for cases with it, in this order. \
                A set that holds everything or nothing is shown as undecided. The promise is one about many new cases \
                that are like those behind the quantile, not about one patient; it is void under any shift; several \
                pictures of one patient count each, and the shipped weights are not those that gave the held-out answers: \
                what was measured stands under Figures.\n\n";
    text.to_owned() + &list(&lines)
}

/// How network and terms answer together.
fn halves(part: &TermsPart) -> String {
    let kinds = part.kinds;
    let letters = match kinds.letters {
        0 => String::new(),
        longest => format!(", of 3 to {longest} letters inside words"),
    };
    let lengths = if kinds.lengths {
        ", and of the length of the text"
    } else {
        ""
    };
    format!(
        "The answer is an ensemble of two: a logit is that of the network plus {:.2} times the margin of a linear support \
         vector machine (squared hinge loss; Hsieh et al. 2008) over TF-IDF of {} terms: of 1 to {} words{letters}{lengths}. The weight is the one \
         at which what is true of the held-out answers is most probable; the test part had no say. The influence of a word \
         is that on the network plus that of its terms, which is exact. What either half reaches alone stands under Figures.",
        part.weight, part.n, kinds.longest
    )
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
    if let Some(lung) = &scope.lung {
        said.push(format!(
            "A point with less than {:.1} % of its surroundings below {} HU (no lung) or less than {:.1} % above {} HU \
             (nothing but air), and values in another unit.",
            100.0 * lung.least_air,
            lung.air_below_hu,
            100.0 * lung.least_tissue,
            lung.tissue_above_hu
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
             {n_fitted} training pictures, by Mahalanobis distance. The limit was set by {n_held_out} pictures, each \
             measured by a fit on the folds that it is not in, of which it refuses {:.1} %. What it does to pictures of other kinds stands under Figures.",
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
    #[serde(skip_serializing_if = "Ships::is_all")]
    ships: Ships,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_from: Option<&'a StartFrom>,
    network: &'a crate::model::Network,
    prep: &'a crate::prep::Spec,
    learning: &'a super::recipe::Learning,
}

impl<'a> Knobs<'a> {
    fn of(recipe: &'a Recipe) -> Self {
        Self {
            hold_out: &recipe.hold_out,
            ships: recipe.ships,
            start_from: recipe.start_from.as_ref(),
            network: &recipe.network,
            prep: &recipe.prep,
            learning: &recipe.learning,
        }
    }
}
