//! The tokenizer of a BERT: `tokenizer.json` as it is, or made of `vocab.txt` and what `tokenizer_config.json` says.

use serde_json::{Map, Value};

use crate::{
    foreign::{Result, odd},
    nn::transformer::PAD,
    prep::{
        Tokenizer,
        vocabulary::{Letters, tokenizer_of},
    },
};

/// What cuts text into tokens.
#[derive(Clone, Debug)]
pub enum TokenizerFile {
    /// The bytes of `tokenizer.json`.
    Json(Vec<u8>),
    /// The bytes of `vocab.txt`.
    Vocab(Vec<u8>),
}

/// The bytes of the bundle's `tokenizer.json`. `vocab` is the number of word embeddings.
pub(super) fn tokenizer(
    file: Option<&TokenizerFile>,
    config: Option<&Map<String, Value>>,
    vocab: usize,
    notes: &mut Vec<String>,
) -> Result<Vec<u8>> {
    let said = |name: &str| config?.get(name)?.as_bool();
    let bytes = match file {
        None => {
            return Err(odd(
                "tokenizer.json or vocab.txt beside the weights",
                "neither",
            ));
        }
        Some(TokenizerFile::Json(bytes)) => {
            warn_of_case(bytes, said("do_lower_case"), notes);
            bytes.clone()
        }
        Some(TokenizerFile::Vocab(bytes)) => {
            let text = std::str::from_utf8(bytes).map_err(|it| {
                let found = format!("other bytes at {}", it.valid_up_to());
                odd("UTF-8 text in vocab.txt", found)
            })?;
            let lower_case = said("do_lower_case").unwrap_or_else(|| {
                let is_lower = !has_capitals(text);
                let case = if is_lower { "lower case" } else { "case kept" };
                notes.push(format!(
                    "WARNING: no tokenizer_config.json says do_lower_case; the vocabulary looks as if made with {case}."
                ));
                is_lower
            });
            tokenizer_of(
                text,
                Letters {
                    lower_case,
                    strip_accents: said("strip_accents"),
                    split_chinese: said("tokenize_chinese_chars").unwrap_or(true),
                },
            )?
        }
    };
    let tokenizer = Tokenizer::parse(&bytes)?;
    let n_tokens = tokenizer.n_tokens();
    if vocab < n_tokens {
        let found = format!("{n_tokens} in the tokenizer");
        return Err(odd(
            format!("at most {vocab} tokens, as many as embeddings"),
            found,
        ));
    }
    match tokenizer.id("[PAD]") {
        Some(PAD) => Ok(bytes),
        found => Err(odd("[PAD] as token 0", format!("{found:?}"))),
    }
}

/// Whether a token that is not special has a capital letter.
fn has_capitals(vocab: &str) -> bool {
    let is_special = |it: &str| it.starts_with('[') && it.trim_end().ends_with(']');
    vocab
        .lines()
        .any(|it| !is_special(it) && it.chars().any(|c| c.is_ascii_uppercase()))
}

/// Says where the two files differ; the tokenizer's own word stands.
fn warn_of_case(tokenizer: &[u8], lower_case: Option<bool>, notes: &mut Vec<String>) {
    let file: Value = serde_json::from_slice(tokenizer).unwrap_or_default();
    let own = file
        .pointer("/normalizer/lowercase")
        .and_then(Value::as_bool);
    if let (Some(own), Some(said)) = (own, lower_case)
        && own != said
    {
        notes.push(format!(
            "WARNING: tokenizer.json makes lower case: {own}; tokenizer_config.json says {said}. The first is followed."
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::has_capitals;

    #[test]
    fn special_tokens_do_not_make_a_vocabulary_cased() {
        assert!(!has_capitals("[PAD]\n[CLS]\nfie\n##vre\n肺\n"));
        assert!(has_capitals("[PAD]\nFie\n"));
    }
}
