//! Where explanations point when it is known what a label rests on: a square planted in noise.

use wardlight::{
    model::{
        AttributionValues, Error, Manifest, Model, Network, Task,
        manifest::{KnownAnswer, Output},
        network::ResNetS,
    },
    nn::{
        self, Net, Options,
        train::{
            self, Knobs, Method as Optimiser, Schedule,
            images::{ImageLearner, Images},
        },
    },
    prediction::{Affine2, LabelIdx, Method, Precision},
    prep::{ImageInput, Input},
    score,
    stats::Plane,
};

use crate::{model::image_manifest, train::STILL};

const WIDTH: usize = 24;
const HEIGHT: usize = 16;
/// Side of the planted square.
const SQUARE: usize = 8;

const KNOBS: Knobs = Knobs {
    seed: 11,
    epochs: 12,
    batch: 16,
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
    method: Optimiser::AdamW { epsilon: 1e-8 },
};

/// Where the square of a picture lies: left and top.
fn place(number: usize) -> (usize, usize) {
    (
        (number * 7) % (WIDTH - SQUARE),
        (number * 5) % (HEIGHT - SQUARE),
    )
}

/// Noise, with a square that is a little brighter if the class is 1.
fn picture(number: usize, class: usize) -> ImageInput {
    let (left, top) = place(number);
    let value = |idx: usize| {
        let (x, y) = (idx % WIDTH, idx / WIDTH);
        let is_inside = (left..left + SQUARE).contains(&x) && (top..top + SQUARE).contains(&y);
        let grain = ((number * 7919 + idx * 104_729) % 101) as f32 / 101.0;
        0.4 * grain + if class == 1 && is_inside { 0.5 } else { 0.1 }
    };
    ImageInput {
        channels: 1,
        height: HEIGHT,
        width: WIDTH,
        values: (0..WIDTH * HEIGHT)
            .map(|it| (value(it) - 0.5) / 0.25)
            .collect(),
        scan_from_input: Affine2::IDENTITY,
    }
}

/// A network that has learned to tell the square, and its weights file.
fn taught() -> (Manifest, Vec<u8>) {
    nn::tuning::set_threads(1);
    let network = Network::ResNetS(ResNetS {
        in_channels: 1,
        width: 8,
        blocks: vec![1, 1],
        stem_stride: 1,
    });
    train::seed(KNOBS.seed);
    let (mut vars, net) = nn::fresh(&network, 2).unwrap();
    let Net::Cnn(net) = &net else {
        panic!("a convolutional network")
    };
    let pictures: Vec<ImageInput> = (0..128).map(|it| picture(it, it % 2)).collect();
    let labels = (0..128).map(|it| it % 2).collect();
    let mut learner = ImageLearner {
        net: net.as_ref(),
        train: Images::new(&pictures.iter().collect::<Vec<_>>(), labels).unwrap(),
        held_out: None,
        output: Output::Softmax,
        augment: STILL,
        mean: 0.5,
        std: 0.25,
        knobs: KNOBS,
    };
    train::run(
        &vars,
        &mut learner,
        &KNOBS,
        None,
        &Task::default(),
        &mut |_| {},
    )
    .unwrap();
    let weights = train::to_half(&mut vars).unwrap();
    let mut manifest = image_manifest(&["plain", "square"], network);
    manifest.known_answer = KnownAnswer {
        logits: vec![0.0; 2],
        tolerance: 0.1,
    };
    (manifest, weights)
}

/// The map of the label "square".
fn map(model: &mut dyn Model, image: &ImageInput, method: Method) -> Plane {
    let input = Input::Image(image.clone());
    let found = model
        .explain(&input, LabelIdx(1), method, &Task::default())
        .unwrap();
    let AttributionValues::Map {
        width,
        height,
        values,
    } = found.values
    else {
        panic!("wanted a map")
    };
    Plane::new((width, height), &values)
}

#[test]
fn explanations_point_at_the_planted_square() {
    let (manifest, weights) = taught();
    let mut model = nn::build(manifest, &weights, Options::default()).unwrap();
    for (method, n_pictures, least) in [
        (Method::GradCam, 100, 0.95),
        (Method::GradCamPlusPlus, 100, 0.95),
        (Method::HiResCam, 100, 0.95),
        // Too little: its earlier stage lights up the edges of the square, half of which lie outside it.
        (Method::LayerCam, 100, 0.5),
        (Method::Occlusion, 40, 0.95),
        (Method::Rise, 4, 0.95),
    ] {
        let mut n_hits = 0;
        for number in 200..200 + n_pictures {
            let map = map(model.as_mut(), &picture(number, 1), method);
            let best = (0..map.values.len())
                .max_by(|a, b| map.values[*a].total_cmp(&map.values[*b]))
                .unwrap();
            // The middle of the strongest cell, in pixels of the input.
            let x = ((best % map.width) as f32 + 0.5) * (WIDTH / map.width) as f32;
            let y = ((best / map.width) as f32 + 0.5) * (HEIGHT / map.height) as f32;
            let (left, top) = place(number);
            let is_within =
                |at: f32, start: usize| start as f32 <= at && at <= (start + SQUARE) as f32;
            n_hits += usize::from(is_within(x, left) && is_within(y, top));
        }
        assert!(
            least * n_pictures as f32 <= n_hits as f32,
            "{method:?} points at {n_hits} of {n_pictures} squares"
        );
    }
}

/// Methods 2.3: deletion below random, insertion above random, ROAD above 0; and the opposite of the map fails.
#[test]
fn the_score_follows_a_good_map_and_not_its_opposite() {
    let (manifest, weights) = taught();
    let mut model = nn::build(manifest, &weights, Options::default()).unwrap();
    let n_pictures = 20;
    let (mut n_good, mut n_bad) = (0, 0);
    for number in 200..200 + n_pictures {
        let image = picture(number, 1);
        let map = map(model.as_mut(), &image, Method::GradCam);
        let opposite = Plane {
            values: map.values.iter().map(|it| -it).collect(),
            ..map.clone()
        };
        let task = Task::default();
        let mut check = |map: &Plane| {
            score::faithfulness(&image, map, LabelIdx(1), model.as_mut(), &task).unwrap()
        };
        let (good, bad) = (check(&map), check(&opposite));
        n_good += usize::from(good.is_faithful() && 0.0 < good.road.map);
        n_bad += usize::from(bad.n_passed() == 0 && bad.road.map < 0.0);
        let (done, total) = task.progress();
        assert!(0 < total && done == total, "{done} of {total}");
    }
    assert!(
        n_pictures - 1 <= n_good && n_pictures - 1 <= n_bad,
        "{n_good} maps pass and {n_bad} opposites fail, of {n_pictures}"
    );
    let task = Task::default();
    task.cancel();
    let image = picture(200, 1);
    let map = map(model.as_mut(), &image, Method::GradCam);
    let stopped = score::faithfulness(&image, &map, LabelIdx(1), model.as_mut(), &task);
    assert!(matches!(
        stopped,
        Err(score::Error::Model(Error::Cancelled))
    ));
}

/// Methods 2.3: maps lose their likeness when the weights are made random; one that does not is not offered.
#[test]
fn maps_that_rest_on_the_weights_pass_the_randomisation_test() {
    let (mut manifest, weights) = taught();
    let inputs: Vec<Input> = (200..232)
        .map(|it| Input::Image(picture(it, it % 2)))
        .collect();
    let task = Task::default();
    let mut told = Vec::new();
    let tests = nn::test_explanations(&manifest, &[&weights], &inputs, 1, &task, &mut |it| {
        told.push(it.method);
    })
    .unwrap();
    assert_eq!(told, manifest.network.methods());
    for test in &tests {
        println!("{test:?}");
        assert_eq!(test.passes, test.ssim < test.baseline, "{test:?}");
    }
    let default = &tests[0];
    assert_eq!(default.method, Method::GradCam);
    assert!(default.passes && default.ssim < 0.3, "{default:?}");
    // Head, two stages, stem.
    assert_eq!(default.cascade.len(), 4);
    manifest.explanations = tests;
    manifest.explanations[0].ssim = manifest.explanations[0].baseline + 0.1;
    manifest.explanations[0].passes = false;
    assert!(!manifest.methods().contains(&Method::GradCam));
    assert!(
        manifest
            .why_not(Method::GradCam)
            .unwrap()
            .contains("made random")
    );
    assert!(manifest.methods().contains(&Method::HiResCam));
    let again = Manifest::parse(&manifest.to_toml().unwrap()).unwrap();
    assert_eq!(again, manifest);
}
