//! Placeholder of branch `kernels`.
use super::lane::Kernel;
use distarray_core::formula::Function;
use distarray_core::ufunc::Loop;
pub(super) fn kernel(_: Function, _: &Loop) -> Kernel {
    unimplemented!()
}
pub(super) fn scalar_kernel(_: Function, _: &Loop, _: usize) -> Option<Kernel> {
    None
}
