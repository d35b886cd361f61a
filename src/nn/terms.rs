//! A text model that counts terms beside its network: its logits are those of the network plus a weight times the margins
//! of a linear model, whose influence is exact, term by term.

use std::collections::BTreeMap;

use tch::nn::Init;

use super::{
    Result,
    loaded::values,
    params::{Params, Weights},
};
use crate::{
    model::{
        Attribution, AttributionValues, Error, Logits, Manifest, Model, Task, manifest::TermsPart,
    },
    prediction::{Engine, Form, LabelIdx, Method, Precision},
    prep::{Input, Term, TextInput, terms::tf_idf},
};

/// A network (or an ensemble) and a linear model of terms.
pub(super) struct WithTerms {
    network: Box<dyn Model>,
    linear: Linear,
}

/// The linear model; its margins are weighted already.
struct Linear {
    idf: Vec<f32>,
    /// For each label, one for each term.
    weights: Vec<Vec<f32>>,
    /// For each label.
    bias: Vec<f32>,
}

impl WithTerms {
    /// Puts the linear model of a manifest beside its network; `file` is its safetensors file.
    pub(super) fn new(network: Box<dyn Model>, part: &TermsPart, file: &[u8]) -> Result<Self> {
        let weights = Weights::parse(file)?;
        let (n_labels, n) = (network.manifest().labels.len() as i64, part.n as i64);
        let params = Params::loaded(&weights, Form::Plain, Precision::Float32);
        let get = |name: &str, shape: &[i64]| values(&params.get(name, shape, Init::Const(0.0))?);
        let (idf, flat, bias) = (
            get("idf", &[n])?,
            get("weight", &[n_labels, n])?,
            get("bias", &[n_labels])?,
        );
        weights.check("terms", "weight")?;
        let weighted = |it: &[f32]| it.iter().map(|it| part.weight * it).collect::<Vec<_>>();
        Ok(Self {
            network,
            linear: Linear {
                idf,
                weights: flat.chunks(part.n.max(1)).map(weighted).collect(),
                bias: weighted(&bias),
            },
        })
    }
}

impl Linear {
    /// Each known term of a note and its value.
    fn tf_idf(&self, terms: &[Term]) -> Result<BTreeMap<usize, f32>> {
        tf_idf(terms.iter().map(|it| (it.idx, it.kind)), &self.idf).map_err(|it| Error::Input {
            want: "terms of the model's list".to_owned(),
            found: it.to_string(),
        })
    }

    /// What is added to each logit.
    fn margins(&self, terms: &[Term]) -> Result<Vec<f32>> {
        let row = self.tf_idf(terms)?;
        let pairs = self.weights.iter().zip(&self.bias);
        Ok(pairs
            .map(|(weights, bias)| bias + product(&row, weights))
            .collect())
    }

    /// What each word of a note adds to one logit; only the bias and marks of length are no word's. A term is shared evenly among its
    /// occurrences, and an occurrence among its words.
    fn of_words(&self, text: &TextInput, label: LabelIdx) -> Result<Vec<f32>> {
        let row = self.tf_idf(&text.terms)?;
        let mut counts: BTreeMap<usize, f32> = BTreeMap::new();
        for term in &text.terms {
            *counts.entry(term.idx).or_default() += 1.0;
        }
        let weights = self.weights.get(label.0).map_or(&[][..], Vec::as_slice);
        let mut words = vec![0.0; text.words.len()];
        for term in &text.terms {
            let n = counts.get(&term.idx).copied().unwrap_or(1.0);
            let value = row.get(&term.idx).copied().unwrap_or(0.0);
            let weight = weights.get(term.idx).copied().unwrap_or(0.0);
            let share = weight * value / (n * term.words.len().max(1) as f32);
            for word in &term.words {
                if let Some(sum) = words.get_mut(*word) {
                    *sum += share;
                }
            }
        }
        Ok(words)
    }
}

fn product(row: &BTreeMap<usize, f32>, weights: &[f32]) -> f32 {
    row.iter()
        .map(|(idx, value)| weights.get(*idx).copied().unwrap_or(0.0) * value)
        .sum()
}

impl Model for WithTerms {
    fn manifest(&self) -> &Manifest {
        self.network.manifest()
    }

    fn engine(&self) -> Engine {
        self.network.engine()
    }

    fn logits(&mut self, inputs: &[Input]) -> Result<Vec<Logits>> {
        let mut answers = self.network.logits(inputs)?;
        for (answer, input) in answers.iter_mut().zip(inputs) {
            let margins = self.linear.margins(&text(input)?.terms)?;
            for row in std::iter::once(&mut answer.values).chain(&mut answer.members) {
                row.iter_mut()
                    .zip(&margins)
                    .for_each(|(sum, it)| *sum += it);
            }
        }
        Ok(answers)
    }

    fn explain(
        &mut self,
        input: &Input,
        label: LabelIdx,
        method: Method,
        task: &Task,
    ) -> Result<Attribution> {
        let mut found = self.network.explain(input, label, method, task)?;
        let AttributionValues::Tokens(windows) = &mut found.values else {
            return Ok(found);
        };
        let text = text(input)?;
        let mut of_words = self.linear.of_words(text, label)?;
        if method == Method::Chefer {
            // Relevance has no unit and no sign: it shares out by how much the network is for the label.
            let margin = margin(&self.network.logits(std::slice::from_ref(input))?, label);
            let sum: f32 = windows.iter().flatten().sum();
            let scale = margin / sum.max(f32::MIN_POSITIVE);
            windows.iter_mut().flatten().for_each(|it| *it *= scale);
            of_words.iter_mut().for_each(|it| *it = it.max(0.0));
        } else {
            let n_windows = windows.len().max(1) as f32;
            windows.iter_mut().flatten().for_each(|it| *it /= n_windows);
        }
        add_words(windows, text, &of_words);
        Ok(found)
    }
}

/// How far the network puts a label above the mean of all, at least 0.
fn margin(answers: &[Logits], label: LabelIdx) -> f32 {
    let row = answers.first().map_or(&[][..], |it| it.values.as_slice());
    let mean = row.iter().sum::<f32>() / row.len().max(1) as f32;
    row.get(label.0).map_or(0.0, |it| (it - mean).max(0.0))
}

/// Makes the mean over the windows that hold a word, which is what a word is given in the end, the sum of the network's
/// influence over all windows plus the word's own.
fn add_words(windows: &mut [Vec<f32>], text: &TextInput, of_words: &[f32]) {
    let mut n_holding = vec![0_u32; text.words.len()];
    let firsts = |word_idx: &[Option<usize>]| -> Vec<Option<usize>> {
        let before = std::iter::once(None).chain(word_idx.iter().copied());
        let pairs = word_idx.iter().zip(before);
        pairs
            .map(|(it, before)| it.filter(|_| *it != before))
            .collect()
    };
    for word_idx in text
        .windows
        .iter()
        .flat_map(|it| firsts(&it.word_idx))
        .flatten()
    {
        if let Some(n) = n_holding.get_mut(word_idx) {
            *n += 1;
        }
    }
    for (window, weights) in text.windows.iter().zip(windows) {
        let firsts = firsts(&window.word_idx);
        for ((weight, word), first) in weights.iter_mut().zip(&window.word_idx).zip(firsts) {
            let n = word.and_then(|it| n_holding.get(it)).copied().unwrap_or(1);
            *weight *= n.max(1) as f32;
            *weight += first
                .and_then(|it| of_words.get(it))
                .copied()
                .unwrap_or(0.0);
        }
    }
}

fn text(input: &Input) -> Result<&TextInput> {
    match input {
        Input::Text(text) => Ok(text),
        Input::Image(_) | Input::Steps(_) => Err(Error::Input {
            want: "text".to_owned(),
            found: "another input".to_owned(),
        }),
    }
}
