//! Passphrases by NIST SP 800-63B-4, section 3.1.1: length and a blocklist, no rules of composition, no forced change.

use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// What a person typed, in Unicode's form NFKC (800-63B-4, 3.1.1.2), wiped when dropped. It does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct Passphrase(Zeroizing<String>);

/// Longer ones are refused before they are hashed; the standard asks for at least 64.
const MOST_CHARS: usize = 256;

/// Why a passphrase is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    TooShort,
    TooLong,
    /// On the list of common ones, or put together from words, names and dates that are tried first.
    Guessable,
    /// Holds the name that it belongs to.
    HoldsName,
}

impl Weakness {
    /// In words, after "found one that is".
    pub const fn words(self) -> &'static str {
        match self {
            Self::TooShort => "shorter than 15 characters",
            Self::TooLong => "longer than 256 characters",
            Self::Guessable => "common or easily guessed",
            Self::HoldsName => "made from the name it belongs to",
        }
    }
}

impl Passphrase {
    /// Characters that a single factor must have (800-63B-4, 3.1.1.2).
    pub const LEAST_CHARS: usize = 15;
    /// zxcvbn's scores run from 0 to 4; 3 is "safely unguessable" against offline attack with a slow hash.
    pub const LEAST_STRENGTH: u8 = 3;

    /// What was typed. It is not judged here, because a sign-in must not tell why it failed.
    pub fn typed(text: &str) -> Self {
        Self(Zeroizing::new(text.nfkc().collect()))
    }

    /// Its bytes, for the key derivation alone.
    pub(super) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// How hard it is to guess, 0..=4 (zxcvbn), for the meter beside the field.
    pub fn strength(&self, name: &str) -> u8 {
        // More than a hundred characters add nothing but time.
        let head: Zeroizing<String> = Zeroizing::new(self.0.chars().take(100).collect());
        zxcvbn::zxcvbn(&head, &[name, "wardlight"]).score().into()
    }

    /// Whether it may become the passphrase of `name`.
    ///
    /// # Errors
    /// What is weak about it.
    pub fn judge(&self, name: &str) -> Result<(), Weakness> {
        let n_chars = self.0.chars().count();
        let folded = Zeroizing::new(self.0.to_lowercase());
        let name = super::people::folded(name);
        if n_chars < Self::LEAST_CHARS {
            Err(Weakness::TooShort)
        } else if MOST_CHARS < n_chars {
            Err(Weakness::TooLong)
        } else if 4 <= name.chars().count() && folded.contains(name.as_str()) {
            Err(Weakness::HoldsName)
        } else if self.strength(&name) < Self::LEAST_STRENGTH {
            Err(Weakness::Guessable)
        } else {
            Ok(())
        }
    }
}

impl std::fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("•••")
    }
}

#[cfg(test)]
mod tests {
    use super::{Passphrase, Weakness};

    fn judged(text: &str) -> Result<(), Weakness> {
        Passphrase::typed(text).judge("Dr Osei")
    }

    #[test]
    fn length_and_guesses_decide_and_composition_does_not() {
        assert_eq!(judged("lantern grove ox violin"), Ok(()));
        assert_eq!(judged("灯塔 森林 小提琴 牛 海风 石桥 云雀"), Ok(()));
        assert_eq!(judged("Tr0ub4dor&3"), Err(Weakness::TooShort));
        assert_eq!(judged("passwordpassword"), Err(Weakness::Guessable));
        assert_eq!(judged("aaaaaaaaaaaaaaaaaaaa"), Err(Weakness::Guessable));
        assert_eq!(judged("12345678901234567890"), Err(Weakness::Guessable));
        assert_eq!(judged("dr osei reads violins"), Err(Weakness::HoldsName));
        assert_eq!(judged(&"lantern ".repeat(40)), Err(Weakness::TooLong));
    }

    #[test]
    fn two_ways_to_type_one_letter_are_one_passphrase() {
        // U+00E9 and U+0065 U+0301; full-width letters.
        assert_eq!(
            Passphrase::typed("caf\u{e9} Ａ").bytes(),
            Passphrase::typed("cafe\u{301} A").bytes()
        );
    }
}
