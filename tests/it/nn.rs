//! Networks: sizes, both forms, numeric parity with PyTorch, attribution.

use std::collections::BTreeMap;

use tch::{Kind, Tensor};
use wardlight::{
    model::{
        Error, Logits, Manifest, Network, known_answer,
        network::{DenseNet121, Pool, ResNet18, ResNetS, Transformer},
    },
    nn::{
        self, Net, Options,
        layer::{self, Mode},
        params::{self, Params},
        transformer::{MaskedHead, Tokens},
    },
    prediction::{Form, Precision},
    prep::{Input, Spec, TextInput, TokenWindow},
};

use crate::{
    formula,
    model::{image_manifest, text_manifest},
};

fn n_parameters(network: &Network, n_labels: usize) -> usize {
    let (vars, _) = nn::fresh(network, n_labels).unwrap();
    vars.trainable_variables().iter().map(Tensor::numel).sum()
}

fn resnet_s(width: usize) -> Network {
    Network::ResNetS(ResNetS {
        in_channels: 1,
        width,
        blocks: vec![2, 2, 2],
        stem_stride: 1,
    })
}

fn small_transformer(pool: Pool) -> Transformer {
    Transformer {
        vocab: 50,
        max_tokens: 12,
        layers: 2,
        dim: 16,
        heads: 4,
        ffn: 32,
        pool,
        epsilon: 1e-12,
    }
}

#[test]
fn networks_have_the_published_number_of_parameters() {
    // methods 1.3; TorchXRayVision's BENCHMARKS.md; torchvision's resnet18 has 11 689 512 with 3 channels.
    assert_eq!(n_parameters(&resnet_s(16), 10), 174_970);
    assert_eq!(n_parameters(&resnet_s(32), 10), 696_042);
    assert_eq!(
        n_parameters(&Network::DenseNet121(DenseNet121 { in_channels: 1 }), 18),
        6_966_034
    );
    assert_eq!(
        n_parameters(&Network::ResNet18(ResNet18 { in_channels: 3 }), 1000),
        11_689_512
    );
}

#[test]
fn a_small_network_learns_four_pictures_by_heart() {
    tch::manual_seed(1);
    let (vars, net) = nn::fresh(&resnet_s(4), 2).unwrap();
    let Net::Cnn(net) = net else {
        panic!("wanted a convolutional network")
    };
    let x = Tensor::randn([4, 1, 12, 12], (Kind::Float, tch::Device::Cpu));
    let y = Tensor::from_slice(&[0_i64, 1, 0, 1]);
    let mut optimizer =
        tch::nn::OptimizerConfig::build(tch::nn::Adam::default(), &vars, 1e-2).unwrap();
    let mut loss = f64::NAN;
    for _ in 0..40 {
        let maps = net.features(&x, Mode::Train { dropout: 0.0 }).unwrap();
        let logits = net.head().forward(&layer::pool(&maps).unwrap()).unwrap();
        let batch_loss = logits.cross_entropy_for_logits(&y);
        optimizer.backward_step(&batch_loss);
        loss = batch_loss.double_value(&[]);
    }
    assert!(loss < 0.05, "loss {loss}");
    // The running statistics moved with the batches.
    let mean = vars
        .variables()
        .get("bn1.running_mean")
        .unwrap()
        .abs()
        .max()
        .double_value(&[]);
    assert!(1e-3 < mean, "running mean {mean}");
}

#[test]
fn padding_does_not_change_a_window() {
    tch::manual_seed(2);
    for pool in [Pool::Cls, Pool::Mean, Pool::MeanMax] {
        let (_vars, net) = nn::fresh(&Network::Transformer(small_transformer(pool)), 3).unwrap();
        let Net::Transformer(net) = net else {
            panic!("wanted a Transformer")
        };
        let (short, long) = ([2_i64, 7, 9, 3], [2_i64, 8, 8, 5, 40, 41, 3]);
        let alone = net
            .features(&Tokens::new([short.as_slice()]).unwrap(), Mode::Eval)
            .unwrap();
        let both = net
            .features(
                &Tokens::new([short.as_slice(), long.as_slice()]).unwrap(),
                Mode::Eval,
            )
            .unwrap();
        let difference = (alone.get(0) - both.get(0)).abs().max().double_value(&[]);
        assert!(difference < 1e-5, "{pool:?}: {difference}");
    }
}

#[test]
fn the_masked_head_shares_the_word_embedding() {
    let config = small_transformer(Pool::Mean);
    let (vars, net) = nn::fresh(&Network::Transformer(config.clone()), 3).unwrap();
    let Net::Transformer(net) = net else {
        panic!("wanted a Transformer")
    };
    let head = MaskedHead::new(&Params::fresh(&vars), &config).unwrap();
    let tokens = Tokens::new([[2_i64, 7, 4, 3].as_slice()]).unwrap();
    let hidden = net
        .encode(&net.embed(&tokens.ids).unwrap(), None, Mode::Eval, None)
        .unwrap();
    let logits = head.forward(&hidden.get(0).narrow(0, 2, 1), &net).unwrap();
    assert_eq!(logits.size(), [1, 50]);
    logits
        .cross_entropy_for_logits(&Tensor::from_slice(&[9_i64]))
        .backward();
    let words = vars
        .variables()
        .get("embeddings.word_embeddings.weight")
        .unwrap()
        .grad();
    // A row that was neither read nor written as a label is still moved, by the soft maximum.
    assert!(0.0 < words.get(33).abs().max().double_value(&[]));
    let with_head = vars
        .variables()
        .keys()
        .filter(|it| it.starts_with(MaskedHead::PREFIX))
        .count();
    assert_eq!(with_head, 5);
}

/// Weights that look like a trained network's: the start, with norms that are not the identity.
fn weights_of(network: &Network, n_labels: usize) -> Vec<u8> {
    tch::manual_seed(4);
    let (vars, _) = nn::fresh(network, n_labels).unwrap();
    let mut named = vars.variables().into_iter().collect::<Vec<_>>();
    for (name, tensor) in &mut named {
        let noise = Tensor::rand(tensor.size(), (Kind::Float, tch::Device::Cpu));
        if name.contains("running_var") {
            *tensor = 0.5 + noise;
        } else if tensor.dim() == 1 {
            *tensor = tensor.detach() + 0.2 * (noise - 0.5);
        }
    }
    params::to_safetensors(&named).unwrap()
}

fn engine(form: Form, precision: Precision) -> Options {
    Options {
        form,
        precision,
        threads: 2,
    }
}

/// The greatest difference between logits, relative to the greatest logit.
fn difference(one: &[Logits], other: &[Logits]) -> f32 {
    let values = |it: &[Logits]| {
        it.iter()
            .flat_map(|it| it.values.clone())
            .collect::<Vec<_>>()
    };
    let (one, other) = (values(one), values(other));
    assert_eq!(one.len(), other.len());
    let greatest = one.iter().fold(0.0, |so_far: f32, it| so_far.max(it.abs()));
    one.iter()
        .zip(&other)
        .map(|(one, other)| (one - other).abs())
        .fold(0.0, f32::max)
        / greatest
}

#[test]
fn the_fused_form_equals_the_plain_form() {
    let dense = Network::DenseNet121(DenseNet121 { in_channels: 1 });
    let resnet18 = Network::ResNet18(ResNet18 { in_channels: 1 });
    for (name, network, size) in [
        ("resnet_s", resnet_s(16), 28),
        ("resnet_s, odd size", resnet_s(8), 45),
        ("resnet18", resnet18, 96),
        ("densenet121", dense, 64),
    ] {
        let manifest = picture_manifest(network, size);
        let inputs = (0..8)
            .map(|it| noisy(known_answer::input(&manifest), it))
            .collect::<Vec<_>>();
        compare(name, manifest, &inputs);
    }
}

#[test]
fn the_fused_transformer_equals_the_plain_one() {
    for pool in [Pool::Cls, Pool::Mean, Pool::MeanMax] {
        let manifest = text_manifest(&["a", "b", "c"], pool);
        let Input::Text(text) = known_answer::input(&manifest) else {
            panic!("wanted text")
        };
        let notes = (1..=8).map(|n_windows| {
            let mut note = text.clone();
            note.windows = (0..n_windows).map(|it| shorter(&text, it)).collect();
            Input::Text(note)
        });
        compare("transformer", manifest, &notes.collect::<Vec<_>>());
    }
}

/// Holds the forms together at batch 1 and 8, and bfloat16 to its own precision.
fn compare(name: &str, manifest: Manifest, inputs: &[Input]) {
    let weights = weights_of(&manifest.network, manifest.labels.len());
    let mut plain = nn::build(
        manifest.clone(),
        &weights,
        engine(Form::Plain, Precision::Float32),
    )
    .unwrap();
    let mut fused = nn::build(
        manifest.clone(),
        &weights,
        engine(Form::Fused, Precision::Float32),
    )
    .unwrap();
    assert_eq!(fused.engine().form, Form::Fused);
    for inputs in [&inputs[..1], inputs] {
        let want = plain.logits(inputs).unwrap();
        let gap = difference(&want, &fused.logits(inputs).unwrap());
        assert!(
            gap < 1e-4,
            "{name}, {} inputs: fused differs by {gap}",
            inputs.len()
        );
        let options = engine(Form::Fused, Precision::Bfloat16);
        let rounded = nn::build(manifest.clone(), &weights, options);
        match rounded.and_then(|mut it| it.logits(inputs)) {
            Ok(found) => {
                let gap = difference(&want, &found);
                let is_right = 1e-6 < gap && gap < 0.05;
                assert!(
                    is_right,
                    "{name}, {} inputs: bfloat16 differs by {gap}",
                    inputs.len()
                );
            }
            Err(Error::Engine { cause }) if cause.contains("cpu support") => {
                println!("{name}: this processor has no bfloat16 ({cause})");
            }
            Err(error) => panic!("{error}"),
        }
    }
}

fn picture_manifest(network: Network, size: usize) -> Manifest {
    let mut manifest = image_manifest(&["a", "b", "c"], network);
    if let Spec::Image(spec) = &mut manifest.prep {
        (spec.width, spec.height) = (size, size + 4);
    }
    manifest
}

fn noisy(input: Input, seed: i64) -> Input {
    let Input::Image(mut image) = input else {
        panic!("wanted an image")
    };
    tch::manual_seed(seed);
    let noise = Tensor::randn([image.values.len() as i64], (Kind::Float, tch::Device::Cpu));
    let noise: Vec<f32> = Vec::try_from(noise).unwrap();
    image
        .values
        .iter_mut()
        .zip(noise)
        .for_each(|(value, noise)| *value += 0.3 * noise);
    Input::Image(image)
}

fn shorter(text: &TextInput, n_less: usize) -> TokenWindow {
    let mut window = text.windows[0].clone();
    window.ids.truncate(12 - n_less);
    window.word_idx.truncate(12 - n_less);
    window
}

#[test]
fn networks_answer_as_pytorch_does() {
    // tests/fixtures/make_networks.py, in double precision.
    let fixture: serde_json::Value =
        serde_json::from_str(include_str!("../fixtures/networks.json")).unwrap();
    let text = |pool| text_manifest(&["a", "b", "c"], pool);
    let image = |network, channels: usize, size: usize| {
        let mut manifest = picture_manifest(network, size);
        if let Spec::Image(spec) = &mut manifest.prep {
            (spec.channels, spec.height) = (channels, size);
        }
        manifest
    };
    for (name, manifest) in [
        ("resnet_s", image(resnet_s(16), 1, 28)),
        (
            "resnet18",
            image(Network::ResNet18(ResNet18 { in_channels: 3 }), 3, 224),
        ),
        (
            "densenet121",
            image(Network::DenseNet121(DenseNet121 { in_channels: 1 }), 1, 224),
        ),
        ("transformer_cls", text(Pool::Cls)),
        ("transformer_mean", text(Pool::Mean)),
        ("transformer_mean_max", text(Pool::MeanMax)),
    ] {
        let weights = formula::safetensors(&shapes(&manifest.network, 3));
        let input = known_answer::input(&manifest);
        let want = |key: &str| fixture[name][key].clone();
        let want_logits: Vec<f32> = serde_json::from_value(want("logits")).unwrap();
        for (form, tolerance) in [(Form::Plain, 1e-5), (Form::Fused, 1e-4)] {
            let mut model =
                nn::build(manifest.clone(), &weights, engine(form, Precision::Float32)).unwrap();
            let found = model
                .logits(std::slice::from_ref(&input))
                .unwrap()
                .remove(0);
            let mean = found.features.iter().sum::<f32>() / found.features.len() as f32;
            let size =
                found.features.iter().map(|it| it.abs()).sum::<f32>() / found.features.len() as f32;
            let gap =
                (f64::from(mean) - want("feature_mean").as_f64().unwrap()).abs() / f64::from(size);
            assert!(
                gap < tolerance,
                "{name} {form:?}: feature mean differs by {gap}"
            );
            let want = Logits {
                values: want_logits.clone(),
                features: Vec::new(),
                members: Vec::new(),
            };
            let gap = f64::from(difference(&[want], &[found]));
            println!("{name} {form:?}: {gap:.1e}");
            assert!(gap < tolerance, "{name} {form:?}: logits differ by {gap}");
        }
    }
}

/// The parameters that a network asks for.
fn shapes(network: &Network, n_labels: usize) -> BTreeMap<String, Vec<i64>> {
    let none = params::Weights::none();
    Net::new(
        &Params::loaded(&none, Form::Plain, Precision::Float32),
        network,
        n_labels,
    )
    .unwrap();
    none.asked()
}
