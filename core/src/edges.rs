//! Physical edges: which padding of a rank lies outside of the domain, and what it is filled from.

mod line;

use crate::halo::HaloOptions;
use crate::{product, Dimension, Dims, Distribution, Error, Region, Result, Side};
use line::Line;

/// How a field goes on beyond an edge. Layer k, counted from 1, is as far outside as the element k - 1 steps from the last
/// one, e, is inside.
///
/// ```text
///    layers 2   1 | e  e+1  e+2 ...            about the face: the plane lies half a spacing beyond e
///    layers 2   1   e  e+1  e+2 ...            about the element: the plane goes through e
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// One value.
    Constant = 0,
    /// a(e).
    ZeroGradient = 1,
    /// a(e) + k (a(e) - a(e + 1)).
    Linear = 2,
    /// a(e + k - 1) about the face, a(e + k) about the element.
    Mirror = 3,
    /// 2 v - what `Mirror` gives, so that the field has the value v on the plane.
    Antisymmetric = 4,
    /// What a function of the program makes of it.
    Callback = 5,
}

impl Rule {
    /// The rule with this number in the C interface.
    pub fn from_code(code: i32) -> Result<Rule> {
        use Rule::*;
        [
            Constant,
            ZeroGradient,
            Linear,
            Mirror,
            Antisymmetric,
            Callback,
        ]
        .into_iter()
        .find(|&rule| rule as i32 == code)
        .ok_or(Error::Choice {
            what: "kind of an edge",
            got: code.into(),
            allowed: "0 (constant) to 5 (callback)",
        })
    }
}

/// Where the plane of a mirror lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum About {
    /// On the edge of the domain: through the last element where the elements lie at faces, else half a spacing beyond it.
    #[default]
    Edge = 0,
    /// Half a spacing beyond the last element.
    Face = 1,
    /// Through the last element.
    Cell = 2,
}

impl About {
    /// The place with this number in the C interface.
    pub fn from_code(code: i32) -> Result<About> {
        [About::Edge, About::Face, About::Cell]
            .into_iter()
            .find(|&about| about as i32 == code)
            .ok_or(Error::Choice {
                what: "place of a symmetry plane",
                got: code.into(),
                allowed: "0 (edge), 1 (face) or 2 (cell)",
            })
    }

    fn is_on_element(self, dimension: &Dimension) -> bool {
        match self {
            About::Edge => dimension.at_faces,
            About::Face => false,
            About::Cell => true,
        }
    }
}

/// What lies beyond one end of one dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Edge {
    pub dim: usize,
    pub side: Side,
    pub rule: Rule,
    pub about: About,
}

/// Layers of one rank's section to fill. Positions are local indices, padding included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fill {
    /// Which edge of the list asks for it.
    pub edge: usize,
    pub dim: usize,
    /// All layers, along `dim`, over the positions of the other dimensions.
    pub region: Region,
    /// The domain's last element along `dim`; layer k lies at `last + k * outward`.
    pub last: i64,
    /// -1 below, 1 above.
    pub outward: i64,
    /// What layer 1 is filled from.
    pub source: i64,
    /// From the source of a layer to that of the next.
    pub step: i64,
}

impl Fill {
    /// Number of layers.
    pub fn layers(&self) -> i64 {
        self.region.hi[self.dim] - self.region.lo[self.dim]
    }
}

/// What a rank fills beyond the edges of the domain once an exchange with these options has arrived, in this order.
/// Local; costs time and memory of the edges.
///
/// Dimensions follow one another. Each has its layers filled over all positions of the others that have values by then:
/// owned elements, the communication padding that the exchange fills, the layers of dimensions before it that have
/// an edge, and with [`HaloOptions::carry_boundary`] boundary padding of dimensions and sides without an edge. With
/// [`HaloOptions::star`] or [`HaloOptions::offsets`] it is owned elements only, so that no corner is filled. Ghosts of an
/// inner rank that reach across the end of the domain are layers as well.
///
/// Errors: a dimension that does not exist or is periodic; two edges at one place; a rank that does not hold the elements
/// from which its layers are filled; those of [`crate::halo::halo`].
pub fn edges(
    dist: &Distribution,
    rank: usize,
    options: &HaloOptions,
    edges: &[Edge],
) -> Result<Vec<Fill>> {
    let at = |dim, side| {
        edges
            .iter()
            .position(|edge| edge.dim == dim && edge.side == side)
    };
    for (number, edge) in edges.iter().enumerate() {
        check(dist, edge)?;
        if at(edge.dim, edge.side) != Some(number) {
            let what = "two edges on one side of it";
            return Err(stated(edge.dim, what));
        }
    }
    let widths = options.asked(dist)?;
    let section = dist.section(rank);
    let mut fills = Vec::new();
    if section.is_empty() {
        return Ok(fills);
    }
    let lines: Dims<Line> = (0..dist.ndim())
        .map(|dim| Line::new(&dist.dims()[dim], &section.dims[dim], widths[dim]))
        .collect();
    let beside = options.star || options.offsets.is_some();
    for dim in 0..dist.ndim() {
        for side in Side::BOTH {
            let layers = lines[dim].layers[side as usize];
            let Some(number) = at(dim, side).filter(|_| layers > 0) else {
                continue;
            };
            let mut region = Region::default();
            for (other, line) in lines.iter().enumerate() {
                let range = if other == dim {
                    line.outside(side)
                } else {
                    let known = |side| match at(other, side) {
                        Some(_) if other < dim && !beside => i64::MAX,
                        None if options.carry_boundary => {
                            dist.dims()[other].boundary[side as usize]
                        }
                        _ => 0,
                    };
                    line.known(beside, Side::BOTH.map(known))
                };
                region.lo.push(range.start);
                region.hi.push(range.end);
            }
            let fill = lines[dim].fill(&dist.dims()[dim], (number, &edges[number]), region);
            product::push(&mut fills, fill.map_err(|need| need.error(&section, rank))?)?;
        }
    }
    Ok(fills)
}

fn check(dist: &Distribution, edge: &Edge) -> Result<()> {
    let Some(dimension) = dist.dims().get(edge.dim) else {
        return Err(Error::NoSuchDimension {
            dim: crate::dims::signed(edge.dim),
            ndim: dist.ndim(),
        });
    };
    if dimension.periodic {
        return Err(stated(edge.dim, "it is periodic and has no edge"));
    }
    Ok(())
}

fn stated(dim: usize, what: &str) -> Error {
    Error::new(crate::Code::Argument, format!("dimension {dim}: {what}"))
}
