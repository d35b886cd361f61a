//! Courses of patients and nucleotide sequences: from values to steps, through the network, to the command's answer.

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use proptest::prelude::*;
use serde_json::Value;
use tch::no_grad;
use wardlight::{
    case::{
        Series, Variable,
        sequence::Letters,
        series::{Collector, IcuType, SeriesFormat},
    },
    disk::Sha256,
    model::{
        Task,
        network::{Cell, Readout, Recurrent as Config},
    },
    nn::{
        VarStore,
        layer::Mode,
        params::Params,
        rnn::{Recurrent, Steps},
        train::Knobs,
    },
    prep::{Fact, SequenceSpec, SeriesSpec, StepInput, prepare_sequence, prepare_series},
    training,
    warnings::Warnings,
};

use crate::{
    cli::assert_valid,
    command::{run, wardlight, write},
    train::{KNOBS, folder, job, recipe},
};

const COURSES: &str = r#"
name = "fever"
version = "1.0.0"
labels = ["Rising"]
output = "sigmoid"
hold_out = ["0", "1"]
seeds = 2
sensitivity = 0.9
network = { kind = "recurrent", cell = "CELL", channels = 2, facts = 2, hidden = 8, readout = "last", SUMMARY }
prep = { kind = "series", hours = 12, step_hours = 1, variables = ["heart_rate", "lactate"], logarithms = ["lactate"], facts = ["age", "is_male"] }
[card]
title = "Rising lactate"
intended_use = "Tests."
limits = ["Nothing else."]
failure_modes = ["All."]
licence = "MIT"
data = "Generated."
compare = ["Nothing."]
[source]
kind = "series"
table = "stays.csv"
key = "stay"
label = "rises"
group = "stay"
group_name = "stays"
split = "part"
test = "test"
fold = "fold"
classes = { 0 = 0, 1 = 1 }
measurements = { files = ["values.csv"], key = "stay", minutes = "minute", parameter = "name", value = "value" }
[learning]
kind = "steps"
endings = { early = 0.5, from_step = 6 }
summary_penalty = 1.0
[learning.knobs]
KNOBS
"#;

/// Lactate that rises in every second stay, and a heart rate that tells nothing; stay 48 has no values.
fn write_stays(folder: &Path) {
    let mut stays = "stay,rises,part,fold\n".to_owned();
    let mut values = "stay,minute,name,value\n".to_owned();
    for stay in 0..49 {
        let part = if stay < 32 { "train" } else { "test" };
        writeln!(stays, "{stay},{},{part},{}", stay % 2, stay / 2 % 2).unwrap();
        if stay == 48 {
            continue;
        }
        writeln!(values, "{stay},0,Age,{}", 40 + stay % 30).unwrap();
        for hour in 0..12 {
            let minute = 60 * hour + 7;
            writeln!(
                values,
                "{stay},{minute},HR,{}",
                70 + (stay * 7 + hour * 5) % 20
            )
            .unwrap();
            if (stay + hour) % 2 == 0 {
                let lactate = 1.0 + 0.3 * f64::from(stay % 2 * hour) + 0.05 * f64::from(stay % 5);
                writeln!(values, "{stay},{minute},Lactate,{lactate}").unwrap();
            }
        }
    }
    write(folder.join("stays.csv"), stays);
    write(folder.join("values.csv"), values);
}

/// Trains into `models/` below a new folder, which is given with the figures by set and name.
fn trained(
    name: &str,
    recipe_text: &str,
    write_data: fn(&Path),
) -> (std::path::PathBuf, BTreeMap<String, f64>) {
    wardlight::nn::tuning::set_threads(1);
    let folder = folder(name);
    write_data(&folder);
    let open = |_: &Path| Err("no images here".to_owned());
    let mut job = job(recipe(recipe_text), &folder, &open);
    job.out = folder.join("models/made");
    let metrics = training::train(&job, &Task::default(), &mut |_| {}).unwrap();
    let figures = metrics
        .iter()
        .map(|it| (format!("{}, {}", it.set, it.name), it.estimate.value));
    (folder, figures.collect())
}

fn score(folder: &Path, file: &Path) -> (i32, Value) {
    let models = folder.join("models");
    let (code, out, _) = run(wardlight()
        .args(["score", "--json", "--faithful"])
        .arg(file)
        .arg("--models")
        .arg(models));
    let report = serde_json::from_str(&out).unwrap();
    assert_valid(&report);
    (code, report)
}

#[test]
fn a_recipe_of_courses_becomes_a_bundle_that_the_command_scores() {
    for (cell, summary) in [
        ("gru_d", "summary = true"),
        ("gru", "summary = true, trees = { number = 20, depth = 2 }"),
        ("lstm", "summary = false"),
    ] {
        let recipe = COURSES.replace("CELL", cell).replace("SUMMARY", summary);
        let (folder, figures) = trained(&format!("courses-{cell}"), &recipe, write_stays);
        assert!(0.95 < figures["test, AUROC"], "{cell}: {figures:?}");
        assert!(
            0.95 < figures["held out (0, 1), AUROC"],
            "{cell}: {figures:?}"
        );

        let mut stay = "Time,Parameter,Value\n00:00,RecordID,1\n00:00,Age,61\n".to_owned();
        for hour in 0..12 {
            writeln!(stay, "{hour:02}:10,HR,{}", 80 + hour % 3).unwrap();
            writeln!(stay, "{hour:02}:10,Lactate,{}", 1.0 + 0.3 * f64::from(hour)).unwrap();
        }
        let file = folder.join("stay.txt");
        write(&file, stay);
        let (code, report) = score(&folder, &file);
        assert_eq!(code, 0, "{report}");
        let answer = &report["results"][0];
        assert_eq!(answer["kind"], "series");
        let probability = answer["prediction"]["scores"][0]["probability"]
            .as_f64()
            .unwrap();
        assert!(0.5 < probability, "{cell}: {probability}");
        // The history ends with the answer to the whole, and what carries the label stands first.
        let running = answer["course"]["running"].as_array().unwrap();
        assert_eq!(running.len(), 12);
        assert!((running[11]["probability"].as_f64().unwrap() - probability).abs() < 1e-5);
        assert!(
            running[0]["probability"].as_f64().unwrap() < probability,
            "{cell}"
        );
        let rows = answer["course"]["course"]["rows"].as_array().unwrap();
        assert_eq!(rows[0]["variable"], "lactate", "{cell}");
        assert!(0.0 < rows[0]["whole"].as_f64().unwrap());
        let warnings = answer["prediction"]["warnings"].to_string();
        assert!(
            warnings.contains("not known of the patient: sex"),
            "{warnings}"
        );

        // A table without what the model reads is refused with the reason.
        let file = folder.join("sodium.csv");
        write(&file, "time [h],sodium [mmol/L]\n1,140\n2,141\n");
        let (code, report) = score(&folder, &file);
        assert_eq!(code, 1);
        let cause = report["failures"][0]["cause"].as_str().unwrap();
        assert!(cause.contains("values of the first 12 hours"), "{cause}");
    }
}

const SEQUENCES: &str = r#"
name = "motif"
version = "1.0.0"
labels = ["Motif"]
output = "sigmoid"
hold_out = ["*"]
sensitivity = 0.9
network = { kind = "recurrent", cell = "gru", channels = 4, facts = 0, hidden = 8, both_ways = true, readout = { each = 12 } }
prep = { kind = "sequence", length = 12 }
[card]
title = "A motif"
intended_use = "Tests."
limits = ["Nothing else."]
failure_modes = ["All."]
licence = "MIT"
data = "Generated."
compare = ["Nothing."]
[source]
kind = "sequences"
table = "sequences.data"
group_name = "sequences"
classes = { "+" = 1, "-" = 0 }
[learning]
kind = "steps"
[learning.knobs]
KNOBS
"#;

/// `TATA` in the middle of every second sequence of 24, letters that repeat elsewhere.
fn write_sequences(folder: &Path) {
    let mut lines = String::new();
    for number in 0..24_usize {
        let around: String = (0..8)
            .map(|it| ['c', 'g', 'a'][(number * 5 + it * it + it) % 3])
            .collect();
        let (left, right) = around.split_at(4);
        let (sign, middle) = [("-", "cagc"), ("+", "tata")][number % 2];
        writeln!(lines, "{sign},S{number},\t\t{left}{middle}{right}").unwrap();
    }
    write(folder.join("sequences.data"), lines);
}

#[test]
fn sequences_are_learned_leaving_one_out_and_scored_from_fasta() {
    let knobs = toml::to_string(&Knobs {
        epochs: 40,
        ..KNOBS
    })
    .unwrap();
    let recipe = SEQUENCES.replace("KNOBS", &knobs);
    let (folder, figures) = trained("sequences", &recipe, write_sequences);
    // Every case was answered by a network that had not seen it, and there is no other test part.
    assert!(
        0.95 < figures["held out (each of 24 in turn), AUROC"],
        "{figures:?}"
    );
    assert!(
        figures.keys().all(|it| !it.starts_with("test")),
        "{figures:?}"
    );

    let file = folder.join("two.fasta");
    write(&file, ">with\nCGACTATAGCGA\n>without\nCGACCAGCGCGA\n");
    let (code, report) = score(&folder, &file);
    assert_eq!(code, 0, "{report}");
    let results = report["results"].as_array().unwrap();
    let of = |idx: usize| {
        results[idx]["prediction"]["scores"][0]["probability"]
            .as_f64()
            .unwrap()
    };
    assert_eq!(
        (results[0]["record"].as_str(), results[1]["record"].as_str()),
        (Some("with"), Some("without"))
    );
    assert!(of(1) < of(0), "{} {}", of(1), of(0));
    let row = &results[0]["course"]["course"]["rows"][0];
    let cells: Vec<f64> = row["cells"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it.as_f64().unwrap())
        .collect();
    assert_eq!(cells.len(), 12, "one for each base");
    let (inside, all): (f64, f64) = (cells[4..8].iter().sum(), cells.iter().sum());
    assert!(
        0.5 * all < inside,
        "the motif carries the answer: {cells:?}"
    );
    let taken = &results[0]["course"]["erasure"]["comprehensiveness"];
    let [own, random] = ["own", "random"].map(|it| taken[it].as_f64().unwrap());
    assert!(random + 0.1 < own, "without the motif it falls: {taken}");

    write(&file, ">short\nCGAC\n");
    let (code, report) = score(&folder, &file);
    assert_eq!(code, 1);
    let cause = report["failures"][0]["cause"].as_str().unwrap();
    assert!(
        cause.contains("wanted a sequence of 12 bases, found 4"),
        "{cause}"
    );

    // Its head weighs each of twelve steps, so that no other number of them fits.
    let manifest = folder.join("models/made/manifest.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    assert!(text.contains("each = 12"), "{text}");
    write(&manifest, text.replace("each = 12", "each = 11"));
    let listed = wardlight::model::bundle::list(&folder.join("models")).unwrap();
    let refused = listed[0].manifest.as_ref().unwrap_err().to_string();
    assert!(refused.contains("sequences of 11"), "{refused}");
}

fn config(cell: Cell, channels: usize) -> Config {
    Config {
        cell,
        channels,
        facts: 0,
        hidden: 6,
        both_ways: false,
        readout: Readout::Last,
        summary: false,
        trees: None,
    }
}

fn steps(n_steps: usize, n_channels: usize, value: impl Fn(usize) -> f32) -> StepInput {
    StepInput {
        n_steps,
        n_channels,
        values: (0..n_steps * n_channels).map(value).collect(),
        facts: Vec::new(),
    }
}

fn logits(net: &Recurrent, input: &StepInput) -> f64 {
    no_grad(|| {
        let features = net
            .features(&Steps::new([input]).unwrap(), Mode::Eval)
            .unwrap();
        net.logits(&features).unwrap().double_value(&[0, 0])
    })
}

/// Che et al. 2018: where all is measured and the state does not decay, GRU-D is a GRU.
#[test]
fn grud_is_a_gru_where_nothing_is_missing_and_nothing_decays() {
    let (grud_vars, gru_vars) = (
        VarStore::new(tch::Device::Cpu),
        VarStore::new(tch::Device::Cpu),
    );
    let grud = Recurrent::new(&Params::fresh(&grud_vars), &config(Cell::GruD, 3), 1).unwrap();
    let gru = Recurrent::new(&Params::fresh(&gru_vars), &config(Cell::Gru, 3), 1).unwrap();
    let of_grud = grud_vars.variables();
    let set = |name: &str, value: f64| {
        no_grad(|| {
            of_grud[name]
                .shallow_clone()
                .f_fill_(value)
                .map(drop)
                .unwrap()
        });
    };
    let of_gru: BTreeMap<_, _> = gru_vars.variables().into_iter().collect();
    for (name, mut variable) in of_gru {
        no_grad(|| variable.f_copy_(&of_grud[&name]).unwrap());
    }
    set("decay.state.weight", 0.0);
    set("decay.state.bias", 0.0);
    let whole = steps(9, 3, |it| (it as f32 * 0.7).sin());
    assert!((logits(&grud, &whole) - logits(&gru, &whole)).abs() < 1e-5);

    // Long after the only value, the input is the mean: whatever the value was, only the state remembers it.
    set("decay.input_weight", 50.0);
    set("rnn.weight_hh_l0", 0.0);
    set("decay.state.bias", 50.0);
    let once = |value: f32| steps(9, 3, move |it| if it < 3 { value } else { f32::NAN });
    assert!((logits(&grud, &once(1.0)) - logits(&grud, &once(-2.0))).abs() < 1e-5);
    assert!(
        1e-4 < (logits(&grud, &once(1.0).until(1)) - logits(&grud, &once(-2.0).until(1))).abs()
    );
}

/// The gradient by the inputs against finite differences, in steps that float32 can tell.
#[test]
fn the_gradient_of_grud_is_that_of_finite_differences() {
    let vars = VarStore::new(tch::Device::Cpu);
    let net = Recurrent::new(&Params::fresh(&vars), &config(Cell::GruD, 2), 1).unwrap();
    let input = steps(6, 2, |it| {
        if it % 3 == 1 {
            f32::NAN
        } else {
            (it as f32 * 1.3).cos()
        }
    });
    let bias = vars.variables()["rnn.bias_ih_l0"].shallow_clone();
    let features = net
        .features(&Steps::new([&input]).unwrap(), Mode::Eval)
        .unwrap();
    net.logits(&features)
        .unwrap()
        .sum(tch::Kind::Float)
        .backward();
    let gradient = Vec::<f32>::try_from(bias.grad()).unwrap();
    for (idx, gradient) in gradient.iter().enumerate() {
        let moved = |by: f64| {
            let mut at = bias.narrow(0, idx as i64, 1);
            no_grad(|| at.f_add_scalar_(by).map(drop).unwrap());
            let found = logits(&net, &input);
            no_grad(|| at.f_add_scalar_(-by).map(drop).unwrap());
            found
        };
        let slope = (moved(1e-2) - moved(-1e-2)) / 2e-2;
        assert!(
            (slope - f64::from(*gradient)).abs() < 1e-3,
            "{idx}: {slope} {gradient}"
        );
    }
}

fn spec() -> SeriesSpec {
    let variable = |key| Variable::of_key(key).unwrap();
    SeriesSpec {
        hours: 4,
        step_hours: 2,
        variables: vec![variable("heart_rate"), variable("urine")],
        logarithms: vec![variable("urine")],
        facts: vec![
            Fact::Age,
            Fact::IsMale,
            Fact::MedicalUnit,
            Fact::SurgicalUnit,
        ],
    }
}

fn series(values: &[(&str, f64, f64)]) -> Series {
    let mut collector = Collector::default();
    for (parameter, hours, value) in values {
        assert!(
            collector.add_physionet2012(parameter, *hours, *value),
            "{parameter}"
        );
    }
    Series::new(
        Sha256::of(b"stay"),
        SeriesFormat::Physionet2012,
        collector.finish(),
    )
}

#[test]
fn values_fall_into_steps_and_what_is_missing_stays_missing() {
    let series = series(&[
        ("Age", 0.0, 61.0),
        ("ICUType", 0.0, 3.0),
        ("HR", 0.5, 70.0),
        ("HR", 1.5, 80.0),
        ("Urine", 0.5, 30.0),
        ("Urine", 1.0, 20.0),
        ("HR", 4.0, 90.0), // the end of the window belongs to its last step
        ("HR", 4.1, 200.0),
    ]);
    assert_eq!(series.icu_type, Some(IcuType::Medical));
    let warnings = Warnings::default();
    let input = prepare_series(&series, &spec(), &warnings).unwrap();
    assert_eq!((input.n_steps, input.n_channels), (2, 2));
    assert_eq!(input.values[..3], [80.0, 51.0_f32.ln(), 90.0]);
    assert!(
        input.values[3].is_nan(),
        "no urine was measured in the second step"
    );
    assert_eq!(
        (input.facts[0], input.facts[2], input.facts[3]),
        (61.0, 1.0, 0.0)
    );
    assert!(input.facts[1].is_nan());
    let told: Vec<String> = warnings.list().into_iter().map(|it| it.text).collect();
    assert_eq!(
        told,
        [
            "not read, because outside of the first 4 hours: 1 of the values",
            "not known of the patient: sex"
        ]
    );
    let late = self::series(&[("HR", 9.0, 70.0)]);
    assert!(prepare_series(&late, &spec(), &Warnings::default()).is_err());
}

#[test]
fn ambiguous_bases_are_shared_out() {
    let letters = Letters::parse("acRnU").unwrap();
    let input = prepare_sequence(&letters, &SequenceSpec { length: 5 }).unwrap();
    let rows: Vec<&[f32]> = input.values.chunks(4).collect();
    assert_eq!(rows[0], [1.0, 0.0, 0.0, 0.0]);
    assert_eq!(rows[2], [0.5, 0.0, 0.5, 0.0]);
    assert_eq!(rows[3], [0.25; 4]);
    assert_eq!(rows[4], [0.0, 0.0, 0.0, 1.0]);
    assert!(prepare_sequence(&letters, &SequenceSpec { length: 6 }).is_err());
}

proptest! {
    /// The order of the values in a file does not matter.
    #[test]
    fn steps_do_not_depend_on_the_order_of_values(
        mut values in prop::collection::btree_map(0_u32..240, 30_u32..200, 1..20)
            .prop_map(|it| it.into_iter().collect::<Vec<_>>()),
        turn in 0_usize..20,
    ) {
        let steps = |values: &[(u32, u32)]| {
            let rows: Vec<_> = values.iter().map(|(m, v)| ("HR", f64::from(*m) / 60.0, f64::from(*v))).collect();
            prepare_series(&series(&rows), &spec(), &Warnings::default()).unwrap()
        };
        let bits = |it: StepInput| it.values.iter().map(|it| it.to_bits()).collect::<Vec<_>>();
        let sorted = bits(steps(&values));
        let at = turn % values.len();
        values.rotate_left(at);
        prop_assert_eq!(bits(steps(&values)), sorted);
    }
}
