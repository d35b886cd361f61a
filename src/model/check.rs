//! What makes a manifest valid, beyond the types of its fields.

mod foreign;
mod steps;
mod text;
mod trust;

use std::{collections::BTreeSet, fmt::Display, ops::RangeInclusive};

use super::{
    Manifest, Network,
    manifest::{FileRef, Label, Output},
    network::{self, Pool},
    scope::{LungScope, Scope},
};
use crate::prep::{Crop, ImageSpec, Intensity, QuestionSpec, Spec, TextSpec};

pub(super) use self::trust::site;

/// What a span head's two outputs are called.
const SPAN_LABELS: [&str; 2] = ["start", "end"];

/// What was wanted and what was found.
type Check = Result<(), String>;

/// Checks everything.
pub(super) fn manifest(manifest: &Manifest) -> Check {
    wanted(manifest.format == 1, "format 1", manifest.format)?;
    identity(manifest)?;
    labels(&manifest.labels, manifest.output)?;
    networks(manifest)?;
    if let Some(tokenizer) = &manifest.tokenizer {
        file(tokenizer)?;
    }
    text::manifest(manifest)?;
    trust::manifest(manifest)?;
    let (known, n_labels) = (&manifest.known_answer, manifest.labels.len());
    let n_known = known.logits.len();
    wanted(
        n_known == n_labels,
        format!("{n_labels} known logits, one for each label"),
        n_known,
    )?;
    wanted(
        known.logits.iter().all(|it| it.is_finite()),
        "finite known logits",
        "another number",
    )?;
    wanted(
        0.0 < known.tolerance && known.tolerance <= 0.1,
        "a tolerance in 0..0.1",
        known.tolerance,
    )?;
    foreign::op_norm(manifest)?;
    if let Some(it) = &manifest.scope {
        wanted(
            matches!(manifest.prep, Spec::Image(_)),
            "a scope for images only",
            "text",
        )?;
        scope(it)?;
        if let Some(it) = &it.lung {
            lung(it, &manifest.prep)?;
        }
    }
    explanations(manifest)?;
    network_and_prep(manifest)
}

fn explanations(manifest: &Manifest) -> Check {
    let mut seen = BTreeSet::new();
    for it in &manifest.explanations {
        let name = it.method.name();
        wanted(
            manifest.network.methods().contains(&it.method),
            "a test of a method for this network",
            name,
        )?;
        wanted(
            seen.insert(name),
            "one test for each method",
            format!("{name} twice"),
        )?;
        let are_similarities = [it.ssim, it.baseline]
            .iter()
            .chain(&it.cascade)
            .all(|it| (-1.0..=1.0).contains(it));
        wanted(are_similarities, "similarities in -1..1", "another number")?;
        wanted(0 < it.n, "a test on at least one picture", it.n)?;
        wanted(
            it.passes == (it.ssim < it.baseline),
            "`passes` to say whether the similarity lies below the baseline",
            it.passes,
        )?;
    }
    Ok(())
}

fn scope(scope: &Scope) -> Check {
    let header = &scope.header;
    let terms = [&header.modalities, &header.body_parts, &header.views];
    for term in terms.into_iter().flatten() {
        let is_term = !term.trim().is_empty() && *term == term.to_ascii_uppercase();
        wanted(is_term, "a term in capitals", format!("{term:?}"))?;
    }
    if let Some([youngest, oldest]) = header.age_years {
        let is_range = 0.0 <= youngest && youngest <= oldest && oldest.is_finite();
        wanted(
            is_range,
            "ages from low to high",
            format!("{youngest} to {oldest}"),
        )?;
    }
    if let Some(layout) = &scope.layout {
        file(&layout.fit)?;
        let is_positive = layout.limit.is_finite() && 0.0 < layout.limit;
        wanted(is_positive, "a positive limit", layout.limit)?;
        let is_part = (0.0..=1.0).contains(&layout.refused);
        wanted(is_part, "a part in 0..1", layout.refused)?;
    }
    Ok(())
}

fn lung(scope: &LungScope, prep: &Spec) -> Check {
    let crop = match prep {
        Spec::Image(spec) => spec.crop,
        Spec::Text(_) | Spec::Series(_) | Spec::Sequence(_) | Spec::Question(_) => None,
    };
    wanted(crop.is_some(), "a crop for a test of its lung", "none")?;
    for value in [scope.air_below_hu, scope.tissue_above_hu] {
        wanted(value.is_finite(), "a limit in Hounsfield units", value)?;
    }
    for part in [scope.least_air, scope.least_tissue] {
        wanted((0.0..1.0).contains(&part), "a part in 0..1", part)?;
    }
    Ok(())
}

fn wanted(is_so: bool, want: impl Display, found: impl Display) -> Check {
    if is_so {
        Ok(())
    } else {
        Err(format!("wanted {want}, found {found}"))
    }
}

fn within(value: usize, range: RangeInclusive<usize>, what: &str) -> Check {
    let (low, high) = (range.start(), range.end());
    wanted(
        range.contains(&value),
        format!("{what} in {low}..={high}"),
        value,
    )
}

fn identity(manifest: &Manifest) -> Check {
    let name = &manifest.name;
    let is_safe = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
    let is_name = (1..=64).contains(&name.len()) && name.chars().all(is_safe);
    wanted(
        is_name,
        "a name of 1 to 64 lower-case letters, digits and hyphens",
        format!("{name:?}"),
    )?;
    let texts = [
        ("a version", &manifest.version),
        ("a title", &manifest.title),
        ("an intended use", &manifest.intended_use),
        ("a licence", &manifest.licence),
        ("a data source", &manifest.data),
    ];
    for (what, text) in texts {
        wanted(!text.trim().is_empty(), what, "nothing")?;
    }
    wanted(
        // An imported model does not say when it was trained.
        manifest.trained == "unknown" || is_date(&manifest.trained),
        "a date of training as YYYY-MM-DD, or `unknown`",
        format!("{:?}", manifest.trained),
    )
}

fn is_date(text: &str) -> bool {
    let is_in_place = |(idx, byte): (usize, u8)| match idx {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    text.len() == 10 && text.bytes().enumerate().all(is_in_place)
}

fn labels(labels: &[Label], output: Output) -> Check {
    let least = if output == Output::Softmax { 2 } else { 1 };
    within(labels.len(), least..=1000, "a number of labels")?;
    let mut seen = BTreeSet::new();
    for label in labels {
        let name = label.name.trim();
        wanted(!name.is_empty(), "a name for each label", "nothing")?;
        wanted(
            seen.insert(name),
            "labels that differ",
            format!("{name:?} twice"),
        )?;
        if let Some(point) = &label.operating_point {
            let threshold = point.threshold;
            let is_probability = (0.0..=1.0).contains(&threshold);
            wanted(
                is_probability,
                format!("a threshold in 0..1 for {name:?}"),
                threshold,
            )?;
        }
    }
    Ok(())
}

/// The weights files of an ensemble are few, and no file stands for two networks by mistake.
fn networks(manifest: &Manifest) -> Check {
    within(manifest.networks().count(), 1..=32, "a number of networks")?;
    let mut seen = BTreeSet::new();
    for weights in manifest.networks() {
        file(weights)?;
        let name = &weights.file;
        wanted(
            seen.insert(name),
            "a weights file for each network",
            format!("{name:?} twice"),
        )?;
    }
    Ok(())
}

/// The file stands in the bundle's own folder.
fn file(file: &FileRef) -> Check {
    let name = &file.file;
    let is_safe = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '_' | '-');
    let is_name = !name.is_empty() && !name.starts_with('.') && name.chars().all(is_safe);
    wanted(is_name, "a file name without a folder", format!("{name:?}"))
}

fn network_and_prep(manifest: &Manifest) -> Check {
    let has_tokenizer = manifest.tokenizer.is_some();
    let in_channels = match &manifest.network {
        Network::ResNetS(network) => {
            resnet_s(network)?;
            network.in_channels
        }
        Network::ResNet18(network) => network.in_channels,
        Network::ResNet34(network) => network.in_channels,
        Network::ResNet50(network) => network.in_channels,
        Network::DenseNet121(network) => network.in_channels,
        Network::TorchScript(network) => {
            let n_members = manifest.members.len();
            wanted(n_members == 0, "one TorchScript module", n_members + 1)?;
            network.in_channels
        }
        Network::PlainCnn(network) => {
            plain_cnn(network, &manifest.prep)?;
            network.in_channels
        }
        Network::Transformer(network) => {
            transformer(network)?;
            wanted(has_tokenizer, "a tokenizer for text", "none")?;
            return text(network, manifest);
        }
        Network::Recurrent(network) => {
            wanted(!has_tokenizer, "no tokenizer for steps", "one")?;
            return steps::network_and_prep(network, &manifest.prep);
        }
    };
    let Spec::Image(spec) = &manifest.prep else {
        return wanted(false, "images for a convolutional network", "text");
    };
    wanted(!has_tokenizer, "no tokenizer for images", "one")?;
    wanted(
        spec.channels == in_channels,
        format!("{in_channels} channels"),
        spec.channels,
    )?;
    image_spec(spec)
}

fn resnet_s(network: &network::ResNetS) -> Check {
    within(network.width, 1..=512, "a width")?;
    within(network.blocks.len(), 1..=6, "a number of stages")?;
    for (stage_idx, n_blocks) in network.blocks.iter().enumerate() {
        // The first stage may be empty: the next one then reads the stem.
        let least = usize::from(0 < stage_idx);
        within(*n_blocks, least..=64, "a number of blocks")?;
    }
    within(network.stem_stride, 1..=2, "a stem stride")
}

fn plain_cnn(network: &network::PlainCnn, prep: &Spec) -> Check {
    within(network.widths.len(), 1..=8, "a number of convolutions")?;
    for width in &network.widths {
        within(*width, 1..=1024, "a width")?;
    }
    within(network.dense, 1..=4096, "a dense width")?;
    within(
        network.last_side(),
        1..=64,
        "a side that is left for the dense layer",
    )?;
    let side = network.side;
    let is_square = match prep {
        Spec::Image(spec) => spec.width == side && spec.height == side,
        Spec::Text(_) | Spec::Series(_) | Spec::Sequence(_) | Spec::Question(_) => false,
    };
    wanted(
        is_square,
        format!("images of {side} x {side}"),
        "another size",
    )
}

fn transformer(network: &network::Transformer) -> Check {
    within(network.vocab, 2..=250_000, "a vocabulary")?;
    within(network.max_tokens, 3..=4096, "a token limit")?;
    within(network.layers, 1..=48, "a number of layers")?;
    within(network.dim, 1..=4096, "a width")?;
    within(network.ffn, 1..=16_384, "a feed-forward width")?;
    let (dim, heads) = (network.dim, network.heads);
    let epsilon = network.epsilon;
    wanted(
        0.0 < epsilon && epsilon <= 1e-3,
        "an epsilon in 0..0.001",
        epsilon,
    )?;
    wanted(
        0 < heads && dim % heads.max(1) == 0,
        format!("heads that divide {dim}"),
        heads,
    )
}

/// A span head answers questions, and every other head does not.
fn text(network: &network::Transformer, manifest: &Manifest) -> Check {
    let has_spans = network.pool == Pool::Tokens;
    match (&manifest.prep, has_spans) {
        (Spec::Text(spec), false) => text_spec(spec, network.max_tokens),
        (Spec::Question(spec), true) => {
            let names: Vec<&str> = manifest.labels.iter().map(|it| it.name.as_str()).collect();
            let found = names.join(", ");
            wanted(names == SPAN_LABELS, "the labels start, end", found)?;
            question_spec(spec, network.max_tokens)
        }
        (Spec::Image(_), _) => wanted(false, "text for a Transformer", "images"),
        (_, true) => wanted(false, "a question for a span head", "text"),
        (_, false) => wanted(false, "a span head for a question", "another"),
    }
}

fn question_spec(spec: &QuestionSpec, max_tokens: usize) -> Check {
    within(spec.max_tokens, 5..=max_tokens, "tokens in a window")?;
    within(
        spec.max_question,
        1..=spec.max_tokens - 4,
        "tokens in a question",
    )?;
    within(spec.max_answer, 1..=spec.max_tokens, "tokens in an answer")?;
    // A window must reach the next one behind the longest question.
    let body = spec.max_tokens - 3 - spec.max_question;
    within(spec.stride, 1..=body, "a stride")?;
    within(spec.max_windows, 1..=1000, "windows in a note")?;
    let threshold = spec.none_above;
    wanted(threshold.is_finite(), "a finite threshold", threshold)
}

fn text_spec(spec: &TextSpec, max_tokens: usize) -> Check {
    within(spec.max_tokens, 3..=max_tokens, "tokens in a window")?;
    within(spec.overlap, 0..=spec.max_tokens - 3, "an overlap")?;
    within(spec.max_windows, 1..=1000, "windows in a note")
}

fn image_spec(spec: &ImageSpec) -> Check {
    foreign::steps(spec)?;
    within(spec.width, 8..=2048, "an image width")?;
    within(spec.height, 8..=2048, "an image height")?;
    wanted(
        matches!(spec.channels, 1 | 3),
        "1 or 3 channels",
        spec.channels,
    )?;
    wanted(
        !spec.colour || spec.channels == 3,
        "3 channels for colour",
        spec.channels,
    )?;
    wanted(
        (0.0..=0.4).contains(&spec.margin),
        "a margin in 0..0.4",
        spec.margin,
    )?;
    if let Some(it) = &spec.crop {
        crop(it, spec)?;
    }
    wanted(spec.mean.is_finite(), "a finite mean", spec.mean)?;
    wanted(
        spec.std.is_finite() && 0.0 < spec.std,
        "a positive standard deviation",
        spec.std,
    )?;
    let (low, high, is_in_range) = match spec.intensity {
        Intensity::Quantiles { low, high } => (low, high, 0.0 <= low && high <= 1.0),
        Intensity::Fixed { low, high } => (low, high, low.is_finite() && high.is_finite()),
    };
    wanted(
        is_in_range && low < high,
        "an intensity range from low to high",
        format!("{low}..{high}"),
    )
}

/// A crop has a size in the patient and a range in scanner units: quantiles of so small a part mean nothing.
fn crop(crop: &Crop, spec: &ImageSpec) -> Check {
    let side_mm = crop.side_mm;
    wanted(
        (1.0..=500.0).contains(&side_mm),
        "a side of 1 to 500 mm",
        side_mm,
    )?;
    wanted(spec.margin == 0.0, "no margin of a crop", spec.margin)?;
    let is_fixed = matches!(spec.intensity, Intensity::Fixed { .. });
    wanted(is_fixed, "a fixed intensity of a crop", "quantiles")?;
    let is_three = !crop.neighbours || spec.channels == 3;
    wanted(is_three, "3 channels for 3 slices", spec.channels)
}
