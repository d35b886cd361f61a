//! A nucleotide sequence: letters of the IUPAC code, in upper case, with `T` for `U`.

use serde::{Deserialize, Serialize};

use crate::disk::Sha256;

/// One record of a file of sequences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sequence {
    /// SHA-256 of the file as it was read.
    pub file_sha256: Sha256,
    /// The line after `>`, up to the first space; empty where the file names nothing.
    pub name: String,
    pub letters: Letters,
}

/// At least one letter of [`IUPAC`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Letters(String);

/// The letters of nucleic acids, IUPAC-IUB 1984, without `U`; more than one base may be meant.
pub const IUPAC: &str = "ACGTRYSWKMBDHVN";

/// Why a text is no sequence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Odd {
    /// Positions count from 1, without spaces.
    #[error("wanted a letter of {IUPAC} or U at position {position}, found another")]
    Letter { position: usize },
    #[error("wanted at least one letter, found none")]
    Empty,
}

impl Letters {
    /// Reads a sequence; spaces and line ends do not count, lower case is upper case, `U` is `T`.
    pub fn parse(text: &str) -> Result<Self, Odd> {
        let mut letters = String::with_capacity(text.len());
        for letter in text.chars().filter(|it| !it.is_whitespace()) {
            let letter = match letter.to_ascii_uppercase() {
                'U' => 'T',
                other => other,
            };
            if !IUPAC.contains(letter) {
                let position = letters.len() + 1;
                return Err(Odd::Letter { position });
            }
            letters.push(letter);
        }
        if letters.is_empty() {
            Err(Odd::Empty)
        } else {
            Ok(Self(letters))
        }
    }

    /// The letters, each one byte.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How many letters mean more than one base.
    pub fn n_ambiguous(&self) -> usize {
        self.0.bytes().filter(|it| !b"ACGT".contains(it)).count()
    }
}

impl TryFrom<String> for Letters {
    type Error = Odd;

    fn try_from(text: String) -> Result<Self, Odd> {
        Self::parse(&text)
    }
}

impl From<Letters> for String {
    fn from(letters: Letters) -> Self {
        letters.0
    }
}

#[cfg(test)]
mod tests {
    use super::{Letters, Odd};

    #[test]
    fn letters_are_iupac_and_others_are_refused_by_position() {
        let letters = Letters::parse("acgu nN\nRy").unwrap();
        assert_eq!((letters.as_str(), letters.n_ambiguous()), ("ACGTNNRY", 4));
        assert_eq!(Letters::parse("AC GX"), Err(Odd::Letter { position: 4 }));
        assert_eq!(Letters::parse("ACé"), Err(Odd::Letter { position: 3 }));
        assert_eq!(Letters::parse(" \n"), Err(Odd::Empty));
    }
}
