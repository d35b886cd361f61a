//! How alike two answers are, as SQuAD counts it (Rajpurkar et al. 2016, <https://arxiv.org/abs/1606.05250>): without case,
//! punctuation and articles.

use std::collections::BTreeMap;

/// 1 where the answers are the same words, else 0.
pub fn exact_match(found: &str, wanted: &str) -> f64 {
    f64::from(u8::from(normalised(found) == normalised(wanted)))
}

/// The harmonic mean of the parts of each answer's words that are in the other.
pub fn word_f1(found: &str, wanted: &str) -> f64 {
    let (found, wanted) = (normalised(found), normalised(wanted));
    if found.is_empty() || wanted.is_empty() {
        return f64::from(u8::from(found == wanted));
    }
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for word in &wanted {
        *left.entry(word).or_default() += 1;
    }
    let n_common = found
        .iter()
        .filter(|word| match left.get_mut(word.as_str()) {
            Some(n) if 0 < *n => {
                *n -= 1;
                true
            }
            _ => false,
        })
        .count();
    2.0 * n_common as f64 / (found.len() + wanted.len()) as f64
}

fn normalised(text: &str) -> Vec<String> {
    let kept: String = text
        .to_lowercase()
        .chars()
        .filter(|it| !it.is_ascii_punctuation())
        .collect();
    let words = kept.split_whitespace();
    words
        .filter(|it| !matches!(*it, "a" | "an" | "the"))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{exact_match, word_f1};

    #[test]
    fn answers_are_compared_as_squad_does() {
        // Worked out with normalize_answer and compute_f1 of SQuAD's evaluate-v2.0.py.
        assert_eq!(exact_match("The Cough.", "cough"), 1.0);
        assert_eq!(exact_match("cough", "coughs"), 0.0);
        assert_eq!(exact_match("", ""), 1.0);
        assert!((word_f1("a dry cough at night", "dry cough") - 2.0 * 2.0 / 6.0).abs() < 1e-12);
        assert!((word_f1("pain pain", "pain") - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(word_f1("", "cough"), 0.0);
        assert_eq!(word_f1("the", "a"), 1.0);
    }
}
