//! Agreement: a failure of one rank becomes the same failure of every rank, before anybody waits for anybody.
//!
//! One message of fixed size, whatever is compared: a rank in another function still takes part in the same
//! reduction and learns that the functions differ. Only a failure costs more messages.

use std::hash::{DefaultHasher, Hash, Hasher};

use distarray_core::error::Code;

use super::comm::Comm;
use crate::buffer::zeroed;
use crate::error::{explain, Error, Result};

/// Most arguments that one agreement compares.
pub const MAX_FIELDS: usize = 8;

/// Word 0 tells of a failure; then the function and each field, each as its value and the complement: the maximum
/// over the ranks of both gives the largest and the smallest value.
const WORDS: usize = 1 + 2 * (1 + MAX_FIELDS);

/// Longest text of a failure that is told to the other ranks, in bytes.
const TEXT_LIMIT: usize = 4000;

/// Room for the name of a function.
const NAME_ROOM: usize = 64;

/// A value that equal arguments share over the ranks of one run.
pub fn fingerprint(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

impl Comm {
    /// Every rank's result of a step that may fail locally: an error on all ranks when it failed on one. The text is that
    /// of the lowest rank that failed. Collective: one small reduction.
    pub fn agree<T>(&self, local: Result<T>) -> Result<T> {
        self.agree_on("", &[], local)
    }

    /// Whether this holds on some rank. Collective: one small reduction.
    pub fn any(&self, local: bool) -> Result<bool> {
        let [most] = self.maximum(&[local.into()])?;
        Ok(most != 0)
    }

    /// As `agree`, and compares the function and up to `MAX_FIELDS` named fingerprints of its arguments.
    pub fn agree_on<T>(
        &self,
        function: &'static str,
        fields: &[(&'static str, u64)],
        local: Result<T>,
    ) -> Result<T> {
        if let Err(error) = self.ensure_alive() {
            return Err(local.err().unwrap_or(error));
        }
        let agreed = self.compare(function, fields, local.map_err(Error::explained));
        // What the ranks agreed on is explained already, by the rank whose failure it is.
        agreed.inspect_err(|_| explain(None))
    }

    fn compare<T>(
        &self,
        function: &'static str,
        fields: &[(&'static str, u64)],
        local: Result<T>,
    ) -> Result<T> {
        let mine = self.words(function, fields, local.as_ref().err())?;
        let largest = self.maximum(&mine)?;
        if largest[0] != 0 {
            return Err(self.share_failure(largest[0], local.err())?);
        }
        for (at, pair) in largest[1..].chunks_exact(2).enumerate() {
            if pair[0] != !pair[1] {
                let word = mine[1 + 2 * at];
                let holders = self.holders(word, pair[0], !pair[1])?;
                return Err(match at.checked_sub(1) {
                    Some(field) => different(function, fields[field].0, holders),
                    None => self.different_functions(function, holders)?,
                });
            }
        }
        local
    }

    /// In checked mode compares a call over the ranks, and a failure of one becomes that of all; costs nothing otherwise, and
    /// a rank that failed goes on to say so in the message of the call itself.
    pub fn check_call<T>(
        &self,
        function: &'static str,
        fields: &[(&'static str, u64)],
        local: &Result<T>,
    ) -> Result<()> {
        self.ensure_alive()?;
        if self.checks() {
            self.agree_on(function, fields, local.as_ref().map_err(Clone::clone))?;
        }
        Ok(())
    }

    /// The words of the lowest rank that has any, and that rank; `None` where no rank has. Collective.
    pub fn hear_lowest(&self, words: Option<&[i64]>) -> Result<Option<(usize, Vec<i64>)>> {
        let bid = words.map_or(0, |_| (self.size() - self.rank()) as u64);
        let [won] = self.maximum(&[bid])?;
        if won == 0 {
            return Ok(None);
        }
        let root = self.size() - won as usize;
        let own = words.filter(|_| root == self.rank()).unwrap_or_default();
        let length = (own.len() as u64).to_ne_bytes().to_vec();
        let length = self.broadcast(root, length)?.try_into();
        let length = length.map_or(0, u64::from_ne_bytes) as usize;
        let mut all: Vec<i64> = Vec::new();
        let room = all.try_reserve_exact(length).map_err(|_| {
            let text = format!("a list of {length} words was refused");
            Error::new(Code::Memory, text)
        });
        let bytes = room.and_then(|()| zeroed(length.saturating_mul(size_of::<i64>())));
        let mut bytes = self.agree(bytes)?;
        for (word, bytes) in own.iter().zip(bytes.chunks_exact_mut(size_of::<i64>())) {
            bytes.copy_from_slice(&word.to_ne_bytes());
        }
        let bytes = self.broadcast(root, bytes)?;
        let (words, _) = bytes.as_chunks();
        all.extend(words.iter().map(|&word| i64::from_ne_bytes(word)));
        Ok(Some((root, all)))
    }

    fn words(
        &self,
        function: &str,
        fields: &[(&'static str, u64)],
        failure: Option<&Error>,
    ) -> Result<[u64; WORDS]> {
        if fields.len() > MAX_FIELDS {
            return Err(Error::new(
                Code::Internal,
                format!("{function} compares {} arguments", fields.len()),
            ));
        }
        let mut words = [0; WORDS];
        if let Some(error) = failure {
            // The lowest rank has the largest word. Length and code fit in 24 and 8 bits.
            let rank = (self.size() - self.rank()) as u64;
            let length = shortened(&error.text).len() as u64;
            words[0] = rank << 32 | length << 8 | error.code as u64;
        }
        let mut names = [""; MAX_FIELDS];
        for (name, field) in names.iter_mut().zip(fields) {
            *name = field.0;
        }
        let identity = fingerprint((function, names));
        let values = std::iter::once(identity).chain(fields.iter().map(|field| field.1));
        let mut pairs = words[1..].chunks_exact_mut(2);
        for (pair, value) in pairs.by_ref().zip(values.chain(std::iter::repeat(0))) {
            pair.copy_from_slice(&[value, !value]);
        }
        Ok(words)
    }

    /// The failure of the rank that won the maximum, told to all.
    fn share_failure(&self, word: u64, own: Option<Error>) -> Result<Error> {
        let root = self.size() - (word >> 32) as usize;
        let length = (word >> 8) as usize & 0xff_ffff;
        let text = match own {
            Some(error) if root == self.rank() => shortened(&error.text).as_bytes().to_vec(),
            _ => vec![0; length],
        };
        let text = self.broadcast(root, text)?;
        let text = String::from_utf8_lossy(&text).into_owned();
        let code = Code::from_number((word & 0xff) as i32);
        Ok(Error::new(code.unwrap_or(Code::Internal), text))
    }

    /// Lowest ranks that hold the largest and the smallest of a word that differs.
    fn holders(&self, word: u64, largest: u64, smallest: u64) -> Result<[usize; 2]> {
        let bid = (self.size() - self.rank()) as u64;
        let claim = |value| if word == value { bid } else { 0 };
        let won = self.maximum(&[claim(largest), claim(smallest)])?;
        let mut ranks = won.map(|bid| self.size() - bid as usize);
        ranks.sort_unstable();
        Ok(ranks)
    }

    fn different_functions(&self, function: &str, ranks: [usize; 2]) -> Result<Error> {
        let mut names = Vec::new();
        for rank in ranks {
            let mut name = vec![0; NAME_ROOM];
            let length = function.len().min(NAME_ROOM);
            name[..length].copy_from_slice(&function.as_bytes()[..length]);
            let name = self.broadcast(rank, name)?;
            let end = name.iter().position(|&byte| byte == 0);
            let name = String::from_utf8_lossy(&name[..end.unwrap_or(NAME_ROOM)]).into_owned();
            names.push(if name.is_empty() {
                "a later step of another function".to_string()
            } else {
                name
            });
        }
        let [a, b] = ranks;
        Ok(Error::new(
            Code::Mismatch,
            format!(
                "the ranks are in different calls: rank {a} in {}, rank {b} in {}",
                names[0], names[1]
            ),
        ))
    }
}

fn different(function: &str, field: &str, [a, b]: [usize; 2]) -> Error {
    Error::new(
        Code::Mismatch,
        format!("{function}: rank {a} and rank {b} do not agree on {field}"),
    )
}

/// The text cut to what is told to other ranks, at a character's boundary.
fn shortened(text: &str) -> &str {
    let mut end = text.len().min(TEXT_LIMIT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
