//! The picture by shader: a 16-bit texture per frame, uploaded once; window, zoom and overlay are uniforms.
#![expect(
    unsafe_code,
    reason = "OpenGL is called through glow, whose functions are all unsafe; each block says why it holds"
)]

use std::sync::{Arc, Mutex, PoisonError};

use eframe::glow::{self, HasContext as _};

use super::gl;
use crate::{
    case::Frame,
    prediction::{Affine2, Heatmap},
    render::{
        Curve, Pose, Turn,
        codes::Codes,
        colormap::STOPS,
        curve::Shape,
        overlay::{FADE_FROM, FADE_TO},
    },
};

/// What is to be drawn into a rectangle.
#[derive(Clone)]
pub(super) struct Drawing {
    /// A level of the pyramid, and how many times it was halved.
    pub(super) frame: Arc<Frame>,
    pub(super) level: usize,
    pub(super) curve: Curve,
    /// From screen pixels, counted from the rectangle's left top, to the scan.
    pub(super) pose: Pose,
    pub(super) heat: Option<Heat>,
}

/// Influence to be laid over it.
#[derive(Clone)]
pub(super) struct Heat {
    pub(super) heatmap: Arc<Heatmap>,
    /// The raw value of full strength.
    pub(super) full: f32,
    /// 0..1.
    pub(super) opacity: f32,
}

/// The program and its textures. Cheap to clone; all clones are one.
#[derive(Clone)]
pub(super) struct Gpu(Arc<Mutex<Objects>>);

struct Objects {
    program: glow::Program,
    vertices: glow::VertexArray,
    /// Those of the viewports, newest first.
    frames: Vec<FrameTexture>,
    heats: Vec<HeatTexture>,
    tables: Vec<TableTexture>,
}

/// Twice the viewports that are drawn at once: a new picture in one costs no other its texture.
const N_KEPT: usize = 8;

/// The source is kept, so that a new frame at the same address is never taken for it.
struct FrameTexture {
    source: Arc<Frame>,
    texture: glow::Texture,
    value_from_code: (f32, f32),
}

struct HeatTexture {
    source: Arc<Heatmap>,
    texture: glow::Texture,
}

struct TableTexture {
    source: Arc<[f32]>,
    texture: glow::Texture,
}

/// Levels of a table in a row of its texture: a table of 65,536 is higher than wide on no driver.
const TABLE_ROW: usize = 256;

const VERTEX: &str = "
out vec2 v_rect;
void main() {
    vec2 corner = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1)) * 2.0;
    v_rect = vec2(corner.x, 1.0 - corner.y);
    gl_Position = vec4(corner * 2.0 - 1.0, 0.0, 1.0);
}";

impl Gpu {
    /// Compiles the program. An error in words where the driver cannot: then the CPU draws.
    pub(super) fn new(gl: &glow::Context) -> Result<Self, String> {
        let stops = STOPS
            .map(|[red, green, blue]| format!("vec3({red:.1}, {green:.1}, {blue:.1})"))
            .join(", ");
        let fragment = include_str!("shader.glsl").replace("STOPS", &stops);
        // SAFETY: eframe made this context current on this thread before it creates the application.
        unsafe {
            let program = gl::program(gl, VERTEX, &fragment)?;
            let vertices = gl.create_vertex_array()?;
            Ok(Self(Arc::new(Mutex::new(Objects {
                program,
                vertices,
                frames: Vec::new(),
                heats: Vec::new(),
                tables: Vec::new(),
            }))))
        }
    }

    /// Draws into the viewport that egui has set for the callback.
    pub(super) fn draw(&self, gl: &glow::Context, rect_px: (i32, i32), drawing: &Drawing) {
        // Only the drawing thread takes this lock; it is here because egui wants callbacks to be `Sync`.
        let mut objects = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        objects.upload_frame(gl, &drawing.frame);
        if let Some(heat) = &drawing.heat {
            objects.upload_heat(gl, &heat.heatmap);
        }
        if let Shape::Table(table) = &drawing.curve.shape {
            objects.upload_table(gl, &table.levels);
        }
        objects.draw(gl, rect_px, drawing);
    }

    /// Frees the pictures that the driver holds.
    pub(super) fn forget(&self, gl: &glow::Context) {
        let mut objects = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let frames = std::mem::take(&mut objects.frames);
        let heats = std::mem::take(&mut objects.heats);
        let tables = std::mem::take(&mut objects.tables);
        let frames = frames.into_iter().map(|it| it.texture);
        let heats = heats.into_iter().map(|it| it.texture);
        let textures = frames
            .chain(heats)
            .chain(tables.into_iter().map(|it| it.texture));
        // SAFETY: eframe calls this on the drawing thread while the context lives; each object is deleted once.
        unsafe {
            for texture in textures {
                gl.delete_texture(texture);
            }
        }
    }

    /// Frees what the driver holds.
    pub(super) fn destroy(&self, gl: &glow::Context) {
        self.forget(gl);
        let objects = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: as above.
        unsafe {
            gl.delete_program(objects.program);
            gl.delete_vertex_array(objects.vertices);
        }
    }
}

impl Objects {
    fn upload_frame(&mut self, gl: &glow::Context, frame: &Arc<Frame>) {
        if is_kept(&mut self.frames, |it| Arc::ptr_eq(&it.source, frame)) {
            return;
        }
        let Some(codes) = Codes::new(frame) else {
            return;
        };
        let bytes: Vec<u8> = codes.codes.iter().flat_map(|it| it.to_ne_bytes()).collect();
        let old = oldest(&mut self.frames).map(|it| it.texture);
        let format = (glow::R16UI, glow::RED_INTEGER, glow::UNSIGNED_SHORT);
        if let Some(texture) = gl::upload(gl, old, (frame.width, frame.height), format, &bytes) {
            let kept = FrameTexture {
                source: frame.clone(),
                texture,
                value_from_code: (codes.low, codes.step),
            };
            self.frames.insert(0, kept);
        }
    }

    fn upload_heat(&mut self, gl: &glow::Context, heatmap: &Arc<Heatmap>) {
        if is_kept(&mut self.heats, |it| Arc::ptr_eq(&it.source, heatmap)) {
            return;
        }
        let bytes: Vec<u8> = heatmap
            .values
            .iter()
            .flat_map(|it| it.to_ne_bytes())
            .collect();
        let old = oldest(&mut self.heats).map(|it| it.texture);
        let format = (glow::R32F, glow::RED, glow::FLOAT);
        if let Some(texture) = gl::upload(gl, old, (heatmap.width, heatmap.height), format, &bytes)
        {
            let kept = HeatTexture {
                source: heatmap.clone(),
                texture,
            };
            self.heats.insert(0, kept);
        }
    }

    fn upload_table(&mut self, gl: &glow::Context, levels: &Arc<[f32]>) {
        if is_kept(&mut self.tables, |it| Arc::ptr_eq(&it.source, levels)) {
            return;
        }
        let n_rows = levels.len().div_ceil(TABLE_ROW).max(1);
        let beyond = std::iter::repeat(&0.0);
        let bytes: Vec<u8> = levels
            .iter()
            .chain(beyond)
            .take(n_rows * TABLE_ROW)
            .flat_map(|it| it.to_ne_bytes())
            .collect();
        let old = oldest(&mut self.tables).map(|it| it.texture);
        let format = (glow::R32F, glow::RED, glow::FLOAT);
        if let Some(texture) = gl::upload(gl, old, (TABLE_ROW, n_rows), format, &bytes) {
            let kept = TableTexture {
                source: levels.clone(),
                texture,
            };
            self.tables.insert(0, kept);
        }
    }

    fn draw(&self, gl: &glow::Context, (width, height): (i32, i32), drawing: &Drawing) {
        // What was just uploaded or found stands first.
        let Some(frame) = self.frames.first() else {
            return;
        };
        let heat = drawing.heat.as_ref().zip(self.heats.first());
        // SAFETY: the context is current during a paint callback; program, textures and uniforms belong to it. egui
        // restores its own program, textures, blending and vertex array after each callback.
        unsafe {
            gl.use_program(Some(self.program));
            gl.disable(glow::BLEND);
            gl.active_texture(glow::TEXTURE0);
            gl.bind_texture(glow::TEXTURE_2D, Some(frame.texture));
            let set = Uniforms {
                gl,
                program: self.program,
            };
            set.int("u_frame", 0);
            set.int("u_heat", 1);
            set.vec2("u_rect_px", (width as f32, height as f32));
            set.affine("u_scan_from_rect", drawing.pose.scan_from_picture);
            set.turn("u_turn", drawing.pose.turn);
            set.float("u_shrink", (1.0 / f64::from(1_u32 << drawing.level)) as f32);
            set.vec2("u_value_from_code", frame.value_from_code);
            set.int("u_table", 2);
            set_curve(&set, &drawing.curve, self.tables.first());
            set.int("u_has_heat", 0);
            if let Some((wanted, texture)) = heat {
                set_heat(&set, texture, wanted);
            }
            gl.bind_vertex_array(Some(self.vertices));
            gl.draw_arrays(glow::TRIANGLES, 0, 3);
            gl.enable(glow::BLEND);
            gl.active_texture(glow::TEXTURE0);
        }
    }
}

/// Whether one of them is it; then it stands first.
fn is_kept<T>(kept: &mut Vec<T>, is_it: impl Fn(&T) -> bool) -> bool {
    let at = kept.iter().position(is_it);
    if let Some(at) = at {
        let found = kept.remove(at);
        kept.insert(0, found);
    }
    at.is_some()
}

/// The one that was drawn longest ago, where there are too many.
fn oldest<T>(kept: &mut Vec<T>) -> Option<T> {
    if kept.len() < N_KEPT {
        None
    } else {
        kept.pop()
    }
}

/// # Safety
/// The context is current and the program in use.
unsafe fn set_curve(set: &Uniforms<'_>, curve: &Curve, table: Option<&TableTexture>) {
    let (shape, numbers) = match &curve.shape {
        Shape::Ramp { low, span } => (0, (*low, *span)),
        Shape::Sigmoid { center, width } => (1, (*center, *width)),
        Shape::Table(it) => (2, (it.first, it.step)),
    };
    // SAFETY: as the caller promises.
    unsafe {
        set.int("u_shape", shape);
        set.vec2("u_curve", numbers);
        set.int("u_inverted", i32::from(curve.is_inverted));
        if let (Shape::Table(it), Some(table)) = (&curve.shape, table) {
            set.gl.active_texture(glow::TEXTURE2);
            set.gl.bind_texture(glow::TEXTURE_2D, Some(table.texture));
            let last = it.levels.len().saturating_sub(1);
            set.int("u_last", i32::try_from(last).unwrap_or(0));
        }
    }
}

/// # Safety
/// The context is current and the program in use.
unsafe fn set_heat(set: &Uniforms<'_>, texture: &HeatTexture, heat: &Heat) {
    if heat.full <= 0.0 {
        return;
    }
    // SAFETY: as the caller promises.
    unsafe {
        set.gl.active_texture(glow::TEXTURE1);
        set.gl.bind_texture(glow::TEXTURE_2D, Some(texture.texture));
        set.int("u_has_heat", 1);
        set.affine("u_heat_from_scan", heat.heatmap.scan_from_heatmap.inverse());
        set.float("u_full", heat.full);
        set.float("u_opacity", heat.opacity);
        set.vec2("u_fade", (FADE_FROM, FADE_TO));
    }
}

struct Uniforms<'a> {
    gl: &'a glow::Context,
    program: glow::Program,
}

/// # Safety
/// For all: the context is current and the program in use. A name that the driver optimised away is skipped.
impl Uniforms<'_> {
    unsafe fn int(&self, name: &str, value: i32) {
        // SAFETY: as the caller promises.
        unsafe {
            self.gl.uniform_1_i32(
                self.gl.get_uniform_location(self.program, name).as_ref(),
                value,
            )
        }
    }

    unsafe fn float(&self, name: &str, value: f32) {
        // SAFETY: as the caller promises.
        unsafe {
            self.gl.uniform_1_f32(
                self.gl.get_uniform_location(self.program, name).as_ref(),
                value,
            )
        }
    }

    unsafe fn vec2(&self, name: &str, (x, y): (f32, f32)) {
        // SAFETY: as the caller promises.
        unsafe {
            self.gl.uniform_2_f32(
                self.gl.get_uniform_location(self.program, name).as_ref(),
                x,
                y,
            )
        }
    }

    unsafe fn turn(&self, name: &str, turn: Turn) {
        let (a, c) = turn.scan_from_screen((1.0, 0.0));
        let (b, d) = turn.scan_from_screen((0.0, 1.0));
        // SAFETY: as the caller promises.
        unsafe {
            let at = self.gl.get_uniform_location(self.program, name);
            self.gl.uniform_4_f32(at.as_ref(), a, b, c, d);
        }
    }

    unsafe fn affine(&self, name: &str, map: Affine2) {
        // SAFETY: as the caller promises.
        unsafe {
            let at = self.gl.get_uniform_location(self.program, name);
            self.gl.uniform_4_f32(
                at.as_ref(),
                map.scale_x,
                map.scale_y,
                map.offset_x,
                map.offset_y,
            );
        }
    }
}
