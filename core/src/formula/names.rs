//! What names mean in a formula.

use super::literal::Literal;
use super::reduction::Reduction;
use crate::ufunc::Ufunc;
use crate::Dtype;

/// What may be called.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Function {
    Ufunc(Ufunc),
    Fabs,
    Cast(Dtype),
    Reduce(Reduction),
}

/// NumPy's other names.
const ALIASES: [(&str, Ufunc); 19] = [
    ("abs", Ufunc::Absolute),
    ("acos", Ufunc::Arccos),
    ("acosh", Ufunc::Arccosh),
    ("asin", Ufunc::Arcsin),
    ("asinh", Ufunc::Arcsinh),
    ("atan", Ufunc::Arctan),
    ("atanh", Ufunc::Arctanh),
    ("atan2", Ufunc::Arctan2),
    ("conj", Ufunc::Conjugate),
    ("pow", Ufunc::Power),
    ("mod", Ufunc::Remainder),
    ("true_divide", Ufunc::Divide),
    ("bitwise_not", Ufunc::Invert),
    ("bitwise_invert", Ufunc::Invert),
    ("bitwise_left_shift", Ufunc::LeftShift),
    ("bitwise_right_shift", Ufunc::RightShift),
    ("deg2rad", Ufunc::Radians),
    ("rad2deg", Ufunc::Degrees),
    ("fix", Ufunc::Trunc),
];

const TYPES: [(&str, Dtype); 3] = [
    ("int", Dtype::Int64),
    ("float", Dtype::Float64),
    ("complex", Dtype::Complex128),
];

const REDUCTIONS: [(&str, Reduction); 2] = [("amin", Reduction::Min), ("amax", Reduction::Max)];

const CONSTANTS: [(&str, f64); 4] = [
    ("pi", std::f64::consts::PI),
    ("e", std::f64::consts::E),
    ("inf", f64::INFINITY),
    ("nan", f64::NAN),
];

/// All functions with their names.
fn functions() -> impl Iterator<Item = (&'static str, Function)> {
    let ufuncs = Ufunc::ALL.iter().map(|&f| (f.name(), f));
    let ufuncs = ufuncs.chain(ALIASES);
    let types = Dtype::ALL.into_iter().map(|dtype| (dtype.name(), dtype));
    let types = types.chain(TYPES);
    let reductions = Reduction::ALL.iter().map(|&r| (r.name(), r));
    let reductions = reductions.chain(REDUCTIONS);
    ufuncs
        .map(|(name, f)| (name, Function::Ufunc(f)))
        .chain([("fabs", Function::Fabs)])
        .chain(types.map(|(name, dtype)| (name, Function::Cast(dtype))))
        .chain(reductions.map(|(name, r)| (name, Function::Reduce(r))))
}

/// The function with this name.
pub fn function(name: &str) -> Option<Function> {
    functions()
        .find(|(known, _)| *known == name)
        .map(|(_, f)| f)
}

/// The constant with this name.
pub fn constant(name: &str) -> Option<Literal> {
    let known = CONSTANTS.iter().find(|(known, _)| *known == name);
    known.map(|&(_, value)| Literal::Float(value))
}

/// Names that stand for values without being operands.
pub fn constants() -> impl Iterator<Item = &'static str> {
    let truths = ["True", "False"];
    CONSTANTS.iter().map(|(name, _)| *name).chain(truths)
}

/// Names that may be called.
pub fn callable() -> impl Iterator<Item = &'static str> {
    functions().map(|(name, _)| name)
}

/// The known name that looks most like `name`, as the end of a sentence; nothing when none is near.
pub fn suggestion<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let longest = 64;
    if name.len() > longest {
        return String::new();
    }
    let near = known.filter(|other| other.len() <= longest);
    let near = near.map(|other| (strsim::osa_distance(name, other), other));
    let chars = name.chars().count();
    // At least one character in common, but for capitals.
    let alike = |distance: usize, other: &str| {
        distance <= chars.div_ceil(3) && distance < chars || name.eq_ignore_ascii_case(other)
    };
    match near.min_by_key(|(distance, _)| *distance) {
        Some((distance, other)) if alike(distance, other) => format!("; did you mean `{other}`?"),
        _ => String::new(),
    }
}
