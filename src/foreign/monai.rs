//! MONAI bundles (`configs/metadata.json`, `configs/inference.json`, `models/model.pt`): their descriptions, and the
//! few transforms that are done here exactly as MONAI does them. A Python expression (`$`) is never evaluated.
//!
//! MONAI reads a picture with its axes exchanged (`PILReader`, `reverse_indexing`): its networks see it transposed. Here
//! the picture stays upright and the kernels are transposed instead, which comes to the same numbers, and influence
//! maps lie right.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    Asked, Draft, Error, Kind, Origin, Result, odd, plain_labels,
    torchvision::spec_of,
    weights::{Tensors, Told},
};
use crate::{
    import::ModelFile,
    model::manifest::Output,
    prep::{Centre, Filter, Step},
};

pub(super) const METADATA: &str = "metadata.json";
const INFERENCE: &str = "inference.json";
/// References that lead to references.
const HOPS_LIMIT: usize = 16;

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
        prep,
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

/// `configs/inference.json`.
struct Config<'a>(&'a Map<String, Value>);

/// The preprocessing that was understood.
struct Chain {
    steps: Vec<Step>,
    size: (usize, usize),
    /// Whether MONAI's network sees the picture transposed.
    is_turned: bool,
}

fn manual(transform: &str, why: impl Into<String>) -> Error {
    Error::ManualPrep {
        transform: transform.to_owned(),
        why: why.into(),
    }
}

impl<'a> Config<'a> {
    /// Follows `@name` and `@name#part`; an expression is refused.
    fn follow(&self, mut value: &'a Value, place: &str) -> Result<&'a Value> {
        for _ in 0..HOPS_LIMIT {
            let Some(text) = value.as_str() else {
                return Ok(value);
            };
            if text.starts_with(['$', '%']) {
                return Err(manual(place, format!("{text} is code, which is never run")));
            }
            let Some(path) = text.strip_prefix('@') else {
                return Ok(value);
            };
            let path = path.replace("::", "#");
            let mut parts = path.split('#');
            let mut target = parts.next().and_then(|it| self.0.get(it));
            for part in parts {
                target = match (target, part.parse::<usize>()) {
                    (Some(Value::Array(items)), Ok(idx)) => items.get(idx),
                    (Some(Value::Object(map)), _) => map.get(part),
                    _ => None,
                };
            }
            value = target.ok_or_else(|| manual(place, format!("{text} leads nowhere")))?;
        }
        Err(manual(place, "references that lead to each other"))
    }

    /// The entry of a transform, followed.
    fn entry(
        &self,
        transform: &'a Map<String, Value>,
        key: &str,
        place: &str,
    ) -> Result<Option<&'a Value>> {
        let value = transform
            .get(key)
            .map(|it| self.follow(it, place))
            .transpose()?;
        Ok(value.filter(|it| !it.is_null()))
    }

    /// The transforms of a chain, in order, those that are switched off left out.
    fn chain(&self, name: &str) -> Result<Option<Vec<(String, &'a Map<String, Value>)>>> {
        let Some(value) = self.0.get(name) else {
            return Ok(None);
        };
        let value = self.follow(value, name)?;
        let items = match value {
            Value::Object(compose) if target(compose) == "Compose" => {
                self.entry(compose, "transforms", name)?
            }
            other => Some(other),
        };
        let Some(Value::Array(items)) = items else {
            return Err(manual(name, "not a list of transforms"));
        };
        let mut transforms = Vec::new();
        for item in items {
            let Value::Object(transform) = self.follow(item, name)? else {
                return Err(manual(
                    name,
                    "a transform that is not described by an object",
                ));
            };
            let full = target(transform);
            if self.entry(transform, "_disabled_", &full)? == Some(&Value::Bool(true)) {
                continue;
            }
            transforms.push((full, transform));
        }
        Ok(Some(transforms))
    }

    fn preprocessing(&self, told: &Told) -> Result<Chain> {
        let transforms = self.chain("preprocessing")?;
        let transforms =
            transforms.ok_or_else(|| odd("a `preprocessing` in configs/inference.json", "none"))?;
        let mut chain = Chain {
            steps: vec![if told.in_channels == 3 {
                Step::Rgb
            } else {
                Step::Luma
            }],
            size: (0, 0),
            is_turned: false,
        };
        for (name, transform) in transforms {
            self.add(&name, transform, told, &mut chain)?;
        }
        if chain.size == (0, 0) {
            return Err(manual(
                "preprocessing",
                "no transform gives the picture a size",
            ));
        }
        Ok(chain)
    }

    /// One transform of the whitelist.
    fn add(
        &self,
        name: &str,
        transform: &'a Map<String, Value>,
        told: &Told,
        chain: &mut Chain,
    ) -> Result<()> {
        let plain = plain_name(name);
        let known: &[&str] = match plain {
            "LoadImage" => &[
                "image_only",
                "ensure_channel_first",
                "reverse_indexing",
                "reader",
                "dtype",
                "simple_keys",
            ],
            "EnsureChannelFirst" => &["channel_dim", "strict_check"],
            "EnsureType" => &["data_type", "device", "track_meta", "wrap_sequence"],
            "Resize" => &[
                "spatial_size",
                "size_mode",
                "mode",
                "align_corners",
                "anti_aliasing",
                "lazy",
            ],
            "ScaleIntensity" => &["minv", "maxv", "factor", "channel_wise"],
            "ScaleIntensityRange" => &["a_min", "a_max", "b_min", "b_max", "clip"],
            "NormalizeIntensity" => &["subtrahend", "divisor", "nonzero", "channel_wise"],
            "CenterSpatialCrop" => &["roi_size", "lazy"],
            "Orientation" | "Spacing" => {
                return Err(manual(name, "pictures carry no patient axes here"));
            }
            _ => return Err(manual(name, "not a transform that is done here")),
        };
        let shared = [
            "_target_",
            "_disabled_",
            "_desc_",
            "_requires_",
            "keys",
            "allow_missing_keys",
        ];
        let unknown = transform
            .keys()
            .find(|it| !known.contains(&it.as_str()) && !shared.contains(&it.as_str()));
        if let Some(unknown) = unknown {
            return Err(manual(
                name,
                format!("its setting `{unknown}` is not known here"),
            ));
        }
        let call = Call {
            config: self,
            name,
            transform,
        };
        match plain {
            "LoadImage" => {
                if let Some(reader) = call.get("reader")?
                    && reader != &Value::from("PILReader")
                {
                    return Err(manual(name, format!("its reader is {reader}")));
                }
                chain.is_turned = call.flag("reverse_indexing", true)?;
            }
            "Resize" => call.resize(chain)?,
            "ScaleIntensity" => call.scale(chain)?,
            "ScaleIntensityRange" => call.scale_range(chain)?,
            "NormalizeIntensity" => call.normalise(told.in_channels, chain)?,
            "CenterSpatialCrop" => {
                let (width, height) = call.size("roi_size", chain.is_turned)?;
                chain.size = (width, height);
                chain.steps.push(Step::CentreCrop {
                    width,
                    height,
                    centre: Centre::Floor,
                });
            }
            _ => {}
        }
        Ok(())
    }

    /// Softmax or sigmoid, as the postprocessing says.
    fn output(&self, told: &Told, notes: &mut Vec<String>) -> Result<Output> {
        for (name, transform) in self.chain("postprocessing")?.unwrap_or_default() {
            if plain_name(&name) != "Activations" {
                continue;
            }
            let call = Call {
                config: self,
                name: &name,
                transform,
            };
            if call.get("other")?.is_some() {
                return Err(manual(&name, "its setting `other` is code"));
            }
            match (call.flag("softmax", false)?, call.flag("sigmoid", false)?) {
                (true, false) if 1 < told.n_outputs => return Ok(Output::Softmax),
                (false, true) => return Ok(Output::Sigmoid),
                _ => return Err(manual(&name, "neither softmax nor sigmoid")),
            }
        }
        notes.push(if told.n_outputs == 1 {
            "The bundle names no activation; its one output is taken as a sigmoid.".to_owned()
        } else {
            "The bundle names no activation; outputs are taken to exclude each other (softmax)."
                .to_owned()
        });
        Ok(if told.n_outputs == 1 {
            Output::Sigmoid
        } else {
            Output::Softmax
        })
    }

    /// Whether `network_def` agrees with the weights.
    fn check_network(&self, told: &Told) -> Result<()> {
        let Some(network) = self.0.get("network_def").and_then(Value::as_object) else {
            return Ok(());
        };
        let found = target(network);
        if !found.eq_ignore_ascii_case("DenseNet121") {
            return Err(odd("DenseNet121 in configs/inference.json", found));
        }
        let wanted = [
            ("spatial_dims", 2),
            ("in_channels", told.in_channels),
            ("out_channels", told.n_outputs),
        ];
        for (key, wanted) in wanted {
            let Some(value) = self.entry(network, key, "network_def")? else {
                continue;
            };
            if value.as_u64() != Some(wanted as u64) {
                let want = format!("{wanted} as {key} of network_def, by the weights");
                return Err(odd(want, value.to_string()));
            }
        }
        let known = [
            "_target_",
            "spatial_dims",
            "in_channels",
            "out_channels",
            "dropout_prob",
            "pretrained",
            "progress",
        ];
        match network.keys().find(|it| !known.contains(&it.as_str())) {
            Some(other) => Err(odd(
                "a DenseNet121 as it comes",
                format!("the setting {other} of network_def"),
            )),
            None => Ok(()),
        }
    }
}

/// The class of an object, without its packages.
fn target(object: &Map<String, Value>) -> String {
    let full = object
        .get("_target_")
        .and_then(Value::as_str)
        .unwrap_or_default();
    full.rsplit('.').next().unwrap_or_default().to_owned()
}

/// The name without the letter that says that it works on dictionaries.
fn plain_name(name: &str) -> &str {
    ["Dict", "D", "d"]
        .iter()
        .find_map(|it| name.strip_suffix(it))
        .unwrap_or(name)
}

/// One transform with its settings.
struct Call<'a, 'b> {
    config: &'b Config<'a>,
    name: &'b str,
    transform: &'a Map<String, Value>,
}

impl<'a> Call<'a, '_> {
    fn get(&self, key: &str) -> Result<Option<&'a Value>> {
        self.config.entry(self.transform, key, self.name)
    }

    fn flag(&self, key: &str, default: bool) -> Result<bool> {
        match self.get(key)? {
            None => Ok(default),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => Err(manual(self.name, format!("{key} is {other}"))),
        }
    }

    fn number(&self, key: &str) -> Result<Option<f32>> {
        match self.get(key)? {
            None => Ok(None),
            Some(value) => match value.as_f64().filter(|it| it.is_finite()) {
                Some(number) => Ok(Some(number as f32)),
                None => Err(manual(self.name, format!("{key} is {value}"))),
            },
        }
    }

    fn wanted(&self, key: &str) -> Result<f32> {
        self.number(key)?
            .ok_or_else(|| manual(self.name, format!("{key} is missing")))
    }

    /// Width and height. MONAI's first axis is the width, if it reads with exchanged axes.
    fn size(&self, key: &str, is_turned: bool) -> Result<(usize, usize)> {
        let items = self.get(key)?.and_then(Value::as_array);
        let side = |it: &Value| it.as_u64().and_then(|it| usize::try_from(it).ok());
        let sides: Option<Vec<usize>> = items.and_then(|it| it.iter().map(side).collect());
        match sides.as_deref() {
            Some([first, second]) if 0 < *first && 0 < *second => Ok(if is_turned {
                (*first, *second)
            } else {
                (*second, *first)
            }),
            _ => Err(manual(self.name, format!("{key} is not two sides"))),
        }
    }

    fn resize(&self, chain: &mut Chain) -> Result<()> {
        let (width, height) = self.size("spatial_size", chain.is_turned)?;
        let is_plain = self.get("size_mode")?.is_none_or(|it| it == "all")
            && !self.flag("align_corners", false)?
            && !self.flag("anti_aliasing", false)?;
        let filter = match self.get("mode")?.and_then(Value::as_str) {
            None | Some("area") => Filter::Area,
            Some("bilinear") => Filter::Bilinear,
            Some(other) => return Err(manual(self.name, format!("its mode is {other}"))),
        };
        if !is_plain {
            return Err(manual(
                self.name,
                "its size_mode, align_corners or anti_aliasing",
            ));
        }
        chain.size = (width, height);
        chain.steps.push(Step::Resize {
            width,
            height,
            filter,
        });
        Ok(())
    }

    fn scale(&self, chain: &mut Chain) -> Result<()> {
        if self.flag("channel_wise", false)? || self.get("factor")?.is_some() {
            return Err(manual(self.name, "its channel_wise or its factor"));
        }
        chain.steps.push(Step::Stretch {
            low: self.number("minv")?.unwrap_or(0.0),
            high: self.number("maxv")?.unwrap_or(1.0),
        });
        Ok(())
    }

    fn scale_range(&self, chain: &mut Chain) -> Result<()> {
        let bounds = (self.number("b_min")?, self.number("b_max")?);
        let clip = self.flag("clip", false)?;
        let (to_low, to_high) = match bounds {
            (Some(low), Some(high)) => (low, high),
            (None, None) if !clip => (0.0, 1.0),
            _ => {
                return Err(manual(
                    self.name,
                    "one of b_min and b_max without the other",
                ));
            }
        };
        chain.steps.push(Step::Range {
            low: self.wanted("a_min")?,
            high: self.wanted("a_max")?,
            to_low,
            to_high,
            clip,
        });
        Ok(())
    }

    fn normalise(&self, channels: usize, chain: &mut Chain) -> Result<()> {
        if self.flag("nonzero", false)? {
            return Err(manual(self.name, "its nonzero"));
        }
        let each = |key: &str| -> Result<Vec<f32>> {
            let number = |it: &Value| it.as_f64().map(|it| it as f32);
            let found: Option<Vec<f32>> = match self.get(key)? {
                Some(Value::Array(items)) => items.iter().map(number).collect(),
                Some(one) => number(one).map(|it| vec![it; channels]),
                None => {
                    return Err(manual(
                        self.name,
                        format!("no {key}: it depends on each picture"),
                    ));
                }
            };
            found.filter(|it| it.len() == channels).ok_or_else(|| {
                manual(
                    self.name,
                    format!("{key} is not one number for each channel"),
                )
            })
        };
        let (mean, std) = (each("subtrahend")?, each("divisor")?);
        chain.steps.push(Step::Normalise { mean, std });
        Ok(())
    }
}
