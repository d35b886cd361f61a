//! Random changes to training images, of the kinds by which one hospital's pictures differ from another's:
//! position and size, borders and markers, contrast and exposure, sharpness and noise. Mirrored only where a recipe
//! says so: in a chest the heart is on one side; the surroundings of a point have no upper side.

use serde::{Deserialize, Serialize};
use tch::{Kind, Tensor};

use super::super::Result;

/// How far images are changed; 0 switches a change off. Sizes are parts of the image.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Augment {
    /// Rotation to either side, degrees.
    pub rotate: f64,
    /// Width and height each times a factor between 1 - `scale` and 1 + `scale`.
    pub scale: f64,
    pub translate: f64,
    /// Deviation of the logarithm of the exponent.
    pub gamma: f64,
    /// Contrast times a factor between 1 - `contrast` and 1 + `contrast` around the mean.
    pub contrast: f64,
    pub brightness: f64,
    /// Deviation of a smooth shading over the image.
    pub shade: f64,
    /// How far towards a blurred or an over-sharp image.
    pub blur: f64,
    /// Deviation of the noise in the noisiest images.
    pub noise: f64,
    /// Widest strip that is blanked at each border.
    pub border: f64,
    /// Side of the largest rectangle that is blanked.
    pub erase: f64,
    /// Half of the images are mirrored, each way on its own. Refused for X-rays of the chest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flips: Vec<Flip>,
    /// Left and right mean the same here, so that even X-rays of a chest may be mirrored.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sides_alike: bool,
    /// How often all channels show what the middle one does: the slice alone.
    #[serde(default, skip_serializing_if = "is_off")]
    pub one_slice: f64,
}

fn is_off(part: &f64) -> bool {
    *part == 0.0
}

/// A way to mirror.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flip {
    /// Left and right change places.
    Horizontal,
    /// Top and bottom change places.
    Vertical,
}

impl Augment {
    /// Changes a batch of values in 0..1, each image differently. `[n, c, h, w]` → `[n, c, h, w]`
    pub fn apply(&self, images: &Tensor) -> Result<Tensor> {
        let is_on = |knobs: &[f64]| knobs.iter().any(|it| 0.0 < *it);
        let mut x = images.shallow_clone();
        for flip in &self.flips {
            x = flip.apply(&x)?;
        }
        if is_on(&[self.one_slice]) {
            let slice = x.f_narrow(1, x.size4()?.1 / 2, 1)?.f_expand_as(&x)?;
            x = exchange(&x, &slice, self.one_slice)?;
        }
        if is_on(&[self.rotate, self.scale, self.translate]) {
            x = self.place(&x)?;
        }
        if is_on(&[self.shade, self.gamma, self.contrast, self.brightness]) {
            x = self.expose(&x)?;
        }
        if is_on(&[self.blur, self.noise]) {
            x = self.sharpen(&x)?;
        }
        if is_on(&[self.border, self.erase]) {
            x = self.blank(&x)?;
        }
        Ok(x)
    }

    /// Whether nothing is changed.
    pub(super) fn is_still(&self) -> bool {
        let still = Self {
            sides_alike: self.sides_alike,
            ..Self::default()
        };
        *self == still
    }

    /// Rotation, scale and translation in one resampling; what comes in from outside repeats the border.
    fn place(&self, x: &Tensor) -> Result<Tensor> {
        let n = first(x)?;
        let angle = even(n, self.rotate.to_radians())?;
        let (cos, sin) = (angle.f_cos()?, angle.f_sin()?);
        let (wide, high) = (
            even(n, self.scale)?.f_add_scalar(1.0)?,
            even(n, self.scale)?.f_add_scalar(1.0)?,
        );
        // The grid runs from -1 to 1: a shift by a part of the image is twice that.
        let (right, down) = (
            even(n, 2.0 * self.translate)?,
            even(n, 2.0 * self.translate)?,
        );
        let row = |x: &Tensor, y: &Tensor, shift: &Tensor| Tensor::f_stack(&[x, y, shift], 1);
        let upper = row(&cos.f_mul(&wide)?, &sin.f_neg()?.f_mul(&high)?, &right)?;
        let lower = row(&sin.f_mul(&wide)?, &cos.f_mul(&high)?, &down)?;
        let maps = Tensor::f_stack(&[upper, lower], 1)?; // [n, 2, 3]
        let grid = Tensor::f_affine_grid_generator(&maps, x.size(), false)?;
        const BILINEAR: i64 = 0;
        const BORDER: i64 = 1;
        Ok(x.f_grid_sampler(&grid, BILINEAR, BORDER, false)?)
    }

    /// Shading, exponent, contrast, brightness.
    fn expose(&self, x: &Tensor) -> Result<Tensor> {
        let (n, _, h, w) = x.size4()?;
        let coarse = normal(&[n, 1, 4, 4])?.f_mul_scalar(self.shade)?;
        let shade = coarse.f_upsample_bicubic2d([h, w], true, None, None)?;
        let exponent = normal(&[n, 1, 1, 1])?.f_mul_scalar(self.gamma)?.f_exp()?;
        let x = x.f_add(&shade)?.f_clamp(1e-4, 1.0)?.f_pow(&exponent)?;
        let mean = x.f_mean_dim([1_i64, 2, 3].as_slice(), true, Kind::Float)?;
        let contrast = plane(&even(n, self.contrast)?)?.f_add_scalar(1.0)?;
        let brightness = plane(&even(n, self.brightness)?)?;
        Ok(x.f_sub(&mean)?
            .f_mul(&contrast)?
            .f_add(&mean)?
            .f_add(&brightness)?)
    }

    /// Towards the blurred image or away from it, then noise.
    fn sharpen(&self, x: &Tensor) -> Result<Tensor> {
        let n = first(x)?;
        let blurred = x.f_avg_pool2d([3, 3], [1, 1], [1, 1], false, false, None)?;
        let blurred = blurred.f_avg_pool2d([3, 3], [1, 1], [1, 1], false, false, None)?;
        let amount = plane(&even(n, self.blur)?)?;
        let x = x.f_add(&blurred.f_sub(x)?.f_mul(&amount)?)?;
        let strength = plane(&even(n, self.noise)?)?;
        Ok(x.f_add(&normal(&x.size())?.f_mul(&strength)?)?
            .f_clamp(0.0, 1.0)?)
    }

    /// Strips at the borders and one rectangle get one value each.
    fn blank(&self, x: &Tensor) -> Result<Tensor> {
        let (n, _, h, w) = x.size4()?;
        let along = |length: i64| -> Result<Tensor> {
            let centers = Tensor::f_arange(length, (Kind::Float, x.device()))?.f_add_scalar(0.5)?;
            Ok(centers.f_div_scalar(length as f64)?)
        };
        let (across, down) = (
            along(w)?.f_view([1, 1, 1, w])?,
            along(h)?.f_view([1, 1, h, 1])?,
        );
        let strip = || -> Result<Tensor> { plane(&even(n, self.border)?.f_clamp_min(0.0)?) };
        let outside = |at: &Tensor| -> Result<Tensor> {
            let far = at.f_rsub_scalar(1.0)?;
            Ok(at
                .f_lt_tensor(&strip()?)?
                .f_logical_or(&far.f_lt_tensor(&strip()?)?)?)
        };
        let border = outside(&across)?.f_logical_or(&outside(&down)?)?;
        let x = fill(x, &border)?;
        let inside = |at: &Tensor| -> Result<Tensor> {
            let center = plane(&even(n, 0.5)?.f_add_scalar(0.5)?)?;
            let half = plane(&even(n, self.erase / 2.0)?)?;
            Ok(at.f_sub(&center)?.f_abs()?.f_lt_tensor(&half)?)
        };
        fill(&x, &inside(&across)?.f_logical_and(&inside(&down)?)?)
    }
}

impl Flip {
    /// Mirrors half of the images, by lot.
    fn apply(self, x: &Tensor) -> Result<Tensor> {
        let axis = match self {
            Self::Horizontal => 3,
            Self::Vertical => 2,
        };
        let is_mirrored = plane(&even(first(x)?, 1.0)?)?.f_gt(0.0)?;
        Ok(x.f_flip([axis])?.f_where_self(&is_mirrored, x)?)
    }
}

/// Some images, drawn at random, are replaced.
fn exchange(x: &Tensor, others: &Tensor, part: f64) -> Result<Tensor> {
    let drawn = Tensor::f_rand([first(x)?, 1, 1, 1], (Kind::Float, x.device()))?.f_lt(part)?;
    Ok(others.f_where_self(&drawn, x)?)
}

/// One random value for each image where `mask` holds.
fn fill(x: &Tensor, mask: &Tensor) -> Result<Tensor> {
    let value = plane(&even(first(x)?, 0.5)?.f_add_scalar(0.5)?)?;
    Ok(value.f_where_self(mask, x)?)
}

/// `n` values spread evenly over -`limit` to `limit`.
fn even(n: i64, limit: f64) -> Result<Tensor> {
    Ok(Tensor::f_rand([n], (Kind::Float, tch::Device::Cpu))?
        .f_mul_scalar(2.0 * limit)?
        .f_sub_scalar(limit)?)
}

fn normal(size: &[i64]) -> Result<Tensor> {
    Ok(Tensor::f_randn(size, (Kind::Float, tch::Device::Cpu))?)
}

/// `[n]` → `[n, 1, 1, 1]`
fn plane(values: &Tensor) -> Result<Tensor> {
    Ok(values.f_view([-1, 1, 1, 1])?)
}

fn first(x: &Tensor) -> Result<i64> {
    Ok(x.size4()?.0)
}
