//! From trees to typed values: NumPy's types, Python's arithmetic of literals.
//!
//! Trees of any depth are walked with a stack of our own: a caller's list of nodes may be a chain as long as it is.

use std::collections::HashMap;

use arrayvec::ArrayVec;

use super::graph::{Graph, Id, Kind, Value};
use super::literal::{fits, Literal};
use super::operand::Operand;
use super::program::{Function, Load};
use super::python::{fold, Folded};
use super::reduction::Reduction;
use super::tree::{Fault, Op, Tree, MOST};
use crate::ufunc::{promote_all, Loop, Typed, Ufunc, MAX_ARGS};
use crate::{Code, Dims, Dtype, Kind as Family};

type Args = ArrayVec<Id, MAX_ARGS>;
type Made<T> = Result<T, Fault>;

/// Makes values out of the operations of trees, all in one graph.
pub struct Typing<'a> {
    operands: &'a [Operand<'a>],
    pub graph: Graph,
}

/// The distances that apply to a part of a tree, by number; number 0 is none.
struct Shifts {
    known: Vec<Option<Dims<i64>>>,
    numbers: HashMap<Dims<i64>, usize>,
}

impl Shifts {
    fn new() -> Shifts {
        Shifts {
            known: vec![None],
            numbers: HashMap::new(),
        }
    }

    /// The number of `by` on top of the distances with number `outer`.
    fn add(&mut self, outer: usize, by: &Dims<i64>) -> Result<usize, String> {
        let mut sum = by.clone();
        if let Some(outer) = &self.known[outer] {
            if outer.len() != by.len() {
                let (one, other) = (outer.len(), by.len());
                return Err(format!("shifts in {one} and in {other} dimensions meet"));
            }
            for (sum, more) in sum.iter_mut().zip(outer) {
                *sum = sum.checked_add(*more).ok_or("a shift leaves 64 bits")?;
            }
        }
        Ok(*self.numbers.entry(sum.clone()).or_insert_with(|| {
            self.known.push(Some(sum));
            self.known.len() - 1
        }))
    }
}

impl<'a> Typing<'a> {
    pub fn new(operands: &'a [Operand<'a>]) -> Typing<'a> {
        Typing {
            operands,
            graph: Graph::default(),
        }
    }

    /// The values of the results of a tree.
    pub fn roots(&mut self, tree: &Tree) -> Made<Vec<Id>> {
        let mut shifts = Shifts::new();
        let mut made: HashMap<(usize, usize), Id> = HashMap::new();
        let mut left: Vec<(usize, usize)> = Vec::new();
        left.extend(tree.roots().iter().rev().map(|&root| (root, 0)));
        while let Some(&(id, shift)) = left.last() {
            if made.contains_key(&(id, shift)) {
                left.pop();
                continue;
            }
            let op = &tree.ops()[id];
            let fault = |text: String| Fault::new(tree.place(id), text);
            let below = match op {
                Op::Shift { by, .. } => shifts.add(shift, by).map_err(fault)?,
                // What is reduced is the whole array, wherever it is asked from.
                Op::Reduce { .. } => 0,
                _ => shift,
            };
            let before = left.len();
            let args = op.args();
            let missing = args.iter().rev().map(|&arg| (arg, below));
            left.extend(missing.filter(|at| !made.contains_key(at)));
            if left.len() > before {
                continue;
            }
            let args = args.iter().map(|&arg| made[&(arg, below)]).collect();
            let value = self.value(op, &args, shifts.known[shift].as_ref());
            let value = value.map_err(|fault| Fault {
                place: tree.place(id),
                ..fault
            })?;
            if made.len() == MOST {
                return Err(fault(format!("more than {MOST} values")));
            }
            made.insert((id, shift), value);
            left.pop();
        }
        Ok(tree.roots().iter().map(|&root| made[&(root, 0)]).collect())
    }

    fn value(&mut self, op: &Op, args: &Args, shift: Option<&Dims<i64>>) -> Made<Id> {
        match *op {
            Op::Operand(at) => self.operand(at, shift),
            Op::Literal(literal) => self.literal(literal),
            Op::Index(dim) if shift.is_some() => {
                let text = format!("i{dim} cannot be shifted; add a number to it");
                Err(Fault::new(0, text))
            }
            Op::Index(dim) => self.insert(Kind::Load(Load::Index { dim }), Dtype::Int64, false),
            Op::Extent(dim) => self.insert(Kind::Extent(dim), Dtype::Int64, true),
            Op::Apply {
                ufunc, operator, ..
            } => self.apply(ufunc, args, operator),
            Op::Fabs(_) => {
                let x = self.strong(args[0])?;
                let float = self.resolve(Ufunc::Sqrt, &[x])?.args[0];
                if float.kind() == Family::Complex {
                    let text = format!("fabs has no meaning for {}", float.name());
                    return Err(unsupported(text));
                }
                let x = self.convert(x, float)?;
                self.apply(Ufunc::Absolute, &[x].into_iter().collect(), false)
            }
            Op::Cast { dtype, .. } => self.cast(args[0], dtype),
            Op::Shift { .. } if self.graph.facts(args[0]).uniform => {
                Err(Fault::new(0, "there is no array to be shifted"))
            }
            Op::Shift { .. } => Ok(args[0]),
            Op::Reduce {
                reduction, ddof, ..
            } => self.reduce(reduction, ddof, args),
        }
    }

    fn insert(&mut self, kind: Kind, dtype: Dtype, weak: bool) -> Made<Id> {
        let id = self.graph.insert(Value { kind, dtype, weak });
        id.ok_or_else(|| Fault::new(0, format!("more than {MOST} values")))
    }

    fn literal(&mut self, literal: Literal) -> Made<Id> {
        self.insert(Kind::Literal(literal), literal.dtype(), true)
    }

    fn operand(&mut self, at: usize, shift: Option<&Dims<i64>>) -> Made<Id> {
        let Operand {
            name,
            dtype,
            ndim,
            weak,
        } = self.operands[at];
        let Some(ndim) = ndim else {
            return self.insert(Kind::Scalar(at), dtype, weak);
        };
        let shift = match shift {
            None => std::iter::repeat_n(0, ndim).collect(),
            Some(shift) if shift.len() == ndim => shift.clone(),
            Some(shift) => {
                let given = shift.len();
                let text = format!("`{name}` has {ndim} dimensions, the shift {given} distances");
                return Err(Fault::new(0, text));
            }
        };
        let load = Load::Operand {
            operand: at,
            shift,
            dtype,
        };
        self.insert(Kind::Load(load), dtype, false)
    }

    fn apply(&mut self, ufunc: Ufunc, args: &Args, operator: bool) -> Made<Id> {
        let weak = args.iter().all(|&arg| self.graph.value(arg).weak);
        if operator && weak {
            if let Some(folded) = self.fold(ufunc, args)? {
                return Ok(folded);
            }
        }
        let mut args = args.clone();
        if operator && weak && is_arithmetic(ufunc) {
            // Truth values count as integers in Python.
            for arg in &mut args {
                if self.graph.value(*arg).dtype == Dtype::Bool {
                    *arg = self.convert(*arg, Dtype::Int64)?;
                }
            }
        }
        if let [base, exponent] = args[..] {
            if ufunc == Ufunc::Power {
                if let Some(value) = self.power(base, exponent, operator)? {
                    return Ok(value);
                }
            }
        }
        let types = self.resolve(ufunc, &args)?;
        let types = self.compare_by_value(types, &args);
        self.compute(ufunc, types, &args, operator && weak)
    }

    /// Converts the arguments and inserts the call, unless it does nothing.
    fn compute(&mut self, ufunc: Ufunc, types: Loop, args: &[Id], weak: bool) -> Made<Id> {
        let mut converted = Args::new();
        for (&arg, &dtype) in args.iter().zip(&types.args) {
            converted.push(self.convert(arg, dtype)?);
        }
        let real = types.args[0].kind() != Family::Complex;
        let idle = match ufunc {
            Ufunc::Positive => true,
            Ufunc::Conjugate | Ufunc::Real => real,
            _ => false,
        };
        if idle && !weak {
            return Ok(converted[0]);
        }
        let dtype = types.out;
        let kind = Kind::Apply {
            function: Function::Ufunc(ufunc),
            types,
            args: converted,
        };
        self.insert(kind, dtype, weak)
    }

    /// The value of an operator on literals, `None` for Python's type errors and where not all are literals.
    fn fold(&mut self, ufunc: Ufunc, args: &Args) -> Made<Option<Id>> {
        let mut literals = ArrayVec::<Literal, MAX_ARGS>::new();
        for &arg in args {
            match self.graph.value(arg).kind {
                Kind::Literal(literal) => literals.push(literal),
                _ => return Ok(None),
            }
        }
        match fold(ufunc, &literals) {
            Folded::Value(literal) => self.literal(literal).map(Some),
            Folded::Meaningless => Ok(None),
            Folded::Overflow => Err(Fault::new(0, "the integer result leaves 64 bits")),
            Folded::NegativeShift => Err(Fault::new(0, "the number of bits to shift is negative")),
        }
    }

    fn resolve(&self, ufunc: Ufunc, args: &[Id]) -> Made<Loop> {
        let typed: ArrayVec<Typed, MAX_ARGS> = args.iter().map(|&arg| self.typed(arg)).collect();
        let types = ufunc.resolve(&typed);
        types.map_err(|error| {
            let hint = match ufunc {
                Ufunc::BitwiseXor => "; powers are written **",
                Ufunc::BitwiseAnd => "; the logical function is `and`",
                Ufunc::BitwiseOr => "; the logical function is `or`",
                _ => "",
            };
            let mut fault = Fault::from_error(0, &error);
            fault.text.push_str(hint);
            fault
        })
    }

    /// The type as promotion sees it: integers of literals are of no size.
    fn typed(&self, id: Id) -> Typed {
        let Value { dtype, weak, .. } = *self.graph.value(id);
        Typed { dtype, weak }
    }

    /// Integers are compared with literals by value, also with those that their type cannot hold.
    fn compare_by_value(&self, mut types: Loop, args: &[Id]) -> Loop {
        let comparison = types.out == Dtype::Bool && args.len() == 2;
        let dtype = types.args[0];
        if !comparison || !matches!(dtype.kind(), Family::Signed | Family::Unsigned) {
            return types;
        }
        // An integer that the type may lack: a literal, or any negative one for a number that is not known yet.
        let beyond = |&id: &Id| match self.graph.value(id) {
            Value { weak: false, .. } => None,
            Value {
                kind: Kind::Literal(literal),
                ..
            } => literal.whole().filter(|&value| !fits(value, dtype)),
            Value {
                dtype: Dtype::Int64,
                ..
            } if dtype != Dtype::Int64 => Some(-1),
            _ => None,
        };
        let mut args = args.iter().enumerate();
        let Some((at, value)) = args.find_map(|(i, id)| Some((i, beyond(id)?))) else {
            return types;
        };
        let (mine, others) = match (dtype, value < 0) {
            (Dtype::Uint64, _) => (Dtype::Int64, Dtype::Uint64),
            (_, false) if !fits(value, Dtype::Int64) => (Dtype::Uint64, Dtype::Int64),
            _ => (Dtype::Int64, Dtype::Int64),
        };
        types.args[at] = mine;
        types.args[1 - at] = others;
        types
    }

    /// Powers that NumPy computes by another function; none for others.
    fn power(&mut self, base: Id, exponent: Id, operator: bool) -> Made<Option<Id>> {
        let Value { kind, weak, .. } = self.graph.value(exponent);
        let (Kind::Literal(number), weak) = (kind.clone(), *weak) else {
            return Ok(None);
        };
        let types = self.resolve(Ufunc::Power, &[base, exponent])?;
        let whole = matches!(number, Literal::Int(_));
        let exponent = number.real();
        let ufunc = match types.out.kind() {
            Family::Signed | Family::Unsigned if exponent.is_some_and(|e| e < 0.0) => {
                let text =
                    "integers to negative integer powers are not allowed; a floating base is";
                return Err(Fault::new(0, text));
            }
            _ if !weak => return Ok(None),
            // NumPy's operator looks at Python's type of the exponent, and for complex numbers nothing else does.
            Family::Complex if !operator => return Ok(None),
            Family::Complex | Family::Float => match exponent {
                Some(2.0) if whole || types.out.kind() == Family::Float => Ufunc::Square,
                Some(-1.0) if whole || types.out.kind() == Family::Float => Ufunc::Reciprocal,
                Some(0.5) => Ufunc::Sqrt,
                _ => return Ok(None),
            },
            // The same bits modulo 2^n.
            Family::Signed | Family::Unsigned if exponent == Some(2.0) => Ufunc::Square,
            _ => return Ok(None),
        };
        let weak = operator && self.graph.value(base).weak;
        let one = Loop {
            args: [types.out].into_iter().collect(),
            out: types.out,
        };
        self.compute(ufunc, one, &[base], weak).map(Some)
    }

    /// A value as the type that the promotion chose for it.
    fn convert(&mut self, id: Id, to: Dtype) -> Made<Id> {
        let Value { kind, dtype, weak } = self.graph.value(id).clone();
        if dtype == to && !weak {
            return Ok(id);
        }
        match kind {
            // A literal must fit; what a formula has given a type is cast as an array is.
            Kind::Literal(literal) if weak || literal.convert(to).is_some() => {
                let Some(converted) = literal.convert(to) else {
                    let text = format!("{} does not fit into {}", written(literal), to.name());
                    return Err(Fault::new(0, text));
                };
                self.insert(Kind::Literal(converted), to, false)
            }
            // The caller's number is converted, and must fit, when it is there.
            Kind::Scalar(_) | Kind::Extent(_) if weak => self.insert(kind, to, false),
            _ if dtype == to => Ok(id),
            _ => {
                let function = Function::Cast;
                let types = Loop {
                    args: [dtype].into_iter().collect(),
                    out: to,
                };
                let args = [id].into_iter().collect();
                let kind = Kind::Apply {
                    function,
                    types,
                    args,
                };
                self.insert(kind, to, false)
            }
        }
    }

    /// A value of a type of its own: that which it has beside nothing else.
    pub fn strong(&mut self, id: Id) -> Made<Id> {
        let dtype = self.graph.value(id).dtype;
        self.convert(id, dtype)
    }

    /// Conversion that the formula asks for.
    fn cast(&mut self, id: Id, to: Dtype) -> Made<Id> {
        let literal = matches!(self.graph.value(id).kind, Kind::Literal(_));
        let typed = if literal { id } else { self.strong(id)? };
        self.convert(typed, to)
    }

    fn reduce(&mut self, reduction: Reduction, ddof: i64, args: &Args) -> Made<Id> {
        let name = reduction.name();
        if args.iter().all(|&arg| self.graph.facts(arg).uniform) {
            let text = format!("{name} needs an array; the argument is one number");
            return Err(Fault::new(0, text));
        }
        let typed: ArrayVec<Typed, MAX_ARGS> = args.iter().map(|&arg| self.typed(arg)).collect();
        let dtype = promote_all(&typed);
        let result = reduction.result(dtype);
        let result = result.map_err(|error| Fault::from_error(0, &error))?;
        let mut converted = Args::new();
        for &arg in args {
            converted.push(self.convert(arg, dtype)?);
        }
        let kind = Kind::Reduce {
            reduction,
            ddof,
            dtype,
            x: converted[0],
            y: converted.get(1).copied(),
        };
        self.insert(kind, result, false)
    }

    /// The result as what is to be written, by the rule of NumPy's `out`.
    pub fn result(&mut self, id: Id, out: Dtype) -> Made<Id> {
        let Value { dtype, weak, .. } = *self.graph.value(id);
        let allowed = match weak {
            true => family(dtype) <= family(out),
            false => dtype.can_cast(out, true),
        };
        if !allowed {
            let text = format!(
                "the result is {} and cannot be written to {}; {}(...) converts it",
                dtype.name(),
                out.name(),
                out.name()
            );
            return Err(Fault::new(0, text));
        }
        self.convert(id, out)
    }
}

fn unsupported(text: String) -> Fault {
    Fault {
        code: Code::Unsupported,
        ..Fault::new(0, text)
    }
}

/// Bools, integers, real and complex numbers.
fn family(dtype: Dtype) -> u8 {
    match dtype.kind() {
        Family::Bool => 0,
        Family::Signed | Family::Unsigned => 1,
        Family::Float => 2,
        Family::Complex => 3,
    }
}

/// Operators for which Python's truth values are integers.
fn is_arithmetic(ufunc: Ufunc) -> bool {
    use Ufunc::*;
    matches!(
        ufunc,
        Add | Subtract | Multiply | FloorDivide | Remainder | Power | LeftShift | RightShift
    ) || matches!(ufunc, Negative | Positive | Invert)
}

fn written(literal: Literal) -> String {
    match literal {
        Literal::Bool(value) => value.to_string(),
        Literal::Int(value) => value.to_string(),
        Literal::Float(value) => value.to_string(),
        Literal::Complex(re, im) => format!("{re}{im:+}j"),
    }
}
