//! From typed values to a program: what is needed, in which stage, and in which order.

use std::collections::HashSet;

use arrayvec::ArrayVec;

use super::graph::{Graph, Id, Kind};
use super::literal::Literal;
use super::program::*;
use super::registers::assign;
use super::tree::MOST;
use crate::ufunc::MAX_ARGS;
use crate::{Code, Error, Result};

/// Most steps of the search for what reductions read.
const PATIENCE: usize = 1 << 24;

/// The program that computes these values.
///
/// Errors: more than 16 bits can number.
pub(super) fn schedule(graph: &Graph, roots: &[Id]) -> Result<Program> {
    let mut schedule = Schedule::new(graph, roots)?;
    let depths = roots.iter().map(|&root| graph.facts(root).depth);
    let stages = 1 + depths.max().unwrap_or(0);
    let reductions = schedule.by_stage(stages, |kind| matches!(kind, Kind::Reduce { .. }));
    let uniforms = schedule.by_stage(stages, |kind| matches!(kind, Kind::Apply { .. }));
    for at in 0..stages {
        let roots = if at + 1 == stages { roots } else { &[] };
        let stage = schedule.stage(&uniforms[at], &reductions[at], roots)?;
        schedule.program.stages.push(stage);
    }
    schedule.program.roots = roots
        .iter()
        .map(|&root| Root {
            place: schedule.places[root],
            dtype: graph.value(root).dtype,
        })
        .collect();
    Ok(schedule.program)
}

fn too_large() -> Error {
    let text = format!("the formula is too large: more than {MOST} values or instructions");
    Error::new(Code::Argument, text)
}

fn number(count: usize) -> Result<u16> {
    u16::try_from(count).map_err(|_| too_large())
}

struct Schedule<'a> {
    graph: &'a Graph,
    needed: Vec<bool>,
    /// Where the values are; registers as the current stage uses them.
    places: Vec<Place>,
    /// How many registers it takes to compute a value, were it alone.
    pressure: Vec<usize>,
    instructions: usize,
    patience: usize,
    program: Program,
}

impl<'a> Schedule<'a> {
    fn new(graph: &'a Graph, roots: &[Id]) -> Result<Schedule<'a>> {
        let mut schedule = Schedule {
            graph,
            needed: vec![false; graph.len()],
            places: vec![Place::Register(0); graph.len()],
            pressure: vec![0; graph.len()],
            instructions: 0,
            patience: PATIENCE,
            program: Program {
                loads: Vec::new(),
                uniforms: Vec::new(),
                stages: Vec::new(),
                roots: Vec::new(),
            },
        };
        roots.iter().for_each(|&root| schedule.needed[root] = true);
        for id in (0..graph.len()).rev() {
            if schedule.needed[id] {
                for arg in graph.args(id) {
                    schedule.needed[arg] = true;
                }
            }
        }
        for id in 0..graph.len() {
            if schedule.needed[id] {
                schedule.place(id)?;
            }
        }
        Ok(schedule)
    }

    /// Numbers a load or a uniform value, and says how many registers others take.
    fn place(&mut self, id: Id) -> Result<()> {
        let value = self.graph.value(id);
        if let Kind::Load(load) = &value.kind {
            self.places[id] = Place::Load(number(self.program.loads.len())?);
            self.program.loads.push(load.clone());
        } else if self.graph.facts(id).uniform {
            let source = match value.kind {
                Kind::Literal(literal) => source(literal),
                Kind::Scalar(operand) => Source::Operand(operand),
                Kind::Extent(dim) => Source::Extent(dim),
                _ => Source::Computed,
            };
            let dtype = value.dtype;
            self.places[id] = Place::Uniform(number(self.program.uniforms.len())?);
            self.program.uniforms.push(Uniform { dtype, source });
        } else {
            let args = self.by_pressure(id);
            let held = args
                .iter()
                .enumerate()
                .map(|(held, &arg)| held + self.pressure[arg]);
            self.pressure[id] = held.max().unwrap_or(0).max(1);
        }
        Ok(())
    }

    /// The element-wise arguments that are computed, the one that takes most registers first.
    fn by_pressure(&self, id: Id) -> ArrayVec<Id, MAX_ARGS> {
        let computed = |arg: &Id| self.is_computed(*arg);
        let args = self.graph.args(id).into_iter().filter(computed);
        let mut args: ArrayVec<Id, MAX_ARGS> = args.collect();
        args.sort_by_key(|&arg| std::cmp::Reverse(self.pressure[arg]));
        args
    }

    /// Whether it is in a register.
    fn is_computed(&self, id: Id) -> bool {
        let apply = matches!(self.graph.value(id).kind, Kind::Apply { .. });
        apply && !self.graph.facts(id).uniform
    }

    /// The uniform values of one kind, by the stage that computes them.
    fn by_stage(&self, stages: usize, is: impl Fn(&Kind) -> bool) -> Vec<Vec<Id>> {
        let mut all = vec![Vec::new(); stages];
        for id in (0..self.graph.len()).filter(|&id| self.needed[id]) {
            let facts = self.graph.facts(id);
            let kind = &self.graph.value(id).kind;
            if facts.uniform && is(kind) {
                // The result of a reduction is there behind its stage.
                let late = usize::from(matches!(kind, Kind::Reduce { .. }));
                all[facts.depth - late].push(id);
            }
        }
        all
    }

    fn stage(&mut self, uniforms: &[Id], reductions: &[Id], roots: &[Id]) -> Result<Stage> {
        let of_reductions = reductions.iter().flat_map(|&id| self.graph.args(id));
        let results = of_reductions.chain(roots.iter().copied());
        let results: Vec<Id> = results.filter(|&id| self.is_computed(id)).collect();
        let order = self.order(&results)?;
        let registers = assign(self.graph, &order, &results, &mut self.places);
        let registers = u16::try_from(registers).map_err(|_| too_large())?;
        self.count(uniforms.len())?;
        let instructions = |ids: &[Id]| ids.iter().map(|&id| self.instruction(id)).collect();
        let (prologue, body) = (instructions(uniforms), instructions(&order));
        let reductions = reductions.iter().map(|&id| self.reduced(id));
        let reductions = reductions.collect::<Result<Vec<Reduced>>>()?;
        Ok(Stage {
            prologue,
            body,
            registers,
            reductions,
        })
    }

    /// Errors: more instructions than can be numbered, which also bounds the time that stages take to compile.
    fn count(&mut self, more: usize) -> Result<()> {
        self.instructions += more;
        match self.instructions > MOST {
            true => Err(too_large()),
            false => Ok(()),
        }
    }

    /// The values to compute, each behind its arguments, those that take most registers first.
    fn order(&mut self, results: &[Id]) -> Result<Vec<Id>> {
        let mut order = Vec::new();
        let mut done = HashSet::new();
        let mut left: Vec<(Id, bool)> = results.iter().rev().map(|&id| (id, false)).collect();
        while let Some((id, ready)) = left.pop() {
            if done.contains(&id) {
                continue;
            }
            if ready {
                self.count(1)?;
                done.insert(id);
                order.push(id);
                continue;
            }
            left.push((id, true));
            let args = self.by_pressure(id);
            left.extend(args.into_iter().rev().map(|arg| (arg, false)));
        }
        Ok(order)
    }

    fn instruction(&self, id: Id) -> Instruction {
        let Kind::Apply {
            function,
            types,
            args,
        } = &self.graph.value(id).kind
        else {
            unreachable!("only calls are scheduled");
        };
        let (Place::Register(out) | Place::Uniform(out) | Place::Load(out)) = self.places[id];
        Instruction {
            function: *function,
            types: types.clone(),
            args: args.iter().map(|&arg| self.places[arg]).collect(),
            out,
        }
    }

    fn reduced(&mut self, id: Id) -> Result<Reduced> {
        let Kind::Reduce {
            reduction,
            ddof,
            dtype,
            x,
            y,
        } = self.graph.value(id).kind
        else {
            unreachable!("only reductions are asked for");
        };
        let (Place::Register(out) | Place::Uniform(out) | Place::Load(out)) = self.places[id];
        Ok(Reduced {
            op: reduction.code(),
            ddof,
            x: self.places[x],
            dtype,
            y: y.map(|y| self.places[y]),
            out,
            loads: self.loads(id)?,
        })
    }

    /// What a reduction reads, itself and not by way of other reductions.
    fn loads(&mut self, id: Id) -> Result<Vec<u16>> {
        let mut seen = HashSet::new();
        let mut loads = Vec::new();
        let mut left: Vec<Id> = self.graph.args(id).into_iter().collect();
        while let Some(id) = left.pop() {
            self.patience = self.patience.checked_sub(1).ok_or_else(too_large)?;
            if !self.graph.facts(id).uniform && seen.insert(id) {
                match self.places[id] {
                    Place::Load(load) => loads.push(load),
                    _ => left.extend(self.graph.args(id)),
                }
            }
        }
        loads.sort_unstable();
        Ok(loads)
    }
}

fn source(literal: Literal) -> Source {
    match literal.whole() {
        Some(whole) => Source::Integer(whole),
        None => {
            let (re, im) = literal.parts();
            Source::Real(re, im)
        }
    }
}
