//! What the generated C text declares.

/// A struct with its members, or a function with its parameters: pairs of type and name, a member's dimensions with
/// its name.
#[derive(Debug, PartialEq)]
pub struct Declaration {
    pub name: String,
    pub returns: String,
    pub parts: Vec<(String, String)>,
}

/// The structs that are written out, in order.
pub fn structs(header: &str) -> Vec<Declaration> {
    let code = without_comments(header);
    let mut found = Vec::new();
    for definition in code.split("typedef struct ").skip(1) {
        let before_end = definition.split_once('}');
        let Some((body, rest)) =
            before_end.and_then(|(body, rest)| Some((body.split_once('{')?, rest)))
        else {
            continue;
        };
        let (tag, body) = body;
        // An incomplete type stands before the next definition.
        if tag.contains(';') {
            continue;
        }
        let name = rest.split(';').next().unwrap_or_default().trim();
        found.push(Declaration {
            name: name.to_string(),
            returns: String::new(),
            parts: parts(body, ';'),
        });
    }
    found
}

/// The functions, in order.
pub fn functions(header: &str) -> Vec<Declaration> {
    let code = without_comments(header);
    let mut found = Vec::new();
    for statement in code.split(';') {
        let Some((before, parameters)) = statement.split_once('(') else {
            continue;
        };
        let line = before.lines().last().unwrap_or_default().trim();
        let Some((parameters, _)) = parameters.rsplit_once(')') else {
            continue;
        };
        let Some((returns, name)) = part(line) else {
            continue;
        };
        if name.starts_with("darr_") {
            found.push(Declaration {
                name,
                returns,
                parts: parts(parameters, ','),
            });
        }
    }
    found
}

fn parts(list: &str, separator: char) -> Vec<(String, String)> {
    list.split(separator).filter_map(part).collect()
}

/// "const int64_t *cuts" is of type "const int64_t *" and named "cuts".
fn part(text: &str) -> Option<(String, String)> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let of_name = |c: char| c.is_alphanumeric() || c == '_' || c == '[' || c == ']';
    let start = text.rfind(|c| !of_name(c))? + 1;
    let (kind, name) = text.split_at(start);
    (!name.is_empty()).then(|| (kind.trim().to_string(), name.to_string()))
}

fn without_comments(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("/*") {
        code.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    code + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_read_over_lines_and_comments() {
        let header = "#ifdef __cplusplus\nextern \"C\" {\n#endif\n/* int darr_no(int a); */\nint darr_a(int comm,\n  const darr_dim *const *dims);\n\nvoid darr_b(void);\nconst char *darr_c(int x);\n";
        let found = functions(header);
        let names: Vec<_> = found
            .iter()
            .map(|f| (f.returns.as_str(), f.name.as_str()))
            .collect();
        assert_eq!(
            names,
            [
                ("int", "darr_a"),
                ("void", "darr_b"),
                ("const char *", "darr_c")
            ]
        );
        let pair = |a: &str, b: &str| (a.to_string(), b.to_string());
        assert_eq!(
            found[0].parts,
            [pair("int", "comm"), pair("const darr_dim *const *", "dims")]
        );
        assert_eq!(found[1].parts, []);
    }

    #[test]
    fn members_are_read_with_their_dimensions() {
        let header = "typedef struct darr_x darr_x;\ntypedef struct darr_dim {\n /* a; b */ int64_t size;\n const int64_t *cuts;\n int64_t halo[2];\n} darr_dim;";
        let found = structs(header);
        let names: Vec<_> = found[0].parts.iter().map(|part| part.1.as_str()).collect();
        assert_eq!((found.len(), found[0].name.as_str()), (1, "darr_dim"));
        assert_eq!(names, ["size", "cuts", "halo[2]"]);
    }
}
