//! A conversation of doctor and patient: its turns, and the history that the patient gives in it, in the patient's words.
//!
//! Nothing is generated: a line of the history quotes a turn and names the concepts in it. A bare "no" or "yes" speaks of
//! the concepts of the question before it.

use std::ops::Range;

use super::{
    ConceptKind as Kind, Mention, Rules, SectionKind, Status, mentions_of, sentences::sentences,
    topics::SPEAKERS,
};

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Speaker {
    Doctor,
    Patient,
    /// Whoever came with the patient.
    Family,
    /// A nurse or a second doctor.
    Clinician,
}

impl Speaker {
    /// Its word in text and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Doctor => "doctor",
            Self::Patient => "patient",
            Self::Family => "family",
            Self::Clinician => "clinician",
        }
    }

    /// By the label of a turn, in any case, with or without a number: `Guest_family_2`.
    fn parse(label: &str) -> Option<Self> {
        let plain = label.trim().to_lowercase().replace([' ', '-'], "_");
        let plain = plain.trim_end_matches(|it: char| it.is_ascii_digit() || it == '_');
        SPEAKERS
            .iter()
            .find(|it| it.1.contains(&plain))
            .map(|it| it.0)
    }

    fn tells_history(self) -> bool {
        matches!(self, Self::Patient | Self::Family)
    }
}

/// What one person says before another does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    pub speaker: Speaker,
    /// What was said, without the label.
    pub span: Range<usize>,
}

/// Part of a history: the patient's words, the question that they answer, and the concepts in both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntakeLine {
    pub section: SectionKind,
    pub turn_idx: usize,
    /// The turn that asked.
    pub question_idx: Option<usize>,
    /// The words quoted, within the turn.
    pub span: Range<usize>,
    /// Those of the words themselves, and of the question where the answer is a yes or a no. Their sentence is counted
    /// within the turn, and their section is the turn.
    pub mentions: Vec<Mention>,
}

/// The turns of a conversation; none for any other text, such as a note.
pub fn turns(text: &str) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::new();
    let mut n_labelled = 0;
    let mut line_start = 0;
    for line in text.split_inclusive('\n') {
        let end = line_start + line.trim_end().len();
        let labelled = line.find([':', '：']).and_then(|colon| {
            let speaker = Speaker::parse(line.get(..colon)?)?;
            let after = line.get(colon..)?.chars().next()?.len_utf8();
            Some((speaker, line_start + colon + after))
        });
        match labelled {
            Some((speaker, from)) => {
                n_labelled += 1;
                turns.push(Turn {
                    speaker,
                    span: from..end.max(from),
                });
            }
            // A line without a label goes on with the turn.
            None if !line.trim().is_empty() => {
                if let Some(last) = turns.last_mut() {
                    last.span.end = end;
                }
            }
            None => {}
        }
        line_start += line.len();
    }
    let has_two = turns
        .iter()
        .any(|it| it.speaker != turns.first().map_or(it.speaker, |first| first.speaker));
    let n_lines = text.lines().filter(|it| !it.trim().is_empty()).count();
    if n_labelled < 2 || !has_two || n_labelled * 2 < n_lines {
        return Vec::new();
    }
    turns
}

/// The history that a conversation gives, in the order in which it was told.
pub fn intake(rules: &Rules, text: &str) -> Vec<IntakeLine> {
    let turns = turns(text);
    let mut lines = Vec::new();
    let mut topic = SectionKind::ChiefComplaint;
    let mut question: Option<(usize, Vec<Mention>)> = None;
    for (turn_idx, turn) in turns.iter().enumerate() {
        if !turn.speaker.tells_history() {
            let asked = mentions_of(rules, text, turn.span.clone(), SectionKind::Other, turn_idx);
            topic = topic_of_question(rules, text, turn, &asked, topic);
            question = Some((turn_idx, asked));
            continue;
        }
        let reply = rules.topics.reply(text, turn.span.clone());
        let mut first = true;
        for (section, span) in parts(rules, text, turn, topic) {
            let mut mentions = mentions_of(rules, text, span.clone(), section, turn_idx);
            if first && let Some((_, asked)) = &question {
                mentions.splice(0..0, answered(asked, reply.as_ref(), &mentions, section));
            }
            first = false;
            lines.push(IntakeLine {
                section,
                turn_idx,
                question_idx: question.as_ref().map(|it| it.0),
                span,
                mentions,
            });
        }
        // The next words of the patient answer nothing that was asked.
        question = question.map(|it| (it.0, Vec::new()));
        if topic == SectionKind::ChiefComplaint {
            topic = SectionKind::PresentIllness;
        }
    }
    lines
}

/// What a question asks about: by its words, by the kind of its concepts, else what was spoken of before.
fn topic_of_question(
    rules: &Rules,
    text: &str,
    turn: &Turn,
    asked: &[Mention],
    before: SectionKind,
) -> SectionKind {
    if let Some(topic) = rules.topics.of(text, turn.span.clone()) {
        return topic;
    }
    let has = |kind| asked.iter().any(|it| rules.kind_of(it) == Some(kind));
    match before {
        SectionKind::ChiefComplaint | SectionKind::PresentIllness if has(Kind::Symptom) => {
            SectionKind::PresentIllness
        }
        SectionKind::FamilyHistory if !asked.is_empty() => before,
        _ if has(Kind::Symptom) => SectionKind::ReviewOfSystems,
        _ if has(Kind::Drug) => SectionKind::Medications,
        _ if has(Kind::Procedure) => SectionKind::SurgicalHistory,
        _ if has(Kind::Problem) => SectionKind::PastHistory,
        _ => before,
    }
}

/// The sentences of an answer, joined where they speak of the same: what the patient volunteers has its own section.
fn parts(
    rules: &Rules,
    text: &str,
    turn: &Turn,
    topic: SectionKind,
) -> Vec<(SectionKind, Range<usize>)> {
    let mut parts: Vec<(SectionKind, Range<usize>)> = Vec::new();
    for sentence in sentences(text, turn.span.clone()) {
        let own = rules.topics.of(text, sentence.clone()).filter(|it| {
            matches!(
                it,
                SectionKind::FamilyHistory
                    | SectionKind::Allergies
                    | SectionKind::SurgicalHistory
                    | SectionKind::SocialHistory
            )
        });
        let section = own.unwrap_or(topic);
        match parts.last_mut() {
            Some((before, span)) if *before == section => span.end = sentence.end,
            _ => parts.push((section, sentence)),
        }
    }
    parts
}

/// The concepts of a question with what the reply says of them; not those that the answer itself speaks of.
fn answered(
    asked: &[Mention],
    reply: Option<&(Option<Status>, Range<usize>)>,
    own: &[Mention],
    section: SectionKind,
) -> Vec<Mention> {
    let Some((status, cue)) = reply else {
        return Vec::new();
    };
    asked
        .iter()
        .filter(|it| own.iter().all(|own| own.concept_idx != it.concept_idx))
        .cloned()
        .map(|mut it| {
            // "Any" of a question and its own doubt say nothing: the reply does.
            it.assertion = it.assertion.answered(*status, cue).in_section(section);
            it
        })
        .collect()
}
