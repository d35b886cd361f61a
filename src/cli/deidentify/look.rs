//! Looks for text burned into pictures, with the networks that lie beside the program.

use std::path::PathBuf;

use anyhow::Context as _;

use crate::{
    case::{Frame, Samples, Scan},
    deid::dicom::{Mask, Rect},
    deid::pixels::{self, Error, Picture, TextFinder, masks},
};

/// The finder, loaded.
pub(super) struct Look(TextFinder);

impl Look {
    /// Loads the networks from the folder `ocr` beside the program, or from the one that `WARDLIGHT_OCR` names; `None` where
    /// they are not installed.
    pub(super) fn load() -> anyhow::Result<Option<Self>> {
        let folder = match std::env::var_os("WARDLIGHT_OCR") {
            Some(named) => PathBuf::from(named),
            None => {
                let program =
                    std::env::current_exe().context("could not find this program's own folder")?;
                program.with_file_name("ocr")
            }
        };
        if !folder.is_dir() {
            return Ok(None);
        }
        let finder =
            TextFinder::load(&folder).context("could not load what finds text in pictures")?;
        Ok(Some(Self(finder)))
    }

    /// What covers the text of a scan. What is found in one frame is covered in all: frames share their annotations.
    pub(super) fn masks(&self, scan: &Scan) -> Result<Vec<Mask>, Error> {
        let mut found = Vec::new();
        for frame in &scan.frames {
            found.extend(self.0.find(&picture(frame)?)?);
        }
        let Some(frame) = scan.frames.first() else {
            return Ok(Vec::new());
        };
        let cover = |it: pixels::Rect| Mask {
            frame_idx: None,
            rect: Rect {
                x: it.left,
                y: it.top,
                width: it.width(),
                height: it.height(),
            },
        };
        let rects = masks(&found, frame.width, frame.height);
        Ok(rects.into_iter().map(cover).collect())
    }
}

fn picture(frame: &Frame) -> Result<Picture, Error> {
    let samples = match &frame.samples {
        Samples::Rgb(rgb) => pixels::Samples::Rgb(rgb.to_vec()),
        Samples::Gray(gray) => {
            // Padding is no value; it looks like the darkest one.
            let (least, _greatest) = frame.range();
            let plain = gray
                .iter()
                .map(|it| if it.is_finite() { *it } else { least });
            pixels::Samples::Gray(plain.collect())
        }
    };
    Picture::parse(frame.width, frame.height, samples)
}
