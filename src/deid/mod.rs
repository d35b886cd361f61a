//! De-identification: DICOM by PS3.15 Annex E, text burned into pictures, notes; what is to go, and under which secret.
//!
//! Everything here is a pure function of its arguments; untrusted bytes are parsed by `import`, in the decode worker,
//! which calls [`dicom`]. Fail closed: what is not understood is refused, never passed through.

pub mod dicom;
pub mod pixels;
mod policy;
mod secret;
pub mod text;

pub use policy::{Dates, Faces, Policy};
pub use secret::{Patient, Secret};
