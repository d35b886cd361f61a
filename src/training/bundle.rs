//! Writing a bundle, and asking it as anyone would.

use std::{
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use super::{
    Answers, Assets, Error, Job, Result, card,
    evaluate::{self, Calibrated},
    recipe::Learning,
    scope,
    terms::{self, Half},
};
use crate::{
    case::Note,
    disk::{self, Sha256},
    model::{
        self, Bundle, Manifest, Model, Task, known_answer,
        manifest::{ErasureTest, FileRef, KnownAnswer, Label, Metric},
    },
    nn,
    prediction::{Beside, Erasure, Form},
    prep::Input,
    score::{self, Gate, Loaded, Target},
    warnings::Warnings,
};

const TOKENIZER: &str = "tokenizer.json";
/// Largest difference of a logit of the known answer between machines and forms of the network.
const TOLERANCE: f32 = 2e-3;
/// Inputs that are scored at once.
const BATCH: usize = 16;
/// Notes that each explanation method is tested on.
const N_ERASED: usize = 48;

/// A bundle that is not measured yet.
pub(super) struct Draft {
    manifest: Manifest,
    /// Of each network.
    weights: Vec<Vec<u8>>,
    tokenizer: Option<Vec<u8>>,
    /// The list and the weights of [`Half`].
    terms: Option<[Vec<u8>; 2]>,
    layout: Option<Vec<u8>>,
    pub(super) calibrated: Calibrated,
}

impl Draft {
    /// Calibrates on the held-out answers and asks the weights for their known answer.
    pub(super) fn new(
        job: &Job<'_>,
        assets: Assets,
        (weights, half): (Vec<Vec<u8>>, Option<&Half>),
        (held_out, scope): (&Answers, Option<&scope::Fitted<'_>>),
        prevalence: Option<f64>,
    ) -> Result<Self> {
        let recipe = &job.recipe;
        let calibrated = evaluate::calibrate(recipe, held_out)?;
        let label = |name: &String| Label {
            name: name.clone(),
            operating_point: calibrated.points.first().cloned(),
        };
        let file = |name: &str, bytes: &[u8]| FileRef {
            file: name.to_owned(),
            sha256: Sha256::of(bytes),
        };
        let mut files = weights
            .iter()
            .enumerate()
            .map(|(idx, it)| file(&weights_name(idx), it));
        let first = files.next().ok_or_else(|| Error::NoCases {
            part: "what ships".to_owned(),
        })?;
        let terms = half.map(Half::files).transpose()?;
        let naming = match &recipe.learning {
            Learning::Text(text) => text.naming.clone(),
            Learning::Image { .. } | Learning::Steps(_) | Learning::Questions { .. } => Vec::new(),
        };
        let mut manifest = Manifest {
            format: 1,
            name: recipe.name.clone(),
            version: recipe.version.clone(),
            title: recipe.card.title.clone(),
            intended_use: recipe.card.intended_use.clone(),
            limits: recipe.card.limits.clone(),
            licence: recipe.card.licence.clone(),
            data: recipe.card.data.clone(),
            trained: today(),
            output: recipe.output,
            prevalence,
            labels: recipe.labels.iter().map(label).collect(),
            network: assets.network,
            prep: recipe.prep.clone(),
            weights: first,
            members: files.collect(),
            tokenizer: assets.tokenizer.as_ref().map(|it| file(TOKENIZER, it)),
            terms: half.zip(terms.as_ref()).map(|(it, files)| it.part(files)),
            naming,
            calibration: calibrated.calibration.clone(),
            conformal: calibrated.conformal.clone(),
            site: None,
            op_norm: Vec::new(),
            known_answer: KnownAnswer {
                logits: vec![0.0; recipe.labels.len()],
                tolerance: TOLERANCE,
            },
            scope: scope.map(|it| it.scope.clone()),
            metrics: Vec::new(),
            explanations: Vec::new(),
            erasures: Vec::new(),
        };
        let options = nn::Options {
            form: Form::Plain,
            threads: job.threads,
            ..nn::Options::default()
        };
        let of_terms = terms.as_ref().map(|[_, weights]| weights.as_slice());
        let mut model = nn::build_all(&manifest, (&weights, of_terms), options)?;
        let known = model.logits(&[known_answer::input(&manifest)])?;
        manifest.known_answer.logits = known.into_iter().flat_map(|it| it.values).collect();
        Ok(Self {
            manifest,
            weights,
            tokenizer: assets.tokenizer,
            terms,
            layout: scope.map(|it| it.file.clone()),
            calibrated,
        })
    }

    /// Puts the explanation methods to their randomisation test.
    pub(super) fn test_explanations(
        &mut self,
        inputs: &[Input],
        threads: usize,
        task: &Task,
    ) -> Result<()> {
        let files: Vec<&[u8]> = self.weights.iter().map(Vec::as_slice).collect();
        let manifest = &self.manifest;
        let tests = nn::test_explanations(manifest, &files, inputs, threads, task, &mut |_| {})?;
        self.manifest.explanations = tests;
        Ok(())
    }

    /// Asks whether the score follows the words that each method names, on notes spread evenly over `notes`, each explained
    /// for the label that is most probable.
    pub(super) fn test_words(
        &mut self,
        notes: &[Note],
        loaded: &mut Loaded,
        task: &Task,
    ) -> Result<()> {
        let step = notes.len().div_ceil(N_ERASED).max(1);
        let notes: Vec<&Note> = notes.iter().step_by(step).take(N_ERASED).collect();
        for method in self.manifest.network.methods() {
            let mut all = Vec::with_capacity(notes.len());
            for note in &notes {
                let target = Target::Note(note);
                let label = score::score(target, loaded, Gate::Closed)?.primary();
                let why = score::explain(target, label, *method, loaded, task)?;
                // A single word cannot be compared with others.
                if 1 < why.words.len() {
                    all.push(score::check_parts(target, &why, loaded, task)?);
                }
            }
            let mean = |figure: fn(&Erasure) -> Beside| {
                let mean = |side: fn(Beside) -> f32| {
                    all.iter().map(|it| side(figure(it))).sum::<f32>() / all.len().max(1) as f32
                };
                Beside {
                    own: mean(|it| it.own),
                    random: mean(|it| it.random),
                }
            };
            let found = Erasure {
                comprehensiveness: mean(|it| it.comprehensiveness),
                sufficiency: mean(|it| it.sufficiency),
            };
            self.manifest.erasures.push(ErasureTest {
                method: *method,
                found,
                n: all.len(),
                passes: found.is_faithful(),
            });
        }
        Ok(())
    }

    /// Writes all files; the manifest comes last, so that a bundle that was half written is refused.
    pub(super) fn write(&mut self, job: &Job<'_>, metrics: &[Metric]) -> Result<()> {
        self.manifest.metrics = metrics.to_vec();
        disk::create_folder(&job.out)?;
        for (idx, weights) in self.weights.iter().enumerate() {
            disk::write_atomic(&job.out.join(weights_name(idx)), weights)?;
        }
        if let Some(tokenizer) = &self.tokenizer {
            disk::write_atomic(&job.out.join(TOKENIZER), tokenizer)?;
        }
        for (name, bytes) in [terms::LIST, terms::WEIGHTS]
            .iter()
            .zip(self.terms.iter().flatten())
        {
            disk::write_atomic(&job.out.join(name), bytes)?;
        }
        if let Some(layout) = &self.layout {
            disk::write_atomic(&job.out.join(scope::FILE), layout)?;
        }
        let card = card::text(job, &self.manifest, &self.calibrated);
        disk::write_atomic(&job.out.join("card.md"), card.as_bytes())?;
        disk::write_atomic(
            &job.out.join("manifest.toml"),
            self.manifest.to_toml()?.as_bytes(),
        )?;
        Ok(())
    }
}

/// `weights.safetensors`, then `weights-2.safetensors`, `weights-3.safetensors`…
fn weights_name(idx: usize) -> String {
    match idx {
        0 => "weights.safetensors".to_owned(),
        _ => format!("weights-{}.safetensors", idx + 1),
    }
}

/// Loads a bundle from its folder.
pub(super) fn load(folder: &Path, threads: usize) -> Result<Loaded> {
    let options = nn::Options {
        threads,
        ..nn::Options::default()
    };
    let bundle = Bundle::open(folder)?;
    Ok(Loaded {
        tokenizer: bundle.tokenizer()?,
        model: nn::load(bundle, options, &Warnings::default())?,
        layout: None,
        warnings: Vec::new(),
    })
}

/// Logits for many inputs.
pub(super) fn answer(
    model: &mut dyn Model,
    inputs: &[Input],
    task: &Task,
) -> Result<Vec<Vec<f64>>> {
    let mut rows = Vec::with_capacity(inputs.len());
    for part in inputs.chunks(BATCH) {
        if task.is_cancelled() {
            return Err(model::Error::Cancelled.into());
        }
        let answers = model.logits(part)?;
        rows.extend(
            answers
                .into_iter()
                .map(|it| it.values.into_iter().map(f64::from).collect::<Vec<_>>()),
        );
    }
    Ok(rows)
}

/// Today in universal time as `YYYY-MM-DD`.
fn today() -> String {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |it| it.as_secs());
    date((seconds / 86_400) as i64)
}

/// The Gregorian date of a day counted from 1970-01-01 (Hinnant, "chrono-compatible low-level date algorithms").
fn date(days: i64) -> String {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn days_become_dates() {
        let found = [0, 58, 59, 11_016, 19_782, 20_780].map(date);
        assert_eq!(
            found,
            [
                "1970-01-01",
                "1970-02-28",
                "1970-03-01",
                "2000-02-29",
                "2024-02-29",
                "2026-11-23"
            ]
        );
    }
}
