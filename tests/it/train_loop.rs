//! The loop of a training: steps against plain arithmetic, checkpoints, early stopping, weights of classes.

use std::{fs, path::Path, time::Duration};

use tch::{Kind, Tensor};
use wardlight::{
    disk,
    model::{Network, Task, manifest::Output, network::PlainCnn},
    nn::{
        self, Net, VarStore,
        layer::{Mode, pool},
        train::{
            self, ClassWeights, Course, Knobs, Learner, Method, Random, Schedule, WeightRule,
            augment::{Augment, Flip},
            text::{SpecialTokens, TextLearner, Texts, Windows},
        },
    },
    prediction::Precision,
    training::Recipe,
};

use crate::train::{
    KNOBS, MOVING, STILL, folder, image_learner, run_for, small_cnn, weights_after,
};

/// One matrix whose loss is its squared distance from a target that moves with the step.
struct Valley {
    matrix: Tensor,
    step: usize,
    /// Figures of the epochs, in order.
    figures: Vec<f64>,
    /// The averaged matrix at the end of each epoch.
    seen: Vec<f64>,
    /// The step at which the loss has no value.
    broken_step: usize,
}

impl Valley {
    fn new(vars: &VarStore, figures: &[f64]) -> Self {
        Self {
            matrix: vars
                .root()
                .var("matrix", &[1, 1], tch::nn::Init::Const(3.0)),
            step: 0,
            figures: figures.to_vec(),
            seen: Vec::new(),
            broken_step: usize::MAX,
        }
    }

    fn value(&self) -> f64 {
        self.matrix.double_value(&[0, 0])
    }
}

fn target(step: usize) -> f64 {
    (step as f64 * 0.7).sin()
}

impl Learner for Valley {
    fn n_cases(&self) -> usize {
        4
    }

    fn loss(&mut self, _cases: &[usize], _random: &mut Random) -> nn::Result<Tensor> {
        let shift = if self.step == self.broken_step {
            f64::NAN
        } else {
            target(self.step)
        };
        self.step += 1;
        Ok((&self.matrix - shift).square().sum(Kind::Float) * 0.5)
    }

    fn validate(&mut self) -> nn::Result<Option<f64>> {
        self.seen.push(self.value());
        Ok(self.figures.get(self.seen.len() - 1).copied())
    }
}

fn knobs(method: Method) -> Knobs {
    Knobs {
        epochs: 5,
        batch: 1,
        max_lr: 0.05,
        weight_decay: 0.1,
        average_decay: 0.0,
        clip_norm: 0.0,
        schedule: Schedule::Constant,
        method,
        ..KNOBS
    }
}

/// The matrix after twenty steps.
fn trained(knobs: &Knobs) -> f64 {
    let vars = VarStore::new(tch::Device::Cpu);
    let mut valley = Valley::new(&vars, &[]);
    let epoch = train::run(
        &vars,
        &mut valley,
        knobs,
        None,
        &Task::default(),
        &mut |_| {},
    )
    .unwrap();
    assert_eq!(epoch, 5);
    valley.value()
}

#[test]
fn sgd_steps_as_nesterov_says() {
    // torch.optim.SGD(lr=.05, momentum=.9, nesterov=True, weight_decay=.1) in plain arithmetic.
    let (mut value, mut momentum) = (3.0_f64, 0.0);
    for step in 0..20 {
        let gradient = value - target(step) + 0.1 * value;
        momentum = 0.9 * momentum + gradient;
        value -= 0.05 * (gradient + 0.9 * momentum);
    }
    let found = trained(&knobs(Method::Sgd { momentum: 0.9 }));
    assert!((found - value).abs() < 1e-5, "{found} {value}");
}

#[test]
fn adam_steps_as_published() {
    // Algorithm 2 of Loshchilov and Hutter 2019 in plain arithmetic.
    for epsilon in [1e-8, 1e-2] {
        let (mut value, mut first, mut second) = (3.0_f64, 0.0, 0.0);
        for step in 0..20 {
            let gradient: f64 = value - target(step);
            first = 0.9 * first + 0.1 * gradient;
            second = 0.999 * second + 0.001 * gradient * gradient;
            let steps = step as i32 + 1;
            let spread = (second / (1.0 - 0.999_f64.powi(steps))).sqrt() + epsilon;
            value -= 0.05 * 0.1 * value;
            value -= 0.05 * first / (1.0 - 0.9_f64.powi(steps)) / spread;
        }
        let found = trained(&knobs(Method::AdamW { epsilon }));
        assert!((found - value).abs() < 1e-4, "{epsilon}: {found} {value}");
    }
}

#[test]
fn a_run_with_patience_stops_and_keeps_the_best_epoch() {
    let folder = folder("patience");
    let knobs = Knobs {
        patience: Some(2),
        ..knobs(Method::Sgd { momentum: 0.0 })
    };
    let checkpoint = folder.join("run");
    let course = Course {
        checkpoint: &checkpoint,
        every: Duration::from_secs(60),
        last_epoch: None,
    };
    let attempt = |figures: &[f64]| {
        let vars = VarStore::new(tch::Device::Cpu);
        let mut valley = Valley::new(&vars, figures);
        let task = Task::default();
        let epoch = train::run(
            &vars,
            &mut valley,
            &knobs,
            Some(&course),
            &task,
            &mut |_| {},
        );
        (epoch.unwrap(), valley.value(), valley.seen)
    };
    let (epoch, kept, seen) = attempt(&[0.5, 0.7, 0.6, 0.65, 0.9]);
    assert_eq!(
        (epoch, seen.len()),
        (2, 4),
        "the fifth epoch is never tried"
    );
    assert!((kept - seen[1]).abs() < 1e-7);
    // What has ended stays so.
    let (epoch, again, seen) = attempt(&[]);
    assert_eq!((epoch, seen.len()), (2, 0));
    assert!((kept - again).abs() < 1e-9);
}

#[test]
fn a_loss_without_a_value_stops_and_names_the_last_good_checkpoint() {
    let checkpoint = folder("nan").join("fold-0.safetensors");
    let course = Course {
        checkpoint: &checkpoint,
        every: Duration::ZERO,
        last_epoch: None,
    };
    let vars = VarStore::new(tch::Device::Cpu);
    let mut valley = Valley::new(&vars, &[]);
    valley.broken_step = 6;
    let knobs = knobs(Method::Sgd { momentum: 0.0 });
    let task = Task::default();
    let found = train::run(
        &vars,
        &mut valley,
        &knobs,
        Some(&course),
        &task,
        &mut |_| {},
    );
    let text = found.unwrap_err().to_string();
    assert!(
        text.contains("a loss of NaN at step 7 of 20")
            && text.contains("fold-0.safetensors, is kept and has step 6"),
        "{text}"
    );
    // It is good: a run without the trouble goes on from it.
    let vars = VarStore::new(tch::Device::Cpu);
    let mut valley = Valley::new(&vars, &[]);
    train::run(
        &vars,
        &mut valley,
        &knobs,
        Some(&course),
        &task,
        &mut |_| {},
    )
    .unwrap();
    assert_eq!(valley.step, 14);
}

/// The weights of a run of windows of notes that is stopped after each of these numbers of steps.
fn text_weights(checkpoint: &Path, stops: &[usize]) -> Vec<u8> {
    let knobs = Knobs {
        epochs: 2,
        batch: 4,
        dropout: 0.1,
        ..KNOBS
    };
    let config = wardlight::model::network::Transformer {
        vocab: 40,
        max_tokens: 8,
        layers: 1,
        dim: 16,
        heads: 2,
        ffn: 32,
        pool: wardlight::model::network::Pool::Mean,
        epsilon: 1e-12,
    };
    let network = Network::Transformer(config);
    let attempt = |steps_left: usize| -> nn::Result<VarStore> {
        train::seed(KNOBS.seed);
        let (vars, net) = nn::fresh(&network, 2)?;
        let Net::Transformer(net) = &net else {
            panic!("a transformer")
        };
        let token = |note: usize, at: usize| (5 + (note * 7 + at * 3) % 20) as i64;
        let notes = (0..16).map(|note| (0..20).map(|at| token(note, at)).collect());
        let learner = TextLearner {
            net,
            train: Texts {
                notes: notes.collect(),
                labels: (0..16).map(|it| it % 2).collect(),
                weights: vec![1.0; 16],
            },
            held_out: None,
            windows: Windows {
                tokens: 8,
                each: 1,
                hide: 0.3,
            },
            special: SpecialTokens {
                cls: 2,
                sep: 3,
                mask: 4,
            },
            knobs: knobs.clone(),
        };
        run_for(steps_left, (&vars, learner), (&knobs, checkpoint))?;
        Ok(vars)
    };
    weights_after(stops, attempt)
}

/// Windows are cut by our own random numbers, dropout drops by libtorch's: a checkpoint keeps both.
#[test]
fn a_run_of_notes_that_was_stopped_within_epochs_gives_the_same_weights() {
    nn::tuning::set_threads(1);
    let folder = folder("resume-text");
    let whole = text_weights(&folder.join("whole"), &[]);
    assert_eq!(whole, text_weights(&folder.join("stopped"), &[1, 2, 3]));
    assert_ne!(whole.len(), 0);
}

fn image_attempt(checkpoint: &Path, knobs: &Knobs, augment: &Augment) -> nn::Result<Vec<u8>> {
    train::seed(knobs.seed);
    let (mut vars, net) = nn::fresh(&small_cnn(), 1)?;
    let mut learner = image_learner(&net, augment, knobs);
    let course = Course {
        checkpoint,
        every: Duration::from_secs(60),
        last_epoch: None,
    };
    train::run(
        &vars,
        &mut learner,
        knobs,
        Some(&course),
        &Task::default(),
        &mut |_| {},
    )?;
    train::to_half(&mut vars)
}

#[test]
fn a_flipped_byte_and_a_short_file_are_told_with_the_remedy() {
    nn::tuning::set_threads(1);
    let folder = folder("checksum");
    let path = folder.join("fold-0.safetensors");
    let knobs = Knobs { epochs: 1, ..KNOBS };
    image_attempt(&path, &knobs, &MOVING).unwrap();
    let whole = fs::read(&path).unwrap();
    let n = whole.len();
    let flips = [0, 10, 30, 90, 100, 2000, n / 2, n - 1].map(|at| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        bytes
    });
    let cuts = [1, 22, 50, 95, 3000, n / 2, n - 1].map(|it| whole[..it].to_vec());
    for damaged in flips.iter().chain(&cuts) {
        disk::write_atomic(&path, damaged).unwrap();
        let text = image_attempt(&path, &knobs, &MOVING)
            .unwrap_err()
            .to_string();
        assert!(
            text.contains("checkpoint fold-0.safetensors is damaged")
                && text.contains("delete it and run the same command"),
            "{text}"
        );
    }
    fs::remove_file(&path).unwrap();
    image_attempt(&path, &knobs, &MOVING).unwrap();
    // The state holds no clock: the same run leaves the same file.
    assert_eq!(fs::read(&path).unwrap(), whole);
}

#[test]
fn a_checkpoint_that_cannot_be_written_says_what_to_do() {
    let knobs = Knobs { epochs: 1, ..KNOBS };
    let missing = folder("full").join("gone/fold-0.safetensors");
    let text = image_attempt(&missing, &knobs, &STILL)
        .unwrap_err()
        .to_string();
    assert!(
        text.contains("fold-0.safetensors could not be saved")
            && text.contains("make room on the disk"),
        "{text}"
    );
}

#[test]
fn pictures_are_learned_in_bfloat16_and_by_sgd() {
    nn::tuning::set_threads(1);
    let usual = Knobs {
        epochs: 24,
        ..KNOBS
    };
    let rounded = Knobs {
        precision: Precision::Bfloat16,
        ..usual.clone()
    };
    let descending = Knobs {
        method: Method::Sgd { momentum: 0.9 },
        max_lr: 0.05,
        ..usual.clone()
    };
    let mut weights = Vec::new();
    for knobs in [usual, rounded, descending] {
        train::seed(knobs.seed);
        let (mut vars, net) = nn::fresh(&small_cnn(), 1).unwrap();
        let mut learner = image_learner(&net, &STILL, &knobs);
        let mut last = None;
        train::run(
            &vars,
            &mut learner,
            &knobs,
            None,
            &Task::default(),
            &mut |it| last = Some(it.clone()),
        )
        .unwrap();
        let last = last.unwrap();
        assert!(last.loss < 0.15 && last.held_out == Some(1.0), "{last:?}");
        weights.push(train::to_half(&mut vars).unwrap());
    }
    assert!(weights[0] != weights[1] && weights[0] != weights[2]);
}

/// Nine of ten pictures are of one class, and nothing can be told from a blank picture: the answer is what classes weigh.
#[test]
fn balanced_classes_pull_the_answer_to_the_middle() {
    nn::tuning::set_threads(1);
    let chance = |class_weights: Option<ClassWeights>, output: Output| {
        let knobs = Knobs {
            epochs: 60,
            batch: 20,
            max_lr: 0.1,
            class_weights,
            ..KNOBS
        };
        train::seed(knobs.seed);
        let n_labels = if output == Output::Softmax { 2 } else { 1 };
        let (vars, net) = nn::fresh(&small_cnn(), n_labels).unwrap();
        let mut learner = image_learner(&net, &STILL, &knobs);
        learner.output = output;
        learner.held_out = None;
        learner.train.pixels = Tensor::zeros([20, 1, 24, 24], (Kind::Float, tch::Device::Cpu));
        learner.train.labels = (0..20).map(|it| usize::from(it < 18)).collect();
        train::run(
            &vars,
            &mut learner,
            &knobs,
            None,
            &Task::default(),
            &mut |_| {},
        )
        .unwrap();
        let Net::Cnn(net) = &net else {
            panic!("a convolutional network")
        };
        let features = pool(&net.features(&learner.train.pixels, Mode::Eval).unwrap()).unwrap();
        let logits = net.head().forward(&features).unwrap();
        let chances = match output {
            Output::Softmax => logits.softmax(1, Kind::Float).select(1, 1),
            Output::Sigmoid => logits.sigmoid().select(1, 0),
        };
        chances.double_value(&[0])
    };
    for output in [Output::Sigmoid, Output::Softmax] {
        let balanced = ClassWeights::Rule(WeightRule::Balanced);
        let found = [
            chance(None, output),
            chance(Some(balanced), output),
            chance(Some(ClassWeights::Given(vec![27.0, 1.0])), output),
        ];
        let want = [0.9, 0.5, 0.25];
        assert!(
            found.iter().zip(want).all(|(a, b)| (a - b).abs() < 0.05),
            "{output:?}: {found:?}"
        );
    }
}

#[test]
fn mirrored_pictures_are_whole_and_half_of_them() {
    let augment = Augment {
        flips: vec![Flip::Horizontal],
        ..STILL
    };
    train::seed(1);
    let images = Tensor::rand([400, 1, 4, 6], (Kind::Float, tch::Device::Cpu));
    let found = augment.apply(&images).unwrap();
    let mirrored = images.flip([3]);
    let same_as = |it: &Tensor| {
        let far = (&found - it).abs().amax([1_i64, 2, 3], false);
        far.lt(1e-7).sum(Kind::Int64).int64_value(&[])
    };
    let (n_same, n_mirrored) = (same_as(&images), same_as(&mirrored));
    assert_eq!(n_same + n_mirrored, 400);
    assert!((150..250).contains(&n_mirrored), "{n_mirrored}");
}

fn article() -> Network {
    Network::PlainCnn(PlainCnn {
        in_channels: 3,
        side: 32,
        widths: vec![32, 64, 64],
        dense: 64,
    })
}

#[test]
fn the_article_network_has_its_parameters_and_its_start() {
    train::seed(3);
    let (vars, net) = nn::fresh(&article(), 10).unwrap();
    let n: usize = vars.trainable_variables().iter().map(Tensor::numel).sum();
    assert_eq!(n, 122_570); // model.summary() of the tutorial
    // Glorot and Bengio 2010: even within the square root of 6 / (fans in and out).
    let variables = vars.variables();
    for (name, fans) in [
        ("conv1.weight", 27 + 288),
        ("conv3.weight", 2 * 576),
        ("dense.weight", 1024 + 64),
        ("fc.weight", 64 + 10),
    ] {
        let limit = (6.0 / f64::from(fans)).sqrt();
        let widest = variables[name].abs().max().double_value(&[]);
        assert!(0.95 * limit < widest && widest <= limit, "{name}: {widest}");
    }
    assert!(variables["dense.bias"].abs().max().double_value(&[]) < 1e-12);
    let Net::Cnn(net) = &net else {
        panic!("a convolutional network")
    };
    let images = Tensor::rand([2, 3, 32, 32], (Kind::Float, tch::Device::Cpu));
    let features = net.features(&images, Mode::Eval).unwrap();
    assert_eq!(features.size(), [2, 64, 1, 1]);
}

/// Multiplications of a network of square images: each weight of a convolution once for each place.
fn n_multiplications(network: &Network, side_of: impl Fn(&str) -> usize) -> usize {
    let (vars, _) = nn::fresh(network, 10).unwrap();
    let variables = vars.variables().into_iter();
    let weights = variables.filter(|(_, it)| 1 < it.dim());
    weights
        .map(|(name, it)| it.numel() * side_of(&name).pow(2))
        .sum()
}

#[test]
fn the_modern_recipe_takes_no_more_compute_than_the_article() {
    let open = |name: &str| {
        Recipe::open(&Path::new("models/recipes").join(format!("{name}.toml"))).unwrap()
    };
    let (old, new) = (open("cifar10-article"), open("cifar10-modern"));
    let article = n_multiplications(&old.network, |name| match name {
        "conv1.weight" => 30,
        "conv2.weight" => 13,
        "conv3.weight" => 4,
        _ => 1,
    });
    let modern = n_multiplications(&new.network, |name| match name.split('.').next() {
        Some("conv1") => 16,
        Some("layer2") => 8,
        Some("layer3") => 4,
        _ => 1,
    });
    assert_eq!((article, modern), (4_548_608, 4_295_616));
    let epochs = [&old, &new].map(|it| it.learning.knobs().epochs);
    assert!(modern * epochs[1] <= article * epochs[0]);
    assert_eq!(epochs[0], 10);
}
