"""Rules of functions that join arrays; those that split them are slicing, so give views."""

from itertools import pairwise
from typing import Any

import numpy as np

from .._table import composition, linear_together, pullback
from .shape import as_array, axes_of

__all__: list[str] = []

# ----------------------------------------------------------------------------------------
# Joining
# ----------------------------------------------------------------------------------------


@pullback(np.concatenate, several=True)
def _(
    g: Any,
    _: Any,
    index: int,
    _arrays: Any,
    axis: Any = 0,
    out: Any = None,
    *,
    dtype: Any = None,
    casting: Any = "same_kind",
) -> Any:
    a = _arrays[index]
    if axis is None:
        # Numbers may be among them.
        start = sum([getattr(b, "size", 1) for b in _arrays[:index]])
        return np.reshape(g[start : start + a.size], a.shape)
    (axis,) = axes_of(axis, a.ndim)
    start = sum([b.shape[axis] for b in _arrays[:index]])
    return g[(slice(None),) * axis + (slice(start, start + a.shape[axis]),)]


@pullback(np.stack, several=True)
def _(
    g: Any,
    _: Any,
    index: int,
    _arrays: Any,
    axis: Any = 0,
    out: Any = None,
    *,
    dtype: Any = None,
    casting: Any = "same_kind",
) -> Any:
    return g[index] if axis == 0 else g[(slice(None),) * (axis % g.ndim) + (index,)]


linear_together(np.concatenate, np.stack)


@composition(np.vstack, several=True)
def _(tup: Any, *, dtype: Any = None, casting: Any = "same_kind") -> Any:
    return _concatenated([np.atleast_2d(as_array(a)) for a in tup], 0, dtype, casting)


@composition(np.hstack, several=True)
def _(tup: Any, *, dtype: Any = None, casting: Any = "same_kind") -> Any:
    arrays = [np.atleast_1d(as_array(a)) for a in tup]
    axis = 0 if arrays and arrays[0].ndim == 1 else 1
    return _concatenated(arrays, axis, dtype, casting)


def _concatenated(arrays: list[Any], axis: int, dtype: Any, casting: Any) -> Any:
    if dtype is None and casting == "same_kind":
        # Dask knows neither.
        return np.concatenate(arrays, axis)
    return np.concatenate(arrays, axis, dtype=dtype, casting=casting)


@composition(np.dstack, several=True)
def _(tup: Any) -> Any:
    return np.concatenate([np.atleast_3d(as_array(a)) for a in tup], 2)


@composition(np.column_stack, several=True)
def _(tup: Any) -> Any:
    arrays = [as_array(a) for a in tup]
    return np.concatenate([np.atleast_2d(a).T if a.ndim < 2 else a for a in arrays], 1)


@composition(np.append)
def _(arr: Any, values: Any, axis: Any = None) -> Any:
    arr, values = as_array(arr), as_array(values)
    if axis is None:
        return np.concatenate((np.ravel(arr), np.ravel(values)))
    return np.concatenate((arr, values), axis)


@composition(np.block, several=True)
def _(arrays: Any) -> Any:
    depth = _depth(arrays, ())
    if depth == 0:
        return np.copy(as_array(arrays))
    return _joined(arrays, depth, max(depth, _dimension(arrays)))


def _depth(arrays: Any, place: tuple[int, ...]) -> int:
    """How deep the lists are nested; NumPy wants them equally deep everywhere."""
    where = "arrays" + "".join([f"[{i}]" for i in place])
    if isinstance(arrays, tuple):
        raise TypeError(f"{where} is a tuple. Only lists can be used to arrange blocks.")
    if not isinstance(arrays, list):
        return 0
    if not arrays:
        raise ValueError(f"List at {where} cannot be empty")
    depths = [_depth(part, (*place, i)) for i, part in enumerate(arrays)]
    for i, depth in enumerate(depths):
        if depth != depths[0]:
            raise ValueError(
                f"List depths are mismatched. First element was at depth {depths[0]}, "
                f"but there is an element at depth {depth} ({where}[{i}])"
            )
    return 1 + depths[0]


def _dimension(arrays: Any) -> int:
    if isinstance(arrays, list):
        return max(map(_dimension, arrays))
    return np.ndim(arrays)


def _joined(arrays: Any, depth: int, ndim: int) -> Any:
    if isinstance(arrays, list):
        return np.concatenate([_joined(part, depth - 1, ndim) for part in arrays], -depth)
    a = as_array(arrays)
    return np.reshape(a, (1,) * (ndim - a.ndim) + a.shape) if a.ndim < ndim else a


# ----------------------------------------------------------------------------------------
# Splitting
# ----------------------------------------------------------------------------------------


@composition(np.array_split)
def _(ary: Any, indices_or_sections: Any, axis: Any = 0) -> Any:
    ary = as_array(ary)
    (axis,) = np.lib.array_utils.normalize_axis_tuple(axis, ary.ndim)
    n = ary.shape[axis]
    if np.ndim(indices_or_sections):
        stops = [None, *indices_or_sections, None]
    else:
        sections = int(indices_or_sections)
        if sections <= 0:
            raise ValueError("number sections must be larger than 0.")
        size, longer = divmod(n, sections)
        stops = [i * size + min(i, longer) for i in range(sections + 1)]
    before = (slice(None),) * axis
    return [ary[(*before, slice(start, stop))] for start, stop in pairwise(stops)]


@composition(np.split)
def _(ary: Any, indices_or_sections: Any, axis: Any = 0) -> Any:
    ary = as_array(ary)
    if not np.ndim(indices_or_sections) and ary.shape[axis] % indices_or_sections:
        raise ValueError("array split does not result in an equal division")
    return np.array_split(ary, indices_or_sections, axis)


@composition(np.hsplit)
def _(ary: Any, indices_or_sections: Any) -> Any:
    ary = as_array(ary)
    if ary.ndim == 0:
        raise ValueError("hsplit only works on arrays of 1 or more dimensions")
    return np.split(ary, indices_or_sections, 1 if ary.ndim > 1 else 0)


@composition(np.vsplit)
def _(ary: Any, indices_or_sections: Any) -> Any:
    ary = as_array(ary)
    if ary.ndim < 2:
        raise ValueError("vsplit only works on arrays of 2 or more dimensions")
    return np.split(ary, indices_or_sections, 0)


@composition(np.dsplit)
def _(ary: Any, indices_or_sections: Any) -> Any:
    ary = as_array(ary)
    if ary.ndim < 3:
        raise ValueError("dsplit only works on arrays of 3 or more dimensions")
    return np.split(ary, indices_or_sections, 2)


@composition(np.unstack)
def _(x: Any, *, axis: Any = 0) -> Any:
    x = as_array(x)
    if x.ndim == 0:
        raise ValueError("Input array must be at least 1-d.")
    (axis,) = np.lib.array_utils.normalize_axis_tuple(axis, x.ndim)
    before = (slice(None),) * axis
    return tuple([x[(*before, i)] for i in range(x.shape[axis])])
