"""What is no formula, or none for these operands: the right code, a text that helps, the same on every rank."""

import ctypes

import numpy as np

import layouts
from library import ARGUMENT, BLOCK, CYCLIC, HANDLE, OK, UNSUPPORTED, Array, Dist, apply, calls, check, darr, end, evaluate, evaluate_values, last_error, must, numbers, size


def refused(code, formula, operands, out, *said):
    """An evaluation that fails everywhere alike and writes nothing."""
    before = out.section.tobytes()
    agreed(code, evaluate(formula, operands, out), formula, *said)
    check(out.section.tobytes() == before, f"{formula}: something was written")


def agreed(want, code, formula, *said):
    text = last_error() if code else ""
    check(code == want, f"{formula}: code {code}, not {want}: {text}")
    for part in said:
        check(part in text, f"{formula}: `{part}` is not in: {text}")
    check("\n" not in text, f"{formula}: more than one line: {text}")
    check(calls.alike(f"{code} {text}".encode()) == 1, f"{formula}: the ranks say different things, this one: {code} {text}")


def line(extent, dtype=np.float64, map_=BLOCK, **more):
    return filled(Array(Dist([layouts.Dim(extent, map_, size, **more)]), dtype))


def matrix(shape, dtype=np.float64, procs=None, **more):
    procs = procs or [size, *[1] * (len(shape) - 1)]
    dims = [layouts.Dim(extent, BLOCK, of, **more) for extent, of in zip(shape, procs)]
    return filled(Array(Dist(dims), dtype))


def filled(array):
    array.fill(np.ones(1, array.dtype)[0] * np.ones([dim for dim in shape(array)], array.dtype))
    return array


def shape(array):
    extents = numbers([0] * array.dist.ndim)
    must(darr.darr_dist_shape(array.dist.pointer, extents))
    return list(extents)[: array.dist.ndim]


def syntax(u, out):
    """The column of what is wrong, counted from 1 in characters."""
    operands = {"u": u, "bx": u}
    for formula, column in [
        ("u + ", 5),
        ("u + * 2", 5),
        ("(u + 1", 7),
        ("u + 1)", 6),
        ("u u", 3),
        ("2 u", 3),
        ("u[", 3),
        ("u[1", 4),
        ("u[1.5]", 3),
        ("u[bx]", 3),
        ("sqrt(u", 7),
        ("u $ 2", 3),
        ("u + 1e", None),
        ("u = 2", 3),
        ("u ? 2", 3),
        ("", 1),
        ("   ", None),
        ("u +\n+ @", None),
        ("u if u else u", None),
        ("lambda u: u", None),
        ("u.real", None),
        ("u;u", 2),
        ("'u'", 1),
        ("u + 99999999999999999999", 5),
        ("1 + 0x", None),
        ("u**", 4),
        ("not", 4),
        ("u and", 6),
        ("u < ", None),
    ]:
        refused(ARGUMENT, formula, operands, out, "column", *([f"column {column}"] if column else []))
    refused(ARGUMENT, "u + µ * 2", operands, out, "column 5")
    refused(ARGUMENT, b"u + \xff\xfe", operands, out)


def unknown(u, out):
    """The nearest name that there is."""
    operands = {"bx": u, "by": u, "density": u}
    refused(ARGUMENT, "bx + densty", operands, out, "column 6", "densty", "did you mean `density`")
    refused(ARGUMENT, "sqr(bx)", operands, out, "column 1", "sqr", "sqrt")
    refused(ARGUMENT, "arcsim(bx)", operands, out, "arcsin")
    refused(ARGUMENT, "flaot32(bx)", operands, out, "float32")
    refused(ARGUMENT, "bx + zzzzzzzzzzzz", operands, out, "zzzzzzzzzzzz")
    refused(ARGUMENT, "bx(2)", operands, out, "bx")
    refused(ARGUMENT, "sqrt", operands, out, "sqrt")
    refused(ARGUMENT, "sqrt(bx, by)", operands, out, "sqrt")
    refused(ARGUMENT, "add(bx)", operands, out, "add")
    refused(ARGUMENT, "where(bx, by)", operands, out, "where")
    refused(ARGUMENT, "var(bx, dof=1)", operands, out)
    refused(ARGUMENT, "bx + i3", operands, out, "i3")
    refused(ARGUMENT, "bx + n3", operands, out, "n3")


def operands_that_do_not_fit(u, out):
    refused(ARGUMENT, "u + v", {"u": u, "v": line(23)}, out, "`v`", "broadcast", "23", "24")
    refused(ARGUMENT, "u + v", {"u": u, "v": matrix((24, 3))}, out, "`v`", "broadcast")
    refused(ARGUMENT, "u + v", {"u": u, "v": np.ones(5)}, out, "`v`", "broadcast", "5")
    if size > 1:
        refused(ARGUMENT, "u + v", {"u": u, "v": line(24, map_=CYCLIC)}, out, "`v`", "redistribute")
        cuts = [0, *[24] * size]
        refused(ARGUMENT, "v + u", {"u": u, "v": line(24, cuts=cuts)}, out, "`v`", "redistribute")
        rows, row = matrix((3, 24), procs=[size, 1]), line(24)
        refused(ARGUMENT, "rows + row", {"rows": rows, "row": row}, rows, "`row`", "replicated operand")
        refused(ARGUMENT, "u + one", {"u": u, "one": matrix((1,))}, out, "`one`")
    if size in (4, 6):
        a, b = matrix((8, 9), procs=[size, 1]), matrix((8, 9), procs=[2, size // 2])
        refused(ARGUMENT, "a + b", {"a": a, "b": b}, a, "`b`", "redistribute")


def shifts(out):
    carried = line(24, halo=(2, 1), periodic=1)
    none, open_ = line(24), line(24, halo=(1, 1))
    for by in (2, -3, 24, -(2**62)):
        refused(ARGUMENT, f"v[{by}]", {"v": carried}, out, "`v`", "halo")
    # A rank alone has no neighbours: what it lacks lies beyond the edge.
    refused(ARGUMENT, "v[1]", {"v": none}, out, "`v`", "halo" if size > 1 else "beyond the edge")
    refused(ARGUMENT, "v[-1]", {"v": open_}, out, "`v`", "beyond the edge")
    refused(ARGUMENT, "v[0, 1]", {"v": carried}, out, "column")
    refused(ARGUMENT, "(v + 1)[2]", {"v": carried}, out, "halo")
    refused(ARGUMENT, "v[99999999999999999999]", {"v": carried}, out, "column")
    refused(ARGUMENT, "v[1][1]", {"v": carried}, out, "halo")
    refused(ARGUMENT, "s[1]", {"s": 2.0}, out)
    cyclic = line(24, map_=CYCLIC)
    refused(ARGUMENT, "v[1]", {"v": cyclic}, cyclic, "`v`")


def types(u, out):
    whole, truth, complex_ = line(24, np.int32), line(24, np.bool_), line(24, np.complex128)
    operands = {"u": u, "k": whole, "t": truth, "z": complex_}
    for formula, name in [
        ("u & 1", "bitwise_and"),
        ("~u", "invert"),
        ("u << 2", "left_shift"),
        ("-t", "negative"),
        ("t - t", "subtract"),
        ("z // 2", "floor_divide"),
        ("z % 2", "remainder"),
        ("floor(z)", "floor"),
        ("arctan2(z, u)", "arctan2"),
        ("sqrt(~u)", "invert"),
    ]:
        refused(UNSUPPORTED, formula, operands, out, name)
    refused(ARGUMENT, "z", operands, out, "complex128", "float64")
    refused(ARGUMENT, "u", operands, whole, "float64", "int32")
    refused(ARGUMENT, "k", operands, truth, "int32", "bool")
    refused(ARGUMENT, "k/2", operands, whole, "float64", "int32")
    small = line(24, np.int8)
    refused(ARGUMENT, "s + 1000", {"s": small}, small, "column", "1000", "int8")


def empty(out):
    """NumPy's errors; the mean is NaN."""
    nothing = line(0)
    for formula in ("min(v)", "max(v)", "argmin(v)", "argmax(v)", "min(v*2 + 1)"):
        code, _ = evaluate_values([formula], {"v": nothing}, np.complex128)
        agreed(ARGUMENT, code, formula)
        refused(ARGUMENT, f"u - {formula}", {"u": out, "v": nothing}, out)
    code, values = evaluate_values(["mean(v)", "sum(v)", "prod(v)", "var(v)"], {"v": nothing}, np.float64)
    agreed(OK, code, "mean of nothing")
    check(np.isnan(values[0]) and values[1] == 0 and values[2] == 1 and np.isnan(values[3]), f"of nothing: {values}")


def others(u, out):
    code, values = evaluate_values(["u + 1"], {"u": u}, np.float64)
    agreed(ARGUMENT, code, "u + 1 as one number", "each element")
    code, values = evaluate_values(["sum(u)"], {"s": 2.0}, np.float64)
    agreed(ARGUMENT, code, "no array")
    freed = line(24)
    pointer = freed.pointer.value
    code = evaluate("u", {"u": u}, Freed(pointer, freed))
    check(code == HANDLE, f"a freed array: code {code}")
    long = "u" + " + u" * 20000
    refused(ARGUMENT, long, {"u": u}, out)
    for depth in (300, 30000):
        for begin, finish in (("(", ")"), ("sqrt(", ")"), ("-", ""), ("not ", ""), ("~", ""), ("2**", ""), ("u[", "]"), ("u if ", "")):
            refused(ARGUMENT, begin * depth + "u" + finish * depth, {"u": u}, out)
    code = evaluate("u<" * 20000 + "u", {"u": u}, out)
    check(code in (OK, ARGUMENT), f"many comparisons: code {code}")
    for text in ("(" * 60000, "[" * 60000, "1e" * 30000, "u," * 30000):
        refused(ARGUMENT, text, {"u": u}, out)
    refused(ARGUMENT, "x" * 2**20, {"u": u}, out)
    for name in ("", "1u", "u v", "a-b", "u.v", "not"):
        code = evaluate("u", {"u": u, name: u}, out)
        check(code == ARGUMENT, f"an operand named `{name}`: code {code}")
    for number, operands, said in [(-1, {"u": u}, "function"), (75, {"u": u}, "function"), ("add", {"u": u}, "add"), ("sqrt", {}, "sqrt")]:
        agreed(ARGUMENT, apply(number, operands, out), f"function {number} of {len(operands)}", said)
    agreed(UNSUPPORTED, apply("invert", {"u": u}, out), "invert of float64", "invert")
    code = evaluate("u + w", {"u": u, "w": u}, out)
    agreed(OK, code, "u + w")


class Freed:
    """A handle that is none any more."""

    def __init__(self, pointer, array):
        self.pointer = ctypes.c_void_p(pointer)
        array.__del__()
        array.pointer = ctypes.c_void_p()


def main():
    u, out = line(24), line(24)
    syntax(u, out)
    unknown(u, out)
    operands_that_do_not_fit(u, out)
    shifts(out)
    types(u, out)
    empty(out)
    others(u, out)
    end()


main()
