"""NumPy's answer for an element-wise function of any arguments, and how near the library comes to it.

Where the library differs from NumPy on purpose:
- NumPy computes functions of truth values and 8-bit integers in half precision, the library in single precision;
- negative integer powers of integers are refused by NumPy and 0 (1 or -1 for these bases) in the library: not compared;
- whether maximum, minimum and clip give 0 or -0 of the two depends on NumPy's vector unit: the sign of zero is not compared;
- NumPy's vector unit multiplies complex numbers with fused operations: where a part overflows or is infinite, which other part is NaN
  or infinite depends on that.
"""

import numpy as np

UNARY = """absolute arccos arccosh arcsin arcsinh arctan arctanh conjugate cos cosh exp expm1 invert log log10 log1p negative
    reciprocal rint sign sin sinh sqrt square tan tanh logical_not isnan isinf isfinite floor ceil trunc cbrt exp2 log2
    degrees radians signbit positive real imag angle""".split()
BINARY = """add arctan2 bitwise_and bitwise_or bitwise_xor divide floor_divide fmod hypot left_shift multiply power remainder
    right_shift subtract less less_equal equal not_equal greater greater_equal maximum minimum fmax fmin logical_and
    logical_or logical_xor copysign logaddexp""".split()
TERNARY = ["clip", "where"]
ALL = UNARY + BINARY + TERNARY

# A few units in the last place are allowed where NumPy itself is not correctly rounded.
NEAR = set(
    """arccos arccosh arcsin arcsinh arctan arctanh cos cosh exp expm1 log log10 log1p sin sinh tan tanh arctan2 hypot power
    cbrt exp2 log2 logaddexp angle""".split()
)
# Complex ones that are exact nevertheless.
EXACT = set("add subtract negative positive conjugate where clip maximum minimum fmax fmin real imag rint".split())
ANY_ZERO = set("maximum minimum fmax fmin clip".split())


class Refused(Exception):
    """NumPy has no answer for these types."""


def function(name):
    return np._core.umath.clip if name == "clip" else getattr(np, name)


def single(value):
    """An argument in single precision, where NumPy would compute in half of it."""
    return np.asarray(value).astype(np.float32) if isinstance(value, (np.ndarray, np.generic)) else value


def answer(name, *args):
    """NumPy's result. Raises Refused."""
    of = function(name)
    try:
        with np.errstate(all="ignore"):
            result = np.asarray(of(*args))
            if result.dtype == np.float16:
                result = np.asarray(of(*map(single, args)))
    except TypeError as error:
        raise Refused(error) from None
    return result


def precise(name, args, dtype):
    """The result of real arguments in a wider type, rounded; None: there is none."""
    wider = {np.dtype(np.float32): np.float64, np.dtype(np.float64): np.longdouble}[dtype]
    with np.errstate(all="ignore"):
        return function(name)(*[np.asarray(arg).astype(dtype).astype(wider) for arg in args]).astype(dtype)


def same(got, want, any_zero=False):
    """Element by element: equal, also the sign of zero; NaN equals NaN."""
    equal = (got == want) | ((got != got) & (want != want))
    if want.dtype.kind in "fc" and not any_zero:
        parts = [(got, want)] if want.dtype.kind == "f" else [(got.real, want.real), (got.imag, want.imag)]
        for a, b in parts:
            equal &= (np.signbit(a) == np.signbit(b)) | (a != 0) | (b != 0)
    return equal


def near(got, want, ulps):
    with np.errstate(all="ignore"):
        steps = np.abs(got - want) <= ulps * np.spacing(np.abs(want))
        return same(got, want) | (steps & (np.signbit(got) == np.signbit(want)))


def near_complex(got, want):
    """Within a tolerance of the absolute value; what is not finite has the same parts that are not."""
    tolerance = 1e-5 if want.dtype == np.complex64 else 1e-13
    tiny = np.finfo(want.real.dtype).tiny
    with np.errstate(all="ignore"):
        finite = np.isfinite(got) & np.isfinite(want)
        close = finite & (np.abs(got.astype(np.clongdouble) - want) <= tolerance * np.abs(want.astype(np.clongdouble)) + tiny)
        parts = np.ones(want.shape, bool)
        for a, b in ((got.real, want.real), (got.imag, want.imag)):
            parts &= (a == b) | (np.isnan(a) & np.isnan(b)) | (np.abs(a - b) <= tolerance * np.abs(b) + tiny)
    return close | parts


def agrees(name, args, got, want):
    """Element by element, whether the library's result is right; args are those of the elements."""
    if want.dtype.kind == "c" and name not in EXACT:
        fused = name in ("multiply", "square")
        return near_complex(got, want) | (fused & ~np.isfinite(got) & ~np.isfinite(want))
    if want.dtype.kind != "f" or (name not in NEAR and name != "absolute"):
        return same(got, want, name in ANY_ZERO)
    if name == "absolute" and args[0].dtype.kind != "c":
        return same(got, want)
    good = near(got, want, 4)
    if not good.all() and name == "logaddexp":
        with np.errstate(all="ignore"):
            largest = np.maximum(*[np.abs(np.asarray(arg).astype(want.dtype)) for arg in args])
            good |= np.abs(got - want) <= 4 * np.spacing(largest)
    elif not good.all() and not any(np.asarray(arg).dtype.kind == "c" for arg in args) and name != "angle":
        good |= near(got, precise(name, args, want.dtype), 2)
    return good
