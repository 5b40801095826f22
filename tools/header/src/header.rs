//! `distarray.h`: cbindgen's text between the rules that hold for all functions and the initialisers.

use std::error::Error;
use std::path::Path;

use cbindgen::{Builder, Config};

use crate::declaration::structs;

/// Nouns of the interface in the order of the header; what a file declares comes where the file stands.
const NOUNS: &[&str] = &[
    "error",
    "handle",
    "library",
    "dist",
    "dist/create",
    "dist/relabel",
    "dist/query",
    "array",
    "slice",
    "fetch",
    "assign",
    "take",
    "sort",
    "reduce",
    "formula/operand",
    "formula/node",
    "formula/ufunc",
    "formula",
    "random",
    "apply",
    "reduce_dims",
    "cumulate",
    "protocol",
    "plan/edge",
    "plan/halo",
    "plan/redistribute",
    "plan/between",
    "plan/indices",
    "plan",
    "plan/describe",
    "file",
    "image",
];

const HEAD: &str = include_str!("head.txt");

pub fn write(top: &Path) -> Result<String, Box<dyn Error>> {
    let mut config = Config::from_file(top.join("cbindgen.toml"))?;
    let version = env!("CARGO_PKG_VERSION");
    config.header = Some(HEAD.trim_end().replace("@VERSION@", version));
    config.after_includes = Some(after_includes(version));
    let mut builder = Builder::new().with_config(config);
    for noun in NOUNS {
        let source = top.join(format!("src/ffi/{noun}.rs"));
        if source.exists() {
            builder = builder.with_src(source);
        }
    }
    let mut text = Vec::new();
    builder.generate()?.write(&mut text);
    let text = as_c_comments(&String::from_utf8(text)?);
    Ok(with_initialisers(&text).replace("\n\n\n", "\n\n"))
}

fn after_includes(version: &str) -> String {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let [major, minor, patch]: [u32; 3] = std::array::from_fn(|_| parts.next().unwrap_or(0));
    format!(
        "#include <stdint.h>

#include \"distarray_protocol.h\"

/* Version of this header; darr_version() tells that of the library. */
#define DARR_VERSION_MAJOR {major}
#define DARR_VERSION_MINOR {minor}
#define DARR_VERSION_PATCH {patch}
#define DARR_VERSION {}
/* True if this header is at least of that version: #if DARR_VERSION_GE(0, 2, 0). */
#define DARR_VERSION_GE(major, minor, patch) (DARR_VERSION >= (major) * 10000 + (minor) * 100 + (patch))",
        major * 10_000 + minor * 100 + patch
    )
}

/// cbindgen gives each comment lines of its own for its ends. The marks of Rust's documentation mean nothing in C.
fn as_c_comments(text: &str) -> String {
    let mut written = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim() != "/*" {
            // Typedefs make the tags superfluous where a type is used.
            let line = match line.starts_with("typedef") {
                true => line.to_string(),
                false => line.replace("struct darr_", "darr_"),
            };
            // C90 knows no comments of this kind.
            match line.split_once("// ") {
                Some((code, comment)) => written += &format!("{}/* {comment} */\n", code),
                None => written += &format!("{line}\n"),
            }
            continue;
        }
        let indent = &line[..line.len() - 2];
        let body: Vec<&str> = lines
            .by_ref()
            .take_while(|line| line.trim() != "*/")
            .collect();
        let body: Vec<String> = body
            .iter()
            .map(|line| {
                // Behind the indent of the declaration and a blank, lines keep their own indent: code and tables.
                let own = line.strip_prefix(indent).unwrap_or(line);
                let own = own.strip_prefix(' ').unwrap_or(own).trim_end();
                own.replace('`', "")
            })
            .collect();
        let text = body
            .join(&format!("\n{indent} * "))
            .replace(" * \n", " *\n");
        let end = if body.len() > 1 {
            format!("\n{indent}")
        } else {
            String::new()
        };
        written += &format!("{indent}/* {text}{end} */\n");
    }
    written
}

/// Puts an initialiser for each struct that begins with its size before the end of the include guard.
fn with_initialisers(text: &str) -> String {
    let mut macros = String::from(
        "/* Initialisers: darr_dim dim = DARR_DIM_INIT; and then the members that differ. */\n",
    );
    for declared in structs(text) {
        if declared.parts.first().is_none_or(|first| first.1 != "size") {
            continue;
        }
        let zeros: String = declared.parts[1..]
            .iter()
            .map(|(_, name)| if name.ends_with(']') { ", {0}" } else { ", 0" })
            .collect();
        let (name, size) = (
            declared.name.to_uppercase(),
            format!("sizeof({})", declared.name),
        );
        macros += &format!("#define {name}_INIT {{{size}{zeros}}}\n");
    }
    match text.rsplit_once("#endif") {
        Some((body, end)) => format!("{body}{macros}\n#endif{end}"),
        None => format!("{text}{macros}"),
    }
}
