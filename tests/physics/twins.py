"""The program with the library and the one by hand do the same: fields bit for bit, on several
numbers of ranks, each continuing from the other's file, with the same means.

usage: twins.py library_program by_hand_program
"""

import os
import sys

import numpy as np

import case as drift

settings = {"grid": {"nx": 74, "ny": 61}, "model": {"nu": 1e-3}}
steps = 40


def run_once(program, ranks, t_end, start, **blocks):
    with drift.Case(program, ranks) as run:
        run.run(
            **(settings | {"grid": settings["grid"] | blocks}),
            time={"dt": 0.02, "t_end": t_end},
            start=start,
            output={"diagnose_every": 10, "picture_every": 20},
        )
        pictures = sum(os.path.getsize(run.path(f)) > 1000 for f in os.listdir(run.directory) if f.startswith("omega_"))
        return run.read_state(steps), run.read_history(), pictures


def main(library, by_hand):
    start = {"initial": "normal", "amplitude": 1.0, "seed": 11}
    fields, history, pictures = run_once(library, 1, 0.8, start)
    drift.check(pictures == 3, "the library drew three pictures")
    for ranks, blocks in ((1, {}), (2, {}), (3, {}), (4, {"blocks_x": 2, "blocks_y": 2}), (6, {})):
        got, means, pictures = run_once(by_hand, ranks, 0.8, start, **blocks)
        same = all(np.array_equal(a, b) for a, b in zip(got, fields))
        drift.check(same, f"by hand on {ranks} ranks: the fields of the library")
        error = max(np.max(np.abs(means[k] - history[k]) / np.max(np.abs(history[k]))) for k in history)
        drift.check(error < 1e-12, f"by hand on {ranks} ranks: its means, to {error:.0e}")
        drift.check(pictures == 3, f"by hand on {ranks} ranks: three pictures")
    for first, second, label in (
        (library, by_hand, "by hand after the library"),
        (by_hand, library, "the library after by hand"),
    ):
        with drift.Case(first, 2) as run:
            run.run(**settings, time={"dt": 0.02, "t_end": 0.4}, start=start)
            run.program = second
            run.run(
                ranks=3,
                **settings,
                time={"dt": 0.02, "t_end": 0.8},
                start={"initial": "file", "file": "state_00000020.h5"},
            )
            same = all(np.array_equal(a, b) for a, b in zip(run.read_state(steps), fields))
            drift.check(same, f"{label} continues the run")


if __name__ == "__main__":
    main(*(os.path.abspath(p) for p in sys.argv[1:3]))
    drift.summary()
