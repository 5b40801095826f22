//! The rules of the protocol, one variant for each way to break one.

use crate::error::{Code, Error};

/// A broken rule: where, what was said, and what is allowed. The text is one line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    #[error("rank {rank}: {violation}")]
    OnRank {
        rank: usize,
        violation: Box<Violation>,
    },

    // Rules 2: memory.
    #[error(
        "{dims} dimensions are described for a section of {extents}; the numbers must be equal"
    )]
    DimensionCount { dims: usize, extents: usize },
    #[error("dimension {dim}: the extent of the section is {extent}; allowed: {count}, the number of elements that this rank's dim_data stands for")]
    Extent { dim: usize, extent: i64, count: i64 },
    #[error("dimension {dim}: the extent of the section is {extent}; allowed: 0 or more")]
    NegativeExtent { dim: usize, extent: i64 },
    #[error("the section has more elements than fit into 63 bits of bytes")]
    SectionTooLarge,
    #[error("dimension {dim}: stride {stride} makes elements overlap; allowed: {least} bytes or more, or {least} or more below 0")]
    Overlap { dim: usize, stride: i64, least: i64 },
    #[error("dimension {dim}: stride {stride} leads out of the address space")]
    StrideTooLarge { dim: usize, stride: i64 },

    // Rules 3: every dimension.
    #[error("dimension {dim}: dist_type is {value}; allowed: 98 'b', 99 'c', 117 'u'")]
    DistType { dim: usize, value: i32 },
    #[error("dimension {dim}: size is {value}; allowed: 0 or more")]
    Size { dim: usize, value: i64 },
    #[error("dimension {dim}: proc_grid_size is {value}; allowed: 1 or more")]
    GridSize { dim: usize, value: i64 },
    #[error("dimension {dim}: proc_grid_rank is {value}; allowed: 0 to {}, below proc_grid_size", grid_size - 1)]
    GridRank {
        dim: usize,
        value: i64,
        grid_size: i64,
    },
    #[error("dimension {dim}: {key} is {value}; allowed: 0 or 1")]
    Flag {
        dim: usize,
        key: &'static str,
        value: i32,
    },
    #[error("dimension {dim}: {key} is {value}; allowed: 0, because a dimension of dist_type '{dist_type}' has none")]
    Foreign {
        dim: usize,
        key: &'static str,
        value: i64,
        dist_type: char,
    },

    // Rules 4: cyclic.
    #[error("dimension {dim}: block_size is {value}; allowed: 1 or more, or 0 for 1")]
    BlockSize { dim: usize, value: i64 },
    #[error("dimension {dim}: start is {value}; allowed: proc_grid_rank * block_size = {want}")]
    CyclicStart { dim: usize, value: i64, want: i64 },
    #[error("dimension {dim}: start is {value} at a rank that holds nothing; allowed: proc_grid_rank * block_size = {want} or size = {size}")]
    CyclicEmptyStart {
        dim: usize,
        value: i64,
        want: i64,
        size: i64,
    },
    #[error("dimension {dim}: start is {value} at a rank that holds nothing; allowed: size = {size}, as proc_grid_rank * block_size does not fit into 63 bits")]
    CyclicFarStart { dim: usize, value: i64, size: i64 },

    // Rules 5: block.
    #[error("dimension {dim}: start is {value}; allowed: 0 or more")]
    Start { dim: usize, value: i64 },
    #[error("dimension {dim}: stop is {value}; allowed: start = {start} or more")]
    StopBeforeStart { dim: usize, value: i64, start: i64 },
    #[error("dimension {dim}: stop is {value}; allowed: size = {size} or less")]
    StopBeyondSize { dim: usize, value: i64, size: i64 },
    #[error("dimension {dim}: start is {value} at proc_grid_rank 0; allowed: 0")]
    FirstStart { dim: usize, value: i64 },
    #[error("dimension {dim}: stop is {value} at the last proc_grid_rank; allowed: size = {size}")]
    LastStop { dim: usize, value: i64, size: i64 },
    #[error("dimension {dim}: padding[{side}] is {value}; allowed: 0 or more")]
    Padding { dim: usize, side: usize, value: i64 },
    #[error("dimension {dim}: padding is ({}, {}); allowed: a sum of at most stop - start = {count}", padding[0], padding[1])]
    PaddingSum {
        dim: usize,
        padding: [i64; 2],
        count: i64,
    },

    // Rules 6: unstructured.
    #[error("dimension {dim}: n_indices is {value}; allowed: 0 or more")]
    IndexCount { dim: usize, value: i64 },
    #[error("dimension {dim}: indices is NULL with n_indices {count}; allowed: NULL only with 0")]
    IndicesMissing { dim: usize, count: i64 },
    #[error("dimension {dim}: {got} indices are given with n_indices {count}; allowed: {count}")]
    IndicesLength { dim: usize, got: usize, count: i64 },
    #[error("dimension {dim}: n_indices is {count}; allowed: size = {size} or less")]
    IndicesBeyondSize { dim: usize, count: i64, size: i64 },
    #[error("dimension {dim}: index {index} occurs twice in indices; allowed: once")]
    IndexTwice { dim: usize, index: i64 },
    #[error("dimension {dim}: no memory to check {count} indices")]
    Unchecked { dim: usize, count: usize },

    // Rules between ranks.
    #[error("no rank is inside the process grid; at least one must be")]
    NobodyInside,
    #[error("rank {first} describes {first_ndim} dimensions and rank {second} {second_ndim}; allowed: the same number")]
    Ndim {
        first: usize,
        first_ndim: usize,
        second: usize,
        second_ndim: usize,
    },
    #[error("dimension {dim}: {key} is {first_value} on rank {first} and {second_value} on rank {second}; allowed: the same on every rank")]
    Differs {
        dim: usize,
        key: &'static str,
        first: usize,
        first_value: i64,
        second: usize,
        second_value: i64,
    },
    #[error("dimension {dim}: ranks {first} and {second} both have proc_grid_rank {coord}, but {key} is {first_value} on the one and {second_value} on the other; allowed: the same")]
    LineDiffers {
        dim: usize,
        key: &'static str,
        coord: usize,
        first: usize,
        first_value: i64,
        second: usize,
        second_value: i64,
    },
    #[error("dimension {dim}: ranks {first} and {second} both have proc_grid_rank {coord}, but their indices differ; allowed: the same in the same order")]
    IndicesDiffer {
        dim: usize,
        coord: usize,
        first: usize,
        second: usize,
    },
    #[error("the product of proc_grid_size over the dimensions is {product}; allowed: {ranks}, the number of ranks inside the process grid")]
    GridProduct { product: String, ranks: usize },
    #[error("ranks {first} and {second} both have the coordinates {coords:?} in the process grid; allowed: one rank for each")]
    CoordsTwice {
        first: usize,
        second: usize,
        coords: Vec<i64>,
    },
    #[error("dimension {dim}: proc_grid_rank {lower} owns indices up to {end} and proc_grid_rank {upper} begins at {begin}, so that some belong to nobody; allowed: {end}")]
    Gap {
        dim: usize,
        lower: usize,
        upper: usize,
        end: i64,
        begin: i64,
    },
    #[error("dimension {dim}: proc_grid_rank {lower} owns indices up to {end} and proc_grid_rank {upper} begins at {begin}, so that some belong to both; allowed: {end}")]
    Shared {
        dim: usize,
        lower: usize,
        upper: usize,
        end: i64,
        begin: i64,
    },
    #[error("dimension {dim}: the first section that is not empty, that of proc_grid_rank {coord}, starts at {start}; allowed: 0")]
    BeginsLate {
        dim: usize,
        coord: usize,
        start: i64,
    },
    #[error("dimension {dim}: the last section that is not empty, that of proc_grid_rank {coord}, stops at {stop}; allowed: size = {size}")]
    EndsEarly {
        dim: usize,
        coord: usize,
        stop: i64,
        size: i64,
    },
    #[error("dimension {dim}: every section is empty, but size is {size}; allowed: 0")]
    NothingOwned { dim: usize, size: i64 },
    #[error("dimension {dim}: padding[1] of proc_grid_rank {lower} is {above} and padding[0] of proc_grid_rank {upper}, its neighbour, is {below}; allowed: equal widths")]
    PaddingDiffers {
        dim: usize,
        lower: usize,
        above: i64,
        upper: usize,
        below: i64,
    },
    #[error("dimension {dim}: padding[{side}] of proc_grid_rank {coord} is {width}; allowed: at most {owned}, the number of indices that its neighbour {neighbour} owns")]
    PaddingWide {
        dim: usize,
        side: usize,
        coord: usize,
        width: i64,
        neighbour: usize,
        owned: i64,
    },
    #[error("dimension {dim}: one_to_one is 1, but index {index} is held by proc_grid_rank {first} and by {second}; allowed: one of them")]
    NotOneToOne {
        dim: usize,
        index: i64,
        first: usize,
        second: usize,
    },
    #[error("dimension {dim}: size is {size}; allowed: {sum}, the sum of n_indices")]
    IndexSum { dim: usize, size: i64, sum: String },
    #[error("dimension {dim}: size is {size}; allowed: {sum}, the sum of n_indices, or {least}, the number of different indices")]
    IndexDistinct {
        dim: usize,
        size: i64,
        sum: String,
        least: i64,
    },
}

impl Violation {
    /// The kind of error: all are of the protocol, but for a check that could not be made.
    pub fn code(&self) -> Code {
        match self {
            Violation::Unchecked { .. } => Code::Memory,
            Violation::OnRank { violation, .. } => violation.code(),
            _ => Code::Protocol,
        }
    }
}

impl From<Violation> for Error {
    fn from(violation: Violation) -> Error {
        Error::new(violation.code(), violation.to_string())
    }
}
