//! The C interface: one file per noun, over the mechanics that all of them use.
//!
//! An exported function checks and converts its arguments (`pointer`, `handle`), makes one call of the layers
//! below, stores the outcome, and does all of it behind the panic boundary (`guard`). Every raw pointer ends here.
#![allow(clippy::missing_safety_doc)] // The rule on pointers stands once, at the head of the header.
#![allow(non_camel_case_types)]

pub mod apply;
pub mod array;
pub mod assign;
pub mod cumulate;
pub mod dist;
pub mod error;
pub mod fetch;
pub mod file;
pub mod formula;
pub mod guard;
pub mod handle;
pub mod image;
pub mod library;
pub mod plan;
pub mod pointer;
pub mod protocol;
pub mod random;
pub mod reduce;
pub mod reduce_dims;
pub mod slice;
pub mod sort;
pub mod take;
