//! Rounding, remainders, signs and angles of real floating-point numbers.
