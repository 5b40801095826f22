"""The other side of the exchange: h5py writes a file for the library, or reads one of the library's.

usage: exchange.py write|read|begin FILE
"""

import sys

import h5py
import numpy as np

DTYPES = "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64 complex64 complex128".split()
ROWS, COLUMNS = 5, 4


def field(dtype):
    """What tests/c/field.h says that an array holds."""
    n = np.arange(ROWS * COLUMNS, dtype=np.int64).reshape(ROWS, COLUMNS)
    k = 37 * n - 1000

    def remainder(a, b):  # as C has it
        return np.fmod(a, b)

    return {
        "bool": n % 3 == 1,
        "int8": remainder(k, 100),
        "int16": remainder(k, 30000),
        "int32": k * 1000,
        "int64": k * 1000000000000,
        "uint8": n % 251,
        "uint16": 65000 - n % 60000,
        "uint32": 4000000000 - n,
        "uint64": np.uint64(18000000000000000000) - n.astype(np.uint64),
        "float32": k / 8,
        "float64": k / 3,
        "complex64": k + 1j * n / 4,
        "complex128": k + 1j * (n / 7),
    }[dtype].astype(dtype)


def write(path):
    with h5py.File(path, "w") as file:
        for number, dtype in enumerate(DTYPES, 1):
            file[f"c/{number}"] = field(dtype)
            file[f"f/{number}"] = field(dtype).T
        file["single"] = 6.5
        reals = field("float64")
        file["big endian"] = reals.astype(">f8")
        file.create_dataset("compressed", data=reals, chunks=(2, 3), compression="gzip", shuffle=True)
        file["by h5py/deep/inside"] = reals
        file.create_dataset("untouched", shape=(ROWS,), dtype="f8", fillvalue=0.5)
        regrown = file.create_dataset("regrown", data=np.zeros(ROWS), maxshape=(None,), chunks=(2,), fillvalue=0.5)
        regrown.resize((0,))
        regrown.resize((ROWS,))
        file.attrs["time"] = 2.5
        file["c"].attrs["steps"] = np.array([4, -5, 6], dtype="i4")
        file["c/11"].attrs["on"] = True
        file["c/11"].attrs["mode"] = 1 - 2j
        file["f/11"].attrs["name"] = "φ, the potential"
        file["f/11"].attrs["fixed"] = np.bytes_("fixed length")
        file["f/11"].attrs["empty"] = ""
        file["f/11"].attrs["list"] = ["two", "texts"]
        file["texts"] = ["some", "texts"]
        file["record"] = np.zeros(ROWS, dtype=[("x", "f8"), ("y", "f8")])
        file["half"] = np.zeros(ROWS, dtype="f2")
        file["nothing"] = h5py.Empty("f8")
        file["dangling"] = h5py.SoftLink("/not/there")
        file["deep"] = np.zeros((1,) * 16)
        file["choice"] = np.array([1, 2], dtype=h5py.enum_dtype({"RED": 1, "BLUE": 2}, basetype="i1"))
        file["new format"] = h5py.SoftLink("/by h5py/deep/inside")


def read(path):
    checks = 0
    with h5py.File(path, "r") as file:
        for number, dtype in enumerate(DTYPES, 1):
            for name, want in ((f"c/{number}", field(dtype)), (f"f/{number}", field(dtype).T)):
                got = file[name][...]
                assert got.dtype == want.dtype, (name, got.dtype, want.dtype)
                assert got.shape == want.shape and np.array_equal(got, want), (name, got, want)
                assert file[name].chunks is None and file[name].id.get_offset() is not None
                checks += 1
        assert file["single"][()] == 6.5 and file["single"].shape == ()
        assert file.attrs["time"] == 2.5 and np.shape(file.attrs["time"]) == ()
        steps = file["c"].attrs["steps"]
        assert steps.dtype == "i4" and steps.tolist() == [4, -5, 6]
        assert file["c/11"].attrs["on"] == True  # noqa: E712
        assert np.asarray(file["c/11"].attrs["on"]).dtype == bool
        assert file["c/11"].attrs["mode"] == 1 - 2j
        assert file["f/11"].attrs["name"] == "φ, the potential"
        assert file["f/11"].attrs["empty"] == ""
        assert sorted(file) == ["c", "f", "single"]
    print(f"h5py read {checks} datasets")


def begin(path):
    """Datasets without elements, to be filled by the library."""
    with h5py.File(path, "w") as file:
        file.create_dataset("line", shape=(ROWS,), dtype="f8", fillvalue=0.5)
        file.create_dataset("chunks", shape=(ROWS,), dtype="f8", fillvalue=0.5, chunks=(2,))
        for dataset in file.values():
            dataset.attrs["note"] = np.int32(12)


if __name__ == "__main__":
    {"write": write, "read": read, "begin": begin}[sys.argv[1]](sys.argv[2])
