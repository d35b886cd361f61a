//! The curve from sample to display brightness: PS3.3 C.11.2.1.2 (linear), C.11.2.1.3 (exact linear, sigmoid) and
//! C.11.2.1.1 (by a table).

use std::sync::Arc;

use crate::{
    case::{
        Frame, Modality, Samples, Scan, VoiFunction, Window, presentation::VoiTable, scan::Rescale,
    },
    privacy::Phi,
};

/// How grey values are shown, as a person chooses it.
#[derive(Clone, Debug, PartialEq)]
pub enum Look {
    Window(Window),
    Table(Table),
}

/// A window or a table made ready to evaluate, in the shapes that the shader knows too.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    pub shape: Shape,
    /// Dark and bright change places.
    pub is_inverted: bool,
}

/// The shape of a curve.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// 0 up to `low`, 1 above `low + span`, straight between them. A span of 0 is a step.
    Ramp {
        low: f32,
        span: f32,
    },
    /// `1 / (1 + exp(-4 (x - center) / width))`.
    Sigmoid {
        center: f32,
        width: f32,
    },
    Table(Table),
}

/// A table of a file, for samples. Beyond its ends it holds its end values, PS3.3 C.11.2.1.1.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// (0028,3003)
    pub name: Phi<String>,
    /// The sample of the first level.
    pub first: f32,
    /// From the sample of a level to that of the next; below zero where samples are turned over.
    pub step: f32,
    /// Brightness 0..1; at least one.
    pub levels: Arc<[f32]>,
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
    /// The curve of what was chosen.
    pub fn of(look: &Look, is_inverted: bool) -> Self {
        match look {
            Look::Window(window) => Self::new(window, is_inverted),
            Look::Table(table) => Self {
                shape: Shape::Table(table.clone()),
                is_inverted,
            },
        }
    }

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
        let bright = match &self.shape {
            Shape::Table(table) => table.level(sample),
            &Shape::Ramp { low, .. } if sample <= low => 0.0,
            &Shape::Ramp { low, span } if low + span < sample => 1.0,
            &Shape::Ramp { low, span } => ((sample - low) / span).clamp(0.0, 1.0),
            &Shape::Sigmoid { center, width } => {
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

impl Curve {
    /// Brightness of each sample of a row. NaN stays NaN: there is nothing to be drawn.
    pub fn apply_to(&self, samples: &[f32], levels: &mut [f32]) {
        match self.shape {
            Shape::Ramp { low, span } if 0.0 < span => {
                let (dark, bright) = if self.is_inverted {
                    (1.0, 0.0)
                } else {
                    (0.0, 1.0)
                };
                for (level, sample) in levels.iter_mut().zip(samples) {
                    let share = ((sample - low) / span).clamp(0.0, 1.0);
                    *level = dark + (bright - dark) * share;
                }
            }
            Shape::Ramp { .. } | Shape::Sigmoid { .. } | Shape::Table(_) => {
                for (level, sample) in levels.iter_mut().zip(samples) {
                    *level = if sample.is_nan() {
                        f32::NAN
                    } else {
                        self.apply(*sample)
                    };
                }
            }
        }
    }
}

impl Table {
    /// The table of a file for samples that follow from its values by a line; a falling line turns it over with them, as it
    /// does [`Window::through`].
    pub fn new(table: &VoiTable, sample_from_value: &Rescale) -> Self {
        let greatest = (1_u32 << table.bits.clamp(1, 16)) - 1;
        let is_turned_over = sample_from_value.slope < 0.0;
        let level = |entry: &u16| {
            let level = (f32::from(*entry) / greatest as f32).min(1.0);
            if is_turned_over { 1.0 - level } else { level }
        };
        Self {
            name: table.name.clone(),
            first: sample_from_value.of(f64::from(table.first)) as f32,
            step: sample_from_value.slope as f32,
            levels: table.entries.iter().map(level).collect(),
        }
    }

    /// The tables of an image; none where it is not known how its samples follow from its values.
    fn of_scan(scan: &Scan) -> Vec<Self> {
        let tables = scan.planes.tables.iter();
        let line = scan.header.sample_from_value(0);
        line.map_or_else(Vec::new, |it| {
            tables.map(|table| Self::new(table, &it)).collect()
        })
    }

    /// Brightness 0..1 of a sample, straight between the two levels that it lies between.
    fn level(&self, sample: f32) -> f32 {
        let last = self.levels.len().saturating_sub(1);
        let at = ((sample - self.first) / self.step).clamp(0.0, last as f32);
        let before = at as usize;
        let level = |idx: usize| self.levels.get(idx.min(last)).copied().unwrap_or(0.0);
        let (one, other) = (level(before), level(before + 1));
        one + (other - one) * (at - before as f32)
    }

    /// The window that a drag goes on from: as wide as the table.
    pub fn window(&self) -> Window {
        let span = self.step * self.levels.len().saturating_sub(1).max(1) as f32;
        Window {
            center: self.first + span / 2.0,
            width: span.abs(),
            function: VoiFunction::LinearExact,
            name: None,
        }
    }
}

/// What to start with: the first window of the file, else its first table, else a window from the grey values.
pub fn first_look(scan: &Scan, frame_idx: usize) -> Look {
    if let Some(window) = scan.header.windows.first() {
        return Look::Window(from_file(window));
    }
    let table = Table::of_scan(scan).into_iter().next();
    table.map_or_else(
        || {
            Look::Window(
                scan.frame(frame_idx)
                    .map_or_else(|| window(0.5, 1.0, "auto"), |it| auto_window(&it)),
            )
        },
        Look::Table,
    )
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

/// What digit keys choose, in order: the windows of the file, its tables, then the presets of computed tomography.
pub fn presets(scan: &Scan) -> Vec<Look> {
    let own = scan.header.windows.iter().map(from_file);
    let mut looks: Vec<Look> = own.map(Look::Window).collect();
    looks.extend(Table::of_scan(scan).into_iter().map(Look::Table));
    if scan.header.modality == Modality::Ct {
        let usual = CT_PRESETS.iter().map(|(name, center, width)| Window {
            function: VoiFunction::Linear,
            ..window(*center, *width, name)
        });
        looks.extend(usual.map(Look::Window));
    }
    looks
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
