//! An array whose elements are a function of their global indices.

use distarray_core::{Code, Dimension, Dtype, Span};

use super::answer;
use crate::array::claim::{Claims, Part};
use crate::array::{check_cast, Array};
use crate::error::{Error, Result};
use crate::kernels::visit::set_each;
use crate::kernels::Value;

/// Gives the element at a global index, or the number of what failed.
pub trait ElementFunction: FnMut(&[i64]) -> std::result::Result<Value, i32> {}

impl<F: FnMut(&[i64]) -> std::result::Result<Value, i32>> ElementFunction for F {}

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
    let set = ready.and_then(|(_, function, _held)| set(array, function));
    comm.agree_on(NAME, &fields, set)
}

fn set(array: &Array, mut function: impl ElementFunction) -> Result<()> {
    let (dist, dtype) = (array.dist(), array.dtype());
    let (map, section) = (dist.map(), dist.section());
    let index_of = |dim: usize, position: i64| {
        let (dimension, coord) = (&map.dims()[dim], section.coords[dim]);
        global(dimension, coord, &section.dims[dim], position)
    };
    set_each(&array.owned(), map.order(), index_of, |index| {
        let value = function(index).or_else(|number| {
            let what = format!("the function of the index {index:?}");
            answer(dist.comm(), &what, number).map(|()| Value::new(dtype, &[0; Value::BYTES]))
        })?;
        match value.dtype() == dtype {
            true => Ok(value),
            false => value.cast(dtype),
        }
    })
}

/// The global index of an owned position.
fn global(dimension: &Dimension, coord: usize, span: &Span, position: i64) -> Result<i64> {
    if dimension.is_contiguous() {
        return Ok(span.start + position);
    }
    dimension.to_global(coord, position).ok_or_else(|| {
        let text = "an owned element has no global index";
        Error::new(Code::Internal, text)
    })
}
