use super::*;
use std::mem::offset_of;

fn refused<T>(outcome: Result<T>, code: Code, part: &str) {
    let error = outcome.err().expect("must be refused");
    assert_eq!(error.code, code);
    assert!(error.text.contains(part), "{}", error.text);
}

#[test]
fn null_is_refused_by_name() {
    let null: *mut i64 = std::ptr::null_mut();
    // SAFETY: NULL is allowed and checked by all of them.
    unsafe {
        refused(input(null, "x"), Code::Argument, "x is NULL");
        refused(output(null, "x"), Code::Argument, "x is NULL");
        refused(outputs(null, 1, "x"), Code::Argument, "x is NULL");
        refused(slice(null, 1, "x"), Code::Argument, "x is NULL");
        refused(text(std::ptr::null(), "x"), Code::Argument, "x is NULL");
        refused(path(std::ptr::null(), "x"), Code::Argument, "x is NULL");
        assert_eq!(slice(null, 0, "x").unwrap(), []);
        outputs(null, 0, "x").unwrap().write([]);
    }
}

#[test]
fn lengths_and_alignment_are_checked() {
    let values = [1i64, 2, 3];
    let odd = values.as_ptr().wrapping_byte_add(1);
    // SAFETY: the list has three elements; counts and addresses that are not allowed are refused before any read.
    unsafe {
        assert_eq!(slice(values.as_ptr(), 3, "x").unwrap(), values);
        for n in [-1, i64::MIN, i64::MAX, i64::MAX / 8 + 1] {
            refused(
                slice(values.as_ptr(), n, "x"),
                Code::Argument,
                &n.to_string(),
            );
        }
        refused(slice(odd, 2, "x"), Code::Argument, "aligned to 8 bytes");
        // Single values may lie anywhere.
        let mut bytes = [0u8; 9];
        let anywhere = bytes.as_mut_ptr().add(1).cast::<i64>();
        output(anywhere, "x")
            .unwrap()
            .write(i64::from_ne_bytes(*b"anywhere"));
        assert_eq!(&bytes[1..], b"anywhere");
        assert_eq!(
            input(anywhere, "x").unwrap(),
            i64::from_ne_bytes(*b"anywhere")
        );
    }
}

#[test]
fn texts_are_utf8_and_paths_are_not_empty() {
    let latin1 = [b'd', 0xfc, 0];
    // SAFETY: terminated texts.
    unsafe {
        assert_eq!(text(c"d\u{fc}".as_ptr(), "x").unwrap(), "dü");
        refused(
            text(latin1.as_ptr().cast(), "x"),
            Code::Argument,
            "x is not UTF-8",
        );
        let bytes = path(latin1.as_ptr().cast(), "x").unwrap().as_os_str();
        assert_eq!(bytes.as_bytes(), &latin1[..2]);
        refused(path(c"".as_ptr(), "x"), Code::Argument, "x is empty");
    }
}

/// The second version of a struct: `b` is new.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
struct Options {
    size: i64,
    a: i64,
    b: i64,
}

const ALL: i64 = size_of::<Options>() as i64;

// SAFETY: repr(C), begins with its size, numbers only.
unsafe impl Growing for Options {
    const INITIAL: Options = Options {
        size: ALL,
        a: 10,
        b: 20,
    };
    const FIRST: usize = offset_of!(Options, b);
}

#[test]
fn structs_of_older_and_newer_callers_are_read() {
    let read = |words: &[i64]| {
        // SAFETY: each list has as many bytes as its first word says, unless that is refused.
        unsafe { growing(words.as_ptr().cast::<Options>(), "options") }
    };
    assert_eq!(
        read(&[ALL, 1, 2]).unwrap(),
        Options {
            size: ALL,
            a: 1,
            b: 2
        }
    );
    // Older: what it does not know has its default, even if other memory follows.
    let old = Options {
        size: 16,
        a: 1,
        b: 20,
    };
    assert_eq!(read(&[16, 1, 999]).unwrap(), old);
    // Newer: what this version does not know must be 0.
    let new = Options {
        size: 40,
        a: 1,
        b: 2,
    };
    assert_eq!(read(&[40, 1, 2, 0, 0]).unwrap(), new);
    refused(read(&[40, 1, 2, 0, 1]), Code::Unsupported, "does not know");
    refused(
        read(&[40, 1, 2, 1 << 56, 0]),
        Code::Unsupported,
        "does not know",
    );
    // What the first version had is there whatever the size says.
    let unset = [0i64, 1, 999];
    // SAFETY: as long as the struct's first version.
    let known = unsafe { first_members(unset.as_ptr().cast::<Options>(), "options") }.unwrap();
    assert_eq!((known.a, known.b), (1, 20));
    // Part of a member.
    assert_eq!(read(&[20, 1, i64::MAX]).unwrap().b as u32, u32::MAX);
    for size in [0, 8, 15, -1, 4097, i64::MAX, i64::MIN] {
        refused(read(&[size, 1, 2]), Code::Argument, &format!("is {size};"));
    }
    // SAFETY: NULL is checked.
    unsafe {
        refused(
            growing::<Options>(std::ptr::null(), "x"),
            Code::Argument,
            "x is NULL",
        );
        let initial = growing_or_initial::<Options>(std::ptr::null(), "x");
        assert_eq!(initial.unwrap(), Options::INITIAL);
    }
}

#[test]
fn lists_step_by_the_size_of_the_first() {
    let read = |words: &[i64], n| {
        // SAFETY: each list has `n` structs of as many bytes as its first word says, unless that is refused.
        unsafe { growing_slice(words.as_ptr().cast::<Options>(), n, "dims") }
    };
    let a = |list: Vec<Options>| {
        list.iter()
            .map(|options| (options.a, options.b))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        a(read(&[16, 1, 16, 2, 16, 3], 3).unwrap()),
        [(1, 20), (2, 20), (3, 20)]
    );
    assert_eq!(
        a(read(&[32, 1, 2, 0, 32, 3, 4, 0], 2).unwrap()),
        [(1, 2), (3, 4)]
    );
    refused(
        read(&[16, 1, 24, 2], 2),
        Code::Argument,
        "dims[1] says that it has 24 bytes, dims[0] has 16",
    );
    refused(read(&[16, 1, 0, 2], 2), Code::Argument, "dims[1]");
    refused(read(&[0, 1, 16, 2], 2), Code::Argument, "is 0;");
    assert_eq!(read(&[], 0).unwrap(), []);
}

#[test]
fn results_reach_no_further_than_the_callers_struct() {
    let value = Options {
        size: ALL,
        a: 1,
        b: 2,
    };
    for (size, want) in [
        (16i64, [16, 1, -1, -1]),
        (24, [24, 1, 2, -1]),
        (32, [32, 1, 2, -1]),
    ] {
        let mut words = [size, -1, -1, -1];
        // SAFETY: four words hold the largest of the sizes.
        let out = unsafe { growing_output(words.as_mut_ptr().cast::<Options>(), "x").unwrap() };
        out.write(value);
        assert_eq!(words, want);
    }
}
