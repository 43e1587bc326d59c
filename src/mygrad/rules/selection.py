"""Rules of functions that choose among arrays or elements, insert, delete, pad and slide."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index
from numpy.lib.stride_tricks import sliding_window_view

from .._operands import array_of, unwrap
from .._record import record, wrap
from .._state import Name
from .._table import composition, linear, pullback, view
from .shape import as_array, axes_of

__all__: list[str] = []

# ----------------------------------------------------------------------------------------
# Choosing
# ----------------------------------------------------------------------------------------


@pullback(np.choose, "choices", several=True)
def _(
    g: Any, _: Any, a: Any, _choices: Any, out: Any = None, mode: Any = "raise"
) -> Callable[[int], Any]:
    n = len(_choices)
    if mode == "wrap":
        a = np.remainder(a, n)
    elif mode == "clip":
        a = np.clip(a, 0, n - 1)
    return lambda i: np.where(np.equal(a, i), g, 0)


@pullback(np.select, "choicelist", several=True)
def _(g: Any, _: Any, condlist: Any, _choicelist: Any, default: Any = 0) -> Callable[[int], Any]:
    # The first true condition counts.
    chosen, left = [], True
    for condition in condlist:
        chosen.append(np.logical_and(condition, left))
        left = np.logical_and(left, np.logical_not(condition))
    return lambda i: np.where(chosen[i], g, 0)


@pullback(np.select, "default")
def _(g: Any, _: Any, condlist: Any, _choicelist: Any, _default: Any = 0) -> Any:
    chosen = condlist[0]
    for other in condlist[1:]:
        chosen = np.logical_or(chosen, other)
    return np.where(chosen, 0, g)


@composition(np.compress)
def _(condition: Any, a: Any, axis: Any = None, out: Any = None) -> Any:
    condition = np.asarray(array_of(condition, "numpy.compress"))
    if condition.ndim != 1:
        raise ValueError("condition must be a 1-d array")
    return np.take(as_array(a), np.flatnonzero(condition), axis, out)


@composition(np.extract)
def _(condition: Any, arr: Any) -> Any:
    condition = array_of(condition, "numpy.extract")
    return np.take(np.ravel(as_array(arr)), np.flatnonzero(condition))


# ----------------------------------------------------------------------------------------
# Inserting, deleting, resizing: NumPy says on a range which element goes where
# ----------------------------------------------------------------------------------------


def _along(a: Any, axis: Any) -> tuple[Any, int]:
    """An array and its axis; flat for ``axis=None``."""
    a = as_array(a)
    if axis is None:
        return np.ravel(a), 0
    return a, normalize_axis_index(axis, a.ndim)


@composition(np.delete)
def _(arr: Any, obj: Any, axis: Any = None) -> Any:
    arr, axis = _along(arr, axis)
    obj = array_of(obj, "numpy.delete")
    return np.take(arr, np.delete(np.arange(arr.shape[axis]), obj), axis)


@composition(np.insert)
def _(arr: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    arr, axis = _along(arr, axis)
    obj = array_of(obj, "numpy.insert")
    values = as_array(values)
    if values.dtype != arr.dtype:
        values = values.astype(arr.dtype)
    if values.ndim < arr.ndim:
        values = np.reshape(values, (1,) * (arr.ndim - values.ndim) + values.shape)
    n = arr.shape[axis]
    new = np.insert(np.arange(n), obj, 0).size - n
    if new == 1:
        # At one place any number of rows is inserted; a number as `obj` is for rows, [number]
        # for what looks like them.
        if not isinstance(obj, slice) and np.ndim(obj) == 0:
            values = np.moveaxis(values, 0, axis)
        new = values.shape[axis]
    while values.ndim > arr.ndim and values.shape[0] == 1:
        values = values[0]
    values = np.broadcast_to(values, (*arr.shape[:axis], new, *arr.shape[axis + 1 :]))
    order = np.insert(np.arange(n), obj, np.arange(n, n + new))
    return np.take(np.concatenate((arr, values), axis), order, axis)


@composition(np.resize)
def _(a: Any, new_shape: Any) -> Any:
    a = np.ravel(as_array(a))
    places = np.resize(np.arange(a.size), array_of(new_shape, "numpy.resize"))
    return np.take(a, places) if a.size else np.zeros_like(a, shape=places.shape)


# ----------------------------------------------------------------------------------------
# Sliding windows
# ----------------------------------------------------------------------------------------


def _windows(
    g: Any,
    _: Any,
    _x: Any,
    window_shape: Any,
    axis: Any = None,
    *,
    subok: Any = False,
    writeable: Any = False,
) -> Any:
    ndim = _x.ndim
    axes = range(ndim) if axis is None else axes_of(axis, ndim)
    # The windows' axes are the last ones: from the last to the first.
    for place in reversed(axes):
        g = fold(g, place)
    return g


view(sliding_window_view, _windows)


def fold(g: Any, axis: int) -> Any:
    """Add up windows, whose elements are along the last axis, where they overlap on `axis`."""
    if isinstance(g, Name):
        return record(fold, (g, axis), {})
    # Both axes are alike: what is at i and j belongs to i + j. So loop over the shorter.
    if g.shape[axis] < g.shape[-1]:
        g = np.swapaxes(g, axis, -1)
    n, width = g.shape[axis], g.shape[-1]
    before = (slice(None),) * axis
    out = np.zeros_like(g, shape=(*g.shape[:axis], n + width - 1, *g.shape[axis + 1 : -1]))
    for j in range(width):
        out[(*before, slice(j, j + n))] += g[..., j]
    return out


def _unfolded(g: Any, _: Any, _g: Any, axis: int) -> Any:
    return sliding_window_view(g, _g.shape[-1], axis)


linear(fold, _unfolded)


# ----------------------------------------------------------------------------------------
# Padding
# ----------------------------------------------------------------------------------------

#: The keyword that each mode takes.
_KEYWORDS = {
    "constant": "constant_values",
    "edge": None,
    "empty": None,
    "linear_ramp": "end_values",
    "maximum": "stat_length",
    "mean": "stat_length",
    "median": "stat_length",
    "minimum": "stat_length",
    "reflect": "reflect_type",
    "symmetric": "reflect_type",
    "wrap": None,
}

_STATISTICS: dict[str, Callable[..., Any]] = {
    "maximum": np.max,
    "mean": np.mean,
    "median": np.median,
    "minimum": np.min,
}


@composition(np.pad)
def _(array: Any, pad_width: Any, mode: Any = "constant", **kwargs: Any) -> Any:
    array = as_array(array)
    widths = _widths(array_of(pad_width, "numpy.pad"), array.ndim)
    if not callable(mode):
        if mode not in _KEYWORDS:
            raise ValueError(f"mode '{mode}' is not supported")
        unknown = set(kwargs) - {_KEYWORDS[mode]}
        if unknown:
            raise ValueError(f"unsupported keyword arguments for mode '{mode}': {unknown}")
    if array.dtype.kind not in "fc":
        # All is cast to integers, and statistics are rounded.
        result = np.pad(unwrap(array), widths, mode, **unwrap(kwargs))
        return wrap(result, None, None) if isinstance(array, Name) else result
    if callable(mode):
        return _padded_by(mode, array, widths, kwargs)
    if mode == "constant":
        return _padded_constant(array, widths, kwargs.get("constant_values", 0))
    if mode == "empty":
        return _padded_constant(array, widths, 0)
    if array.size == 0:
        for axis, pair in enumerate(widths):
            if array.shape[axis] == 0 and any(pair):
                raise ValueError(
                    f"can't extend empty axis {axis} using modes other than 'constant' or 'empty'"
                )
        return _padded_constant(array, widths, 0)
    if not np.any(widths):
        return np.copy(array)
    if mode == "linear_ramp":
        return _padded_ramp(array, widths, kwargs.get("end_values", 0))
    if mode in _STATISTICS:
        return _padded_statistic(array, widths, mode, kwargs.get("stat_length"))
    if kwargs.get("reflect_type") == "odd":
        return _padded_odd(array, widths, mode)
    for axis, pair in enumerate(widths):
        if any(pair):
            array = np.take(array, np.pad(np.arange(array.shape[axis]), pair, mode), axis)
    return array


def _widths(pad_width: Any, ndim: int) -> list[tuple[int, int]]:
    """How much to pad each axis before and after."""
    if isinstance(pad_width, dict):
        pairs: list[Any] = [(0, 0)] * ndim
        for axis, width in pad_width.items():
            pairs[axis] = tuple(np.broadcast_to(width, 2))
        pad_width = pairs if ndim else 0
    pad_width = np.asarray(pad_width)
    if pad_width.dtype.kind != "i":
        raise TypeError("`pad_width` must be of integral type.")
    return _counts(pad_width, ndim)


def _counts(x: Any, ndim: int) -> list[tuple[int, int]]:
    if np.any(x < 0):
        raise ValueError("index can't contain negative values")
    return [(before, after) for before, after in np.broadcast_to(x, (ndim, 2)).tolist()]


def _cast(x: Any, dtype: Any) -> Any:
    return x if x.dtype == dtype else x.astype(dtype)


def _joined(before: Any, array: Any, after: Any, axis: int) -> Any:
    # Dask cannot take gradients of empty parts apart.
    parts = [part for part in (before, array, after) if part is array or part.shape[axis]]
    return np.concatenate([_cast(part, array.dtype) for part in parts], axis)


def _shaped(array: Any, width: int, axis: int) -> tuple[int, ...]:
    """The shape of what is put beside an array."""
    return (*array.shape[:axis], width, *array.shape[axis + 1 :])


def _padded_constant(array: Any, widths: Any, values: Any) -> Any:
    values = np.broadcast_to(_cast(as_array(values), array.dtype), (array.ndim, 2))
    # What is put around a tensor has no part in its gradient.
    plain = unwrap(array)
    for axis, pair in enumerate(widths):
        if any(pair):
            sides: list[Any] = []
            for end, width in zip(values[axis], pair, strict=True):
                shape = _shaped(array, width, axis)
                fill: Any = (
                    np.broadcast_to if isinstance(end, Name) else partial(np.full_like, plain)
                )
                sides.append(fill(end, shape=shape))
            array = _joined(sides[0], array, sides[1], axis)
    return array if np.any(widths) else np.copy(array)


def _edges(array: Any, axis: int) -> tuple[Any, Any]:
    before = (slice(None),) * axis
    n = array.shape[axis]
    return array[(*before, slice(0, 1))], array[(*before, slice(n - 1, n))]


def _padded_ramp(array: Any, widths: Any, end_values: Any) -> Any:
    values = as_array(end_values)
    dtype = array.dtype
    if values.size <= 2 and values.shape != (2, 1):
        # More of them NumPy takes for Python's numbers, which do not widen.
        dtype = np.result_type(dtype, values.dtype)
    values = np.broadcast_to(_cast(values, dtype), (array.ndim, 2))
    for axis, pair in enumerate(widths):
        if any(pair):
            first, last = _edges(_cast(array, dtype), axis)
            left = _ramp(values[axis, 0], first, pair[0], axis)
            right = _ramp(values[axis, 1], last, pair[1], axis)
            array = _joined(left, array, np.flip(right, axis), axis)
    return array


def _ramp(end: Any, edge: Any, width: int, axis: int) -> Any:
    """``np.linspace(end, edge, width, endpoint=False)`` along an axis, to the last digit."""
    delta = edge - end
    step = delta / max(width, 1)
    plain = unwrap(step)
    numbers = np.asarray(np.arange(width), edge.dtype, like=plain)
    numbers = np.reshape(numbers, (width,) + (1,) * (edge.ndim - axis - 1))
    if isinstance(plain, np.ndarray) and np.any(plain == 0):
        return numbers / max(width, 1) * delta + end
    return numbers * step + end


def _padded_statistic(array: Any, widths: Any, mode: str, stat_length: Any) -> Any:
    func = _STATISTICS[mode]
    lengths: Any = [(None, None)] * array.ndim
    if stat_length is not None:
        stat_length = array_of(stat_length, "numpy.pad")
        lengths = _counts(np.round(np.asarray(stat_length)).astype(np.intp), array.ndim)
    for axis, (pair, length) in enumerate(zip(widths, lengths, strict=True)):
        n = array.shape[axis]
        first, last = [n if k is None else min(k, n) for k in length]
        if mode in ("maximum", "minimum") and 0 in (first, last):
            raise ValueError("stat_length of 0 yields no value for padding")
        if not any(pair):
            continue
        before = (slice(None),) * axis
        left = right = func(array[(*before, slice(0, first))], axis=axis, keepdims=True)
        if not first == last == n:
            right = func(array[(*before, slice(n - last, n))], axis=axis, keepdims=True)
        left = np.broadcast_to(left, _shaped(array, pair[0], axis))
        right = np.broadcast_to(right, _shaped(array, pair[1], axis))
        array = _joined(left, array, right, axis)
    return array


def _padded_odd(array: Any, widths: Any, mode: str) -> Any:
    """Pad with reflections at the point of the edge, in turns as NumPy does."""
    with_edge = mode == "symmetric"
    for axis, (left, right) in enumerate(widths):
        before = (slice(None),) * axis
        n = array.shape[axis]
        if n == 1:
            # A single element is repeated.
            array = np.take(array, np.zeros(left + 1 + right, int), axis)
            continue
        period = n if with_edge else n - 1
        while left or right:
            now = array.shape[axis]
            # A turn adds whole periods, so that the next one starts at an edge.
            most = (now if with_edge else now - 1) // period * period
            edges = _edges(array, axis)
            sides = []
            for edge, k, at in zip(edges, (min(most, left), min(most, right)), (0, 1), strict=True):
                skip = 0 if with_edge else 1
                start = skip if at == 0 else now - skip - k
                chunk = array[(*before, slice(start, start + k))]
                sides.append(2 * edge - np.flip(chunk, axis))
            left, right = left - min(most, left), right - min(most, right)
            array = _joined(sides[0], array, sides[1], axis)
    return array


def _padded_by(function: Callable[..., Any], array: Any, widths: Any, kwargs: Any) -> Any:
    """Pad with a function that writes into each row of the array padded with zeros."""
    padded = _padded_constant(array, widths, 0)
    for axis, pair in enumerate(widths):
        rows = np.moveaxis(padded, axis, -1)
        for place in np.ndindex(rows.shape[:-1]):
            function(rows[(*place, ...)], pair, axis, kwargs)
    return padded
