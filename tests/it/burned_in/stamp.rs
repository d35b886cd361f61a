//! A line of text as coverage.

use ab_glyph::{Font as _, FontVec, PxScale, ScaleFont as _, point};

/// A line of text, as the part of each pixel that it covers.
pub(super) struct Stamp {
    pub(super) width: usize,
    pub(super) height: usize,
    cover: Vec<f32>,
}

impl Stamp {
    pub(super) fn new(font: &FontVec, text: &str, size: f32) -> Self {
        let scaled = font.as_scaled(PxScale::from(size));
        let advance: f32 = text
            .chars()
            .map(|it| scaled.h_advance(scaled.glyph_id(it)))
            .sum();
        let (width, height) = (
            advance.ceil() as usize + 2,
            scaled.height().ceil() as usize + 1,
        );
        let mut stamp = Self {
            width,
            height,
            cover: vec![0.0; width * height],
        };
        let mut x = 1.0;
        for character in text.chars() {
            let glyph = scaled.glyph_id(character);
            assert!(glyph.0 != 0, "a font has no {character:?}");
            let placed =
                glyph.with_scale_and_position(PxScale::from(size), point(x, scaled.ascent()));
            x += scaled.h_advance(glyph);
            let Some(outline) = font.outline_glyph(placed) else {
                continue;
            };
            let origin = outline.px_bounds().min;
            outline.draw(|dx, dy, cover| {
                let (px, py) = (origin.x + dx as f32, origin.y + dy as f32);
                if px >= 0.0 && py >= 0.0 && (px as usize) < width && (py as usize) < height {
                    let value = &mut stamp.cover[py as usize * width + px as usize];
                    *value = value.max(cover);
                }
            });
        }
        stamp
    }

    pub(super) fn at(&self, x: usize, y: usize) -> f32 {
        self.cover[y * self.width + x]
    }

    /// The most that covers a pixel or one beside it.
    pub(super) fn halo(&self, x: usize, y: usize) -> f32 {
        let mut most = 0.0f32;
        for near_y in y.saturating_sub(1)..(y + 2).min(self.height) {
            for near_x in x.saturating_sub(1)..(x + 2).min(self.width) {
                most = most.max(self.at(near_x, near_y));
            }
        }
        most
    }

    pub(super) fn turned(self) -> Self {
        let cover = (0..self.width)
            .flat_map(|x| (0..self.height).rev().map(move |y| (x, y)))
            .map(|(x, y)| self.at(x, y))
            .collect();
        Self {
            width: self.height,
            height: self.width,
            cover,
        }
    }
}
