//! De-identification by DICOM PS3.15 Annex E: what is to go, under which secret, and the engine that does it.
//!
//! Everything here is a pure function of its arguments; untrusted bytes are parsed by `import`, in the decode worker,
//! which calls [`dicom`]. Fail closed: what is not understood is refused, never passed through.

pub mod dicom;
mod policy;
mod secret;

pub use policy::{Dates, Faces, Policy};
pub use secret::{Patient, Secret};
