//! The elements of a list by the rank that holds them.

use std::collections::TryReserveError;
use std::sync::Arc;

use distarray_core::directory::Places;
use distarray_core::{packed_strides, Code, Dimension, Dims, Distribution, Locator};

use super::{garbled, Listed};
use crate::array::Array;
use crate::error::{Error, Result};
use crate::kernels::offsets::{are_narrow, Offset, Offsets};

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
struct Holders<T, H> {
    ranks: Vec<usize>,
    lists: Vec<Lists<T, H>>,
    /// Position of the first owned element of each.
    origins: Vec<i64>,
    /// What one index more adds to the position, per holder and dimension.
    weights: Vec<i64>,
    /// Numbers on the grid and where the lists have them: each at its own number modulo the length, a power of two, or at the
    /// next place that no other one takes.
    table: Vec<(i64, u32)>,
}

/// Positions of elements at one holder and here.
struct Lists<T, H> {
    there: Vec<T>,
    here: Vec<H>,
}

/// Indices that are found at a time: what is found about them stays in the first-level cache.
const BATCH: usize = 512;

/// Where no number stands.
const FREE: (i64, u32) = (-1, 0);

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
        let most = |dimension: &Dimension| {
            let padding = |side: usize| dimension.halo[side].max(dimension.boundary[side]);
            dimension.most() + padding(0) + padding(1)
        };
        let mut dims = self.map.dims().iter();
        let there = dims.try_fold(1i64, |room, dim| room.checked_mul(most(dim)));
        let there = there.is_some_and(are_narrow);
        match (there, are_narrow(self.values[1])) {
            (true, true) => self.sorted::<u32, u32>(),
            (true, false) => self.sorted::<u32, u64>(),
            (false, true) => self.sorted::<u64, u32>(),
            (false, false) => self.sorted::<u64, u64>(),
        }
    }

    fn sorted<T: Offset, H: Offset>(&self) -> Result<Vec<Portion>> {
        let ndim = self.map.ndim();
        let mut holders = Holders::<T, H>::default();
        let mut along = vec![[0; BATCH]; ndim];
        for start in (0..self.count).step_by(BATCH) {
            let length = BATCH.min(self.count - start);
            let (mut numbers, mut own, mut positions) = ([0; BATCH], [0; BATCH], [0; BATCH]);
            let numbers = &mut numbers[..length];
            for (dim, along) in along.iter_mut().enumerate() {
                self.find(dim, start, numbers, &mut along[..length])?;
            }
            for (own, &number) in own.iter_mut().zip(&*numbers) {
                *own = holders.find(number, |holders| self.add(number, holders))?;
            }
            let (own, positions) = (&own[..length], &mut positions[..length]);
            for (position, &own) in positions.iter_mut().zip(own) {
                *position = holders.origins[own as usize];
            }
            for (dim, along) in along.iter().enumerate() {
                for ((position, &own), at) in positions.iter_mut().zip(own).zip(along) {
                    *position += holders.weights[own as usize * ndim + dim] * at;
                }
            }
            let values = self.values[0] + start as i64..;
            for ((&own, &position), value) in own.iter().zip(&*positions).zip(values) {
                let lists = &mut holders.lists[own as usize];
                if lists.there.len() == lists.there.capacity() {
                    lists.lengthen(start + 1, self.count)?;
                }
                lists.there.push(T::of(position));
                lists.here.push(H::of(value));
            }
        }
        let all = holders.ranks.into_iter().zip(holders.lists);
        let mut portions: Vec<Portion> = all.map(|(rank, lists)| lists.portion(rank)).collect();
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
    fn add<T, H>(&self, number: i64, holders: &mut Holders<T, H>) -> Result<()> {
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
        let lists = Lists {
            there: Vec::new(),
            here: Vec::new(),
        };
        push(&mut holders.ranks, [rank])?;
        push(&mut holders.lists, [lists])?;
        push(&mut holders.origins, [origin])?;
        push(&mut holders.weights, weights)
    }
}

impl<T: Offset, H: Offset> Lists<T, H> {
    /// Makes room for as many elements as there will be if the rest of the list is like what is `done` of it.
    #[cold]
    fn lengthen(&mut self, done: usize, count: usize) -> Result<()> {
        let now = self.there.len();
        let likely = (now as u128 * count as u128 / done as u128) as usize;
        let more = likely.saturating_sub(now).max(now / 2) + now / 16 + BATCH;
        self.there.try_reserve_exact(more).map_err(refused)?;
        self.here.try_reserve_exact(more).map_err(refused)
    }

    fn portion(mut self, peer: usize) -> Portion {
        self.there.shrink_to_fit();
        self.here.shrink_to_fit();
        Portion {
            peer,
            count: self.there.len(),
            there: Arc::new(T::list(self.there)),
            here: Some(Arc::new(H::list(self.here))),
        }
    }
}

impl<T, H> Default for Holders<T, H> {
    fn default() -> Holders<T, H> {
        Holders {
            ranks: vec![],
            lists: vec![],
            origins: vec![],
            weights: vec![],
            table: vec![],
        }
    }
}

impl<T, H> Holders<T, H> {
    /// Where the lists have the holder with this number on the grid; `add` adds it where it is met for the first time.
    #[inline(always)]
    fn find(
        &mut self,
        number: i64,
        add: impl FnOnce(&mut Holders<T, H>) -> Result<()>,
    ) -> Result<u32> {
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
        let at = self.ranks.len() as u32 - 1;
        // Half of the table stays free.
        if 2 * self.ranks.len() > self.table.len() {
            let length = (2 * self.ranks.len()).next_power_of_two().max(8);
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
