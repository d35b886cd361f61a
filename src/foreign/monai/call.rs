//! One transform of a MONAI bundle, with its settings: what it asks for, as a step of ours.

use serde_json::{Map, Value};

use super::config::{Chain, Config, manual};
use crate::{
    foreign::Result,
    prep::{Filter, Step},
};

/// One transform with its settings.
pub(super) struct Call<'a, 'b> {
    pub(super) config: &'b Config<'a>,
    pub(super) name: &'b str,
    pub(super) transform: &'a Map<String, Value>,
}

impl<'a> Call<'a, '_> {
    pub(super) fn get(&self, key: &str) -> Result<Option<&'a Value>> {
        self.config.entry(self.transform, key, self.name)
    }

    pub(super) fn flag(&self, key: &str, default: bool) -> Result<bool> {
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
    pub(super) fn size(&self, key: &str, is_turned: bool) -> Result<(usize, usize)> {
        let items = self.get(key)?.and_then(Value::as_array);
        let sides = items.into_iter().flatten().map(|it| {
            let side = self.config.follow(it, self.name)?.as_u64();
            Ok(side.and_then(|it| usize::try_from(it).ok()).unwrap_or(0))
        });
        match sides.collect::<Result<Vec<usize>>>()?[..] {
            [first, second] if 0 < first && 0 < second => Ok(if is_turned {
                (first, second)
            } else {
                (second, first)
            }),
            _ => Err(manual(self.name, format!("{key} is not two sides"))),
        }
    }

    pub(super) fn resize(&self, chain: &mut Chain) -> Result<()> {
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

    pub(super) fn scale(&self, chain: &mut Chain) -> Result<()> {
        if self.flag("channel_wise", false)? || self.get("factor")?.is_some() {
            return Err(manual(self.name, "its channel_wise or its factor"));
        }
        chain.steps.push(Step::Stretch {
            low: self.number("minv")?.unwrap_or(0.0),
            high: self.number("maxv")?.unwrap_or(1.0),
        });
        Ok(())
    }

    pub(super) fn scale_range(&self, chain: &mut Chain) -> Result<()> {
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

    pub(super) fn normalise(&self, channels: usize, chain: &mut Chain) -> Result<()> {
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
