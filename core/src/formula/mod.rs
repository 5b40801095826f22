//! Formulas over arrays: from text to a program that runs tile by tile.
//!
//! ```text
//! parse      text to a tree                     builder   the same tree from nodes that a caller lists
//! tree       operations over operands, untyped
//! compile    types, common subexpressions, stages, registers
//! program    what the kernels run
//! ```

pub mod program;

pub use program::{Function, Instruction, Load, Place, Program, Reduced, Stage};
