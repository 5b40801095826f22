//! Quantiles, without sorting the array.

use distarray_core::sort::{Bits, Coding, Cracked, Search};
use distarray_core::Code;

use super::exchange::complete;
use super::line::{keys, reserved, with_bits, Line};
use crate::array::claim::{Claims, Part};
use crate::array::Array;
use crate::error::{Error, Result};
use crate::mpi::agree::fingerprint;

/// Positions that are searched for at once.
const BATCH: usize = 128;

/// Where a quantile lies between two positions of the sorted sequence.
struct Between {
    positions: [u64; 2],
    /// The part of the way to the second one.
    way: f64,
}

/// Collective: what each of these parts of the elements lies below, on every rank. `asked` are the parts, or what this rank found
/// wrong with them, which is everybody's error then.
pub fn quantiles(array: &Array, asked: Result<&[f64]>) -> Result<Vec<f64>> {
    let comm = array.dist().comm();
    let parts = asked.as_ref().map_or(0, |asked| {
        fingerprint(asked.iter().map(|part| part.to_bits()).collect::<Vec<_>>())
    });
    let fields = [("the array", array.identity()), ("the parts", parts)];
    let checked = asked.and_then(|asked| {
        let line = Line::new(array)?;
        let held = Claims::hold(vec![array.claim(Part::Owned, false)])?;
        Ok((line, places(asked, line.extent)?, held))
    });
    let (line, places, _held) = comm.agree_on("darr_array_quantiles", &fields, checked)?;
    with_bits!(array.dtype(), K => values::<K>(array, line, &places))
}

fn places(asked: &[f64], extent: i64) -> Result<Vec<Between>> {
    let refuse = |text: String| Err(Error::new(Code::Argument, text));
    if extent == 0 {
        return refuse("an array without elements has no quantiles".into());
    }
    let last = extent as u64 - 1;
    let mut places = reserved(asked.len())?;
    for (i, &part) in asked.iter().enumerate() {
        if !(0.0..=1.0).contains(&part) {
            return refuse(format!("quantile {i} is that of {part}; 0 to 1 is allowed"));
        }
        let place = part * last as f64;
        let first = (place.floor() as u64).min(last);
        let way = place - first as f64;
        let second = if way > 0.0 { first + 1 } else { first };
        let positions = [first, second.min(last)];
        places.push(Between { positions, way });
    }
    Ok(places)
}

/// Collective.
fn values<K: Bits>(array: &Array, line: Line, places: &[Between]) -> Result<Vec<f64>> {
    let comm = array.dist().comm();
    let total = line.extent as u64;
    let wanted = reserved(2 * places.len() + 1).map(|mut wanted| {
        wanted.extend(places.iter().flat_map(|place| place.positions));
        // The last one tells whether there is a NaN.
        wanted.push(total - 1);
        wanted.sort_unstable();
        wanted.dedup();
        wanted
    });
    let ready = wanted.and_then(|wanted| {
        let found = reserved::<K>(wanted.len())?;
        let results = reserved(places.len())?;
        let keys = Cracked::new(keys::<K>(array, line.coding)?);
        Ok((wanted, found, results, keys))
    });
    let (wanted, mut found, mut results, mut keys) = comm.agree(ready)?;
    for batch in wanted.chunks(BATCH) {
        let search = Search::new(batch, K::BITS, total).for_keys();
        let search = complete(comm, search, |probes, counts| keys.below(probes, counts))?;
        let boundaries = search.boundaries();
        found.extend(boundaries.iter().map(|boundary| K::narrow(boundary.key)));
    }
    let coding = line.coding;
    let any_nan = found.last().is_some_and(|&key| K::is_nan(coding, key));
    results.extend(places.iter().map(|place| {
        if any_nan {
            return f64::NAN;
        }
        let key = |position: &u64| found[wanted.partition_point(|other| other < position)];
        let [first, second] = place.positions.each_ref().map(key);
        between(coding, first, second, place.way)
    }));
    Ok(results)
}

/// As NumPy's: from the nearer one, so that both ends are met exactly. Two equal numbers have themselves between them, infinite ones
/// too.
fn between<K: Bits>(coding: Coding, first: K, second: K, way: f64) -> f64 {
    let [a, b] = [first, second].map(|key| K::number(coding, key));
    if first == second || way == 0.0 {
        return a;
    }
    // Integers beyond 2^53 differ by what their rounded values do not.
    let distance = match coding {
        Coding::Float => b - a,
        _ => (second.wide() - first.wide()) as f64,
    };
    if way < 0.5 {
        a + distance * way
    } else {
        b - distance * (1.0 - way)
    }
}
