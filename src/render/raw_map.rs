//! An influence map as it was computed, for the next tool: its own cells, not normalised, 32-bit float.

use std::io::Cursor;

use tiff::encoder::{TiffEncoder, colortype::Gray32Float};

use super::Error;
use crate::prediction::Heatmap;

/// The map as a grey TIFF of 32-bit floats, one pixel for each cell.
///
/// # Errors
/// The encoder fails.
pub fn raw_map_tiff(heatmap: &Heatmap) -> Result<Vec<u8>, Error> {
    let tiff = |cause: String| Error::Tiff { cause };
    let edge = |it: usize| u32::try_from(it).map_err(|it| tiff(it.to_string()));
    let (width, height) = (edge(heatmap.width)?, edge(heatmap.height)?);
    let mut bytes = Cursor::new(Vec::new());
    TiffEncoder::new(&mut bytes)
        .and_then(|mut it| it.write_image::<Gray32Float>(width, height, &heatmap.values))
        .map_err(|it| tiff(it.to_string()))?;
    Ok(bytes.into_inner())
}
