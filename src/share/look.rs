//! Looks for text burned into pictures, with the networks that lie beside the program.

use std::path::{Path, PathBuf};

use super::Error;
use crate::{
    case::{Frame, Samples, Scan},
    deid::dicom::{Mask, Rect},
    deid::pixels::{self, Picture, TextBox, TextFinder},
    privacy::Phi,
};

/// The finder, loaded.
pub struct Look(TextFinder);

/// A piece of text that was found in a picture, and the rectangle that would cover it in every frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Cover {
    pub rect: Rect,
    /// What it says, as far as the network can read.
    pub text: Phi<String>,
    /// It says where the picture was taken from, such as `L`, and may stay.
    pub is_marker: bool,
}

impl Look {
    /// Where the networks are installed: the folder `ocr` beside the program, or the one that `WARDLIGHT_OCR` names.
    ///
    /// # Errors
    /// This program's own folder is not known.
    pub fn own_folder() -> Result<PathBuf, Error> {
        match std::env::var_os("WARDLIGHT_OCR") {
            Some(named) => Ok(PathBuf::from(named)),
            None => std::env::current_exe()
                .map(|it| it.with_file_name("ocr"))
                .map_err(Error::folder("find this program's own folder")),
        }
    }

    /// Loads the networks of a folder; `None` where there is no such folder.
    ///
    /// # Errors
    /// They do not load.
    pub fn load(folder: &Path) -> Result<Option<Self>, Error> {
        if !folder.is_dir() {
            return Ok(None);
        }
        Ok(Some(Self(TextFinder::load(folder)?)))
    }

    /// The text of a scan, markers included. What is found in one frame is covered in all: frames share their annotations.
    /// `go_on` is told how many frames have been searched, and ends the search by `false`.
    ///
    /// # Errors
    /// The networks cannot read a frame, or [`Error::Cancelled`].
    pub fn covers(
        &self,
        scan: &Scan,
        mut go_on: impl FnMut(usize) -> bool,
    ) -> Result<Vec<Cover>, Error> {
        let mut covers: Vec<Cover> = Vec::new();
        let frames = (0..scan.n_frames()).filter_map(|it| scan.frame(it));
        for (idx, frame) in frames.enumerate() {
            if !go_on(idx) {
                return Err(Error::Cancelled);
            }
            for found in self.0.find(&picture(&frame)?)? {
                covers.extend(cover(found, &frame));
            }
        }
        covers.sort_by_key(|it| (it.is_marker, it.rect));
        // The same place in another frame.
        covers.dedup_by(|later, earlier| later.rect == earlier.rect);
        Ok(covers)
    }
}

fn cover(found: TextBox, frame: &Frame) -> Option<Cover> {
    let is_marker = found.is_marker;
    let covered = TextBox {
        is_marker: false,
        ..found
    };
    let rects = pixels::masks(std::slice::from_ref(&covered), frame.width, frame.height);
    let rect = rects.first()?;
    Some(Cover {
        rect: Rect {
            x: rect.left,
            y: rect.top,
            width: rect.width(),
            height: rect.height(),
        },
        text: covered.text,
        is_marker,
    })
}

/// What fills everything but the markers, in every frame.
pub fn covers_to_masks(covers: &[Cover]) -> Vec<Mask> {
    let filled = covers.iter().filter(|it| !it.is_marker);
    filled
        .map(|it| Mask {
            frame_idx: None,
            rect: it.rect,
        })
        .collect()
}

fn picture(frame: &Frame) -> Result<Picture, pixels::Error> {
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
