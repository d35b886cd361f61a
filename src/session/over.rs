//! What lies over images: segments, parametric maps, and presentation states, each shown only on the images that it names.

use std::{path::PathBuf, sync::Arc};

use serde_json::json;

use super::{Deed, Effect, Purpose, ScanItem, State, Tone};
use crate::{
    case::{
        Presentation, Window,
        presentation::{Content, DisplayedArea, State as Shown, VoiCurve},
        scan::Rescale,
    },
    failure::Failure,
    import::Origin,
    privacy::Phi,
    render::{Look, Table, Turn},
    store,
};

/// Names an open object; never used again after it is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OverId(pub u64);

/// An open object.
#[derive(Debug)]
pub struct Over {
    pub id: OverId,
    /// What it calls itself, else its file, for a clinician's eyes.
    pub name: Phi<String>,
    pub presentation: Arc<Presentation>,
    /// A presentation state is shown when it is chosen; what else there is, until it is hidden.
    pub is_shown: bool,
    /// Its file, until it is known whether one of its images has come with it.
    untold: Option<Phi<PathBuf>>,
}

impl Over {
    /// The presentation state that it is, if it is one.
    pub fn state(&self) -> Option<&Shown> {
        match &self.presentation.content {
            Content::State(state) => Some(state),
            _ => None,
        }
    }
}

impl State {
    /// The objects that name what is on screen of a scan.
    pub fn overs_on<'a>(&'a self, scan: &'a ScanItem) -> impl Iterator<Item = &'a Over> {
        let instance = scan.instance_uid();
        self.overs.iter().filter(move |it| {
            instance.is_some_and(|uid| it.presentation.names(uid, scan.view.frame_idx))
        })
    }

    /// Whether anything can be drawn over what is on screen of a scan.
    pub fn has_overs(&self, scan: &ScanItem) -> bool {
        !scan.scan.planes.overlays.is_empty() || self.overs_on(scan).next().is_some()
    }

    pub(super) fn take_over(
        &mut self,
        from: &Origin,
        presentation: Presentation,
        purpose: &Purpose,
    ) -> Option<Effect> {
        let is_known = |it: &Over| it.presentation.file_sha256 == presentation.file_sha256;
        if self.overs.iter().any(is_known) {
            return None;
        }
        let label = match &presentation.content {
            Content::State(it) => it.label.clone(),
            Content::Map(it) => it.label.clone(),
            Content::Planes(_) | Content::Segmentation(_) => Phi::default(),
        };
        // Only whether there is one.
        let has_label = !label.reveal().trim().is_empty();
        let is_alone = matches!(purpose, Purpose::Open(_)) && !from.is_one_of_many();
        let over = Over {
            id: OverId(self.number()),
            name: if has_label { label } else { from.name() },
            is_shown: !matches!(presentation.content, Content::State(_)),
            presentation: Arc::new(presentation),
            untold: is_alone.then(|| from.path.clone()),
        };
        // It names no patient of its own: the log knows it by its hash.
        let detail =
            json!({ "kind": "presentation", "file_sha256": over.presentation.file_sha256 });
        self.overs.push(over);
        self.tell_records(Deed::noted(store::Action::CaseOpened, detail))
    }

    /// Tells, once everything has come that was opened, of which objects no image is there.
    pub(super) fn tell_without_image(&mut self) {
        if self.is_opening() {
            return;
        }
        let untold: Vec<_> = self
            .overs
            .iter_mut()
            .filter_map(|it| {
                let file = it.untold.take()?;
                Some((file, Arc::clone(&it.presentation)))
            })
            .collect();
        for (file, presentation) in untold {
            if self.has_image_of(&presentation) {
                continue;
            }
            let failure = Failure {
                headline: self.words.say("over-without-image"),
                remedy: self.words.say("over-without-image-remedy"),
                cause: String::new(),
            };
            // For the person who opened it.
            self.tell(Tone::Failure, failure, Some(file), None);
        }
    }

    fn has_image_of(&self, presentation: &Presentation) -> bool {
        let named = presentation.instances();
        self.items.iter().any(|it| match &it.content {
            super::Content::Scan(scan) => {
                scan.instance_uid().is_some_and(|uid| named.contains(uid))
            }
            _ => false,
        })
    }

    /// Shows an object or hides it. A presentation state takes the place of the one before, and of how the image was
    /// looked at; hidden again, the image is as it was opened.
    pub(super) fn toggle_over(&mut self, id: OverId) {
        let Some(over) = self.overs.iter().find(|it| it.id == id) else {
            return;
        };
        let (is_state, is_shown) = (over.state().is_some(), !over.is_shown);
        for over in &mut self.overs {
            if over.id == id {
                over.is_shown = is_shown;
            } else if is_state && over.state().is_some() {
                over.is_shown = false;
            }
        }
        if is_state {
            self.edit_scan(super::apply::reset_view);
            if is_shown {
                self.look_as(id);
            }
        }
    }

    /// Has the scan in the middle looked at as a presentation state says.
    fn look_as(&mut self, id: OverId) {
        let Some(over) = self.overs.iter().find(|it| it.id == id) else {
            return;
        };
        let presentation = over.presentation.clone();
        let Content::State(state) = &presentation.content else {
            return;
        };
        self.edit_scan(|scan| {
            let Some(uid) = scan.instance_uid().cloned() else {
                return;
            };
            let of = (&uid, scan.view.frame_idx);
            let curves = state.of_frame(&state.vois, of.0, of.1);
            let curve = curves.into_iter().flat_map(|it| &it.curves).next();
            let line = sample_from_said(state, scan);
            if let (Some(curve), Some(line)) = (curve, &line) {
                scan.view.show_by(look_of(curve, line, scan));
            }
            // PS3.4 N.2.1.4: the shape of the state says what is bright, whatever the image says. Samples that fall where
            // values rise, as those of MONOCHROME1 do, had their windows and tables turned over with them.
            let is_falling = line.map_or_else(
                || scan.scan.header.pixels.photometric == "MONOCHROME1",
                |it| it.slope < 0.0,
            );
            scan.view.is_inverted = state.is_inverted != is_falling;
            scan.view.turn = Turn::by_degrees(state.turned_degrees, state.is_mirrored);
            let area = state.of_frame(&state.areas, of.0, of.1);
            if let Some(area) = area.first() {
                look_at(scan, area);
            }
        });
    }
}

/// How the samples of a scan follow from the values that a state means; `None` where that is not known.
fn sample_from_said(state: &Shown, scan: &ScanItem) -> Option<Rescale> {
    let header = &scan.scan.header;
    let frame_idx = scan.view.frame_idx;
    let own = header.frame(frame_idx).and_then(|it| it.rescale);
    // PS3.3 C.11.1: the rescale of the state takes the place of the image's.
    let value_from_said = match (own, state.rescale) {
        (Some(own), Some([slope, intercept])) if slope != 0.0 => {
            own.after(&Rescale { slope, intercept }.inverse())
        }
        // PS3.4 N.2: what a state does not say is not done, and its curve is for stored values.
        (Some(own), None) => own,
        _ => Rescale::SAME,
    };
    let sample_from_value = header.sample_from_value(frame_idx)?;
    Some(sample_from_value.after(&value_from_said))
}

/// The curve of a state for the samples of a scan.
fn look_of(curve: &VoiCurve, line: &Rescale, scan: &ScanItem) -> Look {
    match curve {
        VoiCurve::Window(window) => Look::Window(Window {
            name: window
                .name
                .clone()
                .or_else(|| scan.view.window.name.clone()),
            ..window.through(line)
        }),
        VoiCurve::Table(table) => Look::Table(Table::new(table, line)),
    }
}

/// Looks at a part of a scan: its middle in the middle, as large as the viewport allows.
fn look_at(scan: &mut ScanItem, area: &DisplayedArea) {
    let pixels = &scan.scan.header.pixels;
    let (width, height) = (pixels.columns as f64, pixels.rows as f64);
    let [[left, top], [right, bottom]] = area.corners;
    let share = ((right - left) / width).max((bottom - top) / height);
    let is_sound = share.is_finite() && 0.0 < share && 0.0 < width && 0.0 < height;
    if is_sound {
        let center = ((left + right) / 2.0 / width, (top + bottom) / 2.0 / height);
        scan.view
            .look_at((center.0 as f32, center.1 as f32), (1.0 / share) as f32);
    }
}
