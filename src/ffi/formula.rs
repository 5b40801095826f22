//! Formulas over arrays.

pub mod node;
pub mod operand;
pub mod ufunc;

use std::ffi::{c_char, c_int, c_void};

use distarray_core::{Code, Dtype};

use super::guard::guard;
use super::handle::{self, darr_array, get};
use super::pointer::{growing_or_initial, growing_slice, output, slice, text, Growing, Out};
use crate::array::Array;
use crate::error::{Error, Result};
use crate::kernels::Value;
use crate::ops::formula::{evaluate, values, Asked, Options, Wanted};
use node::{darr_node, Steps};
use operand::{darr_operand, operands, Held};

/// How a formula is evaluated. Start from `DARR_EVAL_OPTIONS_INIT`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct darr_eval_options {
    /// sizeof(darr_eval_options).
    pub size: i64,
    /// 1: the ghosts of operands that are read shifted are exchanged first, which plans an exchange each time: in a loop keep a
    /// halo plan and run it before. 0: they are read as they are.
    pub exchange: c_int,
}

// SAFETY: repr(C), the size first, numbers only.
unsafe impl Growing for darr_eval_options {
    const INITIAL: darr_eval_options = darr_eval_options {
        size: size_of::<darr_eval_options>() as i64,
        exchange: 0,
    };
    const FIRST: usize = size_of::<darr_eval_options>();
}

/// Evaluates a formula for every element of an array: one pass over memory, without arrays for what is in between.
///
/// The text has Python's operators and their precedence (** * / // % + - << >> & ^ | comparisons, not, and, or), calls of the
/// element-wise functions (`darr_ufunc`) and casts (float32(x)) by NumPy's names, numbers (2, 0.5, 1e-3, 1j, True) and the constants pi, e, inf and
/// nan; the names of the operands; i0, i1 ... for the global index of the element along dimension 0, 1 ... (from 0 in all languages) and n0, n1 ... for
/// the extents; `u[1, 0]` for the element of u one further along dimension 0: shifts read the halo. Types and values
/// are NumPy's: a number of the text takes the type of what it meets. Reductions (sum, prod, min, max, mean, var, std, any, all,
/// argmin, argmax, norm, dot, vdot, count_nonzero) stand for one number: `u - mean(u)`.
///
/// Operands broadcast to the shape of `out`. Their elements must lie on the rank that owns the result: compatible distributions, any memory
/// order, strides and padding. `out` may be an operand; its old values are read then, also where they are shifted.
///
/// Local, unless the formula has reductions or an exchange is asked for: Collective then, with one message for all reductions that do not need
/// each other, and a mistake that one rank makes is every rank's error. The compiled formula is kept for the next call.
/// @param formula [in] The text.
/// @param n [in] Number of operands.
/// @param names [in] Their names: letters, digits and _, not beginning with a digit.
/// @param operands [in] What they stand for. An operand that the formula does not name is fine.
/// @param out [out] An array: its owned elements are written, its padding is not. The result is converted to its type as NumPy's `same_kind` rule
/// allows.
/// Errors: `DARR_ERR_ARGUMENT` for a text that is no formula (with the column), an unknown name (with the nearest known one), operands that do not broadcast or
/// are distributed otherwise, a shift beyond the halo, the minimum of no elements, a type that does not convert; `DARR_ERR_UNSUPPORTED` for a type that a function has no meaning for;
/// `DARR_ERR_STATE` while a plan that is begun writes what is read, or uses what is written; `DARR_ERR_HANDLE`; `DARR_ERR_MEMORY`; `DARR_ERR_COMM`;
/// `DARR_ERR_MPI`; `DARR_ERR_MISMATCH`.
#[no_mangle]
pub unsafe extern "C" fn darr_eval(
    formula: *const c_char,
    n: c_int,
    names: *const *const c_char,
    operands: *const darr_operand,
    out: *mut darr_array,
) -> c_int {
    // SAFETY: the pointer rule of the header.
    unsafe { darr_eval_with(formula, n, names, operands, std::ptr::null(), out) }
}

/// `darr_eval` with options.
///
/// Local or Collective as `darr_eval` and the options say.
/// @param formula [in] The text.
/// @param n [in] Number of operands.
/// @param names [in] Their names.
/// @param operands [in] What they stand for.
/// @param options [in] NULL: the defaults.
/// @param out [out] The array that is written.
/// Errors: as `darr_eval`; with an exchange also those of `darr_plan_halo`.
#[no_mangle]
pub unsafe extern "C" fn darr_eval_with(
    formula: *const c_char,
    n: c_int,
    names: *const *const c_char,
    operands: *const darr_operand,
    options: *const darr_eval_options,
    out: *mut darr_array,
) -> c_int {
    guard(|| {
        let out = get(out, "out")?;
        // SAFETY: the pointer rule of the header.
        let (held, formula, options) = unsafe {
            (
                named(n, names, operands),
                text(formula, "formula"),
                growing_or_initial(options, "options"),
            )
        };
        let texts = formula.map(|formula| [formula]);
        let asked = texts.as_ref().map(|texts| Asked::Texts(texts));
        run(&out, asked.map_err(Clone::clone), &held, options)
    })
}

/// Evaluates a formula, or tells what is wrong with it.
fn run(
    out: &Array,
    asked: Result<Asked>,
    held: &Result<Vec<Held>>,
    options: Result<darr_eval_options>,
) -> Result<()> {
    let (options, operands) = match options {
        Err(error) => (Options::default(), Err(error)),
        Ok(options) => {
            let exchange = options.exchange != 0;
            let operands = held.as_ref().map_err(Clone::clone);
            let operands = operands.map(|held| held.iter().map(Held::operand).collect());
            (Options { exchange }, operands)
        }
    };
    evaluate(out, asked, operands, options)
}

/// Values of formulas that are one number each, on every rank: reductions, and what is computed from them, such as
/// `sqrt(mean(ux**2 + uy**2))` or `max(abs(a - b))`. All of them share one pass over memory, in which each operand is read once, and one
/// message; reductions that need the results of others (`mean((u - mean(u))**2)`) take another one of each.
///
/// Collective. The values are the same on every rank; two runs on one rank count give the same bits.
/// @param nformulas [in] Number of formulas.
/// @param formulas [in] Their texts, as for `darr_eval`. A reduction is over all elements of the arrays in it, which broadcast to the shape of one
/// of them; i0 refers to them, n0 to the first array of the operands. Values that every rank has count once.
/// @param n [in] Number of operands, one array at least.
/// @param names [in] Their names.
/// @param operands [in] What they stand for.
/// @param dtype [in] Type of the values, to which they are converted.
/// @param values_out [out] One value for each formula.
/// Errors: as `darr_eval`; `DARR_ERR_ARGUMENT` for a formula that has a value for each element.
#[no_mangle]
pub unsafe extern "C" fn darr_eval_values(
    nformulas: c_int,
    formulas: *const *const c_char,
    n: c_int,
    names: *const *const c_char,
    operands: *const darr_operand,
    dtype: c_int,
    values_out: *mut c_void,
) -> c_int {
    guard(|| {
        // SAFETY: the pointer rule of the header.
        let held = unsafe { named(n, names, operands) };
        let other;
        let first = match &held {
            Ok(held) => held.iter().find_map(Held::array),
            Err(error) => {
                // The ranks of an array that is one hear of it.
                // SAFETY: as above.
                other = unsafe { operand::first_array(n, operands) }.ok_or(error.clone())?;
                Some(&*other)
            }
        };
        let first = first.ok_or_else(|| Error::new(Code::Argument, "no operand is an array"))?;
        // SAFETY: as above.
        let out = unsafe { output(values_out.cast::<u8>(), "values_out") };
        // SAFETY: as above.
        let texts = unsafe { texts(nformulas, formulas, "formulas") };
        let asked = match (&held, &texts, &out, Dtype::from_code(dtype)) {
            (Err(error), ..) | (_, Err(error), ..) | (_, _, Err(error), _) => Err(error.clone()),
            (.., Err(error)) => Err(error.into()),
            (Ok(held), Ok(texts), Ok(_), Ok(dtype)) => Ok(Wanted {
                formulas: Asked::Texts(texts),
                operands: held.iter().map(Held::operand).collect(),
                dtypes: vec![dtype; texts.len()],
            }),
        };
        store(values(first, asked)?, out?)
    })
}

/// `darr_eval_with` of a formula as a list of steps, which needs no text and no names: what operators of other languages make.
///
/// Local or Collective as `darr_eval` and the options say.
/// @param n [in] Number of steps.
/// @param nodes [in] The steps in postfix order; they leave one value.
/// @param options [in] NULL: the defaults.
/// @param out [out] The array that is written.
/// Errors: as `darr_eval_with`, with the number of the step from 0.
#[no_mangle]
pub unsafe extern "C" fn darr_eval_nodes(
    n: c_int,
    nodes: *const darr_node,
    options: *const darr_eval_options,
    out: *mut darr_array,
) -> c_int {
    guard(|| {
        let out = get(out, "out")?;
        // SAFETY: the pointer rule of the header.
        let (steps, options) =
            unsafe { (steps(&[n], nodes), growing_or_initial(options, "options")) };
        let (formula, held) = match steps {
            Ok(steps) => (Ok((steps.nodes, steps.roots)), Ok(steps.held)),
            Err(error) => (Err(error.clone()), Err(error)),
        };
        let asked = formula
            .as_ref()
            .map(|(nodes, roots)| Asked::Nodes(nodes, roots));
        run(&out, asked.map_err(Clone::clone), &held, options)
    })
}

/// `darr_eval_values` of formulas as lists of steps.
///
/// Collective.
/// @param nformulas [in] Number of formulas.
/// @param lengths [in] Number of steps of each.
/// @param nodes [in] The steps, one formula after the other.
/// @param dtype [in] Type of the values.
/// @param values_out [out] One value for each formula.
/// Errors: as `darr_eval_values`.
#[no_mangle]
pub unsafe extern "C" fn darr_eval_values_nodes(
    nformulas: c_int,
    lengths: *const c_int,
    nodes: *const darr_node,
    dtype: c_int,
    values_out: *mut c_void,
) -> c_int {
    guard(|| {
        // SAFETY: the pointer rule of the header.
        let lengths = unsafe { slice(lengths, nformulas, "lengths") }?;
        // SAFETY: as above.
        let steps = unsafe { steps(lengths, nodes) };
        let other;
        let first = match &steps {
            Ok(steps) => steps.held.iter().find_map(Held::array),
            Err(error) => {
                // SAFETY: as above.
                other = unsafe { first_array(lengths, nodes) }.ok_or(error.clone())?;
                Some(&*other)
            }
        };
        let first = first.ok_or_else(|| Error::new(Code::Argument, "no step is an array"))?;
        // SAFETY: as above.
        let out = unsafe { output(values_out.cast::<u8>(), "values_out") };
        let asked = match (&steps, &out, Dtype::from_code(dtype)) {
            (Err(error), ..) | (_, Err(error), _) => Err(error.clone()),
            (.., Err(error)) => Err(error.into()),
            (Ok(steps), Ok(_), Ok(dtype)) => Ok(Wanted {
                formulas: Asked::Nodes(&steps.nodes, &steps.roots),
                operands: steps.held.iter().map(Held::operand).collect(),
                dtypes: vec![dtype; steps.roots.len()],
            }),
        };
        store(values(first, asked)?, out?)
    })
}

/// The formulas of lists of steps.
///
/// # Safety
/// The pointer rule of the header.
unsafe fn steps<'a>(lengths: &[c_int], nodes: *const darr_node) -> Result<Steps<'a>> {
    // SAFETY: passed on.
    let list = unsafe { growing_slice(nodes, total(lengths)?, "nodes") }?;
    let (mut steps, mut rest) = (Steps::default(), &list[..]);
    for &length in lengths {
        let (formula, others) = rest.split_at(length as usize);
        steps.add(formula)?;
        rest = others;
    }
    Ok(steps)
}

/// The number of all steps.
fn total(lengths: &[c_int]) -> Result<usize> {
    let add = |all: usize, &length: &c_int| all.checked_add(usize::try_from(length).ok()?);
    let all = lengths.iter().try_fold(0, add);
    all.ok_or_else(|| {
        let text = "the number of steps of a formula is negative";
        Error::new(Code::Argument, text)
    })
}

/// The first array among steps of which others are wrong.
///
/// # Safety
/// The pointer rule of the header.
unsafe fn first_array(lengths: &[c_int], nodes: *const darr_node) -> Option<handle::Held<Array>> {
    // SAFETY: passed on.
    let list = unsafe { growing_slice(nodes, total(lengths).ok()?, "nodes") }.ok()?;
    let arrays = list.iter().filter(|step| step.op == node::DARR_NODE_ARRAY);
    arrays
        .into_iter()
        .find_map(|step| get(step.array, "array").ok())
}

/// Writes values of one type, one after the other.
fn store(values: Vec<Value>, out: Out<u8>) -> Result<()> {
    let bytes: Vec<u8> = values
        .iter()
        .flat_map(|value| value.bytes().to_vec())
        .collect();
    out.write_bytes(&bytes);
    Ok(())
}

/// Operands and their names.
///
/// # Safety
/// The pointer rule of the header.
unsafe fn named<'a>(
    n: c_int,
    names: *const *const c_char,
    given: *const darr_operand,
) -> Result<Vec<Held<'a>>> {
    // SAFETY: passed on.
    let (names, mut held) = unsafe { (texts(n, names, "names")?, operands(n, given)?) };
    for (held, name) in held.iter_mut().zip(names) {
        held.name = name;
    }
    Ok(held)
}

/// # Safety
/// The pointer rule of the header.
unsafe fn texts<'a>(n: c_int, list: *const *const c_char, name: &str) -> Result<Vec<&'a str>> {
    // SAFETY: passed on.
    let list = unsafe { slice(list, n, name) }?;
    // SAFETY: passed on.
    list.iter()
        .map(|&each| unsafe { text(each, name) })
        .collect()
}
