"""The library and its peers in one Python process: NumPy arrays wrapped as they are, times taken in turn."""

import ctypes
import os
import subprocess
import sys

import programs
from programs import quietly, tool, top, work

venv = os.path.join(top, "build", "venv", "bin", "python")
try:
    import numexpr
    import numpy as np
except ImportError:
    if os.path.exists(venv) and os.path.realpath(sys.prefix) != os.path.realpath(os.path.dirname(os.path.dirname(venv))):
        os.execv(venv, [venv, *sys.argv])
    sys.exit("NumPy and numexpr not found: run scripts/setup bench")

numexpr.set_num_threads(1)

DTYPES = "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64 complex64 complex128".split()


class Wrapped:
    """An array whose outermost layers are padding."""

    def __init__(self, library, array, halo):
        self.handle = library.wrap(array, halo)


class Library:
    def __init__(self):
        programs.install_library()
        calls = os.path.join(work, "libcalls.so")
        quietly(
            *(tool("mpicc"), "-std=gnu11", "-O2", "-shared", "-fPIC", "-o", calls, os.path.join(top, "bench", "calls.c")),
            *(f"-I{programs.prefix}/include", f"-L{programs.prefix}/lib", f"-Wl,-rpath,{programs.prefix}/lib", f"-ldistarray_{programs.mpi}"),
        )
        os.environ.setdefault("OMPI_MCA_rmaps_base_oversubscribe", "1")
        self.calls = ctypes.CDLL(calls, mode=ctypes.RTLD_GLOBAL)
        self.darr = ctypes.CDLL(f"{programs.prefix}/lib/libdistarray_{programs.mpi}.so", mode=ctypes.RTLD_GLOBAL)
        self.calls.evaluations.restype = ctypes.c_double
        self.calls.loops.restype = ctypes.c_double
        self.calls.wrap.restype = ctypes.c_void_p
        self.darr.darr_last_error.restype = ctypes.c_char_p
        self.calls.start()
        self.kept = []

    def fail(self):
        sys.exit(f"the library failed: {self.darr.darr_last_error().decode()}")

    def wrap(self, array, halo=0):
        """A darr_array on the memory of a NumPy array; `halo` outermost layers are padding."""
        extents, strides = ((ctypes.c_int64 * array.ndim)(*list_) for list_ in (array.shape, array.strides))
        code = DTYPES.index(array.dtype.name) + 1
        handle = self.calls.wrap(ctypes.c_void_p(array.ctypes.data), code, array.ndim, extents, strides, halo)
        self.kept.append(array)
        return handle or self.fail()

    def evaluation(self, formula, out, **operands):
        """A function that evaluates the formula some number of times and gives the seconds; operands are arrays or numbers."""
        n = len(operands)
        names = (ctypes.c_char_p * n)(*[name.encode() for name in operands])
        arrays, numbers = (ctypes.c_void_p * n)(), (ctypes.c_double * n)()
        for i, value in enumerate(operands.values()):
            if isinstance(value, np.ndarray):
                arrays[i] = self.wrap(value)
            elif isinstance(value, Wrapped):
                arrays[i] = value.handle
            else:
                numbers[i] = value
        target = ctypes.c_void_p(out.handle if isinstance(out, Wrapped) else self.wrap(out))
        text = formula.encode()

        def run(times):
            seconds = self.calls.evaluations(times, text, n, names, arrays, numbers, target)
            return seconds if seconds >= 0 else self.fail()

        return run

    def loop(self, function, n, *arrays):
        """A function that calls a Fortran loop some number of times and gives the seconds."""
        arguments = (ctypes.c_void_p * len(arrays))(*[array.ctypes.data for array in arrays])
        return lambda times: self.calls.loops(times, function, ctypes.c_long(n), len(arrays), arguments)


def fortran(name, *flags):
    """bench/NAME.f90 as a shared library."""
    target = os.path.join(work, f"lib{name}{''.join(flags).replace('-', '_').replace('=', '_')}.so")
    command = ["gfortran", "-O3", "-march=native", *flags, "-shared", "-fPIC", "-J", work, "-o", target, os.path.join(top, "bench", f"{name}.f90")]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    return ctypes.CDLL(target)


def timed(function):
    """A Python function as one that is called some number of times and gives the seconds."""
    from time import perf_counter

    def run(times):
        begin = perf_counter()
        for _ in range(times):
            function()
        return perf_counter() - begin

    return run


def in_turn(runs, seconds=0.4):
    """Medians and 95 % intervals of the ratios to the first: all take turns, a few calls at a time."""
    times = []
    for run in runs:
        run(1)
        once = max(run(1), 1e-7)
        times.append(max(1, int(2e-3 / once)))
    rounds = max(9, min(200, int(seconds / sum(run(k) for run, k in zip(runs, times)))))
    rows = []
    for turn in range(rounds):
        order = range(len(runs)) if turn % 2 else reversed(range(len(runs)))
        row = [0.0] * len(runs)
        for i in order:
            row[i] = runs[i](times[i]) / times[i]
        rows.append(row)
    rows = np.array(rows)
    ratios = np.sort(rows / rows[:, :1], axis=0)
    half = 0.98 * np.sqrt(rounds)
    low, high = int(max(0, rounds / 2 - half)), int(min(rounds - 1, rounds / 2 + half))
    return np.median(rows, axis=0), np.median(ratios, axis=0), ratios[low], ratios[high]


def report(case, peers, runs, seconds=0.4):
    """Prints a line per peer; the first run is ours."""
    medians, ratios, low, high = in_turn(runs, seconds)
    for i, peer in enumerate(peers, 1):
        print(
            f"{case:34} {medians[0] * 1e6:10.2f} us peer={peer:12} {medians[i] * 1e6:10.2f} us ratio={ratios[i]:.2f} ({low[i]:.2f} to {high[i]:.2f})",
            flush=True,
        )
