//! The one error of the library: a code that says whose fault it is, and a line of text to act on.

pub use distarray_core::error::Code;

/// What went wrong. The text is one line and stands by itself: it names the value and what is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub code: Code,
    pub text: String,
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub fn new(code: Code, text: impl Into<String>) -> Error {
        Error {
            code,
            text: text.into(),
        }
    }
}

impl From<distarray_core::error::Error> for Error {
    fn from(error: distarray_core::error::Error) -> Error {
        Error::new(error.code(), error.to_string())
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Error {}
