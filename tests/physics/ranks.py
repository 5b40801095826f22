"""The same fields, bit for bit, on any number of ranks and over a restart on another number."""

import sys

import numpy as np

import case as drift

counts = (1, 2, 3, 4, 6)
# Extents that no number of ranks above 1 divides, and more than one row of blocks.
grid = {"nx": 74, "ny": 61}
model = {"nu": 1e-3}


def fields(program, ranks, steps, start, every=0, **blocks):
    with drift.Case(program, ranks) as run:
        run.run(
            grid=grid | blocks,
            model=model,
            time={"dt": 0.02, "t_end": steps * 0.02},
            start=start,
            output={"snapshot_every": every},
        )
        return run.read_state(steps)


def same(a, b):
    return all(np.array_equal(x, y) for x, y in zip(a, b))


def main(program, ranks):
    steps = 40
    for initial in ("normal", "fourier", "sine"):
        start = {"initial": initial, "amplitude": 1.0, "seed": 7}
        one = fields(program, 1, steps, start)
        drift.check(all(np.all(np.isfinite(f)) and np.ptp(f) > 0 for f in one), f"{initial}: fields are there")
        drift.check(abs(np.mean(one[2])) < 1e-12 * np.max(np.abs(one[2])), f"{initial}: potential has mean 0")
        for count in counts[1:]:
            drift.check(same(fields(program, count, steps, start), one), f"{initial}: {count} ranks as 1 rank")
    for count, x, y in ((2, 2, 1), (4, 2, 2), (6, 2, 3), (6, 3, 2), (3, 3, 1)):
        got = fields(program, count, steps, start, blocks_x=x, blocks_y=y)
        drift.check(same(got, one), f"{x} x {y} blocks as 1 rank")
    got = fields(program, 4, steps, start, blocks_x=1, blocks_y=2)
    drift.check(same(got, one), "1 x 2 blocks on 4 ranks as 1 rank")
    few = fields(program, 1, steps, start, ny=4)
    drift.check(same(fields(program, 6, steps, start, ny=4), few), "4 rows on 6 ranks as on 1 rank")
    for before, after in ((1, 2), (2, 1), (3, 4), (4, 6), (6, 3)):
        with drift.Case(program, before) as run:
            settings = {"grid": grid, "model": model}
            run.run(**settings, time={"dt": 0.02, "t_end": 0.4}, start=start, output={"diagnose_every": 5})
            run.run(
                ranks=after,
                **settings,
                time={"dt": 0.02, "t_end": 0.8},
                start={"initial": "file", "file": "state_00000020.h5"},
                output={"diagnose_every": 5},
            )
            times = run.read_history()["time"]
            drift.check(same(run.read_state(steps), one), f"restart of {before} ranks on {after} continues the run")
            drift.check(np.allclose(times, 0.1 * np.arange(9)), "and its history")
    drift.check(not same(fields(program, 2, steps, start | {"amplitude": 0.5}), one), "another start differs")


if __name__ == "__main__":
    drift.report(main, sys.argv)
