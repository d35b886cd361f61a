//! Our side of `make bench-train`; `train.py` drives it and says what is measured.
//!
//! `train PRECISION BATCH THREADS`: for each line on stdin with a number of steps, the seconds of these training steps of
//! the source article's network, by the clock and by the processor.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark that goes wrong should stop at once; its output is data"
)]

use std::{env, fs, io, time::Instant};

use tch::{Device, Kind, Tensor};
use wardlight::{
    model::{Network, Task, manifest::Output, network::PlainCnn},
    nn::{
        self, Net,
        train::{
            self, Knobs, Method, Schedule,
            augment::Augment,
            images::{ImageLearner, Images},
        },
    },
    prediction::Precision,
};

fn main() {
    let words = env::args().skip(1).collect::<Vec<_>>();
    let [precision, batch, threads] = words.as_slice() else {
        // `cargo test` and `cargo bench` call every target; there is nothing to do without a question.
        return println!("wanted a precision, a batch and a number of threads, found {words:?}");
    };
    nn::tuning::set_threads(threads.parse().unwrap());
    let knobs = Knobs {
        seed: 1,
        epochs: 1,
        batch: batch.parse().unwrap(),
        max_lr: 1e-3,
        warmup: 0.0,
        weight_decay: 0.0,
        label_smoothing: 0.0,
        dropout: 0.0,
        average_decay: 0.0,
        clip_norm: 0.0,
        patience: None,
        precision: match precision.as_str() {
            "bfloat16" => Precision::Bfloat16,
            _ => Precision::Float32,
        },
        schedule: Schedule::Constant,
        class_weights: None,
        method: Method::AdamW { epsilon: 1e-7 },
    };
    let network = Network::PlainCnn(PlainCnn {
        in_channels: 3,
        side: 32,
        widths: vec![32, 64, 64],
        dense: 64,
    });
    let (vars, net) = nn::fresh(&network, 10).unwrap();
    let Net::Cnn(net) = &net else {
        panic!("a convolutional network")
    };
    println!("{{\"ready\": true}}");
    for line in io::stdin().lines() {
        let n = line.unwrap().trim().parse::<usize>().unwrap() * knobs.batch;
        let mut learner = ImageLearner {
            net: net.as_ref(),
            train: Images {
                degrees: None,
                pixels: Tensor::rand([n as i64, 3, 32, 32], (Kind::Float, Device::Cpu)),
                labels: (0..n).map(|it| it % 10).collect(),
            },
            held_out: None,
            output: Output::Softmax,
            augment: Augment::default(),
            mean: 0.0,
            std: 1.0,
            knobs: knobs.clone(),
        };
        let (start, processor) = (Instant::now(), processor_secs());
        let task = Task::default();
        train::run(&vars, &mut learner, &knobs, None, &task, &mut |_| {}).unwrap();
        let clock = start.elapsed().as_secs_f64();
        println!("[{clock}, {}]", processor_secs() - processor);
    }
}

/// Processor time of all threads so far.
fn processor_secs() -> f64 {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    let nanoseconds = tasks.map(|task| {
        let text = fs::read_to_string(task.unwrap().path().join("schedstat")).unwrap();
        let first = text.split_whitespace().next();
        first.unwrap().parse::<f64>().unwrap()
    });
    nanoseconds.sum::<f64>() / 1e9
}
