//! Questions that a note answers by its own section heads and a few patterns, and questions that it does not answer.
//! Made from templates: no person asked them.

use std::ops::Range;

use rand::{
    RngExt,
    seq::{IndexedRandom as _, SliceRandom as _},
};

/// Words of the longest answer.
const LONGEST_WORDS: usize = 18;
/// Answered questions of one note at most; one that it does not answer comes with every four.
const MOST: usize = 8;

/// What is asked about, the section heads that answer it, and how it is asked. The last phrasing is never taught.
struct Topic {
    heads: &'static [&'static str],
    phrasings: &'static [&'static str],
}

/// A question about a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) question: &'static str,
    /// Bytes of the note; `None` where it does not tell.
    pub(super) answer: Option<Range<usize>>,
    /// Whether its phrasing is one that is never taught.
    pub(super) is_new: bool,
}

const fn topic(heads: &'static [&'static str], phrasings: &'static [&'static str]) -> Topic {
    Topic { heads, phrasings }
}

const TOPICS: [Topic; 24] = [
    topic(
        &[
            "MEDICATIONS",
            "CURRENT MEDICATIONS",
            "MEDS",
            "HOME MEDICATIONS",
            "DISCHARGE MEDICATIONS",
        ],
        &[
            "What medications does the patient take?",
            "What are the current medications?",
            "Which drugs is the patient on?",
        ],
    ),
    topic(
        &["ALLERGIES", "DRUG ALLERGIES", "ALLERGY"],
        &[
            "Is the patient allergic to anything?",
            "What allergies does the patient have?",
            "Are there any known allergies?",
        ],
    ),
    topic(
        &[
            "CHIEF COMPLAINT",
            "REASON FOR VISIT",
            "REASON FOR CONSULTATION",
            "PRESENTING COMPLAINT",
        ],
        &[
            "What is the chief complaint?",
            "What does the patient complain of?",
            "Why did the patient come?",
        ],
    ),
    topic(
        &["PREOPERATIVE DIAGNOSIS", "PREOPERATIVE DIAGNOSES"],
        &[
            "What is the preoperative diagnosis?",
            "What was the diagnosis before surgery?",
            "What was suspected before the operation?",
        ],
    ),
    topic(
        &["POSTOPERATIVE DIAGNOSIS", "POSTOPERATIVE DIAGNOSES"],
        &[
            "What is the postoperative diagnosis?",
            "What was the diagnosis after surgery?",
            "What did the operation find?",
        ],
    ),
    topic(
        &[
            "PROCEDURE",
            "PROCEDURE PERFORMED",
            "PROCEDURES PERFORMED",
            "PROCEDURES",
            "OPERATION",
            "OPERATION PERFORMED",
            "OPERATIVE PROCEDURE",
            "TITLE OF OPERATION",
        ],
        &[
            "What procedure was performed?",
            "Which operation was done?",
            "What was done to the patient?",
        ],
    ),
    topic(
        &["ANESTHESIA"],
        &[
            "What anesthesia was used?",
            "What kind of anesthesia was given?",
            "How was the patient anesthetized?",
        ],
    ),
    topic(
        &["ESTIMATED BLOOD LOSS", "BLOOD LOSS", "EBL"],
        &[
            "What was the estimated blood loss?",
            "How much blood was lost?",
            "How much did the patient bleed?",
        ],
    ),
    topic(
        &["COMPLICATIONS"],
        &[
            "Were there any complications?",
            "What complications occurred?",
            "Did anything go wrong?",
        ],
    ),
    topic(
        &["DRAINS"],
        &[
            "Were any drains placed?",
            "What drains were left?",
            "Is there a drain?",
        ],
    ),
    topic(
        &["SPECIMENS", "SPECIMEN"],
        &[
            "What specimens were sent?",
            "Was a specimen taken?",
            "What went to pathology?",
        ],
    ),
    topic(
        &["TOURNIQUET TIME"],
        &[
            "What was the tourniquet time?",
            "How long was the tourniquet up?",
            "How long was the tourniquet inflated?",
        ],
    ),
    topic(
        &[
            "INDICATION",
            "INDICATIONS",
            "INDICATIONS FOR PROCEDURE",
            "INDICATION FOR PROCEDURE",
            "REASON FOR EXAM",
        ],
        &[
            "What is the indication?",
            "Why was the procedure done?",
            "What was the reason for the examination?",
        ],
    ),
    topic(
        &["PAST MEDICAL HISTORY"],
        &[
            "What is the past medical history?",
            "What illnesses has the patient had?",
            "Which diseases are known from before?",
        ],
    ),
    topic(
        &["PAST SURGICAL HISTORY"],
        &[
            "What is the past surgical history?",
            "What operations has the patient had?",
            "Which surgery was done in the past?",
        ],
    ),
    topic(
        &["FAMILY HISTORY"],
        &[
            "What is the family history?",
            "Which diseases run in the family?",
            "What do the relatives suffer from?",
        ],
    ),
    topic(
        &["SOCIAL HISTORY"],
        &[
            "What is the social history?",
            "Does the patient smoke or drink?",
            "What are the habits of the patient?",
        ],
    ),
    topic(
        &[
            "IMPRESSION",
            "ASSESSMENT",
            "DIAGNOSIS",
            "DIAGNOSES",
            "DISCHARGE DIAGNOSES",
            "ADMITTING DIAGNOSIS",
        ],
        &[
            "What is the impression?",
            "What is the diagnosis?",
            "What does the patient have?",
        ],
    ),
    topic(
        &["DISPOSITION"],
        &[
            "What is the disposition?",
            "Where does the patient go?",
            "What happens to the patient next?",
        ],
    ),
    topic(
        &["LUNGS", "RESPIRATORY"],
        &[
            "How are the lungs?",
            "What does the examination of the lungs show?",
            "What is heard over the lungs?",
        ],
    ),
    topic(
        &["HEART", "CARDIOVASCULAR", "CARDIAC"],
        &[
            "How is the heart?",
            "What does the examination of the heart show?",
            "What is heard over the heart?",
        ],
    ),
    topic(
        &["ABDOMEN", "GASTROINTESTINAL"],
        &[
            "How is the abdomen?",
            "What does the examination of the abdomen show?",
            "What is felt in the belly?",
        ],
    ),
    topic(
        &["EXTREMITIES"],
        &[
            "How are the extremities?",
            "What does the examination of the extremities show?",
            "What is seen on arms and legs?",
        ],
    ),
    topic(
        &["VITAL SIGNS", "VITALS"],
        &[
            "What are the vital signs?",
            "What were pulse and blood pressure?",
            "Which vital signs were measured?",
        ],
    ),
];

/// How old the patient is: told by `NN-year-old`, under no head.
const AGE: [&str; 3] = [
    "How old is the patient?",
    "What is the age of the patient?",
    "What age is the person?",
];

/// A head in capitals and what stands below it, in bytes of the note.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Section {
    head: Range<usize>,
    body: Range<usize>,
}

/// Some questions about a note. `is_taught` leaves out the phrasings that are kept for the test.
pub(super) fn ask(text: &str, is_taught: bool, random: &mut impl RngExt) -> Vec<Asked> {
    let sections = sections(text);
    let (mut told, mut untold) = (Vec::new(), Vec::new());
    for topic in &TOPICS {
        let is_head = |it: &&Section| {
            topic
                .heads
                .contains(&text.get(it.head.clone()).unwrap_or_default())
        };
        match sections.iter().find(is_head) {
            // A section without a short first sentence is there, but is no good answer: neither kind of question.
            Some(section) => {
                if let Some(answer) = first_sentence(text, section.body.clone()) {
                    told.push((topic.phrasings, answer));
                }
            }
            None => untold.push(topic.phrasings),
        }
    }
    match age(text) {
        Some(answer) => told.push((&AGE, answer)),
        None => untold.push(&AGE),
    }
    told.shuffle(random);
    told.truncate(MOST);
    let n_untold = (told.len() + random.random_range(0..4)) / 4;
    untold.shuffle(random);
    untold.truncate(n_untold);
    let told = told
        .into_iter()
        .map(|(phrasings, answer)| (phrasings, Some(answer)));
    let all = told.chain(untold.into_iter().map(|it| (it, None)));
    all.filter_map(|(phrasings, answer)| {
        let (new, taught) = phrasings.split_last()?;
        let is_new = !is_taught && random.random_bool(0.5);
        let question = if is_new { new } else { taught.choose(random)? };
        Some(Asked {
            question,
            answer,
            is_new,
        })
    })
    .collect()
}

/// The sections of a note: a head is a run of capitals before a colon, behind the start, a comma, a stop or a line end.
fn sections(text: &str) -> Vec<Section> {
    let is_of_head = |it: u8| it.is_ascii_uppercase() || matches!(it, b' ' | b'/' | b'&' | b'-');
    let bytes = text.as_bytes();
    let mut heads: Vec<(Range<usize>, usize)> = Vec::new();
    for (colon, _) in text.match_indices(':') {
        let before = bytes.get(..colon).unwrap_or_default();
        let n = before
            .iter()
            .rev()
            .take_while(|it| is_of_head(**it))
            .count();
        let run = text.get(colon - n..colon).unwrap_or_default();
        let start = colon - run.trim_start().len();
        let head = run.trim();
        let opens = matches!(
            before
                .get(..start)
                .and_then(|it| it.iter().rev().find(|it| **it != b' ')),
            None | Some(b',' | b'.' | b'\n' | b':' | b';')
        );
        if opens && 2 < head.len() && head.starts_with(|it: char| it.is_ascii_uppercase()) {
            heads.push((start..start + head.len(), colon + 1));
        }
    }
    let ends = heads
        .iter()
        .skip(1)
        .map(|(head, _)| head.start)
        .chain([text.len()]);
    let pairs: Vec<_> = heads.iter().zip(ends).collect();
    pairs
        .into_iter()
        .map(|((head, from), end)| Section {
            head: head.clone(),
            body: *from..end,
        })
        .collect()
}

/// The first sentence of a section, or its first item, if it is short enough to be an answer.
fn first_sentence(text: &str, body: Range<usize>) -> Option<Range<usize>> {
    let whole = text.get(body.clone())?;
    let is_gap = |it: char| it.is_whitespace() || matches!(it, ',' | ':');
    let mut from = whole.len() - whole.trim_start_matches(is_gap).len();
    // "1.  Nausea." is an item, and its number no sentence.
    let rest = whole.get(from..)?;
    let unnumbered = rest.trim_start_matches(|it: char| it.is_ascii_digit());
    if unnumbered.len() < rest.len()
        && let Some(item) = unnumbered.strip_prefix(['.', ')'])
        && item.starts_with(char::is_whitespace)
    {
        from = whole.len() - item.trim_start_matches(is_gap).len();
    }
    let rest = whole.get(from..)?;
    let ends_here = |(at, _): &(usize, &str)| {
        let next = rest.get(at + 1..).and_then(|it| it.chars().next());
        next.is_none_or(|it| it.is_whitespace() || it == ',')
    };
    let end = rest
        .match_indices('.')
        .find(ends_here)
        .map_or(rest.len(), |(at, _)| at);
    let sentence = rest.get(..end)?.trim_end_matches(is_gap);
    let n_words = sentence.split_whitespace().count();
    let has_letters = 2 < sentence.chars().filter(|it| it.is_alphanumeric()).count();
    let from = body.start + from;
    ((1..=LONGEST_WORDS).contains(&n_words) && has_letters).then(|| from..from + sentence.len())
}

/// Where the note says `NN-year-old`.
fn age(text: &str) -> Option<Range<usize>> {
    let end = text.find("-year-old")?;
    let before = text.get(..end)?;
    let start = before
        .trim_end_matches(|it: char| it.is_ascii_digit())
        .len();
    (start < end).then(|| start..end + "-year-old".len())
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng as _, rngs::StdRng};

    use super::{age, ask, first_sentence, sections};

    const NOTE: &str = "CHIEF COMPLAINT:,  Cough.,HISTORY:  This 61-year-old man coughs; see Exam: below.  He \
                        smokes.,ALLERGIES: ,1.  Penicillin, by rash.  2. None else.,BLOOD LOSS:  50 mL";

    fn first(head: &str) -> Option<&'static str> {
        let found = sections(NOTE)
            .into_iter()
            .find(|it| &NOTE[it.head.clone()] == head)?;
        first_sentence(NOTE, found.body).map(|it| &NOTE[it])
    }

    #[test]
    fn sections_begin_with_capitals_and_answer_with_their_first_sentence() {
        assert_eq!(sections(NOTE).len(), 4);
        assert_eq!(first("CHIEF COMPLAINT"), Some("Cough"));
        assert_eq!(first("ALLERGIES"), Some("Penicillin, by rash"));
        assert_eq!(first("BLOOD LOSS"), Some("50 mL"));
        assert_eq!(age(NOTE).map(|it| &NOTE[it]), Some("61-year-old"));
        assert_eq!(age("a -year-old habit"), None);
        assert!(sections("no head: here. A: b").is_empty());
    }

    #[test]
    fn what_the_note_does_not_tell_has_no_answer_and_new_phrasings_are_not_taught() {
        let mut random = StdRng::seed_from_u64(1);
        let (mut n_told, mut n_untold, mut n_new) = (0, 0, 0);
        for _ in 0..200 {
            for asked in ask(NOTE, true, &mut random) {
                assert!(!asked.is_new);
                match asked.answer.map(|it| &NOTE[it]) {
                    Some("Cough") => assert!(asked.question.contains("compl")),
                    Some(_) => n_told += 1,
                    None => n_untold += 1,
                }
            }
            n_new += ask(NOTE, false, &mut random)
                .iter()
                .filter(|it| it.is_new)
                .count();
        }
        assert!(n_told > 2 * n_untold && 0 < n_untold && 0 < n_new);
    }
}
