//! BERTs as Hugging Face's Transformers keep them, from their folder to a score or to a place in a note: the answers are
//! those of Transformers on the same weights (tests/fixtures/make_bert.py), through the shipped program.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use wardlight::{
    case::Note,
    foreign::{self, Asked, Draft, TokenizerFile},
    import::{ModelFile, NamedTensor},
    model::{Bundle, Manifest, Network, network::Pool},
    nn::{self, Options},
    prep::{Input, Spec, Tokenizer, prepare_note},
    score::{self, Loaded},
    warnings::Warnings,
};

use crate::{
    command::{run, scratch, wardlight, write},
    dicom::decoder,
    prep::note,
};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/bert")
        .join(name)
}

fn answers(name: &str) -> Vec<Value> {
    let text = fs::read_to_string(fixture("answers.json")).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    all[name].as_array().unwrap().clone()
}

/// Imports a model with the shipped program; what it says.
fn import(model: &Path, out: &Path) -> String {
    let mut command = wardlight();
    command
        .args(["model", "import"])
        .arg(model)
        .arg("--out")
        .arg(out);
    let (code, said, error) = run(&mut command);
    assert_eq!(code, 0, "{said}{error}");
    assert!(
        said.contains("known answer reproduced by both forms"),
        "{said}"
    );
    said
}

fn floats(value: &Value) -> Vec<f64> {
    serde_json::from_value(value.clone()).unwrap()
}

fn worst(found: &[f64], wanted: &[f64]) -> f64 {
    assert_eq!(found.len(), wanted.len());
    let pairs = found.iter().zip(wanted);
    pairs.fold(0.0, |so_far, (a, b)| so_far.max((a - b).abs()))
}

fn loaded(folder: &Path) -> Loaded {
    let bundle = Bundle::open(folder).unwrap();
    let tokenizer = Tokenizer::parse(bundle.tokenizer.as_deref().unwrap()).unwrap();
    Loaded {
        model: nn::load(bundle, Options::default(), &Warnings::default()).unwrap(),
        tokenizer: Some(tokenizer),
        layout: None,
        warnings: Vec::new(),
    }
}

/// Scores every text with the one bundle of a folder, and compares with what Transformers answered.
fn check_scores(models: &Path, name: &str) {
    for (idx, wanted) in answers(name).iter().enumerate() {
        let path = models.with_file_name(format!("{name}-{idx}.txt"));
        write(&path, wanted["text"].as_str().unwrap());
        let mut command = wardlight();
        command.args(["score", "--json", "--note"]).arg(&path);
        let (code, out, error) = run(command.arg("--models").arg(models));
        assert_eq!(code, 0, "{error}");
        let report: Value = serde_json::from_str(&out).unwrap();
        let prediction = &report["results"][0]["prediction"];
        let scores = prediction["scores"].as_array().unwrap();
        let logits: Vec<f64> = scores
            .iter()
            .map(|it| it["logit"].as_f64().unwrap())
            .collect();
        let off = worst(&logits, &floats(&wanted["logits"]));
        assert!(off < 1e-5, "{name} {idx}: {off}");
        let n_tokens = wanted["ids"].as_array().unwrap().len();
        let read = json!({ "tokens": n_tokens, "windows": wanted["windows"] });
        assert_eq!(prediction["read"], read, "{name} {idx}");
    }
}

#[test]
fn a_bert_classifier_scores_as_in_python() {
    let folder = scratch("bert_classes");
    let models = folder.join("models");
    let out = models.join("bert-toy");
    import(&fixture("classes"), &out);
    check_scores(&models, "classes");
    let manifest =
        Manifest::parse(&fs::read_to_string(out.join("manifest.toml")).unwrap()).unwrap();
    let names: Vec<&str> = manifest.labels.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["cardiology", "pulmonology", "呼吸科"]);
    // The weights alone are enough to find the rest beside them.
    import(
        &fixture("classes/model.safetensors"),
        &folder.join("again/bert-toy"),
    );
    let card = fs::read_to_string(out.join("card.md")).unwrap();
    assert!(
        card.contains("Hugging Face") && card.contains("not measured here"),
        "{card}"
    );
}

#[test]
fn tokens_and_pooled_features_are_those_of_transformers() {
    let folder = scratch("bert_tokens").join("bert-toy");
    import(&fixture("classes"), &folder);
    let mut loaded = loaded(&folder);
    let Spec::Text(spec) = loaded.model.manifest().prep.clone() else {
        panic!("wanted text")
    };
    for wanted in answers("classes") {
        let note = note(wanted["text"].as_str().unwrap());
        let tokenizer = loaded.tokenizer.as_ref().unwrap();
        let input = prepare_note(&note, &spec, tokenizer, &Warnings::default()).unwrap();
        let ids: Vec<i64> = serde_json::from_value(wanted["ids"].clone()).unwrap();
        assert_eq!(
            input.windows.len() as u64,
            wanted["windows"].as_u64().unwrap()
        );
        // Each window is what stands in its place of the whole: none is lost, and neighbours share a quarter.
        for (idx, window) in input.windows.iter().enumerate() {
            let part: Vec<i64> = ids.iter().copied().skip(28 * idx).take(38).collect();
            assert_eq!(window.ids[1..window.ids.len() - 1], part);
        }
        assert_eq!(spec.n_tokens(&input), ids.len());
        let found = loaded.model.logits(&[Input::Text(input)]).unwrap();
        let features: Vec<f64> = found[0].features.iter().map(|it| f64::from(*it)).collect();
        let off = worst(&features, &floats(&wanted["pooled"]));
        assert!(off < 1e-5, "{off}");
    }
}

#[test]
fn a_checkpoint_of_2019_scores_as_in_python_and_its_case_is_told() {
    let folder = scratch("bert_old");
    let models = folder.join("models");
    let said = import(&fixture("old"), &models.join("bert-old"));
    assert!(said.contains("WARNING: no tokenizer_config.json"), "{said}");
    assert!(
        said.contains("case kept") && said.contains("1 tensors of other heads"),
        "{said}"
    );
    assert!(said.contains("give them with --labels"), "{said}");
    check_scores(&models, "old");
}

#[test]
fn a_span_head_finds_the_places_that_python_finds() {
    let models = scratch("bert_questions");
    let folder = models.join("bert-reader");
    import(&fixture("questions"), &folder);
    let mut loaded = loaded(&folder);
    for wanted in answers("questions") {
        let text = wanted["note"].as_str().unwrap();
        let reply = score::ask(
            &note(text),
            wanted["question"].as_str().unwrap(),
            &mut loaded,
        )
        .unwrap();
        let read = json!({ "tokens": wanted["tokens"], "windows": wanted["windows"] });
        assert_eq!(serde_json::to_value(reply.read).unwrap(), read);
        assert!((f64::from(reply.choice.none) - wanted["none"].as_f64().unwrap()).abs() < 1e-5);
        for (found, wanted) in reply
            .choice
            .spans
            .iter()
            .zip(wanted["spans"].as_array().unwrap())
        {
            let place = [found.bytes.start, found.bytes.end];
            assert_eq!(json!(place), wanted["bytes"]);
            assert!((f64::from(found.score) - wanted["score"].as_f64().unwrap()).abs() < 1e-5);
            assert!(
                text.get(found.bytes.clone())
                    .is_some_and(|it| !it.is_empty())
            );
        }
        assert_eq!(reply.choice.spans.len(), 20);
        assert_eq!(reply.choice.answer(), reply.choice.spans.first());
    }
    let refused = |note: &Note, question: &str, loaded: &mut Loaded| {
        score::ask(note, question, loaded).unwrap_err().to_string()
    };
    let some = note("The patient denies pain.");
    assert!(refused(&some, " ?", &mut loaded).contains("a question with words"));
    assert!(
        refused(&some, &"what ".repeat(20), &mut loaded).contains("at most 13 tokens, found 20")
    );
    assert!(refused(&note(&"pain ".repeat(9000)), "what", &mut loaded).contains("found 9000"));
    // It does not classify.
    let path = models.with_file_name("bert_question.txt");
    write(&path, "The patient denies pain.");
    let mut command = wardlight();
    command.args(["score", "--note"]).arg(&path);
    let (_, _, error) = run(command.arg("--models").arg(&models));
    assert!(
        error.contains("There is no model that reads a note"),
        "{error}"
    );
}

/// The fixture `classes` with a change to its weights and its configuration.
fn changed(change: impl FnOnce(&mut Vec<NamedTensor>, &mut Value)) -> foreign::Result<Draft> {
    let open = |name: &str| decoder().open_model(&fixture(name)).unwrap();
    let mut file: ModelFile = open("classes/model.safetensors");
    let mut config = open("classes/config.json")
        .header
        .configs
        .remove("")
        .unwrap();
    change(&mut file.tensors, &mut config);
    file.header.configs.insert("config.json".to_owned(), config);
    let vocab = fs::read(fixture("classes/vocab.txt")).unwrap();
    foreign::draft(
        file,
        &Asked {
            name: "toy".to_owned(),
            tokenizer: Some(TokenizerFile::Vocab(vocab)),
            ..Asked::default()
        },
    )
}

/// Spoils a model, and what is said then.
type Spoilt<'a> = (fn(&mut Vec<NamedTensor>, &mut Value), &'a str);

#[test]
fn what_is_no_bert_that_can_be_read_is_refused_by_name() {
    let draft = changed(|_, _| {}).unwrap();
    let Network::Transformer(network) = &draft.network else {
        panic!("wanted a Transformer")
    };
    assert_eq!((network.pool, network.epsilon), (Pool::Pooler, 1e-12));
    assert!(
        draft
            .notes
            .iter()
            .any(|it| it.contains("looks as if made with lower case"))
    );
    let rows: [Spoilt<'_>; 9] = [
        (
            |_, config| config["model_type"] = json!("roberta"),
            "found roberta",
        ),
        (
            |_, config| config["model_type"] = json!("megatron-bert"),
            "a Megatron-BERT, pre-LN",
        ),
        (
            |_, config| config["hidden_act"] = json!("gelu_new"),
            "found gelu_new",
        ),
        (
            |_, config| config["problem_type"] = json!("regression"),
            "found regression",
        ),
        (
            |_, config| config["num_hidden_layers"] = json!(12),
            "num_hidden_layers 12 as in config.json, found 2",
        ),
        (
            |_, config| config["id2label"] = json!({ "0": "a", "1": "b" }),
            "3 labels, one for each output, found 2 labels",
        ),
        (
            |tensors, _| tensors.retain(|it| !it.name.contains("pooler")),
            "a head for tokens",
        ),
        (
            |tensors, _| tensors.retain(|it| !it.name.starts_with("classifier")),
            "an encoder without a head",
        ),
        (
            |tensors, _| {
                for it in tensors {
                    it.name = it.name.replace("bert.", "distilbert.");
                }
            },
            "weights of DistilBERT",
        ),
    ];
    for (change, wanted) in rows {
        let said = changed(change).unwrap_err().to_string();
        assert!(said.contains(wanted), "wanted {wanted}, found {said}");
    }
}

#[test]
fn a_megatron_bert_that_calls_itself_a_bert_is_told_by_its_names() {
    let out = scratch("bert_megatron").join("bundle");
    let mut command = wardlight();
    command.args(["model", "import"]).arg(fixture("megatron"));
    let (code, _, error) = run(command.arg("--out").arg(&out));
    assert!(
        code == 2 && error.contains("a Megatron-BERT, pre-LN"),
        "{code}: {error}"
    );
    assert!(!out.exists());
}
