//! BERT (Devlin et al. 2019) as Hugging Face's Transformers keep it: `config.json`, weights, tokenizer. Its names are ours.
//!
//! The head is told by the weights: a classifier over the pooled `[CLS]`, or the two outputs of a span head. Other
//! networks of the family have other graphs and are refused by name; read as a BERT, they would run and mean nothing.

mod tokens;

use serde_json::{Map, Value};

use super::{Asked, Draft, Kind, Origin, Result, odd, plain_labels, weights::Tensors};
use crate::{
    import::{ModelFile, NamedTensor},
    model::{
        Network,
        manifest::Output,
        network::{Pool, Transformer},
    },
    prep::{QuestionSpec, Spec, TextForm, TextSpec},
};

pub use self::tokens::TokenizerFile;

pub(super) const CONFIG: &str = "config.json";
const TOKENIZER_CONFIG: &str = "tokenizer_config.json";
/// Before the names of everything but the head.
const PREFIX: &str = "bert.";
/// Tokens in a window of text; BERT was pre-trained on at most as many.
const WINDOW: usize = 512;
const MAX_WINDOWS: usize = 64;
/// Of a window with a question (`run_squad.py` of google-research/bert).
const QUESTION: QuestionSpec = QuestionSpec {
    max_tokens: 384,
    stride: 128,
    max_windows: 256,
    max_question: 64,
    max_answer: 30,
    none_above: 0.0,
};

type Config = Map<String, Value>;

/// What the weights answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Head {
    Classes(usize),
    Spans,
}

/// The draft of a BERT.
pub(super) fn draft(file: ModelFile, asked: &Asked) -> Result<Draft> {
    let found = |name: &str| file.header.configs.get(name).and_then(Value::as_object);
    let config = found(CONFIG).ok_or_else(|| odd("config.json beside the weights", "none"))?;
    check_family(config)?;
    let mut notes = Vec::new();
    let mut tensors = named(file.tensors)?;
    let head = head(&mut tensors, config, &mut notes)?;
    let network = network(&tensors, config, head)?;
    let tokenizer = tokens::tokenizer(
        asked.tokenizer.as_ref(),
        found(TOKENIZER_CONFIG),
        network.vocab,
        &mut notes,
    )?;
    let (labels, output) = match head {
        Head::Classes(n) => classes(n, config, asked, &mut notes)?,
        Head::Spans => (vec!["start".to_owned(), "end".to_owned()], Output::Sigmoid),
    };
    let prep = prep(head, network.max_tokens);
    notes.push(match &prep {
        Spec::Question(it) => format!(
            "Reads a note in overlapping windows of {} tokens with the question, {} apart; nothing is cut.",
            it.max_tokens, it.stride
        ),
        _ => format!(
            "Reads a note in overlapping windows of {} tokens and answers by their mean; nothing is cut.",
            network.max_tokens.min(WINDOW)
        ),
    });
    let name = config.get("_name_or_path").and_then(Value::as_str);
    let name = name.filter(|it| !it.is_empty()).unwrap_or(&asked.name);
    Ok(Draft {
        kind: Kind::Bert,
        output,
        labels: plain_labels(&labels),
        op_norm: Vec::new(),
        prep,
        tokenizer: Some(tokenizer),
        origin: Origin {
            title: format!("BERT {name}"),
            version: "imported".to_owned(),
            intended_use: "Not stated in the file.".to_owned(),
            licence: "Not stated in the file.".to_owned(),
            data: "Not stated in the file.".to_owned(),
        },
        network: Network::Transformer(network),
        notes,
        tensors,
    })
}

/// Refuses a configuration of another network, or of a BERT with another graph.
fn check_family(config: &Config) -> Result<()> {
    let text = |name: &str| config.get(name).and_then(Value::as_str);
    match text("model_type") {
        None | Some("bert") => {}
        Some("megatron-bert") => return Err(megatron()),
        Some(other) => return Err(odd("a BERT (model_type bert)", other)),
    }
    let wanted = [
        ("hidden_act", "gelu"),
        ("position_embedding_type", "absolute"),
    ];
    for (name, want) in wanted {
        let value = text(name).unwrap_or(want);
        if value != want {
            return Err(odd(format!("{name} {want}"), value));
        }
    }
    for name in ["is_decoder", "add_cross_attention"] {
        if config.get(name).and_then(Value::as_bool) == Some(true) {
            return Err(odd("an encoder", format!("{name} in its configuration")));
        }
    }
    Ok(())
}

fn megatron() -> super::Error {
    odd(
        "a BERT, whose norms follow its sums (post-LN)",
        "a Megatron-BERT, pre-LN, as GatorTron is: another network with like names",
    )
}

/// Weights under our names: no prefix, `weight` and `bias` of norms instead of `gamma` and `beta`.
fn named(mut tensors: Vec<NamedTensor>) -> Result<Tensors> {
    // Counted positions, kept by old versions.
    tensors.retain(|it| !it.name.ends_with("position_ids"));
    let mut tensors = Tensors::new(tensors)?;
    tensors.rename(|name| {
        let name = name.strip_prefix(PREFIX).unwrap_or(name);
        name.replace("LayerNorm.gamma", "LayerNorm.weight")
            .replace("LayerNorm.beta", "LayerNorm.bias")
    })?;
    let has = |part: &str| tensors.0.keys().any(|it| it.contains(part));
    if has("attention.ln.") || tensors.0.keys().any(|it| it.starts_with("encoder.ln.")) {
        return Err(megatron());
    }
    for (part, family) in [
        ("roberta.", "RoBERTa"),
        ("distilbert.", "DistilBERT"),
        ("electra.", "ELECTRA"),
        ("albert.", "ALBERT"),
        ("deberta.", "DeBERTa"),
        ("longformer.", "Longformer"),
    ] {
        if tensors.0.keys().any(|it| it.starts_with(part)) {
            return Err(odd("a BERT", format!("weights of {family}")));
        }
    }
    if !has("embeddings.LayerNorm.weight") {
        let first = tensors.0.keys().next().map_or("nothing", String::as_str);
        return Err(odd(
            "weights by the names of a BERT",
            format!("no embeddings.LayerNorm (the first is {first})"),
        ));
    }
    Ok(tensors)
}

/// Tells the head, and leaves out what it does not need.
fn head(tensors: &mut Tensors, config: &Config, notes: &mut Vec<String>) -> Result<Head> {
    let shape = |name: &str| tensors.0.get(name).map(|it| it.shape.clone());
    let classifier = shape("classifier.weight");
    let has_pooler = shape("pooler.dense.weight").is_some();
    let said = config.get("architectures").and_then(Value::as_array);
    let said = said.and_then(|it| it.first()?.as_str()).unwrap_or_default();
    let head = match (classifier.as_deref(), shape("qa_outputs.weight").as_deref()) {
        (Some([n, _]), None) if has_pooler => {
            let is_other = !said.is_empty() && said != "BertForSequenceClassification";
            if is_other {
                return Err(odd("a head for sequence classification", said));
            }
            Head::Classes(*n)
        }
        (Some(_), None) => {
            return Err(odd(
                "a head for sequence classification, with a pooler",
                "a head for tokens (no pooler)",
            ));
        }
        (None, Some([2, _])) => Head::Spans,
        (None, None) => {
            return Err(odd(
                "a classifier or a span head (classifier.*, qa_outputs.*)",
                "an encoder without a head: it answers nothing until one is trained",
            ));
        }
        _ => return Err(odd("one head, of classes or of 2 span outputs", "another")),
    };
    // The heads of pre-training, and a pooler that the span head does not read.
    let is_left_out = |name: &str| {
        name.starts_with("cls.") || (head == Head::Spans && name.starts_with("pooler."))
    };
    let n_before = tensors.0.len();
    tensors.0.retain(|name, _| !is_left_out(name));
    let n_left_out = n_before - tensors.0.len();
    if 0 < n_left_out {
        notes.push(format!(
            "{n_left_out} tensors of other heads (cls.*, pooler.*) are left out."
        ));
    }
    Ok(head)
}

/// The size of the network: from the weights, and from the configuration what weights do not tell.
fn network(tensors: &Tensors, config: &Config, head: Head) -> Result<Transformer> {
    let rows = |name: &str| -> Result<(usize, usize)> {
        let weight = tensors.0.get(name);
        match weight.map(|it| it.shape.as_slice()) {
            Some([rows, columns]) => Ok((*rows, *columns)),
            _ => Err(odd(format!("the matrix {name}"), "none")),
        }
    };
    let (vocab, dim) = rows("embeddings.word_embeddings.weight")?;
    let (max_tokens, _) = rows("embeddings.position_embeddings.weight")?;
    let (n_types, _) = rows("embeddings.token_type_embeddings.weight")?;
    if n_types != 2 {
        return Err(odd("2 kinds of segments", n_types.to_string()));
    }
    let (ffn, _) = rows("encoder.layer.0.intermediate.dense.weight")?;
    let layers = tensors.count(0, |it| format!("encoder.layer.{it}.output.dense.weight"));
    let number = |name: &str| config.get(name).and_then(Value::as_u64);
    for (name, found) in [("hidden_size", dim), ("num_hidden_layers", layers)] {
        let want = number(name).unwrap_or(found as u64);
        if want != found as u64 {
            return Err(odd(
                format!("{name} {want} as in config.json"),
                found.to_string(),
            ));
        }
    }
    let heads = number("num_attention_heads")
        .ok_or_else(|| odd("num_attention_heads in config.json", "none"))?;
    Ok(Transformer {
        vocab,
        max_tokens,
        layers,
        dim,
        heads: heads as usize,
        ffn,
        pool: match head {
            Head::Classes(_) => Pool::Pooler,
            Head::Spans => Pool::Tokens,
        },
        epsilon: config
            .get("layer_norm_eps")
            .and_then(Value::as_f64)
            .unwrap_or(Transformer::EPSILON),
    })
}

/// Names of the outputs, and whether they exclude each other.
fn classes(
    n: usize,
    config: &Config,
    asked: &Asked,
    notes: &mut Vec<String>,
) -> Result<(Vec<String>, Output)> {
    let listed = config.get("id2label").and_then(Value::as_object).map(|it| {
        let name = |idx: usize| it.get(&idx.to_string())?.as_str().map(str::to_owned);
        (0..it.len()).map_while(name).collect::<Vec<_>>()
    });
    let names = match (&asked.labels, listed) {
        (Some(names), _) => names.clone(),
        (None, Some(names)) => names,
        (None, None) => {
            notes.push("config.json names no labels; outputs are numbered from 0.".to_owned());
            (0..n).map(|it| format!("LABEL_{it}")).collect()
        }
    };
    if names.len() != n {
        let found = format!("{} labels", names.len());
        return Err(odd(format!("{n} labels, one for each output"), found));
    }
    if names.iter().all(|it| it.starts_with("LABEL_")) {
        notes.push("The labels have no names of their own: give them with --labels.".to_owned());
    }
    let output = match config.get("problem_type").and_then(Value::as_str) {
        Some("multi_label_classification") => Output::Sigmoid,
        Some("single_label_classification") if 1 < n => Output::Softmax,
        None if 1 < n => {
            let said =
                "config.json does not say whether labels exclude each other: they do (softmax).";
            notes.push(said.to_owned());
            Output::Softmax
        }
        None => {
            notes.push(
                "One output without a stated kind is read as one label (sigmoid).".to_owned(),
            );
            Output::Sigmoid
        }
        Some(other) => return Err(odd("a problem_type of classes", other)),
    };
    Ok((names, output))
}

/// Overlapping windows as long as the network was trained for, or as it can read.
fn prep(head: Head, max_tokens: usize) -> Spec {
    match head {
        Head::Classes(_) => {
            let max_tokens = max_tokens.min(WINDOW);
            Spec::Text(TextSpec {
                max_tokens,
                overlap: max_tokens / 4,
                max_windows: MAX_WINDOWS,
                form: TextForm::Any,
            })
        }
        Head::Spans => {
            let window = max_tokens.min(QUESTION.max_tokens);
            // A short network keeps the parts: at most a third for the question, a third from window to window.
            Spec::Question(QuestionSpec {
                max_tokens: window,
                stride: QUESTION.stride.min(window / 3).max(1),
                max_question: QUESTION.max_question.min(window / 3).max(1),
                max_answer: QUESTION.max_answer.min(window),
                ..QUESTION
            })
        }
    }
}
