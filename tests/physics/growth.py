"""Growth and frequency of one small wave against the dispersion relation.

A wave exp(i (kx x + ky y)) obeys the linear system

    dn/dt = c1 (phi - n) - i kappa ky' phi + d n,    dw/dt = c1 (phi - n) + d w,    w = -k^2 phi

where ky' = ky and d = -nu k^(2N) in the continuum, and on the grid ky' = sin(ky dx)/dx and
d = -nu (4/dx^2 (sin^2(kx dx/2) + sin^2(ky dx/2)))^N. The program starts from an eigenvector.
Against the grid's relation with the amplification of a Runge-Kutta step the only error is
rounding; against the continuum's, well resolved waves must come within 1 %.
"""

import sys

import numpy as np

import case as drift


def operator(kx, ky, c1, kappa, nu, order, dx=None):
    """The 2 x 2 matrix of (n, phi); the grid's where dx is given."""
    k2 = kx**2 + ky**2
    drift_k, laplacian = ky, k2
    if dx is not None:
        drift_k = np.sin(ky * dx) / dx
        laplacian = 4 / dx**2 * (np.sin(kx * dx / 2) ** 2 + np.sin(ky * dx / 2) ** 2)
    d = -nu * laplacian**order
    return np.array([[d - c1, c1 - 1j * kappa * drift_k], [c1 / k2, d - c1 / k2]])


def fastest(matrix):
    """The eigenvalue of largest growth and its eigenvector."""
    values, vectors = np.linalg.eig(matrix)
    first = np.argmax(values.real)
    return values[first], vectors[:, first]


def coefficient(field, mx, my):
    """The amplitude of exp(i (kx x + ky y)) in a real field (y, x)."""
    return np.fft.fft2(field)[my, mx] * 2 / field.size


def one_wave(program, ranks, points, mx, my, k0=0.15, c1=1.0, kappa=1.0, nu=1e-6, order=3, dt=0.05, steps=200):
    dx = 2 * np.pi / k0 / points
    kx, ky = k0 * mx, k0 * my
    growth, vector = fastest(operator(kx, ky, c1, kappa, nu, order, dx))
    z = dt * growth
    factor = 1 + z + z**2 / 2 + z**3 / 6 + z**4 / 24
    y, x = np.mgrid[:points, :points] * dx
    wave = np.exp(1j * (kx * x + ky * y))
    size = 1e-6
    n = np.real(size * vector[0] * wave)
    w = np.real(-(kx**2 + ky**2) * size * vector[1] * wave)
    with drift.Case(program, ranks) as run:
        run.write_state("start.h5", n, w)
        run.run(
            grid={"nx": points, "ny": points},
            model={"k0": k0, "c1": c1, "kappa": kappa, "nu": nu, "order": order},
            time={"dt": dt, "t_end": steps * dt},
            start={"initial": "file", "file": "start.h5"},
        )
        density, _, phi = run.read_state(steps)
    label = f"wave ({mx}, {my}), c1 = {c1}, N = {order}:"
    for name, field, start in (("density", density, vector[0]), ("potential", phi, vector[1])):
        got = coefficient(field, mx, my) / (size * start)
        error = abs(got / factor**steps - 1)
        drift.check(error < 1e-9, f"{label} {name} against the grid's relation: {error:.1e} < 1e-9")
        rate = np.log(abs(got)) / (steps * dt)
    exact = fastest(operator(kx, ky, c1, kappa, nu, order))[0].real
    error = abs(rate / exact - 1)
    drift.check(error < 0.01, f"{label} growth rate {rate:.6f}, continuum {exact:.6f}: {error:.2%} < 1%")


def main(program, ranks):
    one_wave(program, ranks, 256, mx=0, my=5)
    one_wave(program, ranks, 256, mx=2, my=4)
    one_wave(program, ranks, 256, mx=0, my=6, c1=0.1)
    one_wave(program, ranks, 256, mx=1, my=2, k0=0.3, c1=5.0, kappa=1.5, nu=5e-8, dt=0.02)
    one_wave(program, ranks, 256, mx=1, my=4, nu=5e-3, order=1)
    one_wave(program, ranks, 256, mx=1, my=4, nu=1e-3, order=2, dt=0.02)


if __name__ == "__main__":
    drift.report(main, sys.argv)
