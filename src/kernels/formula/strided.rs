//! Between a tile of packed elements and elements that lie otherwise.

/// Calls `line(position of the first element, elements before it in the tile)` for every line of a tile along its first level.
///
/// `lengths` and `strides` go from the innermost level outwards.
#[inline(always)]
fn for_each_line(
    start: isize,
    strides: &[isize],
    lengths: &[usize],
    mut line: impl FnMut(isize, usize),
) {
    let Some((&length, outer)) = lengths.split_first() else {
        return line(start, 0);
    };
    let lines: usize = outer.iter().product();
    for number in 0..lines {
        let (mut rest, mut at) = (number, start);
        for (&length, &stride) in outer.iter().zip(&strides[1..]) {
            at = at.wrapping_add(stride.wrapping_mul((rest % length) as isize));
            rest /= length;
        }
        line(at, number * length);
    }
}

fn first<T: Copy + Default>(list: &[T]) -> T {
    list.first().copied().unwrap_or_default()
}

/// Gathers the elements of a tile, of `size` bytes each, that begin at the address `at`.
///
/// # Safety
/// All of them may be read, and `to` has room for them.
pub(super) unsafe fn gather(
    at: isize,
    strides: &[isize],
    lengths: &[usize],
    size: usize,
    to: *mut u8,
) {
    // SAFETY: passed on.
    unsafe {
        match size {
            1 => gather_items::<[u8; 1]>(at, strides, lengths, to),
            2 => gather_items::<[u8; 2]>(at, strides, lengths, to),
            4 => gather_items::<[u8; 4]>(at, strides, lengths, to),
            8 => gather_items::<[u8; 8]>(at, strides, lengths, to),
            _ => gather_items::<[u8; 16]>(at, strides, lengths, to),
        }
    }
}

/// # Safety
/// As [`gather`], for elements of the size of `T`.
unsafe fn gather_items<T: Copy>(at: isize, strides: &[isize], lengths: &[usize], to: *mut u8) {
    let (length, stride) = (lengths.first().copied().unwrap_or(1), first(strides));
    let to = to.cast::<T>();
    for_each_line(at, strides, lengths, |at, before| {
        let from = address(at);
        // SAFETY: the line's elements, in both, by the caller's promise.
        unsafe {
            let to = to.add(before);
            if stride == size_of::<T>() as isize {
                std::ptr::copy_nonoverlapping(from, to.cast(), length * size_of::<T>());
            } else if stride == 0 {
                let element = from.cast::<T>().read_unaligned();
                (0..length).for_each(|i| to.add(i).write_unaligned(element));
            } else {
                for i in 0..length {
                    let from = from.wrapping_offset(stride * i as isize).cast::<T>();
                    to.add(i).write_unaligned(from.read_unaligned());
                }
            }
        }
    });
}

/// Writes a tile of packed elements, of `size` bytes each, to where they belong.
///
/// # Safety
/// All of them may be written, and `from` holds as many.
pub(super) unsafe fn scatter(
    from: *const u8,
    size: usize,
    at: isize,
    strides: &[isize],
    lengths: &[usize],
) {
    // SAFETY: passed on.
    unsafe {
        match size {
            1 => scatter_items::<[u8; 1]>(from, at, strides, lengths),
            2 => scatter_items::<[u8; 2]>(from, at, strides, lengths),
            4 => scatter_items::<[u8; 4]>(from, at, strides, lengths),
            8 => scatter_items::<[u8; 8]>(from, at, strides, lengths),
            _ => scatter_items::<[u8; 16]>(from, at, strides, lengths),
        }
    }
}

/// # Safety
/// As [`scatter`], for elements of the size of `T`.
unsafe fn scatter_items<T: Copy>(from: *const u8, at: isize, strides: &[isize], lengths: &[usize]) {
    let (length, stride) = (lengths.first().copied().unwrap_or(1), first(strides));
    let from = from.cast::<T>();
    for_each_line(at, strides, lengths, |at, before| {
        let to = address(at);
        // SAFETY: the line's elements, in both, by the caller's promise.
        unsafe {
            let from = from.add(before);
            for i in 0..length {
                let to = to.wrapping_offset(stride * i as isize).cast::<T>();
                to.write_unaligned(from.add(i).read_unaligned());
            }
        }
    });
}

/// The indices of a tile: positions are the indices themselves, or those in a list.
///
/// # Safety
/// `to` has room for them, aligned.
pub(super) unsafe fn indices(
    at: isize,
    strides: &[isize],
    lengths: &[usize],
    list: Option<&[i64]>,
    to: *mut u8,
) {
    let (length, stride) = (lengths.first().copied().unwrap_or(1), first(strides));
    for_each_line(at, strides, lengths, |at, before| {
        // SAFETY: promised by the caller.
        let line = unsafe { std::slice::from_raw_parts_mut(to.cast::<i64>().add(before), length) };
        for (i, index) in line.iter_mut().enumerate() {
            let position = at + stride * i as isize;
            *index = list.map_or(position as i64, |list| list[position as usize]);
        }
    });
}

/// The address with this number: that of a block, exposed by `Operand::of_block`, moved within it.
pub(super) fn address(at: isize) -> *mut u8 {
    std::ptr::with_exposed_provenance_mut(at as usize)
}
