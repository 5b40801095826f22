//! A formula evaluated into an array.

use std::sync::Arc;

use distarray_core::formula::Load;
use distarray_core::Code;

use super::bound::{self, claims, Visited};
use super::cache::{identity, prepared, Asked};
use super::operand::{Given, Operand};
use super::values::reduce_stage;
use crate::array::claim::{Claim, Claims, Part};
use crate::array::Array;
use crate::error::{Error, Result};
use crate::kernels::formula::{Prepared, Uniforms};
use crate::kernels::{copy, Block};
use crate::mpi::agree::fingerprint;
use crate::ops::halo::{plan_halo, Halo};
use crate::ops::reduce::combine;

/// How a formula is evaluated.
#[derive(Clone, Copy, Default, Hash)]
pub struct Options {
    /// Ghosts of shifted operands are exchanged first.
    pub exchange: bool,
}

const NAME: &str = "darr_eval";

/// Writes a formula to the owned elements of `out`. Without reductions in it and without an exchange no rank waits for
/// another one; else what one rank finds wrong with the formula or its operands is everybody's error.
pub fn evaluate<'a>(
    out: &Array,
    asked: Result<Asked<'a>>,
    operands: Result<Vec<Operand<'a>>>,
    options: Options,
) -> Result<()> {
    let comm = out.dist().comm();
    let formula = asked.as_ref().ok().copied();
    let ready = Ready::new(out, asked, operands);
    let reduces = match &ready {
        Ok(ready) => ready.prepared.program().stages.len() > 1,
        // The others may have compiled it.
        Err(_) => formula.is_some_and(|formula| formula.reduces()),
    };
    if reduces || options.exchange {
        // Told only where it is compared.
        let formula = |ready: &Ready| match comm.checks() {
            true => identity(&ready.asked, &ready.operands, Some(out.dtype())),
            false => 0,
        };
        let fields = [
            ("the formula", ready.as_ref().map_or(0, formula)),
            ("the array", out.identity()),
            ("the options", fingerprint(options)),
        ];
        comm.check_call(NAME, &fields, &ready)?;
    }
    let ready = match options.exchange {
        true => Ok(exchange(out, ready)?),
        false => ready,
    };
    let held = ready.and_then(|ready| Ok((Claims::hold(ready.claims(out))?, ready)));
    let (_held, mut ready) = match held {
        Err(error) if reduces => return combine(comm, NAME, Err(error)).map(drop),
        held => held?,
    };
    let (prepared, operands, uniforms) = (&ready.prepared, &ready.operands, &mut ready.uniforms);
    let last = prepared.program().stages.len() - 1;
    for stage in 0..last {
        prepared.prologue(stage, uniforms);
        reduce_stage(NAME, prepared, stage, operands, out.dist(), uniforms)?;
    }
    prepared.prologue(last, uniforms);
    let visited = Visited::new(prepared, prepared.loads_of_roots(), operands, out.dist())?;
    write(prepared, &visited, uniforms, &out.owned())
}

/// A compiled formula, and what it is given.
struct Ready<'a> {
    asked: Asked<'a>,
    prepared: Arc<Prepared>,
    operands: Vec<Operand<'a>>,
    uniforms: Uniforms,
}

impl<'a> Ready<'a> {
    fn new(
        out: &Array,
        asked: Result<Asked<'a>>,
        operands: Result<Vec<Operand<'a>>>,
    ) -> Result<Ready<'a>> {
        let (asked, operands) = (asked?, operands?);
        let prepared = prepared(&asked, &operands, Some(out.dtype()))?;
        Ok(Ready {
            asked,
            uniforms: bound::uniforms(&prepared, &operands, out.dist())?,
            prepared,
            operands,
        })
    }

    fn claims(&self, out: &Array) -> Vec<Claim> {
        let mut claims = claims(&self.prepared, &self.operands);
        claims.push(out.claim(Part::Owned, true));
        claims
    }
}

fn write(
    prepared: &Prepared,
    visited: &Visited,
    uniforms: &Uniforms,
    target: &Block,
) -> Result<()> {
    if !visited.disturbed_by(target) {
        prepared.write(&visited.space(), uniforms, target);
        return Ok(());
    }
    // Neighbours are read in their old state: all of the result comes first.
    let result = Block::packed_like(target)?;
    prepared.write(&visited.space(), uniforms, &result);
    copy::copy(&result, target)
}

/// Collective over the ranks of `out`: exchanges the ghosts of the operands that are read shifted.
fn exchange<'a>(out: &Array, ready: Result<Ready<'a>>) -> Result<Ready<'a>> {
    let comm = out.dist().comm();
    let arrays = ready.as_ref().map_err(Clone::clone).and_then(|ready| {
        let arrays = shifted(ready);
        match arrays.iter().all(|array| array.dist().comm().is(comm)) {
            true => Ok(arrays),
            false => {
                let text = "a shifted operand lives on another communicator than the result";
                Err(Error::new(Code::Argument, text))
            }
        }
    });
    match arrays {
        // The others have ghosts to exchange, or none either.
        Ok(arrays) if arrays.is_empty() => comm.agree_on("darr_plan_halo", &[], Ok(()))?,
        arrays => plan_halo(out, arrays.map(|arrays| (arrays, Halo::default())))?.run()?,
    }
    ready
}

/// The operands that are read shifted, each once. Their memory does not tell: a rank may have none of any.
fn shifted<'a>(ready: &Ready<'a>) -> Vec<&'a Array> {
    let mut arrays: Vec<&Array> = Vec::new();
    for load in &ready.prepared.program().loads {
        let Load::Operand { operand, shift, .. } = load else {
            continue;
        };
        if let Given::Array(array) = ready.operands[*operand].given {
            let known = arrays.iter().any(|known| std::ptr::eq(*known, array));
            if shift.iter().any(|&by| by != 0) && !known {
                arrays.push(array);
            }
        }
    }
    arrays
}
