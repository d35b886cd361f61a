//! What the window keeps of pictures: thumbnails, the shader, and the texture of the CPU path. A cache, nothing else.

use std::{collections::BTreeMap, sync::Arc};

use eframe::{egui_glow, glow};
use egui::{
    ColorImage, Context, PaintCallback, Painter, Pos2, Rect, TextureHandle, TextureOptions, Vec2,
    pos2,
};

use super::gpu::{Drawing, Gpu, Heat};
use crate::{
    case::{Frame, Samples},
    measure::{Measured, Shape, measure_on},
    prediction::{Explanation, Heatmap},
    render::{
        Curve, Overlay, Picture, Pose, compose,
        contour::Point,
        overlay::{MapLook, greatest},
        picture::{outlines, places},
        thumbnail,
    },
    session::{ItemId, OverId, ScanItem},
};

/// Textures by what they show.
pub(super) struct Pictures {
    gpu: Option<Gpu>,
    thumbnails: BTreeMap<ItemId, TextureHandle>,
    /// The magnifier's apart from the others.
    drawn: BTreeMap<(ItemId, bool), (Drawn, TextureHandle)>,
    /// Those on screen, newest last.
    shown: Vec<Shown>,
    /// What lies over images, newest last.
    masks: Vec<(MaskKey, TextureHandle)>,
    /// What marks measure, newest last.
    measured: Vec<(Arc<Frame>, Shape, Arc<Measured>)>,
    /// Where the active viewport stands, and pixels for a point.
    pub(super) viewport: (Rect, f32),
}

/// What a mask is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MaskKey {
    /// An overlay plane of an image: its number, and the frame.
    Plane(ItemId, usize, usize),
    /// A picture of an object: its number in the file.
    Over(OverId, usize),
    /// What a state covers of a frame.
    Shutter(OverId, usize),
}

/// An explanation as it is drawn.
#[derive(Clone)]
pub(super) struct Shown {
    pub(super) explanation: Arc<Explanation>,
    pub(super) heatmap: Arc<Heatmap>,
    /// The raw value that is drawn as full strength.
    pub(super) full: f32,
    pub(super) look: MapLook,
    /// Round the strongest regions, in coordinates of the scan.
    pub(super) outlines: Arc<[Vec<Point>]>,
    /// The middle of each of them.
    pub(super) places: Arc<[Point]>,
}

/// Everything that a picture of the CPU path depends on. Frame and map are kept, so that a new one at the same
/// address is never taken for an old one.
#[derive(Clone)]
struct Drawn {
    frame: Arc<Frame>,
    curve: Curve,
    pose: Pose,
    size: (usize, usize),
    heat: Option<(Arc<Heatmap>, f32)>,
}

impl Drawn {
    fn is(&self, other: &Self) -> bool {
        let heats = match (&self.heat, &other.heat) {
            (Some((a, strength_a)), Some((b, strength_b))) => {
                Arc::ptr_eq(a, b) && strength_a == strength_b
            }
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        let places = (self.pose, self.size) == (other.pose, other.size);
        heats && places && Arc::ptr_eq(&self.frame, &other.frame) && self.curve == other.curve
    }
}

/// Twice the viewports that are drawn at once.
const N_SHOWN: usize = 8;
/// Edge of the magnifier in points.
pub(super) const GLASS: f32 = 220.0;
/// Masks that are kept: a few images with a few segments each.
const N_MASKS: usize = 48;
/// More marks than this are measured anew in each frame.
const N_MEASURED: usize = 256;
/// Longest edge of a thumbnail in pixels.
const THUMBNAIL: usize = 96;

impl Pictures {
    /// With the shader where the driver can and nobody asked for the CPU.
    pub(super) fn new(gl: Option<&glow::Context>, is_cpu_wanted: bool) -> Self {
        let gpu = gl
            .filter(|_| !is_cpu_wanted)
            .and_then(|it| Gpu::new(it).ok());
        Self {
            gpu,
            thumbnails: BTreeMap::new(),
            drawn: BTreeMap::new(),
            shown: Vec::new(),
            masks: Vec::new(),
            measured: Vec::new(),
            viewport: (Rect::from_min_size(Pos2::ZERO, Vec2::splat(1.0)), 1.0),
        }
    }

    /// Who draws.
    pub(super) const fn drawn_by(&self) -> &'static str {
        if self.gpu.is_some() { "OpenGL" } else { "CPU" }
    }

    /// Frees what the driver holds.
    pub(super) fn destroy(&self, gl: &glow::Context) {
        if let Some(gpu) = &self.gpu {
            gpu.destroy(gl);
        }
    }

    /// Forgets every picture, in the driver as well.
    pub(super) fn forget(&mut self, gl: Option<&glow::Context>) {
        if let (Some(gpu), Some(gl)) = (&self.gpu, gl) {
            gpu.forget(gl);
        }
        self.thumbnails.clear();
        self.drawn.clear();
        self.shown.clear();
        self.masks.clear();
        self.measured.clear();
    }

    /// Forgets the thumbnails of closed items, and pictures that are not on screen.
    pub(super) fn retain(
        &mut self,
        is_open: impl Fn(ItemId) -> bool,
        is_on_screen: impl Fn(ItemId) -> bool,
    ) {
        self.thumbnails.retain(|id, _| is_open(*id));
        self.drawn.retain(|(id, _), _| is_on_screen(*id));
    }

    /// A small picture of the first frame, made once.
    pub(super) fn thumbnail(
        &mut self,
        ctx: &Context,
        id: ItemId,
        scan: &ScanItem,
    ) -> TextureHandle {
        let made = self.thumbnails.entry(id).or_insert_with(|| {
            let aspect = scan.scan.header.aspect();
            let picture = thumbnail(scan.pyramid(), &scan.view.plain_curve(), aspect, THUMBNAIL);
            ctx.load_texture("thumbnail", image(&picture), TextureOptions::LINEAR)
        });
        made.clone()
    }

    /// An explanation made ready to draw, once.
    pub(super) fn shown(&mut self, explanation: &Arc<Explanation>, look: MapLook) -> Option<Shown> {
        let is_it = |it: &&Shown| Arc::ptr_eq(&it.explanation, explanation) && it.look == look;
        let known = self.shown.iter().find(is_it);
        if known.is_none() {
            let heatmap = explanation.heatmap.as_ref()?;
            let (shown, full) = (look.drawn(heatmap), greatest(heatmap));
            let outlines = outlines(explanation.method, &shown, full).into();
            if N_SHOWN <= self.shown.len() {
                self.shown.remove(0);
            }
            self.shown.push(Shown {
                explanation: explanation.clone(),
                heatmap: Arc::new(shown),
                full,
                look,
                outlines,
                places: places(explanation).into(),
            });
        }
        self.shown.iter().find(is_it).cloned()
    }

    /// The texture of a mask, made once while it is among the last ones.
    pub(super) fn mask(
        &mut self,
        ctx: &Context,
        key: MaskKey,
        picture: impl FnOnce() -> Picture,
    ) -> TextureHandle {
        let known = self.masks.iter().position(|it| it.0 == key);
        let kept = match known {
            Some(at) => self.masks.remove(at),
            None => {
                let texture = ctx.load_texture("mask", image(&picture()), TextureOptions::NEAREST);
                (key, texture)
            }
        };
        if N_MASKS <= self.masks.len() {
            drop(self.masks.remove(0));
        }
        let texture = kept.1.clone();
        self.masks.push(kept);
        texture
    }

    /// What a shape measures on the frame on screen, worked out once.
    pub(super) fn measured(&mut self, scan: &ScanItem, shape: &Shape) -> Arc<Measured> {
        let frame = scan.pyramid().frame();
        let known = self
            .measured
            .iter()
            .find(|it| Arc::ptr_eq(&it.0, frame) && it.1 == *shape);
        if let Some(known) = known {
            return known.2.clone();
        }
        let measured = Arc::new(measure_on(frame, &scan.scan.header, shape));
        if N_MEASURED <= self.measured.len() {
            self.measured.remove(0);
        }
        let kept = (frame.clone(), shape.clone(), measured.clone());
        self.measured.push(kept);
        measured
    }

    /// Paints a scan into a rectangle on whole screen pixels; `pose` counts screen pixels from its left top.
    pub(super) fn paint(
        &mut self,
        painter: &Painter,
        rect: Rect,
        (id, scan): (ItemId, &ScanItem),
        pose: Pose,
        heat: Option<(&Shown, f32)>,
    ) {
        let curve = scan.view.curve();
        let (frame, level) = scan.pyramid().level(pose.scan_from_picture.scale_x);
        match &self.gpu {
            Some(gpu) if matches!(frame.samples, Samples::Gray(_)) => {
                let heat = heat.map(|(it, opacity)| Heat {
                    heatmap: it.heatmap.clone(),
                    full: it.full,
                    opacity,
                });
                let drawing = Drawing {
                    frame: frame.clone(),
                    level,
                    curve,
                    pose,
                    heat,
                };
                paint_by_shader(painter, rect, gpu.clone(), drawing);
            }
            Some(_) | None => self.paint_by_cpu(painter, rect, (id, scan), (curve, pose), heat),
        }
    }

    fn paint_by_cpu(
        &mut self,
        painter: &Painter,
        rect: Rect,
        (id, scan): (ItemId, &ScanItem),
        (curve, pose): (Curve, Pose),
        heat: Option<(&Shown, f32)>,
    ) {
        let pixels = rect.size() * painter.pixels_per_point();
        let wanted = Drawn {
            frame: scan.pyramid().frame().clone(),
            curve: curve.clone(),
            pose,
            size: (
                pixels.x.round().max(1.0) as usize,
                pixels.y.round().max(1.0) as usize,
            ),
            heat: heat.map(|(it, opacity)| (it.heatmap.clone(), opacity)),
        };
        let is_glass = (rect.size() - Vec2::splat(GLASS)).length() < 2.0;
        let known = self.drawn.get(&(id, is_glass));
        if known.is_none_or(|(drawn, _)| !drawn.is(&wanted)) {
            let overlay = heat.map(|(it, opacity)| Overlay::new(&it.heatmap, it.full, opacity));
            let picture = image(&compose(
                scan.pyramid(),
                &curve,
                overlay.as_ref(),
                pose,
                wanted.size,
            ));
            let texture = match self.drawn.remove(&(id, is_glass)) {
                Some((_, mut texture)) => {
                    texture.set(picture, TextureOptions::NEAREST);
                    texture
                }
                None => painter
                    .ctx()
                    .load_texture("picture", picture, TextureOptions::NEAREST),
            };
            self.drawn.insert((id, is_glass), (wanted, texture));
        }
        if let Some((_, texture)) = self.drawn.get(&(id, is_glass)) {
            painter.image(
                texture.id(),
                rect,
                Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0)),
                egui::Color32::WHITE,
            );
        }
    }
}

fn paint_by_shader(painter: &Painter, rect: Rect, gpu: Gpu, drawing: Drawing) {
    let callback = egui_glow::CallbackFn::new(move |info, painter| {
        let viewport = info.viewport_in_pixels();
        gpu.draw(
            painter.gl(),
            (viewport.width_px, viewport.height_px),
            &drawing,
        );
    });
    painter.add(PaintCallback {
        rect,
        callback: Arc::new(callback),
    });
}

/// A picture as egui has it.
pub(super) fn image(picture: &Picture) -> ColorImage {
    ColorImage::from_rgba_unmultiplied([picture.width, picture.height], &picture.rgba)
}
