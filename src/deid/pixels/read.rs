//! What a piece of text says.

use std::{path::Path, sync::Arc};

use rten::{Model, RunOptions, ThreadPool};
use rten_tensor::{AsView as _, Layout as _, NdTensor};

use super::{Error, READER, area::Rect, view::View};
use crate::disk;

/// The height of a line that the network reads, and the range of its width.
const HEIGHT: usize = 48;
const NARROWEST: usize = 48;
const WIDEST: usize = 1600;
/// A box that is this much higher than wide holds text that runs up or down.
const TALL: f32 = 1.5;
/// Characters that are read this surely are no play of shadows.
const SURE: f32 = 0.9;
const WORD: usize = 3;
/// A network's file is not larger.
const LARGEST_BYTES: u64 = 256 << 20;

/// The network that reads text.
pub(super) struct Reader {
    model: Model,
    options: RunOptions,
    /// What each answer means; the first, "nothing", is left out.
    characters: Vec<String>,
}

/// What was read.
pub(super) struct Reading {
    pub(super) text: String,
    /// The mean over the characters, from 0 to 1.
    pub(super) confidence: f32,
}

impl Reading {
    /// Whether it is a word beyond doubt, and not two vertebrae that look like `69`.
    pub(super) fn is_word(&self) -> bool {
        self.confidence >= SURE && self.text.chars().count() >= WORD
    }
}

/// Loads a network from a file.
pub(super) fn load(path: &Path, name: &'static str) -> Result<Model, Error> {
    let bytes = disk::read(path, LARGEST_BYTES)?;
    Model::load(bytes).map_err(|it| Error::Network {
        name,
        reason: it.to_string(),
    })
}

impl Reader {
    pub(super) fn load(path: &Path, pool: Arc<ThreadPool>) -> Result<Self, Error> {
        let model = load(path, READER)?;
        let characters = model.metadata().get("character");
        let characters = characters.ok_or_else(|| Error::Network {
            name: READER,
            reason: "it does not name its characters".to_owned(),
        })?;
        let mut characters: Vec<_> = characters.lines().map(str::to_owned).collect();
        // The network's own rule: a blank stands after the list.
        characters.push(" ".to_owned());
        Ok(Self {
            model,
            options: RunOptions::default().with_thread_pool(Some(pool)),
            characters,
        })
    }

    /// The surest reading of `area` among the views, and among both directions where it may run up or down.
    pub(super) fn read_best(&self, views: &[View], area: Rect) -> Result<Reading, Error> {
        let mut best = Reading {
            text: String::new(),
            confidence: 0.0,
        };
        for view in views {
            let upright = view.part(area, area.width(), area.height());
            let is_tall = area.height() as f32 > TALL * area.width() as f32;
            let lines = if is_tall {
                let clockwise = upright.turned();
                let back = clockwise.turned().turned();
                vec![clockwise, back]
            } else {
                vec![upright]
            };
            for line in &lines {
                let reading = self.read(line)?;
                if reading.confidence > best.confidence {
                    best = reading;
                }
            }
        }
        Ok(best)
    }

    fn read(&self, line: &View) -> Result<Reading, Error> {
        let width = HEIGHT * line.width() / line.height().max(1);
        let width = width.clamp(NARROWEST, WIDEST);
        let whole = Rect {
            top: 0,
            left: 0,
            bottom: line.height(),
            right: line.width(),
        };
        let line = line.part(whole, width, HEIGHT);
        let channels = line.channels();
        let input = NdTensor::from_fn([1, 3, HEIGHT, width], |[_, c, y, x]| {
            match channels.get(c) {
                Some(Some(plane)) => 2.0 * plane.at(x, y) - 1.0,
                _ => 0.0,
            }
        });
        let answer = self
            .model
            .run_one(input.view().into(), Some(self.options.clone()))
            .map_err(|it| wrong(it.to_string()))?;
        let shape = answer.shape().to_vec();
        let answer: NdTensor<f32, 3> = answer
            .try_into()
            .map_err(|_unit| wrong(format!("the shape {shape:?}")))?;
        if answer.size(2) != self.characters.len() + 1 {
            return Err(wrong(format!(
                "{} answers for {} characters",
                answer.size(2),
                self.characters.len()
            )));
        }
        let steps: Vec<_> = (0..answer.size(1))
            .map(|step| {
                (0..answer.size(2))
                    .map(|idx| (idx, answer.get([0, step, idx]).copied().unwrap_or_default()))
                    .fold((0, 0.0), |best, it| if it.1 > best.1 { it } else { best })
            })
            .collect();
        Ok(self.spelt(&steps))
    }

    /// Equal neighbours are one character and answer 0 is none (Graves et al. 2006, "Connectionist temporal
    /// classification", section 3.1).
    fn spelt(&self, steps: &[(usize, f32)]) -> Reading {
        let mut text = String::new();
        let (mut sum, mut n, mut last) = (0.0, 0, 0);
        for (idx, probability) in steps {
            if *idx != last
                && let Some(character) = idx.checked_sub(1).and_then(|it| self.characters.get(it))
            {
                text.push_str(character);
                sum += probability;
                n += 1;
            }
            last = *idx;
        }
        Reading {
            text,
            confidence: if n == 0 { 0.0 } else { sum / n as f32 },
        }
    }
}

fn wrong(found: String) -> Error {
    Error::Answer {
        name: READER,
        wanted: "one probability for each character",
        found,
    }
}
