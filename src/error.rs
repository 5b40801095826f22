//! The one error of the library: a code that says whose fault it is, and a line of text to act on.

use std::cell::RefCell;

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

    /// The explanation of a refused argument in the place of the library's own text, where the caller gave one. Uses it up.
    pub fn explained(self) -> Error {
        if self.code != Code::Argument {
            return self;
        }
        let text = EXPLANATION.try_with(|text| text.take()).ok().flatten();
        Error {
            text: text.unwrap_or(self.text),
            ..self
        }
    }
}

thread_local! {
    /// Why this thread's next call has an argument that is refused.
    static EXPLANATION: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Sets the text of the argument that the next call will refuse, or forgets it.
pub fn explain(text: Option<String>) {
    // A thread that is ending makes no further calls.
    let _ = EXPLANATION.try_with(|explanation| explanation.replace(text));
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
