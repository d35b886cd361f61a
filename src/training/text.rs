//! Training a note model: tokenizer, language, classes.

use std::path::Path;

use super::{
    Assets, Error, Fitted, Job, Recipe, Result, Split, Steps, Trainer,
    aside::{self, Lesson},
    data::{self, Case, Content},
    linear::Linear,
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
        Input, Spec, TextForm, TextInput, TextSpec, Tokenizer, prepare_note,
        vocabulary::train_tokenizer,
        words::{names_label, without, words},
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
    form: TextForm::Any,
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
    /// The tokens of the notes that teach language: not test, and in no fold that is held out (where all folds are, in
    /// turns, then all of them, without their labels), and those of the recipe's other source.
    language: Vec<Vec<i64>>,
    /// Texts that teach classes and are never measured on.
    lessons: Vec<Lesson>,
}

impl<'a> TextTrainer<'a> {
    pub(super) fn new(
        job: &'a Job<'_>,
        cases: &'a [Case],
        learning: &'a TextLearning,
        work: &Path,
    ) -> Result<Self> {
        let recipe = &job.recipe;
        let odd = |cause: &str| Error::Recipe {
            cause: cause.to_owned(),
        };
        let (Spec::Text(spec), Network::Transformer(network)) = (&recipe.prep, &recipe.network)
        else {
            return Err(odd("notes need `prep.kind = \"text\"` and a Transformer"));
        };
        let is_held_out = |it: &Case| recipe.hold_out.contains(&it.fold);
        let are_all_held_out = cases.iter().all(|it| it.is_test || is_held_out(it));
        let may_teach = |it: &Case| !it.is_test && (are_all_held_out || !is_held_out(it));
        let own: Vec<usize> = super::positions(cases, may_teach);
        let mut others = match &learning.language {
            Some(source) => data::read(source, job)?,
            None => Vec::new(),
        };
        others.retain(|it| !it.is_test);
        let teaching = own.iter().filter_map(|it| cases.get(*it)).chain(&others);
        let texts: Vec<&str> = teaching.clone().filter_map(text_of).collect();
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
        let whole = |case: &Case| {
            whole(case, &tokenizer).map_err(|it| Error::Unread {
                n: 1,
                places: case.place.clone(),
                cause: it.to_string(),
            })
        };
        let of_case = |it: &Case| {
            if it.is_test {
                Ok(Vec::new())
            } else {
                whole(it)
            }
        };
        let tokens = cases.iter().map(of_case).collect::<Result<_>>()?;
        let language = teaching.map(whole).collect::<Result<_>>()?;
        let mut lessons = aside::read(&learning.aside, job)?;
        for lesson in &mut lessons {
            lesson.tokens = whole(&lesson.case)?;
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
            lessons,
        })
    }

    /// As the network reads it; terms are found by the finished model.
    fn prepared(&self, case_idx: usize) -> Result<TextInput> {
        let note = self.note(case_idx, false).ok_or_else(|| Error::NoCases {
            part: "the notes".to_owned(),
        })?;
        Ok(prepare_note(
            &note,
            self.spec,
            &self.tokenizer,
            &Warnings::default(),
        )?)
    }

    fn strs(&self, cases: &[usize]) -> Vec<&str> {
        let known = cases.iter().filter_map(|it| self.cases.get(*it));
        known.filter_map(text_of).collect()
    }

    /// What the network learns from.
    fn texts(&self, train: &[usize]) -> text::Texts {
        let notes = train.iter().filter_map(|it| self.tokens.get(*it).cloned());
        let mut texts = text::Texts {
            notes: notes.collect(),
            labels: self.labels(train),
            weights: vec![1.0; train.len()],
        };
        for lesson in aside::apart(&self.lessons, self.cases, train) {
            texts.notes.push(lesson.tokens.clone());
            texts.labels.push(lesson.class);
            texts.weights.push(lesson.weight);
        }
        texts
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
        let known = (self.special, self.tokenizer.n_tokens());
        let mut learner = MaskedLearner::new(net, &head, &self.language, known, pretrain);
        let run = steps.run(("language", None), vars, &mut learner, &pretrain.knobs);
        run.map(drop)
    }
}

/// The text of a note.
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

/// The text without the words that name a label.
fn hide(text: &str, naming: &[String]) -> String {
    let spans = words(text);
    let is_name = |it: &&std::ops::Range<usize>| {
        names_label(text.get((*it).clone()).unwrap_or_default(), naming)
    };
    without(text, spans.iter().filter(is_name))
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
            .map(|it| self.prepared(*it))
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
        let epoch = steps.run((run, cases.last_epoch), &vars, &mut learner, &knobs)?;
        let weights = nn::train::to_half(&mut vars)?;
        let rows = match &learner.held_out {
            Some((inputs, _)) => text::logits(net, inputs)?,
            None => Vec::new(),
        };
        let of_terms = match self.linear(cases.train) {
            Some(it) if !cases.held_out.is_empty() => it.rows(&self.strs(cases.held_out)),
            _ => Vec::new(),
        };
        Ok(Fitted {
            weights,
            rows,
            of_terms,
            epoch,
        })
    }

    fn linear(&self, train: &[usize]) -> Option<Linear> {
        let terms = self.learning.terms.as_ref()?;
        let (mut texts, mut classes) = (self.strs(train), self.labels(train));
        let mut weights = vec![1.0; texts.len()];
        for lesson in aside::apart(&self.lessons, self.cases, train) {
            texts.extend(text_of(&lesson.case));
            classes.push(lesson.class);
            weights.push(lesson.weight);
        }
        let n_labels = self.recipe.labels.len();
        Some(Linear::fit(&texts, (&classes, &weights), n_labels, terms))
    }

    fn input(&self, case_idx: usize) -> Result<Input> {
        Ok(Input::Text(self.prepared(case_idx)?))
    }

    fn note(&self, case_idx: usize, hide_names: bool) -> Option<Note> {
        let text = self.cases.get(case_idx).and_then(text_of)?;
        Some(Note::plain(match hide_names {
            true => hide(text, &self.learning.naming),
            false => text.to_owned(),
        }))
    }

    fn assets(&self) -> Assets {
        Assets {
            network: self.network.clone(),
            tokenizer: Some(self.tokenizer_bytes.clone()),
        }
    }
}
