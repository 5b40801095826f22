//! What can go wrong, with the facts that a caller needs to act on it.

use crate::MAX_DIMS;

/// Result of every operation that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// Kinds of errors, by who can mend them. The numbers are those of the C interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// A value that is not allowed.
    Argument = 1,
    /// A handle that is null, freed, foreign or of the wrong kind.
    Handle,
    /// Allowed by the contract, not by this build or function.
    Unsupported,
    /// Ranks disagree.
    Mismatch,
    /// An allocation was refused.
    Memory,
    /// The communicator cannot be used.
    Comm,
    /// MPI reported an error.
    Mpi,
    /// The operating system or HDF5 refused.
    Io,
    /// A file is not what was asked for.
    Format,
    /// Calls in the wrong order.
    State,
    /// A descriptor breaks a rule of the Distributed Array Protocol.
    Protocol,
    /// A defect of the library.
    Internal,
    /// A function of the program that the library called failed.
    Callback,
}

impl Code {
    /// Every code, in ascending order of its number.
    pub const ALL: [Code; 13] = [
        Code::Argument,
        Code::Handle,
        Code::Unsupported,
        Code::Mismatch,
        Code::Memory,
        Code::Comm,
        Code::Mpi,
        Code::Io,
        Code::Format,
        Code::State,
        Code::Protocol,
        Code::Internal,
        Code::Callback,
    ];

    /// The code with this number.
    pub fn from_number(number: i32) -> Option<Code> {
        Code::ALL.into_iter().find(|&code| code as i32 == number)
    }
}

/// An error. Its text is one line that says what is wrong, the value, and what is allowed.
///
/// The variants with facts belong to this crate; the layers above state theirs with [`Error::new`].
/// Dimensions are numbered from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("{ndim} dimensions are too many; at most {} are allowed", MAX_DIMS)]
    TooManyDims { ndim: usize },

    #[error("{what}: {got} entries given, {want} are needed")]
    Count {
        what: &'static str,
        got: usize,
        want: usize,
    },

    #[error("{what} {got} is unknown; allowed: {allowed}")]
    Choice {
        what: &'static str,
        got: i64,
        allowed: &'static str,
    },

    #[error("dimension {dim}: the extent {extent} is negative; it must be 0 or more")]
    Extent { dim: usize, extent: i64 },

    #[error("dimension {dim}: {what} {value} is not allowed; it must be {allowed}")]
    Dimension {
        dim: usize,
        what: &'static str,
        value: i64,
        allowed: String,
    },

    #[error("there is no dimension {dim}; the array has {ndim}, numbered from 0")]
    NoSuchDimension { dim: i64, ndim: usize },

    #[error("dimension {dim}: {what}")]
    DimensionUnsupported { dim: usize, what: &'static str },

    #[error("dimension {dim}: index {index} is outside; allowed are -{extent} to {extent} - 1")]
    Index { dim: usize, index: i64, extent: i64 },

    #[error("rank {rank}: {what}")]
    Rank { rank: usize, what: String },

    #[error("ranks {first} and {second}: {what}")]
    Ranks {
        first: usize,
        second: usize,
        what: String,
    },

    #[error("{what} would not fit into 63 bits")]
    Overflow { what: &'static str },

    #[error("no memory for {what}")]
    Memory { what: &'static str },

    #[error("{text}")]
    Stated { code: Code, text: String },
}

impl Error {
    /// An error of a layer above this crate.
    pub fn new(code: Code, text: impl Into<String>) -> Error {
        Error::Stated {
            code,
            text: text.into(),
        }
    }

    /// The kind of this error.
    pub fn code(&self) -> Code {
        match self {
            Error::DimensionUnsupported { .. } => Code::Unsupported,
            Error::Memory { .. } => Code::Memory,
            Error::Stated { code, .. } => *code,
            _ => Code::Argument,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_the_numbers_of_the_c_interface() {
        let numbers: Vec<i32> = Code::ALL.iter().map(|&code| code as i32).collect();
        assert_eq!(numbers, (1..=13).collect::<Vec<i32>>());
        assert_eq!(Code::from_number(9), Some(Code::Format));
        assert_eq!(Code::from_number(0), None);
        assert_eq!(Code::from_number(14), None);
    }

    #[test]
    fn texts_name_dimension_value_and_what_is_allowed() {
        let error = Error::Extent { dim: 2, extent: -7 };
        assert_eq!(
            error.to_string(),
            "dimension 2: the extent -7 is negative; it must be 0 or more"
        );
        assert_eq!(error.code(), Code::Argument);
        assert_eq!(
            Error::TooManyDims { ndim: 16 }.to_string(),
            "16 dimensions are too many; at most 15 are allowed"
        );
        assert_eq!(Error::new(Code::Mpi, "refused").code(), Code::Mpi);
    }
}
