//! Making a tokenizer from texts.

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
