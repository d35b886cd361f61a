//! What a model refuses to answer about: a file that says it is something else, a picture with nothing in it, and a
//! picture that looks unlike those the model was made from. Each reason is a plain clause that names no patient.

use crate::{
    case::{
        Frame, Modality, Note, Samples, Scan,
        stack::{Neighbour, Neighbours},
    },
    language,
    model::{
        Manifest,
        scope::{HeaderScope, LayoutScope, LungScope},
    },
    prediction::Ood,
    prep::{
        ImageInput, ImageSpec, Intensity, Spec, TextForm,
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
/// Correlation of neighbours below which a picture is noise; radiographs have 0.9 and more.
const NOISIEST: f64 = 0.3;
/// Places of a frame that are looked at, about.
const N_PLACES: usize = 1 << 16;

/// Whether nothing in the header of the scan speaks against the model.
pub fn fits(scan: &Scan, manifest: &Manifest) -> bool {
    let scope = manifest.scope.as_ref();
    scope.is_none_or(|it| of_header(scan, &it.header, &Warnings::default()).is_empty())
}

/// The forms that a note has, by which a model can be chosen for it: [`reads_form`].
pub fn forms(note: &Note) -> Vec<TextForm> {
    let text = note.text.reveal();
    let mut forms = vec![TextForm::Any];
    if !language::turns(text).is_empty() {
        forms.push(TextForm::Dialogue);
    }
    if text
        .find('«')
        .is_some_and(|at| text.rfind('»').is_some_and(|end| at < end))
    {
        forms.push(TextForm::Marked);
    }
    forms
}

/// Whether the model reads text of one of these forms.
pub fn reads_form(forms: &[TextForm], manifest: &Manifest) -> bool {
    match &manifest.prep {
        Spec::Text(spec) => forms.contains(&spec.form),
        _ => false,
    }
}

/// What the form of a note says against the model.
pub(super) fn of_form(note: &Note, wanted: TextForm) -> Option<&'static str> {
    if forms(note).contains(&wanted) {
        return None;
    }
    Some(match wanted {
        TextForm::Any => return None,
        TextForm::Dialogue => {
            "it is no dialogue, and the model reads turns of a doctor and a patient, each on a line of its own after \
             its speaker (Doctor: …)"
        }
        TextForm::Marked => {
            "no finding in it is marked, and the model reads a sentence with one finding between « and »"
        }
    })
}

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

/// Whether the samples are Hounsfield units; where the file does not say, a warning.
pub(super) fn of_unit(scan: &Scan, warnings: &Warnings) -> Option<String> {
    match scan.header.unit.as_deref() {
        Some("HU") => None,
        Some(_) => Some("its values are not in Hounsfield units".to_owned()),
        None => {
            warnings.add(
                WarningKind::Scope,
                "the file does not tell the unit of its values; they are taken for Hounsfield units",
            );
            None
        }
    }
}

/// Whether there is lung around the point, and something in it. The slice itself is looked at, not its neighbours.
pub(super) fn of_lung(image: &ImageInput, spec: &ImageSpec, scope: &LungScope) -> Vec<String> {
    let Intensity::Fixed { low, high } = spec.intensity else {
        return Vec::new();
    };
    let n_pixels = (image.width * image.height).max(1);
    let slice = image.values.chunks(n_pixels).nth(image.channels / 2);
    let hu = |it: &f32| low + (it * spec.std + spec.mean) * (high - low);
    let part = |test: &dyn Fn(f32) -> bool| {
        let slice = slice.unwrap_or_default();
        slice.iter().filter(|it| test(hu(it))).count() as f32 / n_pixels as f32
    };
    let mut reasons = Vec::new();
    if part(&|it| it < scope.air_below_hu) < scope.least_air {
        reasons.push("there is no lung around the point".to_owned());
    }
    if part(&|it| scope.tissue_above_hu < it) < scope.least_tissue {
        reasons.push("there is nothing but air around the point".to_owned());
    }
    reasons
}

/// What speaks against the slices next to the one that is read.
pub(super) fn of_neighbours(neighbours: &Neighbours) -> Vec<String> {
    let mut reasons = Vec::new();
    for neighbour in neighbours.iter() {
        if let (true, Some(away), Some(usual_mm)) = (
            neighbours.is_beyond_gap(neighbour),
            neighbour.away,
            neighbours.usual_mm,
        ) {
            let away_mm = away.along_mm;
            reasons.push(format!(
                "a slice next to it is missing: the nearest is {away_mm:.2} mm away, and {usual_mm:.2} mm are usual"
            ));
        }
        if let Some(away) = neighbour.away.filter(|_| neighbour.is_aside()) {
            let aside_mm = away.aside_mm;
            reasons.push(format!(
                "a slice next to it is shifted sideways by {aside_mm:.2} mm"
            ));
        }
    }
    if neighbours.iter().any(Neighbour::is_unplaced) {
        reasons.push("the slices of its series do not tell where they lie".to_owned());
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
    let (left, right) = neighbours(&frame.samples);
    let flat = most_common(&left);
    if FLATTEST < flat {
        reasons.push(format!("{:.0} % of it has one value", 100.0 * flat));
    } else if correlation(&left, &right) < NOISIEST {
        reasons.push("it is noise: neighbouring pixels have next to nothing in common".to_owned());
    }
    reasons
}

/// Grey values (of colour, its green) and those to their right, at places spread over the frame.
fn neighbours(samples: &Samples) -> (Vec<f32>, Vec<f32>) {
    let n_pixels = match samples {
        Samples::Gray(samples) => samples.len(),
        Samples::Rgb(samples) => samples.len() / 3,
    };
    let value = |idx: usize| match samples {
        Samples::Gray(samples) => samples.get(idx).copied(),
        Samples::Rgb(samples) => samples.get(3 * idx + 1).map(|it| f32::from(*it)),
    };
    // Odd, so that the places do not keep to one column of a picture whose width is a power of two.
    let step = (n_pixels / N_PLACES) | 1;
    (0..n_pixels)
        .step_by(step)
        .filter_map(|it| value(it).zip(value(it + 1)))
        .filter(|(left, right)| left.is_finite() && right.is_finite())
        .unzip()
}

/// The share of the most common value.
fn most_common(values: &[f32]) -> f64 {
    let mut values = values.to_vec();
    values.sort_unstable_by(f32::total_cmp);
    let longest = values.chunk_by(|a, b| a == b).map(<[f32]>::len).max();
    longest.unwrap_or(0) as f64 / values.len().max(1) as f64
}

/// Pearson's correlation; 1 where a side has no spread.
fn correlation(a: &[f32], b: &[f32]) -> f64 {
    let n = a.len().max(1) as f64;
    let mean = |values: &[f32]| values.iter().map(|it| f64::from(*it)).sum::<f64>() / n;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut both, mut of_a, mut of_b) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (f64::from(*a) - mean_a, f64::from(*b) - mean_b);
        both += a * b;
        of_a += a * a;
        of_b += b * b;
    }
    let spread = (of_a * of_b).sqrt();
    if 0.0 < spread { both / spread } else { 1.0 }
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
    // The surroundings of a point have no upper side.
    let turns: &[Turn] = match spec.crop {
        Some(_) => &[Turn::Negative],
        None => &[Turn::Negative, Turn::Right, Turn::Left, Turn::Half],
    };
    let would_fit = turns
        .iter()
        .copied()
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
