//! What files are opened for, and what is asked of them.

use distarray_core::Dtype;

use crate::error::{Code, Error, Result};

/// How a file is opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    Read = 0,
    /// A whole new file, which takes its place when it is closed.
    Create = 1,
    /// An existing or a new file, in place.
    Update = 2,
}

impl Mode {
    pub fn from_code(code: i32) -> Result<Mode> {
        [Mode::Read, Mode::Create, Mode::Update].into_iter().find(|&mode| mode as i32 == code).ok_or_else(|| {
            Error::new(Code::Argument, format!("the mode {code} of a file is unknown; allowed: 0 (read), 1 (create), 2 (update)"))
        })
    }
}

/// An attribute: its name, and the dataset or group that it belongs to, "/" for the file.
#[derive(Clone, Copy, Debug, Hash)]
pub struct Place<'a> {
    pub object: &'a str,
    pub name: &'a str,
}

/// Type and number of an attribute's elements; no number stands for a single value.
#[derive(Clone, Copy, Debug)]
pub struct Numbers {
    pub dtype: Dtype,
    pub count: Option<u64>,
}

/// What a dataset holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    pub dtype: Dtype,
    /// Of an array of the order that was asked for.
    pub shape: Vec<i64>,
}
