//! All functions against those of the C library in 80-bit precision.

use super::super::lane::Kernel;
use super::{kernel, versions, Function};
use distarray_core::Dtype;

extern "C" {
    fn expl();
    fn exp2l();
    fn expm1l();
    fn logl();
    fn log2l();
    fn log10l();
    fn log1pl();
    fn sinl();
    fn cosl();
    fn tanl();
    fn asinl();
    fn acosl();
    fn atanl();
    fn sinhl();
    fn coshl();
    fn tanhl();
    fn asinhl();
    fn acoshl();
    fn atanhl();
    fn cbrtl();
    fn atan2l();
    fn hypotl();
    fn powl();
}

/// The 80-bit function, and the interval where most arguments are used; for two arguments, that of
/// the first.
fn reference(function: Function) -> (unsafe extern "C" fn(), [f64; 2]) {
    match function {
        Function::Exp => (expl, [-745.0, 710.0]),
        Function::Exp2 => (exp2l, [-1075.0, 1025.0]),
        Function::Expm1 => (expm1l, [-40.0, 710.0]),
        Function::Log => (logl, [0.0, 100.0]),
        Function::Log2 => (log2l, [0.0, 100.0]),
        Function::Log10 => (log10l, [0.0, 100.0]),
        Function::Log1p => (log1pl, [-1.0, 100.0]),
        Function::Sin => (sinl, [-1e3, 1e3]),
        Function::Cos => (cosl, [-1e3, 1e3]),
        Function::Tan => (tanl, [-1e3, 1e3]),
        Function::Arcsin => (asinl, [-1.0, 1.0]),
        Function::Arccos => (acosl, [-1.0, 1.0]),
        Function::Arctan => (atanl, [-10.0, 10.0]),
        Function::Sinh => (sinhl, [-711.0, 711.0]),
        Function::Cosh => (coshl, [-711.0, 711.0]),
        Function::Tanh => (tanhl, [-20.0, 20.0]),
        Function::Arcsinh => (asinhl, [-100.0, 100.0]),
        Function::Arccosh => (acoshl, [1.0, 100.0]),
        Function::Arctanh => (atanhl, [-1.0, 1.0]),
        Function::Cbrt => (cbrtl, [-100.0, 100.0]),
        Function::Arctan2 => (atan2l, [-100.0, 100.0]),
        Function::Hypot => (hypotl, [-100.0, 100.0]),
        Function::Pow => (powl, [0.0, 100.0]),
    }
}

/// What the issue asks for, in units of the last place.
fn limit(function: Function) -> f64 {
    match function {
        Function::Cbrt | Function::Hypot => 1.0,
        _ => 2.0,
    }
}

/// The value of an 80-bit function: the nearest `f64`, and what it lacks.
fn extended(function: unsafe extern "C" fn(), x: [f64; 2]) -> [f64; 2] {
    let mut value = [0.0f64; 2];
    // SAFETY: a call by the C convention: both arguments, or one that the function ignores, on the
    // stack, which is aligned here, the result in st(0). The registers named are preserved.
    unsafe {
        std::arch::asm!(
            "sub rsp, 32",
            "fld qword ptr [r13]",
            "fstp tbyte ptr [rsp]",
            "fld qword ptr [r13 + 8]",
            "fstp tbyte ptr [rsp + 16]",
            "call r14",
            "fst qword ptr [r12]",
            "fsub qword ptr [r12]",
            "fstp qword ptr [r12 + 8]",
            "add rsp, 32",
            in("r12") value.as_mut_ptr(),
            in("r13") x.as_ptr(),
            in("r14") function as usize,
            clobber_abi("C"),
        );
    }
    value
}

/// `f32` or `f64`, seen from the tests.
trait Element: Copy {
    const DTYPE: Dtype;
    /// Digits, and the exponent of the smallest normal number.
    const DIGITS: i32;
    const LEAST: i32;
    fn of(x: f64) -> Self;
    fn double(self) -> f64;
    /// Any bits at all.
    fn of_bits(bits: u64) -> Self;
    fn same(self, other: Self) -> bool;
}

impl Element for f32 {
    const DTYPE: Dtype = Dtype::Float32;
    const DIGITS: i32 = 24;
    const LEAST: i32 = -126;
    fn of(x: f64) -> f32 {
        x as f32
    }
    fn double(self) -> f64 {
        f64::from(self)
    }
    fn of_bits(bits: u64) -> f32 {
        f32::from_bits(bits as u32)
    }
    fn same(self, other: f32) -> bool {
        self.to_bits() == other.to_bits() || self.is_nan() && other.is_nan()
    }
}

impl Element for f64 {
    const DTYPE: Dtype = Dtype::Float64;
    const DIGITS: i32 = 53;
    const LEAST: i32 = -1022;
    fn of(x: f64) -> f64 {
        x
    }
    fn double(self) -> f64 {
        self
    }
    fn of_bits(bits: u64) -> f64 {
        f64::from_bits(bits)
    }
    fn same(self, other: f64) -> bool {
        self.to_bits() == other.to_bits() || self.is_nan() && other.is_nan()
    }
}

/// The error of `got` in units of the last place; infinite where a NaN, an infinity or the sign of
/// a zero is wrong.
fn error<T: Element>(got: T, [high, low]: [f64; 2]) -> f64 {
    let (got, nearest) = (got.double(), T::of(high).double());
    if nearest.is_nan() || got.is_nan() {
        return if nearest.is_nan() && got.is_nan() {
            0.0
        } else {
            f64::INFINITY
        };
    }
    if nearest.is_infinite() || got.is_infinite() {
        return if nearest == got { 0.0 } else { f64::INFINITY };
    }
    if nearest == 0.0 && got == 0.0 {
        return if nearest.is_sign_negative() == got.is_sign_negative() {
            0.0
        } else {
            f64::INFINITY
        };
    }
    let exponent = ((high.to_bits() >> 52 & 0x7ff) as i32 - 1023).max(T::LEAST);
    let distance = ((got - high) - low).abs();
    // In two steps, since a subnormal unit has no reciprocal.
    distance
        * 2f64.powi(T::DIGITS - 1)
        * 2f64.powi(-exponent / 2)
        * 2f64.powi(-exponent - -exponent / 2)
}

/// A sequence of bits (G. Marsaglia's xorshift).
struct Bits(u64);

impl Bits {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// From [low, high).
    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * ((self.next() >> 11) as f64 / 2f64.powi(53))
    }
}

#[rustfmt::skip]
const SPECIAL: [f64; 62] = [
    0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 3.0, -3.0, 1.5, -1.5, 2.5, -2.5, 4.0, 5.0, 10.0, 1000.0,
    f64::INFINITY, f64::NEG_INFINITY, f64::NAN, f64::MIN_POSITIVE, -f64::MIN_POSITIVE, 5e-324, -5e-324,
    1e-310, f64::MAX, f64::MIN, 1e300, -1e300, 1e-300, 708.5, 709.78, 709.79, 710.4, 710.5, -708.4, -745.1, -745.2,
    1024.0, 1023.5, -1022.0, -1074.0, -1075.0, 1e22, 268435456.0, 268435457.0, -1e9, 88.7, 88.8, 89.5, -87.4,
    -103.9, -104.1, 1e-45, 1.2e-38, 3.4e38, 0.9999999999999999, 1.0000000000000002, 9007199254740991.0,
    std::f64::consts::FRAC_PI_2, std::f64::consts::PI,
];

/// Special arguments, then `count` others: in the interval, of all magnitudes, any bits.
fn arguments<T: Element>(function: Function, two: bool, count: usize) -> [Vec<T>; 2] {
    let mut args = [Vec::new(), Vec::new()];
    let mut push = |x: T, y: T| {
        args[0].push(x);
        args[1].push(y);
    };
    for x in SPECIAL {
        for y in SPECIAL
            .into_iter()
            .take(if two { SPECIAL.len() } else { 1 })
        {
            push(T::of(x), T::of(y));
        }
    }
    let (_, [low, high]) = reference(function);
    let single = T::DIGITS == 24 && high > 700.0;
    let (low, high) = if single {
        (low / 8.0, high / 8.0)
    } else {
        (low, high)
    };
    let mut bits = Bits(88172645463325252);
    for i in 0..count {
        let sign = if i & 8 == 0 { 1.0 } else { -1.0 };
        let magnitude = bits.between(-20.0, 20.0).exp2();
        match i % 4 {
            0 => push(
                T::of(bits.between(low, high)),
                T::of(bits.between(-10.0, 10.0)),
            ),
            1 => push(
                T::of(sign * magnitude),
                T::of(bits.between(-3.0, 3.0) * magnitude),
            ),
            2 => push(T::of_bits(bits.next()), T::of_bits(bits.next())),
            // Near one, where logarithms are small; results of powers over the whole range.
            _ => {
                let x = 1.0 + sign * bits.between(-40.0, -1.0).exp2();
                push(T::of(x), T::of(bits.between(-700.0, 700.0) / x.ln()));
            }
        }
    }
    args
}

fn run<T: Element>(kernel: Kernel, args: &[Vec<T>; 2]) -> Vec<T> {
    let mut out = vec![T::of(0.0); args[0].len()];
    let x = args[0].as_ptr().cast();
    let y = args[1].as_ptr().cast();
    // SAFETY: as many elements at each address.
    unsafe { kernel([x, y, y], out.as_mut_ptr().cast(), out.len()) };
    out
}

/// The largest error, and where it is.
fn worst<T: Element>(function: Function, two: bool, count: usize) -> (f64, [f64; 2]) {
    let args = arguments::<T>(function, two, count);
    let out = run(kernel(function, T::DTYPE), &args);
    let (exact, _) = reference(function);
    let mut worst = (0.0, [0.0; 2]);
    for ((&x, &y), got) in args[0].iter().zip(&args[1]).zip(out) {
        let at = [x.double(), y.double()];
        let error = error(got, extended(exact, at));
        if error > worst.0 {
            worst = (error, at);
        }
    }
    worst
}

#[test]
fn values_are_accurate() {
    for (function, arguments, _) in versions() {
        let two = arguments == 2;
        for (worst, name) in [
            (worst::<f32>(function, two, 200_000), "float32"),
            (worst::<f64>(function, two, 200_000), "float64"),
        ] {
            let limit = limit(function);
            assert!(
                worst.0 <= limit,
                "{function:?} of {name}: {} ulp at {:?}",
                worst.0,
                worst.1
            );
        }
    }
}

/// The table of docs/performance.md, of as many arguments as DARR_ACCURACY in the environment says (there 1000000).
#[test]
fn accuracy() {
    let count = std::env::var("DARR_ACCURACY").ok();
    let count = count.and_then(|count| count.parse().ok()).unwrap_or(2_000);
    println!("| function | float64, ulp | float32, ulp |\n|---|---|---|");
    for (function, arguments, _) in versions() {
        let two = arguments == 2;
        let single = worst::<f32>(function, two, count).0;
        let double = worst::<f64>(function, two, count).0;
        println!(
            "| {} | {double:.2} | {single:.2} |",
            format!("{function:?}").to_lowercase()
        );
    }
}

/// An element's bits depend on its arguments alone: not on the instructions, its place, how many
/// there are, or whether the output is an argument.
#[test]
fn bits_depend_on_the_arguments_alone() {
    fn check<T: Element>(function: Function, two: bool, versions: &[Kernel]) {
        let args = arguments::<T>(function, two, 4000);
        let Some(&first) = versions.first() else {
            return;
        };
        let expected = run(first, &args);
        let same =
            |got: &[T], from: usize| got.iter().zip(&expected[from..]).all(|(a, b)| a.same(*b));
        for &version in versions {
            assert!(
                same(&run(version, &args), 0),
                "{function:?}: versions differ"
            );
            for n in (1..70).chain([1000]) {
                let from = n * 7 % 100;
                let part = args.clone().map(|args| args[from..from + n].to_vec());
                assert!(
                    same(&run(version, &part), from),
                    "{function:?}: {n} from {from}"
                );
            }
            for which in 0..if two { 2 } else { 1 } {
                let mut args = args.clone();
                let addresses = [args[0].as_mut_ptr(), args[1].as_mut_ptr()];
                let [x, y] = addresses.map(|x| x.cast_const().cast());
                // SAFETY: as many elements at each address; the output is one of them.
                unsafe { version([x, y, y], addresses[which].cast(), expected.len()) };
                assert!(same(&args[which], 0), "{function:?}: in place of {which}");
            }
        }
    }
    for (function, arguments, [single, double]) in versions() {
        check::<f32>(function, arguments == 2, &single);
        check::<f64>(function, arguments == 2, &double);
    }
}

/// Processors without fused multiply-add get the C library's values.
#[test]
fn the_plain_version_is_the_library() {
    use super::body::{plain, Body};
    let x: Vec<f64> = (0..50).map(|i| f64::from(i) * 0.3).collect();
    let args = [x.clone(), x.clone()];
    let values = run(plain::<super::exponential::Exp, f64, 1>, &args);
    assert!(values.iter().zip(&x).all(|(value, x)| *value == x.exp()));
    let powers = run(plain::<super::power::Pow, f64, 2>, &args);
    assert!(powers.iter().zip(&x).all(|(value, &x)| *value == x.powf(x)));
    assert_eq!(<super::root::Cbrt as Body<f64, 1>>::library([27.0]), 3.0);
}
