//! Curves over every threshold: ROC, precision against recall, and the area under the latter.

/// A point of a curve; `threshold` is the least score that is called above there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurvePoint {
    pub x: f64,
    pub y: f64,
    pub threshold: f64,
}

/// The ROC curve from (0, 0) to (1, 1): x is 1 - specificity, y is sensitivity. Empty without both kinds of cases.
pub fn roc_curve(scores: &[f64], is_positive: &[bool]) -> Vec<CurvePoint> {
    let (n_positive, n_negative) = kinds(is_positive);
    if n_positive == 0 || n_negative == 0 {
        return Vec::new();
    }
    let start = CurvePoint {
        x: 0.0,
        y: 0.0,
        threshold: f64::INFINITY,
    };
    let points = steps(scores, is_positive).into_iter().map(|it| CurvePoint {
        x: it.false_above as f64 / n_negative as f64,
        y: it.true_above as f64 / n_positive as f64,
        threshold: it.threshold,
    });
    [start].into_iter().chain(points).collect()
}

/// Precision (y) against recall (x), recall growing. Empty without a positive case.
pub fn precision_recall_curve(scores: &[f64], is_positive: &[bool]) -> Vec<CurvePoint> {
    let (n_positive, _) = kinds(is_positive);
    if n_positive == 0 {
        return Vec::new();
    }
    let point = |it: Step| CurvePoint {
        x: it.true_above as f64 / n_positive as f64,
        y: it.true_above as f64 / (it.true_above + it.false_above) as f64,
        threshold: it.threshold,
    };
    steps(scores, is_positive).into_iter().map(point).collect()
}

/// Average precision: the area under precision against recall in steps, not by trapezoids, which would be too kind
/// (Davis and Goadrich 2006). `None` without a positive case.
pub fn average_precision(scores: &[f64], is_positive: &[bool]) -> Option<f64> {
    let curve = precision_recall_curve(scores, is_positive);
    let mut recall = 0.0;
    let mut area = 0.0;
    for point in &curve {
        area += (point.x - recall) * point.y;
        recall = point.x;
    }
    (!curve.is_empty()).then_some(area)
}

struct Step {
    threshold: f64,
    true_above: usize,
    false_above: usize,
}

/// Counts at each score that occurs, from the highest; equal scores are one step.
fn steps(scores: &[f64], is_positive: &[bool]) -> Vec<Step> {
    let mut cases: Vec<(f64, bool)> = scores
        .iter()
        .copied()
        .zip(is_positive.iter().copied())
        .collect();
    cases.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut true_above, mut false_above) = (0, 0);
    let step = |tied: &[(f64, bool)]| {
        let n_positive = tied.iter().filter(|(_, it)| *it).count();
        true_above += n_positive;
        false_above += tied.len() - n_positive;
        Some(Step {
            threshold: tied.first()?.0,
            true_above,
            false_above,
        })
    };
    cases.chunk_by(|a, b| a.0 == b.0).filter_map(step).collect()
}

fn kinds(is_positive: &[bool]) -> (usize, usize) {
    let n_positive = is_positive.iter().filter(|it| **it).count();
    (n_positive, is_positive.len() - n_positive)
}
