//! `configs/inference.json`: its references are followed, its expressions are not, and each of its transforms is either
//! one that is done here or named in the refusal.

use serde_json::{Map, Value};

use super::call::Call;
use crate::{
    foreign::{Error, Result, odd, weights::Told},
    model::manifest::Output,
    prep::{Centre, Step},
};

/// References that lead to references.
const HOPS_LIMIT: usize = 16;

/// `configs/inference.json`.
pub(super) struct Config<'a>(pub(super) &'a Map<String, Value>);

/// The preprocessing that was understood.
pub(super) struct Chain {
    pub(super) steps: Vec<Step>,
    pub(super) size: (usize, usize),
    /// Whether MONAI's network sees the picture transposed.
    pub(super) is_turned: bool,
}

pub(super) fn manual(transform: &str, why: impl Into<String>) -> Error {
    Error::ManualPrep {
        transform: transform.to_owned(),
        why: why.into(),
    }
}

/// A transform by its name, and what describes it.
type Named<'a> = (String, &'a Map<String, Value>);

impl<'a> Config<'a> {
    /// Follows `@name` and `@name#part`; an expression is refused.
    pub(super) fn follow(&self, mut value: &'a Value, place: &str) -> Result<&'a Value> {
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
    pub(super) fn entry(
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
    fn chain(&self, name: &str) -> Result<Option<Vec<Named<'a>>>> {
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

    pub(super) fn preprocessing(&self, told: &Told) -> Result<Chain> {
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
        let known = settings(name)?;
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
    pub(super) fn output(&self, told: &Told, notes: &mut Vec<String>) -> Result<Output> {
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
    pub(super) fn check_network(&self, told: &Told) -> Result<()> {
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

/// The settings of a transform that is done here; another transform is refused by name.
fn settings(name: &str) -> Result<&'static [&'static str]> {
    Ok(match plain_name(name) {
        "LoadImage" => &[
            "image_only",
            "ensure_channel_first",
            "reverse_indexing",
            "reader",
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
    })
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
