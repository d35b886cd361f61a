//! Learning to put images into classes.

use tch::{Tensor, no_grad};

use super::{
    super::{
        Cnn, Result,
        layer::{Mode, channels_last, pool},
    },
    Knobs, Learner, Random,
    augment::Augment,
};
use crate::{
    model::{Error, manifest::Output},
    prep::ImageInput,
};

/// Images in a forward pass without gradient.
const EVAL_BATCH: usize = 128;

/// Prepared images with their labels.
pub struct Images {
    /// `[n, channels, h, w]`, as the specification of the model normalises them.
    pub pixels: Tensor,
    /// For each image the position of its label; for one sigmoid label, 1 means that it holds.
    pub labels: Vec<usize>,
    /// For one sigmoid label: how far each image speaks for it, learned in the place of the label.
    pub degrees: Option<Vec<f64>>,
}

/// A network that learns from some images and is tried on others.
pub struct ImageLearner<'a> {
    pub net: &'a dyn Cnn,
    pub train: Images,
    pub held_out: Option<Images>,
    pub output: Output,
    pub augment: Augment,
    /// The specification's mean and deviation: augmentation works on 0..1.
    pub mean: f64,
    pub std: f64,
    pub knobs: Knobs,
}

impl Images {
    /// Puts inputs of one size together.
    ///
    /// # Errors
    /// No input, or inputs of different sizes.
    pub fn new(inputs: &[&ImageInput], labels: Vec<usize>) -> Result<Self> {
        let odd = |found: &str| Error::Input {
            want: "images of one size".to_owned(),
            found: found.to_owned(),
        };
        let one = inputs.first().ok_or_else(|| odd("none"))?;
        let size = [one.channels, one.height, one.width].map(|it| it as i64);
        let n_values = one.values.len();
        if inputs.iter().any(|it| it.values.len() != n_values) {
            return Err(odd("several"));
        }
        let rows = inputs
            .iter()
            .map(|it| Tensor::f_from_slice(&it.values)?.f_view(size));
        let rows = rows.collect::<std::result::Result<Vec<_>, _>>()?;
        Ok(Self {
            pixels: Tensor::f_stack(&rows, 0)?,
            labels,
            degrees: None,
        })
    }

    /// The images at these positions.
    pub fn select(&self, cases: &[usize]) -> Result<Self> {
        let at = Tensor::f_from_slice(&cases.iter().map(|it| *it as i64).collect::<Vec<_>>())?;
        let labels = cases
            .iter()
            .filter_map(|it| self.labels.get(*it).copied())
            .collect();
        let degrees = self.degrees.as_ref().map(|degrees| {
            let known = cases.iter().filter_map(|it| degrees.get(*it).copied());
            known.collect()
        });
        Ok(Self {
            pixels: self.pixels.f_index_select(0, &at)?,
            labels,
            degrees,
        })
    }
}

/// Logits of prepared images, one row for each.
pub fn logits(net: &dyn Cnn, pixels: &Tensor) -> Result<Vec<Vec<f64>>> {
    no_grad(|| {
        let mut rows = Vec::new();
        for part in pixels.f_split(EVAL_BATCH as i64, 0)? {
            let features = pool(&net.features(&channels_last(&part)?, Mode::Eval)?)?;
            rows.extend(super::rows(&net.head().forward(&features)?)?);
        }
        Ok(rows)
    })
}

impl Learner for ImageLearner<'_> {
    fn n_cases(&self) -> usize {
        self.train.labels.len()
    }

    fn loss(&mut self, cases: &[usize], _random: &mut Random) -> Result<Tensor> {
        let batch = self.train.select(cases)?;
        let x = if self.augment.is_still() {
            batch.pixels
        } else {
            let x = batch.pixels.f_mul_scalar(self.std)?;
            let x = self.augment.apply(&x.f_add_scalar(self.mean)?)?;
            x.f_sub_scalar(self.mean)?.f_div_scalar(self.std)?
        };
        let mode = Mode::Train {
            dropout: self.knobs.dropout,
        };
        let features = pool(&self.net.features(&channels_last(&x)?, mode)?)?;
        let features = mode.dropout(features)?;
        super::classification_loss(
            &self.net.head().forward(&features)?,
            (&batch.labels, batch.degrees.as_deref()),
            self.output,
            (&self.knobs, &self.train.labels),
        )
    }

    fn validate(&mut self) -> Result<Option<f64>> {
        let Some(held_out) = &self.held_out else {
            return Ok(None);
        };
        Ok(super::figure(
            &logits(self.net, &held_out.pixels)?,
            &held_out.labels,
            self.output,
        ))
    }
}
