//! Element-wise kernels against NumPy's results, against each other's vectors, and in place.

use std::collections::HashMap;

use distarray_core::formula::program::Function;
use distarray_core::ufunc::{Loop, Typed, Ufunc};
use distarray_core::{Dtype, Kind};

use crate::kernels::ufunc::loops::{Vectors, GIVEN};
use crate::kernels::ufunc::{kernel, scalar_kernel};

/// What `ufunc.py` found out.
const TABLE: &str = include_str!("ufunc.txt");

fn dtype(name: &str) -> Dtype {
    Dtype::ALL
        .into_iter()
        .find(|dtype| dtype.name() == name)
        .unwrap()
}

/// Elements as the table writes them.
fn bytes(dtype: Dtype, text: &str) -> Vec<u8> {
    if dtype == Dtype::Bool {
        return text.bytes().map(|digit| digit - b'0').collect();
    }
    let byte = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(byte).collect()
}

/// Elements at an address that suits all types.
#[derive(Clone)]
struct Tile {
    words: Vec<u64>,
    size: usize,
    n: usize,
}

impl Tile {
    fn new(bytes: &[u8], size: usize) -> Tile {
        let n = bytes.len() / size;
        let mut tile = Tile {
            words: vec![0; bytes.len().div_ceil(8)],
            size,
            n,
        };
        tile.bytes_mut().copy_from_slice(bytes);
        tile
    }

    fn bytes(&self) -> &[u8] {
        // SAFETY: the words hold that many bytes.
        unsafe { std::slice::from_raw_parts(self.words.as_ptr().cast(), self.n * self.size) }
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: the words hold that many bytes.
        unsafe {
            std::slice::from_raw_parts_mut(self.words.as_mut_ptr().cast(), self.n * self.size)
        }
    }

    fn element(&self, i: usize) -> &[u8] {
        &self.bytes()[i * self.size..][..self.size]
    }

    fn picked(&self, at: impl Iterator<Item = usize>) -> Tile {
        let bytes: Vec<u8> = at.flat_map(|i| self.element(i).to_vec()).collect();
        Tile::new(&bytes, self.size)
    }
}

/// Real and imaginary part.
fn parts(dtype: Dtype, element: &[u8]) -> [f64; 2] {
    let single = |at: usize| f32::from_ne_bytes(element[at..at + 4].try_into().unwrap()).into();
    let double = |at: usize| f64::from_ne_bytes(element[at..at + 8].try_into().unwrap());
    match dtype {
        Dtype::Float32 => [single(0), 0.0],
        Dtype::Float64 => [double(0), 0.0],
        Dtype::Complex64 => [single(0), single(4)],
        Dtype::Complex128 => [double(0), double(8)],
        other => unreachable!("{} is compared by its bits", other.name()),
    }
}

/// Runs a kernel on `n` elements.
fn run(function: Function, types: &Loop, args: &[Tile]) -> Tile {
    let n = args[0].n;
    let mut out = Tile::new(&vec![0xAA; n * types.out.size()], types.out.size());
    let mut at = [std::ptr::null(); 3];
    for (at, arg) in at.iter_mut().zip(args) {
        *at = arg.words.as_ptr().cast();
    }
    // SAFETY: n elements of the types lie at each address.
    unsafe { kernel(function, types)(at, out.words.as_mut_ptr().cast(), n) };
    out
}

/// How far a result may be from NumPy's, in units of the last place of the result's modulus.
fn tolerance(ufunc: Ufunc, of: Kind) -> f64 {
    use Ufunc::*;
    match ufunc {
        Arccos | Arccosh | Arcsin | Arcsinh | Arctan | Arctanh | Cos | Cosh | Exp | Exp2
        | Expm1 | Log | Log10 | Log1p | Log2 | Sin | Sinh | Tan | Tanh | Cbrt | Arctan2 | Hypot
        | Logaddexp => 8.0,
        Power if of == Kind::Float || of == Kind::Complex => 8.0,
        Absolute | Angle | Sign | Sqrt | Divide | Reciprocal | Multiply | Square
            if of == Kind::Complex =>
        {
            4.0
        }
        _ => 0.0,
    }
}

/// Whether a result is as good as NumPy's. Signs of zeros count unless an extreme chooses between them.
fn agrees(ufunc: Ufunc, types: &Loop, got: &[u8], want: &[u8]) -> bool {
    use Ufunc::*;
    if got == want {
        return true;
    }
    if !matches!(types.out.kind(), Kind::Float | Kind::Complex) {
        return false;
    }
    let (got, want) = (parts(types.out, got), parts(types.out, want));
    let size = want[0].hypot(want[1]);
    let ulp = match types.out.real() {
        Dtype::Float32 => f64::from(f32::EPSILON),
        _ => f64::EPSILON,
    };
    let signs = !matches!(ufunc, Maximum | Minimum | Fmax | Fmin | Clip);
    let near = tolerance(ufunc, types.args[0].kind()) * ulp * size;
    got.iter().zip(want).all(|(got, want)| {
        let same_sign =
            got.is_sign_negative() == want.is_sign_negative() || (*got - want).abs() > 0.0;
        got.is_nan() && want.is_nan()
            || *got == want && (same_sign || !signs)
            || (got - want).abs() <= near
    })
}

/// NumPy's results by function and types of the arguments.
fn each_case(mut check: impl FnMut(Ufunc, &Loop, &[Tile], &Tile)) {
    let mut values: HashMap<&str, (Tile, usize)> = HashMap::new();
    for line in TABLE.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        if words[0] == "values" {
            let of = dtype(words[1]);
            let tile = Tile::new(&bytes(of, words[4]), of.size());
            assert_eq!(tile.n, words[2].parse().unwrap());
            values.insert(words[1], (tile, words[3].parse().unwrap()));
            continue;
        }
        let ufunc = *Ufunc::ALL
            .iter()
            .find(|ufunc| ufunc.name() == words[0])
            .unwrap();
        let names: Vec<&str> = words[1].split(',').collect();
        let counts: Vec<usize> = match names.len() {
            1 => vec![values[names[0]].0.n],
            2 => names.iter().map(|name| values[name].1).collect(),
            _ => names.iter().map(|name| 3.min(values[name].0.n)).collect(),
        };
        let total: usize = counts.iter().product();
        let mut repeat = total;
        let args: Vec<Tile> = names
            .iter()
            .zip(&counts)
            .map(|(name, &count)| {
                repeat /= count;
                values[name]
                    .0
                    .picked((0..total).map(|i| i / repeat % count))
            })
            .collect();
        let typed = |name: &&str| Typed {
            dtype: dtype(name),
            weak: false,
        };
        let types = ufunc
            .resolve(&names.iter().map(typed).collect::<Vec<_>>())
            .unwrap();
        let of_names: Vec<&str> = types.args.iter().map(|dtype| dtype.name()).collect();
        assert_eq!(of_names, names, "{} computes in other types", ufunc.name());
        let want = bytes(types.out, words[2]);
        assert_eq!(want.len(), total * types.out.size(), "result of {line:.60}");
        check(ufunc, &types, &args, &Tile::new(&want, types.out.size()));
    }
}

#[test]
fn results_are_numpys() {
    let mut wrong = 0;
    each_case(|ufunc, types, args, want| {
        let got = run(Function::Ufunc(ufunc), types, args);
        for i in 0..want.n {
            if !agrees(ufunc, types, got.element(i), want.element(i)) {
                let inexact = |dtype: Dtype| matches!(dtype.kind(), Kind::Float | Kind::Complex);
                let shown = |dtype: Dtype, element: &[u8]| match inexact(dtype) {
                    true => format!("{:?}", parts(dtype, element)),
                    false => format!("{element:02x?}"),
                };
                let of: Vec<String> = args
                    .iter()
                    .zip(&types.args)
                    .map(|(arg, &dtype)| shown(dtype, arg.element(i)))
                    .collect();
                eprintln!(
                    "{} of {} {}: {}, NumPy {}",
                    ufunc.name(),
                    types.args[0].name(),
                    of.join(" "),
                    shown(types.out, got.element(i)),
                    shown(types.out, want.element(i))
                );
                wrong += 1;
            }
        }
    });
    assert_eq!(wrong, 0);
}

/// The arguments over and over again, `n` of each.
fn cycled(args: &[Tile], n: usize) -> Vec<Tile> {
    let again = |arg: &Tile| arg.picked((0..n).map(|i| i % arg.n));
    args.iter().map(again).collect()
}

#[test]
fn neither_vectors_nor_lengths_show() {
    let lengths: Vec<usize> = (1..70).chain([1000]).collect();
    each_case(|ufunc, types, args, _| {
        let function = Function::Ufunc(ufunc);
        let args = cycled(args, 1000);
        GIVEN.set(Some(Vectors::None));
        let plain = run(function, types, &args);
        let mut offered = vec![Vectors::None];
        if is_x86_feature_detected!("avx2") {
            offered.push(Vectors::Avx2);
        }
        if is_x86_feature_detected!("avx512f") {
            offered.push(Vectors::Both);
        }
        for vectors in offered {
            GIVEN.set(Some(vectors));
            for &n in &lengths {
                let got = run(function, types, &cycled(&args, n));
                for i in 0..n {
                    let both_nan = matches!(types.out.kind(), Kind::Float | Kind::Complex) && {
                        let [got, want] =
                            [&got, &plain].map(|tile| parts(types.out, tile.element(i)));
                        got[0].is_nan() == want[0].is_nan()
                            && got[1].is_nan() == want[1].is_nan()
                            && (got[0].is_nan() || got[1].is_nan())
                    };
                    assert!(
                        got.element(i) == plain.element(i) || both_nan,
                        "{} of {}, element {i} of {n}: {:?} {:?}",
                        ufunc.name(),
                        types.args[0].name(),
                        got.element(i),
                        plain.element(i),
                    );
                }
            }
        }
        GIVEN.set(None);
    });
}

#[test]
fn results_may_replace_an_argument() {
    each_case(|ufunc, types, args, _| {
        let args = cycled(args, 133);
        let want = run(Function::Ufunc(ufunc), types, &args);
        for k in (0..args.len()).filter(|&k| args[k].size == types.out.size()) {
            let mut args = args.clone();
            let out: *mut u8 = args[k].words.as_mut_ptr().cast();
            let mut at = [std::ptr::null(); 3];
            for (i, (at, arg)) in at.iter_mut().zip(&args).enumerate() {
                *at = if i == k {
                    out.cast_const()
                } else {
                    arg.words.as_ptr().cast()
                };
            }
            // SAFETY: n elements of the types lie at each address; one is the result's.
            unsafe { kernel(Function::Ufunc(ufunc), types)(at, out, args[k].n) };
            assert!(
                args[k].bytes() == want.bytes(),
                "{} of {} into argument {k}",
                ufunc.name(),
                types.args[0].name()
            );
        }
    });
}

#[test]
fn one_element_stands_for_all() {
    let mut found = 0;
    each_case(|ufunc, types, args, _| {
        for which in 0..args.len() {
            let Some(kernel) = scalar_kernel(Function::Ufunc(ufunc), types, which) else {
                continue;
            };
            found += 1;
            for one in 0..args[which].n {
                let mut args = args.to_vec();
                args[which] = args[which].picked(std::iter::repeat_n(one, args[0].n));
                let want = run(Function::Ufunc(ufunc), types, &args);
                args[which] = args[which].picked(0..1);
                let n = want.n;
                let mut got = Tile::new(&vec![0xAA; n * want.size], want.size);
                let mut at = [std::ptr::null(); 3];
                for (at, arg) in at.iter_mut().zip(&args) {
                    *at = arg.words.as_ptr().cast();
                }
                // SAFETY: as many elements as the kernel asks for lie at each address.
                unsafe { kernel(at, got.words.as_mut_ptr().cast(), n) };
                for i in 0..n {
                    // NumPy takes the square root for a power of 1/2, which is no number below 0.
                    let root = ufunc == Ufunc::Power
                        && types.out.kind() == Kind::Float
                        && parts(types.out, args[1].element(0))[0] == 0.5;
                    assert!(
                        root || agrees(ufunc, types, got.element(i), want.element(i)),
                        "{} of {}: {:?} {:?}",
                        ufunc.name(),
                        types.args[0].name(),
                        got.element(i),
                        want.element(i),
                    );
                }
            }
        }
    });
    assert!(found > 80, "{found} functions take one element for all");
}

/// A number as no type rounds it.
enum Number {
    Whole(i128),
    Parts(f64, f64),
}

fn number(dtype: Dtype, element: &[u8]) -> Number {
    let mut word = [0; 8];
    if !matches!(dtype.kind(), Kind::Float | Kind::Complex) {
        word[..element.len()].copy_from_slice(element);
    }
    let bits = u64::from_ne_bytes(word);
    let unused = 64 - 8 * dtype.size().min(8) as u32;
    match dtype.kind() {
        Kind::Bool => Number::Whole((bits != 0).into()),
        Kind::Unsigned => Number::Whole(bits.into()),
        Kind::Signed => Number::Whole(((bits << unused) as i64 >> unused).into()),
        Kind::Float | Kind::Complex => {
            let [re, im] = parts(dtype, element);
            Number::Parts(re, im)
        }
    }
}

fn element_of(dtype: Dtype, number: &Number) -> Vec<u8> {
    let whole = |low: i128, high: i128| match *number {
        Number::Whole(x) => x as u64,
        Number::Parts(re, _) => (re as i128).clamp(low, high) as u64,
    };
    let single = match *number {
        Number::Whole(x) => [x as f32, 0.0],
        Number::Parts(re, im) => [re as f32, im as f32],
    };
    let double = match *number {
        Number::Whole(x) => [x as f64, 0.0],
        Number::Parts(re, im) => [re, im],
    };
    let bits = 8 * dtype.size() as u32;
    let bytes = match dtype.kind() {
        Kind::Bool => match *number {
            Number::Whole(x) => vec![(x != 0) as u8],
            Number::Parts(re, im) => vec![(re != 0.0 || im != 0.0) as u8],
        },
        Kind::Unsigned => whole(0, (1 << bits) - 1).to_ne_bytes().to_vec(),
        Kind::Signed => whole(-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
            .to_ne_bytes()
            .to_vec(),
        Kind::Float | Kind::Complex => match dtype.real() {
            Dtype::Float32 => single.iter().flat_map(|x| x.to_ne_bytes()).collect(),
            _ => double.iter().flat_map(|x| x.to_ne_bytes()).collect(),
        },
    };
    bytes[..dtype.size()].to_vec()
}

#[test]
fn casts_are_those_of_c() {
    each_case(|ufunc, types, args, _| {
        if ufunc != Ufunc::LogicalNot {
            return;
        }
        let from = types.args[0];
        for to in Dtype::ALL {
            let types = Loop {
                args: [from].into_iter().collect(),
                out: to,
            };
            let got = run(Function::Cast, &types, args);
            for i in 0..got.n {
                let want = element_of(to, &number(from, args[0].element(i)));
                let nan = matches!(to.kind(), Kind::Float | Kind::Complex)
                    && parts(to, &want)[0].is_nan()
                    && parts(to, got.element(i))[0].is_nan();
                assert!(
                    nan || got.element(i) == want,
                    "{} to {}: {:?} {:?}",
                    from.name(),
                    to.name(),
                    got.element(i),
                    want,
                );
            }
        }
    });
}

/// What `Ufunc::resolve` can give is in the table, and has a kernel.
#[test]
fn every_function_has_kernels_for_its_types() {
    let mut seen: std::collections::HashSet<(Ufunc, Dtype)> = Default::default();
    each_case(|ufunc, types, _, _| {
        seen.insert((ufunc, types.args[types.args.len() - 1]));
    });
    for &ufunc in Ufunc::ALL {
        for dtype in Dtype::ALL {
            let typed = vec![Typed { dtype, weak: false }; ufunc.arity()];
            if let Ok(types) = ufunc.resolve(&typed) {
                kernel(Function::Ufunc(ufunc), &types);
                let of = types.args[types.args.len() - 1];
                assert!(
                    seen.contains(&(ufunc, of)),
                    "{} of {} has no results",
                    ufunc.name(),
                    of.name()
                );
            }
        }
    }
}
