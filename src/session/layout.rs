//! Scans side by side: which viewport shows which, which one is active, and what is done to all of them at once.

use serde::{Deserialize, Serialize};

use super::{Content, Effect, Item, ItemId, Kind, ScanItem, State, Tone, View};
use crate::{case::Modality, failure::Failure};

/// How many scans stand side by side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    #[default]
    One,
    /// Side by side.
    Two,
    /// Two by two.
    Four,
}

/// The viewports: the active one shows the scan in the middle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Viewports {
    pub layout: Layout,
    /// Row by row. What lies beyond the layout is remembered and not shown.
    shown: [Option<ItemId>; 4],
    active: usize,
    /// What was in the middle when they were arranged last: as long as it stays there, a vacant viewport stays active.
    arranged: Option<ItemId>,
    /// Each goes its own way.
    pub are_apart: bool,
}

/// How the scan in the middle was looked at before a command.
pub(super) struct Before {
    pub(super) row: ItemId,
    /// Among its slices.
    pub(super) at: usize,
    pub(super) view: View,
}

impl Layout {
    /// In the order of the button.
    pub const ALL: [Self; 3] = [Self::One, Self::Two, Self::Four];

    /// Columns and rows.
    pub const fn size(self) -> (usize, usize) {
        match self {
            Self::One => (1, 1),
            Self::Two => (2, 1),
            Self::Four => (2, 2),
        }
    }

    /// Viewports in all.
    pub const fn n_viewports(self) -> usize {
        let (n_columns, n_rows) = self.size();
        n_columns * n_rows
    }

    /// The one after it, round and round.
    pub const fn next(self) -> Self {
        match self {
            Self::One => Self::Two,
            Self::Two => Self::Four,
            Self::Four => Self::One,
        }
    }

    /// Rows by columns: `1×2`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::One => "1\u{00D7}1",
            Self::Two => "1\u{00D7}2",
            Self::Four => "2\u{00D7}2",
        }
    }
}

impl Viewports {
    /// What each viewport of the layout shows, row by row.
    pub fn shown(&self) -> impl Iterator<Item = Option<ItemId>> {
        let n = self.layout.n_viewports();
        self.shown.iter().take(n).copied()
    }

    /// The place of the active one.
    pub const fn active(&self) -> usize {
        self.active
    }

    fn put(&mut self, at: usize, item: Option<ItemId>) {
        if let Some(place) = self.shown.get_mut(at) {
            *place = item;
        }
    }
}

impl State {
    /// Keeps the viewports true to what is open and what is in the middle: no scan stands in two of them.
    pub(super) fn arrange_viewports(&mut self) {
        let mut rows = Vec::new();
        let shown = self.viewports.shown.map(|it| {
            let row = self.row_of(it.filter(|id| self.item(*id).is_some())?);
            // What is remembered beyond the layout may have been put into it since.
            let is_twice = rows.contains(&row);
            rows.push(row);
            it.filter(|_| !is_twice)
        });
        self.viewports.shown = shown;
        self.rest_unseen();
        self.keep_planes();
        let Some(center) = self.scan().map(|it| it.0) else {
            return;
        };
        let row = self.row_of(center);
        let at = shown
            .iter()
            .position(|it| it.map(|it| self.row_of(it)) == Some(row));
        let viewports = &mut self.viewports;
        let is_vacant = viewports.shown().nth(viewports.active) == Some(None);
        let was_there = viewports.arranged.replace(row) == Some(row);
        match at.filter(|it| *it < viewports.layout.n_viewports()) {
            // The middle may have gone on to another slice of its row.
            Some(at) if is_vacant && was_there => viewports.put(at, Some(center)),
            Some(at) => {
                viewports.active = at;
                viewports.put(at, Some(center));
            }
            None => {
                if let Some(at) = at {
                    viewports.put(at, None);
                }
                viewports.put(viewports.active, Some(center));
            }
        }
    }

    /// Of each row of scans the one that was shown last.
    fn open_scans(&self) -> impl Iterator<Item = &Item> {
        let is_scan = |it: &&Item| it.content.kind() == Kind::Scan;
        self.rows().into_iter().filter(is_scan)
    }

    /// Whether a scan or a plane is drawn large.
    pub fn is_on_screen(&self, id: ItemId) -> bool {
        let planes = self.planes.iter().flat_map(|it| &it.cuts);
        let shown = self.viewports.shown().flatten().chain(self.center);
        shown.chain(planes.map(|it| it.id)).any(|it| it == id)
    }

    /// Lets go of what is kept for the screen only: a series has thousands of slices.
    fn rest_unseen(&mut self) {
        let seen: Vec<ItemId> = self
            .viewports
            .shown()
            .flatten()
            .chain(self.center)
            .collect();
        for item in self.items.iter_mut().filter(|it| !seen.contains(&it.id)) {
            if let Content::Scan(scan) = &mut item.content {
                scan.rest();
            }
        }
    }

    /// More or fewer viewports. New ones take what is not shown yet, first what stands on the page.
    pub(super) fn set_layout(&mut self, layout: Layout) {
        let viewports = &mut self.viewports;
        viewports.layout = layout;
        if layout.n_viewports() <= viewports.active {
            let kept = viewports.shown.get(viewports.active).copied().flatten();
            viewports.put(viewports.active, None);
            viewports.active = 0;
            viewports.put(0, kept);
        }
        let page = self.center().map(|it| it.patient);
        let shown: Vec<Option<ItemId>> = self.viewports.shown().collect();
        let rows: Vec<ItemId> = shown.iter().flatten().map(|it| self.row_of(*it)).collect();
        let mut waiting: Vec<&Item> = self
            .open_scans()
            .filter(|it| !rows.contains(&self.row_of(it.id)))
            .collect();
        waiting.sort_by_key(|it| Some(it.patient) != page);
        let mut waiting = waiting
            .into_iter()
            .map(|it| it.id)
            .collect::<Vec<_>>()
            .into_iter();
        for (at, item) in shown.into_iter().enumerate() {
            if item.is_none() {
                let next = waiting.next();
                self.viewports.put(at, next);
            }
        }
    }

    /// Makes a viewport the active one.
    pub(super) fn activate_viewport(&mut self, at: usize) {
        let item = self.viewports.shown().nth(at);
        if let Some(item) = item {
            self.viewports.active = at;
            if let Some(id) = item {
                self.activate(id);
            }
        }
    }

    /// The next viewport that shows something.
    pub(super) fn next_viewport(&mut self) {
        let shown: Vec<Option<ItemId>> = self.viewports.shown().collect();
        let n = shown.len();
        let next = (1..n).map(|step| (self.viewports.active + step) % n);
        let next = next
            .into_iter()
            .find(|at| shown.get(*at).copied().flatten().is_some());
        if let Some(at) = next {
            self.activate_viewport(at);
        }
    }

    /// Puts the scan of the same patient that was made last before this one beside it.
    pub(super) fn compare_prior(&mut self) -> Vec<Effect> {
        self.close_planes();
        match self.prior() {
            Some(prior) => {
                if self.viewports.layout == Layout::One {
                    self.set_layout(Layout::Two);
                }
                let beside = if self.viewports.active == 0 { 1 } else { 0 };
                let row = self.row_of(prior);
                let shown = self.viewports.shown.iter();
                let elsewhere = shown
                    .map(|it| it.map(|it| self.row_of(it)))
                    .position(|it| it == Some(row));
                if let Some(at) = elsewhere {
                    self.viewports.put(at, None);
                }
                self.viewports.put(beside, Some(prior));
            }
            None => {
                let nothing = Failure {
                    headline: self.words.say("prior-missing"),
                    remedy: self.words.say("prior-missing-remedy"),
                    cause: String::new(),
                };
                self.tell(Tone::Failure, nothing, None, None);
            }
        }
        Vec::new()
    }

    /// The newest scan of the page that is older than the one in the middle, of its modality before others.
    fn prior(&self) -> Option<ItemId> {
        let (id, scan) = self.scan()?;
        // To tell one time from another.
        let date = |it: &ScanItem| it.scan.header.acquired.reveal().clone();
        let now = date(scan)?;
        let (row, patient) = (self.row_of(id), self.center()?.patient);
        let of_page = self.open_scans().filter(|it| it.patient == patient);
        let of_page = of_page.filter(|it| self.row_of(it.id) != row);
        let older = of_page.filter_map(|it| match &it.content {
            Content::Scan(other) => {
                let before = date(other).filter(|it| *it < now)?;
                let is_alike = other.scan.header.modality == scan.scan.header.modality;
                Some((is_alike, before, it.id))
            }
            _ => None,
        });
        older.max().map(|it| it.2)
    }

    /// Does to the other scans on screen what was done to the view of the one in the middle, unless each goes its own way.
    pub(super) fn follow(&mut self, before: Option<Before>) {
        let (Some(before), Some((now, scan))) = (before, self.scan()) else {
            return;
        };
        let after = scan.view.clone();
        let by = self.position(now).0 as isize - before.at as isize;
        let is_same = before.view == after && by == 0;
        if self.row_of(now) != before.row || is_same || self.viewports.are_apart {
            return;
        }
        let kind = grey_kind(scan);
        for at in 0..self.viewports.shown.len() {
            let shown = self.viewports.shown().nth(at).flatten();
            let Some(id) = shown.filter(|it| self.row_of(*it) != before.row) else {
                continue;
            };
            if by != 0 {
                let beside = self.slice_beside(id, by);
                let other = self.turn_to_slice(id, beside);
                self.viewports.put(at, other);
            }
            let shown = self.viewports.shown().nth(at).flatten();
            let item = shown.and_then(|it| self.item_mut(it));
            if let Some(Content::Scan(other)) = item.map(|it| &mut it.content) {
                let is_alike = grey_kind(other) == kind;
                other.view.follow((&before.view, &after), is_alike);
            }
        }
    }
}

/// Scans whose grey values mean the same may share a window.
fn grey_kind(scan: &ScanItem) -> Option<(Modality, Option<String>)> {
    let header = &scan.scan.header;
    let is_grey = header.pixels.samples_per_pixel == 1;
    is_grey.then(|| (header.modality.clone(), header.unit.clone()))
}
