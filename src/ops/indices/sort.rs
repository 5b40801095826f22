//! The elements of a list by the rank that holds them.

use std::sync::Arc;

use distarray_core::directory::Places;
use distarray_core::{packed_strides, Code, Dims, Distribution, Locator};

use super::{garbled, Listed};
use crate::array::Array;
use crate::error::{Error, Result};
use crate::kernels::offsets::Offsets;

/// What a list means of one rank's elements, in the order of the list.
pub struct Portion {
    pub peer: usize,
    pub count: usize,
    /// Positions in the peer's section of the array, padding included, counted in the array's order.
    pub there: Arc<Offsets>,
    /// Positions in the section of the values, where they are known.
    pub here: Option<Arc<Offsets>>,
}

/// A list whose elements are to be found.
pub struct Finder<'a> {
    map: &'a Distribution,
    locators: Dims<Locator>,
    /// Per dimension what the directory says, if that has to be asked.
    places: &'a [Option<Places>],
    indices: &'a [i64],
    count: usize,
    /// Position of the first value in its section, and elements of that.
    values: [i64; 2],
}

/// The ranks that hold elements, in the order in which they are met.
#[derive(Default)]
struct Holders {
    list: Vec<Holder>,
    /// Numbers on the grid and where the list has them: each at its own number modulo the length, a power of two, or at the next
    /// place that no other one takes.
    table: Vec<(i64, usize)>,
}

/// A rank that holds elements of a list.
struct Holder {
    rank: usize,
    /// Position of its first owned element.
    origin: i64,
    /// What one index more in each dimension adds to the position.
    weights: Dims<i64>,
    there: Offsets,
    here: Offsets,
}

/// Indices that are found at a time: what is found about them stays in the first-level cache.
const BATCH: usize = 512;

/// What is found about some indices, one list per dimension.
type Found = [i64; BATCH];

/// Where no number stands.
const FREE: (i64, usize) = (-1, 0);

impl Portion {
    /// Words of a message to the peer. Errors: `Code::Memory`.
    pub fn write(&self, here_too: bool) -> Result<Vec<i64>> {
        let here = self.here.as_ref().filter(|_| here_too);
        let width = |list: &Arc<Offsets>| i64::from(list.is_narrow());
        let mut words = vec![
            self.count as i64,
            width(&self.there),
            here.map_or(-1, width),
        ];
        self.there.write(&mut words)?;
        if let Some(here) = here {
            here.write(&mut words)?;
        }
        Ok(words)
    }

    /// What a peer wrote.
    pub fn read(peer: usize, words: &[i64]) -> Result<Portion> {
        let (&[count, there, here], rest) = words.split_first_chunk().ok_or_else(garbled)?;
        let count = usize::try_from(count).map_err(|_| garbled())?;
        let part = |words, narrow: i64| {
            let read = Offsets::read(words, count, narrow != 0)?;
            let (list, rest) = read.ok_or_else(garbled)?;
            Ok::<_, Error>((Arc::new(list), rest))
        };
        let (there, rest) = part(rest, there)?;
        let here = match here {
            -1 => None,
            narrow => Some(part(rest, narrow)?.0),
        };
        Ok(Portion {
            peer,
            count,
            there,
            here,
        })
    }
}

impl<'a> Finder<'a> {
    pub fn new(array: &'a Array, asked: &Listed<'a>, places: &'a [Option<Places>]) -> Finder<'a> {
        let map = array.dist().map();
        let values = asked.values.dist().section();
        let below = values.dims.first().map_or(0, |span| span.below);
        let room = values.extents().first().copied().unwrap_or(0);
        Finder {
            map,
            locators: map.dims().iter().map(Locator::new).collect(),
            places,
            indices: asked.indices,
            count: asked.count,
            values: [below, room],
        }
    }

    /// The list by holders, ascending by rank. Errors: `Code::Memory`; an index that nobody owns.
    pub fn sort(&self) -> Result<Vec<Portion>> {
        let mut holders = Holders::default();
        let ndim = self.map.ndim();
        let mut positions: Vec<Found> = (0..ndim).map(|_| [0; BATCH]).collect();
        let mut numbers: Found;
        let mut value = self.values[0];
        for start in (0..self.count).step_by(BATCH) {
            let length = BATCH.min(self.count - start);
            numbers = [0; BATCH];
            for dim in 0..ndim {
                self.find(dim, start, &mut numbers[..length], &mut positions[dim])?;
            }
            for (at, &number) in numbers[..length].iter().enumerate() {
                let holder = holders.find(number, || self.holder(number))?;
                let along = holder.weights.iter().zip(&positions);
                let position = along.fold(holder.origin, |sum, (weight, positions)| {
                    sum + weight * positions[at]
                });
                holder.there.push(position)?;
                holder.here.push(value)?;
                value += 1;
            }
        }
        let portion = |mut holder: Holder| {
            holder.there.shrink();
            holder.here.shrink();
            Portion {
                peer: holder.rank,
                count: holder.here.count(),
                there: Arc::new(holder.there),
                here: Some(Arc::new(holder.here)),
            }
        };
        let mut portions: Vec<Portion> = holders.list.into_iter().map(portion).collect();
        portions.sort_unstable_by_key(|portion| portion.peer);
        Ok(portions)
    }

    /// Of the indices from `start` on, as many as `numbers`: adds the coordinates of a dimension to the numbers on the grid, and
    /// finds the positions along it.
    fn find(
        &self,
        dim: usize,
        start: usize,
        numbers: &mut [i64],
        positions: &mut Found,
    ) -> Result<()> {
        let (ndim, length) = (self.map.ndim(), numbers.len());
        let mut coords = [0; BATCH];
        let coords = &mut coords[..length];
        if let Some(Some(places)) = self.places.get(dim) {
            for at in 0..length {
                let (coord, position) = places.get(start + at).ok_or_else(garbled)?;
                (coords[at], positions[at]) = (coord as i64, position);
            }
        } else {
            let own = &self.indices[start * ndim..(start + length) * ndim];
            let locator = &self.locators[dim];
            let inside = if ndim == 1 {
                locator.find(own.iter().copied(), coords, positions)
            } else {
                let along = own.iter().skip(dim).step_by(ndim).copied();
                locator.find(along, coords, positions)
            };
            if !inside {
                let dimension = &self.map.dims()[dim];
                let mut along = own.iter().skip(dim).step_by(ndim);
                along.try_for_each(|&index| dimension.normalize(dim, index).map(|_| ()))?;
                return Err(garbled());
            }
        }
        let extent = self.map.grid().dims()[dim] as i64;
        for (number, coord) in numbers.iter_mut().zip(coords) {
            *number = *number * extent + *coord;
        }
        Ok(())
    }

    /// The rank with a number on the grid, counted with the last dimension fastest.
    fn holder(&self, number: i64) -> Result<Holder> {
        let grid = self.map.grid();
        let mut coords: Dims<usize> = grid.dims().iter().map(|_| 0).collect();
        let mut rest = number as usize;
        for (coord, extent) in coords.iter_mut().zip(grid.dims()).rev() {
            (rest, *coord) = (rest / extent, rest % extent);
        }
        let rank = grid.rank(&coords);
        let section = self.map.section(rank);
        let weights = packed_strides(&section.extents(), self.map.order(), 1)?;
        let along = section.dims.iter().zip(&weights);
        Ok(Holder {
            rank,
            origin: along.map(|(span, weight)| span.below * weight).sum(),
            weights,
            there: Offsets::below(section.elements()?),
            here: Offsets::below(self.values[1]),
        })
    }
}

impl Holders {
    /// The holder with this number on the grid; `new` makes it where it is met for the first time.
    #[inline(always)]
    fn find(&mut self, number: i64, new: impl FnOnce() -> Result<Holder>) -> Result<&mut Holder> {
        let last = self.table.len().wrapping_sub(1);
        let mut place = number as usize & last;
        let at = loop {
            match self.table.get(place) {
                Some(&(found, at)) if found == number => break at,
                Some(&FREE) | None => break self.add(number, new()?)?,
                Some(_) => place = (place + 1) & last,
            }
        };
        Ok(&mut self.list[at])
    }

    #[cold]
    fn add(&mut self, number: i64, holder: Holder) -> Result<usize> {
        let refused = |_| Error::new(Code::Memory, "memory for a list of indices was refused");
        let at = self.list.len();
        self.list.try_reserve(1).map_err(refused)?;
        self.list.push(holder);
        // Half of the table stays free.
        if 2 * self.list.len() > self.table.len() {
            let length = (2 * self.list.len()).next_power_of_two().max(8);
            let mut longer = Vec::new();
            longer.try_reserve_exact(length).map_err(refused)?;
            longer.resize(length, FREE);
            let old = std::mem::replace(&mut self.table, longer);
            let entries = old.into_iter().filter(|&entry| entry != FREE);
            entries.for_each(|(number, at)| self.enter(number, at));
        }
        self.enter(number, at);
        Ok(at)
    }

    fn enter(&mut self, number: i64, at: usize) {
        let last = self.table.len() - 1;
        let mut place = number as usize & last;
        while self.table[place] != FREE {
            place = (place + 1) & last;
        }
        self.table[place] = (number, at);
    }
}
