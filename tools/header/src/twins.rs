//! `distarray_mpi.h`: a twin with an `MPI_Comm` for each function that takes a communicator.

use crate::declaration::{functions, Declaration};

const HEAD: &str = "\
/* distarray_mpi.h - the functions of distarray.h that take a communicator, with an MPI_Comm in place of its Fortran handle.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 * Written by scripts/header. The functions are static inline: no MPI type is in the library's binary interface.
 */
#ifndef DISTARRAY_MPI_H
#define DISTARRAY_MPI_H

#include <mpi.h>

#include \"distarray.h\"
";

pub fn write(header: &str) -> String {
    let mut text = HEAD.to_string();
    for function in functions(header) {
        if function.parts.iter().any(is_comm) {
            text += &twin(&function);
        }
    }
    text + "\n#endif\n"
}

fn is_comm((kind, name): &(String, String)) -> bool {
    kind == "int" && (name == "comm" || name.ends_with("_comm"))
}

fn twin(function: &Declaration) -> String {
    let parameters = function.parts.iter().map(|part| {
        let (kind, name) = part;
        let kind = if is_comm(part) { "MPI_Comm" } else { kind };
        let space = if kind.ends_with('*') { "" } else { " " };
        format!("{kind}{space}{name}")
    });
    let arguments = function.parts.iter().map(|part| {
        if is_comm(part) {
            format!("(int)MPI_Comm_c2f({})", part.1)
        } else {
            part.1.clone()
        }
    });
    let start = format!("static inline {} {}_mpi(", function.returns, function.name);
    let body = format!("    return {}(", function.name);
    format!(
        "\n/* See {}. */\n{}\n{{\n{}\n}}\n",
        function.name,
        wrapped(&start, parameters, ")"),
        wrapped(&body, arguments, ");"),
    )
}

/// A list after an opening bracket, its further lines under its first entry.
fn wrapped(start: &str, list: impl Iterator<Item = String>, end: &str) -> String {
    const WIDTH: usize = 120;
    let mut text = start.to_string();
    let mut column = start.len();
    let list: Vec<String> = list.collect();
    for (i, entry) in list.iter().enumerate() {
        let last = i + 1 == list.len();
        let tail = if last { end } else { "," };
        if i > 0 {
            if column + 1 + entry.len() + tail.len() > WIDTH {
                text += &format!("\n{}", " ".repeat(start.len()));
                column = start.len();
            } else {
                text.push(' ');
                column += 1;
            }
        }
        text += entry;
        text += tail;
        column += entry.len() + tail.len();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_twin_converts_the_communicator_and_passes_the_rest() {
        let text =
            write("int darr_a(int cart_comm, const int *commas, int n);\nint darr_b(int n);\n");
        let twin = "static inline int darr_a_mpi(MPI_Comm cart_comm, const int *commas, int n)\n{\n    return darr_a((int)MPI_Comm_c2f(cart_comm), commas, n);\n}\n";
        assert!(text.contains(twin), "{text}");
        assert!(!text.contains("darr_b"), "{text}");
    }
}
