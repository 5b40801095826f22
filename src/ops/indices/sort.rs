//! The elements of a list by the rank that holds them.

use std::collections::TryReserveError;
use std::sync::Arc;

use distarray_core::{directory, packed_strides, Code, Dims, Distribution, Locator};

use super::{garbled, Listed};
use crate::array::Array;
use crate::error::{Error, Result};
use crate::kernels::offsets::{are_narrow, Offset, Offsets, Part};

/// What a list means of one rank's elements, in the order of the list.
pub struct Portion {
    pub peer: usize,
    pub count: usize,
    /// Positions in the peer's section of the array, padding included, counted in the array's order.
    pub there: Part,
    /// Positions in the section of the values, where they are known.
    pub here: Option<Part>,
}

/// A list whose elements are to be found.
pub struct Finder<'a> {
    map: &'a Distribution,
    locators: Dims<Locator>,
    /// Per dimension what the directory says, if that has to be asked.
    places: &'a [Option<directory::Places>],
    indices: &'a [i64],
    count: usize,
    /// Position of the first value in its section, and elements of that.
    values: [i64; 2],
}

/// The ranks that hold elements, in the order in which they are met.
#[derive(Default)]
struct Holders {
    list: Vec<Holder>,
    /// Elements of the list that each has.
    counts: Vec<usize>,
    /// Position of the first owned element of each.
    origins: Vec<i64>,
    /// What one index more adds to the position, per holder and dimension.
    weights: Vec<i64>,
    /// Numbers on the grid and where the list has them: each at its own number modulo the length, a power of two, or at the next
    /// place that no other one takes.
    table: Vec<(i64, u32)>,
}

/// A rank that holds elements of a list.
struct Holder {
    rank: usize,
    /// Elements of its section.
    room: i64,
}

/// Of each element of a list where the list of holders has its own, and its position there.
struct Places {
    holders: Vec<u32>,
    positions: Vec<i64>,
}

/// Indices that are found at a time: what is found about them stays in the first-level cache.
const BATCH: usize = 512;

/// Where no number stands.
const FREE: (i64, u32) = (-1, 0);

impl Portion {
    /// Words of a message to the peer. Errors: `Code::Memory`.
    pub fn write(&self, here_too: bool) -> Result<Vec<i64>> {
        let here = self.here.as_ref().filter(|_| here_too);
        let width = |part: &Part| i64::from(part.is_narrow());
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
            Ok::<_, Error>((Part::whole(list), rest))
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
    pub fn new(
        array: &'a Array,
        asked: &Listed<'a>,
        places: &'a [Option<directory::Places>],
    ) -> Finder<'a> {
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
        let (holders, places) = self.places()?;
        let mut ascending: Vec<usize> = (0..holders.list.len()).collect();
        ascending.sort_unstable_by_key(|&at| holders.list[at].rank);
        let mut starts = vec![0; holders.list.len()];
        let mut start = 0;
        for &at in &ascending {
            starts[at] = start;
            start += holders.counts[at];
        }
        let narrow = [
            holders.list.iter().all(|holder| are_narrow(holder.room)),
            are_narrow(self.values[1]),
        ];
        let [there, here] = match narrow {
            [true, true] => self.fill::<u32, u32>(&places, starts.clone()),
            [true, false] => self.fill::<u32, u64>(&places, starts.clone()),
            [false, true] => self.fill::<u64, u32>(&places, starts.clone()),
            [false, false] => self.fill::<u64, u64>(&places, starts.clone()),
        }?;
        let portion = |at: usize| {
            let (count, start) = (holders.counts[at], starts[at]);
            let range = start..start + count;
            Ok(Portion {
                peer: holders.list[at].rank,
                count,
                there: Part::new(&there, range.clone()).ok_or_else(garbled)?,
                here: Part::new(&here, range),
            })
        };
        ascending.into_iter().map(portion).collect()
    }

    /// Finds all elements, in the order of the list.
    fn places(&self) -> Result<(Holders, Places)> {
        let ndim = self.map.ndim();
        let mut holders = Holders::default();
        let mut places = Places {
            holders: zeros(self.count)?,
            positions: zeros(self.count)?,
        };
        let batches = places.holders.chunks_mut(BATCH);
        let batches = batches.zip(places.positions.chunks_mut(BATCH));
        let mut along = vec![[0; BATCH]; ndim];
        for (number, (own, positions)) in batches.enumerate() {
            let (start, length) = (number * BATCH, own.len());
            let mut numbers = [0; BATCH];
            let numbers = &mut numbers[..length];
            for (dim, along) in along.iter_mut().enumerate() {
                self.find(dim, start, numbers, &mut along[..length])?;
            }
            for (own, &number) in own.iter_mut().zip(&*numbers) {
                *own = holders.find(number, |holders| self.add(number, holders))?;
                holders.counts[*own as usize] += 1;
            }
            for (position, &own) in positions.iter_mut().zip(&*own) {
                *position = holders.origins[own as usize];
            }
            for (dim, along) in along.iter().enumerate() {
                for ((position, &own), at) in positions.iter_mut().zip(&*own).zip(along) {
                    *position += holders.weights[own as usize * ndim + dim] * at;
                }
            }
        }
        Ok((holders, places))
    }

    /// The positions there and here, those of each holder from its start on.
    fn fill<T: Offset, H: Offset>(
        &self,
        places: &Places,
        mut next: Vec<usize>,
    ) -> Result<[Arc<Offsets>; 2]> {
        let (mut there, mut here) = (zeros::<T>(self.count)?, zeros::<H>(self.count)?);
        let all = places.holders.iter().zip(&places.positions);
        for (value, (&own, &position)) in (self.values[0]..).zip(all) {
            let to = next[own as usize];
            next[own as usize] += 1;
            there[to] = T::of(position);
            here[to] = H::of(value);
        }
        Ok([Arc::new(T::list(there)), Arc::new(H::list(here))])
    }

    /// Of the indices from `start` on, as many as `numbers`: adds the coordinates of a dimension to the numbers on the grid, and
    /// finds the positions along it.
    fn find(
        &self,
        dim: usize,
        start: usize,
        numbers: &mut [i64],
        positions: &mut [i64],
    ) -> Result<()> {
        let (ndim, length) = (self.map.ndim(), numbers.len());
        let mut other = [0; BATCH];
        // Those of the first dimension are the numbers so far.
        let coords = if dim == 0 {
            &mut *numbers
        } else {
            &mut other[..length]
        };
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
        if dim > 0 {
            let extent = self.map.grid().dims()[dim] as i64;
            for (number, coord) in numbers.iter_mut().zip(other) {
                *number = *number * extent + coord;
            }
        }
        Ok(())
    }

    /// Adds the rank with a number on the grid, counted with the last dimension fastest.
    #[cold]
    fn add(&self, number: i64, holders: &mut Holders) -> Result<()> {
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
        let origin = along.map(|(span, weight)| span.below * weight).sum();
        let room = section.elements()?;
        push(&mut holders.list, [Holder { rank, room }])?;
        push(&mut holders.counts, [0])?;
        push(&mut holders.origins, [origin])?;
        push(&mut holders.weights, weights)
    }
}

impl Holders {
    /// Where the list has the holder with this number on the grid; `add` adds it where it is met for the first time.
    #[inline(always)]
    fn find(&mut self, number: i64, add: impl FnOnce(&mut Holders) -> Result<()>) -> Result<u32> {
        let last = self.table.len().wrapping_sub(1);
        let mut place = number as usize & last;
        loop {
            match self.table.get(place) {
                Some(&(found, at)) if found == number => return Ok(at),
                Some(&FREE) | None => break,
                Some(_) => place = (place + 1) & last,
            }
        }
        add(self)?;
        self.enter_last(number)
    }

    #[cold]
    fn enter_last(&mut self, number: i64) -> Result<u32> {
        // Ranks are fewer than 2^31.
        let at = self.list.len() as u32 - 1;
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

    fn enter(&mut self, number: i64, at: u32) {
        let last = self.table.len() - 1;
        let mut place = number as usize & last;
        while self.table[place] != FREE {
            place = (place + 1) & last;
        }
        self.table[place] = (number, at);
    }
}

/// A list of zeros. Errors: `Code::Memory`.
fn zeros<T: Copy + Default>(count: usize) -> Result<Vec<T>> {
    let mut list = Vec::new();
    list.try_reserve_exact(count).map_err(refused)?;
    list.resize(count, T::default());
    Ok(list)
}

fn push<T>(list: &mut Vec<T>, more: impl IntoIterator<Item = T>) -> Result<()> {
    for entry in more {
        list.try_reserve(1).map_err(refused)?;
        list.push(entry);
    }
    Ok(())
}

fn refused(_: TryReserveError) -> Error {
    Error::new(Code::Memory, "memory for a list of indices was refused")
}
