//! Element types and their conversion rules.

use crate::{Error, Result};

/// Type of one element. The numbers are those of the C interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dtype {
    /// One byte, 0 or 1.
    Bool = 1,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Float32,
    Float64,
    /// Two `Float32`: real part, imaginary part.
    Complex64,
    /// Two `Float64`: real part, imaginary part.
    Complex128,
}

/// Family of element types. Conversion within a family, or to a later one, is "same kind";
/// signed and unsigned integers are ordered as NumPy orders them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Bool,
    Unsigned,
    Signed,
    Float,
    Complex,
}

impl Dtype {
    /// Every element type, in ascending order of its number.
    pub const ALL: [Dtype; 13] = [
        Dtype::Bool,
        Dtype::Int8,
        Dtype::Int16,
        Dtype::Int32,
        Dtype::Int64,
        Dtype::Uint8,
        Dtype::Uint16,
        Dtype::Uint32,
        Dtype::Uint64,
        Dtype::Float32,
        Dtype::Float64,
        Dtype::Complex64,
        Dtype::Complex128,
    ];

    /// The element type with this number. Errors: there is none.
    pub fn from_code(code: i32) -> Result<Dtype> {
        Dtype::ALL
            .into_iter()
            .find(|&dtype| dtype as i32 == code)
            .ok_or(Error::Choice {
                what: "element type",
                got: code.into(),
                allowed: "1 (bool) to 13 (complex128)",
            })
    }

    /// Size of one element in bytes.
    pub fn size(self) -> usize {
        match self {
            Dtype::Bool | Dtype::Int8 | Dtype::Uint8 => 1,
            Dtype::Int16 | Dtype::Uint16 => 2,
            Dtype::Int32 | Dtype::Uint32 | Dtype::Float32 => 4,
            Dtype::Int64 | Dtype::Uint64 | Dtype::Float64 | Dtype::Complex64 => 8,
            Dtype::Complex128 => 16,
        }
    }

    /// NumPy's name of the type.
    pub fn name(self) -> &'static str {
        match self {
            Dtype::Bool => "bool",
            Dtype::Int8 => "int8",
            Dtype::Int16 => "int16",
            Dtype::Int32 => "int32",
            Dtype::Int64 => "int64",
            Dtype::Uint8 => "uint8",
            Dtype::Uint16 => "uint16",
            Dtype::Uint32 => "uint32",
            Dtype::Uint64 => "uint64",
            Dtype::Float32 => "float32",
            Dtype::Float64 => "float64",
            Dtype::Complex64 => "complex64",
            Dtype::Complex128 => "complex128",
        }
    }

    /// Family of the type.
    pub fn kind(self) -> Kind {
        match self {
            Dtype::Bool => Kind::Bool,
            Dtype::Int8 | Dtype::Int16 | Dtype::Int32 | Dtype::Int64 => Kind::Signed,
            Dtype::Uint8 | Dtype::Uint16 | Dtype::Uint32 | Dtype::Uint64 => Kind::Unsigned,
            Dtype::Float32 | Dtype::Float64 => Kind::Float,
            Dtype::Complex64 | Dtype::Complex128 => Kind::Complex,
        }
    }

    /// The type of the real part; of real types themselves.
    pub fn real(self) -> Dtype {
        match self {
            Dtype::Complex64 => Dtype::Float32,
            Dtype::Complex128 => Dtype::Float64,
            real => real,
        }
    }

    /// Whether NumPy converts `self` to `to`: every value kept (rule "safe"), or, with `same_kind`,
    /// within a family or to a later one.
    pub fn can_cast(self, to: Dtype, same_kind: bool) -> bool {
        if same_kind && self.kind() <= to.kind() {
            return true;
        }
        self == to || self.is_kept_by(to)
    }

    /// NumPy's "safe": 64-bit integers count as kept by `Float64`, as they do there.
    fn is_kept_by(self, to: Dtype) -> bool {
        let (from_size, to_size) = (self.size(), to.size());
        let real_size = if to.kind() == Kind::Complex {
            to_size / 2
        } else {
            to_size
        };
        match (self.kind(), to.kind()) {
            (Kind::Bool, _) => true,
            (_, Kind::Bool) | (Kind::Signed, Kind::Unsigned) => false,
            (Kind::Unsigned, Kind::Signed) => from_size < to_size,
            (Kind::Signed | Kind::Unsigned, Kind::Float | Kind::Complex) => {
                from_size < real_size || real_size == 8
            }
            (Kind::Float, Kind::Complex) => from_size <= real_size,
            (from, to) if from == to => from_size <= to_size,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_sizes_and_names() {
        let sizes = [1, 1, 2, 4, 8, 1, 2, 4, 8, 4, 8, 8, 16];
        for (number, (dtype, size)) in (1..).zip(Dtype::ALL.into_iter().zip(sizes)) {
            assert_eq!(dtype as i32, number);
            assert_eq!(Dtype::from_code(number), Ok(dtype));
            assert_eq!(dtype.size(), size);
        }
        assert_eq!(Dtype::Complex128.name(), "complex128");
        for wrong in [0, -1, 14, i32::MIN] {
            let text = Dtype::from_code(wrong).unwrap_err().to_string();
            assert!(text.contains(&wrong.to_string()), "{text}");
        }
    }

    /// Rows and columns in the order of the numbers; the letters are what `numpy.can_cast` answers:
    /// `s` safe, `k` same kind only, `.` neither.
    #[test]
    fn casting_is_numpys() {
        let expected = [
            "s ssss ssss ss ss",
            ". ssss .... ss ss",
            ". ksss .... ss ss",
            ". kkss .... ks ks",
            ". kkks .... ks ks",
            ". ksss ssss ss ss",
            ". kkss ksss ss ss",
            ". kkks kkss ks ks",
            ". kkkk kkks ks ks",
            ". .... .... ss ss",
            ". .... .... ks ks",
            ". .... .... .. ss",
            ". .... .... .. ks",
        ];
        for (from, row) in Dtype::ALL.into_iter().zip(expected) {
            for (to, letter) in Dtype::ALL
                .into_iter()
                .zip(row.chars().filter(|c| *c != ' '))
            {
                let want = (letter == 's', letter != '.');
                let got = (from.can_cast(to, false), from.can_cast(to, true));
                assert_eq!(got, want, "{} to {}", from.name(), to.name());
            }
        }
    }
}
