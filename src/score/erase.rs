//! Taking parts of a picture away: which first, and what comes in their place. Pure arithmetic on one plane at a time.

use rand::{RngExt as _, rngs::StdRng, seq::SliceRandom as _};

use crate::{prep::ImageInput, stats::Plane};

/// The neighbours of a pixel (right, down) with their weights in the imputation of ROAD (Rong et al. 2022,
/// <https://arxiv.org/abs/2202.00449>): 1/6 across an edge, 1/12 across a corner.
const NEIGHBOURS: [(isize, isize, f64); 8] = [
    (-1, -1, 1.0 / 12.0),
    (0, -1, 1.0 / 6.0),
    (1, -1, 1.0 / 12.0),
    (-1, 0, 1.0 / 6.0),
    (1, 0, 1.0 / 6.0),
    (-1, 1, 1.0 / 12.0),
    (0, 1, 1.0 / 6.0),
    (1, 1, 1.0 / 12.0),
];
/// Deviation of the noise on imputed pixels, in the network's own units; without it, smooth patches would give away
/// what was taken.
const NOISE: f64 = 0.01;
/// The imputation is solved when what is left over has shrunk to this part; far below the noise.
const TOLERANCE: f64 = 1e-4;
const MAX_STEPS: usize = 400;

/// The pixels of a plane of `width` x `height` from most to least influential by a coarser or equal map. Equal pixels stand
/// in random order: in the order of the rows, a flat part of a map would be taken from the top.
pub(super) fn order(
    map: &Plane,
    (width, height): (usize, usize),
    random: &mut StdRng,
) -> Vec<usize> {
    let fine = map.resampled(width, height).values;
    let mut order: Vec<usize> = (0..width * height).collect();
    order.shuffle(random);
    let value = |idx: &usize| fine.get(*idx).copied().unwrap_or(0.0);
    order.sort_by(|a, b| value(b).total_cmp(&value(a)));
    order
}

/// The picture with each plane blurred by a Gaussian of an eighth of the longer side: what it looks like when nothing can
/// be told from it.
pub(super) fn blurred(image: &ImageInput) -> ImageInput {
    let (width, height) = (image.width, image.height);
    let sigma = width.max(height) as f64 / 8.0;
    let values = planes(image).flat_map(|plane| {
        let plane: Vec<f64> = plane.iter().copied().map(f64::from).collect();
        let across = smoothed(&plane, (width, height), (1, width), sigma);
        smoothed(&across, (height, width), (width, 1), sigma)
    });
    ImageInput {
        values: values.map(|it| it as f32).collect(),
        ..image.clone()
    }
}

/// Smooths along lines of `length` pixels; `(step, stride)` lead from pixel to pixel and from line to line. Gives the lines
/// turned back into place.
fn smoothed(
    plane: &[f64],
    (length, n_lines): (usize, usize),
    (step, stride): (usize, usize),
    sigma: f64,
) -> Vec<f64> {
    let reach = (3.0 * sigma).ceil() as usize;
    let kernel: Vec<f64> = (0..=reach)
        .map(|it| (-0.5 * (it as f64 / sigma).powi(2)).exp())
        .collect();
    let mut smooth = vec![0.0; plane.len()];
    for line in 0..n_lines {
        for at in 0..length {
            let (mut sum, mut weights) = (0.0, 0.0);
            for other in at.saturating_sub(reach)..(at + reach + 1).min(length) {
                let weight = kernel.get(at.abs_diff(other)).copied().unwrap_or(0.0);
                let value = plane.get(line * stride + other * step);
                sum += weight * value.copied().unwrap_or(0.0);
                weights += weight;
            }
            if let Some(place) = smooth.get_mut(line * stride + at * step) {
                *place = sum / weights;
            }
        }
    }
    smooth
}

/// `below` with the pixels of `above` at `places`, in every plane.
pub(super) fn patched(below: &ImageInput, above: &ImageInput, places: &[usize]) -> ImageInput {
    let mut patched = below.clone();
    let n_pixels = below.width * below.height;
    for channel in 0..below.channels {
        for place in places {
            let at = channel * n_pixels + place;
            if let (Some(value), Some(new)) = (patched.values.get_mut(at), above.values.get(at)) {
                *value = *new;
            }
        }
    }
    patched
}

/// The picture with `places` filled from their surroundings and a little noise (ROAD's noisy linear imputation).
pub(super) fn imputed(image: &ImageInput, places: &[usize], random: &mut StdRng) -> ImageInput {
    let system = System::new((image.width, image.height), places);
    let mut values = Vec::with_capacity(image.values.len());
    for plane in planes(image) {
        let mut plane = plane.to_vec();
        let filled = system.solve(&plane);
        for (place, value) in places.iter().zip(filled) {
            if let Some(pixel) = plane.get_mut(*place) {
                *pixel = (value + NOISE * normal(random)) as f32;
            }
        }
        values.extend(plane);
    }
    ImageInput {
        values,
        ..image.clone()
    }
}

fn planes(image: &ImageInput) -> impl Iterator<Item = &[f32]> {
    image.values.chunks((image.width * image.height).max(1))
}

/// A standard normal number (Box and Muller 1958).
fn normal(random: &mut StdRng) -> f64 {
    let (one, other): (f64, f64) = (random.random(), random.random());
    (-2.0 * (1.0 - one).ln()).sqrt() * (std::f64::consts::TAU * other).cos()
}

/// Each removed pixel is the weighted mean of its neighbours: linear equations, symmetric and positive definite as long as
/// one pixel is known, solved by conjugate gradients (Hestenes and Stiefel 1952).
struct System {
    /// Removed pixels, in the order of the unknowns.
    places: Vec<usize>,
    /// Sum of the weights of the neighbours that exist, for each unknown.
    diagonal: Vec<f64>,
    /// For each unknown: the unknowns next to it.
    unknown: Vec<Vec<(usize, f64)>>,
    /// For each unknown: the known pixels next to it.
    known: Vec<Vec<(usize, f64)>>,
    n_pixels: usize,
}

impl System {
    fn new((width, height): (usize, usize), places: &[usize]) -> Self {
        let n_pixels = width * height;
        let mut unknown_idx = vec![None; n_pixels];
        for (idx, place) in places.iter().enumerate() {
            if let Some(slot) = unknown_idx.get_mut(*place) {
                *slot = Some(idx);
            }
        }
        let mut system = Self {
            places: places.to_vec(),
            diagonal: Vec::with_capacity(places.len()),
            unknown: Vec::with_capacity(places.len()),
            known: Vec::with_capacity(places.len()),
            n_pixels,
        };
        for place in places {
            let (mut sum, mut unknown, mut known) = (0.0, Vec::new(), Vec::new());
            for (right, down, weight) in NEIGHBOURS {
                let x = (place % width).checked_add_signed(right);
                let y = (place / width).checked_add_signed(down);
                let (Some(x), Some(y)) = (x.filter(|it| *it < width), y.filter(|it| *it < height))
                else {
                    continue;
                };
                let at = y * width + x;
                sum += weight;
                match unknown_idx.get(at).copied().flatten() {
                    Some(idx) => unknown.push((idx, weight)),
                    None => known.push((at, weight)),
                }
            }
            system.diagonal.push(sum);
            system.unknown.push(unknown);
            system.known.push(known);
        }
        system
    }

    /// The values of the removed pixels, from those that are left in `plane`.
    fn solve(&self, plane: &[f32]) -> Vec<f64> {
        let pixel = |at: usize| plane.get(at).map_or(0.0, |it| f64::from(*it));
        let n_known = self.n_pixels.saturating_sub(self.places.len());
        if n_known == 0 {
            return self.places.iter().map(|it| pixel(*it)).collect();
        }
        let removed: f64 = self.places.iter().map(|it| pixel(*it)).sum();
        let all: f64 = plane.iter().copied().map(f64::from).sum();
        // From the mean of what is known, so that little is left to solve.
        let mut found = vec![(all - removed) / n_known as f64; self.places.len()];
        let wanted = self.known.iter().map(|it| weighted(it, &pixel));
        let mut rest: Vec<f64> = wanted
            .zip(self.applied(&found))
            .map(|(wanted, now)| wanted - now)
            .collect();
        let mut way = rest.clone();
        let mut size = dot(&rest, &rest);
        let enough = size * TOLERANCE * TOLERANCE;
        for _ in 0..MAX_STEPS {
            if size <= enough || size <= f64::MIN_POSITIVE {
                break;
            }
            let applied = self.applied(&way);
            let step = size / dot(&way, &applied);
            add(&mut found, step, &way);
            add(&mut rest, -step, &applied);
            let next = dot(&rest, &rest);
            for (way, rest) in way.iter_mut().zip(&rest) {
                *way = rest + next / size * *way;
            }
            size = next;
        }
        found
    }

    fn applied(&self, values: &[f64]) -> Vec<f64> {
        let value = |at: usize| values.get(at).copied().unwrap_or(0.0);
        let rows = self.diagonal.iter().zip(&self.unknown).zip(values);
        rows.map(|((diagonal, unknown), own)| diagonal * own - weighted(unknown, &value))
            .collect()
    }
}

fn weighted(neighbours: &[(usize, f64)], value: &impl Fn(usize) -> f64) -> f64 {
    neighbours
        .iter()
        .map(|(at, weight)| weight * value(*at))
        .sum()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(sum: &mut [f64], times: f64, what: &[f64]) {
    for (sum, what) in sum.iter_mut().zip(what) {
        *sum += times * what;
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng as _, rngs::StdRng};

    use super::{System, blurred, order};
    use crate::{prediction::Affine2, prep::ImageInput, stats::Plane};

    #[test]
    fn a_hole_takes_the_weighted_mean_of_its_neighbours() {
        // By hand: (2 + 4 + 6 + 8) / 6 over the edges, (1 + 3 + 7 + 9) / 12 over the corners.
        let plane = [1.0, 2.0, 3.0, 4.0, 100.0, 6.0, 7.0, 8.0, 9.0];
        let found = System::new((3, 3), &[4]).solve(&plane);
        assert!((found[0] - 5.0).abs() < 1e-9, "{found:?}");
        // In a corner only three neighbours are left: (2 + 4) / 6 + 5 / 12, over 5 / 12.
        let plane = [100.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0];
        let found = System::new((3, 3), &[0]).solve(&plane);
        assert!(
            (found[0] - (1.0 + 5.0 / 12.0) * 12.0 / 5.0).abs() < 1e-9,
            "{found:?}"
        );
    }

    #[test]
    fn a_slope_is_filled_as_a_slope() {
        // Weights that are even on both sides leave a plane as it is, however large the hole.
        let (width, height) = (20, 16);
        let slope = |idx: usize| (idx % width) as f32 * 0.3 - (idx / width) as f32 * 0.2;
        let is_hole =
            |idx: &usize| (4..15).contains(&(idx % width)) && (3..12).contains(&(idx / width));
        let places: Vec<usize> = (0..width * height).filter(is_hole).collect();
        let mut plane: Vec<f32> = (0..width * height).map(slope).collect();
        for place in &places {
            plane[*place] = 50.0;
        }
        let found = System::new((width, height), &places).solve(&plane);
        for (place, found) in places.iter().zip(found) {
            assert!(
                (found - f64::from(slope(*place))).abs() < 2e-3,
                "{place}: {found}"
            );
        }
    }

    #[test]
    fn blurring_keeps_an_even_picture_and_levels_an_edge() {
        let image = |value: fn(usize) -> f32| ImageInput {
            channels: 1,
            height: 16,
            width: 16,
            values: (0..256).map(value).collect(),
            scan_from_input: Affine2::IDENTITY,
        };
        assert!(
            blurred(&image(|_| 0.7))
                .values
                .iter()
                .all(|it| (it - 0.7).abs() < 1e-6)
        );
        let edge = blurred(&image(|it| f32::from(u8::from(8 <= it % 16)))).values;
        assert!(
            edge[7] < 0.5 && 0.3 < edge[7] && 0.5 < edge[8] && edge[8] < 0.7,
            "{edge:?}"
        );
        assert!((edge[5] - edge[5 + 16 * 9]).abs() < 1e-6, "rows are alike");
    }

    #[test]
    fn the_strongest_come_first_and_equals_in_no_order() {
        let map = Plane::new((2, 2), &[0.0, 3.0, 0.0, 1.0]);
        let found = order(&map, (2, 2), &mut StdRng::seed_from_u64(1));
        assert_eq!(found[..2], [1, 3]);
        let flat = Plane::new((1, 1), &[0.0]);
        let found = order(&flat, (10, 10), &mut StdRng::seed_from_u64(1));
        assert_ne!(found, (0..100).collect::<Vec<_>>());
    }
}
