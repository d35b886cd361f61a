//! The terms of a text, what a linear model counts: words and runs of neighbouring words, as scikit-learn's
//! `TfidfVectorizer` finds them (lower case, `\b\w\w+\b`), each with the words of the note that it stands on.

use std::{collections::HashMap, ops::Range};

use super::Error;

/// Longest run of words that a term may be.
pub const LONGEST: usize = 5;
/// Signs that are terms by themselves: they mark a stretch of a text ([`MARKS`]).
pub const MARKS: [char; 2] = ['«', '»'];

/// The terms that a linear model knows, by their numbers.
pub struct Terms {
    number_of: HashMap<String, usize>,
    longest: usize,
}

/// One occurrence of a known term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Its number.
    pub idx: usize,
    /// The words that it stands on (positions in [`super::TextInput::words`]), ascending.
    pub words: Vec<usize>,
}

impl Terms {
    /// Reads a list of terms, one a line; the first has number 0.
    ///
    /// # Errors
    /// Bytes that are not UTF-8, an empty line, or one line twice.
    pub fn parse(bytes: &[u8], longest: usize) -> Result<Self, Error> {
        let odd = |cause: String| Error::Terms { cause };
        let text = std::str::from_utf8(bytes).map_err(|it| odd(it.to_string()))?;
        let mut number_of = HashMap::new();
        for (idx, line) in text.lines().enumerate() {
            if line.is_empty() || number_of.insert(line.to_owned(), idx).is_some() {
                return Err(odd(format!("line {} is empty or stands twice", idx + 1)));
            }
        }
        Ok(Self { number_of, longest })
    }

    /// How many there are.
    pub fn n(&self) -> usize {
        self.number_of.len()
    }

    /// Where known terms stand in a text whose words lie at `words`.
    pub fn find(&self, text: &str, words: &[Range<usize>]) -> Vec<Term> {
        let tokens = tokens(text);
        let mut found = Vec::new();
        each_run(&tokens, self.longest, |term, run| {
            if let Some(idx) = self.number_of.get(term) {
                let mut on: Vec<usize> = run.iter().flat_map(|it| touched(words, &it.1)).collect();
                on.dedup();
                found.push(Term {
                    idx: *idx,
                    words: on,
                });
            }
        });
        found
    }
}

/// Every term of a text, known or not, in text order.
pub fn terms(text: &str, longest: usize) -> Vec<String> {
    let mut all = Vec::new();
    each_run(&tokens(text), longest, |term, _| all.push(term.to_owned()));
    all
}

/// Calls `on_run` with each run of 1 to `longest` tokens, joined by spaces.
fn each_run(
    tokens: &[(String, Range<usize>)],
    longest: usize,
    mut on_run: impl FnMut(&str, &[(String, Range<usize>)]),
) {
    let mut term = String::new();
    for start in 0..tokens.len() {
        term.clear();
        for length in 1..=longest.min(tokens.len() - start) {
            let Some(run) = tokens.get(start..start + length) else {
                continue;
            };
            if 1 < length {
                term.push(' ');
            }
            term.push_str(run.last().map_or("", |it| &it.0));
            on_run(&term, run);
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
    use super::{Term, Terms, terms};
    use crate::prep::words::words;

    /// scikit-learn 1.7: `TfidfVectorizer(ngram_range=(1, 2)).build_analyzer()`, put in text order.
    #[test]
    fn terms_are_those_of_scikit_learn() {
        let found = terms("No S3 or a Murmur; well-nourished.", 2);
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
            terms("denies «chest pain» now", 1),
            ["denies", "«", "chest", "pain", "»", "now"]
        );
        assert!(terms("a, b; c", 3).is_empty());
    }

    #[test]
    fn a_known_term_tells_its_words() {
        let known = Terms::parse("well nourished\nmurmur".as_bytes(), 2).unwrap();
        let text = "A murmur: well-nourished, well nourished.";
        let found = known.find(text, &words(text));
        let term = |idx, words: &[usize]| Term {
            idx,
            words: words.to_vec(),
        };
        assert_eq!(found, [term(1, &[1]), term(0, &[2]), term(0, &[3, 4])]);
    }

    #[test]
    fn a_list_with_a_line_twice_is_refused() {
        assert!(Terms::parse(b"a\nb\na", 1).is_err());
        assert!(Terms::parse(b"\xff", 1).is_err());
        assert_eq!(Terms::parse(b"", 1).unwrap().n(), 0);
    }
}
