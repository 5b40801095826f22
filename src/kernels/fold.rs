//! Reductions of one tile: a contiguous, aligned run of elements in the first-level cache.
//!
//! Every fold runs in [`LANES`] independent accumulators that are joined in a fixed tree. Element
//! `i` of the tile belongs to accumulator `i` modulo `LANES`, whatever instructions the compiler
//! chooses, so that a result depends on the elements alone. Complex elements are folded as their
//! parts, one after the other: `PARTS` is 2 for them, and the even accumulators hold the real
//! parts.

use distarray_core::Dtype;

use super::element::Flag;
use super::number::{with_parts, Accumulator, Real};
use super::op::Op;
use super::partial::Words;

/// Accumulators per fold; a multiple of the parts of an element and of every vector length.
const LANES: usize = 16;

/// Reduces a tile of `n` elements of `x`, for dot products with those of `y`.
///
/// Safety: `n` > 0 elements of the kernel's dtype lie at each address, aligned, and nobody writes
/// them meanwhile.
pub(super) type Kernel = unsafe fn(x: *const u8, y: *const u8, n: usize) -> Words;

/// The kernel of an operation that `Partial::new` accepts for this dtype.
pub(super) fn kernel(op: Op, dtype: Dtype) -> Kernel {
    with_parts!(dtype, T, PARTS => of_op::<T, PARTS>(op))
}

fn of_op<T: Real, const PARTS: usize>(op: Op) -> Kernel {
    match op {
        Op::Sum => entry::<Sum, T, PARTS>(),
        Op::Mean => entry::<RealSum, T, PARTS>(),
        Op::Var | Op::Std => entry::<Moments, T, PARTS>(),
        Op::Min | Op::ArgMin => entry::<Least, T, PARTS>(),
        Op::Max | Op::ArgMax => entry::<Greatest, T, PARTS>(),
        Op::Dot if PARTS == 2 => entry::<ComplexDot<true>, T, PARTS>(),
        Op::DotU if PARTS == 2 => entry::<ComplexDot<false>, T, PARTS>(),
        Op::Dot | Op::DotU => entry::<Dot, T, PARTS>(),
        Op::Prod if PARTS == 2 => entry::<ComplexProduct, T, PARTS>(),
        Op::Prod => entry::<Product, T, PARTS>(),
        Op::Any | Op::All | Op::CountNonzero => entry::<NonZeros, T, PARTS>(),
        Op::Norm => entry::<SquareSum, T, PARTS>(),
    }
}

/// Finds the first element from `from` on that `word` stands for; `n` if there is none.
///
/// Safety: as [`Kernel`].
pub(super) type Finder = unsafe fn(x: *const u8, n: usize, from: usize, word: u64) -> usize;

/// The search among elements of a dtype that has an order.
pub(super) fn finder(dtype: Dtype) -> Finder {
    match dtype {
        Dtype::Bool => find::<Flag>,
        Dtype::Int8 => find::<i8>,
        Dtype::Int16 => find::<i16>,
        Dtype::Int32 => find::<i32>,
        Dtype::Int64 => find::<i64>,
        Dtype::Uint8 => find::<u8>,
        Dtype::Uint16 => find::<u16>,
        Dtype::Uint32 => find::<u32>,
        Dtype::Uint64 => find::<u64>,
        Dtype::Float32 | Dtype::Complex64 => find::<f32>,
        Dtype::Float64 | Dtype::Complex128 => find::<f64>,
    }
}

/// # Safety
/// As [`Finder`].
unsafe fn find<T: Real>(x: *const u8, n: usize, from: usize, word: u64) -> usize {
    // SAFETY: as in `plain`.
    let x = unsafe { std::slice::from_raw_parts(x.cast::<T>(), n) };
    let rest = x.get(from..).unwrap_or_default();
    let found = rest.iter().position(|x| x.is_word(word));
    found.map_or(n, |at| from + at)
}

/// The same body, compiled for what every processor has and for wider vectors.
fn entry<F: Fold, T: Real, const PARTS: usize>() -> Kernel {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        return with_avx2::<F, T, PARTS>;
    }
    plain::<F, T, PARTS>
}

/// # Safety
/// As [`Kernel`].
#[inline(always)]
unsafe fn plain<F: Fold, T: Real, const PARTS: usize>(
    x: *const u8,
    y: *const u8,
    n: usize,
) -> Words {
    // SAFETY: n elements are n * PARTS parts; aligned, plain data, and unwritten while the slices
    // live.
    let (x, y) = unsafe {
        (
            std::slice::from_raw_parts(x.cast::<T>(), n * PARTS),
            std::slice::from_raw_parts(y.cast::<T>(), n * PARTS),
        )
    };
    F::fold::<T, PARTS>(x, y)
}

/// # Safety
/// As [`Kernel`], on a processor with AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn with_avx2<F: Fold, T: Real, const PARTS: usize>(
    x: *const u8,
    y: *const u8,
    n: usize,
) -> Words {
    // SAFETY: passed on.
    unsafe { plain::<F, T, PARTS>(x, y, n) }
}

/// The body of one operation on one tile that is not empty.
trait Fold {
    fn fold<T: Real, const PARTS: usize>(x: &[T], y: &[T]) -> Words;
}

/// One element for each accumulator.
type Chunk<T> = [T; LANES];

/// Runs `step(accumulator, chunk of x, chunk of y, lane)` over two tiles of equal length.
#[inline(always)]
fn lanes<T: Copy, A: Copy>(
    x: &[T],
    y: &[T],
    zero: A,
    step: impl Fn(A, &Chunk<T>, &Chunk<T>, usize) -> A,
) -> [A; LANES] {
    let mut sums = [zero; LANES];
    let ((x_chunks, x_rest), (y_chunks, y_rest)) = (chunks(x), chunks(y));
    for (x, y) in x_chunks.iter().zip(y_chunks) {
        for (lane, sum) in sums.iter_mut().enumerate() {
            *sum = step(*sum, x, y, lane);
        }
    }
    // Left to itself the compiler weaves what follows into the loop above, and no vector
    // instruction remains.
    let mut sums = std::hint::black_box(sums);
    if !x_rest.is_empty() {
        let (x_last, y_last) = (padded(x_rest), padded(y_rest));
        for (lane, sum) in sums.iter_mut().enumerate().take(x_rest.len()) {
            *sum = step(*sum, &x_last, &y_last, lane);
        }
    }
    sums
}

/// A chunk that begins with the elements of `rest`, of which there is one at least.
#[inline(always)]
fn padded<T: Copy>(rest: &[T]) -> Chunk<T> {
    let mut chunk = [rest[0]; LANES];
    chunk[..rest.len()].copy_from_slice(rest);
    chunk
}

/// Whole chunks of one element per accumulator, and the rest.
#[inline(always)]
fn chunks<T>(x: &[T]) -> (&[Chunk<T>], &[T]) {
    let (whole, rest) = x.split_at(x.len() / LANES * LANES);
    // SAFETY: an array of elements lies in memory as the elements do; `whole` holds as many arrays.
    let arrays = unsafe { std::slice::from_raw_parts(whole.as_ptr().cast(), whole.len() / LANES) };
    (arrays, rest)
}

/// Joins the accumulators of each part: lane i with lane i + 8, then i + 4, and so on.
#[inline(always)]
fn join<A: Copy, const PARTS: usize>(mut sums: [A; LANES], join: impl Fn(A, A) -> A) -> [A; PARTS] {
    let mut half = LANES / 2;
    while half >= PARTS {
        for lane in 0..half {
            sums[lane] = join(sums[lane], sums[lane + half]);
        }
        half /= 2;
    }
    std::array::from_fn(|part| sums[part])
}

/// Sums, part by part, as a compensated sum keeps them: the sums first.
#[inline(always)]
fn totals<A: Accumulator, const PARTS: usize>(sums: [A; LANES]) -> Words {
    let mut words = [0; 4];
    for (word, sum) in words.iter_mut().zip(join::<A, PARTS>(sums, A::plus)) {
        *word = sum.word();
    }
    words
}

struct Sum;
impl Fold for Sum {
    #[inline(always)]
    fn fold<T: Real, const PARTS: usize>(x: &[T], _: &[T]) -> Words {
        totals::<_, PARTS>(lanes(x, x, T::Sum::ZERO, |sum, x, _, lane| {
            sum.plus(x[lane].wide())
        }))
    }
}

struct RealSum;
impl Fold for RealSum {
    #[inline(always)]
    fn fold<T: Real, const PARTS: usize>(x: &[T], _: &[T]) -> Words {
        totals::<_, PARTS>(real_sums(x))
    }
}

#[inline(always)]
fn real_sums<T: Real>(x: &[T]) -> [f64; LANES] {
    lanes(x, x, 0.0, |sum, x, _, lane| sum + x[lane].real())
}

struct SquareSum;
impl Fold for SquareSum {
    #[inline(always)]
    fn fold<T: Real, const PARTS: usize>(x: &[T], _: &[T]) -> Words {
        totals::<_, 1>(lanes(x, x, 0.0, |sum, x, _, lane| {
            sum + x[lane].real() * x[lane].real()
        }))
    }
}

struct Dot;
impl Fold for Dot {
    #[inline(always)]
    fn fold<T: Real, const PARTS: usize>(x: &[T], y: &[T]) -> Words {
        totals::<_, 1>(lanes(x, y, T::Product::ZERO, |sum, x, y, lane| {
            sum.plus(x[lane].factor().times(y[lane].factor()))
        }))
    }
}

/// The sum of conj(x) y, or of x y: of the products of equal parts, and of those of crossed ones.
struct ComplexDot<const CONJUGATE: bool>;
impl<const CONJUGATE: bool> Fold for ComplexDot<CONJUGATE> {
    #[inline(always)]
    fn fold<T: Real, const PARTS: usize>(x: &[T], y: &[T]) -> Words {
        let equal = lanes(x, y, 0.0, |sum, x, y, lane| {
            sum + x[lane].real() * y[lane].real()
        });
        let crossed = lanes(x, y, 0.0, |sum, x, y, lane| {
            sum + x[lane].real() * y[lane ^ 1].real()
        });
        let [re, forth] = [equal, crossed].map(|sums| join::<_, 2>(sums, f64::plus));
        let (re, im) = match CONJUGATE {
            true => (re[0] + re[1], forth[0] - forth[1]),
            false => (re[0] - re[1], forth[0] + forth[1]),
        };
        [re.to_bits(), im.to_bits(), 0, 0]
    }
}

struct Product;
impl Fold for Product {
    #[inline(always)]
    fn fold<T: Real, const PARTS: usize>(x: &[T], _: &[T]) -> Words {
        let products = lanes(x, x, T::Product::ONE, |product, x, _, lane| {
            product.times(x[lane].factor())
        });
        let [product] = join::<_, 1>(products, Accumulator::times);
        [product.word(), 0, 0, 0]
    }
}

struct ComplexProduct;
impl Fold for ComplexProduct {
    #[inline(always)]
    fn fold<T: Real, const PARTS: usize>(x: &[T], _: &[T]) -> Words {
        let mut products = [[1.0, 0.0]; LANES / 2];
        for chunk in x.chunks(LANES) {
            for (product, x) in products.iter_mut().zip(chunk.chunks_exact(2)) {
                *product = complex_product(*product, [x[0].real(), x[1].real()]);
            }
        }
        let mut half = LANES / 4;
        while half > 0 {
            for lane in 0..half {
                products[lane] = complex_product(products[lane], products[lane + half]);
            }
            half /= 2;
        }
        let [re, im] = products[0].map(f64::to_bits);
        [re, im, 0, 0]
    }
}

/// The product of two complex numbers by the formula of the schoolbook, as NumPy's.
#[inline(always)]
pub(super) fn complex_product(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
    [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]]
}

/// How many elements are not 0.
struct NonZeros;
impl Fold for NonZeros {
    #[inline(always)]
    fn fold<T: Real, const PARTS: usize>(x: &[T], _: &[T]) -> Words {
        let sums = lanes(x, x, T::Sum::ZERO, |sum, x, _, lane| {
            // Both parts tell of a complex number, so that each one is counted twice.
            let set = (0..PARTS).fold(false, |set, part| set | !x[lane ^ part].is_word(0));
            sum.plus(if set { T::Sum::ONE } else { T::Sum::ZERO })
        });
        let [sum] = join::<_, 1>(sums, Accumulator::plus);
        [sum.count() / PARTS as u64, 0, 0, 0]
    }
}

/// Mean of each part and the sum of the squared distances from it, in two passes over the tile.
struct Moments;
impl Fold for Moments {
    #[inline(always)]
    fn fold<T: Real, const PARTS: usize>(x: &[T], _: &[T]) -> Words {
        let elements = (x.len() / PARTS) as f64;
        let mean = join::<_, PARTS>(real_sums(x), f64::plus).map(|sum| sum / elements);
        let squares = lanes(x, x, 0.0, |sum, x, _, lane| {
            let distance = x[lane].real() - mean[lane % PARTS];
            sum + distance * distance
        });
        let [square] = join::<_, 1>(squares, f64::plus);
        let [re, im] = std::array::from_fn(|part| mean.get(part).copied().unwrap_or(0.0));
        [re.to_bits(), im.to_bits(), square.to_bits(), 0]
    }
}

struct Least;
impl Fold for Least {
    #[inline(always)]
    fn fold<T: Real, const PARTS: usize>(x: &[T], _: &[T]) -> Words {
        extreme(x, |a, b| if b.precedes(a) { b } else { a })
    }
}

struct Greatest;
impl Fold for Greatest {
    #[inline(always)]
    fn fold<T: Real, const PARTS: usize>(x: &[T], _: &[T]) -> Words {
        extreme(x, |a, b| if a.precedes(b) { b } else { a })
    }
}

/// The element that `pick` prefers to all others. A NaN anywhere is the result; comparisons alone
/// would pass it over.
#[inline(always)]
fn extreme<T: Real>(x: &[T], pick: impl Fn(T, T) -> T) -> Words {
    let picked = lanes(x, x, x[0], |best, x, _, lane| pick(best, x[lane]));
    let [best] = join::<_, 1>(picked, pick);
    let suspects = lanes(
        x,
        x,
        x[0],
        |suspect, x, _, lane| {
            if x[lane].is_nan() {
                x[lane]
            } else {
                suspect
            }
        },
    );
    let nan = suspects.iter().any(|suspect| suspect.is_nan());
    [if nan { f64::NAN.to_bits() } else { best.word() }, 0, 0, 0]
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;

    /// Which instructions a processor has does not show in a single bit.
    #[test]
    fn wide_vectors_change_nothing() {
        fn check<F: Fold, T: Real, const PARTS: usize>(x: &[T], y: &[T]) {
            for n in (1..70).chain([x.len() / PARTS]) {
                let (x, y) = (x.as_ptr().cast(), y.as_ptr().cast());
                // SAFETY: both slices hold n elements, and AVX2 was detected.
                let [narrow, wide] = unsafe {
                    [
                        plain::<F, T, PARTS>(x, y, n),
                        with_avx2::<F, T, PARTS>(x, y, n),
                    ]
                };
                assert_eq!(narrow, wide, "{n} elements");
            }
        }
        if !is_x86_feature_detected!("avx2") {
            return;
        }
        let values = |seed: f64| -> Vec<f64> {
            (0..1000)
                .map(|i| (f64::from(i) * seed).sin() * 1e3)
                .collect()
        };
        let (x, y) = (values(1.7), values(0.3));
        check::<Sum, f64, 1>(&x, &y);
        check::<Moments, f64, 2>(&x, &y);
        check::<ComplexDot<true>, f64, 2>(&x, &y);
        check::<ComplexDot<false>, f64, 2>(&x, &y);
        check::<Product, f64, 1>(&x, &y);
        check::<ComplexProduct, f64, 2>(&x, &y);
        check::<NonZeros, f64, 2>(&x, &y);
        check::<SquareSum, f64, 1>(&x, &y);
        check::<Least, f64, 1>(&x, &y);
        let single = |x: &[f64]| -> Vec<f32> { x.iter().map(|&x| x as f32).collect() };
        let (x, y) = (single(&x), single(&y));
        check::<Sum, f32, 2>(&x, &y);
        check::<Dot, f32, 1>(&x, &y);
        check::<Moments, f32, 1>(&x, &y);
        check::<Greatest, f32, 1>(&x, &y);
    }
}
