//! From samples to pixels, on the CPU and pure: window curves, colour map, overlay, pictures with captions, pages.
//!
//! The window draws with a shader that follows [`Resampled`], [`Curve`] and [`blend`] line by line; this module
//! is the truth that the shader is tested against, and what draws where there is none or OpenGL runs on the processor.

pub mod caption;
pub mod codes;
pub mod colormap;
pub mod contour;
pub mod curve;
pub mod mpr;
pub mod outgoing;
pub mod over;
pub mod overlay;
pub mod page;
pub mod picture;
pub mod preview;
pub mod pyramid;
pub mod raw_map;
pub mod resample;
pub mod turn;

pub use self::{
    colormap::heat_color,
    curve::{CT_PRESETS, Curve, Look, Table, auto_window, first_look, presets},
    overlay::{Overlay, Strength, blend, smooth},
    picture::{Picture, compose, lay, overlay_png, shade, thumbnail},
    pyramid::Pyramid,
    resample::Resampled,
    turn::{Pose, Turn},
};

/// Why a picture cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The scan has no such frame.
    #[error("wanted frame {frame_idx}, found {n_frames} frames")]
    NoSuchFrame { frame_idx: usize, n_frames: usize },
    /// The explanation belongs to another scan or frame: it is never drawn beside this one.
    #[error("wanted an explanation of this scan and frame, found one of another")]
    OtherSubject,
    /// The picture encoder refused.
    #[error("wanted a picture that can be encoded as PNG, found an error: {cause}")]
    Png { cause: String },
    /// A font or a picture cannot be put on a page.
    #[error("wanted a page as PDF, found an error: {cause}")]
    Pdf { cause: String },
    /// The encoder of raw maps refused.
    #[error("wanted a map that can be encoded as TIFF, found an error: {cause}")]
    Tiff { cause: String },
}
