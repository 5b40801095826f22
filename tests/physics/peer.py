"""The program against hw2d (PyPI), an independent code for the same equations.

One initial state, written here and read by the program; both advance it by the same steps. The
fields must agree to rounding at first and still closely in developed turbulence, before chaos
has had the time to amplify rounding.
"""

import sys

import numpy as np
from hw2d.model import HW
from hw2d.utils.namespaces import Namespace

import case as drift


def by_peer(state, steps, dt, dx, **model):
    """Advances (density, omega) with hw2d."""
    solver = HW(dx=dx, TEST_CONSERVATION=False, poisson_bracket_coeff=1, **model)
    plasma = Namespace(density=state[0], omega=state[1], phi=solver.get_phi(state[1], dx), age=0)
    for _ in range(steps):
        plasma = solver.rk4_step(plasma, dt=dt, dx=dx)
    return plasma.density, plasma.omega, plasma.phi


def compare(program, ranks, state, steps, dt, tolerance, **model):
    """Relative differences in the maximum norm, each below the tolerance."""
    points = state[0].shape[0]
    dx = 2 * np.pi / model["k0"] / points
    expected = by_peer(state, steps, dt, dx, **model)
    with drift.Case(program, ranks) as run:
        run.write_state("start.h5", *state)
        run.run(
            grid={"nx": points, "ny": points},
            model={
                "k0": model["k0"],
                "c1": model["c1"],
                "kappa": model["kappa_coeff"],
                "nu": model["nu"],
                "order": model["N"],
            },
            time={"dt": dt, "t_end": steps * dt},
            start={"initial": "file", "file": "start.h5"},
        )
        got = run.read_state(steps)
    for name, a, b in zip(("density", "omega", "phi"), got, expected):
        error = np.max(np.abs(a - b)) / np.max(np.abs(b))
        text = f"{name} after {steps} steps: relative difference {error:.1e} <= {tolerance:.0e}"
        drift.check(error <= tolerance, text)


def main(program, ranks):
    points, k0 = 64, 0.15
    state = drift.smooth_state(points, seed=3, amplitude=2.0)
    model = {"k0": k0, "c1": 1.0, "kappa_coeff": 1.0, "nu": 1e-3, "N": 3}
    compare(program, ranks, state, 1, 0.02, 1e-13, **model)
    compare(program, ranks, state, 10, 0.02, 1e-12, **model)
    compare(program, ranks, state, 300, 0.02, 1e-8, **model)
    # Other parameters, so that each enters as in the peer.
    compare(program, ranks, state, 20, 0.01, 1e-12, k0=0.3, c1=0.2, kappa_coeff=1.7, nu=2e-3, N=2)
    compare(program, ranks, state, 20, 0.01, 1e-12, k0=0.2, c1=3.0, kappa_coeff=0.5, nu=1e-2, N=1)


if __name__ == "__main__":
    drift.report(main, sys.argv)
