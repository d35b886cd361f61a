//! Work on all cores at once, for what is too short for a thread of its own that lives on.

use std::{cmp::Ordering, num::NonZero, thread};

/// More threads than this wait for memory.
const MOST_THREADS: usize = 8;
/// Fewer items than this are done before a thread has started.
const LEAST_ITEMS: usize = 1 << 15;

/// Does rows of `row_len` items in bands, one for each core; `work` takes the first row of a band, and its items.
pub fn in_bands<T: Send>(items: &mut [T], row_len: usize, work: impl Fn(usize, &mut [T]) + Sync) {
    let n_cores = thread::available_parallelism().map_or(1, NonZero::get);
    let n_bands = n_cores
        .min(MOST_THREADS)
        .min(items.len() / LEAST_ITEMS)
        .max(1);
    let row_len = row_len.max(1);
    let n_rows = (items.len() / row_len).div_ceil(n_bands).max(1);
    let mut bands = items.chunks_mut(n_rows * row_len).enumerate();
    let own = bands.next();
    thread::scope(|scope| {
        let work = &work;
        for (idx, band) in bands {
            scope.spawn(move || work(idx * n_rows, band));
        }
        if let Some((_, band)) = own {
            work(0, band);
        }
    });
}

/// What `value` makes of each number below `n`, in their order.
pub fn collect<T: Send + Default>(n: usize, value: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let mut values = Vec::new();
    values.resize_with(n, T::default);
    in_bands(&mut values, 1, |first, band| {
        for (idx, to) in (first..).zip(band) {
            *to = value(idx);
        }
    });
    values
}

/// Puts items in order, of which no two are equal.
pub fn sort<T: Send>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering + Sync) {
    in_bands(items, 1, |_, band| band.sort_unstable_by(&compare));
    // This one finds what is in order already, and puts it together.
    items.sort_by(&compare);
}

#[cfg(test)]
mod tests {
    use super::{collect, in_bands, sort};

    #[test]
    fn every_item_is_done_once_and_as_what_it_is() {
        for n in [0, 1, 7, 100_000, 131_077] {
            let mut items = vec![0; 3 * n];
            in_bands(&mut items, 3, |first, band| {
                for (row, items) in (first..).zip(band.chunks_exact_mut(3)) {
                    items.iter_mut().for_each(|it| *it += row);
                }
            });
            assert!(items.iter().enumerate().all(|(idx, it)| *it == idx / 3));
            assert_eq!(collect(n, |it| it), (0..n).collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_is_sorted_in_bands_is_in_order() {
        // An odd factor below a power of two: each number once, well mixed.
        let mut items: Vec<u32> = (0..1_u32 << 17)
            .map(|it| it.wrapping_mul(40_503) % (1 << 17))
            .collect();
        sort(&mut items, Ord::cmp);
        assert!(items.iter().zip(0..).all(|(it, idx)| *it == idx));
    }
}
