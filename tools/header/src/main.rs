//! Writes the generated headers: `distarray.h` by cbindgen from the exported functions and their comments, and
//! `distarray_mpi.h` from the declarations in it.

mod declaration;
mod header;
mod twins;

use std::error::Error;
use std::path::{Path, PathBuf};

/// The generated files with their texts.
fn generated(top: &Path) -> Result<[(PathBuf, String); 2], Box<dyn Error>> {
    let header = header::write(top)?;
    let twins = twins::write(&header);
    let include = top.join("include");
    Ok([
        (include.join("distarray.h"), header),
        (include.join("distarray_mpi.h"), twins),
    ])
}

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The first generated file that is not what the sources say, and the line from which on it differs.
fn stale(top: &Path) -> Result<Option<String>, Box<dyn Error>> {
    for (path, fresh) in generated(top)? {
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        if fresh == committed {
            continue;
        }
        let mut pairs = fresh.lines().zip(committed.lines());
        let line = pairs.position(|(a, b)| a != b).map_or(1, |at| at + 1);
        return Ok(Some(format!(
            "{} is stale from line {line} on: run scripts/header",
            path.display()
        )));
    }
    Ok(None)
}

/// Without arguments writes the headers, with `--check` fails when they are stale.
fn main() -> Result<(), Box<dyn Error>> {
    let top = top();
    if std::env::args().any(|argument| argument == "--check") {
        return stale(&top)?.map_or(Ok(()), |text| Err(text.into()));
    }
    for (path, text) in generated(&top)? {
        std::fs::write(path, text)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_headers_are_what_the_sources_say() {
        assert_eq!(stale(&top()).unwrap(), None);
    }
}
