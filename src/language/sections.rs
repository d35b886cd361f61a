//! The sections of a note by their heads, in English and Chinese, also where several stand on one line.

use std::ops::Range;

use super::{heads::HEADS, words::is_han};

/// The longest title in bytes.
const LONGEST: usize = 60;

/// What a section of a note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SectionKind {
    /// What stands before the first head.
    Opening,
    ChiefComplaint,
    PresentIllness,
    PastHistory,
    SurgicalHistory,
    ObstetricHistory,
    Immunizations,
    Medications,
    Allergies,
    FamilyHistory,
    SocialHistory,
    ReviewOfSystems,
    Vitals,
    Examination,
    Results,
    Imaging,
    Indication,
    Technique,
    Comparison,
    Impression,
    Assessment,
    Plan,
    AssessmentAndPlan,
    Diagnosis,
    PreoperativeDiagnosis,
    PostoperativeDiagnosis,
    Procedure,
    HospitalCourse,
    Disposition,
    Instructions,
    Subjective,
    Objective,
    /// A head that is none of these.
    Other,
}

impl SectionKind {
    /// Its name in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::ChiefComplaint => "chief complaint",
            Self::PresentIllness => "history of present illness",
            Self::PastHistory => "past medical history",
            Self::SurgicalHistory => "past surgical history",
            Self::ObstetricHistory => "obstetric and gynecologic history",
            Self::Immunizations => "immunizations",
            Self::Medications => "medications",
            Self::Allergies => "allergies",
            Self::FamilyHistory => "family history",
            Self::SocialHistory => "social history",
            Self::ReviewOfSystems => "review of systems",
            Self::Vitals => "vital signs",
            Self::Examination => "physical examination",
            Self::Results => "results",
            Self::Imaging => "imaging",
            Self::Indication => "indication",
            Self::Technique => "technique",
            Self::Comparison => "comparison",
            Self::Impression => "impression",
            Self::Assessment => "assessment",
            Self::Plan => "plan",
            Self::AssessmentAndPlan => "assessment and plan",
            Self::Diagnosis => "diagnosis",
            Self::PreoperativeDiagnosis => "preoperative diagnosis",
            Self::PostoperativeDiagnosis => "postoperative diagnosis",
            Self::Procedure => "procedure",
            Self::HospitalCourse => "hospital course",
            Self::Disposition => "disposition",
            Self::Instructions => "instructions",
            Self::Subjective => "subjective",
            Self::Objective => "objective",
            Self::Other => "other",
        }
    }

    /// The LOINC code of such a section, where it is sure.
    pub fn loinc(self) -> Option<&'static str> {
        Some(match self {
            Self::ChiefComplaint => "10154-3",
            Self::PresentIllness => "10164-2",
            Self::PastHistory => "11348-0",
            Self::SurgicalHistory => "47519-4",
            Self::Immunizations => "11369-6",
            Self::Medications => "10160-0",
            Self::Allergies => "48765-2",
            Self::FamilyHistory => "10157-6",
            Self::SocialHistory => "29762-2",
            Self::ReviewOfSystems => "10187-3",
            Self::Vitals => "8716-3",
            Self::Examination => "29545-1",
            Self::Results => "30954-2",
            Self::Assessment => "51848-0",
            Self::Plan => "18776-5",
            Self::AssessmentAndPlan => "51847-2",
            Self::PreoperativeDiagnosis => "10219-4",
            Self::PostoperativeDiagnosis => "10218-6",
            Self::HospitalCourse => "8648-8",
            Self::Instructions => "8653-8",
            Self::Subjective => "61150-9",
            Self::Objective => "61149-1",
            _ => return None,
        })
    }
}

/// A part of a note under one head. The sections of a note cover it, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    pub kind: SectionKind,
    /// The head as it is written, without its colon; empty for the opening.
    pub title: Range<usize>,
    /// From behind the colon to the next title.
    pub body: Range<usize>,
}

/// Takes a note apart into sections; a note without heads is one opening.
pub fn sections(text: &str) -> Vec<Section> {
    let mut heads = Vec::new();
    let mut line_start = 0;
    for line in text.split_inclusive('\n') {
        heads_of_line(line, line_start, &mut heads);
        line_start += line.len();
    }
    let mut sections = vec![Section {
        kind: SectionKind::Opening,
        title: 0..0,
        body: 0..0,
    }];
    for head in heads {
        if let Some(before) = sections.last_mut() {
            before.body.end = head.title.start.max(before.body.start);
        }
        sections.push(head);
    }
    if let Some(last) = sections.last_mut() {
        last.body.end = text.len();
    }
    let has_opening = sections.first().is_some_and(|it| {
        let body = text.get(it.body.clone()).unwrap_or_default();
        !body.trim().is_empty()
    });
    if !has_opening && 1 < sections.len() {
        sections.remove(0);
        // What is blank before the first head goes with it, so that the sections cover the note.
        if let Some(first) = sections.first_mut() {
            first.title.start = 0;
        }
    }
    sections
}

/// The heads of a line: titles before a colon, and a known title that has the line for itself.
fn heads_of_line(line: &str, line_start: usize, heads: &mut Vec<Section>) {
    let mut floor = 0;
    for (colon, sign) in line.match_indices([':', '：']) {
        let Some((kind, title)) = title_before(line, floor..colon) else {
            continue;
        };
        let after = colon + sign.len();
        floor = after;
        heads.push(Section {
            kind,
            title: line_start + title.start..line_start + title.end,
            body: line_start + after..line_start + after,
        });
    }
    if floor == 0
        && let Some((kind, title)) = bare_title(line)
    {
        heads.push(Section {
            kind,
            title: line_start + title.start..line_start + title.end,
            body: line_start + title.end..line_start + title.end,
        });
    }
}

/// The title that ends before a colon, if one does.
fn title_before(line: &str, part: Range<usize>) -> Option<(SectionKind, Range<usize>)> {
    let before = line.get(part.clone())?;
    // Heads that share a line are parted by a comma, a full stop or wide spaces.
    let cut = before
        .rfind([
            ',', '.', ';', ')', '】', '。', '；', '，', '\t', '*', '#', '[',
        ])
        .map_or(0, |at| {
            at + before
                .get(at..)
                .and_then(|it| it.chars().next())
                .map_or(1, char::len_utf8)
        });
    let tail = before.get(cut..)?;
    let tail_start = part.start + cut;
    let candidates = [tail.rfind("  ").map(|at| at + 2), Some(0)];
    for skip in candidates.into_iter().flatten() {
        let raw = tail.get(skip..)?;
        let title = raw
            .trim()
            .trim_start_matches(['-', '•', '【', '=', '_', ' ']);
        let start = tail_start
            + skip
            + (raw.len() - raw.trim_start().len())
            + (raw.trim().len() - title.len());
        if title.is_empty() || LONGEST < title.len() {
            continue;
        }
        let starts_line = line
            .get(..start)?
            .chars()
            .all(|it| !it.is_alphanumeric() || it.is_ascii_digit());
        if let Some(kind) = kind_of_title(title, starts_line) {
            return Some((kind, start..start + title.len()));
        }
    }
    None
}

/// By the table; else a title in capitals is a head of its own.
fn kind_of_title(title: &str, starts_line: bool) -> Option<SectionKind> {
    let first = title.chars().next()?;
    if first.is_lowercase() && !starts_line {
        return None;
    }
    let known = kind(title);
    if known.is_some() {
        return known;
    }
    let n_letters = title.chars().filter(char::is_ascii_uppercase).count();
    let is_capitals = title.is_ascii()
        && first.is_ascii_uppercase()
        && 3 <= n_letters
        && title.len() <= 41
        && title
            .chars()
            .all(|it| it.is_ascii_uppercase() || matches!(it, ' ' | '/' | '&' | '-'));
    is_capitals.then_some(SectionKind::Other)
}

/// A known title alone on its line, with or without brackets: `Impression`, `【主诉】`, `现病史`.
fn bare_title(line: &str) -> Option<(SectionKind, Range<usize>)> {
    let is_frame = |it: char| {
        it.is_whitespace() || matches!(it, '【' | '】' | '[' | ']' | '*' | '#' | '=' | '-')
    };
    let left = line.trim_start_matches(is_frame);
    let start = line.len() - left.len();
    let title = left.trim_end_matches(is_frame);
    if title.chars().next()?.is_lowercase() || LONGEST < title.len() {
        return None;
    }
    if let Some(kind) = kind(title) {
        return Some((kind, start..start + title.len()));
    }
    // `主诉 咳嗽三天`, `【主诉】咳嗽三天`: a Chinese head needs no colon.
    if !title.starts_with(is_han) {
        return None;
    }
    let end = title.find(|it: char| it.is_whitespace() || it == '】')?;
    let kind = kind(title.get(..end)?)?;
    Some((kind, start..start + end))
}

/// What the table says of a title, in any case and spacing.
fn kind(title: &str) -> Option<SectionKind> {
    let mut plain = String::with_capacity(title.len());
    for word in title.split(|it: char| it.is_whitespace() || matches!(it, '-' | '_')) {
        if !plain.is_empty() && !word.is_empty() {
            plain.push(' ');
        }
        plain.push_str(&word.to_lowercase());
    }
    let plain = plain.trim_end_matches(['\'', '’', ')']);
    HEADS
        .iter()
        .find(|(_, titles)| titles.contains(&plain))
        .map(|(kind, _)| *kind)
}

#[cfg(test)]
mod tests {
    use super::{SectionKind, sections};

    #[track_caller]
    fn check(text: &str, wanted: &[(SectionKind, &str, &str)]) {
        let found = sections(text);
        let found: Vec<_> = found
            .iter()
            .map(|it| {
                (
                    it.kind,
                    text[it.title.clone()].trim(),
                    text[it.body.clone()].trim(),
                )
            })
            .collect();
        assert_eq!(found, wanted);
    }

    #[test]
    fn heads_that_share_a_line_are_told_apart() {
        check(
            "SUBJECTIVE:,  This 23-year-old coughs.,MEDICATIONS: , Allegra.,REVIEW OF SYSTEMS:  Negative.",
            &[
                (
                    SectionKind::Subjective,
                    "SUBJECTIVE",
                    ",  This 23-year-old coughs.,",
                ),
                (SectionKind::Medications, "MEDICATIONS", ", Allegra.,"),
                (
                    SectionKind::ReviewOfSystems,
                    "REVIEW OF SYSTEMS",
                    "Negative.",
                ),
            ],
        );
    }

    #[test]
    fn text_before_the_first_head_is_a_section_and_a_time_is_no_head() {
        check(
            "Seen at 10:30 for cough.\nPast Medical History: asthma\nWIDGET COUNT: 3",
            &[
                (SectionKind::Opening, "", "Seen at 10:30 for cough."),
                (SectionKind::PastHistory, "Past Medical History", "asthma"),
                (SectionKind::Other, "WIDGET COUNT", "3"),
            ],
        );
    }

    #[test]
    fn a_known_title_may_have_its_line_for_itself() {
        check(
            "Family History\nMother had gout.",
            &[(
                SectionKind::FamilyHistory,
                "Family History",
                "Mother had gout.",
            )],
        );
    }

    #[test]
    fn chinese_heads_come_with_colon_brackets_or_a_space() {
        check(
            "主诉：咳嗽3天。\n【既往史】高血压\n过敏史 无",
            &[
                (SectionKind::ChiefComplaint, "主诉", "咳嗽3天。\n【"),
                (SectionKind::PastHistory, "既往史", "】高血压"),
                (SectionKind::Allergies, "过敏史", "无"),
            ],
        );
    }
}
