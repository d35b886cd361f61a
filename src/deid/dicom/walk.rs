//! The walk through a data set: every attribute at every depth by its action, PS3.15 E.1 and E.3.
//!
//! 1. Group lengths, groups 50xx and 60xx, pixels in items, what is written anew and what the dictionary does not know are
//!    dropped;
//! 2. private attributes are dropped, but for those that the standard lists as safe, if the policy keeps them;
//! 3. attributes of Table E.1-1 by its action, the others by [`unlisted`]: dates, names and UIDs that a later edition
//!    may list are not waited for;
//! 4. what stays is freed of the words that the file itself says about the patient ([`super::known`]).

use std::collections::{BTreeMap, BTreeSet};

use dicom::{
    core::{
        DataElement, Length, PrimitiveValue, Tag, VR,
        dictionary::{DataDictionary as _, VirtualVr},
        value::DataSetSequence,
    },
    dictionary_std::{StandardDataDictionary, tags},
    object::{InMemDicomObject, mem::InMemElement},
};

use super::{
    content, dates,
    dummy::{REMOVED, dummy},
    known::Known,
    table::{Action, Row, Table},
};
use crate::deid::{Patient, Policy, Secret};

/// Ages from here on are told as this age, 45 CFR 164.514(b)(2)(i)(C).
const AGE_LIMIT_YEARS: u32 = 90;
/// Longest value of LO and SH, in characters, PS3.5 6.2.
const LO_LIMIT: usize = 64;
const SH_LIMIT: usize = 16;

/// All that a walk goes by, and what it finds on the way.
pub(super) struct Walk<'a> {
    pub(super) policy: &'a Policy,
    pub(super) table: &'a Table,
    pub(super) secret: &'a Secret,
    pub(super) patient: &'a Patient,
    pub(super) known: &'a Known,
    /// Takes out of a text what identifies somebody.
    pub(super) cleaner: &'a dyn Fn(&str) -> String,
    /// Whether content items are named by their place, so that none may go.
    pub(super) has_references_by_place: bool,
    /// The new UID of each old one.
    pub(super) uids: BTreeMap<String, String>,
}

/// What is done with an attribute, and what if its representation does not allow that.
#[derive(Clone, Copy)]
struct Decision {
    action: Action,
    basic: Action,
}

impl From<Action> for Decision {
    fn from(action: Action) -> Self {
        Self {
            action,
            basic: Action::Dummy,
        }
    }
}

impl Walk<'_> {
    /// The data set of a file or of an item, cleaned.
    pub(super) fn dataset(&mut self, set: InMemDicomObject) -> InMemDicomObject {
        self.dataset_with(set, None)
    }

    /// Like [`Self::dataset`]; the value of a content item by its concept.
    pub(super) fn dataset_with(
        &mut self,
        set: InMemDicomObject,
        of_value: Option<(Action, Action)>,
    ) -> InMemDicomObject {
        let creators = self.safe_creators(&set);
        let mut cleaned = InMemDicomObject::new_empty();
        for element in set {
            let tag = element.header().tag;
            let kept = match of_value {
                Some((action, basic)) if content::is_value(tag) => {
                    self.decided(element, Decision { action, basic })
                }
                _ => self.element(element, &creators),
            };
            if let Some(kept) = kept {
                cleaned.put(kept);
            }
        }
        cleaned
    }

    fn element(
        &mut self,
        element: InMemElement,
        creators: &BTreeMap<(u16, u8), String>,
    ) -> Option<InMemElement> {
        let tag = element.header().tag;
        if tag.group() % 2 == 1 {
            return self.private(element, creators);
        }
        let is_structure = tag.element() == 0
            // Commands, the meta group, what signatures are made of, pixels.
            || matches!(tag.group(), 0x0000 | 0x0002 | 0x4ffe | 0x7fe0)
            || matches!(tag.group() & 0xff00, 0x5000 | 0x6000)
            || matches!(
                tag,
                tags::SPECIFIC_CHARACTER_SET
                    // Whoever has the key reads the identity in it.
                    | tags::ENCRYPTED_ATTRIBUTES_SEQUENCE
                    | tags::DEIDENTIFICATION_METHOD
                    | tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE
            );
        if is_structure {
            return None;
        }
        // The table may be younger than the dictionary.
        let of_table = self.table.row(tag).map(|_| VirtualVr::Exact(element.vr()));
        let vr = known_vr(tag).or(of_table)?;
        let element = as_told(element, vr)?;
        let decision = match self.table.row(tag) {
            Some(row) => Decision {
                action: row.action(self.policy),
                basic: row.basic,
            },
            None => self.unlisted(&element),
        };
        self.decided(element, decision)
    }

    /// An attribute that the table does not have.
    fn unlisted(&self, element: &InMemElement) -> Decision {
        let as_row = |row: Row| Decision {
            action: row.action(self.policy),
            basic: row.basic,
        };
        match element.vr() {
            VR::DA | VR::DT | VR::TM => as_row(Row::DATE),
            VR::PN => Action::Dummy.into(),
            VR::UR => Action::Remove.into(),
            VR::AE if !self.policy.retain_device => Action::Dummy.into(),
            VR::UI if !self.policy.retain_uids && !is_class(element) => Action::Uid.into(),
            VR::LT | VR::ST | VR::UT | VR::UC => Action::Clean.into(),
            _ => Action::Keep.into(),
        }
    }

    fn decided(&mut self, element: InMemElement, decision: Decision) -> Option<InMemElement> {
        let tag = element.header().tag;
        if matches!(tag, tags::PATIENT_ID | tags::PATIENT_NAME) {
            let pseudonym = self.secret.patient_id(self.patient);
            return Some(DataElement::new(tag, element.vr(), pseudonym));
        }
        match decision.action {
            Action::Remove => None,
            // X/Z, and optional in every composite object (PS3.3 C.7.2.1), where an empty sequence is not valid.
            Action::Empty if tag == tags::REFERENCED_STUDY_SEQUENCE => None,
            Action::Empty => Some(InMemElement::empty(tag, element.vr())),
            Action::Dummy => Some(self.dummied(element)),
            Action::Uid => Some(self.with_new_uids(element)),
            Action::Keep => self.kept(element),
            Action::Clean => self.cleaned(element, decision.basic),
        }
    }

    /// Action D. An empty value stays empty: it tells nothing already.
    fn dummied(&mut self, element: InMemElement) -> InMemElement {
        let (tag, vr) = (element.header().tag, element.vr());
        if vr == VR::UI {
            return self.with_new_uids(element);
        }
        if vr != VR::SQ {
            return DataElement::new(tag, vr, dummy(tag, vr));
        }
        if tag == tags::CONTENT_SEQUENCE {
            return sequence(tag, vec![content::placeholder()]);
        }
        let first = element.into_value().into_items();
        let first = first.and_then(|it| it.into_iter().next());
        sequence(
            tag,
            first.map(|it| self.all_dummies(it)).into_iter().collect(),
        )
    }

    /// An item that has the form of another and none of its values.
    fn all_dummies(&mut self, set: InMemDicomObject) -> InMemDicomObject {
        let mut item = InMemDicomObject::new_empty();
        for element in set {
            let tag = element.header().tag;
            let is_kept = tag.group() % 2 == 0 && tag.element() != 0 && tag.group() != 0x7fe0;
            let Some(vr) = known_vr(tag).filter(|_| is_kept) else {
                continue;
            };
            if let Some(element) = as_told(element, vr) {
                item.put(if is_class(&element) {
                    element
                } else {
                    self.dummied(element)
                });
            }
        }
        item
    }

    /// Action U: on a UID, or on the UIDs in a sequence.
    fn with_new_uids(&mut self, element: InMemElement) -> InMemElement {
        let (tag, vr) = (element.header().tag, element.vr());
        if vr == VR::SQ {
            return self.inside(element);
        }
        let values = element.to_multi_str().unwrap_or_default().into_owned();
        let uids: Vec<String> = values.iter().map(|it| self.new_uid(it)).collect();
        match uids.as_slice() {
            [one] if one.is_empty() => InMemElement::empty(tag, VR::UI),
            _ => DataElement::new(tag, VR::UI, PrimitiveValue::Strs(uids.into())),
        }
    }

    /// The UID in place of another; one that the standard registers stays, PS3.6 A.
    pub(super) fn new_uid(&mut self, uid: &str) -> String {
        let uid = uid.trim_matches([' ', '\0']);
        if uid.is_empty() || uid.starts_with("1.2.840.10008.") {
            return uid.to_owned();
        }
        let new = self.secret.uid(uid);
        self.uids.insert(uid.to_owned(), new.clone());
        new
    }

    /// Action K: as it is, but for what the file says about the patient elsewhere.
    fn kept(&mut self, element: InMemElement) -> Option<InMemElement> {
        let vr = element.vr();
        match vr {
            VR::SQ => Some(self.inside(element)),
            VR::AS => Some(self.capped(element)),
            VR::IS | VR::DS => is_numeric(&element).then_some(element),
            VR::CS if self.has_known(&element) => {
                let known = self.known;
                let as_code = |it: &str| if known.is_in(it) { REMOVED } else { it }.to_owned();
                Some(with_texts(&element, as_code))
            }
            _ if is_text(vr) && self.has_known(&element) => {
                let known = self.known;
                Some(with_texts(&element, |it| known.clean(it)))
            }
            _ => Some(element),
        }
    }

    /// Action C.
    fn cleaned(&mut self, element: InMemElement, basic: Action) -> Option<InMemElement> {
        let days = self.secret.shift_days(self.patient);
        let vr = element.vr();
        match vr {
            VR::SQ => Some(self.inside(element)),
            VR::AS | VR::IS | VR::DS | VR::TM | VR::CS => self.kept(element),
            VR::DA | VR::DT => {
                let moved = |it: &str| match vr {
                    _ if it.trim().is_empty() => Some(String::new()),
                    VR::DA => dates::moved_date(it, days),
                    _ => dates::moved_datetime(it, days),
                };
                let values = element.to_multi_str().unwrap_or_default();
                let moved: Option<Vec<String>> = values.iter().map(|it| moved(it)).collect();
                match moved {
                    Some(moved) => {
                        let tag = element.header().tag;
                        Some(DataElement::new(
                            tag,
                            vr,
                            PrimitiveValue::Strs(moved.into()),
                        ))
                    }
                    // It is no date, so it may be anything.
                    None => self.decided(element, basic.into()),
                }
            }
            _ if is_text(vr) && vr != VR::PN && vr != VR::AE => {
                let (known, cleaner) = (self.known, self.cleaner);
                Some(with_texts(&element, |it| cleaner(&known.clean(it))))
            }
            _ => self.decided(element, basic.into()),
        }
    }

    /// The items of a sequence, each cleaned; content items by their concept.
    fn inside(&mut self, element: InMemElement) -> InMemElement {
        let tag = element.header().tag;
        let items = element.into_value().into_items().unwrap_or_default();
        let mut cleaned = Vec::with_capacity(items.len());
        for item in items {
            if tag == tags::CONTENT_SEQUENCE {
                cleaned.extend(content::item(self, item));
            } else {
                cleaned.push(self.dataset(item));
            }
        }
        sequence(tag, cleaned)
    }

    fn capped(&self, element: InMemElement) -> InMemElement {
        let tag = element.header().tag;
        let value = element.to_str().unwrap_or_default();
        let years = value
            .trim()
            .strip_suffix(['Y', 'y'])
            .and_then(|it| it.parse::<u32>().ok());
        match years {
            Some(years) if AGE_LIMIT_YEARS <= years => {
                DataElement::new(tag, VR::AS, format!("{AGE_LIMIT_YEARS:03}Y"))
            }
            _ if is_age(&value) => element,
            _ => InMemElement::empty(tag, VR::AS),
        }
    }

    fn has_known(&self, element: &InMemElement) -> bool {
        let values = element.to_multi_str().unwrap_or_default();
        values.iter().any(|it| self.known.is_in(it))
    }

    /// A private attribute: only if the standard lists it as safe and the policy keeps those.
    fn private(
        &mut self,
        element: InMemElement,
        creators: &BTreeMap<(u16, u8), String>,
    ) -> Option<InMemElement> {
        let tag = element.header().tag;
        let [block, low] = tag.element().to_be_bytes();
        if block == 0 {
            let kept = creators.get(&(tag.group(), low))?.clone();
            return Some(DataElement::new(tag, VR::LO, kept));
        }
        let creator = creators.get(&(tag.group(), block))?;
        if !self.table.is_safe_private(creator, tag) {
            return None;
        }
        self.kept(element)
    }

    /// The creators of blocks of which something is kept.
    fn safe_creators(&self, set: &InMemDicomObject) -> BTreeMap<(u16, u8), String> {
        let mut creators = BTreeMap::new();
        if !self.policy.retain_safe_private {
            return creators;
        }
        let private: BTreeSet<Tag> = set.tags().filter(|it| it.group() % 2 == 1).collect();
        for tag in &private {
            let [high, block] = tag.element().to_be_bytes();
            if high != 0 || block < 0x10 {
                continue;
            }
            let Some(Ok(creator)) = set.get(*tag).map(|it| it.to_str()) else {
                continue;
            };
            let creator = creator.trim_matches([' ', '\0']).to_owned();
            let is_of_block =
                |it: &&Tag| it.group() == tag.group() && it.element().to_be_bytes()[0] == block;
            let mut of_block = private.iter().filter(is_of_block);
            if of_block.any(|it| self.table.is_safe_private(&creator, *it)) {
                creators.insert((tag.group(), block), creator);
            }
        }
        creators
    }
}

/// A sequence of these items.
pub(super) fn sequence(tag: Tag, items: Vec<InMemDicomObject>) -> InMemElement {
    DataElement::new(tag, VR::SQ, DataSetSequence::new(items, Length::UNDEFINED))
}

/// The representations that the standard gives a tag; `None` for one that it does not know.
fn known_vr(tag: Tag) -> Option<VirtualVr> {
    StandardDataDictionary.by_tag(tag).map(|it| it.vr)
}

/// The element in the representation that the standard gives it; `None` if it has another that is no form of that.
fn as_told(element: InMemElement, told: VirtualVr) -> Option<InMemElement> {
    let (tag, found) = (element.header().tag, element.vr());
    let is_legal = match told {
        VirtualVr::Exact(vr) => vr == found,
        VirtualVr::Xs => matches!(found, VR::US | VR::SS),
        VirtualVr::Ox | VirtualVr::Px => matches!(found, VR::OB | VR::OW),
        VirtualVr::Lt => matches!(found, VR::US | VR::OW | VR::SS),
        _ => false,
    };
    if is_legal {
        return Some(element);
    }
    let wanted = told.relaxed();
    let is_empty = element.to_str().is_ok_and(|it| it.is_empty());
    if is_empty {
        return Some(InMemElement::empty(tag, wanted));
    }
    if !is_text(wanted) || !is_text(found) {
        // Numbers of another width are what some scanners write; text in place of numbers is not.
        let are_numbers = is_number(wanted) && is_number(found);
        return are_numbers.then_some(element);
    }
    let values = element.to_multi_str().ok()?.into_owned();
    Some(DataElement::new(
        tag,
        wanted,
        PrimitiveValue::Strs(values.into()),
    ))
}

pub(super) fn is_text(vr: VR) -> bool {
    matches!(
        vr,
        VR::AE
            | VR::AS
            | VR::CS
            | VR::DA
            | VR::DS
            | VR::DT
            | VR::IS
            | VR::LO
            | VR::LT
            | VR::PN
            | VR::SH
            | VR::ST
            | VR::TM
            | VR::UC
            | VR::UI
            | VR::UR
            | VR::UT
    )
}

fn is_number(vr: VR) -> bool {
    matches!(
        vr,
        VR::US | VR::SS | VR::UL | VR::SL | VR::UV | VR::SV | VR::FL | VR::FD
    )
}

/// Whether a UID names a kind of thing rather than one thing.
fn is_class(element: &InMemElement) -> bool {
    let tag = element.header().tag;
    let is_kind = matches!(
        tag,
        tags::SOP_CLASS_UID
            | tags::REFERENCED_SOP_CLASS_UID
            | tags::RELATED_GENERAL_SOP_CLASS_UID
            | tags::ORIGINAL_SPECIALIZED_SOP_CLASS_UID
            | tags::CODING_SCHEME_UID
            | tags::CONTEXT_UID
            | tags::MAPPING_RESOURCE_UID
    );
    let values = element.to_multi_str().unwrap_or_default();
    let is_registered = |it: &String| it.starts_with("1.2.840.10008.");
    element.vr() == VR::UI && (is_kind || values.iter().all(is_registered))
}

fn is_numeric(element: &InMemElement) -> bool {
    let values = element.to_multi_str().unwrap_or_default();
    values
        .iter()
        .all(|it| it.trim().is_empty() || it.trim().parse::<f64>().is_ok())
}

fn is_age(value: &str) -> bool {
    let value = value.trim();
    value.is_empty()
        || value.len() == 4
            && value.ends_with(['D', 'W', 'M', 'Y'])
            && value.bytes().take(3).all(|it| it.is_ascii_digit())
}

/// Each value of an element changed, and cut to what its representation can hold.
fn with_texts(element: &InMemElement, change: impl Fn(&str) -> String) -> InMemElement {
    let (tag, vr) = (element.header().tag, element.vr());
    let limit = match vr {
        VR::LO => LO_LIMIT,
        VR::SH => SH_LIMIT,
        _ => usize::MAX,
    };
    let values = element.to_multi_str().unwrap_or_default();
    let changed = values.iter().map(|it| match change(it) {
        same if same == *it => same,
        // A value has no delimiter in it.
        changed => changed.replace('\\', "/").chars().take(limit).collect(),
    });
    let changed: Vec<String> = changed.collect();
    DataElement::new(tag, vr, PrimitiveValue::Strs(changed.into()))
}
