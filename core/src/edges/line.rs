//! One dimension of a section with its layers.

use std::ops::Range;

use super::{Edge, Fill, Rule};
use crate::{Dimension, Error, Region, Section, Side, Span};

/// One dimension of a section after the exchange.
pub(super) struct Line {
    owned: Range<i64>,
    /// Elements with values: owned ones and the communication padding that is filled.
    inner: Range<i64>,
    /// Padding that lies outside of the domain, below and above `inner`.
    pub layers: [i64; 2],
}

/// An edge whose layers need more elements than the rank holds.
pub(super) struct Need {
    dim: usize,
    side: Side,
    elements: i64,
    there: i64,
}

impl Line {
    /// `widths` are those that the exchange fills, `i64::MAX` for all.
    pub(super) fn new(dimension: &Dimension, span: &Span, widths: [i64; 2]) -> Line {
        let owned = span.below..span.below + span.count;
        let padding = [span.below.min(widths[0]), span.above.min(widths[1])];
        let mut layers = [0, 0];
        if dimension.is_contiguous() && !dimension.periodic {
            let end = span.start + span.count;
            layers = [
                (padding[0] - span.start).max(0),
                (padding[1] - (dimension.extent - end)).max(0),
            ];
        }
        let inner = owned.start - padding[0] + layers[0]..owned.end + padding[1] - layers[1];
        Line {
            owned,
            inner,
            layers,
        }
    }

    pub(super) fn outside(&self, side: Side) -> Range<i64> {
        match side {
            Side::Below => self.inner.start - self.layers[0]..self.inner.start,
            Side::Above => self.inner.end..self.inner.end + self.layers[1],
        }
    }

    /// Positions that have values, with up to so many layers on either side; of the communication padding none where
    /// ghosts in several dimensions are not filled.
    pub(super) fn known(&self, beside: bool, with: [i64; 2]) -> Range<i64> {
        let mut range = if beside { &self.owned } else { &self.inner }.clone();
        if range.start == self.inner.start {
            range.start -= self.layers[0].min(with[0]);
        }
        if range.end == self.inner.end {
            range.end += self.layers[1].min(with[1]);
        }
        range
    }

    pub(super) fn fill(
        &self,
        dimension: &Dimension,
        (number, edge): (usize, &Edge),
        region: Region,
    ) -> std::result::Result<Fill, Need> {
        let layers = self.layers[edge.side as usize];
        let (last, outward) = match edge.side {
            Side::Below => (self.inner.start, -1),
            Side::Above => (self.inner.end - 1, 1),
        };
        let skipped = i64::from(edge.about.is_on_element(dimension));
        let (elements, source, step) = match edge.rule {
            Rule::Constant | Rule::Callback => (0, last, 0),
            Rule::ZeroGradient => (1, last, 0),
            Rule::Linear => (2, last, 0),
            Rule::Mirror | Rule::Antisymmetric => (
                layers.saturating_add(skipped),
                last - skipped * outward,
                -outward,
            ),
        };
        let there = self.inner.end - self.inner.start;
        if elements > there {
            return Err(Need {
                dim: edge.dim,
                side: edge.side,
                elements,
                there,
            });
        }
        Ok(Fill {
            edge: number,
            dim: edge.dim,
            region,
            last,
            outward,
            source,
            step,
        })
    }
}

impl Need {
    pub(super) fn error(&self, section: &Section, rank: usize) -> Error {
        let (dim, needed, there) = (self.dim, self.elements, self.there);
        let side = match self.side {
            Side::Below => "lower",
            Side::Above => "upper",
        };
        let span = &section.dims[dim];
        Error::Rank {
            rank,
            what: format!(
                "the {side} edge of dimension {dim} is filled from the {needed} elements next to it, of which the section \
                 has {there} ({} owned): make blocks or halo wider, or the edge narrower",
                span.count
            ),
        }
    }
}
