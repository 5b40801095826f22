//! The structs of `include/distarray_protocol.h`, field for field.

use std::ffi::c_void;

/// Major and minor version of the layout and its rules.
pub const VERSION: [i32; 2] = [1, 0];

/// Memory that the processor reaches, as DLPack numbers it.
pub const DEVICE_CPU: i32 = 1;

/// cbindgen:ignore
#[repr(C)]
#[derive(Clone, Copy)]
pub struct darr_protocol_dim {
    pub dist_type: i32,
    pub periodic: i32,
    pub one_to_one: i32,
    pub reserved: i32,
    pub size: i64,
    pub proc_grid_size: i64,
    pub proc_grid_rank: i64,
    pub start: i64,
    pub stop: i64,
    pub padding: [i64; 2],
    pub block_size: i64,
    pub n_indices: i64,
    pub indices: *const i64,
    pub reserved_tail: i64,
}

/// cbindgen:ignore
#[repr(C)]
#[derive(Clone, Copy)]
pub struct darr_protocol {
    pub version_major: i32,
    pub version_minor: i32,
    pub dtype: i32,
    pub device: i32,
    pub ndim: i32,
    pub in_grid: i32,
    pub base: *mut c_void,
    pub extents: *const i64,
    pub strides: *const i64,
    pub dims: *const darr_protocol_dim,
    pub release: Option<unsafe extern "C" fn(*mut darr_protocol)>,
    pub private_data: *mut c_void,
    pub reserved: [i64; 4],
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::mem::offset_of;

    /// The numbers that `tests/c/t400_protocol_layout.c` asserts of the header.
    #[test]
    fn the_layout_is_that_of_the_header() {
        let dim = [
            offset_of!(darr_protocol_dim, dist_type),
            offset_of!(darr_protocol_dim, periodic),
            offset_of!(darr_protocol_dim, one_to_one),
            offset_of!(darr_protocol_dim, reserved),
            offset_of!(darr_protocol_dim, size),
            offset_of!(darr_protocol_dim, proc_grid_size),
            offset_of!(darr_protocol_dim, proc_grid_rank),
            offset_of!(darr_protocol_dim, start),
            offset_of!(darr_protocol_dim, stop),
            offset_of!(darr_protocol_dim, padding),
            offset_of!(darr_protocol_dim, block_size),
            offset_of!(darr_protocol_dim, n_indices),
            offset_of!(darr_protocol_dim, indices),
            offset_of!(darr_protocol_dim, reserved_tail),
        ];
        assert_eq!(dim, [0, 4, 8, 12, 16, 24, 32, 40, 48, 56, 72, 80, 88, 96]);
        assert_eq!(size_of::<darr_protocol_dim>(), 104);
        let descriptor = [
            offset_of!(darr_protocol, version_major),
            offset_of!(darr_protocol, version_minor),
            offset_of!(darr_protocol, dtype),
            offset_of!(darr_protocol, device),
            offset_of!(darr_protocol, ndim),
            offset_of!(darr_protocol, in_grid),
            offset_of!(darr_protocol, base),
            offset_of!(darr_protocol, extents),
            offset_of!(darr_protocol, strides),
            offset_of!(darr_protocol, dims),
            offset_of!(darr_protocol, release),
            offset_of!(darr_protocol, private_data),
            offset_of!(darr_protocol, reserved),
        ];
        assert_eq!(
            descriptor,
            [0, 4, 8, 12, 16, 20, 24, 32, 40, 48, 56, 64, 72]
        );
        assert_eq!(size_of::<darr_protocol>(), 104);
    }
}
