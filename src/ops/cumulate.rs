//! Cumulative sums along a dimension.
//!
//! Each rank sums within the blocks that it holds; the totals of all blocks of a grid line go to all its ranks, which add up those
//! before their own. Of a cyclic dimension with short blocks that is much of the line.

use distarray_core::{Code, Dimension, Kind, Map};

use super::reduce_dims::fellows;
use crate::array::Array;
use crate::buffer::zeroed;
use crate::error::{Error, Result};
use crate::kernels::cumulate::Rows;
use crate::kernels::reduce::Op;

const WORD: usize = size_of::<u64>();

/// Collective: the sums of the elements up to each one along a dimension, into an array of the same distribution, which may be
/// `x` itself.
pub fn cumsum(x: &Array, dim: i64, out: Result<&Array>) -> Result<()> {
    const NAME: &str = "darr_array_cumsum";
    let prepared = out.and_then(|out| {
        let dim = check(x, dim, out)?;
        Ok((dim, out, Own::new(x, dim)?))
    });
    let asked = prepared.as_ref().map_or(0, |(dim, ..)| *dim as u64);
    let types = prepared.as_ref().map_or(0, |(_, out, _)| out.identity());
    let fields = [
        ("the array", x.identity()),
        ("the dimension", asked),
        ("the array for the sums", types),
    ];
    let (_, out, own) = x.dist().comm().agree_on(NAME, &fields, prepared)?;
    match own {
        Some(own) => own.exchange(x, out),
        None => Ok(()),
    }
}

fn check(x: &Array, dim: i64, out: &Array) -> Result<usize> {
    let refuse = |code, text: &str| Err(Error::new(code, text));
    let map = x.dist().map();
    let dim = map.dim_set(&[dim])?[0];
    if matches!(map.dims()[dim].map, Map::Unstructured(_)) {
        let text = "the elements of an unstructured dimension do not stand in the order of their indices: redistribute the array";
        return refuse(Code::Unsupported, text);
    }
    if !out.dist().comm().is(x.dist().comm()) || !map.compatible(out.dist().map()) {
        let text = "the array for the sums is distributed otherwise: redistribute one of them";
        return refuse(Code::Argument, text);
    }
    let sum = Op::Sum.result(x.dtype());
    let narrow = sum.kind() != Kind::Float && sum.kind() != Kind::Complex;
    if !sum.can_cast(out.dtype(), !narrow) {
        let (sum, out) = (sum.name(), out.dtype().name());
        return refuse(
            Code::Argument,
            &format!("sums of type {sum} do not fit into {out}"),
        );
    }
    let (from, to) = (x.owned(), out.owned());
    let same =
        from.base() == to.base() && from.strides() == to.strides() && x.dtype() == out.dtype();
    if from.overlaps(&to) && !same {
        return refuse(
            Code::Argument,
            "the array for the sums shares memory with the array",
        );
    }
    Ok(dim)
}

/// What a rank on the grid has to do.
struct Own {
    ranks: Vec<usize>,
    /// None where this rank owns nothing.
    rows: Option<Rows>,
    /// The segment of each row, in the order of the dimension.
    segments: Vec<usize>,
    /// The totals of all segments of the line.
    totals: Vec<u8>,
}

impl Own {
    fn new(x: &Array, dim: usize) -> Result<Option<Own>> {
        let (map, section) = (x.dist().map(), x.dist().section());
        if !section.inside {
            return Ok(None);
        }
        let (dimension, coord) = (&map.dims()[dim], section.coords[dim]);
        let others = (0..map.ndim()).filter(|&other| other != dim);
        let width: i64 = others.map(|other| section.dims[other].count).product();
        let parts = Op::Sum.result(x.dtype()).kind() == Kind::Complex;
        let width = width as usize * (1 + usize::from(parts));
        let totals = count(dimension).saturating_mul(width).saturating_mul(WORD);
        let mut own = Own {
            ranks: fellows(map, &section.coords, &[dim]),
            rows: None,
            segments: Vec::new(),
            totals: zeroed(totals)?,
        };
        let block = x.owned();
        if block.is_empty() {
            return Ok(Some(own));
        }
        let length = section.dims[dim].count;
        let refused = |_| Error::new(Code::Memory, "memory for the blocks of a line was refused");
        own.segments
            .try_reserve_exact(length as usize)
            .map_err(refused)?;
        own.segments
            .extend((0..length).map(|l| segment(dimension, coord, l)));
        let mut rows = Rows::of(&block, dim)?;
        rows.accumulate(|l| own.segments[l] != own.segments[l - 1]);
        for l in 0..own.segments.len() {
            if own.segments.get(l + 1) != Some(&own.segments[l]) {
                let place = own
                    .totals
                    .chunks_exact_mut(width * WORD)
                    .nth(own.segments[l]);
                let bytes = place
                    .into_iter()
                    .flat_map(|place| place.chunks_exact_mut(WORD));
                for (word, bytes) in rows.row(l).iter().zip(bytes) {
                    bytes.copy_from_slice(&word.to_ne_bytes());
                }
            }
        }
        own.rows = Some(rows);
        Ok(Some(own))
    }

    fn exchange(mut self, x: &Array, out: &Array) -> Result<()> {
        // Every total stands among the zeros of the others.
        x.dist()
            .comm()
            .allreduce_among(&self.ranks, &mut self.totals, |lower, higher| {
                for (lower, higher) in lower.iter().zip(higher) {
                    *higher |= lower;
                }
            })?;
        let Some(mut rows) = self.rows else {
            return Ok(());
        };
        let width = rows.row(0).len();
        let (words, _) = self.totals.as_chunks();
        let mut totals: Vec<u64> = words.iter().map(|&word| u64::from_ne_bytes(word)).collect();
        rows.accumulate_totals(&mut totals);
        for (l, &segment) in self.segments.iter().enumerate() {
            if segment > 0 {
                rows.add_to(l, &totals[(segment - 1) * width..][..width]);
            }
        }
        rows.store(&out.owned())
    }
}

/// Blocks of a line.
fn count(dimension: &Dimension) -> usize {
    match dimension.map {
        Map::Cyclic { block, phase } if dimension.procs > 1 && dimension.extent > 0 => {
            ((dimension.extent - 1 + phase) / block + 1) as usize
        }
        _ => dimension.procs,
    }
}

/// Which block of the line an owned element lies in.
fn segment(dimension: &Dimension, coord: usize, position: i64) -> usize {
    match dimension.map {
        Map::Cyclic { block, phase } if dimension.procs > 1 => {
            let index = dimension.to_global(coord, position).unwrap_or(0);
            ((index + phase) / block) as usize
        }
        _ => coord,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_a_line_ascend() {
        for procs in 1..5 {
            for block in 1..5 {
                for phase in 0..block * procs as i64 {
                    let dimension = Dimension::cyclic(23, procs, block).with_phase(phase);
                    let mut all: Vec<(i64, usize)> = Vec::new();
                    for coord in 0..procs {
                        for position in 0..dimension.count(coord) {
                            let index = dimension.to_global(coord, position).unwrap();
                            all.push((index, segment(&dimension, coord, position)));
                        }
                    }
                    all.sort();
                    assert!(all.windows(2).all(|pair| pair[0].1 <= pair[1].1));
                    assert!(all.iter().all(|&(_, segment)| segment < count(&dimension)));
                }
            }
        }
    }
}
