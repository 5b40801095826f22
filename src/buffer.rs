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

/// As `zeroed`, in words that are aligned for any type.
pub fn zeroed_words(bytes: usize) -> Result<Vec<u128>> {
    let words = bytes.div_ceil(size_of::<u128>());
    let mut buffer = Vec::new();
    buffer.try_reserve_exact(words).map_err(|_| {
        Error::new(
            Code::Memory,
            format!("a buffer of {bytes} bytes was refused"),
        )
    })?;
    buffer.resize(words, 0);
    Ok(buffer)
}
