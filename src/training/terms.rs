//! The linear half of a bundle that answers by a network and by terms: how much it weighs, its files, and the figures of
//! either half alone.

use half::f16;
use safetensors::{Dtype, tensor::TensorView};

use super::{
    Error, Recipe, Result,
    evaluate::{Answers, of_choice},
    linear::Linear,
};
use crate::{
    disk::Sha256,
    model::manifest::{FileRef, Metric, TermsPart},
    stats,
};

/// The files of a bundle.
pub(super) const LIST: &str = "terms.txt";
pub(super) const WEIGHTS: &str = "terms.safetensors";

/// Weights that are tried.
const STEP: f64 = 0.25;
const N_STEPS: usize = 160;

/// A linear model and how much its margins weigh beside the logits of the network.
pub(super) struct Half {
    linear: Linear,
    weight: f64,
}

impl Half {
    /// Weighs `linear` by what two others, of the same recipe, answered for held-out cases: at this weight (and its own
    /// temperature) what is true is most probable.
    pub(super) fn new(linear: Linear, network: &Answers, of_terms: &[Vec<f64>]) -> Self {
        let loss = |weight: f64| {
            let rows = joined(&network.rows, of_terms, weight);
            let temperature = stats::fit_temperature(&rows, &network.classes);
            stats::negative_log_likelihood(&rows, &network.classes, temperature)
        };
        // Where nothing was held out, both count the same.
        let weights = (0..=N_STEPS).map(|it| STEP * it as f64);
        let tried = weights
            .filter(|_| !network.rows.is_empty())
            .map(|it| (it, loss(it)));
        let best = tried.min_by(|a, b| a.1.total_cmp(&b.1));
        Self {
            linear,
            weight: best.map_or(1.0, |it| it.0),
        }
    }

    /// The answers of both.
    pub(super) fn join(&self, network: &Answers, of_terms: &[Vec<f64>]) -> Answers {
        network.with_rows(joined(&network.rows, of_terms, self.weight))
    }

    /// What the manifest says, of [`Self::files`].
    pub(super) fn part(&self, [list, weights]: &[Vec<u8>; 2]) -> TermsPart {
        let file = |name: &str, bytes: &[u8]| FileRef {
            file: name.to_owned(),
            sha256: Sha256::of(bytes),
        };
        TermsPart {
            list: file(LIST, list),
            weights: file(WEIGHTS, weights),
            n: self.linear.terms.len(),
            kinds: self.linear.kinds,
            weight: self.weight as f32,
        }
    }

    /// The list and the weights; these are float16 but for `idf` and `bias`.
    pub(super) fn files(&self) -> Result<[Vec<u8>; 2]> {
        let n = self.linear.terms.len();
        let list: String = self
            .linear
            .terms
            .iter()
            .map(|it| format!("{it}\n"))
            .collect();
        let single = |values: &[f32]| values.iter().flat_map(|it| it.to_le_bytes()).collect();
        let of_all = self.linear.weights.iter().flatten();
        let weight: Vec<u8> = of_all
            .flat_map(|it| f16::from_f32(*it).to_le_bytes())
            .collect();
        let (idf, bias): (Vec<u8>, Vec<u8>) = (single(&self.linear.idf), single(&self.linear.bias));
        let shape = vec![self.linear.bias.len(), n];
        let odd = |it: safetensors::SafeTensorError| Error::Recipe {
            cause: format!("wanted terms that make a file, found {it}"),
        };
        let views = [
            ("idf", TensorView::new(Dtype::F32, vec![n], &idf)),
            ("weight", TensorView::new(Dtype::F16, shape, &weight)),
            (
                "bias",
                TensorView::new(Dtype::F32, vec![self.linear.bias.len()], &bias),
            ),
        ];
        let views = views.map(|(name, view)| view.map(|it| (name, it)));
        let views = views
            .into_iter()
            .collect::<std::result::Result<Vec<_>, _>>();
        let file = views
            .and_then(|it| safetensors::serialize(it, None))
            .map_err(odd)?;
        Ok([list.into_bytes(), file])
    }

    /// How good either half is alone, on cases that both answered; `of_terms` are the margins.
    pub(super) fn alone(
        &self,
        recipe: &Recipe,
        both: &Answers,
        of_terms: Vec<Vec<f64>>,
        set: &str,
    ) -> Vec<Metric> {
        let network = joined(&both.rows, &of_terms, -self.weight);
        let mut metrics = Vec::new();
        for (rows, who) in [
            (of_terms, "TF-IDF and linear SVM alone"),
            (network, "network alone"),
        ] {
            let set = format!("{set}, {who}");
            metrics.extend(of_choice(recipe, &both.with_rows(rows), &set));
        }
        metrics
    }

    /// The margins for some texts.
    pub(super) fn rows(&self, texts: &[&str]) -> Vec<Vec<f64>> {
        self.linear.rows(texts)
    }
}

fn joined(rows: &[Vec<f64>], of_terms: &[Vec<f64>], weight: f64) -> Vec<Vec<f64>> {
    let sum =
        |(a, b): (&Vec<f64>, &Vec<f64>)| a.iter().zip(b).map(|(a, b)| a + weight * b).collect();
    rows.iter().zip(of_terms).map(sum).collect()
}
