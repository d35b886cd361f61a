//! What a person draws on a scan: shapes that measure, kept with the frame they were drawn on, changed and undone.

use std::collections::BTreeMap;

use super::{Content, Deed, Effect, Item, ItemId, Page, ScanItem, State, deed::identity_of};
use crate::measure::Shape;

/// What the next stroke on a scan draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tool {
    Length,
    Angle,
    Rectangle,
    Ellipse,
    Probe,
    Arrow,
}

/// Names a mark; never used again after it is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MarkId(pub u64);

/// A shape on a frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    pub id: MarkId,
    pub shape: Shape,
}

/// A change of the marks of a frame.
#[derive(Clone, Debug, PartialEq)]
pub enum MarkEdit {
    Add(Shape),
    Change(MarkId, Shape),
    Remove(MarkId),
}

/// The marks of a scan by frame, or of a plane by its place along the axis ([`Planes::mark_idx`](super::Planes::mark_idx)), with
/// what can be undone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marks {
    by_frame: BTreeMap<usize, Vec<Mark>>,
    /// Oldest first.
    done: Vec<Step>,
    /// Last undone last.
    undone: Vec<Step>,
}

/// What a frame held before and after a change.
#[derive(Clone, Debug, PartialEq)]
struct Step {
    frame_idx: usize,
    before: Vec<Mark>,
    after: Vec<Mark>,
}

/// So many changes can be undone.
const N_STEPS: usize = 200;

impl Tool {
    /// In the order of the chooser.
    pub const ALL: [Self; 6] = [
        Self::Length,
        Self::Angle,
        Self::Rectangle,
        Self::Ellipse,
        Self::Probe,
        Self::Arrow,
    ];
}

impl Marks {
    /// Those of a frame, oldest first.
    pub fn of(&self, frame_idx: usize) -> &[Mark] {
        self.by_frame.get(&frame_idx).map_or(&[], Vec::as_slice)
    }

    /// Whether there are none anywhere.
    pub fn is_empty(&self) -> bool {
        self.by_frame.values().all(Vec::is_empty)
    }

    /// The nearest place at most `reach` from another that has marks.
    pub(super) fn near(&self, at: usize, reach: usize) -> Option<usize> {
        let places = self
            .by_frame
            .range(at.saturating_sub(reach)..=at.saturating_add(reach));
        let marked = places.filter(|it| !it.1.is_empty()).map(|it| *it.0);
        marked.min_by_key(|it| it.abs_diff(at))
    }

    /// Whether there is a change to undo, and one to do again.
    pub fn can_step(&self) -> (bool, bool) {
        (!self.done.is_empty(), !self.undone.is_empty())
    }

    fn edit(&mut self, frame_idx: usize, edit: MarkEdit, new_id: MarkId) {
        let before = self.of(frame_idx).to_vec();
        let mut after = before.clone();
        match edit {
            MarkEdit::Add(shape) => after.push(Mark { id: new_id, shape }),
            MarkEdit::Change(id, shape) => {
                if let Some(mark) = after.iter_mut().find(|it| it.id == id) {
                    mark.shape = shape;
                }
            }
            MarkEdit::Remove(id) => after.retain(|it| it.id != id),
        }
        if before == after {
            return;
        }
        self.by_frame.insert(frame_idx, after.clone());
        self.undone.clear();
        if N_STEPS <= self.done.len() {
            self.done.remove(0);
        }
        self.done.push(Step {
            frame_idx,
            before,
            after,
        });
    }

    /// Takes the last change back, and says on which frame.
    fn undo(&mut self) -> Option<usize> {
        let step = self.done.pop()?;
        self.by_frame.insert(step.frame_idx, step.before.clone());
        let frame_idx = step.frame_idx;
        self.undone.push(step);
        Some(frame_idx)
    }

    /// Does the change again that was taken back last.
    fn redo(&mut self) -> Option<usize> {
        let step = self.undone.pop()?;
        self.by_frame.insert(step.frame_idx, step.after.clone());
        let frame_idx = step.frame_idx;
        self.done.push(step);
        Some(frame_idx)
    }
}

impl State {
    /// Chooses what the next stroke draws; the same choice again gives the mouse back.
    pub(super) fn choose_tool(&mut self, tool: Tool) {
        self.is_pointing = false;
        self.tool = (self.tool != Some(tool)).then_some(tool);
    }

    /// Changes the marks of a frame. A shape stays within its frame.
    pub(super) fn edit_marks(
        &mut self,
        item: ItemId,
        frame_idx: usize,
        edit: MarkEdit,
    ) -> Vec<Effect> {
        let id = MarkId(self.number());
        let is_added = matches!(edit, MarkEdit::Add(_));
        let Some(scan) = self.scan_mut(item) else {
            return Vec::new();
        };
        let before = scan.marks.of(frame_idx).to_vec();
        let pixels = &scan.scan.header.pixels;
        let inside = |it: Shape| it.kept_inside(pixels.columns, pixels.rows);
        let edit = match edit {
            MarkEdit::Add(shape) => MarkEdit::Add(inside(shape)),
            MarkEdit::Change(id, shape) => MarkEdit::Change(id, inside(shape)),
            MarkEdit::Remove(id) => MarkEdit::Remove(id),
        };
        let chosen = match &edit {
            MarkEdit::Add(_) => Some(id),
            MarkEdit::Change(id, _) => Some(*id),
            MarkEdit::Remove(_) => None,
        };
        scan.marks.edit(frame_idx, edit, id);
        self.chosen_mark = chosen;
        if is_added {
            self.tool = None;
        }
        self.tell_marked(item, frame_idx, &before)
    }

    /// Tells the records what has changed among the marks of a frame.
    fn tell_marked(&self, id: ItemId, frame_idx: usize, before: &[Mark]) -> Vec<Effect> {
        let Some(item) = self.item(id) else {
            return Vec::new();
        };
        let Content::Scan(scan) = &item.content else {
            return Vec::new();
        };
        let after = scan.marks.of(frame_idx);
        let removed = before
            .iter()
            .filter(|old| after.iter().all(|it| it.id != old.id))
            .map(|it| (it.id, None));
        let changed = after.iter().filter(|it| !before.contains(it));
        // Shapes are numbers, which have a JSON form where they are finite.
        let changed = changed.map(|it| (it.id, serde_json::to_value(&it.shape).ok()));
        removed
            .chain(changed)
            .filter_map(|(mark, shape)| {
                self.tell_records(Deed::Marked {
                    item: id,
                    identity: Box::new(identity_of(item)),
                    frame_idx,
                    mark,
                    shape,
                })
            })
            .collect()
    }

    /// Where the marks lie that are seen where keys are: on the frame in the middle, else on the planes, the active one first.
    fn places_seen(&self) -> Vec<(ItemId, usize)> {
        match &self.planes {
            Some(planes) => planes.places_seen(),
            None => self
                .scan()
                .map(|(id, scan)| (id, scan.view.frame_idx))
                .into_iter()
                .collect(),
        }
    }

    fn marks_at(&self, (id, at): (ItemId, usize)) -> &[Mark] {
        let cuts = self.planes.iter().flat_map(|it| &it.cuts);
        let cut = cuts.into_iter().find(|it| it.id == id);
        let scan = cut
            .map(|it| &it.scan)
            .or_else(|| self.scan_of(id).map(|it| it.1));
        scan.map_or(&[], |it| it.marks.of(at))
    }

    /// Removes the chosen mark if it is seen, else the last one that was drawn on the frame in the middle or on the active
    /// plane.
    pub(super) fn remove_mark(&mut self) -> Vec<Effect> {
        let seen = self.places_seen();
        let marks = |at: &(ItemId, usize)| self.marks_at(*at).iter().map(|it| it.id);
        let chosen = seen.iter().find_map(|at| {
            let chosen = marks(at).find(|it| Some(*it) == self.chosen_mark)?;
            Some((*at, chosen))
        });
        let last = || {
            seen.first()
                .and_then(|at| Some((*at, marks(at).next_back()?)))
        };
        match chosen.or_else(last) {
            Some(((item, at), id)) => self.edit_marks(item, at, MarkEdit::Remove(id)),
            None => Vec::new(),
        }
    }

    /// Undoes or does again, and shows the frame or the place of the active plane where.
    pub(super) fn step_marks(&mut self, is_undo: bool) -> Vec<Effect> {
        let mut stepped = None;
        self.edit_scan(|it| {
            let old = it.marks.clone();
            let frame_idx = if is_undo {
                it.marks.undo()
            } else {
                it.marks.redo()
            };
            if let Some(frame_idx) = frame_idx {
                it.show_frame(frame_idx);
                stepped = Some((frame_idx, old.of(frame_idx).to_vec()));
            }
        });
        let planes = self.planes.as_mut().filter(|_| self.page == Page::Reading);
        if let Some(planes) = planes {
            if let Some((at, _)) = stepped {
                planes.show_mark(at);
            }
            return Vec::new();
        }
        match (self.scan().map(|it| it.0), stepped) {
            (Some(item), Some((frame_idx, before))) => self.tell_marked(item, frame_idx, &before),
            _ => Vec::new(),
        }
    }

    /// A scan, or a plane.
    fn scan_mut(&mut self, id: ItemId) -> Option<&mut ScanItem> {
        let planes = self.planes.as_ref();
        let cut = planes.and_then(|it| it.cuts.iter().position(|it| it.id == id));
        if let Some(at) = cut {
            let cuts = &mut self.planes.as_mut()?.cuts;
            return cuts.get_mut(at).map(|it| &mut it.scan);
        }
        let item = self.item_mut(id);
        match item.map(|it: &mut Item| &mut it.content) {
            Some(Content::Scan(scan)) => Some(scan),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MarkEdit, MarkId, Marks};
    use crate::measure::{Point, Shape};

    fn line(x: f64) -> Shape {
        Shape::Length([Point::new(0.0, 0.0), Point::new(x, 0.0)])
    }

    #[test]
    fn every_change_can_be_undone_and_done_again() {
        let mut marks = Marks::default();
        marks.edit(0, MarkEdit::Add(line(1.0)), MarkId(1));
        marks.edit(2, MarkEdit::Add(line(2.0)), MarkId(2));
        marks.edit(0, MarkEdit::Change(MarkId(1), line(3.0)), MarkId(3));
        marks.edit(2, MarkEdit::Remove(MarkId(2)), MarkId(4));
        // Nothing that changes nothing is a step.
        marks.edit(2, MarkEdit::Remove(MarkId(2)), MarkId(5));
        let last = marks.clone();
        let undone: Vec<_> = std::iter::from_fn(|| marks.undo()).collect();
        assert_eq!(undone, [2, 0, 2, 0]);
        assert!(marks.of(0).is_empty() && marks.of(2).is_empty());
        let again: Vec<_> = std::iter::from_fn(|| marks.redo()).collect();
        assert_eq!(again, [0, 2, 0, 2]);
        assert_eq!(marks, last);
        // After a new change there is nothing to do again.
        marks.undo();
        marks.edit(1, MarkEdit::Add(line(4.0)), MarkId(6));
        assert_eq!(marks.can_step(), (true, false));
    }
}
