//! The page of de-identified copies: what would become of what is in the middle, a person's corrections, and the copy.

use std::{ops::Range, path::PathBuf};

use serde_json::json;

use super::{Content, Deed, Effect, Item, ItemId, Loading, Page, Purpose, ScanItem, State, Tone};
use crate::{
    deid::dicom::{Change, Facts, Mask, Rect, Refused},
    deid::{Faces, Policy, Secret, text::Found},
    engine::{self, Job, JobId},
    failure::Failure,
    import::{self, Refusal},
    language::IdentifierKind,
    privacy::Phi,
    share::{self, Cover, Decision, Preview, Source, Wish},
    store::{Action, Outcome},
};

/// The covers of a picture that was searched already, and whether the networks did it.
pub(crate) type Searched = (Vec<CoverChoice>, bool);

/// Name of the setting in which the records keep the secret of the pseudonyms.
pub const PSEUDONYMS: &str = "pseudonyms";

/// The page, as corrected so far.
#[derive(Debug, Default)]
pub struct DeidentifyPage {
    /// What the page is about; the page follows what is in the middle.
    pub item: Option<ItemId>,
    pub policy: Policy,
    /// Why a picture of a face may be shared, as typed.
    pub face_reason: String,
    pub draft: Loading<Draft>,
    /// A face may be rebuilt from the picture, and nobody has accepted that.
    pub is_face_refused: bool,
    /// A person has looked at all of it, as it is now.
    pub is_looked_at: bool,
    /// Where the copy goes, as typed.
    pub folder: String,
    pub writing: Option<JobId>,
    pub written: Option<Phi<PathBuf>>,
    pub failure: Option<Failure>,
    /// Of the pseudonyms: from the records, or of this sitting.
    pub(super) secret: Option<Secret>,
}

/// What would become of it, with the corrections.
#[derive(Debug, PartialEq)]
pub enum Draft {
    Scan(Box<ScanDraft>),
    Note(NoteDraft),
}

/// A scan with what covers it.
#[derive(Debug, PartialEq)]
pub struct ScanDraft {
    pub facts: Facts,
    pub changes: Vec<Change>,
    /// Covered whatever anybody says.
    pub by_rule: Vec<Mask>,
    pub covers: Vec<CoverChoice>,
    /// Whether the networks that find text are installed and asked for.
    pub is_searched: bool,
}

/// A rectangle that is covered if it is ticked.
#[derive(Clone, Debug, PartialEq)]
pub struct CoverChoice {
    pub cover: Cover,
    pub is_on: bool,
    /// A person drew it.
    pub is_drawn: bool,
}

/// A note with what is replaced in it.
#[derive(Debug, PartialEq)]
pub struct NoteDraft {
    /// In order of the text.
    pub found: Vec<FoundChoice>,
}

/// A place in a note that is replaced if it is ticked.
#[derive(Debug, PartialEq)]
pub struct FoundChoice {
    pub found: Found,
    pub is_on: bool,
}

/// What can be asked on the page.
#[derive(Clone, Debug, PartialEq)]
pub enum DeidentifyCommand {
    SetPolicy(Policy),
    SetFaceReason(String),
    /// Take the risk of a face for the reason that was typed.
    AcceptFace,
    /// Tick or untick the cover of this number.
    TickCover(usize),
    /// Cover these pixels as well.
    Draw(Rect),
    /// Tick or untick the place of this number.
    TickFound(usize),
    /// Replace these bytes of the note as well.
    Mark(Range<usize>),
    SetLooked(bool),
    /// Ends the search.
    Stop,
    Again,
    Write,
}

impl DeidentifyPage {
    /// Whether everything is there that a copy needs.
    pub fn is_ready(&self) -> bool {
        self.is_looked_at
            && self.draft.ready().is_some()
            && self.writing.is_none()
            && self.folder().is_some()
    }

    fn folder(&self) -> Option<PathBuf> {
        let folder = PathBuf::from(self.folder.trim().trim_matches('"'));
        folder.is_absolute().then_some(folder)
    }

    /// What was decided.
    fn decision(&self) -> Option<Decision> {
        let mut decision = Decision::default();
        match self.draft.ready()? {
            Draft::Scan(it) => {
                let covers = it.covers.iter().filter(|it| it.is_on);
                decision.covered = covers.map(|it| it.cover.rect).collect();
            }
            Draft::Note(it) => {
                let found = it.found.iter().filter(|it| it.is_on);
                decision.replaced = found.map(|it| it.found.clone()).collect();
            }
        }
        Some(decision)
    }
}

impl ScanDraft {
    /// The covers of an earlier draft of the same picture: they do not change with the policy.
    fn with_covers_of(mut self, earlier: Option<Searched>) -> Self {
        if let Some((covers, is_searched)) = earlier {
            (self.covers, self.is_searched) = (covers, is_searched);
        }
        self
    }
}

impl State {
    /// Turns to the page of what is in the middle.
    pub(super) fn open_deidentify(&mut self) -> Vec<Effect> {
        self.turn_to(Page::Deidentify);
        self.follow_center()
    }

    /// The page is about what is in the middle, whatever that becomes.
    pub(super) fn follow_center(&mut self) -> Vec<Effect> {
        if self.page != Page::Deidentify || self.deidentify.item == self.center {
            return Vec::new();
        }
        let page = &mut self.deidentify;
        let running = [page.draft.waiting(), page.writing];
        *page = DeidentifyPage {
            item: self.center,
            policy: Policy {
                // A reason holds for one picture.
                faces: Faces::Refuse,
                ..page.policy.clone()
            },
            folder: std::mem::take(&mut page.folder),
            secret: page.secret.take(),
            ..DeidentifyPage::default()
        };
        let stopped = running.into_iter().flatten().map(Effect::Cancel);
        let mut effects: Vec<Effect> = stopped.collect();
        effects.extend(self.preview(true));
        effects
    }

    pub(super) fn apply_on_deidentify(&mut self, command: DeidentifyCommand) -> Vec<Effect> {
        // Only while it is looked at does the page go along with what is in the middle.
        if self.page != Page::Deidentify {
            return Vec::new();
        }
        let page = &mut self.deidentify;
        // Whoever changes it has not looked at what it has become.
        if !matches!(
            command,
            DeidentifyCommand::SetLooked(_) | DeidentifyCommand::Write
        ) {
            page.is_looked_at = false;
            page.written = None;
        }
        match command {
            DeidentifyCommand::SetPolicy(policy) => {
                let is_search_changed = policy.clean_pixel_data != page.policy.clean_pixel_data;
                page.policy = policy;
                return self.preview(is_search_changed);
            }
            DeidentifyCommand::SetFaceReason(reason) => page.face_reason = reason,
            DeidentifyCommand::AcceptFace => {
                let reason = page.face_reason.trim().to_owned();
                if !reason.is_empty() {
                    page.policy.faces = Faces::Accept { reason };
                    return self.preview(true);
                }
            }
            DeidentifyCommand::TickCover(idx) => self.edit_covers(|it| {
                if let Some(it) = it.get_mut(idx) {
                    it.is_on = !it.is_on;
                }
            }),
            DeidentifyCommand::Draw(rect) => self.edit_covers(|it| {
                it.push(CoverChoice {
                    cover: Cover {
                        rect,
                        text: Phi::default(),
                        is_marker: false,
                    },
                    is_on: true,
                    is_drawn: true,
                });
            }),
            DeidentifyCommand::TickFound(idx) => {
                if let Loading::Ready(Draft::Note(it)) = &mut page.draft
                    && let Some(it) = it.found.get_mut(idx)
                {
                    it.is_on = !it.is_on;
                }
            }
            DeidentifyCommand::Mark(span) => self.mark(span),
            DeidentifyCommand::SetLooked(is_looked_at) => page.is_looked_at = is_looked_at,
            DeidentifyCommand::Stop => {
                let running = [page.draft.waiting(), page.writing];
                return running.into_iter().flatten().map(Effect::Cancel).collect();
            }
            DeidentifyCommand::Again => return self.preview(true),
            DeidentifyCommand::Write => return self.write_copy(),
        }
        Vec::new()
    }

    fn edit_covers(&mut self, edit: impl FnOnce(&mut Vec<CoverChoice>)) {
        if let Loading::Ready(Draft::Scan(it)) = &mut self.deidentify.draft {
            edit(&mut it.covers);
        }
    }

    /// Replaces a word that no rule found, or ticks the place that it lies in.
    fn mark(&mut self, span: Range<usize>) {
        let note = match self.deidentified_item().map(|it| &it.content) {
            Some(Content::Note(it)) => it.note.clone(),
            _ => return,
        };
        let Loading::Ready(Draft::Note(draft)) = &mut self.deidentify.draft else {
            return;
        };
        // Taken for a name: the label says no more than that somebody marked it.
        let found = Found::marked(note.text.reveal(), span, IdentifierKind::Name);
        let is_after = |it: &FoundChoice| found.span.start < it.found.span.start;
        let at = draft.found.iter().position(is_after);
        draft.found.insert(
            at.unwrap_or(draft.found.len()),
            FoundChoice { found, is_on: true },
        );
    }

    fn deidentified_item(&self) -> Option<&Item> {
        self.item(self.deidentify.item?)
    }

    fn wish(&self, secret: Secret) -> Option<Wish> {
        let item = self.deidentified_item()?;
        let source = match &item.content {
            Content::Scan(it) if is_dicom(it) => Source::Scan {
                path: item.path.clone(),
                scan: it.scan.clone(),
            },
            Content::Note(it) => Source::Note(it.note.clone()),
            Content::Scan(_) | Content::Series(_) | Content::Sequence(_) => return None,
        };
        Some(Wish {
            source,
            policy: self.deidentify.policy.clone(),
            secret,
            is_secret_kept: self.door.user.is_some(),
        })
    }

    /// Asks what would become of it; the picture is searched anew if `is_searched`.
    fn preview(&mut self, is_searched: bool) -> Vec<Effect> {
        let mut effects: Vec<Effect> = self.keep_pseudonyms().into_iter().collect();
        let page = &mut self.deidentify;
        page.is_face_refused = false;
        page.failure = None;
        let Some(secret) = page.secret.clone() else {
            return effects;
        };
        effects.extend(page.draft.waiting().map(Effect::Cancel));
        let covers = match std::mem::take(&mut page.draft) {
            Loading::Ready(Draft::Scan(it)) if !is_searched => Some((it.covers, it.is_searched)),
            _ => None,
        };
        let Some(wish) = self.wish(secret) else {
            return effects;
        };
        let purpose = Purpose::Preview(covers.clone());
        let job = Job::Preview {
            wish: Box::new(wish),
            is_searched: covers.is_none(),
        };
        let (id, effect) = self.ask_for(purpose, job);
        self.deidentify.draft = Loading::Waiting(id);
        effects.push(effect);
        effects
    }

    /// Draws a secret where there is none yet; what keeps it in the records.
    fn keep_pseudonyms(&mut self) -> Option<Effect> {
        if self.deidentify.secret.is_some() {
            return None;
        }
        match Secret::random() {
            Ok(secret) => {
                let value = secret.to_hex().into();
                self.deidentify.secret = Some(secret);
                self.tell_records(Deed::Set {
                    name: PSEUDONYMS,
                    value,
                })
            }
            Err(error) => {
                self.deidentify.failure = Some(Failure::new(
                    self.words.say("copy-no-secret"),
                    self.words.say("copy-no-secret-remedy"),
                    &error,
                ));
                None
            }
        }
    }

    pub(super) fn previewed(&mut self, id: JobId, covers: Option<Searched>, preview: Preview) {
        if self.deidentify.draft.waiting() != Some(id) {
            return;
        }
        self.deidentify.draft = Loading::Ready(match preview {
            Preview::Note(it) => Draft::Note(NoteDraft {
                found: it
                    .found
                    .into_iter()
                    .map(|found| FoundChoice { found, is_on: true })
                    .collect(),
            }),
            Preview::Scan(it) => {
                let found = it.covers.as_deref().unwrap_or_default().iter();
                let found = found.map(|cover| CoverChoice {
                    is_on: !cover.is_marker,
                    cover: cover.clone(),
                    is_drawn: false,
                });
                let draft = ScanDraft {
                    facts: it.facts,
                    changes: it.changes,
                    by_rule: it.by_rule,
                    covers: found.collect(),
                    is_searched: it.covers.is_some(),
                };
                Draft::Scan(Box::new(draft.with_covers_of(covers)))
            }
        });
    }

    pub(super) fn preview_ended(&mut self, id: JobId, error: Option<(&engine::Error, Failure)>) {
        let page = &mut self.deidentify;
        if page.draft.waiting() != Some(id) {
            return;
        }
        page.is_face_refused = error.as_ref().is_some_and(|it| is_face(it.0));
        page.draft = error.map_or(Loading::Empty, |it| Loading::Failed(it.1));
    }

    fn write_copy(&mut self) -> Vec<Effect> {
        let page = &self.deidentify;
        let ready = page.is_ready().then_some(());
        let made =
            ready.and_then(|()| Some((page.decision()?, page.folder()?, page.secret.clone()?)));
        let Some((decision, folder, secret)) = made else {
            return Vec::new();
        };
        let Some(wish) = self.wish(secret) else {
            return Vec::new();
        };
        let job = Job::WriteCopy {
            wish: Box::new(wish),
            decision,
            folder: Phi::new(folder),
        };
        let (id, effect) = self.ask_for(Purpose::WriteCopy, job);
        self.deidentify.writing = Some(id);
        self.deidentify.failure = None;
        vec![effect]
    }

    pub(super) fn copy_written(&mut self, id: JobId, path: Phi<PathBuf>) -> Option<Effect> {
        let page = &mut self.deidentify;
        if page.writing != Some(id) {
            return None;
        }
        let detail = match page.draft.ready()? {
            Draft::Scan(it) => {
                let n_covered = it.covers.iter().filter(|it| it.is_on).count();
                json!({ "kind": "scan", "covered": n_covered + it.by_rule.len(), "face": it.facts.face.is_some() })
            }
            Draft::Note(it) => {
                let n_replaced = it.found.iter().filter(|it| it.is_on).count();
                json!({ "kind": "note", "replaced": n_replaced })
            }
        };
        page.written = Some(path);
        let item = page.item;
        self.tell_records(Deed::Noted {
            action: Action::Deidentified,
            outcome: Outcome::Success,
            item,
            detail,
        })
    }

    pub(super) fn copy_ended(&mut self, id: JobId, failure: Option<Failure>) {
        let page = &mut self.deidentify;
        if page.writing == Some(id) {
            page.writing = None;
            page.failure = failure;
        } else if let Some(failure) = failure {
            self.tell(Tone::Failure, failure, None, None);
        }
    }
}

/// Whether a scan came from a DICOM file: another picture has no header to clean.
fn is_dicom(scan: &ScanItem) -> bool {
    scan.scan.header.dicom.is_some()
}

fn is_face(error: &engine::Error) -> bool {
    matches!(
        error,
        engine::Error::Share(share::Error::Import(import::Error::Refused(
            Refusal::NotDeidentified {
                refused: Refused::Face { .. }
            }
        )))
    )
}
