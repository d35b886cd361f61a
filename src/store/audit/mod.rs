//! The audit log: append-only and hash-chained. Each record carries the hash of the one before, and the hash of the newest is
//! kept outside the store too (`Head`), so that a changed, missing or rolled-back record is noticed.
//!
//! A record names a patient by a reference that means nothing outside the store, and no longer after erasure.

mod chain;
mod dicom;
mod event;
mod fhir;
mod head;
mod view;

pub(super) use chain::{append, check_all, check_newest, newest};
pub use event::{Action, Entry, Outcome, Record};
pub(super) use head::Head;
pub use view::Filter;
