"""Every element-wise function of every type, and every pair of types, over arrays of random layouts and distributions."""

import itertools
import random
import zlib

import numpy as np

import functions
import layouts
import samples
from library import ARGUMENT, BLOCK, DTYPES, OK, UNSUPPORTED, WHOLE, apply, check, end, evaluate, last_error, size

# How often each function meets each pair of types.
SWEEPS = 2
# How many arrangements of arrays there are in a sweep.
ARRANGEMENTS = 12


class Arrangement:
    """Arrays of one distribution: operands x, y, z of each type and results, each in memory of its own."""

    def __init__(self, seed):
        self.rng, self.values = random.Random(seed), np.random.default_rng(seed)
        self.seed, rng = seed, self.rng
        ndim = rng.choice([0, 1, 1, 2, 2, 3])
        self.shape = tuple(rng.choice([0, 1, *range(3, 12), 97 if ndim == 1 else 14]) for _ in range(ndim))
        self.way = rng.choice(["plain", "slices", "broadcast"])
        self.grid_order = rng.randrange(2)
        maps = (WHOLE, BLOCK) if self.way == "slices" else (WHOLE, BLOCK, layouts.CYCLIC, layouts.UNSTRUCTURED)
        self.dims = layouts.random_dims(rng, self.shape, maps)
        self.entries = layouts.random_entries(rng, self.dims) if self.way == "slices" else None
        if self.entries is not None:
            self.shape = np.empty(self.shape, bool)[layouts.numpy_entries(self.entries)].shape
        self.made = {}

    def __str__(self):
        maps = [(dim.extent, dim.map, dim.procs, dim.cuts) for dim in self.dims]
        return f"arrangement {self.seed} ({self.way} of {maps}, {self.entries})"

    def array(self, dims, dtype):
        array = layouts.random_array(self.rng, dims, dtype, self.grid_order)
        return array if self.entries is None else array.part(self.entries)

    def operand(self, name, dtype, powers=False):
        """The global values, and the operand: an array, sometimes values that every rank has."""
        key = name, dtype, powers
        if key not in self.made:
            shape, dims = self.shape, self.dims
            if self.way == "broadcast":
                shape, dims = self.lower()
            values = samples.values(self.values, shape, dtype)
            if powers:
                values = np.where(values < 0, values & np.array(7, dtype), values)
            if self.way != "slices" and self.rng.random() < 0.15:
                self.made[key] = values, values
            else:
                array = self.array(dims, dtype)
                array.fill(values)
                self.made[key] = values, array
        return self.made[key]

    def lower(self):
        """A shape that broadcasts, where no rank needs what another one owns."""
        dims, drop = list(self.dims), 0
        while drop < len(dims) and dims[drop].procs == 1 and self.rng.random() < 0.4:
            drop += 1
        stretched = lambda dim: dim.procs == 1 and dim.extent != 1 and self.rng.random() < 0.4
        dims = [layouts.Dim(1) if stretched(dim) else dim for dim in dims[drop:]]
        return tuple(dim.extent for dim in dims), dims

    def out(self, dtype):
        if dtype not in self.made:
            self.made[dtype] = self.array(self.dims, dtype)
        return self.made[dtype]

    def broadcast(self, values):
        return np.broadcast_to(values, self.shape)


def call(name, operands, out):
    """Half of the calls name the function by its number, half in a formula."""
    formula = f"{name}({', '.join(operands)})"
    numbered = zlib.crc32(f"{size} {name} {[getattr(x, 'dtype', x) for x in operands.values()]}".encode()) % 2
    return apply(name, operands, out) if numbered else evaluate(formula, operands, out)


def run(arrangement, name, args, operands, out=None):
    """One call, compared with NumPy's."""
    formula = f"{name}({', '.join(operands)})"
    said = f"{formula} of {[getattr(arg, 'dtype', arg) for arg in args]} in {arrangement}"
    try:
        want = functions.answer(name, *args)
    except functions.Refused:
        code = call(name, operands, arrangement.out(np.dtype(np.complex128)))
        check(code == UNSUPPORTED, f"{said}: NumPy has no answer, the library gives", code, last_error() if code else "", about=(name, "refused"))
        return
    out = arrangement.out(want.dtype) if out is None else out
    compare(arrangement, name, args, operands, out, want, said)


def compare(arrangement, name, args, operands, out, want, said, as_=None):
    before = out.keep()
    code = call(name, operands, out)
    if not check(code == OK, f"{said}: code {code}: {last_error()}", about=(name, "code")):
        return
    check(out.kept(before), f"{said}: more was written than the owned elements")
    want = out.mine(arrangement.broadcast(want))
    got = out.local
    elements = [out.mine(arrangement.broadcast(np.asarray(arg))) for arg in args]
    good = functions.agrees(as_ or name, elements, got, want)
    if good.all():
        check(True)
    else:
        at = tuple(np.argwhere(~good)[0])
        told = f"{[element[at] for element in elements]} gives {got[at]!r}, NumPy {want[at]!r}; {(~good).sum()} of {good.size}"
        check(False, f"{said}: {told}", about=(name, want.dtype))


def integers_only(types):
    return all(dtype.kind in "biu" for dtype in types) and np.result_type(*types).kind in "biu"


def sweep(number, cases):
    """Every case in one of the arrangements."""
    arrangements = {}
    for case in cases:
        name, types = case
        chosen = zlib.crc32(f"{number} {name} {types}".encode()) % ARRANGEMENTS
        arrangements.setdefault(chosen, []).append(case)
    for chosen in sorted(arrangements):
        arrangement = Arrangement(1000 * size + 100 * number + chosen)
        for name, types in arrangements[chosen]:
            powers = name == "power" and integers_only(types)
            pairs = [arrangement.operand(letter, dtype, powers and letter == "y") for letter, dtype in zip("xyz", types)]
            run(arrangement, name, [values for values, _ in pairs], dict(zip("xyz", [operand for _, operand in pairs])))


def every_case():
    for name in functions.UNARY:
        yield from ((name, (dtype,)) for dtype in DTYPES)
    for name in functions.BINARY:
        yield from ((name, types) for types in itertools.product(DTYPES, repeat=2))
    rng = random.Random(5)
    for name in functions.TERNARY:
        yield from ((name, tuple(rng.choice(DTYPES) for _ in range(3))) for _ in range(150))


SCALARS = [True, 2, 100, 0.75, 2.0, 1j, np.float32(1.5), np.int8(5), np.uint64(3), np.float64(2), np.complex64(1 - 2j), np.bool_(False)]


def scalars(cases):
    """Numbers on either side: Python's, which take the type of what they meet, and NumPy's, which keep theirs."""
    for number in range(3):
        arrangement = Arrangement(1000 * size + 700 + number)
        rng = random.Random(number)
        for name, types in cases:
            if len(types) != 2 or rng.random() > 0.1:
                continue
            scalar, side = rng.choice(SCALARS), rng.randrange(2)
            kinds = {types[0].kind, np.asarray(scalar).dtype.kind}
            powers = name == "power" and not kinds & set("fc")
            values, operand = arrangement.operand("xy"[side], types[0], powers)
            if isinstance(operand, np.ndarray):
                continue
            args, operands = [values, scalar], {"x": operand, "y": scalar}
            if not side:
                args, operands = args[::-1], {"x": scalar, "y": operand}
            run(arrangement, name, args, operands)


def in_place(cases):
    """The result is an operand."""
    rng = random.Random(size)
    for number in range(3):
        arrangement = Arrangement(1000 * size + 800 + number)
        for name, types in cases:
            if rng.random() > 0.06 or name == "power":
                continue
            operands = [arrangement.operand(letter, dtype) for letter, dtype in zip("xyz", types)]
            args = [values for values, _ in operands]
            try:
                want = functions.answer(name, *args)
            except functions.Refused:
                continue
            for values, array in operands:
                if isinstance(array, np.ndarray) or values.shape != arrangement.shape or array.dtype != want.dtype:
                    continue
                run(arrangement, name, args, dict(zip("xyz", [operand for _, operand in operands])), out=array)
                array.fill(values)
                break


def other_results(cases):
    """Results of other types: converted as NumPy's same_kind rule allows, else refused with both types named."""
    rng = random.Random(size + 50)
    for number in range(3):
        arrangement = Arrangement(1000 * size + 900 + number)
        for name, types in cases:
            if rng.random() > 0.06 or name == "power":
                continue
            operands = [arrangement.operand(letter, dtype) for letter, dtype in zip("xyz", types)]
            args, called = [values for values, _ in operands], dict(zip("xyz", [operand for _, operand in operands]))
            try:
                want = functions.answer(name, *args)
            except functions.Refused:
                continue
            dtype = rng.choice(DTYPES)
            out, formula = arrangement.out(dtype), f"{name}({', '.join(called)})"
            said = f"{formula} of {types} as {dtype} in {arrangement}"
            if not np.can_cast(want.dtype, dtype, "same_kind"):
                code = call(name, called, out)
                text = last_error()
                check(code == ARGUMENT and want.dtype.name in text and dtype.name in text, f"{said}: {code}, {text}")
            elif (want.dtype.kind, dtype.kind) not in (("f", "f"), ("c", "c"), ("f", "c")) or name not in functions.NEAR:
                with np.errstate(all="ignore"):
                    compare(arrangement, name, args, called, out, want.astype(dtype), said, None if dtype.kind == "c" else "where")


def main():
    cases = list(every_case())
    for number in range(SWEEPS):
        sweep(number, cases)
    scalars(cases)
    in_place(cases)
    other_results(cases)
    end()


main()
