//! Names of datasets and groups inside a file, and what they stand for.

use std::ffi::CString;

use hdf5_sys::h5i::{hid_t, H5I_type_t, H5Iget_type};
use hdf5_sys::h5l::H5Lexists;
use hdf5_sys::h5o::H5Oopen;
use hdf5_sys::h5p::H5P_DEFAULT;

use super::session::{Id, Session};
use crate::error::{Code, Error, Result};

/// Bytes of bookkeeping that HDF5 writes in one call besides that of new groups.
pub const ROOM: u64 = 16 << 10;

/// "group/name" or "/": the parts of a path from the file's root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    text: String,
    /// The path to each part: "a", "a/b", "a/b/c".
    prefixes: Vec<CString>,
}

impl Name {
    /// A leading slash may stand or not. Errors: empty parts, "." and "..".
    pub fn new(text: &str) -> Result<Name> {
        let bad = |why: &str| {
            Err(Error::new(
                Code::Argument,
                format!("'{text}' is no name of a dataset or group: {why}"),
            ))
        };
        let path = text.strip_prefix('/').unwrap_or(text);
        if text.is_empty() {
            return bad("it is empty");
        }
        let parts: Vec<&str> = if path.is_empty() {
            Vec::new()
        } else {
            path.split('/').collect()
        };
        if parts.iter().any(|part| part.is_empty()) {
            return bad("a part between slashes is empty");
        }
        if parts.iter().any(|part| matches!(*part, "." | "..")) {
            return bad("HDF5 has no '.' and '..'");
        }
        let mut prefixes = Vec::with_capacity(parts.len());
        for end in 1..=parts.len() {
            match CString::new(parts[..end].join("/")) {
                Ok(prefix) => prefixes.push(prefix),
                Err(_) => return bad("it has a zero byte"),
            }
        }
        Ok(Name {
            text: text.to_string(),
            prefixes,
        })
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Bytes of bookkeeping in the file that making groups and dataset of this name takes at most.
    pub fn room(&self) -> u64 {
        ROOM + self
            .prefixes
            .iter()
            .map(|prefix| 8192 + prefix.count_bytes() as u64)
            .sum::<u64>()
    }

    pub fn is_root(&self) -> bool {
        self.prefixes.is_empty()
    }

    /// The whole path, terminated.
    pub(super) fn path(&self) -> &std::ffi::CStr {
        self.prefixes.last().map_or(c"/", |path| path)
    }
}

/// What a name stands for in a file.
pub enum Object<'s> {
    Dataset(Id<'s>),
    /// A group, or the file's root.
    Group(Id<'s>),
    /// A committed type: it carries attributes and nothing else of use here.
    Type(Id<'s>),
    Missing,
}

impl<'s> Object<'s> {
    /// Local: reads the file's own bookkeeping only. Errors: the way leads through something that is no group.
    pub fn find(session: &'s Session, file: hid_t, name: &Name) -> Result<Object<'s>> {
        for (i, prefix) in name.prefixes.iter().enumerate() {
            let what = || match i {
                0 => format!("cannot look for '{}'", name.text),
                _ => format!(
                    "'{}' cannot be: '{}' is no group",
                    name.text,
                    name.prefixes[i - 1].to_string_lossy()
                ),
            };
            // SAFETY: the path is terminated; HDF5 checks the identifier of the file.
            let there = unsafe { H5Lexists(file, prefix.as_ptr(), H5P_DEFAULT) };
            if session.check(there, Code::Format, what)? == 0 {
                return Ok(Object::Missing);
            }
        }
        // SAFETY: as above.
        let raw = unsafe { H5Oopen(file, name.path().as_ptr(), H5P_DEFAULT) };
        let id = session.id(raw, Code::Format, || {
            format!("'{}' cannot be opened", name.text)
        })?;
        // SAFETY: the identifier is open.
        Ok(match unsafe { H5Iget_type(id.raw()) } {
            H5I_type_t::H5I_DATASET => Object::Dataset(id),
            H5I_type_t::H5I_GROUP => Object::Group(id),
            _ => Object::Type(id),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_split_at_slashes() {
        let name = Name::new("/a/b c/d").unwrap();
        let prefixes: Vec<&str> = name.prefixes.iter().map(|p| p.to_str().unwrap()).collect();
        assert_eq!(prefixes, ["a", "a/b c", "a/b c/d"]);
        assert_eq!(name.path(), c"a/b c/d");
        assert_eq!(Name::new("n").unwrap().path(), c"n");
        assert!(Name::new("/").unwrap().is_root());
        assert_eq!(Name::new("/").unwrap().path(), c"/");
    }

    #[test]
    fn bad_paths_are_refused_with_their_text() {
        for bad in ["", "//", "a//b", "a/", "/a/", "./a", "a/..", "a\0b"] {
            let error = Name::new(bad).unwrap_err();
            assert_eq!(error.code, Code::Argument);
            assert!(error.text.contains(bad), "{}", error.text);
        }
    }
}
