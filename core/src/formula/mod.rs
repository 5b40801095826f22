//! Formulas over arrays: from text to a program that runs tile by tile.
//!
//! ```text
//! compile    texts or trees to a program
//! parse      text to a tree                     builder   the same tree from nodes that a caller lists
//! token      the words of a text                names     what names mean
//! tree       operations over operands, untyped  operand   what is known of those
//! typing     types by NumPy's rules             python    arithmetic of literals by Python's
//! graph      typed values, no two alike         literal, reduction
//! schedule   stages, order                      registers
//! program    what the kernels run
//! ```

pub mod builder;
mod compile;
mod graph;
mod literal;
mod names;
mod operand;
mod parse;
pub mod program;
mod python;
mod reduction;
mod registers;
mod schedule;
mod token;
mod tree;
mod typing;

pub use builder::{build, Node};
pub use compile::{compile, compile_texts};
pub use literal::Literal;
pub use operand::Operand;
pub use parse::{parse, reduces};
pub use program::{
    Function, Instruction, Load, Place, Program, Reduced, Root, Source, Stage, Uniform,
};
pub use reduction::Reduction;
pub use tree::{Op, Tree};
