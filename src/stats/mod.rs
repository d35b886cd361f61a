//! Pure numbers.
