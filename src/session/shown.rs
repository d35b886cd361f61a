//! What stands beside a picture and over it: one choice, which the window draws and a test walks through.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Content, Item, ItemId, Kind, Loading, NoteItem, Reading, ScanItem, SequenceItem, SeriesItem,
    State,
};
use crate::prediction::{Explanation, Prediction};

/// What was asked about a frame, a note, a series or a sequence on screen.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub item: ItemId,
    pub kind: Kind,
    pub reading: &'a Reading,
    /// Only if it is about what is on screen.
    pub prediction: Option<&'a Prediction>,
}

/// Of a frame that nothing was asked about.
const UNASKED: &Reading = &Reading {
    model: None,
    prediction: Loading::Empty,
    answered: None,
    is_refused: false,
    label: None,
    method: None,
    explanation: Loading::Empty,
    check: Loading::Empty,
    running: Loading::Empty,
    place: None,
    neighbours: None,
    opinions: BTreeMap::new(),
};

impl State {
    /// What the column of the result tells of: what is in the middle, but nothing beside planes through many slices.
    pub fn asked(&self) -> Option<Asked<'_>> {
        let item = self.center()?;
        let is_cut = self.planes.is_some() && item.content.kind() == Kind::Scan;
        (!is_cut).then(|| item.asked())
    }

    /// What a second model was asked about the frame in the middle.
    pub fn asked_beside(&self) -> Option<Asked<'_>> {
        let (id, scan) = self.scan().filter(|_| self.planes.is_none())?;
        scan.asked_beside(id)
    }

    /// The influence map over a scan, while maps are shown.
    pub fn map_over<'a>(&self, scan: &'a ScanItem) -> Option<&'a Arc<Explanation>> {
        let explanation = scan.explanation();
        explanation.filter(|it| self.is_overlay_shown && it.heatmap.is_some())
    }
}

impl Item {
    /// What was asked about what is on screen of it.
    pub fn asked(&self) -> Asked<'_> {
        match &self.content {
            Content::Scan(it) => it.asked(self.id),
            Content::Note(it) => it.asked(self.id),
            Content::Series(it) => it.asked(self.id),
            Content::Sequence(it) => it.asked(self.id),
        }
    }
}

impl ScanItem {
    /// What was asked about the frame on screen.
    pub fn asked(&self, item: ItemId) -> Asked<'_> {
        Asked {
            item,
            kind: Kind::Scan,
            reading: self.reading().unwrap_or(UNASKED),
            prediction: self.prediction(),
        }
    }

    /// What a second model was asked about it.
    pub fn asked_beside(&self, item: ItemId) -> Option<Asked<'_>> {
        let reading = self.beside.get(&self.view.frame_idx)?;
        Some(Asked {
            item,
            kind: Kind::Scan,
            reading,
            prediction: self.prediction_beside(),
        })
    }
}

impl NoteItem {
    /// What was asked about it.
    pub fn asked(&self, item: ItemId) -> Asked<'_> {
        Asked {
            item,
            kind: Kind::Note,
            reading: &self.reading,
            prediction: self.prediction(),
        }
    }
}

impl SeriesItem {
    /// What was asked about it.
    pub fn asked(&self, item: ItemId) -> Asked<'_> {
        Asked {
            item,
            kind: Kind::Series,
            reading: &self.reading,
            prediction: self.prediction(),
        }
    }
}

impl SequenceItem {
    /// What was asked about it.
    pub fn asked(&self, item: ItemId) -> Asked<'_> {
        Asked {
            item,
            kind: Kind::Sequence,
            reading: &self.reading,
            prediction: self.prediction(),
        }
    }
}
