//! What a DICOM object says about how images are shown, and what lies over them: planes, states, segments, maps.
//!
//! An object names the images that it is for, and is only ever shown on those: ask [`Presentation::names`].
//! All points are in pixel edges of the image: `[x, y]`, the first pixel's centre at (0.5, 0.5), unless they are said to
//! be shares of the displayed area. Masks and samples do not go into JSON: they travel beside it.

mod overlay;
mod segmentation;
mod state;
mod voi;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{disk::Sha256, privacy::Phi, warnings::Warning};

pub use overlay::{Bitmap, Overlay, OverlayKind, Planes};
pub use segmentation::{
    MapFrame, ParametricMap, RealWorld, Segment, SegmentFrame, Segmentation, SegmentationKind,
};
pub use state::{
    Anchor, Annotation, AreaSize, DisplayedArea, Graphic, GraphicKind, Justification, Layer,
    Placed, Shutter, State, TextBox, TextNote, Units,
};
pub use voi::{Voi, VoiCurve, VoiTable};

/// One object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Presentation {
    /// Of the file as it was read.
    pub file_sha256: Sha256,
    /// SOP instance UID, (0008,0018).
    pub instance_uid: Phi<String>,
    pub content: Content,
    /// What was odd about the file, and what of it is not shown.
    pub warnings: Vec<Warning>,
}

/// What an object is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// An image, which names itself: its overlay planes and display tables.
    Planes(Planes),
    /// Grayscale softcopy presentation state, PS3.3 A.33.1.
    State(Box<State>),
    /// PS3.3 A.51.
    Segmentation(Segmentation),
    /// PS3.3 A.75.
    Map(ParametricMap),
}

/// An image that an object names, or some of its frames.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reference {
    /// SOP instance UID, (0008,1155).
    pub instance_uid: Phi<String>,
    /// Count from 0; none means all.
    pub frame_idxs: Vec<u32>,
}

/// Where the bytes of a mask or the samples of a map go.
pub(crate) enum Piece<'a> {
    Bytes { n: usize, into: &'a mut Box<[u8]> },
    Samples { n: usize, into: &'a mut Box<[f32]> },
}

impl Reference {
    /// Whether it names this frame of this image.
    pub fn names(&self, instance_uid: &Phi<String>, frame_idx: usize) -> bool {
        let is_frame = |it: &u32| usize::try_from(*it).is_ok_and(|it| it == frame_idx);
        self.instance_uid == *instance_uid
            && (self.frame_idxs.is_empty() || self.frame_idxs.iter().any(is_frame))
    }
}

/// Whether any of the references names a frame.
pub fn any_names(references: &[Reference], instance_uid: &Phi<String>, frame_idx: usize) -> bool {
    references
        .iter()
        .any(|it| it.names(instance_uid, frame_idx))
}

impl Presentation {
    /// Whether the object may be shown on this frame of this image.
    pub fn names(&self, instance_uid: &Phi<String>, frame_idx: usize) -> bool {
        match &self.content {
            Content::Planes(_) => self.instance_uid == *instance_uid,
            Content::State(state) => any_names(&state.references, instance_uid, frame_idx),
            Content::Segmentation(it) => !it.on(instance_uid, frame_idx).is_empty(),
            Content::Map(it) => !it.on(instance_uid, frame_idx).is_empty(),
        }
    }

    /// The SOP instance UIDs of all images that the object may be shown on.
    pub fn instances(&self) -> BTreeSet<&Phi<String>> {
        fn of(references: &[Reference]) -> impl Iterator<Item = &Phi<String>> {
            references.iter().map(|it| &it.instance_uid)
        }
        match &self.content {
            Content::Planes(_) => BTreeSet::from([&self.instance_uid]),
            Content::State(state) => of(&state.references).collect(),
            Content::Segmentation(it) => it.frames.iter().flat_map(|it| of(&it.sources)).collect(),
            Content::Map(it) => it.frames.iter().flat_map(|it| of(&it.sources)).collect(),
        }
    }

    /// What travels beside the JSON, in the order in which it is sent.
    pub(crate) fn pieces_mut(&mut self) -> Vec<Piece<'_>> {
        match &mut self.content {
            Content::Planes(planes) => overlay::pieces_mut(&mut planes.overlays),
            Content::State(state) => overlay::pieces_mut(&mut state.overlays),
            Content::Segmentation(segmentation) => segmentation.pieces_mut(),
            Content::Map(map) => map.pieces_mut(),
        }
    }
}
