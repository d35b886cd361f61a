//! `Copier`: shows what would become of a scan or a note, and makes the copy that a person has decided on.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    Cover, Error, Look, Outputs, Report, Row,
    notes::{cleaned, findings},
};
use crate::{
    case::{Note, Scan},
    deid::dicom::{Change, Facts, Mask, Rect},
    deid::{
        Policy, Secret,
        text::{Cleaner, Found},
    },
    disk::{self, Sha256},
    import::{Cancel, Decoder, Request, Task},
    privacy::Phi,
};

/// Largest file.
const LIMIT_BYTES: u64 = 1 << 30;

/// What a copy is made of.
#[derive(Clone, Debug)]
pub enum Source {
    /// A DICOM file, and the scan that was read from it.
    Scan {
        path: Phi<PathBuf>,
        scan: Arc<Scan>,
    },
    Note(Arc<Note>),
}

/// How a copy is made.
#[derive(Clone)]
pub struct Wish {
    pub source: Source,
    pub policy: Policy,
    pub secret: Secret,
    /// Whether anybody keeps the secret beyond this sitting.
    pub is_secret_kept: bool,
}

/// What would become of it.
#[derive(Debug)]
pub enum Preview {
    Scan(Box<ScanPreview>),
    Note(NotePreview),
}

/// What would become of a scan.
#[derive(Debug)]
pub struct ScanPreview {
    pub facts: Facts,
    /// In order of the attributes.
    pub changes: Vec<Change>,
    /// What the kind of the picture has covered, whatever stands there.
    pub by_rule: Vec<Mask>,
    /// What was found in the picture, markers included; `None` where the networks are not installed.
    pub covers: Option<Vec<Cover>>,
}

/// What would become of a note.
#[derive(Debug)]
pub struct NotePreview {
    /// In order of the text.
    pub found: Vec<Found>,
}

/// What a person has decided.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// In every frame of a scan.
    pub covered: Vec<Rect>,
    /// In a note.
    pub replaced: Vec<Found>,
}

/// The decoder, what finds text in pictures, and what cleans notes.
pub struct Copier {
    decoder: Arc<Decoder>,
    /// Of the networks that find text.
    networks: PathBuf,
    look: Option<Option<Look>>,
    cleaner: Option<Cleaner>,
}

impl Copier {
    /// The networks are loaded from the folder `networks`, if there is one, when they are needed first.
    pub const fn new(decoder: Arc<Decoder>, networks: PathBuf) -> Self {
        Self {
            decoder,
            networks,
            look: None,
            cleaner: None,
        }
    }

    /// What would become of a source. Text is looked for in a picture if `is_searched`; `progress` is told how many frames
    /// have been.
    ///
    /// # Errors
    /// As [`Error`] says; [`Error::Cancelled`] if `cancel` says so.
    pub fn preview(
        &mut self,
        (wish, is_searched): (&Wish, bool),
        cancel: &Cancel,
        mut progress: impl FnMut(usize),
    ) -> Result<Preview, Error> {
        let Wish {
            source,
            policy,
            secret,
            ..
        } = wish;
        let (path, scan) = match source {
            Source::Note(note) => {
                let found = findings(self.cleaner(), note, policy, secret);
                return Ok(Preview::Note(NotePreview { found }));
            }
            Source::Scan { path, scan } => (path, scan),
        };
        // What the file says comes first: a refusal needs no search of the picture.
        let bytes = self.read(path.reveal(), scan)?;
        let request = Request {
            task: Task::Deidentify,
            policy: policy.clone(),
            secret: secret.clone(),
            masks: Vec::new(),
            is_explained: true,
        };
        let done = self.decoder.deidentify(&bytes, &request, cancel)?;
        let is_searched = is_searched && policy.clean_pixel_data;
        let covers = match is_searched.then(|| self.look()).transpose()?.flatten() {
            Some(look) => Some(look.covers(scan, |n_frames| {
                progress(n_frames);
                !cancel.is_cancelled()
            })?),
            None => None,
        };
        Ok(Preview::Scan(Box::new(ScanPreview {
            facts: done.facts,
            changes: done.changes,
            by_rule: done.masks,
            covers,
        })))
    }

    /// Writes a copy to the folder of results, with a report. Returns the path of the copy.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub fn write(
        &mut self,
        wish: &Wish,
        decision: &Decision,
        folder: &Path,
        cancel: &Cancel,
    ) -> Result<PathBuf, Error> {
        let mut report = Report::new(&wish.policy, wish.is_secret_kept);
        let outputs;
        let path = match &wish.source {
            Source::Note(note) => {
                let note = cleaned(self.cleaner(), note, &decision.replaced, &wish.secret);
                outputs = Outputs::open(folder, false)?;
                outputs.write_note(&note.uid, note.text.reveal(), true)?;
                report.rows.push(Row::by_word(1, &note.uid, 0, None));
                outputs.done_note(&note.uid)?
            }
            Source::Scan { path, scan } => {
                let bytes = self.read(path.reveal(), scan)?;
                let masks = decision.covered.iter().map(|rect| Mask {
                    frame_idx: None,
                    rect: *rect,
                });
                let request = Request {
                    task: Task::DeidentifySeen,
                    policy: wish.policy.clone(),
                    secret: wish.secret.clone(),
                    masks: masks.collect(),
                    is_explained: false,
                };
                let done = self.decoder.deidentify(&bytes, &request, cancel)?;
                outputs = Outputs::open(folder, false)?;
                outputs.write(&done, None)?;
                let facts = &done.facts;
                let uid = &facts.instance_uid;
                report
                    .rows
                    .push(Row::by_word(1, uid, facts.n_masks, facts.face));
                outputs.done(uid)?
            }
        };
        outputs.report("report", &report)?;
        Ok(path)
    }

    /// The file that the scan was read from.
    fn read(&self, path: &Path, scan: &Scan) -> Result<Vec<u8>, Error> {
        let bytes = disk::read(path, LIMIT_BYTES)?;
        if Sha256::of(&bytes) != scan.header.file_sha256 {
            return Err(Error::FileChanged);
        }
        Ok(bytes)
    }

    fn look(&mut self) -> Result<Option<&Look>, Error> {
        if self.look.is_none() {
            self.look = Some(Look::load(&self.networks)?);
        }
        Ok(self.look.as_ref().and_then(Option::as_ref))
    }

    fn cleaner(&mut self) -> &Cleaner {
        self.cleaner.get_or_insert_with(Cleaner::built_in)
    }
}
