"""Keys: what ``a[key]`` and ``a[key] = b`` mean, and adding into an array at a key."""

from typing import Any

import numpy as np

__all__ = [
    "add_into",
    "check_foreign_key",
    "in_order",
    "is_basic",
    "is_full",
    "is_int",
    "may_repeat",
    "winners",
]

_BASIC = (int, slice, type(None), type(...), np.integer)


def is_basic(key: Any) -> bool:
    """Is this basic indexing, which gives a view?"""
    for part in key if type(key) is tuple else (key,):
        if not isinstance(part, _BASIC) or isinstance(part, bool):
            return False
    return True


def check_foreign_key(array: Any, key: Any) -> None:
    """Raise TypeError if a foreign (lazy) array cannot be indexed so backward."""
    for part in key if type(key) is tuple else (key,):
        if getattr(part, "dtype", None) == np.bool_ and part.ndim > 1:
            raise TypeError(
                f"indexing a tensor over a {type(array).__name__} with a mask of {part.ndim} "
                "dimensions has no gradient, since the size of the result is unknown. Use "
                "numpy.where(mask, x, 0), or index a flattened array with integers."
            )


def may_repeat(key: Any) -> bool:
    """Are there arrays of integers in a key?"""
    parts = key if type(key) is tuple else (key,)
    return any([not is_basic(p) and np.asarray(p).dtype.kind in "iu" for p in parts])


def in_order(piece: Any, shape: tuple[int, ...], key: Any) -> Any:
    """What is to be written with a key that may repeat elements, as `winners` takes it to be.

    Which of them NumPy writes last depends on the layout of what it writes.
    """
    if np.ndim(piece) == 0:
        return piece
    shape = np.broadcast_to(np.False_, shape)[key].shape
    # As NumPy does, but for errors, which it will raise itself.
    while piece.ndim > len(shape) and piece.shape[0] == 1:
        piece = piece[0]
    try:
        return np.ascontiguousarray(np.broadcast_to(piece, shape))
    except ValueError:
        return piece


def winners(shape: tuple[int, ...], key: Any) -> Any:
    """For ``a[key] = b``: which elements of ``a[key]`` still hold what was put there.

    Of repeated indices it is the one that NumPy writes last, if `b` is contiguous and not broadcast
    (see `in_order`). Returns None if none can repeat.
    """
    if not may_repeat(key):
        return None
    ids = np.empty(shape, np.intp)
    numbers = np.arange(ids[key].size).reshape(ids[key].shape)
    ids[key] = numbers
    mask = ids[key] == numbers
    return None if mask.all() else mask


def is_full(part: Any) -> bool:
    """Is this part of a key a full slice?"""
    return part.__class__ is slice and part == slice(None)


def is_int(part: Any) -> bool:
    """Is this part of a key one integer?"""
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
    elif all(map(is_full, parts[:first])) and all(map(is_full, parts[first + 1 :])):
        _add_rows(out, first, first + 1, parts[first].ravel(), g)
    elif all(i in arrays or is_int(part) for i, part in enumerate(parts)):
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
