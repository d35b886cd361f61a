//! The part of `wardlight score` that explains: the influence map as a picture, as raw numbers, and its check.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    path::{Path, PathBuf},
};

use clap::ValueEnum;
use serde::Serialize;

use crate::{
    case::Scan,
    disk, engine,
    failure::Failure,
    language,
    model::{Manifest, Task},
    prediction::{
        Affine2, EVEN_BORDER, Erasure, Explanation, Faithfulness, Heatmap, LabelIdx, Method,
        ModelRef, Prediction, Subject, WordWeight,
    },
    render::{self, Strength, raw_map::raw_map_tiff},
    score::{self, Loaded, Target},
};

/// Strength of the influence map over the scan, of a score of 1.
const OPACITY: f32 = 0.45;

/// Sections that are printed.
const N_SECTIONS: usize = 5;

#[derive(clap::Args)]
pub(super) struct ExplainArgs {
    /// Write the influence map over each scan as PNG into this folder.
    #[arg(long, value_name = "DIR")]
    overlay: Option<PathBuf>,
    /// Write each influence map as it was computed into this folder: a 32-bit float TIFF, and where it lies on the scan as JSON.
    #[arg(long, value_name = "DIR")]
    map_out: Option<PathBuf>,
    /// Check whether the score follows the explanation: take away what it names, and watch the score beside the same at random.
    #[arg(long)]
    pub(super) faithful: bool,
    /// How to explain scans [default: the first that the model offers].
    #[arg(long, value_enum)]
    method: Option<MethodArg>,
    /// Label to explain [default: the one that is called, else the most probable].
    #[arg(long)]
    label: Option<String>,
    /// Draw the map as strongly below the operating point as above it.
    #[arg(long)]
    even_strength: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum MethodArg {
    GradCam,
    #[value(name = "grad-cam++")]
    GradCamPlusPlus,
    #[value(name = "hirescam")]
    HiResCam,
    #[value(name = "layercam")]
    LayerCam,
    IntegratedGradients,
    #[value(name = "smoothgrad")]
    SmoothGrad,
    Occlusion,
    Rise,
}

impl From<MethodArg> for Method {
    fn from(method: MethodArg) -> Self {
        match method {
            MethodArg::GradCam => Self::GradCam,
            MethodArg::GradCamPlusPlus => Self::GradCamPlusPlus,
            MethodArg::HiResCam => Self::HiResCam,
            MethodArg::LayerCam => Self::LayerCam,
            MethodArg::IntegratedGradients => Self::IntegratedGradients,
            MethodArg::SmoothGrad => Self::SmoothGrad,
            MethodArg::Occlusion => Self::Occlusion,
            MethodArg::Rise => Self::Rise,
        }
    }
}

/// What the JSON says of an explanation.
#[derive(Serialize)]
pub(super) struct Explained {
    label: String,
    method: Method,
    /// The overlay picture, for scans.
    overlay: Option<PathBuf>,
    /// The raw map, for scans; its JSON lies beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    map: Option<PathBuf>,
    /// For scans: part of the influence in the outer tenth of the picture; 0.36 in an even map.
    border_share: Option<f32>,
    /// What the method's own test on this model found, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    method_test: Option<String>,
    /// For scans: whether the score follows the map, if that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    faithfulness: Option<Faithfulness>,
    /// For notes: whether the score follows these words.
    #[serde(skip_serializing_if = "Option::is_none")]
    erasure: Option<Erasure>,
    /// For notes of several sections: how much of the influence lies in each, the most first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sections: Vec<SectionShare>,
    /// For notes: byte ranges of the text and their influence.
    words: Vec<WordWeight>,
}

/// A kind of section, and its part of the influence of all words, whatever its sign; 0 to 1.
#[derive(Serialize)]
struct SectionShare {
    section: &'static str,
    share: f32,
}

/// The influence of words as that of the sections that they stand in; none where all is one section.
fn by_section(words: &[WordWeight], text: &str) -> Vec<SectionShare> {
    let sections = language::sections(text);
    let mut sums: BTreeMap<&str, f32> = BTreeMap::new();
    for word in words {
        // A head is read with what stands under it.
        let found = sections
            .iter()
            .rfind(|it| it.title.start <= word.span.start);
        let name = found.map_or("", |it| it.kind.name());
        *sums.entry(name).or_default() += word.weight.abs();
    }
    let all: f32 = sums.values().sum();
    if sums.len() < 2 || all <= 0.0 {
        return Vec::new();
    }
    let shares = sums.into_iter().map(|(section, sum)| SectionShare {
        section,
        share: sum / all,
    });
    let mut shares: Vec<SectionShare> = shares.collect();
    shares.sort_by(|a, b| b.share.total_cmp(&a.share));
    shares
}

impl ExplainArgs {
    /// Makes the folders: one that cannot be written should not cost a scored case.
    pub(super) fn create_folders(&self) -> Result<(), disk::Error> {
        let mut folders = self.overlay.iter().chain(&self.map_out);
        folders.try_for_each(|it| disk::create_folder(it))
    }

    /// Explains a scan, if anything was asked that needs it.
    pub(super) fn explain_scan(
        &self,
        file: &Path,
        (scan, target): (&Scan, Target<'_>),
        prediction: &Prediction,
        loaded: &mut Loaded,
    ) -> Result<Option<Explained>, Failure> {
        if self.overlay.is_none() && self.map_out.is_none() && !self.faithful {
            return Ok(None);
        }
        let label = label_to_explain(prediction, self.label.as_deref())?;
        let method = self.method(loaded.model.manifest())?;
        let why = score::explain(target, label, method, loaded, &Task::default())
            .map_err(|error| Failure::from(&error))?;
        let overlay = self.overlay.as_ref().map(|folder| {
            let path = folder.join(name_of(file, prediction, "png"));
            let strength = if self.even_strength {
                Strength::Even
            } else {
                Strength::ByScore
            };
            let opacity = strength.opacity(OPACITY, prediction.scores.get(label.0));
            write_overlay(&path, scan, prediction, (&why, opacity)).map(|()| path)
        });
        let map = self
            .map_out
            .as_ref()
            .zip(why.heatmap.as_ref())
            .map(|(folder, heatmap)| {
                let path = folder.join(name_of(file, prediction, "tiff"));
                write_map(&path, &why, heatmap).map(|()| path)
            });
        let faithfulness = self.faithful.then(|| {
            score::check_map(target, &why, loaded, &Task::default())
                .map_err(|error| Failure::from(&error))
        });
        Ok(Some(Explained {
            overlay: overlay.transpose()?,
            map: map.transpose()?,
            border_share: why.border_share,
            method_test: Some(loaded.model.manifest().test_words(method)),
            faithfulness: faithfulness.transpose()?,
            label: why.label,
            method,
            erasure: None,
            sections: Vec::new(),
            words: Vec::new(),
        }))
    }

    /// The method that was asked for, else the first that the model offers.
    fn method(&self, manifest: &Manifest) -> Result<Method, Failure> {
        let first = || manifest.methods().first().copied();
        self.method
            .map(Method::from)
            .or_else(first)
            .ok_or_else(|| Failure {
                headline: "The model offers no explanation".to_owned(),
                remedy: "Score without --overlay, --map-out and --faithful.".to_owned(),
                cause: "wanted a method that passed its randomisation test, found none".to_owned(),
            })
    }
}

/// What the JSON says of the explanation of a note.
pub(super) fn of_note(
    why: Explanation,
    test: String,
    erasure: Option<Erasure>,
    text: &str,
) -> Explained {
    Explained {
        sections: by_section(&why.words, text),
        label: why.label,
        method: why.method,
        overlay: None,
        map: None,
        border_share: None,
        method_test: Some(test),
        faithfulness: None,
        erasure,
        words: why.words,
    }
}

/// The label by its name, else the one to speak of first.
pub(super) fn label_to_explain(
    prediction: &Prediction,
    wanted: Option<&str>,
) -> Result<LabelIdx, Failure> {
    let found = match wanted {
        Some(name) => prediction.scores.iter().position(|it| it.label == name),
        None => Some(prediction.primary().0),
    };
    found.map(LabelIdx).ok_or_else(|| Failure {
        headline: "The model has no such label".to_owned(),
        remedy: "Choose one that `wardlight models` lists.".to_owned(),
        cause: format!(
            "wanted one of {}",
            prediction
                .scores
                .iter()
                .map(|it| it.label.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        ),
    })
}

/// The input's own stem, its frame and the start of its hash, so that two files of one name do not collide.
fn name_of(file: &Path, prediction: &Prediction, ending: &str) -> OsString {
    let mut name = file.file_stem().unwrap_or_default().to_owned();
    name.push(format!(
        "-{}-{}.{ending}",
        prediction.about.file_sha256.short(),
        prediction.about.frame_idx + 1
    ));
    name
}

fn write_overlay(
    path: &Path,
    scan: &Scan,
    prediction: &Prediction,
    (explanation, opacity): (&Explanation, f32),
) -> Result<(), Failure> {
    let look = render::first_look(scan, prediction.about.frame_idx);
    let request = render::picture::OverlayRequest {
        scan,
        curve: &render::Curve::of(&look, false),
        prediction,
        explanation,
        opacity,
        look: render::overlay::MapLook::default(),
    };
    let png = render::overlay_png(request).map_err(rendered)?;
    disk::write_atomic(path, &png).map_err(|error| Failure::from(&error))
}

/// What the JSON beside a raw map says: whose it is, and where its cells lie.
#[derive(Serialize)]
struct MapHeader<'a> {
    schema: &'static str,
    notice: &'static str,
    about: Subject,
    model: &'a ModelRef,
    label: &'a str,
    method: Method,
    width: usize,
    height: usize,
    /// Pixel-edge coordinates of the map (0..width, 0..height) to those of the scan, x' = scale_x x + offset_x.
    scan_from_map: Affine2,
}

fn write_map(path: &Path, why: &Explanation, heatmap: &Heatmap) -> Result<(), Failure> {
    let bytes = raw_map_tiff(heatmap).map_err(rendered)?;
    disk::write_atomic(path, &bytes).map_err(|error| Failure::from(&error))?;
    let header = MapHeader {
        schema: "wardlight-map-1",
        notice: super::NOTICE,
        about: why.about,
        model: &why.model,
        label: &why.label,
        method: why.method,
        width: heatmap.width,
        height: heatmap.height,
        scan_from_map: heatmap.scan_from_heatmap,
    };
    // Plain fields always have a JSON form.
    let json = serde_json::to_vec_pretty(&header).unwrap_or_default();
    disk::write_atomic(&path.with_extension("json"), &json).map_err(|error| Failure::from(&error))
}

fn rendered(error: render::Error) -> Failure {
    Failure::from(&engine::Error::Render(error))
}

/// The lines of the table; `text` is that of the note.
pub(super) fn explained_lines(explained: &Explained, text: &str) -> Vec<String> {
    let what = format!(
        "  Influence on {} by {}",
        explained.label,
        explained.method.name()
    );
    let test = explained.method_test.as_deref().unwrap_or_default();
    if !explained.words.is_empty() {
        let mut lines = vec![
            format!("{what}: {}", words_of_most(explained, text)),
            format!("    {test}"),
        ];
        if !explained.sections.is_empty() {
            let shares = explained.sections.iter().take(N_SECTIONS);
            let shares = shares.map(|it| format!("{} {:.0} %", it.section, 100.0 * it.share));
            let shares: Vec<String> = shares.collect();
            lines.push(format!("    By section: {}", shares.join(", ")));
        }
        let sentences = explained
            .erasure
            .iter()
            .flat_map(|it| it.sentences("words"));
        lines.extend(sentences.map(|it| format!("    {it}")));
        return lines;
    }
    let mut lines = vec![format!("{what} ({test})")];
    for path in explained.overlay.iter().chain(&explained.map) {
        lines.push(format!("    {}", path.display()));
    }
    lines.extend(explained.border_share.map(|it| {
        format!(
            "    {:.0} % of it lies in the outer tenth of the picture (an even map has {:.0} %)",
            100.0 * it,
            100.0 * EVEN_BORDER
        )
    }));
    if let Some(found) = &explained.faithfulness {
        lines.push(format!("    Checked: {}", found.verdict()));
        lines.extend(found.sentences().map(|it| format!("    {it}")));
    }
    lines
}

fn words_of_most(explained: &Explained, text: &str) -> String {
    let mut words: Vec<_> = explained.words.iter().collect();
    words.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    let most: Vec<String> = words
        .iter()
        .take(8)
        .filter_map(|it| Some((text.get(it.span.clone())?, it.names_label)))
        .map(|(word, names_label)| {
            if names_label {
                format!("{word} (names the label)")
            } else {
                word.to_owned()
            }
        })
        .collect();
    most.join(", ")
}
