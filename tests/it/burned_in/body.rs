//! What lies behind the text: bodies by formula, and radiographs where they are there.

use std::f32::consts::PI;

use rand::RngExt as _;

use super::{Layout, Sheet};

impl Sheet<'_> {
    pub(super) fn background(&mut self) -> Vec<f32> {
        let (width, height) = (self.width, self.height);
        match self.layout {
            Layout::Ultrasound | Layout::Cine => self.fan(),
            Layout::CtCorners => self.slice(),
            Layout::Tiny if self.rng.random_bool(0.5) => self.slice(),
            _ if !self.studio.radiographs.is_empty() && self.rng.random_bool(0.5) => {
                let n = self.studio.radiographs.len();
                let image = &self.studio.radiographs[self.rng.random_range(0..n)];
                let filter = image::imageops::FilterType::Triangle;
                let image = image::imageops::resize(image, width as u32, height as u32, filter);
                image
                    .pixels()
                    .map(|it| f32::from(it.0[0]) / 255.0)
                    .collect()
            }
            _ => self.chest(),
        }
    }

    /// A body with lungs, ribs and spine.
    fn chest(&mut self) -> Vec<f32> {
        let (ribs, phase) = (
            self.rng.random_range(9.0..14.0),
            self.rng.random_range(0.0..PI),
        );
        let (noise, tone) = (
            self.rng.random_range(0.005..0.03),
            self.rng.random_range(0.45..0.75),
        );
        let lung = |x: f32, y: f32, side: f32| {
            let (dx, dy) = ((x - 0.5 - side * 0.19) / 0.15, (y - 0.48) / 0.32);
            1.0 / (1.0 + (6.0 * (dx * dx + dy * dy - 1.0)).exp())
        };
        self.each_pixel(noise, |x, y| {
            let air = lung(x, y, -1.0) + lung(x, y, 1.0);
            let rib = (ribs * PI * (y + 0.25 * (x - 0.5).powi(2)) * 2.0 + phase)
                .sin()
                .max(0.0);
            let spine = (-((x - 0.5) / 0.045).powi(2)).exp();
            let body = 1.0 / (1.0 + (40.0 * ((x - 0.5).abs() - 0.46)).exp());
            body * (tone - 0.4 * air + 0.1 * rib * air.min(1.0) + 0.2 * spine)
        })
    }

    /// A slice through a trunk, with sharp bone and air.
    fn slice(&mut self) -> Vec<f32> {
        let organs: Vec<[f32; 5]> = (0..9)
            .map(|_| {
                let mut part = |low: f32, high: f32| self.rng.random_range(low..high);
                [
                    part(0.3, 0.7),
                    part(0.35, 0.65),
                    part(0.03, 0.12),
                    part(0.03, 0.1),
                    part(-0.25, 0.3),
                ]
            })
            .collect();
        let noise = self.rng.random_range(0.01..0.04);
        self.each_pixel(noise, |x, y| {
            let inside = |[cx, cy, rx, ry, _]: &[f32; 5]| {
                ((x - cx) / rx).powi(2) + ((y - cy) / ry).powi(2) < 1.0
            };
            if !inside(&[0.5, 0.5, 0.36, 0.27, 0.0]) {
                return if inside(&[0.5, 1.2, 0.6, 0.41, 0.0]) && !inside(&[0.5, 1.2, 0.6, 0.4, 0.0])
                {
                    0.3
                } else {
                    0.02
                };
            }
            if inside(&[0.5, 0.67, 0.05, 0.045, 0.0]) {
                return 0.9;
            }
            let organ: f32 = organs.iter().filter(|it| inside(it)).map(|it| it[4]).sum();
            (0.45 + organ).clamp(0.05, 0.85)
        })
    }

    /// An ultrasound fan with speckle.
    fn fan(&mut self) -> Vec<f32> {
        let (depth, blob) = (
            self.rng.random_range(0.6..0.75),
            self.rng.random_range(0.3..0.7),
        );
        let speckle: Vec<f32> = (0..self.width * self.height)
            .map(|_| -self.rng.random_range(0.001f32..1.0).ln())
            .collect();
        let width = self.width;
        let mut n = 0;
        self.each_pixel(0.0, |x, y| {
            n += 1;
            let (dx, dy) = (x - 0.5, y - 0.1);
            let (radius, angle) = ((dx * dx + dy * dy).sqrt(), dx.atan2(dy));
            if !(0.08..depth + 0.1).contains(&radius) || angle.abs() > 0.7 {
                return 0.0;
            }
            let cyst = ((x - blob) / 0.08).powi(2) + ((y - 0.5) / 0.07).powi(2) < 1.0;
            let here = n - 1;
            let smooth = (speckle[here]
                + speckle[here.saturating_sub(1)]
                + speckle[here.saturating_sub(width)])
                / 3.0;
            (0.28 * smooth * if cyst { 0.1 } else { 1.0 - radius * 0.5 }).min(0.95)
        })
    }

    fn each_pixel(&mut self, noise: f32, mut value: impl FnMut(f32, f32) -> f32) -> Vec<f32> {
        let mut pixels = Vec::with_capacity(self.width * self.height);
        for y in 0..self.height {
            for x in 0..self.width {
                // The mean of three even numbers is close enough to a bell.
                let bell: f32 = (0..3).map(|_| self.rng.random_range(-1.0f32..1.0)).sum();
                let at = value(x as f32 / self.width as f32, y as f32 / self.height as f32);
                pixels.push((at + noise * bell).clamp(0.0, 1.0));
            }
        }
        pixels
    }
}
