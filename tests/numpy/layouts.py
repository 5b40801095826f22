"""Random distributions and memory layouts, the same on every rank."""

import dataclasses

from library import BLOCK, CYCLIC, INDEX_ALL, INDEX_AT, INDEX_NEW, INDEX_SLICE, NONE, UNSTRUCTURED, WHOLE, Array, Dist, size


@dataclasses.dataclass
class Dim:
    extent: int
    map: int = WHOLE
    procs: int = 1
    periodic: int = 0
    rule: int = 0
    block_size: int = 1
    cuts: list | None = None
    # Unstructured: the indices of each grid coordinate.
    lists: list | None = None
    halo: tuple = (0, 0)
    boundary: tuple = (0, 0)


def random_dims(rng, shape, maps=(WHOLE, BLOCK, CYCLIC, UNSTRUCTURED)):
    """Dimensions without padding over some or all ranks; uneven cuts leave some of them without elements."""
    room, dims = size, []
    for extent in shape:
        map_ = rng.choice(maps)
        procs = 1 if map_ == WHOLE else rng.choice([1, room, rng.randint(1, room)])
        room //= procs
        dim = Dim(extent, map_, procs, rule=rng.randrange(3), block_size=rng.randint(1, 4))
        if map_ == BLOCK and rng.random() < 0.5:
            dim.cuts = [0, *sorted(rng.randint(0, extent) for _ in range(procs - 1)), extent]
        if map_ == UNSTRUCTURED:
            dim.lists = [[] for _ in range(procs)]
            for index in rng.sample(range(extent), extent):
                rng.choice(dim.lists).append(index)
        dims.append(dim)
    return dims


def padded(rng, dims):
    """The same dimensions with padding, which does not matter for who owns what."""
    result = []
    for dim in dims:
        if dim.map in (BLOCK, WHOLE):
            periodic = rng.randrange(2)
            halo, boundary = ((rng.randrange(3), rng.randrange(3)) for _ in range(2))
            dim = dataclasses.replace(dim, periodic=periodic, halo=halo, boundary=(0, 0) if periodic else boundary)
        result.append(dim)
    return result


def random_array(rng, dims, dtype, grid_order=0):
    """An array of some memory order, with gaps and reversed dimensions."""
    dist = Dist(padded(rng, dims), order=rng.randrange(2), grid_order=grid_order)
    return random_memory(rng, dist, dtype)


def random_memory(rng, dist, dtype):
    # Ranks hold different sections: what is drawn must not depend on them.
    order = rng.sample(range(dist.ndim), dist.ndim)
    gaps = [rng.randrange(2) for _ in order]
    turned = [rng.randrange(2) for _ in order]
    if rng.random() < 0.2:
        return Array(dist, dtype)
    extents = [sum(ends) for ends in zip(dist.count, dist.below, dist.above)]
    bytes_, offset, strides = dtype.itemsize, 0, [0] * dist.ndim
    for d in order:
        strides[d] = bytes_ + gaps[d] * dtype.itemsize
        bytes_ = strides[d] * max(extents[d], 1)
        if turned[d] and 0 not in extents:
            offset += (extents[d] - 1) * strides[d]
            strides[d] = -strides[d]
    return Array(dist, dtype, strides, offset, bytes_)


def random_entries(rng, dims):
    """Entries of a slice, for a parent whose dimensions are block or whole."""
    entries = []
    for dim in dims:
        if rng.random() < 0.15:
            entries.append((INDEX_NEW, 0, 0, 0))
        kind = rng.choice([INDEX_ALL, INDEX_SLICE, INDEX_SLICE, INDEX_AT if dim.extent else INDEX_ALL])
        start, stop, step = 0, 0, 1
        if kind == INDEX_AT:
            start = rng.randrange(dim.extent)
        if kind == INDEX_SLICE:
            start, stop = (rng.choice([NONE, rng.randint(0, dim.extent)]) for _ in range(2))
            step = rng.choice([1, 2, 3, -1, -2])
            if step < 0 and NONE not in (start, stop):
                start, stop = max(start, stop), min(start, stop)
            elif NONE not in (start, stop):
                start, stop = min(start, stop), max(start, stop)
        entries.append((kind, start, stop, step))
    return entries


def numpy_entries(entries):
    """The same for NumPy."""
    of = lambda end: None if end == NONE else end
    some = {
        INDEX_ALL: lambda *_: slice(None),
        INDEX_SLICE: lambda start, stop, step: slice(of(start), of(stop), step),
        INDEX_AT: lambda start, stop, step: start,
        INDEX_NEW: lambda *_: None,
    }
    return tuple(some[kind](*rest) for kind, *rest in entries)
