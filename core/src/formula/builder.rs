//! Trees from nodes that a caller lists: formulas without a text.

use arrayvec::ArrayVec;

use super::literal::Literal;
use super::operand::Operand;
use super::reduction::Reduction;
use super::tree::{Fault, Id, Op, Origin, Tree};
use crate::ufunc::{Ufunc, MAX_ARGS};
use crate::{Dims, Dtype, Error, Result, MAX_DIMS};

/// Codes of nodes that are no element-wise functions; the numbers are those of the C interface.
pub const OPERAND: i32 = 1000;
pub const LITERAL: i32 = 1001;
pub const INDEX: i32 = 1002;
pub const EXTENT: i32 = 1003;
pub const CAST: i32 = 1004;
pub const SHIFT: i32 = 1005;
pub const REDUCTION: i32 = 1006;

/// One step of a formula. What its code does not ask for is not looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Node {
    /// The number of an element-wise function, or one of the codes of this module.
    pub code: i32,
    /// Numbers of earlier nodes, as many as the function takes.
    pub args: [i64; MAX_ARGS],
    /// `OPERAND`: its number. `INDEX`, `EXTENT`: the dimension. `CAST`: the element type. `LITERAL`: its type, a bool, int64,
    /// float64 or complex128. `REDUCTION`: its number.
    pub which: i64,
    /// `LITERAL` of a bool or int64.
    pub integer: i64,
    /// `LITERAL` of a float64 or complex128.
    pub real: f64,
    pub imag: f64,
    /// `REDUCTION` to a variance or standard deviation: what is taken from the number of elements.
    pub ddof: i64,
    /// `SHIFT`: how many dimensions it has.
    pub ndim: i64,
    /// `SHIFT`: the distance along each dimension.
    pub by: [i64; MAX_DIMS],
}

impl Node {
    /// A node of this code, all else 0.
    pub fn new(code: i32) -> Node {
        Node {
            code,
            args: [0; MAX_ARGS],
            which: 0,
            integer: 0,
            real: 0.0,
            imag: 0.0,
            ddof: 0,
            ndim: 0,
            by: [0; MAX_DIMS],
        }
    }
}

/// The tree of these nodes, whose results are those with the numbers `roots`. Functions that Python has operators for are
/// those operators: they make literals of literals.
///
/// Errors: `Code::Argument` with the number of the node, from 0.
pub fn build(nodes: &[Node], roots: &[i64], operands: &[Operand]) -> Result<Tree> {
    let mut tree = Tree::new(Origin::Nodes);
    for (number, node) in nodes.iter().enumerate() {
        let op = op(node, number, operands.len());
        let op =
            op.map_err(|error| Fault::from_error(number, &error).error(Origin::Nodes, None))?;
        let id = tree.push(op, number);
        id.map_err(|fault| fault.error(Origin::Nodes, None))?;
    }
    for &root in roots {
        tree.roots.push(earlier(root, nodes.len())?);
    }
    Ok(tree)
}

/// The number of a node before node `number`.
fn earlier(arg: i64, number: usize) -> Result<Id> {
    let id = usize::try_from(arg).ok().filter(|&id| id < number);
    id.ok_or_else(|| {
        let text = match number {
            0 => format!("there is no node {arg}, nor any other"),
            _ => format!(
                "there is no node {arg} here; allowed are 0 to {}",
                number - 1
            ),
        };
        wrong(text)
    })
}

fn wrong(text: String) -> Error {
    Error::new(crate::Code::Argument, text)
}

/// A count or number below `limit`.
fn below(what: &str, value: i64, limit: usize) -> Result<usize> {
    let number = usize::try_from(value).ok().filter(|&number| number < limit);
    number.ok_or_else(|| wrong(format!("{what} {value} is not allowed; there are {limit}")))
}

fn dtype(code: i64) -> Result<Dtype> {
    // A number beyond 32 bits is no type either.
    Dtype::from_code(i32::try_from(code).unwrap_or(0))
}

fn op(node: &Node, number: usize, operands: usize) -> Result<Op> {
    let arg = |i: usize| earlier(node.args[i], number);
    Ok(match node.code {
        OPERAND => Op::Operand(below("operand", node.which, operands)?),
        LITERAL => Op::Literal(match dtype(node.which)? {
            Dtype::Bool => Literal::Bool(node.integer != 0),
            Dtype::Int64 => Literal::Int(node.integer.into()),
            Dtype::Float64 => Literal::Float(node.real),
            Dtype::Complex128 => Literal::Complex(node.real, node.imag),
            other => {
                let name = other.name();
                let text = format!(
                    "a literal is a bool, int64, float64 or complex128, not {name}; convert it"
                );
                return Err(wrong(text));
            }
        }),
        INDEX => Op::Index(below("dimension", node.which, MAX_DIMS)?),
        EXTENT => Op::Extent(below("dimension", node.which, MAX_DIMS)?),
        CAST => Op::Cast {
            dtype: dtype(node.which)?,
            x: arg(0)?,
        },
        SHIFT => {
            let ndim = below("number of dimensions", node.ndim, MAX_DIMS + 1)?;
            let by: Dims<i64> = node.by[..ndim].iter().copied().collect();
            Op::Shift { by, x: arg(0)? }
        }
        REDUCTION => {
            let reduction = Reduction::from_code(node.which)?;
            let y = match reduction.arity() {
                2 => Some(arg(1)?),
                _ => None,
            };
            let ddof = if reduction.has_ddof() { node.ddof } else { 0 };
            Op::Reduce {
                reduction,
                x: arg(0)?,
                y,
                ddof,
            }
        }
        code => {
            let ufunc = Ufunc::from_code(code)?;
            let mut args = ArrayVec::new();
            for i in 0..ufunc.arity() {
                args.push(arg(i)?);
            }
            Op::Apply {
                ufunc,
                args,
                operator: is_operator(ufunc),
            }
        }
    })
}

/// Whether Python has an operator for the function.
fn is_operator(ufunc: Ufunc) -> bool {
    use Ufunc::*;
    let signs = matches!(ufunc, Negative | Positive | Invert | LogicalNot);
    let arithmetic = matches!(
        ufunc,
        Add | Subtract | Multiply | Divide | FloorDivide | Remainder | Power
    );
    let bits = matches!(
        ufunc,
        LeftShift | RightShift | BitwiseAnd | BitwiseOr | BitwiseXor
    );
    let comparisons = matches!(
        ufunc,
        Less | LessEqual | Equal | NotEqual | Greater | GreaterEqual
    );
    signs || arithmetic || bits || comparisons || matches!(ufunc, LogicalAnd | LogicalOr)
}
