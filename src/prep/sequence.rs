//! A nucleotide sequence as steps: one channel for each base.

use serde::{Deserialize, Serialize};

use super::{Error, StepInput};
use crate::case::sequence::Letters;

/// How a sequence becomes steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SequenceSpec {
    /// Bases that a sequence must have, no more and no less.
    pub length: usize,
}

/// The bases, in the order of the channels.
pub const BASES: [char; 4] = ['A', 'C', 'G', 'T'];

/// One step for each base; an ambiguous letter (IUPAC) is shared out among the bases that it stands for.
///
/// # Errors
/// Another length, or a letter that stands for no base.
pub fn prepare_sequence(letters: &Letters, spec: &SequenceSpec) -> Result<StepInput, Error> {
    let n_letters = letters.as_str().len();
    if n_letters != spec.length {
        return Err(Error::Values {
            want: format!("a sequence of {} bases", spec.length),
            found: n_letters.to_string(),
        });
    }
    let mut values = Vec::with_capacity(4 * n_letters);
    for (idx, letter) in letters.as_str().chars().enumerate() {
        let bases = bases(letter).ok_or_else(|| Error::Values {
            want: "letters of the IUPAC nucleotide code".to_owned(),
            found: format!("another one at position {}", idx + 1),
        })?;
        let share = 1.0 / bases.len().max(1) as f32;
        values.extend(BASES.map(|it| if bases.contains(it) { share } else { 0.0 }));
    }
    Ok(StepInput {
        n_steps: n_letters,
        n_channels: BASES.len(),
        values,
        facts: Vec::new(),
    })
}

/// What a letter stands for (IUPAC-IUB 1984, Cornish-Bowden, Nucleic Acids Res 13:3021).
fn bases(letter: char) -> Option<&'static str> {
    Some(match letter {
        'A' => "A",
        'C' => "C",
        'G' => "G",
        'T' => "T",
        'R' => "AG",
        'Y' => "CT",
        'S' => "CG",
        'W' => "AT",
        'K' => "GT",
        'M' => "AC",
        'B' => "CGT",
        'D' => "AGT",
        'H' => "ACT",
        'V' => "ACG",
        'N' => "ACGT",
        _ => return None,
    })
}
