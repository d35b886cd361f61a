//! Questions about a note, answered by its own words or not at all.
//!
//! 1. the question is sorted: medications, allergies, presence, time, reason, value, age, diagnosis, procedure, or open;
//! 2. the concepts of the question, the sections of its kind or, for an open one, its words (BM25: Robertson and Zaragoza,
//!    Foundations and Trends in Information Retrieval 3:333, 2009) lead to sentences;
//! 3. yes and no come from what the note says of the concept; where it says nothing there is no answer.

use std::{collections::BTreeMap, ops::Range};

use regex::Regex;

use super::{
    ConceptKind, Language, Mention, Reading, Rules, SectionKind as Section, Status, mentions_of,
    questions::{AGE, NOT_ASKED, QUESTIONS, TIME, VALUE, WHY},
    words::{Phrases, words},
};

/// No more answers than this, the best first.
const MOST_ANSWERS: usize = 3;
/// BM25's saturation and length terms, as its authors recommend.
const K1: f64 = 1.2;
const B: f64 = 0.75;
/// An open question is answered where a sentence has at least this part of its words, each weighted by its rarity.
const LEAST_COVER: f64 = 0.6;

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
    age: Option<Regex>,
    reason: Phrases<()>,
    not_asked: Phrases<()>,
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
struct Asked<'a> {
    rules: &'a Rules,
    text: &'a str,
    reading: &'a Reading,
    question: &'a str,
    /// Concepts that the question names.
    concepts: Vec<usize>,
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

/// In the order in which they decide.
const DIAGNOSES: &[Section] = &[
    Section::Diagnosis,
    Section::PostoperativeDiagnosis,
    Section::Impression,
    Section::AssessmentAndPlan,
    Section::Assessment,
    Section::PreoperativeDiagnosis,
];

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

    fn answer(&self, mention: &Mention, basis: Basis) -> Answer {
        let sentence = self.reading.sentences.get(mention.sentence_idx);
        Answer {
            span: mention.span.clone(),
            sentence: sentence.map_or_else(|| mention.span.clone(), |it| it.span.clone()),
            section_idx: mention.section_idx,
            basis,
        }
    }

    fn section_kind(&self, section_idx: usize) -> Section {
        self.reading
            .sections
            .get(section_idx)
            .map_or(Section::Other, |it| it.kind)
    }

    fn asked_for(&self) -> impl Iterator<Item = &Mention> {
        self.reading
            .mentions
            .iter()
            .filter(|it| self.concepts.contains(&it.concept_idx))
    }

    /// Whether the patient, or with `about_family` a relative, has what is asked about.
    fn presence(&self, about_family: bool) -> (Option<Verdict>, Vec<Answer>) {
        let mut of: BTreeMap<Status, Vec<&Mention>> = BTreeMap::new();
        for mention in self.asked_for() {
            let allergen = self.section_kind(mention.section_idx) == Section::Allergies
                && self.rules.kind_of(mention) == Some(ConceptKind::Drug);
            let status = match mention.status() {
                Status::OtherPerson if about_family && mention.assertion.says(Status::Negated) => {
                    Status::Negated
                }
                Status::OtherPerson if about_family => Status::Affirmed,
                other if about_family && other != Status::OtherPerson => continue,
                other => other,
            };
            if !allergen {
                of.entry(status).or_default().push(mention);
            }
        }
        let has = |status| of.contains_key(&status);
        let verdict = match (has(Status::Affirmed), has(Status::Negated)) {
            (true, true) => Some(Verdict::Uncertain),
            (true, false) => Some(Verdict::Yes),
            (false, true) => Some(Verdict::No),
            (false, false) if has(Status::Historical) => Some(Verdict::Yes),
            (false, false) if has(Status::Uncertain) => Some(Verdict::Uncertain),
            (false, false) => None,
        };
        // One sentence of each status first, so that a contradiction is seen.
        let order = [
            Status::Affirmed,
            Status::Negated,
            Status::Historical,
            Status::Uncertain,
            Status::Hypothetical,
            Status::OtherPerson,
        ];
        let firsts = order.iter().filter_map(|it| of.get(it)?.first());
        let others = order.iter().filter_map(|it| of.get(it)?.get(1..)).flatten();
        let answers = firsts
            .chain(others)
            .map(|it| self.answer(it, Basis::Status(it.status())));
        (verdict, answers.collect())
    }

    /// Whether the patient is allergic to the drug that the question names, or to what.
    fn allergies(&self, found: &[Mention]) -> (Option<Verdict>, Vec<Answer>) {
        let is_allergy = |it: &&Mention| {
            let term = self
                .rules
                .lexicon
                .concept(it.concept_idx)
                .map_or("", |it| it.term);
            term.contains("allerg") || term.contains("过敏")
        };
        let drugs: Vec<usize> = found
            .iter()
            .filter(|it| !is_allergy(it))
            .map(|it| it.concept_idx)
            .collect();
        let is_told = |it: &&Mention| {
            let sentence = self
                .reading
                .sentences
                .get(it.sentence_idx)
                .and_then(|it| self.text.get(it.span.clone()));
            let sentence = sentence.unwrap_or_default();
            self.section_kind(it.section_idx) == Section::Allergies
                || sentence.to_lowercase().contains("allerg")
                || sentence.contains("过敏")
        };
        let named: Vec<&Mention> = self
            .reading
            .mentions
            .iter()
            .filter(|it| drugs.contains(&it.concept_idx) && is_told(it))
            .collect();
        if !named.is_empty() {
            let is_denied = named.iter().all(|it| it.status() == Status::Negated);
            let verdict = if is_denied { Verdict::No } else { Verdict::Yes };
            let answers = named
                .iter()
                .map(|it| self.answer(it, Basis::Status(it.status())));
            return (Some(verdict), answers.collect());
        }
        let none: Vec<&Mention> = self
            .reading
            .mentions
            .iter()
            .filter(is_allergy)
            .filter(|it| it.status() == Status::Negated)
            .collect();
        if !none.is_empty() {
            let answers = none
                .iter()
                .map(|it| self.answer(it, Basis::Status(Status::Negated)));
            return (Some(Verdict::No), answers.collect());
        }
        let listed = self.in_sections(&[Section::Allergies]);
        // `ALLERGIES: None.`
        let says_none = |it: &Answer| {
            let reply = self.rules.topics.reply(self.text, it.span.clone());
            reply.is_some_and(|it| it.0 == Some(Status::Negated))
        };
        if listed.first().is_some_and(says_none) {
            return (Some(Verdict::No), listed);
        }
        if !drugs.is_empty() {
            return (None, Vec::new());
        }
        let mut answers = listed;
        if answers.is_empty() {
            let told = self.reading.mentions.iter().filter(is_allergy);
            answers.extend(told.map(|it| self.answer(it, Basis::Status(it.status()))));
        }
        (None, answers)
    }

    fn medications(&self) -> Vec<Answer> {
        let answers = self.in_sections(&[Section::Medications]);
        if !answers.is_empty() {
            return answers;
        }
        let given = self.reading.mentions.iter().filter(|it| {
            self.rules.kind_of(it) == Some(ConceptKind::Drug)
                && it.status() == Status::Affirmed
                && self.section_kind(it.section_idx) != Section::Allergies
        });
        let mut answers: Vec<Answer> = given
            .map(|it| self.answer(it, Basis::Status(it.status())))
            .collect();
        answers.dedup_by(|later, earlier| later.sentence == earlier.sentence);
        answers
    }

    /// The sentences of the first of these sections that the note has.
    fn in_sections(&self, kinds: &[Section]) -> Vec<Answer> {
        for kind in kinds {
            let sentences = self
                .reading
                .sentences
                .iter()
                .filter(|it| self.section_kind(it.section_idx) == *kind);
            let answers: Vec<Answer> = sentences
                .map(|it| Answer {
                    span: it.span.clone(),
                    sentence: it.span.clone(),
                    section_idx: it.section_idx,
                    basis: Basis::Section,
                })
                .collect();
            if !answers.is_empty() {
                return answers;
            }
        }
        Vec::new()
    }

    /// What has the form of the answer in a sentence with a concept asked about: behind it, else before it.
    fn formed(&self, form: Option<&Regex>) -> Vec<Answer> {
        let mut answers = Vec::new();
        for mention in self
            .asked_for()
            .filter(|it| it.status() != Status::OtherPerson)
        {
            let around = self.answer(mention, Basis::Form);
            let Some(form) = form else { break };
            let at = |part: Range<usize>| {
                let inside = self.text.get(part.clone())?;
                let found = form.captures(inside).and_then(|it| it.get(1))?;
                Some(part.start + found.start()..part.start + found.end())
            };
            let behind = at(mention.span.end..around.sentence.end);
            if let Some(span) = behind.or_else(|| at(around.sentence.start..mention.span.start)) {
                answers.push(Answer { span, ..around });
            }
        }
        answers.dedup_by(|later, earlier| later.span == earlier.span);
        answers
    }

    fn age(&self) -> Vec<Answer> {
        let found = self.reading.sentences.iter().filter_map(|it| {
            let sentence = self.text.get(it.span.clone())?;
            let groups = self.rules.asking.age.as_ref()?.captures(sentence)?;
            let age = (1..groups.len()).find_map(|at| groups.get(at))?;
            Some(Answer {
                span: it.span.start + age.start()..it.span.start + age.end(),
                sentence: it.span.clone(),
                section_idx: it.section_idx,
                basis: Basis::Form,
            })
        });
        found.take(1).collect()
    }

    /// Sentences that give a reason for what is asked about; for the visit, its complaint or indication.
    fn reason(&self) -> Vec<Answer> {
        let mut answers = Vec::new();
        for mention in self.asked_for() {
            let around = self.answer(mention, Basis::Form);
            let found = words(self.text, around.sentence.clone());
            let cues = self.rules.asking.reason.find(self.text, &found);
            let behind = cues.iter().find(|it| mention.span.end <= it.span.start);
            let span = match (behind, cues.is_empty()) {
                (Some(cue), _) => cue.span.start..around.sentence.end,
                (None, false) => around.sentence.clone(),
                (None, true) => continue,
            };
            answers.push(Answer { span, ..around });
        }
        answers.dedup_by(|later, earlier| later.sentence == earlier.sentence);
        if answers.is_empty() && self.concepts.is_empty() {
            answers = self.in_sections(&[Section::ChiefComplaint, Section::Indication]);
        }
        answers
    }

    /// A question for a section by its name, else by its words.
    fn open(&self) -> Vec<Answer> {
        let title = self
            .question
            .trim_end_matches(['?', '？', '.', ' '])
            .to_lowercase();
        let mut names = self
            .reading
            .sections
            .iter()
            .filter(|it| it.kind != Section::Other);
        let named = names.find(|it| title.ends_with(it.kind.name()));
        match named {
            Some(section) => self.in_sections(&[section.kind]),
            None => self.by_words(),
        }
    }

    /// BM25 over sentences; a concept counts as a word, so that "heart attack" finds "MI".
    fn by_words(&self) -> Vec<Answer> {
        let terms = self.terms_of_question();
        if terms.is_empty() || (terms.len() < 2 && self.reading.language == Language::Chinese) {
            return Vec::new();
        }
        let documents: Vec<Vec<String>> = self
            .reading
            .sentences
            .iter()
            .map(|it| self.terms(self.text, it.span.clone()))
            .collect();
        let n = documents.len() as f64;
        let mean = documents.iter().map(Vec::len).sum::<usize>() as f64 / n.max(1.0);
        let weight = |term: &String| {
            let df = documents.iter().filter(|it| it.contains(term)).count() as f64;
            (1.0 + (n - df + 0.5) / (df + 0.5)).ln()
        };
        let terms: Vec<(String, f64)> = terms
            .into_iter()
            .map(|it| (it.clone(), weight(&it)))
            .collect();
        let all: f64 = terms.iter().map(|it| it.1).sum();
        let mut scored = Vec::new();
        for (sentence, document) in self.reading.sentences.iter().zip(&documents) {
            let (mut score, mut cover) = (0.0, 0.0);
            for (term, idf) in &terms {
                let tf = document.iter().filter(|it| *it == term).count() as f64;
                if 0.0 < tf {
                    let length = 1.0 - B + B * document.len() as f64 / mean.max(1.0);
                    score += idf * tf * (K1 + 1.0) / (tf + K1 * length);
                    cover += idf;
                }
            }
            let cover = cover / all.max(f64::MIN_POSITIVE);
            if LEAST_COVER <= cover {
                let answer = Answer {
                    span: sentence.span.clone(),
                    sentence: sentence.span.clone(),
                    section_idx: sentence.section_idx,
                    basis: Basis::Words(cover),
                };
                scored.push((score, answer));
            }
        }
        scored.sort_by(|a, b| {
            b.0.total_cmp(&a.0)
                .then(a.1.span.start.cmp(&b.1.span.start))
        });
        scored.into_iter().map(|it| it.1).collect()
    }

    fn terms(&self, text: &str, part: Range<usize>) -> Vec<String> {
        words(text, part)
            .into_iter()
            .map(|it| it.stem().to_owned())
            .collect()
    }

    /// The words of the question that are not part of how one asks.
    fn terms_of_question(&self) -> Vec<String> {
        let found = words(self.question, 0..self.question.len());
        let asking = self.rules.asking.not_asked.find(self.question, &found);
        let mut terms: Vec<String> = found
            .iter()
            .filter(|word| {
                asking
                    .iter()
                    .all(|it| word.span.end <= it.span.start || it.span.end <= word.span.start)
            })
            .map(|it| it.stem().to_owned())
            .collect();
        terms.sort();
        terms.dedup();
        terms
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
