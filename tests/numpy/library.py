"""The library in Python processes, one per rank: every rank knows the global arrays and compares its own section."""

import ctypes
import os
import re
import sys
import traceback

import numpy as np

DTYPES = [np.dtype(name) for name in "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64 complex64 complex128".split()]
CODES = {dtype: code for code, dtype in enumerate(DTYPES, 1)}
OK, ARGUMENT, HANDLE, UNSUPPORTED = range(4)
NONE = np.iinfo(np.int64).min
WHOLE, BLOCK, CYCLIC, UNSTRUCTURED = range(4)
INDEX_ALL, INDEX_SLICE, INDEX_AT, INDEX_NEW, INDEX_ELLIPSIS = range(5)


class Given(ctypes.Structure):
    """An operand, as calls.c has it."""

    _fields_ = [(name, ctypes.c_void_p) for name in ("array", "data", "extents", "strides")] + [
        (name, ctypes.c_int) for name in ("dtype", "weak", "ndim")
    ]


calls = ctypes.CDLL(os.environ["DARR_CALLS"], mode=ctypes.RTLD_GLOBAL)
darr = ctypes.CDLL(os.environ["DARR_LIBRARY"], mode=ctypes.RTLD_GLOBAL)
with open(os.environ["DARR_HEADER"]) as file:
    header = file.read()
darr.darr_last_error.restype = ctypes.c_char_p
calls.total.argtypes, calls.total.restype = [ctypes.c_long], ctypes.c_long
calls.start()
rank, size = calls.rank(), calls.size()
failed = checked = 0
reported = []


def give_up(kind, value, trace):
    """One rank's exception ends all of them: the others would wait."""
    traceback.print_exception(kind, value, trace)
    sys.stderr.flush()
    calls.give_up()


sys.excepthook = give_up


def last_error():
    return darr.darr_last_error().decode()


def must(code):
    if code != OK:
        raise RuntimeError(f"code {code}: {last_error()}")


def check(good, *told, about=None):
    """Counts a check; the first ones that fail are printed, one of each function that they are about."""
    global checked, failed
    checked += 1
    if not good:
        failed += 1
        if about not in reported or about is None:
            reported.append(about)
            if len(reported) <= (25 if rank == 0 else 3):
                sys.stdout.write(f"rank {rank} of {size}: {' '.join(map(str, told))}\n")
                sys.stdout.flush()
    return good


def end():
    """The last words of a program, and its exit code."""
    bad, all_ = calls.total(failed), calls.total(checked)
    if rank == 0:
        print(f"{all_} checks, {bad} of them bad", flush=True)
    calls.finish()
    sys.stdout.flush()
    os._exit(bad > 0)


def numbers(list_):
    return (ctypes.c_int64 * max(1, len(list_)))(*list_)


class Handle:
    """A pointer of the library that is freed with its object."""

    def __init__(self, kind):
        self.pointer, self.kind = ctypes.c_void_p(), kind

    def __del__(self):
        getattr(darr, f"darr_{self.kind}_free")(self.pointer)


class Dist(Handle):
    """A distribution; `dims` are those of layouts.py."""

    def __init__(self, dims=None, order=0, grid_order=0, of=None):
        super().__init__("dist")
        if of is not None:
            must(darr.darr_array_dist(of.pointer, ctypes.byref(self.pointer)))
        else:
            self.create(dims, order, grid_order)
        ndim = ctypes.c_int()
        must(darr.darr_dist_ndim(self.pointer, ctypes.byref(ndim)))
        self.ndim = ndim.value
        count, below, above = numbers([0] * self.ndim), numbers([0] * self.ndim), numbers([0] * self.ndim)
        must(darr.darr_dist_count(self.pointer, -1, count))
        must(darr.darr_dist_padding(self.pointer, -1, below, above))
        self.count, self.below, self.above = (tuple(list_)[: self.ndim] for list_ in (count, below, above))
        self.empty = 0 in self.count or not self.owns_value()
        # Per dimension the global indices of the owned elements.
        self.index = [np.zeros(0, np.int64)] * self.ndim if self.empty else [self.indices(dim) for dim in range(self.ndim)]

    def create(self, dims, order, grid_order):
        coords = coordinates([dim.procs for dim in dims], grid_order)
        rows, cuts, lists = [], [None] * 16, [None] * 16
        for d, dim in enumerate(dims):
            mine = dim.lists[coords[d]] if dim.lists is not None and coords else []
            cuts[d] = None if dim.cuts is None else numbers(dim.cuts)
            lists[d] = None if dim.lists is None else numbers(mine)
            rows += [dim.extent, dim.map, dim.procs, dim.periodic, dim.rule, dim.block_size, *dim.halo, *dim.boundary, len(mine)]
        cuts, lists = ((ctypes.c_void_p * 16)(*[ctypes.cast(x, ctypes.c_void_p) if x else None for x in all_]) for all_ in (cuts, lists))
        must(calls.distribute(len(dims), numbers(rows), cuts, lists, order, grid_order, ctypes.byref(self.pointer)))

    def owns_value(self):
        """Whether this rank holds the one element of an array without dimensions."""
        owner = ctypes.c_int(rank)
        if self.ndim == 0:
            must(darr.darr_dist_owner(self.pointer, numbers([]), ctypes.byref(owner)))
        return owner.value == rank

    def indices(self, dim):
        local, index, all_ = numbers(self.below), numbers([0] * self.ndim), []
        for i in range(self.count[dim]):
            local[dim] = self.below[dim] + i
            must(darr.darr_dist_to_global(self.pointer, -1, local, index))
            all_.append(index[dim])
        return np.array(all_, np.int64)


def coordinates(procs, grid_order):
    """This rank's place in a grid; None outside of it."""
    rest, coords = rank, [0] * len(procs)
    for d in range(len(procs)) if grid_order else reversed(range(len(procs))):
        coords[d] = rest % procs[d]
        rest //= procs[d]
    return coords if rest == 0 else None


class Memory:
    """Memory somewhere, for NumPy."""

    def __init__(self, base, shape, dtype, strides):
        self.__array_interface__ = {"data": (base, False), "shape": shape, "typestr": dtype.str, "strides": strides, "version": 3}


class Array(Handle):
    """A distributed array: on memory of NumPy with these strides and offset in bytes, in a buffer of so many bytes, or in that of the library."""

    def __init__(self, dist, dtype, strides=None, offset=0, nbytes=0):
        super().__init__("array")
        self.dist, self.dtype, self.buffer = dist, np.dtype(dtype), None
        if dist is None:
            return
        if strides is None:
            must(darr.darr_array_create(dist.pointer, CODES[self.dtype], ctypes.byref(self.pointer)))
        else:
            self.buffer = np.zeros(max(nbytes, 16), np.uint8)
            extents = [sum(ends) for ends in zip(dist.count, dist.below, dist.above)]
            base = ctypes.c_void_p(self.buffer.ctypes.data + offset)
            must(calls.wrap(dist.pointer, base, CODES[self.dtype], dist.ndim, numbers(extents), numbers(strides), ctypes.byref(self.pointer)))
        self.look()

    def look(self):
        """NumPy's view of the section with its padding, and of what is owned."""
        ndim, base = self.dist.ndim, ctypes.c_void_p()
        extents, strides, lo, hi = (numbers([0] * ndim) for _ in range(4))
        must(calls.view(self.pointer, ctypes.byref(base), extents, strides, lo, hi))
        if self.dist.empty or not base.value:
            self.section = np.zeros((0,) * max(ndim, 1), self.dtype)
            self.local = self.section
            return
        self.section = np.asarray(Memory(base.value, tuple(extents)[:ndim], self.dtype, tuple(strides)[:ndim]))
        self.local = self.section[(..., *[slice(a, b) for a, b in zip(lo, hi)][:ndim])]

    def part(self, entries):
        """A view: rows of kind, start, stop, step."""
        view = Array(None, self.dtype)
        flat = numbers([x for entry in entries for x in entry])
        must(calls.slice(self.pointer, len(entries), flat, ctypes.byref(view.pointer)))
        view.dist, view.parent, view.buffer = Dist(of=view), self, self.buffer
        view.look()
        return view

    def fill(self, values):
        """Owned elements from the global array, padding from a pattern."""
        if self.buffer is not None:
            self.buffer[...] = 0x5A
        if not self.dist.empty:
            if self.buffer is None:
                self.section[...] = np.frombuffer(b"\x5a" * self.dtype.itemsize, self.dtype)[0]
            self.local[...] = self.mine(values)

    def mine(self, values):
        """The part of a global array that this rank owns."""
        if self.dist.empty:
            return np.zeros(self.local.shape, values.dtype)
        return values[np.ix_(*self.dist.index)] if self.dist.ndim else values

    def keep(self):
        """What must not change but for the owned elements."""
        return self.buffer.copy() if self.buffer is not None else self.section.copy()

    def kept(self, before):
        """Whether only owned elements changed since `keep`."""
        if self.dist.empty:
            return True
        if self.buffer is None:
            after = self.section.copy()
            old = before
            lo = tuple(slice(b, b + c) for b, c in zip(self.dist.below, self.dist.count))
            after[lo] = old[lo] = 0
            return after.tobytes() == old.tobytes()
        after, old = self.buffer.copy(), before.copy()
        offset = self.local.__array_interface__["data"][0] - self.buffer.ctypes.data
        for copy in (after, old):
            np.asarray(Memory(copy.ctypes.data + offset, self.local.shape, self.dtype, self.local.strides))[...] = 0
        return after.tobytes() == old.tobytes()


def given(operands):
    """Operands for a call: arrays; NumPy arrays, which are replicated; NumPy's scalars; Python's, which are weak. And what must outlive it."""
    n, alive = len(operands), []
    names = (ctypes.c_char_p * max(1, n))(*[name.encode() for name in operands])
    all_ = (Given * max(1, n))()
    for one, value in zip(all_, operands.values()):
        if isinstance(value, Array):
            one.array = value.pointer.value
            continue
        one.weak = isinstance(value, (bool, int, float, complex)) and not isinstance(value, np.generic)
        data = np.asarray(value)
        extents, strides = numbers(data.shape), numbers(data.strides)
        one.data, one.dtype, one.ndim = data.ctypes.data, CODES[data.dtype], data.ndim
        one.extents, one.strides = ctypes.addressof(extents), ctypes.addressof(strides)
        alive += [data, extents, strides]
    return n, names, all_, alive


def evaluate(formula, operands, out, exchange=False):
    """The code of darr_eval."""
    n, names, all_, alive = given(operands)
    text = formula if isinstance(formula, bytes) else formula.encode()
    return calls.evaluate(text, n, names, all_, int(exchange), out.pointer)


def apply(name, operands, out):
    """The code of darr_ufunc for the function of this name, or this number."""
    n, _, all_, alive = given(operands)
    number = name if isinstance(name, int) else constant(name)
    return calls.apply(number, n, all_, out.pointer)


def constant(name):
    """The number that the header gives a function of NumPy."""
    called = {"ceil": "ceiling"}.get(name, name).upper()
    return int(re.search(rf"^#define DARR_{called} (\d+)$", header, re.M)[1])


def evaluate_values(formulas, operands, dtype):
    """The code of darr_eval_values, and the values."""
    n, names, all_, alive = given(operands)
    texts = (ctypes.c_char_p * max(1, len(formulas)))(*[text.encode() for text in formulas])
    values = np.zeros(len(formulas), dtype)
    code = calls.values(len(formulas), texts, n, names, all_, CODES[np.dtype(dtype)], ctypes.c_void_p(values.ctypes.data))
    return code, values
