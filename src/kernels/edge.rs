//! Layers of a block filled from elements further inside it, made ready once.

use std::sync::Arc;

use distarray_core::edges::Fill;
use distarray_core::{Code, Dtype};
use num_complex::Complex;

use super::block::Block;
use super::element::{with_element, Element, Flag};
use super::memory::Memory;
use super::nest::{walk, Axes, Axis, Nest};
use super::value::Value;
use crate::error::{Error, Result};

/// What layer k, counted from 1, becomes: of the element `a` that is its source and of `b`, next to the last one.
#[derive(Clone, Copy, Debug)]
pub enum Law {
    /// The value.
    Constant(Value),
    /// a.
    Copy,
    /// a + k (a - b).
    Linear,
    /// 2 v - a, of the value v.
    Antisymmetric(Value),
}

/// The layers of one edge of one block. Nothing is allocated and nothing fails when they are filled.
///
/// Condition: all addresses from `starts` on, with all turns of `axes`, lie inside the memory, and those of the last operand
/// are none of the others'.
pub struct Layers {
    plane: Plane,
    /// Loops of the operands a, b and the layers.
    axes: Box<[Axis<3>]>,
    /// Where the loops begin, with the number that the law has there. One for all layers, or one for each.
    starts: Vec<([*mut u8; 3], Value)>,
    _memory: Arc<Memory>,
}

// SAFETY: addresses into a memory that is kept alive here; `Memory` says what makes their concurrent use sound.
unsafe impl Send for Layers {}
// SAFETY: as above; filling changes nothing here.
unsafe impl Sync for Layers {}

/// Turns of an inner loop that pay for its set-up.
const SHORT: usize = 16;

/// Two loops of elements.
type Plane = unsafe fn(Axis<3>, Axis<3>, [*mut u8; 3], &Value);

impl Layers {
    /// Errors: `Code::Argument` for values that are not of the block's dtype or arithmetic with truth values;
    /// `Code::Internal` for layers or sources outside of the block; `Code::Memory`.
    pub fn new(block: &Block, fill: &Fill, law: Law) -> Result<Layers> {
        let (dtype, dim, layers) = (block.dtype(), fill.dim, fill.layers());
        let at = |position: i64| {
            let mut line = fill.region.clone();
            (line.lo[dim], line.hi[dim]) = (position, position.saturating_add(1));
            block
                .section(&line)
                .map(|part| part.base())
                .map_err(|_| outside())
        };
        // The ends of the layers and of their sources; what is between them lies inside too.
        let target = at(fill.last + fill.outward)?;
        at(fill.last + fill.outward * layers)?;
        let source = at(fill.source)?;
        at(fill.source + fill.step * (layers - 1))?;
        let next = match law {
            Law::Linear => at(fill.last - fill.outward)?,
            _ => source,
        };
        let extents = fill.region.extents();
        let stride = block.strides()[dim] as isize;
        let along = [fill.step as isize, 0, fill.outward as isize].map(|step| step * stride);
        let mut axes = Axes::<3>::new();
        for (other, &extent) in extents.iter().enumerate() {
            let strides = match other == dim {
                true => along,
                false => [block.strides()[other] as isize; 3],
            };
            // The number of a linear law is another in each layer.
            let once = extent <= 1 || (other == dim && matches!(law, Law::Linear));
            if !once {
                axes.push(Axis {
                    extent: extent as usize,
                    strides,
                });
            }
        }
        let mut nest = Nest {
            axes,
            at: [source, next, target],
        };
        nest.arrange(2);
        // A few layers across many rows are taken one after the other, row by row: long loops keep more loads on their way.
        if nest.axis(0).extent < SHORT && nest.axis(1).extent > nest.axis(0).extent {
            nest.axes.swap(0, 1);
        }
        let mut starts = Vec::new();
        let turns = if let Law::Linear = law { layers } else { 1 };
        let room = usize::try_from(turns).map_err(|_| outside())?;
        starts.try_reserve_exact(room).map_err(|_| {
            Error::new(Code::Memory, "memory for the layers of an edge was refused")
        })?;
        for k in 0..turns {
            let at: [*mut u8; 3] =
                std::array::from_fn(|n| nest.at[n].wrapping_offset(along[n] * k as isize));
            starts.push((at, law.number(dtype, k + 1)?));
        }
        Ok(Layers {
            plane: law.plane(dtype)?,
            axes: nest.axes.iter().copied().collect(),
            starts,
            _memory: block.memory().clone(),
        })
    }

    pub fn fill(&self) {
        let axis = |level: usize| self.axes.get(level).copied().unwrap_or(Axis::ONCE);
        let outer = self.axes.get(2..).unwrap_or(&[]);
        for (at, number) in &self.starts {
            walk(outer, *at, |at| {
                // SAFETY: the condition on this type.
                unsafe { (self.plane)(axis(0), axis(1), at, number) }
            });
        }
    }

    /// Bytes that the description takes.
    pub fn memory(&self) -> usize {
        size_of::<Layers>()
            + self.axes.len() * size_of::<Axis<3>>()
            + self.starts.capacity() * size_of::<([*mut u8; 3], Value)>()
    }
}

impl Law {
    /// The number that the law has in layer k.
    fn number(&self, dtype: Dtype, k: i64) -> Result<Value> {
        let number = match *self {
            Law::Constant(value) => value,
            Law::Copy => Value::convert_from(0i64, dtype),
            Law::Linear => Value::convert_from(k, dtype),
            Law::Antisymmetric(v) => with_element!(v.dtype(), T => {
                Value::of(v.dtype(), v.get::<T>().plus(v.get::<T>()))
            }),
        };
        match number.dtype() == dtype {
            true => Ok(number),
            false => Err(Error::new(
                Code::Internal,
                "the value of an edge is not of the array's dtype",
            )),
        }
    }

    /// Errors: arithmetic with truth values.
    pub fn check(&self, dtype: Dtype) -> Result<()> {
        if dtype == Dtype::Bool && matches!(self, Law::Linear | Law::Antisymmetric(_)) {
            let text = "truth values have no linear and no antisymmetric continuation";
            return Err(Error::new(Code::Argument, text));
        }
        Ok(())
    }

    fn plane(&self, dtype: Dtype) -> Result<Plane> {
        self.check(dtype)?;
        Ok(with_element!(dtype, T => match self {
            Law::Constant(_) => plane::<T, Constant> as Plane,
            Law::Copy => plane::<T, Same> as Plane,
            Law::Linear => plane::<T, Linear> as Plane,
            Law::Antisymmetric(_) => plane::<T, Antisymmetric> as Plane,
        }))
    }
}

/// Fills two loops of elements, at whatever alignment they have.
///
/// # Safety
/// All operands hold elements T at all turns, and the last one shares no byte with the others.
unsafe fn plane<T: Arithmetic, F: Formula>(
    inner: Axis<3>,
    outer: Axis<3>,
    at: [*mut u8; 3],
    number: &Value,
) {
    let number = number.get::<T>();
    let size = size_of::<T>() as isize;
    for turn in 0..outer.extent {
        let [a, b, to] = outer.step(turn as isize, at);
        let line = |[a_step, b_step, to_step]: [isize; 3]| {
            for i in 0..inner.extent as isize {
                // SAFETY: element i of each operand.
                unsafe {
                    let a = || a.offset(i * a_step).cast::<T>().read_unaligned();
                    let b = || b.offset(i * b_step).cast::<T>().read_unaligned();
                    let value = F::value(a, b, number);
                    to.offset(i * to_step).cast::<T>().write_unaligned(value);
                }
            }
        };
        // Strides known to the compiler let it use vector instructions.
        if inner.strides == [size; 3] {
            line([size; 3]);
        } else {
            line(inner.strides);
        }
    }
}

trait Formula {
    fn value<T: Arithmetic>(a: impl Fn() -> T, b: impl Fn() -> T, number: T) -> T;
}

struct Constant;
struct Same;
struct Linear;
struct Antisymmetric;

impl Formula for Constant {
    #[inline(always)]
    fn value<T: Arithmetic>(_: impl Fn() -> T, _: impl Fn() -> T, number: T) -> T {
        number
    }
}

impl Formula for Same {
    #[inline(always)]
    fn value<T: Arithmetic>(a: impl Fn() -> T, _: impl Fn() -> T, _: T) -> T {
        a()
    }
}

impl Formula for Linear {
    #[inline(always)]
    fn value<T: Arithmetic>(a: impl Fn() -> T, b: impl Fn() -> T, number: T) -> T {
        a().plus(a().minus(b()).times(number))
    }
}

impl Formula for Antisymmetric {
    #[inline(always)]
    fn value<T: Arithmetic>(a: impl Fn() -> T, _: impl Fn() -> T, number: T) -> T {
        number.minus(a())
    }
}

/// Elements that continue beyond an edge. Integers wrap.
pub(super) trait Arithmetic: Element {
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
}

macro_rules! arithmetic {
    ($($number:ty: $plus:expr, $minus:expr, $times:expr);* $(;)?) => {$(
        impl Arithmetic for $number {
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                let plus: fn(Self, Self) -> Self = $plus;
                plus(self, other)
            }
            #[inline(always)]
            fn minus(self, other: Self) -> Self {
                let minus: fn(Self, Self) -> Self = $minus;
                minus(self, other)
            }
            #[inline(always)]
            fn times(self, other: Self) -> Self {
                let times: fn(Self, Self) -> Self = $times;
                times(self, other)
            }
        }
    )*};
}

macro_rules! integers {
    ($($number:ty),*) => { arithmetic! {
        $($number: |a, b| a.wrapping_add(b), |a, b| a.wrapping_sub(b), |a, b| a.wrapping_mul(b);)*
    } };
}

integers!(i8, i16, i32, i64, u8, u16, u32, u64);

arithmetic! {
    f32: |a, b| a + b, |a, b| a - b, |a, b| a * b;
    f64: |a, b| a + b, |a, b| a - b, |a, b| a * b;
    Complex<f32>: |a, b| a + b, |a, b| a - b, |a, b| a * b.re;
    Complex<f64>: |a, b| a + b, |a, b| a - b, |a, b| a * b.re;
    // Truth values have no arithmetic: `Law::check` refuses it.
    Flag: |a, _| a, |a, _| a, |a, _| a;
}

fn outside() -> Error {
    Error::new(
        Code::Internal,
        "an edge is filled from elements that lie outside of the array",
    )
}
