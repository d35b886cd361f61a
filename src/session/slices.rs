//! Slices that lie in separate files and are looked through as one: which stand together, and how one moves among them.

use super::{Content, Item, ItemId, ScanItem, State, Tone, View};
use crate::{
    case::{
        plane::dot,
        scan::Place,
        stack::{Finding, Neighbours, SeriesKey, SliceId, Stack, Studies},
    },
    failure::Failure,
};

impl State {
    /// Where what is on screen of a scan stands among its slices, from 0, and how many there are. The slices of a scan are
    /// those of its stack, in the order in which they lie; else the frames of its file.
    pub fn position(&self, id: ItemId) -> (usize, usize) {
        let Some((item, scan)) = self.scan_of(id) else {
            let planes = self.planes.as_ref();
            let axis =
                planes.and_then(|it| Some((it, it.cuts.iter().find(|it| it.id == id)?.axis)));
            return axis.map_or((0, 0), |(planes, axis)| planes.position(axis));
        };
        match self.stack_of(item) {
            Some(stack) => {
                let at = stack.idx_of(on_screen(item, scan));
                (at.unwrap_or(0), stack.slices().len())
            }
            None => (scan.view.frame_idx, scan.scan.n_frames()),
        }
    }

    /// Where keys and mouse are, see [`Self::position`].
    pub fn shown_position(&self) -> (usize, usize) {
        let scan = self.scan().map(|it| it.0);
        let shown = self.planes.as_ref().map(|it| it.cut(it.active).id);
        shown.or(scan).map_or((0, 0), |it| self.position(it))
    }

    /// What is odd about the slices that a scan stands among. While more are on their way, nothing is known.
    pub fn oddities(&self, id: ItemId) -> Vec<Finding> {
        let stack = self.item(id).and_then(|it| self.stack_of(it));
        let findings = stack.filter(|_| !self.is_opening()).map(Stack::findings);
        findings.unwrap_or_default()
    }

    /// One item of each row of the study list: of a stack the slice that was shown last, else the file itself.
    pub fn rows(&self) -> Vec<&Item> {
        let alone = self.items.iter().filter(|it| series_of(it).is_none());
        let stacks = self.studies.iter().flat_map(|(_, _, it)| it.iter());
        let shown_last = |stack: &Stack| {
            let items = stack.slices().iter();
            let items = items.filter_map(|it| self.item(ItemId(it.id.file)));
            items.max_by_key(|it| it.shown)
        };
        let mut rows: Vec<(u64, &Item)> = alone.map(|it| (it.id.0, it)).collect();
        rows.extend(stacks.filter_map(|it| Some((it.first().file, shown_last(it)?))));
        rows.sort_by_key(|it| it.0);
        rows.into_iter().map(|it| it.1).collect()
    }

    /// The name of the row that an item stands in: the first file of its stack.
    pub fn row_of(&self, id: ItemId) -> ItemId {
        let stack = self.item(id).and_then(|it| self.stack_of(it));
        stack.map_or(id, |it| ItemId(it.first().file))
    }

    /// The files that stand in the row of an item.
    pub(super) fn files_of(&self, id: ItemId) -> Vec<ItemId> {
        let stack = self.item(id).and_then(|it| self.stack_of(it));
        stack.map_or_else(
            || vec![id],
            |it| {
                let files = it.slices().iter().map(|it| ItemId(it.id.file));
                let mut files: Vec<ItemId> = files.collect();
                files.sort_unstable();
                files.dedup();
                files
            },
        )
    }

    /// Puts the slice of a number on screen; the last one where there are fewer.
    pub(super) fn show_slice(&mut self, at: usize) {
        if self.planes.is_some() {
            return self.step_plane(|_| at);
        }
        if let Some(id) = self.scan().map(|it| it.0) {
            self.center = self.turn_to_slice(id, at).or(self.center);
        }
    }

    /// Goes so many slices on.
    pub(super) fn step_slice(&mut self, by: isize) {
        if self.planes.is_some() {
            return self.step_plane(|at| at.saturating_add_signed(by));
        }
        if let Some(id) = self.scan().map(|it| it.0) {
            let (at, _) = self.position(id);
            self.show_slice(at.saturating_add_signed(by));
        }
    }

    /// The slice of a number among those of a scan; the last one where there are fewer.
    pub(super) fn slice_at(&self, id: ItemId, at: usize) -> Option<SliceId> {
        let (item, _) = self.scan_of(id)?;
        let Some(stack) = self.stack_of(item) else {
            return Some(SliceId {
                file: id.0,
                frame_idx: at,
            });
        };
        let last = stack.slices().len().checked_sub(1)?;
        Some(stack.slices().get(at.min(last))?.id)
    }

    /// The slices next to a frame among those of its series; `None` where it belongs to none.
    pub(super) fn neighbours(&self, id: ItemId, frame_idx: usize) -> Option<Neighbours> {
        let (item, _) = self.scan_of(id)?;
        let (_, stacks) = self.studies.get(series_of(item)?)?;
        let slice = SliceId {
            file: id.0,
            frame_idx,
        };
        let scan_of = |file| Some(self.scan_of(ItemId(file))?.1.scan.clone());
        stacks.iter().find_map(|it| it.neighbours(slice, scan_of))
    }

    /// Has another slice looked at as this one is, and says which file it lies in.
    pub(super) fn turn_to_slice(&mut self, id: ItemId, at: usize) -> Option<ItemId> {
        let slice = self.slice_at(id, at)?;
        let view = self.scan_of(id)?.1.view.clone();
        let (to, shown) = (ItemId(slice.file), self.number());
        let item = self.item_mut(to)?;
        item.shown = shown;
        if let Content::Scan(scan) = &mut item.content {
            scan.show_frame(slice.frame_idx);
            scan.view = View {
                frame_idx: scan.view.frame_idx,
                ..view
            };
        }
        Some(to)
    }

    /// The slice of another scan that goes with the one that is now in the middle: where both lie in one frame of
    /// reference the nearest one, else as many further on as the middle went.
    pub(super) fn slice_beside(&self, id: ItemId, by: isize) -> usize {
        let (at, n) = self.position(id);
        let further = at.saturating_add_signed(by).min(n.saturating_sub(1));
        let now = self.center().and_then(|it| Some((it, self.place_of(it)?)));
        let Some((center, place)) = now else {
            return further;
        };
        let other = self.item(id);
        let is_one_space = frame_of_reference(center)
            .is_some_and(|it| other.and_then(frame_of_reference) == Some(it));
        let stack = other.and_then(|it| self.stack_of(it));
        let near = stack
            .filter(|_| is_one_space)
            .and_then(|it| nearest(it, place));
        near.unwrap_or(further)
    }

    pub(super) fn place_of(&self, item: &Item) -> Option<Place> {
        let Content::Scan(scan) = &item.content else {
            return None;
        };
        let stack = self.stack_of(item)?;
        let at = stack.idx_of(on_screen(item, scan))?;
        stack.slices().get(at)?.place
    }

    /// The stack that what is on screen of an item stands in.
    pub(super) fn stack_of(&self, item: &Item) -> Option<&Stack> {
        let Content::Scan(scan) = &item.content else {
            return None;
        };
        let (_, stacks) = self.studies.get(series_of(item)?)?;
        let slice = on_screen(item, scan);
        stacks.iter().find(|it| it.idx_of(slice).is_some())
    }

    pub(super) fn scan_of(&self, id: ItemId) -> Option<(&Item, &ScanItem)> {
        let item = self.item(id)?;
        match &item.content {
            Content::Scan(scan) => Some((item, scan)),
            Content::Note(_) | Content::Series(_) | Content::Sequence(_) => None,
        }
    }

    /// Lists a scan among the slices of its series, and says whether others of its stack were there before it.
    pub(super) fn stack_up(&mut self, id: ItemId) -> bool {
        let Some((_, scan)) = self.scan_of(id) else {
            return false;
        };
        let scan = scan.scan.clone();
        let is_mixed_up = self
            .studies
            .insert(&scan.header, id.0)
            .is_some_and(|it| !it.same_uid.is_empty());
        let is_new = self.row_of(id) == id;
        if is_mixed_up && is_new {
            let failure = Failure {
                headline: self.words.say("notice-mixed-up"),
                remedy: self.words.say("notice-mixed-up-remedy"),
                cause: String::new(),
            };
            self.tell(Tone::Failure, failure, None, None);
        }
        !is_new
    }

    /// Forgets the slices of files that are closed.
    pub(super) fn unstack(&mut self) {
        self.studies = Studies::default();
        for item in &self.items {
            if let Content::Scan(scan) = &item.content {
                self.studies.insert(&scan.scan.header, item.id.0);
            }
        }
    }
}

fn series_of(item: &Item) -> Option<&SeriesKey> {
    match &item.content {
        Content::Scan(scan) => scan.series.as_ref(),
        Content::Note(_) | Content::Series(_) | Content::Sequence(_) => None,
    }
}

const fn on_screen(item: &Item, scan: &ScanItem) -> SliceId {
    SliceId {
        file: item.id.0,
        frame_idx: scan.view.frame_idx,
    }
}

/// The frame of reference, where there is one, (0020,0052).
fn frame_of_reference(item: &Item) -> Option<&str> {
    let Content::Scan(scan) = &item.content else {
        return None;
    };
    // Only compared.
    let uid = scan
        .scan
        .header
        .dicom
        .as_ref()?
        .frame_of_reference_uid
        .reveal();
    Some(uid.as_str()).filter(|it| !it.is_empty())
}

/// The slice of a stack that comes nearest to a place, if it lies in the same direction.
fn nearest(stack: &Stack, place: Place) -> Option<usize> {
    /// Cosine of 2 degrees.
    const PARALLEL: f64 = 0.999_4;
    let normal = stack.normal()?;
    if dot(normal, place.normal()) < PARALLEL {
        return None;
    }
    stack.nearest(place.along_mm(normal))
}
