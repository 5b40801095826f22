//! Reductions that the program defines: a part of each rank, and how the parts of two combine.

use std::cell::RefCell;

use distarray_core::Code;

use super::{answer, list_fields, on_one_comm};
use crate::array::Array;
use crate::buffer::zeroed;
use crate::error::{Error, Result};

/// The functions of the program, which give 0 or the number of what failed, and the size of what they work on.
pub struct PartialFunctions<L, C> {
    pub bytes: usize,
    /// Makes the part of this rank of zeroed bytes.
    pub local: L,
    /// Makes of the part of lower ranks and that of the following ranks, in the place of the latter, the part of both.
    pub combine: C,
}

/// Before the part in a message: whether a function failed on some rank that it stands for.
const HEAD: usize = 8;

/// Collective over the ranks of `first`: the combination of all parts. `asked` holds the arrays and functions, or what this rank
/// found wrong with them, which is everybody's error then.
///
/// The message is of the length that each rank was given, so that ranks of different ones, or without one, find out and compare
/// their arguments. Two ranks that meet both combine what they have: as one call may fail and the other not, an agreement ends it.
pub fn reduce_with<L, C>(
    first: &Array,
    asked: Result<(Vec<&Array>, PartialFunctions<L, C>)>,
) -> Result<Vec<u8>>
where
    L: FnOnce(&mut [u8]) -> i32,
    C: Fn(&[u8], &mut [u8]) -> i32,
{
    const NAME: &str = "darr_reduce_with";
    let comm = first.dist().comm();
    let asked = asked.and_then(|asked| on_one_comm(comm, &asked.0).map(|()| asked));
    let [number, arrays] = list_fields(asked.as_ref().map_or(&[], |asked| &asked.0));
    let bytes = asked.as_ref().map_or(0, |asked| asked.1.bytes);
    let fields = [number, arrays, ("the number of bytes", bytes as u64)];
    comm.check_call(NAME, &fields, &asked)?;

    let ready = asked.and_then(|(_, functions)| {
        let message = zeroed(HEAD.saturating_add(bytes))?;
        Ok((message, functions))
    });
    let (mut message, mut failure, combine) = match ready {
        Ok((mut message, functions)) => {
            let number = (functions.local)(&mut message[HEAD..]);
            let failure = answer(comm, "the function of a rank's part", number).err();
            (message, failure, Some(functions.combine))
        }
        Err(error) => (vec![0; HEAD], Some(error), None),
    };
    message[0] = failure.is_some().into();
    let failed = RefCell::new(None);
    let met = comm.allreduce_bytes(&mut message, |lower, higher| {
        higher[0] |= lower[0];
        if let (0, Some(combine)) = (higher[0], &combine) {
            let number = combine(&lower[HEAD..], &mut higher[HEAD..]);
            if let Err(error) = answer(comm, "the function that combines two parts", number) {
                higher[0] = 1;
                failed.replace(Some(error));
            }
        }
    });
    failure = failure.or(failed.into_inner());
    // Ranks that differ in length know it, all of them; of other errors perhaps this rank alone.
    let together = |error: &Error| matches!(error.code, Code::Mismatch | Code::Memory);
    let met = match met {
        Err(error) if error.code == Code::Internal => {
            failure = failure.or(Some(error));
            Ok(())
        }
        Err(error) if !together(&error) => return Err(error),
        met => met,
    };
    comm.agree_on(NAME, &fields, failure.map_or(Ok(()), Err))?;
    met?;
    Ok(message.split_off(HEAD))
}
