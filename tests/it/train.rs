//! Training: the loop, and the way from a recipe to a bundle. Everything is generated and takes seconds.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use wardlight::{
    case::{Samples, Scan},
    disk,
    model::{self, Bundle, Error, Network, Task, manifest::Output, network},
    nn::{
        self, Net, VarStore,
        train::{
            self, Course, Knobs, Learner, Method, Progress, Random, Schedule,
            augment::Augment,
            images::{ImageLearner, Images},
            text::{SpecialTokens, TextLearner, Texts, Windows},
        },
    },
    prediction::Precision,
    prep::{Fit, ImageInput, ImageSpec, Input, Intensity, prepare_scan},
    training::{self, Event, Job, Recipe},
    warnings::Warnings,
};

use crate::prep::scan;

pub(crate) const KNOBS: Knobs = Knobs {
    seed: 7,
    epochs: 12,
    batch: 8,
    max_lr: 0.01,
    warmup: 0.2,
    weight_decay: 0.0,
    label_smoothing: 0.0,
    dropout: 0.0,
    average_decay: 0.5,
    clip_norm: 5.0,
    patience: None,
    precision: Precision::Float32,
    schedule: Schedule::OneCycle,
    class_weights: None,
    method: Method::AdamW { epsilon: 1e-8 },
};

pub(crate) const STILL: Augment = Augment {
    rotate: 0.0,
    scale: 0.0,
    translate: 0.0,
    gamma: 0.0,
    contrast: 0.0,
    brightness: 0.0,
    shade: 0.0,
    blur: 0.0,
    noise: 0.0,
    border: 0.0,
    erase: 0.0,
    flips: Vec::new(),
    sides_alike: false,
    one_slice: 0.0,
};

pub(crate) const MOVING: Augment = Augment {
    rotate: 5.0,
    scale: 0.05,
    translate: 0.03,
    gamma: 0.1,
    contrast: 0.1,
    brightness: 0.05,
    shade: 0.05,
    blur: 0.3,
    noise: 0.02,
    border: 0.05,
    erase: 0.1,
    flips: Vec::new(),
    sides_alike: false,
    one_slice: 0.0,
};

const SPEC: ImageSpec = ImageSpec {
    width: 24,
    height: 24,
    channels: 1,
    colour: false,
    margin: 0.0,
    fit: Fit::Stretch,
    intensity: Intensity::Quantiles {
        low: 0.0,
        high: 1.0,
    },
    mean: 0.5,
    std: 0.25,
    steps: Vec::new(),
    crop: None,
};

pub(crate) fn small_cnn() -> Network {
    Network::ResNetS(network::ResNetS {
        in_channels: 1,
        width: 8,
        blocks: vec![1, 1],
        stem_stride: 2,
    })
}

/// A picture whose class is where the bright patch is; the number makes each picture its own.
pub(crate) fn picture(number: usize, class: usize) -> Scan {
    let pixel = |x: usize, y: usize| {
        let is_bright = if class == 1 {
            18 < x && 18 < y
        } else {
            x < 12 && y < 12
        };
        f32::from(u8::from(is_bright)) + ((x * 31 + y * 17 + number * 7) % 11) as f32 / 22.0
    };
    let samples: Vec<f32> = (0..32 * 32).map(|idx| pixel(idx % 32, idx / 32)).collect();
    scan(32, 32, Samples::Gray(samples.into()))
}

fn pictures(numbers: std::ops::Range<usize>) -> Images {
    let prepare = |number: usize| {
        prepare_scan(&picture(number, number % 2), 0, &SPEC, &Warnings::default()).unwrap()
    };
    let inputs: Vec<ImageInput> = numbers.clone().map(prepare).collect();
    Images::new(
        &inputs.iter().collect::<Vec<_>>(),
        numbers.map(|it| it % 2).collect(),
    )
    .unwrap()
}

pub(crate) fn image_learner<'a>(
    net: &'a Net,
    augment: &Augment,
    knobs: &Knobs,
) -> ImageLearner<'a> {
    let Net::Cnn(net) = net else {
        panic!("a convolutional network")
    };
    ImageLearner {
        net: net.as_ref(),
        train: pictures(0..16),
        held_out: Some(pictures(16..24)),
        output: Output::Sigmoid,
        augment: augment.clone(),
        mean: 0.5,
        std: 0.25,
        knobs: knobs.clone(),
    }
}

fn write(path: impl AsRef<Path>, text: impl AsRef<[u8]>) -> Result<(), disk::Error> {
    disk::write_atomic(path.as_ref(), text.as_ref())
}

/// Files that the fake reader does not look into.
pub(crate) fn files(folder: &Path, n: usize) {
    fs::create_dir_all(folder.join("images")).unwrap();
    for it in 0..n {
        fs::File::create(folder.join(format!("images/{it}.png"))).unwrap();
    }
}

pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::remove_dir_all(&folder).ok(); // it may not be there
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn a_cnn_learns_sixteen_pictures() {
    nn::tuning::set_threads(1);
    let knobs = Knobs {
        epochs: 24,
        ..KNOBS
    };
    train::seed(knobs.seed);
    let (vars, net) = nn::fresh(&small_cnn(), 1).unwrap();
    let mut learner = image_learner(&net, &STILL, &knobs);
    let mut all: Vec<Progress> = Vec::new();
    train::run(
        &vars,
        &mut learner,
        &knobs,
        None,
        &Task::default(),
        &mut |it| all.push(it.clone()),
    )
    .unwrap();
    let last = all.last().unwrap();
    assert!(last.loss < 0.1 && last.held_out == Some(1.0), "{last:?}");
    assert_eq!((last.epoch, last.step, last.n_steps), (24, 48, 48));
    assert!(last.seconds_left.abs() < 1e-9 && all[0].seconds_left > 0.0);
}

#[test]
fn a_transformer_learns_eight_notes() {
    nn::tuning::set_threads(1);
    train::seed(KNOBS.seed);
    let config = network::Transformer {
        vocab: 40,
        max_tokens: 16,
        layers: 1,
        dim: 16,
        heads: 2,
        ffn: 32,
        pool: network::Pool::MeanMax,
        epsilon: 1e-12,
    };
    let (vars, net) = nn::fresh(&Network::Transformer(config), 2).unwrap();
    let Net::Transformer(net) = &net else {
        panic!("a transformer")
    };
    let knobs = Knobs {
        epochs: 40,
        ..KNOBS
    };
    // A note of class 1 has the token 30 somewhere.
    let token = |note: usize, at: usize| {
        if note % 2 == 1 && at == note + 3 {
            30
        } else {
            (5 + (note * 7 + at * 3) % 20) as i64
        }
    };
    let notes = (0..8)
        .map(|note| (0..14).map(|at| token(note, at)).collect())
        .collect();
    let mut learner = TextLearner {
        net,
        train: Texts {
            notes,
            labels: (0..8).map(|it| it % 2).collect(),
            weights: vec![1.0; 8],
        },
        held_out: None,
        windows: Windows {
            tokens: 16,
            each: 1,
            hide: 0.0,
        },
        special: SpecialTokens {
            cls: 2,
            sep: 3,
            mask: 4,
        },
        knobs: knobs.clone(),
    };
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
    assert!(last.as_ref().is_some_and(|it| it.loss < 0.1), "{last:?}");
}

/// Cancels the task at some step.
struct Interrupted<L> {
    learner: L,
    steps_left: usize,
    task: Task,
}

impl<L: Learner> Learner for Interrupted<L> {
    fn n_cases(&self) -> usize {
        self.learner.n_cases()
    }

    fn loss(&mut self, cases: &[usize], random: &mut Random) -> nn::Result<tch::Tensor> {
        self.steps_left -= 1;
        if self.steps_left == 0 {
            self.task.cancel();
        }
        self.learner.loss(cases, random)
    }

    fn validate(&mut self) -> nn::Result<Option<f64>> {
        self.learner.validate()
    }
}

/// Runs a learner that is cancelled after so many steps.
pub(crate) fn run_for(
    steps_left: usize,
    (vars, learner): (&VarStore, impl Learner),
    (knobs, checkpoint): (&Knobs, &Path),
) -> nn::Result<()> {
    let task = Task::default();
    let mut learner = Interrupted {
        learner,
        steps_left,
        task: task.clone(),
    };
    let course = Course {
        checkpoint,
        every: Duration::from_secs(60),
        last_epoch: None,
    };
    train::run(vars, &mut learner, knobs, Some(&course), &task, &mut |_| {}).map(drop)
}

/// The weights of a run that is stopped after each of these numbers of steps, and then goes to its end.
pub(crate) fn weights_after(
    stops: &[usize],
    attempt: impl Fn(usize) -> nn::Result<VarStore>,
) -> Vec<u8> {
    for stop in stops {
        assert!(matches!(attempt(*stop), Err(Error::Cancelled)));
    }
    train::to_half(&mut attempt(usize::MAX).unwrap()).unwrap()
}

/// Trains for four epochs of two steps; `stops` are the steps after which each attempt but the last is stopped.
fn weights(checkpoint: &Path, stops: &[usize]) -> Vec<u8> {
    let knobs = Knobs {
        epochs: 4,
        dropout: 0.1,
        ..KNOBS
    };
    let attempt = |steps_left: usize| -> nn::Result<VarStore> {
        train::seed(KNOBS.seed);
        let (vars, net) = nn::fresh(&small_cnn(), 1)?;
        let learner = image_learner(&net, &MOVING, &knobs);
        run_for(steps_left, (&vars, learner), (&knobs, checkpoint))?;
        Ok(vars)
    };
    weights_after(stops, attempt)
}

#[test]
fn a_run_that_was_stopped_twice_gives_the_same_weights() {
    nn::tuning::set_threads(1);
    let folder = folder("resume");
    let whole = weights(&folder.join("whole"), &[]);
    let stopped = weights(&folder.join("stopped"), &[3, 3]);
    assert_eq!(whole, stopped);
}

#[test]
fn a_damaged_checkpoint_is_refused() {
    let path = folder("damaged").join("checkpoint");
    write(&path, b"not a checkpoint").unwrap();
    let (vars, net) = nn::fresh(&small_cnn(), 1).unwrap();
    let mut learner = image_learner(&net, &STILL, &KNOBS);
    let found = train::run(
        &vars,
        &mut learner,
        &KNOBS,
        Some(&Course {
            checkpoint: &path,
            every: Duration::from_secs(60),
            last_epoch: None,
        }),
        &Task::default(),
        &mut |_| {},
    );
    assert!(matches!(found, Err(Error::Checkpoint { .. })), "{found:?}");
}

#[test]
fn augmentation_keeps_shape_and_range_and_zero_changes_nothing() {
    let images =
        tch::Tensor::rand([6, 1, 20, 28], (tch::Kind::Float, tch::Device::Cpu)) * 0.9 + 0.05;
    let still = STILL.apply(&images).unwrap();
    assert!((&still - &images).abs().max().double_value(&[]) < 1e-4);
    let moved = MOVING.apply(&images).unwrap();
    assert_eq!(moved.size(), images.size());
    assert!(0.0 <= moved.min().double_value(&[]) && moved.max().double_value(&[]) <= 1.0);
    assert!(
        0.01 < (&moved - &images)
            .abs()
            .mean(tch::Kind::Float)
            .double_value(&[])
    );
}

/// The text of a recipe for pictures with a bright corner.
pub(crate) fn image_recipe() -> String {
    IMAGE_RECIPE.replace(
        "KNOBS",
        &toml::to_string(&Knobs { epochs: 8, ..KNOBS }).unwrap(),
    )
}

/// A recipe with the parts that every test changes.
pub(crate) fn recipe(parts: &str) -> Recipe {
    toml::from_str(&parts.replace(
        "KNOBS",
        &toml::to_string(&Knobs { epochs: 8, ..KNOBS }).unwrap(),
    ))
    .unwrap()
}

pub(crate) const IMAGE_RECIPE: &str = r#"
name = "corner"
version = "1.2.3"
labels = ["Corner"]
output = "sigmoid"
hold_out = ["0", "1"]
sensitivity = 0.9
network = { kind = "resnet_s", in_channels = 1, width = 8, blocks = [1, 1], stem_stride = 2 }
[card]
title = "Corners"
intended_use = "Tests."
limits = ["Nothing else."]
failure_modes = ["All."]
licence = "MIT"
data = "Generated."
compare = ["Nothing."]
[prep]
kind = "image"
width = 24
height = 24
channels = 1
fit = "stretch"
intensity = { kind = "quantiles", low = 0.0, high = 1.0 }
mean = 0.5
std = 0.25
[source]
kind = "images"
table = "table.csv"
folder = "images"
key = "file"
label = "label"
group = "patient"
group_name = "patients"
split = "part"
test = "test"
fold = "fold"
classes = { no = 0, yes = 1 }
[learning]
kind = "image"
augment = { rotate = 0, scale = 0, translate = 0, gamma = 0, contrast = 0, brightness = 0, shade = 0, blur = 0, noise = 0, border = 0, erase = 0 }
[learning.knobs]
KNOBS
"#;

pub(crate) fn job<'a>(recipe: Recipe, folder: &Path, open: &'a training::Opener<'a>) -> Job<'a> {
    Job {
        recipe,
        data: folder.to_owned(),
        out: folder.join("bundle"),
        work: folder.join("work"),
        threads: 1,
        command: "wardlight train".to_owned(),
        checkpoint_every: Duration::from_secs(60),
        open,
        open_arrays: &|_| Err("no archive here".to_owned()),
    }
}

/// A table of 24 pictures of two folds and 8 test pictures, two of each patient.
pub(crate) fn write_table(folder: &Path) {
    let row = |it: usize| {
        let part = if it < 24 { "train" } else { "test" };
        format!(
            "{it}.png,{},p{},{part},{}\n",
            ["no", "yes"][it % 2],
            it / 2,
            it / 2 % 2
        )
    };
    let table = (0..32).map(row).collect::<String>();
    write(
        folder.join("table.csv"),
        format!("file,label,patient,part,fold\n{table}"),
    )
    .unwrap();
    files(folder, 32);
}

/// The picture that a row of [`write_table`] stands for.
pub(crate) fn open(path: &Path) -> Result<Scan, String> {
    let number: usize = path.file_stem().unwrap().to_str().unwrap().parse().unwrap();
    Ok(picture(number, number % 2))
}

#[test]
fn an_image_recipe_becomes_a_measured_bundle() {
    nn::tuning::set_threads(1);
    let folder = folder("image-bundle");
    write_table(&folder);
    let job = job(recipe(IMAGE_RECIPE), &folder, &open);
    let mut events = Vec::new();
    let metrics =
        training::train(&job, &Task::default(), &mut |it| events.push(it.clone())).unwrap();
    assert!(
        metrics
            .iter()
            .any(|it| it.name == "AUROC" && it.set == "test" && it.estimate.n == 8),
        "{metrics:?}"
    );
    assert!(matches!(
        events.first(),
        Some(Event::Prepared {
            cases: 24,
            test_cases: 8,
            ..
        })
    ));
    assert!(matches!(events.last(), Some(Event::Written { .. })));
    let bundle = Bundle::open(&job.out).unwrap();
    assert_eq!(bundle.manifest.metrics, metrics);
    assert!(
        bundle.card.contains("Research use only") && bundle.card.contains("| AUROC | test |"),
        "{}",
        bundle.card
    );
    // Every method was put to its randomisation test, and the card tells it.
    let tested: Vec<_> = bundle
        .manifest
        .explanations
        .iter()
        .map(|it| it.method)
        .collect();
    assert_eq!(tested, bundle.manifest.network.methods());
    assert!(bundle.card.contains("## Explanations\n") && bundle.card.contains("| RISE |"));
    let point = bundle.manifest.labels[0].operating_point.clone().unwrap();
    assert!(
        point
            .chosen_by
            .contains("90 % sensitivity on 24 cases of 12 patients"),
        "{point:?}"
    );
    assert_eq!(bundle.manifest.prevalence, Some(0.5));
    let conformal = bundle.manifest.conformal.as_ref().unwrap();
    assert_eq!((conformal.labels.len(), conformal.together), (1, None));
    assert!(bundle.card.contains("## Label sets"), "{}", bundle.card);
    for (name, set) in [
        ("coverage of 90 % sets, with Corner", "test"),
        ("undecided by 90 % sets", "test"),
        (
            "calibration error (15 bins) by Platt",
            "held out (0, 1), fitted on the other patients of it",
        ),
    ] {
        assert!(
            metrics.iter().any(|it| it.name == name && it.set == set),
            "{name} on {set} is missing in {metrics:?}"
        );
    }
    let mut model = nn::load(
        bundle,
        nn::Options {
            threads: 1,
            ..Default::default()
        },
        &Warnings::default(),
    )
    .unwrap();
    let input =
        Input::Image(prepare_scan(&picture(99, 1), 0, &SPEC, &Warnings::default()).unwrap());
    assert!(0.0 < model.logits(&[input]).unwrap()[0].values[0]);
}

#[test]
fn networks_of_several_seeds_ship_together() {
    nn::tuning::set_threads(1);
    let folder = folder("seeds");
    write_table(&folder);
    let seeds = IMAGE_RECIPE.replace("sensitivity = 0.9", "sensitivity = 0.9\nseeds = 3");
    let job = job(recipe(&seeds), &folder, &open);
    training::train(&job, &Task::default(), &mut |_| {}).unwrap();
    let bundle = Bundle::open(&job.out).unwrap();
    let hashes: std::collections::BTreeSet<_> =
        bundle.manifest.networks().map(|it| it.sha256).collect();
    assert_eq!(hashes.len(), 3);
}

#[test]
fn a_cancelled_job_says_so_and_a_table_without_test_cases_is_refused() {
    let folder = folder("refused");
    files(&folder, 4);
    write(
        folder.join("table.csv"),
        "file,label,patient,part,fold\n0.png,no,p0,train,0\n",
    )
    .unwrap();
    let open = |_: &Path| Ok(picture(0, 0));
    let train = |task: &Task| {
        training::train(
            &job(recipe(IMAGE_RECIPE), &folder, &open),
            task,
            &mut |_| {},
        )
    };
    assert!(matches!(
        train(&Task::default()),
        Err(training::Error::NoCases { .. })
    ));
    write(
        folder.join("table.csv"),
        "file,label,patient,part,fold\n0.png,no,p0,train,0\n1.png,yes,p1,train,0\n2.png,no,p2,test,0\n3.png,yes,p3,test,0\n",
    )
    .unwrap();
    let task = Task::default();
    task.cancel();
    assert!(matches!(
        train(&task),
        Err(training::Error::Model(model::Error::Cancelled))
    ));
    write(
        folder.join("table.csv"),
        "file,label,patient,part,fold\n0.png,no\n",
    )
    .unwrap();
    assert!(matches!(
        train(&Task::default()),
        Err(training::Error::Table { line: 2, .. })
    ));
}

const TEXT_RECIPE: &str = r#"
name = "organ"
version = "1.0.0"
labels = ["heart", "knee"]
output = "softmax"
hold_out = ["val"]
network = { kind = "transformer", vocab = 200, max_tokens = 16, layers = 1, dim = 16, heads = 2, ffn = 32, pool = "mean_max" }
prep = { kind = "text", max_tokens = 16, overlap = 4, max_windows = 8 }
[card]
title = "Organs"
intended_use = "Tests."
limits = ["Nothing else."]
failure_modes = ["All."]
licence = "MIT"
data = "Generated."
compare = ["Nothing."]
[source]
kind = "notes"
table = "notes.jsonl"
key = "id"
label = "label"
group = "group"
group_name = "groups"
split = "split"
test = "test"
fold = "split"
classes = { heart = 0, knee = 1 }
[learning]
kind = "text"
n_tokens = 200
naming = ["heart"]
windows = { tokens = 16, each = 2, hide = 0.1 }
[learning.knobs]
KNOBS
[learning.pretrain]
tokens = 16
[learning.pretrain.knobs]
KNOBS
"#;

#[test]
fn a_text_recipe_becomes_a_measured_bundle() {
    nn::tuning::set_threads(1);
    let folder = folder("text-bundle");
    let row = |it: usize| {
        let (label, word) = [
            ("heart", "The heart beats and the pulse is regular"),
            ("knee", "The knee bends and the joint is stable"),
        ][it % 2];
        let split = ["train", "train", "val", "test"][it / 2 % 4];
        let label = if it % 16 < 14 {
            format!("\"{label}\"")
        } else {
            "null".to_owned()
        };
        format!(
            "{{\"id\":\"{it}\",\"text\":\"{word} in patient {it}. {word}.\",\"label\":{label},\"group\":\"g{it}\",\"split\":\"{split}\"}}\n"
        )
    };
    write(
        folder.join("notes.jsonl"),
        (0..64).map(row).collect::<String>(),
    )
    .unwrap();
    let open = |_: &Path| Err("no images here".to_owned());
    let job = job(recipe(TEXT_RECIPE), &folder, &open);
    let metrics = training::train(&job, &Task::default(), &mut |_| {}).unwrap();
    let sets: std::collections::BTreeSet<&str> = metrics.iter().map(|it| it.set.as_str()).collect();
    assert_eq!(
        sets.into_iter().collect::<Vec<_>>(),
        [
            "held out (val)",
            "held out (val), fitted on the other patients of it",
            "test",
            "test, words that name a label hidden"
        ]
    );
    let bundle = Bundle::open(&job.out).unwrap();
    assert!(bundle.tokenizer.is_some());
    let accuracy = metrics
        .iter()
        .find(|it| it.name == "accuracy" && it.set == "test")
        .unwrap();
    assert!(0.9 < accuracy.estimate.value, "{accuracy:?}");
}

/// Recipes that ship are read by the program that ships.
#[test]
fn the_recipes_in_the_repository_can_be_read() {
    let mut n_read = 0;
    for entry in fs::read_dir("models/recipes").unwrap() {
        Recipe::open(&entry.unwrap().path()).unwrap();
        n_read += 1;
    }
    assert!(5 <= n_read, "{n_read}");
}
