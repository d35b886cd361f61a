//! Pictures that `render` has made, put on screen pixel for pixel, for OpenGL that runs on the processor: a copy of a rectangle,
//! without a shader and without mixing with what is below, which costs least there.
#![expect(
    unsafe_code,
    reason = "OpenGL is called through glow, whose functions are all unsafe; each block says why it holds"
)]

use std::sync::{Arc, Mutex, PoisonError};

use eframe::glow::{self, HasContext as _, PixelUnpackData};
use egui::{Id, PaintCallbackInfo};

use super::gl;
use crate::render::Picture;

/// The textures. Cheap to clone; all clones are one.
#[derive(Clone)]
pub(super) struct Blit(Arc<Mutex<Objects>>);

struct Objects {
    /// What is read from: the texture that it is given.
    source: glow::Framebuffer,
    /// Newest first.
    textures: Vec<Texture>,
}

/// A picture to be put on screen.
#[derive(Clone)]
pub(super) struct Put {
    /// Where: a later picture of the same place takes its texture.
    pub(super) at: Id,
    /// Another number for another picture.
    pub(super) version: u64,
    pub(super) picture: Arc<Picture>,
}

struct Texture {
    at: Id,
    version: u64,
    size: (usize, usize),
    texture: glow::Texture,
}

/// Twice the viewports that are drawn at once.
const N_KEPT: usize = 8;

impl Blit {
    /// `None` where the driver copies no rectangles: before OpenGL 3.0.
    pub(super) fn new(gl: &glow::Context) -> Option<Self> {
        if gl.version().major < 3 {
            return None;
        }
        // SAFETY: eframe made this context current on this thread before it creates the application.
        let source = unsafe { gl.create_framebuffer().ok()? };
        Some(Self(Arc::new(Mutex::new(Objects {
            source,
            textures: Vec::new(),
        }))))
    }

    /// Puts a picture where egui says; pixels beyond what may be drawn over are left out.
    pub(super) fn draw(&self, gl: &glow::Context, info: &PaintCallbackInfo, put: &Put) {
        let mut objects = self.lock();
        let Some(texture) = texture(gl, &mut objects.textures, put) else {
            return;
        };
        let (whole, clip) = (info.viewport_in_pixels(), info.clip_rect_in_pixels());
        let (left, bottom) = (
            whole.left_px.max(clip.left_px),
            whole.from_bottom_px.max(clip.from_bottom_px),
        );
        let right = (whole.left_px + whole.width_px).min(clip.left_px + clip.width_px);
        let top =
            (whole.from_bottom_px + whole.height_px).min(clip.from_bottom_px + clip.height_px);
        if right <= left || top <= bottom {
            return;
        }
        // The picture's first row is its upper one.
        let row = |it: i32| whole.height_px - (it - whole.from_bottom_px);
        let column = |it: i32| it - whole.left_px;
        // SAFETY: the context is current during a paint callback; framebuffer and texture belong to it. What is drawn to stays
        // bound. egui sets its own scissors after each callback.
        unsafe {
            // The rectangle is clipped already.
            gl.disable(glow::SCISSOR_TEST);
            gl.bind_framebuffer(glow::READ_FRAMEBUFFER, Some(objects.source));
            gl.framebuffer_texture_2d(
                glow::READ_FRAMEBUFFER,
                glow::COLOR_ATTACHMENT0,
                glow::TEXTURE_2D,
                Some(texture),
                0,
            );
            gl.blit_framebuffer(
                column(left),
                row(bottom),
                column(right),
                row(top),
                left,
                bottom,
                right,
                top,
                glow::COLOR_BUFFER_BIT,
                glow::NEAREST,
            );
            gl.bind_framebuffer(glow::READ_FRAMEBUFFER, None);
        }
    }

    /// Frees the pictures that the driver holds.
    pub(super) fn forget(&self, gl: &glow::Context) {
        for it in std::mem::take(&mut self.lock().textures) {
            // SAFETY: eframe calls this on the drawing thread while the context lives; each texture is deleted once.
            unsafe { gl.delete_texture(it.texture) };
        }
    }

    /// Frees what the driver holds.
    pub(super) fn destroy(&self, gl: &glow::Context) {
        self.forget(gl);
        // SAFETY: as above.
        unsafe { gl.delete_framebuffer(self.lock().source) };
    }

    /// Only the drawing thread takes this lock; it is here because egui wants callbacks to be `Sync`.
    fn lock(&self) -> std::sync::MutexGuard<'_, Objects> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The texture of a picture, filled where that is new; it comes to stand first.
fn texture(gl: &glow::Context, textures: &mut Vec<Texture>, put: &Put) -> Option<glow::Texture> {
    let known = textures.iter().position(|it| it.at == put.at);
    let known = known.map(|it| textures.remove(it));
    let known = known.or_else(|| (N_KEPT <= textures.len()).then(|| textures.pop()).flatten());
    let size = (put.picture.width, put.picture.height);
    let is_it = |it: &Texture| it.at == put.at && it.version == put.version;
    let texture = match known {
        Some(known) if is_it(&known) => known.texture,
        known => fill(gl, known.map(|it| (it.texture, it.size)), put)?,
    };
    textures.insert(
        0,
        Texture {
            at: put.at,
            version: put.version,
            size,
            texture,
        },
    );
    Some(texture)
}

/// Puts a picture into a texture of its size, or into a new one.
fn fill(
    gl: &glow::Context,
    old: Option<(glow::Texture, (usize, usize))>,
    put: &Put,
) -> Option<glow::Texture> {
    let Picture {
        width,
        height,
        rgba: bytes,
    } = &*put.picture;
    let (format, kind) = (glow::RGBA, glow::UNSIGNED_BYTE);
    if let Some((texture, size)) = old
        && size == (*width, *height)
    {
        let (width, height) = (i32::try_from(*width).ok()?, i32::try_from(*height).ok()?);
        // SAFETY: called in a paint callback, where the context is current; a picture has four bytes for each pixel.
        unsafe {
            gl.bind_texture(glow::TEXTURE_2D, Some(texture));
            let data = PixelUnpackData::Slice(Some(bytes));
            gl.tex_sub_image_2d(glow::TEXTURE_2D, 0, 0, 0, width, height, format, kind, data);
        }
        return Some(texture);
    }
    let formats = (glow::RGBA8, format, kind);
    gl::upload(gl, old.map(|it| it.0), (*width, *height), formats, bytes)
}
