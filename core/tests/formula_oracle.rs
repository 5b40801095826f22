//! Random expressions: the program gives the values of the tree; nodes and texts give one program; garbage gives errors.

#[path = "formula/expression.rs"]
mod expression;
#[path = "formula/number.rs"]
mod number;

use distarray_core::formula::{
    build, compile, compile_texts, Function, Instruction, Load, Place, Program, Reduction, Source,
};
use distarray_core::Dtype;
use expression::{element, operands, LEN};
use number::{apply, reduce, Number};
use proptest::prelude::*;

/// What a program's places hold, one number for each element.
struct Machine<'a> {
    program: &'a Program,
    uniforms: Vec<Option<Number>>,
    registers: Vec<Vec<Number>>,
}

impl Machine<'_> {
    fn load(&self, at: u16, i: usize) -> Number {
        match &self.program.loads[usize::from(at)] {
            Load::Operand { operand, shift, .. } => element(*operand, i as i64 + shift[0]),
            Load::Index { .. } => Number::whole(Dtype::Int64, i as i128),
        }
    }

    fn read(&self, place: Place, i: usize) -> Number {
        match place {
            Place::Load(at) => self.load(at, i),
            Place::Uniform(at) => self.uniforms[usize::from(at)].expect("computed before"),
            Place::Register(at) => self.registers[usize::from(at)][i],
        }
    }

    fn compute(&self, instruction: &Instruction, i: usize) -> Number {
        let types = &instruction.types;
        let read = |(place, dtype): (&Place, _)| {
            let value = self.read(*place, i);
            assert_eq!(value.dtype, dtype);
            value
        };
        let args = instruction.args.iter().zip(types.args.iter().copied());
        let args: Vec<Number> = args.map(read).collect();
        let value = match instruction.function {
            Function::Cast => args[0].cast(types.out),
            Function::Ufunc(ufunc) => apply(ufunc, &args, types.out),
        };
        assert_eq!(value.dtype, types.out);
        value
    }

    /// Runs element by element, so that a register of another size would be noticed.
    fn run(program: &Program) -> Vec<Number> {
        let start = |source: Source, dtype| match source {
            Source::Real(value, _) => Some(Number::real(dtype, value)),
            Source::Integer(value) => Some(Number::whole(dtype, value)),
            Source::Operand(at) => Some(element(at, 0).cast(dtype)),
            Source::Extent(_) => Some(Number::whole(dtype, LEN as i128)),
            Source::Computed => None,
        };
        let uniforms = program.uniforms.iter().map(|u| start(u.source, u.dtype));
        let mut machine = Machine {
            program,
            uniforms: uniforms.collect(),
            registers: Vec::new(),
        };
        for stage in &program.stages {
            for instruction in &stage.prologue {
                let value = machine.compute(instruction, 0);
                machine.uniforms[usize::from(instruction.out)] = Some(value);
            }
            let unset = Number::whole(Dtype::Bool, 0);
            machine.registers = vec![vec![unset; LEN]; stage.registers.into()];
            for instruction in &stage.body {
                let out = Place::Register(instruction.out);
                for (arg, dtype) in instruction.args.iter().zip(&instruction.types.args) {
                    assert!(*arg != out || dtype.size() == instruction.types.out.size());
                }
                let values = (0..LEN).map(|i| machine.compute(instruction, i));
                machine.registers[usize::from(instruction.out)] = values.collect();
            }
            for reduced in &stage.reductions {
                let values: Vec<Number> = (0..LEN).map(|i| machine.read(reduced.x, i)).collect();
                assert_eq!(values[0].dtype, reduced.dtype);
                assert!(!reduced.loads.is_empty());
                let reduction = Reduction::from_code(reduced.op.into()).unwrap();
                machine.uniforms[usize::from(reduced.out)] = Some(reduce(reduction, &values));
            }
        }
        let root = program.roots[0];
        (0..LEN).map(|i| machine.read(root.place, i)).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn programs_give_the_values_of_expressions(expression in expression::any()) {
        let text = expression.text();
        let operands = operands();
        let program = compile_texts(&[&text], &operands, None);
        let want = expression.values(None);
        prop_assert_eq!(program.is_ok(), want.is_some(), "{} {:?}", text, program);
        let mut nodes = Vec::new();
        let root = expression.nodes(&mut nodes);
        let built = build(&nodes, &[root], &operands).unwrap();
        let built = compile(&[built], &operands, None);
        if let (Ok(program), Some(want)) = (program, want) {
            let got = Machine::run(&program);
            for (got, want) in got.iter().zip(&want.elements) {
                prop_assert!(got.same(want), "{}: {:?}, not {:?}\n{:#?}", text, got, want, program);
            }
            // NaN is not equal to itself, but written alike.
            prop_assert_eq!(format!("{program:?}"), format!("{:?}", built.unwrap()));
        } else {
            prop_assert!(built.is_err());
        }
    }

    #[test]
    fn truncated_texts_end(expression in expression::any(), at in 0.0..1.0_f64) {
        let text = expression.text();
        let cut = &text[..(text.len() as f64 * at) as usize];
        let _ = compile_texts(&[cut], &operands(), None);
    }

    #[test]
    fn bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = compile_texts(&[&String::from_utf8_lossy(&bytes)], &operands(), None);
    }

    #[test]
    fn words_end(words in prop::collection::vec(prop::sample::select(WORDS.to_vec()), 0..40)) {
        let _ = compile_texts(&[&words.concat()], &operands(), None);
    }
}

const WORDS: [&str; 48] = [
    "u", "v", "f", "k", "b", "dx", "i0", "n0", "pi", "True", "1", "2.5", "1j", "0", "300", "+",
    "-", "*", "/", "//", "%", "**", "<<", ">>", "<", ">=", "==", "&", "|", "^", "~", " and ",
    " or ", " not ", "(", ")", "(", ")", "[", "]", ",", "sqrt(", "sum(", "var(", "ddof=", "where(",
    "int8(", "é",
];

#[test]
fn long_garbage_ends() {
    for unit in [
        "-", "~", "not ", "2**", "u<", "u+", "(", "u[", "sqrt(", "u and ", "1,", "+u", "a",
    ] {
        for len in [150, 4000, 60_000, 1 << 20] {
            let text = unit.repeat(len / unit.len()) + "u";
            let result = compile_texts(&[&text], &operands(), None);
            if len > 65_536 {
                assert!(result.unwrap_err().to_string().contains("bytes"), "{unit}");
            }
        }
    }
}
