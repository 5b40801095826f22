//! An array whose elements are a function of their global indices.

use distarray_core::{Dimension, Dtype, Span};

use super::answer;
use crate::array::claim::{Claims, Part};
use crate::array::{check_cast, Array};
use crate::error::Result;
use crate::kernels::visit::{set_each, Room};
use crate::kernels::Value;

/// Writes the element at a global index where there are zeros, and gives 0 or the number of what failed.
pub trait ElementFunction: FnMut(&[i64], &mut Room) -> i32 {}

impl<F: FnMut(&[i64], &mut Room) -> i32> ElementFunction for F {}

/// Collective: sets the owned elements. `asked` is the type of the function's values and the function, or what this rank found wrong
/// with them, which is everybody's error then.
pub fn from_function(array: &Array, asked: Result<(Dtype, impl ElementFunction)>) -> Result<()> {
    const NAME: &str = "darr_array_from_function";
    let comm = array.dist().comm();
    let ready = asked.and_then(|(dtype, function)| {
        check_cast(dtype, array.dtype())?;
        let held = Claims::hold(vec![array.claim(Part::Owned, true)])?;
        Ok((dtype, function, held))
    });
    let fields = [
        ("the array", array.identity()),
        (
            "the dtype",
            ready.as_ref().map_or(0, |ready| ready.0 as u64),
        ),
    ];
    comm.check_call(NAME, &fields, &ready)?;
    let set = ready.and_then(|(dtype, function, _held)| set(array, dtype, function));
    comm.agree_on(NAME, &fields, set)
}

fn set(array: &Array, given: Dtype, mut function: impl ElementFunction) -> Result<()> {
    let (dist, dtype) = (array.dist(), array.dtype());
    let (map, section) = (dist.map(), dist.section());
    let index_of = |dim: usize, position: i64| {
        let (dimension, coord) = (&map.dims()[dim], section.coords[dim]);
        global(dimension, coord, &section.dims[dim], position)
    };
    set_each(&array.owned(), map.order(), index_of, |index, room| {
        match function(index, room) {
            0 => {}
            number => {
                let what = format!("the function of the index {index:?}");
                return answer(dist.comm(), &what, number);
            }
        }
        if given == Dtype::Bool {
            room.0[0] = (room.0[0] != 0).into();
        }
        if given != dtype {
            room.0 = *Value::new(given, &room.0).cast(dtype)?.padded();
        }
        Ok(())
    })
}

/// The global index of an owned position.
fn global(dimension: &Dimension, coord: usize, span: &Span, position: i64) -> i64 {
    if dimension.is_contiguous() {
        return span.start + position;
    }
    let index = dimension.to_global(coord, position);
    index.expect("owned elements have global indices")
}
