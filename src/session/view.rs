//! How a scan is looked at: frame, window, zoom and place. Pure arithmetic, no pixels.

use crate::{
    case::Window,
    render::{Curve, Look, Table, Turn},
};

/// How one scan is looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    pub frame_idx: usize,
    pub window: Window,
    /// Takes the place of the window while it is there.
    pub table: Option<Table>,
    pub is_inverted: bool,
    pub turn: Turn,
    /// 1 fits the scan into the viewport.
    pub zoom: f32,
    /// The point in the middle of the viewport, as shares of the scan's width and height.
    pub center: (f32, f32),
}

const ZOOM_MIN: f32 = 0.25;
const ZOOM_MAX: f32 = 40.0;

impl View {
    /// The first frame, fitted.
    pub fn new(look: Look) -> Self {
        let (window, table) = parts(look);
        Self {
            frame_idx: 0,
            window,
            table,
            is_inverted: false,
            turn: Turn::default(),
            zoom: 1.0,
            center: (0.5, 0.5),
        }
    }

    /// Shows grey values by a window or by a table, in the place of the one before.
    pub fn show_by(&mut self, look: Look) {
        (self.window, self.table) = parts(look);
    }

    /// By which window or table grey values are shown.
    pub fn look(&self) -> Look {
        match &self.table {
            Some(table) => Look::Table(table.clone()),
            None => Look::Window(self.window.clone()),
        }
    }

    /// By a window or by a table, and inverted or not.
    pub fn curve(&self) -> Curve {
        Curve {
            is_inverted: self.is_inverted,
            ..self.plain_curve()
        }
    }

    /// By a window or by a table, and never inverted: what is kept of a scan and saved with a map over it shows it as it is.
    pub fn plain_curve(&self) -> Curve {
        Curve::of(&self.look(), false)
    }

    /// Moves the picture by shares of the scan's width and height.
    pub fn pan(&mut self, (x, y): (f32, f32)) {
        self.center = (
            (self.center.0 - x).clamp(0.0, 1.0),
            (self.center.1 - y).clamp(0.0, 1.0),
        );
    }

    /// Zooms by a factor; the point `about` (shares of width and height) stays where it is on screen.
    pub fn zoom_about(&mut self, factor: f32, about: (f32, f32)) {
        let zoom = (self.zoom * factor).clamp(ZOOM_MIN, ZOOM_MAX);
        let kept = self.zoom / zoom;
        self.zoom = zoom;
        let moved = |about: f32, center: f32| (about - (about - center) * kept).clamp(0.0, 1.0);
        self.center = (moved(about.0, self.center.0), moved(about.1, self.center.1));
    }

    /// Does what was done to another view: the same steps of zoom and place, and the same window where grey values mean
    /// the same.
    pub fn follow(&mut self, (before, after): (&Self, &Self), is_alike: bool) {
        self.zoom = (self.zoom * after.zoom / before.zoom).clamp(ZOOM_MIN, ZOOM_MAX);
        self.pan((
            before.center.0 - after.center.0,
            before.center.1 - after.center.1,
        ));
        if is_alike && before.look() != after.look() {
            self.show_by(after.look());
        }
    }

    /// Whether what is seen differs from what is stored, and a model reads, by more than its window.
    pub fn is_changed(&self) -> bool {
        self.is_inverted || self.turn != Turn::default()
    }

    /// Puts a point (shares of width and height) in the middle, at a zoom.
    pub fn look_at(&mut self, center: (f32, f32), zoom: f32) {
        self.zoom = zoom.clamp(ZOOM_MIN, ZOOM_MAX);
        self.center = (center.0.clamp(0.0, 1.0), center.1.clamp(0.0, 1.0));
    }

    /// Back to the fitted picture.
    pub const fn fit(&mut self) {
        self.zoom = 1.0;
        self.center = (0.5, 0.5);
    }
}

/// A drag leaves a table for the window that is as wide.
fn parts(look: Look) -> (Window, Option<Table>) {
    match look {
        Look::Window(window) => (window, None),
        Look::Table(table) => (table.window(), Some(table)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Look, View};
    use crate::case::{VoiFunction, Window};

    #[test]
    fn the_point_under_the_pointer_stays_when_zooming() {
        let window = Window {
            center: 0.0,
            width: 1.0,
            function: VoiFunction::Linear,
            name: None,
        };
        let mut view = View::new(Look::Window(window));
        let screen = |view: &View| (0.3 - view.center.0) * view.zoom;
        let before = screen(&view);
        view.zoom_about(2.5, (0.3, 0.6));
        assert!((screen(&view) - before).abs() < 1e-6);
        view.zoom_about(1e9, (0.3, 0.6));
        assert!(view.zoom <= 40.0);
    }
}
