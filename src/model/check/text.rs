//! The parts of a manifest that only a text model has: terms, naming words, tests of words.

use std::collections::BTreeSet;

use super::{Check, file, wanted, within};
use crate::{
    model::Manifest,
    prep::{Spec, terms::LONGEST},
};

/// Checks them.
pub(super) fn manifest(manifest: &Manifest) -> Check {
    let is_text = matches!(manifest.prep, Spec::Text(_));
    if let Some(part) = &manifest.terms {
        wanted(is_text, "terms for text only", "images")?;
        file(&part.list)?;
        file(&part.weights)?;
        within(part.n, 1..=2_000_000, "a number of terms")?;
        within(part.kinds.longest, 1..=LONGEST, "words in a term")?;
        within(part.kinds.letters, 0..=8, "letters in a term")?;
        let is_sound = part.weight.is_finite() && 0.0 <= part.weight;
        wanted(is_sound, "a weight of terms of at least 0", part.weight)?;
        let is_taken = manifest.networks().any(|it| it.file == part.weights.file);
        wanted(
            !is_taken,
            "a file of their own for terms",
            "that of a network",
        )?;
    }
    for name in &manifest.naming {
        let is_word = !name.trim_end_matches('*').is_empty() && *name == name.to_lowercase();
        wanted(is_word, "naming words in lower case", format!("{name:?}"))?;
    }
    let mut seen = BTreeSet::new();
    for it in &manifest.erasures {
        let name = it.method.name();
        wanted(is_text, "a test of words for text only", "images")?;
        let is_its_own = manifest.network.methods().contains(&it.method);
        wanted(is_its_own, "a test of a method for this network", name)?;
        wanted(
            seen.insert(name),
            "one test for each method",
            format!("{name} twice"),
        )?;
        let figures = [it.found.comprehensiveness, it.found.sufficiency];
        let mut all = figures.iter().flat_map(|it| [it.own, it.random]);
        let are_losses = all.all(|it| (-1.0..=1.0).contains(&it));
        wanted(
            are_losses,
            "losses of probability in -1..1",
            "another number",
        )?;
        wanted(0 < it.n, "a test on at least one note", it.n)?;
        let passes = it.found.is_faithful();
        wanted(
            it.passes == passes,
            "`passes` to say what the figures say",
            it.passes,
        )?;
    }
    Ok(())
}
