"""Writes ufunc.txt: what NumPy computes for special values of all types that a function computes in.

Lines `values TYPE COUNT HEX` give the arguments, `FUNCTION TYPE,... HEX` the results for all combinations of them, the last
argument the fastest, as the bytes in memory (truth values as digits); functions of three arguments take the first few values.
"""
import itertools
import sys

import numpy as np

np.seterr(all="ignore")

INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
TYPES = ["bool"] + INTEGERS + ["float32", "float64", "complex64", "complex128"]
UNARY = """absolute arccos arccosh arcsin arcsinh arctan arctanh conjugate cos cosh exp expm1 invert log log10 log1p negative
reciprocal rint sign sin sinh sqrt square tan tanh logical_not isnan isinf isfinite floor ceil trunc cbrt exp2 log2 degrees
radians signbit positive real imag angle""".split()
BINARY = """add arctan2 bitwise_and bitwise_or bitwise_xor divide floor_divide fmod hypot left_shift multiply power remainder
right_shift subtract less less_equal equal not_equal greater greater_equal maximum minimum fmax fmin logical_and logical_or
logical_xor copysign logaddexp""".split()
COMPARISONS = "less less_equal equal not_equal greater greater_equal".split()
IN_BINARY = {"float32": 9, "float64": 9, "complex64": 6, "complex128": 6}
IN_TERNARY = 3


def text(result):
    """The bytes, and of truth values the digits alone."""
    result = np.ascontiguousarray(result)
    return "".join("01"[int(x)] for x in result) if result.dtype == bool else result.tobytes().hex()


def values(name):
    """The first ones are the strangest: combinations take them."""
    dtype = np.dtype(name)
    if name == "bool":
        return np.array([False, True])
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        if dtype.kind == "i":
            return np.array([0, -1, info.min, 3, -7, 1, info.max, 65], dtype)
        return np.array([0, info.max, 3, 7, info.max // 2 + 1, 65], dtype)
    nan, inf = np.nan, np.inf
    tiny = np.finfo(dtype).smallest_subnormal
    if dtype.kind == "f":
        special = [nan, -0.0, inf, 1.5, -inf, 0.0, -2.5, 1.0, tiny, -0.3, 3.0, 2.0]
        more = [-1.0, 0.5, -0.5, 2.5, 1e-5, -1e-5, 7.7, -20.25, 33.0, 1e4, -3e7, 1e30, np.finfo(dtype).max, 1e-30, 0.1, 100.0]
        return np.array(special + more, dtype)
    special = [complex(nan, 1), 0j, 1.5 - 2j, complex(inf, -1), complex(1, nan), -1.5 + 0.5j, 2 + 0j, 3 - 1j]
    parts = [nan, inf, -inf, 0.0, -0.0]
    more = [complex(re, im) for re in parts for im in parts]
    more += [0.3 + 0.7j, -2.5 - 3j, 20 + 0.7j, complex(-3, -0.0), complex(3, 0), complex(-0.0, -3), complex(0.0, 0.5)]
    return np.array(special + more, dtype)


def integer_power(base, exponent):
    """Of negative exponents, which NumPy refuses, the integral part of the true value."""
    negative = exponent < 0
    result = np.power(base, np.where(negative, 0, exponent).astype(base.dtype))
    odd = exponent % 2 != 0
    inverse = np.where(base == 1, 1, np.where(base == -1, np.where(odd, -1, 1), 0))
    return np.where(negative, inverse, result).astype(base.dtype)


def computed_in(name, function, dtype, arity):
    """Whether the function has a loop of its own for the type."""
    if name in ("real", "imag"):
        return True
    if name == "angle":
        return dtype.kind in "fc"
    if name == "conjugate" and dtype.kind == "b":
        return False
    char = dtype.char
    return any(loop.split("->")[0] == char * arity for loop in function.types)


def main():
    out = sys.stdout
    for name in TYPES:
        given = values(name)
        print("values", name, len(given), IN_BINARY.get(name, len(given)), text(given), file=out)
    for name in UNARY:
        for type_name in TYPES:
            given = values(type_name)
            function = getattr(np, name)
            if computed_in(name, function, given.dtype, 1):
                print(name, type_name, text(function(given)), file=out)
    pairs = [(name, t, t) for name in BINARY for t in TYPES]
    pairs += [(name, *ab) for name in COMPARISONS for ab in (("int64", "uint64"), ("uint64", "int64"))]
    for name, left, right in pairs:
        function = getattr(np, name)
        a, b = values(left), values(right)
        if left == right and not computed_in(name, function, a.dtype, 2):
            continue
        a, b = a[: IN_BINARY.get(left)], b[: IN_BINARY.get(right)]
        if name == "power" and a.dtype.kind == "i":
            function = integer_power
        result = function(np.repeat(a, len(b)), np.tile(b, len(a)))
        print(name, f"{left},{right}", text(result), file=out)
    for type_name in TYPES:
        few = values(type_name)[:IN_TERNARY]
        for name, first in (("clip", few), ("where", values("bool"))):
            x, y, z = (grid.ravel() for grid in np.meshgrid(first, few, few, indexing="ij"))
            types = ",".join(str(of.dtype) for of in (x, y, z))
            print(name, types, text(getattr(np, name)(x, y, z)), file=out)


main()
