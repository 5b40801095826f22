use distarray_core::edges::Fill;
use distarray_core::{Code, Dtype, Region};

use super::{indices, Field, Rng};
use crate::kernels::block::Block;
use crate::kernels::edge::{Law, Layers};
use crate::kernels::value::Value;

/// One edge of a block: layers outwards from a random position, sources inwards.
fn draw(rng: &mut Rng, extents: &[i64]) -> Option<Fill> {
    let dim = rng.below(extents.len() as i64) as usize;
    let outward = rng.pick(&[-1, 1]);
    let extent = extents[dim];
    if extent < 3 {
        return None;
    }
    let layers = 1 + rng.below((extent - 1) / 2);
    let at = |steps: i64| match outward {
        1 => extent - 1 - layers - steps,
        _ => layers + steps,
    };
    let skipped = rng.below(2).min(extent - 2 * layers);
    let mut region = Region {
        lo: extents.iter().map(|&extent| rng.below(extent)).collect(),
        hi: extents.iter().copied().collect(),
    };
    let ends = if outward == 1 {
        (extent - layers, extent)
    } else {
        (0, layers)
    };
    (region.lo[dim], region.hi[dim]) = ends;
    Some(Fill {
        edge: 0,
        dim,
        region,
        last: at(0),
        outward,
        source: at(skipped),
        step: if rng.chance(2) { -outward } else { 0 },
    })
}

fn element(field: &Field, block: &Block, bytes: &[u8], index: &[i64]) -> Value {
    let at = field.position(block, index);
    Value::new(block.dtype(), &bytes[at..])
}

/// The number of an integer type, in its own arithmetic.
fn integer(dtype: Dtype, value: i64) -> Value {
    Value::new(dtype, &value.to_le_bytes())
}

fn as_integer(value: Value) -> i64 {
    let mut bytes = [0; 8];
    bytes[..value.bytes().len()].copy_from_slice(value.bytes());
    i64::from_le_bytes(bytes)
}

#[test]
fn layers_are_those_of_one_element_after_the_other() {
    let rng = &mut Rng(308);
    for turn in 0..4000 {
        let dtype = rng.pick(&[Dtype::Int8, Dtype::Uint16, Dtype::Int32, Dtype::Int64]);
        let extents = rng.extents(4, 400);
        if extents.is_empty() || extents.contains(&0) {
            continue;
        }
        let Some(fill) = draw(rng, &extents) else {
            continue;
        };
        let field = Field::random(rng, dtype, &extents);
        let block = &field.block;
        let v = rng.next() as i64;
        let law = match turn % 4 {
            0 => Law::Constant(integer(dtype, v)),
            1 => Law::Copy,
            2 => Law::Linear,
            _ => Law::Antisymmetric(integer(dtype, v)),
        };
        let before = field.bytes();
        let mut want = before.clone();
        for offset in indices(&fill.region.extents()) {
            let index: Vec<i64> = offset
                .iter()
                .zip(&fill.region.lo)
                .map(|(o, lo)| o + lo)
                .collect();
            let k = (index[fill.dim] - fill.last) * fill.outward;
            let at = |position: i64| {
                let mut index = index.clone();
                index[fill.dim] = position;
                as_integer(element(&field, block, &before, &index))
            };
            let a = at(fill.source + (k - 1) * fill.step);
            let value = match law {
                Law::Constant(_) => v,
                Law::Copy => a,
                Law::Linear => {
                    a.wrapping_add(k.wrapping_mul(a.wrapping_sub(at(fill.last - fill.outward))))
                }
                Law::Antisymmetric(_) => v.wrapping_mul(2).wrapping_sub(a),
            };
            let place = field.position(block, &index);
            let size = dtype.size();
            want[place..place + size].copy_from_slice(integer(dtype, value).bytes());
        }
        Layers::new(block, &fill, law).unwrap().fill();
        assert!(
            field.bytes() == want,
            "{law:?} {dtype:?} {fill:?} {extents:?}"
        );
    }
}

#[test]
fn floats_round_once_and_truth_values_have_no_arithmetic() {
    let rng = &mut Rng(1);
    let fill = |source: i64| Fill {
        edge: 0,
        dim: 0,
        region: Region::new(&[2], &[3]).unwrap(),
        last: 1,
        outward: 1,
        source,
        step: 0,
    };
    let half = Value::new(
        Dtype::Complex128,
        &[0.5f64.to_le_bytes(), 1f64.to_le_bytes()].concat(),
    );
    let field = Field::random(rng, Dtype::Complex128, &[3]);
    for (at, re) in [3f64, 7.25].into_iter().enumerate() {
        let part = field.block.every(0, at as i64, 1, 1).unwrap();
        Value::new(
            Dtype::Complex128,
            &[re.to_le_bytes(), (-re).to_le_bytes()].concat(),
        )
        .store(&part);
    }
    for (law, want) in [
        (Law::Linear, [11.5, -11.5]),
        (Law::Antisymmetric(half), [-6.25, 9.25]),
    ] {
        Layers::new(&field.block, &fill(1), law).unwrap().fill();
        let got = Value::load(&field.block.every(0, 2, 1, 1).unwrap());
        assert_eq!(got.bytes(), want.map(f64::to_le_bytes).concat());
    }
    let truth = Field::random(rng, Dtype::Bool, &[3]);
    let code = |block: &Block, fill: &Fill, law| Layers::new(block, fill, law).err().unwrap().code;
    assert_eq!(code(&truth.block, &fill(1), Law::Linear), Code::Argument);
    assert_eq!(code(&truth.block, &fill(3), Law::Copy), Code::Internal);
    assert_eq!(
        code(&truth.block, &fill(1), Law::Constant(half)),
        Code::Internal
    );
    Layers::new(&truth.block, &fill(1), Law::Copy)
        .unwrap()
        .fill();
}
