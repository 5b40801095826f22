"""Runs of the Hasegawa-Wakatani program in a directory of their own, for the physics tests."""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile

import h5py
import numpy as np

counts = {"passed": 0, "failed": 0}


def check(condition, text):
    """Notes whether a condition holds; the text says what and by how much."""
    print(f"  {'ok    ' if condition else 'FAILED'} {text}", flush=True)
    counts["passed" if condition else "failed"] += 1


def report(main, arguments):
    """Calls main(program, ranks) for `test.py program [ranks ...]`; fails if a check failed."""
    program = os.path.abspath(arguments[1])
    ranks = [int(r) for r in arguments[2:]] or [2]
    for r in ranks:
        print(f"{os.path.basename(arguments[0])} on {r} ranks", flush=True)
        main(program, r)
    summary()


def summary():
    """Says how many checks passed and ends the test."""
    print(f"{counts['passed']} passed, {counts['failed']} failed")
    sys.exit(1 if counts["failed"] else 0)


class Case:
    """A temporary directory in which the program runs. MPIRUN names the launcher."""

    def __init__(self, program, ranks):
        self.program = program
        self.ranks = ranks

    def __enter__(self):
        self.directory = tempfile.mkdtemp(prefix="drift_wave_")
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.directory)

    def path(self, name):
        return os.path.join(self.directory, name)

    def run(self, ranks=None, timeout=300, **groups):
        """Writes input.nml from groups of parameters and runs the program."""
        groups["output"] = {"report_every": 0, "diagnose_every": 0} | groups.get("output", {})
        text = ""
        for group, values in groups.items():
            settings = ", ".join(f"{k} = {v!r}" for k, v in values.items())
            text += f"&{group} {settings} /\n".replace("True", ".true.").replace("False", ".false.")
        return self.run_text(text, ranks, timeout)

    def run_text(self, text, ranks=None, timeout=300):
        """Runs the program with this input.nml."""
        with open(self.path("input.nml"), "w") as file:
            file.write(text)
        launcher = shlex.split(os.environ.get("MPIRUN", "mpirun"))
        command = [*launcher, "-n", str(ranks or self.ranks), self.program, "input.nml"]
        done = subprocess.run(command, cwd=self.directory, capture_output=True, text=True, timeout=timeout)
        if done.returncode != 0:
            raise RuntimeError(f"{command} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def write_state(self, name, density, omega):
        """An initial state; arrays are (y, x), as hw2d and the program's files have them."""
        with h5py.File(self.path(name), "w") as file:
            file["density"] = density
            file["omega"] = omega
            file.attrs["step"] = 0.0
            file.attrs["time"] = 0.0

    def read_state(self, step):
        with h5py.File(self.path(f"state_{step:08d}.h5"), "r") as file:
            return [file[name][...] for name in ("density", "omega", "phi")]

    def read_history(self):
        """Columns time, gamma_n, gamma_c, energy, enstrophy, energy_w, loss_energy, loss_enstrophy."""
        with open(self.path("history.txt")) as file:
            names = file.readline().split()[1:]
            columns = np.array([line.split() for line in file], dtype=float).T
        return dict(zip(names, columns))


def smooth_state(points, seed, amplitude):
    """Density and vorticity of random long waves (up to an eighth of the grid's wavenumbers)."""
    generator = np.random.default_rng(seed)
    m = np.fft.fftfreq(points) * points
    k2 = m[:, None] ** 2 + m[None, :] ** 2
    spectrum_shape = np.where((k2 > 0) & (k2 < (points / 8) ** 2), 1 / (1 + k2), 0)
    fields = []
    for _ in range(2):
        noise = generator.standard_normal((points, points)) + 1j * generator.standard_normal((points, points))
        field = np.real(np.fft.ifft2(noise * spectrum_shape))
        fields.append(amplitude * field / np.std(field))
    return fields
