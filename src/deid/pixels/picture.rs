//! A picture as it is searched for text: grey samples of any range, or colours.

use super::Error;

/// One picture, in rows from the top; width and height are at least one and fit the samples.
#[derive(Clone)]
pub struct Picture {
    width: usize,
    height: usize,
    samples: Samples,
}

/// The samples of a picture.
#[derive(Clone)]
pub enum Samples {
    /// One finite value a pixel, in any unit; bright or dark letters alike are found.
    Gray(Vec<f32>),
    /// Red, green and blue of each pixel.
    Rgb(Vec<u8>),
}

impl Picture {
    /// A picture of `width` times `height` pixels.
    pub fn parse(width: usize, height: usize, samples: Samples) -> Result<Self, Error> {
        let (found, per_pixel) = match &samples {
            Samples::Gray(values) => (values.len(), 1),
            Samples::Rgb(values) => (values.len(), 3),
        };
        let wanted = width
            .checked_mul(height)
            .and_then(|it| it.checked_mul(per_pixel));
        if found == 0 || wanted != Some(found) {
            return Err(Error::Shape {
                wanted: format!("{width} x {height} x {per_pixel}, at least one"),
                found,
            });
        }
        if let Samples::Gray(values) = &samples
            && values.iter().any(|it| !it.is_finite())
        {
            return Err(Error::NotFinite);
        }
        Ok(Self {
            width,
            height,
            samples,
        })
    }

    /// Pixels in a row.
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub const fn height(&self) -> usize {
        self.height
    }

    /// The samples, row by row.
    pub const fn samples(&self) -> &Samples {
        &self.samples
    }
}

#[cfg(test)]
mod tests {
    use super::{Picture, Samples};

    #[test]
    fn a_picture_is_as_large_as_it_says_and_has_only_numbers() {
        assert!(Picture::parse(2, 2, Samples::Gray(vec![0.0; 4])).is_ok());
        assert!(Picture::parse(2, 2, Samples::Rgb(vec![0; 12])).is_ok());
        assert!(Picture::parse(2, 2, Samples::Gray(vec![0.0; 5])).is_err());
        assert!(Picture::parse(0, 0, Samples::Gray(Vec::new())).is_err());
        assert!(Picture::parse(usize::MAX, 2, Samples::Rgb(vec![0; 12])).is_err());
        assert!(Picture::parse(1, 1, Samples::Gray(vec![f32::NAN])).is_err());
    }
}
