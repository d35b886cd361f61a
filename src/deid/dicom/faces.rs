//! Whether a face could be rebuilt from a picture: CT and MR of the head, PS3.15 E.3.2.
//!
//! Faces rebuilt from MR were matched to photographs in 83 % (Schwarz et al., NEJM 2019;381:1684); nothing here removes
//! one, so such pictures are refused unless a person takes the risk.

use dicom::{core::Tag, dictionary_std::tags, object::InMemDicomObject};
use serde::{Deserialize, Serialize};

/// Why a face may be in a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaceRisk {
    /// The file speaks of the head or of what lies in it.
    Head,
    /// The file does not say which part of the body it shows, and what it shows is as large as a head.
    CannotBeRuledOut,
}

/// Words, or parts of words, of the head and neck.
#[rustfmt::skip]
const HEAD: &[&str] = &[
    "head", "brain", "face", "facial", "skull", "neck", "cranial", "cranium", "crani", "cerebr", "cerebell", "orbit", "sinus",
    "maxill", "mandib", "dental", "jaw", "teeth", "tooth", "tmj", "ear", "iac", "pituitary", "sella", "temporal", "nose",
    "nasal", "nasopharynx", "pharynx", "larynx", "eye", "ocular", "cspine", "c-spine", "cervical", "carotid", "wholebody",
    "whole body", "whole-body", "stroke", "dti", "fmri", "mprage", "kopf", "schädel", "hirn", "hals", "tete", "tête",
    "cerveau", "cabeza", "cerebro", "颅", "脑", "头", "颈", "面部", "鼻", "眼", "耳", "全身",
];
/// Words that are parts of others and count only by themselves.
const WHOLE_WORDS: &[&str] = &[
    "ear", "eye", "face", "head", "iac", "jaw", "neck", "tmj", "dti",
];
/// Where a file says what it shows.
const SAYS: &[Tag] = &[
    tags::BODY_PART_EXAMINED,
    tags::STUDY_DESCRIPTION,
    tags::SERIES_DESCRIPTION,
    tags::PROTOCOL_NAME,
    tags::REQUESTED_PROCEDURE_DESCRIPTION,
    tags::PERFORMED_PROCEDURE_STEP_DESCRIPTION,
];
/// Where codes say it.
const CODES: &[Tag] = &[
    tags::ANATOMIC_REGION_SEQUENCE,
    tags::PRIMARY_ANATOMIC_STRUCTURE_SEQUENCE,
    tags::PROCEDURE_CODE_SEQUENCE,
    tags::REQUESTED_PROCEDURE_CODE_SEQUENCE,
];
/// Words that tell a part of the body without a face.
#[rustfmt::skip]
const ELSEWHERE: &[&str] = &[
    "chest", "thorax", "lung", "breast", "mamm", "heart", "cardiac", "coronary", "abdomen", "abdom", "liver", "kidney", "renal",
    "pancrea", "spleen", "bowel", "colon", "pelvis", "prostat", "bladder", "uter", "hip", "leg", "knee", "ankle", "foot",
    "femur", "tibia", "hand", "wrist", "elbow", "arm", "shoulder", "tspine", "lspine", "thoracic", "lumbar", "spine",
    "sacr", "extremity", "胸", "肺", "腹", "盆", "膝", "腰", "心",
];
/// Sizes of the field of view that fit a head, in millimetres.
const HEAD_MM: std::ops::RangeInclusive<f64> = 120.0..=350.0;

/// The risk of a picture; `None` where it is no CT or MR, or shows another part of the body.
pub(super) fn risk(set: &InMemDicomObject) -> Option<FaceRisk> {
    let text = |set: &InMemDicomObject, tag| {
        let value = set.get(tag).and_then(|it| it.to_str().ok());
        value.map(|it| it.to_lowercase()).unwrap_or_default()
    };
    let modality = text(set, tags::MODALITY);
    if !matches!(modality.trim(), "ct" | "mr" | "") || set.get(tags::ROWS).is_none() {
        return None;
    }
    let mut said: Vec<String> = SAYS.iter().map(|it| text(set, *it)).collect();
    let items = CODES.iter().filter_map(|it| set.get(*it)?.items());
    said.extend(items.flatten().map(|it| text(it, tags::CODE_MEANING)));
    let tells = |words: &[&str]| {
        said.iter()
            .any(|text| words.iter().any(|word| has_word(text, word)))
    };
    if tells(HEAD) {
        return Some(FaceRisk::Head);
    }
    let is_elsewhere = tells(ELSEWHERE);
    let could_be_head = extent_mm(set).is_none_or(|it| HEAD_MM.contains(&it));
    (!is_elsewhere && could_be_head).then_some(FaceRisk::CannotBeRuledOut)
}

fn has_word(text: &str, word: &str) -> bool {
    if !WHOLE_WORDS.contains(&word) {
        return text.contains(word);
    }
    let words = text.split(|it: char| !it.is_alphanumeric());
    words.into_iter().any(|it| it == word)
}

/// The longer side of the picture, in millimetres.
fn extent_mm(set: &InMemDicomObject) -> Option<f64> {
    let numbers = |tag| set.get(tag)?.to_multi_float64().ok();
    let [rows, columns] = [tags::ROWS, tags::COLUMNS].map(|it| numbers(it)?.first().copied());
    let spacing = numbers(tags::PIXEL_SPACING)?;
    let [row_mm, column_mm, ..] = spacing.as_slice() else {
        return None;
    };
    Some((rows? * row_mm).max(columns? * column_mm))
}
