//! Functions of the program, called for sections and elements of arrays: what one of them reports is everybody's error.

mod from_function;
mod reduce_with;

pub use from_function::{from_function, ElementFunction};
pub use reduce_with::{reduce_with, PartialFunctions};

use distarray_core::Code;

use crate::array::Array;
use crate::error::{Error, Result};
use crate::mpi::agree::fingerprint;
use crate::mpi::Comm;

/// Collective over the ranks of `first`: calls `function` once. `asked` are the arrays whose sections it gets, or what this rank
/// found wrong with its arguments, which is everybody's error then.
pub fn apply(
    first: &Array,
    asked: Result<Vec<&Array>>,
    function: impl FnOnce() -> i32,
) -> Result<()> {
    const NAME: &str = "darr_apply";
    let comm = first.dist().comm();
    let asked = asked.and_then(|arrays| on_one_comm(comm, &arrays).map(|()| arrays));
    let fields = list_fields(asked.as_deref().unwrap_or_default());
    comm.check_call(NAME, &fields, &asked)?;
    let called = asked.and_then(|_| answer(comm, "the function", function()));
    comm.agree_on(NAME, &fields, called)
}

/// What the ranks compare of a list of arrays.
fn list_fields(arrays: &[&Array]) -> [(&'static str, u64); 2] {
    let each: Vec<u64> = arrays.iter().map(|array| array.identity()).collect();
    [
        ("the number of arrays", arrays.len() as u64),
        ("the arrays", fingerprint(each)),
    ]
}

fn on_one_comm(comm: &Comm, arrays: &[&Array]) -> Result<()> {
    let elsewhere = |array: &&Array| !array.dist().comm().is(comm);
    let Some(i) = arrays.iter().position(elsewhere) else {
        return Ok(());
    };
    let text = format!("array {i} lives on another communicator than array 0");
    Err(Error::new(Code::Argument, text))
}

/// What a function of the program reports.
fn answer(comm: &Comm, what: &str, number: i32) -> Result<()> {
    match number {
        0 => Ok(()),
        _ => {
            let text = format!("{what} failed with {number} on rank {}", comm.rank());
            Err(Error::new(Code::Callback, text))
        }
    }
}
