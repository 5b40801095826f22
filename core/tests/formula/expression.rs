//! Random expressions: as texts, as nodes, and by value.

use distarray_core::formula::builder::{CAST, INDEX, LITERAL, OPERAND, REDUCTION, SHIFT};
use distarray_core::formula::{Node, Operand, Reduction};
use distarray_core::ufunc::{promote_all, Typed, Ufunc};
use distarray_core::{Dtype, Kind};
use proptest::prelude::*;

use super::number::{apply, reduce, Number};

/// Elements of every array; shifts wrap around.
pub const LEN: usize = 5;

#[derive(Clone, Debug)]
pub enum Expression {
    Operand(usize),
    Int(i64),
    Float(f64),
    Index,
    /// An operator, with one or two arguments.
    Operator(Ufunc, &'static str, Vec<Expression>),
    Call(Ufunc, Vec<Expression>),
    Cast(Dtype, Box<Expression>),
    Shift(i64, Box<Expression>),
    Reduce(Reduction, Box<Expression>),
}

use Expression::*;

/// Arrays of one dimension and scalars, the last one weak.
pub fn operands() -> Vec<Operand<'static>> {
    let operand = |name, dtype, array: bool, weak| Operand {
        name,
        dtype,
        ndim: array.then_some(1),
        weak,
    };
    vec![
        operand("u", Dtype::Float64, true, false),
        operand("v", Dtype::Float64, true, false),
        operand("f", Dtype::Float32, true, false),
        operand("k", Dtype::Int64, true, false),
        operand("j", Dtype::Int32, true, false),
        operand("b", Dtype::Bool, true, false),
        operand("m", Dtype::Int32, false, false),
        operand("dx", Dtype::Float64, false, true),
    ]
}

/// An element of an operand.
pub fn element(operand: usize, at: i64) -> Number {
    let dtype = operands()[operand].dtype;
    let scalar = operands()[operand].ndim.is_none();
    let at = if scalar { 3 } else { at.rem_euclid(LEN as i64) };
    let value = (at * 7 + operand as i64 * 3) % 11 - 4;
    match dtype.kind() {
        Kind::Float => Number::real(dtype, value as f64 * 0.3),
        _ => Number::whole(dtype, value.into()),
    }
}

pub fn any() -> impl Strategy<Value = Expression> {
    let leaf = prop_oneof![
        4 => (0..8_usize).prop_map(Operand),
        1 => (0..6_i64).prop_map(Int),
        1 => prop::sample::select(vec![0.0, 0.5, 2.0, 1e3]).prop_map(Float),
        1 => Just(Index),
    ];
    leaf.prop_recursive(5, 40, 3, |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        let two = prop::sample::select(vec![
            (Ufunc::Add, "+"),
            (Ufunc::Add, "+"),
            (Ufunc::Subtract, "-"),
            (Ufunc::Multiply, "*"),
            (Ufunc::Divide, "/"),
            (Ufunc::Less, "<"),
            (Ufunc::GreaterEqual, ">="),
            (Ufunc::Equal, "=="),
            (Ufunc::LogicalAnd, "and"),
        ]);
        let one = prop::sample::select(vec![(Ufunc::Negative, "-"), (Ufunc::LogicalNot, "not")]);
        let call = prop::sample::select(vec![
            Ufunc::Absolute,
            Ufunc::Sqrt,
            Ufunc::Square,
            Ufunc::Maximum,
            Ufunc::Where,
        ]);
        let types = vec![
            Dtype::Float32,
            Dtype::Float64,
            Dtype::Int32,
            Dtype::Int64,
            Dtype::Bool,
        ];
        let reductions = vec![
            Reduction::Sum,
            Reduction::Mean,
            Reduction::Max,
            Reduction::CountNonzero,
        ];
        prop_oneof![
            6 => (two, inner.clone(), inner.clone())
                .prop_map(|((ufunc, symbol), x, y)| Operator(ufunc, symbol, vec![x, y])),
            1 => (one, inner.clone())
                .prop_map(|((ufunc, symbol), x)| Operator(ufunc, symbol, vec![x])),
            2 => (call, prop::collection::vec(inner.clone(), 3)).prop_map(|(ufunc, mut args)| {
                args.truncate(ufunc.arity());
                Call(ufunc, args)
            }),
            1 => (prop::sample::select(types), boxed()).prop_map(|(dtype, x)| Cast(dtype, x)),
            1 => (-2..3_i64, boxed()).prop_map(|(by, x)| Shift(by, x)),
            // The same part several times, which is one value.
            1 => inner.clone().prop_map(|x| {
                let call = |ufunc| Call(ufunc, vec![x.clone()]);
                let sum = |x| Reduce(Reduction::Sum, Box::new(x));
                let sums = vec![sum(x.clone()), sum(call(Ufunc::Square))];
                let product = vec![call(Ufunc::Absolute), x.clone()];
                let terms = vec![
                    Operator(Ufunc::Add, "+", sums),
                    Operator(Ufunc::Multiply, "*", product),
                ];
                Operator(Ufunc::Add, "+", terms)
            }),
            1 => (prop::sample::select(reductions), boxed()).prop_map(|(r, x)| Reduce(r, x)),
        ]
    })
}

impl Expression {
    /// The text, in parentheses wherever something is inside of something.
    pub fn text(&self) -> String {
        let join = |args: &[Expression]| {
            let texts: Vec<String> = args.iter().map(Expression::text).collect();
            texts.join(", ")
        };
        match self {
            Operand(at) => operands()[*at].name.to_string(),
            Int(value) => value.to_string(),
            Float(value) => format!("{value:?}"),
            Index => "i0".to_string(),
            Operator(_, symbol, args) => match &args[..] {
                [x] => format!("({symbol} {})", x.text()),
                [x, y] => format!("({} {symbol} {})", x.text(), y.text()),
                _ => unreachable!(),
            },
            Call(ufunc, args) => format!("{}({})", ufunc.name(), join(args)),
            Cast(dtype, x) => format!("{}({})", dtype.name(), x.text()),
            Shift(by, x) => format!("({})[{by}]", x.text()),
            Reduce(reduction, x) => format!("{}({})", reduction.name(), x.text()),
        }
    }

    /// Appends the nodes; the last one is the result.
    pub fn nodes(&self, nodes: &mut Vec<Node>) -> i64 {
        let mut node = Node::new(0);
        match self {
            Operand(at) => (node.code, node.which) = (OPERAND, *at as i64),
            Int(value) => {
                (node.code, node.which) = (LITERAL, Dtype::Int64 as i64);
                node.integer = *value;
            }
            Float(value) => {
                (node.code, node.which) = (LITERAL, Dtype::Float64 as i64);
                node.real = *value;
            }
            Index => node.code = INDEX,
            Operator(ufunc, _, args) | Call(ufunc, args) => {
                node.code = *ufunc as i32;
                for (i, arg) in args.iter().enumerate() {
                    node.args[i] = arg.nodes(nodes);
                }
            }
            Cast(dtype, x) => {
                (node.code, node.which) = (CAST, *dtype as i64);
                node.args[0] = x.nodes(nodes);
            }
            Shift(by, x) => {
                (node.code, node.ndim, node.by[0]) = (SHIFT, 1, *by);
                node.args[0] = x.nodes(nodes);
            }
            Reduce(reduction, x) => {
                (node.code, node.which) = (REDUCTION, reduction.code().into());
                node.args[0] = x.nodes(nodes);
            }
        }
        nodes.push(node);
        nodes.len() as i64 - 1
    }

    /// The value of every element, or of its neighbour if shifted; `None` where the expression has no meaning.
    pub fn values(&self, shift: Option<i64>) -> Option<Values> {
        match self {
            Operand(at) => {
                let operand = operands()[*at];
                let elements = (0..LEN as i64).map(|i| element(*at, i + shift.unwrap_or(0)));
                Some(Values {
                    elements: elements.collect(),
                    uniform: operand.ndim.is_none(),
                    weak: operand.weak,
                    literal: false,
                })
            }
            Int(value) => Some(Values::literal(Number::whole(
                Dtype::Int64,
                (*value).into(),
            ))),
            Float(value) => Some(Values::literal(Number::real(Dtype::Float64, *value))),
            Index if shift.is_some() => None,
            Index => {
                let elements = (0..LEN).map(|i| Number::whole(Dtype::Int64, i as i128));
                Some(Values {
                    elements: elements.collect(),
                    uniform: false,
                    weak: false,
                    literal: false,
                })
            }
            Operator(ufunc, _, args) => called(*ufunc, args, shift, true),
            Call(ufunc, args) => called(*ufunc, args, shift, false),
            Cast(dtype, x) => x.values(shift)?.cast(*dtype),
            Shift(by, x) => {
                let values = x.values(Some(shift.unwrap_or(0) + by))?;
                (!values.uniform).then_some(values)
            }
            Reduce(reduction, x) => {
                let values = x.values(None)?;
                if values.uniform {
                    return None;
                }
                Some(Values {
                    elements: vec![reduce(*reduction, &values.elements); LEN],
                    uniform: true,
                    weak: false,
                    literal: false,
                })
            }
        }
    }
}

#[derive(Clone, Debug)]
pub struct Values {
    pub elements: Vec<Number>,
    pub uniform: bool,
    weak: bool,
    literal: bool,
}

impl Values {
    fn literal(value: Number) -> Values {
        Values {
            elements: vec![value; LEN],
            uniform: true,
            weak: true,
            literal: true,
        }
    }

    fn dtype(&self) -> Dtype {
        self.elements[0].dtype
    }

    /// Literals must fit.
    fn cast(&self, to: Dtype) -> Option<Values> {
        let first = self.elements[0];
        let kept = match (first.is_real(), to.kind()) {
            (_, Kind::Bool | Kind::Float) => true,
            (true, _) if first.real.is_nan() => false,
            (true, _) => first.real.trunc() == first.cast(to).whole as f64,
            (false, _) => first.whole == first.cast(to).whole,
        };
        if self.literal && !kept {
            return None;
        }
        Some(Values {
            elements: self.elements.iter().map(|x| x.cast(to)).collect(),
            weak: false,
            ..*self
        })
    }
}

fn called(ufunc: Ufunc, args: &[Expression], shift: Option<i64>, operator: bool) -> Option<Values> {
    let mut args: Vec<Values> = args
        .iter()
        .map(|arg| arg.values(shift))
        .collect::<Option<_>>()?;
    let weak = operator && args.iter().all(|arg| arg.weak);
    let arithmetic = [
        Ufunc::Add,
        Ufunc::Subtract,
        Ufunc::Multiply,
        Ufunc::Negative,
    ];
    if weak && arithmetic.contains(&ufunc) {
        for arg in args.iter_mut().filter(|arg| arg.dtype() == Dtype::Bool) {
            *arg = Values {
                weak: true,
                ..arg.cast(Dtype::Int64)?
            };
        }
    }
    let typed: Vec<Typed> = args
        .iter()
        .map(|arg| Typed {
            dtype: arg.dtype(),
            weak: arg.weak,
        })
        .collect();
    let mut types = ufunc.resolve(&typed).ok()?;
    let comparison = [Ufunc::Less, Ufunc::GreaterEqual, Ufunc::Equal].contains(&ufunc);
    if comparison && promote_all(&typed) == Dtype::Int32 {
        // By value, whatever a literal is.
        types
            .args
            .iter_mut()
            .for_each(|dtype| *dtype = Dtype::Int64);
    }
    let args: Vec<Values> = args
        .iter()
        .zip(&types.args)
        .map(|(arg, &dtype)| arg.cast(dtype))
        .collect::<Option<_>>()?;
    let at = |i: usize| {
        args.iter()
            .map(|arg| arg.elements[i])
            .collect::<Vec<Number>>()
    };
    Some(Values {
        elements: (0..LEN).map(|i| apply(ufunc, &at(i), types.out)).collect(),
        uniform: args.iter().all(|arg| arg.uniform),
        weak,
        literal: weak && args.iter().all(|arg| arg.literal),
    })
}
