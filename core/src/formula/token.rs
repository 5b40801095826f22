//! The words of a formula.

use super::literal::Literal;
use super::tree::Fault;

/// The longest text in bytes.
pub const LONGEST: usize = 64 * 1024;

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Token<'a> {
    Name(&'a str),
    Number(Literal),
    /// An operator or bracket; `and`, `or`, `not`, too.
    Symbol(&'static str),
    End,
}

/// Longer ones before those that they begin with.
const SYMBOLS: [&str; 27] = [
    "**", "//", "<<", ">>", "<=", ">=", "==", "!=", "+", "-", "*", "/", "%", "&", "^", "|", "~",
    "<", ">", "(", ")", "[", "]", ",", "=", ".", ":",
];

const WORDS: [&str; 3] = ["and", "or", "not"];

/// Reads a text word by word.
pub struct Tokens<'a> {
    text: &'a str,
    /// The byte behind the current token.
    next: usize,
    /// The byte where the current token begins.
    start: usize,
    /// Its column, counted in characters from 1.
    pub column: usize,
    pub current: Token<'a>,
}

impl<'a> Tokens<'a> {
    pub fn new(text: &'a str) -> Result<Tokens<'a>, Fault> {
        let mut tokens = Tokens {
            text,
            next: 0,
            start: 0,
            column: 1,
            current: Token::End,
        };
        if text.len() > LONGEST {
            let text = format!(
                "the text has {} bytes; at most {LONGEST} are allowed",
                text.len()
            );
            return Err(Fault::new(1, text));
        }
        tokens.advance()?;
        Ok(tokens)
    }

    pub fn fault(&self, text: impl Into<String>) -> Fault {
        Fault::new(self.column, text)
    }

    /// The error that something else should stand here.
    pub fn expected(&self, what: &str) -> Fault {
        let found = match self.current {
            Token::End => "the end".to_string(),
            _ => format!("`{}`", shortened(&self.text[self.start..self.next])),
        };
        self.fault(format!("expected {what}, found {found}"))
    }

    /// Goes to the next token.
    pub fn advance(&mut self) -> Result<(), Fault> {
        let rest = &self.text[self.next..];
        let trimmed = rest.trim_start();
        let last = self.start;
        self.start = self.next + rest.len() - trimmed.len();
        self.column += self.text[last..self.start].chars().count();
        self.next = self.start;
        let Some(first) = trimmed.chars().next() else {
            self.current = Token::End;
            return Ok(());
        };
        let mut digits = trimmed.strip_prefix('.').unwrap_or(trimmed).chars();
        if digits.next().is_some_and(|c| c.is_ascii_digit()) {
            return self.number();
        }
        if starts_name(first) {
            let end = trimmed.find(|c| !continues_name(c));
            let name = &trimmed[..end.unwrap_or(trimmed.len())];
            self.next += name.len();
            self.current = match WORDS.iter().find(|word| **word == name) {
                Some(word) => Token::Symbol(word),
                None => Token::Name(name),
            };
            return Ok(());
        }
        let Some(symbol) = SYMBOLS.iter().find(|s| trimmed.starts_with(**s)) else {
            self.next += first.len_utf8();
            let hint = match first {
                '!' => "; the element-wise negation is `not`",
                _ => "",
            };
            return Err(self.fault(format!("unexpected character {first:?}{hint}")));
        };
        self.next += symbol.len();
        self.current = Token::Symbol(symbol);
        Ok(())
    }

    /// A number, which begins with a digit or a point and a digit.
    fn number(&mut self) -> Result<(), Fault> {
        let text = &self.text[self.start..];
        let end = text.find(|c: char| !continues_name(c) && c != '.');
        let mut end = end.unwrap_or(text.len());
        // The sign of an exponent belongs to the number; hexadecimal digits have none.
        let hexadecimal = text.len() > 1 && matches!(&text.as_bytes()[..2], b"0x" | b"0X");
        if !hexadecimal && text[..end].ends_with(['e', 'E']) && text[end..].starts_with(['+', '-'])
        {
            let tail = &text[end + 1..];
            end += 1 + tail.find(|c| !continues_name(c)).unwrap_or(tail.len());
        }
        self.next = self.start + end;
        let word = &text[..end];
        let number = match value(word) {
            Ok(number) => number,
            Err(what) => {
                let text = format!("`{}` is no number{what}", shortened(word));
                return Err(self.fault(text));
            }
        };
        self.current = Token::Number(number);
        Ok(())
    }
}

fn starts_name(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

fn continues_name(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// Whether a text can be the name of an operand.
pub fn is_name(text: &str) -> bool {
    text.starts_with(starts_name) && text.chars().all(continues_name) && !WORDS.contains(&text)
}

/// At most 40 characters of a text.
pub fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_string(),
    }
}

/// The value of a number as Python writes them. The error goes behind "... is no number".
fn value(word: &str) -> Result<Literal, &'static str> {
    let bytes = word.as_bytes();
    let misplaced = |i: usize| {
        let digit = |at: Option<usize>| {
            at.and_then(|at| bytes.get(at))
                .is_some_and(|b| b.is_ascii_alphanumeric())
        };
        bytes[i] == b'_' && !(digit(i.checked_sub(1)) && digit(Some(i + 1)))
    };
    if (0..bytes.len()).any(misplaced) {
        return Err("");
    }
    let plain = word.replace('_', "");
    let based = [("0x", 16), ("0o", 8), ("0b", 2)]
        .into_iter()
        .find_map(|(prefix, base)| {
            let lower = plain.to_ascii_lowercase();
            lower
                .strip_prefix(prefix)
                .map(|digits| (digits.to_string(), base))
        });
    let beyond = " of 64 bits";
    if let Some((digits, base)) = based {
        if digits.is_empty() || !digits.chars().all(|c| c.is_digit(base)) {
            return Err("");
        }
        let value = u64::from_str_radix(&digits, base).map_err(|_| beyond)?;
        return Ok(Literal::Int(value.into()));
    }
    if plain.bytes().all(|b| b.is_ascii_digit()) {
        let zeros = plain.bytes().all(|b| b == b'0');
        if plain.starts_with('0') && !zeros {
            return Err("; integers have no leading zeros");
        }
        let value: u64 = plain.parse().map_err(|_| beyond)?;
        return Ok(Literal::Int(value.into()));
    }
    let (real, imaginary) = match plain.strip_suffix(['j', 'J']) {
        Some(real) => (real, true),
        None => (plain.as_str(), false),
    };
    // Rust reads "inf", "nan" and signs, which do not begin with a digit or point and a digit.
    let value: f64 = real.parse().map_err(|_| "")?;
    Ok(match imaginary {
        true => Literal::Complex(0.0, value),
        false => Literal::Float(value),
    })
}
