//! Making a tokenizer: from texts, or from the list of word pieces of another program.

use std::collections::BTreeMap;

use serde_json::json;
use tokenizers::{
    AddedToken, TokenizerBuilder,
    decoders::DecoderWrapper,
    models::wordpiece::{WordPiece, WordPieceTrainer},
    normalizers::BertNormalizer,
    pre_tokenizers::bert::BertPreTokenizer,
    processors::PostProcessorWrapper,
};

use super::Error;

/// Tokens with a meaning of their own, in the order of their numbers: filling is 0.
const SPECIAL: [&str; 5] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

/// A word piece is worth a token of its own if it occurs this often.
const LEAST_COUNT: u64 = 3;

/// The bytes of a `tokenizer.json`: lower-case word pieces (Wu et al. 2016) of at most `n_tokens` kinds.
///
/// # Errors
/// Texts from which nothing can be learned.
pub fn train_tokenizer(texts: &[&str], n_tokens: usize) -> Result<Vec<u8>, Error> {
    let odd = |cause: tokenizers::Error| Error::Tokenizer {
        cause: cause.to_string(),
    };
    let model = WordPiece::builder()
        .unk_token("[UNK]".to_owned())
        .build()
        .map_err(odd)?;
    let mut tokenizer =
        TokenizerBuilder::<_, _, _, PostProcessorWrapper, DecoderWrapper>::default()
            .with_model(model)
            .with_normalizer(Some(BertNormalizer::new(true, true, Some(true), true)))
            .with_pre_tokenizer(Some(BertPreTokenizer))
            .build()
            .map_err(odd)?;
    let special = SPECIAL
        .iter()
        .map(|it| AddedToken::from(*it, true))
        .collect();
    let trainer = WordPieceTrainer::builder();
    let mut trainer = trainer
        .vocab_size(n_tokens)
        .min_frequency(LEAST_COUNT)
        .special_tokens(special)
        .show_progress(false)
        .build();
    tokenizer
        .train(&mut trainer, texts.iter().copied())
        .map_err(odd)?;
    Ok(tokenizer.to_string(false).map_err(odd)?.into_bytes())
}

/// How BERT's tokenizer treats letters before it looks for word pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Letters {
    pub lower_case: bool,
    /// `None` strips them with the case.
    pub strip_accents: Option<bool>,
    /// Whether each Chinese character is a word of its own.
    pub split_chinese: bool,
}

/// The bytes of a `tokenizer.json` for a `vocab.txt` of BERT: a token a line, its number the line's, from 0.
///
/// # Errors
/// A token that stands there twice, or one of the special ones that is missing.
pub fn tokenizer_of(vocab: &str, letters: Letters) -> Result<Vec<u8>, Error> {
    let odd = |cause: String| Error::Tokenizer { cause };
    let mut ids = BTreeMap::new();
    for (id, line) in vocab.lines().enumerate() {
        if let Some(before) = ids.insert(line.trim_end(), id) {
            return Err(odd(format!(
                "wanted each token once, found that of line {} in line {} as well",
                before + 1,
                id + 1
            )));
        }
    }
    let mut added = Vec::new();
    for token in SPECIAL {
        // Classifiers need no mask.
        match ids.get(token) {
            Some(id) => added.push(json!({
                "id": id, "content": token, "single_word": false, "lstrip": false, "rstrip": false,
                "normalized": false, "special": true,
            })),
            None if token == "[MASK]" => {}
            None => return Err(odd(format!("it has no {token}"))),
        }
    }
    let file = json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": added,
        "normalizer": {
            "type": "BertNormalizer",
            "clean_text": true,
            "handle_chinese_chars": letters.split_chinese,
            "strip_accents": letters.strip_accents,
            "lowercase": letters.lower_case,
        },
        "pre_tokenizer": { "type": "BertPreTokenizer" },
        "post_processor": null,
        "decoder": null,
        "model": {
            "type": "WordPiece",
            "unk_token": "[UNK]",
            "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100,
            "vocab": ids,
        },
    });
    serde_json::to_vec(&file).map_err(|it| odd(it.to_string()))
}

#[cfg(test)]
mod tests {
    use super::{Letters, tokenizer_of};
    use crate::prep::Tokenizer;

    const VOCAB: &str = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nfie\n##vre\n肺\n炎\nFie\n,\n";

    fn check(letters: Letters, text: &str, expected: &[i64]) {
        let tokenizer = Tokenizer::parse(&tokenizer_of(VOCAB, letters).unwrap()).unwrap();
        let found: Vec<i64> = tokenizer
            .encode(text)
            .unwrap()
            .into_iter()
            .map(|(id, _)| i64::from(id))
            .collect();
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn word_pieces_follow_the_case_and_the_accents_they_were_made_with() {
        let lower = Letters {
            lower_case: true,
            strip_accents: None,
            split_chinese: true,
        };
        let cased = Letters {
            lower_case: false,
            ..lower
        };
        check(lower, "Fièvre, FIEVRE", &[5, 6, 10, 5, 6]);
        check(cased, "Fievre fièvre fie", &[9, 6, 1, 5]);
        check(lower, "肺炎", &[7, 8]);
        let whole = Letters {
            split_chinese: false,
            ..lower
        };
        check(whole, "肺炎", &[1]);
        // More than 100 characters are one unknown word, whatever pieces it has.
        check(lower, &"fie".repeat(40), &[1]);
    }

    #[test]
    fn a_vocabulary_that_repeats_or_lacks_a_token_is_refused() {
        let letters = Letters {
            lower_case: true,
            strip_accents: None,
            split_chinese: true,
        };
        let said = |vocab: &str| tokenizer_of(vocab, letters).unwrap_err().to_string();
        assert!(said("[PAD]\n[UNK]\n[CLS]\na\n").contains("[SEP]"));
        assert!(said(&format!("{VOCAB}fie\n")).contains("line 6 in line 12"));
    }
}
