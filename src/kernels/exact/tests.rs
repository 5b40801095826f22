use super::*;

fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// Any double but infinities and NaN, or one of a narrow range.
fn number(state: &mut u64, wide: bool) -> f64 {
    let bits = random(state);
    let x = f64::from_bits(bits);
    if wide && x.is_finite() {
        return x;
    }
    (bits >> 11) as f64 / (1u64 << 53) as f64 - 0.5
}

fn one_by_one(numbers: &[f64]) -> Exact {
    let mut sum = Exact::ZERO;
    numbers.iter().for_each(|&x| sum.add(x));
    sum
}

fn bytes(sum: &Exact) -> Vec<u8> {
    let mut bytes = vec![0; Exact::BYTES];
    sum.write(&mut bytes);
    bytes
}

/// Tiles give the same fixed-point number as one element after the other, whatever the range.
#[test]
fn tiles_are_exact() {
    let mut state = 7;
    for round in 0..2000 {
        let n = random(&mut state) as usize % 2049;
        let mut numbers: Vec<f64> = (0..n).map(|_| number(&mut state, round % 3 == 0)).collect();
        if round % 3 == 1 {
            let e = random(&mut state) as i32 % 1022;
            numbers.iter_mut().for_each(|x| *x = scale(*x, e));
        }
        let mut sum = Exact::ZERO;
        Tiles::new().add(&mut sum, numbers.iter().copied());
        assert!(bytes(&sum) == bytes(&one_by_one(&numbers)), "round {round}");
        // A product of two is that of its factors.
        let other: Vec<f64> = (0..n).map(|_| number(&mut state, round % 5 == 0)).collect();
        let (mut tile, mut single) = (Exact::ZERO, Exact::ZERO);
        Tiles::new().add_products(&mut tile, numbers.iter().copied(), other.iter().copied());
        numbers
            .iter()
            .zip(&other)
            .for_each(|(&x, &y)| single.add_product(x, y));
        assert!(bytes(&tile) == bytes(&single), "round {round}");
    }
}

/// Sums whose value is known: rounding once, to even, in the subnormal range, beyond the largest double and back.
#[test]
fn rounding() {
    let of = |numbers: &[f64]| one_by_one(numbers).value();
    let tiny = f64::from_bits(1);
    assert_eq!(of(&[]).to_bits(), 0);
    assert_eq!(of(&[-0.0, -0.0]).to_bits(), 0);
    assert_eq!(of(&[1e308, 1e308, -1e308]), 1e308);
    assert_eq!(of(&[1e308, 1e308]), f64::INFINITY);
    assert_eq!(of(&[-f64::MAX, -f64::MAX]), f64::NEG_INFINITY);
    assert_eq!(of(&[1.0, f64::EPSILON / 2.0]), 1.0);
    assert_eq!(
        of(&[1.0 + f64::EPSILON, f64::EPSILON / 2.0]),
        1.0 + 2.0 * f64::EPSILON
    );
    assert_eq!(of(&[1.0, f64::EPSILON / 2.0, tiny]), 1.0 + f64::EPSILON);
    assert_eq!(of(&[1.0, -tiny]), 1.0);
    assert_eq!(of(&[tiny, tiny, -5e-320]), 2.0 * tiny - 5e-320);
    assert_eq!(of(&[f64::MIN_POSITIVE, -tiny]), f64::MIN_POSITIVE - tiny);
    assert_eq!(of(&[f64::INFINITY, 1.0]), f64::INFINITY);
    assert!(of(&[f64::INFINITY, f64::NEG_INFINITY]).is_nan());
    assert!(of(&[f64::NAN, 1.0]).is_nan());
    let mut state = 3;
    for _ in 0..10000 {
        let (x, y) = (number(&mut state, true), number(&mut state, false));
        assert_eq!(of(&[x]), x);
        assert_eq!(of(&[x, y]), x + y);
        let mut product = Exact::ZERO;
        product.add_product(x, y);
        assert_eq!(product.value(), x * y);
        assert_eq!(one_by_one(&[x, x]).over(2), x);
    }
    // The norm of numbers whose squares are no doubles.
    for size in [1e-200, 1e200] {
        let mut squares = Exact::ZERO;
        squares.add_product(3.0 * size, 3.0 * size);
        squares.add_product(4.0 * size, 4.0 * size);
        assert!((squares.root() / (5.0 * size) - 1.0).abs() < 1e-15);
    }
    assert_eq!(one_by_one(&[f64::MAX; 3]).over(3), f64::MAX);
}

/// Merging in any grouping, also through bytes, gives the same bytes.
#[test]
fn merging() {
    let mut state = 11;
    for _ in 0..200 {
        let numbers: Vec<f64> = (0..100).map(|_| number(&mut state, true)).collect();
        let cut = random(&mut state) as usize % 101;
        let (mut a, b) = (one_by_one(&numbers[..cut]), one_by_one(&numbers[cut..]));
        a.merge(&Exact::read(&bytes(&b)));
        assert!(bytes(&a) == bytes(&one_by_one(&numbers)));
    }
}
