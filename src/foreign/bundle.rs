//! Writing the bundle of a foreign model, and the question that it must answer in both forms of its network.

use std::{borrow::Cow, fmt::Write as _, path::Path};

use half::f16;
use safetensors::{Dtype, View};

use super::{
    Asked, Draft, Kind, Result, odd,
    weights::{Tensors, Weight},
};
use crate::{
    disk::{self, Sha256},
    model::{
        self, Bundle, Manifest, known_answer,
        manifest::{FileRef, KnownAnswer},
    },
    nn,
    prediction::{Calibration, Form},
    prep::Spec,
};

const WEIGHTS: &str = "weights.safetensors";
const TOKENIZER: &str = "tokenizer.json";
const MANIFEST: &str = "manifest.toml";
/// Least tolerance of the known answer, and the part of the greatest logit above it.
const TOLERANCE: f32 = 2e-3;
const TOLERANCE_PART: f32 = 1e-4;
const NOT_MEASURED: &str = "Imported from another program and not measured here: no figure of this program stands behind its scores.";

/// A bundle that was written and has answered.
pub struct Written {
    pub manifest: Manifest,
    /// Largest difference of a known logit between the plain and the fused form, both read back from the disk.
    pub worst: f32,
}

/// Writes a draft as a bundle and reads it back. The manifest comes last, so that a bundle that was half written is
/// refused.
///
/// # Errors
/// Weights that do not fit their network by name and shape, or that give no finite answer; a folder that holds a bundle
/// already, or cannot be written.
pub fn write(draft: &Draft, asked: &Asked, folder: &Path) -> Result<Written> {
    if folder.join(MANIFEST).exists() {
        return Err(odd(
            "a folder without a bundle",
            "one with a manifest in it",
        ));
    }
    let weights = weights_file(&draft.tensors)?;
    let mut manifest = manifest(draft, asked, &weights);
    let plain = nn::Options {
        form: Form::Plain,
        ..nn::Options::default()
    };
    let question = [known_answer::input(&manifest)];
    let mut network = nn::build(manifest.clone(), &weights, plain)?;
    let known = network.logits(&question)?;
    let logits: Vec<f32> = known.into_iter().flat_map(|it| it.values).collect();
    let greatest = logits
        .iter()
        .fold(0.0_f32, |so_far, it| so_far.max(it.abs()));
    manifest.known_answer = KnownAnswer {
        tolerance: (greatest * TOLERANCE_PART).clamp(TOLERANCE, 0.1),
        logits,
    };
    let text = manifest.to_toml()?;
    disk::create_folder(folder)?;
    disk::write_atomic(&folder.join(WEIGHTS), &weights)?;
    // A language model is large: of each copy of its weights no more than one is held.
    drop((network, weights));
    if let Some(tokenizer) = &draft.tokenizer {
        disk::write_atomic(&folder.join(TOKENIZER), tokenizer)?;
    }
    disk::write_atomic(&folder.join("card.md"), card(draft, &manifest).as_bytes())?;
    disk::write_atomic(&folder.join(MANIFEST), text.as_bytes())?;
    let mut worst = 0.0_f32;
    for form in [Form::Plain, Form::Fused] {
        let options = nn::Options {
            form,
            ..nn::Options::default()
        };
        let Bundle {
            manifest, weights, ..
        } = Bundle::open(folder)?;
        let mut network = nn::build(manifest.clone(), &weights, options)?;
        drop(weights);
        for answer in network.logits(&question)? {
            known_answer::check(&manifest, &answer, manifest.known_answer.tolerance)?;
            let pairs = answer.values.iter().zip(&manifest.known_answer.logits);
            worst = pairs.fold(worst, |so_far, (a, b)| so_far.max((a - b).abs()));
        }
    }
    Ok(Written { manifest, worst })
}

fn manifest(draft: &Draft, asked: &Asked, weights: &[u8]) -> Manifest {
    let origin = &draft.origin;
    Manifest {
        format: 1,
        name: asked.name.clone(),
        version: origin.version.clone(),
        title: asked.title.clone().unwrap_or_else(|| origin.title.clone()),
        intended_use: origin.intended_use.clone(),
        limits: vec![NOT_MEASURED.to_owned()],
        licence: origin.licence.clone(),
        data: origin.data.clone(),
        trained: "unknown".to_owned(),
        output: draft.output,
        prevalence: None,
        labels: draft.labels.clone(),
        network: draft.network.clone(),
        prep: draft.prep.clone(),
        weights: FileRef {
            file: WEIGHTS.to_owned(),
            sha256: Sha256::of(weights),
        },
        members: Vec::new(),
        tokenizer: draft.tokenizer.as_ref().map(|it| FileRef {
            file: TOKENIZER.to_owned(),
            sha256: Sha256::of(it),
        }),
        terms: None,
        naming: Vec::new(),
        calibration: Calibration::None,
        conformal: None,
        site: None,
        op_norm: draft.op_norm.clone(),
        known_answer: KnownAnswer {
            logits: vec![0.0; draft.labels.len()],
            tolerance: TOLERANCE,
        },
        scope: None,
        metrics: Vec::new(),
        explanations: Vec::new(),
        erasures: Vec::new(),
    }
}

/// The weights file: float16 where the original has it, else float32.
fn weights_file(tensors: &Tensors) -> Result<Vec<u8>> {
    let engine = |cause: safetensors::SafeTensorError| model::Error::Engine {
        cause: cause.to_string(),
    };
    Ok(safetensors::serialize(&tensors.0, None).map_err(engine)?)
}

/// Bytes are made as they are written.
impl View for &Weight {
    fn dtype(&self) -> Dtype {
        if self.is_half { Dtype::F16 } else { Dtype::F32 }
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        let values = self.values.iter();
        Cow::Owned(if self.is_half {
            values
                .flat_map(|it| f16::from_f32(*it).to_le_bytes())
                .collect()
        } else {
            values.flat_map(|it| it.to_le_bytes()).collect()
        })
    }

    fn data_len(&self) -> usize {
        self.values.len() * if self.is_half { 2 } else { 4 }
    }
}

/// `card.md`: where it comes from, what was decided on import, and that nothing was measured.
fn card(draft: &Draft, manifest: &Manifest) -> String {
    let from = match draft.kind {
        Kind::Xrv => "torchxrayvision",
        Kind::Torchvision => "torchvision",
        Kind::Monai => "a MONAI bundle",
        Kind::Bert => "Hugging Face's Transformers",
    };
    let list =
        |items: &[String]| -> String { items.iter().map(|it| format!("- {it}\n")).collect() };
    let labels: Vec<&str> = manifest.labels.iter().map(|it| it.name.as_str()).collect();
    let mut text = format!(
        "# {}\n\nResearch use only - not for diagnosis.\n\n`{}` {}, imported from {from}, not measured here. Weights \
         SHA-256 `{}`.\n",
        manifest.title, manifest.name, manifest.version, manifest.weights.sha256
    );
    let figures = "None. Nothing of what is known of this model elsewhere was checked here; `wardlight evaluate` \
                   measures it on cases with labels.";
    let scope = "None: this model refuses nothing, and every answer says so. Its scores are not probabilities.";
    let steps = match &draft.prep {
        Spec::Image(spec) => serde_json::to_string_pretty(&spec.steps),
        text => serde_json::to_string_pretty(text),
    };
    let steps = steps.unwrap_or_default();
    let prep = format!("Step by step as the original's own code:\n\n```json\n{steps}\n```");
    for (title, body) in [
        ("Intended use", manifest.intended_use.as_str()),
        ("Limits", &list(&manifest.limits)),
        ("Labels", &labels.join(", ")),
        ("Figures", figures),
        ("Scope", scope),
        ("Preprocessing", &prep),
        ("Decided on import", &list(&draft.notes)),
        ("Data", &manifest.data),
        ("Licence", &manifest.licence),
    ] {
        // Writing to a string cannot fail.
        write!(text, "\n## {title}\n\n{}\n", body.trim_end()).ok();
    }
    text
}
