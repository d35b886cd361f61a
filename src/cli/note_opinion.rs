//! A learned second opinion beside the rules: whether each finding of a note is negated where it stands.

use super::{EngineArgs, evaluate::named};
use crate::{
    case::Note,
    failure::Failure,
    language::{ConceptKind, Language, Mention, Reading, Rules, Status},
    prediction::{Call, LabelIdx},
    prep::{Spec, TextForm},
    score::{self, Gate, Loaded, Target},
};

/// The label that the model must have.
const NEGATED: &str = "Negated";

/// A model that judges marked findings.
pub(super) struct SecondReader {
    loaded: Loaded,
    label: LabelIdx,
}

/// What it says of a finding.
#[derive(Clone, Copy)]
pub(super) struct Opinion {
    /// Calibrated.
    pub(super) negated: f32,
    /// The rules say otherwise. Of findings that are neither plainly affirmed nor negated nothing is compared.
    pub(super) differs: bool,
}

impl SecondReader {
    /// Loads a model by its name or the folder of its bundle.
    pub(super) fn load(model: &str, engine: &EngineArgs) -> anyhow::Result<Self> {
        let loaded = named(model, engine)?;
        let manifest = loaded.model.manifest();
        let reads_marked =
            matches!(&manifest.prep, Spec::Text(spec) if spec.form == TextForm::Marked);
        let label = manifest.labels.iter().position(|it| it.name == NEGATED);
        let Some(label) = label.filter(|_| reads_marked) else {
            anyhow::bail!(
                "wanted a model that reads a marked finding and has a label {NEGATED}, such as assertion-status, \
                 found {model}"
            );
        };
        Ok(Self {
            loaded,
            label: LabelIdx(label),
        })
    }

    /// An opinion on each problem, symptom and finding of an English note, in the order of the mentions; on other
    /// mentions and languages it has none.
    pub(super) fn read(
        &mut self,
        rules: &Rules,
        text: &str,
        reading: &Reading,
    ) -> Result<Vec<Option<Opinion>>, Failure> {
        let judges = |it: &&Mention| {
            let kind = rules.lexicon.concept(it.concept_idx).map(|it| it.kind);
            let is_finding = matches!(
                kind,
                Some(ConceptKind::Problem | ConceptKind::Symptom | ConceptKind::Finding)
            );
            is_finding && reading.language == Language::English
        };
        let mut opinions = Vec::with_capacity(reading.mentions.len());
        for mention in &reading.mentions {
            opinions.push(match Some(mention).filter(judges) {
                Some(mention) => self.judge(text, reading, mention)?,
                None => None,
            });
        }
        Ok(opinions)
    }

    fn judge(
        &mut self,
        text: &str,
        reading: &Reading,
        mention: &Mention,
    ) -> Result<Option<Opinion>, Failure> {
        let Some(sentence) = marked(text, reading, mention) else {
            return Ok(None);
        };
        let note = Note::plain(sentence);
        let prediction = score::score(Target::Note(&note), &mut self.loaded, Gate::Closed)
            .map_err(|error| Failure::from(&error))?;
        let Some(score) = prediction.scores.get(self.label.0) else {
            return Ok(None);
        };
        let by_rules = match mention.status() {
            Status::Affirmed => Some(false),
            Status::Negated => Some(true),
            _ => None,
        };
        let says_negated = score.call == Call::Chosen;
        Ok(Some(Opinion {
            negated: score.probability,
            differs: by_rules.is_some_and(|it| it != says_negated),
        }))
    }
}

/// The sentence of a mention with the mention in marks, as the model learned it; on one line.
fn marked(text: &str, reading: &Reading, mention: &Mention) -> Option<String> {
    let sentence = reading.sentences.get(mention.sentence_idx)?.span.clone();
    let part = |range: std::ops::Range<usize>| text.get(range);
    let whole = format!(
        "{}«{}»{}",
        part(sentence.start..mention.span.start)?,
        part(mention.span.clone())?,
        part(mention.span.end..sentence.end)?
    );
    Some(whole.split_whitespace().collect::<Vec<_>>().join(" "))
}
