//! Plots as inline SVG.

use std::ops::Range;

use plotters::{
    coord::Shift,
    prelude::{
        AreaSeries, ChartBuilder, Circle, Color as _, DashedLineSeries, DrawingArea,
        IntoDrawingArea as _, LineSeries, PathElement, RGBColor, Rectangle, SVGBackend,
        SeriesLabelPosition, ShapeStyle, WHITE,
    },
    style::{FontStyle, IntoFont as _},
};

use super::super::report::{OneLabel, Robustness, Strangers};

const SIZE: (u32, u32) = (440, 340);
/// For the figure itself; then others, told apart by their labels as well.
const INK: RGBColor = RGBColor(0x0b, 0x5c, 0x8a);
const GRAY: RGBColor = RGBColor(0x8a, 0x8f, 0x98);
const WARM: RGBColor = RGBColor(0xc2, 0x5a, 0x12);
const PALETTE: [RGBColor; 9] = [
    INK,
    WARM,
    RGBColor(0x2f, 0x7d, 0x4f),
    RGBColor(0x7a, 0x4f, 0xa3),
    RGBColor(0xa8, 0x32, 0x4e),
    RGBColor(0x5c, 0x63, 0x6e),
    RGBColor(0x00, 0x8b, 0x8b),
    RGBColor(0x9c, 0x6b, 0x00),
    RGBColor(0xd1, 0x5a, 0x9a),
];

/// Why a plot is missing; the page goes on without it.
type Drawn = Result<(), Box<dyn std::error::Error>>;
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// The axes of a plot of lines, and the corner that the lines leave free.
struct Frame<'a> {
    names: [&'a str; 2],
    x: Range<f64>,
    y: Range<f64>,
    legend: SeriesLabelPosition,
}

impl<'a> Frame<'a> {
    /// From 0 to 1 both ways.
    const fn unit(names: [&'a str; 2]) -> Self {
        Self {
            names,
            x: 0.0..1.0,
            y: 0.0..1.0,
            legend: SeriesLabelPosition::LowerRight,
        }
    }
}

/// A line of a plot.
struct Line<'a> {
    points: &'a [(f64, f64)],
    label: &'a str,
    color: RGBColor,
}

/// ROC curve, with the operating point of the model.
pub(super) fn roc(found: &OneLabel) -> String {
    let area = found.auroc.map_or(f64::NAN, |it| it.value);
    let label = format!("AUROC {area:.3}");
    let point = found.points.first();
    let point = point.and_then(|it| Some((1.0 - it.specificity.value?, it.sensitivity.value?)));
    svg(|root| {
        let axes = ["1 - specificity", "sensitivity"];
        let line = Line {
            points: &found.roc,
            label: &label,
            color: INK,
        };
        let chance = Line {
            points: &[(0.0, 0.0), (1.0, 1.0)],
            label: "chance",
            color: GRAY,
        };
        lines(root, Frame::unit(axes), &[line, chance], point)
    })
}

/// Precision against recall; chance is the prevalence.
pub(super) fn precision_recall(found: &OneLabel) -> String {
    let value = found.average_precision.map_or(f64::NAN, |it| it.value);
    let label = format!("average precision {value:.3}");
    let n = (found.n_positive + found.n_negative).max(1) as f64;
    let prevalence = found.n_positive as f64 / n;
    svg(|root| {
        let line = Line {
            points: &found.precision_recall,
            label: &label,
            color: INK,
        };
        let chance = Line {
            points: &[(0.0, prevalence), (1.0, prevalence)],
            label: "chance",
            color: GRAY,
        };
        let axes = ["recall (sensitivity)", "precision (PPV)"];
        let frame = Frame {
            // The curve falls to the right.
            legend: SeriesLabelPosition::LowerLeft,
            ..Frame::unit(axes)
        };
        lines(root, frame, &[line, chance], None)
    })
}

/// Net benefit of the model, of acting on all and of acting on nobody.
pub(super) fn decision_curve(found: &OneLabel) -> String {
    let curve = &found.decision_curve;
    let model: Vec<(f64, f64)> = curve.iter().map(|it| (it.threshold, it.model)).collect();
    let all: Vec<(f64, f64)> = curve
        .iter()
        .map(|it| (it.threshold, it.treat_all))
        .collect();
    let greatest = model.iter().chain(&all).map(|it| it.1).fold(0.05, f64::max);
    let shown: Vec<(f64, f64)> = all.into_iter().filter(|it| -0.1 <= it.1).collect();
    svg(|root| {
        let parts = [
            Line {
                points: &model,
                label: "model",
                color: INK,
            },
            Line {
                points: &shown,
                label: "act on all",
                color: WARM,
            },
            Line {
                points: &[(0.0, 0.0), (1.0, 0.0)],
                label: "act on nobody",
                color: GRAY,
            },
        ];
        let axes = ["threshold probability", "net benefit"];
        let frame = Frame {
            y: -0.1..1.05 * greatest,
            legend: SeriesLabelPosition::UpperRight,
            ..Frame::unit(axes)
        };
        lines(root, frame, &parts, None)
    })
}

/// The figure by degree of damage.
pub(super) fn robustness(found: &Robustness) -> String {
    let clean = found.clean.unwrap_or(0.0);
    let curves: Vec<Vec<(f64, f64)>> = found
        .kinds
        .iter()
        .map(|kind| {
            let levels = kind.levels.iter().zip(1_u8..);
            let levels = levels.filter_map(|(it, level)| Some((f64::from(level), it.figure?)));
            [(0.0, clean)].into_iter().chain(levels).collect()
        })
        .collect();
    let least = curves.iter().flatten().map(|it| it.1).fold(0.9, f64::min);
    let axes = ["degree of damage", &found.metric];
    svg(|root| {
        let kinds = found.kinds.iter().zip(&curves).zip(PALETTE);
        let parts: Vec<Line<'_>> = kinds
            .map(|((kind, points), color)| Line {
                points,
                label: &kind.name,
                color,
            })
            .collect();
        let most = found.kinds.iter().map(|it| it.levels.len()).max();
        let frame = Frame {
            x: 0.0..most.unwrap_or(1) as f64,
            y: (least - 0.05).max(0.0)..1.0,
            legend: SeriesLabelPosition::LowerLeft,
            ..Frame::unit(axes)
        };
        lines(root, frame, &parts, None)
    })
}

/// How well the distance tells each kind of stranger from the evaluated images.
pub(super) fn strangers(found: &[Strangers]) -> String {
    let drawn: Vec<&Strangers> = found.iter().filter(|it| !it.roc.is_empty()).collect();
    svg(|root| {
        let parts: Vec<Line<'_>> = drawn
            .iter()
            .zip(PALETTE.iter().cycle())
            .map(|(it, color)| Line {
                points: &it.roc,
                label: &it.name,
                color: *color,
            })
            .collect();
        let axes = [
            "evaluated images called outside",
            "strangers called outside",
        ];
        lines(root, Frame::unit(axes), &parts, None)
    })
}

/// Observed frequency by predicted probability, with Wilson's intervals, over a histogram of the probabilities.
pub(super) fn reliability(found: &OneLabel) -> String {
    svg(|root| {
        let mut chart = ChartBuilder::on(root)
            .margin(8)
            .x_label_area_size(36)
            .y_label_area_size(44)
            .build_cartesian_2d(0.0..1.0, 0.0..1.0)?;
        mesh(&mut chart, ["predicted probability", "observed frequency"])?;
        let greatest = found
            .histogram
            .iter()
            .map(|(a, b)| a + b)
            .max()
            .unwrap_or(0);
        let width = 1.0 / found.histogram.len().max(1) as f64;
        let bars = found.histogram.iter().enumerate().map(|(idx, (a, b))| {
            let height = 0.25 * (a + b) as f64 / greatest.max(1) as f64;
            let left = idx as f64 * width;
            let corners = [(left, 0.0), (left + 0.9 * width, height)];
            Rectangle::new(corners, GRAY.mix(0.3).filled())
        });
        chart.draw_series(bars)?;
        let diagonal = DashedLineSeries::new([(0.0, 0.0), (1.0, 1.0)], 5, 4, GRAY.into());
        chart.draw_series(diagonal)?;
        let bins = &found.calibration.bins;
        chart.draw_series(bins.iter().map(|it| {
            let ends = vec![
                (it.predicted, it.wilson.low),
                (it.predicted, it.wilson.high),
            ];
            PathElement::new(ends, INK.mix(0.5))
        }))?;
        let points = bins.iter().map(|it| (it.predicted, it.observed));
        chart.draw_series(LineSeries::new(points.clone(), INK.stroke_width(2)))?;
        chart.draw_series(points.map(|it| Circle::new(it, 3, INK.filled())))?;
        Ok(())
    })
}

/// Draws into a string; a plot that fails is left out.
fn svg(draw: impl FnOnce(&Area<'_>) -> Drawn) -> String {
    let mut text = String::new();
    let drawn = {
        let root = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        root.fill(&WHITE).ok();
        let drawn = draw(&root);
        root.present().ok();
        drawn
    };
    if drawn.is_ok() { text } else { String::new() }
}

type Chart<'a, 'b> = plotters::chart::ChartContext<
    'a,
    SVGBackend<'b>,
    plotters::coord::cartesian::Cartesian2d<
        plotters::coord::types::RangedCoordf64,
        plotters::coord::types::RangedCoordf64,
    >,
>;

fn mesh(chart: &mut Chart<'_, '_>, [x, y]: [&str; 2]) -> Drawn {
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .bold_line_style(GRAY.mix(0.2))
        .axis_style(GRAY)
        .x_labels(6)
        .y_labels(6)
        .x_desc(x)
        .y_desc(y)
        .label_style(("sans-serif", 12).into_font().style(FontStyle::Normal))
        .draw()?;
    Ok(())
}

fn lines(
    root: &Area<'_>,
    frame: Frame<'_>,
    lines: &[Line<'_>],
    point: Option<(f64, f64)>,
) -> Drawn {
    let mut chart = ChartBuilder::on(root)
        .margin(8)
        .x_label_area_size(36)
        .y_label_area_size(44)
        .build_cartesian_2d(frame.x, frame.y)?;
    mesh(&mut chart, frame.names)?;
    if let [only, ..] = lines {
        let below = AreaSeries::new(only.points.iter().copied(), 0.0, only.color.mix(0.06));
        if lines.len() <= 2 {
            chart.draw_series(below)?;
        }
    }
    for line in lines {
        let color = line.color;
        let series = LineSeries::new(line.points.iter().copied(), color.stroke_width(2));
        chart
            .draw_series(series)?
            .label(line.label)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 14, y)], color.stroke_width(2)));
    }
    if let Some(point) = point {
        let filled: ShapeStyle = WARM.filled();
        chart
            .draw_series([Circle::new(point, 4, filled)])?
            .label("operating point")
            .legend(move |(x, y)| Circle::new((x + 7, y), 4, filled));
    }
    chart
        .configure_series_labels()
        .position(frame.legend)
        .background_style(WHITE.mix(0.85))
        .label_font(("sans-serif", 12))
        .margin(6)
        .draw()?;
    Ok(())
}
