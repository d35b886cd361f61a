//! Recognise and read what the clinician brings, scans, notes, series and sequences, and the model files of other programs.
//!
//! Nothing here parses in this process. [`Decoder::open`] reads the bytes of the file and hands them to a
//! worker process (`wardlight-decode`, [`worker`]) that has no file system, no network, little memory and
//! little time, takes one file and ends; of the files of one folder or archive it takes several in turn. What comes back is
//! checked against the pixel contract again.
//!
//! 1. `recognise` tells the kind of file by its content, never by its name;
//! 2. `dicom`, `picture`, `document`, `note`, `series` or `fasta` (for a model file `weights`, for training images
//!    `arrays`, for what `wardlight score` has written `scored`) reads it and refuses,
//!    with the reason, what it does not understand;
//! 3. `wire` carries the frames back; `decoder` keeps workers warm and stops those that take too long.

mod archive;
mod arrays;
mod decoder;
mod dicom;
mod document;
mod error;
mod fasta;
mod given;
mod memory;
mod note;
mod picture;
mod pool;
mod recognise;
mod scored;
mod series;
mod shift;
mod weights;
mod wire;
pub mod worker;

pub use crate::sandbox::{Sandbox, SandboxLevel};
pub use decoder::{Cancel, Decoder, Opened, Settings};
pub use dicom::{Deidentified, Request, Task};
pub use error::{Error, Refusal};
pub use given::{Found, LeftOut, Notice, Origin, Walked, walk};
pub use scored::SCHEMA as SCORE_SCHEMA;
pub use series::{Column, Columns, Hints};
pub use weights::{Container, Dtype, ModelFile, ModelHeader, NamedTensor};
