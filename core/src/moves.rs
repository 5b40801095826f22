//! What one rank sends, receives and copies for itself: the plan of every movement of elements.

use std::collections::HashMap;
use std::mem::size_of;
use std::sync::Arc;

use crate::runs::Run;
use crate::{product, Dims, Error, Result};

/// Every combination of one position of each dimension's runs, the last dimension fastest. Dimensions are in the order
/// of the source.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Product {
    /// Messages of one plan share the lists that they have in common.
    pub dims: Dims<Arc<Vec<Run>>>,
}

/// What one rank sends to or receives from one peer. Both ends make equal products in the same order, so that a
/// receiver may also read the peer's memory itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Message {
    pub peer: usize,
    pub products: Vec<Product>,
}

/// The movement of one rank's elements, with one message per pair of ranks. No position of the target occurs twice.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Moves {
    /// The dimension of the target that each dimension of the source becomes.
    pub axes: Dims<usize>,
    /// Ascending by peer, which is a rank of the target.
    pub sends: Vec<Message>,
    /// Ascending by peer, which is a rank of the source.
    pub recvs: Vec<Message>,
    /// What the rank copies for itself.
    pub local: Vec<Product>,
}

/// What a plan costs its rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Costs {
    /// Messages sent and received.
    pub messages: [usize; 2],
    /// Elements sent and received in messages.
    pub elements: [i64; 2],
    /// Elements of the largest message sent and received.
    pub largest: [i64; 2],
    /// Elements that the rank copies for itself.
    pub local: i64,
    /// Runs of all messages and copies; a list that several share counts once.
    pub runs: usize,
    /// Memory of the plan in bytes.
    pub memory: usize,
}

impl Product {
    /// Number of elements. Errors: it exceeds 63 bits.
    pub fn elements(&self) -> Result<i64> {
        let along = |runs: &Arc<Vec<Run>>| runs.iter().map(Run::elements).sum();
        crate::region::elements(&self.dims.iter().map(along).collect::<Dims<i64>>())
    }

    /// The same elements on their way back, dimensions in the order of what was the target.
    fn reversed(&self, axes: &[usize], lists: &mut Reversed) -> Product {
        let back = |dim: usize| {
            let at = axes.iter().position(|&axis| axis == dim);
            lists.of(&self.dims[at.expect("axes are a permutation")])
        };
        Product {
            dims: (0..axes.len()).map(back).collect(),
        }
    }
}

impl Message {
    /// Number of elements. Errors: it exceeds 63 bits.
    pub fn elements(&self) -> Result<i64> {
        sum(self.products.iter().map(Product::elements))
    }
}

impl Moves {
    /// Nothing moves between arrays of so many dimensions.
    pub(crate) fn none(ndim: usize) -> Moves {
        Moves {
            axes: (0..ndim).collect(),
            ..Moves::default()
        }
    }

    /// The way back: every element goes from where it arrives to where it comes from.
    pub fn reversed(&self) -> Moves {
        let mut lists = Reversed::default();
        let mut products = |products: &[Product]| -> Vec<Product> {
            let back = |product: &Product| product.reversed(&self.axes, &mut lists);
            products.iter().map(back).collect()
        };
        let mut messages = |messages: &[Message]| -> Vec<Message> {
            let back = |message: &Message| Message {
                peer: message.peer,
                products: products(&message.products),
            };
            messages.iter().map(back).collect()
        };
        let (recvs, sends) = (messages(&self.sends), messages(&self.recvs));
        let mut axes = self.axes.clone();
        for (dim, &axis) in self.axes.iter().enumerate() {
            axes[axis] = dim;
        }
        Moves {
            axes,
            sends,
            recvs,
            local: products(&self.local),
        }
    }

    /// What the plan costs. Errors: more elements than fit into 63 bits.
    pub fn costs(&self) -> Result<Costs> {
        let mut costs = Costs {
            messages: [self.sends.len(), self.recvs.len()],
            local: sum(self.local.iter().map(Product::elements))?,
            ..Costs::default()
        };
        for (end, messages) in [&self.sends, &self.recvs].into_iter().enumerate() {
            for message in messages {
                let elements = message.elements()?;
                costs.elements[end] = sum([Ok(costs.elements[end]), Ok(elements)].into_iter())?;
                costs.largest[end] = costs.largest[end].max(elements);
            }
        }
        let messages = || self.sends.iter().chain(&self.recvs);
        let products = || {
            messages()
                .flat_map(|message| &message.products)
                .chain(&self.local)
        };
        let mut lists: HashMap<*const Vec<Run>, &Vec<Run>> = HashMap::new();
        for runs in products().flat_map(|product| &product.dims) {
            lists.insert(Arc::as_ptr(runs), runs);
        }
        costs.runs = lists.values().map(|runs| runs.len()).sum();
        // A shared list stands behind two reference counts.
        let shared = size_of::<Vec<Run>>() + 2 * size_of::<usize>();
        let list = |runs: &&Vec<Run>| shared + runs.capacity() * size_of::<Run>();
        let held = |message: &Message| message.products.capacity() * size_of::<Product>();
        costs.memory = size_of::<Moves>()
            + (self.sends.capacity() + self.recvs.capacity()) * size_of::<Message>()
            + messages().map(held).sum::<usize>()
            + self.local.capacity() * size_of::<Product>()
            + lists.values().map(list).sum::<usize>();
        Ok(costs)
    }
}

/// Lists with source and target exchanged, each made once for all that share it.
#[derive(Default)]
struct Reversed(HashMap<*const Vec<Run>, Arc<Vec<Run>>>);

impl Reversed {
    fn of(&mut self, runs: &Arc<Vec<Run>>) -> Arc<Vec<Run>> {
        let make = || Arc::new(runs.iter().map(Run::reversed).collect());
        self.0.entry(Arc::as_ptr(runs)).or_insert_with(make).clone()
    }
}

/// Puts a product into the last message if that goes to the same peer, else into a new one. Errors: no memory.
pub(crate) fn enclose(messages: &mut Vec<Message>, peer: usize, product: Product) -> Result<()> {
    match messages.last_mut() {
        Some(message) if message.peer == peer => product::push(&mut message.products, product),
        _ => {
            let products = vec![product];
            product::push(messages, Message { peer, products })
        }
    }
}

fn sum(mut counts: impl Iterator<Item = Result<i64>>) -> Result<i64> {
    counts.try_fold(0i64, |sum, count| {
        sum.checked_add(count?).ok_or(Error::Overflow {
            what: "the number of elements",
        })
    })
}
