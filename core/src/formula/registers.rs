//! Which register takes which result.

use std::collections::{BTreeSet, HashMap};

use super::graph::{Graph, Id};
use super::program::Place;

/// Gives each value of `order` a register, in `places`, and says how many there are. Those of `results` are kept to the end.
///
/// A result takes the register of an argument that is read for the last time if elements have one size: kernels go through a
/// tile from its beginning, and would overwrite what they have not read yet. It takes another one otherwise.
pub(super) fn assign(graph: &Graph, order: &[Id], results: &[Id], places: &mut [Place]) -> usize {
    let mut last_use: HashMap<Id, usize> = HashMap::new();
    for (at, &id) in order.iter().enumerate() {
        last_use.insert(id, at);
        last_use.extend(graph.args(id).into_iter().map(|arg| (arg, at)));
    }
    last_use.extend(results.iter().map(|&id| (id, order.len())));
    let mut free: BTreeSet<u32> = BTreeSet::new();
    let mut used: u32 = 0;
    let mut registers: HashMap<Id, u32> = HashMap::new();
    for (at, &id) in order.iter().enumerate() {
        let size = graph.value(id).dtype.size();
        let mut ending: Vec<(Id, u32)> = Vec::new();
        for arg in graph.args(id) {
            if last_use[&arg] == at {
                ending.extend(registers.remove(&arg).map(|register| (arg, register)));
            }
        }
        let same_size = |&(arg, _): &(Id, u32)| graph.value(arg).dtype.size() == size;
        let register = match ending.iter().position(same_size) {
            Some(i) => ending.remove(i).1,
            None => free.pop_first().unwrap_or_else(|| {
                used += 1;
                used - 1
            }),
        };
        free.extend(ending.into_iter().map(|(_, register)| register));
        registers.insert(id, register);
        // There are no more registers than values, whose number fits.
        places[id] = Place::Register(u16::try_from(register).unwrap_or(u16::MAX));
    }
    used as usize
}
