//! Values of literals against a table that Python wrote (`formula/python_values.py`), which tests precedence, too.

use distarray_core::formula::{compile_texts, Place, Program, Source};
use distarray_core::Dtype;

/// The literal that a formula folds to.
fn folded(text: &str) -> (Dtype, Source) {
    let program: Program = compile_texts(&[text], &[], None).unwrap();
    assert!(program.stages[0].prologue.is_empty(), "{text}: not folded");
    let Place::Uniform(at) = program.roots[0].place else {
        panic!("{text}: not uniform")
    };
    let uniform = program.uniforms[usize::from(at)];
    (uniform.dtype, uniform.source)
}

#[test]
fn values_are_pythons() {
    let mut wrong = Vec::new();
    for line in include_str!("formula/python_values.txt").lines() {
        let (text, want) = line.split_once('\t').unwrap();
        let parse = |word: &str| word.parse::<f64>().unwrap();
        let same = |x: f64, y: f64| x.to_bits() == y.to_bits() || x.is_nan() && y.is_nan();
        let equal = match folded(text) {
            (Dtype::Bool, Source::Integer(value)) => want == ["False", "True"][value as usize],
            (_, Source::Integer(value)) => want == value.to_string(),
            (Dtype::Float64, Source::Real(value, _)) => {
                want.contains(['.', 'e', 'n']) && same(value, parse(want))
            }
            (_, Source::Real(re, im)) => want
                .split_once(' ')
                .is_some_and(|(a, b)| same(re, parse(a)) && same(im, parse(b))),
            _ => false,
        };
        if !equal {
            wrong.push(format!("{text} = {:?}, Python {want}", folded(text)));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
