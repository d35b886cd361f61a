//! Questions about a note, answered by its own words or not at all.
//!
//! 1. the question is sorted: medications, allergies, presence, time, reason, value, age, diagnosis, procedure, or open;
//! 2. the concepts of the question, the sections of its kind or, for an open one, its words lead to sentences;
//! 3. yes and no come from what the note says of the concept; where it says nothing there is no answer.

use std::ops::Range;

use regex::Regex;

use super::{
    ConceptKind, Mention, Reading, Rules, SectionKind as Section, Status,
    evidence::DIAGNOSES,
    mentions_of,
    questions::{AGE, NOT_ASKED, QUESTIONS, TIME, VALUE, WHY},
    words::{Phrases, words},
};

/// No more answers than this, the best first.
const MOST_ANSWERS: usize = 3;
/// What a question wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QuestionKind {
    Medications,
    Allergies,
    /// Whether the patient has something.
    Presence,
    Time,
    Reason,
    /// A measured value.
    Value,
    Age,
    Diagnosis,
    Procedures,
    Open,
}

/// What a note says to a question of yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    Yes,
    No,
    /// The note is in doubt, or says both.
    Uncertain,
}

impl Verdict {
    /// Its word in text and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Uncertain => "uncertain",
        }
    }
}

/// Why these words are the answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Basis {
    /// The note says this of the concept asked about.
    Status(Status),
    /// They stand in the section that the question asks for.
    Section,
    /// They have the form of the answer beside the concept asked about.
    Form,
    /// They share words with the question; how large a part of them, 0 to 1.
    Words(f64),
}

/// Words of the note that answer a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The answer itself.
    pub span: Range<usize>,
    /// The sentence around it.
    pub sentence: Range<usize>,
    pub section_idx: usize,
    pub basis: Basis,
}

/// What a note answers. Without answers the note does not say.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    pub kind: QuestionKind,
    /// For a question of yes or no.
    pub verdict: Option<Verdict>,
    /// At most three, the best first.
    pub answers: Vec<Answer>,
}

/// How questions and their answers are recognised.
#[derive(Debug)]
pub(super) struct Asking {
    kinds: Phrases<usize>,
    time: Option<Regex>,
    value: Option<Regex>,
    pub(super) age: Option<Regex>,
    pub(super) reason: Phrases<()>,
    pub(super) not_asked: Phrases<()>,
}

impl Asking {
    pub(super) fn built_in() -> Self {
        let mut kinds = Phrases::new();
        for (idx, (_, list)) in QUESTIONS.iter().enumerate() {
            for phrase in *list {
                kinds.add(phrase, idx);
            }
        }
        Self {
            kinds,
            // A test sees to it that the three compile.
            time: Regex::new(TIME).ok(),
            value: Regex::new(VALUE).ok(),
            age: Regex::new(AGE).ok(),
            reason: Phrases::of(&[((), WHY)]),
            not_asked: Phrases::of(&[((), NOT_ASKED)]),
        }
    }
}

/// A question beside what the note was found to hold.
pub(super) struct Asked<'a> {
    pub(super) rules: &'a Rules,
    pub(super) text: &'a str,
    pub(super) reading: &'a Reading,
    pub(super) question: &'a str,
    /// Concepts that the question names.
    pub(super) concepts: Vec<usize>,
}

/// Answers a question from the words of a note; `reading` is what [`super::read`] made of it.
pub fn answer(rules: &Rules, text: &str, reading: &Reading, question: &str) -> Reply {
    let found = mentions_of(rules, question, 0..question.len(), Section::Other, 0);
    let about_family = found
        .iter()
        .any(|it| it.assertion.says(Status::OtherPerson))
        || rules.topics.of(question, 0..question.len()) == Some(Section::FamilyHistory);
    let asked = Asked {
        rules,
        text,
        reading,
        question,
        concepts: found.iter().map(|it| it.concept_idx).collect(),
    };
    let kind = asked.kind(&found);
    let (verdict, mut answers) = match kind {
        QuestionKind::Presence => asked.presence(about_family),
        QuestionKind::Allergies => asked.allergies(&found),
        QuestionKind::Medications => (None, asked.medications()),
        QuestionKind::Time => (None, asked.formed(rules.asking.time.as_ref())),
        QuestionKind::Value => (None, asked.formed(rules.asking.value.as_ref())),
        QuestionKind::Age => (None, asked.age()),
        QuestionKind::Reason => (None, asked.reason()),
        QuestionKind::Diagnosis => (None, asked.in_sections(DIAGNOSES)),
        QuestionKind::Procedures => (
            None,
            asked.in_sections(&[Section::Procedure, Section::SurgicalHistory]),
        ),
        QuestionKind::Open => (None, asked.open()),
    };
    // A question that names no concept of the lists may still share its words with the note.
    if answers.is_empty()
        && asked.concepts.is_empty()
        && !matches!(kind, QuestionKind::Age | QuestionKind::Allergies)
    {
        answers = asked.by_words();
    }
    answers.truncate(MOST_ANSWERS);
    Reply {
        kind,
        verdict,
        answers,
    }
}

impl Asked<'_> {
    fn kind(&self, found: &[Mention]) -> QuestionKind {
        let question = words(self.question, 0..self.question.len());
        let hits = self.rules.asking.kinds.find(self.question, &question);
        let first = hits.iter().map(|it| it.value).min();
        let kind = first
            .and_then(|it| QUESTIONS.get(it))
            .map_or(QuestionKind::Open, |it| it.0);
        let is_of = |kind| found.iter().any(|it| self.rules.kind_of(it) == Some(kind));
        match kind {
            // "Is she on aspirin?" asks of one drug; "What is she on?" of all.
            QuestionKind::Presence | QuestionKind::Open if found.is_empty() => QuestionKind::Open,
            QuestionKind::Open if is_of(ConceptKind::Test) => QuestionKind::Value,
            QuestionKind::Medications if is_of(ConceptKind::Drug) && self.is_yes_or_no() => {
                QuestionKind::Presence
            }
            QuestionKind::Procedures if is_of(ConceptKind::Procedure) && self.is_yes_or_no() => {
                QuestionKind::Presence
            }
            QuestionKind::Value if !is_of(ConceptKind::Test) => QuestionKind::Open,
            other => other,
        }
    }

    fn is_yes_or_no(&self) -> bool {
        let first = self
            .question
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_lowercase();
        [
            "is", "does", "do", "has", "have", "did", "was", "are", "any",
        ]
        .contains(&first.as_str())
            || ["吗", "是否", "有没有", "有无"]
                .iter()
                .any(|it| self.question.contains(it))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Rules, answer, read};
    use super::{Asking, QuestionKind, Verdict};

    const NOTE: &str = "CHIEF COMPLAINT: Chest pain.\nHPI: A 54-year-old man with chest pain for three days. He denies fever. \
        He was given heparin for suspected pulmonary embolism.\nFAMILY HISTORY: Father had diabetes.\n\
        MEDICATIONS: Lisinopril 10 mg daily. Aspirin 81 mg daily.\nALLERGIES: Penicillin.\n\
        VITALS: Blood pressure 142/88, pulse 96.\nASSESSMENT: Possible pneumonia.";

    #[track_caller]
    fn check(question: &str, kind: QuestionKind, verdict: Option<Verdict>, best: Option<&str>) {
        let rules = Rules::built_in();
        let reply = answer(&rules, NOTE, &read(&rules, NOTE), question);
        let span = reply.answers.first().map(|it| &NOTE[it.span.clone()]);
        assert_eq!(
            (reply.kind, reply.verdict, span),
            (kind, verdict, best),
            "{question}"
        );
    }

    #[test]
    fn every_form_compiles() {
        let asking = Asking::built_in();
        assert!(asking.time.is_some() && asking.value.is_some() && asking.age.is_some());
    }

    #[test]
    fn yes_and_no_come_from_the_status_of_the_concept() {
        use QuestionKind::{Allergies, Presence};
        check(
            "Does the patient have chest pain?",
            Presence,
            Some(Verdict::Yes),
            Some("Chest pain"),
        );
        check(
            "Is there any fever?",
            Presence,
            Some(Verdict::No),
            Some("fever"),
        );
        check(
            "Does he have pneumonia?",
            Presence,
            Some(Verdict::Uncertain),
            Some("pneumonia"),
        );
        check(
            "Does the patient have diabetes?",
            Presence,
            None,
            Some("diabetes"),
        );
        check(
            "Does his father have diabetes?",
            Presence,
            Some(Verdict::Yes),
            Some("diabetes"),
        );
        check(
            "Is he allergic to penicillin?",
            Allergies,
            Some(Verdict::Yes),
            Some("Penicillin"),
        );
        check("Is he allergic to sulfa?", Allergies, None, None);
        check("Does he have gout?", Presence, None, None);
    }

    #[test]
    fn a_section_that_says_none_denies_every_allergy() {
        let (rules, note) = (Rules::built_in(), "ALLERGIES: None.");
        let reply = answer(
            &rules,
            note,
            &read(&rules, note),
            "Is she allergic to latex?",
        );
        assert_eq!((reply.verdict, reply.answers.len()), (Some(Verdict::No), 1));
    }

    #[test]
    fn other_questions_are_answered_by_sections_and_forms() {
        use QuestionKind::{Age, Diagnosis, Medications, Reason, Time, Value};
        check(
            "What medications does he take?",
            Medications,
            None,
            Some("Lisinopril 10 mg daily."),
        );
        check("What is the blood pressure?", Value, None, Some("142/88"));
        check("How old is the patient?", Age, None, Some("54-year-old"));
        check(
            "What is the diagnosis?",
            Diagnosis,
            None,
            Some("Possible pneumonia."),
        );
        check(
            "How long has he had chest pain?",
            Time,
            None,
            Some("for three days"),
        );
        check(
            "Why was heparin given?",
            Reason,
            None,
            Some("for suspected pulmonary embolism."),
        );
    }

    #[test]
    fn what_the_note_does_not_say_has_no_answer() {
        check(
            "Who is the emperor of France?",
            QuestionKind::Open,
            None,
            None,
        );
        check("What is the potassium?", QuestionKind::Open, None, None);
    }
}
