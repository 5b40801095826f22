//! The ways to make a distribution, each collective: what the caller states, completed by what the ranks tell each other.

use std::sync::Arc;

use distarray_core::protocol::BoundaryRule;
use distarray_core::{
    choose, Code, Cuts, Dimension, Dims, Distribution, Grid, GridOrder, IndexList, Order, Region,
};

use super::dist::{fields, FIELDS};
use super::Dist;
use crate::error::{Error, Result};
use crate::mpi::agree::fingerprint;
use crate::mpi::comm::Comm;
use crate::protocol::{self, Statement};

/// One dimension as a caller states it.
#[derive(Clone, Debug)]
pub struct DimSpec {
    pub extent: i64,
    pub map: MapSpec,
    /// Extent of the process grid; `None`: chosen.
    pub procs: Option<usize>,
    pub periodic: bool,
    pub halo: [i64; 2],
    pub boundary: [i64; 2],
}

#[derive(Clone, Debug)]
pub enum MapSpec {
    Whole,
    Block(Cuts),
    Cyclic(i64),
    /// The indices that the calling rank owns.
    Unstructured(Vec<i64>),
}

impl DimSpec {
    fn is_list(&self) -> bool {
        matches!(self.map, MapSpec::Unstructured(_))
    }

    fn is_distributed(&self) -> bool {
        !matches!(self.map, MapSpec::Whole)
    }

    /// The dimension over `procs` coordinates; of index lists only the kind, until the ranks told their counts.
    fn dimension(&self, procs: usize) -> Dimension {
        let bare = match &self.map {
            MapSpec::Whole => Dimension::whole(self.extent),
            MapSpec::Block(cuts) => Dimension::block(self.extent, procs, cuts.clone()),
            MapSpec::Cyclic(block) => Dimension::cyclic(self.extent, procs, *block),
            MapSpec::Unstructured(_) => Dimension::block(self.extent, procs, Cuts::Balanced),
        };
        self.pad(bare)
    }

    fn pad(&self, bare: Dimension) -> Dimension {
        bare.with_periodic(self.periodic)
            .with_halo(self.halo[0], self.halo[1])
            .with_boundary(self.boundary[0], self.boundary[1])
    }
}

/// What all dimensions share.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    pub grid: GridOrder,
    pub memory: Order,
}

/// Collective: a distribution over the ranks of `comm` from its shape and maps.
pub fn create(comm: &Arc<Comm>, stated: Result<(Dims<DimSpec>, Layout)>) -> Result<Arc<Dist>> {
    create_as("darr_dist_create", comm, stated)
}

fn create_as(
    name: &'static str,
    comm: &Arc<Comm>,
    stated: Result<(Dims<DimSpec>, Layout)>,
) -> Result<Arc<Dist>> {
    let outlined = stated.and_then(|(specs, layout)| {
        let outline = outline(comm, &specs, layout)?;
        Ok((specs, outline))
    });
    let (fields, lists) = match &outlined {
        Ok((specs, outline)) => outline_fields(specs, outline),
        Err(_) => Default::default(),
    };
    let (specs, outline) = comm.agree_on(name, &fields, outlined)?;
    if !lists {
        return Ok(Dist::new(comm, outline));
    }
    let map = with_lists(comm, specs, &outline);
    Dist::agree(name, comm, map)
}

/// Everything that must be equal on all ranks before they tell each other of their lists, and whether there are any: how
/// the ranks go on follows from equal data alone.
fn outline_fields(
    specs: &[DimSpec],
    outline: &Distribution,
) -> ([(&'static str, u64); FIELDS + 1], bool) {
    let lists: Vec<bool> = specs.iter().map(DimSpec::is_list).collect();
    let mut all = [("the dimensions with index lists", fingerprint(&lists)); FIELDS + 1];
    all[..FIELDS].copy_from_slice(&fields(outline));
    (all, lists.contains(&true))
}

/// The distribution with blocks in the place of index lists.
fn outline(comm: &Comm, specs: &[DimSpec], layout: Layout) -> Result<Distribution> {
    // A list dimension of extent 0 has as many indices as the lists turn out to hold.
    let shape: Dims<i64> = specs
        .iter()
        .map(|s| {
            if s.is_list() && s.extent == 0 {
                i64::MAX
            } else {
                s.extent
            }
        })
        .collect();
    let fixed: Dims<Option<usize>> = specs.iter().map(|s| s.procs).collect();
    let distributed: Dims<bool> = specs.iter().map(DimSpec::is_distributed).collect();
    let grid = Grid::new(
        &choose(comm.size(), &shape, &fixed, &distributed),
        layout.grid,
    )?;
    ensure_fits(comm, &grid)?;
    let dims: Dims<Dimension> = specs
        .iter()
        .zip(grid.dims())
        .map(|(s, &procs)| s.dimension(procs))
        .collect();
    Ok(Distribution::new(&dims, grid, layout.memory)?)
}

/// Collective: the ranks tell each other how many indices each coordinate lists.
fn with_lists(
    comm: &Comm,
    mut specs: Dims<DimSpec>,
    outline: &Distribution,
) -> Result<Distribution> {
    let mine = outline.grid().coords(comm.rank());
    let mut dims: Dims<Dimension> = outline.dims().iter().cloned().collect();
    for (d, spec) in specs.iter_mut().enumerate() {
        let MapSpec::Unstructured(list) = &mut spec.map else {
            continue;
        };
        let list = std::mem::take(list);
        let told = comm.allgather(
            &[list.len() as u64, fingerprint(&list)]
                .map(u64::to_ne_bytes)
                .concat(),
        )?;
        let told: Vec<&[u8]> = told.chunks_exact(16).collect();
        // The first rank at each coordinate speaks for it; the others must say the same.
        let mut speakers: Vec<Option<usize>> = vec![None; outline.grid().dims()[d]];
        for rank in 0..comm.size() {
            let Some(coords) = outline.grid().coords(rank) else {
                continue;
            };
            let speaker = *speakers[coords[d]].get_or_insert(rank);
            if told[speaker] != told[rank] {
                let text = format!(
                    "ranks {speaker} and {rank} share coordinate {} of dimension {d}, but their index lists differ",
                    coords[d]
                );
                return Err(Error::new(Code::Mismatch, text));
            }
        }
        let count = |speaker: &Option<usize>| {
            let bytes = speaker.map(|rank| told[rank][..8].try_into().expect("8 of 16 bytes"));
            bytes.map_or(0, i64::from_ne_bytes)
        };
        let counts: Vec<i64> = speakers.iter().map(count).collect();
        let total: i64 = counts.iter().sum();
        if spec.extent != 0 && spec.extent != total {
            let text = format!(
                "dimension {d}: the extent is {}, but the lists hold {total} indices",
                spec.extent
            );
            return Err(Error::new(Code::Argument, text));
        }
        let coord = mine.as_ref().map(|coords| coords[d]);
        // A rank outside of the grid owns nothing, whatever it lists.
        let list = if coord.is_some() { list } else { Vec::new() };
        let list = comm.agree(IndexList::new(d, coord, list, &counts).map_err(Error::from))?;
        dims[d] = spec.pad(Dimension::unstructured(Arc::new(list)));
    }
    Ok(Distribution::new(
        &dims,
        outline.grid().clone(),
        outline.order(),
    )?)
}

/// Collective: grid, cuts and order of ranks are inferred from the box of global indices that each rank owns.
pub fn from_boxes(
    comm: &Arc<Comm>,
    stated: Result<(Region, Dims<DimSpec>, Layout)>,
) -> Result<Arc<Dist>> {
    const NAME: &str = "darr_dist_from_boxes";
    let ndim = stated.as_ref().map_or(0, |(own, ..)| own.ndim() as u64);
    let stated = comm.agree_on(NAME, &[("the number of dimensions", ndim)], stated);
    let (own, specs, layout) = stated?;
    let ends: Vec<u8> = own
        .lo
        .iter()
        .chain(&own.hi)
        .flat_map(|end| end.to_ne_bytes())
        .collect();
    let told = comm.allgather(&ends)?;
    let told: Vec<i64> = told
        .chunks_exact(8)
        .map(|b| i64::from_ne_bytes(b.try_into().expect("8 bytes")))
        .collect();
    let n = own.ndim();
    let boxes = (0..comm.size()).map(|rank| {
        let ends = &told[rank * 2 * n..][..2 * n];
        Ok(Region::new(&ends[..n], &ends[n..])?)
    });
    let dims: Dims<Dimension> = specs
        .iter()
        .map(|s| s.pad(Dimension::whole(s.extent)))
        .collect();
    let map = boxes
        .collect::<Result<Vec<_>>>()
        .and_then(|boxes| Ok(Distribution::from_boxes(&boxes, &dims, layout.memory)?));
    Dist::agree(NAME, comm, map)
}

/// Collective: the process grid, periods and coordinates are those of a Cartesian communicator; `cart_dims` names for
/// each dimension of the array the one of the communicator that cuts it.
pub fn from_cart(
    comm: &Arc<Comm>,
    stated: Result<(Dims<DimSpec>, Dims<Option<usize>>, Layout)>,
) -> Result<Arc<Dist>> {
    let completed = stated.and_then(|(mut specs, cart_dims, layout)| {
        let Some(cart) = comm.cart()? else {
            return Err(Error::new(
                Code::Argument,
                "the communicator has no Cartesian topology",
            ));
        };
        for (d, (spec, cart_dim)) in specs.iter_mut().zip(&cart_dims).enumerate() {
            let refuse =
                |text: String| Err(Error::new(Code::Argument, format!("dimension {d}: {text}")));
            match *cart_dim {
                Some(c) if c >= cart.dims.len() => {
                    return refuse(format!(
                        "the communicator has no dimension {c}, only {}",
                        cart.dims.len()
                    ));
                }
                Some(_) if !spec.is_distributed() => {
                    return refuse("a whole dimension is cut by none".into())
                }
                Some(c) => {
                    spec.procs = Some(cart.dims[c]);
                    spec.periodic = cart.periods[c];
                }
                None => spec.map = MapSpec::Whole,
            }
        }
        let ranks = cart_ranks(&cart.dims, &cart_dims)?;
        Ok((
            specs,
            Layout {
                grid: GridOrder::Ranks(ranks.into()),
                ..layout
            },
        ))
    });
    create_as("darr_dist_from_cart", comm, completed)
}

/// Collective: what the dimension data of all ranks describe together.
pub fn import(
    name: &'static str,
    comm: &Arc<Comm>,
    stated: Result<(Statement, BoundaryRule, Order)>,
) -> Result<Arc<Dist>> {
    // Where nothing is stated the rule and the order do not matter: the error is agreed on first.
    let (own, boundary, order) = match stated {
        Ok((own, boundary, order)) => (Ok(own), boundary, order),
        Err(error) => (Err(error), BoundaryRule::Owned, Order::C),
    };
    let map = protocol::import(name, comm, own, boundary, order)?;
    Dist::agree(name, comm, map)
}

/// The ranks of a Cartesian communicator, which counts row-major over its own dimensions, in row-major order of the
/// array's dimensions.
fn cart_ranks(dims: &[usize], cart_dims: &[Option<usize>]) -> Result<Vec<usize>> {
    let refuse = |text: String| Err(Error::new(Code::Argument, text));
    for (c, &extent) in dims.iter().enumerate() {
        let used = cart_dims.iter().filter(|&&d| d == Some(c)).count();
        if used > 1 {
            return refuse(format!(
                "dimension {c} of the communicator cuts {used} dimensions of the array"
            ));
        }
        if used == 0 && extent > 1 {
            return refuse(format!(
                "dimension {c} of the communicator has extent {extent} and cuts no dimension of the array"
            ));
        }
    }
    let stride = |c: usize| dims[c + 1..].iter().product::<usize>();
    let mut ranks = vec![0];
    for cart_dim in cart_dims.iter().flatten() {
        let step = stride(*cart_dim);
        ranks = ranks
            .iter()
            .flat_map(|&rank| (0..dims[*cart_dim]).map(move |i| rank + i * step))
            .collect();
    }
    Ok(ranks)
}

fn ensure_fits(comm: &Comm, grid: &Grid) -> Result<()> {
    if grid.max_rank() < comm.size() {
        return Ok(());
    }
    let text = format!(
        "the process grid {:?} needs rank {}, the communicator has ranks 0 to {}",
        grid.dims(),
        grid.max_rank(),
        comm.size() - 1
    );
    Err(Error::new(Code::Argument, text))
}
