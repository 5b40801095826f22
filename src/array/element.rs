//! Single elements by global index.

use distarray_core::{Code, Dims, Dtype, Region};

use super::Array;
use crate::error::{Error, Result};
use crate::kernels::copy::fill;
use crate::kernels::{Block, Value};
use crate::mpi::agree::fingerprint;

/// What the ranks combine to find one element: whether one of them failed, whether one holds it, and what it is.
const FAILED: usize = 0;
const HELD: usize = 1;
const VALUE: usize = 8;
const MESSAGE: usize = VALUE + Value::BYTES;

impl Array {
    /// Collective: the element at a global index, on every rank. `asked` holds index and dtype, or what this rank found wrong
    /// with them, which is everybody's error then.
    pub fn get(&self, asked: Result<(&[i64], Dtype)>) -> Result<Value> {
        let comm = self.dist().comm();
        let asked = asked.and_then(|(index, dtype)| {
            check_cast(self.dtype(), dtype)?;
            Ok((self.dist().normalize(index)?, dtype))
        });
        let index = asked.as_ref().map_or(0, |(at, _)| fingerprint(&at[..]));
        let call = [("the array", self.identity()), ("the index", index)];
        comm.check_call("darr_array_get", &call, &asked)?;

        let mut message = [0; MESSAGE];
        let local = asked.and_then(|(position, dtype)| {
            if let Some(element) = self.element(&position)? {
                message[HELD] = 1;
                message[VALUE..].copy_from_slice(Value::load(&element).padded());
            }
            Ok((position, dtype))
        });
        message[FAILED] = local.is_err().into();
        comm.allreduce_bytes(&mut message, |lower, higher| {
            let failed = lower[FAILED] | higher[FAILED];
            // The lowest rank that holds the element speaks for it.
            if lower[HELD] == 1 {
                higher.copy_from_slice(lower);
            }
            higher[FAILED] = failed;
        })?;
        let (position, dtype) = match message[FAILED] {
            0 => local?,
            _ => comm.agree(local)?,
        };
        if message[HELD] == 0 {
            let text = format!("no rank owns the index {:?}", &position[..]);
            return Err(Error::new(Code::Argument, text));
        }
        Value::new(self.dtype(), &message[VALUE..]).cast(dtype)
    }

    /// Local: the owner writes, every other rank only checks its arguments.
    pub fn set(&self, index: &[i64], value: &Value) -> Result<()> {
        let position = self.dist().normalize(index)?;
        let value = cast(value, self.dtype())?;
        if let Some(element) = self.element(&position)? {
            value.store(&element);
        }
        Ok(())
    }

    /// Local: sets the whole section, padding included.
    pub fn fill(&self, value: &Value) -> Result<()> {
        fill(self.block(), cast(value, self.dtype())?.bytes());
        Ok(())
    }

    /// The block of the one element at `position`, where this rank owns it.
    fn element(&self, position: &[i64]) -> Result<Option<Block>> {
        let dist = self.dist();
        let Some(lo) = dist.map().to_local(dist.comm().rank(), position)? else {
            return Ok(None);
        };
        let hi: Dims<i64> = lo.iter().map(|i| i + 1).collect();
        Ok(Some(self.block().section(&Region { lo, hi })?))
    }
}

/// The value as `dtype`, where NumPy's `same_kind` rule allows the conversion and the value fits.
fn cast(value: &Value, dtype: Dtype) -> Result<Value> {
    check_cast(value.dtype(), dtype)?;
    value.cast(dtype)
}

/// Errors: NumPy's `same_kind` rule does not allow the conversion.
pub fn check_cast(from: Dtype, to: Dtype) -> Result<()> {
    if from.can_cast(to, true) {
        return Ok(());
    }
    let text = format!(
        "{} does not convert to {} without losing its kind",
        from.name(),
        to.name()
    );
    Err(Error::new(Code::Argument, text))
}
