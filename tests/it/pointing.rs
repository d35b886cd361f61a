//! Where explanations point when it is known what a label rests on: a square planted in noise.

use wardlight::{
    model::{
        AttributionValues, Network, Task,
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

#[test]
fn explanations_point_at_the_planted_square() {
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
    let mut model = nn::build(manifest, &weights, Options::default()).unwrap();
    for (method, n_pictures) in [
        (Method::GradCam, 100),
        (Method::GradCamPlusPlus, 100),
        (Method::HiResCam, 100),
        (Method::Occlusion, 40),
        (Method::Rise, 4),
    ] {
        let mut n_hits = 0;
        for number in 200..200 + n_pictures {
            let input = Input::Image(picture(number, 1));
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
            let best = (0..values.len())
                .max_by(|a, b| values[*a].total_cmp(&values[*b]))
                .unwrap();
            // The middle of the strongest cell, in pixels of the input.
            let x = ((best % width) as f32 + 0.5) * (WIDTH / width) as f32;
            let y = ((best / width) as f32 + 0.5) * (HEIGHT / height) as f32;
            let (left, top) = place(number);
            let is_within =
                |at: f32, start: usize| start as f32 <= at && at <= (start + SQUARE) as f32;
            n_hits += usize::from(is_within(x, left) && is_within(y, top));
        }
        assert!(
            0.95 * n_pictures as f32 <= n_hits as f32,
            "{method:?} points at {n_hits} of {n_pictures} squares"
        );
    }
}
