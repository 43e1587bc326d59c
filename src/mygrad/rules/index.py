"""Rules of indexing: `put` is the transpose of ``a[key]``, for any key."""

from operator import getitem
from typing import Any

import numpy as np

from .._lens import Lens, is_basic
from .._record import scatter
from .._state import Name
from .._table import view
from .._value import Spec

__all__ = ["put"]


def put(g: Any, a: Spec, key: Any) -> Any:
    """Zeros of the shape of `a`, with `g` added at ``[key]``."""
    if isinstance(g, (np.ndarray, np.generic)):
        return _put_plain(g, a.shape, key)
    if isinstance(g, Name):
        return scatter(g, Lens(None, getitem, (key,), {}, a, None))
    return _put_foreign(g, a.shape, key)


view(getitem, lambda g, _, _a, key: put(g, _a, key))


# ----------------------------------------------------------------------------------------
# Plain arrays
# ----------------------------------------------------------------------------------------


def _is_full(part: Any) -> bool:
    return part.__class__ is slice and part == slice(None)


def _integers(part: Any) -> Any:
    """An array or list of integer indices as an array; None for any other part of a key."""
    if is_basic(part):
        return None
    part = np.asarray(part)
    return part.astype(np.intp, copy=False) if part.dtype.kind in "iu" else None


def _put_plain(g: Any, shape: tuple[int, ...], key: Any) -> np.ndarray:
    out = np.zeros(shape, g.dtype)
    parts = key if key.__class__ is tuple else (key,)
    arrays = [_integers(part) for part in parts]
    axis = next((i for i, array in enumerate(arrays) if array is not None), None)
    if axis is None:
        # Nothing can repeat.
        out[key] = g
    elif all(map(_is_full, parts[:axis])) and all(map(_is_full, parts[axis + 1 :])):
        _add_rows(out, axis, axis + 1, arrays[axis].ravel(), g)
    elif all(isinstance(p, (int, np.integer)) or i is not None for p, i in zip(parts, arrays)):  # noqa: B905
        n = shape[: len(parts)]
        arrays = [p if i is None else i for p, i in zip(parts, arrays)]  # noqa: B905
        # Negative indices are not for ravel_multi_index, but all others are in range.
        flat = np.ravel_multi_index(tuple(np.broadcast_arrays(*arrays)), n, mode="wrap")
        _add_rows(out, 0, len(parts), flat.ravel(), g)
    else:
        np.add.at(out, key, g)
    return out


def _add_rows(out: np.ndarray, first: int, stop: int, rows: np.ndarray, g: Any) -> None:
    """Add to the `rows` of `out`, counted along its axes from `first` to `stop` as one."""
    shape = out.shape
    before = _product(shape[:first])
    n = _product(shape[first:stop])
    after = _product(shape[stop:])
    seen = np.zeros(n, bool)
    seen[rows] = True
    if np.count_nonzero(seen) == rows.size:
        out.reshape(before, n, after)[:, rows] = g.reshape(before, rows.size, after)
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
    if is_basic(key):
        out = np.zeros_like(g, shape=shape)
        out[key] = g
        return out
    parts = list(key) if key.__class__ is tuple else [key]
    places = [i for i, part in enumerate(parts) if not is_basic(part)]
    rest = [part for i, part in enumerate(parts) if i not in places]
    if len(places) != 1 or not all(part is ... or part.__class__ is slice for part in rest):
        raise NotImplementedError(f"the gradient of a {type(g).__name__} indexed by {key!r}")
    (place,) = places
    rows = np.asarray(parts[place])
    if rows.dtype == bool and rows.ndim == 1:
        rows = np.flatnonzero(rows)
    parts[place] = slice(None)
    basic = tuple(parts)
    inner = np.broadcast_to(0, shape)[basic].shape
    axis = place - len(parts) + len(inner) if ... in parts[:place] else place
    # A product with a one-hot matrix, for Dask can neither scatter nor add in place.
    n = inner[axis]
    one_hot = np.asarray(np.arange(n)[:, None] == rows % max(n, 1), g.dtype, like=g)
    g = np.moveaxis(np.tensordot(one_hot, g, (1, axis)), 0, axis)
    return g if all(map(_is_full, basic)) else _put_foreign(g, shape, basic)
