//! Single elements by global index.

use distarray_core::{Code, Dims, Dtype, Region};

use super::Array;
use crate::error::{Error, Result};
use crate::kernels::copy::fill;
use crate::kernels::{Block, Value};
use crate::mpi::agree::fingerprint;

/// What the ranks combine to find one element: how many hold it and what it is.
const HELD: usize = 8;
const MESSAGE: usize = HELD + Value::BYTES;

impl Array {
    /// Collective: the element at a global index, on every rank.
    pub fn get(&self, index: &[i64], dtype: Dtype) -> Result<Value> {
        let comm = self.dist().comm();
        let position = self.dist().normalize(index)?;
        check_cast(self.dtype(), dtype)?;
        let call = [
            ("the array", self.identity()),
            ("the index", fingerprint(&position[..])),
        ];
        comm.check_call("darr_array_get", &call)?;
        let mut message = [0; MESSAGE];
        if let Some(element) = self.element(&position)? {
            message[0] = 1;
            message[HELD..].copy_from_slice(Value::load(&element).padded());
        }
        comm.allreduce_bytes(&mut message, |lower, higher| {
            // The lowest rank that holds the element speaks for it.
            if lower[0] == 1 {
                higher.copy_from_slice(lower);
            }
        })?;
        if message[0] == 0 {
            return Err(Error::new(
                Code::Argument,
                format!("no rank owns the index {index:?}"),
            ));
        }
        Value::new(self.dtype(), &message[HELD..]).cast(dtype)
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

fn check_cast(from: Dtype, to: Dtype) -> Result<()> {
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
