//! Which files stand on one page: those whose identifiers agree, those of one file, and those that a person put there.

use super::{Content, Effect, Identity, Item, ItemId, Kind, Sheet, State, Tone};
use crate::{case::Subject, failure::Failure};

/// Files of one patient, as far as is known. Never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PatientId(pub u64);

/// How sure a person is who puts files together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// Enough where nothing differs.
    Given,
    /// The differences were read, and it is the same patient all the same.
    DespiteDifferences,
}

/// What a person put together, so that it can be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Joining {
    into: PatientId,
    from: PatientId,
    moved: Vec<ItemId>,
}

/// Why the files of a page stand together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bond {
    /// There is only one.
    Alone,
    /// They carry one patient number, or come from one file, or are the sample case.
    Own,
    /// A person said so.
    ByPerson,
}

impl State {
    /// The files on the page of the one in the middle, in the order in which they were opened.
    pub fn page_items(&self) -> impl Iterator<Item = &Item> {
        let patient = self.center().map(|it| it.patient);
        self.items
            .iter()
            .filter(move |it| Some(it.patient) == patient)
    }

    /// The one of a kind on the page: the one in the middle, else the one shown last.
    pub fn on_page(&self, kind: Kind) -> Option<&Item> {
        let center = self.center().filter(|it| it.content.kind() == kind);
        center.or_else(|| {
            let of_kind = self.page_items().filter(|it| it.content.kind() == kind);
            of_kind.max_by_key(|it| it.shown)
        })
    }

    /// Files that are open but not on the page, each with what a comparison says.
    pub fn apart(&self) -> Vec<(&Item, Identity)> {
        let patient = self.center().map(|it| it.patient);
        let others = self.rows().into_iter();
        let others = others.filter(|it| Some(it.patient) != patient);
        others
            .filter_map(|it| Some((it, self.compared(it.patient)?)))
            .collect()
    }

    /// What the files of a patient and those on the page say of each other.
    fn compared(&self, patient: PatientId) -> Option<Identity> {
        let page = self.center().map(|it| it.patient);
        let rows = self.rows();
        let of_patient = rows.iter().filter(|it| it.patient == patient);
        let pairs = of_patient.flat_map(|other| {
            let own = rows.iter().filter(|it| Some(it.patient) == page);
            own.map(|it| Identity::of(&subject_of(it), &subject_of(other)))
        });
        pairs.reduce(Identity::and)
    }

    /// Why the page holds what it holds.
    pub fn bond(&self) -> Bond {
        let patient = self.center().map(|it| it.patient);
        if self.page_items().count() < 2 {
            Bond::Alone
        } else if self.joinings.iter().any(|it| Some(it.into) == patient) {
            Bond::ByPerson
        } else {
            Bond::Own
        }
    }

    /// Whether nothing that a file says of its patient speaks against a page.
    pub(super) fn may_join(&self, patient: PatientId, subject: &Subject) -> bool {
        let mut items = self.items.iter().filter(|it| it.patient == patient);
        items.all(|it| {
            !matches!(
                Identity::of(&subject_of(it), subject),
                Identity::Different(_)
            )
        })
    }

    /// The page of the series that a scan belongs to.
    pub(super) fn page_of_series(&self, item: &Item) -> Option<PatientId> {
        let Content::Scan(scan) = &item.content else {
            return None;
        };
        let (_, stacks) = self.studies.get(scan.series.as_ref()?)?;
        let first = stacks.iter().next()?.first();
        Some(self.item(ItemId(first.file))?.patient)
    }

    /// The page for a file that was just opened: that of files with its patient number, else one of its own.
    pub(super) fn patient_for(&mut self, subject: &Subject) -> PatientId {
        let mut patients: Vec<PatientId> = self.items.iter().map(|it| it.patient).collect();
        patients.dedup();
        let of = |patient: PatientId| {
            let items = self.items.iter().filter(move |it| it.patient == patient);
            let pairs = items.map(|it| Identity::of(&subject_of(it), subject));
            pairs.reduce(Identity::and)
        };
        let found = patients
            .into_iter()
            .find(|it| of(*it) == Some(Identity::Same));
        found.unwrap_or_else(|| PatientId(self.number()))
    }

    /// Puts a file, and what stands with it, on the page in the middle.
    pub(super) fn put_together(&mut self, item: ItemId, consent: Consent) {
        let (Some(into), Some(from)) = (
            self.center().map(|it| it.patient),
            self.item(item).map(|it| it.patient),
        ) else {
            return;
        };
        let is_refused = matches!(self.compared(from), Some(Identity::Different(_)))
            && consent == Consent::Given;
        if into == from || is_refused {
            return;
        }
        let number = self.number();
        let mut moved = Vec::new();
        for it in self.items.iter_mut().filter(|it| it.patient == from) {
            it.patient = into;
            moved.push(it.id);
        }
        if let Some(it) = self.item_mut(item) {
            it.shown = number;
        }
        self.joinings.push(Joining { into, from, moved });
        if self.apart().is_empty() {
            self.sheet = None;
        }
    }

    /// Undoes the last putting together on this page.
    pub(super) fn take_apart(&mut self) -> Vec<Effect> {
        let patient = self.center().map(|it| it.patient);
        let last = self
            .joinings
            .iter()
            .rposition(|it| Some(it.into) == patient);
        match last.map(|it| self.joinings.remove(it)) {
            Some(Joining { from, moved, .. }) => {
                let moved = self.items.iter_mut().filter(|it| moved.contains(&it.id));
                moved.for_each(|it| it.patient = from);
            }
            None => {
                let nothing = Failure {
                    headline: self.words.say("notice-not-together"),
                    remedy: self.words.say("notice-not-together-remedy"),
                    cause: String::new(),
                };
                self.tell(Tone::Failure, nothing, None, None);
            }
        }
        Vec::new()
    }

    /// Shows what could stand on this page.
    pub(super) fn ask_together(&mut self) {
        if self.apart().is_empty() {
            let nothing = Failure {
                headline: self.words.say("notice-nothing-to-put"),
                remedy: self.words.say("notice-nothing-to-put-remedy"),
                cause: String::new(),
            };
            self.tell(Tone::Failure, nothing, None, None);
        } else {
            self.sheet = Some(Sheet::Together);
        }
    }
}

/// Whom an item is about, by its own words.
pub(super) fn subject_of(item: &Item) -> Subject {
    match &item.content {
        Content::Scan(it) => it.scan.header.subject.clone(),
        Content::Note(it) => it.note.subject.clone(),
        Content::Series(it) => it.series.subject.clone(),
        Content::Sequence(_) => Subject::default(),
    }
}
