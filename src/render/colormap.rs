//! The colours of influence: dark violet to red to amber, lighter all the way, so that it also reads in grey.

/// Stops of the map, evenly spaced, sRGB.
pub const STOPS: [[f32; 3]; 5] = [
    [26.0, 11.0, 46.0],
    [92.0, 34.0, 98.0],
    [176.0, 52.0, 84.0],
    [229.0, 106.0, 62.0],
    [242.0, 180.0, 65.0],
];

/// The colour of a strength 0..1; outside it is clipped.
pub fn heat_color(strength: f32) -> [u8; 3] {
    let at = strength.clamp(0.0, 1.0) * (STOPS.len() - 1) as f32;
    let (before, share) = (at as usize, at.fract());
    let low = STOPS.get(before).unwrap_or(&STOPS[0]);
    let high = STOPS.get(before + 1).unwrap_or(low);
    let mut color = [0; 3];
    for (channel, (low, high)) in color.iter_mut().zip(low.iter().zip(high)) {
        *channel = (low + (high - low) * share).round() as u8;
    }
    color
}

#[cfg(test)]
mod tests {
    use super::heat_color;

    #[test]
    fn the_map_gets_lighter_all_the_way() {
        let lightness: Vec<f32> = (0..=255)
            .map(|it| luminance(heat_color(it as f32 / 255.0)))
            .collect();
        // Blue falls while red and green rise: rounding to eight bits may cost a step of blue, no more.
        let is_lighter = |it: &[f32]| it[0] <= it[1] + 1e-3;
        assert!(lightness.windows(2).all(is_lighter), "{lightness:?}");
        let is_clearly_lighter = |it: &[f32]| it[0] < it[8];
        assert!(
            lightness.windows(9).all(is_clearly_lighter),
            "{lightness:?}"
        );
        assert!(0.4 < lightness[255] && lightness[0] < 0.01);
    }

    /// WCAG 2 relative luminance.
    fn luminance(color: [u8; 3]) -> f32 {
        let linear = color.map(|it| {
            let it = f32::from(it) / 255.0;
            if it <= 0.04045 {
                it / 12.92
            } else {
                ((it + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }
}
