"""Builds and starts what the benchmarks measure: the library, installed once, and the programs that use it."""

import os
import shutil
import subprocess
import sys

top = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
mpi = os.environ.get("DARR_MPI", "openmpi")
work = os.path.join(top, "build", "bench", mpi)
prefix = os.path.join(work, "prefix")


def tool(name):
    return shutil.which(f"{name}.{mpi}") or shutil.which(name) or sys.exit(f"{name} not found")


def quietly(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def install_library():
    """The library as it stands, under `prefix`."""
    print(f"# Building for {mpi} ...", flush=True)
    quietly("cmake", "-S", top, "-B", f"{work}/library", f"-DDARR_MPI={mpi}", "-DBUILD_TESTING=OFF")
    quietly("cmake", "--build", f"{work}/library")
    quietly("cmake", "--install", f"{work}/library", "--prefix", prefix)


def environment(ranks):
    """For that many ranks on this machine's cores."""
    variables = dict(os.environ)
    if ranks <= os.cpu_count():
        # These serve runs of more ranks than cores and would slow down waiting here.
        for name in ("OMPI_MCA_mpi_yield_when_idle", "OMPI_MCA_rmaps_base_oversubscribe"):
            variables.pop(name, None)
    return variables


def warn_if_busy():
    load = os.getloadavg()[0]
    if load > 1:
        print(f"# Other programs are running (load {load:.1f}): the times below mean little", flush=True)


def compile_program(name, *packages):
    """bench/NAME.c with the library and the peers that these pkg-config packages name."""
    if packages and mpi != "openmpi":
        sys.exit(f"{', '.join(packages)}: Debian's packages are for Open MPI; run this with DARR_MPI=openmpi")
    if packages and subprocess.run(["pkg-config", "--exists", *packages]).returncode != 0:
        sys.exit(f"{', '.join(packages)} not found: run scripts/setup bench")
    install_library()
    found = quietly("pkg-config", "--cflags", "--libs", *packages).split() if packages else []
    program = os.path.join(work, name)
    quietly(
        *(tool("mpicc"), "-std=gnu11", "-O3", "-march=native", "-Wall", "-Wextra"),
        *("-o", program, os.path.join(top, "bench", f"{name}.c"), f"-I{prefix}/include", *found),
        *(f"-L{prefix}/lib", f"-Wl,-rpath,{prefix}/lib", f"-ldistarray_{mpi}", "-lm"),
    )
    return program


def run(program, ranks, *arguments):
    """The program's lines, as they come; ends this one where the program fails."""
    command = [tool("mpirun"), "-n", str(ranks), program, *arguments]
    done = subprocess.run(command, env=environment(ranks), timeout=1800)
    if done.returncode != 0:
        sys.exit(f"{os.path.basename(program)} failed on {ranks} ranks")
