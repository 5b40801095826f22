//! Which instructions of a stage become one chain, and where the results of all steps are kept.

use std::collections::HashMap;

use distarray_core::formula::{Function, Instruction, Place};
use distarray_core::Dtype;

use super::chain::{self, Action, Chain, Operation, DEPTH};

/// Where a step finds an argument.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Source {
    /// The result of the instruction with this number.
    Result(usize),
    /// A load or a uniform value.
    Given(Place),
}

/// The body of a stage with its instructions' results by number, and what happens to them.
pub(super) struct Fusion<'a> {
    body: &'a [Instruction],
    args: Vec<Vec<Source>>,
    /// Whether a result exists only inside a chain.
    inlined: Vec<bool>,
    /// Stack that the chain up to a result needs.
    needs: Vec<usize>,
    /// The results that are needed behind the body.
    pub kept: Vec<Source>,
}

impl<'a> Fusion<'a> {
    /// `kept` are places that are read behind the body.
    pub fn new(body: &'a [Instruction], kept: impl Iterator<Item = Place>) -> Fusion<'a> {
        let mut current: HashMap<u16, usize> = HashMap::new();
        let mut uses = vec![0usize; body.len()];
        let mut args = Vec::with_capacity(body.len());
        let source = |place: Place, current: &HashMap<u16, usize>| match place {
            Place::Register(register) => Source::Result(current[&register]),
            given => Source::Given(given),
        };
        for (number, instruction) in body.iter().enumerate() {
            let own: Vec<Source> = instruction
                .args
                .iter()
                .map(|&place| source(place, &current))
                .collect();
            for arg in &own {
                if let Source::Result(result) = arg {
                    uses[*result] += 1;
                }
            }
            args.push(own);
            current.insert(instruction.out, number);
        }
        let kept: Vec<Source> = kept.map(|place| source(place, &current)).collect();
        for source in &kept {
            if let Source::Result(result) = source {
                // Twice, as a result that is used once may vanish in a chain.
                uses[*result] += 2;
            }
        }
        let mut fusion = Fusion {
            body,
            args,
            inlined: vec![false; body.len()],
            needs: vec![1; body.len()],
            kept,
        };
        for number in 0..body.len() {
            fusion.inline_arguments(number, &uses);
        }
        fusion
    }

    /// Takes the arguments of an instruction into its chain, as far as the stack reaches.
    fn inline_arguments(&mut self, number: usize, uses: &[usize]) {
        let Some(dtype) = chained(&self.body[number]) else {
            return;
        };
        let mut inner: Vec<usize> = Vec::new();
        for arg in &self.args[number] {
            if let Source::Result(result) = *arg {
                if uses[result] == 1 && chained(&self.body[result]) == Some(dtype) {
                    inner.push(result);
                }
            }
        }
        let mut need = 1;
        if let [a, b] = inner[..] {
            let (low, high) = if self.needs[a] <= self.needs[b] {
                (a, b)
            } else {
                (b, a)
            };
            need = self.needs[high].max(self.needs[low] + 1);
            if need > DEPTH {
                inner = vec![high];
            }
        }
        if let [one] = inner[..] {
            need = self.needs[one];
        }
        for result in inner {
            self.inlined[result] = true;
        }
        self.needs[number] = need;
    }

    /// The numbers of the instructions that are steps by themselves, in order.
    pub fn steps(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.body.len()).filter(|&number| !self.inlined[number])
    }

    /// Whether the step is a chain of several instructions.
    pub fn is_chain(&self, number: usize) -> bool {
        let inlined = |arg: &Source| matches!(arg, Source::Result(result) if self.inlined[*result]);
        self.args[number].iter().any(inlined)
    }

    /// What a step reads.
    pub fn reads(&self, number: usize) -> Vec<Source> {
        let mut all = Vec::new();
        let mut pending = vec![number];
        while let Some(next) = pending.pop() {
            for &arg in &self.args[next] {
                match arg {
                    Source::Result(result) if self.inlined[result] => pending.push(result),
                    other => all.push(other),
                }
            }
        }
        all
    }

    /// The chain of a step; `entry` gives the table's entry of an argument and whether it is one element.
    pub fn chain(&self, number: usize, entry: &impl Fn(Source) -> (usize, bool)) -> Option<Chain> {
        let dtype = chained(&self.body[number])?;
        let mut operations = Vec::new();
        self.emit(number, entry, &mut operations);
        Chain::new(operations, dtype)
    }

    /// Appends what leaves the result of an instruction on top.
    fn emit(
        &self,
        number: usize,
        entry: &impl Fn(Source) -> (usize, bool),
        to: &mut Vec<Operation>,
    ) {
        let with = |action: Action, source: Source| {
            let (entry, one) = entry(source);
            Operation { action, one, entry }
        };
        let plain = |action: Action| Operation {
            action,
            one: false,
            entry: 0,
        };
        let Function::Ufunc(ufunc) = self.body[number].function else {
            return;
        };
        let inner = |source: Source| match source {
            Source::Result(result) if self.inlined[result] => Some(result),
            _ => None,
        };
        match self.args[number][..] {
            [x] => {
                match inner(x) {
                    Some(result) => self.emit(result, entry, to),
                    None => to.push(with(Action::Push, x)),
                }
                to.extend(chain::unary(ufunc).map(plain));
            }
            [x, y] => {
                let Some([right, left, below, top]) = chain::binary(ufunc) else {
                    return;
                };
                match (inner(x), inner(y)) {
                    (None, None) => to.extend([with(Action::Push, x), with(right, y)]),
                    (Some(a), None) => {
                        self.emit(a, entry, to);
                        to.push(with(right, y));
                    }
                    (None, Some(b)) => {
                        self.emit(b, entry, to);
                        to.push(with(left, x));
                    }
                    // What needs more of the stack comes first.
                    (Some(a), Some(b)) if self.needs[a] >= self.needs[b] => {
                        self.emit(a, entry, to);
                        self.emit(b, entry, to);
                        to.push(plain(below));
                    }
                    (Some(a), Some(b)) => {
                        self.emit(b, entry, to);
                        self.emit(a, entry, to);
                        to.push(plain(top));
                    }
                }
            }
            _ => {}
        }
    }

    /// A register for the result of each step, and how many there are. A register is free again behind the last step that reads
    /// it; that step itself may write it if elements have one size.
    pub fn registers(&self) -> (HashMap<usize, usize>, usize) {
        let mut last: HashMap<usize, usize> = HashMap::new();
        for step in self.steps() {
            for source in self.reads(step) {
                if let Source::Result(result) = source {
                    last.insert(result, step);
                }
            }
        }
        for source in &self.kept {
            if let Source::Result(result) = source {
                last.insert(*result, usize::MAX);
            }
        }
        let (mut of, mut free, mut count) = (HashMap::new(), Vec::new(), 0);
        for step in self.steps() {
            let out = self.body[step].types.out.size();
            let mut released: Vec<(usize, usize)> = Vec::new();
            for source in self.reads(step) {
                let Source::Result(result) = source else {
                    continue;
                };
                if last.get(&result) == Some(&step) {
                    last.remove(&result);
                    released.push((of[&result], self.body[result].types.out.size()));
                }
            }
            let (now, later): (Vec<_>, Vec<_>) =
                released.into_iter().partition(|&(_, size)| size == out);
            free.extend(now.into_iter().map(|(register, _)| register));
            let register = free.pop().unwrap_or_else(|| {
                count += 1;
                count - 1
            });
            of.insert(step, register);
            free.extend(later.into_iter().map(|(register, _)| register));
        }
        (of, count)
    }
}

/// The type of an instruction that chains know, where the processor runs them.
fn chained(instruction: &Instruction) -> Option<Dtype> {
    let Function::Ufunc(ufunc) = instruction.function else {
        return None;
    };
    let dtype = instruction.types.out;
    let known = chain::binary(ufunc).is_some() || chain::unary(ufunc).is_some();
    let alike = instruction.types.args.iter().all(|&arg| arg == dtype);
    (known && alike && Chain::serves(dtype)).then_some(dtype)
}
