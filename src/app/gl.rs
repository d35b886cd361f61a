//! What the programs of the window have in common: how they are compiled, and how a texture is filled.
#![expect(
    unsafe_code,
    reason = "OpenGL is called through glow, whose functions are all unsafe; each block says why it holds"
)]

use eframe::glow::{self, HasContext as _, PixelUnpackData};

/// Whether OpenGL runs on the processor, by what the driver calls itself (Mesa's, and Chromium's in virtual machines).
pub(super) fn is_software(gl: &glow::Context) -> bool {
    // SAFETY: eframe made this context current on this thread before it creates the application.
    let name = unsafe { gl.get_parameter_string(glow::RENDERER) }.to_lowercase();
    ["llvmpipe", "softpipe", "swrast", "swiftshader", "software"]
        .iter()
        .any(|it| name.contains(it))
}

/// Compiles and links a program. An error in words where the driver cannot.
///
/// # Safety
/// The context is current.
pub(super) unsafe fn program(
    gl: &glow::Context,
    vertex: &str,
    fragment: &str,
) -> Result<glow::Program, String> {
    let version = gl.version();
    let header = match (version.is_embedded, version.major, version.minor) {
        (true, 3.., _) => "#version 300 es\n",
        (false, 4.., _) | (false, 3, 3..) => "#version 330\n",
        (false, 3, 1..) => "#version 140\n",
        _ => {
            return Err(format!(
                "OpenGL {}.{} has no integer textures",
                version.major, version.minor
            ));
        }
    };
    // SAFETY: as the caller promises; shaders are deleted once they are linked.
    unsafe {
        let program = gl.create_program()?;
        for (kind, source) in [
            (glow::VERTEX_SHADER, vertex),
            (glow::FRAGMENT_SHADER, fragment),
        ] {
            let shader = gl.create_shader(kind)?;
            gl.shader_source(shader, &format!("{header}{source}"));
            gl.compile_shader(shader);
            if !gl.get_shader_compile_status(shader) {
                return Err(gl.get_shader_info_log(shader));
            }
            gl.attach_shader(program, shader);
            gl.delete_shader(shader);
        }
        gl.link_program(program);
        if gl.get_program_link_status(program) {
            Ok(program)
        } else {
            Err(gl.get_program_info_log(program))
        }
    }
}

/// Puts rows of pixels into a new texture without filtering; the old one goes.
pub(super) fn upload(
    gl: &glow::Context,
    old: Option<glow::Texture>,
    (width, height): (usize, usize),
    (internal, format, kind): (u32, u32, u32),
    bytes: &[u8],
) -> Option<glow::Texture> {
    let (width, height) = (i32::try_from(width).ok()?, i32::try_from(height).ok()?);
    // SAFETY: called in a paint callback, where the context is current; `bytes` holds width x height pixels of the
    // given format, because `Codes` and `Heatmap` have one value for each pixel and a table is filled up to whole rows, and
    // rows are not padded (alignment 1).
    unsafe {
        if let Some(old) = old {
            gl.delete_texture(old);
        }
        let texture = gl.create_texture().ok()?;
        gl.bind_texture(glow::TEXTURE_2D, Some(texture));
        for (parameter, value) in [
            (glow::TEXTURE_MIN_FILTER, glow::NEAREST),
            (glow::TEXTURE_MAG_FILTER, glow::NEAREST),
            (glow::TEXTURE_WRAP_S, glow::CLAMP_TO_EDGE),
            (glow::TEXTURE_WRAP_T, glow::CLAMP_TO_EDGE),
        ] {
            gl.tex_parameter_i32(glow::TEXTURE_2D, parameter, value as i32);
        }
        gl.pixel_store_i32(glow::UNPACK_ALIGNMENT, 1);
        gl.tex_image_2d(
            glow::TEXTURE_2D,
            0,
            internal as i32,
            width,
            height,
            0,
            format,
            kind,
            PixelUnpackData::Slice(Some(bytes)),
        );
        gl.pixel_store_i32(glow::UNPACK_ALIGNMENT, 4);
        Some(texture)
    }
}
