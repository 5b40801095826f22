//! The types of functions against a table that NumPy wrote (`formula/numpy_types.py`).

use distarray_core::ufunc::{Typed, Ufunc};
use distarray_core::Dtype;

const LETTERS: &str = "?bhilBHILfdFD";

fn letter(dtype: Dtype) -> char {
    LETTERS.as_bytes()[dtype as usize - 1].into()
}

/// The entry of the table for these types.
fn entry(ufunc: Ufunc, args: &[Typed]) -> String {
    match ufunc.resolve(args) {
        Ok(types) => types
            .args
            .iter()
            .chain([&types.out])
            .map(|&t| letter(t))
            .collect(),
        Err(_) => ".".to_string(),
    }
}

fn strong() -> impl Iterator<Item = Typed> {
    let all = Dtype::ALL.into_iter();
    all.map(|dtype| Typed { dtype, weak: false })
}

/// Literals.
fn weak() -> impl Iterator<Item = Typed> {
    let literals = [Dtype::Int64, Dtype::Float64, Dtype::Complex128];
    literals
        .into_iter()
        .map(|dtype| Typed { dtype, weak: true })
}

#[test]
fn types_are_numpys() {
    let mut wrong = Vec::new();
    for line in include_str!("formula/numpy_types.txt").lines() {
        let mut words = line.split(' ');
        let name = words.next().unwrap();
        let ufunc = *Ufunc::ALL
            .iter()
            .find(|ufunc| ufunc.name() == name)
            .unwrap();
        let mut check = |args: &[Typed]| {
            let (want, got) = (words.next().unwrap(), entry(ufunc, args));
            // NumPy reads truth values before logical functions; zero is zero in the promoted type, too.
            let logical = name.starts_with("logical") && want.ends_with('?') && got.ends_with('?');
            if want != got && !logical {
                wrong.push(format!("{name} {args:?}: {got}, NumPy {want}"));
            }
        };
        for a in strong() {
            match ufunc.arity() {
                1 => check(&[a]),
                _ => strong().chain(weak()).for_each(|b| check(&[a, b])),
            }
        }
        assert_eq!(words.next(), None);
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
