//! Products, places of extremes and counts of reductions.

use distarray_core::{Code, Dtype, Kind};

use super::reduce::{complex, float, int, integers, result, uint};
use super::{array, Field, Rng};
use crate::kernels::reduce::{reduce, Op, Partial, Places, Term};
use crate::kernels::Block;

/// Numbers for the elements, in row-major order.
fn set_doubles(block: &Block, values: &[f64]) {
    crate::kernels::convert::convert(&array(block.dtype(), block.extents(), values), block)
        .unwrap();
}

/// First extremes and counts of small numbers with many ties, NaN among the floats, in any memory order; places in row-major order
/// of the block, or in the order of a list per dimension.
#[test]
fn places_products_and_counts() {
    let mut rng = Rng(77);
    for round in 0..600 {
        let dtype = [
            Dtype::Int8,
            Dtype::Uint16,
            Dtype::Int64,
            Dtype::Float32,
            Dtype::Float64,
        ][round % 5];
        let mut extents = rng.extents(4, 600);
        if round % 10 < 5 {
            extents = vec![2 + rng.below(40), 1 + rng.below(90)];
        }
        let x = Field::random(&mut rng, dtype, &extents).block;
        let n = x.elements() as usize;
        let most = [1, 3, 1000][round % 3];
        let drawn: Vec<f64> = (0..n)
            .map(|_| match rng.below(most * 50) {
                0 if dtype.kind() == Kind::Float => f64::NAN,
                1 => -0.0,
                drawn => (drawn % most) as f64 % 100.0,
            })
            .collect();
        set_doubles(&x, &drawn);
        let count = drawn.iter().filter(|&&x| x != 0.0).count();
        assert_eq!(
            result(Op::CountNonzero, &x, None, Dtype::Int64),
            int(count as i64)
        );
        assert_eq!(
            result(Op::Any, &x, None, Dtype::Int64),
            int((count > 0).into())
        );
        assert_eq!(
            result(Op::All, &x, None, Dtype::Int64),
            int((count == n).into())
        );
        let shuffled = round % 4 == 0;
        let lists: Vec<Vec<i64>> = extents
            .iter()
            .map(|&extent| {
                let mut list: Vec<i64> = (0..extent).collect();
                for i in (1..list.len()).rev().filter(|_| shuffled) {
                    list.swap(i, rng.below(i as i64 + 1) as usize);
                }
                list
            })
            .collect();
        let of = |dim: usize, index: i64| {
            let step: i64 = extents[dim + 1..].iter().product();
            lists[dim][index as usize] * step
        };
        for (op, sign) in [(Op::ArgMin, 1.0), (Op::ArgMax, -1.0)] {
            let places = Some(Places {
                of: &of,
                ascending: !shuffled,
            });
            let mut out = [Partial::default()];
            reduce(
                &[Term {
                    op,
                    x: &x,
                    y: None,
                    places,
                }],
                &mut out,
            )
            .unwrap();
            let got = out[0].finish(op, Dtype::Int64);
            if n == 0 {
                assert_eq!(got.unwrap_err().code, Code::Argument);
                continue;
            }
            let key = |i: usize| {
                let (mut rest, mut place) = (i as i64, 0);
                for dim in (0..extents.len()).rev() {
                    place += of(dim, rest % extents[dim]);
                    rest /= extents[dim];
                }
                let value = if drawn[i].is_nan() {
                    f64::NEG_INFINITY
                } else {
                    sign * drawn[i]
                };
                (value, place)
            };
            let best = (0..n)
                .map(key)
                .min_by(|a, b| a.partial_cmp(b).unwrap())
                .unwrap();
            assert_eq!(
                got.unwrap(),
                int(best.1),
                "{} {extents:?} {op:?}",
                dtype.name()
            );
        }
    }
}

/// Products against those of the elements one after the other: exact for powers of two, modulo 2^64 for integers.
#[test]
fn products() {
    let mut rng = Rng(5);
    for round in 0..300 {
        let dtype = [
            Dtype::Float64,
            Dtype::Float32,
            Dtype::Complex128,
            Dtype::Int16,
            Dtype::Uint64,
        ][round % 5];
        let x = Field::random(&mut rng, dtype, &[rng_extent(round)]).block;
        let n = x.elements() as usize;
        match dtype.kind() {
            Kind::Float => {
                let drawn: Vec<f64> = (0..n)
                    .map(|i| [0.5, 2.0, -1.0][(i * 7 + round) % 3])
                    .collect();
                set_doubles(&x, &drawn);
                let want: f64 = drawn.iter().product();
                assert_eq!(float(result(Op::Prod, &x, None, Dtype::Float64)), want);
            }
            Kind::Complex => {
                set_doubles(&x, &vec![2.0; n]);
                assert_eq!(
                    complex(result(Op::Prod, &x, None, dtype)),
                    [2f64.powi(n as i32), 0.0]
                );
            }
            _ => {
                let want = integers(&x)
                    .iter()
                    .fold(1i128, |all, x| all.wrapping_mul(*x));
                let natural = Op::Prod.result(dtype);
                let want = if natural == Dtype::Uint64 {
                    uint(want as u64)
                } else {
                    int(want as i64)
                };
                assert_eq!(result(Op::Prod, &x, None, natural), want);
            }
        }
    }
}

fn rng_extent(round: usize) -> i64 {
    (round * 13 % 1000) as i64
}
