//! What the modules of a page answer, each its own question, and where two of them agree or differ. In words only: no
//! model was trained on scans, notes and courses of the same patients, so nothing is blended into one number.

use super::{Item, Kind, Loading, Reading, State, WarningAt, item::primary_label, refusal};
use crate::{
    language::Status,
    prediction::{Call, Score},
    render::caption::percent,
};

/// One module of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// What it is for, in the words of its card.
    pub question: String,
    pub says: String,
}

/// Why there is no number for all of it.
pub const NO_FUSION: &str =
    "No fused probability is computed: no fusion model was trained on paired data.";

impl State {
    /// Every module that could speak of what stands on the page.
    pub fn modules(&self) -> Vec<Module> {
        let kinds = [Kind::Scan, Kind::Note, Kind::Series, Kind::Sequence];
        let of_kinds = kinds.into_iter().filter_map(|kind| {
            let item = self.on_page(kind)?;
            Some(self.module(kind, item))
        });
        of_kinds.chain(self.news2_module()).collect()
    }

    fn module(&self, kind: Kind, item: &Item) -> Module {
        let empty = Reading::default();
        let reading = item.reading().unwrap_or(&empty);
        let manifest = reading.model.as_ref().or_else(|| self.model_for(kind));
        let question = manifest.map_or_else(
            || format!("A model for {}", kind.plural()),
            |it| it.title.clone(),
        );
        let says = match (&reading.prediction, item.prediction()) {
            (_, Some(prediction)) => {
                let label = primary_label(prediction);
                let score = label.and_then(|it| prediction.scores.get(it.0));
                score.map_or_else(|| "no answer".to_owned(), score_words)
            }
            (Loading::Failed(_), _) if reading.is_refused => {
                "refused as outside its scope".to_owned()
            }
            (Loading::Failed(failure), _) => failure.headline.clone(),
            (Loading::Waiting(_), _) => "being asked".to_owned(),
            _ if manifest.is_none() => "not installed".to_owned(),
            _ => "not asked".to_owned(),
        };
        Module { question, says }
    }

    fn news2_module(&self) -> Option<Module> {
        let (_, series) = self.series()?;
        let says = match (refusal(self.age_years()), series.warning()) {
            (Some(why), _) => format!("not for this patient: {why}"),
            (None, Some(it)) => format!("{} at hour {}", it.words(), it.hour),
            (None, None) => "not known at the chosen hour".to_owned(),
        };
        Some(Module {
            question: "Early warning by the rules of NEWS2".to_owned(),
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
            .filter(|_| refusal(self.age_years()).is_none())?;
        let label = series.reading.label?;
        let point = series
            .prediction()?
            .scores
            .get(label.0)?
            .operating_point
            .as_ref()?;
        let is_above = point.threshold <= series.answer_then()?;
        let side = if is_above { "above" } else { "below" };
        let hour = warning.hour;
        Some(match (warning.is_urgent(), is_above) {
            (None, _) => format!(
                "At hour {hour} the network is {side} its operating point; NEWS2 is open, because parts are missing."
            ),
            (Some(it), above) if it == above => format!(
                "At hour {hour} the network is {side} its operating point and NEWS2 {} 5: they point the same way.",
                if it { "at least" } else { "below" }
            ),
            (Some(it), _) => format!(
                "At hour {hour} the network is {side} its operating point but NEWS2 {} 5: they differ, and answer different questions.",
                if it { "at least" } else { "below" }
            ),
        })
    }

    /// What the scan is scored for, and what the note says of a finding of that name.
    fn scan_and_note(&self) -> Option<String> {
        let (_, scan) = self.page_scan()?;
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
        let side = if is_above { "above" } else { "below" };
        let verdict = match (status, is_above) {
            (Status::Affirmed, true) | (Status::Negated, false) => "they agree",
            (Status::Affirmed, false) | (Status::Negated, true) => "they differ",
            _ => "the note does not settle it",
        };
        Some(format!(
            "The scan is {side} the operating point for {name}; the note speaks of {name} as {}: {verdict}.",
            status.name()
        ))
    }
}

impl WarningAt {
    /// `7 points`, or `5 to 9 points, parts missing`.
    pub fn words(&self) -> String {
        let (least, most) = (self.total.least, self.total.greatest);
        if least < most {
            format!("{least:.0} to {most:.0} points, parts missing")
        } else {
            format!("{least:.0} points")
        }
    }

    /// Whether the total reaches 5, from which the source asks for an urgent response; `None` while that is open.
    pub fn is_urgent(&self) -> Option<bool> {
        let (least, most) = (5.0 <= self.total.least, 5.0 <= self.total.greatest);
        (least == most).then_some(least)
    }
}

fn score_words(score: &Score) -> String {
    let share = percent(score.probability);
    match (&score.operating_point, score.call) {
        (Some(point), Call::Above) => format!(
            "{} {share}, above its operating point of {}",
            score.label,
            percent(point.threshold)
        ),
        (Some(point), _) => format!(
            "{} {share}, below its operating point of {}",
            score.label,
            percent(point.threshold)
        ),
        (None, _) => format!("{} {share}, without an operating point", score.label),
    }
}
