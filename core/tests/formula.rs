//! Programs and errors of single formulas.

use distarray_core::formula::builder::{build, Node, LITERAL, OPERAND, REDUCTION, SHIFT};
use distarray_core::formula::{
    compile, compile_texts, Function, Operand, Place, Program, Source, Stage,
};
use distarray_core::ufunc::Ufunc;
use distarray_core::{Code, Dtype, Result};

fn operand(name: &str, dtype: Dtype, ndim: Option<usize>, weak: bool) -> Operand<'_> {
    Operand {
        name,
        dtype,
        ndim,
        weak,
    }
}

fn operands() -> Vec<Operand<'static>> {
    vec![
        operand("u", Dtype::Float64, Some(2), false),
        operand("v", Dtype::Float64, Some(2), false),
        operand("f", Dtype::Float32, Some(2), false),
        operand("k", Dtype::Int32, Some(2), false),
        operand("b", Dtype::Uint8, Some(2), false),
        operand("w", Dtype::Uint64, Some(2), false),
        operand("z", Dtype::Complex128, Some(2), false),
        operand("x1", Dtype::Float64, Some(1), false),
        operand("dx", Dtype::Float64, None, true),
        operand("width", Dtype::Int64, None, true),
    ]
}

fn compiled(text: &str) -> Result<Program> {
    compile_texts(&[text], &operands(), None)
}

fn error(text: &str) -> String {
    compiled(text).unwrap_err().to_string()
}

/// The functions of a stage, and the types that they compute in.
fn steps(stage: &Stage) -> Vec<(String, Vec<Dtype>)> {
    let name = |function| match function {
        Function::Ufunc(ufunc) => Ufunc::name(ufunc).to_string(),
        Function::Cast => "cast".to_string(),
    };
    let body = stage.body.iter();
    body.map(|step| (name(step.function), step.types.args.to_vec()))
        .collect()
}

fn names(text: &str) -> Vec<String> {
    let program = compiled(text).unwrap();
    let last = program.stages.last().unwrap();
    steps(last).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn errors_show_where_and_what() {
    let cases = [
        ("", "formula, column 1: expected a value, found the end"),
        ("u +", "formula, column 4: expected a value, found the end"),
        ("é", "formula, column 1: unknown name `é`"),
        ("  (u", "formula, column 5: expected an operator or `)`, found the end"),
        ("u v", "formula, column 3: expected an operator or the end, found `v`"),
        ("u = v", "formula, column 3: expected an operator or the end, found `=`"),
        ("u $ v", "formula, column 3: unexpected character '$'"),
        ("!u", "formula, column 1: unexpected character '!'; the element-wise negation is `not`"),
        ("u * not v", "formula, column 5: expected a value, found `not`"),
        ("2x", "formula, column 1: `2x` is no number"),
        ("1e", "formula, column 1: `1e` is no number"),
        ("012", "formula, column 1: `012` is no number; integers have no leading zeros"),
        ("1__0", "formula, column 1: `1__0` is no number"),
        ("18446744073709551616", "formula, column 1: `18446744073709551616` is no number of 64 bits"),
        ("widht * u", "formula, column 1: unknown name `widht`; did you mean `width`?"),
        ("sqr(u)", "formula, column 1: `sqr` is no function; did you mean `sqrt`?"),
        ("u(1)", "formula, column 1: `u` is no function but an operand; shifts stand in `[]`"),
        ("sqrt", "formula, column 1: `sqrt` is a function; its arguments in parentheses are missing"),
        ("sqrt(u, v)", "formula, column 1: `sqrt` takes 1 argument, 2 given"),
        ("where()", "formula, column 1: `where` takes 3 arguments, 0 given"),
        ("max(u, v)", "formula, column 1: `max` takes 1 argument, 2 given; of two values: `maximum`"),
        ("sqrt(u", "formula, column 7: expected an operator, `,` or `)`, found the end"),
        ("var(u, ddof 1)", "formula, column 13: expected `=`, found `1`"),
        ("sum(u, ddof=1)", "formula, column 8: unknown name `ddof`"),
        ("u[1]", "formula, column 1: `u` has 2 dimensions, the shift 1 distances"),
        ("u[1.5, 0]", "formula, column 3: expected a whole number, the distance along a dimension, found `1.5`"),
        ("u[1:2]", "formula, column 4: expected `,` or `]`, found `:`"),
        ("(u[1,0] + x1)[0, 1]", "formula, column 11: `x1` has 1 dimensions, the shift 2 distances"),
        ("u[1,0][1]", "formula, column 2: shifts in 1 and in 2 dimensions meet"),
        ("dx[1]", "formula, column 3: there is no array to be shifted"),
        ("(u * i0)[1,0]", "formula, column 6: i0 cannot be shifted; add a number to it"),
        ("sum(dx)", "formula, column 1: sum needs an array; the argument is one number"),
        ("max(z)", "formula, column 1: max has no meaning for complex128"),
        ("u ^ 2", "formula, column 3: bitwise_xor has no meaning for float64 and int64; powers are written **"),
        ("b + 300", "formula, column 3: 300 does not fit into uint8"),
        ("w - -1", "formula, column 3: -1 does not fit into uint64"),
        ("k ** -1", "formula, column 3: integers to negative integer powers are not allowed; a floating base is"),
        ("2 ** 64", "formula, column 3: the integer result leaves 64 bits"),
        ("1 << -1", "formula, column 3: the number of bits to shift is negative"),
        ("int8(300)", "formula, column 1: 300 does not fit into int8"),
        ("fabs(z)", "formula, column 1: fabs has no meaning for complex128"),
        ("(u > 0) - (v > 0)", "formula, column 9: subtract has no meaning for bool and bool"),
    ];
    for (text, want) in cases {
        assert_eq!(error(text), want, "{text}");
    }
    let deep = format!("{}u", "-".repeat(250));
    assert_eq!(
        error(&deep),
        "formula, column 202: nested more than 200 levels deep"
    );
    let two = compile_texts(&["u", "u +"], &operands(), None).unwrap_err();
    assert_eq!(
        two.to_string(),
        "formula 2, column 4: expected a value, found the end"
    );
}

#[test]
fn names_of_operands_are_names_and_differ() {
    for (names, want) in [
        (["a", "a"], "two operands have the name `a`"),
        (["a", "1a"], "the operand name \"1a\" is not allowed; letters, digits and _ are, and no digit at the beginning"),
        (["a", "and"], "the operand name \"and\" is not allowed; letters, digits and _ are, and no digit at the beginning"),
    ] {
        let operands = names.map(|name| operand(name, Dtype::Float64, Some(1), false));
        let error = compile_texts(&["a"], &operands, None).unwrap_err();
        assert_eq!((error.code(), error.to_string().as_str()), (Code::Argument, want));
    }
}

#[test]
fn operands_win_over_other_names() {
    for name in ["e", "i0", "n1", "sum"] {
        let operands = [operand(name, Dtype::Float64, Some(1), false)];
        let program = compile_texts(&[name], &operands, None).unwrap();
        assert_eq!(program.roots[0].place, Place::Load(0));
    }
}

#[test]
fn typed_literals_are_cast_as_arrays_are() {
    assert!(compiled("u + float32(complex64(1))").is_ok());
    assert!(compiled("u + int8(int64(1000))").is_ok());
    assert!(error("u + int8(1000)").contains("does not fit into int8"));
}

#[test]
fn powers_are_numpys() {
    assert_eq!(names("u**2"), ["square"]);
    assert_eq!(names("u**2.0"), ["square"]);
    assert_eq!(names("u**-1"), ["reciprocal"]);
    assert_eq!(names("u**0.5"), ["sqrt"]);
    assert_eq!(names("power(u, 2)"), ["square"]);
    assert_eq!(names("u**3"), ["power"]);
    assert_eq!(names("u**int32(2)"), ["power"]);
    assert_eq!(names("k**2"), ["square"]);
    assert_eq!(names("k**2.0"), ["cast", "square"]);
    assert_eq!(names("z**2"), ["square"]);
    assert_eq!(names("z**2.0"), ["power"]);
    assert_eq!(names("power(z, 2)"), ["power"]);
    assert_eq!(names("z**0.5"), ["sqrt"]);
}

#[test]
fn literals_take_types_and_functions_of_them_have_some() {
    let dtype = |text: &str| compiled(text).unwrap().roots[0].dtype;
    assert_eq!(dtype("f * 2.5"), Dtype::Float32);
    assert_eq!(dtype("f * (1/3 + pi)"), Dtype::Float32);
    assert_eq!(dtype("f * dx"), Dtype::Float32);
    assert_eq!(dtype("f * (2*dx)"), Dtype::Float32);
    assert_eq!(dtype("f * n0"), Dtype::Float32);
    assert_eq!(dtype("f * sqrt(2)"), Dtype::Float64);
    assert_eq!(dtype("f * float32(sqrt(2))"), Dtype::Float32);
    assert_eq!(dtype("f * 1j"), Dtype::Complex64);
    assert_eq!(dtype("f * mean(u)"), Dtype::Float64);
    assert_eq!(dtype("f * mean(f)"), Dtype::Float32);
    assert_eq!(dtype("b + 2"), Dtype::Uint8);
    assert_eq!(dtype("b + True"), Dtype::Uint8);
    assert_eq!(dtype("b / 2"), Dtype::Float64);
    assert_eq!(dtype("sum(b)"), Dtype::Uint64);
    assert_eq!(dtype("9223372036854775808"), Dtype::Uint64);
    assert_eq!(dtype("abs(z)"), Dtype::Float64);
    assert_eq!(dtype("fabs(b)"), Dtype::Float32);
    // A scalar of the caller that is weak is converted itself, and must fit.
    let program = compiled("b + width").unwrap();
    assert_eq!(program.uniforms[0].dtype, Dtype::Uint8);
    assert_eq!(program.uniforms[0].source, Source::Operand(9));
}

#[test]
fn comparisons_are_by_value() {
    let types = |text: &str| {
        steps(compiled(text).unwrap().stages.last().unwrap())
            .pop()
            .unwrap()
            .1
    };
    assert_eq!(types("b < 100"), [Dtype::Uint8, Dtype::Uint8]);
    assert_eq!(types("b < 300"), [Dtype::Int64, Dtype::Int64]);
    assert_eq!(types("-1 < b"), [Dtype::Int64, Dtype::Int64]);
    assert_eq!(types("w > -1"), [Dtype::Uint64, Dtype::Int64]);
    assert_eq!(types("b < width"), [Dtype::Int64, Dtype::Int64]);
    assert_eq!(types("n0 > w"), [Dtype::Int64, Dtype::Uint64]);
    assert_eq!(
        types("k < 9223372036854775808"),
        [Dtype::Int64, Dtype::Uint64]
    );
}

#[test]
fn equal_parts_are_computed_once() {
    assert_eq!(names("(u + v) * (v + u)"), ["add", "multiply"]);
    assert_eq!(names("(u - v) * (v - u)").len(), 3);
    assert_eq!(
        names("sqrt(u*u + v*v) / (u*u)"),
        ["multiply", "multiply", "add", "sqrt", "divide"]
    );
    // 0.0 and -0.0 are not the same.
    assert_eq!(
        compiled("(u + 0.0) * (u + -0.0)").unwrap().uniforms.len(),
        2
    );
    let texts = ["u*v + 1", "u*v - 1"];
    let program = compile_texts(&texts, &operands(), Some(Dtype::Float32)).unwrap();
    assert_eq!(program.stages[0].body.len(), 4);
    assert_eq!(program.roots[0].dtype, Dtype::Float32);
    assert_eq!(program.roots[1].dtype, Dtype::Float64);
}

#[test]
fn what_is_uniform_is_computed_before() {
    let program = compiled("u / (2*sqrt(dx)) * sin(pi/n0)").unwrap();
    let stage = &program.stages[0];
    assert_eq!((stage.prologue.len(), stage.body.len()), (4, 2));
    let program = compiled("2 * dx").unwrap();
    assert!(matches!(program.roots[0].place, Place::Uniform(_)));
    assert!(program.stages[0].body.is_empty());
}

#[test]
fn reductions_make_stages() {
    let program = compiled("u - mean(u)").unwrap();
    assert_eq!(program.stages.len(), 2);
    assert_eq!(program.stages[0].body.len(), 0);
    assert_eq!(program.stages[0].reductions[0].x, Place::Load(0));
    let program = compiled("sum((u - mean(u))**2) / sum(abs(v)) + sum(u)").unwrap();
    let reductions: Vec<usize> = program.stages.iter().map(|s| s.reductions.len()).collect();
    assert_eq!(reductions, [3, 1, 0]);
    assert_eq!(program.stages[1].reductions[0].loads, [0]);
    assert_eq!(program.stages[2].prologue.len(), 2);
    // Element-wise parts are computed again where they are needed again.
    let program = compiled("exp(u) / sum(exp(u))").unwrap();
    assert_eq!(names("exp(u) / sum(exp(u))"), ["exp", "divide"]);
    assert_eq!(program.stages[0].body.len(), 1);
    let reduced = &compiled("var(u, ddof=1)").unwrap().stages[0].reductions[0];
    assert_eq!((reduced.op, reduced.ddof), (4, 1));
    let reduced = &compiled("vdot(f, u*v[0,1])").unwrap().stages[0].reductions[0];
    assert_eq!((reduced.op, reduced.dtype), (6, Dtype::Float64));
    assert_eq!(reduced.loads, [0, 1, 2]);
    assert_eq!(
        compiled("dot(u, v)").unwrap().stages[0].reductions[0].op,
        14
    );
    // What is reduced is not shifted.
    assert_eq!(compiled("(u - mean(u))[1,0]").unwrap().loads.len(), 2);
}

#[test]
fn registers_are_few() {
    let registers = |text: &str| compiled(text).unwrap().stages[0].registers;
    assert_eq!(registers("((u + v) * u + v) * u"), 1);
    assert_eq!(registers("(u + v) * (u - v)"), 2);
    assert_eq!(registers("u/v + (u*v + (u - v) * (u + v))"), 2);
    // What is reduced is kept while others are computed from it.
    assert_eq!(registers("sum(u*v) + sum(sqrt(u*v))"), 2);
    // A result of another size takes another register.
    assert_eq!(registers("(f + 1) * u"), 2);
    let sum: Vec<String> = (1..200).map(|i| format!("u*{i}")).collect();
    assert_eq!(registers(&sum.join(" + ")), 2);
    let nested = (1..90).fold("u*v".to_string(), |inner, i| format!("(u*{i}.5 + {inner})"));
    assert_eq!(registers(&nested), 2);
}

#[test]
fn results_are_converted_as_out_is() {
    let to = |text: &str, out| compile_texts(&[text], &operands(), Some(out));
    assert_eq!(to("u", Dtype::Float32).unwrap().stages[0].body.len(), 1);
    assert_eq!(
        to("k + k", Dtype::Float32).unwrap().roots[0].dtype,
        Dtype::Float32
    );
    assert_eq!(to("1", Dtype::Uint8).unwrap().roots[0].dtype, Dtype::Uint8);
    let error = to("u", Dtype::Int32).unwrap_err();
    assert_eq!(error.code(), Code::Argument);
    let want = "formula, column 1: the result is float64 and cannot be written to int32; int32(...) converts it";
    assert_eq!(error.to_string(), want);
    for (text, out) in [
        ("256", Dtype::Uint8),
        ("-1", Dtype::Uint64),
        ("1.5", Dtype::Int8),
    ] {
        assert_eq!(to(text, out).unwrap_err().code(), Code::Argument, "{text}");
    }
}

#[test]
fn shifts_add_up() {
    let one = compiled("((u + v[0,1])[1,0] * 2)[-1,3]").unwrap();
    assert_eq!(one, compiled("(u[0,3] + v[0,4]) * 2").unwrap());
    assert_eq!(
        error("u[9223372036854775807,0][1,0]"),
        "formula, column 2: a shift leaves 64 bits"
    );
}

#[test]
fn wrong_nodes_are_refused() {
    let node = |code, args: [i64; 3], which| Node {
        args,
        which,
        ..Node::new(code)
    };
    let operands = operands();
    let u = node(OPERAND, [0; 3], 0);
    let add = Ufunc::Add as i32;
    let literal = node(LITERAL, [0; 3], Dtype::Float32 as i64);
    let shift = Node {
        ndim: 16,
        ..Node::new(SHIFT)
    };
    let cases: [(&[Node], &str); 9] = [
        (&[node(OPERAND, [0; 3], 10)], "formula, node 0: operand 10 is not allowed; there are 10"),
        (&[node(OPERAND, [0; 3], -1)], "formula, node 0: operand -1 is not allowed; there are 10"),
        (&[node(add, [0; 3], 0)], "formula, node 0: there is no node 0, nor any other"),
        (&[u, node(add, [0, 1, 0], 0)], "formula, node 1: there is no node 1 here; allowed are 0 to 0"),
        (&[u, node(add, [0, -1, 0], 0)], "formula, node 1: there is no node -1 here; allowed are 0 to 0"),
        (&[literal], "formula, node 0: a literal is a bool, int64, float64 or complex128, not float32; convert it"),
        (&[u, node(999, [0; 3], 0)], "formula, node 1: element-wise function 999 is unknown; allowed: DARR_ABSOLUTE to DARR_ANGLE"),
        (&[u, node(REDUCTION, [0; 3], 99)], "formula, node 1: reduction 99 is unknown; allowed: DARR_SUM to DARR_DOTU"),
        (&[u, shift], "formula, node 1: number of dimensions 16 is not allowed; there are 16"),
    ];
    for (nodes, want) in cases {
        let error = build(nodes, &[0], &operands).unwrap_err();
        assert_eq!(
            (error.code(), error.to_string().as_str()),
            (Code::Argument, want)
        );
    }
    assert!(build(&[u], &[1], &operands).is_err());
    let tree = build(
        &[u, node(Ufunc::BitwiseAnd as i32, [0; 3], 0)],
        &[1],
        &operands,
    )
    .unwrap();
    let error = compile(&[tree], &operands, None).unwrap_err();
    assert!(error
        .to_string()
        .starts_with("formula, node 1: bitwise_and has no meaning"));
}

#[test]
fn long_chains_of_nodes_end() {
    let operands = operands();
    let link = |code: i32, last: i64| Node {
        args: [last, 0, 0],
        ..Node::new(code)
    };
    let chain = |code: fn(i64) -> i32, len: i64| {
        let mut nodes = vec![Node::new(OPERAND)];
        nodes.extend((1..len).map(|i| Node {
            ndim: 2,
            by: std::array::from_fn(|dim| i64::from(dim < 2) * i),
            ..link(code(i), i - 1)
        }));
        let tree = build(&nodes, &[len - 1], &operands)?;
        compile(&[tree], &operands, None)
    };
    let sine = |_| Ufunc::Sin as i32;
    assert_eq!(chain(sine, 65_000).unwrap().stages[0].registers, 1);
    let text = chain(sine, 70_000).unwrap_err().to_string();
    assert!(text.contains("more than 65535 operations"), "{text}");
    assert_eq!(chain(|_| SHIFT, 60_000).unwrap().loads.len(), 1);
    // Each addition of a mean needs a stage that computes all before it again.
    let mut nodes = vec![Node::new(OPERAND)];
    let mut last = 0;
    for _ in 0..1000 {
        nodes.push(Node {
            which: 3,
            ..link(REDUCTION, last)
        });
        let mean = nodes.len() as i64 - 1;
        nodes.push(Node {
            args: [last, mean, 0],
            ..Node::new(Ufunc::Subtract as i32)
        });
        last = mean + 1;
    }
    let tree = build(&nodes, &[last], &operands).unwrap();
    let error = compile(&[tree], &operands, None).unwrap_err();
    assert!(error.to_string().contains("too large"), "{error}");
    // Shifts that double the number of neighbours with each step.
    let mut nodes = vec![Node::new(OPERAND)];
    for i in 0..40 {
        let last = nodes.len() as i64 - 1;
        let mut by = [0; 15];
        by[0] = 1 << i;
        nodes.push(Node {
            ndim: 2,
            by,
            ..link(SHIFT, last)
        });
        nodes.push(Node {
            args: [last, last + 1, 0],
            ..Node::new(Ufunc::Add as i32)
        });
    }
    let tree = build(&nodes, &[nodes.len() as i64 - 1], &operands).unwrap();
    let error = compile(&[tree], &operands, None).unwrap_err();
    assert!(
        error.to_string().contains("more than 65535 values"),
        "{error}"
    );
}
