//! McNemar's test: two ways to decide on the same cases.

use super::special::at_most_heads;

/// Cases on which two deciders differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct McNemar {
    pub only_first_right: usize,
    pub only_second_right: usize,
    /// Two-sided, from the exact binomial distribution (McNemar 1947).
    pub p: f64,
}

/// Compares who was right on each case.
pub fn mcnemar(is_first_right: &[bool], is_second_right: &[bool]) -> McNemar {
    let count = |wanted: (bool, bool)| {
        let pairs = is_first_right.iter().zip(is_second_right);
        pairs.filter(|(a, b)| (**a, **b) == wanted).count()
    };
    let (first, second) = (count((true, false)), count((false, true)));
    McNemar {
        only_first_right: first,
        only_second_right: second,
        p: (2.0 * at_most_heads(first.min(second), first + second)).min(1.0),
    }
}
