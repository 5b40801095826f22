//! Counts of elements by the bin that they fall into.

use distarray_core::{Code, Dtype, Kind};

use super::block::Block;
use super::element::Flag;
use super::number::Real;
use super::tile::{Buffer, Operand, Traversal};
use crate::error::{Error, Result};

/// Bins beside each other: bin i reaches from edge i, which belongs to it, to the next one, which belongs to it in the last bin alone.
pub struct Bins {
    edges: Vec<f64>,
    /// Bins per unit, where all are alike.
    per_unit: Option<f64>,
}

impl Bins {
    /// Bins of one width. As NumPy, an empty range is widened by 1/2 on both sides.
    ///
    /// Errors: `Code::Argument` for no bins and for a range that is none; `Code::Memory`.
    pub fn uniform(bins: i64, low: f64, high: f64) -> Result<Bins> {
        let refuse = |text| Err(Error::new(Code::Argument, text));
        if bins < 1 {
            return refuse(format!(
                "the number of bins is {bins}; 1 or more is allowed"
            ));
        }
        let (low, high) = if low == high {
            (low - 0.5, high + 0.5)
        } else {
            (low, high)
        };
        let width = (high - low) / bins as f64;
        if !(low < high && width.is_finite()) {
            return refuse(format!(
                "bins from {low} to {high}: two finite numbers in ascending order are allowed"
            ));
        }
        let mut edges = room(bins as usize)?;
        edges.extend((0..bins).map(|i| i as f64 * width + low));
        edges.push(high);
        let per_unit = Some(bins as f64 / (high - low));
        Ok(Bins { edges, per_unit })
    }

    /// Errors: `Code::Argument` for fewer than two edges, or edges that do not ascend; `Code::Memory`.
    pub fn at(edges: &[f64]) -> Result<Bins> {
        let ascend = edges.windows(2).all(|pair| pair[0] <= pair[1]);
        if edges.len() < 2 || !ascend {
            let text = "the edges of bins are two numbers or more, in ascending order";
            return Err(Error::new(Code::Argument, text));
        }
        let mut own = room(edges.len())?;
        own.extend_from_slice(edges);
        Ok(Bins {
            edges: own,
            per_unit: None,
        })
    }

    pub fn edges(&self) -> &[f64] {
        &self.edges
    }

    pub fn number(&self) -> usize {
        self.edges.len() - 1
    }

    /// The bin of a number; none for one outside, and for NaN.
    #[inline]
    fn of(&self, x: f64) -> Option<usize> {
        let last = self.number();
        let (low, high) = (self.edges[0], self.edges[last]);
        if !(x >= low && x <= high) {
            return None;
        }
        let Some(per_unit) = self.per_unit else {
            // The last bin is closed.
            let above = self.edges[..last].partition_point(|&edge| edge <= x);
            return Some(above - 1);
        };
        // The quotient may be rounded across an edge.
        let mut bin = (((x - low) * per_unit) as usize).min(last - 1);
        while x < self.edges[bin] {
            bin -= 1;
        }
        while bin + 1 < last && x >= self.edges[bin + 1] {
            bin += 1;
        }
        Some(bin)
    }

    /// Adds the elements of a block to the counts of the bins.
    ///
    /// Errors: `Code::Unsupported` for complex elements.
    pub fn count(&self, block: &Block, counts: &mut [u64]) -> Result<()> {
        if block.dtype().kind() == Kind::Complex {
            let text = "complex numbers have no order, and no bins";
            return Err(Error::new(Code::Unsupported, text));
        }
        if block.is_empty() {
            return Ok(());
        }
        let order = Traversal::of(block);
        let mut operand = Operand::new(block, &order);
        let mut buffer = Buffer::new();
        let count = counter(block.dtype());
        order.each(|corner| {
            operand.stand(corner);
            // SAFETY: the tile is a part of the block, packed and aligned; nobody writes it meanwhile by Memory, condition 2.
            unsafe {
                let x = operand.tile(&order, corner.now, &mut buffer, false);
                count(self, x, corner.elements(), counts);
            }
        });
        Ok(())
    }
}

fn room(edges: usize) -> Result<Vec<f64>> {
    let mut list = Vec::new();
    let reserved = list.try_reserve_exact(edges.saturating_add(1));
    reserved.map_err(|_| {
        Error::new(
            Code::Memory,
            format!("memory for {edges} edges was refused"),
        )
    })?;
    Ok(list)
}

/// Counts a tile. Safety: n elements of the dtype lie at the address, aligned.
type Counter = unsafe fn(&Bins, *const u8, usize, &mut [u64]);

fn counter(dtype: Dtype) -> Counter {
    match dtype {
        Dtype::Bool => count_tile::<Flag>,
        Dtype::Int8 => count_tile::<i8>,
        Dtype::Int16 => count_tile::<i16>,
        Dtype::Int32 => count_tile::<i32>,
        Dtype::Int64 => count_tile::<i64>,
        Dtype::Uint8 => count_tile::<u8>,
        Dtype::Uint16 => count_tile::<u16>,
        Dtype::Uint32 => count_tile::<u32>,
        Dtype::Uint64 => count_tile::<u64>,
        Dtype::Float32 | Dtype::Complex64 => count_tile::<f32>,
        Dtype::Float64 | Dtype::Complex128 => count_tile::<f64>,
    }
}

/// # Safety
/// As [`Counter`].
unsafe fn count_tile<T: Real>(bins: &Bins, x: *const u8, n: usize, counts: &mut [u64]) {
    // SAFETY: passed on.
    let x = unsafe { std::slice::from_raw_parts(x.cast::<T>(), n) };
    for x in x {
        if let Some(bin) = bins.of(x.real()) {
            counts[bin] += 1;
        }
    }
}
