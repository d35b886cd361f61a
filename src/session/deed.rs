//! What the records are told of: a file that was opened, an answer, a reader's word, and what else the log must know.

use std::path::PathBuf;

use serde_json::Value;

use super::{Content, Effect, Item, ItemId, MarkId, Request, State, together};
use crate::{
    batch::Answered,
    case::{Sha256, Subject, scan::DicomHeader, worklist::RowKind},
    prediction::{ModelRef, Prediction},
    privacy::Phi,
    render::{picture::encode, thumbnail},
    store::{self, Action, Identity, Outcome, Patient, Verdict},
};

/// Something that the records must keep. It names files by their number in this window; the thread that writes knows under
/// which reference they are kept.
#[derive(Clone, Debug)]
pub enum Deed {
    Opened {
        item: ItemId,
        file: Box<OpenedFile>,
    },
    Scored {
        item: ItemId,
        answer: Box<store::Answer>,
        /// Why the model had refused before; empty for an ordinary answer.
        beyond_scope: Vec<String>,
    },
    /// A reader's word on the answer to a frame.
    Read {
        item: ItemId,
        frame_idx: usize,
        /// Whose answer it is about.
        model: Box<ModelRef>,
        label: String,
        verdict: Verdict,
        /// Empty where none was given.
        reason: Phi<String>,
    },
    /// What was drawn on a frame; `None` once it is removed. Another shape of the same mark takes the place of the last.
    Marked {
        item: ItemId,
        identity: Box<Identity>,
        frame_idx: usize,
        mark: MarkId,
        shape: Option<Value>,
    },
    /// For the log alone.
    Noted {
        action: Action,
        outcome: Outcome,
        item: Option<ItemId>,
        detail: Value,
    },
    /// A setting that may name a patient.
    Set {
        name: &'static str,
        value: Value,
    },
}

/// What is told of a file.
#[derive(Clone, Debug)]
pub struct OpenedFile {
    pub kind: store::Kind,
    pub identity: Identity,
    pub path: Phi<String>,
    /// (0008,0020), (0008,0050) and (0008,1030); empty where the file has none.
    pub study_date: Phi<String>,
    pub accession: Phi<String>,
    pub description: Phi<String>,
    /// The first frame of a scan, small.
    pub thumbnail_png: Option<Phi<Vec<u8>>>,
}

/// Longer side of a thumbnail in pixels.
const THUMBNAIL: usize = 96;
/// Names of the settings that the records keep.
pub const RECENT: &str = "recent";
pub const REPORTS: &str = "reports";
pub const SITTING: &str = "sitting";

impl Deed {
    /// The file that it is about.
    const fn item(&self) -> Option<ItemId> {
        match self {
            Self::Opened { item, .. }
            | Self::Scored { item, .. }
            | Self::Read { item, .. }
            | Self::Marked { item, .. } => Some(*item),
            Self::Noted { item, .. } => *item,
            Self::Set { .. } => None,
        }
    }

    /// A deed that went well and is about no file.
    pub(super) const fn noted(action: Action, detail: Value) -> Self {
        Self::Noted {
            action,
            outcome: Outcome::Success,
            item: None,
            detail,
        }
    }
}

impl State {
    /// Tells the records, where somebody keeps any.
    pub(super) fn tell_records(&self, deed: Deed) -> Option<Effect> {
        let is_kept = self.door.user.is_some() && self.door.is_open();
        is_kept.then_some(Effect::Records(Request::Write(deed)))
    }

    /// Has each deed about a file that the records do not know yet follow the word that it was opened.
    pub(super) fn tell_first(&mut self, effects: Vec<Effect>) -> Vec<Effect> {
        let mut told = Vec::with_capacity(effects.len());
        for effect in effects {
            if let Effect::Records(Request::Write(deed)) = &effect
                && let Some(id) = deed.item()
            {
                let is_opening = matches!(deed, Deed::Opened { .. });
                let is_told = self.item(id).is_none_or(|it| it.is_told);
                if !is_told && !is_opening {
                    told.extend(self.tell_opened(id));
                }
                if let Some(item) = self.item_mut(id) {
                    item.is_told = true;
                }
            }
            told.push(effect);
        }
        told
    }

    /// Tells the records that a file was opened.
    pub(super) fn tell_opened(&self, id: ItemId) -> Option<Effect> {
        let item = self.item(id)?;
        let path = &item.path;
        // Into the encrypted records.
        let path = Phi::new(path.reveal().to_string_lossy().into_owned());
        let of = |part| dicom_value(item, part);
        let description = match &item.content {
            // Into the encrypted records.
            Content::Note(it) => Phi::new(it.note.title.reveal().clone().unwrap_or_default()),
            _ => of(|it| &it.description),
        };
        let thumbnail_png = match &item.content {
            // A picture that cannot be encoded is kept without one.
            Content::Scan(it) => {
                let aspect = it.scan.header.aspect();
                let small = thumbnail(it.pyramid(), &it.view.plain_curve(), aspect, THUMBNAIL);
                encode(&small).ok().map(Phi::new)
            }
            Content::Note(_) | Content::Series(_) | Content::Sequence(_) => None,
        };
        let file = OpenedFile {
            kind: match &item.content {
                Content::Scan(_) => store::Kind::Scan,
                Content::Note(_) => store::Kind::Note,
                Content::Series(_) => store::Kind::Series,
                Content::Sequence(_) => store::Kind::Sequence,
            },
            identity: identity_of(item),
            path,
            study_date: of(|it| &it.study_date),
            accession: of(|it| &it.accession),
            description,
            thumbnail_png,
        };
        self.tell_records(Deed::Opened {
            item: id,
            file: Box::new(file),
        })
    }

    /// Tells the records of an answer, as it is shown.
    pub(super) fn tell_scored(&self, id: ItemId, shown: &Prediction) -> Option<Effect> {
        let content_sha256 = match &self.item(id)?.content {
            Content::Scan(it) => it.scan.header.pixel_sha256,
            Content::Note(_) | Content::Series(_) | Content::Sequence(_) => shown.about.file_sha256,
        };
        self.tell_records(scored(id, content_sha256, shown))
    }

    /// Tells the records of a case that a batch has scored, as if it had been opened and scored in the window.
    pub(super) fn tell_batched(&mut self, path: &Phi<PathBuf>, answered: &Answered) -> Vec<Effect> {
        if self.door.user.is_none() {
            return Vec::new();
        }
        let Answered { about, prediction } = answered;
        let id = ItemId(self.number());
        let dicom = about.header.as_ref().and_then(|it| it.dicom.as_ref());
        let of =
            |part: fn(&DicomHeader) -> &Phi<String>| dicom.map(part).cloned().unwrap_or_default();
        let file = OpenedFile {
            kind: match about.kind {
                RowKind::Scan => store::Kind::Scan,
                RowKind::Note => store::Kind::Note,
                RowKind::Series => store::Kind::Series,
                RowKind::Sequence => store::Kind::Sequence,
            },
            identity: Identity {
                patient: patient(&about.subject),
                study_uid: of(|it| &it.study_uid),
                series_uid: of(|it| &it.series_uid),
                instance_uid: of(|it| &it.instance_uid),
                file_sha256: prediction.about.file_sha256,
                content_sha256: about.content_sha256,
            },
            // Into the encrypted records.
            path: Phi::new(path.reveal().to_string_lossy().into_owned()),
            study_date: of(|it| &it.study_date),
            accession: of(|it| &it.accession),
            description: match about.kind {
                RowKind::Note => about.title.clone(),
                _ => of(|it| &it.description),
            },
            // The pixels are gone.
            thumbnail_png: None,
        };
        let opened = Deed::Opened {
            item: id,
            file: Box::new(file),
        };
        let scored = scored(id, about.content_sha256, prediction);
        let told = [opened, scored].map(|it| self.tell_records(it));
        told.into_iter().flatten().collect()
    }

    /// Lists of paths live in the records while there are any.
    pub(super) fn tell_paths(&self, name: &'static str) -> Option<Effect> {
        let paths = if name == RECENT {
            &self.settings.recent
        } else {
            &self.settings.reports
        };
        self.tell_records(Deed::Set {
            name,
            value: serde_json::to_value(paths).unwrap_or_default(), // paths of text have a JSON form
        })
    }
}

fn scored(item: ItemId, content_sha256: Sha256, shown: &Prediction) -> Deed {
    let answer = store::Answer {
        frame_idx: shown.about.frame_idx,
        file_sha256: shown.about.file_sha256,
        content_sha256,
        model: shown.model.name.clone(),
        model_version: shown.model.version.clone(),
        weights_sha256: shown.model.weights_sha256,
        prep_sha256: shown.model.prep_sha256,
        app_version: shown.app_version.clone(),
        // Plain fields always have a JSON form.
        body: serde_json::to_value(shown).unwrap_or_default(),
    };
    Deed::Scored {
        item,
        answer: Box::new(answer),
        beyond_scope: shown.beyond_scope.clone(),
    }
}

/// What an item is, for whatever is kept about it.
pub(super) fn identity_of(item: &Item) -> Identity {
    let (file_sha256, content_sha256) = match &item.content {
        Content::Scan(it) => (it.scan.header.file_sha256, it.scan.header.pixel_sha256),
        Content::Note(it) => (it.note.file_sha256, it.note.file_sha256),
        Content::Series(it) => (it.series.file_sha256, it.series.file_sha256),
        Content::Sequence(it) => (it.sequence.file_sha256, it.sequence.file_sha256),
    };
    Identity {
        patient: patient(&together::subject_of(item)),
        study_uid: dicom_value(item, |it| &it.study_uid),
        series_uid: dicom_value(item, |it| &it.series_uid),
        instance_uid: dicom_value(item, |it| &it.instance_uid),
        file_sha256,
        content_sha256,
    }
}

/// A value of the DICOM header; empty where there is none.
pub(super) fn dicom_value(item: &Item, part: fn(&DicomHeader) -> &Phi<String>) -> Phi<String> {
    let dicom = match &item.content {
        Content::Scan(scan) => scan.scan.header.dicom.as_ref(),
        Content::Note(_) | Content::Series(_) | Content::Sequence(_) => None,
    };
    dicom.map(part).cloned().unwrap_or_default()
}

/// The patient as a file tells it.
fn patient(subject: &Subject) -> Patient {
    Patient {
        number: subject.patient_id.clone(),
        issuer: subject.issuer.clone(),
        name: subject.name.clone(),
        birth_date: subject.birth_date.clone(),
        sex: Phi::new(subject.sex.clone().unwrap_or_default()),
    }
}
