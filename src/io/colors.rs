//! Colour maps: a few control points each, between which colours are interpolated in sRGB.

use crate::error::{Code, Error, Result};

type Rgb = [u8; 3];

/// A colour map. The numbers are those of the C interface.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Colors {
    Viridis = 0,
    Gray = 1,
    RedBlue = 2,
    Inferno = 3,
}

/// Number of colours; the palette's last entry is that of missing values.
pub const LEVELS: usize = 255;

/// Evenly spaced points of matplotlib's `viridis` (S. van der Walt, N. Smith and E. Firing, 2015; CC0).
const VIRIDIS: [Rgb; 10] = points([
    0x440154, 0x482878, 0x3e4a89, 0x31688e, 0x26828e, 0x1f9e89, 0x35b779, 0x6dcd59, 0xb4de2c,
    0xfde725,
]);

/// Evenly spaced points of matplotlib's `inferno` (as above).
const INFERNO: [Rgb; 10] = points([
    0x000004, 0x1b0c42, 0x4b0c6b, 0x781c6d, 0xa52c60, 0xcf4446, 0xed6925, 0xfb9a06, 0xf7d03c,
    0xfcffa4,
]);

/// ColorBrewer's `RdBu` of 11 classes, blue first (C. Brewer, colorbrewer2.org; Apache License 2.0).
const RED_BLUE: [Rgb; 11] = points([
    0x053061, 0x2166ac, 0x4393c3, 0x92c5de, 0xd1e5f0, 0xf7f7f7, 0xfddbc7, 0xf4a582, 0xd6604d,
    0xb2182b, 0x67001f,
]);

const GRAY: [Rgb; 2] = points([0x000000, 0xffffff]);

const fn points<const N: usize>(hex: [u32; N]) -> [Rgb; N] {
    let mut points = [[0; 3]; N];
    let mut i = 0;
    while i < N {
        let [_, red, green, blue] = hex[i].to_be_bytes();
        points[i] = [red, green, blue];
        i += 1;
    }
    points
}

impl Colors {
    pub fn from_code(code: i32) -> Result<Colors> {
        let all = [
            Colors::Viridis,
            Colors::Gray,
            Colors::RedBlue,
            Colors::Inferno,
        ];
        all.into_iter().find(|&colors| colors as i32 == code).ok_or_else(|| {
            Error::new(Code::Argument, format!("there is no colour map {code}; allowed: 0 (viridis), 1 (gray), 2 (red-blue), 3 (inferno)"))
        })
    }

    fn points(self) -> &'static [Rgb] {
        match self {
            Colors::Viridis => &VIRIDIS,
            Colors::Gray => &GRAY,
            Colors::RedBlue => &RED_BLUE,
            Colors::Inferno => &INFERNO,
        }
    }

    /// The colour of a value that is not a number: one that the map does not have.
    fn missing(self) -> Rgb {
        match self {
            Colors::Viridis => [255, 255, 255],
            Colors::Gray => [214, 39, 40],
            Colors::RedBlue => [44, 160, 44],
            Colors::Inferno => [0, 176, 176],
        }
    }

    /// `LEVELS` colours from the lowest to the highest value, then that of missing values; three bytes each.
    pub fn palette(self) -> Vec<u8> {
        let points = self.points();
        let spans = points.len() - 1;
        let mut palette = Vec::with_capacity(3 * (LEVELS + 1));
        for level in 0..LEVELS {
            let at = (level * spans) as f64 / (LEVELS - 1) as f64;
            let span = (at as usize).min(spans - 1);
            let share = at - span as f64;
            for (low, high) in points[span].iter().zip(points[span + 1]) {
                let mixed = f64::from(*low) * (1.0 - share) + f64::from(high) * share;
                palette.push(mixed.round() as u8);
            }
        }
        palette.extend(self.missing());
        palette
    }
}

/// Place in the palette of a value between `lo` and `hi`; values outside have the colours of the ends.
pub fn level(value: f64, lo: f64, hi: f64) -> u8 {
    if value.is_nan() {
        return LEVELS as u8;
    }
    let top = (LEVELS - 1) as f64;
    if lo >= hi {
        return (top / 2.0) as u8;
    }
    // Halves, since the difference of two finite numbers may be infinite.
    let share = (value / 2.0 - lo / 2.0) / (hi / 2.0 - lo / 2.0);
    (share * top).round().clamp(0.0, top) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn palettes_begin_and_end_with_the_published_colours() {
        let ends = |colors: Colors| {
            let palette = colors.palette();
            assert_eq!(palette.len(), 3 * 256);
            let at = |i: usize| [palette[3 * i], palette[3 * i + 1], palette[3 * i + 2]];
            for i in 0..LEVELS {
                assert_ne!(at(i), colors.missing(), "{colors:?} {i}");
            }
            (at(0), at(127), at(254))
        };
        assert_eq!(
            ends(Colors::Viridis),
            ([0x44, 0x01, 0x54], [0x23, 0x90, 0x8c], [0xfd, 0xe7, 0x25])
        );
        assert_eq!(
            ends(Colors::RedBlue),
            ([0x05, 0x30, 0x61], [0xf7, 0xf7, 0xf7], [0x67, 0x00, 0x1f])
        );
        assert_eq!(
            ends(Colors::Gray),
            ([0, 0, 0], [128, 128, 128], [255, 255, 255])
        );
        assert_eq!(ends(Colors::Inferno).0, [0, 0, 4]);
    }

    #[test]
    fn levels_span_the_range() {
        assert_eq!(level(0.0, 0.0, 254.0), 0);
        assert_eq!(level(100.4, 0.0, 254.0), 100);
        assert_eq!(level(254.0, 0.0, 254.0), 254);
        assert_eq!(level(-1e300, -1.0, 1.0), 0);
        assert_eq!(level(f64::INFINITY, -1.0, 1.0), 254);
        assert_eq!(level(f64::NEG_INFINITY, -1.0, 1.0), 0);
        assert_eq!(level(f64::NAN, -1.0, 1.0), 255);
        assert_eq!(level(3.0, 3.0, 3.0), 127);
        assert_eq!(level(f64::MAX, -f64::MAX, f64::MAX), 254);
        assert_eq!(level(0.0, -f64::MAX, f64::MAX), 127);
    }

    #[test]
    fn unknown_maps_are_refused() {
        assert_eq!(Colors::from_code(2), Ok(Colors::RedBlue));
        assert!(Colors::from_code(4)
            .unwrap_err()
            .text
            .contains("colour map 4"));
    }
}
