//! DICOM objects by PS3.15 Annex E, from an object in memory to an object in memory and to bytes.
//!
//! 1. [`plan`] refuses what cannot be de-identified, tells the risk of a face, and the parts of pictures to mask;
//! 2. [`deidentify`] collects what the file says about the patient (`known`), walks every attribute at every depth (`walk`,
//!    `content`) by the tables of the standard (`table`), and writes what was done (`method`);
//! 3. [`write`] makes the bytes and looks once more for what must not be there.
//!
//! Parsing, and pixels, are `import`'s. The object comes without pixel data; its texts are decoded already.

mod changes;
mod content;
mod dates;
mod dummy;
mod faces;
mod file;
mod known;
mod method;
mod regions;
mod table;
mod walk;

use std::collections::BTreeMap;

use dicom::{
    core::{Tag, dictionary::DataDictionary as _},
    dictionary_std::{StandardDataDictionary, tags, uids},
    object::{InMemDicomObject, mem::InMemElement},
};
use serde::{Deserialize, Serialize};

pub use self::{
    changes::Change,
    faces::FaceRisk,
    regions::{Mask, Rect, Rule},
};
use self::{known::Known, table::Table, walk::Walk};
use super::{Faces, Patient, Policy, Secret};

/// Why an object was not de-identified. Its words are ours; it names attributes, never values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum Refused {
    /// Its content is a document of another kind, which is not looked into.
    #[error("wanted an object whose content can be cleaned, found {found}")]
    Content { found: String },
    /// A face may be in the picture.
    #[error(
        "wanted a picture without a face, found {found}; only a person can accept that, with a reason"
    )]
    Face { found: String },
    /// What the file says about the patient still stood in the result.
    #[error("wanted a result without the value of {attribute}, found it there")]
    Survived { attribute: String },
    /// The object is not what the standard says.
    #[error("wanted {wanted}, found {found}")]
    Malformed { wanted: String, found: String },
}

impl Refused {
    pub(crate) fn malformed(wanted: impl Into<String>, found: impl Into<String>) -> Self {
        Self::Malformed {
            wanted: wanted.into(),
            found: found.into(),
        }
    }
}

/// What must be done with the pixels, and what a person must know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// To be filled, whatever anybody finds in the picture.
    pub masks: Vec<Mask>,
    /// What is done about text in the picture; `None` if the object has no picture.
    pub rule: Option<Rule>,
    /// Whether unused bits of the pixels hold a drawing, which must be cleared with the overlay.
    pub has_bits_of_overlay: bool,
    pub face: Option<FaceRisk>,
}

/// What became of an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The new SOP Instance UID.
    pub instance_uid: String,
    /// What is done about text in the picture; `None` if the object has no picture.
    pub rule: Option<Rule>,
    /// Whether the file itself says that its picture has text burnt in.
    pub says_burned_in: bool,
    pub face: Option<FaceRisk>,
    /// How many rectangles were filled.
    pub n_masks: usize,
}

impl Facts {
    /// Why a person must look at the picture before it is shared; `None` if nobody must. Fail closed: a picture that nobody
    /// looked at is held whatever it is, and so is one in which text was found and covered: a network misses text, and
    /// takes anatomy for text. One of a detector (CR, CT, DX, …) is free once a network has found nothing in it, unless
    /// the file itself tells of text; one of a screen, a camera, a scanner or an unknown maker is held even then.
    pub const fn hold(&self, policy: &Policy, is_looked_at: bool) -> Option<Hold> {
        let Some(rule) = self.rule else {
            return None;
        };
        match (policy.clean_pixel_data, is_looked_at, rule) {
            (false, _, _) => None,
            (true, false, _) => Some(Hold::NobodyLooked),
            (true, true, _) if 0 < self.n_masks => Some(Hold::TextCovered),
            (true, true, Rule::Look) if !self.says_burned_in => None,
            (true, true, _) => Some(Hold::MayCarryText),
        }
    }
}

/// Why a person must look at a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    /// Neither a network nor a person has looked for text in it.
    NobodyLooked,
    /// Something in it was covered as text: it may have been anatomy, or not all.
    TextCovered,
    /// Pictures of this kind carry text in places that a network may miss, or the file says that this one does.
    MayCarryText,
}

/// What leads back to the patient: for a sealed file, if anybody asks for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Links {
    /// The new UID of each old one.
    pub uids: BTreeMap<String, String>,
    /// The number of the patient, and the new one.
    pub patient: [String; 2],
    pub shift_days: i64,
}

/// Objects whose content is a document or a list of files.
const REFUSED_CLASSES: &[(&str, &str)] = &[
    (uids::ENCAPSULATED_PDF_STORAGE, "a PDF document in it"),
    (uids::ENCAPSULATED_CDA_STORAGE, "a CDA document in it"),
    (uids::ENCAPSULATED_STL_STORAGE, "an STL model in it"),
    (uids::ENCAPSULATED_OBJ_STORAGE, "an OBJ model in it"),
    (uids::ENCAPSULATED_MTL_STORAGE, "an MTL file in it"),
    (
        uids::MEDIA_STORAGE_DIRECTORY_STORAGE,
        "a directory of a medium",
    ),
];

/// Refuses what cannot be de-identified under a policy, and says what must be done with the pixels.
///
/// # Errors
/// As [`Refused`] says.
pub fn plan(set: &InMemDicomObject, has_pixels: bool, policy: &Policy) -> Result<Plan, Refused> {
    let class = text(set, tags::SOP_CLASS_UID);
    if let Some((_, found)) = REFUSED_CLASSES.iter().find(|(uid, _)| *uid == class) {
        return Err(Refused::Content {
            found: (*found).to_owned(),
        });
    }
    if set.get(tags::ENCAPSULATED_DOCUMENT).is_some() {
        return Err(Refused::Content {
            found: "a document in it".to_owned(),
        });
    }
    for tag in [tags::SOP_CLASS_UID, tags::SOP_INSTANCE_UID] {
        if text(set, tag).is_empty() {
            return Err(Refused::malformed(name(tag), "none"));
        }
    }
    // Texts are cleaned of what these say; without them a text cannot be trusted. PS3.3 C.7.1.1 wants both, if empty.
    for tag in [tags::PATIENT_NAME, tags::PATIENT_ID] {
        if set.get(tag).is_none() && (policy.clean_descriptors || policy.clean_structured_content) {
            return Err(Refused::malformed(
                format!("{}, by which texts are cleaned", name(tag)),
                "none",
            ));
        }
    }
    let face = faces::risk(set).filter(|_| has_pixels);
    if let (Some(risk), Faces::Refuse) = (face, &policy.faces) {
        let found = match risk {
            FaceRisk::Head => "one of the head or neck",
            FaceRisk::CannotBeRuledOut => "one as large as a head, of a part that is not named",
        };
        return Err(Refused::Face {
            found: found.to_owned(),
        });
    }
    let rule = has_pixels.then(|| regions::rule(&text(set, tags::MODALITY)));
    let masks = match rule {
        Some(Rule::KeepRegions) if policy.clean_pixel_data => regions::outside_regions(set)?,
        _ => Vec::new(),
    };
    let is_in_pixels = |tag: Tag| {
        let is_position = tag.group() & 0xff01 == 0x6000 && tag.element() == 0x0102;
        is_position && set.get(tag).and_then(|it| it.to_int::<u16>().ok()) != Some(0)
    };
    Ok(Plan {
        masks,
        rule,
        has_bits_of_overlay: has_pixels && set.tags().any(is_in_pixels),
        face,
    })
}

/// How to de-identify: the policy, the secret of the pseudonyms, and what takes identifiers out of free text.
pub struct Means<'a> {
    pub policy: &'a Policy,
    pub secret: &'a Secret,
    /// The text without what identifies somebody.
    pub cleaner: &'a dyn Fn(&str) -> String,
}

/// An object without what identifies, and what it takes to show that.
pub struct Deidentified {
    set: InMemDicomObject,
    known: Known,
    policy: Policy,
    edition: String,
    pub links: Links,
}

/// De-identifies an object without pixel data.
///
/// # Errors
/// As [`Refused`] says.
pub fn deidentify(set: InMemDicomObject, means: &Means<'_>) -> Result<Deidentified, Refused> {
    deidentify_by(&Table::built_in(), set, means)
}

fn deidentify_by(
    table: &Table,
    set: InMemDicomObject,
    means: &Means<'_>,
) -> Result<Deidentified, Refused> {
    let patient = patient(&set);
    let known = Known::of(&set, means.policy, table)?;
    let patient_id = text(&set, tags::PATIENT_ID);
    let mut walk = Walk {
        policy: means.policy,
        table,
        secret: means.secret,
        patient: &patient,
        known: &known,
        cleaner: means.cleaner,
        has_references_by_place: has_references_by_place(&set),
        uids: BTreeMap::new(),
    };
    let set = walk.dataset(set);
    let links = Links {
        uids: walk.uids,
        patient: [patient_id, means.secret.patient_id(&patient)],
        shift_days: means.secret.shift_days(&patient),
    };
    Ok(Deidentified {
        set,
        known,
        policy: means.policy.clone(),
        edition: table.edition().to_owned(),
        links,
    })
}

/// The pixels of the result, and the attributes that describe them if they changed.
pub struct Pixels {
    pub syntax_uid: String,
    pub elements: Vec<InMemElement>,
    /// Whether somebody looked for text, and what was found is masked.
    pub is_looked_at: bool,
}

impl Deidentified {
    /// What differs from the object that it was made of.
    pub fn changes(&self, before: &InMemDicomObject) -> Vec<Change> {
        changes::changes(before, &self.set)
    }

    /// The bytes of the file, once nothing is left in them of what the file said about the patient. `charset` is the
    /// character set that the file had.
    ///
    /// # Errors
    /// [`Refused::Survived`] if something is left.
    pub fn write(mut self, pixels: Pixels, charset: &str) -> Result<Vec<u8>, Refused> {
        file::name_charset(&mut self.set);
        self.known.check_texts(&self.set)?;
        let mut bytes = Vec::new();
        file::elements(&self.set, uids::EXPLICIT_VR_LITTLE_ENDIAN, &mut bytes)?;
        if let Some(attribute) = self.known.survivor(&bytes, charset)? {
            return Err(Refused::Survived { attribute });
        }
        // Our own words may be anybody's name, so they come after the last look.
        method::mark(&mut self.set, &self.policy, &self.edition);
        if pixels.is_looked_at {
            method::mark_looked_at(&mut self.set)?;
        }
        for element in pixels.elements {
            self.set.put(element);
        }
        file::bytes(&self.set, &pixels.syntax_uid)
    }
}

/// An object that was de-identified here, with the mark of a person who looked at its pixels.
///
/// # Errors
/// If it was not de-identified here.
pub fn confirm(mut set: InMemDicomObject, pixels: Pixels) -> Result<Vec<u8>, Refused> {
    method::mark_looked_at(&mut set)?;
    file::name_charset(&mut set);
    for element in pixels.elements {
        set.put(element);
    }
    file::bytes(&set, &pixels.syntax_uid)
}

/// What a file says about text in its picture, and its SOP Instance UID after de-identification.
pub fn facts(set: &InMemDicomObject, plan: &Plan, secret: &Secret, policy: &Policy) -> Facts {
    let uid = text(set, tags::SOP_INSTANCE_UID);
    Facts {
        instance_uid: if policy.retain_uids {
            uid
        } else {
            secret.uid(&uid)
        },
        rule: plan.rule,
        says_burned_in: text(set, tags::BURNED_IN_ANNOTATION) == "YES",
        face: plan.face,
        n_masks: plan.masks.len(),
    }
}

fn patient(set: &InMemDicomObject) -> Patient {
    let [issuer, id, name, born, study] = [
        tags::ISSUER_OF_PATIENT_ID,
        tags::PATIENT_ID,
        tags::PATIENT_NAME,
        tags::PATIENT_BIRTH_DATE,
        tags::STUDY_INSTANCE_UID,
    ]
    .map(|it| text(set, it));
    Patient::new([&issuer, &id], [&name, &born], &study)
}

fn has_references_by_place(set: &InMemDicomObject) -> bool {
    set.iter().any(|element| {
        element.header().tag == tags::REFERENCED_CONTENT_ITEM_IDENTIFIER
            || element
                .items()
                .is_some_and(|it| it.iter().any(has_references_by_place))
    })
}

fn text(set: &InMemDicomObject, tag: Tag) -> String {
    let value = set.get(tag).and_then(|it| it.to_str().ok());
    value.map_or_else(String::new, |it| it.trim_matches([' ', '\0']).to_owned())
}

/// `(gggg,eeee) Keyword`, for messages.
fn name(tag: Tag) -> String {
    let number = format!("({:04X},{:04X})", tag.group(), tag.element());
    match StandardDataDictionary.by_tag(tag) {
        Some(it) => format!("{number} {}", it.alias),
        None => number,
    }
}

#[cfg(test)]
mod tests {
    use dicom::{
        core::{DataElement, PrimitiveValue, Tag, VR},
        dictionary_std::tags,
        object::InMemDicomObject,
    };

    use super::{Means, Pixels, Refused, deidentify_by, table::Table};
    use crate::deid::{Policy, Secret};

    const IMPLICIT: &str = "1.2.840.10008.1.2";

    fn object() -> InMemDicomObject {
        let text = |tag, vr, text: &str| DataElement::new(tag, vr, text);
        InMemDicomObject::from_element_iter([
            text(tags::SOP_CLASS_UID, VR::UI, "1.2.840.10008.5.1.4.1.1.7"),
            text(tags::SOP_INSTANCE_UID, VR::UI, "1.3.9.1"),
            text(tags::PATIENT_NAME, VR::PN, "Muster^Erika"),
            text(tags::PATIENT_ID, VR::LO, "4711-08"),
            text(tags::MILITARY_RANK, VR::LO, "zookeeper"),
            text(tags::PATIENT_TELEPHONE_NUMBERS, VR::SH, "0815-4711"),
            text(tags::STUDY_DESCRIPTION, VR::LO, "Erika, zoo"),
        ])
    }

    /// The bytes of [`object`] de-identified by a table.
    fn bytes(
        table: &Table,
        set: InMemDicomObject,
        cleaner: &dyn Fn(&str) -> String,
    ) -> Result<Vec<u8>, Refused> {
        let policy = Policy::default();
        let secret = Secret::new([3; 32]);
        let means = Means {
            policy: &policy,
            secret: &secret,
            cleaner,
        };
        let pixels = Pixels {
            syntax_uid: IMPLICIT.to_owned(),
            elements: Vec::new(),
            is_looked_at: false,
        };
        deidentify_by(table, set, &means)?.write(pixels, "")
    }

    fn has(bytes: &[u8], text: &str) -> bool {
        bytes.windows(text.len()).any(|it| it == text.as_bytes())
    }

    #[test]
    fn an_engine_without_a_rule_is_caught() {
        let same = |text: &str| text.to_owned();
        let whole = bytes(&Table::built_in(), object(), &same).unwrap();
        for text in ["zookeeper", "Muster", "Erika", "4711"] {
            assert!(!has(&whole, text), "{text}");
        }
        // What the look for planted words is worth: without its rule the word is there to be found.
        let lax = Table::built_in().without(tags::MILITARY_RANK);
        assert!(has(&bytes(&lax, object(), &same).unwrap(), "zookeeper"));
        // Numbers that the file gives its patient go even without the rule.
        let lax = Table::built_in().without(tags::PATIENT_TELEPHONE_NUMBERS);
        assert!(!has(&bytes(&lax, object(), &same).unwrap(), "0815"));
    }

    #[test]
    fn a_cleaner_that_puts_the_name_back_is_stopped_by_the_last_look() {
        let careless = |_: &str| "seen: ERIKA".to_owned();
        let refused = bytes(&Table::built_in(), object(), &careless).unwrap_err();
        let attribute = "(0010,0010) PatientName".to_owned();
        assert_eq!(refused, Refused::Survived { attribute });
    }

    #[test]
    fn a_name_in_other_bytes_than_text_is_found_in_every_encoding() {
        let same = |text: &str| text.to_owned();
        let wide = |order: fn(u16) -> [u8; 2]| "Muster".encode_utf16().flat_map(order).collect();
        let forms: [Vec<u8>; 3] = [
            b"of muster here".to_vec(),
            wide(u16::to_le_bytes),
            wide(u16::to_be_bytes),
        ];
        for form in forms {
            let mut set = object();
            let value = PrimitiveValue::U8(form.into());
            set.put(DataElement::new(Tag(0x0028, 0x2000), VR::OB, value));
            let refused = bytes(&Table::built_in(), set, &same);
            assert!(matches!(refused, Err(Refused::Survived { .. })));
        }
    }
}
