//! Isotonic regression by pooling adjacent violators (Ayer et al. 1955; Zadrozny and Elkan 2002 for calibration).

/// A block of cases that share one value.
struct Block {
    sum: f64,
    n: f64,
    /// How many distinct `x` it spans.
    n_places: usize,
}

impl Block {
    fn mean(&self) -> f64 {
        self.sum / self.n
    }
}

/// The never falling function of `x` with the least squared distance from `y`, as (x, value) for each distinct x in
/// order. Equal x share a value. Empty for empty input; `None` with a NaN.
pub fn isotonic(x: &[f64], y: &[f64]) -> Option<Vec<(f64, f64)>> {
    let mut cases: Vec<(f64, f64)> = x.iter().copied().zip(y.iter().copied()).collect();
    if cases.iter().any(|(x, y)| x.is_nan() || y.is_nan()) {
        return None;
    }
    cases.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut places = Vec::new();
    let mut blocks: Vec<Block> = Vec::new();
    for tied in cases.chunk_by(|a, b| a.0 == b.0) {
        places.extend(tied.first().map(|it| it.0));
        let mut block = Block {
            sum: tied.iter().map(|it| it.1).sum(),
            n: tied.len() as f64,
            n_places: 1,
        };
        while let Some(before) = blocks.pop_if(|it| block.mean() <= it.mean()) {
            block.sum += before.sum;
            block.n += before.n;
            block.n_places += before.n_places;
        }
        blocks.push(block);
    }
    let values = blocks
        .iter()
        .flat_map(|it| std::iter::repeat_n(it.mean(), it.n_places));
    Some(places.into_iter().zip(values).collect())
}

/// The same function by the places where it bends: of a run of one value only the ends. With straight lines between
/// them it is what [`isotonic`] gave, as scikit-learn's `IsotonicRegression` has it.
pub fn knots(steps: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let value = |idx: Option<usize>| idx.and_then(|it| steps.get(it)).map(|it| it.1);
    let is_kept = |idx: usize| {
        let own = value(Some(idx));
        own != value(idx.checked_sub(1)) || own != value(Some(idx + 1))
    };
    let kept = steps.iter().enumerate().filter(|(idx, _)| is_kept(*idx));
    kept.map(|(_, it)| *it).collect()
}

/// Straight lines between knots at rising `x`; the first and the last value beyond them. `None` without knots.
pub fn interpolate(x: &[f64], y: &[f64], at: f64) -> Option<f64> {
    let above = x.partition_point(|it| *it <= at);
    let knot = |idx: usize| Some((*x.get(idx)?, *y.get(idx)?));
    let Some(before) = above.checked_sub(1) else {
        return knot(0).map(|it| it.1);
    };
    let (x0, y0) = knot(before)?;
    let Some((x1, y1)) = knot(above) else {
        return Some(y0);
    };
    Some(y0 + (y1 - y0) * (at - x0) / (x1 - x0))
}
