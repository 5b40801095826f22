//! Padding beyond the physical edges of the domain, filled once an exchange has arrived.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use distarray_core::edges::{self, About, Fill, Rule};
use distarray_core::halo::HaloOptions;
use distarray_core::{Code, Dimension, Dims, Dtype, Order, Side, Span};

use crate::array::Array;
use crate::error::{Error, Result};
use crate::kernels::edge::{Law, Layers};
use crate::kernels::value::Value;
use crate::kernels::Block;

/// What lies beyond one end of one dimension of some arrays of a plan.
#[derive(Clone)]
pub struct Edge {
    /// Position in the list of the plan; `None`: all arrays.
    pub array: Option<usize>,
    pub dim: usize,
    pub side: Side,
    pub rule: Rule,
    pub about: About,
    /// Of a constant, or on the plane of an antisymmetric field; `None`: 0.
    pub value: Option<Value>,
    pub callback: Option<Callback>,
}

/// A function of the program that fills layers. It gives 0, or the number of what failed.
pub type Callback = Arc<dyn Fn(&Outside) -> i32 + Send + Sync>;

/// Layers that a callback fills.
pub struct Outside {
    pub array: usize,
    pub dim: usize,
    pub side: Side,
    pub block: Block,
    /// That of the array's distribution.
    pub order: Order,
    /// Local index of the first element.
    pub lo: Dims<i64>,
    /// Its global index, outside of the domain where it is padding; 0 in dimensions that are neither block nor whole.
    pub global_lo: Dims<i64>,
}

impl Hash for Edge {
    /// By what ranks must agree on: addresses of functions differ from process to process.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let value = self.value.map(|value| (value.dtype(), *value.padded()));
        let place = (self.array, self.dim, self.side);
        (place, self.rule, self.about, value, self.callback.is_some()).hash(state);
    }
}

/// What a rank fills after each exchange, in order. Nothing is allocated when it runs.
#[derive(Default)]
pub struct Edges {
    steps: Vec<Step>,
    /// Whether functions of the program take part, on whichever rank.
    calls_back: bool,
}

enum Step {
    Layers(Layers),
    Call(Callback, Box<Outside>),
}

impl Edges {
    /// Local. Errors: those of [`edges::edges`]; an array that is not in the list; values that do not convert.
    pub fn new(arrays: &[&Array], options: &HaloOptions, list: &[Edge]) -> Result<Edges> {
        let mut made = Edges {
            steps: Vec::new(),
            calls_back: list.iter().any(|edge| edge.rule == Rule::Callback),
        };
        for (number, edge) in list.iter().enumerate() {
            if edge.array.is_some_and(|array| array >= arrays.len()) {
                let (array, n) = (edge.array.unwrap_or(0), arrays.len());
                let text = format!(
                    "edge {number} is of array {array}, but there are {n}, numbered from 0"
                );
                return Err(Error::new(Code::Argument, text));
            }
        }
        for (i, array) in arrays.iter().enumerate() {
            let mine: Vec<&Edge> = list
                .iter()
                .filter(|edge| edge.array.is_none_or(|array| array == i))
                .collect();
            made.add(i, array, options, &mine)
                .map_err(|error| Error::new(error.code, format!("array {i}: {}", error.text)))?;
        }
        Ok(made)
    }

    fn add(
        &mut self,
        i: usize,
        array: &Array,
        options: &HaloOptions,
        list: &[&Edge],
    ) -> Result<()> {
        let laws: Vec<Option<Law>> = list
            .iter()
            .map(|edge| edge.law(array.dtype()))
            .collect::<Result<_>>()?;
        let places: Vec<edges::Edge> = list.iter().map(|edge| edge.place()).collect();
        let dist = array.dist();
        for fill in edges::edges(dist.map(), dist.comm().rank(), options, &places)? {
            let edge = list[fill.edge];
            let step = match (laws[fill.edge], &edge.callback) {
                (Some(law), _) => Step::Layers(Layers::new(array.block(), &fill, law)?),
                (None, Some(callback)) => {
                    Step::Call(callback.clone(), Box::new(edge.outside(i, array, &fill)?))
                }
                (None, None) => continue,
            };
            self.steps.try_reserve(1).map_err(|_| refused())?;
            self.steps.push(step);
        }
        Ok(())
    }

    /// Errors: `Code::Callback` for a function that failed; those after it are not called.
    pub fn fill(&self) -> Result<()> {
        for step in &self.steps {
            match step {
                Step::Layers(layers) => layers.fill(),
                Step::Call(callback, outside) => match callback(outside) {
                    0 => {}
                    number => return Err(outside.failed(number)),
                },
            }
        }
        Ok(())
    }

    pub fn calls_back(&self) -> bool {
        self.calls_back
    }

    /// Bytes that the description takes.
    pub fn memory(&self) -> usize {
        let of = |step: &Step| match step {
            Step::Layers(layers) => layers.memory(),
            Step::Call(..) => size_of::<Outside>(),
        };
        self.steps.iter().map(of).sum()
    }
}

impl Edge {
    fn place(&self) -> edges::Edge {
        edges::Edge {
            dim: self.dim,
            side: self.side,
            rule: self.rule,
            about: self.about,
        }
    }

    /// What the rule means for a dtype, `None` for a callback.
    fn law(&self, dtype: Dtype) -> Result<Option<Law>> {
        let value = match &self.value {
            Some(value) => value.exactly(dtype)?,
            None => Value::new(dtype, &[0; Value::BYTES]),
        };
        let law = match self.rule {
            Rule::Constant => Law::Constant(value),
            Rule::ZeroGradient | Rule::Mirror => Law::Copy,
            Rule::Linear => Law::Linear,
            Rule::Antisymmetric => Law::Antisymmetric(value),
            Rule::Callback => return Ok(None),
        };
        law.check(dtype)?;
        Ok(Some(law))
    }

    fn outside(&self, i: usize, array: &Array, fill: &Fill) -> Result<Outside> {
        let dist = array.dist();
        let dims = dist.map().dims().iter().zip(&dist.section().dims);
        let first = |((dimension, span), &lo): ((&Dimension, &Span), &i64)| match dimension
            .is_contiguous()
        {
            true => span.start - span.below + lo,
            false => 0,
        };
        Ok(Outside {
            array: i,
            dim: self.dim,
            side: self.side,
            order: dist.map().order(),
            block: array.block().section(&fill.region)?,
            global_lo: dims.zip(&fill.region.lo).map(first).collect(),
            lo: fill.region.lo.clone(),
        })
    }
}

impl Outside {
    fn failed(&self, number: i32) -> Error {
        let side = match self.side {
            Side::Below => "lower",
            Side::Above => "upper",
        };
        let text = format!(
            "the function for the {side} edge of dimension {} of array {} failed with {number}",
            self.dim, self.array
        );
        Error::new(Code::Callback, text)
    }
}

fn refused() -> Error {
    Error::new(Code::Memory, "memory for the edges of a plan was refused")
}
