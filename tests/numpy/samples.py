"""Values of every type: the special ones, and ordinary ones of all sizes."""

import numpy as np


def reals(rng, n, dtype):
    info = np.finfo(dtype)
    some = [0, -0.0, 1, -1, np.inf, -np.inf, np.nan, info.smallest_subnormal, -info.tiny, info.max, info.min, info.eps]
    some += [0.5, -0.5, 1.5, 2.5, -2.5, np.pi, 1e5, -1e-3, 123456.7, 3, -7]
    ordinary = rng.normal(size=n) * np.exp2(rng.integers(-30, 30, n) * (rng.random(n) < 0.3))
    return np.where(rng.random(n) < 0.4, rng.choice(np.array(some, dtype), n), ordinary.astype(dtype)).astype(dtype)


def wholes(rng, n, dtype):
    info = np.iinfo(dtype)
    some = np.array([info.min, info.min + 1, info.max, info.max - 1, 0, 1, 2, 3, 7], dtype)
    if info.min < 0:
        some = np.append(some, np.array([-1, -2, -3, -7], dtype))
    any_ = rng.integers(info.min, info.max, n, dtype, endpoint=True)
    small = rng.integers(max(info.min, -20), 20, n).astype(dtype)
    return rng.choice(np.stack([rng.choice(some, n), small, any_]), axis=0)


def values(rng, shape, dtype):
    """Values of this type."""
    n = int(np.prod(shape))
    if dtype.kind == "b":
        flat = rng.random(n) < 0.5
    elif dtype.kind in "iu":
        flat = wholes(rng, n, dtype)
    elif dtype.kind == "f":
        flat = reals(rng, n, dtype)
    else:
        part = np.dtype(f"f{dtype.itemsize // 2}")
        flat = np.empty(n, dtype)
        flat.real, flat.imag = (np.where(rng.random(n) < 0.7, rng.normal(size=n).astype(part) * 3, reals(rng, n, part)) for _ in range(2))
    return flat.reshape(shape)
