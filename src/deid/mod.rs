//! De-identification: what tells who a patient is, taken out of what is to leave the house.

pub mod text;
