//! What all weights share: names as we have them, float32, and which network they are for.

use std::collections::BTreeMap;

use half::{bf16, f16};

use super::{Error, Result, odd};
use crate::{
    import::{Dtype, NamedTensor},
    model::{
        Network,
        network::{DenseNet121, ResNet18, ResNet34, ResNet50},
    },
};

/// Prefixes that training programs put before every name.
const PREFIXES: [&str; 6] = [
    "module.",
    "model.",
    "net.",
    "network.",
    "state_dict.",
    "backbone.",
];

/// Weights by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Tensors(pub(super) BTreeMap<String, Weight>);

/// A tensor.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Weight {
    pub(super) shape: Vec<usize>,
    pub(super) values: Vec<f32>,
    /// Whether the file holds it as float16, which then loses nothing.
    pub(super) is_half: bool,
}

/// The networks, with what their weights tell.
pub(super) struct Told {
    pub(super) network: Network,
    pub(super) in_channels: usize,
    pub(super) n_outputs: usize,
}

impl Tensors {
    /// Takes the tensors that are weights; counters of training are left out.
    pub(super) fn new(tensors: Vec<NamedTensor>) -> Result<Self> {
        let mut all = BTreeMap::new();
        for tensor in tensors {
            if tensor.name.ends_with("num_batches_tracked") {
                continue;
            }
            let name = tensor.name.clone();
            all.insert(name, weight(tensor)?);
        }
        let mut all = Self(all);
        while let Some(prefix) = PREFIXES
            .iter()
            .find(|prefix| !all.0.is_empty() && all.0.keys().all(|it| it.starts_with(*prefix)))
        {
            all.rename(|it| it.replacen(prefix, "", 1))?;
        }
        Ok(all)
    }

    /// Takes a tensor out.
    pub(super) fn take(&mut self, name: &str) -> Option<Weight> {
        self.0.remove(name)
    }

    /// Gives every tensor the name that it has with us.
    pub(super) fn rename(&mut self, new_name: impl Fn(&str) -> String) -> Result<()> {
        let mut renamed = BTreeMap::new();
        for (name, weight) in std::mem::take(&mut self.0) {
            let new_name = new_name(&name);
            if renamed.insert(new_name.clone(), weight).is_some() {
                return Err(odd(
                    "weights with names of their own",
                    format!("{new_name} twice"),
                ));
            }
        }
        self.0 = renamed;
        Ok(())
    }

    /// DenseNet names of 2017 files, `norm.1` and `conv.2`, to `norm1` and `conv2`.
    pub(super) fn map_old_names(&mut self) -> Result<()> {
        self.rename(|name| {
            ["norm", "conv"]
                .iter()
                .fold(name.to_owned(), |name, layer| {
                    ["1", "2"].iter().fold(name, |name, number| {
                        let old = format!(".{layer}.{number}.");
                        name.replace(&old, &format!(".{layer}{number}."))
                    })
                })
        })
    }

    /// Exchanges rows and columns of every kernel: the network then reads an upright picture as it read a transposed one.
    pub(super) fn transpose_kernels(&mut self) {
        for weight in self.0.values_mut() {
            let [_, _, rows, columns] = *weight.shape.as_slice() else {
                continue;
            };
            let turned = weight.values.chunks(rows * columns).flat_map(|kernel| {
                (0..columns).flat_map(move |column| kernel.iter().skip(column).step_by(columns))
            });
            weight.values = turned.copied().collect();
            weight.shape.swap(2, 3);
        }
    }

    /// Keeps only these outputs of the last layer, in this order.
    pub(super) fn keep_outputs(&mut self, head: &str, kept: &[usize]) {
        for name in [format!("{head}.weight"), format!("{head}.bias")] {
            let Some(weight) = self.0.get_mut(&name) else {
                continue;
            };
            let width: usize = weight.shape.iter().skip(1).product();
            let rows: Vec<&[f32]> = weight.values.chunks(width.max(1)).collect();
            let rows = kept.iter().filter_map(|it| rows.get(*it).copied());
            weight.values = rows.flatten().copied().collect();
            if let Some(first) = weight.shape.first_mut() {
                *first = kept.len();
            }
        }
    }

    /// Numbers that training changes: all but the running statistics.
    pub(super) fn n_parameters(&self) -> usize {
        let trained = self
            .0
            .iter()
            .filter(|(name, _)| !name.contains(".running_"));
        trained.map(|(_, weight)| weight.values.len()).sum()
    }

    /// Which network the names and shapes belong to.
    pub(super) fn network(&self) -> Result<Told> {
        let shape = |name: &str| self.0.get(name).map(|it| it.shape.as_slice());
        let (stem, head) = if self.0.contains_key("features.conv0.weight") {
            ("features.conv0.weight", "classifier.weight")
        } else {
            ("conv1.weight", "fc.weight")
        };
        let [_, in_channels, _, _] = *shape(stem).unwrap_or_default() else {
            return Err(self.unknown(match shape(stem) {
                Some([_, _, _, _, _]) => "a network for volumes",
                _ => "other names",
            }));
        };
        let [n_outputs, _] = *shape(head).unwrap_or_default() else {
            return Err(self.unknown("no last layer"));
        };
        let network = if stem == "conv1.weight" {
            self.resnet(in_channels)?
        } else {
            self.densenet(in_channels)?
        };
        Ok(Told {
            network,
            in_channels,
            n_outputs,
        })
    }

    /// The number of parts `{before}{n}{after}` that there are, counted from `first`.
    pub(super) fn count(&self, first: usize, name: impl Fn(usize) -> String) -> usize {
        (first..)
            .take_while(|it| self.0.contains_key(&name(*it)))
            .count()
    }

    fn densenet(&self, in_channels: usize) -> Result<Network> {
        let layers = |block: usize| {
            self.count(1, |it| {
                format!("features.denseblock{block}.denselayer{it}.conv1.weight")
            })
        };
        match [1, 2, 3, 4].map(layers) {
            [6, 12, 24, 16] => Ok(Network::DenseNet121(DenseNet121 { in_channels })),
            other => Err(self.unknown(&format!("a DenseNet with {other:?} layers in its blocks"))),
        }
    }

    fn resnet(&self, in_channels: usize) -> Result<Network> {
        let is_bottleneck = self.0.contains_key("layer1.0.conv3.weight");
        let blocks = |stage: usize| self.count(0, |it| format!("layer{stage}.{it}.conv1.weight"));
        Ok(match ([1, 2, 3, 4].map(blocks), is_bottleneck) {
            ([2, 2, 2, 2], false) => Network::ResNet18(ResNet18 { in_channels }),
            ([3, 4, 6, 3], false) => Network::ResNet34(ResNet34 { in_channels }),
            ([3, 4, 6, 3], true) => Network::ResNet50(ResNet50 { in_channels }),
            (other, _) => {
                return Err(self.unknown(&format!("a ResNet with {other:?} blocks in its stages")));
            }
        })
    }

    fn unknown(&self, found: &str) -> Error {
        let first = self.0.keys().next().map_or("nothing", String::as_str);
        odd(
            "weights of ResNet-18, ResNet-34, ResNet-50 or DenseNet-121 for pictures, by torchvision's names",
            format!("{found} (the first is {first})"),
        )
    }
}

/// Numbers as float32: float16 and bfloat16 exactly, float64 and integers rounded.
fn weight(tensor: NamedTensor) -> Result<Weight> {
    let bytes = tensor.bytes.as_slice();
    let values: Vec<f32> = match tensor.dtype {
        Dtype::F32 => fours(bytes).map(f32::from_le_bytes).collect(),
        Dtype::F16 => twos(bytes)
            .map(|it| f16::from_le_bytes(it).to_f32())
            .collect(),
        Dtype::Bf16 => twos(bytes)
            .map(|it| bf16::from_le_bytes(it).to_f32())
            .collect(),
        Dtype::F64 => eights(bytes)
            .map(|it| f64::from_le_bytes(it) as f32)
            .collect(),
        Dtype::I64 | Dtype::I32 | Dtype::U8 => {
            let found = format!("{:?} in {}", tensor.dtype, tensor.name);
            return Err(odd("weights that are floating point numbers", found));
        }
    };
    if let Some(odd_one) = values.iter().find(|it| !it.is_finite())
        && tensor.name != super::xrv::THRESHOLDS
    {
        let found = format!("{odd_one} in {}", tensor.name);
        return Err(odd("finite weights", found));
    }
    Ok(Weight {
        shape: tensor.shape,
        values,
        is_half: tensor.dtype == Dtype::F16,
    })
}

fn twos(bytes: &[u8]) -> impl Iterator<Item = [u8; 2]> {
    bytes.as_chunks::<2>().0.iter().copied()
}

fn fours(bytes: &[u8]) -> impl Iterator<Item = [u8; 4]> {
    bytes.as_chunks::<4>().0.iter().copied()
}

fn eights(bytes: &[u8]) -> impl Iterator<Item = [u8; 8]> {
    bytes.as_chunks::<8>().0.iter().copied()
}
