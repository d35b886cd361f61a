//! What an import will do to the pixels, on a sample: the picture as displayed beside what the network gets.

use super::{Draft, Result, odd};
use crate::{
    case::Scan,
    prep::{ImageInput, Spec, prepare_scan},
    render::{self, picture, preview::Panel},
    warnings::{Warning, Warnings},
};

/// A preview as a picture, and its numbers in words.
pub struct Preview {
    pub png: Vec<u8>,
    pub lines: Vec<String>,
    /// What preparing the sample had to put up with.
    pub warnings: Vec<Warning>,
}

/// Prepares the first frame of a sample as the model will get it, and draws both side by side.
///
/// # Errors
/// The model cannot read the sample.
pub fn preview(draft: &Draft, sample: &Scan) -> Result<Preview> {
    let Spec::Image(spec) = &draft.prep else {
        return Err(odd("a model of scans for a sample", "one of notes"));
    };
    let warnings = Warnings::default();
    let input = prepare_scan(sample, 0, spec, &warnings)?;
    let pixels = &sample.header.pixels;
    let (width, height) = (pixels.columns, pixels.rows);
    let map = input.scan_from_input;
    let (left, top) = map.apply((0.0, 0.0));
    let (right, bottom) = map.apply((input.width as f32, input.height as f32));
    let range = |values: &[f32]| {
        let start = (f32::INFINITY, f32::NEG_INFINITY);
        values
            .iter()
            .fold(start, |(low, high), it| (low.min(*it), high.max(*it)))
    };
    let (low, high) = range(&input.values);
    let mean = input.values.iter().sum::<f32>() / input.values.len().max(1) as f32;
    let lines = vec![
        format!("Sample: {width} x {height} pixels, as displayed"),
        format!(
            "Read: columns {left:.0} to {right:.0}, rows {top:.0} to {bottom:.0}; cropped: {:.0} left, {:.0} right, \
             {:.0} above, {:.0} below",
            left,
            width as f32 - right,
            top,
            height as f32 - bottom
        ),
        format!(
            "The network gets: {} x {} x {} (channels, rows, columns), {low:.4} to {high:.4}, mean {mean:.4}",
            input.channels, input.height, input.width
        ),
    ];
    let shown = render::preview::side_by_side(
        &Panel::of_scan(sample, [left, top, right, bottom])?,
        &Panel::of_plane(
            &shades(&input, (spec.mean, spec.std)),
            (input.width, input.height),
        ),
        &lines,
    );
    Ok(Preview {
        png: picture::encode(&shown)?,
        lines,
        warnings: warnings.list(),
    })
}

/// Red, green and blue in 0..1 for each pixel: black and white lie where the specification says.
fn shades(input: &ImageInput, (mean, std): (f32, f32)) -> Vec<[f32; 3]> {
    let n_pixels = input.width * input.height;
    let value = |channel: usize, idx: usize| {
        let channel = channel.min(input.channels.saturating_sub(1));
        let value = input
            .values
            .get(channel * n_pixels + idx)
            .copied()
            .unwrap_or(0.0);
        (value * std + mean).clamp(0.0, 1.0)
    };
    (0..n_pixels)
        .map(|idx| [0, 1, 2].map(|it| value(it, idx)))
        .collect()
}
