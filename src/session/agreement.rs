//! What the modules of a page answer, each its own question, and where two of them agree or differ. In words only: no
//! model was trained on scans, notes and courses of the same patients, so nothing is blended into one number.

use super::{
    Item, Kind, Loading, Reading, State, WarningAt, item::primary_label, refusal, status_name,
};
use crate::{
    language::Status,
    prediction::{Call, Score},
    render::caption::percent,
    words::{Part, Words},
};

/// One module of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// What it is for, in the words of its card.
    pub question: String,
    pub says: String,
}

impl State {
    /// Every module that could speak of what stands on the page; the scan's is about a slice, and silent beside planes.
    pub fn modules(&self) -> Vec<Module> {
        let kinds = [Kind::Scan, Kind::Note, Kind::Series, Kind::Sequence];
        let is_told = |it: &Kind| *it != Kind::Scan || self.planes.is_none();
        let of_kinds = kinds.into_iter().filter(is_told).filter_map(|kind| {
            let item = self.on_page(kind)?;
            Some(self.module(kind, item))
        });
        of_kinds.chain(self.news2_module()).collect()
    }

    fn module(&self, kind: Kind, item: &Item) -> Module {
        let words = &self.words;
        let empty = Reading::default();
        let reading = item.reading().unwrap_or(&empty);
        let manifest = reading.model.as_ref().or_else(|| self.model_for(kind));
        let question = manifest.map_or_else(
            || match kind {
                Kind::Scan => words.say("module-scan"),
                Kind::Note => words.say("module-note"),
                Kind::Series => words.say("module-series"),
                Kind::Sequence => words.say("module-sequence"),
            },
            |it| it.title.clone(),
        );
        let says = match (&reading.prediction, item.prediction()) {
            (_, Some(prediction)) => {
                let label = primary_label(prediction);
                let score = label.and_then(|it| prediction.scores.get(it.0));
                score.map_or_else(
                    || words.say("module-no-answer"),
                    |it| score_words(words, it),
                )
            }
            (Loading::Failed(_), _) if reading.is_refused => words.say("module-refused"),
            (Loading::Failed(failure), _) => failure.headline.clone(),
            (Loading::Waiting(_), _) => words.say("module-asked"),
            _ if manifest.is_none() => words.say("module-not-installed"),
            _ => words.say("module-not-asked"),
        };
        Module { question, says }
    }

    fn news2_module(&self) -> Option<Module> {
        let (_, series) = self.series()?;
        let words = &self.words;
        let says = match (refusal(words, self.age_years()), series.warning()) {
            (Some(why), _) => why,
            (None, Some(it)) => it.at_its_hour(words),
            (None, None) => words.say("module-news2-unknown"),
        };
        Some(Module {
            question: words.say("module-news2"),
            says,
        })
    }

    /// Where two modules speak of the same, whether they agree.
    pub fn agreements(&self) -> Vec<String> {
        [self.network_and_rules(), self.scan_and_note()]
            .into_iter()
            .flatten()
            .collect()
    }

    /// The network for series beside NEWS2, where neither is open.
    fn network_and_rules(&self) -> Option<String> {
        let (_, series) = self.series()?;
        let warning = series
            .warning()
            .filter(|_| refusal(&self.words, self.age_years()).is_none())?;
        let label = series.reading.label?;
        let point = series
            .prediction()?
            .scores
            .get(label.0)?
            .operating_point
            .as_ref()?;
        let is_above = point.threshold <= series.answer_then()?;
        let words = &self.words;
        let hour = warning.hour.to_string();
        let hour = [("hour", Part::from(&hour))];
        Some(match (warning.is_urgent(), is_above) {
            (None, true) => words.say_with("rules-open-above", &hour),
            (None, false) => words.say_with("rules-open-below", &hour),
            (Some(true), true) => words.say_with("rules-both-above", &hour),
            (Some(false), false) => words.say_with("rules-both-below", &hour),
            (Some(true), false) => words.say_with("rules-urgent-alone", &hour),
            (Some(false), true) => words.say_with("rules-network-alone", &hour),
        })
    }

    /// What the scan is scored for, and what the note says of a finding of that name.
    fn scan_and_note(&self) -> Option<String> {
        let (_, scan) = self.page_scan().filter(|_| self.planes.is_none())?;
        let prediction = scan.prediction()?;
        let score = prediction.scores.get(primary_label(prediction)?.0)?;
        let (_, note) = self.note()?;
        let parts = note.parts.ready()?;
        let name = score.label.to_lowercase();
        let spoken = parts
            .mentions
            .iter()
            .filter(|it| it.term.to_lowercase() == name);
        // The strongest that is said of it.
        let status = spoken.map(|it| it.status).max()?;
        let is_above = matches!(score.call, Call::Above | Call::Chosen);
        let words = &self.words;
        let verdict = match (status, is_above) {
            (Status::Affirmed, true) | (Status::Negated, false) => words.say("note-agrees"),
            (Status::Affirmed, false) | (Status::Negated, true) => words.say("note-differs"),
            _ => words.say("note-open"),
        };
        let status = status_name(words, status);
        let parts = [
            ("label", Part::from(&name)),
            ("status", Part::from(&status)),
            ("verdict", Part::from(&verdict)),
        ];
        Some(if is_above {
            words.say_with("note-scan-above", &parts)
        } else {
            words.say_with("note-scan-below", &parts)
        })
    }
}

impl WarningAt {
    /// `7 points`, or `5 to 9 points, parts missing`.
    fn points(&self, words: &Words) -> String {
        let (least, most) = (self.total.least as u64, self.total.greatest as u64);
        let parts = [("least", Part::Number(least)), ("most", Part::Number(most))];
        if least < most {
            words.say_with("news2-points-open", &parts)
        } else {
            words.say_with("news2-points", &parts)
        }
    }

    /// The same, with its hour.
    pub fn at_its_hour(&self, words: &Words) -> String {
        let (points, hour) = (self.points(words), self.hour.to_string());
        let parts = [("points", Part::from(&points)), ("hour", Part::from(&hour))];
        words.say_with("news2-at-hour", &parts)
    }

    /// Whether the total reaches 5, from which the source asks for an urgent response; `None` while that is open.
    pub fn is_urgent(&self) -> Option<bool> {
        let (least, most) = (5.0 <= self.total.least, 5.0 <= self.total.greatest);
        (least == most).then_some(least)
    }
}

fn score_words(words: &Words, score: &Score) -> String {
    let share = percent(score.probability);
    let point = score.operating_point.as_ref();
    let point = point.map(|it| percent(it.threshold)).unwrap_or_default();
    let parts = [
        ("label", Part::from(&score.label)),
        ("share", Part::from(&share)),
        ("point", Part::from(&point)),
    ];
    match (&score.operating_point, score.call) {
        (Some(_), Call::Above) => words.say_with("module-above", &parts),
        (Some(_), _) => words.say_with("module-below", &parts),
        (None, _) => words.say_with("module-no-point", &parts),
    }
}
