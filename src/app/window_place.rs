//! Where the window is put: as it stood when it was closed, but never out of reach, never too small, and beside another
//! window of ours. Wayland tells no window where it is; there only its size and whether it is maximised are kept.

use eframe::CreationContext;
use egui::{Context, Rect, Vec2, ViewportCommand, pos2, vec2};

use crate::settings::WindowPlace;

/// Of a window that nobody has sized yet, in points.
const USUAL: [f32; 2] = [1440.0, 900.0];
/// Smaller than this it cannot be made.
pub const LEAST: [f32; 2] = [900.0, 560.0];
/// From one window of ours to the next, across and down.
const STEP: f32 = 32.0;
/// Windows that stand beside each other before one stands where another may be.
pub const N_STEPS: u32 = 8;
/// What must be seen of the top of a window to take hold of it.
const HANDLE: Vec2 = vec2(120.0, 32.0);

/// Where a window is asked for, before anybody knows the screens: as it stood, so many steps aside.
pub fn wanted(kept: Option<&WindowPlace>, n_steps: u32) -> WindowPlace {
    let kept = kept.copied().unwrap_or(WindowPlace {
        size: USUAL,
        at: None,
        is_maximized: false,
    });
    let [width, height] = kept.size;
    let [least_width, least_height] = LEAST;
    let aside = STEP * n_steps as f32;
    WindowPlace {
        size: [width.max(least_width), height.max(least_height)],
        at: kept
            .at
            .filter(|it| it.iter().all(|edge| edge.is_finite()))
            .map(|it| it.map(|edge| edge + aside)),
        // Two maximised windows are one over the other.
        is_maximized: kept.is_maximized && n_steps == 0,
    }
}

/// Where it is put instead once the screens are known; `None` where it can be taken hold of. A window that is steps
/// aside of another stays aside of it.
pub fn mended(wanted: &WindowPlace, screens: &[Rect]) -> Option<[f32; 2]> {
    let [left, top] = wanted.at?;
    let first = screens.first()?;
    let [width, _] = wanted.size;
    let handle = Rect::from_min_size(pos2(left, top), vec2(width, HANDLE.y));
    let is_held = |screen: &Rect| {
        let seen = screen.intersect(handle);
        HANDLE.x <= seen.width() && HANDLE.y <= seen.height()
    };
    if screens.iter().any(is_held) {
        return None;
    }
    // Where it stood counts in small, so that windows that were steps apart do not meet in the corner.
    let aside = |edge: f32| STEP + edge.rem_euclid(N_STEPS as f32 * STEP);
    let corner = first.min + vec2(aside(left), aside(top));
    Some([corner.x, corner.y])
}

/// Moves a window that starts to where it can be taken hold of.
pub(super) fn mend(cc: &CreationContext<'_>, place: &WindowPlace) {
    // There is no window in a test.
    let Some(window) = cc.winit_window() else {
        return;
    };
    let points = |pixels: f64| (pixels / window.scale_factor()) as f32;
    let screens = window.available_monitors().map(|it| {
        let (at, size) = (it.position(), it.size());
        Rect::from_min_size(
            pos2(points(at.x.into()), points(at.y.into())),
            vec2(points(size.width.into()), points(size.height.into())),
        )
    });
    if let Some([x, y]) = mended(place, &screens.collect::<Vec<_>>()) {
        let to = ViewportCommand::OuterPosition(pos2(x, y));
        cc.egui_ctx.send_viewport_cmd(to);
    }
}

/// Where the window stands now, if that is other than it was known; nothing of a window that is not seen.
pub(super) fn moved(ctx: &Context, known: Option<&WindowPlace>) -> Option<WindowPlace> {
    // Letters may be larger; the desktop's points are not.
    let zoom = ctx.zoom_factor();
    let now = ctx.input(|it| {
        let view = it.viewport();
        if view.minimized == Some(true) || view.fullscreen == Some(true) {
            return None;
        }
        let size = it.content_rect().size() * zoom;
        let at = view.outer_rect.map(|it| it.min.to_vec2() * zoom);
        Some((size, at, view.maximized == Some(true)))
    });
    let (size, at, is_maximized) = now?;
    let now = WindowPlace {
        size: size.into(),
        at: at.map(Into::into),
        is_maximized,
    };
    let now = match known {
        // What it goes back to when it is no longer maximised.
        Some(known) if is_maximized => WindowPlace {
            is_maximized,
            ..*known
        },
        _ => now,
    };
    (known != Some(&now)).then_some(now)
}
