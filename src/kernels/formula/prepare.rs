//! A program's instructions as kernels over a table of addresses.
//!
//! The table of a stage holds, one after the other: the loads, the uniform values, those of them that are spread over a tile,
//! the registers, and the target. Steps name its entries.

use distarray_core::formula::{Instruction, Place, Program, Stage};
use distarray_core::ufunc::MAX_ARGS;
use distarray_core::Dtype;

use super::super::lane::Kernel;
use super::super::ufunc;
use super::chain::Chain;
use super::fuse::{Fusion, Source};

/// Bytes of a register. A handful of them and the loads share the first-level cache.
const REGISTER: usize = 4096;

/// A program with its kernels; it serves any extents.
pub struct Prepared {
    pub(super) program: Program,
    pub(super) stages: Vec<Steps>,
    /// Bytes of the largest element anywhere.
    largest: usize,
}

/// The kernels of a stage.
pub(super) struct Steps {
    pub prologue: Vec<Step>,
    pub body: Vec<Step>,
    /// Uniform values that are spread over a tile each, and their types.
    pub spread: Vec<(u16, Dtype)>,
    pub table: Table,
    /// Entries that are read behind the body: of the last stage the roots, then the operands of all reductions.
    sinks: Vec<usize>,
}

/// One call of a kernel, or a chain; arguments and result are entries of the table.
#[derive(Clone)]
pub(super) struct Step {
    pub work: Work,
    /// Of a kernel [`MAX_ARGS`].
    pub args: Vec<usize>,
    pub out: usize,
}

#[derive(Clone)]
pub(super) enum Work {
    Kernel(Kernel),
    Chain(Chain),
}

impl Step {
    /// # Safety
    /// The entries are tiles of `n` elements, or one element, of the types that the step was made for; `out` is one of the
    /// arguments, or shares no byte with any.
    #[inline]
    pub unsafe fn perform(&self, table: &[*mut u8], out: *mut u8, n: usize) {
        // SAFETY: passed on.
        unsafe {
            match &self.work {
                Work::Kernel(kernel) => {
                    let args = [0, 1, 2].map(|i| table[self.args[i]].cast_const());
                    kernel(args, out, n);
                }
                Work::Chain(chain) => chain.perform(table, out, n),
            }
        }
    }
}

/// Where the kinds of entries begin.
#[derive(Clone, Copy)]
pub(super) struct Table {
    pub uniforms: usize,
    pub spread: usize,
    pub registers: usize,
    pub target: usize,
}

impl Table {
    /// The entry of a load, which is a tile, or of a uniform value, which is one element.
    fn given(&self, place: Place) -> usize {
        match place {
            Place::Load(i) => usize::from(i),
            Place::Uniform(i) | Place::Register(i) => self.uniforms + usize::from(i),
        }
    }
}

impl Prepared {
    pub fn new(program: Program) -> Prepared {
        let sizes = program.loads.iter().map(|load| load.dtype().size());
        let instructions = program.stages.iter().flat_map(|stage| &stage.body);
        let types = instructions.flat_map(|step| step.types.args.iter().chain([&step.types.out]));
        let roots = program.roots.iter().map(|root| root.dtype.size());
        let largest = sizes
            .chain(types.map(|dtype| dtype.size()))
            .chain(roots)
            .max();
        Prepared {
            stages: program
                .stages
                .iter()
                .map(|stage| Steps::new(&program, stage))
                .collect(),
            largest: largest.unwrap_or(1),
            program,
        }
    }

    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Whether the result of a formula is one value.
    pub fn is_uniform(&self, root: usize) -> bool {
        let root = self.program.roots.get(root);
        root.is_some_and(|root| matches!(root.place, Place::Uniform(_)))
    }

    /// The loads that the results depend on.
    pub fn loads_of_roots(&self) -> impl Iterator<Item = usize> {
        let steps = &self.stages[self.stages.len() - 1];
        let roots = 0..self.program.roots.len();
        let entries: Vec<usize> = roots.map(|root| steps.root(root)).collect();
        let body = steps.needed(entries.iter().copied());
        let read = body.iter().flat_map(|step| step.args.iter().copied());
        let read = read.chain(entries);
        let mut loads: Vec<usize> = read
            .filter(|&entry| entry < self.program.loads.len())
            .collect();
        loads.sort_unstable();
        loads.dedup();
        loads.into_iter()
    }

    /// Most elements of a tile.
    pub(super) fn tile(&self) -> usize {
        REGISTER / self.largest.next_power_of_two()
    }
}

impl Steps {
    fn new(program: &Program, stage: &Stage) -> Steps {
        let is_last = program
            .stages
            .last()
            .is_some_and(|last| std::ptr::eq(last, stage));
        let roots = program.roots.iter().filter(|_| is_last);
        let roots = roots.map(|root| (root.place, root.dtype));
        let reduced = stage.reductions.iter().flat_map(|reduced| {
            let places = [Some(reduced.x), reduced.y].into_iter().flatten();
            places.map(|place| (place, reduced.dtype))
        });
        let sinks: Vec<(Place, Dtype)> = roots.chain(reduced).collect();
        let fusion = Fusion::new(&stage.body, sinks.iter().map(|&(place, _)| place));
        let (registers, count) = fusion.registers();

        // Uniform values that kernels want as whole tiles.
        let mut spread: Vec<(u16, Dtype)> = Vec::new();
        let mut spread_out = |place: Place, dtype: Dtype| {
            if let Place::Uniform(uniform) = place {
                if !spread.iter().any(|&(other, _)| other == uniform) {
                    spread.push((uniform, dtype));
                }
            }
        };
        sinks
            .iter()
            .for_each(|&(place, dtype)| spread_out(place, dtype));
        let mut kernels = Vec::with_capacity(stage.body.len());
        for step in fusion.steps() {
            let instruction = &stage.body[step];
            let kernel = (!fusion.is_chain(step)).then(|| kernel(instruction));
            if let Some((_, single)) = kernel {
                for (i, &place) in instruction.args.iter().enumerate() {
                    if single != Some(i) {
                        spread_out(place, instruction.types.args[i]);
                    }
                }
            }
            kernels.push((step, kernel));
        }
        let uniforms = program.loads.len();
        let table = Table {
            uniforms,
            spread: uniforms + program.uniforms.len(),
            registers: uniforms + program.uniforms.len() + spread.len(),
            target: uniforms + program.uniforms.len() + spread.len() + count,
        };
        let mut steps = Steps {
            prologue: Vec::new(),
            body: Vec::new(),
            spread,
            table,
            sinks: Vec::new(),
        };
        for instruction in &stage.prologue {
            let entries = instruction.args.iter().map(|&place| table.given(place));
            steps.prologue.push(Step {
                work: Work::Kernel(ufunc::kernel(instruction.function, &instruction.types)),
                args: padded(entries),
                out: table.uniforms + usize::from(instruction.out),
            });
        }
        let tile = |source: Source| match source {
            Source::Result(result) => table.registers + registers[&result],
            Source::Given(place) => steps.tile_of(place),
        };
        let mut body = Vec::with_capacity(kernels.len());
        for (step, kernel) in kernels {
            let out = table.registers + registers[&step];
            body.push(match kernel {
                Some((kernel, single)) => {
                    let reads = fusion.reads(step);
                    let entries = reads.iter().enumerate().map(|(i, &source)| match source {
                        Source::Given(place) if single == Some(i) => table.given(place),
                        source => tile(source),
                    });
                    Step {
                        work: Work::Kernel(kernel),
                        args: padded(entries),
                        out,
                    }
                }
                None => {
                    let entry = |source: Source| match source {
                        Source::Given(place @ Place::Uniform(_)) => (table.given(place), true),
                        source => (tile(source), false),
                    };
                    let chain = fusion.chain(step, &entry).expect("the processor runs it");
                    Step {
                        args: fusion
                            .reads(step)
                            .into_iter()
                            .map(|source| entry(source).0)
                            .collect(),
                        work: Work::Chain(chain),
                        out,
                    }
                }
            });
        }
        steps.sinks = fusion.kept.iter().map(|&source| tile(source)).collect();
        steps.body = body;
        steps
    }

    /// Where the result of formula `root` stands as a tile, in the last stage.
    pub fn root(&self, root: usize) -> usize {
        self.sinks[root]
    }

    /// Where the operands of a reduction stand as tiles: `before` are the roots, and the operands of the reductions before it.
    pub fn operands(&self, before: usize, two: bool) -> (usize, usize) {
        let x = self.sinks[before];
        (x, if two { self.sinks[before + 1] } else { x })
    }

    /// The entry of a load or a uniform value as a whole tile.
    fn tile_of(&self, place: Place) -> usize {
        let spread = self
            .spread
            .iter()
            .position(|&(uniform, _)| place == Place::Uniform(uniform));
        spread.map_or(self.table.given(place), |at| self.table.spread + at)
    }

    /// The steps that some entries depend on, in order.
    pub fn needed(&self, entries: impl IntoIterator<Item = usize>) -> Vec<&Step> {
        let mut wanted = vec![false; self.table.target + 1];
        entries.into_iter().for_each(|entry| wanted[entry] = true);
        let mut steps: Vec<&Step> = Vec::with_capacity(self.body.len());
        for step in self.body.iter().rev() {
            if wanted[step.out] {
                wanted[step.out] = false;
                step.args.iter().for_each(|&arg| wanted[arg] = true);
                steps.push(step);
            }
        }
        steps.reverse();
        steps
    }
}

/// The kernel of an instruction, and which argument it takes as one element.
fn kernel(instruction: &Instruction) -> (Kernel, Option<usize>) {
    let Instruction {
        function,
        types,
        args,
        ..
    } = instruction;
    let uniform = |&i: &usize| matches!(args[i], Place::Uniform(_));
    let single = (0..args.len())
        .filter(uniform)
        .find_map(|i| ufunc::scalar_kernel(*function, types, i).map(|kernel| (kernel, Some(i))));
    single.unwrap_or_else(|| (ufunc::kernel(*function, types), None))
}

/// Kernels take three arguments; those beyond their own are not looked at, and are the first again.
fn padded(entries: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut args: Vec<usize> = entries.collect();
    let first = args.first().copied().unwrap_or_default();
    args.resize(MAX_ARGS, first);
    args
}
