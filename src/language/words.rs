//! Words of a text, and phrases found among them: the longest first, in any letter case, number, spacing and line break.

use std::{collections::BTreeMap, ops::Range};

/// A word of a text: letters and digits with inner apostrophes, one Han character, or a question mark.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub(super) span: Range<usize>,
    /// As a phrase spells it: lower case, without the ending of a plural or a genitive.
    stem: String,
}

impl Word {
    pub(super) fn stem(&self) -> &str {
        &self.stem
    }
}

/// The words of a part of a text, in order; spans are of the whole text.
pub(super) fn words(text: &str, part: Range<usize>) -> Vec<Word> {
    let Some(inside) = text.get(part.clone()) else {
        return Vec::new();
    };
    let mut words = Vec::new();
    let mut start = None;
    let mut push = |from: usize, to: usize| {
        if let Some(word) = inside.get(from..to) {
            words.push(Word {
                span: part.start + from..part.start + to,
                stem: stem(word),
            });
        }
    };
    let mut chars = inside.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        let next = chars.peek().map(|it| it.1);
        let goes_on = match char {
            _ if is_han(char) => false,
            '\'' | '’' => start.is_some() && next.is_some_and(char::is_alphanumeric),
            _ => char.is_alphanumeric(),
        };
        if goes_on {
            start.get_or_insert(at);
            continue;
        }
        if let Some(from) = start.take() {
            push(from, at);
        }
        // A question mark is a doctor's "perhaps": `?pneumonia`.
        if is_han(char) || matches!(char, '?' | '？') {
            push(at, at + char.len_utf8());
        }
    }
    if let Some(from) = start {
        push(from, inside.len());
    }
    words
}

/// A character of Chinese writing (the blocks that clinical text uses).
pub(super) fn is_han(char: char) -> bool {
    matches!(char, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// Lower case, the genitive and the plural taken off; both sides of a comparison go through it.
pub(super) fn stem(word: &str) -> String {
    let mut stem = word.to_lowercase().replace('’', "'");
    if let Some(owner) = stem.strip_suffix("'s") {
        return owner.to_owned();
    }
    let has_plural = 3 < stem.chars().count()
        && stem.ends_with('s')
        && !["ss", "us", "is"].iter().any(|it| stem.ends_with(it));
    if has_plural {
        stem.pop();
        if let Some(base) = stem.strip_suffix("ie") {
            stem = format!("{base}y");
        }
    }
    stem
}

/// Phrases, each with a value, as a tree of words.
#[derive(Debug)]
pub(super) struct Phrases<T> {
    /// From a node by a word to the next node; node 0 is the root.
    steps: BTreeMap<String, BTreeMap<usize, usize>>,
    ends: BTreeMap<usize, T>,
    n_nodes: usize,
}

/// A phrase in a text.
#[derive(Clone, Debug)]
pub(super) struct Hit<T> {
    pub(super) span: Range<usize>,
    /// Index of its first word and of the word after its last.
    pub(super) words: Range<usize>,
    pub(super) value: T,
}

impl<T> Hit<T> {
    /// The same where so many words stand before.
    pub(super) fn later(mut self, n_words: usize) -> Self {
        self.words = self.words.start + n_words..self.words.end + n_words;
        self
    }
}

impl<T: Copy> Phrases<T> {
    pub(super) fn new() -> Self {
        Self {
            steps: BTreeMap::new(),
            ends: BTreeMap::new(),
            n_nodes: 1,
        }
    }

    /// The phrases of each list, with the value of the list.
    pub(super) fn of(lists: &[(T, &[&str])]) -> Self {
        let mut phrases = Self::new();
        for (value, list) in lists {
            for phrase in *list {
                phrases.add(phrase, *value);
            }
        }
        phrases
    }

    /// Adds a phrase; the first of two that read alike stays. A single word in capitals matches only as it is written.
    pub(super) fn add(&mut self, phrase: &str, value: T) {
        let found = words(phrase, 0..phrase.len());
        let is_exact = found.len() == 1 && is_capitals(phrase);
        let mut node = 0;
        for word in found {
            let key = if is_exact {
                phrase.to_owned()
            } else {
                word.stem
            };
            let next = self
                .steps
                .entry(key)
                .or_default()
                .entry(node)
                .or_insert(self.n_nodes);
            node = *next;
            self.n_nodes = self.n_nodes.max(node + 1);
        }
        if node != 0 {
            self.ends.entry(node).or_insert(value);
        }
    }

    /// Every phrase among the words, leftmost and longest first, none over another.
    pub(super) fn find(&self, text: &str, words: &[Word]) -> Vec<Hit<T>> {
        let mut hits = Vec::new();
        let mut at = 0;
        while at < words.len() {
            match self.at(text, words, at) {
                Some(hit) => {
                    at = hit.words.end;
                    hits.push(hit);
                }
                None => at += 1,
            }
        }
        hits
    }

    /// The longest phrase that begins with the word of an index.
    pub(super) fn at(&self, text: &str, words: &[Word], first: usize) -> Option<Hit<T>> {
        let start = words.get(first)?.span.start;
        let written = text.get(words.get(first)?.span.clone())?;
        let exact = is_capitals(written)
            .then(|| self.step(written, 0).and_then(|it| self.ends.get(&it)))
            .flatten();
        let mut best = exact.map(|value| (first, *value));
        let mut node = 0;
        let mut before: Option<&Word> = None;
        for (idx, word) in words.iter().enumerate().skip(first) {
            if before.is_some_and(|it| !joins(text.get(it.span.end..word.span.start))) {
                break;
            }
            let Some(next) = self.step(&word.stem, node) else {
                break;
            };
            node = next;
            if let Some(value) = self.ends.get(&node) {
                best = Some((idx, *value));
            }
            before = Some(word);
        }
        let (last, value) = best?;
        Some(Hit {
            span: start..words.get(last)?.span.end,
            words: first..last + 1,
            value,
        })
    }

    fn step(&self, word: &str, node: usize) -> Option<usize> {
        self.steps.get(word)?.get(&node).copied()
    }
}

fn is_capitals(word: &str) -> bool {
    1 < word.len()
        && word.chars().any(|it| it.is_ascii_uppercase())
        && word
            .chars()
            .all(|it| it.is_ascii_uppercase() || it.is_ascii_digit())
}

/// What may stand between two words of one phrase: spaces, one line break, a hyphen or a slash.
fn joins(gap: Option<&str>) -> bool {
    gap.is_some_and(|it| {
        it.len() <= 12
            && it.matches('\n').count() <= 1
            && it
                .chars()
                .all(|it| it.is_whitespace() || matches!(it, '-' | '/' | '‐' | '–'))
    })
}

#[cfg(test)]
mod tests {
    use super::{Phrases, stem, words};

    #[track_caller]
    fn check(phrases: &[&str], text: &str, wanted: &[&str]) {
        let mut tree = Phrases::new();
        for phrase in phrases {
            tree.add(phrase, ());
        }
        let found = tree.find(text, &words(text, 0..text.len()));
        let found: Vec<_> = found.iter().map(|it| &text[it.span.clone()]).collect();
        assert_eq!(found, wanted);
    }

    #[test]
    fn the_longest_phrase_wins_over_spaces_line_breaks_and_hyphens() {
        check(
            &["pain", "chest pain", "shortness of breath"],
            "Chest  PAINS, shortness\nof breath, pain",
            &["Chest  PAINS", "shortness\nof breath", "pain"],
        );
        check(
            &["low grade fever"],
            "low-grade fever; low, grade fever",
            &["low-grade fever"],
        );
    }

    #[test]
    fn a_phrase_keeps_to_whole_words() {
        check(&["pe", "ear"], "type pear, ear", &["ear"]);
    }

    #[test]
    fn a_word_in_capitals_matches_only_as_written() {
        check(&["MS", "AIDS"], "ms Smith has MS and hearing aids", &["MS"]);
    }

    #[test]
    fn chinese_phrases_need_no_spaces() {
        check(&["胸痛", "痛"], "无胸痛，头痛", &["胸痛", "痛"]);
    }

    #[test]
    fn endings_go_and_short_words_stay() {
        for (word, wanted) in [
            ("Crohn's", "crohn"),
            ("allergies", "allergy"),
            ("has", "has"),
            ("illness", "illness"),
            ("fractures", "fracture"),
        ] {
            assert_eq!(stem(word), wanted);
        }
    }
}
