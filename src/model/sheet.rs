//! What a person says about a TorchScript module that cannot say it itself, as a file: the wizard writes it, the import
//! reads it.

use serde::{Deserialize, Serialize};

use super::{
    Error, Manifest, Network,
    allowed::Module,
    manifest::{FileRef, KnownAnswer, Label, Output},
    network::{Gives, TorchScript},
};
use crate::{
    disk::Sha256,
    prediction::Calibration,
    prep::{Fit, ImageSpec, Intensity, Spec},
};

/// Name of the module in its bundle.
pub const WEIGHTS: &str = "model.ts";
/// Largest difference of a known logit between machines.
const TOLERANCE: f32 = 2e-3;

/// A module and what it is: `sheet.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    /// Version of this file format; 1.
    pub format: u32,
    /// The module that this is about.
    pub sha256: Sha256,
    pub name: String,
    pub version: String,
    pub title: String,
    pub intended_use: String,
    pub licence: String,
    pub data: String,
    /// `YYYY-MM-DD`
    pub trained: String,
    /// In the module's order.
    pub labels: Vec<String>,
    pub gives: Gives,
    pub output: Output,
    /// The module reads pictures by columns.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub axes_exchanged: bool,
    pub input: ImageSpec,
}

impl Sheet {
    /// Reads a sheet.
    ///
    /// # Errors
    /// Another format, with the line.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let sheet: Self = toml::from_str(text).map_err(|it| {
            let before = it.span().and_then(|span| text.get(..span.start));
            let line = 1 + before.unwrap_or_default().matches('\n').count();
            odd(format!("line {line}: {}", it.message()))
        })?;
        if sheet.format == 1 {
            Ok(sheet)
        } else {
            Err(odd(format!("wanted format 1, found {}", sheet.format)))
        }
    }

    /// The text of the file.
    ///
    /// # Errors
    /// Never with a sheet of plain values.
    pub fn to_toml(&self) -> Result<String, Error> {
        toml::to_string(self).map_err(|it| odd(it.to_string()))
    }

    /// The network of the module's bundle.
    pub const fn network(&self, has_features: bool) -> TorchScript {
        TorchScript {
            in_channels: self.input.channels,
            gives: self.gives,
            axes_exchanged: self.axes_exchanged,
            has_features,
        }
    }

    /// The manifest of the module's bundle. `known` is the module's answer to the fixed picture.
    ///
    /// # Errors
    /// A sheet about another module, or one that makes no valid manifest.
    pub fn manifest(
        &self,
        module: &Module,
        has_features: bool,
        known: Vec<f32>,
    ) -> Result<Manifest, Error> {
        if module.sha256() != self.sha256 {
            return Err(Error::Hash {
                what: "the module of the sheet",
                want: self.sha256,
                found: module.sha256(),
            });
        }
        let label = |name: &String| Label {
            name: name.clone(),
            operating_point: None,
        };
        let manifest = Manifest {
            format: 1,
            name: self.name.clone(),
            version: self.version.clone(),
            title: self.title.clone(),
            intended_use: self.intended_use.clone(),
            limits: vec![
                "Imported as it is: nothing about it was measured here.".to_owned(),
                "It has no scope: it refuses nothing, whatever the picture shows.".to_owned(),
                "Its scores are not calibrated: they are not probabilities.".to_owned(),
            ],
            licence: self.licence.clone(),
            data: self.data.clone(),
            trained: self.trained.clone(),
            output: self.output,
            prevalence: None,
            labels: self.labels.iter().map(label).collect(),
            network: Network::TorchScript(self.network(has_features)),
            prep: Spec::Image(self.input.clone()),
            weights: FileRef {
                file: WEIGHTS.to_owned(),
                sha256: self.sha256,
            },
            members: Vec::new(),
            tokenizer: None,
            terms: None,
            naming: Vec::new(),
            calibration: Calibration::None,
            conformal: None,
            site: None,
            op_norm: Vec::new(),
            known_answer: KnownAnswer {
                logits: known,
                tolerance: TOLERANCE,
            },
            scope: None,
            explanations: Vec::new(),
            erasures: Vec::new(),
            metrics: Vec::new(),
        };
        // Checked as a reader of the bundle will check it.
        Manifest::parse(&manifest.to_toml()?)
    }

    /// The card of the module's bundle.
    pub fn card(&self) -> String {
        let steps: String = pixel_words(&self.input)
            .iter()
            .map(|it| format!("1. {it}\n"))
            .collect();
        format!(
            "# {}\n\nResearch use only - not for diagnosis.\n\n`{}` {}, imported from a TorchScript module with SHA-256 \
             `{}`. Imported as it is: nothing about it was measured here, it refuses nothing, and its scores are not \
             calibrated.\n\n## Intended use\n\n{}\n\n## What happens to the pixels\n\n{steps}\n## Data\n\n{}\n\n\
             ## Licence\n\n{}\n",
            self.title,
            self.name,
            self.version,
            self.sha256,
            self.intended_use,
            self.data,
            self.licence
        )
    }
}

/// What a specification does to the pixels, one sentence a step.
pub fn pixel_words(spec: &ImageSpec) -> Vec<String> {
    let ImageSpec {
        width,
        height,
        channels,
        margin,
        mean,
        std,
        ..
    } = spec;
    let mut words = Vec::new();
    if 0.0 < *margin {
        words.push(format!("{} % of each side is cut off.", 100.0 * margin));
    }
    let fit = match spec.fit {
        Fit::Stretch => "The whole picture is stretched",
        Fit::CenterCrop => "The largest square in the middle is kept, and scaled",
        Fit::Pad => "The picture is padded to a square with its lowest value, and scaled",
    };
    words.push(format!("{fit} to {width} x {height} pixels."));
    words.push(match spec.intensity {
        Intensity::Quantiles { low, high } => format!(
            "Brightness: from the {} % quantile (0) to the {} % quantile (1) of what is left, clipped.",
            100.0 * low,
            100.0 * high
        ),
        Intensity::Fixed { low, high } => format!(
            "Brightness: stored values from {low} (0) to {high} (1), clipped."
        ),
    });
    words.push(format!(
        "Less {mean}, divided by {std}: the module gets values from {} to {}.",
        (0.0 - mean) / std,
        (1.0 - mean) / std
    ));
    if 1 < *channels {
        words.push(format!(
            "The grey picture is repeated in {channels} channels."
        ));
    }
    words
}

fn odd(cause: String) -> Error {
    Error::Manifest { cause }
}
