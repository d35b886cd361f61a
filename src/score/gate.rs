//! What a model refuses to answer about: a file that says it is something else, a picture with nothing in it, and a
//! picture that looks unlike those the model was made from. Each reason is a plain clause that names no patient.

use crate::{
    case::{Frame, Modality, Samples, Scan},
    model::scope::{HeaderScope, LayoutScope},
    prediction::Ood,
    prep::{
        ImageInput, ImageSpec,
        layout::{Turn, layout, turned},
    },
    stats::Gaussian,
    warnings::{WarningKind, Warnings},
};

/// What happens to a case outside a model's scope.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gate {
    /// No answer: [`super::Error::OutOfScope`].
    #[default]
    Closed,
    /// An answer all the same, which carries the reasons.
    Open,
}

/// Longest side over the shortest.
const SLIMMEST: f32 = 3.0;
/// Part of the pixels with one and the same value, above which there is too little picture.
const FLATTEST: f64 = 0.85;

/// What the header says against the model; what it leaves open becomes a warning.
pub(super) fn of_header(scan: &Scan, scope: &HeaderScope, warnings: &Warnings) -> Vec<String> {
    let header = &scan.header;
    let mut reasons = Vec::new();
    let mut untold = Vec::new();
    let mut ask = |what: &'static str, found: Option<&str>, wanted: &[String], is_part: bool| {
        if wanted.is_empty() {
            return;
        }
        let Some(found) = found.map(str::trim).filter(|it| !it.is_empty()) else {
            untold.push(what);
            return;
        };
        let found = found.to_ascii_uppercase();
        let fits = |it: &String| found == *it || (is_part && found.contains(it.as_str()));
        if !wanted.iter().any(fits) {
            let wanted = wanted.join(", ");
            reasons.push(format!(
                "its {what} is {found}, and the model is for {wanted}"
            ));
        }
    };
    let modality = (header.modality != Modality::Unknown).then(|| header.modality.as_str());
    ask("modality", modality, &scope.modalities, false);
    ask(
        "body part",
        header.body_part.as_deref(),
        &scope.body_parts,
        true,
    );
    ask("view", header.view.as_deref(), &scope.views, false);
    if let Some([youngest, oldest]) = scope.age_years {
        match header.subject.age_years {
            None => untold.push("age"),
            // The age itself stays out of words that may be copied into a report.
            Some(age) if age.floor() < youngest || oldest < age.floor() => reasons.push(format!(
                "the patient's age lies outside {youngest} to {oldest} years"
            )),
            Some(_) => {}
        }
    }
    if !untold.is_empty() {
        let untold = untold.join(", ");
        warnings.add(
            WarningKind::Scope,
            format!("the file does not tell {untold}: whether it fits the model is for you to see"),
        );
    }
    reasons
}

/// What speaks against a frame before any model looks at it.
pub(super) fn of_frame(frame: &Frame) -> Vec<String> {
    let mut reasons = Vec::new();
    let (width, height) = (frame.width.max(1) as f32, frame.height.max(1) as f32);
    if SLIMMEST < width.max(height) / width.min(height) {
        reasons.push("it is a strip, more than three times as long as wide".to_owned());
    }
    let flat = match &frame.samples {
        Samples::Gray(samples) => most_common(samples.iter().map(|it| it.to_bits())),
        Samples::Rgb(samples) => most_common(samples.as_chunks::<3>().0.iter().copied()),
    };
    if FLATTEST < flat {
        reasons.push(format!("{:.0} % of it has one value", 100.0 * flat));
    }
    reasons
}

/// The share of the most common value. Sorted rather than counted in a map: a frame has millions.
fn most_common<T: Ord>(values: impl Iterator<Item = T>) -> f64 {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    let longest = values.chunk_by(|a, b| a == b).map(<[T]>::len).max();
    longest.unwrap_or(0) as f64 / values.len().max(1) as f64
}

/// How far the picture's layout lies from what the model was made from, and what is probably wrong if it is too far.
pub(super) fn of_layout(
    image: &ImageInput,
    spec: &ImageSpec,
    (scope, fit): (&LayoutScope, &Gaussian),
) -> (Ood, Option<String>) {
    let limit = scope.limit;
    let distance = |image: &ImageInput| fit.distance(&layout(image, spec)).map(|it| it as f32);
    let Some(found) = distance(image).filter(|it| it.is_finite()) else {
        return (Ood::Unknown, None);
    };
    if found <= limit {
        return (
            Ood::Within {
                distance: found,
                limit,
            },
            None,
        );
    }
    let turns = [Turn::Negative, Turn::Right, Turn::Left, Turn::Half];
    let would_fit = turns
        .into_iter()
        .filter_map(|turn| Some((turn, distance(&turned(image, spec, turn)?)?)))
        .filter(|(_, it)| *it <= limit)
        .min_by(|a, b| a.1.total_cmp(&b.1));
    let reason = match would_fit.map(|(turn, _)| turn) {
        Some(Turn::Negative) => "it seems to be a negative: dark and bright are exchanged",
        Some(Turn::Right) => {
            "it seems to lie on its side: a quarter turn clockwise would put it right"
        }
        Some(Turn::Left) => {
            "it seems to lie on its side: a quarter turn against the clock would put it right"
        }
        Some(Turn::Half) => "it seems to stand on its head",
        None => "it does not look like the pictures that the model was made from",
    };
    (
        Ood::Outside {
            distance: found,
            limit,
        },
        Some(reason.to_owned()),
    )
}
