//! Rows of what is open in this window and of what the records keep, and the reader's words on both.

use std::{collections::BTreeMap, path::PathBuf};

use crate::{
    batch::{Answered, Silence},
    case::{
        Sha256,
        worklist::{Finding, Outcome, Row, RowKind, Word, uncertainty},
    },
    failure::Failure,
    prediction::{Ood, Prediction},
    privacy::Phi,
    session::{
        Answer, Content, Item, ItemId, Kind, Loading, Reading, State,
        deed::{dicom_value, identity_of},
        together::subject_of,
    },
    store::{self, Verdict},
};

/// A reader's word, or that there is none, on an answer of this window.
pub(super) type Given = BTreeMap<(Sha256, usize), Vec<(String, String, String, Option<Word>)>>;

impl State {
    /// One row for each row of the study list, with the item that it stands for.
    pub(super) fn open_rows(&self) -> Vec<(ItemId, Row)> {
        let rows = self.rows().into_iter();
        rows.map(|it| (it.id, self.open_row(it))).collect()
    }

    fn open_row(&self, item: &Item) -> Row {
        let subject = subject_of(item);
        let modality = match &item.content {
            Content::Scan(it) => it.scan.header.modality.as_str().to_owned(),
            Content::Note(_) | Content::Series(_) | Content::Sequence(_) => String::new(),
        };
        let mut row = Row {
            patient: named(&subject.name, &subject.patient_id),
            study_date: dicom_value(item, |it| &it.study_date),
            kind: match item.content.kind() {
                Kind::Scan => RowKind::Scan,
                Kind::Note => RowKind::Note,
                Kind::Series => RowKind::Series,
                Kind::Sequence => RowKind::Sequence,
            },
            modality,
            file: item.path.clone(),
            since_ms: Some(item.opened_ms),
            ..Row::default()
        };
        // Of a stack, the slice that most is found in.
        let files = self.files_of(item.id).into_iter();
        let items = files.filter_map(|it| self.item(it));
        let told = items.flat_map(|it| {
            let sha256 = identity_of(it).file_sha256;
            readings(it).into_iter().map(move |read| (sha256, read))
        });
        let rank = |it: &(Sha256, (usize, &Reading))| match &it.1.1.prediction {
            Loading::Ready(it) => strongest(it).map_or(0.0, |it| it.suspicion()),
            Loading::Failed(_) => -1.0,
            Loading::Empty | Loading::Waiting(_) => -2.0,
        };
        let most = told.max_by(|a, b| rank(a).total_cmp(&rank(b)));
        if let Some((sha256, (frame_idx, reading))) = most {
            row.frame_idx = frame_idx;
            match &reading.prediction {
                Loading::Ready(prediction) => {
                    take_answer(&mut row, prediction);
                    row.file_sha256 = Some(sha256);
                    row.word = word(reading, row.finding.as_ref());
                }
                Loading::Failed(failure) if reading.is_refused => {
                    row.outcome = Outcome::Refused(failure.cause.clone());
                }
                Loading::Failed(failure) => {
                    row.outcome =
                        Outcome::Failed(format!("{}: {}", failure.headline, failure.cause));
                }
                Loading::Empty | Loading::Waiting(_) => {}
            }
        }
        row
    }

    /// What the reader said in this window, by file and frame: model, version, class and word.
    pub(super) fn words_given(&self) -> Given {
        let mut words = Given::new();
        for item in &self.items {
            let beside = match &item.content {
                Content::Scan(it) => it.beside.iter().map(|it| (*it.0, it.1)).collect(),
                Content::Note(_) | Content::Series(_) | Content::Sequence(_) => Vec::new(),
            };
            for (frame_idx, reading) in readings(item).into_iter().chain(beside) {
                let Some(prediction) = reading.prediction.ready() else {
                    continue;
                };
                let of_file = words
                    .entry((prediction.about.file_sha256, frame_idx))
                    .or_default();
                of_file.extend(strongest(prediction).map(|it| {
                    let word = word(reading, Some(&it));
                    let model = &prediction.model;
                    (model.name.clone(), model.version.clone(), it.label, word)
                }));
            }
        }
        words
    }
}

/// What was asked about an item, by frame; of two models the one that is in front.
fn readings(item: &Item) -> Vec<(usize, &Reading)> {
    match &item.content {
        Content::Scan(it) => it.readings.iter().map(|it| (*it.0, it.1)).collect(),
        Content::Note(it) => vec![(0, &it.reading)],
        Content::Series(it) => vec![(0, &it.reading)],
        Content::Sequence(it) => vec![(0, &it.reading)],
    }
}

/// The word on the strongest finding, else on any class.
fn word(reading: &Reading, finding: Option<&Finding>) -> Option<Word> {
    let on_finding = finding.and_then(|it| reading.opinions.get(&it.label));
    let opinion = on_finding.or_else(|| reading.opinions.values().next());
    opinion.map(|it| match it.answer {
        Answer::Agree => Word::Agree,
        Answer::Disagree => Word::Disagree,
        Answer::Unsure => Word::Unsure,
    })
}

/// Gives a row the word that was said in this window to the very answer that it has.
pub(super) fn take_word(row: &mut Row, words: &Given) {
    let (Some(sha256), Some((name, version)), Some(finding)) =
        (row.file_sha256, &row.model, &row.finding)
    else {
        return;
    };
    let said = words.get(&(sha256, row.frame_idx));
    let said = said
        .into_iter()
        .flatten()
        .find(|it| it.0 == *name && it.1 == *version && it.2 == finding.label);
    if let Some(said) = said {
        row.word = said.3;
    }
}

/// A row of a file that the records keep, with the last answer to it and the last word on that.
pub fn row_of_kept(kept: store::Listed) -> Row {
    let store::Listed {
        item,
        answer,
        verdict,
    } = kept;
    let patient = &item.identity.patient;
    let mut row = Row {
        patient: named(&patient.name, &patient.number),
        study_date: item.study_date,
        kind: match item.kind {
            store::Kind::Scan => RowKind::Scan,
            store::Kind::Note => RowKind::Note,
            store::Kind::Series => RowKind::Series,
            store::Kind::Sequence => RowKind::Sequence,
        },
        // A path, to be shown and opened again.
        file: Phi::new(item.path.reveal().into()),
        since_ms: Some(item.opened_ms),
        ..Row::default()
    };
    let Some(answer) = answer else {
        return row;
    };
    row.file_sha256 = Some(answer.file_sha256);
    row.frame_idx = answer.frame_idx;
    match serde_json::from_value(answer.body) {
        Ok(prediction) => take_answer(&mut row, &prediction),
        Err(_other) => {
            // Of a version that wrote answers in another way: that there is one is told all the same.
            row.model = Some((answer.model, answer.model_version));
            row.outcome = Outcome::Unchecked;
        }
    }
    row.word = verdict.and_then(|it| match it {
        Verdict::Agree => Some(Word::Agree),
        Verdict::Disagree => Some(Word::Disagree),
        Verdict::Unsure => Some(Word::Unsure),
        Verdict::Withdrawn => None,
    });
    row
}

fn strongest(prediction: &Prediction) -> Option<Finding> {
    Finding::strongest(prediction.scores.iter().map(|it| Finding {
        label: it.label.clone(),
        probability: it.probability,
        threshold: it.operating_point.as_ref().map(|it| it.threshold),
    }))
}

/// The row of a case that a batch has scored.
pub(super) fn row_of_batch(file: &Phi<PathBuf>, answered: &Answered, now_ms: i64) -> Row {
    let Answered { about, prediction } = answered;
    let header = about.header.as_deref();
    let dicom = header.and_then(|it| it.dicom.as_ref());
    let mut row = Row {
        patient: named(&about.subject.name, &about.subject.patient_id),
        study_date: dicom.map(|it| it.study_date.clone()).unwrap_or_default(),
        kind: about.kind,
        modality: header.map_or_else(String::new, |it| it.modality.as_str().to_owned()),
        file: file.clone(),
        file_sha256: Some(prediction.about.file_sha256),
        frame_idx: prediction.about.frame_idx,
        since_ms: Some(now_ms),
        ..Row::default()
    };
    take_answer(&mut row, prediction);
    row
}

/// The row of a file that a batch has no answer for, in the words of its report.
pub(super) fn row_of_silence(file: &Phi<PathBuf>, silence: &Silence, now_ms: i64) -> Row {
    let Failure {
        headline, cause, ..
    } = &silence.failure;
    let reason = format!("{headline}: {cause}");
    Row {
        file: file.clone(),
        outcome: if silence.is_refused {
            Outcome::Refused(reason)
        } else {
            Outcome::Failed(reason)
        },
        since_ms: Some(now_ms),
        ..Row::default()
    }
}

fn take_answer(row: &mut Row, prediction: &Prediction) {
    let finding = strongest(prediction);
    let of_ensemble = prediction.uncertainty.as_ref().map(|it| it.total);
    row.uncertainty = finding
        .as_ref()
        .map(|it| uncertainty(it.probability, of_ensemble));
    row.finding = finding;
    let model = &prediction.model;
    row.model = Some((model.name.clone(), model.version.clone()));
    row.outcome = match prediction.ood {
        _ if !prediction.beyond_scope.is_empty() => {
            Outcome::BeyondScope(prediction.beyond_scope.join("; "))
        }
        Ood::Unknown => Outcome::Unchecked,
        Ood::Within { .. } => Outcome::InScope,
        Ood::Outside { .. } => Outcome::Outside,
    };
}

/// The name as people write it, else the number.
fn named(name: &Phi<String>, number: &Phi<String>) -> Phi<String> {
    // For the clinician's eyes.
    let (name, number) = (name.reveal().replace('^', " "), number.reveal());
    let name = name.trim();
    Phi::new(if name.is_empty() { number.trim() } else { name }.to_owned())
}
