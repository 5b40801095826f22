use distarray_core::{Code, Dtype, Kind, Order};

use super::{array, elements, owned, packed, Field, Rng};
use crate::kernels::copy::{copy, unpack};
use crate::kernels::reduce::{reduce, Op, Partial, Term};
use crate::kernels::{Block, Value};

/// One reduction, as one element of `out`.
pub(super) fn result(op: Op, x: &Block, y: Option<&Block>, out: Dtype) -> Value {
    partial(op, x, y).finish(op, out).unwrap()
}

fn partial(op: Op, x: &Block, y: Option<&Block>) -> Partial {
    let mut out = [Partial::default()];
    reduce(&[Term::new(op, x, y)], &mut out).unwrap();
    out[0]
}

pub(super) fn float(value: Value) -> f64 {
    assert_eq!(value.dtype(), Dtype::Float64);
    f64::from_ne_bytes(value.bytes().try_into().unwrap())
}

pub(super) fn complex(value: Value) -> [f64; 2] {
    let value = value.cast(Dtype::Complex128).unwrap();
    let part = |at: usize| f64::from_ne_bytes(value.bytes()[at..at + 8].try_into().unwrap());
    [part(0), part(8)]
}

pub(super) fn int(value: i64) -> Value {
    Value::new(Dtype::Int64, &value.to_ne_bytes())
}

pub(super) fn uint(value: u64) -> Value {
    Value::new(Dtype::Uint64, &value.to_ne_bytes())
}

/// The elements as integers of any type.
pub(super) fn integers(block: &Block) -> Vec<i128> {
    let one = |bytes: Vec<u8>| {
        let value = Value::new(block.dtype(), &bytes);
        match block.dtype().kind() {
            Kind::Bool => (bytes[0] != 0) as i128,
            Kind::Unsigned => u64::from_ne_bytes(
                value
                    .cast(Dtype::Uint64)
                    .unwrap()
                    .bytes()
                    .try_into()
                    .unwrap(),
            ) as i128,
            _ => i64::from_ne_bytes(
                value
                    .cast(Dtype::Int64)
                    .unwrap()
                    .bytes()
                    .try_into()
                    .unwrap(),
            ) as i128,
        }
    };
    elements(block).into_iter().map(one).collect()
}

const INTEGERS: [Dtype; 9] = [
    Dtype::Bool,
    Dtype::Int8,
    Dtype::Int16,
    Dtype::Int32,
    Dtype::Int64,
    Dtype::Uint8,
    Dtype::Uint16,
    Dtype::Uint32,
    Dtype::Uint64,
];

/// Random bit patterns, full range: sums and products wrap as NumPy's do.
#[test]
fn integers_against_exact_sums() {
    let mut rng = Rng(31);
    for round in 0..900 {
        let dtype = INTEGERS[round % 9];
        let mut extents = rng.extents(4, 500);
        if round % 10 == 0 {
            extents = vec![3 + rng.below(3000)];
        }
        let x = Field::random(&mut rng, dtype, &extents).block;
        let y = Field::random(&mut rng, dtype, &extents).block;
        let (a, b) = (integers(&x), integers(&y));
        let wide = |sum: i128| match dtype.kind() {
            Kind::Unsigned => uint(sum as u64),
            _ => int(sum as i64),
        };
        let sum = a.iter().sum::<i128>();
        let dot = a
            .iter()
            .zip(&b)
            .fold(0i128, |sum, (a, b)| sum.wrapping_add(a.wrapping_mul(*b)));
        let natural = Op::Sum.result(dtype);
        assert_eq!(
            result(Op::Sum, &x, None, natural),
            wide(sum),
            "{} {extents:?}",
            dtype.name()
        );
        assert_eq!(
            result(Op::Dot, &x, Some(&y), natural),
            wide(dot),
            "{} {extents:?}",
            dtype.name()
        );
        if a.is_empty() {
            continue;
        }
        for (op, want) in [(Op::Min, a.iter().min()), (Op::Max, a.iter().max())] {
            let got = result(op, &x, None, dtype);
            let want = wide(*want.unwrap());
            if dtype == Dtype::Bool {
                assert_eq!(
                    got.bytes()[0] as i64,
                    i64::from_ne_bytes(want.bytes().try_into().unwrap())
                );
            } else {
                assert_eq!(got, want.cast(dtype).unwrap());
            }
        }
        let n = a.len() as f64;
        let mean = a.iter().map(|&a| a as f64).sum::<f64>() / n;
        let var = a.iter().map(|&a| (a as f64 - mean).powi(2)).sum::<f64>() / n;
        let norm = a.iter().map(|&a| (a as f64).powi(2)).sum::<f64>().sqrt();
        near(
            float(result(Op::Mean, &x, None, Dtype::Float64)),
            mean,
            norm / n.sqrt(),
        );
        near(
            float(result(Op::Var, &x, None, Dtype::Float64)),
            var,
            norm * norm / n,
        );
        near(
            float(result(Op::Std, &x, None, Dtype::Float64)),
            var.sqrt(),
            norm / n.sqrt(),
        );
        near(
            float(result(Op::Norm, &x, None, Dtype::Float64)),
            norm,
            norm,
        );
    }
}

/// Equal but for the rounding of the oracle itself.
fn near(got: f64, want: f64, scale: f64) {
    assert!(
        (got - want).abs() <= 1e-12 * scale,
        "got {got}, want {want} of scale {scale}"
    );
}

/// Eighths of small integers: every sum is exact in any order.
fn eighths(rng: &mut Rng, n: usize) -> Vec<f64> {
    (0..n)
        .map(|_| (rng.below(2001) - 1000) as f64 / 8.0)
        .collect()
}

/// Bytes of elements with these parts.
fn bytes_of(dtype: Dtype, parts: &[f64]) -> Vec<u8> {
    match dtype {
        Dtype::Float32 | Dtype::Complex64 => parts
            .iter()
            .flat_map(|&p| (p as f32).to_ne_bytes())
            .collect(),
        _ => parts.iter().flat_map(|p| p.to_ne_bytes()).collect(),
    }
}

#[test]
fn floats_and_complex_against_exact_sums() {
    let mut rng = Rng(32);
    for round in 0..600 {
        let dtype = [
            Dtype::Float32,
            Dtype::Float64,
            Dtype::Complex64,
            Dtype::Complex128,
        ][round % 4];
        let parts = if dtype.kind() == Kind::Complex { 2 } else { 1 };
        let extents = match round % 8 {
            0..4 => rng.extents(4, 500),
            _ => vec![1 + rng.below(5), 1 + rng.below(1500)],
        };
        let n = extents.iter().product::<i64>() as usize;
        let (x, y) = (
            Field::random(&mut rng, dtype, &extents),
            Field::random(&mut rng, dtype, &extents),
        );
        let (a, b) = (eighths(&mut rng, n * parts), eighths(&mut rng, n * parts));
        unpack(&bytes_of(dtype, &a), Order::C, &x.block);
        unpack(&bytes_of(dtype, &b), Order::C, &y.block);
        let (x, y) = (&x.block, Some(&y.block));
        let pair = |v: &[f64], i: usize| {
            if parts == 2 {
                [v[2 * i], v[2 * i + 1]]
            } else {
                [v[i], 0.0]
            }
        };
        let (mut sum, mut dot, mut squares) = ([0.0; 2], [0.0; 2], 0.0);
        for i in 0..n {
            let ([p, q], [r, s]) = (pair(&a, i), pair(&b, i));
            sum = [sum[0] + p, sum[1] + q];
            dot = [dot[0] + p * r + q * s, dot[1] + p * s - q * r];
            squares += p * p + q * q;
        }
        let wide = if parts == 2 {
            Dtype::Complex128
        } else {
            Dtype::Float64
        };
        assert_eq!(complex(result(Op::Sum, x, None, wide)), sum);
        assert_eq!(complex(result(Op::Dot, x, y, wide)), dot);
        assert_eq!(
            float(result(Op::Norm, x, None, Dtype::Float64)),
            squares.sqrt()
        );
        let mean = [sum[0] / n as f64, sum[1] / n as f64];
        let got = complex(result(Op::Mean, x, None, wide));
        assert!(n > 0 && got == mean || n == 0 && got[0].is_nan());
        let spread: f64 = (0..n)
            .map(|i| pair(&a, i))
            .map(|[p, q]| (p - mean[0]).powi(2) + (q - mean[1]).powi(2))
            .sum();
        let var = float(result(Op::Var, x, None, Dtype::Float64));
        let std = float(result(Op::Std, x, None, Dtype::Float64));
        if n == 0 {
            assert!(var.is_nan() && std.is_nan());
        } else {
            near(var, spread / n as f64, squares / n as f64);
            assert_eq!(std, var.sqrt());
        }
        for op in [Op::Min, Op::Max] {
            if parts == 2 {
                let error =
                    reduce(&[Term::new(op, x, None)], &mut [Partial::default()]).unwrap_err();
                assert_eq!(error.code, Code::Unsupported);
            } else if n > 0 {
                let best =
                    a.iter()
                        .copied()
                        .reduce(if op == Op::Min { f64::min } else { f64::max });
                assert_eq!(Some(float(result(op, x, None, Dtype::Float64))), best);
            }
        }
    }
}

#[test]
fn nan_and_infinity() {
    let n = 2500;
    for position in [0, 1, 15, 16, 17, 1023, 1024, 2047, 2499] {
        for dtype in [Dtype::Float32, Dtype::Float64] {
            let mut values = vec![1.0; n];
            values[position] = f64::NAN;
            let x = array(dtype, &[n as i64], &values);
            for op in [
                Op::Sum,
                Op::Min,
                Op::Max,
                Op::Mean,
                Op::Var,
                Op::Std,
                Op::Norm,
            ] {
                assert!(
                    float(result(op, &x, None, Dtype::Float64)).is_nan(),
                    "{} at {position}",
                    op.name()
                );
            }
            values[position] = f64::NEG_INFINITY;
            let x = array(dtype, &[n as i64], &values);
            for (op, want) in [
                (Op::Sum, f64::NEG_INFINITY),
                (Op::Min, f64::NEG_INFINITY),
                (Op::Max, 1.0),
                (Op::Mean, f64::NEG_INFINITY),
                (Op::Norm, f64::INFINITY),
            ] {
                assert_eq!(
                    float(result(op, &x, None, Dtype::Float64)),
                    want,
                    "{} at {position}",
                    op.name()
                );
            }
            assert!(float(result(Op::Var, &x, None, Dtype::Float64)).is_nan());
            values[(position + 1200) % n] = f64::INFINITY;
            let x = array(dtype, &[n as i64], &values);
            assert!(float(result(Op::Sum, &x, None, Dtype::Float64)).is_nan());
        }
    }
    let huge = array(Dtype::Float64, &[3000], &vec![f64::MAX; 3000]);
    assert_eq!(
        float(result(Op::Sum, &huge, None, Dtype::Float64)),
        f64::INFINITY
    );
}

/// The error is that of one tile, whatever the length.
#[test]
fn long_sums_keep_their_digits() {
    let mut rng = Rng(33);
    let n = 1 << 20;
    let mut values: Vec<f64> = (0..n)
        .map(|_| rng.below(1 << 50) as f64 / (1u64 << 50) as f64 + 1e6)
        .collect();
    values[7] = 1e22;
    values[n - 7] = -1e22;
    let x = array(Dtype::Float64, &[n as i64], &values);
    let exact: i128 = values.iter().map(|v| (v * 4294967296.0) as i128).sum();
    let got = float(result(Op::Sum, &x, None, Dtype::Float64));
    assert!((got - exact as f64 / 4294967296.0).abs() < 1e10, "{got}");

    values[7] = 1e6;
    values[n - 7] = 1e6;
    let x = array(Dtype::Float64, &[n as i64], &values);
    let mean = values.iter().sum::<f64>() / n as f64;
    let var = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n as f64;
    let got = float(result(Op::Var, &x, None, Dtype::Float64));
    assert!((got - var).abs() < 1e-9 * var, "{got} {var}");
    let single = array(Dtype::Float32, &[n as i64], &vec![0.1; n]);
    let sum = float(result(Op::Sum, &single, None, Dtype::Float64));
    assert_eq!(sum, 0.1f32 as f64 * n as f64);
}

/// Padding, addresses and company do not show in a single bit.
#[test]
fn results_depend_on_extents_order_and_values_only() {
    let mut rng = Rng(34);
    for round in 0..200 {
        let dtype = rng.pick(&[
            Dtype::Float32,
            Dtype::Float64,
            Dtype::Complex64,
            Dtype::Complex128,
        ]);
        let extents = match round % 3 {
            0 => rng.extents(4, 3000),
            1 => vec![1 + rng.below(40), 1 + rng.below(200)],
            _ => vec![1 + rng.below(9), 1 + rng.below(9), 1 + rng.below(100)],
        };
        let order = rng.shuffled(extents.len());
        let n = extents.iter().product::<i64>() as usize;
        let parts = dtype.size()
            / if dtype.size() == 16 || dtype == Dtype::Float64 {
                8
            } else {
                4
            };
        let numbers: Vec<f64> = (0..n * parts)
            .map(|_| rng.next() as i64 as f64 * 1e-19)
            .collect();
        let blocks: Vec<Field> = [0, 0, 1, 2, 2]
            .iter()
            .map(|&gaps| {
                let field = Field::laid_out(&mut rng, dtype, &extents, &order, gaps);
                unpack(&bytes_of(dtype, &numbers), Order::C, &field.block);
                field
            })
            .collect();
        let ops = [Op::Norm, Op::Sum, Op::Var, Op::Mean, Op::Dot, Op::Std];
        let term = |i: usize, op| {
            let y = (op == Op::Dot).then_some(&blocks[(i + 2) % 5].block);
            Term::new(op, &blocks[i].block, y)
        };
        let alone: Vec<Partial> = ops
            .iter()
            .map(|&op| partial(op, &blocks[0].block, term(0, op).y))
            .collect();
        let together: Vec<Term> = (0..5).flat_map(|i| ops.map(|op| term(i, op))).collect();
        let mut out = vec![Partial::default(); together.len()];
        reduce(&together, &mut out).unwrap();
        for (i, partial) in out.iter().enumerate() {
            assert_eq!(
                partial,
                &alone[i % ops.len()],
                "{} {extents:?} {order:?}",
                ops[i % ops.len()].name()
            );
        }
    }
}

#[test]
fn terms_over_different_blocks() {
    let a = array(
        Dtype::Float64,
        &[3, 100],
        &(0..300).map(f64::from).collect::<Vec<_>>(),
    );
    let b = array(Dtype::Int16, &[7], &[5.0, -1.0, 2.0, 9.0, 0.0, 3.0, 1.0]);
    let none = packed(Dtype::Float32, &[4, 0, 2]);
    let scalar = array(Dtype::Float64, &[], &[-2.5]);
    let turned = Block::new(a.memory().clone(), Dtype::Float64, &[100, 3], &[8, 800]).unwrap();
    let transposed = packed(Dtype::Float64, &[100, 3]);
    copy(&turned, &transposed).unwrap();
    let cases = [
        (Op::Sum, &a, 44850.0),
        (Op::Max, &b, 9.0),
        (Op::Sum, &none, 0.0),
        (Op::Norm, &none, 0.0),
        (Op::Min, &scalar, -2.5),
        (Op::Norm, &scalar, 2.5),
        (Op::Max, &turned, 299.0),
        (Op::Mean, &transposed, 149.5),
        (Op::Min, &b, -1.0),
    ];
    let terms: Vec<Term> = (0..4)
        .flat_map(|_| cases.map(|(op, x, _)| Term::new(op, x, None)))
        .collect();
    let mut out = vec![partial(Op::Sum, &a, None); terms.len()];
    reduce(&terms, &mut out).unwrap();
    for (i, partial) in out.iter().enumerate() {
        let (op, _, want) = cases[i % cases.len()];
        assert_eq!(
            float(partial.finish(op, Dtype::Float64).unwrap()),
            want,
            "{}",
            op.name()
        );
    }
    assert_eq!(
        float(result(Op::Dot, &turned, Some(&transposed), Dtype::Float64)),
        (0..300).map(|i| (i * i) as f64).sum()
    );
}

#[test]
fn ranks_combine_in_order() {
    let mut rng = Rng(35);
    for dtype in [Dtype::Float64, Dtype::Int8, Dtype::Uint64] {
        let values: Vec<f64> = (0..600).map(|_| rng.below(100) as f64).collect();
        let whole = array(dtype, &[600], &values);
        for op in [
            Op::Sum,
            Op::Min,
            Op::Max,
            Op::Mean,
            Op::Var,
            Op::Std,
            Op::Norm,
        ] {
            let mut total = Partial::default();
            for (start, count) in [(0, 0), (0, 113), (113, 0), (113, 1), (114, 486)] {
                let part = partial(op, &whole.every(0, start, 1, count).unwrap(), None);
                let mut sent = vec![0xEE];
                sent.extend_from_slice(part.as_bytes());
                total.combine(&Partial::from_bytes(&sent[1..]));
            }
            total.combine(&Partial::default());
            let out = op.result(dtype);
            let (got, want) = (
                total.finish(op, out).unwrap(),
                result(op, &whole, None, out),
            );
            if matches!(op, Op::Var | Op::Std) {
                near(float(got), float(want), float(want));
            } else {
                assert_eq!(got, want, "{} of {}", op.name(), dtype.name());
            }
        }
    }
    let spread = array(Dtype::Float64, &[2], &[1.0, f64::NAN]);
    for (first, second) in [(0, 1), (1, 0)] {
        for op in [Op::Min, Op::Max] {
            let mut total = partial(op, &spread.every(0, first, 1, 1).unwrap(), None);
            total.combine(&partial(op, &spread.every(0, second, 1, 1).unwrap(), None));
            assert!(float(total.finish(op, Dtype::Float64).unwrap()).is_nan());
        }
    }
}

#[test]
fn ranks_that_disagree_are_told() {
    let x = array(Dtype::Float64, &[2], &[1.0, 2.0]);
    let y = array(Dtype::Float32, &[2], &[1.0, 2.0]);
    let mut total = partial(Op::Sum, &x, None);
    assert_eq!(
        total.finish(Op::Mean, Dtype::Float64).unwrap_err().code,
        Code::Mismatch
    );
    total.combine(&partial(Op::Sum, &y, None));
    assert_eq!(
        total.finish(Op::Sum, Dtype::Float64).unwrap_err().code,
        Code::Mismatch
    );
    total.combine(&partial(Op::Sum, &x, None));
    assert_eq!(
        total.finish(Op::Sum, Dtype::Float64).unwrap_err().code,
        Code::Mismatch
    );
    assert!(Partial::default().finish(Op::Sum, Dtype::Float64).is_err());
    let mut rng = Rng(36);
    for _ in 0..100 {
        let bytes: Vec<u8> = (0..Partial::BYTES).map(|_| rng.next() as u8).collect();
        let mut garbage = Partial::from_bytes(&bytes);
        garbage.combine(&total);
        garbage.combine(&Partial::from_bytes(&bytes));
        assert!(garbage.finish(Op::Sum, Dtype::Float64).is_err());
    }
}

#[test]
fn results_take_numpys_types() {
    let small = array(Dtype::Int8, &[3], &[100.0, 100.0, 100.0]);
    let sum = partial(Op::Sum, &small, None);
    assert_eq!(sum.finish(Op::Sum, Dtype::Int64).unwrap(), int(300));
    assert_eq!(
        sum.finish(Op::Sum, Dtype::Int16).unwrap().bytes(),
        300i16.to_ne_bytes()
    );
    assert_eq!(
        sum.finish(Op::Sum, Dtype::Float32).unwrap().bytes(),
        300f32.to_ne_bytes()
    );
    let error = sum.finish(Op::Sum, Dtype::Int8).unwrap_err();
    assert_eq!(error.code, Code::Argument);
    assert!(error.text.contains("300"), "{}", error.text);
    for out in [Dtype::Bool, Dtype::Uint64] {
        assert_eq!(sum.finish(Op::Sum, out).unwrap_err().code, Code::Argument);
    }
    assert!(partial(Op::Mean, &small, None)
        .finish(Op::Mean, Dtype::Int64)
        .is_err());
    let flags = array(Dtype::Bool, &[4], &[1.0, 0.0, 5.0, 1.0]);
    assert_eq!(result(Op::Sum, &flags, None, Dtype::Int64), int(3));
    assert_eq!(result(Op::Max, &flags, None, Dtype::Bool).bytes(), [1]);
    assert_eq!(result(Op::Min, &flags, None, Dtype::Int16).bytes(), [0, 0]);
    assert_eq!(float(result(Op::Mean, &flags, None, Dtype::Float64)), 0.75);
    let z = packed(Dtype::Complex64, &[5]);
    for (op, natural) in [
        (Op::Sum, Dtype::Complex64),
        (Op::Mean, Dtype::Complex64),
        (Op::Var, Dtype::Float32),
        (Op::Norm, Dtype::Float32),
    ] {
        assert_eq!(op.result(Dtype::Complex64), natural);
        let partial = partial(op, &z, None);
        assert_eq!(partial.finish(op, natural).unwrap().dtype(), natural);
        assert_eq!(
            partial.finish(op, Dtype::Float64).is_ok(),
            natural == Dtype::Float32
        );
    }
    let nothing = packed(Dtype::Int32, &[0]);
    for op in [Op::Min, Op::Max] {
        assert_eq!(
            partial(op, &nothing, None)
                .finish(op, Dtype::Int32)
                .unwrap_err()
                .code,
            Code::Argument
        );
    }
    assert_eq!(result(Op::Sum, &nothing, None, Dtype::Int64), int(0));
    assert_eq!(Op::from_code(7).unwrap(), Op::Norm);
    assert!(Op::from_code(15).is_err() && Op::from_code(-1).is_err());
}

#[test]
fn terms_that_do_not_fit_are_refused() {
    let x = packed(Dtype::Float64, &[3, 4]);
    let (other, flat) = (
        packed(Dtype::Float32, &[3, 4]),
        packed(Dtype::Float64, &[12]),
    );
    let cases = [
        (Op::Dot, None),
        (Op::Dot, Some(&other)),
        (Op::Dot, Some(&flat)),
        (Op::Sum, Some(&x)),
    ];
    for (op, y) in cases {
        let answer = reduce(&[Term::new(op, &x, y)], &mut [Partial::default()]);
        assert_eq!(answer.unwrap_err().code, Code::Argument);
    }
    assert!(reduce(&[Term::new(Op::Sum, &x, None)], &mut []).is_err());
    reduce(&[], &mut []).unwrap();
}

/// Bytes outside the elements are never read into a result: here they are all NaN.
#[test]
fn padding_does_not_count() {
    let memory = owned(8 * 40 * 30);
    let whole = Block::new(memory, Dtype::Float64, &[40, 30], &[240, 8]).unwrap();
    crate::kernels::copy::fill(&whole, &f64::NAN.to_ne_bytes());
    for (rows, columns) in [(38, 26), (1, 26), (38, 1), (5, 5)] {
        let inside = whole
            .every(0, 1, 1, rows)
            .unwrap()
            .every(1, 2, 1, columns)
            .unwrap();
        crate::kernels::copy::fill(&inside, &1.0f64.to_ne_bytes());
        assert_eq!(
            float(result(Op::Sum, &inside, None, Dtype::Float64)),
            (rows * columns) as f64
        );
        crate::kernels::copy::fill(&inside, &f64::NAN.to_ne_bytes());
    }
}
