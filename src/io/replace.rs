//! A file that takes the place of another all at once, or not at all.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{fchown, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use crate::error::{Code, Error, Result};

/// Symbolic links that may follow one another.
const LINKS: usize = 40;

/// Longest name of a file on the usual file systems, in bytes.
const NAME_LIMIT: usize = 255;

/// A temporary file beside the file that it is to replace. Dropped without `commit`, it disappears and leaves
/// the other untouched.
#[derive(Debug)]
pub struct Replacement {
    target: PathBuf,
    temporary: PathBuf,
    file: File,
    committed: bool,
}

impl Replacement {
    /// Local: makes the empty temporary, with the permissions of the file that is there, if any.
    ///
    /// Errors: no such directory, no permission, something other than a file stands there.
    pub fn begin(path: &Path) -> Result<Replacement> {
        let target = resolve(path)?;
        let former = match fs::metadata(&target) {
            Ok(former) => {
                regular(path, &former)?;
                // A file that its owner has made read-only is not to be replaced behind his back.
                OpenOptions::new()
                    .write(true)
                    .open(&target)
                    .map_err(|e| refused("cannot write to", path, &e))?;
                Some(former)
            }
            Err(_) => None,
        };
        let (temporary, file) = create_beside(&target).map_err(|e| {
            let directory = target.parent().unwrap_or(Path::new("."));
            refused("cannot create a file in", directory, &e)
        })?;
        let replacement = Replacement {
            target,
            temporary,
            file,
            committed: false,
        };
        if let Some(former) = former {
            // The owner can only be kept by a privileged user, and the permissions are no reason to fail.
            let _ = replacement.file.set_permissions(former.permissions());
            let _ = fchown(&replacement.file, Some(former.uid()), Some(former.gid()));
        }
        Ok(replacement)
    }

    /// Where to write.
    #[cfg(feature = "hdf5")]
    pub fn path(&self) -> &Path {
        &self.temporary
    }

    pub fn file(&self) -> &File {
        &self.file
    }

    /// Gives the space on the disk back: for a file that will not be committed.
    #[cfg(feature = "hdf5")]
    pub fn clear(&self) {
        let _ = self.file.set_len(0);
    }

    /// Local: everything reaches the disk, then the temporary takes the place of the file.
    pub fn commit(mut self) -> Result<()> {
        let fail = |e: &std::io::Error| refused("cannot complete", &self.target, e);
        // Space that was set aside behind the end is given back.
        let length = self.file.metadata().map_err(|e| fail(&e))?.len();
        self.file.set_len(length).map_err(|e| fail(&e))?;
        self.file.sync_all().map_err(|e| fail(&e))?;
        fs::rename(&self.temporary, &self.target).map_err(|e| fail(&e))?;
        // The new name is durable only with its directory. Not every file system syncs directories.
        if let Some(directory) = self
            .target
            .parent()
            .and_then(|directory| File::open(directory).ok())
        {
            let _ = directory.sync_all();
        }
        self.committed = true;
        Ok(())
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        if !self.committed {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// The file that a path means: symbolic links followed, also to a file that is not there yet.
///
/// Errors: no such directory, a circle of links.
pub fn resolve(path: &Path) -> Result<PathBuf> {
    let mut path_now = path.to_path_buf();
    for _ in 0..LINKS {
        let Some(name) = path_now.file_name() else {
            return Err(Error::new(
                Code::Io,
                format!("'{}' is no name of a file", path.display()),
            ));
        };
        let directory = match path_now.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let directory = fs::canonicalize(directory).map_err(|e| {
            let text = format!(
                "the directory '{}' of '{}' cannot be used: {}",
                directory.display(),
                path.display(),
                reason(&e)
            );
            Error::new(Code::Io, text)
        })?;
        let target = directory.join(name);
        match fs::read_link(&target) {
            // A relative link starts in the directory where it lies.
            Ok(next) => path_now = directory.join(next),
            Err(_) => return Ok(target),
        }
    }
    Err(Error::new(
        Code::Io,
        format!("'{}' leads through too many symbolic links", path.display()),
    ))
}

/// Errors: something that is no ordinary file.
pub fn regular(path: &Path, found: &fs::Metadata) -> Result<()> {
    if found.is_file() {
        return Ok(());
    }
    let kind = if found.is_dir() {
        "a directory"
    } else {
        "no ordinary file"
    };
    Err(Error::new(
        Code::Io,
        format!("'{}' is {kind}", path.display()),
    ))
}

/// "cannot open 'x': No such file or directory".
pub fn refused(what: &str, path: &Path, error: &std::io::Error) -> Error {
    Error::new(
        Code::Io,
        format!("{what} '{}': {}", path.display(), reason(error)),
    )
}

/// The system's text of an error, without its number.
pub fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(end) => text[..end].to_string(),
        None => text,
    }
}

/// A new file of a name that no other process takes, in the directory of `target`.
fn create_beside(target: &Path) -> std::io::Result<(PathBuf, File)> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    const TRIES: usize = 100;
    let name = target.file_name().unwrap_or_default().as_bytes();
    for _ in 0..TRIES {
        let now = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(0, |t| t.as_nanos() as u64);
        let ending = format!(
            ".{:x}-{:x}-{:x}.part",
            std::process::id(),
            now,
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let kept = name.len().min(NAME_LIMIT - 1 - ending.len());
        let mut hidden = OsString::from(".");
        hidden.push(std::ffi::OsStr::from_bytes(&name[..kept]));
        hidden.push(ending);
        let temporary = target.with_file_name(hidden);
        match OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&temporary)
        {
            Ok(file) => return Ok((temporary, file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::os::unix::fs::{symlink, PermissionsExt};

    /// A directory of its own that goes away with the test.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Scratch {
            let path = std::env::temp_dir()
                .join(format!("distarray-replace-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Scratch(path)
        }

        fn names(&self) -> Vec<String> {
            let entries = fs::read_dir(&self.0).unwrap();
            let mut names: Vec<String> = entries
                .map(|e| e.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn written(path: &Path, text: &str) -> Replacement {
        let replacement = Replacement::begin(path).unwrap();
        replacement.file().write_all(text.as_bytes()).unwrap();
        replacement
    }

    #[test]
    fn commit_replaces_and_drop_does_not() {
        let scratch = Scratch::new("commit");
        let path = scratch.0.join("run.h5");
        written(&path, "one").commit().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        drop(written(&path, "two"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        written(&path, "three").commit().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "three");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o640
        );
        assert_eq!(scratch.names(), ["run.h5"]);
    }

    #[test]
    fn links_are_followed_even_into_the_void() {
        let scratch = Scratch::new("links");
        fs::create_dir(scratch.0.join("data")).unwrap();
        symlink("data/run.h5", scratch.0.join("near")).unwrap();
        symlink("near", scratch.0.join("far")).unwrap();
        written(&scratch.0.join("far"), "new").commit().unwrap();
        assert_eq!(
            fs::read_to_string(scratch.0.join("data/run.h5")).unwrap(),
            "new"
        );
        assert!(fs::symlink_metadata(scratch.0.join("far"))
            .unwrap()
            .is_symlink());
        symlink("b", scratch.0.join("a")).unwrap();
        symlink("a", scratch.0.join("b")).unwrap();
        let circle = Replacement::begin(&scratch.0.join("a")).unwrap_err();
        assert!(circle.text.contains("links"), "{}", circle.text);
    }

    #[test]
    fn what_cannot_be_replaced_is_named() {
        let scratch = Scratch::new("refused");
        let missing = Replacement::begin(&scratch.0.join("nowhere/run.h5")).unwrap_err();
        assert_eq!(missing.code, Code::Io);
        assert!(
            missing.text.contains("nowhere' of '")
                && missing.text.ends_with("No such file or directory"),
            "{}",
            missing.text
        );
        let directory = Replacement::begin(&scratch.0).unwrap_err();
        assert!(
            directory.text.ends_with("is a directory"),
            "{}",
            directory.text
        );
        let device = Replacement::begin(Path::new("/dev/null")).unwrap_err();
        assert!(
            device.text.ends_with("is no ordinary file"),
            "{}",
            device.text
        );
        assert!(Replacement::begin(Path::new("/")).is_err());
        assert!(Replacement::begin(Path::new("..")).is_err());
    }

    #[test]
    fn long_names_leave_room_for_the_temporary() {
        let scratch = Scratch::new("long");
        let path = scratch.0.join("n".repeat(NAME_LIMIT));
        written(&path, "x").commit().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "x");
    }
}
