//! From the start and end logits of a note's windows to the spans that may answer (the rule of SQuAD 2: Rajpurkar et al.
//! 2018, <https://arxiv.org/abs/1806.03822>; `run_squad.py` of google-research/bert). Pure arithmetic.

use std::{cmp::Ordering, collections::BTreeMap, ops::Range};

use super::SpanLogits;
use crate::{
    prediction::{Choice, Span},
    prep::{QuestionInput, QuestionSpec, QuestionWindow},
    stats,
};

/// Spans that are kept, and starts and ends that are paired in each window.
const N_BEST: usize = 20;

/// Chooses among the spans of all windows.
///
/// A span's score is the start logit of its first token plus the end logit of its last; that of no answer is the same of
/// `[CLS]`, in the window where it is least. Where windows overlap, a span counts with its best score.
pub fn choose(input: &QuestionInput, logits: &[SpanLogits], spec: &QuestionSpec) -> Choice {
    let mut best: BTreeMap<(usize, usize), f32> = BTreeMap::new();
    let mut none = f32::INFINITY;
    for (window, logits) in input.windows.iter().zip(logits) {
        if let (Some(start), Some(end)) = (logits.start.first(), logits.end.first()) {
            none = none.min(start + end);
        }
        for (bytes, score) in of_window(window, logits, spec.max_answer) {
            let known = best.entry((bytes.start, bytes.end)).or_insert(score);
            *known = known.max(score);
        }
    }
    if none.is_infinite() {
        // No window, so nothing to choose from.
        return Choice {
            spans: Vec::new(),
            none: 0.0,
            none_probability: 1.0,
            is_answered: false,
        };
    }
    let mut best: Vec<((usize, usize), f32)> = best.into_iter().collect();
    best.sort_by(|a, b| b.1.total_cmp(&a.1));
    best.truncate(N_BEST);
    let all = best.iter().map(|(_, score)| *score).chain([none]);
    let probabilities = stats::softmax(&all.map(f64::from).collect::<Vec<_>>());
    let ahead = best
        .first()
        .map_or(f32::INFINITY, |(_, score)| none - score);
    let spans = best.into_iter().zip(&probabilities);
    Choice {
        is_answered: ahead <= spec.none_above,
        none,
        none_probability: probabilities.last().map_or(1.0, |it| *it as f32),
        spans: spans
            .map(|(((start, end), score), probability)| Span {
                bytes: start..end,
                score,
                probability: *probability as f32,
            })
            .collect(),
    }
}

/// The spans of one window: the best starts with the best ends, in order, of at most `longest` tokens.
fn of_window(
    window: &QuestionWindow,
    logits: &SpanLogits,
    longest: usize,
) -> Vec<(Range<usize>, f32)> {
    let n_tokens = window.spans.len();
    let starts = best(&logits.start, window.first, n_tokens);
    let ends = best(&logits.end, window.first, n_tokens);
    let mut found = Vec::new();
    for (first, start) in &starts {
        for (last, end) in &ends {
            let is_span = first <= last && last - first < longest;
            let places = (window.spans.get(*first), window.spans.get(*last));
            if let (true, (Some(from), Some(to))) = (is_span, places) {
                found.push((from.start..to.end, start + end));
            }
        }
    }
    found
}

/// The tokens of the note with the greatest logits, by position in the note's part of the window.
fn best(logits: &[f32], first: usize, n_tokens: usize) -> Vec<(usize, f32)> {
    let mut all: Vec<(usize, f32)> = logits
        .iter()
        .copied()
        .skip(first)
        .take(n_tokens)
        .enumerate()
        .collect();
    let greater = |a: &(usize, f32), b: &(usize, f32)| -> Ordering { b.1.total_cmp(&a.1) };
    all.sort_by(greater);
    all.truncate(N_BEST);
    all
}

#[cfg(test)]
mod tests {
    use super::choose;
    use crate::{
        model::SpanLogits,
        prep::{QuestionInput, QuestionSpec, QuestionWindow},
    };

    const SPEC: QuestionSpec = QuestionSpec {
        max_tokens: 8,
        stride: 2,
        max_windows: 4,
        max_question: 1,
        max_answer: 2,
        none_above: 0.0,
    };

    /// `[CLS] ? [SEP]`, then tokens of one byte each from `from`, then `[SEP]`.
    fn window(from: usize, n: usize) -> QuestionWindow {
        QuestionWindow {
            ids: vec![1; n + 4],
            first: 3,
            spans: (from..from + n).map(|it| it..it + 1).collect(),
        }
    }

    fn logits(start: &[f32], end: &[f32]) -> SpanLogits {
        SpanLogits {
            start: start.to_vec(),
            end: end.to_vec(),
        }
    }

    fn input(windows: Vec<QuestionWindow>) -> QuestionInput {
        QuestionInput {
            windows,
            n_tokens: 5,
        }
    }

    #[test]
    fn the_best_span_runs_forward_is_short_and_lies_in_the_note() {
        // The question's own token (position 1) and the last [SEP] have the greatest logits and are no answer.
        let start = [0.0, 9.0, 0.0, 1.0, 5.0, 0.0, 2.0, 0.0];
        let end = [0.0, 0.0, 0.0, 4.0, 0.0, 3.0, 6.0, 9.0];
        let choice = choose(&input(vec![window(0, 4)]), &[logits(&start, &end)], &SPEC);
        // 5 + 6 would be three tokens, 5 + 4 would run backwards.
        let best = &choice.spans[0];
        assert_eq!((best.bytes.clone(), best.score), (1..3, 8.0));
        // As good as it, and later in the note: order is that of the note.
        assert_eq!(choice.spans[1].bytes, 3..4);
        assert!(choice.is_answered && choice.answer() == Some(best));
        let sum: f32 = choice.spans.iter().map(|it| it.probability).sum();
        assert!((sum + choice.none_probability - 1.0).abs() < 1e-5);
    }

    #[test]
    fn no_answer_stands_where_it_is_ahead_in_every_window() {
        let weak = logits(
            &[3.0, 0.0, 0.0, 1.0, 0.0, 0.0],
            &[3.0, 0.0, 0.0, 1.0, 0.0, 0.0],
        );
        let sure = logits(
            &[-1.0, 0.0, 0.0, 0.0, 2.0, 0.0],
            &[-1.0, 0.0, 0.0, 0.0, 2.0, 0.0],
        );
        let (one, two) = (window(0, 2), window(1, 2));
        let choice = choose(
            &input(vec![one.clone()]),
            std::slice::from_ref(&weak),
            &SPEC,
        );
        assert!((choice.none, choice.is_answered) == (6.0, false) && choice.answer().is_none());
        let choice = choose(
            &input(vec![one.clone(), two.clone()]),
            &[weak.clone(), sure.clone()],
            &SPEC,
        );
        assert_eq!((choice.none, choice.is_answered), (-2.0, true));
        // 1..2 is in both windows (0 + 0 and 0 + 0), 2..3 only in the second.
        let places: Vec<_> = choice.spans.iter().map(|it| it.bytes.clone()).collect();
        assert_eq!(choice.spans[0].bytes, 2..3);
        assert_eq!(places.iter().filter(|it| **it == (1..2)).count(), 1);
        // A threshold that no answer must exceed.
        let lenient = QuestionSpec {
            none_above: 4.0,
            ..SPEC
        };
        assert!(choose(&input(vec![one]), &[weak], &lenient).is_answered);
    }

    #[test]
    fn a_note_without_windows_has_no_answer() {
        let choice = choose(&input(Vec::new()), &[], &SPEC);
        assert!(choice.spans.is_empty() && !choice.is_answered);
    }
}
