//! The fixed input whose answer a manifest names. It is made from integers, so it is the same everywhere.

use super::{Error, Logits, Manifest, Network};
use crate::{
    prediction::Affine2,
    prep::{ImageInput, ImageSpec, Input, Spec, StepInput, Term, TermKind, TextInput, TokenWindow},
};

/// A picture of stripes and arcs, a window of token numbers spread over the vocabulary, or steps of which some are
/// missing.
pub fn input(manifest: &Manifest) -> Input {
    match (&manifest.prep, &manifest.network) {
        (Spec::Image(spec), _) => Input::Image(picture(spec)),
        (Spec::Text(spec), Network::Transformer(network)) => {
            let n_terms = manifest.terms.as_ref().map_or(0, |it| it.n);
            Input::Text(window(spec.max_tokens.min(64), network.vocab, n_terms))
        }
        (Spec::Question(spec), Network::Transformer(network)) => {
            Input::Text(window(spec.max_tokens.min(64), network.vocab, 0))
        }
        // Not valid, and refused by `Manifest::parse`.
        (Spec::Text(_) | Spec::Question(_), _) => Input::Text(window(3, 2, 0)),
        (Spec::Series(spec), _) => Input::Steps(course(
            spec.n_steps(),
            spec.variables.len(),
            spec.facts.len(),
        )),
        (Spec::Sequence(spec), _) => Input::Steps(sequence(spec.length)),
    }
}

/// Whether `logits` are the known answer, each within `tolerance`.
pub fn check(manifest: &Manifest, logits: &Logits, tolerance: f32) -> Result<(), Error> {
    let want = &manifest.known_answer.logits;
    let pairs = want.iter().zip(&logits.values);
    let is_close = pairs.fold(true, |so_far, (want, found)| {
        so_far && (want - found).abs() <= tolerance
    });
    if is_close && want.len() == logits.values.len() {
        return Ok(());
    }
    Err(Error::KnownAnswer {
        want: want.clone(),
        found: logits.values.clone(),
        tolerance,
    })
}

/// The picture of stripes and arcs for a specification.
pub fn picture(spec: &ImageSpec) -> ImageInput {
    let pixel = |channel: usize, y: usize, x: usize| {
        let level = (x * y / 16 + 3 * x + 2 * y + 40 * channel) % 97;
        (level as f32 / 96.0 - spec.mean) / spec.std
    };
    let (height, width) = (spec.height, spec.width);
    let row = |channel, y| (0..width).map(move |x| pixel(channel, y, x));
    let plane = |channel| (0..height).flat_map(move |y| row(channel, y));
    ImageInput {
        channels: spec.channels,
        height,
        width,
        values: (0..spec.channels).flat_map(plane).collect(),
        scan_from_input: Affine2::IDENTITY,
    }
}

/// Small whole numbers, with gaps.
fn course(n_steps: usize, n_channels: usize, n_facts: usize) -> StepInput {
    let cell = |idx: usize| match idx * 7919 % 13 {
        0..=5 => f32::NAN,
        it => it as f32,
    };
    StepInput {
        n_steps,
        n_channels,
        values: (0..n_steps * n_channels).map(cell).collect(),
        facts: (0..n_facts).map(cell).collect(),
    }
}

/// Bases in a fixed order without a pattern.
fn sequence(length: usize) -> StepInput {
    let base = |step: usize| {
        let at = step * step * 7919 / 3 % 4;
        (0..4).map(move |it| f32::from(u8::from(it == at)))
    };
    StepInput {
        n_steps: length,
        n_channels: 4,
        values: (0..length).flat_map(base).collect(),
        facts: Vec::new(),
    }
}

/// Each token is a word of its own, but for the first and the last; every word is one of `n_terms` terms, if there are any.
fn window(n_tokens: usize, vocab: usize, n_terms: usize) -> TextInput {
    let last = n_tokens.saturating_sub(1);
    let ids = (0..n_tokens)
        .map(|it| (1 + it * 7919 % (vocab - 1)) as i64)
        .collect();
    let word_idx = (0..n_tokens)
        .map(|it| (0 < it && it < last).then(|| it - 1))
        .collect();
    let words: Vec<_> = (1..last).map(|it| it..it + 1).collect();
    let term = |word_idx: usize| Term {
        idx: word_idx * 7919 % n_terms.max(1),
        kind: TermKind::Words,
        words: vec![word_idx],
    };
    let n_known = if n_terms == 0 { 0 } else { words.len() };
    TextInput {
        windows: vec![TokenWindow { ids, word_idx }],
        terms: (0..n_known).map(term).collect(),
        words,
    }
}
