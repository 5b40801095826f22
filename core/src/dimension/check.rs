//! What a dimension must be before anything else is asked of it.

use super::Dimension;
use crate::dims::signed;
use crate::{Error, Map, Result};

impl Dimension {
    /// Checks all that the methods assume; `dim` names the dimension in the error.
    ///
    /// Conditions:
    /// 1. `0 <= extent`, `1 <= procs < 2^31`, one process if the map is whole;
    /// 2. the map fits the extent and the number of processes;
    /// 3. widths of padding are not negative, 0 for cyclic and unstructured maps, and a periodic dimension has
    ///    no boundary padding;
    /// 4. no section exceeds 63 bits, padding included.
    pub fn check(&self, dim: usize) -> Result<()> {
        let wrong = |what, value, allowed: &str| {
            Err(Error::Dimension {
                dim,
                what,
                value,
                allowed: allowed.into(),
            })
        };
        // Condition 1.
        if self.extent < 0 {
            return Err(Error::Extent {
                dim,
                extent: self.extent,
            });
        }
        if self.procs == 0 || i32::try_from(self.procs).is_err() {
            return wrong(
                "the number of processes",
                signed(self.procs),
                "1 to 2147483647",
            );
        }
        if self.map == Map::Whole && self.procs != 1 {
            return wrong(
                "the number of processes",
                signed(self.procs),
                "1, because the dimension is whole",
            );
        }
        // Condition 2.
        match &self.map {
            Map::Whole => {}
            Map::Block(cuts) => cuts.check(dim, self.extent, self.procs)?,
            Map::Cyclic { block, .. } if *block < 1 => {
                return wrong("the block size", *block, "1 or more")
            }
            Map::Cyclic { block, phase } => {
                let round = block.checked_mul(signed(self.procs));
                let fits = phase.checked_add(self.extent).is_some();
                if *phase < 0 || round.is_some_and(|round| *phase >= round) || !fits {
                    let allowed = "0 or more, below block size times processes";
                    return wrong("the phase", *phase, allowed);
                }
            }
            Map::Unstructured(list) => {
                if list.counts().len() != self.procs {
                    return wrong(
                        "the number of processes",
                        signed(self.procs),
                        "that of the index list",
                    );
                }
                let sum = list
                    .counts()
                    .iter()
                    .try_fold(0i64, |sum, &count| sum.checked_add(count));
                if sum != Some(self.extent) {
                    return wrong(
                        "the extent",
                        self.extent,
                        "the number of indices of all coordinates",
                    );
                }
            }
        }
        // Condition 3.
        for (what, widths) in [
            ("the halo width", self.halo),
            ("the boundary width", self.boundary),
        ] {
            for width in widths {
                if width < 0 {
                    return wrong(what, width, "0 or more");
                }
                if width > 0 && matches!(self.map, Map::Cyclic { .. } | Map::Unstructured(_)) {
                    return wrong(
                        what,
                        width,
                        "0, because only block and whole dimensions have padding",
                    );
                }
            }
        }
        if let (true, Some(&width)) = (
            self.periodic,
            self.boundary.iter().find(|&&width| width > 0),
        ) {
            return wrong(
                "the boundary width",
                width,
                "0, because the dimension is periodic",
            );
        }
        // Condition 4.
        let below = self.halo[0].max(self.boundary[0]);
        let above = self.halo[1].max(self.boundary[1]);
        let whole = below
            .checked_add(above)
            .and_then(|padding| padding.checked_add(self.extent));
        match whole {
            Some(_) => Ok(()),
            None => wrong(
                "the extent",
                self.extent,
                "one that fits into 63 bits with its padding",
            ),
        }
    }
}
