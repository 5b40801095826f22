//! Bytes whose number comes from a caller, a file or another rank.

use crate::error::{Code, Error, Result};

/// Zeroed bytes, or an error where memory is refused.
pub fn zeroed(bytes: usize) -> Result<Vec<u8>> {
    let mut buffer = Vec::new();
    buffer.try_reserve_exact(bytes).map_err(|_| {
        Error::new(
            Code::Memory,
            format!("a buffer of {bytes} bytes was refused"),
        )
    })?;
    buffer.resize(bytes, 0);
    Ok(buffer)
}
