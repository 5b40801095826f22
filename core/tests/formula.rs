//! Formulas: from texts to programs.

use distarray_core::formula::{compile_texts, Operand, Program};
use distarray_core::{Dtype, Result};

fn array(name: &str, dtype: Dtype) -> Operand<'_> {
    Operand {
        name,
        dtype,
        ndim: Some(2),
        weak: false,
    }
}

fn compiled(text: &str) -> Result<Program> {
    let operands = [
        array("u", Dtype::Float64),
        array("v", Dtype::Float64),
        array("f", Dtype::Float32),
        array("k", Dtype::Int32),
        array("b", Dtype::Uint8),
        Operand {
            name: "dx",
            dtype: Dtype::Float64,
            ndim: None,
            weak: true,
        },
    ];
    compile_texts(&[text], &operands, None)
}

#[test]
fn show() {
    for text in std::env::var("SHOW").unwrap_or_default().split(';') {
        match compiled(text) {
            Ok(program) => println!("{text}\n{program:#?}"),
            Err(error) => println!("{text}\n   {error}"),
        }
    }
}
