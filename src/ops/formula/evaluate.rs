//! A formula evaluated into an array.

use distarray_core::formula::Load;
use distarray_core::halo::HaloOptions;

use super::bound::{self, Visited};
use super::cache::{identity, prepared, Asked};
use super::operand::{Given, Operand};
use super::values::reduce_stage;
use crate::array::Array;
use crate::error::Result;
use crate::kernels::formula::{Prepared, Uniforms};
use crate::kernels::{copy, Block};
use crate::mpi::agree::fingerprint;
use crate::ops::halo::{plan_halo, Halo};

/// How a formula is evaluated.
#[derive(Clone, Copy, Default, Hash)]
pub struct Options {
    /// Ghosts of shifted operands are exchanged first.
    pub exchange: bool,
}

const NAME: &str = "darr_eval";

/// Writes a formula to the owned elements of `out`. Without reductions in it and without an exchange no rank waits for
/// another one. `asked` holds formula and operands, or what this rank found wrong with them.
pub fn evaluate(out: &Array, asked: Result<(Asked, Vec<Operand>)>, options: Options) -> Result<()> {
    let comm = out.dist().comm();
    let mut call = 0;
    let compiled = asked.and_then(|(asked, operands)| {
        if comm.checks() {
            call = identity(&asked, &operands, Some(out.dtype()));
        }
        Ok((prepared(&asked, &operands, Some(out.dtype()))?, operands))
    });
    if comm.checks() {
        let fields = [
            ("the formula", call),
            ("the array", out.identity()),
            ("the options", fingerprint(options)),
        ];
        comm.check_call(NAME, &fields, &compiled)?;
    }
    comm.ensure_alive()?;
    let (prepared, operands) = compiled?;
    let program = prepared.program();
    let last = program.stages.len() - 1;
    if options.exchange {
        exchange(&prepared, &operands)?;
    }
    let mut uniforms = bound::uniforms(&prepared, &operands, out.dist())?;
    for stage in 0..last {
        prepared.prologue(stage, &mut uniforms);
        reduce_stage(
            NAME,
            &prepared,
            stage,
            &operands,
            Some(out.dist()),
            &mut uniforms,
        )?;
    }
    prepared.prologue(last, &mut uniforms);
    let visited = Visited::new(&prepared, prepared.loads_of_roots(), &operands, out.dist())?;
    write(&prepared, &visited, &uniforms, &out.owned())
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

/// Exchanges the ghosts of the operands that are read shifted.
fn exchange(prepared: &Prepared, operands: &[Operand]) -> Result<()> {
    let mut arrays: Vec<&Array> = Vec::new();
    for load in &prepared.program().loads {
        let Load::Operand { operand, shift, .. } = load else {
            continue;
        };
        if let (Given::Array(array), true) =
            (&operands[*operand].given, shift.iter().any(|&by| by != 0))
        {
            if !arrays
                .iter()
                .any(|known| known.block().base() == array.block().base())
            {
                arrays.push(array);
            }
        }
    }
    let Some(&first) = arrays.first() else {
        return Ok(());
    };
    let halo = Halo {
        ghosts: HaloOptions::default(),
        ..Halo::default()
    };
    plan_halo(first, Ok((arrays, halo)))?.run()
}
