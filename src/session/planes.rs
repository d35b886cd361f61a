//! Three planes at right angles through the slices of a series, and the point at which they meet.
//!
//! What is drawn there is worked out from many files and belongs to none of them: no model reads it, nothing that is said of
//! a slice stands beside it, and marks on it are kept until the window closes, not in the records.

use std::sync::Arc;

use super::{Effect, ItemId, Marks, Purpose, ScanItem, State, Tone};
use crate::{
    case::{
        Plane, Scan,
        plane::{added, dot, times},
        scan::Header,
        stack::{SAME_MM, Slice},
    },
    engine::{Job, VolumeSlice},
    failure::Failure,
    render::mpr::{Axis, Volume},
};

/// The planes of a series.
#[derive(Debug)]
pub struct Planes {
    /// The row of the study list that they run through.
    pub row: ItemId,
    /// What its slices say, but for where each lies.
    header: Header,
    volume: Arc<Volume>,
    /// Where they meet, in the patient.
    pub meet_mm: [f64; 3],
    /// The one that keys and mouse change.
    pub active: Axis,
    pub cuts: [Cut; 3],
}

/// The marks that were drawn on the planes of a series, while these are not looked at.
#[derive(Debug)]
pub(super) struct PlaneMarks {
    /// How far the volume reached along each axis: in another one they would lie elsewhere.
    reach_mm: [[f64; 2]; 3],
    marks: [Marks; 3],
}

const AXES: [Axis; 3] = [Axis::Axial, Axis::Coronal, Axis::Sagittal];

/// One plane, drawn like a scan.
#[derive(Debug)]
pub struct Cut {
    pub axis: Axis,
    pub id: ItemId,
    pub plane: Plane,
    pub scan: ScanItem,
}

impl Planes {
    /// The plane of an axis.
    pub const fn cut(&self, axis: Axis) -> &Cut {
        let [axial, coronal, sagittal] = &self.cuts;
        match axis {
            Axis::Axial => axial,
            Axis::Coronal => coronal,
            Axis::Sagittal => sagittal,
        }
    }

    const fn cut_mut(&mut self, axis: Axis) -> &mut Cut {
        let [axial, coronal, sagittal] = &mut self.cuts;
        match axis {
            Axis::Axial => axial,
            Axis::Coronal => coronal,
            Axis::Sagittal => sagittal,
        }
    }

    /// Which step along an axis is shown, from 0, and how many there are.
    pub fn position(&self, axis: Axis) -> (usize, usize) {
        let [low, high] = self.volume.range_mm(axis);
        let step_mm = self.volume.step_mm(axis);
        let at_mm = dot(self.meet_mm, axis.across());
        let steps = |mm: f64| (mm / step_mm).round().max(0.0) as usize;
        let last = steps(high - low);
        (steps(at_mm - low).min(last), last + 1)
    }

    /// By what place along an axis marks are kept that are drawn there, in whole micrometres from its first step: where marks
    /// lie within half a step, and are therefore seen, else where the plane lies.
    pub fn mark_idx(&self, axis: Axis) -> usize {
        let [low, _] = self.volume.range_mm(axis);
        let at_mm = dot(self.meet_mm, axis.across());
        let at = micrometres(at_mm - low);
        let reach = micrometres(self.volume.step_mm(axis) / 2.0);
        self.cut(axis).scan.marks.near(at, reach).unwrap_or(at)
    }

    /// Where the marks lie that are seen, those of the active plane first.
    pub(super) fn places_seen(&self) -> Vec<(ItemId, usize)> {
        let others = AXES.into_iter().filter(|it| *it != self.active);
        std::iter::once(self.active)
            .chain(others)
            .map(|axis| (self.cut(axis).id, self.mark_idx(axis)))
            .collect()
    }

    /// Has the active plane lie where marks are kept.
    pub(super) fn show_mark(&mut self, mark_idx: usize) {
        let way = self.active.across();
        let [low, _] = self.volume.range_mm(self.active);
        let by_mm = low + mark_idx as f64 / 1000.0 - dot(self.meet_mm, way);
        self.meet_at(added(self.meet_mm, times(way, by_mm)));
    }

    /// Goes to a step along the active axis.
    fn go_to(&mut self, at: usize) {
        let (now, n) = self.position(self.active);
        let by = at.min(n - 1) as f64 - now as f64;
        let way = self.active.across();
        let by_mm = by * self.volume.step_mm(self.active);
        let meet_mm = self.meet_mm;
        self.meet_at(added(meet_mm, times(way, by_mm)));
    }

    /// Has the planes meet at a place in the patient, as near to it as there are samples.
    fn meet_at(&mut self, place_mm: [f64; 3]) {
        let before = self.meet_mm;
        self.meet_mm = AXES.into_iter().fold([0.0; 3], |sum, axis| {
            let way = axis.across();
            let [low, high] = self.volume.range_mm(axis);
            let at_mm = dot(place_mm, way).clamp(low, high);
            added(sum, times(way, at_mm))
        });
        for axis in AXES {
            if dot(before, axis.across()) != dot(self.meet_mm, axis.across()) {
                self.draw(axis);
            }
        }
    }

    fn draw(&mut self, axis: Axis) {
        let at_mm = dot(self.meet_mm, axis.across());
        let (plane, scan) = drawn(&self.volume, &self.header, axis, at_mm);
        let cut = self.cut_mut(axis);
        cut.plane = plane;
        cut.scan.take(scan);
    }
}

/// In whole micrometres.
fn micrometres(mm: f64) -> usize {
    (mm * 1000.0).round().max(0.0) as usize
}

fn reach_mm(volume: &Volume) -> [[f64; 2]; 3] {
    AXES.map(|it| volume.range_mm(it))
}

/// The picture of an axis at a place along it, in mm.
fn drawn(volume: &Volume, header: &Header, axis: Axis, at_mm: f64) -> (Plane, Scan) {
    let reformat = volume.reformat(axis, at_mm);
    let [_, right, _, below] = reformat.plane.letters();
    let mut header = header.clone();
    header.spacing = Some(reformat.spacing());
    header.orientation = Some([right, below].map(String::from));
    header.pixels.rows = reformat.frame.height;
    header.pixels.columns = reformat.frame.width;
    let plane = reformat.plane;
    (plane, Scan::new(header, vec![Arc::new(reformat.frame)]))
}

impl State {
    /// Opens the planes through the series in the middle, or closes them.
    pub(super) fn toggle_planes(&mut self) -> Vec<Effect> {
        if self.planes.is_some() {
            self.close_planes();
            return Vec::new();
        }
        let is_asked = self
            .jobs
            .values()
            .any(|it| matches!(it, Purpose::Cut { .. }));
        let Some(id) = self.scan().map(|it| it.0).filter(|_| !is_asked) else {
            return Vec::new();
        };
        let slices = self.volume_slices(id);
        if slices.len() < 2 || self.is_opening() {
            let words = &self.words;
            let (headline, remedy) = if self.is_opening() {
                (words.say("planes-early"), words.say("planes-early-remedy"))
            } else {
                (words.say("planes-none"), words.say("planes-none-remedy"))
            };
            let failure = Failure {
                headline,
                remedy,
                cause: String::new(),
            };
            self.tell(Tone::Failure, failure, None, None);
            return Vec::new();
        }
        let row = self.row_of(id);
        vec![self.ask(Purpose::Cut { row }, Job::MakeVolume(slices))]
    }

    /// The slices that a scan stands among that have a place of their own, from the first to the last.
    fn volume_slices(&self, id: ItemId) -> Vec<VolumeSlice> {
        let stack = self.item(id).and_then(|it| self.stack_of(it));
        let Some((stack, normal)) = stack.and_then(|it| Some((it, it.normal()?))) else {
            return Vec::new();
        };
        let mut last_mm = f64::NEG_INFINITY;
        let apart = stack.slices().iter().filter(|it| {
            // A slice that was sent twice lies where the one before it lies.
            let along_mm = it.place.map_or(f64::NEG_INFINITY, |it| it.along_mm(normal));
            let is_apart = SAME_MM < along_mm - last_mm;
            last_mm = if is_apart { along_mm } else { last_mm };
            is_apart
        });
        apart.filter_map(|it| self.volume_slice(it)).collect()
    }

    fn volume_slice(&self, slice: &Slice) -> Option<VolumeSlice> {
        let scan = self.scan_of(ItemId(slice.id.file))?.1.scan.clone();
        let (place, spacing) = (slice.place?, scan.header.spacing?);
        Some(VolumeSlice {
            plane: Plane::of(&place, &spacing),
            scan,
            frame_idx: slice.id.frame_idx,
        })
    }

    /// Shows the planes of a volume that was asked for, if its series is still in the middle.
    pub(super) fn volume_made(&mut self, row: ItemId, volume: Arc<Volume>) {
        let Some((center, scan)) = self.scan() else {
            return;
        };
        if self.row_of(center) != row {
            return;
        }
        let (view, presets) = (scan.view.clone(), scan.presets().to_vec());
        let scan = scan.scan.clone();
        // Where that slice lies.
        let place = self.item(center).and_then(|it| self.place_of(it));
        // They meet in the middle of the slice that was looked at.
        let middle = place.and_then(|it| {
            let plane = Plane::of(&it, &scan.header.spacing?);
            let pixels = &scan.header.pixels;
            let half = |n: usize| n as f64 / 2.0;
            Some(plane.patient_from_pixel([half(pixels.columns), half(pixels.rows)]))
        });
        let mut header = scan.header.clone();
        // It is no file: nothing may take it for one.
        header.dicom = None;
        let meet_mm = middle.unwrap_or_default();
        let [axial, coronal, sagittal] = self.marks_on_planes(row, &volume);
        let mut cut = |axis: Axis, marks: Marks| {
            let at_mm = dot(meet_mm, axis.across());
            let (plane, drawn) = drawn(&volume, &header, axis, at_mm);
            let mut scan = ScanItem::new(drawn)?;
            scan.view.show_by(view.look());
            scan.view.is_inverted = view.is_inverted;
            scan.offer(&presets);
            scan.marks = marks;
            let id = ItemId(self.number());
            Some(Cut {
                axis,
                id,
                plane,
                scan,
            })
        };
        let cuts = [
            cut(Axis::Axial, axial),
            cut(Axis::Coronal, coronal),
            cut(Axis::Sagittal, sagittal),
        ];
        if let [Some(axial), Some(coronal), Some(sagittal)] = cuts {
            self.planes = Some(Planes {
                row,
                header,
                volume,
                meet_mm,
                active: Axis::Axial,
                cuts: [axial, coronal, sagittal],
            });
            self.tool = None;
            self.is_pointing = false;
        }
    }

    /// Back to the slices, at the one nearest to where the planes met.
    pub(super) fn close_planes(&mut self) {
        let Some(planes) = self.planes.take() else {
            return;
        };
        let meet_mm = planes.meet_mm;
        self.keep_plane_marks(planes);
        let stack = self.center().and_then(|it| self.stack_of(it));
        let near = stack.and_then(|it| it.nearest(dot(meet_mm, it.normal()?)));
        if let Some(at) = near {
            self.show_slice(at);
        }
    }

    /// Closes the planes if their series is not in the middle any more.
    pub(super) fn keep_planes(&mut self) {
        let row = self.scan().map(|it| self.row_of(it.0));
        if let Some(planes) = self.planes.take_if(|it| Some(it.row) != row) {
            self.keep_plane_marks(planes);
        }
        let items = &self.items;
        self.plane_marks
            .retain(|row, _| items.iter().any(|it| it.id == *row));
    }

    fn keep_plane_marks(&mut self, planes: Planes) {
        let reach_mm = reach_mm(&planes.volume);
        let marks = planes.cuts.map(|it| it.scan.marks);
        if marks.iter().any(|it| it.can_step() != (false, false)) {
            let kept = PlaneMarks { reach_mm, marks };
            self.plane_marks.insert(planes.row, kept);
        }
    }

    /// The marks that were drawn on the planes of a row before; told where the volume is another one now.
    fn marks_on_planes(&mut self, row: ItemId, volume: &Volume) -> [Marks; 3] {
        let kept = self.plane_marks.remove(&row);
        match kept {
            Some(kept) if kept.reach_mm == reach_mm(volume) => kept.marks,
            Some(kept) if kept.marks.iter().all(Marks::is_empty) => Default::default(),
            None => Default::default(),
            Some(_) => {
                let failure = Failure {
                    headline: self.words.say("planes-marks-lost"),
                    remedy: self.words.say("planes-marks-lost-remedy"),
                    cause: String::new(),
                };
                self.tell(Tone::Failure, failure, None, None);
                Default::default()
            }
        }
    }

    /// Edits the plane that keys and mouse change; all three share window and inversion.
    pub(super) fn edit_plane(&mut self, edit: impl FnOnce(&mut ScanItem)) {
        if let Some(planes) = &mut self.planes {
            let cut = planes.cut_mut(planes.active);
            edit(&mut cut.scan);
            let view = cut.scan.view.clone();
            for cut in &mut planes.cuts {
                cut.scan.view.show_by(view.look());
                cut.scan.view.is_inverted = view.is_inverted;
            }
        }
    }

    /// Has keys and mouse change the next plane, round and round.
    pub(super) fn next_plane(&mut self) {
        if let Some(planes) = &mut self.planes {
            planes.active = match planes.active {
                Axis::Axial => Axis::Coronal,
                Axis::Coronal => Axis::Sagittal,
                Axis::Sagittal => Axis::Axial,
            };
        }
    }

    /// Has keys and mouse change another plane.
    pub(super) const fn activate_plane(&mut self, axis: Axis) {
        if let Some(planes) = &mut self.planes {
            planes.active = axis;
        }
    }

    /// Goes to a step along the active axis.
    pub(super) fn step_plane(&mut self, to: impl FnOnce(usize) -> usize) {
        if let Some(planes) = &mut self.planes {
            let (now, _) = planes.position(planes.active);
            planes.go_to(to(now));
        }
    }

    /// Has the planes meet at a point of one of them, in pixel edges.
    pub(super) fn meet_at(&mut self, axis: Axis, point: [f64; 2]) {
        if let Some(planes) = &mut self.planes {
            let place_mm = planes.cut(axis).plane.patient_from_pixel(point);
            planes.meet_at(place_mm);
        }
    }
}
