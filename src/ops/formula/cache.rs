//! Compiled formulas, kept for the next call.
//!
//! A program depends on the text and on names, types and numbers of dimensions of the operands; extents, distributions and values
//! of scalars may be others each time.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use distarray_core::formula::{self, Node};
use distarray_core::Dtype;

use super::operand::Operand;
use crate::error::Result;
use crate::kernels::formula::Prepared;

/// Formulas that are kept; when there are more, all are forgotten.
const KEPT: usize = 512;

/// What is to be computed.
#[derive(Clone, Copy, PartialEq)]
pub enum Asked<'a> {
    Texts(&'a [&'a str]),
    /// Steps, and the numbers of those that are results.
    Nodes(&'a [Node], &'a [i64]),
}

impl Asked<'_> {
    /// Whether it seems to have a reduction in it, also where it does not compile.
    pub fn reduces(&self) -> bool {
        match self {
            Asked::Texts(texts) => texts.iter().any(|text| formula::reduces(text)),
            Asked::Nodes(nodes, _) => nodes
                .iter()
                .any(|node| node.code == formula::builder::REDUCTION),
        }
    }
}

/// A formula as the cache knows it.
struct Entry {
    texts: Vec<String>,
    nodes: Vec<Node>,
    roots: Vec<i64>,
    operands: Vec<(String, Dtype, Option<usize>, bool)>,
    out: Option<Dtype>,
    prepared: Arc<Prepared>,
}

impl Entry {
    fn is(&self, asked: &Asked, operands: &[Operand], out: Option<Dtype>) -> bool {
        let same = match asked {
            Asked::Texts(texts) => self.roots.is_empty() && self.texts.iter().eq(texts.iter()),
            Asked::Nodes(nodes, roots) => self.nodes == *nodes && self.roots == *roots,
        };
        let alike = |((name, dtype, ndim, weak), operand): (
            &(String, Dtype, Option<usize>, bool),
            &Operand,
        )| {
            *name == operand.name
                && (*dtype, *ndim, *weak) == (operand.dtype(), operand.ndim(), operand.weak)
        };
        same && self.out == out
            && self.operands.len() == operands.len()
            && self.operands.iter().zip(operands).all(alike)
    }
}

static CACHE: Mutex<Option<HashMap<u64, Arc<Entry>>>> = Mutex::new(None);

/// Formulas that a thread finds again by looking, which takes less time than a hash of the text does.
const RECENT: usize = 8;

thread_local! {
    /// The last used first.
    static LAST: RefCell<Vec<Arc<Entry>>> = const { RefCell::new(Vec::new()) };
}

/// The program of a formula that this thread used lately.
fn recent(asked: &Asked, operands: &[Operand], out: Option<Dtype>) -> Option<Arc<Prepared>> {
    LAST.with_borrow_mut(|last| {
        let at = last
            .iter()
            .position(|entry| entry.is(asked, operands, out))?;
        last[..=at].rotate_right(1);
        Some(last[0].prepared.clone())
    })
}

fn remember(entry: Arc<Entry>) {
    LAST.with_borrow_mut(|last| {
        last.truncate(RECENT - 1);
        last.insert(0, entry);
    });
}

/// The number that all ranks have for one formula over operands of the same types.
pub fn identity(asked: &Asked, operands: &[Operand], out: Option<Dtype>) -> u64 {
    let mut hasher = DefaultHasher::new();
    match asked {
        Asked::Texts(texts) => texts.hash(&mut hasher),
        Asked::Nodes(nodes, roots) => {
            nodes.iter().for_each(|node| hash(node, &mut hasher));
            roots.hash(&mut hasher);
        }
    }
    out.hash(&mut hasher);
    for operand in operands {
        (operand.name, operand.dtype(), operand.ndim(), operand.weak).hash(&mut hasher);
    }
    hasher.finish()
}

/// What tells a node from others.
fn hash(node: &Node, hasher: &mut DefaultHasher) {
    let numbers = (node.real.to_bits(), node.imag.to_bits(), node.integer);
    (node.code, node.args, node.which, numbers, node.ddof).hash(hasher);
    node.ndim.hash(hasher);
    if node.ndim != 0 {
        node.by.hash(hasher);
    }
}

/// The program of a formula, compiled if it was not met before.
///
/// Errors: as `formula::compile`.
pub fn prepared(asked: &Asked, operands: &[Operand], out: Option<Dtype>) -> Result<Arc<Prepared>> {
    if let Some(prepared) = recent(asked, operands, out) {
        return Ok(prepared);
    }
    let key = identity(asked, operands, out);
    let mut cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    let cache = cache.get_or_insert_with(HashMap::new);
    if let Some(entry) = cache
        .get(&key)
        .filter(|entry| entry.is(asked, operands, out))
    {
        remember(entry.clone());
        return Ok(entry.prepared.clone());
    }
    let described: Vec<formula::Operand> = operands.iter().map(Operand::described).collect();
    let program = match asked {
        Asked::Texts(texts) => formula::compile_texts(texts, &described, out)?,
        Asked::Nodes(nodes, roots) => {
            let tree = formula::build(nodes, roots, &described)?;
            formula::compile(&[tree], &described, out)?
        }
    };
    let prepared = Arc::new(Prepared::new(program));
    if cache.len() >= KEPT {
        cache.clear();
    }
    let (texts, nodes, roots) = match asked {
        Asked::Texts(texts) => {
            let texts = texts.iter().map(|text| text.to_string()).collect();
            (texts, Vec::new(), Vec::new())
        }
        Asked::Nodes(nodes, roots) => (Vec::new(), nodes.to_vec(), roots.to_vec()),
    };
    let operands = operands.iter().map(|operand| {
        (
            operand.name.to_string(),
            operand.dtype(),
            operand.ndim(),
            operand.weak,
        )
    });
    let entry = Arc::new(Entry {
        texts,
        nodes,
        roots,
        operands: operands.collect(),
        out,
        prepared: prepared.clone(),
    });
    remember(entry.clone());
    cache.insert(key, entry);
    Ok(prepared)
}
