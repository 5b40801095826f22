//! Copies whose source and target run fastest along different loops, tile by tile.

use super::nest::Axis;

/// Items along each side of the tile that is turned in registers.
const SIDE: usize = 8;

/// Bytes of source and target that a block of tiles touches at most along each side.
const REACH: usize = 512;

/// Copies items of `B` bytes over two loops: `along_source` steps the source least, `along_target` the target.
///
/// Both operands are touched in blocks small enough that every cache line, once loaded, is used up before it is evicted. Inside a block the tiles of
/// `SIDE` x `SIDE` items pass through a local array, so that loads and stores go in short runs that cannot alias.
///
/// # Safety
/// Every item of both operands may be accessed, and none of the source shares a byte with the target.
pub(super) unsafe fn transpose<const B: usize>(
    along_source: Axis<2>,
    along_target: Axis<2>,
    at: [*mut u8; 2],
) {
    let block = (REACH / B).max(SIDE);
    for target_start in (0..along_target.extent).step_by(block) {
        let target_end = (target_start + block).min(along_target.extent);
        for source_start in (0..along_source.extent).step_by(block) {
            let source_end = (source_start + block).min(along_source.extent);
            for t in (target_start..target_end).step_by(SIDE) {
                let rows = SIDE.min(target_end - t);
                for s in (source_start..source_end).step_by(SIDE) {
                    let columns = SIDE.min(source_end - s);
                    let at = along_target.step(t as isize, along_source.step(s as isize, at));
                    // SAFETY: a part of both loops.
                    unsafe {
                        if rows == SIDE && columns == SIDE {
                            tile::<B>(along_source, along_target, at);
                        } else {
                            edge::<B>(along_source, along_target, [columns, rows], at);
                        }
                    }
                }
            }
        }
    }
}

/// # Safety
/// As [`transpose`], for `SIDE` turns of both loops.
#[inline(always)]
unsafe fn tile<const B: usize>(
    along_source: Axis<2>,
    along_target: Axis<2>,
    [from, to]: [*mut u8; 2],
) {
    let mut turned = [[[0u8; B]; SIDE]; SIDE];
    for t in 0..SIDE {
        let row = from.wrapping_offset(t as isize * along_target.strides[0]);
        for (s, line) in turned.iter_mut().enumerate() {
            let item = row.wrapping_offset(s as isize * along_source.strides[0]);
            // SAFETY: an item of the source.
            line[t] = unsafe { *item.cast::<[u8; B]>() };
        }
    }
    for (s, line) in turned.iter().enumerate() {
        let row = to.wrapping_offset(s as isize * along_source.strides[1]);
        for (t, &value) in line.iter().enumerate() {
            let item = row.wrapping_offset(t as isize * along_target.strides[1]);
            // SAFETY: an item of the target.
            unsafe { *item.cast::<[u8; B]>() = value };
        }
    }
}

/// # Safety
/// As [`transpose`], for `turns` of the two loops.
unsafe fn edge<const B: usize>(
    along_source: Axis<2>,
    along_target: Axis<2>,
    turns: [usize; 2],
    at: [*mut u8; 2],
) {
    for s in 0..turns[0] {
        let row = along_source.step(s as isize, at);
        for t in 0..turns[1] {
            let [from, to] = along_target.step(t as isize, row);
            // SAFETY: an item of each operand.
            unsafe { *to.cast::<[u8; B]>() = *from.cast::<[u8; B]>() };
        }
    }
}
