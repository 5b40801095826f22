//! A program's instructions as kernels over a table of addresses.
//!
//! The table of a stage holds, one after the other: the loads, the uniform values, those of them that are spread over a tile,
//! the registers, and the target. Steps name its entries.

use distarray_core::formula::{Instruction, Place, Program, Stage};
use distarray_core::ufunc::MAX_ARGS;
use distarray_core::Dtype;

use super::super::lane::Kernel;
use super::super::ufunc;

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
}

/// One call of a kernel; arguments and result are entries of the table.
#[derive(Clone, Copy)]
pub(super) struct Step {
    pub kernel: Kernel,
    pub args: [usize; MAX_ARGS],
    pub out: usize,
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
    /// The entry of a place, whose value is in memory as one tile or, if uniform, as one element.
    pub fn entry(&self, place: Place) -> usize {
        match place {
            Place::Load(i) => usize::from(i),
            Place::Uniform(i) => self.uniforms + usize::from(i),
            Place::Register(i) => self.registers + usize::from(i),
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
        let roots = self
            .program
            .roots
            .iter()
            .map(|root| steps.tile_of(root.place));
        let entries: Vec<usize> = roots.collect();
        let body = steps.needed(entries.iter().copied());
        let read = body.iter().flat_map(|step| step.args).chain(entries);
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
        let mut steps = Steps {
            prologue: Vec::new(),
            body: Vec::new(),
            spread: Vec::new(),
            table: Table {
                uniforms: program.loads.len(),
                spread: program.loads.len() + program.uniforms.len(),
                registers: 0,
                target: 0,
            },
        };
        let spread = |steps: &mut Steps, uniform: u16, dtype: Dtype| {
            let known = steps.spread.iter().position(|&(other, _)| other == uniform);
            known.unwrap_or_else(|| {
                steps.spread.push((uniform, dtype));
                steps.spread.len() - 1
            })
        };
        // Which argument of each instruction stands as one element, and which are to be spread.
        let mut kernels = Vec::with_capacity(stage.body.len());
        for instruction in &stage.body {
            let (kernel, single) = kernel(instruction);
            for (i, place) in instruction.args.iter().enumerate() {
                if let (Place::Uniform(uniform), true) = (place, single != Some(i)) {
                    spread(&mut steps, *uniform, instruction.types.args[i]);
                }
            }
            kernels.push((kernel, single));
        }
        for reduced in &stage.reductions {
            for place in [Some(reduced.x), reduced.y].into_iter().flatten() {
                if let Place::Uniform(uniform) = place {
                    spread(&mut steps, uniform, reduced.dtype);
                }
            }
        }
        let is_last = program
            .stages
            .last()
            .is_some_and(|last| std::ptr::eq(last, stage));
        for root in program.roots.iter().filter(|_| is_last) {
            if let Place::Uniform(uniform) = root.place {
                spread(&mut steps, uniform, root.dtype);
            }
        }
        let table = &mut steps.table;
        table.registers = table.spread + steps.spread.len();
        table.target = table.registers + usize::from(stage.registers);
        for instruction in &stage.prologue {
            let entries = instruction
                .args
                .iter()
                .map(|&place| steps.table.entry(place));
            steps.prologue.push(Step {
                kernel: ufunc::kernel(instruction.function, &instruction.types),
                args: padded(entries),
                out: steps.table.uniforms + usize::from(instruction.out),
            });
        }
        for (instruction, (kernel, single)) in stage.body.iter().zip(kernels) {
            let entries =
                instruction
                    .args
                    .iter()
                    .enumerate()
                    .map(|(i, &place)| match single == Some(i) {
                        true => steps.table.entry(place),
                        false => steps.tile_of(place),
                    });
            let step = Step {
                kernel,
                args: padded(entries),
                out: steps.table.registers + usize::from(instruction.out),
            };
            steps.body.push(step);
        }
        steps
    }

    /// The entry of a place as a whole tile.
    pub fn tile_of(&self, place: Place) -> usize {
        match place {
            Place::Uniform(uniform) => {
                let known = self.spread.iter().position(|&(other, _)| other == uniform);
                known.map_or(self.table.entry(place), |at| self.table.spread + at)
            }
            other => self.table.entry(other),
        }
    }

    /// The steps that some entries depend on, in order.
    pub fn needed(&self, entries: impl IntoIterator<Item = usize>) -> Vec<Step> {
        let mut wanted = vec![false; self.table.target + 1];
        entries.into_iter().for_each(|entry| wanted[entry] = true);
        let mut steps: Vec<Step> = Vec::with_capacity(self.body.len());
        for step in self.body.iter().rev() {
            if wanted[step.out] {
                wanted[step.out] = false;
                step.args.iter().for_each(|&arg| wanted[arg] = true);
                steps.push(*step);
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
fn padded(entries: impl Iterator<Item = usize>) -> [usize; MAX_ARGS] {
    let mut entries = entries.peekable();
    let first = entries.peek().copied().unwrap_or_default();
    std::array::from_fn(|_| entries.next().unwrap_or(first))
}
