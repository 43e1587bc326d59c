"""Derivatives of sums, products, extrema, statistics and cumulative functions.

The cotangent of a reduction lacks the reduced axes: `_grow` puts them back with
length 1, `_spread` with their full length. ``where=`` needs `_choose`, not a product:
0 * inf is not 0.
"""

import math
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from .._operands import unwrap
from .._record import record
from .._table import (
    composition,
    known_as,
    linear_together,
    normalize,
    not_holomorphic,
    pullback,
    synonyms,
)
from .shape import as_array

# ----------------------------------------------------------------------------------------
# Axes and masks
# ----------------------------------------------------------------------------------------


def _axes(axis: Any, ndim: int) -> tuple[int, ...]:
    """The reduced axes, in order."""
    if axis is None or ndim == 0:
        return tuple(range(ndim))
    if not isinstance(axis, tuple):
        return (axis % ndim,)
    return tuple(sorted([i % ndim for i in axis]))


def _grow(g: Any, axis: Any, ndim: int, keepdims: bool) -> Any:
    """Give a result of a reduction its axes back, with length 1."""
    if keepdims or axis is None or ndim == 0:
        return g
    axes = _axes(axis, ndim)
    if g.__class__ is np.ndarray:
        # expand_dims in a quarter of the time
        return g[tuple([None if i in axes else slice(None) for i in range(ndim)])]
    return np.expand_dims(g, axes)


def _spread(g: Any, shape: tuple[int, ...], axis: Any, keepdims: bool) -> Any:
    """Give a result of a reduction its axes back, with their lengths."""
    ndim = len(shape)
    if g.__class__ is not np.ndarray and isinstance(g, np.generic):
        g = np.asarray(g)
    if g.__class__ is np.ndarray and g.flags.c_contiguous:
        # broadcast_to in a tenth of the time
        if axis is None:
            strides: tuple[int, ...] = (0,) * ndim
        else:
            axes = _axes(axis, ndim)
            rest = iter(g.strides)
            if keepdims:
                strides = tuple([0 if i in axes else s for i, s in enumerate(rest)])
            else:
                strides = tuple([0 if i in axes else next(rest) for i in range(ndim)])
        c: Any = np.ndarray(shape, g.dtype, g, 0, strides)
        c.setflags(False)
        return c
    return np.broadcast_to(_grow(g, axis, ndim, keepdims), shape)


def _choose(mask: Any, g: Any) -> Any:
    """Return `g`, and 0 where the mask is False."""
    if (
        g.__class__ is mask.__class__ is np.ndarray
        and g.size > 4096
        and mask.dtype == np.bool_
        and np.isfinite(g).all()
    ):
        # np.where takes up to ten times as long: it branches.
        return g * mask
    return np.where(mask, g, 0)


def _count(shape: tuple[int, ...], axis: Any, where: Any) -> Any:
    """How many elements each result of a reduction is made of."""
    if where is True:
        return math.prod(shape[i] for i in _axes(axis, len(shape)))
    return np.sum(np.broadcast_to(where, shape), _axes(axis, len(shape)), keepdims=True)


def _numbers(a: Any, where: Any) -> Any:
    """The mask of what is left of `a` when nan is left out too."""
    there = ~np.isnan(a)
    return there if where is True else there & where


# ----------------------------------------------------------------------------------------
# Sums
# ----------------------------------------------------------------------------------------


@pullback(np.sum)
def _(
    g: Any,
    _: Any,
    _a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    _initial: Any = 0,
    where: Any = True,
) -> Any:
    c = _spread(g, _a.shape, axis, keepdims)
    return c if where is True else _choose(where, c)


@pullback(np.sum, "initial")
def _(
    g: Any,
    _: Any,
    _a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    _initial: Any = 0,
    where: Any = True,
) -> Any:
    return g


@pullback(np.nansum)
def _(
    g: Any,
    _: Any,
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = 0,
    where: Any = True,
) -> Any:
    return _choose(_numbers(a, where), _spread(g, a.shape, axis, keepdims))


def _mean_of(g: Any, shape: tuple[int, ...], axis: Any, keepdims: bool, where: Any) -> Any:
    n = _count(shape, axis, where)
    if where is not True:
        return _choose(where, _grow(g, axis, len(shape), keepdims) / np.maximum(n, 1))
    # float16 ends at 65504: a larger n would be infinite.
    return _spread(g / (n or 1) if n <= 65504 else g * (1 / n), shape, axis, keepdims)


@pullback(np.mean)
def _(
    g: Any,
    _: Any,
    _a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    *,
    where: Any = True,
) -> Any:
    return _mean_of(g, _a.shape, axis, keepdims, where)


@pullback(np.nanmean)
def _(
    g: Any,
    _: Any,
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    *,
    where: Any = True,
) -> Any:
    return _mean_of(g, a.shape, axis, keepdims, _numbers(a, where))


linear_together(np.sum, np.mean)


def weights_like(weights: Any, shape: tuple[int, ...], axis: Any) -> Any:
    """The weights of np.average, in the shape of the array."""
    if weights.shape == shape:
        return weights
    axes = axis if isinstance(axis, tuple) else (axis,)
    axes = tuple([i % len(shape) for i in axes])
    lengths = tuple([n if i in axes else 1 for i, n in enumerate(shape)])
    weights = np.transpose(weights, tuple([axes.index(i) for i in sorted(axes)]))
    return np.broadcast_to(np.reshape(weights, lengths), shape)


@known_as("numpy.average")
def _average(a: Any, axis: Any, weights: Any, keepdims: Any) -> Any:
    return np.average(a, axis, weights, keepdims=keepdims)


@pullback(_average)
def _(g: Any, _ans: Any, _a: Any, axis: Any, weights: Any, keepdims: Any) -> Any:
    w = weights_like(weights, _a.shape, axis)
    total = np.sum(w, axis, keepdims=True)
    return _grow(g, axis, _a.ndim, keepdims) / total * w


@pullback(_average, "weights")
def _(g: Any, ans: Any, a: Any, axis: Any, weights: Any, keepdims: Any) -> Any:
    w = weights_like(weights, a.shape, axis)
    total = np.sum(w, axis, keepdims=True)
    c = _grow(g, axis, a.ndim, keepdims) / total * (a - _grow(ans, axis, a.ndim, keepdims))
    if weights.shape == a.shape:
        return c
    axes = axis if isinstance(axis, tuple) else (axis,)
    axes = tuple([i % a.ndim for i in axes])
    c = np.sum(c, tuple([i for i in range(a.ndim) if i not in axes]))
    return np.transpose(c, tuple([sorted(axes).index(i) for i in axes]))


@composition(np.average)
def _(
    a: Any, axis: Any = None, weights: Any = None, returned: Any = False, *, keepdims: Any = False
) -> Any:
    a = as_array(a)
    if np.ndim(axis):
        # Dask wants a number where one will do.
        axis = normalize_axis_tuple(axis, a.ndim, "axis")
    if weights is None:
        mean = np.mean(a, axis, keepdims=keepdims)
        # As NumPy: an error if nothing is averaged.
        count = a.size / mean.size
        return (mean, np.full_like(unwrap(mean), count)) if returned else mean
    weights = as_array(weights)
    mean = record(_average, (a, axis, weights, keepdims), {})
    if not returned:
        return mean
    w = weights_like(weights, a.shape, axis)
    return mean, np.sum(w, axis, mean.dtype, keepdims=keepdims)


# ----------------------------------------------------------------------------------------
# Variances
# ----------------------------------------------------------------------------------------


def _scaled(fresh: Any, by: Any) -> Any:
    """Return ``fresh * by``; the array `fresh` is nobody else's."""
    if (
        fresh.__class__ is np.ndarray
        and isinstance(by, (np.ndarray, np.generic))
        and fresh.dtype == by.dtype
    ):
        # New memory costs more than the product.
        fresh *= by
        return fresh
    return fresh * by


def _variance(
    g: Any, a: Any, axis: Any, keepdims: bool, where: Any, mean: Any, correction: float
) -> Any:
    """The derivative of the variance: ``2 (a - mean) / (n - correction)``.

    The mean, which depends on `a` too, contributes nothing: the deviations from it add
    up to 0.
    """
    n = _count(a.shape, axis, where)
    # A result that was cast to complex numbers is real all the same.
    g = _grow(np.real(g) if g.dtype.kind == "c" else g, axis, a.ndim, keepdims)
    axes = _axes(axis, a.ndim)
    if where is not True:
        if mean is None:
            mean = np.sum(np.where(where, a, 0), axes, keepdims=True) / np.maximum(n, 1)
        # What is left out, nan perhaps, must not spoil higher derivatives.
        a = np.where(where, a, mean)
        n = n - correction
        return _scaled(a - mean, g * (2 / np.where(n > 0, n, math.nan)))
    if mean is None:
        if a.__class__ is np.ndarray and a.dtype.itemsize > 2:
            # np.mean in half the time; it adds up float16 in float32.
            mean = np.add.reduce(a, axes, keepdims=True) / (n or 1)
        else:
            mean = np.mean(a, axes, keepdims=True) if n else 0
    return _scaled(a - mean, g * (2 / (n - correction) if n > correction else math.nan))


def _deviation(
    g: Any, ans: Any, a: Any, axis: Any, keepdims: bool, where: Any, mean: Any, correction: float
) -> Any:
    """The derivative of the standard deviation; 0 where it is 0."""
    g = g / (2 * (ans + (ans == 0)))
    return _variance(g, a, axis, keepdims, where, mean, correction)


@pullback(np.var)
def _(
    g: Any,
    _: Any,
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
    *,
    where: Any = True,
    mean: Any = None,
    correction: Any = None,
) -> Any:
    correction = ddof if correction is None else correction
    return _variance(g, a, axis, keepdims, where, mean, correction)


@pullback(np.nanvar)
def _(
    g: Any,
    _: Any,
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
    *,
    where: Any = True,
    mean: Any = None,
    correction: Any = None,
) -> Any:
    correction = ddof if correction is None else correction
    return _variance(g, a, axis, keepdims, _numbers(a, where), mean, correction)


@pullback(np.std)
def _(
    g: Any,
    ans: Any,
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
    *,
    where: Any = True,
    mean: Any = None,
    correction: Any = None,
) -> Any:
    correction = ddof if correction is None else correction
    return _deviation(g, ans, a, axis, keepdims, where, mean, correction)


@pullback(np.nanstd)
def _(
    g: Any,
    ans: Any,
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
    *,
    where: Any = True,
    mean: Any = None,
    correction: Any = None,
) -> Any:
    correction = ddof if correction is None else correction
    return _deviation(g, ans, a, axis, keepdims, _numbers(a, where), mean, correction)


# They are about absolute values.
not_holomorphic(np.var, np.nanvar, np.std, np.nanstd)


# ----------------------------------------------------------------------------------------
# Products
# ----------------------------------------------------------------------------------------
# In general without division: the product of the others is exact next to zeros, too.


def _part(a: Any, axis: int, start: int | None, stop: int | None, step: int = 1) -> Any:
    """``a[start:stop:step]`` along an axis."""
    return a[(slice(None),) * axis + (slice(start, stop, step),)]


def _reversed(a: Any, axis: int) -> Any:
    return _part(a, axis, None, None, -1)


def _products_before(a: Any, axis: int) -> Any:
    """For each element the product of those before it."""
    one = np.ones_like(_part(a, axis, None, 1))
    return np.concatenate([one, np.cumprod(_part(a, axis, None, -1), axis)], axis)


def _product_of_others(a: Any, axis: int) -> Any:
    after = _reversed(_products_before(_reversed(a, axis), axis), axis)
    return _products_before(a, axis) * after


def _product(
    g: Any, a: Any, axis: Any, dtype: Any, keepdims: bool, initial: Any, where: Any
) -> Any:
    c = _grow(g, axis, a.ndim, keepdims)
    if initial is not None:
        c = c * initial
    if dtype is not None:
        a = a.astype(dtype)
    if where is not True:
        a = np.where(where, a, 1)
    # One axis after the other; what is reduced already counts as one factor.
    for i in reversed(_axes(axis, a.ndim)):
        c = c * _product_of_others(a, i)
        a = np.prod(a, i, keepdims=True)
    return c if where is True else _choose(where, c)


@pullback(np.prod)
def _(
    g: Any,
    ans: Any,
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = 1,
    where: Any = True,
) -> Any:
    if g.__class__ is a.__class__ is np.ndarray and where is True:
        size, info = np.abs(ans), np.finfo(ans.dtype)
        if np.all((size >= info.tiny) & (size <= info.max)):
            # No zeros, nothing lost: ten times as fast.
            return _scaled(_grow(ans, axis, a.ndim, keepdims) / a, _grow(g, axis, a.ndim, keepdims))
    return _product(g, a, axis, dtype, keepdims, initial, where)


@pullback(np.prod, "initial")
def _(
    g: Any,
    _: Any,
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = 1,
    where: Any = True,
) -> Any:
    if where is not True:
        a = np.where(where, a, 1)
    return g * np.prod(a, axis, dtype, keepdims=keepdims)


@pullback(np.nanprod)
def _(
    g: Any,
    _: Any,
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = 1,
    where: Any = True,
) -> Any:
    return _product(g, a, axis, dtype, keepdims, initial, _numbers(a, where))


# ----------------------------------------------------------------------------------------
# Extrema
# ----------------------------------------------------------------------------------------
# The first of several equal extrema gets the gradient: first in C order of the reduced axes.


def _first(hits: Any, axes: tuple[int, ...]) -> Any:
    """Of the elements that are True along some axes, the first."""
    for n, axis in enumerate(axes):
        inner = axes[n + 1 :]
        row = np.any(hits, inner, keepdims=True) if inner else hits
        hits = hits & (np.cumsum(row, axis) == 1) & row
    return hits


def _hits(a: Any, ans: Any, where: Any) -> Any:
    """Which elements equal the extremum; nan is the extremum wherever there is one."""
    hits = (a == ans) | (a != a)
    return hits if where is True else hits & where


def _to_first(g: Any, a: Any, axis: Any, keepdims: bool, find: Any) -> Any:
    """Give each cotangent to the element that `find` (``argmax``, say) finds."""
    shape = a.shape
    axes = _axes(axis, len(shape))
    if len(axes) == len(shape):
        c: Any = np.zeros(shape, g.dtype)
        c.reshape(-1)[find(a)] = g.reshape(())
        return c
    others = tuple(i for i in range(len(shape)) if i not in axes)
    order = others + axes
    rows = a.transpose(order).reshape(g.size, -1) if g.size else a.reshape(0, 1)
    c = np.zeros(rows.shape, g.dtype)
    c[np.arange(len(rows)), find(rows, 1)] = g.reshape(-1)
    c = c.reshape(tuple([shape[i] for i in order]))
    return c.transpose(tuple(order.index(i) for i in range(len(shape))))


def _extremum(
    g: Any, ans: Any, a: Any, axis: Any, keepdims: bool, initial: Any, where: Any, find: Any
) -> Any:
    if g.__class__ is a.__class__ is np.ndarray and where is True and initial is None:
        return _to_first(g, a, axis, keepdims, find)
    hits = _hits(a, _grow(ans, axis, a.ndim, keepdims), where)
    return _choose(_first(hits, _axes(axis, a.ndim)), _grow(g, axis, a.ndim, keepdims))


def _max(
    g: Any,
    ans: Any,
    a: Any,
    axis: Any = None,
    out: Any = None,
    keepdims: Any = False,
    _initial: Any = None,
    where: Any = True,
) -> Any:
    return _extremum(g, ans, a, axis, keepdims, _initial, where, np.ndarray.argmax)


def _min(
    g: Any,
    ans: Any,
    a: Any,
    axis: Any = None,
    out: Any = None,
    keepdims: Any = False,
    _initial: Any = None,
    where: Any = True,
) -> Any:
    return _extremum(g, ans, a, axis, keepdims, _initial, where, np.ndarray.argmin)


def _extremum_by_initial(
    g: Any,
    ans: Any,
    a: Any,
    axis: Any = None,
    out: Any = None,
    keepdims: Any = False,
    _initial: Any = None,
    where: Any = True,
) -> Any:
    hits = _hits(a, _grow(ans, axis, a.ndim, keepdims), where)
    return np.where(np.any(hits, _axes(axis, a.ndim), keepdims=keepdims), 0, g)


for _f in (np.max, np.amax):
    pullback(_f)(_max)
    pullback(_f, "initial")(_extremum_by_initial)
for _f in (np.min, np.amin):
    pullback(_f)(_min)
    pullback(_f, "initial")(_extremum_by_initial)


@pullback(np.nanmax)
@pullback(np.nanmin)
def _(
    g: Any,
    ans: Any,
    a: Any,
    axis: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    return _extremum(g, ans, a, axis, keepdims, initial, _numbers(a, where), None)


@pullback(np.ptp)
def _(g: Any, _: Any, a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    high = np.max(a, axis, keepdims=keepdims)
    low = np.min(a, axis, keepdims=keepdims)
    return _max(g, high, a, axis, None, keepdims) - _min(g, low, a, axis, None, keepdims)


# ----------------------------------------------------------------------------------------
# Cumulative sums and products
# ----------------------------------------------------------------------------------------


def _cumulative_sum(g: Any, shape: tuple[int, ...], axis: Any) -> Any:
    axis = 0 if axis is None or not shape else axis % len(shape)
    c = _reversed(np.cumsum(_reversed(g, axis), axis), axis)
    return c if c.shape == shape else np.reshape(c, shape)


def _cumulative_product(g: Any, a: Any, axis: Any) -> Any:
    shape = a.shape
    if axis is None or not shape:
        a = np.reshape(a, (a.size,))
        axis = 0
    axis %= a.ndim
    # The cotangent of a[j] is before[j] * c[j], where c[j] = g[j] + a[j+1] * c[j+1]. Such a
    # recurrence can be solved for all j at once by doubling its stride log(n) times:
    # c[j] = (what is known of c[j]) + step[j] * c[j+d].
    c = g
    step = _part(a, axis, 1, None)
    d = 1
    while d < a.shape[axis]:
        c = np.concatenate(
            [
                _part(c, axis, None, -d) + step * _part(c, axis, d, None),
                _part(c, axis, -d, None),
            ],
            axis,
        )
        step = _part(step, axis, None, -d) * _part(step, axis, d, None)
        d *= 2
    c = c * _products_before(a, axis)
    return c if c.shape == shape else np.reshape(c, shape)


def _without_initial(g: Any, axis: Any, include_initial: bool) -> Any:
    """Leave out the cotangent of the 0 or 1 that a cumulative function may start with."""
    return _part(g, 0 if axis is None else axis % g.ndim, 1, None) if include_initial else g


@pullback(np.cumsum)
def _(g: Any, _: Any, _a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    return _cumulative_sum(g, _a.shape, axis)


linear_together(np.cumsum)


@pullback(np.nancumsum)
def _(g: Any, _: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    return _choose(_numbers(a, True), _cumulative_sum(g, a.shape, axis))


@pullback(np.cumulative_sum)
def _(
    g: Any,
    _: Any,
    _x: Any,
    *,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    include_initial: Any = False,
) -> Any:
    return _cumulative_sum(_without_initial(g, axis, include_initial), _x.shape, axis)


@pullback(np.cumprod)
def _(g: Any, _: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    return _cumulative_product(g, a, axis)


@pullback(np.nancumprod)
def _(g: Any, _: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    there = _numbers(a, True)
    return _choose(there, _cumulative_product(g, np.where(there, a, 1), axis))


@pullback(np.cumulative_prod)
def _(
    g: Any,
    _: Any,
    x: Any,
    *,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    include_initial: Any = False,
) -> Any:
    return _cumulative_product(_without_initial(g, axis, include_initial), x, axis)


# ----------------------------------------------------------------------------------------
# Selections
# ----------------------------------------------------------------------------------------


@pullback(np.where, "x")
def _(g: Any, _: Any, condition: Any, _x: Any, _y: Any) -> Any:
    return _choose(condition, g)


@pullback(np.where, "y")
def _(g: Any, _: Any, condition: Any, _x: Any, _y: Any) -> Any:
    return _choose(np.logical_not(condition), g)


@pullback(np.clip)
def _(g: Any, _: Any, a: Any, a_min: Any = None, a_max: Any = None, out: Any = None) -> Any:
    if a_min is None:
        return g if a_max is None else _choose(a < a_max, g)
    return _choose(a > a_min if a_max is None else (a > a_min) & (a < a_max), g)


@pullback(np.clip, "a_min")
def _(g: Any, _: Any, a: Any, a_min: Any = None, a_max: Any = None, out: Any = None) -> Any:
    below = a < a_min
    return _choose(below if a_max is None else below & (a_min <= a_max), g)


@pullback(np.clip, "a_max")
def _(g: Any, _: Any, a: Any, a_min: Any = None, a_max: Any = None, out: Any = None) -> Any:
    above = a > a_max
    return _choose(above if a_min is None else above | (a_min > a_max), g)


def _both_bounds(args: list[Any], kwargs: dict[str, Any]) -> None:
    """Give both bounds, as NumPy asks for under their old names."""
    for name in ("a_min", "a_max")[max(0, len(args) - 1) :]:
        kwargs.setdefault(name, None)


synonyms(np.clip, min="a_min", max="a_max")
normalize(np.clip, _both_bounds)
