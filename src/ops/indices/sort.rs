//! The elements of a list by the rank that holds them.

use std::sync::Arc;

use distarray_core::directory::Places;
use distarray_core::{packed_strides, Code, Dims, Distribution, Locator, MAX_DIMS};

use super::{garbled, Listed};
use crate::array::Array;
use crate::error::{Error, Result};
use crate::kernels::offsets::{are_narrow, zeros, Offset, Offsets, Part};

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
    /// Where the list has the one with a number: at that number modulo the length, a power of two, or at the next place that is
    /// not taken by others.
    table: Vec<u32>,
}

/// A rank that holds elements of a list.
struct Holder {
    /// Its number on the grid, counted with the last dimension fastest.
    number: usize,
    rank: usize,
    /// Position of its first owned element.
    origin: i64,
    /// What one index more in each dimension adds to the position.
    weights: Dims<i64>,
    /// Elements of its section.
    room: i64,
    /// Elements of the list.
    count: usize,
}

const FREE: u32 = u32::MAX;

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

    /// The list by holders, ascending by rank. Errors: `Code::Memory`.
    pub fn sort(&self) -> Result<Vec<Portion>> {
        let mut holders = Holders::default();
        self.for_each(|number, coords, _| {
            let at = holders.find(number, || self.holder(number, coords))?;
            holders.list[at].count += 1;
            Ok(())
        })?;
        let mut ascending: Vec<usize> = (0..holders.list.len()).collect();
        ascending.sort_unstable_by_key(|&at| holders.list[at].rank);
        let mut starts = vec![0; ascending.len()];
        let mut start = 0;
        for &at in &ascending {
            starts[at] = start;
            start += holders.list[at].count;
        }
        let narrow = |room: i64| are_narrow(room);
        let there_narrow = holders.list.iter().all(|holder| narrow(holder.room));
        let [there, here] = match (there_narrow, narrow(self.values[1])) {
            (true, true) => self.fill::<u32, u32>(&mut holders, starts.clone())?,
            (true, false) => self.fill::<u32, u64>(&mut holders, starts.clone())?,
            (false, true) => self.fill::<u64, u32>(&mut holders, starts.clone())?,
            (false, false) => self.fill::<u64, u64>(&mut holders, starts.clone())?,
        };
        let portion = |at: usize| {
            let (holder, start) = (&holders.list[at], starts[at]);
            let range = start..start + holder.count;
            Ok(Portion {
                peer: holder.rank,
                count: holder.count,
                there: Part::new(&there, range.clone()).ok_or_else(garbled)?,
                here: Part::new(&here, range),
            })
        };
        ascending.into_iter().map(portion).collect()
    }

    /// The positions there and here, those of each holder from its start on.
    fn fill<T, H>(&self, holders: &mut Holders, mut next: Vec<usize>) -> Result<[Arc<Offsets>; 2]>
    where
        T: Offset,
        H: Offset,
    {
        let mut there = zeros::<T>(self.count)?;
        let mut here = zeros::<H>(self.count)?;
        let mut value = self.values[0];
        self.for_each(|number, coords, positions| {
            let at = holders.find(number, || self.holder(number, coords))?;
            let holder = &holders.list[at];
            let along = holder.weights.iter().zip(positions);
            let position = along.fold(holder.origin, |sum, (weight, at)| sum + weight * at);
            let to = next[at];
            next[at] += 1;
            there[to] = T::of(position);
            here[to] = H::of(value);
            value += 1;
            Ok(())
        })?;
        Ok([Arc::new(T::list(there)), Arc::new(H::list(here))])
    }

    /// Calls `visit` for every index with the number on the grid of the rank that holds it, its coordinates, and the position per
    /// dimension among what it owns.
    #[inline(always)]
    fn for_each(&self, mut visit: impl FnMut(usize, &[usize], &[i64]) -> Result<()>) -> Result<()> {
        if let ([locator], [None]) = (&self.locators[..], self.places) {
            return self.indices.iter().try_for_each(|&index| {
                let (coord, position) = locator.find(index).ok_or_else(garbled)?;
                visit(coord, &[coord], &[position])
            });
        }
        let (ndim, grid) = (self.map.ndim(), self.map.grid().dims());
        let (mut coords, mut positions) = ([0; MAX_DIMS], [0; MAX_DIMS]);
        for at in 0..self.count {
            let mut number = 0;
            for dim in 0..ndim {
                let found = match &self.places[dim] {
                    Some(places) => places.get(at),
                    None => self.locators[dim].find(self.indices[at * ndim + dim]),
                };
                (coords[dim], positions[dim]) = found.ok_or_else(garbled)?;
                number = number * grid[dim] + coords[dim];
            }
            visit(number, &coords[..ndim], &positions[..ndim])?;
        }
        Ok(())
    }

    fn holder(&self, number: usize, coords: &[usize]) -> Result<Holder> {
        let rank = self.map.grid().rank(coords);
        let section = self.map.section(rank);
        let weights = packed_strides(&section.extents(), self.map.order(), 1)?;
        let along = section.dims.iter().zip(&weights);
        Ok(Holder {
            number,
            rank,
            origin: along.map(|(span, weight)| span.below * weight).sum(),
            weights,
            room: section.elements()?,
            count: 0,
        })
    }
}

impl Holders {
    /// Where in the list the holder with this number is; `new` makes it where it is met for the first time.
    #[inline(always)]
    fn find(&mut self, number: usize, new: impl FnOnce() -> Result<Holder>) -> Result<usize> {
        let mut place = number & self.table.len().wrapping_sub(1);
        while let Some(&at) = self.table.get(place) {
            if at == FREE {
                break;
            }
            if self.list[at as usize].number == number {
                return Ok(at as usize);
            }
            place = (place + 1) & (self.table.len() - 1);
        }
        self.add(new()?)
    }

    #[cold]
    fn add(&mut self, holder: Holder) -> Result<usize> {
        let refused = |_| Error::new(Code::Memory, "memory for a list of indices was refused");
        self.list.try_reserve(1).map_err(refused)?;
        self.list.push(holder);
        // Half of the table stays free.
        if 2 * self.list.len() > self.table.len() {
            let length = (2 * self.list.len()).next_power_of_two().max(8);
            self.table.clear();
            self.table.try_reserve_exact(length).map_err(refused)?;
            self.table.resize(length, FREE);
            (0..self.list.len()).for_each(|at| self.enter(at));
        } else {
            self.enter(self.list.len() - 1);
        }
        Ok(self.list.len() - 1)
    }

    fn enter(&mut self, at: usize) {
        let last = self.table.len() - 1;
        let mut place = self.list[at].number & last;
        while self.table[place] != FREE {
            place = (place + 1) & last;
        }
        // Ranks are fewer than 2^31.
        self.table[place] = at as u32;
    }
}
