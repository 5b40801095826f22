//! Element-wise functions by number.
