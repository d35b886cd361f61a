//! The curve from sample to display brightness: PS3.3 C.11.2.1.2 (linear) and C.11.2.1.3 (exact linear, sigmoid).

use crate::case::{Frame, Modality, Samples, Scan, VoiFunction, Window};

/// A window made ready to evaluate, in the two shapes that the shader knows too.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Curve {
    pub shape: Shape,
    /// Dark and bright change places.
    pub is_inverted: bool,
}

/// The shape of a curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// 0 up to `low`, 1 above `low + span`, straight between them. A span of 0 is a step.
    Ramp { low: f32, span: f32 },
    /// `1 / (1 + exp(-4 (x - center) / width))`.
    Sigmoid { center: f32, width: f32 },
}

/// Name, centre and width in Hounsfield units of the usual windows of computed tomography.
pub const CT_PRESETS: [(&str, f32, f32); 6] = [
    ("lung", -600.0, 1500.0),
    ("mediastinum", 40.0, 400.0),
    ("abdomen", 50.0, 350.0),
    ("bone", 480.0, 2500.0),
    ("brain", 40.0, 80.0),
    ("liver", 90.0, 150.0),
];

impl Curve {
    /// The curve of a window.
    pub fn new(window: &Window, is_inverted: bool) -> Self {
        let Window { center, width, .. } = *window;
        let shape = match window.function {
            // PS3.3 C.11.2.1.2.1: x <= c - 0.5 - (w - 1) / 2 is dark, x > c - 0.5 + (w - 1) / 2 is bright.
            VoiFunction::Linear => {
                let span = (width - 1.0).max(0.0);
                Shape::Ramp {
                    low: center - 0.5 - span / 2.0,
                    span,
                }
            }
            // PS3.3 C.11.2.1.3.2.
            VoiFunction::LinearExact => Shape::Ramp {
                low: center - width / 2.0,
                span: width.max(0.0),
            },
            // PS3.3 C.11.2.1.3.1.
            VoiFunction::Sigmoid => Shape::Sigmoid {
                center,
                width: width.max(f32::MIN_POSITIVE),
            },
        };
        Self { shape, is_inverted }
    }

    /// Brightness 0..1 of a sample. Padding (NaN) is black, inverted or not.
    pub fn apply(&self, sample: f32) -> f32 {
        if sample.is_nan() {
            return 0.0;
        }
        let bright = match self.shape {
            Shape::Ramp { low, .. } if sample <= low => 0.0,
            Shape::Ramp { low, span } if low + span < sample => 1.0,
            Shape::Ramp { low, span } => ((sample - low) / span).clamp(0.0, 1.0),
            Shape::Sigmoid { center, width } => {
                (1.0 + (-4.0 * (sample - center) / width).exp()).recip()
            }
        };
        if self.is_inverted {
            1.0 - bright
        } else {
            bright
        }
    }
}

/// The window to start with: the first of the file, else from the grey values.
pub fn first_window(scan: &Scan, frame_idx: usize) -> Window {
    match scan.header.windows.first() {
        Some(window) => from_file(window),
        None => scan
            .frame(frame_idx)
            .map_or_else(|| window(0.5, 1.0, "auto"), |it| auto_window(&it)),
    }
}

/// A window from the 0.5th to the 99.5th percentile of the grey values, padding left out.
pub fn auto_window(frame: &Frame) -> Window {
    /// Enough for half a percent on either side.
    const N_SAMPLES: usize = 1 << 16;
    let Samples::Gray(samples) = &frame.samples else {
        return window(127.5, 255.0, "auto");
    };
    let step = (samples.len() / N_SAMPLES).max(1);
    let mut values: Vec<f32> = samples
        .iter()
        .step_by(step)
        .copied()
        .filter(|it| it.is_finite())
        .collect();
    let (low, high) = match (quantile(&mut values, 0.005), quantile(&mut values, 0.995)) {
        (Some(low), Some(high)) if low < high => (low, high),
        _ => frame.range(),
    };
    window(
        (low + high) / 2.0,
        (high - low)
            .max(f32::EPSILON * high.abs())
            .max(f32::MIN_POSITIVE),
        "auto",
    )
}

/// The `number`th window that a digit key chooses: those of the file first, then the presets of computed tomography.
pub fn preset_window(scan: &Scan, number: usize) -> Option<Window> {
    let n_own = scan.header.windows.len();
    match number.checked_sub(n_own) {
        None => scan.header.windows.get(number).map(from_file),
        Some(idx) if scan.header.modality == Modality::Ct => {
            CT_PRESETS.get(idx).map(|(name, center, width)| Window {
                function: VoiFunction::Linear,
                ..window(*center, *width, name)
            })
        }
        Some(_) => None,
    }
}

/// A window of the file, with a name where the file gives none.
fn from_file(window: &Window) -> Window {
    let own = window.name.clone().filter(|it| !it.trim().is_empty());
    Window {
        name: own.or_else(|| Some("from the file".to_owned())),
        ..window.clone()
    }
}

fn window(center: f32, width: f32, name: &str) -> Window {
    Window {
        center,
        width,
        function: VoiFunction::LinearExact,
        name: Some(name.to_owned()),
    }
}

fn quantile(values: &mut [f32], share: f64) -> Option<f32> {
    let idx = ((values.len().checked_sub(1)?) as f64 * share).round() as usize;
    Some(*values.select_nth_unstable_by(idx, f32::total_cmp).1)
}
