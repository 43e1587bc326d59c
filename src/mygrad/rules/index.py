"""Rules of indexing: `put` is the transpose of ``a[key]``, for any key."""

from operator import getitem
from typing import Any

import numpy as np

from .._indexing import add_into, is_full, is_int
from .._lens import Lens
from .._record import scatter
from .._state import Name
from .._table import view
from .._value import Spec

__all__ = ["put"]


def put(g: Any, a: Spec, key: Any) -> Any:
    """Zeros of the shape of `a`, with `g` added at ``[key]``."""
    if isinstance(g, (np.ndarray, np.generic)):
        out = np.zeros(a.shape, g.dtype)
        add_into(out, key, g)
        return out
    if isinstance(g, Name):
        return scatter(g, Lens(None, getitem, (key,), {}, a, None))
    if hasattr(g, "scattered"):
        # A batch: see `_batch`.
        return g.scattered(a, key)
    return _put_foreign(g, a.shape, key)


view(getitem, lambda g, _, _a, key: put(g, _a, key))


# ----------------------------------------------------------------------------------------
# Foreign arrays: only what Dask can do lazily
# ----------------------------------------------------------------------------------------


def _put_foreign(g: Any, shape: tuple[int, ...], key: Any) -> Any:
    parts = list(key) if key.__class__ is tuple else [key]
    given = sum([part is not None and part is not ... for part in parts])
    dots = next((i for i, part in enumerate(parts) if part is ...), len(parts))
    parts[dots : dots + 1] = [slice(None)] * (len(shape) - given)
    # Undo what adds and takes axes, then an array of indices, then slices.
    rest: list[Any] = []
    new, taken, places, axis = [], [], [], 0
    for part in parts:
        if part is None:
            new.append(axis)
        elif is_int(part):
            taken.append(len(rest))
            rest.append(slice(part, part + 1 or None))
            continue
        else:
            if part.__class__ is not slice:
                places.append(len(rest))
            rest.append(part)
        axis += 1
    if new:
        g = np.squeeze(g, tuple(new))
    if taken:
        g = np.expand_dims(g, tuple(taken))
    for place in places:
        rows = np.asarray(rest[place])
        if rows.ndim != 1 or len(places) > 1:
            raise NotImplementedError(f"the gradient of a {type(g).__name__} indexed by {key!r}")
        rows = np.flatnonzero(rows) if rows.dtype == bool else rows
        rest[place] = slice(None)
        # A product with a one-hot matrix, for Dask can neither scatter nor add in place.
        n = shape[place]
        one_hot = np.asarray(np.arange(n)[:, None] == rows % max(n, 1), g.dtype, like=g)
        g = np.moveaxis(np.tensordot(one_hot, g, (1, place)), 0, place)
    if all(map(is_full, rest)):
        return g
    out = np.zeros_like(g, shape=shape)
    out[tuple(rest)] = g
    return out
