//! sqrt.

use super::body::Body;

pub(super) struct Sqrt;

impl Body<f64, 1> for Sqrt {
    #[inline(always)]
    fn straight([x]: [f64; 1]) -> f64 {
        x.sqrt()
    }

    fn library([x]: [f64; 1]) -> f64 {
        x.sqrt()
    }
}
