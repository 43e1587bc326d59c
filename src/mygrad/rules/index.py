"""Rules of indexing: `put` is the transpose of ``a[key]``, for any key."""

from operator import getitem
from typing import Any

import numpy as np

from .._lens import Lens, is_basic
from .._record import scatter
from .._state import Name
from .._table import view
from .._value import Spec

__all__ = ["add_into", "put"]


def put(g: Any, a: Spec, key: Any) -> Any:
    """Zeros of the shape of `a`, with `g` added at ``[key]``."""
    if isinstance(g, (np.ndarray, np.generic)):
        out = np.zeros(a.shape, g.dtype)
        add_into(out, key, g)
        return out
    if isinstance(g, Name):
        return scatter(g, Lens(None, getitem, (key,), {}, a, None))
    return _put_foreign(g, a.shape, key)


view(getitem, lambda g, _, _a, key: put(g, _a, key))


# ----------------------------------------------------------------------------------------
# Plain arrays
# ----------------------------------------------------------------------------------------


def _is_full(part: Any) -> bool:
    return part.__class__ is slice and part == slice(None)


def _is_int(part: Any) -> bool:
    return isinstance(part, (int, np.integer)) and not isinstance(part, bool)


def add_into(out: np.ndarray, key: Any, g: Any) -> None:
    """``out[key] += g``, where what is picked several times is added to several times."""
    parts = list(key) if key.__class__ is tuple else [key]
    arrays = []
    for i, part in enumerate(parts):
        if not is_basic(part):
            part = np.asarray(part)
            if part.dtype.kind in "iu":
                parts[i] = part.astype(np.intp, copy=False)
                arrays.append(i)
    if not arrays:
        # Nothing can repeat.
        out[key] += g
        return
    first = arrays[0]
    if not out.flags.c_contiguous:
        np.add.at(out, key, g)
    elif all(map(_is_full, parts[:first])) and all(map(_is_full, parts[first + 1 :])):
        _add_rows(out, first, first + 1, parts[first].ravel(), g)
    elif all(i in arrays or _is_int(part) for i, part in enumerate(parts)):
        n = out.shape[: len(parts)]
        # Negative indices are not for ravel_multi_index, but all others are in range.
        flat = np.ravel_multi_index(tuple(np.broadcast_arrays(*parts)), n, mode="wrap")
        _add_rows(out, 0, len(parts), flat.ravel(), g)
    else:
        np.add.at(out, key, g)


def _add_rows(out: np.ndarray, first: int, stop: int, rows: np.ndarray, g: Any) -> None:
    """Add to the `rows` of `out`, counted along its axes from `first` to `stop` as one."""
    shape = out.shape
    before = _product(shape[:first])
    n = _product(shape[first:stop])
    after = _product(shape[stop:])
    seen = np.zeros(n, bool)
    seen[rows] = True
    if np.count_nonzero(seen) == rows.size:
        out.reshape(before, n, after)[:, rows] += g.reshape(before, rows.size, after)
        return
    # ufunc.at is only fast on flat arrays, several times so.
    if before != 1 or after != 1:
        rows = rows + (rows < 0) * n
        rows = (np.arange(before)[:, None] * n + rows)[..., None] * after + np.arange(after)
        rows = rows.ravel()
    np.add.at(out.reshape(-1), rows, g.reshape(-1))


def _product(shape: tuple[int, ...]) -> int:
    product = 1
    for n in shape:
        product *= n
    return product


# ----------------------------------------------------------------------------------------
# Foreign arrays: what Dask can do lazily (see shared/ECOSYSTEM.md)
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
        elif _is_int(part):
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
    if all(map(_is_full, rest)):
        return g
    out = np.zeros_like(g, shape=shape)
    out[tuple(rest)] = g
    return out
