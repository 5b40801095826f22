"""The types of NumPy's functions: writes numpy_types.txt, one function a line, one entry for each combination of types. The second
argument is of each type, then a Python int, float and complex.

An entry has the letters of the types computed in and of the result; `.` where NumPy has no such function. The letters are those
of numpy.dtype.char in the order of distarray's numbers; half precision counts as single precision, long long as long.
"""
import numpy as np

LETTERS = "?bhilBHILfdFD"
FUNCTIONS = """absolute arccos arccosh arcsin arcsinh arctan arctanh conjugate cos cosh exp expm1 invert log log10 log1p
negative reciprocal rint sign sin sinh sqrt square tan tanh add arctan2 bitwise_and bitwise_or bitwise_xor divide floor_divide
fmod hypot left_shift multiply power remainder right_shift subtract less less_equal equal not_equal greater greater_equal
maximum minimum fmax fmin logical_and logical_or logical_xor logical_not isnan isinf isfinite floor ceil trunc cbrt exp2 log2
degrees radians copysign signbit positive logaddexp""".split()


def entry(function, types):
    try:
        resolved = function.resolve_dtypes((*types, None))
    except TypeError:
        return "."
    return "".join(dtype.char for dtype in resolved).translate(str.maketrans("eqQ", "flL"))


TYPES = [np.dtype(letter) for letter in LETTERS]
with open(__file__.replace(".py", ".txt"), "w") as file:
    for name in FUNCTIONS:
        function = getattr(np, name)
        if function.nin == 1:
            entries = [entry(function, [a]) for a in TYPES]
        else:
            # At the right also Python's numbers, which have a kind and no size.
            entries = [entry(function, [a, b]) for a in TYPES for b in [*TYPES, int, float, complex]]
        print(name, *entries, file=file)
