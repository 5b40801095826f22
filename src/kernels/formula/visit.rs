//! One stage over the elements of one rank.

use std::cell::RefCell;
use std::cmp::Ordering;

use distarray_core::formula::{Place, Source};

use super::super::block::Block;
use super::super::fold;
use super::super::op::Op;
use super::super::partial::{Partial, Shape};
use super::super::threads::in_parts;
use super::super::transfer::{LONG, STREAM};
use super::super::transpose::{finish_stream, write_row};
use super::super::value::Value;
use super::super::winner::Places;
use super::input::{Input, Kind, Operand};
use super::place::Locator;
use super::prepare::{Prepared, Step, Steps, Table};
use super::strided::{address, gather, indices, scatter};
use super::tiles::{Tiles, Walk};
use crate::error::Result;

/// Tiles whose contributions to a reduction are added up before they meet those of others: sums do not depend on the number of threads.
const CHUNK: usize = 128;

/// A uniform value, at an address that suits any type.
#[repr(C, align(16))]
#[derive(Clone, Copy)]
struct Cell([u8; Value::BYTES]);

/// The uniform values of one run.
pub struct Uniforms {
    cells: Vec<Cell>,
}

/// The elements that a stage visits on this rank, and what it reads there, by the number of the load.
pub struct Space<'a> {
    /// Whether there is none: extents do not tell where there is no dimension.
    pub is_empty: bool,
    pub extents: &'a [i64],
    pub inputs: &'a [Option<Input>],
    /// For reductions that tell where an element stands.
    pub places: Option<Places<'a>>,
}

impl Prepared {
    /// The uniform values that are there before the first stage; `value` gives the operands' and the extents.
    pub fn uniforms(&self, value: impl Fn(Source) -> Result<Value>) -> Result<Uniforms> {
        let mut cells = Vec::with_capacity(self.program.uniforms.len());
        for uniform in &self.program.uniforms {
            let value = match uniform.source {
                Source::Computed => Value::new(uniform.dtype, &[0; Value::BYTES]),
                Source::Real(re, im) => Value::literal(uniform.dtype, re, im),
                Source::Integer(number) => Value::whole(uniform.dtype, number),
                other => value(other)?.cast(uniform.dtype)?,
            };
            cells.push(Cell(*value.padded()));
        }
        Ok(Uniforms { cells })
    }

    /// Computes the uniform values of a stage.
    pub fn prologue(&self, stage: usize, uniforms: &mut Uniforms) {
        let steps = &self.stages[stage];
        let cells = uniforms.cells.as_mut_ptr();
        let cell = |entry: usize| {
            let at = entry.saturating_sub(steps.table.uniforms);
            cells
                .wrapping_add(at.min(self.program.uniforms.len() - 1))
                .cast::<u8>()
        };
        for step in &steps.prologue {
            let mut table = vec![cell(0); steps.table.spread];
            for &entry in step.args.iter().chain([&step.out]) {
                table[entry] = cell(entry);
            }
            // SAFETY: prologues name uniform values only; each is an aligned cell with room for any element.
            unsafe { step.perform(&table, cell(step.out), 1) };
        }
    }

    /// The uniform result of formula `root`.
    pub fn uniform_root(&self, root: usize, uniforms: &Uniforms) -> Option<Value> {
        let root = self.program.roots[root];
        match root.place {
            Place::Uniform(at) => Some(Value::new(root.dtype, &uniforms.cells[usize::from(at)].0)),
            _ => None,
        }
    }

    /// Stores the result of a reduction of some stage.
    pub fn set_uniform(&self, at: u16, uniforms: &mut Uniforms, value: Value) -> Result<()> {
        let at = usize::from(at);
        let value = value.cast(self.program.uniforms[at].dtype)?;
        uniforms.cells[at] = Cell(*value.padded());
        Ok(())
    }

    /// Writes formula 0 to every element of `target`, whose extents are those of the space and which shares no byte with the inputs
    /// but where it is the same elements.
    pub fn write(&self, space: &Space, uniforms: &Uniforms, target: &Block) {
        let stage = self.stages.len() - 1;
        let steps = &self.stages[stage];
        let result = steps.root(0);
        let body = steps.needed([result]);
        if let Some(visit) = Visit::new(self, steps, &body, space, Some(target), false) {
            in_parts(visit.tiles.count, visit.tiles.elements(), |tiles| {
                visit.run(uniforms, tiles, Some(result), &mut [])
            });
        }
    }

    /// Contributions of this rank's elements to some reductions of a stage.
    pub fn reduce(
        &self,
        stage: usize,
        space: &Space,
        uniforms: &Uniforms,
        reductions: &[usize],
    ) -> Result<Vec<Partial>> {
        let steps = &self.stages[stage];
        let mut terms = Vec::with_capacity(reductions.len());
        let all = &self.program.stages[stage].reductions;
        let is_last = stage + 1 == self.stages.len();
        let roots = if is_last { self.program.roots.len() } else { 0 };
        for &at in reductions {
            let reduced = &all[at];
            let others = all[..at]
                .iter()
                .map(|other| 1 + usize::from(other.y.is_some()));
            let (x, y) = steps.operands(roots + others.sum::<usize>(), reduced.y.is_some());
            let op = Op::from_code(reduced.op)?;
            terms.push(Term {
                kernel: fold::kernel(op, reduced.dtype),
                shape: Shape::of(op, reduced.dtype),
                x,
                y,
                sum: Partial::new(op, reduced.dtype)?,
                find: op.is_place().then(|| fold::finder(reduced.dtype)),
            });
        }
        let mut totals: Vec<Partial> = terms.iter().map(|term| term.sum).collect();
        let body = steps.needed(terms.iter().flat_map(|term| [term.x, term.y]));
        let finds = terms.iter().any(|term| term.find.is_some());
        let Some(visit) = Visit::new(self, steps, &body, space, None, finds) else {
            return Ok(totals);
        };
        let chunks = visit.tiles.count.div_ceil(CHUNK);
        let parts = in_parts(chunks, visit.tiles.elements(), |chunks| {
            let each = chunks.flat_map(|chunk| {
                let mut terms = terms.clone();
                let end = visit.tiles.count.min((chunk + 1) * CHUNK);
                visit.run(uniforms, chunk * CHUNK..end, None, &mut terms);
                terms.into_iter().map(|term| term.sum)
            });
            each.collect::<Vec<Partial>>()
        });
        for chunk in parts.concat().chunks_exact(totals.len()) {
            for (total, sum) in totals.iter_mut().zip(chunk) {
                total.combine(sum);
            }
        }
        Ok(totals)
    }
}

/// A reduction, and what the tiles visited so far contribute.
#[derive(Clone)]
struct Term {
    kernel: fold::Kernel,
    shape: Shape,
    x: usize,
    y: usize,
    sum: Partial,
    /// Of a reduction that tells where an element stands.
    find: Option<fold::Finder>,
}

/// A stage bound to memory.
struct Visit<'a> {
    steps: &'a Steps,
    body: &'a [&'a Step],
    table: Table,
    tiles: Tiles,
    /// The loads that are read, then the target if there is one.
    operands: Vec<Operand>,
    /// Of each operand: the entry, and whether its tiles lie packed in memory.
    entries: Vec<(usize, bool)>,
    written: bool,
    /// Whether results pass by the cache, which would not keep them anyway and would read their lines first.
    stream: bool,
    /// Where some reduction tells where an element stands.
    locator: Option<Locator<'a>>,
    tile: usize,
    size_of_target: usize,
}

impl<'a> Visit<'a> {
    /// `None` where there is no element.
    fn new(
        prepared: &Prepared,
        steps: &'a Steps,
        body: &'a [&'a Step],
        space: &'a Space,
        target: Option<&Block>,
        finds: bool,
    ) -> Option<Visit<'a>> {
        if space.is_empty {
            return None;
        }
        let mut operands = Vec::with_capacity(space.inputs.len() + 1);
        let mut entries = Vec::with_capacity(space.inputs.len() + 1);
        for (load, input) in space.inputs.iter().enumerate() {
            if let Some(input) = input {
                operands.push(Operand::new(input, space.extents));
                entries.push((load, false));
            }
        }
        let lead = match target {
            Some(block) => {
                operands.push(Operand::of_block(block, space.extents));
                entries.push((steps.table.target, false));
                operands.len() - 1
            }
            None => leading(&operands, space.extents),
        };
        let tile = prepared.tile();
        operands.extend(finds.then(|| Operand::numbering(space.extents)));
        let tiles = Tiles::new(space.extents, &mut operands, lead, tile);
        let number = if finds { operands.pop() } else { None };
        let locator = number.zip(space.places);
        let locator = locator.map(|(number, places)| Locator::new(number, space.extents, places));
        for ((_, packed), operand) in entries.iter_mut().zip(&operands) {
            *packed = tiles.are_packed(operand);
        }
        let stream = target.is_some_and(|block| {
            let read_too = operands[..lead]
                .iter()
                .any(|operand| operand.at == operands[lead].at);
            let long = tiles
                .lengths
                .first()
                .is_some_and(|&length| length * block.dtype().size() >= LONG);
            block.bytes() >= STREAM && long && !read_too
        });
        Some(Visit {
            steps,
            body,
            table: steps.table,
            tiles,
            operands,
            entries,
            written: target.is_some(),
            stream,
            locator,
            tile,
            size_of_target: target.map_or(0, |block| block.dtype().size()),
        })
    }

    /// Runs the steps on some tiles. `result` is the entry that goes to the target.
    fn run(
        &self,
        uniforms: &Uniforms,
        tiles: std::ops::Range<usize>,
        result: Option<usize>,
        terms: &mut [Term],
    ) {
        SCRATCH.with_borrow_mut(|scratch| {
            let mut room = Room::new(self, uniforms, scratch);
            let mut walk = Walk::new(&self.tiles, &self.operands, tiles.start);
            for _ in tiles {
                let n = walk.elements();
                // SAFETY: the walk stands at a tile inside all operands.
                unsafe { self.tile(&walk, n, result, &mut room, terms) };
                walk.step(&self.operands);
            }
            if self.stream {
                finish_stream();
            }
        });
    }

    /// # Safety
    /// `walk` stands at a tile of `n` elements.
    #[inline]
    unsafe fn tile(
        &self,
        walk: &Walk,
        n: usize,
        result: Option<usize>,
        room: &mut Room,
        terms: &mut [Term],
    ) {
        let loads = self.operands.len() - usize::from(self.written);
        for k in 0..loads {
            let (entry, packed) = self.entries[k];
            let at = walk.at[k];
            if packed {
                room.table[entry] = address(at);
                continue;
            }
            if room.filled[k] == Some((at, n)) {
                continue;
            }
            let (strides, to) = (&self.operands[k].strides, room.buffers[k]);
            // SAFETY: the tile's elements lie in the operand's memory by Block, condition 1; the buffer has room for a tile.
            unsafe {
                match &self.operands[k].kind {
                    Kind::Memory(size) => gather(at, strides, &walk.lengths, *size, to),
                    Kind::Range => indices(at, strides, &walk.lengths, None, to),
                    Kind::List(list) => indices(at, strides, &walk.lengths, Some(list), to),
                }
            }
            // Indices count from the present position; what does not move need not be brought again.
            room.filled[k] = Some((at, n)).filter(|_| strides.iter().all(|&stride| stride == 0));
        }
        let target = match (self.written, self.entries.last()) {
            (true, Some(&(_, packed))) => {
                if packed {
                    room.table[self.table.target] = address(walk.at[loads]);
                }
                Some(packed)
            }
            _ => None,
        };
        // The last step writes to the target at once, unless it is to pass by the cache.
        let direct = target.is_some() && !self.body.is_empty() && !self.stream;
        for (number, step) in self.body.iter().enumerate() {
            let to_target = direct && number + 1 == self.body.len();
            let out = room.table[if to_target {
                self.table.target
            } else {
                step.out
            }];
            // SAFETY: every entry is a tile of n elements or a uniform value, as `Steps` chose them, of the types of the step.
            // The target is the same elements as an argument, or shares no byte with any.
            unsafe { step.perform(&room.table, out, n) };
        }
        for term in terms {
            let (x, y) = (room.table[term.x], room.table[term.y]);
            // SAFETY: as for the steps.
            let mut words = unsafe { (term.kernel)(x, y, n) };
            if let (Some(find), Some(locator)) = (term.find, &self.locator) {
                let next = |from: usize| {
                    // SAFETY: as for the steps.
                    let at = unsafe { find(x, n, from, words[0]) };
                    (at < n).then_some(at)
                };
                let rival = term.sum.rival(term.shape, words[0]);
                words[1] = match rival {
                    Ordering::Less => u64::MAX,
                    _ => locator.lowest(walk, next) as u64,
                };
            }
            term.sum.add(term.shape, n as u64, words);
        }
        let (Some(packed), Some(result)) = (target, result) else {
            return;
        };
        // Without a step the result is a load or a uniform value.
        let from = room.table[if direct { self.table.target } else { result }];
        let size = self.size_of_target;
        // SAFETY: n elements at either place.
        unsafe {
            if packed && !direct && !std::ptr::eq(from, room.table[self.table.target]) {
                write_row(from, room.table[self.table.target], n * size, self.stream);
            } else if !packed {
                let strides = &self.operands[loads].strides;
                scatter(from, size, walk.at[loads], strides, &walk.lengths);
            }
        }
    }
}

/// The operand in whose memory order the elements are visited: the first that moves along every dimension, else the first.
fn leading(operands: &[Operand], extents: &[i64]) -> usize {
    let moves = |operand: &Operand| {
        let mut dims = extents.iter().zip(&operand.strides);
        matches!(operand.kind, Kind::Memory(_))
            && dims.all(|(&extent, &stride)| extent == 1 || stride != 0)
    };
    operands.iter().position(moves).unwrap_or(0)
}

thread_local! {
    static SCRATCH: RefCell<Vec<Line>> = const { RefCell::new(Vec::new()) };
}

/// A cache line.
#[repr(C, align(64))]
#[derive(Clone, Copy)]
struct Line([u8; 64]);

/// The table of addresses, and the tiles that are not in the operands' memory.
struct Room {
    table: Vec<*mut u8>,
    /// Of each operand.
    buffers: Vec<*mut u8>,
    /// Position and number of the elements that a buffer holds, where they stay the same from tile to tile.
    filled: Vec<Option<(isize, usize)>>,
}

impl Room {
    fn new(visit: &Visit, uniforms: &Uniforms, scratch: &mut Vec<Line>) -> Room {
        let table = visit.table;
        let registers = table.target - table.spread;
        let buffers = visit.entries.iter().filter(|entry| !entry.1).count();
        // One line more than a register is long: addresses that differ by a multiple of 4096 bytes get into each other's way.
        let lines = visit.tile * Value::BYTES / 64 + 1;
        scratch.resize((registers + buffers + 1) * lines, Line([0; 64]));
        let mut free = scratch
            .chunks_exact_mut(lines)
            .map(|tile| tile.as_mut_ptr().cast::<u8>());
        let mut next = || free.next().expect("as many tiles as were counted");
        let cells = uniforms.cells.as_ptr();
        let mut entries: Vec<*mut u8> = vec![next(); table.target + 1];
        for (i, entry) in entries[table.uniforms..table.spread].iter_mut().enumerate() {
            *entry = cells.wrapping_add(i).cast_mut().cast();
        }
        for entry in &mut entries[table.spread..table.target] {
            *entry = next();
        }
        for (i, &(uniform, dtype)) in visit.steps.spread.iter().enumerate() {
            let cell = uniforms.cells[usize::from(uniform)].0;
            let to = entries[table.spread + i];
            for k in 0..visit.tile {
                let size = dtype.size();
                // SAFETY: the tile has room for `visit.tile` elements of any type.
                unsafe { std::ptr::copy_nonoverlapping(cell.as_ptr(), to.add(k * size), size) };
            }
        }
        let mut buffers = Vec::with_capacity(visit.entries.len());
        for &(entry, packed) in &visit.entries {
            let buffer = if packed { std::ptr::null_mut() } else { next() };
            entries[entry] = buffer;
            buffers.push(buffer);
        }
        Room {
            table: entries,
            filled: vec![None; buffers.len()],
            buffers,
        }
    }
}
