"""What a user gets wrong in the input file, or a run that blows up, ends at once and says why."""

import sys

import case as drift


def refused(program, ranks, word, **groups):
    with drift.Case(program, ranks) as run:
        try:
            run.run(timeout=60, **groups)
        except RuntimeError as failure:
            drift.check(word in str(failure), f"{groups}: the message has '{word}'")
        else:
            drift.check(False, f"{groups}: must fail")


def main(program, ranks):
    time = {"dt": 0.02, "t_end": 0.04}
    refused(program, ranks, "nx must be even", grid={"nx": 33}, time=time)
    refused(program, ranks, "must be 'normal'", start={"initial": "sinus"}, time=time)
    refused(program, ranks, "resolution", grid={"resolution": 32}, time=time)
    refused(program, ranks, "missing.h5", start={"initial": "file", "file": "missing.h5"}, time=time)
    refused(
        program,
        ranks,
        "blown up",
        grid={"nx": 32, "ny": 32},
        time={"dt": 0.5, "t_end": 500},
        output={"diagnose_every": 10},
    )


if __name__ == "__main__":
    drift.report(main, sys.argv)
