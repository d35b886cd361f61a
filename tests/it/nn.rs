//! Networks: sizes, both forms, numeric parity with PyTorch, attribution.

use tch::{Kind, Tensor};
use wardlight::{
    model::{
        Network,
        network::{DenseNet121, Pool, ResNet18, ResNetS, Transformer},
    },
    nn::{
        self, Net,
        layer::{self, Mode},
        params::Params,
        transformer::{MaskedHead, Tokens},
    },
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
