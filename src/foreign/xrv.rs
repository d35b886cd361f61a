//! torchxrayvision's DenseNet-121 and ResNet-50 (<https://github.com/mlmed/torchxrayvision>, commit f4087a0): names,
//! labels and thresholds of its published files, its preprocessing, and its `op_norm`.

mod published;

use serde_json::Value;

use self::published::{LABELS, PUBLISHED, Published};
use super::{
    Asked, Draft, Kind, Origin, Result, odd,
    torchvision::spec_of,
    weights::{Tensors, Told},
};
use crate::{
    import::ModelFile,
    model::{
        Network,
        manifest::{Label, Output},
    },
    prediction::OperatingPoint,
    prep::{Filter, ImageSpec, Spec, Step},
};

/// The buffer of thresholds in a pickled model.
pub(super) const THRESHOLDS: &str = "op_threshs";
/// Before the names of its ResNet.
const WRAPPER: &str = "model.";
/// Parameters of its DenseNet-121 with one channel, but for the last layer.
const N_PARAMETERS: usize = 6_947_584;
/// Features before the last layer.
const N_FEATURES: usize = 1024;

/// The draft of a torchxrayvision model.
pub(super) fn draft(file: ModelFile, asked: &Asked) -> Result<Draft> {
    let mut tensors = Tensors::new(file.tensors)?;
    let in_file = tensors.take(THRESHOLDS).map(|it| it.values);
    // The wrapper of its ResNet can be taken off once the thresholds do not stand beside it any more.
    if tensors.0.keys().all(|it| it.starts_with(WRAPPER)) {
        tensors.rename(|it| it.replacen(WRAPPER, "", 1))?;
    }
    tensors.map_old_names()?;
    let told = tensors.network()?;
    if told.in_channels != 1 {
        return Err(odd(
            "1 channel, as torchxrayvision has it",
            format!("{} in the weights", told.in_channels),
        ));
    }
    check_size(&tensors, &told)?;
    let published = published(asked);
    let mut notes = Vec::new();
    let names = labels(&file.header.attributes, asked, &told, &mut notes)?;
    let thresholds = match (in_file, published) {
        (Some(values), _) if values.len() == told.n_outputs => Some(values),
        (None, Some(it)) if told.n_outputs == LABELS.len() => {
            let name = it.name;
            notes.push(format!(
                "Thresholds are those that torchxrayvision lists for {name}."
            ));
            Some(it.thresholds.to_vec())
        }
        _ => None,
    };
    let kept: Vec<usize> = (0..told.n_outputs)
        .filter(|it| names.get(*it).is_some_and(|name| !name.trim().is_empty()))
        .filter(|it| {
            let threshold = thresholds.as_ref().and_then(|all| all.get(*it));
            threshold.is_none_or(|it| it.is_finite())
        })
        .collect();
    if kept.is_empty() {
        return Err(odd("at least one output with a label", "none"));
    }
    if kept.len() < told.n_outputs {
        let hidden = told.n_outputs - kept.len();
        notes.push(format!(
            "{hidden} outputs were not trained (no label, or no threshold) and are hidden."
        ));
    }
    tensors.keep_outputs(told.network.head_name(), &kept);
    let pick = |all: &Vec<f32>| kept.iter().filter_map(|it| all.get(*it).copied()).collect();
    let op_norm = usable(thresholds.as_ref().map(pick), &mut notes);
    let side = if matches!(told.network, Network::ResNet50(_)) {
        512
    } else {
        224
    };
    Ok(Draft {
        kind: Kind::Xrv,
        output: Output::Sigmoid,
        labels: with_points(&kept, &names, &op_norm),
        op_norm,
        prep: Spec::Image(prep(side)),
        tokenizer: None,
        origin: origin(&told, published),
        network: told.network,
        notes,
        tensors,
    })
}

/// The published number of parameters: 6,966,034 with 18 outputs.
fn check_size(tensors: &Tensors, told: &Told) -> Result<()> {
    if !matches!(told.network, Network::DenseNet121(_)) {
        return Ok(());
    }
    let wanted = N_PARAMETERS + (N_FEATURES + 1) * told.n_outputs;
    let found = tensors.n_parameters();
    if found == wanted {
        return Ok(());
    }
    Err(odd(
        format!("{wanted} parameters for {} outputs", told.n_outputs),
        found.to_string(),
    ))
}

fn published(asked: &Asked) -> Option<&'static Published> {
    let by_name =
        |it: &&Published| it.name == asked.file_stem || it.name.replace('_', "-") == asked.name;
    let by_file = |it: &&Published| asked.file_stem.starts_with(it.file);
    PUBLISHED
        .iter()
        .find(by_name)
        .or_else(|| PUBLISHED.iter().find(by_file))
}

/// Names of the outputs: told, from the file, or torchxrayvision's own list.
fn labels(
    attributes: &std::collections::BTreeMap<String, Value>,
    asked: &Asked,
    told: &Told,
    notes: &mut Vec<String>,
) -> Result<Vec<String>> {
    let text = |it: &Value| it.as_str().map(str::to_owned);
    let listed = |name: &str| -> Option<Vec<String>> {
        let items = attributes.get(name)?.as_array()?;
        items.iter().map(text).collect()
    };
    let names = match (
        &asked.labels,
        listed("targets").or_else(|| listed("pathologies")),
    ) {
        (Some(names), _) => names.clone(),
        (None, Some(names)) => names,
        (None, None) => {
            notes.push("The file names no labels: torchxrayvision's own list is used.".to_owned());
            LABELS.map(str::to_owned).to_vec()
        }
    };
    if names.len() == told.n_outputs {
        return Ok(names);
    }
    Err(odd(
        format!("{} labels, one for each output", told.n_outputs),
        format!("{} labels", names.len()),
    ))
}

/// Thresholds that can be used. The calibration script of torchxrayvision takes the sigmoid of its ResNet-50 twice, the
/// model takes it once: its thresholds all lie between σ(0) and σ(1), where they mean nothing.
fn usable(thresholds: Option<Vec<f32>>, notes: &mut Vec<String>) -> Vec<f32> {
    let Some(thresholds) = thresholds else {
        notes.push("No thresholds: scores are plain sigmoids.".to_owned());
        return Vec::new();
    };
    if thresholds.iter().all(|it| (0.5..0.7311).contains(it)) {
        notes.push(
            "WARNING: the thresholds were worked out on a sigmoid of a sigmoid (all lie between 0.5 and 0.731), but the \
             model takes one sigmoid only. They are not used; scores are plain sigmoids."
                .to_owned(),
        );
        return Vec::new();
    }
    if thresholds.iter().all(|it| 0.0 < *it && *it < 1.0) {
        return thresholds;
    }
    notes.push(
        "WARNING: thresholds outside 0 to 1 are not used; scores are plain sigmoids.".to_owned(),
    );
    Vec::new()
}

fn with_points(kept: &[usize], names: &[String], op_norm: &[f32]) -> Vec<Label> {
    let point = |threshold: &f32| OperatingPoint {
        threshold: 0.5,
        chosen_by: format!(
            "torchxrayvision: {threshold} on the sigmoid, which op_norm makes 0.5 (greatest sum of sensitivity and \
             specificity on its own hold-out)"
        ),
        sensitivity: None,
        specificity: None,
    };
    let names = kept.iter().filter_map(|it| names.get(*it));
    let label = |(idx, name): (usize, &String)| Label {
        name: name.clone(),
        operating_point: op_norm.get(idx).map(point),
    };
    names.enumerate().map(label).collect()
}

/// `normalize`, `XRayCenterCrop`, `XRayResizer`.
fn prep(side: usize) -> ImageSpec {
    let steps = vec![
        Step::FirstChannel,
        Step::Stored {
            low: -1024.0,
            high: 1024.0,
        },
        Step::CentreSquare,
        Step::Resize {
            width: side,
            height: side,
            filter: Filter::Skimage,
        },
    ];
    spec_of(steps, (side, side), 1)
}

fn origin(told: &Told, published: Option<&Published>) -> Origin {
    let name = published.map_or(told.network.name(), |it| it.name);
    let data = published.map_or("Not stated in the file.", |it| it.data);
    Origin {
        title: format!("torchxrayvision {name}"),
        version: "imported".to_owned(),
        intended_use:
            "Findings on frontal chest X-rays, for research, as torchxrayvision describes it."
                .to_owned(),
        licence: "Apache-2.0 (torchxrayvision); the file itself states none.".to_owned(),
        data: data.to_owned(),
    }
}
