//! From text to a tree: Python's expressions, by binding powers.

use arrayvec::ArrayVec;

use super::literal::Literal;
use super::names::{self, Function};
use super::operand::{self, Operand};
use super::reduction::Reduction;
use super::token::{shortened, Token, Tokens};
use super::tree::{Fault, Id, Op, Origin, Tree};
use crate::ufunc::Ufunc;
use crate::{Dims, Result, MAX_DIMS};

/// Deepest nesting of brackets, signs and powers.
const DEEPEST: usize = 200;

/// How tightly operators bind; Python's order.
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARISON: u8 = 4;
const SIGN: u8 = 11;
const POWER: u8 = 12;

/// The function and binding power of an operator between two values.
fn binary(symbol: &str) -> Option<(Ufunc, u8)> {
    Some(match symbol {
        "or" => (Ufunc::LogicalOr, OR),
        "and" => (Ufunc::LogicalAnd, AND),
        "<" => (Ufunc::Less, COMPARISON),
        "<=" => (Ufunc::LessEqual, COMPARISON),
        ">" => (Ufunc::Greater, COMPARISON),
        ">=" => (Ufunc::GreaterEqual, COMPARISON),
        "==" => (Ufunc::Equal, COMPARISON),
        "!=" => (Ufunc::NotEqual, COMPARISON),
        "|" => (Ufunc::BitwiseOr, 5),
        "^" => (Ufunc::BitwiseXor, 6),
        "&" => (Ufunc::BitwiseAnd, 7),
        "<<" => (Ufunc::LeftShift, 8),
        ">>" => (Ufunc::RightShift, 8),
        "+" => (Ufunc::Add, 9),
        "-" => (Ufunc::Subtract, 9),
        "*" => (Ufunc::Multiply, 10),
        "/" => (Ufunc::Divide, 10),
        "//" => (Ufunc::FloorDivide, 10),
        "%" => (Ufunc::Remainder, 10),
        "**" => (Ufunc::Power, POWER),
        _ => return None,
    })
}

/// The function and binding power of an operator in front of a value.
fn prefix(symbol: &str) -> Option<(Ufunc, u8)> {
    Some(match symbol {
        "-" => (Ufunc::Negative, SIGN),
        "+" => (Ufunc::Positive, SIGN),
        "~" => (Ufunc::Invert, SIGN),
        "not" => (Ufunc::LogicalNot, NOT),
        _ => return None,
    })
}

/// Reads one formula over these operands.
///
/// Errors: `Code::Argument` with the column, counted in characters from 1, and what is expected there; operands of one name.
pub fn parse(text: &str, operands: &[Operand]) -> Result<Tree> {
    parse_numbered(text, operands, None)
}

/// Whether a text calls a reduction, also one that is no formula.
pub fn reduces(text: &str) -> bool {
    let Ok(mut tokens) = Tokens::new(text) else {
        return false;
    };
    let mut named = false;
    while tokens.current != Token::End {
        if named && tokens.current == Token::Symbol("(") {
            return true;
        }
        named = match tokens.current {
            Token::Name(name) => matches!(names::function(name), Some(names::Function::Reduce(_))),
            _ => false,
        };
        if tokens.advance().is_err() {
            // The next word begins behind what is none.
            tokens.current = Token::Symbol("");
        }
    }
    false
}

/// Reads one of several formulas; its number goes into the texts of errors.
pub(super) fn parse_numbered(
    text: &str,
    operands: &[Operand],
    formula: Option<usize>,
) -> Result<Tree> {
    operand::require_names(operands)?;
    let tree = Parser::read(text, operands);
    tree.map_err(|fault| fault.error(Origin::Text, formula))
}

struct Parser<'a> {
    tokens: Tokens<'a>,
    operands: &'a [Operand<'a>],
    tree: Tree,
}

type Parsed<T> = std::result::Result<T, Fault>;

impl<'a> Parser<'a> {
    fn read(text: &'a str, operands: &'a [Operand<'a>]) -> Parsed<Tree> {
        let mut parser = Parser {
            tokens: Tokens::new(text)?,
            operands,
            tree: Tree::new(Origin::Text),
        };
        let root = parser.expression(OR, 0)?;
        if parser.tokens.current != Token::End {
            return Err(parser.tokens.expected("an operator or the end"));
        }
        parser.tree.roots.push(root);
        Ok(parser.tree)
    }

    /// A value and the operators behind it that bind at least as tightly as `least`.
    fn expression(&mut self, least: u8, depth: usize) -> Parsed<Id> {
        if depth > DEEPEST {
            let text = format!("nested more than {DEEPEST} levels deep");
            return Err(self.tokens.fault(text));
        }
        let mut left = self.signed(least, depth)?;
        while let Token::Symbol(symbol) = self.tokens.current {
            let Some((ufunc, power)) = binary(symbol) else {
                break;
            };
            if power < least {
                break;
            }
            if power == COMPARISON {
                left = self.comparisons(left, depth)?;
                continue;
            }
            let column = self.tokens.column;
            self.tokens.advance()?;
            // A power takes signs at its right, and other powers.
            let tighter = if power == POWER { SIGN } else { power + 1 };
            let right = self.expression(tighter, depth + 1)?;
            left = self.operator(column, ufunc, &[left, right])?;
        }
        Ok(left)
    }

    /// `a < b < c`: all of them.
    fn comparisons(&mut self, first: Id, depth: usize) -> Parsed<Id> {
        let (mut left, mut all) = (first, None);
        while let Token::Symbol(symbol) = self.tokens.current {
            let Some((ufunc, COMPARISON)) = binary(symbol) else {
                break;
            };
            let column = self.tokens.column;
            self.tokens.advance()?;
            let right = self.expression(COMPARISON + 1, depth + 1)?;
            let one = self.operator(column, ufunc, &[left, right])?;
            all = Some(match all {
                None => one,
                Some(all) => self.operator(column, Ufunc::LogicalAnd, &[all, one])?,
            });
            left = right;
        }
        Ok(all.unwrap_or(first))
    }

    /// A value with what stands in front of it.
    fn signed(&mut self, least: u8, depth: usize) -> Parsed<Id> {
        if let Token::Symbol(symbol) = self.tokens.current {
            if let Some((ufunc, power)) = prefix(symbol) {
                // `not` binds so loosely that it cannot stand behind a tighter operator.
                if power < least {
                    return Err(self.tokens.expected("a value"));
                }
                let column = self.tokens.column;
                self.tokens.advance()?;
                let x = self.expression(power, depth + 1)?;
                return self.operator(column, ufunc, &[x]);
            }
        }
        self.shifted(depth)
    }

    /// A value with the shifts behind it.
    fn shifted(&mut self, depth: usize) -> Parsed<Id> {
        let mut value = self.value(depth)?;
        while self.tokens.current == Token::Symbol("[") {
            let column = self.tokens.column;
            self.tokens.advance()?;
            let by = self.distances()?;
            value = self.push(column, Op::Shift { by, x: value })?;
        }
        Ok(value)
    }

    /// Whole numbers up to the closing bracket.
    fn distances(&mut self) -> Parsed<Dims<i64>> {
        let mut by = Dims::new();
        loop {
            if by.len() == MAX_DIMS {
                let text = format!("more than {MAX_DIMS} distances");
                return Err(self.tokens.fault(text));
            }
            by.push(self.integer("a whole number, the distance along a dimension")?);
            match self.tokens.current {
                Token::Symbol(",") => self.tokens.advance()?,
                Token::Symbol("]") => break,
                _ => return Err(self.tokens.expected("`,` or `]`")),
            }
        }
        self.tokens.advance()?;
        Ok(by)
    }

    /// A whole number with at most one sign.
    fn integer(&mut self, what: &str) -> Parsed<i64> {
        let sign = match self.tokens.current {
            Token::Symbol("-") => -1,
            Token::Symbol("+") => 1,
            _ => 0,
        };
        if sign != 0 {
            self.tokens.advance()?;
        }
        let Token::Number(Literal::Int(value)) = self.tokens.current else {
            return Err(self.tokens.expected(what));
        };
        let value = if sign < 0 { -value } else { value };
        let value = i64::try_from(value);
        let value = value.map_err(|_| self.tokens.fault("the number leaves 64 bits"))?;
        self.tokens.advance()?;
        Ok(value)
    }

    /// A number, a name, a call, or an expression in parentheses.
    fn value(&mut self, depth: usize) -> Parsed<Id> {
        let column = self.tokens.column;
        match self.tokens.current {
            Token::Number(number) => {
                self.tokens.advance()?;
                self.push(column, Op::Literal(number))
            }
            Token::Name(name) => {
                self.tokens.advance()?;
                match self.tokens.current {
                    Token::Symbol("(") => self.call(name, column, depth),
                    _ => self.named(name, column),
                }
            }
            Token::Symbol("(") => {
                self.tokens.advance()?;
                let value = self.expression(OR, depth + 1)?;
                self.close("an operator or `)`")?;
                Ok(value)
            }
            _ => Err(self.tokens.expected("a value")),
        }
    }

    fn close(&mut self, expected: &str) -> Parsed<()> {
        if self.tokens.current != Token::Symbol(")") {
            return Err(self.tokens.expected(expected));
        }
        self.tokens.advance()
    }

    /// What a name stands for: an operand before all else.
    fn named(&mut self, name: &str, column: usize) -> Parsed<Id> {
        if let Some(at) = self.operands.iter().position(|o| o.name == name) {
            return self.push(column, Op::Operand(at));
        }
        let literal = match name {
            "True" => Some(Literal::Bool(true)),
            "False" => Some(Literal::Bool(false)),
            _ => names::constant(name),
        };
        if let Some(literal) = literal {
            return self.push(column, Op::Literal(literal));
        }
        if let Some(op) = dimension(name, "i").map(Op::Index) {
            return self.push(column, op);
        }
        if let Some(op) = dimension(name, "n").map(Op::Extent) {
            return self.push(column, op);
        }
        let name = shortened(name);
        if names::function(&name).is_some() {
            let text = format!("`{name}` is a function; its arguments in parentheses are missing");
            return Err(Fault::new(column, text));
        }
        let constants = names::constants().map(|constant| -> &str { constant });
        let known = self.operands.iter().map(|o| o.name).chain(constants);
        let near = names::suggestion(&name, known);
        Err(Fault::new(column, format!("unknown name `{name}`{near}")))
    }

    /// The arguments of a function, from the opening parenthesis on.
    fn call(&mut self, name: &str, column: usize, depth: usize) -> Parsed<Id> {
        let Some(function) = names::function(name) else {
            let name = shortened(name);
            let near = names::suggestion(&name, names::callable());
            let what = match self.operands.iter().any(|o| o.name == name) {
                true => "is no function but an operand; shifts stand in `[]`".to_string(),
                false => format!("is no function{near}"),
            };
            return Err(Fault::new(column, format!("`{name}` {what}")));
        };
        self.tokens.advance()?;
        let mut args = ArrayVec::<Id, 3>::new();
        let mut given = 0;
        let mut ddof = None;
        while self.tokens.current != Token::Symbol(")") {
            if self.tokens.current == Token::Name("ddof") && self.takes_ddof(function, given) {
                self.tokens.advance()?;
                if self.tokens.current != Token::Symbol("=") {
                    return Err(self.tokens.expected("`=`"));
                }
                self.tokens.advance()?;
                ddof = Some(self.integer("a whole number")?);
                break;
            }
            let arg = self.expression(OR, depth + 1)?;
            given += 1;
            // More than any function takes are counted only.
            let _ = args.try_push(arg);
            match self.tokens.current {
                Token::Symbol(",") => self.tokens.advance()?,
                Token::Symbol(")") => break,
                _ => return Err(self.tokens.expected("an operator, `,` or `)`")),
            }
        }
        self.close("`)`")?;
        let arity = match function {
            Function::Ufunc(ufunc) => ufunc.arity(),
            Function::Reduce(reduction) => reduction.arity(),
            Function::Fabs | Function::Cast(_) => 1,
        };
        if given != arity {
            let hint = match function {
                Function::Reduce(Reduction::Min) if given == 2 => "; of two values: `minimum`",
                Function::Reduce(Reduction::Max) if given == 2 => "; of two values: `maximum`",
                _ => "",
            };
            let plural = if arity == 1 { "" } else { "s" };
            let text = format!("`{name}` takes {arity} argument{plural}, {given} given{hint}");
            return Err(Fault::new(column, text));
        }
        let op = match function {
            Function::Ufunc(ufunc) => Op::Apply {
                ufunc,
                args,
                operator: false,
            },
            Function::Fabs => Op::Fabs(args[0]),
            Function::Cast(dtype) => Op::Cast { dtype, x: args[0] },
            Function::Reduce(reduction) => Op::Reduce {
                reduction,
                x: args[0],
                y: args.get(1).copied(),
                ddof: ddof.unwrap_or(0),
            },
        };
        self.push(column, op)
    }

    fn takes_ddof(&self, function: Function, given: usize) -> bool {
        matches!(function, Function::Reduce(reduction) if reduction.has_ddof()) && given == 1
    }

    fn operator(&mut self, column: usize, ufunc: Ufunc, args: &[Id]) -> Parsed<Id> {
        let op = Op::Apply {
            ufunc,
            args: args.iter().copied().collect(),
            operator: true,
        };
        self.push(column, op)
    }

    fn push(&mut self, column: usize, op: Op) -> Parsed<Id> {
        self.tree.push(op, column)
    }
}

/// The dimension in names such as `i0`.
fn dimension(name: &str, letter: &str) -> Option<usize> {
    let digits = name.strip_prefix(letter)?;
    let plain = digits == "0" || !digits.starts_with('0');
    let all = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let dim: usize = digits.parse().ok()?;
    (plain && all && dim < MAX_DIMS).then_some(dim)
}
