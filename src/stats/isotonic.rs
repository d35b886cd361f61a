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
