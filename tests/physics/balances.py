"""Conservation in turbulence: the rates of change of energy and enstrophy against their balances.

    dE/dt = Gamma_n - Gamma_c - D_E,    E = <n^2 - phi w> / 2
    dU/dt = Gamma_n - D_U,              U = <(n - w)^2> / 2

On the grid both hold exactly as long as time is continuous: the bracket conserves both, and the
finite differences are antisymmetric where they must be. What is left is the time step. Over an
interval the change of E is compared with Simpson's integral of its balance, whose error falls as
dt^4, as that of a Runge-Kutta step does: halving dt must reduce the residual 16-fold, until
rounding is reached.
"""

import sys

import numpy as np

import case as drift


def residuals(program, ranks, state, dt, t_end, points, k0):
    """Largest error of either balance relative to the largest flux, over intervals of two steps."""
    with drift.Case(program, ranks) as run:
        run.write_state("start.h5", *state)
        run.run(
            grid={"nx": points, "ny": points},
            model={"k0": k0, "nu": 2e-4},
            time={"dt": dt, "t_end": t_end},
            start={"initial": "file", "file": "start.h5"},
            output={"diagnose_every": 1, "save_last": False},
        )
        h = run.read_history()
    scale = np.max(np.abs(h["gamma_n"]))
    results = []
    for quantity, rate in (
        (h["energy_w"], h["gamma_n"] - h["gamma_c"] - h["loss_energy"]),
        (h["enstrophy"], h["gamma_n"] - h["loss_enstrophy"]),
    ):
        change = quantity[2::2] - quantity[:-2:2]
        integral = dt / 3 * (rate[:-2:2] + 4 * rate[1:-1:2] + rate[2::2])
        results.append(np.max(np.abs(change - integral)) / (2 * dt) / scale)
    return results


def main(program, ranks):
    points, k0 = 128, 0.15
    with drift.Case(program, ranks) as run:
        # From noise of order one turbulence is there within some growth times.
        steps = 1600
        run.run(
            grid={"nx": points, "ny": points},
            model={"k0": k0, "nu": 2e-4},
            time={"dt": 0.025, "t_end": 0.025 * steps},
            start={"initial": "fourier", "amplitude": 1.0, "seed": 5},
            output={"diagnose_every": steps},
        )
        state = run.read_state(steps)[:2]
        flux = run.read_history()["gamma_n"][-1]
    drift.check(flux > 0.05, f"the state is turbulent: flux {flux:.3f} > 0.05")
    coarse = residuals(program, ranks, state, 0.02, 0.8, points, k0)
    fine = residuals(program, ranks, state, 0.01, 0.8, points, k0)
    for name, a, b in zip(("energy", "enstrophy"), coarse, fine):
        drift.check(a < 1e-4, f"{name}: balance to {a:.1e} < 1e-4 of the flux at dt = 0.02")
        drift.check(b < a / 10, f"{name}: {b:.1e} at half the step, {a / b:.1f} times less (order 4: 16)")


if __name__ == "__main__":
    drift.report(main, sys.argv)
