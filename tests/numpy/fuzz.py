"""Random formulas against NumPy's eval of the same text, and texts that are none.

Where a formula holds functions that NumPy need not round as the library does, NumPy's result is computed some more times with these
functions disturbed by a few units in the last place: by how much that changes the result is by how much the library may differ.
"""

import ast
import dataclasses
import os
import random
import warnings

import numpy as np

import functions
import layouts
from library import ARGUMENT, BLOCK, CYCLIC, OK, UNSUPPORTED, UNSTRUCTURED, WHOLE, Dist, calls, check, end, evaluate, evaluate_values, last_error, size
from trees import CASTS, NEAR1, NEAR2, NOISY, NUMPY, OURS, REDUCTIONS, Trees

warnings.simplefilter("ignore")
FIELDS = int(os.environ.get("DARR_FIELDS", 12))
FORMULAS = int(os.environ.get("DARR_FORMULAS", 60))
HALO = 2


class Unknown(Exception):
    """Where a value depends on how something is rounded, there is none to compare with."""


def cast(x, name):
    """NumPy's float32(x); of arrays it drops imaginary parts, of Python's complex numbers it does not."""
    return np.asarray(x).astype(name)[()] if isinstance(x, (np.ndarray, np.generic)) else np.dtype(name).type(x)


class Names:
    """What a text means in Python."""

    def __init__(self, operands, shape, noise):
        self.shape, self.noise, self.rounds = shape, noise, False
        indices = np.indices(shape)
        self.all = {name: (lambda *args, name=name: self.call(name, *args)) for name in functions.ALL}
        self.all |= {name: (lambda x, name=name: self.reduce(name, x)) for name in REDUCTIONS}
        self.all |= {name: (lambda x, name=name: cast(x, name)) for name in CASTS}
        self.all |= {f"i{d}": indices[d] for d in range(len(shape))} | {f"n{d}": n for d, n in enumerate(shape)}
        self.all |= {f"element_{name}": (lambda *args, name=name: self.operator(f"logical_{name}", *args)) for name in ("and", "or", "not")}
        self.all |= {"abs": self.all["absolute"], "pi": np.pi, "e": np.e, "shift": self.shift}
        self.all |= operands

    def call(self, name, *args):
        # Python's numbers alone make Python's operators, which the text has them as.
        weak = not any(isinstance(arg, (np.ndarray, np.generic)) for arg in args)
        if self.noise is not None and weak and name in ("power", "multiply", "divide"):
            a, b = args
            return a**b if name == "power" else a * b if name == "multiply" else a / b
        if name == "power" and self.noise is not None:
            result = np.asarray(args[0] ** args[1])
        else:
            result = functions.answer(name, *args)
        near = name in NEAR1 + NEAR2 or result.dtype.kind == "c" and name not in functions.EXACT or name == "absolute"
        return self.disturbed(result, np.abs(result), 8) if near else result[()]

    def operator(self, name, *args):
        """`and`, `or` and `not` element by element; of Python's values they are one of Python's, which takes other types."""
        result = functions.answer(name, *args)[()]
        return result if any(isinstance(arg, (np.ndarray, np.generic)) for arg in args) else bool(result)

    def reduce(self, name, x):
        x = np.asarray(x)
        if name in ("min", "max") and x.dtype.kind == "c":
            raise functions.Refused("complex numbers have no order here")
        result = np.asarray(getattr(np, name)(x))
        if result.dtype == np.float16:
            result = np.asarray(getattr(np, name)(x.astype(np.float32)))
        if name in ("sum", "mean", "var", "std"):
            magnitudes = np.abs(x) if x.dtype.kind in "fc" else x
            sizes = getattr(np, name)(magnitudes)
            if name in ("var", "std"):
                # Both subtract the mean, which may be much larger.
                sizes = sizes + np.abs(np.mean(magnitudes)) * (np.std(x) if name == "var" else 1)
            return self.disturbed(result, np.abs(result) + np.abs(sizes), 100)
        return result[()]

    def shift(self, x, by):
        if np.ndim(x) == 0:
            return x
        return np.roll(x, [-d for d in by], tuple(range(len(by))))

    def disturbed(self, result, scale, ulps):
        if self.noise is None or result.dtype.kind not in "fc":
            return result[()]
        self.rounds = True
        eps = np.finfo(result.dtype).eps * ulps
        factor = self.noise.uniform(-eps, eps, result.shape)
        if result.dtype.kind == "c":
            factor = factor + 1j * self.noise.uniform(-eps, eps, result.shape)
        moved = result + (factor * scale).astype(result.dtype)
        return np.where(np.isfinite(result), moved, result)[()]

    def eval(self, text):
        with np.errstate(all="ignore"):
            result = np.asarray(eval(text, {"__builtins__": {}}, self.all))
        return result.astype(np.float32) if result.dtype == np.float16 else result


def values_of(rng, shape, dtype):
    """Values that formulas of any kind keep within bounds, few of them special."""
    if dtype.kind == "b":
        return rng.random(shape) < 0.5
    if dtype.kind in "iu":
        return rng.integers(0 if dtype.kind == "u" else -9, 10, shape).astype(dtype)
    real = np.round(rng.normal(size=shape) * 3 * 8) / 8
    real = np.where(rng.random(shape) < 0.02, rng.choice([np.inf, -np.inf, np.nan, -0.0], shape), real)
    return (real + 1j * np.round(rng.normal(size=shape) * 8) / 8 if dtype.kind == "c" else real).astype(dtype)


class Field:
    """Operands of one shape and distribution, and their values."""

    def __init__(self, seed):
        self.rng, self.values = random.Random(seed), np.random.default_rng(seed)
        rng = self.rng
        ndim = rng.choice([1, 1, 2, 2, 3])
        self.seed, self.periodic = seed, rng.random() < 0.6
        self.shape = tuple(rng.randint(2 * size + 2 if rng.random() < 0.3 else 3, 16) for _ in range(ndim))
        maps = (WHOLE, BLOCK) if self.periodic else (WHOLE, BLOCK, CYCLIC, UNSTRUCTURED)
        self.dims = layouts.random_dims(rng, self.shape, maps)
        self.known, self.operands, self.grid_order = {}, {}, rng.randrange(2)
        for name, dtype in zip("abcdukzt", "float64 float64 float32 int32 float64 int64 complex128 bool".split()):
            self.add(name, np.dtype(dtype))
        self.add("w8", np.dtype("uint8"))
        self.names = list(self.known)
        row = values_of(self.values, self.shape[-1:], np.dtype(float))
        self.known |= {"row": row, "three": 3.0, "two": 2, "single": np.float32(1.5), "small": np.int8(5)}
        self.operands |= {name: self.known[name] for name in ("row", "three", "two", "single", "small")}
        self.outs = {}

    def add(self, name, dtype):
        self.known[name] = values_of(self.values, self.shape, dtype)
        self.operands[name] = self.array(dtype)
        if self.periodic:
            self.operands[name].fill(self.known[name])
            self.with_ghosts(self.operands[name], self.known[name])
        else:
            self.operands[name].fill(self.known[name])

    def array(self, dtype):
        if not self.periodic:
            return layouts.random_array(self.rng, self.dims, dtype, self.grid_order)
        dims = [dataclasses.replace(dim, periodic=1, halo=(HALO, HALO)) for dim in self.dims]
        return layouts.random_memory(self.rng, Dist(dims, self.rng.randrange(2), self.grid_order), dtype)

    def with_ghosts(self, array, values):
        """The whole section, ghosts included, in place of an exchange."""
        if not array.dist.empty:
            around = [np.arange(index[0] - HALO, index[-1] + 1 + HALO) % n for index, n in zip(array.dist.index, self.shape)]
            array.section[...] = values[np.ix_(*around)]

    def trees(self, **more):
        shifted = self.names if self.periodic else []
        return Trees(self.rng, self.names, ["row", "three", "two", "single", "small"], len(self.shape), HALO, shifted, **more)

    def out(self, dtype):
        if dtype not in self.outs:
            self.outs[dtype] = self.array(dtype)
        return self.outs[dtype]

    def wanted(self, texts):
        """NumPy's result, and by how much ours may differ; Unknown where NumPy has none."""
        try:
            want = Names(self.known, self.shape, None).eval(texts[NUMPY])
            if want.dtype.kind not in "fc":
                some = [Names(self.known, self.shape, np.random.default_rng(i)).eval(texts[NOISY]) for i in range(2)]
                return want, np.zeros(want.shape), np.logical_and(some[0] == want, some[1] == want)
            all_ = [Names(self.known, self.shape, np.random.default_rng(i)) for i in range(4)]
            some = [names.eval(texts[NOISY]) for names in all_]
        except (ZeroDivisionError, OverflowError, ValueError, MemoryError) as error:
            raise Unknown(error) from None
        with np.errstate(all="ignore"):
            spread = np.max([np.where(one == want, 0, np.abs(one - want)) for one in some], axis=0)
            known = np.logical_and.reduce([(one == want) | np.isfinite(one) & np.isfinite(want) | ((one != one) & (want != want)) for one in some])
            # What is moved less than by one rounding of the result may round differently.
            least = 2 * np.finfo(want.dtype).eps * np.abs(want) if all_[0].rounds else 0
        return want, 4 * spread + np.where(np.isfinite(want), least, 0), known & ~(spread > 1e-3 * np.abs(want)) | (spread == 0)


def agrees(got, want, spread, known):
    with np.errstate(all="ignore"):
        exact = functions.same(got, want, any_zero=True)
        near = np.abs(got - want) <= spread if want.dtype.kind in "fc" else exact
        parts = exact
        if want.dtype.kind == "c":
            # What is not finite in one part only: whatever stands in the other one.
            parts = ~np.isfinite(want) & ~np.isfinite(got)
    return exact | near | parts | ~known


def chosen(field, trees, depth):
    """The texts of a tree, mostly one that has a meaning for these types."""
    for _ in range(8):
        tree = trees.tree(depth)
        texts = [trees.text(tree, dialect) for dialect in (OURS, NUMPY, NOISY)]
        try:
            Names(field.known, field.shape, None).eval(texts[NUMPY])
        except Exception:
            if field.rng.random() < 0.1:
                break
            continue
        break
    return texts


def one(field, trees, depth):
    texts = chosen(field, trees, depth)
    said = f"field {field.seed} {field.shape}: {texts[OURS]}"
    exchange = field.periodic and field.rng.random() < 0.3
    try:
        want, spread, known = field.wanted(texts)
    except Unknown:
        code = evaluate(texts[OURS], field.operands, field.out(np.dtype(complex)), exchange)
        check(code in (OK, ARGUMENT, UNSUPPORTED), f"{said}: code {code}: {last_error()}")
        return
    except (functions.Refused, TypeError) as error:
        code = evaluate(texts[OURS], field.operands, field.out(np.dtype(complex)), exchange)
        # Python does not order its own complex numbers, NumPy and the library do.
        allowed = OK if "between instances of" in str(error) else UNSUPPORTED
        check(code in (ARGUMENT, UNSUPPORTED, allowed), f"{said}: code {code}, NumPy refuses: {error}")
        return
    out = field.out(want.dtype)
    before = None if field.periodic else out.keep()
    code = evaluate(texts[OURS], field.operands, out, exchange)
    if not check(code == OK, f"{said}: code {code}: {last_error()}; NumPy has a result of {want.dtype}"):
        return
    check(before is None or out.kept(before), f"{said}: more was written than the owned elements")
    want, spread, known = (out.mine(np.broadcast_to(x, field.shape)) for x in (want, spread, known))
    good = agrees(out.local, want, spread, known)
    if not good.all():
        at = tuple(np.argwhere(~good)[0])
        check(False, f"{said}: {out.local[at]!r}, NumPy {want[at]!r}, within {spread[at]}; {(~good).sum()} of {good.size}; {want.dtype}")


def several_values(field, trees):
    """Formulas of one number each, together."""
    all_ = []
    for _ in range(field.rng.randint(1, 5)):
        inner = "binary", "+", ("name", field.rng.choice(field.names)), trees.tree(2)
        tree = "call", field.rng.choice(REDUCTIONS), (inner,)
        if field.rng.random() < 0.5:
            tree = "binary", field.rng.choice("+-*"), tree, ("call", "sum", (("binary", "*", ("name", "a"), tree),))
        all_.append([trees.text(tree, dialect) for dialect in (OURS, NUMPY, NOISY)])
    try:
        wants = [field.wanted(texts) for texts in all_]
    except (Unknown, functions.Refused, TypeError):
        return
    ours = [texts[OURS] for texts in all_]
    dtype = np.result_type(np.float64, *[want.dtype for want, *_ in wants])
    code, got = evaluate_values(ours, field.operands, dtype)
    if not check(code == OK, f"field {field.seed}: {ours}: code {code}: {last_error()}"):
        return
    for text, value, (want, spread, known) in zip(ours, got, wants):
        want = want.astype(dtype)
        good = agrees(np.asarray(value), want, np.maximum(spread, 0), known)
        check(good.all(), f"field {field.seed} {field.shape}: {text}: {value!r}, NumPy {want!r}, within {spread}")


PIECES = ["+", "**", "(", ")", "[", "]", ",", "1", "0x1", "1e", "a", "nosuch", "sqrt", "sqrt(", "not", "if", "@", "$", "\\", '"', "\x01", "é", "<", "==", "=", ".", "..", "~", "1j", "1_0"]


def mutated(rng, text):
    for _ in range(rng.randint(1, 4)):
        at = rng.randint(0, len(text))
        what = rng.random()
        if what < 0.35:
            text = text[:at] + text[at + rng.randint(1, 4) :]
        elif what < 0.8:
            text = text[:at] + rng.choice(PIECES) + text[at:]
        else:
            other = rng.randint(0, len(text))
            text = text[:at] + text[other:]
    return text


def is_syntax(text):
    """Whether Python reads it as an expression of operators, calls, names and numbers."""
    try:
        tree = ast.parse(text.strip(" "), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    kinds = (ast.Attribute, ast.Lambda, ast.IfExp, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.JoinedStr, ast.Starred, ast.MatMult, ast.NamedExpr)
    return not any(isinstance(node, kinds) or isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)) for node in ast.walk(tree) if not isinstance(node, ast.Tuple))


def garbage(field, trees):
    rng = field.rng
    text = mutated(rng, trees.text(trees.tree(3), OURS))
    if rng.random() < 0.1:
        text = "".join(rng.choice(PIECES) for _ in range(rng.randint(1, 60)))
    out = field.out(np.dtype(complex))
    code = evaluate(text, field.operands, out)
    told = last_error() if code else ""
    check(code in (OK, ARGUMENT, UNSUPPORTED), f"{text!r}: code {code}: {told}")
    if not is_syntax(text):
        check(code == ARGUMENT and "column" in told, f"{text!r} is no expression: code {code}: {told}")
    check(calls.alike(f"{code} {told}".encode()) == 1, f"{text!r}: the ranks say different things, this one: {code} {told}")


def main():
    first = int(os.environ.get("DARR_SEED", 0))
    for number in range(first, first + FIELDS):
        field = Field(1000 * size + number)
        for i in range(FORMULAS):
            one(field, field.trees(near=i % 2 == 0), field.rng.choice([1, 2, 3, 4, 5]))
        for _ in range(FORMULAS // 5):
            several_values(field, field.trees())
        for _ in range(FORMULAS // 2):
            garbage(field, field.trees())
    end()


main()
