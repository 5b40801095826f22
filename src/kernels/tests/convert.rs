use distarray_core::{Code, Dtype, Kind, Order};

use super::{array, elements, indices, packed, Field, Rng};
use crate::kernels::convert::convert;
use crate::kernels::copy::unpack;
use crate::kernels::Value;

fn value<const N: usize>(dtype: Dtype, bytes: [u8; N]) -> Value {
    assert_eq!(dtype.size(), N);
    Value::new(dtype, &bytes)
}

/// Converts one element by a block of its own.
fn converted(from: Value, to: Dtype) -> Value {
    let (source, target) = (packed(from.dtype(), &[]), packed(to, &[]));
    from.store(&source);
    convert(&source, &target).unwrap();
    Value::load(&target)
}

#[test]
fn floats_truncate_and_saturate() {
    let cases: [(f64, i8, u8, i32, u64, i64); 9] = [
        (1.9, 1, 1, 1, 1, 1),
        (-1.9, -1, 0, -1, 0, -1),
        (-0.9, 0, 0, 0, 0, 0),
        (200.5, 127, 200, 200, 200, 200),
        (-1e10, -128, 0, i32::MIN, 0, -10_000_000_000),
        (1e300, 127, 255, i32::MAX, u64::MAX, i64::MAX),
        (f64::INFINITY, 127, 255, i32::MAX, u64::MAX, i64::MAX),
        (f64::NEG_INFINITY, -128, 0, i32::MIN, 0, i64::MIN),
        (f64::NAN, 0, 0, 0, 0, 0),
    ];
    for (x, a, b, c, d, e) in cases {
        let x = value(Dtype::Float64, x.to_ne_bytes());
        assert_eq!(
            converted(x, Dtype::Int8),
            value(Dtype::Int8, a.to_ne_bytes())
        );
        assert_eq!(
            converted(x, Dtype::Uint8),
            value(Dtype::Uint8, b.to_ne_bytes())
        );
        assert_eq!(
            converted(x, Dtype::Int32),
            value(Dtype::Int32, c.to_ne_bytes())
        );
        assert_eq!(
            converted(x, Dtype::Uint64),
            value(Dtype::Uint64, d.to_ne_bytes())
        );
        assert_eq!(
            converted(x, Dtype::Int64),
            value(Dtype::Int64, e.to_ne_bytes())
        );
    }
}

#[test]
fn integers_wrap_and_round_once() {
    let cases = [
        (-1i64, 255u8, u64::MAX),
        (511, 255, 511),
        (i64::MIN, 0, 1 << 63),
    ];
    for (x, narrow, unsigned) in cases {
        let x = value(Dtype::Int64, x.to_ne_bytes());
        assert_eq!(converted(x, Dtype::Uint8), value(Dtype::Uint8, [narrow]));
        assert_eq!(
            converted(x, Dtype::Uint64),
            value(Dtype::Uint64, unsigned.to_ne_bytes())
        );
    }
    // Rounding to f64 first would end at 2^53 + 2^30, a tie, and then go down.
    let x = (1i64 << 53) + (1 << 29) + 1;
    let once = value(Dtype::Float32, (x as f32).to_ne_bytes());
    assert_ne!(x as f32, x as f64 as f32);
    assert_eq!(
        converted(value(Dtype::Int64, x.to_ne_bytes()), Dtype::Float32),
        once
    );
    assert_eq!(
        converted(value(Dtype::Uint64, x.to_ne_bytes()), Dtype::Float32),
        once
    );
    let huge = value(Dtype::Uint64, u64::MAX.to_ne_bytes());
    assert_eq!(
        converted(huge, Dtype::Float64),
        value(Dtype::Float64, 18446744073709551615f64.to_ne_bytes())
    );
    assert_eq!(
        converted(
            value(Dtype::Float64, 1e300f64.to_ne_bytes()),
            Dtype::Float32
        ),
        value(Dtype::Float32, f32::INFINITY.to_ne_bytes())
    );
}

#[test]
fn bool_is_whether_there_is_anything() {
    for (x, want) in [
        (0.0f64, 0),
        (-0.0, 0),
        (0.1, 1),
        (f64::NAN, 1),
        (f64::INFINITY, 1),
    ] {
        assert_eq!(
            converted(value(Dtype::Float64, x.to_ne_bytes()), Dtype::Bool).bytes(),
            [want]
        );
    }
    assert_eq!(
        converted(value(Dtype::Int16, 256i16.to_ne_bytes()), Dtype::Bool).bytes(),
        [1]
    );
    let imaginary = [0f32.to_ne_bytes(), 2f32.to_ne_bytes()].concat();
    assert_eq!(
        converted(Value::new(Dtype::Complex64, &imaginary), Dtype::Bool).bytes(),
        [1]
    );
    // Any byte but 0 is true, as C's programs write it.
    for (byte, want) in [(0, 0.0), (1, 1.0), (2, 1.0), (255, 1.0f64)] {
        assert_eq!(
            converted(value(Dtype::Bool, [byte]), Dtype::Float64),
            value(Dtype::Float64, want.to_ne_bytes())
        );
    }
}

#[test]
fn imaginary_parts_are_kept_or_refused() {
    let z = [1.5f64.to_ne_bytes(), (-2.25f64).to_ne_bytes()].concat();
    let single = [1.5f32.to_ne_bytes(), (-2.25f32).to_ne_bytes()].concat();
    let z = Value::new(Dtype::Complex128, &z);
    assert_eq!(converted(z, Dtype::Complex64).bytes(), single);
    let one = converted(value(Dtype::Uint16, 7u16.to_ne_bytes()), Dtype::Complex64);
    assert_eq!(
        one.bytes(),
        [7f32.to_ne_bytes(), 0f32.to_ne_bytes()].concat()
    );
    for from in [Dtype::Complex64, Dtype::Complex128] {
        for to in Dtype::ALL {
            let answer = convert(&packed(from, &[2]), &packed(to, &[2]));
            match to.kind() {
                Kind::Complex | Kind::Bool => answer.unwrap(),
                _ => {
                    assert_eq!(answer.unwrap_err().code, Code::Argument);
                    assert!(Value::new(from, &[0; 16]).cast(to).is_err());
                }
            }
        }
    }
}

/// Small numbers survive every pair of dtypes, through any layout.
#[test]
fn every_pair_over_random_layouts() {
    let mut rng = Rng(21);
    for from in Dtype::ALL {
        for to in Dtype::ALL {
            if from.kind() == Kind::Complex && to.kind() != Kind::Complex {
                continue;
            }
            for _ in 0..6 {
                let extents = rng.extents(4, 200);
                let source = Field::random(&mut rng, from, &extents);
                let target = Field::random(&mut rng, to, &extents);
                let n = indices(&extents).len();
                let numbers: Vec<f64> = (0..n).map(|_| rng.below(100) as f64).collect();
                let input: Vec<u8> = elements(&array(from, &extents, &numbers)).concat();
                unpack(&input, Order::C, &source.block);
                let as_flags = from == Dtype::Bool || to == Dtype::Bool;
                let kept: Vec<f64> = numbers
                    .iter()
                    .map(|&x| if as_flags { (x != 0.0) as u8 as f64 } else { x })
                    .collect();
                let mut want = target.bytes();
                for (index, element) in indices(&extents)
                    .iter()
                    .zip(elements(&array(to, &extents, &kept)))
                {
                    let at = target.position(&target.block, index);
                    want[at..at + element.len()].copy_from_slice(&element);
                }
                convert(&source.block, &target.block).unwrap();
                assert!(target.bytes() == want, "{} to {}", from.name(), to.name());
            }
        }
    }
}

#[test]
fn conversion_in_place() {
    let numbers: Vec<f64> = (0..60).map(|i| i as f64 - 7.0).collect();
    let doubles = array(Dtype::Float64, &[60], &numbers);
    for (dtype, strides) in [
        (Dtype::Int64, [8]),
        (Dtype::Int32, [4]),
        (Dtype::Int32, [8]),
    ] {
        let source = array(Dtype::Float64, &[60], &numbers);
        let target = super::Block::new(source.memory().clone(), dtype, &[60], &strides).unwrap();
        convert(&source, &target).unwrap();
        let back = packed(Dtype::Float64, &[60]);
        convert(&target, &back).unwrap();
        assert_eq!(elements(&back), elements(&doubles));
    }
}

#[test]
fn values_must_fit() {
    let big = value(Dtype::Int64, 300i64.to_ne_bytes());
    assert_eq!(
        big.cast(Dtype::Int16).unwrap(),
        value(Dtype::Int16, 300i16.to_ne_bytes())
    );
    for dtype in [Dtype::Int8, Dtype::Uint8] {
        let error = big.cast(dtype).unwrap_err();
        assert_eq!(error.code, Code::Argument);
        assert!(error.text.contains("300"), "{}", error.text);
    }
    let negative = value(Dtype::Int8, [-1i8 as u8]);
    assert!(negative.cast(Dtype::Uint64).is_err());
    assert_eq!(
        negative.cast(Dtype::Float32).unwrap().bytes(),
        (-1f32).to_ne_bytes()
    );
    assert!(value(Dtype::Uint64, u64::MAX.to_ne_bytes())
        .cast(Dtype::Int64)
        .is_err());
    assert_eq!(big.cast(Dtype::Bool).unwrap().bytes(), [1]);
    assert_eq!(big.padded()[8..], [0; 8]);
}
