//! What the window keeps of pictures: thumbnails, the shader, and what the CPU has drawn. A cache, nothing else.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use eframe::{egui_glow, glow};
use egui::{
    ColorImage, Context, Id, PaintCallback, Painter, Pos2, Rect, TextureHandle, TextureOptions,
    Vec2, pos2,
};

use super::{
    blit::{Blit, Put},
    gl::is_software,
    gpu::{Drawing, Gpu, Heat},
};
use crate::{
    case::{Frame, Samples},
    measure::{Measured, Shape, measure_on},
    prediction::{Explanation, Heatmap},
    render::{
        Curve, Overlay, Picture, Pose, compose,
        contour::Point,
        lay,
        overlay::{MapLook, greatest},
        picture::{outlines, places},
        shade, thumbnail,
    },
    session::{ItemId, OverId, ScanItem},
};

/// Textures by what they show.
pub(super) struct Pictures {
    drawer: Drawer,
    thumbnails: BTreeMap<ItemId, TextureHandle>,
    /// What the CPU has drawn, by its place on screen.
    drawn: HashMap<Id, Kept>,
    /// Pictures that were drawn so far.
    n_drawn: u64,
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

/// A picture of the CPU path.
struct Kept {
    drawn: Drawn,
    /// The samples of a grey frame on the pixels of the screen, for the next curve.
    laid: Option<Vec<f32>>,
    /// Another number for another picture.
    version: u64,
    picture: Arc<Picture>,
    /// Where egui puts it on screen.
    texture: Option<TextureHandle>,
}

/// Who draws, as somebody asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DrawBy {
    Gpu,
    Cpu,
}

/// Who draws grey pictures.
enum Drawer {
    /// The shader.
    Gpu(Gpu),
    /// `render`, which is faster where OpenGL runs on the processor as well.
    Cpu(Blit),
    /// `render`, and egui puts on screen what it drew: for old drivers.
    Plain,
}

impl Drawer {
    /// The shader where a graphics processor can draw, or where somebody asked for it.
    fn new(gl: Option<&glow::Context>, wanted: Option<DrawBy>) -> Self {
        let Some(gl) = gl else {
            return Self::Plain;
        };
        let is_gpu = match wanted {
            Some(wanted) => wanted == DrawBy::Gpu,
            None => !is_software(gl),
        };
        let drawer = if is_gpu {
            Gpu::new(gl).ok().map(Self::Gpu)
        } else {
            Blit::new(gl).map(Self::Cpu)
        };
        drawer.unwrap_or(Self::Plain)
    }
}

/// Everything that a picture of the CPU path depends on. Frame and map are kept, so that a new one at the same
/// address is never taken for an old one.
#[derive(Clone)]
struct Drawn {
    item: ItemId,
    frame: Arc<Frame>,
    curve: Curve,
    pose: Pose,
    size: (usize, usize),
    heat: Option<Heat>,
}

impl Drawn {
    fn is(&self, other: &Self) -> bool {
        let heats = match (&self.heat, &other.heat) {
            (Some(one), Some(other)) => {
                Arc::ptr_eq(&one.heatmap, &other.heatmap) && one.opacity == other.opacity
            }
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        heats && self.is_laid_as(other) && self.curve == other.curve
    }

    /// Whether the samples fall on the same pixels.
    fn is_laid_as(&self, other: &Self) -> bool {
        let places = (self.pose, self.size) == (other.pose, other.size);
        places && Arc::ptr_eq(&self.frame, &other.frame)
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
    pub(super) fn new(gl: Option<&glow::Context>, wanted: Option<DrawBy>) -> Self {
        Self {
            drawer: Drawer::new(gl, wanted),
            thumbnails: BTreeMap::new(),
            drawn: HashMap::new(),
            n_drawn: 0,
            shown: Vec::new(),
            masks: Vec::new(),
            measured: Vec::new(),
            viewport: (Rect::from_min_size(Pos2::ZERO, Vec2::splat(1.0)), 1.0),
        }
    }

    /// Who draws.
    pub(super) const fn drawn_by(&self) -> &'static str {
        match self.drawer {
            Drawer::Gpu(_) => "OpenGL",
            Drawer::Cpu(_) | Drawer::Plain => "CPU",
        }
    }

    /// Frees what the driver holds.
    pub(super) fn destroy(&self, gl: &glow::Context) {
        match &self.drawer {
            Drawer::Gpu(it) => it.destroy(gl),
            Drawer::Cpu(it) => it.destroy(gl),
            Drawer::Plain => {}
        }
    }

    /// Forgets every picture, in the driver as well.
    pub(super) fn forget(&mut self, gl: Option<&glow::Context>) {
        match (&self.drawer, gl) {
            (Drawer::Gpu(it), Some(gl)) => it.forget(gl),
            (Drawer::Cpu(it), Some(gl)) => it.forget(gl),
            (Drawer::Plain, _) | (_, None) => {}
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
        self.drawn.retain(|_, it| is_on_screen(it.drawn.item));
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

    /// Paints a scan into a rectangle on whole screen pixels, and black where it does not reach; `pose` counts screen pixels
    /// from its left top. What is painted at one place later takes the memory of what was there.
    pub(super) fn paint(
        &mut self,
        painter: &Painter,
        (at, rect): (Id, Rect),
        (id, scan): (ItemId, &ScanItem),
        pose: Pose,
        heat: Option<(&Shown, f32)>,
    ) {
        let (curve, heat) = (scan.view.curve(), heat.map(heat_of));
        let (frame, level) = scan.pyramid().level(pose.scan_from_picture.scale_x);
        if let Drawer::Gpu(gpu) = &self.drawer
            && matches!(frame.samples, Samples::Gray(_))
        {
            let drawing = Drawing {
                frame: frame.clone(),
                level,
                curve,
                pose,
                heat,
            };
            return paint_by_shader(painter, rect, gpu.clone(), drawing);
        }
        let pixels = (rect.size() * painter.pixels_per_point())
            .round()
            .max(Vec2::splat(1.0));
        let wanted = Drawn {
            item: id,
            frame: scan.pyramid().frame().clone(),
            curve,
            pose,
            size: (pixels.x as usize, pixels.y as usize),
            heat,
        };
        self.paint_by_cpu(painter, rect, at, scan, wanted);
    }

    fn paint_by_cpu(
        &mut self,
        painter: &Painter,
        rect: Rect,
        at: Id,
        scan: &ScanItem,
        wanted: Drawn,
    ) {
        let mut kept = match self.drawn.remove(&at) {
            Some(known) if known.drawn.is(&wanted) => known,
            known => {
                self.n_drawn += 1;
                redraw(scan, known, wanted, self.n_drawn)
            }
        };
        match &self.drawer {
            Drawer::Cpu(blit) => {
                let (version, picture) = (kept.version, kept.picture.clone());
                let put = Put {
                    at,
                    version,
                    picture,
                };
                paint_by_blit(painter, rect, blit.clone(), put);
            }
            Drawer::Gpu(_) | Drawer::Plain => paint_by_egui(painter, rect, &mut kept),
        }
        self.drawn.insert(at, kept);
    }
}

/// Draws anew what is on screen no longer as it should be, in the memory of what was there; samples that still fall on the same
/// pixels are not laid again.
fn redraw(scan: &ScanItem, known: Option<Kept>, wanted: Drawn, version: u64) -> Kept {
    let is_laid = known
        .as_ref()
        .is_some_and(|it| it.drawn.is_laid_as(&wanted));
    let (laid, rgba) = known.map_or_else(Default::default, |it| {
        (it.laid, Arc::unwrap_or_clone(it.picture).rgba)
    });
    let (pyramid, curve, pose, size) = (scan.pyramid(), &wanted.curve, wanted.pose, wanted.size);
    let laid = if is_laid {
        laid
    } else {
        lay(pyramid, pose, size, laid.unwrap_or_default())
    };
    let overlay = wanted.heat.as_ref();
    let overlay = overlay.map(|it| Overlay::new(&it.heatmap, it.full, it.opacity));
    let picture = match &laid {
        Some(laid) => shade(laid, curve, overlay.as_ref(), pose, size, rgba),
        None => compose(pyramid, curve, overlay.as_ref(), pose, size),
    };
    Kept {
        drawn: wanted,
        laid,
        version,
        picture: Arc::new(picture),
        texture: None,
    }
}

/// A map that is shown, with its opacity.
fn heat_of((shown, opacity): (&Shown, f32)) -> Heat {
    Heat {
        heatmap: shown.heatmap.clone(),
        full: shown.full,
        opacity,
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

fn paint_by_blit(painter: &Painter, rect: Rect, blit: Blit, put: Put) {
    let draw = move |info, painter: &egui_glow::Painter| blit.draw(painter.gl(), &info, &put);
    let callback = egui_glow::CallbackFn::new(draw);
    painter.add(PaintCallback {
        rect,
        callback: Arc::new(callback),
    });
}

fn paint_by_egui(painter: &Painter, rect: Rect, kept: &mut Kept) {
    let texture = kept.texture.get_or_insert_with(|| {
        let image = image(&kept.picture);
        painter
            .ctx()
            .load_texture("picture", image, TextureOptions::NEAREST)
    });
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    painter.image(texture.id(), rect, whole, egui::Color32::WHITE);
}

/// A picture as egui has it.
pub(super) fn image(picture: &Picture) -> ColorImage {
    ColorImage::from_rgba_unmultiplied([picture.width, picture.height], &picture.rgba)
}
