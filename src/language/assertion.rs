//! What a sentence says of a concept in it: there, not there, perhaps, in the past, if ever, or of somebody else.
//!
//! After NegEx (Chapman et al., J Biomed Inform 34:301, 2001) and ConText (Harkema et al., J Biomed Inform 42:839, 2009):
//!
//! 1. cues are found longest first, so that a pseudo-cue (`no increase`) hides the cue inside it (`no`);
//! 2. a cue reaches forward or backward to the next stop, the end of the sentence or its own longest reach;
//! 3. of several that reach a concept the one of the strongest status decides; in doubt the section does.

use std::{collections::BTreeMap, ops::Range};

use super::{
    sections::SectionKind,
    words::{Hit, Phrases, Word},
};

/// The cues; the head of each tells its columns.
const LISTS: [&str; 2] = [
    include_str!("../../assets/lexicon/cues-en.tsv"),
    include_str!("../../assets/lexicon/cues-zh.tsv"),
];

/// No cue reaches further than this many words.
const LONGEST_REACH: usize = 60;

/// What is said of a concept. A later one is stronger where several are said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    Affirmed,
    Historical,
    Uncertain,
    Hypothetical,
    Negated,
    /// Of a relative or another person, whatever is said of them.
    OtherPerson,
}

impl Status {
    /// Its word in text and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Affirmed => "affirmed",
            Self::Historical => "historical",
            Self::Uncertain => "uncertain",
            Self::Hypothetical => "hypothetical",
            Self::Negated => "negated",
            Self::OtherPerson => "other person",
        }
    }

    /// As the lists of cues have it.
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "negated" => Self::Negated,
            "uncertain" => Self::Uncertain,
            "hypothetical" => Self::Hypothetical,
            "historical" => Self::Historical,
            "other" => Self::OtherPerson,
            _ => return None,
        })
    }
}

/// Every status that is said of one concept, each with the cue that says it. A cue is empty where the section says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assertion {
    said: BTreeMap<Status, Range<usize>>,
}

impl Assertion {
    /// The strongest that is said.
    pub fn status(&self) -> Status {
        self.said
            .last_key_value()
            .map_or(Status::Affirmed, |it| *it.0)
    }

    /// The words that decided, unless nothing or the section did.
    pub fn cue(&self) -> Option<Range<usize>> {
        self.cue_of(self.status())
    }

    /// Whether a status is said, be it decisive or not.
    pub fn says(&self, status: Status) -> bool {
        self.said.contains_key(&status)
    }

    /// The words that say a status.
    pub fn cue_of(&self, status: Status) -> Option<Range<usize>> {
        self.said.get(&status).filter(|it| !it.is_empty()).cloned()
    }

    /// What a reply makes of a concept in the question: denied, doubted, or confirmed where it says no status.
    pub(super) fn answered(mut self, status: Option<Status>, reply: &Range<usize>) -> Self {
        self.said
            .retain(|it, _| matches!(it, Status::OtherPerson | Status::Historical));
        if let Some(status) = status {
            self.said.insert(status, reply.clone());
        }
        self
    }

    /// A cue that stands so many words before the concept.
    fn say_before(&mut self, roles: &[Role], distance: usize, cue: &Range<usize>) {
        let is_denied = self.says(Status::Negated);
        for role in roles {
            match role {
                // "History of gout, denies pain": what is denied nearer by is not history.
                Role::Before(Status::Historical, _) if is_denied => {}
                Role::Before(status, reach) if distance <= *reach => self.say(*status, cue),
                _ => {}
            }
        }
    }

    /// A cue that stands so many words behind the concept, perhaps at the end of the sentence.
    fn say_after(&mut self, roles: &[Role], distance: usize, is_end: bool, cue: &Range<usize>) {
        for role in roles {
            match role {
                Role::After(status, reach) if distance <= *reach => self.say(*status, cue),
                Role::End(status, reach) if is_end && distance <= *reach => self.say(*status, cue),
                _ => {}
            }
        }
    }

    fn say(&mut self, status: Status, cue: &Range<usize>) {
        self.said.entry(status).or_insert_with(|| cue.clone());
    }

    /// What a section says of everything in it that no cue speaks of.
    pub(super) fn in_section(mut self, kind: SectionKind) -> Self {
        let prior = match kind {
            SectionKind::FamilyHistory => Status::OtherPerson,
            SectionKind::PastHistory | SectionKind::SurgicalHistory if self.said.is_empty() => {
                Status::Historical
            }
            _ => return self,
        };
        self.said.entry(prior).or_insert(0..0);
        self
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// It speaks of what follows, as far as so many words.
    Before(Status, usize),
    /// It speaks of what stands before it.
    After(Status, usize),
    /// It speaks of what stands so many words before it, as the last word of the sentence: `Alcohol: none.`
    End(Status, usize),
    /// It ends what reaches so far from the other side; what it says itself still holds.
    Stop,
}

/// The phrases that say a status.
#[derive(Debug)]
pub(super) struct Cues {
    /// Roles of each phrase; none for a pseudo-cue.
    roles: Vec<Vec<Role>>,
    phrases: Phrases<usize>,
}

impl Cues {
    /// The built-in lists, English and Chinese in one.
    pub(super) fn built_in() -> Self {
        let mut by_phrase: BTreeMap<&str, Vec<Role>> = BTreeMap::new();
        for line in LISTS.iter().flat_map(|it| it.lines()) {
            if let Some((phrase, role)) = parse(line) {
                by_phrase.entry(phrase).or_default().extend(role);
            }
        }
        let mut cues = Self {
            roles: Vec::new(),
            phrases: Phrases::new(),
        };
        for (phrase, roles) in by_phrase {
            cues.phrases.add(phrase, cues.roles.len());
            cues.roles.push(roles);
        }
        cues
    }

    /// The cues among the words of a sentence.
    pub(super) fn find(&self, text: &str, words: &[Word]) -> Vec<Hit<usize>> {
        self.phrases.find(text, words)
    }

    /// What cues of a sentence say of a concept in it; `concept` indexes the words.
    pub(super) fn assertion(
        &self,
        text: &str,
        words: &[Word],
        hits: &[Hit<usize>],
        concept: &Range<usize>,
    ) -> Assertion {
        let first_after = hits.partition_point(|it| it.words.end <= concept.end);
        let last_before = hits.partition_point(|it| it.words.start < concept.start);
        // Words of the concept are no part of a cue: "no change in vision" is not "no change".
        let cut = |hit: &Hit<usize>, part: Range<usize>| match words.get(part.clone()) {
            Some(words) if part != hit.words => {
                let found = self.phrases.find(text, words).into_iter();
                found.map(|it| it.later(part.start)).collect()
            }
            _ => vec![hit.clone()],
        };
        let mut assertion = Assertion::default();
        let before = hits.iter().take(last_before).rev();
        // The nearest first.
        let before = before.flat_map(|it| {
            let cues = cut(it, it.words.start..it.words.end.min(concept.start));
            cues.into_iter().rev()
        });
        for hit in before {
            let distance = concept.start - hit.words.end;
            let roles = self.roles_of(&hit);
            if LONGEST_REACH < distance {
                break;
            }
            if !is_bracketed(text, words, &hit, concept) {
                assertion.say_before(roles, distance, &hit.span);
            }
            // 无发热，可能为肺炎: "may be" speaks of what follows and ends what was denied before it.
            if roles.contains(&Role::Stop) {
                break;
            }
        }
        let after = hits.iter().skip(first_after);
        let after = after.flat_map(|it| cut(it, it.words.start.max(concept.end)..it.words.end));
        for hit in after {
            let distance = hit.words.start - concept.end;
            let roles = self.roles_of(&hit);
            if LONGEST_REACH < distance || roles.contains(&Role::Stop) {
                break;
            }
            let is_end = hit.words.end == words.len();
            assertion.say_after(roles, distance, is_end, &hit.span);
        }
        assertion
    }

    fn roles_of(&self, hit: &Hit<usize>) -> &[Role] {
        self.roles.get(hit.value).map_or(&[], Vec::as_slice)
    }
}

/// Whether a bracket closes between a cue and the concept behind it: what stands in brackets speaks of nothing outside.
fn is_bracketed(text: &str, words: &[Word], cue: &Hit<usize>, concept: &Range<usize>) -> bool {
    let gap = words
        .get(concept.start)
        .and_then(|it| text.get(cue.span.end..it.span.start));
    let mut depth = 0;
    gap.unwrap_or_default().chars().any(|it| {
        match it {
            '(' | '（' => depth += 1,
            ')' | '）' => depth -= 1,
            _ => {}
        }
        depth < 0
    })
}

/// A line of a list: phrase, kind, status, reach. `None` for a remark; a pseudo-cue has no role.
fn parse(line: &str) -> Option<(&str, Option<Role>)> {
    let mut columns = line.split('\t');
    let (phrase, kind, status, reach) = (
        columns.next()?,
        columns.next()?,
        columns.next()?,
        columns.next()?,
    );
    let reach = reach.parse().unwrap_or(LONGEST_REACH);
    let role = match kind {
        "before" => Some(Role::Before(Status::parse(status)?, reach)),
        "after" => Some(Role::After(Status::parse(status)?, reach)),
        "end" => Some(Role::End(Status::parse(status)?, reach)),
        "stop" => Some(Role::Stop),
        "pseudo" => None,
        _ => return None,
    };
    Some((phrase, role))
}

#[cfg(test)]
mod tests {
    use super::{LISTS, parse};

    #[test]
    fn every_line_of_the_lists_is_a_cue() {
        for line in LISTS
            .iter()
            .flat_map(|it| it.lines())
            .filter(|it| !it.starts_with('#'))
        {
            assert!(parse(line).is_some(), "{line}");
        }
    }
}
