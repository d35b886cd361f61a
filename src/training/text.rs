//! Training a note model: tokenizer, language, classes.

use std::path::Path;

use super::{
    Assets, Error, Fitted, Recipe, Result, Split, Steps, Trainer,
    data::{Case, Content},
    recipe::TextLearning,
};
use crate::{
    case::Note,
    disk,
    model::Network,
    nn::{
        self, Net,
        params::Params,
        train::{masked::MaskedLearner, text},
        transformer::{MaskedHead, Transformer},
    },
    prep::{
        Input, Spec, TextInput, TextSpec, Tokenizer, prepare_note, vocabulary::train_tokenizer,
        words::words,
    },
    warnings::Warnings,
};

/// The largest tokenizer that is read.
const TOKENIZER_LIMIT: u64 = 16 << 20;
/// A note in one window, for training.
const WHOLE: TextSpec = TextSpec {
    max_tokens: 1 << 20,
    overlap: 0,
    max_windows: 1,
};

/// Every note of the table, and the tokenizer that was learned from those that are not test.
pub(super) struct TextTrainer<'a> {
    recipe: &'a Recipe,
    learning: &'a TextLearning,
    spec: &'a TextSpec,
    cases: &'a [Case],
    tokenizer: Tokenizer,
    tokenizer_bytes: Vec<u8>,
    network: Network,
    special: text::SpecialTokens,
    /// The tokens of every note that is not test, empty for the others.
    tokens: Vec<Vec<i64>>,
    /// Notes that teach language: not test and in no fold that is held out.
    language: Vec<usize>,
}

impl<'a> TextTrainer<'a> {
    pub(super) fn new(
        recipe: &'a Recipe,
        cases: &'a [Case],
        learning: &'a TextLearning,
        work: &Path,
    ) -> Result<Self> {
        let odd = |cause: &str| Error::Recipe {
            cause: cause.to_owned(),
        };
        let (Spec::Text(spec), Network::Transformer(network)) = (&recipe.prep, &recipe.network)
        else {
            return Err(odd("notes need `prep.kind = \"text\"` and a Transformer"));
        };
        let may_teach = |it: &Case| !it.is_test && !recipe.hold_out.contains(&it.fold);
        let language: Vec<usize> = super::positions(cases, may_teach);
        let texts: Vec<&str> = language
            .iter()
            .filter_map(|it| text_of(cases.get(*it)?))
            .collect();
        let path = work.join("tokenizer.json");
        if !path.exists() {
            disk::write_atomic(&path, &train_tokenizer(&texts, learning.n_tokens)?)?;
        }
        let tokenizer_bytes = disk::read(&path, TOKENIZER_LIMIT)?;
        let tokenizer = Tokenizer::parse(&tokenizer_bytes)?;
        let id = |token: &str| {
            tokenizer
                .id(token)
                .ok_or_else(|| odd("the tokenizer lacks a special token"))
        };
        let special = text::SpecialTokens {
            cls: id("[CLS]")?,
            sep: id("[SEP]")?,
            mask: id("[MASK]")?,
        };
        let network = Network::Transformer(crate::model::network::Transformer {
            vocab: tokenizer.n_tokens(),
            ..network.clone()
        });
        let mut tokens = Vec::with_capacity(cases.len());
        for case in cases {
            let whole = if case.is_test {
                Ok(Vec::new())
            } else {
                whole(case, &tokenizer)
            };
            tokens.push(whole.map_err(|it| Error::Unread {
                n: 1,
                places: case.place.clone(),
                cause: it.to_string(),
            })?);
        }
        Ok(Self {
            recipe,
            learning,
            spec,
            cases,
            tokenizer,
            tokenizer_bytes,
            network,
            special,
            tokens,
            language,
        })
    }

    fn note(&self, case_idx: usize, hide_names: bool) -> Result<TextInput> {
        let text = self
            .cases
            .get(case_idx)
            .and_then(text_of)
            .unwrap_or_default();
        let text = if hide_names {
            hide(text, &self.learning.naming)
        } else {
            text.to_owned()
        };
        Ok(prepare_note(
            &Note::plain(text),
            self.spec,
            &self.tokenizer,
            &Warnings::default(),
        )?)
    }

    fn texts(&self, cases: &[usize]) -> text::Texts {
        let notes = cases
            .iter()
            .filter_map(|it| self.tokens.get(*it).cloned())
            .collect();
        text::Texts {
            notes,
            labels: self.labels(cases),
        }
    }

    fn labels(&self, cases: &[usize]) -> Vec<usize> {
        cases
            .iter()
            .filter_map(|it| self.cases.get(*it)?.class)
            .collect()
    }

    /// Learns the language, or takes it from the checkpoint of an earlier run.
    fn pretrain(
        &self,
        vars: &nn::VarStore,
        net: &Transformer,
        steps: &mut Steps<'_>,
    ) -> Result<()> {
        let (Some(pretrain), Network::Transformer(network)) =
            (&self.learning.pretrain, &self.network)
        else {
            return Ok(());
        };
        let head = MaskedHead::new(&Params::fresh(vars), network)?;
        let notes: Vec<Vec<i64>> = self
            .language
            .iter()
            .filter_map(|it| self.tokens.get(*it).cloned())
            .collect();
        let known = (self.special, self.tokenizer.n_tokens());
        let mut learner = MaskedLearner::new(net, &head, &notes, known, pretrain);
        let (checkpoint, task) = (steps.checkpoint("language"), steps.task);
        let course = steps.course(&checkpoint, None);
        let tell = &mut |it: &_| steps.tell("language", it);
        Ok(nn::train::run(
            vars,
            &mut learner,
            &pretrain.knobs,
            Some(&course),
            task,
            tell,
        )
        .map(drop)?)
    }
}

pub(super) fn text_of(case: &Case) -> Option<&str> {
    match &case.content {
        // For the tokenizer and the network.
        Content::Text(text) => Some(text.reveal()),
        Content::File(_) | Content::Frame { .. } | Content::Series(_) | Content::Sequence(_) => {
            None
        }
    }
}

/// All tokens of a note, without `[CLS]` and `[SEP]`.
fn whole(case: &Case, tokenizer: &Tokenizer) -> Result<Vec<i64>> {
    let text = text_of(case).unwrap_or_default().to_owned();
    let input = prepare_note(&Note::plain(text), &WHOLE, tokenizer, &Warnings::default())?;
    let ids = input
        .windows
        .into_iter()
        .next()
        .map(|it| it.ids)
        .unwrap_or_default();
    let n_body = ids.len().saturating_sub(2);
    Ok(ids.into_iter().skip(1).take(n_body).collect())
}

/// The text without the words that are one of `names` (lower case; a star stands for any ending).
fn hide(text: &str, names: &[String]) -> String {
    let is_name = |word: &str| {
        names.iter().any(|it| {
            it.strip_suffix('*')
                .map_or(word == it, |it| word.starts_with(it))
        })
    };
    let mut kept = String::with_capacity(text.len());
    let mut from = 0;
    for span in words(text) {
        let word = text.get(span.clone()).unwrap_or_default().to_lowercase();
        if is_name(&word) {
            kept.push_str(text.get(from..span.start).unwrap_or_default());
            from = span.end;
        }
    }
    kept.push_str(text.get(from..).unwrap_or_default());
    kept
}

impl Trainer for TextTrainer<'_> {
    fn fit(&self, run: &str, cases: Split<'_>, steps: &mut Steps<'_>) -> Result<Fitted> {
        let knobs = self.learning.knobs.with_seed_shift(cases.seed_shift);
        nn::train::seed(knobs.seed);
        let (mut vars, net) = nn::fresh(&self.network, self.recipe.labels.len())?;
        let Net::Transformer(net) = &net else {
            return Err(Error::Recipe {
                cause: "notes need a Transformer".to_owned(),
            });
        };
        self.pretrain(&vars, net, steps)?;
        let inputs = cases
            .held_out
            .iter()
            .map(|it| self.note(*it, false))
            .collect::<Result<Vec<_>>>()?;
        let held_out = if inputs.is_empty() {
            None
        } else {
            Some((inputs, self.labels(cases.held_out)))
        };
        let mut learner = text::TextLearner {
            net,
            train: self.texts(cases.train),
            held_out,
            windows: self.learning.windows.clone(),
            special: self.special,
            knobs: knobs.clone(),
        };
        let (checkpoint, task) = (steps.checkpoint(run), steps.task);
        let course = steps.course(&checkpoint, cases.last_epoch);
        let epoch = nn::train::run(
            &vars,
            &mut learner,
            &knobs,
            Some(&course),
            task,
            &mut |it| steps.tell(run, it),
        )?;
        let weights = nn::train::to_half(&mut vars)?;
        let rows = match &learner.held_out {
            Some((inputs, _)) => text::logits(net, inputs)?,
            None => Vec::new(),
        };
        Ok(Fitted {
            weights,
            rows,
            epoch,
        })
    }

    fn input(&self, case_idx: usize, hide_names: bool) -> Result<Input> {
        Ok(Input::Text(self.note(case_idx, hide_names)?))
    }

    fn assets(&self) -> Assets {
        Assets {
            network: self.network.clone(),
            tokenizer: Some(self.tokenizer_bytes.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::hide;

    #[test]
    fn words_that_name_a_label_are_hidden_whole() {
        let names = ["cardiolog*".to_owned(), "ent".to_owned()];
        assert_eq!(
            hide("Seen by Cardiology, ENT; no entry.", &names),
            "Seen by , ; no entry."
        );
        assert_eq!(hide("", &names), "");
    }
}
