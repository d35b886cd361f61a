//! Where a note holds the answer to each kind of question.

use std::{collections::BTreeMap, ops::Range};

use regex::Regex;

use super::{
    ConceptKind, Language, Mention, SectionKind as Section, Status,
    answer::{Answer, Asked, Basis, Verdict},
    ranking::ranked,
    words::words,
};

/// An open question is answered where a sentence has at least this part of its words, each weighted by its rarity.
const LEAST_COVER: f64 = 0.6;

/// In the order in which they decide.
pub(super) const DIAGNOSES: &[Section] = &[
    Section::Diagnosis,
    Section::PostoperativeDiagnosis,
    Section::Impression,
    Section::AssessmentAndPlan,
    Section::Assessment,
    Section::PreoperativeDiagnosis,
];

impl Asked<'_> {
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
    pub(super) fn presence(&self, about_family: bool) -> (Option<Verdict>, Vec<Answer>) {
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
    pub(super) fn allergies(&self, found: &[Mention]) -> (Option<Verdict>, Vec<Answer>) {
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

    pub(super) fn medications(&self) -> Vec<Answer> {
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
    pub(super) fn in_sections(&self, kinds: &[Section]) -> Vec<Answer> {
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
    pub(super) fn formed(&self, form: Option<&Regex>) -> Vec<Answer> {
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

    pub(super) fn age(&self) -> Vec<Answer> {
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
    pub(super) fn reason(&self) -> Vec<Answer> {
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
    pub(super) fn open(&self) -> Vec<Answer> {
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

    /// By the words of the question; a sentence that has too few of them is no answer.
    pub(super) fn by_words(&self) -> Vec<Answer> {
        let terms = self.terms_of_question();
        // One character of Chinese says too little.
        if terms.len() < 2 && self.reading.language == Language::Chinese {
            return Vec::new();
        }
        let sentences = &self.reading.sentences;
        let documents: Vec<Vec<String>> = sentences
            .iter()
            .map(|it| self.terms(self.text, it.span.clone()))
            .collect();
        let ranked = ranked(&documents, &terms).into_iter();
        let ranked = ranked.filter(|it| LEAST_COVER <= it.cover);
        let answers = ranked.filter_map(|it| {
            let sentence = sentences.get(it.idx)?;
            Some(Answer {
                span: sentence.span.clone(),
                sentence: sentence.span.clone(),
                section_idx: sentence.section_idx,
                basis: Basis::Words(it.cover),
            })
        });
        answers.collect()
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
