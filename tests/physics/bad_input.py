"""What a user gets wrong in the input file, or a run that blows up, ends at once and says why."""

import subprocess
import sys

import numpy as np

import case as drift


def refused(program, ranks, word, **groups):
    with drift.Case(program, ranks) as run:
        try:
            run.run(timeout=60, **groups)
        except RuntimeError as failure:
            drift.check(word in str(failure), f"{groups}: the message has '{word}'")
        else:
            drift.check(False, f"{groups}: must fail")


def refused_or_done(program, ranks, word, **groups):
    """What one program can do and the other cannot: it is done, or refused with the word, and nobody hangs."""
    with drift.Case(program, ranks) as run:
        try:
            run.run(timeout=60, **groups)
            outcome = "done" if np.all(np.isfinite(run.read_state(2))) else "wrong"
        except RuntimeError as failure:
            outcome = "refused" if word in str(failure) else str(failure)
        except subprocess.TimeoutExpired:
            outcome = "hangs"
        drift.check(outcome in ("done", "refused"), f"{groups} on {ranks} ranks: {outcome}")


def refused_text(program, ranks, word, text):
    with drift.Case(program, ranks) as run:
        try:
            run.run_text(text, timeout=60)
        except RuntimeError as failure:
            drift.check(word in str(failure), f"{text!r}: the message has {word!r}")
        else:
            drift.check(False, f"{text!r}: must fail")


def groups_of_the_file(program, ranks):
    """A namelist read of Fortran passes over groups that it does not know or that do not end."""
    good = "&grid nx = 32, ny = 32 /\n&output report_every = 0, diagnose_every = 0 /\n"
    refused_text(program, ranks, "there is no group &gird", good + "&gird nx = 64 /")
    refused_text(program, ranks, "there is no group &tim,", "&tim/" + good)
    refused_text(program, ranks, "&time has no '/' at its end", good + "&time dt = 0.01")
    refused_text(program, ranks, "&time has no '/' at its end", "&time dt = 0.01\n" + good)
    refused_text(program, ranks, "&start has no '/' at its end", good + "&start file = 'a /\n&time dt = 0.02 /\n")
    refused_text(program, ranks, "&grid is there twice", good + "&GRID nx = 64 /")
    refused_text(program, ranks, "'t' stands outside", good + "time dt = 0.01 /")
    with drift.Case(program, ranks) as run:
        # What looks like a mistake and is none.
        run.run_text(
            "! A comment's quote & a slash /\n" + good + "&Time dt=0.02 ! no '/' here\n, t_end = 0.04\n&end\n"
            "&model/\n\t&start initial='normal', file = \"it's / &here\" /! the end"
        )
        drift.check(np.all(np.isfinite(run.read_state(2))), "comments, texts and empty groups are understood")


def main(program, ranks):
    groups_of_the_file(program, ranks)
    time = {"dt": 0.02, "t_end": 0.04}
    refused(program, ranks, "nx must be even", grid={"nx": 33}, time=time)
    refused(program, ranks, "must be 'normal'", start={"initial": "sinus"}, time=time)
    refused(program, ranks, "resolution", grid={"resolution": 32}, time=time)
    refused(program, ranks, "missing.h5", start={"initial": "file", "file": "missing.h5"}, time=time)
    # Fewer blocks than ranks; fewer rows than ranks.
    blocks = {"nx": 32, "ny": 32, "blocks_x": 1, "blocks_y": 2}
    refused_or_done(program, 4, "is not the number of ranks", grid=blocks, time=time)
    refused_or_done(program, 6, "narrower than their halo", grid={"nx": 32, "ny": 4}, time=time)
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
