//! De-identification: what a file says of its patient is found, so that it can be taken out before sharing.

pub mod pixels;
