//! Formulas whose value is one number each: reductions, and what is computed from them.

use std::sync::Arc;

use distarray_core::{Code, Dtype};

use super::bound::{self, Visited};
use super::cache::{identity, prepared, Asked};
use super::operand::Operand;
use crate::array::claim::Claims;
use crate::array::{Array, Dist};
use crate::error::{Error, Result};
use crate::kernels::formula::{Prepared, Uniforms};
use crate::kernels::reduce::{Op, Partial};
use crate::kernels::Value;
use crate::ops::reduce::{combine, Contribution};

/// What is asked for: formulas, operands, and the type of each value.
pub struct Wanted<'a> {
    pub formulas: Asked<'a>,
    pub operands: Vec<Operand<'a>>,
    pub dtypes: Vec<Dtype>,
}

const NAME: &str = "darr_eval_values";

/// Collective over the ranks of `first`: the value of each formula on every rank; one pass over memory and one message for
/// all reductions that do not need each other's results.
pub fn values(first: &Array, asked: Result<Wanted>) -> Result<Vec<Value>> {
    let comm = first.dist().comm();
    let dist = first.dist();
    let compiled = asked.and_then(|wanted| {
        let prepared = prepared(&wanted.formulas, &wanted.operands, None)?;
        let roots = wanted.dtypes.len();
        if let Some(root) = (0..roots).find(|&root| !prepared.is_uniform(root)) {
            let formula = match roots {
                1 => "the formula".to_string(),
                _ => format!("formula {}", root + 1),
            };
            let text = format!(
                "{formula} has a value for each element: reduce it, for instance by sum( )"
            );
            return Err(Error::new(Code::Argument, text));
        }
        for (root, &dtype) in wanted.dtypes.iter().enumerate() {
            let natural = prepared.program().roots[root].dtype;
            if !natural.can_cast(dtype, true) {
                let text = format!(
                    "the value of formula {} is {}, which does not convert to {} without losing its kind",
                    root + 1,
                    natural.name(),
                    dtype.name()
                );
                return Err(Error::new(Code::Argument, text));
            }
        }
        let uniforms = bound::uniforms(&prepared, &wanted.operands, dist)?;
        let held = Claims::hold(bound::claims(&prepared, &wanted.operands))?;
        Ok((prepared, wanted, uniforms, held))
    });
    // Told only where it is compared.
    let call = match &compiled {
        Ok((_, wanted, ..)) if comm.checks() => identity(&wanted.formulas, &wanted.operands, None),
        _ => 0,
    };
    comm.check_call(NAME, &[("the formulas", call)], &compiled)?;
    let (prepared, wanted, mut uniforms, _held) = match compiled {
        // The others hear of it in the message of their first reductions.
        Err(error) => {
            combine(comm, NAME, Err(error.clone()))?;
            return Err(error);
        }
        Ok(ready) => ready,
    };
    let stages = &prepared.program().stages;
    if stages.iter().all(|stage| stage.reductions.is_empty()) {
        combine(comm, NAME, Ok(Contribution::default()))?;
    }
    for stage in 0..stages.len() {
        prepared.prologue(stage, &mut uniforms);
        reduce_stage(
            NAME,
            &prepared,
            stage,
            &wanted.operands,
            dist,
            &mut uniforms,
        )?;
    }
    let each = wanted.dtypes.iter().enumerate().map(|(root, &dtype)| {
        let value = prepared.uniform_root(root, &uniforms);
        value.expect("checked above").cast(dtype)
    });
    each.collect()
}

/// Collective: computes the reductions of a stage and keeps their results among the uniform values.
pub fn reduce_stage(
    name: &'static str,
    prepared: &Prepared,
    stage: usize,
    operands: &[Operand],
    of: &Arc<Dist>,
    uniforms: &mut Uniforms,
) -> Result<()> {
    let reductions = &prepared.program().stages[stage].reductions;
    if reductions.is_empty() {
        return Ok(());
    }
    let comm = of.comm();
    let local = local_part(prepared, stage, operands, of, uniforms);
    let local = local.map(|partials| Contribution {
        partials,
        ..Contribution::default()
    });
    let totals = combine(comm, name, local)?.partials;
    for (reduced, total) in reductions.iter().zip(totals) {
        let op = Op::from_code(reduced.op)?;
        let dtype = prepared.program().uniforms[usize::from(reduced.out)].dtype;
        prepared.set_uniform(
            reduced.out,
            uniforms,
            total.finish_corrected(op, reduced.ddof, dtype)?,
        )?;
    }
    Ok(())
}

/// This rank's contributions, in the order of the reductions; those over the same elements share a pass.
fn local_part(
    prepared: &Prepared,
    stage: usize,
    operands: &[Operand],
    of: &Arc<Dist>,
    uniforms: &Uniforms,
) -> Result<Vec<Partial>> {
    let reductions = &prepared.program().stages[stage].reductions;
    let mut leads: Vec<Arc<Dist>> = Vec::with_capacity(reductions.len());
    for reduced in reductions {
        let loads = reduced.loads.iter().map(|&load| usize::from(load));
        let lead = bound::leading(prepared, loads, operands, of)?;
        if !lead.comm().is(of.comm()) {
            let text = "an operand of a reduction lives on another communicator than the result or the first array";
            return Err(Error::new(Code::Argument, text));
        }
        leads.push(lead);
    }
    let mut partials = vec![Partial::default(); reductions.len()];
    let mut done = vec![false; reductions.len()];
    for first in 0..reductions.len() {
        if done[first] {
            continue;
        }
        let alike = |&at: &usize| {
            let (a, b) = (&leads[first], &leads[at]);
            Arc::ptr_eq(a, b) || a.map().compatible(b.map())
        };
        let together: Vec<usize> = (first..reductions.len())
            .filter(|at| !done[*at])
            .filter(alike)
            .collect();
        let loads = together
            .iter()
            .flat_map(|&at| &reductions[at].loads)
            .map(|&load| usize::from(load));
        let visited = Visited::new(prepared, loads, operands, &leads[first])?;
        let parts =
            visited.with_places(|space| prepared.reduce(stage, space, uniforms, &together))?;
        for (&at, part) in together.iter().zip(parts) {
            (partials[at], done[at]) = (part, true);
        }
    }
    Ok(partials)
}
