//! Bedside scores and guideline cards by their published rules: pure functions of [`Inputs`].
//!
//! An input that is missing is never guessed: the answer says the least and the greatest total that is still possible. An
//! input that cannot be true is refused for its item, which then counts as missing. No two sources are blended.
//!
//! Left out, because sources conflict or no primary source could be read:
//!
//! - the Mayo model (Swensen 1997): three intercepts are in print (-6.8272, -6.872, -6.8238);
//! - the Herder model: the formula that is commonly cited conflicts with others in print;
//! - the Brock model without spiculation (2a): its coefficients were found in secondary sources only;
//! - Lung-RADS v2022 and SOFA-2 (2025): their tables could not be checked against the original.

mod answer;
mod curb65;
mod fleischner;
mod inputs;
mod mews;
mod news2;
mod nodule_models;
mod part;
mod sepsis;
mod sofa;

use self::{answer::Worked, inputs::AGE};
pub use self::{
    answer::{Answer, Item, Range, Reading, Total, Unit},
    inputs::{Consciousness, Inputs, NoduleKind, NoduleRisk, Sex, Spo2Scale},
};

/// A score or a guideline card: where it comes from and how it is worked out.
#[derive(Debug)]
pub struct Card {
    /// The word that chooses it: `news2`.
    pub name: &'static str,
    pub title: &'static str,
    /// The publication whose rules these are.
    pub source: &'static str,
    /// Who it is for and who it is not for, by its source.
    pub audience: &'static str,
    /// Years from which on it may be used, where the card itself does not ask.
    pub from_years: Option<f64>,
    work: fn(&Inputs) -> Worked,
}

/// Every score and card, in the order in which they are shown.
pub const CARDS: &[Card] = &[
    news2::NEWS2,
    sepsis::QSOFA,
    sepsis::SIRS,
    sofa::SOFA,
    curb65::CURB65,
    mews::MEWS,
    nodule_models::BROCK,
    nodule_models::VA,
    fleischner::FLEISCHNER,
];

impl Card {
    /// Works it out as far as the inputs go; never fails, for what is missing or refused is part of the answer.
    pub fn answer(&self, inputs: &Inputs) -> Answer {
        let worked = (self.work)(inputs);
        let mut missing = Vec::new();
        for item in worked.items.iter().filter(|it| it.is_open) {
            for absent in item.inputs.iter().filter(|it| !it.is_usable()) {
                // NEWS2 asks for oxygen twice.
                if !missing.contains(&absent.name) {
                    missing.push(absent.name);
                }
            }
        }
        let mut warnings = Vec::new();
        for reading in worked.items.iter().flat_map(|it| &it.inputs) {
            if let Some(why) = &reading.refused {
                warnings.push(format!("{}: {why}", reading.name));
            }
        }
        let (_, age) = AGE.read(inputs);
        if let (Some(age), Some(from)) = (age, self.from_years)
            && age < from
        {
            warnings.push(format!(
                "age_years: the source is for {from} years and older, found {age} years"
            ));
        }
        warnings.extend(worked.warnings);
        Answer {
            name: self.name,
            title: self.title,
            items: worked.items,
            total: worked.total,
            says: worked.says,
            missing,
            warnings,
            source: self.source,
            audience: self.audience,
        }
    }
}
