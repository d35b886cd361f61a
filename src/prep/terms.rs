//! The terms of a text, what a linear model counts: words and runs of neighbouring words, as scikit-learn's
//! `TfidfVectorizer` finds them (lower case, `\b\w\w+\b`); runs of letters inside words with a space at either end, as
//! its `char_wb` does; and marks of length. Each knows the words of the note that it stands on.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
};

use serde::{Deserialize, Serialize};

use super::Error;

/// Longest run of words that a term may be.
pub const LONGEST: usize = 5;
/// Signs that are terms by themselves: they mark a stretch of a text ([`MARKS`]).
pub const MARKS: [char; 2] = ['«', '»'];

/// Letters in the shortest run of letters.
pub const FEWEST_LETTERS: usize = 3;
/// Length of the marks of length beside that of the words, which is 1.
const LENGTH_SHARE: f32 = 0.5;

/// What terms there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermKinds {
    /// Words in the longest run of words.
    pub longest: usize,
    /// Letters in the longest run of letters, of which the shortest has three; 0 for no such terms.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub letters: usize,
    /// Marks for how many words and how many lines the text has, in steps.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lengths: bool,
}

fn is_zero(n: &usize) -> bool {
    *n == 0
}

/// What a term counts. Terms of each kind are made as long as a vector of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TermKind {
    Words,
    Letters,
    Length,
}

impl TermKind {
    /// Told by the sign before the term, which no word begins with.
    pub fn of(term: &str) -> Self {
        match term.as_bytes().first() {
            Some(b'~') => Self::Letters,
            Some(b'#') => Self::Length,
            _ => Self::Words,
        }
    }
}

/// The terms that a linear model knows, by their numbers.
pub struct Terms {
    number_of: HashMap<String, usize>,
    kinds: TermKinds,
}

/// One occurrence of a known term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Its number.
    pub idx: usize,
    pub kind: TermKind,
    /// The words that it stands on (positions in [`super::TextInput::words`]), ascending; none for a mark of length.
    pub words: Vec<usize>,
}

impl Terms {
    /// Reads a list of terms, one a line; the first has number 0.
    ///
    /// # Errors
    /// Bytes that are not UTF-8, an empty line, or one line twice.
    pub fn parse(bytes: &[u8], kinds: TermKinds) -> Result<Self, Error> {
        let odd = |cause: String| Error::Terms { cause };
        let text = std::str::from_utf8(bytes).map_err(|it| odd(it.to_string()))?;
        let mut number_of = HashMap::new();
        for (idx, line) in text.lines().enumerate() {
            if line.is_empty() || number_of.insert(line.to_owned(), idx).is_some() {
                return Err(odd(format!("line {} is empty or stands twice", idx + 1)));
            }
        }
        Ok(Self { number_of, kinds })
    }

    /// How many there are.
    pub fn n(&self) -> usize {
        self.number_of.len()
    }

    /// Where known terms stand in a text whose words lie at `words`.
    pub fn find(&self, text: &str, words: &[Range<usize>]) -> Vec<Term> {
        let mut found = Vec::new();
        each_term(text, self.kinds, |term, spans| {
            if let Some(idx) = self.number_of.get(term) {
                let mut on: Vec<usize> = spans.iter().flat_map(|it| touched(words, it)).collect();
                on.dedup();
                found.push(Term {
                    idx: *idx,
                    kind: TermKind::of(term),
                    words: on,
                });
            }
        });
        found
    }
}

/// Every term of a text, known or not: words in text order, then letters, then lengths.
pub fn terms(text: &str, kinds: TermKinds) -> Vec<String> {
    let mut all = Vec::new();
    each_term(text, kinds, |term, _| all.push(term.to_owned()));
    all
}

/// The value of each known term of a text: its occurrences `n` counted as 1 + ln n, times its `idf`, the terms of a kind
/// together of length 1 (marks of length: without `idf`, and of length 1/2).
///
/// # Errors
/// The number of a term that has no `idf`.
pub fn tf_idf(
    terms: impl IntoIterator<Item = (usize, TermKind)>,
    idf: &[f32],
) -> Result<BTreeMap<usize, f32>, Error> {
    let mut counts: BTreeMap<usize, (TermKind, f32)> = BTreeMap::new();
    for (idx, kind) in terms {
        counts.entry(idx).or_insert((kind, 0.0)).1 += 1.0;
    }
    let mut squares: BTreeMap<TermKind, f32> = BTreeMap::new();
    for (idx, (kind, value)) in &mut counts {
        let idf = idf.get(*idx).ok_or_else(|| Error::Terms {
            cause: format!("no weight for term {idx}"),
        })?;
        let rarity = if *kind == TermKind::Length { 1.0 } else { *idf };
        *value = (1.0 + value.ln()) * rarity;
        *squares.entry(*kind).or_default() += *value * *value;
    }
    let scaled = |(idx, (kind, value)): (usize, (TermKind, f32))| {
        let square = squares.get(&kind).copied().unwrap_or(0.0);
        let length = square.sqrt().max(f32::MIN_POSITIVE);
        let share = if kind == TermKind::Length {
            LENGTH_SHARE
        } else {
            1.0
        };
        (idx, share * value / length)
    };
    Ok(counts.into_iter().map(scaled).collect())
}

/// Calls `on_term` with each term of a text and the places that it stands on, in bytes.
fn each_term(text: &str, kinds: TermKinds, mut on_term: impl FnMut(&str, &[Range<usize>])) {
    let tokens = tokens(text);
    each_run(&tokens, kinds.longest, &mut on_term);
    if FEWEST_LETTERS <= kinds.letters {
        for (word, span) in &tokens {
            each_piece(word, kinds.letters, |piece| {
                on_term(piece, std::slice::from_ref(span))
            });
        }
    }
    if kinds.lengths {
        // Twice the logarithm: a step is a factor of 1.4.
        let steps = 2.0 * (tokens.len().max(1) as f64).log2();
        on_term(&format!("#words {}", steps.floor()), &[]);
        let n_lines = text.lines().filter(|it| !it.trim().is_empty()).count();
        on_term(&format!("#lines {}", n_lines.min(12)), &[]);
    }
}

/// Calls `on_run` with each run of 1 to `longest` tokens, joined by spaces.
fn each_run(
    tokens: &[(String, Range<usize>)],
    longest: usize,
    mut on_run: impl FnMut(&str, &[Range<usize>]),
) {
    let spans: Vec<Range<usize>> = tokens.iter().map(|it| it.1.clone()).collect();
    let mut term = String::new();
    for start in 0..tokens.len() {
        term.clear();
        for length in 1..=longest.min(tokens.len() - start) {
            let run = start..start + length;
            let (Some((word, _)), Some(spans)) = (tokens.get(run.end - 1), spans.get(run)) else {
                continue;
            };
            if 1 < length {
                term.push(' ');
            }
            term.push_str(word);
            on_run(&term, spans);
        }
    }
}

/// Calls `on_piece` with `~` and each run of 3 to `longest` letters of a word with a space at either end; of a word that
/// is shorter, once with all of it.
fn each_piece(word: &str, longest: usize, mut on_piece: impl FnMut(&str)) {
    let letters: Vec<char> = [' '].into_iter().chain(word.chars()).chain([' ']).collect();
    let mut piece = String::new();
    for length in FEWEST_LETTERS..=longest {
        for run in letters.windows(length.min(letters.len())) {
            piece.clear();
            piece.push('~');
            piece.extend(run);
            on_piece(&piece);
        }
        if letters.len() <= length {
            break;
        }
    }
}

/// Runs of at least two letters, digits or underscores, and marks, in lower case, with their byte ranges.
fn tokens(text: &str) -> Vec<(String, Range<usize>)> {
    let mut found = Vec::new();
    let mut start = None;
    let ends = text.char_indices().chain([(text.len(), ' ')]);
    for (at, c) in ends {
        if c.is_alphanumeric() || c == '_' {
            start.get_or_insert(at);
            continue;
        }
        if let Some(start) = start.take() {
            let word = text.get(start..at).unwrap_or_default();
            if 1 < word.chars().take(2).count() {
                found.push((word.to_lowercase(), start..at));
            }
        }
        if MARKS.contains(&c) {
            found.push((c.to_string(), at..at + c.len_utf8()));
        }
    }
    found
}

/// The words that share a byte with a span.
fn touched(words: &[Range<usize>], span: &Range<usize>) -> Range<usize> {
    let first = words.partition_point(|it| it.end <= span.start);
    let end = words.partition_point(|it| it.start < span.end);
    first..end.max(first)
}

#[cfg(test)]
mod tests {
    use super::{Term, TermKind, TermKinds, Terms, terms, tf_idf};
    use crate::prep::words::words;

    fn runs(longest: usize) -> TermKinds {
        TermKinds {
            longest,
            letters: 0,
            lengths: false,
        }
    }

    /// scikit-learn 1.9.1: `TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5)).build_analyzer()`.
    #[test]
    fn runs_of_letters_are_those_of_scikit_learn() {
        let kinds = TermKinds {
            letters: 5,
            ..runs(0)
        };
        let expected = [
            "~ no", "~no ", "~ no ", "~ pa", "~pai", "~ain", "~in ", "~ pai", "~pain", "~ain ",
            "~ pain", "~pain ",
        ];
        assert_eq!(terms("No pain", kinds), expected);
    }

    #[test]
    fn marks_of_length_stand_on_no_word_and_weigh_half() {
        let kinds = TermKinds {
            lengths: true,
            ..runs(1)
        };
        assert_eq!(
            terms("no pain\n\nno fever", kinds),
            ["no", "pain", "no", "fever", "#words 4", "#lines 2"]
        );
        let known = Terms::parse(b"pain\n#words 4\n#lines 2", kinds).unwrap();
        let text = "no pain\nno fever";
        let found = known.find(text, &words(text));
        assert!(found[1].words.is_empty() && found[2].words.is_empty());
        let row = tf_idf(found.iter().map(|it| (it.idx, it.kind)), &[2.0, 7.0, 3.0]).unwrap();
        let half = 0.5 / 2.0_f32.sqrt();
        assert_eq!(row[&0], 1.0);
        assert!((row[&1] - half).abs() < 1e-6 && (row[&2] - half).abs() < 1e-6);
        assert!(tf_idf([(3, TermKind::Words)], &[1.0]).is_err());
    }

    /// scikit-learn 1.7: `TfidfVectorizer(ngram_range=(1, 2)).build_analyzer()`, put in text order.
    #[test]
    fn terms_are_those_of_scikit_learn() {
        let found = terms("No S3 or a Murmur; well-nourished.", runs(2));
        let expected = [
            "no",
            "no s3",
            "s3",
            "s3 or",
            "or",
            "or murmur",
            "murmur",
            "murmur well",
            "well",
            "well nourished",
            "nourished",
        ];
        assert_eq!(found, expected);
        assert_eq!(
            terms("denies «chest pain» now", runs(1)),
            ["denies", "«", "chest", "pain", "»", "now"]
        );
        assert!(terms("a, b; c", runs(3)).is_empty());
    }

    #[test]
    fn a_known_term_tells_its_words() {
        let known = Terms::parse("well nourished\nmurmur".as_bytes(), runs(2)).unwrap();
        let text = "A murmur: well-nourished, well nourished.";
        let found = known.find(text, &words(text));
        let term = |idx, words: &[usize]| Term {
            idx,
            kind: TermKind::Words,
            words: words.to_vec(),
        };
        assert_eq!(found, [term(1, &[1]), term(0, &[2]), term(0, &[3, 4])]);
    }

    #[test]
    fn a_list_with_a_line_twice_is_refused() {
        assert!(Terms::parse(b"a\nb\na", runs(1)).is_err());
        assert!(Terms::parse(b"\xff", runs(1)).is_err());
        assert_eq!(Terms::parse(b"", runs(1)).unwrap().n(), 0);
    }
}
