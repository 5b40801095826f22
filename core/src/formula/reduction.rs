//! The reductions that a formula may contain.

use crate::{Code, Dtype, Error, Kind, Result};

macro_rules! reductions {
    ($($variant:ident $name:literal;)*) => {
        /// A reduction of all elements to one value. The numbers are those of the C interface.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Reduction { $($variant),* }

        impl Reduction {
            /// Every reduction, in ascending order of its number.
            pub const ALL: &'static [Reduction] = &[$(Reduction::$variant),*];

            /// NumPy's name of the reduction.
            pub fn name(self) -> &'static str {
                match self { $(Reduction::$variant => $name),* }
            }
        }
    };
}

reductions! {
    Sum "sum";
    Min "min";
    Max "max";
    Mean "mean";
    Var "var";
    Std "std";
    // The first argument is conjugated.
    Vdot "vdot";
    Norm "norm";
    Prod "prod";
    Any "any";
    All "all";
    Argmin "argmin";
    Argmax "argmax";
    CountNonzero "count_nonzero";
    Dot "dot";
}

impl Reduction {
    /// The reduction with this number. Errors: there is none.
    pub fn from_code(code: i64) -> Result<Reduction> {
        let known = usize::try_from(code).ok();
        let known = known.and_then(|i| Reduction::ALL.get(i));
        known.copied().ok_or(Error::Choice {
            what: "reduction",
            got: code,
            allowed: "DARR_SUM to DARR_DOTU",
        })
    }

    /// The number in the C interface.
    pub fn code(self) -> i32 {
        self as i32
    }

    /// How many expressions it reduces together.
    pub fn arity(self) -> usize {
        match self {
            Reduction::Vdot | Reduction::Dot => 2,
            _ => 1,
        }
    }

    /// Whether it subtracts a number from the count of the elements.
    pub fn has_ddof(self) -> bool {
        matches!(self, Reduction::Var | Reduction::Std)
    }

    /// The type of the result, as NumPy chooses it.
    ///
    /// Errors: `Code::Unsupported` where complex numbers would need an order.
    pub fn result(self, of: Dtype) -> Result<Dtype> {
        use Reduction::*;
        let whole = matches!(of.kind(), Kind::Bool | Kind::Signed | Kind::Unsigned);
        let ordered = matches!(self, Min | Max | Argmin | Argmax);
        if ordered && of.kind() == Kind::Complex {
            let text = format!("{} has no meaning for {}", self.name(), of.name());
            return Err(Error::new(Code::Unsupported, text));
        }
        Ok(match self {
            Min | Max => of,
            Any | All => Dtype::Bool,
            Argmin | Argmax | CountNonzero => Dtype::Int64,
            Sum | Prod | Dot | Vdot if of.kind() == Kind::Unsigned => Dtype::Uint64,
            Sum | Prod | Dot | Vdot if whole => Dtype::Int64,
            Sum | Prod | Dot | Vdot => of,
            Mean | Var | Std | Norm if whole => Dtype::Float64,
            Mean => of,
            Var | Std | Norm => of.real(),
        })
    }
}
