//! MONAI bundles (`configs/metadata.json`, `configs/inference.json`, `models/model.pt`): their descriptions, and the
//! few transforms that are done here exactly as MONAI does them. A Python expression (`$`) is never evaluated.
//!
//! MONAI reads a picture with its axes exchanged (`PILReader`, `reverse_indexing`): its networks see it transposed. Here
//! the picture stays upright and the kernels are transposed instead, which comes to the same numbers, and influence
//! maps lie right.

mod call;
mod config;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use self::config::Config;
use super::{
    Asked, Draft, Kind, Origin, Result, odd, plain_labels,
    torchvision::spec_of,
    weights::{Tensors, Told},
};
use crate::{import::ModelFile, prep::Spec};

pub(super) const METADATA: &str = "metadata.json";
const INFERENCE: &str = "inference.json";

/// The draft of a MONAI bundle.
pub(super) fn draft(file: ModelFile, asked: &Asked) -> Result<Draft> {
    let configs = &file.header.configs;
    let metadata = object(configs, METADATA)?;
    check_metadata(metadata)?;
    let mut tensors = Tensors::new(file.tensors)?;
    tensors.rename(|it| {
        it.replace(".layers.", ".")
            .replace("class_layers.out.", "classifier.")
    })?;
    let told = tensors.network()?;
    let config = Config(object(configs, INFERENCE)?);
    config.check_network(&told)?;
    let mut notes = Vec::new();
    let chain = config.preprocessing(&told)?;
    if chain.is_turned {
        tensors.transpose_kernels();
        notes.push(
            "MONAI reads pictures with their axes exchanged; the kernels were transposed instead."
                .to_owned(),
        );
    }
    let output = config.output(&told, &mut notes)?;
    let names = labels(metadata, asked, &told, &mut notes)?;
    let title = asked.title.clone().unwrap_or_else(|| {
        let name = text(metadata, "name").or_else(|| text(metadata, "task"));
        format!("MONAI {}", name.unwrap_or_default())
    });
    let said =
        |key: &str| text(metadata, key).unwrap_or_else(|| "Not stated in the bundle.".to_owned());
    let prep = spec_of(chain.steps, chain.size, told.in_channels);
    check_input(metadata, &told, &prep)?;
    Ok(Draft {
        kind: Kind::Monai,
        output,
        labels: plain_labels(&names),
        op_norm: Vec::new(),
        prep: Spec::Image(prep),
        tokenizer: None,
        origin: Origin {
            title,
            version: said("version"),
            intended_use: text(metadata, "intended_use").unwrap_or_else(|| said("description")),
            licence: said("copyright"),
            data: said("data_source"),
        },
        network: told.network,
        notes,
        tensors,
    })
}

fn object<'a>(configs: &'a BTreeMap<String, Value>, name: &str) -> Result<&'a Map<String, Value>> {
    let found = configs.get(name);
    found
        .and_then(Value::as_object)
        .ok_or_else(|| odd(format!("a MONAI bundle with configs/{name}"), "one without"))
}

fn text(metadata: &Map<String, Value>, key: &str) -> Option<String> {
    let text = metadata.get(key)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The keys that every bundle must have, by MONAI's specification; newer names of two of them are taken as well.
fn check_metadata(metadata: &Map<String, Value>) -> Result<()> {
    let wanted: [&[&str]; 10] = [
        &["version"],
        &["monai_version"],
        &["pytorch_version"],
        &["numpy_version"],
        &["optional_packages_version", "required_packages_version"],
        &["task"],
        &["description"],
        &["authors", "authorship"],
        &["copyright"],
        &["network_data_format"],
    ];
    let is_missing = |names: &&&[&str]| !names.iter().any(|it| metadata.contains_key(*it));
    let mut missing: Vec<&str> = wanted
        .iter()
        .filter(is_missing)
        .filter_map(|it| it.first().copied())
        .collect();
    let format = metadata.get("network_data_format");
    for part in ["inputs", "outputs"] {
        if format.is_some_and(|it| it.get(part).is_none()) {
            missing.push(part);
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let found = format!("none of {}", missing.join(", "));
    Err(odd("the keys that configs/metadata.json must have", found))
}

/// Whether the description of the input agrees with the weights and the transforms.
fn check_input(
    metadata: &Map<String, Value>,
    told: &Told,
    prep: &crate::prep::ImageSpec,
) -> Result<()> {
    let inputs = metadata
        .get("network_data_format")
        .and_then(|it| it.get("inputs"));
    let Some(input) = inputs
        .and_then(Value::as_object)
        .and_then(|it| it.values().next())
    else {
        return Err(odd(
            "a description of the input in configs/metadata.json",
            "none",
        ));
    };
    if let Some(n_channels) = input.get("num_channels").and_then(Value::as_u64)
        && n_channels != told.in_channels as u64
    {
        let want = format!("{n_channels} channels, as configs/metadata.json says");
        return Err(odd(want, format!("{} in the weights", told.in_channels)));
    }
    let Some(shape) = input.get("spatial_shape").and_then(Value::as_array) else {
        return Ok(());
    };
    if shape.len() != 2 {
        return Err(odd(
            "a network for pictures",
            format!("{} dimensions", shape.len()),
        ));
    }
    // Expressions such as `*` or `16*n` leave the size open.
    for (wanted, found) in shape
        .iter()
        .filter_map(Value::as_u64)
        .zip([prep.width, prep.height])
    {
        if shape.iter().all(Value::is_u64) && wanted != found as u64 {
            let want = format!("an input of {wanted} pixels, as configs/metadata.json says");
            return Err(odd(want, format!("{found} by its transforms")));
        }
    }
    Ok(())
}

/// `channel_def` of the output, or what was told.
fn labels(
    metadata: &Map<String, Value>,
    asked: &Asked,
    told: &Told,
    notes: &mut Vec<String>,
) -> Result<Vec<String>> {
    let outputs = metadata
        .get("network_data_format")
        .and_then(|it| it.get("outputs"));
    let first = outputs
        .and_then(Value::as_object)
        .and_then(|it| it.values().next());
    let defined = first
        .and_then(|it| it.get("channel_def"))
        .and_then(Value::as_object);
    let in_order = |it: &Map<String, Value>| -> Option<Vec<String>> {
        let name = |idx: usize| Some(it.get(&idx.to_string())?.as_str()?.to_owned());
        (0..told.n_outputs).map(name).collect()
    };
    let names = match (&asked.labels, defined.and_then(in_order)) {
        (Some(names), _) => names.clone(),
        (None, Some(names)) => names,
        (None, None) => {
            notes.push("The bundle names no labels; outputs are numbered from 0.".to_owned());
            (0..told.n_outputs)
                .map(|it| format!("output {it}"))
                .collect()
        }
    };
    if names.len() == told.n_outputs {
        return Ok(names);
    }
    let want = format!("{} labels, one for each output", told.n_outputs);
    Err(odd(want, format!("{} labels", names.len())))
}
